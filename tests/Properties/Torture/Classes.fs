/// What has gone wrong with classes elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Classes

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private bceOfLogits =
    { new TensorFunction with
        member _.Apply inputs = bceWithLogits inputs[1] inputs[0] |> Reduce.none
    }

let private crossEntropyOf (options: CrossEntropyOptions) (reduction: Reduction) (labels: int list) =
    { new TensorFunction with
        member _.Apply inputs = crossEntropy options (Labels(List.toArray labels)) inputs[0] |> Reduce.by reduction
    }

let private plain = crossEntropyOf CrossEntropyOptions.Default Reduction.None

// A15
[<Fact>]
let ``a row all −∞ contributes 0, of slope 0, and leaks nowhere`` () =
    let row = [ -infinity; -infinity ]
    givesFirst (plain [ 0; 1 ]) [ matrix [ row; [ 0.0; 0.0 ] ] ] [ 0.0; log 2.0 ] [ 0.0; 0.0; 0.5; -0.5 ]

// A16
[<Fact>]
let ``an ignored row has the slope 0, whatever it holds`` () =
    for bad in [ -infinity; infinity; nan ] do
        givesFirst (plain [ -100; 1 ]) [ matrix [ [ bad; bad ]; [ 0.0; 0.0 ] ] ] [ 0.0; log 2.0 ] [ 0.0; 0.0; 0.5; -0.5 ]

// A18: by the mathematics.
[<Fact>]
let ``smoothing towards an impossible class costs ∞`` () =
    let options = { CrossEntropyOptions.Default with LabelSmoothing = 0.1 }
    givesFirst (crossEntropyOf options Reduction.None [ 0 ]) [ matrix [ [ 0.0; -infinity; 1.0 ] ] ] [ infinity ] []

// A masked class that is not the label.
[<Fact>]
let ``an impossible class that is not the label changes nothing`` () =
    givesFirst (plain [ 0 ]) [ matrix [ [ 0.0; -infinity; 0.0 ] ] ] [ log 2.0 ] [ -0.5; 0.0; 0.5 ]
    givesFirst (plain [ 1 ]) [ matrix [ [ 0.0; -infinity; 0.0 ] ] ] [ infinity ] [ 0.5; -1.0; 0.5 ]

// A20
[<Fact>]
let ``a logit of +∞ at the label costs nothing`` () =
    givesFirst (plain [ 1 ]) [ matrix [ [ 0.0; infinity; 1.0 ] ] ] [ 0.0 ] [ 0.0; 0.0; 0.0 ]

// B01: the documented choice, PyTorch's.
[<Fact>]
let ``all labels ignored: the sum is 0 and the mean NaN, the slopes 0`` () =
    let x = matrix [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]
    let zero = [ 0.0; 0.0; 0.0; 0.0 ]
    givesFirst (crossEntropyOf CrossEntropyOptions.Default Reduction.Sum [ -100; -100 ]) [ x ] [ 0.0 ] zero
    givesFirst (crossEntropyOf CrossEntropyOptions.Default Reduction.Mean [ -100; -100 ]) [ x ] [ nan ] zero

// B03
[<Fact>]
let ``a mean with class weights divides by their sum`` () =
    let options = { CrossEntropyOptions.Default with ClassWeights = Weights.op_Implicit [| 2.0; 4.0; 6.0 |] }
    let x = matrix [ [ 0.0; 0.0; 0.0 ]; [ 0.0; 0.0; 0.0 ] ]
    givesFirst (crossEntropyOf options Reduction.Mean [ 0; 2 ]) [ x ] [ log 3.0 ] []
    givesFirst (crossEntropyOf options Reduction.None [ 0; 2 ]) [ x ] [ 2.0 * log 3.0; 6.0 * log 3.0 ] []

// B07, B08: (1 − ε) y + ε / C, weighted class by class.
[<Fact>]
let ``smoothing takes ε and spreads it over all classes, each with its weight`` () =
    let weights = [| 1.0; 10.0 |]

    let options =
        { CrossEntropyOptions.Default with
            ClassWeights = Weights.op_Implicit weights
            LabelSmoothing = 0.1
        }

    givesFirst (crossEntropyOf options Reduction.None [ 0 ]) [ matrix [ [ 0.0; 0.0 ] ] ] [ log 2.0 * (0.9 + 0.05 * (1.0 + 10.0)) ] []

// C20, C21: cross-entropy takes logits; already softmaxed ones are another, larger loss.
[<Fact>]
let ``logits of 50 and their probabilities have one loss`` () =
    onBoth (fun engine ->
        let ce = engine.Value(plain [ 1 ], [| matrix [ [ 50.0; 0.0 ] ] |])[0]

        let nllOfLog =
            { new TensorFunction with
                member _.Apply inputs = nll ClassOptions.Default (Labels [| 1 |]) (logSoftmax 1 inputs[0]) |> Reduce.none
            }

        Property.same (fun () -> "nll ∘ logSoftmax") ce (engine.Value(nllOfLog, [| matrix [ [ 50.0; 0.0 ] ] |])[0]))

// C23
[<Fact>]
let ``each row has its own maximum`` () =
    givesFirst (plain [ 0; 0 ]) [ matrix [ [ 1000.0; 1000.0 ]; [ 0.0; 0.0 ] ] ] [ log 2.0; log 2.0 ] [ -0.5; 0.5; -0.5; 0.5 ]

// The parts that a difference of such numbers is rounded to overflow.
[<Fact>]
let ``logits at the end of float64 have a softmax`` () =
    let logits = DiffTensor.Create([| 1.0; Double.MaxValue; 0.0; 6.4195727480601024E+307 |], 1, 4)
    Assert.Equal<float[]>([| 0.0; 1.0; 0.0; 0.0 |], (softmax 1 logits).ToArray())
    Assert.Equal<float[]>([| Double.MaxValue |], (logSumExp 1 logits).ToArray())

// D01
[<Fact>]
let ``a confident right answer keeps its digits`` () =
    givesFirst bceOfLogits [ vector [ -20.0 ]; vector [ 0.0 ] ] [ 2.061153620314381e-09 ] [ 2.0611536181902037e-09 ]
    givesFirst (plain [ 0 ]) [ matrix [ [ 20.0; 0.0 ] ] ] [ 2.061153620314381e-09 ] [ -2.0611536181902037e-09; 2.0611536181902037e-09 ]
