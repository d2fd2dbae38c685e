using Losses.FSharp;
using Microsoft.FSharp.Core;

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

    /// <summary>Fenchel–Young loss of any maximum function: how much larger it is than what the target's scores sum to.</summary>
    /// <param name="scores">The shape of <paramref name="target"/>.</param>
    /// <param name="target">What is to be predicted: (…, C).</param>
    /// <param name="maxFunction">Ω*, of scores (…, C) one number for each row, convex: its slope is what is predicted.</param>
    /// <exception cref="ArgumentException">The shapes differ, or <paramref name="maxFunction"/> gives another shape than one number for each row.</exception>
    /// <remarks>Ω*(x) − t·x. Slope: ∇Ω*(x) − t. Source: Blondel, Martins and Niculae, JMLR 21 (2020) 1–69.</remarks>
    public static LossValues<T> FenchelYoung<T>(T scores, T target, Func<T, T> maxFunction)
        where T : ITensor<T>
    {
        ArgumentNullException.ThrowIfNull(maxFunction);
        return Sparse.fenchelYoung(FuncConvert.FromFunc(maxFunction), target, scores);
    }
}
