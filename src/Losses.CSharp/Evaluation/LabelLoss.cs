using System.Numerics;
using Losses.FSharp;

namespace Losses.CSharp;

/// <summary>A loss of a prediction against class labels, with its reduction.</summary>
/// <remarks>Losses scale and add: <c>0.7 * a + 0.3 * b</c> is a loss.</remarks>
public abstract class LabelLoss
{
    private protected LabelLoss() { }

    /// <summary>The reduced loss, differentiable on every engine.</summary>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices, in the shape that the loss takes.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public abstract T Evaluate<T>(T prediction, Labels labels)
        where T : ITensor<T>;

    /// <summary>The loss reduced in another way than its own: with a mask, weights, another divisor, each sample by itself.</summary>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices, in the shape that the loss takes.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public abstract T Evaluate<T>(T prediction, Labels labels, Reducing reducing)
        where T : ITensor<T>;

    /// <summary>What a mean divides, and what it divides by: the parts of micro-batches or machines add up to the exact mean of all.</summary>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices, in the shape that the loss takes.</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <exception cref="InvalidOperationException">The loss is a sum of losses that divide by different numbers.</exception>
    public abstract (T Numerator, T Denominator) Parts<T>(T prediction, Labels labels, Reducing? reducing = null)
        where T : ITensor<T>;

    /// <summary>Adds the loss of a batch to an accumulator, whose mean is that of all it was given, to the last bit.</summary>
    /// <param name="total">Receives the values and the weights they count with.</param>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices, in the shape that the loss takes.</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <exception cref="InvalidOperationException">The loss is a sum of losses that divide by different numbers.</exception>
    public abstract void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, Labels labels, Reducing? reducing = null)
        where S : unmanaged, IFloatingPointIeee754<S>;

    /// <summary>The reduced loss and its gradient by the prediction.</summary>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> Gradient) ValueAndGradient<S>(DiffTensor<S> prediction, Labels labels)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Diff.ValueAndGrad(x => Check.Reduced(Evaluate(x, labels)), prediction);
    }

    /// <summary>The loss reduced in another way than its own, and its gradient by the prediction.</summary>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices, in the shape that the loss takes.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> Gradient) ValueAndGradient<S>(DiffTensor<S> prediction, Labels labels, Reducing reducing)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Diff.ValueAndGrad(x => Check.Reduced(Evaluate(x, labels, reducing)), prediction);
    }

    /// <summary>The reduced loss, and its gradient by the prediction, over the caller's own memory.</summary>
    /// <param name="prediction">Row-major, of <paramref name="shape"/>; float or double.</param>
    /// <param name="labels">Class indices; <paramref name="shape"/> without the class axis.</param>
    /// <param name="shape">Of prediction and gradient.</param>
    /// <param name="gradient">Receives the gradient; may be the memory of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">A length is not that of the shape, or the reduction is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public virtual S ValueAndGradient<S>(ReadOnlySpan<S> prediction, Labels labels, Shape shape, Span<S> gradient)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Check.Length(prediction.Length, shape, nameof(prediction));
        Check.Length(gradient.Length, shape, nameof(gradient));
        var (value, slope) = ValueAndGradient(new DiffTensor<S>(prediction, shape), labels);
        slope.CopyTo(gradient);
        return value.ToScalar();
    }

    /// <summary>Both losses added.</summary>
    public static LabelLoss operator +(LabelLoss a, LabelLoss b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new SumLoss(a, b);
    }

    /// <summary>The loss scaled.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not finite.</exception>
    public static LabelLoss operator *(double scale, LabelLoss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new ScaledLoss(Check.Scale(scale), loss);
    }

    /// <summary>The loss scaled.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not finite.</exception>
    public static LabelLoss operator *(LabelLoss loss, double scale) => scale * loss;

    private sealed class SumLoss(LabelLoss a, LabelLoss b) : LabelLoss
    {
        public override T Evaluate<T>(T prediction, Labels labels) => a.Evaluate(prediction, labels) + b.Evaluate(prediction, labels);

        public override T Evaluate<T>(T prediction, Labels labels, Reducing reducing) =>
            a.Evaluate(prediction, labels, reducing) + b.Evaluate(prediction, labels, reducing);

        public override (T Numerator, T Denominator) Parts<T>(T prediction, Labels labels, Reducing? reducing) =>
            throw new InvalidOperationException("a sum of losses has no one denominator: take the parts of each.");

        public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, Labels labels, Reducing? reducing) =>
            throw new InvalidOperationException("a sum of losses has no one denominator: accumulate each.");
    }

    private sealed class ScaledLoss(double scale, LabelLoss loss) : LabelLoss
    {
        public override T Evaluate<T>(T prediction, Labels labels) => T.Constant(scale) * loss.Evaluate(prediction, labels);

        public override T Evaluate<T>(T prediction, Labels labels, Reducing reducing) =>
            T.Constant(scale) * loss.Evaluate(prediction, labels, reducing);

        public override (T Numerator, T Denominator) Parts<T>(T prediction, Labels labels, Reducing? reducing)
        {
            var (numerator, denominator) = loss.Parts(prediction, labels, reducing);
            return (T.Constant(scale) * numerator, denominator);
        }

        public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, Labels labels, Reducing? reducing) =>
            throw new InvalidOperationException("a scaled loss has values scaled in float64: accumulate the loss, and scale the mean.");
    }
}

