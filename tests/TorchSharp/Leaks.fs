module Losses.Tests.Torch.Leaks

open System
open Xunit
open TorchSharp
open Losses
open Losses.CSharp
open Losses.TorchSharp
open Losses.Tests

let private random (shape: int64 list) = torch.rand (Array.ofList shape)

/// A loss of leaves, made anew for each call of the step below.
type private Step = torch.Tensor[] -> torch.Tensor

let private steps: (string * (unit -> torch.Tensor[]) * Step) list =
    let labels () = torch.tensor ([| 0L; 2L; 1L; 2L |])

    [
        "pointwise",
        (fun () -> [| random [ 8L; 3L ]; random [ 8L; 3L ] |]),
        (fun x -> onTensors (fun x t -> Loss.MSE(x, t).Mean()) x[0] x[1])
        "pointwise, large",
        (fun () -> [| random [ 150L; 120L ]; random [ 150L; 120L ] |]),
        (fun x -> onTensors (fun x t -> Loss.Huber(x, t).Mean()) x[0] x[1])
        "pointwise, strided",
        (fun () -> [| random [ 150L; 120L ]; random [ 120L; 150L ] |]),
        (fun x -> onTensors (fun x t -> Loss.L1(x, t).Mean()) x[0] (x[1].t()))
        "pointwise, by element",
        (fun () -> [| random [ 8L; 3L ]; random [ 8L; 3L ] |]),
        (fun x -> (onTensors (fun x t -> Loss.BCEWithLogits(x, t).Values) x[0] x[1]).sum())
        "half precision",
        (fun () -> [| random [ 8L; 3L ]; random [ 8L; 3L ] |]),
        (fun x -> onTensors (fun x t -> Loss.MSE(x, t).Mean()) (x[0].half()) (x[1].half()))
        "labels",
        (fun () -> [| random [ 4L; 3L ] |]),
        (fun x -> onLabels (fun x y -> Loss.CrossEntropy(x, y, labelSmoothing = 0.1).Mean()) x[0] (labels ()))
        "labels, large",
        (fun () -> [| random [ 4L; 4200L ] |]),
        (fun x ->
            onLabels
                (fun x y -> Loss.CrossEntropy(x, y, classWeights = Weights(ReadOnlySpan(Array.init 4200 float), Shape [| 4200 |])).Mean())
                x[0]
                (labels ()))
        "vectors",
        (fun () -> [| random [ 4L; 3L ]; random [ 4L; 3L ]; random [ 4L; 3L ] |]),
        (fun x -> onThree (fun x y z -> Loss.TripletMargin(x, y, z).Mean()) x[0] x[1] x[2])
        "structured", (fun () -> [| random [ 4L; 3L ] |]), (fun x -> onLabels (fun x y -> Loss.MultiMargin(x, y).Mean()) x[0] (labels ()))
        "CTC",
        (fun () -> [| random [ 6L; 2L; 4L ] |]),
        (fun x ->
            onLabels
                (fun x y -> Loss.CTC(x, y, [| 6; 5 |], [| 2; 1 |]).Mean())
                (torch.nn.functional.log_softmax (x[0], 2))
                (torch.tensor ([| 1L; 2L; 3L |])))
    ]

let names = TheoryData<string>(steps |> List.map (fun (name, _, _) -> name))

let private find (name: string) = steps |> List.pick (fun (other, make, step) -> if other = name then Some(make, step) else None)

/// What a training step does, its own tensors disposed of.
let private run (make: unit -> torch.Tensor[]) (step: Step) (isRecorded: bool) =
    use _ = torch.NewDisposeScope()
    let leaves = make ()

    for leaf in leaves do
        leaf.requires_grad <- true

    let loss = step leaves

    if isRecorded then
        let gradients =
            torch.autograd.grad ([| loss |], leaves, null, retain_graph = true, create_graph = true, allow_unused = true)

        (gradients |> Seq.filter (fun g -> not g.IsInvalid) |> Seq.map (fun g -> (g * g).sum()) |> Seq.reduce (fun a b -> a + b)).backward()
    else
        loss.backward ()

