using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

// The rows: one after another, or side by side in lanes.
internal sealed unsafe partial class SoftmaxLabelsJob<L, S>
{
    // A row whose classes lie one after another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Along<TLane>(int row, int r, double* exponentials, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var label = rows.Labels.Indices[row];
        var x = Logits + (nint)row * Classes;
        var gradient = gradients is null ? null : gradients + (nint)row * Classes;
        var g = gradient is null ? 0 : Upstream(row);
        var max = double.NegativeInfinity;
        double others = 0;
        var isShort = false;
        if (label >= 0)
            (max, others, isShort) = Exponentiate<TLane>(x, exponentials, Math.Abs(g) < LargestUpstream);
        double weight = 0,
            lacking = 0;
        // A row all −∞ has no distribution, and contributes nothing.
        if (!double.IsNegativeInfinity(max))
        {
            var logit = double.CreateTruncating(x[label]);
            weight = rows.Weight(label);
            lacking = logit == max ? 0 : max - logit;
            group.Weight[r] = weight;
            group.Others[r] = others;
            group.Short[r] = lacking;
            group.Exponential[r] = exponentials[label];
            group.Smoothing[r] = _smoothing;
            if (_smoothing > 0)
                group.Lacking[r] = Lacking<TLane>(x, max);
        }
        if (gradient is null)
            return;
        var (share, lost) =
            g == 0 || double.IsNegativeInfinity(max) ? (0, 0) : Share<TLane>(others, lacking, exponentials[label], weight, g, group);
        if (share == 0)
        {
            new Span<S>(gradient, Classes).Clear();
            return;
        }
        if (isShort && _smoothing == 0)
            Scale<TLane>(exponentials, share, (float*)gradient);
        else
            Scaled<TLane>(exponentials, share, lost, g * _smoothing, gradient);
        // The label's own −(1 − p) must not be computed from p: a confident row would have no digits left.
        var normaliser = 1 + others;
        var rest = lacking == 0 ? others : normaliser - exponentials[label];
        gradient[label] = S.CreateTruncating(
            _smoothing == 0
                ? -(share * Whole(rest, lost))
                : g
                    * (
                        _smoothing * (exponentials[label] / normaliser * _weightSum - weight)
                        - (1 - rows.LabelSmoothing) * weight * (rest / normaliser)
                    )
        );
    }

    // Rows one after another, of which each is what Along makes of it; false where one cannot go the shorter way.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool DescribeAlong<TLane>(int row, int count, double* exponentials, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        for (var r = 0; gradients is not null && r < count; r++)
            if (!(Math.Abs(Upstream(row + r)) < LargestUpstream))
                return false;
        var x = Logits + (nint)row * Classes;
        var (apart, isWeighed) = (RowLength, !rows.ClassWeights.IsEmpty);
        group.Clear();
        fixed (int* labels = rows.Labels.Indices.Slice(row, count))
        {
            if (!AreShort<TLane>(x, count, labels, exponentials, group.Share, group.Others))
                return false;
            for (var r = 0; r < count; r++)
            {
                var label = labels[r];
                if (label < 0)
                    continue;
                group.Weight[r] = isWeighed ? rows.Weight(label) : 1;
                group.Short[r] = group.Share[r] - double.CreateTruncating(x[(nint)r * Classes + label]);
                group.Exponential[r] = exponentials[(nint)r * apart + label];
            }
        }
        return true;
    }

    // The slopes of rows one after another, whose exponentials are known.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Together<TLane>(int row, int count, double* exponentials, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        Upstream(row, count, group.Upstream);
        Shares<TLane>(group, (count + TLane.Count - 1) / TLane.Count * TLane.Count);
        var labels = rows.Labels.Indices.Slice(row, count);
        var gradient = gradients + (nint)row * Classes;
        var apart = RowLength;
        for (var r = 0; r < count; r++, gradient += Classes)
            if (group.Share[r] == 0)
                new Span<S>(gradient, Classes).Clear();
            else
            {
                Scale<TLane>(exponentials + (nint)r * apart, group.Share[r], (float*)gradient);
                gradient[labels[r]] = S.CreateTruncating(group.Lacking[r]);
            }
    }

    // What the exponentials of a row are multiplied by, in every slot of a lane: numbers just written one by one would be waited for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (double Share, double Lost) Share<TLane>(
        double others,
        double lacking,
        double exponential,
        double weight,
        double g,
        Group group
    )
        where TLane : struct, ILane<TLane, S>
    {
        var normaliser = TLane.Constant(others);
        var own = Own(normaliser, TLane.Constant(lacking), TLane.Constant(exponential));
        var (share, lost) = Share(Counted(Slope(own), TLane.Constant(weight), TLane.Constant(_smoothing)), normaliser, TLane.Constant(g));
        TLane.StoreNumbers(share, ref *group.Share, 0);
        TLane.StoreNumbers(lost, ref *group.Lost, 0);
        return (group.Share[0], group.Lost[0]);
    }

    // What a row counts with: of its label's slope, and of every class's where that is smoothed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLane Counted<TLane>(TLane slope, TLane weight, TLane smoothing)
        where TLane : struct, ILane<TLane, S>
    {
        var counted = -TLane.Weigh(TLane.Constant(1 - rows.LabelSmoothing) * weight, slope);
        return _smoothing > 0 ? counted + smoothing * TLane.Constant(_weightSum) : counted;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Scale<TLane>(double* exponentials, double share, float* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        if (TLane.Count == 8)
            FloatRows<Simd512, Vector512<double>>.Scale(exponentials, Classes, share, gradient, _isStreamed);
        else if (TLane.Count == 4)
            FloatRows<Simd256, Vector256<double>>.Scale(exponentials, Classes, share, gradient, _isStreamed);
        else
            FloatRows<Simd128, Vector128<double>>.Scale(exponentials, Classes, share, gradient, _isStreamed);
    }

    // share · exponentials − offset · weights of the classes
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scaled<TLane>(double* exponentials, double share, double lost, double offset, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var n = (nuint)Classes;
        var factor = TLane.Constant(share);
        var rest = TLane.Constant(lost);
        var less = TLane.Constant(offset);
        ref var weights = ref MemoryMarshal.GetReference(rows.ClassWeights);
        var isWeighed = !rows.ClassWeights.IsEmpty;
        nuint i = 0;
        for (; i + step <= n; i += step)
            TLane.Store(
                factor * Whole(TLane.LoadNumbers(in *exponentials, i), rest)
                    - (isWeighed ? TLane.Weigh(less, TLane.LoadNumbers(in weights, i)) : less),
                ref *gradient,
                i
            );
        for (; i < n; i++)
            gradient[i] = S.CreateTruncating(share * Whole(exponentials[i], lost) - Weigh(offset, rows.Weight((int)i)));
    }

    // Σ w (m − x), eight ways.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Lacking<TLane>(S* x, double max)
        where TLane : struct, ILane<TLane, S>
    {
        var sums = stackalloc double[Ways];
        var errors = stackalloc double[Ways];
        var whole = Classes / Ways * Ways;
        var padded = stackalloc S[Ways];
        var paddedWeights = stackalloc double[Ways];
        for (var k = 0; k < Ways; k++)
        {
            padded[k] = whole + k < Classes ? x[whole + k] : S.CreateTruncating(max);
            paddedWeights[k] = whole + k < Classes ? rows.Weight(whole + k) : 0;
        }
        ref var weights = ref MemoryMarshal.GetReference(rows.ClassWeights);
        var isWeighed = !rows.ClassWeights.IsEmpty;
        TLane most = TLane.Constant(max),
            zero = TLane.Constant(0),
            one = TLane.Constant(1);
        for (nuint way = 0; way < Ways; way += (nuint)TLane.Count)
        {
            TLane sum = zero,
                error = zero;
            for (var i = way; i < (nuint)whole; i += Ways)
                Add(Short(TLane.Load(in *x, i), most, isWeighed ? TLane.LoadNumbers(in weights, i) : one), ref sum, ref error);
            Add(Short(TLane.Load(in *padded, way), most, TLane.LoadNumbers(in *paddedWeights, way)), ref sum, ref error);
            TLane.StoreNumbers(sum, ref *sums, way);
            TLane.StoreNumbers(error, ref *errors, way);
        }
        double total = 0,
            rest = 0;
        for (var way = 0; way < Ways; way++)
            Compensated.Add(ref total, ref rest, sums[way], errors[way]);
        return double.IsFinite(rest) ? total + rest : total;
    }

    // w (m − x)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Short<TLane>(TLane logit, TLane max, TLane weight)
        where TLane : struct, ILane<TLane, S> => TLane.Weigh(weight, TLane.IfEqual(logit, max, TLane.Constant(0), max - logit));

    // Rows whose classes lie across memory, and short ones that are turned to do so: a lane holds a class of several rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Describe<TLane>(int row, int count, double* logits, int apart, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        Gather<TLane>(Logits + Place(row), count, apart, logits);
        var labels = rows.Labels.Indices.Slice(row, count);
        // Rows that only fill a lane have no label.
        new Span<double>(group.Label + count, width - count).Fill(-1);
        Widen(labels, group.Label);
        Weights<TLane>(group, width);
        Chosen<TLane>(logits, apart, labels, width, group.Label, group.Short);
        if (_smoothing > 0)
            Lacking<TLane>(logits, apart, width, group.Lacking);
        Exponentiate<TLane>(logits, logits, apart, width, group.Share, group.Others);
        Chosen<TLane>(logits, apart, labels, width, group.Label, group.Exponential);
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1),
            none = TLane.Constant(double.NegativeInfinity),
            smoothing = TLane.Constant(_smoothing);
        for (nuint i = 0; i < (nuint)width; i += (nuint)TLane.Count)
        {
            TLane max = TLane.LoadNumbers(in *group.Share, i),
                label = TLane.LoadNumbers(in *group.Label, i);
            TLane.StoreNumbers(Short(TLane.LoadNumbers(in *group.Short, i), max, one), ref *group.Short, i);
            // A row all −∞ has no distribution, and contributes nothing; nor does one without a label.
            TLane.StoreNumbers(TLane.IfEqual(max, none, zero, TLane.LoadNumbers(in *group.Weight, i)), ref *group.Weight, i);
            TLane.StoreNumbers(TLane.IfEqual(max, none, zero, TLane.IfLess(label, zero, zero, smoothing)), ref *group.Smoothing, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ReadOnlySpan<int> labels, double* to)
    {
        var i = 0;
        fixed (int* from = labels)
        {
            if (Avx.IsSupported)
                for (; i + 4 <= labels.Length; i += 4)
                    Avx.ConvertToVector256Double(Vector128.Load(from + i)).Store(to + i);
            for (; i < labels.Length; i++)
                to[i] = from[i];
        }
    }

    // The weight of each label's class, 0 where there is no label.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Weights<TLane>(Group group, int count)
        where TLane : struct, ILane<TLane, S>
    {
        if (!rows.ClassWeights.IsEmpty)
        {
            for (var r = 0; r < count; r++)
                group.Weight[r] = group.Label[r] < 0 ? 0 : rows.Weight((int)group.Label[r]);
            return;
        }
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1);
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
            TLane.StoreNumbers(TLane.IfLess(TLane.LoadNumbers(in *group.Label, i), zero, zero, one), ref *group.Weight, i);
    }

    // Of each row the number of its label's class; among few classes it is found by comparing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Chosen<TLane>(double* numbers, int apart, ReadOnlySpan<int> labels, int count, double* label, double* to)
        where TLane : struct, ILane<TLane, S>
    {
        if (Classes > MostCompared)
        {
            for (var r = 0; r < labels.Length; r++)
                to[r] = numbers[(nint)Math.Max(labels[r], 0) * apart + r];
            return;
        }
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            TLane own = TLane.LoadNumbers(in *label, i),
                chosen = TLane.LoadNumbers(in *numbers, i);
            for (var c = 1; c < Classes; c++)
                chosen = TLane.IfEqual(own, TLane.Constant(c), TLane.LoadNumbers(in *(numbers + (nint)c * apart), i), chosen);
            TLane.StoreNumbers(chosen, ref *to, i);
        }
    }

    // Σ w (m − x) of rows side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lacking<TLane>(double* logits, int apart, int count, double* to)
        where TLane : struct, ILane<TLane, S>
    {
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var max = TLane.Constant(double.NegativeInfinity);
            for (var c = 0; c < Classes; c++)
                max = TLane.Max(max, TLane.LoadNumbers(in *(logits + (nint)c * apart), i));
            TLane sum = TLane.Constant(0),
                error = sum;
            for (var c = 0; c < Classes; c++)
                Add(Short(TLane.LoadNumbers(in *(logits + (nint)c * apart), i), max, TLane.Constant(rows.Weight(c))), ref sum, ref error);
            TLane.StoreNumbers(TLane.IfLess(TLane.Abs(error), TLane.Constant(double.PositiveInfinity), sum + error, sum), ref *to, i);
        }
    }

    // The slopes of rows side by side, whose exponentials are known.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SideBySide<TLane>(int row, int count, double* exponentials, int apart, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        Upstream(row, count, group.Upstream);
        Shares<TLane>(group, width);
        var gradient = gradients + Place(row);
        for (var c = 0; c < Classes; c++)
        {
            var from = exponentials + (nint)c * apart;
            // Numbers that are rounded take no more room than before: turned rows wait there to be turned back.
            if (Inner == 1)
                Class<TLane>(c, from, group, width, (S*)exponentials + (nint)c * apart);
            else
                Class<TLane>(c, from, group, count, gradient + (nint)c * Inner);
        }
        if (Inner == 1)
            Scatter((S*)exponentials, count, apart, gradient);
    }

    // What the slopes of rows side by side are made of.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Shares<TLane>(Group group, int count)
        where TLane : struct, ILane<TLane, S>
    {
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            TLane g = TLane.LoadNumbers(in *group.Upstream, i),
                weight = TLane.LoadNumbers(in *group.Weight, i),
                smoothing = TLane.LoadNumbers(in *group.Smoothing, i),
                others = TLane.LoadNumbers(in *group.Others, i);
            var (share, lost) = Share(Counted(Slope(Own<TLane>(group, i)), weight, smoothing), others, g);
            // The label's own −(1 − p) must not be computed from p: a confident row would have no digits left.
            var ofLabel =
                _smoothing > 0
                    ? SmoothedSlope(Own<TLane>(group, i), g, weight, smoothing)
                    : -(
                        share
                        * Whole(Rest(others, TLane.LoadNumbers(in *group.Short, i), TLane.LoadNumbers(in *group.Exponential, i)), lost)
                    );
            TLane.StoreNumbers(share, ref *group.Share, i);
            TLane.StoreNumbers(lost, ref *group.Lost, i);
            TLane.StoreNumbers(TLane.IfEqual(share, TLane.Constant(0), TLane.Constant(0), ofLabel), ref *group.Lacking, i);
            TLane.StoreNumbers(TLane.Weigh(g, smoothing), ref *group.Upstream, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLane SmoothedSlope<TLane>(Softmax<TLane> own, TLane g, TLane weight, TLane smoothing)
        where TLane : struct, ILane<TLane, S> =>
        g
        * (
            smoothing * (own.Probability * TLane.Constant(_weightSum) - weight)
            - TLane.Constant(1 - rows.LabelSmoothing) * weight * own.Rest
        );

    // The slopes by a class of rows side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Class<TLane>(int c, double* exponentials, Group group, int count, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        var whole = (nuint)(count / TLane.Count * TLane.Count);
        TLane index = TLane.Constant(c),
            weight = TLane.Constant(rows.Weight(c));
        for (nuint i = 0; i < whole; i += (nuint)TLane.Count)
            TLane.Store(Slopes(index, weight, exponentials, group, i), ref *gradient, i);
        if (whole == (nuint)count)
            return;
        var rest = stackalloc S[Ways];
        TLane.Store(Slopes(index, weight, exponentials, group, whole), ref *rest, 0);
        new ReadOnlySpan<S>(rest, count - (int)whole).CopyTo(new(gradient + whole, count - (int)whole));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLane Slopes<TLane>(TLane index, TLane weight, double* exponentials, Group group, nuint i)
        where TLane : struct, ILane<TLane, S>
    {
        var e = Whole(TLane.LoadNumbers(in *exponentials, i), TLane.LoadNumbers(in *group.Lost, i));
        var slope = TLane.Weigh(TLane.LoadNumbers(in *group.Share, i), e);
        if (_smoothing > 0)
            slope -= TLane.Weigh(TLane.LoadNumbers(in *group.Upstream, i), weight);
        return TLane.IfEqual(TLane.LoadNumbers(in *group.Label, i), index, TLane.LoadNumbers(in *group.Lacking, i), slope);
    }
}
