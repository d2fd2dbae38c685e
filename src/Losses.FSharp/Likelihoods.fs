namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

// What deviances are made of.
module internal Deviances =

    // log(t/x), which has its digits where they are near each other.
    let inline logRatio (x: 'T) (t: 'T) : 'T :> IReal<'T> =
        let d = (t - x) / x
        detach (ifLess d (num -0.5) (log (t / x)) (log1p d))

    // e^λ − 1 − λ where λ is small.
    let inline above (log': 'T) : 'T :> IReal<'T> = 'T.AboveTangent log'

    // e^λ − 1 − λ
    let inline excess (log': 'T) : 'T :> IReal<'T> = ifLess (abs log') (num 0.25) ('T.AboveTangent log') (expm1 log' - log')

    // A value and its slopes, which have digits where those of the value's formula are differences.
    let inline withSlopes (x: 'T) (t: 'T) (value: 'T) (byPrediction: 'T) (byTarget: 'T) : 'T :> IReal<'T> =
        detach value + weigh (x - detach x) (detach byPrediction) + weigh (t - detach t) (detach byTarget)

/// <summary>|x − t|/b + log 2b.  (Laplace 1774)</summary>
[<Struct; NoEquality; NoComparison>]
type LaplaceNLL =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, b) = given b (abs (x - t) / b + log (2.0 .* b))

        member _.Third = Domain.Positive

/// <summary>log s + |z| + 2 log(1 + e^−|z|), with z = (x − t) / s.</summary>
[<Struct; NoEquality; NoComparison>]
type LogisticNLL =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) =
            // The sum of softplus z and of −z has no digits left in its slope next to 0.
            log s + (2.0 .* logCosh (0.5 .* ((x - t) / s)) + num (2.0 *. Math.Log 2.0))

        member _.Third = Domain.Positive

/// <summary>log t + log σ + ½ ((log t − x) / σ)² + ½ log 2π, ∞ where t ≤ 0.</summary>
[<Struct; NoEquality; NoComparison>]
type LogNormalNLL =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, s) =
            // A logarithm of what is none would have no slope even where it is not chosen.
            let logarithm = log (ifLess (num 0.0) t t (num 1.0))
            let z = (logarithm - x) / s
            let inside = logarithm + log s + (0.5 .* (z * z) + num (0.5 *. Math.Log(2.0 *. Math.PI)))
            given x (given t (given s (ifLess (num 0.0) t inside (num infinity))))

        member _.Third = Domain.Positive

/// <summary>λ t − log λ with the rate λ, ∞ where t &lt; 0.</summary>
[<Struct; NoEquality; NoComparison>]
type ExponentialNLL =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(rate, t) = given rate (given t (ifLess t (num 0.0) (num infinity) (num 0.0 - (log rate - rate * t))))

        member _.Prediction = Domain.Positive

/// <summary>v^β, as a constant, times ½ (log v + (x − t)² / v), in full with ½ log 2π, and v at least ε.  (Seitzer et al. 2022)</summary>
[<Struct; NoEquality; NoComparison>]
type BetaGaussianNLL =
    val private beta: float
    val private full: bool
    val private eps: float

    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t, variance) =
            // The floor is that of gaussianNLL.
            let v = variance + detach (hinge (num loss.eps - variance))
            let d = x - t
            let nll = 0.5 .* (log v + d * (d / v))
            let nll = if loss.full then nll + num (0.5 *. Math.Log(2.0 *. Math.PI)) else nll
            detach (power loss.beta v) * nll

        member _.Third = Domain.NotNegative

    /// <summary>The loss of its options.</summary>
    /// <param name="beta">β, in [0, 1].</param>
    /// <param name="full">Whether to add the constant ½ log 2π.</param>
    /// <param name="eps">ε, the least variance; finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is outside [0, 1], or <paramref name="eps"/> is not above 0 or not finite.</exception>
    new(beta: float, full: bool, eps: float) =
        Check.within (nameof beta) 0.0 1.0 beta
        Check.positive (nameof eps) eps

        { beta = beta; full = full; eps = eps }

