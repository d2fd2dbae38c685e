namespace Losses.Tests;

/// <summary>Slopes beside what small steps change, those of float32 beside those of float64, and the derivative along a direction beside both.</summary>
internal static class Differences
{
    internal static void Check(
        Draw draw,
        Func<DiffTensor<double>, DiffTensor<double>> f,
        Func<DiffTensor<float>, DiffTensor<float>> single,
        Plain at,
        string what
    )
    {
        var x = Case.Lift<double>(at);
        var (value, slopes) = CSharp.Diff.ValueAndGrad(f, x);
        var g = Draw.Wide(slopes);
        var scale = g.Length == 0 ? 0 : g.Max(Math.Abs);
        if (!double.IsFinite(scale))
            return;
        var singles = Draw.Wide(CSharp.Diff.Grad(single, Case.Lift<float>(at)));
        draw.SameSlopes(singles, g, [.. g.Select(slope => 1e-6 * (1 + scale + Math.Abs(slope)))], $"{what} of float32");
        double[] direction = [.. g.Select(_ => draw.Of(-1.0, 1, 0.5))];
        var along = g.Zip(direction, (a, b) => a * b).Sum();
        var size = g.Sum(Math.Abs) + Math.Abs(value.ToScalar()) + 1;
        var jvp = CSharp.Diff.Jvp(f, x, Draw.Tensor<double>(direction, at.Shape)).ToScalar();
        draw.SameSlopes([jvp], [along], [1e-10 * size], $"{what} along a direction");

        // From a place where nothing is equal: there a slope is one by convention.
        var unit = Math.Min(1, at.Values.Select(Math.Abs).DefaultIfEmpty().Max());
        if (unit == 0)
            return;
        double[] from = [.. at.Values.Select(x => x + 0.02 * unit * draw.Between(-1, 1))];
        try
        {
            (value, slopes) = CSharp.Diff.ValueAndGrad(f, Draw.Tensor<double>(from, at.Shape));
            g = Draw.Wide(slopes);
            along = g.Zip(direction, (a, b) => a * b).Sum();
            size = g.Sum(Math.Abs) + Math.Abs(value.ToScalar()) + 1;
            if (double.IsFinite(size))
                Steps(draw, f, from, at.Shape, direction, value.ToScalar(), along, size, unit, what);
        }
        catch (ArgumentOutOfRangeException)
        {
            // Out of the domain.
        }
    }

    // A kink that a step crosses is not crossed by a shorter one: a slope that is wrong is so beside all steps.
    private static void Steps(
        Draw draw,
        Func<DiffTensor<double>, DiffTensor<double>> f,
        double[] from,
        Shape shape,
        double[] direction,
        double middle,
        double along,
        double size,
        double unit,
        string what
    )
    {
        double At(double h) => f(Draw.Tensor<double>([.. from.Zip(direction, (x, d) => x + h * d)], shape)).ToScalar();
        var (expected, tolerance) = (0.0, 0.0);
        foreach (var relative in (double[])[1e-4, 1e-5, 1e-6])
        {
            var h = relative * unit;
            double[] steps = [At(h), At(-h), At(h / 2), At(-h / 2)];
            var (one, half) = ((steps[0] - steps[1]) / (2 * h), (steps[2] - steps[3]) / h);
            var (bend, bendOfHalf) = (Math.Abs(steps[0] + steps[1] - 2 * middle) / h, Math.Abs(steps[2] + steps[3] - 2 * middle) / (h / 2));
            // At a kink the bend does not halve with the step; beside one the slopes of the two steps differ.
            if (!double.IsFinite(one) || Math.Abs(one - half) > 1e-5 * size || bendOfHalf > 0.7 * bend + 1e-7 * size && bend > 1e-6 * size)
                return;
            (expected, tolerance) = (half + (half - one) / 3, 1e-5 * size + 1e-13 * size / h);
            if (Math.Abs(along - expected) <= tolerance)
                break;
        }
        draw.SameSlopes([along], [expected], [tolerance], $"{what} beside differences");
    }
}
