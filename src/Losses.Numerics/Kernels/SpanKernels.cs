using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Losses;

/// <summary>Losses over the caller's own memory, as methods on their definitions: value and gradient in one pass, nothing copied.</summary>
/// <remarks>
/// A struct of one's own has them as well: <c>new Huber(0.5).ValueAndGradient(prediction, target, gradient)</c>. A gradient that is not wanted is
/// empty where there are several, and each may be the memory of an input.
/// </remarks>
public static partial class SpanKernels
{
    /// <summary>The reduced loss, and its gradient by the prediction.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">float or double.</param>
    /// <param name="target">As long as <paramref name="prediction"/>.</param>
    /// <param name="gradient">Receives the gradient; may be the memory of an operand, but not of part of one.</param>
    /// <param name="reduction">Mean or sum; none for a single element: the gradient is that of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length differs, or the reduction does not give one number. A batch mean needs a shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where. What the gradient's memory holds then is of no
    /// use.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradient<L, S>(
        this L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        Span<S> gradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (reduction == Reduction.BatchMean)
            throw new ArgumentException(
                "a batch mean needs the shape of the prediction, whose first axis is the batch.",
                nameof(reduction)
            );
        return loss.ValueAndGradient(prediction, target, [prediction.Length], gradient, reduction, cancellationToken);
    }

    /// <summary>The reduced loss of tensors of a shape, and its gradient by the prediction.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">Row-major, of <paramref name="shape"/>; float or double.</param>
    /// <param name="target">As long as <paramref name="prediction"/>.</param>
    /// <param name="shape">Of prediction, target and gradient.</param>
    /// <param name="gradient">Receives the gradient; may be the memory of an operand, but not of part of one.</param>
    /// <param name="reduction">Mean, sum or batch mean; none for a single element: the gradient is that of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length is not that of the shape, or the reduction does not give one number.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradient<L, S>(
        this L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        Shape shape,
        Span<S> gradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        using var within = Cancellable.Within(cancellationToken);
        var n = prediction.Length;
        CheckShape(n, shape, nameof(prediction));
        CheckLength(target.Length, nameof(target), n, nameof(prediction));
        CheckLength(gradient.Length, nameof(gradient), n, nameof(prediction));
        Refuse.PartlyOver<S>(prediction, gradient);
        Refuse.PartlyOver<S>(target, gradient);
        var divisor = Divisor(reduction, shape, n, nameof(prediction));
        var two = new TwoOf<L>(loss);
        var sum = Kernel.ValueAndGradient<TwoOf<L>, S>(
            two,
            prediction,
            target,
            [S.Zero],
            n,
            [S.One],
            1 / divisor,
            gradient,
            [],
            [],
            Watch.Refusing(two, shape)
        );
        return Divided<S>(sum, divisor, reduction);
    }

    /// <summary>The reduced loss of three operands, and its gradients by each of them.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">float or double.</param>
    /// <param name="target">As long as <paramref name="prediction"/>.</param>
    /// <param name="third">As long as <paramref name="prediction"/>.</param>
    /// <param name="predictionGradient">Receives a gradient; empty where it is not wanted; may be the memory of an operand, but not of part of one.</param>
    /// <param name="targetGradient">Likewise.</param>
    /// <param name="thirdGradient">Likewise.</param>
    /// <param name="reduction">Mean or sum; none for a single element: the gradients are those of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length differs, or the reduction does not give one number.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradients<L, S>(
        this L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        ReadOnlySpan<S> third,
        Span<S> predictionGradient,
        Span<S> targetGradient,
        Span<S> thirdGradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        using var within = Cancellable.Within(cancellationToken);
        var n = prediction.Length;
        CheckThree(prediction, target, third, predictionGradient, targetGradient, thirdGradient);
        if (reduction == Reduction.BatchMean)
            throw new ArgumentException("a batch mean needs a batch, but of spans of three operands there is no shape.", nameof(reduction));
        var divisor = Divisor(reduction, [n], n, nameof(prediction));
        var sum = Kernel.ValueAndGradient(
            loss,
            prediction,
            target,
            third,
            n,
            [S.One],
            1 / divisor,
            predictionGradient,
            targetGradient,
            thirdGradient,
            Watch.Refusing(loss)
        );
        return Divided<S>(sum, divisor, reduction);
    }

    /// <summary>For each element, the first and the second derivative of its loss by the prediction: what boosting and Newton's method need.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">float or double.</param>
    /// <param name="target">As long as <paramref name="prediction"/>.</param>
    /// <param name="gradient">Receives the first derivatives; may be the memory of an operand, but not of part of one.</param>
    /// <param name="curvature">Receives the second derivatives; likewise, of another operand.</param>
    /// <param name="weights">What each element's derivatives are multiplied by; empty for 1. With a weight of 0 an element may be anything.</param>
    /// <param name="cancellationToken">Calls the work off: gradient and curvature then hold some of the new numbers, and elsewhere what was there before.</param>
    /// <exception cref="ArgumentException">A length differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static void GradientAndCurvature<L, S>(
        this L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        Span<S> gradient,
        Span<S> curvature,
        ReadOnlySpan<S> weights = default,
        CancellationToken cancellationToken = default
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        using var within = Cancellable.Within(cancellationToken);
        CheckLength(target.Length, nameof(target), prediction.Length, nameof(prediction));
        CheckLength(gradient.Length, nameof(gradient), prediction.Length, nameof(prediction));
        CheckLength(curvature.Length, nameof(curvature), prediction.Length, nameof(prediction));
        CheckWanted(weights.Length, nameof(weights), prediction.Length, nameof(prediction));
        CheckApart<S>(gradient, nameof(gradient), prediction, target, weights);
        CheckApart<S>(curvature, nameof(curvature), prediction, target, weights);
        Refuse.Shared<S>(gradient, curvature);
        ReadOnlySpan<S> one = [S.One];
        var two = new TwoOf<L>(loss);
        Kernel.GradientAndCurvature<TwoOf<L>, S>(
            two,
            prediction,
            target,
            [S.Zero],
            weights.IsEmpty ? one : weights,
            gradient,
            curvature,
            Watch.Refusing(two)
        );
    }

    /// <summary>The reduced loss of rows with labels, and its gradient by the prediction.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">A row of scores for each label, one after another; float or double.</param>
    /// <param name="labels">A class index for each row.</param>
    /// <param name="gradient">Receives the gradient; may be the memory of an operand, but not of part of one.</param>
    /// <param name="reduction">Mean (over the weights of the labels), sum or batch mean; none for a single label: the gradient is that of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or the reduction does not give one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradient<L, S>(
        this L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<int> labels,
        Span<S> gradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : ILabelled
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var shape = RowsOf(prediction.Length, labels.Length);
        return loss.ValueAndGradient(prediction, labels, shape, gradient, reduction, cancellationToken);
    }

    private static Shape RowsOf(int length, int labels)
    {
        if (labels == 0 ? length != 0 : length % labels != 0)
            throw new ArgumentException(
                $"prediction has {length} elements, which is no whole number of classes for each of {labels} labels.",
                "prediction"
            );
        // Without rows there is nothing to see of the classes.
        return labels == 0 ? [0, 1] : [labels, length / labels];
    }

    /// <summary>The reduced loss of rows with labels along any axis, and its gradient by the prediction.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">Row-major, of <paramref name="shape"/>; float or double.</param>
    /// <param name="labels">Class indices, row-major; <paramref name="shape"/> without the class axis.</param>
    /// <param name="shape">Of prediction and gradient, such as (N, C, height, width).</param>
    /// <param name="gradient">Receives the gradient; may be the memory of an operand, but not of part of one.</param>
    /// <param name="reduction">Mean (over the weights of the labels), sum or batch mean; none for a single label: the gradient is that of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length is not that of the shape, or the reduction does not give one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradient<L, S>(
        this L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<int> labels,
        Shape shape,
        Span<S> gradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : ILabelled
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        using var within = Cancellable.Within(cancellationToken);
        Kernel.CheckStorage<S>();
        CheckShape(prediction.Length, shape, nameof(prediction));
        CheckLength(gradient.Length, nameof(gradient), prediction.Length, nameof(prediction));
        Refuse.PartlyOver<S>(prediction, gradient);
        var labelShape = shape.Without(loss.Axis(shape));
        CheckShape(labels.Length, labelShape, nameof(labels));
        // The kernel's threads need the labels in an array.
        var indices = ArrayPool<int>.Shared.Rent(labels.Length);
        try
        {
            labels.CopyTo(indices);
            var rows = loss.Rows(Labels.Over(indices, labelShape), shape);
            var weight = rows.LabelWeight();
            // The labels have the shape of the values: their first axis is the batch, wherever the classes lie.
            var divisor = Divisor(reduction, labelShape, weight.ToDouble(), nameof(prediction));
            var sum = rows.Run<S>(prediction, shape, [1 / divisor], [], gradient, isSummed: true)!;
            return reduction == Reduction.Mean ? Quotient<S>(sum, weight) : Divided<S>(sum, divisor, reduction);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(indices);
        }
    }

    /// <summary>The reduced loss of the vectors of three tensors, and its gradients by each of them.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="first">Vectors, one after another; float or double.</param>
    /// <param name="second">As long as <paramref name="first"/>.</param>
    /// <param name="third">As long as <paramref name="first"/>.</param>
    /// <param name="width">The length of a vector.</param>
    /// <param name="firstGradient">Receives a gradient; empty where it is not wanted; may be the memory of an input, but not of part of one.</param>
    /// <param name="secondGradient">Likewise.</param>
    /// <param name="thirdGradient">Likewise.</param>
    /// <param name="reduction">Mean, sum or batch mean; none for a single vector: the gradients are those of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length differs or is no whole number of vectors, or the reduction does not give one number.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradients<L, S>(
        this L loss,
        ReadOnlySpan<S> first,
        ReadOnlySpan<S> second,
        ReadOnlySpan<S> third,
        int width,
        Span<S> firstGradient,
        Span<S> secondGradient,
        Span<S> thirdGradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : IVectors3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        using var within = Cancellable.Within(cancellationToken);
        var n = first.Length;
        if (width < 1 || n % width != 0)
            throw new ArgumentException(
                $"first has {n} elements, which is no whole number of vectors of length {FormattableString.Invariant($"{width}")}.",
                nameof(width)
            );
        CheckThree(first, second, third, firstGradient, secondGradient, thirdGradient);
        var divisor = Divisor(reduction, [n / width], n / width, nameof(first));
        return typeof(S) == typeof(float) && loss.Rows is { } rows
            ? S.CreateTruncating(
                Run(
                    rows,
                    MemoryMarshal.Cast<S, float>(first),
                    MemoryMarshal.Cast<S, float>(second),
                    MemoryMarshal.Cast<S, float>(third),
                    width,
                    MemoryMarshal.Cast<S, float>(firstGradient),
                    MemoryMarshal.Cast<S, float>(secondGradient),
                    MemoryMarshal.Cast<S, float>(thirdGradient),
                    divisor,
                    reduction
                )
            )
            : Differentiate(loss, first, second, third, [n / width, width], firstGradient, secondGradient, thirdGradient, reduction);
    }

    private static unsafe float Run(
        VectorRows loss,
        ReadOnlySpan<float> first,
        ReadOnlySpan<float> second,
        ReadOnlySpan<float> third,
        int width,
        Span<float> firstGradient,
        Span<float> secondGradient,
        Span<float> thirdGradient,
        double divisor,
        Reduction reduction
    )
    {
        var rows = first.Length / width;
        var upstream = 1 / divisor;
        var values = ArrayPool<double>.Shared.Rent(rows);
        var rounded = ArrayPool<float>.Shared.Rent(rows);
        fixed (
            float* a = first,
                b = second,
                c = third,
                da = firstGradient,
                db = secondGradient,
                dc = thirdGradient
        )
        fixed (double* v = values)
        {
            var x = stackalloc float*[] { a, b, c };
            var g = stackalloc float*[] { da, db, dc };
            loss.Run(x, rows, width, &upstream, true, v, g);
        }
        TensorPrimitives.ConvertTruncating<double, float>(values.AsSpan(0, rows), rounded);
        var sum = new ExactSum();
        sum.Add(rounded.AsSpan(0, rows));
        ArrayPool<double>.Shared.Return(values);
        ArrayPool<float>.Shared.Return(rounded);
        return Divided<float>(sum, divisor, reduction);
    }

    // By the definition, where there is no kernel.
    private static S Differentiate<L, S>(
        L loss,
        ReadOnlySpan<S> first,
        ReadOnlySpan<S> second,
        ReadOnlySpan<S> third,
        Shape shape,
        Span<S> firstGradient,
        Span<S> secondGradient,
        Span<S> thirdGradient,
        Reduction reduction
    )
        where L : IVectors3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var (value, pull) = DiffTensor.Pullback<S>(
            x =>
            {
                var values = loss.Of(x[0], x[1], x[2]).Values;
                return reduction is Reduction.Mean or Reduction.BatchMean ? values.Mean() : values.Sum();
            },
            Copied(first, shape),
            Copied(second, shape),
            Copied(third, shape)
        );
        var gradients = pull(DiffTensor.Scalar(S.One));
        CopyWanted(gradients[0], firstGradient);
        CopyWanted(gradients[1], secondGradient);
        CopyWanted(gradients[2], thirdGradient);
        return value.ToScalar();
    }

    // A large copy, too, may be called off.
    private static DiffTensor<S> Copied<S>(ReadOnlySpan<S> values, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        const int part = 1 << 20;
        var copy = GC.AllocateUninitializedArray<S>(values.Length);
        for (var i = 0; i < copy.Length; i += part)
        {
            Cancellable.Check();
            var count = Math.Min(part, copy.Length - i);
            values.Slice(i, count).CopyTo(copy.AsSpan(i, count));
        }
        return DiffTensor.Over<S>(copy, shape);
    }

    private static void CopyWanted<S>(DiffTensor<S> gradient, Span<S> destination)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (!destination.IsEmpty)
            gradient.CopyTo(destination);
    }

    private static void CheckThree<S>(
        ReadOnlySpan<S> first,
        ReadOnlySpan<S> second,
        ReadOnlySpan<S> third,
        ReadOnlySpan<S> firstGradient,
        ReadOnlySpan<S> secondGradient,
        ReadOnlySpan<S> thirdGradient,
        [CallerArgumentExpression(nameof(first))] string firstName = "",
        [CallerArgumentExpression(nameof(second))] string secondName = "",
        [CallerArgumentExpression(nameof(third))] string thirdName = "",
        [CallerArgumentExpression(nameof(firstGradient))] string firstGradientName = "",
        [CallerArgumentExpression(nameof(secondGradient))] string secondGradientName = "",
        [CallerArgumentExpression(nameof(thirdGradient))] string thirdGradientName = ""
    )
    {
        CheckLength(second.Length, secondName, first.Length, firstName);
        CheckLength(third.Length, thirdName, first.Length, firstName);
        CheckWanted(firstGradient.Length, firstGradientName, first.Length, firstName);
        CheckWanted(secondGradient.Length, secondGradientName, first.Length, firstName);
        CheckWanted(thirdGradient.Length, thirdGradientName, first.Length, firstName);
        CheckApart(firstGradient, firstGradientName, first, second, third, firstName, secondName, thirdName);
        CheckApart(secondGradient, secondGradientName, first, second, third, firstName, secondName, thirdName);
        CheckApart(thirdGradient, thirdGradientName, first, second, third, firstName, secondName, thirdName);
        Refuse.Shared(firstGradient, secondGradient, firstGradientName, secondGradientName);
        Refuse.Shared(firstGradient, thirdGradient, firstGradientName, thirdGradientName);
        Refuse.Shared(secondGradient, thirdGradient, secondGradientName, thirdGradientName);
    }

    // A part of an operand may not be overwritten before it is read: a gradient is in its memory, or elsewhere.
    private static void CheckApart<S>(
        ReadOnlySpan<S> gradient,
        string name,
        ReadOnlySpan<S> first,
        ReadOnlySpan<S> second,
        ReadOnlySpan<S> third,
        [CallerArgumentExpression(nameof(first))] string? firstName = null,
        [CallerArgumentExpression(nameof(second))] string? secondName = null,
        [CallerArgumentExpression(nameof(third))] string? thirdName = null
    )
    {
        Refuse.PartlyOver(first, gradient, firstName, name);
        Refuse.PartlyOver(second, gradient, secondName, name);
        Refuse.PartlyOver(third, gradient, thirdName, name);
    }

    private static void CheckWanted(int length, string name, int other, string otherName)
    {
        if (length != 0)
            CheckLength(length, name, other, otherName);
    }

    private static void CheckLength(int length, string name, int other, string otherName)
    {
        if (length != other)
            throw new ArgumentException($"{name} has {length} elements but {otherName} has {other}; they must be equal.", name);
    }

    private static void CheckShape(int length, Shape shape, string name)
    {
        if (length != shape.Size)
            throw new ArgumentException($"{name} has {length} elements but shape {shape} has {shape.Size}; they must be equal.", name);
    }

    private static double Divisor(Reduction reduction, Shape values, double count, string name) =>
        reduction switch
        {
            Reduction.Mean => count,
            Reduction.Sum => 1,
            Reduction.BatchMean when values.Rank > 0 => values[0],
            Reduction.BatchMean => throw new ArgumentException("a batch mean needs a batch axis, but the values have shape ().", name),
            Reduction.None when values.Size == 1 => 1,
            Reduction.None => throw new ArgumentException(
                $"a value and gradient is that of one number, but without a reduction the loss has values of shape {values}.",
                nameof(reduction)
            ),
            _ => throw new ArgumentOutOfRangeException(
                nameof(reduction),
                FormattableString.Invariant($"{(int)reduction} is no reduction.")
            ),
        };

    private static S Divided<S>(ExactSum sum, double divisor, Reduction reduction)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        (reduction is Reduction.Sum or Reduction.None, typeof(S) == typeof(float)) switch
        {
            (true, true) => S.CreateChecked(sum.ToSingle()),
            (true, false) => S.CreateChecked(sum.ToDouble()),
            (false, true) => S.CreateChecked(sum.MeanSingle((long)divisor)),
            (false, false) => S.CreateChecked(sum.Mean((long)divisor)),
        };

    private static S Quotient<S>(ExactSum sum, ExactSum weight)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        typeof(S) == typeof(float) ? S.CreateChecked(ExactSum.RatioSingle(sum, weight)) : S.CreateChecked(ExactSum.Ratio(sum, weight));
}
