using System.Numerics;
using System.Numerics.Tensors;

namespace Losses;

/// <summary>A loss of pairs with labels in the place of the targets: each of a list's labels first, what is none of them second.</summary>
internal abstract class LabelledPairs(Labels labels, bool isLinear) : RowLoss
{
    /// <summary>Whether its slopes change at kinks alone.</summary>
    internal bool IsLinear { get; } = isLinear;

    /// <summary>(N, …): each list's class indices, repeated ones as often as they come; after the last a negative one.</summary>
    internal Labels Labels { get; } = labels;

    /// <summary>The loss of each list, and its slopes where they are wanted.</summary>
    /// <param name="x">The scores.</param>
    /// <param name="shape">(N, C)</param>
    /// <param name="values">N.</param>
    /// <param name="slopes">(N, C), or empty.</param>
    internal abstract void Run<S>(ReadOnlySpan<S> x, Shape shape, Span<double> values, Span<double> slopes)
        where S : unmanaged;
}

/// <summary>Those of a definition.</summary>
/// <param name="loss">The definition.</param>
/// <param name="labels">(N, …)</param>
/// <param name="isLinear">Whether its slopes change at kinks alone.</param>
internal sealed class LabelledPairs<L>(L loss, Labels labels, bool isLinear) : LabelledPairs(labels, isLinear)
    where L : struct, IPairs
{
    internal override unsafe void Run<S>(ReadOnlySpan<S> x, Shape shape, Span<double> values, Span<double> slopes)
    {
        fixed (S* px = x)
        fixed (
            double* v = values,
                s = slopes
        )
            new PairsJob<L, S>(loss, px, null, Labels, (shape[0], shape[1], 1)).Run(v, null, s, byTarget: false);
    }
}

/// <summary>Slopes that were made along with the values, times what comes from above.</summary>
internal static class PairSlopes
{
    private const int Block = 256;

    // Elements for some tens of microseconds.
    private const int Chunk = 1 << 15;

    /// <summary>Rounded once to the type of the gradient; where a slope is 0, or what comes from above, it is 0; but of a NaN there is no slope.</summary>
    internal static unsafe void Times<S>(
        double[] slopes,
        ReadOnlySpan<double> upstream,
        (int Outer, int Length, int Inner) at,
        Span<S> gradient
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        fixed (
            double* from = slopes,
                above = upstream
        )
        fixed (S* to = gradient)
        {
            var job = new Job<S>(from, above, upstream.Length == 1, to, at.Length, at.Inner);
            var size = at.Length * at.Inner;
            var some = Math.Max(1, Chunk / Math.Max(1, size));
            var chunks = Cut.Count(at.Outer, some);
            Threads.Run(
                chunks,
                Math.Min(Threads.Max, Math.Max(1, chunks / 2)),
                (chunk, _) =>
                {
                    for (var outer = chunk * some; outer < Cut.End(at.Outer, chunk * some, some); outer++)
                        job.Run(outer);
                }
            );
        }
    }

    internal static DiffTensor<T> Gradient<T>(double[] slopes, DiffTensor<T> upstream, Shape shape, int axis, bool isStored)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var above = upstream.Storage.Numbers;
        if (isStored)
        {
            var narrow = GC.AllocateUninitializedArray<T>(slopes.Length);
            Times<T>(slopes, above, shape.Around(axis), narrow);
            return new(Storage<T>.Narrow(narrow), shape);
        }
        var wide = GC.AllocateUninitializedArray<double>(slopes.Length);
        Times<double>(slopes, above, shape.Around(axis), wide);
        return new(Storage<T>.Wide(wide), shape);
    }

    private sealed unsafe class Job<S>(double* slopes, double* upstream, bool isUniform, S* gradient, int length, int inner)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        internal void Run(int outer)
        {
            var start = (nint)outer * length * inner;
            if (inner == 1)
            {
                Row(new(slopes + start, length), isUniform ? *upstream : upstream[outer], new(gradient + start, length));
                return;
            }
            for (var i = 0; i < length * inner; i++)
            {
                var above = isUniform ? *upstream : upstream[outer * inner + i % inner];
                Row(new(slopes + start + i, 1), above, new(gradient + start + i, 1));
            }
        }

        private static void Row(ReadOnlySpan<double> slopes, double above, Span<S> gradient)
        {
            if (above == 0)
            {
                gradient.Clear();
                return;
            }
            if (!double.IsFinite(above) || slopes.Length == 1)
            {
                for (var i = 0; i < slopes.Length; i++)
                    gradient[i] = slopes[i] == 0 && !double.IsNaN(above) ? S.Zero : S.CreateTruncating(slopes[i] * above);
                return;
            }
            Span<double> scaled = stackalloc double[Block];
            for (var i = 0; i < slopes.Length; i += Block)
            {
                var count = Math.Min(Block, slopes.Length - i);
                // With 0 added a slope of −0 is one of 0.
                TensorPrimitives.Multiply(slopes.Slice(i, count), above, scaled);
                TensorPrimitives.Add(scaled[..count], 0.0, scaled);
                TensorPrimitives.ConvertTruncating<double, S>(scaled[..count], gradient.Slice(i, count));
            }
        }
    }
}

