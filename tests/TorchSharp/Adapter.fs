/// What the adapter adds to the losses: data types, devices, layouts, modules, errors; and TorchSharp's own losses where they are wrong.
module Losses.Tests.Torch.Adapter

open System
open Xunit
open TorchSharp
open Losses
open Losses.CSharp
open Losses.TorchSharp
open Losses.Tests

type private Functional = torch.nn.functional

let private row (values: float32 list) : torch.Tensor = torch.tensor (Array.ofList values)

let private matrix (rows: float32 list list) : torch.Tensor = (row (List.concat rows)).reshape(int64 rows.Length, int64 rows.Head.Length)

let private number (x: torch.Tensor) = x.``to``(torch.float64).item<float>()

let private numbers (x: torch.Tensor) = x.detach().``to``(torch.float64).contiguous().view(-1L).data<float>().ToArray()

/// The loss of a leaf, and its gradient.
let private slope (x: torch.Tensor) (loss: torch.Tensor -> torch.Tensor) =
    let leaf = x.detach().clone().requires_grad_ true
    let value = loss leaf
    value.sum().backward()
    numbers value, numbers (nonNull leaf.grad)

// TorchSharp's five wrong losses, each beside ours; where a later TorchSharp is right, its half of the row fails and can go.

// A30: TorchSharp passes ε as float32 to a native double.
[<Fact>]
let ``Poisson's ε arrives`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ 0.0f ], row [ 0.0f ]
    Assert.True(Double.IsNaN(number (Functional.poisson_nll_loss (x, t, log_input = false, eps = 1e-8f))))
    Assert.Equal(0.0, number (Loss.PoissonNLL(logInput = false).Forward(x, t)), 1e-7)
    let x, t = row [ 2.0f ], row [ 2.1f ]
    let right = 2.0 - 2.1 * log 3.0
    Assert.True(abs (number (Functional.poisson_nll_loss (x, t, log_input = false, eps = 1.0f)) - right) > 0.1)
    Assert.Equal(right, number (Loss.PoissonNLL(logInput = false, eps = 1.0).Forward(x, t)), 1e-6)

// A33: TorchSharp clamps the variance without recording it.
[<Fact>]
let ``a variance learns`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ 1.0f; 3.0f ], row [ 2.0f; 1.0f ]
    let variance () = (row [ 2.0f; 0.5f ]).requires_grad_ true
    let theirs, ours = variance (), variance ()
    let other = Functional.gaussian_nll_loss (x, t, theirs, reduction = torch.nn.Reduction.Sum)
    Assert.False other.requires_grad
    Loss.GaussianNLL(reduction = Reduction.Sum).Forward(x, t, ours).backward()
    // ½ (1/v − (x − μ)²/v²)
    Assert.Equal<float[]>([| 0.125; -7.0 |], numbers (nonNull ours.grad))

// B11: logTarget is true by default there.
[<Fact>]
let ``a divergence from itself is 0`` () =
    use _ = torch.NewDisposeScope()
    let p = row [ 0.25f; 0.75f ]
    Assert.True(abs (number (Functional.kl_div (p.log (), p, reduction = torch.nn.Reduction.Sum))) > 0.1)
    Assert.Equal(0.0, number (Loss.KLDiv(reduction = Reduction.Sum).Forward(p.log (), p)), 1e-7)

// B12: the functional's margin is 0 there.
[<Fact>]
let ``a hinge embedding has the margin 1`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ 0.3f ], row [ -1.0f ]
    Assert.Equal(0.0, number (Functional.hinge_embedding_loss (x, t)))
    Assert.Equal(0.7, number (Loss.HingeEmbedding().Forward(x, t)), 1e-7)

// A27: log(1 + e¹⁰⁰) in float32 there.
[<Fact>]
let ``a soft margin does not overflow`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ -100.0f ], row [ 1.0f ]
    Assert.Equal(infinity, number (Functional.soft_margin_loss (x, t)))
    let value, gradient = slope x (fun x -> Loss.SoftMargin().Forward(x, t))
    Assert.Equal<float[]>([| 100.0; -1.0 |], [| value[0]; gradient[0] |])

// D01: libtorch's float32 loss of a confident right answer is 0, and so is its slope.
[<Fact>]
let ``a confident right answer still has a loss`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ -20.0f ], row [ 0.0f ]
    Assert.Equal(0.0, number (Functional.binary_cross_entropy_with_logits (x, t)))
    let value, gradient = slope x (fun x -> Loss.BCEWithLogits().Forward(x, t))
    Assert.Equal(2.0611536e-9, value[0], 1e-16)
    Assert.Equal(2.0611536e-9, gradient[0], 1e-16)

