using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

internal static class Sums
{
    /// <summary>The quotient of exact sums as a scalar, rounded once to the data type of a tensor.</summary>
    internal static Tensor Quotient(ExactSum sum, ExactSum weight, Tensor like) =>
        like.dtype == ScalarType.Float32 ? tensor(ExactSum.RatioSingle(sum, weight)) : tensor(ExactSum.Ratio(sum, weight));

    /// <summary>Whether a gradient that is rounded already can be multiplied by what comes from above, exactly: by a power of two.</summary>
    internal static bool IsExact(double upstream) => double.IsPow2(Math.Abs(upstream)) && Math.Abs(upstream) >= 1;

    /// <summary>Multiplies gradients by what comes from above.</summary>
    internal static void Rescale(Tensor?[] gradients, double upstream)
    {
        if (upstream == 1)
            return;
        using var scalar = upstream.ToScalar();
        foreach (var gradient in gradients)
            gradient?.mul_(scalar);
    }

    /// <summary>The exact sum of a tensor's elements.</summary>
    internal static ExactSum Of(Tensor tensor)
    {
        var sum = new ExactSum();
        var rows = Memory.Rows([tensor], out _)[0];
        // An expanded scalar stands for all its elements.
        if (rows.numel() != tensor.numel())
            rows = tensor.contiguous();
        if (tensor.dtype == ScalarType.Float32)
            sum.Add(Memory.Span<float>(rows));
        else
            sum.Add(Memory.Span<double>(rows));
        return sum;
    }

    /// <summary>n times a number, exactly.</summary>
    internal static ExactSum Of(double number, long count)
    {
        var sum = new ExactSum();
        sum.AddProduct(number, count);
        return sum;
    }
}

/// <summary>The exact sum of all elements over a weight, rounded once.</summary>
internal sealed class MeanOperation(ExactSum weight) : Operation
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted) => Sums.Quotient(Sums.Of(inputs[0]), weight, inputs[0]);

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded) =>
        [
            TorchTensor
                .Expand(TorchTensor.Weigh(new(gradient, false), 1 / weight.ToDouble()), TorchTensor.ShapeOf(inputs[0]))
                .Like(inputs[0]),
        ];
}

/// <summary>Float64 numbers rounded to float32, and float64 still: the slope is what it was.</summary>
internal sealed class RoundOperation : Operation
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted) => inputs[0].to(ScalarType.Float32).to(ScalarType.Float64);

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded) => [gradient.alias()];
}
