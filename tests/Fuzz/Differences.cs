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

        // A step that is short beside the numbers, from a place where nothing is equal: there a slope is one by convention.
        var unit = Math.Min(1, at.Values.Select(Math.Abs).DefaultIfEmpty().Max());
        var h = 1e-4 * unit;
        if (h == 0)
            return;
        double[] from = [.. at.Values.Select(x => x + 0.02 * unit * draw.Between(-1, 1))];
        double At(double h) => f(Draw.Tensor<double>([.. from.Zip(direction, (x, d) => x + h * d)], at.Shape)).ToScalar();
        double[] steps;
        try
        {
            (value, slopes) = CSharp.Diff.ValueAndGrad(f, Draw.Tensor<double>(from, at.Shape));
            steps = [At(h), At(-h), At(h / 2), At(-h / 2)];
        }
        catch (ArgumentOutOfRangeException)
        {
            // Out of the domain.
            return;
        }
        g = Draw.Wide(slopes);
        along = g.Zip(direction, (a, b) => a * b).Sum();
        var middle = value.ToScalar();
        size = g.Sum(Math.Abs) + Math.Abs(middle) + 1;
        if (!double.IsFinite(size))
            return;
        var (one, half) = ((steps[0] - steps[1]) / (2 * h), (steps[2] - steps[3]) / h);
        var (bend, bendOfHalf) = (Math.Abs(steps[0] + steps[1] - 2 * middle) / h, Math.Abs(steps[2] + steps[3] - 2 * middle) / (h / 2));
        // At a kink the bend does not halve with the step; beside one the slopes of the two steps differ.
        var noise = 1e-13 * size / h;
        if (!double.IsFinite(one) || Math.Abs(one - half) > 1e-5 * size || bendOfHalf > 0.7 * bend + 1e-7 * size && bend > 1e-6 * size)
            return;
        draw.SameSlopes([along], [half + (half - one) / 3], [1e-5 * size + noise], $"{what} beside differences");
    }
}
