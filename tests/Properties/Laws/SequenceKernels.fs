module Losses.Tests.Laws.SequenceKernels

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

/// What the library's own engine alone has: its two ways to the paths of float32 sequences.
type ``The kernel of connectionist temporal classification``(output: Xunit.Abstractions.ITestOutputHelper) =

    [<Fact>]
    member _.``a target that is all but sure has its slopes to the last place``() =
        let loss =
            { new TensorFunction with
                member _.Apply inputs = ctc CTCOptions.Default [| 4 |] [| 1 |] (Labels [| 2 |]) inputs[0] |> Reduce.none
            }

        let frames =
            [|
                [| 0.0; -79.31489210241236; -40.49407188279744 |]
                [| -35.49574238434236; -35.24574238434236; 0.0 |]
                [| 0.0; -53.18405881672356; -57.97914106770379 |]
                [| 0.0; -65.37230650271397; -60.081266760863954 |]
            |]

        let values, slopes = Engines.float64.Pull(loss, [| Array.concat frames, Shape [| 4; 3 |] |], [| 1.0 |])

        Assert.Equal(-2.5920778599066105e-18, values[0], 1e-33)
        // By mpmath, of all paths.
        let truth =
            [|
                -1.0
                0.0
                -2.5920777938404651026e-18
                -9.955039678158785728e-34
                0.0
                -1.0
                -1.0
                0.0
                -6.6066145396622697586e-26
                -1.0
                0.0
                -3.1005042536031566022e-42
            |]

        Array.iter2
            (fun right got -> Assert.InRange(abs (got - right), 0.0, 4.0 * Math.BitIncrement(abs right) - 4.0 * abs right))
            truth
            slopes[0]

    // Over float32 data the recursion is in probabilities, which must neither underflow nor lose what a sure path is short of; over float64 data
    // it is in logarithms, which do neither. A path is sure, likely or all but impossible; some frames cannot say a class at all.
    [<Theory>]
    [<InlineData(1, 0.0)>]
    [<InlineData(40, 1.0)>]
    [<InlineData(70, 300.0)>]
    [<InlineData(300, 20.0)>]
    [<InlineData(700, 5.0)>]
    [<InlineData(200, 1e5)>]
    [<InlineData(130, 1e12)>]
    [<InlineData(60, 1e30)>]
    [<InlineData(3000, 1.0)>]
    member _.``is the same in probabilities as in logarithms``(frames: int, spread: float) =
        let random = Random(frames)
        let samples, classes = 6, 5
        let lengths = Array.init samples (fun n -> if n < 4 then frames else 1 + frames / 2)
        let targets = Array.init samples (fun n -> if n = 3 then frames / 3 else min (lengths[n] / 2) (3 * n * n))

        let numbers =
            Array.init (frames * samples * classes) (fun i ->
                let sure = i / classes % samples = 1
                let number = -spread * random.NextDouble() * random.NextDouble()

                float (
                    float32 (
                        if sure then (if i % classes = 0 then -1e-9 else number - 40.0)
                        elif random.Next 50 = 0 then -infinity
                        else number
                    )
                ))

        let labels = Labels(Array.init (Array.sum targets) (fun i -> 1 + i % (classes - 1)))
        let upstream = Array.init samples (fun n -> 0.5 + float n)

        let pull (engine: Engine) =
            let loss =
                { new TensorFunction with
                    member _.Apply inputs = ctc CTCOptions.Default lengths targets labels inputs[0] |> Reduce.none
                }

            let values, gradients = engine.Pull(loss, [| numbers, Shape [| frames; samples; classes |] |], upstream)
            values, gradients[0]

        let values, gradients = pull Engines.float32
        let exactValues, exactGradients = pull Engines.float64
        Assert.Contains(exactValues, fun value -> value > 0.0 && Double.IsFinite value)

        // What the float64 sums of logarithms are off by, and one rounding.
        let rounding = 4.0 * float frames * Engines.float64.Ulp(float frames * max 1.0 spread)

        let check what (got: float) (expected: float) off =
            if got <> expected && not (abs (got - expected) <= 0.501 * Engines.float32.Ulp expected + off) then
                Property.fail $"{what} is {got:R}, not {expected:R}"

        Array.iteri2
            (fun n got expected -> check $"value {n}" got expected (if n = 1 then 1e-12 * expected else rounding))
            values
            exactValues

        Array.iteri2 (fun i got expected -> check $"slope {i}" got expected (abs expected * rounding)) gradients exactGradients

    // F12: a sum of logarithms over the frames was 5,453 ulp off at 4,000. The oracle sums the same logarithms in 106 bits.
    [<Theory>]
    [<InlineData(1, 2, 3.0)>]
    [<InlineData(10, 5, 3.0)>]
    [<InlineData(100, 5, 0.1)>]
    [<InlineData(100, 30, 30.0)>]
    [<InlineData(1000, 20, 300.0)>]
    [<InlineData(4000, 5, 3.0)>]
    [<InlineData(4000, 40, 3.0)>]
    [<InlineData(4000, 40, 1e-4)>]
    [<InlineData(4000, 1, 1e6)>]
    member _.``is within 4 ulp in float64, however many frames``(frames: int, count: int, spread: float) =
        let random = Random(frames + count)
        let classes = 4
        let count = min count frames
        let target = Array.init count (fun i -> 1 + (i * i + i / 3) % (classes - 1))

        let numbers = Array.init (frames * classes) (fun _ -> -spread * random.NextDouble() * random.NextDouble())

        let used = 2 * count + 1
        let state s = if s % 2 = 0 then 0 else target[s / 2]
        let zero, never = DoubleDouble.Constant 0.0, DoubleDouble.Constant -infinity
        let emitted t s = DoubleDouble.Constant numbers[t * classes + state s]
        let skips s = s % 2 = 1 && s > 1 && s < used && state s <> state (s - 2)

        let logSum (terms: DoubleDouble[]) =
            let most = terms |> Array.maxBy _.High
            let exps = terms |> Seq.filter (fun x -> x.High > most.High - 760.0) |> Seq.map (fun x -> DoubleDouble.Exp(x - most))
            if most.High = -infinity then never else most + DoubleDouble.Log(Seq.fold (+) zero exps)

        let at (states: DoubleDouble[]) isIn s = if isIn && s >= 0 && s < used then states[s] else never

        let forward =
            [| 1 .. frames - 1 |]
            |> Array.scan
                (fun before t ->
                    Array.init used (fun s ->
                        let reached = logSum [| before[s]; at before true (s - 1); at before (skips s) (s - 2) |]
                        if reached.High = -infinity then never else reached + emitted t s))
                (Array.init used (fun s -> if s < 2 then emitted 0 s else never))

        let backward =
            Array.scanBack
                (fun t (after: DoubleDouble[]) ->
                    let ahead = Array.init used (fun s -> if after[s].High = -infinity then never else after[s] + emitted t s)
                    Array.init used (fun s -> logSum [| ahead[s]; at ahead true (s + 1); at ahead (skips (s + 2)) (s + 2) |]))
                [| 1 .. frames - 1 |]
                (Array.init used (fun s -> if s >= used - 2 then zero else never))

        let total = logSum (Array.skip (used - 2) forward[frames - 1])

        let f =
            { new TensorFunction with
                member _.Apply inputs = ctc CTCOptions.Default [| frames |] [| count |] (Labels target) inputs[0] |> Reduce.none
            }

        let values, gradients = Engines.float64.Pull(f, [| numbers, Shape [| frames; 1; classes |] |], [| 1.0 |])
        let mutable worst = Engines.float64.Error(values[0], -total)
        Assert.True(worst <= 4.0, $"the value {values[0]:R} is {worst:F2} ulp off")

        for t in 0 .. frames - 1 do
            let shares =
                Array.map2
                    (fun (a: DoubleDouble) (b: DoubleDouble) ->
                        if a.High = -infinity || b.High = -infinity then zero else DoubleDouble.Exp(a + b - total))
                    forward[t]
                    backward[t]

            for c in 0 .. classes - 1 do
                let share =
                    Seq.fold
                        (+)
                        zero
                        (seq {
                            for s in 0 .. used - 1 do
                                if state s = c then
                                    shares[s]
                        })

                let got = gradients[0].[t * classes + c]
                let error = Engines.float64.Error(got, -share)

                worst <- max worst error
                Assert.True((error <= 4.0), $"the slope at frame {t}, class {c}, {got:R}, is {error:F2} ulp off {-share.High:R}")

        output.WriteLine $"{worst:F2} ulp at most"

