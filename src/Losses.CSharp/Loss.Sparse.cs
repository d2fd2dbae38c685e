using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Sparse.sparsemaxLoss"/>
    public static LossValues<T> SparsemaxLoss<T>(T logits, Labels labels)
        where T : ITensor<T> => Sparse.sparsemaxLoss(labels, logits);

    /// <inheritdoc cref="Sparse.sparsemaxLossWithProbabilities"/>
    public static LossValues<T> SparsemaxLoss<T>(T logits, T probabilities)
        where T : ITensor<T> => Sparse.sparsemaxLossWithProbabilities(probabilities, logits);

    /// <inheritdoc cref="Sparse.entmax15Loss"/>
    public static LossValues<T> Entmax15Loss<T>(T logits, Labels labels)
        where T : ITensor<T> => Sparse.entmax15Loss(labels, logits);

    /// <inheritdoc cref="Sparse.entmax15LossWithProbabilities"/>
    public static LossValues<T> Entmax15Loss<T>(T logits, T probabilities)
        where T : ITensor<T> => Sparse.entmax15LossWithProbabilities(probabilities, logits);
}
