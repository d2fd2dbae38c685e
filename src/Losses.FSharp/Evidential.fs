namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Losses of evidence: a network gives a Dirichlet distribution over the probabilities of classes, and says how much it does not know.
[<AutoOpen>]
module Evidential =

    open Losses.FSharp.Notation

    let private sums (x: 'T) : 'T :> ITensor<'T> = sumAlong -1 x

    // KL(Dirichlet(α̃) ‖ Dirichlet(1)), whose α̃ − 1 are the evidence of other classes than the label's.
    let private misleading (wrong: 'T) : 'T :> ITensor<'T> =
        let alpha = wrong + num 1.0
        let total = sums wrong + num (float wrong.Shape[-1])
        let inside = logGamma total - logGamma (num (float wrong.Shape[-1])) - sums (logGamma alpha)
        inside + sums (wrong * digamma alpha) - sums wrong * digamma total

    // The loss of α and of 1 for the label's class, and so much of the divergence.
    let private ofEvidence
        (annealing: float)
        (labels: Labels)
        (evidence: 'T)
        (loss: 'T -> 'T -> 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof annealing) annealing
        let labels = checkedClasses (nameof evidence) labels evidence
        let own = oneHot labels evidence
        let value = loss (evidence + num 1.0) own

        let value = if annealing = 0.0 then value else value + annealing .* misleading (weigh (num 1.0 - own) evidence)

        // An axis that no evidence of a label's class reaches would else miss its NaN.
        LossValues(whole (given (sums evidence) value))
            .WithinRows(Domain.NotNegative, evidence, Operators.(-) evidence.Shape.Rank 1, nameof evidence)

    /// λ of the losses of evidence where none is given.
    [<Literal>]
    let EvidentialAnnealing = 0.0

    /// <summary>Evidential mean squared error: that of the label expected under the Dirichlet distribution, variance included.</summary>
    /// <param name="annealing">λ, finite, at least 0: how much of the divergence that punishes misleading evidence is added; it is raised from 0 to 1 in training.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="evidence"/> without the last axis.</param>
    /// <param name="evidence">Of each class, at least 0: (…, C).</param>
    /// <returns>Without unit, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or evidence is below 0; it says which, where. Or <paramref name="annealing"/> is negative or not finite.</exception>
    /// <remarks>With a = e + 1, S = Σ a and p = a / S: Σ (y − p)² + p (1 − p) / (S + 1), and λ KL(Dirichlet(y + (1 − y) a) ‖ Dirichlet(1)). Source: Sensoy, Kaplan and
    /// Kandemir, Evidential deep learning to quantify classification uncertainty, NeurIPS 2018, eq. 5.</remarks>
    let evidentialMSE (annealing: float) (labels: Labels) (evidence: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofEvidence annealing labels evidence (fun alpha own ->
            let total = sums alpha
            let whole = total |> reshape (alpha.Shape.With(-1, 1)) |> expand alpha.Shape
            let p = alpha / whole
            let d = own - p
            sums (d * d) + sums (p * ((whole - alpha) / whole)) / (total + num 1.0))

    /// <summary>Evidential log loss: minus the logarithm of the label's probability expected under the Dirichlet distribution.</summary>
    /// <param name="annealing">λ, finite, at least 0: how much of the divergence that punishes misleading evidence is added; it is raised from 0 to 1 in training.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="evidence"/> without the last axis.</param>
    /// <param name="evidence">Of each class, at least 0: (…, C).</param>
    /// <returns>Nats, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or evidence is below 0; it says which, where. Or <paramref name="annealing"/> is negative or not finite.</exception>
    /// <remarks>With a = e + 1 and S = Σ a: log S − log a_y, and λ KL(Dirichlet(y + (1 − y) a) ‖ Dirichlet(1)). Source: Sensoy, Kaplan and Kandemir, NeurIPS 2018, eq. 3.</remarks>
    let evidentialLog (annealing: float) (labels: Labels) (evidence: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofEvidence annealing labels evidence (fun alpha own ->
            let label = sums (weigh own alpha)
            log1p (sums (weigh (num 1.0 - own) alpha) / label))

    /// <summary>Evidential cross-entropy: that of the label expected under the Dirichlet distribution.</summary>
    /// <param name="annealing">λ, finite, at least 0: how much of the divergence that punishes misleading evidence is added; it is raised from 0 to 1 in training.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="evidence"/> without the last axis.</param>
    /// <param name="evidence">Of each class, at least 0: (…, C).</param>
    /// <returns>Nats, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or evidence is below 0; it says which, where. Or <paramref name="annealing"/> is negative or not finite.</exception>
    /// <remarks>With a = e + 1 and S = Σ a: ψ(S) − ψ(a_y), and λ KL(Dirichlet(y + (1 − y) a) ‖ Dirichlet(1)). Source: Sensoy, Kaplan and Kandemir, NeurIPS 2018, eq. 4.</remarks>
    let evidentialDigamma (annealing: float) (labels: Labels) (evidence: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofEvidence annealing labels evidence (fun alpha own -> digamma (sums alpha) - digamma (sums (weigh own alpha)))
