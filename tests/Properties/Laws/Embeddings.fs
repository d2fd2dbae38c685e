/// Batches of embeddings that lack something, and batches that are taken in parts.
module Losses.Tests.Laws.Embeddings

open System
open Xunit
open Losses
open Losses.FSharp

type private T = DiffTensor<float>

let private labels (y: int[]) = Labels(ReadOnlySpan<int> y, Shape [| y.Length |])

let private cosines = { MetricOptions.Default with Distance = EmbeddingDistance.Dot }
let private squares = { MetricOptions.Default with Distance = EmbeddingDistance.SquaredEuclidean }

let private losses: Map<string, Labels -> T -> LossValues<T>> =
    Map
        [
            "contrastive", contrastive 0.0 1.0 MetricOptions.Default
            "contrastive of what is not 0", contrastive 0.0 1.0 { squares with Counting = PairCounting.NonZero }
            "all triplets", batchTriplet TripletMining.All false 0.2 MetricOptions.Default
            "hard triplets", batchTriplet TripletMining.Hard true 0.2 MetricOptions.Default
            "semi-hard triplets", batchTriplet TripletMining.SemiHard false 0.2 MetricOptions.Default
            "margin", (fun identities x -> distanceMargin true 0.0 0.2 MetricOptions.Default identities (DiffTensor.Scalar 1.0) x)
            "multi-similarity", multiSimilarity 2.0 50.0 0.5 infinity cosines
            "mined multi-similarity", multiSimilarity 2.0 50.0 0.5 0.1 cosines
            "circle", circle true 80.0 0.4 cosines
            "NT-Xent", ntXent 0.07 cosines
            "SupCon", supCon 0.1 cosines
            "NCA", nca 1.0 squares
            "tuplet margin", tupletMargin 64.0 0.1 0
            "angular", angular 0.7 true 0
            "negatives before", negativesBefore NegativesBefore.Logarithm 4.0 2.0 0.01 cosines
            "ranked list", rankedList RankedListOptions.Default MetricOptions.Default
            "ranked list without ε", rankedList { RankedListOptions.Default with Eps = 0.0 } MetricOptions.Default
            "FastAP", fastAP 10
            "histogram", histogram 10
            "N-pairs", nPairs true
            "KoLeo", (fun _ -> koLeo 1e-8 true)
            "uniformity", (fun _ -> uniformity 2.0 true)
        ]

let private batches: Map<string, int[] * float[][]> =
    let some = [| [| 1.0; 0.5 |]; [| -0.25; 2.0 |]; [| 3.0; -1.0 |]; [| 0.5; 0.75 |] |]

    Map
        [
            "one sample", ([| 4 |], some[..0])
            "one class", ([| 4; 4; 4; 4 |], some)
            "no two of a class", ([| 4; 0; -3; 7 |], some)
            "equal embeddings", ([| 1; 1; 2; 2 |], Array.create 4 some[0])
            "embeddings of zeros", ([| 1; 1; 2; 2 |], Array.create 4 [| 0.0; 0.0 |])
            "opposite embeddings", ([| 1; 1; 2; 2 |], [| some[0]; [| -1.0; -0.5 |]; some[0]; [| -1.0; -0.5 |] |])
        ]

type Batches() =
    inherit TheoryData<string, string>()

    static member All =
        let data = TheoryData<string, string>()

        for loss in losses.Keys do
            for batch in batches.Keys do
                data.Add(loss, batch)

        data

type ``A loss of a batch``() =

    [<Theory; MemberData("All", MemberType = typeof<Batches>)>]
    member _.``has a mean and slopes that are numbers, whatever the batch lacks``(loss: string, batch: string) =
        let identities, rows = batches[batch]
        let x = DiffTensor.Create(Array.concat rows, [| rows.Length; 2 |])

        let struct (value, gradient) = Diff.valueAndGrad (fun x -> losses[loss] (labels identities) x |> Reduce.mean) x

        Assert.True(Double.IsFinite(value.ToScalar()), $"the mean is {value.ToScalar()}")
        Assert.All(gradient.ToArray(), (fun slope -> Assert.True(Double.IsFinite slope, $"a slope is {slope}")))

    [<Fact>]
    member _.``that has no pair is 0``() =
        for batch in [ "one sample"; "no two of a class" ] do
            let identities, rows = batches[batch]
            let x = DiffTensor.Create(Array.concat rows, [| rows.Length; 2 |])

            for loss in
                [
                    "all triplets"
                    "hard triplets"
                    "semi-hard triplets"
                    "circle"
                    "NT-Xent"
                    "SupCon"
                    "NCA"
                    "FastAP"
                    "histogram"
                    "N-pairs"
                ] do
                Assert.Equal(0.0, (losses[loss] (labels identities) x |> Reduce.mean).ToScalar())

