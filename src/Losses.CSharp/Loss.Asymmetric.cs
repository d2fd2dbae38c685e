using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="FSharp.Asymmetric.asymmetricWithLogits"/>
    public static LossValues<T> AsymmetricWithLogits<T>(
        T logits,
        T target,
        double gammaPositive = FSharp.Asymmetric.AsymmetricWithLogitsGammaPositive,
        double gammaNegative = FSharp.Asymmetric.AsymmetricWithLogitsGammaNegative,
        double clip = FSharp.Asymmetric.AsymmetricWithLogitsClip
    )
        where T : ITensor<T> => FSharp.Asymmetric.asymmetricWithLogits(gammaPositive, gammaNegative, clip, target, logits);

    /// <inheritdoc cref="FSharp.Asymmetric.asymmetric"/>
    public static LossValues<T> Asymmetric<T>(
        T logits,
        Labels labels,
        double gammaPositive = FSharp.Asymmetric.AsymmetricGammaPositive,
        double gammaNegative = FSharp.Asymmetric.AsymmetricGammaNegative,
        double labelSmoothing = FSharp.Asymmetric.AsymmetricLabelSmoothing
    )
        where T : ITensor<T> => FSharp.Asymmetric.asymmetric(gammaPositive, gammaNegative, labelSmoothing, labels, logits);

    /// <inheritdoc cref="FSharp.Asymmetric.jensenShannonCrossEntropy"/>
    public static LossValues<T> JensenShannonCrossEntropy<T>(
        T logits,
        Labels labels,
        int views = FSharp.Asymmetric.JensenShannonCrossEntropyViews,
        double alpha = FSharp.Asymmetric.JensenShannonCrossEntropyAlpha,
        double labelSmoothing = FSharp.Asymmetric.JensenShannonCrossEntropyLabelSmoothing
    )
        where T : ITensor<T> => FSharp.Asymmetric.jensenShannonCrossEntropy(views, alpha, labelSmoothing, labels, logits);
}
