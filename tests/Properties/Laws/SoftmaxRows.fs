/// Losses of softmax rows: definitions of one's own beside losses of the library, and beside what they mean.
module Losses.Tests.Laws.SoftmaxRows

open System
open System.Runtime.CompilerServices
open FsCheck.FSharp
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

[<Struct; NoEquality; NoComparison>]
type Surprise =
    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(p, t) = Notation.weigh t (Notation.(~-) p.LogProbability)

[<Struct; NoEquality; NoComparison>]
type Brier =
    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(p, t) =
            let d = Notation.(-) p.Probability t
            Notation.(*) d d

/// Looks at all that both softmaxes give.
[<Struct; NoEquality; NoComparison>]
type Everything =
    interface ISoftmaxDivergence with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(p, q) =
            let (*) a b = Notation.(*) a b
            let (-) a b = Notation.(-) a b
            let apart = p.Probability * q.Rest - q.Probability * p.Rest
            apart * apart - p.Rest * p.Probability * q.LogProbability - q.Rest * q.Probability * p.LogProbability

type Names = EngineNames

// Rows of few classes and of many, along memory and across it, and what comes from above.
let private rows (engine: Engine) =
    gen {
        let! classes = Gen.elements [ 1; 2; 3; 7; 9; 16; 33; 50; 70 ]
        let! n = Gen.choose (1, 20)
        let! inner = Gen.elements [ 1; 1; 3; 17 ]

        let! logits =
            Gen.arrayOfLength (n * classes * inner) (Generators.moderate engine |> Gen.map (fun x -> max -30.0 (min 30.0 x)))

        let! labels = Gen.arrayOfLength (n * inner) (Gen.choose (-1, classes - 1))
        let! upstream = Gen.arrayOfLength (n * inner) (Generators.moderate engine |> Gen.map (fun x -> max -4.0 (min 4.0 x)))
        let shape = Shape(if inner = 1 then [| n; classes |] else [| n; classes; inner |])
        return shape, logits, Labels(ReadOnlySpan labels, shape.Without 1), upstream
    }

let private pull (engine: Engine) (f: TensorFunction) inputs upstream = engine.Pull(f, inputs, upstream)

let private sameBits (what: string) (expected: float[] * float[][]) (actual: float[] * float[][]) =
    Array.iter2 (Property.same (fun () -> $"{what}: value")) (fst expected) (fst actual)

    for e, a in Array.zip (snd expected) (snd actual) do
        Array.iter2 (Property.same (fun () -> $"{what}: slope")) e a

// A row that is no number, or infinite, or whose gradient is huge, sends those beside it another way.
let private odd =
    [
        fun (row: float[]) -> row[0] <- nan
        fun row -> row[row.Length - 1] <- nan
        fun row -> row[row.Length / 2] <- infinity
        fun row -> Array.fill row 0 row.Length -infinity
        fun row -> Array.fill row 0 (row.Length - 1) -infinity
        fun row -> row[0] <- 80.0
    ]

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``a row has the bits that it has alone, whatever stands beside it`` (engine: string) =
    let engine = Engines.byName engine

    let drawn =
        gen {
            let! classes = Gen.elements [ 2; 3; 8; 9; 15; 16; 17; 31; 32; 33; 40; 63; 64; 65; 100 ]
            let! n = Gen.choose (2, 40)
            let! logits = Gen.arrayOfLength (n * classes) (Generators.moderate engine |> Gen.map (fun x -> max -30.0 (min 30.0 x)))
            let! labels = Gen.arrayOfLength n (Gen.choose (-1, classes - 1))
            let! upstream = Gen.arrayOfLength n (Gen.elements [ 1.0; -0.5; 0.0; 1e30 ])
            let! changes = Gen.listOf (Gen.zip (Gen.choose (0, n - 1)) (Gen.elements odd))

            let! weights =
                Gen.elements [ Weights.None; Weights(ReadOnlySpan(Array.init classes (fun c -> float (c % 3) / 2.0)), Shape [| classes |]) ]

            for row, change in List.truncate 2 changes do
                let numbers = logits[row * classes .. row * classes + classes - 1]
                change numbers
                Array.blit numbers 0 logits (row * classes) classes

            return classes, logits, labels, upstream, weights
        }

    Property.holds drawn (fun (classes, logits, labels, upstream, weights) ->
        let of' (logits: float[]) (labels: int[]) upstream =
            let call =
                { new TensorFunction with
                    member _.Apply inputs =
                        crossEntropy
                            { CrossEntropyOptions.Default with IgnoreIndex = -1; ClassWeights = weights }
                            (Labels(ReadOnlySpan<int> labels, Shape [| labels.Length |]))
                            inputs[0]
                        |> Reduce.none
                }

            pull engine call [| logits, Shape [| labels.Length; classes |] |] upstream

        let values, slopes = of' logits labels upstream

        for row in 0 .. labels.Length - 1 do
            let own = row * classes

            of' logits[own .. own + classes - 1] [| labels[row] |] [| upstream[row] |]
            |> sameBits $"row {row} of {labels.Length}" ([| values[row] |], [| slopes[0][own .. own + classes - 1] |]))

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``softmaxRows of −log p of one's own = crossEntropy, and so is focal of γ 0`` (engine: string) =
    let engine = Engines.byName engine
    let options = { ClassOptions.Default with IgnoreIndex = -1 }

    Property.holds (rows engine) (fun (shape, logits, labels, upstream) ->
        let of' call = pull engine call [| logits, shape |] upstream

        let expected =
            of'
                { new TensorFunction with
                    member _.Apply inputs =
                        crossEntropy { CrossEntropyOptions.Default with IgnoreIndex = -1 } labels inputs[0] |> Reduce.none
                }

        of'
            { new TensorFunction with
                member _.Apply inputs = softmaxRows (Surprise()) options labels inputs[0] |> Reduce.none
            }
        |> sameBits "−log p" expected

        of'
            { new TensorFunction with
                member _.Apply inputs = focal { FocalOptions.Default with Gamma = 0.0; IgnoreIndex = -1 } labels inputs[0] |> Reduce.none
            }
        |> sameBits "focal" expected)

