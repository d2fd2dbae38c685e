namespace Losses.Tests;

/// <summary>Arguments that a loss of the façade takes, and its values in loops.</summary>
internal static class Arguments
{
    // Those of regions, pairs, levels, ensembles, ordered classes, softmax rows, embeddings and special functions have the catalogue's laws.
    private static readonly HashSet<string> s_withoutLoops =
    [
        "Dice",
        "Jaccard",
        "Tversky",
        "Sums",
        "RankNet",
        "Pairs",
        "Focal",
        "SoftmaxRows",
        "KLDivOfLogits",
        "InfoNCE",
        "ReverseKLDivOfLogits",
        "JensenShannonOfLogits",
        "PinballOfLevels",
        "Poly1",
        "BrierWithLabels",
        "GeneralizedCrossEntropy",
        "SymmetricCrossEntropy",
        "LogitAdjustment",
        "Coral",
        "SquaredEMD",
        "RPS",
        "GammaNLL",
        "BetaNLL",
        "NegativeBinomialNLL",
        "ZeroInflatedPoissonNLL",
        "CRPSNormal",
        "CRPSLogNormal",
        "CRPSUniform",
        "CRPSMixtureNormal",
        "TwcrpsNormal",
        "TwcrpsLogistic",
        "UniformNLL",
        "MultivariateNormalNLL",
        "TweedieDeviance",
        "AdaptiveWing",
        "RNNT",
        "Cox",
        "CoxCaseControl",
        "LogisticHazard",
        "IntervalNLL",
        "MTLR",
        "PiecewiseHazard",
        "DeepHit",
        "DeepHitRank",
        "FailureTime",
        "PairHinge",
        "PairZeroOne",
        "PairQuantile",
        "PairMSE",
        "PairWeights",
        "WeightedPairs",
        "LambdaLoss",
        "Preference",
        "AOT",
        "BradleyTerry",
        "KTO",
        "BCO",
        "ORPO",
        "PolicyGradient",
        "ListNet",
        "Poly1ListNet",
        "UniqueSoftmax",
        "ListMLE",
        "RankMetric",
        "Matthews",
        "GeneralizedDice",
        "BoxIoU",
        "GeneralizedBoxIoU",
        "DistanceBoxIoU",
        "CompleteBoxIoU",
        "EfficientBoxIoU",
        "ScyllaBoxIoU",
        "AlphaBoxIoU",
        "BoxWasserstein",
        "DistributionFocal",
        "CriticOfReal",
        "CriticOfFake",
        "Generator",
        "NormalKL",
        "TotalVariation",
        "GeneralizedKLDiv",
        "JensenShannon",
        "TotalVariationDistance",
        "SquaredHellinger",
        "ChiSquared",
        "AlphaDivergence",
        "TsallisDivergence",
        "RenyiDivergence",
        "Entropy",
        "EntropyOfLogits",
        "SparsemaxLoss",
        "Entmax15Loss",
        "EvidentialMSE",
        "EvidentialLog",
        "EvidentialDigamma",
        "Corn",
        "ProportionalOdds",
        "MulticlassHinge",
        "CategoricalHinge",
        "LDAM",
        "ZLoss",
        "DecoupledDistillation",
        "CRPSEnsemble",
        "TwCRPSEnsemble",
        "EnergyScore",
        "VariogramScore",
        "DawidSebastianiEnsemble",
        "WeightedIntervalScore",
        "QuantileHuberPairwise",
        "MixtureDensityNLL",
        "StudentTNLL",
        "TruncatedNormalNLL",
        "CRPSTruncatedNormal",
        "CRPSGamma",
        "CRPSStudentT",
        "VonMisesNLL",
        "AdaptiveRobust",
        "DawidSebastianiMultivariate",
        "KernelScore",
        "ErrorSpread",
        "OWCRPSEnsemble",
        "Concordance",
        "RelativeSquaredError",
        "RelativeAbsoluteError",
        "AsymmetricWithLogits",
        "Asymmetric",
        "JensenShannonCrossEntropy",
        "OrderedProbit",
        "OrdinalFocal",
        "JensenShannonOfLogs",
        "FenchelYoung",
        "LinearJensenShannon",
        "SignalToNoise",
        "ScaleInvariantSDR",
        "PermutationInvariantSDR",
        "ErrorToSignal",
        "SpectralConvergence",
        "STFTLogMagnitude",
        "STFTMagnitude",
        "MultiResolutionSTFT",
        "MelDistance",
        "BarlowTwins",
        "VICReg",
        "SigLIP",
        "DecoupledContrastive",
        "SinkhornCodes",
        "SwAV",
        "DINO",
        "BYOL",
        "SimSiam",
        "Wasserstein1d",
        "SlicedWasserstein",
        "MaximumMeanDiscrepancy",
        "EnergyDistance",
        "LinearHSIC",
        "HSIC",
        "LinearCKA",
        "EntropicTransport",
        "SinkhornDivergence",
        "SSIM",
        "BPR",
        "WARP",
        "SampledSoftmax",
        "NoiseContrastive",
        "SelfAdversarial",
        "Rotate",
        "QLearning",
        "C51",
        "C51Target",
        "CRF",
        "SoftDTW",
        "Alignment",
        "KoLeo",
        "MomentumContrast",
        "Uniformity",
        "Angular",
        "BatchTriplet",
        "Circle",
        "Contrastive",
        "DistanceMargin",
        "DynamicSoftMargin",
        "FastAP",
        "Histogram",
        "MultiSimilarity",
        "NPairs",
        "NCA",
        "NegativesBefore",
        "NTXent",
        "RankedList",
        "SupCon",
        "TupletMargin",
        "AdaCos",
        "ArcFace",
        "CenterLoss",
        "CosFace",
        "LargeMarginSoftmax",
        "MagFace",
        "NormalizedSoftmax",
        "ProxyAnchor",
        "ProxyNCA",
        "SoftTriple",
        "SphereFace",
        "SoftDTWOfCosts",
        "DFT",
        "ZeroOne",
        "CappedLinearCrossEntropy",
        "LinearZLoss",
        "GeneralizedAdvantages",
        "Whiten",
        "ClippedValue",
        "VectorQuantization",
        "GradientPenalty",
    ];

