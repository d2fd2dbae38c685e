/// What has gone wrong with distances and cosines elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Distances

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private cosineOf =
    { new TensorFunction with
        member _.Apply inputs = cosineSimilarity 1 CosineSimilarityEps inputs[1] inputs[0]
    }

let private cosineOfTheOther =
    { new TensorFunction with
        member _.Apply inputs = cosineSimilarity 1 CosineSimilarityEps inputs[0] inputs[1]
    }

let private distanceOf (p: float) (eps: float) =
    { new TensorFunction with
        member _.Apply inputs = pairwiseDistance p eps false inputs[1] inputs[0]
    }

let private cdistOf (p: float) =
    { new TensorFunction with
        member _.Apply inputs = cdist p inputs[1] inputs[0]
    }

// A01, A02
[<Theory>]
[<InlineData(1.0)>]
[<InlineData(2.0)>]
[<InlineData(3.0)>]
[<InlineData(Double.PositiveInfinity)>]
let ``a distance of 0 has the slope 0`` (p: float) =
    givesFirst (distanceOf p 0.0) [ matrix [ [ 1.0; 2.0 ] ]; matrix [ [ 1.0; 2.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]

// A03
[<Fact>]
let ``a distance with PyTorch's ε is that of the difference plus ε, of finite slope`` () =
    let half = 1.0 / sqrt 2.0

    onBoth (fun engine ->
        let x = matrix [ [ 1.0; 2.0 ] ]
        let value, gradients = engine.Pull(distanceOf 2.0 1e-6, [| x; x |], [| 1.0 |])
        Assert.Equal(sqrt 2.0 * 1e-6, value[0], 1e-13)
        Assert.Equal(half, gradients[0].[0], 1e-6))

// D07: two far vectors that are near each other.
[<Fact>]
let ``a distance is that of the difference, not of the squares`` () =
    givesFirst (distanceOf 2.0 0.0) [ matrix [ [ 512695.0 ] ]; matrix [ [ 512804.0 ] ] ] [ 109.0 ] [ -1.0 ]

// A04
[<Fact>]
let ``a vector of zeros has the cosine 0, of slope 0`` () =
    givesFirst cosineOf [ matrix [ [ 0.0; 0.0 ] ]; matrix [ [ 1.0; 2.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]
    givesFirst cosineOf [ matrix [ [ 0.0; 0.0 ] ]; matrix [ [ 0.0; 0.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]
    givesFirst cosineOfTheOther [ matrix [ [ 0.0; 0.0 ] ]; matrix [ [ 1.0; 2.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]

// A norm below ε counts as ε; the slope of its inverse, −v / ε³, does not stop there in PyTorch.
[<Fact>]
let ``a short vector has the cosine and the slope that ε allows`` () =
    let eps = 1.0

    let cosine =
        { new TensorFunction with
            member _.Apply inputs = cosineSimilarity 1 eps inputs[1] inputs[0]
        }

    let dot = List.fold2 (fun sum a b -> sum + a * b) 0.0
    let long, short, shorter = [ 6.0; -8.0 ], [ 0.375; 0.5 ], [ -0.125; 0.25 ]

    for x, y in [ short, long; long, short; short, shorter ] do
        let r, s = max eps (sqrt (dot x x)), max eps (sqrt (dot y y))
        let slope a b = b / (r * s) - a * dot x y / (r * r * r * s)
        givesFirst cosine [ matrix [ x ]; matrix [ y ] ] [ dot x y / (r * s) ] (List.map2 slope x y)

// A02
[<Theory>]
[<InlineData(0.0)>]
[<InlineData(1.0)>]
[<InlineData(1.5)>]
[<InlineData(2.0)>]
[<InlineData(3.0)>]
[<InlineData(Double.PositiveInfinity)>]
let ``distances of a set to itself have slopes, none NaN`` (p: float) =
    onBoth (fun engine ->
        let x = matrix [ [ 1.0; 2.0 ]; [ 1.0; 2.0 ] ]
        let value, gradients = engine.Pull(cdistOf p, [| x; x |], [| 1.0; 1.0; 1.0; 1.0 |])
        Assert.Equal<float[]>([| 0.0; 0.0; 0.0; 0.0 |], value)

        for gradient in gradients do
            Array.iter (Property.equal (fun () -> "slope of a distance 0") 0.0) gradient)

    let within =
        { new TensorFunction with
            member _.Apply inputs = pdist p inputs[0]
        }

    gives within [ matrix [ [ 1.0; 2.0 ]; [ 1.0; 2.0 ] ] ] [ 0.0 ] [ [ 0.0; 0.0; 0.0; 0.0 ] ]

// A04
[<Fact>]
let ``a cosine embedding of zeros has the cosine 0, of slope 0`` () =
    let loss =
        { new TensorFunction with
            member _.Apply inputs = cosineEmbedding -0.5 inputs[2] inputs[1] inputs[0] |> Reduce.none
        }

    let zeros, other = matrix [ [ 0.0; 0.0 ]; [ 0.0; 0.0 ] ], matrix [ [ 1.0; 2.0 ]; [ 1.0; 2.0 ] ]
    gives loss [ zeros; other; vector [ 1.0; -1.0 ] ] [ 1.0; 0.5 ] [ [ 0.0; 0.0; 0.0; 0.0 ]; [ 0.0; 0.0; 0.0; 0.0 ] ]
    gives loss [ zeros; zeros; vector [ 1.0; -1.0 ] ] [ 1.0; 0.5 ] [ [ 0.0; 0.0; 0.0; 0.0 ]; [ 0.0; 0.0; 0.0; 0.0 ] ]

    let distance =
        { new TensorFunction with
            member _.Apply inputs = cosineDistance inputs[1] inputs[0]
        }

    gives distance [ zeros; other ] [ 1.0; 1.0 ] [ [ 0.0; 0.0; 0.0; 0.0 ]; [ 0.0; 0.0; 0.0; 0.0 ] ]

// D07
[<Fact>]
let ``distances of far vectors that are near each other do not cancel`` () =
    gives (cdistOf 2.0) [ matrix [ [ 512695.0 ] ]; matrix [ [ 512804.0 ] ] ] [ 109.0 ] [ [ -1.0 ]; [ 1.0 ] ]
    let many = [ for i in 0..39 -> [ 512695.0 + float i; 3.0 ] ]

    onBoth (fun engine ->
        let values = engine.Value(cdistOf 2.0, [| matrix many; matrix many |])

        for i in 0..39 do
            for j in 0..39 do
                Assert.Equal(float (abs (i - j)), values[i * 40 + j]))

// D09
[<Fact>]
let ``1 − cos of nearly parallel vectors keeps its digits`` () =
    let distance =
        { new TensorFunction with
            member _.Apply inputs = cosineDistance inputs[1] inputs[0]
        }

    let small = Math.ScaleB(1.0, -17)
    // 1 − 1 / √(1 + s²) = s² / (√(1 + s²) (1 + √(1 + s²)))
    let root = sqrt (1.0 + small * small)
    gives distance [ matrix [ [ 1.0; 0.0 ] ]; matrix [ [ 1.0; small ] ] ] [ small * small / (root * (1.0 + root)) ] []
