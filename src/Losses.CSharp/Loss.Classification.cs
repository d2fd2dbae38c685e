using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Negative log-likelihood: minus the logarithm of the probability given to the label's class.</summary>
    /// <param name="classWeights">A weight a class; a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>Source: torch.nn.NLLLoss.</remarks>
    public static LabelLoss NLL(
        Weights? classWeights = null,
        int? ignoreIndex = null,
        int? classAxis = null,
        Reduction reduction = Reduction.Mean
    ) =>
        new StructuredLabelLoss<NLLDefinition>(
            new(
                new(
                    classWeights ?? NLLOptions.Default.ClassWeights,
                    ignoreIndex ?? NLLOptions.Default.IgnoreIndex,
                    classAxis ?? NLLOptions.Default.ClassAxis
                )
            ),
            reduction
        );

    private readonly struct NLLDefinition(NLLOptions options) : ILabelled
    {
        public LossValues<T> Values<T>(T prediction, Labels labels)
            where T : ITensor<T> => Classification.nll(options, labels, prediction);

        public LabelledRows Kernel(Labels labels, Shape shape) => Classification.nllKernel(options, labels, shape);
    }

    /// <summary>Cross-entropy of logits with class labels or class probabilities: NLL ∘ LogSoftmax.</summary>
    /// <param name="classWeights">A weight a class; with labels a mean then divides by the sum of the weights of the labels. None by default.</param>
    /// <param name="ignoreIndex">The label that marks an element to leave out; −100 by default.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes; 0 by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is outside [0, 1].</exception>
    /// <remarks>(1 − ε)(−w_y log p_y) + (ε / C) Σ_c (−w_c log p_c) with p = softmax(x), in nats.
    /// Source: torch.nn.CrossEntropyLoss; label smoothing: Szegedy et al. (2016).</remarks>
    public static CrossEntropyLoss CrossEntropy(
        Weights? classWeights = null,
        int? ignoreIndex = null,
        double? labelSmoothing = null,
        int? classAxis = null,
        Reduction reduction = Reduction.Mean
    ) =>
        new(
            new(
                classWeights ?? CrossEntropyOptions.Default.ClassWeights,
                ignoreIndex ?? CrossEntropyOptions.Default.IgnoreIndex,
                labelSmoothing ?? CrossEntropyOptions.Default.LabelSmoothing,
                classAxis ?? CrossEntropyOptions.Default.ClassAxis
            ),
            reduction
        );
}
