namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp
open Losses.Catalogue.Places

/// Scores of distributions.
module Scores =

    // Of a distribution with a place and a scale, where no prediction moves the score by more than itself.
    let private crps (name: string) (definition: 'L) (call: Call) (curvature: float[] -> float) (steepness: float) =
        Places.entry name definition call
        |> Entry.given
            "within 10^±60; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun x -> x[2]) [ (fun _ -> 0.0); (fun _ -> 0.0); (fun _ -> 2.0) ])
        |> Entry.curved (fun x -> curvature x / x[2])
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ]; Lipschitz(0, steepness) ]

    let private crpsNormal =
        crps
            "crpsNormal"
            (CRPSNormal())
            { new Call with
                member _.Of(x, _) = crpsNormal x[2] x[1] x[0]
            }
            (fun x -> exp (-0.5 * z x * z x) * (1.0 + z x * z x))
            (1.0 + Math.ScaleB(1.0, -50))

    let private crpsLogistic =
        crps
            "crpsLogistic"
            (CRPSLogistic())
            { new Call with
                member _.Of(x, _) = crpsLogistic x[2] x[1] x[0]
            }
            (fun x -> exp -(z x) * (2.0 + z x))
            1.0

    let private crpsLaplace =
        crps
            "crpsLaplace"
            (CRPSLaplace())
            { new Call with
                member _.Of(x, _) = crpsLaplace x[2] x[1] x[0]
            }
            (fun x -> exp -(z x) * (1.0 + z x))
            1.0

    let private crpsExponential =
        Entry.pointwise
            "crpsExponential"
            (CRPSExponential())
            [ Operand.of' Numbers.Positive "prediction"; Operand.any "target" ]
            { new Call with
                member _.Of(x, _) = crpsExponential x[1] x[0]
            }
        |> Entry.drawn (fun random format -> [| above format random; (if random.Next 8 = 0 then -1.0 else above format random) |])
        |> Entry.given
            "within 10^±60; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun x -> 2.0 / x[0]) [ (fun x -> 4.0 / x[0] / x[0]); (fun _ -> 4.0) ])
        |> Entry.curved (fun x -> (8.0 + abs (x[0] * x[1])) / x[0] ** 3.0)
        |> Entry.promises [ NonNegative ]

    let private intervalScore (alpha: float) =
        Entry.pointwise3
            $"intervalScore alpha {alpha}"
            (IntervalScore alpha)
            [ Operand.any "lower"; Operand.any "target"; Operand.any "upper" ]
            { new Call with
                member _.Of(x, _) = intervalScore alpha x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "alpha", box alpha ]
        |> Entry.drawn (fun random format -> (let x = placed random format in [| x[0]; x[1]; (if random.Next 2 = 0 then x[0] else x[1]) |]))
        |> Entry.given
            "+ 2⁻⁵⁰ of the terms"
            Entry.rounded
            (Entry.terms
                (fun x -> 4.0 / alpha * (abs x[0] + abs x[1] + abs x[2]))
                [ (fun _ -> 4.0 / alpha); (fun _ -> 4.0 / alpha); (fun _ -> 4.0 / alpha) ])
        |> Entry.promises [ Convex [ 0; 1; 2 ] ]

    let private dawidSebastiani =
        Places.entry
            "dawidSebastiani"
            (DawidSebastiani())
            { new Call with
                member _.Of(x, _) = dawidSebastiani x[2] x[1] x[0]
            }
        |> Entry.given
            "within 10^±60; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x -> z x * z x + 2.0 * abs (Math.Log x[2]))
                [ (fun _ -> 0.0); (fun _ -> 0.0); (fun x -> 4.0 * (1.0 + z x * z x) / x[2]) ])
        |> Entry.promises [ Convex [ 0; 1 ]; NotConvex 2 ]

    let private brier =
        Entry.pointwise
            "brier"
            (Brier())
            [ Operand.of' Numbers.Probability "probabilities"; Operand.of' Numbers.Probability "target" ]
            { new Call with
                member _.Of(x, _) = brier x[1] x[0]
            }
        |> Entry.promises [ NonNegative; Distance; Symmetric; Convex [ 0; 1 ]; Lipschitz(0, 2.0) ]

    let entries: Entry list =
        [ crpsNormal; crpsLogistic; crpsLaplace; crpsExponential; intervalScore 0.1; dawidSebastiani; brier ]
