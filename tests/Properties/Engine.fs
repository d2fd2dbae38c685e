namespace Losses.Tests

open System
open Losses

/// A function of tensors, whatever the engine.
type TensorFunction =
    abstract Apply<'T when 'T :> ITensor<'T>> : inputs: 'T[] -> 'T

/// An engine under test, its numbers seen as float64: how it evaluates and differentiates, and what its floats are like.
[<AbstractClass>]
type Engine(name: string, mantissa: int, least: float, largest: float) =
    member _.Name = name
    member _.Largest = largest
    member _.Least = least

    /// The gap between the float at a magnitude and the next, at least the smallest subnormal.
    member _.Ulp(x: float) = if x = 0.0 then least else max least (Math.ScaleB(1.0, Math.ILogB x - mantissa))

    /// How far a result is from the truth, in ulp of the truth; ∞ where one is NaN or infinite and the other not.
    member engine.Error(got: float, truth: DoubleDouble) =
        if Double.IsNaN truth.High || Double.IsNaN got then
            if Double.IsNaN truth.High && Double.IsNaN got then 0.0 else infinity
        elif abs truth.High > largest then
            // Beyond the largest float: the last half ulp may round either way.
            let halfway = largest + engine.Ulp largest / 2.0

            if Double.IsInfinity got then (if sign got = sign truth.High then 0.0 else infinity)
            elif abs truth.High <= halfway then engine.Distance(got, truth)
            else infinity
        elif Double.IsInfinity got then
            infinity
        else
            engine.Distance(got, truth)

    member private engine.Distance(got: float, truth: DoubleDouble) = abs ((got - truth.High) - truth.Low) / engine.Ulp truth.High

    /// Whether sums are those of the exact numbers, rounded once, hence the same in any order.
    abstract SumsExactly: bool
    default _.SumsExactly = true
    /// Whether an element has the same bits whatever stands beside it.
    abstract KeepsBits: bool
    default _.KeepsBits = true
    /// How many ulp two ways to the same number may be apart: none where they are kernels of ours, some where they are another library's elementary
    /// operations, in another order or over another layout.
    abstract Slack: float
    default _.Slack = 0.0
    /// Where a tape runs operation by operation: the powers of numbers beyond this, and below its inverse, are no numbers that it has.
    abstract Range: float
    default _.Range = infinity
    /// Whether a number knows of the innermost differentiation even where it takes no part in it: what is detached is detached from that one.
    abstract KnowsInnermost: bool
    default _.KnowsInnermost = true
    /// The nearest float of this engine.
    abstract Round: float -> float
    /// The next float above.
    abstract Next: float -> float
    abstract Value: f: TensorFunction * inputs: (float[] * Shape)[] -> float[]
    /// The value, and the gradients by all inputs of Σ value · upstream.
    abstract Pull: f: TensorFunction * inputs: (float[] * Shape)[] * upstream: float[] -> float[] * float[][]
    /// The product of the Hessian of Σ value · upstream by the first input with a direction.
    abstract Curve: f: TensorFunction * inputs: (float[] * Shape)[] * upstream: float[] * direction: float[] -> float[]
    /// The derivative of Σ value by one input, of the sum of that by the next, and so on: the first is the innermost.
    abstract Derive: f: TensorFunction * inputs: (float[] * Shape)[] * by: int list -> float[]
    override _.ToString() = name
