namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Tags of sequences, and sequences stretched to fit: sums over every path, one by one.
module Paths =

    open Losses.FSharp.Notation

    let private row (random: Random) (format: Format) (size: float) (count: int) =
        Array.init count (fun _ -> format.Round(size *. Operators.(-) (2.0 *. random.NextDouble()) 1.0))

    let private summed (condition: string) (value: float) (slope: float) (entry: Entry) =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 256.0
               })) with
            IsComposed = true
            Plain = fun random format width -> entry.Draw random format width
        }

    let private places = 3

    // Every sequence of so many classes and places.
    let rec private sequences (classes: int) (length: int) : int list list =
        if length = 0 then
            [ [] ]
        else
            [
                for tail in sequences classes (Operators.(-) length 1) do
                    for tag in 0 .. Operators.(-) classes 1 -> tag :: tail
            ]

    let private crfCase (length: int) (hasEdges: bool) =
        let classes (x: 'a[][]) = Operators.(/) x[0].Length places
        let whole name rows = Operand.laid (Layout.Whole rows) (Operand.any name)
        let labels (y: int[]) = Labels(ReadOnlySpan<int> y, Shape [| 1; places |])

        Entry.rows
            (if hasEdges then $"crf length {length}" else $"crf without edges length {length}")
            [
                Operand.laid (Layout.Blocks places) (Operand.any "emissions")
                whole "transitions" 2
                if hasEdges then
                    whole "starts" 0
                    whole "ends" 0
            ]
            (fun random format width ->
                let classes = Operators.(/) width places

                [|
                    row random format 4.0 width
                    row random format 4.0 (Operators.(*) classes classes)
                    if hasEdges then
                        row random format 4.0 classes
                        row random format 4.0 classes
                |],
                Array.init places (fun t -> if t < length then random.Next classes else 99))
            { new Formula with
                member _.Of(x, _, tags) =
                    let classes = classes x

                    let score (path: int list) : 'T =
                        let path = List.toArray path
                        let emitted = path |> Seq.mapi (fun t tag -> x[0].[Operators.(+) (Operators.(*) t classes) tag])
                        let moved = Seq.pairwise path |> Seq.map (fun (a, b) -> x[1].[Operators.(+) (Operators.(*) a classes) b])
                        let inner = Formulas.total emitted + Formulas.total moved
                        if hasEdges then inner + x[2].[path[0]] + x[3].[Array.last path] else inner

                    let own = tags |> Array.truncate length |> List.ofArray
                    let given = score own

                    let others =
                        sequences classes length |> Seq.filter (fun path -> path <> own) |> Seq.map (fun path -> exp (score path - given))

                    [| log1p (Formulas.total others) |]
            }
            { new Call with
                member _.Of(x, y) =
                    let none = num 0.0
                    crf [| length |] (labels y[0]) (if hasEdges then x[3] else none) (if hasEdges then x[2] else none) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y ->
            [
                "tags", box (labels y[0])
                "lengths", box [| length |]
                if not hasEdges then
                    "starts", box (DiffTensor.Scalar 0.0)
                    "ends", box (DiffTensor.Scalar 0.0)
            ])
        |> fun entry -> { entry with Widths = [ Operators.(*) 2 places ] }
        |> Entry.reaching (fun sample o k ->
            let isPadding = o = 0 && k >= Operators.(*) length (Operators.(/) sample.Operands[0].Length places)
            if isPadding || o = 1 && length = 1 then [] else [ 0 ])
        |> summed "scores within ±4; + 2⁻³⁷ of the terms" 32.0 4.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    // The sums of the numbers of the cells of every path to one.
    let rec private paths (columns: int) (costs: 'T[]) (i: int) (j: int) : 'T list when 'T :> IReal<'T> =
        let own = costs[Operators.(+) (Operators.(*) i columns) j]

        if i = 0 && j = 0 then
            [ own ]
        else
            [
                if i > 0 then
                    yield! paths columns costs (Operators.(-) i 1) j
                if j > 0 then
                    yield! paths columns costs i (Operators.(-) j 1)
                if i > 0 && j > 0 then
                    yield! paths columns costs (Operators.(-) i 1) (Operators.(-) j 1)
            ]
            |> List.map (fun sum -> sum + own)

    let private soft (gamma: float) (columns: int) (costs: 'T[]) : 'T :> IReal<'T> =
        let last = Operators.(-) (Operators.(/) costs.Length columns) 1
        let all = paths columns costs last (Operators.(-) columns 1)
        num (Operators.(~-) gamma) * log (all |> Seq.map (fun cost -> exp (num 0.0 - cost / num gamma)) |> Formulas.total)

    let private softDTWOfCostsCase =
        let rows = 3

        Entry.rows
            "softDTWOfCosts"
            [ Operand.laid (Layout.Blocks rows) (Operand.any "costs") ]
            (fun random format width -> [| row random format 8.0 width |], [||])
            { new Formula with
                member _.Of(x, _, _) = [| soft 0.75 (Operators.(/) x[0].Length rows) x[0] |]
            }
            { new Call with
                member _.Of(x, _) = softDTWOfCosts 0.75 x[0]
            }
        |> Entry.withArguments [ "gamma", box 0.75 ]
        |> fun entry -> { entry with Widths = [ rows; Operators.(*) 2 rows; Operators.(*) 4 rows ] }
        |> summed "costs within ±8; + 2⁻³⁷ of the terms" 64.0 4.0

    let private softDTWCase (normalized: bool) =
        let size = 2

        let costs (x: 'T[]) (y: 'T[]) : 'T[] when 'T :> IReal<'T> =
            [|
                for a in Array.chunkBySize size x do
                    for b in Array.chunkBySize size y -> Formulas.squares (Formulas.minus a b)
            |]

        let value (x: 'T[]) (y: 'T[]) : 'T :> IReal<'T> = soft 0.75 (Operators.(/) y.Length size) (costs x y)

        Entry.rows
            (if normalized then "softDTW normalized" else "softDTW")
            [ Operand.laid (Layout.Blocks 3) (Operand.any "prediction"); Operand.laid (Layout.Blocks 2) (Operand.any "target") ]
            (fun random format _ -> [| row random format 2.0 6; row random format 2.0 4 |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let x, t = x[0], x[1]
                    [| if normalized then value x t - 0.5 .* (value x x + value t t) else value x t |]
            }
            { new Call with
                member _.Of(x, _) = softDTW 0.75 normalized x[1] x[0]
            }
        |> Entry.withArguments [ "gamma", box 0.75; "normalized", box normalized ]
        |> fun entry -> { entry with Widths = [ 6 ] }
        |> summed "numbers within ±2; + 2⁻³⁷ of the terms" 64.0 64.0
        |> Entry.promises (if normalized then [ NonNegative ] else [])

    let entries: Entry list =
        [
            crfCase 3 true
            crfCase 2 true
            crfCase 3 false
            crfCase 1 true
            softDTWOfCostsCase
            softDTWCase false
            softDTWCase true
        ]
