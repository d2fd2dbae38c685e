namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Losses that treat answers, classes or views apart, and others of classes, in the textbook's words.
module Asymmetric =

    open Losses.FSharp.Notation

    let private labels (x: int[][]) = Labels(ReadOnlySpan<int>(Array.map Array.head x), Shape [| x.Length |])
    let private total (x: 'T seq) : 'T :> IReal<'T> = Formulas.total x

    let private numbers (random: Random) (format: Format) (count: int) =
        Array.init count (fun _ -> format.Round(Operators.(-) (8.0 *. random.NextDouble()) 4.0))

    let private summed (condition: string) (value: float) (slope: float) (entry: Entry) =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 8.0
               })) with
            IsComposed = true
        }

    let private asymmetricWithLogits (positive: float) (negative: float) (clip: float) =
        { Entry.elementwise
              $"asymmetricWithLogits {positive} {negative} clip {clip}"
              [ Operand.any "logits"; Operand.of' Numbers.Probability "target" ]
              { new Formula with
                  member _.Of(x, _, _) =
                      let x, t = x[0].[0], x[1].[0]
                      let p = num 1.0 / (num 1.0 + exp (num 0.0 - x))
                      let rest = num 1.0 / (num 1.0 + exp x)
                      let q = hinge (p - num clip)
                      let lost = if clip = 0.0 then log rest else ifLess (num 0.0) q (log (rest + num clip)) (num 0.0)
                      [| num 0.0 - t * power positive rest * log p - (num 1.0 - t) * power negative q * lost |]
              }
              { new Call with
                  member _.Of(x, _) = asymmetricWithLogits positive negative clip x[1] x[0]
              } with
            IsComposed = true
        }
        |> Entry.drawn (fun random format -> [| (numbers random format 1)[0]; format.Round(random.NextDouble()) |])
        |> Entry.withArguments [ "gammaPositive", box positive; "gammaNegative", box negative; "clip", box clip ]
        |> Entry.given
            "logits to 4; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun _ -> 16.0) [ (fun _ -> 64.0); (fun _ -> 16.0) ])
        |> Entry.curved (fun _ -> 1e3)
        |> Entry.promises [ NonNegative ]

    let private asymmetric (positive: float) (negative: float) (smoothing: float) =
        Entry.rows
            $"asymmetric {positive} {negative} smoothing {smoothing}"
            [ Operand.any "logits" ]
            (fun random format width -> [| numbers random format width |], [| random.Next width |])
            { new Formula with
                member _.Of(x, at, labels) =
                    let share = smoothing ./. float x[0].Length

                    [|
                        Formulas.logSoftmax x[0] at[0]
                        |> Seq.mapi (fun c l ->
                            let p = exp l

                            if c = labels[0] then
                                num (Operators.(+) (Operators.(-) 1.0 smoothing) share) * power positive (num 1.0 - p) * l
                            else
                                num share * power negative p * l)
                        |> total
                        |> fun sum -> num 0.0 - sum
                    |]
            }
            { new Call with
                member _.Of(x, y) = asymmetric positive negative smoothing (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun _ y ->
            [
                "labels", box (labels y)
                "gammaPositive", box positive
                "gammaNegative", box negative
                "labelSmoothing", box smoothing
            ])
        |> summed "logits to 4; + 2⁻³⁷ of the terms" 16.0 64.0
        |> Entry.promises [ NonNegative ]

    // One sample in three views.
    let private jensenShannonCrossEntropy =
        let views = 3
        let one (y: int[][]) = Labels(ReadOnlySpan<int>(y[0]), Shape [| 1 |])

        { Entry.rows
              "jensenShannonCrossEntropy"
              [ Operand.laid (Layout.Whole views) (Operand.any "logits") ]
              (fun random format width -> [| numbers random format (Operators.(*) views width) |], [| random.Next width |])
              { new Formula with
                  member _.Of(x, at, labels) =
                      let width = Operators.(/) x[0].Length views
                      let rows = Array.chunkBySize width x[0]
                      let logs = Array.map2 Formulas.logSoftmax rows (Array.chunkBySize width at[0])

                      let shares =
                          Array.init width (fun c -> num (Operators.(+) (0.1 ./. float width) (if c = labels[0] then 0.9 else 0.0)))

                      let clean = Array.map2 (fun s l -> s * l) shares logs[0] |> total

                      let mixture = Array.init width (fun c -> total (logs |> Seq.map (fun l -> exp l[c])) / num (float views))

                      let spread = logs |> Seq.collect (Seq.mapi (fun c l -> exp l * (l - log mixture[c]))) |> total

                      [| num (12.0 ./. float views) * spread - clean |]
              }
              { new Call with
                  member _.Of(x, y) = jensenShannonCrossEntropy views 12.0 0.1 (one y) x[0]
              } with
            Widths = [ 2; 3; 5 ]
        }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (one y); "views", box views; "alpha", box 12.0; "labelSmoothing", box 0.1 ])
        |> summed "logits to 4; + 2⁻³⁷ of the terms" 256.0 256.0
        |> Entry.promises [ NonNegative ]

    let private ordinalFocal =
        let importance (width: int) : Weights = Weights.op_Implicit (Array.init width (fun k -> Operators.(+) 0.5 (float k)))

        Entry.rows
            "ordinalFocal"
            [ Operand.any "logits" ]
            (fun random format width -> [| numbers random format width |], [| random.Next(Operators.(+) width 1) |])
            { new Formula with
                member _.Of(x, _, labels) =
                    [|
                        x[0]
                        |> Seq.mapi (fun k x ->
                            let x = if labels[0] > k then x else num 0.0 - x
                            let rest = num 1.0 / (num 1.0 + exp x)
                            num (Operators.(+) 0.5 (float k)) * (power 1.5 rest * log1p (exp (num 0.0 - x))))
                        |> total
                    |]
            }
            { new Call with
                member _.Of(x, y) = ordinalFocal 1.5 (importance x[0].Shape[1]) (labels y) x[0]
            }
        |> Entry.withArgumentsOf (fun x y -> [ "labels", box (labels y); "gamma", box 1.5; "importance", box (importance x[0].Shape[1]) ])
        |> summed "logits to 4; + 2⁻³⁷ of the terms" 64.0 64.0
        |> Entry.promises [ NonNegative ]

    let private orderedProbit =
        Entry.rows
            "orderedProbit"
            [ Operand.laid Layout.Single (Operand.any "scores"); Operand.laid (Layout.Whole 0) (Operand.any "cutPoints") ]
            (fun random format width ->
                let steps = Array.init width (fun _ -> Operators.(+) 0.25 (random.NextDouble()))
                let cuts = Array.scan (fun a b -> Operators.(+) a b) -2.0 steps |> Array.tail |> Array.map format.Round
                [| [| format.Round(Operators.(-) (4.0 *. random.NextDouble()) 2.0) |]; cuts |], [| random.Next(Operators.(+) width 1) |])
            { new Formula with
                member _.Of(x, _, labels) =
                    let s, cuts, y = x[0][0], x[1], labels[0]

                    // Less ½.
                    let upTo k =
                        if k < 0 then num -0.5
                        elif k = cuts.Length then num 0.5
                        else 0.5 .* erf ((cuts[k] - s) / sqrt (num 2.0))

                    [| num 0.0 - log (upTo y - upTo (Operators.(-) y 1)) |]
            }
            { new Call with
                member _.Of(x, y) = orderedProbit (labels y) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun _ y -> [ "labels", box (labels y) ])
        |> fun entry ->
            { entry with
                Widths = [ 1; 2; 3; 4 ]
                // Cut points that increase.
                Plain =
                    fun random format width ->
                        (let sample = entry.Draw random format width in { sample with Operands = [| [| 0.25 |]; sample.Operands[1] |] })
            }
        |> Entry.reaching (fun sample o k ->
            let y = sample.Labels[0]
            if o = 0 || k = y || k = Operators.(-) y 1 then [ 0 ] else [])
        |> summed "cut points at least ¼ apart, within 5 of the score; + 2⁻³⁷ of the terms" 64.0 1024.0
        |> Entry.promises [ NonNegative ]

    let private brierWithLogits =
        Entry.pointwise
            "brierWithLogits"
            (BrierWithLogits())
            [ Operand.any "logits"; Operand.of' Numbers.Probability "target" ]
            { new Call with
                member _.Of(x, _) = brierWithLogits x[1] x[0]
            }
        |> Entry.given "+ 2⁻³⁷ of the probabilities" Entry.elementary (Entry.terms (fun _ -> 1.0) [ (fun _ -> 1.0); (fun _ -> 2.0) ])
        |> Entry.curved (fun _ -> 4.0)
        |> Entry.promises [ NonNegative; NotConvex 0 ]

    let private jensenShannonOfLogs (beta: float) =
        let logs (random: Random) (format: Format) width =
            let p = Array.init width (fun _ -> Operators.(+) 0.01 (random.NextDouble()))
            let sum = Array.sum p
            p |> Array.map (fun p -> format.Round(Math.Log(p ./. sum)))

        Entry.rows
            $"jensenShannonOfLogs beta {beta}"
            [ Operand.of' Numbers.Logarithm "logProbabilities"; Operand.of' Numbers.Logarithm "logTarget" ]
            (fun random format width -> [| logs random format width; logs random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let share k = num k: 'T

                    [|
                        Seq.map2
                            (fun x t ->
                                // With β = 0 it is KL(t ‖ x).
                                if beta = 0.0 then
                                    exp t * (t - x)
                                else

                                    let m = log (share beta * exp t + share (Operators.(-) 1.0 beta) * exp x)
                                    share beta * exp t * (t - m) + share (Operators.(-) 1.0 beta) * exp x * (x - m))
                            x[0]
                            x[1]
                        |> total
                    |]
            }
            { new Call with
                member _.Of(x, _) = jensenShannonOfLogs beta x[1] x[0]
            }
        |> Entry.withArguments [ "beta", box beta ]
        |> summed "logarithms of probabilities of at least a hundredth; + 2⁻³⁷ of the terms" 16.0 16.0

    let private fenchelYoung =
        let largest (x: 'T) : 'T :> ITensor<'T> = logSumExp -1 x

        Entry.rows
            "fenchelYoung"
            [ Operand.any "scores"; Operand.any "target" ]
            (fun random format width -> [| numbers random format width; Draw.distribution random format width |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| Formulas.logSumExp x[0] at[0] - Formulas.dot x[1] x[0] |]
            }
            { new Call with
                member _.Of(x, _) = fenchelYoung largest x[1] x[0]
            }
        |> Entry.withArguments [ "maxFunction", box (Func<DiffTensor<float>, DiffTensor<float>> largest) ]
        |> summed "scores to 4; + 2⁻³⁷ of the terms" 16.0 16.0
        |> Entry.promises [ Convex [ 0 ] ]

    // Two rows of three classes, a teacher of as many features.
    let private linearJensenShannon (temperature: float) (beta: float) =
        let rows, classes = 2, 3
        let options = { DistillationOptions.Default with Temperature = temperature; Rescaled = true }
        let part name count = Operand.any name |> Operand.laid (Layout.Whole count)

        { Entry.rows
              $"linearJensenShannon temperature {temperature} beta {beta}"
              [ part "input" rows; part "weight" classes; part "targetInput" rows; part "targetWeight" classes ]
              (fun random format width ->
                  let some count = numbers random format (Operators.(*) count width) |> Array.map (fun x -> format.Round(0.5 *. x))
                  [| some rows; some classes; some rows; some classes |], [||])
              { new Formula with
                  member _.Of(x, at, _) =
                      let width = Operators.(/) x[0].Length rows

                      let logits (input: 'U[]) (weight: 'U[]) (n: int) : 'U[] when 'U :> IReal<'U> =
                          Array.chunkBySize width weight |> Array.map (Formulas.dot (Array.sub input (Operators.(*) n width) width))

                      let logsOf (o: int) (n: int) : 'T[] =
                          let real (y: float[]) = Array.map Real y
                          let numbers = logits (real at[o]) (real at[Operators.(+) o 1]) n |> Array.map _.Value
                          let cooled = logits x[o] x[Operators.(+) o 1] n |> Array.map (fun y -> y / num temperature)
                          Formulas.logSoftmax cooled (numbers |> Array.map (fun y -> y ./. temperature))

                      let rescaled (sum: 'T) : 'T = num (temperature *. temperature) * sum
                      Array.init rows (fun n -> Array.map2 (Formulas.divergence beta) (logsOf 0 n) (logsOf 2 n) |> total |> rescaled)
              }
              { new Call with
                  // A row at a time.
                  member _.Of(x, _) = linearJensenShannon options beta 1 x[3] x[2] x[1] x[0]
              } with
            Widths = [ 1; 2; 3 ]
        }
        |> Entry.withArguments [ "beta", box beta; "chunk", box 1; "temperature", box temperature; "rescaled", box true ]
        |> Entry.reachingWhatVaries
        |> summed "numbers to 2; + 2⁻³⁷ of the terms" 64.0 256.0

    let entries: Entry list =
        [
            asymmetricWithLogits 1.0 4.0 0.05
            asymmetricWithLogits 0.0 2.0 0.0
            asymmetric 1.0 4.0 0.1
            asymmetric 0.0 2.0 0.0
            jensenShannonCrossEntropy
            ordinalFocal
            orderedProbit
            brierWithLogits
            jensenShannonOfLogs 0.3
            jensenShannonOfLogs 0.0
            fenchelYoung
            linearJensenShannon 1.0 0.3
            linearJensenShannon 2.0 1.0
        ]
