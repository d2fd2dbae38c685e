module Losses.Tests.Laws.Elementwise

open System
open FsCheck.FSharp
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

/// What an engine may be off by: half an ulp for the one rounding to float32 and a hundredth for the float64 beneath; in float64 a few ulp.
let private allowed (engine: Engine) (truth: DoubleDouble) (terms: float) =
    let float64 = 4.0 * Engines.float64.Ulp terms / engine.Ulp truth.High

    if terms = 0.0 then (if engine.Name = "float32" then 0.51 else 4.0)
    elif engine.Name = "float32" then 0.51 + float64
    else 4.0 + float64

let private tensor (loss: Definition) =
    { new TensorFunction with
        member _.Apply inputs = loss.Tensor(inputs[0], inputs[1]) |> Reduce.none
    }

let private one (values: float list) = values |> List.toArray |> (fun values -> values, Shape [| values.Length |])

// An element is evaluated beside another, so that the kernel's loop, not only its tail, is what runs.
let private evaluate (engine: Engine) (loss: Definition) (x: float) (t: float) =
    engine.Value(tensor loss, [| one [ x; x ]; one [ t; t ] |])[0]

let private pull (engine: Engine) (loss: Definition) (upstream: float) (x: float) (t: float) =
    let value, gradients = engine.Pull(tensor loss, [| one [ x; x ]; one [ t; t ] |], [| upstream; 2.0 |])

    value[0], gradients[0][0], gradients[1][0]

let private shrink (x: float, t: float) =
    seq {
        for y in Generators.shrinkFloat (fun _ -> true) x -> y, t
        for s in Generators.shrinkFloat (fun _ -> true) t -> x, s
    }

let private records (law: Law -> bool) =
    let data = TheoryData<string, string>()

    for record in Registry.elementwiseLosses do
        if List.exists law record.Laws then
            for engine in Engines.all do
                data.Add(record.Name, engine.Name)

    data

let private find (name: string) = Registry.elementwiseLosses |> List.find (fun record -> record.Name = name)

let private holds (record: Elementwise) (engine: Engine) (law: float -> float -> unit) =
    Property.holds (record.Inputs engine) (fun (x, t) -> law x t)

let private close (engine: Engine) (what: unit -> string) (terms: float) (truth: DoubleDouble) (got: float) =
    let error = engine.Error(got, truth)

    if error > 0.0 && not (error <= allowed engine truth terms) then
        Property.fail $"{what ()}: {got:R} is {error:F3} ulp from {truth.High:R} + {truth.Low:R}"

