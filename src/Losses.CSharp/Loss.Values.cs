using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Values.qLearning"/>
    public static LossValues<T> QLearning<T>(
        T values,
        T next,
        T selector,
        T reward,
        T ended,
        Labels actions,
        double discount = Values.QLearningDiscount,
        double delta = Values.QLearningDelta
    )
        where T : ITensor<T> => Values.qLearning(discount, delta, actions, ended, reward, selector, next, values);

    /// <inheritdoc cref="Values.c51Target"/>
    public static T C51Target<T>(
        T next,
        T reward,
        T ended,
        double lowest = Values.C51TargetLowest,
        double highest = Values.C51TargetHighest,
        double discount = Values.C51TargetDiscount
    )
        where T : ITensor<T> => Values.c51Target(discount, lowest, highest, ended, reward, next);

    /// <inheritdoc cref="Values.c51"/>
    public static LossValues<T> C51<T>(
        T logits,
        T next,
        T reward,
        T ended,
        double lowest = Values.C51Lowest,
        double highest = Values.C51Highest,
        double discount = Values.C51Discount
    )
        where T : ITensor<T> => Values.c51(discount, lowest, highest, ended, reward, next, logits);
}
