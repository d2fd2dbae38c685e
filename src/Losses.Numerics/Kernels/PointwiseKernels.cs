using System.Numerics;

namespace Losses;

/// <summary>Runs a pointwise loss of your own, or of the library, over memory: values, exact sums, derivatives and curvature.</summary>
/// <remarks>
/// The loss is computed in float64 and rounded once, with SIMD and on several threads (<see cref="Threads"/>); neither the width, the
/// alignment, the length nor the number of threads changes a bit. An operand of length 1 stands for the same number at every index.
/// The memory of a derivative may be the memory of an operand. A number that the loss's definition does not take, such as a probability of 1.5, is refused with its place,
/// once all is computed: what was written then is of no use. NaN is not refused, nor, where only derivatives are wanted, an element whose derivative from above is 0.
/// </remarks>
internal static class PointwiseKernels
{
    /// <summary>The loss of two operands of each element.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="values">Receives the loss of each element.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    public static void Values<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, Span<S> values)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Check.Operand(prediction, values.Length, nameof(prediction));
        Check.Operand(target, values.Length, nameof(target));
        var two = new TwoOf<L>(loss);
        Kernel.Map(two, prediction, target, default, values, Watch.Refusing(two));
    }

    /// <summary>The loss of three operands of each element.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="third">The third operand; of length 1, the same number for all.</param>
    /// <param name="values">Receives the loss of each element.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    public static void Values<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, ReadOnlySpan<S> third, Span<S> values)
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Check.Operand(prediction, values.Length, nameof(prediction));
        Check.Operand(target, values.Length, nameof(target));
        Check.Operand(third, values.Length, nameof(third));
        Kernel.Map(loss, prediction, target, third, values, Watch.Refusing(loss));
    }

    /// <summary>The exact sum of the losses of two operands, each as rounded to storage.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <returns>The exact sum.</returns>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    public static ExactSum Sum<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target);
        var two = new TwoOf<L>(loss);
        return Kernel.Sum(two, prediction, target, default, n, Watch.Refusing(two));
    }

    /// <summary>The exact sum of the losses of three operands, each as rounded to storage.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="third">The third operand; of length 1, the same number for all.</param>
    /// <returns>The exact sum.</returns>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    public static ExactSum Sum<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, ReadOnlySpan<S> third)
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target, third);
        return Kernel.Sum(loss, prediction, target, third, n, Watch.Refusing(loss));
    }

    /// <summary>The exact sum of the losses of two operands and the derivatives of each, in one pass.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="upstream">The derivative from above, an element's or, of length 1, the same for all.</param>
    /// <param name="scale">A factor of every derivative, such as 1/n for a mean.</param>
    /// <param name="predictionGradient">Receives upstream · scale · the derivative by the prediction, unless empty.</param>
    /// <param name="targetGradient">Receives the same by the target, unless empty.</param>
    /// <returns>The exact sum of the losses, each as rounded to storage.</returns>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
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
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target);
        Check.Operand(upstream, n, nameof(upstream));
        Check.Result(predictionGradient, n, nameof(predictionGradient));
        Check.Result(targetGradient, n, nameof(targetGradient));
        var two = new TwoOf<L>(loss);
        return Kernel.ValueAndGradient(
            two,
            prediction,
            target,
            default,
            n,
            upstream,
            scale,
            predictionGradient,
            targetGradient,
            default,
            Watch.Refusing(two)
        );
    }

    /// <summary>The exact sum of the losses of three operands and the derivatives of each, in one pass.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="third">The third operand; of length 1, the same number for all.</param>
    /// <param name="upstream">The derivative from above, an element's or, of length 1, the same for all.</param>
    /// <param name="scale">A factor of every derivative, such as 1/n for a mean.</param>
    /// <param name="predictionGradient">Receives upstream · scale · the derivative by the prediction, unless empty.</param>
    /// <param name="targetGradient">Receives the same by the target, unless empty.</param>
    /// <param name="thirdGradient">Receives the same by the third operand, unless empty.</param>
    /// <returns>The exact sum of the losses, each as rounded to storage.</returns>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
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
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target, third);
        Check.Operand(upstream, n, nameof(upstream));
        Check.Result(predictionGradient, n, nameof(predictionGradient));
        Check.Result(targetGradient, n, nameof(targetGradient));
        Check.Result(thirdGradient, n, nameof(thirdGradient));
        return Kernel.ValueAndGradient(
            loss,
            prediction,
            target,
            third,
            n,
            upstream,
            scale,
            predictionGradient,
            targetGradient,
            thirdGradient,
            Watch.Refusing(loss)
        );
    }

    /// <summary>The derivatives of the loss of two operands, without its values.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="upstream">The derivative from above, an element's or, of length 1, the same for all.</param>
    /// <param name="scale">A factor of every derivative, such as 1/n for a mean.</param>
    /// <param name="predictionGradient">Receives upstream · scale · the derivative by the prediction, unless empty.</param>
    /// <param name="targetGradient">Receives the same by the target, unless empty.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
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
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target);
        Check.Operand(upstream, n, nameof(upstream));
        Check.Result(predictionGradient, n, nameof(predictionGradient));
        Check.Result(targetGradient, n, nameof(targetGradient));
        var two = new TwoOf<L>(loss);
        Kernel.Gradient(
            two,
            prediction,
            target,
            default,
            n,
            upstream,
            scale,
            predictionGradient,
            targetGradient,
            default,
            Watch.Refusing(two)
        );
    }

    /// <summary>The derivatives of the loss of three operands, without its values.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="third">The third operand; of length 1, the same number for all.</param>
    /// <param name="upstream">The derivative from above, an element's or, of length 1, the same for all.</param>
    /// <param name="scale">A factor of every derivative, such as 1/n for a mean.</param>
    /// <param name="predictionGradient">Receives upstream · scale · the derivative by the prediction, unless empty.</param>
    /// <param name="targetGradient">Receives the same by the target, unless empty.</param>
    /// <param name="thirdGradient">Receives the same by the third operand, unless empty.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
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
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target, third);
        Check.Operand(upstream, n, nameof(upstream));
        Check.Result(predictionGradient, n, nameof(predictionGradient));
        Check.Result(targetGradient, n, nameof(targetGradient));
        Check.Result(thirdGradient, n, nameof(thirdGradient));
        Kernel.Gradient(
            loss,
            prediction,
            target,
            third,
            n,
            upstream,
            scale,
            predictionGradient,
            targetGradient,
            thirdGradient,
            Watch.Refusing(loss)
        );
    }

    /// <summary>The Hessian of each loss of two operands times a direction: curvature without a matrix.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="predictionTangent">The direction's part in the prediction; empty is 0.</param>
    /// <param name="targetTangent">Its part in the target; empty is 0.</param>
    /// <param name="upstream">The derivative from above, an element's or, of length 1, the same for all.</param>
    /// <param name="scale">A factor of every derivative, such as 1/n for a mean.</param>
    /// <param name="predictionResult">Receives upstream · scale · the row of the prediction, unless empty.</param>
    /// <param name="targetResult">The same for the target, unless empty.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    public static void SecondDerivative<L, S>(
        L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        ReadOnlySpan<S> predictionTangent,
        ReadOnlySpan<S> targetTangent,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> predictionResult,
        Span<S> targetResult
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target);
        Check.Tangent(predictionTangent, n, nameof(predictionTangent));
        Check.Tangent(targetTangent, n, nameof(targetTangent));
        Check.Operand(upstream, n, nameof(upstream));
        Check.Result(predictionResult, n, nameof(predictionResult));
        Check.Result(targetResult, n, nameof(targetResult));
        var two = new TwoOf<L>(loss);
        Kernel.SecondDerivative(
            two,
            prediction,
            target,
            default,
            n,
            predictionTangent,
            targetTangent,
            default,
            upstream,
            scale,
            predictionResult,
            targetResult,
            default,
            Watch.Refusing(two)
        );
    }

    /// <summary>The Hessian of each loss of three operands times a direction: curvature without a matrix.</summary>
    /// <typeparam name="L">The loss: a struct, so that the compiler writes its own loop for it.</typeparam>
    /// <typeparam name="S">float or double.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The prediction; of length 1, the same number for all.</param>
    /// <param name="target">The target; of length 1, the same number for all.</param>
    /// <param name="third">The third operand; of length 1, the same number for all.</param>
    /// <param name="predictionTangent">The direction's part in the prediction; empty is 0.</param>
    /// <param name="targetTangent">Its part in the target; empty is 0.</param>
    /// <param name="thirdTangent">Its part in the third operand; empty is 0.</param>
    /// <param name="upstream">The derivative from above, an element's or, of length 1, the same for all.</param>
    /// <param name="scale">A factor of every derivative, such as 1/n for a mean.</param>
    /// <param name="predictionResult">Receives upstream · scale · the row of the prediction, unless empty.</param>
    /// <param name="targetResult">The same for the target, unless empty.</param>
    /// <param name="thirdResult">The same for the third operand, unless empty.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    public static void SecondDerivative<L, S>(
        L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        ReadOnlySpan<S> third,
        ReadOnlySpan<S> predictionTangent,
        ReadOnlySpan<S> targetTangent,
        ReadOnlySpan<S> thirdTangent,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> predictionResult,
        Span<S> targetResult,
        Span<S> thirdResult
    )
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = Check.Common(prediction, target, third);
        Check.Tangent(predictionTangent, n, nameof(predictionTangent));
        Check.Tangent(targetTangent, n, nameof(targetTangent));
        Check.Tangent(thirdTangent, n, nameof(thirdTangent));
        Check.Operand(upstream, n, nameof(upstream));
        Check.Result(predictionResult, n, nameof(predictionResult));
        Check.Result(targetResult, n, nameof(targetResult));
        Check.Result(thirdResult, n, nameof(thirdResult));
        Kernel.SecondDerivative(
            loss,
            prediction,
            target,
            third,
            n,
            predictionTangent,
            targetTangent,
            thirdTangent,
            upstream,
            scale,
            predictionResult,
            targetResult,
            thirdResult,
            Watch.Refusing(loss)
        );
    }

    private static class Check
    {
        // The length that the operands share: those of length 1 go with any.
        public static int Common<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target)
        {
            var n = prediction.Length == 1 ? target.Length : prediction.Length;
            Operand(target, n, nameof(target), nameof(prediction));
            return n;
        }

        public static int Common<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, ReadOnlySpan<T> third)
        {
            var n =
                prediction.Length != 1 ? prediction.Length
                : target.Length != 1 ? target.Length
                : third.Length;
            Operand(target, n, nameof(target), nameof(prediction));
            Operand(third, n, nameof(third), prediction.Length != 1 ? nameof(prediction) : nameof(target));
            return n;
        }

        public static void Operand<T>(ReadOnlySpan<T> span, int n, string name, string? other = null)
        {
            if (span.Length != n && span.Length != 1)
                throw Refused(name, span.Length, n, other, "they must be equal, or 1");
        }

        public static void Tangent<T>(ReadOnlySpan<T> span, int n, string name)
        {
            if (span.Length != n && span.Length > 1)
                throw Refused(name, span.Length, n, null, "they must be equal, or 1, or the tangent empty");
        }

        public static void Result<T>(Span<T> span, int n, string name)
        {
            if (span.Length != n && span.Length != 0)
                throw Refused(name, span.Length, n, null, "they must be equal, or the result empty");
        }

        private static ArgumentException Refused(string name, int length, int n, string? other, string rule) =>
            new($"{name} has length {length} but {other ?? "the loss"} has length {n}; {rule}.", name);
    }
}
