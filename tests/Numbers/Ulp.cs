namespace Losses.Tests;

// How far a result is from the truth, in units of the last place that the truth has in the result's format.
public static class Ulp
{
    // |got − truth| / ulp(truth) for a float32 result; 0 where both are NaN, or both the infinity that the truth rounds to.
    public static double UlpsFloat(float got, DoubleDouble truth) => Ulps(got, truth, 23, -149, float.MaxValue);

    // The same for a float64 result.
    public static double UlpsDouble(double got, DoubleDouble truth) => Ulps(got, truth, 52, -1074, double.MaxValue);

    private static double Ulps(double got, DoubleDouble truth, int fraction, int lowest, double largest)
    {
        if (double.IsNaN(got) || double.IsNaN(truth.High))
            return double.IsNaN(got) && double.IsNaN(truth.High) ? 0 : double.PositiveInfinity;
        if (double.IsInfinity(truth.High))
            return got == truth.High ? 0 : double.PositiveInfinity;
        var size = DoubleDouble.Abs(truth);
        var last = Math.ScaleB(1, Math.ILogB(largest) - fraction);
        if (double.IsInfinity(got))
        {
            // An infinity stands for the power of two where the format ends; from half a unit below it on, it is the right answer.
            var missing =
                Math.CopySign(1, got) == Math.CopySign(1, truth.High) ? ((largest - size) / last).High + 1 : double.PositiveInfinity;
            return missing <= 0.5 ? 0 : missing;
        }
        // Numbers beyond the format are measured in its largest unit, and 0 in the smallest.
        var exponent = truth.High == 0 ? lowest : Math.Min(Math.ILogB(size.High), Math.ILogB(largest));
        // Just below a power of two, the unit is that of the numbers below.
        if (size < Math.ScaleB(1, exponent))
            exponent--;
        var difference = DoubleDouble.Abs(got - truth);
        return Math.ScaleB(difference.High, -Math.Max(exponent - fraction, lowest));
    }
}
