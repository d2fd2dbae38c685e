/// What libtorch's tape does with our nodes: on any thread, with what was changed meanwhile, and by TorchSharp's public functions as well.
module Losses.Tests.Torch.Tape

open System
open System.Runtime.InteropServices
open System.Threading
open System.Threading.Tasks
open Xunit
open TorchSharp
open Losses
open Losses.CSharp
open Losses.TorchSharp
open Losses.Tests

/// A step of a few elements, and one whose leaf is too large for libtorch to copy its gradient.
let private sizes = [ 10L; 70_000L ]

let private random (size: int64) = torch.randn size

let private numbers (x: torch.Tensor) = x.detach().``to``(torch.float64).data<float>().ToArray()

let private gradient (x: torch.Tensor) = numbers (nonNull x.grad)

let private huber (x: torch.Tensor) : torch.Tensor = onTensors (fun x t -> Loss.Huber(x, t).Sum()) x (torch.zeros_like x)

let private slope (x: torch.Tensor) = numbers (x.clamp (-1.0.ToScalar(), 1.0.ToScalar()))

[<Theory; InlineData true; InlineData false>]
let ``what was changed in place is an exception of backward, and nothing worse`` (isPublic: bool) =
    use _ = Nodes.using isPublic
    use _ = torch.NewDisposeScope()

    for size in sizes do
        let x = (random size).requires_grad_ true
        let logits = x * torch.tensor 2.0f
        let loss = huber logits
        logits.zero_ () |> ignore
        Assert.Throws<ExternalException>(fun () -> loss.backward ()) |> ignore
        Assert.Contains("inplace operation", (nonNull Torch.BackwardFailure).Message)
        // And all is well afterwards.
        let x = (random size).requires_grad_ true
        (huber x).backward()
        Assert.Equal<float[]>(slope x, gradient x)

[<Theory; InlineData true; InlineData false>]
let ``a loss is differentiated on another thread, and let go of on a third`` (isPublic: bool) =
    use _ = Nodes.using isPublic

    for size in sizes do
        use x = (random size).requires_grad_ true
        let loss = Task.Run(fun () -> (use _ = torch.NewDisposeScope() in (huber x).MoveToOuterDisposeScope())).Result
        Task.Run(fun () -> loss.backward ()).Wait()
        Task.Run(fun () -> loss.Dispose()).Wait()
        use gradient = nonNull x.grad
        Assert.Equal<float[]>(slope x, numbers gradient)

[<Theory; InlineData true; InlineData false>]
let ``threads do not meet`` (isPublic: bool) =
    use _ = Nodes.using isPublic

    Parallel.For(
        0,
        200,
        fun i ->
            use _ = torch.NewDisposeScope()
            let x = (random sizes[i % 2]).requires_grad_ true
            let y = (random sizes[0]).requires_grad_ true
            let losses = [ huber x; huber y; huber y ]
            losses[1].backward()
            // One is differentiated together with another, and one never. An addition by TorchSharp takes a scalar, which the collector may free first.
            torch.stack([ losses[0]; losses[1] ]).sum().backward()
            Assert.Equal<float[]>(slope x, gradient x)
            Assert.Equal<float[]>(Array.map (fun g -> 2.0 * g) (slope y), gradient y)
    )
    |> ignore

[<Fact>]
let ``what the garbage collector lets go of is gone`` () =
    let step () =
        let x = (random 100L).requires_grad_ true
        let loss = huber x
        loss.backward ()

    // A loss that is gone lets go of others.
    let collect () =
        for _ in 1..2 do
            GC.Collect()
            GC.WaitForPendingFinalizers()

    collect ()
    let before = torch.Tensor.TotalCount

    for _ in 1..100 do
        step ()

    collect ()
    Assert.Equal(before, torch.Tensor.TotalCount)

