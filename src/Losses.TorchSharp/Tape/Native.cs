using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Losses.TorchSharp;

/// <summary>What TorchSharp's native library exports for nodes of libtorch's tape; nothing is marshalled.</summary>
internal static unsafe partial class Native
{
    private const string Library = "LibTorchSharp";

    private static readonly nint s_library = Load();

    /// <summary>Whether all of it is there, in the version that this was written and tested against.</summary>
    internal static readonly bool IsKnown = typeof(torch).Assembly.GetName().Version is { Major: 0, Minor: 107 } && HasEverything();

    /// <summary>Native tensors side by side.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Tensors(nint* first, long count)
    {
        public readonly nint* First = first;
        public readonly long Count = count;
    }

    /// <summary>A node: a counted and a weak reference to it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct NodeReference
    {
        public readonly nint Shared;
        public readonly nint Weak;
    }

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_ctor")]
    internal static partial NodeReference NewNode(nint apply, nint delete);

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_disposeSharedPtr")]
    internal static partial void ReleaseShared(NodeReference node);

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_disposeWeakPtr")]
    internal static partial void ReleaseWeak(NodeReference node);

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_setNextEdges")]
    internal static partial void SetNextEdges(NodeReference node, Tensors inputs, byte isExecutable);

    [LibraryImport(Library, EntryPoint = "THSAutograd_Function_wrapOutputs")]
    internal static partial void WrapOutputs(
        Tensors inputs,
        Tensors notDifferentiable,
        Tensors changed,
        Tensors outputs,
        NodeReference node,
        delegate* unmanaged[Cdecl]<nint, nint*> allocate
    );

    [LibraryImport(Library, EntryPoint = "THSAutograd_SavedVariable_ctor")]
    internal static partial nint Save(nint tensor, NodeReference node, byte isInPlaceOnView);

    [LibraryImport(Library, EntryPoint = "THSAutograd_SavedVariable_unpack")]
    internal static partial nint Unpack(nint saved, NodeReference node);

    [LibraryImport(Library, EntryPoint = "THSAutograd_SavedVariable_dispose")]
    internal static partial void ReleaseSaved(nint saved);

    [LibraryImport(Library, EntryPoint = "THSTensor_dispose")]
    internal static partial void ReleaseTensor(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_data")]
    internal static partial void* Data(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_new")]
    internal static partial nint NewTensor(
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> delete,
        long* lengths,
        int rank,
        sbyte storedType,
        sbyte type,
        int deviceType,
        int deviceIndex,
        byte requiresGrad
    );

    private static nint Load()
    {
        // TorchSharp looks for it in more places than the loader does.
        torch.InitializeDeviceType(DeviceType.CPU);
        var assembly = typeof(torch).Assembly;
        if (!NativeLibrary.TryLoad(Library, assembly, null, out var library))
            return 0;
        NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, (name, _, _) => name == Library ? library : 0);
        return library;
    }

    private static bool HasEverything() =>
        s_library != 0
        && typeof(Native)
            .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(static method => method.GetCustomAttribute<LibraryImportAttribute>()?.EntryPoint)
            .All(static name => name is null || NativeLibrary.TryGetExport(s_library, name, out _));
}
