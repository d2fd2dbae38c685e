/// What reductions refuse, and null everywhere at the door.
module Losses.Tests.Errors.Reductions

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests.Errors.Refusal

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
