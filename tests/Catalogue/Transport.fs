namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Distances between samples, and dependence of paired ones: the sums of the textbook.
module Transport =

    open Losses.FSharp.Notation

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms

    let private whole (rows: int) (name: string) = Operand.laid (Layout.Whole rows) (Operand.any name)

    let private count (n: int) : 'T :> IReal<'T> = num (float n)

    let private numbers (random: Random) (format: Format) (length: int) =
        Array.init length (fun _ -> format.Round(Frame.minus (8.0 *. random.NextDouble()) 4.0))

    let private slack (condition: string) (value: float) (slope: float) (entry: Entry) =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 4.0
               })) with
            IsComposed = true
            Plain = fun random format width -> entry.Draw random format width
        }

    // ∫ |F⁻¹ − G⁻¹|ᵖ over as many equal parts as both lengths divide, sorted by their numbers.
    let private quantiles (p: float) (x: 'T[]) (atX: float[]) (t: 'T[]) (atT: float[]) : 'T :> IReal<'T> =
        let sorted (x: 'T[]) (at: float[]) = Array.zip at x |> Array.sortBy fst |> Array.map snd
        let x, t = sorted x atX, sorted t atT
        let parts = Operators.(*) x.Length t.Length

        let part k =
            let d = abs (x[Operators.(/) k t.Length] - t[Operators.(/) k x.Length])

            if p = 1.0 then d
            elif p = 2.0 then d * d
            else power p d

        (Seq.init parts part |> total) / count parts

    let private rooted (root: bool) (p: float) (x: 'T) : 'T :> IReal<'T> = if root then power (1.0 ./. p) x else x

    let private line (p: float) (root: bool) (others: int) =
        Entry.rows
            $"wasserstein1d p {p} root {root} of {others} more"
            [ Operand.any "prediction"; Operand.any "target" ]
            (fun random format width -> [| numbers random format width; numbers random format (Operators.(+) width others) |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| quantiles p x[0] at[0] x[1] at[1] |> rooted root p |]
            }
            { new Call with
                member _.Of(x, _) = wasserstein1d p root x[1] x[0]
            }
        |> Entry.withArguments [ "p", box p; "root", box root ]
        |> fun entry -> { entry with Widths = [ 2; 3; 8 ] }
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" 1e3 1e4
        |> Entry.promises [ NonNegative ]

    let private samples = 4

    // Of a row of numbers.
    let private rowsOf (n: int) (x: 'a[]) : 'a[][] = Array.splitInto n x

    let private points (n: int) (m: int) (random: Random) (format: Format) (width: int) =
        [| numbers random format (Operators.(*) n width); numbers random format (Operators.(*) m width) |]

    let private sets = [ whole samples "prediction"; whole 3 "target" ]

    let private sliced (p: float) (root: bool) =
        let directions = 2

        Entry.rows
            $"slicedWasserstein p {p} root {root}"
            (sets @ [ whole directions "projections" |> Operand.constant ])
            (fun random format width ->
                Array.append (points samples 3 random format width) [| numbers random format (Operators.(*) directions width) |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let dot (a: float[]) (b: float[]) = Array.map2 ( *. ) a b |> Array.sum

                    let mean =
                        Array.map2
                            (fun theta atTheta ->
                                let along n o = rowsOf n x[o] |> Array.map (Formulas.dot theta), rowsOf n at[o] |> Array.map (dot atTheta)
                                let x, atX = along samples 0
                                let t, atT = along 3 1
                                quantiles p x atX t atT)
                            (rowsOf directions x[2])
                            (rowsOf directions at[2])
                        |> total

                    [| mean / count directions |> rooted root p |]
            }
            { new Call with
                member _.Of(x, _) = slicedWasserstein p root x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "p", box p; "root", box root ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" 1e3 1e4
        |> Entry.promises [ NonNegative ]

    let private distance (a: 'T[]) (b: 'T[]) : 'T :> IReal<'T> = sqrt (Formulas.squares (Formulas.minus a b))

    // A mean of pairs, of one set with or without those of a point and itself.
    let private meanOf (f: 'T[] -> 'T[] -> 'T) (unbiased: bool) (x: 'T[][]) (y: 'T[][]) (isOne: bool) : 'T :> IReal<'T> =
        let pairs =
            [|
                for i in 0 .. Operators.(-) x.Length 1 do
                    for j in 0 .. Operators.(-) y.Length 1 do
                        if not (isOne && i = j) then
                            f x[i] y[j]
            |]

        let number = if isOne && not unbiased then Operators.(*) x.Length x.Length else pairs.Length
        total pairs / count number

    let private apart (f: 'T[] -> 'T[] -> 'T) (unbiased: bool) (x: 'T[][]) (t: 'T[][]) : 'T :> IReal<'T> =
        num 2.0 * meanOf f unbiased x t false - meanOf f unbiased x x true - meanOf f unbiased t t true

    let private lack (sigma: float) (a: 'T[]) (b: 'T[]) : 'T :> IReal<'T> =
        num 0.0 - expm1 (num 0.0 - Formulas.squares (Formulas.minus a b) / num (2.0 *. sigma *. sigma))

    let private discrepancy (sigmas: float[]) (unbiased: bool) =
        Entry.rows
            $"maximumMeanDiscrepancy of {sigmas.Length} unbiased {unbiased}"
            sets
            (fun random format width -> points samples 3 random format width, [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let f a b = sigmas |> Array.map (fun sigma -> lack sigma a b) |> total
                    [| apart f unbiased (rowsOf samples x[0]) (rowsOf 3 x[1]) |]
            }
            { new Call with
                member _.Of(x, _) = maximumMeanDiscrepancy sigmas unbiased x[1] x[0]
            }
        |> Entry.withArguments [ "sigmas", box sigmas; "unbiased", box unbiased ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" 1e3 1e4

    let private energy (unbiased: bool) =
        Entry.rows
            $"energyDistance unbiased {unbiased}"
            sets
            (fun random format width -> points samples 3 random format width, [||])
            { new Formula with
                member _.Of(x, _, _) = [| apart distance unbiased (rowsOf samples x[0]) (rowsOf 3 x[1]) |]
            }
            { new Call with
                member _.Of(x, _) = energyDistance unbiased x[1] x[0]
            }
        |> Entry.withArguments [ "unbiased", box unbiased ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" 1e3 1e4

    let private five = 5

    let private paired = [ whole five "prediction"; whole five "target" ]

    // Of the kernels' matrices.
    let private dependence (unbiased: bool) (k: 'T[][]) (l: 'T[][]) : 'T :> IReal<'T> =
        let n = k.Length
        let places = [| 0 .. Operators.(-) n 1 |]
        let all = Array.allPairs places places
        let off f = all |> Array.filter (fun (i, j) -> i <> j) |> Array.map f |> total
        let less by : 'T = count (Operators.(-) n by)

        if unbiased then
            let row (m: 'T[][]) i = places |> Array.filter (fun j -> j <> i) |> Array.map (fun j -> m[i].[j]) |> total
            let trace = off (fun (i, j) -> k[i].[j] * l[i].[j])
            let sums = off (fun (i, j) -> k[i].[j]) * off (fun (i, j) -> l[i].[j])
            let each = places |> Array.map (fun i -> row k i * row l i) |> total
            (trace + sums / (less 1 * less 2) - num 2.0 * each / less 2) / (count n * less 3)
        else
            // tr(K H L H), each row and column of both centred.
            let centred (m: 'T[][]) =
                let means = m |> Array.map (fun row -> total row / count n)
                let mean = total means / count n
                m |> Array.mapi (fun i row -> row |> Array.mapi (fun j y -> y - means[i] - means[j] + mean))

            let k, l = centred k, centred l
            (all |> Array.map (fun (i, j) -> k[i].[j] * l[i].[j]) |> total) / (less 1 * less 1)

    let private gram (kernel: 'T[] -> 'T[] -> 'T) (x: 'T[][]) = x |> Array.map (fun a -> x |> Array.map (kernel a))

    let private linear (unbiased: bool) =
        Entry.rows
            $"linearHsic unbiased {unbiased}"
            paired
            (fun random format width -> points five five random format width, [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let grams = x |> Array.map (fun x -> gram Formulas.dot (rowsOf five x))
                    [| dependence unbiased grams[0] grams[1] |]
            }
            { new Call with
                member _.Of(x, _) = linearHsic unbiased x[1] x[0]
            }
        |> Entry.withArguments [ "unbiased", box unbiased ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" 1e5 1e5

    let private gaussian (unbiased: bool) =
        Entry.rows
            $"hsic unbiased {unbiased}"
            paired
            (fun random format width -> points five five random format width, [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let kernel sigma a b : 'T = num 1.0 - lack sigma a b
                    let k, l = gram (kernel 2.0) (rowsOf five x[0]), gram (kernel 3.0) (rowsOf five x[1])
                    [| dependence unbiased k l |]
            }
            { new Call with
                member _.Of(x, _) = hsic 2.0 3.0 unbiased x[1] x[0]
            }
        |> Entry.withArguments [ "predictionSigma", box 2.0; "targetSigma", box 3.0; "unbiased", box unbiased ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" 1e3 1e3

    let private alignment =
        Entry.rows
            "linearCka"
            paired
            (fun random format width -> points five five random format width, [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let grams = x |> Array.map (fun x -> gram Formulas.dot (rowsOf five x))
                    let both: 'T = dependence false grams[0] grams[1]
                    [| num 1.0 - both / sqrt (dependence false grams[0] grams[0] * dependence false grams[1] grams[1]) |]
            }
            { new Call with
                member _.Of(x, _) = linearCka x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" 1e4 1e5

    // In exponentials, which numbers of this size leave room for.
    let private carried (options: TransportOptions) (a: float[], x: 'T[][]) (b: float[], t: 'T[][]) : 'T :> IReal<'T> =
        let scale = if options.Cost = TransportCost.Squared then 1.0 else 0.5

        let kernel =
            x
            |> Array.map (fun x ->
                t |> Array.map (fun t -> exp (num 0.0 - num (scale ./. options.Epsilon) * Formulas.squares (Formulas.minus x t))))

        let sum (weights: float[]) (scales: 'T[]) (row: 'T[]) : 'T =
            Seq.map3 (fun weight scale k -> num weight * scale * k) weights scales row |> total

        let other = Array.transpose kernel

        let step (_, v: 'T[]) _ =
            let u = kernel |> Array.map (fun row -> num 1.0 / sum b v row)
            u, other |> Array.map (fun row -> num 1.0 / sum a u row)

        let start = Array.create x.Length (num 1.0), Array.create t.Length (num 1.0)
        let u, v = Seq.fold step start (seq { 1 .. options.Iterations })
        let worth (weights: float[]) (scales: 'T[]) = Seq.map2 (fun weight scale -> num weight * log scale) weights scales |> total
        num options.Epsilon * (worth a u + worth b v)

    let private transport (name: string) (options: TransportOptions) (isDivergence: bool) (call: Call) =
        let shares (weights: Weights) n =
            if weights.IsNone then
                Array.create n (1.0 ./. float n)
            else
                let values = weights.Values.ToArray()
                values |> Array.map (fun weight -> weight ./. Array.sum values)

        let a, b = shares options.PredictionWeights samples, shares options.TargetWeights 3

        Entry.rows
            $"{name} {options.Cost} epsilon {options.Epsilon} iterations {options.Iterations}"
            sets
            (fun random format width ->
                points samples 3 random format width |> Array.map (Array.map (fun y -> format.Round(0.25 *. y))), [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let x, t = (a, rowsOf samples x[0]), (b, rowsOf 3 x[1])
                    let own = carried options x t

                    [| (if isDivergence then own - (carried options x x + carried options t t) / num 2.0 else own) |]
            }
            call
        |> Entry.withArguments
            [
                "epsilon", box options.Epsilon
                "iterations", box options.Iterations
                "cost", box options.Cost
                "predictionWeights", box options.PredictionWeights
                "targetWeights", box options.TargetWeights
            ]
        |> fun entry -> { entry with Widths = [ 1; 2 ] }
        |> slack "numbers up to 1 in size; + 2⁻³⁷ of the terms" 1e3 1e4

    let private weighed =
        {
            Epsilon = 0.5
            Iterations = 2
            Cost = TransportCost.Squared
            PredictionWeights = Weights(ReadOnlySpan [| 1.0; 2.0; 0.5; 0.5 |], Shape [| samples |])
            TargetWeights = Weights(ReadOnlySpan [| 0.25; 0.5; 0.25 |], Shape [| 3 |])
        }

    let private plain = { TransportOptions.Default with Epsilon = 0.25; Iterations = 3 }

    let private plan (options: TransportOptions) =
        transport
            "entropicTransport"
            options
            false
            { new Call with
                member _.Of(x, _) = entropicTransport options x[1] x[0]
            }

    let private divergence (options: TransportOptions) =
        transport
            "sinkhornDivergence"
            options
            true
            { new Call with
                member _.Of(x, _) = sinkhornDivergence options x[1] x[0]
            }

    let entries: Entry list =
        [
            line 1.0 false 0
            line 2.0 true 0
            line 3.0 true 0
            line 1.0 false 3
            line 2.0 false 1
            sliced 1.0 false
            sliced 2.0 true
            discrepancy [| 1.0 |] false
            discrepancy [| 0.5; 2.0 |] true
            energy false
            energy true
            linear false
            linear true
            gaussian false
            gaussian true
            alignment
            plan weighed
            plan plain
            divergence weighed
            divergence plain
        ]
