using Losses.CSharp;
using Losses.FSharp;
using static TorchSharp.torch;
using Loss = Losses.CSharp.Loss;

namespace Losses.TorchSharp;

// PyTorch's criteria by their names, with the façade's parameters and its defaults: each is one of its losses. What is out of range is refused when a
// module is made, not at the first batch.

/// <summary>Absolute error. See <see cref="Loss.L1"/>.</summary>
public sealed class L1Loss(Reduction reduction = Reduction.Mean) : Criterion<L1>(new(), reduction, nameof(L1Loss));

/// <summary>Squared error. See <see cref="Loss.MSE"/>.</summary>
public sealed class MSELoss(Reduction reduction = Reduction.Mean) : Criterion<MSE>(new(), reduction, nameof(MSELoss));

/// <summary>Smooth L1. See <see cref="Loss.SmoothL1"/>.</summary>
public sealed class SmoothL1Loss(double beta = Regression.SmoothL1Beta, Reduction reduction = Reduction.Mean)
    : Criterion<SmoothL1>(new(beta), reduction, nameof(SmoothL1Loss));

/// <summary>Huber loss. See <see cref="Loss.Huber"/>.</summary>
public sealed class HuberLoss(double delta = Regression.HuberDelta, Reduction reduction = Reduction.Mean)
    : Criterion<Huber>(new(delta), reduction, nameof(HuberLoss));

/// <summary>Kullback–Leibler divergence. See <see cref="Loss.KLDiv"/>.</summary>
public sealed class KLDivLoss(bool logTarget = Divergence.KLDivLogTarget, Reduction reduction = Reduction.Mean)
    : Criterion((x, t) => Loss.KLDiv(x, t, logTarget).Reduce(reduction), nameof(KLDivLoss));

/// <summary>Soft margin loss. See <see cref="Loss.SoftMargin"/>.</summary>
public sealed class SoftMarginLoss(Reduction reduction = Reduction.Mean) : Criterion<SoftMargin>(new(), reduction, nameof(SoftMarginLoss));

/// <summary>Hinge embedding loss. See <see cref="Loss.HingeEmbedding"/>.</summary>
public sealed class HingeEmbeddingLoss(double margin = Margin.HingeEmbeddingMargin, Reduction reduction = Reduction.Mean)
    : Criterion<HingeEmbedding>(new(margin), reduction, nameof(HingeEmbeddingLoss));

/// <summary>Negative log-likelihood of counts. See <see cref="Loss.PoissonNLL"/>.</summary>
public sealed class PoissonNLLLoss(
    bool logInput = Likelihood.PoissonNLLLogInput,
    bool full = Likelihood.PoissonNLLFull,
    double eps = Likelihood.PoissonNLLEps,
    Reduction reduction = Reduction.Mean
) : Criterion<PoissonNLL>(new(logInput, full, eps), reduction, nameof(PoissonNLLLoss));

/// <summary>Gaussian negative log-likelihood of (input, target, variance). See <see cref="Loss.GaussianNLL"/>.</summary>
public sealed class GaussianNLLLoss(
    bool full = Likelihood.GaussianNLLFull,
    double eps = Likelihood.GaussianNLLEps,
    Reduction reduction = Reduction.Mean
) : TripleCriterion((x, t, variance) => Loss.GaussianNLL(x, t, variance, full, eps).Reduce(reduction), nameof(GaussianNLLLoss))
{
    private readonly GaussianNLL _checked = new(full, eps);
}

/// <summary>Margin ranking loss of (x1, x2, target). See <see cref="Loss.MarginRanking"/>.</summary>
public sealed class MarginRankingLoss(double margin = Margin.MarginRankingMargin, Reduction reduction = Reduction.Mean)
    : TripleCriterion((x1, x2, t) => Loss.MarginRanking(x1, x2, t, margin).Reduce(reduction), nameof(MarginRankingLoss))
{
    private readonly MarginRanking _checked = new(margin);
}

/// <summary>Cosine embedding loss of (x1, x2, target). See <see cref="Loss.CosineEmbedding"/>.</summary>
public sealed class CosineEmbeddingLoss(double margin = Embedding.CosineEmbeddingMargin, Reduction reduction = Reduction.Mean)
    : TripleCriterion((x1, x2, t) => Loss.CosineEmbedding(x1, x2, t, margin).Reduce(reduction), nameof(CosineEmbeddingLoss))
{
    private readonly double _checked = Embedding.checkCosineMargin(margin);
}

/// <summary>Triplet margin loss of (anchor, positive, negative). See <see cref="Loss.TripletMargin"/>.</summary>
public sealed class TripletMarginLoss(
    double? margin = null,
    double? p = null,
    double? eps = null,
    bool? swap = null,
    Reduction reduction = Reduction.Mean
)
    : TripleCriterion(
        (anchor, positive, negative) => Loss.TripletMargin(anchor, positive, negative, margin, p, eps, swap).Reduce(reduction),
        nameof(TripletMarginLoss)
    )
{
    private readonly TripletMargin _checked = new(margin, p, eps, swap);
}

/// <summary>Multi-label margin loss. See <see cref="Loss.MultiLabelMargin"/>.</summary>
public sealed class MultiLabelMarginLoss(Reduction reduction = Reduction.Mean)
    : LabelCriterion((x, labels) => Loss.MultiLabelMargin(x, labels).Reduce(reduction), nameof(MultiLabelMarginLoss));

