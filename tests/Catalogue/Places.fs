namespace Losses.Catalogue

open System
open Losses

/// A prediction, a target and a scale, as distributions have them.
module Places =

    // So that squares and quotients stay in range.
    let private ranged (format: Format) (random: Random) = Draw.between 1e-60 1e60 Draw.finite random format

    /// A number above 0.
    let above (format: Format) (random: Random) =
        let x = abs (ranged format random)
        if x > 0.0 then x else 1.0

    /// A place, a target related to it, and a scale that is often like their distance.
    let placed (random: Random) (format: Format) =
        let x = ranged format random
        let t = Draw.related random format x (fun () -> ranged format random)
        let t = if abs t > 1e60 then x else t

        let scale =
            match random.Next 3 with
            | 0 when x <> t -> format.Round(min (min 1e60 format.Largest) (max 1e-30 (abs (x - t))))
            | _ -> above format random

        [| x; t; scale |]

    /// How many scales they are apart.
    let z (x: float[]) = abs (x[0] - x[1]) / x[2]

    /// A loss of a place, a target and a scale.
    let entry
        (name: string)
        (definition: 'L)
        (call: Call)
        : Entry when 'L: struct and 'L :> IPointwise3 and 'L: (new: unit -> 'L) and 'L :> ValueType =
        Entry.pointwise3 name definition [ Operand.any "prediction"; Operand.any "target"; Operand.of' Numbers.Positive "scale" ] call
        |> Entry.drawn placed
