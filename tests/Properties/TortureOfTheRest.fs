/// What has gone wrong elsewhere with margins, distances, distributions, sequences and reductions; on both engines, value and gradient.
module Losses.Tests.TortureOfTheRest

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

let private onBoth (test: Engine -> unit) = List.iter test Engines.all

let private vector (values: float list) = List.toArray values, Shape [| values.Length |]

let private matrix (rows: float list list) = rows |> List.concat |> List.toArray, Shape [| rows.Length; rows.Head.Length |]

let private close (engine: Engine) (what: string) (expected: float) (actual: float) =
    let tolerance = if engine.Name = "float32" then 1.2e-7 else 1e-12

    if not (actual.Equals expected || actual = expected || abs (actual - expected) <= tolerance * abs expected + engine.Least) then
        Property.fail $"{engine}: {what} is {actual:R}, not {expected:R}"

/// Values and the gradients by so many of the inputs, the first ones, where each value counts once.
let private gives (f: TensorFunction) inputs (values: float list) (gradients: float list list) =
    onBoth (fun engine ->
        let inputs = inputs |> List.toArray |> Array.map (fun (x, shape) -> Array.map engine.Round x, shape)
        let got, slopes = engine.Pull(f, inputs, Array.create values.Length 1.0)
        Assert.Equal(values.Length, got.Length)
        List.iteri (fun i expected -> close engine $"value {i}" expected got[i]) values

        gradients
        |> List.iteri (fun input expected ->
            Assert.Equal(expected.Length, slopes[input].Length)
            List.iteri (fun i g -> close engine $"gradient {i} by input {input}" g slopes[input].[i]) expected))

let private tripletOf (options: TripletMarginOptions) =
    { new TensorFunction with
        member _.Apply inputs = tripletMargin options inputs[2] inputs[1] inputs[0] |> Reduce.none
    }

