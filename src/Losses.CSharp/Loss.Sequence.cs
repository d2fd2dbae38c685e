using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Connectionist temporal classification: minus the logarithm of the probability of all paths that spell the target.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities, as a log-softmax gives: (T, N, C), or (T, C) for one sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <param name="blank">The class that stands for nothing; 0 by default.</param>
    /// <param name="zeroInfinity">Whether a target that no path can spell counts 0 instead of +∞; false by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    /// <remarks>In nats; a mean divides each by the length of its target first. Its slope is the true one, whether or not a log-softmax stands before it.
    /// Source: Graves et al. (2006); torch.nn.CTCLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> CTC<T>(
        T logProbabilities,
        Labels labels,
        int[] inputLengths,
        int[] targetLengths,
        int? blank = null,
        bool? zeroInfinity = null
    )
        where T : ITensor<T> => Sequence.ctc(CTCOptions.Given(blank, zeroInfinity), inputLengths, targetLengths, labels, logProbabilities);

    /// <summary>Transducer loss (RNN-T): minus the logarithm of the probability of all paths through a lattice of frames and labels.</summary>
    /// <param name="logits">(N, T, U + 1, C): a row of classes for each frame and number of labels said before.</param>
    /// <param name="labels">Class indices, none the blank: (N, U), padded with anything.</param>
    /// <param name="inputLengths">The frames of each sample that count, at least 1.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <param name="blank">The class that moves on to the next frame; the last by default, which is −1.</param>
    /// <param name="isNormalised">Whether logarithms of probabilities come in, in place of logits; false by default.</param>
    /// <inheritdoc cref="Sequence.rnnt"/>
    public static LossValues<T> RNNT<T>(
        T logits,
        Labels labels,
        int[] inputLengths,
        int[] targetLengths,
        int? blank = null,
        bool? isNormalised = null
    )
        where T : ITensor<T> => Sequence.rnnt(RNNTOptions.Given(blank, isNormalised), inputLengths, targetLengths, labels, logits);
}
