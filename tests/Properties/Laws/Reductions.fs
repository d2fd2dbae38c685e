/// Laws 21 to 24: what becomes of the values of a loss; and the accumulator, against exact rationals.
module Losses.Tests.Laws.Reductions

open System
open System.Numerics
open System.Threading.Tasks
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

/// Sums that know no rounding: whole multiples of 2⁻²²⁰⁰, below any product of two floats.
module private Exact =

    let private floor = 2200

    let private parts (x: float) =
        let bits = BitConverter.DoubleToInt64Bits x
        let exponent = int (bits >>> 52) &&& 0x7FF
        let fraction = bits &&& 0xFFFFFFFFFFFFFL
        let significand = if exponent = 0 then fraction else fraction ||| 0x10000000000000L
        BigInteger(if bits < 0L then -significand else significand), max exponent 1 - 1075

    let product (a: float) (b: float) : BigInteger =
        let x, e = parts a
        let y, f = parts b
        (x * y) <<< (e + f + floor)

    let ofFloat (x: float) = product x 1.0

    /// The float nearest to a quotient, ties to even: of so many bits, multiples of 2^least, at most largest.
    let nearest (bits: int) (least: int) (largest: float) (numerator: BigInteger) (denominator: BigInteger) : float =
        if denominator.IsZero then
            if numerator.IsZero then nan else float numerator.Sign * infinity
        elif numerator.IsZero then
            0.0
        else
            let size = BigInteger.Abs numerator
            // The quotient has one bit more than asked for, or two, before the exponent's floor.
            let length (x: BigInteger) = int (x.GetBitLength())
            let exponent = max least (length size - length denominator - bits)

            let scaled, divisor = if exponent < 0 then size <<< -exponent, denominator else size, denominator <<< exponent

            let rounded (scaled: BigInteger) (divisor: BigInteger) =
                let mutable rest = BigInteger.Zero
                let whole = BigInteger.DivRem(scaled, divisor, &rest)
                let twice = BigInteger.Compare(rest * BigInteger 2, divisor)
                if twice > 0 || (twice = 0 && not whole.IsEven) then whole + BigInteger.One else whole

            let mutable whole = BigInteger.Divide(scaled, divisor)
            let mutable shift = exponent

            if length whole > bits then
                shift <- exponent + 1

            let scaled, divisor = if shift < 0 then size <<< -shift, denominator else size, denominator <<< shift
            whole <- rounded scaled divisor
            let value = Math.ScaleB(float whole, shift)
            float numerator.Sign * (if value > largest then infinity else value)

    let toFloat numerator denominator = nearest 53 -1074 Double.MaxValue numerator denominator
    let toSingle numerator denominator = nearest 24 -149 (float Single.MaxValue) numerator denominator
    let one = BigInteger.One <<< floor

/// What an accumulator was given, exactly.
type Model =
    {
        Values: BigInteger
        Weights: BigInteger
    }

    static member Empty = { Values = BigInteger.Zero; Weights = BigInteger.Zero }
    static member (+)(a, b) = { Values = a.Values + b.Values; Weights = a.Weights + b.Weights }

    member x.Mean = Exact.toFloat x.Values x.Weights

/// What can be done to a few accumulators.
type private Step =
    | Add of slot: int * values: float[]
    | AddSingle of slot: int * values: float[]
    | AddWeighted of slot: int * values: (float * float)[]
    | AddLoss of slot: int * values: (float * float)[]
    | Merge of from: int * into: int
    | Reset of slot: int
    /// Written to bytes, and read again.
    | Store of slot: int
    /// Each element by a thread of its own, then merged.
    | Split of slot: int * values: float[]

[<Literal>]
let private Slots = 3

