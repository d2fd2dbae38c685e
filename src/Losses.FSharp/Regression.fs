namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>|x − t|.  (torch.nn.L1Loss)</summary>
[<Struct; NoEquality; NoComparison>]
type L1 =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) = abs (x - t)

/// <summary>(x − t)².  (torch.nn.MSELoss)</summary>
[<Struct; NoEquality; NoComparison>]
type MSE =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            let d = x - t
            d * d

/// <summary>½d²/β where |d| &lt; β, |d| − ½β beyond, with d = x − t; |d| where β = 0.  (Girshick 2015; torch.nn.SmoothL1Loss)</summary>
[<Struct; NoEquality; NoComparison>]
type SmoothL1 =
    val private beta: float
    val private curvature: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = num 0.0 - (t - x)

            // Huber's loss over β, as below.
            if loss.curvature > 0.0 then
                let c = clip loss.beta d
                detach (loss.curvature .* c) * (d - detach (0.5 .* c))
            elif loss.beta > 0.0 then
                // d and half of it may be the same subnormal number: their difference is 0, of either sign after the product.
                let c = clip loss.beta d
                num 0.0 - detach (c / num loss.beta) * (detach (0.5 .* c) - d)
            else
                abs d

    /// <summary>The loss of a β.</summary>
    /// <param name="beta">Finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is negative or not finite.</exception>
    new(beta: float) =
        Check.notNegative (nameof beta) beta
        // 1/β is divided once, not for every lane: but where it is infinite, or subnormal and has lost bits, each number is divided by β.
        let curvature = 1.0 ./. beta

        { beta = beta; curvature = if Double.IsNormal curvature then curvature else 0.0 }

/// <summary>½d² where |d| &lt; δ, δ(|d| − ½δ) beyond, with d = x − t.  (Huber 1964; torch.nn.HuberLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type Huber =
    val private delta: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            // −0 − 0 is −0, and so would the loss be; taken from 0 a difference of zeros is 0.
            let d = num 0.0 - (t - x)
            // The largest c d − ½c² of all |c| ≤ δ: ½d² within, where c is d, and δ(|d| − ½δ) beyond, where it is ±δ. Where it is largest
            // a change of c changes nothing, so that the slope is that by d alone: c.
            let c = detach (clip loss.delta d)
            c * (d - 0.5 .* c)

    /// <summary>The loss of a δ.</summary>
    /// <param name="delta">Finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="delta"/> is not above 0 or not finite.</exception>
    new(delta: float) =
        Check.positive (nameof delta) delta
        { delta = delta }

/// <summary>log cosh d, with d = x − t.  (keras.losses.LogCosh)</summary>
[<Struct; NoEquality; NoComparison>]
type LogCosh =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) = logCosh (x - t)

/// <summary>½d², with d = x − t.  (optax.losses.l2_loss)</summary>
[<Struct; NoEquality; NoComparison>]
type HalfSquaredError =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            let d = x - t
            d * (0.5 .* d)

/// <summary>(log(1 + x) − log(1 + t))².  (keras.losses.MeanSquaredLogarithmicError)</summary>
[<Struct; NoEquality; NoComparison>]
type MSLE =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            // The difference of the logarithms has no digits left where they are near each other.
            let gap = log1p (abs (x - t) / (num 1.0 + min x t))
            gap * gap

        member _.Prediction = Domain.Between(Math.BitIncrement -1.0, infinity)
        member _.Target = Domain.Between(Math.BitIncrement -1.0, infinity)

/// <summary>100 |x − t| / max(|t|, ε).  (keras.losses.MeanAbsolutePercentageError)</summary>
[<Struct; NoEquality; NoComparison>]
type MAPE =
    val private epsilon: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            // Nothing of nothing is 0.
            weigh (abs (x - t)) (num 100.0 / max (abs t) (num loss.epsilon))

    /// <summary>The loss of an ε.</summary>
    /// <param name="epsilon">ε, the least magnitude of a target; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not finite.</exception>
    new(epsilon: float) =
        Check.notNegative (nameof epsilon) epsilon

        { epsilon = epsilon }

