/// The losses among DiffSharp's own functions.
module Losses.Tests.Pipelines

open System
open Xunit
open DiffSharp
open Losses
open Losses.FSharp
open Losses.Tests

let private of' (rows: float list list) : Tensor =
    Differentiate.tensor Dtype.Float64 (rows |> List.concat |> List.toArray, Shape [| rows.Length; rows.Head.Length |])

let private vector (values: float list) : Tensor = Differentiate.tensor Dtype.Float64 (List.toArray values, Shape [| values.Length |])

let private single (values: float list) : Tensor = dsharp.tensor (values, dtype = Dtype.Float32)
let private x = of' [ [ 0.2; 0.7; 0.4 ]; [ 0.9; 0.3; 0.6 ] ]
let private y = of' [ [ 0.5; 0.1; 0.8 ]; [ 0.4; 0.35; 0.25 ] ]
let private weights = Weights.op_Implicit [| 1.0; 2.0; 3.0 |]

let private near (expected: float) (actual: float) =
    Assert.True(abs (expected - actual) <= 1e-14 * abs expected, $"{actual:R} is not {expected:R}")

[<Fact>]
let ``a function of one tensor or two is lifted, reduced or not`` () =
    let options = { CrossEntropyOptions.Default with ClassWeights = weights }
    let labels = Labels(2, 0)
    let expected = crossEntropy options labels (DiffSharpTensor x)
    let mean = (Reduce.mean expected).Tensor
    Assert.Equal(mean, x |> dsharp.lift (crossEntropy options labels >> Reduce.mean))
    Assert.Equal(mean, (x |> dsharp.lift (crossEntropy options labels) |> Reduce.mean).Tensor)
    Assert.Equal(expected.Values.Tensor, (x |> dsharp.lift (crossEntropy options labels)).Values.Tensor)
    let expected = huber 0.3 (DiffSharpTensor y) (DiffSharpTensor x)
    Assert.Equal((Reduce.sum expected).Tensor, x |> dsharp.lift (fun target -> huber 0.3 target >> Reduce.sum) y)
    Assert.Equal((Reduce.sum expected).Tensor, (x |> dsharp.lift (huber 0.3) y |> Reduce.sum).Tensor)
    let similarity = cosineSimilarity 0 0.9 (DiffSharpTensor y) (DiffSharpTensor x)
    Assert.Equal(similarity.Tensor, x |> dsharp.lift (cosineSimilarity 0 0.9) y)
    Assert.Equal((softmax 0 (DiffSharpTensor x)).Tensor, dsharp.lift (softmax 0) x)
    // Of three, by partial application.
    let likelihood = dsharp.lift (gaussianNLL true 1e-6 (DiffSharpTensor y)) x y |> Reduce.mean

    Assert.Equal(
        (gaussianNLL true 1e-6 (DiffSharpTensor y) (DiffSharpTensor x) (DiffSharpTensor y) |> Reduce.mean).Tensor,
        likelihood.Tensor
    )

// C23: DiffSharp's own takes the largest of the whole tensor out, and gives 896.7 in the second row.
[<Fact>]
let ``rows of very different logits have their own cross-entropies`` () =
    let logits = of' [ [ 1000.0; 1000.0 ]; [ 0.0; 0.0 ] ]
    let values = logits |> dsharp.lift (crossEntropy CrossEntropyOptions.Default (Labels(0, 0)) >> Reduce.none)
    Array.iter (near (log 2.0)) (Differentiate.numbers values)

    for row in logits |> dsharp.lift (softmax 1) |> Differentiate.numbers do
        near 0.5 row

// DiffSharp's own clamps the probability, and the slope with it.
[<Fact>]
let ``a probability of 0 for a yes has the slope that pulls it up`` () =
    let loss = dsharp.lift (bce (DiffSharpTensor(vector [ 1.0 ])) >> Reduce.sum)
    let gradient = dsharp.grad loss (vector [ 0.0 ])
    near (-1.0 / float 1e-12f) (float gradient[0])

[<Fact>]
let ``the Hessian of cross-entropy is ours`` () =
    let labels = Labels.Single 2
    let options = { CrossEntropyOptions.Default with ClassWeights = weights; LabelSmoothing = 0.1 }

    for row in [ [| 0.3; -1.2; 2.5 |]; [| 30.0; -5.0; 0.0 |] ] do
        let theirs =
            dsharp.hessian (dsharp.lift (crossEntropy options labels >> Reduce.sum)) (dsharp.tensor (row, dtype = Dtype.Float64))

        let ours = Diff.hessian (crossEntropy options labels >> Reduce.sum) (DiffTensor.Create row)

        Assert.Equal<int[]>(ours.Shape.ToArray(), theirs.shape)

        Array.iter2
            (fun (expected: float) actual ->
                Assert.True(abs (expected - actual) <= 1e-13 * abs expected, $"{actual:R} is not {expected:R}"))
            (ours.ToArray())
            (Differentiate.numbers theirs)

