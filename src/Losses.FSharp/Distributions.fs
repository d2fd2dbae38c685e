namespace Losses.FSharp

open System
open Losses

/// Likelihoods and scores of distributions that take a special function: operation by operation.
[<AutoOpen>]
module Distributions =

    open Losses.FSharp.Notation

    let private checkTruncated (upper: 'T) (lower: 'T) (scale: 'T) (target: 'T) (prediction: 'T) : unit when 'T :> ITensor<'T> =
        checkThree (nameof scale) scale (nameof target) target (nameof prediction) prediction
        checkThree (nameof lower) lower (nameof target) target (nameof prediction) prediction
        checkTwo (nameof upper) upper (nameof target) target

    // What the choice between the branches would not know of.
    let private truncated
        (upper: 'T)
        (lower: 'T)
        (scale: 'T)
        (target: 'T)
        (prediction: 'T)
        (value: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        LossValues(given prediction (given scale (given target (given lower (given upper value)))))
            .Within(Domain.Positive, scale, nameof scale)

    /// <summary>Negative log-likelihood of numbers under normal distributions of which nothing is left outside of an interval.</summary>
    /// <param name="upper">The upper end, ∞ for none; the shape of <paramref name="target"/>.</param>
    /// <param name="lower">The lower end, −∞ for none; below <paramref name="upper"/>.</param>
    /// <param name="scale">σ of the distribution before it is cut, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape; what is outside of the interval cannot occur.</param>
    /// <param name="prediction">The mean before it is cut; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise; ∞ outside of the interval, with the slope 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>½z² + log σ + ½ log 2π + log(Φ(b) − Φ(a)) with z = (t − x)/σ and a, b the ends less x, over σ. Far out in a tail it is as right as elsewhere.
    /// Source: scoringrules.logs_tnormal (2024).</remarks>
    let truncatedNormalNLL (upper: 'T) (lower: 'T) (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTruncated upper lower scale target prediction
        let z = (target - prediction) / scale
        let mass = Special.logMass ((lower - prediction) / scale) ((upper - prediction) / scale)
        let inside = 0.5 .* (z * z) + (log scale + (mass + num (0.5 *. Math.Log(2.0 *. Math.PI))))
        let outside = num infinity
        let value = ifLess target lower outside (ifLess upper target outside inside)

        truncated upper lower scale target prediction value

    /// <summary>Continuous ranked probability score of normal distributions of which nothing is left outside of an interval.</summary>
    /// <param name="upper">The upper end, ∞ for none; the shape of <paramref name="target"/>.</param>
    /// <param name="lower">The lower end, −∞ for none; below <paramref name="upper"/>.</param>
    /// <param name="scale">σ of the distribution before it is cut, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean before it is cut; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>∫ (F(y) − 1{y ≥ t})² dy. With Z = Φ(b) − Φ(a), and z = (t − x)/σ no further out than a and b, the ends less x, over σ: how far t is outside, and
    /// σ (z (2F − 1) + 2φ(z)/Z − (Φ(√2 b) − Φ(√2 a)) / (√π Z²)) with F = (Φ(z) − Φ(a))/Z. Slope in t: 2F − 1. Source: Jordan, Krüger and Lerch, J. Stat. Softw. 90 (2019);
    /// scoringrules.crps_tnormal (2024).</remarks>
    let crpsTruncatedNormal (upper: 'T) (lower: 'T) (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTruncated upper lower scale target prediction
        let inside = min (max target lower) upper
        let d = inside - prediction
        // As of the whole distribution, a change of z alone changes nothing.
        let z = d / scale
        let a, b = clip 1e15 ((lower - prediction) / scale), clip 1e15 ((upper - prediction) / scale)
        let whole = Special.logMass a b
        let density = 0.7978845608028654 .* exp (num 0.0 - (detach (0.5 .* (z * z)) + whole))
        // √2, and 1/√π
        let root = 1.4142135623730951
        let spread = 0.5641895835477563 .* exp (Special.logMass (root .* a) (root .* b) - 2.0 .* whole)
        // F less what it lacks of 1, from the larger of the two: at an end the other one is 0, whose logarithm has no slope.
        let below, above = exp (Special.logMassFrom a z - whole), exp (Special.logMassUpTo z b - whole)
        let balance = ifLess below above (num 1.0 - 2.0 .* above) (2.0 .* below - num 1.0)
        let value = abs (target - inside) + d * balance + scale * (density - spread)

        truncated upper lower scale target prediction value

    /// <summary>Continuous ranked probability score of gamma distributions of predicted shape and rate.</summary>
    /// <param name="rate">λ, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape; what is below 0 is scored by its distance, too.</param>
    /// <param name="shape">k, above 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise; at least 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A shape or a rate is not above 0; it says which, where.</exception>
    /// <remarks>t (2 F(t) − 1) − k/λ (2 G(t) − 1) − 1/(λ B(½, k)), F of the shape k and G of k + 1, as (λt − k)(2F − 1) + 2 λt f(λt) − 1/B(½, k), over λ. The slope in t is 2 F(t) − 1 as it
    /// is. F is an integral over 67 places, right for every k below about 1000 and good to 10⁻¹⁴ at 10⁵. Source: Möller and Scheuerer (2015); scoringrules.crps_gamma (2024).</remarks>
    let crpsGamma (rate: 'T) (target: 'T) (shape: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof rate) rate (nameof target) target (nameof shape) shape
        let zero, one = num 0.0, num 1.0
        // As of the whole distribution, a change of λt alone changes nothing.
        let x = detach (rate * target)
        let inside = ifLess zero x (clip 1e15 x) one
        let struct (density, tail) = Special.gammaTail shape inside
        let balance = ifLess zero x (ifLess inside shape (2.0 .* tail - one) (one - 2.0 .* tail)) (num -1.0)
        let constant = 0.5641895835477563 .* Special.halfStep shape
        let value = (target - shape / rate) * balance + (ifLess zero x (2.0 .* density) zero - constant) / rate

        LossValues(given shape (given target (given rate value)))
            .Within(Domain.Positive, shape, nameof shape)
            .Within(Domain.Positive, rate, nameof rate)

    /// <summary>Continuous ranked probability score of Student's t distributions.</summary>
    /// <param name="df">ν, the degrees of freedom, above 1; the shape of <paramref name="target"/>.</param>
    /// <param name="scale">σ, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The place; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise; at least 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0, or ν not above 1, where there is no mean; it says which, where.</exception>
    /// <remarks>σ (z (2 F(z) − 1) + 2 f(z) (ν + z²)/(ν − 1) − 2 √ν/(ν − 1) B(½, ν − ½)/B(½, ½ν)²) with z = (t − x)/σ. The slope in x is 1 − 2 F(z) as it is; F is an integral over
    /// 67 places, near 0 over 16. Source: Jordan, Krüger and Lerch, J. Stat. Softw. 90 (2019); scoringrules.crps_t (2024).</remarks>
    let crpsStudentT (df: 'T) (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof scale) scale (nameof target) target (nameof prediction) prediction
        checkTwo (nameof df) df (nameof target) target
        let d = target - prediction
        // As of the whole distribution, a change of z alone changes nothing.
        let z = clip 1e100 (detach (d / scale))
        let zero, one = num 0.0, num 1.0
        // At the target as to its right: |z| has no second derivative there.
        let size = ifLess z zero (zero - z) z
        let mass = Special.studentMass df size
        let balance = ifLess z zero (zero - mass) mass
        let y = size / sqrt df
        let fall = exp (0.5 .* ((one - df) * log1p (y * y)))
        let half = Special.halfStep (0.5 .* df)
        let spread = half / Special.halfStep (df - num 0.5)
        let rest = 1.1283791670955126 .* (sqrt df / (df - one)) * half * (fall - spread)
        let value = d * balance + scale * rest

        LossValues(given df (given prediction (given target (given scale value))))
            .Within(Domain.Positive, scale, nameof scale)
            .Within(Domain.Between(Math.BitIncrement 1.0, infinity), df, nameof df)

    /// <summary>Negative log-likelihood of angles under von Mises distributions: the normal distribution of the circle.</summary>
    /// <param name="concentration">κ, at least 0: with 0 all angles are alike, a large one is 1/σ²; the shape of <paramref name="target"/>.</param>
    /// <param name="target">In radians; any shape.</param>
    /// <param name="prediction">The mean, in radians; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A concentration is negative; it says which, where.</exception>
    /// <remarks>−κ cos(t − x) + log 2π I₀(κ), with the modified Bessel function I₀. Slope in x: κ sin(x − t); in κ: I₁(κ)/I₀(κ) − cos(t − x).
    /// Source: von Mises, Phys. Z. 19 (1918) 490–500; torch.distributions.VonMises (PyTorch 2.10).</remarks>
    let vonMisesNLL (concentration: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof concentration) concentration (nameof target) target (nameof prediction) prediction
        // κ (1 − cos d), which has digits next to the mean, and of I₀ what is above e^κ.
        let half = sin (0.5 .* (prediction - target))
        let value = 2.0 .* (concentration * (half * half)) + (Special.logBesselI0 concentration + num (Math.Log(2.0 *. Math.PI)))
        LossValues(value).Within(Domain.NotNegative, concentration, nameof concentration)