// A16: an ignored row of −∞.
[<Fact>]
let ``an ignored row has the gradient 0, whatever is in it`` () =
    use _ = torch.NewDisposeScope()
    let x = matrix [ [ -infinityf; -infinityf ]; [ 1.0f; 2.0f ] ]
    let labels = torch.tensor ([| -100L; 0L |])
    let _, theirs = slope x (fun x -> Functional.cross_entropy (x, labels))
    Assert.True(Double.IsNaN theirs[0])
    let _, ours = slope x (fun x -> Loss.CrossEntropy().Forward(x, labels))
    Assert.Equal<float[]>([| 0.0; 0.0 |], ours[..1])
    Assert.True(ours[2] < 0.0)

// E02: through TorchSharp libtorch's own second derivative ends the process.
[<Fact>]
let ``CTC has second derivatives`` () =
    use _ = torch.NewDisposeScope()
    let x = (torch.rand (5L, 1L, 3L)).requires_grad_ true

    let loss = Loss.CTC().Forward(torch.nn.functional.log_softmax (x, 2), torch.tensor ([| 1L; 2L |]), [| 5 |], [| 2 |])

    let gradient = (torch.autograd.grad ([| loss |], [| x |], null, retain_graph = true, create_graph = true))[0]
    let second = (torch.autograd.grad ([| (gradient * gradient).sum() |], [| x |]))[0]
    Assert.True(Array.exists (fun h -> abs h > 1e-4) (numbers second))

[<Theory; InlineData "half"; InlineData "bfloat16">]
let ``half precision is computed in float32, and its gradient is of its own type`` (name: string) =
    use _ = torch.NewDisposeScope()
    let dtype = if name = "half" then torch.float16 else torch.bfloat16
    let x = ((row [ 300.0f; 400.0f ]).``to`` dtype).requires_grad_ true
    let loss = Loss.MSE(reduction = Reduction.Sum).Forward(x, torch.zeros_like x)
    // Its square overflows float16.
    Assert.Equal(torch.float32, loss.dtype)
    Assert.Equal(250000.0, number loss, 1000.0)
    loss.backward ()
    Assert.Equal(dtype, (nonNull x.grad).dtype)

[<Fact>]
let ``layouts do not change a bit`` () =
    use _ = torch.NewDisposeScope()
    let x, t = torch.randn (150L, 120L), torch.rand (150L, 120L)
    let wide = torch.randn (150L, 240L)
    wide.narrow(1, 7, 120).copy_ x |> ignore

    let layouts: (string * torch.Tensor * torch.Tensor) list =
        [
            "target transposed", x, t.t().contiguous().t()
            "both transposed", x.t().contiguous().t(), t.t().contiguous().t()
            "part of a wider one", wide.narrow (1, 7, 120), t
        ]

    let loss = Loss.BCEWithLogits()
    let value, gradient = slope x (fun x -> loss.Forward(x, t))

    for name, a, b in layouts do
        let leaf = a.detach().requires_grad_ true
        let other = loss.Forward(leaf, b)
        other.backward ()
        Assert.True(value[0] = number other, name)
        Assert.True((gradient = numbers (nonNull leaf.grad)), name)

[<Fact>]
let ``backward can be called again, and what it gave before is left alone`` () =
    use _ = torch.NewDisposeScope()

    for size in [ 10L; 150L ] do
        let x = (torch.randn (size, size)).requires_grad_ true
        let loss = Loss.Huber().Forward(x, torch.zeros_like x)
        loss.backward ()
        let first = numbers (nonNull x.grad)
        // In place, as an optimiser's clipping does it.
        (nonNull x.grad).zero_() |> ignore
        loss.backward ()
        Assert.Equal<float[]>(first, numbers (nonNull x.grad))
        loss.backward ()
        Assert.Equal<float[]>(Array.map (fun g -> 2.0 * g) first, numbers (nonNull x.grad))

