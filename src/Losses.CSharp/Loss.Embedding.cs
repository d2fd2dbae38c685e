using Losses.FSharp;
using Microsoft.FSharp.Core;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Cosine embedding loss: 1 − cos for t = 1, max(0, cos − margin) for t = −1.</summary>
    /// <param name="x1">(N, D), or (D) for one pair.</param>
    /// <param name="x2">The shape of <paramref name="x1"/>.</param>
    /// <param name="target">1 for alike, −1 for not: (N), or a scalar for one pair.</param>
    /// <param name="margin">In [−1, 1]: the cosine that pairs that are not alike may have.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is outside [−1, 1].</exception>
    /// <remarks>Source: torch.nn.CosineEmbeddingLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> CosineEmbedding<T>(T x1, T x2, T target, double margin = Embedding.CosineEmbeddingMargin)
        where T : ITensor<T> => Embedding.cosineEmbedding(margin, target, x2, x1);

    /// <summary>Triplet margin loss max(0, d(a, p) − d(a, n) + margin) with d(x, y) = ‖x − y + ε‖ₚ.</summary>
    /// <param name="anchor">(D) or (N, D).</param>
    /// <param name="positive">The shape of <paramref name="anchor"/>.</param>
    /// <param name="negative">The shape of <paramref name="anchor"/>.</param>
    /// <param name="margin">Finite, above 0; 1 by default.</param>
    /// <param name="p">The order of the norm: at least 0, infinity included; 2 by default.</param>
    /// <param name="eps">ε, added to every difference as PyTorch does; finite; 10⁻⁶ by default.</param>
    /// <param name="swap">Whether the negative's distance is the smaller of those from the anchor and from the positive; false by default.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/>, <paramref name="p"/> or <paramref name="eps"/> is out of range.</exception>
    /// <remarks>Source: Balntas et al. (2016); torch.nn.TripletMarginLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> TripletMargin<T>(
        T anchor,
        T positive,
        T negative,
        double? margin = null,
        double? p = null,
        double? eps = null,
        bool? swap = null
    )
        where T : ITensor<T> => Embedding.tripletMargin(TripletMarginOptions.Given(margin, p, eps, swap), negative, positive, anchor);

    /// <summary>Triplet margin loss with any distance.</summary>
    /// <param name="anchor">Any shape that the distance takes.</param>
    /// <param name="positive">The shape of <paramref name="anchor"/>.</param>
    /// <param name="negative">The shape of <paramref name="anchor"/>.</param>
    /// <param name="distance">From two tensors of one shape, a distance each, such as <see cref="Similarity.CosineDistance"/>.</param>
    /// <param name="margin">Finite, above 0.</param>
    /// <param name="swap">Whether the negative's distance is the smaller of those from the anchor and from the positive.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not above 0 or not finite.</exception>
    /// <remarks>Source: torch.nn.TripletMarginWithDistanceLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> TripletMarginWithDistance<T>(
        T anchor,
        T positive,
        T negative,
        Func<T, T, T> distance,
        double margin = Embedding.TripletMarginWithDistanceMargin,
        bool swap = Embedding.TripletMarginWithDistanceSwap
    )
        where T : ITensor<T>
    {
        ArgumentNullException.ThrowIfNull(distance);
        return Embedding.tripletMarginWithDistance(FuncConvert.FromFunc(distance), margin, swap, negative, positive, anchor);
    }
}
