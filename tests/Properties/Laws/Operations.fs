/// The operations of ITensor on every engine beside those on float64 tensors of the library's own: value, gradient and curvature.
module Losses.Tests.Laws.Operations

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

let private labels (shape: int[]) (f: int -> int) =
    let shape = Shape shape
    Labels(ReadOnlySpan(Array.init shape.Size f), shape)

let private matrix: float[] = Array.init 20 (fun i -> float (i * i % 7) - 2.5)

let private names =
    [
        "reshape"
        "permute"
        "expand"
        "slice"
        "slice of nothing"
        "concatenate"
        "sum"
        "sum with axes kept"
        "cumulative sum"
        "sort"
        "sort downwards"
        "largest"
        "logSumExp"
        "softmax"
        "logSoftmax"
        "gather, places twice or not at all"
        "matrix product"
        "matrix product with itself"
        "mean"
        "weighted mean"
        "broadcast arithmetic"
    ]

// Of a (2, 3, 4) tensor.
let private operation (name: string) (x: 'T) : 'T :> ITensor<'T> =
    match name with
    | "reshape" -> 'T.Reshape(x, Shape [| 6; 4 |])
    | "permute" -> 'T.Permute(x, ReadOnlySpan [| 2; 0; 1 |])
    | "expand" -> 'T.Expand('T.Slice(x, 1, 1, 1), Shape [| 5; 2; 3; 4 |])
    | "slice" -> 'T.Slice(x, 2, 1, 2)
    | "slice of nothing" -> 'T.Concatenate(ReadOnlySpan [| 'T.Slice(x, 2, 4, 0); x |], 2)
    | "concatenate" ->
        'T.Concatenate(ReadOnlySpan [| x; 'T.Slice(x, 1, 0, 2); 'T.Create(x, ReadOnlySpan matrix[..7], Shape [| 2; 1; 4 |]) |], 1)
    | "sum" -> 'T.Sum(x, ReadOnlySpan [| 0; 2 |], false)
    | "sum with axes kept" -> 'T.Sum(x, ReadOnlySpan [| 1 |], true)
    | "cumulative sum" -> 'T.CumulativeSum(x, 1)
    | "sort" -> 'T.Sort(x, 2, false)
    | "sort downwards" -> 'T.Sort(x, 0, true)
    | "largest" -> 'T.Largest(x, 2)
    | "logSumExp" -> 'T.LogSumExp(x, 1)
    | "softmax" -> 'T.Softmax(x, 2)
    | "logSoftmax" -> 'T.LogSoftmax(x, 1)
    | "gather, places twice or not at all" -> 'T.Gather(x, 1, labels [| 2; 5; 4 |] (fun i -> i * 7 % 4 - 1))
    | "matrix product" -> 'T.MatMul(x, 'T.Create(x, ReadOnlySpan matrix, Shape [| 4; 5 |]))
    | "matrix product with itself" -> 'T.MatMul(x, 'T.Permute(x, ReadOnlySpan [| 0; 2; 1 |]))
    | "mean" -> 'T.Mean(x, ReadOnlySpan())
    | "weighted mean" -> 'T.Mean(x, ReadOnlySpan [| 'T.Exp x |])
    | "broadcast arithmetic" ->
        Notation.(/) (Notation.(*) x ('T.Slice(x, 0, 0, 1))) (Notation.(+) ('T.Sum(x, ReadOnlySpan [| 2 |], true)) (Notation.num 40.0))
    | other -> invalidOp $"there is no operation {other}."

// What is applied is x³, so that linear operations curve.
let private cubed (name: string) =
    { new TensorFunction with
        member _.Apply inputs = operation name (Notation.(*) inputs[0] (Notation.(*) inputs[0] inputs[0]))
    }

let private tensor (engine: Engine) =
    Gen.arrayOfLength 24 (Gen.choose (-2000, 2000)) |> Gen.map (Array.map (fun k -> engine.Round(float k / 1000.0)))

let private ours (f: TensorFunction) (x: float[]) (upstream: float[]) (direction: float[]) =
    let create (values: float[]) = DiffTensor.Create(values, 2, 3, 4)
    let value = f.Apply [| create x |]

    let weighted (x: DiffTensor<float>) = f.Apply [| x |] * DiffTensor.Create(upstream, value.Shape.ToArray()) |> TensorNotation.sumAll

    value.ToArray(), (Diff.grad weighted (create x)).ToArray(), (Diff.hvp weighted (create x) (create direction)).ToArray()

type ``An operation on tensors of an engine``() =
    static member All =
        let data = TheoryData<string, string>()

        for name in names do
            for engine in Engines.all do
                data.Add(name, engine.Name)

        data

    [<Theory; MemberData "All">]
    member _.``has the value, the gradient and the curvature of the mathematics``(name: string, engine: string) =
        let engine = Engines.byName engine
        let f = cubed name
        let upstreams = Gen.arrayOfLength 120 (Gen.choose (-9, 9))

        Property.holdsFor 60 (Gen.zip3 (tensor engine) (tensor engine) upstreams) (fun _ -> Seq.empty) (fun (x, direction, upstream) ->
            let inputs = [| x, Shape [| 2; 3; 4 |] |]
            let value = engine.Value(f, inputs)
            let upstream = upstream |> Array.truncate value.Length |> Array.map float
            let _, gradients = engine.Pull(f, inputs, upstream)
            let curvature = engine.Curve(f, inputs, upstream, direction)
            let expected, expectedGradient, expectedCurvature = ours f x upstream direction
            // One rounding to float32; beneath it, float64 operations in another order.
            let rounding (x: float) = if engine.Name = "float32" then 0.501 * engine.Ulp x else 0.0

            let near what (expected: float[]) (actual: float[]) =
                Array.iteri2
                    (fun i (expected: float) actual ->
                        if not (abs (expected - actual) <= rounding expected + 1e-11 * (1.0 + abs expected)) then
                            Property.fail $"{what} of {name}, element {i}: {actual:R} is not {expected:R}")
                    expected
                    actual

            near "value" expected value
            near "gradient" expectedGradient gradients[0]
            near "curvature" expectedCurvature curvature)

[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``several that are the largest share the slope`` (engine: string) =
    let engine = Engines.byName engine

    let f =
        { new TensorFunction with
            member _.Apply(x: 'T[]) = 'T.Largest(x[0], 0)
        }

    let _, gradients = engine.Pull(f, [| [| 2.0; 1.0; 2.0 |], Shape [| 3 |] |], [| 1.0 |])
    Assert.Equal<float[]>([| 0.5; 0.0; 0.5 |], gradients[0])
    Assert.True(Double.IsNaN(engine.Value(f, [| [| 2.0; nan; 1.0 |], Shape [| 3 |] |])[0]))

[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``the least number leaves NaN out`` (engine: string) =
    let engine = Engines.byName engine

    let least (numbers: float[]) =
        let f =
            { new TensorFunction with
                member _.Apply(x: 'T[]) = 'T.Create(x[0], ReadOnlySpan [| 'T.Least x[0] |], Shape [| 1 |])
            }

        engine.Value(f, [| numbers, Shape [| numbers.Length |] |])[0]

    for count in 0..20 do
        for at in 0 .. count - 1 do
            let numbers =
                Array.init count (fun i ->
                    if i = at then float -count
                    elif (i + at) % 2 = 1 then nan
                    else float i)

            Assert.Equal(float -count, least numbers)

        Assert.Equal(infinity, least (Array.create count nan))
