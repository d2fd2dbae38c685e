using System.Runtime.CompilerServices;
using Losses;
using Losses.CSharp;

namespace Facade;

/// <summary>Every loss with every option, as a C# user writes it: of the library nothing but the façade is open here.</summary>
/// <remarks>Beside each, the function of the core that it stands for, and what that is given; a test holds them equal.</remarks>
internal static class Uses
{
    private static readonly double[] s_columns = [0.5, 0, 2, 1.5];
    private static readonly double[] s_classWeights = [0.25, 0, 1, 2];

    internal sealed record TensorUse(
        Func<Reduction, TensorLoss> Loss,
        string Core,
        object[] Hyperparameters,
        [CallerArgumentExpression(nameof(Loss))] string Text = ""
    )
    {
        internal Weights Weights { get; init; } = Weights.None;
    }

    internal sealed record LabelUse(Func<Reduction, LabelLoss> Loss, string Core, [CallerArgumentExpression(nameof(Loss))] string Text = "")
    {
        internal Dictionary<string, object> Options { get; init; } = [];
    }

    internal static readonly TensorUse[] OnTensors =
    [
        new(reduction => Loss.L1(reduction: reduction), "l1", []),
        new(reduction => Loss.L1(weights: s_columns, reduction: reduction), "l1", []) { Weights = s_columns },
        new(reduction => Loss.MSE(reduction: reduction), "mse", []),
        new(reduction => Loss.MSE(weights: 0.5, reduction: reduction), "mse", []) { Weights = 0.5 },
        new(reduction => Loss.SmoothL1(reduction: reduction), "smoothL1", [1.0]),
        new(reduction => Loss.SmoothL1(beta: 0, reduction: reduction), "smoothL1", [0.0]),
        new(reduction => Loss.SmoothL1(beta: 0.25, weights: s_columns, reduction: reduction), "smoothL1", [0.25]) { Weights = s_columns },
        new(reduction => Loss.Huber(reduction: reduction), "huber", [1.0]),
        new(reduction => Loss.Huber(delta: 0.25, reduction: reduction), "huber", [0.25]),
        new(reduction => Loss.Huber(0.25, weights: s_columns, reduction: reduction), "huber", [0.25]) { Weights = s_columns },
        new(reduction => Loss.BCE(reduction: reduction), "bce", []),
        new(reduction => Loss.BCE(weights: s_columns, reduction: reduction), "bce", []) { Weights = s_columns },
        new(reduction => Loss.BCEWithLogits(reduction: reduction), "bceWithLogits", []),
        new(reduction => Loss.BCEWithLogits(weights: s_columns, reduction: reduction), "bceWithLogits", []) { Weights = s_columns },
        new(reduction => Loss.BCEWithLogits(posWeight: 3, reduction: reduction), "balancedBceWithLogits", [(Weights)3]),
        new(
            reduction => Loss.BCEWithLogits(weights: 0.5, posWeight: s_columns, reduction: reduction),
            "balancedBceWithLogits",
            [(Weights)s_columns]
        )
        {
            Weights = 0.5,
        },
        new(reduction => Loss.KLDiv(reduction: reduction), "klDiv", [false]),
        new(reduction => Loss.KLDiv(logTarget: true, reduction: reduction), "klDiv", [true]),
        new(reduction => Loss.SoftMargin(reduction: reduction), "softMargin", []),
        new(reduction => Loss.HingeEmbedding(margin: 0.5, reduction: reduction), "hingeEmbedding", [0.5]),
        new(reduction => Loss.PoissonNLL(logInput: true, full: true, reduction: reduction), "poissonNLL", [true, true, 1e-8]),
        new(reduction => Loss.PoissonNLL(logInput: false, eps: 0.5, reduction: reduction), "poissonNLL", [false, false, 0.5]),
        new(reduction => Loss.MultiLabelSoftMargin(reduction: reduction), "multiLabelSoftMargin", [Weights.None]),
        new(
            reduction => Loss.MultiLabelSoftMargin(classWeights: s_columns, reduction: reduction),
            "multiLabelSoftMargin",
            [(Weights)s_columns]
        ),
        new(reduction => Loss.Pointwise(new Quartic(3), reduction), "pointwise", [new Quartic(3)]),
    ];

