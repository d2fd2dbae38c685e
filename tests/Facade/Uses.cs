using System.Runtime.CompilerServices;
using Losses;
using Losses.CSharp;

namespace Facade;

/// <summary>Options that no entry of the catalogue gives, as a C# user writes them: of the library nothing but the façade is open here.</summary>
/// <remarks>Beside each, the function of the core that it stands for, and what that is given; a test holds them equal.</remarks>
internal static class Uses
{
    /// <summary>A loss; what the core is given, options as a dictionary of what is not the default.</summary>
    internal sealed record Use(
        Func<LossValues<DiffTensor<double>>> Loss,
        string Core,
        object[] Arguments,
        [CallerArgumentExpression(nameof(Loss))] string Text = ""
    );

    private static readonly double[] s_columns = [0.5, 0, 2];
    private static readonly double[] s_classWeights = [0.25, 0, 2];
    private static readonly double[] s_prior = [10, 3, 1];
    private static readonly double[] s_priorAcross = [5, 2];
    private static readonly DiffTensor<double> s_a = DiffTensor.Create(
        new[,]
        {
            { 0.5, -1.5, 2 },
            { 1, 0.25, -0.75 },
        }
    );
    private static readonly DiffTensor<double> s_b = DiffTensor.Create(
        new[,]
        {
            { 1, -1, 0.5 },
            { -2, 0.5, 1.5 },
        }
    );
    private static readonly DiffTensor<double> s_c = DiffTensor.Create(
        new[,]
        {
            { 2, 0.5, 0.25 },
            { 0.125, 3, 1 },
        }
    );
    private static readonly DiffTensor<double> s_p = Activations.Sigmoid(s_a);
    private static readonly DiffTensor<double> s_q = Activations.Sigmoid(s_b);
    private static readonly DiffTensor<double> s_logs = Activations.LogSoftmax(s_a, axis: 1);
    private static readonly DiffTensor<double> s_shares = Activations.Softmax(s_b, axis: 1);
    private static readonly DiffTensor<double> s_boxes = DiffTensor.Create([0.5, 1, 2, 3, -1, 0.25, 1, 1.5], 2, 4);
    private static readonly DiffTensor<double> s_otherBoxes = DiffTensor.Create([1.0, 0.5, 2.5, 2, -0.5, 0, 1.5, 1], 2, 4);
    private static readonly DiffTensor<double> s_places = DiffTensor.Create(0.25, 1.5);
    private static readonly Labels s_labels = new(2, 0);
    private static readonly Labels s_across = new(0, 1, 1);
    private static readonly DiffTensor<double> s_alike = DiffTensor.Create(1.0, -1);
    private static readonly double[] s_ofThree = [0.5, 2, 1];
    private static readonly DiffTensor<double> s_sequences = Activations.LogSoftmax(
        DiffTensor.Create([0.1, 2, -1, 0.5, 0.3, 1, -2, 0, 1.5, 0.7, -0.2, 0.9, 1.1, 0.4, -0.6, 0.8, 0.2, 1.7], 3, 2, 3),
        axis: 2
    );
    private static readonly DiffTensor<double> s_lattices = DiffTensor.Create(
        [.. Enumerable.Range(0, 72).Select(static i => Math.Sin(i * i))],
        2,
        3,
        3,
        4
    );
    private static readonly Labels s_words = new([1, 2, 2, 1], [2, 2]);
    private static readonly Losses.FSharp.AdaptiveSoftmax<DiffTensor<double>> s_adaptive = new(
        [2],
        DiffTensor.Create([0.1, 0.2, -0.3, 0.4, -0.5, 0.6, 0.7, -0.8, 0.9], 3, 3),
        0,
        [new(DiffTensor.Create([0.3, -0.2, 0.1], 1, 3), DiffTensor.Create([0.5, -0.5], 2, 1))]
    );

