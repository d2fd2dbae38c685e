using System.Buffers;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>What the labels of a row lack of being 1 above each other class of it, summed, over the number of classes; no pair is stored.</summary>
/// <param name="labels">(N, C), each row's class indices and after the last one −1.</param>
internal sealed unsafe class MultiLabelRows(Labels labels) : RowLoss
{
    private const int Ways = 8;

    // Pairs of a label and another class for a tenth of a millisecond or so.
    private const int ChunkPairs = 1 << 18;

    /// <summary>The losses of all rows, and their gradients where they are wanted.</summary>
    /// <param name="scores">(N, C)</param>
    /// <param name="upstream">What a row's gradient is multiplied by: N, or one for all.</param>
    /// <param name="values">N, or empty.</param>
    /// <param name="gradient">(N, C), or empty.</param>
    internal void Run<S>(ReadOnlySpan<S> scores, ReadOnlySpan<double> upstream, Span<double> values, Span<double> gradient)
        where S : unmanaged
    {
        fixed (S* x = scores)
        fixed (
            double* u = upstream,
                v = values,
                g = gradient
        )
            Widest.Run<double, Work<S>>(new(this, x, u, upstream.Length == 1, v, g));
    }

    private readonly struct Work<S>(MultiLabelRows rows, S* scores, double* upstream, bool isUniform, double* values, double* gradient)
        : IWork<double>
        where S : unmanaged
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, double> => rows.RunWith<TLane, S>(scores, upstream, isUniform, values, gradient);
    }

    private void RunWith<TLane, S>(S* scores, double* upstream, bool isUniform, double* values, double* gradient)
        where TLane : struct, ILane<TLane, double>
        where S : unmanaged
    {
        int rows = labels.Shape[0],
            classes = labels.Shape[1];
        var chunk = Math.Clamp(ChunkPairs / 16 / classes, 1, Math.Max(1, rows));
        var chunks = (rows + chunk - 1) / chunk;
        Threads.Run(
            chunks,
            Math.Min(Threads.Max, Math.Max(1, chunks)),
            (part, _) =>
            {
                var memory = ArrayPool<double>.Shared.Rent(2 * (classes + Ways));
                var places = ArrayPool<int>.Shared.Rent(classes);
                try
                {
                    fixed (double* start = memory)
                        for (var row = part * chunk; row < Math.Min(rows, (part + 1) * chunk); row++)
                        {
                            var g = gradient is null ? null : gradient + (nint)row * classes;
                            var slope = isUniform ? *upstream : upstream[row];
                            var value = Row<TLane, S>(scores + (nint)row * classes, row, classes, slope, g, start, places);
                            if (values is not null)
                                values[row] = value;
                        }
                }
                finally
                {
                    ArrayPool<double>.Shared.Return(memory);
                    ArrayPool<int>.Shared.Return(places);
                }
            }
        );
    }

    private double Row<TLane, S>(S* scores, int row, int classes, double upstream, double* gradient, double* memory, int[] places)
        where TLane : struct, ILane<TLane, double>
        where S : unmanaged
    {
        var own = labels.Indices.Slice(row * classes, classes);
        var end = own.IndexOfAnyInRange(int.MinValue, -1);
        own = end < 0 ? own : own[..end];
        // The others side by side, and of each for how many labels it comes too near.
        double* others = memory,
            counts = memory + classes + Ways;
        var count = Others(scores, own, classes, others, places);
        new Span<double>(counts, count).Clear();
        if (gradient is not null)
            new Span<double>(gradient, classes).Clear();
        double total = 0,
            lost = 0;
        var work = 0L;
        foreach (var label in own)
        {
            if ((work += count) > ChunkPairs)
            {
                work = 0;
                Cancellable.Check();
            }
            var (sum, rest, near) = Lacking<TLane>(Widen(scores[label]), others, count, counts);
            Compensated.Add(ref total, ref lost, sum, rest);
            if (gradient is not null)
                gradient[label] -= near;
        }
        var value = (double.IsFinite(total) ? total + lost : total) / classes;
        if (gradient is null)
            return value;
        if (upstream == 0)
        {
            new Span<double>(gradient, classes).Clear();
            return value;
        }
        for (var j = 0; j < count; j++)
            gradient[places[j]] = counts[j];
        // A loss that is no number has no slope. What a class has none in is +0.
        var share = double.IsNaN(value) ? value : upstream / classes;
        for (var i = 0; i < classes; i++)
            gradient[i] = gradient[i] == 0 && !double.IsNaN(share) ? 0 : gradient[i] * share;
        return value;
    }

    private static int Others<S>(S* scores, ReadOnlySpan<int> own, int classes, double* others, int[] places)
        where S : unmanaged
    {
        var isOwn = ArrayPool<bool>.Shared.Rent(classes);
        Array.Clear(isOwn, 0, classes);
        foreach (var label in own)
            isOwn[label] = true;
        var count = 0;
        // Without a label no pair counts.
        for (var i = 0; i < classes && own.Length > 0; i++)
            if (!isOwn[i])
            {
                places[count] = i;
                others[count++] = Widen(scores[i]);
            }
        ArrayPool<bool>.Shared.Return(isOwn);
        return count;
    }

    private static double Widen<S>(S value)
        where S : unmanaged => typeof(S) == typeof(float) ? Unsafe.BitCast<S, float>(value) : Unsafe.BitCast<S, double>(value);

    // Σ max(0, 1 − (score − x)) over the others x, what the sum lost, and how many of the terms are above 0; each is counted in its place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Sum, double Lost, double Near) Lacking<TLane>(double score, double* others, int count, double* counts)
        where TLane : struct, ILane<TLane, double>
    {
        double* sums = stackalloc double[Ways],
            lost = stackalloc double[Ways],
            nears = stackalloc double[Ways];
        var whole = (nuint)(count / Ways * Ways);
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1),
            label = TLane.Constant(score);
        for (nuint way = 0; way < Ways; way += (nuint)TLane.Count)
        {
            TLane sum = zero,
                loss = zero,
                near = zero;
            for (var i = way; i < whole; i += Ways)
            {
                var lacking = one - (label - TLane.LoadNumbers(in *others, i));
                var isNear = TLane.IfLess(zero, lacking, one, zero);
                Compensated.Add(ref sum, ref loss, TLane.Max(zero, lacking));
                near += isNear;
                TLane.StoreNumbers(TLane.LoadNumbers(in *counts, i) + isNear, ref *counts, i);
            }
            TLane.StoreNumbers(sum, ref *sums, way);
            TLane.StoreNumbers(loss, ref *lost, way);
            TLane.StoreNumbers(near, ref *nears, way);
        }
        double total = 0,
            rest = 0,
            all = 0;
        for (var way = 0; way < Ways; way++)
        {
            Compensated.Add(ref total, ref rest, sums[way], lost[way]);
            all += nears[way];
        }
        for (var i = (int)whole; i < count; i++)
        {
            var lacking = 1 - (score - others[i]);
            Compensated.Add(ref total, ref rest, Math.Max(0, lacking));
            if (lacking > 0)
            {
                counts[i]++;
                all++;
            }
        }
        return (total, rest, all);
    }
}
