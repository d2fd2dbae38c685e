/// What is true of single losses of margins, distances, distributions, and several labels.
module Losses.Tests.Laws.Margins

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

let private sign = Gen.elements [ 1.0; -1.0 ]

let private counts =
    Gen.frequency [ 3, Gen.choose (0, 20) |> Gen.map float; 1, Gen.choose (0, 80) |> Gen.map (fun k -> float k / 8.0) ]

let private tensor (name: string) =
    let entry = Losses.Catalogue.Catalogue.find name

    { new TensorFunction with
        member _.Apply inputs = entry.Call.Of(inputs, [||]) |> Reduce.none
    }

// Beside another, so that the loop of the kernel is what runs.
let private twice (x: float[]) = x |> Array.map (fun y -> [| y; y |], Shape [| 2 |])

let private value (engine: Engine) (name: string) (x: float[]) = (engine.Value(tensor name, twice x))[0]

let private close (engine: Engine) (what: unit -> string) (terms: float) (truth: DoubleDouble) (got: float) =
    let error = engine.Error(got, truth)

    let beneath =
        4.0 * ((if terms = 0.0 then 0.0 else Engines.float64.Ulp terms) + Engines.float64.Ulp truth.High)
        / engine.Ulp truth.High

    let allowed = if engine.Name = "float32" then 0.51 + (if terms = 0.0 then 0.0 else beneath) else beneath

    if error > 0.0 && not (error <= allowed) then
        Property.fail $"{what ()}: {got:R} is {error:F3} ulp from {truth.High:R} + {truth.Low:R}, with {allowed:F3} allowed"

let private exact (x: float) = DoubleDouble.Constant x

let private engines = TheoryData<string>(Engines.all |> Seq.map _.Name)

/// Scores of so many classes, and labels, weights and a target that go with them.
type private Scores =
    {
        X: float[]
        Label: int
        /// Of several labels: the classes among them.
        Chosen: int[]
        Weights: float[]
        Target: float[]
        Order: int[]
        Upstream: float
    }

    member x.Classes = x.X.Length
    override x.ToString() = sprintf "%A" (x.X, x.Label, x.Chosen, x.Weights, x.Target)

let private scores (engine: Engine) =
    gen {
        let! classes = Gen.choose (1, 6)
        let! x = Generators.row (Generators.moderate engine) engine classes
        let! label = Gen.choose (0, classes - 1)
        let! count = Gen.choose (0, classes)
        let! order = Gen.shuffle [| 0 .. classes - 1 |]
        let! chosen = Gen.shuffle [| 0 .. classes - 1 |]
        let! weights = Gen.arrayOfLength classes (Gen.choose (0, 12) |> Gen.map (fun k -> float k / 4.0))
        let! target = Gen.arrayOfLength classes (Generators.probability engine)
        let! upstream = Generators.moderate engine

        return
            {
                X = x
                Label = label
                Chosen = Array.truncate count chosen
                Weights = weights
                Target = target
                Order = order
                Upstream = upstream
            }
    }

let private row (values: float[]) = values, Shape [| 1; values.Length |]

let private holds (engine: string) (law: Engine -> Scores -> unit) =
    let engine = Engines.byName engine
    Property.holds (scores engine) (law engine)

let private multi (p: int) (margin: float) (weights: Weights) (label: int) =
    { new TensorFunction with
        member _.Apply inputs = multiMargin p margin weights (Labels [| label |]) inputs[0] |> Reduce.none
    }

let private padded (classes: int) (chosen: int[]) =
    // What stands behind the first −1 is not read.
    let row =
        Array.init classes (fun i ->
            if i < chosen.Length then chosen[i]
            elif i = chosen.Length then -1
            else 0)

    Labels(ReadOnlySpan row, Shape [| 1; classes |])

let private several (classes: int) (chosen: int[]) =
    { new TensorFunction with
        member _.Apply inputs = multiLabelMargin (padded classes chosen) inputs[0] |> Reduce.none
    }

let private soft (weights: Weights) (target: float[]) =
    { new TensorFunction with
        member _.Apply<'T when 'T :> ITensor<'T>>(inputs: 'T[]) =
            multiLabelSoftMargin weights ('T.Create(inputs[0], ReadOnlySpan target, Shape [| 1; target.Length |])) inputs[0]
            |> Reduce.none
    }

