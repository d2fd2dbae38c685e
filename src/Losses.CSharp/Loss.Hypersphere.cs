using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Hypersphere.alignment"/>
    public static LossValues<T> Alignment<T>(
        T queries,
        T keys,
        double alpha = Hypersphere.AlignmentAlpha,
        bool normalized = Hypersphere.AlignmentNormalized
    )
        where T : ITensor<T> => Hypersphere.alignment(alpha, normalized, keys, queries);

    /// <inheritdoc cref="Hypersphere.uniformity"/>
    public static LossValues<T> Uniformity<T>(
        T embeddings,
        double t = Hypersphere.UniformityT,
        bool normalized = Hypersphere.UniformityNormalized
    )
        where T : ITensor<T> => Hypersphere.uniformity(t, normalized, embeddings);

    /// <inheritdoc cref="Hypersphere.koLeo"/>
    public static LossValues<T> KoLeo<T>(T embeddings, double eps = Hypersphere.KoLeoEps, bool normalized = Hypersphere.KoLeoNormalized)
        where T : ITensor<T> => Hypersphere.koLeo(eps, normalized, embeddings);

    /// <inheritdoc cref="Hypersphere.momentumContrast"/>
    public static LossValues<T> MomentumContrast<T>(
        T queries,
        T keys,
        T queue,
        double temperature = Hypersphere.MomentumContrastTemperature,
        bool normalized = Hypersphere.MomentumContrastNormalized
    )
        where T : ITensor<T> => Hypersphere.momentumContrast(temperature, normalized, queue, keys, queries);
}
