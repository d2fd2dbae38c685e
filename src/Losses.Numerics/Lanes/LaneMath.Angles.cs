using System.Runtime.CompilerServices;

namespace Losses;

internal static partial class LaneMath<S, V, TStorage>
{
    private const double HalfPi = 1.5707963267948966;

    // What HalfPi lacks of π/2.
    private const double HalfPiRest = 6.123233995736766e-17;

    // And what both lack.
    private const double HalfPiLast = -1.4973849048591698e-33;

    // atan x = atan t + a multiple of π/4, with |t| ≤ tan π/8: t is x, (x − 1)/(x + 1) or −1/x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Atan(V x)
    {
        var size = S.Abs(x);
        var one = S.Create(1);
        var low = S.Create(0.41421356237309503);
        var high = S.Create(2.414213562373095);
        var above = S.IfLess(size, low, size, S.IfLess(size, high, S.Subtract(size, one), S.Create(-1)));
        var t = S.Divide(above, S.IfLess(size, low, one, S.IfLess(size, high, S.Add(size, one), size)));
        var s = S.Multiply(t, t);
        var s2 = S.Multiply(s, s);
        var s4 = S.Multiply(s2, s2);
        V tail;
        if (IsShort)
            tail = S.Fma(s2, S.Create(-0.03792274688034499), S.Fma(s, S.Create(0.06991130067837235), S.Create(-0.08996821152532553)));
        else
        {
            tail = S.Fma(s2, S.Create(-0.017903542278587693), S.Fma(s, S.Create(0.038060797944835634), S.Create(-0.0503913866245981)));
            tail = S.Fma(s4, tail, Cubic(s, s2, -0.09090897718226365, 0.076920595884283, -0.06663097696560179, 0.05847848035693772));
        }
        tail = IsShort
            ? S.Fma(s4, tail, Cubic(s, s2, -0.33333333295705214, 0.19999994323701709, -0.14285423513707513, 0.11104001850395359))
            : S.Fma(s4, tail, Cubic(s, s2, -0.333333333333332, 0.19999999999953205, -0.1428571428016209, 0.11111110781919903));
        // π/2 or π/4 or 0; what it lacks of them is below the last place of t.
        var quarters = S.IfLess(size, low, S.Create(0), S.IfLess(size, high, S.Create(0.5), one));
        var rest = S.Fma(quarters, S.Create(HalfPiRest), S.Multiply(S.Multiply(s, t), tail));
        var angle = S.Fma(quarters, S.Create(HalfPi), S.Add(t, rest));
        return S.Or(S.Abs(angle), S.And(x, S.Create(-0.0)));
    }

    // Up to here a multiple of π/2 is taken off in three parts, beyond in as many as it takes.
    private const double FarAngle = 1048576;

