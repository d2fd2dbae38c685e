namespace Losses

/// <summary>What a partial likelihood makes of times, or relevances, that are equal.</summary>
type Ties =
    /// <summary>Each event among all that are at risk at its time.</summary>
    | Breslow = 0
    /// <summary>Of the d events of one time the one after l others among the risk set less l/d of them.</summary>
    | Efron = 1
    /// <summary>In the order in which they stand: each among those that come after it.</summary>
    | ByPlace = 2

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Who is left when something happens: Cox's partial likelihood, and that of Plackett and Luce, which is the same with ranks for times.
module internal RiskSets =

    // Along one axis, a negative place being log 0.
    let private gathered (places: int[]) (x: 'T) : 'T :> ITensor<'T> =
        let shape = Shape [| places.Length |]
        let found = 'T.Gather(x, 0, Labels(ReadOnlySpan<int> places, shape))

        if Array.exists (fun place -> place < 0) places then
            let absent = places |> Array.map (fun place -> if place < 0 then Double.NegativeInfinity else 0.0)
            Notation.(+) found ('T.Create(x, ReadOnlySpan absent, shape))
        else
            found

    let private logAdd (a: 'T) (b: 'T) : 'T :> ITensor<'T> =
        let column = Shape [| (shapeOf a).Size; 1 |]
        'T.LogSumExp('T.Concatenate(ReadOnlySpan [| reshape column a; reshape column b |], 1), 1)

    // The running log Σ exp from the start of each place's part: doubled reach by doubled reach, since a running sum of exponentials would lose a part that is
    // small beside another.
    let private cumulative (starts: int[]) (x: 'T) : 'T :> ITensor<'T> =
        let longest = starts |> Seq.mapi (fun k start -> k - start) |> Seq.fold max 0
        let mutable sums = x
        let mutable by = 1

        while by <= longest do
            sums <- logAdd sums (gathered (Array.mapi (fun k start -> if k - by >= start then k - by else -1) starts) sums)
            by <- 2 * by

        sums

    // For each place of a sorted list the first of the places that are the same in something.
    let private firsts (same: int -> int -> bool) (count: int) : int[] =
        let result = Array.zeroCreate count

        for k in 1 .. count - 1 do
            result[k] <- if same (k - 1) k then result[k - 1] else k

        result

    /// What each event adds, and 0 for the others: the logarithm of what is at risk at its time less its own.
    let values (ties: Ties) (strata: int[]) (times: float[]) (events: bool[]) (weights: float[]) (x: 'T) : 'T :> ITensor<'T> =
        let n = times.Length
        let vector (numbers: float[]) = 'T.Create(x, ReadOnlySpan numbers, Shape [| numbers.Length |])
        let stratum i = if strata.Length = 0 then 0 else strata[i]
        // The last first, so that the risk set of a time is all up to it; of one time the events last, and those the first last.
        let order =
            Array.init n id
            |> Array.sortWith (fun i j ->
                match compare (stratum i) (stratum j), compare times[j] times[i], compare events[i] events[j] with
                | 0, 0, 0 -> compare j i
                | 0, 0, byEvent -> byEvent
                | 0, byTime, _ -> byTime
                | byStratum, _, _ -> byStratum)

        let sameStratum k l = stratum order[k] = stratum order[l]
        let sameTime k l = sameStratum k l && times[order[k]] = times[order[l]]
        let ofStratum = firsts sameStratum n
        let ofGroup = firsts (fun k l -> sameTime k l && events[order[k]] = events[order[l]]) n
        let lasts = Array.init n id

        for k in n - 2 .. -1 .. 0 do
            if sameTime k (k + 1) then
                lasts[k] <- lasts[k + 1]

        let own = gathered order x
        let areWeighted = weights.Length > 0
        let weight k = if areWeighted then weights[order[k]] else 1.0
        let weighed = if areWeighted then Notation.(+) own (vector (Array.init n (weight >> Math.Log))) else own
        let upTo = cumulative ofStratum weighed

        let risk, shares =
            match ties with
            | Ties.ByPlace -> upTo, Array.init n weight
            | Ties.Breslow -> gathered lasts upTo, Array.init n weight
            | _ ->
                let others = gathered (Array.init n (fun k -> if ofGroup[k] > ofStratum[k] then ofGroup[k] - 1 else -1)) upTo
                let tied = gathered lasts (cumulative ofGroup weighed)
                let count k = float (lasts[k] - ofGroup[k] + 1)
                // What is left of them, not what is gone: nothing cancels.
                let left = Array.init n (fun k -> if events[order[k]] then log (1.0 - float (k - ofGroup[k]) / count k) else 0.0) |> vector

                let total = Array.zeroCreate n

                for k in 0 .. n - 1 do
                    total[ofGroup[k]] <- total[ofGroup[k]] + weight k

                logAdd others (Notation.(+) tied left), Array.init n (fun k -> total[ofGroup[k]] / count k)

        let terms =
            if not areWeighted then
                Notation.(-) risk own
            elif ties = Ties.Efron then
                Notation.(-) (Notation.weigh (vector shares) risk) (Notation.weigh (vector (Array.init n weight)) own)
            else
                Notation.weigh (vector shares) (Notation.(-) risk own)

        let places = Array.create n -1
        order |> Array.iteri (fun k i -> places[i] <- if events[i] then k else -1)
        'T.Gather(terms, 0, Labels(ReadOnlySpan<int> places, Shape [| n |]))

    /// The times or relevances are numbers that can be compared.
    let checkTimes (name: string) (times: float[]) : unit =
        times
        |> Array.iteri (fun i time ->
            if Double.IsNaN time then
                raise (ArgumentOutOfRangeException(name, $"{name}[{i}] is NaN, which is in no order.")))

    let checkTies (ties: Ties) : unit =
        if not (Enum.IsDefined ties) then
            raise (ArgumentOutOfRangeException(nameof ties, $"{Check.number (int64 ties)} is no way to treat ties."))

    /// One for each element.
    let checkCount (name: string) (count: int) (otherName: string) (other: Shape) : unit =
        if count <> other.Size then
            raise (ArgumentException($"{name} has {Check.number count} elements but {otherName} has shape {other}.", name))