let private lattice (frames: int) (columns: int) (classes: int) (logits: float[]) =
    let samples = logits.Length / (frames * columns * classes)

    let labels =
        Labels(ReadOnlySpan<int>(Array.init (samples * (columns - 1)) (fun i -> (i * i + 1) % 4)), Shape [| samples; columns - 1 |])

    let lengths = Array.init samples (fun n -> frames - n), Array.init samples (fun n -> columns - 1 - n)

    let struct (value, gradient) =
        Diff.valueAndGrad
            (fun x -> rnnt { RNNTOptions.Default with Blank = 4 } (fst lengths) (snd lengths) labels x |> Reduce.sum)
            (DiffTensor.Create(logits, [| samples; frames; columns; classes |]))

    value.ToScalar(), gradient.ToArray()

[<Fact>]
let ``classes that are all but impossible change no bit of a transducer, though its exponentials are no longer kept`` () =
    let random = Random 5
    let frames, columns, classes, many = 30, 10, 5, 1000
    let rows = 2 * frames * columns
    let few = Array.init (rows * classes) (fun _ -> 4.0 * random.NextDouble())
    let more = Array.init (rows * many) (fun i -> if i % many < classes then few[i / many * classes + i % many] else -2000.0)
    let value, gradient = lattice frames columns classes few
    let expected, slopes = lattice frames columns many more
    Assert.Equal(expected, value)
    Assert.Equal<float[]>(Array.init gradient.Length (fun i -> slopes[i / classes * many + i % classes]), gradient)

