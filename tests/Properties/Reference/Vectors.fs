/// Distances of all pairs and adaptive softmax, which torch_nn.json has no cases of, against PyTorch 1.13: vectors.json, which vectors.py writes.
module Losses.Tests.Reference.Vectors

open System
open System.IO
open System.Text.Json
open Xunit
open Losses
open Losses.FSharp

type private Numbers =
    {
        Shape: int[]
        Data: float[]
    }

    member x.Tensor = DiffTensor.Create(x.Data, x.Shape)

type private Case =
    {
        Loss: string
        Params: JsonElement
        Inputs: (string * Numbers)[]
        Upstream: Numbers
        Outputs: Map<string, Numbers>
        Gradients: Map<string, Numbers>
    }

    member x.P =
        let p = x.Params.GetProperty "p"
        if p.ValueKind = JsonValueKind.String then infinity else p.GetDouble()

    override x.ToString() = $"{x.Loss} {x.Params} of {x.Inputs.Length} inputs, the first of shape %A{(snd x.Inputs[0]).Shape}"

let private numbers (element: JsonElement) =
    {
        Shape = [| for length in element.GetProperty("shape").EnumerateArray() -> length.GetInt32() |]
        Data = [| for value in element.GetProperty("data").EnumerateArray() -> value.GetDouble() |]
    }

let private named (element: JsonElement) = [| for property in element.EnumerateObject() -> property.Name, numbers property.Value |]

let private cases =
    use document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "vectors.json")))

    [|
        for case in document.RootElement.GetProperty("cases").EnumerateArray() ->
            {
                Loss = nonNull (case.GetProperty("loss").GetString())
                Params = case.GetProperty("params").Clone()
                Inputs = named (case.GetProperty "inputs")
                Upstream = numbers (case.GetProperty "upstream")
                Outputs = Map(named (case.GetProperty "outputs"))
                Gradients = Map(named (case.GetProperty "gradients"))
            }
    |]

// The same relative tolerance as for the other cases; an element that is 0 by cancellation is measured against the largest.
let private near (what: string) (expected: Numbers) (actual: DiffTensor<float>) =
    Assert.Equal<int[]>(expected.Shape, actual.Shape.ToArray())
    let largest = Array.fold (fun most x -> max most (abs x)) 0.0 expected.Data

    Array.iteri2
        (fun i (expected: float) actual ->
            if not (abs (expected - actual) <= 1e-10 * max (abs expected) (1e-5 * largest)) then
                Losses.Tests.Property.fail $"{what}, element {i}: {actual:R}, but PyTorch has {expected:R}")
        expected.Data
        (actual.ToArray())

let private agrees (case: Case) (f: DiffTensor<float>[] -> DiffTensor<float>) =
    let struct (value, pull) = DiffTensor.Pullback(Func<_, _> f, case.Inputs |> Array.map (fun (_, numbers) -> numbers.Tensor))
    near $"{case}" case.Outputs["output"] value

    Array.iter2
        (fun (name, _) gradient -> near $"gradient of {case} by {name}" case.Gradients[name] gradient)
        case.Inputs
        (pull.Invoke case.Upstream.Tensor)

let private casesOf (loss: string) =
    let cases = cases |> Array.filter (fun case -> case.Loss = loss)
    Assert.NotEmpty cases
    cases

// The gradients at equal vectors, 0, among them.
[<Fact>]
let ``cdist is PyTorch's, and its gradients are`` () =
    for case in casesOf "cdist" do
        agrees case (fun inputs -> cdist case.P inputs[1] inputs[0])

[<Fact>]
let ``pdist is PyTorch's, and its gradients are`` () =
    for case in casesOf "pdist" do
        agrees case (fun inputs -> pdist case.P inputs[0])

[<Fact>]
let ``an adaptive softmax is PyTorch's, and its gradients by input and parameters are`` () =
    for case in casesOf "adaptive" do
        let integers (name: string) = [| for value in case.Params.GetProperty(name).EnumerateArray() -> value.GetInt32() |]
        let cutoffs = integers "cutoffs"
        let place name = case.Inputs |> Array.findIndex (fun (other, _) -> other = name)

        let parameters (inputs: DiffTensor<float>[]) =
            {
                Cutoffs = cutoffs
                Head = inputs[place "head.weight"]
                HeadBias =
                    if Array.exists (fun (name, _) -> name = "head.bias") case.Inputs then
                        inputs[place "head.bias"]
                    else
                        DiffTensor.Scalar 0.0
                Clusters =
                    cutoffs
                    |> Array.mapi (fun i _ ->
                        { Projection = inputs[place $"tail.{i}.0.weight"]; Output = inputs[place $"tail.{i}.1.weight"] })
            }

        let labels = Labels(integers "labels")
        agrees case (fun inputs -> adaptiveLogSoftmaxWithLoss (parameters inputs) labels inputs[0] |> Reduce.none)
        let constants = case.Inputs |> Array.map (fun (_, numbers) -> numbers.Tensor)
        near $"loss of {case}" case.Outputs["loss"] (adaptiveLogSoftmaxWithLoss (parameters constants) labels constants[0] |> Reduce.mean)
        near $"log_prob of {case}" case.Outputs["log_prob"] (adaptiveLogProbabilities (parameters constants) constants[0])