/// <summary>t log(1 + e⁻ˣ) + (n − t) log(1 + eˣ), with n trials and x the logit of a success.</summary>
[<Struct; NoEquality; NoComparison>]
type BinomialNLL =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, n) =
            let l = logistic x
            // The slope by t is −x, and not a difference of softpluses.
            let q = detach t
            weigh q l.SoftplusOfMinus + weigh (n - q) l.Softplus + weigh (q - t) x

        member _.Target = Domain.NotNegative
        member _.Third = Domain.NotNegative

/// <summary>−t μ^(1−p)/(1−p) + μ^(2−p)/(2−p) with μ the mean x, or eˣ: what of a Tweedie likelihood depends on the mean.  (Jørgensen 1987)</summary>
[<Struct; NoEquality; NoComparison>]
type TweedieNLL =
    val private p: float
    val private logLink: bool

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.P = if loss.p > 0.0 then loss.p else 1.5

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let falling, rising = Operators.(-) 1.0 loss.P, Operators.(-) 2.0 loss.P

            let fallen, risen = if loss.logLink then exp (falling .* x), exp (rising .* x) else power falling x, power rising x

            risen / num rising - weigh t (fallen / num falling)

        member loss.Prediction = if loss.logLink then Domain.All else Domain.Positive
        member _.Target = Domain.NotNegative

    /// <summary>The loss of its options.</summary>
    /// <param name="p">p, above 1 and below 2: the power of the mean that the variance is.</param>
    /// <param name="logLink">Whether the prediction is the logarithm of the mean.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is not between 1 and 2.</exception>
    new(p: float, logLink: bool) =
        Check.inside (nameof p) 1.0 2.0 p
        { p = p; logLink = logLink }

