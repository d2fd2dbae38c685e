using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Losses;

// The exponentials of rows.
internal abstract unsafe partial class SoftmaxJob<S>
{
    /// <summary>Fills eˣ⁻ᵐ of a row along memory, 1 for the largest, with zeros to a multiple of the ways of a sum.</summary>
    /// <param name="x">The logits.</param>
    /// <param name="exponentials">As many places, to a multiple of the ways of a sum.</param>
    /// <param name="mayBeShort">Whether a row of finite numbers and −∞ may go a shorter way: no gradient is so large that it could make something of what that leaves out.</param>
    /// <returns>The largest logit, Σ eˣ⁻ᵐ but for one of the largest, and whether the shorter way was gone; the sum is NaN where there is one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected (double Max, double Others, bool IsShort) Exponentiate<TLane>(S* x, double* exponentials, bool mayBeShort)
        where TLane : struct, ILane<TLane, S>
    {
        double max = typeof(S) == typeof(float) ? Most<TLane>((float*)x, classes) : double.NaN,
            others = double.IsFinite(max) && mayBeShort ? Short<TLane>((float*)x, max, exponentials) : double.NaN;
        if (!double.IsNaN(others))
            return (max, others, true);
        max = Largest<TLane>(x, classes);
        Exponentiate<TLane>(x, classes, max, exponentials);
        return (max, double.IsNaN(max) ? double.NaN : Sum<TLane>(exponentials, RowLength), false);
    }

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
        return Others<TLane>(others, exponentials);
    }

    // Little is left beside a sure class's 1: it is summed by itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Others<TLane>(double others, double* exponentials)
        where TLane : struct, ILane<TLane, S> => others < LeastOthers ? Sum<TLane>(exponentials, RowLength) : others;

    /// <summary>The same of rows one after another: of those with a label the largest logit and the sum, and whether all of them could go the shorter way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected bool AreShort<TLane>(S* x, int rows, int* labels, double* exponentials, double* largest, double* others)
        where TLane : struct, ILane<TLane, S>
    {
        var apart = RowLength;
        if (TLane.Count == 8)
            FloatRows<Simd512, Vector512<double>>.Exponentiate((float*)x, classes, rows, labels, exponentials, apart, largest, others);
        else if (TLane.Count == 4)
            FloatRows<Simd256, Vector256<double>>.Exponentiate((float*)x, classes, rows, labels, exponentials, apart, largest, others);
        else
            FloatRows<Simd128, Vector128<double>>.Exponentiate((float*)x, classes, rows, labels, exponentials, apart, largest, others);
        for (var row = 0; row < rows; row++)
            if (labels[row] >= 0)
            {
                others[row] = Others<TLane>(others[row] - 1, exponentials + (nint)row * apart);
                if (!double.IsFinite(largest[row]) || double.IsNaN(others[row]))
                    return false;
            }
        return true;
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

    // Those that are 1 are counted apart: all but one of them belong to the others, whose sum may be far below 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static double Sum<TLane>(double* exponentials, int n)
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
    private protected static TLane Exponential<TLane>(TLane logit, TLane max)
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
    private protected static void Add<TLane>(TLane value, ref TLane sum, ref TLane error)
        where TLane : struct, ILane<TLane, S>
    {
        if (typeof(S) == typeof(float))
            sum += value;
        else
            Compensated.Add(ref sum, ref error, value);
    }

    /// <summary>The same of rows side by side, lane by lane; the exponentials may take the place of the logits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected void Exponentiate<TLane>(double* logits, double* exponentials, int apart, int count, double* largest, double* others)
        where TLane : struct, ILane<TLane, S>
    {
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1);
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var max = TLane.Constant(double.NegativeInfinity);
            for (var c = 0; c < classes; c++)
                max = TLane.Max(max, TLane.LoadNumbers(in *(logits + (nint)c * apart), i));
            TLane sum = zero,
                error = zero,
                ties = zero;
            for (var c = 0; c < classes; c++)
            {
                var logit = TLane.LoadNumbers(in *(logits + (nint)c * apart), i);
                var e = Exponential(logit, max);
                TLane.StoreNumbers(TLane.IfLess(logit, max, e, one), ref *(exponentials + (nint)c * apart), i);
                Add(TLane.IfLess(logit, max, e, zero), ref sum, ref error);
                ties += TLane.IfLess(logit, max, zero, one);
            }
            TLane.StoreNumbers(max, ref *largest, i);
            // A NaN is the largest, and no exponential knows of it.
            TLane.StoreNumbers(TLane.Given(max, sum + (error + (ties - one))), ref *others, i);
        }
    }
}