    /// <summary>Whether there are loops for the loss of that name.</summary>
    internal static bool Knows(string name) => !s_withoutLoops.Contains(name);

    internal static (Case, double[]) Fill(Draw draw, Case loss)
    {
        var style = draw.AnyStyle();
        return loss.Method.Name switch
        {
            "CTC" => CTC(draw, loss),
            "LinearCrossEntropy" => Linear(draw, loss, style),
            "AdaptiveLogSoftmaxWithLoss" => Adaptive(draw, loss, style),
            "NLL" => Labelled(draw, loss, "logProbabilities", style),
            "CrossEntropy" when loss.Arguments.ContainsKey("labels") => Labelled(draw, loss, "logits", style),
            "CrossEntropy" => WithProbabilities(draw, loss, style),
            "MultiMargin" or "MultiLabelMargin" or "MultiLabelSoftMargin" => Classes(draw, loss, style),
            "CosineEmbedding" or "TripletMargin" or "TripletMarginWithDistance" => Vectors(draw, loss, style),
            _ => Elementwise(draw, loss, style),
        };
    }

    // Every tensor of one shape; the definition of the same name knows the domains.
    private static (Case, double[]) Elementwise(Draw draw, Case loss, Draw.Style style)
    {
        Shape shape = draw.OneIn(3) ? draw.ShapeOf(draw.Below(100)) : draw.SmallShape();
        var name = loss.Method.Name;
        var definition = name switch
        {
            "Pointwise" => draw.Of(Spans.Two),
            "Pointwise3" => draw.Of(Spans.Three),
            "KLDiv" when loss.Options.Is("logTarget", false) => typeof(KLDivOfLogs),
            _ => typeof(Huber).Assembly.GetType($"Losses.{name}")
                ?? throw new Disagreement($"{name} has no definition of its name; say in Arguments what it takes."),
        };
        var (instance, options) = name.StartsWith("Pointwise", StringComparison.Ordinal)
            ? Spans.Define(draw, definition)
            : Spans.Define(draw, definition, loss.Arguments);
        if (loss.Arguments.ContainsKey("loss"))
            loss = loss.With("loss", instance);
        var domains = instance switch
        {
            IPointwise two => [two.Prediction, two.Target],
            IPointwise3 three => new[] { three.Prediction, three.Target, three.Third },
            _ => throw new Disagreement($"{name} is no pointwise loss."),
        };
        var tensors = loss.Method.GetParameters().Where(p => p.ParameterType.Name == "T").Select(p => p.Name!).ToArray();
        for (var i = 0; i < tensors.Length; i++)
            loss = loss.With(tensors[i], new Plain(draw.Numbers<float>(shape.Size, domains[i], style), shape.ToArray()));
        var third = tensors.Length > 2 ? loss.Tensor(tensors[2]).Values : new double[shape.Size];
        var formula = Naive.Pointwise[definition.Name];
        if (name == "GaussianNLL" && shape.Rank > 0 && draw.OneIn(3))
        {
            // One for each row of the last axis, or for all.
            int[] column = [.. shape.ToArray()[..^1], 1];
            var variance = new Plain(draw.Numbers<float>(column.Aggregate(1, (a, b) => a * b), domains[2], style), column);
            third = Plain.Expand(variance, shape.ToArray()).Values;
            loss = loss.With("variance", draw.OneIn(2) && shape.Without(-1) != shape ? variance.Without(column.Length - 1) : variance);
        }
        if (name == "BCEWithLogits" && draw.OneIn(2))
        {
            var (weights, each) = draw.WeightsFor(shape);
            (loss, third, formula) = (loss.With("posWeight", weights), each, Naive.Pointwise["BalancedBCEWithLogits"]);
        }
        var (x, t) = (loss.Tensor(tensors[0]).Values, loss.Tensor(tensors[1]).Values);
        return (loss, [.. x.Select((_, i) => formula(x[i], t[i], third[i], options))]);
    }

