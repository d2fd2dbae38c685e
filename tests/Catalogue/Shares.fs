namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Divergences of probabilities, sparse softmaxes, evidence, and what else belongs to classes and their order.
module Shares =

    open Losses.FSharp.Notation

    let private labels (x: int[][]) = Labels(ReadOnlySpan<int>(Array.map Array.head x), Shape [| x.Length |])

    let private total (x: 'T[]) : 'T :> IReal<'T> = Array.reduce (fun a b -> a + b) x

    let private terms (value: float) (slope: float) : Format -> Sample -> Terms =
        fun _ _ ->
            {
                Value = fun _ -> value
                Slope = fun _ _ -> slope
                Relative = 4.0
            }

    let private summed (value: float) (slope: float) (entry: Entry) =
        entry |> Entry.given "+ 2⁻⁵⁰ of the terms of a sum" Entry.rounded (terms value slope)

    let private float' (k: int) = Operators.float k

    // Shares of at least a thousandth, so that quotients and powers stay in range, related to another row now and then.
    let private shares (random: Random) (format: Format) (width: int) =
        let parts = Array.init width (fun _ -> Operators.(+) 1e-3 (random.NextDouble()))
        let sum = Array.sum parts
        parts |> Array.map (fun part -> format.Round(part ./. sum))

    let private related (random: Random) (format: Format) (x: float[]) =
        match random.Next 4 with
        | 0 -> Array.copy x
        | 1 -> x |> Array.map (fun y -> format.Round(y *. (Operators.(+) 1.0 (Math.ScaleB(random.NextDouble(), -10)))))
        | _ -> shares random format x.Length

    let private pair (random: Random) (format: Format) (width: int) =
        let x = shares random format width
        [| x; related random format x |], [||]

    let private divergence (name: string) (prediction: string) (arguments: (string * objnull) list) (formula: Formula) (call: Call) =
        Entry.rows name [ Operand.of' Numbers.NotNegative prediction; Operand.of' Numbers.NotNegative "target" ] pair formula call
        |> Entry.withArguments arguments

    let private each (term: 'T -> 'T -> 'T) (x: 'T[][]) : 'T :> IReal<'T> = Array.map2 term x[0] x[1] |> total

    let private jensenShannon (beta: float) =
        divergence
            $"jensenShannon beta {beta}"
            "probabilities"
            [ "beta", box beta ]
            { new Formula with
                member _.Of(x, _, _) =
                    [|
                        x
                        |> each (fun x t ->
                            let m = num beta * t + num (Operators.(-) 1.0 beta) * x
                            num beta * t * log (t / m) + num (Operators.(-) 1.0 beta) * x * log (x / m))
                    |]
            }
            { new Call with
                member _.Of(x, _) = jensenShannon beta x[1] x[0]
            }
        |> Entry.given "next to x = t the square of a rounded difference; slope: + 2⁻⁵⁰" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> 1.0
                Relative = 16.0
            })
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    let private totalVariationDistance =
        Entry.rows
            "totalVariationDistance"
            [ Operand.any "probabilities"; Operand.any "target" ]
            pair
            { new Formula with
                member _.Of(x, _, _) = [| num 0.5 * each (fun x t -> abs (x - t)) x |]
            }
            { new Call with
                member _.Of(x, _) = totalVariationDistance x[1] x[0]
            }
        |> Entry.promises [ NonNegative; Symmetric; Convex [ 0; 1 ] ]

    let private squaredHellinger =
        divergence
            "squaredHellinger"
            "probabilities"
            []
            { new Formula with
                member _.Of(x, _, _) = [| num 0.5 * each (fun x t -> (sqrt x - sqrt t) * (sqrt x - sqrt t)) x |]
            }
            { new Call with
                member _.Of(x, _) = squaredHellinger x[1] x[0]
            }
        |> summed 0.0 1.0
        |> Entry.promises [ NonNegative; Symmetric; Convex [ 0; 1 ] ]

    let private chiSquared (kind: ChiSquaredKind) =
        divergence
            $"chiSquared {kind}"
            "probabilities"
            [ "kind", box kind ]
            { new Formula with
                member _.Of(x, _, _) =
                    [|
                        x
                        |> each (fun x t ->
                            let below =
                                match kind with
                                | ChiSquaredKind.Pearson -> x
                                | ChiSquaredKind.Neyman -> t
                                | _ -> x + t

                            (x - t) * (x - t) / below)
                    |]
            }
            { new Call with
                member _.Of(x, _) = chiSquared kind x[1] x[0]
            }
        |> summed 0.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    let private powers (alpha: float) (x: 'T[][]) : 'T :> IReal<'T> = each (fun x t -> power alpha t * power (Operators.(-) 1.0 alpha) x) x

    // Σ t^α x^(1−α) of shares of at least a thousandth, less the 1 that it nearly is.
    let private ofPowers (alpha: float) (entry: Entry) =
        entry
        |> Entry.given "shares of at least a thousandth of the sum; + 2⁻³⁷ of the sum" Entry.elementary (fun _ sample ->
            let x, t = sample.Operands[0], sample.Operands[1]
            let sum = Array.fold2 (fun sum x t -> Operators.(+) sum ((t ** alpha) *. (x ** (Operators.(-) 1.0 alpha)))) 1.0 x t

            {
                Value = fun _ -> 16.0 *. sum
                Slope = fun _ _ -> 0.0
                Relative = 8.0
            })

    let private alphaDivergence (alpha: float) =
        divergence
            $"alphaDivergence alpha {alpha}"
            "probabilities"
            [ "alpha", box alpha ]
            { new Formula with
                member _.Of(x, _, _) = [| (powers alpha x - num 1.0) / num (alpha *. (Operators.(-) alpha 1.0)) |]
            }
            { new Call with
                member _.Of(x, _) = alphaDivergence alpha x[1] x[0]
            }
        |> ofPowers alpha
        |> Entry.promises [ Convex [ 0; 1 ] ]

    let private tsallisDivergence (q: float) =
        divergence
            $"tsallisDivergence q {q}"
            "probabilities"
            [ "q", box q ]
            { new Formula with
                member _.Of(x, _, _) = [| (powers q x - num 1.0) / num (Operators.(-) q 1.0) |]
            }
            { new Call with
                member _.Of(x, _) = tsallisDivergence q x[1] x[0]
            }
        |> ofPowers q
        |> Entry.promises [ Convex [ 0; 1 ] ]

    let private renyiDivergence (alpha: float) =
        divergence
            $"renyiDivergence alpha {alpha}"
            "probabilities"
            [ "alpha", box alpha ]
            { new Formula with
                member _.Of(x, _, _) = [| log (powers alpha x) / num (Operators.(-) alpha 1.0) |]
            }
            { new Call with
                member _.Of(x, _) = renyiDivergence alpha x[1] x[0]
            }
        |> ofPowers alpha

    let private generalizedKLDiv =
        Entry.rows
            "generalizedKLDiv"
            [ Operand.any "logProbabilities"; Operand.of' Numbers.NotNegative "target" ]
            (fun random format width ->
                let t = shares random format width
                let near = related random format t |> Array.map (fun y -> format.Round(Math.Log y))
                [| near; t |], [||])
            { new Formula with
                member _.Of(x, _, _) = [| each (fun x t -> t * (log t - x) - t + exp x) x |]
            }
            { new Call with
                member _.Of(x, _) = generalizedKLDiv x[1] x[0]
            }
        |> Entry.given "+ 2⁻³⁷ of the terms" Entry.elementary (terms 8.0 16.0)
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private entropy =
        Entry.rows
            "entropy"
            [ Operand.of' Numbers.NotNegative "probabilities" ]
            (fun random format width -> [| shares random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) = [| num 0.0 - total (x[0] |> Array.map (fun p -> p * log p)) |]
            }
            { new Call with
                member _.Of(x, _) = entropy x[0]
            }
        |> summed 1.0 4.0

    let private ofLogits (random: Random) (format: Format) (width: int) =
        Array.init width (fun _ -> format.Round((Draw.moderate random format) ./. 8.0))

    let private entropyOfLogits =
        Entry.rows
            "entropyOfLogits"
            [ Operand.any "logits" ]
            (fun random format width -> [| ofLogits random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| num 0.0 - total (Formulas.logSoftmax x[0] at[0] |> Array.map (fun l -> exp l * l)) |]
            }
            { new Call with
                member _.Of(x, _) = entropyOfLogits 1 x[0]
            }
        |> Entry.withArguments [ "classAxis", box 1 ]
        |> summed 16.0 16.0
        |> Entry.promises [ NonNegative ]

    let private zLoss =
        Entry.rows
            "zLoss"
            [ Operand.any "logits" ]
            (fun random format width -> [| ofLogits random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) = (let l = Formulas.logSumExp x[0] at[0] in [| l * l |])
            }
            { new Call with
                member _.Of(x, _) = zLoss 1 x[0]
            }
        |> Entry.withArguments [ "classAxis", box 1 ]
        |> summed 256.0 64.0
        |> Entry.promises [ NonNegative ]

    // The threshold by trying every size of the support, the largest first: the textbook's definition.
    let private sparsemaxOf (x: 'T[]) (at: float[]) : 'T * 'T[] when 'T :> IReal<'T> =
        let order = Array.sortBy (fun i -> Operators.(~-) at[i]) [| 0 .. Operators.(-) at.Length 1 |]

        let size =
            seq { 1 .. at.Length }
            |> Seq.filter (fun k ->
                let sum = Seq.sumBy (fun i -> Operators.(-) at[order[i]] at[order[0]]) (seq { 0 .. Operators.(-) k 1 })
                Operators.(+) 1.0 (float' k *. (Operators.(-) at[order[Operators.(-) k 1]] at[order[0]])) > sum)
            |> Seq.max

        let tau = (total (Array.init size (fun i -> x[order[i]])) - num 1.0) / num (float' size)
        tau, x |> Array.mapi (fun i y -> if Array.contains i order[.. Operators.(-) size 1] then y - tau else num 0.0)

    let private dot (a: 'T[]) (b: 'T[]) : 'T :> IReal<'T> = Array.map2 (fun a b -> a * b) a b |> total

    let private ofSparse (name: string) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "logits" ]
            (fun random format width -> [| ofLogits random format width |], [| random.Next width |])
            formula
            call
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y) ])
        |> summed 64.0 16.0
        |> Entry.promises [ Convex [ 0 ] ]

    let private sparsemaxLoss =
        ofSparse
            "sparsemaxLoss"
            { new Formula with
                member _.Of(x, at, labels) =
                    let _, p = sparsemaxOf x[0] at[0]
                    [| dot p x[0] + num 0.5 * (num 1.0 - dot p p) - x[0].[labels[0]] |]
            }
            { new Call with
                member _.Of(x, y) = sparsemaxLoss (labels y) x[0]
            }

    // Each size in turn, until the roots of the quadratic lie above the next score.
    let private entmax15Of (x: 'T[]) (at: float[]) : 'T[] when 'T :> IReal<'T> =
        let order = Array.sortBy (fun i -> Operators.(~-) at[i]) [| 0 .. Operators.(-) at.Length 1 |]
        let half i = 0.5 *. (Operators.(-) at[order[i]] at[order[0]])

        let threshold k =
            let mean = Seq.averageBy half (seq { 0 .. Operators.(-) k 1 })
            let spread = Seq.sumBy (fun i -> (Operators.(-) (half i) mean) ** 2.0) (seq { 0 .. Operators.(-) k 1 })
            let rest = (Operators.(-) 1.0 spread) ./. float' k
            if rest < 0.0 then infinity else Operators.(-) mean (Math.Sqrt rest)

        let size = seq { 1 .. at.Length } |> Seq.filter (fun k -> threshold k <= half (Operators.(-) k 1)) |> Seq.max
        let u = Array.init size (fun i -> num 0.5 * x[order[i]])
        let mean = total u / num (float' size)
        let spread = total (u |> Array.map (fun y -> (y - mean) * (y - mean)))
        let tau = mean - sqrt ((num 1.0 - spread) / num (float' size))

        x
        |> Array.mapi (fun i y ->
            let s = num 0.5 * y - tau
            if Array.contains i order[.. Operators.(-) size 1] then s * s else num 0.0)

    let private entmax15Loss =
        ofSparse
            "entmax15Loss"
            { new Formula with
                member _.Of(x, at, labels) =
                    let p = entmax15Of x[0] at[0]
                    let powers = p |> Array.map (fun p -> ifLess (num 0.0) p (p * sqrt (ifLess (num 0.0) p p (num 1.0))) (num 0.0))
                    [| dot p x[0] + num (4.0 ./. 3.0) * (total p - total powers) - x[0].[labels[0]] |]
            }
            { new Call with
                member _.Of(x, y) = entmax15Loss (labels y) x[0]
            }

    let private withShares (name: string) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "logits"; Operand.of' Numbers.NotNegative "probabilities" ]
            (fun random format width -> [| ofLogits random format width; shares random format width |], [||])
            formula
            call
        |> summed 64.0 64.0

    let private sparsemaxLossWithProbabilities =
        withShares
            "sparsemaxLossWithProbabilities"
            { new Formula with
                member _.Of(x, at, _) =
                    let _, p = sparsemaxOf x[0] at[0]
                    let entropy (p: 'T[]) : 'T = num 0.5 * (total p - dot p p)
                    let largest = num (Array.max at[0]) * (num 1.0 - total x[1])
                    [| dot p x[0] + entropy p - dot x[1] x[0] - entropy x[1] - largest |]
            }
            { new Call with
                member _.Of(x, _) = sparsemaxLossWithProbabilities x[1] x[0]
            }
        |> fun entry -> { entry with IsComposed = true }

    let private entmax15LossWithProbabilities =
        withShares
            "entmax15LossWithProbabilities"
            { new Formula with
                member _.Of(x, at, _) =
                    let p = entmax15Of x[0] at[0]

                    let entropy (p: 'T[]) : 'T =
                        let powers = p |> Array.map (fun p -> ifLess (num 0.0) p (p * sqrt (ifLess (num 0.0) p p (num 1.0))) (num 0.0))
                        num (4.0 ./. 3.0) * (total p - total powers)

                    let largest = num (Array.max at[0]) * (num 1.0 - total x[1])
                    [| dot p x[0] + entropy p - dot x[1] x[0] - entropy x[1] - largest |]
            }
            { new Call with
                member _.Of(x, _) = entmax15LossWithProbabilities x[1] x[0]
            }
        |> fun entry -> { entry with IsComposed = true }

    let private smoothLabels (smoothing: float) =
        Entry.rows
            $"smoothLabels {smoothing}"
            [ Operand.any "probabilities" ]
            (fun random format width -> [| Draw.distribution random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    x[0] |> Array.map (fun t -> num (Operators.(-) 1.0 smoothing) * t + num (smoothing ./. float x[0].Length))
            }
            { new Call with
                member _.Of(x, _) = LossValues(smoothLabels smoothing 1 x[0])
            }
        |> Entry.withArguments [ "smoothing", box smoothing; "axis", box 1 ]
        |> Entry.reaching (fun _ _ k -> [ k ])
        |> Entry.promises [ NonNegative ]

    let private sparsemax =
        Entry.rows
            "sparsemax"
            [ Operand.any "logits" ]
            (fun random format width -> [| ofLogits random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) = snd (sparsemaxOf x[0] at[0])
            }
            { new Call with
                member _.Of(x, _) = LossValues(sparsemax 1 x[0])
            }
        |> Entry.withArguments [ "axis", box 1 ]
        |> summed 32.0 4.0
        |> Entry.promises [ NonNegative ]

    let private entmax15 =
        Entry.rows
            "entmax15"
            [ Operand.any "logits" ]
            (fun random format width -> [| ofLogits random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) = entmax15Of x[0] at[0]
            }
            { new Call with
                member _.Of(x, _) = LossValues(entmax15 1 x[0])
            }
        |> Entry.withArguments [ "axis", box 1 ]
        |> summed 32.0 32.0
        |> Entry.promises [ NonNegative ]

    let private softCap =
        Entry.elementwise
            "softCap"
            [ Operand.any "logits" ]
            { new Formula with
                member _.Of(x, _, _) = [| num 30.0 * tanh (x[0][0] / num 30.0) |]
            }
            { new Call with
                member _.Of(x, _) = LossValues(softCap 30.0 x[0])
            }
        |> Entry.withArguments [ "cap", box 30.0 ]
        |> Entry.drawn (fun random format -> [| Draw.moderate random format |])
        |> Entry.given "|x| ≤ 80; an exponential multiplies the error of its logarithm" Entry.rounded (terms 0.0 0.0)
        |> Entry.curved (fun x -> Operators.abs x[0] ./. 900.0)
        |> Entry.promises [ SignedZero ]

    // KL(Dirichlet(α̃) ‖ Dirichlet(1)) of the definition.
    let private dirichlet (alpha: 'T[]) : 'T :> IReal<'T> =
        let sum = total alpha
        let classes = num (float' alpha.Length)

        logGamma sum - logGamma classes - total (Array.map (fun a -> logGamma a) alpha)
        + total (alpha |> Array.map (fun a -> (a - num 1.0) * (digamma a - digamma sum)))

    let private evidential (name: string) (annealing: float) (loss: Formula) (call: Call) =
        Entry.rows
            (if annealing = 0.0 then name else $"{name} annealing {annealing}")
            [ Operand.of' Numbers.NotNegative "evidence" ]
            (fun random format width ->
                [| Array.init width (fun _ -> format.Round(Math.ScaleB(random.NextDouble(), random.Next(-4, 7)))) |],
                [| random.Next width |])
            { new Formula with
                member _.Of(x, at, labels) =
                    let value = loss.Of(x, at, labels)[0]
                    let own = labels[0]
                    let wrong = x[0] |> Array.mapi (fun k e -> if k = own then num 1.0 else e + num 1.0)
                    [| (if annealing = 0.0 then value else value + num annealing * dirichlet wrong) |]
            }
            call
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y); "annealing", box annealing ])
        |> summed 65536.0 256.0

    let private alphas (x: 'T[][]) : 'T[] when 'T :> IReal<'T> = x[0] |> Array.map (fun e -> e + num 1.0)

    let private evidentialMSE (annealing: float) =
        evidential
            "evidentialMSE"
            annealing
            { new Formula with
                member _.Of(x, _, labels) =
                    let a = alphas x
                    let sum = total a

                    [|
                        a
                        |> Array.mapi (fun k a ->
                            let p = a / sum
                            let d = num (if k = labels[0] then 1.0 else 0.0) - p
                            d * d + p * (num 1.0 - p) / (sum + num 1.0))
                        |> total
                    |]
            }
            { new Call with
                member _.Of(x, y) = evidentialMSE annealing (labels y) x[0]
            }

    let private evidentialLog (annealing: float) =
        evidential
            "evidentialLog"
            annealing
            { new Formula with
                member _.Of(x, _, labels) = (let a = alphas x in [| log (total a) - log a[labels[0]] |])
            }
            { new Call with
                member _.Of(x, y) = evidentialLog annealing (labels y) x[0]
            }

    let private evidentialDigamma (annealing: float) =
        evidential
            "evidentialDigamma"
            annealing
            { new Formula with
                member _.Of(x, _, labels) = (let a = alphas x in [| digamma (total a) - digamma a[labels[0]] |])
            }
            { new Call with
                member _.Of(x, y) = evidentialDigamma annealing (labels y) x[0]
            }

    let private corn =
        Entry.rows
            "corn"
            [ Operand.any "logits" ]
            (fun random format width ->
                [| Array.init width (fun _ -> Draw.moderate random format) |], [| random.Next(Operators.(+) width 1) |])
            { new Formula with
                member _.Of(x, _, labels) =
                    x[0]
                    |> Array.mapi (fun k x ->
                        if labels[0] > k then softplus (num 0.0 - x)
                        elif labels[0] = k then softplus x
                        else num 0.0)
            }
            { new Call with
                member _.Of(x, y) = corn (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y) ])
        |> Entry.reaching (fun sample _ k -> if sample.Labels[0] >= k then [ k ] else [])
        |> Entry.promises [ NonNegative ]

    let private frequencies (width: int) : Weights = Weights.op_Implicit (Array.init width (fun c -> float' (Operators.(+) (c % 5) 2)))

    let private ldam =
        Entry.rows
            "ldam"
            [ Operand.any "logits" ]
            (fun random format width -> [| ofLogits random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, at, labels) =
                    let n = (frequencies at[0].Length).Values.ToArray()
                    let own = labels[0]
                    let margin = 0.5 *. Math.Sqrt(Math.Sqrt((Array.min n) ./. n[own]))
                    let z = x[0] |> Array.mapi (fun c x -> num 4.0 * (if c = own then x - num margin else x))
                    let at = at[0] |> Array.mapi (fun c x -> 4.0 *. (if c = own then Operators.(-) x margin else x))
                    [| num 0.0 - (Formulas.logSoftmax z at).[own] |]
            }
            { new Call with
                member _.Of(x, y) = ldam 0.5 4.0 (frequencies x[0].Shape[1]) CrossEntropyOptions.Default (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun x y ->
            [ "labels", box (labels y); "counts", box (frequencies x[0].Shape[1]); "margin", box 0.5; "scale", box 4.0 ])
        |> Entry.given "|x| ≤ 10; a logit is rounded once more: relative 2⁻⁴⁵" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 256.0
                Slope = fun _ _ -> 0.0
                Relative = 256.0
            })
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    /// Scores without ties, which share the slope.
    let private apart (random: Random) (format: Format) (width: int) =
        Array.init width (fun _ -> format.Round(Operators.(-) (160.0 *. random.NextDouble()) 80.0))

    let private multiclassHinge (margin: float) =
        Entry.rows
            $"multiclassHinge margin {margin}"
            [ Operand.any "scores" ]
            (fun random format width -> [| apart random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, _, labels) =
                    let own = labels[0]
                    let others = x[0] |> Array.mapi (fun j x -> if j = own then x else x + num margin)
                    [| Array.reduce (fun a b -> max a b) others - x[0].[own] |]
            }
            { new Call with
                member _.Of(x, y) = multiclassHinge margin (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y); "margin", box margin ])
        |> summed 256.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private categoricalHinge =
        Entry.rows
            "categoricalHinge"
            [ Operand.any "prediction"; Operand.any "target" ]
            (fun random format width -> [| apart random format width; Draw.distribution random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let others = Array.map2 (fun x t -> (num 1.0 - t) * x) x[0] x[1] |> Array.reduce (fun a b -> max a b)
                    [| hinge (num 1.0 + others - dot x[0] x[1]) |]
            }
            { new Call with
                member _.Of(x, _) = categoricalHinge x[1] x[0]
            }
        |> summed 256.0 256.0
        |> Entry.promises [ NonNegative ]

    let private proportionalOdds =
        Entry.rows
            "proportionalOdds"
            [ Operand.laid Layout.Single (Operand.any "scores"); Operand.laid (Layout.Whole 0) (Operand.any "cutPoints") ]
            (fun random format width ->
                let steps = Array.init width (fun _ -> Operators.(+) 0.125 (3.0 *. random.NextDouble()))
                let cuts = Array.scan (fun a b -> Operators.(+) a b) -4.0 steps |> Array.tail |> Array.map format.Round
                [| [| format.Round((Draw.moderate random format) ./. 8.0) |]; cuts |], [| random.Next(Operators.(+) width 1) |])
            { new Formula with
                member _.Of(x, _, labels) =
                    let s, cuts, y = x[0][0], x[1], labels[0]
                    // e^c / (e^c + e^s), of two cut points.
                    let upTo k =
                        if k < 0 then num 0.0
                        elif k = cuts.Length then num 1.0
                        else num 1.0 / (num 1.0 + exp (s - cuts[k]))

                    [| num 0.0 - log (upTo y - upTo (Operators.(-) y 1)) |]
            }
            { new Call with
                member _.Of(x, y) = proportionalOdds (labels y) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y) ])
        |> fun entry ->
            { entry with
                // Cut points that increase.
                Plain =
                    fun random format width ->
                        (let sample = entry.Draw random format width in { sample with Operands = [| [| 0.25 |]; sample.Operands[1] |] })
            }
        |> Entry.reaching (fun sample o k ->
            let y = sample.Labels[0]
            if o = 0 || k = y || k = Operators.(-) y 1 then [ 0 ] else [])
        |> summed 64.0 256.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private decoupledDistillation (temperature: float) =
        let options = { DistillationOptions.Default with Temperature = temperature; Rescaled = true }

        // Of the softmax over some of the classes, and of the label's against the others.
        let parts (x: 'T[]) (at: float[]) (own: int) : 'T[] * 'T[] =
            let x = x |> Array.map (fun x -> x / num temperature)
            let at = at |> Array.map (fun x -> x ./. temperature)
            let others (y: 'a[]) = y |> Array.indexed |> Array.filter (fun (c, _) -> c <> own) |> Array.map snd
            let all = Formulas.logSoftmax x at
            let rest = Formulas.logSumExp (others all) (others at)
            [| all[own]; rest |], Formulas.logSoftmax (others x) (others at)

        let kl (p: 'T[]) (q: 'T[]) : 'T = Array.map2 (fun p q -> exp q * (q - p)) p q |> total

        Entry.rows
            $"decoupledDistillation temperature {temperature}"
            [ Operand.any "logits"; Operand.any "targetLogits" ]
            (fun random format width -> [| ofLogits random format width; ofLogits random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, at, labels) =
                    let label, others = parts x[0] at[0] labels[0]
                    let label', others' = parts x[1] at[1] labels[0]
                    [| num (temperature *. temperature) * (kl label label' + num 8.0 * kl others others') |]
            }
            { new Call with
                member _.Of(x, y) = decoupledDistillation options 1.0 8.0 (labels y) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y ->
            [ "labels", box (labels y); "alpha", box 1.0; "beta", box 8.0; "temperature", box temperature; "rescaled", box true ])
        |> summed 4096.0 4096.0
        |> Entry.promises [ NonNegative ]

    let entries: Entry list =
        [
            jensenShannon 0.5
            jensenShannon 0.25
            totalVariationDistance
            squaredHellinger
            chiSquared ChiSquaredKind.Pearson
            chiSquared ChiSquaredKind.Neyman
            chiSquared ChiSquaredKind.Symmetric
            alphaDivergence 0.5
            alphaDivergence 2.5
            tsallisDivergence 1.5
            renyiDivergence 0.5
            generalizedKLDiv
            entropy
            entropyOfLogits
            zLoss
            smoothLabels 0.25
            sparsemax
            entmax15
            sparsemaxLoss
            sparsemaxLossWithProbabilities
            entmax15Loss
            entmax15LossWithProbabilities
            softCap
            evidentialMSE 0.0
            evidentialMSE 0.5
            evidentialLog 0.0
            evidentialDigamma 0.0
            evidentialDigamma 0.5
            corn
            ldam
            proportionalOdds
            decoupledDistillation 2.0
            multiclassHinge 1.0
            categoricalHinge
        ]
