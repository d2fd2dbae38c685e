namespace Losses.Tests;

/// <summary>The losses as textbooks have them, one number or one row at a time, without a thought for cancellation.</summary>
internal static class Naive
{
    /// <summary>The hyperparameters by name, as they were given or left out.</summary>
    internal sealed class Options(IReadOnlyDictionary<string, object?> given)
    {
        public override string ToString() =>
            $"({string.Join(", ", given.Select(option => FormattableString.Invariant($"{option.Key}: {option.Value ?? "null"}")))})";

        internal double Number(string name, double otherwise) => given.GetValueOrDefault(name) is double value ? value : otherwise;

        internal int Whole(string name, int otherwise) => given.GetValueOrDefault(name) is int value ? value : otherwise;

        internal bool Is(string name, bool otherwise) => given.GetValueOrDefault(name) is bool value ? value : otherwise;

        internal double[]? Weights(string name) =>
            given.GetValueOrDefault(name) is Weights { IsNone: false } weights ? weights.Values.ToArray() : null;
    }

    /// <summary>By the definition's name: the loss of prediction, target and third.</summary>
    internal static readonly Dictionary<string, Func<double, double, double, Options, double>> Pointwise = new()
    {
        ["L1"] = (x, t, _, _) => Math.Abs(x - t),
        ["MSE"] = (x, t, _, _) => (x - t) * (x - t),
        ["SmoothL1"] = (x, t, _, o) =>
            Math.Abs(x - t) < o.Number("beta", 1)
                ? (x - t) * (x - t) / (2 * o.Number("beta", 1))
                : Math.Abs(x - t) - o.Number("beta", 1) / 2,
        ["Huber"] = (x, t, _, o) =>
            Math.Abs(x - t) < o.Number("delta", 1)
                ? (x - t) * (x - t) / 2
                : o.Number("delta", 1) * (Math.Abs(x - t) - o.Number("delta", 1) / 2),
        ["BCE"] = (p, t, _, _) => -Times(t, Math.Max(Math.Log(p), -100)) - Times(1 - t, Math.Max(Log1P(-p), -100)),
        ["BCEWithLogits"] = (x, t, _, _) => Softplus(x) - t * x,
        ["BalancedBCEWithLogits"] = (x, t, w, _) => w * t * Softplus(-x) + (1 - t) * Softplus(x),
        ["SoftMargin"] = (x, t, _, _) => Softplus(-t * x),
        ["KLDiv"] = (x, t, _, _) => Times(t, Math.Log(t) - x),
        ["KLDivOfLogs"] = (x, t, _, _) => Math.Exp(t) * (t - x),
        ["PoissonNLL"] = (x, t, _, o) =>
            (o.Is("logInput", true) ? Math.Exp(x) - t * x : x - Times(t, Math.Log(x + o.Number("eps", 1e-8))))
            + (o.Is("full", false) && t > 1 ? t * Math.Log(t) - t + Math.Log(2 * Math.PI * t) / 2 : 0),
        ["GaussianNLL"] = (x, t, v, o) =>
        {
            v = Math.Max(v, o.Number("eps", 1e-6));
            return (Math.Log(v) + (x - t) * (x - t) / v) / 2 + (o.Is("full", false) ? Math.Log(2 * Math.PI) / 2 : 0);
        },
        ["HingeEmbedding"] = (x, t, _, o) =>
            double.IsNaN(t) ? t
            : t > 0 ? x
            : Math.Max(0, o.Number("margin", 1) - x),
        ["MarginRanking"] = (x1, x2, t, o) => Math.Max(0, o.Number("margin", 0) - t * (x1 - x2)),
    };

    // 0 times anything is nothing.
    private static double Times(double weight, double x) => weight == 0 ? 0 : weight * x;

    private static double Softplus(double x) => Math.Max(x, 0) + Log1P(Math.Exp(-Math.Abs(x)));

    internal static double Log1P(double x) => Math.Abs(x) < 1e-5 ? x - x * x / 2 + x * x * x / 3 : Math.Log(1 + x);

