namespace Losses.CSharp;

/// <summary>Similarities and distances between vectors.</summary>
public static class Similarity
{
    /// <summary>The cosine of the angle between vectors along an axis.</summary>
    /// <param name="x1">Any shape.</param>
    /// <param name="x2">The shape of <paramref name="x1"/>.</param>
    /// <param name="axis">The axis the vectors lie along; a negative one counts from the last.</param>
    /// <param name="eps">ε, the least norm that is divided by; finite, at least 0.</param>
    /// <returns>The shape without the axis; in [−1, 1]. With a vector of zeros: 0, of slope 0.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis, or <paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>Source: torch.nn.CosineSimilarity (PyTorch 2.10).</remarks>
    public static T CosineSimilarity<T>(
        T x1,
        T x2,
        int axis = FSharp.Similarity.CosineSimilarityAxis,
        double eps = FSharp.Similarity.CosineSimilarityEps
    )
        where T : ITensor<T> => FSharp.Similarity.cosineSimilarity(axis, eps, x2, x1);

    /// <summary>The distance ‖x₁ − x₂ + ε‖ₚ between vectors along the last axis.</summary>
    /// <param name="x1">(D) or (…, D).</param>
    /// <param name="x2">The shape of <paramref name="x1"/>.</param>
    /// <param name="p">The order of the norm: at least 0, infinity included; 0 counts the components that differ.</param>
    /// <param name="eps">ε, added to every difference as PyTorch does; finite.</param>
    /// <param name="keepAxis">Whether the last axis stays, of length 1.</param>
    /// <returns>The shape without the last axis, or with 1 in its place.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is negative or NaN, or <paramref name="eps"/> is not finite.</exception>
    /// <remarks>Source: torch.nn.PairwiseDistance (PyTorch 2.10).</remarks>
    public static T PairwiseDistance<T>(
        T x1,
        T x2,
        double p = FSharp.Similarity.PairwiseDistanceP,
        double eps = FSharp.Similarity.PairwiseDistanceEps,
        bool keepAxis = FSharp.Similarity.PairwiseDistanceKeepAxis
    )
        where T : ITensor<T> => FSharp.Similarity.pairwiseDistance(p, eps, keepAxis, x2, x1);

    /// <summary>1 − cos of the angle between vectors along the last axis, without cancellation where they are nearly parallel.</summary>
    /// <param name="x1">(D) or (…, D).</param>
    /// <param name="x2">The shape of <paramref name="x1"/>.</param>
    /// <returns>The shape without the last axis; in [0, 2]. With a vector of zeros: 1, of slope 0.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static T CosineDistance<T>(T x1, T x2)
        where T : ITensor<T> => FSharp.Embedding.cosineDistance(x2, x1);

    /// <summary>The distances between every vector of one set and every vector of another.</summary>
    /// <param name="x1">(…, P, D), its leading axes those of <paramref name="x2"/>.</param>
    /// <param name="x2">(…, R, D).</param>
    /// <param name="p">The order of the norm: at least 0, infinity included; 0 counts the components that differ.</param>
    /// <returns>(…, P, R). Equal vectors have the distance 0, of slope 0.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is negative or NaN.</exception>
    /// <remarks>Source: torch.cdist.</remarks>
    public static T Cdist<T>(T x1, T x2, double p = FSharp.Similarity.DistanceP)
        where T : ITensor<T> => FSharp.Similarity.cdist(p, x2, x1);

    /// <summary>The distances between the vectors of one set, each pair once.</summary>
    /// <param name="x">(N, D).</param>
    /// <param name="p">The order of the norm: at least 0, infinity included; 0 counts the components that differ.</param>
    /// <returns>(N (N − 1) / 2): the pairs (0, 1), (0, 2), …, (1, 2), ….</returns>
    /// <exception cref="ArgumentException"><paramref name="x"/> is no matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is negative or NaN.</exception>
    /// <remarks>Source: torch.nn.functional.pdist (PyTorch 2.10).</remarks>
    public static T Pdist<T>(T x, double p = FSharp.Similarity.DistanceP)
        where T : ITensor<T> => FSharp.Similarity.pdist(p, x);

    /// <inheritdoc cref="FSharp.Boxes.pairwiseBoxIoU"/>
    public static T PairwiseBoxIoU<T>(
        T boxes1,
        T boxes2,
        BoxScore score = FSharp.Boxes.PairwiseBoxIoUScore,
        BoxForm form = FSharp.Boxes.PairwiseBoxIoUForm,
        double eps = FSharp.Boxes.PairwiseBoxIoUEps
    )
        where T : ITensor<T> => FSharp.Boxes.pairwiseBoxIoU(score, form, eps, boxes2, boxes1);
}
