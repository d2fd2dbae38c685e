module Losses.Tests.Reference.Cases

open System
open System.Globalization
open System.IO
open System.Text.Json
open Losses

let private text (element: JsonElement) = nonNull (element.GetString())

/// Numbers of a shape, row-major, as the file has them; class indices are whole numbers.
type Numbers =
    {
        Shape: Shape
        Data: float[]
    }

    member x.Tensor: DiffTensor<float> = DiffTensor.Create(x.Data, x.Shape.ToArray())

    member x.Tensor32: DiffTensor<float32> = DiffTensor.Create(Array.map float32 x.Data, x.Shape.ToArray())

/// One evaluation by PyTorch in float64.
type Case =
    {
        Id: string
        Loss: string
        Params: Map<string, JsonElement>
        Inputs: Map<string, Numbers>
        Output: Numbers
        Upstream: Numbers
        /// d Σ(output · upstream) / d input, for each differentiated input.
        Grad: Map<string, Numbers>
        /// The derivative of those gradients along linspace(−1, 1), jointly; empty where the loss is not smooth.
        Hvp: Map<string, Numbers>
        Note: string
    }

    member x.Has(name: string) = x.Inputs.ContainsKey name

    member x.Number(name: string) : float =
        let value = x.Params[name]

        if value.ValueKind = JsonValueKind.String then
            Double.Parse((text value).Replace("inf", "Infinity"), CultureInfo.InvariantCulture)
        else
            value.GetDouble()

    member x.Integer(name: string) : int = x.Params[name].GetInt32()

    member x.Flag(name: string) : bool = x.Params[name].GetBoolean()

    member x.Text(name: string) : string = text x.Params[name]

    member x.Reduction: Reduction =
        match x.Text "reduction" with
        | "none" -> Reduction.None
        | "mean" -> Reduction.Mean
        | "sum" -> Reduction.Sum
        | "batchmean" -> Reduction.BatchMean
        | other -> invalidOp $"{x.Id} has the reduction {other}."

    /// An input of class indices.
    member x.Labels(name: string) : Labels = Labels(ReadOnlySpan(Array.map int x.Inputs[name].Data), x.Inputs[name].Shape)

    /// An optional input of weights.
    member x.Weights(name: string) : Weights =
        match x.Inputs.TryFind name with
        | Some weights -> Weights(ReadOnlySpan weights.Data, weights.Shape)
        | None -> Weights.None

let private number (element: JsonElement) =
    if element.ValueKind = JsonValueKind.String then
        match text element with
        | "nan" -> nan
        | "inf" -> infinity
        | "-inf" -> -infinity
        | other -> invalidOp $"{other} is no number."
    else
        element.GetDouble()

let private numbers (element: JsonElement) =
    {
        Shape = Shape [| for length in element.GetProperty("shape").EnumerateArray() -> length.GetInt32() |]
        Data = [| for value in element.GetProperty("data").EnumerateArray() -> number value |]
    }

let private properties (name: string) (read: JsonElement -> 'T) (element: JsonElement) : Map<string, 'T> =
    match element.TryGetProperty name with
    | true, value -> Map [ for property in value.EnumerateObject() -> property.Name, read property.Value ]
    | _ -> Map.empty

let private case (element: JsonElement) =
    {
        Id = text (element.GetProperty "id")
        Loss = text (element.GetProperty "loss")
        Params = properties "params" (fun value -> value.Clone()) element
        Inputs = properties "inputs" numbers element
        Output = numbers (element.GetProperty "output")
        Upstream = numbers (element.GetProperty "upstream")
        Grad = properties "grad" numbers element
        Hvp = properties "hvp" numbers element
        Note =
            match element.TryGetProperty "note" with
            | true, note -> text note
            | _ -> ""
    }

/// The copy that lies beside the tests.
let private own = Path.Combine(AppContext.BaseDirectory, "Reference", "torch_nn.json")

let private given = Environment.GetEnvironmentVariable "LOSSES_REFERENCE"

/// Whether the cases are the copy beside the tests, not those of LOSSES_REFERENCE.
let isOwn = String.IsNullOrEmpty given

let path = if isOwn then own else nonNull given

let all: Case[] =
    use document = JsonDocument.Parse(File.ReadAllText path)
    [| for element in document.RootElement.GetProperty("cases").EnumerateArray() -> case element |]
