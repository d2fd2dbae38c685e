/// Law 26, over every loss: what a NaN reaches, and what it does not.
module Losses.Tests.Laws.NaN

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.Catalogue
open Losses.FSharp
open Losses.Tests

/// What becomes of a loss.
type Reducer =
    abstract Reduce<'T when 'T :> ITensor<'T>> : loss: LossValues<'T> -> 'T

let private orders = [ 0.0; 0.5; 1.0; 1.5; 2.0; 3.0; infinity ]

/// Other hyperparameters, of which nothing is known to the last place.
let private more =
    [
        for p in orders do
            { Catalogue.find "pairwiseDistance p 2 eps 1E-06" with
                Name = $"pairwiseDistance of order {p}"
                Call =
                    { new Call with
                        member _.Of(x, _) = LossValues(pairwiseDistance p 1e-6 false x[1] x[0])
                    }
            }

            { Catalogue.find "cdist p 2" with
                Name = $"cdist of order {p}"
                Call =
                    { new Call with
                        member _.Of(x, _) = LossValues(cdist p x[1] x[0])
                    }
            }

            { Catalogue.find "pdist p 2" with
                Name = $"pdist of order {p}"
                Call =
                    { new Call with
                        member _.Of(x, _) = LossValues(pdist p x[0])
                    }
            }

            for swap in [ false; true ] do
                { Catalogue.find "tripletMargin" with
                    Name = sprintf "tripletMargin of order %g%s" p (if swap then ", swapped" else "")
                    Call =
                        { new Call with
                            member _.Of(x, _) = tripletMargin { TripletMarginOptions.Default with P = p; Swap = swap } x[2] x[1] x[0]
                        }
                }

        for axis in [ 0; 1 ] do
            for eps in [ 0.0; CosineSimilarityEps; 50.0 ] do
                let entry = Catalogue.find "cosineSimilarity"

                { entry with
                    Name = $"cosineSimilarity along axis {axis}, eps {eps}"
                    Operands = if axis = 1 then entry.Operands else List.map (Operand.laid Layout.Across) entry.Operands
                    Call =
                        { new Call with
                            member _.Of(x, _) = LossValues(cosineSimilarity axis eps x[1] x[0])
                        }
                }

        // One class, and long rows.
        for name in [ "crossEntropy"; "crossEntropy across"; "crossEntropy weighted"; "crossEntropy smoothing 0.1"; "nll" ] do
            { Catalogue.find name with Name = $"{name} of one class and of forty"; Widths = [ 1; 40 ] }

        let linear = Catalogue.find "linearCrossEntropy of 3 classes"

        { linear with
            Name = "linearCrossEntropy, all rows at a time"
            Call =
                { new Call with
                    member _.Of(x, y) = linearCrossEntropy CrossEntropyOptions.Default 1024 (Labels y[0]) x[2] x[1] x[0]
                }
        }
    ]

let cases: Entry list = Catalogue.all @ more

/// A batch, and where the NaN goes.
type private Place =
    {
        Batch: Batch
        Operand: int
        At: int
    }

    member place.With(value: float) =
        place.Batch.Inputs
        |> Array.mapi (fun operand (values, shape) ->
            if operand = place.Operand then Array.updateAt place.At value values, shape else values, shape)

    override place.ToString() = sprintf "NaN at %d of operand %d of %A" place.At place.Operand place.Batch.Samples

let private places (case: Entry) (engine: Engine) =
    gen {
        let! seed = Gen.choose (0, Int32.MaxValue - 1)
        let random = Random seed
        let format = if engine.Name = "float32" then Format.float32 else Format.float64
        let width = case.Widths[random.Next case.Widths.Length]
        let samples = Array.init (if case.IsWhole then 1 else 4) (fun _ -> case.Plain random format width)
        let batch = Batch(case, samples)
        let operand = random.Next case.Operands.Length
        return { Batch = batch; Operand = operand; At = random.Next (fst batch.Inputs[operand]).Length }
    }

