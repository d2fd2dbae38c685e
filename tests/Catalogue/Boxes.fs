namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Which loss of boxes, with its hyperparameters.
type internal BoxLoss =
    | IoU
    | Generalized
    | Distance
    | Complete of isAlphaFixed: bool
    | Efficient
    | Scylla of theta: float
    | Alpha of alpha: float
    | Wasserstein of constant: float

/// Two boxes, by their corners, as the textbook compares them.
module internal BoxFormula =

    open Losses.FSharp.Notation

    /// Of both axes.
    type Compared<'T> = { Own: 'T[]; Target: 'T[]; Shared: 'T[]; Around: 'T[]; Offset: 'T[] }

    let private larger (a: 'T) (b: 'T) : 'T :> IReal<'T> = 0.5 .* (a + b + abs (a - b))
    let private smaller (a: 'T) (b: 'T) : 'T :> IReal<'T> = 0.5 .* (a + b - abs (a - b))

    let compare (form: BoxForm) (p: 'T[]) (t: 'T[]) : Compared<'T> when 'T :> IReal<'T> =
        let corners (box: 'T[]) axis other =
            if form = BoxForm.Corners then
                box[axis], box[other], hinge (box[other] - box[axis])
            else
                let size = hinge box[other]
                box[axis] - 0.5 .* size, box[axis] + 0.5 .* size, size

        let axes =
            [|
                for axis, other in [ 0, 2; 1, 3 ] do
                    let low, high, size = corners p axis other
                    let low', high', size' = corners t axis other

                    size,
                    size',
                    hinge (smaller high high' - larger low low'),
                    hinge (larger high high' - smaller low low'),
                    0.5 .* (low + high) - 0.5 .* (low' + high')
            |]

        {
            Own = axes |> Array.map (fun (x, _, _, _, _) -> x)
            Target = axes |> Array.map (fun (_, x, _, _, _) -> x)
            Shared = axes |> Array.map (fun (_, _, x, _, _) -> x)
            Around = axes |> Array.map (fun (_, _, _, x, _) -> x)
            Offset = axes |> Array.map (fun (_, _, _, _, x) -> x)
        }

    let area (sides: 'T[]) : 'T :> IReal<'T> = sides[0] * sides[1]
    let squares (x: 'T[]) : 'T :> IReal<'T> = x[0] * x[0] + x[1] * x[1]
    let union (x: Compared<'T>) : 'T :> IReal<'T> = area x.Own + area x.Target - area x.Shared

    let over (b: 'T) (a: 'T) : 'T :> IReal<'T> = ifLess (num 0.0) b (a / ifLess (num 0.0) b b (num 1.0)) (num 0.0)

    let iou (eps: float) (x: Compared<'T>) : 'T :> IReal<'T> = area x.Shared |> over (union x + num eps)
    let lack (eps: float) (x: Compared<'T>) : 'T :> IReal<'T> = num 1.0 - iou eps x

    let generalized (eps: float) (x: Compared<'T>) : 'T :> IReal<'T> =
        lack eps x + (area x.Around - union x |> over (area x.Around + num eps))

    let distance (eps: float) (x: Compared<'T>) : 'T :> IReal<'T> = lack eps x + (squares x.Offset |> over (squares x.Around + num eps))

    let complete (isAlphaFixed: bool) (eps: float) (x: Compared<'T>) : 'T :> IReal<'T> =
        // Of boxes that have an area.
        let angle = atan (x.Target[0] / x.Target[1]) - atan (x.Own[0] / x.Own[1])
        let v = num 4.0 * angle * angle / num (System.Math.PI *. System.Math.PI)
        let alpha = v |> over (lack eps x + v + num eps)
        distance eps x + (if isAlphaFixed then detach alpha else alpha) * v

    let efficient (eps: float) (x: Compared<'T>) : 'T :> IReal<'T> =
        let longer i =
            let d = x.Own[i] - x.Target[i]
            d * d |> over (x.Around[i] * x.Around[i] + num eps)

        distance eps x + longer 0 + longer 1

    let scylla (eps: float) (theta: float) (x: Compared<'T>) : 'T :> IReal<'T> =
        let length = squares x.Offset
        let gamma = num 2.0 - (2.0 .* abs (x.Offset[0]) * abs (x.Offset[1]) |> over length)

        let cost i =
            let d = x.Offset[i] |> over x.Around[i]
            let unlike = abs (x.Own[i] - x.Target[i]) |> over (larger x.Own[i] x.Target[i])
            num 1.0 - exp (-(gamma * d * d)) + power theta (num 1.0 - exp (-unlike))

        lack eps x + 0.5 .* (cost 0 + cost 1)

    let alpha (eps: float) (alpha: float) (x: Compared<'T>) : 'T :> IReal<'T> = num 1.0 - power alpha (iou eps x)

    let wasserstein (constant: float) (x: Compared<'T>) : 'T :> IReal<'T> =
        let longer = [| x.Own[0] - x.Target[0]; x.Own[1] - x.Target[1] |]
        num 1.0 - exp (-(sqrt (squares x.Offset + 0.25 .* squares longer) / num constant))

    let value (loss: BoxLoss) (eps: float) (x: Compared<'T>) : 'T :> IReal<'T> =
        match loss with
        | IoU -> lack eps x
        | Generalized -> generalized eps x
        | Distance -> distance eps x
        | Complete isAlphaFixed -> complete isAlphaFixed eps x
        | Efficient -> efficient eps x
        | Scylla theta -> scylla eps theta x
        | Alpha exponent -> alpha eps exponent x
        | Wasserstein constant -> wasserstein constant x

/// Losses of boxes: a sample is a box and its target.
module Boxes =

    // The same boxes, nearly the same, one moved, inside, another size, far apart; anywhere and of any size that squares have room for. Boxes with an area.
    let private drawn (form: BoxForm) (isPlain: bool) (random: Random) (format: Format) =
        let unit = if isPlain then 1.0 else Math.ScaleB(1.0, random.Next(-12, 13))
        let any () = random.NextDouble() * 8.0 - 4.0
        let size () = Math.ScaleB(0.5 + random.NextDouble(), (if isPlain then 1 else random.Next(-3, 3)))
        let box = [| any (); any (); size (); size () |]

        let target =
            match (if isPlain then random.Next(4, 6) else random.Next 6) with
            | 0 -> box
            | 1 -> box |> Array.map (fun x -> x * (1.0 + Math.ScaleB(random.NextDouble(), -random.Next(4, 24))))
            | 2 -> [| box[0] + any () / 8.0; box[1] + any () / 8.0; box[2]; box[3] |]
            | 3 -> [| box[0]; box[1]; box[2] * random.NextDouble() + 0.01; box[3] * random.NextDouble() + 0.01 |]
            | 4 -> [| box[0] + any () / 4.0; box[1] + any () / 4.0; size (); size () |]
            | _ -> [| any (); any (); size (); size () |]

        let box, target = Array.map (fun x -> x * unit) box, Array.map (fun x -> x * unit) target

        let written (box: float[]) =
            if form = BoxForm.Centre then
                Array.map format.Round box
            else
                let corner i = box[i] + (if random.Next 100 = 0 then 1.0 else 0.5) * box[i + 2]
                let low i = box[i] - 0.5 * box[i + 2]
                Array.map format.Round [| low 0; low 1; max (low 0) (corner 0); max (low 1) (corner 1) |]

        let box' = written box
        [| box'; (if Array.forall2 (=) box target then box' else written target) |]

    type private Measures = { Union: float; Box: BoxFormula.Compared<float> }

    // The largest terms of what a loss adds to the lack of overlap; of the value, and of the slope by a number that belongs to an axis.
    type private Added = { Value: Measures -> float; Slope: Measures -> int -> float }

    let private nothing = { Value = (fun _ -> 0.0); Slope = (fun _ _ -> 0.0) }

    let private terms (form: BoxForm) (added: Added) (_: Format) (sample: Sample) : Terms =
        let x = BoxFormula.compare form (Array.map Real sample.Operands[0]) (Array.map Real sample.Operands[1])
        let plain (x: Real[]) = x |> Array.map _.Value

        let box: BoxFormula.Compared<float> =
            {
                Own = plain x.Own
                Target = plain x.Target
                Shared = plain x.Shared
                Around = plain x.Around
                Offset = plain x.Offset
            }

        let measures = { Union = (BoxFormula.union x).Value; Box = box }

        {
            Value = fun _ -> added.Value measures
            Slope =
                fun _ k ->
                    let axis = k % 2
                    let other = 1 - axis
                    8.0 * (box.Own[other] + box.Target[other]) / measures.Union + added.Slope measures axis
            Relative = 0.0
        }

    let private square (x: float[]) = x[0] * x[0] + x[1] * x[1]

    let private around =
        {
            Value = fun _ -> 2.0
            Slope = fun x axis -> 16.0 / x.Box.Around[axis]
        }

    let private apart =
        {
            Value = fun _ -> 2.0
            Slope = fun x _ -> 16.0 / sqrt (square x.Box.Around)
        }

    let private angles =
        {
            Value = fun _ -> 4.0
            Slope =
                fun x axis ->
                    let length sides = sqrt (square sides)
                    apart.Slope x axis + 32.0 / length x.Box.Own + 32.0 / length x.Box.Target
        }

    let private sizes =
        {
            Value = fun _ -> 4.0
            Slope = fun x axis -> apart.Slope x axis + 32.0 / x.Box.Around[axis]
        }

    let private costs =
        {
            Value = fun _ -> 8.0
            Slope =
                fun x axis ->
                    let d = square x.Box.Offset
                    let turning = if d > 0.0 then 32.0 / sqrt d else 0.0

                    turning + 64.0 / x.Box.Around[axis] + 64.0 / max x.Box.Own[axis] x.Box.Target[axis]
        }

    let private entry (loss: BoxLoss) (form: BoxForm) (eps: float) =
        let options = { BoxOptions.Default with Form = form; Eps = eps }

        let name, added =
            match loss with
            | IoU -> "boxIoU", nothing
            | Generalized -> "generalizedBoxIoU", around
            | Distance -> "distanceBoxIoU", apart
            | Complete isFixed -> "completeBoxIoU" + (if isFixed then " alpha fixed" else ""), angles
            | Efficient -> "efficientBoxIoU", sizes
            | Scylla theta -> $"scyllaBoxIoU theta {theta}", costs
            | Alpha alpha -> $"alphaBoxIoU alpha {alpha}", { nothing with Value = fun _ -> 1.0 }
            | Wasserstein constant -> "boxWasserstein", { Value = (fun _ -> 2.0); Slope = fun _ _ -> 16.0 / constant }

        let own: (string * objnull) list =
            match loss with
            | Complete isFixed -> [ "isAlphaFixed", box isFixed ]
            | Scylla theta -> [ "theta", box theta ]
            | Alpha alpha -> [ "alpha", box alpha ]
            | Wasserstein constant -> [ "constant", box constant ]
            | _ -> []

        let formula =
            { new Formula with
                member _.Of(x, _, _) = [| BoxFormula.value loss eps (BoxFormula.compare form x[0] x[1]) |]
            }

        let call =
            { new Call with
                member _.Of(x, _) =
                    match loss with
                    | IoU -> boxIoU options x[1] x[0]
                    | Generalized -> generalizedBoxIoU options x[1] x[0]
                    | Distance -> distanceBoxIoU options x[1] x[0]
                    | Complete isFixed -> completeBoxIoU options isFixed x[1] x[0]
                    | Efficient -> efficientBoxIoU options x[1] x[0]
                    | Scylla theta -> scyllaBoxIoU options theta x[1] x[0]
                    | Alpha alpha -> alphaBoxIoU options alpha x[1] x[0]
                    | Wasserstein constant -> boxWasserstein form constant x[1] x[0]
            }

        let title = name + (if form = BoxForm.Centre then " of centres" else "") + (if eps > 0.0 then $" eps {eps}" else "")
        let draw isPlain random format _ = { Operands = drawn form isPlain random format; Labels = [||] }
        let isDistance = eps = 0.0 && form = BoxForm.Corners

        { Entry.rows title [ Operand.any "prediction"; Operand.any "target" ] (fun _ _ _ -> [||], [||]) formula call with
            Draw = draw false
            Plain = draw true
            Widths = [ 4 ]
        }
        |> Entry.given "boxes with an area, within 2^±16; + 2⁻⁵⁰ of the terms" Entry.rounded (terms form added)
        |> Entry.withArguments (
            own
            @ [
                "form", box form
                if not loss.IsWasserstein then
                    "eps", box eps
            ]
        )
        |> Entry.promises
            [
                NonNegative
                Symmetric
                if isDistance then
                    Law.Distance
            ]

    // Where α is a constant to the slopes, the second derivatives are those of no value; other libraries' cases have the slopes.
    let private ious = [ IoU; Generalized; Distance; Complete false; Efficient; Scylla 4.0; Scylla 2.0; Alpha 3.0 ]

    // Of one pair of boxes: 1 less its loss.
    let private pairwise (score: BoxScore) (loss: BoxLoss) (added: Added) =
        let form, eps = BoxForm.Corners, 0.0
        let operand name = Operand.any name |> Operand.laid (Layout.Whole 1)
        let draw isPlain random format _ = { Operands = drawn form isPlain random format; Labels = [||] }

        let formula =
            { new Formula with
                member _.Of(x, _, _) = [| Notation.(-) (Notation.num 1.0) (BoxFormula.value loss eps (BoxFormula.compare form x[0] x[1])) |]
            }

        let call =
            { new Call with
                member _.Of(x, _) = LossValues(pairwiseBoxIoU score form eps x[1] x[0])
            }

        { Entry.rows $"pairwiseBoxIoU {score}" [ operand "boxes1"; operand "boxes2" ] (fun _ _ _ -> [||], [||]) formula call with
            Draw = draw false
            Plain = draw true
            Widths = [ 4 ]
        }
        |> Entry.given
            "boxes with an area, within 2^±16; + 2⁻⁵⁰ of the terms"
            Entry.rounded
            (terms form { added with Value = fun x -> 2.0 + added.Value x })
        |> Entry.withArguments [ "score", box score; "form", box form; "eps", box eps ]
        |> Entry.promises [ Symmetric ]

    // Of the factor d = p − t, and of the cross-entropy.
    let private quality (beta: float) (x: float[]) =
        let p = 1.0 / (1.0 + exp -x[0])
        let q = 1.0 / (1.0 + exp x[0])
        let size = p * (1.0 - x[1]) + q * x[1]
        let d = abs (p * (1.0 - x[1]) - q * x[1]) + Entry.elementary * size
        let softplus z = max z 0.0 + Math.Log(1.0 + exp -(abs z))
        let entropy = x[1] * softplus -x[0] + (1.0 - x[1]) * softplus x[0]
        let rate = beta * d ** (beta - 1.0)

        struct (rate * size * entropy,
                p * q * (beta * rate * size / d * entropy + 2.0 * rate * size),
                rate * (beta * size / d * entropy + size * abs x[0]))

    let private qualityFocal (beta: float) =
        let value x = (let struct (value, _, _) = quality beta x in value)
        let byLogits x = (let struct (_, slope, _) = quality beta x in slope)
        let byTarget x = (let struct (_, _, slope) = quality beta x in slope)

        Entry.pointwise
            $"qualityFocal beta {beta}"
            (QualityFocal beta)
            [ Operand.any "logits"; Operand.of' Numbers.Probability "target" ]
            { new Call with
                member _.Of(x, _) = qualityFocal beta x[1] x[0]
            }
        |> Entry.withArguments [ "beta", box beta ]
        |> Entry.given "an exponent multiplies the error of its base; + 2⁻³⁷ of the terms" Entry.elementary (fun format sample ->
            { Entry.terms value [ byLogits; byTarget ] format sample with Relative = beta })
        |> Entry.curved (fun x -> 4.0 * beta * beta * (1.0 + abs x[0]) * byLogits x)
        |> Entry.promises [ NonNegative ]

    // Of two bins: what a target may be is a matter of how many there are.
    let private distributionFocalOfTwo =
        { Entry.rows
              "distributionFocal"
              [ Operand.any "logits"; Operand.of' Numbers.Probability "target" |> Operand.laid Layout.Single |> Operand.constant ]
              (fun random format width ->
                  [| Array.init width (fun _ -> Draw.moderate random format); [| Draw.probability random format |] |], [||])
              { new Formula with
                  member _.Of(x, _, _) =
                      let d, t = Notation.(-) (x[0][1]) (x[0][0]), x[1][0]
                      let above, below = Notation.softplus d, Notation.softplus (Notation.(-) (Notation.num 0.0) d)
                      [| Notation.(+) (Notation.weigh (Notation.(-) (Notation.num 1.0) t) above) (Notation.weigh t below) |]
              }
              { new Call with
                  member _.Of(x, _) = distributionFocal x[1] x[0]
              } with
            Widths = [ 2 ]
        }
        |> Entry.given "+ 2⁻⁵⁰ of the shares (slope)" Entry.rounded (fun _ _ ->
            {
                Value = fun _ -> 0.0
                Slope = fun _ _ -> 2.0
                Relative = 0.0
            })
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let entries: Entry list =
        [
            for loss in ious do
                entry loss BoxForm.Corners 0.0
                entry loss BoxForm.Centre 0.0
            for loss in [ IoU; Generalized; Complete false ] do
                entry loss BoxForm.Corners 1e-7
            entry (Wasserstein 12.8) BoxForm.Corners 0.0
            entry (Wasserstein 2.0) BoxForm.Centre 0.0
            pairwise BoxScore.IoU IoU nothing
            pairwise BoxScore.Generalized Generalized around
            pairwise BoxScore.Distance Distance apart
            qualityFocal 2.0
            distributionFocalOfTwo
        ]
