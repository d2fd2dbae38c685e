namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

// Scores that change with distance and scale as both do together: z, detached, is what they depend on. Of the product of σ and a function of z the
// slopes would be what is left of terms of the size of z.
module internal PlacesAndScales =

    // σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π): the slopes of distance and scale are 2Φ(z) − 1 and 2φ(z) − 1/√π.
    let inline normal (d: 'T) (s: 'T) : 'T :> IReal<'T> =
        let z = detach (d / s)
        // √½, √(2/π) and 1/√π
        d * erf (0.7071067811865476 .* z) + s * (0.7978845608028654 .* exp (-0.5 .* (z * z)) - num 0.5641895835477563)

    // s (|z| + 2 log(1 + e^−|z|) − 1)
    let inline logistic (d: 'T) (s: 'T) : 'T :> IReal<'T> =
        let z = detach (d / s)
        let size = abs z
        let l = logistic size
        d * tanh (0.5 .* z) + s * (2.0 .* (l.SoftplusOfMinus + weigh l.SigmoidOfMinus size) - num 1.0)

    // σ ∫ Φ² up to z: zΦ² + 2φΦ − Φ(√2 z)/√π.
    let inline normalTail (d: 'T) (s: 'T) : 'T :> IReal<'T> =
        let z = detach (d / s)
        let twice = num 1.0 + erf (0.7071067811865476 .* z)
        let density = 0.3989422804014327 .* exp (-0.5 .* (z * z))

        d * (0.25 .* (twice * twice)) + s * (twice * density - 0.28209479177387814 .* (num 1.0 + erf z))

    // s ∫ σ² up to z: log(1 + eᶻ) − σ(z).
    let inline logisticTail (d: 'T) (s: 'T) : 'T :> IReal<'T> =
        let z = detach (d / s)
        let l = Notation.logistic z
        d * (l.Sigmoid * l.Sigmoid) + s * (l.Softplus - l.Sigmoid - l.Sigmoid * weigh l.Sigmoid z)

/// <summary>σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π), with z = (x − t) / σ.  (Gneiting and Raftery 2007)</summary>
[<Struct; NoEquality; NoComparison>]
type CRPSNormal =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) = PlacesAndScales.normal (x - t) s

        member _.Third = Domain.Positive

/// <summary>s (|z| + 2 log(1 + e^−|z|) − 1), with z = (x − t) / s.</summary>
[<Struct; NoEquality; NoComparison>]
type CRPSLogistic =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) = PlacesAndScales.logistic (x - t) s

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

/// <summary>t (2Φ(w) − 1) − 2 exp(x + ½σ²) (Φ(w − σ) + Φ(σ/√2) − 1), with w = (log t − x) / σ; of t ≤ 0 with w = −∞.</summary>
[<Struct; NoEquality; NoComparison>]
type internal CRPSLogNormal =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) =
            // A change of w alone changes nothing, as of normal distributions.
            // So far below 0 an error function is −1, and its slopes are 0.
            let isPositive = ifLess (num 0.0) t
            let w = detach (isPositive ((log (isPositive t (num 1.0)) - x) / s) (num -1000.0))
            let both = erf (0.7071067811865476 .* (w - s)) + erf (0.5 .* s)
            given x (given t (given s (t * erf (0.7071067811865476 .* w) - exp (x + 0.5 .* (s * s)) * both)))

        member _.Third = Domain.Positive

/// <summary>What t is outside of [l, u], and (a² − ab + b²) / 3(u − l) with what it is from both ends inside.</summary>
[<Struct; NoEquality; NoComparison>]
type CRPSUniform =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(lower, t, upper) =
            let width = upper - lower
            let a = min (hinge (t - lower)) width
            let b = width - a
            let apart = a - b
            // Of one point it is the distance.
            let inside = (apart * apart + a * b) / (3.0 .* ifLess (num 0.0) width width (num 1.0))
            hinge (lower - t) + hinge (t - upper) + inside

