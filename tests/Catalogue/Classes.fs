namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Losses of classes beyond PyTorch's, ordered ones among them.
module Classes =

    let private labels (x: int[][]) = Labels(ReadOnlySpan<int>(Array.map Array.head x), Shape [| x.Length |])

    let private boundedRow (random: Random) (format: Format) (width: int) =
        Draw.row (Draw.between 0.0 1e306 Draw.finite) random format width

    let private softmax (logarithm: 'T) : Softmax<'T> when 'T :> IReal<'T> =
        Softmax(logarithm, Notation.exp logarithm, Notation.(~-) (Notation.expm1 logarithm))

    // The term of the label's class.
    let private ofLabels (name: string) (loss: 'L) (arguments: (string * objnull) list) (call: Call) : Entry when 'L :> ISoftmaxRows =
        Entry.rows
            name
            [ Operand.any "logits" ]
            (fun random format width -> [| boundedRow random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, at, labels) =
                    let logarithms = Formulas.logSoftmax x[0] at[0]
                    [| loss.Of(softmax logarithms[labels[0]], Notation.num 1.0) |]
            }
            call
        |> Entry.withArgumentsOf (fun _ y -> ("labels", box (labels y)) :: arguments)

    let private exponentiated (slope: float) (relative: float) (entry: Entry) =
        entry
        |> Entry.given "an exponent multiplies the error of its base; slope: + 2⁻⁵⁰ of its terms" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> slope
                Relative = relative
            })

    let private poly1 (epsilon: float) =
        ofLabels
            $"poly1 epsilon {epsilon}"
            (Poly1 epsilon)
            [ "epsilon", box epsilon ]
            { new Call with
                member _.Of(x, y) = poly1 epsilon ClassOptions.Default (labels y) x[0]
            }
        |> exponentiated 0.0 1.0
        |> Entry.promises [ NonNegative; ZeroSum(2.0 + epsilon) ]

    let private poly1WithProbabilities (epsilon: float) =
        Entry.rows
            $"poly1WithProbabilities epsilon {epsilon}"
            [ Operand.any "logits"; Operand.of' Numbers.NotNegative "probabilities" ]
            (fun random format width -> [| boundedRow random format width; Draw.distribution random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let terms =
                        Array.map2
                            (fun logarithm t -> (Poly1 epsilon :> ISoftmaxRows).Of(softmax logarithm, t))
                            (Formulas.logSoftmax x[0] at[0])
                            x[1]

                    [| Array.reduce (fun a b -> Notation.(+) a b) terms |]
            }
            { new Call with
                member _.Of(x, _) = poly1WithProbabilities epsilon ClassOptions.Default x[1] x[0]
            }
        |> Entry.withArguments [ "epsilon", box epsilon ]
        |> exponentiated (4.0 + 4.0 * epsilon) 1.0
        |> Entry.promises [ NonNegative; ZeroSum(2.0 + epsilon) ]

    let private generalizedCrossEntropy (q: float) =
        ofLabels
            $"generalizedCrossEntropy q {q}"
            (GeneralizedCrossEntropy q)
            [ "q", box q ]
            { new Call with
                member _.Of(x, y) = generalizedCrossEntropy q ClassOptions.Default (labels y) x[0]
            }
        |> Entry.given "an exponential multiplies the error of its logarithm" Entry.rounded (fun _ sample ->
            let row = sample.Operands[0]
            let largest = Array.max row

            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> 0.0
                Relative = 1.0 + q * min 1000.0 (largest - row[sample.Labels[0]])
            })
        |> Entry.promises [ NonNegative; ZeroSum 2.0 ]

    let private symmetricCrossEntropy (alpha: float) =
        ofLabels
            $"symmetricCrossEntropy alpha {alpha}"
            (SymmetricCrossEntropy(alpha, 1.0, -4.0))
            [ "alpha", box alpha; "beta", box 1.0; "logZero", box -4.0 ]
            { new Call with
                member _.Of(x, y) = symmetricCrossEntropy alpha 1.0 -4.0 ClassOptions.Default (labels y) x[0]
            }
        |> exponentiated 0.0 1.0
        |> Entry.promises [ NonNegative; ZeroSum(2.0 * alpha + 4.0) ]

    let private prior (width: int) : Weights = Weights.op_Implicit (Array.init width (fun c -> float (c + 1) / 4.0))

    let private logitAdjustment =
        Entry.rows
            "logitAdjustment"
            [ Operand.any "logits" ]
            (fun random format width -> [| Array.init width (fun _ -> Draw.moderate random format) |], [| random.Next width |])
            { new Formula with
                member _.Of(x, at, labels) =
                    let shifts = (prior at[0].Length).Values.ToArray() |> Array.map Math.Log
                    let shifted = Array.map2 (fun x shift -> Notation.(+) x (Notation.num shift)) x[0] shifts
                    [| Notation.(~-) (Formulas.logSoftmax shifted (Array.map2 (+) at[0] shifts)).[labels[0]] |]
            }
            { new Call with
                member _.Of(x, y) = logitAdjustment 1.0 (prior x[0].Shape[1]) CrossEntropyOptions.Default (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun x y -> [ "labels", box (labels y); "prior", box (prior x[0].Shape[1]); "tau", box 1.0 ])
        |> Entry.given "|x| ≤ 80; a logit is rounded once more: relative 2⁻⁴⁵" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 200.0
                Slope = fun _ _ -> 0.0
                Relative = 200.0
            })
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private summed (sizes: float) (slope: float) (entry: Entry) =
        entry
        |> Entry.given "+ 2⁻⁵⁰ of the terms of a sum" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> sizes
                Slope = fun _ _ -> slope
                Relative = 4.0
            })

    let private bce (isAbove: bool) (x: 'T) : 'T :> IReal<'T> = Notation.softplus (if isAbove then Notation.(~-) x else x)

    let private importance (width: int) : Weights = Weights.op_Implicit (Array.init width (fun c -> float (c % 3) + 0.5))

    let private coral (isWeighted: bool) =
        let weights width = if isWeighted then importance width else Weights.None

        Entry.rows
            (if isWeighted then "coral weighted" else "coral")
            [ Operand.any "logits" ]
            (fun random format width -> [| Array.init width (fun _ -> Draw.moderate random format) |], [| random.Next(width + 1) |])
            { new Formula with
                member _.Of(x, _, labels) =
                    let weights = if isWeighted then (importance x[0].Length).Values.ToArray() else Array.create x[0].Length 1.0

                    let terms = Array.mapi (fun k x -> Notation.(*) (Notation.num weights[k]) (bce (labels[0] > k) x)) x[0]

                    [| Array.reduce (fun a b -> Notation.(+) a b) terms |]
            }
            { new Call with
                member _.Of(x, y) = coral (weights x[0].Shape[1]) (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun x y -> [ "labels", box (labels y); "importance", box (weights x[0].Shape[1]) ])
        |> summed 0.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private shares (random: Random) (format: Format) (width: int) = Draw.distribution random format width

    let private cumulative (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        Array.scan (fun a b -> Notation.(+) a b) (Notation.num 0.0) x |> Array.tail

    let private total (x: 'T[]) : 'T :> IReal<'T> = Array.reduce (fun a b -> Notation.(+) a b) x

    let private squared (x: 'T[]) : 'T :> IReal<'T> = x |> Array.map (fun y -> Notation.(*) y y) |> total

    let private isLabel (labels: int[]) (width: int) : 'T[] when 'T :> IReal<'T> =
        Array.init width (fun k -> Notation.num (if labels[0] = k then 1.0 else 0.0))

    let private squaredEMD =
        Entry.rows
            "squaredEMD"
            [ Operand.any "probabilities"; Operand.any "target" ]
            (fun random format width -> [| shares random format width; shares random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) = [| squared (cumulative (Formulas.minus x[0] x[1])) |]
            }
            { new Call with
                member _.Of(x, _) = squaredEMD x[1] x[0]
            }
        |> summed 64.0 128.0
        |> Entry.promises [ NonNegative; Symmetric; Convex [ 0; 1 ] ]

    let private rps =
        Entry.rows
            "rps"
            [ Operand.any "probabilities" ]
            (fun random format width -> [| shares random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, _, labels) = [| squared (cumulative (Formulas.minus x[0] (isLabel labels x[0].Length))) |]
            }
            { new Call with
                member _.Of(x, y) = rps (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y) ])
        |> summed 64.0 128.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private brierWithLabels =
        Entry.rows
            "brierWithLabels"
            [ Operand.any "probabilities" ]
            (fun random format width -> [| shares random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, _, labels) = [| squared (Formulas.minus x[0] (isLabel labels x[0].Length)) |]
            }
            { new Call with
                member _.Of(x, y) = brierWithLabels (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y) ])
        |> summed 0.0 0.0
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private levels (width: int) = Array.init width (fun k -> (float k + 0.5) / float width)

    let private pinballOfLevels =
        Entry.rows
            "pinballOfLevels"
            [ Operand.any "prediction"; Operand.laid Layout.Single (Operand.any "target") ]
            (fun random format width ->
                let t = Draw.moderate random format
                [| Array.init width (fun _ -> Draw.related random format t (fun () -> Draw.moderate random format)); [| t |] |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    Array.map2
                        (fun y level ->
                            let d = Notation.(-) y (x[1][0])

                            Notation.(*)
                                (Notation.abs d)
                                (Notation.ifLess d (Notation.num 0.0) (Notation.num level) (Notation.num (1.0 - level))))
                        x[0]
                        (levels at[0].Length)
            }
            { new Call with
                member _.Of(x, _) = pinballOfLevels (levels x[0].Shape[1]) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun x _ -> [ "levels", box (levels x[0].Shape[1]) ])
        |> Entry.reaching (fun sample o k -> if o = 0 then [ k ] else [ 0 .. sample.Operands[0].Length - 1 ])
        |> summed 0.0 4.0
        |> Entry.promises [ NonNegative ]
        // The target is repeated for each level.
        |> fun entry -> { entry with IsComposed = true }

    let entries: Entry list =
        [
            pinballOfLevels
            poly1 2.0
            poly1WithProbabilities 1.0
            generalizedCrossEntropy 0.5
            symmetricCrossEntropy 0.1
            logitAdjustment
            coral false
            coral true
            squaredEMD
            rps
            brierWithLabels
        ]
