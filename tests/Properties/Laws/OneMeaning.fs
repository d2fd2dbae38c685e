/// What is computed over spans, over tensors, inside a differentiation and outside, is one thing.
module Losses.Tests.Laws.OneMeaning

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

type private D = DiffTensor<float>

let private close (expected: float[]) (actual: D) =
    Assert.Equal(expected.Length, actual.Count)
    Array.iter2 (fun e a -> Assert.Equal(e, a, 1e-12 * (1.0 + abs e))) expected (actual.ToArray())

let private crossEntropyOver (axis: int) (labels: Labels) (x: float[]) (shape: Shape) (reduction: Reduction) =
    let options = { CrossEntropyOptions.Default with ClassAxis = axis }
    let gradient = Array.zeroCreate x.Length

    let value = CrossEntropy(options).ValueAndGradient(ReadOnlySpan x, labels.Indices, shape, Span gradient, reduction)

    value, gradient

let private crossEntropyOf (axis: int) (labels: Labels) (x: float[]) (shape: Shape) (reduction: Reduction) =
    let options = { CrossEntropyOptions.Default with ClassAxis = axis }

    let struct (value, gradient) =
        Diff.valueAndGrad (fun x -> crossEntropy options labels x |> Reduce.by reduction) (DiffTensor.Create(x, shape.ToArray()))

    value.ToScalar(), gradient.ToArray()

