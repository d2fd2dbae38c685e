/// Law 26, over every loss: what a NaN reaches, and what it does not.
module Losses.Tests.Laws.NaN

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

/// A loss of several tensors, the constants among its arguments given.
type LossFunction =
    abstract Apply<'T when 'T :> ITensor<'T>> : inputs: 'T[] -> LossValues<'T>

/// What becomes of a loss.
type Reducer =
    abstract Reduce<'T when 'T :> ITensor<'T>> : loss: LossValues<'T> -> 'T

type Case =
    {
        Name: string
        Functions: string list
        Loss: LossFunction
        Inputs: Engine -> Gen<(float[] * Shape)[]>
        /// The values that a number of an operand counts in, given its place.
        Counts: int -> int -> int list
    }

    override case.ToString() = case.Name

let private number (engine: Engine) = Generators.moderate engine

let private chance (engine: Engine) = Gen.choose (1, 999) |> Gen.map (fun i -> engine.Round(float i * 1e-3))

let private sign (_: Engine) = Gen.elements [ -1.0; 1.0 ]

let private positive (engine: Engine) = Gen.choose (1, 9999) |> Gen.map (fun i -> engine.Round(float i * 1e-3))

let private tensor (lengths: int list) (element: Engine -> Gen<float>) (engine: Engine) =
    let shape = Shape(List.toArray lengths)
    Gen.arrayOfLength shape.Size (element engine) |> Gen.map (fun values -> values, shape)

let private tensors (parts: (Engine -> Gen<float[] * Shape>) list) (engine: Engine) =
    parts |> List.map (fun part -> part engine) |> Gen.sequenceToList |> Gen.map List.toArray

let private case name functions parts counts loss =
    { Name = name; Functions = functions; Loss = loss; Inputs = tensors parts; Counts = counts }

let private elements = 11

/// Of numbers, one by one.
let private pointwise name functions (operands: (Engine -> Gen<float>) list) loss =
    case name functions (operands |> List.map (tensor [ elements ])) (fun _ place -> [ place ]) loss

let private rows, private classes = 3, 5

/// Of rows, all of whose numbers count in the row's value.
let private rowwise name functions (operands: (Engine -> Gen<float>) list) loss =
    case name functions (operands |> List.map (tensor [ rows; classes ])) (fun _ place -> [ place / classes ]) loss

let private noTarget = set [ "sigmoid"; "logSigmoid"; "softplus" ]

let private ofRecord (record: Elementwise) =
    let usesTarget = not (List.exists noTarget.Contains record.Functions)
    // Where neither operand is at an end of its domain every term counts.
    let logarithm engine = positive engine |> Gen.map (~-)

    let x, t =
        match record.Name with
        | "bce"
        | "bce inside" -> chance, chance
        | "klDiv" -> logarithm, chance
        | "klDiv of logarithms" -> logarithm, logarithm
        | name when name.Contains "ce" && name.Contains "ogits" -> number, chance
        | _ -> number, number

    pointwise
        record.Name
        record.Functions
        (if usesTarget then [ x; t ] else [ x ])
        { new LossFunction with
            member _.Apply inputs = record.Definition.Tensor(inputs[0], inputs[inputs.Length - 1])
        }

let private pairwise (p: float) =
    rowwise
        $"pairwiseDistance of order {p}"
        [ "pairwiseDistance" ]
        [ number; number ]
        { new LossFunction with
            member _.Apply inputs = LossValues(pairwiseDistance p 1e-6 false inputs[1] inputs[0])
        }

let private between (p: float) =
    case
        $"cdist of order {p}"
        [ "cdist" ]
        [ tensor [ 2; classes ] number; tensor [ 3; classes ] number ]
        (fun operand place ->
            if operand = 0 then
                [ for j in 0..2 -> place / classes * 3 + j ]
            else
                [ for i in 0..1 -> i * 3 + place / classes ])
        { new LossFunction with
            member _.Apply inputs = LossValues(cdist p inputs[1] inputs[0])
        }

let private within (p: float) =
    let pairs = [ 0, 1; 0, 2; 1, 2 ]

    case
        $"pdist of order {p}"
        [ "pdist" ]
        [ tensor [ 3; classes ] number ]
        (fun _ place ->
            [
                for k, (i, j) in List.indexed pairs do
                    if i = place / classes || j = place / classes then
                        k
            ])
        { new LossFunction with
            member _.Apply inputs = LossValues(pdist p inputs[0])
        }

