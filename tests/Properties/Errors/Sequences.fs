/// What sequences refuse at the door.
module Losses.Tests.Errors.Sequences

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests.Errors.Refusal

[<Fact>]
let ``a label of a sequence that is the blank or no class is named, with its place`` () =
    for label in [ 4; 1000000; -1; Int32.MinValue ] do
        let bad = Labels(ReadOnlySpan [| 1; 2; 3; label |], Shape [| 2; 2 |])
        refuses<ArgumentOutOfRangeException> "labels" [ $"labels[1, 1] is {label}"; "4 classes" ] (ctc [| 3; 3 |] [| 2; 2 |] bad logs)

        refuses<ArgumentOutOfRangeException>
            "labels"
            [ $"label 1 of sample 1 is {label}"; "4 classes" ]
            (ctc [| 3; 3 |] [| 1; 2 |] (Labels [| 1; 2; label |]) logs)

        // Behind the target's length stands padding.
        ctc [| 3; 3 |] [| 2; 1 |] bad logs ()

    let blank = Labels(ReadOnlySpan [| 1; 0; 3; 1 |], Shape [| 2; 2 |])
    refuses<ArgumentOutOfRangeException> "labels" [ "labels[0, 1] is 0"; "blank" ] (ctc [| 3; 3 |] [| 2; 2 |] blank logs)
    let last = { CTCOptions.Default with Blank = 3 }
    refuses<ArgumentOutOfRangeException> "labels" [ "labels[1, 0] is 3"; "blank" ] (ctcWith last [| 3; 3 |] [| 2; 2 |] padded logs)

[<Theory>]
[<InlineData(-1)>]
[<InlineData(4)>]
let ``a blank that is no class is named`` (blank: int) =
    refuses<ArgumentOutOfRangeException>
        "blank"
        [ $"blank is {blank}"; "4 classes" ]
        (ctcWith { CTCOptions.Default with Blank = blank } [| 3; 3 |] [| 2; 2 |] padded logs)

[<Fact>]
let ``lengths beyond what there is are named, with their place`` () =
    refuses<ArgumentOutOfRangeException> "inputLengths" [ "inputLengths[1] is 4"; "frames"; "3" ] (ctc [| 3; 4 |] [| 2; 2 |] padded logs)
    refuses<ArgumentOutOfRangeException> "inputLengths" [ "inputLengths[0] is -1" ] (ctc [| -1; 3 |] [| 2; 2 |] padded logs)
    refuses<ArgumentOutOfRangeException> "targetLengths" [ "targetLengths[1] is 3"; "2" ] (ctc [| 3; 3 |] [| 2; 3 |] padded logs)
    refuses<ArgumentOutOfRangeException> "targetLengths" [ "targetLengths[0] is -1" ] (ctc [| 3; 3 |] [| -1; 2 |] padded logs)
    refuses<ArgumentException> "inputLengths" [ "3 elements"; "2 samples" ] (ctc [| 3; 3; 3 |] [| 2; 2 |] padded logs)
    refuses<ArgumentException> "targetLengths" [ "1 elements"; "2 samples" ] (ctc [| 3; 3 |] [| 2 |] padded logs)
    // One after another, they must be as many as the lengths say.
    refuses<ArgumentException> "labels" [ "(3)"; "4" ] (ctc [| 3; 3 |] [| 2; 2 |] (Labels [| 1; 2; 3 |]) logs)
    refuses<ArgumentException> "labels" [ "(4)"; "3" ] (ctc [| 3; 3 |] [| 2; 1 |] (Labels [| 1; 2; 3; 1 |]) logs)

[<Fact>]
let ``ranks that no sequence has are named`` () =
    refuses<ArgumentException> "logProbabilities" [ "(3)"; "(T, N, C)" ] (ctc [| 3; 3 |] [| 2; 2 |] padded row)

    refuses<ArgumentException>
        "logProbabilities"
        [ "(1, 3, 2, 4)" ]
        (ctc [| 3; 3 |] [| 2; 2 |] padded (DiffTensor.Create(logs.ToArray(), 1, 3, 2, 4)))

    refuses<ArgumentException>
        "labels"
        [ "(2, 1, 2)" ]
        (ctc [| 3; 3 |] [| 2; 2 |] (Labels(ReadOnlySpan [| 1; 2; 3; 1 |], Shape [| 2; 1; 2 |])) logs)

    refuses<ArgumentException>
        "labels"
        [ "(1, 4)"; "2 samples" ]
        (ctc [| 3; 3 |] [| 2; 2 |] (Labels(ReadOnlySpan [| 1; 2; 3; 1 |], Shape [| 1; 4 |])) logs)

    refuses<ArgumentException>
        "logProbabilities"
        [ "(3, 2, 0)"; "no classes" ]
        (ctc [| 3; 3 |] [| 0; 0 |] (Labels [||]) (DiffTensor.Create(Array.empty<float>, 3, 2, 0)))
