using System.Numerics;
using System.Numerics.Tensors;

namespace Losses;

// The operations along an axis.

internal sealed class LargestOperation<T>(int axis) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(RowKernels.Largest(x.Storage.Dense, x.Shape.Around(axis)).Values), x.Shape.Without(axis));

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var shape = x.Shape;
        var shares = RowKernels.Largest(x.Storage.Dense, shape.Around(axis)).Shares;
        return DiffTensor<T>.Weigh(Rows.Along(gradient, axis, shape), new(Storage<T>.Wide(shares), shape));
    }
}

internal sealed class LogSumExpOperation<T>(int axis) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(RowKernels.LogSumExp(x.Storage.Dense, x.Shape.Around(axis))), x.Shape.Without(axis));

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Weigh(Rows.Along(gradient, axis, x.Shape), DiffTensor<T>.Softmax(x, axis));
}

// Softmax, or 1 − softmax without the cancellation.
internal sealed class SoftmaxOperation<T>(int axis, bool complement) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(RowKernels.Softmax(x.Storage.Dense, x.Shape.Around(axis), complement)), x.Shape);

    // p_k (g_k − Σ p g) as p_k (g_k (1 − p_k) − Σ_{j≠k} p_j g_j): for the class of a confident row the first form has no digits left.
    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var p = complement ? DiffTensor<T>.Softmax(x, axis) : output;
        var rest = complement ? output : new SoftmaxOperation<T>(axis, true).Apply(x);
        var others = new OthersOperation<T>(axis).Apply(DiffTensor<T>.Weigh(p, gradient));
        var pulled = DiffTensor<T>.Weigh(p, DiffTensor<T>.Weigh(rest, gradient) - others);
        // A row that nothing comes back to has no slope, whatever it holds; a weight p that is NaN would not know.
        if (TensorPrimitives.IsNaNAny<double>(output.Storage.Numbers))
            pulled = DiffTensor<T>.Weigh(
                new(Storage<T>.Wide(RowKernels.AnyNonzero(gradient.Storage.Dense, gradient.Shape.Around(axis))), gradient.Shape),
                pulled
            );
        return complement ? -pulled : pulled;
    }
}

// The sum of all the other elements along an axis; not the sum less the element, which has no digits left where the element is most of it.
internal sealed class OthersOperation<T>(int axis) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(RowKernels.Others(x.Storage.Dense, x.Shape.Around(axis))), x.Shape);

    // Its matrix is symmetric.
    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new OthersOperation<T>(axis).Apply(gradient);
}

internal sealed class LogSoftmaxOperation<T>(int axis) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(RowKernels.LogSoftmax(x.Storage.Dense, x.Shape.Around(axis))), x.Shape);

    // g_k − p_k Σ g as g_k (1 − p_k) − p_k Σ_{j≠k} g_j: at the label of a confident row the first form has no digits left.
    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var others = new OthersOperation<T>(axis).Apply(gradient);
        var own = DiffTensor<T>.Weigh(gradient, new SoftmaxOperation<T>(axis, true).Apply(x));
        return own - DiffTensor<T>.Weigh(others, DiffTensor<T>.Softmax(x, axis));
    }
}

internal static class Rows
{
    /// <summary>A value for each row, repeated along the axis that the rows lie on.</summary>
    internal static DiffTensor<T> Along<T>(DiffTensor<T> x, int axis, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => DiffTensor<T>.Expand(DiffTensor<T>.Reshape(x, shape.With(axis, 1)), shape);
}
