/// Law 25: connectionist temporal classification against the enumeration of all paths, and what its structure says.
module Losses.Tests.Laws.Sequences

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

/// One sample: the logarithms of the probabilities, a row a frame; the target; the class that stands for nothing.
type Sample =
    {
        Frames: float[][]
        Target: int[]
        Blank: int
    }

    override x.ToString() = sprintf "frames %A, target %A, blank %d" x.Frames x.Target x.Blank

/// Samples side by side, whose padding, of frames and of labels, is anything.
type private Batch =
    {
        Samples: Sample[]
        Classes: int
        FramePadding: float
        LabelPadding: int
    }

    member x.Longest = x.Samples |> Array.fold (fun most sample -> max most sample.Frames.Length) 0
    member x.Width = x.Samples |> Array.fold (fun most sample -> max most sample.Target.Length) 0
    member x.Shape = Shape [| x.Longest; x.Samples.Length; x.Classes |]
    member x.InputLengths = x.Samples |> Array.map _.Frames.Length
    member x.TargetLengths = x.Samples |> Array.map _.Target.Length
    member x.Options = { CTCOptions.Default with Blank = x.Samples[0].Blank }

    member x.Numbers =
        [|
            for t in 0 .. x.Longest - 1 do
                for sample in x.Samples do
                    yield! (if t < sample.Frames.Length then sample.Frames[t] else Array.create x.Classes x.FramePadding)
        |]

    /// What of the gradients belongs to a frame of a sample.
    member x.At(gradients: float[], sample: int, frame: int) =
        Array.sub gradients ((frame * x.Samples.Length + sample) * x.Classes) x.Classes

    member x.Padded =
        let row (sample: Sample) = Array.append sample.Target (Array.create (x.Width - sample.Target.Length) x.LabelPadding)
        Labels(ReadOnlySpan(Array.collect row x.Samples), Shape [| x.Samples.Length; x.Width |])

    member x.Concatenated = Labels(Array.collect _.Target x.Samples)

    override x.ToString() = sprintf "padding %g and %d of %A" x.FramePadding x.LabelPadding (Array.map string x.Samples)

let private lossOf (options: CTCOptions) (batch: Batch) (labels: Labels) =
    { new TensorFunction with
        member _.Apply inputs = ctc options batch.InputLengths batch.TargetLengths labels inputs[0] |> Reduce.none
    }

let private inputs (batch: Batch) = [| batch.Numbers, batch.Shape |]

let private pull (engine: Engine) (batch: Batch) (upstream: float[]) =
    let values, gradients = engine.Pull(lossOf batch.Options batch batch.Padded, inputs batch, upstream)
    values, gradients[0]

let private ones (batch: Batch) = Array.create batch.Samples.Length 1.0

// Repeats go, then blanks.
let private spelled (blank: int) (path: int[]) =
    path
    |> Array.indexed
    |> Array.filter (fun (t, label) -> label <> blank && (t = 0 || path[t - 1] <> label))
    |> Array.map snd

let private exact (x: float) = DoubleDouble.Constant x

/// Every path of classes that spells the target and is possible, with the exact logarithm of its probability.
let private paths (classes: int) (sample: Sample) : (int[] * DoubleDouble)[] =
    [|
        for code in 0 .. pown classes sample.Frames.Length - 1 do
            let path = Array.init sample.Frames.Length (fun t -> code / pown classes t % classes)

            if spelled sample.Blank path = sample.Target then
                let logs = Array.mapi (fun t label -> sample.Frames[t].[label]) path

                if Array.forall Double.IsFinite logs then
                    path, logs |> Array.fold (fun (sum: DoubleDouble) x -> sum + exact x) (exact 0.0)
    |]

