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
            ("pairwiseDistance", [1.0, 0.0, true], Similarity.PairwiseDistance(x1, x2, p: 1, eps: 0, keepAxis: true)),
            ("pairwiseDistance", [double.PositiveInfinity, 1e-6, false], Similarity.PairwiseDistance(x1, x2, p: double.PositiveInfinity)),
        ];

    internal static IEnumerable<(string Core, object[] Before, DiffTensor<double> Actual)> OfOne(DiffTensor<double> logits) =>
        [
            ("sigmoid", [], Activations.Sigmoid(logits)),
            ("logSigmoid", [], Activations.LogSigmoid(logits)),
            ("softplus", [], Activations.Softplus(logits)),
            ("softmax", [1], Activations.Softmax(logits, 1)),
            ("softmax", [-2], Activations.Softmax(logits, axis: -2)),
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