[<Theory; InlineData true; InlineData false>]
let ``gradients of gradients, and then gradients`` (isPublic: bool) =
    use _ = Nodes.using isPublic
    use _ = torch.NewDisposeScope()

    for size in sizes do
        let x = (random size).requires_grad_ true
        let loss = onTensors (fun x t -> Loss.MSE(x, t).Sum()) x (torch.zeros_like x)
        let slope = (torch.autograd.grad ([| loss |], [| x |], null, retain_graph = true, create_graph = true))[0]
        let second = (torch.autograd.grad ([| slope.sum () |], [| x |]))[0]
        Assert.All(numbers second, (fun h -> Assert.Equal(2.0, h)))
        loss.backward ()
        Assert.Equal<float[]>(numbers (x * torch.tensor 2.0f), gradient x)

/// The memory of large gradients.
module Memory =

    let private step (size: int64) =
        let x = (random size).requires_grad_ true
        use loss = huber x
        loss.backward ()
        x

    let private size = 1_000_000L

    [<Fact>]
    let ``what nobody has is used again, and let go of in the end`` () =
        use _ = torch.NewDisposeScope()
        Buffers.Clear()
        Assert.Equal(0L, Buffers.Kept)
        (step size).grad <- null
        let kept = Buffers.Kept
        Assert.True((kept >= 4L * size))

        for _ in 1..10 do
            let x = step size
            Assert.Equal(0L, Buffers.Kept)
            x.grad <- null
            Assert.Equal(kept, Buffers.Kept)

        // Too small for the next, and so of no use.
        (step (4L * size)).grad <- null
        Assert.True((Buffers.Kept >= 16L * size && Buffers.Kept < 20L * size))
        Buffers.Clear()
        Assert.Equal(0L, Buffers.Kept)

    [<Fact>]
    let ``what somebody has is nobody else's`` () =
        use _ = torch.NewDisposeScope()
        let x = step size
        let view = (nonNull x.grad).narrow(0, 7L, 5L)
        let before = numbers view
        let gradient = gradient x
        x.grad <- null

        for _ in 1..5 do
            step size |> ignore

        Assert.Equal<float[]>(before, numbers view)
        Assert.Equal<float[]>(gradient[7..11], before)

