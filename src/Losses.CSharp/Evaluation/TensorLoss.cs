using System.Numerics;
using Losses.FSharp;

namespace Losses.CSharp;

/// <summary>A loss of a prediction against a target, both tensors, with its reduction.</summary>
/// <remarks>Losses scale and add: <c>0.7 * Loss.MSE() + 0.3 * Loss.L1()</c> is a loss; of pointwise ones it is one pass over the memory.</remarks>
public abstract class TensorLoss
{
    private protected TensorLoss() { }

    /// <summary>The reduced loss, differentiable on every engine.</summary>
    /// <param name="prediction">Any shape that the loss takes.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public abstract T Evaluate<T>(T prediction, T target)
        where T : ITensor<T>;

    /// <summary>The loss reduced in another way than its own: with a mask, weights, another divisor, each sample by itself.</summary>
    /// <param name="prediction">Any shape that the loss takes.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public abstract T Evaluate<T>(T prediction, T target, Reducing reducing)
        where T : ITensor<T>;

    /// <summary>What a mean divides, and what it divides by: the parts of micro-batches or machines add up to the exact mean of all.</summary>
    /// <param name="prediction">Any shape that the loss takes.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">The loss is a sum of losses that divide by different numbers.</exception>
    public abstract (T Numerator, T Denominator) Parts<T>(T prediction, T target, Reducing? reducing = null)
        where T : ITensor<T>;

    /// <summary>Adds the loss of a batch to an accumulator, whose mean is that of all it was given, to the last bit.</summary>
    /// <param name="total">Receives the values and the weights they count with.</param>
    /// <param name="prediction">Any shape that the loss takes.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">The loss is a sum of losses that divide by different numbers.</exception>
    public abstract void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, DiffTensor<S> target, Reducing? reducing = null)
        where S : unmanaged, IFloatingPointIeee754<S>;

    /// <summary>The reduced loss and its gradient by the prediction.</summary>
    /// <param name="prediction">Any shape that the loss takes.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> Gradient) ValueAndGradient<S>(DiffTensor<S> prediction, DiffTensor<S> target)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Diff.ValueAndGrad(x => Check.Reduced(Evaluate(x, target)), prediction);
    }

    /// <summary>The loss reduced in another way than its own, and its gradient by the prediction.</summary>
    /// <param name="prediction">Any shape that the loss takes.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> Gradient) ValueAndGradient<S>(
        DiffTensor<S> prediction,
        DiffTensor<S> target,
        Reducing reducing
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Diff.ValueAndGrad(x => Check.Reduced(Evaluate(x, target, reducing)), prediction);
    }

    /// <summary>The reduced loss, and its gradient by the prediction, over the caller's own memory.</summary>
    /// <param name="prediction">Row-major, of <paramref name="shape"/>; float or double.</param>
    /// <param name="target">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="shape">Of prediction, target and gradient.</param>
    /// <param name="gradient">Receives the gradient; may be the memory of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">A length is not that of the shape, or the reduction is none.</exception>
    public virtual S ValueAndGradient<S>(ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, Shape shape, Span<S> gradient)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Check.Length(target.Length, shape, nameof(target));
        Check.Length(prediction.Length, shape, nameof(prediction));
        Check.Length(gradient.Length, shape, nameof(gradient));
        var (value, slope) = ValueAndGradient(new DiffTensor<S>(prediction, shape), new DiffTensor<S>(target, shape));
        slope.CopyTo(gradient);
        return value.ToScalar();
    }

    /// <summary>Both losses added.</summary>
    public static TensorLoss operator +(TensorLoss a, TensorLoss b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return a.Plus(b);
    }

    /// <summary>The loss scaled.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not finite.</exception>
    public static TensorLoss operator *(double scale, TensorLoss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss.Times(Check.Scale(scale));
    }

    /// <summary>The loss scaled.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not finite.</exception>
    public static TensorLoss operator *(TensorLoss loss, double scale) => scale * loss;

    private protected virtual TensorLoss Plus(TensorLoss other) => new SumLoss(this, other);

    private protected virtual TensorLoss Times(double scale) => new ScaledLoss(scale, this);

    // a + b where b is this loss and a is pointwise: one pass where this is, too.
    internal virtual TensorLoss AddedTo<A>(A loss, Reduction reduction, TensorLoss whole)
        where A : struct, IPointwise => new SumLoss(whole, this);

    private sealed class SumLoss(TensorLoss a, TensorLoss b) : TensorLoss
    {
        public override T Evaluate<T>(T prediction, T target) => a.Evaluate(prediction, target) + b.Evaluate(prediction, target);

        public override T Evaluate<T>(T prediction, T target, Reducing reducing) =>
            a.Evaluate(prediction, target, reducing) + b.Evaluate(prediction, target, reducing);

        public override (T Numerator, T Denominator) Parts<T>(T prediction, T target, Reducing? reducing) =>
            throw new InvalidOperationException("a sum of losses has no one denominator: take the parts of each.");

        public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, DiffTensor<S> target, Reducing? reducing) =>
            throw new InvalidOperationException("a sum of losses has no one denominator: accumulate each.");
    }

    private sealed class ScaledLoss(double scale, TensorLoss loss) : TensorLoss
    {
        public override T Evaluate<T>(T prediction, T target) => T.Constant(scale) * loss.Evaluate(prediction, target);

        public override T Evaluate<T>(T prediction, T target, Reducing reducing) =>
            T.Constant(scale) * loss.Evaluate(prediction, target, reducing);

        public override (T Numerator, T Denominator) Parts<T>(T prediction, T target, Reducing? reducing)
        {
            var (numerator, denominator) = loss.Parts(prediction, target, reducing);
            return (T.Constant(scale) * numerator, denominator);
        }

        public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, DiffTensor<S> target, Reducing? reducing) =>
            throw new InvalidOperationException("a scaled loss has values scaled in float64: accumulate the loss, and scale the mean.");
    }
}

