using System.Buffers;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>z-loss of rows of logits: the square of the logarithm of their normaliser.</summary>
/// <param name="axis">The class axis.</param>
internal sealed class NormaliserRows(int axis) : TargetRows(axis)
{
    private protected override unsafe SoftmaxJob<S> Job<S>(
        S* x,
        S* target,
        int rows,
        int classes,
        int inner,
        double* upstream,
        bool isUniform,
        S* values,
        S* byPrediction,
        S* byTarget
    ) => new NormaliserJob<S>(x, rows, classes, inner, upstream, isUniform, values, byPrediction);
}

/// <summary>z-loss over pinned memory, a row at a time.</summary>
internal sealed unsafe class NormaliserJob<S>(
    S* logits,
    int rows,
    int classes,
    int inner,
    double* upstream,
    bool isUniform,
    S* values,
    S* gradient
) : SoftmaxJob<S>(logits, rows, classes, inner, upstream, isUniform, values)
    where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
{
    private protected override void RunRows(int first, int last, ExactSum? sum) => Widest.Run<S, Part>(new(this, first, last));

    private readonly struct Part(NormaliserJob<S> job, int first, int last) : IWork<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => job.RunRows<TLane>(first, last);
    }

    private void RunRows<TLane>(int first, int last)
        where TLane : struct, ILane<TLane, S>
    {
        var exponentials = ArrayPool<double>.Shared.Rent(RowLength);
        var room = stackalloc double[Ways];
        // A row that lies across memory is read into one along it, and its gradient written back.
        var apart = Inner == 1 ? [] : ArrayPool<S>.Shared.Rent(Classes);
        fixed (double* e = exponentials)
        fixed (S* line = apart)
            for (var row = first; row < last; row++)
            {
                var place = Place(row);
                var x = Inner == 1 ? Logits + place : line;
                for (var c = 0; Inner != 1 && c < Classes; c++)
                    line[c] = Logits[place + (nint)c * Inner];
                var u = Upstream(row);
                var (max, others, _) = Exponentiate<TLane>(x, e, Math.Abs(u) <= LargestUpstream);
                TLane.StoreNumbers(TLane.Log1P(TLane.Constant(others)), ref *room, 0);
                var normaliser = max + *room;
                if (Values is not null)
                    Values[row] = S.CreateTruncating(normaliser * normaliser);
                if (gradient is null)
                    continue;
                var into = Inner == 1 ? gradient + place : line;
                // Without a distribution there is no slope, and a NaN is in all.
                if (u == 0 || double.IsNegativeInfinity(max))
                    new Span<S>(into, Classes).Clear();
                else if (double.IsNaN(others))
                    new Span<S>(into, Classes).Fill(S.NaN);
                else
                    Share<TLane>(e, Classes, 2 * u * normaliser / (1 + others), into);
                for (var c = 0; Inner != 1 && c < Classes; c++)
                    gradient[place + (nint)c * Inner] = line[c];
            }
        ArrayPool<double>.Shared.Return(exponentials);
        if (Inner != 1)
            ArrayPool<S>.Shared.Return(apart);
    }

    // The share of each class in what the normaliser's slope is; one that has vanished has none, also of an infinite one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Share<TLane>(double* exponentials, int n, double slope, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        var factor = TLane.Constant(slope);
        nuint i = 0;
        for (; i + (nuint)TLane.Count <= (nuint)n; i += (nuint)TLane.Count)
            TLane.Store(TLane.Weigh(TLane.LoadNumbers(in *exponentials, i), factor), ref *gradient, i);
        for (; i < (nuint)n; i++)
            gradient[i] = exponentials[i] == 0 ? S.Zero : S.CreateTruncating(exponentials[i] * slope);
    }
}