    internal static readonly Use[] All =
    [
        new(() => Loss.BCEWithLogits(s_a, s_q, posWeight: s_columns), "balancedBceWithLogits", [(Weights)s_columns, s_q, s_a]),
        new(() => Loss.MultiLabelSoftMargin(s_a, s_q, classWeights: s_columns), "multiLabelSoftMargin", [(Weights)s_columns, s_q, s_a]),
        new(() => Loss.Pointwise(s_a, s_b, loss: new Quartic(3)), "pointwise", [new Quartic(3), s_b, s_a]),
        new(() => Loss.Pointwise3(s_a, s_b, s_c, loss: new Weighted()), "pointwise3", [new Weighted(), s_c, s_b, s_a]),
        new(
            () => Loss.CompleteBoxIoU(s_boxes, s_otherBoxes),
            "completeBoxIoU",
            [Losses.FSharp.BoxOptions.Default, true, s_otherBoxes, s_boxes]
        ),
        new(() => Loss.CriticOfReal(s_a), "criticOfReal", [Adversarial.NonSaturating, s_a]),
        new(() => Loss.CriticOfFake(s_a), "criticOfFake", [Adversarial.NonSaturating, s_a]),
        new(() => Loss.Generator(s_a), "generator", [Adversarial.NonSaturating, s_a]),
        new(() => Loss.DistributionFocal(s_b, s_places), "distributionFocal", [s_places, s_b]),
        new(() => Loss.Dice(s_p, s_q), "dice", [Default, s_q, s_p]),
        new(
            () =>
                Loss.Dice(
                    s_a,
                    s_q,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    squared: true,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1
                ),
            "dice",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["squared"] = true,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                },
                s_q,
                s_a,
            ]
        ),
        new(() => Loss.Dice(s_p, s_labels), "diceWithLabels", [Default, s_labels, s_p]),
        new(
            () =>
                Loss.Dice(
                    s_a,
                    s_labels,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    squared: true,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1,
                    ignoreIndex: 0
                ),
            "diceWithLabels",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["squared"] = true,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                    ["ignoreIndex"] = 0,
                },
                s_labels,
                s_a,
            ]
        ),
        new(() => Loss.Jaccard(s_p, s_q), "jaccard", [Default, s_q, s_p]),
        new(
            () =>
                Loss.Jaccard(
                    s_a,
                    s_q,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    squared: true,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1
                ),
            "jaccard",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["squared"] = true,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                },
                s_q,
                s_a,
            ]
        ),
        new(() => Loss.Jaccard(s_p, s_labels), "jaccardWithLabels", [Default, s_labels, s_p]),
        new(
            () =>
                Loss.Jaccard(
                    s_a,
                    s_labels,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    squared: true,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1,
                    ignoreIndex: 0
                ),
            "jaccardWithLabels",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["squared"] = true,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                    ["ignoreIndex"] = 0,
                },
                s_labels,
                s_a,
            ]
        ),
        new(
            () =>
                Loss.Matthews(
                    s_a,
                    s_q,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1
                ),
            "matthews",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                },
                s_q,
                s_a,
            ]
        ),
        new(
            () =>
                Loss.GeneralizedDice(
                    s_a,
                    s_q,
                    weight: RegionWeight.Simple,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1
                ),
            "generalizedDice",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                },
                RegionWeight.Simple,
                s_q,
                s_a,
            ]
        ),
        new(
            () =>
                Loss.GeneralizedDice(
                    s_a,
                    s_labels,
                    weight: RegionWeight.Simple,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1,
                    ignoreIndex: 0
                ),
            "generalizedDiceWithLabels",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                    ["ignoreIndex"] = 0,
                },
                RegionWeight.Simple,
                s_labels,
                s_a,
            ]
        ),
        new(() => Loss.GeneralizedDice(s_p, s_labels), "generalizedDiceWithLabels", [Default, RegionWeight.Square, s_labels, s_p]),
        new(() => Loss.Tversky(s_p, s_q), "tversky", [Default, 0.5, 0.5, 1.0, s_q, s_p]),
        new(
            () =>
                Loss.Tversky(
                    s_a,
                    s_q,
                    alpha: 0.25,
                    beta: 2,
                    gamma: 0.75,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1
                ),
            "tversky",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                },
                0.25,
                2.0,
                0.75,
                s_q,
                s_a,
            ]
        ),
        new(() => Loss.Tversky(s_p, s_labels), "tverskyWithLabels", [Default, 0.5, 0.5, 1.0, s_labels, s_p]),
        new(
            () =>
                Loss.Tversky(
                    s_a,
                    s_labels,
                    alpha: 0.25,
                    beta: 2,
                    gamma: 0.75,
                    activation: RegionActivation.Sigmoid,
                    over: RegionScope.Batch,
                    smooth: 0.5,
                    includeBackground: false,
                    mask: s_columns,
                    classAxis: -1,
                    ignoreIndex: 0
                ),
            "tverskyWithLabels",
            [
                new Dictionary<string, object>
                {
                    ["activation"] = RegionActivation.Sigmoid,
                    ["over"] = RegionScope.Batch,
                    ["smooth"] = 0.5,
                    ["includeBackground"] = false,
                    ["mask"] = (Weights)s_columns,
                    ["classAxis"] = -1,
                    ["ignoreIndex"] = 0,
                },
                0.25,
                2.0,
                0.75,
                s_labels,
                s_a,
            ]
        ),
        new(() => Loss.Pairs(s_a, s_b, new Apart(), axis: 0), "pairs", [new Apart(), 0, s_b, s_a]),
        new(() => Loss.Sums(s_a, s_b, new Explained(), 0), "sums", [new Explained(), new[] { 0 }, s_b, s_a]),
        new(() => Loss.NLL(s_logs, s_labels), "nll", [Default, s_labels, s_logs]),
        new(() => Loss.NLL(s_logs, [2, -100]), "nll", [Default, new Labels(2, -100), s_logs]),
        new(
            () => Loss.NLL(s_logs, s_across, classWeights: new double[] { 1, 3 }, ignoreIndex: 0, classAxis: 0),
            "nll",
            [
                new Dictionary<string, object>
                {
                    ["classWeights"] = (Weights)new double[] { 1, 3 },
                    ["ignoreIndex"] = 0,
                    ["classAxis"] = 0,
                },
                s_across,
                s_logs,
            ]
        ),
        new(() => Loss.CrossEntropy(s_a, s_labels), "crossEntropy", [Default, s_labels, s_a]),
        new(() => Loss.CrossEntropy(s_a, [2, -100]), "crossEntropy", [Default, new Labels(2, -100), s_a]),
        new(
            () => Loss.CrossEntropy(s_a, s_labels, labelSmoothing: 0.1),
            "crossEntropy",
            [new Dictionary<string, object> { ["labelSmoothing"] = 0.1 }, s_labels, s_a]
        ),
        new(
            () => Loss.CrossEntropy(s_a, s_labels, classWeights: s_classWeights, ignoreIndex: 0),
            "crossEntropy",
            [new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["ignoreIndex"] = 0 }, s_labels, s_a]
        ),
        new(
            () => Loss.CrossEntropy(s_a, s_across, classAxis: -2),
            "crossEntropy",
            [new Dictionary<string, object> { ["classAxis"] = -2 }, s_across, s_a]
        ),
        new(() => Loss.CrossEntropy(s_a, probabilities: s_shares), "crossEntropyWithProbabilities", [Default, s_shares, s_a]),
        new(
            () => Loss.CrossEntropy(s_a, s_shares, classWeights: s_classWeights, labelSmoothing: 0.2),
            "crossEntropyWithProbabilities",
            [new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["labelSmoothing"] = 0.2 }, s_shares, s_a]
        ),
        new(
            () => Loss.CrossEntropy(s_a, s_q, classAxis: 0),
            "crossEntropyWithProbabilities",
            [new Dictionary<string, object> { ["classAxis"] = 0 }, s_q, s_a]
        ),
        new(
            () => Loss.Focal(s_a, s_labels, ignoreIndex: 0),
            "focal",
            [new Dictionary<string, object> { ["ignoreIndex"] = 0 }, s_labels, s_a]
        ),
        new(
            () => Loss.Focal(s_a, s_q, classWeights: s_classWeights, classAxis: 1),
            "focalWithProbabilities",
            [new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["classAxis"] = 1 }, s_q, s_a]
        ),
        new(
            () => Loss.Poly1(s_a, s_labels, epsilon: 1, classWeights: s_classWeights, ignoreIndex: 0),
            "poly1",
            [1.0, new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["ignoreIndex"] = 0 }, s_labels, s_a]
        ),
        new(
            () => Loss.Poly1(s_a, s_across, classAxis: 0),
            "poly1",
            [2.0, new Dictionary<string, object> { ["classAxis"] = 0 }, s_across, s_a]
        ),
        new(
            () => Loss.Poly1(s_a, s_q, epsilon: 1, classWeights: s_classWeights, classAxis: 1),
            "poly1WithProbabilities",
            [1.0, new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["classAxis"] = 1 }, s_q, s_a]
        ),
        new(
            () => Loss.GeneralizedCrossEntropy(s_a, s_labels, q: 0.7, classWeights: s_classWeights, ignoreIndex: 0),
            "generalizedCrossEntropy",
            [0.7, new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["ignoreIndex"] = 0 }, s_labels, s_a]
        ),
        new(
            () => Loss.GeneralizedCrossEntropy(s_a, s_across, classAxis: 0),
            "generalizedCrossEntropy",
            [0.5, new Dictionary<string, object> { ["classAxis"] = 0 }, s_across, s_a]
        ),
        new(
            () => Loss.SymmetricCrossEntropy(s_a, s_labels, alpha: 0.5, beta: 2, logZero: -6, classWeights: s_classWeights, ignoreIndex: 0),
            "symmetricCrossEntropy",
            [
                0.5,
                2.0,
                -6.0,
                new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["ignoreIndex"] = 0 },
                s_labels,
                s_a,
            ]
        ),
        new(
            () => Loss.SymmetricCrossEntropy(s_a, s_across, classAxis: 0),
            "symmetricCrossEntropy",
            [0.1, 1.0, -4.0, new Dictionary<string, object> { ["classAxis"] = 0 }, s_across, s_a]
        ),
        new(
            () => Loss.LogitAdjustment(s_a, s_labels, s_prior, tau: 0.5, classWeights: s_classWeights, ignoreIndex: 0),
            "logitAdjustment",
            [
                0.5,
                (Weights)s_prior,
                new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["ignoreIndex"] = 0 },
                s_labels,
                s_a,
            ]
        ),
        new(
            () => Loss.LogitAdjustment(s_a, s_labels, s_prior, labelSmoothing: 0.1),
            "logitAdjustment",
            [1.0, (Weights)s_prior, new Dictionary<string, object> { ["labelSmoothing"] = 0.1 }, s_labels, s_a]
        ),
        new(
            () => Loss.LogitAdjustment(s_a, s_across, s_priorAcross, classAxis: 0),
            "logitAdjustment",
            [1.0, (Weights)s_priorAcross, new Dictionary<string, object> { ["classAxis"] = 0 }, s_across, s_a]
        ),
        new(
            () => Loss.LDAM(s_a, s_labels, s_prior, margin: 0.25, scale: 3, classWeights: s_classWeights, ignoreIndex: 0),
            "ldam",
            [
                0.25,
                3.0,
                (Weights)s_prior,
                new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["ignoreIndex"] = 0 },
                s_labels,
                s_a,
            ]
        ),
        new(
            () => Loss.LDAM(s_a, s_labels, s_prior, labelSmoothing: 0.1),
            "ldam",
            [0.5, 30.0, (Weights)s_prior, new Dictionary<string, object> { ["labelSmoothing"] = 0.1 }, s_labels, s_a]
        ),
        new(
            () => Loss.LDAM(s_a, s_across, s_priorAcross, classAxis: 0),
            "ldam",
            [0.5, 30.0, (Weights)s_priorAcross, new Dictionary<string, object> { ["classAxis"] = 0 }, s_across, s_a]
        ),
        new(
            () => Loss.DecoupledDistillation(s_a, s_b, s_across, alpha: 0.5, beta: 2, temperature: 2, rescaled: true, classAxis: 0),
            "decoupledDistillation",
            [
                new Dictionary<string, object>
                {
                    ["temperature"] = 2.0,
                    ["rescaled"] = true,
                    ["classAxis"] = 0,
                },
                0.5,
                2.0,
                s_across,
                s_b,
                s_a,
            ]
        ),
        new(
            () => Loss.SoftmaxRows(s_a, s_labels, new Brier(), classWeights: s_classWeights, ignoreIndex: 0),
            "softmaxRows",
            [new Brier(), new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["ignoreIndex"] = 0 }, s_labels, s_a]
        ),
        new(
            () => Loss.SoftmaxRows(s_a, s_across, new Brier(), classAxis: 0),
            "softmaxRows",
            [new Brier(), new Dictionary<string, object> { ["classAxis"] = 0 }, s_across, s_a]
        ),
        new(
            () => Loss.SoftmaxRows(s_a, s_q, new Brier(), classWeights: s_classWeights, classAxis: 1),
            "softmaxRowsWithTargets",
            [new Brier(), new Dictionary<string, object> { ["classWeights"] = (Weights)s_classWeights, ["classAxis"] = 1 }, s_q, s_a]
        ),
        new(
            () => Loss.InfoNCE(s_a, s_b, DiffTensor.Scalar(0.5), normalized: false, symmetric: true),
            "infoNCE",
            [false, true, DiffTensor.Scalar(0.5), s_b, s_a]
        ),
        new(
            () => Loss.SoftmaxRows(s_a, s_b, new Disagreement(), temperature: 2, rescaled: true, classAxis: 0),
            "softmaxRowsWithLogits",
            [
                new Disagreement(),
                new Dictionary<string, object>
                {
                    ["temperature"] = 2.0,
                    ["rescaled"] = true,
                    ["classAxis"] = 0,
                },
                s_b,
                s_a,
            ]
        ),
        new(
            () => Loss.KLDivOfLogits(s_a, s_b, temperature: 2, rescaled: true),
            "klDivOfLogits",
            [new Dictionary<string, object> { ["temperature"] = 2.0, ["rescaled"] = true }, s_b, s_a]
        ),
        new(
            () => Loss.KLDivOfLogits(s_a, s_b, classAxis: 0),
            "klDivOfLogits",
            [new Dictionary<string, object> { ["classAxis"] = 0 }, s_b, s_a]
        ),
        new(
            () => Loss.ReverseKLDivOfLogits(s_a, s_b, temperature: 0.5, rescaled: true, classAxis: 0),
            "reverseKLDivOfLogits",
            [
                new Dictionary<string, object>
                {
                    ["temperature"] = 0.5,
                    ["rescaled"] = true,
                    ["classAxis"] = 0,
                },
                s_b,
                s_a,
            ]
        ),
        new(
            () => Loss.JensenShannonOfLogits(s_a, s_b, beta: 0.3, temperature: 2, rescaled: true, classAxis: 0),
            "jensenShannonOfLogits",
            [
                new Dictionary<string, object>
                {
                    ["temperature"] = 2.0,
                    ["rescaled"] = true,
                    ["classAxis"] = 0,
                },
                0.3,
                s_b,
                s_a,
            ]
        ),
        new(
            () => Loss.TripletMargin(s_a, s_b, s_c, margin: 2, p: 1, eps: 0, swap: true),
            "tripletMargin",
            [
                new Dictionary<string, object>
                {
                    ["margin"] = 2.0,
                    ["p"] = 1.0,
                    ["eps"] = 0.0,
                    ["swap"] = true,
                },
                s_c,
                s_b,
                s_a,
            ]
        ),
        new(
            () => Loss.TripletMarginWithDistance(s_a, s_b, s_c, distance: Similarity.CosineDistance, margin: 0.5, swap: true),
            "tripletMarginWithDistance",
            [Distance(Similarity.CosineDistance), 0.5, true, s_c, s_b, s_a]
        ),
        new(
            () => Loss.TripletMarginWithDistance(s_a, s_b, s_c, Taxicab),
            "tripletMarginWithDistance",
            [Distance((x1, x2) => Similarity.PairwiseDistance(x1, x2, p: 1, eps: 0)), 1.0, false, s_c, s_b, s_a]
        ),
        new(
            () => Loss.MultiMargin(s_a, s_labels, p: 2, margin: 0.5, classWeights: s_ofThree),
            "multiMargin",
            [2, 0.5, (Weights)s_ofThree, s_labels, s_a]
        ),
        new(
            () => Loss.MultiLabelMargin(s_a, new Labels([2, -1, 0, 1, 0, -1], [2, 3])),
            "multiLabelMargin",
            [new Labels([2, -1, 0, 1, 0, -1], [2, 3]), s_a]
        ),
        new(
            () => Loss.RNNT(s_lattices, s_words, inputLengths: [3, 2], targetLengths: [2, 1]),
            "rnnt",
            [Default, new[] { 3, 2 }, new[] { 2, 1 }, s_words, s_lattices]
        ),
        new(
            () => Loss.RNNT(s_lattices, s_words, [3, 2], [2, 1], blank: 0, isNormalised: true),
            "rnnt",
            [new Dictionary<string, object> { ["blank"] = 0, ["isNormalised"] = true }, new[] { 3, 2 }, new[] { 2, 1 }, s_words, s_lattices]
        ),
        new(
            () =>
                Loss.WeightedPairs(
                    s_a,
                    s_c,
                    loss: new Losses.PairHinge(),
                    mask: new double[] { 1, 1, 0 },
                    itemWeights: s_ofThree,
                    weighting: PairWeighting.NDCGLoss2PlusPlus,
                    normalized: true,
                    topN: 2,
                    mu: 3
                ),
            "weightedPairs",
            [
                new Losses.PairHinge(),
                new Dictionary<string, object>
                {
                    ["mask"] = (Weights)new double[] { 1, 1, 0 },
                    ["itemWeights"] = (Weights)s_ofThree,
                    ["weighting"] = PairWeighting.NDCGLoss2PlusPlus,
                    ["normalized"] = true,
                    ["topN"] = 2,
                    ["mu"] = 3.0,
                },
                s_c,
                s_a,
            ]
        ),
        new(
            () => Loss.CTC(s_sequences, s_words, inputLengths: [3, 3], targetLengths: [2, 1]),
            "ctc",
            [Default, new[] { 3, 3 }, new[] { 2, 1 }, s_words, s_sequences]
        ),
        new(
            () => Loss.CTC(s_sequences, s_words, [1, 3], [2, 1], zeroInfinity: true),
            "ctc",
            [new Dictionary<string, object> { ["zeroInfinity"] = true }, new[] { 1, 3 }, new[] { 2, 1 }, s_words, s_sequences]
        ),
        new(
            () => Loss.CTC(s_sequences, new([0, 1, 1, 0], [2, 2]), [3, 3], [2, 1], blank: 2),
            "ctc",
            [
                new Dictionary<string, object> { ["blank"] = 2 },
                new[] { 3, 3 },
                new[] { 2, 1 },
                new Labels([0, 1, 1, 0], [2, 2]),
                s_sequences,
            ]
        ),
        new(
            () =>
                Loss.LinearCrossEntropy(
                    s_a,
                    s_b,
                    s_alike,
                    new Labels(1, 7),
                    classWeights: new double[] { 1, 2 },
                    ignoreIndex: 7,
                    labelSmoothing: 0.1,
                    chunk: 1
                ),
            "linearCrossEntropy",
            [
                new Dictionary<string, object>
                {
                    ["classWeights"] = (Weights)new double[] { 1, 2 },
                    ["ignoreIndex"] = 7,
                    ["labelSmoothing"] = 0.1,
                },
                1,
                new Labels(1, 7),
                s_alike,
                s_b,
                s_a,
            ]
        ),
        new(
            () => Loss.LinearCrossEntropy(s_a, s_b, s_alike, new Labels(1, -100)),
            "linearCrossEntropy",
            [Default, 1024, new Labels(1, -100), s_alike, s_b, s_a]
        ),
        new(
            () => Loss.AdaptiveLogSoftmaxWithLoss(s_a, new Labels(1, 3), s_adaptive),
            "adaptiveLogSoftmaxWithLoss",
            [s_adaptive, new Labels(1, 3), s_a]
        ),
    ];

    // Options of the core, none of which is given.
    private static Dictionary<string, object> Default => [];

    private static Func<DiffTensor<double>, DiffTensor<double>, DiffTensor<double>> Distance(
        Func<DiffTensor<double>, DiffTensor<double>, DiffTensor<double>> distance
    ) => distance;

    private static DiffTensor<double> Sign(DiffTensor<double> x) => x / DiffTensor<double>.Abs(x);

    private static DiffTensor<double> Taxicab(DiffTensor<double> x1, DiffTensor<double> x2) =>
        DiffTensor<double>.Sum(DiffTensor<double>.Abs(x1 - x2), [-1], keepAxes: false);

    /// <summary>A user's own loss of three.</summary>
    internal readonly struct Weighted : IPointwise3
    {
        public T Apply<T>(T prediction, T target, T third)
            where T : IReal<T> => third * T.Abs(prediction - target);
    }

    /// <summary>A user's own loss: its parameters and one expression.</summary>
    internal readonly struct Quartic(double sharpness) : IPointwise
    {
        public T Apply<T>(T prediction, T target)
            where T : IReal<T> => T.Constant(sharpness) * T.Power(prediction - target, 4);
    }

    /// <summary>A loss of pairs of one's own, by each prediction and target.</summary>
    internal readonly struct Apart : IPairs
    {
        public T Of<T>(T first, T second, T firstTarget, T secondTarget)
            where T : IReal<T> => firstTarget * first - secondTarget * second;
    }

    /// <summary>A loss of softmax rows of one's own: the squared error of the probabilities.</summary>
    internal readonly struct Brier : ISoftmaxRows
    {
        public T Of<T>(Softmax<T> prediction, T target)
            where T : IReal<T>
        {
            var d = prediction.Probability - target;
            return d * d;
        }
    }

    /// <summary>A loss of two softmaxes of one's own, by what each of them gives: the squared difference of the odds' parts.</summary>
    internal readonly struct Disagreement : ISoftmaxDivergence
    {
        public T Of<T>(Softmax<T> prediction, Softmax<T> target)
            where T : IReal<T>
        {
            var d = prediction.Probability * target.Rest - target.Probability * prediction.Rest;
            return d * d;
        }
    }

    /// <summary>A loss of sums of one's own: the squared error as a part of the squared target.</summary>
    internal readonly struct Explained : ISums
    {
        public Terms<T> Of<T>(T prediction, T target)
            where T : IReal<T>
        {
            var d = prediction - target;
            return new(d * d, target * target);
        }

        public T Value<T>(Terms<T> sums)
            where T : IReal<T> => sums.A / sums.B;
    }

    /// <summary>Functions on tensors, with and without each option.</summary>
    internal static IEnumerable<(string Core, object[] Before, DiffTensor<double> Actual)> OfTwo(
        DiffTensor<double> x1,
        DiffTensor<double> x2
    ) =>
        [
            (
                "pairwiseBoxIoU",
                [BoxScore.Complete, BoxForm.Centre, 0.5],
                Similarity.PairwiseBoxIoU(x1, x2, score: BoxScore.Complete, form: BoxForm.Centre, eps: 0.5)
            ),
            ("cosineSimilarity", [0, 0.5], Similarity.CosineSimilarity(x1, x2, axis: 0, eps: 0.5)),
            ("cdist", [1.5], Similarity.Cdist(x1, x2, p: 1.5)),
            ("pairwiseDistance", [1.0, 0.0, true], Similarity.PairwiseDistance(x1, x2, p: 1, eps: 0, keepAxis: true)),
            ("pairwiseDistance", [double.PositiveInfinity, 1e-6, false], Similarity.PairwiseDistance(x1, x2, p: double.PositiveInfinity)),
        ];

    internal static IEnumerable<(string Core, object[] Before, DiffTensor<double> Actual)> OfOne(DiffTensor<double> logits) =>
        [
            ("pdist", [2.0], Similarity.Pdist(logits)),
            ("pdist", [1.0], Similarity.Pdist(logits, p: 1)),
            ("sigmoid", [], Activations.Sigmoid(logits)),
            ("logSigmoid", [], Activations.LogSigmoid(logits)),
            ("softplus", [], Activations.Softplus(logits)),
            ("softmax", [1], Activations.Softmax(logits, 1)),
            ("softmax", [-2], Activations.Softmax(logits, axis: -2)),
            ("softmin", [1], Activations.Softmin(logits, 1)),
            ("logSoftmax", [1], Activations.LogSoftmax(logits, 1)),
            ("logSumExp", [0], Activations.LogSumExp(logits, axis: 0)),
        ];

    /// <summary>Every way to ask for a derivative.</summary>
    internal static DiffTensor<double>[] Derivatives(
        Func<DiffTensor<double>, DiffTensor<double>> f,
        DiffTensor<double> x,
        DiffTensor<double> v
    )
    {
        var (value, gradient) = Diff.ValueAndGrad(f, x);
        return
        [
            value,
            gradient,
            Diff.Grad(f, x),
            Diff.Vjp(f, x, 1),
            Diff.Jvp(f, x, v),
            Diff.Hvp(f, x, v),
            Diff.Jacobian(f, x),
            Diff.Hessian(f, x),
        ];
    }
}
