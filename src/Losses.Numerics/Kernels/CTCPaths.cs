namespace Losses;

/// <summary>Connectionist temporal classification: minus the logarithm of the probability of all paths through the states of each sample.</summary>
/// <param name="states">(N, S): the class that each state of each sample stands for.</param>
/// <param name="skips">(N, S): whether a state may be entered from two before it.</param>
/// <param name="width">S, the number of states of the longest target: 2 · labels + 1.</param>
/// <param name="inputLengths">The frames of each sample.</param>
/// <param name="targetLengths">The labels of each sample.</param>
public sealed class CTCPaths(int[] states, bool[] skips, int width, int[] inputLengths, int[] targetLengths) : RowLoss
{
    /// <summary>The losses of all samples, and, where asked for, their gradients by the logarithms of the probabilities, times an upstream.</summary>
    /// <param name="logProbabilities">(T, N, C)</param>
    /// <param name="classes">C</param>
    /// <param name="upstream">What the gradient of each sample is multiplied by: N, or one for all.</param>
    /// <param name="values">N</param>
    /// <param name="gradients">(T, N, C), zeros; or empty.</param>
    internal void Run(
        ReadOnlySpan<double> logProbabilities,
        int classes,
        ReadOnlySpan<double> upstream,
        Span<double> values,
        Span<double> gradients
    )
    {
        var longest = inputLengths.Length == 0 ? 0 : inputLengths.Max();
        var alpha = new double[Math.Max(1, longest) * width];
        for (var n = 0; n < values.Length; n++)
        {
            var g = gradients.IsEmpty ? 0 : upstream[upstream.Length == 1 ? 0 : n];
            values[n] = Sample(n, logProbabilities, classes, alpha, g, gradients);
        }
    }

    private double Sample(int n, ReadOnlySpan<double> x, int classes, double[] alpha, double upstream, Span<double> gradients)
    {
        int frames = inputLengths[n],
            used = 2 * targetLengths[n] + 1,
            samples = inputLengths.Length;
        if (frames == 0)
            return used == 1 ? 0 : double.PositiveInfinity;
        var state = states.AsSpan(n * width, used);
        var skip = skips.AsSpan(n * width, used);
        for (var t = 0; t < frames; t++)
        {
            var frame = x.Slice((t * samples + n) * classes, classes);
            var now = alpha.AsSpan(t * width, used);
            var before = t == 0 ? default : alpha.AsSpan((t - 1) * width, used);
            for (var s = 0; s < used; s++)
            {
                var reached =
                    t == 0
                        ? s < 2
                            ? 0
                            : double.NegativeInfinity
                        : LogSum(
                            before[s],
                            s > 0 ? before[s - 1] : double.NegativeInfinity,
                            skip[s] ? before[s - 2] : double.NegativeInfinity
                        );
                now[s] = reached + frame[state[s]];
            }
        }
        var end = alpha.AsSpan((frames - 1) * width, used);
        var total = LogSum(end[used - 1], used > 1 ? end[used - 2] : double.NegativeInfinity, double.NegativeInfinity);
        // No path: +∞, and no direction in which it would become less.
        if (!gradients.IsEmpty && upstream != 0 && total != double.NegativeInfinity)
            Backward(n, x, classes, alpha, total, upstream, gradients);
        return 0 - total;
    }

    // −posterior of being in a class in a frame, given the target.
    private void Backward(int n, ReadOnlySpan<double> x, int classes, double[] alpha, double total, double upstream, Span<double> gradients)
    {
        int frames = inputLengths[n],
            used = 2 * targetLengths[n] + 1,
            samples = inputLengths.Length;
        var state = states.AsSpan(n * width, used);
        var skip = skips.AsSpan(n * width, used);
        // beta: log of the probability of all that comes after a frame, from each state.
        double[] beta = new double[used],
            next = new double[used];
        for (var s = 0; s < used; s++)
            beta[s] = s >= used - 2 ? 0 : double.NegativeInfinity;
        for (var t = frames - 1; t >= 0; t--)
        {
            var gradient = gradients.Slice((t * samples + n) * classes, classes);
            for (var s = 0; s < used; s++)
            {
                var share = alpha[t * width + s] + beta[s] - total;
                if (share > double.NegativeInfinity)
                    gradient[state[s]] -= upstream * Math.Exp(share);
            }
            if (t == 0)
                break;
            var frame = x.Slice((t * samples + n) * classes, classes);
            for (var s = 0; s < used; s++)
                next[s] = LogSum(
                    beta[s] + frame[state[s]],
                    s + 1 < used ? beta[s + 1] + frame[state[s + 1]] : double.NegativeInfinity,
                    s + 2 < used && skip[s + 2] ? beta[s + 2] + frame[state[s + 2]] : double.NegativeInfinity
                );
            (beta, next) = (next, beta);
        }
    }

    private static double LogSum(double a, double b, double c)
    {
        var max = Math.Max(a, Math.Max(b, c));
        if (double.IsInfinity(max))
            return max;
        return max + Math.Log(Math.Exp(a - max) + Math.Exp(b - max) + Math.Exp(c - max));
    }
}
