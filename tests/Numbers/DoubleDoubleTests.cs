using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Losses.Tests;

[Properties(Arbitrary = [typeof(DoubleDoubleTests)], MaxTest = 1000)]
public class DoubleDoubleTests
{
    private const double Infinity = double.PositiveInfinity;
    private const double NaN = double.NaN;

    // 106 bits of moderate size, often close to a number of few bits.
    public static Arbitrary<DoubleDouble> Numbers() =>
        Arb.From(
            Gen.Choose(int.MinValue, int.MaxValue)
                .Select(seed =>
                {
                    var random = new Random(seed);
                    var high = random.Next(3) == 0 ? random.Next(-4, 5) : Math.ScaleB(random.NextDouble() - 0.5, random.Next(-60, 60));
                    return (DoubleDouble)high + high * Math.ScaleB(random.NextDouble() - 0.5, -random.Next(1, 90));
                })
        );

    // Bit for bit: 0 is not −0, and NaN is NaN.
    private static void Same(double expected, DoubleDouble actual, double slack = 0)
    {
        var same = BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual.High);
        Assert.True(same || double.IsNaN(expected) && double.IsNaN(actual.High), $"expected {expected:R}, got {actual}");
        Assert.True(Math.Abs(actual.Low) <= slack, $"expected {expected:R}, got {actual}");
    }

    public static DoubleDouble Apply(string name, DoubleDouble x, DoubleDouble y) =>
        name switch
        {
            "Add" => x + y,
            "Multiply" => x * y,
            "Divide" => x / y,
            "Sqrt" => DoubleDouble.Sqrt(x),
            "Exp" => DoubleDouble.Exp(x),
            "ExpM1" => DoubleDouble.ExpM1(x),
            "Log" => DoubleDouble.Log(x),
            "Log1P" => DoubleDouble.Log1P(x),
            "Tanh" => DoubleDouble.Tanh(x),
            "LogCosh" => DoubleDouble.LogCosh(x),
            "Atan" => DoubleDouble.Atan(x),
            "Erf" => DoubleDouble.Erf(x),
            "Sin" => DoubleDouble.SinCos(x).Sin,
            "Cos" => DoubleDouble.SinCos(x).Cos,
            "LogGamma" => DoubleDouble.LogGamma(x),
            "Trigamma" => DoubleDouble.Polygamma(1, x),
            "Tetragamma" => DoubleDouble.Polygamma(2, x),
            "Digamma" => DoubleDouble.Digamma(x),
            "Softplus" => DoubleDouble.Logistic(x).Softplus,
            "SoftplusOfMinus" => DoubleDouble.Logistic(x).SoftplusOfMinus,
            "Sigmoid" => DoubleDouble.Logistic(x).Sigmoid,
            "SigmoidOfMinus" => DoubleDouble.Logistic(x).SigmoidOfMinus,
            "Power" => DoubleDouble.Power(x, y.High),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such function"),
        };

    public static TheoryData<string> Names => [.. DoubleDoubleTable.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_function_is_within_2_to_the_minus_102_of_the_table(string name)
    {
        var rows = DoubleDoubleTable.Of(name).ToArray();
        Assert.True(rows.Length >= 40);
        foreach (var row in rows)
        {
            var got = Apply(name, row.X, row.Y);
            var error = DoubleDouble.Abs(got - row.Value).High;
            // A gamma function takes logarithms and inverses from each other, next to a zero all but 14 bits of them.
            // Close to the subnormals, no number has 106 bits.
            var bound = Math.Max(Math.Abs(row.Value.High) * Math.ScaleB(1, name.EndsWith("amma") ? -88 : -102), double.Epsilon);
            Assert.True(error <= bound, $"{name}({row.X}, {row.Y}) = {row.Value}, got {got}");
        }
    }

    [Property]
    public void Sums_products_and_quotients_are_those_of_rationals(DoubleDouble a, DoubleDouble b)
    {
        var (x, y) = (Exact.Of(a.High) + Exact.Of(a.Low), Exact.Of(b.High) + Exact.Of(b.Low));
        Close(x + y, BigInteger.One, Exact.Unit, a + b);
        Close(x - y, BigInteger.One, Exact.Unit, a - b);
        Close(x * y, BigInteger.One, 2 * Exact.Unit, a * b);
        if (!y.IsZero)
            Close(x, y, 0, a / b);
    }

    // |got − numerator/denominator·2^exponent| ≤ 2⁻¹⁰³·|…|, in integers.
    private static void Close(BigInteger numerator, BigInteger denominator, int exponent, DoubleDouble got)
    {
        var result = (Exact.Of(got.High) + Exact.Of(got.Low)) * denominator;
        var shift = exponent - Exact.Unit;
        var expected = shift >= 0 ? numerator << shift : numerator;
        result = shift >= 0 ? result : result << -shift;
        Assert.True(BigInteger.Abs(result - expected) << 103 <= BigInteger.Abs(expected), $"got {got}");
    }

    [Property]
    public void The_parts_never_overlap(DoubleDouble a, DoubleDouble b)
    {
        foreach (var x in new[] { a + b, a - b, a * b, a / b, DoubleDouble.Exp(a), DoubleDouble.Log(a), DoubleDouble.Sqrt(a) })
            Assert.True(!double.IsFinite(x.High) || x.High + x.Low == x.High, x.ToString());
    }

    [Property]
    public void Comparison_is_that_of_the_exact_numbers(DoubleDouble a, DoubleDouble b)
    {
        var sign = (a - b).High;
        Assert.Equal(sign < 0, a < b);
        Assert.Equal(sign > 0, a > b);
        Assert.Equal(sign <= 0, a <= b);
        Assert.Equal(sign >= 0, a >= b);
        Assert.Equal(sign == 0, a == b);
        Assert.Equal(sign != 0, a != b);
        Assert.Equal(Math.Sign(sign), Math.Sign(a.CompareTo(b)));
        Assert.Equal(sign == 0, a.Equals(b));
        Assert.Equal(sign < 0 ? b : a, DoubleDouble.Max(a, b));
        Assert.Equal(sign < 0 ? a : b, DoubleDouble.Min(a, b));
        Assert.Equal(sign < 0 ? 1 : 2, DoubleDouble.IfLess(a, b, 1, 2).High);
    }

    [Property]
    public void Text_has_enough_digits_to_tell_the_number(DoubleDouble x)
    {
        var text = x.ToString();
        var at = text.IndexOf('E');
        var (digits, exponent) = at < 0 ? (text, 0) : (text[..at], int.Parse(text[(at + 1)..], CultureInfo.InvariantCulture));
        // Plain numbers are short enough for decimal to hold; the others have one digit before the point.
        if (at < 0 || x.Low == 0)
        {
            Assert.Equal(x.High, double.Parse(text, CultureInfo.InvariantCulture));
            return;
        }
        var places = digits.Contains('.') ? digits.Length - digits.IndexOf('.') - 1 : 0;
        var integer = BigInteger.Parse(digits.Replace(".", ""), CultureInfo.InvariantCulture);
        var scale = exponent - places;
        var (top, bottom) = scale >= 0 ? (integer * BigInteger.Pow(10, scale), BigInteger.One) : (integer, BigInteger.Pow(10, -scale));
        Close(top, bottom, 0, x);
    }

    [Fact]
    public void Infinities_and_zeros_are_those_of_float64()
    {
        DoubleDouble infinity = Infinity;
        DoubleDouble third = (DoubleDouble)1 / 3;
        Same(Infinity, infinity + third);
        Same(Infinity, third + infinity);
        Same(-Infinity, third - infinity);
        Same(NaN, infinity - infinity);
        Same(Infinity, infinity * third);
        Same(NaN, infinity * 0);
        Same(0, third / infinity);
        Same(-0.0, third / -infinity);
        Same(Infinity, infinity / third);
        Same(NaN, infinity / infinity);
        Same(Infinity, third / 0);
        Same(NaN, (DoubleDouble)0 / 0);
        Same(-0.0, (DoubleDouble)(-0.0) + -0.0);
        Same(0, third - third);
        Same(Infinity, third * 1e308 * 1e308);
        Same(Infinity, (DoubleDouble)double.MaxValue + double.MaxValue);
        Same(0, DoubleDouble.Abs(-0.0));
        Same(Infinity, DoubleDouble.Abs(-infinity));
    }

    [Theory]
    [InlineData(Infinity, "Exp", Infinity)]
    [InlineData(-Infinity, "Exp", 0)]
    [InlineData(0, "Exp", 1)]
    [InlineData(710, "Exp", Infinity)]
    [InlineData(-746, "Exp", 0)]
    [InlineData(-745, "Exp", double.Epsilon)]
    [InlineData(1e308, "Exp", Infinity)]
    [InlineData(NaN, "Exp", NaN)]
    [InlineData(Infinity, "ExpM1", Infinity)]
    [InlineData(-Infinity, "ExpM1", -1)]
    [InlineData(-0.0, "ExpM1", -0.0)]
    [InlineData(1e-320, "ExpM1", 1e-320)]
    [InlineData(710, "ExpM1", Infinity)]
    [InlineData(NaN, "ExpM1", NaN)]
    [InlineData(0, "Log", -Infinity)]
    [InlineData(-0.0, "Log", -Infinity)]
    [InlineData(1, "Log", 0)]
    [InlineData(Infinity, "Log", Infinity)]
    [InlineData(-1, "Log", NaN)]
    [InlineData(NaN, "Log", NaN)]
    [InlineData(-1, "Log1P", -Infinity)]
    [InlineData(-0.0, "Log1P", -0.0)]
    [InlineData(-1e-320, "Log1P", -1e-320)]
    [InlineData(Infinity, "Log1P", Infinity)]
    [InlineData(-2, "Log1P", NaN)]
    [InlineData(0, "Sqrt", 0)]
    [InlineData(4, "Sqrt", 2)]
    [InlineData(Infinity, "Sqrt", Infinity)]
    [InlineData(-1, "Sqrt", NaN)]
    [InlineData(Infinity, "Softplus", Infinity)]
    [InlineData(-Infinity, "Softplus", 0)]
    [InlineData(Infinity, "SoftplusOfMinus", 0)]
    [InlineData(-Infinity, "SoftplusOfMinus", Infinity)]
    [InlineData(1e300, "Softplus", 1e300)]
    [InlineData(Infinity, "Sigmoid", 1)]
    [InlineData(-Infinity, "Sigmoid", 0)]
    [InlineData(0, "Sigmoid", 0.5)]
    [InlineData(Infinity, "SigmoidOfMinus", 0)]
    [InlineData(-Infinity, "SigmoidOfMinus", 1)]
    [InlineData(NaN, "Softplus", NaN)]
    [InlineData(NaN, "Sigmoid", NaN)]
    public void Functions_reach_their_limits(double x, string name, double limit) => Same(limit, Apply(name, x, 0));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(0, -1)]
    [InlineData(-0.0, 3)]
    [InlineData(NaN, 0)]
    [InlineData(Infinity, 0.5)]
    [InlineData(-Infinity, 3)]
    [InlineData(-2, 3)]
    [InlineData(-2, 2)]
    [InlineData(-2, -1001)]
    [InlineData(2, 1023)]
    [InlineData(2, -1074)]
    [InlineData(2, 1e300)]
    [InlineData(0.5, 1e300)]
    [InlineData(3, 1e4)]
    [InlineData(3, -1e4)]
    [InlineData(9, 0.5)]
    [InlineData(1, 1e300)]
    [InlineData(5, 1)]
    public void Powers_of_simple_numbers_are_those_of_float64(double x, double exponent)
    {
        var expected = Math.Pow(x, exponent);
        Same(expected, DoubleDouble.Power(x, exponent), Math.Abs(expected) * Math.ScaleB(1, -102));
    }

    [Fact]
    public void A_low_part_decides_where_a_subnormal_high_part_is_at_a_tie()
    {
        // 2½ and 3½ of the smallest number, and a little beside them.
        var little = Math.ScaleB(1, -53);
        Same(2 * double.Epsilon, (DoubleDouble)2.5 * double.Epsilon);
        Same(3 * double.Epsilon, ((DoubleDouble)2.5 + little) * double.Epsilon);
        Same(3 * double.Epsilon, ((DoubleDouble)3.5 - little) * double.Epsilon);
        Same(4 * double.Epsilon, (DoubleDouble)3.5 * double.Epsilon);
    }

    [Fact]
    public void A_power_of_a_negative_number_that_is_not_whole_is_NaN() => Same(NaN, DoubleDouble.Power(-8, 1.0 / 3));

    [Fact]
    public void A_weight_of_0_removes_whatever_it_weighs()
    {
        Same(0, DoubleDouble.Weigh(0, Infinity));
        Same(0, DoubleDouble.Weigh(-0.0, NaN));
        Same(0, DoubleDouble.Weigh(0, DoubleDouble.Log(0)));
        Same(NaN, DoubleDouble.Weigh(NaN, 0));
        Same(6, DoubleDouble.Weigh(2, 3));
    }

    [Fact]
    public void A_NaN_is_in_every_maximum_and_less_than_nothing()
    {
        Same(NaN, DoubleDouble.Max(NaN, 1));
        Same(NaN, DoubleDouble.Max(1, NaN));
        Same(NaN, DoubleDouble.Min(NaN, 1));
        Same(NaN, DoubleDouble.Min(1, NaN));
        Same(2, DoubleDouble.IfLess(NaN, 1, 1, 2));
        Same(2, DoubleDouble.IfLess(1, NaN, 1, 2));
        Same(0, DoubleDouble.Max(-0.0, 0.0));
        Same(-0.0, DoubleDouble.Min(0.0, -0.0));
        Same(Infinity, DoubleDouble.Max(Infinity, 1));
        Assert.False((DoubleDouble)NaN == NaN);
        Assert.True(((DoubleDouble)NaN).Equals(NaN));
    }
}