let private triplet (p: float) (swap: bool) =
    rowwise
        (sprintf "tripletMargin of order %g%s" p (if swap then ", swapped" else ""))
        [ "tripletMargin" ]
        [ number; number; number ]
        { new LossFunction with
            member _.Apply inputs = tripletMargin { TripletMarginOptions.Default with P = p; Swap = swap } inputs[2] inputs[1] inputs[0]
        }

let private cosine (axis: int) (eps: float) =
    case
        $"cosineSimilarity along axis {axis}, eps {eps}"
        [ "cosineSimilarity" ]
        [ tensor [ rows; classes ] number; tensor [ rows; classes ] number ]
        (fun _ place -> [ (if axis = 1 then place / classes else place % classes) ])
        { new LossFunction with
            member _.Apply inputs = LossValues(cosineSimilarity axis eps inputs[1] inputs[0])
        }

/// A loss of rows along an axis of a shape, and of a label each.
let private labelled name functions (shape: int list) (axis: int) (element: Engine -> Gen<float>) (ofAll: bool) loss =
    let whole = Shape(List.toArray shape)
    let count, inner = shape[axis], shape |> List.skip (axis + 1) |> List.fold (*) 1
    let size = whole.Size / count
    let labels = Array.init size (fun row -> (row * 7 + 3) % count)

    case
        $"{name} of {whole}, class axis {axis}"
        functions
        [ tensor shape element ]
        (fun _ place ->
            let row = place / (count * inner) * inner + place % inner
            if ofAll || place / inner % count = labels[row] then [ row ] else [])
        (loss (Labels(ReadOnlySpan<int> labels, whole.Without axis)))

let private crossEntropyOf (smoothing: float) (weighted: bool) (shape: int list) (axis: int) =
    let weights =
        if weighted then
            Weights.op_Implicit (Array.init shape[axis] (fun c -> 1.0 + float c / 8.0))
        else
            Weights.None

    labelled
        (sprintf "crossEntropy%s%s" (if smoothing > 0.0 then " smoothed" else "") (if weighted then " weighted" else ""))
        [ "crossEntropy" ]
        shape
        axis
        number
        true
        (fun labels ->
            { new LossFunction with
                member _.Apply inputs =
                    crossEntropy
                        { CrossEntropyOptions.Default with
                            ClassAxis = axis
                            LabelSmoothing = smoothing
                            ClassWeights = weights
                        }
                        labels
                        inputs[0]
            })

let private nllOf (shape: int list) (axis: int) =
    labelled "nll" [ "nll" ] shape axis number false (fun labels ->
        { new LossFunction with
            member _.Apply inputs = nll { NLLOptions.Default with ClassAxis = axis } labels inputs[0]
        })

let private softmaxes =
    let each name (loss: LossFunction) =
        case
            name
            [ name ]
            [ tensor [ rows; classes ] number ]
            (fun _ place -> [ for c in 0 .. classes - 1 -> place / classes * classes + c ])
            loss

    [
        each
            "softmax"
            { new LossFunction with
                member _.Apply inputs = LossValues(softmax 1 inputs[0])
            }
        each
            "softmin"
            { new LossFunction with
                member _.Apply inputs = LossValues(softmin 1 inputs[0])
            }
        each
            "logSoftmax"
            { new LossFunction with
                member _.Apply inputs = LossValues(logSoftmax 1 inputs[0])
            }
        rowwise
            "logSumExp"
            [ "logSumExp" ]
            [ number ]
            { new LossFunction with
                member _.Apply inputs = LossValues(logSumExp 1 inputs[0])
            }
    ]

// A blank, a label, a blank: every state is on some path in every frame. Frame 3 of sample 1 and class 3 of both do not count.
let private sequences (zeroInfinity: bool) =
    case
        (if zeroInfinity then "ctc whose infinities are zero" else "ctc")
        [ "ctc" ]
        [ tensor [ 4; 2; 4 ] (fun engine -> positive engine |> Gen.map (~-)) ]
        (fun _ place ->
            let frame, sample, label = place / 8, place / 4 % 2, place % 4
            if frame < 4 - sample && (label = 0 || label = 1 + sample) then [ sample ] else [])
        { new LossFunction with
            member _.Apply inputs =
                ctc
                    { CTCOptions.Default with ZeroInfinity = zeroInfinity }
                    [| 4; 3 |]
                    [| 1; 1 |]
                    (Labels(ReadOnlySpan [| 1; 2 |], Shape [| 2; 1 |]))
                    inputs[0]
        }

