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

    /// <summary>The largest of a row, of the numbers in it: NaN is passed over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Max(float* x, int n)
    {
        var most = float.NegativeInfinity;
        var i = 0;
        if (Vector512<double>.Count == Count)
        {
            Vector512<float> a = Vector512.Create(most),
                b = a;
            for (; i + 32 <= n; i += 32)
            {
                a = Avx512F.Max(Vector512.Load(x + i), a);
                b = Avx512F.Max(Vector512.Load(x + i + 16), b);
            }
            a = Avx512F.Max(a, b);
            most = Largest(Avx.Max(a.GetLower(), a.GetUpper()));
        }
        else if (Vector256<double>.Count == Count)
        {
            Vector256<float> a = Vector256.Create(most),
                b = a;
            for (; i + 16 <= n; i += 16)
            {
                a = Avx.Max(Vector256.Load(x + i), a);
                b = Avx.Max(Vector256.Load(x + i + 8), b);
            }
            most = Largest(Avx.Max(a, b));
        }
        else
        {
            var a = Vector128.Create(most);
            for (; i + 4 <= n; i += 4)
            {
                var next = Vector128.Load(x + i);
                a = Vector128.ConditionalSelect(Vector128.GreaterThan(next, a), next, a);
            }
            most = Largest(a);
        }
        for (; i < n; i++)
            most = x[i] > most ? x[i] : most;
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
        if (i < n)
        {
            var rest = stackalloc float[Ways];
            for (var k = 0; k < Ways; k++)
                rest[k] = i + k < n ? x[i + k] : float.NegativeInfinity;
            Eight(rest, most, exponentials + i, ref first, ref second, ref third, ref fourth);
            for (var k = n; k < i + Ways; k++)
                exponentials[k] = 0;
        }
        var ways = stackalloc double[Ways];
        Store(first, ways);
        if (Count <= 4)
            Store(second, ways + Count);
        if (Count == 2)
        {
            Store(third, ways + 4);
            Store(fourth, ways + 6);
        }
        return ways[0] + ways[4] + (ways[2] + ways[6]) + (ways[1] + ways[5] + (ways[3] + ways[7]));
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

    // A polynomial of a relative error of 2⁻³⁹, computed with 50 digits, its first coefficient 1: e⁰ is 1. Its terms wait for each other, which the
    // next numbers do not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V One(float* x, V max, double* exponential)
    {
        var d = TSimd.AtLeast(TSimd.Create(Least), TSimd.Subtract(Widen(x), max));
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
        var e = TSimd.Scale(p, k);
        Store(e, exponential);
        return e;
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
