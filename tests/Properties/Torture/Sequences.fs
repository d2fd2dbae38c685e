/// What has gone wrong with sequences elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Sequences

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private ctcOf (zeroInfinity: bool) (frames: int) (labels: int list) =
    { new TensorFunction with
        member _.Apply inputs =
            ctc
                { CTCOptions.Default with ZeroInfinity = zeroInfinity }
                [| frames |]
                [| labels.Length |]
                (Labels(List.toArray labels))
                inputs[0]
            |> Reduce.none
    }

let private uniform (frames: int) (classes: int) = Array.create (frames * classes) (-(log (float classes))), Shape [| frames; classes |]

// A42
[<Fact>]
let ``an impossible sequence is infinite, with slope 0`` () =
    let nothing count = List.replicate count 0.0
    gives (ctcOf false 1 [ 1; 2 ]) [ uniform 1 3 ] [ infinity ] [ nothing 3 ]
    gives (ctcOf false 2 [ 1; 1 ]) [ uniform 2 3 ] [ infinity ] [ nothing 6 ]
    gives (ctcOf true 1 [ 1; 2 ]) [ uniform 1 3 ] [ 0.0 ] [ nothing 3 ]
    gives (ctcOf true 2 [ 1; 1 ]) [ uniform 2 3 ] [ 0.0 ] [ nothing 6 ]

// A45: −posterior, though nothing sums to 1.
[<Fact>]
let ``a sequence's gradient is right without a log-softmax`` () =
    let zeros = Array.zeroCreate<float> 4, Shape [| 2; 2 |]
    let third = 1.0 / 3.0
    gives (ctcOf false 2 [ 1 ]) [ zeros ] [ -(log 3.0) ] [ [ -third; -2.0 * third; -third; -2.0 * third ] ]

// A46
[<Fact>]
let ``a sequence's gradient is times what comes from above`` () =
    onBoth (fun engine ->
        let once = engine.Pull(ctcOf false 2 [ 1 ], [| uniform 2 3 |], [| 1.0 |]) |> snd
        let half = engine.Pull(ctcOf false 2 [ 1 ], [| uniform 2 3 |], [| 0.5 |]) |> snd
        Array.iter2 (fun g -> Property.same (fun () -> "half") (g / 2.0)) once[0] half[0])

// A47
[<Fact>]
let ``an empty sequence is all blanks`` () =
    gives (ctcOf false 2 []) [ uniform 2 3 ] [ 2.0 * log 3.0 ] [ [ -1.0; 0.0; 0.0; -1.0; 0.0; 0.0 ] ]

// A48, C07: the blank, a class that is none, one far beyond.
[<Theory>]
[<InlineData(0)>]
[<InlineData(3)>]
[<InlineData(-1)>]
[<InlineData(1000000)>]
let ``a label that no sequence has is refused`` (label: int) =
    onBoth (fun engine ->
        let error =
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> engine.Value(ctcOf false 3 [ 1; label ], [| uniform 3 3 |]) |> ignore)

        Assert.Equal("labels", error.ParamName)
        Assert.Contains($"is {label}", error.Message))
