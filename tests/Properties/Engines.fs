namespace Losses.Tests

open System
open System.Numerics
open Xunit
open Losses
open Losses.FSharp

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

    override _.Derive(f, inputs, by) =
        let derive (f: DiffTensor<'S>[] -> DiffTensor<'S>) (i: int) (xs: DiffTensor<'S>[]) =
            Diff.grad (fun x -> f (Array.updateAt i x xs) |> TensorNotation.sumAll) xs[i]

        let derivative = List.fold derive f.Apply by
        numbers (derivative (Array.map tensor inputs))

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

    /// The share of the inputs that a law is usually held over.
    let share = 1.0

    let all = [ float32; float64 ]

    let byName (name: string) = all |> List.find (fun engine -> engine.Name = name)

/// The engines' names, as a theory takes them.
type EngineNames =
    static member Names = TheoryData<string>(Engines.all |> Seq.map _.Name)
