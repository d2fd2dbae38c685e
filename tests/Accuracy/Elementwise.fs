namespace Losses.Accuracy

open System
open Losses
open Losses.FSharp

/// The losses of one element at a time: the definition itself, over 106 bits.
module Elementwise =

    let private two = [ "x", true; "t", true ]

    let private pair (random: Random) (format: Format) =
        let x = Draw.finite random format
        [| x; Draw.related random format x (fun () -> Draw.finite random format) |]

    let private one (random: Random) (format: Format) = [| Draw.extended random format |]

    let private logits (random: Random) (format: Format) = [| Draw.extended random format; Draw.probability random format |]

    let private hard (values: float[]) (random: Random) (format: Format) =
        [| Draw.extended random format; values[random.Next values.Length] |]

    let private probabilities (random: Random) (format: Format) =
        let p = Draw.probability random format
        let t = Draw.related random format p (fun () -> Draw.probability random format)
        [| p; (if t >= 0.0 && t <= 1.0 then t else p) |]

    let private l1Case =
        Case.elementwise
            "l1"
            two
            pair
            { new Definition with
                member _.Exact(x, _, _) = [| (L1() :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (l1 x[1] x[0])
            }

    let private mseCase =
        Case.elementwise
            "mse"
            two
            pair
            { new Definition with
                member _.Exact(x, _, _) = [| (MSE() :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (mse x[1] x[0])
            }

    let private smoothL1Case (beta: float) =
        Case.elementwise
            $"smoothL1 beta {beta}"
            two
            pair
            { new Definition with
                // The struct multiplies by 1 / β, rounded: the documented formula divides.
                member _.Exact(x, _, _) =
                    let d = Notation.(-) (x[0][0]) (x[1][0])
                    let size = Notation.abs d
                    let width = Notation.num (if beta > 0.0 then beta else 1.0)
                    let square = Notation.(/) (Notation.(*) (Notation.(*) (Notation.num 0.5) d) d) width
                    [| Notation.ifLess size (Notation.num beta) square (Notation.(-) size (Notation.num (0.5 * beta))) |]

                member _.Tensor(x, _) = Reduce.none (smoothL1 beta x[1] x[0])
            }

    let private huberCase (delta: float) =
        Case.elementwise
            $"huber delta {delta}"
            two
            pair
            { new Definition with
                member _.Exact(x, _, _) = [| (Huber delta :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (huber delta x[1] x[0])
            }

    // The difference as a float64 number, for the sizes of terms.
    let private gap (x: float[]) = abs (x[0] - x[1])

    let private bceCase =
        Case.elementwise
            "bce"
            [ "p", true; "t", true ]
            probabilities
            { new Definition with
                member _.Exact(x, _, _) = [| (BCE() :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (bce x[1] x[0])
            }
        |> Case.given
            "slope by t in float64: + 2⁻⁵¹"
            0.0
            (Case.terms (fun _ -> 0.0) [ (fun _ -> 0.0); (fun x -> if abs (x[0] - 0.5) < 0.25 then 1.0 else 0.0) ])

    // t softplus(−x) + (1 − t) softplus(x), with the slope −x by t that their difference has no digits for near 0.
    let private bceOf (weight: 'T) (x: 'T) (t: 'T) : 'T :> IReal<'T> =
        let l = Notation.logistic x
        let q = Notation.detach t
        let own = Notation.weigh (Notation.(*) weight q) l.SoftplusOfMinus
        let other = Notation.weigh (Notation.(-) (Notation.num 1.0) q) l.Softplus
        Notation.(+) own other

    let private bceWithLogitsCase (name: string) draw =
        Case.elementwise
            name
            two
            draw
            { new Definition with
                member _.Exact(x, _, _) =
                    let x, t = x[0][0], x[1][0]
                    let rest = Notation.weigh (Notation.(-) (Notation.detach t) t) x
                    [| Notation.(+) (bceOf (Notation.num 1.0) x t) rest |]

                member _.Tensor(x, _) = Reduce.none (bceWithLogits x[1] x[0])
            }

    // The slope by the logits is −t σ(−x) + (1 − t) σ(x), whose terms cancel for a soft target near σ(x).
    let private softTarget (weight: float) (case: Case) =
        case
        |> Case.given
            "slope of a soft target: + 2⁻³⁷ of t σ(−x)"
            Case.elementary
            (Case.terms
                (fun _ -> 0.0)
                [
                    (fun x -> (if x[1] = 0.0 || x[1] = 1.0 then 0.0 else 2.0 * max 1.0 weight * min x[1] 1.0 / (1.0 + exp x[0])))
                    (fun _ -> 0.0)
                ])

    let private balancedCase (weight: float) =
        Case.elementwise
            $"balancedBceWithLogits weight {weight}"
            [ "x", true; "t", false ]
            logits
            { new Definition with
                member _.Exact(x, _, _) = [| bceOf (Notation.num weight) (x[0][0]) (x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (balancedBceWithLogits (Weights.op_Implicit weight) x[1] x[0])
            }
        |> softTarget weight

    let private softMarginCase =
        Case.elementwise
            "softMargin"
            two
            (hard [| 1.0; -1.0 |])
            { new Definition with
                member _.Exact(x, _, _) = [| (SoftMargin() :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (softMargin x[1] x[0])
            }

    let private counts (random: Random) (format: Format) =
        match random.Next 4 with
        | 0 -> 0.0
        | 1 -> float (random.Next 100)
        | 2 -> abs (Draw.moderate random format)
        | _ -> min (abs (Draw.finite random format)) (if format.Name = "float32" then format.Largest else 1e290)

    // t log t − t + ½ log 2πt beyond 1
    let private stirlingTerms (full: bool) (t: float) = if full && t > 1.0 then t * log t + t + abs (0.5 * log (2.0 * Math.PI * t)) else 0.0

    let private poissonCase (full: bool) =
        let draw random format =
            let t = counts random format

            let x =
                match random.Next 4 with
                | 0 when t > 0.0 -> format.Round(log t * (1.0 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next 50)))
                | 1 -> Draw.moderate random format
                | _ -> Draw.finite random format

            [| x; t |]

        Case.elementwise
            (if full then "poissonNLL full" else "poissonNLL")
            (if full then [ "x", true; "t", false ] else two)
            draw
            { new Definition with
                member _.Exact(x, _, _) = [| (PoissonNLL(true, full, 1e-8) :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (poissonNLL true full 1e-8 x[1] x[0])
            }
        |> Case.given
            (if full then
                 "+ 2⁻³⁷ of the largest of eˣ, tx, t log t"
             else
                 "+ 2⁻³⁷ of the larger of eˣ, tx (value), eˣ, t (slope)")
            Case.elementary
            (Case.terms
                (fun x -> max (exp x[0]) (if x[1] = 0.0 then 0.0 else abs (x[0] * x[1]) + stirlingTerms full x[1]))
                [ (fun x -> if exp x[0] > x[1] * 2.0 || x[1] > 2.0 * exp x[0] then 0.0 else x[1]); (fun _ -> 0.0) ])

    let private poissonOfRatesCase =
        let draw random format = [| abs (Draw.finite random format); counts random format |]
        let size (x: float[]) = abs (log (x[0] + 1e-8))

        Case.elementwise
            "poissonNLL of rates"
            two
            draw
            { new Definition with
                member _.Exact(x, _, _) = [| (PoissonNLL(false, false, 1e-8) :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (poissonNLL false false 1e-8 x[1] x[0])
            }
        |> Case.given
            "+ 2⁻³⁷ of the larger of x, t log(x + ε) (value), 1, t / (x + ε) (slope); log as of x + ε rounded"
            Case.elementary
            (fun format ->
                // What the rounding of x + ε changes in the logarithm.
                let lost = if format.Name = "float32" then 2e-5 else 1.0

                Case.terms
                    (fun x -> x[0] + x[1] * (size x + lost))
                    [ (fun x -> 1.0 + x[1] / (x[0] + 1e-8)); (fun x -> size x + lost) ]
                    format)

    let private gaussianCase (full: bool) =
        let draw (random: Random) (format: Format) =
            let bounded = Draw.between 1e-150 1e150 Draw.finite random format
            let t = Draw.related random format bounded (fun () -> Draw.between 1e-150 1e150 Draw.finite random format)
            let d = abs (bounded - t)

            let variance =
                match random.Next 4 with
                | 0 -> format.Round(d * d)
                | 1 -> abs (Draw.moderate random format)
                | _ -> abs (Draw.between 1e-150 1e150 Draw.finite random format)

            [| bounded; (if abs t > 1e150 then bounded else t); (if Double.IsFinite variance then variance else 1.0) |]

        let floored (x: float[]) = max x[2] 1e-6

        Case.elementwise
            (if full then "gaussianNLL full" else "gaussianNLL")
            [ "x", true; "t", true; "v", true ]
            draw
            { new Definition with
                member _.Exact(x, _, _) = [| (GaussianNLL(full, 1e-6) :> IPointwise3).Apply(x[0][0], x[1][0], x[2][0]) |]
                member _.Tensor(x, _) = Reduce.none (gaussianNLL full 1e-6 x[2] x[1] x[0])
            }
        |> Case.given
            "float64 within 10^±150; + 2⁻³⁷ of the larger of log v, d²/v (value), 2⁻⁵⁰ of 1/v, d²/v² (slope by v)"
            Case.elementary
            (fun format ->
                // No elementary function is in the slope.
                let unit = if format.Name = "float32" then Math.ScaleB(1.0, -13) else 1.0

                Case.terms
                    (fun x -> abs (log (floored x)) + gap x * gap x / floored x + (if full then 1.0 else 0.0))
                    [ (fun _ -> 0.0); (fun _ -> 0.0); (fun x -> 4.0 * unit * (1.0 / floored x + gap x / floored x * (gap x / floored x))) ]
                    format)

    let private klDivCase =
        let draw random format =
            let t = Draw.probability random format

            let x =
                match random.Next 3 with
                | 0 when t > 0.0 -> format.Round(log t)
                | 1 when t > 0.0 -> format.Round(log t * (1.0 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next 50)))
                | _ -> -(abs (Draw.finite random format))

            [| x; t |]

        let sizes (x: float[]) = abs (log x[1]) + abs x[0]

        Case.elementwise
            "klDiv"
            two
            draw
            { new Definition with
                member _.Exact(x, _, _) = [| (KLDiv() :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (klDiv false x[1] x[0])
            }
        |> Case.given
            "+ 2⁻³⁷ of t log t (value), of log t (slope by t)"
            Case.elementary
            (Case.terms (fun x -> if x[1] = 0.0 then 0.0 else x[1] * sizes x) [ (fun _ -> 0.0); (fun x -> sizes x + 1.0) ])

    let private klDivOfLogsCase =
        let draw random format =
            let x = -(abs (Draw.finite random format))
            [| x; -(abs (Draw.related random format x (fun () -> Draw.finite random format))) |]

        Case.elementwise
            "klDiv of logarithms"
            two
            draw
            { new Definition with
                member _.Exact(x, _, _) = [| (KLDivOfLogs() :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (klDiv true x[1] x[0])
            }
        |> Case.given
            "slope by t: + 2⁻³⁷ of eᵗ"
            Case.elementary
            (Case.terms (fun _ -> 0.0) [ (fun _ -> 0.0); (fun x -> if abs (x[1] - x[0]) > 2.0 then 0.0 else 3.0 * exp x[1]) ])

    let private hingeEmbeddingCase (margin: float) =
        let draw random format =
            [| Draw.related random format margin (fun () -> Draw.finite random format); (if random.Next 2 = 0 then 1.0 else -1.0) |]

        Case.elementwise
            $"hingeEmbedding margin {margin}"
            [ "x", true; "t", false ]
            draw
            { new Definition with
                member _.Exact(x, _, _) = [| (HingeEmbedding margin :> IPointwise).Apply(x[0][0], x[1][0]) |]
                member _.Tensor(x, _) = Reduce.none (hingeEmbedding margin x[1] x[0])
            }

    let private marginRankingCase (margin: float) =
        let draw (random: Random) format =
            let x = Draw.finite random format
            let sign = if random.Next 2 = 0 then 1.0 else -1.0
            [| x; Draw.related random format x (fun () -> Draw.finite random format); sign |]

        Case.elementwise
            $"marginRanking margin {margin}"
            [ "x1", true; "x2", true; "t", true ]
            draw
            { new Definition with
                member _.Exact(x, _, _) = [| (MarginRanking margin :> IPointwise3).Apply(x[0][0], x[1][0], x[2][0]) |]
                member _.Tensor(x, _) = Reduce.none (marginRanking margin x[2] x[1] x[0])
            }
        |> fun case ->
            if margin = 0.0 then
                case
            else
                case
                |> Case.given
                    "+ 2⁻⁵⁰ of the margin; nearer to the kink than that, the slope is one or the other"
                    Case.rounded
                    (let slope (x: float[]) = if abs (margin - x[2] * (x[0] - x[1])) < Math.ScaleB(margin, -50) then infinity else 0.0

                     Case.terms (fun _ -> 2.0 * margin) [ slope; slope; slope ])

    let private sigmoidCase =
        Case.elementwise
            "sigmoid"
            [ "x", true ]
            one
            { new Definition with
                member _.Exact(x, _, _) = [| sigmoid (x[0][0]) |]
                member _.Tensor(x, _) = sigmoid (x[0])
            }

    let private logSigmoidCase =
        Case.elementwise
            "logSigmoid"
            [ "x", true ]
            one
            { new Definition with
                member _.Exact(x, _, _) = [| logSigmoid (x[0][0]) |]
                member _.Tensor(x, _) = logSigmoid (x[0])
            }

    let private softplusCase =
        Case.elementwise
            "softplus"
            [ "x", true ]
            one
            { new Definition with
                member _.Exact(x, _, _) = [| Activations.softplus (x[0][0]) |]
                member _.Tensor(x, _) = Activations.softplus (x[0])
            }

    let cases: Case list =
        [
            l1Case
            mseCase |> Case.withSpans (MSE())
            smoothL1Case 0.0
            smoothL1Case 1.0
            smoothL1Case 2.5
            huberCase 1.0
            huberCase 0.3 |> Case.withSpans (Huber 0.3)
            bceCase
            bceWithLogitsCase "bceWithLogits" logits |> softTarget 1.0
            bceWithLogitsCase "bceWithLogits hard" (hard [| 0.0; 1.0 |]) |> Case.withSpans (BCEWithLogits())
            balancedCase 2.5
            softMarginCase |> Case.withSpans (SoftMargin())
            poissonCase false
            poissonCase true
            poissonOfRatesCase
            gaussianCase false
            gaussianCase true
            klDivCase
            klDivOfLogsCase
            hingeEmbeddingCase 1.0
            marginRankingCase 0.0
            marginRankingCase 1.0
            sigmoidCase
            logSigmoidCase
            softplusCase
        ]
