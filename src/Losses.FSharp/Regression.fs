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
            let d = x - t + num 0.0

            // Huber's loss over β, as below.
            if loss.curvature > 0.0 then
                let c = clip loss.beta d
                detach (loss.curvature .* c) * (d - detach (0.5 .* c))
            elif loss.beta > 0.0 then
                // d and half of it may be the same subnormal number: their difference is 0, of either sign after the product.
                let c = clip loss.beta d
                detach (c / num loss.beta) * (d - detach (0.5 .* c)) + num 0.0
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
            // −0 − 0 is −0, and so would the loss be; with 0 added it is 0.
            let d = x - t + num 0.0
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

namespace Losses.FSharp

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

    /// <summary>Absolute error: robust, with a kink at the target.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>|x − t|. Slope: sign(x − t), 0 at the target. Convex. Source: torch.nn.L1Loss.</remarks>
    let l1 (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (L1()) target prediction

    /// <summary>Squared error: smooth, dominated by the largest errors.</summary>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>(x − t)². Slope: 2(x − t). Convex. Source: torch.nn.MSELoss.</remarks>
    let mse (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (MSE()) target prediction

    /// <summary>Smooth L1: absolute error, rounded off within <paramref name="beta"/> of the target so that its slope is at most 1.</summary>
    /// <param name="beta">β, in units of the target; finite, at least 0. With 0 it is the absolute error.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise: Huber's loss divided by β.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is not finite or negative.</exception>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>With d = x − t: ½d²/β where |d| &lt; β, else |d| − ½β. Slope: d/β clipped to ±1. Convex.
    /// Source: Girshick, Fast R-CNN (2015); torch.nn.SmoothL1Loss.</remarks>
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
    /// Source: Huber, Ann. Math. Statist. 35 (1964) 73–101; torch.nn.HuberLoss.</remarks>
    let huber (delta: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (Huber delta) target prediction
