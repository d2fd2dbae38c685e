using FsCheck.Xunit;
using Xunit;

namespace Losses.Tests;

[Properties(Arbitrary = [typeof(Batches)])]
public class UlpTests
{
    private const double Last = 2.028240960365167e31; // 2¹⁰⁴, the last place of the largest float

    [Property]
    public void The_nearest_float_is_within_half_and_its_neighbours_are_not(Batch batch)
    {
        foreach (var x in batch.Values)
        {
            var truth = (DoubleDouble)x;
            Assert.Equal(0, Ulp.UlpsDouble(x, truth));
            var rounded = (float)x;
            Assert.InRange(Ulp.UlpsFloat(rounded, truth), 0, 0.5);
            if (float.IsFinite(MathF.BitIncrement(rounded)) && float.IsFinite(MathF.BitDecrement(rounded)))
            {
                // Below a power of two the neighbour is half as far away; but the truth may be that far away as well.
                Assert.True(Ulp.UlpsFloat(MathF.BitIncrement(rounded), truth) >= 0.25);
                Assert.True(Ulp.UlpsFloat(MathF.BitDecrement(rounded), truth) >= 0.25);
            }
        }
    }

    [Fact]
    public void Units_are_those_of_the_truth()
    {
        Assert.Equal(1, Ulp.UlpsFloat(MathF.BitIncrement(1), 1));
        Assert.Equal(0.5, Ulp.UlpsFloat(MathF.BitDecrement(1), 1));
        Assert.Equal(1, Ulp.UlpsDouble(Math.BitIncrement(3), 3));
        Assert.Equal(2.5, Ulp.UlpsFloat(MathF.BitIncrement(1), 1 - Math.ScaleB(1, -25)));
        Assert.Equal(0.25, Ulp.UlpsFloat(0, (DoubleDouble)float.Epsilon / 4));
        Assert.Equal(2, Ulp.UlpsFloat(2 * float.Epsilon, 0));
        Assert.Equal(1, Ulp.UlpsDouble(double.Epsilon, 0));
        // 1 − 2⁻⁷⁰ has the last place of the numbers below 1.
        Assert.Equal(Math.ScaleB(1, -17), Ulp.UlpsDouble(1, (DoubleDouble)1 - Math.ScaleB(1, -70)));
    }

    [Fact]
    public void An_infinity_is_right_where_rounding_makes_one()
    {
        Assert.Equal(0, Ulp.UlpsFloat(float.PositiveInfinity, double.PositiveInfinity));
        Assert.Equal(0, Ulp.UlpsFloat(float.PositiveInfinity, 1e300));
        Assert.Equal(0, Ulp.UlpsFloat(float.PositiveInfinity, (DoubleDouble)float.MaxValue + Last / 2));
        Assert.Equal(0.75, Ulp.UlpsFloat(float.PositiveInfinity, (DoubleDouble)float.MaxValue + Last / 4));
        Assert.Equal(0.25, Ulp.UlpsFloat(float.MaxValue, (DoubleDouble)float.MaxValue + Last / 4));
        Assert.Equal(0.75, Ulp.UlpsFloat(float.MaxValue, (DoubleDouble)float.MaxValue + 3 * Last / 4));
        Assert.Equal(double.PositiveInfinity, Ulp.UlpsFloat(float.NegativeInfinity, 1e300));
        Assert.Equal(double.PositiveInfinity, Ulp.UlpsFloat(float.MaxValue, double.PositiveInfinity));
        Assert.Equal(1, Ulp.UlpsDouble(double.PositiveInfinity, double.MaxValue));
    }

    [Fact]
    public void NaN_is_right_only_where_the_truth_is_one()
    {
        Assert.Equal(0, Ulp.UlpsFloat(float.NaN, double.NaN));
        Assert.Equal(double.PositiveInfinity, Ulp.UlpsFloat(float.NaN, 1));
        Assert.Equal(double.PositiveInfinity, Ulp.UlpsDouble(1, double.NaN));
    }
}
