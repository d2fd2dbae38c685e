using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>A node of libtorch's tape with nothing in it but an operation.</summary>
/// <remarks>
/// Native code calls back without saying which node it means. So each node here has two functions of its own, made once: when libtorch lets go of
/// the node, the next operation gets them.
/// </remarks>
internal sealed unsafe class Node
{
    /// <summary>Whether operations are recorded so, not by TorchSharp's public functions.</summary>
    internal static bool IsUsed { get; set; } =
        Native.IsKnown && !(AppContext.TryGetSwitch("Losses.TorchSharp.UsePublicNodes", out var isPublic) && isPublic);

    // Inputs of an operation.
    private const int Most = 4;

    private static readonly Stack<Node> s_free = new();

    // Where native code puts what it makes.
    [ThreadStatic]
    private static nint* s_made;

    private readonly nint _apply;
    private readonly nint _delete;
    private readonly nint* _saved = (nint*)NativeMemory.AllocZeroed(Most, (nuint)sizeof(nint));
    private readonly nint* _gradients = (nint*)NativeMemory.AllocZeroed(Most, (nuint)sizeof(nint));
    private readonly Lock _lock = new();
    private Native.NodeReference _reference;
    private Operation? _operation;
    private int _count;
    private bool _isSingle;

    // Ours until native code has read them: they go with the node, or with the next gradients.
    private Tensor?[] _returned = [];

    private delegate Native.Tensors ApplyFunction(nint* gradients, int count);

    private Node()
    {
        // Native code may call at any time: nodes are never collected.
        ApplyFunction apply = Apply;
        Action delete = Delete;
        GCHandle.Alloc(apply);
        GCHandle.Alloc(delete);
        _apply = Marshal.GetFunctionPointerForDelegate(apply);
        _delete = Marshal.GetFunctionPointerForDelegate(delete);
    }

    /// <summary>The value of an operation, recorded.</summary>
    internal static Tensor Record(Operation operation, Tensor[] inputs)
    {
        Tensor value;
        using (no_grad())
            value = operation.Forward(inputs, operation.Wanted);
        Node? node;
        lock (s_free)
            if (!s_free.TryPop(out node))
                node = new();
        node.Hang(operation, inputs, value);
        return value;
    }

    private void Hang(Operation operation, Tensor[] inputs, Tensor value)
    {
        _operation = operation;
        if (operation.Kept is { } kept)
        {
            foreach (var gradient in kept)
                gradient?.DetachFromDisposeScope();
            _isSingle = value.dtype == ScalarType.Float32;
        }
        _reference = Native.NewNode(_apply, _delete);
        _count = inputs.Length;
        var handles = stackalloc nint[Most];
        for (var i = 0; i < _count; i++)
            handles[i] = inputs[i].Handle;
        var from = new Native.Tensors(handles, _count);
        Native.SetNextEdges(_reference, from, 1);
        nint handle = value.Handle,
            made;
        s_made = &made;
        Native.WrapOutputs(from, default, default, new(&handle, 1), _reference, &Place);
        // The value itself, once more, now that it has a history.
        Native.ReleaseTensor(made);
        for (var i = 0; i < _count; i++)
            _saved[i] = Native.Save(handles[i], _reference, 0);
        // From now on the value alone holds the node.
        Native.ReleaseShared(_reference);
        GC.KeepAlive(inputs);
        CheckForErrors();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint* Place(nint count) => s_made;

    // The gradients by the inputs, given that by the value. It is native code that calls.
    private Native.Tensors Apply(nint* gradients, int count)
    {
        try
        {
            lock (_lock)
            {
                Release();
                var gradient = gradients[0];
                // libtorch may ask in vain.
                if (gradient != 0)
                    _returned = TakeKept(gradient) ?? Differentiate(gradient);
                for (var i = 0; i < _count; i++)
                    _gradients[i] = i < _returned.Length && _returned[i] is { } result ? result.Handle : 0;
                return new(_gradients, _count);
            }
        }
        catch (Exception error)
        {
            // No exception may leave by way of native code. A wrong number of gradients is an error to libtorch, which backward() throws.
            Torch.BackwardFailure = error;
            return default;
        }
    }

    // What was made along with the value goes out once: whoever gets it may write to it.
    private Tensor?[]? TakeKept(nint gradient)
    {
        if (_operation!.Kept is not { } kept || is_grad_enabled())
            return null;
        var upstream = _isSingle ? *(float*)Native.Data(gradient) : *(double*)Native.Data(gradient);
        if (!Sums.IsExact(upstream) && !_operation.IsOverwriting)
            return null;
        Native.ReleaseTensor(gradient);
        // Nobody looks at the inputs, but whether they are still what they were is for libtorch to say.
        for (var i = 0; i < _count; i++)
            Native.ReleaseTensor(Unpacked(i));
        Sums.Rescale(kept, upstream);
        _operation.Kept = null;
        return kept;
    }

    private Tensor?[] Differentiate(nint gradient)
    {
        using var scope = NewDisposeScope();
        var upstream = Tensor.UnsafeCreateTensor(gradient);
        var inputs = new Tensor[_count];
        for (var i = 0; i < _count; i++)
            inputs[i] = Tensor.UnsafeCreateTensor(Unpacked(i));
        var results = _operation!.Backward(inputs, upstream, is_grad_enabled());
        foreach (var result in results)
            result?.DetachFromDisposeScope();
        return results;
    }

    private nint Unpacked(int input)
    {
        var tensor = Native.Unpack(_saved[input], _reference);
        if (tensor == 0)
            CheckForErrors();
        return tensor;
    }

    // libtorch lets go of the node.
    private void Delete()
    {
        foreach (var kept in _operation!.Kept ?? [])
            kept?.Dispose();
        _operation = null;
        Release();
        for (var i = 0; i < _count; i++)
            Native.ReleaseSaved(_saved[i]);
        Native.ReleaseWeak(_reference);
        lock (s_free)
            s_free.Push(this);
    }

    private void Release()
    {
        foreach (var tensor in _returned)
            tensor?.Dispose();
        _returned = [];
    }
}
