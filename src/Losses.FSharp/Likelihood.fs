namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>eˣ − t x with x the logarithm of the rate, or x − t log(x + ε) with x the rate; in full with Stirling's log t!.
/// (torch.nn.PoissonNLLLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type PoissonNLL =
    val private logInput: bool
    val private full: bool
    val private eps: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member definition.Apply(x, t) =
            // Where the first term is infinite it outweighs the second, which stays only for the slope by t: ∞ − ∞ would be NaN. e⁷¹⁰ is infinite.
            let last = if definition.logInput then 709.782712893384 else Double.MaxValue
            let counted = t - detach (ifLess (num last) x t (num 0.0))

            let loss =
                if definition.logInput then
                    exp x - weigh counted x
                else
                    given x x - weigh counted (log (x + num definition.eps))

            if definition.full then
                let stirling = t * log t - t + 0.5 .* log (num (2.0 *. Math.PI) * t)
                loss + ifLess (num 1.0) t stirling (num 0.0)
            else
                loss

        member definition.Prediction = if definition.logInput then Domain.All else Domain.NotNegative
        member _.Target = Domain.NotNegative

    /// <summary>The loss of its options.</summary>
    /// <param name="logInput">Whether the prediction is the logarithm of the rate.</param>
    /// <param name="full">Whether to add Stirling's approximation of log t!.</param>
    /// <param name="eps">ε, added to a rate before its logarithm; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    new(logInput: bool, full: bool, eps: float) =
        Check.notNegative (nameof eps) eps
        { logInput = logInput; full = full; eps = eps }

/// <summary>½ (log v + (x − t)² / v), in full with ½ log 2π, and v at least ε.  (Nix and Weigend 1994; torch.nn.GaussianNLLLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type GaussianNLL =
    val private full: bool
    val private eps: float

    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member definition.Apply(x, t, variance) =
            // The floor changes the value of the variance, not its slope: a variance head beneath the floor still learns.
            // Adding what lacks to it, and not the larger of the two less the variance, keeps an infinite one infinite.
            let v = variance + detach (hinge (num definition.eps - variance))
            let d = x - t
            let loss = 0.5 .* (log v + d * (d / v))
            if definition.full then loss + num (0.5 *. Math.Log(2.0 *. Math.PI)) else loss

        member _.Third = Domain.NotNegative

    /// <summary>The loss of its options.</summary>
    /// <param name="full">Whether to add the constant ½ log 2π.</param>
    /// <param name="eps">ε, the least variance; finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is not above 0 or not finite.</exception>
    new(full: bool, eps: float) =
        Check.positive (nameof eps) eps
        { full = full; eps = eps }

namespace Losses.FSharp

open Losses

/// Losses of the parameters of a distribution.
[<AutoOpen>]
module Likelihood =

    /// logInput of <c>poissonNLL</c> where none is given.
    [<Literal>]
    let PoissonNLLLogInput = true

    /// full of <c>poissonNLL</c> where none is given.
    [<Literal>]
    let PoissonNLLFull = false

    /// ε of <c>poissonNLL</c> where none is given.
    [<Literal>]
    let PoissonNLLEps = 1e-8

    /// full of <c>gaussianNLL</c> where none is given.
    [<Literal>]
    let GaussianNLLFull = false

    /// ε of <c>gaussianNLL</c> where none is given.
    [<Literal>]
    let GaussianNLLEps = 1e-6

    /// <summary>Negative log-likelihood of counts, from the logarithm of a Poisson rate or the rate itself.</summary>
    /// <param name="logInput">Whether the prediction is the logarithm of the rate.</param>
    /// <param name="full">Whether to add Stirling's approximation of log t!, as PyTorch has it: t log t − t + ½ log(2πt) where t &gt; 1, else 0.</param>
    /// <param name="eps">ε, added to a rate before its logarithm; finite, at least 0.</param>
    /// <param name="target">Counts, at least 0; any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>; a rate is at least 0.</param>
    /// <returns>Nats, elementwise; without the full term up to a constant of the target.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite, or a count or a rate is negative;
    /// it says which, where.</exception>
    /// <remarks>eˣ − t x, slope eˣ − t; or x − t log(x + ε), slope 1 − t / (x + ε). Near eˣ = t the slope cancels, since x was rounded. Convex.
    /// Source: torch.nn.PoissonNLLLoss (PyTorch 2.10).</remarks>
    let poissonNLL (logInput: bool) (full: bool) (eps: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (PoissonNLL(logInput, full, eps)) target prediction

    /// <summary>Negative log-likelihood of numbers under normal distributions of predicted mean and variance.</summary>
    /// <param name="full">Whether to add the constant ½ log 2π.</param>
    /// <param name="eps">ε, the least variance; finite, above 0. Below it the value is that of ε, the slope passes as if there were no floor.</param>
    /// <param name="variance">At least 0; the shape of <paramref name="target"/>, or that without the last axis, or with axes of length 1.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is not above 0 or not finite, or a variance is negative; it says
    /// which, where.</exception>
    /// <remarks>½ (log v + (x − t)² / v) with v = max(variance, ε). Slope in x: (x − t) / v; in v: ½ (1/v − (x − t)² / v²). Not convex in v.
    /// Source: Nix and Weigend (1994); torch.nn.GaussianNLLLoss (PyTorch 2.10).</remarks>
    let gaussianNLL (full: bool) (eps: float) (variance: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let loss = GaussianNLL(full, eps)
        Check.notNull (nameof variance) variance
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        let shape = prediction.Shape
        Check.sameShape (nameof target) target.Shape (nameof prediction) shape

        let aligned =
            if shape.Rank > 0 && variance.Shape <> shape && variance.Shape = shape.Without -1 then
                TensorNotation.reshape (shape.With(-1, 1)) variance
            else
                variance

        Check.broadcasts (nameof variance) aligned.Shape (nameof prediction) shape
        LossValues<'T>.Of(loss, prediction, nameof prediction, target, nameof target, aligned, nameof variance, variance.Shape)