let private steps =
    let engine = Engines.float64
    let slot = Gen.choose (0, Slots - 1)
    // Weighted values stay where no product overflows.
    let bounded = Generators.finite engine |> Gen.map (fun x -> if abs x > 1e150 then x * 1e-200 else x)
    let values element = Gen.choose (0, 6) |> Gen.bind (fun count -> Gen.arrayOfLength count element)
    let weighted = values (Gen.zip bounded (Generators.weight engine))
    // Values with their weights applied, as a loss holds them; their divisors beside.
    let finite32 = Generators.finite Engines.float32

    Gen.frequency
        [
            4, Gen.map2 (fun slot values -> Add(slot, values)) slot (values (Generators.finite engine))
            2, Gen.map2 (fun slot values -> AddSingle(slot, values)) slot (values finite32)
            3, Gen.map2 (fun slot values -> AddWeighted(slot, values)) slot weighted
            2, Gen.map2 (fun slot values -> AddLoss(slot, values)) slot weighted
            3, Gen.map2 (fun from into -> Merge(from, into)) slot slot
            1, Gen.map Reset slot
            2, Gen.map Store slot
            2, Gen.map2 (fun slot values -> Split(slot, values)) slot (values (Generators.finite engine))
        ]
    |> Gen.listOf

let private total (values: float seq) = values |> Seq.fold (fun sum x -> sum + Exact.ofFloat x) BigInteger.Zero

let private counted (values: float[]) = { Values = total values; Weights = Exact.ofFloat (float values.Length) }

let private run (accumulators: LossAccumulator[]) (models: Model[]) (step: Step) =
    match step with
    | Add(slot, values) ->
        accumulators[slot].Add(ReadOnlySpan<float> values)
        models[slot] <- models[slot] + counted values
    | AddSingle(slot, values) ->
        accumulators[slot].Add(ReadOnlySpan<float32>(Array.map float32 values))
        models[slot] <- models[slot] + counted values
    | AddWeighted(slot, values) ->
        accumulators[slot].Add(ReadOnlySpan<float>(Array.map fst values), ReadOnlySpan<float>(Array.map snd values))

        models[slot] <-
            models[slot]
            + {
                  Values = values |> Array.fold (fun sum (x, w) -> sum + Exact.product w x) BigInteger.Zero
                  Weights = total (Array.map snd values)
              }
    | AddLoss(slot, values) ->
        let tensor (values: float[]) = DiffTensor.Create values
        LossValues(tensor (Array.map fst values), tensor (Array.map snd values)) |> Reduce.addTo accumulators[slot]
        models[slot] <- models[slot] + { Values = total (Array.map fst values); Weights = total (Array.map snd values) }
    | Merge(from, into) ->
        accumulators[into].Merge accumulators[from]
        models[into] <- models[into] + models[from]
    | Reset slot ->
        accumulators[slot].Reset()
        models[slot] <- Model.Empty
    | Store slot ->
        let copy = LossAccumulator.FromBytes(accumulators[slot].ToBytes())
        Assert.Equal(accumulators[slot], copy)
        accumulators[slot] <- copy
    | Split(slot, values) ->
        let parts = values |> Array.map (fun _ -> LossAccumulator())
        Parallel.For(0, values.Length, (fun i -> parts[i].Add(ReadOnlySpan<float> [| values[i] |]))) |> ignore
        Array.iter accumulators[slot].Merge (Array.rev parts)
        models[slot] <- models[slot] + counted values

// Law 22, against a list of rationals.
[<Fact>]
let ``An accumulator is the exact list of what it was given, whatever was done to it`` () =
    Property.holdsFor 300 steps (fun _ -> Seq.empty) (fun steps ->
        let accumulators = Array.init Slots (fun _ -> LossAccumulator())
        let models = Array.create Slots Model.Empty

        for step in steps do
            run accumulators models step

            for slot in 0 .. Slots - 1 do
                let what name () = $"{name} of accumulator {slot} after %A{step} of %A{steps}"
                let model, actual = models[slot], accumulators[slot]
                Property.equal (what "sum") (Exact.toFloat model.Values Exact.one) actual.Sum
                Property.equal (what "weight") (Exact.toFloat model.Weights Exact.one) actual.Weight
                Property.equal (what "mean") model.Mean actual.Mean
                Property.equal (what "float32 mean") (Exact.toSingle model.Values model.Weights) (float actual.MeanSingle))