/// <summary>Binary cross-entropy of probabilities. See <see cref="Loss.BCE"/>.</summary>
/// <param name="weights">What each element is multiplied by, the buffer <c>weight</c>; none by default.</param>
/// <param name="reduction">How the values become one.</param>
public sealed class BCELoss(Tensor? weights = null, Reduction reduction = Reduction.Mean) : WeightedCriterion(nameof(BCELoss), weights)
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        Torch.Loss((x, t) => Loss.BCE(x, t).Weighted(Weight(input)).Reduce(reduction), input, target);
}

/// <summary>Binary cross-entropy of logits. See <see cref="Loss.BCEWithLogits"/>.</summary>
/// <param name="weights">What each element is multiplied by, the buffer <c>weight</c>; none by default.</param>
/// <param name="posWeight">What a positive answer counts, the buffer <c>pos_weight</c>; 1 by default.</param>
/// <param name="reduction">How the values become one.</param>
public sealed class BCEWithLogitsLoss(Tensor? weights = null, Tensor? posWeight = null, Reduction reduction = Reduction.Mean)
    : WeightedCriterion(nameof(BCEWithLogitsLoss), weights, posWeight)
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        Torch.Loss((x, t) => Loss.BCEWithLogits(x, t, PosWeight(input)).Weighted(Weight(input)).Reduce(reduction), input, target);
}

/// <summary>Multi-label soft margin loss. See <see cref="Loss.MultiLabelSoftMargin"/>.</summary>
/// <param name="classWeights">A weight per class, the buffer <c>weight</c>; none by default.</param>
/// <param name="reduction">How the values become one.</param>
public sealed class MultiLabelSoftMarginLoss(Tensor? classWeights = null, Reduction reduction = Reduction.Mean)
    : WeightedCriterion(nameof(MultiLabelSoftMarginLoss), classWeights)
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        Torch.Loss((x, t) => Loss.MultiLabelSoftMargin(x, t, Weight(input)).Reduce(reduction), input, target);
}

/// <summary>Multi-class margin loss. See <see cref="Loss.MultiMargin"/>.</summary>
/// <param name="p">1 or 2.</param>
/// <param name="margin">The margin.</param>
/// <param name="classWeights">A weight per class, the buffer <c>weight</c>; none by default.</param>
/// <param name="reduction">How the values become one.</param>
public sealed class MultiMarginLoss(
    int p = Margin.MultiMarginP,
    double margin = Margin.MultiMarginMargin,
    Tensor? classWeights = null,
    Reduction reduction = Reduction.Mean
) : WeightedCriterion(nameof(MultiMarginLoss), classWeights)
{
    private readonly int _p = Margin.checkMultiMargin(p, margin);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        Torch.Loss((x, labels) => Loss.MultiMargin(x, labels, _p, margin, Weight(input)).Reduce(reduction), input, target);
}

/// <summary>Negative log-likelihood of class labels. See <see cref="Loss.NLL"/>.</summary>
/// <param name="classWeights">A weight per class, the buffer <c>weight</c>; none by default.</param>
/// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
/// <param name="reduction">How the values become one.</param>
public sealed class NLLLoss(Tensor? classWeights = null, int? ignoreIndex = null, Reduction reduction = Reduction.Mean)
    : WeightedCriterion(nameof(NLLLoss), classWeights)
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        Torch.Loss((x, labels) => Loss.NLL(x, labels, Weight(input), ignoreIndex).Reduce(reduction), input, target);
}

/// <summary>Cross-entropy of logits with class labels or, where the target is of the logits' data type, class probabilities. See
/// <see cref="Loss.CrossEntropy{T}(T, Labels, Weights?, int?, double?, int?)"/>.</summary>
/// <param name="classWeights">A weight per class, the buffer <c>weight</c>; none by default.</param>
/// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
/// <param name="labelSmoothing">ε in [0, 1]; 0 by default.</param>
/// <param name="reduction">How the values become one.</param>
public sealed class CrossEntropyLoss(
    Tensor? classWeights = null,
    int? ignoreIndex = null,
    double? labelSmoothing = null,
    Reduction reduction = Reduction.Mean
) : WeightedCriterion(nameof(CrossEntropyLoss), classWeights)
{
    private readonly CrossEntropy _checked = new(labelSmoothing: labelSmoothing);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return target.is_integral()
            ? Torch.Loss(
                (TorchTensor x, Labels labels) =>
                    Loss.CrossEntropy(x, labels, Weight(input), ignoreIndex, labelSmoothing).Reduce(reduction),
                input,
                target
            )
            : Torch.Loss(
                (TorchTensor x, TorchTensor p) => Loss.CrossEntropy(x, p, Weight(input), labelSmoothing).Reduce(reduction),
                input,
                target
            );
    }
}

/// <summary>Connectionist temporal classification of (log-probabilities, labels, input lengths, target lengths). See <see cref="Loss.CTC"/>.</summary>
/// <param name="blank">The class that stands for nothing; 0 by default.</param>
/// <param name="zeroInfinity">Whether a target that no path can spell counts 0 instead of +∞; false by default.</param>
/// <param name="reduction">How the values become one.</param>
public sealed class CTCLoss(int? blank = null, bool? zeroInfinity = null, Reduction reduction = Reduction.Mean)
    : nn.Module<Tensor, Tensor, Tensor, Tensor, Tensor>(nameof(CTCLoss))
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor logProbabilities, Tensor labels, Tensor inputLengths, Tensor targetLengths)
    {
        var inputs = Check.Lengths(inputLengths, nameof(inputLengths));
        var targets = Check.Lengths(targetLengths, nameof(targetLengths));
        return Torch.Loss((x, y) => Loss.CTC(x, y, inputs, targets, blank, zeroInfinity).Reduce(reduction), logProbabilities, labels);
    }
}
