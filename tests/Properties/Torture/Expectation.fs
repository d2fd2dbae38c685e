/// What a loss gives, value and gradients, on both engines.
[<AutoOpen>]
module internal Losses.Tests.TortureTests.Expectation

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let onBoth (test: Engine -> unit) = List.iter test Engines.all

let vector (values: float list) = List.toArray values, Shape [| values.Length |]

let matrix (rows: float list list) = rows |> List.concat |> List.toArray, Shape [| rows.Length; rows.Head.Length |]

let close (engine: Engine) (what: string) (expected: float) (actual: float) =
    let tolerance = if engine.Name = "float32" then 1.2e-7 else 1e-12

    if not (actual.Equals expected || actual = expected || abs (actual - expected) <= tolerance * abs expected + engine.Least) then
        Property.fail $"{engine}: {what} is {actual:R}, not {expected:R}"

/// Values and the gradients by so many of the inputs, the first ones, where each value counts once.
let gives (f: TensorFunction) inputs (values: float list) (gradients: float list list) =
    onBoth (fun engine ->
        let inputs = inputs |> List.toArray |> Array.map (fun (x, shape) -> Array.map engine.Round x, shape)
        let got, slopes = engine.Pull(f, inputs, Array.create values.Length 1.0)
        Assert.Equal(values.Length, got.Length)
        List.iteri (fun i expected -> close engine $"value {i}" expected got[i]) values

        gradients
        |> List.iteri (fun input expected ->
            Assert.Equal(expected.Length, slopes[input].Length)
            List.iteri (fun i g -> close engine $"gradient {i} by input {input}" g slopes[input].[i]) expected))

/// Values and the gradient by the first input.
let givesFirst (f: TensorFunction) inputs (values: float list) (gradient: float list) =
    gives f inputs values (if List.isEmpty gradient then [] else [ gradient ])
