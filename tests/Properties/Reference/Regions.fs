/// Losses of regions beside values and gradients that were computed from the formulas with 45 digits, and a second time pixel by pixel.
module Losses.Tests.Reference.Regions

open System
open System.IO
open System.Text.Json
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

let private text (element: JsonElement) = nonNull (element.GetString())

let private cases =
    use document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "regions.json")))

    [| for element in document.RootElement.EnumerateArray() -> text (element.GetProperty "id"), element.Clone() |]
    |> Map.ofArray

let private number (element: JsonElement) =
    if element.ValueKind = JsonValueKind.String then
        Double.Parse((text element).Replace("inf", "Infinity"), Globalization.CultureInfo.InvariantCulture)
    else
        element.GetDouble()

let private numbers (element: JsonElement) =
    [| for value in element.GetProperty("data").EnumerateArray() -> number value |],
    Shape [| for length in element.GetProperty("shape").EnumerateArray() -> length.GetInt32() |]

let private axes (shape: Shape) : int[] = shape.ToArray()

let private optional (name: string) (element: JsonElement) =
    match element.TryGetProperty name with
    | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
    | _ -> None

// The loss of a case, of its input.
let private loss (case: JsonElement) (input: 'T) : 'T :> ITensor<'T> =
    let given, inputs = case.GetProperty "params", case.GetProperty "inputs"
    let param (name: string) = (given.GetProperty name).GetDouble()
    let flag (name: string) = (given.GetProperty name).GetBoolean()
    let word (name: string) = text (given.GetProperty name)
    Assert.Equal(param "smooth_nr", param "smooth_dr")

    let mask =
        match optional "mask" inputs with
        | None -> Weights.None
        | Some mask ->
            let values, shape = numbers mask
            Weights(ReadOnlySpan values, Shape [| shape[0]; 1; yield! Array.tail (shape.ToArray()) |])

    let options =
        { RegionOptions.Default with
            Activation =
                match word "activation" with
                | "sigmoid" -> RegionActivation.Sigmoid
                | "softmax" -> RegionActivation.Softmax
                | _ -> RegionActivation.None
            Over =
                match word "over" with
                | "batch" -> RegionScope.Batch
                | "sample_and_classes" -> RegionScope.SampleAndClasses
                | _ -> RegionScope.Sample
            Squared = flag "squared"
            Smooth = param "smooth_nr"
            IncludeBackground = flag "include_background"
            IgnoreIndex = optional "ignore" given |> Option.map _.GetInt32() |> Option.defaultValue -100
            Mask = mask
        }

    let values, shape = numbers (inputs.GetProperty "target")

    let loss =
        if word "target" = "labels" then
            let labels = Labels(ReadOnlySpan(Array.map int values), shape)

            match text (case.GetProperty "loss") with
            | "dice" -> diceWithLabels options labels input
            | "jaccard" -> jaccardWithLabels options labels input
            | "tversky" -> tverskyWithLabels options (param "alpha") (param "beta") 1.0 labels input
            | _ -> tverskyWithLabels options (param "alpha") (param "beta") (param "gamma") labels input
        else
            let target = 'T.Create(input, ReadOnlySpan values, shape)

            match text (case.GetProperty "loss") with
            | "dice" -> dice options target input
            | "jaccard" -> jaccard options target input
            | "tversky" -> tversky options (param "alpha") (param "beta") 1.0 target input
            | _ -> tversky options (param "alpha") (param "beta") (param "gamma") target input

    let weighted =
        match optional "class_weights" given with
        | Some weights -> loss |> Reduce.weigh (Weights.op_Implicit [| for weight in weights.EnumerateArray() -> weight.GetDouble() |])
        | None -> loss

    match word "reduction" with
    | "none" -> Reduce.none weighted
    | "sum" -> Reduce.sum weighted
    | _ -> Reduce.mean weighted

// The scale is that of the terms, which may cancel: a region's slopes are made of the same, and what a softmax lacks of 1 is a difference.
let private near (tolerance: float) (what: string) (scale: float) (expected: float[]) (actual: float[]) =
    Assert.Equal(expected.Length, actual.Length)

    Array.zip expected actual
    |> Array.iteri (fun i (expected, actual) ->
        if not (expected.Equals actual || abs (expected - actual) <= tolerance * (abs expected + 1e-2 * scale)) then
            Assert.Fail $"{what}[{i}] is {actual:R}, not {expected:R}")

let private check (tolerance: float) (case: JsonElement) (value: float[]) (gradient: float[]) =
    // A root of nearly nothing makes more of what a softmax lacks.
    let size = if (text (case.GetProperty "id")).Contains "focal_tversky/extreme" then 100.0 else 1.0
    near tolerance "value" size (fst (numbers (case.GetProperty "expected"))) value
    let slopes = fst (numbers ((case.GetProperty "grad").GetProperty "input"))
    let largest = slopes |> Array.filter Double.IsFinite |> Array.fold (fun largest value -> max largest (abs value)) 0.0
    near tolerance "gradient" (largest * (if size > 1.0 then 100.0 * size else 1.0)) slopes gradient

type ``A loss of regions``() =

    static member Cases = TheoryData<string>(cases |> Map.toSeq |> Seq.map fst)

    [<Theory; MemberData "Cases">]
    member _.``has the value and the gradient of its formula``(id: string) =
        let case = cases[id]
        let values, shape = numbers ((case.GetProperty "inputs").GetProperty "input")
        let x = DiffTensor.Create(values, axes shape)
        let struct (value, pull) = DiffTensor.Pullback((fun (inputs: _[]) -> loss case (inputs[0])), x)
        let ones = DiffTensor.Create((Array.create value.Count 1.0), (axes value.Shape))
        check 1e-13 case (value.ToArray()) (((pull.Invoke ones)[0]).ToArray())

    [<Theory; MemberData "Cases">]
    member _.``has them in float32 as well``(id: string) =
        let case = cases[id]
        let values, shape = numbers ((case.GetProperty "inputs").GetProperty "input")
        let single = Array.map float32 values
        let x = DiffTensor.Create(single, axes shape)
        let struct (value, pull) = DiffTensor.Pullback((fun (inputs: _[]) -> loss case (inputs[0])), x)
        let ones = DiffTensor.Create(Array.create value.Count 1f, axes value.Shape)
        check 2e-5 case (Array.map float (value.ToArray())) (Array.map float (((pull.Invoke ones)[0]).ToArray()))

    // The gradient of the gradient is that of the definition, whose own must be the kernel's.
    [<Theory; MemberData "Cases">]
    member _.``is differentiated again as its definition``(id: string) =
        let case = cases[id]
        let values, shape = numbers ((case.GetProperty "inputs").GetProperty "input")
        let x = DiffTensor.Create(values, axes shape)
        let total (inputs: DiffTensor<float>[]) = TensorNotation.sumAll (loss case (inputs[0]))
        let direction = DiffTensor.Create(Array.init values.Length (fun i -> 1.0 + 0.25 * float (i % 5)), axes shape)

        let slope (inputs: DiffTensor<float>[]) =
            let struct (_, pull) = DiffTensor.Pullback(total, (inputs[0]))
            (pull.Invoke(DiffTensor.Scalar 1.0))[0]

        let struct (_, pull) = DiffTensor.Pullback(slope, x)
        let curvature = ((pull.Invoke direction)[0]).ToArray()
        // Central differences of the first gradient, along the same direction.
        let h = 1e-5

        let at (step: float) =
            let moved = Array.map2 (fun x d -> x + step * d) values (direction.ToArray())
            (slope [| DiffTensor.Create(moved, axes shape) |]).ToArray()

        if Array.forall Double.IsFinite curvature && (text (case.GetProperty "id")).Contains "extreme" |> not then
            let differences = Array.map2 (fun up down -> (up - down) / (2.0 * h)) (at h) (at -h)
            let scale = differences |> Array.fold (fun largest value -> max largest (abs value)) 1e-6

            Array.zip differences curvature
            |> Array.iteri (fun i (expected, actual) ->
                if not (abs (expected - actual) <= 1e-5 * scale) then
                    Assert.Fail $"curvature[{i}] is {actual:R}, not {expected:R}")
