/// What has gone wrong with reductions elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Reductions

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private crossEntropyOf (options: CrossEntropyOptions) (reduction: Reduction) (labels: int list) =
    { new TensorFunction with
        member _.Apply inputs = crossEntropy options (Labels(List.toArray labels)) inputs[0] |> Reduce.by reduction
    }

// B14, B15: numerator and denominator merge; a mean of means does not.
[<Fact>]
let ``unequal batches merge to the mean of all`` () =
    let x = DiffTensor.Create([| 0.0; 1.0; 2.0; 0.0; 5.0; 1.0 |], 3, 2)
    let loss labels x = crossEntropy CrossEntropyOptions.Default (Labels(List.toArray labels)) x
    let struct (sum1, count1) = Reduce.parts (loss [ 0; -100 ] (DiffTensor<float>.Slice(x, 0, 0, 2)))
    let struct (sum2, count2) = Reduce.parts (loss [ 1 ] (DiffTensor<float>.Slice(x, 0, 2, 1)))
    let whole = loss [ 0; -100; 1 ] x |> Reduce.mean
    Assert.Equal(whole.ToScalar(), ((sum1 + sum2) / (count1 + count2)).ToScalar(), 1e-15)

// B17
[<Fact>]
let ``a mean does not count ignored rows`` () =
    givesFirst
        (crossEntropyOf CrossEntropyOptions.Default Reduction.Mean [ 0; -100; -100 ])
        [ matrix [ [ 0.0; 0.0 ]; [ 1.0; 5.0 ]; [ 2.0; 0.0 ] ] ]
        [ log 2.0 ]
        [ -0.5; 0.5; 0.0; 0.0; 0.0; 0.0 ]

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