[<Fact>]
let ``a transducer says nothing beyond its lengths, and its slopes sum to 0 in every row`` () =
    let random = Random 6
    let frames, columns, classes = 7, 4, 6
    let logits = Array.init (3 * frames * columns * classes) (fun _ -> 6.0 * random.NextDouble() - 3.0)

    let changed =
        logits
        |> Array.mapi (fun i x ->
            let n, t, u = i / (frames * columns * classes), i / (columns * classes) % frames, i / classes % columns
            if t >= frames - n || u > columns - 1 - n then nan else x)

    let value, gradient = lattice frames columns classes logits
    let again, same = lattice frames columns classes changed
    Assert.Equal(value, again)
    Assert.Equal<float[]>(gradient, same)

    for row in Array.chunkBySize classes gradient do
        Assert.True(abs (Array.sum row) <= 1e-15)

[<Fact>]
let ``a transducer names what it cannot take`` () =
    let logits = DiffTensor.Create(Array.zeroCreate<float> 24, [| 1; 2; 3; 4 |])
    let words = Labels(ReadOnlySpan [| 0; 1 |], Shape [| 1; 2 |])

    let refused (name: string) (inputs: int[]) (targets: int[]) (labels: Labels) (blank: int) (x: DiffTensor<float>) =
        let error =
            Assert.ThrowsAny<ArgumentException>(fun () -> rnnt { RNNTOptions.Default with Blank = blank } inputs targets labels x |> ignore)

        Assert.Equal(name, error.ParamName)

    refused "inputLengths" [| 3 |] [| 2 |] words -1 logits
    refused "inputLengths" [| 0 |] [| 2 |] words -1 logits
    refused "inputLengths" [| 1; 1 |] [| 2 |] words -1 logits
    refused "targetLengths" [| 2 |] [| 3 |] words -1 logits
    refused "labels" [| 2 |] [| 2 |] words 1 logits
    refused "labels" [| 2 |] [| 2 |] (Labels(ReadOnlySpan [| 0; 4 |], Shape [| 1; 2 |])) -1 logits
    refused "labels" [| 2 |] [| 2 |] (Labels(ReadOnlySpan [| 0; 1; 2 |], Shape [| 1; 3 |])) -1 logits
    refused "blank" [| 2 |] [| 2 |] words 4 logits
    refused "logits" [| 2 |] [| 2 |] words -1 (DiffTensor.Create(Array.zeroCreate<float> 24, [| 2; 3; 4 |]))
