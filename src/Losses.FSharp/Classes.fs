namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>−log p + ε (1 − p) of a class of a softmax.  (Leng et al. 2022)</summary>
[<Struct; NoEquality; NoComparison>]
type Poly1 =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private epsilon: float

    member private loss.Epsilon = if loss.isGiven then loss.epsilon else 2.0

    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(prediction, target) = weigh target (num 0.0 - prediction.LogProbability + num loss.Epsilon * prediction.Rest)

    interface ILabelled with
        member _.Axis shape = classAxis "prediction" ClassOptions.Default.ClassAxis shape
        member loss.Rows(labels, shape) = softmaxKernel loss ClassOptions.Default labels shape

    /// <summary>The loss of an ε.</summary>
    /// <param name="epsilon">Finite: what the first term of the series in 1 − p counts more than in cross-entropy.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="epsilon"/> is not finite.</exception>
    new(epsilon: float) =
        Check.finite (nameof epsilon) epsilon
        { isGiven = true; epsilon = epsilon }

/// <summary>(1 − p^q) / q of a class of a softmax.  (Zhang and Sabuncu 2018)</summary>
[<Struct; NoEquality; NoComparison>]
type GeneralizedCrossEntropy =
    val private q: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.Q = if loss.q > 0.0 then loss.q else 0.5

    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        // A power less 1 has no digits left where p is nearly 1.
        member loss.Of(prediction, target) = weigh target (num 0.0 - expm1 (loss.Q .* prediction.LogProbability) / num loss.Q)

    interface ILabelled with
        member _.Axis shape = classAxis "prediction" ClassOptions.Default.ClassAxis shape
        member loss.Rows(labels, shape) = softmaxKernel loss ClassOptions.Default labels shape

    /// <summary>The loss of a q.</summary>
    /// <param name="q">Above 0, at most 1: next to 0 cross-entropy, 1 the absolute error 1 − p.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="q"/> is not above 0, or above 1.</exception>
    new(q: float) =
        Check.inside (nameof q) 0.0 (Math.BitIncrement 1.0) q
        { q = q }

