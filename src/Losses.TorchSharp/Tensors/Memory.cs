using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>The memory of tensors on the CPU, as the kernels see it.</summary>
internal static unsafe partial class Memory
{
    /// <summary>Up to so many elements a copy is cheaper than another node on the tape.</summary>
    internal const int Small = 1 << 15;

    internal static bool IsOnCpu(Tensor tensor) => tensor.device_type == DeviceType.CPU;

    /// <summary>The elements of a contiguous tensor.</summary>
    internal static Span<S> Span<S>(Tensor tensor)
        where S : unmanaged
    {
        var count = checked((int)tensor.numel());
        if (count == 0)
            return [];
        // The span that TorchSharp gives is one of bytes, at most 2³¹ of them.
        using var first = (long)count * sizeof(S) > int.MaxValue ? tensor.view(-1).narrow(0, 0, 1) : null;
        fixed (byte* start = (first ?? tensor).bytes)
            return new(start, count);
    }

    /// <summary>The tensors in one order of elements, each as a contiguous row: their own memory where they are stored in one order.</summary>
    /// <param name="tensors">Of one shape.</param>
    /// <param name="like">One of them whose order a result should have.</param>
    internal static Tensor[] Rows(Tensor[] tensors, out Tensor like)
    {
        like = tensors[0];
        if (Array.TrueForAll(tensors, static x => x.is_contiguous()))
            return tensors;
        var (shape, order) = (like.shape, like.stride());
        if (IsDense(shape, order) && Array.TrueForAll(tensors, x => x.stride().AsSpan().SequenceEqual(order) || IsOne(x)))
            return Array.ConvertAll(tensors, x => IsOne(x) ? One(x) : x.as_strided([x.numel()], [1], x.storage_offset()));
        var copies = Array.ConvertAll(tensors, static x => IsOne(x) ? One(x) : x.contiguous());
        like = Array.Find(copies, x => x.numel() == tensors[0].numel()) ?? tensors[0].contiguous();
        return copies;
    }

    /// <summary>An empty tensor for a gradient.</summary>
    internal static Tensor Fresh(Tensor like)
    {
        var size = like.numel() * like.element_size();
        return size >= Buffers.Large && Node.IsUsed && like.is_contiguous() ? Buffers.Rent(like, size) : empty_like(like);
    }

    /// <summary>Tells libtorch that a tensor was written to: what else it has saved it for is then refused.</summary>
    internal static void Changed(Tensor tensor)
    {
        // None of the elements, but the tensor's version all the same.
        using var whole = tensor.detach();
        using var flat = whole.view(-1);
        using var nothing = flat.narrow(0, 0, 0);
        nothing.zero_();
    }

    /// <summary>All numbers of a tensor, row-major.</summary>
    internal static double[] Numbers(Tensor tensor)
    {
        using var dense = tensor.contiguous();
        if (dense.dtype == ScalarType.Float64)
            return Span<double>(dense).ToArray();
        return Array.ConvertAll(Span<float>(dense).ToArray(), static number => (double)number);
    }

    /// <summary>The only number of a tensor.</summary>
    internal static double Number(Tensor scalar) =>
        !IsOnCpu(scalar) ? scalar.ToDouble()
        : scalar.dtype == ScalarType.Float32 ? Span<float>(scalar)[0]
        : Span<double>(scalar)[0];

    // The same element everywhere, as an expanded scalar is.
    private static bool IsOne(Tensor x)
    {
        var (shape, strides) = (x.shape, x.stride());
        for (var i = 0; i < shape.Length; i++)
            if (shape[i] != 1 && strides[i] != 0)
                return false;
        return x.numel() > 0;
    }

    private static Tensor One(Tensor x) => x.as_strided([1], [1], x.storage_offset());

    // Whether the elements lie side by side, in whatever order of the axes.
    private static bool IsDense(long[] shape, long[] strides)
    {
        var axes = Enumerable.Range(0, shape.Length).Where(i => shape[i] != 1).OrderBy(i => strides[i]).ToArray();
        var expected = 1L;
        foreach (var axis in axes)
        {
            if (strides[axis] != expected)
                return false;
            expected *= shape[axis];
        }
        return true;
    }
}
