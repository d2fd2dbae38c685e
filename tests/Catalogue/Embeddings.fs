namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// What a batch of embeddings is to a formula: how far each anchor is from the others, and which are like it.
type Seen<'T> =
    {
        Far: int -> int -> 'T
        At: int -> int -> float
        Rows: 'T[][]
        Anchors: int list
        Like: int -> int list
        Unlike: int -> int list
    }

/// The anchors' values of a batch.
type OfBatch =
    abstract Of<'T when 'T :> IReal<'T>> : Seen<'T> -> 'T[]

/// The logits of a row, in which the label's own is another, and what is added to their cross-entropy.
type OfProxies =
    abstract Of<'T when 'T :> IReal<'T>> : x: 'T[] * at: float[] * proxies: 'T[][] * proxiesAt: float[][] * label: int -> struct ('T[] * 'T)

/// Embeddings with labels: proxies of classes, pairs and triplets, and how embeddings lie on the sphere; the sums of the textbook.
module Embeddings =

    open Losses.FSharp.Notation

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms
    let private whole rows name = Operand.any name |> Operand.laid (Layout.Whole rows)
    let private labels (y: int[]) = Labels(ReadOnlySpan<int> y, Shape [| y.Length |])
    let private plus (a: float) (b: float) = Operators.(+) a b
    let private less (a: float) (b: float) = Operators.(-) a b

    let private unit (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        let norm = sqrt (Formulas.squares x)
        x |> Array.map (fun y -> y / norm)

    let private apart (a: 'T[]) (b: 'T[]) : 'T :> IReal<'T> = sqrt (Formulas.squares (Formulas.minus a b))

    let private numbers (f: Real[] -> Real[]) (x: float[]) : float[] = x |> Array.map Real |> f |> Array.map _.Value
    let private unitAt = numbers unit
    let private apartAt (a: float[]) (b: float[]) = (apart (Array.map Real a) (Array.map Real b)).Value
    let private dotAt (a: float[]) (b: float[]) = (Formulas.dot (Array.map Real a) (Array.map Real b)).Value

    // log(1 + Σ exp), from the largest.
    let private logOnePlus (x: 'T list) (at: float list) : 'T :> IReal<'T> =
        Formulas.logSumExp (Array.ofList (num 0.0 :: x)) (Array.ofList (0.0 :: at))

    let private logSum (x: 'T list) (at: float list) : 'T :> IReal<'T> = Formulas.logSumExp (Array.ofList x) (Array.ofList at)

    // Rows of numbers from ½ to 4 in size, of which no two have nearly one direction.
    let rec private rows (random: Random) (format: Format) (count: int) (width: int) : float[] =
        let number () =
            let size = format.Round(plus 0.5 (3.5 *. random.NextDouble()))
            if random.Next 2 = 0 then size else less 0.0 size

        let all = Array.init (Operators.(*) count width) (fun _ -> number ())
        let units = Array.chunkBySize width all |> Array.map unitAt

        let isApart =
            Seq.forall
                (fun (i, j) -> i = j || (apartAt units[i] units[j] > 0.02 && apartAt units[i] units[j] < 1.99))
                (Seq.allPairs (seq { 0 .. Operators.(-) count 1 }) (seq { 0 .. Operators.(-) count 1 }))

        if isApart then all else rows random format count width

    let private sized (condition: string) (value: float) (slope: float) (entry: Entry) : Entry =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 4.0
               })) with
            IsComposed = true
            Widths = [ 2; 3; 5 ]
            Plain = fun random format width -> entry.Draw random format width
        }

    // Pairs and triplets ----------------------------------------------------------------------------------------------------------------------------------------------

    // One of three, two of another, and one that is alone.
    let private identities = [| 3; 7; 3; 7; 1; 3 |]
    let private count = identities.Length

    let private far (distance: EmbeddingDistance) (a: 'T[]) (b: 'T[]) : 'T :> IReal<'T> =
        let centred (x: 'T[]) =
            let mean = total x / num (float x.Length)
            x |> Array.map (fun y -> y - mean)

        match distance with
        | EmbeddingDistance.Euclidean -> apart a b
        | EmbeddingDistance.SquaredEuclidean -> Formulas.squares (Formulas.minus a b)
        | EmbeddingDistance.Dot -> num 0.0 - Formulas.dot a b
        | _ -> Formulas.squares (centred (Formulas.minus a b)) / Formulas.squares (centred a)

    let private seen (options: MetricOptions) (x: 'T[]) (at: float[]) : Seen<'T> when 'T :> IReal<'T> =
        let width = Operators.(/) x.Length count
        let rows = Array.chunkBySize width x |> Array.map (fun row -> if options.Normalized then unit row else row)
        let rowsAt = Array.chunkBySize width at |> Array.map (fun row -> if options.Normalized then unitAt row else row)
        let anchors = if options.Anchors = 0 then count else options.Anchors
        let others i = [ options.Anchors .. Operators.(-) count 1 ] |> List.filter ((<>) i)

        {
            Far = fun i j -> far options.Distance rows[i] rows[j]
            At = fun i j -> (far options.Distance (Array.map Real rowsAt[i]) (Array.map Real rowsAt[j])).Value
            Rows = rows
            Anchors = [ 0 .. Operators.(-) anchors 1 ]
            Like = fun i -> others i |> List.filter (fun j -> identities[j] = identities[i])
            Unlike = fun i -> others i |> List.filter (fun j -> identities[j] <> identities[i])
        }

    let private optionArguments (options: MetricOptions) : (string * objnull) list =
        [
            "distance", box options.Distance
            "normalized", box options.Normalized
            "anchors", box options.Anchors
            "counting", box options.Counting
        ]

    let private batch (name: string) (options: MetricOptions) (arguments: (string * objnull) list) (formula: OfBatch) (call: Call) : Entry =
        Entry.rows
            name
            [ whole count "embeddings" ]
            (fun random format width -> [| rows random format count width |], [||])
            { new Formula with
                member _.Of(x, at, _) = formula.Of(seen options x[0] at[0])
            }
            call
        |> Entry.withArguments (("identities", box (labels identities)) :: arguments)
        // An anchor that nobody looks for is in its own value alone.
        |> Entry.reaching (fun sample _ k ->
            let row = Operators.(/) k (Operators.(/) sample.Operands[0].Length count)
            let anchors = if options.Anchors = 0 then count else options.Anchors
            if row < options.Anchors then [ row ] else [ 0 .. Operators.(-) anchors 1 ])

    // A value for each anchor that a list is not empty for; 0 for the others.
    let private each (seen: Seen<'T>) (value: int -> 'T) (has: int -> bool) : 'T[] when 'T :> IReal<'T> =
        [| for i in seen.Anchors -> if has i then value i else num 0.0 |]

    let private has (list: int list) = not list.IsEmpty

    let private moderate = "embeddings whose numbers are from ½ to 4 in size, no two of one direction; + 2⁻³⁷ of the terms"

    let private default' = MetricOptions.Default
    let private ofDot = { default' with Distance = EmbeddingDistance.Dot }

    let private contrastiveCase (name: string) (options: MetricOptions) (positive: float) (negative: float) =
        let sign = if options.Distance = EmbeddingDistance.Dot then -1.0 else 1.0

        batch
            $"contrastive {name}"
            options
            ([ "positiveMargin", box positive; "negativeMargin", box negative ] @ optionArguments options)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let lackOf i j : 'T = hinge (seen.Far i j - num (sign *. positive))
                    let excessOf i j : 'T = hinge (num (sign *. negative) - seen.Far i j)
                    let counts lack i j = options.Counting = PairCounting.All || lack (seen.At i j) > 0.0
                    let near d = less d (sign *. positive)
                    let far d = less (sign *. negative) d

                    let share (list: int -> int list) loss lack i : 'T =
                        let number = seen.Anchors |> List.sumBy (fun i -> list i |> List.filter (counts lack i) |> List.length)
                        total (list i |> List.map (loss i)) / num (float (Operators.max 1 number))

                    let anchors: 'T = num (float seen.Anchors.Length)
                    [| for i in seen.Anchors -> anchors * (share seen.Like lackOf near i + share seen.Unlike excessOf far i) |]
            }
            { new Call with
                member _.Of(x, _) = contrastive positive negative options (labels identities) x[0]
            }
        |> sized moderate 256.0 4096.0
        |> Entry.promises [ NonNegative ]

    let private tripletCase (mining: TripletMining) (smooth: bool) (options: MetricOptions) =
        let margin = 0.4

        batch
            $"batchTriplet {mining} smooth {smooth} {options.Distance} of {options.Anchors}"
            options
            ([ "mining", box mining; "smooth", box smooth; "margin", box margin ] @ optionArguments options)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let loss i p n : 'T =
                        let d: 'T = seen.Far i p - seen.Far i n + num margin
                        if smooth then softplus d else hinge d

                    let negative i p =
                        let unlike = seen.Unlike i

                        match unlike |> List.filter (fun n -> seen.At i n > seen.At i p) with
                        | [] -> unlike |> List.maxBy (seen.At i)
                        | beyond -> beyond |> List.minBy (seen.At i)

                    let value i : 'T =
                        match mining with
                        | TripletMining.All ->
                            total
                                [
                                    for p in seen.Like i do
                                        for n in seen.Unlike i -> loss i p n
                                ]
                        | TripletMining.Hard -> loss i (seen.Like i |> List.maxBy (seen.At i)) (seen.Unlike i |> List.minBy (seen.At i))
                        | _ -> total [ for p in seen.Like i -> loss i p (negative i p) ]

                    each seen value (fun i -> has (seen.Like i) && has (seen.Unlike i))
            }
            { new Call with
                member _.Of(x, _) = batchTriplet mining smooth margin options (labels identities) x[0]
            }
        |> sized moderate 256.0 4096.0
        |> Entry.promises [ NonNegative ]

    let private marginCase (byTriplets: bool) (boundaries: int) =
        let margin, nu = 0.2, 0.1
        // Of several boundaries the identity is a place.
        let identities = identities |> Array.map (fun y -> Operators.(/) y 3)
        let options = default'

        Entry.rows
            $"distanceMargin of {boundaries} by triplets {byTriplets}"
            [ whole count "embeddings"; whole 0 "beta" ]
            (fun random format width ->
                [| rows random format count width; Array.init boundaries (fun _ -> format.Round(plus 0.5 (random.NextDouble()))) |], [||])
            { new Formula with
                member _.Of(x: 'T[][], at, _) =
                    let seen = seen options x[0] at[0]
                    let all i = [ 0 .. Operators.(-) count 1 ] |> List.filter ((<>) i)
                    let like i = all i |> List.filter (fun j -> identities[i] = identities[j])
                    let unlike i = all i |> List.filter (fun j -> identities[i] <> identities[j])

                    [|
                        for i in seen.Anchors do
                            let beta = x[1].[if boundaries > 1 then identities[i] else 0]
                            let times (list: int list) : 'T = num (if byTriplets then float list.Length else 1.0)
                            let positive = total (like i |> List.map (fun j -> hinge (num margin + seen.Far i j - beta)))
                            let negative = total (unlike i |> List.map (fun j -> hinge (num margin + beta - seen.Far i j)))

                            let number = if byTriplets then float (like i).Length *. float (unlike i).Length else float (all i).Length

                            times (unlike i) * positive + times (like i) * negative + num (nu *. number) * beta
                    |]
            }
            { new Call with
                member _.Of(x, _) = distanceMargin byTriplets nu margin options (labels identities) x[1] x[0]
            }
        |> Entry.withArguments (
            [ "identities", box (labels identities); "byTriplets", box byTriplets; "nu", box nu; "margin", box margin ]
            @ optionArguments options
        )
        |> Entry.reaching (fun _ o k ->
            [ 0 .. Operators.(-) count 1 ] |> List.filter (fun i -> o = 0 || boundaries = 1 || identities[i] = k))
        |> sized moderate 256.0 4096.0
        |> Entry.promises [ NonNegative ]

    let private multiSimilarityCase (epsilon: float) =
        let alpha, beta, threshold = 2.0, 10.0, 0.5

        batch
            $"multiSimilarity epsilon {epsilon}"
            ofDot
            ([ "alpha", box alpha; "beta", box beta; "threshold", box threshold; "epsilon", box epsilon ] @ optionArguments ofDot)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let at i j = less 0.0 (seen.At i j)

                    let value i : 'T =
                        let like, unlike = seen.Like i, seen.Unlike i

                        let kept, keptUnlike =
                            if Double.IsPositiveInfinity epsilon then
                                like, unlike
                            elif like.IsEmpty || unlike.IsEmpty then
                                [], []
                            else
                                let most, least = unlike |> List.map (at i) |> List.max, like |> List.map (at i) |> List.min

                                List.filter (fun j -> at i j < plus most epsilon) like,
                                List.filter (fun j -> at i j > less least epsilon) unlike

                        let side (factor: float) sign (list: int list) : 'T =
                            let exponent j : 'T = num (sign *. factor) * (num 0.0 - seen.Far i j - num threshold)
                            let exponentAt j = sign *. factor *. less (at i j) threshold
                            logOnePlus (List.map exponent list) (List.map exponentAt list) / num factor

                        side alpha -1.0 kept + side beta 1.0 keptUnlike

                    each seen value (fun _ -> true)
            }
            { new Call with
                member _.Of(x, _) = multiSimilarity alpha beta threshold epsilon ofDot (labels identities) x[0]
            }
        |> sized moderate 64.0 1024.0
        |> Entry.promises [ NonNegative ]

    let private circleCase (isDetached: bool) (anchors: int) =
        let gamma, margin = 8.0, 0.25
        let options = { ofDot with Anchors = anchors }

        batch
            $"circle detached {isDetached} of {anchors}"
            options
            ([ "detached", box isDetached; "gamma", box gamma; "margin", box margin ] @ optionArguments options)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let weight (x: 'T) : 'T = if isDetached then detach (hinge x) else hinge x
                    let weightAt (x: float) = Operators.max 0.0 x

                    let positive i j : 'T =
                        let s: 'T = num 0.0 - seen.Far i j
                        num gamma * (weight (num (plus 1.0 margin) - s) * (num (less 1.0 margin) - s))

                    let negative i j : 'T =
                        let s: 'T = num 0.0 - seen.Far i j
                        num gamma * (weight (s + num margin) * (s - num margin))

                    let positiveAt i j =
                        let s = less 0.0 (seen.At i j)
                        gamma *. weightAt (less (plus 1.0 margin) s) *. less (less 1.0 margin) s

                    let negativeAt i j =
                        let s = less 0.0 (seen.At i j)
                        gamma *. weightAt (plus s margin) *. less s margin

                    let value i : 'T =
                        let like, unlike = seen.Like i, seen.Unlike i

                        let sums =
                            [
                                for p in like do
                                    for n in unlike -> positive i p + negative i n
                            ]

                        let sumsAt =
                            [
                                for p in like do
                                    for n in unlike -> plus (positiveAt i p) (negativeAt i n)
                            ]

                        logOnePlus sums sumsAt

                    each seen value (fun i -> has (seen.Like i) && has (seen.Unlike i))
            }
            { new Call with
                member _.Of(x, _) = circle isDetached gamma margin options (labels identities) x[0]
            }
        |> sized moderate 256.0 4096.0
        |> Entry.promises [ NonNegative ]

    let private ntXentCase (options: MetricOptions) =
        let temperature = 0.5

        batch
            $"ntXent {options.Distance} of {options.Anchors}"
            options
            ([ "temperature", box temperature ] @ optionArguments options)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let s i j : 'T = num 0.0 - seen.Far i j / num temperature
                    let at i j = less 0.0 (seen.At i j ./. temperature)

                    let value i : 'T =
                        total
                            [
                                for p in seen.Like i ->
                                    logOnePlus
                                        [ for n in seen.Unlike i -> s i n - s i p ]
                                        [ for n in seen.Unlike i -> less (at i n) (at i p) ]
                            ]

                    each seen value (fun _ -> true)
            }
            { new Call with
                member _.Of(x, _) = ntXent temperature options (labels identities) x[0]
            }
        |> sized moderate 64.0 1024.0
        |> Entry.promises [ NonNegative ]

    let private supConCase (options: MetricOptions) =
        let temperature = 0.5

        batch
            $"supCon {options.Distance}"
            options
            ([ "temperature", box temperature ] @ optionArguments options)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let s i j : 'T = num 0.0 - seen.Far i j / num temperature
                    let at i j = less 0.0 (seen.At i j ./. temperature)

                    let value i : 'T =
                        let like = seen.Like i
                        let others = like @ seen.Unlike i

                        total [ for p in like -> logSum [ for j in others -> s i j - s i p ] [ for j in others -> less (at i j) (at i p) ] ]
                        / num (float like.Length)

                    each seen value (fun i -> has (seen.Like i))
            }
            { new Call with
                member _.Of(x, _) = supCon temperature options (labels identities) x[0]
            }
        |> sized moderate 64.0 1024.0
        |> Entry.promises [ NonNegative ]

    let private ncaCase =
        let scale = 1.5
        let options = { default' with Distance = EmbeddingDistance.SquaredEuclidean }

        batch
            "nca"
            options
            ([ "scale", box scale ] @ optionArguments options)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let s i j : 'T = num (less 0.0 scale) * seen.Far i j
                    let at i j = less 0.0 (scale *. seen.At i j)
                    let sum i list : 'T = logSum (List.map (s i) list) (List.map (at i) list)
                    each seen (fun i -> sum i (seen.Like i @ seen.Unlike i) - sum i (seen.Like i)) (fun i -> has (seen.Like i))
            }
            { new Call with
                member _.Of(x, _) = nca scale options (labels identities) x[0]
            }
        |> sized moderate 64.0 1024.0
        |> Entry.promises [ NonNegative ]

    let private tupletCase =
        let scale, margin = 8.0, 0.2

        batch
            "tupletMargin"
            default'
            [ "scale", box scale; "margin", box margin; "anchors", box 0 ]
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let cosine i j : 'T = Formulas.dot seen.Rows[i] seen.Rows[j]
                    let cosineAt i j = less 1.0 (0.5 *. seen.At i j *. seen.At i j)

                    let positive i j : 'T =
                        let c = cosine i j
                        num (Math.Cos margin) * c + num (Math.Sin margin) * sqrt (num 1.0 - c * c)

                    let positiveAt i j = Math.Cos(less (Math.Acos(cosineAt i j)) margin)

                    let value i : 'T =
                        total
                            [
                                for p in seen.Like i ->
                                    logOnePlus
                                        [ for n in seen.Unlike i -> num scale * (cosine i n - positive i p) ]
                                        [ for n in seen.Unlike i -> scale *. less (cosineAt i n) (positiveAt i p) ]
                            ]

                    each seen value (fun _ -> true)
            }
            { new Call with
                member _.Of(x, _) = tupletMargin scale margin 0 (labels identities) x[0]
            }
        |> sized moderate 1024.0 65536.0
        |> Entry.promises [ NonNegative ]

    let private angularCase (normalized: bool) (anchors: int) =
        let alpha = 0.5
        let square = Math.Tan alpha *. Math.Tan alpha
        let options = { ofDot with Normalized = normalized; Anchors = anchors }

        batch
            $"angular normalized {normalized} of {anchors}"
            options
            [ "alpha", box alpha; "normalized", box normalized; "anchors", box anchors ]
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let near i j : 'T = Formulas.dot seen.Rows[i] seen.Rows[j]

                    let value i : 'T =
                        total
                            [
                                for p in seen.Like i ->
                                    logOnePlus
                                        [
                                            for n in seen.Unlike i ->
                                                num (4.0 *. square) * (near i n + near p n) - num (plus 2.0 (2.0 *. square)) * near i p
                                        ]
                                        [
                                            for n in seen.Unlike i ->
                                                less
                                                    (4.0 *. square *. less (less 0.0 (seen.At i n)) (seen.At p n))
                                                    (plus 2.0 (2.0 *. square) *. less 0.0 (seen.At i p))
                                        ]
                            ]

                    each seen value (fun i -> has (seen.Like i) && has (seen.Unlike i))
            }
            { new Call with
                member _.Of(x, _) = angular alpha normalized anchors (labels identities) x[0]
            }
        |> sized moderate 4096.0 65536.0
        |> Entry.promises [ NonNegative ]

    let private beforeCase (cost: NegativesBefore) =
        let alpha, b, temperature = 3.0, 2.0, 0.25

        batch
            $"negativesBefore {cost}"
            ofDot
            ([ "cost", box cost; "alpha", box alpha; "b", box b; "temperature", box temperature ] @ optionArguments ofDot)
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let f (r: 'T) : 'T =
                        match cost with
                        | NegativesBefore.Linear -> r
                        | NegativesBefore.Logarithm -> log1p r
                        | NegativesBefore.Saturating -> num 1.0 - exp (num (less 0.0 alpha) * log1p r)
                        | NegativesBefore.Increasing -> (num 1.0 + r) * log1p r
                        | _ -> (num b * r - log1p (num b * r)) / num (b *. b)

                    let value i : 'T =
                        let before j =
                            total [ for n in seen.Unlike i -> (logistic ((seen.Far i j - seen.Far i n) / num temperature)).Sigmoid ]

                        let like = i :: seen.Like i
                        total (like |> List.map (before >> f)) / num (float like.Length)

                    each seen value (fun i -> has (seen.Like i))
            }
            { new Call with
                member _.Of(x, _) = negativesBefore cost alpha b temperature ofDot (labels identities) x[0]
            }
        |> sized moderate 256.0 4096.0
        |> Entry.promises [ NonNegative ]

    let private rankedListCase =
        let list =
            {
                Alpha = 1.1
                Margin = 0.5
                Imbalance = 0.3
                PositiveTemperature = 0.5
                NegativeTemperature = 2.0
                Eps = 1e-5
            }

        batch
            "rankedList"
            default'
            ([
                "alpha", box list.Alpha
                "margin", box list.Margin
                "imbalance", box list.Imbalance
                "positiveTemperature", box list.PositiveTemperature
                "negativeTemperature", box list.NegativeTemperature
                "eps", box list.Eps
             ]
             @ optionArguments default')
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let side temperature (lack: int -> 'T) (lackAt: int -> float) (candidates: int list) : 'T =
                        let chosen = candidates |> List.filter (fun j -> lackAt j > 0.0)
                        let weight j = exp (num temperature * lack j)
                        let every = num (list.Eps *. float count)
                        total (chosen |> List.map (fun j -> weight j * lack j)) / (total (List.map weight chosen) + every)

                    let inner = less list.Alpha list.Margin

                    let value i : 'T =
                        num (less 1.0 list.Imbalance)
                        * side
                            list.PositiveTemperature
                            (fun j -> seen.Far i j - num inner)
                            (fun j -> less (seen.At i j) inner)
                            (seen.Like i)
                        + num list.Imbalance
                          * side
                              list.NegativeTemperature
                              (fun j -> num list.Alpha - seen.Far i j)
                              (fun j -> less list.Alpha (seen.At i j))
                              (seen.Unlike i)

                    each seen value (fun _ -> true)
            }
            { new Call with
                member _.Of(x, _) = rankedList list default' (labels identities) x[0]
            }
        |> sized moderate 256.0 1e7
        |> Entry.promises [ NonNegative ]

    let private fastAPCase =
        let bins = 5
        let options = { default' with Distance = EmbeddingDistance.SquaredEuclidean }

        batch
            "fastAP"
            options
            [ "bins", box bins ]
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let value i : 'T =
                        let like = seen.Like i
                        let share b j : 'T = hinge (num 1.0 - abs (num (0.25 *. float bins) * seen.Far i j - num (float b)))
                        let shareAt b j = Operators.max 0.0 (less 1.0 (Math.Abs(less (0.25 *. float bins *. seen.At i j) (float b))))
                        let sum list b : 'T = total (list |> List.map (share b))
                        let upTo list b : 'T = total [ for k in 0..b -> sum list k ]
                        let all = like @ seen.Unlike i

                        let precision b : 'T =
                            let some = [ 0..b ] |> List.exists (fun k -> all |> List.exists (fun j -> shareAt k j > 0.0))
                            if some then sum like b * upTo like b / upTo all b else num 0.0

                        num 1.0 - total [ for b in 0..bins -> precision b ] / num (float like.Length)

                    each seen value (fun i -> has (seen.Like i))
            }
            { new Call with
                member _.Of(x, _) = fastAP bins (labels identities) x[0]
            }
        |> sized moderate 1024.0 65536.0

    let private histogramCase =
        let bins = 6

        batch
            "histogram"
            ofDot
            [ "bins", box bins ]
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let pairs (list: int -> int list) =
                        [
                            for i in seen.Anchors do
                                for j in list i do
                                    if i < j then
                                        i, j
                        ]

                    let isPaired i = has (seen.Like i)
                    let unlike = pairs seen.Unlike |> List.filter (fun (i, j) -> isPaired i || isPaired j)

                    let share (list: (int * int) list) b : 'T =
                        total
                            [
                                for i, j in list ->
                                    hinge (num 1.0 - abs (num (0.5 *. float bins) * (num 1.0 - seen.Far i j) - num (float b)))
                            ]
                        / num (float list.Length)

                    [| total [ for b in 0..bins -> share unlike b * total [ for k in 0..b -> share (pairs seen.Like) k ] ] |]
            }
            { new Call with
                member _.Of(x, _) = histogram bins (labels identities) x[0]
            }
        |> Entry.reaching (fun _ _ _ -> [ 0 ])
        |> sized moderate 1024.0 65536.0
        |> Entry.promises [ NonNegative ]

    let private nPairsCase =
        batch
            "nPairs"
            default'
            [ "normalized", box true ]
            { new OfBatch with
                member _.Of(seen: Seen<'T>) =
                    let pairs = [ 0, 2; 1, 3 ]
                    let near a p : 'T = Formulas.dot seen.Rows[a] seen.Rows[p]
                    let nearAt a p = less 1.0 (0.5 *. seen.At a p *. seen.At a p)

                    [|
                        for a, p in pairs ->
                            logSum [ for _, q in pairs -> near a q - near a p ] [ for _, q in pairs -> less (nearAt a q) (nearAt a p) ]
                    |]
            }
            { new Call with
                member _.Of(x, _) = nPairs true (labels identities) x[0]
            }
        // An anchor is in its own value, a positive in all, and what is of no pair in none.
        |> Entry.reaching (fun sample _ k ->
            match Operators.(/) k (Operators.(/) sample.Operands[0].Length count) with
            | 0 -> [ 0 ]
            | 1 -> [ 1 ]
            | 2
            | 3 -> [ 0; 1 ]
            | _ -> [])
        |> sized moderate 64.0 1024.0
        |> Entry.promises [ NonNegative ]

    let private softMarginCase =
        let least, bins = -2.0, 8

        Entry.rows
            "dynamicSoftMargin"
            [ whole 0 "differences" ]
            (fun random format width -> [| Array.init width (fun _ -> format.Round(less (3.6 *. random.NextDouble()) 1.8)) |], [||])
            { new Formula with
                member _.Of(x: 'T[][], at, _) =
                    let width = 4.0 ./. float bins
                    let node k = plus least (width *. float k)
                    let share k y : 'T = hinge (num 1.0 - abs ((detach y - num (node k)) / num width))

                    let all: 'T =
                        total
                            [
                                for k in 0..bins do
                                    for y in x[0] -> share k y
                            ]

                    [|
                        for i, y in Array.indexed x[0] ->
                            total
                                [
                                    for k in 0..bins do
                                        if node k <= at[0].[i] then
                                            total (x[0] |> Array.map (share k))
                                ]
                            / all
                            * y
                    |]
            }
            { new Call with
                member _.Of(x, _) = dynamicSoftMargin least bins x[0]
            }
        |> Entry.withArguments [ "least", box least; "bins", box bins ]
        |> sized "differences within 1.8; + 2⁻³⁷ of the terms" 64.0 1024.0

    // Proxies ---------------------------------------------------------------------------------------------------------------------------------------------------------

    let private samples = 3
    let private classes = 4

    // −log of the label's share.
    let private nll (label: int) (logits: 'T[]) (at: float[]) : 'T :> IReal<'T> =
        let others =
            [
                for c in 0 .. Operators.(-) logits.Length 1 do
                    if c <> label then
                        c
            ]

        logOnePlus [ for c in others -> logits[c] - logits[label] ] [ for c in others -> less at[c] at[label] ]

    let private proxyCase
        (name: string)
        (shape: Operand)
        (proxyRows: int)
        (scale: float)
        (arguments: (string * objnull) list)
        (formula: OfProxies)
        (call: Call)
        : Entry =
        Entry.rows
            name
            [ whole samples "embeddings"; shape ]
            (fun random format width ->
                let both = rows random format (Operators.(+) samples proxyRows) width
                let cut = Operators.(*) samples width
                [| Array.take cut both; Array.skip cut both |], Array.init samples (fun _ -> random.Next classes))
            { new Formula with
                member _.Of(x: 'T[][], at, labels) =
                    let width = Operators.(/) x[0].Length samples
                    let chunks (x: 'a[]) = Array.chunkBySize width x

                    Array.init samples (fun n ->
                        let row (x: 'a[]) = (chunks x)[n]
                        let struct (logits, more) = formula.Of(row x[0], row at[0], chunks x[1], chunks at[1], labels[n])
                        let real = Array.map Real

                        let struct (logitsAt, _) =
                            formula.Of(real (row at[0]), row at[0], Array.map real (chunks at[1]), chunks at[1], labels[n])

                        nll labels[n] logits (logitsAt |> Array.map _.Value) + more)
            }
            call
        |> Entry.withArgumentsOf (fun _ y -> ("labels", box (labels y[0])) :: arguments)
        |> sized moderate (64.0 *. plus scale 1.0) (4096.0 *. plus scale 1.0 *. plus scale 1.0)
        |> Entry.reaching (fun sample o k ->
            if o = 0 then
                [ Operators.(/) k (Operators.(/) sample.Operands[0].Length samples) ]
            else
                [ 0 .. Operators.(-) samples 1 ])
        |> Entry.promises [ NonNegative ]

    let private proxies = whole classes "proxies"
    let private cosine (x: 'T[]) (p: 'T[]) : 'T :> IReal<'T> = Formulas.dot (unit x) (unit p)
    let private cosineAt (x: float[]) (p: float[]) = dotAt (unitAt x) (unitAt p)

    // All logits, of which the label's is another.
    let private withOwn (label: int) (own: 'T) (all: 'T[]) : 'T[] = Array.mapi (fun c logit -> if c = label then own else logit) all

    let private withMargin (easy: bool) (margin: 'T) (marginAt: float) (c: 'T) (at: float) : 'T :> IReal<'T> =
        let struct (sinOfMargin, cosOfMargin) = 'T.SinCos margin
        let added = c * cosOfMargin - sqrt (num 1.0 - c * c) * sinOfMargin

        if easy then (if at > 0.0 then added else c)
        elif at > less 0.0 (Math.Cos marginAt) then added
        else c - margin * sinOfMargin

    let private normalizedSoftmaxCase (normalized: bool) =
        let scale = 4.0

        proxyCase
            $"normalizedSoftmax normalized {normalized}"
            proxies
            classes
            (8.0 *. scale)
            [ "scale", box scale; "normalized", box normalized ]
            { new OfProxies with
                member _.Of(x: 'T[], _, proxies, _, _) =
                    let x = if normalized then unit x else x
                    struct (proxies |> Array.map (fun p -> num scale * Formulas.dot x (unit p)), num 0.0)
            }
            { new Call with
                member _.Of(x, y) = normalizedSoftmax scale normalized (labels y[0]) x[1] x[0]
            }

    let private adaCosCase =
        let scale = Math.Sqrt 2.0 *. Math.Log 3.0

        proxyCase
            "adaCos"
            proxies
            classes
            scale
            []
            { new OfProxies with
                member _.Of(x: 'T[], _, proxies, _, _) = struct (proxies |> Array.map (fun p -> num scale * cosine x p), num 0.0)
            }
            { new Call with
                member _.Of(x, y) = adaCos (labels y[0]) x[1] x[0]
            }

    let private arcFaceCase (subCenters: int) (easy: bool) =
        let margin, scale = 0.5, 8.0

        proxyCase
            $"arcFace of {subCenters} easy {easy}"
            (whole (Operators.(*) classes subCenters) "proxies")
            (Operators.(*) classes subCenters)
            (8.0 *. scale)
            [ "margin", box margin; "scale", box scale; "subCenters", box subCenters; "easyMargin", box easy ]
            { new OfProxies with
                member _.Of(x: 'T[], at, proxies, proxiesAt, label) =
                    let best c =
                        [ 0 .. Operators.(-) subCenters 1 ]
                        |> List.map (fun k -> Operators.(+) (Operators.(*) c subCenters) k)
                        |> List.maxBy (fun k -> cosineAt at proxiesAt[k])

                    let c = cosine x proxies[best label]
                    let own = withMargin easy (num margin) margin c (cosineAt at proxiesAt[best label])
                    let all = Array.init classes (fun c -> num scale * cosine x proxies[best c])
                    struct (withOwn label (num scale * own) all, num 0.0)
            }
            { new Call with
                member _.Of(x, y) = arcFace subCenters easy margin scale (labels y[0]) x[1] x[0]
            }

    let private cosFaceCase =
        let margin, scale = 0.35, 8.0

        proxyCase
            "cosFace"
            proxies
            classes
            scale
            [ "margin", box margin; "scale", box scale ]
            { new OfProxies with
                member _.Of(x: 'T[], _, proxies, _, label) =
                    let own = num scale * (cosine x proxies[label] - num margin)
                    struct (withOwn label own (proxies |> Array.map (fun p -> num scale * cosine x p)), num 0.0)
            }
            { new Call with
                member _.Of(x, y) = cosFace margin scale (labels y[0]) x[1] x[0]
            }

    // (−1)ᵏ cos(4θ) − 2k
    let private angleCase (name: string) (withLengths: bool) (call: Call) =
        let scale = 0.5

        proxyCase
            name
            proxies
            classes
            256.0
            [ "margin", box 4; "scale", box scale ]
            { new OfProxies with
                member _.Of(x: 'T[], at, proxies, proxiesAt, label) =
                    let length (p: 'T[]) : 'T =
                        num scale * sqrt (Formulas.squares x) * (if withLengths then sqrt (Formulas.squares p) else num 1.0)

                    let turns = Math.Floor(4.0 *. Math.Acos(cosineAt at proxiesAt[label]) ./. Math.PI)
                    let c = cosine x proxies[label]
                    let quadruple = num 8.0 * (c * c * c * c) - num 8.0 * (c * c) + num 1.0
                    let own = num (if turns % 2.0 = 0.0 then 1.0 else -1.0) * quadruple - num (2.0 *. turns)
                    struct (withOwn label (length proxies[label] * own) (proxies |> Array.map (fun p -> length p * cosine x p)), num 0.0)
            }
            call

    let private magFaceCase (easy: bool) =
        let options =
            {
                Scale = 4.0
                LeastLength = 1.0
                LargestLength = 5.0
                LeastMargin = 0.2
                LargestMargin = 0.6
                Pull = 2.0
                EasyMargin = easy
            }

        proxyCase
            $"magFace easy {easy}"
            proxies
            classes
            64.0
            [
                "scale", box options.Scale
                "leastLength", box options.LeastLength
                "largestLength", box options.LargestLength
                "leastMargin", box options.LeastMargin
                "largestMargin", box options.LargestMargin
                "pull", box options.Pull
                "easyMargin", box easy
            ]
            { new OfProxies with
                member _.Of(x: 'T[], at, proxies, proxiesAt, label) =
                    let lengthAt = sqrt (Formulas.squares (Array.map Real at)) |> _.Value
                    let length: 'T = sqrt (Formulas.squares x)

                    let held: 'T =
                        if lengthAt < options.LeastLength then num options.LeastLength
                        elif lengthAt > options.LargestLength then num options.LargestLength
                        else length

                    let heldAt = Math.Clamp(lengthAt, options.LeastLength, options.LargestLength)
                    let rise = less options.LargestMargin options.LeastMargin ./. less options.LargestLength options.LeastLength
                    let margin = num options.LeastMargin + num rise * (held - num options.LeastLength)
                    let marginAt = plus options.LeastMargin (rise *. less heldAt options.LeastLength)
                    let own = withMargin easy margin marginAt (cosine x proxies[label]) (cosineAt at proxiesAt[label])
                    let pull = num options.Pull * (held / num (options.LargestLength *. options.LargestLength) + num 1.0 / held)
                    struct (withOwn label (num options.Scale * own) (proxies |> Array.map (fun p -> num options.Scale * cosine x p)), pull)
            }
            { new Call with
                member _.Of(x, y) = magFace options (labels y[0]) x[1] x[0]
            }

    let private proxyNCACase =
        let temperature = 0.5

        proxyCase
            "proxyNCA"
            proxies
            classes
            4.0
            [ "temperature", box temperature ]
            { new OfProxies with
                member _.Of(x: 'T[], _, proxies, _, _) =
                    struct (proxies
                            |> Array.map (fun p ->
                                num (less 0.0 (1.0 ./. temperature)) * Formulas.squares (Formulas.minus (unit x) (unit p))),
                            num 0.0)
            }
            { new Call with
                member _.Of(x, y) = proxyNCA temperature (labels y[0]) x[1] x[0]
            }

    let private softTripleCase (each: int) =
        let options = { SubCenters = each; Scale = 4.0; Gamma = 0.5; Margin = 0.05; Tau = 0.2 }

        proxyCase
            $"softTriple of {each}"
            (whole (Operators.(*) classes each) "proxies")
            (Operators.(*) classes each)
            64.0
            [
                "subCenters", box each
                "scale", box options.Scale
                "gamma", box options.Gamma
                "margin", box options.Margin
                "tau", box options.Tau
            ]
            { new OfProxies with
                member _.Of(x: 'T[], at, proxies, proxiesAt, label) =
                    let ofClass c (x: 'a[]) = Array.sub x (Operators.(*) c each) each

                    let similarity c : 'T =
                        let s = ofClass c proxies |> Array.map (cosine x)
                        let sAt = ofClass c proxiesAt |> Array.map (fun p -> cosineAt at p ./. options.Gamma)
                        let shares = Formulas.logSoftmax (s |> Array.map (fun y -> y / num options.Gamma)) sAt |> Array.map exp
                        Formulas.dot shares s

                    let all = Array.init classes (fun c -> num options.Scale * similarity c)
                    let own = num options.Scale * (similarity label - num options.Margin)
                    let pairs = float classes *. float each *. less (float each) 1.0

                    let apart =
                        [
                            for c in 0 .. Operators.(-) classes 1 do
                                let centers = ofClass c proxies |> Array.map unit

                                for i in 0 .. Operators.(-) each 1 do
                                    for j in Operators.(+) i 1 .. Operators.(-) each 1 do
                                        sqrt (Formulas.squares (Formulas.minus centers[i] centers[j]))
                        ]

                    struct (withOwn label own all, (if each = 1 then num 0.0 else num (options.Tau ./. pairs) * total apart))
            }
            { new Call with
                member _.Of(x, y) = softTriple options (labels y[0]) x[1] x[0]
            }

    let private centerCase =
        Entry.rows
            "centerLoss"
            [ whole samples "embeddings"; whole classes "centers" ]
            (fun random format width ->
                [| rows random format samples width; rows random format classes width |], Array.init samples (fun _ -> random.Next classes))
            { new Formula with
                member _.Of(x: 'T[][], _, labels) =
                    let width = Operators.(/) x[0].Length samples
                    let chunks (x: 'a[]) = Array.chunkBySize width x
                    Array.init samples (fun n -> num 0.5 * Formulas.squares (Formulas.minus (chunks x[0]).[n] (chunks x[1]).[labels[n]]))
            }
            { new Call with
                member _.Of(x, y) = centerLoss (labels y[0]) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y[0]) ])
        |> sized moderate 256.0 64.0
        |> Entry.reachingWhatVaries
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    let private anchorCase =
        let alpha, margin = 8.0, 0.1

        Entry.rows
            "proxyAnchor"
            [ whole samples "embeddings"; proxies ]
            (fun random format width ->
                let both = rows random format (Operators.(+) samples classes) width
                let cut = Operators.(*) samples width
                [| Array.take cut both; Array.skip cut both |], Array.init samples (fun _ -> random.Next classes))
            { new Formula with
                member _.Of(x: 'T[][], at, labels) =
                    let width = Operators.(/) x[0].Length samples
                    let chunks (x: 'a[]) = Array.chunkBySize width x
                    let s c n : 'T = cosine (chunks x[0]).[n] (chunks x[1]).[c]
                    let sAt c n = cosineAt (chunks at[0]).[n] (chunks at[1]).[c]
                    let share = float classes ./. float (Array.distinct labels).Length

                    Array.init classes (fun c ->
                        let own, others = [ 0 .. Operators.(-) samples 1 ] |> List.partition (fun n -> labels[n] = c)

                        let pulled =
                            logOnePlus
                                [ for n in own -> num alpha * (num margin - s c n) ]
                                [ for n in own -> alpha *. less margin (sAt c n) ]

                        let pushed =
                            logOnePlus
                                [ for n in others -> num alpha * (num margin + s c n) ]
                                [ for n in others -> alpha *. plus margin (sAt c n) ]

                        num share * pulled + pushed)
            }
            { new Call with
                member _.Of(x, y) = proxyAnchor alpha margin (labels y[0]) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y[0]); "alpha", box alpha; "margin", box margin ])
        |> sized moderate 1024.0 65536.0
        |> Entry.reaching (fun sample o k ->
            if o = 1 then
                [ Operators.(/) k (Operators.(/) sample.Operands[0].Length samples) ]
            else
                [ 0 .. Operators.(-) classes 1 ])
        |> Entry.promises [ NonNegative ]

    // The sphere ------------------------------------------------------------------------------------------------------------------------------------------------------

    let private twoViews (name: string) (arguments: (string * objnull) list) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ whole samples "queries"; whole samples "keys" ]
            (fun random format width ->
                let both = rows random format (Operators.(*) 2 samples) width
                let cut = Operators.(*) samples width
                [| Array.take cut both; Array.skip cut both |], [||])
            formula
            call
        |> Entry.withArguments arguments
        |> sized moderate 1024.0 65536.0
        |> Entry.reaching (fun sample _ k -> [ Operators.(/) k (Operators.(/) sample.Operands[0].Length samples) ])
        |> Entry.promises [ NonNegative ]

    let private rowOf (n: int) (x: 'a[]) : 'a[] =
        let width = Operators.(/) x.Length samples
        Array.sub x (Operators.(*) n width) width

    let private alignmentCase (alpha: float) (normalized: bool) =
        twoViews
            $"alignment alpha {alpha} normalized {normalized}"
            [ "alpha", box alpha; "normalized", box normalized ]
            { new Formula with
                member _.Of(x: 'T[][], _, _) =
                    let view o n : 'T[] = let row = rowOf n x[o] in if normalized then unit row else row
                    Array.init samples (fun n -> power alpha (apart (view 0 n) (view 1 n)))
            }
            { new Call with
                member _.Of(x, _) = alignment alpha normalized x[1] x[0]
            }

    let private uniformityCase =
        let t = 1.5

        Entry.rows
            "uniformity"
            [ whole samples "embeddings" ]
            (fun random format width -> [| rows random format samples width |], [||])
            { new Formula with
                member _.Of(x: 'T[][], at, _) =
                    let pairs = [ 0, 1; 0, 2; 1, 2 ]

                    let potential (i, j) : 'T =
                        num (less 0.0 t) * Formulas.squares (Formulas.minus (unit (rowOf i x[0])) (unit (rowOf j x[0])))

                    let potentialAt (i, j) = let d = apartAt (unitAt (rowOf i at[0])) (unitAt (rowOf j at[0])) in less 0.0 (t *. d *. d)
                    [| logSum (List.map potential pairs) (List.map potentialAt pairs) - num (Math.Log 3.0) |]
            }
            { new Call with
                member _.Of(x, _) = uniformity t true x[0]
            }
        |> Entry.withArguments [ "t", box t; "normalized", box true ]
        |> sized moderate 64.0 1024.0

    let private koLeoCase =
        let eps = 1e-8

        Entry.rows
            "koLeo"
            [ whole samples "embeddings" ]
            (fun random format width -> [| rows random format samples width |], [||])
            { new Formula with
                member _.Of(x: 'T[][], at, _) =
                    Array.init samples (fun i ->
                        let nearest =
                            [ 0 .. Operators.(-) samples 1 ]
                            |> List.filter ((<>) i)
                            |> List.minBy (fun j -> apartAt (unitAt (rowOf i at[0])) (unitAt (rowOf j at[0])))

                        num 0.0 - log (apart (unit (rowOf i x[0])) (unit (rowOf nearest x[0])) + num eps))
            }
            { new Call with
                member _.Of(x, _) = koLeo eps true x[0]
            }
        |> Entry.withArguments [ "eps", box eps; "normalized", box true ]
        |> sized moderate 1024.0 65536.0

    let private momentumCase (normalized: bool) =
        let temperature, queued = 0.5, 4

        Entry.rows
            $"momentumContrast normalized {normalized}"
            [ whole samples "queries"; whole samples "keys"; whole queued "queue" ]
            (fun random format width ->
                let all = rows random format (Operators.(+) (Operators.(*) 2 samples) queued) width
                let cut = Operators.(*) samples width
                [| Array.take cut all; Array.sub all cut cut; Array.skip (Operators.(*) 2 cut) all |], [||])
            { new Formula with
                member _.Of(x: 'T[][], at, _) =
                    let width = Operators.(/) x[0].Length samples

                    let side (unit: 'a[] -> 'a[]) (x: 'a[]) =
                        Array.chunkBySize width x |> Array.map (fun row -> if normalized then unit row else row)

                    Array.init samples (fun n ->
                        let q, k, queue = (side unit x[0]).[n], (side unit x[1]).[n], side unit x[2]
                        let qAt, kAt, queueAt = (side unitAt at[0]).[n], (side unitAt at[1]).[n], side unitAt at[2]

                        logOnePlus
                            [ for other in queue -> (Formulas.dot q other - Formulas.dot q k) / num temperature ]
                            [ for other in queueAt -> less (dotAt qAt other) (dotAt qAt kAt) ./. temperature ])
            }
            { new Call with
                member _.Of(x, _) = momentumContrast temperature normalized x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "temperature", box temperature; "normalized", box normalized ]
        |> sized moderate 1024.0 65536.0
        |> Entry.reaching (fun sample o k ->
            if o = 2 then
                [ 0 .. Operators.(-) samples 1 ]
            else
                [ Operators.(/) k (Operators.(/) sample.Operands[0].Length samples) ])
        |> Entry.promises [ NonNegative ]

    let entries: Entry list =
        [
            normalizedSoftmaxCase true
            normalizedSoftmaxCase false
            adaCosCase
            arcFaceCase 1 false
            arcFaceCase 1 true
            arcFaceCase 2 false
            cosFaceCase
            angleCase
                "sphereFace"
                false
                { new Call with
                    member _.Of(x, y) = sphereFace 4 0.5 (labels y[0]) x[1] x[0]
                }
            angleCase
                "largeMarginSoftmax"
                true
                { new Call with
                    member _.Of(x, y) = largeMarginSoftmax 4 0.5 (labels y[0]) x[1] x[0]
                }
            magFaceCase false
            magFaceCase true
            proxyNCACase
            anchorCase
            softTripleCase 1
            softTripleCase 2
            centerCase

            contrastiveCase "of all" default' 0.2 1.2
            contrastiveCase "of what is not 0" { default' with Counting = PairCounting.NonZero } 0.5 1.0
            contrastiveCase "of dot products" { ofDot with Normalized = false; Anchors = 3 } 4.0 1.0
            contrastiveCase "of squares" { default' with Distance = EmbeddingDistance.SquaredEuclidean } 0.2 2.0

            for mining in [ TripletMining.All; TripletMining.Hard; TripletMining.SemiHard ] do
                tripletCase mining false default'

            tripletCase TripletMining.All true { default' with Anchors = 3 }
            tripletCase TripletMining.Hard true ofDot
            marginCase false 1
            marginCase true 3
            multiSimilarityCase infinity
            multiSimilarityCase 0.1
            circleCase true 0
            circleCase false 3
            ntXentCase ofDot
            ntXentCase { default' with Anchors = 3 }
            supConCase ofDot
            ncaCase
            tupletCase
            angularCase true 0
            angularCase false 3

            for cost in Enum.GetValues<NegativesBefore>() do
                beforeCase cost

            rankedListCase
            fastAPCase
            histogramCase
            nPairsCase
            softMarginCase

            alignmentCase 2.0 true
            alignmentCase 1.0 false
            alignmentCase 3.0 true
            uniformityCase
            koLeoCase
            momentumCase true
            momentumCase false
        ]
