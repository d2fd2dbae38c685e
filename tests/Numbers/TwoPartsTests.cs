using Xunit;

namespace Losses.Tests;

/// <summary>Numbers of two parts against double-double ones, to 100 bits and more.</summary>
public class TwoPartsTests
{
    private const double Ulp = 1.0 / (1L << 50) / (1L << 50);

    private static DoubleDouble Exact(TwoParts x) => (DoubleDouble)x.High + x.Low;

    private static void Near(DoubleDouble expected, TwoParts actual, double size)
    {
        var error = DoubleDouble.Abs(Exact(actual) - expected).High;
        Assert.True(error <= Ulp * size, $"{Exact(actual)} is not {expected}, but {error / size} of it off");
    }

    [Fact]
    public void Have_the_digits_of_both_parts()
    {
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            TwoParts Any()
            {
                var high = Math.ScaleB(1 + random.NextDouble(), random.Next(-20, 20));
                return new(high, (random.NextDouble() - 0.5) * Math.ScaleB(high, -53));
            }
            var (a, b) = (Any(), Any());
            var n = random.Next(-3000, 3000);
            Near(Exact(a) + Exact(b), a + b, a.High + b.High);
            Near(Exact(a) - Exact(b), a + -b, a.High + b.High);
            Near(Exact(a) * Exact(b), a * b, a.High * b.High);
            Near(1 / Exact(a), TwoParts.Inverse(a), 1 / a.High);
            Near(Exact(a) / 7, a / 7, a.High);
            Near(DoubleDouble.Log(2) * n + DoubleDouble.Log(Exact(a)), TwoParts.Log(a, n), Math.Abs(n) + 20);
        }
    }
}
