/// What has gone wrong with margins elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Margins

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private tripletOf (options: TripletMarginOptions) =
    { new TensorFunction with
        member _.Apply inputs = tripletMargin options inputs[2] inputs[1] inputs[0] |> Reduce.none
    }

// A01: an anchor that is its positive, with the hinge inactive and active.
[<Theory>]
[<InlineData(false)>]
[<InlineData(true)>]
let ``a triplet of equal vectors has slopes, none NaN`` (swap: bool) =
    let options = { TripletMarginOptions.Default with Eps = 0.0; Swap = swap }
    let same, far, near = matrix [ [ 1.0; 2.0 ] ], matrix [ [ 4.0; 6.0 ] ], matrix [ [ 1.0; 2.5 ] ]
    gives (tripletOf options) [ same; same; far ] [ 0.0 ] [ [ 0.0; 0.0 ]; [ 0.0; 0.0 ]; [ 0.0; 0.0 ] ]
    // The positive's distance has the slope 0, the negative's its own.
    let anchor, positive = if swap then [ 0.0; 0.5 ], [ 0.0; 0.5 ] else [ 0.0; 1.0 ], [ 0.0; 0.0 ]

    if swap then
        // The distances from anchor and positive are equal: either's slope will do, and both together are the anchor's.
        onBoth (fun engine ->
            let value, gradients = engine.Pull(tripletOf options, [| same; same; near |], [| 1.0 |])
            Assert.Equal<float[]>([| 0.5 |], value)
            Assert.Equal(1.0, gradients[0].[1] + gradients[1].[1])
            Assert.Equal<float[]>([| 0.0; -1.0 |], gradients[2]))
    else
        gives (tripletOf options) [ same; same; near ] [ 0.5 ] [ anchor; positive; [ 0.0; -1.0 ] ]

    gives (tripletOf options) [ same; same; same ] [ 1.0 ] [ [ 0.0; 0.0 ]; [ 0.0; 0.0 ]; [ 0.0; 0.0 ] ]

[<Fact>]
let ``a triplet whose negative is just far enough has the slope 0`` () =
    let options = { TripletMarginOptions.Default with Margin = 5.0; Eps = 0.0 }
    let vectors = [ matrix [ [ 1.0; 2.0 ] ]; matrix [ [ 4.0; 6.0 ] ]; matrix [ [ 7.0; 10.0 ] ] ]
    gives (tripletOf options) vectors [ 0.0 ] [ [ 0.0; 0.0 ]; [ 0.0; 0.0 ]; [ 0.0; 0.0 ] ]

// A03: PyTorch's ε inside the difference, guarded.
[<Fact>]
let ``a triplet with PyTorch's ε is finite where its vectors are equal`` () =
    let x = matrix [ [ 1.0; 2.0 ] ]

    onBoth (fun engine ->
        let value, gradients = engine.Pull(tripletOf TripletMarginOptions.Default, [| x; x; x |], [| 1.0 |])
        Assert.Equal<float[]>([| 1.0 |], value)
        Assert.True(gradients |> Array.forall (Array.forall Double.IsFinite)))

[<Fact>]
let ``a triplet looks at the anchor's distances, unless told to swap`` () =
    let vectors = [ matrix [ [ 0.0; 0.0 ] ]; matrix [ [ 3.0; 0.0 ] ]; matrix [ [ 5.0; 0.0 ] ] ]
    gives (tripletOf TripletMarginOptions.Default) vectors [ 0.0 ] [ [ 0.0; 0.0 ]; [ 0.0; 0.0 ]; [ 0.0; 0.0 ] ]

// A27
[<Fact>]
let ``a soft margin does not overflow`` () =
    let loss =
        { new TensorFunction with
            member _.Apply inputs = softMargin inputs[1] inputs[0] |> Reduce.none
        }

    let big = [ -100.0; 100.0; -1e30; 1e30 ]
    gives loss [ vector big; vector [ 1.0; 1.0; 1.0; 1.0 ] ] [ 100.0; exp -100.0; 1e30; 0.0 ] []

    onBoth (fun engine ->
        let _, gradients = engine.Pull(loss, [| vector [ -100.0; 1e30 ]; vector [ 1.0; 1.0 ] |], [| 1.0; 1.0 |])
        Assert.Equal(-1.0, gradients[0].[0])
        Property.equal (fun () -> "slope far on the right side") 0.0 gradients[0].[1])

// B12
[<Fact>]
let ``a hinge embedding's margin is 1 by default`` () =
    Assert.Equal(1.0, HingeEmbeddingMargin)

    let loss =
        { new TensorFunction with
            member _.Apply inputs = hingeEmbedding HingeEmbeddingMargin inputs[1] inputs[0] |> Reduce.none
        }

    gives loss [ vector [ 0.25; 0.25; 1.0; 2.0 ]; vector [ -1.0; 1.0; -1.0; -1.0 ] ] [ 0.75; 0.25; 0.0; 0.0 ] [ [ -1.0; 1.0; 0.0; 0.0 ] ]

// C06
[<Fact>]
let ``a label of several that is no class is refused, not truncated`` () =
    let x = DiffTensor.Create([| 1.0; 2.0; 3.0 |], 1, 3)

    for label in [ 3; 1000000; -2; Int32.MinValue ] do
        let error =
            Assert.Throws<ArgumentOutOfRangeException>(fun () ->
                multiLabelMargin (Labels(ReadOnlySpan [| 0; label; -1 |], Shape [| 1; 3 |])) x |> ignore)

        Assert.Contains($"labels[0, 1] is {label}", error.Message)

    let error =
        Assert.Throws<ArgumentOutOfRangeException>(fun () ->
            Labels(ReadOnlySpan [| 0L; -1000000000000L; -1L |], Shape [| 1; 3 |]) |> ignore)

    Assert.Contains("-1000000000000", error.Message)

// E02: second derivatives, which others lack.
[<Fact>]
let ``margins have second derivatives`` () =
    let multi p =
        { new TensorFunction with
            member _.Apply inputs = multiMargin p 1.0 Weights.None (Labels [| 1 |]) inputs[0] |> Reduce.none
        }

    onBoth (fun engine ->
        let x = matrix [ [ 0.5; 0.25; -3.0; 0.0 ] ]
        // Σ (1 − x₁ + x_j)² / 4 over j = 0 and 3; the third is right by the margin.
        let products = engine.Curve(multi 2, [| x |], [| 1.0 |], [| 1.0; 0.0; 0.0; 0.0 |])
        Assert.Equal<float[]>([| 0.5; -0.5; 0.0; 0.0 |], products)
        Assert.Equal<float[]>(Array.zeroCreate 4, engine.Curve(multi 1, [| x |], [| 1.0 |], [| 1.0; 2.0; 3.0; 4.0 |])))
