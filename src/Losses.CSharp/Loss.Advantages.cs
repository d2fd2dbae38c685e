using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Advantages.generalizedAdvantages"/>
    public static T GeneralizedAdvantages<T>(
        T values,
        T rewards,
        double discount = Advantages.GeneralizedAdvantagesDiscount,
        double lambda = Advantages.GeneralizedAdvantagesLambda
    )
        where T : ITensor<T> => Advantages.generalizedAdvantages(discount, lambda, rewards, values);

    /// <inheritdoc cref="Advantages.whiten"/>
    public static T Whiten<T>(T values, Weights? mask = null, double eps = Advantages.WhitenEps)
        where T : ITensor<T> => Advantages.whiten(mask ?? Weights.None, eps, values);

    /// <inheritdoc cref="Advantages.clippedValue"/>
    public static LossValues<T> ClippedValue<T>(T prediction, T target, T old, double range = Advantages.ClippedValueRange)
        where T : ITensor<T> => Advantages.clippedValue(range, old, target, prediction);
}
