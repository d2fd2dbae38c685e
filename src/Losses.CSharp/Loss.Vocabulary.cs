using System.Numerics;
using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>The last linear layer and cross-entropy in one: never are all logits stored.</summary>
    /// <param name="classWeights">A weight a class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks a row to leave out; −100 by default.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes; 0 by default.</param>
    /// <param name="chunk">How many rows at a time; at least 1.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is outside [0, 1].</exception>
    /// <remarks>CrossEntropy(input · weightᵀ + bias), in nats. Source: torch.nn.functional.linear_cross_entropy.</remarks>
    public static LinearCrossEntropyLoss LinearCrossEntropy(
        Weights? classWeights = null,
        int? ignoreIndex = null,
        double? labelSmoothing = null,
        int chunk = Vocabulary.LinearCrossEntropyChunk,
        Reduction reduction = Reduction.Mean
    ) =>
        new(
            new(
                classWeights ?? CrossEntropyOptions.Default.ClassWeights,
                ignoreIndex ?? CrossEntropyOptions.Default.IgnoreIndex,
                labelSmoothing ?? CrossEntropyOptions.Default.LabelSmoothing,
                CrossEntropyOptions.Default.ClassAxis
            ),
            chunk,
            reduction
        );

    /// <summary>Cross-entropy under an adaptive softmax, over labels (N): the clusters that no label is in cost nothing.</summary>
    /// <param name="parameters">Cutoffs, head and clusters; tensors like any other, so that gradients by them follow.</param>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="reduction">How the values become one. What PyTorch calls the output is minus the values that none gives.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>Source: Grave et al. (2017); torch.nn.AdaptiveLogSoftmaxWithLoss.</remarks>
    public static T AdaptiveLogSoftmaxWithLoss<T>(
        AdaptiveSoftmax<T> parameters,
        T input,
        Labels labels,
        Reduction reduction = Reduction.Mean
    )
        where T : ITensor<T> => Reduce.by(reduction, Vocabulary.adaptiveLogSoftmaxWithLoss(parameters, labels, input));

    /// <summary>The logarithms of the probabilities of all classes under an adaptive softmax.</summary>
    /// <param name="parameters">Cutoffs, head and clusters.</param>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <returns>(N, C), or (C).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static T AdaptiveLogProbabilities<T>(AdaptiveSoftmax<T> parameters, T input)
        where T : ITensor<T> => Vocabulary.adaptiveLogProbabilities(parameters, input);
}

/// <summary>The last linear layer and cross-entropy in one, with its reduction.</summary>
public sealed class LinearCrossEntropyLoss
{
    private readonly CrossEntropyOptions _options;
    private readonly int _chunk;
    private readonly Reduction _reduction;

    internal LinearCrossEntropyLoss(CrossEntropyOptions options, int chunk, Reduction reduction) =>
        (_options, _chunk, _reduction) = (options.Checked(), chunk, reduction);

    /// <summary>The reduced loss, differentiable on every engine in input, weight and bias.</summary>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    public T Evaluate<T>(T input, T weight, T bias, Labels labels)
        where T : ITensor<T> => Reduce.by(_reduction, Vocabulary.linearCrossEntropy(_options, _chunk, labels, bias, weight, input));

    /// <summary>The loss reduced in another way than its own.</summary>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    public T Evaluate<T>(T input, T weight, T bias, Labels labels, Reducing reducing)
        where T : ITensor<T> => Reduce.@using(reducing, Vocabulary.linearCrossEntropy(_options, _chunk, labels, bias, weight, input));

    /// <summary>Adds the loss of a batch to an accumulator, whose mean is that of all it was given, to the last bit.</summary>
    /// <param name="total">Receives the values and the weights they count with.</param>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    public void AddTo<S>(
        LossAccumulator total,
        DiffTensor<S> input,
        DiffTensor<S> weight,
        DiffTensor<S> bias,
        Labels labels,
        Reducing? reducing = null
    )
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Reduce.addUsing(reducing ?? Reducing.Default, total, Vocabulary.linearCrossEntropy(_options, _chunk, labels, bias, weight, input));

    /// <summary>What a mean divides, and what it divides by: the parts of micro-batches or machines add up to the exact mean of all.</summary>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    public (T Numerator, T Denominator) Parts<T>(T input, T weight, T bias, Labels labels, Reducing? reducing = null)
        where T : ITensor<T> =>
        Reduce.partsUsing(reducing ?? Reducing.Default, Vocabulary.linearCrossEntropy(_options, _chunk, labels, bias, weight, input));

    /// <summary>The reduced loss and its gradients by input, weight and bias.</summary>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> Input, DiffTensor<S> Weight, DiffTensor<S> Bias) ValueAndGradients<S>(
        DiffTensor<S> input,
        DiffTensor<S> weight,
        DiffTensor<S> bias,
        Labels labels
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var (value, gradients) = Diff.ValueAndGrad(x => Evaluate(x[0], x[1], x[2], labels), input, weight, bias);
        return (value, gradients[0], gradients[1], gradients[2]);
    }
}
