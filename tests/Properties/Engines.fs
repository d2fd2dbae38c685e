namespace Losses.Tests

open System
open System.Numerics
open Losses
open Losses.FSharp

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

    /// The nearest float of this engine.
    abstract Round: float -> float
    /// The next float above.
    abstract Next: float -> float
    abstract Value: f: TensorFunction * inputs: (float[] * Shape)[] -> float[]
    /// The value, and the gradients by all inputs of Σ value · upstream.
    abstract Pull: f: TensorFunction * inputs: (float[] * Shape)[] * upstream: float[] -> float[] * float[][]
    /// The product of the Hessian of Σ value · upstream by the first input with a direction.
    abstract Curve: f: TensorFunction * inputs: (float[] * Shape)[] * upstream: float[] * direction: float[] -> float[]
    override _.ToString() = name

type Engine<'S when 'S: unmanaged and 'S: struct and 'S: (new: unit -> 'S) and 'S :> ValueType and 'S :> IFloatingPointIeee754<'S>>
    (name: string, mantissa: int, least: float, largest: float, narrow: float -> 'S, wide: 'S -> float, next: float -> float) =
    inherit Engine(name, mantissa, least, largest)

    let tensor (values: float[], shape: Shape) = DiffTensor.Create(Array.map narrow values, shape.ToArray())

    let numbers (tensor: DiffTensor<'S>) = Array.map wide (tensor.ToArray())

    override _.Round x = wide (narrow x)
    override _.Next x = next x
    override _.Value(f, inputs) = numbers (f.Apply(Array.map tensor inputs))

    override _.Pull(f, inputs, upstream) =
        let struct (value, pull) =
            DiffTensor.Pullback(Func<_, _>(fun (xs: DiffTensor<'S>[]) -> f.Apply xs), Array.map tensor inputs)

        numbers value, pull.Invoke(tensor (upstream, value.Shape)) |> Array.map numbers

    override _.Curve(f, inputs, upstream, direction) =
        let constants = Array.map tensor inputs
        let at = constants[0]

        let weighted x =
            let value: DiffTensor<'S> = f.Apply(Array.append [| x |] constants[1..])
            value * tensor (upstream, value.Shape) |> TensorNotation.sumAll

        Diff.hvp weighted at (tensor (direction, at.Shape)) |> numbers

module Engines =

    let float64 = Engine<float>("float64", 52, Double.Epsilon, Double.MaxValue, id, id, Double.BitIncrement) :> Engine

    let float32 =
        Engine<float32>(
            "float32",
            23,
            float Single.Epsilon,
            float Single.MaxValue,
            float32,
            float,
            fun x -> float (Single.BitIncrement(float32 x))
        )
        :> Engine

    let all = [ float32; float64 ]

    let byName (name: string) = all |> List.find (fun engine -> engine.Name = name)
