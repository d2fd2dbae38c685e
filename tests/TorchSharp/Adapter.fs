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
    Assert.Equal(0.0, number (onTensors (fun x t -> Loss.PoissonNLL(x, t, logInput = false).Mean()) x t), 1e-7)
    let x, t = row [ 2.0f ], row [ 2.1f ]
    let right = 2.0 - 2.1 * log 3.0
    Assert.True(abs (number (Functional.poisson_nll_loss (x, t, log_input = false, eps = 1.0f)) - right) > 0.1)
    Assert.Equal(right, number (onTensors (fun x t -> Loss.PoissonNLL(x, t, logInput = false, eps = 1.0).Mean()) x t), 1e-6)

// A33: TorchSharp clamps the variance without recording it.
[<Fact>]
let ``a variance learns`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ 1.0f; 3.0f ], row [ 2.0f; 1.0f ]
    let variance () = (row [ 2.0f; 0.5f ]).requires_grad_ true
    let theirs, ours = variance (), variance ()
    let other = Functional.gaussian_nll_loss (x, t, theirs, reduction = torch.nn.Reduction.Sum)
    Assert.False other.requires_grad
    (onThree (fun x y z -> Loss.GaussianNLL(x, y, z).Sum()) x t ours).backward()
    // ½ (1/v − (x − μ)²/v²)
    Assert.Equal<float[]>([| 0.125; -7.0 |], numbers (nonNull ours.grad))

// B11: logTarget is true by default there.
[<Fact>]
let ``a divergence from itself is 0`` () =
    use _ = torch.NewDisposeScope()
    let p = row [ 0.25f; 0.75f ]
    Assert.True(abs (number (Functional.kl_div (p.log (), p, reduction = torch.nn.Reduction.Sum))) > 0.1)
    Assert.Equal(0.0, number (onTensors (fun x t -> Loss.KLDiv(x, t).Sum()) (p.log ()) p), 1e-7)

// B12: the functional's margin is 0 there.
[<Fact>]
let ``a hinge embedding has the margin 1`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ 0.3f ], row [ -1.0f ]
    Assert.Equal(0.0, number (Functional.hinge_embedding_loss (x, t)))
    Assert.Equal(0.7, number (onTensors (fun x t -> Loss.HingeEmbedding(x, t).Mean()) x t), 1e-7)

