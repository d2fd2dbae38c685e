namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// The formula in the notation of the textbook.
module internal RegionFormula =

    open Losses.FSharp.Notation

    let private sum (terms: 'T[]) : 'T :> IReal<'T> = Array.fold (fun a b -> a + b) (num 0.0) terms

    /// p and 1 − p of every class.
    let probabilities (activation: RegionActivation) (x: 'T[]) : ('T * 'T)[] when 'T :> IReal<'T> =
        match activation with
        | RegionActivation.Sigmoid ->
            x
            |> Array.map (fun x ->
                let l = logistic x
                l.Sigmoid, l.SigmoidOfMinus)
        | RegionActivation.Softmax ->
            let largest = Array.reduce max x |> detach
            let e = x |> Array.map (fun x -> exp (x - largest))
            let total = sum e
            let others k = e |> Array.indexed |> Array.filter (fun (i, _) -> i <> k) |> Array.map snd |> sum
            e |> Array.mapi (fun k e -> e / total, others k / total)
        | _ -> x |> Array.map (fun x -> x, num 1.0 - x)

    let value (activation: RegionActivation) shared alpha beta smooth (x: 'T[]) (t: 'T[]) : 'T :> IReal<'T> =
        let p = probabilities activation x
        let over term = Array.map2 term p t |> sum
        let both = over (fun (p, _) t -> p * t)

        if shared > 0.0 then
            let wrong =
                over (fun (p, q) t ->
                    let d = p * (num 1.0 - t) - q * t
                    d * d)

            wrong / (wrong + num shared * both + num smooth)
        else
            let wrong = num alpha * over (fun (p, _) t -> p * (num 1.0 - t)) + num beta * over (fun (_, q) t -> q * t)
            wrong / (both + wrong + num smooth)

    let matthews (activation: RegionActivation) (smooth: float) (x: 'T[]) (t: 'T[]) : 'T :> IReal<'T> =
        let p = probabilities activation x
        let over term = Array.map2 term p t |> sum
        let tp, fp = over (fun (p, _) t -> p * t), over (fun (p, _) t -> p * (num 1.0 - t))
        let fn, tn = over (fun (_, q) t -> q * t), over (fun (_, q) t -> q * (num 1.0 - t))
        let below = sqrt ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        num 1.0 - (tp * tn - fp * fn + num smooth) / (below + num smooth)

    let generalized (activation: RegionActivation) exponent smooth (numbers: float[]) (x: 'T[]) (t: 'T[]) : 'T :> IReal<'T> =
        let weights = numbers |> Array.map (fun t -> if t > 0.0 then System.Math.Pow(t, exponent) else 0.0)
        let most = Array.max weights
        let weights = Array.map2 (fun weight t -> if t > 0.0 then weight else most) weights numbers
        let p = probabilities activation x
        let over term = Array.map3 (fun (p, q) t (w: float) -> num w * term p q t) p t weights |> sum
        let wrong = over (fun p q t -> p * (num 1.0 - t) + q * t)
        wrong / (over (fun p _ t -> p + t) + num smooth)

/// Losses of regions: one sample is one region, its elements the classes at a single place.
module Regions =

    type private Given =
        {
            Options: RegionOptions
            Alpha: float
            Beta: float
            Gamma: float
            /// Of Dice and Jaccard the smoothing of the common form.
            Smooth: float
            /// What the squared form has of the part that is shared; 0 for the other.
            Shared: float
        }

    let private options activation squared =
        { RegionOptions.Default with
            Activation = activation
            Over = RegionScope.SampleAndClasses
            Squared = squared
        }

    let private diceOf activation squared =
        let options = options activation squared

        {
            Options = options
            Alpha = 0.5
            Beta = 0.5
            Gamma = 1.0
            Smooth = if squared then options.Smooth else options.Smooth / 2.0
            Shared = if squared then 2.0 else 0.0
        }

    let private jaccardOf activation squared =
        let options = options activation squared

        { diceOf activation squared with
            Alpha = 1.0
            Beta = 1.0
            Smooth = options.Smooth
            Shared = if squared then 1.0 else 0.0
        }

    let private tverskyOf activation alpha beta gamma = { jaccardOf activation false with Alpha = alpha; Beta = beta; Gamma = gamma }

    // Logits that no exponential loses, and targets of every kind.
    let private drawn (given: Given) (random: Random) (format: Format) (width: int) =
        let prediction () =
            if given.Options.Activation = RegionActivation.None then
                format.Round(random.NextDouble())
            else
                let x = Draw.moderate random format
                if abs x < 30.0 then x else format.Round(x / 4.0)

        let target () =
            match random.Next 4 with
            | 0 -> 0.0
            | 1 -> 1.0
            | _ -> format.Round(random.NextDouble())

        Array.init width (fun _ -> prediction ()), Array.init width (fun _ -> target ())

    let private formula (given: Given) =
        { new Formula with
            member _.Of(x, _, labels) =
                let targets =
                    if labels.Length > 0 then
                        Array.init x[0].Length (fun k -> Notation.num (if k = labels[0] then 1.0 else 0.0))
                    else
                        x[1]

                let value = RegionFormula.value given.Options.Activation given.Shared given.Alpha given.Beta given.Smooth x[0] targets

                [| (if given.Gamma = 1.0 then value else Notation.power given.Gamma value) |]
        }

    // The slopes of a region are differences: what is shared and what is not.
    let private terms (given: Given) (_: Format) (sample: Sample) : Terms =
        let x = sample.Operands[0] |> Array.map Real
        let p = RegionFormula.probabilities given.Options.Activation x |> Array.map (fun (p, q) -> p.Value, q.Value)

        let t =
            if sample.Labels.Length > 0 then
                Array.init x.Length (fun k -> if k = sample.Labels[0] then 1.0 else 0.0)
            else
                sample.Operands[1]

        let sum term = Array.map2 term p t |> Array.sum
        let shared = sum (fun (p, _) t -> p * t)

        let wrong =
            if given.Shared > 0.0 then
                sum (fun (p, q) t -> (p * (1.0 - t) - q * t) ** 2.0)
            else
                given.Alpha * sum (fun (p, _) t -> p * (1.0 - t)) + given.Beta * sum (fun (_, q) t -> q * t)

        let below = wrong + (if given.Shared > 0.0 then given.Shared * shared else shared) + given.Smooth

        let value = wrong / below
        let isSoftmax = (given.Options.Activation = RegionActivation.Softmax)
        let rate = 4.0 * (max 1.0 (max given.Alpha given.Beta)) / below

        // What a value is off by before the exponent: a difference from 1 of a softmax, the difference of a square.
        let lost =
            if isSoftmax then
                rate * float x.Length
            elif given.Shared > 0.0 then
                rate * sum (fun (p, q) t -> abs (p * (1.0 - t) - q * t) * max (p * (1.0 - t)) (q * t))
            else
                0.0

        let power exponent = if value = 0.0 then 0.0 else value ** exponent
        let steepness = if given.Gamma = 1.0 then 1.0 else given.Gamma * power (given.Gamma - 1.0)

        let bend =
            if given.Gamma = 1.0 then
                0.0
            else
                abs (given.Gamma * (given.Gamma - 1.0)) * power (given.Gamma - 2.0) * lost

        {
            // An exponent multiplies what its base is off by.
            Value = fun _ -> steepness * lost + (if given.Gamma = 1.0 then 0.0 else given.Gamma * power given.Gamma)
            Slope =
                fun operand k ->
                    let p', q' = p[k]

                    let own =
                        if operand = 1 then 1.0
                        elif isSoftmax then 2.0 * p'
                        elif given.Options.Activation = RegionActivation.Sigmoid then p' * q'
                        else 1.0

                    (steepness + bend) * rate * own
            Relative = 0.0
        }

    let private labels (y: int[][]) = Labels(ReadOnlySpan(Array.map Array.head y), Shape [| y.Length |])

    let private entry (name: string) (given: Given) (isLabelled: bool) (call: Call) =
        let name =
            name
            + (match given.Options.Activation with
               | RegionActivation.Sigmoid -> " of logits"
               | RegionActivation.Softmax -> " of a softmax"
               | _ -> "")
            + (if given.Shared > 0.0 then " squared" else "")
            + (if given.Gamma = 1.0 then "" else $" gamma {given.Gamma}")

        let prediction =
            if given.Options.Activation = RegionActivation.None then
                Operand.of' Numbers.Probability "prediction"
            else
                Operand.any "prediction"

        let operands = if isLabelled then [ prediction ] else [ prediction; Operand.of' Numbers.Probability "target" ]

        let draw random format width =
            let x, t = drawn given random format width
            if isLabelled then [| x |], [| random.Next width |] else [| x; t |], [||]

        Entry.rows name operands draw (formula given) call
        |> Entry.given
            "logits up to 30 in size; where the terms of a slope, or what a softmax lacks of 1, cancel, in units of those; an exponent multiplies the error of its base"
            Entry.elementary
            (terms given)
        |> Entry.promises [ NonNegative ]
        |> Entry.withArgumentsOf (fun _ y ->
            [
                "activation", box given.Options.Activation
                "over", box given.Options.Over
                "smooth", box given.Options.Smooth

                if isLabelled then
                    "labels", box (labels y)

                if name.StartsWith "tversky" then
                    "alpha", box given.Alpha
                    "beta", box given.Beta
                    "gamma", box given.Gamma
                else
                    "squared", box given.Options.Squared
            ])

    let private isOfLogits (activation: RegionActivation) = if activation = RegionActivation.Sigmoid then " of logits" else ""

    let private ofShares
        (name: string)
        (activation: RegionActivation)
        (smooth: float)
        (extra: (string * objnull) list)
        (formula: Formula)
        (terms: Sample -> (float * float)[] -> Terms)
        (call: RegionOptions -> Call)
        =
        let given = { diceOf activation false with Options = { options activation false with Smooth = smooth } }

        let prediction =
            if activation = RegionActivation.None then
                Operand.of' Numbers.Probability "prediction"
            else
                Operand.any "prediction"

        let draw random format width =
            let x, t = drawn given random format width
            [| x; t |], [||]

        Entry.rows
            (name + isOfLogits activation)
            [ prediction; Operand.of' Numbers.Probability "target" |> Operand.constant ]
            draw
            formula
            (call given.Options)
        |> Entry.given "logits up to 30 in size; + 2⁻³⁷ of the terms" Entry.elementary (fun _ sample ->
            let x = sample.Operands[0] |> Array.map Real
            terms sample (RegionFormula.probabilities activation x |> Array.map (fun (p, q) -> p.Value, q.Value)))
        |> Entry.promises [ NonNegative ]
        |> Entry.withArguments (extra @ [ "activation", box activation; "over", box given.Options.Over; "smooth", box smooth ])

    let private ownSlope (activation: RegionActivation) (p: float, q: float) = if activation = RegionActivation.Sigmoid then p * q else 1.0

    let private matthews (activation: RegionActivation) (smooth: float) =
        ofShares
            "matthews"
            activation
            smooth
            []
            { new Formula with
                member _.Of(x, _, _) = [| RegionFormula.matthews activation smooth x[0] x[1] |]
            }
            (fun sample p ->
                let t = sample.Operands[1]
                let sum term = Array.map2 term p t |> Array.sum
                let tp, fp = sum (fun (p, _) t -> p * t), sum (fun (p, _) t -> p * (1.0 - t))
                let fn, tn = sum (fun (_, q) t -> q * t), sum (fun (_, q) t -> q * (1.0 - t))
                let below = sqrt ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) + smooth

                {
                    Value = fun _ -> 4.0
                    Slope = fun _ k -> ownSlope activation p[k] * (8.0 * float t.Length / below + 4.0 / (tp + fp) + 4.0 / (tn + fn))
                    Relative = 0.0
                })
            (fun options ->
                { new Call with
                    member _.Of(x, _) = matthews options x[1] x[0]
                })
        |> Entry.promises []

    let private generalized (weight: RegionWeight) (activation: RegionActivation) =
        let exponent =
            match weight with
            | RegionWeight.Square -> -2.0
            | RegionWeight.Simple -> -1.0
            | _ -> 0.0

        let smooth = RegionOptions.Default.Smooth

        ofShares
            $"generalizedDice {weight}"
            activation
            smooth
            [ "weight", box weight ]
            { new Formula with
                member _.Of(x, at, _) = [| RegionFormula.generalized activation exponent smooth at[1] x[0] x[1] |]
            }
            (fun sample p ->
                let t = sample.Operands[1]
                let weights = t |> Array.map (fun t -> if t > 0.0 then t ** exponent else 0.0)
                let most = Array.max weights
                let weights = Array.map2 (fun w t -> if t > 0.0 then w else most) weights t
                let below = Array.map3 (fun (p, _) t w -> w * (p + t)) p t weights |> Array.sum

                {
                    Value = fun _ -> 0.0
                    Slope = fun _ k -> 8.0 * ownSlope activation p[k] * weights[k] / (below + smooth)
                    Relative = 0.0
                })
            (fun options ->
                { new Call with
                    member _.Of(x, _) = generalizedDice options weight x[1] x[0]
                })

    let private generalizedOfLabels =
        let activation, smooth = RegionActivation.Softmax, RegionOptions.Default.Smooth
        let given = { diceOf activation false with Options = { options activation false with Smooth = smooth } }

        let hot width (labels: int[]) = Array.init width (fun c -> if c = labels[0] then 1.0 else 0.0)

        Entry.rows
            "generalizedDiceWithLabels of a softmax"
            [ Operand.any "prediction" ]
            (fun random format width -> [| fst (drawn given random format width) |], [| random.Next width |])
            { new Formula with
                member _.Of(x, _, y) =
                    let t = hot x[0].Length y
                    [| RegionFormula.generalized activation -2.0 smooth t x[0] (Array.map Notation.num t) |]
            }
            { new Call with
                member _.Of(x, y) = generalizedDiceWithLabels given.Options RegionWeight.Square (labels y) x[0]
            }
        |> Entry.given "logits up to 30 in size; + 2⁻³⁷ of what a softmax lacks of 1" Entry.elementary (fun _ _ ->
            {
                Value = fun _ -> 1.0
                Slope = fun _ _ -> 8.0
                Relative = 0.0
            })
        |> Entry.promises [ NonNegative ]
        |> Entry.withArgumentsOf (fun _ y ->
            [
                "labels", box (labels y)
                "weight", box RegionWeight.Square
                "activation", box activation
                "over", box given.Options.Over
                "smooth", box smooth
            ])
        |> fun entry -> { entry with IsComposed = true }

    let entries: Entry list =
        [
            generalizedOfLabels
            matthews RegionActivation.Sigmoid 1e-5
            matthews RegionActivation.None 0.25
            generalized RegionWeight.Square RegionActivation.Sigmoid
            generalized RegionWeight.Simple RegionActivation.None
            generalized RegionWeight.Uniform RegionActivation.Sigmoid

            for given in [ diceOf RegionActivation.None false; diceOf RegionActivation.Sigmoid false; diceOf RegionActivation.Sigmoid true ] do
                entry
                    "dice"
                    given
                    false
                    { new Call with
                        member _.Of(x, _) = dice given.Options x[1] x[0]
                    }

            for given in [ diceOf RegionActivation.Softmax false; diceOf RegionActivation.Softmax true ] do
                entry
                    "diceWithLabels"
                    given
                    true
                    { new Call with
                        member _.Of(x, y) = diceWithLabels given.Options (labels y) x[0]
                    }

            for given in [ jaccardOf RegionActivation.None true; jaccardOf RegionActivation.Sigmoid false ] do
                entry
                    "jaccard"
                    given
                    false
                    { new Call with
                        member _.Of(x, _) = jaccard given.Options x[1] x[0]
                    }

            let given = jaccardOf RegionActivation.Softmax false

            entry
                "jaccardWithLabels"
                given
                true
                { new Call with
                    member _.Of(x, y) = jaccardWithLabels given.Options (labels y) x[0]
                }

            for given in [ tverskyOf RegionActivation.Sigmoid 0.3 0.7 1.0; tverskyOf RegionActivation.None 0.3 0.7 2.0 ] do
                entry
                    "tversky"
                    given
                    false
                    { new Call with
                        member _.Of(x, _) = tversky given.Options given.Alpha given.Beta given.Gamma x[1] x[0]
                    }

            let given = tverskyOf RegionActivation.Softmax 0.3 0.7 0.75

            entry
                "tverskyWithLabels"
                given
                true
                { new Call with
                    member _.Of(x, y) = tverskyWithLabels given.Options given.Alpha given.Beta given.Gamma (labels y) x[0]
                }
        ]
