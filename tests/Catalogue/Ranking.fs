namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The formula in the notation of the textbook.
module internal PairFormula =

    open Losses.FSharp.Notation

    let rankNet (sigma: float) (x: 'T[]) (t: float[]) : 'T :> IReal<'T> =
        [
            for i in 0 .. Operators.(-) x.Length 1 do
                for j in 0 .. Operators.(-) x.Length 1 do
                    if t[i] > t[j] then
                        (logistic (num sigma * (x[i] - x[j]))).SoftplusOfMinus
        ]
        |> List.fold (fun a b -> a + b) (num 0.0)

    let private all (x: 'a[]) = [ 0 .. Operators.(-) x.Length 1 ]

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms

    /// Over the pairs whose first has the greater target.
    let pairs (isThere: bool[]) (weight: int -> int -> float) (loss: 'T -> float -> 'T) (x: 'T[]) (t: float[]) : 'T :> IReal<'T> =
        total (
            seq {
                for i in all x do
                    for j in all x do
                        if isThere[i] && isThere[j] && t[i] > t[j] then
                            num (weight i j) * loss (x[i] - x[j]) (Operators.(-) t[i] t[j])
            }
        )

    let mse (weights: float[]) (x: 'T[]) (t: 'T[]) : 'T :> IReal<'T> =
        total (
            seq {
                for i in all x do
                    for j in all x do
                        let d = (x[i] - t[i]) - (x[j] - t[j])
                        num weights[i] * (d * d)
            }
        )

    /// Ranks from 1, by sorting.
    let ranks (isThere: bool[]) (x: float[]) : int[] =
        let order = all x |> List.filter (fun i -> isThere[i]) |> List.sortBy (fun i -> Operators.(~-) x[i])
        Array.init x.Length (fun i -> if isThere[i] then Operators.(+) 1 (List.findIndex ((=) i) order) else 0)

    let private discount (rank: int) = 1.0 ./. System.Math.Log2(float (Operators.(+) 1 rank))

    let gains (isThere: bool[]) (t: float[]) = Array.map2 (fun isThere t -> if isThere then Operators.(-) (2.0 ** t) 1.0 else 0.0) isThere t

    let best (topN: int) (gains: float[]) : float =
        gains
        |> Array.sortDescending
        |> Seq.mapi (fun k gain -> if topN > 0 && k >= topN then 0.0 else gain *. discount (Operators.(+) k 1))
        |> Seq.sum

    /// |ΔG| |ΔD|, and μ times the same by distance.
    let lambda (mu: float) (isThere: bool[]) (x: float[]) (t: float[]) : int -> int -> float =
        let ranks, gains = ranks isThere x, gains isThere t
        let best = best 0 gains

        fun i j ->
            let gain = System.Math.Abs(Operators.(-) gains[i] gains[j]) ./. (if best > 0.0 then best else 1.0)
            let byRank = System.Math.Abs(Operators.(-) (discount ranks[i]) (discount ranks[j]))
            let d = System.Math.Abs(Operators.(-) ranks[i] ranks[j])
            gain *. Operators.(+) byRank (mu *. Operators.(-) (discount d) (discount (Operators.(+) d 1)))

    let listNet (weights: float[]) (isThere: bool[]) (x: 'T[]) (at: float[]) (t: 'T[]) : struct ('T * 'T[]) when 'T :> IReal<'T> =
        let places = all x |> List.filter (fun i -> isThere[i]) |> Array.ofList
        let logarithms = Formulas.logSoftmax (places |> Array.map (fun i -> x[i])) (places |> Array.map (fun i -> at[i]))
        let terms = places |> Seq.mapi (fun k i -> num weights[i] * t[i] * logarithms[k])
        struct (num 0.0 - total terms, logarithms)

    let unique (x: 'T[]) (t: float[]) : 'T :> IReal<'T> =
        total (
            seq {
                for i in all x do
                    let below = all x |> Seq.filter (fun j -> t[j] < t[i]) |> Seq.map (fun j -> exp (x[j] - x[i]))
                    num (Operators.(-) (2.0 ** t[i]) 1.0) * log1p (total below)
            }
        )

    /// Of what is left the share of each, in the order of falling relevance.
    let listMLE (isEfron: bool) (x: 'T[]) (relevance: int[]) : 'T :> IReal<'T> =
        let order = all x |> List.sortBy (fun i -> Operators.(~-) relevance[i])

        total (
            seq {
                for k, i in List.indexed order do
                    let own = exp x[i]

                    if isEfron then
                        let tied = order |> List.filter (fun j -> relevance[j] = relevance[i])
                        let before = tied |> List.filter (fun j -> j > i) |> List.length
                        let left = order |> Seq.filter (fun j -> relevance[j] <= relevance[i]) |> Seq.map (fun j -> exp x[j]) |> total
                        let gone = num (float before) / num (float tied.Length) * (tied |> Seq.map (fun j -> exp x[j]) |> total)
                        log ((left - gone) / own)
                    else
                        log1p ((order |> Seq.skip (Operators.(+) k 1) |> Seq.map (fun j -> exp x[j]) |> total) / own)
            }
        )

    let metric (options: RankMetricOptions) (x: 'T[]) (at: float[]) (t: float[]) : 'T :> IReal<'T> =
        let length = x.Length
        let isHinge = options.Step = RankStep.Hinge
        let sigmoid (d: 'T) = num 1.0 / (num 1.0 + exp (num 0.0 - d / num options.Temperature))
        let above (d: 'T) = if isHinge then hinge (d + num 1.0) else sigmoid d

        let rank i = num 1.0 + total (all x |> Seq.filter (fun j -> j <> i) |> Seq.map (fun j -> above (x[j] - x[i])))

        let ranks = Array.init length rank
        // The order of the smooth ranks is that of the scores.
        let order = all x |> List.sortBy (fun i -> Operators.(~-) at[i]) |> Array.ofList

        let shown =
            if options.TopN = 0 || length <= options.TopN then
                Array.create length (num 1.0)
            else
                let cut = detach (ranks[order[Operators.(-) options.TopN 1]] + ranks[order[options.TopN]]) / num 2.0
                ranks |> Array.map (fun rank -> if isHinge then num 1.0 - hinge (num 1.0 - (cut - rank)) else sigmoid (cut - rank))

        let relevant = all x |> List.filter (fun i -> t[i] >= 1.0)
        let gain i = if options.Gain = RankGain.Linear then t[i] else Operators.(-) (2.0 ** t[i]) 1.0
        let ofRelevant (term: int -> 'T) = total (Seq.map term relevant)
        let dcg () = total (all x |> Seq.map (fun i -> num (gain i) * shown[i] * log (num 2.0) / log1p ranks[i]))

        let value =
            match options.Metric with
            | RankMetric.DCG -> dcg ()
            | RankMetric.NDCG ->
                let best = best options.TopN (Array.init length gain)
                if best > 0.0 then dcg () / num best else num 0.0
            | _ when relevant.IsEmpty -> num 0.0
            | RankMetric.MRR ->
                // With all shown it is the first.
                let first = relevant |> List.maxBy (fun i -> at[i])
                shown[first] / ranks[first]
            | RankMetric.Recall -> ofRelevant (fun i -> shown[i]) / num (float relevant.Length)
            | RankMetric.Precision -> ofRelevant (fun i -> shown[i]) / total shown
            | _ ->
                ofRelevant (fun i ->
                    let upTo = relevant |> List.filter (fun j -> at[j] >= at[i]) |> List.length
                    shown[i] * num (float upTo) / ranks[i])
                / num (float relevant.Length)

        num 0.0 - value

/// Losses of pairs: one sample is one list.
module Ranking =

    let private rankNetCase (sigma: float) =
        let element (format: Format) = if format.Name = "float32" then Draw.finite else Draw.between 1e-50 1e50 Draw.finite

        // How relevant: a few degrees, some of them the same.
        let degrees (random: Random) width = Array.init width (fun _ -> float (random.Next 4) - 1.0)

        Entry.rows
            $"rankNet sigma {sigma}"
            [ Operand.any "prediction"; Operand.constant (Operand.any "target") ]
            (fun random format width ->
                let element = if random.Next 2 = 0 then Draw.moderate else element format
                [| Draw.row element random format width; degrees random width |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| PairFormula.rankNet sigma x[0] at[1] |]
            }
            { new Call with
                member _.Of(x, _) = rankNet sigma -1 x[1] x[0]
            }
        |> Entry.withArguments [ "sigma", box sigma; "axis", box -1 ]
        |> Entry.given "+ 2⁻³⁷ of the steepness of the pairs of an element (slope)" Entry.elementary (fun _ sample ->
            let x, t = sample.Operands[0], sample.Operands[1]

            let steepness i j = if t[i] > t[j] then sigma / (1.0 + exp (sigma * (x[i] - x[j]))) else 0.0

            let all = [ 0 .. x.Length - 1 ]

            {
                Value = fun _ -> 0.0
                Slope = fun operand k -> if operand = 1 then 0.0 else all |> List.sumBy (fun j -> steepness k j + steepness j k)
                // Of e^(−σ (sᵢ − sⱼ)), whose exponent is a rounded difference.
                Relative =
                    sigma
                    * (Seq.allPairs all all
                       |> Seq.map (fun (i, j) -> if t[i] > t[j] then min 750.0 (abs (x[i] - x[j])) else 0.0)
                       |> Seq.max)
            })
        |> Entry.reaching (fun sample o k ->
            let t = sample.Operands[1]

            // A score in no pair does not count; a target always has its place.
            if o = 1 || Array.exists (fun other -> other <> t[k]) t then [ 0 ] else [])
        |> Entry.promises [ NonNegative; Convex [ 0 ]; CountsBy 1 ]

    let private terms (condition: string) (slack: float) (value: float) (slope: float) (relative: float) (entry: Entry) =
        entry
        |> Entry.given condition slack (fun _ _ ->
            {
                Value = fun _ -> value
                Slope = fun _ _ -> slope
                Relative = relative
            })

    let private moderate random format width = Array.init width (fun _ -> Draw.moderate random format)

    // Within ±8, no two the same: ranks are of an order.
    let private scores (random: Random) (format: Format) width =
        Array.init width (fun i -> format.Round(16.0 * (float i + random.NextDouble()) / float width - 8.0))
        |> Array.sortBy (fun _ -> random.Next())

    let private degrees (random: Random) width = Array.init width (fun _ -> float (random.Next 4))

    let private everywhere (x: 'a[]) = Array.create x.Length true

    // A score in no pair does not count; a target always has its place.
    let private inPairs (isThere: int -> bool) (entry: Entry) =
        entry
        |> Entry.reaching (fun sample o k ->
            let t = sample.Operands[1]
            let isPaired = t |> Seq.indexed |> Seq.exists (fun (j, other) -> isThere j && other <> t[k])
            if isThere k && (o = 1 || isPaired) then [ 0 ] else [])

    let private pairCase (name: string) (arguments: (string * objnull) list) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "prediction"; Operand.constant (Operand.any "target") ]
            (fun random format width -> [| moderate random format width; degrees random width |], [||])
            formula
            call
        |> Entry.withArguments arguments
        |> inPairs (fun _ -> true)

    let private pairHingeCase =
        pairCase
            "pairHinge"
            [ "axis", box -1 ]
            { new Formula with
                member _.Of(x, at, _) =
                    [|
                        PairFormula.pairs
                            (everywhere x[0])
                            (fun _ _ -> 1.0)
                            (fun d _ -> Notation.hinge (Notation.(-) (Notation.num 1.0) d))
                            x[0]
                            at[1]
                    |]
            }
            { new Call with
                member _.Of(x, _) = pairHinge -1 x[1] x[0]
            }
        |> terms "+ 2⁻⁵⁰ of the scores" Entry.rounded 200.0 0.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0 ]; CountsBy 1 ]

    let private pairZeroOneCase =
        pairCase
            "pairZeroOne"
            [ "axis", box -1 ]
            { new Formula with
                member _.Of(x, at, _) =
                    let loss (d: 'T) _ = Notation.(/) (Notation.num 1.0) (Notation.(+) (Notation.num 1.0) (Notation.exp d))
                    [| PairFormula.pairs (everywhere x[0]) (fun _ _ -> 1.0) loss x[0] at[1] |]
            }
            { new Call with
                member _.Of(x, _) = pairZeroOne -1 x[1] x[0]
            }
        |> terms
            "|x| ≤ 80; + 2⁻³⁷ of the slopes of an element's pairs, the rounded difference of an exponent: relative 2⁻⁴⁵"
            Entry.elementary
            0.0
            20.0
            200.0
        |> Entry.promises [ NonNegative; CountsBy 1 ]

    let private pairQuantileCase (tau: float) (squared: bool) =
        pairCase
            $"pairQuantile tau {tau}"
            [ "tau", box tau; "squared", box squared; "axis", box -1 ]
            { new Formula with
                member _.Of(x, at, _) =
                    let loss (d: 'T) (t: float) =
                        let short = Notation.(-) (Notation.num t) d
                        let weight = Notation.ifLess (Notation.num 0.0) short (Notation.num tau) (Notation.num (1.0 - tau))
                        let size = Notation.abs short
                        Notation.(*) weight (if squared then Notation.(*) size size else size)

                    [| PairFormula.pairs (everywhere x[0]) (fun _ _ -> 1.0) loss x[0] at[1] |]
            }
            { new Call with
                member _.Of(x, _) = pairQuantile tau squared -1 x[1] x[0]
            }
        |> terms "+ 2⁻⁵⁰ of scores and slopes" Entry.rounded 200.0 (if squared then 6400.0 else 40.0) 0.0
        |> Entry.promises [ NonNegative; Convex [ 0 ]; CountsBy 1 ]

    let private weightsOf (width: int) = Array.init width (fun k -> 0.5 + float (k % 3))
    let private isThere (width: int) (k: int) = k % 4 <> 1 || width < 4

    // Of each item by its place, of each width.
    let private listOptions (isGiven: bool) (x: Shape) : ListOptions =
        if isGiven then
            {
                Mask = Weights.op_Implicit (Array.init x[-1] (fun k -> if isThere x[-1] k then 1.0 else 0.0))
                ItemWeights = Weights.op_Implicit (weightsOf x[-1])
            }
        else
            ListOptions.Default

    let private withListOptions (isGiven: bool) (arguments: (string * objnull) list) (entry: Entry) =
        entry
        |> Entry.withArgumentsOf (fun x _ ->
            let options = listOptions isGiven x[0].Shape
            arguments @ [ "mask", box options.Mask; "itemWeights", box options.ItemWeights ])

    let private pairMSECase =
        Entry.rows
            "pairMSE"
            [ Operand.any "prediction"; Operand.any "target" ]
            (fun random format width -> [| moderate random format width; moderate random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) = [| PairFormula.mse (Array.create x[0].Length 1.0) x[0] x[1] |]
            }
            { new Call with
                member _.Of(x, _) = pairMSE ListOptions.Default x[1] x[0]
            }
        |> withListOptions false []
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the terms" Entry.rounded 25600.0 51200.0 0.0
        |> Entry.promises [ NonNegative; Symmetric; Convex [ 0; 1 ] ]
        |> fun entry -> { entry with IsComposed = true }

    let private lambdaCase (mu: float) (isMasked: bool) =
        let isThere width k = not isMasked || isThere width k

        let options (x: Shape) =
            { PairOptions.Default with
                Mask = if isMasked then (listOptions true x).Mask else Weights.None
                Weighting = if mu > 0.0 then PairWeighting.NDCGLoss2PlusPlus else PairWeighting.LambdaRank
                Normalized = true
                Mu = mu
            }

        Entry.rows
            (if isMasked then "lambdaLoss masked" else "lambdaLoss")
            [ Operand.any "prediction"; Operand.constant (Operand.any "target") ]
            (fun random format width -> [| scores random format width; degrees random width |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let isThere = Array.init x[0].Length (isThere x[0].Length)
                    let loss (d: 'T) _ = Notation.log1p (Notation.exp (Notation.(-) (Notation.num 0.0) d))
                    [| PairFormula.pairs isThere (PairFormula.lambda mu isThere at[0] at[1]) loss x[0] at[1] |]
            }
            { new Call with
                member _.Of(x, _) = lambdaLoss 1.0 (options x[0].Shape) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun x _ ->
            let options = options x[0].Shape

            [
                "sigma", box 1.0
                "mask", box options.Mask
                "itemWeights", box options.ItemWeights
                "weighting", box options.Weighting
                "normalized", box options.Normalized
                "topN", box options.TopN
                "mu", box options.Mu
            ])
        |> terms "|x| ≤ 8; weights are differences: + 2⁻³⁷ of their terms" Entry.elementary (20.0 * (1.0 + mu)) (20.0 * (1.0 + mu)) 16.0
        |> fun entry ->
            { entry with
                Plain = fun random format width -> { Operands = [| scores random format width; degrees random width |]; Labels = [||] }
            }
        |> Entry.reaching (fun sample _ k -> if isThere sample.Operands[1].Length k then [ 0 ] else [])
        |> Entry.promises [ NonNegative; CountsBy 1 ]
        |> fun entry -> { entry with IsComposed = true }

    let private relevances (random: Random) (format: Format) width =
        Array.init width (fun _ -> if random.Next 3 = 0 then 0.0 else format.Round(3.0 * random.NextDouble()))

    let private listwise (isGiven: bool) (name: string) (arguments: (string * objnull) list) (formula: Formula) (call: Call) =
        Entry.rows
            (if isGiven then name + " masked" else name)
            [ Operand.any "prediction"; Operand.of' Numbers.NotNegative "target" ]
            (fun random format width -> [| moderate random format width; relevances random format width |], [||])
            formula
            call
        |> withListOptions isGiven arguments
        |> Entry.reaching (fun sample _ k -> if isGiven && not (isThere sample.Operands[0].Length k) then [] else [ 0 ])
        |> fun entry ->
            { entry with
                IsComposed = true
                Plain =
                    fun random format width ->
                        let relevance () = format.Round(0.1 + 3.0 * random.NextDouble())

                        {
                            Operands = [| scores random format width; Array.init width (fun _ -> relevance ()) |]
                            Labels = [||]
                        }
            }

    let private given (isGiven: bool) (width: int) =
        let weights = if isGiven then weightsOf width else Array.create width 1.0
        let isThere = Array.init width (fun k -> not isGiven || isThere width k)
        weights, isThere

    let private listNetCase (isGiven: bool) =
        listwise
            isGiven
            "listNet"
            []
            { new Formula with
                member _.Of(x, at, _) =
                    let weights, isThere = given isGiven x[0].Length
                    let struct (value, _) = PairFormula.listNet weights isThere x[0] at[0] x[1]
                    [| value |]
            }
            { new Call with
                member _.Of(x, _) = listNet (listOptions isGiven x[0].Shape) x[1] x[0]
            }
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the relevances (slope)" Entry.rounded 0.0 400.0 200.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private poly1ListNetCase =
        listwise
            false
            "poly1ListNet"
            [ "epsilon", box 1.5 ]
            { new Formula with
                member _.Of(x, at, _) =
                    let weights, isThere = given false x[0].Length
                    let struct (value, logarithms) = PairFormula.listNet weights isThere x[0] at[0] x[1]
                    let total = Formulas.total x[1]
                    let isNone = Array.forall ((=) 0.0) at[1]
                    let share k = if isNone then Notation.num (1.0 / float x[0].Length) else Notation.(/) (x[1][k]) total

                    let missed =
                        logarithms
                        |> Seq.mapi (fun k logarithm -> Notation.(*) (share k) (Notation.(~-) (Notation.expm1 logarithm)))
                        |> Formulas.total

                    [| Notation.(+) value (Notation.(*) (Notation.num 1.5) missed) |]
            }
            { new Call with
                member _.Of(x, _) = poly1ListNet 1.5 ListOptions.Default x[1] x[0]
            }
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the relevances (slope)" Entry.rounded 0.0 400.0 200.0
        |> Entry.promises [ NonNegative ]

    let private uniqueSoftmaxCase =
        pairCase
            "uniqueSoftmax"
            []
            { new Formula with
                member _.Of(x, at, _) = [| PairFormula.unique x[0] at[1] |]
            }
            { new Call with
                member _.Of(x, _) = uniqueSoftmax ListOptions.Default x[1] x[0]
            }
        |> withListOptions false []
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the gains (slope), log-odds: relative 2⁻⁴⁵" Entry.rounded 0.0 400.0 400.0
        |> Entry.reaching (fun _ _ _ -> [ 0 ])
        |> fun entry ->
            { entry with
                Plain = fun random format width -> { Operands = [| scores random format width; degrees random width |]; Labels = [||] }
            }
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]
        |> fun entry -> { entry with IsComposed = true }

    let private listMLECase (isEfron: bool) =
        let ties = if isEfron then Ties.Efron else Ties.ByPlace
        let targets (y: int[][]) = y |> Array.collect (Array.map float)

        Entry.rows
            $"listMLE {ties}"
            [ Operand.any "prediction" ]
            (fun random format width -> [| moderate random format width |], Array.init width (fun _ -> random.Next 4))
            { new Formula with
                member _.Of(x, _, y) = [| PairFormula.listMLE isEfron x[0] y |]
            }
            { new Call with
                member _.Of(x, y) = listMLE ties Weights.None (targets y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "target", box (targets y); "ties", box ties; "mask", box Weights.None ])
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the logarithms of what is left" Entry.rounded 6400.0 80.0 200.0
        |> Entry.promises [ Convex [ 0 ] ]
        |> fun entry -> { entry with IsComposed = true }

    let private rankMetricCase (options: RankMetricOptions) =
        Entry.rows
            $"rankMetric {options.Metric}"
            [ Operand.any "prediction"; Operand.constant (Operand.any "target") ]
            (fun random format width -> [| scores random format width; Array.init width (fun _ -> float (random.Next 3)) |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| PairFormula.metric options x[0] at[0] at[1] |]
            }
            { new Call with
                member _.Of(x, _) = rankMetric options x[1] x[0]
            }
        |> Entry.withArguments
            [
                "metric", box options.Metric
                "step", box options.Step
                "temperature", box options.Temperature
                "topN", box options.TopN
                "gain", box options.Gain
                "mask", box options.Mask
            ]
        |> fun entry ->
            { entry with
                Plain =
                    fun random format width ->
                        {
                            Operands = [| scores random format width; Array.init width (fun _ -> float (random.Next 3)) |]
                            Labels = [||]
                        }
            }
        |> terms "|x| ≤ 8; + 2⁻³⁷ of the terms of ranks and their slopes" Entry.elementary 200.0 800.0 64.0
        |> fun entry -> { entry with IsComposed = true }

    let private metrics =
        [
            { RankMetricOptions.Default with Temperature = 0.5 }
            { RankMetricOptions.Default with Metric = RankMetric.DCG; Gain = RankGain.Linear }
            { RankMetricOptions.Default with Metric = RankMetric.MRR }
            { RankMetricOptions.Default with Metric = RankMetric.AveragePrecision }
        ]

    let entries: Entry list =
        [
            rankNetCase 1.0
            rankNetCase 0.7
            pairHingeCase
            pairZeroOneCase
            pairQuantileCase 0.25 false
            pairQuantileCase 0.75 true
            pairMSECase
            lambdaCase 0.0 false
            lambdaCase 10.0 true
            listNetCase false
            listNetCase true
            poly1ListNetCase
            uniqueSoftmaxCase
            listMLECase false
            listMLECase true
            yield! metrics |> List.map rankMetricCase
        ]
