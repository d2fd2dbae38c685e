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

let private huber (x: torch.Tensor) : torch.Tensor = Loss.Huber(reduction = Reduction.Sum).Forward(x, torch.zeros_like x)

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
        Assert.Contains("inplace operation", (nonNull LossExtensions.BackwardFailure).Message)
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
            // One is differentiated together with another, and one never.
            (losses[0] + losses[1]).backward()
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
        let loss = Loss.MSE(reduction = Reduction.Sum).Forward(x, torch.zeros_like x)
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
