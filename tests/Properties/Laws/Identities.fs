module Losses.Tests.Laws.Identities

open System
open FsCheck.FSharp
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

// Both sides are within half an ulp of the truth in float32, and the compositions lose in float64 what the first function's rounding does to the
// second: an ulp of the largest difference of logits, or e^|x| ulp where 1 − σ(x) was rounded.
let private near (engine: Engine) (what: string) (condition: float) (expected: float) (actual: float) =
    let allowed = 2.0 * engine.Ulp expected + condition * Double.BitIncrement 1.0 * 4.0 * Engines.float64.Ulp expected

    if not (expected = actual || abs (expected - actual) <= allowed) then
        Property.fail $"{what}: {actual:R} is not {expected:R}"

let private compare (engine: Engine) (what: string) (condition: float) (left: TensorFunction) (right: TensorFunction) inputs upstream =
    let value, gradients = engine.Pull(left, inputs, upstream)
    let expected, expectedGradients = engine.Pull(right, inputs, upstream)
    Array.iter2 (near engine what condition) expected value
    Array.iter2 (near engine $"gradient of {what}" condition) expectedGradients[0] gradients[0]

[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``CrossEntropy = NLL ∘ LogSoftmax`` (engine: string) =
    let engine = Engines.byName engine

    let inputs =
        gen {
            let! classes = Generators.classes
            let! rows = Gen.choose (1, 4)
            let! logits = Gen.arrayOfLength rows (Generators.row (Generators.moderate engine) engine classes)
            let! labels = Gen.arrayOfLength rows (Gen.frequency [ 5, Gen.choose (0, classes - 1); 1, Gen.constant -100 ])
            let! upstream = Gen.arrayOfLength rows (Generators.moderate engine)
            let! weights = Gen.optionOf (Gen.arrayOfLength classes (Generators.weight engine))
            return logits, labels, upstream, weights
        }

    Property.holds inputs (fun (logits, labels, upstream, weights) ->
        let rows, classes = logits.Length, logits[0].Length

        let weights =
            match weights with
            | Some weights -> Weights.op_Implicit weights
            | None -> Weights.None

        let crossEntropy =
            { new TensorFunction with
                member _.Apply inputs =
                    crossEntropy { CrossEntropyOptions.Default with ClassWeights = weights } (Labels labels) inputs[0] |> Reduce.none
            }

        let composition =
            { new TensorFunction with
                member _.Apply inputs =
                    logSoftmax 1 inputs[0] |> nll { ClassOptions.Default with ClassWeights = weights } (Labels labels) |> Reduce.none
            }

        compare engine "crossEntropy" 200.0 crossEntropy composition [| Array.concat logits, Shape [| rows; classes |] |] upstream)

[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``BCEWithLogits = BCE ∘ Sigmoid`` (engine: string) =
    let engine = Engines.byName engine

    let inputs =
        Gen.zip3
            (Generators.moderate engine |> Gen.filter (fun x -> abs x <= 10.0))
            (Generators.probability engine)
            (Generators.moderate engine)

    let withLogits =
        { new TensorFunction with
            member _.Apply inputs = bceWithLogits inputs[1] inputs[0] |> Reduce.none
        }

    let composition =
        { new TensorFunction with
            member _.Apply inputs = bce inputs[1] (sigmoid inputs[0]) |> Reduce.none
        }

    Property.holds inputs (fun (x, t, upstream) ->
        // The slope −tσ(−x) + (1 − t)σ(x) may cancel; it is a difference of numbers up to 1.
        let inputs = [| [| x |], Shape [| 1 |]; [| t |], Shape [| 1 |] |]
        let value, gradients = engine.Pull(withLogits, inputs, [| upstream |])
        let expected, expectedGradients = engine.Pull(composition, inputs, [| upstream |])
        let condition = 4.0 * exp (abs x) * Engines.float64.Ulp 1.0

        let close what (expected: float) (actual: float) scale =
            if not (abs (expected - actual) <= 2.0 * engine.Ulp expected + condition * scale) then
                Property.fail $"{what} at {x:R}, {t:R}: {actual:R} is not {expected:R}"

        close "bceWithLogits" expected[0] value[0] 1.0
        close "gradient of bceWithLogits" (expectedGradients[0].[0]) (gradients[0].[0]) (abs upstream))