/// −log Σ of the probabilities of the paths, and the share of each path in it.
let private enumerated (classes: int) (sample: Sample) : DoubleDouble * (int[] * DoubleDouble)[] =
    let paths = paths classes sample

    if paths.Length = 0 then
        exact infinity, [||]
    else
        let most = paths |> Array.map snd |> Array.maxBy _.High
        let powers = paths |> Array.map (fun (path, log) -> path, DoubleDouble.Exp(log - most))
        // The largest is 1, and stays apart: log(1 + others).
        let largest = powers |> Array.findIndex (fun (_, power) -> power.High = 1.0)
        let others = powers |> Array.removeAt largest |> Array.fold (fun (sum: DoubleDouble) (_, power) -> sum + power) (exact 0.0)
        let total = exact 1.0 + others
        exact 0.0 - (most + DoubleDouble.Log1P others), powers |> Array.map (fun (path, power) -> path, power / total)

// What the sums of the recursion grow to: the likeliest path's logarithm, and that of the number of paths.
let private sumsOf (classes: int) (sample: Sample) =
    match paths classes sample with
    | [||] -> 0.0
    | paths -> (paths |> Array.map (fun (_, log) -> abs log.High) |> Array.min) + log (float paths.Length)

// Two ulp, and for each frame one of the sums, rounded twice: where they cancel, it is their ulp that count.
let private roundings (classes: int) (sample: Sample) (value: float) =
    2.0 * Engines.float64.Ulp value + float sample.Frames.Length * Engines.float64.Ulp(sumsOf classes sample)

/// The probability of being in a class in a frame, given the target.
let private posterior (shares: (int[] * DoubleDouble)[]) (frame: int) (label: int) =
    shares
    |> Array.filter (fun (path, _) -> path[frame] = label)
    |> Array.fold (fun (sum: DoubleDouble) (_, share) -> sum + share) (exact 0.0)

let private frame (element: Gen<float>) (engine: Engine) (classes: int) =
    gen {
        let! logits = Gen.arrayOfLength classes element
        let! impossible = Gen.choose (0, classes - 1)
        let most = Array.max logits
        let total = most + log (Array.sumBy (fun x -> exp (x - most)) logits)
        let normal = logits |> Array.map (fun x -> engine.Round(min 0.0 (x - total)))

        return!
            Gen.frequency
                [
                    4, Gen.constant normal
                    1, Gen.constant (Array.map (fun x -> engine.Round -(abs x)) logits)
                    1, Gen.constant (Array.mapi (fun c x -> if c = impossible then -infinity else x) normal)
                    1, Gen.constant (Array.create classes (engine.Round(-(log (float classes)))))
                ]
    }

let private sampleOf (element: Gen<float>) (engine: Engine) (classes: int) (blank: int) (longest: int) =
    gen {
        let! count = Gen.choose (0, longest)
        let! frames = Gen.arrayOfLength count (frame element engine classes)
        let! length = Gen.choose (0, min 3 (count + 1))
        let! places = Gen.arrayOfLength length (Gen.choose (1, classes - 1))

        return
            {
                Frames = frames
                Target = places |> Array.map (fun place -> (blank + place) % classes)
                Blank = blank
            }
    }

let private batchOf (element: Gen<float>) (engine: Engine) (samples: Gen<int>) (longest: int) =
    gen {
        let! classes = Gen.choose (2, 4)
        let! blank = Gen.choose (0, classes - 1)
        let! count = samples
        let! samples = Gen.arrayOfLength count (sampleOf element engine classes blank longest)
        let! framePadding = Gen.elements [ nan; infinity; -infinity; 0.0; -3.5 ]
        let! labelPadding = Gen.elements [ -1; 0; blank; classes; Int32.MaxValue; Int32.MinValue ]

        return { Samples = samples; Classes = classes; FramePadding = framePadding; LabelPadding = labelPadding }
    }

let private few = Gen.choose (1, 3)

/// Moderate logarithms of probabilities: at most 0.
let private batches (engine: Engine) = batchOf (Generators.moderate engine |> Gen.map (fun x -> x / 8.0)) engine few

let private engines = TheoryData<string>(Engines.all |> Seq.map _.Name)

