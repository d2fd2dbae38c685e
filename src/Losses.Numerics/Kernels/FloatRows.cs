using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Losses.Logarithm;

namespace Losses;

/// <summary>The loops over a long row of float32 logits, of a width of register.</summary>
internal static unsafe class FloatRows<TSimd, V>
    where TSimd : ISimd<V>
    where V : struct
{
    /// <summary>A sum goes eight ways whatever the width of a register, so that it is the same bits on every machine.</summary>
    private const int Ways = 8;

    // e to this is nothing beside 1, and no subnormal number, which takes the processor a hundred times as long.
    private const double Least = -700;

    private const double HalfOfLeastSingle = 7.006492321624085e-46;

    private static int Count => Unsafe.SizeOf<V>() / sizeof(double);

    /// <summary>The same of many rows, one after another: eˣ⁻ᵐ, so many numbers apart from one row to the next, the largest logit of each row and its sum. A row without a label is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Exponentiate(
        float* x,
        int n,
        int rows,
        int* labels,
        double* exponentials,
        int apart,
        double* largest,
        double* sums
    )
    {
        var scratch = stackalloc double[2 * Ways];
        for (var row = 0; row < rows; row++, x += n, exponentials += apart)
            if (labels[row] >= 0)
            {
                double max = MaxOf(x, n);
                largest[row] = max;
                sums[row] = ExponentialsOf(x, n, max, exponentials, scratch);
            }
    }

    /// <summary>The largest of a row, of the numbers in it: NaN is passed over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Max(float* x, int n) => MaxOf(x, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MaxOf(float* x, int n)
    {
        var most = float.NegativeInfinity;
        // The last numbers are looked at twice where they fill no register.
        if (Vector512<double>.Count == Count && n >= 16)
        {
            Vector512<float> a = Vector512.Create(most),
                b = Avx512F.Max(Vector512.Load(x + n - 16), a);
            var i = 0;
            for (; i + 32 < n; i += 32)
            {
                a = Avx512F.Max(Vector512.Load(x + i), a);
                b = Avx512F.Max(Vector512.Load(x + i + 16), b);
            }
            if (i + 16 < n)
                a = Avx512F.Max(Vector512.Load(x + i), a);
            a = Avx512F.Max(a, b);
            return Largest(Avx.Max(a.GetLower(), a.GetUpper()));
        }
        if (Vector256<double>.Count <= Count && n >= 8)
        {
            Vector256<float> a = Vector256.Create(most),
                b = Avx.Max(Vector256.Load(x + n - 8), a);
            var i = 0;
            for (; i + 16 < n; i += 16)
            {
                a = Avx.Max(Vector256.Load(x + i), a);
                b = Avx.Max(Vector256.Load(x + i + 8), b);
            }
            if (i + 8 < n)
                a = Avx.Max(Vector256.Load(x + i), a);
            return Largest(Avx.Max(a, b));
        }
        var all = Vector128.Create(most);
        var k = 0;
        for (; k + 4 <= n; k += 4)
        {
            var next = Vector128.Load(x + k);
            all = Vector128.ConditionalSelect(Vector128.GreaterThan(next, all), next, all);
        }
        most = Largest(all);
        for (; k < n; k++)
            most = x[k] > most ? x[k] : most;
        return most;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector256<float> x) => Largest(Sse.Max(x.GetLower(), x.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector128<float> x) =>
        Math.Max(Math.Max(x.GetElement(0), x.GetElement(1)), Math.Max(x.GetElement(2), x.GetElement(3)));

    /// <summary>Fills eˣ⁻ᵐ, exactly 1 for the largest, and returns the sum; zeros follow, to a multiple of the ways of a sum.</summary>
    /// <remarks>Meanwhile the row behind comes from memory: to look for its largest would be to wait for it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Exponentiate(float* x, int n, double max, double* exponentials)
    {
        var scratch = stackalloc double[2 * Ways];
        return ExponentialsOf(x, n, max, exponentials, scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ExponentialsOf(float* x, int n, double max, double* exponentials, double* scratch)
    {
        var most = TSimd.Create(max);
        V first = TSimd.Create(0),
            second = first,
            third = first,
            fourth = first;
        var i = 0;
        for (; i + Ways <= n; i += Ways)
        {
            if (Sse.IsSupported)
                Sse.Prefetch1(x + n + i);
            Eight(x + i, most, exponentials + i, ref first, ref second, ref third, ref fourth);
        }
        if (i < n && Count > 2)
            Rest(x + i, n - i, most, exponentials + i, ref first, ref second);
        else if (i < n)
        {
            var rest = (float*)(scratch + Ways);
            for (var k = 0; k < Ways; k++)
                rest[k] = i + k < n ? x[i + k] : float.NegativeInfinity;
            Eight(rest, most, exponentials + i, ref first, ref second, ref third, ref fourth);
            for (var k = n; k < i + Ways; k++)
                exponentials[k] = 0;
        }
        Store(first, scratch);
        if (Count <= 4)
            Store(second, scratch + Count);
        if (Count == 2)
        {
            Store(third, scratch + 4);
            Store(fourth, scratch + 6);
        }
        return scratch[0] + scratch[4] + (scratch[2] + scratch[6]) + (scratch[1] + scratch[5] + (scratch[3] + scratch[7]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(float* x, V max, double* exponentials, ref V first, ref V second, ref V third, ref V fourth)
    {
        first = TSimd.Add(first, One(x, max, exponentials));
        if (Count <= 4)
            second = TSimd.Add(second, One(x + Count, max, exponentials + Count));
        if (Count == 2)
        {
            third = TSimd.Add(third, One(x + 4, max, exponentials + 4));
            fourth = TSimd.Add(fourth, One(x + 6, max, exponentials + 6));
        }
    }

    // Fewer than eight, and zeros behind them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rest(float* x, int count, V max, double* exponentials, ref V first, ref V second)
    {
        var some = Avx.MaskLoad(x, Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle());
        V number = TSimd.Create(count),
            zero = TSimd.Create(0);
        if (typeof(V) == typeof(Vector512<double>))
        {
            var all = (V)(object)Avx512F.ConvertToVector512Double(some);
            Take((V)(object)Vector512<double>.Indices, all, exponentials, ref first);
            return;
        }
        V lower = (V)(object)Avx.ConvertToVector256Double(some.GetLower()),
            upper = (V)(object)Avx.ConvertToVector256Double(some.GetUpper());
        Take((V)(object)Vector256<double>.Indices, lower, exponentials, ref first);
        Take((V)(object)(Vector256<double>.Indices + Vector256.Create(4.0)), upper, exponentials + 4, ref second);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Take(V index, V numbers, double* to, ref V sum)
        {
            var e = TSimd.IfLess(index, number, Exp(numbers, max), zero);
            Store(e, to);
            sum = TSimd.Add(sum, e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V One(float* x, V max, double* exponential)
    {
        var e = Exp(Widen(x), max);
        Store(e, exponential);
        return e;
    }

    // A polynomial of a relative error of 2⁻³⁹, computed with 50 digits, its first coefficient 1: e⁰ is 1. Its terms wait for each other, which the
    // next numbers do not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exp(V x, V max)
    {
        var d = TSimd.AtLeast(TSimd.Create(Least), TSimd.Subtract(x, max));
        var k = TSimd.Subtract(TSimd.Fma(d, TSimd.Create(Log2E), TSimd.Create(Magic)), TSimd.Create(Magic));
        var r = TSimd.Fma(k, TSimd.Create(-Ln2), d);
        var p = TSimd.Fma(r, TSimd.Create(2.5043115454832066e-05), TSimd.Create(0.00019921239254236056));
        p = TSimd.Fma(r, p, TSimd.Create(0.0013888499266030785));
        p = TSimd.Fma(r, p, TSimd.Create(0.008333255841375509));
        p = TSimd.Fma(r, p, TSimd.Create(0.04166666862139057));
        p = TSimd.Fma(r, p, TSimd.Create(0.166666669451657));
        p = TSimd.Fma(r, p, TSimd.Create(0.49999999997569977));
        p = TSimd.Fma(r, p, TSimd.Create(0.9999999999730033));
        p = TSimd.Fma(r, p, TSimd.Create(1));
        return TSimd.Scale(p, k);
    }

    /// <summary>share · exponentials, rounded. Stored past the caches where <paramref name="isStreamed"/>, which saves reading what is overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Scale(double* exponentials, int n, double share, float* gradient, bool isStreamed)
    {
        // What rounds to 0 is 0 at once: the conversion takes the processor a hundred times as long where a float32 underflows.
        var tiny = HalfOfLeastSingle / Math.Abs(share);
        var i = 0;
        if (isStreamed)
        {
            var alignment = Count * sizeof(float);
            for (; i < n && ((nint)(gradient + i) & (alignment - 1)) != 0; i++)
                gradient[i] = exponentials[i] <= tiny ? 0 : (float)(share * exponentials[i]);
        }
        V factor = TSimd.Create(share),
            least = TSimd.Create(tiny),
            zero = TSimd.Create(0);
        if (isStreamed)
            for (; i + Count <= n; i += Count)
            {
                var e = Load(exponentials + i);
                StreamNarrowed(TSimd.IfLess(least, e, TSimd.Multiply(factor, e), zero), gradient + i);
            }
        else
            for (; i + Count <= n; i += Count)
            {
                var e = Load(exponentials + i);
                StoreNarrowed(TSimd.IfLess(least, e, TSimd.Multiply(factor, e), zero), gradient + i);
            }
        if (!isStreamed && i < n && n >= Count)
        {
            // Some of the last once more.
            i = n - Count;
            var e = Load(exponentials + i);
            StoreNarrowed(TSimd.IfLess(least, e, TSimd.Multiply(factor, e), zero), gradient + i);
            return;
        }
        for (; i < n; i++)
            gradient[i] = exponentials[i] <= tiny ? 0 : (float)(share * exponentials[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(double* from) => Unsafe.ReadUnaligned<V>(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V value, double* to) => Unsafe.WriteUnaligned(to, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Widen(float* from)
    {
        if (typeof(V) == typeof(Vector512<double>))
            return (V)(object)Avx512F.ConvertToVector512Double(Vector256.Load(from));
        if (typeof(V) == typeof(Vector256<double>))
            return (V)(object)Avx.ConvertToVector256Double(Vector128.Load(from));
        return (V)(object)Vector128.WidenLower(Vector64.Load(from).ToVector128Unsafe());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreNarrowed(V value, float* to)
    {
        if (typeof(V) == typeof(Vector512<double>))
            Avx512F.ConvertToVector256Single((Vector512<double>)(object)value).Store(to);
        else if (typeof(V) == typeof(Vector256<double>))
            Avx.ConvertToVector128Single((Vector256<double>)(object)value).Store(to);
        else
        {
            var pair = (Vector128<double>)(object)value;
            Vector128.Narrow(pair, pair).GetLower().Store(to);
        }
    }

    // The address is a multiple of what is stored.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StreamNarrowed(V value, float* to)
    {
        if (typeof(V) == typeof(Vector512<double>))
            Avx512F.ConvertToVector256Single((Vector512<double>)(object)value).StoreAlignedNonTemporal(to);
        else if (typeof(V) == typeof(Vector256<double>))
            Avx.ConvertToVector128Single((Vector256<double>)(object)value).StoreAlignedNonTemporal(to);
        else
            StoreNarrowed(value, to);
    }
}
