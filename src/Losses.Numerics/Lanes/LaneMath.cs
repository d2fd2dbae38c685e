using System.Runtime.CompilerServices;
using static Losses.Logarithm;

namespace Losses;

// The elementary functions of the lanes: one text for every width, hence the same bits. Every polynomial is the minimax one of its
// interval, computed with 40 digits. Over float32 data a relative error of 2⁻³⁸ vanishes in the one rounding at the end, so the
// polynomials are shorter there; over float64 data the results are within 2 ulp.
internal static partial class LaneMath<S, V, TStorage>
    where S : ISimd<V>
    where V : struct
    where TStorage : unmanaged
{
    private static bool IsShort
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TStorage) != typeof(double);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x) => ExpBounded(Bounded(x));

    // Beyond these bounds e^x is 0 or ∞, and the reduction stays finite within them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Bounded(V x, double least = -1000) => S.AtMost(S.Create(1000), S.AtLeast(S.Create(least), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpBounded(V x)
    {
        var k = Exponent(x);
        return ExpReduced(Reduced(x, k), k);
    }

    // The k of x = k·log 2 + r.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exponent(V x) => S.Subtract(S.Fma(x, S.Create(Log2E), S.Create(Magic)), S.Create(Magic));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduced(V x, V k) =>
        IsShort ? S.FmaNegated(k, S.Create(Ln2), x) : S.FmaNegated(k, S.Create(Ln2Low), S.FmaNegated(k, S.Create(Ln2High), x));

    // eʳ·2ᵏ for |r| ≤ ½ log 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpReduced(V r, V k)
    {
        var r2 = S.Multiply(r, r);
        var one = S.Create(1);
        return IsShort ? S.Scale(S.Fma(r2, ExpTail(r, r2), S.Add(one, r)), k) : S.Scale(S.Add(one, S.Fma(r2, ExpTail(r, r2), r)), k);
    }

    // eᵗ x, 0 where t is −∞. What float32 holds never meets an eᵗ without its digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpTimes(V t, V x)
    {
        if (IsShort)
            return S.Weigh(Exp(t), x);
        const double least = -1380;
        var bounded = Bounded(t, least);
        var k = Exponent(bounded);
        var r = Reduced(bounded, k);
        var r2 = S.Multiply(r, r);
        // ½eʳ x, which does not overflow, times 2ᵏ⁺¹.
        var half = S.Fma(S.Create(0.5), S.Fma(r2, ExpTail(r, r2), r), S.Create(0.5));
        return S.IfLess(t, S.Create(least), S.Create(0), S.Scale(S.Multiply(half, x), S.Add(k, S.Create(1))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpM1(V x)
    {
        // Below −60 the result rounds to −1. 2ᵏ⁻¹ and a doubling at the end, because 2ᵏ may overflow where the result does not.
        var bounded = S.AtMost(S.Create(710), S.AtLeast(S.Create(-60), x));
        var k = Exponent(bounded);
        var half = S.Scale(S.Create(0.5), k);
        var high = S.FmaNegated(k, S.Create(Ln2High), bounded);
        var r = S.FmaNegated(k, S.Create(Ln2Low), high);
        var r2 = S.Multiply(r, r);
        V result;
        if (IsShort)
            result = S.Fma(half, S.Fma(r2, ExpTail(r, r2), r), S.Subtract(half, S.Create(0.5)));
        else
        {
            var low = S.FmaNegated(k, S.Create(Ln2Low), S.Subtract(high, r));
            var tail = S.Fma(r2, ExpTail(r, r2), low);
            result = S.Fma(half, tail, S.Fma(half, r, S.Subtract(half, S.Create(0.5))));
        }
        return S.IfLess(S.Abs(x), S.Create(5.6e-17), x, S.Add(result, result));
    }

    // eᵈ − 1 − d within ±¼.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V AboveTangent(V d)
    {
        var d2 = S.Multiply(d, d);
        return S.Multiply(d2, ExpTail(d, d2));
    }

    // (eʳ − 1 − r) / r² for |r| ≤ ½ log 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpTail(V r, V r2)
    {
        var r4 = S.Multiply(r2, r2);
        if (IsShort)
        {
            var a = S.Fma(r, S.Create(0.16666666784514977), S.Create(0.500000000042729));
            var b = S.Fma(r, S.Create(0.008333281786913043), S.Create(0.04166666440318707));
            var c = S.Fma(r, S.Create(0.00019908952787751), S.Create(0.0013889197317341242));
            return S.Fma(r4, S.Fma(r2, S.Create(2.470824606799767e-05), c), S.Fma(r2, b, a));
        }
        else
        {
            var a = S.Fma(r, S.Create(0.16666666666666413), S.Create(0.5000000000000011));
            var b = S.Fma(r, S.Create(0.008333333333494486), S.Create(0.04166666666653014));
            var c = S.Fma(r, S.Create(0.00019841269506574188), S.Create(0.0013888888943636107));
            var d = S.Fma(r, S.Create(2.755758635412858e-06), S.Create(2.4801493092113143e-05));
            var e = S.Fma(r, S.Create(2.5000072587246197e-08), S.Create(2.7630250863247765e-07));
            return S.Fma(r4, S.Fma(r4, e, S.Fma(r2, d, c)), S.Fma(r2, b, a));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x)
    {
        var (m, e) = S.Decompose(x);
        return LogOf(S.Subtract(m, S.Create(1)), e, S.Create(0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1P(V x)
    {
        var one = S.Create(1);
        var u = S.Add(x, one);
        var (m, e) = S.Decompose(u);
        // Where 1 + x needs no reduction, x itself is the exact argument, however small. It is reached by adding what m lacks of it, which
        // is exact, so that the NaN of an m below 0 stays.
        var f = S.Subtract(m, one);
        f = S.Add(f, S.IfEqual(e, S.Create(0), S.Subtract(x, f), S.Create(0)));
        var low = S.Create(0);
        if (!IsShort)
            low = Lost(x, u, f, e);
        // The sum of two zeros would lose the sign of −0.
        return S.IfEqual(x, S.Create(0), x, LogOf(f, e, low));
    }

    // What the rounding of u = 1 + x lost, over u: in the scale of f, with the slope 1/(1 + f) ≈ 1 − f + f².
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Lost(V x, V u, V f, V e)
    {
        var one = S.Create(1);
        var zero = S.Create(0);
        var virtualX = S.Subtract(u, one);
        var lost = S.Add(S.Subtract(x, virtualX), S.Subtract(one, S.Subtract(u, virtualX)));
        var scaled = S.Scale(lost, S.AtLeast(S.Create(-1100), S.Negate(e)));
        var low = S.Multiply(scaled, S.FmaNegated(f, S.Subtract(one, f), one));
        var size = S.Abs(e);
        return S.IfLess(zero, size, S.IfLess(size, S.Create(2000), low, zero), zero);
    }

    // e·log 2 + log(1 + f) + low for f in [−¼, ½): relative to the result, also for the smallest f where e is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOf(V f, V e, V low)
    {
        var f2 = S.Multiply(f, f);
        var f4 = S.Multiply(f2, f2);
        var f8 = S.Multiply(f4, f4);
        if (IsShort)
        {
            var a = S.Fma(f, S.Create(0.333333333453256), S.Create(-0.5000000001162882));
            var b = S.Fma(f, S.Create(0.19999993837091912), S.Create(-0.2499999702554808));
            var c = S.Fma(f, S.Create(0.14286377474318168), S.Create(-0.16666876957898152));
            var d = S.Fma(f, S.Create(0.11085488795756875), S.Create(-0.12494383508519455));
            var g = S.Fma(f, S.Create(0.09479474876443755), S.Create(-0.10043207145983417));
            var h = S.Fma(f, S.Create(0.06147664310501736), S.Create(-0.08738402213255549));
            var high = S.Fma(f4, S.Create(-0.02150524387637612), S.Fma(f2, h, g));
            var tail = S.Fma(f8, high, S.Fma(f4, S.Fma(f2, d, c), S.Fma(f2, b, a)));
            return S.Fma(e, S.Create(Ln2), S.Fma(f2, tail, f));
        }
        else
        {
            var a = S.Fma(f, S.Create(-0.2500000000001058), S.Create(0.3333333333333375));
            var b = S.Fma(f, S.Create(-0.16666666663799576), S.Create(0.19999999999850226));
            var c = S.Fma(f, S.Create(-0.12500000290663568), S.Create(0.14285714299933372));
            var d = S.Fma(f, S.Create(-0.09999985542333205), S.Create(0.11111110772744309));
            var g = S.Fma(f, S.Create(-0.08333704393107143), S.Create(0.09090893018694925));
            var h = S.Fma(f, S.Create(-0.07138582091013837), S.Create(0.07693387241842292));
            var i = S.Fma(f, S.Create(-0.06249852415547727), S.Create(0.06643360957526391));
            var j = S.Fma(f, S.Create(-0.05968086254014184), S.Create(0.06083045653026426));
            var k = S.Fma(f, S.Create(-0.029388558368750903), S.Create(0.05069534464752668));
            k = S.Fma(f2, S.Create(0.0080908028537806), k);
            var middle = S.Fma(f4, S.Fma(f2, j, i), S.Fma(f2, h, g));
            var tail = S.Fma(f8, S.Fma(f8, k, middle), S.Fma(f4, S.Fma(f2, d, c), S.Fma(f2, b, a)));
            // f − (½f² − (f³·tail + small)): the large terms are added last.
            var small = S.Fma(e, S.Create(Ln2Low), low);
            var curve = S.FmaNegated(S.Multiply(f2, f), tail, S.Multiply(f2, S.Create(0.5)));
            return S.Fma(e, S.Create(Ln2High), S.Subtract(f, S.Subtract(curve, small)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<V> Logistic(V x)
    {
        var one = S.Create(1);
        var zero = S.Create(0);
        var z = ExpBounded(S.AtLeast(S.Create(-1000), S.Or(x, S.Create(-0.0))));
        var u = S.Add(one, z);
        var large = S.Divide(one, u);
        // What the rounding of 1 + z lost, and that of the quotient, are put back; the float32 rounding does not need it.
        if (!IsShort)
            large = S.Fma(large, S.FmaNegated(large, S.Subtract(z, S.Subtract(u, one)), S.FmaNegated(large, u, one)), large);
        var small = S.Multiply(z, large);
        var log1p = Log1POfUnit(z);
        return new()
        {
            _softplus = S.Add(S.Positive(x), log1p),
            _softplusOfMinus = S.Subtract(log1p, S.Negative(x)),
            _sigmoid = S.IfLess(x, zero, small, large),
            _sigmoidOfMinus = S.IfLess(x, zero, large, small),
        };
    }

    // σ(x) σ(−x) = s(1 − s), of the smaller s: of the larger, and its rounding, nothing comes in.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Bell(V sigmoid, V sigmoidOfMinus)
    {
        var small = S.Min(sigmoid, sigmoidOfMinus);
        return S.FmaNegated(small, small, small);
    }

    // σ(x) − σ(−x) = tanh ½x: near 0, where the difference would cancel, ½x + x³·tail.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Skew(V x, V sigmoid, V sigmoidOfMinus)
    {
        var square = S.Multiply(x, x);
        V tail;
        if (IsShort)
        {
            tail = S.Create(3.7088989642776286e-07);
            tail = S.Fma(square, tail, S.Create(-4.286420374238254e-06));
            tail = S.Fma(square, tail, S.Create(4.270198324337787e-05));
            tail = S.Fma(square, tail, S.Create(-0.00042162543351657617));
            tail = S.Fma(square, tail, S.Create(0.004166666592209933));
            tail = S.Fma(square, tail, S.Create(-0.041666666666085435));
        }
        else
        {
            tail = S.Create(-3.548029508010326e-10);
            tail = S.Fma(square, tail, S.Create(4.399859744000372e-09));
            tail = S.Fma(square, tail, S.Create(-4.4372085548805814e-08));
            tail = S.Fma(square, tail, S.Create(4.384737378034887e-07));
            tail = S.Fma(square, tail, S.Create(-4.327748161365237e-06));
            tail = S.Fma(square, tail, S.Create(4.271384440971064e-05));
            tail = S.Fma(square, tail, S.Create(-0.0004216269841058275));
            tail = S.Fma(square, tail, S.Create(0.004166666666666221));
            tail = S.Fma(square, tail, S.Create(-0.041666666666666664));
        }
        var near = S.Fma(S.Multiply(square, x), tail, S.Multiply(S.Create(0.5), x));
        return S.IfLess(square, S.Create(0.5625), near, S.Subtract(sigmoid, sigmoidOfMinus));
    }

    // log(1 + z) for z in [0, 1].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Log1POfUnit(V z)
    {
        if (IsShort)
        {
            var z2 = S.Multiply(z, z);
            var z4 = S.Multiply(z2, z2);
            var z8 = S.Multiply(z4, z4);
            var a = S.Fma(z, S.Create(-0.49999999878527907), S.Create(0.9999999999969804));
            var b = S.Fma(z, S.Create(-0.24999783340673545), S.Create(0.33333325187045526));
            var c = S.Fma(z, S.Create(-0.16640910039925425), S.Create(0.1999696606862815));
            var d = S.Fma(z, S.Create(-0.11940075840180646), S.Create(0.14141680022094474));
            var e = S.Fma(z, S.Create(-0.06714335297899647), S.Create(0.09539214796854747));
            var f = S.Fma(z, S.Create(-0.015883491519163708), S.Create(0.03819822905445292));
            var g = S.Fma(z, S.Create(-0.0005192251523524663), S.Create(0.004190851403777878));
            var high = S.Fma(z4, g, S.Fma(z2, f, e));
            return S.Multiply(z, S.Fma(z8, high, S.Fma(z4, S.Fma(z2, d, c), S.Fma(z2, b, a))));
        }
        else
        {
            // From ½ on, 1 + z = 2(1 + ½(z − 1)), and ½(z − 1) is exact.
            var half = S.Create(0.5);
            var f = S.IfLess(z, half, z, S.Fma(half, z, S.Create(-0.5)));
            return LogOf(f, S.IfLess(z, half, S.Create(0), S.Create(1)), S.Create(0));
        }
    }

    // The exponents that a kernel's loop has room for: the second derivative of a product of powers holds eight of these. The compiler
    // gives up inlining at 512 variables, and then everything else in the loop goes through memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Power(V x, double exponent)
    {
        if (exponent == 2)
            return S.Multiply(x, x);
        if (exponent == 1)
            return x;
        return exponent == 0 ? S.Create(1) : PowerOf(x, exponent);
    }

    // A few more exponents by multiplication and roots, which round once or twice, and all the others.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static V PowerOf(V x, double exponent)
    {
        var one = S.Create(1);
        // The sum makes a root of −0 what it is in C, +0.
        return exponent switch
        {
            3 => S.Multiply(S.Multiply(x, x), x),
            4 => Square(S.Multiply(x, x)),
            0.5 => S.Add(S.Sqrt(x), S.Create(0)),
            1.5 => S.Add(S.Multiply(S.Abs(x), S.Sqrt(x)), S.Create(0)),
            -0.5 => S.Divide(one, S.Add(S.Sqrt(x), S.Create(0))),
            -1 => S.Divide(one, x),
            -2 => Square(S.Divide(one, x)),
            _ => PowerOfAny(x, exponent),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Square(V x) => S.Multiply(x, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V PowerOfAny(V x, double exponent)
    {
        var c = S.Create(exponent);
        var magnitude = S.Abs(x);
        V power;
        if (IsShort)
            // The relative error of exp is the absolute one of its argument: the logarithm needs all of float64 here.
            power = ExpBounded(Bounded(S.Multiply(c, LaneMath<S, V, double>.Log(magnitude))));
        else
        {
            var (high, low) = LogWithTail(magnitude);
            var y = S.Multiply(c, high);
            var tail = S.Fma(c, low, S.Fma(c, high, S.Negate(y)));
            // An infinite logarithm has no tail.
            tail = S.IfLess(S.Abs(y), S.Create(1000), tail, S.Create(0));
            y = Bounded(y);
            var k = Exponent(y);
            power = ExpReduced(S.Add(Reduced(y, k), tail), k);
        }
        if (exponent != Math.Floor(exponent))
            return S.IfLess(x, S.Create(0), S.Create(double.NaN), power);
        var isEven = exponent / 2 == Math.Floor(exponent / 2);
        return isEven ? power : S.Or(power, S.And(x, S.Create(-0.0)));
    }

    // log x in two parts with 10 more bits than one holds: log m = 2 artanh s = s(2 + s²(⅔ + s²·tail)), s = (m − 1)/(m + 1).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V High, V Low) LogWithTail(V x)
    {
        var (m, e) = S.Decompose(x);
        var one = S.Create(1);
        var two = S.Create(2);
        var f = S.Subtract(m, one);
        var divisor = S.Add(m, one);
        var divisorLow = S.Subtract(m, S.Subtract(divisor, one));
        var inverse = S.Divide(one, divisor);
        var s = S.Multiply(f, inverse);
        var sLow = S.Multiply(S.FmaNegated(s, divisorLow, S.FmaNegated(s, divisor, f)), inverse);

        var u = S.Multiply(s, s);
        var uLow = S.Fma(S.Add(s, s), sLow, S.Fma(s, s, S.Negate(u)));
        var tail = S.Fma(u, S.Create(0.11612389705179835), S.Create(0.10327307916250103));
        tail = S.Fma(u, tail, S.Create(0.11775134135626697));
        tail = S.Fma(u, tail, S.Create(0.13333000549671156));
        tail = S.Fma(u, tail, S.Create(0.15384622060804104));
        tail = S.Fma(u, tail, S.Create(0.18181818098395006));
        tail = S.Fma(u, tail, S.Create(0.222222222228397));
        tail = S.Fma(u, tail, S.Create(0.28571428571426166));
        tail = S.Fma(u, tail, S.Create(0.4));

        var twoThirds = S.Create(0.6666666666666666);
        var a = S.Fma(u, tail, twoThirds);
        var aLow = S.Add(S.Fma(uLow, tail, S.Create(3.700743415417188e-17)), S.Fma(u, tail, S.Subtract(twoThirds, a)));
        var t = S.Multiply(u, a);
        var tLow = S.Add(S.Fma(u, a, S.Negate(t)), S.Fma(u, aLow, S.Multiply(uLow, a)));
        var w = S.Add(two, t);
        var wLow = S.Add(S.Add(S.Subtract(two, w), t), tLow);
        var l = S.Multiply(s, w);
        var lLow = S.Add(S.Fma(s, w, S.Negate(l)), S.Fma(s, wLow, S.Multiply(sLow, w)));

        var whole = S.Multiply(e, S.Create(Ln2High));
        var high = S.Add(whole, l);
        var low = S.Add(S.Add(S.Subtract(whole, high), l), S.Fma(e, S.Create(Ln2Low), lLow));
        return (high, low);
    }
}
