namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The formulas in the notation of the textbook: sums over all pairs.
module internal EnsembleFormula =

    open Losses.FSharp.Notation

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms

    /// A constant for each of two whole numbers.
    let whole (n: int) : 'T :> IReal<'T> = num (float n)

    let part (length: int) (k: int) (x: 'T[]) : 'T[] = Array.sub x (Operators.(*) k length) length

    /// 1/M Σ d(xᵢ, t) − 1/2M² Σ d(xᵢ, xⱼ), or 1/2M(M − 1).
    let kernel (fair: bool) (distance: 'T[] -> 'T[] -> 'T) (x: 'T[][]) (t: 'T[]) : 'T :> IReal<'T> =
        let m = x.Length
        let error = x |> Seq.map (fun member' -> distance member' t) |> total
        // Each pair in both orders, none with itself.
        let pairs = Seq.allPairs (Seq.indexed x) (Seq.indexed x) |> Seq.filter (fun ((i, _), (j, _)) -> i <> j)
        let spread = pairs |> Seq.map (fun ((_, a), (_, b)) -> distance a b) |> total
        let counted = Operators.(*) 2 (Operators.(*) m (if fair then Operators.(-) m 1 else m))
        error / whole m - spread / whole counted

    let length (beta: float) (a: 'T[]) (b: 'T[]) : 'T :> IReal<'T> =
        let d = Formulas.squares (Formulas.minus a b)
        if beta = 1.0 then sqrt d else power (0.5 *. beta) d

    let variogram (p: float) (weights: int -> int -> float) (x: 'T[][]) (t: 'T[]) : 'T :> IReal<'T> =
        let places = [ 0 .. Operators.(-) t.Length 1 ]

        Seq.allPairs places places
        |> Seq.filter (fun (i, j) -> i <> j)
        |> Seq.map (fun (i, j) ->
            let power (v: 'T[]) = power p (abs (v[i] - v[j]))
            let d = power t - (x |> Seq.map power |> total) / whole x.Length
            num (weights i j) * d * d)
        |> total

    let dawidSebastiani (unbiased: bool) (x: 'T[]) (t: 'T) : 'T :> IReal<'T> =
        let m = x.Length
        let mean = total x / whole m
        let squares = x |> Seq.map (fun y -> (y - mean) * (y - mean)) |> total
        let variance = squares / whole (if unbiased then Operators.(-) m 1 else m)
        (t - mean) * (t - mean) / variance + log variance

    let intervals (alphas: float[]) (weights: float[]) (w0: float) (median: 'T) (t: 'T) (lower: 'T[]) (upper: 'T[]) : 'T :> IReal<'T> =
        let score k =
            let beyond = hinge (lower[k] - t) + hinge (t - upper[k])
            num weights[k] * (upper[k] - lower[k] + num 2.0 / num alphas[k] * beyond)

        (num w0 * abs (median - t) + (Seq.init alphas.Length score |> total)) / num (Operators.(+) (float alphas.Length) 0.5)

    let quantileHuber (kappa: float) (levels: float[]) (x: 'T[]) (t: 'T[]) : 'T :> IReal<'T> =
        let term i j =
            let u = t[j] - x[i]
            let size = abs u

            let huber =
                if kappa = 0.0 then
                    size
                else
                    ifLess (num kappa) size (size - num (0.5 *. kappa)) (0.5 .* (u * u) / num kappa)

            ifLess u (num 0.0) (num (Operators.(-) 1.0 levels[i])) (num levels[i]) * huber

        (Seq.allPairs [ 0 .. Operators.(-) x.Length 1 ] [ 0 .. Operators.(-) t.Length 1 ]
         |> Seq.map (fun (i, j) -> term i j)
         |> total)
        / whole t.Length

    let mixture (logits: 'T[]) (at: float[]) (t: 'T[]) (mean: 'T[][]) (logScale: 'T[][]) : 'T :> IReal<'T> =
        let half = num (0.5 *. System.Math.Log(2.0 *. System.Math.PI))
        let shares = Formulas.logSoftmax logits at

        let joint k =
            let terms =
                Seq.init t.Length (fun d ->
                    let z = (t[d] - mean[k].[d]) / exp (logScale[k].[d])
                    0.5 .* (z * z) + logScale[k].[d] + half)

            shares[k] - total terms

        let joints = Array.init logits.Length joint
        let largest = Array.reduce max joints |> detach
        num 0.0 - (largest + log (joints |> Seq.map (fun y -> exp (y - largest)) |> total))

    let crpsMixture (w: 'T[]) (t: 'T) (m: 'T[]) (s: 'T[]) : 'T :> IReal<'T> =
        let distance (d: 'T) (s: 'T) =
            let z = d / s
            d * erf (z / sqrt (num 2.0)) + s * sqrt (num (2.0 ./. System.Math.PI)) * exp (-0.5 .* (z * z))

        let places = [ 0 .. Operators.(-) m.Length 1 ]
        let error = places |> Seq.map (fun k -> w[k] * distance (t - m[k]) s[k]) |> total

        let spread =
            Seq.allPairs places places
            |> Seq.map (fun (k, l) -> w[k] * w[l] * distance (m[k] - m[l]) (sqrt (s[k] * s[k] + s[l] * s[l])))
            |> total

        error - 0.5 .* spread

    // ½ zᵀz + Σ log Lᵢᵢ with L z = t − x, from the first row to the last.
    let multivariate (scale: 'T -> 'T) (full: bool) (x: 'T[]) (t: 'T[]) (l: 'T[][]) : 'T :> IReal<'T> =
        let z = Array.zeroCreate<'T> x.Length
        let mutable sum = num (if full then 0.5 *. float x.Length *. System.Math.Log(2.0 *. System.Math.PI) else 0.0)

        for i in 0 .. Operators.(-) x.Length 1 do
            let mutable left = t[i] - x[i]

            for j in 0 .. Operators.(-) i 1 do
                left <- left - l[i].[j] * z[j]

            z[i] <- left / scale l[i].[i]
            sum <- sum + 0.5 .* (z[i] * z[i]) + log (abs (scale l[i].[i]))

        sum

    let studentT (x: 'T) (t: 'T) (s: 'T) (df: 'T) : 'T :> IReal<'T> =
        let z = (x - t) / s
        let more = (df + num 1.0) / num 2.0

        logGamma (df / num 2.0) - logGamma more + num 0.5 * log (num System.Math.PI * df) + log s + more * log1p (z * z / df)

/// Scores of forecasts that are many numbers.
module Ensembles =

    // Different numbers, of ordinary size: where two are equal the formula's slopes are others than those of neighbours.
    let private different (random: Random) (format: Format) (count: int) : float[] =
        let rec next () =
            let x = Array.init count (fun _ -> format.Round(8.0 * random.NextDouble() - 4.0))
            if (Array.distinct x).Length = count then x else next ()

        next ()

    let private single name = Operand.laid Layout.Single (Operand.any name)
    let private blocks count name = Operand.laid (Layout.Blocks count) (Operand.any name)

    let private summed (condition: string) (slack: float) (value: float) (slope: float) (entry: Entry) =
        { (entry
           |> Entry.given condition slack (fun _ _ ->
               {
                   Value = fun _ -> value
                   Slope = fun _ _ -> slope
                   Relative = 4.0
               })) with
            IsComposed = true
        }

    let private ofMembers (name: string) (arguments: (string * objnull) list) (formula: Formula) (call: Call) =
        Entry.rows
            name
            [ Operand.any "ensemble"; single "target" ]
            (fun random format width -> (let x = different random format (width + 1) in [| x[1..]; [| x[0] |] |], [||]))
            formula
            call
        |> Entry.withArguments arguments

    let private crps (fair: bool) (lower: float) (upper: float) =
        { new Formula with
            member _.Of(x, _, _) =
                let clipped y = Notation.min (Notation.max y (Notation.num lower)) (Notation.num upper)
                let distance (a: 'T[]) (b: 'T[]) = Notation.abs (Notation.(-) a[0] b[0])
                [| EnsembleFormula.kernel fair distance (Array.map (clipped >> Array.singleton) x[0]) [| clipped x[1].[0] |] |]
        }

    let private crpsEnsemble (fair: bool) =
        ofMembers
            $"crpsEnsemble fair {fair}"
            [ "fair", box fair; "axis", box -1 ]
            (crps fair -infinity infinity)
            { new Call with
                member _.Of(x, _) = crpsEnsemble fair -1 x[1] x[0]
            }
        |> summed "different numbers up to 4 in size; + 2⁻⁵⁰ of the terms of a sum" Entry.rounded 0.0 4.0
        |> Entry.promises [ NonNegative ]

    let private twcrpsEnsemble =
        ofMembers
            "twcrpsEnsemble"
            [ "lower", box -1.0; "upper", box 2.5; "fair", box false; "axis", box -1 ]
            (crps false -1.0 2.5)
            { new Call with
                member _.Of(x, _) = twcrpsEnsemble -1.0 2.5 false -1 x[1] x[0]
            }
        |> summed "different numbers up to 4 in size; + 2⁻⁵⁰ of the terms of a sum" Entry.rounded 0.0 4.0
        |> Entry.promises [ NonNegative ]

    let private vectors (count: int) (random: Random) (format: Format) (width: int) =
        let x = different random format (width * (count + 1))
        [| x[width..]; x[.. width - 1] |], [||]

    let private rowsOf (count: int) (x: 'T[]) = Array.init count (fun k -> EnsembleFormula.part (x.Length / count) k x)

    let private energyScore (beta: float) (fair: bool) =
        Entry.rows
            $"energyScore beta {beta} fair {fair}"
            [ blocks 4 "ensemble"; Operand.any "target" ]
            (vectors 4)
            { new Formula with
                member _.Of(x, _, _) = [| EnsembleFormula.kernel fair (EnsembleFormula.length beta) (rowsOf 4 x[0]) x[1] |]
            }
            { new Call with
                member _.Of(x, _) = energyScore beta fair x[1] x[0]
            }
        |> Entry.withArguments [ "beta", box beta; "fair", box fair ]
        |> summed "different numbers up to 4 in size; + 2⁻⁴⁶ of the distances" (Math.ScaleB(1.0, -46)) 400.0 16.0
        |> Entry.promises []

    let private weightsOf (width: int) : Weights =
        Weights(ReadOnlySpan(Array.init (width * width) (fun k -> float (k % 4) / 2.0)), Shape [| width; width |])

    let private variogramScore (p: float) =
        Entry.rows
            $"variogramScore p {p}"
            [ blocks 3 "ensemble"; Operand.any "target" ]
            (vectors 3)
            { new Formula with
                member _.Of(x, _, _) =
                    let width = x[1].Length
                    let weights i j = float ((i * width + j) % 4) / 2.0
                    [| EnsembleFormula.variogram p weights (rowsOf 3 x[0]) x[1] |]
            }
            { new Call with
                member _.Of(x, _) = variogramScore p (weightsOf x[1].Shape[1]) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun x _ -> [ "p", box p; "weights", box (weightsOf x[1].Shape[1]) ])
        |> summed "different numbers up to 4 in size; + 2⁻³⁷ of the terms" Entry.elementary 1e4 1e5
        |> Entry.promises [ NonNegative ]
        |> fun entry -> { entry with Widths = [ 2; 3 ] }

    let private dawidSebastianiEnsemble (unbiased: bool) =
        ofMembers
            $"dawidSebastianiEnsemble unbiased {unbiased}"
            [ "unbiased", box unbiased ]
            { new Formula with
                member _.Of(x, _, _) = [| EnsembleFormula.dawidSebastiani unbiased x[0] x[1].[0] |]
            }
            { new Call with
                member _.Of(x, _) = dawidSebastianiEnsemble unbiased x[1] x[0]
            }
        |> fun entry ->
            { (entry
               |> Entry.given "different numbers up to 4 in size; + 2⁻³⁷ of the terms, over the variance" Entry.elementary (fun _ sample ->
                   let x = sample.Operands[0]
                   let m = Array.average x
                   let v = x |> Array.averageBy (fun y -> (y - m) ** 2.0)
                   let z = 1.0 + 64.0 / v

                   {
                       Value = fun _ -> 4.0 * z * z
                       Slope = fun _ _ -> 64.0 * z * z
                       Relative = 4.0
                   })) with
                IsComposed = true
            }

    let private alphas = [| 0.1; 0.5 |]

    let private weightedIntervalScore =
        Entry.rows
            "weightedIntervalScore"
            [ single "median"; single "target"; Operand.any "lower"; Operand.any "upper" ]
            (fun random format _ -> (let x = different random format 6 in [| [| x[0] |]; [| x[1] |]; x[2..3]; x[4..5] |], [||]))
            { new Formula with
                member _.Of(x, _, _) = [| EnsembleFormula.intervals alphas [| 0.5; 2.0 |] 0.75 (x[0].[0]) (x[1].[0]) x[2] x[3] |]
            }
            { new Call with
                member _.Of(x, _) = weightedIntervalScore alphas (Weights.op_Implicit [| 0.5; 2.0 |]) 0.75 x[3] x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "alphas", box alphas; "weights", box (Weights.op_Implicit [| 0.5; 2.0 |]); "medianWeight", box 0.75 ]
        |> fun entry -> { entry with Widths = [ 2 ] }
        |> summed "different numbers up to 4 in size; + 2⁻⁵⁰ of the terms of a sum" Entry.rounded 400.0 64.0
        |> Entry.promises [ Convex [ 0; 1; 2; 3 ] ]

    let private levels (width: int) = Array.init width (fun k -> (float k + 1.0) / (float width + 1.0))

    let private quantileHuberPairwise (kappa: float) =
        Entry.rows
            $"quantileHuberPairwise kappa {kappa}"
            [ Operand.any "prediction"; Operand.any "target" ]
            (fun random format width -> (let x = different random format (width + 3) in [| x[3..]; x[..2] |], [||]))
            { new Formula with
                member _.Of(x, _, _) = [| EnsembleFormula.quantileHuber kappa (levels x[0].Length) x[0] x[1] |]
            }
            { new Call with
                member _.Of(x, _) = quantileHuberPairwise kappa (levels x[0].Shape[1]) x[1] x[0]
            }
        |> Entry.withArgumentsOf (fun x _ -> [ "kappa", box kappa; "levels", box (levels x[0].Shape[1]) ])
        |> summed "different numbers up to 4 in size; + 2⁻⁵⁰ of the terms of a sum" Entry.rounded 64.0 64.0
        |> Entry.promises [ NonNegative; Convex [ 0; 1 ] ]

    let private mixtureDensityNLL =
        Entry.rows
            "mixtureDensityNLL"
            [ Operand.any "logits"; Operand.any "target"; blocks 3 "mean"; blocks 3 "logScale" ]
            (fun random format width ->
                let moderate count high = Array.init count (fun _ -> format.Round(high * (2.0 * random.NextDouble() - 1.0)))
                [| moderate 3 4.0; moderate width 4.0; moderate (3 * width) 4.0; moderate (3 * width) 1.0 |], [||])
            { new Formula with
                member _.Of(x, at, _) = [| EnsembleFormula.mixture x[0] at[0] x[1] (rowsOf 3 x[2]) (rowsOf 3 x[3]) |]
            }
            { new Call with
                member _.Of(x, _) = mixtureDensityNLL x[3] x[2] x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 1; 2; 3; 5 ] }
        |> summed "numbers up to 4, scales from 1/e to e; + 2⁻³⁷ of the terms" Entry.elementary 4e4 4e4
        |> Entry.promises []

    let private crpsMixtureNormal =
        Entry.rows
            "crpsMixtureNormal"
            [ Operand.of' Numbers.NotNegative "weights"; single "target"; Operand.any "mean"; Operand.of' Numbers.Positive "scale" ]
            (fun random format width ->
                let between low high count = Array.init count (fun _ -> format.Round(low + (high - low) * random.NextDouble()))
                [| between 0.0 1.0 width; between -4.0 4.0 1; between -4.0 4.0 width; between 0.1 4.0 width |], [||])
            { new Formula with
                member _.Of(x, _, _) = [| EnsembleFormula.crpsMixture x[0] (x[1].[0]) x[2] x[3] |]
            }
            { new Call with
                member _.Of(x, _) = crpsMixtureNormal x[3] x[2] x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 1; 2; 3; 5 ] }
        |> summed "weights to 1, numbers to 4, scales from 0.1 to 4; + 2⁻³⁷ of the terms" Entry.elementary 100.0 400.0
        |> Entry.promises []

    let private multivariateNormalNLL (diagonal: CholeskyDiagonal) (full: bool) =
        let scale =
            match diagonal with
            | CholeskyDiagonal.Exponential -> 1
            | CholeskyDiagonal.Softplus -> 2
            | _ -> 0

        Entry.rows
            $"multivariateNormalNLL {diagonal} full {full}"
            [ Operand.any "prediction"; Operand.any "target"; blocks 3 "cholesky" ]
            (fun random format width ->
                let between low high = format.Round(low + (high - low) * random.NextDouble())
                let vector () = Array.init width (fun _ -> between -4.0 4.0)

                let factor = Array.init (3 * width) (fun k -> if k / width = k % width then between 0.5 2.0 else between -2.0 2.0)

                [| vector (); vector (); factor |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let scale (y: 'T) =
                        match scale with
                        | 1 -> Notation.exp y
                        | 2 -> Notation.softplus y
                        | _ -> y

                    [| EnsembleFormula.multivariate scale full x[0] x[1] (rowsOf 3 x[2]) |]
            }
            { new Call with
                member _.Of(x, _) = multivariateNormalNLL diagonal full x[2] x[1] x[0]
            }
        |> Entry.withArguments [ "diagonal", box diagonal; "full", box full ]
        |> fun entry -> { entry with Widths = [ 3 ] }
        |> summed "numbers to 4, a diagonal from 0.5 to 2; + 2⁻³⁷ of the terms" Entry.elementary 1e5 1e6
        // What stands above the diagonal does not count.
        |> Entry.reachingWhatVaries
        |> Entry.promises []

    let private studentTNLL =
        let positive (random: Random) (format: Format) = format.Round(0.1 + 20.0 * random.NextDouble())

        Entry.elementwise
            "studentTNLL"
            [
                Operand.any "prediction"
                Operand.any "target"
                Operand.of' Numbers.Positive "scale"
                Operand.of' Numbers.Positive "df"
            ]
            { new Formula with
                member _.Of(x, _, _) = [| EnsembleFormula.studentT (x[0].[0]) (x[1].[0]) (x[2].[0]) (x[3].[0]) |]
            }
            { new Call with
                member _.Of(x, _) = studentTNLL x[3] x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            [| Draw.moderate random format; Draw.moderate random format; positive random format; positive random format |])
        |> Entry.given
            "moderate, scales and degrees of freedom from 0.1 to 20; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun _ -> 400.0) [ (fun _ -> 1e3); (fun _ -> 1e3); (fun _ -> 1e4); (fun _ -> 1e4) ])
        |> Entry.curved (fun _ -> 1e4)
        |> Entry.promises []

    let entries: Entry list =
        [
            crpsEnsemble false
            crpsEnsemble true
            twcrpsEnsemble
            energyScore 1.0 false
            energyScore 1.5 true
            variogramScore 0.5
            variogramScore 2.0
            dawidSebastianiEnsemble false
            dawidSebastianiEnsemble true
            weightedIntervalScore
            quantileHuberPairwise 1.0
            quantileHuberPairwise 0.0
            mixtureDensityNLL
            crpsMixtureNormal
            multivariateNormalNLL CholeskyDiagonal.Itself true
            multivariateNormalNLL CholeskyDiagonal.Exponential false
            multivariateNormalNLL CholeskyDiagonal.Softplus true
            studentTNLL
        ]