    private static (Case, double[]) Labelled(Draw draw, Case loss, string prediction, Draw.Style style)
    {
        var (shape, axis) = ClassShape(draw);
        loss = Weighted(draw, loss, shape[axis]).With("classAxis", ClassAxis(draw, shape, axis));
        var ignored = loss.Options.Whole("ignoreIndex", -100);
        var x = new Plain(draw.Numbers<float>(shape.Size, Domain.All, style), shape.ToArray());
        var labels = RowSpans.Labels(draw, shape.Without(axis).Size, shape[axis], ignored);
        loss = loss.With(prediction, x).With("labels", new Labels(labels, shape.Without(axis)));
        var weights = loss.Options.Weights("classWeights");
        var at = 0;
        var values = Rows(
            x,
            axis,
            row =>
            {
                var label = labels[at] == ignored ? -1 : labels[at];
                at++;
                return prediction == "logits"
                    ? Naive.CrossEntropy(row, label, weights, loss.Options.Number("labelSmoothing", 0)).Value
                    : Naive.NLL(row, label, weights).Value;
            }
        );
        return (loss, values);
    }

    private static (Case, double[]) WithProbabilities(Draw draw, Case loss, Draw.Style style)
    {
        var (shape, axis) = ClassShape(draw);
        loss = Weighted(draw, loss, shape[axis]).With("classAxis", ClassAxis(draw, shape, axis));
        var logits = new Plain(draw.Numbers<float>(shape.Size, Domain.All, style), shape.ToArray());
        var p = new Plain(draw.Numbers<float>(shape.Size, Domain.Probability, style), shape.ToArray());
        loss = loss.With("logits", logits).With("probabilities", p);
        var (weights, smoothing) = (loss.Options.Weights("classWeights"), loss.Options.Number("labelSmoothing", 0));
        var logs = Plain.Rows(logits, axis, Plain.LogSoftmax, shape[axis]);
        var terms = Plain.Of(
            shape.ToArray(),
            place => -((1 - smoothing) * p[place] + smoothing / shape[axis]) * (weights?[place[axis]] ?? 1) * logs[place]
        );
        return (loss, Plain.Sum(terms, axis).Values);
    }

