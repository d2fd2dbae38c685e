/// What has gone wrong with functions of one element elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Elements

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private klOf =
    { new TensorFunction with
        member _.Apply inputs = klDiv false inputs[1] inputs[0] |> Reduce.none
    }

// A21
[<Fact>]
let ``the branch not taken leaves no NaN`` () =
    let guarded =
        { new TensorFunction with
            member _.Apply inputs =
                let x = inputs[0]
                Notation.ifLess (Notation.num 0.0) x (Notation.log x) x
        }

    givesFirst guarded [ vector [ 0.0; -1.0; 2.0 ] ] [ 0.0; -1.0; log 2.0 ] [ 1.0; 1.0; 0.5 ]

// A34
[<Fact>]
let ``smooth L1 of beta 0 has the slope 0 at its target`` () =
    let smooth =
        { new TensorFunction with
            member _.Apply inputs = smoothL1 0.0 inputs[1] inputs[0] |> Reduce.none
        }

    givesFirst smooth [ vector [ 1.0; 1e-8; -1e-8 ]; vector [ 1.0; 0.0; 0.0 ] ] [ 0.0; 1e-8; 1e-8 ] [ 0.0; 1.0; -1.0 ]

// B23
[<Fact>]
let ``Huber is δ times smooth L1`` () =
    let x = DiffTensor.Create [| 0.1 |]
    let zero = DiffTensor.Create [| 0.0 |]
    Assert.Equal(0.005, (huber 0.5 zero x |> Reduce.sum).ToScalar(), 1e-15)
    Assert.Equal(0.01, (smoothL1 0.5 zero x |> Reduce.sum).ToScalar(), 1e-15)

// C01, C02, C03
[<Fact>]
let ``a target of another shape is refused, never broadcast`` () =
    let x = DiffTensor.Create([| 1.0; 2.0; 3.0 |], 3, 1)
    let t = DiffTensor.Create [| 1.0; 2.0; 3.0 |]

    for loss in
        [
            (fun () -> l1 t x |> ignore)
            (fun () -> mse t x |> ignore)
            (fun () -> smoothL1 1.0 t x |> ignore)
            (fun () -> huber 1.0 t x |> ignore)
            (fun () -> bce t x |> ignore)
            (fun () -> bceWithLogits t x |> ignore)
            (fun () -> balancedBceWithLogits Weights.None t x |> ignore)
            (fun () -> klDiv false t x |> ignore)
            (fun () -> cosineSimilarity 0 1e-8 t x |> ignore)
            (fun () -> pairwiseDistance 2.0 1e-6 false t x |> ignore)
        ] do
        let error = Assert.Throws<ArgumentException> loss
        Assert.Contains("(3)", error.Message)
        Assert.Contains("(3, 1)", error.Message)

// D13: the value of an element does not depend on where it stands.
[<Fact>]
let ``an element has the same bits at every place and length`` () =
    onBoth (fun engine ->
        for entry in Losses.Catalogue.Catalogue.all |> List.filter (fun entry -> entry.IsElementwise) do
            let f =
                { new TensorFunction with
                    member _.Apply inputs = entry.Call.Of(inputs, [||]) |> Reduce.none
                }

            let inputs (x: float) (length: int) =
                [|
                    for o, operand in Seq.indexed entry.Operands ->
                        let x = if o = 0 then x else 0.5
                        let domain = operand.Numbers.Domain

                        let x = [ x; 1.0; 2.0; -x ] |> List.find domain.Contains

                        Array.create length x, Shape [| length |]
                |]

            for x in [ 0.0; 0.3; 0.7 ] do
                let alone = engine.Value(f, inputs (engine.Round x) 1)[0]

                for length in 1..37 do
                    for value in engine.Value(f, inputs (engine.Round x) length) do
                        Property.same (fun () -> $"{entry.Name} of {x} among {length}") alone value)

// F01
[<Fact>]
let ``zeros of any sign have the loss +0, and swapped the same`` () =
    let losses =
        [
            { new TensorFunction with
                member _.Apply inputs = huber 1.0 inputs[1] inputs[0] |> Reduce.none
            }
            { new TensorFunction with
                member _.Apply inputs = smoothL1 1.0 inputs[1] inputs[0] |> Reduce.none
            }
            { new TensorFunction with
                member _.Apply inputs = smoothL1 1e-310 inputs[1] inputs[0] |> Reduce.none
            }
            { new TensorFunction with
                member _.Apply inputs = klDiv true inputs[1] inputs[0] |> Reduce.none
            }
        ]

    let zeros = vector [ 0.0; 0.0; -0.0; -0.0; 1.0 ]
    let others = vector [ 0.0; -0.0; 0.0; -0.0; 1.0 ]

    onBoth (fun engine ->
        for loss in losses do
            for inputs in [ [| zeros; others |]; [| others; zeros |] ] do
                Assert.Equal<int64[]>(Array.create 5 0L, engine.Value(loss, inputs) |> Array.map BitConverter.DoubleToInt64Bits))

    let ones = vector [ 1.0; 1.0 ]

    onBoth (fun engine ->
        let value = engine.Value(klOf, [| vector [ 0.0; -0.0 ]; ones |])
        Assert.Equal<int64[]>([| 0L; 0L |], Array.map BitConverter.DoubleToInt64Bits value))

// F09: 1 / β is infinite.
[<Theory>]
[<InlineData 1e-310>]
[<InlineData 5e-324>]
[<InlineData 5e-309>]
let ``smooth L1 of the smallest β is the absolute error beyond it, and has its slope`` (beta: float) =
    let smooth =
        { new TensorFunction with
            member _.Apply inputs = smoothL1 beta inputs[1] inputs[0] |> Reduce.none
        }

    givesFirst smooth [ vector [ 1.0; -2.0; 0.0 ]; vector [ 0.0; 0.0; 0.0 ] ] [ 1.0; 2.0; 0.0 ] [ 1.0; -1.0; 0.0 ]

// 1 / β is subnormal, and has lost bits.
[<Fact>]
let ``smooth L1 of a huge β has the slope d / β, rounded once`` () =
    let beta = 1.7e308

    let smooth =
        { new TensorFunction with
            member _.Apply inputs = smoothL1 beta inputs[1] inputs[0] |> Reduce.none
        }

    for d in [ 1e10; -3.3e200; 1e300 ] do
        let values, gradients = Engines.float64.Pull(smooth, [| vector [ d ]; vector [ 0.0 ] |], [| 1.0 |])
        Property.same (fun () -> $"slope at {d}") (d / beta) (gradients[0].[0])
        Property.same (fun () -> $"value at {d}") (d / beta * (d / 2.0)) values[0]

// σ″ = −σ(x) σ(−x) tanh ½x, which near 0 is −x/8.
[<Fact>]
let ``the sigmoid's second derivative keeps its digits near 0`` () =
    let sigmoid =
        { new TensorFunction with
            member _.Apply inputs = sigmoid inputs[0]
        }

    onBoth (fun engine ->
        for x in [ 1e-9; -1e-9; 1e-5; -1e-30; 0.0 ] do
            let x = engine.Round x
            let curvature = engine.Curve(sigmoid, [| vector [ x ] |], [| 1.0 |], [| 1.0 |])[0]
            let expected = -x / 8.0 * (1.0 - x * x / 3.0)

            if not (abs (curvature - expected) <= (2.0 + engine.Slack) * engine.Ulp expected) then
                Property.fail $"{engine}: at {x:R} it is {curvature:R}, not {expected:R}")

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
