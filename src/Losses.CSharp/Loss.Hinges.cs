using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Hinges.hinge"/>
    public static LossValues<T> Hinge<T>(T prediction, T target, double margin = Hinges.HingeMargin)
        where T : ITensor<T> => Hinges.hinge(margin, target, prediction);

    /// <inheritdoc cref="Hinges.squaredHinge"/>
    public static LossValues<T> SquaredHinge<T>(T prediction, T target, double margin = Hinges.SquaredHingeMargin)
        where T : ITensor<T> => Hinges.squaredHinge(margin, target, prediction);

    /// <inheritdoc cref="Hinges.smoothedHinge"/>
    public static LossValues<T> SmoothedHinge<T>(T prediction, T target, double a = Hinges.SmoothedHingeA)
        where T : ITensor<T> => Hinges.smoothedHinge(a, target, prediction);

    /// <inheritdoc cref="Hinges.perceptron"/>
    public static LossValues<T> Perceptron<T>(T prediction, T target)
        where T : ITensor<T> => Hinges.perceptron(target, prediction);

    /// <inheritdoc cref="Hinges.exponential"/>
    public static LossValues<T> Exponential<T>(T prediction, T target)
        where T : ITensor<T> => Hinges.exponential(target, prediction);

    /// <inheritdoc cref="Hinges.multiclassHinge"/>
    public static LossValues<T> MulticlassHinge<T>(T scores, Labels labels, double margin = Hinges.MulticlassHingeMargin)
        where T : ITensor<T> => Hinges.multiclassHinge(margin, labels, scores);

    /// <inheritdoc cref="Hinges.categoricalHinge"/>
    public static LossValues<T> CategoricalHinge<T>(T prediction, T target)
        where T : ITensor<T> => Hinges.categoricalHinge(target, prediction);
}
