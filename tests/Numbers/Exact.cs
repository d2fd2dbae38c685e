using System.Numerics;

namespace Losses.Tests;

// The plain reference: rationals of integers without bounds, and rounding as IEEE 754 defines it.
internal static class Exact
{
    // Every product of two float64 numbers is a multiple of it.
    public const int Unit = -2148;

    // The number in units of 2^Unit.
    public static BigInteger Of(double value)
    {
        var (significand, exponent) = Parts(value);
        return significand << (exponent - Unit);
    }

    public static BigInteger Sum(IEnumerable<double> values) => values.Aggregate(BigInteger.Zero, (sum, value) => sum + Of(value));

    public static BigInteger Product(double a, double b)
    {
        var (x, m) = Parts(a);
        var (y, n) = Parts(b);
        return (x * y) << (m + n - Unit);
    }

    // The nearest float64 number to numerator/denominator·2^exponent, ties to even.
    public static double ToDouble(BigInteger numerator, BigInteger denominator, int exponent = Unit) =>
        Round(numerator, denominator, exponent, 53, -1074, 1024);

    // The nearest float32 number.
    public static float ToSingle(BigInteger numerator, BigInteger denominator, int exponent = Unit) =>
        (float)Round(numerator, denominator, exponent, 24, -149, 128);

    private static (BigInteger Significand, int Exponent) Parts(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)(bits >> 52) & 0x7FF;
        var significand = (bits & 0xFFFFFFFFFFFFF) + (biased == 0 ? 0 : 1L << 52);
        return (bits < 0 ? -significand : significand, Math.Max(biased, 1) - 1075);
    }

    private static double Round(BigInteger numerator, BigInteger denominator, int exponent, int precision, int lowest, int highest)
    {
        if (denominator.IsZero || numerator.IsZero)
            return (double)numerator.Sign / denominator.Sign;
        var sign = numerator.Sign * denominator.Sign;
        var (a, b) = (BigInteger.Abs(numerator), BigInteger.Abs(denominator));
        // 2^top ≤ a/b < 2^(top + 1)
        var top = (int)(a.GetBitLength() - b.GetBitLength());
        if (top >= 0 ? a < b << top : a << -top < b)
            top--;
        var unit = Math.Max(top + exponent - precision + 1, lowest);
        var shift = unit - exponent;
        (a, b) = shift > 0 ? (a, b << shift) : (a << -shift, b);
        var quotient = BigInteger.DivRem(a, b, out var rest);
        var half = (2 * rest).CompareTo(b);
        if (half > 0 || half == 0 && !quotient.IsEven)
            quotient++;
        if (quotient.GetBitLength() + unit > highest)
            return sign * double.PositiveInfinity;
        // In two steps, as 2^unit alone may be out of range.
        return sign * ((double)quotient * Math.ScaleB(1, unit / 2) * Math.ScaleB(1, unit - unit / 2));
    }
}
