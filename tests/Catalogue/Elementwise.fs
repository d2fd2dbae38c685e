namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The losses of one element at a time: the definition itself, over 106 bits.
module Elementwise =

    let private prediction = Operand.any "prediction"
    let private target = Operand.any "target"
    let private shares = Operand.of' Numbers.Probability "target"
    let private signs = Operand.of' Numbers.Sign "target"
    let private counted = Operand.of' Numbers.NotNegative "target"
    let private logits = Operand.any "logits"

    let private difference = [ NonNegative; Distance; Symmetric; OfDifference; Convex [ 0; 1 ] ]

    let private l1 =
        Entry.pointwise
            "l1"
            (L1())
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = l1 x[1] x[0]
            }
        |> Entry.promises (difference @ [ Lipschitz(0, 1.0) ])

    let private mse =
        Entry.pointwise
            "mse"
            (MSE())
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = mse x[1] x[0]
            }
        |> Entry.promises difference

    let private smoothL1 (beta: float) =
        let entry =
            Entry.pointwise
                $"smoothL1 beta {beta}"
                (SmoothL1 beta)
                [ prediction; target ]
                { new Call with
                    member _.Of(x, _) = smoothL1 beta x[1] x[0]
                }
            |> Entry.withArguments [ "beta", box beta ]
            |> Entry.promises (difference @ [ Lipschitz(0, 1.0) ])

        // The struct multiplies by 1 / β, rounded: the documented formula divides. By a subnormal number 106 bits cannot.
        let formula =
            { new Formula with
                member _.Of(x, _, _) =
                    let d = Notation.(-) (x[0][0]) (x[1][0])
                    let size = Notation.abs d
                    let linear = Notation.(-) size (Notation.num (0.5 * beta))

                    if beta = 0.0 then
                        [| linear |]
                    else
                        // At the threshold itself the curvature is that within.
                        let square = Notation.(/) (Notation.(*) (Notation.(*) (Notation.num 0.5) d) d) (Notation.num beta)
                        [| Notation.ifLess (Notation.num beta) size linear square |]
            }

        // A third derivative divides by its square.
        if Double.IsSubnormal beta then
            { entry with Definition = None }
        else
            { entry with Formula = formula }

    let private huber (delta: float) =
        Entry.pointwise
            $"huber delta {delta}"
            (Huber delta)
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = huber delta x[1] x[0]
            }
        |> Entry.withArguments [ "delta", box delta ]
        |> Entry.promises (difference @ [ Lipschitz(0, delta) ])

    let private logCosh =
        Entry.pointwise
            "logCosh"
            (LogCosh())
            [ prediction; target ]
            { new Call with
                member _.Of(x, _) = logCosh x[1] x[0]
            }
        |> Entry.promises (difference @ [ Lipschitz(0, 1.0) ])

    // The difference as a float64 number, for the sizes of terms.
    let private gap (x: float[]) = abs (x[0] - x[1])

    let private bce (name: string) =
        { Entry.pointwise
              name
              (BCE())
              [ Operand.of' Numbers.Probability "probabilities"; shares ]
              { new Call with
                  member _.Of(x, _) = bce x[1] x[0]
              } with
            // The curvature is that of (p − t) / (p (1 − p)), whose two terms cancel near t.
            CurvatureTerms =
                fun x ->
                    let variance = max (x[0] * (1.0 - x[0])) 1e-12
                    1.0 / variance + gap x / (variance * variance)
        }
        |> Entry.given
            "slope by the target in float64: + 2⁻⁵¹"
            0.0
            (Entry.terms (fun _ -> 0.0) [ (fun _ -> 0.0); (fun x -> if abs (x[0] - 0.5) < 0.25 then 1.0 else 0.0) ])

    // Where no logarithm is clamped it is convex.
    let private bceInside =
        let rec draw (random: Random) (format: Format) =
            let p = Draw.probability random format
            if p > 1e-30 && p < 1.0 then [| p; Draw.probability random format |] else draw random format

        bce "bce inside" |> Entry.drawn draw |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    // t softplus(−x) + (1 − t) softplus(x), with the slope −x by t that their difference has no digits for near 0.
    let private bceOf (weight: 'T) (x: 'T) (t: 'T) : 'T :> IReal<'T> =
        let l = Notation.logistic x
        let q = Notation.detach t
        let own = Notation.weigh (Notation.(*) weight q) l.SoftplusOfMinus
        let other = Notation.weigh (Notation.(-) (Notation.num 1.0) q) l.Softplus
        Notation.(+) own other

    let private extendedLogits (random: Random) (format: Format) = [| Draw.extended random format; Draw.probability random format |]

    let private hard (values: float[]) (random: Random) (format: Format) =
        [| Draw.extended random format; values[random.Next values.Length] |]

    let private bceWithLogits (name: string) draw =
        { Entry.pointwise
              name
              (BCEWithLogits())
              [ logits; shares ]
              { new Call with
                  member _.Of(x, _) = bceWithLogits x[1] x[0]
              } with
            Formula =
                { new Formula with
                    member _.Of(x, _, _) =
                        let x, t = x[0][0], x[1][0]
                        let rest = Notation.weigh (Notation.(-) (Notation.detach t) t) x
                        [| Notation.(+) (bceOf (Notation.num 1.0) x t) rest |]
                }
        }
        |> Entry.drawn draw

    // The slope by the logits is −t σ(−x) + (1 − t) σ(x), whose terms cancel for a soft target near σ(x).
    let private softTarget (weight: float) (entry: Entry) =
        entry
        |> Entry.given
            "slope of a soft target: + 2⁻³⁷ of t σ(−x)"
            Entry.elementary
            (Entry.terms
                (fun _ -> 0.0)
                [
                    (fun x -> (if x[1] = 0.0 || x[1] = 1.0 then 0.0 else 2.0 * max 1.0 weight * min x[1] 1.0 / (1.0 + exp x[0])))
                    (fun _ -> 0.0)
                ])
        |> Entry.promises [ NonNegative; Asymmetric; Convex [ 0 ]; Lipschitz(0, max 1.0 weight) ]

    let private balanced (weight: float) =
        Entry.elementwise
            $"balancedBceWithLogits weight {weight}"
            [ logits; Operand.constant shares ]
            { new Formula with
                member _.Of(x, _, _) = [| bceOf (Notation.num weight) (x[0][0]) (x[1][0]) |]
            }
            { new Call with
                member _.Of(x, _) = balancedBceWithLogits (Weights.op_Implicit weight) x[1] x[0]
            }
        |> Entry.withArguments [ "posWeight", box (Weights.op_Implicit weight: Weights) ]
        |> Entry.drawn extendedLogits
        |> softTarget weight

    let private sigmoidFocal (alpha: float) (gamma: float) draw name =
        Entry.pointwise
            $"{name} alpha {alpha} gamma {gamma}"
            (SigmoidFocal(alpha, gamma))
            [ logits; { shares with By = false } ]
            { new Call with
                member _.Of(x, _) = sigmoidFocal alpha gamma x[1] x[0]
            }
        |> Entry.withArguments [ "alpha", box alpha; "gamma", box gamma ]
        |> Entry.given "an exponent multiplies the error of its base" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> 0.0
                Relative = gamma
            })
        |> fun entry ->
            { entry with
                // The second derivative has terms of both signs; the exponent multiplies the error of each.
                CurvatureTerms =
                    fun x ->
                        let z = if x[1] = 1.0 then x[0] else -x[0]
                        let w, surprise = 1.0 / (1.0 + exp z), max -z 0.0 + Math.Log(1.0 + exp -(abs z))
                        let sizes = gamma * (1.0 - w) * ((gamma * (1.0 - w) + w) * surprise + 2.0 * w) + w * (1.0 - w)
                        gamma * w ** gamma * sizes
            }
        |> Entry.drawn draw

    let private softMargin =
        Entry.pointwise
            "softMargin"
            (SoftMargin())
            [ prediction; signs ]
            { new Call with
                member _.Of(x, _) = softMargin x[1] x[0]
            }
        |> Entry.drawn (hard [| 1.0; -1.0 |])
        |> Entry.promises [ NonNegative; Convex [ 0 ]; Lipschitz(0, 1.0) ]

    let private counts (random: Random) (format: Format) =
        match random.Next 4 with
        | 0 -> 0.0
        | 1 -> float (random.Next 100)
        | 2 -> abs (Draw.moderate random format)
        | _ -> min (abs (Draw.finite random format)) (if format.Name = "float32" then format.Largest else 1e290)

    // t log t − t + ½ log 2πt beyond 1
    let private stirlingTerms (full: bool) (t: float) = if full && t > 1.0 then t * log t + t + abs (0.5 * log (2.0 * Math.PI * t)) else 0.0

    let private poissonNLL (full: bool) =
        let draw random format =
            let t = counts random format

            let x =
                match random.Next 4 with
                | 0 when t > 0.0 -> format.Round(log t * (1.0 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next 50)))
                | 1 -> Draw.moderate random format
                | _ -> Draw.finite random format

            [| x; t |]

        Entry.pointwise
            (if full then "poissonNLL full" else "poissonNLL")
            (PoissonNLL(true, full, 1e-8))
            [ prediction; (if full then Operand.constant counted else counted) ]
            { new Call with
                member _.Of(x, _) = Likelihood.poissonNLL true full 1e-8 x[1] x[0]
            }
        |> Entry.withArguments [ "logInput", box true; "full", box full; "eps", box 1e-8 ]
        |> Entry.drawn draw
        |> Entry.given
            (if full then
                 "+ 2⁻³⁷ of the largest of eˣ, tx, t log t"
             else
                 "+ 2⁻³⁷ of the larger of eˣ, tx (value), eˣ, t (slope)")
            Entry.elementary
            (Entry.terms
                (fun x -> max (exp x[0]) (if x[1] = 0.0 then 0.0 else abs (x[0] * x[1]) + stirlingTerms full x[1]))
                [ (fun x -> if exp x[0] > x[1] * 2.0 || x[1] > 2.0 * exp x[0] then 0.0 else x[1]); (fun _ -> 0.0) ])
        |> Entry.promises [ Convex [ 0 ] ]

    let private poissonOfRates =
        let draw random format = [| abs (Draw.finite random format); counts random format |]
        let size (x: float[]) = abs (log (x[0] + 1e-8))

        Entry.pointwise
            "poissonNLL of rates"
            (PoissonNLL(false, false, 1e-8))
            [ Operand.of' Numbers.NotNegative "prediction"; counted ]
            { new Call with
                member _.Of(x, _) = Likelihood.poissonNLL false false 1e-8 x[1] x[0]
            }
        |> Entry.withArguments [ "logInput", box false; "full", box false; "eps", box 1e-8 ]
        |> Entry.drawn draw
        |> Entry.given
            "+ 2⁻³⁷ of the larger of x, t log(x + ε) (value), 1, t / (x + ε) (slope); log as of x + ε rounded"
            Entry.elementary
            (fun format ->
                // What the rounding of x + ε changes in the logarithm.
                let lost = if format.Name = "float32" then 2e-5 else 1.0

                Entry.terms
                    (fun x -> x[0] + x[1] * (size x + lost))
                    [ (fun x -> 1.0 + x[1] / (x[0] + 1e-8)); (fun x -> size x + lost) ]
                    format)
        |> Entry.promises [ SignedZero; Convex [ 0 ] ]

    let private gaussianNLL (full: bool) =
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

        Entry.pointwise3
            (if full then "gaussianNLL full" else "gaussianNLL")
            (GaussianNLL(full, 1e-6))
            [ prediction; target; Operand.of' Numbers.NotNegative "variance" ]
            { new Call with
                member _.Of(x, _) = gaussianNLL full 1e-6 x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "full", box full; "eps", box 1e-6 ]
        |> Entry.drawn draw
        |> Entry.given
            "float64 within 10^±150; + 2⁻³⁷ of the larger of log v, d²/v (value), 2⁻⁵⁰ of 1/v, d²/v² (slope by v)"
            Entry.elementary
            (fun format ->
                // No elementary function is in the slope.
                let unit = if format.Name = "float32" then Math.ScaleB(1.0, -13) else 1.0

                Entry.terms
                    (fun x -> abs (log (floored x)) + gap x * gap x / floored x + (if full then 1.0 else 0.0))
                    [ (fun _ -> 0.0); (fun _ -> 0.0); (fun x -> 4.0 * unit * (1.0 / floored x + gap x / floored x * (gap x / floored x))) ]
                    format)
        |> Entry.promises [ Convex [ 0; 1 ]; NotConvex 2 ]

    let private klDiv =
        let draw random format =
            let t = Draw.probability random format

            let x =
                match random.Next 3 with
                | 0 when t > 0.0 -> format.Round(log t)
                | 1 when t > 0.0 -> format.Round(log t * (1.0 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next 50)))
                | _ -> -(abs (Draw.finite random format))

            [| x; t |]

        let sizes (x: float[]) = abs (log x[1]) + abs x[0]

        Entry.pointwise
            "klDiv"
            (KLDiv())
            [ Operand.of' Numbers.Logarithm "logProbabilities"; counted ]
            { new Call with
                member _.Of(x, _) = Divergence.klDiv false x[1] x[0]
            }
        |> Entry.withArguments [ "logTarget", box false ]
        |> Entry.drawn draw
        |> Entry.given
            "+ 2⁻³⁷ of t log t (value), of log t (slope by the target)"
            Entry.elementary
            (Entry.terms (fun x -> if x[1] = 0.0 then 0.0 else x[1] * sizes x) [ (fun _ -> 0.0); (fun x -> sizes x + 1.0) ])
        |> Entry.promises [ Convex [ 0 ] ]

    let private klDivOfLogs =
        Entry.pointwise
            "klDiv of logarithms"
            (KLDivOfLogs())
            [ Operand.of' Numbers.Logarithm "logProbabilities"; Operand.of' Numbers.Logarithm "target" ]
            { new Call with
                member _.Of(x, _) = Divergence.klDiv true x[1] x[0]
            }
        |> Entry.withArguments [ "logTarget", box true ]
        |> Entry.drawn (fun random format ->
            let x = -(abs (Draw.finite random format))

            if random.Next 16 = 0 then
                // Where eᵗ is subnormal in float64, or all but 0.
                [| x; format.Round(-700.0 - 60.0 * random.NextDouble()) |]
            else
                [| x; -(abs (Draw.related random format x (fun () -> Draw.finite random format))) |])
        |> Entry.given
            "slope by the target: + 2⁻³⁷ of eᵗ"
            Entry.elementary
            (Entry.terms (fun _ -> 0.0) [ (fun _ -> 0.0); (fun x -> if abs (x[1] - x[0]) > 2.0 then 0.0 else 3.0 * exp x[1]) ])
        |> Entry.promises [ Asymmetric; Convex [ 0 ] ]

    let private hingeEmbedding (margin: float) =
        Entry.pointwise
            $"hingeEmbedding margin {margin}"
            (HingeEmbedding margin)
            [ prediction; Operand.constant signs ]
            { new Call with
                member _.Of(x, _) = hingeEmbedding margin x[1] x[0]
            }
        |> Entry.withArguments [ "margin", box margin ]
        |> Entry.drawn (fun random format ->
            [| Draw.related random format margin (fun () -> Draw.finite random format); Draw.sign random |])
        |> Entry.promises [ SignedZero; Convex [ 0 ]; Lipschitz(0, 1.0) ]

    let private marginRanking (margin: float) =
        let entry =
            Entry.pointwise3
                $"marginRanking margin {margin}"
                (MarginRanking margin)
                [ Operand.any "x1"; Operand.any "x2"; signs ]
                { new Call with
                    member _.Of(x, _) = marginRanking margin x[2] x[1] x[0]
                }
            |> Entry.withArguments [ "margin", box margin ]
            |> Entry.drawn (fun random format ->
                let x = Draw.finite random format
                [| x; Draw.related random format x (fun () -> Draw.finite random format); Draw.sign random |])
            |> Entry.promises [ NonNegative; Asymmetric; Convex [ 0; 1 ]; Lipschitz(0, 1.0); Lipschitz(1, 1.0) ]

        if margin = 0.0 then
            entry
        else
            entry
            |> Entry.given
                "+ 2⁻⁵⁰ of the margin; nearer to the kink than that, the slope is one or the other"
                Entry.rounded
                (let slope (x: float[]) = if abs (margin - x[2] * (x[0] - x[1])) < Math.ScaleB(margin, -50) then infinity else 0.0

                 Entry.terms (fun _ -> 2.0 * margin) [ slope; slope; slope ])

    let private one (random: Random) (format: Format) = [| Draw.extended random format |]

    let private sigmoid =
        { Entry.elementwise
              "sigmoid"
              [ logits ]
              { new Formula with
                  member _.Of(x, _, _) = [| sigmoid (x[0][0]) |]
              }
              { new Call with
                  member _.Of(x, _) = LossValues(sigmoid x[0])
              } with
            // σ(x) σ(−x) tanh ½x is a product of three.
            CurvatureTerms = fun x -> abs (tanh (x[0] / 2.0)) / (2.0 * cosh (x[0] / 2.0)) ** 2.0
        }
        |> Entry.drawn one
        // σ(x) σ(−x) is rounded three times: its largest, ¼, may come out an ulp above.
        |> Entry.promises [ NonNegative; NotConvex 0; Lipschitz(0, Double.BitIncrement 0.25) ]

    let private logSigmoid =
        Entry.elementwise
            "logSigmoid"
            [ logits ]
            { new Formula with
                member _.Of(x, _, _) = [| logSigmoid (x[0][0]) |]
            }
            { new Call with
                member _.Of(x, _) = LossValues(logSigmoid x[0])
            }
        |> Entry.drawn one
        |> Entry.promises [ NotConvex 0; Lipschitz(0, 1.0) ]

    let private softplus =
        Entry.elementwise
            "softplus"
            [ logits ]
            { new Formula with
                member _.Of(x, _, _) = [| Activations.softplus (x[0][0]) |]
            }
            { new Call with
                member _.Of(x, _) = LossValues(Activations.softplus x[0])
            }
        |> Entry.drawn one
        |> Entry.promises [ NonNegative; Convex [ 0 ]; Lipschitz(0, 1.0) ]

    let entries: Entry list =
        [
            l1
            mse
            smoothL1 0.0
            smoothL1 1.0
            smoothL1 2.5
            // 1 / β is infinite.
            smoothL1 1e-310
            huber 1.0
            huber 0.3
            logCosh
            bce "bce" |> Entry.promises [ NonNegative; Asymmetric ]
            bceInside
            bceWithLogits "bceWithLogits" extendedLogits |> softTarget 1.0
            // A hard target leaves one term: nothing cancels.
            bceWithLogits "bceWithLogits hard" (hard [| 0.0; 1.0 |])
            balanced 0.0
            balanced 2.5
            sigmoidFocal 0.5 2.0 (hard [| 0.0; 1.0 |]) "sigmoidFocal hard" |> Entry.promises [ NonNegative; Asymmetric ]
            sigmoidFocal 0.25 1.5 (hard [| 0.0; 1.0 |]) "sigmoidFocal hard" |> Entry.promises [ NonNegative; Asymmetric ]
            softMargin
            poissonNLL false
            poissonNLL true
            poissonOfRates
            gaussianNLL false
            gaussianNLL true
            klDiv
            klDivOfLogs
            hingeEmbedding 1.0
            hingeEmbedding -2.5
            marginRanking 0.0
            marginRanking 1.0
            sigmoid
            logSigmoid
            softplus
        ]