[<Fact>]
let ``what comes from above scales a gradient, rounded once`` () =
    use _ = torch.NewDisposeScope()

    for size in [ 10L; 150L ] do
        let x = torch.randn (size, size)
        let target = torch.zeros_like x
        let _, gradient = slope x (fun x -> Loss.Huber(reduction = Reduction.Sum).Forward(x, target))

        for scale in [ 2.0f; 0.3f; -65536.0f; 0.0f ] do
            let _, scaled = slope x (fun x -> Loss.Huber(reduction = Reduction.Sum).Forward(x, target) * torch.tensor scale)

            for g, s in Array.zip gradient scaled do
                Assert.Equal(float scale * g, s, abs (float scale * g) * 6.1e-8 + 1e-45)

[<Fact>]
let ``criteria are modules: their weights are state, and go with them`` () =
    use _ = torch.NewDisposeScope()
    use criterion = new CrossEntropyLoss(classWeights = row [ 1.0f; 2.0f; 4.0f ], labelSmoothing = 0.1)
    let x, labels = torch.randn (4L, 3L), torch.tensor ([| 0L; 2L; 1L; 2L |])

    let expected () =
        number (Loss.CrossEntropy(classWeights = Weights.op_Implicit [| 1.0; 2.0; 4.0 |], labelSmoothing = 0.1).Forward(x, labels))

    Assert.Equal(expected (), number (criterion.forward (x, labels)))
    Assert.Equal<string[]>([| "weight" |], Seq.toArray (criterion.state_dict().Keys))
    criterion.``to`` torch.float64 |> ignore
    Assert.Equal(torch.float64, criterion.state_dict().["weight"].dtype)
    use other = new CrossEntropyLoss(classWeights = row [ 1.0f; 1.0f; 1.0f ], labelSmoothing = 0.1)
    other.load_state_dict (criterion.state_dict ()) |> ignore
    Assert.Equal(expected (), number (other.forward (x, labels)))

[<Fact>]
let ``criteria of losses of one's own are modules, too`` () =
    use _ = torch.NewDisposeScope()
    use criterion = new TensorCriterion(0.7 * Loss.MSE() + 0.3 * Loss.L1())
    Assert.Equal(0.7 * 4.0 + 0.3 * 2.0, number (criterion.forward (row [ 3.0f ], row [ 1.0f ])), 1e-6)

let private refuses<'E when 'E :> ArgumentException> (parameter: string) (parts: string list) (call: unit -> torch.Tensor) =
    let error = Assert.Throws<'E>(fun () -> call () |> ignore)
    Assert.Equal(parameter, error.ParamName)

    for part in parts do
        Assert.Contains(part, error.Message)

// A tensor of the meta device has no numbers: whatever native would read them fails.
let private meta (shape: int64 list) = torch.zeros (Array.ofList shape, device = torch.device "meta")

