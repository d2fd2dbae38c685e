namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Losses of generative models and of images.
module Generation =

    let private scores (name: string) (form: Adversarial) (laws: Law list) (formula: Formula) (call: Adversarial -> Call) =
        Entry.elementwise $"{name} {form}" [ Operand.any "logits" ] formula (call form)
        |> Entry.withArguments [ "form", box form ]
        |> Entry.promises laws

    let private real =
        { new Formula with
            member _.Of(x, _, _) = [| Notation.softplus (Notation.(~-) (x[0][0])) |]
        }

    let private fake =
        { new Formula with
            member _.Of(x, _, _) = [| Notation.softplus (x[0][0]) |]
        }

    // max(0, 1 ± x)
    let private hinge (sign: float) =
        { new Formula with
            member _.Of(x, _, _) = [| Notation.hinge (Notation.(+) (Notation.num 1.0) (Notation.(.*) sign (x[0][0]))) |]
        }

    let private near (target: float) =
        { new Formula with
            member _.Of(x, _, _) =
                let d: 'T = Notation.(-) (x[0][0]) (Notation.num target)
                // Its slope is finite where the square is not.
                [| Notation.(*) (Notation.(.*) 0.5 d) d |]
        }

    let private times (factor: float) (formula: Formula) =
        { new Formula with
            member _.Of(x, numbers, labels) = formula.Of(x, numbers, labels) |> Array.map (Notation.(.*) factor)
        }

    let private itself =
        { new Formula with
            member _.Of(x, _, _) = [| x[0][0] |]
        }

    let private ofReal form =
        { new Call with
            member _.Of(x, _) = criticOfReal form x[0]
        }

    let private ofFake form =
        { new Call with
            member _.Of(x, _) = criticOfFake form x[0]
        }

    let private ofGenerator form =
        { new Call with
            member _.Of(x, _) = generator form x[0]
        }

    let private classified = [ NonNegative; Convex [ 0 ]; Lipschitz(0, 1.0) ]

    // A mean and the logarithm of a variance whose exponential is a number, next to 0 as well.
    let private normal (random: Random) (format: Format) =
        let mean = Draw.between 1e-15 1e15 Draw.finite random format
        let log = format.Round(Math.ScaleB(random.NextDouble() * 80.0 - 40.0, -(random.Next 2) * random.Next 40))
        [| mean; log |]

    let private excess (x: float) = Math.Exp x + 1.0 + abs x

    let private standardNormalKL =
        Entry.pointwise
            "standardNormalKL"
            (StandardNormalKL())
            [ Operand.any "mean"; Operand.any "logVariance" ]
            { new Call with
                member _.Of(x, _) = standardNormalKL x[1] x[0]
            }
        |> Entry.drawn normal
        |> Entry.given
            "logarithms of variances within ±40; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun x -> if abs x[1] < 0.25 then 4.0 * x[1] * x[1] else excess x[1])
                [ (fun _ -> 0.0); (fun x -> min 1.0 (abs x[1]) * excess x[1]) ])
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    // ½ ((μ₁ − μ₂)² / σ₂² + σ₁² / σ₂² − 1 − log(σ₁² / σ₂²))
    let private normalKL =
        Entry.elementwise
            "normalKL"
            [ Operand.any "mean1"; Operand.any "logVariance1"; Operand.any "mean2"; Operand.any "logVariance2" ]
            { new Formula with
                member _.Of(x, _, _) =
                    let d: 'T = Notation.(-) (x[0][0]) (x[2][0])
                    let v: 'T = Notation.(-) (x[1][0]) (x[3][0])
                    let apart = Notation.(/) (Notation.(*) d d) (Notation.exp (x[3][0]))
                    [| Notation.(.*) 0.5 (Notation.(+) apart (Notation.(-) (Notation.expm1 v) v)) |]
            }
            { new Call with
                member _.Of(x, _) = normalKL x[3] x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            let one, two = normal random format, normal random format
            let mean = Draw.related random format one[0] (fun () -> two[0])
            let log = Draw.related random format one[1] (fun () -> two[1])

            [|
                one[0]
                one[1]
                (if abs mean > 1e20 || abs (mean - one[0]) < 1e-30 then one[0] else mean)
                (if abs log > 40.0 then one[1] else log)
            |])
        |> Entry.given
            "logarithms of variances within ±40; + 2⁻³⁷ of the terms"
            Entry.elementary
            (let apart (x: float[]) = (x[0] - x[2]) ** 2.0 * exp -x[3]
             let slope (x: float[]) = 2.0 * abs (x[0] - x[2]) * exp -x[3]

             // The difference of the logarithms is rounded.
             fun format sample ->
                 let x = sample.Operands |> Array.map Array.head

                 let terms =
                     Entry.terms
                         (fun x -> 8.0 * apart x + 2.0 * excess (x[1] - x[3]))
                         [ slope; (fun x -> 2.0 * excess (x[1] - x[3])); slope; (fun x -> 8.0 * apart x + 2.0 * excess (x[1] - x[3])) ]

                 { terms format sample with Relative = 2.0 * abs (x[1] - x[3]) })
        |> Entry.curved (fun x -> 8.0 * exp -x[3])
        |> Entry.promises [ NonNegative ]

    let private totalVariation (isMean: bool) =
        Entry.rows
            ("totalVariation" + (if isMean then " mean" else ""))
            [ Operand.any "image" |> Operand.laid (Layout.Blocks 2) ]
            (fun random format width -> [| Draw.row (Draw.between 1e-30 1e30 Draw.finite) random format (width + width % 2) |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let columns = x[0].Length / 2
                    let apart i j : 'T = Notation.abs (Notation.(-) (x[0][i]) (x[0][j]))
                    let down = Seq.init columns (fun j -> apart j (columns + j)) |> Formulas.total

                    let right =
                        [ 0; columns ]
                        |> Seq.collect (fun row -> Seq.init (columns - 1) (fun j -> apart (row + j) (row + j + 1)))
                        |> Formulas.total

                    let over n (x: 'T) = if isMean && n > 0 then Notation.(/) x (Notation.num (float n)) else x
                    [| Notation.(+) (over columns down) (over (2 * (columns - 1)) right) |]
            }
            { new Call with
                member _.Of(x, _) = totalVariation isMean x[0]
            }
        |> Entry.withArguments [ "isMean", box isMean ]
        |> Entry.given "slopes: + 2⁻⁵⁰ of the terms" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> 4.0
                Relative = 0.0
            })
        |> Entry.promises [ NonNegative; Convex [ 0 ]; Lipschitz(0, 4.0) ]

    let entries: Entry list =
        [
            totalVariation false
            totalVariation true
            scores "criticOfReal" Adversarial.NonSaturating classified real ofReal
            scores "criticOfReal" Adversarial.Hinge classified (hinge -1.0) ofReal
            scores "criticOfReal" Adversarial.LeastSquares [ NonNegative; Convex [ 0 ] ] (near 1.0) ofReal
            scores "criticOfReal" Adversarial.Wasserstein [ Convex [ 0 ]; Lipschitz(0, 1.0); SignedZero ] (times -1.0 itself) ofReal
            scores "criticOfFake" Adversarial.Saturating classified fake ofFake
            scores "criticOfFake" Adversarial.Hinge classified (hinge 1.0) ofFake
            scores "criticOfFake" Adversarial.LeastSquares [ NonNegative; Convex [ 0 ] ] (near 0.0) ofFake
            scores "criticOfFake" Adversarial.Wasserstein [ Convex [ 0 ]; Lipschitz(0, 1.0); SignedZero ] itself ofFake
            scores "generator" Adversarial.NonSaturating classified real ofGenerator
            scores "generator" Adversarial.Saturating [ NotConvex 0; Lipschitz(0, 1.0) ] (times -1.0 fake) ofGenerator
            scores "generator" Adversarial.Hinge [ Convex [ 0 ]; Lipschitz(0, 1.0); SignedZero ] (times -1.0 itself) ofGenerator
            scores "generator" Adversarial.LeastSquares [ NonNegative; Convex [ 0 ] ] (near 1.0) ofGenerator
            standardNormalKL
            normalKL
        ]
