/// The cases of other libraries and of the losses' own definitions: inputs, options, expected numbers. README.md has where they are from.
module Losses.Tests.Cases.Case

open System
open System.IO
open System.Text.Json
open Losses
open Losses.FSharp

/// The options or inputs of a case are of no function of ours: why.
exception NotCovered of reason: string

let notCovered (reason: string) : 'a = raise (NotCovered reason)

let text (element: JsonElement) : string = nonNull (element.GetString())

let number (element: JsonElement) : float =
    if element.ValueKind = JsonValueKind.String then
        match text element with
        | "nan" -> nan
        | "inf" -> infinity
        | "-inf" -> -infinity
        | other -> notCovered $"{other} is no number"
    else
        element.GetDouble()

let property (name: string) (element: JsonElement) : JsonElement option =
    match element.TryGetProperty name with
    | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
    | _ -> None

/// Numbers of a shape, row-major.
type Numbers = { Shape: int[]; Data: float[] }

let private numbers (element: JsonElement) : Numbers =
    {
        Shape = [| for length in element.GetProperty("shape").EnumerateArray() -> length.GetInt32() |]
        Data =
            match property "data" element with
            | Some data -> [| for value in data.EnumerateArray() -> number value |]
            | None -> notCovered "the inputs are to be drawn"
    }

type Case =
    {
        Id: string
        Loss: string
        Source: JsonElement
    }

    /// "keras/huber/unweighted" is a case of keras; the grid of PyTorch's options is one of pytorch.
    member case.Library = case.Id.Substring(0, case.Id.IndexOf '/')

    member case.Key = $"{case.Library}/{case.Loss}"

    member case.Optional(name: string) = property name case.Source

    /// Not to be compared: the expected number is wrong.
    member case.IsKnownWrong = (case.Optional "known_wrong").IsSome

    /// Whether it says which calls must work, and has no numbers.
    member case.IsOfShapes = (case.Optional "kind").IsSome

    member private case.Named(name: string) : Map<string, Numbers> =
        match case.Optional name with
        | Some values -> Map [ for value in values.EnumerateObject() -> value.Name, numbers value.Value ]
        | None -> Map.empty

    member case.Inputs = case.Named "inputs"

    member case.Gradients = case.Named "grad"

    /// Absent where the call is refused.
    member case.Expected = case.Optional "expected" |> Option.map numbers

    /// What |actual − expected| may be, where |expected| is so large.
    member case.Allowed(name: string) : float -> float =
        match case.Optional name |> Option.orElse (case.Optional "tolerance") with
        | Some tolerance ->
            let absolute, relative = tolerance.GetProperty("abs").GetDouble(), tolerance.GetProperty("rel").GetDouble()
            fun expected -> absolute + relative * abs expected
        | None -> fun _ -> 0.0

/// A case as the table sees it: its options, and its inputs as tensors, some of which a gradient is taken by.
type Given(case: Case, inputs: Map<string, Numbers>, tensors: Map<string, DiffTensor<float>>) =

    let param (name: string) = case.Optional "params" |> Option.bind (property name)

    member _.Case = case

    /// The input of this name.
    member _.Item
        with get (name: string): DiffTensor<float> = tensors[name]

    member _.Has(name: string) = inputs.ContainsKey name

    member _.Data(name: string) = inputs[name]

    /// The first of these names that there is.
    member x.Any([<ParamArray>] names: string[]) : DiffTensor<float> = x[Array.find inputs.ContainsKey names]

    /// Whether the option is given, other than as null.
    member _.Gives(name: string) = (param name).IsSome

    member _.Param(name: string) =
        match param name with
        | Some value -> value
        | None -> notCovered $"{name} is not given"

    member x.Number(name: string) : float = number (x.Param name)

    member x.NumberOr(otherwise: float, name: string) : float = if x.Gives name then x.Number name else otherwise

    member x.Integer(name: string) : int = (x.Param name).GetInt32()

    member x.IntegerOr(otherwise: int, name: string) : int = if x.Gives name then x.Integer name else otherwise

    member x.Flag(name: string) : bool = x.Gives name && (x.Param name).GetBoolean()

    member x.Word(name: string) : string = if x.Gives name then text (x.Param name) else ""

    /// An option that is a list of numbers, or one number.
    member x.List(name: string) : float[] =
        match x.Param name with
        | list when list.ValueKind = JsonValueKind.Array -> [| for value in list.EnumerateArray() -> number value |]
        | one -> [| number one |]

    /// An input of class indices.
    member _.Labels(name: string) : Labels = Labels(ReadOnlySpan(Array.map int inputs[name].Data), Shape inputs[name].Shape)

    member _.Integers(name: string) : int[] = Array.map int inputs[name].Data

    /// An input of weights, or none.
    member _.Weights(name: string) : Weights =
        match inputs.TryFind name with
        | Some weights -> Weights(ReadOnlySpan weights.Data, Shape weights.Shape)
        | None -> Weights.None

    member x.Reduction: Reduction =
        match x.Word "reduction" with
        | ""
        | "none" -> Reduction.None
        | "mean" -> Reduction.Mean
        | "sum" -> Reduction.Sum
        | "batchmean" -> Reduction.BatchMean
        // It must be refused.
        | _ -> enum -1

    member x.Reduced(loss: LossValues<DiffTensor<float>>) : DiffTensor<float> = Reduce.by x.Reduction loss

/// The folder of LOSSES_CASES, or the copies beside the tests.
let folder =
    match Environment.GetEnvironmentVariable "LOSSES_CASES" with
    | null
    | "" -> Path.Combine(AppContext.BaseDirectory, "Cases")
    | given -> given

/// By file, in the order of their names. A file that is no list of cases has another schema, and none.
let files: (string * Case[])[] =
    let read (path: string) =
        use document = JsonDocument.Parse(File.ReadAllText path)

        if document.RootElement.ValueKind = JsonValueKind.Array then
            [|
                for case in document.RootElement.EnumerateArray() ->
                    { Id = text (case.GetProperty "id"); Loss = text (case.GetProperty "loss"); Source = case.Clone() }
            |]
        else
            [||]

    Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories)
    |> Array.sort
    |> Array.map (fun path -> Path.GetRelativePath(folder, path), read path)
    |> Array.filter (fun (_, cases) -> cases.Length > 0)
