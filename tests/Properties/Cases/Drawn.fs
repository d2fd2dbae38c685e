/// The inputs of the cases of shapes, drawn from a run's seed and a case's id, and the calls of the table with them.
module Losses.Tests.Cases.Drawn

open System
open System.Text.Json
open System.Text.RegularExpressions
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests
open Losses.Tests.Cases.Case
open Losses.Tests.Cases.Comparison

type private T = DiffTensor<float>

/// A call of the table: a case, or the other expression that it must equal.
type Call =
    {
        Case: Case
        Loss: string
        Params: Map<string, JsonElement>
        Inputs: Map<string, Numbers>
    }

    member call.Word(name: string) = call.Params.TryFind name |> Option.map string |> Option.defaultValue ""

    member call.Number(name: string, otherwise: float) =
        call.Params.TryFind name |> Option.map _.GetDouble() |> Option.defaultValue otherwise

    member call.With(name: string, value: 'V) = { call with Params = call.Params.Add(name, JsonSerializer.SerializeToElement value) }

    member call.Without(name: string) = { call with Inputs = call.Inputs.Remove name }

    member call.Taking(name: string, shape: int[], data: float[]) =
        { call with Inputs = call.Inputs.Add(name, { Shape = shape; Data = data }) }

    member call.Mapping(name: string, change: float -> float) =
        let numbers = call.Inputs[name]
        call.Taking(name, numbers.Shape, Array.map change numbers.Data)

    /// What a gradient is taken by.
    member call.Prediction = [ "input"; "input1"; "anchor"; "log_probs" ] |> List.find call.Inputs.ContainsKey

// The same of a run's seed and a case's id.
let private random (id: string) : Random =
    let mixed = id |> Seq.fold (fun hash c -> (hash ^^^ uint64 c) * 0x100000001B3UL) (0xCBF29CE484222325UL ^^^ Property.seed)
    Random(int (mixed >>> 33))

let private normal (random: Random) = sqrt (-2.0 * Math.Log(1.0 - random.NextDouble())) * cos (2.0 * Math.PI * random.NextDouble())

let size (shape: int[]) = Array.fold (*) 1 shape

let private ends (name: string) (shape: int[]) = if name = "log_probs" || shape.Length = 1 then shape.Length - 1 else 1

// One of so many classes along axis 1.
let oneHot (labels: float[]) (shape: int[]) : float[] =
    let inner = shape[2..] |> size

    Array.init (size shape) (fun i ->
        if labels[i / (inner * shape[1]) * inner + i % inner] = float (i / inner % shape[1]) then
            1.0
        else
            0.0)

let private drawn (random: Random) (call: Call) (name: string) (spec: JsonElement) : Numbers =
    let shapeOf name = call.Inputs |> Map.tryFind name |> Option.map _.Shape
    let prediction = shapeOf "input" |> Option.orElse (shapeOf "log_probs") |> Option.defaultValue [||]

    let shape =
        match property "shape" spec with
        | Some shape -> [| for length in shape.EnumerateArray() -> length.GetInt32() |]
        | None -> prediction

    let kind = call.Case.Optional "target_kind" |> Option.map text |> Option.defaultValue ""
    let each (value: unit -> float) = { Shape = shape; Data = Array.init (size shape) (fun _ -> value ()) }
    let along (f: int -> T -> T) (numbers: Numbers) = { numbers with Data = (f (ends name shape) (tensor numbers)).ToArray() }
    let between low high () = float (random.Next(low, max high (low + 1)))
    let samples = if prediction.Length = 3 then prediction[1] else 1
    let uniform = random.NextDouble

    let classes =
        match prediction with
        | _ when call.Loss.StartsWith "adaptive" -> 20
        | [||] -> 1
        | shape when call.Loss = "ctc_loss" -> Array.last shape
        | shape -> shape[ends "input" shape]

    let word =
        match property "draw" spec with
        | Some draw -> text draw
        | None -> ""

    let isInteger =
        match property "dtype" spec with
        | Some dtype -> text dtype <> "float64"
        | None -> false

    match property "data" spec with
    | Some data ->
        let data = [| for value in data.EnumerateArray() -> number value |]
        { Shape = (if (property "shape" spec).IsSome then shape else [| data.Length |]); Data = data }
    | None ->
        match word with
        // Any that the loss takes, so that a call is refused for what the case says.
        | "normal" when isInteger && name = "targets" -> each (between 1 classes)
        | "normal" when isInteger && name.EndsWith "lengths" ->
            each (fun () -> if name = "input_lengths" then float prediction[0] else 30.0)
        | "normal" when isInteger -> each (between 0 classes)
        | "normal" when name = "target" && kind.StartsWith "+-1" -> each (fun () -> if uniform () < 0.5 then -1.0 else 1.0)
        | "normal" when name = "target" && kind = "binary" -> each (between 0 2)
        | "normal" when name = "target" && kind = "probabilities" -> each uniform
        | "normal" when name = "weight" && (call.Case.Optional "expected_error").IsSome -> each uniform
        | "normal" -> each (fun () -> normal random)
        | "positive if log_input=False" when call.Word "log_input" = "True" -> each (fun () -> normal random)
        | "positive"
        | ">= 0"
        | "positive if log_input=False" -> each (fun () -> 0.1 + abs (normal random))
        | "uniform"
        | "uniform(0,1)" -> each uniform
        | "uniform(0.01,0.99)" -> each (fun () -> 0.01 + 0.98 * uniform ())
        | "log of uniform" -> each (fun () -> Math.Log(1.0 - uniform ()))
        | "counts >= 0" -> each (between 0 10)
        | "{0,1}" -> each (between 0 2)
        | "{-1,1}" -> each (fun () -> if uniform () < 0.5 then -1.0 else 1.0)
        | "{-1..C-1}" -> each (between -1 classes)
        | "uniform{0..3}"
        | "uniform{0..C-1}"
        | "{0..C-1}" -> each (between 0 classes)
        | "{1..14}"
        | "{1..19}" -> each (between 1 classes)
        | "{0..13}" -> each (between 0 14)
        | "all 0" -> each (fun () -> 0.0)
        | "all ones" -> each (fun () -> 1.0)
        | "softmax"
        | "softmax over dim 1" -> each (fun () -> normal random) |> along softmax
        | "log_softmax"
        | "log-probs"
        | "log_softmax over dim 1" -> each (fun () -> normal random) |> along logSoftmax
        | "one-hot" -> { Shape = shape; Data = oneHot (Array.init shape[0] (fun _ -> between 0 classes ())) shape }
        | "[.5,1.5] rows" -> { Shape = shape; Data = Array.init (size shape) (fun i -> if 2 * i < size shape then 0.5 else 1.5) }
        | "tensor with a -1 entry" ->
            {
                Shape = shape
                Data = Array.init (size shape) (fun i -> if i = size shape / 2 then -1.0 else 1.0)
            }
        | "list"
        | "tensor" -> { Shape = [| samples |]; Data = Array.create samples (float prediction[0]) }
        | "list, 10..30"
        | "tensor, 10..30" -> { Shape = [| samples |]; Data = Array.init samples (fun _ -> between 10 31 ()) }
        | "size != batch size" -> { Shape = [| samples + 1 |]; Data = Array.create (samples + 1) 1.0 }
        // A label again and again needs a blank between: of every other sample there is no path.
        | "alignment impossible for some samples" ->
            let frames = prediction[0]

            {
                Shape = [| samples; frames |]
                Data = Array.init (samples * frames) (fun i -> if i / frames % 2 = 0 then 3.0 else between 1 classes ())
            }
        | other -> invalidOp $"{call.Case.Id}: nothing is drawn by \"{other}\""

/// With all inputs, those of which the case tells in its options, or nothing.
let private completed (random: Random) (call: Call) : Call =
    let ofShape shape (call: Call) name = call.Taking(name, shape, Array.init (size shape) (fun _ -> normal random))
    let options = call.Word "options" + (if call.Loss.StartsWith "multi_margin" then call.Word "weight" else "")
    let ignored = Regex.Match(options, @"ignore_index=(\d)")

    let call =
        if call.Inputs.IsEmpty then
            let shape = if call.Loss.StartsWith "adaptive" then [| 2; 16 |] else [| 2; 3 |]
            let call = [ "input"; "anchor"; "positive"; "negative" ] |> List.fold (ofShape shape) call
            call.Taking("target", [| 2 |], [| 0.0; 1.0 |])
        else
            call

    let call = if ignored.Success then call.With("ignore_index", int ignored.Groups[1].Value) else call

    let call =
        if options = "all targets ignored" then
            call.With("ignore_index", 1).Mapping("target", fun _ -> 1.0)
        else
            call

    let call = if options = "blank=14" then call.With("blank", 14) else call

    let call =
        if call.Word("margin").StartsWith "random" then
            call.With("margin", 2.0 * random.NextDouble() - 1.0)
        else
            call

    // One is of the sign that is asked for, at least.
    let weights (call: Call) =
        let shape = call.Inputs["input"].Shape
        let drawn = Array.init (if shape.Length = 1 then shape[0] else shape[1]) (fun _ -> 0.1 + random.NextDouble())

        let sign i =
            if options.Contains "<= 0" then
                -1.0
            elif options.Contains "any sign" || options.Contains "negative" then
                (if i % 2 = 0 then -1.0 else 1.0)
            else
                1.0

        call.Taking("weight", [| drawn.Length |], Array.mapi (fun i weight -> sign i * weight) drawn)

    let asksForWeights = options.Contains "weight" || options.Contains "negative" || call.Word "weighted" = "True"
    let call = if asksForWeights && not (call.Inputs.ContainsKey "weight") then weights call else call

    let call =
        match call.Inputs.TryFind "weight_or_pos_weight" with
        | Some weights -> call.Taking("weight", weights.Shape, weights.Data)
        | None -> call

    if call.Loss = "ctc_loss" then
        let shape, width = call.Inputs["log_probs"].Shape, Array.last call.Inputs["targets"].Shape
        let samples = if shape.Length = 3 then shape[1] else 1

        let lengths name (data: float[]) (call: Call) =
            if call.Inputs.ContainsKey name then call else call.Taking(name, [| samples |], data)

        let targets =
            Array.init samples (fun n -> [| float width; 20.0; 0.0 |][n % (if call.Word "zero_infinity" = "" then 3 else 2)])

        call |> lengths "input_lengths" (Array.create samples (float shape[0])) |> lengths "target_lengths" targets
    elif call.Loss.StartsWith "adaptive" then
        let cutoffs = [| for cutoff in call.Params["cutoffs"].EnumerateArray() -> cutoff.GetInt32() |]
        let width = Array.last call.Inputs["input"].Shape
        let head = Array.tryHead cutoffs |> Option.defaultValue 20
        let call = ofShape [| head + cutoffs.Length; width |] call "head_weight"

        (call, Seq.pairwise [| yield! cutoffs; 20 |] |> Seq.indexed)
        ||> Seq.fold (fun call (i, (low, high)) -> ofShape [| high - low; 2 |] (ofShape [| 2; width |] call $"tail{i}_0") $"tail{i}_1")
    else
        call

/// As the case has it.
let callOf (case: Case) : Call =
    let random = random case.Id
    let all (name: string) = case.Source.GetProperty(name).EnumerateObject() |> Seq.toList

    let call =
        {
            Case = case
            Loss = case.Loss
            Params = Map [ for param in all "params" -> param.Name, param.Value.Clone() ]
            Inputs = Map.empty
        }

    (call, all "inputs")
    ||> List.fold (fun call input ->
        let numbers = drawn random call input.Name input.Value
        let call = call.Taking(input.Name, numbers.Shape, numbers.Data)

        match property "dtype" input.Value with
        | Some dtype when input.Name = "target" && text dtype <> "float64" -> call.With("target_is_integer", true)
        | _ -> call)
    |> completed random

/// The value, and the gradient of its sum by the prediction.
let evaluated (call: Call) : Numbers * Numbers =
    let source =
        JsonSerializer.SerializeToElement(
            Map [ "kind", JsonSerializer.SerializeToElement "call"; "params", JsonSerializer.SerializeToElement call.Params ]
        )

    let constants = call.Inputs |> Map.map (fun _ numbers -> tensor numbers)
    let case = { call.Case with Source = source; Loss = call.Loss }
    let loss (x: T[]) = Table.losses[$"pytorch/{call.Loss}"](Given(case, call.Inputs, constants.Add(call.Prediction, x[0])))
    let struct (value, pull) = DiffTensor.Pullback(Func<_, _> loss, [| constants[call.Prediction] |])
    let numbers (x: T) = plain x |> fun (shape, data) -> { Shape = shape; Data = data }
    let gradients = pull.Invoke(DiffTensor.Create(Array.create value.Count 1.0, value.Shape.ToArray()))
    numbers value, numbers gradients[0]

let value (call: Call) : Numbers = fst (evaluated call)
