using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>CORAL: for each threshold between ordered classes the binary cross-entropy of whether the class is above it.</summary>
    /// <param name="logits">Of being above each threshold: (…, K − 1).</param>
    /// <param name="labels">Class indices, 0 to K − 1; the shape of <paramref name="logits"/> without the last axis.</param>
    /// <param name="importance">A weight for each threshold, (K − 1); none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>Σ_k λ_k (softplus(x_k) − 1{y &gt; k} x_k), in nats. Source: Cao, Mirjalili and Raschka, Pattern Recognit. Lett. 140 (2020) 325–331.</remarks>
    public static LossValues<T> Coral<T>(T logits, Labels labels, Weights? importance = null)
        where T : ITensor<T> => Ordinal.coral(importance ?? Weights.None, labels, logits);

    /// <inheritdoc cref="Ordinal.squaredEMD"/>
    public static LossValues<T> SquaredEMD<T>(T probabilities, T target)
        where T : ITensor<T> => Ordinal.squaredEMD(target, probabilities);

    /// <inheritdoc cref="Ordinal.rps"/>
    public static LossValues<T> RPS<T>(T probabilities, Labels labels)
        where T : ITensor<T> => Ordinal.rps(labels, probabilities);

    /// <inheritdoc cref="Ordinal.brierWithLabels"/>
    public static LossValues<T> BrierWithLabels<T>(T probabilities, Labels labels)
        where T : ITensor<T> => Ordinal.brierWithLabels(labels, probabilities);

    /// <inheritdoc cref="Ordinal.corn"/>
    public static LossValues<T> Corn<T>(T logits, Labels labels)
        where T : ITensor<T> => Ordinal.corn(labels, logits);

    /// <inheritdoc cref="Ordinal.proportionalOdds"/>
    public static LossValues<T> ProportionalOdds<T>(T scores, T cutPoints, Labels labels)
        where T : ITensor<T> => Ordinal.proportionalOdds(labels, cutPoints, scores);

    /// <inheritdoc cref="Ordinal.orderedProbit"/>
    public static LossValues<T> OrderedProbit<T>(T scores, T cutPoints, Labels labels)
        where T : ITensor<T> => Ordinal.orderedProbit(labels, cutPoints, scores);

    /// <inheritdoc cref="Ordinal.ordinalFocal"/>
    public static LossValues<T> OrdinalFocal<T>(
        T logits,
        Labels labels,
        double gamma = Ordinal.OrdinalFocalGamma,
        Weights? importance = null
    )
        where T : ITensor<T> => Ordinal.ordinalFocal(gamma, importance ?? Weights.None, labels, logits);
}