// Embeddings that differ, of so many identities.
let private drawn (n: int) (classes: int) =
    let random = Random 5
    let x = Array.init (n * 3) (fun _ -> 2.0 * random.NextDouble() - 1.0)
    Array.init n (fun i -> i % classes), x

// The slope along a direction, by differences and by the gradient.
let private slopes (loss: T -> T) (x: T) =
    let random = Random 6
    let direction = DiffTensor.Create(Array.init x.Count (fun _ -> random.NextDouble() - 0.5), x.Shape.ToArray())
    let step = 1e-6
    let at (h: float) = (loss (x + DiffTensor.Scalar h * direction)).ToScalar()
    let gradient = Diff.grad loss x
    (at step - at -step) / (2.0 * step), (DiffTensor.Sum(gradient * direction, ReadOnlySpan [| 0; 1 |], false)).ToScalar()

[<Fact>]
let ``triplets that are taken some anchors at a time are all there`` () =
    let n = 180
    let identities, numbers = drawn n 5
    let x = DiffTensor.Create(numbers, [| n; 3 |])
    let options = { MetricOptions.Default with Normalized = false }
    let loss = batchTriplet TripletMining.All true 0.2 options (labels identities) x
    let d i j = sqrt (Seq.sumBy (fun k -> (numbers[3 * i + k] - numbers[3 * j + k]) ** 2.0) (seq { 0..2 }))

    let expected i =
        Seq.sum (
            seq {
                for p in 0 .. n - 1 do
                    if p <> i && identities[p] = identities[i] then
                        let near = d i p

                        for k in 0 .. n - 1 do
                            if identities[k] <> identities[i] then
                                log (1.0 + exp (near - d i k + 0.2))
            }
        )

    for i in [ 0; 1; 17; 128; 129; 130; 179 ] do
        Assert.Equal(expected i, loss.Values.ToArray()[i], 8)

    Assert.Equal(float (35 * 144), loss.Weights.ToArray()[3])
    let along, slope = slopes (fun x -> batchTriplet TripletMining.All true 0.2 options (labels identities) x |> Reduce.mean) x
    Assert.Equal(along, slope, 6)

[<Fact>]
let ``classes that are taken some rows at a time are all there`` () =
    let n, classes = 1100, 4000
    let random = Random 7
    let x = DiffTensor.Create(Array.init (n * 2) (fun _ -> random.NextDouble() - 0.5), [| n; 2 |])
    let proxies = DiffTensor.Create(Array.init (classes * 2) (fun _ -> random.NextDouble() - 0.5), [| classes; 2 |])
    let own = Array.init n (fun i -> 3 * i)
    let of' (rows: int[]) (x: T) = (cosFace 0.35 8.0 (labels (Array.map (fun i -> own[i]) rows)) proxies x).Values.ToArray()
    let all = of' [| 0 .. n - 1 |] x

    for i in [ 0; 1047; 1048; 1049; 1099 ] do
        Assert.Equal((of' [| i |] (DiffTensor.Slice(x, 0, i, 1)))[0], all[i], 12)

    let along, slope = slopes (fun x -> cosFace 0.35 8.0 (labels own) proxies x |> Reduce.mean) x
    Assert.Equal(along, slope, 6)

[<Fact>]
let ``only values between two numbers count`` () =
    let loss () = LossValues(DiffTensor.Create([| 0.0; 1.0; 2.0; 6.0 |], [| 4 |]))
    let mean low high = (loss () |> Reduce.between low high |> Reduce.mean).ToScalar()
    Assert.Equal(3.0, mean 0.0 infinity)
    Assert.Equal(1.5, mean 0.0 6.0)
    Assert.True(Double.IsNaN(mean 7.0 infinity))
    Assert.True(Double.IsNaN((LossValues(DiffTensor.Create([| nan; 1.0 |], [| 2 |])) |> Reduce.between 0.0 2.0 |> Reduce.mean).ToScalar()))

    let error = Assert.Throws<ArgumentOutOfRangeException>(fun () -> loss () |> Reduce.between nan 1.0 |> ignore)
    Assert.Equal("low", error.ParamName)