let private apply (case: Entry) (place: Place) (reduce: Reducer) =
    { new TensorFunction with
        member _.Apply inputs = reduce.Reduce(case.Call.Of(inputs, place.Batch.Labels))
    }

// The values of a batch that a number counts in, of so many in all.
let private counts (place: Place) (count: int) (operand: int) (at: int) =
    place.Batch.Reaches(operand, at, count / place.Batch.Samples.Length)

let private holds (engine: string) (name: string) (law: Engine -> Entry -> Place -> unit) =
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
let private compare engine (case: Entry) (place: Place) (what: string) (isReached: int -> bool) (without: float[]) (values: float[]) =
    values
    |> Array.iteri (fun k value ->
        let expected = if isReached k then nan else without[k]

        if (engine: Engine).KeepsBits || not (abs (value - expected) <= 1e-9 * abs expected) then
            Property.same (fun () -> $"{case}, {what} {k}, {place}") expected value)

let private compareSlopes engine (case: Entry) (place: Place) count (reached: int list) (without: float[][]) (gradients: float[][]) =
    gradients
    |> Array.iteri (fun operand gradient ->
        let isReached k = counts place count operand k |> List.exists (fun value -> List.contains value reached)
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
            let f = apply case place none
            let count = (engine.Value(f, place.Batch.Inputs)).Length
            let upstream = Array.create count 1.0
            let without, withoutSlopes = engine.Pull(f, place.Batch.Inputs, upstream)
            let values, slopes = engine.Pull(f, place.With nan, upstream)
            let reached = counts place count place.Operand place.At
            compare engine case place "value" (fun k -> List.contains k reached) without values
            compareSlopes engine case place count reached withoutSlopes slopes)

    [<Theory; MemberData "Cases">]
    member _.``makes the mean NaN, and the slopes of its element``(engine: string, name: string) =
        holds engine name (fun engine case place ->
            let count = (engine.Value(apply case place none, place.Batch.Inputs)).Length
            let f = apply case place mean
            let without, withoutSlopes = engine.Pull(f, place.Batch.Inputs, [| 1.0 |])
            let values, slopes = engine.Pull(f, place.With nan, [| 1.0 |])
            let reached = counts place count place.Operand place.At
            compare engine case place "mean" (fun _ -> not reached.IsEmpty) without values

            // What says how much a value counts is in what the mean divides by: no slope by what counts is left.
            if List.contains (CountsBy place.Operand) case.Laws then
                slopes
                |> Array.iteri (fun operand gradient ->
                    gradient
                    |> Array.iteri (fun k slope ->
                        let isReached = counts place count operand k |> List.exists (fun value -> List.contains value reached)

                        if isReached && not (Double.IsNaN slope) then
                            Property.fail $"{case}, slope of operand {operand} at {k}, {place}: {slope:R}"))
            else
                compareSlopes engine case place count reached withoutSlopes slopes)

    [<Theory; MemberData "Cases">]
    member _.``in an element that is weighed with 0 leaves no trace``(engine: string, name: string) =
        holds engine name (fun engine case place ->
            let count = (engine.Value(apply case place none, place.Batch.Inputs)).Length
            let reached = counts place count place.Operand place.At
            let weights = Array.init count (fun k -> if List.contains k reached then 0.0 else 1.0)

            let masked =
                { new Reducer with
                    member _.Reduce loss = loss |> Reduce.mask (Weights(ReadOnlySpan<float> weights, loss.Values.Shape)) |> Reduce.sum
                }

            let f = apply case place masked
            let without, withoutSlopes = engine.Pull(f, place.Batch.Inputs, [| 1.0 |])
            let values, slopes = engine.Pull(f, place.With nan, [| 1.0 |])
            compare engine case place "sum" (fun _ -> false) without values
            compareSlopes engine case place count [] withoutSlopes slopes)
