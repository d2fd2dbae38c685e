/// What margins, distances, distributions, sequences, vocabularies and reductions refuse at the door.
module Losses.Tests.Errors.TheRest

open System
open Xunit
open Losses
open Losses.FSharp

let private x23 = DiffTensor.Create([| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |], 2, 3)
let private x32 = DiffTensor.Create([| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |], 3, 2)
let private row = DiffTensor.Create([| 1.0; 2.0; 3.0 |])
let private pair = DiffTensor.Create [| 1.0; -1.0 |]
let private logs = DiffTensor.Create(Array.create 24 (log 0.25), 3, 2, 4)
let private labels = Labels [| 0; 2 |]

let private nothing<'T> : 'T = Unchecked.defaultof<'T>

let private refuses<'E when 'E :> ArgumentException> (parameter: string) (parts: string list) (call: unit -> unit) =
    let error = Assert.Throws<'E> call
    Assert.Equal(parameter, error.ParamName)

    for part in parts do
        Assert.Contains(part, error.Message)

let private ctcWith options inputLengths targetLengths labels logs () = ctc options inputLengths targetLengths labels logs |> ignore

let private ctc = ctcWith CTCOptions.Default

let private padded = Labels(ReadOnlySpan [| 1; 2; 3; 1 |], Shape [| 2; 2 |])

[<Fact>]
let ``a label of a sequence that is the blank or no class is named, with its place`` () =
    for label in [ 4; 1000000; -1; Int32.MinValue ] do
        let bad = Labels(ReadOnlySpan [| 1; 2; 3; label |], Shape [| 2; 2 |])
        refuses<ArgumentOutOfRangeException> "labels" [ $"labels[1, 1] is {label}"; "4 classes" ] (ctc [| 3; 3 |] [| 2; 2 |] bad logs)

        refuses<ArgumentOutOfRangeException>
            "labels"
            [ $"label 1 of sample 1 is {label}"; "4 classes" ]
            (ctc [| 3; 3 |] [| 1; 2 |] (Labels [| 1; 2; label |]) logs)

        // Behind the target's length stands padding.
        ctc [| 3; 3 |] [| 2; 1 |] bad logs ()

    let blank = Labels(ReadOnlySpan [| 1; 0; 3; 1 |], Shape [| 2; 2 |])
    refuses<ArgumentOutOfRangeException> "labels" [ "labels[0, 1] is 0"; "blank" ] (ctc [| 3; 3 |] [| 2; 2 |] blank logs)
    let last = { CTCOptions.Default with Blank = 3 }
    refuses<ArgumentOutOfRangeException> "labels" [ "labels[1, 0] is 3"; "blank" ] (ctcWith last [| 3; 3 |] [| 2; 2 |] padded logs)

[<Theory>]
[<InlineData(-1)>]
[<InlineData(4)>]
let ``a blank that is no class is named`` (blank: int) =
    refuses<ArgumentOutOfRangeException>
        "blank"
        [ $"blank is {blank}"; "4 classes" ]
        (ctcWith { CTCOptions.Default with Blank = blank } [| 3; 3 |] [| 2; 2 |] padded logs)