    /// <summary>Sine and cosine of one angle: they share what is left of it without its quarter turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V Sin, V Cos) SinCos(V x)
    {
        var size = S.Abs(x);
        var one = S.Create(1);
        // The number of quarter turns, a whole number in the lowest bits.
        var turns = S.Fma(size, S.Create(0.6366197723675814), S.Create(Logarithm.Magic));
        var k = S.Subtract(turns, S.Create(Logarithm.Magic));
        var r = S.FmaNegated(k, S.Create(HalfPi), size);
        var low = S.Create(0);
        if (IsShort)
            r = S.FmaNegated(k, S.Create(HalfPiRest), r);
        else
        {
            // r is exact so far. Next to a multiple of π/2 the second part cancels what is left, and the third counts.
            var part = S.Multiply(k, S.Create(HalfPiRest));
            var partLow = S.Fma(k, S.Create(HalfPiRest), S.Negate(part));
            (r, low) = TwoSum(r, S.Negate(part));
            low = S.FmaNegated(k, S.Create(HalfPiLast), S.Subtract(low, partLow));
        }
        if (S.IsAnyLess(S.Create(FarAngle), size))
        {
            var (farTurns, farR, farLow) = FarReduced(size);
            turns = IfFar(size, farTurns, turns);
            r = IfFar(size, farR, r);
            low = IfFar(size, farLow, low);
        }

        var s = S.Multiply(r, r);
        var s2 = S.Multiply(s, s);
        var half = S.Multiply(S.Create(0.5), s);
        V sin,
            cos;
        if (IsShort)
        {
            sin = S.Fma(
                s2,
                S.Create(-2.4760470662508066e-08),
                S.Fma(s, S.Create(2.755533997745418e-06), S.Create(-0.00019841263730713266))
            );
            sin = S.Fma(s2, sin, S.Fma(s, S.Create(0.008333333325082739), S.Create(-0.16666666666630384)));
            cos = Cubic(s, s2, 0.041666666619488, -0.0013888883499741053, 2.4799460060546006e-05, -2.720574621724923e-07);
        }
        else
        {
            sin = S.Fma(s, S.Create(1.5896238680675327e-10), S.Create(-2.50507479642064e-08));
            sin = S.Fma(
                S.Multiply(s2, s2),
                sin,
                Cubic(s, s2, -0.1666666666666663, 0.008333333333322127, -0.0001984126982959564, 2.7557313623070776e-06)
            );
            cos = S.Fma(s, S.Create(-1.1358535666681898e-11), S.Create(2.0875700843101875e-09));
            cos = S.Fma(
                S.Multiply(s2, s2),
                cos,
                Cubic(s, s2, 0.041666666666666595, -0.001388888888887306, 2.480158728885314e-05, -2.7557314179477783e-07)
            );
        }
        sin = S.Add(r, S.Fma(S.Multiply(s, r), sin, S.FmaNegated(half, low, low)));
        // 1 − ½r² loses what is put back.
        var whole = S.Subtract(one, half);
        cos = S.Add(whole, S.Add(S.Subtract(S.Subtract(one, whole), half), S.FmaNegated(r, low, S.Multiply(s2, cos))));

        // After an odd number of turns sine and cosine change places; after two or three, or one or two, their sign.
        var odd = S.And(turns, S.FromBits(1));
        var zero = S.Create(0);
        var sinSign = S.Or(S.ShiftLeft(S.And(turns, S.FromBits(2)), 62), one);
        var cosSign = S.Or(S.ShiftLeft(S.And(S.AddBits(turns, S.FromBits(1)), S.FromBits(2)), 62), one);
        var sign = S.Or(S.And(x, S.Create(-0.0)), one);
        return (S.Multiply(S.Multiply(sign, sinSign), S.IfEqual(odd, zero, sin, cos)), S.Multiply(cosSign, S.IfEqual(odd, zero, cos, sin)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V IfFar(V size, V far, V near) =>
        S.IfLess(S.Create(FarAngle), size, S.IfLess(size, S.Create(double.PositiveInfinity), far, near), near);

    // a + b in two parts (Knuth).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V Sum, V Lost) TwoSum(V a, V b)
    {
        var sum = S.Add(a, b);
        var virtualB = S.Subtract(sum, a);
        return (sum, S.Add(S.Subtract(a, S.Subtract(sum, virtualB)), S.Subtract(b, virtualB)));
    }

    // The same of a number of any size (Payne and Hanek): x·2/π digit by digit of 2/π, each product exact and without its multiples of 8, in a
    // sum of three parts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V Turns, V Angle, V Low) FarReduced(V x)
    {
        var high = S.Create(0);
        var middle = S.Create(0);
        var low = S.Create(0);
        foreach (var digit in TwoOverPi.Digits)
        {
            x = S.Multiply(x, S.Create(5.960464477539063e-08));
            // 26 bits and 27 bits, times 24.
            var top = S.And(x, S.FromBits(-1L << 27));
            (high, var lost) = TwoSum(high, WithoutEights(S.Multiply(top, S.Create(digit))));
            (middle, lost) = TwoSum(middle, lost);
            low = S.Add(low, lost);
            (high, lost) = TwoSum(high, WithoutEights(S.Multiply(S.Subtract(x, top), S.Create(digit))));
            (middle, lost) = TwoSum(middle, lost);
            low = S.Add(low, lost);
        }
        var turns = S.Add(high, S.Create(Logarithm.Magic));
        (high, middle) = TwoSum(S.Subtract(high, S.Subtract(turns, S.Create(Logarithm.Magic))), middle);
        (high, low) = TwoSum(high, S.Add(middle, low));
        // Times π/2.
        var angle = S.Multiply(high, S.Create(HalfPi));
        var rest = S.Fma(high, S.Create(HalfPi), S.Negate(angle));
        return (turns, angle, S.Add(rest, S.Fma(high, S.Create(HalfPiRest), S.Multiply(low, S.Create(HalfPi)))));
    }

    // From 2⁵⁴ on a product of 51 bits is a multiple of 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V WithoutEights(V x)
    {
        var eights = S.Subtract(S.Fma(x, S.Create(0.125), S.Create(Logarithm.Magic)), S.Create(Logarithm.Magic));
        return S.IfLess(x, S.Create(18014398509481984), S.FmaNegated(eights, S.Create(8), x), S.Create(0));
    }
}
