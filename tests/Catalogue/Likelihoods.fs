namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp
open Losses.Catalogue.Places

/// Likelihoods beyond PyTorch's.
module Likelihoods =

    let private moderateAbove (format: Format) (random: Random) =
        let x = abs (Draw.moderate random format)
        if x > 1e-30 then x else 1.0

    let private softplus (x: float) = max x 0.0 + Math.Log(1.0 + exp -(abs x))
    let private sigmoid (x: float) = 1.0 / (1.0 + exp -x)
    // Of the sizes of log Γ and its slope.
    let private logGamma (x: float) = abs (x * Math.Log(x + 1.0)) + abs (Math.Log x) + 2.0
    let private digamma (x: float) = abs (Math.Log x) + 1.0 / x + 1.0
    let private placeOf (x: float[]) = abs (Math.Log x[1]) + abs x[0]

    let private counted (random: Random) = if random.Next 3 = 0 then 0.0 else float (random.Next 60)

    let private laplaceNLL =
        Places.entry
            "laplaceNLL"
            (LaplaceNLL())
            { new Call with
                member _.Of(x, _) = laplaceNLL x[2] x[1] x[0]
            }
        |> Entry.given
            "within 10^±60; + 2⁻³⁷ of the larger of log 2b, |d|/b (value), 1/b, |d|/b² (slope by b)"
            Entry.elementary
            (Entry.terms (fun x -> z x + abs (Math.Log(2.0 * x[2]))) [ (fun _ -> 0.0); (fun _ -> 0.0); (fun x -> 4.0 * (1.0 + z x) / x[2]) ])
        |> Entry.promises [ Convex [ 0; 1 ]; NotConvex 2 ]

    let private logisticNLL =
        Places.entry
            "logisticNLL"
            (LogisticNLL())
            { new Call with
                member _.Of(x, _) = logisticNLL x[2] x[1] x[0]
            }
        |> Entry.given
            "within 10^±60; + 2⁻³⁷ of the larger of log s, |d|/s (value), 1/s, |d|/s² (slope by s)"
            Entry.elementary
            (Entry.terms (fun x -> z x + abs (Math.Log x[2]) + 2.0) [ (fun _ -> 0.0); (fun _ -> 0.0); (fun x -> 4.0 * (1.0 + z x) / x[2]) ])
        |> Entry.curved (fun x -> exp -(z x) * (2.0 + z x) / x[2] / x[2])
        |> Entry.promises [ Convex [ 0; 1 ]; NotConvex 2 ]

    let private logNormalNLL =
        Entry.pointwise3
            "logNormalNLL"
            (LogNormalNLL())
            [ Operand.any "prediction"; Operand.any "target"; Operand.of' Numbers.Positive "scale" ]
            { new Call with
                member _.Of(x, _) = logNormalNLL x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            [|
                Draw.moderate random format
                (if random.Next 8 = 0 then -1.0 else moderateAbove format random)
                moderateAbove format random
            |])
        |> Entry.given
            "moderate; + 2⁻³⁷ of the terms of log t and x"
            Entry.elementary
            (Entry.terms
                (fun x -> placeOf x + abs (Math.Log x[2]) + (placeOf x / x[2]) ** 2.0 + 2.0)
                [
                    (fun x -> 4.0 * placeOf x / x[2] / x[2])
                    (fun x -> (4.0 + 4.0 * placeOf x / x[2] / x[2]) / abs x[1])
                    (fun x -> 4.0 * (1.0 + (placeOf x / x[2]) ** 2.0) / x[2])
                ])
        |> Entry.promises [ Convex [ 0 ] ]

    let private exponentialNLL =
        Entry.pointwise
            "exponentialNLL"
            (ExponentialNLL())
            [ Operand.of' Numbers.Positive "prediction"; Operand.any "target" ]
            { new Call with
                member _.Of(x, _) = exponentialNLL x[1] x[0]
            }
        |> Entry.drawn (fun random format -> [| above format random; (if random.Next 8 = 0 then -1.0 else above format random) |])
        |> Entry.given
            "within 10^±60; + 2⁻³⁷ of the larger of λt, log λ (value), t, 1/λ (slope)"
            Entry.elementary
            (Entry.terms (fun x -> abs (x[0] * x[1]) + abs (Math.Log x[0])) [ (fun x -> 4.0 * (1.0 / x[0] + abs x[1])); (fun _ -> 0.0) ])
        |> Entry.promises [ Convex [ 0 ] ]

    let private betaGaussianNLL (beta: float) (full: bool) =
        Entry.pointwise3
            $"betaGaussianNLL beta {beta}"
            (BetaGaussianNLL(beta, full, 1e-6))
            [ Operand.any "prediction"; Operand.any "target"; Operand.of' Numbers.NotNegative "variance" ]
            { new Call with
                member _.Of(x, _) = betaGaussianNLL beta full 1e-6 x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "beta", box beta; "full", box full; "eps", box 1e-6 ]
        |> Entry.drawn placed
        |> Entry.given
            "within 10^±60; + 2⁻³⁷ of the terms, times v^β"
            Entry.elementary
            (Entry.terms
                (fun x -> (max x[2] 1e-6) ** beta * (2.0 + abs (Math.Log(max x[2] 1e-6)) + (x[0] - x[1]) ** 2.0 / max x[2] 1e-6))
                [
                    (fun x -> abs (x[0] - x[1]) * (max x[2] 1e-6) ** (beta - 1.0))
                    (fun x -> abs (x[0] - x[1]) * (max x[2] 1e-6) ** (beta - 1.0))
                    (fun x -> 4.0 * (max x[2] 1e-6) ** (beta - 1.0) * (1.0 + (x[0] - x[1]) ** 2.0 / max x[2] 1e-6))
                ])
        |> Entry.promises [ Convex [ 0; 1 ] ]

    let private gammaNLL =
        Entry.elementwise
            "gammaNLL"
            [ Operand.of' Numbers.Positive "shape"; Operand.any "target"; Operand.of' Numbers.Positive "rate" ]
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.gamma (x[0][0]) (x[1][0]) (x[2][0]) |]
            }
            { new Call with
                member _.Of(x, _) = gammaNLL x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            [|
                moderateAbove format random
                (if random.Next 8 = 0 then -1.0 else moderateAbove format random)
                moderateAbove format random
            |])
        |> Entry.given
            "moderate; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x -> logGamma x[0] + x[0] * abs (Math.Log(x[2] * abs x[1])) + abs (Math.Log(abs x[1])) + x[2] * abs x[1] + x[0])
                [
                    (fun x -> 2.0 * (digamma x[0] + abs (Math.Log(x[2] * abs x[1]))))
                    (fun x -> 4.0 * ((x[0] + 1.0) / abs x[1] + x[2]))
                    (fun x -> 4.0 * (x[0] / x[2] + abs x[1]))
                ])
        |> Entry.promises [ Convex [ 0 ] ]

    let private betaNLL =
        Entry.elementwise
            "betaNLL"
            [ Operand.of' Numbers.Positive "alpha"; Operand.of' Numbers.Probability "target"; Operand.of' Numbers.Positive "beta" ]
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.beta (x[0][0]) (x[1][0]) (x[2][0]) |]
            }
            { new Call with
                member _.Of(x, _) = betaNLL x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            [| moderateAbove format random; format.Round(0.001 + 0.998 * random.NextDouble()); moderateAbove format random |])
        |> Entry.given
            "moderate; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x ->
                    logGamma x[0]
                    + logGamma x[2]
                    + logGamma (x[0] + x[2])
                    + (1.0 + x[0]) * abs (Math.Log x[1])
                    + (1.0 + x[2]) * abs (Math.Log(1.0 - x[1])))
                [
                    (fun x -> 2.0 * (digamma x[0] + digamma (x[0] + x[2]) + abs (Math.Log x[1])))
                    (fun x -> 4.0 * ((1.0 + x[0]) / x[1] + (1.0 + x[2]) / (1.0 - x[1])))
                    (fun x -> 2.0 * (digamma x[2] + digamma (x[0] + x[2]) + abs (Math.Log(1.0 - x[1]))))
                ])
        |> Entry.curved (fun x -> 1.0 / x[0] + 1.0 / (x[0] * x[0]))
        |> Entry.promises [ Convex [ 0; 2 ] ]

    let private negativeBinomialNLL =
        Entry.elementwise
            "negativeBinomialNLL"
            [ Operand.any "logits"; Operand.of' Numbers.NotNegative "target"; Operand.of' Numbers.Positive "totalCount" ]
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.negativeBinomial (x[0][0]) (x[1][0]) (x[2][0]) |]
            }
            { new Call with
                member _.Of(x, _) = negativeBinomialNLL x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format -> [| Draw.moderate random format; counted random; moderateAbove format random |])
        |> Entry.given
            "moderate; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x -> logGamma x[2] + logGamma (x[1] + x[2]) + logGamma (x[1] + 1.0) + x[2] * softplus x[0] + x[1] * softplus -x[0])
                [
                    (fun x -> 4.0 * (x[2] * sigmoid x[0] + x[1] * sigmoid -x[0]))
                    (fun x -> 2.0 * (digamma (x[1] + x[2]) + digamma (x[1] + 1.0) + softplus -x[0]))
                    (fun x -> 2.0 * (digamma x[2] + digamma (x[1] + x[2]) + softplus x[0]))
                ])
        |> Entry.promises [ Convex [ 0 ] ]

    let private binomialNLL =
        Entry.pointwise3
            "binomialNLL"
            (BinomialNLL())
            [ Operand.any "logits"; Operand.of' Numbers.NotNegative "target"; Operand.of' Numbers.NotNegative "totalCount" ]
            { new Call with
                member _.Of(x, _) = binomialNLL x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            (let n = counted random in [| Draw.moderate random format; (if n = 0.0 then 0.0 else float (random.Next(int n))); n |]))
        |> Entry.given
            "moderate; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun x -> x[2] * softplus x[0]) [ (fun x -> 4.0 * (x[2] * sigmoid x[0] + x[1])); (fun _ -> 0.0); (fun _ -> 0.0) ])
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private zeroInflatedPoissonNLL (full: bool) =
        Entry.elementwise
            $"zeroInflatedPoissonNLL full {full}"
            [ Operand.any "prediction"; Operand.constant (Operand.of' Numbers.NotNegative "target"); Operand.any "zeroLogits" ]
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.zeroInflatedPoisson full (x[0][0]) (x[1][0]) (x[2][0]) |]
            }
            { new Call with
                member _.Of(x, _) = zeroInflatedPoissonNLL full x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "full", box full ]
        |> Entry.drawn (fun random format -> [| min 5.0 (Draw.moderate random format); counted random; Draw.moderate random format |])
        |> Entry.given
            "moderate; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x -> softplus x[2] + exp x[0] + abs (x[1] * x[0]) + logGamma (x[1] + 1.0))
                [ (fun x -> 4.0 * (exp x[0] + x[1])); (fun _ -> 0.0); (fun x -> 4.0 * exp x[0]) ])
        |> Entry.curved (fun x -> exp x[0] * (1.0 + exp x[0]))
        |> Entry.promises [ Asymmetric ]

    let private tweedieNLL (p: float) (logLink: bool) =
        Entry.pointwise
            $"tweedieNLL p {p} logLink {logLink}"
            (TweedieNLL(p, logLink))
            [
                (if logLink then Operand.any "prediction" else Operand.of' Numbers.Positive "prediction")
                Operand.of' Numbers.NotNegative "target"
            ]
            { new Call with
                member _.Of(x, _) = tweedieNLL p logLink x[1] x[0]
            }
        |> Entry.withArguments [ "p", box p; "logLink", box logLink ]
        |> Entry.drawn (fun random format ->
            [| (if logLink then Draw.moderate random format else moderateAbove format random); abs (Draw.moderate random format) |])
        |> Entry.given
            "moderate; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x ->
                    let m = (if logLink then exp x[0] else x[0]) in
                    (1.0 + abs (Math.Log m)) * (x[1] * m ** (1.0 - p) / (p - 1.0) + m ** (2.0 - p) / (2.0 - p)))
                [
                    (fun x ->
                        let m = (if logLink then exp x[0] else x[0]) in
                        (4.0 + abs (Math.Log m)) * (x[1] * m ** (1.0 - p) + m ** (2.0 - p)) / (if logLink then 1.0 else m))
                    (fun x -> let m = (if logLink then exp x[0] else x[0]) in (1.0 + abs (Math.Log m)) * m ** (1.0 - p) / (p - 1.0))
                ])
        |> Entry.curved (fun x ->
            if logLink then
                (2.0 + abs x[0]) * (x[1] * exp ((1.0 - p) * x[0]) + exp ((2.0 - p) * x[0]))
            else
                (2.0 + abs (Math.Log x[0])) * (2.0 * x[1] * x[0] ** (-p - 1.0) + x[0] ** -p))
        |> Entry.promises [ NonNegative ]

    // A mean above 0, and a target like it or 0 where that may be.
    let private amounts (least: bool) (random: Random) (format: Format) =
        let x = moderateAbove format random

        let t =
            match random.Next 8 with
            | 0 when least -> 0.0
            | 1
            | 2
            | 3 -> abs (Draw.related random format x (fun () -> moderateAbove format random))
            | _ -> moderateAbove format random

        [| x; (if t > 0.0 || least then t else x) |]

    let private deviance (power: float) (definition: IPointwise) =
        let a, b = 2.0 - power, 1.0 - power
        let least = power < 2.0
        let size e = if e = 0.0 then 1.0 else 1.0 / abs e
        let ratio (x: float[]) = abs (Math.Log(x[1] / x[0]))
        let powers (e: float) (x: float[]) = (x[1] / x[0]) ** e

        // Next to the target the quadratic term, else those that the formula has.
        let terms (x: float[]) =
            if x[1] = 0.0 then
                x[0] ** a * size a
            elif ratio x * max 1.0 (abs a) < 0.25 then
                x[0] ** a * ratio x * ratio x * size b
            else
                2.0
                * (1.0 + abs a)
                * x[0] ** a
                * (1.0 + abs (Math.Log x[0]) + ratio x)
                * size b
                * size a
                * (powers a x + powers 1.0 x + 1.0)

        let byPrediction (x: float[]) = abs (x[0] - x[1]) * x[0] ** -power * (1.0 + abs (Math.Log x[0]))

        let byTarget (x: float[]) =
            if x[1] = 0.0 then
                if b > 0.0 then x[0] ** b * size b else 0.0
            else
                2.0
                * (1.0 + abs b)
                * x[0] ** b
                * (1.0 + abs (Math.Log x[0]) + ratio x)
                * (if b = 0.0 then ratio x else min (ratio x) 1.0 * (powers b x + 1.0) * size b)

        Entry.composed
            $"tweedieDeviance power {power}"
            definition
            [
                Operand.of' Numbers.Positive "prediction"
                Operand.of' (if least then Numbers.NotNegative else Numbers.Positive) "target"
            ]
            { new Call with
                member _.Of(x, _) = tweedieDeviance power x[1] x[0]
            }
        |> Entry.withArguments [ "power", box power ]
        |> Entry.drawn (amounts least)
        |> Entry.given "moderate; + 2⁻⁵⁰ of the terms" Entry.rounded (Entry.terms terms [ byPrediction; byTarget ])
        |> Entry.curved (fun x -> (2.0 + abs (Math.Log x[0])) * (1.0 + abs power) * (x[0] + x[1]) * x[0] ** (-power - 1.0))
        |> Entry.promises [ NonNegative ]

    let entries: Entry list =
        [
            laplaceNLL
            logisticNLL
            logNormalNLL
            exponentialNLL
            betaGaussianNLL 0.5 false
            betaGaussianNLL 0.25 true
            gammaNLL
            betaNLL
            negativeBinomialNLL
            binomialNLL
            zeroInflatedPoissonNLL false
            zeroInflatedPoissonNLL true
            tweedieNLL 1.5 false
            tweedieNLL 1.3 true
            deviance 1.0 (PoissonDeviance())
            deviance 2.0 (GammaDeviance())
            deviance 1.5 (TweedieDeviance 1.5)
            deviance 3.0 (TweedieDeviance 3.0)
            deviance -0.5 (TweedieDeviance -0.5)
        ]
