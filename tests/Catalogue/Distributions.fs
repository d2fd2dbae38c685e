namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The formulas as a textbook has them; 106 bits are enough for what cancels in them.
module internal DistributionFormula =

    open Losses.FSharp.Notation

    let private normal (x: 'T) : 'T :> IReal<'T> = 0.5 .* erf (x / sqrt (num 2.0))

    let private density (x: 'T) : 'T :> IReal<'T> = exp (-0.5 .* (x * x)) / sqrt (num (2.0 *. Math.PI))

    // Φ at the ends of all numbers.
    let private at (number: float) (x: 'T) (f: 'T -> 'T) (far: float) : 'T :> IReal<'T> =
        if Double.IsInfinity number then num (if number > 0.0 then far else Operators.(~-) far) else f x

    let private inside (x: float[]) = x[1] >= x[3] && x[1] <= x[4]

    // The pieces of an interval, from a to z and to b, in standard units.
    let private masses (x: 'T[]) (numbers: float[]) (z: 'T) : struct ('T * 'T) when 'T :> IReal<'T> =
        let a = at numbers[3] ((x[3] - x[0]) / x[2]) normal 0.5
        let b = at numbers[4] ((x[4] - x[0]) / x[2]) normal 0.5
        let middle = normal z
        struct (middle - a, b - middle)

    let truncatedNormal (x: 'T[]) (numbers: float[]) : 'T :> IReal<'T> =
        let z = (x[1] - x[0]) / x[2]
        let struct (below, above) = masses x numbers z

        if inside numbers then
            0.5 .* (z * z) + log x[2] + num (0.5 *. Math.Log(2.0 *. Math.PI)) + log (below + above)
        else
            num infinity

    let crpsTruncatedNormal (x: 'T[]) (numbers: float[]) : 'T :> IReal<'T> =
        let cut =
            if numbers[1] < numbers[3] then x[3]
            elif numbers[1] > numbers[4] then x[4]
            else x[1]

        let z = (cut - x[0]) / x[2]
        let struct (below, above) = masses x numbers z
        let mass = below + above
        let root = sqrt (num 2.0)
        let end' k = at numbers[k] (root * ((x[k] - x[0]) / x[2])) normal 0.5
        let spread = (end' 4 - end' 3) / (sqrt (num Math.PI) * mass * mass)
        abs (x[1] - cut) + x[2] * (z * ((below - above) / mass) + 2.0 .* (density z / mass) - spread)

    // −κ cos d + log 2π Σ (¼κ²)ᵏ/k!²
    let vonMises (x: 'T) (t: 'T) (k: 'T) : 'T :> IReal<'T> =
        let q = 0.25 .* (k * k)
        let mutable term: 'T = num 1.0
        let mutable sum: 'T = num 1.0

        for i in 1..120 do
            term <- term * q / num (float i *. float i)
            sum <- sum + term

        log sum + num (Math.Log(2.0 *. Math.PI)) - k * cos (x - t)

    /// P(k, x), the sum of its series: all its terms are above 0.
    let private gammaBelow (k: 'T) (x: 'T) : 'T :> IReal<'T> =
        let mutable term: 'T = num 1.0
        let mutable sum: 'T = num 1.0

        for n in 1..160 do
            term <- term * x / (k + num (float n))
            sum <- sum + term

        exp (k * log x - x - logGamma (k + num 1.0)) * sum

    let private beta (a: 'T) (b: 'T) : 'T :> IReal<'T> = exp (logGamma a + logGamma b - logGamma (a + b))

    let crpsGamma (k: 'T) (t: 'T) (rate: 'T) (number: float) : 'T :> IReal<'T> =
        let mean = k / rate
        let constant = num 1.0 / (rate * beta (num 0.5) k)

        if number > 0.0 then
            let below, next = gammaBelow k (rate * t), gammaBelow (k + num 1.0) (rate * t)
            t * (2.0 .* below - num 1.0) - mean * (2.0 .* next - num 1.0) - constant
        else
            mean - t - constant

    // I_s(a, b) by its series, all terms of which are above 0.
    let private betaBelow (s: 'T) (a: 'T) (b: 'T) : 'T :> IReal<'T> =
        let mutable term: 'T = num 1.0
        let mutable sum: 'T = num 1.0

        for n in 0..200 do
            let n = num (float n)
            term <- term * s * (a + b + n) / (a + num 1.0 + n)
            sum <- sum + term

        exp (a * log s + b * log1p (num 0.0 - s)) / (a * beta a b) * sum

    /// F(z) − F(−z) of a z above 0.
    let private studentMass (df: 'T) (z: 'T) : 'T :> IReal<'T> =
        let half: 'T = num 0.5
        let inside = z * z / (df + z * z)
        let near = betaBelow (min half inside) half (half * df)
        let far = num 1.0 - betaBelow (min half (df / (df + z * z))) (half * df) half
        ifLess inside half near far

    let crpsStudentT (x: 'T) (t: 'T) (scale: 'T) (df: 'T) (number: float) : 'T :> IReal<'T> =
        let half: 'T = num 0.5
        let z = (t - x) / scale
        let density = exp (num 0.0 - 0.5 .* ((df + num 1.0) * log1p (z * z / df))) / (sqrt df * beta half (half * df))
        let ratio = beta half (df - half) / (beta half (half * df) * beta half (half * df))

        let mass =
            if number = 0.0 then
                z * (2.0 .* density)
            else
                studentMass df (if number < 0.0 then num 0.0 - z else z)

        let mass = if number < 0.0 then num 0.0 - mass else mass
        let rest = 2.0 .* (density * (df + z * z) - sqrt df * ratio) / (df - num 1.0)
        scale * (z * mass + rest)

    let robust (x: 'T) (t: 'T) (alpha: 'T) (scale: 'T) : 'T :> IReal<'T> =
        let z = (x - t) / scale
        let distance = abs (alpha - num 2.0)
        distance / alpha * (exp (0.5 .* alpha * log1p (z * z / distance)) - num 1.0)

/// Distributions that take a special function, and Barron's loss with tensors for its parameters.
module Distributions =

    let private between (random: Random) (format: Format) low high = format.Round(low + (high - low) * random.NextDouble())

    // A mean, a scale, an interval up to some five scales away from it, or open, and a target in it, or out of it now and then.
    let private interval (outside: bool) (random: Random) (format: Format) =
        let next = between random format
        let x, s = next -2.0 2.0, next 0.25 2.0
        let lower = format.Round(x + s * next -5.0 4.0)
        let upper = format.Round(lower + s * next 0.5 4.0)

        let lower, upper =
            match random.Next 4 with
            | 0 when upper > x -> -infinity, upper
            | 1 when lower < x + 4.0 * s -> lower, infinity
            | _ -> lower, upper

        let near = if Double.IsInfinity lower then upper - s else lower
        let t = format.Round(near + random.NextDouble() * (if Double.IsInfinity upper then s else min s (upper - near)))
        let t = if outside && random.Next 6 = 0 then format.Round(near - s) else t
        [| x; t; s; lower; upper |]

    let private truncated (name: string) (formula: Formula) (call: Call) =
        { Entry.elementwise
              name
              [
                  Operand.any "prediction"
                  Operand.any "target"
                  Operand.of' Numbers.Positive "scale"
                  Operand.any "lower"
                  Operand.any "upper"
              ]
              formula
              call with
            IsComposed = true
            Plain =
                fun random format _ ->
                    let x = interval false random format
                    let finite value other = if Double.IsInfinity value then other else value

                    {
                        Operands =
                            [| x[0]; x[1]; x[2]; finite x[3] (x[1] - 3.0); finite x[4] (x[1] + 3.0) |]
                            |> Array.map (format.Round >> Array.singleton)
                        Labels = [||]
                    }
        }
        |> Entry.drawn (interval true)

    // What an interval's probability is divided by where it is small for its place: φ at its nearer end over it, some 10 where it is half a scale wide.
    let private truncatedNormalNLL =
        truncated
            "truncatedNormalNLL"
            { new Formula with
                member _.Of(x, at, _) = [| DistributionFormula.truncatedNormal (Array.map Array.head x) (Array.map Array.head at) |]
            }
            { new Call with
                member _.Of(x, _) = truncatedNormalNLL x[4] x[3] x[2] x[1] x[0]
            }
        |> Entry.given
            "scales from ¼ to 2, intervals of half a scale or more up to 5 away; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun _ -> 64.0) [ (fun _ -> 512.0); (fun _ -> 512.0); (fun _ -> 4096.0); (fun _ -> 512.0); (fun _ -> 512.0) ])
        |> Entry.curved (fun _ -> 1e6)

    let private crpsTruncatedNormal =
        truncated
            "crpsTruncatedNormal"
            { new Formula with
                member _.Of(x, at, _) = [| DistributionFormula.crpsTruncatedNormal (Array.map Array.head x) (Array.map Array.head at) |]
            }
            { new Call with
                member _.Of(x, _) = crpsTruncatedNormal x[4] x[3] x[2] x[1] x[0]
            }
        |> Entry.given
            "scales from ¼ to 2, intervals of half a scale or more up to 5 away; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms
                (fun _ -> 1024.0)
                [ (fun _ -> 16384.0); (fun _ -> 1024.0); (fun _ -> 65536.0); (fun _ -> 16384.0); (fun _ -> 16384.0) ])
        |> Entry.curved (fun _ -> 1e8)
        |> Entry.promises [ NonNegative ]

    let private vonMisesNLL =
        { Entry.elementwise
              "vonMisesNLL"
              [ Operand.any "prediction"; Operand.any "target"; Operand.of' Numbers.NotNegative "concentration" ]
              { new Formula with
                  member _.Of(x, _, _) = [| DistributionFormula.vonMises (x[0].[0]) (x[1].[0]) (x[2].[0]) |]
              }
              { new Call with
                  member _.Of(x, _) = vonMisesNLL x[2] x[1] x[0]
              } with
            IsComposed = true
        }
        |> Entry.drawn (fun random format ->
            let next = between random format

            let k =
                match random.Next 4 with
                | 0 -> format.Round(Math.ScaleB(random.NextDouble(), -random.Next 20))
                | 1 -> next 29.0 31.0
                | _ -> next 0.0 60.0

            let x = next -7.0 7.0
            [| x; Draw.related random format x (fun () -> next -7.0 7.0); k |])
        |> Entry.given
            "angles within ±7 and multiples of them, κ to 60; + 2⁻³⁷ of the terms"
            Entry.elementary
            (let far (x: float[]) = 4.0 + abs x[0] + abs x[1]
             Entry.terms (fun x -> (1.0 + x[2]) * far x) [ (fun x -> x[2] * far x); (fun x -> x[2] * far x); (fun x -> 2.0 * far x) ])
        |> Entry.curved (fun x -> (1.0 + x[2]) * (4.0 + abs x[0] + abs x[1]))

    let private crpsGamma =
        { Entry.elementwise
              "crpsGamma"
              [ Operand.of' Numbers.Positive "shape"; Operand.any "target"; Operand.of' Numbers.Positive "rate" ]
              { new Formula with
                  member _.Of(x, at, _) = [| DistributionFormula.crpsGamma (x[0].[0]) (x[1].[0]) (x[2].[0]) (at[1].[0]) |]
              }
              { new Call with
                  member _.Of(x, _) = crpsGamma x[2] x[1] x[0]
              } with
            IsComposed = true
            Plain = fun random format _ -> { Operands = Array.init 3 (fun _ -> [| between random format 0.5 4.0 |]); Labels = [||] }
        }
        |> Entry.drawn (fun random format ->
            let next = between random format
            let k = if random.Next 4 = 0 then next 0.02 1.0 else next 1.0 20.0
            let rate = next 0.25 2.0
            let t = format.Round(k / rate * next 0.0625 2.0)
            [| k; (if random.Next 8 = 0 then -t else t); rate |])
        |> Entry.given
            "shapes from 0.02 to 20, rates from ¼ to 2; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun _ -> 1024.0) [ (fun x -> 1024.0 * (1.0 + 1.0 / x[0])); (fun _ -> 64.0); (fun _ -> 16384.0) ])
        |> Entry.curved (fun x -> 1e6 * (1.0 + 1.0 / (x[0] * x[0] * x[1] * x[1])))

    let private crpsStudentT =
        { Entry.elementwise
              "crpsStudentT"
              [
                  Operand.any "prediction"
                  Operand.any "target"
                  Operand.of' Numbers.Positive "scale"
                  Operand.of' Numbers.AboveOne "df"
              ]
              { new Formula with
                  member _.Of(x, at, _) =
                      [| DistributionFormula.crpsStudentT (x[0].[0]) (x[1].[0]) (x[2].[0]) (x[3].[0]) (at[1].[0] - at[0].[0]) |]
              }
              { new Call with
                  member _.Of(x, _) = crpsStudentT x[3] x[2] x[1] x[0]
              } with
            IsComposed = true
            Plain =
                fun random format _ ->
                    let next = between random format

                    {
                        Operands = [| [| next -2.0 2.0 |]; [| next -2.0 2.0 |]; [| next 0.5 2.0 |]; [| next 2.0 8.0 |] |]
                        Labels = [||]
                    }
        }
        |> Entry.drawn (fun random format ->
            let next = between random format
            let x, s = next -4.0 4.0, next 0.5 2.0
            let df = if random.Next 4 = 0 then next 1.25 2.0 else next 2.0 40.0
            [| x; (if random.Next 8 = 0 then x else next -4.0 4.0); s; df |])
        |> Entry.given
            "numbers within ±4, scales from ½ to 2, ν from 1¼ to 40; + 2⁻³⁷ of the terms"
            Entry.elementary
            (Entry.terms (fun _ -> 1024.0) [ (fun _ -> 64.0); (fun _ -> 64.0); (fun _ -> 1024.0); (fun _ -> 16384.0) ])
        |> Entry.curved (fun _ -> 1e5)
        |> Entry.promises [ Convex [ 0; 1 ]; Symmetric ]

    let private adaptiveRobust =
        { Entry.elementwise
              "adaptiveRobust"
              [ Operand.any "prediction"; Operand.any "target"; Operand.any "alpha"; Operand.of' Numbers.Positive "scale" ]
              { new Formula with
                  member _.Of(x, _, _) = [| DistributionFormula.robust (x[0].[0]) (x[1].[0]) (x[2].[0]) (x[3].[0]) |]
              }
              { new Call with
                  member _.Of(x, _) = adaptiveRobust x[3] x[2] x[1] x[0]
              } with
            IsComposed = true
        }
        |> Entry.drawn (fun random format ->
            let next = between random format

            let alpha =
                match random.Next 4 with
                | 0 -> format.Round(1e-3 * next 0.001 1.0)
                | 1 -> format.Round(2.0 + 1e-2 * next 0.01 1.0)
                | _ -> next -6.0 4.0

            [| next -4.0 4.0; next -4.0 4.0; alpha; next 0.25 4.0 |])
        |> Entry.given
            "errors to 8, scales from ¼ to 4, α from −6 to 4; + 2⁻³⁷ of the terms"
            Entry.elementary
            (let size (x: float[]) =
                let z = (x[0] - x[1]) / x[3]
                let z2 = z * z
                4.0 + 16.0 * z2 * (1.0 + z2)

             Entry.terms size [ (fun x -> 16.0 * size x); (fun x -> 16.0 * size x); (fun x -> 64.0 * size x); (fun x -> 64.0 * size x) ])
        |> Entry.curved (fun _ -> 1e7)
        |> Entry.promises [ NonNegative ]

    let entries: Entry list = [ truncatedNormalNLL; crpsTruncatedNormal; crpsGamma; crpsStudentT; vonMisesNLL; adaptiveRobust ]
