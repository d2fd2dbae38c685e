using Losses.FSharp;
using Microsoft.FSharp.Core;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Cosine embedding loss: 1 − cos for t = 1, max(0, cos − margin) for t = −1; evaluated on (x1, x2, target).</summary>
    /// <param name="margin">In [−1, 1].</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is outside [−1, 1].</exception>
    /// <remarks>Source: torch.nn.CosineEmbeddingLoss.</remarks>
    public static TripleLoss CosineEmbedding(double margin = Embedding.CosineEmbeddingMargin, Reduction reduction = Reduction.Mean) =>
        new StructuredTripleLoss<CosineEmbeddingDefinition>(new(Embedding.checkCosineMargin(margin)), reduction);

    private readonly struct CosineEmbeddingDefinition(double margin) : ITriple
    {
        public LossValues<T> Values<T>(T first, T second, T third)
            where T : ITensor<T> => Embedding.cosineEmbedding(margin, third, second, first);
    }

    /// <summary>Triplet margin loss max(0, d(a, p) − d(a, n) + margin) with d(x, y) = ‖x − y + ε‖ₚ; evaluated on (anchor, positive, negative).</summary>
    /// <param name="margin">Finite, above 0; 1 by default.</param>
    /// <param name="p">The order of the norm: at least 0, infinity included; 2 by default.</param>
    /// <param name="eps">ε, added to every difference as PyTorch does; finite; 10⁻⁶ by default.</param>
    /// <param name="swap">Whether the negative's distance is the smaller of those from the anchor and from the positive; false by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/>, <paramref name="p"/> or <paramref name="eps"/> is out of range.</exception>
    /// <remarks>Source: Balntas et al. (2016); torch.nn.TripletMarginLoss.</remarks>
    public static TripleLoss TripletMargin(
        double? margin = null,
        double? p = null,
        double? eps = null,
        bool? swap = null,
        Reduction reduction = Reduction.Mean
    ) =>
        new StructuredTripleLoss<TripletDefinition>(
            new(
                new TripletMarginOptions(
                    margin ?? TripletMarginOptions.Default.Margin,
                    p ?? TripletMarginOptions.Default.P,
                    eps ?? TripletMarginOptions.Default.Eps,
                    swap ?? TripletMarginOptions.Default.Swap
                ).Checked()
            ),
            reduction
        );

    private readonly struct TripletDefinition(TripletMarginOptions options) : ITriple
    {
        public LossValues<T> Values<T>(T first, T second, T third)
            where T : ITensor<T> => Embedding.tripletMargin(options, third, second, first);

        public VectorRows? Kernel() => Embedding.tripletMarginKernel(options);
    }

    /// <summary>Triplet margin loss with any distance; evaluated on (anchor, positive, negative).</summary>
    /// <param name="distance">A named distance, or <see cref="Distance.Of{T}"/> a function.</param>
    /// <param name="margin">Finite, above 0.</param>
    /// <param name="swap">Whether the negative's distance is the smaller of those from the anchor and from the positive.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not above 0 or not finite.</exception>
    /// <remarks>Source: torch.nn.TripletMarginWithDistanceLoss.</remarks>
    public static TripleLoss TripletMarginWithDistance(
        Distance distance,
        double margin = Embedding.TripletMarginWithDistanceMargin,
        bool swap = Embedding.TripletMarginWithDistanceSwap,
        Reduction reduction = Reduction.Mean
    )
    {
        ArgumentNullException.ThrowIfNull(distance);
        return new StructuredTripleLoss<DistanceDefinition>(new(distance, Embedding.checkTripletMargin(margin), swap), reduction);
    }

    private readonly struct DistanceDefinition(Distance distance, double margin, bool swap) : ITriple
    {
        public LossValues<T> Values<T>(T first, T second, T third)
            where T : ITensor<T> =>
            Embedding.tripletMarginWithDistance(FuncConvert.FromFunc<T, T, T>(distance.Between), margin, swap, third, second, first);
    }
}
