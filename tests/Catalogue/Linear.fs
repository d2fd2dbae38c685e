namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The losses of a linear layer, by its parameters too: each sample has a layer of its own, and two rows.
module Linear =

    let private rows = 2

    let private whole name rows = Operand.any name |> Operand.laid (Layout.Whole rows)

    let private labels (y: int[]) = Labels(ReadOnlySpan<int> y, Shape [| y.Length |])

    // W x + b for each row of W; no b is 0.
    let private linear (weight: 'T[]) (bias: 'T[]) (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        weight
        |> Array.chunkBySize x.Length
        |> Array.mapi (fun c row ->
            let product = Formulas.dot row x
            if bias.Length = 0 then product else Notation.(+) product bias[c])

    let private inFloat64 (f: Real[][] -> Real[]) (numbers: float[][]) : float[] =
        numbers |> Array.map (Array.map Real) |> f |> Array.map _.Value

    let private sizesOf (f: Real[][] -> Real[]) (numbers: float[][]) : float[] = inFloat64 f (Array.map (Array.map abs) numbers)

    // Rows within bounds of magnitude, so that products of three stay in range.
    let private draw (lengths: (int -> int) list) (classes: int) (random: Random) (format: Format) (width: int) =
        let element = Draw.between 1e-60 1e4 Draw.finite
        let rowOf length = Draw.row element random format length
        let within (x: float) = if x = 0.0 || (abs x >= 1e-60 && abs x <= 1e4) then x else 1.0

        lengths |> Seq.map (fun length -> Array.map within (rowOf (length width))) |> Array.ofSeq,
        Array.init rows (fun _ -> random.Next classes)

    // |p − 1 of the label|, the label's from the others. Below the smallest normal number a probability has an absolute error, which it brings to
    // what it is multiplied with.
    let private steps (logits: float[]) (label: int) : float[] =
        let most = Array.max logits
        let e = logits |> Array.map (fun x -> exp (x - most))
        let others = Seq.indexed e |> Seq.filter (fun (c, _) -> c <> label) |> Seq.sumBy snd

        Array.mapi (fun c e -> (if c = label then others else e)) e
        |> Array.map (fun p -> p / Array.sum e + Format.float64.LeastNormal)

    let private nll (label: int) (logits: 'T[]) (at: float[]) : 'T :> IReal<'T> =
        let targets = Array.init logits.Length (fun c -> Notation.num (if c = label then 1.0 else 0.0))
        Formulas.crossEntropy targets logits at

    // A probability is off by as much as the logits are, relative to itself: by so many units of the largest sum of products.
    let private off (sizes: float[]) = 8.0 * Array.max sizes + 1.0

    let private condition =
        "inputs within 10⁴; + 2⁻⁵⁰ of the logits' largest Σ|w x| (value), so much times the slope's terms (slope)"

    let private linearCrossEntropyCase =
        let classes = 3
        let logits (x: 'T[][]) : 'T[] when 'T :> IReal<'T> = linear x[1] x[2] x[0]
        let row (width: int) (x: 'a[][]) n = [| Array.sub x[0] (n * width) width; x[1]; x[2] |]

        { Entry.rows
              $"linearCrossEntropy of {classes} classes"
              [ whole "input" rows; whole "weight" classes; whole "bias" 0 ]
              (draw [ (fun width -> rows * width); (fun width -> classes * width); (fun _ -> classes) ] classes)
              { new Formula with
                  member _.Of(x, at, labels) =
                      let width = x[1].Length / classes

                      Array.init rows (fun n -> nll labels[n] (logits (row width x n)) (inFloat64 logits (row width at n)))
              }
              { new Call with
                  // A row at a time.
                  member _.Of(x, y) = linearCrossEntropy CrossEntropyOptions.Default 1 (labels y[0]) x[2] x[1] x[0]
              } with
            Widths = [ 1; 2; 3; 5 ]
        }
        |> Entry.given condition Entry.rounded (fun _ sample ->
            let x, weight = sample.Operands[0], sample.Operands[1]
            let width = weight.Length / classes
            let sizes = Array.init rows (fun n -> sizesOf logits (row width sample.Operands n))
            let step = Array.init rows (fun n -> steps (inFloat64 logits (row width sample.Operands n)) sample.Labels[n])
            let overRows (f: int -> float) = Seq.init rows (fun n -> off sizes[n] * f n) |> Seq.sum

            {
                Value = fun n -> 4.0 * Array.max sizes[n]
                Slope =
                    fun operand k ->
                        match operand with
                        | 0 ->
                            let n, d = k / width, k % width
                            off sizes[n] * (step[n] |> Seq.mapi (fun c p -> p * abs weight[c * width + d]) |> Seq.sum)
                        | 1 -> overRows (fun n -> step[n][k / width] * abs x[n * width + k % width])
                        | _ -> overRows (fun n -> step[n][k])
                Relative = 0.0
            })

    // Three pairs; the temperature is above 0.
    let private pairs = 3

    let private infoNCECase (normalized: bool) (symmetric: bool) =
        let rowsOf (width: int) (x: 'a[]) = Array.chunkBySize width x
        let width (x: 'a[][]) = x[0].Length / pairs

        let unit (x: 'T[]) (at: float[]) : 'T[] when 'T :> IReal<'T> =
            let norm = Formulas.norm 2.0 x at
            // One of zeros has no direction, and no slope.
            if Array.forall ((=) 0.0) at then
                x |> Array.map (Notation.weigh (Notation.num 0.0))
            else
                x |> Array.map (fun y -> Notation.(/) y norm)

        let scores (x: 'T[][]) (at: float[][]) : 'T[][] when 'T :> IReal<'T> =
            let side o =
                Array.map2 (fun row at -> if normalized then unit row at else row) (rowsOf (width at) x[o]) (rowsOf (width at) at[o])

            let keys = side 1
            side 0 |> Array.map (fun u -> keys |> Array.map (fun v -> Notation.(/) (Formulas.dot u v) x[2].[0]))

        let number (at: float[][]) : float[][] = scores (at |> Array.map (Array.map Real)) at |> Array.map (Array.map _.Value)

        let positive (random: Random) (format: Format) = format.Round(0.05 + 2.0 * random.NextDouble())

        let entry =
            Entry.rows
                ("infoNCE" + (if normalized then "" else " of dot products") + (if symmetric then " symmetric" else ""))
                [ whole "queries" pairs; whole "keys" pairs; whole "temperature" 0 ]
                (fun random format width ->
                    let row () = Draw.row (Draw.between 1e-60 1e2 Draw.finite) random format (pairs * width)
                    let within (x: float) = if x = 0.0 || (abs x >= 1e-60 && abs x <= 1e2) then x else 1.0
                    [| Array.map within (row ()); Array.map within (row ()); [| positive random format |] |], [||])
                { new Formula with
                    member _.Of(x, at, _) =
                        let scores, numbers = scores x at, number at

                        Array.init pairs (fun n ->
                            let forward = nll n scores[n] numbers[n]

                            if symmetric then
                                let back = nll n (Array.map (Array.item n) scores) (Array.map (Array.item n) numbers)
                                Notation.(*) (Notation.num 0.5) (Notation.(+) forward back)
                            else
                                forward)
                }
                { new Call with
                    member _.Of(x, _) = infoNCE normalized symmetric x[2] x[1] x[0]
                }

        { entry with
            // The two halves are rounded one by one on another library's tape.
            IsComposed = symmetric
            Widths = [ 1; 2; 3 ]
            Plain =
                fun random format width ->
                    let plain length = Array.init length (fun _ -> Numbers.Any.Plain(random, format))

                    {
                        Operands = [| plain (pairs * width); plain (pairs * width); [| positive random format |] |]
                        Labels = [||]
                    }
        }
        |> Entry.withArguments [ "normalized", box normalized; "symmetric", box symmetric ]
        |> Entry.given
            "inputs within 100, τ above 0.05; + 2⁻⁵⁰ of the similarities' largest Σ|u v| / τ (value), so much times the slope's terms (slope)"
            Entry.rounded
            (fun _ sample ->
                let at = sample.Operands
                let width = width at
                let temperature = at[2].[0]

                // Of each row: what a slope is divided by, and its numbers as they are compared.
                let sides =
                    [|
                        for o in 0..1 ->
                            rowsOf width at[o]
                            |> Array.map (fun row ->
                                let norm = if normalized then sqrt (Array.sumBy (fun y -> y * y) row) else 1.0
                                let norm = if norm = 0.0 then 1.0 else norm
                                norm, row |> Array.map (fun y -> abs y / norm))
                    |]

                let size n m = (Array.map2 (*) (snd sides[0].[n]) (snd sides[1].[m]) |> Array.sum) / temperature
                let largest = Seq.max (Seq.allPairs (seq { 0 .. pairs - 1 }) (seq { 0 .. pairs - 1 }) |> Seq.map (fun (n, m) -> size n m))
                let off = 8.0 * (largest + 1.0)

                {
                    Value = fun _ -> 4.0 * (largest + 1.0)
                    Slope =
                        fun operand k ->
                            match operand with
                            | 2 -> 4.0 * off * largest / temperature
                            | o ->
                                let others = sides[1 - o] |> Array.map (snd >> Array.max) |> Array.max

                                off * 4.0 * float pairs * (others + (if normalized then 1.0 else 0.0))
                                / (fst sides[o].[k / width] * temperature)
                    Relative = 0.0
                })

    // Two frequent classes, and clusters of two and of three by way of two features and of one.
    let private cutoffs = [| 2; 4 |]
    let private features = [| 2; 1 |]
    let private members = [| 2; 3 |]
    let private headClasses = 4
    let private classes = 7

    let private adaptiveLengths: (int -> int) list =
        [
            (fun width -> rows * width)
            (fun width -> headClasses * width)
            (fun _ -> headClasses)
            (fun width -> features[0] * width)
            (fun _ -> members[0] * features[0])
            (fun width -> features[1] * width)
            (fun _ -> members[1] * features[1])
        ]

    let private adaptiveOperands =
        [
            whole "input" rows
            whole "head" headClasses
            whole "headBias" 0
            whole "projection 0" features[0]
            whole "output 0" members[0]
            whole "projection 1" features[1]
            whole "output 1" members[1]
        ]

    let private adaptiveSoftmax (x: 'T[]) : AdaptiveSoftmax<'T> =
        {
            Cutoffs = cutoffs
            Head = x[1]
            HeadBias = x[2]
            Clusters = [| { Projection = x[3]; Output = x[4] }; { Projection = x[5]; Output = x[6] } |]
        }

    let private head (x: 'T[][]) : 'T[] when 'T :> IReal<'T> = linear x[1] x[2] x[0]

    let private hidden (i: int) (x: 'T[][]) : 'T[] when 'T :> IReal<'T> = linear x[3 + 2 * i] [||] x[0]

    let private tail (i: int) (x: 'T[][]) : 'T[] when 'T :> IReal<'T> = linear x[4 + 2 * i] [||] (hidden i x)

    let private row (n: int) (x: 'a[][]) : 'a[][] =
        let width = x[0].Length / rows
        Array.mapi (fun o y -> if o = 0 then Array.sub y (n * width) width else y) x

    // Its cluster, none for a frequent class, and its places in the head and in the cluster.
    let private place (label: int) : struct (int option * int * int) =
        if label < cutoffs[0] then struct (None, label, 0)
        elif label < cutoffs[1] then struct (Some 0, cutoffs[0], label - cutoffs[0])
        else struct (Some 1, cutoffs[0] + 1, label - cutoffs[1])

    let private adaptive (label: int) (x: 'T[][]) (at: float[][]) : 'T :> IReal<'T> =
        let struct (cluster, inHead, inCluster) = place label
        let ofHead = nll inHead (head x) (inFloat64 head at)

        match cluster with
        | None -> ofHead
        | Some i -> Notation.(+) ofHead (nll inCluster (tail i x) (inFloat64 (tail i) at))

    let private adaptiveTerms (labelsOf: Sample -> int -> int[]) (_: Format) (sample: Sample) : Terms =
        let x = sample.Operands
        let width = x[0].Length / rows
        let ofRow = Array.init rows (fun n -> row n x)

        let sizeOf n label =
            let struct (cluster, _, _) = place label

            Array.max (sizesOf head ofRow[n])
            + (cluster |> Option.map (fun i -> Array.max (sizesOf (tail i) ofRow[n])) |> Option.defaultValue 0.0)

        // The slope's terms that a label of a row has.
        let slope n label operand k =
            let struct (cluster, inHead, inCluster) = place label
            let ofHead = steps (inFloat64 head ofRow[n]) inHead
            let inputs = Array.map abs (ofRow[n][0])

            let inTail i =
                let step = steps (inFloat64 (tail i) ofRow[n]) inCluster
                let output = x[4 + 2 * i]

                let back h = step |> Seq.mapi (fun c p -> p * abs output[c * features[i] + h]) |> Seq.sum

                if operand = 0 && k / width = n then
                    Seq.init features[i] (fun h -> back h * abs (x[3 + 2 * i][h * width + k % width])) |> Seq.sum
                elif operand = 3 + 2 * i then
                    back (k / width) * inputs[k % width]
                elif operand = 4 + 2 * i then
                    step[k / features[i]] * (sizesOf (hidden i) ofRow[n])[k % features[i]]
                else
                    0.0

            let own =
                match operand with
                | 0 when k / width = n -> ofHead |> Seq.mapi (fun c p -> p * abs (x[1][c * width + k % width])) |> Seq.sum
                | 1 -> ofHead[k / width] * inputs[k % width]
                | 2 -> ofHead[k]
                | _ -> 0.0

            (own + (cluster |> Option.map inTail |> Option.defaultValue 0.0)) * (8.0 * sizeOf n label + 1.0)

        let all = Array.init rows (labelsOf sample)

        {
            Value =
                fun i ->
                    let perRow = all[0].Length
                    4.0 * sizeOf (i / perRow) (all[i / perRow][i % perRow])
            Slope = fun operand k -> Seq.init rows (fun n -> all[n] |> Seq.sumBy (fun label -> slope n label operand k)) |> Seq.sum
            Relative = 0.0
        }

    let private adaptiveCase =
        { Entry.rows
              "adaptiveLogSoftmaxWithLoss"
              adaptiveOperands
              (draw adaptiveLengths classes)
              { new Formula with
                  member _.Of(x, at, labels) = Array.init rows (fun n -> adaptive labels[n] (row n x) (row n at))
              }
              { new Call with
                  member _.Of(x, y) = adaptiveLogSoftmaxWithLoss (adaptiveSoftmax x) (labels y[0]) x[0]
              } with
            Widths = [ 1; 2; 3 ]
        }
        |> Entry.given condition Entry.rounded (adaptiveTerms (fun sample n -> [| sample.Labels[n] |]))

    let private adaptiveLogProbabilitiesCase =
        { Entry.rows
              "adaptiveLogProbabilities"
              adaptiveOperands
              (draw adaptiveLengths classes)
              { new Formula with
                  member _.Of(x, at, _) =
                      Array.init (rows * classes) (fun i ->
                          let n = i / classes
                          Notation.(-) (Notation.num 0.0) (adaptive (i % classes) (row n x) (row n at)))
              }
              { new Call with
                  member _.Of(x, _) = LossValues(adaptiveLogProbabilities (adaptiveSoftmax x) x[0])
              } with
            Widths = [ 1; 2; 3 ]
        }
        |> Entry.given condition Entry.rounded (adaptiveTerms (fun _ _ -> Array.init classes id))

    // A row of the input in its own value; a cluster's parameters where the label is one of its classes.
    let private adaptiveReaches (labels: Sample -> int -> int[]) (sample: Sample) (o: int) (k: int) : int list =
        let width = sample.Operands[0].Length / rows

        [
            for n in 0 .. rows - 1 do
                for i, label in Seq.indexed (labels sample n) do
                    let struct (cluster, _, _) = place label

                    let counts =
                        match o with
                        | 0 -> k / width = n
                        | 1
                        | 2 -> true
                        | _ -> cluster = Some((o - 3) / 2)

                    if counts then
                        n * (labels sample n).Length + i
        ]

    let entries: Entry list =
        [
            linearCrossEntropyCase
            |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y[0]); "chunk", box 1 ])
            |> Entry.reaching (fun sample o k -> if o = 0 then [ k / (sample.Operands[0].Length / rows) ] else [ 0; 1 ])
            |> Entry.promises [ NonNegative; Convex [ 0 ] ]
            for normalized, symmetric in [ true, false; false, false; true, true ] do
                infoNCECase normalized symmetric
                // A query is in its own value, and in all where keys look for queries too.
                |> Entry.reaching (fun sample o k ->
                    if o = 0 && not symmetric then [ k / (sample.Operands[0].Length / pairs) ] else [ 0 .. pairs - 1 ])
                |> Entry.promises [ NonNegative ]

            adaptiveCase
            |> Entry.withArgumentsOf (fun x y -> [ "labels", box (labels y[0]); "parameters", box (adaptiveSoftmax x) ])
            |> Entry.reaching (adaptiveReaches (fun sample n -> [| sample.Labels[n] |]))
            |> Entry.promises [ NonNegative ]
            adaptiveLogProbabilitiesCase
            |> Entry.withArgumentsOf (fun x _ -> [ "parameters", box (adaptiveSoftmax x) ])
            |> Entry.reaching (adaptiveReaches (fun _ _ -> Array.init classes id))
        ]