    // (C) or (N, C) with classes along the last axis.
    private static (Case, double[]) Classes(Draw draw, Case loss, Draw.Style style)
    {
        var (n, classes) = (draw.OneIn(20) ? 300 : 1 + draw.Below(6), 1 + draw.Below(draw.OneIn(20) ? 300 : 9));
        int[] shape =
            draw.OneIn(4) ? [classes]
            : loss.Method.Name == "MultiLabelSoftMargin" && draw.OneIn(3) ? [n, 2, classes]
            : [n, classes];
        var x = new Plain(draw.Numbers<float>(shape.Aggregate(1, (a, b) => a * b), Domain.All, style), shape);
        loss = loss.With(loss.Arguments.ContainsKey("logits") ? "logits" : "prediction", x);
        if (loss.Arguments.ContainsKey("classWeights"))
            loss = Weighted(draw, loss, classes);
        var rows = x.Values.Length / classes;
        double[] Row(int row) => x.Values.AsSpan(row * classes, classes).ToArray();
        switch (loss.Method.Name)
        {
            case "MultiMargin":
            {
                int[] labels = [.. Enumerable.Range(0, rows).Select(_ => draw.Below(classes))];
                loss = loss.With("labels", new Labels(labels, shape[..^1]));
                return (loss, [.. labels.Select((label, row) => Naive.MultiMargin(Row(row), label, loss.Options))]);
            }
            case "MultiLabelMargin":
            {
                // Different classes, then −1, then anything.
                int[][] labels =
                [
                    .. Enumerable
                        .Range(0, rows)
                        .Select(_ =>
                        {
                            var own = draw.Below(Math.Min(classes, 12) + 1);
                            return (int[])
                                [
                                    .. draw.Order(classes).Take(own),
                                    .. Enumerable.Range(0, classes - own).Select(i => i == 0 ? -1 : draw.Below(classes)),
                                ];
                        }),
                ];
                loss = loss.With("labels", new Labels([.. labels.SelectMany(row => row)], shape));
                return (loss, [.. labels.Select((own, row) => Naive.MultiLabelMargin(Row(row), own))]);
            }
            default:
            {
                var target = new Plain(draw.Numbers<float>(x.Values.Length, Domain.Probability, style), shape);
                loss = loss.With("target", target);
                var weights = loss.Options.Weights("classWeights");
                return (
                    loss,
                    [
                        .. Enumerable
                            .Range(0, rows)
                            .Select(row =>
                                Enumerable
                                    .Range(row * classes, classes)
                                    .Sum(i =>
                                        Naive.Pointwise["BCEWithLogits"](x.Values[i], target.Values[i], 0, loss.Options)
                                        * (weights?[i % classes] ?? 1)
                                    ) / classes
                            ),
                    ]
                );
            }
        }
    }

