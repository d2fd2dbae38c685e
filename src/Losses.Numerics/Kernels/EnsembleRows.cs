using System.Numerics;

namespace Losses;

/// <summary>The continuous ranked probability score of ensembles, each sorted once: ∫ (F(z) − 1{z ≥ t})² dz from gap to gap, of which no term is negative.</summary>
/// <param name="isFair">Whether pairs of different members alone are averaged.</param>
/// <param name="axis">That of the members.</param>
internal sealed unsafe class EnsembleRows(bool isFair, int axis) : RowLoss
{
    /// <summary>The score of each ensemble.</summary>
    /// <param name="members">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="target">One for each ensemble.</param>
    /// <param name="shape">Of the members.</param>
    /// <param name="values">One for each ensemble.</param>
    /// <param name="order">For each ensemble the places of its members in their order, or empty.</param>
    internal void Values<S>(ReadOnlySpan<S> members, ReadOnlySpan<S> target, Shape shape, Span<double> values, Span<int> order)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (typeof(S) == typeof(float))
            Scores<S, uint>(members, target, shape, values, order, member => Sorting.Key(float.CreateTruncating(member)));
        else
            Scores<S, ulong>(
                members,
                target,
                shape,
                values,
                order,
                member => Sorting.Key(double.CreateTruncating(member), descending: false)
            );
    }

    private void Scores<S, K>(
        ReadOnlySpan<S> members,
        ReadOnlySpan<S> target,
        Shape shape,
        Span<double> values,
        Span<int> order,
        Func<S, K> key
    )
        where S : unmanaged, IFloatingPointIeee754<S>
        where K : unmanaged, IBinaryInteger<K>, IUnsignedNumber<K>
    {
        var (_, count, inner) = shape.Around(axis);
        double[] below = [.. Enumerable.Range(0, count + 1).Select(k => Share(k, count))];
        fixed (
            S* x = members,
                t = target
        )
        fixed (double* to = values)
        fixed (int* places = order)
        {
            var (from, truth, into, kept) = ((nint)x, (nint)t, (nint)to, (nint)places);
            RowKernels.EachChunk(
                values.Length,
                count,
                (first, some) =>
                {
                    var sort = new Sorting<K>(count);
                    for (var row = first; row < first + some; row++)
                    {
                        var own = (S*)from + Start(row, count, inner);
                        for (var i = 0; i < count; i++)
                            sort.Keys[i] = key(own[(long)i * inner]);
                        var order = sort.Run();
                        if (kept != 0)
                            order.AsSpan(0, count).CopyTo(new((int*)kept + (long)row * count, count));
                        double Member(int rank) => double.CreateTruncating(own[(long)order[rank] * inner]);
                        var y = double.CreateTruncating(((S*)truth)[row]);
                        double low = Member(0),
                            sum = Math.Max(low - y, 0),
                            lost = 0;
                        for (var k = 1; k < count; k++)
                        {
                            var high = Member(k);
                            var cut = Math.Min(Math.Max(y, low), high);
                            Compensated.Add(ref sum, ref lost, below[k] * (cut - low) + below[count - k] * (high - cut));
                            low = high;
                        }
                        Compensated.Add(ref sum, ref lost, Math.Max(y - low, 0));
                        ((double*)into)[row] = double.IsFinite(sum) ? sum + lost : sum;
                    }
                }
            );
        }
    }

    /// <summary>The gradients by members and targets; the slope of a member that is its target is that of neither side, but the mean.</summary>
    /// <param name="members">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="target">One for each ensemble.</param>
    /// <param name="shape">Of the members.</param>
    /// <param name="order">What <see cref="Values"/> left there.</param>
    /// <param name="upstream">What the gradient of a score is multiplied by: one number for all, or one for each.</param>
    /// <param name="byMembers">The shape of the members, or empty.</param>
    /// <param name="byTarget">That of the targets, or empty.</param>
    internal void Gradients<S>(
        ReadOnlySpan<S> members,
        ReadOnlySpan<S> target,
        Shape shape,
        ReadOnlySpan<int> order,
        ReadOnlySpan<double> upstream,
        Span<S> byMembers,
        Span<S> byTarget
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var (_, count, inner) = shape.Around(axis);
        // What the score grows by where the member of a rank moves up, away from the target and towards it.
        double pairs = isFair ? (double)count * (count - 1) : (double)count * count,
            own = isFair ? 0 : 1;
        double[] away = [.. Enumerable.Range(0, count).Select(k => (2 * (count - 1 - k) + own) / pairs)],
            towards = [.. Enumerable.Range(0, count).Select(k => -(2 * k + own) / pairs)],
            between = [.. away.Zip(towards, (a, b) => (a + b) / 2)];
        fixed (
            S* x = members,
                t = target,
                dx = byMembers,
                dt = byTarget
        )
        fixed (double* above = upstream)
        fixed (int* places = order)
        {
            var (from, truth, toMembers, toTarget, weights, kept) = ((nint)x, (nint)t, (nint)dx, (nint)dt, (nint)above, (nint)places);
            var isOne = upstream.Length == 1;
            RowKernels.EachChunk(
                target.Length,
                count,
                (first, some) =>
                {
                    for (var row = first; row < first + some; row++)
                        Row(row);
                }
            );

            void Row(int row)
            {
                var start = Start(row, count, inner);
                var order = (int*)kept + (long)row * count;
                var y = double.CreateTruncating(((S*)truth)[row]);
                var u = ((double*)weights)[isOne ? 0 : row];
                // A NaN is the last in the order; what is weighed with 0 has the slope 0, and not −0.
                var last = double.CreateTruncating(((S*)from)[start + (long)order[count - 1] * inner]);
                var scale =
                    u == 0 ? 0
                    : double.IsNaN(last) || double.IsNaN(y) ? double.NaN
                    : u;
                var low = CountBelow(order, start, y, orEqual: false);
                var high = CountBelow(order, start, y, orEqual: true);
                if (toMembers != 0)
                {
                    Fill(order, start, 0, low, scale, towards);
                    Fill(order, start, low, high, scale, between);
                    Fill(order, start, high, count, scale, away);
                }
                if (toTarget != 0)
                    ((S*)toTarget)[row] = S.CreateTruncating(0.0 + scale * (low + high - count) / count);
            }

            int CountBelow(int* order, long start, double y, bool orEqual)
            {
                int low = 0,
                    high = count;
                while (low < high)
                {
                    var middle = (low + high) / 2;
                    var member = double.CreateTruncating(((S*)from)[start + (long)order[middle] * inner]);
                    if (member < y || (orEqual && member == y))
                        low = middle + 1;
                    else
                        high = middle;
                }
                return low;
            }

            void Fill(int* order, long start, int first, int end, double scale, double[] slopes)
            {
                for (var k = first; k < end; k++)
                    ((S*)toMembers)[start + (long)order[k] * inner] = S.CreateTruncating(0.0 + scale * slopes[k]);
            }
        }
    }

    // With k of the members on one side, what a unit of a gap adds.
    private double Share(int k, int count) =>
        isFair ? (double)k * (k - 1) / ((double)count * (count - 1)) : (double)k / count * ((double)k / count);

    private static long Start(int row, int count, int inner) => (long)(row / inner) * count * inner + row % inner;
}