// Reverse over forward, where the cases of PyTorch go forward over reverse; and a third derivative.
[<Fact>]
let ``modes nest in any order`` () =
    let loss = dsharp.lift (softMargin (DiffSharpTensor(vector [ 1.0; -1.0 ])) >> Reduce.sum)
    let at, along = vector [ 0.5; 2.0 ], vector [ 1.0; -3.0 ]
    let forwardOverReverse = dsharp.jacobianv (dsharp.grad loss) at along
    let reverseOverForward = dsharp.hessianv loss at along
    Array.iter2 near (Differentiate.numbers forwardOverReverse) (Differentiate.numbers reverseOverForward)
    // σ″ = σ (1 − σ) (1 − 2σ), at σ(½).
    let s = 1.0 / (1.0 + exp -0.5)
    let third = dsharp.diffn 3 (dsharp.lift softplus) (dsharp.tensor (0.5, dtype = Dtype.Float64))
    near (s * (1.0 - s) * (1.0 - 2.0 * s)) (float third)

/// The reductions of a loss of (2, 3) values: with all that a mean may be given.
let private reductions: (string * (LossValues<DiffSharpTensor> -> DiffSharpTensor)) list =
    let element = Weights(ReadOnlySpan [| 1.0; 0.5; 2.0; 0.1; 1.5; 0.25 |], Losses.Shape [| 2; 3 |])
    let mask = Weights.Mask(ReadOnlySpan [| true; false; true; true; true; false |], Losses.Shape [| 2; 3 |])
    let sample = Weights.op_Implicit [| 0.1; 2.0 |]

    [
        "none", Reduce.none
        "mean", Reduce.mean
        "sum", Reduce.sum
        "batch mean", Reduce.batchMean
        "weighted mean", Reduce.weigh element >> Reduce.mean
        "mean over weights", Reduce.weighAndCount element >> Reduce.mean
        "masked mean", Reduce.mask mask >> Reduce.mean
        "parts", Reduce.mask mask >> Reduce.parts >> (fun struct (sum, _) -> sum)
        "count", Reduce.mask mask >> Reduce.parts >> (fun struct (_, count) -> count)
        "each sample", Reduce.perSample Reduction.Mean

        for divisor in [ Divisor.Default; Divisor.Count; Divisor.Weights ] do
            for empty in [ EmptyMean.NaN; EmptyMean.Zero; EmptyMean.Throw ] do
                $"masked and weighted, by {divisor}, {empty}",
                Reduce.using
                    { Reducing.Default with
                        Mask = mask
                        Weights = element
                        SampleWeights = sample
                        Divisor = divisor
                        Empty = empty
                    }
    ]

// In float32 every weighted or masked mean threw, or became float64, as what it divides by was of float64.
type ``In DiffSharp's own default type``() =
    static member Reductions = TheoryData<string>(reductions |> Seq.map fst)

    [<Theory; MemberData "Reductions">]
    member _.``a reduction stays in it, in value and slope, and is that of float64, rounded``(name: string) =
        let reduced = reductions |> List.find (fun (other, _) -> other = name) |> snd

        let run (dtype: Dtype) =
            let tensor (x: Tensor) = x.cast(Dtype.Float32).cast dtype
            let prediction = (tensor x).reverseDiff()
            let value = dsharp.lift (fun target prediction -> mse target prediction |> reduced) (tensor y) prediction
            Assert.Equal(dtype, value.dtype)
            value.reverse (value.onesLike ())
            Assert.Equal(dtype, prediction.derivative.dtype)
            Differentiate.numbers value, Differentiate.numbers prediction.derivative

        let value, slope = run Dtype.Float32
        let expected, expectedSlope = run Dtype.Float64

        let near (expected: float) (actual: float) =
            Assert.True(abs (expected - actual) <= 1.1 * Engines.float32.Ulp expected, $"{actual:R} is not {expected:R}")

        Array.iter2 near expected value
        Array.iter2 near expectedSlope slope

    [<Fact>]
    member _.``class weights, ignored labels and smoothing stay in it``() =
        let logits = (x.cast Dtype.Float32).reverseDiff()
        let options = { CrossEntropyOptions.Default with ClassWeights = weights; IgnoreIndex = 1; LabelSmoothing = 0.1 }
        let loss = logits |> dsharp.lift (crossEntropy options (Labels(2, 1)) >> Reduce.mean)
        Assert.Equal(Dtype.Float32, loss.dtype)
        loss.reverse ()
        Assert.Equal(Dtype.Float32, logits.derivative.dtype)
        Assert.Equal<float[]>([| 0.0; 0.0; 0.0 |], (Differentiate.numbers logits.derivative)[3..])

    // 0.1 of float32 is not 0.1: a constant is not rounded to what it stands beside.
    [<Fact>]
    member _.``a loss is rounded once``() =
        let t, p = single [ 0.0 ], single [ 3.0 ]
        let value = p |> dsharp.lift (fun target -> huber 0.1 target >> Reduce.sum) t
        Assert.Equal(float (float32 (0.1 * (3.0 - 0.05))), float value)