/// <summary>2 (t log(t/x) − t + x): the deviance of counts.</summary>
[<Struct; NoEquality; NoComparison>]
type internal PoissonDeviance =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            let log' = Deviances.logRatio x t
            // Without a target the logarithm is −∞, and nothing is divided.
            let value = ifLess (num 0.0) t (t * Deviances.excess (num 0.0 - log')) x
            2.0 .* Deviances.withSlopes x t value ((x - t) / x) log'

        member _.Prediction = Domain.Positive
        member _.Target = Domain.NotNegative

/// <summary>2 (t/x − 1 − log(t/x)): the deviance of positive amounts.</summary>
[<Struct; NoEquality; NoComparison>]
type internal GammaDeviance =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            let log' = Deviances.logRatio x t
            2.0 .* Deviances.withSlopes x t (Deviances.excess log') ((x - t) / x / x) ((t - x) / t / x)

        member _.Prediction = Domain.Positive
        member _.Target = Domain.Positive

/// <summary>2 ∫ (t − s) s⁻ᵖ ds from x to t.  (Jørgensen 1987)</summary>
[<Struct; NoEquality; NoComparison>]
type internal TweedieDeviance =
    val private p: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.P = if loss.p <> 0.0 then loss.p else 1.5

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let falling, rising = Operators.(-) 1.0 loss.P, Operators.(-) 2.0 loss.P
            let log' = Deviances.logRatio x t
            let unit = power (Operators.(~-) loss.P) x
            // (r^rising − 1)/rising − (r − 1), of r = t/x: the logarithms of r that both lack cancel.
            let reach = abs (Math.Max(1.0, Math.Abs rising) .* log')
            let powers = Deviances.above (rising .* log')
            let value = (powers / num rising - Deviances.above log') / num falling
            let far = (expm1 (rising .* log') / num rising - expm1 log') / num falling
            let size = x * (x * unit)

            2.0
            .* Deviances.withSlopes
                x
                t
                (size * ifLess reach (num 0.25) value far)
                ((x - t) * unit)
                (x * unit * (expm1 (falling .* log') / num falling))

        member _.Prediction = Domain.Positive
        member loss.Target = if loss.P < 2.0 then Domain.NotNegative else Domain.Positive

    /// <summary>The deviance of a power of the mean that the variance is.</summary>
    /// <param name="p">p, finite; below 0, or above 1 and not 2: 0 is the squared error, 1 <see cref="T:Losses.PoissonDeviance"/>, 2 <see cref="T:Losses.GammaDeviance"/>.</param>
    new(p: float) = { p = p }

/// <summary>log(u − l) where l ≤ t ≤ u, else ∞.</summary>
[<Struct; NoEquality; NoComparison>]
type UniformNLL =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(lower, t, upper) =
            let inside = log (upper - lower)
            given lower (given upper (given t (ifLess t lower (num infinity) (ifLess upper t (num infinity) inside))))

// Log Γ and its slopes are more than the compiler inlines into the loop of one kernel: these run operation by operation.
module internal Densities =

    // log Γ(k) − k log λ − (k − 1) log t + λ t, ∞ where t ≤ 0.
    let gamma (shape: 'T) (t: 'T) (rate: 'T) : 'T :> IReal<'T> =
        // A logarithm of what is none would have no slope even where it is not chosen.
        let some = ifLess (num 0.0) t t (num 1.0)
        let inside = logGamma shape - shape * log (rate * some) + (log some + rate * some)
        // Of a NaN every slope is one, also where there is no density: 0, of slope 0, but NaN where that from above is.
        let still x =
            let x = ifLess (abs x) (num infinity) x (num 0.0)
            x - x

        let outside = num infinity + (still shape + (still t + still rate))
        given t (given rate (given shape (ifLess (num 0.0) t inside outside)))

    // log B(α, β) − (α − 1) log t − (β − 1) log(1 − t)
    let beta (alpha: 'T) (t: 'T) (beta: 'T) : 'T :> IReal<'T> =
        let normaliser = logGamma alpha + logGamma beta - logGamma (alpha + beta)
        normaliser + (weigh (num 1.0 - alpha) (log t) + weigh (num 1.0 - beta) (log1p (num 0.0 - t)))

    // log Γ(r) − log Γ(t + r) + log t! + r log(1 + eˣ) + t log(1 + e⁻ˣ)
    let negativeBinomial (x: 'T) (t: 'T) (r: 'T) : 'T :> IReal<'T> =
        let l = logistic x
        let counts = logGamma r - logGamma (t + r) + logGamma (t + num 1.0)
        counts + (weigh r l.Softplus + weigh t l.SoftplusOfMinus)

    // −log(π + (1 − π) e^−λ) where t = 0, else −log(1 − π) + λ − t log λ, in full with log t!.
    let zeroInflatedPoisson (full: bool) (x: 'T) (t: 'T) (zero: 'T) : 'T :> IReal<'T> =
        let l = logistic zero
        let rate = exp x
        let lost = l.SigmoidOfMinus * expm1 (num 0.0 - rate)
        // Of a sum near 1 the logarithm is that of what it lacks; of one far from it, of the sum.
        let near, far = num -0.5, log (l.Sigmoid + l.SigmoidOfMinus * exp (num 0.0 - rate))
        let none = num 0.0 - ifLess near lost (log1p (max lost near)) far
        let some = l.Softplus + (rate - weigh t x)
        let some = if full then some + logGamma (t + num 1.0) else some
        given t (given x (given zero (ifLess (num 0.0) t some none)))

namespace Losses.FSharp

open Losses

/// Losses of the parameters of further distributions: negative log-likelihoods, in nats, all constants in unless said otherwise.
[<AutoOpen>]
module Likelihoods =

    /// β of <c>betaGaussianNLL</c> where none is given.
    [<Literal>]
    let BetaGaussianNLLBeta = 0.5

    /// full of <c>betaGaussianNLL</c> where none is given.
    [<Literal>]
    let BetaGaussianNLLFull = false

    /// ε of <c>betaGaussianNLL</c> where none is given.
    [<Literal>]
    let BetaGaussianNLLEps = 1e-6

    /// full of <c>zeroInflatedPoissonNLL</c> where none is given.
    [<Literal>]
    let ZeroInflatedPoissonNLLFull = false

    /// p of <c>tweedieNLL</c> where none is given.
    [<Literal>]
    let TweedieNLLP = 1.5

    /// logLink of <c>tweedieNLL</c> where none is given.
    [<Literal>]
    let TweedieNLLLogLink = false

    /// power of <c>tweedieDeviance</c> where none is given.
    [<Literal>]
    let TweedieDeviancePower = 1.5

    /// <summary>Negative log-likelihood of numbers under Laplace distributions: the absolute error, of a predicted scale.</summary>
    /// <param name="scale">b, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The median; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>|x − t|/b + log 2b. Slope in x: ±1/b, 0 at the target; in b: 1/b − |x − t|/b². Convex in x. Source: Laplace (1774); scoringrules.logs_laplace (2024).</remarks>
    let laplaceNLL (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof scale) (nameof target) (nameof prediction) (LaplaceNLL()) scale target prediction

    /// <summary>Negative log-likelihood of numbers under logistic distributions.</summary>
    /// <param name="scale">s, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>log s + |z| + 2 log(1 + e^−|z|) with z = (x − t) / s. Slope in x: tanh(½z) / s. Convex in x. Source: scoringrules.logs_logistic (2024).</remarks>
    let logisticNLL (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof scale) (nameof target) (nameof prediction) (LogisticNLL()) scale target prediction

    /// <summary>Negative log-likelihood of positive numbers under log-normal distributions.</summary>
    /// <param name="scale">σ, the standard deviation of the logarithm, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape; what is not above 0 cannot occur.</param>
    /// <param name="prediction">The mean of the logarithm; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0; it says which, where.</exception>
    /// <remarks>log t + log σ + ½ ((log t − x) / σ)² + ½ log 2π; ∞, of slope 0, where t ≤ 0. Convex in x. Source: scoringrules.logs_lognormal (2024).</remarks>
    let logNormalNLL (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof scale) (nameof target) (nameof prediction) (LogNormalNLL()) scale target prediction

    /// <summary>Negative log-likelihood of waiting times under exponential distributions.</summary>
    /// <param name="target">Any shape; what is below 0 cannot occur.</param>
    /// <param name="prediction">The rate λ, above 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A rate is not above 0; it says which, where.</exception>
    /// <remarks>λ t − log λ; ∞, of slope 0, where t &lt; 0. Slope in λ: t − 1/λ. Convex. Source: scoringrules.logs_exponential (2024).</remarks>
    let exponentialNLL (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (ExponentialNLL()) target prediction

    /// <summary>Gaussian negative log-likelihood in which each element counts by a power of its variance, so that what is badly predicted is not given up.</summary>
    /// <param name="beta">β, in [0, 1].</param>
    /// <param name="full">Whether to add the constant ½ log 2π.</param>
    /// <param name="eps">ε, the least variance; finite, above 0. Below it the value is that of ε, the slope passes as if there were no floor.</param>
    /// <param name="variance">At least 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The mean; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats times the variance to the power β, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is outside [0, 1], <paramref name="eps"/> is not above 0 or not finite, or a variance is negative; it says which, where.</exception>
    /// <remarks>v^β, as a constant, times ½ (log v + (x − t)² / v) with v = max(variance, ε). With β = 0 it is gaussianNLL; with 1 its slope in x is that of half the squared error.
    /// Source: Seitzer et al., On the pitfalls of heteroscedastic uncertainty estimation, ICLR 2022.</remarks>
    let betaGaussianNLL
        (beta: float)
        (full: bool)
        (eps: float)
        (variance: 'T)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof variance) (nameof target) (nameof prediction) (BetaGaussianNLL(beta, full, eps)) variance target prediction

    /// <summary>Negative log-likelihood of positive numbers under gamma distributions of predicted shape and rate.</summary>
    /// <param name="rate">λ, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape; what is not above 0 cannot occur.</param>
    /// <param name="shape">k, above 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A shape or a rate is not above 0; it says which, where.</exception>
    /// <remarks>log Γ(k) − k log λ − (k − 1) log t + λ t with shape k and rate λ; ∞, of slope 0, where t ≤ 0. Of a mean m the rate is k/m. Slope in k: ψ(k) − log λt; in λ: t − k/λ.
    /// Source: scoringrules.logs_gamma (2024).</remarks>
    let gammaNLL (rate: 'T) (target: 'T) (shape: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof rate) rate (nameof target) target (nameof shape) shape

        LossValues(Densities.gamma shape target rate)
            .Within(Domain.Positive, shape, nameof shape)
            .Within(Domain.Positive, rate, nameof rate)

    /// <summary>Negative log-likelihood of shares under beta distributions.</summary>
    /// <param name="beta">β, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">In [0, 1]; any shape.</param>
    /// <param name="alpha">α, above 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1], or a parameter is not above 0; it says which, where.</exception>
    /// <remarks>log B(α, β) − (α − 1) log t − (β − 1) log(1 − t). Of a mean m and a precision φ they are mφ and (1 − m)φ. Slope in α: ψ(α) − ψ(α + β) − log t.
    /// Source: Ferrari and Cribari-Neto, Beta regression, J. Appl. Stat. 31 (2004) 799–815.</remarks>
    let betaNLL (beta: 'T) (target: 'T) (alpha: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof beta) beta (nameof target) target (nameof alpha) alpha

        LossValues(Densities.beta alpha target beta)
            .Within(Domain.Positive, alpha, nameof alpha)
            .Within(Domain.Probability, target, nameof target)
            .Within(Domain.Positive, beta, nameof beta)

    /// <summary>Negative log-likelihood of counts under negative binomial distributions: those of a Poisson whose rate varies.</summary>
    /// <param name="totalCount">r, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Counts, at least 0; any shape.</param>
    /// <param name="logits">x, the logit of a success; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A count is negative, or r is not above 0; it says which, where.</exception>
    /// <remarks>log Γ(r) − log Γ(t + r) + log t! + r log(1 + eˣ) + t log(1 + e⁻ˣ): mean r eˣ. Of a mean m and a dispersion α, r = 1/α and x = log αm. Slope in x: r σ(x) − t σ(−x).
    /// Source: torch.distributions.NegativeBinomial (PyTorch 2.10).</remarks>
    let negativeBinomialNLL (totalCount: 'T) (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof totalCount) totalCount (nameof target) target (nameof logits) logits

        LossValues(Densities.negativeBinomial logits target totalCount)
            .Within(Domain.NotNegative, target, nameof target)
            .Within(Domain.Positive, totalCount, nameof totalCount)

    /// <summary>Negative log-likelihood of how many of so many trials succeed, but for a constant of the target.</summary>
    /// <param name="totalCount">n, the trials, at least 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">How many succeed, at least 0; any shape.</param>
    /// <param name="logits">The logit of a success; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A count is negative; it says which, where.</exception>
    /// <remarks>t log(1 + e⁻ˣ) + (n − t) log(1 + eˣ). Slope: n σ(x) − t. Convex where t ≤ n. Source: torch.distributions.Binomial (PyTorch 2.10).</remarks>
    let binomialNLL (totalCount: 'T) (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof totalCount) (nameof target) (nameof logits) (BinomialNLL()) totalCount target logits

    /// <summary>Negative log-likelihood of counts of which there are more zeros than a Poisson distribution has.</summary>
    /// <param name="full">Whether to add log t!.</param>
    /// <param name="zeroLogits">The logit of a zero that is none of the Poisson distribution's; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Counts, at least 0; any shape.</param>
    /// <param name="prediction">The logarithm of the rate; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise; without the full term up to a constant of the target.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A count is negative; it says which, where.</exception>
    /// <remarks>With π = σ(zero logit) and λ = eˣ: −log(π + (1 − π) e^−λ) where t = 0, else −log(1 − π) + λ − t x. Source: Lambert, Technometrics 34 (1992) 1–14.</remarks>
    let zeroInflatedPoissonNLL (full: bool) (zeroLogits: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof zeroLogits) zeroLogits (nameof target) target (nameof prediction) prediction
        LossValues(Densities.zeroInflatedPoisson full prediction target zeroLogits).Within(Domain.NotNegative, target, nameof target)

    /// <summary>Negative log-likelihood of numbers under uniform distributions.</summary>
    /// <param name="upper">The upper end; the shape of <paramref name="target"/>, above <paramref name="lower"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="lower">The lower end; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise; ∞ outside of the interval, with the slope 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>log(u − l) where l ≤ t ≤ u, else ∞. Source: scoringrules.logs_uniform (2024).</remarks>
    let uniformNLL (upper: 'T) (target: 'T) (lower: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof upper) (nameof target) (nameof lower) (UniformNLL()) upper target lower

    /// <summary>Deviance of Tweedie distributions, whose variance is a power of the mean: 0 at the target, and never negative.</summary>
    /// <param name="power">p: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian distributions; finite, not between 0 and 1.</param>
    /// <param name="target">Any shape; above 0, or at least 0 where p &lt; 2; any number where p = 0.</param>
    /// <param name="prediction">The mean, above 0, any number where p = 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target to the power 2 − p, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target or a prediction is outside its domain, it says which, where; or <paramref name="power"/> is.</exception>
    /// <remarks>2 ∫ (t − s) s⁻ᵖ ds from x to t: (x − t)² for p = 0, 2 (t log(t/x) − t + x) for 1, 2 (t/x − 1 − log(t/x)) for 2, else
    /// 2 (t²⁻ᵖ / ((1 − p)(2 − p)) − t x¹⁻ᵖ / (1 − p) + x²⁻ᵖ / (2 − p)). Slope: 2 (x − t) x⁻ᵖ.
    /// Source: Jørgensen, J. R. Stat. Soc. B 49 (1987) 127–162; sklearn.metrics.mean_tweedie_deviance (1.7, 2025).</remarks>
    let tweedieDeviance (power: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        // More than the compiler inlines into the loop of one kernel: operation by operation.
        let deviance (loss: IPointwise) =
            checkTwo (nameof target) target (nameof prediction) prediction

            LossValues(loss.Apply(prediction, target))
                .Within(loss.Prediction, prediction, nameof prediction)
                .Within(loss.Target, target, nameof target)

        if power = 0.0 then
            mse target prediction
        elif power = 1.0 then
            deviance (PoissonDeviance())
        elif power = 2.0 then
            deviance (GammaDeviance())
        elif System.Double.IsFinite power && (power < 0.0 || power > 1.0) then
            deviance (TweedieDeviance power)
        else
            Check.outOfRange (nameof power) power "finite and not between 0 and 1"

    /// <summary>Tweedie loss: what of the likelihood of sums of gamma-distributed amounts, zeros among them, depends on the mean.</summary>
    /// <param name="p">p, above 1 and below 2: the power of the mean that the variance is.</param>
    /// <param name="logLink">Whether the prediction is the logarithm of the mean.</param>
    /// <param name="target">At least 0; any shape.</param>
    /// <param name="prediction">The mean, above 0, or its logarithm; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats at a dispersion of 1, up to a constant of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is not between 1 and 2, a target is negative, or a mean is not above 0; it says which, where.</exception>
    /// <remarks>−t μ^(1−p)/(1−p) + μ^(2−p)/(2−p). Slope in μ: (μ − t) μ^−p. Source: Jørgensen, J. R. Stat. Soc. B 49 (1987) 127–162.</remarks>
    let tweedieNLL (p: float) (logLink: bool) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (TweedieNLL(p, logLink)) target prediction
