namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>δ²(√(1 + (d/δ)²) − 1), with d = x − t.  (Charbonnier et al. 1994)</summary>
[<Struct; NoEquality; NoComparison>]
type PseudoHuber =
    val private delta: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.Delta = if loss.delta > 0.0 then loss.delta else 1.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = x - t
            // √(δ² + d²) in units of the larger, whose square would overflow; whatever the unit, it is the same.
            let unit = detach (max (abs d) (num loss.Delta))
            let own, other = num loss.Delta / unit, d / unit
            let root = unit * sqrt (own * own + other * other)
            // δ (root − δ) has no digits left where the root is nearly δ.
            d * (num loss.Delta * (d / (num loss.Delta + root)))

    /// <summary>The loss of a δ.</summary>
    /// <param name="delta">δ, in units of the target; finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="delta"/> is not above 0 or not finite.</exception>
    new(delta: float) =
        Check.positive (nameof delta) delta

        { delta = delta }

/// <summary>(|α − 2| / α) ((z² / |α − 2| + 1)^(α/2) − 1), with z = (x − t) / c, and its limits.  (Barron 2019)</summary>
[<Struct; NoEquality; NoComparison>]
type GeneralRobust =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    // z² over |α − 2|, or ½z²; log(1 + that), or not; of it an exponential, or not.
    val private share: float
    val private scale: float
    val private isLogarithm: bool
    val private exponent: float
    val private factor: float

    member private loss.Share = if loss.isGiven then loss.share else 1.0
    member private loss.Scale = if loss.isGiven then loss.scale else 1.0
    member private loss.IsLogarithm = not loss.isGiven || loss.isLogarithm
    member private loss.Exponent = if loss.isGiven then loss.exponent else 0.5
    member private loss.Factor = if loss.isGiven then loss.factor else 1.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let z = (x - t) / num loss.Scale
            let square = num loss.Share * (z * z)
            let inner = if loss.IsLogarithm then log1p square else square
            // A power less 1 has no digits left near 0.
            if loss.Exponent = 0.0 then inner else num loss.Factor * expm1 (num loss.Exponent * inner)

    /// <summary>The loss of an α and a scale.</summary>
    /// <param name="alpha">α: 2 the squared error, 1 pseudo-Huber, 0 Cauchy, −2 Geman–McClure, −∞ Welsch; not NaN.</param>
    /// <param name="scale">c, where errors begin to count as large, in units of the target; finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="alpha"/> is NaN, or <paramref name="scale"/> is not above 0 or not finite.</exception>
    new(alpha: float, scale: float) =
        Check.notNaN (nameof alpha) alpha
        Check.positive (nameof scale) scale
        let distance = Math.Abs(Operators.(-) alpha 2.0)
        let isSquare, isInfinite = (distance = 0.0), Double.IsInfinity alpha
        // Nearer to 0 it is the limit to the last bit, and half of it would be subnormal.
        let isCauchy = Math.Abs alpha < 1e-290

        {
            isGiven = true
            share = if isSquare || isInfinite || isCauchy then 0.5 else 1.0 ./. distance
            scale = scale
            isLogarithm = not (isSquare || isInfinite)
            exponent =
                if isSquare || isCauchy then 0.0
                elif isInfinite then float (Math.Sign alpha)
                else 0.5 *. alpha
            factor = if isInfinite then float (Math.Sign alpha) else distance ./. alpha
        }

/// <summary>c²/6 (1 − (1 − (d/c)²)³) where |d| ≤ c, c²/6 beyond, with d = x − t.  (Beaton and Tukey 1974)</summary>
[<Struct; NoEquality; NoComparison>]
type TukeyBiweight =
    val private c: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.C = if loss.c > 0.0 then loss.c else 4.685

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let c = num loss.C
            let size = min (abs (x - t)) c
            let share = size / c
            let square = share * share
            // 1 − square, of which a difference has no digits left next to c; and its slope, of which the product has none next to 0.
            let rest = detach ((c - size) / c * (num 1.0 + share)) - (square - detach square)
            let scale = num (loss.C *. loss.C ./. 6.0)
            let value = scale * (square * (num 1.0 + rest + rest * rest))
            // A constant less the value: its slope is a product, that of the value a difference of nearly the same.
            let lacking = scale * (rest * rest * rest)
            detach value + (detach lacking - lacking)

    /// <summary>The loss of a c.</summary>
    /// <param name="c">c, beyond which nothing counts more, in units of the target; finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="c"/> is not above 0 or not finite.</exception>
    new(c: float) =
        Check.positive (nameof c) c

        { c = c }

