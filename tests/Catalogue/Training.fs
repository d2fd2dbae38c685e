namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Tokens, advantages, codes and penalties.
module Training =

    open Losses.FSharp.Notation

    let private row (random: Random) (format: Format) (size: float) (count: int) =
        Array.init count (fun _ -> format.Round(size *. Operators.(-) (2.0 *. random.NextDouble()) 1.0))

    let private whole rows name = Operand.laid (Layout.Whole rows) (Operand.any name)

    let private summed (condition: string) (value: float) (slope: float) (entry: Entry) =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 64.0
               })) with
            IsComposed = true
            Plain = fun random format width -> entry.Draw random format width
        }

    let private labelsOf (y: int[][]) = Labels(ReadOnlySpan(Array.concat y), Shape [| y.Length |])

    let private labelled (name: string) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "logits" ]
            (fun random format width -> [| row random format 8.0 width |], [| random.Next width |])
            formula
            call
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labelsOf y); "ignoreIndex", box -100; "classAxis", box 1 ])

    let private dftCase =
        labelled
            "dft"
            { new Formula with
                member _.Of(x, at, y) =
                    let logarithm = (Formulas.logSoftmax x[0] at[0]).[y[0]]
                    [| num 0.0 - detach (exp logarithm) * logarithm |]
            }
            { new Call with
                member _.Of(x, y) = dft -100 1 (labelsOf y) x[0]
            }
        |> summed "logits within ±8; + 2⁻³⁷ of the terms" 1.0 1.0
        |> Entry.promises [ NonNegative ]

    let private zeroOneCase =
        labelled
            "zeroOne"
            { new Formula with
                member _.Of(x, at, y) = [| num (if at[0].[y[0]] < Array.max at[0] then 1.0 else 0.0) |]
            }
            { new Call with
                member _.Of(x, y) = zeroOne -100 1 (labelsOf y) x[0]
            }
        |> summed "logits within ±8" 0.0 0.0
        |> Entry.promises [ NonNegative ]

    let private classes = 3
    let private cap = 4.0

    // Each row of an input has logits of its own.
    let private capped (x: 'T[][]) : 'T[][] when 'T :> IReal<'T> =
        let width = Operators.(/) x[1].Length classes

        let logit (input: 'T[]) c =
            let weight = EnsembleFormula.part width c x[1]
            let sum = Formulas.dot weight input + x[2].[c]
            num cap * tanh (sum / num cap)

        Array.chunkBySize width x[0] |> Array.map (fun input -> Array.init classes (logit input))

    let private numbers (at: float[][]) : float[][] = at |> Array.map (Array.map Real) |> capped |> Array.map (Array.map _.Value)

    let private linearCase (name: string) (labels: int) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ whole 2 "input"; whole classes "weight"; whole 0 "bias" ]
            (fun random format width ->
                [|
                    row random format 2.0 (Operators.(*) 2 width)
                    row random format 2.0 (Operators.(*) classes width)
                    row random format 2.0 classes
                |],
                Array.init labels (fun _ -> random.Next classes))
            formula
            call
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> Entry.reachingWhatVaries
        |> summed "numbers within ±2; + 2⁻³⁷ of the terms" 64.0 64.0

    let private cappedLinearCrossEntropyCase =
        let labels (y: int[][]) = Labels(ReadOnlySpan y[0], Shape [| 2 |])

        linearCase
            "cappedLinearCrossEntropy"
            2
            { new Formula with
                member _.Of(x, at, y) =
                    let numbers = numbers at
                    capped x |> Array.mapi (fun n logits -> num 0.0 - (Formulas.logSoftmax logits numbers[n]).[y[n]])
            }
            { new Call with
                member _.Of(x, y) = cappedLinearCrossEntropy CrossEntropyOptions.Default cap 1 (labels y) x[2] x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y ->
            [
                "labels", box (labels y)
                "cap", box cap
                "chunk", box 1
                "classWeights", box Weights.None
                "ignoreIndex", box -100
                "labelSmoothing", box 0.0
            ])
        |> Entry.promises [ NonNegative ]

    let private linearZLossCase =
        linearCase
            "linearZLoss"
            0
            { new Formula with
                member _.Of(x, at, _) =
                    let numbers = numbers at

                    capped x
                    |> Array.mapi (fun n logits ->
                        let all = Formulas.logSumExp logits numbers[n]
                        all * all)
            }
            { new Call with
                member _.Of(x, _) = linearZLoss cap 1 x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "cap", box cap; "chunk", box 1 ]
        |> Entry.promises [ NonNegative ]

    let private generalizedAdvantagesCase =
        Entry.rows
            "generalizedAdvantages"
            [ Operand.any "values"; Operand.any "rewards" ]
            (fun random format width -> [| row random format 4.0 width; row random format 4.0 width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let count = x[0].Length
                    let value t : 'T = if t < count then x[0].[t] else num 0.0

                    Array.init count (fun t ->
                        Seq.init (Operators.(-) count t) (fun k ->
                            let s = Operators.(+) t k
                            let surprise = x[1].[s] + num 0.875 * value (Operators.(+) s 1) - value s
                            num (Math.Pow(0.875 *. 0.75, float k)) * surprise)
                        |> Formulas.total)
            }
            { new Call with
                member _.Of(x, _) = LossValues(generalizedAdvantages 0.875 0.75 x[1] x[0])
            }
        |> Entry.withArguments [ "discount", box 0.875; "lambda", box 0.75 ]
        |> Entry.reaching (fun _ _ k -> [ 0..k ])
        |> summed "numbers within ±4; + 2⁻³⁷ of the terms" 64.0 8.0

    let private whitenCase =
        let isThere k = k % 3 <> 1
        let mask (width: int) = Weights(ReadOnlySpan(Array.init width (fun k -> if isThere k then 1.0 else 0.0)), Shape [| width |])

        Entry.rows
            "whiten"
            [ whole 0 "values" ]
            (fun random format width -> [| row random format 4.0 width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let kept = x[0] |> Array.indexed |> Array.filter (fst >> isThere) |> Array.map snd
                    let count: 'T = num (float kept.Length)
                    let mean = Formulas.total kept / count
                    let variance = Formulas.squares (kept |> Array.map (fun y -> y - mean)) / (count - num 1.0)
                    x[0] |> Array.map (fun y -> (y - mean) / sqrt (variance + num 0.25))
            }
            { new Call with
                member _.Of(x, _) = LossValues(whiten (mask x[0].Shape.Size) 0.25 x[0])
            }
        |> Entry.withArgumentsOf (fun x _ -> [ "mask", box (mask x[0].Shape.Size); "eps", box 0.25 ])
        |> fun entry -> { entry with Widths = [ 3; 4; 5; 8 ] }
        |> Entry.reaching (fun sample _ k -> if isThere k then [ 0 .. Operators.(-) sample.Operands[0].Length 1 ] else [ k ])
        |> summed "numbers within ±4, ε ¼; + 2⁻³⁷ of the terms" 32.0 256.0

    let private clippedValueCase =
        Entry.elementwise
            "clippedValue"
            [ Operand.any "prediction"; Operand.any "target"; Operand.constant (Operand.any "old") ]
            { new Formula with
                member _.Of(x, _, _) =
                    let v, r, old = x[0].[0], x[1].[0], x[2].[0]
                    let near = max (old - num 0.5) (min (old + num 0.5) v)
                    let far = (v - r) * (v - r)
                    [| 0.5 .* max far ((near - r) * (near - r)) |]
            }
            { new Call with
                member _.Of(x, _) = clippedValue 0.5 x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            let x = row random format 4.0 1
            Array.append (row random format 4.0 2) (row random format 4.0 1) |> fun rest -> [| x[0]; rest[0]; rest[1] |])
        |> Entry.withArguments [ "range", box 0.5 ]
        |> summed "numbers within ±4; + 2⁻³⁷ of the terms" 64.0 16.0
        |> Entry.curved (fun _ -> 4.0)
        |> Entry.promises [ NonNegative ]

    let private vectorQuantizationCase (learned: bool) =
        let codes = 3

        Entry.rows
            (if learned then "vectorQuantization" else "vectorQuantization of given codes")
            [ whole 2 "latents"; whole codes "codebook" ]
            (fun random format width ->
                [| row random format 2.0 (Operators.(*) 2 width); row random format 2.0 (Operators.(*) codes width) |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let width = Operators.(/) x[0].Length 2

                    Array.init x[0].Length (fun k ->
                        let own = EnsembleFormula.part width (Operators.(/) k width) at[0]

                        let far c =
                            Seq.map2
                                (fun (a: float) (b: float) -> Math.Pow(Operators.(-) a b, 2.0))
                                own
                                (EnsembleFormula.part width c at[1])
                            |> Seq.sum

                        let nearest = Seq.minBy far (seq { 0 .. Operators.(-) codes 1 })
                        let z, e = x[0].[k], x[1].[Operators.(+) (Operators.(*) nearest width) (k % width)]
                        let square (x: 'T) = x * x
                        let commitment = num 0.5 * square (z - detach e)
                        if learned then commitment + square (detach z - e) else commitment)
            }
            { new Call with
                member _.Of(x, _) = vectorQuantization 0.5 learned x[1] x[0]
            }
        |> Entry.withArguments [ "commitment", box 0.5; "learned", box learned ]
        |> fun entry -> { entry with Widths = [ 2; 3 ] }
        |> Entry.reaching (fun sample o k ->
            let width = Operators.(/) sample.Operands[0].Length 2
            let first = Operators.(*) width (Operators.(/) k width)

            if o = 1 then
                [ 0 .. Operators.(-) (Operators.(*) 2 width) 1 ]
            else
                [ first .. Operators.(-) (Operators.(+) first width) 1 ])
        |> summed "numbers within ±2; + 2⁻³⁷ of the terms" 64.0 16.0
        |> Entry.promises [ NonNegative ]

    let private gradientPenaltyCase (oneSided: bool) (norm: float) =
        Entry.rows
            $"gradientPenalty norm {norm}"
            [ Operand.any "gradients" ]
            (fun random format width -> [| row random format 2.0 width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let excess = sqrt (Formulas.squares x[0]) - num norm
                    let excess = if oneSided then hinge excess else excess
                    [| excess * excess |]
            }
            { new Call with
                member _.Of(x, _) = gradientPenalty oneSided norm x[0]
            }
        |> Entry.withArguments [ "norm", box norm; "oneSided", box oneSided ]
        |> summed "numbers within ±2; + 2⁻³⁷ of the terms" 64.0 16.0
        |> Entry.promises (if oneSided || norm = 0.0 then [ NonNegative; Convex [ 0 ] ] else [ NonNegative ])

    let entries: Entry list =
        [
            dftCase
            zeroOneCase
            cappedLinearCrossEntropyCase
            linearZLossCase
            generalizedAdvantagesCase
            whitenCase
            clippedValueCase
            vectorQuantizationCase true
            vectorQuantizationCase false
            gradientPenaltyCase false 1.0
            gradientPenaltyCase true 1.25
            gradientPenaltyCase false 0.0
        ]
