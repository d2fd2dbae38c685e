using System.Numerics;

namespace Losses;

/// <summary>A loss of sums on the CPU's tensor: the kernel, and where a differentiation lies around it the definition.</summary>
/// <param name="loss">The definition.</param>
/// <param name="summed">Which axes are summed.</param>
/// <param name="weights">A weight for each element, or none.</param>
internal sealed class SumsOperation<T, L>(L loss, bool[] summed, DiffTensor<T>? weights) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where L : struct, ISums
{
    // They stand for every pass: a gradient is made of the same numbers as the value.
    private double[]? _sums;

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var shape = inputs[0].Shape;
        var values = IsStored(inputs)
            ? Values<T>(inputs[0].Storage.Rounded, inputs[1].Storage.Rounded, weights is null ? [] : weights.Storage.Rounded, shape)
            : Values<double>(inputs[0].Storage.Dense, inputs[1].Storage.Dense, weights is null ? [] : weights.Storage.Dense, shape);
        Shape kept = [.. shape.Lengths.Where((_, axis) => !summed[axis])];
        return new(Storage<T>.Wide(values), kept);
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
    {
        if (gradient.Level > 0 || inputs.Any(static x => x.Level > 0))
        {
            int[] axes = [.. Enumerable.Range(0, summed.Length).Where(axis => summed[axis])];
            var known = weights is null ? Array.Empty<DiffTensor<T>>() : [weights];
            return DiffTensor.Pullback(x => SumsDefinition.Of(loss, x[0], x[1], known, axes), inputs).Pullback(gradient);
        }
        return [isWanted[0] ? Gradient(inputs, gradient, isWanted, 0) : null, isWanted[1] ? Gradient(inputs, gradient, isWanted, 1) : null];
    }

    private DiffTensor<T> Gradient(DiffTensor<T>[] inputs, DiffTensor<T> gradient, Wanted<T> isWanted, int by)
    {
        var byTarget = by == 1;
        var shape = inputs[0].Shape;
        var g = gradient.Storage.Numbers;
        if (IsStored(inputs))
        {
            var gradients = isWanted.Memory(by, shape.Size);
            Gradient(
                inputs[0].Storage.Rounded,
                inputs[1].Storage.Rounded,
                weights is null ? [] : weights.Storage.Rounded,
                shape,
                g,
                byTarget,
                gradients.Span
            );
            return new(Storage<T>.Over(gradients), shape);
        }
        var wide = Memory.Fresh<double>(shape.Size);
        Gradient<double>(
            inputs[0].Storage.Dense,
            inputs[1].Storage.Dense,
            weights is null ? [] : weights.Storage.Dense,
            shape,
            g,
            byTarget,
            wide
        );
        return new(Storage<T>.Wide(wide), shape);
    }

    private bool IsStored(DiffTensor<T>[] inputs) => inputs.All(static x => x.IsStored) && (weights is null or { IsStored: true });

    private unsafe double[] Values<S>(ReadOnlySpan<S> x, ReadOnlySpan<S> t, ReadOnlySpan<S> w, Shape shape)
        where S : unmanaged
    {
        fixed (
            S* px = x,
                pt = t,
                pw = w
        )
        {
            var job = new SumsJob<L, S>(loss, px, pt, w.IsEmpty ? null : pw, new(shape, summed));
            var sums = _sums = job.Sums();
            return job.Values(sums);
        }
    }

    private unsafe void Gradient<S>(
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> t,
        ReadOnlySpan<S> w,
        Shape shape,
        ReadOnlySpan<double> upstream,
        bool byTarget,
        Span<S> gradient
    )
        where S : unmanaged
    {
        fixed (
            S* px = x,
                pt = t,
                pw = w,
                pg = gradient
        )
        {
            var job = new SumsJob<L, S>(loss, px, pt, w.IsEmpty ? null : pw, new(shape, summed));
            job.Gradient(_sums ?? job.Sums(), upstream, byTarget, pg);
        }
    }
}
