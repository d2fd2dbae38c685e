using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>The terms of the Kullback–Leibler divergence KL(target ‖ prediction), from logarithms of the predicted probabilities.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities; any shape.</param>
    /// <param name="target">Probabilities, or their logarithms; the shape of <paramref name="logProbabilities"/>.</param>
    /// <param name="logTarget">Whether the target, too, is given as logarithms.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <remarks>t (log t − x), 0 where t = 0, in nats. <see cref="Reductions.BatchMean"/> is the mean divergence of a batch;
    /// <see cref="Reductions.Mean"/> divides by the number of elements, as PyTorch's does. Source: Kullback and Leibler (1951);
    /// torch.nn.KLDivLoss.</remarks>
    public static LossValues<T> KLDiv<T>(T logProbabilities, T target, bool logTarget = Divergence.KLDivLogTarget)
        where T : ITensor<T> => Divergence.klDiv(logTarget, target, logProbabilities);

    /// <summary>The Kullback–Leibler divergence KL(q ‖ p) of the softmax of logits from that of a target's: what knowledge is distilled with.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="temperature">T, above 0: what the logits of both are divided by; 1 by default.</param>
    /// <param name="rescaled">Whether the loss is multiplied by T², as Hinton, Vinyals and Dean do; false by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not finite or not above 0, or there is no such axis.</exception>
    /// <remarks>Σ q log(q / p) with p = softmax(x / T) and q = softmax(t / T), in nats, one for each row. Source: Hinton, Vinyals and Dean (2015).</remarks>
    public static LossValues<T> KLDivOfLogits<T>(
        T logits,
        T targetLogits,
        double? temperature = null,
        bool? rescaled = null,
        int? classAxis = null
    )
        where T : ITensor<T> => Divergence.klDivOfLogits(DistillationOptions.Given(temperature, rescaled, classAxis), targetLogits, logits);

    /// <summary>The reverse Kullback–Leibler divergence KL(p ‖ q) of the softmax of logits from that of a target's: it asks for some of the target's modes, not for
    /// all.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="temperature">T, above 0: what the logits of both are divided by; 1 by default.</param>
    /// <param name="rescaled">Whether the loss is multiplied by T²; false by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not finite or not above 0, or there is no such axis.</exception>
    /// <remarks>Σ p log(p / q) with p = softmax(x / T) and q = softmax(t / T), in nats, one for each row. Source: Gu et al., MiniLLM (2024).</remarks>
    public static LossValues<T> ReverseKLDivOfLogits<T>(
        T logits,
        T targetLogits,
        double? temperature = null,
        bool? rescaled = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Divergence.reverseKLDivOfLogits(DistillationOptions.Given(temperature, rescaled, classAxis), targetLogits, logits);

    /// <summary>The generalised Jensen–Shannon divergence of the softmax of logits from that of a target's: of both from their mixture, and never infinite.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="beta">β, in [0, 1]: the weight of the target in the mixture; at 0 and 1 the loss is KL(q ‖ p) and KL(p ‖ q), as in Liger and trl.</param>
    /// <param name="temperature">T, above 0: what the logits of both are divided by; 1 by default.</param>
    /// <param name="rescaled">Whether the loss is multiplied by T²; false by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is outside [0, 1], the temperature is not finite or not above 0, or there is no such axis.</exception>
    /// <remarks>β KL(q ‖ m) + (1 − β) KL(p ‖ m) with m = β q + (1 − β) p, p = softmax(x / T) and q = softmax(t / T), in nats, one for each row.
    /// Source: Agarwal et al., ICLR 2024.</remarks>
    public static LossValues<T> JensenShannonOfLogits<T>(
        T logits,
        T targetLogits,
        double beta = Divergence.JensenShannonOfLogitsBeta,
        double? temperature = null,
        bool? rescaled = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Divergence.jensenShannonOfLogits(DistillationOptions.Given(temperature, rescaled, classAxis), beta, targetLogits, logits);

    /// <summary>A loss of one's own of the softmax of logits and of the softmax of a target's: a struct with the term of a class; kernel and gradients follow from
    /// it.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <param name="targetLogits">Those of the target; the shape of <paramref name="logits"/>.</param>
    /// <param name="loss">The definition: the loss of a row is the sum of its terms.</param>
    /// <param name="temperature">T, above 0: what the logits of both are divided by; 1 by default.</param>
    /// <param name="rescaled">Whether the loss is multiplied by T²; false by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not finite or not above 0, or there is no such axis.</exception>
    public static LossValues<T> SoftmaxRows<L, T>(
        T logits,
        T targetLogits,
        L loss,
        double? temperature = null,
        bool? rescaled = null,
        int? classAxis = null
    )
        where L : struct, ISoftmaxDivergence
        where T : ITensor<T> =>
        FSharp.SoftmaxRows.softmaxRowsWithLogits(loss, DistillationOptions.Given(temperature, rescaled, classAxis), targetLogits, logits);

    /// <summary>Decoupled distillation: what a teacher knows of the label's class and what of the others count apart.</summary>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …), of at least two classes.</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="alpha">α, at least 0: of the label's class against the others together; 1 by default.</param>
    /// <param name="beta">β, at least 0: of the other classes among themselves; 8 by default.</param>
    /// <param name="temperature">T, above 0: what the logits of both are divided by; 1 by default.</param>
    /// <param name="rescaled">Whether the loss is multiplied by T², as in the paper; false by default.</param>
    /// <param name="classAxis">The class axis; by default 1, or 0 where there is only one axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are fewer than two classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>α KL of (q_y, 1 − q_y) from (p_y, 1 − p_y) + β KL of the softmax over the other classes, in nats, one for each label. Source: Zhao et al., CVPR 2022.</remarks>
    public static LossValues<T> DecoupledDistillation<T>(
        T logits,
        T targetLogits,
        Labels labels,
        double alpha = Divergence.DecoupledDistillationAlpha,
        double beta = Divergence.DecoupledDistillationBeta,
        double? temperature = null,
        bool? rescaled = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Divergence.decoupledDistillation(
            DistillationOptions.Given(temperature, rescaled, classAxis),
            alpha,
            beta,
            labels,
            targetLogits,
            logits
        );
}