// Law 23.
[<Fact>]
let ``An accumulator leaves out what has weight 0, and keeps what is not finite`` () =
    let total = LossAccumulator()
    total.Add(ReadOnlySpan [| 1.0; nan; infinity; 3.0 |], ReadOnlySpan [| 1.0; 0.0; 0.0; 1.0 |])
    Assert.Equal(2.0, total.Mean)
    total.Add(ReadOnlySpan [| infinity |])
    Assert.Equal(infinity, total.Mean)
    total.Add(ReadOnlySpan [| -infinity |])
    Assert.True(Double.IsNaN total.Mean)
    total.Reset()
    Assert.Equal(0.0, total.Sum)
    Assert.Equal(0.0, total.Weight)
    Assert.True(Double.IsNaN total.Mean)

[<Fact>]
let ``Accumulators are equal where both their sums are`` () =
    let given (values: float list) (weights: float list) =
        let total = LossAccumulator()
        total.Add(ReadOnlySpan(List.toArray values), ReadOnlySpan(List.toArray weights))
        total

    Assert.Equal(given [ 1.0; 2.0 ] [ 1.0; 0.5 ], given [ 2.0; 0.0 ] [ 1.0; 0.5 ])
    Assert.NotEqual(given [ 2.0 ] [ 1.0 ], given [ 1.0 ] [ 2.0 ])
    Assert.NotEqual(given [ 2.0 ] [ 1.0 ], given [ 1.0 ] [ 1.0 ])

let private labelsOf (labels: int[]) = Labels labels

/// A loss of rows that counts with weights: class weights and an ignored label.
type private Batch =
    {
        Logits: float[][]
        Labels: int[]
        Weights: float[]
    }

    member x.Classes = x.Weights.Length
    override x.ToString() = sprintf "logits %A, labels %A, weights %A" x.Logits x.Labels x.Weights

let private batches (engine: Engine) =
    gen {
        let! classes = Gen.choose (1, 4)
        let! rows = Gen.choose (0, 12)
        let! logits = Gen.arrayOfLength rows (Gen.arrayOfLength classes (Generators.moderate engine))
        let! labels = Gen.arrayOfLength rows (Gen.frequency [ 4, Gen.choose (0, classes - 1); 1, Gen.constant -100 ])
        let! weights = Gen.arrayOfLength classes (Generators.weight engine)
        return { Logits = logits; Labels = labels; Weights = weights }
    }

