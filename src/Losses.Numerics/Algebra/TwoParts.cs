namespace Losses;

// A number of 106 bits as the sum of two float64 numbers, finite and of a size whose products are far from the ends of the format.
internal readonly struct TwoParts(double high, double low)
{
    private static readonly TwoParts s_log2 = new(Logarithm.Ln2, Logarithm.Ln2Rest);

    // 0.35²⁹/29! is below 2⁻¹⁴⁶.
    private const int SeriesLength = 28;

    public double High => high;

    public double Low => low;

    public static TwoParts operator +(TwoParts a, TwoParts b)
    {
        var sum = a.High + b.High;
        return Normal(sum, Compensated.Lost(a.High, b.High, sum) + (a.Low + b.Low));
    }

    public static TwoParts operator -(TwoParts x) => new(-x.High, -x.Low);

    public static TwoParts operator *(TwoParts a, TwoParts b)
    {
        var product = a.High * b.High;
        var lost = Math.FusedMultiplyAdd(a.High, b.High, -product);
        return Normal(product, lost + Math.FusedMultiplyAdd(a.High, b.Low, a.Low * b.High));
    }

    public static TwoParts operator /(TwoParts x, double divisor)
    {
        var quotient = x.High / divisor;
        return Normal(quotient, (Math.FusedMultiplyAdd(-quotient, divisor, x.High) + x.Low) / divisor);
    }

    // 1/x, by a step of Newton's method.
    public static TwoParts Inverse(TwoParts x)
    {
        var inverse = new TwoParts(1 / x.High, 0);
        var rest = new TwoParts(1, 0) + -(x * inverse);
        return inverse + inverse * rest;
    }

    // n log 2 + log x, of x above 0.
    public static TwoParts Log(TwoParts x, double n)
    {
        // x = m·2ᵏ with m in [0.7, 1.5).
        var k = Math.ILogB(x.High);
        if (Math.ScaleB(x.High, -k) > 1.4)
            k++;
        var m = new TwoParts(Math.ScaleB(x.High, -k), Math.ScaleB(x.Low, -k));
        // log m = y + log(m e⁻ʸ), where the second logarithm is that of nearly 1.
        var y = Math.Log(m.High);
        var rest = m * Exp(-y) + new TwoParts(-1, 0);
        return s_log2 * new TwoParts(n + k, 0) + (new TwoParts(y, 0) + rest);
    }

    // Of a small number.
    private static TwoParts Exp(double x)
    {
        var (one, power) = (new TwoParts(1, 0), new TwoParts(x, 0));
        var series = one;
        for (var i = SeriesLength; i > 0; i--)
            series = series * power / i + one;
        return series;
    }

    // Of two parts, the second the smaller (Dekker).
    private static TwoParts Normal(double high, double low)
    {
        var sum = high + low;
        return new(sum, low - (sum - high));
    }
}
