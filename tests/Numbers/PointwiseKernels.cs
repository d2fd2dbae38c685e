using System.Numerics;

namespace Losses.Tests;

/// <summary>The kernels of a loss of two or three operands, as the library runs them: an operand of length 1 stands for the same number everywhere.</summary>
internal static class PointwiseKernels
{
    public static void Values<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, Span<S> values)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S> => Values(new TwoOf<L>(loss), prediction, target, [], values);

    public static void Values<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, ReadOnlySpan<S> third, Span<S> values)
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S> => Kernel.Map(loss, prediction, target, third, values, Watch.Refusing(loss));

    public static ExactSum Sum<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S> => Sum(new TwoOf<L>(loss), prediction, target, []);

    public static ExactSum Sum<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, ReadOnlySpan<S> third)
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Kernel.Sum(loss, prediction, target, third, prediction.Length, Watch.Refusing(loss));

    public static ExactSum ValueAndGradient<L, S>(
        L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> predictionGradient,
        Span<S> targetGradient
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S> =>
        ValueAndGradient(new TwoOf<L>(loss), prediction, target, [], upstream, scale, predictionGradient, targetGradient, []);

    public static ExactSum ValueAndGradient<L, S>(
        L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        ReadOnlySpan<S> third,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> predictionGradient,
        Span<S> targetGradient,
        Span<S> thirdGradient
    )
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Kernel.ValueAndGradient(
            loss,
            prediction,
            target,
            third,
            prediction.Length,
            upstream,
            scale,
            predictionGradient,
            targetGradient,
            thirdGradient,
            Watch.Refusing(loss)
        );

    public static void Gradient<L, S>(
        L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> predictionGradient,
        Span<S> targetGradient
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Gradient(new TwoOf<L>(loss), prediction, target, [], upstream, scale, predictionGradient, targetGradient, []);

    public static void Gradient<L, S>(
        L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        ReadOnlySpan<S> third,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> predictionGradient,
        Span<S> targetGradient,
        Span<S> thirdGradient
    )
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Kernel.Gradient(
            loss,
            prediction,
            target,
            third,
            prediction.Length,
            upstream,
            scale,
            predictionGradient,
            targetGradient,
            thirdGradient,
            Watch.Refusing(loss)
        );
}
