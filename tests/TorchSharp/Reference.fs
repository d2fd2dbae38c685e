module Losses.Tests.Torch.Reference

open System
open Xunit
open TorchSharp
open Losses
open Losses.TorchSharp
open Losses.Tests.Reference.Cases
open Losses.Tests.Reference.Comparison
open Losses.Tests.Reference
open Losses.Tests

let private longs (shape: Shape) = Array.map int64 (shape.ToArray())

let private tensor (numbers: Numbers) : torch.Tensor = torch.tensor (numbers.Data, ReadOnlySpan(longs numbers.Shape), dtype = torch.float64)

let private plain (x: torch.Tensor) = Shape(Array.map int x.shape), x.detach().contiguous().view(-1L).data<float>().ToArray()

let private total (terms: torch.Tensor seq) = terms |> Seq.map _.sum() |> Seq.reduce (fun a b -> a + b)

/// The failures of one case: value, gradients and Hessian-vector products, all through libtorch's tape.
let private failures (entry: Table.Entry) (case: Case) : string list =
    use _ = torch.NewDisposeScope()
    let names = [| for pair in case.Grad -> pair.Key |]
    let constants = case.Inputs |> Map.map (fun _ numbers -> tensor numbers)

    for name in names do
        constants[name].requires_grad <- true

    let output = entry.Output(case, (fun name -> TorchTensor constants[name])).ToTensor()
    let at = [| for name in names -> constants[name] |]
    let upstream = tensor case.Upstream

    let derivatives (f: torch.Tensor) (upstream: torch.Tensor) (isRecorded: bool) =
        // What does not depend on an input has the gradient 0 by it.
        if not f.requires_grad then
            Array.map torch.zeros_like at
        else
            torch.autograd.grad ([| f |], at, [| upstream |], retain_graph = true, create_graph = isRecorded, allow_unused = true)
            |> Seq.mapi (fun i g -> if g.IsInvalid then torch.zeros_like at[i] else g)
            |> Seq.toArray

    // As gradcheck does it: central differences of the value along a direction, where the loss is smooth.
    let gradcheck (gradients: torch.Tensor[]) =
        let step = 1e-6

        let directions =
            [| for x in at -> tensor { Shape = Shape(Array.map int x.shape); Data = direction (Shape(Array.map int x.shape)) } |]

        let weighted (h: float) =
            use _ = torch.no_grad ()
            let moved = Map [ for i in 0 .. names.Length - 1 -> names[i], at[i].detach() + directions[i] * torch.tensor h ]

            let value =
                entry.Output(case, (fun name -> TorchTensor(Map.tryFind name moved |> Option.defaultValue constants[name]))).ToTensor()

            (value * upstream).sum().item<float>()

        let slope = (Array.map2 (fun (g: torch.Tensor) v -> g * v) gradients directions |> total).item<float>()
        let above, below = weighted step, weighted -step
        let difference = (above - below) / (2.0 * step)

        if not (abs (slope - difference) <= 1e-6 * (1.0 + abs slope + abs above)) then
            [ invariant $"the gradient's slope is {slope:R}, but central differences give {difference:R}" ]
        else
            []

    [
        yield! snd (compare Tolerance "value" (plain output) case.Output)

        if names.Length > 0 then
            // By the kernels, and by the definition.
            for isRecorded in [ false; true ] do
                let gradients = derivatives output upstream isRecorded
                let what = if isRecorded then "recorded gradient" else "gradient"

                for i in 0 .. names.Length - 1 do
                    yield!
                        snd (
                            compareAmong
                                (slopeTerms case names[i])
                                Tolerance
                                $"{what} by {names[i]}"
                                (plain gradients[i])
                                case.Grad[names[i]]
                        )

                if not isRecorded && not case.Hvp.IsEmpty then
                    yield! gradcheck gradients

                if isRecorded && not case.Hvp.IsEmpty then
                    let along =
                        Array.map2
                            (fun (g: torch.Tensor) x -> g * tensor { Shape = x; Data = direction x })
                            gradients
                            [| for x in at -> Shape(Array.map int x.shape) |]
                        |> total

                    let products = derivatives along (torch.ones_like along) false

                    for i in 0 .. names.Length - 1 do
                        yield! snd (compare Tolerance $"Hessian-vector product by {names[i]}" (plain products[i]) case.Hvp[names[i]])
    ]
    |> List.map (fun failure -> $"{case.Id}: {failure}")

/// How many cases must run: it may only grow.
[<Literal>]
let private Covered = 757

let known = TheoryData<string>(all |> Array.map _.Loss |> Array.distinct |> Array.filter Table.losses.ContainsKey)

[<Theory; MemberData(nameof known)>]
let ``the losses of PyTorch have its values, gradients and Hessian-vector products on libtorch's tape`` (loss: string) =
    let failures =
        all
        |> Array.filter (fun case -> case.Loss = loss)
        |> Seq.collect (fun case ->
            try
                failures Table.losses[loss] case
            with error ->
                [ $"{case.Id}: {error}" ])
        |> Seq.toArray

    if failures.Length > 0 then
        Assert.Fail(String.Join("\n", failures))

[<Fact>]
let ``all cases are covered`` () =
    let covered = all |> Array.filter (fun case -> Table.losses.ContainsKey case.Loss) |> Array.length
    Assert.True(covered >= Covered, $"{covered} cases are covered")
