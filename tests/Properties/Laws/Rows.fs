module Losses.Tests.Laws.Rows

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

/// A row, what goes with it, and its label.
type Row =
    {
        X: float[]
        Second: float[]
        Label: int
    }

    override row.ToString() = sprintf "%A, %A, label %d" row.X row.Second row.Label

let private tensor (record: Rowwise) (labels: int[]) =
    { new TensorFunction with
        member _.Apply inputs = record.Definition.Tensor(inputs[0], inputs[1], Labels labels) |> Reduce.none
    }

let private inputs (rows: Row[]) =
    let shape = Shape [| rows.Length; rows[0].X.Length |]
    [| Array.collect _.X rows, shape; Array.collect _.Second rows, shape |], Array.map _.Label rows

let private evaluate (engine: Engine) (record: Rowwise) (rows: Row[]) =
    let inputs, labels = inputs rows
    engine.Value(tensor record labels, inputs)

/// Values, and gradients by the rows and by what goes with them.
let private pull (engine: Engine) (record: Rowwise) (upstream: float[]) (rows: Row[]) =
    let inputs, labels = inputs rows
    let values, gradients = engine.Pull(tensor record labels, inputs, upstream)
    values, gradients[0], gradients[1]

let private rowOf (record: Rowwise) (engine: Engine) (classes: int) =
    gen {
        let! x = record.Row engine classes
        let! second = record.Second engine classes
        let! label = Gen.choose (0, classes - 1)
        return { X = x; Second = second; Label = label }
    }

let private few = Gen.choose (1, 8)

let private rows (record: Rowwise) (engine: Engine) (classes: Gen<int>) (count: Gen<int>) =
    gen {
        let! classes = classes
        let! count = count
        return! Gen.arrayOfLength count (rowOf record engine classes)
    }

let private records (law: Rowwise -> bool) =
    let data = TheoryData<string, string>()

    for record in Registry.rowLosses do
        if law record then
            for engine in Engines.all do
                data.Add(record.Name, engine.Name)

    data

let private find (name: string) = Registry.rowLosses |> List.find (fun record -> record.Name = name)

// Half an ulp for the one rounding to float32 and a hundredth for the float64 beneath. In float64 eight for a chain of a few functions; an exponential is off by as many ulp as its
// argument, a difference of logits, is large; and where terms cancel it is their ulp that count.
let private allowed (engine: Engine) (spread: float) (terms: float) (truth: DoubleDouble) =
    let beneath =
        (8.0 + spread) * Engines.float64.Ulp truth.High
        + 4.0 * (1.0 + spread) * (if terms = 0.0 then 0.0 else Engines.float64.Ulp terms)

    (if engine.Name = "float32" then 0.51 else 0.0) + beneath / engine.Ulp truth.High

let private close (engine: Engine) (what: unit -> string) (spread: float) (terms: float) (truth: DoubleDouble) (got: float) =
    let error = engine.Error(got, truth)
    let allowed = allowed engine spread terms truth

    if error > 0.0 && not (error <= allowed) then
        Property.fail $"{what ()}: {got:R} is {error:F3} ulp from {truth.High:R} + {truth.Low:R}, with {allowed:F3} allowed"

// Differences beyond this have an exponential of 0.
let private spreadOf (row: Row) = min 745.0 (Array.max row.X - Array.min row.X)

