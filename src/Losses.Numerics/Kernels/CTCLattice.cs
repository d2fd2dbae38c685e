using System.Numerics;
using System.Runtime.CompilerServices;
using static Losses.Logarithm;

namespace Losses;

/// <summary>In mantissas of 53 bits: the digits of a float32.</summary>
internal readonly unsafe struct CTCLattice<TSimd, V> : ICTCSteps
    where TSimd : struct, ISimd<V>
    where V : struct
{
    private const double Never = CTCRecursion.Never;

    private static int Count => Unsafe.SizeOf<V>() / sizeof(double);

    public static int Parts => 2;

    // A relative error of some units a frame is an absolute one of the loss.
    public static double LeastLossOfFrame => 1.0 / (1L << 19);

    public static TwoParts Total(double* now, int row, int used, double exponent) =>
        new(Shifted(now, row, used - 1, exponent) + (used > 1 ? Shifted(now, row, used - 2, exponent) : 0), 0);

    public static double Loss(TwoParts total, double exponent) => -Math.FusedMultiplyAdd(exponent, Ln2, Log(total.High));

    public static void Put<S>(in CTCSample<S> sample, int t, double* shares, int row, double* byClass)
        where S : unmanaged, IFloatingPointIeee754<S> => sample.Put(t, shares, byClass);

    // Optimized from the first call on, lest its lanes be calls.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Log(double x)
    {
        var log = LaneMath<TSimd, V, double>.Log(TSimd.Create(x));
        return Unsafe.As<V, double>(ref log);
    }

    private static double Shifted(double* states, int row, int s, double exponent) =>
        Math.ScaleB(states[s], (int)Math.Max(CTCRecursion.LeastShift, states[row + s] - exponent));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Advance(double* before, double* entry, double* emission, double* now, int row, int used)
    {
        var one = TSimd.Create(1);
        var zero = TSimd.Create(0);
        var largest = TSimd.Create(CTCRecursion.LargestLogarithm);
        var infinite = TSimd.Create(double.NegativeInfinity);
        var isFit = one;
        for (var s = 0; s < used; s += Count)
        {
            var x = Load(emission + s);
            isFit = TSimd.AtMost(isFit, TSimd.IfLess(TSimd.Abs(x), largest, one, TSimd.IfEqual(x, infinite, one, zero)));
            var (m, e) = Reach(before + s, -1, row, Load(entry + s));
            var (power, exponent) = Exp(x);
            Store(TSimd.Multiply(m, power), now + s);
            Store(TSimd.Add(e, exponent), now + row + s);
        }
        var fit = stackalloc double[8];
        Store(isFit, fit);
        for (var i = 0; i < Count; i++)
            if (fit[i] == 0)
                return false;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Meet(
        double* alpha,
        double* beta,
        double* emission,
        double exponent,
        TwoParts total,
        double* ahead,
        double* shares,
        int row,
        int used
    )
    {
        var least = TSimd.Create(CTCRecursion.LeastShift);
        var all = TSimd.Create(exponent);
        for (var s = 0; s < used; s += Count)
        {
            V m = Load(beta + s),
                e = Load(beta + row + s);
            var shift = TSimd.AtLeast(least, TSimd.Subtract(TSimd.Add(Load(alpha + row + s), e), all));
            Store(TSimd.Scale(TSimd.Multiply(Load(alpha + s), m), shift), shares + s);
            var (power, k) = Exp(Load(emission + s));
            Store(TSimd.Multiply(m, power), ahead + s);
            Store(TSimd.Add(e, k), ahead + row + s);
        }
        for (var s = (used + Count - 1) / Count * Count; s < row - 2 * CTCRecursion.Margin; s++)
            shares[s] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Recede(double* ahead, double* entry, double* beta, int row, int used)
    {
        for (var s = 0; s < used; s += Count)
        {
            var (m, e) = Reach(ahead + s, 1, row, Load(entry + s + 2));
            Store(m, beta + s);
            Store(e, beta + row + s);
        }
    }

    // The sum of a state, its neighbour and, where it may be skipped to, the one behind that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V M, V E) Reach(double* states, int by, int row, V entry)
    {
        V own = Load(states + row),
            next = Load(states + row + by),
            second = TSimd.Add(Load(states + row + 2 * by), entry);
        var most = TSimd.AtLeast(TSimd.AtLeast(own, next), second);
        var sum = TSimd.Add(
            TSimd.Add(Aligned(Load(states), own, most), Aligned(Load(states + by), next, most)),
            Aligned(Load(states + 2 * by), second, most)
        );
        return (sum, most);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Aligned(V m, V e, V most) =>
        TSimd.Scale(m, TSimd.AtLeast(TSimd.Create(CTCRecursion.LeastShift), TSimd.Subtract(e, most)));

    // eˣ = m · 2ᵏ with m in [√½, √2].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V M, V K) Exp(V x)
    {
        var k = TSimd.Subtract(TSimd.Fma(x, TSimd.Create(Log2E), TSimd.Create(Magic)), TSimd.Create(Magic));
        var r = TSimd.FmaNegated(k, TSimd.Create(Ln2Low), TSimd.FmaNegated(k, TSimd.Create(Ln2High), x));
        var zero = TSimd.Create(0);
        // −∞ less −∞ is no number.
        var isPossible = TSimd.IfEqual(x, TSimd.Create(double.NegativeInfinity), zero, TSimd.Create(1));
        return (TSimd.Weigh(isPossible, LaneMath<TSimd, V, double>.Exp(r)), TSimd.AtLeast(TSimd.Create(Never), k));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(double* states, int row, int used)
    {
        var zero = TSimd.Create(0);
        for (var s = 0; s < used; s += Count)
        {
            V m = Load(states + s),
                e = Load(states + row + s);
            var (mantissa, exponent) = TSimd.Decompose(m);
            Store(TSimd.IfLess(zero, m, mantissa, zero), states + s);
            Store(TSimd.IfLess(zero, m, TSimd.Add(e, exponent), TSimd.Create(Never)), states + row + s);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(double* from) => Unsafe.ReadUnaligned<V>(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V value, double* to) => Unsafe.WriteUnaligned(to, value);
}