type ``Over spans``() =

    // F14: the batch is the first axis of the labels, wherever the classes lie.
    [<Fact>]
    member _.``a batch mean of labels divides by what it does over tensors``() =
        for axis, shape, labels in
            [
                0, Shape [| 2; 3 |], Labels([| 0; 1; 1 |])
                0, Shape [| 4; 2; 3 |], Labels(ReadOnlySpan [| 3; 1; 0; 2; -100; 1 |], Shape [| 2; 3 |])
                1, Shape [| 2; 3 |], Labels([| 2; 0 |])
                1, Shape [| 2; 4; 3 |], Labels(ReadOnlySpan [| 3; 1; 0; 2; -100; 1 |], Shape [| 2; 3 |])
                2, Shape [| 2; 3; 4 |], Labels(ReadOnlySpan [| 3; 1; 0; 2; -100; 1 |], Shape [| 2; 3 |])
            ] do
            let x = Array.init shape.Size (fun i -> float (i * 7 % 11) / 4.0)

            for reduction in [ Reduction.Mean; Reduction.Sum; Reduction.BatchMean ] do
                let value, gradient = crossEntropyOver axis labels x shape reduction
                let expected, slopes = crossEntropyOf axis labels x shape reduction
                Assert.Equal(expected, value)
                Assert.Equal<float[]>(slopes, gradient)

    [<Fact>]
    member _.``a batch mean of one sample is refused, as over tensors``() =
        let labels, shape, x = Labels.Single 1, Shape [| 3 |], [| 1.0; 2.0; 0.5 |]
        let tensors = Assert.Throws<ArgumentException>(fun () -> crossEntropyOf 1 labels x shape Reduction.BatchMean |> ignore)
        let spans = Assert.Throws<ArgumentException>(fun () -> crossEntropyOver 1 labels x shape Reduction.BatchMean |> ignore)
        Assert.Contains("a batch mean needs a batch axis, but the values have shape ()", tensors.Message)
        Assert.Contains("a batch mean needs a batch axis, but the values have shape ()", spans.Message)
        Assert.Equal("prediction", spans.ParamName)

    [<Fact>]
    member _.``no reduction is the value of a single element, and refused for more, as over tensors``() =
        let huber = Huber 1.0
        let one, gradient = [| 0.25 |], [| nan |]

        for shape in [ Shape.Scalar; Shape [| 1 |]; Shape [| 1; 1 |] ] do
            let over = huber.ValueAndGradient(ReadOnlySpan one, ReadOnlySpan [| 0.0 |], shape, Span gradient, Reduction.None)

            let struct (value, slope) =
                Diff.valueAndGrad
                    (fun x -> pointwise huber (D.Filled(0.0, shape)) x |> Reduce.by Reduction.None)
                    (DiffTensor.Create(one, shape.ToArray()))

            Assert.Equal(value.ToScalar(), over)
            Assert.Equal(0.03125, over)
            Assert.Equal<float[]>(slope.ToArray(), gradient)

        let labels, shape, x = Labels.Single 1, Shape [| 3 |], [| 1.0; 2.0; 0.5 |]
        let value, gradient = crossEntropyOver 1 labels x shape Reduction.None
        let expected, slopes = crossEntropyOf 1 labels x shape Reduction.None
        Assert.Equal(expected, value)
        Assert.Equal<float[]>(slopes, gradient)

        let vectors = [| 3.0f; 4.0f |]
        let rows = [| 0.0f; 0.0f |]

        let triplet width =
            TripletMargin(TripletMarginOptions.Default)
                .ValueAndGradients(
                    ReadOnlySpan vectors,
                    ReadOnlySpan rows,
                    ReadOnlySpan rows,
                    width,
                    Span<float32>.Empty,
                    Span<float32>.Empty,
                    Span<float32>.Empty,
                    Reduction.None
                )

        Assert.Equal(1.0f, triplet 2)

        for attempt in
            [
                fun () -> triplet 1 |> ignore
                fun () ->
                    huber.ValueAndGradient(
                        ReadOnlySpan [| 1.0; 2.0 |],
                        ReadOnlySpan [| 1.0; 2.0 |],
                        Span(Array.zeroCreate 2),
                        Reduction.None
                    )
                    |> ignore
                fun () -> crossEntropyOver 1 (Labels([| 0; 1 |])) [| 1.0; 2.0; 3.0; 4.0 |] (Shape [| 2; 2 |]) Reduction.None |> ignore
            ] do
            let error = Assert.Throws<ArgumentException> attempt
            Assert.Equal("reduction", error.ParamName)
            Assert.Contains("(2)", error.Message)

    // Near ties of the one rounding: a kernel for float64 in the place of that for float32 showed in some of 200,000.
    [<Fact>]
    member _.``a float32 gradient is the same bits as through tensors``() =
        let count = 200_000
        let random = Random 5
        let make () = Array.init count (fun _ -> float32 (random.NextDouble() * 20.0 - 10.0))
        let x, any, upstream = make (), make (), make () |> Array.map abs
        let share, sign = any |> Array.map (fun t -> abs t / 10.0f), any |> Array.map (fun t -> if t < 0.0f then -1.0f else 1.0f)

        let same what (expected: float32[]) (actual: DiffTensor<float32>) =
            let actual = actual.ToArray()
            let differ = Seq.zip expected actual |> Seq.filter (fun (a, b) -> a <> b) |> Seq.length
            Assert.True((differ = 0), $"{what}: {differ} of {count} differ.")

        let holds
            (loss: 'L when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType)
            (target: float32[])
            (isOf: bool)
            =
            let at, to' = DiffTensor.Create x, DiffTensor.Create target
            let name = typeof<'L>.Name
            let over = Array.zeroCreate<float32> count

            for reduction in [ Reduction.Mean; Reduction.Sum; Reduction.BatchMean ] do
                let value = loss.ValueAndGradient(ReadOnlySpan x, ReadOnlySpan target, Shape [| count |], Span over, reduction)

                let f x = pointwise loss to' x |> Reduce.by reduction
                let struct (expected, gradient) = Diff.valueAndGrad f at
                Assert.Equal(expected.ToScalar(), value)
                same $"{name} by {reduction}" over gradient
                // Nobody sees whether a differentiation goes on around.
                let mutable inner = Unchecked.defaultof<DiffTensor<float32>>

                Diff.grad
                    (fun y ->
                        inner <- Diff.grad f y
                        TensorNotation.sumAll inner)
                    at
                |> ignore

                same $"{name} by {reduction}, inside another" over inner

            let pulled by scale =
                Kernel.ValueAndGradient(
                    TwoOf<_>(loss),
                    ReadOnlySpan x,
                    ReadOnlySpan target,
                    ReadOnlySpan<float32>.Empty,
                    count,
                    ReadOnlySpan upstream,
                    scale,
                    (if by = 0 then Span over else Span<float32>.Empty),
                    (if by = 1 then Span over else Span<float32>.Empty),
                    Span<float32>.Empty
                )
                |> ignore

            let above = DiffTensor.Create upstream
            pulled 0 1.0
            Diff.vjp (fun x -> pointwise loss to' x |> Reduce.none) at above |> same $"{name} with what comes from above" over
            let scale = 1.0 / float count
            pulled 0 scale
            let weighed x = pointwise loss to' x |> Reduce.weigh (Weights.op_Implicit upstream) |> Reduce.mean
            Diff.grad weighed at |> same $"{name} weighed" over

            if isOf then
                pulled 1 1.0
                Diff.vjp (fun t -> pointwise loss t at |> Reduce.none) to' above |> same $"{name} by the target" over

        holds (BCEWithLogits()) share true
        holds (SoftMargin()) sign true
        holds (PoissonNLL(true, false, 1e-8)) (Array.map (fun t -> 10.0f * t) share) true
        holds (PoissonNLL(true, true, 1e-8)) (Array.map (fun t -> 10.0f * t) share) true
        holds (KLDivOfLogs()) any true
        holds (KLDiv()) share true
        holds (Huber 1.0) any true
        holds (SmoothL1 0.5) any true

// F15: "an empty mean" is a matter of each sample where each is reduced by itself, and of a batch mean, too.
type ``The mean of nothing``() =

    static member Engines = EngineNames.Names

    [<Theory; MemberData "Engines">]
    member _.``is what is asked for, for each sample by itself and for a batch mean``(engine: string) =
        let engine = Engines.byName engine
        let inputs = [| [| 1.0; 3.0; nan; infinity |], Shape [| 2; 2 |]; [| 0.0; 0.0; 0.0; 0.0 |], Shape [| 2; 2 |] |]
        let first = Weights.Mask(ReadOnlySpan [| true; true; false; false |], Shape [| 2; 2 |])
        let none = Weights.Mask(ReadOnlySpan [| false |], Shape.Scalar)

        let reduced (reducing: Reducing) =
            { new TensorFunction with
                member _.Apply x = mse x[1] x[0] |> Reduce.using reducing
            }

        let each empty mask = reduced { Reducing.Default with PerSample = true; Mask = mask; Empty = empty }
        let batch empty mask = reduced { Reducing.Default with Reduction = Reduction.BatchMean; Mask = mask; Empty = empty }
        let refused f at = Assert.Throws<InvalidOperationException>(fun () -> engine.Value(f, at) |> ignore) |> ignore

        let values = engine.Value(each EmptyMean.NaN first, inputs)
        Assert.Equal(5.0, values[0])
        Assert.True(Double.IsNaN values[1])
        let values, gradients = engine.Pull(each EmptyMean.Zero first, inputs, [| 1.0; 1.0 |])
        Assert.Equal<float[]>([| 5.0; 0.0 |], values)
        Assert.Equal<float[]>([| 1.0; 3.0; 0.0; 0.0 |], gradients[0])
        refused (each EmptyMean.Throw first) inputs

        // What has no samples has none that is empty.
        let nothing = [| [||], Shape [| 0; 2 |]; [||], Shape [| 0; 2 |] |]
        let ofNothing = [| [||], Shape [| 2; 0 |]; [||], Shape [| 2; 0 |] |]

        for empty in [ EmptyMean.NaN; EmptyMean.Zero; EmptyMean.Throw ] do
            Assert.Empty(engine.Value(each empty Weights.None, nothing))
            // Where something counts, the policy is of no effect.
            let some = inputs |> Array.map (fun (x, _) -> x[..1], Shape [| 1; 2 |])
            Assert.Equal<float[]>([| 5.0 |], engine.Value(each empty Weights.None, some))
            Assert.Equal<float[]>([| 5.0 |], engine.Value(batch empty first, inputs))

        Assert.Equal<float[]>([| 0.0; 0.0 |], engine.Value(each EmptyMean.Zero Weights.None, ofNothing))
        refused (each EmptyMean.Throw Weights.None) ofNothing

        Assert.True(Double.IsNaN(engine.Value(batch EmptyMean.NaN Weights.None, nothing)[0]))
        Assert.Equal<float[]>([| 0.0 |], engine.Value(batch EmptyMean.Zero Weights.None, nothing))
        refused (batch EmptyMean.Throw Weights.None) nothing
        let value, gradients = engine.Pull(batch EmptyMean.Zero none, inputs, [| 1.0 |])
        Assert.Equal<float[]>([| 0.0 |], value)
        Assert.All(gradients[0], fun g -> Assert.Equal(0.0, g))
        refused (batch EmptyMean.Throw none) inputs

// F16: what was made inside a differentiation, and is used after it, is a number like any other.
type ``An intermediate of an inner derivative``() =

    let at = DiffTensor.Create [| 0.1; 0.2 |]

    [<Fact>]
    member _.``has its derivative outside``() =
        let f (x: D) =
            let mutable inner = Unchecked.defaultof<D>

            let g =
                Diff.grad
                    (fun y ->
                        inner <- TensorNotation.sumAll (D.Exp y)
                        inner)
                    x

            TensorNotation.sumAll (D.op_Multiply (inner, g))

        // Σ exp times Σ exp: twice that times exp.
        let sum = exp 0.1 + exp 0.2
        close [| 2.0 * sum * exp 0.1; 2.0 * sum * exp 0.2 |] (Diff.grad f at)
        Assert.Equal(5.14252, (Diff.grad f at).ToArray()[0], 1e-5)
        Assert.Equal(5.68337, (Diff.grad f at).ToArray()[1], 1e-5)

    // The loss of the inner step is part of the outer one.
    [<Fact>]
    member _.``has its derivative outside where an inner step is learnt through``() =
        let cube (x: D) = x * x * x

        let f (x: D) =
            let mutable loss = Unchecked.defaultof<D>
            let mutable variable = Unchecked.defaultof<D>

            let g =
                Diff.grad
                    (fun y ->
                        variable <- y
                        loss <- TensorNotation.sumAll (cube y)
                        loss)
                    x

            let step = x - D.Constant 0.5 * g
            TensorNotation.sumAll (step * step) + loss + TensorNotation.sumAll (variable * step)

        // s = x − 1.5 x², s' = 1 − 3 x: the slope of s² + x³ + x s.
        let slope x =
            let s, s' = x - 1.5 * x * x, 1.0 - 3.0 * x
            2.0 * s * s' + 3.0 * x * x + s + x * s'

        close [| slope 0.1; slope 0.2 |] (Diff.grad f at)

    [<Fact>]
    member _.``has its second derivative, and may be the value itself``() =
        let f (x: D) =
            let mutable inner = Unchecked.defaultof<D>

            Diff.grad
                (fun y ->
                    inner <- y * y * y
                    TensorNotation.sumAll y)
                x
            |> ignore

            inner

        close [| 0.01 * 3.0; 0.04 * 3.0 |] (Diff.grad (f >> TensorNotation.sumAll) at)
        close [| 0.6; 1.2 |] (Diff.hvp (f >> TensorNotation.sumAll) at (DiffTensor.Create [| 1.0; 1.0 |]))

    [<Fact>]
    member _.``varies no more once every derivative is over``() =
        let mutable inner = Unchecked.defaultof<D>

        Diff.grad
            (fun y ->
                inner <- y * y
                TensorNotation.sumAll inner)
            at
        |> ignore

        close [| 0.01; 0.04 |] inner
        close [| 0.01; 0.04 |] (Diff.grad (fun x -> TensorNotation.sumAll (x * inner)) at)

        let failing (y: D) : D =
            inner <- y * y
            raise (InvalidOperationException())

        Assert.Throws<InvalidOperationException>(fun () -> Diff.grad failing at |> ignore) |> ignore
        close [| 0.01; 0.04 |] (Diff.grad (fun x -> TensorNotation.sumAll (x * inner)) at)

    // What is detached is so from the differentiation that it meets, not from those around.
    [<Fact>]
    member _.``is detached from the innermost derivative alone``() =
        let t = D.Constant 3.0
        let square x t = let d = x - D.Detach t in d * d
        // By x, then by t: −2. By t alone, or by t first, it does not vary.
        Assert.Equal(-2.0, (Diff.grad (fun t -> Diff.grad (fun x -> square x t) (D.Constant 1.0)) t).ToScalar())
        Assert.Equal(0.0, (Diff.grad (fun t -> square (D.Constant 1.0) t) t).ToScalar())
        Assert.Equal(0.0, (Diff.grad (fun x -> Diff.grad (fun t -> square x t) t) (D.Constant 1.0)).ToScalar())
        // q·x has the slope q, and the curvature 1.
        Assert.Equal(3.0, (Diff.grad (fun x -> x * D.Detach x) t).ToScalar())
        Assert.Equal(1.0, (Diff.grad (Diff.grad (fun x -> x * D.Detach x)) t).ToScalar())
        // Twice is once.
        Assert.Equal(1.0, (Diff.grad (Diff.grad (fun x -> x * D.Detach(D.Detach x))) t).ToScalar())
