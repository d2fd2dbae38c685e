using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

// What the adapter asks of tensors before anything native runs; the core asks for the shapes.
internal static class Check
{
    /// <summary>A tensor of a data type that losses are computed in.</summary>
    internal static Tensor Computable(Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        return tensor.dtype switch
        {
            ScalarType.Float32 or ScalarType.Float64 => tensor,
            ScalarType.Float16 or ScalarType.BFloat16 => tensor.to(ScalarType.Float32),
            var type => throw new ArgumentException(
                $"{name} has data type {type}, but it must be Float16, BFloat16, Float32 or Float64.",
                name
            ),
        };
    }

    /// <summary>Tensors of one data type on one device.</summary>
    internal static void Alike(Tensor tensor, string name, Tensor other, string otherName)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        ArgumentNullException.ThrowIfNull(other, otherName);
        if (tensor.dtype != other.dtype)
            throw new ArgumentException(
                $"{name} has data type {tensor.dtype} but {otherName} has data type {other.dtype}; they must be equal.",
                name
            );
        SameDevice(tensor, name, other, otherName);
    }

    internal static void SameDevice(Tensor tensor, string name, Tensor other, string otherName)
    {
        if (tensor.device_type != other.device_type || tensor.device_index != other.device_index)
            throw new ArgumentException($"{name} is on {tensor.device} but {otherName} is on {other.device}; they must be together.", name);
    }

    /// <summary>Weights that a tensor holds.</summary>
    internal static Weights Weights(Tensor tensor, string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var values = Computable(tensor, name).to(ScalarType.Float64).cpu().contiguous();
        return new(Memory.Span<double>(values), TorchTensor.ShapeOf(tensor));
    }

    /// <summary>The lengths of sequences.</summary>
    internal static int[] Lengths(Tensor lengths, string name) => Labels(lengths, name, lengths, name).Indices.ToArray();

    /// <summary>Class indices beside a tensor, as the losses take them.</summary>
    internal static Labels Labels(Tensor labels, string name, Tensor other, string otherName)
    {
        ArgumentNullException.ThrowIfNull(labels, name);
        ArgumentNullException.ThrowIfNull(other, otherName);
        if (labels.dtype is not (ScalarType.Int64 or ScalarType.Int32))
            throw new ArgumentException($"{name} has data type {labels.dtype}, but class indices are Int64 or Int32.", name);
        SameDevice(labels, name, other, otherName);
        using var scope = NewDisposeScope();
        var indices = labels.cpu().contiguous();
        var shape = TorchTensor.ShapeOf(labels);
        return labels.dtype == ScalarType.Int64 ? new(Memory.Span<long>(indices), shape, name) : new(Memory.Span<int>(indices), shape);
    }
}
