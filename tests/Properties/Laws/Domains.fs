/// Law 27: a number outside the documented domain is refused with its place; the domain's edge is accepted; what does not count may be anything.
module Losses.Tests.Laws.Domains

open System
open System.Globalization
open FsCheck.FSharp
open Xunit
open Losses
open Losses.Catalogue
open Losses.FSharp
open Losses.Tests

/// A loss of tensors whose operands cannot be any numbers.
type LossFunction =
    abstract Apply<'T when 'T :> ITensor<'T>> : inputs: 'T[] -> LossValues<'T>

/// One of its operands that has a domain.
type Bounded =
    {
        Operand: int
        Parameter: string
        Domain: Domain
        /// The place of the value that an element of the operand goes into.
        Value: int -> int
    }

type Record =
    {
        Name: string
        /// The operands, with numbers inside.
        Inputs: (float * Shape) list
        Bounded: Bounded list
        Loss: LossFunction
    }

    override x.ToString() = x.Name

let private rows = Shape [| 2; 3 |]

let private inside (numbers: Numbers) =
    match numbers with
    | Numbers.Any -> 0.5
    | Numbers.Probability -> 0.25
    | Numbers.Sign -> -1.0
    | Numbers.NotNegative -> 2.0
    | Numbers.Logarithm -> -0.5
    | Numbers.AboveMinusOne -> 0.5
    | Numbers.NotPositive -> -0.5
    | Numbers.Positive
    | Numbers.AboveOne -> 2.0

/// Six elements, or two rows of three.
let private ofEntry (entry: Entry) =
    // Of two classes a place is a share.
    let width = if List.contains 8 entry.Widths then 3 else List.min entry.Widths
    let length (operand: Operand) = if entry.IsElementwise || operand.Layout.IsSingle then 1 else width

    let sample =
        {
            Operands = [| for operand in entry.Operands -> Array.create (length operand) (inside operand.Numbers) |]
            // The first class, where a row has labels.
            Labels = (entry.Plain (Random 1) Format.float64 3).Labels |> Array.map (fun _ -> 0)
        }

    let batch = Batch(entry, Array.create 2 sample)

    {
        Name = entry.Name
        Inputs =
            [
                for operand, (_, shape) in Seq.zip entry.Operands batch.Inputs ->
                    inside operand.Numbers, (if entry.IsElementwise then rows else shape)
            ]
        Bounded =
            [
                for o, operand in List.indexed entry.Operands do
                    if not operand.Numbers.Domain.IsAll then
                        {
                            Operand = o
                            Parameter = operand.Name
                            Domain = operand.Numbers.Domain
                            Value = fun at -> if entry.IsElementwise then at else List.exactlyOne (batch.Reaches(o, at, 1))
                        }
            ]
        Loss =
            { new LossFunction with
                member _.Apply inputs = entry.Call.Of(inputs, batch.Labels)
            }
    }

let private records =
    [
        for entry in Catalogue.all do
            if entry.Operands |> List.exists (fun operand -> not operand.Numbers.Domain.IsAll) then
                ofEntry entry

        // Weights of the classes.
        { ofEntry (Catalogue.find "balancedBceWithLogits weight 2.5") with
            Name = "balancedBceWithLogits of weights"
            Loss =
                { new LossFunction with
                    member _.Apply inputs = balancedBceWithLogits (Weights.op_Implicit [| 1.0; 2.0; 0.5 |]) inputs[1] inputs[0]
                }
        }

        // Variances that are one for each row.
        let gaussian = ofEntry (Catalogue.find "gaussianNLL")

        for shape in [ Shape [| 2; 1 |]; Shape [| 2 |] ] do
            { gaussian with
                Name = $"gaussianNLL of variances {shape}"
                Inputs = [ 0.5, rows; 0.25, rows; 2.0, shape ]
                Bounded = gaussian.Bounded |> List.map (fun bounded -> { bounded with Value = fun i -> 3 * i })
            }

        let ofProbabilities = ofEntry (Catalogue.find "crossEntropyWithProbabilities")

        { ofProbabilities with
            Name = "crossEntropyWithProbabilities along axis 0"
            Bounded = ofProbabilities.Bounded |> List.map (fun bounded -> { bounded with Value = fun i -> i % 3 })
            Loss =
                { new LossFunction with
                    member _.Apply inputs =
                        crossEntropyWithProbabilities { CrossEntropyOptions.Default with ClassAxis = 0 } inputs[1] inputs[0]
                }
        }
    ]

