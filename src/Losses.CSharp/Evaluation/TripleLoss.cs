using System.Numerics;
using System.Runtime.InteropServices;
using Losses.FSharp;

namespace Losses.CSharp;

/// <summary>A loss of three tensors, with its reduction; which three, and in which order, the method that makes it says.</summary>
public abstract class TripleLoss
{
    private protected TripleLoss() { }

    /// <summary>The reduced loss, differentiable on every engine in all three.</summary>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public abstract T Evaluate<T>(T first, T second, T third)
        where T : ITensor<T>;

    /// <summary>The loss reduced in another way than its own: with a mask, weights, another divisor, each sample by itself.</summary>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public abstract T Evaluate<T>(T first, T second, T third, Reducing reducing)
        where T : ITensor<T>;

    /// <summary>What a mean divides, and what it divides by: the parts of micro-batches or machines add up to the exact mean of all.</summary>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public abstract (T Numerator, T Denominator) Parts<T>(T first, T second, T third, Reducing? reducing = null)
        where T : ITensor<T>;

    /// <summary>Adds the loss of a batch to an accumulator, whose mean is that of all it was given, to the last bit.</summary>
    /// <param name="total">Receives the values and the weights they count with.</param>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public abstract void AddTo<S>(
        LossAccumulator total,
        DiffTensor<S> first,
        DiffTensor<S> second,
        DiffTensor<S> third,
        Reducing? reducing = null
    )
        where S : unmanaged, IFloatingPointIeee754<S>;

    /// <summary>The reduced loss and its gradients by all three.</summary>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> First, DiffTensor<S> Second, DiffTensor<S> Third) ValueAndGradients<S>(
        DiffTensor<S> first,
        DiffTensor<S> second,
        DiffTensor<S> third
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(third);
        var (value, gradients) = Diff.ValueAndGrad(x => Check.Reduced(Evaluate(x[0], x[1], x[2])), first, second, third);
        return (value, gradients[0], gradients[1], gradients[2]);
    }

    /// <summary>The reduced loss, and its gradients by all three, over the caller's own memory.</summary>
    /// <param name="first">Row-major, of <paramref name="shape"/>; float or double.</param>
    /// <param name="second">Likewise.</param>
    /// <param name="third">Likewise: only losses of three tensors of one shape are evaluated over spans.</param>
    /// <param name="shape">Of all inputs and gradients.</param>
    /// <param name="firstGradient">Receives a gradient; empty where it is not wanted; may be the memory of an input.</param>
    /// <param name="secondGradient">Likewise.</param>
    /// <param name="thirdGradient">Likewise.</param>
    /// <exception cref="ArgumentException">A length is not that of the shape, the shape is none that the loss takes, or the reduction is none.</exception>
    public virtual S ValueAndGradients<S>(
        ReadOnlySpan<S> first,
        ReadOnlySpan<S> second,
        ReadOnlySpan<S> third,
        Shape shape,
        Span<S> firstGradient,
        Span<S> secondGradient,
        Span<S> thirdGradient
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Check.Length(first.Length, shape, nameof(first));
        Check.Length(second.Length, shape, nameof(second));
        Check.Length(third.Length, shape, nameof(third));
        Check.Wanted(firstGradient.Length, shape, nameof(firstGradient));
        Check.Wanted(secondGradient.Length, shape, nameof(secondGradient));
        Check.Wanted(thirdGradient.Length, shape, nameof(thirdGradient));
        var (value, one, two, three) = ValueAndGradients<S>(
            new DiffTensor<S>(first, shape),
            new DiffTensor<S>(second, shape),
            new DiffTensor<S>(third, shape)
        );
        CopyWanted(one, firstGradient);
        CopyWanted(two, secondGradient);
        CopyWanted(three, thirdGradient);
        return value.ToScalar();
    }

    private static void CopyWanted<S>(DiffTensor<S> gradient, Span<S> destination)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (!destination.IsEmpty)
            gradient.CopyTo(destination);
    }
}

/// <summary>A loss of the core with its options filled in.</summary>
internal interface ITriple
{
    LossValues<T> Values<T>(T first, T second, T third)
        where T : ITensor<T>;

    // The loss as a kernel over float32 takes it, where it has one.
    VectorRows? Kernel() => null;
}

/// <summary>A loss of three tensors by its definition.</summary>
internal sealed class StructuredTripleLoss<D>(D definition, Reduction reduction) : TripleLoss
    where D : struct, ITriple
{
    public override T Evaluate<T>(T first, T second, T third) => Reduce.by(reduction, definition.Values(first, second, third));

    public override T Evaluate<T>(T first, T second, T third, Reducing reducing) =>
        Reduce.@using(reducing, definition.Values(first, second, third));

    public override (T Numerator, T Denominator) Parts<T>(T first, T second, T third, Reducing? reducing) =>
        Reduce.partsUsing(reducing ?? Reducing.Default, definition.Values(first, second, third));

    public override void AddTo<S>(
        LossAccumulator total,
        DiffTensor<S> first,
        DiffTensor<S> second,
        DiffTensor<S> third,
        Reducing? reducing
    ) => Reduce.addUsing(reducing ?? Reducing.Default, total, definition.Values(first, second, third));

    public override S ValueAndGradients<S>(
        ReadOnlySpan<S> first,
        ReadOnlySpan<S> second,
        ReadOnlySpan<S> third,
        Shape shape,
        Span<S> firstGradient,
        Span<S> secondGradient,
        Span<S> thirdGradient
    ) =>
        typeof(S) == typeof(float) && definition.Kernel() is { } kernel
            ? S.CreateTruncating(
                SpanKernels.ValueAndGradients(
                    kernel,
                    MemoryMarshal.Cast<S, float>(first),
                    MemoryMarshal.Cast<S, float>(second),
                    MemoryMarshal.Cast<S, float>(third),
                    shape,
                    reduction,
                    MemoryMarshal.Cast<S, float>(firstGradient),
                    MemoryMarshal.Cast<S, float>(secondGradient),
                    MemoryMarshal.Cast<S, float>(thirdGradient)
                )
            )
            : base.ValueAndGradients(first, second, third, shape, firstGradient, secondGradient, thirdGradient);
}
