module Losses.Tests.Laws.PairsOfLists

open System
open System.Runtime.CompilerServices
open Xunit
open Losses
open Losses.FSharp

module private Own =

    open Losses.FSharp.Notation

    let inline weighted first second firstTarget secondTarget = first * first * second * firstTarget - second * secondTarget * secondTarget

/// No function of differences, and of the targets too.
[<Struct; NoEquality; NoComparison>]
type Weighted =
    interface IPairs with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(first, second, firstTarget, secondTarget) = Own.weighted first second firstTarget secondTarget

/// The same of each pair once.
[<Struct; NoEquality; NoComparison>]
type WeightedByPlace =
    interface IPairs with
        static member Order = PairOrder.ByPlace

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(first, second, firstTarget, secondTarget) = Own.weighted first second firstTarget secondTarget

// Value, slopes and how many pairs there are, by loops over one list.
let private loops (isByPlace: bool) (x: float[]) (t: float[]) =
    let byX, byT = Array.zeroCreate<float> x.Length, Array.zeroCreate<float> x.Length
    let mutable value = 0.0
    let mutable count = 0.0

    for i in 0 .. x.Length - 1 do
        for j in 0 .. x.Length - 1 do
            if (if isByPlace then i < j else t[i] > t[j]) then
                count <- count + 1.0
                value <- value + x[i] * x[i] * x[j] * t[i] - x[j] * t[j] * t[j]
                byX[i] <- byX[i] + 2.0 * x[i] * x[j] * t[i]
                byX[j] <- byX[j] + x[i] * x[i] * t[i] - t[j] * t[j]
                byT[i] <- byT[i] + x[i] * x[i] * x[j]
                byT[j] <- byT[j] - 2.0 * x[j] * t[j]

    value, byX, byT, count

let private numbers (seed: int) (count: int) =
    let random = Random seed
    Array.init count (fun _ -> float (random.Next 1000) / 128.0 - 3.9), Array.init count (fun _ -> float (random.Next 7) / 2.0 - 1.0)

let private call (isByPlace: bool) axis target prediction =
    if isByPlace then
        pairs (WeightedByPlace()) axis target prediction
    else
        pairs (Weighted()) axis target prediction

let private near (expected: float) (actual: float) = Assert.Equal(expected, actual, 1e-9 * (1.0 + abs expected))

[<Theory>]
[<InlineData(false, 1); InlineData(true, 1); InlineData(false, 2); InlineData(true, 2)>]
[<InlineData(false, 7); InlineData(true, 8); InlineData(false, 9); InlineData(true, 67); InlineData(false, 67)>]
let ``a loss of pairs, its slopes by scores and targets and its count are what loops give, along any axis`` (isByPlace: bool, length: int) =
    // (2, length, 3) along axis 1, and the definition for every engine.
    let x, t = numbers length (6 * length)
    let shape = Shape [| 2; length; 3 |]
    let prediction, target = DiffTensor<float>(x, shape), DiffTensor<float>(t, shape)
    let upstream = [| 0.5; -2.0; 1.0; 3.0; 0.0; -0.25 |]
    let above = DiffTensor<float>(upstream, Shape [| 2; 3 |])
    let loss = call isByPlace 1 target prediction
    let values, counts = loss.Values.ToArray(), loss.Weights.ToArray()

    let definition =
        if isByPlace then
            PairsDefinition.Of(WeightedByPlace(), prediction, target, 1).ToArray()
        else
            PairsDefinition.Of(Weighted(), prediction, target, 1).ToArray()

    let byX = Diff.vjp (fun x -> (call isByPlace 1 target x).Values) prediction above |> _.ToArray()
    let byT = Diff.vjp (fun t -> (call isByPlace 1 t prediction).Values) target above |> _.ToArray()

    for outer in 0..1 do
        for inner in 0..2 do
            let place k = (outer * length + k) * 3 + inner
            let own (all: float[]) = Array.init length (fun k -> all[place k])
            let value, slopes, slopesByTarget, count = loops isByPlace (own x) (own t)
            let list = 3 * outer + inner
            near value values[list]
            near value definition[list]
            Assert.Equal(count, counts[list])

            for k in 0 .. length - 1 do
                near (upstream[list] * slopes[k]) byX[place k]
                near (upstream[list] * slopesByTarget[k]) byT[place k]

[<Fact>]
let ``a list so long that it is cut into parts has the same bits on any number of threads`` () =
    let length = 4300
    let x, t = numbers 3 length
    let shape = Shape [| 1; length |]
    let target = DiffTensor<float>(t, shape)

    let run threads =
        let before = Threads.Max

        try
            Threads.Max <- threads

            let struct (value, gradient) =
                Diff.valueAndGrad (fun x -> call false -1 target x |> Reduce.sum) (DiffTensor<float>(x, shape))

            value.ToScalar(), gradient.ToArray()
        finally
            Threads.Max <- before

    let value, slopes, _, _ = loops false x t
    let one, gradient = run 1
    near value one
    Array.iter2 near slopes gradient
    let three, others = run 3
    Assert.Equal(one, three)
    Assert.Equal<float[]>(gradient, others)

[<Fact>]
let ``the more relevant need not come first, only above`` () =
    let scores, relevance = DiffTensor.Create(1.0, 3.0, 2.0), DiffTensor.Create(0.0, 2.0, 1.0)
    let right = (rankNet 1.0 -1 relevance scores |> Reduce.sum).ToScalar()
    let wrong = (rankNet 1.0 -1 relevance -scores |> Reduce.sum).ToScalar()
    // Differences of 1, 1 and 2, right or wrong: softplus(x) − softplus(−x) is x.
    Assert.Equal(4.0, wrong - right, 1e-14)

[<Fact>]
let ``a list without a pair that counts is 0, of weight 0, and has the slope 0`` () =
    let relevance = DiffTensor.Create(1.0, 1.0, 1.0)
    let loss = rankNet 1.0 -1 relevance (DiffTensor.Create(1.0, 3.0, 2.0))
    Assert.Equal(0.0, loss.Values.ToScalar())
    Assert.Equal(0.0, loss.Weights.ToScalar())
    let gradient = Diff.grad (fun x -> rankNet 1.0 -1 relevance x |> Reduce.sum) (DiffTensor.Create(1.0, 3.0, 2.0))
    Assert.Equal<float[]>(Array.zeroCreate 3, gradient.ToArray())
