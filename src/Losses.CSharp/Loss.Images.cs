using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Images.totalVariation"/>
    public static LossValues<T> TotalVariation<T>(T image, bool isMean = Images.TotalVariationIsMean)
        where T : ITensor<T> => Images.totalVariation(isMean, image);
}
