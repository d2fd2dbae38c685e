/// What has gone wrong with losses elsewhere; each has a test on both engines, value and gradient.
module Losses.Tests.Torture

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

let private onBoth (test: Engine -> unit) = List.iter test Engines.all

let private vector (values: float list) = List.toArray values, Shape [| values.Length |]

let private matrix (rows: float list list) = rows |> List.concat |> List.toArray, Shape [| rows.Length; rows.Head.Length |]

/// Value and first gradient, within a relative tolerance of the engine: 1 ulp of float32, 10⁻¹² in float64.
let private gives (f: TensorFunction) inputs (value: float list) (gradient: float list) =
    onBoth (fun engine ->
        let values, gradients =
            let inputs = inputs |> List.toArray |> Array.map (fun (x, shape) -> Array.map engine.Round x, shape)
            let count = (engine.Value(f, inputs)).Length
            engine.Pull(f, inputs, Array.create count 1.0)

        let close (what: string) (expected: float) (actual: float) =
            let tolerance = if engine.Name = "float32" then 1.2e-7 else 1e-12

            if not (actual.Equals expected || actual = expected || abs (actual - expected) <= tolerance * abs expected) then
                Property.fail $"{engine}: {what} is {actual:R}, not {expected:R}"

        Assert.Equal(value.Length, values.Length)
        List.iteri (fun i expected -> close $"value {i}" expected values[i]) value
        List.iteri (fun i expected -> close $"gradient {i}" expected (gradients[0].[i])) gradient)

let private bceOfLogits =
    { new TensorFunction with
        member _.Apply inputs = bceWithLogits inputs[1] inputs[0] |> Reduce.none
    }

let private balanced (weight: float) =
    { new TensorFunction with
        member _.Apply inputs = balancedBceWithLogits (Weights.op_Implicit weight) inputs[1] inputs[0] |> Reduce.none
    }

let private bceOf =
    { new TensorFunction with
        member _.Apply inputs = bce inputs[1] inputs[0] |> Reduce.none
    }

let private klOf =
    { new TensorFunction with
        member _.Apply inputs = klDiv false inputs[1] inputs[0] |> Reduce.none
    }

let private klByTarget =
    { new TensorFunction with
        member _.Apply inputs = klDiv false inputs[0] inputs[1] |> Reduce.none
    }

let private crossEntropyOf (options: CrossEntropyOptions) (reduction: Reduction) (labels: int list) =
    { new TensorFunction with
        member _.Apply inputs = crossEntropy options (Labels(List.toArray labels)) inputs[0] |> Reduce.by reduction
    }

let private plain = crossEntropyOf CrossEntropyOptions.Default Reduction.None

let private cosineOf =
    { new TensorFunction with
        member _.Apply inputs = cosineSimilarity 1 CosineSimilarityEps inputs[1] inputs[0]
    }

let private cosineOfTheOther =
    { new TensorFunction with
        member _.Apply inputs = cosineSimilarity 1 CosineSimilarityEps inputs[0] inputs[1]
    }

let private distanceOf (p: float) (eps: float) =
    { new TensorFunction with
        member _.Apply inputs = pairwiseDistance p eps false inputs[1] inputs[0]
    }

