using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>The façade's losses on torch.Tensor, on libtorch's tape: <c>loss.Forward(prediction, target).backward()</c>.</summary>
/// <remarks>
/// Every tensor that is made on the way is disposed of before the method returns, but for the result, which belongs to the current dispose scope, or to
/// the caller where there is none. A loss of float16 or bfloat16 tensors is float32.
/// </remarks>
public static class LossExtensions
{
    private static volatile Exception? s_backwardFailure;

    /// <summary>What the gradient of a loss failed with last, on any thread; null where none has.</summary>
    /// <remarks>
    /// No exception passes through libtorch's native engine. So <c>backward()</c> throws an error of libtorch's in its stead, an <see
    /// cref="System.Runtime.InteropServices.ExternalException"/> that complains of a node's gradients: the reason is here. It may be that a tensor was changed in place
    /// between the two passes. (<c>torch.autograd.grad</c> catches no error of libtorch's: there the process ends, as with libtorch's own losses.)
    /// </remarks>
    public static Exception? BackwardFailure
    {
        get => s_backwardFailure;
        internal set => s_backwardFailure = value;
    }

    /// <summary>The reduced loss, differentiable in both tensors.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">Any shape that the loss takes; float16, bfloat16, float32 or float64.</param>
    /// <param name="target">The shape, data type and device of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    public static Tensor Forward(this CSharp.TensorLoss loss, Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check.Alike(target, nameof(target), prediction, nameof(prediction));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(prediction, target));
    }

    /// <summary>The loss reduced in another way than its own: with a mask, weights, another divisor, each sample by itself.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">Any shape that the loss takes; float16, bfloat16, float32 or float64.</param>
    /// <param name="target">The shape, data type and device of <paramref name="prediction"/>.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    public static Tensor Forward(this CSharp.TensorLoss loss, Tensor prediction, Tensor target, Reducing reducing)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check.Alike(target, nameof(target), prediction, nameof(prediction));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(prediction, target, reducing));
    }

    /// <summary>The reduced loss against class labels.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …); float16, bfloat16, float32 or float64.</param>
    /// <param name="labels">Class indices in the shape that the loss takes; Int64 or Int32, on the device of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public static Tensor Forward(this CSharp.LabelLoss loss, Tensor prediction, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var indices = Check.Labels(labels, nameof(labels), prediction, nameof(prediction));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(prediction, indices));
    }

    /// <summary>The loss against class labels, reduced in another way than its own.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …); float16, bfloat16, float32 or float64.</param>
    /// <param name="labels">Class indices in the shape that the loss takes; Int64 or Int32, on the device of <paramref name="prediction"/>.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public static Tensor Forward(this CSharp.LabelLoss loss, Tensor prediction, Tensor labels, Reducing reducing)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var indices = Check.Labels(labels, nameof(labels), prediction, nameof(prediction));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(prediction, indices, reducing));
    }

    /// <summary>The reduced cross-entropy against class labels or, where <paramref name="target"/> is of the data type of the logits, class probabilities.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">Logits: (C), (N, C) or (N, C, d₁, …); float16, bfloat16, float32 or float64.</param>
    /// <param name="target">Class indices, Int64 or Int32, in the shape of <paramref name="prediction"/> without the class axis; or probabilities in its
    /// shape. On its device.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public static Tensor Forward(this CSharp.CrossEntropyLoss loss, Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(target);
        if (target.is_integral())
            return Forward((CSharp.LabelLoss)loss, prediction, target);
        Check.Alike(target, nameof(target), prediction, nameof(prediction));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(prediction, new TorchTensor(target)));
    }

    /// <summary>The reduced cross-entropy of logits that nobody needs afterwards: their gradient is written over them.</summary>
    /// <remarks>
    /// That saves the memory of the gradient, which has the size of the logits. Their numbers are gone when the method returns: another operation that has saved
    /// them for its own gradient is refused by <c>backward()</c>, and so are a second gradient and one that is differentiated in its turn. What comes from
    /// above, if it is no power of two, is rounded once more. Where nothing can be gained (without a gradient, on another device, without a reduction) the
    /// logits are left alone.
    /// </remarks>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">Logits: (C), (N, C) or (N, C, d₁, …), contiguous; float32 or float64; neither a leaf that requires a gradient nor a view of
    /// one.</param>
    /// <param name="labels">Class indices, Int64 or Int32, in the shape of <paramref name="prediction"/> without the class axis; on its device.</param>
    /// <param name="overwrite">Whether the logits may be overwritten; false is the same as to leave it out.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit, or the logits cannot be overwritten.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public static Tensor Forward(this CSharp.CrossEntropyLoss loss, Tensor prediction, Tensor labels, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (!overwrite)
            return Forward((CSharp.LabelLoss)loss, prediction, labels);
        var indices = Check.Labels(labels, nameof(labels), prediction, nameof(prediction));
        var expendable = TorchTensor.Expendable(prediction, nameof(prediction));
        return TorchTensor.Run(() => loss.Evaluate(expendable, indices));
    }

    /// <summary>The reduced loss of three tensors, differentiable in all of them.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    public static Tensor Forward(this CSharp.TripleLoss loss, Tensor first, Tensor second, Tensor third)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check.Alike(second, nameof(second), first, nameof(first));
        Check.Alike(third, nameof(third), first, nameof(first));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(first, second, third));
    }

    /// <summary>The loss of three tensors, reduced in another way than its own.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    public static Tensor Forward(this CSharp.TripleLoss loss, Tensor first, Tensor second, Tensor third, Reducing reducing)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check.Alike(second, nameof(second), first, nameof(first));
        Check.Alike(third, nameof(third), first, nameof(first));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(first, second, third, reducing));
    }

    /// <summary>The reduced connectionist temporal classification.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logProbabilities">Logarithms of probabilities: (T, N, C), or (T, C) for one sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another; Int64 or
    /// Int32.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    public static Tensor Forward(this CSharp.CTCLoss loss, Tensor logProbabilities, Tensor labels, int[] inputLengths, int[] targetLengths)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var indices = Check.Labels(labels, nameof(labels), logProbabilities, nameof(logProbabilities));
        return TorchTensor.Run(() => loss.Evaluate<TorchTensor>(logProbabilities, indices, inputLengths, targetLengths));
    }
}
