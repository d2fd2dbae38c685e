namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The losses that look across a row.
module Rows =

    let private logitRow (random: Random) (format: Format) (width: int) = Draw.row Draw.finite random format width

    // Sums of differences stay finite.
    let private boundedRow (random: Random) (format: Format) (width: int) =
        Draw.row (Draw.between 0.0 1e306 Draw.finite) random format width

    // Some classes are ruled out, never the first.
    let private masked (random: Random) (row: float[]) =
        if random.Next 6 = 0 then
            Array.mapi (fun i x -> if i > 0 && random.Next 3 = 0 then -infinity else x) row
        else
            row

    let private labels (x: int[][]) = Labels(ReadOnlySpan<int>(Array.map Array.head x), Shape [| x.Length |])

    let private labelRows (x: int[][]) = Labels(ReadOnlySpan<int>(Array.concat x), Shape [| x.Length; x[0].Length |])

    let private weights (width: int) = Array.init width (fun c -> float ((c * 7 + 3) % 5) / 2.0)

    let private numbers (x: float[]) : 'T[] when 'T :> IReal<'T> = Array.map (fun y -> Notation.num y) x

    let private logits = Operand.any "logits"
    let private scores = Operand.any "prediction"
    let private vector name = Operand.any name
    let private two = [ vector "x1"; vector "x2" ]

    let private describe (name: string) (weighted: bool) (smoothing: float) =
        name + (if weighted then " weighted" else "") + (if smoothing > 0.0 then $" smoothing {smoothing}" else "")

    let private nllCase =
        Entry.rows
            "nll"
            [ Operand.of' Numbers.Logarithm "logProbabilities" ]
            (fun random format width -> [| Array.map (fun x -> -(abs x)) (logitRow random format width) |], [| random.Next width |])
            { new Formula with
                member _.Of(x, _, labels) = [| Notation.(-) (Notation.num 0.0) (x[0][labels[0]]) |]
            }
            { new Call with
                member _.Of(x, y) = nll ClassOptions.Default (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y) ])

    let private crossEntropyCase (axis: int) (weighted: bool) (smoothing: float) =
        let options width =
            { CrossEntropyOptions.Default with
                ClassWeights = if weighted then Weights.op_Implicit (weights width) else Weights.None
                LabelSmoothing = smoothing
                ClassAxis = axis
            }

        let case =
            Entry.rows
                (describe "crossEntropy" weighted smoothing + (if axis = 0 then " across" else ""))
                [ (if axis = 0 then Operand.laid Layout.Across logits else logits) ]
                (fun random format width ->
                    let x =
                        if smoothing = 0.0 then
                            masked random (logitRow random format width)
                        else
                            boundedRow random format width

                    [| x |], [| random.Next width |])
                { new Formula with
                    member _.Of(x, at, labels) =
                        let width = x[0].Length
                        let share: 'T = Notation.(/) (Notation.num smoothing) (Notation.num (float width))
                        let own: 'T = Notation.(-) (Notation.num 1.0) (Notation.num smoothing)
                        let scales: 'T[] = numbers (if weighted then weights width else Array.create width 1.0)

                        let targets =
                            Array.mapi (fun c scale -> Notation.(*) scale (if c = labels[0] then Notation.(+) own share else share)) scales

                        [| Formulas.crossEntropy targets x[0] at[0] |]
                }
                { new Call with
                    member _.Of(x, y) = crossEntropy (options x[0].Shape[axis]) (labels y) x[0]
                }
            |> Entry.withArgumentsOf (fun x y ->
                let options = options x[0].Shape[axis]

                [
                    "labels", box (labels y)
                    "classWeights", box options.ClassWeights
                    "labelSmoothing", box smoothing
                    "classAxis", box axis
                ])

        let case =
            { case with
                // Over spans a weighted mean divides by the weights.
                Spans =
                    if weighted then
                        None
                    else
                        Some
                            { new Spans with
                                member _.Gradient(x, y, shape) =
                                    let loss = CrossEntropy(options shape[axis])
                                    let gradient = Array.copy x[0]
                                    let labels = (labels y).Indices
                                    loss.ValueAndGradient(ReadOnlySpan x[0], labels, shape, Span gradient, Reduction.Mean) |> ignore

                                    gradient
                            }
            }

        if smoothing = 0.0 && weighted then
            // A label of weight 0 leaves nothing of its row.
            case
            |> Entry.reaching (fun sample _ _ ->
                [
                    if (weights sample.Operands[0].Length)[sample.Labels[0]] > 0.0 then
                        0
                ])
        elif smoothing = 0.0 then
            case
        else
            // The slope is p Σt − t.
            case
            |> Entry.given "float64 logits within 10³⁰⁶; slope: + 2⁻³⁷ of the weight" Entry.elementary (fun _ _ ->
                {
                    Value = fun _ -> 0.0
                    Slope = fun _ _ -> 2.0
                    Relative = 0.0
                })

    let private crossEntropyWithProbabilitiesCase (weighted: bool) (smoothing: float) =
        let options width =
            { CrossEntropyOptions.Default with
                ClassWeights = if weighted then Weights.op_Implicit (weights width) else Weights.None
                LabelSmoothing = smoothing
            }

        Entry.rows
            (describe "crossEntropyWithProbabilities" weighted smoothing)
            [ logits; { Operand.of' Numbers.NotNegative "probabilities" with By = (smoothing = 0.0) } ]
            (fun random format width -> [| boundedRow random format width; Draw.distribution random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let width = x[0].Length
                    let share: 'T = Notation.(/) (Notation.num smoothing) (Notation.num (float width))
                    let own: 'T = Notation.(-) (Notation.num 1.0) (Notation.num smoothing)
                    let scales: 'T[] = numbers (if weighted then weights width else Array.create width 1.0)

                    let targets = Array.map2 (fun scale t -> Notation.(*) scale (Notation.(+) (Notation.(*) own t) share)) scales x[1]

                    [| Formulas.crossEntropy targets x[0] at[0] |]
            }
            { new Call with
                member _.Of(x, _) = crossEntropyWithProbabilities (options x[0].Shape[1]) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun x _ -> [ "classWeights", box (options x[0].Shape[1]).ClassWeights; "labelSmoothing", box smoothing ])
        |> Entry.given "float64 logits within 10³⁰⁶; slope by x: + 2⁻⁵⁰ of the weight" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun operand _ -> if operand = 0 then 4.0 else 0.0
                Relative = 0.0
            })

    // −Σ α t (1 − p)^γ log p
    let private focalOf (gamma: float) (alpha: float) (targets: 'T[]) (x: 'T[]) (numbers: float[]) : 'T :> IReal<'T> =
        let terms =
            Array.map2
                (fun t logP ->
                    let rest = Notation.(~-) (Notation.expm1 logP)
                    Notation.weigh (Notation.(*) (Notation.num alpha) t) (Notation.weigh (Notation.power gamma rest) (Notation.(~-) logP)))
                targets
                (Formulas.logSoftmax x numbers)

        Array.reduce (fun a b -> Notation.(+) a b) terms

    let private focalOptions gamma alpha weights axis =
        { FocalOptions.Default with Gamma = gamma; Alpha = alpha; ClassWeights = weights; ClassAxis = axis }

    // 1 − p is right but for a rounding or two, which the exponent multiplies.
    let private exponentiated (gamma: float) (slope: int -> float) (entry: Entry) =
        entry
        |> Entry.given
            ("an exponent multiplies the error of its base" + (if slope 0 > 0.0 then "; slope by x: + 2⁻⁵⁰ of the weight" else ""))
            Entry.rounded
            (fun _ _ ->
                {
                    Value = fun _ -> 0.0
                    Slope = fun operand _ -> slope operand
                    Relative = gamma
                })

    let private focalCase (axis: int) (weighted: bool) (gamma: float) (alpha: float) =
        let weights width = if weighted then Weights.op_Implicit (weights width) else Weights.None

        let case =
            Entry.rows
                ($"focal gamma {gamma}" + (if weighted then " weighted" else "") + (if axis = 0 then " across" else ""))
                [ (if axis = 0 then Operand.laid Layout.Across logits else logits) ]
                (fun random format width -> [| boundedRow random format width |], [| random.Next width |])
                { new Formula with
                    member _.Of(x, at, labels) =
                        let width = x[0].Length
                        let scales = if weighted then weights(width).Values.ToArray() else Array.create width 1.0

                        [| focalOf gamma alpha (numbers (Array.mapi (fun c w -> if c = labels[0] then w else 0.0) scales)) x[0] at[0] |]
                }
                { new Call with
                    member _.Of(x, y) = focal (focalOptions gamma alpha (weights x[0].Shape[axis]) axis) (labels y) x[0]
                }
            |> Entry.withArgumentsOf (fun x y ->
                [
                    "labels", box (labels y)
                    "gamma", box gamma
                    "alpha", box alpha
                    "classWeights", box (weights x[0].Shape[axis])
                    "classAxis", box axis
                ])

        if weighted then
            // A label of weight 0 leaves nothing of its row.
            case
            |> Entry.reaching (fun sample _ _ ->
                [
                    if (weights(sample.Operands[0].Length).Values.ToArray())[sample.Labels[0]] > 0.0 then
                        0
                ])
        else
            case

    let private focalWithProbabilitiesCase (gamma: float) =
        let options = focalOptions gamma 0.25 Weights.None 1

        Entry.rows
            $"focalWithProbabilities gamma {gamma}"
            [ logits; Operand.of' Numbers.NotNegative "probabilities" ]
            (fun random format width -> [| boundedRow random format width; Draw.distribution random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| focalOf gamma 0.25 x[1] x[0] at[0] |]
            }
            { new Call with
                member _.Of(x, _) = focalWithProbabilities options x[1] x[0]
            }
        |> Entry.withArguments [ "gamma", box gamma; "alpha", box 0.25 ]

    // Of a class: p, q, log p and log q, and log p − log q.
    let private twoSoftmaxes (temperature: float) (sample: Sample) =
        let log (x: float[]) =
            let most = Array.max x
            let below = x |> Array.map (fun y -> (y - most) / temperature)
            let total = Math.Log(below |> Array.sumBy Math.Exp)
            below |> Array.map (fun y -> y - total)

        Array.map2 (fun x t -> struct (Math.Exp x, Math.Exp t, x, t)) (log sample.Operands[0]) (log sample.Operands[1])

    let private weighed (p: float) (x: float) = if p = 0.0 then 0.0 else p * x

    // Where a student is like its teacher, what it learns is a difference of nearly equal logarithms, and of probabilities.
    let private divergenceCase
        (name: string)
        (temperature: float)
        (rescaled: bool)
        (term: float)
        (options: (string * objnull) list)
        (call: Call)
        =
        let scale = if rescaled then temperature * temperature else 1.0

        Entry.rows
            name
            [ logits; Operand.any "targetLogits" ]
            (fun random format width ->
                let x = boundedRow random format width
                let t = Draw.relatedRow (Draw.between 0.0 1e306 Draw.finite) random format x
                [| x; (if Array.forall (fun y -> abs y <= 1e306) t then t else Array.copy x) |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let log (x: 'T[]) (numbers: float[]) : 'T[] =
                        let x = x |> Array.map (fun y -> Notation.(/) y (Notation.num temperature))
                        Formulas.logSoftmax x numbers

                    let logP, logQ = log x[0] at[0], log x[1] at[1]
                    let terms = Array.map2 (Formulas.divergence term) logP logQ
                    [| Notation.(*) (Notation.num scale) (Formulas.total terms) |]
            }
            call
        |> Entry.withArguments options
        |> Entry.given
            "the difference of log p and log q is that of rounded numbers; a p or q below 2⁻¹⁰²² has fewer bits"
            Entry.elementary
            (fun format sample ->
                let classes = twoSoftmaxes temperature sample
                let rounded = if format.Name = "float32" then Entry.elementary else Entry.rounded

                let sizes =
                    classes
                    |> Array.map (fun struct (p, q, x, t) -> weighed p (1.0 + abs x + abs (x - t)) + weighed q (1.0 + abs t + abs (x - t)))

                let total = Array.sum sizes

                {
                    Value =
                        fun _ ->
                            scale
                            * (classes
                               |> Array.sumBy (fun struct (p, q, x, t) ->
                                   let d = min 1.0 (abs (x - t) + rounded)
                                   d * (weighed p (1.0 + abs x) + weighed q (1.0 + abs t + abs (x - t)))))
                    Slope =
                        fun _ k ->
                            let struct (p, q, x, t) = classes[k]
                            let least = max (Math.ScaleB(1.0, -1022))
                            let times y share = if Double.IsFinite y then least share * y else weighed share y
                            let own = p |> times (1.0 + abs x + abs (x - t))
                            let other = q |> times (1.0 + abs t + abs (x - t))
                            scale / temperature * (own + other + (least p + least q) * total)
                    Relative = 0.0
                })

    let private divergenceOptions temperature rescaled = { DistillationOptions.Default with Temperature = temperature; Rescaled = rescaled }

    let private klCase (temperature: float) (rescaled: bool) =
        divergenceCase
            ("klDivOfLogits" + (if temperature <> 1.0 then $" temperature {temperature}" else ""))
            temperature
            rescaled
            0.0
            [ "temperature", box temperature; "rescaled", box rescaled ]
            { new Call with
                member _.Of(x, _) = klDivOfLogits (divergenceOptions temperature rescaled) x[1] x[0]
            }

    let private reverseKLCase (temperature: float) =
        divergenceCase
            ("reverseKLDivOfLogits" + (if temperature <> 1.0 then $" temperature {temperature}" else ""))
            temperature
            false
            1.0
            [ "temperature", box temperature ]
            { new Call with
                member _.Of(x, _) = reverseKLDivOfLogits (divergenceOptions temperature false) x[1] x[0]
            }

    let private jensenShannonCase (temperature: float) (beta: float) =
        divergenceCase
            ($"jensenShannonOfLogits beta {beta}" + (if temperature <> 1.0 then $" temperature {temperature}" else ""))
            temperature
            false
            beta
            [ "temperature", box temperature; "beta", box beta ]
            { new Call with
                member _.Of(x, _) = jensenShannonOfLogits (divergenceOptions temperature false) beta x[1] x[0]
            }

    let private acrossOutputs = "slope: + 2⁻⁴⁸ of the sum of its terms"

    let private noTerms =
        fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> 0.0
                Relative = 0.0
            }

    let private softmaxCase =
        Entry.rows
            "softmax"
            [ logits ]
            (fun random format width -> [| masked random (logitRow random format width) |], [||])
            { new Formula with
                member _.Of(x, at, _) = Formulas.logSoftmax x[0] at[0] |> Array.map (fun y -> Notation.exp y)
            }
            { new Call with
                member _.Of(x, _) = LossValues(softmax 1 x[0])
            }
        |> Entry.withArguments [ "axis", box 1 ]
        |> Entry.given acrossOutputs Entry.rounded noTerms

    let private softminCase =
        Entry.rows
            "softmin"
            [ Operand.any "scores" ]
            (fun random format width -> [| logitRow random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let x = x[0] |> Array.map (fun y -> Notation.(~-) y)
                    let at = at[0] |> Array.map (~-)
                    Formulas.logSoftmax x at |> Array.map (fun y -> Notation.exp y)
            }
            { new Call with
                member _.Of(x, _) = LossValues(softmin 1 x[0])
            }
        |> Entry.withArguments [ "axis", box 1 ]
        |> Entry.given acrossOutputs Entry.rounded noTerms

    let private logSoftmaxCase =
        Entry.rows
            "logSoftmax"
            [ logits ]
            (fun random format width -> [| logitRow random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) = Formulas.logSoftmax x[0] at[0]
            }
            { new Call with
                member _.Of(x, _) = LossValues(logSoftmax 1 x[0])
            }
        |> Entry.withArguments [ "axis", box 1 ]
        |> Entry.given acrossOutputs Entry.rounded noTerms

    let private logSumExpCase =
        Entry.rows
            "logSumExp"
            [ logits ]
            (fun random format width -> [| masked random (logitRow random format width) |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| Formulas.logSumExp x[0] at[0] |]
            }
            { new Call with
                member _.Of(x, _) = LossValues(logSumExp 1 x[0])
            }
        |> Entry.withArguments [ "axis", box 1 ]
        |> Entry.given "value: + 2⁻⁵⁰ of the largest logit" Entry.rounded (fun _ sample ->
            {
                Value = fun _ -> min 10.0 (abs (Array.max sample.Operands[0]))
                Slope = fun _ _ -> 0.0
                Relative = 0.0
            })

    // Squares and cubes of what is in these bounds neither overflow nor vanish in float64; float32 is inside them.
    let private element (format: Format) = if format.Name = "float32" then Draw.finite else Draw.between 1e-50 1e50 Draw.finite

    let private vectors (valid: float[] -> bool) (random: Random) (format: Format) (width: int) =
        let rec next draw =
            let x: float[] = draw ()

            if valid x && Array.forall (fun y -> y = 0.0 || format.Name = "float32" || (abs y > 1e-60 && abs y < 1e60)) x then
                x
            else
                next draw

        let x = next (fun () -> Draw.row (element format) random format width)
        let draw () = Draw.row (element format) random format width

        let y =
            let related = Draw.relatedRow (element format) random format x

            if valid related && Array.forall (fun y -> y = 0.0 || format.Name = "float32" || (abs y > 1e-60 && abs y < 1e60)) related then
                related
            else
                next draw

        [| x; y |], [||]

    let private bounds = "float64 within 10^±60; "

    let private dot (x: float[]) (y: float[]) = Array.fold2 (fun sum a b -> sum + a * b) 0.0 x y
    let private length (x: float[]) = sqrt (dot x x)

    let private longer (eps: float) (x: float[]) = length x > eps

    let private cosineSimilarityCase =
        Entry.rows
            "cosineSimilarity"
            two
            (vectors (longer 1e-7))
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.cosine 0.0 x[0] x[1] |]
            }
            { new Call with
                member _.Of(x, _) = LossValues(cosineSimilarity 1 CosineSimilarityEps x[1] x[0])
            }
        |> Entry.withArguments [ "axis", box 1; "eps", box CosineSimilarityEps ]
        |> Entry.given (bounds + "longer than ε; + 2⁻⁵⁰ of Σ|x₁x₂| / ‖x₁‖‖x₂‖ (value), of 1 / ‖x‖ (slope)") Entry.rounded (fun _ sample ->
            let x, y = sample.Operands[0], sample.Operands[1]
            let sizes = dot (Array.map abs x) (Array.map abs y) / length x / length y

            {
                Value = fun _ -> sizes
                Slope =
                    fun operand k ->
                        let x, y = if operand = 0 then x, y else y, x
                        (abs y[k] / length y + abs x[k] / length x * sizes) / length x
                Relative = 0.0
            })

    let private cosineDistanceCase =
        Entry.rows
            "cosineDistance"
            two
            (vectors (longer 0.0))
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.cosineDistance 0.0 x[0] x[1] |]
            }
            { new Call with
                member _.Of(x, _) = LossValues(cosineDistance x[1] x[0])
            }
        |> Entry.given (bounds + "+ 2⁻⁵⁰ of ‖u₁ − u₂‖ (value), of 1 / ‖x‖ (slope)") Entry.rounded (fun _ sample ->
            let x, y = sample.Operands[0], sample.Operands[1]
            let x1, y1 = length x, length y
            let apart = Array.map2 (fun a b -> (a / x1 - b / y1) ** 2.0) x y |> Array.sum |> sqrt

            {
                Value = fun _ -> apart + Math.ScaleB(1.0, -48)
                Slope = fun operand _ -> 4.0 / (if operand = 0 then x1 else y1)
                Relative = 0.0
            })

    let private cosineEmbeddingCase (margin: float) =
        Entry.rows
            $"cosineEmbedding margin {margin}"
            (two @ [ Operand.of' Numbers.Sign "target" |> Operand.laid Layout.Single |> Operand.constant ])
            (fun random format width ->
                let xs, labels = vectors (longer 0.0) random format width
                Array.append xs [| [| Draw.sign random |] |], labels)
            { new Formula with
                member _.Of(x, at, _) =
                    if at[2][0] > 0.0 then
                        [| Formulas.cosineDistance 1e-12 x[0] x[1] |]
                    else
                        [| Notation.hinge (Notation.(-) (Formulas.cosine 1e-12 x[0] x[1]) (Notation.num margin)) |]
            }
            { new Call with
                member _.Of(x, _) = cosineEmbedding margin x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "margin", box margin ]
        |> Entry.given (bounds + "+ 2⁻⁵⁰ of ‖u₁ − u₂‖, or of Σ|u₁u₂| (value), of 1 / ‖x‖ (slope)") Entry.rounded (fun _ sample ->
            let x, y = sample.Operands[0], sample.Operands[1]
            let size v = sqrt (dot v v + 1e-12)
            let apart = Array.map2 (fun a b -> (a / size x - b / size y) ** 2.0) x y |> Array.sum |> sqrt
            let sizes = dot (Array.map abs x) (Array.map abs y) / size x / size y

            {
                Value = fun _ -> if sample.Operands[2][0] > 0.0 then apart + Math.ScaleB(1.0, -48) else sizes + 2.0 * abs margin
                Slope = fun operand _ -> 8.0 / size sample.Operands[operand]
                Relative = 0.0
            })
        |> Entry.promises [ NonNegative; Symmetric; NotConvex 0 ]

    let private norm (p: float) (x: float[]) =
        if p = infinity then
            Array.max (Array.map abs x)
        elif p = 1.0 then
            Array.sumBy abs x
        else
            (let m = Array.max (Array.map abs x) in
             if m = 0.0 then 0.0 else m * ((x |> Array.sumBy (fun y -> (abs y / m) ** p)) ** (1.0 / p)))

    let private pairwiseDistanceCase (p: float) (eps: float) =
        let case =
            Entry.rows
                $"pairwiseDistance p {p} eps {eps}"
                two
                (vectors (fun _ -> true))
                { new Formula with
                    member _.Of(x, at, _) = [| Formulas.pairwise p eps x[0] x[1] at[0] at[1] |]
                }
                { new Call with
                    member _.Of(x, _) = LossValues(pairwiseDistance p eps false x[1] x[0])
                }
            |> Entry.withArguments [ "p", box p; "eps", box eps; "keepAxis", box false ]

        if eps = 0.0 && (p = 1.0 || p = 2.0 || p = infinity) then
            { case with Condition = "float64 within 10^±60" }
        elif eps = 0.0 then
            // Float64's own roundings, which the power makes p times as large.
            case
            |> Entry.given "float64 within 10^±60, slope + 2⁻⁵¹ p of itself" 0.0 (fun _ sample ->
                let d = Array.map2 (fun a b -> abs (a - b)) sample.Operands[0] sample.Operands[1]
                let whole = norm p d

                {
                    Value = fun _ -> 0.0
                    Slope = fun _ k -> if d[k] = 0.0 then 0.0 else p * (d[k] / whole) ** (p - 1.0)
                    Relative = 0.0
                })
        else
            case
            |> Entry.given (bounds + "+ 2⁻⁵⁰ of |x₁ − x₂| + ε") Entry.rounded (fun _ sample ->
                let d = Array.map2 (fun a b -> a - b + eps) sample.Operands[0] sample.Operands[1]
                let sizes = Array.map2 (fun a b -> abs (a - b) + eps) sample.Operands[0] sample.Operands[1]
                let whole = norm p d

                {
                    Value = fun _ -> norm p sizes
                    Slope =
                        fun _ k ->
                            if p = 1.0 || p = infinity then
                                0.0
                            else
                                (p - 1.0) * (sizes[k] + abs d[k] / whole * norm p sizes) * ((abs d[k] / whole) ** (p - 2.0)) / whole
                    Relative = 0.0
                })

    // Two vectors against one.
    let private cdistCase (p: float) =
        let halves (x: 'a[]) = Array.splitInto 2 x

        Entry.rows
            $"cdist p {p}"
            [ vector "x1" |> Operand.laid (Layout.Blocks 2); vector "x2" |> Operand.laid (Layout.Blocks 1) ]
            (fun random format width ->
                let xs, _ = vectors (fun _ -> true) random format width
                let ys, _ = vectors (fun _ -> true) random format width
                [| Array.append xs[0] ys[0]; xs[1] |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    Array.map2 (fun own numbers -> Formulas.pairwise p 0.0 own x[1] numbers at[1]) (halves x[0]) (halves at[0])
            }
            { new Call with
                member _.Of(x, _) = LossValues(cdist p x[1] x[0])
            }
        |> Entry.withArguments [ "p", box p ]
        |> Entry.given (bounds + "+ 2⁻⁵⁰ of 1 (the slope by x2, which is a sum of two)") Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun operand _ -> if operand = 1 then 2.0 else 0.0
                Relative = 0.0
            })

    // The pairs of three vectors.
    let private pdistCase (p: float) =
        Entry.rows
            $"pdist p {p}"
            [ vector "x" |> Operand.laid (Layout.Whole 3) ]
            (fun random format width ->
                let xs, _ = vectors (fun _ -> true) random format width
                let ys, _ = vectors (fun _ -> true) random format width
                let third = if random.Next 3 = 0 then Draw.relatedRow (element format) random format xs[0] else ys[0]
                // The neighbour of 0 is out of bounds: the logarithm of a sum of its powers has no derivative in float64's range.
                let bounded = third |> Array.map (fun y -> if abs y < 1e-60 then 0.0 else y)
                [| Array.concat [ xs[0]; xs[1]; bounded ] |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let x, at = Array.splitInto 3 x[0], Array.splitInto 3 at[0]

                    [| struct (0, 1); struct (0, 2); struct (1, 2) |]
                    |> Array.map (fun struct (i, j) -> Formulas.pairwise p 0.0 x[i] x[j] at[i] at[j])
            }
            { new Call with
                member _.Of(x, _) = LossValues(pdist p x[0])
            }
        |> Entry.withArguments [ "p", box p ]
        |> Entry.given (bounds + acrossOutputs) Entry.rounded noTerms

    let private tripletMarginCase (ofDistance: bool) (swap: bool) =
        let draw random format width =
            let xs, _ = vectors (fun _ -> true) random format width
            let ys, _ = vectors (fun _ -> true) random format width
            [| xs[0]; xs[1]; (if random.Next 3 = 0 then Draw.relatedRow (element format) random format xs[0] else ys[0]) |], [||]

        Entry.rows
            ("tripletMargin" + (if ofDistance then "WithDistance" else "") + (if swap then " swap" else ""))
            [ vector "anchor"; vector "positive"; vector "negative" ]
            draw
            { new Formula with
                member _.Of(x, at, _) =
                    let distance i j = Formulas.pairwise 2.0 1e-6 x[i] x[j] at[i] at[j]
                    let far = if swap then Notation.min (distance 0 2) (distance 1 2) else distance 0 2
                    [| Notation.hinge (Notation.(+) (Notation.(-) (distance 0 1) far) (Notation.num 1.0)) |]
            }
            { new Call with
                member _.Of(x, _) =
                    if ofDistance then
                        tripletMarginWithDistance (fun x1 x2 -> pairwiseDistance 2.0 1e-6 false x2 x1) 1.0 swap x[2] x[1] x[0]
                    else
                        tripletMargin { TripletMarginOptions.Default with Swap = swap } x[2] x[1] x[0]
            }
        |> Entry.withArguments
            [
                "swap", box swap
                if ofDistance then
                    let distance x1 x2 = pairwiseDistance 2.0 1e-6 false x2 x1
                    "distance", box (Func<DiffTensor<float>, DiffTensor<float>, DiffTensor<float>> distance)
            ]
        |> Entry.given (bounds + "+ 2⁻⁵⁰ of the distances and the margin (value), of 1 (slope)") Entry.rounded (fun _ sample ->
            let vector (x: float[]) (y: float[]) = Array.map2 (fun a b -> a - b + 1e-6) x y
            let sizes (x: float[]) (y: float[]) = norm 2.0 (Array.map2 (fun a b -> abs (a - b) + 1e-6) x y)
            let x = sample.Operands
            let near, far, other = norm 2.0 (vector x[0] x[1]), norm 2.0 (vector x[0] x[2]), norm 2.0 (vector x[1] x[2])
            let near', far', other' = sizes x[0] x[1], sizes x[0] x[2], sizes x[1] x[2]
            let largest = near' + far' + other' + 1.0
            // Where the distances are equal, up to their rounding, a slope is one or the other.
            let isEdge x = abs x < Math.ScaleB(largest, -48)
            let lack = near - (if swap then min far other else far) + 1.0

            {
                Value = fun _ -> largest
                Slope =
                    fun _ _ ->
                        if isEdge lack || (swap && isEdge (far - other)) then
                            infinity
                        else
                            4.0 * max (near' / near) (max (far' / far) (if swap then other' / other else 1.0))
                Relative = 0.0
            })

    // Whether float64 cannot tell on which side of its kink max(0, 1 − (own − other)) is.
    let private isKink (own: float) (other: float) = abs (1.0 - (own - other)) < Math.ScaleB(1.0, -49)

    let private multiMarginCase (p: int) =
        Entry.rows
            $"multiMargin p {p}"
            [ scores ]
            (fun random format width -> [| Draw.row (element format) random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, _, labels) = [| Formulas.multiMargin p 1.0 1.0 x[0] labels[0] |]
            }
            { new Call with
                member _.Of(x, y) = multiMargin p 1.0 Weights.None (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y); "p", box p; "margin", box 1.0 ])
        |> Entry.given
            "+ 2⁻⁵⁰ of 1 + |x_y − x_c| (to the p-th, over C); nearer to a kink than 2⁻⁵⁰, the slope is one or the other"
            Entry.rounded
            (fun _ sample ->
                let x, y = sample.Operands[0], sample.Labels[0]
                let others = x |> Array.indexed |> Array.filter (fun (j, _) -> j <> y) |> Array.map snd
                let size z = 1.0 + abs (x[y] - z)
                // What float64 cannot tell from 0 counts, too.
                let lack z = max 0.0 (1.0 - (x[y] - z) + Math.ScaleB(size z, -50))
                let count = float x.Length

                {
                    Value =
                        fun _ ->
                            (others
                             |> Array.sumBy (fun z -> if lack z > 0.0 then (if p = 1 then size z else 2.0 * size z * lack z) else 0.0))
                            / count
                    Slope =
                        fun _ k ->
                            if p = 1 then
                                (if Seq.exists (isKink x[y]) others then infinity else 0.0)
                            elif k = y then
                                (others |> Array.sumBy (fun z -> if lack z > 0.0 then 2.0 * size z else 0.0)) / count
                            else
                                2.0 * size x[k] / count
                    Relative = 0.0
                })

    let private multiLabelMarginCase =
        Entry.rows
            "multiLabelMargin"
            [ scores ]
            (fun random format width ->
                let own = random.Next(width + 1)
                let order = Array.init width id
                random.Shuffle order
                [| Draw.row (element format) random format width |], Array.init width (fun i -> if i < own then order[i] else -1))
            { new Formula with
                member _.Of(x, _, labels) = [| Formulas.multiLabelMargin x[0] labels |]
            }
            { new Call with
                member _.Of(x, y) = multiLabelMargin (labelRows y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labelRows y) ])
        |> Entry.given
            "+ 2⁻⁵⁰ of 1 + |x_y − x_c|, over C (value); nearer to a kink than 2⁻⁵⁰, the slope is one or the other"
            Entry.rounded
            (fun _ sample ->
                let x = sample.Operands[0]
                let own = sample.Labels |> Array.takeWhile (fun y -> y >= 0)

                let sizes =
                    [|
                        for y in own do
                            for j in 0 .. x.Length - 1 do
                                if not (Array.contains j own) && (1.0 - (x[y] - x[j]) > 0.0 || isKink x[y] x[j]) then
                                    1.0 + abs (x[y] - x[j])
                    |]

                {
                    Value = fun _ -> Array.sum sizes / float x.Length
                    Slope = fun _ _ -> if Seq.exists (fun y -> Seq.exists (isKink x[y]) x) own then infinity else 0.0
                    Relative = 0.0
                })

    let private multiLabelSoftMarginCase =
        Entry.rows
            "multiLabelSoftMargin"
            [ logits; Operand.of' Numbers.Probability "target" ]
            (fun random format width ->
                let t = Array.init width (fun _ -> if random.Next 3 > 0 then float (random.Next 2) else Draw.probability random format)

                [|
                    Draw.row Draw.finite random format width |> Array.map (fun x -> if abs x > format.Largest / 64.0 then 1.0 else x)
                    t
                |],
                [||])
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.multiLabelSoftMargin x[0] x[1] |]
            }
            { new Call with
                member _.Of(x, _) = multiLabelSoftMargin Weights.None x[1] x[0]
            }
        |> Entry.given "slope of a soft target: + 2⁻⁵⁰ of t σ(−x)" Entry.rounded (fun _ sample ->
            let x, t = sample.Operands[0], sample.Operands[1]

            {
                Value = fun _ -> 0.0
                Slope =
                    fun operand k ->
                        if operand = 1 || t[k] = 0.0 || t[k] = 1.0 then
                            0.0
                        else
                            2.0 * t[k] / (1.0 + exp x[k]) / float x.Length
                Relative = 0.0
            })

    // Behind the end of a target stands what is not read.
    let private targets (y: int[][]) =
        let lengths = y |> Array.map (Array.takeWhile (fun label -> label > 0) >> Array.length)
        lengths, labelRows (y |> Array.map (Array.map (fun label -> if label = 0 then 1 else label)))

    // Three frames and up to two labels; the last class is the blank.
    let private rnntCase =
        let frames, columns = 3, 3
        let nodes = frames * columns
        let spelt (labels: int[]) = labels |> Array.takeWhile (fun label -> label >= 0)

        { Entry.rows
              "rnnt"
              [ Operand.any "logits" |> Operand.laid (Layout.Lattice(frames, columns)) ]
              (fun random format length ->
                  let count = random.Next columns
                  let classes = length / nodes
                  let logits = Array.init length (fun _ -> Draw.moderate random format)
                  [| logits |], Array.init (columns - 1) (fun i -> if i < count then random.Next(classes - 1) else -1))
              { new Formula with
                  member _.Of(x, _, labels) = [| Formulas.rnnt frames columns x[0] (spelt labels) |]
              }
              { new Call with
                  member _.Of(x, y) =
                      rnnt RNNTOptions.Default (Array.create y.Length frames) (y |> Array.map (spelt >> Array.length)) (labelRows y) x[0]
              } with
            Plain =
                fun random format length ->
                    let classes = length / nodes

                    {
                        Operands = [| Array.init length (fun _ -> Numbers.Any.Plain(random, format)) |]
                        Labels = Array.init (columns - 1) (fun _ -> random.Next(classes - 1))
                    }
            Widths = [ 2 * nodes; 3 * nodes; 5 * nodes ]
        }
        |> Entry.withArgumentsOf (fun _ y ->
            [
                "labels", box (labelRows y)
                "inputLengths", box (Array.create y.Length frames)
                "targetLengths", box (y |> Array.map (spelt >> Array.length))
            ])
        |> Entry.given "+ 2⁻⁴⁶ (1 + Σ |x|)" Entry.rounded (fun _ sample ->
            let most = 16.0 * (sample.Operands[0] |> Array.sumBy abs) + 16.0

            {
                Value = fun _ -> most
                Slope = fun _ _ -> most
                Relative = 0.0
            })

    let private ctcCase (classes: int) =
        let logs (random: Random) (format: Format) (frames: int) =
            Array.init frames (fun _ ->
                let x = Array.init classes (fun _ -> Draw.moderate random format / 4.0)
                let x = if random.Next 3 = 0 then Array.mapi (fun i y -> if i = 0 then y + 60.0 else y) x else x
                let most = Array.max x
                let total = most + log (x |> Array.sumBy (fun y -> exp (y - most)))
                Array.map (fun y -> format.Round(min 0.0 (y - total))) x)
            |> Array.concat

        { Entry.rows
              $"ctc of {classes} classes"
              [ Operand.of' Numbers.Logarithm "logProbabilities" |> Operand.laid (Layout.Frames classes) ]
              (fun random format frames ->
                  let count = random.Next(0, (frames + 1) / 2 + 1)
                  [| logs random format frames |], Array.init 3 (fun i -> if i < count then 1 + random.Next(classes - 1) else 0))
              { new Formula with
                  member _.Of(x, _, labels) = [| Formulas.ctc classes x[0] (Array.takeWhile (fun y -> y > 0) labels) |]
              }
              { new Call with
                  member _.Of(x, y) =
                      let lengths, labels = targets y
                      ctc CTCOptions.Default (Array.create y.Length x[0].Shape[0]) lengths labels x[0]
              } with
            // A blank, a label, a blank: every state is on some path in every frame.
            Plain =
                fun random format frames ->
                    {
                        Operands = [| Array.init (frames * classes) (fun _ -> Numbers.Logarithm.Plain(random, format)) |]
                        Labels = [| 1 + random.Next(classes - 1); 0; 0 |]
                    }
            Widths = [ 2; 4; 5 ]
            Steps = fun length -> length / classes
        }
        |> Entry.withArgumentsOf (fun x y ->
            let lengths, labels = targets y

            [ "labels", box labels; "inputLengths", box (Array.create y.Length x[0].Shape[0]); "targetLengths", box lengths ])
        |> Entry.reachingWhatVaries
        |> Entry.given
            "+ 2⁻⁵⁰ of the sum of the frames' largest −log p (value), so much times the slope (slope); float64: + 2⁻⁸⁰ a frame (value)"
            Entry.rounded
            (fun format sample ->
                let frames = sample.Operands[0] |> Array.chunkBySize classes

                if format.Name = "float32" then
                    let most = 4.0 * (frames |> Array.sumBy (Array.map abs >> Array.max))

                    {
                        Value = fun _ -> most
                        Slope = fun _ _ -> 0.0
                        Relative = most
                    }
                else
                    // Probabilities that nearly make up 1: what is left of it is as exact as they are.
                    {
                        Value = fun _ -> Math.ScaleB(float frames.Length, 51 - 80)
                        Slope = fun _ _ -> 0.0
                        Relative = 0.0
                    })

    let private distance = [ NonNegative; Convex [ 0; 1 ] ]
    let private crossEntropies weighted = [ NonNegative; Convex [ 0 ]; ZeroSum(if weighted then 4.0 else 2.0) ]
    let private hinges = [ NonNegative; Convex [ 0 ] ]

    let entries: Entry list =
        [
            nllCase |> Entry.reachingWhatVaries |> Entry.promises [ NonNegative; Convex [ 0 ] ]

            for axis, weighted, smoothing in [ 1, false, 0.0; 0, false, 0.0; 0, false, 0.1; 1, true, 0.0; 1, false, 0.1; 1, true, 0.1 ] do
                crossEntropyCase axis weighted smoothing |> Entry.promises (crossEntropies weighted)

            crossEntropyWithProbabilitiesCase false 0.0 |> Entry.promises (crossEntropies false)
            crossEntropyWithProbabilitiesCase true 0.25 |> Entry.promises (crossEntropies true)

            for axis, weighted, gamma, alpha in
                [ 1, false, 2.0, 1.0; 0, false, 2.0, 0.25; 1, true, 1.5, 1.0; 1, false, 0.5, 1.0; 1, false, 0.0, 1.0 ] do
                focalCase axis weighted gamma alpha
                |> exponentiated gamma (fun _ -> 0.0)
                |> Entry.promises [ NonNegative; ZeroSum(if weighted then 8.0 else 4.0) ]

            for gamma in [ 2.0; 0.75 ] do
                focalWithProbabilitiesCase gamma
                |> exponentiated gamma (fun operand -> if operand = 0 then 4.0 else 0.0)
                |> Entry.promises [ NonNegative; ZeroSum 4.0 ]

            for temperature, rescaled in [ 1.0, false; 3.0, true ] do
                klCase temperature rescaled |> Entry.promises [ NonNegative; Asymmetric; ZeroSum(2.0 * temperature) ]

            for temperature in [ 1.0; 0.3 ] do
                reverseKLCase temperature |> Entry.promises [ NonNegative; Asymmetric ]

            jensenShannonCase 1.0 0.5 |> Entry.promises [ NonNegative; Symmetric ]
            jensenShannonCase 2.0 0.1 |> Entry.promises [ NonNegative; Asymmetric ]

            softmaxCase |> Entry.promises [ NonNegative ]
            softminCase |> Entry.promises [ NonNegative ]
            logSoftmaxCase
            logSumExpCase |> Entry.promises [ Convex [ 0 ]; Lipschitz(0, 1.0) ]
            cosineSimilarityCase |> Entry.promises [ Symmetric; NotConvex 0 ]
            cosineDistanceCase |> Entry.promises [ NonNegative; Symmetric; NotConvex 0 ]
            cosineEmbeddingCase 0.0
            cosineEmbeddingCase 0.2
            // Below 1 the order makes no norm.
            pairwiseDistanceCase 0.5 0.0 |> Entry.promises [ NonNegative; Symmetric ]

            for p in [ 1.0; 1.5; 2.0; 3.0; infinity ] do
                pairwiseDistanceCase p 0.0 |> Entry.promises (Symmetric :: distance)

            for p in [ 2.0; 3.0 ] do
                pairwiseDistanceCase p 1e-6 |> Entry.promises (Asymmetric :: distance)

            for p in [ 1.0; 2.0; infinity ] do
                cdistCase p
                |> Entry.reaching (fun sample o k -> if o = 1 then [ 0; 1 ] else [ k / sample.Operands[1].Length ])
                |> Entry.promises distance

            for p in [ 1.0; 2.0; 3.0; infinity ] do
                pdistCase p
                |> Entry.reaching (fun sample _ k ->
                    let row = k / (sample.Operands[0].Length / 3)
                    List.indexed [ 0, 1; 0, 2; 1, 2 ] |> List.filter (fun (_, (i, j)) -> i = row || j = row) |> List.map fst)
                |> Entry.promises [ NonNegative; Convex [ 0 ] ]

            for ofDistance in [ false; true ] do
                for swap in [ false; true ] do
                    { tripletMarginCase ofDistance swap with IsComposed = ofDistance } |> Entry.promises [ NonNegative; NotConvex 2 ]

            multiMarginCase 1 |> Entry.promises hinges
            multiMarginCase 2 |> Entry.promises hinges
            multiLabelMarginCase
            // Without a label, or with all, there is no pair.
            |> Entry.reaching (fun sample _ _ ->
                [
                    if sample.Labels[0] >= 0 && Array.last sample.Labels < 0 then
                        0
                ])
            |> Entry.promises hinges
            multiLabelSoftMarginCase |> Entry.promises hinges
            ctcCase 3
            ctcCase 4
            rnntCase
        ]
