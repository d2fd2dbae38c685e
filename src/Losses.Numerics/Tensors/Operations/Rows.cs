using System.Numerics;
using System.Numerics.Tensors;

namespace Losses;

// The operations along an axis.

internal sealed class LargestOperation<T>(int axis) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(
            Storage<T>.Wide(Rows.Of(new LargestRows(false), x, axis, static (x, at) => RowKernels.Largest(x, at).Values)),
            x.Shape.Without(axis)
        );

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var shape = x.Shape;
        var shares = Rows.Of(new LargestRows(true), x, axis, static (x, at) => RowKernels.Largest(x, at).Shares);
        return DiffTensor<T>.Weigh(Rows.Along(gradient, axis, shape), new(Storage<T>.Wide(shares), shape));
    }
}

internal sealed class LogSumExpOperation<T>(int axis) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(Rows.Of(new ExponentialRows(Exponential.LogSumExp), x, axis, RowKernels.LogSumExp)), x.Shape.Without(axis));

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Weigh(Rows.Along(gradient, axis, x.Shape), DiffTensor<T>.Softmax(x, axis));
}

// Softmax, or 1 − softmax without the cancellation.
internal sealed class SoftmaxOperation<T>(int axis, bool complement) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(
            Storage<T>.Wide(
                Rows.Of(
                    new ExponentialRows(complement ? Exponential.Complement : Exponential.Softmax),
                    x,
                    axis,
                    (x, at) => RowKernels.Softmax(x, at, complement)
                )
            ),
            x.Shape
        );

    // p_k (g_k − Σ p g) as p_k (g_k (1 − p_k) − Σ_{j≠k} p_j g_j): for the class of a confident row the first form has no digits left.
    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        if (Rows.Slopes(complement ? Exponential.Complement : Exponential.Softmax, x, output, axis, gradient) is { } slopes)
            return slopes;
        var p = complement ? DiffTensor<T>.Softmax(x, axis) : output;
        var rest = complement ? output : new SoftmaxOperation<T>(axis, true).Apply(x);
        var others = new OthersOperation<T>(axis).Apply(DiffTensor<T>.Weigh(p, gradient));
        var pulled = DiffTensor<T>.Weigh(p, DiffTensor<T>.Weigh(rest, gradient) - others);
        // A row that nothing comes back to has no slope, whatever it holds; a weight p that is NaN would not know.
        if (TensorPrimitives.IsNaNAny<double>(output.Storage.Numbers))
            pulled = DiffTensor<T>.Weigh(
                new(Storage<T>.Wide(Rows.Of(new NonzeroRows(), gradient, axis, RowKernels.AnyNonzero)), gradient.Shape),
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
        new(Storage<T>.Wide(Rows.Of(new OtherRows(), x, axis, RowKernels.Others)), x.Shape);

    // Its matrix is symmetric.
    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new OthersOperation<T>(axis).Apply(gradient);
}

internal sealed class LogSoftmaxOperation<T>(int axis) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(Rows.Of(new ExponentialRows(Exponential.LogSoftmax), x, axis, RowKernels.LogSoftmax)), x.Shape);

    // g_k − p_k Σ g as g_k (1 − p_k) − p_k Σ_{j≠k} g_j: at the label of a confident row the first form has no digits left.
    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        if (Rows.Slopes(Exponential.LogSoftmax, x, null, axis, gradient) is { } slopes)
            return slopes;
        var others = new OthersOperation<T>(axis).Apply(gradient);
        var own = DiffTensor<T>.Weigh(gradient, new SoftmaxOperation<T>(axis, true).Apply(x));
        return own - DiffTensor<T>.Weigh(others, DiffTensor<T>.Softmax(x, axis));
    }
}

internal static class Rows
{
    internal delegate double[] Plain(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at);

    /// <summary>A function of the rows along an axis: side by side, or one after another where there are few or they are long.</summary>
    internal static double[] Of<T, F>(F function, DiffTensor<T> x, int axis, Plain plain)
        where T : unmanaged, IFloatingPointIeee754<T>
        where F : struct, IRowFunction
    {
        var at = x.Shape.Around(axis);
        return RowTiles.Takes(at) ? RowTiles.Run(function, x.Storage, at) : plain(x.Storage.Dense, at);
    }

    /// <summary>The gradient of a softmax in one pass, where nobody differentiates it again.</summary>
    internal static DiffTensor<T>? Slopes<T>(Exponential kind, DiffTensor<T> x, DiffTensor<T>? output, int axis, DiffTensor<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var at = x.Shape.Around(axis);
        if (x.Level > 0 || gradient.Level > 0 || !RowTiles.Takes(at))
            return null;
        var isMasked = output is not null && TensorPrimitives.IsNaNAny<double>(output.Storage.Numbers);
        return new(Storage<T>.Wide(RowTiles.Run(new ExponentialSlopes(kind, isMasked), x.Storage, at, gradient.Storage)), x.Shape);
    }

    /// <summary>A value for each row, repeated along the axis that the rows lie on.</summary>
    internal static DiffTensor<T> Along<T>(DiffTensor<T> x, int axis, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => DiffTensor<T>.Expand(DiffTensor<T>.Reshape(x, shape.With(axis, 1)), shape);
}
