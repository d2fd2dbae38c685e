using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Tokens.dft"/>
    public static LossValues<T> DFT<T>(
        T logits,
        Labels labels,
        int ignoreIndex = Tokens.DftIgnoreIndex,
        int classAxis = Tokens.DftClassAxis
    )
        where T : ITensor<T> => Tokens.dft(ignoreIndex, classAxis, labels, logits);

    /// <inheritdoc cref="Tokens.zeroOne"/>
    public static LossValues<T> ZeroOne<T>(
        T logits,
        Labels labels,
        int ignoreIndex = Tokens.ZeroOneIgnoreIndex,
        int classAxis = Tokens.ZeroOneClassAxis
    )
        where T : ITensor<T> => Tokens.zeroOne(ignoreIndex, classAxis, labels, logits);

    /// <summary>The last linear layer, a soft cap of its logits, and cross-entropy in one: of the logits some rows are computed, used and forgotten.</summary>
    /// <param name="input">(N, D)</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="cap">How large a logit can become; above 0, infinite for none.</param>
    /// <param name="classWeights">A weight for each class, or none.</param>
    /// <param name="ignoreIndex">The label that marks a row to leave out; −100 by default.</param>
    /// <param name="labelSmoothing">This share of the loss is the mean over all classes, in [0, 1]; 0 by default.</param>
    /// <param name="chunk">How many rows at a time, at most; at least 1.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>crossEntropy(c tanh(x / c)) with x = input · weightᵀ + bias. Source: Gemma 2 (2024); Apple's cut_cross_entropy (2025).</remarks>
    public static LossValues<T> CappedLinearCrossEntropy<T>(
        T input,
        T weight,
        T bias,
        Labels labels,
        double cap = Tokens.CappedLinearCrossEntropyCap,
        Weights? classWeights = null,
        int? ignoreIndex = null,
        double? labelSmoothing = null,
        int chunk = Tokens.CappedLinearCrossEntropyChunk
    )
        where T : ITensor<T> =>
        Tokens.cappedLinearCrossEntropy(
            CrossEntropyOptions.Given(classWeights, ignoreIndex, labelSmoothing, null),
            cap,
            chunk,
            labels,
            bias,
            weight,
            input
        );

    /// <inheritdoc cref="Tokens.linearZLoss"/>
    public static LossValues<T> LinearZLoss<T>(
        T input,
        T weight,
        T bias,
        double cap = Tokens.LinearZLossCap,
        int chunk = Tokens.LinearZLossChunk
    )
        where T : ITensor<T> => Tokens.linearZLoss(cap, chunk, bias, weight, input);
}