let private variants (given: Scores) =
    [
        for p in [ 1; 2 ] do
            for margin in [ 1.0; 0.5; 0.0 ] do
                $"multiMargin of p {p}, margin {margin}", multi p margin Weights.None given.Label
                $"multiMargin of p {p}, margin {margin}, weighted", multi p margin (Weights.op_Implicit given.Weights) given.Label

        "multiLabelMargin", several given.Classes given.Chosen
        "multiLabelSoftMargin", soft Weights.None given.Target
        "multiLabelSoftMargin, weighted", soft (Weights.op_Implicit given.Weights) given.Target
    ]

let private truthOf (terms: (float * DoubleDouble)[]) (classes: int) =
    (terms |> Array.fold (fun (sum: DoubleDouble) (w, term) -> sum + DoubleDouble.Weigh(exact w, term)) (exact 0.0))
    / exact (float classes)

let private hinged (margin: float) (own: float) (other: float) = DoubleDouble.Max(exact 0.0, exact margin - exact own + exact other)

type ``A loss of scores``() =

    static member Engines = engines

    // Law 17, by loops over one-hot targets.
    [<Theory; MemberData "Engines">]
    member _.``of margins is the sum over the pairs``(engine: string) =
        holds engine (fun engine given ->
            let classes = given.Classes
            let largest = 1.0 + 2.0 * Array.fold (fun most x -> max most (abs x)) 0.0 given.X

            for p in [ 1; 2 ] do
                for margin in [ 1.0; 0.0; -0.5 ] do
                    let terms =
                        [|
                            for j in 0 .. classes - 1 do
                                if j <> given.Label then
                                    let lacking = hinged margin given.X[given.Label] given.X[j]
                                    given.Weights[given.Label], (if p = 1 then lacking else lacking * lacking)
                        |]

                    let got = engine.Value(multi p margin (Weights.op_Implicit given.Weights) given.Label, [| row given.X |])[0]
                    let scale = 3.0 * float classes * (if p = 1 then largest else largest * largest)
                    close engine (fun () -> $"multiMargin of p {p}, margin {margin} of {given}") scale (truthOf terms classes) got

            let terms =
                [|
                    for y in given.Chosen do
                        for j in 0 .. classes - 1 do
                            if not (Array.contains j given.Chosen) then
                                1.0, hinged 1.0 given.X[y] given.X[j]
                |]

            let got = engine.Value(several classes given.Chosen, [| row given.X |])[0]
            close engine (fun () -> $"multiLabelMargin of {given}") (float classes * largest) (truthOf terms classes) got)

    // Law 19.
    [<Theory; MemberData "Engines">]
    member _.``lies below its chords``(engine: string) =
        let engine = Engines.byName engine

        let cases =
            gen {
                let! a = scores engine
                let! b = Gen.arrayOfLength a.Classes (Generators.moderate engine)
                let! eighths = Gen.choose (0, 8)
                return a, b, float eighths / 8.0
            }

        Property.holds cases (fun (a, b, share) ->
            let between = Array.map2 (fun x y -> engine.Round(share * x + (1.0 - share) * y)) a.X b

            for name, loss in variants a do
                let value x = (engine.Value(loss, [| row x |]))[0]
                let chord = share * value a.X + (1.0 - share) * value b
                let _, gradients = engine.Pull(loss, [| row between |], [| 1.0 |])
                let moved = Array.fold2 (fun sum x g -> sum + engine.Ulp x * (1.0 + abs g)) 0.0 between gradients[0]

                if not (value between <= chord + moved + 8.0 * engine.Ulp(value a.X + value b + 1.0)) then
                    Property.fail $"{name} of {a}, {share} of the way from %A{b}: {value between:R} is above the chord's {chord:R}")

    // Law 20.
    [<Theory; MemberData "Engines">]
    member _.``has a gradient of bounded 1-norm``(engine: string) =
        holds engine (fun engine given ->
            let bounded name loss bound =
                let _, gradients = engine.Pull(loss, [| row given.X |], [| 1.0 |])
                let norm = Array.sumBy abs gradients[0]

                if not (norm <= bound + float given.Classes * engine.Ulp(max 1.0 bound)) then
                    Property.fail $"gradient of {name} of {given} has 1-norm {norm:R}, above {bound}"

            let classes = float given.Classes
            let chosen = float given.Chosen.Length
            bounded "multiMargin" (multi 1 1.0 Weights.None given.Label) (2.0 * (classes - 1.0) / classes)
            bounded "multiLabelMargin" (several given.Classes given.Chosen) (2.0 * chosen * (classes - chosen) / classes)
            bounded "multiLabelSoftMargin" (soft Weights.None given.Target) 1.0)

    // Law 4.
    [<Theory; MemberData "Engines">]
    member _.``of margins stays where all scores move alike``(engine: string) =
        let engine = Engines.byName engine

        let cases =
            gen {
                let! given = scores engine
                let! eighths = Gen.arrayOfLength given.Classes (Gen.choose (-4096, 4096))
                let! power = Gen.choose (-3, 8)
                return { given with X = eighths |> Array.map (fun k -> float k / 8.0) }, Math.ScaleB(1.0, power)
            }

        Property.holds cases (fun (given, by) ->
            for name, loss in variants given |> List.filter (fun (name, _) -> not (name.Contains "Soft")) do
                let value, gradients = engine.Pull(loss, [| row given.X |], [| 1.0 |])
                let value', gradients' = engine.Pull(loss, [| row (Array.map (fun x -> x + by) given.X) |], [| 1.0 |])
                Property.same (fun () -> $"{name} of {given}, moved by {by}") value[0] value'[0]
                Array.iter2 (Property.same (fun () -> $"gradient of {name} of {given}, moved by {by}")) gradients[0] gradients'[0]
                // Law 16.
                let sum = Array.sum gradients[0]

                if not (abs sum <= (gradients[0] |> Array.sumBy (fun g -> 0.51 * engine.Ulp g + 4.0 * Engines.float64.Ulp g))) then
                    Property.fail $"gradient of {name} of {given} sums to {sum:R}")

    // Law 5.
    [<Theory; MemberData "Engines">]
    member _.``permutes with its classes``(engine: string) =
        holds engine (fun engine given ->
            let place = Array.init given.Classes (fun c -> Array.findIndex ((=) c) given.Order)
            let moved values = Array.map (Array.get values) given.Order

            let permuted =
                { given with
                    X = moved given.X
                    Label = place[given.Label]
                    Chosen = Array.map (Array.get place) given.Chosen
                    Weights = moved given.Weights
                    Target = moved given.Target
                }

            for (name, loss), (_, loss') in List.zip (variants given) (variants permuted) do
                let value, gradients = engine.Pull(loss, [| row given.X |], [| 1.0 |])
                let value', gradients' = engine.Pull(loss', [| row permuted.X |], [| 1.0 |])
                Property.equalSums engine (fun () -> $"{name} of {given}, permuted") (given.Classes * given.Classes) value[0] value'[0]

                Array.iter2
                    (fun (a: float) b ->
                        if not (abs (a - b) <= (1.0 + engine.Slack) * engine.Ulp a) then
                            Property.fail $"gradient of {name} of {given}, permuted: {b:R} is not {a:R}")
                    (moved gradients[0])
                    gradients'[0])

    // The dead zone: right by the margin, or by more.
    [<Theory; MemberData "Engines">]
    member _.``of margins is 0, of slope 0, once every answer is right by the margin``(engine: string) =
        holds engine (fun engine given ->
            let dead name loss (x: float[]) =
                let value, gradients = engine.Pull(loss, [| row x |], [| 1.0 |])
                Property.same (fun () -> $"{name} of %A{x}") 0.0 value[0]
                Array.iter (Property.equal (fun () -> $"gradient of {name} of %A{x}") 0.0) gradients[0]

            let low = given.X |> Array.map (fun x -> floor x)
            let top = Array.max low
            let right = Array.mapi (fun i x -> if i = given.Label then top + 1.0 else x) low

            for p in [ 1; 2 ] do
                dead $"multiMargin of p {p}" (multi p 1.0 Weights.None given.Label) right

            let right = Array.mapi (fun i x -> if Array.contains i given.Chosen then top + 1.0 else x) low
            dead "multiLabelMargin" (several given.Classes given.Chosen) right)

    [<Theory; MemberData "Engines">]
    member _.``of several soft margins is the mean of their binary cross-entropies``(engine: string) =
        holds engine (fun engine given ->
            let mean =
                { new TensorFunction with
                    member _.Apply<'T when 'T :> ITensor<'T>>(inputs: 'T[]) =
                        bceWithLogits ('T.Create(inputs[0], ReadOnlySpan given.Target, Shape [| 1; given.Classes |])) inputs[0]
                        |> Reduce.mean
                }

            let value, gradients = engine.Pull(soft Weights.None given.Target, [| row given.X |], [| given.Upstream |])
            let expected, expectedGradients = engine.Pull(mean, [| row given.X |], [| given.Upstream |])

            // The mean sums rounded values.
            let near what scale (expected: float) (actual: float) =
                if not (abs (expected - actual) <= 2.0 * engine.Ulp expected + scale) then
                    Property.fail $"{what} of {given}: {actual:R} is not {expected:R}"

            near "value" (engine.Ulp expected[0]) expected[0] value[0]
            // −t σ(−x) + (1 − t) σ(x) may cancel.
            let dust = 4.0 * Engines.float64.Ulp given.Upstream
            Array.iter2 (near "gradient" dust) expectedGradients[0] gradients[0])

let private probabilities (options: CrossEntropyOptions) (oneHot: float[]) (classes: int) =
    { new TensorFunction with
        member _.Apply<'T when 'T :> ITensor<'T>>(inputs: 'T[]) =
            crossEntropyWithProbabilities
                options
                ('T.Create(inputs[0], ReadOnlySpan oneHot, Shape [| oneHot.Length / classes; classes |]))
                inputs[0]
            |> Reduce.none
    }

// Law 13: with weights and smoothing, as far as PyTorch's definitions coincide. They do for the values; a weighted mean divides by the sum of the labels'
// weights for labels, by the number of rows for probabilities.
[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``Labels and their one-hot form have the same cross-entropy`` (engine: string) =
    let engine = Engines.byName engine

    let cases =
        gen {
            let! classes = Gen.choose (1, 6)
            let! rows = Gen.choose (0, 4)
            let! logits = Gen.arrayOfLength rows (Generators.row (Generators.moderate engine) engine classes)
            let! labels = Gen.arrayOfLength rows (Gen.choose (0, classes - 1))
            let! weights = Gen.optionOf (Gen.arrayOfLength classes (Generators.weight engine))
            let! smoothing = Gen.elements [ 0.0; 0.0; 0.1; 0.5; 1.0 ]
            return logits, labels, weights, smoothing, classes
        }

    Property.holds cases (fun (logits, labels, weights, smoothing, classes) ->
        let options =
            { CrossEntropyOptions.Default with
                ClassWeights =
                    (match weights with
                     | Some weights -> Weights.op_Implicit weights
                     | None -> Weights.None)
                LabelSmoothing = smoothing
            }

        let oneHot = labels |> Array.collect (fun label -> Array.init classes (fun c -> if c = label then 1.0 else 0.0))

        let byLabels =
            { new TensorFunction with
                member _.Apply inputs = crossEntropy options (Labels labels) inputs[0] |> Reduce.none
            }

        let inputs = [| Array.concat logits, Shape [| labels.Length; classes |] |]
        let upstream = labels |> Array.mapi (fun i _ -> float (i + 1) / 2.0)
        let values, gradients = engine.Pull(byLabels, inputs, upstream)
        let expected, expectedGradients = engine.Pull(probabilities options oneHot classes, inputs, upstream)
        let what name () = $"{name} of %A{logits}, labels %A{labels}, weights %A{weights}, smoothed by {smoothing}"
        // A value beyond one rounding: sums in another order, in float64.
        let near name scale (expected: float) (actual: float) =
            if
                not (
                    expected = actual
                    || abs (expected - actual)
                       <= (if engine.Name = "float32" then engine.Ulp expected else 8.0 * engine.Ulp expected) + scale
                )
            then
                Property.fail $"{what name ()}: {actual:R} is not {expected:R}"

        Array.iter2 (near "value" 0.0) expected values

        let largest =
            8.0
            * (match weights with
               | Some weights -> Array.max (Array.append [| 1.0 |] weights)
               | None -> 1.0)

        Array.iter2
            (near "gradient" (if weights.IsNone && smoothing = 0.0 then 0.0 else 4.0 * Engines.float64.Ulp largest))
            expectedGradients[0]
            gradients[0])

// Law 9.
[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``SoftMargin = BCEWithLogits with −1 as 0`` (engine: string) =
    let engine = Engines.byName engine

    let soft =
        { new TensorFunction with
            member _.Apply inputs = softMargin inputs[1] inputs[0] |> Reduce.none
        }

    let binary =
        { new TensorFunction with
            member _.Apply inputs = bceWithLogits inputs[1] inputs[0] |> Reduce.none
        }

    Property.holds (Gen.zip3 (Generators.finite engine) sign (Generators.moderate engine)) (fun (x, t, upstream) ->
        let value, gradients = engine.Pull(soft, twice [| x; t |], [| upstream; 1.0 |])
        let expected, expectedGradients = engine.Pull(binary, twice [| x; (t + 1.0) / 2.0 |], [| upstream; 1.0 |])
        Property.same (fun () -> $"{x:R}, {t}") expected[0] value[0]
        Property.equal (fun () -> $"gradient at {x:R}, {t}") expectedGradients[0].[0] gradients[0].[0])

// Dead zones, to the last float.
[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``HingeEmbedding and MarginRanking are 0, of slope 0, beyond their margin`` (engine: string) =
    let engine = Engines.byName engine

    Property.holds (Gen.zip (Generators.finite engine) sign) (fun (x, t) ->
        let beyond = max 1.0 (abs x)
        let value, gradients = engine.Pull(tensor "hingeEmbedding margin 1", twice [| beyond; -1.0 |], [| 1.0; 1.0 |])
        Property.same (fun () -> $"hingeEmbedding of {beyond:R}") 0.0 value[0]
        Property.equal (fun () -> $"slope of hingeEmbedding of {beyond:R}") 0.0 gradients[0].[0]

        let value, gradients = engine.Pull(tensor "marginRanking margin 1", twice [| t * max 1.0 (abs x); 0.0; t |], [| 1.0; 1.0 |])

        Property.same (fun () -> $"marginRanking of {x:R}") 0.0 value[0]
        Property.equal (fun () -> $"slope of marginRanking of {x:R}") 0.0 gradients[0].[0]
        Property.equal (fun () -> $"slope of marginRanking of {x:R}") 0.0 gradients[1].[0])

[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``PoissonNLL is least where the rate is the target`` (engine: string) =
    let engine = Engines.byName engine
    let record = "poissonNLL"

    Property.holds (Gen.zip (Gen.choose (1, 2000) |> Gen.map float) (Generators.moderate engine)) (fun (t, x) ->
        let least = value engine record [| engine.Round(log t); t |]
        let other = value engine record [| x; t |]
        let terms = t + t * abs (log t) + exp x + abs (t * x)

        if not (least <= other + 4.0 * engine.Ulp terms) then
            Property.fail $"target {t}: {least:R} at its logarithm, {other:R} at {x:R}"

        let _, gradients = engine.Pull(tensor record, twice [| engine.Round(log t); t |], [| 1.0; 1.0 |])
        // eˣ − t with x rounded.
        if not (abs (gradients[0].[0]) <= t * engine.Ulp(log t + 1.0) + 2.0 * engine.Ulp t) then
            Property.fail $"slope at the logarithm of {t}: {gradients[0].[0]:R}")

[<Fact>]
let ``PoissonNLL of a rate is that of its logarithm`` () =
    let engine = Engines.float64

    let byRate =
        { new TensorFunction with
            member _.Apply inputs = poissonNLL false false 0.0 inputs[1] (Notation.exp inputs[0]) |> Reduce.none
        }

    Property.holds (Gen.zip (Gen.choose (-400, 400) |> Gen.map (fun k -> float k / 16.0)) counts) (fun (x, t) ->
        let value, gradients = engine.Pull(tensor "poissonNLL", twice [| x; t |], [| 1.0; 1.0 |])
        let expected, expectedGradients = engine.Pull(byRate, twice [| x; t |], [| 1.0; 1.0 |])
        let allowed = 8.0 * engine.Ulp(exp x + t * abs x + t)

        if not (abs (value[0] - expected[0]) <= allowed && abs (gradients[0].[0] - expectedGradients[0].[0]) <= allowed) then
            Property.fail $"{x}, {t}: {value[0]:R}, {gradients[0].[0]:R} is not {expected[0]:R}, {expectedGradients[0].[0]:R}")

// A33: the variance's slope is there, and 0 at the squared error.
[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``GaussianNLL is least where the variance is the squared error`` (engine: string) =
    let engine = Engines.byName engine
    let record = "gaussianNLL"

    Property.holds (Gen.zip (Gen.choose (1, 400)) (Gen.choose (1, 6400))) (fun (quarters, v) ->
        let d, v = float quarters / 4.0, float v / 16.0
        let least = value engine record [| d; 0.0; d * d |]
        let other = value engine record [| d; 0.0; v |]
        let _, gradients = engine.Pull(tensor record, twice [| d; 0.0; d * d |], [| 1.0; 1.0 |])
        // ½ (1/v − d²/v²): terms that cancel.
        if not (abs (gradients[2].[0]) <= Engines.float64.Ulp(1.0 / (d * d))) then
            Property.fail $"slope in the variance {d * d}: {gradients[2].[0]:R}"

        if not (least <= other + 4.0 * engine.Ulp(abs least + 1.0)) then
            Property.fail $"{least:R} at the squared error {d * d}, {other:R} at {v}")

// A variance of the input's shape, of a sample, or with axes of length 1.
[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``GaussianNLL takes a variance that broadcasts, and adds up its slope`` (engine: string) =
    let engine = Engines.byName engine
    let shape = Shape [| 2; 3; 2 |]

    let loss =
        { new TensorFunction with
            member _.Apply inputs = gaussianNLL true 1e-6 inputs[2] inputs[1] inputs[0] |> Reduce.none
        }

    for variance in [ Shape [| 2; 3 |]; Shape [| 2; 3; 1 |]; Shape [| 1; 3; 2 |]; Shape [| 2; 1; 1 |]; Shape [| 1 |]; Shape.Scalar ] do
        let cases =
            Gen.zip3
                (Gen.arrayOfLength shape.Size (Gen.choose (-40, 40) |> Gen.map (fun k -> float k / 4.0)))
                (Gen.arrayOfLength shape.Size (Gen.choose (-40, 40) |> Gen.map (fun k -> float k / 4.0)))
                (Gen.arrayOfLength variance.Size (Gen.choose (1, 40) |> Gen.map (fun k -> float k / 4.0)))

        Property.holdsFor 40 cases (fun _ -> Seq.empty) (fun (x, t, v) ->
            let of' i =
                if variance = Shape [| 2; 3 |] || variance = Shape [| 2; 3; 1 |] then i / 2
                elif variance = Shape [| 1; 3; 2 |] then i % 6
                elif variance = Shape [| 2; 1; 1 |] then i / 6
                else 0

            let upstream = Array.init shape.Size (fun i -> float (i % 3) + 0.5)
            let values, gradients = engine.Pull(loss, [| x, shape; t, shape; v, variance |], upstream)
            let full = Array.init shape.Size (fun i -> v[of' i])
            let expected, expectedGradients = engine.Pull(loss, [| x, shape; t, shape; full, shape |], upstream)
            Array.iter2 (Property.same (fun () -> $"variance of shape {variance}")) expected values
            Array.iter2 (Property.same (fun () -> $"gradient, variance of shape {variance}")) expectedGradients[0] gradients[0]
            let sums = Array.zeroCreate<float> v.Length
            let sizes = Array.zeroCreate<float> v.Length

            expectedGradients[2]
            |> Array.iteri (fun i g ->
                sums[of' i] <- sums[of' i] + g
                sizes[of' i] <- sizes[of' i] + abs g)

            for i in 0 .. v.Length - 1 do
                if not (abs (sums[i] - gradients[2].[i]) <= float shape.Size * engine.Ulp sizes[i]) then
                    Property.fail $"slope of the variance {i} of shape {variance}: {gradients[2].[i]:R} is not {sums[i]:R}")

/// Three vectors, of which two may be the same.
let private triplets (engine: Engine) =
    gen {
        let! width = Gen.choose (1, 4)
        let vector = Gen.arrayOfLength width (Generators.moderate engine |> Gen.map (fun x -> engine.Round(x / 32.0)))
        let! anchor = vector
        let! positive = Gen.frequency [ 4, vector; 1, Gen.constant anchor ]
        let! negative = Gen.frequency [ 4, vector; 1, Gen.constant anchor; 1, Gen.constant positive ]
        let! p = Gen.elements [ 1.0; 2.0; 3.0; infinity ]
        let! swap = Gen.elements [ true; false ]
        let! eps = Gen.elements [ 0.0; 1e-6 ]
        return [| anchor; positive; negative |], { TripletMarginOptions.Default with P = p; Swap = swap; Eps = eps }
    }

let private triplet (options: TripletMarginOptions) =
    { new TensorFunction with
        member _.Apply inputs = tripletMargin options inputs[2] inputs[1] inputs[0] |> Reduce.none
    }

type ``A triplet``() =

    static member Engines = engines

    // By loops.
    [<Theory; MemberData "Engines">]
    member _.``is the hinge of its distances``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (triplets engine) (fun (vectors, options) ->
            let distance (a: float[]) (b: float[]) =
                let terms = Array.map2 (fun x y -> DoubleDouble.Abs(exact x - exact y + exact options.Eps)) a b

                let sum =
                    Array.fold
                        (fun (sum: DoubleDouble) (term: DoubleDouble) ->
                            sum + (if term.High = 0.0 then term else DoubleDouble.Power(term, options.P)))
                        (exact 0.0)
                        terms

                if Double.IsPositiveInfinity options.P then
                    Array.reduce (fun (a: DoubleDouble) b -> DoubleDouble.Max(a, b)) terms
                elif sum.High = 0.0 then
                    sum
                else
                    DoubleDouble.Power(sum, 1.0 / options.P)

            let near, far = distance vectors[0] vectors[1], distance vectors[0] vectors[2]
            let far = if options.Swap then DoubleDouble.Min(far, distance vectors[1] vectors[2]) else far
            let truth = DoubleDouble.Max(exact 0.0, near - far + exact options.Margin)
            let got = engine.Value(triplet options, Array.map row vectors)[0]

            close
                engine
                (fun () -> $"%A{vectors}, {options.P}, swap {options.Swap}, eps {options.Eps}")
                (4.0 * (near.High + far.High + 1.0))
                truth
                got)

    [<Theory; MemberData "Engines">]
    member _.``with the same distance given is the same``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (triplets engine) (fun (vectors, options) ->
            let given =
                { new TensorFunction with
                    member _.Apply inputs =
                        tripletMarginWithDistance
                            (fun a b -> pairwiseDistance options.P options.Eps false b a)
                            options.Margin
                            options.Swap
                            inputs[2]
                            inputs[1]
                            inputs[0]
                        |> Reduce.none
                }

            let value, gradients = engine.Pull(triplet options, Array.map row vectors, [| 1.0 |])
            let value', gradients' = engine.Pull(given, Array.map row vectors, [| 1.0 |])
            // For the one there is a kernel; for the other the slopes of the two distances, up to 1 each, are rounded before they are added.
            let scale = Array.fold (fun most x -> max most (abs x)) 1.0 (Array.concat vectors)

            let near (what: string) (expected: float) (actual: float) =
                let dust = 8.0 * Engines.float64.Ulp(4.0 * scale)

                if not (abs (expected - actual) <= dust + (if engine.Name = "float32" then engine.Ulp(abs expected + 1.0) else 0.0)) then
                    Property.fail $"{what} of %A{vectors}: {actual:R} is not {expected:R}"

            near "value" value[0] value'[0]
            Array.iter2 (Array.iter2 (near "gradient")) gradients gradients')

    // Laws 2, 4 and 20: never NaN, whoever is equal; moving all three together leaves it; and the dead zone.
    [<Theory; MemberData "Engines">]
    member _.``has slopes that sum to 0, none NaN, and 0 in the dead zone``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (triplets engine) (fun (vectors, options) ->
            let value, gradients = engine.Pull(triplet options, Array.map row vectors, [| 1.0 |])

            for d in 0 .. vectors[0].Length - 1 do
                let slopes = gradients |> Array.map (fun gradient -> gradient[d])

                if slopes |> Array.exists (fun g -> not (abs g <= 2.0 + 8.0 * engine.Ulp 1.0)) then
                    Property.fail $"slopes of %A{vectors}: %A{slopes}"

                if value[0] = 0.0 then
                    Array.iter (Property.equal (fun () -> $"slope of %A{vectors}") 0.0) slopes

                if not (abs (Array.sum slopes) <= Array.sumBy (fun g -> engine.Ulp g) slopes) then
                    Property.fail $"slopes of %A{vectors} sum to {Array.sum slopes:R}")

    // Law 19.
    [<Fact>]
    member _.``is not convex in its negative``() =
        let value negative =
            Engines.float64.Value(triplet TripletMarginOptions.Default, [| row [| 0.0 |]; row [| 3.0 |]; row [| negative |] |])[0]

        Assert.True(value 0.0 > (value 1.0 + value -1.0) / 2.0)

let private cosine (margin: float) =
    { new TensorFunction with
        member _.Apply inputs = cosineEmbedding margin inputs[2] inputs[1] inputs[0] |> Reduce.none
    }

let private pairs (engine: Engine) =
    gen {
        let! width = Gen.choose (1, 5)
        let vector = Generators.row (Generators.moderate engine) engine width |> Gen.filter (Array.exists (fun x -> abs x > 1e-2))
        let! one = vector

        let! two =
            Gen.frequency
                [
                    3, vector
                    1, Gen.constant one
                    1, Gen.constant (Array.map (fun x -> -2.0 * x) one)
                    1, Gen.constant (Array.map engine.Next one)
                ]

        let! margin = Gen.elements [ 0.0; 0.5; -0.5; -1.0; 1.0 ]
        return one, two, margin
    }

let private target (t: float) = [| t |], Shape [| 1 |]

type ``A cosine embedding``() =

    static member Engines = engines

    // D09: 1 − cos without cancellation, where the vectors are nearly parallel as well.
    [<Theory; MemberData "Engines">]
    member _.``is 1 − cos of those alike, the hinge of cos for others``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (pairs engine) (fun (one, two, margin) ->
            let dot (a: float[]) (b: float[]) = Array.fold2 (fun (sum: DoubleDouble) x y -> sum + exact x * exact y) (exact 0.0) a b
            let eps = exact 1e-12
            let norms = DoubleDouble.Sqrt((dot one one + eps) * (dot two two + eps))
            let cos = dot one two / norms
            let alike = engine.Value(cosine margin, [| row one; row two; target 1.0 |])[0]
            let other = engine.Value(cosine margin, [| row one; row two; target -1.0 |])[0]
            let what () = $"%A{one}, %A{two}, margin {margin}"
            let truth = exact 1.0 - cos
            // Vectors of length 1 whose components are off by half an ulp: ½‖d‖² is off by ‖d‖ times that, with ‖d‖ = √(2 (1 − cos)).
            let distance = sqrt (2.0 * abs truth.High) + 1e-15
            close engine (fun () -> $"alike {what ()}") distance truth alike
            close engine (fun () -> $"other {what ()}") 8.0 (DoubleDouble.Max(exact 0.0, cos - exact margin)) other)

    // Law 3.
    [<Theory; MemberData "Engines">]
    member _.``is the same the other way round``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (pairs engine) (fun (one, two, margin) ->
            for t in [ 1.0; -1.0 ] do
                let value, gradients = engine.Pull(cosine margin, [| row one; row two; target t |], [| 1.0 |])
                let value', gradients' = engine.Pull(cosine margin, [| row two; row one; target t |], [| 1.0 |])
                Property.same (fun () -> $"%A{one}, %A{two}") value[0] value'[0]
                Array.iter2 (Property.equal (fun () -> $"slope of %A{one}, %A{two}")) gradients[0] gradients'[1])

    // The dead zone, and no slope along a vector.
    [<Theory; MemberData "Engines">]
    member _.``has slopes across its vectors, 0 within the margin``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (pairs engine) (fun (one, two, margin) ->
            for t in [ 1.0; -1.0 ] do
                let value, gradients = engine.Pull(cosine margin, [| row one; row two; target t |], [| 1.0 |])

                if t < 0.0 && value[0] = 0.0 then
                    Array.iter (Property.equal (fun () -> $"slope of %A{one}, %A{two}") 0.0) gradients[0]

                let along = Array.fold2 (fun sum x g -> sum + x * g) 0.0 one gradients[0]
                let scale = Array.fold2 (fun sum x g -> sum + abs (x * g)) 0.0 one gradients[0]

                // The ε of the norm leaves ε / ‖x‖² of it.
                if not (abs along <= 2.0 * scale * engine.Ulp 1.0 + 1e-7) then
                    Property.fail $"slope of %A{one}, %A{two} along the first: {along:R}")

    // Law 19.
    [<Fact>]
    member _.``is not convex``() =
        let value x = Engines.float64.Value(cosine 0.0, [| row [| x; 1.0 |]; row [| 1.0; 0.0 |]; target 1.0 |])[0]
        Assert.True(value -3.0 > (value -5.0 + value -1.0) / 2.0 || value 3.0 > (value 5.0 + value 1.0) / 2.0)
