using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Latents.vectorQuantization"/>
    public static LossValues<T> VectorQuantization<T>(
        T latents,
        T codebook,
        double commitment = Latents.VectorQuantizationCommitment,
        bool learned = Latents.VectorQuantizationLearned
    )
        where T : ITensor<T> => Latents.vectorQuantization(commitment, learned, codebook, latents);

    /// <inheritdoc cref="Latents.gradientPenalty"/>
    public static LossValues<T> GradientPenalty<T>(
        T gradients,
        double norm = Latents.GradientPenaltyNorm,
        bool oneSided = Latents.GradientPenaltyOneSided
    )
        where T : ITensor<T> => Latents.gradientPenalty(oneSided, norm, gradients);
}
