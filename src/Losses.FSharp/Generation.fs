namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp.Notation

/// <summary>How a generator and its critic compete.</summary>
type Adversarial =
    /// <summary>The critic classifies; the generator wants its samples classified as real.</summary>
    | NonSaturating = 0
    /// <summary>The critic classifies; the generator wants the contrary of what the critic wants.</summary>
    | Saturating = 1
    /// <summary>The critic wants scores beyond ±1.</summary>
    | Hinge = 2
    /// <summary>Scores have targets: 1 for real, 0 for fake.</summary>
    | LeastSquares = 3
    /// <summary>The scores themselves.</summary>
    | Wasserstein = 4

module internal NormalKL =

    // e^λ − 1 − λ, which has no digits left next to a λ of 0.
    let inline excess (logVariance: 'T) : 'T :> IReal<'T> =
        ifLess (abs logVariance) (num 0.25) ('T.AboveTangent logVariance) (expm1 logVariance - logVariance)

/// <summary>½ (μ² + e^λ − 1 − λ), with a mean μ and the logarithm λ of a variance.</summary>
[<Struct; NoEquality; NoComparison>]
type StandardNormalKL =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(mean, logVariance) = given mean (given logVariance (0.5 .* (mean * mean + NormalKL.excess logVariance)))

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation

/// Losses of generative models.
[<AutoOpen>]
module Generation =

    /// form of <c>criticOfReal</c>, <c>criticOfFake</c> and <c>generator</c> where none is given.
    [<Literal>]
    let AdversarialForm = Adversarial.NonSaturating

    // Finite where half the square is.
    let private halfSquare (d: 'T) : 'T :> ITensor<'T> = d * (0.5 .* d)

    let private unknown (form: Adversarial) =
        raise (ArgumentOutOfRangeException(nameof form, $"{Check.number (int64 form)} is no form of an adversarial loss."))

    /// <summary>A critic's loss of scores of real samples. Its mean and that of <c>criticOfFake</c> add up to the critic's loss.</summary>
    /// <param name="form">How generator and critic compete.</param>
    /// <param name="logits">The critic's scores of real samples; any shape.</param>
    /// <returns>Elementwise; nats where the critic classifies.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such form.</exception>
    /// <remarks>log(1 + e⁻ˣ); hinge: max(0, 1 − x), of slope 0 at the kink; least squares: ½ (x − 1)²; Wasserstein: −x. Convex.
    /// Source: Goodfellow et al., NeurIPS 2014; Lim and Ye (2017); Mao et al., ICCV 2017; Arjovsky, Chintala and Bottou, ICML 2017.</remarks>
    let criticOfReal (form: Adversarial) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits

        match form with
        | Adversarial.NonSaturating
        | Adversarial.Saturating -> LossValues((logistic logits).SoftplusOfMinus)
        | Adversarial.Hinge -> LossValues(hinge (num 1.0 - logits))
        | Adversarial.LeastSquares -> LossValues(halfSquare (logits - num 1.0))
        | Adversarial.Wasserstein -> LossValues(given logits -logits)
        | form -> unknown form

    /// <summary>A critic's loss of scores of generated samples. Its mean and that of <c>criticOfReal</c> add up to the critic's loss.</summary>
    /// <param name="form">How generator and critic compete.</param>
    /// <param name="logits">The critic's scores of generated samples; any shape.</param>
    /// <returns>Elementwise; nats where the critic classifies.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such form.</exception>
    /// <remarks>log(1 + eˣ); hinge: max(0, 1 + x), of slope 0 at the kink; least squares: ½ x²; Wasserstein: x. Convex.
    /// Source: Goodfellow et al., NeurIPS 2014; Lim and Ye (2017); Mao et al., ICCV 2017; Arjovsky, Chintala and Bottou, ICML 2017.</remarks>
    let criticOfFake (form: Adversarial) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits

        match form with
        | Adversarial.NonSaturating
        | Adversarial.Saturating -> LossValues(softplus logits)
        | Adversarial.Hinge -> LossValues(hinge (num 1.0 + logits))
        | Adversarial.LeastSquares -> LossValues(halfSquare logits)
        | Adversarial.Wasserstein -> LossValues(given logits logits)
        | form -> unknown form

    /// <summary>A generator's loss of the critic's scores of its samples.</summary>
    /// <param name="form">How generator and critic compete.</param>
    /// <param name="logits">The critic's scores of generated samples; any shape.</param>
    /// <returns>Elementwise; nats where the critic classifies.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such form.</exception>
    /// <remarks>log(1 + e⁻ˣ); saturating: −log(1 + eˣ), which has no slope to speak of where the critic is sure; hinge and Wasserstein: −x; least squares: ½ (x − 1)².
    /// Source: Goodfellow et al., NeurIPS 2014; Lim and Ye (2017); Mao et al., ICCV 2017; Arjovsky, Chintala and Bottou, ICML 2017.</remarks>
    let generator (form: Adversarial) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits

        match form with
        | Adversarial.Saturating -> LossValues(-(softplus logits))
        | Adversarial.Hinge -> LossValues(given logits -logits)
        | form -> criticOfReal form logits

    /// <summary>Divergence of a normal distribution from the standard one, as a variational autoencoder has it.</summary>
    /// <param name="logVariance">The logarithm of the variance; any shape.</param>
    /// <param name="mean">The shape of <paramref name="logVariance"/>.</param>
    /// <returns>Nats, elementwise: a sample's divergence is their sum.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>KL(N(μ, e^λ) ‖ N(0, 1)) = ½ (μ² + e^λ − 1 − λ). Slopes: μ and ½ (e^λ − 1). Convex. Source: Kingma and Welling, ICLR 2014.</remarks>
    let standardNormalKL (logVariance: 'T) (mean: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof logVariance) (nameof mean) (StandardNormalKL()) logVariance mean

    /// <summary>Divergence of a normal distribution from another.</summary>
    /// <param name="logVariance2">The logarithm of the other's variance; any shape.</param>
    /// <param name="mean2">The other's mean; the shape of <paramref name="logVariance2"/>.</param>
    /// <param name="logVariance1">The logarithm of the variance; the shape of <paramref name="logVariance2"/>.</param>
    /// <param name="mean1">The shape of <paramref name="logVariance2"/>.</param>
    /// <returns>Nats, elementwise: the divergence of distributions with a diagonal covariance is their sum.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>KL(N(μ₁, e^λ₁) ‖ N(μ₂, e^λ₂)) = ½ ((μ₁ − μ₂)² e^−λ₂ + e^δ − 1 − δ) with δ = λ₁ − λ₂. Equal distributions have 0, of slope 0.
    /// Source: Kullback and Leibler, Ann. Math. Statist. 22 (1951) 79–86.</remarks>
    let normalKL (logVariance2: 'T) (mean2: 'T) (logVariance1: 'T) (mean1: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof logVariance1) logVariance1 (nameof mean2) mean2 (nameof mean1) mean1
        Check.notNull (nameof logVariance2) logVariance2
        Check.sameShape (nameof logVariance2) logVariance2.Shape (nameof mean1) mean1.Shape
        let d, ratio = mean1 - mean2, logVariance1 - logVariance2
        let values = 0.5 .* (d * d * exp -logVariance2 + NormalKL.excess ratio)
        LossValues(given d (given ratio values))
