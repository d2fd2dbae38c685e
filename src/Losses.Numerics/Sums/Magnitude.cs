using System.Runtime.CompilerServices;

namespace Losses;

// Sign and magnitude of an exact number, cut to its first 128 bits: significand·2^exponent, and a little more (less than one unit) if
// inexact. That is all that one correct rounding needs.
internal readonly struct Magnitude(UInt128 significand, int exponent, bool inexact, bool negative)
{
    public bool IsZero => significand == 0;

    public bool Negative => negative;

    // high + low where |low| is at most half a unit of high's last place.
    public static Magnitude Of(double high, double low)
    {
        var (top, exponent) = Float.Split(high);
        if (low == 0)
            return new(top, exponent, false, high < 0);
        var (bottom, lowExponent) = Float.Split(low);
        const int spare = 74;
        var significand = (UInt128)top << spare;
        var shift = lowExponent - exponent + spare;
        var small =
            shift >= 0 ? (UInt128)bottom << shift
            : shift > -64 ? bottom >> -shift
            : (UInt128)0;
        var inexact = shift < 0 && (shift <= -64 || bottom << (64 + shift) != 0);
        if ((high < 0) == (low < 0))
            return new(significand + small, exponent - spare, inexact, high < 0);
        return new(significand - small - (inexact ? 1u : 0u), exponent - spare, inexact, high < 0);
    }

    public static Magnitude Of(ReadOnlySpan<uint> digits, Fixed number)
    {
        if (number.IsZero)
            return default;
        var last = number.First + number.Count - 1;
        UInt128 significand = 0;
        for (var i = last; i > last - 4; i--)
            significand = significand << 32 | (i >= 0 ? digits[i] : 0);
        // The highest digit may have leading zeros: its neighbour below the four fills them up.
        var spare = (int)UInt128.LeadingZeroCount(significand);
        var next = last >= 4 ? digits[last - 4] : 0;
        significand = significand << spare | (next >> 1 >> (31 - spare));
        var inexact = (next << spare) != 0 || number.First < last - 4;
        return new(significand, 32 * (last - 3) - spare + Fixed.Floor, inexact, number.Negative);
    }

    // Whether the number is a divisor of 64 bits or less, times a power of two.
    public bool TryNarrow(out ulong divisor, out int divisorExponent)
    {
        var zeros = significand == 0 ? 0 : (int)UInt128.TrailingZeroCount(significand);
        var narrow = significand >> zeros;
        divisor = (ulong)narrow;
        divisorExponent = exponent + zeros;
        return !inexact && narrow <= ulong.MaxValue;
    }

    // The quotient has more than 64 bits, and the fraction that was cut off changes no bit of it: ⌊(m + f)/n⌋ = ⌊m/n⌋.
    public Magnitude Over(ulong divisor, int divisorExponent = 0, bool divisorNegative = false)
    {
        var spare = significand == 0 || inexact ? 0 : (int)UInt128.LeadingZeroCount(significand);
        var (quotient, remainder) = UInt128.DivRem(significand << spare, divisor);
        return new(quotient, exponent - spare - divisorExponent, inexact || remainder != 0, negative != divisorNegative);
    }

    public double ToDouble() =>
        BitConverter.UInt64BitsToDouble((negative ? 1UL << 63 : 0) | Round(precision: 53, lowest: -1074, infinity: 0x7FF0000000000000));

    public float ToSingle() =>
        BitConverter.UInt32BitsToSingle((negative ? 1U << 31 : 0) | (uint)Round(precision: 24, lowest: -149, infinity: 0x7F800000));

    // The bits of the nearest float, ties to even, of a format that has so many bits and so small a subnormal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Round(int precision, int lowest, ulong infinity)
    {
        if (significand == 0)
            return 0;
        var length = 128 - (int)UInt128.LeadingZeroCount(significand);
        var unit = Math.Max(exponent + length - precision, lowest);
        // A shift by more than 128 leaves less than half a unit.
        var shift = Math.Min(unit - exponent, 129);
        ulong kept;
        if (shift <= 0)
        {
            kept = (ulong)significand << -shift;
        }
        else
        {
            kept = shift < 128 ? (ulong)(significand >> shift) : 0;
            var half = shift <= 128 ? UInt128.One << (shift - 1) : 0;
            var cut = shift < 128 ? significand & ((UInt128.One << shift) - 1) : significand;
            if (shift <= 128 && (cut > half || cut == half && (inexact || (kept & 1) != 0)))
                kept++;
        }
        // The significand's leading bit counts one exponent more, and so does a carry out of it; a subnormal has neither.
        if (unit + precision > 1100)
            return infinity;
        var bits = ((ulong)(unit - lowest) << (precision - 1)) + kept;
        return Math.Min(bits, infinity);
    }
}

// What a float64 number is made of, and how two of them round to one float32.
internal static class Float
{
    // Up to here every integer is a float64 number.
    public const long MaxInteger = 1L << 53;

    // |value| = significand·2^exponent of a finite number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (ulong Significand, int Exponent) Split(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var biased = (int)(bits >> 52) & 0x7FF;
        var fraction = bits & ((1UL << 52) - 1);
        return biased == 0 ? (fraction, -1074) : (fraction | 1UL << 52, biased - 1075);
    }

    // high + low, |low| at most half a unit of high's last place, to float32. Where something is left over, the last bit of the float64 number
    // is made odd, towards it: then it is no tie for float32, and lies on the right side of one (Boldo and Melquiond's rounding to odd).
    public static float ToSingle(double high, double low)
    {
        var bits = BitConverter.DoubleToInt64Bits(high);
        if (low != 0 && (bits & 1) == 0)
            high = BitConverter.Int64BitsToDouble(bits + ((low > 0) == (high > 0) ? 1 : -1));
        return (float)high;
    }

    // a/b rounded once to float32, where the remainder of the float64 division can be had exactly.
    public static bool TryDivide(double a, double b, out float quotient)
    {
        var high = a / b;
        var remainder = Math.FusedMultiplyAdd(-high, b, a);
        quotient = ToSingle(high, b > 0 ? remainder : -remainder);
        return Math.Abs(high) is > 1e-250 and < 1e250 && Math.Abs(a) is > 1e-250 and < 1e300;
    }
}