// A01, A02
[<Theory>]
[<InlineData(1.0)>]
[<InlineData(2.0)>]
[<InlineData(3.0)>]
[<InlineData(Double.PositiveInfinity)>]
let ``a distance of 0 has the slope 0`` (p: float) =
    gives (distanceOf p 0.0) [ matrix [ [ 1.0; 2.0 ] ]; matrix [ [ 1.0; 2.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]

// A03
[<Fact>]
let ``a distance with PyTorch's ε is that of the difference plus ε, of finite slope`` () =
    let half = 1.0 / sqrt 2.0

    onBoth (fun engine ->
        let x = matrix [ [ 1.0; 2.0 ] ]
        let value, gradients = engine.Pull(distanceOf 2.0 1e-6, [| x; x |], [| 1.0 |])
        Assert.Equal(sqrt 2.0 * 1e-6, value[0], 1e-13)
        Assert.Equal(half, gradients[0].[0], 1e-6))

// D07: two far vectors that are near each other.
[<Fact>]
let ``a distance is that of the difference, not of the squares`` () =
    gives (distanceOf 2.0 0.0) [ matrix [ [ 512695.0 ] ]; matrix [ [ 512804.0 ] ] ] [ 109.0 ] [ -1.0 ]

// A04
[<Fact>]
let ``a vector of zeros has the cosine 0, of slope 0`` () =
    gives cosineOf [ matrix [ [ 0.0; 0.0 ] ]; matrix [ [ 1.0; 2.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]
    gives cosineOf [ matrix [ [ 0.0; 0.0 ] ]; matrix [ [ 0.0; 0.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]
    gives cosineOfTheOther [ matrix [ [ 0.0; 0.0 ] ]; matrix [ [ 1.0; 2.0 ] ] ] [ 0.0 ] [ 0.0; 0.0 ]

// A norm below ε counts as ε; the slope of its inverse, −v / ε³, does not stop there in PyTorch.
[<Fact>]
let ``a short vector has the cosine and the slope that ε allows`` () =
    let eps = 1.0

    let cosine =
        { new TensorFunction with
            member _.Apply inputs = cosineSimilarity 1 eps inputs[1] inputs[0]
        }

    let dot = List.fold2 (fun sum a b -> sum + a * b) 0.0
    let long, short, shorter = [ 6.0; -8.0 ], [ 0.375; 0.5 ], [ -0.125; 0.25 ]

    for x, y in [ short, long; long, short; short, shorter ] do
        let r, s = max eps (sqrt (dot x x)), max eps (sqrt (dot y y))
        let slope a b = b / (r * s) - a * dot x y / (r * r * r * s)
        gives cosine [ matrix [ x ]; matrix [ y ] ] [ dot x y / (r * s) ] (List.map2 slope x y)

// A06
[<Fact>]
let ``divergence slopes to −∞, never NaN, where a target's probability is 0`` () =
    gives klByTarget [ vector [ 0.0; 1.0 ]; vector [ -1.0; -2.0 ] ] [ 0.0; 2.0 ] [ -infinity; 3.0 ]

// A07
[<Fact>]
let ``divergence is 0 where the target is 0, whatever the prediction`` () =
    gives klOf [ vector [ -infinity; -1.0 ]; vector [ 0.0; 1.0 ] ] [ 0.0; 1.0 ] [ 0.0; -1.0 ]

// A09, A12: PyTorch's documented clamp, with a slope that does not vanish.
[<Fact>]
let ``a wrong certainty costs 100, and pulls back`` () =
    onBoth (fun engine ->
        let value, gradients = engine.Pull(bceOf, [| vector [ 0.0; 1.0 ]; vector [ 1.0; 0.0 ] |], [| 1.0; 1.0 |])
        Assert.Equal<float[]>([| 100.0; 100.0 |], value)
        Assert.True(gradients[0].[0] < -1e11 && gradients[0].[1] > 1e11))

// A11
[<Fact>]
let ``a right certainty costs nothing`` () = gives bceOf [ vector [ 0.0; 1.0 ]; vector [ 0.0; 1.0 ] ] [ 0.0; 0.0 ] [ 0.0; 0.0 ]

// D11: no epsilon of another data type.
[<Fact>]
let ``a probability next to 1 has the loss of its own distance from 1`` () =
    onBoth (fun engine ->
        let p = 1.0 - engine.Ulp 0.5
        let value = engine.Value(bceOf, [| [| p |], Shape [| 1 |]; [| 0.0 |], Shape [| 1 |] |])[0]
        Assert.Equal(engine.Round(-(log (engine.Ulp 0.5))), value))

// A10
[<Fact>]
let ``logits of a wrong certainty keep the slope −1`` () =
    gives
        bceOfLogits
        [ vector [ -50.0; 50.0; -120.0; 200.0 ]; vector [ 1.0; 0.0; 1.0; 0.0 ] ]
        [ 50.0; 50.0; 120.0; 200.0 ]
        [ -1.0; 1.0; -1.0; 1.0 ]

// A13
[<Fact>]
let ``infinite logits have the limits`` () =
    gives
        bceOfLogits
        [ vector [ -infinity; infinity; -infinity; infinity ]; vector [ 0.0; 0.0; 1.0; 1.0 ] ]
        [ 0.0; infinity; infinity; 0.0 ]
        [ 0.0; 1.0; -1.0; 0.0 ]

// A14
[<Fact>]
let ``a weight of 1 for positive answers changes nothing far out`` () =
    gives
        (balanced 1.0)
        [ vector [ -120.0; 120.0; -20.0 ]; vector [ 1.0; 0.0; 0.0 ] ]
        [ 120.0; 120.0; 2.061153620314381e-09 ]
        [ -1.0; 1.0; 2.0611536181902037e-09 ]

// C13, C14, F06: PyTorch's BCEWithLogits goes on to a loss below 0.
[<Fact>]
let ``a target outside its range is refused`` () =
    for engine in Engines.all do
        let call () = engine.Value(bceOfLogits, [| vector [ 0.5 ]; vector [ 2.0 ] |]) |> ignore
        let error = Assert.Throws<ArgumentOutOfRangeException> call
        Assert.Equal("target", error.ParamName)
        Assert.Contains("target[0] is 2, but it must be from 0 to 1", error.Message)

// A15
[<Fact>]
let ``a row all −∞ contributes 0, of slope 0, and leaks nowhere`` () =
    let row = [ -infinity; -infinity ]
    gives (plain [ 0; 1 ]) [ matrix [ row; [ 0.0; 0.0 ] ] ] [ 0.0; log 2.0 ] [ 0.0; 0.0; 0.5; -0.5 ]

// A16
[<Fact>]
let ``an ignored row has the slope 0, whatever it holds`` () =
    for bad in [ -infinity; infinity; nan ] do
        gives (plain [ -100; 1 ]) [ matrix [ [ bad; bad ]; [ 0.0; 0.0 ] ] ] [ 0.0; log 2.0 ] [ 0.0; 0.0; 0.5; -0.5 ]

// A18: by the mathematics.
[<Fact>]
let ``smoothing towards an impossible class costs ∞`` () =
    let options = { CrossEntropyOptions.Default with LabelSmoothing = 0.1 }
    gives (crossEntropyOf options Reduction.None [ 0 ]) [ matrix [ [ 0.0; -infinity; 1.0 ] ] ] [ infinity ] []

// A masked class that is not the label.
[<Fact>]
let ``an impossible class that is not the label changes nothing`` () =
    gives (plain [ 0 ]) [ matrix [ [ 0.0; -infinity; 0.0 ] ] ] [ log 2.0 ] [ -0.5; 0.0; 0.5 ]
    gives (plain [ 1 ]) [ matrix [ [ 0.0; -infinity; 0.0 ] ] ] [ infinity ] [ 0.5; -1.0; 0.5 ]

// A20
[<Fact>]
let ``a logit of +∞ at the label costs nothing`` () = gives (plain [ 1 ]) [ matrix [ [ 0.0; infinity; 1.0 ] ] ] [ 0.0 ] [ 0.0; 0.0; 0.0 ]

// A21
[<Fact>]
let ``the branch not taken leaves no NaN`` () =
    let guarded =
        { new TensorFunction with
            member _.Apply inputs =
                let x = inputs[0]
                Notation.ifLess (Notation.num 0.0) x (Notation.log x) x
        }

    gives guarded [ vector [ 0.0; -1.0; 2.0 ] ] [ 0.0; -1.0; log 2.0 ] [ 1.0; 1.0; 0.5 ]

// A34
[<Fact>]
let ``smooth L1 of beta 0 has the slope 0 at its target`` () =
    let smooth =
        { new TensorFunction with
            member _.Apply inputs = smoothL1 0.0 inputs[1] inputs[0] |> Reduce.none
        }

    gives smooth [ vector [ 1.0; 1e-8; -1e-8 ]; vector [ 1.0; 0.0; 0.0 ] ] [ 0.0; 1e-8; 1e-8 ] [ 0.0; 1.0; -1.0 ]

// B01: the documented choice, PyTorch's.
[<Fact>]
let ``all labels ignored: the sum is 0 and the mean NaN, the slopes 0`` () =
    let x = matrix [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]
    let zero = [ 0.0; 0.0; 0.0; 0.0 ]
    gives (crossEntropyOf CrossEntropyOptions.Default Reduction.Sum [ -100; -100 ]) [ x ] [ 0.0 ] zero
    gives (crossEntropyOf CrossEntropyOptions.Default Reduction.Mean [ -100; -100 ]) [ x ] [ nan ] zero

// B03
[<Fact>]
let ``a mean with class weights divides by their sum`` () =
    let options = { CrossEntropyOptions.Default with ClassWeights = Weights.op_Implicit [| 2.0; 4.0; 6.0 |] }
    let x = matrix [ [ 0.0; 0.0; 0.0 ]; [ 0.0; 0.0; 0.0 ] ]
    gives (crossEntropyOf options Reduction.Mean [ 0; 2 ]) [ x ] [ log 3.0 ] []
    gives (crossEntropyOf options Reduction.None [ 0; 2 ]) [ x ] [ 2.0 * log 3.0; 6.0 * log 3.0 ] []

// B07, B08: (1 − ε) y + ε / C, weighted class by class.
[<Fact>]
let ``smoothing takes ε and spreads it over all classes, each with its weight`` () =
    let weights = [| 1.0; 10.0 |]

    let options =
        { CrossEntropyOptions.Default with
            ClassWeights = Weights.op_Implicit weights
            LabelSmoothing = 0.1
        }

    gives (crossEntropyOf options Reduction.None [ 0 ]) [ matrix [ [ 0.0; 0.0 ] ] ] [ log 2.0 * (0.9 + 0.05 * (1.0 + 10.0)) ] []

// B14, B15: numerator and denominator merge; a mean of means does not.
[<Fact>]
let ``unequal batches merge to the mean of all`` () =
    let x = DiffTensor.Create([| 0.0; 1.0; 2.0; 0.0; 5.0; 1.0 |], 3, 2)
    let loss labels x = crossEntropy CrossEntropyOptions.Default (Labels(List.toArray labels)) x
    let struct (sum1, count1) = Reduce.parts (loss [ 0; -100 ] (DiffTensor<float>.Slice(x, 0, 0, 2)))
    let struct (sum2, count2) = Reduce.parts (loss [ 1 ] (DiffTensor<float>.Slice(x, 0, 2, 1)))
    let whole = loss [ 0; -100; 1 ] x |> Reduce.mean
    Assert.Equal(whole.ToScalar(), ((sum1 + sum2) / (count1 + count2)).ToScalar(), 1e-15)

// B17
[<Fact>]
let ``a mean does not count ignored rows`` () =
    gives
        (crossEntropyOf CrossEntropyOptions.Default Reduction.Mean [ 0; -100; -100 ])
        [ matrix [ [ 0.0; 0.0 ]; [ 1.0; 5.0 ]; [ 2.0; 0.0 ] ] ]
        [ log 2.0 ]
        [ -0.5; 0.5; 0.0; 0.0; 0.0; 0.0 ]

// B23
[<Fact>]
let ``Huber is δ times smooth L1`` () =
    let x = DiffTensor.Create [| 0.1 |]
    let zero = DiffTensor.Create [| 0.0 |]
    Assert.Equal(0.005, (huber 0.5 zero x |> Reduce.sum).ToScalar(), 1e-15)
    Assert.Equal(0.01, (smoothL1 0.5 zero x |> Reduce.sum).ToScalar(), 1e-15)

// C01, C02, C03
[<Fact>]
let ``a target of another shape is refused, never broadcast`` () =
    let x = DiffTensor.Create([| 1.0; 2.0; 3.0 |], 3, 1)
    let t = DiffTensor.Create [| 1.0; 2.0; 3.0 |]

    for loss in
        [
            (fun () -> l1 t x |> ignore)
            (fun () -> mse t x |> ignore)
            (fun () -> smoothL1 1.0 t x |> ignore)
            (fun () -> huber 1.0 t x |> ignore)
            (fun () -> bce t x |> ignore)
            (fun () -> bceWithLogits t x |> ignore)
            (fun () -> balancedBceWithLogits Weights.None t x |> ignore)
            (fun () -> klDiv false t x |> ignore)
            (fun () -> cosineSimilarity 0 1e-8 t x |> ignore)
            (fun () -> pairwiseDistance 2.0 1e-6 false t x |> ignore)
        ] do
        let error = Assert.Throws<ArgumentException> loss
        Assert.Contains("(3)", error.Message)
        Assert.Contains("(3, 1)", error.Message)

// C20, C21: cross-entropy takes logits; already softmaxed ones are another, larger loss.
[<Fact>]
let ``logits of 50 and their probabilities have one loss`` () =
    onBoth (fun engine ->
        let ce = engine.Value(plain [ 1 ], [| matrix [ [ 50.0; 0.0 ] ] |])[0]

        let nllOfLog =
            { new TensorFunction with
                member _.Apply inputs = nll ClassOptions.Default (Labels [| 1 |]) (logSoftmax 1 inputs[0]) |> Reduce.none
            }

        Property.same (fun () -> "nll ∘ logSoftmax") ce (engine.Value(nllOfLog, [| matrix [ [ 50.0; 0.0 ] ] |])[0]))

// C23
[<Fact>]
let ``each row has its own maximum`` () =
    gives (plain [ 0; 0 ]) [ matrix [ [ 1000.0; 1000.0 ]; [ 0.0; 0.0 ] ] ] [ log 2.0; log 2.0 ] [ -0.5; 0.5; -0.5; 0.5 ]

// The parts that a difference of such numbers is rounded to overflow.
[<Fact>]
let ``logits at the end of float64 have a softmax`` () =
    let logits = DiffTensor.Create([| 1.0; Double.MaxValue; 0.0; 6.4195727480601024E+307 |], 1, 4)
    Assert.Equal<float[]>([| 0.0; 1.0; 0.0; 0.0 |], (softmax 1 logits).ToArray())
    Assert.Equal<float[]>([| Double.MaxValue |], (logSumExp 1 logits).ToArray())

// D01
[<Fact>]
let ``a confident right answer keeps its digits`` () =
    gives bceOfLogits [ vector [ -20.0 ]; vector [ 0.0 ] ] [ 2.061153620314381e-09 ] [ 2.0611536181902037e-09 ]
    gives (plain [ 0 ]) [ matrix [ [ 20.0; 0.0 ] ] ] [ 2.061153620314381e-09 ] [ -2.0611536181902037e-09; 2.0611536181902037e-09 ]

// D13: the value of an element does not depend on where it stands.
[<Fact>]
let ``an element has the same bits at every place and length`` () =
    onBoth (fun engine ->
        for entry in Losses.Catalogue.Catalogue.all |> List.filter (fun entry -> entry.IsElementwise) do
            let f =
                { new TensorFunction with
                    member _.Apply inputs = entry.Call.Of(inputs, [||]) |> Reduce.none
                }

            let inputs (x: float) (length: int) =
                [|
                    for o, operand in Seq.indexed entry.Operands ->
                        let x = if o = 0 then x else 0.5
                        let domain = operand.Numbers.Domain

                        let x =
                            if domain.Contains x then x
                            elif domain.Contains 1.0 then 1.0
                            else -x

                        Array.create length x, Shape [| length |]
                |]

            for x in [ 0.0; 0.3; 0.7 ] do
                let alone = engine.Value(f, inputs (engine.Round x) 1)[0]

                for length in 1..37 do
                    for value in engine.Value(f, inputs (engine.Round x) length) do
                        Property.same (fun () -> $"{entry.Name} of {x} among {length}") alone value)

// D14
[<Fact>]
let ``small numbers keep their digits`` () =
    let log1p =
        { new TensorFunction with
            member _.Apply inputs = Notation.log1p inputs[0]
        }

    let expm1 =
        { new TensorFunction with
            member _.Apply inputs = Notation.expm1 inputs[0]
        }

    for f in [ log1p; expm1 ] do
        onBoth (fun engine ->
            let x = engine.Round 1e-18
            Property.same (fun () -> "near 0") x (engine.Value(f, [| [| x; x; x; x; x |], Shape [| 5 |] |])[4]))

// E01
[<Fact>]
let ``binary cross-entropy differentiates twice under every reduction`` () =
    let p = DiffTensor.Create [| 0.25; 0.75 |]
    let t = DiffTensor.Create [| 1.0; 0.0 |]

    for reduction, scale in [ Reduction.Sum, 1.0; Reduction.Mean, 0.5 ] do
        let hessian = (Diff.hessian (fun p -> bce t p |> Reduce.by reduction) p).ToArray()
        Assert.Equal(16.0 * scale, hessian[0], 1e-12)
        Assert.Equal(16.0 * scale, hessian[3], 1e-12)
        Assert.Equal(0.0, hessian[1])

// F01
[<Fact>]
let ``zeros of any sign have the loss +0, and swapped the same`` () =
    let losses =
        [
            { new TensorFunction with
                member _.Apply inputs = huber 1.0 inputs[1] inputs[0] |> Reduce.none
            }
            { new TensorFunction with
                member _.Apply inputs = smoothL1 1.0 inputs[1] inputs[0] |> Reduce.none
            }
            { new TensorFunction with
                member _.Apply inputs = smoothL1 1e-310 inputs[1] inputs[0] |> Reduce.none
            }
            { new TensorFunction with
                member _.Apply inputs = klDiv true inputs[1] inputs[0] |> Reduce.none
            }
        ]

    let zeros = vector [ 0.0; 0.0; -0.0; -0.0; 1.0 ]
    let others = vector [ 0.0; -0.0; 0.0; -0.0; 1.0 ]

    onBoth (fun engine ->
        for loss in losses do
            for inputs in [ [| zeros; others |]; [| others; zeros |] ] do
                Assert.Equal<int64[]>(Array.create 5 0L, engine.Value(loss, inputs) |> Array.map BitConverter.DoubleToInt64Bits))

    let ones = vector [ 1.0; 1.0 ]

    onBoth (fun engine ->
        let value = engine.Value(klOf, [| vector [ 0.0; -0.0 ]; ones |])
        Assert.Equal<int64[]>([| 0L; 0L |], Array.map BitConverter.DoubleToInt64Bits value))

// F07
[<Fact>]
let ``an infinite variance has the likelihood +∞, of slope 0, and does not poison the mean`` () =
    let likelihood reduction =
        { new TensorFunction with
            member _.Apply inputs = gaussianNLL false 1e-6 inputs[0] inputs[1] inputs[2] |> Reduce.by reduction
        }

    let byMean =
        { new TensorFunction with
            member _.Apply inputs = gaussianNLL false 1e-6 inputs[2] inputs[1] inputs[0] |> Reduce.none
        }

    let variances, targets, means = vector [ infinity; 1.0 ], vector [ 3.0; 3.0 ], vector [ 1.0; 1.0 ]
    gives (likelihood Reduction.None) [ variances; targets; means ] [ infinity; 2.0 ] [ 0.0; -1.5 ]
    gives (likelihood Reduction.Mean) [ variances; targets; means ] [ infinity ] [ 0.0; -0.75 ]
    gives byMean [ means; targets; variances ] [ infinity; 2.0 ] [ 0.0; -2.0 ]

// F08
[<Fact>]
let ``an infinite rate has the likelihood +∞`` () =
    let poisson logInput full =
        { new TensorFunction with
            member _.Apply inputs = poissonNLL logInput full 1e-8 inputs[1] inputs[0] |> Reduce.none
        }

    let byCount logInput =
        { new TensorFunction with
            member _.Apply inputs = poissonNLL logInput false 1e-8 inputs[0] inputs[1] |> Reduce.none
        }

    for full in [ false; true ] do
        let rates, counts = vector [ infinity; infinity; infinity ], vector [ 0.0; 1.0; 8.0 ]
        gives (poisson true full) [ rates; counts ] [ infinity; infinity; infinity ] [ infinity; infinity; infinity ]
        gives (poisson false full) [ rates; counts ] [ infinity; infinity; infinity ] [ 1.0; 1.0; 1.0 ]

    gives (byCount true) [ vector [ 1.0 ]; vector [ infinity ] ] [ infinity ] [ -infinity ]
    gives (byCount false) [ vector [ 1.0 ]; vector [ infinity ] ] [ infinity ] [ -infinity ]
    gives (poisson true false) [ vector [ -infinity; -infinity ]; vector [ 0.0; 1.0 ] ] [ 0.0; infinity ] [ 0.0; -1.0 ]

// F09: 1 / β is infinite.
[<Theory>]
[<InlineData 1e-310>]
[<InlineData 5e-324>]
[<InlineData 5e-309>]
let ``smooth L1 of the smallest β is the absolute error beyond it, and has its slope`` (beta: float) =
    let smooth =
        { new TensorFunction with
            member _.Apply inputs = smoothL1 beta inputs[1] inputs[0] |> Reduce.none
        }

    gives smooth [ vector [ 1.0; -2.0; 0.0 ]; vector [ 0.0; 0.0; 0.0 ] ] [ 1.0; 2.0; 0.0 ] [ 1.0; -1.0; 0.0 ]

// 1 / β is subnormal, and has lost bits.
[<Fact>]
let ``smooth L1 of a huge β has the slope d / β, rounded once`` () =
    let beta = 1.7e308

    let smooth =
        { new TensorFunction with
            member _.Apply inputs = smoothL1 beta inputs[1] inputs[0] |> Reduce.none
        }

    for d in [ 1e10; -3.3e200; 1e300 ] do
        let values, gradients = Engines.float64.Pull(smooth, [| vector [ d ]; vector [ 0.0 ] |], [| 1.0 |])
        Property.same (fun () -> $"slope at {d}") (d / beta) (gradients[0].[0])
        Property.same (fun () -> $"value at {d}") (d / beta * (d / 2.0)) values[0]

// σ″ = −σ(x) σ(−x) tanh ½x, which near 0 is −x/8.
[<Fact>]
let ``the sigmoid's second derivative keeps its digits near 0`` () =
    let sigmoid =
        { new TensorFunction with
            member _.Apply inputs = sigmoid inputs[0]
        }

    onBoth (fun engine ->
        for x in [ 1e-9; -1e-9; 1e-5; -1e-30; 0.0 ] do
            let x = engine.Round x
            let curvature = engine.Curve(sigmoid, [| vector [ x ] |], [| 1.0 |], [| 1.0 |])[0]
            let expected = -x / 8.0 * (1.0 - x * x / 3.0)

            if not (abs (curvature - expected) <= (2.0 + engine.Slack) * engine.Ulp expected) then
                Property.fail $"{engine}: at {x:R} it is {curvature:R}, not {expected:R}")
