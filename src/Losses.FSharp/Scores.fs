namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π), with z = (x − t) / σ.  (Gneiting and Raftery 2007)</summary>
[<Struct; NoEquality; NoComparison>]
type CRPSNormal =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) =
            // Of distance and scale the slopes are 2Φ(z) − 1 and 2φ(z) − 1/√π, and a change of z alone changes nothing: taken of the product
            // they would be what is left of terms of the size of z.
            let d = x - t
            let z = detach (d / s)
            // √½, √(2/π) and 1/√π
            d * erf (0.7071067811865476 .* z) + s * (0.7978845608028654 .* exp (-0.5 .* (z * z)) - num 0.5641895835477563)

        member _.Third = Domain.Positive

/// <summary>s (|z| + 2 log(1 + e^−|z|) − 1), with z = (x − t) / s.</summary>
[<Struct; NoEquality; NoComparison>]
type CRPSLogistic =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) =
            // As that of normal distributions.
            let d = x - t
            let z = detach (d / s)
            let size = abs z
            let l = logistic size
            d * tanh (0.5 .* z) + s * (2.0 .* (l.SoftplusOfMinus + weigh l.SigmoidOfMinus size) - num 1.0)

        member _.Third = Domain.Positive

/// <summary>b (|z| + e^−|z| − ¾), with z = (x − t) / b.</summary>
[<Struct; NoEquality; NoComparison>]
type CRPSLaplace =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, b) =
            // As that of normal distributions.
            let d = abs (x - t)
            let z = num 0.0 - detach (d / b)
            b * (weigh (exp z) (num 1.0 - z) - num 0.75) - d * expm1 z

        member _.Third = Domain.Positive

/// <summary>|t| − 2F(t)/λ + 1/2λ, with F(t) = 1 − e^−λt where t ≥ 0, else 0.</summary>
[<Struct; NoEquality; NoComparison>]
type CRPSExponential =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(rate, t) =
            // As that of normal distributions, with the mean for the scale.
            let u = detach (hinge (rate * t))
            let e = exp (num 0.0 - u)
            t * (num 1.0 - 2.0 .* e) + (2.0 .* weigh e (num 1.0 + u) - num 1.5) / rate

        member _.Prediction = Domain.Positive

/// <summary>(u − l) + 2/α (max(0, l − t) + max(0, t − u)).  (Gneiting and Raftery 2007)</summary>
[<Struct; NoEquality; NoComparison>]
type IntervalScore =
    val private alpha: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.Alpha = if loss.alpha > 0.0 then loss.alpha else 0.1

    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(lower, t, upper) =
            let outside = hinge (lower - t) + hinge (t - upper)
            upper - lower + num (2.0 ./. loss.Alpha) * outside

    /// <summary>The score of a level.</summary>
    /// <param name="alpha">α, above 0 and below 1: the interval is to hold 1 − α.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="alpha"/> is not between 0 and 1.</exception>
    new(alpha: float) =
        Check.inside (nameof alpha) 0.0 1.0 alpha

        { alpha = alpha }

/// <summary>((x − t) / σ)² + 2 log σ.  (Dawid and Sebastiani 1999)</summary>
[<Struct; NoEquality; NoComparison>]
type DawidSebastiani =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) =
            let z = (x - t) / s
            z * z + 2.0 .* log s

        member _.Third = Domain.Positive

/// <summary>(x − t)² of probabilities.  (Brier 1950)</summary>
[<Struct; NoEquality; NoComparison>]
type Brier =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            let d = x - t
            d * d

        member _.Prediction = Domain.Probability
        member _.Target = Domain.Probability

namespace Losses.FSharp

open Losses

/// Proper scores of predicted distributions, the smaller the better.
[<AutoOpen>]
module Scores =

    /// α of <c>intervalScore</c> where none is given.
    [<Literal>]
    let IntervalScoreAlpha = 0.1

    /// <summary>Continuous ranked probability score of normal distributions: the absolute error of a forecast that says how sure it is.</summary>
    /// <param name="scale">σ, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy = σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π) with z = (x − t) / σ. Slope in x: 2Φ(z) − 1. Convex in x.
    /// Source: Gneiting and Raftery, J. Am. Stat. Assoc. 102 (2007) 359–378; scoringrules.crps_normal (2024).</remarks>
    let crpsNormal (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof scale) (nameof target) (nameof prediction) (CRPSNormal()) scale target prediction

    /// <summary>Continuous ranked probability score of logistic distributions.</summary>
    /// <param name="scale">s, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy = s (|z| + 2 log(1 + e^−|z|) − 1) with z = (x − t) / s. Slope in x: tanh(½z). Convex in x. Source: scoringrules.crps_logistic (2024).</remarks>
    let crpsLogistic (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof scale) (nameof target) (nameof prediction) (CRPSLogistic()) scale target prediction

    /// <summary>Continuous ranked probability score of Laplace distributions.</summary>
    /// <param name="scale">b, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The median; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy = b (|z| + e^−|z| − ¾) with z = (x − t) / b. Slope in x: ±(1 − e^−|z|). Convex in x. Source: scoringrules.crps_laplace (2024).</remarks>
    let crpsLaplace (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof scale) (nameof target) (nameof prediction) (CRPSLaplace()) scale target prediction

    /// <summary>Continuous ranked probability score of exponential distributions.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The rate λ, above 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A rate is not above 0; it says which, where.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy = |t| − 2F(t)/λ + 1/2λ with F(t) = 1 − e^−λt where t ≥ 0, else 0. Source: scoringrules.crps_exponential (2024).</remarks>
    let crpsExponential (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (CRPSExponential()) target prediction

    /// <summary>Interval score, Winkler's: how wide a prediction interval is, and by how much the target is outside it.</summary>
    /// <param name="alpha">α, above 0 and below 1: the interval is to hold 1 − α of the targets.</param>
    /// <param name="upper">The upper end; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="lower">The lower end; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="alpha"/> is not between 0 and 1.</exception>
    /// <remarks>(u − l) + 2/α (max(0, l − t) + max(0, t − u)). Slope at the ends: that of inside. Convex. Source: Gneiting and Raftery, J. Am. Stat. Assoc. 102 (2007) 359–378;
    /// scoringrules.interval_score (2024).</remarks>
    let intervalScore (alpha: float) (upper: 'T) (target: 'T) (lower: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof upper) (nameof target) (nameof lower) (IntervalScore alpha) upper target lower

    /// <summary>Dawid–Sebastiani score: of a mean and a standard deviation, whatever the distribution.</summary>
    /// <param name="scale">σ, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>((x − t) / σ)² + 2 log σ: twice the Gaussian likelihood's, up to a constant. Convex in x. Source: Dawid and Sebastiani, Ann. Stat. 27 (1999) 65–81.</remarks>
    let dawidSebastiani (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof scale) (nameof target) (nameof prediction) (DawidSebastiani()) scale target prediction

    /// <summary>Brier score of yes-or-no answers: the squared error of a probability.</summary>
    /// <param name="target">The probability of yes, in [0, 1]; any shape.</param>
    /// <param name="probabilities">In [0, 1]; the shape of <paramref name="target"/>.</param>
    /// <returns>Elementwise, from 0 to 1.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability or a target is outside [0, 1]; it says which, where.</exception>
    /// <remarks>(p − t)². Slope: 2(p − t). Convex. Source: Brier, Mon. Weather Rev. 78 (1950) 1–3; scoringrules.brier_score (2024).</remarks>
    let brier (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof target) (nameof probabilities) (Brier()) target probabilities