[<Fact>]
let ``lengths beyond what there is are named, with their place`` () =
    refuses<ArgumentOutOfRangeException> "inputLengths" [ "inputLengths[1] is 4"; "frames"; "3" ] (ctc [| 3; 4 |] [| 2; 2 |] padded logs)
    refuses<ArgumentOutOfRangeException> "inputLengths" [ "inputLengths[0] is -1" ] (ctc [| -1; 3 |] [| 2; 2 |] padded logs)
    refuses<ArgumentOutOfRangeException> "targetLengths" [ "targetLengths[1] is 3"; "2" ] (ctc [| 3; 3 |] [| 2; 3 |] padded logs)
    refuses<ArgumentOutOfRangeException> "targetLengths" [ "targetLengths[0] is -1" ] (ctc [| 3; 3 |] [| -1; 2 |] padded logs)
    refuses<ArgumentException> "inputLengths" [ "3 elements"; "2 samples" ] (ctc [| 3; 3; 3 |] [| 2; 2 |] padded logs)
    refuses<ArgumentException> "targetLengths" [ "1 elements"; "2 samples" ] (ctc [| 3; 3 |] [| 2 |] padded logs)
    // One after another, they must be as many as the lengths say.
    refuses<ArgumentException> "labels" [ "(3)"; "4" ] (ctc [| 3; 3 |] [| 2; 2 |] (Labels [| 1; 2; 3 |]) logs)
    refuses<ArgumentException> "labels" [ "(4)"; "3" ] (ctc [| 3; 3 |] [| 2; 1 |] (Labels [| 1; 2; 3; 1 |]) logs)

[<Fact>]
let ``ranks that no sequence has are named`` () =
    refuses<ArgumentException> "logProbabilities" [ "(3)"; "(T, N, C)" ] (ctc [| 3; 3 |] [| 2; 2 |] padded row)

    refuses<ArgumentException>
        "logProbabilities"
        [ "(1, 3, 2, 4)" ]
        (ctc [| 3; 3 |] [| 2; 2 |] padded (DiffTensor.Create(logs.ToArray(), 1, 3, 2, 4)))

    refuses<ArgumentException>
        "labels"
        [ "(2, 1, 2)" ]
        (ctc [| 3; 3 |] [| 2; 2 |] (Labels(ReadOnlySpan [| 1; 2; 3; 1 |], Shape [| 2; 1; 2 |])) logs)

    refuses<ArgumentException>
        "labels"
        [ "(1, 4)"; "2 samples" ]
        (ctc [| 3; 3 |] [| 2; 2 |] (Labels(ReadOnlySpan [| 1; 2; 3; 1 |], Shape [| 1; 4 |])) logs)

    refuses<ArgumentException>
        "logProbabilities"
        [ "(3, 2, 0)"; "no classes" ]
        (ctc [| 3; 3 |] [| 0; 0 |] (Labels [||]) (DiffTensor.Create(Array.empty<float>, 3, 2, 0)))

[<Fact>]
let ``a negative rate and a negative variance are named`` () =
    let negative = DiffTensor.Create([| 1.0; 2.0; -3.5; 4.0; 5.0; 6.0 |], 2, 3)

    refuses<ArgumentOutOfRangeException> "prediction" [ "prediction[0, 2] is -3.5"; "at least 0" ] (fun () ->
        poissonNLL false false 1e-8 x23 negative |> Reduce.mean |> ignore)

    poissonNLL true false 1e-8 x23 negative |> ignore // the logarithm of a rate may be negative

    refuses<ArgumentOutOfRangeException> "variance" [ "variance[0, 2] is -3.5"; "at least 0" ] (fun () ->
        gaussianNLL false 1e-6 negative x23 x23 |> Reduce.mean |> ignore)

    refuses<ArgumentOutOfRangeException> "variance" [ "-1" ] (fun () -> gaussianNLL false 1e-6 pair x23 x23 |> Reduce.none |> ignore)

[<Fact>]
let ``a tensor of three that has another shape is named`` () =
    let loss = GaussianNLL(false, 1e-6)
    refuses<ArgumentException> "third" [ "third"; "(3, 2)"; "(2, 3)" ] (fun () -> pointwise3 loss x32 x23 x23 |> ignore)
    refuses<ArgumentException> "target" [ "target"; "(3, 2)"; "(2, 3)" ] (fun () -> pointwise3 loss x23 x32 x23 |> ignore)

