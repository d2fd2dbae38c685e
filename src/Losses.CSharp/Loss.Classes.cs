using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Poly-1 loss of class labels: cross-entropy whose first term in what a probability lacks of 1 counts more, or less.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="epsilon">ε, finite; 0 is cross-entropy.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or ε is not finite.</exception>
    /// <remarks>w_y (−log p_y + ε (1 − p_y)) with p = softmax(x), in nats. Source: Leng et al., PolyLoss, ICLR 2022; optax.losses.poly_loss_cross_entropy (2024).</remarks>
    public static LossValues<T> Poly1<T>(
        T logits,
        Labels labels,
        double epsilon = Classes.Poly1Epsilon,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> => Classes.poly1(epsilon, ClassOptions.Given(classWeights, ignoreIndex, classAxis), labels, logits);

    /// <summary>Poly-1 loss of class probabilities.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="probabilities">Of the classes, at least 0, each row summing to 1; the shape of <paramref name="logits"/>.</param>
    /// <param name="epsilon">ε, finite; 0 is cross-entropy.</param>
    /// <param name="classWeights">A weight per class; none by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or ε is not finite.</exception>
    /// <remarks>Σ_c w_c t_c (−log p_c + ε (1 − p_c)) with p = softmax(x), in nats. Source: Leng et al., PolyLoss, ICLR 2022.</remarks>
    public static LossValues<T> Poly1<T>(
        T logits,
        T probabilities,
        double epsilon = Classes.Poly1Epsilon,
        Weights? classWeights = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Classes.poly1WithProbabilities(epsilon, ClassOptions.Given(classWeights, null, classAxis), probabilities, logits);

    /// <summary>Generalised cross-entropy: between cross-entropy and the absolute error, so that wrong labels count less.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="q">Above 0, at most 1: next to 0 cross-entropy, 1 the absolute error 1 − p.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or q is outside its range.</exception>
    /// <remarks>w_y (1 − p_y^q) / q with p = softmax(x). Source: Zhang and Sabuncu, NeurIPS 2018.</remarks>
    public static LossValues<T> GeneralizedCrossEntropy<T>(
        T logits,
        Labels labels,
        double q = Classes.GeneralizedCrossEntropyQ,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Classes.generalizedCrossEntropy(q, ClassOptions.Given(classWeights, ignoreIndex, classAxis), labels, logits);

    /// <summary>Symmetric cross-entropy: cross-entropy and the reverse one, which wrong labels disturb less.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="alpha">α, finite, at least 0: of the cross-entropy.</param>
    /// <param name="beta">β, finite, at least 0: of the reverse cross-entropy.</param>
    /// <param name="logZero">A, finite, at most 0: what stands for log 0.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>w_y (−α log p_y − β A (1 − p_y)) with p = softmax(x). Source: Wang et al., ICCV 2019.</remarks>
    public static LossValues<T> SymmetricCrossEntropy<T>(
        T logits,
        Labels labels,
        double alpha = Classes.SymmetricCrossEntropyAlpha,
        double beta = Classes.SymmetricCrossEntropyBeta,
        double logZero = Classes.SymmetricCrossEntropyLogZero,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Classes.symmetricCrossEntropy(alpha, beta, logZero, ClassOptions.Given(classWeights, ignoreIndex, classAxis), labels, logits);

    /// <summary>Cross-entropy of logits adjusted by how frequent the classes are, for long tails: with τ = 1 and counts for the prior the balanced softmax.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="prior">How frequent each class is, above 0, on any scale: (C).</param>
    /// <param name="tau">τ, finite: how much of the prior's logarithm is added.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="labelSmoothing">In [0, 1]; 0 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>Cross-entropy of x + τ log prior, in nats. Source: Menon et al., ICLR 2021; Ren et al., NeurIPS 2020.</remarks>
    public static LossValues<T> LogitAdjustment<T>(
        T logits,
        Labels labels,
        Weights prior,
        double tau = Classes.LogitAdjustmentTau,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        double? labelSmoothing = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Classes.logitAdjustment(
            tau,
            prior,
            CrossEntropyOptions.Given(classWeights, ignoreIndex, labelSmoothing, classAxis),
            labels,
            logits
        );

    /// <summary>LDAM: cross-entropy in which the label's logit gives a margin away, the larger the rarer its class.</summary>
    /// <param name="logits">Any numbers, cosines in the paper: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="counts">How often each class occurs, above 0: (C).</param>
    /// <param name="margin">μ, above 0: the margin of the rarest class; 0.5 by default.</param>
    /// <param name="scale">s, above 0: what the logits are multiplied by afterwards; 30 by default.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="labelSmoothing">ε in [0, 1]; 0 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>Cross-entropy of s (x − m_y 1{c = y}) with m_c = μ (n_min / n_c)^¼, in nats. Source: Cao et al., NeurIPS 2019.</remarks>
    public static LossValues<T> LDAM<T>(
        T logits,
        Labels labels,
        Weights counts,
        double margin = Classes.LDAMMargin,
        double scale = Classes.LDAMScale,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        double? labelSmoothing = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Classes.ldam(
            margin,
            scale,
            counts,
            CrossEntropyOptions.Given(classWeights, ignoreIndex, labelSmoothing, classAxis),
            labels,
            logits
        );

    /// <inheritdoc cref="Classes.zLoss"/>
    public static LossValues<T> ZLoss<T>(T logits, int classAxis)
        where T : ITensor<T> => Classes.zLoss(classAxis, logits);
}