    internal static readonly LabelUse[] OnLabels =
    [
        new(reduction => Loss.NLL(reduction: reduction), "nll"),
        new(reduction => Loss.NLL(classWeights: s_classWeights, reduction: reduction), "nll")
        {
            Options = { ["classWeights"] = (Weights)s_classWeights },
        },
        new(reduction => Loss.NLL(ignoreIndex: 2, classAxis: -1, reduction: reduction), "nll")
        {
            Options = { ["ignoreIndex"] = 2, ["classAxis"] = -1 },
        },
        new(reduction => Loss.CrossEntropy(reduction: reduction), "crossEntropy"),
        new(reduction => Loss.CrossEntropy(labelSmoothing: 0.1, reduction: reduction), "crossEntropy")
        {
            Options = { ["labelSmoothing"] = 0.1 },
        },
        new(reduction => Loss.CrossEntropy(classWeights: s_classWeights, reduction: reduction), "crossEntropy")
        {
            Options = { ["classWeights"] = (Weights)s_classWeights },
        },
        new(reduction => Loss.CrossEntropy(s_classWeights, labelSmoothing: 0.3, classAxis: -1, reduction: reduction), "crossEntropy")
        {
            Options =
            {
                ["classWeights"] = (Weights)s_classWeights,
                ["labelSmoothing"] = 0.3,
                ["classAxis"] = -1,
            },
        },
        new(
            reduction => Loss.CrossEntropy(s_classWeights, ignoreIndex: 1, labelSmoothing: 0.2, classAxis: -1, reduction: reduction),
            "crossEntropy"
        )
        {
            Options =
            {
                ["classWeights"] = (Weights)s_classWeights,
                ["ignoreIndex"] = 1,
                ["labelSmoothing"] = 0.2,
                ["classAxis"] = -1,
            },
        },
    ];

    /// <summary>A loss on data of its own shapes; what the core is given, options as a dictionary of what is not the default.</summary>
    internal sealed record OtherUse(
        Func<Reduction, DiffTensor<double>> Value,
        string Core,
        object[] Arguments,
        [CallerArgumentExpression(nameof(Value))] string Text = ""
    );

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
    private static readonly DiffTensor<double> s_alike = DiffTensor.Create(1.0, -1);
    private static readonly double[] s_ofThree = [0.5, 2, 1];
    private static readonly DiffTensor<double> s_sequences = Activations.LogSoftmax(
        DiffTensor.Create([0.1, 2, -1, 0.5, 0.3, 1, -2, 0, 1.5, 0.7, -0.2, 0.9, 1.1, 0.4, -0.6, 0.8, 0.2, 1.7], 3, 2, 3),
        axis: 2
    );
    private static readonly Labels s_words = new([1, 2, 2, 1], [2, 2]);

