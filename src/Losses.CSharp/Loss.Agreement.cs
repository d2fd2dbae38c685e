using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Agreement.concordance"/>
    public static LossValues<T> Concordance<T>(T prediction, T target)
        where T : ITensor<T> => Agreement.concordance(target, prediction);

    /// <inheritdoc cref="Agreement.relativeSquaredError"/>
    public static LossValues<T> RelativeSquaredError<T>(T prediction, T target)
        where T : ITensor<T> => Agreement.relativeSquaredError(target, prediction);

    /// <inheritdoc cref="Agreement.relativeAbsoluteError"/>
    public static LossValues<T> RelativeAbsoluteError<T>(T prediction, T target)
        where T : ITensor<T> => Agreement.relativeAbsoluteError(target, prediction);
}
