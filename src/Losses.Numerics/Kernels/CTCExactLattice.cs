using System.Numerics;
using System.Runtime.CompilerServices;
using static Losses.Logarithm;

namespace Losses;

/// <summary>In mantissas of 106 bits, in two parts: what some thousand frames are off by together is not seen in float64.</summary>
internal readonly unsafe struct CTCExactLattice<TSimd, V> : ICTCSteps
    where TSimd : struct, ISimd<V>
    where V : struct
{
    private const double Never = CTCRecursion.Never;

    // What is returned has its own exponent, down to the subnormals.
    private const double LeastShareShift = -2000;

    // eʳ is (1 + y)²⁵⁶ with y = e^(r/256) − 1.
    private const int Halvings = 8;

    private static int Count => TSimd.Count;

    public static int Parts => 3;

    // Every frame is off by some 2⁻¹⁰³ and a small part of its own logarithm.
    public static double LeastLossOfFrame => 1.0 / (1L << 50);

    public static TwoParts Total(double* now, int row, int used, double exponent) =>
        Shifted(now, row, used - 1, exponent) + (used > 1 ? Shifted(now, row, used - 2, exponent) : default);

    public static double Loss(TwoParts total, double exponent) => -TwoParts.Log(total, exponent).High;

    public static void Put<S>(in CTCSample<S> sample, int t, double* shares, int row, double* byClass)
        where S : unmanaged, IFloatingPointIeee754<S> => sample.Put(t, shares, shares + row, byClass);

    private static TwoParts Shifted(double* states, int row, int s, double exponent)
    {
        var shift = (int)Math.Max(CTCRecursion.LeastShift, states[2 * row + s] - exponent);
        return new TwoParts(Math.ScaleB(states[s], shift), 0) + new TwoParts(Math.ScaleB(states[row + s], shift), 0);
    }

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
            Reach(before + s, -1, row, Load(entry + s), out var high, out var low, out var exponent);
            Exp(x, out var powerHigh, out var powerLow, out var k);
            Multiply(high, low, powerHigh, powerLow, out high, out low);
            Store(high, now + s);
            Store(low, now + row + s);
            Store(TSimd.Add(exponent, k), now + 2 * row + s);
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
        var least = TSimd.Create(LeastShareShift);
        var all = TSimd.Create(exponent);
        var share = TwoParts.Inverse(total);
        V shareHigh = TSimd.Create(share.High),
            shareLow = TSimd.Create(share.Low);
        for (var s = 0; s < used; s += Count)
        {
            V high = Load(beta + s),
                low = Load(beta + row + s),
                e = Load(beta + 2 * row + s);
            var shift = TSimd.AtLeast(least, TSimd.Subtract(TSimd.Add(Load(alpha + 2 * row + s), e), all));
            Multiply(Load(alpha + s), Load(alpha + row + s), high, low, out var h, out var l);
            Multiply(h, l, shareHigh, shareLow, out h, out l);
            Store(TSimd.Scale(h, shift), shares + s);
            Store(TSimd.Scale(l, shift), shares + row + s);
            Exp(Load(emission + s), out var powerHigh, out var powerLow, out var k);
            Multiply(high, low, powerHigh, powerLow, out high, out low);
            Store(high, ahead + s);
            Store(low, ahead + row + s);
            Store(TSimd.Add(e, k), ahead + 2 * row + s);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Recede(double* ahead, double* entry, double* beta, int row, int used)
    {
        for (var s = 0; s < used; s += Count)
        {
            Reach(ahead + s, 1, row, Load(entry + s + 2), out var high, out var low, out var exponent);
            Store(high, beta + s);
            Store(low, beta + row + s);
            Store(exponent, beta + 2 * row + s);
        }
    }

    // The sum of a state, its neighbour and, where it may be skipped to, the one behind that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reach(double* states, int by, int row, V entry, out V high, out V low, out V most)
    {
        V own = Load(states + 2 * row),
            next = Load(states + 2 * row + by),
            second = TSimd.Add(Load(states + 2 * row + 2 * by), entry);
        most = TSimd.AtLeast(TSimd.AtLeast(own, next), second);
        V a = Shift(own, most),
            b = Shift(next, most),
            c = Shift(second, most);
        Add(
            TSimd.Scale(Load(states), a),
            TSimd.Scale(Load(states + row), a),
            TSimd.Scale(Load(states + by), b),
            TSimd.Scale(Load(states + row + by), b),
            out high,
            out low
        );
        Add(high, low, TSimd.Scale(Load(states + 2 * by), c), TSimd.Scale(Load(states + row + 2 * by), c), out high, out low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Shift(V e, V most) => TSimd.AtLeast(TSimd.Create(CTCRecursion.LeastShift), TSimd.Subtract(e, most));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(V aHigh, V aLow, V bHigh, V bLow, out V high, out V low)
    {
        var sum = TSimd.Add(aHigh, bHigh);
        var b = TSimd.Subtract(sum, aHigh);
        var lost = TSimd.Add(TSimd.Subtract(aHigh, TSimd.Subtract(sum, b)), TSimd.Subtract(bHigh, b));
        Normal(sum, TSimd.Add(lost, TSimd.Add(aLow, bLow)), out high, out low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(V aHigh, V aLow, V bHigh, V bLow, out V high, out V low)
    {
        var product = TSimd.Multiply(aHigh, bHigh);
        var lost = TSimd.FmaNegated(aHigh, bHigh, product);
        Normal(product, TSimd.Subtract(TSimd.Fma(aHigh, bLow, TSimd.Multiply(aLow, bHigh)), lost), out high, out low);
    }

    // Two parts of which the first is by far the larger, as a number and what it lacks.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Normal(V large, V small, out V high, out V low)
    {
        high = TSimd.Add(large, small);
        low = TSimd.Subtract(small, TSimd.Subtract(high, large));
    }

    // eˣ = m · 2ᵏ with m in [√½, √2], within 2⁻⁸⁰, and within that part of x where x is small.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exp(V x, out V high, out V low, out V k)
    {
        k = TSimd.Subtract(TSimd.Fma(x, TSimd.Create(Log2E), TSimd.Create(Magic)), TSimd.Create(Magic));
        // x − k log 2: the first difference is exact, and so is what the product was short of.
        var multiple = TSimd.Multiply(k, TSimd.Create(Ln2));
        var lost = TSimd.FmaNegated(k, TSimd.Create(Ln2), multiple);
        Normal(TSimd.Subtract(x, multiple), TSimd.FmaNegated(k, TSimd.Create(Ln2Rest), lost), out var r, out var rest);
        var part = TSimd.Create(1.0 / (1 << Halvings));
        r = TSimd.Multiply(r, part);
        rest = TSimd.Multiply(rest, part);
        // r + r²/2 in two parts, and the small terms behind.
        var square = TSimd.Multiply(r, r);
        var half = TSimd.Create(0.5);
        var squareRest = TSimd.Subtract(TSimd.Multiply(r, rest), TSimd.Multiply(half, TSimd.FmaNegated(r, r, square)));
        var series = TSimd.Fma(r, TSimd.Create(1 / 40320.0), TSimd.Create(1 / 5040.0));
        series = TSimd.Fma(r, series, TSimd.Create(1 / 720.0));
        series = TSimd.Fma(r, series, TSimd.Create(1 / 120.0));
        series = TSimd.Fma(r, series, TSimd.Create(1 / 24.0));
        series = TSimd.Fma(r, series, TSimd.Create(1 / 6.0));
        var tail = TSimd.Fma(TSimd.Multiply(r, square), series, TSimd.Add(squareRest, rest));
        Normal(r, TSimd.Multiply(half, square), out var y, out var yRest);
        Normal(y, TSimd.Add(yRest, tail), out y, out yRest);
        // (1 + y)² − 1 = 2y + y².
        for (var i = 0; i < Halvings; i++)
        {
            square = TSimd.Multiply(y, y);
            squareRest = TSimd.Subtract(TSimd.Multiply(TSimd.Add(y, y), yRest), TSimd.FmaNegated(y, y, square));
            Normal(TSimd.Add(y, y), square, out var sum, out lost);
            Normal(sum, TSimd.Add(lost, TSimd.Add(TSimd.Add(yRest, yRest), squareRest)), out y, out yRest);
        }
        Normal(TSimd.Create(1), y, out high, out low);
        Normal(high, TSimd.Add(low, yRest), out high, out low);
        // −∞ less −∞ is no number.
        var zero = TSimd.Create(0);
        var isPossible = TSimd.IfEqual(x, TSimd.Create(double.NegativeInfinity), zero, TSimd.Create(1));
        high = TSimd.Weigh(isPossible, high);
        low = TSimd.Weigh(isPossible, low);
        k = TSimd.AtLeast(TSimd.Create(Never), k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(double* states, int row, int used)
    {
        var zero = TSimd.Create(0);
        for (var s = 0; s < used; s += Count)
        {
            V high = Load(states + s),
                low = Load(states + row + s),
                e = Load(states + 2 * row + s);
            var (mantissa, exponent) = TSimd.Decompose(high);
            var rest = TSimd.Scale(low, TSimd.IfLess(zero, high, TSimd.Negate(exponent), zero));
            Store(TSimd.IfLess(zero, high, mantissa, zero), states + s);
            Store(TSimd.IfLess(zero, high, rest, zero), states + row + s);
            Store(TSimd.IfLess(zero, high, TSimd.Add(e, exponent), TSimd.Create(Never)), states + 2 * row + s);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(double* from) => Unsafe.ReadUnaligned<V>(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V value, double* to) => Unsafe.WriteUnaligned(to, value);
}
