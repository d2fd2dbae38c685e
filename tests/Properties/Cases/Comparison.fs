/// A case beside what our function makes of its inputs.
module Losses.Tests.Cases.Comparison

open System
open System.Globalization
open Losses
open Losses.Tests.Cases.Case

type Outcome =
    /// The worst error, as a share of the tolerance.
    | Agrees of worst: float
    | Disagrees of failures: string list
    | IsNotCovered of reason: string

let private show (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

// 0 for the same number, the same infinity or two NaN; where the tolerance is 0 an error is as large as can be.
let private share (allowed: float -> float) (expected: float) (actual: float) =
    if actual = expected || (Double.IsNaN actual && Double.IsNaN expected) then
        0.0
    elif Double.IsFinite actual && Double.IsFinite expected then
        abs (actual - expected) / allowed expected
    else
        infinity

/// The worst error as a share of what is allowed, and what disagrees.
let compare (what: string) (allowed: float -> float) (expected: Numbers) (shape: int[], actual: float[]) : float * string list =
    let text (shape: int[]) = (Shape shape).ToString()

    if shape <> expected.Shape then
        infinity, [ $"{what} has shape {text shape}, not {text expected.Shape}" ]
    elif actual.Length = 0 then
        0.0, []
    else
        let errors = Array.map2 (share allowed) expected.Data actual
        let worst = Array.max errors
        let i = Array.IndexOf(errors, worst)

        worst,
        [
            if not (worst <= 1.0) then
                $"{what}[{i}] is {show actual[i]}, not {show expected.Data[i]}"
        ]

let plain (tensor: DiffTensor<float>) = tensor.Shape.ToArray(), tensor.ToArray()

let tensor (numbers: Numbers) = DiffTensor.Create(numbers.Data, numbers.Shape)

let private evaluated (loss: Given -> DiffTensor<float>) (case: Case) : Outcome =
    let inputs = case.Inputs
    let names = [| for pair in case.Gradients -> pair.Key |]
    let constants = inputs |> Map.map (fun _ numbers -> tensor numbers)

    let output (variables: DiffTensor<float>[]) =
        let tensors =
            Array.zip names variables |> Array.fold (fun tensors (name, variable) -> Map.add name variable tensors) constants

        loss (Given(case, inputs, tensors))

    match case.Expected with
    | None ->
        try
            Disagrees [ $"{case.Id} is not refused: {show ((output [||]).ToArray() |> Array.tryHead |> Option.defaultValue nan)}" ]
        with :? ArgumentException ->
            Agrees 0.0
    | Some expected ->
        let value, gradients =
            if names.Length = 0 then
                output [||], [||]
            else
                let struct (value, pull) = DiffTensor.Pullback(Func<_, _> output, names |> Array.map (fun name -> constants[name]))

                let share =
                    match case.Optional "grad_of" |> Option.map text with
                    | Some "mean of the unreduced output" -> 1.0 / float value.Count
                    | _ -> 1.0

                value, pull.Invoke(DiffTensor.Create(Array.create value.Count share, value.Shape.ToArray()))

        let results =
            [
                compare "value" (case.Allowed "tolerance") expected (plain value)

                for i in 0 .. names.Length - 1 do
                    compare $"gradient by {names[i]}" (case.Allowed "grad_tolerance") case.Gradients[names[i]] (plain gradients[i])
            ]

        match List.collect snd results with
        | [] -> Agrees(results |> List.map fst |> List.max)
        | failures -> Disagrees [ for failure in failures -> $"{case.Id}: {failure}" ]

/// What becomes of a case by the function that the table has for it.
let outcome (losses: Map<string, Given -> DiffTensor<float>>) (case: Case) : Outcome =
    match losses.TryFind case.Key with
    | None -> IsNotCovered ""
    | Some loss ->
        try
            evaluated loss case
        with
        | NotCovered reason -> IsNotCovered reason
        | error -> Disagrees [ $"{case.Id}: {error}" ]
