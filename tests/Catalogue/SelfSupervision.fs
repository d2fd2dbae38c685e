namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Losses of the views of a batch: the sums of the textbook.
module SelfSupervision =

    open Losses.FSharp.Notation

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms

    let private whole (rows: int) (name: string) = Operand.laid (Layout.Whole rows) (Operand.any name)

    let private numbers (random: Random) (format: Format) (count: int) =
        Array.init count (fun _ -> format.Round(Frame.minus (8.0 *. random.NextDouble()) 4.0))

    let private slack (condition: string) (size: float[][] -> struct (float * float)) (entry: Entry) =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ sample ->
               let struct (value, slope) = size sample.Operands

               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 4.0
               })) with
            IsComposed = true
        }

    // Numbers that are drawn are of ordinary size.
    let private plainly (entry: Entry) = { entry with Plain = fun random format width -> entry.Draw random format width }

    let private samples = 4

    let private columns (x: 'a[]) : 'a[][] = Array.splitInto samples x |> Array.transpose

    let private count (n: int) : 'T :> IReal<'T> = num (float n)

    let private centred (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        let mean = total x / count x.Length
        x |> Array.map (fun y -> y - mean)

    // One over the least variance of a column.
    let private flatness (x: float[][]) =
        x[..1]
        |> Seq.collect columns
        |> Seq.map (fun column ->
            let mean = Array.average column
            1.0 ./. Math.Max(1e-9, column |> Array.averageBy (fun y -> Frame.minus y mean *. Frame.minus y mean)))
        |> Seq.max

    let private twoViews (rows: int) (random: Random) (format: Format) (width: int) =
        let length = Operators.(*) rows width
        [| numbers random format length; numbers random format length |], [||]

    let private places (n: int) = [ 0 .. Operators.(-) n 1 ]

    let private ofPairs (n: int) = Seq.allPairs (places n) (places n)

    let private barlow (lambda: float) (unbiased: bool) (eps: float) =
        Entry.rows
            $"barlowTwins lambda {lambda} unbiased {unbiased} eps {eps}"
            [ whole samples "view1"; whole samples "view2" ]
            (twoViews samples)
            { new Formula with
                member _.Of(x, _, _) =
                    let standardised (x: 'T[]) =
                        let z = centred x
                        let divisor: 'T = count (if unbiased then Operators.(-) samples 1 else samples)
                        let variance = Formulas.squares z / divisor
                        z |> Array.map (fun y -> y / sqrt (variance + num eps))

                    let z1, z2 = columns x[0] |> Array.map standardised, columns x[1] |> Array.map standardised
                    let correlation (i, j) : 'T = Formulas.dot z1[i] z2[j] / count samples

                    let terms =
                        ofPairs z1.Length
                        |> Seq.map (fun (i, j) ->
                            let c = correlation (i, j)

                            if i = j then (num 1.0 - c) * (num 1.0 - c) else num lambda * (c * c))

                    [| total terms |]
            }
            { new Call with
                member _.Of(x, _) = barlowTwins lambda unbiased eps x[1] x[0]
            }
        |> Entry.withArguments [ "lambda", box lambda; "unbiased", box unbiased; "eps", box eps ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the variances" (fun x ->
            let size = Frame.plus 1.0 (flatness x)
            struct (1e3 *. size, 1e3 *. size *. size))
        |> Entry.promises [ NonNegative; Symmetric ]

    let private vicRegCase (options: VICRegOptions) =
        Entry.rows
            $"vicReg gamma {options.Gamma}"
            [ whole samples "view1"; whole samples "view2" ]
            (twoViews samples)
            { new Formula with
                member _.Of(x, _, _) =
                    let apart: 'T = Formulas.squares (Formulas.minus x[0] x[1]) / count x[0].Length
                    let views = [ columns x[0] |> Array.map centred; columns x[1] |> Array.map centred ]
                    let d: 'T = count (columns x[0]).Length

                    let lack (view: 'T[][]) =
                        let hinged (z: 'T[]) =
                            hinge (num options.Gamma - sqrt (Formulas.squares z / count (Operators.(-) samples 1) + num options.Eps))

                        (view |> Array.map hinged |> total) / d

                    let together (view: 'T[][]) =
                        let squares =
                            ofPairs view.Length
                            |> Seq.filter (fun (i, j) -> i <> j)
                            |> Seq.map (fun (i, j) ->
                                let c = Formulas.dot view[i] view[j] / count (Operators.(-) samples 1)
                                c * c)

                        total squares / d

                    let sum (part: 'T[][] -> 'T) = views |> Seq.map part |> total

                    [| num options.Invariance * apart + num options.Variance * sum lack / num 2.0 + num options.Covariance * sum together |]
            }
            { new Call with
                member _.Of(x, _) = vicReg options x[1] x[0]
            }
        |> Entry.withArguments
            [
                "invariance", box options.Invariance
                "variance", box options.Variance
                "covariance", box options.Covariance
                "gamma", box options.Gamma
                "eps", box options.Eps
            ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the variances" (fun x ->
            let size = Frame.plus 1.0 (flatness x)
            struct (1e5, 1e5 *. size))
        |> Entry.promises [ NonNegative; Symmetric ]

    let private unit (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        let norm = sqrt (Formulas.squares x)
        x |> Array.map (fun y -> y / norm)

    // One over the least norm of a row.
    let private shortness (rows: int) (x: float[]) =
        Array.splitInto rows x
        |> Array.map (fun row -> 1.0 ./. Math.Max(1e-6, Math.Sqrt(row |> Array.sumBy (fun y -> y *. y))))
        |> Array.max

    let private both (rows: int) (x: float[][]) = Frame.plus 1.0 (Frame.plus (shortness rows x[0]) (shortness rows x[1]))

    let private sigLipCase (normalized: bool) =
        Entry.rows
            (if normalized then "sigLip" else "sigLip of dot products")
            [ whole samples "images"; whole samples "texts"; whole 0 "logScale"; whole 0 "bias" ]
            (fun random format width ->
                let views, labels = twoViews samples random format width
                let one () = numbers random format 1 |> Array.map (fun y -> format.Round(0.25 *. y))
                Array.append views [| one (); one () |], labels)
            { new Formula with
                member _.Of(x, _, _) =
                    let rows (x: 'T[]) = Array.splitInto samples x |> Array.map (if normalized then unit else id)
                    let images, texts = rows x[0], rows x[1]

                    Array.init samples (fun i ->
                        Seq.init samples (fun j ->
                            let s = exp x[2].[0] * Formulas.dot images[i] texts[j] + x[3].[0]
                            softplus (if i = j then -s else s))
                        |> total)
            }
            { new Call with
                member _.Of(x, _) = sigLip normalized x[3] x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "normalized", box normalized ]
        |> fun entry -> { entry with Widths = [ 2; 3 ] }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" (fun x ->
            let size = if normalized then both samples x else 1.0
            struct (1e4, 1e5 *. size))
        |> Entry.reachingWhatVaries
        |> Entry.promises [ NonNegative ]

    let private decoupled (byView: bool) (sigma: float) =
        Entry.rows
            $"decoupledContrastive byView {byView} sigma {sigma}"
            [ whole samples "view1"; whole samples "view2" ]
            (twoViews samples)
            { new Formula with
                member _.Of(x, _, _) =
                    let views = x |> Array.map (fun x -> Array.splitInto samples x |> Array.map unit)
                    let temperature: 'T = num 0.25
                    let cosines = Array.map2 Formulas.dot views[0] views[1]

                    let weights =
                        if Double.IsFinite sigma then
                            let parts = cosines |> Array.map (fun c -> exp (c / num sigma))
                            parts |> Array.map (fun part -> detach (num 2.0 - count samples * part / total parts))
                        else
                            Array.create samples (num 1.0)

                    let side (u: 'T[][]) (o: 'T[][]) i =
                        let others (y: 'T[][]) =
                            places samples
                            |> Seq.filter (fun j -> j <> i)
                            |> Seq.map (fun j -> exp (Formulas.dot u[i] y[j] / temperature))
                            |> total

                        let negatives = if byView then log (others u) + log (others o) else log (others u + others o)
                        negatives - weights[i] * cosines[i] / temperature

                    Array.init samples (fun i -> (side views[0] views[1] i + side views[1] views[0] i) / num 2.0)
            }
            { new Call with
                member _.Of(x, _) = decoupledContrastive byView sigma 0.25 x[1] x[0]
            }
        |> Entry.withArguments [ "byView", box byView; "sigma", box sigma; "temperature", box 0.25 ]
        |> fun entry -> { entry with Widths = [ 2; 3 ] }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the lengths" (fun x ->
            let size = both samples x
            struct (1e3, 1e4 *. size))

    let private shares (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        let sum = total x
        x |> Array.map (fun y -> y / sum)

    // Columns, then rows, to sum to 1.
    let private evened (q: 'T[][]) : 'T[][] when 'T :> IReal<'T> =
        q |> Array.transpose |> Array.map shares |> Array.transpose |> Array.map shares

    let private codes =
        Entry.rows
            "sinkhornCodes"
            [ whole samples "scores" |> Operand.constant ]
            (fun random format width -> [| numbers random format (Operators.(*) samples width) |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let start = Array.splitInto samples x[0] |> Array.map (Array.map (fun y -> exp (detach y / num 0.5)))
                    Seq.fold (fun q _ -> evened q) start (seq { 1..3 }) |> Array.concat
            }
            { new Call with
                member _.Of(x, _) = LossValues(sinkhornCodes 0.5 3 x[0])
            }
        |> Entry.withArguments [ "temperature", box 0.5; "iterations", box 3 ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" (fun _ -> struct (1e2, 1.0))
        |> Entry.promises [ NonNegative ]

    let private classes = 3

    // Of one sample: rows of views.
    let private across (temperature: float) (targets: 'T[][]) (scores: 'T[][]) : 'T[] when 'T :> IReal<'T> =
        scores
        |> Array.mapi (fun v s ->
            let x = s |> Array.map (fun y -> y / num temperature)
            let sum = x |> Array.map exp |> total |> log
            let logs = x |> Array.map (fun y -> y - sum)

            targets
            |> Seq.indexed
            |> Seq.filter (fun (g, _) -> g <> v)
            |> Seq.map (fun (_, target) -> num 0.0 - Formulas.dot target logs)
            |> total)

    let private frames (name: string) = Operand.laid (Layout.Frames classes) (Operand.any name)

    let private viewsOf (x: 'a[]) : 'a[][] = Array.chunkBySize classes x

    // A view's scores count in its own value, what the others are given in all others, and the centre wherever something is given.
    let private reachingOthers (given: int) (entry: Entry) =
        entry
        |> Entry.reaching (fun sample o k ->
            let views = places (Operators.(/) sample.Operands[0].Length classes)
            let view = Operators.(/) k classes

            match o with
            // Nobody else is given anything: the first view of one has no value of its own.
            | 0 -> if given = 1 && view = 0 then [] else [ view ]
            | 1 -> List.except [ view ] views
            | _ -> if given > 1 then views else List.tail views)

    let private swapped (given: int) =
        Entry.rows
            $"swav of {given}"
            [ frames "scores"; frames "codes" |> Operand.constant ]
            (fun random format views ->
                let shares _ = Draw.distribution random format classes
                [| numbers random format (Operators.(*) views classes); Array.collect shares [| 1..given |] |], [||])
            { new Formula with
                member _.Of(x, _, _) = across 0.25 (viewsOf x[1] |> Array.map (Array.map detach)) (viewsOf x[0])
            }
            { new Call with
                member _.Of(x, _) = swav 0.25 x[1] x[0]
            }
        |> Entry.withArguments [ "temperature", box 0.25 ]
        |> fun entry -> { entry with Widths = [ 2; 3; 4 ] }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" (fun _ -> struct (1e3, 1e3))
        |> reachingOthers given
        |> Entry.promises [ Convex [ 0 ] ]

    let private distilled (given: int) =
        Entry.rows
            $"dino of {given}"
            [ frames "student"; frames "teacher" |> Operand.constant; whole 0 "center" |> Operand.constant ]
            (fun random format views ->
                [|
                    numbers random format (Operators.(*) views classes)
                    numbers random format (Operators.(*) given classes)
                    numbers random format classes
                |],
                [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let softmax (t: 'T[]) =
                        let parts = Array.map2 (fun y c -> exp (detach (y - c) / num 0.5)) t x[2]
                        let sum = total parts
                        parts |> Array.map (fun y -> y / sum)

                    across 0.25 (viewsOf x[1] |> Array.map softmax) (viewsOf x[0])
            }
            { new Call with
                member _.Of(x, _) = dino 0.5 0.25 x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "teacherTemperature", box 0.5; "studentTemperature", box 0.25 ]
        |> fun entry -> { entry with Widths = [ 2; 3; 4 ] }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" (fun _ -> struct (1e3, 1e3))
        |> reachingOthers given
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private directed (name: string) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "prediction"; Operand.any "target" |> Operand.constant ]
            (fun random format width -> [| numbers random format width; numbers random format width |], [||])
            formula
            call
        |> fun entry -> { entry with Widths = [ 2; 3; 8 ]; IsComposed = true }
        |> plainly
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the lengths" (fun x ->
            let size = both 1 x
            struct (1e2, 1e2 *. size))

    let private turned =
        directed
            "byol"
            { new Formula with
                member _.Of(x, _, _) = [| num 2.0 * Formulas.cosineDistance 0.0 x[0] (Array.map detach x[1]) |]
            }
            { new Call with
                member _.Of(x, _) = byol x[1] x[0]
            }
        |> Entry.promises [ NonNegative ]

    let private negated =
        directed
            "simSiam"
            { new Formula with
                member _.Of(x, _, _) = [| num 0.0 - Formulas.cosine 0.0 x[0] (Array.map detach x[1]) |]
            }
            { new Call with
                member _.Of(x, _) = simSiam x[1] x[0]
            }

    let entries: Entry list =
        [
            barlow 0.005 false 0.0
            barlow 0.5 true 0.125
            vicRegCase VICRegOptions.Default
            vicRegCase { Invariance = 2.0; Variance = 8.0; Covariance = 0.5; Gamma = 3.0; Eps = 0.125 }
            sigLipCase true
            sigLipCase false
            decoupled false infinity
            decoupled true infinity
            decoupled false 0.5
            codes
            swapped 2
            swapped 1
            distilled 2
            distilled 1
            turned
            negated
        ]
