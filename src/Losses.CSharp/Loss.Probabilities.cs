using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Probabilities.generalizedKLDiv"/>
    public static LossValues<T> GeneralizedKLDiv<T>(T logProbabilities, T target)
        where T : ITensor<T> => Probabilities.generalizedKLDiv(target, logProbabilities);

    /// <inheritdoc cref="Probabilities.jensenShannon"/>
    public static LossValues<T> JensenShannon<T>(T probabilities, T target, double beta = Probabilities.JensenShannonBeta)
        where T : ITensor<T> => Probabilities.jensenShannon(beta, target, probabilities);

    /// <inheritdoc cref="Probabilities.totalVariationDistance"/>
    public static LossValues<T> TotalVariationDistance<T>(T probabilities, T target)
        where T : ITensor<T> => Probabilities.totalVariationDistance(target, probabilities);

    /// <inheritdoc cref="Probabilities.squaredHellinger"/>
    public static LossValues<T> SquaredHellinger<T>(T probabilities, T target)
        where T : ITensor<T> => Probabilities.squaredHellinger(target, probabilities);

    /// <inheritdoc cref="Probabilities.chiSquared"/>
    public static LossValues<T> ChiSquared<T>(T probabilities, T target, ChiSquaredKind kind)
        where T : ITensor<T> => Probabilities.chiSquared(kind, target, probabilities);

    /// <inheritdoc cref="Probabilities.alphaDivergence"/>
    public static LossValues<T> AlphaDivergence<T>(T probabilities, T target, double alpha)
        where T : ITensor<T> => Probabilities.alphaDivergence(alpha, target, probabilities);

    /// <inheritdoc cref="Probabilities.tsallisDivergence"/>
    public static LossValues<T> TsallisDivergence<T>(T probabilities, T target, double q)
        where T : ITensor<T> => Probabilities.tsallisDivergence(q, target, probabilities);

    /// <inheritdoc cref="Probabilities.renyiDivergence"/>
    public static LossValues<T> RenyiDivergence<T>(T probabilities, T target, double alpha)
        where T : ITensor<T> => Probabilities.renyiDivergence(alpha, target, probabilities);

    /// <inheritdoc cref="Probabilities.entropy"/>
    public static LossValues<T> Entropy<T>(T probabilities)
        where T : ITensor<T> => Probabilities.entropy(probabilities);

    /// <inheritdoc cref="Probabilities.entropyOfLogits"/>
    public static LossValues<T> EntropyOfLogits<T>(T logits, int classAxis)
        where T : ITensor<T> => Probabilities.entropyOfLogits(classAxis, logits);

    /// <inheritdoc cref="Probabilities.jensenShannonOfLogs"/>
    public static LossValues<T> JensenShannonOfLogs<T>(T logProbabilities, T logTarget, double beta = Probabilities.JensenShannonOfLogsBeta)
        where T : ITensor<T> => Probabilities.jensenShannonOfLogs(beta, logTarget, logProbabilities);
}