// 1 where a class is the label's.
let private oneHot (shape: Shape) (labels: Labels) =
    let classes = shape[1]
    let inner = if shape.Rank = 2 then 1 else shape[2]

    Array.init shape.Size (fun i ->
        let n, c, k = i / (classes * inner), i / inner % classes, i % inner
        if labels.Indices[n * inner + k] = c then 1.0 else 0.0)

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``focal of one-hot probabilities = focal of labels`` (engine: string) =
    let engine = Engines.byName engine

    Property.holds (rows engine) (fun (shape, logits, labels, upstream) ->
        let targets = oneHot shape labels

        let values, slopes =
            pull
                engine
                { new TensorFunction with
                    member _.Apply inputs = focal { FocalOptions.Default with IgnoreIndex = -1 } labels inputs[0] |> Reduce.none
                }
                [| logits, shape |]
                upstream

        let actual, gradients =
            pull
                engine
                { new TensorFunction with
                    member _.Apply inputs = focalWithProbabilities FocalOptions.Default inputs[1] inputs[0] |> Reduce.none
                }
                [| logits, shape; targets, shape |]
                upstream

        let close what (expected: float) (actual: float) =
            if not (abs (expected - actual) <= 16.0 * engine.Ulp expected) then
                Property.fail $"{what}: {actual:R}, not {expected:R}"

        Array.iter2 (close "value") values actual
        Array.iter2 (close "slope") slopes[0] gradients[0])

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``softmaxRowsWithTargets of (p − t)² = the squared distance of the softmax, by logits and targets`` (engine: string) =
    let engine = Engines.byName engine

    let inputs =
        gen {
            let! shape, logits, _, upstream = rows engine
            let! targets = Gen.arrayOfLength shape.Size (Generators.probability engine)
            let! weights = Gen.optionOf (Gen.arrayOfLength shape[1] (Gen.elements [ 0.0; 0.5; 1.0; 3.0 ]))
            return shape, logits, targets, weights, upstream
        }

    Property.holds inputs (fun (shape, logits, targets, weights, upstream) ->
        let weights: Weights =
            match weights with
            | Some weights -> Weights(ReadOnlySpan weights, Shape [| weights.Length |])
            | None -> Weights.None

        let values, slopes =
            pull
                engine
                { new TensorFunction with
                    member _.Apply inputs =
                        let terms = (mse inputs[1] (softmax 1 inputs[0])).Values
                        let column = Array.init shape.Rank (fun axis -> if axis = 1 then shape[1] else 1)

                        if weights.IsNone then
                            TensorNotation.sumAlong 1 terms
                        else
                            Notation.weigh
                                (TensorNotation.constant terms (weights.Reshape(Shape column)) |> TensorNotation.expand shape)
                                terms
                            |> TensorNotation.sumAlong 1
                }
                [| logits, shape; targets, shape |]
                upstream

        let actual, gradients =
            pull
                engine
                { new TensorFunction with
                    member _.Apply inputs =
                        softmaxRowsWithTargets (Brier()) { ClassOptions.Default with ClassWeights = weights } inputs[1] inputs[0]
                        |> Reduce.none
                }
                [| logits, shape; targets, shape |]
                upstream

        // The terms of a slope by a logit cancel: none is above 6 in size. In float32 the composition has rounded probabilities.
        let close (size: float) what (expected: float) (actual: float) =
            if not (abs (expected - actual) <= 64.0 * engine.Ulp(max size (abs expected))) then
                Property.fail $"{what}: {actual:R}, not {expected:R}"

        Array.iter2 (close 1.0 "value") values actual
        Array.iter2 (close 8.0 "slope by a logit") slopes[0] gradients[0]
        Array.iter2 (close 8.0 "slope by a target") slopes[1] gradients[1])

