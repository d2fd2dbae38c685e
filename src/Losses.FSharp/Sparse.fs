namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Softmaxes with zeros, and the losses that belong to them.
[<AutoOpen>]
module Sparse =

    open Losses.FSharp.Notation

    // Repeated along the axis that was removed.
    let private along (axis: int) (shape: Shape) (x: 'T) : 'T :> ITensor<'T> = x |> reshape (shape.With(axis, 1)) |> expand shape

    // Scores less the largest of their row: nothing else depends on where they lie.
    let private fromLargest (axis: int) (scores: 'T) : 'T :> ITensor<'T> =
        scores - along axis scores.Shape (detach ('T.Largest(scores, axis)))

    // In descending order. No threshold is below −1: what is farther below the largest has no probability, however far.
    let private descending (axis: int) (u: 'T) : 'T :> ITensor<'T> = 'T.Sort(max (num -2.0) u, axis, true)

    let private ranks (axis: int) (like: 'T) : 'T :> ITensor<'T> =
        let column = Array.create like.Shape.Rank 1
        column[axis] <- like.Shape[axis]

        'T.Create(like, ReadOnlySpan(Array.init column[axis] (fun i -> float i |> fun i -> Operators.(+) i 1.0)), Shape column)
        |> expand like.Shape

    /// Which of the sorted scores have a probability, and the threshold that these exceed: the sum of the excesses is 1.
    let private linear (axis: int) (sorted: 'T) : struct ('T * 'T) when 'T :> ITensor<'T> =
        let sums = 'T.CumulativeSum(detach sorted, axis)
        let inside = ifLess sums (num 1.0 + ranks axis sorted * detach sorted) (num 1.0) (num 0.0)
        struct (inside, (sumAlong axis (weigh inside sorted) - num 1.0) / sumAlong axis inside)

    /// The same where the sum of the squared excesses is 1.
    let private squared (axis: int) (sorted: 'T) : struct ('T * 'T) when 'T :> ITensor<'T> =
        let fixed' = detach sorted
        let count = ranks axis sorted
        let mean = 'T.CumulativeSum(fixed', axis) / count
        let spread = 'T.CumulativeSum(fixed' * fixed', axis) - count * mean * mean
        let threshold = mean - sqrt (hinge ((num 1.0 - spread) / count))
        let inside = ifLess threshold fixed' (num 1.0) (num 0.0)
        let size = sumAlong axis inside
        let mean = sumAlong axis (weigh inside sorted) / size
        let d = weigh inside (sorted - along axis sorted.Shape mean)
        struct (inside, mean - sqrt ((num 1.0 - sumAlong axis (d * d)) / size))

    let private checkedAxis (name: string) (axis: int) (scores: 'T) : int when 'T :> ITensor<'T> =
        Check.notNull name scores
        let axis = scores.Shape.Axis(axis, "axis")
        Check.notEmptyAxis name scores.Shape axis "classes"
        axis

    /// <summary>Sparsemax along an axis: the distribution nearest to the scores, in which most are 0.</summary>
    /// <param name="axis">The class axis; a negative one counts from the last.</param>
    /// <param name="logits">At least one class, finite or −∞, not all −∞.</param>
    /// <returns>The shape of <paramref name="logits"/>; rows sum to 1.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>max(0, x − τ), with τ such that they sum to 1. Source: Martins and Astudillo, From softmax to sparsemax, ICML 2016.</remarks>
    let sparsemax (axis: int) (logits: 'T) : 'T :> ITensor<'T> =
        let axis = checkedAxis (nameof logits) axis logits
        let z = fromLargest axis logits
        let struct (_, threshold) = linear axis (descending axis z)
        hinge (z - along axis z.Shape threshold)

    /// <summary>1.5-entmax along an axis: between softmax and sparsemax, smooth, with zeros.</summary>
    /// <param name="axis">The class axis; a negative one counts from the last.</param>
    /// <param name="logits">At least one class, finite or −∞, not all −∞.</param>
    /// <returns>The shape of <paramref name="logits"/>; rows sum to 1.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>max(0, ½x − τ)², with τ such that they sum to 1. Source: Peters, Niculae and Martins, Sparse sequence-to-sequence models, ACL 2019.</remarks>
    let entmax15 (axis: int) (logits: 'T) : 'T :> ITensor<'T> =
        let axis = checkedAxis (nameof logits) axis logits
        let z = num 0.5 * fromLargest axis logits
        let struct (_, threshold) = squared axis (descending axis z)
        let root = hinge (z - along axis z.Shape threshold)
        root * root

    // What the scores, less the largest, are at most worth: max over p of p·z + Σ ½ (p − p²).
    let private sparsemaxValue (axis: int) (z: 'T) : 'T :> ITensor<'T> =
        let sorted = descending axis z
        let struct (inside, threshold) = linear axis sorted
        let p = weigh inside (sorted - along axis sorted.Shape threshold)
        threshold + num 1.0 - num 0.5 * (num 1.0 - sumAlong axis (p * p))

    // The same with Σ 4/3 (p − p^1.5); the slope by the threshold is nothing, and by a score its probability.
    let private entmax15Value (axis: int) (z: 'T) : 'T :> ITensor<'T> =
        let sorted = descending axis (num 0.5 * z)
        let struct (inside, threshold) = squared axis sorted
        let root = weigh inside (sorted - along axis sorted.Shape threshold)
        num 2.0 * (threshold + num 1.0) - num (2.0 ./. 3.0) * (num 1.0 - sumAlong axis (root * root * root))

    let private ofLabels (value: int -> 'T -> 'T) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let labels = checkedClasses (nameof logits) labels logits
        let axis = logits.Shape.Rank |> fun rank -> Operators.(-) rank 1
        let z = fromLargest axis logits
        let own = 'T.Gather(z, axis, labels.Reshape(z.Shape.With(axis, 1))) |> reshape labels.Shape
        LossValues(whole (value axis z - own))

    let private ofProbabilities
        (value: int -> 'T -> 'T)
        (entropy: 'T -> 'T)
        (probabilities: 'T)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof probabilities) probabilities (nameof logits) logits
        let axis = Check.vectorAxis (nameof logits) logits.Shape
        Check.notEmptyAxis (nameof logits) logits.Shape axis "classes"
        let z = fromLargest axis logits
        let own = sumAlong axis (weigh probabilities z + entropy probabilities)
        LossValues(whole (value axis z - own)).WithinRows(Domain.NotNegative, probabilities, axis, nameof probabilities)

    /// <summary>Sparsemax loss of class labels: 0 once the label's score is 1 above the others.</summary>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the last axis.</param>
    /// <param name="logits">Any finite numbers, or −∞: (…, C).</param>
    /// <returns>Units of the logits, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>½ Σ_{j: p_j > 0} (x_j² − τ²) + ½ − x_y with p = sparsemax(x). Slope: p, less 1 for the label. Convex. Source: Martins and Astudillo, ICML 2016;
    /// optax.losses.multiclass_sparsemax_loss (2024).</remarks>
    let sparsemaxLoss (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> = ofLabels sparsemaxValue labels logits

    /// <summary>Sparsemax loss of class probabilities.</summary>
    /// <param name="probabilities">Of the classes, at least 0, each row summing to 1: (…, C).</param>
    /// <param name="logits">Any finite numbers, or −∞; the shape of <paramref name="probabilities"/>.</param>
    /// <returns>Units of the logits, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where.</exception>
    /// <remarks>p·x + ½ Σ (p − p²) − t·x − ½ Σ (t − t²) with p = sparsemax(x). Slope: p − t. Convex in x. Source: Blondel, Martins and Niculae, Learning with
    /// Fenchel–Young losses, JMLR 21 (2020) 1–69.</remarks>
    let sparsemaxLossWithProbabilities (probabilities: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofProbabilities sparsemaxValue (fun t -> num 0.5 * (t - t * t)) probabilities logits

    /// <summary>1.5-entmax loss of class labels: 0 once the label's score is 2 above the others, smoother than the sparsemax loss.</summary>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the last axis.</param>
    /// <param name="logits">Any finite numbers, or −∞: (…, C).</param>
    /// <returns>Units of the logits, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>p·x + 4/3 Σ (p − p^1.5) − x_y with p = entmax15(x). Slope: p, less 1 for the label. Convex. Source: Peters, Niculae and Martins, ACL 2019.</remarks>
    let entmax15Loss (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> = ofLabels entmax15Value labels logits

    /// <summary>1.5-entmax loss of class probabilities.</summary>
    /// <param name="probabilities">Of the classes, at least 0, each row summing to 1: (…, C).</param>
    /// <param name="logits">Any finite numbers, or −∞; the shape of <paramref name="probabilities"/>.</param>
    /// <returns>Units of the logits, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where.</exception>
    /// <remarks>p·x + 4/3 Σ (p − p^1.5) − t·x − 4/3 Σ (t − t^1.5) with p = entmax15(x). Slope: p − t. Convex in x. Source: Peters, Niculae and Martins, ACL 2019.</remarks>
    let entmax15LossWithProbabilities (probabilities: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofProbabilities entmax15Value (fun t -> num (4.0 ./. 3.0) * (t - power 1.5 t)) probabilities logits

    /// <summary>Fenchel–Young loss of any maximum function: how much larger it is than what the target's scores sum to.</summary>
    /// <param name="maxFunction">Ω*, of scores (…, C) one number for each row, convex: its slope is what is predicted. Log-sum-exp makes it cross-entropy, the largest score the
    /// perceptron's loss.</param>
    /// <param name="target">What is to be predicted: (…, C).</param>
    /// <param name="scores">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the scores, one for each row; what depends on the target alone is left out.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or <paramref name="maxFunction"/> gives another shape than one number for each row.</exception>
    /// <remarks>Ω*(x) − t·x. Slope: ∇Ω*(x) − t. Convex. Source: Blondel, Martins and Niculae, JMLR 21 (2020) 1–69; optax.losses.make_fenchel_young_loss (2024).</remarks>
    let fenchelYoung (maxFunction: 'T -> 'T) (target: 'T) (scores: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof maxFunction) maxFunction
        checkTwo (nameof target) target (nameof scores) scores
        let axis = Check.vectorAxis (nameof scores) scores.Shape
        let largest = maxFunction scores
        Check.notNull (nameof maxFunction) largest
        Check.shape (nameof maxFunction) largest.Shape (scores.Shape.Without axis) (fun () -> $"scores has shape {scores.Shape}")
        LossValues(whole (largest - sumAlong axis (target * scores)))