let private cdistOf (p: float) =
    { new TensorFunction with
        member _.Apply inputs = cdist p inputs[1] inputs[0]
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

let private poisson (full: bool) (eps: float) =
    { new TensorFunction with
        member _.Apply inputs = poissonNLL false full eps inputs[1] inputs[0] |> Reduce.none
    }

// A28
[<Fact>]
let ``a negative rate is no silent NaN`` () =
    onBoth (fun engine ->
        let error =
            Assert.Throws<ArgumentOutOfRangeException>(fun () ->
                engine.Value(poisson false 1e-8, [| vector [ 1.0; -0.5 ]; vector [ 0.0; 0.0 ] |]) |> ignore)

        Assert.Equal("prediction", error.ParamName)
        Assert.Contains("-0.5", error.Message))

// A29, A30
[<Theory>]
[<InlineData(0.0)>]
[<InlineData(1e-8)>]
[<InlineData(1.0)>]
let ``a rate of 0 and no count cost nothing, whatever ε`` (eps: float) =
    gives (poisson false eps) [ vector [ 0.0 ]; vector [ 0.0 ] ] [ 0.0 ] [ [ 1.0 ] ]

// A30: the ε given is the ε used.
[<Fact>]
let ``an ε reaches the logarithm`` () =
    gives (poisson false 1.0) [ vector [ 2.0 ]; vector [ 4.0 ] ] [ 2.0 - 4.0 * log 3.0 ] [ [ 1.0 - 4.0 / 3.0 ] ]

// A31: Stirling's formula, as PyTorch has it and the documentation says; the exact log 5! would give 2.294430.
[<Fact>]
let ``a count in full has Stirling's term`` () =
    let stirling = 5.0 * log 5.0 - 5.0 + 0.5 * log (2.0 * Math.PI * 5.0)
    let value = 3.0 - 5.0 * log (3.0 + 1e-8) + stirling
    Assert.Equal(2.27779, value, 1e-5)
    gives (poisson true 1e-8) [ vector [ 3.0 ]; vector [ 5.0 ] ] [ value ] [ [ 1.0 - 5.0 / (3.0 + 1e-8) ] ]
    // From just above 1; a count of 1 has none.
    let beyond = 1.5 * log 1.5 - 1.5 + 0.5 * log (2.0 * Math.PI * 1.5)
    gives (poisson true 0.0) [ vector [ 3.0; 3.0 ]; vector [ 1.0; 1.5 ] ] [ 3.0 - log 3.0; 3.0 - 1.5 * log 3.0 + beyond ] []

let private gaussian =
    { new TensorFunction with
        member _.Apply inputs = gaussianNLL false GaussianNLLEps inputs[2] inputs[1] inputs[0] |> Reduce.none
    }

// A32: the documented floor, whose slope passes.
[<Fact>]
let ``a variance of 0 counts as ε`` () =
    let eps = 1e-6

    gives
        gaussian
        [ vector [ 1.0 ]; vector [ 0.0 ]; vector [ 0.0 ] ]
        [ 0.5 * (log eps + 1.0 / eps) ]
        [ [ 1.0 / eps ]; [ -1.0 / eps ]; [ 0.5 * (1.0 / eps - 1.0 / (eps * eps)) ] ]

    onBoth (fun engine ->
        Assert.Throws<ArgumentOutOfRangeException>(fun () ->
            engine.Value(gaussian, [| vector [ 1.0 ]; vector [ 0.0 ]; vector [ -1.0 ] |]) |> ignore)
        |> ignore)

// A33
[<Fact>]
let ``a variance has a slope`` () =
    gives gaussian [ vector [ 3.0 ]; vector [ 1.0 ]; vector [ 2.0 ] ] [ 0.5 * (log 2.0 + 2.0) ] [ [ 1.0 ]; [ -1.0 ]; [ 0.5 * (0.5 - 1.0) ] ]

// A34
[<Fact>]
let ``a smooth L1 of β 0 is L1, with slope 0 at 0`` () =
    let loss =
        { new TensorFunction with
            member _.Apply inputs = smoothL1 0.0 inputs[1] inputs[0] |> Reduce.none
        }

    gives loss [ vector [ 0.0; 1e-8; -1e-8 ]; vector [ 0.0; 0.0; 0.0 ] ] [ 0.0; 1e-8; 1e-8 ] []

    onBoth (fun engine ->
        let _, gradients = engine.Pull(loss, [| vector [ 0.0; 1e-8; -1e-8 ]; vector [ 0.0; 0.0; 0.0 ] |], [| 1.0; 1.0; 1.0 |])
        Array.iter2 (Property.equal (fun () -> "slope")) [| 0.0; 1.0; -1.0 |] gradients[0])

let private ctcOf (zeroInfinity: bool) (frames: int) (labels: int list) =
    { new TensorFunction with
        member _.Apply inputs =
            ctc
                { CTCOptions.Default with ZeroInfinity = zeroInfinity }
                [| frames |]
                [| labels.Length |]
                (Labels(List.toArray labels))
                inputs[0]
            |> Reduce.none
    }

let private uniform (frames: int) (classes: int) = Array.create (frames * classes) (-(log (float classes))), Shape [| frames; classes |]

// A42
[<Fact>]
let ``an impossible sequence is infinite, with slope 0`` () =
    let nothing count = List.replicate count 0.0
    gives (ctcOf false 1 [ 1; 2 ]) [ uniform 1 3 ] [ infinity ] [ nothing 3 ]
    gives (ctcOf false 2 [ 1; 1 ]) [ uniform 2 3 ] [ infinity ] [ nothing 6 ]
    gives (ctcOf true 1 [ 1; 2 ]) [ uniform 1 3 ] [ 0.0 ] [ nothing 3 ]
    gives (ctcOf true 2 [ 1; 1 ]) [ uniform 2 3 ] [ 0.0 ] [ nothing 6 ]

// A45: −posterior, though nothing sums to 1.
[<Fact>]
let ``a sequence's gradient is right without a log-softmax`` () =
    let zeros = Array.zeroCreate<float> 4, Shape [| 2; 2 |]
    let third = 1.0 / 3.0
    gives (ctcOf false 2 [ 1 ]) [ zeros ] [ -(log 3.0) ] [ [ -third; -2.0 * third; -third; -2.0 * third ] ]

// A46
[<Fact>]
let ``a sequence's gradient is times what comes from above`` () =
    onBoth (fun engine ->
        let once = engine.Pull(ctcOf false 2 [ 1 ], [| uniform 2 3 |], [| 1.0 |]) |> snd
        let half = engine.Pull(ctcOf false 2 [ 1 ], [| uniform 2 3 |], [| 0.5 |]) |> snd
        Array.iter2 (fun g -> Property.same (fun () -> "half") (g / 2.0)) once[0] half[0])

// A47
[<Fact>]
let ``an empty sequence is all blanks`` () =
    gives (ctcOf false 2 []) [ uniform 2 3 ] [ 2.0 * log 3.0 ] [ [ -1.0; 0.0; 0.0; -1.0; 0.0; 0.0 ] ]

// A48, C07: the blank, a class that is none, one far beyond.
[<Theory>]
[<InlineData(0)>]
[<InlineData(3)>]
[<InlineData(-1)>]
[<InlineData(1000000)>]
let ``a label that no sequence has is refused`` (label: int) =
    onBoth (fun engine ->
        let error =
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> engine.Value(ctcOf false 3 [ 1; label ], [| uniform 3 3 |]) |> ignore)

        Assert.Equal("labels", error.ParamName)
        Assert.Contains($"is {label}", error.Message))

