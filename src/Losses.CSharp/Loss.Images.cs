using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Images.totalVariation"/>
    public static LossValues<T> TotalVariation<T>(T image, bool isMean = Images.TotalVariationIsMean)
        where T : ITensor<T> => Images.totalVariation(isMean, image);

    /// <summary>Structural similarity, as a loss: 1 less it, around each element of an image.</summary>
    /// <param name="prediction">Images: (…, H, W), (…, D, H, W) or (…, L).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="windowSize">The length of the window's sides; odd, 11 by default.</param>
    /// <param name="sigma">The standard deviation of the window's Gaussian; with ∞ the window is uniform; 1.5 by default.</param>
    /// <param name="border">How an image goes on beyond its border; by default it does not.</param>
    /// <param name="dataRange">How far apart numbers of an image can be; 1 by default.</param>
    /// <param name="k1">(K₁ · range)² is added where means are compared; 0.01 by default.</param>
    /// <param name="k2">(K₂ · range)² is added where variances are; 0.03 by default.</param>
    /// <param name="spatialAxes">How many of the last axes are those of the image, 1 to 3; 2 by default.</param>
    /// <exception cref="ArgumentException">The shapes differ, or no window fits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>From 0 to 2, for each place of a window. Source: Wang, Bovik, Sheikh and Simoncelli (2004).</remarks>
    public static LossValues<T> SSIM<T>(
        T prediction,
        T target,
        int? windowSize = null,
        double? sigma = null,
        ImageBorder? border = null,
        double? dataRange = null,
        double? k1 = null,
        double? k2 = null,
        int? spatialAxes = null
    )
        where T : ITensor<T> =>
        Images.ssim(SSIMOptions.Given(windowSize, sigma, border, dataRange, k1, k2, spatialAxes), target, prediction);
}
