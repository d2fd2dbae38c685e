using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Losses;

// Rows that lie along memory, one after another.
internal sealed unsafe partial class CrossEntropyJob<S>
{
    // A row whose classes lie one after another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Along<TLane>(int row, int r, double* exponentials, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var label = loss.Labels.Indices[row];
        var x = logits + (nint)row * classes;
        var gradient = gradients is null ? null : gradients + (nint)row * classes;
        if (label < 0)
        {
            Describe(r, label, 0, 0, 0, 0, group);
            if (gradient is not null)
                new Span<S>(gradient, classes).Clear();
            return;
        }
        var g = gradient is null ? 0 : Upstream(row);
        var lacking = 0.0;
        // A row of finite numbers and −∞ has a shorter way, where no gradient is so large that it could make something of what that leaves out.
        double max = typeof(S) == typeof(float) ? Most<TLane>((float*)x, classes) : double.NaN,
            others = double.IsFinite(max) && Math.Abs(g) < LargestUpstream ? Short<TLane>((float*)x, max, exponentials) : double.NaN;
        var isShort = !double.IsNaN(others);
        if (!isShort)
        {
            max = Largest<TLane>(x, classes);
            Exponentiate<TLane>(x, classes, max, exponentials);
            others = double.IsNaN(max) ? double.NaN : Sum<TLane>(exponentials, (classes + Ways - 1) / Ways * Ways);
        }
        if (_smoothing > 0)
            lacking = Lacking(x, 1, max);
        var logit = double.CreateTruncating(x[label]);
        Describe(r, label, max, others, logit, lacking, group);
        if (gradient is null)
            return;
        var own = group.Own[r];
        var smoothing = group.Smoothing[r];
        if (g == 0 || (own == 0 && smoothing == 0))
        {
            new Span<S>(gradient, classes).Clear();
            return;
        }
        var normaliser = 1 + others;
        var (share, lost) = Share(own + smoothing * _weightSum, others, g);
        if (isShort && smoothing == 0)
            Scale<TLane>(exponentials, share, (float*)gradient);
        else if (smoothing == 0 || loss.ClassWeights.IsEmpty)
            Scaled<TLane>(exponentials, classes, share, lost, g * smoothing, gradient);
        else
            for (var c = 0; c < classes; c++)
                gradient[c] = S.CreateTruncating(share * Whole(exponentials[c], lost) - g * smoothing * loss.Weight(c));
        // The label's own −(1 − p) must not be computed from p: a confident row would have no digits left.
        var rest = logit == max ? others : normaliser - exponentials[label];
        gradient[label] = S.CreateTruncating(
            smoothing == 0
                ? -(share * Whole(rest, lost))
                : SmoothedLabel(g, own, smoothing, rest / normaliser, exponentials[label] / normaliser, loss.Weight(label))
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double SmoothedLabel(double g, double own, double smoothing, double rest, double p, double weight) =>
        g * (smoothing * (p * _weightSum - weight) - own * rest);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Largest<TLane>(S* x, int n)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var max = TLane.Constant(double.NegativeInfinity);
        // Four at a time, which do not wait for each other.
        TLane second = max,
            third = max,
            fourth = max;
        nuint i = 0;
        for (; i + 4 * step <= (nuint)n; i += 4 * step)
        {
            max = TLane.Max(max, TLane.Load(in *x, i));
            second = TLane.Max(second, TLane.Load(in *x, i + step));
            third = TLane.Max(third, TLane.Load(in *x, i + 2 * step));
            fourth = TLane.Max(fourth, TLane.Load(in *x, i + 3 * step));
        }
        for (; i + step <= (nuint)n; i += step)
            max = TLane.Max(max, TLane.Load(in *x, i));
        max = TLane.Max(TLane.Max(max, second), TLane.Max(third, fourth));
        var all = stackalloc double[8];
        TLane.StoreNumbers(max, ref *all, 0);
        var largest = all[0];
        for (var k = 1; k < TLane.Count; k++)
            largest = Math.Max(largest, all[k]);
        for (; i < (nuint)n; i++)
            largest = Math.Max(largest, double.CreateTruncating(x[i]));
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Most<TLane>(float* x, int n)
        where TLane : struct, ILane<TLane, S> =>
        TLane.Count == 8 ? FloatRows<Simd512, Vector512<double>>.Max(x, n)
        : TLane.Count == 4 ? FloatRows<Simd256, Vector256<double>>.Max(x, n)
        : FloatRows<Simd128, Vector128<double>>.Max(x, n);

    // Fills eˣ⁻ᵐ and returns the sum of all but the first of the largest; NaN where there is one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Short<TLane>(float* x, double max, double* exponentials)
        where TLane : struct, ILane<TLane, S>
    {
        var others =
            (
                TLane.Count == 8 ? FloatRows<Simd512, Vector512<double>>.Exponentiate(x, classes, max, exponentials)
                : TLane.Count == 4 ? FloatRows<Simd256, Vector256<double>>.Exponentiate(x, classes, max, exponentials)
                : FloatRows<Simd128, Vector128<double>>.Exponentiate(x, classes, max, exponentials)
            ) - 1;
        // Little is left beside a sure class's 1: it is summed by itself.
        return others < LeastOthers ? Sum<TLane>(exponentials, (classes + Ways - 1) / Ways * Ways) : others;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Scale<TLane>(double* exponentials, double share, float* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        if (TLane.Count == 8)
            FloatRows<Simd512, Vector512<double>>.Scale(exponentials, classes, share, gradient, _isStreamed);
        else if (TLane.Count == 4)
            FloatRows<Simd256, Vector256<double>>.Scale(exponentials, classes, share, gradient, _isStreamed);
        else
            FloatRows<Simd128, Vector128<double>>.Scale(exponentials, classes, share, gradient, _isStreamed);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentiate<TLane>(S* x, int n, double largest, double* exponentials)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var whole = (nuint)n / step * step;
        var max = TLane.Constant(largest);
        var one = TLane.Constant(1);
        for (nuint i = 0; i < whole; i += step)
        {
            var logit = TLane.Load(in *x, i);
            TLane.StoreNumbers(TLane.IfLess(logit, max, Exponential(logit, max), one), ref *exponentials, i);
        }
        if (whole < (nuint)n)
        {
            var rest = stackalloc S[Ways];
            for (nuint k = 0; k < step; k++)
                rest[k] = whole + k < (nuint)n ? x[whole + k] : S.NegativeInfinity;
            var logit = TLane.Load(in *rest, 0);
            TLane.StoreNumbers(TLane.IfLess(logit, max, Exponential(logit, max), one), ref *exponentials, whole);
        }
        // Up to the next multiple of the ways of a sum: nothing.
        for (var i = n; i < (n + Ways - 1) / Ways * Ways; i++)
            exponentials[i] = 0;
    }

    // A sum goes eight ways whatever the width of a lane, so that it is the same bits on every machine.
    private const int Ways = 8;

    // Those that are 1 are counted apart: all but one of them belong to the others, whose sum may be far below 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TLane>(double* exponentials, int n)
        where TLane : struct, ILane<TLane, S>
    {
        var sums = stackalloc double[Ways];
        var errors = stackalloc double[Ways];
        var ones = stackalloc double[Ways];
        var one = TLane.Constant(1);
        var zero = TLane.Constant(0);
        for (nuint way = 0; way < Ways; way += (nuint)TLane.Count)
        {
            var sum = zero;
            var error = zero;
            var count = zero;
            for (var i = way; i < (nuint)n; i += Ways)
            {
                var e = TLane.LoadNumbers(in *exponentials, i);
                Add(TLane.IfLess(e, one, e, zero), ref sum, ref error);
                count += TLane.IfLess(e, one, zero, one);
            }
            TLane.StoreNumbers(sum, ref *sums, way);
            TLane.StoreNumbers(error, ref *errors, way);
            TLane.StoreNumbers(count, ref *ones, way);
        }
        double total = -1,
            rest = 0;
        for (var way = 0; way < Ways; way++)
            total += ones[way];
        for (var way = 0; way < Ways; way++)
            Compensated.Add(ref total, ref rest, sums[way], errors[way]);
        return total + rest;
    }

    // eˣ⁻ᵐ. Over float64 data the rounding of the difference would be a relative error of many units where the difference is large.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Exponential<TLane>(TLane logit, TLane max)
        where TLane : struct, ILane<TLane, S>
    {
        var difference = logit - max;
        var e = TLane.Exp(difference);
        if (typeof(S) == typeof(float))
            return e;
        var part = difference - logit;
        return e + TLane.Weigh(e, logit - (difference - part) - (max + part));
    }

    // Over float64 data the error of each addition is kept, so that the sum's does not grow with the number of classes; over float32 data
    // a plain float64 sum has bits to spare.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLane>(TLane value, ref TLane sum, ref TLane error)
        where TLane : struct, ILane<TLane, S>
    {
        if (typeof(S) == typeof(float))
            sum += value;
        else
            Compensated.Add(ref sum, ref error, value);
    }

    // Σ w (m − x)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Lacking(S* x, int apart, double max)
    {
        double sum = 0,
            error = 0;
        for (var c = 0; c < classes; c++)
        {
            var logit = double.CreateTruncating(x[(nint)c * apart]);
            var value = Weigh(loss.Weight(c), logit == max ? 0 : max - logit);
            var next = sum + value;
            if (double.IsFinite(next))
                error += Compensated.Lost(sum, value, next);
            sum = next;
        }
        return sum + error;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scaled<TLane>(double* exponentials, int n, double share, double lost, double offset, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var factor = TLane.Constant(share);
        var rest = TLane.Constant(lost);
        var less = TLane.Constant(offset);
        nuint i = 0;
        for (; i + step <= (nuint)n; i += step)
            TLane.Store(factor * Whole(TLane.LoadNumbers(in *exponentials, i), rest) - less, ref *gradient, i);
        for (; i < (nuint)n; i++)
            gradient[i] = S.CreateTruncating(share * Whole(exponentials[i], lost) - offset);
    }

    // weight / (1 + others) · g, and what its roundings lost, as a part of it: over float64 data each would be half a unit of every slope.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (double Share, double Lost) Share(double weight, double others, double g)
    {
        var normaliser = 1 + others;
        var quotient = weight / normaliser;
        var share = quotient * g;
        if (typeof(S) == typeof(float))
            return (share, 0);
        var part = normaliser - others;
        var lacking = 1 - part + (others - (normaliser - part));
        var rest = Math.FusedMultiplyAdd(-quotient, normaliser, weight) - quotient * lacking;
        var lost = (Math.FusedMultiplyAdd(quotient, g, -share) + rest / normaliser * g) / share;
        return (share, double.IsFinite(lost) ? lost : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Whole<TLane>(TLane exponential, TLane lost)
        where TLane : struct, ILane<TLane, S> => typeof(S) == typeof(float) ? exponential : exponential + exponential * lost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Whole(double exponential, double lost) =>
        typeof(S) == typeof(float) ? exponential : exponential + exponential * lost;
}
