using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace Losses;

/// <summary>Losses over the caller's own memory: value and gradient in one pass, nothing copied.</summary>
public static class SpanKernels
{
    /// <summary>The reduced value of a pointwise loss, and its gradient by the prediction.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="target">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="shape">Of prediction, target and gradient.</param>
    /// <param name="reduction">Mean, sum or batch mean; none for a single element: the gradient is that of one number.</param>
    /// <param name="gradient">Receives the gradient; may be the memory of <paramref name="prediction"/>.</param>
    /// <returns>The exact sum or mean of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length is not that of the shape, or there is neither a reduction nor a single value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where. What the gradient's memory holds then is of no
    /// use.</exception>
    public static S ValueAndGradient<L, S>(
        L loss,
        ReadOnlySpan<S> prediction,
        ReadOnlySpan<S> target,
        Shape shape,
        Reduction reduction,
        Span<S> gradient
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        CheckLength(target.Length, shape, nameof(target));
        CheckLength(prediction.Length, shape, nameof(prediction));
        CheckLength(gradient.Length, shape, nameof(gradient));
        var divisor = Divisor(reduction, shape, shape.Size, nameof(prediction));
        var two = new TwoOf<L>(loss);
        var sum = Kernel.ValueAndGradient<TwoOf<L>, S>(
            two,
            prediction,
            target,
            [S.Zero],
            shape.Size,
            [S.One],
            1 / divisor,
            gradient,
            [],
            [],
            Watch.Refusing(two, shape)
        );
        return Divided<S>(sum, divisor, reduction);
    }

    /// <summary>The reduced value of a loss of rows with labels, and its gradient by the prediction.</summary>
    /// <param name="loss">Labels, class axis, class weights, and which loss.</param>
    /// <param name="prediction">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="shape">Of prediction and gradient.</param>
    /// <param name="reduction">Mean (over the weights of the labels), sum or batch mean; none for a single label: the gradient is that of one number.</param>
    /// <param name="gradient">Receives the gradient; may be the memory of <paramref name="prediction"/>.</param>
    /// <returns>The exact sum or mean of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length is not that of the shape, or there is neither a reduction nor a single value.</exception>
    public static S ValueAndGradient<S>(LabelledRows loss, ReadOnlySpan<S> prediction, Shape shape, Reduction reduction, Span<S> gradient)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(loss);
        Kernel.CheckStorage<S>();
        CheckLength(prediction.Length, shape, nameof(prediction));
        CheckLength(gradient.Length, shape, nameof(gradient));
        var weight = loss.LabelWeight();
        // The labels have the shape of the values: their first axis is the batch, wherever the classes lie.
        var divisor = Divisor(reduction, loss.Labels.Shape, weight.ToDouble(), nameof(prediction));
        var sum = loss.Run<S>(prediction, shape, [S.One], 1 / divisor, [], gradient, isSummed: true)!;
        return reduction == Reduction.Mean ? Quotient<S>(sum, weight) : Divided<S>(sum, divisor, reduction);
    }

    /// <summary>The reduced value of a loss of the vectors of three tensors, and its gradients.</summary>
    /// <param name="loss">Which loss.</param>
    /// <param name="first">Row-major, of <paramref name="shape"/>, its vectors along the last axis.</param>
    /// <param name="second">Likewise.</param>
    /// <param name="third">Likewise.</param>
    /// <param name="shape">Of all inputs and gradients.</param>
    /// <param name="reduction">Mean, sum or batch mean; none for a single vector: the gradients are those of one number.</param>
    /// <param name="firstGradient">Receives a gradient; empty where it is not wanted; may be the memory of an input.</param>
    /// <param name="secondGradient">Likewise.</param>
    /// <param name="thirdGradient">Likewise.</param>
    /// <returns>The exact sum or mean of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">A length is not that of the shape, there is no vector axis, or there is neither a reduction nor a single value.</exception>
    public static unsafe float ValueAndGradients(
        VectorRows loss,
        ReadOnlySpan<float> first,
        ReadOnlySpan<float> second,
        ReadOnlySpan<float> third,
        Shape shape,
        Reduction reduction,
        Span<float> firstGradient,
        Span<float> secondGradient,
        Span<float> thirdGradient
    )
    {
        ArgumentNullException.ThrowIfNull(loss);
        CheckLength(first.Length, shape, nameof(first));
        CheckLength(second.Length, shape, nameof(second));
        CheckLength(third.Length, shape, nameof(third));
        CheckWanted(firstGradient.Length, shape, nameof(firstGradient));
        CheckWanted(secondGradient.Length, shape, nameof(secondGradient));
        CheckWanted(thirdGradient.Length, shape, nameof(thirdGradient));
        if (shape.Rank == 0)
            throw new ArgumentException($"first has shape {shape}: there is no vector axis.", nameof(shape));
        var rows = shape.Without(-1);
        var divisor = Divisor(reduction, rows, rows.Size, nameof(first));
        var upstream = 1 / divisor;
        var values = ArrayPool<double>.Shared.Rent(rows.Size);
        var rounded = ArrayPool<float>.Shared.Rent(rows.Size);
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
            loss.Run(x, rows.Size, shape[-1], &upstream, true, v, g);
        }
        TensorPrimitives.ConvertTruncating<double, float>(values.AsSpan(0, rows.Size), rounded);
        var sum = new ExactSum();
        sum.Add(rounded.AsSpan(0, rows.Size));
        ArrayPool<double>.Shared.Return(values);
        ArrayPool<float>.Shared.Return(rounded);
        return Divided<float>(sum, divisor, reduction);
    }

    private static void CheckWanted(int length, Shape shape, string name)
    {
        if (length != 0)
            CheckLength(length, shape, name);
    }

    private static void CheckLength(int length, Shape shape, string name)
    {
        if (length != shape.Size)
            throw new ArgumentException($"{name} has {length} elements but shape {shape} has {shape.Size}; they must be equal.", name);
    }

    private static double Divisor(Reduction reduction, Shape shape, double count, string name) =>
        reduction switch
        {
            Reduction.Mean => count,
            Reduction.Sum => 1,
            Reduction.BatchMean when shape.Rank > 0 => shape[0],
            Reduction.BatchMean => throw new ArgumentException("a batch mean needs a batch axis, but the values have shape ().", name),
            Reduction.None when shape.Size == 1 => 1,
            Reduction.None => throw new ArgumentException(
                $"a value and gradient is that of one number, but without a reduction the loss has values of shape {shape}.",
                nameof(reduction)
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(reduction), reduction, $"{(int)reduction} is no reduction."),
        };

    private static S Divided<S>(ExactSum sum, double divisor, Reduction reduction)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        reduction is Reduction.Sum or Reduction.None
            ? typeof(S) == typeof(float)
                ? S.CreateChecked(sum.ToSingle())
                : S.CreateChecked(sum.ToDouble())
            : typeof(S) == typeof(float)
                ? S.CreateChecked(sum.MeanSingle((long)divisor))
                : S.CreateChecked(sum.Mean((long)divisor));

    private static S Quotient<S>(ExactSum sum, ExactSum weight)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        typeof(S) == typeof(float) ? S.CreateChecked(ExactSum.RatioSingle(sum, weight)) : S.CreateChecked(ExactSum.Ratio(sum, weight));
}