let names =
    let data = TheoryData<string, string>()

    for record in records do
        for engine in Engines.all do
            data.Add(record.Name, engine.Name)

    data

/// The losses alone, for an engine that is not one of the laws'.
let losses = TheoryData<string>(records |> Seq.map _.Name)

let internal find (name: string) = records |> List.find (fun record -> record.Name = name)

let internal outside (engine: Engine) (domain: Domain) =
    [
        if domain.Least = Double.Epsilon then
            0.0
            -1.0
            -infinity
        if domain.Least = Math.BitIncrement 1.0 then
            1.0
            0.0
            -infinity
        if domain.Least = 0.0 then
            -1.0
            -engine.Least
            -infinity
        if domain.Least < 0.0 && Double.IsFinite domain.Least && domain.LeastMagnitude = 0.0 then
            Math.Round domain.Least
            -infinity
        if domain.Largest = 0.0 then
            2.0
            engine.Least
            infinity
        if domain.Largest = 1.0 then
            1.5
            engine.Next 1.0
            infinity
        if domain.LeastMagnitude = 1.0 then
            0.0
            0.5
            -0.5
            -engine.Next 1.0
    ]

let private edges (engine: Engine) (domain: Domain) =
    [
        nan
        if domain.Contains 1.0 then
            1.0
        if domain.Largest = 0.0 then
            -1.0
            -0.0
            0.0
        if domain.Least = 0.0 then
            0.0
            -0.0
            engine.Least
        if domain.Largest = infinity then
            engine.Largest
            infinity
        if domain.LeastMagnitude = 1.0 then
            -1.0
    ]

