using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Negative log-likelihood: minus the logarithm of the probability given to the label's class.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities, as a log-softmax gives: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logProbabilities"/> without the class axis.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    /// <remarks>Source: torch.nn.NLLLoss.</remarks>
    public static LossValues<T> NLL<T>(
        T logProbabilities,
        Labels labels,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> => Classification.nll(NLLOptions.Given(classWeights, ignoreIndex, classAxis), labels, logProbabilities);

    /// <summary>Cross-entropy of logits with class labels: NLL ∘ LogSoftmax.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes; 0 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or
    /// <paramref name="labelSmoothing"/> is outside [0, 1].</exception>
    /// <remarks>(1 − ε)(−w_y log p_y) + (ε / C) Σ_c (−w_c log p_c) with p = softmax(x), in nats.
    /// Source: torch.nn.CrossEntropyLoss; label smoothing: Szegedy et al. (2016).</remarks>
    public static LossValues<T> CrossEntropy<T>(
        T logits,
        Labels labels,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        double? labelSmoothing = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Classification.crossEntropy(CrossEntropyOptions.Given(classWeights, ignoreIndex, labelSmoothing, classAxis), labels, logits);

    /// <summary>Cross-entropy of logits with class probabilities.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="probabilities">Of the classes, each row summing to 1; the shape of <paramref name="logits"/>.</param>
    /// <param name="classWeights">A weight per class; none by default. A mean still divides by the number of rows, as PyTorch's does.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes; 0 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is outside [0, 1].</exception>
    /// <remarks>−Σ_c w_c t_c log p_c with p = softmax(x) and t = (1 − ε) target + ε / C, in nats. Source: torch.nn.CrossEntropyLoss.</remarks>
    public static LossValues<T> CrossEntropy<T>(
        T logits,
        T probabilities,
        Weights? classWeights = null,
        double? labelSmoothing = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Classification.crossEntropyWithProbabilities(
            CrossEntropyOptions.Given(classWeights, null, labelSmoothing, classAxis),
            probabilities,
            logits
        );
}