/// <summary>−α log p − β A (1 − p) of a class of a softmax.  (Wang et al. 2019)</summary>
[<Struct; NoEquality; NoComparison>]
type SymmetricCrossEntropy =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private alpha: float
    val private reverse: float

    member private loss.Alpha = if loss.isGiven then loss.alpha else 0.1
    member private loss.Reverse = if loss.isGiven then loss.reverse else 4.0

    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(prediction, target) =
            weigh target (weigh (num loss.Alpha) (num 0.0 - prediction.LogProbability) + num loss.Reverse * prediction.Rest)

    interface ILabelled with
        member _.Axis shape = classAxis "prediction" ClassOptions.Default.ClassAxis shape
        member loss.Rows(labels, shape) = softmaxKernel loss ClassOptions.Default labels shape

    /// <summary>The loss of its options.</summary>
    /// <param name="alpha">α, finite, at least 0: of the cross-entropy.</param>
    /// <param name="beta">β, finite, at least 0: of the reverse cross-entropy.</param>
    /// <param name="logZero">A, finite, at most 0: what stands for log 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(alpha: float, beta: float, logZero: float) =
        Check.notNegative (nameof alpha) alpha
        Check.notNegative (nameof beta) beta
        Check.within (nameof logZero) Double.MinValue 0.0 logZero
        { isGiven = true; alpha = alpha; reverse = Operators.(-) 0.0 (beta *. logZero) }

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Losses of classes beyond cross-entropy.
[<AutoOpen>]
module Classes =

    /// ε of <c>poly1</c> where none is given.
    [<Literal>]
    let Poly1Epsilon = 2.0

    /// q of <c>generalizedCrossEntropy</c> where none is given.
    [<Literal>]
    let GeneralizedCrossEntropyQ = 0.5

    /// α of <c>symmetricCrossEntropy</c> where none is given.
    [<Literal>]
    let SymmetricCrossEntropyAlpha = 0.1

    /// β of <c>symmetricCrossEntropy</c> where none is given.
    [<Literal>]
    let SymmetricCrossEntropyBeta = 1.0

    /// A of <c>symmetricCrossEntropy</c> where none is given.
    [<Literal>]
    let SymmetricCrossEntropyLogZero = -4.0

    /// τ of <c>logitAdjustment</c> where none is given.
    [<Literal>]
    let LogitAdjustmentTau = 1.0

    /// <summary>Poly-1 loss of class labels: cross-entropy whose first term in what a probability lacks of 1 counts more, or less.</summary>
    /// <param name="epsilon">ε, finite; 0 is cross-entropy.</param>
    /// <param name="options">Class weights, the label to ignore, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, one for each label; 0 where the label is ignored. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or <paramref name="epsilon"/> is not finite.</exception>
    /// <remarks>w_y (−log p_y + ε (1 − p_y)) with p = softmax(x). Source: Leng et al., PolyLoss, ICLR 2022; optax.losses.poly_loss_cross_entropy (2024), whose ε is 2;
    /// rax's is 1.</remarks>
    let poly1 (epsilon: float) (options: ClassOptions) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedSoftmaxRows (nameof logits) (Poly1 epsilon) options labels logits

    /// <summary>Poly-1 loss of class probabilities.</summary>
    /// <param name="epsilon">ε, finite; 0 is cross-entropy.</param>
    /// <param name="options">Class weights and the class axis; there is no label to ignore.</param>
    /// <param name="probabilities">Of the classes, at least 0, each row summing to 1; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>Nats, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or <paramref name="epsilon"/> is not finite.</exception>
    /// <remarks>Σ_c w_c t_c (−log p_c + ε (1 − p_c)) with p = softmax(x). Source: Leng et al., PolyLoss, ICLR 2022; optax.losses.poly_loss_cross_entropy (2024).</remarks>
    let poly1WithProbabilities
        (epsilon: float)
        (options: ClassOptions)
        (probabilities: 'T)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.noLabel options.IgnoreIndex ClassOptions.Default.IgnoreIndex
        let loss = Poly1 epsilon

        let values =
            namedSoftmaxTargets (nameof probabilities) (nameof logits) loss options.ClassWeights options.ClassAxis probabilities logits

        let axis = classAxis (nameof logits) options.ClassAxis logits.Shape
        LossValues(values).WithinRows(Domain.NotNegative, probabilities, axis, nameof probabilities)

    /// <summary>Generalised cross-entropy: between cross-entropy and the absolute error, so that wrong labels count less.</summary>
    /// <param name="q">q, above 0, at most 1: next to 0 it is cross-entropy, 1 the absolute error 1 − p.</param>
    /// <param name="options">Class weights, the label to ignore, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Without unit, from 0 to 1/q, one for each label; 0 where the label is ignored. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or <paramref name="q"/> is outside its range.</exception>
    /// <remarks>w_y (1 − p_y^q) / q with p = softmax(x); of probabilities that sum to 1, with their logarithms for the logits. Source: Zhang and Sabuncu, NeurIPS 2018;
    /// keras.losses.CategoricalGeneralizedCrossEntropy (3.11, 2025).</remarks>
    let generalizedCrossEntropy (q: float) (options: ClassOptions) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedSoftmaxRows (nameof logits) (GeneralizedCrossEntropy q) options labels logits

    /// <summary>Symmetric cross-entropy: cross-entropy and the reverse one, which wrong labels disturb less.</summary>
    /// <param name="alpha">α, finite, at least 0: of the cross-entropy.</param>
    /// <param name="beta">β, finite, at least 0: of the reverse cross-entropy.</param>
    /// <param name="logZero">A, finite, at most 0: what stands for log 0.</param>
    /// <param name="options">Class weights, the label to ignore, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, one for each label; 0 where the label is ignored. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>w_y (−α log p_y − β A (1 − p_y)) with p = softmax(x). Source: Wang et al., Symmetric cross entropy for robust learning with noisy labels, ICCV 2019.</remarks>
    let symmetricCrossEntropy
        (alpha: float)
        (beta: float)
        (logZero: float)
        (options: ClassOptions)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        namedSoftmaxRows (nameof logits) (SymmetricCrossEntropy(alpha, beta, logZero)) options labels logits

    /// <summary>Cross-entropy of logits adjusted by how frequent the classes are, for long tails: with τ = 1 and counts for the prior the balanced softmax.</summary>
    /// <param name="tau">τ, finite: how much of the prior's logarithm is added.</param>
    /// <param name="prior">How frequent each class is, above 0, on any scale: (C).</param>
    /// <param name="options">Class weights, the label to ignore, smoothing, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>Nats, one for each label; 0 where the label is ignored. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or <paramref name="tau"/> is not finite, or a prior is not above 0.</exception>
    /// <remarks>Cross-entropy of x + τ log prior. Source: Menon et al., Long-tail learning via logit adjustment, ICLR 2021; Ren et al., Balanced meta-softmax, NeurIPS 2020.</remarks>
    let logitAdjustment
        (tau: float)
        (prior: Weights)
        (options: CrossEntropyOptions)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.finite (nameof tau) tau
        Check.notNull (nameof prior) prior
        Check.notNull (nameof options) options
        Check.notNull (nameof logits) logits
        let axis = classAxis (nameof logits) options.ClassAxis logits.Shape
        Check.shape (nameof prior) prior.Shape (Shape [| logits.Shape[axis] |]) (fun () -> $"logits has shape {logits.Shape}")
        let counts = prior.Values.ToArray()
        counts |> Array.iter (Check.positive (nameof prior))
        let shifts = counts |> Array.map (fun count -> tau * Math.Log count)
        let column = Array.create logits.Shape.Rank 1
        column[axis] <- counts.Length
        let shift = 'T.Create(logits, ReadOnlySpan shifts, Shape column) |> expand logits.Shape
        crossEntropy options labels (Notation.(+) logits shift)

    /// μ of <c>ldam</c> where none is given.
    [<Literal>]
    let LDAMMargin = 0.5

    /// s of <c>ldam</c> where none is given.
    [<Literal>]
    let LDAMScale = 30.0

    /// <summary>LDAM: cross-entropy in which the label's logit gives a margin away, the larger the rarer its class.</summary>
    /// <param name="margin">μ, finite, above 0: the margin of the rarest class.</param>
    /// <param name="scale">s, finite, above 0: what the logits are multiplied by afterwards.</param>
    /// <param name="counts">How often each class occurs, above 0: (C).</param>
    /// <param name="options">Class weights, the label to ignore, smoothing, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers, cosines in the paper: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>Nats, one for each label; 0 where the label is ignored. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>Cross-entropy of s (x − m_y 1{c = y}) with m_c = μ (n_min / n_c)^¼. Source: Cao et al., Learning imbalanced datasets with label-distribution-aware margin loss,
    /// NeurIPS 2019.</remarks>
    let ldam
        (margin: float)
        (scale: float)
        (counts: Weights)
        (options: CrossEntropyOptions)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof margin) margin
        Check.positive (nameof scale) scale
        Check.notNull (nameof counts) counts
        Check.notNull (nameof options) options
        Check.notNull (nameof logits) logits
        let axis = classAxis (nameof logits) options.ClassAxis logits.Shape
        Check.shape (nameof counts) counts.Shape (Shape [| logits.Shape[axis] |]) (fun () -> $"logits has shape {logits.Shape}")
        let numbers = counts.Values.ToArray()
        numbers |> Array.iter (Check.positive (nameof counts))
        let rarest = Array.min numbers
        // −1 where ignored.
        let indices = (checkLabels labels options.IgnoreIndex (nameof logits) logits.Shape axis).Indices.ToArray()
        let shape = logits.Shape
        let inner = Seq.fold (fun product i -> product * shape[i]) 1 (seq { axis + 1 .. shape.Rank - 1 })

        let given (i: int) =
            let at, c = i / inner / shape[axis] * inner + i % inner, i / inner % shape[axis]
            if indices[at] = c then margin * Math.Sqrt(Math.Sqrt(rarest / numbers[c])) else 0.0

        let margins = 'T.Create(logits, ReadOnlySpan(Array.init shape.Size given), shape)
        crossEntropy options labels (Notation.(.*) scale (Notation.(-) logits margins))

    /// <summary>z-loss: the square of the logarithm of a softmax's normaliser, which keeps logits from drifting.</summary>
    /// <param name="classAxis">The class axis; a negative one counts from the last.</param>
    /// <param name="logits">Any numbers.</param>
    /// <returns>Squared nats, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">There are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>(log Σ exp x)², usually added to cross-entropy with a factor of 10⁻⁴. Slope: 2 p log Σ exp x with p = softmax(x). Source: Chowdhery et al., PaLM, JMLR 24 (2023);
    /// Liger-Kernel's lse_square_scale (2024).</remarks>
    let zLoss (classAxis: int) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits
        let axis = SoftmaxRows.classAxis (nameof logits) classAxis logits.Shape

        let definition (x: 'T[]) : 'T =
            let normaliser = 'T.LogSumExp(x[0], axis)
            Notation.(*) normaliser normaliser

        LossValues('T.Fuse(NormaliserRows axis, [| logits |], Func<'T[], 'T> definition))
