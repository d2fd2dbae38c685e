namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Further scores of ensembles, and errors beside how much the numbers differ: the sums of the textbook.
module Forecasts =

    open Losses.FSharp.Notation

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms
    let private single name = Operand.laid Layout.Single (Operand.any name)
    let private blocks count name = Operand.laid (Layout.Blocks count) (Operand.any name)
    let private whole (n: int) : 'T :> IReal<'T> = num (float n)

    let private between (random: Random) (format: Format) (low: float) (high: float) =
        format.Round(Operators.(+) low (Operators.(-) high low *. random.NextDouble()))

    let private numbers (random: Random) (format: Format) (count: int) = Array.init count (fun _ -> between random format -4.0 4.0)

    let private summed (condition: string) (value: float) (slope: float) (entry: Entry) =
        { (entry
           |> Entry.given condition Entry.elementary (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 4.0
               })) with
            IsComposed = true
        }

    // By Gauss' elimination of the whole system.
    let private dawidSebastianiMultivariate =
        let width = 3

        { Entry.rows
              "dawidSebastianiMultivariate"
              [ Operand.any "prediction"; Operand.any "target"; blocks width "covariance" ]
              (fun random format width ->
                  let factor = numbers random format (Operators.(*) width width)

                  // A product of a matrix with itself, and a diagonal.
                  let product i j =
                      Seq.init width (fun k ->
                          factor[Operators.(+) (Operators.(*) i width) k] *. factor[Operators.(+) (Operators.(*) j width) k])
                      |> Seq.sum

                  let covariance =
                      Array.init (Operators.(*) width width) (fun k ->
                          let i, j = Operators.(/) k width, k % width
                          format.Round(Operators.(+) (0.25 *. product i j) (if i = j then 1.0 else 0.0)))

                  [| numbers random format width; numbers random format width; covariance |], [||])
              { new Formula with
                  member _.Of(x, _, _) =
                      let a = Array.chunkBySize width x[2] |> Array.map Array.copy
                      let e = Formulas.minus x[1] x[0]
                      let right = Array.copy e
                      let mutable determinant = num 0.0

                      for i in 0 .. Operators.(-) width 1 do
                          determinant <- determinant + log a[i].[i]

                          for j in Operators.(+) i 1 .. Operators.(-) width 1 do
                              let factor = a[j].[i] / a[i].[i]
                              right[j] <- right[j] - factor * right[i]

                              for k in i .. Operators.(-) width 1 do
                                  a[j].[k] <- a[j].[k] - factor * a[i].[k]

                      let solution = Array.copy right

                      for i in Operators.(-) width 1 .. -1 .. 0 do
                          let known =
                              Seq.init (Operators.(-) (Operators.(-) width i) 1) (fun k ->
                                  let j = Operators.(+) (Operators.(+) i 1) k
                                  a[i].[j] * solution[j])

                          solution[i] <- (right[i] - total known) / a[i].[i]

                      [| Formulas.dot e solution + determinant |]
              }
              { new Call with
                  member _.Of(x, _) = dawidSebastianiMultivariate x[2] x[1] x[0]
              } with
            Widths = [ width ]
        }
        |> fun entry -> { entry with Plain = fun random format width -> entry.Draw random format width }
        |> summed "a covariance of at least 1 in every direction; + 2⁻³⁷ of the terms" 1e3 1e5

    let private rowsOf (count: int) (x: 'T[]) = Array.init count (fun k -> EnsembleFormula.part (Operators.(/) x.Length count) k x)

    let private kernelScore (scale: float) (fair: bool) =
        Entry.rows
            $"kernelScore scale {scale} fair {fair}"
            [ blocks 4 "ensemble"; Operand.any "target" ]
            (fun random format width -> [| numbers random format (Operators.(*) 4 width); numbers random format width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let far (a: 'T[]) (b: 'T[]) : 'T =
                        num 0.0 - expm1 (num 0.0 - 0.5 .* Formulas.squares (Formulas.minus a b) / num (scale *. scale))

                    [| EnsembleFormula.kernel fair far (rowsOf 4 x[0]) x[1] |]
            }
            { new Call with
                member _.Of(x, _) = kernelScore scale fair x[1] x[0]
            }
        |> Entry.withArguments [ "scale", box scale; "fair", box fair ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3 ] }
        |> summed "numbers up to 4 in size; + 2⁻³⁷ of the terms" 4.0 16.0

    let private errorSpread =
        Entry.rows
            "errorSpread"
            [ Operand.any "ensemble"; single "target" ]
            (fun random format width -> [| numbers random format width; numbers random format 1 |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let x, t = x[0], x[1].[0]
                    let m = x.Length
                    let mean = total x / whole m
                    let moment (k: int) = x |> Seq.map (fun y -> Seq.fold (fun p _ -> p * (y - mean)) (num 1.0) [ 1..k ]) |> total
                    let variance = moment 2 / whole (Operators.(-) m 1)
                    let s = sqrt variance
                    let skewness = whole m / (whole (Operators.(-) m 1) * whole (Operators.(-) m 2)) * moment 3 / (s * s * s)
                    let e = mean - t
                    let lack = variance - e * e - e * s * skewness
                    [| lack * lack |]
            }
            { new Call with
                member _.Of(x, _) = errorSpread -1 x[1] x[0]
            }
        |> Entry.withArguments [ "axis", box -1 ]
        |> fun entry -> { entry with Widths = [ 4; 5; 8; 11 ] }
        |> fun entry ->
            { (entry
               |> Entry.given "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the variance" Entry.elementary (fun _ sample ->
                   let x = sample.Operands[0]
                   let m = Array.average x
                   let v = x |> Array.averageBy (fun y -> (Operators.(-) y m) ** 2.0)
                   let z = Operators.(+) 1.0 (64.0 ./. v)

                   {
                       Value = fun _ -> 1e4 *. z
                       Slope = fun _ _ -> 1e5 *. z *. z
                       Relative = 4.0
                   })) with
                IsComposed = true
            }
        |> Entry.promises [ NonNegative ]

    let private owcrpsEnsemble =
        Entry.rows
            "owcrpsEnsemble"
            [
                Operand.any "ensemble"
                single "target"
                Operand.laid Layout.Single (Operand.of' Numbers.NotNegative "targetWeights")
                Operand.of' Numbers.NotNegative "memberWeights"
            ]
            (fun random format width ->
                let weights count = Array.init count (fun _ -> between random format 0.1 1.0)
                [| numbers random format width; numbers random format 1; weights 1; weights width |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let x, t, v, w = x[0], x[1].[0], x[2].[0], x[3]
                    let sum = total w
                    let error = Seq.map2 (fun x w -> w * abs (x - t)) x w |> total
                    let places = [ 0 .. Operators.(-) x.Length 1 ]
                    let spread = Seq.allPairs places places |> Seq.map (fun (i, j) -> w[i] * w[j] * abs (x[i] - x[j])) |> total
                    [| v * (error / sum - 0.5 .* spread / (sum * sum)) |]
            }
            { new Call with
                member _.Of(x, _) = owcrpsEnsemble -1 x[3] x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "axis", box -1 ]
        |> fun entry -> { entry with Widths = [ 1; 2; 3; 8 ] }
        |> summed "numbers up to 4 in size, weights from 0.1 to 1; + 2⁻³⁷ of the terms" 16.0 1e3

    let private rowsBeside (name: string) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "prediction"; Operand.any "target" ]
            (fun random format width -> [| numbers random format width; numbers random format width |], [||])
            formula
            call
        |> fun entry ->
            { entry with
                Widths = [ 3; 4; 5; 8 ]
                // Numbers that differ.
                Plain = fun random format width -> entry.Draw random format width
            }

    // How far a row's numbers are from their mean.
    let private spreadOf (power: float) (x: float[]) =
        let mean = Array.average x
        x |> Array.sumBy (fun y -> Math.Pow(Math.Abs(Operators.(-) y mean), power))

    let private relative (power: float) (entry: Entry) =
        { (entry
           |> Entry.given "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the spread of the targets" Entry.elementary (fun _ sample ->
               let size = 1e3 ./. spreadOf power sample.Operands[1]

               {
                   Value = fun _ -> size
                   Slope = fun _ _ -> size *. Operators.(+) 1.0 size
                   Relative = 4.0
               })) with
            IsComposed = true
        }
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private centred (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        let mean = total x / whole x.Length
        x |> Array.map (fun y -> y - mean)

    let private relativeSquaredError =
        rowsBeside
            "relativeSquaredError"
            { new Formula with
                member _.Of(x, _, _) = [| Formulas.squares (Formulas.minus x[0] x[1]) / Formulas.squares (centred x[1]) |]
            }
            { new Call with
                member _.Of(x, _) = relativeSquaredError x[1] x[0]
            }
        |> relative 2.0

    let private relativeAbsoluteError =
        rowsBeside
            "relativeAbsoluteError"
            { new Formula with
                member _.Of(x, _, _) = [| total (Formulas.minus x[0] x[1] |> Array.map abs) / total (centred x[1] |> Array.map abs) |]
            }
            { new Call with
                member _.Of(x, _) = relativeAbsoluteError x[1] x[0]
            }
        |> relative 1.0

    let private concordance =
        rowsBeside
            "concordance"
            { new Formula with
                member _.Of(x, _, _) =
                    let k: 'T = whole x[0].Length
                    let u, v = centred x[0], centred x[1]
                    let bias = (total x[0] - total x[1]) / k
                    let variance = (Formulas.squares u + Formulas.squares v) / k
                    [| num 1.0 - 2.0 .* (Formulas.dot u v / k) / (variance + bias * bias) |]
            }
            { new Call with
                member _.Of(x, _) = concordance x[1] x[0]
            }
        |> fun entry ->
            { (entry
               |> Entry.given "numbers up to 4 in size; + 2⁻³⁷ of the terms, over what they differ by" Entry.elementary (fun _ sample ->
                   let size = 1e3 ./. Operators.(+) (spreadOf 2.0 sample.Operands[0]) (spreadOf 2.0 sample.Operands[1])

                   {
                       Value = fun _ -> Operators.(+) 4.0 size
                       Slope = fun _ _ -> Operators.(+) 4.0 (size *. size)
                       Relative = 4.0
                   })) with
                IsComposed = true
            }
        |> Entry.promises [ NonNegative; Symmetric ]

    let entries: Entry list =
        [
            dawidSebastianiMultivariate
            kernelScore 1.0 false
            kernelScore 2.0 true
            errorSpread
            owcrpsEnsemble
            relativeSquaredError
            relativeAbsoluteError
            concordance
        ]