/// <summary>w log(1 + |d|/c) where |d| ≤ w, |d| and a constant beyond, with d = x − t.  (Feng et al. 2018)</summary>
[<Struct; NoEquality; NoComparison>]
type Wing =
    val private width: float
    val private curvature: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.Width = if loss.width > 0.0 then loss.width else 5.0
    member private loss.Curvature = if loss.curvature > 0.0 then loss.curvature else 0.5

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = abs (x - t)
            let near = min d (num loss.Width)
            num loss.Width * log1p (near / num loss.Curvature) + (d - near)

    /// <summary>The loss of a width and a curvature.</summary>
    /// <param name="width">w, beyond which it is linear, in units of the target; finite, above 0.</param>
    /// <param name="curvature">c, how sharply it bends at the target, in units of the target; finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is not above 0 or not finite.</exception>
    new(width: float, curvature: float) =
        Check.positive (nameof width) width
        Check.positive (nameof curvature) curvature

        { width = width; curvature = curvature }

/// <summary>ω log(1 + (|d|/ε)^(α − t)) where |d| &lt; θ, linear beyond, with d = x − t.  (Wang, Bo and Li 2019)</summary>
[<Struct; NoEquality; NoComparison>]
type internal AdaptiveWing =
    val private isGiven: bool
    val private omega: float
    val private theta: float
    val private epsilon: float
    val private alpha: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.Omega = if loss.isGiven then loss.omega else 14.0
    member private loss.Theta = if loss.isGiven then loss.theta else 0.5
    member private loss.Epsilon = if loss.isGiven then loss.epsilon else 1.0
    member private loss.Alpha = if loss.isGiven then loss.alpha else 2.1

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = abs (x - t)
            let exponent = num loss.Alpha - t
            // At the target the power and its slope are 0.
            let size = ifLess (num 0.0) d (d / num loss.Epsilon) (num 1.0)
            let near = ifLess (num 0.0) d (log1p (exp (exponent * log size))) d
            let edge = exp (Math.Log(loss.Theta ./. loss.Epsilon) .* exponent)
            let steepness = exponent * edge / (loss.Theta .* (num 1.0 + edge))
            let far = steepness * (d - num loss.Theta) + log1p edge
            num loss.Omega * ifLess d (num loss.Theta) near far

        member _.Target = Domain.Probability

    /// <summary>The loss of its parameters.</summary>
    /// <param name="omega">ω, its size; finite, above 0.</param>
    /// <param name="theta">θ, beyond which it is linear; finite, above 0.</param>
    /// <param name="epsilon">ε, how sharply it bends; finite, above 0.</param>
    /// <param name="alpha">α, the exponent next to a target of 0; finite, above 2.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(omega: float, theta: float, epsilon: float, alpha: float) =
        Check.positive (nameof omega) omega
        Check.positive (nameof theta) theta
        Check.positive (nameof epsilon) epsilon
        Check.inside (nameof alpha) 2.0 infinity alpha

        { isGiven = true; omega = omega; theta = theta; epsilon = epsilon; alpha = alpha }

/// <summary>|d| where |d| ≤ c, (d² + c²) / 2c beyond, with d = x − t.  (Owen 2007)</summary>
[<Struct; NoEquality; NoComparison>]
type ReverseHuber =
    val private c: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.C = if loss.c > 0.0 then loss.c else 1.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = abs (x - t)
            let excess = hinge (d - num loss.C)
            d + excess * (0.5 .* (excess / num loss.C))

    /// <summary>The loss of a c.</summary>
    /// <param name="c">c, in units of the target; finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="c"/> is not above 0 or not finite.</exception>
    new(c: float) =
        Check.positive (nameof c) c

        { c = c }

namespace Losses.FSharp

open Losses

