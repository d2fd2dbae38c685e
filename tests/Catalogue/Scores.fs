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

    // A mean of a logarithm and its standard deviation, of ordinary size, and a target like them or none.
    let private logarithms (random: Random) (format: Format) =
        let x = format.Round(6.0 * random.NextDouble() - 3.0)
        let s = format.Round(0.05 + 2.95 * random.NextDouble())
        let t = exp (x + s * (6.0 * random.NextDouble() - 3.0))
        [| x; format.Round(if random.Next 8 = 0 then -t else t); s |]

    let private crpsLogNormal =
        let mean (x: float[]) = exp (x[0] + 0.5 * x[2] * x[2])

        Entry.composed3
            "crpsLogNormal"
            (CRPSLogNormal())
            [ Operand.any "prediction"; Operand.any "target"; Operand.of' Numbers.Positive "scale" ]
            { new Call with
                member _.Of(x, _) = crpsLogNormal x[2] x[1] x[0]
            }
        |> Entry.drawn logarithms
        |> Entry.given
            "of x within ±3 and σ to 3; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x -> abs x[1] + 2.0 * mean x)
                [ (fun x -> 2.0 * mean x); (fun _ -> 2.0); (fun x -> 2.0 * (1.0 + x[2]) * mean x) ])
        |> Entry.curved (fun x -> 4.0 * mean x * (2.0 + 1.0 / x[2]))
        |> Entry.promises [ NonNegative ]

    // Both ends of an interval, and a target in it, outside, or at an end.
    let private ends (random: Random) (format: Format) =
        let lower = Draw.moderate random format
        let width = abs (Draw.moderate random format)
        let upper = format.Round(lower + width + 1e-3)

        let t =
            match random.Next 6 with
            | 0 -> lower
            | 1 -> upper
            | _ -> format.Round(lower + width * (3.0 * random.NextDouble() - 1.0))

        [| lower; t; upper |]

    let private interval name definition call =
        Entry.pointwise3 name definition [ Operand.any "lower"; Operand.any "target"; Operand.any "upper" ] call
        |> Entry.drawn ends

    let private crpsUniform =
        interval
            "crpsUniform"
            (CRPSUniform())
            { new Call with
                member _.Of(x, _) = crpsUniform x[2] x[1] x[0]
            }
        |> Entry.given
            "+ 2⁻⁵⁰ of the terms"
            Entry.rounded
            (Entry.terms (fun x -> abs (x[2] - x[0])) [ (fun _ -> 4.0); (fun _ -> 4.0); (fun _ -> 4.0) ])
        |> Entry.curved (fun x -> 16.0 / abs (x[2] - x[0]))
        |> Entry.promises [ NonNegative ]

    let private uniformNLL =
        interval
            "uniformNLL"
            (UniformNLL())
            { new Call with
                member _.Of(x, _) = uniformNLL x[2] x[1] x[0]
            }
        |> Entry.given "+ 2⁻⁵⁰" Entry.rounded (Entry.terms (fun _ -> 1.0) [ (fun _ -> 0.0); (fun _ -> 0.0); (fun _ -> 0.0) ])

    // Far from a threshold what is beyond it is nearly all.
    let private thresholded (name: string) (definition: IPointwise3) (lower: float) (upper: float) (call: Call) =
        let apart (x: float[]) =
            let beyond bound = if Double.IsInfinity bound then 0.0 else abs (x[0] - bound)
            abs (x[0] - x[1]) + beyond lower + beyond upper

        Entry.composed3
            $"{name} lower {lower} upper {upper}"
            definition
            [ Operand.any "prediction"; Operand.any "target"; Operand.of' Numbers.Positive "scale" ]
            call
        |> Entry.withArguments [ "lower", box lower; "upper", box upper ]
        |> Entry.drawn (fun random format ->
            let x = format.Round(8.0 * random.NextDouble() - 4.0)
            let t = Draw.related random format x (fun () -> format.Round(8.0 * random.NextDouble() - 4.0))
            [| x; t; format.Round(0.05 + 3.95 * random.NextDouble()) |])
        |> Entry.given
            "numbers within ±4, scales to 4; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun x -> x[2] + apart x) [ (fun _ -> 4.0); (fun _ -> 4.0); (fun x -> 4.0 * (1.0 + apart x / x[2])) ])
        |> Entry.curved (fun x -> 16.0 * (1.0 + apart x / x[2]) / x[2])

    let private twcrpsNormal lower upper =
        thresholded
            "twcrpsNormal"
            (TwcrpsNormal(lower, upper))
            lower
            upper
            { new Call with
                member _.Of(x, _) = twcrpsNormal lower upper x[2] x[1] x[0]
            }

    let private twcrpsLogistic lower upper =
        thresholded
            "twcrpsLogistic"
            (TwcrpsLogistic(lower, upper))
            lower
            upper
            { new Call with
                member _.Of(x, _) = twcrpsLogistic lower upper x[2] x[1] x[0]
            }

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
        [
            crpsNormal
            crpsLogistic
            crpsLaplace
            crpsExponential
            crpsLogNormal
            crpsUniform
            uniformNLL
            twcrpsNormal 0.3 infinity
            twcrpsNormal -infinity 0.5
            twcrpsNormal -0.5 1.25
            twcrpsLogistic 0.3 infinity
            twcrpsLogistic -0.5 1.25
            intervalScore 0.1
            dawidSebastiani
            brier
        ]
