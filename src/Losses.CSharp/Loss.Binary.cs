using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Binary cross-entropy of probabilities, each logarithm clamped at −100.</summary>
    /// <param name="weights">What each element is multiplied by, of a shape that broadcasts to the target's; none by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>−t log p − (1 − t) log(1 − p), in nats. Where the logits are at hand, <see cref="BCEWithLogits"/> is exact for all of them.
    /// Source: torch.nn.BCELoss, whose clamps of value and slope it has.</remarks>
    public static TensorLoss BCE(Weights? weights = null, Reduction reduction = Reduction.Mean) =>
        Pointwise(default(BCE), weights, reduction);

    /// <summary>Binary cross-entropy of logits: BCE ∘ σ, exact for every logit, the infinite ones included.</summary>
    /// <param name="weights">What each element is multiplied by, of a shape that broadcasts to the target's; none by default.</param>
    /// <param name="posWeight">What a positive answer counts, of a shape that broadcasts to the target's, such as one a class; 1 by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>w t softplus(−x) + (1 − t) softplus(x), in nats. Source: torch.nn.BCEWithLogitsLoss.</remarks>
    public static TensorLoss BCEWithLogits(Weights? weights = null, Weights? posWeight = null, Reduction reduction = Reduction.Mean) =>
        posWeight is null or { IsNone: true }
            ? Pointwise(default(BCEWithLogits), weights, reduction)
            : new StructuredLoss<Balanced>(new(weights ?? Weights.None, posWeight), reduction);

    private readonly struct Balanced(Weights weights, Weights posWeight) : IStructured
    {
        public LossValues<T> Values<T>(T prediction, T target)
            where T : ITensor<T> => Reduce.weigh(weights, Binary.balancedBceWithLogits(posWeight, target, prediction));
    }
}
