using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>The memory of large gradients, which the next step's takes over when libtorch has let go of it.</summary>
/// <remarks>
/// A page that is touched for the first time costs more than to compute what is written to it. A training loop asks for the same memory at every step: so what
/// comes back is kept, until somebody asks for memory that it is no good for, or nobody has asked for some seconds.
/// </remarks>
internal static unsafe class Buffers
{
    /// <summary>From so many bytes on, a huge page: less comes back from the allocator as it went.</summary>
    internal const long Large = Losses.Memory.HugePage;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly Timer s_timer = new(static _ => Clear());
    private static readonly Dictionary<nint, long> s_sizes = [];
    private static readonly List<nint> s_free = [];

    /// <summary>Bytes that are kept for whoever asks next.</summary>
    internal static long Kept
    {
        get
        {
            lock (s_free)
                return s_free.Sum(static buffer => s_sizes[buffer]);
        }
    }

    /// <summary>An empty contiguous tensor of the shape and data type of another.</summary>
    internal static Tensor Rent(Tensor like, long size)
    {
        var shape = like.shape;
        var buffer = Take(size);
        var type = (sbyte)like.dtype;
        fixed (long* lengths = shape)
        {
            var tensor = Native.NewTensor(buffer, &Return, lengths, shape.Length, type, type, (int)DeviceType.CPU, -1, 0);
            if (tensor == 0)
                CheckForErrors();
            return Tensor.UnsafeCreateTensor(tensor);
        }
    }

    private static nint Take(long size)
    {
        lock (s_free)
        {
            // The last that came back is the likeliest to be in a cache.
            var place = s_free.FindLastIndex(free => s_sizes[free] >= size && s_sizes[free] / 2 <= size);
            if (place >= 0)
            {
                var found = s_free[place];
                s_free.RemoveAt(place);
                return found;
            }
            Clear();
            size = (size + Large - 1) / Large * Large;
            var buffer = (nint)NativeMemory.AlignedAlloc((nuint)size, (nuint)Large);
            Losses.Memory.AskForHugePages(buffer, (nuint)size);
            s_sizes.Add(buffer, size);
            return buffer;
        }
    }

    // libtorch calls, on any thread, when no tensor has the memory any more.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Return(nint buffer)
    {
        lock (s_free)
            s_free.Add(buffer);
        s_timer.Change(s_patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lets go of what is kept.</summary>
    internal static void Clear()
    {
        lock (s_free)
        {
            foreach (var buffer in s_free)
            {
                s_sizes.Remove(buffer);
                NativeMemory.AlignedFree((void*)buffer);
            }
            s_free.Clear();
        }
    }
}
