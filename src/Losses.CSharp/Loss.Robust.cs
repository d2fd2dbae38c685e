using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Robust.pseudoHuber"/>
    public static LossValues<T> PseudoHuber<T>(T prediction, T target, double delta = Robust.PseudoHuberDelta)
        where T : ITensor<T> => Robust.pseudoHuber(delta, target, prediction);

    /// <inheritdoc cref="Robust.generalRobust"/>
    public static LossValues<T> GeneralRobust<T>(
        T prediction,
        T target,
        double alpha = Robust.GeneralRobustAlpha,
        double scale = Robust.GeneralRobustScale
    )
        where T : ITensor<T> => Robust.generalRobust(alpha, scale, target, prediction);

    /// <inheritdoc cref="Robust.tukeyBiweight"/>
    public static LossValues<T> TukeyBiweight<T>(T prediction, T target, double c = Robust.TukeyBiweightC)
        where T : ITensor<T> => Robust.tukeyBiweight(c, target, prediction);

    /// <inheritdoc cref="Robust.wing"/>
    public static LossValues<T> Wing<T>(T prediction, T target, double width = Robust.WingWidth, double curvature = Robust.WingCurvature)
        where T : ITensor<T> => Robust.wing(width, curvature, target, prediction);

    /// <inheritdoc cref="Robust.adaptiveWing"/>
    public static LossValues<T> AdaptiveWing<T>(
        T prediction,
        T target,
        double omega = Robust.AdaptiveWingOmega,
        double theta = Robust.AdaptiveWingTheta,
        double epsilon = Robust.AdaptiveWingEpsilon,
        double alpha = Robust.AdaptiveWingAlpha
    )
        where T : ITensor<T> => Robust.adaptiveWing(omega, theta, epsilon, alpha, target, prediction);

    /// <inheritdoc cref="Robust.reverseHuber"/>
    public static LossValues<T> ReverseHuber<T>(T prediction, T target, double c = Robust.ReverseHuberC)
        where T : ITensor<T> => Robust.reverseHuber(c, target, prediction);

    /// <inheritdoc cref="Robust.adaptiveRobust"/>
    public static LossValues<T> AdaptiveRobust<T>(T prediction, T target, T alpha, T scale)
        where T : ITensor<T> => Robust.adaptiveRobust(scale, alpha, target, prediction);
}
