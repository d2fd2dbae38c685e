namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Regression beyond what PyTorch has of it, robust losses among them: the definition itself, over 106 bits.
module Regressions =

    let private prediction = Operand.any "prediction"
    let private target = Operand.any "target"

    let private difference = [ NonNegative; Distance; Symmetric; OfDifference; Convex [ 0; 1 ] ]
    // Alike, but that it bends down again.
    let private bent = [ NonNegative; Distance; Symmetric; OfDifference; NotConvex 0 ]

    let private gap (x: float[]) = abs (x[0] - x[1])

    // A difference of float64 numbers is rounded: next to a kink the slope is that of one side or the other.
    let private kinked (at: float) (entry: Entry) =
        entry
        |> Entry.given
            "+ 2⁻⁵⁰ of the threshold; nearer to the kink than that, the slope is one or the other"
            Entry.rounded
            (let slope (x: float[]) = if abs (gap x - at) < Math.ScaleB(at, -50) then infinity else 0.0
             Entry.terms (fun _ -> 2.0 * at) [ slope; slope ])

    // So that squares and quotients stay in range.
    let private ranged (low: float) (high: float) (random: Random) (format: Format) =
        let draw = Draw.between low high Draw.finite
        let x = draw random format
        let t = Draw.related random format x (fun () -> draw random format)
        [| x; (if abs t > high then x else t) |]

    let private halfSquaredError =
        Entry.pointwise
            "halfSquaredError"
            (HalfSquaredError())
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = halfSquaredError x[1] x[0]
            }
        |> Entry.promises difference

    let private msle =
        Entry.pointwise
            "msle"
            (MSLE())
            [ Operand.of' Numbers.AboveMinusOne "prediction"; Operand.of' Numbers.AboveMinusOne "target" ]
            { new Call with
                member _.Of(x, _) = msle x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            let draw random format = Numbers.AboveMinusOne.Draw(random, format)
            let x = Draw.between 1e-150 1e150 draw random format
            let t = Draw.related random format x (fun () -> Draw.between 1e-150 1e150 draw random format)
            [| x; (if t > -1.0 && t < 1e150 then t else x) |])
        |> Entry.given
            "float64 within 10^±150; + 2⁻⁵³ of the value, 2⁻⁵² of the slope"
            0.0
            (let apart (x: float[]) = abs (Math.Log(1.0 + x[0]) - Math.Log(1.0 + x[1]))
             let slope operand (x: float[]) = apart x / (1.0 + x[operand])
             Entry.terms (fun x -> 0.25 * apart x ** 2.0) [ slope 0; slope 1 ])
        |> Entry.curved (fun x -> 2.0 * (1.0 + abs (Math.Log(1.0 + x[0]) - Math.Log(1.0 + x[1]))) / (1.0 + x[0]) ** 2.0)
        |> Entry.promises [ NonNegative; Distance; Symmetric; NotConvex 0 ]

    let private mape (epsilon: float) =
        Entry.pointwise
            $"mape epsilon {epsilon}"
            (MAPE epsilon)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = mape epsilon x[1] x[0]
            }
        |> Entry.withArguments [ "epsilon", box epsilon ]
        |> Entry.drawn (ranged 1e-150 1e150)
        |> Entry.given
            "float64 within 10^±150; slope by the target: + 2⁻⁵⁰ of 1/|t| and |x − t| / t²"
            Entry.rounded
            (Entry.terms (fun _ -> 0.0) [ (fun _ -> 0.0); (fun x -> let m = max (abs x[1]) epsilon in 200.0 / m * (1.0 + gap x / m)) ])
        |> Entry.promises [ NonNegative; Asymmetric; Convex [ 0 ] ]

    let private smape =
        Entry.pointwise
            "smape"
            (SMAPE())
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = smape x[1] x[0]
            }
        |> Entry.drawn (ranged 1e-150 1e150)
        |> Entry.given
            "+ 2⁻⁵² of the slope"
            0.0
            (let slope other (x: float[]) =
                let size = abs x[0] + abs x[1]
                if x[0] * x[1] > 0.0 then 200.0 * (abs x[other] / size) / size else 0.0

             Entry.terms (fun _ -> 0.0) [ slope 1; slope 0 ])
        // It is divided by the cube of a sum that is rounded.
        |> Entry.curved (fun x -> 800.0 * abs x[1] / (abs x[0] + abs x[1]) ** 3.0)
        |> Entry.promises [ NonNegative; Distance; Symmetric; NotConvex 0 ]

    let private pinball (tau: float) =
        Entry.pointwise
            $"pinball tau {tau}"
            (Pinball tau)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = pinball tau x[1] x[0]
            }
        |> Entry.withArguments [ "tau", box tau ]
        |> Entry.promises
            [
                NonNegative
                Distance
                (if tau = 0.5 then Symmetric else Asymmetric)
                OfDifference
                Convex [ 0; 1 ]
                Lipschitz(0, max tau (1.0 - tau))
            ]

    let private expectile (tau: float) =
        Entry.pointwise
            $"expectile tau {tau}"
            (Expectile tau)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = expectile tau x[1] x[0]
            }
        |> Entry.withArguments [ "tau", box tau ]
        |> Entry.promises [ NonNegative; Distance; Asymmetric; OfDifference; Convex [ 0; 1 ] ]

    let private quantileHuber (tau: float) (kappa: float) =
        Entry.pointwise
            $"quantileHuber tau {tau} kappa {kappa}"
            (QuantileHuber(tau, kappa))
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = quantileHuber tau kappa x[1] x[0]
            }
        |> Entry.withArguments [ "tau", box tau; "kappa", box kappa ]
        |> Entry.promises [ NonNegative; Distance; Asymmetric; OfDifference; Convex [ 0; 1 ]; Lipschitz(0, max tau (1.0 - tau)) ]

    let private epsilonInsensitive (epsilon: float) =
        Entry.pointwise
            $"epsilonInsensitive epsilon {epsilon}"
            (EpsilonInsensitive epsilon)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = epsilonInsensitive epsilon x[1] x[0]
            }
        |> Entry.withArguments [ "epsilon", box epsilon ]
        |> kinked epsilon
        |> Entry.promises [ NonNegative; Symmetric; OfDifference; Convex [ 0; 1 ]; Lipschitz(0, 1.0) ]

    let private squaredEpsilonInsensitive (epsilon: float) =
        Entry.pointwise
            $"squaredEpsilonInsensitive epsilon {epsilon}"
            (SquaredEpsilonInsensitive epsilon)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = squaredEpsilonInsensitive epsilon x[1] x[0]
            }
        |> Entry.withArguments [ "epsilon", box epsilon ]
        |> Entry.given
            "what is beyond the threshold: + 2⁻⁵⁰ of the threshold"
            Entry.rounded
            (let slope _ = 4.0 * epsilon
             let excess (x: float[]) = max 0.0 (gap x - epsilon)
             Entry.terms (fun x -> 4.0 * epsilon * (excess x + Math.ScaleB(epsilon, -50))) [ slope; slope ])
        |> Entry.promises [ NonNegative; Symmetric; OfDifference; Convex [ 0; 1 ] ]

    let private lp (p: float) =
        Entry.pointwise
            $"lp p {p}"
            (Lp p)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = lp p x[1] x[0]
            }
        |> Entry.withArguments [ "p", box p ]
        |> Entry.drawn (ranged 1e-150 1e150)
        |> Entry.promises (if p < 1.0 then bent else difference)

    let private pseudoHuber (delta: float) =
        Entry.pointwise
            $"pseudoHuber delta {delta}"
            (PseudoHuber delta)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = pseudoHuber delta x[1] x[0]
            }
        |> Entry.withArguments [ "delta", box delta ]
        |> Entry.drawn (ranged 1e-300 1e300)
        |> Entry.given
            "+ 2⁻⁵² of the slope"
            0.0
            (let slope (x: float[]) = 0.5 * delta * (gap x / Double.Hypot(delta, gap x))
             Entry.terms (fun _ -> 0.0) [ slope; slope ])
        |> Entry.curved (fun x -> 3.0 / sqrt (1.0 + (gap x / delta) ** 2.0))
        |> Entry.promises (difference @ [ Lipschitz(0, delta * (1.0 + Math.ScaleB(1.0, -51))) ])

    let private generalRobust (alpha: float) (scale: float) =
        Entry.pointwise
            $"generalRobust alpha {alpha} scale {scale}"
            (GeneralRobust(alpha, scale))
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = generalRobust alpha scale x[1] x[0]
            }
        |> Entry.withArguments [ "alpha", box alpha; "scale", box scale ]
        |> Entry.drawn (ranged 1e-150 1e150)
        |> Entry.given "float64 within 10^±150; an exponential multiplies the error of its logarithm" Entry.rounded (fun _ sample ->
            let z = gap (Array.map Array.head sample.Operands) / scale
            let distance = abs (alpha - 2.0)

            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> 0.0
                Relative =
                    if alpha = 2.0 || alpha = 0.0 then 0.0
                    elif Double.IsInfinity alpha then z * z / 2.0
                    else 0.5 + abs alpha * Math.Log(1.0 + z * z / distance)
            })
        |> Entry.curved (fun x ->
            let square = (gap x / scale) ** 2.0
            let distance = abs (alpha - 2.0)

            if alpha = 2.0 then
                0.0
            elif alpha = 0.0 then
                (1.0 + square) / (1.0 + square / 2.0) ** 2.0 / (scale * scale)
            elif Double.IsInfinity alpha then
                exp (Math.Sign alpha |> float |> (*) (square / 2.0)) * (1.0 + square) * (1.0 + square / 2.0) / (scale * scale)
            else
                let inner = square / distance + 1.0
                let logarithm = abs alpha * Math.Log inner
                inner ** (alpha / 2.0 - 1.0) * (1.0 + square / inner) * (1.0 + logarithm) / (scale * scale))
        |> Entry.promises (if alpha >= 1.0 then difference else bent)

    let private tukeyBiweight (c: float) =
        Entry.pointwise
            $"tukeyBiweight c {c}"
            (TukeyBiweight c)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = tukeyBiweight c x[1] x[0]
            }
        |> Entry.withArguments [ "c", box c ]
        |> Entry.given
            "+ 2⁻⁵⁰ of the value; next to c the rounding of the difference: slope + 2⁻⁵⁰ of |d| (1 − (d/c)²)"
            Entry.rounded
            (let rest (x: float[]) = max 0.0 (1.0 - (gap x / c) ** 2.0) + Math.ScaleB(1.0, -50)
             let slope (x: float[]) = if gap x > c * (1.0 + Math.ScaleB(1.0, -50)) then 0.0 else 4.0 * gap x * rest x
             Entry.terms (fun x -> 0.25 * (min (gap x) c) ** 2.0) [ slope; slope ])
        |> Entry.curved (fun _ -> 4.0)
        |> Entry.promises bent

    let private wing (width: float) (curvature: float) =
        Entry.pointwise
            $"wing width {width} curvature {curvature}"
            (Wing(width, curvature))
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = wing width curvature x[1] x[0]
            }
        |> Entry.withArguments [ "width", box width; "curvature", box curvature ]
        |> kinked width
        |> Entry.promises bent

    let private adaptiveWing (theta: float) =
        Entry.composed
            $"adaptiveWing theta {theta}"
            (AdaptiveWing(14.0, theta, 1.0, 2.1))
            [ prediction; Operand.of' Numbers.Probability "target" ]
            { new Call with
                member _.Of(x, _) = adaptiveWing 14.0 theta 1.0 2.1 x[1] x[0]
            }
        |> Entry.withArguments [ "omega", box 14.0; "theta", box theta; "epsilon", box 1.0; "alpha", box 2.1 ]
        |> Entry.drawn (fun random format ->
            let t = Draw.probability random format
            [| format.Round(t + 4.0 * random.NextDouble() - 2.0); t |])
        |> Entry.given
            "predictions within 2 of the target; + 2⁻³⁷ of the terms"
            Entry.elementary
            (let slope (x: float[]) = if gap x = 0.0 then 0.0 else 42.0 * (1.0 + abs (Math.Log(gap x))) * (gap x ** (1.0 - x[1]) + gap x)
             Entry.terms (fun x -> if gap x = 0.0 then 0.0 else 14.0 * (1.0 + gap x) * (1.0 + abs (Math.Log(gap x)))) [ slope; slope ])
        |> Entry.curved (fun x -> if gap x = 0.0 then 0.0 else 42.0 * (1.0 + abs (Math.Log(gap x))) * (1.0 + gap x ** (0.1 - x[1])))
        |> Entry.promises [ NonNegative ]

    let private reverseHuber (c: float) =
        Entry.pointwise
            $"reverseHuber c {c}"
            (ReverseHuber c)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = reverseHuber c x[1] x[0]
            }
        |> Entry.withArguments [ "c", box c ]
        |> Entry.promises difference

    let entries: Entry list =
        [
            adaptiveWing 0.5
            adaptiveWing 0.1
            halfSquaredError
            msle
            mape 1e-7
            mape 0.1
            smape
            pinball 0.5
            pinball 0.9
            expectile 0.1
            quantileHuber 0.3 1.0
            quantileHuber 0.9 0.05
            quantileHuber 0.9 0.0
            epsilonInsensitive 0.1
            squaredEpsilonInsensitive 0.5
            lp 1.5
            lp 0.5
            pseudoHuber 1.0
            pseudoHuber 0.3
            // Each of the limits, and between them.
            generalRobust 2.0 0.5
            generalRobust 1.0 1.0
            generalRobust 0.0 1.0
            generalRobust -2.0 1.0
            generalRobust -infinity 2.0
            generalRobust 1.5 1.0
            generalRobust 1e-6 1.0
            tukeyBiweight 4.685
            wing 5.0 0.5
            reverseHuber 0.7
        ]