/// <summary>A loss of pairs on the CPU's tensor: the kernel, and where a differentiation lies around it the definition.</summary>
/// <param name="loss">The definition.</param>
/// <param name="axis">The axis that the lists lie along.</param>
/// <param name="isVaried">Whether a gradient by the prediction may be asked for: its slopes are then made along with the values.</param>
internal sealed class PairsOperation<T, L>(L loss, int axis, bool isVaried) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where L : struct, IPairs
{
    private double[]? _slopes;

    /// <summary>How many pairs of each list count.</summary>
    internal DiffTensor<T>? Counts { get; private set; }

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var kept = inputs[0].Shape.Without(axis);
        double[] values = new double[kept.Size],
            counts = new double[kept.Size],
            slopes = isVaried ? GC.AllocateUninitializedArray<double>(inputs[0].Count) : [];
        Run(inputs, values, counts, slopes, byTarget: false);
        _slopes = isVaried ? slopes : null;
        Counts = new(Storage<T>.Wide(counts), kept);
        return new(Storage<T>.Wide(values), kept);
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
    {
        if (gradient.Level > 0 || inputs.Any(static x => x.Level > 0))
            return DiffTensor.Pullback(x => PairsDefinition.Of(loss, x[0], x[1], axis), inputs).Pullback(gradient);
        return
        [
            isWanted[0] ? Gradient(inputs, gradient, _slopes ?? Slopes(inputs, false)) : null,
            isWanted[1] ? Gradient(inputs, gradient, Slopes(inputs, true)) : null,
        ];
    }

    private double[] Slopes(DiffTensor<T>[] inputs, bool byTarget)
    {
        var slopes = GC.AllocateUninitializedArray<double>(inputs[0].Count);
        Run(inputs, [], [], slopes, byTarget);
        return slopes;
    }

    private DiffTensor<T> Gradient(DiffTensor<T>[] inputs, DiffTensor<T> gradient, double[] slopes) =>
        PairSlopes.Gradient(slopes, gradient, inputs[0].Shape, axis, inputs.All(static x => x.IsStored));

    private void Run(DiffTensor<T>[] inputs, double[] values, double[] counts, double[] slopes, bool byTarget)
    {
        var at = inputs[0].Shape.Around(axis);
        if (inputs.All(static x => x.IsStored))
            Run(inputs[0].Storage.Rounded, inputs[1].Storage.Rounded, at, values, counts, slopes, byTarget);
        else
            Run<double>(inputs[0].Storage.Dense, inputs[1].Storage.Dense, at, values, counts, slopes, byTarget);
    }

    private unsafe void Run<S>(
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> t,
        (int Outer, int Length, int Inner) at,
        double[] values,
        double[] counts,
        double[] slopes,
        bool byTarget
    )
        where S : unmanaged
    {
        fixed (
            S* px = x,
                pt = t
        )
        fixed (
            double* v = values,
                c = counts,
                s = slopes
        )
            new PairsJob<L, S>(loss, px, pt, null, at).Run(v, c, s, byTarget);
    }
}

internal sealed class LabelledPairsOperation<T>(LabelledPairs row, Func<DiffTensor<T>[], DiffTensor<T>> definition, bool isVaried)
    : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private double[]? _slopes;

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = new double[inputs[0].Shape[0]];
        var slopes = isVaried ? GC.AllocateUninitializedArray<double>(inputs[0].Count) : [];
        Run(inputs[0], values, slopes);
        _slopes = isVaried ? slopes : null;
        return new(Storage<T>.Wide(values), [values.Length]);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    )
    {
        return [PairSlopes.Gradient(Slopes(inputs[0]), gradient, inputs[0].Shape, 1, inputs[0].IsStored)];
    }

    private protected override DiffTensor<T>?[] Differentiable(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    )
    {
        if (!row.IsLinear)
            return ByDefinition(inputs, gradient);
        DiffTensor<T> slopes = new(Storage<T>.Wide(Slopes(inputs[0])), inputs[0].Shape);
        return [DiffTensor<T>.Weigh(Rows.Along(gradient, 1, inputs[0].Shape), slopes)];
    }

    private double[] Slopes(DiffTensor<T> x)
    {
        if (_slopes is null)
            Run(x, new double[x.Shape[0]], _slopes = GC.AllocateUninitializedArray<double>(x.Count));
        return _slopes;
    }

    private void Run(DiffTensor<T> x, double[] values, double[] slopes)
    {
        if (x.IsStored)
            row.Run(x.Storage.Rounded, x.Shape, values, slopes);
        else
            row.Run(x.Storage.Dense, x.Shape, values, slopes);
    }
}
