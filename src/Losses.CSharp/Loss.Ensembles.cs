using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Ensembles.crpsEnsemble"/>
    public static LossValues<T> CRPSEnsemble<T>(
        T ensemble,
        T target,
        bool fair = Ensembles.CRPSEnsembleFair,
        int axis = Ensembles.CRPSEnsembleAxis
    )
        where T : ITensor<T> => Ensembles.crpsEnsemble(fair, axis, target, ensemble);

    /// <inheritdoc cref="Ensembles.twcrpsEnsemble"/>
    public static LossValues<T> TwCRPSEnsemble<T>(
        T ensemble,
        T target,
        double lower = Ensembles.TwcrpsEnsembleLower,
        double upper = Ensembles.TwcrpsEnsembleUpper,
        bool fair = Ensembles.TwcrpsEnsembleFair,
        int axis = Ensembles.TwcrpsEnsembleAxis
    )
        where T : ITensor<T> => Ensembles.twcrpsEnsemble(lower, upper, fair, axis, target, ensemble);

    /// <inheritdoc cref="Ensembles.energyScore"/>
    public static LossValues<T> EnergyScore<T>(
        T ensemble,
        T target,
        double beta = Ensembles.EnergyScoreBeta,
        bool fair = Ensembles.EnergyScoreFair
    )
        where T : ITensor<T> => Ensembles.energyScore(beta, fair, target, ensemble);

    /// <inheritdoc cref="Ensembles.variogramScore"/>
    public static LossValues<T> VariogramScore<T>(T ensemble, T target, double p = Ensembles.VariogramScoreP, Weights? weights = null)
        where T : ITensor<T> => Ensembles.variogramScore(p, weights ?? Weights.None, target, ensemble);

    /// <inheritdoc cref="Ensembles.dawidSebastianiEnsemble"/>
    public static LossValues<T> DawidSebastianiEnsemble<T>(T ensemble, T target, bool unbiased = Ensembles.DawidSebastianiEnsembleUnbiased)
        where T : ITensor<T> => Ensembles.dawidSebastianiEnsemble(unbiased, target, ensemble);

    /// <inheritdoc cref="Ensembles.weightedIntervalScore"/>
    public static LossValues<T> WeightedIntervalScore<T>(
        T median,
        T target,
        T lower,
        T upper,
        double[] alphas,
        Weights? weights = null,
        double medianWeight = Ensembles.WeightedIntervalScoreMedianWeight
    )
        where T : ITensor<T> =>
        Ensembles.weightedIntervalScore(alphas, weights ?? Weights.None, medianWeight, upper, lower, target, median);

    /// <inheritdoc cref="Ensembles.quantileHuberPairwise"/>
    public static LossValues<T> QuantileHuberPairwise<T>(
        T prediction,
        T target,
        double kappa = Ensembles.QuantileHuberPairwiseKappa,
        double[]? levels = null
    )
        where T : ITensor<T> => Ensembles.quantileHuberPairwise(kappa, levels ?? [], target, prediction);

    /// <inheritdoc cref="Ensembles.mixtureDensityNLL"/>
    public static LossValues<T> MixtureDensityNLL<T>(T logits, T target, T mean, T logScale)
        where T : ITensor<T> => Ensembles.mixtureDensityNLL(logScale, mean, target, logits);

    /// <inheritdoc cref="Ensembles.studentTNLL"/>
    public static LossValues<T> StudentTNLL<T>(T prediction, T target, T scale, T df)
        where T : ITensor<T> => Ensembles.studentTNLL(df, scale, target, prediction);

    /// <inheritdoc cref="Ensembles.crpsMixtureNormal"/>
    public static LossValues<T> CRPSMixtureNormal<T>(T weights, T target, T mean, T scale)
        where T : ITensor<T> => Ensembles.crpsMixtureNormal(scale, mean, target, weights);

    /// <inheritdoc cref="Ensembles.multivariateNormalNLL"/>
    public static LossValues<T> MultivariateNormalNLL<T>(
        T prediction,
        T target,
        T cholesky,
        CholeskyDiagonal diagonal = Ensembles.MultivariateNormalNLLDiagonal,
        bool full = Ensembles.MultivariateNormalNLLFull
    )
        where T : ITensor<T> => Ensembles.multivariateNormalNLL(diagonal, full, cholesky, target, prediction);
}