/// <summary>A loss that has one definition for each element: with its kernel, over tensors and over the caller's own memory.</summary>
internal sealed class PointwiseLoss<L>(L loss, Reduction reduction) : TensorLoss
    where L : struct, IPointwise
{
    public override T Evaluate<T>(T prediction, T target) => Reduce.by(reduction, Pointwise.pointwise(loss, target, prediction));

    public override T Evaluate<T>(T prediction, T target, Reducing reducing) =>
        Reduce.@using(reducing, Pointwise.pointwise(loss, target, prediction));

    public override (T Numerator, T Denominator) Parts<T>(T prediction, T target, Reducing? reducing) =>
        Reduce.partsUsing(reducing ?? Reducing.Default, Pointwise.pointwise(loss, target, prediction));

    public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, DiffTensor<S> target, Reducing? reducing) =>
        Reduce.addUsing(reducing ?? Reducing.Default, total, Pointwise.pointwise(loss, target, prediction));

    public override S ValueAndGradient<S>(ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, Shape shape, Span<S> gradient) =>
        SpanKernels.ValueAndGradient(loss, prediction, target, shape, reduction, gradient);

    private protected override TensorLoss Plus(TensorLoss other) => other.AddedTo(loss, reduction, this);

    private protected override TensorLoss Times(double scale) => new PointwiseLoss<Scaled<L>>(new(scale, loss), reduction);

    internal override TensorLoss AddedTo<A>(A first, Reduction firstReduction, TensorLoss whole) =>
        firstReduction == reduction
            ? new PointwiseLoss<Added<A, L>>(new(first, loss), reduction)
            : base.AddedTo(first, firstReduction, whole);
}

/// <summary>A loss of tensors whose definition looks further than one element, or takes weights.</summary>
internal sealed class StructuredLoss<D>(D definition, Reduction reduction) : TensorLoss
    where D : struct, IStructured
{
    public override T Evaluate<T>(T prediction, T target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.by(reduction, definition.Values(prediction, target));
    }

    public override T Evaluate<T>(T prediction, T target, Reducing reducing)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.@using(reducing, definition.Values(prediction, target));
    }

    public override (T Numerator, T Denominator) Parts<T>(T prediction, T target, Reducing? reducing)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.partsUsing(reducing ?? Reducing.Default, definition.Values(prediction, target));
    }

    public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, DiffTensor<S> target, Reducing? reducing)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        Reduce.addUsing(reducing ?? Reducing.Default, total, definition.Values(prediction, target));
    }
}

/// <summary>A loss of the core with its options filled in.</summary>
internal interface IStructured
{
    LossValues<T> Values<T>(T prediction, T target)
        where T : ITensor<T>;
}
