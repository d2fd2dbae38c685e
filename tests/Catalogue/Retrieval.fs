namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Items that belong and items that do not, and what states are worth: the sums of the textbook.
module Retrieval =

    open Losses.FSharp.Notation

    let private single name = Operand.laid Layout.Single (Operand.any name)

    let private between (random: Random) (format: Format) (low: float) (high: float) =
        format.Round(Operators.(+) low (Operators.(-) high low *. random.NextDouble()))

    let private row (random: Random) (format: Format) (low: float) (high: float) (count: int) =
        Array.init count (fun _ -> between random format low high)

    // As the textbook has it, but for a number that is not small.
    let private softplus (x: 'T) : 'T :> IReal<'T> = ifLess x (num 0.0) (log1p (exp x)) (x + log1p (exp (num 0.0 - x)))

    let private summed (condition: string) (value: float) (slope: float) (relative: float) (entry: Entry) =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = relative
               })) with
            IsComposed = true
            Plain = fun random format width -> entry.Draw random format width
        }

    let private bprCase =
        Entry.pointwise
            "bpr"
            (BPR())
            [ Operand.any "positive"; Operand.any "negative" ]
            { new Call with
                member _.Of(x, _) = bpr x[1] x[0]
            }
        |> Entry.drawn (fun random format -> [| Draw.moderate random format; Draw.moderate random format |])
        |> Entry.given "|x| ≤ 80; a difference before an exponential: relative 2⁻⁴⁵" Entry.elementary (fun _ _ ->
            {
                Value = fun _ -> 1.0
                Slope = fun _ _ -> 1.0
                Relative = 200.0
            })
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ]; OfDifference; Asymmetric; Lipschitz(0, 1.0) ]

    let private warpCase (form: RankWeight) =
        let ranks (y: int[][]) = Array.concat y

        Entry.rows
            $"warp {form}"
            [ Operand.any "positive"; Operand.any "negative" ]
            (fun random format width ->
                [| row random format -4.0 4.0 width; row random format -4.0 4.0 width |], Array.init width (fun _ -> random.Next 200))
            { new Formula with
                member _.Of(x, _, ranks) =
                    let weight (rank: int) : 'T =
                        if form = RankWeight.Harmonic then
                            Seq.init rank (fun j -> num 1.0 / num (float (Operators.(+) j 1))) |> Formulas.total
                        else
                            log (num (float (Operators.(+) rank 1)))

                    Array.map3 (fun p n rank -> weight rank * hinge (num 0.5 - p + n)) x[0] x[1] ranks
            }
            { new Call with
                member _.Of(x, y) = warp form 0.5 (ranks y) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "ranks", box (ranks y); "margin", box 0.5; "form", box form ])
        |> Entry.reaching (fun _ _ k -> [ k ])
        |> summed "scores within ±4, ranks below 200; + 2⁻³⁷ of the terms" 64.0 8.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ]; Asymmetric ]

    // How often the classes of a row are drawn, and the true one.
    let private counts (width: int) = Array.init width (fun j -> 0.25 *. float (Operators.(+) j 1))
    let private own = Weights.op_Implicit 0.75: Weights
    let private isThere (width: int) (j: int) = width < 3 || j % 3 <> 1

    let private lastOf (x: 'T[]) : int when 'T :> ITensor<'T> = x[1].Shape[-1]

    let private masked (width: int) =
        Weights(ReadOnlySpan(Array.init width (fun j -> if isThere width j then 1.0 else 0.0)), Shape [| width |])

    let private drawn (name: string) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ single "positive"; Operand.any "negative" ]
            (fun random format width -> [| row random format -8.0 8.0 1; row random format -8.0 8.0 width |], [||])
            formula
            call

    let private sampledSoftmaxCase (isCorrected: bool) =
        drawn
            (if isCorrected then "sampledSoftmax" else "sampledSoftmax uncorrected")
            { new Formula with
                member _.Of(x, _, _) =
                    let p, n = x[0].[0], x[1]
                    let counts = counts n.Length

                    let terms =
                        n
                        |> Seq.indexed
                        |> Seq.filter (fun (j, _) -> not isCorrected || isThere n.Length j)
                        |> Seq.map (fun (j, s) -> if isCorrected then exp (s - p) * num (0.75 ./. counts[j]) else exp (s - p))

                    [| log1p (Formulas.total terms) |]
            }
            { new Call with
                member _.Of(x, _) =
                    if isCorrected then
                        sampledSoftmax own (Weights.op_Implicit (counts (lastOf x))) (masked (lastOf x)) x[1] x[0]
                    else
                        sampledSoftmax Weights.None Weights.None Weights.None x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun x _ ->
            let none = box Weights.None

            if isCorrected then
                [
                    "positiveCounts", box own
                    "negativeCounts", box (Weights.op_Implicit (counts (lastOf x)): Weights)
                    "mask", box (masked (lastOf x))
                ]
            else
                [ "positiveCounts", none; "negativeCounts", none; "mask", none ])
        |> Entry.reaching (fun sample o k -> if isCorrected && o = 1 && not (isThere sample.Operands[1].Length k) then [] else [ 0 ])
        |> summed "|x| ≤ 8; + 2⁻³⁷ of the terms" 1.0 1.0 64.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    let private noiseContrastiveCase =
        drawn
            "noiseContrastive"
            { new Formula with
                member _.Of(x, _, _) =
                    let logarithm (q: float) : 'T = log (num q)
                    let counts = counts x[1].Length
                    let others = x[1] |> Seq.mapi (fun j s -> softplus (s - logarithm counts[j])) |> Formulas.total
                    [| softplus (logarithm 0.75 - x[0].[0]) + others |]
            }
            { new Call with
                member _.Of(x, _) = noiseContrastive own (Weights.op_Implicit (counts (lastOf x))) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun x _ ->
            [ "positiveCounts", box own; "negativeCounts", box (Weights.op_Implicit (counts (lastOf x)): Weights) ])
        |> summed "|x| ≤ 8; + 2⁻³⁷ of the terms" 1.0 1.0 64.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    let private selfAdversarialCase (temperature: float) =
        Entry.rows
            $"selfAdversarial temperature {temperature}"
            [ single "positive"; Operand.any "negative" ]
            (fun random format width -> [| row random format 0.0 12.0 1; row random format 0.0 12.0 width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let e = x[1] |> Array.map (fun d -> exp (num (Operators.(~-) temperature) * d))
                    let all = Formulas.total e
                    let others = Array.map2 (fun e d -> detach (e / all) * softplus (num 6.0 - d)) e x[1]
                    [| softplus (x[0].[0] - num 6.0) + Formulas.total others |]
            }
            { new Call with
                member _.Of(x, _) = selfAdversarial 6.0 temperature x[1] x[0]
            }
        |> Entry.withArguments [ "margin", box 6.0; "temperature", box temperature ]
        |> summed "distances to 12; + 2⁻³⁷ of the terms" 8.0 4.0 64.0
        |> Entry.promises [ NonNegative ]

    let private rotateCase =
        Entry.rows
            "rotate"
            [
                Operand.laid (Layout.Blocks 2) (Operand.any "head")
                Operand.laid (Layout.Blocks 2) (Operand.any "tail")
                Operand.any "phase"
            ]
            (fun random format width ->
                [|
                    row random format -4.0 4.0 (Operators.(*) 2 width)
                    row random format -4.0 4.0 (Operators.(*) 2 width)
                    row random format -3.0 3.0 width
                |],
                [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let distance d : 'T =
                        let at (o: int) k = x[o].[Operators.(+) (Operators.(*) 2 d) k]
                        let real = at 0 0 * cos x[2].[d] - at 0 1 * sin x[2].[d] - at 1 0
                        let imaginary = at 0 0 * sin x[2].[d] + at 0 1 * cos x[2].[d] - at 1 1
                        sqrt (real * real + imaginary * imaginary)

                    [| Seq.init x[2].Length distance |> Formulas.total |]
            }
            { new Call with
                member _.Of(x, _) = rotate x[2] x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 2 ] }
        |> summed "numbers within ±4; + 2⁻³⁷ of the terms" 64.0 256.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    let private discount = 0.875

    let private qLearningCase (isDouble: bool) =
        let actions = 3
        let labels (y: int[][]) = Labels(ReadOnlySpan(Array.concat y), Shape [| y.Length |])

        Entry.rows
            (if isDouble then "qLearning double" else "qLearning")
            [
                Operand.any "values"
                Operand.constant (Operand.any "next")
                Operand.constant (Operand.any "selector")
                Operand.constant (single "reward")
                Operand.constant (single "ended")
            ]
            (fun random format width ->
                let next = row random format -4.0 4.0 width
                let selector = if isDouble then row random format -4.0 4.0 width else Array.copy next

                [| row random format -4.0 4.0 width; next; selector; row random format -2.0 2.0 1; [| float (random.Next 2) |] |],
                [| random.Next actions |])
            { new Formula with
                member _.Of(x, at, y) =
                    let chosen = Formulas.largest at[2]
                    let going = num 1.0 - x[4].[0]
                    let d = abs (x[0].[y[0]] - (x[3].[0] + going * (num discount * x[1].[chosen])))
                    [| ifLess d (num 0.75) (num 0.5 * d * d) (num 0.75 * (d - num 0.375)) |]
            }
            { new Call with
                member _.Of(x, y) = qLearning discount 0.75 (labels y) x[4] x[3] x[2] x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "discount", box discount; "delta", box 0.75; "actions", box (labels y) ])
        |> fun entry -> { entry with Widths = [ actions ] }
        |> Entry.reaching (fun sample o k -> if o = 0 && k <> sample.Labels[0] then [] else [ 0 ])
        |> summed "values within ±4; + 2⁻³⁷ of the terms" 16.0 8.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private target (x: 'T[]) (reward: 'T) (ended: 'T) : 'T[] when 'T :> IReal<'T> =
        let last = Operators.(-) x.Length 1
        let gap: 'T = num 4.0 / num (float last)

        Array.init x.Length (fun i ->
            x
            |> Seq.mapi (fun j p ->
                let value = reward + num discount * (num 1.0 - ended) * (num -2.0 + gap * num (float j))
                let place = (max (num -2.0) (min (num 2.0) value) + num 2.0) / gap
                p * hinge (num 1.0 - abs (place - num (float i))))
            |> Formulas.total)

    let private operands =
        [
            Operand.constant (Operand.of' Numbers.NotNegative "next")
            Operand.constant (single "reward")
            Operand.constant (single "ended")
        ]

    let private distribution (random: Random) (format: Format) (width: int) =
        let weights = row random format 0.1 1.0 width
        let all = Array.sum weights
        weights |> Array.map (fun w -> format.Round(w ./. all))

    let private backed (random: Random) (format: Format) (width: int) =
        [| distribution random format width; row random format -2.0 2.0 1; [| float (random.Next 2) |] |]

    let private support: (string * objnull) list = [ "discount", box discount; "lowest", box -2.0; "highest", box 2.0 ]

    let private c51Case =
        Entry.rows
            "c51"
            (Operand.any "logits" :: operands)
            (fun random format width -> Array.append [| row random format -8.0 8.0 width |] (backed random format width), [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let m = target x[1] x[2].[0] x[3].[0]
                    [| Formulas.crossEntropy m x[0] at[0] |]
            }
            { new Call with
                member _.Of(x, _) = c51 discount -2.0 2.0 x[3] x[2] x[1] x[0]
            }
        |> Entry.withArguments support
        |> summed "logits within ±8; + 2⁻³⁷ of the terms" 32.0 4.0 64.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private c51TargetCase =
        Entry.rows
            "c51Target"
            (Operand.constant (Operand.any "next") :: List.tail operands)
            (fun random format width -> backed random format width, [||])
            { new Formula with
                member _.Of(x, _, _) = target x[0] x[1].[0] x[2].[0]
            }
            { new Call with
                member _.Of(x, _) = LossValues(c51Target discount -2.0 2.0 x[2] x[1] x[0])
            }
        |> Entry.withArguments support
        |> summed "probabilities; + 2⁻³⁷ of 1" 64.0 8.0 0.0
        |> Entry.promises [ NonNegative ]

    let entries: Entry list =
        [
            bprCase
            warpCase RankWeight.Harmonic
            warpCase RankWeight.Logarithmic
            sampledSoftmaxCase true
            sampledSoftmaxCase false
            noiseContrastiveCase
            selfAdversarialCase 0.5
            selfAdversarialCase 0.0
            rotateCase
            qLearningCase false
            qLearningCase true
            c51Case
            c51TargetCase
        ]