type ``Connectionist temporal classification``() =

    static member Engines = engines

    // Law 25. Six frames of sums, each off by half an ulp of what has been summed, and of logarithms that cancel them where other paths make up for
    // what the likeliest one lacks.
    [<Theory; MemberData "Engines">]
    member _.``is −log of the sum over all paths that spell the target``(engine: string) =
        let engine = Engines.byName engine

        Property.holdsFor 200 (batches engine 6) (fun _ -> Seq.empty) (fun batch ->
            let values = engine.Value(lossOf batch.Options batch batch.Padded, inputs batch)

            batch.Samples
            |> Array.iteri (fun n sample ->
                let truth, _ = enumerated batch.Classes sample
                let error = engine.Error(values[n], truth)
                let beneath = roundings batch.Classes sample truth.High / engine.Ulp truth.High
                let allowed = if engine.Name = "float32" then 0.51 + beneath else beneath

                if error > 0.0 && not (error <= allowed) then
                    Property.fail
                        $"{sample}: {values[n]:R} is {error:F2} ulp from {truth.High:R} + {truth.Low:R}, with {allowed:F2} allowed"))

    // Law 25, A45: also where no log-softmax stands before it.
    [<Theory; MemberData "Engines">]
    member _.``has for gradient minus the probability of each class in each frame, given the target``(engine: string) =
        let engine = Engines.byName engine

        let inputs =
            gen {
                let! batch = batches engine 5
                let! upstream = Gen.arrayOfLength batch.Samples.Length (Generators.moderate engine)
                return batch, upstream
            }

        Property.holdsFor 150 inputs (fun _ -> Seq.empty) (fun (batch, upstream) ->
            let _, gradients = pull engine batch upstream

            batch.Samples
            |> Array.iteri (fun n sample ->
                let value, shares = enumerated batch.Classes sample

                for t in 0 .. batch.Longest - 1 do
                    batch.At(gradients, n, t)
                    |> Array.iteri (fun c got ->
                        if t >= sample.Frames.Length || shares.Length = 0 then
                            Property.same (fun () -> $"gradient of {sample}, frame {t}, class {c}, where nothing goes") 0.0 got
                        else
                            let truth = exact -upstream[n] * posterior shares t c
                            let error = engine.Error(got, truth)
                            // A share is the exponential of a difference of sums, each as large as the loss and the share's logarithm.
                            let share = posterior shares t c
                            let sums = abs value.High + (if share.High > 0.0 then abs (log share.High) else 0.0)

                            let beneath =
                                (4.0 + float sample.Frames.Length * sums) * Engines.float64.Ulp truth.High / engine.Ulp truth.High

                            let allowed = if engine.Name = "float32" then 0.51 + beneath else beneath

                            if error > 0.0 && not (error <= allowed) then
                                Property.fail
                                    $"gradient of {sample} times {upstream[n]:R}, frame {t}, class {c}: {got:R} is {error:F2} ulp from {truth.High:R}, with {allowed:F2} allowed")))

    // Law 18: −Cov(path in class c in frame t, Σ v along the path).
    [<Theory; MemberData "Engines">]
    member _.``has for curvature minus the covariance of its paths``(engine: string) =
        let engine = Engines.byName engine

        let cases =
            gen {
                let! batch = batches engine 4
                let! upstream = Gen.arrayOfLength batch.Samples.Length (Generators.moderate engine |> Gen.map (fun x -> x / 40.0))
                let! direction = Gen.arrayOfLength batch.Shape.Size (Gen.choose (-8, 8) |> Gen.map (fun k -> float k / 4.0))
                return batch, upstream, direction
            }

        Property.holdsFor 100 cases (fun _ -> Seq.empty) (fun (batch, upstream, direction) ->
            let products = engine.Curve(lossOf batch.Options batch batch.Padded, inputs batch, upstream, direction)

            batch.Samples
            |> Array.iteri (fun n sample ->
                let _, shares = enumerated batch.Classes sample
                let along t = batch.At(direction, n, t)
                let slopeOf (path: int[]) = exact (path |> Array.mapi (fun t c -> (along t)[c]) |> Array.sum)
                let total terms = Array.fold (fun (sum: DoubleDouble) term -> sum + term) (exact 0.0) terms
                let mean = shares |> Array.map (fun (path, share) -> share * slopeOf path) |> total

                for t in 0 .. batch.Longest - 1 do
                    batch.At(products, n, t)
                    |> Array.iteri (fun c got ->
                        let truth =
                            if t >= sample.Frames.Length then
                                exact 0.0
                            else
                                shares
                                |> Array.filter (fun (path, _) -> path[t] = c)
                                |> Array.map (fun (path, share) -> share * (slopeOf path - mean))
                                |> total

                        let truth = exact -upstream[n] * truth
                        // Terms of both signs, of slopes up to 2 a frame.
                        let scale = abs upstream[n] * 2.0 * float sample.Frames.Length
                        let allowed = 4.0 * engine.Ulp truth.High + 1e-13 * scale

                        if not (abs (got - truth.High) <= allowed) then
                            Property.fail $"Hv of {sample} along {direction}, frame {t}, class {c}: {got:R} is not {truth.High:R}")))

    // Law 17 where paths are too many to enumerate.
    [<Fact>]
    member _.``has a gradient and a curvature that central differences find``() =
        let random = Random 25
        let frames, samples, classes = 12, 3, 6
        let shape = Shape [| frames; samples; classes |]
        let numbers = Array.init shape.Size (fun _ -> random.NextDouble() * 4.0 - 4.0)
        let direction = Array.init shape.Size (fun _ -> random.NextDouble() - 0.5)
        let tensor (values: float[]) = DiffTensor.Create(values, frames, samples, classes)
        let labels = Labels(ReadOnlySpan [| 1; 1; 2; 5; 3; 0; 4; 2; 4; 1; 0; 0 |], Shape [| 3; 4 |])

        let loss (x: DiffTensor<float>) = ctc CTCOptions.Default [| 12; 9; 11 |] [| 4; 1; 2 |] labels x |> Reduce.sum

        let moved step = tensor (Array.map2 (fun x v -> x + step * v) numbers direction)
        let dot (a: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0.0 a direction
        let step = 1e-4
        let slope = ((loss (moved step)).ToScalar() - (loss (moved -step)).ToScalar()) / (2.0 * step)
        Assert.Equal(slope, dot ((Diff.grad loss (tensor numbers)).ToArray()), 1e-7)

        let ahead, behind = (Diff.grad loss (moved step)).ToArray(), (Diff.grad loss (moved -step)).ToArray()
        let curvature = Array.map2 (fun a b -> (a - b) / (2.0 * step)) ahead behind
        let products = (Diff.hvp loss (tensor numbers) (tensor direction)).ToArray()
        Array.iter2 (fun (expected: float) actual -> Assert.Equal(expected, actual, 1e-7)) curvature products

    // The kernel's gradient at the first level; at the second, where an outer differentiation looks on, that of the definition.
    [<Fact>]
    member _.``is by its kernel what it is by its definition``() =
        let engine = Engines.float64

        Property.holdsFor
            60
            (batchOf (Generators.moderate engine |> Gen.map (fun x -> x / 8.0)) engine few 12)
            (fun _ -> Seq.empty)
            (fun batch ->
                let upstream = DiffTensor.Create(ones batch |> Array.mapi (fun i one -> one + float i))

                let loss (x: DiffTensor<float>) =
                    let values = (lossOf batch.Options batch batch.Padded).Apply [| x |]
                    // An impossible target has the slope 0, times any finite number.
                    DiffTensor.Weigh(upstream, values) |> TensorNotation.sumAll

                let x = DiffTensor.Create(batch.Numbers, batch.Shape.ToArray())
                let fused = (Diff.grad loss x).ToArray()
                let struct (defined, _) = DiffTensor.Pullback(Func<_, _>(fun (xs: DiffTensor<float>[]) -> Diff.grad loss xs[0]), x)

                Array.iteri2
                    (fun i (a: float) b ->
                        if not (abs (a - b) <= 1e-11 * abs a + engine.Least) then
                            Property.fail $"gradient {i} of {batch}: {a:R} by the kernel, {b:R} by the definition")
                    fused
                    (defined.ToArray()))

    [<Theory; MemberData "Engines">]
    member _.``takes targets padded or one after another``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (batches engine 6) (fun batch ->
            let padded = engine.Pull(lossOf batch.Options batch batch.Padded, inputs batch, ones batch)
            let concatenated = engine.Pull(lossOf batch.Options batch batch.Concatenated, inputs batch, ones batch)
            Array.iter2 (Property.same (fun () -> $"value of {batch}")) (fst padded) (fst concatenated)
            Array.iter2 (Property.same (fun () -> $"gradient of {batch}")) (snd padded).[0] (snd concatenated).[0])

    // Laws 5 and 6, and the unbatched form.
    [<Theory; MemberData "Engines">]
    member _.``of a sample in a batch is that of the sample by itself, batched or not``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (batches engine 6) (fun batch ->
            let values, gradients = pull engine batch (ones batch)

            batch.Samples
            |> Array.iteri (fun n sample ->
                let alone = { batch with Samples = [| sample |] }
                let value, gradient = pull engine alone [| 1.0 |]

                let unbatched =
                    { new TensorFunction with
                        member _.Apply inputs =
                            ctc batch.Options [| sample.Frames.Length |] [| sample.Target.Length |] (Labels sample.Target) inputs[0]
                            |> Reduce.none
                    }

                let numbers = [| alone.Numbers, Shape [| sample.Frames.Length; batch.Classes |] |]
                let value', gradient' = engine.Pull(unbatched, numbers, [| 1.0 |])
                Property.same (fun () -> $"{sample} among {batch}") value[0] values[n]
                Property.same (fun () -> $"{sample} without a batch") value[0] value'[0]
                Array.iter2 (Property.same (fun () -> $"gradient of {sample} without a batch")) gradient gradient'[0]

                for t in 0 .. batch.Longest - 1 do
                    let expected = if t < sample.Frames.Length then alone.At(gradient, 0, t) else Array.zeroCreate batch.Classes

                    Array.iter2
                        (Property.same (fun () -> $"gradient of {sample} among {batch}, frame {t}"))
                        expected
                        (batch.At(gradients, n, t))))

    // Law 25, A47.
    [<Theory; MemberData "Engines">]
    member _.``of an empty target is minus the sum of the blank's logarithms``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (batches engine 6) (fun batch ->
            let batch = { batch with Samples = batch.Samples |> Array.map (fun sample -> { sample with Target = [||] }) }
            let values, gradients = pull engine batch (ones batch)

            batch.Samples
            |> Array.iteri (fun n sample ->
                let truth = sample.Frames |> Array.fold (fun (sum: DoubleDouble) frame -> sum - exact frame[sample.Blank]) (exact 0.0)
                let allowed = if engine.Name = "float32" then 0.51 else 3.0

                if not (engine.Error(values[n], truth) <= allowed) then
                    Property.fail $"{sample}: {values[n]:R} is not {truth.High:R}"

                sample.Frames
                |> Array.iteri (fun t frame ->
                    for c in 0 .. batch.Classes - 1 do
                        let expected = if c = sample.Blank && Double.IsFinite truth.High then -1.0 else 0.0

                        Property.equal
                            (fun () -> $"gradient of {sample}, frame {t} (%A{frame}), class {c}")
                            expected
                            (batch.At(gradients, n, t).[c]))))

    // Law 25, A42: a target needs a frame a label, and one more between two that are equal.
    [<Theory; MemberData "Engines">]
    member _.``of a target that no path can spell is +∞, of slope 0, and 0 where infinities are to be``(engine: string) =
        let engine = Engines.byName engine
        let repeats (target: int[]) = target |> Array.pairwise |> Array.filter (fun (a, b) -> a = b) |> Array.length

        let cases =
            gen {
                let! batch = batches engine 6

                let finite =
                    batch.Samples |> Array.map (fun sample -> { sample with Frames = sample.Frames |> Array.map (Array.map (max -1e3)) })

                return { batch with Samples = finite }
            }

        Property.holds cases (fun batch ->
            let values, gradients = pull engine batch (ones batch)
            let zeroed = lossOf { batch.Options with ZeroInfinity = true } batch batch.Padded
            let values', gradients' = engine.Pull(zeroed, inputs batch, ones batch)

            let mean =
                engine.Value(
                    { new TensorFunction with
                        member _.Apply inputs = zeroed.Apply inputs |> TensorNotation.sumAll
                    },
                    inputs batch
                )

            Assert.True(Double.IsFinite mean[0])

            batch.Samples
            |> Array.iteri (fun n sample ->
                let isPossible = sample.Frames.Length >= sample.Target.Length + repeats sample.Target
                Assert.Equal(isPossible, Double.IsFinite values[n])

                if isPossible then
                    Property.same (fun () -> $"{sample}, infinities zeroed") values[n] values'[n]
                else
                    Property.same (fun () -> $"{sample}") infinity values[n]
                    Property.same (fun () -> $"{sample}, infinities zeroed") 0.0 values'[n]

                for t in 0 .. batch.Longest - 1 do
                    let before, after = batch.At(gradients, n, t), batch.At(gradients'[0], n, t)
                    Array.iter2 (Property.same (fun () -> $"gradient of {sample}, infinities zeroed")) before after

                    if not isPossible then
                        Array.iter (Property.equal (fun () -> $"gradient of {sample}") 0.0) before))

    // Law 25: with normalised frames it is −log of a probability.
    [<Theory; MemberData "Engines">]
    member _.``is at least 0 after a log-softmax, but for its rounding``(engine: string) =
        let engine = Engines.byName engine

        let composed (batch: Batch) =
            { new TensorFunction with
                member _.Apply inputs = (lossOf batch.Options batch batch.Padded).Apply [| logSoftmax 2 inputs[0] |]
            }

        Property.holds (batches engine 6) (fun batch ->
            let batch =
                { batch with
                    FramePadding = 0.0
                    Samples =
                        batch.Samples
                        |> Array.map (fun sample -> { sample with Frames = sample.Frames |> Array.map (Array.map (max -700.0)) })
                }

            let values, gradients = engine.Pull(composed batch, inputs batch, ones batch)

            batch.Samples
            |> Array.iteri (fun n sample ->
                // The probabilities of a frame sum to 1 within an ulp or two.
                if not (values[n] >= -1e-15 * float sample.Frames.Length) || (values[n] = 0.0 && Double.IsNegative values[n]) then
                    Property.fail $"{sample} is {values[n]:R}"

                // Law 16: every frame's gradient by the logits sums to 0.
                for t in 0 .. batch.Longest - 1 do
                    let gradient = batch.At(gradients[0], n, t)
                    let roundings = gradient |> Array.sumBy (fun g -> 0.51 * engine.Ulp g)

                    if not (abs (Array.sum gradient) <= roundings + 1e-13) then
                        Property.fail $"gradient of {sample} by the logits of frame {t}: %A{gradient}"))

    // Law 25: such a frame before all others only multiplies by 1; behind all others it adds a last state, where the roundings may differ.
    [<Theory; MemberData "Engines">]
    member _.``stays where a frame that is surely blank comes before or after``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (batches engine 6) (fun batch ->
            let sure = Array.init batch.Classes (fun c -> if c = batch.Samples[0].Blank then 0.0 else -infinity)

            let change (f: float[][] -> float[][]) =
                { batch with
                    Samples = batch.Samples |> Array.map (fun sample -> { sample with Frames = f sample.Frames })
                }

            let values, gradients = pull engine batch (ones batch)
            let before, after = change (Array.append [| sure |]), change (fun frames -> Array.append frames [| sure |])
            let valuesBefore, gradientsBefore = pull engine before (ones batch)
            let valuesAfter, _ = pull engine after (ones batch)

            batch.Samples
            |> Array.iteri (fun n sample ->
                Property.same (fun () -> $"{sample} behind a frame that is surely blank") values[n] valuesBefore[n]

                let apart =
                    2.0 * roundings batch.Classes sample values[n] + (if engine.Name = "float32" then engine.Ulp values[n] else 0.0)

                if not (values[n] = valuesAfter[n] || abs (values[n] - valuesAfter[n]) <= apart) then
                    Property.fail $"{sample}: {values[n]:R}, but {valuesAfter[n]:R} before a frame that is surely blank"

                for t in 0 .. sample.Frames.Length - 1 do
                    Array.iter2
                        (Property.equal (fun () -> $"gradient of {sample} behind a frame that is surely blank, frame {t}"))
                        (batch.At(gradients, n, t))
                        (before.At(gradientsBefore, n, t + 1))))

    // Law 25: in the middle it may cut a label in two.
    [<Fact>]
    member _.``does not stay where such a frame comes between``() =
        let half = log 0.5
        let sure = [| 0.0; -infinity |]
        let sample frames = { Frames = frames; Target = [| 1 |]; Blank = 0 }

        let value frames =
            let sample = sample frames
            let batch = { Samples = [| sample |]; Classes = 2; FramePadding = 0.0; LabelPadding = 0 }
            (pull Engines.float64 batch [| 1.0 |] |> fst)[0]

        Assert.Equal(-(log 0.75), value [| [| half; half |]; [| half; half |] |], 1e-15)
        Assert.Equal(-(log 0.5), value [| [| half; half |]; sure; [| half; half |] |], 1e-15)

    // B14: each by the length of its target, at least 1, and then by their number.
    [<Theory; MemberData "Engines">]
    member _.``has a mean of the losses by their lengths``(engine: string) =
        let engine = Engines.byName engine

        Property.holds (batches engine 6) (fun batch ->
            let mean =
                { new TensorFunction with
                    member _.Apply inputs = ctc batch.Options batch.InputLengths batch.TargetLengths batch.Padded inputs[0] |> Reduce.mean
                }

            let values, gradients = pull engine batch (ones batch)
            let got, gradient = engine.Pull(mean, inputs batch, [| 1.0 |])
            let lengths = batch.TargetLengths |> Array.map (max 1 >> float)
            let count = float batch.Samples.Length
            let expected = Array.fold2 (fun sum value length -> sum + value / length) 0.0 values lengths / count

            let close what (expected: float) (actual: float) =
                if not (expected = actual || abs (expected - actual) <= 4.0 * engine.Ulp expected) then
                    Property.fail $"{what} of {batch}: {actual:R} is not {expected:R}"

            close "mean" expected got[0]

            for n in 0 .. batch.Samples.Length - 1 do
                for t in 0 .. batch.Longest - 1 do
                    Array.iter2
                        (fun g -> close $"gradient of the mean, sample {n}, frame {t}" (g / lengths[n] / count))
                        (batch.At(gradients, n, t))
                        (batch.At(gradient[0], n, t)))

    [<Theory; MemberData "Engines">]
    member _.``of no frames is 0 for an empty target, +∞ for any other; of no samples nothing``(engine: string) =
        let engine = Engines.byName engine

        let none lengths labels =
            { new TensorFunction with
                member _.Apply inputs =
                    ctc CTCOptions.Default (Array.map (fun _ -> 0) lengths) lengths (Labels(labels: int[])) inputs[0] |> Reduce.none
            }

        Assert.Equal<float[]>([| 0.0; infinity |], engine.Value(none [| 0; 1 |] [| 2 |], [| [||], Shape [| 0; 2; 3 |] |]))
        let values, gradients = engine.Pull(none [| 0; 1 |] [| 2 |], [| Array.create 12 nan, Shape [| 2; 2; 3 |] |], [| 1.0; 1.0 |])
        Assert.Equal<float[]>([| 0.0; infinity |], values)
        Assert.Equal<float[]>(Array.zeroCreate 12, gradients[0])
        Assert.Empty(engine.Value(none [||] [||], [| [||], Shape [| 4; 0; 3 |] |]))

        Assert.Equal<float[]>(
            Array.zeroCreate 12,
            engine.Curve(none [| 0; 1 |] [| 2 |], [| Array.create 12 nan, Shape [| 2; 2; 3 |] |], [| 1.0; 1.0 |], Array.create 12 1.0)
        )