// A27: log(1 + e¹⁰⁰) in float32 there.
[<Fact>]
let ``a soft margin does not overflow`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ -100.0f ], row [ 1.0f ]
    Assert.Equal(infinity, number (Functional.soft_margin_loss (x, t)))
    let value, gradient = slope x (fun x -> onTensors (fun x t -> Loss.SoftMargin(x, t).Mean()) x t)
    Assert.Equal<float[]>([| 100.0; -1.0 |], [| value[0]; gradient[0] |])

// D01: libtorch's float32 loss of a confident right answer is 0, and so is its slope.
[<Fact>]
let ``a confident right answer still has a loss`` () =
    use _ = torch.NewDisposeScope()
    let x, t = row [ -20.0f ], row [ 0.0f ]
    Assert.Equal(0.0, number (Functional.binary_cross_entropy_with_logits (x, t)))
    let value, gradient = slope x (fun x -> onTensors (fun x t -> Loss.BCEWithLogits(x, t).Mean()) x t)
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
    let _, ours = slope x (fun x -> onLabels (fun x y -> Loss.CrossEntropy(x, y).Mean()) x labels)
    Assert.Equal<float[]>([| 0.0; 0.0 |], ours[..1])
    Assert.True(ours[2] < 0.0)

// E02: through TorchSharp libtorch's own second derivative ends the process.
[<Fact>]
let ``CTC has second derivatives`` () =
    use _ = torch.NewDisposeScope()
    let x = (torch.rand (5L, 1L, 3L)).requires_grad_ true

    let loss =
        onLabels (fun x y -> Loss.CTC(x, y, [| 5 |], [| 2 |]).Mean()) (torch.nn.functional.log_softmax (x, 2)) (torch.tensor ([| 1L; 2L |]))

    let gradient = (torch.autograd.grad ([| loss |], [| x |], null, retain_graph = true, create_graph = true))[0]
    let second = (torch.autograd.grad ([| (gradient * gradient).sum() |], [| x |]))[0]
    Assert.True(Array.exists (fun h -> abs h > 1e-4) (numbers second))

[<Theory; InlineData "half"; InlineData "bfloat16">]
let ``half precision is computed in float32, and its gradient is of its own type`` (name: string) =
    use _ = torch.NewDisposeScope()
    let dtype = if name = "half" then torch.float16 else torch.bfloat16
    let x = ((row [ 300.0f; 400.0f ]).``to`` dtype).requires_grad_ true
    let loss = onTensors (fun x t -> Loss.MSE(x, t).Sum()) x (torch.zeros_like x)
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

    let loss = onTensors (fun x t -> Loss.BCEWithLogits(x, t).Mean())
    let value, gradient = slope x (fun x -> loss x t)

    for name, a, b in layouts do
        let leaf = a.detach().requires_grad_ true
        let other = loss leaf b
        other.backward ()
        Assert.True(value[0] = number other, name)
        Assert.True((gradient = numbers (nonNull leaf.grad)), name)

[<Fact>]
let ``backward can be called again, and what it gave before is left alone`` () =
    use _ = torch.NewDisposeScope()

    for size in [ 10L; 150L ] do
        let x = (torch.randn (size, size)).requires_grad_ true
        let loss = onTensors (fun x t -> Loss.Huber(x, t).Mean()) x (torch.zeros_like x)
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
        let _, gradient = slope x (fun x -> onTensors (fun x t -> Loss.Huber(x, t).Sum()) x target)

        for scale in [ 2.0f; 0.3f; -65536.0f; 0.0f ] do
            let _, scaled = slope x (fun x -> onTensors (fun x t -> Loss.Huber(x, t).Sum()) x target * torch.tensor scale)

            for g, s in Array.zip gradient scaled do
                Assert.Equal(float scale * g, s, abs (float scale * g) * 6.1e-8 + 1e-45)

[<Fact>]
let ``criteria are modules: their weights are state, and go with them`` () =
    use _ = torch.NewDisposeScope()
    use criterion = new CrossEntropyLoss(classWeights = row [ 1.0f; 2.0f; 4.0f ], labelSmoothing = 0.1)
    let x, labels = torch.randn (4L, 3L), torch.tensor ([| 0L; 2L; 1L; 2L |])

    let expected () =
        number (
            onLabels
                (fun x y -> Loss.CrossEntropy(x, y, classWeights = Weights.op_Implicit [| 1.0; 2.0; 4.0 |], labelSmoothing = 0.1).Mean())
                x
                labels
        )

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
    let x, t = row [ 3.0f ], row [ 1.0f ]
    use sum = new Criterion(fun x t -> 0.7 * Loss.MSE(x, t).Mean() + 0.3 * Loss.L1(x, t).Mean())
    use own = new Criterion<Huber>(Huber 0.5)
    Assert.Equal(0.7 * 4.0 + 0.3 * 2.0, number (sum.forward (x, t)), 1e-6)
    Assert.Equal("Huber", own.GetName())
    Assert.Equal(number (onTensors (fun x t -> Loss.Huber(x, t, 0.5).Mean()) x t), number (own.forward (x, t)))

[<Fact>]
let ``each criterion is its loss, and refuses its options when it is made`` () =
    use _ = torch.NewDisposeScope()
    let x, t, v = torch.randn (4L, 3L), torch.rand (4L, 3L), torch.rand (4L, 3L)
    let p, logs, signs = x.sigmoid (), torch.nn.functional.log_softmax (x, 1), (torch.randn (4L, 3L)).sign()
    let labels, alike = torch.tensor ([| 0L; 2L; 1L; 2L |]), torch.tensor ([| 1.0f; -1.0f; 1.0f; -1.0f |])
    let several = (torch.tensor [| 2L; -1L; 0L; 1L; 0L; -1L; 1L; -1L; -1L; 0L; 1L; 2L |]).reshape(4L, 3L)

    let two: (torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor> * torch.Tensor * torch.Tensor * torch.Tensor) list =
        [
            new L1Loss(), x, t, onTensors (fun x t -> Loss.L1(x, t).Mean()) x t
            new MSELoss(Reduction.Sum), x, t, onTensors (fun x t -> Loss.MSE(x, t).Sum()) x t
            new SmoothL1Loss(0.5), x, t, onTensors (fun x t -> Loss.SmoothL1(x, t, 0.5).Mean()) x t
            new HuberLoss(0.5), x, t, onTensors (fun x t -> Loss.Huber(x, t, 0.5).Mean()) x t
            new KLDivLoss(true, Reduction.BatchMean), logs, x, onTensors (fun x t -> Loss.KLDiv(x, t, true).BatchMean()) logs x
            new SoftMarginLoss(), x, signs, onTensors (fun x t -> Loss.SoftMargin(x, t).Mean()) x signs
            new HingeEmbeddingLoss(0.5), x, signs, onTensors (fun x t -> Loss.HingeEmbedding(x, t, 0.5).Mean()) x signs
            new PoissonNLLLoss(false, true, 0.5), p, t, onTensors (fun x t -> Loss.PoissonNLL(x, t, false, true, 0.5).Mean()) p t
            new BCELoss(v),
            p,
            t,
            onTensors (fun x t -> Loss.BCE(x, t).Weighted(Weights(ReadOnlySpan(numbers v), Shape [| 4; 3 |])).Mean()) p t
            new BCEWithLogitsLoss(posWeight = torch.tensor 3.0f), x, t, onTensors (fun x t -> Loss.BCEWithLogits(x, t, 3.0).Mean()) x t
            new MultiLabelSoftMarginLoss(), x, t, onTensors (fun x t -> Loss.MultiLabelSoftMargin(x, t).Mean()) x t
            new MultiLabelMarginLoss(), x, several, onLabels (fun x y -> Loss.MultiLabelMargin(x, y).Mean()) x several
            new MultiMarginLoss(2, 0.5), x, labels, onLabels (fun x y -> Loss.MultiMargin(x, y, 2, 0.5).Mean()) x labels
            new NLLLoss(ignoreIndex = 2), logs, labels, onLabels (fun x y -> Loss.NLL(x, y, ignoreIndex = 2).Mean()) logs labels
            new CrossEntropyLoss(labelSmoothing = 0.1),
            x,
            labels,
            onLabels (fun x y -> Loss.CrossEntropy(x, y, labelSmoothing = 0.1).Mean()) x labels
            new CrossEntropyLoss(), x, t, onTensors (fun x t -> Loss.CrossEntropy(x, t).Mean()) x t
        ]

    for criterion, input, target, expected in two do
        Assert.Equal(number expected, number (criterion.forward (input, target)))
        // The module has PyTorch's name.
        Assert.Equal(criterion.GetType().Name, criterion.GetName())
        criterion.Dispose()

    let three: (torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor> * torch.Tensor * torch.Tensor) list =
        [
            new GaussianNLLLoss(true), v, onThree (fun x t v -> Loss.GaussianNLL(x, t, v, true).Mean()) x t v
            new MarginRankingLoss(0.5), signs, onThree (fun a b t -> Loss.MarginRanking(a, b, t, 0.5).Mean()) x t signs
            new CosineEmbeddingLoss(0.25), alike, onThree (fun a b t -> Loss.CosineEmbedding(a, b, t, 0.25).Mean()) x t alike
            new TripletMarginLoss(p = 1.0), v, onThree (fun a p n -> Loss.TripletMargin(a, p, n, p = 1.0).Mean()) x t v
        ]

    for criterion, third, expected in three do
        Assert.Equal(number expected, number (criterion.forward (x, t, third)))
        Assert.Equal(criterion.GetType().Name, criterion.GetName())
        criterion.Dispose()

    let refused: (string * (unit -> unit)) list =
        [
            "beta", (fun () -> new SmoothL1Loss(-1.0) |> ignore)
            "delta", (fun () -> new HuberLoss(0.0) |> ignore)
            "margin", (fun () -> new HingeEmbeddingLoss(nan) |> ignore)
            "eps", (fun () -> new PoissonNLLLoss(eps = -1.0) |> ignore)
            "eps", (fun () -> new GaussianNLLLoss(eps = 0.0) |> ignore)
            "margin", (fun () -> new MarginRankingLoss(nan) |> ignore)
            "margin", (fun () -> new CosineEmbeddingLoss(2.0) |> ignore)
            "margin", (fun () -> new TripletMarginLoss(0.0) |> ignore)
            "p", (fun () -> new MultiMarginLoss(3) |> ignore)
            "labelSmoothing", (fun () -> new CrossEntropyLoss(labelSmoothing = 1.5) |> ignore)
        ]

    for parameter, make in refused do
        Assert.Equal(parameter, Assert.Throws<ArgumentOutOfRangeException>(make).ParamName)

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
    refuses<ArgumentException> "target" [ "(3)"; "(3, 2)" ] (fun () -> onTensors (fun x t -> Loss.MSE(x, t).Mean()) x (torch.randn 3L))

    refuses<ArgumentException> "target" [ "(3, 1)"; "(3)" ] (fun () ->
        onTensors (fun x t -> Loss.L1(x, t).Mean()) (torch.randn 3L) (torch.randn (3L, 1L)))

    refuses<ArgumentException> "target" [ "Float64"; "Float32" ] (fun () ->
        onTensors (fun x t -> Loss.MSE(x, t).Mean()) x (t.``to`` torch.float64))

    refuses<ArgumentException> "target" [ "meta"; "cpu" ] (fun () -> onTensors (fun x t -> Loss.MSE(x, t).Mean()) x (meta [ 3L; 2L ]))
    // C19: integers.
    let whole = torch.ones ([| 3L |], dtype = torch.int64)
    refuses<ArgumentException> "tensor" [ "Int64" ] (fun () -> onTensors (fun x t -> Loss.MSE(x, t).Mean()) whole whole)
    refuses<ArgumentException> "labels" [ "Float32" ] (fun () -> onLabels (fun x y -> Loss.NLL(x, y).Mean()) x t)

    refuses<ArgumentException> "labels" [ "meta"; "cpu" ] (fun () ->
        onLabels (fun x y -> Loss.CrossEntropy(x, y).Mean()) x ((meta [ 3L ]).``to`` torch.int64))
    // C04: no class.
    refuses<ArgumentOutOfRangeException> "labels" [ "labels[1] is 2"; "2 classes" ] (fun () ->
        onLabels (fun x y -> Loss.CrossEntropy(x, y).Mean()) x (torch.tensor ([| 0L; 2L; 1L |])))
    // C07: libtorch's CTC reads beyond its memory.
    refuses<ArgumentOutOfRangeException> "labels" [ "1000000" ] (fun () ->
        onLabels (fun x y -> Loss.CTC(x, y, [| 4 |], [| 1 |]).Mean()) (torch.randn (4L, 1L, 3L)) (torch.tensor ([| 1000000L |])))

    // More than 32 bits hold, by the name of the parameter.
    let ctc inputs targets =
        use loss = new CTCLoss()

        loss.forward (
            torch.randn (4L, 2L, 3L),
            torch.tensor ([| 1L; 2L |]),
            torch.tensor (inputs: int64[]),
            torch.tensor (targets: int64[])
        )

    refuses<ArgumentOutOfRangeException> "inputLengths" [ "inputLengths[1] is 3000000000" ] (fun () ->
        ctc [| 4L; 3000000000L |] [| 1L; 1L |])

    refuses<ArgumentOutOfRangeException> "targetLengths" [ "targetLengths[0] is -3000000000" ] (fun () ->
        ctc [| 4L; 4L |] [| -3000000000L; 1L |])

    refuses<ArgumentOutOfRangeException> "labels" [ "labels[2] is 3000000000" ] (fun () ->
        onLabels (fun x y -> Loss.CrossEntropy(x, y).Mean()) x (torch.tensor ([| 0L; 1L; 3000000000L |])))

    refuses<ArgumentException> "labels" [ "(2)"; "(3, 2)" ] (fun () ->
        onLabels (fun x y -> Loss.CrossEntropy(x, y).Mean()) x (torch.tensor ([| 0L; 1L |])))

    refuses<ArgumentException> "third" [ "Float64" ] (fun () ->
        onThree (fun x y z -> Loss.GaussianNLL(x, y, z).Mean()) x t (t.``to`` torch.float64))

    Assert.Throws<ArgumentNullException>(fun () ->
        onTensors (fun x t -> Loss.MSE(x, t).Mean()) (Unchecked.defaultof<torch.Tensor>) t |> ignore)
    |> ignore

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> new CrossEntropyLoss(labelSmoothing = 1.5) |> ignore) |> ignore

    Assert.Equal(
        0.0,
        number (onLabels (fun x y -> Loss.CrossEntropy(x, y).Mean()) (torch.zeros (3L, 1L)) (torch.tensor ([| 0L; 0L; 0L |])))
    )

    labels.Dispose()

[<Fact>]
let ``definitions need no numbers: they run on any device`` () =
    use _ = torch.NewDisposeScope()
    let x = (meta [ 3L; 2L ]).requires_grad_ true

    let losses: (TorchTensor -> TorchTensor -> TorchTensor) list =
        [
            (fun x t -> Loss.MSE(x, t).Mean())
            (fun x t -> Loss.PoissonNLL(x, t).Mean())
            (fun x t -> Loss.SmoothL1(x, t).Mean())
        ]

    for loss in losses do
        let value = onTensors loss x (meta [ 3L; 2L ])
        Assert.Equal(DeviceType.META, value.device_type)
        value.backward ()
        Assert.Equal<int64[]>([| 3L; 2L |], (nonNull x.grad).shape)

[<Fact>]
let ``a loss of one's own goes through the same kernel`` () =
    use _ = torch.NewDisposeScope()
    let x, t = torch.randn (64L, 64L), torch.randn (64L, 64L)

    Assert.Equal(
        number (onTensors (fun x t -> Loss.Huber(x, t).Mean()) x t),
        number (onTensors (fun x t -> Loss.Pointwise(x, t, Huber 1.0).Mean()) x t)
    )

module FSharp =
    open Losses.FSharp
    open Losses.TorchSharp.FSharp

    [<Fact>]
    let ``lifted functions are the façade's losses`` () =
        use _ = torch.NewDisposeScope()
        let x, t = torch.randn (4L, 3L), torch.rand (4L, 3L)
        let truth = torch.tensor ([| 0L; 2L; 1L; 2L |])

        Assert.Equal(
            number (onTensors (fun x t -> Loss.Huber(x, t, 0.5).Mean()) x t),
            number (x |> Torch.lift2 (fun t x -> huber 0.5 t x |> Reduce.mean) t)
        )

        Assert.Equal(
            number (onLabels (fun x y -> Loss.CrossEntropy(x, y, labelSmoothing = 0.1).Mean()) x truth),
            number (
                x
                |> Torch.lift (crossEntropy { CrossEntropyOptions.Default with LabelSmoothing = 0.1 } (Torch.labels truth) >> Reduce.mean)
            )
        )

        let anchor = (torch.randn (4L, 3L)).requires_grad_ true
        // Numbers go with tensors, and other tensors come as they are.
        let loss (a: TorchTensor) = 2.0 * (tripletMargin TripletMarginOptions.Default (TorchTensor t) (TorchTensor x) a |> Reduce.sum) - 1.0

        anchor |> Torch.lift loss |> _.backward()

        Assert.Equal<float[]>(
            slope anchor (fun a -> onThree (fun x y z -> 2.0 * Loss.TripletMargin(x, y, z).Sum()) a x t) |> snd,
            numbers (nonNull anchor.grad)
        )

    [<Fact>]
    let ``tensors that do not belong together are refused by name`` () =
        use _ = torch.NewDisposeScope()
        let x = torch.randn (4L, 3L)
        let mean = Torch.lift2 (fun t x -> mse t x |> Reduce.mean)
        let error = Assert.Throws<ArgumentException>(fun () -> mean (x.``to`` torch.float64) x |> ignore)
        Assert.Equal("target", error.ParamName)
