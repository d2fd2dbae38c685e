using System.Numerics;
using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Connectionist temporal classification.</summary>
    /// <param name="blank">The class that stands for nothing; 0 by default.</param>
    /// <param name="zeroInfinity">Whether a target that no path can spell counts 0 instead of +∞; false by default.</param>
    /// <param name="reduction">How the values become one; a mean divides each by the length of its target first.</param>
    /// <remarks>In nats; its slope is the true one, whether or not a log-softmax stands before it.
    /// Source: Graves et al. (2006); torch.nn.CTCLoss.</remarks>
    public static CTCLoss CTC(int? blank = null, bool? zeroInfinity = null, Reduction reduction = Reduction.Mean) =>
        new(new(blank ?? CTCOptions.Default.Blank, zeroInfinity ?? CTCOptions.Default.ZeroInfinity), reduction);
}

/// <summary>Connectionist temporal classification, with its reduction.</summary>
public sealed class CTCLoss
{
    private readonly CTCOptions _options;
    private readonly Reduction _reduction;

    internal CTCLoss(CTCOptions options, Reduction reduction) => (_options, _reduction) = (options, reduction);

    /// <summary>The reduced loss, differentiable on every engine.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities: (T, N, C), or (T, C) for one sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    public T Evaluate<T>(T logProbabilities, Labels labels, int[] inputLengths, int[] targetLengths)
        where T : ITensor<T> => Reduce.by(_reduction, Sequence.ctc(_options, inputLengths, targetLengths, labels, logProbabilities));

    /// <summary>The loss reduced in another way than its own: with weights for its samples, another divisor.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities: (T, N, C), or (T, C) for one sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <param name="reducing">The reduction in full, which takes the place of the loss's own.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    public T Evaluate<T>(T logProbabilities, Labels labels, int[] inputLengths, int[] targetLengths, Reducing reducing)
        where T : ITensor<T> => Reduce.@using(reducing, Sequence.ctc(_options, inputLengths, targetLengths, labels, logProbabilities));

    /// <summary>What a mean divides, and what it divides by: the parts of micro-batches or machines add up to the exact mean of all.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities: (T, N, C), or (T, C) for one sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <param name="reducing">Weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    public (T Numerator, T Denominator) Parts<T>(
        T logProbabilities,
        Labels labels,
        int[] inputLengths,
        int[] targetLengths,
        Reducing? reducing = null
    )
        where T : ITensor<T> =>
        Reduce.partsUsing(reducing ?? Reducing.Default, Sequence.ctc(_options, inputLengths, targetLengths, labels, logProbabilities));

    /// <summary>Adds the loss of a batch to an accumulator, whose mean is that of all it was given, to the last bit.</summary>
    /// <param name="total">Receives the values and the weights they count with.</param>
    /// <param name="logProbabilities">Logarithms of probabilities: (T, N, C), or (T, C) for one sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <param name="reducing">Mask, weights and divisor; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    public void AddTo<S>(
        LossAccumulator total,
        DiffTensor<S> logProbabilities,
        Labels labels,
        int[] inputLengths,
        int[] targetLengths,
        Reducing? reducing = null
    )
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Reduce.addUsing(reducing ?? Reducing.Default, total, Sequence.ctc(_options, inputLengths, targetLengths, labels, logProbabilities));

    /// <summary>The reduced loss and its gradient by the logarithms of the probabilities.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities: (T, N, C), or (T, C) for one sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reduction is none: a gradient is that of one number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    public (DiffTensor<S> Value, DiffTensor<S> Gradient) ValueAndGradient<S>(
        DiffTensor<S> logProbabilities,
        Labels labels,
        int[] inputLengths,
        int[] targetLengths
    )
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Diff.ValueAndGrad(x => Evaluate(x, labels, inputLengths, targetLengths), logProbabilities);
}