/// What may be asked of a loss; every one gives numbers out.
type Reading =
    | Values
    | Sum
    | Mean
    | BatchMean
    | PerSample
    | Part
    | Weighed

    member reading.Of(loss: LossValues<'T>) : 'T =
        match reading with
        | Values -> loss.Values
        | Sum -> Reduce.sum loss
        | Mean -> Reduce.mean loss
        | BatchMean -> Reduce.batchMean loss
        | PerSample -> Reduce.perSample Reduction.Sum loss
        | Part ->
            let struct (values, _) = Reduce.parts loss
            values
        | Weighed -> Reduce.using { Reducing.Default with Weights = Weights.op_Implicit 2.0; Divisor = Divisor.Weights } loss

let private readings = [ Values; Sum; Mean; BatchMean; PerSample; Part; Weighed ]

let internal inputs (record: Record) =
    record.Inputs |> List.map (fun (value, shape) -> Array.create shape.Size value, shape) |> List.toArray

// The inputs, but for a number of one operand.
let internal spoiled (record: Record) (operand: int) (numbers: (int * float) list) =
    let inputs = inputs record

    for place, number in numbers do
        (fst inputs[operand])[place] <- number

    inputs

let internal run (engine: Engine) (record: Record) (read: Reading) (reduce: Reducing option) inputs =
    let f =
        { new TensorFunction with
            member _.Apply inputs =
                let loss = record.Loss.Apply inputs

                match reduce with
                | Some options -> Reduce.using options loss
                | None -> read.Of loss
        }

    engine.Value(f, inputs)

let private place (shape: Shape) (index: int) =
    let along =
        Array.init shape.Rank (fun axis -> index / (Array.fold (*) 1 (Array.skip (axis + 1) (shape.ToArray()))) % shape[axis])

    "[" + String.Join(", ", along) + "]"

let private refuses (bounded: Bounded) (shape: Shape) (index: int) (number: float) (call: unit -> unit) =
    let error = Assert.Throws<ArgumentOutOfRangeException> call
    Assert.Equal(bounded.Parameter, error.ParamName)
    let number = number.ToString CultureInfo.InvariantCulture
    Assert.StartsWith($"{bounded.Parameter}{place shape index} is {number}, but it must be {bounded.Domain}.", error.Message)

let internal refusesOutside (record: Record) (engine: Engine) =
    for bounded in record.Bounded do
        let shape = snd record.Inputs[bounded.Operand]

        for number in outside engine bounded.Domain do
            for index in 0 .. shape.Size - 1 do
                for reading in readings do
                    refuses bounded shape index number (fun () ->
                        run engine record reading None (spoiled record bounded.Operand [ index, number ]) |> ignore)

[<Theory; MemberData "names">]
let ``a number outside is refused, with its place, whatever is asked of the loss`` (name: string, engine: string) =
    refusesOutside (find name) (Engines.byName engine)

let internal acceptsEdges (record: Record) (engine: Engine) =
    for bounded in record.Bounded do
        for number in edges engine bounded.Domain do
            let values = run engine record Values None (spoiled record bounded.Operand [ 0, number ])
            // A number that is in no domain's way leaves the others alone.
            let plain = run engine record Values None (inputs record)
            Property.equal (fun () -> $"{record.Name} beside {number}") plain[plain.Length - 1] values[values.Length - 1]

[<Theory; MemberData "names">]
let ``the edge of a domain is accepted, and NaN, which comes out again`` (name: string, engine: string) =
    acceptsEdges (find name) (Engines.byName engine)

let internal namesTheFirst (record: Record) (engine: Engine) =
    for bounded in record.Bounded do
        let shape = snd record.Inputs[bounded.Operand]
        let number = List.head (outside engine bounded.Domain)
        let last = shape.Size - 1
        let both = spoiled record bounded.Operand [ 0, number; last, 2.0 * number - 1.0 ]
        refuses bounded shape 0 number (fun () -> run engine record Mean None both |> ignore)

        let values = (run engine record Values None (inputs record)).Length
        let valueShape = if values = 6 then rows else Shape [| values |]
        let masked = Weights.Mask(ReadOnlySpan(Array.init values (fun i -> i <> bounded.Value 0)), valueShape)
        // Elements that are masked along with the first.
        let first = Seq.tryFind (fun i -> bounded.Value i <> bounded.Value 0) (seq { 0..last })

        match first with
        | Some first when first < last ->
            let options = { Reducing.Default with Mask = masked }
            let spoil = spoiled record bounded.Operand [ 0, number; first, 2.0 * number - 1.0; last, number ]
            refuses bounded shape first (engine.Round(2.0 * number - 1.0)) (fun () -> run engine record Mean (Some options) spoil |> ignore)
        | _ -> ()

[<Theory; MemberData "names">]
let ``the first number that counts is named`` (name: string, engine: string) = namesTheFirst (find name) (Engines.byName engine)

// Laws 23 and 24.
let internal forgetsWhatIsGone (record: Record) (engine: Engine) =
    for bounded in record.Bounded do
        let shape = snd record.Inputs[bounded.Operand]
        let count = (run engine record Values None (inputs record)).Length
        let valueShape = if count = 6 then rows else Shape [| count |]

        for number in outside engine bounded.Domain do
            for index in 0 .. shape.Size - 1 do
                // A variance of a row is that of three values.
                let gone i = i / (count / max 1 (min count shape.Size)) = bounded.Value index / (count / max 1 (min count shape.Size))

                let zeros = Weights(ReadOnlySpan(Array.init count (fun i -> if gone i then 0.0 else 2.0)), valueShape)
                let mask = Weights.Mask(ReadOnlySpan(Array.init count (gone >> not)), valueShape)

                for options in
                    [
                        { Reducing.Default with Mask = mask }
                        { Reducing.Default with Weights = zeros }
                        { Reducing.Default with Weights = zeros; Divisor = Divisor.Weights }
                        { Reducing.Default with Weights = zeros; Reduction = Reduction.None }
                        { Reducing.Default with Mask = mask; Weights = zeros; Reduction = Reduction.Sum }
                    ] do
                    let expected = run engine record Mean (Some options) (inputs record)
                    let actual = run engine record Mean (Some options) (spoiled record bounded.Operand [ index, number ])
                    Array.iter2 (Property.equal (fun () -> $"{record.Name} without {number}")) expected actual

        // A sample of weight 0, where the mask lets it pass.
        let samples =
            { Reducing.Default with
                SampleWeights = Weights.op_Implicit (Array.init valueShape[0] (fun i -> if i = 0 then 0.0 else 1.0))
            }

        if bounded.Value 0 = 0 then
            let number = List.head (outside engine bounded.Domain)
            let expected = run engine record Mean (Some samples) (inputs record)
            let actual = run engine record Mean (Some samples) (spoiled record bounded.Operand [ 0, number ])
            Array.iter2 (Property.equal (fun () -> $"{record.Name} without its first sample")) expected actual

[<Theory; MemberData "names">]
let ``what is masked or weighed with 0 may be anything`` (name: string, engine: string) =
    forgetsWhatIsGone (find name) (Engines.byName engine)

[<Theory; MemberData "names">]
let ``a sum of losses, and a multiple of one, refuses what each does`` (name: string, engine: string) =
    let record, engine = find name, Engines.byName engine

    // Losses that are counted do not add up.
    for bounded in (if name.EndsWith " masked" then [] else record.Bounded) do
        let shape = snd record.Inputs[bounded.Operand]
        let number = List.head (outside engine bounded.Domain)

        let f =
            { new TensorFunction with
                member _.Apply<'T when 'T :> ITensor<'T>>(inputs: 'T[]) : 'T =
                    let loss = record.Loss.Apply inputs
                    let clean = LossValues('T.Expand('T.Constant 1.0, loss.Weights.Shape))
                    LossValues.op_Addition (clean, LossValues.op_Multiply (0.5, loss)) |> Reduce.mean
            }

        refuses bounded shape 1 number (fun () -> engine.Value(f, spoiled record bounded.Operand [ 1, number ]) |> ignore)

