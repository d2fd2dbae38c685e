/// Law 19, of the formulas: law 17 holds the functions to them.
module Losses.Tests.Laws.Convexity

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.Catalogue
open Losses.Tests

/// Two samples that differ in some operands, of which exponentials and powers stay in range.
let private pairs (entry: Entry) (operands: int list) =
    gen {
        let! seed = Gen.choose (0, Int32.MaxValue - 1)
        let random = Random seed
        let width = entry.Widths[random.Next entry.Widths.Length]

        let draw () =
            let sample = (if random.Next 2 = 0 then entry.Draw else entry.Plain) random Format.float64 width

            { sample with
                Operands = Array.map (Array.map (fun x -> Math.Clamp(x, -80.0, 80.0))) sample.Operands
            }

        let a, b = draw (), draw ()

        return
            a,
            { a with
                Operands = Array.mapi (fun o x -> if List.contains o operands then b.Operands[o] else x) a.Operands
            },
            float (random.Next 9) / 8.0
    }

// The values at a place between, to 106 bits.
let private between (entry: Entry) (a: Sample) (b: Sample) (share: float) : DoubleDouble[] =
    let exact = DoubleDouble.Constant

    let mix = Array.map2 (Array.map2 (fun x y -> exact share * exact x + exact (1.0 - share) * exact y)) a.Operands b.Operands

    entry.Formula.Of(mix, Array.map (Array.map (fun (x: DoubleDouble) -> x.High)) mix, a.Labels)

let private above (entry: Entry) (a: Sample, b: Sample, share: float) : float[] =
    let there, back = Oracle.values entry a, Oracle.values entry b

    between entry a b share
    |> Array.mapi (fun i value ->
        let chord = DoubleDouble.Constant share * there[i] + DoubleDouble.Constant(1.0 - share) * back[i]
        (value - chord).High)

let private size (entry: Entry) (a: Sample, b: Sample, _: float) =
    let values sample = Oracle.values entry sample |> Array.sumBy (fun value -> abs value.High)

    let terms sample =
        match entry.Terms with
        | Some terms -> (terms Format.float64 sample).Value 0
        | None -> 0.0

    1.0 + values a + values b + terms a + terms b

let private entries (chosen: Law -> bool) =
    TheoryData<string>(Catalogue.all |> Seq.filter (fun entry -> List.exists chosen entry.Laws) |> Seq.map _.Name)

type ``A loss``() =

    static member Convex = entries _.IsConvex
    static member NotConvex = entries _.IsNotConvex

    [<Theory; MemberData "Convex">]
    member _.``lies below its chords by the operands it is convex in``(name: string) =
        let entry = Catalogue.find name

        let operands =
            entry.Laws
            |> List.pick (fun law ->
                match law with
                | Convex operands -> Some operands
                | _ -> None)

        Property.holds (pairs entry operands) (fun pair ->
            // A formula chooses its branch by float64 numbers.
            let slack = Math.ScaleB(size entry pair, -48)

            if above entry pair |> Array.exists (fun above -> above > slack) then
                Property.fail (sprintf "%s lies above a chord: %A" name pair))

    [<Theory; MemberData "NotConvex">]
    member _.``lies above some chord by another``(name: string) =
        let entry = Catalogue.find name

        let operand =
            entry.Laws
            |> List.pick (fun law ->
                match law with
                | NotConvex operand -> Some operand
                | _ -> None)

        if not (Property.sample 500 (pairs entry [ operand ]) |> Seq.exists (above entry >> Array.exists (fun above -> above > 1e-3))) then
            Property.fail $"{name} lies below 500 chords: it looks convex"