/// Distances between numbers in which large errors count less than in the squared error, or more than in the absolute.
[<AutoOpen>]
module Robust =

    /// δ of <c>pseudoHuber</c> where none is given.
    [<Literal>]
    let PseudoHuberDelta = 1.0

    /// α of <c>generalRobust</c> where none is given.
    [<Literal>]
    let GeneralRobustAlpha = 1.0

    /// c of <c>generalRobust</c> where none is given.
    [<Literal>]
    let GeneralRobustScale = 1.0

    /// c of <c>tukeyBiweight</c>, 95 % as efficient as the squared error where errors are normal, of variance 1, where none is given.
    [<Literal>]
    let TukeyBiweightC = 4.685

    /// w of <c>wing</c> where none is given.
    [<Literal>]
    let WingWidth = 5.0

    /// c of <c>wing</c> where none is given.
    [<Literal>]
    let WingCurvature = 0.5

    /// ω of <c>adaptiveWing</c> where none is given.
    [<Literal>]
    let AdaptiveWingOmega = 14.0

    /// θ of <c>adaptiveWing</c> where none is given.
    [<Literal>]
    let AdaptiveWingTheta = 0.5

    /// ε of <c>adaptiveWing</c> where none is given.
    [<Literal>]
    let AdaptiveWingEpsilon = 1.0

    /// α of <c>adaptiveWing</c> where none is given.
    [<Literal>]
    let AdaptiveWingAlpha = 2.1

    /// c of <c>reverseHuber</c> where none is given.
    [<Literal>]
    let ReverseHuberC = 1.0

    /// <summary>Pseudo-Huber loss, that of Charbonnier: quadratic near the target, linear far from it, and smooth in between.</summary>
    /// <param name="delta">δ, in units of the target; finite, above 0.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="delta"/> is not above 0 or not finite.</exception>
    /// <remarks>δ²(√(1 + (d/δ)²) − 1) with d = x − t. Slope: d / √(1 + (d/δ)²). Convex. Kornia's charbonnier_loss has δ = 1. Source: Charbonnier et al., ICIP 1994.</remarks>
    let pseudoHuber (delta: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (PseudoHuber delta) target prediction

    /// <summary>Barron's general robust loss: one family from the squared error to losses that tell large errors hardly apart.</summary>
    /// <param name="alpha">α: 2 is half the squared error, 1 pseudo-Huber, 0 Cauchy, −2 Geman–McClure, −∞ Welsch, each exactly; not NaN.</param>
    /// <param name="scale">c, where errors begin to count as large, in units of the target; finite, above 0.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="alpha"/> is NaN, or <paramref name="scale"/> is not above 0 or not finite.</exception>
    /// <remarks>(|α − 2| / α) ((z² / |α − 2| + 1)^(α/2) − 1) with z = (x − t) / c, and its limits: ½z² for α = 2, log(1 + ½z²) for 0, 1 − exp(−½z²) for −∞, exp(½z²) − 1
    /// for ∞. Slope: (z / c) (z² / |α − 2| + 1)^(α/2 − 1). Convex where α ≥ 1. Kornia's cauchy_loss, geman_mcclure_loss and welsch_loss are those of 0, −2 and
    /// −∞. Source: Barron, A general and adaptive robust loss function, CVPR 2019.</remarks>
    let generalRobust (alpha: float) (scale: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (GeneralRobust(alpha, scale)) target prediction

    // eʷ − 1 over w: next to 0 its series.
    let private growth (w: 'T) : 'T :> IReal<'T> =
        let bound = Notation.num 0.25
        let isNear = Notation.ifLess (Notation.abs w) bound
        let near, far = isNear w (Notation.num 0.0), isNear (Notation.num 1.0) w
        // 1/(k + 1)!
        let series = Array.scan (fun c k -> c / (k + 1.0)) 1.0 [| for k in 1..14 -> float k |]
        isNear (Special.series series near) (Notation.(/) (Notation.expm1 far) far)

    /// <summary>Barron's general robust loss whose shape and scale are tensors, which may be learned.</summary>
    /// <param name="scale">c, where errors begin to count as large, in units of the target, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="alpha">α, finite; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, elementwise. What makes it a likelihood, a logarithm of α and one of c, is not in it.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>That of generalRobust, (|α − 2| / α) ((z² / |α − 2| + 1)^(α/2) − 1) with z = (x − t) / c, with its limits for α = 2 and 0, and slopes by α and c.
    /// Source: Barron, A general and adaptive robust loss function, CVPR 2019.</remarks>
    let adaptiveRobust (scale: 'T) (alpha: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof scale) scale (nameof target) target (nameof prediction) prediction
        checkTwo (nameof alpha) alpha (nameof target) target
        let z = Notation.(/) (Notation.(-) prediction target) scale
        let square = Notation.(*) z z
        let beyond = Notation.(-) alpha (Notation.num 2.0)
        let isNear = Notation.ifLess (Notation.abs beyond) (Notation.num 0.5)
        // Next to 2: (z² eᵛ + |α − 2| (eᵛ − 1)) / α with v = ½(α − 2) log(1 + z²/|α − 2|), which is 0 at 2.
        let distance = Notation.abs beyond
        let some = Notation.ifLess (Notation.num 0.0) distance distance (Notation.num 1.0)
        let logarithm = Notation.log1p (Notation.(/) square some)
        let v = Notation.weigh beyond (Notation.(.*) 0.5 logarithm)

        let near =
            Notation.(/)
                (Notation.(+) (Notation.(*) square (Notation.exp v)) (Notation.weigh distance (Notation.expm1 v)))
                (isNear alpha (Notation.num 2.0))

        // Elsewhere ½ |α − 2| L (eʷ − 1)/w with w = ½α L, L = log(1 + z²/|α − 2|), which is fine at 0.
        let w = Notation.(*) (Notation.(.*) 0.5 alpha) logarithm
        let far = Notation.(*) (Notation.(*) (Notation.(.*) 0.5 distance) logarithm) (growth w)
        let value = isNear near far
        LossValues(Notation.given alpha value).Within(Domain.Positive, scale, nameof scale)

    /// <summary>Tukey's biweight loss: nearly quadratic near the target, and the same for every error beyond <paramref name="c"/>.</summary>
    /// <param name="c">c, in units of the target; finite, above 0.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, at most c²/6, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="c"/> is not above 0 or not finite.</exception>
    /// <remarks>c²/6 (1 − (1 − (d/c)²)³) where |d| ≤ c, else c²/6, with d = x − t. Slope: d (1 − (d/c)²)², 0 beyond. Not convex. Source: Beaton and Tukey,
    /// Technometrics 16 (1974) 147–185.</remarks>
    let tukeyBiweight (c: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (TukeyBiweight c) target prediction

    /// <summary>Wing loss: small errors count more than in the absolute error, large ones alike.</summary>
    /// <param name="width">w, beyond which it is linear, in units of the target; finite, above 0.</param>
    /// <param name="curvature">c, how sharply it bends at the target, in units of the target; finite, above 0.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is not above 0 or not finite.</exception>
    /// <remarks>w log(1 + |d|/c) where |d| ≤ w, else |d| − w + w log(1 + w/c), with d = x − t. Slope: ±w / (c + |d|) within, ±1 beyond, 0 at the target. Not convex.
    /// Source: Feng et al., Wing loss for robust facial landmark localisation, CVPR 2018.</remarks>
    let wing (width: float) (curvature: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (Wing(width, curvature)) target prediction

    /// <summary>Adaptive wing loss, of heat maps: wing loss where the target is high, and smooth at the target where it is low.</summary>
    /// <param name="omega">ω, its size; finite, above 0.</param>
    /// <param name="theta">θ, beyond which it is linear; finite, above 0.</param>
    /// <param name="epsilon">ε, how sharply it bends; finite, above 0.</param>
    /// <param name="alpha">α, the exponent next to a target of 0; finite, above 2.</param>
    /// <param name="target">From 0 to 1; any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is not from 0 to 1, it says which, where; or a parameter is outside its range.</exception>
    /// <remarks>ω log(1 + (|d|/ε)^(α − t)) where |d| &lt; θ, else A |d| − C, with d = x − t, A the slope and C what makes it continuous at θ. Slope at the target: 0. Not convex.
    /// Source: Wang, Bo and Li, Adaptive wing loss for robust face alignment via heatmap regression, ICCV 2019.</remarks>
    let adaptiveWing
        (omega: float)
        (theta: float)
        (epsilon: float)
        (alpha: float)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        // More than the compiler inlines into the loop of one kernel: operation by operation.
        let loss = AdaptiveWing(omega, theta, epsilon, alpha) :> IPointwise
        LossValues(loss.Apply(prediction, target)).Within(Domain.Probability, target, nameof target)

    /// <summary>Reverse Huber loss, berHu: linear within <paramref name="c"/> of the target, quadratic beyond it.</summary>
    /// <param name="c">c, in units of the target; finite, above 0.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="c"/> is not above 0 or not finite.</exception>
    /// <remarks>|d| where |d| ≤ c, else (d² + c²) / 2c, with d = x − t. Slope: ±1 within, d/c beyond, 0 at the target. Convex. Source: Owen, A robust hybrid of lasso and
    /// ridge regression (2007).</remarks>
    let reverseHuber (c: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (ReverseHuber c) target prediction
