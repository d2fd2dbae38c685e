using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Losses.Tests;

[Properties(Arbitrary = [typeof(RealTests)], MaxTest = 5000)]
public class RealTests
{
    private const double Infinity = double.PositiveInfinity;
    private const double NaN = double.NaN;

    // Random bits, moderate numbers, numbers near 0 and numbers near ±1.
    public static Arbitrary<double> Numbers() =>
        Arb.From(
            Gen.Choose(int.MinValue, int.MaxValue)
                .Select(seed =>
                {
                    var random = new Random(seed);
                    var number = random.Next(4) switch
                    {
                        0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
                        1 => 200 * random.NextDouble() - 100,
                        2 => Math.ScaleB(random.NextDouble() - 0.5, -random.Next(100)),
                        _ => (random.Next(2) * 2 - 1) * (1 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next(50))),
                    };
                    return double.IsFinite(number) ? number : 0;
                })
        );

    private static void Same(double expected, Real actual) => Assert.Equal(expected, actual.Value);

    private static void Within(double ulps, double got, DoubleDouble truth) =>
        Assert.True(Ulp.UlpsDouble(got, truth) <= ulps, $"got {got:R}, truth {truth}: {Ulp.UlpsDouble(got, truth)} ulp");

    [Property]
    public void Functions_are_within_3_ulp_of_the_oracle(double x)
    {
        Within(1, Real.Exp(x), DoubleDouble.Exp(x));
        Within(1, Real.Log(Math.Abs(x)), DoubleDouble.Log(Math.Abs(x)));
        Within(0.5, Real.Sqrt(Math.Abs(x)), DoubleDouble.Sqrt(Math.Abs(x)));
        Within(1.25, Real.ExpM1(x), DoubleDouble.ExpM1(x));
        if (x >= -1)
            Within(1.25, Real.Log1P(x), DoubleDouble.Log1P(x));
        var (got, truth) = (Real.Logistic(x), DoubleDouble.Logistic(x));
        Within(2, got.Softplus, truth.Softplus);
        Within(2, got.SoftplusOfMinus, truth.SoftplusOfMinus);
        Within(3, got.Sigmoid, truth.Sigmoid);
        Within(3, got.SigmoidOfMinus, truth.SigmoidOfMinus);
    }

    [Property]
    public void Arithmetic_is_that_of_float64(double a, double b)
    {
        Same(a + b, (Real)a + b);
        Same(a - b, (Real)a - b);
        Same(a * b, (Real)a * b);
        Same(a / b, (Real)a / b);
        Same(-a, -(Real)a);
        Same(Math.Abs(a), Real.Abs(a));
        Same(Math.Max(a, b), Real.Max(a, b));
        Same(Math.Min(a, b), Real.Min(a, b));
        Same(a < b ? 1.0 : 2.0, Real.IfLess(a, b, 1, 2));
        Same(a == 0 ? 0 : a * b, Real.Weigh(a, b));
        Same(Math.Pow(a, 3), Real.Power(a, 3));
    }

    [Theory]
    [InlineData(Infinity, Infinity)]
    [InlineData(-Infinity, -1)]
    [InlineData(-0.0, -0.0)]
    [InlineData(double.Epsilon, double.Epsilon)]
    [InlineData(-1e-310, -1e-310)]
    [InlineData(NaN, NaN)]
    public void ExpM1_reaches_its_limits(double x, double limit) => Assert.Equal(limit, Real.ExpM1(x).Value);

    [Theory]
    [InlineData(Infinity, Infinity)]
    [InlineData(-1, -Infinity)]
    [InlineData(-0.0, -0.0)]
    [InlineData(double.Epsilon, double.Epsilon)]
    [InlineData(-1e-310, -1e-310)]
    [InlineData(double.MaxValue, 709.782712893384)]
    [InlineData(-2, NaN)]
    [InlineData(NaN, NaN)]
    public void Log1P_reaches_its_limits(double x, double limit) => Assert.Equal(limit, Real.Log1P(x).Value);

    [Fact]
    public void The_logistic_functions_reach_their_limits()
    {
        var above = Real.Logistic(Infinity);
        Assert.Equal(
            (Infinity, 0, 1, 0),
            (above.Softplus.Value, above.SoftplusOfMinus.Value, above.Sigmoid.Value, above.SigmoidOfMinus.Value)
        );
        var below = Real.Logistic(-Infinity);
        Assert.Equal(
            (0, Infinity, 0, 1),
            (below.Softplus.Value, below.SoftplusOfMinus.Value, below.Sigmoid.Value, below.SigmoidOfMinus.Value)
        );
        Assert.True(double.IsNaN(Real.Logistic(NaN).Softplus));
        Assert.True(double.IsNaN(Real.Logistic(NaN).Sigmoid));
    }

    [Fact]
    public void A_weight_of_0_removes_whatever_it_weighs()
    {
        Assert.Equal(0.0, Real.Weigh(0, Infinity).Value);
        Assert.Equal(0.0, Real.Weigh(0, NaN).Value);
        Assert.Equal(NaN, Real.Weigh(NaN, 0).Value);
    }
}
