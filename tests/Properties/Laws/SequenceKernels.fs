module Losses.Tests.Laws.SequenceKernels

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

/// What the library's own engine alone has: its two ways to the paths of float32 sequences.
type ``The kernel of connectionist temporal classification``() =

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
                failwith $"{what} is {got:R}, not {expected:R}"

        Array.iteri2
            (fun n got expected -> check $"value {n}" got expected (if n = 1 then 1e-12 * expected else rounding))
            values
            exactValues

        Array.iteri2 (fun i got expected -> check $"slope {i}" got expected (abs expected * rounding)) gradients exactGradients
