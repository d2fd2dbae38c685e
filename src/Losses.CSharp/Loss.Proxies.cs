using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Proxies.normalizedSoftmax"/>
    public static LossValues<T> NormalizedSoftmax<T>(
        T embeddings,
        T proxies,
        Labels labels,
        double scale = Proxies.NormalizedSoftmaxScale,
        bool normalized = Proxies.NormalizedSoftmaxNormalized
    )
        where T : ITensor<T> => Proxies.normalizedSoftmax(scale, normalized, labels, proxies, embeddings);

    /// <inheritdoc cref="Proxies.adaCos"/>
    public static LossValues<T> AdaCos<T>(T embeddings, T proxies, Labels labels)
        where T : ITensor<T> => Proxies.adaCos(labels, proxies, embeddings);

    /// <inheritdoc cref="Proxies.arcFace"/>
    public static LossValues<T> ArcFace<T>(
        T embeddings,
        T proxies,
        Labels labels,
        double margin = Proxies.ArcFaceMargin,
        double scale = Proxies.ArcFaceScale,
        int subCenters = Proxies.ArcFaceSubCenters,
        bool easyMargin = Proxies.ArcFaceEasyMargin
    )
        where T : ITensor<T> => Proxies.arcFace(subCenters, easyMargin, margin, scale, labels, proxies, embeddings);

    /// <inheritdoc cref="Proxies.cosFace"/>
    public static LossValues<T> CosFace<T>(
        T embeddings,
        T proxies,
        Labels labels,
        double margin = Proxies.CosFaceMargin,
        double scale = Proxies.CosFaceScale
    )
        where T : ITensor<T> => Proxies.cosFace(margin, scale, labels, proxies, embeddings);

    /// <inheritdoc cref="Proxies.sphereFace"/>
    public static LossValues<T> SphereFace<T>(
        T embeddings,
        T proxies,
        Labels labels,
        int margin = Proxies.SphereFaceMargin,
        double scale = Proxies.SphereFaceScale
    )
        where T : ITensor<T> => Proxies.sphereFace(margin, scale, labels, proxies, embeddings);

    /// <inheritdoc cref="Proxies.largeMarginSoftmax"/>
    public static LossValues<T> LargeMarginSoftmax<T>(
        T embeddings,
        T proxies,
        Labels labels,
        int margin = Proxies.LargeMarginSoftmaxMargin,
        double scale = Proxies.LargeMarginSoftmaxScale
    )
        where T : ITensor<T> => Proxies.largeMarginSoftmax(margin, scale, labels, proxies, embeddings);

    /// <summary>MagFace: ArcFace whose margin grows with the length of the embedding, which is pulled to be long.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="scale">What cosines are multiplied by; 64 by default.</param>
    /// <param name="leastLength">The least length of an embedding that is told apart; 10 by default.</param>
    /// <param name="largestLength">The largest; 110 by default.</param>
    /// <param name="leastMargin">The margin of the least length, in radians; 0.45 by default.</param>
    /// <param name="largestMargin">That of the largest; 0.8 by default.</param>
    /// <param name="pull">What lengths are pulled by towards the largest; 35 by default.</param>
    /// <param name="easyMargin">Whether the margin is only added to angles that are acute; false by default.</param>
    /// <returns>Nats and the pull, one for each embedding.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, or an option is outside its range.</exception>
    /// <remarks>Source: Meng et al., CVPR 2021.</remarks>
    public static LossValues<T> MagFace<T>(
        T embeddings,
        T proxies,
        Labels labels,
        double? scale = null,
        double? leastLength = null,
        double? largestLength = null,
        double? leastMargin = null,
        double? largestMargin = null,
        double? pull = null,
        bool? easyMargin = null
    )
        where T : ITensor<T> =>
        Proxies.magFace(
            MagFaceOptions.Given(scale, leastLength, largestLength, leastMargin, largestMargin, pull, easyMargin),
            labels,
            proxies,
            embeddings
        );

    /// <inheritdoc cref="Proxies.proxyNCA"/>
    public static LossValues<T> ProxyNCA<T>(T embeddings, T proxies, Labels labels, double temperature = Proxies.ProxyNCATemperature)
        where T : ITensor<T> => Proxies.proxyNCA(temperature, labels, proxies, embeddings);

    /// <inheritdoc cref="Proxies.proxyAnchor"/>
    public static LossValues<T> ProxyAnchor<T>(
        T embeddings,
        T proxies,
        Labels labels,
        double alpha = Proxies.ProxyAnchorAlpha,
        double margin = Proxies.ProxyAnchorMargin
    )
        where T : ITensor<T> => Proxies.proxyAnchor(alpha, margin, labels, proxies, embeddings);

    /// <summary>SoftTriple: a softmax over classes of similarities that are themselves softmax-weighted over the centres of a class.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="proxies">(C K, D): the centres of class c are the rows from c K on.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="subCenters">How many centres each class has, K; 10 by default.</param>
    /// <param name="scale">What similarities are multiplied by; 20 by default.</param>
    /// <param name="gamma">γ, the temperature among the centres of a class; 0.1 by default.</param>
    /// <param name="margin">What the similarity to the own class is less; 0.01 by default.</param>
    /// <param name="tau">τ, what the distances between the centres of a class weigh; 0.2 by default.</param>
    /// <returns>Nats and the regulariser, one for each embedding.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, or an option is outside its range.</exception>
    /// <remarks>Source: Qian et al., ICCV 2019.</remarks>
    public static LossValues<T> SoftTriple<T>(
        T embeddings,
        T proxies,
        Labels labels,
        int? subCenters = null,
        double? scale = null,
        double? gamma = null,
        double? margin = null,
        double? tau = null
    )
        where T : ITensor<T> =>
        Proxies.softTriple(SoftTripleOptions.Given(subCenters, scale, gamma, margin, tau), labels, proxies, embeddings);

    /// <inheritdoc cref="Proxies.centerLoss"/>
    public static LossValues<T> CenterLoss<T>(T embeddings, T centers, Labels labels)
        where T : ITensor<T> => Proxies.centerLoss(labels, centers, embeddings);
}
