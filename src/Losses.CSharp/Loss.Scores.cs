using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Scores.crpsNormal"/>
    public static LossValues<T> CRPSNormal<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Scores.crpsNormal(scale, target, prediction);

    /// <inheritdoc cref="Scores.crpsLogistic"/>
    public static LossValues<T> CRPSLogistic<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Scores.crpsLogistic(scale, target, prediction);

    /// <inheritdoc cref="Scores.crpsLaplace"/>
    public static LossValues<T> CRPSLaplace<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Scores.crpsLaplace(scale, target, prediction);

    /// <inheritdoc cref="Scores.crpsExponential"/>
    public static LossValues<T> CRPSExponential<T>(T prediction, T target)
        where T : ITensor<T> => Scores.crpsExponential(target, prediction);

    /// <inheritdoc cref="Scores.crpsLogNormal"/>
    public static LossValues<T> CRPSLogNormal<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Scores.crpsLogNormal(scale, target, prediction);

    /// <inheritdoc cref="Scores.crpsUniform"/>
    public static LossValues<T> CRPSUniform<T>(T lower, T target, T upper)
        where T : ITensor<T> => Scores.crpsUniform(upper, target, lower);

    /// <inheritdoc cref="Scores.twcrpsNormal"/>
    public static LossValues<T> TwcrpsNormal<T>(
        T prediction,
        T target,
        T scale,
        double lower = Scores.TwcrpsNormalLower,
        double upper = Scores.TwcrpsNormalUpper
    )
        where T : ITensor<T> => Scores.twcrpsNormal(lower, upper, scale, target, prediction);

    /// <inheritdoc cref="Scores.twcrpsLogistic"/>
    public static LossValues<T> TwcrpsLogistic<T>(
        T prediction,
        T target,
        T scale,
        double lower = Scores.TwcrpsLogisticLower,
        double upper = Scores.TwcrpsLogisticUpper
    )
        where T : ITensor<T> => Scores.twcrpsLogistic(lower, upper, scale, target, prediction);

    /// <inheritdoc cref="Scores.intervalScore"/>
    public static LossValues<T> IntervalScore<T>(T lower, T target, T upper, double alpha = Scores.IntervalScoreAlpha)
        where T : ITensor<T> => Scores.intervalScore(alpha, upper, target, lower);

    /// <inheritdoc cref="Scores.dawidSebastiani"/>
    public static LossValues<T> DawidSebastiani<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Scores.dawidSebastiani(scale, target, prediction);

    /// <inheritdoc cref="Scores.brier"/>
    public static LossValues<T> Brier<T>(T probabilities, T target)
        where T : ITensor<T> => Scores.brier(target, probabilities);

    /// <inheritdoc cref="Scores.brierWithLogits"/>
    public static LossValues<T> BrierWithLogits<T>(T logits, T target)
        where T : ITensor<T> => Scores.brierWithLogits(target, logits);
}
