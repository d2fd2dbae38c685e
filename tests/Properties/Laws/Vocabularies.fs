/// Cross-entropies in other guises: behind a linear layer, with an adaptive softmax, along another axis.
module Losses.Tests.Laws.Vocabularies

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

type private Layer =
    {
        Input: float[]
        Weight: float[]
        Bias: float[] option
        Labels: int[]
        Classes: int
        Width: int
        Options: CrossEntropyOptions
        Chunk: int
    }

    override x.ToString() =
        sprintf
            "input %A, weight %A, bias %A, labels %A, class weights %O, ignoring %d, smoothed by %g, chunk %d"
            x.Input
            x.Weight
            x.Bias
            x.Labels
            x.Options.ClassWeights
            x.Options.IgnoreIndex
            x.Options.LabelSmoothing
            x.Chunk

    member x.Rows = x.Labels.Length

    member x.Tensors =
        [|
            x.Input, Shape [| x.Rows; x.Width |]
            x.Weight, Shape [| x.Classes; x.Width |]

            match x.Bias with
            | Some bias -> bias, Shape [| x.Classes |]
            | None -> [| 0.0 |], Shape.Scalar
        |]

let private options (engine: Engine) (classes: int) =
    gen {
        let! weights = Gen.optionOf (Gen.arrayOfLength classes (Generators.weight engine |> Gen.map (min 16.0)))
        let! ignored = Gen.frequency [ 3, Gen.constant -100; 1, Gen.choose (0, classes - 1) ]
        let! smoothing = Gen.elements [ 0.0; 0.0; 0.1; 0.5; 1.0 ]

        return
            { CrossEntropyOptions.Default with
                ClassWeights =
                    (match weights with
                     | Some weights -> Weights.op_Implicit weights
                     | None -> Weights.None)
                IgnoreIndex = ignored
                LabelSmoothing = smoothing
            }
    }

let private layers (engine: Engine) =
    gen {
        let! classes = Gen.choose (1, 5)
        let! width = Gen.choose (1, 4)
        let! rows = Gen.choose (0, 9)
        let small = Generators.moderate engine |> Gen.map (fun x -> engine.Round(x / 16.0))
        let! input = Gen.arrayOfLength (rows * width) small
        let! weight = Gen.arrayOfLength (classes * width) small
        let! bias = Gen.optionOf (Gen.arrayOfLength classes small)
        let! options = options engine classes
        let! labels = Gen.arrayOfLength rows (Gen.frequency [ 5, Gen.choose (0, classes - 1); 1, Gen.constant options.IgnoreIndex ])
        let! chunk = Gen.frequency [ 3, Gen.choose (1, 10); 1, Gen.constant Int32.MaxValue ]

        return
            {
                Input = input
                Weight = weight
                Bias = bias
                Labels = labels
                Classes = classes
                Width = width
                Options = options
                Chunk = chunk
            }
    }

/// In one; the input that is differentiated twice comes first.
let private inOne (layer: Layer) (reduction: Reduction) (turn: int) =
    { new TensorFunction with
        member _.Apply inputs =
            let at i = inputs[(i + 3 - turn) % 3]
            linearCrossEntropy layer.Options layer.Chunk (Labels layer.Labels) (at 2) (at 1) (at 0) |> Reduce.by reduction
    }

let private inTwo (layer: Layer) (reduction: Reduction) (turn: int) =
    { new TensorFunction with
        member _.Apply<'T when 'T :> ITensor<'T>>(inputs: 'T[]) =
            let at i = inputs[(i + 3 - turn) % 3]
            let logits = Notation.(+) ('T.MatMul(at 0, 'T.Permute(at 1, ReadOnlySpan [| 1; 0 |]))) (at 2)
            crossEntropy layer.Options (Labels layer.Labels) logits |> Reduce.by reduction
    }