    internal static readonly OtherUse[] OnOtherData =
    [
        new(reduction => Loss.GaussianNLL(reduction: reduction).Evaluate(s_a, s_b, s_c), "gaussianNLL", [false, 1e-6, s_c, s_b, s_a]),
        new(
            reduction => Loss.GaussianNLL(full: true, eps: 0.5, reduction: reduction).Evaluate(s_a, s_b, s_c),
            "gaussianNLL",
            [true, 0.5, s_c, s_b, s_a]
        ),
        new(
            reduction => Loss.MarginRanking(margin: 0.5, reduction: reduction).Evaluate(s_a, s_b, Sign(s_a)),
            "marginRanking",
            [0.5, Sign(s_a), s_b, s_a]
        ),
        new(
            reduction => Loss.CosineEmbedding(margin: 0.25, reduction: reduction).Evaluate(s_a, s_b, s_alike),
            "cosineEmbedding",
            [0.25, s_alike, s_b, s_a]
        ),
        new(
            reduction => Loss.TripletMargin(margin: 2, p: 1, eps: 0, swap: true, reduction: reduction).Evaluate(s_a, s_b, s_c),
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
            reduction =>
                Loss.TripletMarginWithDistance(distance: Distance.Cosine, margin: 0.5, swap: true, reduction: reduction)
                    .Evaluate(s_a, s_b, s_c),
            "tripletMarginWithDistance",
            [Distance.Cosine, 0.5, true, s_c, s_b, s_a]
        ),
        new(
            reduction =>
                Loss.TripletMarginWithDistance(Distance.Of<DiffTensor<double>>(Taxicab), reduction: reduction).Evaluate(s_a, s_b, s_c),
            "tripletMarginWithDistance",
            [Distance.Pairwise(p: 1, eps: 0), 1.0, false, s_c, s_b, s_a]
        ),
        new(
            reduction => Loss.MultiMargin(p: 2, margin: 0.5, classWeights: s_ofThree, reduction: reduction).Evaluate(s_a, new Labels(2, 0)),
            "multiMargin",
            [2, 0.5, (Weights)s_ofThree, new Labels(2, 0), s_a]
        ),
        new(
            reduction => Loss.MultiLabelMargin(reduction: reduction).Evaluate(s_a, new Labels([2, -1, 0, 1, 0, -1], [2, 3])),
            "multiLabelMargin",
            [new Labels([2, -1, 0, 1, 0, -1], [2, 3]), s_a]
        ),
        new(
            reduction => Loss.CTC(reduction: reduction).Evaluate(s_sequences, s_words, inputLengths: [3, 3], targetLengths: [2, 1]),
            "ctc",
            [new Dictionary<string, object>(), new[] { 3, 3 }, new[] { 2, 1 }, s_words, s_sequences]
        ),
        new(
            reduction => Loss.CTC(blank: 0, zeroInfinity: true, reduction: reduction).Evaluate(s_sequences, s_words, [1, 3], [2, 1]),
            "ctc",
            [new Dictionary<string, object> { ["zeroInfinity"] = true }, new[] { 1, 3 }, new[] { 2, 1 }, s_words, s_sequences]
        ),
        new(
            reduction =>
                Loss.LinearCrossEntropy(
                        classWeights: s_alike.ToArray().Select(Math.Abs).ToArray(),
                        ignoreIndex: 7,
                        labelSmoothing: 0.1,
                        chunk: 1,
                        reduction: reduction
                    )
                    .Evaluate(s_a, s_b, s_alike, new Labels(1, 7)),
            "linearCrossEntropy",
            [
                new Dictionary<string, object>
                {
                    ["classWeights"] = (Weights)new double[] { 1, 1 },
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
            reduction => Loss.Pointwise3(loss: new Weighted(), reduction: reduction).Evaluate(s_a, s_b, s_c),
            "pointwise3",
            [new Weighted(), s_c, s_b, s_a]
        ),
    ];

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

    /// <summary>Functions on tensors, with and without each option.</summary>
    internal static IEnumerable<(string Core, object[] Before, DiffTensor<double> Actual)> OfTwo(
        DiffTensor<double> x1,
        DiffTensor<double> x2
    ) =>
        [
            ("cosineSimilarity", [1, 1e-8], Similarity.CosineSimilarity(x1, x2)),
            ("cosineSimilarity", [0, 0.5], Similarity.CosineSimilarity(x1, x2, axis: 0, eps: 0.5)),
            ("pairwiseDistance", [2.0, 1e-6, false], Similarity.PairwiseDistance(x1, x2)),
            ("cosineDistance", [], Similarity.CosineDistance(x1, x2)),
            ("cdist", [2.0], Similarity.Cdist(x1, x2)),
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
