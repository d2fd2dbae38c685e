/// The functions on DiffSharp's own type, and DiffSharp around them.
module Losses.Tests.Pipelines

open System
open System.Reflection
open Xunit
open global.DiffSharp
open Losses
open Losses.FSharp
open Losses.DiffSharp
open Losses.Tests

let private of' (rows: float list list) : Tensor =
    Differentiate.tensor (rows |> List.concat |> List.toArray, Shape [| rows.Length; rows.Head.Length |])

let private vector (values: float list) : Tensor = Differentiate.tensor (List.toArray values, Shape [| values.Length |])
let private x = of' [ [ 0.2; 0.7; 0.4 ]; [ 0.9; 0.3; 0.6 ] ]
let private y = of' [ [ 0.5; 0.1; 0.8 ]; [ 0.4; 0.35; 0.25 ] ]
let private z = of' [ [ 0.3; 0.45; 0.15 ]; [ 0.65; 0.05; 0.85 ] ]
let private signs = of' [ [ 1.0; -1.0; 1.0 ]; [ -1.0; 1.0; -1.0 ] ]
let private rowSigns = vector [ 1.0; -1.0 ]
let private labels = Labels(2, 0)
let private weights = Weights.op_Implicit [| 1.0; 2.0; 3.0 |]
let private several = Labels(ReadOnlySpan [| 2; 0; -1; 1; -1; -1 |], Shape [| 2; 3 |])
let private frames = (of' [ [ 0.1; 0.5; 0.3 ]; [ 0.2; 0.9; 0.4 ]; [ 0.8; 0.6; 0.7 ]; [ 0.3; 0.2; 0.1 ] ]).view [ 4; 1; 3 ]
let private said = Labels(ReadOnlySpan [| 1; 2 |], Shape [| 1; 2 |])

let private adaptive tensor =
    {
        Cutoffs = [| 2 |]
        Head = tensor x
        HeadBias = tensor (vector [ 0.1; 0.2 ]).[0..1]
        Clusters = [| { Projection = tensor y; Output = tensor (of' [ [ 0.3; 0.4 ]; [ 0.1; 0.2 ] ]) } |]
    }

let private seen (tensor: Tensor) = DiffSharpTensor tensor
let private none (loss: LossValues<DiffSharpTensor>) = loss.Values

// A head of one row a frequent class and one a cluster.
let private adaptiveOf tensor =
    { adaptive tensor with
        Head = tensor (of' [ [ 0.2; 0.7; 0.4 ]; [ 0.9; 0.3; 0.6 ]; [ 0.1; 0.8; 0.5 ] ])
        HeadBias = tensor (vector [ 0.1; 0.2; 0.3 ])
    }

/// Each function: on tensors of DiffSharp, and as the core has it.
let private functions: (string * Tensor * DiffSharpTensor) list =
    let x', y', z', signs', rowSigns' = seen x, seen y, seen z, seen signs, seen rowSigns
    let options = { CrossEntropyOptions.Default with ClassWeights = weights; LabelSmoothing = 0.2 }
    let triplet = { TripletMarginOptions.Default with Swap = true }
    let l1Norm (a: Tensor) (b: Tensor) = (a - b * 2.0).abs().sum(1)
    let l1Norm' (a: DiffSharpTensor) (b: DiffSharpTensor) = seen (l1Norm a.Tensor b.Tensor)
    let ctcOptions = CTCOptions.Default
    let own = SmoothL1 0.3

    [
        "sigmoid", sigmoid x, Losses.FSharp.Activations.sigmoid x'
        "logSigmoid", logSigmoid x, Losses.FSharp.Activations.logSigmoid x'
        "softplus", softplus x, Losses.FSharp.Activations.softplus x'
        "softmax", softmax 0 x, Losses.FSharp.Activations.softmax 0 x'
        "softmin", softmin 1 x, Losses.FSharp.Activations.softmin 1 x'
        "logSoftmax", logSoftmax 0 x, Losses.FSharp.Activations.logSoftmax 0 x'
        "logSumExp", logSumExp 1 x, Losses.FSharp.Activations.logSumExp 1 x'
        "pointwise", pointwise own y x |> Reduce.none, Losses.FSharp.Pointwise.pointwise own y' x' |> none
        "pointwise3",
        pointwise3 (BalancedBCEWithLogits()) z y x |> Reduce.none,
        Losses.FSharp.Pointwise.pointwise3 (BalancedBCEWithLogits()) z' y' x' |> none
        "l1", l1 y x |> Reduce.none, Losses.FSharp.Regression.l1 y' x' |> none
        "mse", mse y x |> Reduce.none, Losses.FSharp.Regression.mse y' x' |> none
        "smoothL1", smoothL1 0.3 y x |> Reduce.none, Losses.FSharp.Regression.smoothL1 0.3 y' x' |> none
        "huber", huber 0.3 y x |> Reduce.none, Losses.FSharp.Regression.huber 0.3 y' x' |> none
        "bce", bce y x |> Reduce.none, Losses.FSharp.Binary.bce y' x' |> none
        "bceWithLogits", bceWithLogits y x |> Reduce.none, Losses.FSharp.Binary.bceWithLogits y' x' |> none
        "balancedBceWithLogits",
        balancedBceWithLogits weights y x |> Reduce.none,
        Losses.FSharp.Binary.balancedBceWithLogits weights y' x' |> none
        "softMargin", softMargin signs x |> Reduce.none, Losses.FSharp.Binary.softMargin signs' x' |> none
        "nll", nll NLLOptions.Default labels x |> Reduce.none, Losses.FSharp.Classification.nll NLLOptions.Default labels x' |> none
        "crossEntropy",
        crossEntropy options labels x |> Reduce.mean,
        Losses.FSharp.Classification.crossEntropy options labels x' |> Losses.FSharp.Reduce.mean
        "crossEntropyWithProbabilities",
        crossEntropyWithProbabilities options y x |> Reduce.sum,
        Losses.FSharp.Classification.crossEntropyWithProbabilities options y' x' |> Losses.FSharp.Reduce.sum
        "klDiv", klDiv true y x |> Reduce.batchMean, Losses.FSharp.Divergence.klDiv true y' x' |> Losses.FSharp.Reduce.batchMean
        "cosineSimilarity", cosineSimilarity 0 0.9 y x, Losses.FSharp.Similarity.cosineSimilarity 0 0.9 y' x'
        "pairwiseDistance", pairwiseDistance 3.0 0.01 true y x, Losses.FSharp.Similarity.pairwiseDistance 3.0 0.01 true y' x'
        "cdist", cdist 1.0 y x, Losses.FSharp.Similarity.cdist 1.0 y' x'
        "pdist", pdist 3.0 x, Losses.FSharp.Similarity.pdist 3.0 x'
        "poissonNLL", poissonNLL false true 0.1 y x |> Reduce.none, Losses.FSharp.Likelihood.poissonNLL false true 0.1 y' x' |> none
        "gaussianNLL", gaussianNLL true 0.1 z y x |> Reduce.none, Losses.FSharp.Likelihood.gaussianNLL true 0.1 z' y' x' |> none
        "hingeEmbedding", hingeEmbedding 0.5 signs x |> Reduce.none, Losses.FSharp.Margin.hingeEmbedding 0.5 signs' x' |> none
        "marginRanking", marginRanking 0.5 signs y x |> Reduce.none, Losses.FSharp.Margin.marginRanking 0.5 signs' y' x' |> none
        "multiMargin", multiMargin 2 0.5 weights labels x |> Reduce.none, Losses.FSharp.Margin.multiMargin 2 0.5 weights labels x' |> none
        "multiLabelMargin", multiLabelMargin several x |> Reduce.none, Losses.FSharp.Margin.multiLabelMargin several x' |> none
        "multiLabelSoftMargin",
        multiLabelSoftMargin weights y x |> Reduce.none,
        Losses.FSharp.Margin.multiLabelSoftMargin weights y' x' |> none
        "cosineDistance", cosineDistance y x, Losses.FSharp.Embedding.cosineDistance y' x'
        "cosineEmbedding",
        cosineEmbedding 0.1 rowSigns y x |> Reduce.none,
        Losses.FSharp.Embedding.cosineEmbedding 0.1 rowSigns' y' x' |> none
        "tripletMargin", tripletMargin triplet z y x |> Reduce.none, Losses.FSharp.Embedding.tripletMargin triplet z' y' x' |> none
        "tripletMarginWithDistance",
        tripletMarginWithDistance l1Norm 0.5 false z y x |> Reduce.none,
        Losses.FSharp.Embedding.tripletMarginWithDistance l1Norm' 0.5 false z' y' x' |> none
        "ctc",
        ctc ctcOptions [| 4 |] [| 2 |] said frames |> Reduce.none,
        Losses.FSharp.Sequence.ctc ctcOptions [| 4 |] [| 2 |] said (seen frames) |> none
        "linearCrossEntropy",
        linearCrossEntropy CrossEntropyOptions.Default 1 (Labels(1, 0)) (vector [ 0.1; 0.4 ]) y x |> Reduce.none,
        Losses.FSharp.Vocabulary.linearCrossEntropy CrossEntropyOptions.Default 1 (Labels(1, 0)) (seen (vector [ 0.1; 0.4 ])) y' x'
        |> none
        "adaptiveLogProbabilities",
        adaptiveLogProbabilities (adaptiveOf id) z,
        Losses.FSharp.Vocabulary.adaptiveLogProbabilities (adaptiveOf seen) z'
        "adaptiveLogSoftmaxWithLoss",
        adaptiveLogSoftmaxWithLoss (adaptiveOf id) (Labels(3, 1)) z |> Reduce.none,
        Losses.FSharp.Vocabulary.adaptiveLogSoftmaxWithLoss (adaptiveOf seen) (Labels(3, 1)) z' |> none
    ]

type ``A function on DiffSharp's tensors``() =
    static member All = TheoryData<string>(functions |> Seq.map (fun (name, _, _) -> name))

    [<Theory; MemberData "All">]
    member _.``is that of the core``(name: string) =
        let _, actual, expected = functions |> List.find (fun (other, _, _) -> other = name)
        Assert.Equal<int[]>(expected.Tensor.shape, actual.shape)
        Assert.Equal<float[]>(Differentiate.numbers expected.Tensor, Differentiate.numbers actual)

let private declared (assembly: Assembly) (space: string) =
    let others = [ "Notation"; "TensorNotation"; "Reduce"; "Diff" ]

    set
        [
            for holder in assembly.GetExportedTypes() do
                if holder.Namespace = space && holder.IsAbstract && holder.IsSealed && not (List.contains holder.Name others) then
                    for method in holder.GetMethods(BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly) do
                        if not method.IsSpecialName then
                            let parameters =
                                method.GetParameters() |> Array.map (fun parameter -> nonNull parameter.Name) |> String.concat " "

                            $"{holder.Name}.{method.Name} {parameters}"
        ]

[<Fact>]
let ``every function of the core has one on DiffSharp's tensors, with the same arguments, and each is tested`` () =
    let core = declared typeof<NLLOptions>.Assembly "Losses.FSharp"
    let here = declared typeof<DiffSharpTensor>.Assembly "Losses.DiffSharp"
    Assert.NotEmpty core
    Assert.Equal<Set<string>>(core, here)
    let tested = functions |> List.map (fun (name, _, _) -> name) |> set
    Assert.Equal<Set<string>>(here |> Set.map (fun line -> line.Split('.', ' ')[1]), tested)

let private near (expected: float) (actual: float) =
    Assert.True(abs (expected - actual) <= 1e-14 * abs expected, $"{actual:R} is not {expected:R}")

// C23: DiffSharp's own takes the largest of the whole tensor out, and gives 896.7 in the second row.
[<Fact>]
let ``rows of very different logits have their own cross-entropies`` () =
    let logits = of' [ [ 1000.0; 1000.0 ]; [ 0.0; 0.0 ] ]
    let values = crossEntropy CrossEntropyOptions.Default (Labels(0, 0)) logits |> Reduce.none |> Differentiate.numbers
    Array.iter (near (log 2.0)) values

    for row in softmax 1 logits |> Differentiate.numbers do
        near 0.5 row

// DiffSharp's own clamps the probability, and the slope with it.
[<Fact>]
let ``a probability of 0 for a yes has the slope that pulls it up`` () =
    let gradient = dsharp.grad (fun p -> bce (vector [ 1.0 ]) p |> Reduce.sum) (vector [ 0.0 ])
    near (-1.0 / float 1e-12f) (float gradient[0])

[<Fact>]
let ``the Hessian of cross-entropy is ours`` () =
    let labels = Labels.Single 2
    let options = { CrossEntropyOptions.Default with ClassWeights = weights; LabelSmoothing = 0.1 }

    for row in [ [| 0.3; -1.2; 2.5 |]; [| 30.0; -5.0; 0.0 |] ] do
        let theirs = dsharp.hessian (crossEntropy options labels >> Reduce.sum) (dsharp.tensor (row, dtype = Dtype.Float64))

        let ours =
            Diff.hessian (Losses.FSharp.Classification.crossEntropy options labels >> Losses.FSharp.Reduce.sum) (DiffTensor.Create row)

        Assert.Equal<int[]>(ours.Shape.ToArray(), theirs.shape)

        Array.iter2
            (fun (expected: float) actual ->
                Assert.True(abs (expected - actual) <= 1e-13 * abs expected, $"{actual:R} is not {expected:R}"))
            (ours.ToArray())
            (Differentiate.numbers theirs)

// Reverse over forward, where the cases of PyTorch go forward over reverse; and a third derivative.
[<Fact>]
let ``modes nest in any order`` () =
    let loss (x: Tensor) = softMargin (vector [ 1.0; -1.0 ]) x |> Reduce.sum
    let at, along = vector [ 0.5; 2.0 ], vector [ 1.0; -3.0 ]
    let forwardOverReverse = dsharp.jacobianv (dsharp.grad loss) at along
    let reverseOverForward = dsharp.hessianv loss at along
    Array.iter2 near (Differentiate.numbers forwardOverReverse) (Differentiate.numbers reverseOverForward)
    // σ″ = σ (1 − σ) (1 − 2σ), at σ(½).
    let s = 1.0 / (1.0 + exp -0.5)
    let third = dsharp.diffn 3 (fun (x: Tensor) -> softplus x) (dsharp.tensor (0.5, dtype = Dtype.Float64))
    near (s * (1.0 - s) * (1.0 - 2.0 * s)) (float third)

[<Fact>]
let ``float32 stays float32`` () =
    let x = dsharp.tensor ([ 1.0f; 2.5f ], dtype = Dtype.Float32)
    let loss = huber 1.0 (x.zerosLike ()) >> Reduce.mean
    Assert.Equal(Dtype.Float32, (loss x).dtype)
    Assert.Equal(Dtype.Float32, (dsharp.grad loss x).dtype)
    Assert.Equal<float[]>([| 0.5; 0.5 |], Differentiate.numbers (dsharp.grad loss x))

[<Fact>]
let ``an argument that does not fit is refused by name`` () =
    let error = Assert.Throws<ArgumentException>(fun () -> mse (vector [ 1.0; 2.0; 3.0 ]) x |> ignore)
    Assert.Equal("target", error.ParamName)
    Assert.Contains("(3)", error.Message)
    Assert.Contains("(2, 3)", error.Message)
    let missing = Assert.Throws<ArgumentNullException>(fun () -> mse (Unchecked.defaultof<Tensor>) x |> ignore)
    Assert.Equal("target", missing.ParamName)
    let whole = dsharp.tensor ([ 1; 2 ], dtype = Dtype.Int32)
    Assert.Throws<ArgumentException>(fun () -> mse whole whole |> ignore) |> ignore

[<Fact>]
let ``C# calls them too`` () =
    let target, prediction = vector [ 0.0; 0.0 ], vector [ 0.5; -3.0 ]
    Assert.Equal<float[]>([| 0.25; -0.5 |], Differentiate.numbers (Uses.HuberGradient(target, prediction)))
    let options = { CrossEntropyOptions.Default with LabelSmoothing = 0.1 }
    Assert.Equal(float (crossEntropy options labels x |> Reduce.mean), float (Uses.SmoothedCrossEntropy([| 2; 0 |], x)))
    Assert.Equal(9.25, float (Uses.Squared prediction))
