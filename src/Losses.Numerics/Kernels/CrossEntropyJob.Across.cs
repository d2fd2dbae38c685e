using System.Runtime.CompilerServices;

namespace Losses;

// Rows that lie across memory, side by side, and short ones that are turned to do so.
internal sealed unsafe partial class CrossEntropyJob<S>
{
    // Rows side by side, their classes far apart: a lane holds one class of several rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Across<TLane>(int row, int count, double* exponentials, S* padded, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var start = (nint)(row / inner) * classes * inner + row % inner;
        var x = logits + start;
        var whole = count / TLane.Count * TLane.Count;
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        // What is left of the last lane is padded with zeros, rows like any other whose results go nowhere.
        if (whole < count)
        {
            new Span<S>(padded, classes * TLane.Count).Clear();
            for (var c = 0; c < classes; c++)
                new ReadOnlySpan<S>(x + (nint)c * inner + whole, count - whole).CopyTo(new(padded + c * TLane.Count, count - whole));
            SideBySide<TLane>(padded, TLane.Count, TLane.Count, exponentials + whole, width, group.Max + whole, group.Others + whole);
        }
        if (whole > 0)
            SideBySide<TLane>(x, inner, whole, exponentials, width, group.Max, group.Others);
        DescribeAll(row, count, x, inner, 1, group);
        if (gradients is null)
            return;
        var shares = Shares(row, count, group);
        var gradient = gradients + start;
        for (var c = 0; c < classes; c++)
        {
            var e = exponentials + (nint)c * width;
            var to = gradient + (nint)c * inner;
            ScaledAcross<TLane>(e, shares, group.Lost, whole, to);
            for (var r = whole; r < count; r++)
                to[r] = S.CreateTruncating(Weigh(shares[r], Whole(e[r], group.Lost[r])));
        }
        Correct(row, count, exponentials, width, shares, group, gradient, inner, 1);
    }

    // Short rows that lie along memory: turned, so that they lie across it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Turned<TLane>(int row, int count, double* exponentials, S* turned, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var x = logits + (nint)row * classes;
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        for (var c = 0; c < classes; c++)
        {
            var to = turned + c * width;
            for (var r = 0; r < count; r++)
                to[r] = x[r * classes + c];
            new Span<S>(to + count, width - count).Clear();
        }
        SideBySide<TLane>(turned, width, width, exponentials, width, group.Max, group.Others);
        DescribeAll(row, count, turned, width, 1, group);
        if (gradients is null)
            return;
        var shares = Shares(row, count, group);
        new Span<double>(shares + count, width - count).Clear();
        var gradient = gradients + (nint)row * classes;
        for (var c = 0; c < classes; c++)
        {
            var from = turned + c * width;
            ScaledAcross<TLane>(exponentials + c * width, shares, group.Lost, width, from);
            for (var r = 0; r < count; r++)
                gradient[r * classes + c] = from[r];
        }
        Correct(row, count, exponentials, width, shares, group, gradient, 1, classes);
    }

    // The rows of a group, class c of row r at c · perClass + r · perRow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DescribeAll(int row, int count, S* x, int perClass, int perRow, Group group)
    {
        var labels = loss.Labels.Indices.Slice(row, count);
        for (var r = 0; r < count; r++)
        {
            var label = labels[r];
            var max = group.Max[r];
            var lacking = label >= 0 && _smoothing > 0 ? Lacking(x + (nint)r * perRow, perClass, max) : 0;
            var logit = label < 0 ? 0 : double.CreateTruncating(x[(nint)label * perClass + (nint)r * perRow]);
            Describe(r, label, max, group.Others[r], logit, lacking, group);
        }
    }

    // What the exponentials of each row are multiplied by. The largest logits have been used: the shares take their place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double* Shares(int row, int count, Group group)
    {
        var shares = group.Max;
        for (var r = 0; r < count; r++)
        {
            var g = Upstream(row + r);
            var counts = g != 0 && (group.Own[r] != 0 || group.Smoothing[r] != 0);
            (shares[r], group.Lost[r]) = counts ? Share(group.Own[r] + group.Smoothing[r] * _weightSum, group.Others[r], g) : (0, 0);
        }
        return shares;
    }

    // What smoothing takes from every class, and the label's own slope.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Correct(
        int row,
        int count,
        double* exponentials,
        int width,
        double* shares,
        Group group,
        S* gradient,
        int perClass,
        int perRow
    )
    {
        if (_smoothing > 0)
            for (var c = 0; c < classes; c++)
            for (var r = 0; r < count; r++)
                gradient[(nint)c * perClass + (nint)r * perRow] = S.CreateTruncating(
                    Weigh(shares[r], Whole(exponentials[(nint)c * width + r], group.Lost[r]))
                        - Weigh(group.Smoothing[r], Weigh(Upstream(row + r), loss.Weight(c)))
                );
        var labels = loss.Labels.Indices.Slice(row, count);
        for (var r = 0; r < count; r++)
        {
            if (labels[r] < 0 || shares[r] == 0)
                continue;
            var normaliser = 1 + group.Others[r];
            var e = exponentials[(nint)labels[r] * width + r];
            var rest = group.Short[r] == 0 ? group.Others[r] : normaliser - e;
            gradient[(nint)labels[r] * perClass + (nint)r * perRow] = S.CreateTruncating(
                group.Smoothing[r] == 0
                    ? -(shares[r] * Whole(rest, group.Lost[r]))
                    : SmoothedLabel(
                        Upstream(row + r),
                        group.Own[r],
                        group.Smoothing[r],
                        rest / normaliser,
                        e / normaliser,
                        loss.Weight(labels[r])
                    )
            );
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SideBySide<TLane>(S* x, int apart, int count, double* exponentials, int width, double* largest, double* others)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var zero = TLane.Constant(0);
        var one = TLane.Constant(1);
        for (nuint i = 0; i < (nuint)count; i += step)
        {
            var max = TLane.Constant(double.NegativeInfinity);
            for (var c = 0; c < classes; c++)
                max = TLane.Max(max, TLane.Load(in *(x + (nint)c * apart), i));
            TLane.StoreNumbers(max, ref *largest, i);
            var sum = zero;
            var error = zero;
            var ties = zero;
            for (var c = 0; c < classes; c++)
            {
                var logit = TLane.Load(in *(x + (nint)c * apart), i);
                var e = Exponential(logit, max);
                TLane.StoreNumbers(TLane.IfLess(logit, max, e, one), ref *(exponentials + (nint)c * width), i);
                Add(TLane.IfLess(logit, max, e, zero), ref sum, ref error);
                ties += TLane.IfLess(logit, max, zero, one);
            }
            // A NaN is the largest, and no exponential knows of it.
            TLane.StoreNumbers(TLane.Given(max, sum + (error + (ties - one))), ref *others, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaledAcross<TLane>(double* exponentials, double* shares, double* lost, int count, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var e = Whole(TLane.LoadNumbers(in *exponentials, i), TLane.LoadNumbers(in *lost, i));
            TLane.Store(TLane.Weigh(TLane.LoadNumbers(in *shares, i), e), ref *gradient, i);
        }
    }
}
