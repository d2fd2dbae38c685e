namespace Losses

open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>t (log t − x), with x a logarithm of a probability.  (torch.nn.KLDivLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type KLDiv =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x: 'T, t: 'T) = 'T.Divergence(t, x)

        member _.Target = Domain.NotNegative

/// <summary>eᵗ (t − x), with x and t logarithms of probabilities.  (torch.nn.KLDivLoss, log_target)</summary>
[<Struct; NoEquality; NoComparison>]
type KLDivOfLogs =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x: 'T, t: 'T) =
            // −0 − 0 is −0; taken from 0 a difference of zeros is 0.
            'T.ExpTimes(t, given x (num 0.0 - (x - t)))

/// <summary>q log(q / p) of a class of two softmaxes, p of the prediction and q of the target.  (Hinton, Vinyals and Dean 2015)</summary>
[<Struct; NoEquality; NoComparison>]
type KLDivOfLogits =
    interface ISoftmaxDivergence with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(prediction: Softmax<'T>, target: Softmax<'T>) =
            // With p − q, whose sum is 0, no term is below 0: near a student like its teacher the terms would else cancel, in value and slope.
            'T.Excess(prediction.Probability, target.Probability, prediction.LogProbability - target.LogProbability)

/// <summary>p log(p / q) of a class of two softmaxes, p of the prediction and q of the target.  (Agarwal et al. 2024)</summary>
[<Struct; NoEquality; NoComparison>]
type ReverseKLDivOfLogits =
    interface ISoftmaxDivergence with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(prediction: Softmax<'T>, target: Softmax<'T>) =
            'T.Excess(target.Probability, prediction.Probability, target.LogProbability - prediction.LogProbability)

/// <summary>β q log(q / m) + (1 − β) p log(p / m) with m = β q + (1 − β) p of a class of two softmaxes, p of the prediction and q of the target.  (Agarwal et al. 2024)</summary>
[<Struct; NoEquality; NoComparison>]
type JensenShannonOfLogits =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private beta: float

    member private loss.Beta = if loss.isGiven then loss.beta else 0.5

    interface ISoftmaxDivergence with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(prediction: Softmax<'T>, target: Softmax<'T>) =
            'T.JensenShannon(loss.Beta, prediction.Probability, target.Probability, prediction.LogProbability - target.LogProbability)

    /// <summary>The loss of a β.</summary>
    /// <param name="beta">β, in [0, 1]: the weight of the target in the mixture; at both ends the loss is 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is outside its range.</exception>
    new([<Optional; DefaultParameterValue(0.5)>] beta: float) =
        Check.within (nameof beta) 0.0 1.0 beta
        { isGiven = true; beta = beta }

namespace Losses.FSharp

open Losses

