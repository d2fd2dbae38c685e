namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The formulas in the notation of the textbook.
module internal PreferenceFormula =

    open Losses.FSharp.Notation

    let private minus (x: 'T) : 'T :> IReal<'T> = num 0.0 - x

    // −log σ of a number, as the textbook has it.
    let private surprise (x: 'T) : 'T :> IReal<'T> = log1p (exp (minus x))

    let private sigmoid (x: 'T) : 'T :> IReal<'T> = num 1.0 / (num 1.0 + exp (minus x))

    let private square (x: 'T) : 'T :> IReal<'T> = x * x

    let formula (o: PreferenceOptions) (chosen: 'T) (rejected: 'T) : 'T :> IReal<'T> =
        let score (x: 'T) =
            match o.Score with
            | PreferenceScore.ForwardKL -> minus (exp (minus x))
            | PreferenceScore.JensenShannon -> log (sigmoid x)
            | PreferenceScore.Alpha -> exp (num (Operators.(-) o.Alpha 1.0) * x) / num (Operators.(-) o.Alpha 1.0)
            | _ -> x

        let c, r = score chosen, score rejected
        let beta: 'T = num o.Beta
        let e: 'T = num o.LabelSmoothing
        let z = beta * (c - r) - num o.Margin
        let half: 'T = num (0.5 ./. o.Beta)

        match o.Form with
        | PreferenceForm.Hinge -> hinge (num 1.0 - z)
        | PreferenceForm.IPO -> square (c - r - half)
        | PreferenceForm.EXO ->
            let q, rest = sigmoid z, sigmoid (minus z)
            q * log (q / (num 1.0 - e)) + rest * log (rest / e)
        | PreferenceForm.NCA -> surprise (beta * c) + num 0.5 * surprise (minus (beta * c)) + num 0.5 * surprise (minus (beta * r))
        | PreferenceForm.Robust -> ((num 1.0 - e) * surprise z - e * surprise (minus z)) / (num 1.0 - num 2.0 * e)
        | PreferenceForm.BCO -> surprise (beta * c) + surprise (minus (beta * r))
        | PreferenceForm.SPPO -> square (c - half) + square (r + half)
        | PreferenceForm.APOZero -> sigmoid (minus (beta * chosen)) + sigmoid (beta * rejected)
        | PreferenceForm.APODown -> sigmoid (beta * chosen) + sigmoid (minus z)
        | PreferenceForm.DiscoPOP ->
            let m, rest = sigmoid (z / num o.Tau), sigmoid (minus (z / num o.Tau))
            rest * surprise z + m * exp (minus z)
        | _ -> (num 1.0 - e) * surprise z + e * surprise (minus z)

    /// Of each token, in probabilities.
    let policy (o: PolicyOptions) (x: 'T[]) (old: 'T[]) (reference: 'T[]) (advantage: 'T) : 'T[] when 'T :> IReal<'T> =
        let mean = Formulas.total (Array.map2 (fun a b -> a - b) x old) / num (float x.Length)

        Array.init x.Length (fun k ->
            let ratio = if o.Level = PolicyLevel.Sequence then exp mean else exp x[k] / exp old[k]

            let gain =
                match o.Form with
                | PolicyForm.CISPO -> detach (min ratio (num o.EpsilonHigh)) * advantage * x[k]
                | PolicyForm.SAPO ->
                    let t = ifLess (num 0.0) advantage (num o.TemperaturePositive) (num o.TemperatureNegative)
                    num 4.0 / t * sigmoid (t * (ratio - num 1.0)) * advantage
                | _ ->
                    let low, high = num (Operators.(-) 1.0 o.EpsilonLow), num (Operators.(+) 1.0 o.EpsilonHigh)
                    min (min ratio (num o.Delta) * advantage) (max low (min high ratio) * advantage)

            if o.Beta = 0.0 then
                minus gain
            else
                let u = reference[k] - x[k]
                num o.Beta * (exp u - u - num 1.0) * (if o.BiasCorrection then ratio else num 1.0) - gain)

/// Losses of answers that are preferred to others.
module Preferences =

    let private terms (condition: string) (slack: float) (value: float) (slope: float) (relative: float) (entry: Entry) =
        entry
        |> Entry.given condition slack (fun _ _ ->
            {
                Value = fun _ -> value
                Slope = fun _ _ -> slope
                Relative = relative
            })

    // Log-ratios of sequences, often nearly the same.
    let private ratios (random: Random) (format: Format) =
        let ratio () = format.Round(16.0 * random.NextDouble() - 8.0)
        let x = ratio ()

        [|
            x
            (if random.Next 4 = 0 then
                 format.Round(x + Math.ScaleB(random.NextDouble() - 0.5, -random.Next 20))
             else
                 ratio ())
        |]

    let private preferenceCase (laws: Law list) (o: PreferenceOptions) =
        Entry.elementwise
            $"preference {o.Form} {o.Score}"
            [ Operand.any "chosen"; Operand.any "rejected" ]
            { new Formula with
                member _.Of(x, _, _) = [| PreferenceFormula.formula o (x[0][0]) (x[1][0]) |]
            }
            { new Call with
                member _.Of(x, _) = preference o x[1] x[0]
            }
        |> Entry.drawn ratios
        |> Entry.withArguments
            [
                "form", box o.Form
                "beta", box o.Beta
                "labelSmoothing", box o.LabelSmoothing
                "margin", box o.Margin
                "tau", box o.Tau
                "score", box o.Score
                "alpha", box o.Alpha
            ]
        |> terms "log-ratios within ±8; + 2⁻³⁷ of the terms" Entry.elementary 200.0 400.0 200.0
        |> Entry.curved (fun _ -> 400.0)
        |> Entry.promises laws
        |> fun entry -> { entry with IsComposed = true }

    let private preferences =
        let o = { PreferenceOptions.Default with Beta = 0.5 }

        [
            preferenceCase [ NonNegative; Convex [ 0; 1 ]; Asymmetric ] o
            preferenceCase
                [ NonNegative; Asymmetric ]
                { o with Score = PreferenceScore.JensenShannon; LabelSmoothing = 0.125; Margin = 0.25 }
            preferenceCase [ NonNegative; Asymmetric ] { o with Form = PreferenceForm.Hinge; Score = PreferenceScore.Alpha; Alpha = 0.75 }
            preferenceCase [ NonNegative; Convex [ 0; 1 ]; Asymmetric ] { o with Form = PreferenceForm.IPO }
            preferenceCase [ NonNegative; Asymmetric ] { o with Form = PreferenceForm.EXO; LabelSmoothing = 0.125 }
            preferenceCase [ NonNegative; Convex [ 0; 1 ]; Asymmetric ] { o with Form = PreferenceForm.NCA }
            preferenceCase [ Convex [ 0; 1 ]; Asymmetric ] { o with Form = PreferenceForm.Robust; LabelSmoothing = 0.125 }
            preferenceCase [ NonNegative; Convex [ 0; 1 ]; Asymmetric ] { o with Form = PreferenceForm.BCO }
            preferenceCase [ NonNegative; Asymmetric ] { o with Form = PreferenceForm.SPPO; Score = PreferenceScore.ForwardKL; Beta = 2.0 }
            preferenceCase [ NonNegative; Asymmetric ] { o with Form = PreferenceForm.APOZero }
            preferenceCase [ NonNegative; Asymmetric ] { o with Form = PreferenceForm.APODown }
            preferenceCase [ NonNegative; Asymmetric ] { o with Form = PreferenceForm.DiscoPOP; Tau = 0.5 }
        ]

    let private aotCase =
        let o = { PreferenceOptions.Default with Beta = 0.5; LabelSmoothing = 0.125 }

        Entry.rows
            "aot beta 0.5"
            [ Operand.any "chosen"; Operand.any "rejected" ]
            (fun random format width ->
                let row () = Array.init width (fun _ -> format.Round(16.0 * random.NextDouble() - 8.0))
                [| row (); row () |], [||])
            { new Formula with
                member _.Of(x, at, _) =
                    let places (row: float[]) = Array.init row.Length id |> Array.sortBy (fun i -> -row[i])
                    Array.map2 (fun c r -> PreferenceFormula.formula o (x[0][c]) (x[1][r])) (places at[0]) (places at[1])
            }
            { new Call with
                member _.Of(x, _) = aot 0.5 0.125 x[1] x[0]
            }
        |> Entry.withArguments [ "beta", box 0.5; "labelSmoothing", box 0.125 ]
        |> terms "log-ratios within ±8; + 2⁻³⁷ of the terms" Entry.elementary 8.0 2.0 16.0
        |> Entry.promises [ NonNegative; Asymmetric ]
        |> fun entry -> { entry with IsComposed = true }

    let private bradleyTerryCase (centring: float) =
        Entry.pointwise3
            $"bradleyTerry centring {centring}"
            (BradleyTerry centring)
            [ Operand.any "chosen"; Operand.any "rejected"; Operand.any "margin" ]
            { new Call with
                member _.Of(x, _) = bradleyTerry centring x[2] x[1] x[0]
            }
        |> Entry.drawn (fun random format -> [| Draw.moderate random format; Draw.moderate random format; Draw.moderate random format |])
        |> Entry.withArguments [ "centring", box centring ]
        |> terms "|x| ≤ 80; + 2⁻³⁷ of the terms" Entry.elementary (25600.0 * centring) (320.0 * centring) 256.0
        |> Entry.curved (fun _ -> 1.0 + 2.0 * centring)
        |> Entry.promises [ NonNegative; Convex [ 0; 1; 2 ]; Asymmetric ]

    let private signed (name: string) (definition: 'L) (arguments: (string * objnull) list) (laws: Law list) (call: Call) =
        Entry.pointwise name definition [ Operand.any "prediction"; Operand.of' Numbers.Sign "target" ] call
        |> Entry.drawn (fun random format -> [| Draw.moderate random format; Draw.sign random |])
        |> Entry.withArguments arguments
        |> terms "|x| ≤ 80; a sum before an exponential: relative 2⁻⁴⁵" Entry.elementary 1.0 1.0 100.0
        |> Entry.promises laws

    let private ktoCase =
        let o = { Beta = 0.5; Divergence = 0.75; DesirableWeight = 1.5; UndesirableWeight = 0.5 }

        signed
            "kto beta 0.5"
            (KTO(o.Beta, o.Divergence, o.DesirableWeight, o.UndesirableWeight))
            [
                "beta", box o.Beta
                "divergence", box o.Divergence
                "desirableWeight", box o.DesirableWeight
                "undesirableWeight", box o.UndesirableWeight
            ]
            [ NonNegative; Lipschitz(0, 0.1875) ]
            { new Call with
                member _.Of(x, _) = kto o x[1] x[0]
            }
        // The exponential multiplies what was lost of its argument.
        |> Entry.curved (fun x ->
            let z = o.Beta * abs (x[0] - o.Divergence)
            0.25 * o.DesirableWeight * o.Beta * o.Beta * (1.0 + z) * exp -z)

    let private bcoCase =
        signed
            "bco beta 0.5"
            (BCO(0.5, 0.25))
            [ "beta", box 0.5; "delta", box 0.25 ]
            [ NonNegative; Convex [ 0 ]; Lipschitz(0, 0.5) ]
            { new Call with
                member _.Of(x, _) = bco 0.5 0.25 x[1] x[0]
            }

    let private orpoCase =
        Entry.pointwise
            "orpo beta 0.5"
            (ORPO 0.5)
            [ Operand.of' Numbers.NotPositive "chosen"; Operand.of' Numbers.NotPositive "rejected" ]
            { new Call with
                member _.Of(x, _) = orpo 0.5 x[1] x[0]
            }
        |> Entry.drawn (fun random format ->
            let x () = format.Round(-8.0 * random.NextDouble() - 0.01)
            [| x (); x () |])
        |> Entry.withArguments [ "beta", box 0.5 ]
        |> terms "log-probabilities from −8 to −0.01; + 2⁻³⁷ of the terms" Entry.elementary 8.0 200.0 32.0
        |> Entry.curved (fun _ -> 2e4)
        |> Entry.promises [ NonNegative; Asymmetric ]

    let private policyCase (o: PolicyOptions) =
        let draw (random: Random) (format: Format) width =
            let row () = Array.init width (fun _ -> format.Round(-4.0 * random.NextDouble() - 0.05))
            let x = row ()
            let near () = x |> Array.map (fun y -> format.Round(y + 0.8 * random.NextDouble() - 0.4))
            [| x; near (); near (); [| format.Round(4.0 * random.NextDouble() - 2.0) |] |]

        Entry.rows
            $"policyGradient {o.Form} {o.Level}"
            [
                Operand.any "logProbabilities"
                Operand.constant (Operand.any "old")
                Operand.constant (Operand.any "reference")
                Operand.constant (Operand.laid Layout.Single (Operand.any "advantages"))
            ]
            (fun random format width -> draw random format width, [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let tokens = PreferenceFormula.policy o x[0] x[1] x[2] (x[3][0])

                    if o.Mean = PolicyMean.Tokens then
                        tokens
                    else
                        [| Notation.(/) (Formulas.total tokens) (Notation.num (float tokens.Length)) |]
            }
            { new Call with
                member _.Of(x, _) = policyGradient o x[3] x[2] x[1] x[0]
            }
        |> fun entry ->
            { entry with
                Plain = fun random format width -> { Operands = draw random format width; Labels = [||] }
            }
        |> Entry.withArguments
            [
                "form", box o.Form
                "level", box o.Level
                "mean", box o.Mean
                "epsilonLow", box o.EpsilonLow
                "epsilonHigh", box o.EpsilonHigh
                "delta", box o.Delta
                "beta", box o.Beta
                "biasCorrection", box o.BiasCorrection
                "temperaturePositive", box o.TemperaturePositive
                "temperatureNegative", box o.TemperatureNegative
                "mask", box o.Mask
                "tokenWeights", box o.TokenWeights
            ]
        |> terms "tokens from e^−4 on, ratios within e^±0.4; + 2⁻³⁷ of the terms" Entry.elementary 32.0 32.0 16.0
        |> Entry.reaching (fun sample o' k ->
            let all = [ 0 .. sample.Operands[0].Length - 1 ]

            if o' = 2 && o.Beta = 0.0 then []
            elif o.Mean = PolicyMean.Sequences then [ 0 ]
            elif o' = 3 || o' < 2 && o.Level = PolicyLevel.Sequence then all
            else [ k ])
        |> fun entry -> { entry with IsComposed = true }

    let private policies =
        let o = PolicyOptions.Default

        [
            policyCase { o with Mean = PolicyMean.Tokens; Beta = 0.125; Delta = 1.25; BiasCorrection = true }
            policyCase { o with Level = PolicyLevel.Sequence; Beta = 0.125 }
            policyCase { o with Form = PolicyForm.CISPO; EpsilonHigh = 1.25; Mean = PolicyMean.Tokens }
            policyCase { o with Form = PolicyForm.SAPO }
        ]

    let entries: Entry list =
        preferences @ policies @ [ aotCase; bradleyTerryCase 0.0; bradleyTerryCase 0.25; ktoCase; bcoCase; orpoCase ]
