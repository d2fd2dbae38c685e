/// What margins refuse at the door.
module Losses.Tests.Errors.Margins

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests.Errors.Refusal

[<Fact>]
let ``a tensor of three that has another shape is named`` () =
    let loss = GaussianNLL(false, 1e-6)
    refuses<ArgumentException> "third" [ "third"; "(3, 2)"; "(2, 3)" ] (fun () -> pointwise3 loss x32 x23 x23 |> ignore)
    refuses<ArgumentException> "target" [ "target"; "(3, 2)"; "(2, 3)" ] (fun () -> pointwise3 loss x23 x32 x23 |> ignore)

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