// p of the first class is 1 but for 10⁻³⁸, so that its slope is the sum of all other targets: what a plain sum of so many loses would be seen.
[<Fact>]
let ``the slope of a sure class among a hundred thousand is the sum of the other targets`` () =
    let classes = 100_000
    let random = Random 1
    let targets = Array.init classes (fun c -> if c = 0 then 0.5 else 1e-6 * random.NextDouble() / float classes)
    let logits = DiffTensor.Create(Array.init classes (fun c -> if c = 0 then 100.0 else 0.0), 1, classes)
    let target = DiffTensor.Create(targets, 1, classes)
    let loss = crossEntropyWithProbabilities CrossEntropyOptions.Default target >> Reduce.sum
    let others = ExactSum()
    others.Add(ReadOnlySpan(targets, 1, classes - 1))
    let slope = (Diff.grad loss logits).ToArray()[0]
    Assert.InRange(abs (slope - others.ToDouble()), 0.0, 4.0 * Engines.float64.Ulp(others.ToDouble()))

// Two rows of few classes and of many, along memory and across it.
let private twoRows (engine: Engine) =
    gen {
        let! shape, student, _, upstream = rows engine
        let! teacher = Gen.arrayOfLength shape.Size (Generators.moderate engine |> Gen.map (fun x -> max -30.0 (min 30.0 x)))
        let! temperature = Gen.elements [ 1.0; 1.0; 0.5; 3.0 ]
        let! rescaled = Gen.elements [ false; true ]
        return shape, student, teacher, { DistillationOptions.Default with Temperature = temperature; Rescaled = rescaled }, upstream
    }

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``softmaxRowsWithLogits of one's own = what its operations give, by both logits`` (engine: string) =
    let engine = Engines.byName engine

    Property.holds (twoRows engine) (fun (shape, student, teacher, options, upstream) ->
        let inputs = [| student, shape; teacher, shape |]

        let values, slopes =
            pull
                engine
                { new TensorFunction with
                    member _.Apply(inputs: 'T[]) =
                        let scaled = inputs |> Array.map (fun x -> Notation.(/) x (Notation.num options.Temperature))

                        let softmaxes =
                            scaled
                            |> Array.map (fun x -> Softmax<'T>(logSoftmax 1 x, softmax 1 x, Notation.(-) (Notation.num 1.0) (softmax 1 x)))

                        let terms = (Everything() :> ISoftmaxDivergence).Of(softmaxes[0], softmaxes[1]) |> TensorNotation.sumAlong 1

                        if options.Rescaled then
                            Notation.(*) (Notation.num (options.Temperature * options.Temperature)) terms
                        else
                            terms
                }
                inputs
                upstream

        let actual, gradients =
            pull
                engine
                { new TensorFunction with
                    member _.Apply inputs = softmaxRowsWithLogits (Everything()) options inputs[1] inputs[0] |> Reduce.none
                }
                inputs
                upstream

        // No logarithm is below −120, no upstream above 4, no square of a temperature above 9; in float32 the composition has rounded numbers.
        let close what (expected: float) (actual: float) =
            if not (abs (expected - actual) <= 256.0 * engine.Ulp(max 128.0 (abs expected))) then
                Property.fail $"{what}: {actual:R}, not {expected:R}"

        Array.iter2 (close "value") values actual
        Array.iter2 (close "slope by the student") slopes[0] gradients[0]
        Array.iter2 (close "slope by the teacher") slopes[1] gradients[1])

let private divergences (options: DistillationOptions) : (string * TensorFunction) list =
    [
        "KL",
        { new TensorFunction with
            member _.Apply inputs = klDivOfLogits options inputs[1] inputs[0] |> Reduce.none
        }
        "reverse KL",
        { new TensorFunction with
            member _.Apply inputs = reverseKLDivOfLogits options inputs[1] inputs[0] |> Reduce.none
        }
        "Jensen–Shannon",
        { new TensorFunction with
            member _.Apply inputs = jensenShannonOfLogits options 0.3 inputs[1] inputs[0] |> Reduce.none
        }
    ]

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``a student that is its teacher has a divergence of 0, of slope 0`` (engine: string) =
    let engine = Engines.byName engine

    Property.holds (twoRows engine) (fun (shape, student, _, options, upstream) ->
        for name, divergence in divergences options do
            let values, slopes = pull engine divergence [| student, shape; student, shape |] upstream

            for x in Seq.append values (Seq.concat slopes) do
                if x <> 0.0 then
                    Property.fail $"{name}: {x:R}")

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``jensenShannonOfLogits of β 0 and 1 = klDivOfLogits and reverseKLDivOfLogits`` (engine: string) =
    let engine = Engines.byName engine

    Property.holds (twoRows engine) (fun (shape, student, teacher, options, upstream) ->
        for beta, (name, divergence) in List.zip [ 0.0; 1.0 ] (List.take 2 (divergences options)) do
            let inputs = [| student, shape; teacher, shape |]

            pull
                engine
                { new TensorFunction with
                    member _.Apply inputs = jensenShannonOfLogits options beta inputs[1] inputs[0] |> Reduce.none
                }
                inputs
                upstream
            |> sameBits name (pull engine divergence inputs upstream))

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``classes of no probability count as their limit, and rows without a distribution not at all`` (engine: string) =
    let engine = Engines.byName engine
    let none = -infinity
    // p = (½, ½, 0), q = (1, 0, 0); then none of the one, and none of the other; then q where p is 0.
    let student = [| 0.0; 0.0; none; none; none; none; 1.0; 2.0; 3.0; 0.0; none; none |]
    let teacher = [| 7.0; none; none; 1.0; 2.0; 3.0; none; none; none; 0.0; 0.0; none |]
    let inputs = [| student, Shape [| 4; 3 |]; teacher, Shape [| 4; 3 |] |]
    let at (divergence: string) = List.find (fun (name, _) -> name = divergence) (divergences DistillationOptions.Default) |> snd
    let pulled name = pull engine (at name) inputs [| 1.0; 1.0; 1.0; 1.0 |]

    let near (expected: float[]) (actual: float[]) =
        Assert.Equal(expected.Length, actual.Length)

        for e, a in Array.zip expected actual do
            if e <> a && not (abs (e - a) <= 4.0 * engine.Ulp(abs e)) then
                Assert.Fail $"%A{actual}, not %A{expected}"

    let values, slopes = pulled "KL"
    near [| log 2.0; 0.0; 0.0; infinity |] values
    near [| -0.5; 0.5; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.5; -0.5; 0.0 |] slopes[0]
    let values, _ = pulled "reverse KL"
    near [| infinity; 0.0; 0.0; log 2.0 |] values
    let values, _ = pulled "Jensen–Shannon"
    // 0.3 q log(q / m) + 0.7 p log(p / m): m is (0.65, 0.35), then (0.85, 0.15).
    let kl p m = p * log (p / m)

    near
        [|
            0.3 * kl 1.0 0.65 + 0.7 * (kl 0.5 0.65 + kl 0.5 0.35)
            0.0
            0.0
            0.3 * (kl 0.5 0.85 + kl 0.5 0.15) + 0.7 * kl 1.0 0.85
        |]
        values

[<Theory; MemberData("Names", MemberType = typeof<Names>)>]
let ``a NaN among the logits of either makes a row's divergence NaN, and no other's`` (engine: string) =
    let engine = Engines.byName engine
    let shape = Shape [| 2; 3 |]

    for name, divergence in divergences DistillationOptions.Default do
        for side in 0..1 do
            let row = [| 1.0; 2.0; 3.0; 0.5; 1.0; nan |]
            let other = [| 1.0; 2.0; 4.0; 0.5; 1.0; 2.0 |]
            let inputs = if side = 0 then [| row, shape; other, shape |] else [| other, shape; row, shape |]
            let values, slopes = pull engine divergence inputs [| 1.0; 1.0 |]
            Assert.True(Double.IsFinite values[0] && Double.IsNaN values[1], $"{name}: %A{values}")

            for gradient in slopes do
                Assert.True(Array.forall Double.IsFinite gradient[..2] && Array.forall Double.IsNaN gradient[3..], $"{name}: %A{gradient}")
