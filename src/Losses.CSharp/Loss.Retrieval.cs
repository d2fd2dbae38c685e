using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Retrieval.bpr"/>
    public static LossValues<T> BPR<T>(T positive, T negative)
        where T : ITensor<T> => Retrieval.bpr(negative, positive);

    /// <inheritdoc cref="Retrieval.warp"/>
    public static LossValues<T> WARP<T>(
        T positive,
        T negative,
        int[] ranks,
        double margin = Retrieval.WARPMargin,
        RankWeight form = Retrieval.WARPForm
    )
        where T : ITensor<T> => Retrieval.warp(form, margin, ranks, negative, positive);

    /// <inheritdoc cref="Retrieval.sampledSoftmax"/>
    public static LossValues<T> SampledSoftmax<T>(
        T positive,
        T negative,
        Weights? positiveCounts = null,
        Weights? negativeCounts = null,
        Weights? mask = null
    )
        where T : ITensor<T> =>
        Retrieval.sampledSoftmax(positiveCounts ?? Weights.None, negativeCounts ?? Weights.None, mask ?? Weights.None, negative, positive);

    /// <inheritdoc cref="Retrieval.noiseContrastive"/>
    public static LossValues<T> NoiseContrastive<T>(T positive, T negative, Weights? positiveCounts = null, Weights? negativeCounts = null)
        where T : ITensor<T> =>
        Retrieval.noiseContrastive(positiveCounts ?? Weights.None, negativeCounts ?? Weights.None, negative, positive);

    /// <inheritdoc cref="Retrieval.selfAdversarial"/>
    public static LossValues<T> SelfAdversarial<T>(
        T positive,
        T negative,
        double margin = Retrieval.SelfAdversarialMargin,
        double temperature = Retrieval.SelfAdversarialTemperature
    )
        where T : ITensor<T> => Retrieval.selfAdversarial(margin, temperature, negative, positive);

    /// <inheritdoc cref="Retrieval.rotate"/>
    public static LossValues<T> Rotate<T>(T head, T tail, T phase)
        where T : ITensor<T> => Retrieval.rotate(phase, tail, head);
}