    /// <summary>The cross-entropy of a row and its label, with its slopes by the row; a label below 0 is ignored.</summary>
    internal static (double Value, double Weight, double[] Slopes) CrossEntropy(
        double[] row,
        int label,
        double[]? weights,
        double smoothing
    )
    {
        var slopes = new double[row.Length];
        if (label < 0)
            return (0, 0, slopes);
        var logs = Plain.LogSoftmax(row);
        weights ??= [.. row.Select(_ => 1.0)];
        var all = weights.Sum() / row.Length * smoothing;
        var own = weights[label] * (1 - smoothing);
        var value = -Times(own, logs[label]);
        for (var c = 0; c < row.Length; c++)
        {
            var share = smoothing * weights[c] / row.Length;
            value -= Times(share, logs[c]);
            slopes[c] = (own + all) * Math.Exp(logs[c]) - share - (c == label ? own : 0);
        }
        return (value, weights[label], slopes);
    }

    internal static (double Value, double Weight, double[] Slopes) NLL(double[] row, int label, double[]? weights)
    {
        var slopes = new double[row.Length];
        if (label < 0)
            return (0, 0, slopes);
        var weight = weights?[label] ?? 1;
        slopes[label] = -weight;
        return (-Times(weight, row[label]), weight, slopes);
    }

    internal static double Distance(double[] a, double[] b, double p, double eps = 0) => Norm([.. a.Zip(b, (x, y) => x - y + eps)], p);

    internal static double Norm(double[] v, double p) =>
        p == 0 ? v.Count(x => x != 0)
        : v.Length == 0 ? 0
        : double.IsInfinity(p) ? v.Max(Math.Abs)
        : Math.Pow(v.Sum(x => Math.Pow(Math.Abs(x), p)), 1 / p);

    /// <summary>The cosine, each length at least ε, or each square ε more.</summary>
    internal static double Cosine(double[] a, double[] b, double least, double more = 0)
    {
        double Length(double[] v) => Math.Max(Math.Sqrt(v.Sum(x => x * x) + more), least);
        if (a.All(x => x == 0) || b.All(x => x == 0))
            return 0;
        return a.Zip(b, (x, y) => x * y).Sum() / (Length(a) * Length(b));
    }

    internal static double Triplet(double[] a, double[] p, double[] n, Options o, Func<double[], double[], double> distance)
    {
        var far = distance(a, n);
        if (o.Is("swap", false))
            far = Math.Min(far, distance(p, n));
        return Math.Max(0, distance(a, p) - far + o.Number("margin", 1));
    }

    internal static double MultiMargin(double[] row, int label, Options o)
    {
        var sum = 0.0;
        for (var c = 0; c < row.Length; c++)
            if (c != label)
                sum += Math.Pow(Math.Max(0, o.Number("margin", 1) - row[label] + row[c]), o.Whole("p", 1));
        return sum / row.Length * (o.Weights("classWeights")?[label] ?? 1);
    }

    internal static double MultiLabelMargin(double[] row, int[] labels)
    {
        var own = labels.TakeWhile(label => label >= 0).ToArray();
        var sum = 0.0;
        foreach (var label in own)
            for (var c = 0; c < row.Length; c++)
                if (!own.Contains(c))
                    sum += Math.Max(0, 1 - row[label] + row[c]);
        return sum / row.Length;
    }

    /// <summary>CTC of one sample: minus the logarithm of what all paths that spell the labels add up to.</summary>
    internal static double CTC(double[][] frames, int[] labels, int blank)
    {
        int[] states = [.. labels.SelectMany(label => new[] { blank, label }), blank];
        if (frames.Length == 0)
            return labels.Length == 0 ? 0 : double.PositiveInfinity;
        var alpha = new double[states.Length];
        alpha[0] = Math.Exp(frames[0][blank]);
        if (states.Length > 1)
            alpha[1] = Math.Exp(frames[0][states[1]]);
        foreach (var frame in frames.Skip(1))
            alpha =
            [
                .. states.Select(
                    (state, s) =>
                        (alpha[s] + (s > 0 ? alpha[s - 1] : 0) + (s > 1 && state != blank && state != states[s - 2] ? alpha[s - 2] : 0))
                        * Math.Exp(frame[state])
                ),
            ];
        return -Math.Log(alpha[^1] + (states.Length > 1 ? alpha[^2] : 0));
    }
}