/// Cross-entropy whose gradient is written over the logits.
module Overwriting =

    let private shapes = [ [ 4L; 3L ]; [ 300L; 50L ]; [ 64L; 20_000L ]; [ 2L; 5L; 30L; 40L ] ]

    let private labelsOf (shape: int64 list) =
        let rows = Array.ofList (shape[0] :: List.skip 2 shape)
        torch.randint (0L, shape[1], rows, dtype = torch.int64)

    let private cases () =
        [
            for shape in shapes do
                let classes = int shape[1]

                for loss in
                    [
                        fun (x: TorchTensor) (y: Labels) -> Loss.CrossEntropy(x, y).Mean()
                        fun x y -> Loss.CrossEntropy(x, y, labelSmoothing = 0.1).Sum()
                        fun x y ->
                            let weights = Weights.op_Implicit (Array.init classes (fun c -> float (1 + c % 3)))
                            Loss.CrossEntropy(x, y, classWeights = weights).Mean()
                    ] do
                    loss, torch.randn (Array.ofList shape), labelsOf shape
        ]

    let private flat (x: torch.Tensor) = numbers (x.contiguous().view -1L)

    [<Theory; InlineData true; InlineData false>]
    let ``value and gradient are the same, to the last bit`` (isPublic: bool) =
        use _ = Nodes.using isPublic
        use _ = torch.NewDisposeScope()

        for loss, numbers, labels in cases () do
            let both =
                [
                    for overwrite in [ false; true ] do
                        let x = numbers.clone().requires_grad_ true
                        let logits = x * torch.tensor 2.0f
                        let before = flat logits
                        let value = overwriting overwrite loss logits labels
                        value.backward ()
                        // Not in memory of its own, where it may be so.
                        let isOver = flat logits <> before
                        Assert.Equal(overwrite && not isPublic, isOver)

                        if isOver then
                            Assert.Equal<float[]>(flat (nonNull x.grad), Array.map (fun g -> 2.0 * g) (flat logits))

                        value.item<float32>(), flat (nonNull x.grad)
                ]

            Assert.Equal(fst both[0], fst both[1])
            Assert.Equal<float[]>(snd both[0], snd both[1])

    let private loss (x: TorchTensor) (y: Labels) = Loss.CrossEntropy(x, y).Mean()

    let private logits () = (torch.randn(4L, 3L).requires_grad_ true) * torch.tensor 2.0f

    let private labels () = torch.tensor [| 0L; 2L; 1L; 2L |]

    let private fails (part: string) (backward: unit -> unit) =
        Assert.Throws<ExternalException> backward |> ignore
        Assert.Contains(part, (nonNull Torch.BackwardFailure).Message)

    [<Fact>]
    let ``what somebody else has saved is not taken for what it was`` () =
        use _ = torch.NewDisposeScope()
        let logits = logits ()
        let square = (logits * logits).sum()
        overwriting true loss logits (labels ()) |> ignore
        let error = Assert.Throws<ExternalException>(fun () -> square.backward ())
        Assert.Contains("inplace operation", error.Message)

    [<Fact>]
    let ``there is one gradient, and none of it`` () =
        use _ = torch.NewDisposeScope()
        let value = overwriting true loss (logits ()) (labels ())
        fails "overwritten" (fun () -> value.backward (null, create_graph = true))
        value.backward (null, retain_graph = true)
        fails "overwritten" (fun () -> value.backward ())

    [<Fact>]
    let ``what comes from above scales it`` () =
        use _ = torch.NewDisposeScope()
        let x, labels = torch.randn (40L, 30L), torch.randint (0L, 30L, [| 40L |], dtype = torch.int64)

        let slope (overwrite: bool) (scale: float32) =
            let leaf = x.clone().requires_grad_ true
            ((overwriting overwrite loss (leaf * torch.tensor 2.0f) labels) * torch.tensor scale).backward()
            flat (nonNull leaf.grad)

        for scale in [ 0.3f; -65536.0f; 0.25f; 0.0f ] do
            for once, twice in Array.zip (slope false scale) (slope true scale) do
                Assert.Equal(once, twice, abs once * 2.4e-7)

    [<Fact>]
    let ``without a gradient the logits are left alone`` () =
        use _ = torch.NewDisposeScope()
        let logits = logits().detach()
        let before = flat logits
        let value = overwriting true loss logits (labels ())
        Assert.False value.requires_grad
        Assert.Equal<float[]>(before, flat logits)

    [<Fact>]
    let ``what must not be overwritten is refused`` () =
        use _ = torch.NewDisposeScope()

        let refuses (part: string) (logits: torch.Tensor) =
            let before = flat logits

            let error = Assert.Throws<ArgumentException>(fun () -> overwriting true loss logits (labels ()) |> ignore)

            Assert.Equal("prediction", error.ParamName)
            Assert.Contains(part, error.Message)
            Assert.Equal<float[]>(before, flat logits)

        refuses "leaf" (torch.randn(4L, 3L).requires_grad_ true)
        refuses "contiguous" ((torch.randn(3L, 4L).requires_grad_ true * torch.tensor 2.0f).t())
        refuses "Float16" ((logits ()).half())

    [<Fact>]
    let ``in F# it is a lifted function`` () =
        use _ = torch.NewDisposeScope()
        let labels = labels ()
        let logits = logits ()
        let before = flat logits
        let expected = (onLabels loss logits labels).item<float32>()

        let value =
            logits
            |> Losses.TorchSharp.FSharp.Torch.overwriting (
                Losses.FSharp.Classification.crossEntropy Losses.FSharp.CrossEntropyOptions.Default (Torch.Labels labels)
                >> Losses.FSharp.Reduce.mean
            )

        Assert.Equal(expected, value.item<float32>())
        Assert.NotEqual<float[]>(before, flat logits)
        value.backward ()
