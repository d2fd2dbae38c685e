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

    /// <summary>Multiplies gradients by what comes from above where that is exact; else says that it is not.</summary>
    internal static bool Rescale(Tensor?[] gradients, double upstream)
    {
        if (upstream == 1 || !IsExact(upstream))
            return upstream == 1;
        using var scalar = upstream.ToScalar();
        foreach (var gradient in gradients)
            gradient?.mul_(scalar);
        return true;
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

/// <summary>Small gradients made along with the value: ordinary arrays, which cost nothing until somebody asks for them.</summary>
internal sealed class Small<S>(Shape shape)
    where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
{
    private readonly S[]?[] _gradients = new S[3][];

    /// <summary>Where the gradient by an input is to be written.</summary>
    internal S[] Make(int input) => _gradients[input] = GC.AllocateUninitializedArray<S>(shape.Size);

    /// <summary>The gradients as tensors, times what comes from above where that is exact; else nothing.</summary>
    internal Tensor?[]? Times(double upstream, int count)
    {
        if (!Sums.IsExact(upstream))
            return null;
        var tensors = new Tensor?[count];
        for (var input = 0; input < count; input++)
        {
            if (_gradients[input] is not { } gradient)
                continue;
            var tensor = empty(shape.ToLongs(), typeof(S) == typeof(float) ? ScalarType.Float32 : ScalarType.Float64);
            var to = Memory.Span<S>(tensor);
            gradient.CopyTo(to);
            if (upstream != 1)
                System.Numerics.Tensors.TensorPrimitives.Multiply(to, S.CreateChecked(upstream), to);
            tensors[input] = tensor;
        }
        return tensors;
    }
}
