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
        ["LogCosh"] = (x, t, _, _) => Math.Abs(x - t) + Log1P(Math.Exp(-2 * Math.Abs(x - t))) - Math.Log(2),
        ["SigmoidFocal"] = (x, t, _, o) =>
        {
            double yes = 1 / (1 + Math.Exp(-x)),
                no = 1 / (1 + Math.Exp(x)),
                alpha = o.Number("alpha", 0.25);
            return (alpha * t + (1 - alpha) * (1 - t))
                * Times(Math.Pow(yes * (1 - t) + no * t, o.Number("gamma", 2)), t * Softplus(-x) + (1 - t) * Softplus(x));
        },
        ["HalfSquaredError"] = (x, t, _, _) => (x - t) * (x - t) / 2,
        ["MSLE"] = (x, t, _, _) => Math.Pow(Log1P(x) - Log1P(t), 2),
        ["MAPE"] = (x, t, _, o) => Times(Math.Abs(x - t), 100 / Math.Max(Math.Abs(t), o.Number("epsilon", 1e-7))),
        ["SMAPE"] = (x, t, _, _) => Times(Math.Abs(x - t), 200 / (Math.Abs(x) + Math.Abs(t))),
        ["Pinball"] = (x, t, _, o) => Math.Max(o.Number("tau", 0.5) * (t - x), (o.Number("tau", 0.5) - 1) * (t - x)),
        ["Expectile"] = (x, t, _, o) => (t < x ? 1 - o.Number("tau", 0.5) : o.Number("tau", 0.5)) * (x - t) * (x - t),
        ["QuantileHuber"] = (x, t, _, o) =>
        {
            var (d, kappa) = (Math.Abs(x - t), o.Number("kappa", 1));
            return (t < x ? 1 - o.Number("tau", 0.5) : o.Number("tau", 0.5)) * (d < kappa ? d * d / (2 * kappa) : d - kappa / 2);
        },
        ["EpsilonInsensitive"] = (x, t, _, o) => Math.Max(0, Math.Abs(x - t) - o.Number("epsilon", 0.1)),
        ["SquaredEpsilonInsensitive"] = (x, t, _, o) => Math.Pow(Math.Max(0, Math.Abs(x - t) - o.Number("epsilon", 0.1)), 2),
        ["Lp"] = (x, t, _, o) => Math.Pow(Math.Abs(x - t), o.Number("p", 1)),
        ["PseudoHuber"] = (x, t, _, o) => o.Number("delta", 1) * (double.Hypot(o.Number("delta", 1), x - t) - o.Number("delta", 1)),
        ["GeneralRobust"] = (x, t, _, o) =>
        {
            var (alpha, square) = (o.Number("alpha", 1), Math.Pow((x - t) / o.Number("scale", 1), 2));
            var distance = Math.Abs(alpha - 2);
            return alpha == 2 ? square / 2
                : alpha == 0 ? Log1P(square / 2)
                : distance / alpha * (Math.Pow(square / distance + 1, alpha / 2) - 1);
        },
        ["TukeyBiweight"] = (x, t, _, o) =>
        {
            var (share, c) = (Math.Min(1, Math.Abs((x - t) / o.Number("c", 4.685))), o.Number("c", 4.685));
            return double.IsNaN(x - t) ? double.NaN : c * c / 6 * (1 - Math.Pow(1 - share * share, 3));
        },
        ["Wing"] = (x, t, _, o) =>
        {
            var (d, width, curvature) = (Math.Abs(x - t), o.Number("width", 5), o.Number("curvature", 0.5));
            return d < width ? width * Log1P(d / curvature) : d - width + width * Log1P(width / curvature);
        },
        ["ReverseHuber"] = (x, t, _, o) =>
            Math.Abs(x - t) <= o.Number("c", 1)
                ? Math.Abs(x - t)
                : ((x - t) * (x - t) + o.Number("c", 1) * o.Number("c", 1)) / (2 * o.Number("c", 1)),
        ["Hinge"] = (x, t, _, o) => Math.Max(0, o.Number("margin", 1) - t * x),
        ["SquaredHinge"] = (x, t, _, o) => Math.Pow(Math.Max(0, o.Number("margin", 1) - t * x), 2),
        ["SmoothedHinge"] = (x, t, _, o) =>
        {
            var (u, a) = (1 - t * x, o.Number("a", 1));
            return u <= 0 ? 0
                : u < a ? u * u / (2 * a)
                : u - a / 2;
        },
        ["Perceptron"] = (x, t, _, _) => Math.Max(0, -t * x),
        ["Exponential"] = (x, t, _, _) => Math.Exp(-t * x),
        ["LaplaceNLL"] = (x, t, b, _) => Math.Abs(x - t) / b + Math.Log(2 * b),
        ["LogisticNLL"] = (x, t, s, _) => Math.Log(s) + Softplus((x - t) / s) + Softplus(-(x - t) / s),
        ["LogNormalNLL"] = (x, t, s, _) =>
            t > 0 ? Math.Log(t) + Math.Log(s) + (Math.Pow((Math.Log(t) - x) / s, 2) + Math.Log(2 * Math.PI)) / 2
            : double.IsNaN(x + t + s) ? double.NaN
            : double.PositiveInfinity,
        ["ExponentialNLL"] = (rate, t, _, _) => t < 0 && !double.IsNaN(rate) ? double.PositiveInfinity : rate * t - Math.Log(rate),
        ["BetaGaussianNLL"] = (x, t, v, o) =>
        {
            v = Math.Max(v, o.Number("eps", 1e-6));
            var constant = o.Is("full", false) ? Math.Log(2 * Math.PI) / 2 : 0;
            return Math.Pow(v, o.Number("beta", 0.5)) * ((Math.Log(v) + (x - t) * (x - t) / v) / 2 + constant);
        },
        ["BinomialNLL"] = (x, t, n, _) => Times(t, Softplus(-x)) + Times(n - t, Softplus(x)),
        ["TweedieNLL"] = (x, t, _, o) =>
        {
            var (p, mean) = (o.Number("p", 1.5), o.Is("logLink", false) ? Math.Exp(x) : x);
            return Math.Pow(mean, 2 - p) / (2 - p) - Times(t, Math.Pow(mean, 1 - p) / (1 - p));
        },
        ["StandardNormalKL"] = (x, t, _, _) =>
            0.5 * (x * x + (Math.Abs(t) < 1e-4 ? t * t / 2 + t * t * t / 6 + t * t * t * t / 24 : Math.Exp(t) - 1 - t)),
        ["QualityFocal"] = (x, t, _, o) =>
        {
            var (p, q) = (1 / (1 + Math.Exp(-x)), 1 / (1 + Math.Exp(x)));
            var factor = Math.Pow(Math.Abs(p * (1 - t) - q * t), o.Number("beta", 2));
            return factor == 0 ? 0 : factor * (t * Softplus(-x) + (1 - t) * Softplus(x));
        },
        ["CRPSLogistic"] = (x, t, s, _) => Math.Abs(x - t) + s * (2 * Log1P(Math.Exp(-Math.Abs(x - t) / s)) - 1),
        ["CRPSLaplace"] = (x, t, b, _) => Math.Abs(x - t) + b * (Math.Exp(-Math.Abs(x - t) / b) - 0.75),
        ["CRPSExponential"] = (rate, t, _, _) => Math.Abs(t) + (t < 0 ? 0 : -2 * (1 - Math.Exp(-rate * t)) / rate) + 1 / (2 * rate),
        ["IntervalScore"] = (lower, t, upper, o) =>
            upper - lower + 2 / o.Number("alpha", 0.1) * (Math.Max(0, lower - t) + Math.Max(0, t - upper)),
        ["DawidSebastiani"] = (x, t, s, _) => Math.Pow((x - t) / s, 2) + 2 * Math.Log(s),
        ["Brier"] = (x, t, _, _) => (x - t) * (x - t),
        ["BrierWithLogits"] = (x, t, _, _) => Math.Pow((1 - t) / (1 + Math.Exp(-x)) - t / (1 + Math.Exp(x)), 2),
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