let private rotated (turn: int) (tensors: 'a[]) = Array.init 3 (fun i -> tensors[(i + turn) % 3])

let private engines = TheoryData<string>(Engines.all |> Seq.map _.Name)

let private largestOf (x: float[]) = Array.fold (fun most x -> max most (abs x)) 0.0 x

// How far two logits of the same row and class may be apart where products are summed in another order: the roundings of their terms. None where
// every sum is that of the exact numbers. Those of float64, for the parts of a chunk are not rounded to less.
let private apart (engine: Engine) (layer: Layer) =
    if engine.KeepsBits then
        0.0
    else
        let bias = layer.Bias |> Option.map largestOf |> Option.defaultValue 0.0
        let terms = float layer.Width * largestOf layer.Input * largestOf layer.Weight + bias
        float (layer.Width + 1) * Engines.float64.Ulp terms

// A value moves by at most twice as much as its logits, times its weight, at most 16.
let private closeValue (engine: Engine) (layer: Layer) (what: unit -> string) (counted: float) (expected: float) (actual: float) =
    let allowed = 2.0 * 16.0 * counted * apart engine layer + engine.Slack * engine.Ulp expected

    if engine.KeepsBits || not (abs (expected - actual) <= allowed) then
        Property.close engine what expected actual

// What a mean divides by: the weights of the labels.
let private divisor (layer: Layer) =
    layer.Labels
    |> Array.filter (fun label -> label <> layer.Options.IgnoreIndex)
    |> Array.sumBy (fun label -> if layer.Options.ClassWeights.IsNone then 1.0 else layer.Options.ClassWeights.Values[label])

// Where the gradients of rows cancel, what is left has the rounding of the terms: those of a row are of the size of a class's weight, at most 16,
// times 1.5 from above and what it is multiplied with, over what a mean divides by, which may be far below another class's weight. That of float64,
// for the parts of a chunk are not rounded to less.
let private dust (engine: Engine) (layer: Layer) (reduction: Reduction) =
    let share = if reduction = Reduction.Mean then 1.0 / min 1.0 (divisor layer) else 1.0
    let terms = 24.0 * share * float layer.Rows * max 1.0 (max (largestOf layer.Input) (largestOf layer.Weight))
    4.0 * Engines.float64.Ulp terms + 2.0 * terms * apart engine layer

let private close (engine: Engine) (dust: float) (what: unit -> string) (expected: float[]) (actual: float[]) =
    Assert.Equal(expected.Length, actual.Length)
    let largest = largestOf expected

    Array.iteri2
        (fun i (expected: float) actual ->
            let allowed = (if engine.Name = "float32" then engine.Ulp expected else 0.0) + 1e-13 * largest + dust

            if not (expected.Equals actual || abs (expected - actual) <= allowed) then
                Property.fail $"{what ()}, element {i}: {actual:R} is not {expected:R}")
        expected
        actual

type ``Linear cross-entropy``() =

    static member Engines = engines

    [<Theory; MemberData "Engines">]
    member _.``is cross-entropy after a linear layer, whatever the chunk``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (layers engine) (fun layer ->
            let value = engine.Value(inTwo layer Reduction.None 0, layer.Tensors)

            Array.iter2
                (closeValue engine layer (fun () -> $"{layer}") 1.0)
                value
                (engine.Value(inOne layer Reduction.None 0, layer.Tensors))

            for reduction in [ Reduction.Mean; Reduction.Sum ] do
                let expected, expectedGradients = engine.Pull(inTwo layer reduction 0, layer.Tensors, [| 1.5 |])
                let actual, gradients = engine.Pull(inOne layer reduction 0, layer.Tensors, [| 1.5 |])
                let counted = if reduction = Reduction.Sum then float layer.Rows else 1.0
                closeValue engine layer (fun () -> $"{reduction} of {layer}") counted expected[0] actual[0]

                // The mean over a weight of 0 is NaN or infinite; what its gradient is, is of no use.
                if Double.IsFinite expected[0] then
                    for i in 0..2 do
                        close
                            engine
                            (dust engine layer reduction)
                            (fun () -> $"{reduction} of {layer}, gradient {i}")
                            expectedGradients[i]
                            gradients[i])

    // Law 18.
    [<Theory; MemberData "Engines">]
    member _.``curves by input, weight and bias as that does``(engine: string) =
        let engine = Engines.byName engine

        Property.holdsFor 100 (layers engine) (fun _ -> Seq.empty) (fun layer ->
            for turn in 0..2 do
                let inputs = rotated turn layer.Tensors
                let direction = Array.init (fst inputs[0]).Length (fun i -> float (i % 5 - 2) / 2.0)
                let expected = engine.Curve(inTwo layer Reduction.Sum turn, inputs, [| 1.0 |], direction)

                close
                    engine
                    (dust engine layer Reduction.Sum)
                    (fun () -> $"Hv of {layer} by input {turn}")
                    expected
                    (engine.Curve(inOne layer Reduction.Sum turn, inputs, [| 1.0 |], direction)))

    [<Theory; MemberData "Engines">]
    member _.``takes one row without a batch``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (layers engine |> Gen.filter (fun layer -> layer.Rows > 0)) (fun layer ->
            let unbatched =
                { new TensorFunction with
                    member _.Apply inputs =
                        linearCrossEntropy layer.Options layer.Chunk (Labels.Single layer.Labels[0]) inputs[2] inputs[1] inputs[0]
                        |> Reduce.none
                }

            let first = { layer with Labels = [| layer.Labels[0] |]; Input = Array.truncate layer.Width layer.Input }
            let tensors = layer.Tensors
            tensors[0] <- first.Input, Shape [| layer.Width |]

            Property.same
                (fun () -> $"{first}")
                (engine.Value(inOne first Reduction.None 0, first.Tensors)[0])
                (engine.Value(unbatched, tensors)[0]))

let private softmaxes (engine: Engine) =
    gen {
        let! width = Gen.choose (1, 4)
        let! frequent = Gen.choose (1, 3)
        let! sizes = Gen.nonEmptyListOf (Gen.choose (1, 3)) |> Gen.map (List.truncate 3 >> List.toArray)
        let! hidden = Gen.arrayOfLength sizes.Length (Gen.choose (1, 3))
        let! rows = Gen.choose (0, 5)
        let cutoffs = Array.scan (+) frequent sizes |> Array.truncate sizes.Length
        let classes = frequent + Array.sum sizes
        let small count = Gen.arrayOfLength count (Generators.moderate engine |> Gen.map (fun x -> engine.Round(x / 16.0)))
        let! input = small (rows * width)
        let! head = small ((frequent + sizes.Length) * width)
        let! bias = small (frequent + sizes.Length)
        let! clusters = Gen.arrayOfLength sizes.Length (Gen.zip (small 12) (small 9))
        let! labels = Gen.arrayOfLength rows (Gen.choose (0, classes - 1))

        let tensors =
            [|
                input, Shape [| rows; width |]
                head, Shape [| frequent + sizes.Length; width |]
                bias, Shape [| frequent + sizes.Length |]

                for i in 0 .. sizes.Length - 1 do
                    Array.truncate (hidden[i] * width) (fst clusters[i]), Shape [| hidden[i]; width |]
                    Array.truncate (sizes[i] * hidden[i]) (snd clusters[i]), Shape [| sizes[i]; hidden[i] |]
            |]

        return cutoffs, classes, labels, tensors
    }

let private parametersOf (cutoffs: int[]) (inputs: 'T[]) : AdaptiveSoftmax<'T> =
    {
        Cutoffs = cutoffs
        Head = inputs[1]
        HeadBias = inputs[2]
        Clusters = cutoffs |> Array.mapi (fun i _ -> { Projection = inputs[3 + 2 * i]; Output = inputs[4 + 2 * i] })
    }

let private logProbabilities (cutoffs: int[]) =
    { new TensorFunction with
        member _.Apply inputs = adaptiveLogProbabilities (parametersOf cutoffs inputs) inputs[0]
    }

type ``An adaptive softmax``() =

    static member Engines = engines

    [<Theory; MemberData "Engines">]
    member _.``has rows of probabilities that sum to 1``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (softmaxes engine) (fun (cutoffs, classes, _, tensors) ->
            for row in engine.Value(logProbabilities cutoffs, tensors) |> Array.chunkBySize classes do
                // A logarithm is off by its ulp, its exponential by as much of itself.
                let off = row |> Array.sumBy (fun x -> (engine.Ulp x + 4.0 * Engines.float64.Ulp x) * exp x)

                if not (abs (Array.sumBy exp row - 1.0) <= off + 1e-14) then
                    Property.fail $"%A{tensors}: %A{row}")

    [<Theory; MemberData "Engines">]
    member _.``has the loss that is minus the logarithm of the label's, and its slopes``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (softmaxes engine) (fun (cutoffs, _, labels, tensors) ->
            let loss =
                { new TensorFunction with
                    member _.Apply inputs =
                        adaptiveLogSoftmaxWithLoss (parametersOf cutoffs inputs) (Labels labels) inputs[0] |> Reduce.none
                }

            let gathered =
                { new TensorFunction with
                    member _.Apply inputs =
                        nll ClassOptions.Default (Labels labels) (adaptiveLogProbabilities (parametersOf cutoffs inputs) inputs[0])
                        |> Reduce.none
                }

            let upstream = labels |> Array.mapi (fun i _ -> float (i + 1) / 2.0)
            let values, gradients = engine.Pull(loss, tensors, upstream)
            let expected, expectedGradients = engine.Pull(gathered, tensors, upstream)
            let dust = 4.0 * Engines.float64.Ulp 16.0
            close engine dust (fun () -> $"%A{tensors}") expected values
            Array.iteri2 (fun i -> close engine dust (fun () -> $"gradient {i} of %A{tensors}")) expectedGradients gradients
            let direction = Array.init (fst tensors[0]).Length (fun i -> float (i % 3 - 1))

            close
                engine
                dust
                (fun () -> $"Hv of %A{tensors}")
                (engine.Curve(gathered, tensors, upstream, direction))
                (engine.Curve(loss, tensors, upstream, direction)))

// A class axis that is not 1.
[<Theory>]
[<MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``CrossEntropy with the class axis last = CrossEntropy of the permuted`` (engine: string) =
    let engine = Engines.byName engine

    let inputs =
        gen {
            let! classes = Gen.choose (1, 6)
            let! n = Gen.choose (0, 3)
            let! d = Gen.choose (0, 3)
            let! options = options engine classes
            let! logits = Gen.arrayOfLength (n * d * classes) (Generators.moderate engine)

            let! labels =
                Gen.arrayOfLength (n * d) (Gen.frequency [ 5, Gen.choose (0, classes - 1); 1, Gen.constant options.IgnoreIndex ])

            return Shape [| n; d; classes |], options, logits, Labels(ReadOnlySpan labels, Shape [| n; d |])
        }

    Property.holds inputs (fun (shape, options, logits, labels) ->
        for axis in [ -1; 2 ] do
            let last =
                { new TensorFunction with
                    member _.Apply inputs = crossEntropy { options with ClassAxis = axis } labels inputs[0] |> Reduce.none
                }

            let permuted =
                { new TensorFunction with
                    member _.Apply<'T when 'T :> ITensor<'T>>(inputs: 'T[]) =
                        crossEntropy options labels ('T.Permute(inputs[0], ReadOnlySpan [| 0; 2; 1 |])) |> Reduce.none
                }

            let upstream = Array.init labels.Shape.Size (fun i -> float (i + 1) / 4.0)
            let values, gradients = engine.Pull(last, [| logits, shape |], upstream)
            let expected, expectedGradients = engine.Pull(permuted, [| logits, shape |], upstream)
            Array.iter2 (Property.same (fun () -> $"%A{logits} of {shape}")) expected values
            Array.iter2 (Property.equal (fun () -> $"gradient of %A{logits} of {shape}")) expectedGradients[0] gradients[0])
