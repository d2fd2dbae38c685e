using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>The last linear layer and cross-entropy in one: never are all logits stored.</summary>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="classWeights">A weight per class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks a row to leave out; −100 by default.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes; 0 by default.</param>
    /// <param name="chunk">How many rows at a time, at most; at least 1. Of many classes it is fewer.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or
    /// <paramref name="labelSmoothing"/> is outside [0, 1], or <paramref name="chunk"/> is less than 1.</exception>
    /// <remarks>CrossEntropy(input · weightᵀ + bias), in nats. Source: torch.nn.functional.linear_cross_entropy.</remarks>
    public static LossValues<T> LinearCrossEntropy<T>(
        T input,
        T weight,
        T bias,
        Labels labels,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        double? labelSmoothing = null,
        int chunk = Vocabulary.LinearCrossEntropyChunk
    )
        where T : ITensor<T> =>
        Vocabulary.linearCrossEntropy(
            CrossEntropyOptions.Given(classWeights, ignoreIndex, labelSmoothing, null),
            chunk,
            labels,
            bias,
            weight,
            input
        );

    /// <summary>Cross-entropy under an adaptive softmax, over labels (N): the clusters that no label is in cost nothing.</summary>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="parameters">Cutoffs, head and clusters; tensors like any other, so that gradients by them follow.</param>
    /// <returns>Nats, one per label: minus what PyTorch calls the output.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>Source: Grave et al. (2017); torch.nn.AdaptiveLogSoftmaxWithLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> AdaptiveLogSoftmaxWithLoss<T>(T input, Labels labels, AdaptiveSoftmax<T> parameters)
        where T : ITensor<T> => Vocabulary.adaptiveLogSoftmaxWithLoss(parameters, labels, input);

    /// <summary>The logarithms of the probabilities of all classes under an adaptive softmax.</summary>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="parameters">Cutoffs, head and clusters.</param>
    /// <returns>(N, C), or (C).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static T AdaptiveLogProbabilities<T>(T input, AdaptiveSoftmax<T> parameters)
        where T : ITensor<T> => Vocabulary.adaptiveLogProbabilities(parameters, input);

    /// <summary>The last linear layers of a student and of its teacher and the Jensen–Shannon divergence of their softmaxes in one: the logits of some rows are
    /// computed, used, and forgotten.</summary>
    /// <param name="input">(N, D)</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="targetInput">The teacher's: (N, E)</param>
    /// <param name="targetWeight">The teacher's: (C, E)</param>
    /// <param name="beta">β, in [0, 1], as that of <c>JensenShannonOfLogits</c>.</param>
    /// <param name="chunk">How many rows at a time, at most; at least 1.</param>
    /// <param name="temperature">T, above 0: what the logits of both are divided by; 1 by default.</param>
    /// <param name="rescaled">Whether the loss is multiplied by T²; false by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is outside [0, 1], the temperature is not finite or not above 0, or <paramref name="chunk"/> is less than 1.</exception>
    /// <remarks>Nats, one for each row. Source: Liger-Kernel's LigerFusedLinearJSD (2024).</remarks>
    public static LossValues<T> LinearJensenShannon<T>(
        T input,
        T weight,
        T targetInput,
        T targetWeight,
        double beta = Vocabulary.LinearJensenShannonBeta,
        int chunk = Vocabulary.LinearJensenShannonChunk,
        double? temperature = null,
        bool? rescaled = null
    )
        where T : ITensor<T> =>
        Vocabulary.linearJensenShannon(
            DistillationOptions.Given(temperature, rescaled, null),
            beta,
            chunk,
            targetWeight,
            targetInput,
            weight,
            input
        );
}
