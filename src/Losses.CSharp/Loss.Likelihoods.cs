using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Likelihoods.laplaceNLL"/>
    public static LossValues<T> LaplaceNLL<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Likelihoods.laplaceNLL(scale, target, prediction);

    /// <inheritdoc cref="Likelihoods.logisticNLL"/>
    public static LossValues<T> LogisticNLL<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Likelihoods.logisticNLL(scale, target, prediction);

    /// <inheritdoc cref="Likelihoods.logNormalNLL"/>
    public static LossValues<T> LogNormalNLL<T>(T prediction, T target, T scale)
        where T : ITensor<T> => Likelihoods.logNormalNLL(scale, target, prediction);

    /// <inheritdoc cref="Likelihoods.exponentialNLL"/>
    public static LossValues<T> ExponentialNLL<T>(T prediction, T target)
        where T : ITensor<T> => Likelihoods.exponentialNLL(target, prediction);

    /// <inheritdoc cref="Likelihoods.betaGaussianNLL"/>
    public static LossValues<T> BetaGaussianNLL<T>(
        T prediction,
        T target,
        T variance,
        double beta = Likelihoods.BetaGaussianNLLBeta,
        bool full = Likelihoods.BetaGaussianNLLFull,
        double eps = Likelihoods.BetaGaussianNLLEps
    )
        where T : ITensor<T> => Likelihoods.betaGaussianNLL(beta, full, eps, variance, target, prediction);

    /// <inheritdoc cref="Likelihoods.gammaNLL"/>
    public static LossValues<T> GammaNLL<T>(T shape, T target, T rate)
        where T : ITensor<T> => Likelihoods.gammaNLL(rate, target, shape);

    /// <inheritdoc cref="Likelihoods.betaNLL"/>
    public static LossValues<T> BetaNLL<T>(T alpha, T target, T beta)
        where T : ITensor<T> => Likelihoods.betaNLL(beta, target, alpha);

    /// <inheritdoc cref="Likelihoods.negativeBinomialNLL"/>
    public static LossValues<T> NegativeBinomialNLL<T>(T logits, T target, T totalCount)
        where T : ITensor<T> => Likelihoods.negativeBinomialNLL(totalCount, target, logits);

    /// <inheritdoc cref="Likelihoods.binomialNLL"/>
    public static LossValues<T> BinomialNLL<T>(T logits, T target, T totalCount)
        where T : ITensor<T> => Likelihoods.binomialNLL(totalCount, target, logits);

    /// <inheritdoc cref="Likelihoods.zeroInflatedPoissonNLL"/>
    public static LossValues<T> ZeroInflatedPoissonNLL<T>(
        T prediction,
        T target,
        T zeroLogits,
        bool full = Likelihoods.ZeroInflatedPoissonNLLFull
    )
        where T : ITensor<T> => Likelihoods.zeroInflatedPoissonNLL(full, zeroLogits, target, prediction);

    /// <inheritdoc cref="Likelihoods.tweedieNLL"/>
    public static LossValues<T> TweedieNLL<T>(
        T prediction,
        T target,
        double p = Likelihoods.TweedieNLLP,
        bool logLink = Likelihoods.TweedieNLLLogLink
    )
        where T : ITensor<T> => Likelihoods.tweedieNLL(p, logLink, target, prediction);

    /// <inheritdoc cref="Likelihoods.tweedieDeviance"/>
    public static LossValues<T> TweedieDeviance<T>(T prediction, T target, double power = Likelihoods.TweedieDeviancePower)
        where T : ITensor<T> => Likelihoods.tweedieDeviance(power, target, prediction);

    /// <inheritdoc cref="Likelihoods.uniformNLL"/>
    public static LossValues<T> UniformNLL<T>(T lower, T target, T upper)
        where T : ITensor<T> => Likelihoods.uniformNLL(upper, target, lower);
}