// The element that is named does not depend on which thread comes first, nor on where a block or a chunk ends.
[<Theory; MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``of many elements the first is named`` (engine: string) =
    let engine = Engines.byName engine
    let count = 300_001
    let shape = Shape [| count |]

    let mean =
        { new TensorFunction with
            member _.Apply inputs = bce inputs[1] inputs[0] |> Reduce.mean
        }

    let places = Gen.zip (Gen.choose (0, count - 1)) (Gen.zip (Gen.choose (0, count - 1)) (Gen.choose (0, 1)))

    Property.holdsFor 20 places (fun _ -> Seq.empty) (fun (a, (b, operand)) ->
        let inputs = [| Array.create count 0.5; Array.create count 0.5 |]
        inputs[operand][a] <- 1.5
        inputs[1 - operand][b] <- -0.25

        let error =
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> engine.Value(mean, Array.map (fun x -> x, shape) inputs) |> ignore)

        let first = if a < b || (a = b && operand = 0) then operand, a, "1.5" else 1 - operand, b, "-0.25"
        let operand, place, number = first
        let name = [| "probabilities"; "target" |][operand]
        Assert.StartsWith($"{name}[{place}] is {number}, but it must be from 0 to 1.", error.Message))

[<Theory; MemberData "names">]
let ``a gradient is refused like a value`` (name: string, engine: string) =
    let record, engine = find name, Engines.byName engine

    for bounded in record.Bounded do
        let shape = snd record.Inputs[bounded.Operand]
        let number = List.head (outside engine bounded.Domain)

        let f =
            { new TensorFunction with
                member _.Apply inputs = record.Loss.Apply inputs |> Reduce.mean
            }

        refuses bounded shape 1 number (fun () -> engine.Pull(f, spoiled record bounded.Operand [ 1, number ], [| 1.0 |]) |> ignore)
