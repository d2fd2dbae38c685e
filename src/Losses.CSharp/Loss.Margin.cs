using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Soft margin loss log(1 + e^(−t x)) of an answer t = ±1.</summary>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>In nats. Source: torch.nn.SoftMarginLoss.</remarks>
    public static TensorLoss SoftMargin(Reduction reduction = Reduction.Mean) => Pointwise(default(SoftMargin), reduction);

    /// <summary>Hinge embedding loss: x for t = 1, max(0, margin − x) for t = −1.</summary>
    /// <param name="margin">Finite.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
    /// <remarks>Source: torch.nn.HingeEmbeddingLoss.</remarks>
    public static TensorLoss HingeEmbedding(double margin = Margin.HingeEmbeddingMargin, Reduction reduction = Reduction.Mean) =>
        Pointwise(FSharp.HingeEmbedding.Of(margin), reduction);

    /// <summary>Margin ranking loss max(0, −t (x₁ − x₂) + margin); evaluated on (x1, x2, target).</summary>
    /// <param name="margin">Finite.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
    /// <remarks>The target is 1 where the first should be larger, −1 where the second. Source: torch.nn.MarginRankingLoss.</remarks>
    public static TripleLoss MarginRanking(double margin = Margin.MarginRankingMargin, Reduction reduction = Reduction.Mean) =>
        new StructuredTripleLoss<MarginRankingDefinition>(new(FSharp.MarginRanking.Of(margin)), reduction);

    private readonly struct MarginRankingDefinition(MarginRanking loss) : ITriple
    {
        public LossValues<T> Values<T>(T first, T second, T third)
            where T : ITensor<T> => Margin.marginRanking(loss.Margin, third, second, first);
    }

    /// <summary>Multi-class margin loss Σ_{j≠y} w_y max(0, margin − x_y + x_j)ᵖ / C.</summary>
    /// <param name="p">1 or 2: the power of what is lacking.</param>
    /// <param name="margin">Finite.</param>
    /// <param name="classWeights">A weight a class, of the label's; none by default.</param>
    /// <param name="reduction">How the values become one; a mean divides by N.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is neither 1 nor 2, or <paramref name="margin"/> is not finite.</exception>
    /// <remarks>Source: torch.nn.MultiMarginLoss.</remarks>
    public static LabelLoss MultiMargin(
        int p = Margin.MultiMarginP,
        double margin = Margin.MultiMarginMargin,
        Weights? classWeights = null,
        Reduction reduction = Reduction.Mean
    ) =>
        new StructuredLabelLoss<MultiMarginDefinition>(
            new(Margin.checkMultiMargin(p, margin), margin, classWeights ?? Weights.None),
            reduction
        );

    private readonly struct MultiMarginDefinition(int p, double margin, Weights classWeights) : ILabelled
    {
        public LossValues<T> Values<T>(T prediction, Labels labels)
            where T : ITensor<T> => Margin.multiMargin(p, margin, classWeights, labels, prediction);
    }

    /// <summary>Multi-label margin loss Σ_y Σ_j max(0, 1 − (x_y − x_j)) / C, over labels y and classes j that are none; the labels of a row end with −1.</summary>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>Source: torch.nn.MultiLabelMarginLoss.</remarks>
    public static LabelLoss MultiLabelMargin(Reduction reduction = Reduction.Mean) =>
        new StructuredLabelLoss<MultiLabelMarginDefinition>(default, reduction);

    private readonly struct MultiLabelMarginDefinition : ILabelled
    {
        public LossValues<T> Values<T>(T prediction, Labels labels)
            where T : ITensor<T> => Margin.multiLabelMargin(labels, prediction);
    }

    /// <summary>Multi-label soft margin loss: the mean over the classes of each one's binary cross-entropy of logits.</summary>
    /// <param name="classWeights">A weight a class; none by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>In nats. Source: torch.nn.MultiLabelSoftMarginLoss.</remarks>
    public static TensorLoss MultiLabelSoftMargin(Weights? classWeights = null, Reduction reduction = Reduction.Mean) =>
        new StructuredLoss<MultiLabelSoftMarginDefinition>(new(classWeights ?? Weights.None), reduction);

    private readonly struct MultiLabelSoftMarginDefinition(Weights classWeights) : IStructured
    {
        public LossValues<T> Values<T>(T prediction, T target)
            where T : ITensor<T> => Margin.multiLabelSoftMargin(classWeights, target, prediction);
    }
}
