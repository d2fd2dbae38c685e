/// Losses of the pairs of a batch, beside cross-entropy of their similarities.
module Losses.Tests.Laws.Contrastive

open System
open FsCheck.FSharp
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

type Names = EngineNames

let private batches (engine: Engine) =
    gen {
        let! n = Gen.choose (1, 40)
        let! d = Gen.elements [ 1; 3; 16 ]

        let vectors =
            Gen.arrayOfLength (n * d) (Generators.moderate engine |> Gen.map (fun x -> engine.Round(max -2.0 (min 2.0 x))))

        let! queries = vectors
        let! keys = vectors
        let! temperature = Gen.elements [ 0.25; 0.5; 1.0; 3.0 ]
        let! normalized = Gen.elements [ false; true ]
        let! symmetric = Gen.elements [ false; true ]
        let! upstream = Gen.arrayOfLength n (Gen.elements [ 0.0; 1.0; -2.0; 0.5 ])
        return Shape [| n; d |], queries, keys, temperature, (normalized, symmetric), upstream
    }

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``infoNCE = cross-entropy of the similarities, by queries, keys and temperature`` (engine: string) =
    let engine = Engines.byName engine

    Property.holds (batches engine) (fun (shape, queries, keys, temperature, (normalized, symmetric), upstream) ->
        let n = shape[0]
        let own = Labels(ReadOnlySpan [| 0 .. n - 1 |], Shape [| n |])
        // A row of zeros, which has no direction, is another law's.
        let lifted = Array.map (fun x -> if abs x < 0.1 then 0.5 else x)
        let inputs = [| lifted queries, shape; lifted keys, shape; [| temperature |], Shape.Scalar |]

        let values, slopes =
            engine.Pull(
                { new TensorFunction with
                    member _.Apply(x: 'T[]) =
                        let unit (y: 'T) : 'T =
                            if normalized then
                                Notation.(/) y (Notation.sqrt ('T.Sum(Notation.(*) y y, ReadOnlySpan [| 1 |], true)))
                            else
                                y

                        let search (a: 'T) (b: 'T) =
                            let similarities = 'T.MatMul(unit a, 'T.Permute(unit b, ReadOnlySpan [| 1; 0 |]))
                            (Notation.(/) similarities x[2] |> crossEntropy CrossEntropyOptions.Default own).Values

                        if symmetric then
                            Notation.(*) (Notation.num 0.5) (Notation.(+) (search x[0] x[1]) (search x[1] x[0]))
                        else
                            search x[0] x[1]
                },
                inputs,
                upstream
            )

        let actual, gradients =
            engine.Pull(
                { new TensorFunction with
                    member _.Apply x = infoNCE normalized symmetric x[2] x[1] x[0] |> Reduce.none
                },
                inputs,
                upstream
            )

        // No similarity is above 4 · 16 / 0.25 in size, no slope by the temperature above 2 · 256 / 0.25 for each pair.
        let close (size: float) what (expected: float) (actual: float) =
            if not (abs (expected - actual) <= 64.0 * engine.Ulp(max size (abs expected))) then
                Property.fail $"{what}: {actual:R}, not {expected:R}"

        Array.iter2 (close 256.0 "value") values actual
        Array.iter2 (close 1024.0 "slope by a query") slopes[0] gradients[0]
        Array.iter2 (close 1024.0 "slope by a key") slopes[1] gradients[1]
        Array.iter2 (close 65536.0 "slope by the temperature") slopes[2] gradients[2])

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``a vector of zeros is as similar to all, and has no slope`` (engine: string) =
    let engine = Engines.byName engine
    let queries = [| 0.0; 0.0; 1.0; 2.0 |], Shape [| 2; 2 |]
    let keys = [| 1.0; 0.0; 0.0; 1.0 |], Shape [| 2; 2 |]

    let values, slopes =
        engine.Pull(
            { new TensorFunction with
                member _.Apply x = infoNCE true false x[2] x[1] x[0] |> Reduce.none
            },
            [| queries; keys; [| 0.5 |], Shape.Scalar |],
            [| 1.0; 1.0 |]
        )

    Assert.InRange(abs (values[0] - log 2.0), 0.0, engine.Ulp 0.5)
    Assert.Equal<float[]>([| 0.0; 0.0 |], slopes[0].[..1])
    Assert.True(Array.forall Double.IsFinite (Array.concat slopes))

[<Fact>]
let ``a batch without pairs has no values`` () =
    let none = DiffTensor.Create([||], 0, 3)
    Assert.Equal(Shape [| 0 |], (infoNCE true true (DiffTensor.Scalar 0.5) none none).Values.Shape)

[<Fact>]
let ``what does not fit is refused`` () =
    let x = DiffTensor.Create([| 1.0; 2.0 |], 1, 2)
    let temperature (value: float) = DiffTensor.Scalar value

    let refused (name: string) (call: unit -> LossValues<DiffTensor<float>>) =
        let error = Assert.ThrowsAny<ArgumentException>(fun () -> call () |> ignore)
        Assert.Equal(name, error.ParamName)

    for value in [ 0.0; -1.0 ] do
        refused "temperature" (fun () -> infoNCE true false (temperature value) x x)

    refused "temperature" (fun () -> infoNCE true false (DiffTensor.Create([| 1.0; 1.0 |], 2)) x x)
    refused "keys" (fun () -> infoNCE true false (temperature 1.0) (DiffTensor.Create([| 1.0; 2.0 |], 2, 1)) x)
    refused "queries" (fun () -> infoNCE true false (temperature 1.0) x (DiffTensor.Create([| 1.0; 2.0 |], 2)))
    refused "queries" (fun () -> infoNCE true false (temperature 1.0) x (DiffTensor.Create([||], 2, 0)))