// Two thresholds, of which either may be missing; the zeros that C# has without a constructor are none.
[<Struct; NoEquality; NoComparison>]
type internal Thresholds =
    val internal hasLower: bool
    val internal hasUpper: bool
    val internal lower: float
    val internal upper: float

    new(lower: float, upper: float) =
        Check.notNaN (nameof lower) lower
        Check.within (nameof upper) lower infinity upper

        {
            hasLower = not (Double.IsNegativeInfinity lower)
            hasUpper = not (Double.IsPositiveInfinity upper)
            lower = lower
            upper = upper
        }

/// <summary>∫ (F(y) − 1{y ≥ t})² dy between two thresholds, of normal distributions.  (Gneiting and Ranjan 2011)</summary>
[<Struct; NoEquality; NoComparison>]
type internal TwcrpsNormal =
    val private thresholds: Thresholds

    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t, s) =
            // The whole line's score of the target cut to the thresholds, less what lies beyond them.
            let at = loss.thresholds
            let above = if at.hasLower then max t (num at.lower) else t
            let cut = if at.hasUpper then min above (num at.upper) else above
            let whole = PlacesAndScales.normal (x - cut) s
            let less = if at.hasLower then whole - PlacesAndScales.normalTail (num at.lower - x) s else whole
            let value = if at.hasUpper then less - PlacesAndScales.normalTail (x - num at.upper) s else less
            // A target beyond a threshold has no slope.
            given x (given t (given s value))

        member _.Third = Domain.Positive

    /// <summary>The score between two thresholds.</summary>
    /// <param name="lower">The lower one, −∞ for none; in units of the target.</param>
    /// <param name="upper">The upper one, ∞ for none; at least <paramref name="lower"/>.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A threshold is NaN, or the upper is below the lower.</exception>
    new(lower: float, upper: float) = { thresholds = Thresholds(lower, upper) }

/// <summary>∫ (F(y) − 1{y ≥ t})² dy between two thresholds, of logistic distributions.  (Gneiting and Ranjan 2011)</summary>
[<Struct; NoEquality; NoComparison>]
type internal TwcrpsLogistic =
    val private thresholds: Thresholds

    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t, s) =
            // As that of normal distributions.
            let at = loss.thresholds
            let above = if at.hasLower then max t (num at.lower) else t
            let cut = if at.hasUpper then min above (num at.upper) else above
            let whole = PlacesAndScales.logistic (x - cut) s
            let less = if at.hasLower then whole - PlacesAndScales.logisticTail (num at.lower - x) s else whole
            let value = if at.hasUpper then less - PlacesAndScales.logisticTail (x - num at.upper) s else less
            // A target beyond a threshold has no slope.
            given x (given t (given s value))

        member _.Third = Domain.Positive

    /// <summary>The score between two thresholds.</summary>
    /// <param name="lower">The lower one, −∞ for none; in units of the target.</param>
    /// <param name="upper">The upper one, ∞ for none; at least <paramref name="lower"/>.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A threshold is NaN, or the upper is below the lower.</exception>
    new(lower: float, upper: float) = { thresholds = Thresholds(lower, upper) }

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

/// <summary>(σ(x) − t)² of the logits of probabilities.  (Brier 1950)</summary>
[<Struct; NoEquality; NoComparison>]
type BrierWithLogits =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            // Of a certain target the sigmoid less 1 is that of −x.
            let l = logistic x
            let d = (num 1.0 - t) * l.Sigmoid - t * l.SigmoidOfMinus
            d * d

        member _.Target = Domain.Probability

namespace Losses.FSharp

open Losses