/// How many tensors live, once those that other tests left to the finalizers are gone.
let private living () =
    GC.Collect()
    GC.WaitForPendingFinalizers()
    torch.Tensor.TotalCount

[<Theory; MemberData(nameof names)>]
let ``a thousand steps leave no tensor behind, without the garbage collector`` (name: string) =
    let make, step = find name
    let before = living ()
    // A finalizer that ran meanwhile would hide a leak.
    let noCollection = GC.TryStartNoGCRegion(200_000_000L)

    try
        for isRecorded in [ false; true ] do
            for _ in 1 .. (if isRecorded then 20 else 1000) do
                run make step isRecorded

            Assert.Equal(before, torch.Tensor.TotalCount)
    finally
        if noCollection && Runtime.GCSettings.LatencyMode = Runtime.GCLatencyMode.NoGCRegion then
            GC.EndNoGCRegion()

[<Theory; MemberData(nameof names)>]
let ``nor do steps by TorchSharp's public functions`` (name: string) =
    use _ = Nodes.using true
    let make, step = find name
    let before = living ()

    for isRecorded in [ false; true ] do
        for _ in 1..20 do
            run make step isRecorded

        Assert.Equal(before, torch.Tensor.TotalCount)

[<Theory; MemberData(nameof names)>]
let ``losses that are never differentiated leave no tensor behind`` (name: string) =
    let make, step = find name
    let before = living ()

    for _ in 1..100 do
        use _ = torch.NewDisposeScope()
        let leaves = make ()

        for leaf in leaves do
            leaf.requires_grad <- true

        step leaves |> ignore

    Assert.Equal(before, torch.Tensor.TotalCount)

/// Losses of a variable beside constants, whose every other tensor is their own affair.
let private losses: (string * (torch.Tensor -> torch.Tensor -> torch.Tensor -> torch.Tensor)) list =
    [
        "pointwise", (fun x t _ -> onTensors (fun x t -> Loss.MSE(x, t).Mean()) x t)
        "labels", (fun x _ y -> onLabels (fun x y -> Loss.CrossEntropy(x, y, labelSmoothing = 0.1).Mean()) x y)
        "weighted labels",
        (fun x _ y -> onLabels (fun x y -> Loss.CrossEntropy(x, y, classWeights = Weights.op_Implicit (Array.init 120 float)).Mean()) x y)
        "vectors", (fun x t _ -> onThree (fun x y z -> Loss.TripletMargin(x, y, z).Mean()) x t t)
        "structured", (fun x _ y -> onLabels (fun x y -> Loss.MultiMargin(x, y).Mean()) x y)
        "a sum of losses", (fun x t _ -> onTensors (fun x t -> 0.7 * Loss.MSE(x, t).Mean() + Loss.L1(x, t).Weighted(2.0).Mean() / 3.0) x t)
        "in F#",
        (fun x t _ ->
            x
            |> Losses.TorchSharp.FSharp.Torch.lift2
                (fun t x ->
                    Losses.FSharp.Embedding.tripletMargin Losses.FSharp.TripletMarginOptions.Default t t x |> Losses.FSharp.Reduce.mean)
                t)
    ]

let unscoped = TheoryData<string>(List.map fst losses)

[<Theory; MemberData(nameof unscoped)>]
let ``without a dispose scope nothing is left but what the next call lets go of`` (name: string) =
    let loss = losses |> List.find (fun (other, _) -> other = name) |> snd
    use x = (random [ 150L; 120L ]).requires_grad_ true
    use target = random [ 150L; 120L ]
    use labels = torch.zeros ([| 150L |], dtype = torch.int64)

    let step () =
        use value = loss x target labels
        value.backward ()
        (nonNull x.grad).Dispose()
        x.grad <- null

    step ()
    let before = living ()

    for _ in 1..100 do
        step ()

    Assert.Equal(before, torch.Tensor.TotalCount)
