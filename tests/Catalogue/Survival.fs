namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The formulas in the notation of the textbook.
module internal SurvivalFormula =

    open Losses.FSharp.Notation

    let private sum (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms

    /// Of an event the logarithm of all at risk over its own.
    let breslow (durations: float[]) (events: bool[]) (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        x
        |> Array.mapi (fun i own ->
            if events[i] then
                log (
                    sum (
                        seq {
                            for j in 0 .. Operators.(-) x.Length 1 do
                                if durations[j] >= durations[i] then
                                    exp (x[j] - own)
                        }
                    )
                )
            else
                num 0.0)

    /// Of each event the tied ones before it count less, and all with their mean weight.
    let efron (strata: int[]) (weights: float[]) (durations: float[]) (events: bool[]) (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        x
        |> Array.mapi (fun i own ->
            if events[i] then
                let all = [ 0 .. Operators.(-) x.Length 1 ] |> List.filter (fun j -> strata[j] = strata[i])
                let tied = all |> List.filter (fun j -> events[j] && durations[j] = durations[i])
                let hazards places = places |> Seq.map (fun j -> num weights[j] * exp x[j]) |> sum
                // Of tied ones the last in the list is the first.
                let before = tied |> List.filter (fun j -> j > i) |> List.length
                let share = num (float before) / num (float tied.Length)
                let risk = hazards (all |> List.filter (fun j -> durations[j] >= durations[i])) - share * hazards tied
                let weight = (tied |> Seq.map (fun j -> num weights[j]) |> sum) / num (float tied.Length)
                weight * log risk - num weights[i] * own
            else
                num 0.0)

    /// Hazards as products of probabilities.
    let logisticHazard (k: int) (isEvent: bool) (x: 'T[]) : 'T :> IReal<'T> =
        sum (
            seq {
                for j in 0..k do
                    if j = k && isEvent then log1p (exp (num 0.0 - x[j])) else log1p (exp x[j])
            }
        )

    /// log(1 + the others' share over that of the time's)
    let interval (k: int) (isEvent: bool) (x: 'T[]) : 'T :> IReal<'T> =
        let x = Array.append x [| num 0.0 |]
        let isOf j = if isEvent then j = k else j > k
        let part isOf = x |> Seq.indexed |> Seq.filter (fst >> isOf) |> Seq.map (snd >> exp) |> sum
        log1p (part (isOf >> not) / part isOf)

    let piecewise (k: int) (isEvent: bool) (fraction: 'T) (x: 'T[]) : 'T :> IReal<'T> =
        let hazards = x |> Array.map (fun y -> log1p (exp y))
        let lived = sum (Array.truncate k hazards) + fraction * hazards[k]
        if isEvent then lived - log hazards[k] else lived

    /// The rows' cumulative probabilities, in pairs.
    let rank (sigma: float) (k: int[]) (events: bool[]) (rows: 'T[][]) : 'T[] when 'T :> IReal<'T> =
        let upTo (row: 'T[]) k =
            let all = sum (Seq.append [ num 1.0 ] (Seq.map exp row))
            sum (row |> Seq.take (Operators.(+) k 1) |> Seq.map (fun y -> exp y / all))

        Array.init rows.Length (fun i ->
            let terms =
                seq {
                    for j in 0 .. Operators.(-) rows.Length 1 do
                        if events[i] && (k[i] < k[j] || k[i] = k[j] && not events[j]) then
                            exp ((upTo rows[j] k[i] - upTo rows[i] k[i]) / num sigma)
                }

            sum terms / num (float rows.Length))

    /// From densities and survival functions.
    let failureTime (times: FailureTimes) (lower: float, upper: float) (x: 'T) (l: 'T) (u: 'T) (scale: 'T) : 'T :> IReal<'T> =
        let z t = (log t - x) / scale

        let survival t =
            match times with
            | FailureTimes.Weibull -> exp (num 0.0 - exp (z t))
            | FailureTimes.LogNormal -> (num 1.0 - erf (z t / sqrt (num 2.0))) / num 2.0
            | _ -> num 1.0 / (num 1.0 + exp (z t))

        let density t =
            match times with
            | FailureTimes.Weibull -> exp (z t) * exp (num 0.0 - exp (z t))
            | FailureTimes.LogNormal -> exp (num -0.5 * z t * z t) / sqrt (num 8.0 * atan (num 1.0))
            | _ -> exp (z t) / ((num 1.0 + exp (z t)) * (num 1.0 + exp (z t)))

        let probability =
            if lower = upper then density l / (scale * l)
            elif upper = infinity then survival l
            elif lower = 0.0 then num 1.0 - survival u
            else survival l - survival u

        num 0.0 - log probability

/// Losses of the time until something happens.
module Survival =

    let private moderate random format width = Array.init width (fun _ -> Draw.moderate random format)

    let private terms (condition: string) (slack: float) (value: float) (slope: float) (relative: float) (entry: Entry) =
        entry
        |> Entry.given condition slack (fun _ _ ->
            {
                Value = fun _ -> value
                Slope = fun _ _ -> slope
                Relative = relative
            })

    // Times with ties, and censored ones among them.
    let private durations (count: int) = Array.init count (fun i -> float (i * 7 % 5) + 0.5)
    let private events (count: int) = Array.init count (fun i -> i % 3 <> 1)
    let private strata (count: int) = Array.init count (fun i -> i % 2)
    let private weights (count: int) = Array.init count (fun i -> 0.5 + float (i % 4))

    let private options (isEfron: bool) (count: int) =
        if isEfron then
            { Ties = Ties.Efron; Strata = strata count; SampleWeights = Weights.op_Implicit (weights count) }
        else
            CoxOptions.Default

    let private coxCase (isEfron: bool) =
        let options (x: Shape) = options isEfron x.Size

        Entry.rows
            (if isEfron then "cox efron" else "cox")
            [ Operand.any "logHazards" |> Operand.laid (Layout.Whole 0) ]
            (fun random format width -> [| moderate random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let count = x[0].Length

                    if isEfron then
                        SurvivalFormula.efron (strata count) (weights count) (durations count) (events count) x[0]
                    else
                        SurvivalFormula.breslow (durations count) (events count) x[0]
            }
            { new Call with
                member _.Of(x, _) = cox (options x[0].Shape) (durations x[0].Shape.Size) (events x[0].Shape.Size) x[0]
            }
        |> Entry.withArgumentsOf (fun x _ ->
            let count = x[0].Shape.Size
            let options = options x[0].Shape

            [
                "durations", box (durations count)
                "events", box (events count)
                "ties", box options.Ties
                "strata", box options.Strata
                "sampleWeights", box options.SampleWeights
            ])
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the logarithm of what is at risk" Entry.rounded 800.0 8.0 200.0
        // The events at whose time it is at risk.
        |> Entry.reaching (fun sample _ k ->
            let count = sample.Operands[0].Length
            let times, happens, strata = durations count, events count, strata count

            [ 0 .. count - 1 ]
            |> List.filter (fun i -> happens[i] && times[k] >= times[i] && (not isEfron || strata[k] = strata[i])))
        |> fun entry -> { entry with IsComposed = true }

    let private coxCaseControlCase (shrink: float) =
        Entry.rows
            $"coxCaseControl shrink {shrink}"
            [ Operand.laid Layout.Single (Operand.any "case"); Operand.any "controls" ]
            (fun random format width -> [| moderate random format 1; moderate random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let own = x[0][0]
                    let others = x[1] |> Array.map (fun y -> Notation.exp (Notation.(-) y own))
                    let likelihood = Notation.log1p (Formulas.total others)

                    if shrink = 0.0 then
                        [| likelihood |]
                    else
                        let sizes = Formulas.total (Array.map Notation.abs (Array.append x[0] x[1]))
                        let share = Notation.(/) (Notation.num shrink) (Notation.num (float x[1].Length))
                        [| Notation.(+) likelihood (Notation.(*) share sizes) |]
            }
            { new Call with
                member _.Of(x, _) = coxCaseControl shrink x[1] x[0]
            }
        |> Entry.withArguments [ "shrink", box shrink ]
        |> terms "|x| ≤ 80; a sum is rounded once more: relative 2⁻⁴⁵" Entry.rounded 0.0 (2.0 * shrink) 200.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]
        |> fun entry -> { entry with IsComposed = true }

    let private durationsOf (y: int[][]) = Labels(ReadOnlySpan<int>(Array.map Array.head y), Shape [| y.Length |])
    let private eventsOf (y: int[][]) = y |> Array.map (fun label -> label[1] = 1)

    // A row of logits, the interval of the time and whether it is that of an event.
    let private intervals (name: string) (scaled: int -> float) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "logits" ]
            (fun random format width ->
                [| moderate random format width |> Array.map (fun x -> format.Round(x * scaled width)) |],
                [| random.Next width; random.Next 2 |])
            formula
            call
        |> Entry.withArgumentsOf (fun _ y -> [ "durations", box (durationsOf y); "events", box (eventsOf y) ])

    let private logisticHazardCase =
        intervals
            "logisticHazard"
            (fun _ -> 1.0)
            { new Formula with
                member _.Of(x, _, y) = [| SurvivalFormula.logisticHazard y[0] (y[1] = 1) x[0] |]
            }
            { new Call with
                member _.Of(x, y) = logisticHazard (durationsOf y) (eventsOf y) x[0]
            }
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private intervalNLLCase =
        intervals
            "intervalNLL"
            (fun _ -> 1.0)
            { new Formula with
                member _.Of(x, _, y) = [| SurvivalFormula.interval y[0] (y[1] = 1) x[0] |]
            }
            { new Call with
                member _.Of(x, y) = intervalNLL (durationsOf y) (eventsOf y) x[0]
            }
        |> terms "|x| ≤ 80; log-odds are rounded once more: relative 2⁻⁴⁵" Entry.rounded 0.0 0.0 400.0
        |> Entry.promises [ NonNegative ]

    let private mtlrCase =
        intervals
            "mtlr"
            (fun width -> 1.0 / float width)
            { new Formula with
                member _.Of(x, _, y) =
                    let sums = Array.scanBack (fun a b -> Notation.(+) a b) x[0] (Notation.num 0.0) |> Array.truncate x[0].Length
                    [| SurvivalFormula.interval y[0] (y[1] = 1) sums |]
            }
            { new Call with
                member _.Of(x, y) = mtlr (durationsOf y) (eventsOf y) x[0]
            }
        |> terms "sums of logits within ±80; + 2⁻⁵⁰ of the shares (slope), log-odds: relative 2⁻⁴⁵" Entry.rounded 0.0 2.0 400.0
        |> Entry.promises [ NonNegative ]
        |> fun entry -> { entry with IsComposed = true; Steps = id }

    let private piecewiseHazardCase =
        Entry.rows
            "piecewiseHazard"
            [ Operand.any "logits"; Operand.laid Layout.Single (Operand.of' Numbers.Probability "fraction") ]
            (fun random format width ->
                [| moderate random format width; [| Draw.probability random format |] |], [| random.Next width; random.Next 2 |])
            { new Formula with
                member _.Of(x, _, y) = [| SurvivalFormula.piecewise y[0] (y[1] = 1) (x[1][0]) x[0] |]
            }
            { new Call with
                member _.Of(x, y) = piecewiseHazard x[1] (durationsOf y) (eventsOf y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "durations", box (durationsOf y); "events", box (eventsOf y) ])
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of hazard and logarithm" Entry.rounded 200.0 4.0 1.0
        |> fun entry ->
            { entry with
                Plain =
                    fun random format width ->
                        let operands = [| moderate random format width; [| format.Round(0.1 + 0.8 * random.NextDouble()) |] |]
                        { Operands = operands; Labels = [| random.Next width; random.Next 2 |] }
            }
        |> Entry.promises [ Convex [ 0 ] ]
        |> fun entry -> { entry with IsComposed = true }

    let private rows = 3

    let private labelled (y: int[][]) =
        let pairs = Array.chunkBySize 2 y[0]
        durationsOf pairs, eventsOf pairs

    let private deepHitCase (name: string) (arguments: (string * objnull) list) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "logits" |> Operand.laid (Layout.Whole rows) ]
            (fun random format width ->
                [| moderate random format (rows * width) |],
                Array.init (2 * rows) (fun i -> if i % 2 = 0 then random.Next width else random.Next 2))
            formula
            call
        |> Entry.withArgumentsOf (fun _ y ->
            let durations, events = labelled y
            [ "durations", box durations; "events", box events ] @ arguments)

    let private deepHitRankCase =
        let sigma = 0.5

        deepHitCase
            "deepHitRank sigma 0.5"
            [ "sigma", box sigma ]
            { new Formula with
                member _.Of(x, _, y) =
                    let pairs = Array.chunkBySize 2 y
                    SurvivalFormula.rank sigma (Array.map Array.head pairs) (eventsOf pairs) (Array.splitInto rows x[0])
            }
            { new Call with
                member _.Of(x, y) =
                    let durations, events = labelled y
                    deepHitRank sigma durations events x[0]
            }
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the slopes of two pairs; the probabilities' difference: relative 2⁻⁴⁷" Entry.rounded 0.0 60.0 16.0
        |> Entry.promises [ NonNegative ]
        |> fun entry -> { entry with IsComposed = true }

    let private deepHitCases =
        let alpha, sigma = 0.25, 0.5

        deepHitCase
            "deepHit alpha 0.25"
            [ "alpha", box alpha; "sigma", box sigma ]
            { new Formula with
                member _.Of(x, _, y) =
                    let pairs = Array.chunkBySize 2 y
                    let logits = Array.splitInto rows x[0]
                    let order = SurvivalFormula.rank sigma (Array.map Array.head pairs) (eventsOf pairs) logits
                    let likelihood = Array.map2 (fun (pair: int[]) row -> SurvivalFormula.interval pair[0] (pair[1] = 1) row) pairs logits

                    Array.map2
                        (fun a b -> Notation.(+) (Notation.(*) (Notation.num alpha) a) (Notation.(*) (Notation.num (1.0 - alpha)) b))
                        likelihood
                        order
            }
            { new Call with
                member _.Of(x, y) =
                    let durations, events = labelled y
                    deepHit alpha sigma durations events x[0]
            }
        |> terms "|x| ≤ 80; + 2⁻⁵⁰ of the slopes of the terms; log-odds: relative 2⁻⁴⁵" Entry.rounded 0.0 60.0 400.0
        |> Entry.promises [ NonNegative ]
        |> fun entry -> { entry with IsComposed = true }

    let private failureTimeCase (times: FailureTimes) =
        // Known, later, earlier, or in between; within some scales of the location.
        let draw (random: Random) (format: Format) =
            let round = format.Round
            let scale = round (0.25 + 1.75 * random.NextDouble())
            let location = round (6.0 * random.NextDouble() - 3.0)
            let time () = round (Math.Exp(location + scale * (5.0 * random.NextDouble() - 3.5)))
            let t = time ()

            match random.Next 4 with
            | 0 -> [| location; t; t; scale |]
            | 1 -> [| location; t; infinity; scale |]
            | 2 -> [| location; 0.0; t; scale |]
            | _ -> [| location; t; round (t * (1.25 + 2.0 * random.NextDouble())); scale |]

        Entry.elementwise
            $"failureTime {times}"
            [
                Operand.any "prediction"
                Operand.constant (Operand.of' Numbers.NotNegative "lower")
                Operand.constant (Operand.of' Numbers.NotNegative "upper")
                Operand.of' Numbers.Positive "scale"
            ]
            { new Formula with
                member _.Of(x, at, _) = [| SurvivalFormula.failureTime times (at[1][0], at[2][0]) (x[0][0]) (x[1][0]) (x[2][0]) (x[3][0]) |]
            }
            { new Call with
                member _.Of(x, _) = failureTime times x[3] x[2] x[1] x[0]
            }
        |> Entry.drawn draw
        |> fun entry ->
            { entry with
                Plain = fun random format _ -> { Operands = draw random format |> Array.map Array.singleton; Labels = [||] }
            }
        |> Entry.withArguments [ "times", box times ]
        |> terms
            "times within 4 scales of the location, intervals of at least a quarter; + 2⁻³⁷ of the terms"
            Entry.elementary
            64.0
            256.0
            64.0
        |> Entry.curved (fun _ -> 4096.0)
        |> Entry.promises [ Convex [ 0 ] ]
        |> fun entry -> { entry with IsComposed = true }

    let entries: Entry list =
        [
            coxCase false
            coxCase true
            coxCaseControlCase 0.0
            coxCaseControlCase 0.5
            logisticHazardCase
            intervalNLLCase
            mtlrCase
            piecewiseHazardCase
            deepHitRankCase
            deepHitCases
            failureTimeCase FailureTimes.Weibull
            failureTimeCase FailureTimes.LogNormal
            failureTimeCase FailureTimes.LogLogistic
        ]