let private linear (chunk: int) =
    case
        $"linearCrossEntropy, {chunk} rows at a time"
        [ "linearCrossEntropy" ]
        [ tensor [ 3; 2 ] number; tensor [ 4; 2 ] number; tensor [ 4 ] number ]
        (fun operand place -> if operand = 0 then [ place / 2 ] else [ 0; 1; 2 ])
        { new LossFunction with
            member _.Apply inputs =
                linearCrossEntropy CrossEntropyOptions.Default chunk (Labels [| 3; 0; 1 |]) inputs[2] inputs[1] inputs[0]
        }

let private adaptiveShapes =
    // Input; a head of 2 classes and 2 clusters, its bias; clusters of 2 and 3 classes.
    [ [ 3; 4 ]; [ 4; 4 ]; [ 4 ]; [ 2; 4 ]; [ 2; 2 ]; [ 1; 4 ]; [ 3; 1 ] ]

let private parameters (inputs: 'T[]) : AdaptiveSoftmax<'T> =
    {
        Cutoffs = [| 2; 4 |]
        Head = inputs[1]
        HeadBias = inputs[2]
        Clusters = [| { Projection = inputs[3]; Output = inputs[4] }; { Projection = inputs[5]; Output = inputs[6] } |]
    }

let private adaptive =
    case
        "adaptiveLogSoftmaxWithLoss"
        [ "adaptiveLogSoftmaxWithLoss" ]
        (adaptiveShapes |> List.map (fun shape -> tensor shape number))
        (fun operand place ->
            match operand with
            | 0 -> [ place / 4 ]
            | 1
            | 2 -> [ 0; 1; 2 ]
            | 3
            | 4 -> [ 1 ]
            | _ -> [ 2 ])
        { new LossFunction with
            member _.Apply inputs = adaptiveLogSoftmaxWithLoss (parameters inputs) (Labels [| 1; 3; 6 |]) inputs[0]
        }

let private adaptiveLogs =
    case
        "adaptiveLogProbabilities"
        [ "adaptiveLogProbabilities" ]
        (adaptiveShapes |> List.map (fun shape -> tensor shape number))
        (fun operand place ->
            let columns (among: int list) =
                [
                    for n in 0..2 do
                        for c in among -> n * 7 + c
                ]

            match operand with
            | 0 -> [ for c in 0..6 -> place / 4 * 7 + c ]
            | 1
            | 2 -> columns [ 0..6 ]
            | 3
            | 4 -> columns [ 2; 3 ]
            | _ -> columns [ 4..6 ])
        { new LossFunction with
            member _.Apply inputs = LossValues(adaptiveLogProbabilities (parameters inputs) inputs[0])
        }

let private orders = [ 0.0; 0.5; 1.0; 1.5; 2.0; 3.0; infinity ]

let cases: Case list =
    [
        yield! Registry.elementwiseLosses |> List.map ofRecord
        pointwise
            "softMargin"
            [ "softMargin" ]
            [ number; sign ]
            { new LossFunction with
                member _.Apply inputs = softMargin inputs[1] inputs[0]
            }

        for full in [ false; true ] do
            pointwise
                $"poissonNLL of logarithms, full {full}"
                [ "poissonNLL" ]
                [ number; positive ]
                { new LossFunction with
                    member _.Apply inputs = poissonNLL true full 1e-8 inputs[1] inputs[0]
                }

            pointwise
                $"poissonNLL of rates, full {full}"
                [ "poissonNLL" ]
                [ positive; positive ]
                { new LossFunction with
                    member _.Apply inputs = poissonNLL false full 1e-8 inputs[1] inputs[0]
                }

            pointwise
                $"gaussianNLL, full {full}"
                [ "gaussianNLL" ]
                [ number; number; positive ]
                { new LossFunction with
                    member _.Apply inputs = gaussianNLL full 1e-6 inputs[2] inputs[1] inputs[0]
                }

        pointwise
            "hingeEmbedding"
            [ "hingeEmbedding" ]
            [ number; sign ]
            { new LossFunction with
                member _.Apply inputs = hingeEmbedding 1.0 inputs[1] inputs[0]
            }

        pointwise
            "marginRanking"
            [ "marginRanking" ]
            [ number; number; sign ]
            { new LossFunction with
                member _.Apply inputs = marginRanking 0.5 inputs[2] inputs[1] inputs[0]
            }

        for p in [ 1; 2 ] do
            rowwise
                $"multiMargin of order {p}"
                [ "multiMargin" ]
                [ number ]
                { new LossFunction with
                    member _.Apply inputs = multiMargin p 1.0 Weights.None (Labels [| 0; 4; 2 |]) inputs[0]
                }

        rowwise
            "multiLabelMargin"
            [ "multiLabelMargin" ]
            [ number ]
            { new LossFunction with
                member _.Apply inputs =
                    let labels = [| 3; 0; -1; -1; -1; 1; -1; -1; -1; -1; 4; 2; 1; 0; -1 |]
                    multiLabelMargin (Labels(ReadOnlySpan<int> labels, Shape [| 3; 5 |])) inputs[0]
            }

        for weights in [ Weights.None; Weights.op_Implicit [| 1.0; 2.0; 0.5; 1.0; 3.0 |] ] do
            rowwise
                $"multiLabelSoftMargin with {weights}"
                [ "multiLabelSoftMargin" ]
                [ number; chance ]
                { new LossFunction with
                    member _.Apply inputs = multiLabelSoftMargin weights inputs[1] inputs[0]
                }

        rowwise
            "cosineDistance"
            [ "cosineDistance" ]
            [ number; number ]
            { new LossFunction with
                member _.Apply inputs = LossValues(cosineDistance inputs[1] inputs[0])
            }

        case
            "cosineEmbedding"
            [ "cosineEmbedding" ]
            [ tensor [ rows; classes ] number; tensor [ rows; classes ] number; tensor [ rows ] sign ]
            (fun operand place -> [ (if operand = 2 then place else place / classes) ])
            { new LossFunction with
                member _.Apply inputs = cosineEmbedding -0.5 inputs[2] inputs[1] inputs[0]
            }

        for p in orders do
            pairwise p
            between p
            within p
            triplet p false
            triplet p true

        rowwise
            "tripletMarginWithDistance"
            [ "tripletMarginWithDistance" ]
            [ number; number; number ]
            { new LossFunction with
                member _.Apply inputs =
                    tripletMarginWithDistance (fun a b -> pairwiseDistance 1.0 0.0 false b a) 1.0 true inputs[2] inputs[1] inputs[0]
            }

        for axis in [ 0; 1 ] do
            for eps in [ 0.0; CosineSimilarityEps; 50.0 ] do
                cosine axis eps

        for smoothing in [ 0.0; 0.1 ] do
            for weighted in [ false; true ] do
                // Short rows and long ones; one class; classes that lie across memory.
                crossEntropyOf smoothing weighted [ 4; 5 ] 1
                crossEntropyOf smoothing weighted [ 4; 1 ] 1
                crossEntropyOf smoothing weighted [ 3; 40 ] 1
                crossEntropyOf smoothing weighted [ 5; 11 ] 0
                crossEntropyOf smoothing weighted [ 2; 5; 9 ] 1
                crossEntropyOf smoothing weighted [ 2; 40; 3 ] 1

        nllOf [ 4; 5 ] 1
        nllOf [ 2; 5; 9 ] 1

        for smoothing in [ 0.0; 0.25 ] do
            rowwise
                $"crossEntropyWithProbabilities smoothed by {smoothing}"
                [ "crossEntropyWithProbabilities" ]
                [ number; chance ]
                { new LossFunction with
                    member _.Apply inputs =
                        crossEntropyWithProbabilities { CrossEntropyOptions.Default with LabelSmoothing = smoothing } inputs[1] inputs[0]
                }

        yield! softmaxes
        sequences false
        sequences true
        linear 2
        linear 1024
        adaptive
        adaptiveLogs
    ]

/// Inputs of a case, and where the NaN goes.
type private Place =
    {
        Inputs: (float[] * Shape)[]
        Operand: int
        At: int
    }

    member place.With(value: float) =
        place.Inputs
        |> Array.mapi (fun operand (values, shape) ->
            if operand = place.Operand then Array.updateAt place.At value values, shape else values, shape)

    override place.ToString() = sprintf "NaN at %d of operand %d of %A" place.At place.Operand place.Inputs

let private places (case: Case) (engine: Engine) =
    gen {
        let! inputs = case.Inputs engine
        let! operand = Gen.choose (0, inputs.Length - 1)
        let! at = Gen.choose (0, (fst inputs[operand]).Length - 1)
        return { Inputs = inputs; Operand = operand; At = at }
    }

let private apply (case: Case) (reduce: Reducer) =
    { new TensorFunction with
        member _.Apply inputs = reduce.Reduce(case.Loss.Apply inputs)
    }

let private holds (engine: string) (name: string) (law: Engine -> Case -> Place -> unit) =
    let engine = Engines.byName engine

    for case in cases do
        if case.Name = name then
            Property.holdsFor 40 (places case engine) (fun _ -> Seq.empty) (law engine case)

let private none =
    { new Reducer with
        member _.Reduce loss = Reduce.none loss
    }

let private mean =
    { new Reducer with
        member _.Reduce loss = Reduce.mean loss
    }

// NaN where it should be, and elsewhere what there was without it.
let private compare engine (case: Case) (place: Place) (what: string) (isReached: int -> bool) (without: float[]) (values: float[]) =
    values
    |> Array.iteri (fun k value ->
        let expected = if isReached k then nan else without[k]

        if (engine: Engine).KeepsBits || not (abs (value - expected) <= 1e-9 * abs expected) then
            Property.same (fun () -> $"{case}, {what} {k}, {place}") expected value)

let private compareSlopes engine (case: Case) (place: Place) (reached: int list) (without: float[][]) (gradients: float[][]) =
    gradients
    |> Array.iteri (fun operand gradient ->
        let isReached k = case.Counts operand k |> List.exists (fun value -> List.contains value reached)
        compare engine case place $"slope of operand {operand} at" isReached without[operand] gradient)

type ``A NaN``() =

    static member Cases =
        let data = TheoryData<string, string>()

        for engine in Engines.all do
            for case in cases do
                data.Add(engine.Name, case.Name)

        data

    [<Theory; MemberData "Cases">]
    member _.``makes the value and the slopes of its element NaN, and no others``(engine: string, name: string) =
        holds engine name (fun engine case place ->
            let f = apply case none
            let upstream = Array.create (engine.Value(f, place.Inputs)).Length 1.0
            let without, withoutSlopes = engine.Pull(f, place.Inputs, upstream)
            let values, slopes = engine.Pull(f, place.With nan, upstream)
            let reached = case.Counts place.Operand place.At
            compare engine case place "value" (fun k -> List.contains k reached) without values
            compareSlopes engine case place reached withoutSlopes slopes)

    [<Theory; MemberData "Cases">]
    member _.``makes the mean NaN, and the slopes of its element``(engine: string, name: string) =
        holds engine name (fun engine case place ->
            let f = apply case mean
            let without, withoutSlopes = engine.Pull(f, place.Inputs, [| 1.0 |])
            let values, slopes = engine.Pull(f, place.With nan, [| 1.0 |])
            let reached = case.Counts place.Operand place.At
            compare engine case place "mean" (fun _ -> not reached.IsEmpty) without values
            compareSlopes engine case place reached withoutSlopes slopes)

    [<Theory; MemberData "Cases">]
    member _.``in an element that is weighed with 0 leaves no trace``(engine: string, name: string) =
        holds engine name (fun engine case place ->
            let count = (engine.Value(apply case none, place.Inputs)).Length
            let reached = case.Counts place.Operand place.At
            let weights = Array.init count (fun k -> if List.contains k reached then 0.0 else 1.0)

            let masked =
                { new Reducer with
                    member _.Reduce loss = loss |> Reduce.mask (Weights(ReadOnlySpan<float> weights, loss.Values.Shape)) |> Reduce.sum
                }

            let f = apply case masked
            let without, withoutSlopes = engine.Pull(f, place.Inputs, [| 1.0 |])
            let values, slopes = engine.Pull(f, place.With nan, [| 1.0 |])
            compare engine case place "sum" (fun _ -> false) without values
            compareSlopes engine case place [] withoutSlopes slopes)

[<Fact>]
let ``every loss is among the cases`` () =
    let missing = Set.union Registry.functions Registry.elsewhere - set (cases |> List.collect _.Functions)

    Assert.True(missing.IsEmpty, $"without a case: {missing}")
    Assert.Equal(cases.Length, (cases |> List.distinctBy _.Name).Length)
