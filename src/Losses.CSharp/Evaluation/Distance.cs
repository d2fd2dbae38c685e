namespace Losses.CSharp;

/// <summary>A distance between vectors, for a triplet loss.</summary>
public abstract class Distance
{
    private protected Distance() { }

    /// <summary>The distances between the vectors of two tensors of one shape.</summary>
    public abstract T Between<T>(T x1, T x2)
        where T : ITensor<T>;

    /// <summary>1 − cos of the angle, along the last axis.</summary>
    public static Distance Cosine { get; } = new CosineDistance();

    /// <summary>‖x₁ − x₂ + ε‖ₚ along the last axis.</summary>
    /// <param name="p">The order of the norm: at least 0, infinity included.</param>
    /// <param name="eps">ε, added to every difference as PyTorch does; finite.</param>
    public static Distance Pairwise(double p = FSharp.Similarity.PairwiseDistanceP, double eps = FSharp.Similarity.PairwiseDistanceEps) =>
        new PairwiseDistance(p, eps);

    /// <summary>A distance of one's own, over one kind of tensor.</summary>
    /// <param name="distance">From two tensors of one shape, a distance each.</param>
    public static Distance Of<T>(Func<T, T, T> distance)
        where T : ITensor<T>
    {
        ArgumentNullException.ThrowIfNull(distance);
        return new OwnDistance<T>(distance);
    }

    private sealed class CosineDistance : Distance
    {
        public override T Between<T>(T x1, T x2) => FSharp.Embedding.cosineDistance(x2, x1);
    }

    private sealed class PairwiseDistance(double p, double eps) : Distance
    {
        public override T Between<T>(T x1, T x2) => FSharp.Similarity.pairwiseDistance(p, eps, false, x2, x1);
    }

    private sealed class OwnDistance<X>(Func<X, X, X> distance) : Distance
    {
        public override T Between<T>(T x1, T x2) =>
            x1 is X one && x2 is X two
                ? (T)(object)distance(one, two)!
                : throw new ArgumentException($"the distance is one of {typeof(X).Name}, but x1 is a {typeof(T).Name}.", nameof(x1));
    }
}
