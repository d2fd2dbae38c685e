module Losses.Tests.Laws.Families

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.Catalogue
open Losses.FSharp
open Losses.Tests

let private same (what: string) (expected: float[]) (actual: float[]) =
    Array.iteri2 (fun i -> Property.same (fun () -> $"{what}, element {i}")) expected actual

let private close (engine: Engine) (what: string) (expected: float[]) (actual: float[]) =
    Array.iteri2 (fun i -> Property.close engine (fun () -> $"{what}, element {i}")) expected actual

/// Each law on both engines.
let private onBoth (law: Engine -> unit) = List.iter law Engines.all

let private against (name: string) (engine: Engine) (x: float) (t: float) =
    let f =
        { new TensorFunction with
            member _.Apply inputs = (Catalogue.find name).Call.Of(inputs, [||]) |> Reduce.none
        }

    engine.Value(f, [| [| x; x |], Shape [| 2 |]; [| t; t |], Shape [| 2 |] |])[0]

module ``Huber and smooth L1`` =

    let private huberOf (delta: float) (engine: Engine) x t =
        let f =
            { new TensorFunction with
                member _.Apply inputs = huber delta inputs[1] inputs[0] |> Reduce.none
            }

        engine.Value(f, [| [| x |], Shape [| 1 |]; [| t |], Shape [| 1 |] |])[0]

    let private smoothOf (beta: float) (engine: Engine) x t =
        let f =
            { new TensorFunction with
                member _.Apply inputs = smoothL1 beta inputs[1] inputs[0] |> Reduce.none
            }

        engine.Value(f, [| [| x |], Shape [| 1 |]; [| t |], Shape [| 1 |] |])[0]

    // Law 14.
    [<Fact>]
    let ``Huber is half the square within its threshold`` () =
        onBoth (fun engine ->
            Property.holds (Gen.zip (Generators.pair engine) (Gen.choose (-20, 20))) (fun ((x, t), k) ->
                let delta = Math.ScaleB(1.0, k)

                if abs (x - t) < delta then
                    Property.same
                        (fun () -> $"huber {delta} of {x:R}, {t:R}")
                        (engine.Round(0.5 * (x - t) * (x - t)))
                        (huberOf delta engine x t)))

    // Law 14: both branches meet, in value and slope.
    [<Fact>]
    let ``Huber is smooth at its threshold`` () =
        onBoth (fun engine ->
            for k in -10 .. 10 do
                let delta = Math.ScaleB(1.0, k)
                let below = -(engine.Next -delta)
                let at, inside = huberOf delta engine delta 0.0, huberOf delta engine below 0.0
                Property.equal (fun () -> $"huber {delta} at its threshold") (delta * delta / 2.0) at
                Assert.True(at >= inside && at - inside <= 2.0 * delta * engine.Ulp delta))

    // Law 14.
    [<Fact>]
    let ``Huber over a vanishing threshold is the absolute error`` () =
        onBoth (fun engine ->
            Property.holds (Generators.moderate engine) (fun x ->
                let delta = Math.ScaleB(1.0, -100)

                if x = 0.0 || abs x > 1e-6 then
                    Property.same (fun () -> $"huber of {x:R} over δ") (abs x) (huberOf delta engine x 0.0 / delta)))

    // Law 15, and B23: users swap the two.
    [<Fact>]
    let ``smooth L1 is Huber over its threshold`` () =
        onBoth (fun engine ->
            Property.holds (Gen.zip (Generators.pair engine) (Gen.choose (-10, 10))) (fun ((x, t), k) ->
                let beta = Math.ScaleB(1.0, k)
                let value = huberOf beta engine x t
                // Where Huber underflows, or overflows, dividing does not bring it back.
                if
                    value = 0.0
                    || (value > engine.Least / engine.Ulp 1.0 && value < engine.Largest / 1024.0)
                       && smoothOf beta engine x t > engine.Least / engine.Ulp 1.0
                then
                    if value <> 0.0 then
                        Property.same (fun () -> $"smoothL1 {beta} of {x:R}, {t:R}") (value / beta) (smoothOf beta engine x t)))

    // Law 15, A34.
    [<Fact>]
    let ``smooth L1 of beta 0 is L1, with its slope`` () =
        onBoth (fun engine ->
            let smooth =
                { new TensorFunction with
                    member _.Apply inputs = smoothL1 0.0 inputs[1] inputs[0] |> Reduce.none
                }

            let absolute =
                { new TensorFunction with
                    member _.Apply inputs = l1 inputs[1] inputs[0] |> Reduce.none
                }

            Property.holds (Generators.pair engine) (fun (x, t) ->
                let inputs = [| [| x |], Shape [| 1 |]; [| t |], Shape [| 1 |] |]
                let value, gradients = engine.Pull(smooth, inputs, [| 1.0 |])
                let value', gradients' = engine.Pull(absolute, inputs, [| 1.0 |])
                same "smoothL1 0" value' value
                Property.equal (fun () -> $"slope at {x:R}, {t:R}") (gradients'[0].[0]) (gradients[0].[0])))

module ``Binary cross-entropy`` =

    // Law 9.
    [<Fact>]
    let ``is cross-entropy of two classes, and softplus`` () =
        onBoth (fun engine ->
            let ce =
                { new TensorFunction with
                    member _.Apply inputs = crossEntropy CrossEntropyOptions.Default (Labels [| 1 |]) inputs[0] |> Reduce.none
                }

            Property.holds (Generators.finite engine) (fun x ->
                let binary = against "bceWithLogits" engine x 1.0
                let classes = engine.Value(ce, [| [| 0.0; x |], Shape [| 1; 2 |] |])[0]
                let plus = against "softplus" engine -x 0.0
                let near a b = a = b || abs (a - b) <= (if engine.Name = "float32" then 0.0 else 4.0) * engine.Ulp b

                if not (near binary classes) then
                    Property.fail $"of {x:R}: {binary:R} is not cross-entropy's {classes:R}"

                Property.close engine (fun () -> $"softplus of −{x:R}") (engine.Round plus) binary))

    // Law 10.
    [<Fact>]
    let ``is the same with answer and logit turned round`` () =
        onBoth (fun engine ->
            Property.holds (Gen.zip (Generators.finite engine) (Gen.elements [ 0.0; 0.5; 1.0 ])) (fun (x, t) ->
                let loss = against "bceWithLogits" engine
                Property.same (fun () -> $"bceWithLogits of {x:R}, {t}") (loss x t) (loss -x (1.0 - t))))

module ``Cross-entropy`` =

    let private loss (options: CrossEntropyOptions) (labels: int[]) =
        { new TensorFunction with
            member _.Apply inputs = crossEntropy options (Labels labels) inputs[0] |> Reduce.none
        }

    let private reduced (reduction: Reduction) (options: CrossEntropyOptions) (labels: int[]) =
        { new TensorFunction with
            member _.Apply inputs = crossEntropy options (Labels labels) inputs[0] |> Reduce.by reduction
        }

    // Law 4.
    [<Fact>]
    let ``does not change when a number is added to all logits`` () =
        let inputs =
            gen {
                let! classes = Gen.choose (1, 9)

                let! eighths =
                    Gen.arrayOfLength classes (Gen.choose (-4_000_000, 4_000_000) |> Gen.map (fun i -> if i % 3 = 0 then i / 1000 else i))

                let! label = Gen.choose (0, classes - 1)
                let! k = Gen.choose (0, 17)
                return Array.map (fun i -> float i / 8.0 |> float32 |> float) eighths, label, Math.ScaleB(1.0, k)
            }
            |> Gen.filter (fun (x, _, c) -> x |> Array.forall (fun x -> float (float32 (x + c)) = x + c))

        onBoth (fun engine ->
            Property.holds inputs (fun (x, label, c) ->
                let at (x: float[]) =
                    engine.Pull(loss CrossEntropyOptions.Default [| label |], [| x, Shape [| 1; x.Length |] |], [| 1.0 |])

                let value, gradients = at x
                let shifted, shiftedGradients = at (Array.map (fun y -> y + c) x)
                same "shifted" value shifted
                same "shifted gradient" gradients[0] shiftedGradients[0]))

    // Law 13.
    [<Fact>]
    let ``of a one-hot distribution is that of its label`` () =
        let inputs engine =
            gen {
                let! classes = Gen.choose (1, 9)
                let! x = Generators.row (Generators.moderate engine) engine classes
                let! label = Gen.choose (0, classes - 1)
                let! weighted = Gen.elements [ true; false ]
                let! smoothing = Gen.elements [ 0.0; 0.25 ]

                return
                    x,
                    label,
                    (if weighted then
                         Weights.op_Implicit (Array.init classes (fun c -> float (c + 1) / 2.0))
                     else
                         Weights.None),
                    smoothing
            }

        onBoth (fun engine ->
            Property.holds (inputs engine) (fun (x, label, weights, smoothing) ->
                let options = { CrossEntropyOptions.Default with ClassWeights = weights; LabelSmoothing = smoothing }

                let oneHot =
                    { new TensorFunction with
                        member _.Apply inputs = crossEntropyWithProbabilities options inputs[1] inputs[0] |> Reduce.none
                    }

                let shape = Shape [| 1; x.Length |]
                let target = Array.init x.Length (fun c -> if c = label then 1.0 else 0.0)
                let value = engine.Value(loss options [| label |], [| x, shape |])[0]
                let other = engine.Value(oneHot, [| x, shape; target, shape |])[0]
                // In float64 the two sum in another order.
                if abs (value - other) > (if engine.Name = "float32" then 1.0 else 16.0) * engine.Ulp value then
                    Property.fail $"{value:R} by the label is {other:R} by the distribution"))

    // Law 12.
    [<Fact>]
    let ``smoothed is a mixture of that of the label and of every class`` () =
        onBoth (fun engine ->
            let inputs =
                gen {
                    let! classes = Gen.choose (1, 9)
                    let! x = Generators.row (Generators.moderate engine) engine classes
                    let! label = Gen.choose (0, classes - 1)
                    let! eps = Gen.choose (0, 16)
                    return x, label, float eps / 16.0
                }

            Property.holds inputs (fun (x, label, smoothing) ->
                let at options label = engine.Value(loss options [| label |], [| x, Shape [| 1; x.Length |] |])[0]

                let plain = at CrossEntropyOptions.Default
                let smoothed = at { CrossEntropyOptions.Default with LabelSmoothing = smoothing } label
                let all = Array.init x.Length plain |> Array.average
                let expected = (1.0 - smoothing) * plain label + smoothing * all

                if abs (smoothed - expected) > 8.0 * engine.Ulp(max expected all) then
                    Property.fail $"{smoothed:R} is not the mixture {expected:R}"))

    // Law 24, and A16: ignored rows may hold anything.
    [<Fact>]
    let ``ignores a label as if its row were not there`` () =
        onBoth (fun engine ->
            let inputs =
                gen {
                    let! classes = Gen.choose (1, 6)
                    let! rows = Gen.arrayOfLength 3 (Generators.row (Generators.moderate engine) engine classes)
                    let! bad = Gen.arrayOfLength classes (Gen.elements [ -infinity; infinity; nan; 0.0 ])
                    let! labels = Gen.arrayOfLength 3 (Gen.choose (0, classes - 1))
                    let! smoothing = Gen.elements [ 0.0; 0.1 ]
                    let! weighted = Gen.elements [ true; false ]
                    return rows, bad, labels, smoothing, weighted
                }

            Property.holds inputs (fun (rows, bad, labels, smoothing, weighted) ->
                let classes = bad.Length

                let weights =
                    if weighted then
                        Weights.op_Implicit (Array.init classes (fun c -> float (c + 1) / 2.0))
                    else
                        Weights.None

                let options = { CrossEntropyOptions.Default with LabelSmoothing = smoothing; ClassWeights = weights }

                for reduction in [ Reduction.Sum; Reduction.Mean ] do
                    let without, gradients =
                        engine.Pull(reduced reduction options labels, [| Array.concat rows, Shape [| 3; classes |] |], [| 1.0 |])

                    let value, gradients' =
                        engine.Pull(
                            reduced reduction options (Array.append labels [| -100 |]),
                            [| Array.append (Array.concat rows) bad, Shape [| 4; classes |] |],
                            [| 1.0 |]
                        )

                    close engine $"{reduction}" without value
                    close engine "gradient" (Array.append gradients[0] (Array.create classes 0.0)) gradients'[0]))

    // Law 23: class weights scale out of the weighted mean; weights that are whole numbers repeat.
    [<Fact>]
    let ``divides its mean by the weights of the labels`` () =
        onBoth (fun engine ->
            let x = [| 0.5; -1.0; 2.0; 1.5; 0.25; -0.75 |]
            let labels = [| 2; 0 |]

            let mean (weights: float[]) labels x =
                engine.Value(
                    reduced Reduction.Mean { CrossEntropyOptions.Default with ClassWeights = Weights.op_Implicit weights } labels,
                    [| x, Shape [| Array.length labels; 3 |] |]
                )[0]

            let weights = [| 2.0; 4.0; 3.0 |]
            Property.same (fun () -> "weights × 8") (mean weights labels x) (mean (Array.map (fun w -> 8.0 * w) weights) labels x)
            let repeated = Array.concat [ Array.replicate 3 x[0..2] |> Array.concat; Array.replicate 2 x[3..5] |> Array.concat ]
            let expected = mean [| 1.0; 1.0; 1.0 |] [| 2; 2; 2; 0; 0 |] repeated
            Assert.True(abs (mean weights labels x - expected) <= 2.0 * engine.Ulp expected))

    // Law 18: the Hessian of softmax cross-entropy is diag(p) − ppᵀ, and takes a constant to 0.
    [<Fact>]
    let ``has the Hessian diag p − p pᵀ`` () =
        let x = DiffTensor.Create [| 0.3; -1.2; 2.1; 0.0 |]
        let options = CrossEntropyOptions.Default
        let f logits = crossEntropy options (Labels.Single 1) logits |> Reduce.sum
        let hessian = (Diff.hessian f x).ToArray()
        let p = (softmax 0 x).ToArray()

        for i in 0..3 do
            for j in 0..3 do
                let expected = (if i = j then p[i] else 0.0) - p[i] * p[j]
                Assert.True(abs (hessian[4 * i + j] - expected) < 1e-15, $"H[{i}, {j}] is {hessian[4 * i + j]:R}, not {expected:R}")

        for h in (Diff.hvp f x (DiffTensor.Create [| 1.0; 1.0; 1.0; 1.0 |])).ToArray() do
            Assert.True(abs h < 1e-15)

/// Of rows whose classes lie one after another, and side by side with those of other rows.
module ``A sum of exponentials`` =

    // Three hundred classes add less than half a unit of the sum so far, each; together they are several units of every slope.
    [<Theory>]
    [<InlineData("crossEntropy", 1)>]
    [<InlineData("crossEntropy", 9)>]
    [<InlineData("logSumExp", 1)>]
    [<InlineData("logSumExp", 9)>]
    let ``counts every class, however little each adds`` (name: string) (rows: int) =
        let entry = Catalogue.find name
        let x = Array.concat [ [| 0.0 |]; Array.create 8 -0.69; Array.create 300 -37.5 ]
        let sample = { Operands = [| x |]; Labels = [| 1 |] }
        let values, slopes = Oracle.values entry sample, Array.init x.Length (Oracle.slopes entry sample 0)
        let labels = Labels(ReadOnlySpan(Array.create rows 1), Shape [| 1; rows |])

        let loss =
            { new TensorFunction with
                member _.Apply inputs =
                    match name with
                    | "crossEntropy" -> crossEntropy CrossEntropyOptions.Default labels inputs[0] |> Reduce.none
                    | _ -> logSumExp 1 inputs[0]
            }

        let sideBySide = x |> Array.collect (Array.create rows)
        let got, gradients = Engines.float64.Pull(loss, [| sideBySide, Shape [| 1; x.Length; rows |] |], Array.create rows 1.0)

        let near what truth got =
            let error = Engines.float64.Error(got, truth)

            if not (error <= 4.0) then
                Property.fail $"{what}: {got:R} is {error:F2} ulp from {truth.High:R}"

        Array.iter (near "value" values[0]) got
        gradients[0] |> Array.iteri (fun i slope -> near $"slope {i}" (slopes[i / rows].[0]) slope)

module ``Kullback-Leibler divergence`` =

    let private divergence =
        { new TensorFunction with
            member _.Apply inputs = klDiv false inputs[1] inputs[0] |> Reduce.sum
        }

    let private logs (p: float[]) = Array.map log p

    // Law 11.
    [<Fact>]
    let ``of distributions is cross-entropy less entropy, and not negative`` () =
        let pairs =
            gen {
                let! classes = Gen.choose (1, 9)
                let! p = Generators.distribution classes
                let! q = Generators.distribution classes
                return p, q
            }

        Property.holds pairs (fun (p, q) ->
            let shape = Shape [| p.Length |]
            let value = Engines.float64.Value(divergence, [| logs q, shape; p, shape |])[0]
            let term p q = if p = 0.0 then 0.0 else p * (log p - log q)
            let expected = Array.map2 term p q |> Array.sum

            if not (value = expected || abs (value - expected) <= 1e-14 * float p.Length) then
                Property.fail $"KL(%A{p} ‖ %A{q}) is {value:R}, not {expected:R}"

            Assert.True(value >= -1e-14)
            let own = Engines.float64.Value(divergence, [| logs p, shape; p, shape |])[0]
            // fl(log p) is not log p: half an ulp of each logarithm is left.
            Assert.True(abs own <= 1e-15 * float p.Length, $"KL(%A{p} ‖ itself) is {own:R}"))

    // By mpmath: the value, and the slope by the target.
    [<Theory>]
    [<InlineData(-0.0001691502570443891, -709.46759972230939, -5.4084001306212021e-306, -5.4007769475157277e-306)>]
    [<InlineData(-11.084873048162493, -709.43187508239953, -5.5172496846759764e-306, -5.509349243106664e-306)>]
    [<InlineData(-1e300, -950.5, 1.596228096689125e-113, 1.596228096689125e-113)>]
    let ``has its digits where the target's probability has none`` (x: float, t: float, value: float, slope: float) =
        let logs =
            { new TensorFunction with
                member _.Apply inputs = klDiv true inputs[1] inputs[0] |> Reduce.sum
            }

        let got, slopes = Engines.float64.Pull(logs, [| [| x |], Shape.Scalar; [| t |], Shape.Scalar |], [| 1.0 |])

        let near (what: string) (got: float) (truth: float) =
            let error = Engines.float64.Error(got, DoubleDouble.Constant truth)

            if not (error <= 4.0) then
                Property.fail $"{what}: {got:R} is {error:F2} ulp from {truth:R}"

        near "value" got[0] value
        near "slope by the target" (slopes[1][0]) slope

    // 1/t overflows below 5.6e-309 and its square far above: neither is in these slopes.
    [<Theory>]
    [<InlineData(1e-160); InlineData(1e-300); InlineData(5e-309); InlineData(1e-310); InlineData(5e-324)>]
    let ``has the slope log t + 1 − x by the smallest target, and the curvature 1/t`` (t: float) =
        let derive by = Engines.float64.Derive(divergence, [| [| -0.75 |], Shape.Scalar; [| t |], Shape.Scalar |], by)[0]
        let expected = log t + 1.75
        Assert.Equal(expected, derive [ 1 ], 4.0 * Engines.float64.Ulp expected)
        let curvature = 1.0 / t

        Assert.True(
            derive [ 1; 1 ] = curvature || abs (derive [ 1; 1 ] / curvature - 1.0) <= 1e-15,
            $"{derive [ 1; 1 ]:R}, not {curvature:R}"
        )

        Assert.Equal(-t, derive [ 0 ])
        Assert.Equal(-1.0, derive [ 0; 1 ])
        Assert.Equal(-1.0, derive [ 1; 0 ])

    // B10: with the arguments swapped it is another divergence.
    [<Fact>]
    let ``is not symmetric`` () =
        let p, q = [| 0.5; 0.5 |], [| 0.9; 0.1 |]
        let value a b = Engines.float64.Value(divergence, [| logs b, Shape [| 2 |]; a, Shape [| 2 |] |])[0]
        Assert.NotEqual(value p q, value q p)

module ``A reduction`` =

    let private one (reduction: Reduction) =
        { new TensorFunction with
            member _.Apply inputs = l1 inputs[1] inputs[0] |> Reduce.by reduction
        }

    let private run (engine: Engine) reduction (x: float[]) =
        engine.Value(one reduction, [| x, Shape [| x.Length |]; Array.zeroCreate x.Length, Shape [| x.Length |] |])[0]

    // Laws 21 and 22: rounded once, whatever the order and the split.
    [<Fact>]
    let ``is the exact sum, rounded once`` () =
        onBoth (fun engine ->
            let inputs = Gen.choose (1, 300) |> Gen.bind (fun n -> Gen.arrayOfLength n (Generators.finite engine))

            Property.holds inputs (fun x ->
                let total = ExactSum()

                for value in x do
                    total.Add(abs value)

                let same what =
                    if engine.SumsExactly then
                        Property.same (fun () -> what)
                    else
                        Property.equalSums engine (fun () -> what) x.Length

                let expected = if engine.Name = "float32" then float (total.ToSingle()) else total.ToDouble()
                same "sum" expected (run engine Reduction.Sum x)
                same "sum backwards" expected (run engine Reduction.Sum (Array.rev x))

                let mean =
                    if engine.Name = "float32" then
                        float (total.MeanSingle(int64 x.Length))
                    else
                        total.Mean(int64 x.Length)

                // What adds up with roundings overflows where the exact sum does.
                if engine.SumsExactly || Double.IsFinite expected then
                    same "mean" mean (run engine Reduction.Mean x)

                let parts =
                    x
                    |> Array.splitInto 3
                    |> Array.map (fun part ->
                        let sum = ExactSum() in

                        (for value in part do
                            sum.Add(abs value))

                        sum)

                let merged = ExactSum()

                for part in parts do
                    merged.Merge part

                Property.same (fun () -> "merged") (total.ToDouble()) (merged.ToDouble())))

    // 2²⁴ + 1 is a tie of two float32 numbers. The third decides, but no float64 number holds all three.
    [<Fact>]
    let ``of float32 numbers is not rounded to float64 first`` () =
        if Engines.float32.SumsExactly then
            Assert.Equal(16777218.0, run Engines.float32 Reduction.Sum [| 16777216.0; 1.0; Math.ScaleB(1.0, -40) |])

    // D05.
    [<Fact>]
    let ``of many small float32 numbers loses none`` () =
        let n = 2_000_000
        let x = DiffTensor.Create(Array.create n 0.1f)
        let sum = l1 (DiffTensor<float32>.Filled(0.0, x.Shape)) x |> Reduce.sum
        Assert.Equal(float32 (float n * float 0.1f), sum.ToScalar())
        Assert.Equal(0.1f, (l1 (DiffTensor<float32>.Filled(0.0, x.Shape)) x |> Reduce.mean).ToScalar())

    // B21: the mean of nothing is NaN as in PyTorch, the sum 0.
    [<Fact>]
    let ``of nothing is 0 as a sum and NaN as a mean`` () =
        onBoth (fun engine ->
            Property.same (fun () -> "sum") 0.0 (run engine Reduction.Sum [||])
            Property.same (fun () -> "mean") nan (run engine Reduction.Mean [||]))

    // B09: KL's mean of elements is not its mean of distributions.
    [<Fact>]
    let ``by batch divides by the first axis, by mean by all elements`` () =
        let x = DiffTensor.Create([| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |], 2, 3)
        let zero = DiffTensor<float>.Filled(0.0, x.Shape)
        Assert.Equal(10.5, (l1 zero x |> Reduce.batchMean).ToScalar())
        Assert.Equal(3.5, (l1 zero x |> Reduce.mean).ToScalar())
