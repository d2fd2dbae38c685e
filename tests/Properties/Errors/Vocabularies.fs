/// What linear layers before a loss refuse at the door.
module Losses.Tests.Errors.Vocabularies

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests.Errors.Refusal

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