[<Fact>]
let ``wrong shapes, data types and devices are refused by our exceptions, before anything native runs`` () =
    use _ = torch.NewDisposeScope()
    let x, t = torch.randn (3L, 2L), torch.randn (3L, 2L)
    let labels = torch.tensor ([| 0L; 1L; 1L |])
    // C01, C02: no broadcasting.
    refuses<ArgumentException> "target" [ "(3)"; "(3, 2)" ] (fun () -> Loss.MSE().Forward(x, torch.randn 3L))
    refuses<ArgumentException> "target" [ "(3, 1)"; "(3)" ] (fun () -> Loss.L1().Forward(torch.randn 3L, torch.randn (3L, 1L)))
    refuses<ArgumentException> "target" [ "Float64"; "Float32" ] (fun () -> Loss.MSE().Forward(x, t.``to`` torch.float64))
    refuses<ArgumentException> "target" [ "meta"; "cpu" ] (fun () -> Loss.MSE().Forward(x, meta [ 3L; 2L ]))
    // C19: integers.
    let whole = torch.ones ([| 3L |], dtype = torch.int64)
    refuses<ArgumentException> "tensor" [ "Int64" ] (fun () -> Loss.MSE().Forward(whole, whole))
    refuses<ArgumentException> "labels" [ "Float32" ] (fun () -> Loss.NLL().Forward(x, t))
    refuses<ArgumentException> "labels" [ "meta"; "cpu" ] (fun () -> Loss.CrossEntropy().Forward(x, (meta [ 3L ]).``to`` torch.int64))
    // C04: no class.
    refuses<ArgumentOutOfRangeException> "labels" [ "labels[1] is 2"; "2 classes" ] (fun () ->
        Loss.CrossEntropy().Forward(x, torch.tensor ([| 0L; 2L; 1L |])))
    // C07: libtorch's CTC reads beyond its memory.
    refuses<ArgumentOutOfRangeException> "labels" [ "1000000" ] (fun () ->
        Loss.CTC().Forward(torch.randn (4L, 1L, 3L), torch.tensor ([| 1000000L |]), [| 4 |], [| 1 |]))

    refuses<ArgumentException> "labels" [ "(2)"; "(3, 2)" ] (fun () -> Loss.CrossEntropy().Forward(x, torch.tensor ([| 0L; 1L |])))
    refuses<ArgumentException> "third" [ "Float64" ] (fun () -> Loss.GaussianNLL().Forward(x, t, t.``to`` torch.float64))

    Assert.Throws<ArgumentNullException>(fun () -> Loss.MSE().Forward(Unchecked.defaultof<torch.Tensor>, t) |> ignore)
    |> ignore

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> new CrossEntropyLoss(labelSmoothing = 1.5) |> ignore) |> ignore
    Assert.Equal(0.0, number (Loss.CrossEntropy().Forward(torch.zeros (3L, 1L), torch.tensor ([| 0L; 0L; 0L |]))))
    labels.Dispose()

[<Fact>]
let ``definitions need no numbers: they run on any device`` () =
    use _ = torch.NewDisposeScope()
    let x = (meta [ 3L; 2L ]).requires_grad_ true

    for loss in [ Loss.MSE(); Loss.PoissonNLL(); Loss.SmoothL1() ] do
        let value = loss.Forward(x, meta [ 3L; 2L ])
        Assert.Equal(DeviceType.META, value.device_type)
        value.backward ()
        Assert.Equal<int64[]>([| 3L; 2L |], (nonNull x.grad).shape)

[<Fact>]
let ``a loss of one's own goes through the same kernel`` () =
    use _ = torch.NewDisposeScope()
    let x, t = torch.randn (64L, 64L), torch.randn (64L, 64L)
    let own = Loss.Pointwise(Losses.FSharp.Huber 1.0)
    Assert.Equal(number (Loss.Huber().Forward(x, t)), number (own.Forward(x, t)))

module FSharp =
    open Losses.FSharp
    open Losses.TorchSharp.FSharp

    [<Fact>]
    let ``the curried functions are the façade's losses`` () =
        use _ = torch.NewDisposeScope()
        let x, t = torch.randn (4L, 3L), torch.rand (4L, 3L)
        let truth = torch.tensor ([| 0L; 2L; 1L; 2L |])
        Assert.Equal(number (Loss.Huber(0.5).Forward(x, t)), number (x |> huber 0.5 t |> Reduce.mean))

        Assert.Equal(
            number (Loss.CrossEntropy(labelSmoothing = 0.1).Forward(x, truth)),
            number (x |> crossEntropy { CrossEntropyOptions.Default with LabelSmoothing = 0.1 } (labels truth) |> Reduce.mean)
        )

        let anchor = (torch.randn (4L, 3L)).requires_grad_ true
        tripletMargin TripletMarginOptions.Default t x anchor |> Reduce.sum |> _.backward()

        Assert.Equal<float[]>(
            slope anchor (fun a -> Loss.TripletMargin(reduction = Reduction.Sum).Forward(a, x, t)) |> snd,
            numbers (nonNull anchor.grad)
        )

    [<Fact>]
    let ``tensors that do not belong together are refused by name`` () =
        use _ = torch.NewDisposeScope()
        let x = torch.randn (4L, 3L)
        let error = Assert.Throws<ArgumentException>(fun () -> mse (x.``to`` torch.float64) x |> ignore)
        Assert.Equal("target", error.ParamName)
