using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Soft margin loss log(1 + e^(−t x)) of an answer t = ±1.</summary>
    /// <param name="prediction">Any number; any shape.</param>
    /// <param name="target">−1 or 1; the shape of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <remarks>In nats. Source: torch.nn.SoftMarginLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> SoftMargin<T>(T prediction, T target)
        where T : ITensor<T> => Binary.softMargin(target, prediction);

    /// <summary>Hinge embedding loss: x for t = 1, max(0, margin − x) for t = −1.</summary>
    /// <param name="prediction">Distances; any shape.</param>
    /// <param name="target">1 for alike, −1 for not; the shape of <paramref name="prediction"/>.</param>
    /// <param name="margin">Finite.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
    /// <remarks>Source: torch.nn.HingeEmbeddingLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> HingeEmbedding<T>(T prediction, T target, double margin = Margin.HingeEmbeddingMargin)
        where T : ITensor<T> => Margin.hingeEmbedding(margin, target, prediction);

    /// <summary>Margin ranking loss max(0, −t (x₁ − x₂) + margin): which of two scores should be the larger.</summary>
    /// <param name="x1">The first scores; any shape.</param>
    /// <param name="x2">The second scores; the shape of <paramref name="x1"/>.</param>
    /// <param name="target">1 where the first should be larger, −1 where the second; the shape of <paramref name="x1"/>.</param>
    /// <param name="margin">Finite.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
    /// <remarks>Source: torch.nn.MarginRankingLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> MarginRanking<T>(T x1, T x2, T target, double margin = Margin.MarginRankingMargin)
        where T : ITensor<T> => Margin.marginRanking(margin, target, x2, x1);

    /// <summary>Multi-class margin loss Σ_{j≠y} w_y max(0, margin − x_y + x_j)ᵖ / C.</summary>
    /// <param name="prediction">Scores: (C) or (N, C).</param>
    /// <param name="labels">Class indices: () or (N).</param>
    /// <param name="p">1 or 2: the power of what is lacking.</param>
    /// <param name="margin">Finite.</param>
    /// <param name="classWeights">A weight per class, of the label's; none by default. A mean still divides by N.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where. Or <paramref name="p"/> is neither 1 nor 2, or
    /// <paramref name="margin"/> is not finite.</exception>
    /// <remarks>Source: torch.nn.MultiMarginLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> MultiMargin<T>(
        T prediction,
        Labels labels,
        int p = Margin.MultiMarginP,
        double margin = Margin.MultiMarginMargin,
        Weights? classWeights = null
    )
        where T : ITensor<T> => Margin.multiMargin(p, margin, classWeights ?? Weights.None, labels, prediction);

    /// <summary>Multi-label margin loss Σ_y Σ_j max(0, 1 − (x_y − x_j)) / C, over labels y and classes j that are none.</summary>
    /// <param name="prediction">Scores: (C) or (N, C).</param>
    /// <param name="labels">The shape of <paramref name="prediction"/>: class indices, and after the last of a row −1.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is neither a class nor −1; it says which, where.</exception>
    /// <remarks>Source: torch.nn.MultiLabelMarginLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> MultiLabelMargin<T>(T prediction, Labels labels)
        where T : ITensor<T> => Margin.multiLabelMargin(labels, prediction);

    /// <summary>Multi-label soft margin loss: the mean over the classes of each one's binary cross-entropy of logits.</summary>
    /// <param name="logits">(C) or (…, C).</param>
    /// <param name="target">The probability of each class, in [0, 1]; the shape of <paramref name="logits"/>.</param>
    /// <param name="classWeights">A weight per class; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <remarks>In nats. Source: torch.nn.MultiLabelSoftMarginLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> MultiLabelSoftMargin<T>(T logits, T target, Weights? classWeights = null)
        where T : ITensor<T> => Margin.multiLabelSoftMargin(classWeights ?? Weights.None, target, logits);
}
