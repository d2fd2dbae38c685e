/// What has gone wrong with probabilities and their logits elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Probabilities

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private bceOfLogits =
    { new TensorFunction with
        member _.Apply inputs = bceWithLogits inputs[1] inputs[0] |> Reduce.none
    }

let private balanced (weight: float) =
    { new TensorFunction with
        member _.Apply inputs = balancedBceWithLogits (Weights.op_Implicit weight) inputs[1] inputs[0] |> Reduce.none
    }

let private bceOf =
    { new TensorFunction with
        member _.Apply inputs = bce inputs[1] inputs[0] |> Reduce.none
    }

let private klOf =
    { new TensorFunction with
        member _.Apply inputs = klDiv false inputs[1] inputs[0] |> Reduce.none
    }

let private klByTarget =
    { new TensorFunction with
        member _.Apply inputs = klDiv false inputs[0] inputs[1] |> Reduce.none
    }

// A06
[<Fact>]
let ``divergence slopes to −∞, never NaN, where a target's probability is 0`` () =
    givesFirst klByTarget [ vector [ 0.0; 1.0 ]; vector [ -1.0; -2.0 ] ] [ 0.0; 2.0 ] [ -infinity; 3.0 ]

// A07
[<Fact>]
let ``divergence is 0 where the target is 0, whatever the prediction`` () =
    givesFirst klOf [ vector [ -infinity; -1.0 ]; vector [ 0.0; 1.0 ] ] [ 0.0; 1.0 ] [ 0.0; -1.0 ]

// A09, A12: PyTorch's documented clamp, with a slope that does not vanish.
[<Fact>]
let ``a wrong certainty costs 100, and pulls back`` () =
    onBoth (fun engine ->
        let value, gradients = engine.Pull(bceOf, [| vector [ 0.0; 1.0 ]; vector [ 1.0; 0.0 ] |], [| 1.0; 1.0 |])
        Assert.Equal<float[]>([| 100.0; 100.0 |], value)
        Assert.True(gradients[0].[0] < -1e11 && gradients[0].[1] > 1e11))

// A11
[<Fact>]
let ``a right certainty costs nothing`` () = givesFirst bceOf [ vector [ 0.0; 1.0 ]; vector [ 0.0; 1.0 ] ] [ 0.0; 0.0 ] [ 0.0; 0.0 ]

// D11: no epsilon of another data type.
[<Fact>]
let ``a probability next to 1 has the loss of its own distance from 1`` () =
    onBoth (fun engine ->
        let p = 1.0 - engine.Ulp 0.5
        let value = engine.Value(bceOf, [| [| p |], Shape [| 1 |]; [| 0.0 |], Shape [| 1 |] |])[0]
        Assert.Equal(engine.Round(-(log (engine.Ulp 0.5))), value))

// A10
[<Fact>]
let ``logits of a wrong certainty keep the slope −1`` () =
    givesFirst
        bceOfLogits
        [ vector [ -50.0; 50.0; -120.0; 200.0 ]; vector [ 1.0; 0.0; 1.0; 0.0 ] ]
        [ 50.0; 50.0; 120.0; 200.0 ]
        [ -1.0; 1.0; -1.0; 1.0 ]

// A13
[<Fact>]
let ``infinite logits have the limits`` () =
    givesFirst
        bceOfLogits
        [ vector [ -infinity; infinity; -infinity; infinity ]; vector [ 0.0; 0.0; 1.0; 1.0 ] ]
        [ 0.0; infinity; infinity; 0.0 ]
        [ 0.0; 1.0; -1.0; 0.0 ]

// A14
[<Fact>]
let ``a weight of 1 for positive answers changes nothing far out`` () =
    givesFirst
        (balanced 1.0)
        [ vector [ -120.0; 120.0; -20.0 ]; vector [ 1.0; 0.0; 0.0 ] ]
        [ 120.0; 120.0; 2.061153620314381e-09 ]
        [ -1.0; 1.0; 2.0611536181902037e-09 ]

// C13, C14, F06: PyTorch's BCEWithLogits goes on to a loss below 0.
[<Fact>]
let ``a target outside its range is refused`` () =
    for engine in Engines.all do
        let call () = engine.Value(bceOfLogits, [| vector [ 0.5 ]; vector [ 2.0 ] |]) |> ignore
        let error = Assert.Throws<ArgumentOutOfRangeException> call
        Assert.Equal("target", error.ParamName)
        Assert.Contains("target[0] is 2, but it must be from 0 to 1", error.Message)

// D14
[<Fact>]
let ``small numbers keep their digits`` () =
    let log1p =
        { new TensorFunction with
            member _.Apply inputs = Notation.log1p inputs[0]
        }

    let expm1 =
        { new TensorFunction with
            member _.Apply inputs = Notation.expm1 inputs[0]
        }

    for f in [ log1p; expm1 ] do
        onBoth (fun engine ->
            let x = engine.Round 1e-18
            Property.same (fun () -> "near 0") x (engine.Value(f, [| [| x; x; x; x; x |], Shape [| 5 |] |])[4]))

// E01
[<Fact>]
let ``binary cross-entropy differentiates twice under every reduction`` () =
    let p = DiffTensor.Create [| 0.25; 0.75 |]
    let t = DiffTensor.Create [| 1.0; 0.0 |]

    for reduction, scale in [ Reduction.Sum, 1.0; Reduction.Mean, 0.5 ] do
        let hessian = (Diff.hessian (fun p -> bce t p |> Reduce.by reduction) p).ToArray()
        Assert.Equal(16.0 * scale, hessian[0], 1e-12)
        Assert.Equal(16.0 * scale, hessian[3], 1e-12)
        Assert.Equal(0.0, hessian[1])