/// <summary>200 |x − t| / (|x| + |t|), 0 where both are 0.  (Makridakis 1993)</summary>
[<Struct; NoEquality; NoComparison>]
type SMAPE =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            let share = num 200.0 / (abs x + abs t)
            let gap = abs (x - t)
            let value = weigh gap share
            // 200 less this, where the signs are the same: its slope is a product, that of the value a difference of nearly the same.
            let common = hinge (min x t) + hinge (min (num 0.0 - x) (num 0.0 - t))
            let lacking = weigh common (2.0 .* share)
            // At the target it has none.
            detach value + ifLess (num 0.0) gap (detach lacking - lacking) gap

/// <summary>max(τ(t − x), (τ − 1)(t − x)).  (Koenker and Bassett 1978)</summary>
[<Struct; NoEquality; NoComparison>]
type Pinball =
    val private tau: float
    val private rest: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = x - t
            abs d * ifLess d (num 0.0) (num loss.tau) (num loss.rest)

    /// <summary>The loss of a level.</summary>
    /// <param name="tau">τ, above 0 and below 1.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not between 0 and 1.</exception>
    new(tau: float) =
        Check.inside (nameof tau) 0.0 1.0 tau

        { tau = tau; rest = Operators.(-) 1.0 tau }

// The same of a level for each element.
[<Struct; NoEquality; NoComparison>]
type internal PinballOfLevels =
    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t, level) =
            let d = x - t
            abs d * ifLess d (num 0.0) level (num 1.0 - level)

/// <summary>|τ − 1{t &lt; x}| (x − t)².  (Newey and Powell 1987)</summary>
[<Struct; NoEquality; NoComparison>]
type Expectile =
    val private tau: float
    val private rest: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = x - t
            d * d * ifLess d (num 0.0) (num loss.tau) (num loss.rest)

    /// <summary>The loss of a level.</summary>
    /// <param name="tau">τ, above 0 and below 1.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not between 0 and 1.</exception>
    new(tau: float) =
        Check.inside (nameof tau) 0.0 1.0 tau

        { tau = tau; rest = Operators.(-) 1.0 tau }

/// <summary>|τ − 1{t &lt; x}| times Huber's loss of κ, over κ; the pinball loss where κ = 0.  (Dabney et al. 2018)</summary>
[<Struct; NoEquality; NoComparison>]
type QuantileHuber =
    val private tau: float
    val private rest: float
    val private kappa: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let d = num 0.0 - (t - x)
            let side = ifLess d (num 0.0) (num loss.tau) (num loss.rest)

            if loss.kappa > 0.0 then
                // As smoothL1 has it.
                let c = clip loss.kappa d
                side * (detach (c / num loss.kappa) * (d - detach (0.5 .* c)))
            else
                side * abs d

    /// <summary>The loss of a level and a κ.</summary>
    /// <param name="tau">τ, above 0 and below 1.</param>
    /// <param name="kappa">κ, where it turns linear, in units of the target; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not between 0 and 1, or <paramref name="kappa"/> is negative or not
    /// finite.</exception>
    new(tau: float, kappa: float) =
        Check.inside (nameof tau) 0.0 1.0 tau
        Check.notNegative (nameof kappa) kappa

        { tau = tau; rest = Operators.(-) 1.0 tau; kappa = kappa }

/// <summary>max(0, |x − t| − ε).  (Vapnik 1995)</summary>
[<Struct; NoEquality; NoComparison>]
type EpsilonInsensitive =
    val private epsilon: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) = hinge (abs (x - t) - num loss.epsilon)

    /// <summary>The loss of an ε.</summary>
    /// <param name="epsilon">ε, the error that costs nothing, in units of the target; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not finite.</exception>
    new(epsilon: float) =
        Check.notNegative (nameof epsilon) epsilon

        { epsilon = epsilon }