// B12
[<Fact>]
let ``a hinge embedding's margin is 1 by default`` () =
    Assert.Equal(1.0, HingeEmbeddingMargin)

    let loss =
        { new TensorFunction with
            member _.Apply inputs = hingeEmbedding HingeEmbeddingMargin inputs[1] inputs[0] |> Reduce.none
        }

    gives loss [ vector [ 0.25; 0.25; 1.0; 2.0 ]; vector [ -1.0; 1.0; -1.0; -1.0 ] ] [ 0.75; 0.25; 0.0; 0.0 ] [ [ -1.0; 1.0; 0.0; 0.0 ] ]

// B14, B15: 3 tokens in one, 1 in the other; the mean of means would be 2.
[<Fact>]
let ``parts of unequal size make the mean of the whole`` () =
    let total = LossAccumulator()
    let loss (values: float list) = l1 (DiffTensor.Create(Array.zeroCreate<float> values.Length)) (DiffTensor.Create(List.toArray values))
    loss [ 1.0; 1.0; 1.0 ] |> Reduce.addTo total
    loss [ 3.0 ] |> Reduce.addTo total
    Assert.Equal(1.5, total.Mean)
    let struct (a, n) = loss [ 1.0; 1.0; 1.0 ] |> Reduce.parts
    let struct (b, m) = loss [ 3.0 ] |> Reduce.parts
    Assert.Equal(1.5, (a.ToScalar() + b.ToScalar()) / (n.ToScalar() + m.ToScalar()))

    // Labels that are ignored count in neither.
    let total = LossAccumulator()
    let zeros (n: int) = DiffTensor.Create(Array.zeroCreate<float>(2 * n), n, 2)
    let crossEntropy (labels: int list) = crossEntropy CrossEntropyOptions.Default (Labels(List.toArray labels)) (zeros labels.Length)
    crossEntropy [ 0; -100; -100 ] |> Reduce.addTo total
    crossEntropy [ 1; 1 ] |> Reduce.addTo total
    Assert.Equal(3.0, total.Weight)
    Assert.Equal(log 2.0, total.Mean, 1e-15)

// B16
[<Fact>]
let ``a weighted mean says what it divides by`` () =
    let by divisor =
        { new TensorFunction with
            member _.Apply inputs =
                l1 inputs[1] inputs[0]
                |> Reduce.using { Reducing.Default with Weights = Weights.op_Implicit [| 0.0; 1.0 |]; Divisor = divisor }
        }

    let inputs = [ vector [ 1.0; 1.0 ]; vector [ 0.0; 0.0 ] ]
    gives (by Divisor.Default) inputs [ 0.5 ] [ [ 0.0; 0.5 ] ]
    gives (by Divisor.Weights) inputs [ 1.0 ] [ [ 0.0; 1.0 ] ]
    gives (by Divisor.Count) inputs [ 1.0 ] [ [ 0.0; 1.0 ] ]

// B17
[<Fact>]
let ``a mean leaves out what is ignored`` () =
    let mean =
        { new TensorFunction with
            member _.Apply inputs = crossEntropy CrossEntropyOptions.Default (Labels [| 0; -100 |]) inputs[0] |> Reduce.mean
        }

    gives mean [ matrix [ [ 0.0; 0.0 ]; [ 5.0; nan ] ] ] [ log 2.0 ] [ [ -0.5; 0.5; 0.0; 0.0 ] ]

// B21
[<Fact>]
let ``no samples are no error`` () =
    let none = DiffTensor.Create(Array.empty<float>, 0, 3)

    let losses =
        [
            multiMargin 1 1.0 Weights.None (Labels [||]) none
            multiLabelMargin (Labels(ReadOnlySpan<int> [||], Shape [| 0; 3 |])) none
            multiLabelSoftMargin Weights.None none none
            cosineEmbedding 0.0 (DiffTensor.Create Array.empty<float>) none none
            tripletMargin TripletMarginOptions.Default none none none
            softMargin none none
            hingeEmbedding 1.0 none none
            marginRanking 0.0 none none none
            poissonNLL false true 1e-8 none none
            gaussianNLL true 1e-6 none none none
            linearCrossEntropy
                CrossEntropyOptions.Default
                4
                (Labels [||])
                (DiffTensor.Scalar 0.0)
                (DiffTensor.Create(Array.zeroCreate<float> 6, 2, 3))
                none
            ctc CTCOptions.Default [||] [||] (Labels [||]) (DiffTensor.Create(Array.empty<float>, 2, 0, 3))
        ]

    losses
    |> List.iteri (fun i loss ->
        Assert.True((Reduce.sum loss).ToScalar() = 0.0, $"sum {i}")
        Assert.True(Double.IsNaN((Reduce.mean loss).ToScalar()), $"mean {i}"))

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