[<Theory>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
[<InlineData(Double.PositiveInfinity)>]
let ``an ε that cannot be added is refused`` (eps: float) =
    refuses<ArgumentOutOfRangeException> "eps" [ "eps is" ] (fun () -> poissonNLL true false eps x23 x23 |> ignore)
    refuses<ArgumentOutOfRangeException> "eps" [ "eps is" ] (fun () -> gaussianNLL false eps x23 x23 x23 |> ignore)

[<Fact>]
let ``a variance needs a floor above 0`` () =
    refuses<ArgumentOutOfRangeException> "eps" [ "eps is 0" ] (fun () -> gaussianNLL false 0.0 x23 x23 x23 |> ignore)

[<Theory>]
[<InlineData(Double.NaN)>]
[<InlineData(Double.PositiveInfinity)>]
[<InlineData(Double.NegativeInfinity)>]
let ``a margin that is no number is refused`` (margin: float) =
    for call in
        [
            (fun () -> hingeEmbedding margin x23 x23 |> ignore)
            (fun () -> marginRanking margin x23 x23 x23 |> ignore)
            (fun () -> multiMargin 1 margin Weights.None labels x23 |> ignore)
            (fun () -> cosineEmbedding margin pair x23 x23 |> ignore)
            (fun () -> tripletMargin { TripletMarginOptions.Default with Margin = margin } x23 x23 x23 |> ignore)
            (fun () -> tripletMarginWithDistance (fun a b -> pairwiseDistance 2.0 0.0 false b a) margin false x23 x23 x23 |> ignore)
        ] do
        refuses<ArgumentOutOfRangeException> "margin" [ "margin is" ] call

[<Theory>]
[<InlineData(1.5)>]
[<InlineData(-1.01)>]
let ``a margin that is no cosine is refused`` (margin: float) =
    refuses<ArgumentOutOfRangeException> "margin" [ "from -1 to 1" ] (fun () -> cosineEmbedding margin pair x23 x23 |> ignore)

[<Theory>]
[<InlineData(0.0)>]
[<InlineData(-1.0)>]
let ``a margin of triplets is above 0`` (margin: float) =
    refuses<ArgumentOutOfRangeException> "margin" [ "above 0" ] (fun () ->
        tripletMargin { TripletMarginOptions.Default with Margin = margin } x23 x23 x23 |> ignore)

[<Theory>]
[<InlineData(0)>]
[<InlineData(3)>]
[<InlineData(-1)>]
let ``a power of margins is 1 or 2`` (p: int) =
    refuses<ArgumentOutOfRangeException> "p" [ $"p is {p}"; "1 or 2" ] (fun () -> multiMargin p 1.0 Weights.None labels x23 |> ignore)

[<Theory>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
let ``an order that no norm has is refused`` (p: float) =
    refuses<ArgumentOutOfRangeException> "p" [ "p is" ] (fun () -> cdist p x23 x23 |> ignore)
    refuses<ArgumentOutOfRangeException> "p" [ "p is" ] (fun () -> pdist p x23 |> ignore)

    refuses<ArgumentOutOfRangeException> "p" [ "p is" ] (fun () ->
        tripletMargin { TripletMarginOptions.Default with P = p } x23 x23 x23 |> ignore)

[<Fact>]
let ``shapes that differ are named, of two tensors and of three`` () =
    let both = [ "(3, 2)"; "(2, 3)" ]
    refuses<ArgumentException> "target" both (fun () -> softMargin x32 x23 |> ignore)
    refuses<ArgumentException> "target" both (fun () -> hingeEmbedding 1.0 x32 x23 |> ignore)
    refuses<ArgumentException> "target" both (fun () -> poissonNLL true false 1e-8 x32 x23 |> ignore)
    refuses<ArgumentException> "target" both (fun () -> multiLabelSoftMargin Weights.None x32 x23 |> ignore)
    refuses<ArgumentException> "x2" both (fun () -> marginRanking 0.0 x23 x32 x23 |> ignore)
    refuses<ArgumentException> "target" both (fun () -> marginRanking 0.0 x32 x23 x23 |> ignore)
    refuses<ArgumentException> "target" both (fun () -> gaussianNLL false 1e-6 x23 x32 x23 |> ignore)
    refuses<ArgumentException> "variance" both (fun () -> gaussianNLL false 1e-6 x32 x23 x23 |> ignore)
    refuses<ArgumentException> "variance" [ "(3)"; "(2)" ] (fun () -> gaussianNLL false 1e-6 row pair pair |> ignore)
    refuses<ArgumentException> "positive" both (fun () -> tripletMargin TripletMarginOptions.Default x23 x32 x23 |> ignore)
    refuses<ArgumentException> "negative" both (fun () -> tripletMargin TripletMarginOptions.Default x32 x23 x23 |> ignore)
    refuses<ArgumentException> "x2" both (fun () -> cosineEmbedding 0.0 pair x32 x23 |> ignore)
    refuses<ArgumentException> "x2" both (fun () -> cosineDistance x32 x23 |> ignore)
    refuses<ArgumentException> "target" [ "(3)"; "(2, 3)"; "(2)" ] (fun () -> cosineEmbedding 0.0 row x23 x23 |> ignore)
    refuses<ArgumentException> "x2" [ "(3, 2)"; "(2, 3)" ] (fun () -> cdist 2.0 x32 x23 |> ignore)
    refuses<ArgumentException> "x2" [ "(3)" ] (fun () -> cdist 2.0 row row |> ignore)
    refuses<ArgumentException> "x" [ "(3)"; "matrix" ] (fun () -> pdist 2.0 row |> ignore)

[<Fact>]
let ``labels and weights of several classes that do not fit are named`` () =
    refuses<ArgumentOutOfRangeException> "labels" [ "labels[1] is 3"; "3 classes" ] (fun () ->
        multiMargin 1 1.0 Weights.None (Labels [| 0; 3 |]) x23 |> ignore)

    refuses<ArgumentOutOfRangeException> "labels" [ "labels[1] is -1" ] (fun () ->
        multiMargin 1 1.0 Weights.None (Labels [| 0; -1 |]) x23 |> ignore)

    // F17: no number stands for "none".
    for weights in [ Weights.None; Weights.op_Implicit [| 1.0; 2.0; 3.0 |] ] do
        refuses<ArgumentOutOfRangeException> "labels" [ $"labels[0] is {Int32.MinValue}"; "3 classes" ] (fun () ->
            multiMargin 1 1.0 weights (Labels [| Int32.MinValue; 0 |]) x23 |> ignore)

    refuses<ArgumentException> "labels" [ "(3)"; "(2, 3)" ] (fun () -> multiMargin 1 1.0 Weights.None (Labels [| 0; 1; 2 |]) x23 |> ignore)
    refuses<ArgumentException> "labels" [ "(2)"; "(2, 3)" ] (fun () -> multiLabelMargin labels x23 |> ignore)
    let two = Weights.op_Implicit [| 1.0; 2.0 |]
    refuses<ArgumentException> "classWeights" [ "(2)"; "(2, 3)" ] (fun () -> multiMargin 1 1.0 two labels x23 |> ignore)
    refuses<ArgumentException> "classWeights" [ "(2)"; "(2, 3)" ] (fun () -> multiLabelSoftMargin two x23 x23 |> ignore)
    let cube = DiffTensor.Create(Array.zeroCreate<float> 12, 2, 3, 2)
    refuses<ArgumentException> "prediction" [ "(2, 3, 2)" ] (fun () -> multiMargin 1 1.0 Weights.None labels cube |> ignore)
    let empty = DiffTensor.Create(Array.empty<float>, 2, 0)
    refuses<ArgumentException> "prediction" [ "(2, 0)"; "no classes" ] (fun () -> multiMargin 1 1.0 Weights.None labels empty |> ignore)
    refuses<ArgumentException> "logits" [ "(2, 0)"; "no classes" ] (fun () -> multiLabelSoftMargin Weights.None empty empty |> ignore)

[<Theory>]
[<InlineData(0)>]
[<InlineData(-1)>]
let ``a chunk has at least one row`` (chunk: int) =
    refuses<ArgumentOutOfRangeException> "chunk" [ $"chunk is {chunk}"; "at least 1" ] (fun () ->
        linearCrossEntropy CrossEntropyOptions.Default chunk labels (DiffTensor.Scalar 0.0) x23 x23 |> ignore)

[<Fact>]
let ``a linear layer that does not fit is named`` () =
    let linear = linearCrossEntropy CrossEntropyOptions.Default 8
    let none = DiffTensor.Scalar 0.0
    refuses<ArgumentException> "input" [ "(3, 2)"; "(2, 3)" ] (fun () -> linear labels none x23 x32 |> ignore)
    refuses<ArgumentException> "weight" [ "(3)"; "matrix" ] (fun () -> linear labels none row x23 |> ignore)
    refuses<ArgumentException> "bias" [ "(3)"; "(2, 3)" ] (fun () -> linear labels row x23 x23 |> ignore)
    refuses<ArgumentException> "labels" [ "(3)"; "(2, 3)" ] (fun () -> linear (Labels [| 0; 1; 0 |]) none x23 x23 |> ignore)
    // The place in the whole, not in its chunk.
    let tall = DiffTensor.Create(Array.zeroCreate<float> 15, 5, 3)

    refuses<ArgumentOutOfRangeException> "labels" [ "labels[3] is 2"; "2 classes" ] (fun () ->
        linearCrossEntropy CrossEntropyOptions.Default 2 (Labels [| 0; 1; 0; 2; 1 |]) none x23 tall |> ignore)

    refuses<ArgumentOutOfRangeException> "labelSmoothing" [ "from 0 to 1" ] (fun () ->
        linearCrossEntropy { CrossEntropyOptions.Default with LabelSmoothing = 2.0 } 2 labels none x23 x23 |> ignore)

let private zeros (rows: int) (columns: int) = DiffTensor.Create(Array.zeroCreate<float>(rows * columns), rows, columns)

/// 2 frequent classes and clusters of 2 and 3, of inputs of 3 features.
let private adaptive =
    {
        Cutoffs = [| 2; 4 |]
        Head = zeros 4 3
        HeadBias = DiffTensor.Scalar 0.0
        Clusters = [| { Projection = zeros 2 3; Output = zeros 2 2 }; { Projection = zeros 1 3; Output = zeros 3 1 } |]
    }

[<Fact>]
let ``an adaptive softmax that does not fit is named`` () =
    let both parameter parts parameters =
        refuses<ArgumentException> parameter parts (fun () -> adaptiveLogProbabilities parameters x23 |> ignore)
        refuses<ArgumentException> parameter parts (fun () -> adaptiveLogSoftmaxWithLoss parameters labels x23 |> ignore)

    adaptiveLogSoftmaxWithLoss adaptive labels x23 |> ignore

    for cutoffs in [ [||]; [| 0; 4 |]; [| 4; 2 |]; [| 2; 2 |]; [| -1; 2 |] ] do
        both "parameters" [ "cutoffs"; "ascending" ] { adaptive with Cutoffs = cutoffs }

    both "parameters.Head" [ "(3, 3)"; "(4, 3)" ] { adaptive with Head = zeros 3 3 }
    both "parameters.Head" [ "(3)"; "matrix" ] { adaptive with Head = row }
    both "parameters.HeadBias" [ "(3)"; "(4)" ] { adaptive with HeadBias = row }
    both "parameters" [ "2 cutoffs"; "1 clusters" ] { adaptive with Clusters = Array.truncate 1 adaptive.Clusters }

    let cluster i f =
        { adaptive with
            Clusters = Array.mapi (fun j cluster -> if i = j then f cluster else cluster) adaptive.Clusters
        }

    both "parameters.Clusters[1].Projection" [ "(1, 2)"; "(1, 3)" ] (cluster 1 (fun cluster -> { cluster with Projection = zeros 1 2 }))
    both "parameters.Clusters[0].Output" [ "(2, 1)"; "(2, 2)" ] (cluster 0 (fun cluster -> { cluster with Output = zeros 2 1 }))
    both "parameters.Clusters[0].Output" [ "(3, 2)"; "(2, 2)" ] (cluster 0 (fun cluster -> { cluster with Output = zeros 3 2 }))

    refuses<ArgumentOutOfRangeException> "labels" [ "labels[1] is 7"; "7 classes" ] (fun () ->
        adaptiveLogSoftmaxWithLoss adaptive (Labels [| 0; 7 |]) x23 |> ignore)

    refuses<ArgumentOutOfRangeException> "labels" [ "labels[0] is -100" ] (fun () ->
        adaptiveLogSoftmaxWithLoss adaptive (Labels [| -100; 0 |]) x23 |> ignore)

    // F17
    refuses<ArgumentOutOfRangeException> "labels" [ $"labels[1] is {Int32.MinValue}" ] (fun () ->
        adaptiveLogSoftmaxWithLoss adaptive (Labels [| 0; Int32.MinValue |]) x23 |> ignore)

    refuses<ArgumentException> "labels" [ "(3)"; "(2, 3)" ] (fun () ->
        adaptiveLogSoftmaxWithLoss adaptive (Labels [| 0; 1; 2 |]) x23 |> ignore)

[<Fact>]
let ``losses that count differently are not added`` () =
    let plain = mse pair pair
    let sequences = Sequence.ctc CTCOptions.Default [| 3; 3 |] [| 2; 2 |] padded logs
    let weighted = nll { ClassOptions.Default with ClassWeights = Weights.op_Implicit [| 1.0; 2.0; 3.0 |] } labels x23

    for a, b in [ plain, sequences; sequences, plain; plain, weighted; weighted, plain ] do
        refuses<ArgumentException> "b" [ "reduced" ] (fun () -> a + b |> ignore)

    refuses<ArgumentException> "b" [ "(2)"; "(2, 3)" ] (fun () -> plain + mse x23 x23 |> ignore)

    Assert.Equal<float[]>(
        [| 2.0; 8.0 |],
        (Reduce.none (mse pair (DiffTensor.Create [| 2.0; 1.0 |]) + mse pair (DiffTensor.Create [| 0.0; 1.0 |]))).ToArray()
    )

[<Fact>]
let ``masks, weights and names of reductions that do not fit are refused`` () =
    let loss = mse x23 x23
    let by (reducing: Reducing) () = Reduce.using reducing loss |> ignore
    refuses<ArgumentException> "mask" [ "(2)"; "(2, 3)" ] (by { Reducing.Default with Mask = Weights.op_Implicit [| 1.0; 0.0 |] })

    for number in [ 0.5; 2.0 ] do
        refuses<ArgumentOutOfRangeException>
            "mask"
            [ "0 and 1" ]
            (by { Reducing.Default with Mask = Weights.op_Implicit [| 1.0; number; 0.0 |] })

    refuses<ArgumentException> "weights" [ "(2)"; "(2, 3)" ] (by { Reducing.Default with Weights = Weights.op_Implicit [| 1.0; 0.0 |] })

    refuses<ArgumentException>
        "sampleWeights"
        [ "(3)"; "(2, 3)" ]
        (by { Reducing.Default with SampleWeights = Weights.op_Implicit [| 1.0; 0.0; 1.0 |] })

    refuses<ArgumentException> "reduction" [ "BatchMean" ] (by { Reducing.Default with PerSample = true; Reduction = Reduction.BatchMean })
    refuses<ArgumentOutOfRangeException> "divisor" [ "7" ] (by { Reducing.Default with Divisor = enum 7 })
    refuses<ArgumentOutOfRangeException> "empty" [ "7" ] (by { Reducing.Default with Empty = enum 7 })
    let scalar = mse (DiffTensor.Scalar 1.0) (DiffTensor.Scalar 2.0)
    refuses<ArgumentException> "loss" [ "()" ] (fun () -> Reduce.using { Reducing.Default with PerSample = true } scalar |> ignore)

    refuses<ArgumentException> "sampleWeights" [ "()" ] (fun () ->
        Reduce.using { Reducing.Default with SampleWeights = Weights.op_Implicit [| 1.0 |] } scalar |> ignore)

    let total = LossAccumulator()
    refuses<ArgumentException> "weights" [ "1 elements"; "2" ] (fun () -> total.Add(ReadOnlySpan [| 1.0; 2.0 |], ReadOnlySpan [| 1.0 |]))

    for weight in [ -1.0; nan; infinity ] do
        refuses<ArgumentOutOfRangeException> "weights" [ "weights[1] is" ] (fun () ->
            total.Add(ReadOnlySpan [| 1.0; 2.0 |], ReadOnlySpan [| 1.0; weight |]))

    // What was refused has not been added.
    Assert.Equal(LossAccumulator(), total)

    refuses<ArgumentException> "bytes" [ "length 3"; "at least 4 bytes" ] (fun () ->
        LossAccumulator.FromBytes(ReadOnlySpan [| 1uy; 2uy; 3uy |]) |> ignore)

    Assert.ThrowsAny<ArgumentException>(fun () -> LossAccumulator.FromBytes(ReadOnlySpan(Array.create 64 255uy)) |> ignore)
    |> ignore

    let bytes = LossAccumulator().ToBytes()

    Assert.ThrowsAny<ArgumentException>(fun () -> LossAccumulator.FromBytes(ReadOnlySpan bytes[.. bytes.Length - 2]) |> ignore)
    |> ignore

[<Fact>]
let ``null is refused by name`` () =
    let none = nothing<DiffTensor<float>>
    let scalar = DiffTensor.Scalar 0.0

    for name, call in
        [
            "target", (fun () -> softMargin none x23 |> ignore)
            "prediction", (fun () -> softMargin x23 none |> ignore)
            "target", (fun () -> hingeEmbedding 1.0 none x23 |> ignore)
            "prediction", (fun () -> hingeEmbedding 1.0 x23 none |> ignore)
            "target", (fun () -> marginRanking 0.0 none x23 x23 |> ignore)
            "x2", (fun () -> marginRanking 0.0 x23 none x23 |> ignore)
            "x1", (fun () -> marginRanking 0.0 x23 x23 none |> ignore)
            "labels", (fun () -> multiMargin 1 1.0 Weights.None nothing x23 |> ignore)
            "prediction", (fun () -> multiMargin 1 1.0 Weights.None labels none |> ignore)
            "classWeights", (fun () -> multiMargin 1 1.0 nothing labels x23 |> ignore)
            "labels", (fun () -> multiLabelMargin nothing x23 |> ignore)
            "prediction", (fun () -> multiLabelMargin labels none |> ignore)
            "target", (fun () -> multiLabelSoftMargin Weights.None none x23 |> ignore)
            "logits", (fun () -> multiLabelSoftMargin Weights.None x23 none |> ignore)
            "classWeights", (fun () -> multiLabelSoftMargin nothing x23 x23 |> ignore)
            "target", (fun () -> poissonNLL true false 1e-8 none x23 |> ignore)
            "prediction", (fun () -> poissonNLL false false 1e-8 x23 none |> ignore)
            "variance", (fun () -> gaussianNLL false 1e-6 none x23 x23 |> ignore)
            "target", (fun () -> gaussianNLL false 1e-6 x23 none x23 |> ignore)
            "prediction", (fun () -> gaussianNLL false 1e-6 x23 x23 none |> ignore)
            "target", (fun () -> cosineEmbedding 0.0 none x23 x23 |> ignore)
            "x2", (fun () -> cosineEmbedding 0.0 pair none x23 |> ignore)
            "x1", (fun () -> cosineEmbedding 0.0 pair x23 none |> ignore)
            "x2", (fun () -> cosineDistance none x23 |> ignore)
            "x1", (fun () -> cosineDistance x23 none |> ignore)
            "options", (fun () -> tripletMargin nothing x23 x23 x23 |> ignore)
            "negative", (fun () -> tripletMargin TripletMarginOptions.Default none x23 x23 |> ignore)
            "positive", (fun () -> tripletMargin TripletMarginOptions.Default x23 none x23 |> ignore)
            "anchor", (fun () -> tripletMargin TripletMarginOptions.Default x23 x23 none |> ignore)
            "distance", (fun () -> tripletMarginWithDistance nothing 1.0 false x23 x23 x23 |> ignore)
            "x2", (fun () -> cdist 2.0 none x23 |> ignore)
            "x1", (fun () -> cdist 2.0 x23 none |> ignore)
            "x", (fun () -> pdist 2.0 none |> ignore)
            "options", ctcWith nothing [| 3; 3 |] [| 2; 2 |] padded logs
            "inputLengths", ctc nothing [| 2; 2 |] padded logs
            "targetLengths", ctc [| 3; 3 |] nothing padded logs
            "labels", ctc [| 3; 3 |] [| 2; 2 |] nothing logs
            "logProbabilities", ctc [| 3; 3 |] [| 2; 2 |] padded none
            "options", (fun () -> linearCrossEntropy nothing 8 labels scalar x23 x23 |> ignore)
            "labels", (fun () -> linearCrossEntropy CrossEntropyOptions.Default 8 nothing scalar x23 x23 |> ignore)
            "bias", (fun () -> linearCrossEntropy CrossEntropyOptions.Default 8 labels none x23 x23 |> ignore)
            "weight", (fun () -> linearCrossEntropy CrossEntropyOptions.Default 8 labels scalar none x23 |> ignore)
            "input", (fun () -> linearCrossEntropy CrossEntropyOptions.Default 8 labels scalar x23 none |> ignore)
            "parameters", (fun () -> adaptiveLogProbabilities nothing x23 |> ignore)
            "input", (fun () -> adaptiveLogProbabilities adaptive none |> ignore)
            "labels", (fun () -> adaptiveLogSoftmaxWithLoss adaptive nothing x23 |> ignore)
            "input", (fun () -> adaptiveLogSoftmaxWithLoss adaptive labels none |> ignore)
            "options", (fun () -> Reduce.using nothing (mse x23 x23) |> ignore)
            "mask", (fun () -> Reduce.mask nothing (mse x23 x23) |> ignore)
            "total", (fun () -> Reduce.addTo nothing (mse x23 x23))
            "other", (fun () -> LossAccumulator().Merge nothing)
        ] do
        let error = Assert.ThrowsAny<ArgumentNullException> call
        Assert.Equal(name, error.ParamName)

[<Fact>]
let ``null parts of an adaptive softmax are refused`` () =
    let none = nothing<DiffTensor<float>>

    for parameters in
        [
            { adaptive with Cutoffs = nothing }
            { adaptive with Head = none }
            { adaptive with HeadBias = none }
            { adaptive with Clusters = nothing }
            { adaptive with Clusters = [| adaptive.Clusters[0]; nothing |] }
            { adaptive with Clusters = [| adaptive.Clusters[0]; { Projection = none; Output = zeros 3 1 } |] }
            { adaptive with Clusters = [| adaptive.Clusters[0]; { Projection = zeros 1 3; Output = none } |] }
        ] do
        let error = Assert.ThrowsAny<ArgumentNullException>(fun () -> adaptiveLogProbabilities parameters x23 |> ignore)
        Assert.StartsWith("parameters", error.ParamName)
