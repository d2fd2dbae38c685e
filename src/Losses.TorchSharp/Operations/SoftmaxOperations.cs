using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

// Softmax and its kin along an axis. libtorch's are not these: a row all −∞ is NaN to them, and 1 − softmax cancels. Their derivatives are
// written in tensor operations again, so that they can be differentiated, to any order.

internal abstract class RowwiseOperation(int axis, bool isWide) : Operation
{
    protected int Axis => axis;

    protected bool IsWide => isWide;

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded) =>
        [Pull(new(inputs[0], isWide), new(gradient, isWide)).Like(inputs[0])];

    protected abstract TorchTensor Pull(TorchTensor x, TorchTensor gradient);

    /// <summary>What a row's softmax is made of: x − m, its exponentials, and the sum of all of them but the first largest, which is 1.</summary>
    protected (Tensor Difference, Tensor Lost, Tensor Exponentials, Tensor Place, Tensor Others, Tensor Empty) Exponentiate(Tensor x)
    {
        var max = x.amax([axis], keepdim: true);
        var place = x.argmax(axis, keepdim: true);
        var empty = max.eq(Constant.MinusInfinity);
        // ∞ − ∞ is 0 here: equal elements have equal shares.
        var difference = x.Minus(max).masked_fill(x.eq(max), Constant.Zero);
        // What the subtraction lost: e^(d + l) = e^d (1 + l).
        var back = difference.Minus(x);
        var lost = x.Minus(difference.Minus(back)).Minus(max.Plus(back));
        lost = lost.masked_fill(lost.isfinite().logical_not_(), Constant.Zero);
        var exponentials = difference.exp();
        exponentials = exponentials.Plus(exponentials.mul(lost));
        // Without the largest no NaN may be left: it takes the place of what is left out.
        var others = Total(exponentials.scatter(axis, place, max.where(max.isnan(), zeros_like(max))));
        return (difference, lost, exponentials, place, others, empty);
    }

    // Half is added to half until one is left, over the numbers themselves: rounding grows with the logarithm of the length only, and what is less
    // than half an ulp of a sum of many is not lost time and again.
    private Tensor Total(Tensor x)
    {
        for (var length = x.shape[axis]; length > 1; )
        {
            long half = length / 2,
                rest = length - half;
            x.narrow(axis, 0, half).Add(x.narrow(axis, rest, half));
            length = rest;
        }
        return x.narrow(axis, 0, 1);
    }

    /// <summary>The sum of all the other elements; not the sum less the element, which has no digits left where the element is most of it.</summary>
    internal static Tensor Others(Tensor x, int axis)
    {
        var length = x.shape[axis];
        if (length == 1)
            return zeros_like(x);
        var nothing = zeros_like(x.narrow(axis, 0, 1));
        var before = cat([nothing, x.narrow(axis, 0, length - 1).cumsum(axis)], axis);
        var after = cat([nothing, x.narrow(axis, 1, length - 1).flip(axis).cumsum(axis)], axis).flip(axis);
        return before.Plus(after);
    }

    protected static class Constant
    {
        internal static Scalar Zero { get; } = 0.0.ToScalar();
        internal static Scalar MinusInfinity { get; } = double.NegativeInfinity.ToScalar();
    }
}

// Those that are the largest share its slope. libtorch's own would divide a NaN's 0 by 0, also where nothing comes back.
internal sealed class LargestOperation(int axis, bool isWide) : RowwiseOperation(axis, isWide)
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted) => inputs[0].amax([Axis]);

    protected override TorchTensor Pull(TorchTensor x, TorchTensor gradient)
    {
        var values = x.Stored!.detach();
        var isLargest = values.eq(values.amax([Axis], keepdim: true)).to(values.dtype);
        var shares = new TorchTensor(isLargest.div(isLargest.sum(Axis, keepdim: true)), IsWide);
        return TorchTensor.Weigh(TorchTensor.Along(gradient, Axis, x.Shape), shares);
    }
}

internal sealed class LogSumExpOperation(int axis, bool isWide) : RowwiseOperation(axis, isWide)
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var (_, _, _, _, others, _) = Exponentiate(inputs[0]);
        return inputs[0].amax([Axis], keepdim: true).Plus(others.log1p()).squeeze(Axis);
    }

    protected override TorchTensor Pull(TorchTensor x, TorchTensor gradient) =>
        TorchTensor.Weigh(TorchTensor.Along(gradient, Axis, x.Shape), TorchTensor.Softmax(x, Axis));
}

// Softmax, or 1 − softmax without the cancellation.
internal sealed class SoftmaxOperation(int axis, bool complement, bool isWide) : RowwiseOperation(axis, isWide)
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var (_, _, exponentials, _, others, isEmpty) = Exponentiate(inputs[0]);
        var shares = complement ? Others(exponentials, Axis).Plus(others.Minus(others)) : exponentials;
        using var one = 1.0.ToScalar();
        return shares.div(others.Plus(one)).masked_fill(isEmpty, Constant.Zero);
    }

    // p_k (g_k − Σ p g) as p_k (g_k (1 − p_k) − Σ_{j≠k} p_j g_j): for the class of a confident row the first form has no digits left.
    protected override TorchTensor Pull(TorchTensor x, TorchTensor gradient)
    {
        var p = TorchTensor.Softmax(x, Axis);
        var rest = TorchTensor.SoftmaxComplement(x, Axis);
        var others = TorchTensor.Others(TorchTensor.Weigh(p, gradient), Axis);
        var pulled = TorchTensor.Weigh(p, TorchTensor.Weigh(rest, gradient) - others);
        // A row that nothing comes back to has no slope, whatever it holds; a weight p that is NaN would not know.
        pulled = TorchTensor.Where(pulled, gradient, Axis);
        return complement ? -pulled : pulled;
    }
}

internal sealed class LogSoftmaxOperation(int axis, bool isWide) : RowwiseOperation(axis, isWide)
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var (difference, lost, _, _, others, isEmpty) = Exponentiate(inputs[0]);
        return difference.Minus(others.log1p()).Plus(lost).masked_fill(isEmpty, Constant.Zero);
    }

    // g_k − p_k Σ g as g_k (1 − p_k) − p_k Σ_{j≠k} g_j: at the label of a confident row the first form has no digits left.
    protected override TorchTensor Pull(TorchTensor x, TorchTensor gradient)
    {
        var own = TorchTensor.Weigh(gradient, TorchTensor.SoftmaxComplement(x, Axis));
        return own - TorchTensor.Weigh(TorchTensor.Others(gradient, Axis), TorchTensor.Softmax(x, Axis));
    }
}
