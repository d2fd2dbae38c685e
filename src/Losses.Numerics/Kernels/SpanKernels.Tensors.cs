using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Losses;

public static partial class SpanKernels
{
    /// <summary>The reduced loss of .NET's own tensors, and its gradient by the prediction; nothing is copied.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">Dense; of float or double.</param>
    /// <param name="target">Dense, of the lengths of <paramref name="prediction"/>.</param>
    /// <param name="gradient">Dense, of the same lengths; receives the gradient; may be the memory of an operand, but not of part of one.</param>
    /// <param name="reduction">Mean, sum or batch mean; none for a single element: the gradient is that of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">The lengths differ, a tensor has gaps, or the reduction does not give one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradient<L, S>(
        this L loss,
        in ReadOnlyTensorSpan<S> prediction,
        in ReadOnlyTensorSpan<S> target,
        in TensorSpan<S> gradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var shape = ShapeOf(prediction.Lengths);
        CheckSame(ShapeOf(target.Lengths), nameof(target), shape);
        CheckSame(ShapeOf(gradient.Lengths), nameof(gradient), shape);
        return loss.ValueAndGradient(
            Flat(prediction, nameof(prediction)),
            Flat(target, nameof(target)),
            shape,
            Flat(gradient, nameof(gradient)),
            reduction,
            cancellationToken
        );
    }

    /// <summary>The reduced loss of .NET's own tensor with labels, and its gradient by the prediction; nothing is copied.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">Dense, with the loss's class axis; of float or double.</param>
    /// <param name="labels">Class indices, row-major; the lengths of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="gradient">Dense, of the lengths of <paramref name="prediction"/>; receives the gradient; may be its memory.</param>
    /// <param name="reduction">Mean (over the weights of the labels), sum or batch mean; none for a single label: the gradient is that of one number.</param>
    /// <param name="cancellationToken">Calls the work off: the gradient then holds some of the new numbers, and elsewhere what was there before.</param>
    /// <returns>The exact mean or sum of the values, rounded once.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, a tensor has gaps, or the reduction does not give one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static S ValueAndGradient<L, S>(
        this L loss,
        in ReadOnlyTensorSpan<S> prediction,
        ReadOnlySpan<int> labels,
        in TensorSpan<S> gradient,
        Reduction reduction = Reduction.Mean,
        CancellationToken cancellationToken = default
    )
        where L : ILabelled
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var shape = ShapeOf(prediction.Lengths);
        CheckSame(ShapeOf(gradient.Lengths), nameof(gradient), shape);
        return loss.ValueAndGradient(
            Flat(prediction, nameof(prediction)),
            labels,
            shape,
            Flat(gradient, nameof(gradient)),
            reduction,
            cancellationToken
        );
    }

    // The exact sum of the losses, rounded to the storage type each, as the kernels give it.
    internal static ExactSum Sum<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = prediction.Length;
        CheckLength(target.Length, nameof(target), n, nameof(prediction));
        var two = new TwoOf<L>(loss);
        return Kernel.Sum<TwoOf<L>, S>(two, prediction, target, [S.Zero], n, Watch.Refusing(two, [n]));
    }

    // The same of rows with labels, and the exact sum of the labels' weights.
    internal static (ExactSum Sum, ExactSum Weight) Sum<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<int> labels)
        where L : ILabelled
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Kernel.CheckStorage<S>();
        var shape = RowsOf(prediction.Length, labels.Length);
        var labelShape = shape.Without(loss.Axis(shape));
        CheckShape(labels.Length, labelShape, nameof(labels));
        var indices = ArrayPool<int>.Shared.Rent(labels.Length);
        try
        {
            labels.CopyTo(indices);
            var rows = loss.Rows(Labels.Over(indices, labelShape), shape);
            return (rows.Run<S>(prediction, shape, [1], [], [], isSummed: true)!, rows.LabelWeight());
        }
        finally
        {
            ArrayPool<int>.Shared.Return(indices);
        }
    }

    internal static Shape ShapeOf(ReadOnlySpan<nint> lengths)
    {
        var axes = new int[lengths.Length];
        for (var i = 0; i < axes.Length; i++)
            axes[i] = (int)Math.Min(lengths[i], int.MaxValue);
        return new(axes);
    }

    private static void CheckSame(Shape shape, string name, Shape prediction)
    {
        if (shape != prediction)
            throw new ArgumentException($"{name} has shape {shape} but prediction has shape {prediction}; they must be equal.", name);
    }

    private static ReadOnlySpan<S> Flat<S>(in ReadOnlyTensorSpan<S> tensor, string name) =>
        tensor.IsEmpty ? []
        : IsRowMajor(tensor.Lengths, tensor.Strides)
            ? MemoryMarshal.CreateReadOnlySpan(in tensor.GetPinnableReference(), (int)tensor.FlattenedLength)
        : throw Gaps(name);

    private static Span<S> Flat<S>(in TensorSpan<S> tensor, string name) =>
        tensor.IsEmpty ? []
        : IsRowMajor(tensor.Lengths, tensor.Strides)
            ? MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), (int)tensor.FlattenedLength)
        : throw Gaps(name);

    // .NET calls a transposed tensor dense as well, and gives an axis of length 1 any stride.
    private static bool IsRowMajor(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
    {
        nint expected = 1;
        for (var axis = lengths.Length - 1; axis >= 0; axis--)
        {
            if (lengths[axis] == 1)
                continue;
            if (strides[axis] != expected)
                return false;
            expected *= lengths[axis];
        }
        return true;
    }

    private static ArgumentException Gaps(string name) =>
        new($"{name} is not dense: its elements do not lie row after row, so that it would have to be copied.", name);
}
