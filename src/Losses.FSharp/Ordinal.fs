namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Losses of classes that have an order.
[<AutoOpen>]
module Ordinal =

    // 1 where the label is above a threshold, for the thresholds along the last axis.
    let private above (labels: Labels) (logits: 'T) : float[] when 'T :> ITensor<'T> =
        let thresholds = logits.Shape[-1]
        let indices = labels.Indices.ToArray()
        Array.init (indices.Length * thresholds) (fun i -> if indices[i / thresholds] > i % thresholds then 1.0 else 0.0)

    let private checkedLabels (name: string) (labels: Labels) (logits: 'T) : Labels when 'T :> ITensor<'T> =
        Check.notNull (nameof labels) labels
        Check.notNull name logits

        if logits.Shape.Rank = 0 then
            raise (ArgumentException($"{name} has shape (): there is no axis of thresholds.", name))

        Check.notEmptyAxis name logits.Shape -1 "thresholds"
        Check.shape (nameof labels) labels.Shape (logits.Shape.Without -1) (fun () -> $"{name} has shape {logits.Shape}")
        labels.Checked(logits.Shape[-1] + 1, nameof labels)

    // The terms of all thresholds, each with its weight.
    let private ofThresholds
        (term: 'T -> 'T -> 'T)
        (importance: Weights)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let labels = checkedLabels (nameof logits) labels logits
        Check.notNull (nameof importance) importance

        if not importance.IsNone then
            Check.shape (nameof importance) importance.Shape (Shape [| logits.Shape[-1] |]) (fun () -> $"logits has shape {logits.Shape}")

        let levels = 'T.Create(logits, ReadOnlySpan(above labels logits), logits.Shape)
        // Not rounded before they are summed.
        let terms = term logits levels

        let weighted =
            if importance.IsNone then
                terms
            else
                Notation.weigh (expand logits.Shape (constant logits importance)) terms

        LossValues(whole (sumAlong (logits.Shape.Rank - 1) weighted))

    /// <summary>CORAL: for each threshold between ordered classes the binary cross-entropy of whether the class is above it.</summary>
    /// <param name="importance">A weight for each threshold, (K − 1), or none.</param>
    /// <param name="labels">Class indices, 0 to K − 1; the shape of <paramref name="logits"/> without the last axis.</param>
    /// <param name="logits">Of being above each threshold: (…, K − 1).</param>
    /// <returns>Nats, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>Σ_k λ_k (softplus(x_k) − 1{y &gt; k} x_k). Convex. Source: Cao, Mirjalili and Raschka, Rank consistent ordinal regression, Pattern Recognit. Lett.
    /// 140 (2020) 325–331.</remarks>
    let coral (importance: Weights) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let loss = BCEWithLogits() :> IPointwise
        ofThresholds (fun x levels -> loss.Apply(x, levels)) importance labels logits

    /// <summary>Squared earth mover's distance of distributions over ordered classes: the squared differences of what is up to each class.</summary>
    /// <param name="target">Shares of the classes: (…, K).</param>
    /// <param name="probabilities">The shape of <paramref name="target"/>.</param>
    /// <returns>One for each distribution, without unit.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <remarks>Σ_k (Σ_{i ≤ k} (p_i − t_i))². Of labels it is the ranked probability score. NIMA has the root of the mean over the classes. Convex.
    /// Source: Hou, Yu and Samaras, Squared earth mover's distance-based loss for training deep neural networks (2016).</remarks>
    let squaredEMD (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof probabilities) probabilities

        if target.Shape.Rank = 0 then
            raise (ArgumentException("target has shape (): there is no axis of classes.", nameof target))

        let axis = target.Shape.Rank - 1
        let moved = 'T.CumulativeSum(Notation.(-) probabilities target, axis)
        LossValues(whole (sumAlong axis (Notation.(*) moved moved)))

    // Shares of 1 and 0.
    let internal oneHot (labels: Labels) (probabilities: 'T) : 'T :> ITensor<'T> =
        let classes = probabilities.Shape[-1]
        let indices = labels.Indices.ToArray()
        let shares = Array.init (indices.Length * classes) (fun i -> if indices[i / classes] = i % classes then 1.0 else 0.0)
        'T.Create(probabilities, ReadOnlySpan shares, probabilities.Shape)

    let internal checkedClasses (name: string) (labels: Labels) (probabilities: 'T) : Labels when 'T :> ITensor<'T> =
        Check.notNull (nameof labels) labels
        Check.notNull name probabilities

        if probabilities.Shape.Rank = 0 then
            raise (ArgumentException($"{name} has shape (): there is no axis of classes.", name))

        Check.notEmptyAxis name probabilities.Shape -1 "classes"
        Check.shape (nameof labels) labels.Shape (probabilities.Shape.Without -1) (fun () -> $"{name} has shape {probabilities.Shape}")

        labels.Checked(probabilities.Shape[-1], nameof labels)

    /// <summary>Ranked probability score: of ordered classes, how far probabilities are from the label.</summary>
    /// <param name="labels">Class indices; the shape of <paramref name="probabilities"/> without the last axis.</param>
    /// <param name="probabilities">Of the classes in order: (…, K).</param>
    /// <returns>One for each label, from 0 to K − 1; some divide by K − 1.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>Σ_k (Σ_{i ≤ k} p_i − 1{y ≤ k})². Convex. Source: Epstein, J. Appl. Meteorol. 8 (1969) 985–987; scoringrules.rps_score (2024).</remarks>
    let rps (labels: Labels) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let labels = checkedClasses (nameof probabilities) labels probabilities
        squaredEMD (oneHot labels probabilities) probabilities

    /// <summary>Brier score of classes: the squared distance of probabilities from the label's.</summary>
    /// <param name="labels">Class indices; the shape of <paramref name="probabilities"/> without the last axis.</param>
    /// <param name="probabilities">Of the classes: (…, K).</param>
    /// <returns>One for each label, from 0 to 2; some divide by K.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>Σ_k (p_k − 1{y = k})². Slope: 2 (p_k − 1{y = k}). Convex. Source: Brier, Mon. Weather Rev. 78 (1950) 1–3.</remarks>
    let brierWithLabels (labels: Labels) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let labels = checkedClasses (nameof probabilities) labels probabilities
        let d = Notation.(-) probabilities (oneHot labels probabilities)
        LossValues(whole (sumAlong (probabilities.Shape.Rank - 1) (Notation.(*) d d)))

    /// <summary>CORN: for each threshold between ordered classes the binary cross-entropy of whether the class is above it, of those alone that are above the one before.</summary>
    /// <param name="labels">Class indices, 0 to K − 1; the shape of <paramref name="logits"/> without the last axis.</param>
    /// <param name="logits">Of being above each threshold where the class is above the one before: (…, K − 1).</param>
    /// <returns>Nats, one for each label and threshold; 0 where the label is below it. A mean divides by the number of the others.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>softplus(x_k) − 1{y &gt; k} x_k where y ≥ k. Convex. Source: Shi, Cao and Raschka, Deep neural networks for rank-consistent ordinal regression based on
    /// conditional probabilities, Pattern Anal. Appl. 26 (2023) 941–955.</remarks>
    let corn (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let labels = checkedLabels (nameof logits) labels logits
        let thresholds = logits.Shape[-1]
        let indices = labels.Indices.ToArray()

        let counted =
            Array.init (indices.Length * thresholds) (fun i -> if indices[i / thresholds] >= i % thresholds then 1.0 else 0.0)

        let levels = 'T.Create(logits, ReadOnlySpan(above labels logits), logits.Shape)
        let terms = BCEWithLogits() :> IPointwise |> fun loss -> loss.Apply(logits, levels)
        let weights = 'T.Create(logits, ReadOnlySpan counted, logits.Shape)
        LossValues(Notation.weigh weights terms, weights)

    // The cut points below and above each label's class, less the score, and what is between them.
    let private bounds (labels: Labels) (cutPoints: 'T) (scores: 'T) : struct ('T * 'T * 'T) when 'T :> ITensor<'T> =
        Check.notNull (nameof labels) labels
        Check.notNull (nameof cutPoints) cutPoints
        Check.notNull (nameof scores) scores

        if cutPoints.Shape.Rank <> 1 || cutPoints.Shape[0] = 0 then
            raise (ArgumentException($"cutPoints has shape {cutPoints.Shape}; it must be (K − 1), of at least one.", nameof cutPoints))

        Check.sameShape (nameof labels) labels.Shape (nameof scores) scores.Shape
        let labels = labels.Checked(cutPoints.Shape[0] + 1, nameof labels)
        let indices = labels.Indices.ToArray()
        let flat = Shape [| indices.Length |]
        let atEnd (value: float) = 'T.Create(cutPoints, ReadOnlySpan [| value |], Shape [| 1 |])
        let all = 'T.Concatenate(ReadOnlySpan [| atEnd -infinity; cutPoints; atEnd infinity |], 0)
        let bound (offset: int) = 'T.Gather(all, 0, Labels(ReadOnlySpan(Array.map ((+) offset) indices), flat)) |> reshape scores.Shape
        let low, high = bound 0, bound 1
        struct (Notation.(-) low scores, Notation.(-) high scores, Notation.(-) low high)

    /// <summary>Proportional odds: minus the logarithm of the probability of an ordered class, a score's place between cut points that are learned.</summary>
    /// <param name="labels">Class indices, 0 to K − 1; the shape of <paramref name="scores"/>.</param>
    /// <param name="cutPoints">Between the classes, strictly increasing, shared by all scores: (K − 1).</param>
    /// <param name="scores">Any numbers, any shape.</param>
    /// <returns>Nats, one for each label; NaN where the cut points of a label do not increase.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no cut points.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>−log(σ(c_y − s) − σ(c_{y−1} − s)), with c below the first class −∞ and above the last ∞. Convex in the score. Source: McCullagh, Regression models for
    /// ordinal data, J. R. Stat. Soc. B 42 (1980) 109–142.</remarks>
    let proportionalOdds (labels: Labels) (cutPoints: 'T) (scores: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let struct (below, above, width) = bounds labels cutPoints scores
        // σ(b) − σ(a) = σ(b) σ(−a) (1 − e^(a − b)), of which nothing cancels.
        let ends = Notation.(+) ('T.Logistic above).SoftplusOfMinus ('T.Logistic below).Softplus
        LossValues(Notation.(-) ends (Notation.log (Notation.(-) (Notation.num 0.0) (Notation.expm1 width))))

    /// <summary>Ordered probit: minus the logarithm of the probability of an ordered class, a score's place with a normal error between cut points that are learned.</summary>
    /// <param name="labels">Class indices, 0 to K − 1; the shape of <paramref name="scores"/>.</param>
    /// <param name="cutPoints">Between the classes, strictly increasing, shared by all scores: (K − 1).</param>
    /// <param name="scores">Any numbers, any shape.</param>
    /// <returns>Nats, one for each label; NaN where the cut points of a label do not increase.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no cut points.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>−log(Φ(c_y − s) − Φ(c_{y−1} − s)), with c below the first class −∞ and above the last ∞: that of proportional odds with a normal distribution for the
    /// logistic. Convex in the score. Source: McKelvey and Zavoina, J. Math. Sociol. 4 (1975) 103–120.</remarks>
    let orderedProbit (labels: Labels) (cutPoints: 'T) (scores: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let struct (below, above, _) = bounds labels cutPoints scores
        LossValues(Notation.(-) (Notation.num 0.0) (Special.logMass below above))

    /// γ of <c>ordinalFocal</c> where none is given.
    [<Literal>]
    let OrdinalFocalGamma = 2.0

    /// <summary>Ordinal focal loss: that of CORAL, in which a threshold counts the less, the surer and righter it is.</summary>
    /// <param name="gamma">γ, finite, at least 0: how much less an easy threshold counts; 0 is CORAL.</param>
    /// <param name="importance">A weight for each threshold, (K − 1), or none.</param>
    /// <param name="labels">Class indices, 0 to K − 1; the shape of <paramref name="logits"/> without the last axis.</param>
    /// <param name="logits">Of being above each threshold: (…, K − 1).</param>
    /// <returns>Nats, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where. Or <paramref name="gamma"/> is negative or not finite.</exception>
    /// <remarks>Σ_k λ_k (1 − p_k)^γ (−log p_k) with p_k = σ(x_k) where y &gt; k, else σ(−x_k). Source: Lin et al., ICCV 2017; Cao, Mirjalili and Raschka, Pattern Recognit. Lett.
    /// 140 (2020) 325–331.</remarks>
    let ordinalFocal (gamma: float) (importance: Weights) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        // Twice a half each.
        let loss = SigmoidFocal(0.5, gamma) :> IPointwise
        ofThresholds (fun x levels -> Notation.(.*) 2.0 (loss.Apply(x, levels))) importance labels logits
