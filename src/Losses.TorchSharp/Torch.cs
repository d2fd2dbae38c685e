using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>Any loss on torch.Tensor, on libtorch's tape: <c>Torch.Loss((x, t) => Loss.Huber(x, t, delta: 0.5).Mean(), prediction, target).backward()</c>.</summary>
/// <remarks>
/// The function is any expression of the façade, or a definition of one's own. Every tensor that is made on the way is disposed of before the method
/// returns, but for the result, which belongs to the current dispose scope, or to the caller where there is none. A loss of float16 or bfloat16 tensors
/// is float32.
/// </remarks>
public static class Torch
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

    /// <summary>Class indices as labels.</summary>
    /// <param name="indices">Int64 or Int32, on any device.</param>
    /// <exception cref="ArgumentException"><paramref name="indices"/> has another data type.</exception>
    public static Labels Labels(Tensor indices) => Check.Labels(indices, nameof(indices), indices, nameof(indices));

    /// <summary>The loss of a prediction, differentiable in it.</summary>
    /// <param name="loss">The loss with its reduction; what else it is a loss of it has at hand.</param>
    /// <param name="prediction">float16, bfloat16, float32 or float64.</param>
    /// <exception cref="ArgumentException">Shapes or data types do not fit.</exception>
    public static Tensor Loss(Func<TorchTensor, TorchTensor> loss, Tensor prediction)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(prediction);
        return TorchTensor.Run(() => loss(prediction));
    }

    /// <summary>The loss of a prediction against a target, differentiable in both.</summary>
    /// <param name="loss">The loss with its reduction.</param>
    /// <param name="prediction">Any shape that the loss takes; float16, bfloat16, float32 or float64.</param>
    /// <param name="target">The data type and device of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    public static Tensor Loss(Func<TorchTensor, TorchTensor, TorchTensor> loss, Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check.Alike(target, nameof(target), prediction, nameof(prediction));
        return TorchTensor.Run(() => loss(prediction, target));
    }

    /// <summary>The loss of a prediction against class labels.</summary>
    /// <param name="loss">The loss with its reduction. Cross-entropy with probabilities has to say that it means them:
    /// <c>(TorchTensor x, TorchTensor p) => Loss.CrossEntropy(x, p).Mean()</c>.</param>
    /// <param name="prediction">(C), (N, C) or (N, C, d₁, …); float16, bfloat16, float32 or float64.</param>
    /// <param name="labels">Class indices in the shape that the loss takes; Int64 or Int32, on the device of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Loss(Func<TorchTensor, Labels, TorchTensor> loss, Tensor prediction, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var indices = Check.Labels(labels, nameof(labels), prediction, nameof(prediction));
        return TorchTensor.Run(() => loss(prediction, indices));
    }

    /// <summary>The loss of three tensors, differentiable in all of them.</summary>
    /// <param name="loss">The loss with its reduction.</param>
    /// <param name="first">The first tensor: a prediction, an anchor, …</param>
    /// <param name="second">The second: a target, a positive, …</param>
    /// <param name="third">The third: a variance, a negative, …</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit.</exception>
    public static Tensor Loss(Func<TorchTensor, TorchTensor, TorchTensor, TorchTensor> loss, Tensor first, Tensor second, Tensor third)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check.Alike(second, nameof(second), first, nameof(first));
        Check.Alike(third, nameof(third), first, nameof(first));
        return TorchTensor.Run(() => loss(first, second, third));
    }

    /// <summary>Cross-entropy, or another loss of rows with labels, of logits that nobody needs afterwards: their gradient is written over them.</summary>
    /// <remarks>
    /// That saves the memory of the gradient, which has the size of the logits. Their numbers are gone when the method returns: another operation that has saved
    /// them for its own gradient is refused by <c>backward()</c>, and so are a second gradient and one that is differentiated in its turn. What comes from
    /// above, if it is no power of two, is rounded once more. Where nothing can be gained (without a gradient, on another device, without a reduction) the
    /// logits are left alone.
    /// </remarks>
    /// <param name="loss">The loss with its reduction; it uses the logits once.</param>
    /// <param name="prediction">Logits: (C), (N, C) or (N, C, d₁, …), contiguous; float32 or float64; neither a leaf that requires a gradient nor a view of
    /// one.</param>
    /// <exception cref="ArgumentException">Shapes or data types do not fit, or the logits cannot be overwritten.</exception>
    public static Tensor Overwriting(Func<TorchTensor, TorchTensor> loss, Tensor prediction)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var expendable = TorchTensor.Expendable(prediction, nameof(prediction));
        return TorchTensor.Run(() => loss(expendable));
    }

    /// <summary>The same with the labels beside.</summary>
    /// <param name="loss">The loss with its reduction; it uses the logits once.</param>
    /// <param name="prediction">Logits, as above.</param>
    /// <param name="labels">Class indices, Int64 or Int32, on the device of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">Shapes, data types or devices do not fit, or the logits cannot be overwritten.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    public static Tensor Overwriting(Func<TorchTensor, Labels, TorchTensor> loss, Tensor prediction, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var indices = Check.Labels(labels, nameof(labels), prediction, nameof(prediction));
        return Overwriting(x => loss(x, indices), prediction);
    }
}
