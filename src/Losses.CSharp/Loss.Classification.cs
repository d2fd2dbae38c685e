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
    /// <remarks>Source: torch.nn.NLLLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> NLL<T>(
        T logProbabilities,
        Labels labels,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> => Classification.nll(ClassOptions.Given(classWeights, ignoreIndex, classAxis), labels, logProbabilities);

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
    /// Source: torch.nn.CrossEntropyLoss (PyTorch 2.10); label smoothing: Szegedy et al. (2016).</remarks>
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
    /// <remarks>−Σ_c w_c t_c log p_c with p = softmax(x) and t = (1 − ε) target + ε / C, in nats. Source: torch.nn.CrossEntropyLoss (PyTorch 2.10).</remarks>
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

    /// <summary>Focal loss of logits with class labels: cross-entropy in which a row counts the less, the surer it is of its label.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="gamma">γ, at least 0: how much less an easy row counts; 2 by default, 0 is cross-entropy.</param>
    /// <param name="alpha">α, at least 0: what every row is multiplied by; 1 by default.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or
    /// a parameter is outside its range.</exception>
    /// <remarks>−α w_y (1 − p_y)^γ log p_y with p = softmax(x), in nats. Source: Lin et al., ICCV 2017.</remarks>
    public static LossValues<T> Focal<T>(
        T logits,
        Labels labels,
        double? gamma = null,
        double? alpha = null,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> => FSharp.Focal.focal(FocalOptions.Given(gamma, alpha, classWeights, ignoreIndex, classAxis), labels, logits);

    /// <summary>Focal loss of logits with class probabilities.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="probabilities">Of the classes, each row summing to 1; the shape of <paramref name="logits"/>.</param>
    /// <param name="gamma">γ, at least 0: how much less an easy class counts; 2 by default, 0 is cross-entropy.</param>
    /// <param name="alpha">α, at least 0: what every row is multiplied by; 1 by default.</param>
    /// <param name="classWeights">A weight per class; none by default. A mean still divides by the number of rows.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>−α Σ_c w_c t_c (1 − p_c)^γ log p_c with p = softmax(x), in nats. Source: Lin et al., ICCV 2017; keras.losses.CategoricalFocalCrossentropy
    /// (2025), whose α is 0.25 unless told otherwise.</remarks>
    public static LossValues<T> Focal<T>(
        T logits,
        T probabilities,
        double? gamma = null,
        double? alpha = null,
        Weights? classWeights = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        FSharp.Focal.focalWithProbabilities(FocalOptions.Given(gamma, alpha, classWeights, null, classAxis), probabilities, logits);

    /// <summary>Focal loss of yes-or-no answers: binary cross-entropy of logits in which an answer counts the less, the surer and righter it is.</summary>
    /// <param name="logits">Any number; any shape.</param>
    /// <param name="target">The probability of yes, in [0, 1]; the shape of <paramref name="logits"/>.</param>
    /// <param name="alpha">In [0, 1]: what a yes counts, where a no counts 1 − α; 0.25 by default. With ½ both count alike, a half each: twice the loss is
    /// optax's, which has no α.</param>
    /// <param name="gamma">γ, at least 0: how much less an easy answer counts; 2 by default, 0 is cross-entropy.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>(α t + (1 − α)(1 − t)) (1 − p_t)^γ bce(x, t) with p_t = p t + (1 − p)(1 − t) and p = σ(x), in nats. Source: Lin et al., ICCV 2017;
    /// torchvision.ops.sigmoid_focal_loss (2025).</remarks>
    public static LossValues<T> SigmoidFocal<T>(
        T logits,
        T target,
        double alpha = FSharp.Focal.SigmoidFocalAlpha,
        double gamma = FSharp.Focal.SigmoidFocalGamma
    )
        where T : ITensor<T> => FSharp.Focal.sigmoidFocal(alpha, gamma, target, logits);

    /// <summary>A loss of one's own of the softmax of logits and of labels: a struct with the term of a class; kernel and gradient follow from it.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="loss">The definition: of the target 1, its term of the label's class is the loss.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    public static LossValues<T> SoftmaxRows<L, T>(
        T logits,
        Labels labels,
        L loss,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where L : struct, ISoftmaxRows
        where T : ITensor<T> =>
        FSharp.SoftmaxRows.softmaxRows(loss, ClassOptions.Given(classWeights, ignoreIndex, classAxis), labels, logits);

    /// <summary>A loss of one's own of the softmax of logits and of a target for each of them: a struct with the term of a class; kernel and gradients follow
    /// from it.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="target">Any numbers, such as probabilities of the classes; the shape of <paramref name="logits"/>.</param>
    /// <param name="loss">The definition: the loss of a row is the sum of its terms.</param>
    /// <param name="classWeights">A weight per class; none by default. A mean still divides by the number of rows.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no classes.</exception>
    public static LossValues<T> SoftmaxRows<L, T>(T logits, T target, L loss, Weights? classWeights = null, int? classAxis = null)
        where L : struct, ISoftmaxRows
        where T : ITensor<T> =>
        FSharp.SoftmaxRows.softmaxRowsWithTargets(loss, ClassOptions.Given(classWeights, null, classAxis), target, logits);
}
