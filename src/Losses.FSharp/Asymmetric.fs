namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Losses that treat yes and no, the label and the other classes, or the clean sample and its views, each in a way of its own.
[<AutoOpen>]
module Asymmetric =

    open Losses.FSharp.Notation

    /// γ₊ of <c>asymmetricWithLogits</c> where none is given.
    [<Literal>]
    let AsymmetricWithLogitsGammaPositive = 1.0

    /// γ₋ of <c>asymmetricWithLogits</c> where none is given.
    [<Literal>]
    let AsymmetricWithLogitsGammaNegative = 4.0

    /// clip of <c>asymmetricWithLogits</c> where none is given.
    [<Literal>]
    let AsymmetricWithLogitsClip = 0.05

    /// <summary>Asymmetric loss of several labels: focal loss of which a no that is easy counts less than a yes, and one that is very easy not at all.</summary>
    /// <param name="gammaPositive">γ₊ of a yes, finite, at least 0.</param>
    /// <param name="gammaNegative">γ₋ of a no, finite, at least 0.</param>
    /// <param name="clip">m, in [0, 1): what the probability of a no is made smaller by.</param>
    /// <param name="target">The probability of yes, in [0, 1]; any shape.</param>
    /// <param name="logits">Any number; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise; timm adds all of them up.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>−t (1 − p)^γ₊ log p − (1 − t) q^γ₋ log(1 − q) with p = σ(x) and q = max(0, p − m); no logarithm has a floor, timm's one of 10⁻⁸.
    /// Source: Ridnik et al., Asymmetric loss for multi-label classification, ICCV 2021; timm.loss.AsymmetricLossMultiLabel (2025).</remarks>
    let asymmetricWithLogits
        (gammaPositive: float)
        (gammaNegative: float)
        (clip: float)
        (target: 'T)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof gammaPositive) gammaPositive
        Check.notNegative (nameof gammaNegative) gammaNegative

        if not (clip >= 0.0 && clip < 1.0) then
            Check.outOfRange (nameof clip) clip "at least 0 and below 1"

        checkTwo (nameof target) target (nameof logits) logits
        let l = logistic logits
        let q = hinge (l.Sigmoid - num clip)
        // (1 − p)^γ = e^−γ softplus(x)
        let easy = if gammaPositive = 0.0 then num 1.0 else exp (Operators.(~-) gammaPositive .* l.Softplus)

        let surprise =
            if clip = 0.0 then
                l.Softplus
            else
                let half = num 0.5
                num 0.0 - ifLess q half (log1p (num 0.0 - min q half)) (log (l.SigmoidOfMinus + num clip))

        let certain =
            if gammaNegative = 0.0 then num 1.0
            elif clip = 0.0 then exp (Operators.(~-) gammaNegative .* l.SoftplusOfMinus)
            else power gammaNegative q

        let value = weigh target (easy * l.SoftplusOfMinus) + weigh (num 1.0 - target) (certain * surprise)

        LossValues(given logits (given target value)).Within(Domain.Probability, target, nameof target)

    /// γ₊ of <c>asymmetric</c> where none is given.
    [<Literal>]
    let AsymmetricGammaPositive = 1.0

    /// γ₋ of <c>asymmetric</c> where none is given.
    [<Literal>]
    let AsymmetricGammaNegative = 4.0

    /// labelSmoothing of <c>asymmetric</c> where none is given.
    [<Literal>]
    let AsymmetricLabelSmoothing = 0.1

    /// <summary>Asymmetric loss of one label: focal loss with smoothed labels, in which the other classes have a γ of their own.</summary>
    /// <param name="gammaPositive">γ₊ of the label, finite, at least 0.</param>
    /// <param name="gammaNegative">γ₋ of the other classes, finite, at least 0.</param>
    /// <param name="labelSmoothing">ε, in [0, 1]: what of a label is shared among all classes.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the last axis.</param>
    /// <param name="logits">Any finite numbers: (…, C).</param>
    /// <returns>Nats, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>−(1 − ε + ε/C) (1 − p_y)^γ₊ log p_y − ε/C Σ p_c^γ₋ log p_c over the other classes, with p = softmax(x). Source: Ridnik et al., ICCV 2021;
    /// timm.loss.AsymmetricLossSingleLabel (2025).</remarks>
    let asymmetric
        (gammaPositive: float)
        (gammaNegative: float)
        (labelSmoothing: float)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof gammaPositive) gammaPositive
        Check.notNegative (nameof gammaNegative) gammaNegative
        Check.within (nameof labelSmoothing) 0.0 1.0 labelSmoothing
        let own = oneHot (checkedClasses (nameof logits) labels logits) logits
        let axis = Operators.(-) logits.Shape.Rank 1
        let logs = 'T.LogSoftmax(logits, axis)
        let one: 'T = num 1.0
        let rest = num 0.0 - expm1 logs
        let easy = if gammaPositive = 0.0 then one else power gammaPositive rest
        let certain = if gammaNegative = 0.0 then one else exp (gammaNegative .* logs)
        let weights = weigh own easy + weigh (one - own) certain
        LossValues(whole (sumAlong axis (num 0.0 - weigh (smoothLabels labelSmoothing axis own) (weigh weights logs))))

    /// views of <c>jensenShannonCrossEntropy</c> where none is given.
    [<Literal>]
    let JensenShannonCrossEntropyViews = 3

    /// α of <c>jensenShannonCrossEntropy</c> where none is given.
    [<Literal>]
    let JensenShannonCrossEntropyAlpha = 12.0

    /// labelSmoothing of <c>jensenShannonCrossEntropy</c> where none is given.
    [<Literal>]
    let JensenShannonCrossEntropyLabelSmoothing = 0.1

    /// <summary>Cross-entropy of clean samples, and how much what is predicted of them differs from what is predicted of their augmented views: that of AugMix.</summary>
    /// <param name="views">K, the views of each sample, the clean one among them; at least 2.</param>
    /// <param name="alpha">α, what the divergence counts; finite, at least 0.</param>
    /// <param name="labelSmoothing">ε of the cross-entropy, in [0, 1].</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="logits">The clean samples first, then view after view: (K N, C).</param>
    /// <returns>Nats, one for each label. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>CE(x₁, y) + α/K Σₖ KL(pₖ ‖ m) with pₖ = softmax(xₖ) and m = 1/K Σ pₖ. Source: Hendrycks et al., AugMix, ICLR 2020; timm.loss.JsdCrossEntropy (2025), which
    /// takes no logarithm of less than 10⁻⁷.</remarks>
    let jensenShannonCrossEntropy
        (views: int)
        (alpha: float)
        (labelSmoothing: float)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        if views < 2 then
            raise (ArgumentOutOfRangeException(nameof views, $"views is {Check.number (int64 views)}, but it must be at least 2."))

        Check.notNegative (nameof alpha) alpha
        Check.within (nameof labelSmoothing) 0.0 1.0 labelSmoothing
        Check.notNull (nameof labels) labels
        Check.notNull (nameof logits) logits
        let count = labels.Shape.Size

        if logits.Shape.Rank <> 2 || labels.Shape.Rank <> 1 || int64 logits.Shape[0] <> Operators.(*) (int64 views) (int64 count) then
            raise (
                ArgumentException(
                    $"logits has shape {logits.Shape}, but labels has shape {labels.Shape} and there are {Check.number (int64 views)} views; it must be (views · N, C).",
                    nameof logits
                )
            )

        Check.notEmptyAxis (nameof logits) logits.Shape 1 "classes"
        let labels = labels.Checked(logits.Shape[1], nameof labels)
        let logs = 'T.LogSoftmax(logits, 1)
        let view k : 'T = 'T.Slice(logs, 0, Operators.(*) k count, count)
        let all = Array.init views view
        let stacked = 'T.Concatenate(ReadOnlySpan(Array.map (reshape (Shape [| 1; count; logits.Shape[1] |])) all), 0)
        let mixture = 'T.LogSumExp(stacked, 0) - num (Math.Log(float views))
        let divergence (x: 'T) : 'T = sumAlong 1 (weigh (exp x) (x - mixture))
        let spread = all |> Array.map divergence |> Array.reduce (fun a b -> a + b)
        let clean = sumAlong 1 (weigh (smoothLabels labelSmoothing 1 (oneHot labels all[0])) all[0])
        LossValues(whole (num (alpha ./. float views) * spread - clean))
