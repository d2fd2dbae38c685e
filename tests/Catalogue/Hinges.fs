namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Losses of scores whose sign is the answer.
module Hinges =

    let private scores (at: float) (random: Random) (format: Format) =
        [| Draw.related random format (format.Round at) (fun () -> Draw.finite random format); Draw.sign random |]

    let private below (high: float) (random: Random) (format: Format) =
        let x = Draw.finite random format
        [| (if abs x < high then x else 1.0); Draw.sign random |]

    // The margin less a score is rounded.
    let private kinked (margin: float) (entry: Entry) =
        entry
        |> Entry.given
            "+ 2⁻⁵⁰ of the margin; nearer to the kink than that, the slope is one or the other"
            Entry.rounded
            (let slope (x: float[]) = if abs (margin - x[1] * x[0]) < Math.ScaleB(margin, -50) then infinity else 0.0
             Entry.terms (fun _ -> 2.0 * margin) [ slope; slope ])

    let private hinge (margin: float) =
        Entry.pointwise
            $"hinge margin {margin}"
            (Hinge margin)
            [ Operand.any "prediction"; Operand.of' Numbers.Sign "target" ]
            { new Call with
                member _.Of(x, _) = hinge margin x[1] x[0]
            }
        |> Entry.withArguments [ "margin", box margin ]
        |> Entry.drawn (scores margin)
        |> kinked margin
        |> Entry.promises [ NonNegative; Convex [ 0 ]; Lipschitz(0, 1.0) ]

    let private squaredHinge (margin: float) =
        Entry.pointwise
            $"squaredHinge margin {margin}"
            (SquaredHinge margin)
            [ Operand.any "prediction"; Operand.of' Numbers.Sign "target" ]
            { new Call with
                member _.Of(x, _) = squaredHinge margin x[1] x[0]
            }
        |> Entry.withArguments [ "margin", box margin ]
        |> Entry.drawn (scores margin)
        |> Entry.given
            "+ 2⁻⁵⁰ of the margin in what is lacking"
            Entry.rounded
            (Entry.terms
                (fun x -> 4.0 * margin * (max 0.0 (margin - x[0] * x[1]) + Math.ScaleB(margin, -50)))
                [ (fun _ -> 4.0 * margin); (fun x -> 4.0 * margin * (1.0 + abs x[0])) ])
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private smoothedHinge (a: float) =
        Entry.pointwise
            $"smoothedHinge a {a}"
            (SmoothedHinge a)
            [ Operand.any "prediction"; Operand.of' Numbers.Sign "target" ]
            { new Call with
                member _.Of(x, _) = smoothedHinge a x[1] x[0]
            }
        |> Entry.withArguments [ "a", box a ]
        |> Entry.drawn (scores 1.0)
        |> Entry.given
            "+ 2⁻⁵⁰ of 1 in what is lacking"
            Entry.rounded
            (let lacking (x: float[]) = min 1.0 (max 0.0 (1.0 - x[0] * x[1]) / a + Math.ScaleB(1.0, -50))
             let inside (x: float[]) = if abs (1.0 - x[0] * x[1]) > 2.0 + 2.0 * a then 0.0 else 4.0 / a
             Entry.terms (fun x -> 4.0 * lacking x) [ inside; (fun x -> inside x * abs x[0]) ])
        // Next to a kink it is that of one side or the other.
        |> Entry.curved (fun x ->
            let lacking = 1.0 - x[0] * x[1]
            if abs lacking < 1e-10 || abs (lacking - a) < 1e-10 then 1e300 else 0.0)
        |> Entry.promises [ NonNegative; Convex [ 0 ]; Lipschitz(0, 1.0) ]

    let private perceptron =
        Entry.pointwise
            "perceptron"
            (Perceptron())
            [ Operand.any "prediction"; Operand.of' Numbers.Sign "target" ]
            { new Call with
                member _.Of(x, _) = perceptron x[1] x[0]
            }
        |> Entry.drawn (fun random format -> [| Draw.finite random format; Draw.sign random |])
        |> Entry.promises [ NonNegative; Convex [ 0 ]; Lipschitz(0, 1.0) ]

    let private exponential =
        Entry.pointwise
            "exponential"
            (Exponential())
            [ Operand.any "prediction"; Operand.of' Numbers.Sign "target" ]
            { new Call with
                member _.Of(x, _) = exponential x[1] x[0]
            }
        |> Entry.drawn (fun random format -> [| Draw.finite random format; Draw.sign random |])
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let entries: Entry list =
        [ hinge 1.0; hinge 0.3; squaredHinge 1.0; smoothedHinge 1.0; smoothedHinge 2.0; perceptron; exponential ]
