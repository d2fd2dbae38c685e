namespace Losses.FSharp

open Losses
open Losses.FSharp.Notation

/// Functions that a few losses need beside the algebra's, over any numbers, each slope by a rule of its own where that of the value's formula is worse.
module internal Special =

    /// Σ cₖ xᵏ
    let series (coefficients: float[]) (x: 'T) : 'T :> IReal<'T> =
        let last = Operators.(-) coefficients.Length 1
        Array.foldBack (fun c sum -> sum * x + num c) coefficients[.. Operators.(-) last 1] (num coefficients[last])

    // (1 + 2x) e^x² erfc x as powers of (x − 3¾)/(x + 3¾), which has all x ≥ 0 between −1 and 1: its Chebyshev polynomials up to the 26th, to 10⁻¹⁷.
    let private scaledTail =
        [|
            1.2375126308378275
            -0.14024059858554702
            0.00358541548546369
            0.08227673849015102
            -0.10880393014170746
            0.09230432116019834
            -0.05869339859054762
            0.0283622774215156
            -0.009746579547619623
            0.0017556258324217529
            0.00029371359480570737
            -0.00029015397928986765
            5.164940777546399e-05
            2.2383912036550678e-05
            -1.1445049125831309e-05
            -9.72849582211122e-07
            1.7534434251106334e-06
            -5.826281078800777e-08
            -2.6114702359900956e-07
            2.4289762925488707e-08
            4.0971223152703005e-08
            -4.389284159986328e-09
            -6.545560212480267e-09
            5.457157304704689e-10
            9.022149700340589e-10
            -3.753158277959621e-11
            -7.339505008529537e-11
        |]

    /// e^x² erfc x of an x that is not negative.
    let erfcx (x: 'T) : 'T :> IReal<'T> = series scaledTail (num 1.0 - num 7.5 / (x + num 3.75)) / (num 1.0 + 2.0 .* x)

    // With the slopes by one end, or by both: what is detached twice is detached from two derivatives on a tape that does not know the innermost.
    let private logMassBy (lowVaries: bool) (highVaries: bool) (a: 'T) (b: 'T) : 'T :> IReal<'T> =
        let half = 0.7071067811865476
        // Nothing changes so far out, and nothing overflows.
        let a, b = clip 1e15 a, clip 1e15 b
        // Turned round where it lies to the left: from a to b with b ≥ |a|.
        let middle = a + b
        let zero = num 0.0
        let low, high = ifLess middle zero (zero - b) a, ifLess middle zero (zero - a) b
        let near, far = min low zero, max low zero
        let atLow = exp (-0.5 .* (near * near))
        let atHigh = exp (-0.5 .* ((high - far) * (high + far)))

        // e^½far² (Φ(high) − Φ(low)), twice.
        let share =
            ifLess zero low (erfcx (half .* far) - atHigh * erfcx (half .* max high zero)) (erf (half .* high) - erf (half .* near))

        // √(2/π)
        let density = 0.7978845608028654 .* (num 1.0 / share)
        let byLow, byHigh = zero - density * atLow, density * atHigh
        let value = log (0.5 .* share) - 0.5 .* (far * far)

        let along varies x slope = if varies then weigh (x - detach x) (detach slope) else zero

        detach value
        + along lowVaries a (ifLess middle zero (zero - byHigh) byLow)
        + along highVaries b (ifLess middle zero (zero - byLow) byHigh)

    /// log(Φ(b) − Φ(a)): the probability of an interval under a standard normal distribution; from the tails that it lies between, as far out as it is.
    let logMass (a: 'T) (b: 'T) : 'T :> IReal<'T> = logMassBy true true a b

    /// The same, of an interval whose upper end stands still.
    let logMassFrom (a: 'T) (b: 'T) : 'T :> IReal<'T> = logMassBy true false a b

    /// The same, of an interval whose lower end stands still.
    let logMassUpTo (a: 'T) (b: 'T) : 'T :> IReal<'T> = logMassBy false true a b

    // Up to here the power series of I₀, past it what x tends to: to 10⁻¹⁷.
    let private turn = 30.0

    // 1/k!²
    let private nearBessel = Array.scan (fun c k -> c ./. (k *. k)) 1.0 [| for k in 1..46 -> float k |]

    // ((2k − 1)!!)² / (8ᵏ k!)
    let private farBessel =
        Array.scan
            (fun c k -> (let odd = Operators.(-) (2.0 *. k) 1.0 in c *. odd *. odd ./. (8.0 *. k)))
            1.0
            [| for k in 1..18 -> float k |]

    /// log I₀(x) − x of an x that is not negative, with the modified Bessel function I₀.
    let logBesselI0 (x: 'T) : 'T :> IReal<'T> =
        let bound = num turn
        let low, high = min x bound, max x bound
        let near = log (series nearBessel (0.25 .* (low * low))) - low
        let far = log (series farBessel (num 1.0 / high)) - 0.5 .* log (6.283185307179586 .* high)
        ifLess x bound near far

    // ∫ e^f(v) dv from 0 on, of an f that falls by about 1 within a step. What the step is does not matter to the integral.
    let private integral (step: 'T) (f: 'T -> 'T) : 'T :> IReal<'T> =
        let term struct (u: float, weight: float) = weight .* exp (f (u .* step))
        step * (Quadrature.exponential |> Seq.map term |> Seq.reduce (fun a b -> a + b))

    /// x times the density of a gamma distribution of shape a at x, both above 0, and the smaller of the probabilities on both sides: below x where x &lt; a, else above.
    let gammaTail (a: 'T) (x: 'T) : struct ('T * 'T) when 'T :> IReal<'T> =
        let one, zero = num 1.0, num 0.0
        // Each integral on its own side; below, of the shape a + 1, whose integral falls fast however small a is.
        let low, high, b = min x a, max x a, a + one
        let belowStep, aboveStep = detach (one / (b - low + sqrt low)), detach (one / (high - a + min high (sqrt high)))
        let below = (one + low * integral belowStep (fun v -> zero - b * v - low * expm1 (zero - v))) / a
        let above = integral aboveStep (fun v -> (a - one) * log1p v - high * v)
        let density = exp (a * log x - x - logGamma a)
        struct (density, density * ifLess x a below above)

    /// Γ(a + ½) / Γ(a)
    let halfStep (a: 'T) : 'T :> IReal<'T> = exp (logGamma (a + num 0.5) - logGamma a)

    /// F(z) − F(−z) of Student's t distribution of so many degrees of freedom, at a z from 0 to 10¹⁰⁰.
    let studentMass (df: 'T) (z: 'T) : 'T :> IReal<'T> =
        let one = num 1.0
        let y = z / sqrt df
        let square = y * y
        let root = sqrt (one + square)
        // With y = sinh w the density is cosh^−ν w, but for a factor.
        let w = log1p (y + square / (one + root))
        // √ν f(0)
        let peak = 0.5641895835477563 .* halfStep (0.5 .* df)

        let near =
            let term struct (u: float, weight: float) = weight .* exp (num 0.0 - df * logCosh (u .* w))
            2.0 .* (peak * w * (Quadrature.unit |> Seq.map term |> Seq.reduce (fun a b -> a + b)))

        // ½ (1 − tanh w)
        let rest = num 0.5 / (one + square + y * root)
        let step = detach (one / (df * (y / root) + sqrt df))
        let tail = integral step (fun v -> num 0.0 - df * (v + log1p (rest * expm1 (-2.0 .* v))))
        let far = one - 2.0 .* (peak * exp (-0.5 .* (df * log1p square)) * tail)
        ifLess z one near far
