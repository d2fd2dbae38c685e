using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Distributions.truncatedNormalNLL"/>
    public static LossValues<T> TruncatedNormalNLL<T>(T prediction, T target, T scale, T lower, T upper)
        where T : ITensor<T> => Distributions.truncatedNormalNLL(upper, lower, scale, target, prediction);

    /// <inheritdoc cref="Distributions.crpsTruncatedNormal"/>
    public static LossValues<T> CRPSTruncatedNormal<T>(T prediction, T target, T scale, T lower, T upper)
        where T : ITensor<T> => Distributions.crpsTruncatedNormal(upper, lower, scale, target, prediction);

    /// <inheritdoc cref="Distributions.vonMisesNLL"/>
    public static LossValues<T> VonMisesNLL<T>(T prediction, T target, T concentration)
        where T : ITensor<T> => Distributions.vonMisesNLL(concentration, target, prediction);

    /// <inheritdoc cref="Distributions.crpsGamma"/>
    public static LossValues<T> CRPSGamma<T>(T shape, T target, T rate)
        where T : ITensor<T> => Distributions.crpsGamma(rate, target, shape);

    /// <inheritdoc cref="Distributions.crpsStudentT"/>
    public static LossValues<T> CRPSStudentT<T>(T prediction, T target, T scale, T df)
        where T : ITensor<T> => Distributions.crpsStudentT(df, scale, target, prediction);
}
