using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Binary cross-entropy of probabilities, each logarithm clamped at −100.</summary>
    /// <param name="probabilities">In [0, 1]; any shape.</param>
    /// <param name="target">The probability of yes, in [0, 1]; the shape of <paramref name="probabilities"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <remarks>−t log p − (1 − t) log(1 − p), in nats. Where the logits are at hand, <see cref="BCEWithLogits"/> is exact for all of them.
    /// Source: torch.nn.BCELoss (PyTorch 2.10), whose clamps of value and slope it has.</remarks>
    public static LossValues<T> BCE<T>(T probabilities, T target)
        where T : ITensor<T> => Binary.bce(target, probabilities);

    /// <summary>Binary cross-entropy of logits: BCE ∘ σ, exact for every logit, the infinite ones included.</summary>
    /// <param name="logits">Any number; any shape.</param>
    /// <param name="target">The probability of yes, in [0, 1]; the shape of <paramref name="logits"/>.</param>
    /// <param name="posWeight">What a positive answer counts, of a shape that broadcasts to the target's, such as one per class; 1 by default.</param>
    /// <exception cref="ArgumentException">The shapes differ, or <paramref name="posWeight"/> does not broadcast.</exception>
    /// <remarks>w t softplus(−x) + (1 − t) softplus(x), in nats. Source: torch.nn.BCEWithLogitsLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> BCEWithLogits<T>(T logits, T target, Weights? posWeight = null)
        where T : ITensor<T> => Binary.balancedBceWithLogits(posWeight ?? Weights.None, target, logits);
}