type ``A row loss``() =

    static member All = records (fun _ -> true)

    static member NonNegative = records (fun record -> List.contains NonNegative record.Laws)

    static member Convex = records (fun record -> List.contains Convex record.Laws)
    static member NotConvex = records (fun record -> List.contains NotConvex record.Laws)
    static member Symmetric = records (fun record -> List.contains Symmetric record.Laws)

    static member CrossEntropies = records (fun record -> record.Name.StartsWith("crossEntropy", StringComparison.Ordinal))

    // Law 17, its value.
    [<Theory; MemberData "All">]
    member _.``has the value of the mathematics``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        Property.holdsFor 100 (rows record engine Generators.classes (Gen.constant 2)) (fun _ -> Seq.empty) (fun rows ->
            let values = evaluate engine record rows
            let truth = Oracle.rowValues record.Definition rows[0].X rows[0].Second rows[0].Label

            truth
            |> Array.iteri (fun i truth ->
                close
                    engine
                    (fun () -> $"{name} of {rows[0]}, value {i}")
                    (spreadOf rows[0])
                    (record.Terms rows[0].X rows[0].Second)
                    truth
                    values[i]))

    // Law 17.
    [<Theory; MemberData "All">]
    member _.``has the gradient of the mathematics``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let inputs =
            gen {
                let! rows = rows record engine few (Gen.constant 2)
                let! upstream = Gen.arrayOfLength (2 * rows[0].X.Length) (Generators.moderate engine)
                return rows, upstream
            }

        Property.holdsFor 150 inputs (fun _ -> Seq.empty) (fun (rows, upstream) ->
            let row = rows[0]
            let values, slopes = Oracle.row record.Definition row.X row.Second row.Label
            let upstream = Array.truncate (2 * values.Length) upstream
            let _, gradient, _ = pull engine record upstream rows

            for k in 0 .. row.X.Length - 1 do
                let parts = Array.mapi (fun i slope -> DoubleDouble.Weigh(DoubleDouble.Constant upstream[i], slope)) slopes[k]

                let truth = Array.reduce (fun a b -> a + b) parts

                let terms =
                    if values.Length = 1 then
                        record.SlopeTerms row.X row.Second k * abs upstream[0]
                    else
                        parts |> Array.sumBy (fun part -> abs part.High)

                close engine (fun () -> $"{name} of {row}, upstream %A{upstream}: gradient {k}") (spreadOf row) terms truth gradient[k])

    // Law 1.
    [<Theory; MemberData "NonNegative">]
    member _.``is never negative, not even as −0``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        Property.holds (rows record engine Generators.classes (Gen.constant 2)) (fun rows ->
            for value in evaluate engine record rows do
                if not (value >= 0.0) || Double.IsNegative value then
                    Property.fail $"{name} of {rows[0]} and {rows[1]} is {value:R}")

    // Law 3.
    [<Theory; MemberData "Symmetric">]
    member _.``is the same with its vectors swapped, and so are its slopes``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        Property.holds (rows record engine few (Gen.constant 2)) (fun rows ->
            let swapped = rows |> Array.map (fun row -> { row with X = row.Second; Second = row.X })
            let value, gradient, secondGradient = pull engine record [| 1.0; 1.0 |] rows
            let value', gradient', secondGradient' = pull engine record [| 1.0; 1.0 |] swapped
            // In float64 the factors of a product of three may be taken in another order.
            let near what terms (a: float) (b: float) =
                if
                    not (
                        abs (a - b)
                        <= 8.0 * Engines.float64.Ulp a + (if engine.Name = "float32" then engine.Ulp a else 8.0 * engine.Ulp terms)
                    )
                then
                    Property.fail $"{what} of {name} of {rows[0]}, {rows[1]}: {a:R} is not {b:R}"

            let terms, slopeTerms, secondTerms =
                ((0.0, 0.0, 0.0), rows)
                ||> Array.fold (fun (value, slope, second) row ->
                    value + record.Terms row.X row.Second,
                    slope + record.SlopeTerms row.X row.Second 0,
                    second + record.SlopeTerms row.Second row.X 0)

            Array.iter2 (near "value" terms) value value'
            Array.iter2 (near "slope" slopeTerms) gradient secondGradient'
            Array.iter2 (near "second slope" secondTerms) secondGradient gradient')

    // Law 6.
    [<Theory; MemberData "All">]
    member _.``is that of its own row, whatever the others hold``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let inputs =
            gen {
                let! rows = rows record engine few (Gen.constant 3)
                let! bad = Gen.arrayOfLength rows[0].X.Length (Gen.elements [ infinity; -infinity; nan; 1e38; 0.0 ])
                return rows, bad
            }

        Property.holds inputs (fun (rows, bad) ->
            let others = [| { rows[0] with X = bad }; rows[1]; { rows[2] with X = bad } |]
            let perRow = (evaluate engine record rows).Length / 3
            let upstream = Array.init (3 * perRow) (fun i -> float (i + 1))
            let values, gradient, secondGradient = pull engine record upstream rows
            let values', gradient', secondGradient' = pull engine record upstream others
            let classes = bad.Length

            for i in perRow .. 2 * perRow - 1 do
                Property.same (fun () -> $"{name} of {rows[1]} beside %A{bad}") values[i] values'[i]

            for i in classes .. 2 * classes - 1 do
                Property.same (fun () -> $"gradient of {name} of {rows[1]} beside %A{bad}") gradient[i] gradient'[i]
                Property.same (fun () -> $"second gradient of {name} of {rows[1]} beside %A{bad}") secondGradient[i] secondGradient'[i])

    // Law 5: rows.
    [<Theory; MemberData "All">]
    member _.``permutes with its rows, and its sum and mean stay``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let reduced reduction labels =
            { new TensorFunction with
                member _.Apply inputs = record.Definition.Tensor(inputs[0], inputs[1], Labels labels) |> Reduce.by reduction
            }

        Property.holds (rows record engine few (Gen.choose (1, 6))) (fun rows ->
            let backwards = Array.rev rows
            let chunks values = Array.chunkBySize ((Array.length values) / rows.Length) values
            Assert.Equal<float[]>(chunks (evaluate engine record rows) |> Array.rev, chunks (evaluate engine record backwards))

            for reduction in [ Reduction.Sum; Reduction.Mean ] do
                let run rows =
                    let inputs, labels = inputs rows
                    engine.Value(reduced reduction labels, inputs)[0]

                if engine.SumsExactly then
                    Property.same (fun () -> $"{reduction} of {name}") (run rows) (run backwards)
                else
                    let dust = evaluate engine record rows |> Array.sumBy (fun value -> engine.Ulp(float rows.Length * value))

                    if not (abs (run rows - run backwards) <= dust) then
                        Property.equal (fun () -> $"{reduction} of {name}") (run rows) (run backwards))

    // Law 16.
    [<Theory; MemberData "CrossEntropies">]
    member _.``has a gradient that sums to 0``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        Property.holds (rows record engine Generators.classes (Gen.constant 1)) (fun rows ->
            let row = rows[0]
            let _, gradient, _ = pull engine record [| 1.0 |] rows
            let weights = { Weighted = true; Smoothing = 0.0 }.Weights row.X.Length
            let largest = Array.max (Array.append [| 1.0 |] weights)
            // A distribution that was rounded does not quite sum to 1: Σ w t (Σ p) − Σ w t is 0 even so, up to its own rounding.
            let roundings = gradient |> Array.sumBy (fun g -> 0.51 * engine.Ulp g)
            let beneath = (8.0 + spreadOf row) * float row.X.Length * largest * Engines.float64.Ulp 1.0

            if not (abs (Array.sum gradient) <= roundings + beneath) then
                Property.fail $"gradient of {name} of {row} sums to {Array.sum gradient:R}")

    // Law 20.
    [<Theory; MemberData "CrossEntropies">]
    member _.``has a gradient of 1-norm at most twice its largest weight``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        Property.holds (rows record engine Generators.classes (Gen.constant 1)) (fun rows ->
            let _, gradient, _ = pull engine record [| 1.0 |] rows
            let bound = if name.Contains "weights" then 4.0 else 2.0
            let norm = Array.sumBy abs gradient

            if not (norm <= bound + float gradient.Length * engine.Ulp 1.0) then
                Property.fail $"gradient of {name} of {rows[0]} has 1-norm {norm:R}")

    // Law 19.
    [<Theory; MemberData "Convex">]
    member _.``lies below its chords``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let inputs =
            gen {
                let! classes = few
                let! a = rowOf record engine classes
                let! b = rowOf record engine classes
                let! eighths = Gen.choose (0, 8)
                return a, { b with Second = a.Second; Label = a.Label }, float eighths / 8.0
            }
            |> Gen.filter (fun (a, b, _) -> Seq.forall (fun x -> abs x <= 80.0) (Seq.append a.X b.X))

        Property.holds inputs (fun (a, b, share) ->
            let between = { a with X = Array.map2 (fun x y -> engine.Round(share * x + (1.0 - share) * y)) a.X b.X }

            let value (row: Row) = (evaluate engine record [| row |])[0]
            let chord = share * value a + (1.0 - share) * value b
            // Rounding the place moves the value, by at most the largest weight times half an ulp of it, an element.
            let moved = between.X |> Array.sumBy (fun x -> 2.0 * engine.Ulp x)
            // Each of the three values is rounded: to half an ulp in float32, to 4 in float64, and there also to 4 of the terms that cancel.
            let rounded =
                if engine.Name = "float32" then
                    2.0 * engine.Ulp chord
                else
                    10.0 * engine.Ulp chord
                    + 4.0 * engine.Ulp(record.Terms between.X between.Second)
                    + 4.0 * engine.Ulp(max (record.Terms a.X a.Second) (record.Terms b.X b.Second))

            if value between > chord + moved + rounded then
                Property.fail $"{name} at {share} of the way from {b} to {a}: {value between:R} is above the chord's {chord:R}")

    // Law 19.
    [<Theory; MemberData "NotConvex">]
    member _.``lies above some chord``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        let isAbove (rows: Row[]) =
            let a, b = rows[0], { rows[1] with Second = rows[0].Second }
            let between = { a with X = Array.map2 (fun x y -> engine.Round(x / 2.0 + y / 2.0)) a.X b.X }
            let value (row: Row) = (evaluate engine record [| row |])[0]
            value between > value a / 2.0 + value b / 2.0 + 1e-3

        if not (Property.sample 300 (rows record engine few (Gen.constant 2)) |> Seq.exists isAbove) then
            Property.fail $"{name} lies below 300 chords: it looks convex"

    // Law 17: linear in what comes from above.
    [<Theory; MemberData "All">]
    member _.``doubles its gradient where what comes from above doubles``(name: string, engine: string) =
        let record, engine = find name, Engines.byName engine

        Property.holds (rows record engine few (Gen.constant 2)) (fun rows ->
            let count = (evaluate engine record rows).Length
            let upstream = Array.init count (fun i -> float (i + 1) / 4.0)
            let _, gradient, second = pull engine record upstream rows
            let _, doubled, secondDoubled = pull engine record (Array.map (fun g -> 2.0 * g) upstream) rows
            let ordinary g = abs g >= 1e-30 && abs g <= engine.Largest / 2.0

            for g, twice in Seq.append (Seq.zip gradient doubled) (Seq.zip second secondDoubled) do
                if ordinary g then
                    Property.same (fun () -> $"gradient of {name} of {rows[0]}, {rows[1]}") (2.0 * g) twice)
