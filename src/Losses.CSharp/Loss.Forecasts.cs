using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Forecasts.dawidSebastianiMultivariate"/>
    public static LossValues<T> DawidSebastianiMultivariate<T>(T prediction, T target, T covariance)
        where T : ITensor<T> => Forecasts.dawidSebastianiMultivariate(covariance, target, prediction);

    /// <inheritdoc cref="Forecasts.kernelScore"/>
    public static LossValues<T> KernelScore<T>(
        T ensemble,
        T target,
        double scale = Forecasts.KernelScoreScale,
        bool fair = Forecasts.KernelScoreFair
    )
        where T : ITensor<T> => Forecasts.kernelScore(scale, fair, target, ensemble);

    /// <inheritdoc cref="Forecasts.errorSpread"/>
    public static LossValues<T> ErrorSpread<T>(T ensemble, T target, int axis = Forecasts.ErrorSpreadAxis)
        where T : ITensor<T> => Forecasts.errorSpread(axis, target, ensemble);

    /// <inheritdoc cref="Forecasts.owcrpsEnsemble"/>
    public static LossValues<T> OWCRPSEnsemble<T>(
        T ensemble,
        T target,
        T targetWeights,
        T memberWeights,
        int axis = Forecasts.OWCRPSEnsembleAxis
    )
        where T : ITensor<T> => Forecasts.owcrpsEnsemble(axis, memberWeights, targetWeights, target, ensemble);
}