/// <summary>max(0, |x − t| − ε)².  (Vapnik 1995)</summary>
[<Struct; NoEquality; NoComparison>]
type SquaredEpsilonInsensitive =
    val private epsilon: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let excess = hinge (abs (x - t) - num loss.epsilon)
            excess * excess

    /// <summary>The loss of an ε.</summary>
    /// <param name="epsilon">ε, the error that costs nothing, in units of the target; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not finite.</exception>
    new(epsilon: float) =
        Check.notNegative (nameof epsilon) epsilon

        { epsilon = epsilon }

/// <summary>|x − t|ᵖ</summary>
[<Struct; NoEquality; NoComparison>]
type Lp =
    val private p: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.P = if loss.p > 0.0 then loss.p else 2.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) = power loss.P (abs (x - t))

    /// <summary>The loss of a p.</summary>
    /// <param name="p">Finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is not above 0 or not finite.</exception>
    new(p: float) =
        Check.positive (nameof p) p

        { p = p }

namespace Losses.FSharp

open System
open Losses

/// Distances between numbers.
[<AutoOpen>]
module Regression =

    /// β of <c>smoothL1</c> where none is given.
    [<Literal>]
    let SmoothL1Beta = 1.0

    /// δ of <c>huber</c> where none is given.
    [<Literal>]
    let HuberDelta = 1.0

    /// ε of <c>mape</c> where none is given.
    [<Literal>]
    let MAPEEpsilon = 1e-7

    /// τ of <c>pinball</c> where none is given.
    [<Literal>]
    let PinballTau = 0.5

    /// τ of <c>expectile</c> where none is given.
    [<Literal>]
    let ExpectileTau = 0.5

    /// τ of <c>quantileHuber</c> where none is given.
    [<Literal>]
    let QuantileHuberTau = 0.5

    /// p of <c>lp</c> where none is given.
    [<Literal>]
    let LpP = 2.0

    /// κ of <c>quantileHuber</c> where none is given.
    [<Literal>]
    let QuantileHuberKappa = 1.0

    /// ε of <c>epsilonInsensitive</c> where none is given.
    [<Literal>]
    let EpsilonInsensitiveEpsilon = 0.1

    /// ε of <c>squaredEpsilonInsensitive</c> where none is given.
    [<Literal>]
    let SquaredEpsilonInsensitiveEpsilon = 0.1

    /// <summary>Absolute error: robust, with a kink at the target.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>|x − t|. Slope: sign(x − t), 0 at the target. Convex. Source: torch.nn.L1Loss (PyTorch 2.10).</remarks>
    let l1 (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (L1()) target prediction

    /// <summary>Squared error: smooth, dominated by the largest errors.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>(x − t)². Slope: 2(x − t). Convex. Source: torch.nn.MSELoss (PyTorch 2.10).</remarks>
    let mse (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (MSE()) target prediction

    /// <summary>Smooth L1: absolute error, rounded off within <paramref name="beta"/> of the target so that its slope is at most 1.</summary>
    /// <param name="beta">β, in units of the target; finite, at least 0. With 0 it is the absolute error.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise: Huber's loss divided by β.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is not finite or negative.</exception>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>With d = x − t: ½d²/β where |d| &lt; β, else |d| − ½β. Slope: d/β clipped to ±1. Convex.
    /// Source: Girshick, Fast R-CNN (2015); torch.nn.SmoothL1Loss (PyTorch 2.10).</remarks>
    let smoothL1 (beta: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (SmoothL1 beta) target prediction

    /// <summary>Huber loss: quadratic within <paramref name="delta"/> of the target, linear beyond it.</summary>
    /// <param name="delta">δ, in units of the target; finite, greater than 0.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, elementwise: δ times smooth L1.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="delta"/> is not finite or not above 0.</exception>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>With d = x − t: ½d² where |d| &lt; δ, else δ(|d| − ½δ). Slope: d clipped to ±δ. Convex.
    /// Source: Huber, Ann. Math. Statist. 35 (1964) 73–101; torch.nn.HuberLoss (PyTorch 2.10).</remarks>
    let huber (delta: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (Huber delta) target prediction

    /// <summary>Log-cosh: half the squared error next to the target, the absolute error less log 2 far from it, and smooth in between.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, which should be of order 1, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>With d = x − t: log cosh d. Slope: tanh d. Convex. Source: keras.losses.LogCosh (Keras 2.0.0, 2017).</remarks>
    let logCosh (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (LogCosh()) target prediction

    /// <summary>Half the squared error: its slope is the error.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>½(x − t)². Slope: x − t. Convex. Source: optax.losses.l2_loss (optax 0.2.9, 2026), half of torch.nn.MSELoss.</remarks>
    let halfSquaredError (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (HalfSquaredError()) target prediction

    /// <summary>Squared logarithmic error: the squared error of logarithms, for quantities that grow by factors.</summary>
    /// <param name="target">Above −1; any shape.</param>
    /// <param name="prediction">Above −1; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target or a prediction is not above −1; it says which, where.</exception>
    /// <remarks>(log(1 + x) − log(1 + t))². Slope: 2 (log(1 + x) − log(1 + t)) / (1 + x). Not convex. Keras first raises what is below 10⁻⁷ to it; Flux has no 1 +.
    /// Source: keras.losses.MeanSquaredLogarithmicError (3.16, 2026).</remarks>
    let msle (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (MSLE()) target prediction

    /// <summary>Absolute percentage error: the error in percent of the target.</summary>
    /// <param name="epsilon">ε, the least magnitude of a target that is divided by; finite, at least 0. With 0 a target of 0 is missed by ∞, and by 0 only if the prediction is 0.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Percent, elementwise: a hundredth of it is the share.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not finite.</exception>
    /// <remarks>100 |x − t| / max(|t|, ε). Slope in x: ±100 / max(|t|, ε), 0 at the target. Convex in the prediction. Source: keras.losses.MeanAbsolutePercentageError
    /// (3.16, 2026), whose ε is 10⁻⁷.</remarks>
    let mape (epsilon: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (MAPE epsilon) target prediction

    /// <summary>Symmetric absolute percentage error: the error in percent of the mean magnitude of both.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Percent, from 0 to 200, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>200 |x − t| / (|x| + |t|), 0 where both are 0. Slope in x: ±400 |t| / (|x| + |t|)² where the signs are the same, 0 where they differ, and at the target.
    /// Not convex. Source: Makridakis, Int. J. Forecasting 9 (1993) 527–529.</remarks>
    let smape (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (SMAPE()) target prediction

    /// <summary>Pinball loss, the quantile loss: its mean is least at the quantile of a level.</summary>
    /// <param name="tau">τ, the level, above 0 and below 1; with ½ it is half the absolute error.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not between 0 and 1.</exception>
    /// <remarks>max(τ(t − x), (τ − 1)(t − x)): τ |t − x| where x is below t, (1 − τ) |t − x| above. Slope: −τ below the target, 1 − τ above, 0 at it. Convex.
    /// Source: Koenker and Bassett, Econometrica 46 (1978) 33–50; scoringrules.quantile_score (2024).</remarks>
    let pinball (tau: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (Pinball tau) target prediction

    /// <summary>Pinball losses of several quantiles at once, which lie along the last axis of the prediction.</summary>
    /// <param name="levels">τ of each quantile, above 0 and below 1.</param>
    /// <param name="target">Any shape: (…).</param>
    /// <param name="prediction">The shape of <paramref name="target"/> and an axis of the quantiles: (…, Q).</param>
    /// <returns>Units of the target, one for each quantile: (…, Q). Twice the mean over the levels approximates the CRPS.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A level is not between 0 and 1.</exception>
    /// <remarks>max(τ(t − x), (τ − 1)(t − x)) for each τ. Slope: −τ below the target, 1 − τ above, 0 at it. Convex. Source: Koenker and Bassett,
    /// Econometrica 46 (1978) 33–50.</remarks>
    let pinballOfLevels (levels: float[]) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof levels) levels
        levels |> Array.iter (Check.inside (nameof levels) 0.0 1.0)
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        let rank = target.Shape.Rank
        let shape = prediction.Shape

        // The shape that is expected may be of more elements than there can be.
        if shape.Rank <> rank + 1 || shape[-1] <> levels.Length || shape.Without -1 <> target.Shape then
            raise (
                ArgumentException(
                    $"prediction has shape {shape}, but target has shape {target.Shape}, with {Check.number levels.Length} levels along a last axis.",
                    nameof prediction
                )
            )

        let spread = target |> TensorNotation.reshape (target.Shape.Insert(rank, 1)) |> TensorNotation.expand shape
        let level = 'T.Create(prediction, ReadOnlySpan levels, Shape [| levels.Length |])
        LossValues<'T>.Of(PinballOfLevels(), prediction, nameof prediction, spread, nameof target, level, nameof levels, level.Shape)

    /// <summary>Expectile loss: squared error that weighs errors below and above differently.</summary>
    /// <param name="tau">τ, the level, above 0 and below 1; with ½ it is half the squared error.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not between 0 and 1.</exception>
    /// <remarks>τ (x − t)² where x is below t, (1 − τ)(x − t)² above. Slope: 2τ(x − t) or 2(1 − τ)(x − t). Convex. Source: Newey and Powell,
    /// Econometrica 55 (1987) 819–847.</remarks>
    let expectile (tau: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (Expectile tau) target prediction

    /// <summary>Quantile Huber loss: the pinball loss, rounded off within <paramref name="kappa"/> of the target.</summary>
    /// <param name="tau">τ, the level, above 0 and below 1.</param>
    /// <param name="kappa">κ, in units of the target; finite, at least 0. With 0 it is the pinball loss.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not between 0 and 1, or <paramref name="kappa"/> is negative or not finite.</exception>
    /// <remarks>With d = x − t: |τ − 1{t &lt; x}| times ½d²/κ where |d| ≤ κ, |d| − ½κ beyond. Slope: |τ − 1{t &lt; x}| times d/κ clipped to ±1. Convex. Some implementations
    /// have κ times this. Source: Dabney et al., Distributional reinforcement learning with quantile regression, AAAI 2018.</remarks>
    let quantileHuber (tau: float) (kappa: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (QuantileHuber(tau, kappa)) target prediction

    /// <summary>ε-insensitive loss: the absolute error beyond what is tolerated, as in support vector regression.</summary>
    /// <param name="epsilon">ε, in units of the target; finite, at least 0. With 0 it is the absolute error.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not finite.</exception>
    /// <remarks>max(0, |x − t| − ε). Slope: 0 within ε, at it too, ±1 beyond. Convex. Source: Vapnik, The Nature of Statistical Learning Theory (1995).</remarks>
    let epsilonInsensitive (epsilon: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (EpsilonInsensitive epsilon) target prediction

    /// <summary>Squared ε-insensitive loss: the square of the absolute error beyond what is tolerated.</summary>
    /// <param name="epsilon">ε, in units of the target; finite, at least 0. With 0 it is the squared error.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not finite.</exception>
    /// <remarks>max(0, |x − t| − ε)². Slope: ±2 max(0, |x − t| − ε). Convex. Source: Vapnik, The Nature of Statistical Learning Theory (1995).</remarks>
    let squaredEpsilonInsensitive (epsilon: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (SquaredEpsilonInsensitive epsilon) target prediction

    /// <summary>A power of the absolute error.</summary>
    /// <param name="p">p, finite, above 0: 1 is the absolute, 2 the squared error.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target to the power p, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is not above 0 or not finite.</exception>
    /// <remarks>|x − t|ᵖ. Slope: ±p |x − t|ᵖ⁻¹, 0 at the target. Convex where p ≥ 1. Source: burn.nn.loss.LpLoss (2026).</remarks>
    let lp (p: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (Lp p) target prediction