/// <summary>A loss of the core with its options filled in.</summary>
internal interface ILabelled
{
    LossValues<T> Values<T>(T prediction, Labels labels)
        where T : ITensor<T>;

    // The loss as a kernel takes it, where it has one.
    LabelledRows? Kernel(Labels labels, Shape shape) => null;
}

/// <summary>A loss of labels by its definition.</summary>
internal sealed class StructuredLabelLoss<D>(D definition, Reduction reduction) : LabelLoss
    where D : struct, ILabelled
{
    public override T Evaluate<T>(T prediction, Labels labels)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.by(reduction, definition.Values(prediction, labels));
    }

    public override T Evaluate<T>(T prediction, Labels labels, Reducing reducing)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.@using(reducing, definition.Values(prediction, labels));
    }

    public override (T Numerator, T Denominator) Parts<T>(T prediction, Labels labels, Reducing? reducing)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.partsUsing(reducing ?? Reducing.Default, definition.Values(prediction, labels));
    }

    public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, Labels labels, Reducing? reducing)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        Reduce.addUsing(reducing ?? Reducing.Default, total, definition.Values(prediction, labels));
    }

    public override S ValueAndGradient<S>(ReadOnlySpan<S> prediction, Labels labels, Shape shape, Span<S> gradient) =>
        definition.Kernel(labels, shape) is { } kernel
            ? SpanKernels.ValueAndGradient(kernel, prediction, shape, reduction, gradient)
            : base.ValueAndGradient(prediction, labels, shape, gradient);
}

/// <summary>Cross-entropy of logits, with class labels or class probabilities.</summary>
public sealed class CrossEntropyLoss : LabelLoss
{
    private readonly CrossEntropyOptions _options;
    private readonly Reduction _reduction;

    internal CrossEntropyLoss(CrossEntropyOptions options, Reduction reduction) => (_options, _reduction) = (options.Checked(), reduction);

    /// <inheritdoc/>
    public override T Evaluate<T>(T prediction, Labels labels)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.by(_reduction, Classification.crossEntropy(_options, labels, prediction));
    }

    /// <inheritdoc/>
    public override T Evaluate<T>(T prediction, Labels labels, Reducing reducing)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.@using(reducing, Classification.crossEntropy(_options, labels, prediction));
    }

    /// <inheritdoc/>
    public override (T Numerator, T Denominator) Parts<T>(T prediction, Labels labels, Reducing? reducing = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.partsUsing(reducing ?? Reducing.Default, Classification.crossEntropy(_options, labels, prediction));
    }

    /// <inheritdoc/>
    public override void AddTo<S>(LossAccumulator total, DiffTensor<S> prediction, Labels labels, Reducing? reducing = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        Reduce.addUsing(reducing ?? Reducing.Default, total, Classification.crossEntropy(_options, labels, prediction));
    }

    /// <summary>The reduced loss against class probabilities, differentiable on every engine.</summary>
    /// <param name="prediction">Logits: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="probabilities">The shape of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public T Evaluate<T>(T prediction, T probabilities)
        where T : ITensor<T>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Reduce.by(_reduction, Classification.crossEntropyWithProbabilities(_options, probabilities, prediction));
    }

    /// <summary>The reduced loss against class probabilities, and its gradient by the logits.</summary>
    /// <param name="prediction">Logits: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="probabilities">The shape of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> Gradient) ValueAndGradient<S>(DiffTensor<S> prediction, DiffTensor<S> probabilities)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Diff.ValueAndGrad(x => Check.Reduced(Evaluate(x, probabilities)), prediction);
    }

    /// <inheritdoc/>
    public override S ValueAndGradient<S>(ReadOnlySpan<S> prediction, Labels labels, Shape shape, Span<S> gradient) =>
        SpanKernels.ValueAndGradient(Classification.crossEntropyKernel(_options, labels, shape), prediction, shape, _reduction, gradient);
}