let private weighted (batch: Batch) (x: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
    crossEntropy { CrossEntropyOptions.Default with ClassWeights = Weights.op_Implicit batch.Weights } (Labels batch.Labels) x

let private tensor64 (batch: Batch) = DiffTensor.Create(Array.concat batch.Logits, batch.Labels.Length, batch.Classes)

let private tensor32 (batch: Batch) = DiffTensor.Create(Array.map float32 (Array.concat batch.Logits), batch.Labels.Length, batch.Classes)

let private part (batch: Batch) (rows: int[]) =
    { batch with
        Logits = Array.map (Array.get batch.Logits) rows
        Labels = Array.map (Array.get batch.Labels) rows
    }

// Laws 21 and 22, B14, B15: unequal numbers of what counts in each part.
[<Fact>]
let ``A mean over micro-batches, shards and threads is that of the whole, bit for bit`` () =
    let inputs =
        gen {
            let! batch = batches Engines.float32
            let! owners = Gen.arrayOfLength batch.Labels.Length (Gen.choose (0, 3))
            let! backwards = Gen.elements [ true; false ]
            return batch, owners, backwards
        }

    Property.holds inputs (fun (batch, owners, backwards) ->
        let parts =
            Array.init 4 (fun owner ->
                owners |> Array.indexed |> Array.filter (fun (_, other) -> other = owner) |> Array.map fst |> part batch)

        let merged (add: LossAccumulator -> Batch -> unit) =
            let each = parts |> Array.map (fun _ -> LossAccumulator())
            Parallel.For(0, parts.Length, (fun i -> add each[i] parts[i])) |> ignore
            let total = LossAccumulator()
            Array.iter total.Merge (if backwards then Array.rev each else each)
            total

        let whole = weighted batch (tensor64 batch) |> Reduce.mean
        let total = merged (fun total part -> weighted part (tensor64 part) |> Reduce.addTo total)
        Property.same (fun () -> $"{batch} among %A{owners}") (whole.ToScalar()) total.Mean
        let whole = weighted batch (tensor32 batch) |> Reduce.mean
        let total = merged (fun total part -> weighted part (tensor32 part) |> Reduce.addTo total)
        Property.same (fun () -> $"{batch} among %A{owners}, float32") (float (whole.ToScalar())) (float total.MeanSingle)

        // Numerators and denominators add up.
        let whole = weighted batch (tensor64 batch) |> Reduce.mean
        let pieces = parts |> Array.map (fun part -> weighted part (tensor64 part) |> Reduce.parts)
        let numerator = pieces |> Array.sumBy (fun struct (values, _) -> values.ToScalar())
        let denominator = pieces |> Array.sumBy (fun struct (_, weights) -> weights.ToScalar())
        let mean, expected = numerator / denominator, whole.ToScalar()

        if not (mean.Equals expected || abs (mean - expected) <= 1e-14 * abs expected) then
            Property.fail $"{batch} among %A{owners}: {mean:R} is not {expected:R}")

/// Values, their weights, and what else a reduction may be given, of one shape (N, D).
type private Given =
    {
        Prediction: float[]
        Target: float[]
        Mask: bool[]
        Element: float[]
        Sample: float[]
        Rows: int
        Columns: int
    }

    member x.Shape = Shape [| x.Rows; x.Columns |]
    override x.ToString() = sprintf "%A" (x.Prediction, x.Target, x.Mask, x.Element, x.Sample)

let private givens (engine: Engine) =
    gen {
        let! rows = Gen.choose (0, 5)
        let! columns = Gen.choose (1, 4)
        let count = rows * columns
        let! prediction = Gen.arrayOfLength count (Generators.moderate engine)
        let! target = Gen.arrayOfLength count (Generators.moderate engine)
        let! mask = Gen.arrayOfLength count (Gen.elements [ true; true; false ])
        // Of few bits, so that products of weights are exact.
        let some = Gen.choose (0, 12) |> Gen.map (fun k -> float k / 4.0)
        let! element = Gen.arrayOfLength count some
        let! sample = Gen.arrayOfLength rows some

        return
            {
                Prediction = prediction
                Target = target
                Mask = mask
                Element = element
                Sample = sample
                Rows = rows
                Columns = columns
            }
    }

let private using (reducing: Reducing) =
    { new TensorFunction with
        member _.Apply inputs = mse inputs[1] inputs[0] |> Reduce.using reducing
    }

let private inputs (given: Given) = [| given.Prediction, given.Shape; given.Target, given.Shape |]

let private maskOf (given: Given) = Weights.Mask(ReadOnlySpan given.Mask, given.Shape)

let private weightsOf (given: Given) = Weights(ReadOnlySpan given.Element, given.Shape)

let private sampleWeightsOf (given: Given) = Weights.op_Implicit given.Sample

let private engines = TheoryData<string>(Engines.all |> Seq.map _.Name)

let private near (engine: Engine) (what: unit -> string) (ulps: float) (expected: float) (actual: float) =
    if not (actual.Equals expected || actual = expected || abs (actual - expected) <= (ulps + engine.Slack) * engine.Ulp expected) then
        Property.fail $"{what ()}: {actual:R} is not {expected:R}"

type ``A reduction``() =

    static member Engines = engines

    // Law 24: whatever stands there.
    [<Theory; MemberData "Engines">]
    member _.``of what a mask leaves is that of the rest alone``(engine: string) =
        let engine = Engines.byName engine

        let cases =
            gen {
                let! given = givens engine
                let! junk = Gen.arrayOfLength given.Mask.Length (Gen.elements [ nan; infinity; -infinity; 0.0; engine.Largest ])
                return given, junk
            }

        Property.holds cases (fun (given, junk) ->
            let kept = given.Mask |> Array.indexed |> Array.filter snd |> Array.map fst
            let alone values = Array.map (Array.get values) kept, Shape [| kept.Length |]

            let spoiled =
                { given with
                    Prediction = Array.mapi (fun i x -> if given.Mask[i] then x else junk[i]) given.Prediction
                }

            for reduction in [ Reduction.Sum; Reduction.Mean ] do
                let masked = using { Reducing.Default with Reduction = reduction; Mask = maskOf given }
                let plain = using { Reducing.Default with Reduction = reduction }
                let value, gradients = engine.Pull(masked, inputs spoiled, [| 1.5 |])
                let expected, expectedGradients = engine.Pull(plain, [| alone given.Prediction; alone given.Target |], [| 1.5 |])
                Property.close engine (fun () -> $"{reduction} of {spoiled}") expected[0] value[0]

                for input in 0..1 do
                    kept
                    |> Array.iteri (fun k i ->
                        Property.near
                            engine
                            (fun () -> $"gradient {input} of {reduction} of {spoiled}, {i}")
                            expectedGradients[input].[k]
                            gradients[input].[i])

                    for i in 0 .. given.Mask.Length - 1 do
                        if not given.Mask[i] && not (kept.Length = 0 && reduction = Reduction.Mean) then
                            Property.same (fun () -> $"gradient {input} of {reduction} of {spoiled}, masked {i}") 0.0 gradients[input].[i])

    // Law 24, for labels: B17.
    [<Theory; MemberData "Engines">]
    member _.``of what is not ignored is that of the rest alone``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (batches engine) (fun batch ->
            let kept = batch.Labels |> Array.indexed |> Array.filter (fun (_, label) -> label >= 0) |> Array.map fst
            let rest = part batch kept

            let spoiled =
                { batch with
                    Logits = Array.mapi (fun i row -> if batch.Labels[i] < 0 then Array.map (fun _ -> nan) row else row) batch.Logits
                }

            let numbers (batch: Batch) = [| Array.concat batch.Logits, Shape [| batch.Labels.Length; batch.Classes |] |]

            for smoothing in [ 0.0; 0.25 ] do
                for reduction in [ Reduction.Sum; Reduction.Mean ] do
                    let loss (batch: Batch) =
                        { new TensorFunction with
                            member _.Apply inputs =
                                crossEntropy
                                    { CrossEntropyOptions.Default with
                                        ClassWeights = Weights.op_Implicit batch.Weights
                                        LabelSmoothing = smoothing
                                    }
                                    (Labels batch.Labels)
                                    inputs[0]
                                |> Reduce.by reduction
                        }

                    let value, gradients = engine.Pull(loss spoiled, numbers spoiled, [| 1.0 |])
                    let expected, expectedGradients = engine.Pull(loss rest, numbers rest, [| 1.0 |])
                    Property.close engine (fun () -> $"{reduction} of {spoiled}") expected[0] value[0]

                    if Double.IsFinite expected[0] then
                        for i in 0 .. batch.Labels.Length - 1 do
                            for c in 0 .. batch.Classes - 1 do
                                let got = gradients[0].[i * batch.Classes + c]

                                match Array.tryFindIndex ((=) i) kept with
                                | Some k ->
                                    Property.close
                                        engine
                                        (fun () -> $"gradient of {spoiled}")
                                        expectedGradients[0].[k * batch.Classes + c]
                                        got
                                | None -> Property.same (fun () -> $"gradient of an ignored row of {spoiled}") 0.0 got)

    // Law 23, B16: both means, by name.
    [<Theory; MemberData "Engines">]
    member _.``divides by what it says``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (givens engine) (fun given ->
            let values = engine.Value(using { Reducing.Default with Reduction = Reduction.None }, inputs given)
            let mark i = if given.Mask[i] then 1.0 else 0.0
            let weight i = mark i * given.Element[i] * given.Sample[i / given.Columns]
            let places = [| 0 .. values.Length - 1 |]

            // Each value is weighted once in float64, or rounded in between: an ulp for each weight.
            let numerator = places |> Array.sumBy (fun i -> if weight i = 0.0 then 0.0 else weight i * values[i])
            let divisor f = places |> Array.sumBy f

            for kind, by in
                [
                    Divisor.Default, divisor mark
                    Divisor.Count, divisor (fun i -> if weight i > 0.0 then 1.0 else 0.0)
                    Divisor.Weights, divisor weight
                ] do
                let reducing =
                    { Reducing.Default with
                        Mask = maskOf given
                        Weights = weightsOf given
                        SampleWeights = sampleWeightsOf given
                        Divisor = kind
                    }

                let value = engine.Value(using reducing, inputs given)[0]
                near engine (fun () -> $"{kind} of {given}") 4.0 (numerator / by) value

                let numerators =
                    { new TensorFunction with
                        member _.Apply inputs =
                            let struct (numerator, _) = mse inputs[1] inputs[0] |> Reduce.partsUsing reducing
                            numerator
                    }

                let denominators =
                    { new TensorFunction with
                        member _.Apply inputs =
                            let struct (_, denominator) = mse inputs[1] inputs[0] |> Reduce.partsUsing reducing
                            denominator
                    }

                near engine (fun () -> $"numerator of {kind} of {given}") 4.0 numerator (engine.Value(numerators, inputs given)[0])
                Property.same (fun () -> $"denominator of {kind} of {given}") by (engine.Value(denominators, inputs given)[0])

                let total = LossAccumulator()
                let tensor (values: float[]) = DiffTensor.Create(values, given.Rows, given.Columns)
                mse (tensor given.Target) (tensor given.Prediction) |> Reduce.addUsing reducing total

                if engine.Name = "float64" then
                    Property.close engine (fun () -> $"{kind} of {given}, accumulated") value total.Mean)

    // Law 23.
    [<Theory; MemberData "Engines">]
    member _.``takes weights: 1 is none, 2^k scales all alike, whole ones repeat, 0 removes``(engine: string) =
        let engine = Engines.byName engine

        let cases =
            gen {
                let! given = givens engine
                let! whole = Gen.arrayOfLength given.Element.Length (Gen.choose (0, 3))
                let! power = Gen.choose (-20, 20)
                return given, whole, power
            }

        Property.holds cases (fun (given, whole, power) ->
            let weights (values: float[]) = Weights(ReadOnlySpan values, given.Shape)
            let by values = using { Reducing.Default with Weights = weights values; Divisor = Divisor.Weights }
            let plain, plainGradients = engine.Pull(using Reducing.Default, inputs given, [| 1.0 |])
            let ones, onesGradients = engine.Pull(by (Array.create given.Element.Length 1.0), inputs given, [| 1.0 |])
            Property.close engine (fun () -> $"{given}, weights of 1") plain[0] ones[0]
            Array.iter2 (Property.close engine (fun () -> $"gradient of {given}, weights of 1")) plainGradients[0] onesGradients[0]

            let value = engine.Value(by given.Element, inputs given)[0]
            let scaled = engine.Value(by (given.Element |> Array.map (fun w -> Math.ScaleB(w, power))), inputs given)[0]

            if given.Prediction |> Array.forall2 (fun t x -> x = t || abs (x - t) > 1e-6) given.Target then
                Property.close engine (fun () -> $"{given}, weights times 2^{power}") value scaled

            let repeat (values: float[]) = whole |> Array.mapi (fun i count -> Array.create count values[i]) |> Array.concat
            let repeated = repeat given.Prediction, Shape [| Array.sum whole |]
            let expected = engine.Value(using Reducing.Default, [| repeated; repeat given.Target, snd repeated |])[0]

            near
                engine
                (fun () -> $"{given}, whole weights %A{whole}")
                2.0
                expected
                (engine.Value(by (Array.map float whole), inputs given)[0]))

    // A value for each sample: that of the sample by itself.
    [<Theory; MemberData "Engines">]
    member _.``per sample is that of each sample``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (givens engine) (fun given ->
            for reduction in [ Reduction.Sum; Reduction.Mean ] do
                for divisor in [ Divisor.Default; Divisor.Count; Divisor.Weights ] do
                    let reducing =
                        { Reducing.Default with
                            Reduction = reduction
                            PerSample = true
                            Mask = maskOf given
                            Weights = weightsOf given
                            Divisor = divisor
                        }

                    let upstream = Array.init given.Rows (fun i -> float (i + 1))
                    let values, gradients = engine.Pull(using reducing, inputs given, upstream)
                    Assert.Equal(given.Rows, values.Length)

                    for n in 0 .. given.Rows - 1 do
                        let own (values: 'a[]) = Array.sub values (n * given.Columns) given.Columns

                        let sample =
                            { given with
                                Prediction = own given.Prediction
                                Target = own given.Target
                                Mask = own given.Mask
                                Element = own given.Element
                                Rows = 1
                            }

                        let alone =
                            using
                                { Reducing.Default with
                                    Reduction = reduction
                                    Mask = maskOf sample
                                    Weights = weightsOf sample
                                    Divisor = divisor
                                }

                        let value, gradient = engine.Pull(alone, inputs sample, [| upstream[n] |])
                        near engine (fun () -> $"{reduction} by {divisor} of sample {n} of {given}") 1.0 value[0] values[n]

                        if Double.IsFinite value[0] then
                            Array.iter2
                                (near engine (fun () -> $"gradient of {reduction} by {divisor} of sample {n} of {given}") 2.0)
                                gradient[0]
                                (own gradients[0]))

    // B21: sums of nothing are 0, means NaN; or what one asks for.
    [<Theory; MemberData "Engines">]
    member _.``of nothing is 0 for a sum, and for a mean what is asked for``(engine: string) =
        let engine = Engines.byName engine
        let empty = [| [||], Shape [| 0; 3 |]; [||], Shape [| 0; 3 |] |]
        let some = [| [| 1.0; nan; infinity |], Shape [| 1; 3 |]; [| 1.0; 2.0; 3.0 |], Shape [| 1; 3 |] |]
        let nothing = Weights.Mask(ReadOnlySpan [| false; false; false |], Shape [| 1; 3 |])

        for inputs, mask in [ empty, Weights.None; some, nothing ] do
            let value, gradients =
                engine.Pull(using { Reducing.Default with Reduction = Reduction.Sum; Mask = mask }, inputs, [| 1.0 |])

            Property.same (fun () -> "sum of nothing") 0.0 value[0]
            Array.iter (Property.same (fun () -> "gradient of a sum of nothing") 0.0) gradients[0]
            Assert.True(Double.IsNaN(engine.Value(using { Reducing.Default with Mask = mask }, inputs)[0]))
            let value, gradients = engine.Pull(using { Reducing.Default with Mask = mask; Empty = EmptyMean.Zero }, inputs, [| 1.0 |])
            Property.same (fun () -> "mean of nothing") 0.0 value[0]

            for gradient in gradients do
                Array.iter (Property.equal (fun () -> "gradient of a mean of nothing") 0.0) gradient

            let error =
                Assert.Throws<InvalidOperationException>(fun () ->
                    engine.Value(using { Reducing.Default with Mask = mask; Empty = EmptyMean.Throw }, inputs) |> ignore)

            Assert.Contains("nothing", error.Message)

        // Where something counts, the policy is of no effect.
        for policy in [ EmptyMean.NaN; EmptyMean.Zero; EmptyMean.Throw ] do
            let inputs = [| [| 1.0; 2.0 |], Shape [| 2 |]; [| 0.0; 0.0 |], Shape [| 2 |] |]
            let value, gradients = engine.Pull(using { Reducing.Default with Empty = policy }, inputs, [| 1.0 |])
            Assert.Equal<float[]>([| 2.5 |], value)
            Assert.Equal<float[]>([| 1.0; 2.0 |], gradients[0])

        let labels = labelsOf [| -100; -100 |]

        for policy, expected in [ EmptyMean.NaN, nan; EmptyMean.Zero, 0.0 ] do
            let ignored =
                { new TensorFunction with
                    member _.Apply inputs =
                        crossEntropy CrossEntropyOptions.Default labels inputs[0] |> Reduce.using { Reducing.Default with Empty = policy }
                }

            let value, gradients = engine.Pull(ignored, [| [| 1.0; 2.0; nan; 4.0 |], Shape [| 2; 2 |] |], [| 1.0 |])
            Property.same (fun () -> $"{policy}") expected value[0]

            if policy = EmptyMean.Zero then
                Array.iter (Property.equal (fun () -> "gradient of a mean of nothing") 0.0) gradients[0]

    // Sequences keep the lengths that their mean divides by, masked and weighted as well; one that is impossible can be masked away.
    [<Fact>]
    member _.``of sequences divides by their lengths, whatever else it is given``() =
        let half = log 0.5
        let logs = DiffTensor.Create(Array.create (3 * 3 * 2) half, 3, 3, 2)
        let labels = Labels(ReadOnlySpan [| 1; 1; 1; 1; 1; 1; 1; 0; 0 |], Shape [| 3; 3 |])
        // The second cannot be: three equal labels need five frames.
        let loss (x: DiffTensor<float>) = ctc CTCOptions.Default [| 3; 3; 3 |] [| 2; 3; 1 |] labels x
        let values = (loss logs |> Reduce.none).ToArray()
        Assert.Equal(infinity, values[1])
        let mask = Weights.Mask(ReadOnlySpan [| true; false; true |], Shape [| 3 |])
        let mean = (values[0] / 2.0 + values[2]) / 2.0

        let close (expected: float) (reducing: Reducing) =
            Assert.Equal(expected, (loss logs |> Reduce.using reducing).ToScalar(), 1e-14)
            let gradient = Diff.grad (fun x -> loss x |> Reduce.using reducing) logs
            Assert.True(Array.forall Double.IsFinite (gradient.ToArray()))

        for divisor in [ Divisor.Default; Divisor.Count; Divisor.Weights ] do
            close mean { Reducing.Default with Mask = mask; Divisor = divisor }

        let weights = Weights.op_Implicit [| 2.0; 0.0; 1.0 |]

        close
            ((2.0 * values[0] / 2.0 + values[2]) / 3.0)
            { Reducing.Default with Mask = mask; Weights = weights; Divisor = Divisor.Weights }

        close ((2.0 * values[0] / 2.0 + values[2]) / 2.0) { Reducing.Default with Mask = mask; Weights = weights; Divisor = Divisor.Count }
        close ((2.0 * values[0] / 2.0 + values[2]) / 2.0) { Reducing.Default with Mask = mask; Weights = weights }
        close (values[0] + values[2]) { Reducing.Default with Mask = mask; Reduction = Reduction.Sum }

        // So do the parts of the mean, what is added up over batches, and each sample by itself.
        let masked = { Reducing.Default with Mask = mask }
        let struct (sum, count) = loss logs |> Reduce.partsUsing masked
        Assert.Equal(values[0] / 2.0 + values[2], sum.ToScalar(), 1e-14)
        Assert.Equal(2.0, count.ToScalar())
        let total = LossAccumulator()
        loss logs |> Reduce.addUsing masked total
        Assert.Equal(mean, total.Mean, 1e-14)
        let each = (loss logs |> Reduce.perSample Reduction.Mean).ToArray()
        Assert.Equal<float[]>([| values[0] / 2.0; infinity; values[2] |], each)