[<Fact>]
let ``a constant that has met no tensor is of float64`` () =
    let constant: DiffSharpTensor = Notation.num 0.1
    Assert.Equal(0.1, float constant.Tensor)
    Assert.Equal(0.1, float (Unchecked.defaultof<DiffSharpTensor> |> fun nothing -> (Notation.(+) nothing constant).Tensor))
    Assert.Equal(Shape.Scalar, Unchecked.defaultof<DiffSharpTensor>.Shape)

[<Fact>]
let ``an argument that does not fit is refused by name`` () =
    let apply target prediction = prediction |> dsharp.lift mse target |> ignore
    let error = Assert.Throws<ArgumentException>(fun () -> apply (vector [ 1.0; 2.0; 3.0 ]) x)
    Assert.Equal("target", error.ParamName)
    Assert.Contains("(3)", error.Message)
    Assert.Contains("(2, 3)", error.Message)
    let missing = Assert.Throws<ArgumentNullException>(fun () -> apply (Unchecked.defaultof<Tensor>) x)
    Assert.Equal("target", missing.ParamName)
    let missing = Assert.Throws<ArgumentNullException>(fun () -> apply x (Unchecked.defaultof<Tensor>))
    Assert.Equal("prediction", missing.ParamName)
    let whole = dsharp.tensor ([ 1; 2 ], dtype = Dtype.Int32)
    let error = Assert.Throws<ArgumentException>(fun () -> apply whole whole)
    Assert.Contains("Int32", error.Message)

// DiffSharp itself would widen the one, silently.
[<Fact>]
let ``two data types are refused`` () =
    let apply f = f >> ignore
    let error = Assert.Throws<ArgumentException>(fun () -> x.cast Dtype.Float32 |> apply (dsharp.lift mse x))
    Assert.Equal("target", error.ParamName)
    Assert.Contains("target has data type Float64 but prediction has data type Float32", error.Message)
    let seen = DiffSharpTensor x
    let error = Assert.Throws<ArgumentException>(fun () -> x.cast Dtype.Float32 |> apply (dsharp.lift (mse seen)))
    Assert.Contains("Float64", error.Message)
    Assert.Contains("Float32", error.Message)

[<Fact>]
let ``labels and weights come from tensors`` () =
    for dtype in [ Dtype.Byte; Dtype.Int32; Dtype.Int64 ] do
        let labels = dsharp.labels (dsharp.tensor ([ [ 2; 0 ]; [ 1; 2 ] ], dtype = dtype))
        Assert.Equal(Losses.Shape [| 2; 2 |], labels.Shape)
        Assert.Equal<int[]>([| 2; 0; 1; 2 |], labels.Indices.ToArray())

    Assert.Equal(Losses.Shape.Scalar, (DiffSharpTensor.LabelsOf(dsharp.tensor (3, dtype = Dtype.Int32))).Shape)
    let error = Assert.Throws<ArgumentException>(fun () -> DiffSharpTensor.LabelsOf x |> ignore)
    Assert.Equal("indices", error.ParamName)
    Assert.Contains("Float64", error.Message)

    Assert.Throws<ArgumentNullException>(fun () -> DiffSharpTensor.LabelsOf(Unchecked.defaultof<Tensor>) |> ignore)
    |> ignore

    for dtype in [ Dtype.Float32; Dtype.Float64; Dtype.Int32; Dtype.Bool ] do
        let weights = dsharp.weights (dsharp.tensor ([ 1.0; 0.0; 1.0 ], dtype = dtype))
        Assert.Equal(Losses.Shape [| 3 |], weights.Shape)
        Assert.Equal<float[]>([| 1.0; 0.0; 1.0 |], weights.Values.ToArray())

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> DiffSharpTensor.WeightsOf(single [ -1.0 ]) |> ignore) |> ignore

    Assert.Throws<ArgumentNullException>(fun () -> DiffSharpTensor.WeightsOf(Unchecked.defaultof<Tensor>) |> ignore)
    |> ignore

[<Fact>]
let ``C# calls the façade`` () =
    let target, prediction = vector [ 0.0; 0.0 ], vector [ 0.5; -3.0 ]
    Assert.Equal<float[]>([| 0.25; -0.5 |], Differentiate.numbers (Uses.HuberGradient(target, prediction)))
    let options = { CrossEntropyOptions.Default with LabelSmoothing = 0.1 }
    let expected = x |> dsharp.lift (crossEntropy options (Labels(2, 0)) >> Reduce.mean)
    Assert.Equal(float expected, float (Uses.SmoothedCrossEntropy([| 2; 0 |], x)))
    Assert.Equal(9.25, float (Uses.Squared prediction))
