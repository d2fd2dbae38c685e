namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// What goes before a policy gradient, and beside it.
[<AutoOpen>]
module Advantages =

    /// discount of <c>generalizedAdvantages</c> where none is given.
    [<Literal>]
    let GeneralizedAdvantagesDiscount = 1.0

    /// lambda of <c>generalizedAdvantages</c> where none is given.
    [<Literal>]
    let GeneralizedAdvantagesLambda = 0.95

    /// eps of <c>whiten</c> where none is given.
    [<Literal>]
    let WhitenEps = 1e-8

    /// range of <c>clippedValue</c> where none is given.
    [<Literal>]
    let ClippedValueRange = 0.2

    /// <summary>Generalized advantage estimation: how much better each step was than it was thought to be, and what follows it.</summary>
    /// <param name="discount">γ, from 0 to 1.</param>
    /// <param name="lambda">λ, from 0, one step ahead, to 1, to the end.</param>
    /// <param name="rewards">Of each step: (…, T).</param>
    /// <param name="values">What each state was thought to be worth: the shape of <paramref name="rewards"/>. Nothing follows the last.</param>
    /// <returns>Units of the rewards: (…, T).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there is no axis.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    /// <remarks>Aₜ = δₜ + γ λ Aₜ₊₁ with δₜ = rₜ + γ Vₜ₊₁ − Vₜ. Source: Schulman et al., High-dimensional continuous control using generalized advantage estimation, ICLR 2016.</remarks>
    let generalizedAdvantages (discount: float) (lambda: float) (rewards: 'T) (values: 'T) : 'T :> ITensor<'T> =
        Check.within (nameof discount) 0.0 1.0 discount
        Check.within (nameof lambda) 0.0 1.0 lambda
        checkTwo (nameof rewards) rewards (nameof values) values
        let axis = Check.vectorAxis (nameof values) values.Shape
        let steps = values.Shape[axis]
        let times (k: float) (x: 'T) : 'T = Notation.(*) (Notation.num k) x

        // Each step has that so many steps later, and nothing past the end.
        let later (count: int) (x: 'T) : 'T =
            let nothing = expand (x.Shape.With(axis, count)) (Notation.num 0.0)
            'T.Concatenate(ReadOnlySpan [| 'T.Slice(x, axis, count, steps - count); nothing |], axis)

        // Σ weightᵏ xₜ₊ₖ: of twice as many steps from so many.
        let rec sums (count: int) (weight: float) (x: 'T) : 'T =
            if count >= steps || weight = 0.0 then
                x
            else
                sums (2 * count) (weight * weight) (Notation.(+) x (times weight (later count x)))

        if values.Shape.Size = 0 then
            values
        else
            let surprises = Notation.(-) (Notation.(+) rewards (times discount (later 1 values))) values
            whole (sums 1 (discount * lambda) surprises)

    /// <summary>Numbers less their mean, in units of how much they differ, both of those that a mask keeps.</summary>
    /// <param name="mask">1 for the numbers that count and 0 for the others: it broadcasts to <paramref name="values"/>; none for all.</param>
    /// <param name="eps">ε, added to the variance; finite, at least 0.</param>
    /// <param name="values">Any shape.</param>
    /// <returns>All numbers, those that do not count as well; NaN where fewer than two count.</returns>
    /// <exception cref="T:System.ArgumentException"><paramref name="mask"/> does not broadcast to the values.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">ε is negative or not finite, or the mask has another number than 0 and 1.</exception>
    /// <remarks>(x − m) / √(v + ε), the variance v over n − 1. Source: trl.trainer.utils.masked_whiten (1.10, 2026).</remarks>
    let whiten (mask: Weights) (eps: float) (values: 'T) : 'T :> ITensor<'T> =
        Check.notNull (nameof mask) mask
        Check.notNull (nameof values) values
        Check.notNegative (nameof eps) eps

        let kept =
            if mask.IsNone then
                expand values.Shape (Notation.num 1.0)
            else
                Check.broadcasts (nameof mask) mask.Shape (nameof values) values.Shape
                Check.mask (nameof mask) mask
                constant values mask |> expand values.Shape

        // What does not count has no part in the slopes, either.
        let chosen (x: 'T) : 'T = Notation.ifLess (Notation.num 0.0) kept x (expand x.Shape (Notation.num 0.0))
        let count = sumAll kept
        let mean = Notation.(/) (sumAll (chosen values)) count
        let d = Notation.(-) values (expand values.Shape mean)
        let variance = Notation.(/) (sumAll (let own = chosen d in Notation.(*) own own)) (Notation.(-) count (Notation.num 1.0))
        whole (Notation.(/) d (expand values.Shape (Notation.sqrt (Notation.(+) variance (Notation.num eps)))))

    /// <summary>PPO's loss of a value function: its squared error, of the worse of the value and the value held near what it was.</summary>
    /// <param name="range">How far a value may move, in units of the values; finite, at least 0.</param>
    /// <param name="old">The values by the function that sampled, a constant; the shape of <paramref name="target"/>.</param>
    /// <param name="target">The returns; any shape.</param>
    /// <param name="prediction">The values; the shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the values, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="range"/> is negative or not finite.</exception>
    /// <remarks>½ max((x − t)², (x₀ + clip(x − x₀, ±c) − t)²), of slope x − t, or 0 where the second is the larger and x is out of range. Source: Schulman et al., PPO (2017), as
    /// OpenAI's baselines; trl.experimental.ppo (1.10, 2026).</remarks>
    let clippedValue (range: float) (old: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof range) range
        checkThree (nameof old) old (nameof target) target (nameof prediction) prediction
        let square (x: 'T) : 'T = Notation.(*) x x
        let held = Notation.detach old
        let near = Notation.(+) held (Notation.clip range (Notation.(-) prediction held))
        let worse = Notation.max (square (Notation.(-) prediction target)) (square (Notation.(-) near target))
        LossValues(whole (Notation.(.*) 0.5 worse |> Notation.given old))
