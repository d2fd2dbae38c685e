namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp.Notation

/// <summary>−t log p − (1 − t) log(1 − p), each logarithm clamped at −100.  (torch.nn.BCELoss)</summary>
[<Struct; NoEquality; NoComparison>]
type BCE =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(p, t) =
            // PyTorch's clamps belong to the definition. That of the value would flatten the slope just where the answer is worst, so the
            // slope is stated apart: (p − t) / (p (1 − p)), its divisor at least the float32 nearest to 10⁻¹². Next to a hard target the derivative
            // of that cancels; forms of three cases that do not made the kernel too large to be inlined, and six times slower.
            let q = detach p
            let floor = num -100.0
            let value = weigh t (num 0.0 - max (log q) floor) + weigh (num 1.0 - t) (num 0.0 - max (log1p (-q)) floor)
            let slope = (p - t) / max (p * (num 1.0 - p)) (num (float 1e-12f))
            value + slope * (p - q)

        member _.Prediction = Domain.Probability
        member _.Target = Domain.Probability

module internal BinaryCrossEntropy =

    /// t softplus(−x) + (1 − t) softplus(x)
    let inline ofLogit (x: 'T) (t: 'T) : 'T :> IReal<'T> =
        // softplus(x) − t·x is shorter and cancels, in value and slope, for a confident right answer.
        let l = logistic x
        // The slope by t is −x; the difference of the two would have no digits left near 0.
        let q = detach t
        weigh q l.SoftplusOfMinus + weigh (num 1.0 - q) l.Softplus + weigh (q - t) x

/// <summary>t softplus(−x) + (1 − t) softplus(x).  (torch.nn.BCEWithLogitsLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type BCEWithLogits =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) = BinaryCrossEntropy.ofLogit x t

        member _.Target = Domain.Probability

/// <summary>w t softplus(−x) + (1 − t) softplus(x), with w the weight of a positive answer.  (torch.nn.BCEWithLogitsLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type BalancedBCEWithLogits =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, w) =
            let l = logistic x
            weigh (w * t) l.SoftplusOfMinus + weigh (num 1.0 - t) l.Softplus

        member _.Target = Domain.Probability
        member _.Third = Domain.NotNegative

/// <summary>softplus(−t x), with t = ±1.  (torch.nn.SoftMarginLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type SoftMargin =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) = given t (logistic (t * x)).SoftplusOfMinus

        member _.Target = Domain.PlusOrMinusOne

namespace Losses.FSharp

open Losses

/// Losses of yes-or-no answers.
[<AutoOpen>]
module Binary =

    /// <summary>Binary cross-entropy of probabilities.</summary>
    /// <param name="target">The probability of yes, in [0, 1]; any shape.</param>
    /// <param name="probabilities">In [0, 1]; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise, at most 100.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is outside [0, 1]; it says which, where.</exception>
    /// <remarks>−t log p − (1 − t) log(1 − p), each logarithm clamped at −100 as in PyTorch. Slope: (p − t) / max(p (1 − p), 10⁻¹²), PyTorch's
    /// convention; where p (1 − p) is above 10⁻¹² it is the derivative. Next to a hard target the second derivative has a relative error of up
    /// to 2⁻⁴⁹ / (p (1 − p)). Where the logits are at hand, <c>bceWithLogits</c> is exact for all of them. Convex where no logarithm is
    /// clamped. Source: torch.nn.BCELoss (PyTorch 2.10).</remarks>
    let bce (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof target) (nameof probabilities) (BCE()) target probabilities

    /// <summary>Binary cross-entropy of logits: BCE ∘ σ, exact for every logit, the infinite ones included.</summary>
    /// <param name="target">The probability of yes, in [0, 1]; any shape.</param>
    /// <param name="logits">Any number; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where.</exception>
    /// <remarks>t softplus(−x) + (1 − t) softplus(x). Slope: −t σ(−x) + (1 − t) σ(x). Convex. Source: torch.nn.BCEWithLogitsLoss (PyTorch 2.10).</remarks>
    let bceWithLogits (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof target) (nameof logits) (BCEWithLogits()) target logits

    /// <summary>Binary cross-entropy of logits in which positive answers count more or less than negative ones.</summary>
    /// <param name="posWeight">What a positive answer counts; of a shape that broadcasts to that of <paramref name="target"/>, such as one for each class.
    /// <c>Weights.None</c> is 1.</param>
    /// <param name="target">The probability of yes, in [0, 1]; any shape.</param>
    /// <param name="logits">Any number; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or <paramref name="posWeight"/> does not broadcast.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where.</exception>
    /// <remarks>w t softplus(−x) + (1 − t) softplus(x). Slope: −w t σ(−x) + (1 − t) σ(x). Convex. Source: torch.nn.BCEWithLogitsLoss (PyTorch 2.10),
    /// its pos_weight.</remarks>
    let balancedBceWithLogits (posWeight: Weights) (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof posWeight) posWeight
        checkTwo (nameof target) target (nameof logits) logits

        if posWeight.IsNone then
            bceWithLogits target logits
        else
            Check.broadcasts (nameof posWeight) posWeight.Shape (nameof target) target.Shape

            let weights = TensorNotation.constant logits posWeight
            let loss = BalancedBCEWithLogits()
            LossValues<'T>.Of(loss, logits, nameof logits, target, nameof target, weights, nameof posWeight, posWeight.Shape)

    /// <summary>Soft margin loss: the smooth hinge of an answer ±1; with 1 it is the binary cross-entropy of a yes.</summary>
    /// <param name="target">−1 or 1; any shape.</param>
    /// <param name="prediction">Any number; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is neither −1 nor 1; it says which, where.</exception>
    /// <remarks>log(1 + e^(−t x)), which never overflows. Slope: −t σ(−t x). Convex. Source: torch.nn.SoftMarginLoss (PyTorch 2.10).</remarks>
    let softMargin (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (SoftMargin()) target prediction