type ``An elementwise loss``() =

    static member All = records (fun _ -> true)
    static member NonNegative = records _.IsNonNegative
    static member Distance = records _.IsDistance
    static member Symmetric = records _.IsSymmetric
    static member Asymmetric = records _.IsAsymmetric
    static member OfDifference = records _.IsOfDifference
    static member Convex = records _.IsConvex
    static member NotConvex = records _.IsNotConvex
    static member Lipschitz = records _.IsLipschitz

    // Law 17, its value.
    [<Theory; MemberData "All">]
    member _.``has the value of its definition``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        holds record engine (fun x t ->
            let terms, _, _ = record.Terms x t

            evaluate engine record.Definition x t
            |> close engine (fun () -> $"{name} of {x:R}, {t:R}") terms (Oracle.value record.Definition x t))

    // Law 17.
    [<Theory; MemberData "All">]
    member _.``has the slope of its definition, times what comes from above``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        Property.holds (Gen.zip (record.Inputs engine) (Generators.moderate engine)) (fun ((x, t), upstream) ->
            let _, terms, _ = record.Terms x t
            let _, gradient, _ = pull engine record.Definition 1.0 x t
            let slope = Oracle.slope record.Definition x t
            close engine (fun () -> $"slope of {name} at {x:R}, {t:R}") terms slope gradient
            let _, scaled, _ = pull engine record.Definition upstream x t
            let expected = DoubleDouble.Weigh(DoubleDouble.Constant upstream, slope)
            close engine (fun () -> $"{upstream:R} times the slope of {name} at {x:R}, {t:R}") (abs upstream * terms) expected scaled)

    // Law 17: linear in what comes from above.
    [<Theory; MemberData "All">]
    member _.``doubles its gradient where what comes from above doubles``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        holds record engine (fun x t ->
            let _, gradient, targetGradient = pull engine record.Definition 1.0 x t
            let _, doubled, targetDoubled = pull engine record.Definition 2.0 x t

            let ordinary g = abs g >= 2.0 * engine.Least / engine.Ulp 1.0 && abs g <= engine.Largest / 2.0

            if ordinary gradient then
                Property.same (fun () -> $"gradient of {name} at {x:R}, {t:R}") (2.0 * gradient) doubled

            if ordinary targetGradient then
                Property.same (fun () -> $"target gradient of {name} at {x:R}, {t:R}") (2.0 * targetGradient) targetDoubled)

    // Law 18.
    [<Theory; MemberData "All">]
    member _.``has the curvature of its definition``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let moderate = record.Inputs engine |> Gen.filter (fun (x, t) -> abs x <= 80.0 && abs t <= 80.0)

        Property.holds moderate (fun (x, t) ->
            // The curvature may jump at a threshold that x − t, rounded, is on the other side of.
            let truth =
                if List.contains OfDifference record.Laws then
                    Oracle.curvature record.Definition (x - t) 0.0
                else
                    Oracle.curvature record.Definition x t

            let product = engine.Curve(tensor record.Definition, [| one [ x; x ]; one [ t; t ] |], [| 1.0; 1.0 |], [| 1.0; 0.0 |])

            Property.equal (fun () -> $"curvature of {name} across elements") 0.0 product[1]
            let _, _, terms = record.Terms x t
            close engine (fun () -> $"curvature of {name} at {x:R}, {t:R}") terms truth product[0])

    // Law 1.
    [<Theory; MemberData "NonNegative">]
    member _.``is never negative, not even as −0``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        holds record engine (fun x t ->
            let value = evaluate engine record.Definition x t

            if not (value >= 0.0) || Double.IsNegative value then
                Property.fail $"{name} of {x:R}, {t:R} is {value:R}")

    // Law 1: a difference of zeros may be −0, a loss is not.
    [<Theory; MemberData "All">]
    member _.``is +0 where it is 0, whatever the signs of the zeros``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine
        let numbers = [ 0.0; -0.0; 1.0; -1.0 ]

        for x, t in List.allPairs numbers numbers do
            if (Oracle.value record.Definition x t).High = 0.0 then
                Property.same (fun () -> $"{name} of {x:R}, {t:R}") 0.0 (evaluate engine record.Definition x t)

    // Law 2.
    [<Theory; MemberData "Distance">]
    member _.``is 0 of slope 0 at its target, and only there``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        holds record engine (fun x t ->
            let value, gradient, targetGradient = pull engine record.Definition 1.0 x x
            Property.same (fun () -> $"{name} of {x:R} twice") 0.0 value
            Property.equal (fun () -> $"slope of {name} of {x:R} twice") 0.0 gradient
            Property.equal (fun () -> $"target slope of {name} of {x:R} twice") 0.0 targetGradient

            let truth = Oracle.value record.Definition x t

            if x <> t && truth.High > engine.Least && evaluate engine record.Definition x t = 0.0 then
                Property.fail $"{name} of {x:R}, {t:R} is 0")

    // Law 3.
    [<Theory; MemberData "Symmetric">]
    member _.``is the same with prediction and target swapped, and so are its slopes``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        holds record engine (fun x t ->
            let value, gradient, targetGradient = pull engine record.Definition 1.0 x t
            let swapped, swappedGradient, swappedTargetGradient = pull engine record.Definition 1.0 t x
            Property.same (fun () -> $"{name} of {x:R}, {t:R}") value swapped
            Property.equal (fun () -> $"slope of {name} of {x:R}, {t:R}") gradient swappedTargetGradient
            Property.equal (fun () -> $"target slope of {name} of {x:R}, {t:R}") targetGradient swappedGradient)

    [<Theory; MemberData "Asymmetric">]
    member _.``is another with prediction and target swapped``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        // Two targets: a target may be a prediction wherever prediction and target have the same units, but not the other way round.
        let differs ((_, x), (_, t)) =
            let value = evaluate engine record.Definition x t
            let swapped = evaluate engine record.Definition t x
            Double.IsFinite value && Double.IsFinite swapped && value <> swapped

        if not (Property.sample 100 (Gen.two (record.Inputs engine)) |> Seq.exists differs) then
            Property.fail $"{name} is the same for 100 swapped pairs"

    // Law 3.
    [<Theory; MemberData "OfDifference">]
    member _.``slopes by the target as by the prediction, with the other sign``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        holds record engine (fun x t ->
            let _, gradient, targetGradient = pull engine record.Definition 1.0 x t
            Property.equal (fun () -> $"slopes of {name} at {x:R}, {t:R}") -gradient targetGradient)

    // Law 19.
    [<Theory; MemberData "Convex">]
    member _.``lies below its chords``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let inputs =
            gen {
                let! a, t = record.Inputs engine
                let! b, _ = record.Inputs engine
                let! eighths = Gen.choose (0, 8)
                return a, b, t, float eighths / 8.0
            }
            |> Gen.filter (fun (a, b, _, _) -> abs a <= 80.0 && abs b <= 80.0)

        Property.holds inputs (fun (a, b, t, share) ->
            let between = engine.Round(share * a + (1.0 - share) * b)
            // Rounding the place moves the value.
            let exact =
                DoubleDouble.Constant share * DoubleDouble.Constant a + DoubleDouble.Constant(1.0 - share) * DoubleDouble.Constant b

            let moved = abs (record.Definition.Scalar(exact, DoubleDouble.Constant t) - Oracle.value record.Definition between t).High

            let there, back = share * evaluate engine record.Definition a t, (1.0 - share) * evaluate engine record.Definition b t
            // Where they have both signs they cancel.
            let dust = 4.0 * engine.Ulp(abs there + abs back)
            let value = evaluate engine record.Definition between t
            let terms, _, _ = record.Terms between t

            if value > there + back + moved + dust + 4.0 * engine.Ulp terms then
                Property.fail
                    $"{name} at {share} of the way from {b:R} to {a:R}, target {t:R}: {value:R} is above the chord's {there + back:R}")

    // Law 19.
    [<Theory; MemberData "NotConvex">]
    member _.``lies above some chord``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine
        let at x = evaluate engine record.Definition x 0.0

        let isAbove (a: float, b: float) = at (engine.Round(a / 2.0 + b / 2.0)) > at a / 2.0 + at b / 2.0 + 1e-3

        let pairs = Property.sample 500 (Gen.zip (Generators.moderate engine) (Generators.moderate engine))

        if not (Seq.exists isAbove pairs) then
            Property.fail $"{name} lies below 500 chords: it looks convex"

    // Law 20.
    [<Theory; MemberData "Lipschitz">]
    member _.``is never steeper than its bound``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let bound =
            record.Laws
            |> List.pick (function
                | Lipschitz bound -> Some bound
                | _ -> None)

        holds record engine (fun x t ->
            let _, gradient, _ = pull engine record.Definition 1.0 x t

            if not (abs gradient <= bound) then
                Property.fail $"slope of {name} at {x:R}, {t:R} is {gradient:R}, above {bound}")

    // Law 23.
    [<Theory; MemberData "All">]
    member _.``is multiplied by a weight, and gone with a weight of 0``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let weighed (weight: float) =
            { new TensorFunction with
                member _.Apply inputs =
                    record.Definition.Tensor(inputs[0], inputs[1]) |> Reduce.weigh (Weights.op_Implicit weight) |> Reduce.none
            }

        let run weight x t =
            let value, gradients = engine.Pull(weighed weight, [| one [ x; x ]; one [ t; t ] |], [| 1.0; 1.0 |])
            value[0], gradients[0][0], gradients[1][0]

        Property.holds
            (Gen.zip (Gen.zip (record.Inputs engine) (Gen.elements [ infinity; -infinity; nan; -1.5 ])) (Generators.weight engine))
            (fun (((x, t), bad), weight) ->
                let value, gradient, targetGradient = pull engine record.Definition 1.0 x t
                let value1, gradient1, targetGradient1 = run 1.0 x t
                Property.equal (fun () -> $"{name} of {x:R}, {t:R} weighed by 1") value value1
                Property.equal (fun () -> $"slope of {name} at {x:R}, {t:R} weighed by 1") gradient gradient1
                Property.equal (fun () -> $"target slope of {name} at {x:R}, {t:R} weighed by 1") targetGradient targetGradient1

                for x, t in [ x, t; bad, t; x, bad; bad, bad ] do
                    let value0, gradient0, targetGradient0 = run 0.0 x t
                    Property.same (fun () -> $"{name} of {x:R}, {t:R} weighed by 0") 0.0 value0
                    Property.equal (fun () -> $"slope of {name} at {x:R}, {t:R} weighed by 0") 0.0 gradient0
                    Property.equal (fun () -> $"target slope of {name} at {x:R}, {t:R} weighed by 0") 0.0 targetGradient0

                let valueTerms, terms, _ = record.Terms x t
                let weighed, gradient, _ = run weight x t

                // Rounded once where a kernel knows the weight; else the value is, and then its product.
                if weighed <> engine.Round(weight * value) then
                    let truth = DoubleDouble.Weigh(DoubleDouble.Constant weight, Oracle.value record.Definition x t)
                    close engine (fun () -> $"{name} of {x:R}, {t:R} weighed by {weight:R}") (weight * valueTerms) truth weighed

                let slope = DoubleDouble.Weigh(DoubleDouble.Constant weight, Oracle.slope record.Definition x t)
                close engine (fun () -> $"slope of {name} at {x:R}, {t:R} weighed by {weight:R}") (weight * terms) slope gradient)