/// Proper scores of predicted distributions, the smaller the better.
[<AutoOpen>]
module Scores =

    /// α of <c>intervalScore</c> where none is given.
    [<Literal>]
    let IntervalScoreAlpha = 0.1

    /// lower of <c>twcrpsNormal</c> where none is given.
    [<Literal>]
    let TwcrpsNormalLower = System.Double.NegativeInfinity

    /// upper of <c>twcrpsNormal</c> where none is given.
    [<Literal>]
    let TwcrpsNormalUpper = System.Double.PositiveInfinity

    /// lower of <c>twcrpsLogistic</c> where none is given.
    [<Literal>]
    let TwcrpsLogisticLower = System.Double.NegativeInfinity

    /// upper of <c>twcrpsLogistic</c> where none is given.
    [<Literal>]
    let TwcrpsLogisticUpper = System.Double.PositiveInfinity

    // Error functions are more than the compiler inlines into the loop of one kernel: operation by operation.
    let private ofPlace (loss: IPointwise3) (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof scale) scale (nameof target) target (nameof prediction) prediction
        LossValues(loss.Apply(prediction, target, scale)).Within(Domain.Positive, scale, nameof scale)

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

    /// <summary>Continuous ranked probability score of log-normal distributions.</summary>
    /// <param name="scale">σ, the standard deviation of the logarithm, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean of the logarithm; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy = t (2Φ(w) − 1) − 2 exp(x + ½σ²) (Φ(w − σ) + Φ(σ/√2) − 1) with w = (log t − x) / σ; of t ≤ 0 with w = −∞. Slope in x: the second
    /// term. Source: Baran and Lerch, Q. J. R. Meteorol. Soc. 141 (2015) 2289–2299; scoringrules.crps_lognormal (2024).</remarks>
    let crpsLogNormal (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofPlace (CRPSLogNormal()) scale target prediction

    /// <summary>Continuous ranked probability score of uniform distributions.</summary>
    /// <param name="upper">The upper end; the shape of <paramref name="target"/>, at least <paramref name="lower"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="lower">The lower end; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy: how far t is outside, and (a² − ab + b²) / 3(u − l), with a and b what it is from both ends, cut to the interval. Of one point it is the
    /// absolute error. Source: scoringrules.crps_uniform (2024).</remarks>
    let crpsUniform (upper: 'T) (target: 'T) (lower: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof upper) (nameof target) (nameof lower) (CRPSUniform()) upper target lower

    /// <summary>Threshold-weighted continuous ranked probability score of normal distributions: only what is between two thresholds counts.</summary>
    /// <param name="lower">The lower threshold, −∞ for none; in units of the target, not NaN.</param>
    /// <param name="upper">The upper threshold, ∞ for none; at least <paramref name="lower"/>.</param>
    /// <param name="scale">σ, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0, it says which, where; a threshold is NaN, or the upper is below the lower.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy from the lower threshold to the upper. With z at the thresholds it is the score of the whole line, of the target cut to them, less
    /// σ (zΦ² + 2φΦ − Φ(√2 z)/√π) below the lower, and the same of −z above the upper. Source: Gneiting and Ranjan, J. Bus. Econ. Stat. 29 (2011) 411–422.</remarks>
    let twcrpsNormal (lower: float) (upper: float) (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofPlace (TwcrpsNormal(lower, upper)) scale target prediction

    /// <summary>Threshold-weighted continuous ranked probability score of logistic distributions: only what is between two thresholds counts.</summary>
    /// <param name="lower">The lower threshold, −∞ for none; in units of the target, not NaN.</param>
    /// <param name="upper">The upper threshold, ∞ for none; at least <paramref name="lower"/>.</param>
    /// <param name="scale">s, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0, it says which, where; a threshold is NaN, or the upper is below the lower.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy from the lower threshold to the upper. With z at the thresholds it is the score of the whole line, of the target cut to them, less
    /// s (log(1 + eᶻ) − σ(z)) below the lower, and the same of −z above the upper. Source: Gneiting and Ranjan, J. Bus. Econ. Stat. 29 (2011) 411–422.</remarks>
    let twcrpsLogistic (lower: float) (upper: float) (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofPlace (TwcrpsLogistic(lower, upper)) scale target prediction

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

    /// <summary>Brier score of the logits of yes-or-no answers.</summary>
    /// <param name="target">The probability of yes, in [0, 1]; any shape.</param>
    /// <param name="logits">Any number; the shape of <paramref name="target"/>.</param>
    /// <returns>Elementwise, from 0 to 1.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where.</exception>
    /// <remarks>(σ(x) − t)². Slope: 2 (σ(x) − t) σ(x) σ(−x), which vanishes where an answer is sure and wrong. Not convex. Source: Brier, Mon. Weather Rev. 78 (1950) 1–3.</remarks>
    let brierWithLogits (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof target) (nameof logits) (BrierWithLogits()) target logits