/// Distances between distributions.
[<AutoOpen>]
module Divergence =

    /// logTarget of <c>klDiv</c> where none is given.
    [<Literal>]
    let KLDivLogTarget = false

    /// <summary>The terms of the Kullback–Leibler divergence KL(target ‖ prediction), from logarithms of the predicted probabilities.</summary>
    /// <param name="logTarget">Whether the target, too, is given as logarithms.</param>
    /// <param name="target">Probabilities, at least 0, or their logarithms; any shape.</param>
    /// <param name="logProbabilities">Logarithms of probabilities; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise: single terms may be negative. The sum over a distribution is its divergence; <c>Reduce.batchMean</c>
    /// averages that over a batch, <c>Reduce.mean</c> divides by the number of elements, as PyTorch's does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target probability is below 0; it says which, where.</exception>
    /// <remarks>t (log t − x), 0 where t = 0. Slope in x: −t; in t: log t + 1 − x, −∞ at 0. Where x is close to log t the difference cancels,
    /// since x was rounded. Convex in x. Source: Kullback and Leibler (1951); torch.nn.KLDivLoss (PyTorch 2.10).</remarks>
    let klDiv (logTarget: bool) (target: 'T) (logProbabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        if logTarget then
            namedPointwise (nameof target) (nameof logProbabilities) (KLDivOfLogs()) target logProbabilities
        else
            namedPointwise (nameof target) (nameof logProbabilities) (KLDiv()) target logProbabilities

    /// β of <c>jensenShannonOfLogits</c> where none is given.
    [<Literal>]
    let JensenShannonOfLogitsBeta = 0.5

    /// <summary>The Kullback–Leibler divergence KL(q ‖ p) of the softmax of logits from that of a target's: what knowledge is distilled with.</summary>
    /// <param name="options">The temperature, whether the loss is multiplied by its square, the class axis.</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞, here or in the target, has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, at least 0, one for each row. A mean divides by their number, as PyTorch's <c>batchmean</c> of (N, C) does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The temperature is not finite or not above 0, or there is no such axis.</exception>
    /// <remarks>Σ q log(q / p) with p = softmax(x / T) and q = softmax(t / T), times T² where rescaled; 0 where q is 0, ∞ where only p is. Slope in x: (p − q) / T.
    /// Source: Hinton, Vinyals and Dean (2015); torch.nn.KLDivLoss of two log-softmaxes, log_target.</remarks>
    let klDivOfLogits (options: DistillationOptions) (targetLogits: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        softmaxRowsWithLogits (KLDivOfLogits()) options targetLogits logits

    /// <summary>The reverse Kullback–Leibler divergence KL(p ‖ q) of the softmax of logits from that of a target's: it asks for some of the target's modes, not for all.</summary>
    /// <param name="options">The temperature, whether the loss is multiplied by its square, the class axis.</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞, here or in the target, has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The temperature is not finite or not above 0, or there is no such axis.</exception>
    /// <remarks>Σ p log(p / q) with p = softmax(x / T) and q = softmax(t / T), times T² where rescaled; 0 where p is 0, ∞ where only q is. Slope in x:
    /// p (log(p / q) − KL) / T. Source: Gu et al., MiniLLM (2024); trl's GKD with β = 1 (2025).</remarks>
    let reverseKLDivOfLogits (options: DistillationOptions) (targetLogits: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        softmaxRowsWithLogits (ReverseKLDivOfLogits()) options targetLogits logits

    /// <summary>The generalised Jensen–Shannon divergence of the softmax of logits from that of a target's: of both from their mixture, and never infinite.</summary>
    /// <param name="options">The temperature, whether the loss is multiplied by its square, the class axis.</param>
    /// <param name="beta">β, in [0, 1]: the weight of the target in the mixture. At 0 the loss is <c>klDivOfLogits</c> and at 1 <c>reverseKLDivOfLogits</c>, as in Liger
    /// and trl; the formula would be 0.</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞, here or in the target, has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">β is outside [0, 1], the temperature is not finite or not above 0, or there is no such axis.</exception>
    /// <remarks>β KL(q ‖ m) + (1 − β) KL(p ‖ m) with m = β q + (1 − β) p, p = softmax(x / T) and q = softmax(t / T), times T² where rescaled. Slope in x:
    /// (1 − β) p (log(p / m) − KL(p ‖ m)) / T. Source: Agarwal et al., ICLR 2024; Liger-Kernel's LigerFusedLinearJSD (2024).</remarks>
    let jensenShannonOfLogits
        (options: DistillationOptions)
        (beta: float)
        (targetLogits: 'T)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.within (nameof beta) 0.0 1.0 beta

        if beta = 0.0 then klDivOfLogits options targetLogits logits
        elif beta = 1.0 then reverseKLDivOfLogits options targetLogits logits
        else softmaxRowsWithLogits (JensenShannonOfLogits beta) options targetLogits logits

    /// α of <c>decoupledDistillation</c> where none is given.
    [<Literal>]
    let DecoupledDistillationAlpha = 1.0

    /// β of <c>decoupledDistillation</c> where none is given.
    [<Literal>]
    let DecoupledDistillationBeta = 8.0

    /// <summary>Decoupled distillation: what a teacher knows of the label's class and what of the others count apart.</summary>
    /// <param name="options">The temperature, whether the loss is multiplied by its square, as in the paper, the class axis.</param>
    /// <param name="alpha">α, finite, at least 0: of the label's class against the others together.</param>
    /// <param name="beta">β, finite, at least 0: of the other classes among themselves.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="targetLogits">Those of the target, a teacher's; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …), of at least two classes.</param>
    /// <returns>Nats, at least 0, one for each label. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are fewer than two classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>α KL of (q_y, 1 − q_y) from (p_y, 1 − p_y) + β KL of the softmax over the other classes, with p = softmax(x / T) and q = softmax(t / T), times T² where rescaled. The
    /// published code subtracts 1000 from the label's logit; here it has no part at all. Source: Zhao et al., Decoupled knowledge distillation, CVPR 2022.</remarks>
    let decoupledDistillation
        (options: DistillationOptions)
        (alpha: float)
        (beta: float)
        (labels: Labels)
        (targetLogits: 'T)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.positive "temperature" options.Temperature
        Check.notNegative (nameof alpha) alpha
        Check.notNegative (nameof beta) beta
        checkTwo (nameof targetLogits) targetLogits (nameof logits) logits
        let shape = logits.Shape
        let axis = classAxis (nameof logits) options.ClassAxis shape

        if shape[axis] < 2 then
            raise (System.ArgumentException($"logits has shape {shape}: there are no classes but the label's.", nameof logits))

        Check.notNull (nameof labels) labels
        Check.shape (nameof labels) labels.Shape (shape.Without axis) (fun () -> $"logits has shape {shape} with class axis {axis}")
        let labels = labels.Checked(shape[axis], nameof labels)
        let column = labels.Reshape(shape.With(axis, 1))
        let indices = labels.Indices.ToArray()
        let inner = Seq.fold (fun product i -> product * shape[i]) 1 (seq { axis + 1 .. shape.Rank - 1 })
        let others = shape[axis] - 1

        // The classes but the label's, in their order.
        let rest =
            Array.init (indices.Length * others) (fun i ->
                let at, c = i / inner / others * inner + i % inner, i / inner % others
                if c < indices[at] then c else c + 1)

        let rest = Labels(System.ReadOnlySpan rest, shape.With(axis, others))
        let ofOthers (x: 'T) = 'T.Gather(x, axis, rest)
        let zeros = 'T.Create(logits, System.ReadOnlySpan(Array.zeroCreate indices.Length), column.Shape)

        // The logit of the label's class against the others together, and 0 for those.
        let against (x: 'T) =
            let x = Notation.(/) x (Notation.num options.Temperature)
            let together = 'T.LogSumExp(ofOthers x, axis) |> TensorNotation.reshape column.Shape
            'T.Concatenate(System.ReadOnlySpan [| Notation.(-) ('T.Gather(x, axis, column)) together; zeros |], axis)

        let scale = if options.Rescaled then options.Temperature * options.Temperature else 1.0

        // Not rounded before they are added.
        let divergence (temperature: float) (weight: float) (of': 'T -> 'T) =
            SoftmaxDivergenceDefinition.Of(KLDivOfLogits(), axis, temperature, weight * scale, of' logits, of' targetLogits)

        LossValues(TensorNotation.whole (Notation.(+) (divergence 1.0 alpha against) (divergence options.Temperature beta ofOthers)))