    private static (Case, double[]) Vectors(Draw draw, Case loss, Draw.Style style)
    {
        var (n, width) = (draw.OneIn(20) ? 200 : draw.Below(6), 1 + draw.Below(12));
        int[] shape = draw.OneIn(4) ? [width] : [n, width];
        var rows = shape.Length == 1 ? 1 : n;
        foreach (var name in loss.Method.GetParameters().Where(p => p.ParameterType.Name == "T" && p.Name != "target").Select(p => p.Name!))
            loss = loss.With(name, new Plain(draw.Numbers<float>(rows * width, Domain.All, style), shape));
        double[] Row(string name, int row) => loss.Tensor(name).Values.AsSpan(row * width, width).ToArray();
        var each = Enumerable.Range(0, rows);
        var o = loss.Options;
        if (loss.Method.Name == "CosineEmbedding")
        {
            var target = new Plain(draw.Numbers<float>(rows, Domain.PlusOrMinusOne, style), shape[..^1]);
            loss = loss.With("target", target);
            double Cosine(int row) => Naive.Cosine(Row("x1", row), Row("x2", row), 0, 1e-12);
            return (
                loss,
                [.. each.Select(row => target.Values[row] > 0 ? 1 - Cosine(row) : Math.Max(0, Cosine(row) - o.Number("margin", 0)))]
            );
        }
        Func<double[], double[], double> distance = (a, b) => Naive.Distance(a, b, o.Number("p", 2), o.Number("eps", 1e-6));
        if (loss.Arguments.ContainsKey("distance"))
        {
            loss = loss.With("distance", "distance");
            distance = (a, b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
        }
        return (loss, [.. each.Select(row => Naive.Triplet(Row("anchor", row), Row("positive", row), Row("negative", row), o, distance))]);
    }

    private static (Case, double[]) Linear(Draw draw, Case loss, Draw.Style style)
    {
        style = style == Draw.Style.Wide ? Draw.Style.Plain : style;
        var (n, width, classes) = (draw.Below(9), 1 + draw.Below(5), 1 + draw.Below(7));
        var isRow = draw.OneIn(4);
        if (isRow)
            n = 1;
        var input = new Plain(draw.Numbers<float>(n * width, Domain.All, style), isRow ? [width] : [n, width]);
        var weight = new Plain(draw.Numbers<float>(classes * width, Domain.All, style), [classes, width]);
        var bias = draw.OneIn(3) ? new Plain([0], []) : new Plain(draw.Numbers<float>(classes, Domain.All, style), [classes]);
        loss = Weighted(draw, loss, classes).With("input", input).With("weight", weight).With("bias", bias);
        var ignored = loss.Options.Whole("ignoreIndex", -100);
        var labels = RowSpans.Labels(draw, n, classes, ignored);
        loss = loss.With("labels", new Labels(labels, isRow ? Shape.Scalar : [n]));
        var logits = Product(input.Values, weight, bias, n);
        var (weights, smoothing) = (loss.Options.Weights("classWeights"), loss.Options.Number("labelSmoothing", 0));
        return (
            loss,
            [.. labels.Select((label, row) => Naive.CrossEntropy(logits[row], label == ignored ? -1 : label, weights, smoothing).Value)]
        );
    }

    // Rows times the rows of a matrix, and the bias.
    private static double[][] Product(double[] rows, Plain weight, Plain? bias, int n) =>
        [
            .. Enumerable
                .Range(0, n)
                .Select(row =>
                    Enumerable
                        .Range(0, weight.Shape[0])
                        .Select(c =>
                            Enumerable.Range(0, weight.Shape[1]).Sum(d => rows[row * weight.Shape[1] + d] * weight[c, d])
                            + (bias is null ? 0 : bias.Values[bias.Values.Length == 1 ? 0 : c])
                        )
                        .ToArray()
                ),
        ];

    private static (Case, double[]) Adaptive(Draw draw, Case loss, Draw.Style style)
    {
        style = style == Draw.Style.Wide ? Draw.Style.Plain : style;
        var (n, width, clusters) = (draw.Below(7), 1 + draw.Below(5), 1 + draw.Below(3));
        int[] sizes = [.. Enumerable.Range(0, clusters + 1).Select(_ => 1 + draw.Below(4))];
        int[] cutoffs = [.. Enumerable.Range(1, clusters).Select(i => sizes[..i].Sum())];
        Plain Matrix(int rows, int columns) => new(draw.Numbers<float>(rows * columns, Domain.All, style), [rows, columns]);
        var head = Matrix(sizes[0] + clusters, width);
        var bias = draw.OneIn(2) ? new Plain([0], []) : new Plain(draw.Numbers<float>(head.Shape[0], Domain.All, style), [head.Shape[0]]);
        var parameters = new Case.Adaptive(
            cutoffs,
            head,
            bias,
            [
                .. sizes[1..]
                    .Select(size =>
                    {
                        var projection = Matrix(1 + draw.Below(4), width);
                        return (projection, Matrix(size, projection.Shape[0]));
                    }),
            ]
        );
        var isRow = draw.OneIn(4);
        if (isRow)
            n = 1;
        var input = new Plain(draw.Numbers<float>(n * width, Domain.All, style), isRow ? [width] : [n, width]);
        int[] labels = [.. Enumerable.Range(0, n).Select(_ => draw.Below(sizes.Sum()))];
        loss = loss.With("input", input).With("parameters", parameters).With("labels", new Labels(labels, isRow ? Shape.Scalar : [n]));
        var heads = Product(input.Values, head, bias, n).Select(Plain.LogSoftmax).ToArray();
        return (loss, [.. labels.Select((label, row) => -LogProbability(row, label))]);

        double LogProbability(int row, int label)
        {
            var group = cutoffs.Count(low => low <= label);
            if (group == 0)
                return heads[row][label];
            var (projection, output) = parameters.Clusters[group - 1];
            var small = Product(input.Values.AsSpan(row * width, width).ToArray(), projection, null, 1)[0];
            return heads[row][sizes[0] + group - 1] + Plain.LogSoftmax(Product(small, output, null, 1)[0])[label - cutoffs[group - 1]];
        }
    }

    private static (Case, double[]) CTC(Draw draw, Case loss)
    {
        var (frames, n, classes) = (1 + draw.Below(7), 1 + draw.Below(3), 2 + draw.Below(3));
        var isRow = draw.OneIn(6);
        if (isRow)
            n = 1;
        var x = new Plain(draw.Numbers<float>(frames * n * classes, Domain.All, Draw.Style.Plain), [frames, n, classes]);
        x = Plain.Map(value => (float)value, Plain.Rows(x, 2, Plain.LogSoftmax, classes));
        var blank = draw.Below(classes);
        int[] inputs = [.. Enumerable.Range(0, n).Select(_ => draw.OneIn(8) ? 0 : 1 + draw.Below(frames))];
        int[][] targets =
        [
            .. Enumerable
                .Range(0, n)
                .Select(_ => Enumerable.Range(0, draw.Below(4)).Select(_ => (blank + 1 + draw.Below(classes - 1)) % classes).ToArray()),
        ];
        var longest = targets.Max(target => target.Length);
        var labels =
            draw.OneIn(2) || isRow
                ? new Labels([.. targets.SelectMany(target => target)], [targets.Sum(target => target.Length)])
                : new Labels(
                    [.. targets.SelectMany(target => target.Concat(Enumerable.Repeat(blank, longest - target.Length)))],
                    [n, longest]
                );
        loss = loss.With("logProbabilities", isRow ? x with { Shape = [frames, classes] } : x)
            .With("labels", labels)
            .With("inputLengths", inputs)
            .With("targetLengths", targets.Select(target => target.Length).ToArray())
            .With("blank", blank);
        return (
            loss,
            [
                .. targets.Select(
                    (target, i) =>
                    {
                        double[][] own = [.. Enumerable.Range(0, inputs[i]).Select(t => x.Row([t, i, 0], 2))];
                        var value = Naive.CTC(own, target, blank);
                        return double.IsInfinity(value) && loss.Options.Is("zeroInfinity", false) ? 0 : value;
                    }
                ),
            ]
        );
    }

    private static (Shape Shape, int Axis) ClassShape(Draw draw)
    {
        var shape = draw.SmallShape(0, 3, 4);
        var axis = draw.Below(shape.Rank + 1);
        return (shape.Insert(axis, 1 + draw.Below(draw.OneIn(20) ? 200 : 7)), axis);
    }

    // Left out where it is the default.
    private static object? ClassAxis(Draw draw, Shape shape, int axis) =>
        axis == 1 || (axis == 0 && shape.Rank == 1) ? draw.Of<object?>(null, axis, axis - shape.Rank) : draw.Of(axis, axis - shape.Rank);

    private static Case Weighted(Draw draw, Case loss, int classes) =>
        loss.With("classWeights", draw.OneIn(2) ? null : (Weights)RowSpans.Positive(draw, classes));

    // A number for each row along an axis, in order.
    private static double[] Rows(Plain x, int axis, Func<double[], double> f) => Plain.Rows(x, axis, row => [f(row)], 1).Values;
}
