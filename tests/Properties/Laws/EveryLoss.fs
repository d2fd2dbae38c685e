/// The laws that hold for every loss of the catalogue, or for those that promise it.
module Losses.Tests.Laws.EveryLoss

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.Catalogue
open Losses.FSharp
open Losses.Tests

let private formatOf (engine: Engine) = if engine.Name = "float32" then Format.float32 else Format.float64

let private function' (entry: Entry) (labels: int[][]) (reduce: Reducing) =
    { new TensorFunction with
        member _.Apply inputs = entry.Call.Of(inputs, labels) |> Reduce.using reduce
    }

let private none = { Reducing.Default with Reduction = Reduction.None }

let private evaluate (engine: Engine) (entry: Entry) (batch: Batch) = engine.Value(function' entry batch.Labels none, batch.Inputs)

let private pull (engine: Engine) (entry: Entry) (batch: Batch) (upstream: float[]) =
    engine.Pull(function' entry batch.Labels none, batch.Inputs, upstream)

/// So many samples of one width, as many as a batch has.
let private samples (entry: Entry) (engine: Engine) (count: int) : Gen<Sample[]> =
    gen {
        let! seed = Gen.choose (0, Int32.MaxValue - 1)
        let random = Random seed
        let width = entry.Widths[random.Next entry.Widths.Length]
        return Array.init count (fun _ -> entry.Draw random (formatOf engine) width)
    }

/// A sample beside others: so that a kernel's loop, not only its end, is what runs.
let private batches (entry: Entry) (engine: Engine) =
    samples entry engine (if entry.IsWhole then 1 else 5) |> Gen.map (fun samples -> Batch(entry, samples))

let private entries (chosen: Entry -> bool) =
    let data = TheoryData<string, string>()

    for entry in Catalogue.all do
        if chosen entry then
            for engine in Engines.all do
                data.Add(entry.Name, engine.Name)

    data

let private promising (law: Law) = entries (fun entry -> List.contains law entry.Laws)

let private given (entry: string) (engine: string) = Catalogue.find entry, Engines.byName engine

let private describe (entry: Entry) (sample: Sample) = sprintf "%s of %A" entry.Name sample

// The catalogue's bound. Another library's operations, one after another, are off by a few units more: by as many as an exponential's argument is large.
let private close
    (engine: Engine)
    (entry: Entry)
    (sample: Sample)
    (what: unit -> string)
    (size: float)
    (most: float)
    (truth: DoubleDouble)
    (got: float)
    =
    let format = formatOf engine
    let isInRange x = x = 0.0 || not (abs x > engine.Range || abs x < 1.0 / engine.Range)

    let foreign =
        if engine.Slack = 0.0 then
            0.0
        else
            let all = Array.concat sample.Operands
            let steps = entry.Steps all.Length
            let spread = min 745.0 (float steps * (Array.max all - Array.min all))
            // Logarithms that add up to little: each sum is rounded as the largest of them.
            let summed =
                if steps = 1 || most > 0.0 then
                    0.0
                else
                    float steps * Engines.float64.Ulp(all |> Array.map abs |> Array.max)

            let composed = if entry.IsComposed && size > 0.0 then 0.5 * engine.Ulp size else 0.0

            (8.0 + spread) * Engines.float64.Ulp truth.High
            + 4.0 * (1.0 + spread) * (if size = 0.0 then 0.0 else Engines.float64.Ulp size)
            + composed
            + summed

    // A slope below the smallest normal number has an absolute error, which is multiplied, too.
    let beneath = 2.0 * most * Engines.float64.Least
    let error = format.Error(got, truth, Entry.slack entry format size + foreign + beneath)
    let bound = if engine.Name = "float32" then 0.51 else 4.0

    if error > bound && not (abs (got - truth.High) <= engine.Least) && Array.forall (Array.forall isInRange) sample.Operands then
        Property.fail $"{what ()}: {got:R} is {error:F3} ulp from {truth.High:R} + {truth.Low:R}"

let private termsOf (entry: Entry) (engine: Engine) (sample: Sample) =
    match entry.Terms with
    | Some terms -> terms (formatOf engine) sample
    | None -> { Value = (fun _ -> 0.0); Slope = (fun _ _ -> 0.0); Relative = 0.0 }

let private relative (terms: Terms) (truth: DoubleDouble) = if terms.Relative > 0.0 then terms.Relative * abs truth.High else 0.0

// What the slope by an element is to be, and the largest of its terms.
let private slopeOf (entry: Entry) (engine: Engine) (sample: Sample) (o: int) (k: int) (upstream: float[]) =
    let terms = termsOf entry engine sample

    let parts =
        Oracle.slopes entry sample o k
        |> Array.map2 (fun u slope -> DoubleDouble.Weigh(DoubleDouble.Constant u, slope)) upstream

    let truth = parts |> Array.reduce (fun a b -> a + b)
    let across = if parts.Length > 1 then 4.0 * (parts |> Array.sumBy (fun part -> abs part.High)) else 0.0
    let own = terms.Slope o k
    let most = upstream |> Array.map abs |> Array.max
    struct (truth, across + (if own = 0.0 then 0.0 else own * most) + relative terms truth, most)

/// By the names of the catalogue and of the engines.
type Losses =

    static member All = entries (fun _ -> true)
    static member Elementwise = entries _.IsElementwise
    static member Batched = entries (_.IsWhole >> not)
    static member NonNegative = promising NonNegative
    static member Distance = promising Law.Distance
    static member Symmetric = promising Symmetric
    static member Asymmetric = promising Asymmetric
    static member OfDifference = promising OfDifference
    static member Lipschitz = entries (fun entry -> entry.Laws |> List.exists _.IsLipschitz)
    static member ZeroSum = entries (fun entry -> entry.Laws |> List.exists _.IsZeroSum)

// Three classes, since tests of one class wait for each other.
type ``The values of a loss``() =

    // Law 17.
    [<Theory; MemberData("All", MemberType = typeof<Losses>)>]
    member _.``are those of its documentation, and so are the slopes by every operand, times what comes from above``
        (name: string, engine: string)
        =
        let entry, engine = given name engine
        let cases = Gen.zip (batches entry engine) (Gen.arrayOfLength 64 (Generators.moderate engine))

        Property.holdsFor (if entry.IsElementwise then 80 else 25) cases (fun _ -> Seq.empty) (fun (batch, factors) ->
            let count = (evaluate engine entry batch).Length
            let outputs = count / batch.Samples.Length
            let upstream = Array.init count (fun i -> factors[i % factors.Length])
            let values, gradients = pull engine entry batch upstream

            batch.Samples
            |> Array.iteri (fun s sample ->
                let terms = termsOf entry engine sample

                Oracle.values entry sample
                |> Array.iteri (fun i truth ->
                    let size = terms.Value i + relative terms truth
                    close engine entry sample (fun () -> describe entry sample) size 0.0 truth values[s * outputs + i])

                let own = Array.sub upstream (s * outputs) outputs

                for o in entry.By do
                    for k in 0 .. sample.Operands[o].Length - 1 do
                        let struct (truth, size, most) = slopeOf entry engine sample o k own

                        let what () = sprintf "slope by %s[%d], times %A, of %s" entry.Operands[o].Name k own (describe entry sample)
                        close engine entry sample what size most truth gradients[o].[batch.Place(o, s, k)]))

    // Law 17: linear in what comes from above.
    [<Theory; MemberData("All", MemberType = typeof<Losses>)>]
    member _.``double in their gradient where what comes from above doubles``(name: string, engine: string) =
        let entry, engine = given name engine

        Property.holdsFor 60 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            let upstream = evaluate engine entry batch |> Array.mapi (fun i _ -> float (i + 1) / 4.0)
            let _, gradients = pull engine entry batch upstream
            let _, doubled = pull engine entry batch (Array.map (fun u -> 2.0 * u) upstream)
            let largest = gradients |> Seq.concat |> Seq.map abs |> Seq.filter Double.IsFinite |> Seq.fold max 0.0
            let ordinary g = abs g >= max 1e-30 (2.0 * engine.Least / engine.Ulp 1.0) && abs g <= engine.Largest / 2.0

            for g, twice in Seq.zip (Seq.concat gradients) (Seq.concat doubled) do
                // Another library's products of matrices are summed in another order each time.
                let isClose = not engine.KeepsBits && abs (twice - 2.0 * g) <= engine.Slack * engine.Ulp(2.0 * largest)

                if ordinary g && not isClose then
                    Property.same (fun () -> sprintf "gradient of %s of %A" name batch.Samples) (2.0 * g) twice)

type ``The second derivatives of a loss``() =

    // Law 18, where nothing is extreme.
    [<Theory; MemberData("All", MemberType = typeof<Losses>)>]
    member _.``are those of its documentation``(name: string, engine: string) =
        let entry, engine = given name engine

        let cases =
            gen {
                let! seed = Gen.choose (0, Int32.MaxValue - 1)
                let random = Random seed
                let width = entry.Widths[random.Next entry.Widths.Length]
                let samples = Array.init (if entry.IsWhole then 1 else 2) (fun _ -> entry.Plain random (formatOf engine) width)
                let! along = Gen.arrayOfLength 200 (Gen.choose (-8, 8) |> Gen.map (fun i -> float i / 4.0))
                return Batch(entry, samples), along
            }

        Property.holdsFor 12 cases (fun _ -> Seq.empty) (fun (batch, along) ->
            let upstream = evaluate engine entry batch |> Array.mapi (fun i _ -> 1.0 + float (i % 3) / 4.0)
            let outputs = upstream.Length / batch.Samples.Length
            let direction = Array.init (fst batch.Inputs[0]).Length (fun i -> along[i % along.Length])
            let products = engine.Curve(function' entry batch.Labels none, batch.Inputs, upstream, direction)

            batch.Samples
            |> Array.iteri (fun s sample ->
                let length = sample.Operands[0].Length

                // Each takes as many evaluations as there are elements: some of many, others every time.
                let asked = min length 5
                let first = int (abs (4.0 * along[0]))

                for k in List.distinct [ for i in 0 .. asked - 1 -> (first + i * length / asked) % length ] do
                    let parts =
                        [
                            for j in 0 .. length - 1 do
                                // vᵀH: where something is held fixed, H is no longer symmetric.
                                let curvatures = Oracle.curvatures entry sample (0, j) (0, k)
                                let weight i = direction[batch.Place(0, s, j)] * upstream[s * outputs + i]
                                yield! curvatures |> Array.mapi (fun i curvature -> weight i * curvature.High)
                        ]

                    let truth, got = List.sum parts, products[batch.Place(0, s, k)]
                    // Rounded once an operation at most.
                    let rounding = if engine.Name = "float32" then 1e-5 else 1e-11

                    if not (abs (got - truth) <= rounding * (1.0 + List.sumBy abs parts)) then
                        Property.fail $"second derivative by element {k} of {describe entry sample}: {got:R} is not {truth:R}"))

    // Law 18.
    [<Theory; MemberData("Elementwise", MemberType = typeof<Losses>)>]
    member _.``are those of its definition to the last place``(name: string, engine: string) =
        let entry, engine = given name engine

        let moderate =
            samples entry engine 1
            |> Gen.map Array.head
            |> Gen.filter (fun sample -> sample.Operands |> Array.forall (fun x -> abs x[0] <= 80.0))

        Property.holdsFor 150 moderate (fun _ -> Seq.empty) (fun sample ->
            // The curvature may jump at a threshold that x − t, rounded, is on the other side of.
            let at =
                if List.contains OfDifference entry.Laws then
                    { sample with Operands = [| [| sample.Operands[0][0] - sample.Operands[1][0] |]; [| 0.0 |] |] }
                else
                    sample

            let truth = Array.head (Oracle.curvatures entry at (0, 0) (0, 0))
            let batch = Batch(entry, [| sample; sample |])
            let products = engine.Curve(function' entry batch.Labels none, batch.Inputs, [| 1.0; 1.0 |], [| 1.0; 0.0 |])
            Property.equal (fun () -> $"curvature of {name} across elements") 0.0 products[1]
            let terms = entry.CurvatureTerms(Array.map Array.head sample.Operands)
            let slack = 4.0 * (if terms = 0.0 then 0.0 else Engines.float64.Ulp terms)
            // Another library's tape rounds what each operation adds to a slope.
            let rounded = if entry.IsComposed && not engine.KeepsBits then engine.Slack else 0.0
            let error = engine.Error(products[0], truth)

            if error > 0.0 && not (error <= (if engine.Name = "float32" then 0.51 else 4.0) + rounded + slack / engine.Ulp truth.High) then
                Property.fail $"curvature of {describe entry sample}: {products[0]:R} is {error:F3} ulp from {truth.High:R}")

type ``A loss``() =

    // Law 1.
    [<Theory; MemberData("NonNegative", MemberType = typeof<Losses>)>]
    member _.``is never negative, not even as −0``(name: string, engine: string) =
        let entry, engine = given name engine

        Property.holdsFor 100 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            for value in evaluate engine entry batch do
                if not (value >= 0.0) || Double.IsNegative value then
                    Property.fail (sprintf "%s of %A is %g" name batch.Samples value))

    // Law 1: a difference of zeros may be −0, a loss is not.
    [<Theory; MemberData("Elementwise", MemberType = typeof<Losses>)>]
    member _.``is +0 where it is 0, whatever the signs of the zeros``(name: string, engine: string) =
        let entry, engine = given name engine

        let rec tuples (operands: Operand list) =
            match operands with
            | [] -> [ [] ]
            | operand :: rest ->
                [
                    for x in [ 0.0; -0.0; 1.0; -1.0 ] do
                        if operand.Numbers.Domain.Contains x then
                            for others in tuples rest -> [| x |] :: others
                ]

        let mutable isSigned = false

        for tuple in tuples entry.Operands do
            let sample = { Operands = List.toArray tuple; Labels = [||] }

            let truth = Oracle.values entry sample

            if truth[0].High = 0.0 then
                for value in evaluate engine entry (Batch(entry, [| sample; sample |])) do
                    if Double.IsNegative value && List.contains SignedZero entry.Laws then
                        isSigned <- true
                    else
                        Property.same (fun () -> describe entry sample) 0.0 value

        Assert.Equal(List.contains SignedZero entry.Laws, isSigned)

    // Law 2.
    [<Theory; MemberData("Distance", MemberType = typeof<Losses>)>]
    member _.``is 0 of slope 0 at its target, and only there``(name: string, engine: string) =
        let entry, engine = given name engine

        Property.holdsFor 100 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            let equal = batch.Samples |> Array.map (fun sample -> { sample with Operands = Array.create 2 sample.Operands[0] })
            let values, gradients = pull engine entry (Batch(entry, equal)) (Array.create equal.Length 1.0)
            Array.iter (Property.same (fun () -> sprintf "%s of %A" name equal) 0.0) values
            Array.iter (Array.iter (Property.equal (fun () -> sprintf "slope of %s of %A" name equal) 0.0)) gradients

            (batch.Samples, evaluate engine entry batch)
            ||> Array.iter2 (fun sample value ->
                let truth = Oracle.values entry sample

                if value = 0.0 && sample.Operands[0] <> sample.Operands[1] && truth[0].High > engine.Least then
                    Property.fail $"{describe entry sample} is 0"))

    // Law 3. In float64 the factors of a product of three may be taken in another order.
    [<Theory; MemberData("Symmetric", MemberType = typeof<Losses>)>]
    member _.``is the same with its first two operands swapped, and so are its slopes``(name: string, engine: string) =
        let entry, engine = given name engine

        Property.holdsFor 100 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            let swap (sample: Sample) =
                { sample with
                    Operands = Array.append [| sample.Operands[1]; sample.Operands[0] |] sample.Operands[2..]
                }

            let swapped = Batch(entry, Array.map swap batch.Samples)
            let upstream = evaluate engine entry batch |> Array.map (fun _ -> 1.0)
            let values, gradients = pull engine entry batch upstream
            let values', gradients' = pull engine entry swapped upstream

            // A row of float32 has the elementary functions of float32, each order its own.
            let slack (size: float) =
                if engine.Name = "float32" && not entry.IsElementwise then
                    2.0 * Entry.slack entry Format.float32 size
                else
                    8.0 * Entry.slack entry Format.float64 size

            let near (what: string) (size: float) (a: float) (b: float) =
                let rounding = if entry.IsElementwise then 0.0 else 8.0 * Engines.float64.Ulp a

                let allowed = rounding + (if engine.Name = "float32" && rounding > 0.0 then engine.Ulp a else 0.0) + slack size

                if not (a = b || abs (a - b) <= allowed) then
                    Property.fail (sprintf "%s of %s of %A: %.17g is not %.17g" what name batch.Samples a b)

            let terms = batch.Samples |> Array.map (termsOf entry engine)
            Array.iteri (fun s value -> near "value" (terms[s].Value 0) value values'[s]) values

            for s in 0 .. terms.Length - 1 do
                for o in 0..1 do
                    for k in 0 .. batch.Samples[s].Operands[o].Length - 1 do
                        let at = batch.Place(o, s, k)
                        near "slope" (terms[s].Slope o k) gradients[o].[at] gradients'[1 - o].[at])

    [<Theory; MemberData("Asymmetric", MemberType = typeof<Losses>)>]
    member _.``is another with its first two operands swapped``(name: string, engine: string) =
        let entry, engine = given name engine
        // Two targets: a target may be a prediction wherever prediction and target have the same units, but not the other way round.
        let differs (pair: Sample[]) =
            let with' (sample: Sample) (x: float[]) (t: float[]) =
                let batch = Batch(entry, Array.create 2 { sample with Operands = Array.append [| x; t |] sample.Operands[2..] })
                (evaluate engine entry batch)[0]

            let x, t = Array.last pair[0].Operands[..1], Array.last pair[1].Operands[..1]
            let value, swapped = with' pair[0] x t, with' pair[0] t x
            Double.IsFinite value && Double.IsFinite swapped && value <> swapped

        if not (Property.sample 100 (samples entry engine 2) |> Seq.exists differs) then
            Property.fail $"{name} is the same for 100 swapped pairs"

    // Law 3.
    [<Theory; MemberData("OfDifference", MemberType = typeof<Losses>)>]
    member _.``slopes by the target as by the prediction, with the other sign``(name: string, engine: string) =
        let entry, engine = given name engine

        Property.holdsFor 100 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            let _, gradients = pull engine entry batch (Array.create batch.Samples.Length 1.0)

            Array.iter2
                (fun slope other -> Property.equal (fun () -> sprintf "slopes of %s at %A" name batch.Samples) -slope other)
                gradients[0]
                gradients[1])

    // Law 20.
    [<Theory; MemberData("Lipschitz", MemberType = typeof<Losses>)>]
    member _.``is never steeper than its bound``(name: string, engine: string) =
        let entry, engine = given name engine

        Property.holdsFor 100 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            let upstream = evaluate engine entry batch |> Array.map (fun _ -> 1.0)
            let _, gradients = pull engine entry batch upstream

            for law in entry.Laws do
                match law with
                | Lipschitz(o, bound) ->
                    for slope in gradients[o] do
                        if not (abs slope <= max bound (engine.Round bound)) then
                            Property.fail (sprintf "slope of %s at %A is %.17g, above %g" name batch.Samples slope bound)
                | _ -> ())

    // Laws 16 and 20.
    [<Theory; MemberData("ZeroSum", MemberType = typeof<Losses>)>]
    member _.``has a gradient that sums to 0, of bounded 1-norm``(name: string, engine: string) =
        let entry, engine = given name engine

        let bound =
            entry.Laws
            |> List.pick (fun law ->
                match law with
                | ZeroSum norm -> Some norm
                | _ -> None)

        Property.holdsFor 100 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            let _, gradients = pull engine entry batch (Array.create batch.Samples.Length 1.0)

            batch.Samples
            |> Array.iteri (fun s sample ->
                let classes = sample.Operands[0].Length
                let gradient = Array.init classes (fun k -> gradients[0].[batch.Place(0, s, k)])
                let roundings = gradient |> Array.sumBy (fun g -> 0.51 * engine.Ulp g)
                let finite = sample.Operands[0] |> Array.filter Double.IsFinite
                let spread = min 745.0 (Array.max finite - Array.min finite)
                // A distribution that was rounded does not quite sum to 1: Σ w t (Σ p) − Σ w t is 0 even so, up to its own rounding.
                let beneath = (8.0 + spread) * float classes * bound * Engines.float64.Ulp 1.0

                if not (abs (Array.sum gradient) <= roundings + beneath) then
                    Property.fail $"gradient of {describe entry sample} sums to {Array.sum gradient:R}"

                // Each is right to a few units of its own last place, and none is larger than the bound.
                if not (Array.sumBy abs gradient <= bound + 2.0 * float classes * engine.Ulp bound) then
                    Property.fail $"gradient of {describe entry sample} has 1-norm {Array.sumBy abs gradient:R}"))

    // Law 6.
    [<Theory; MemberData("Batched", MemberType = typeof<Losses>)>]
    member _.``is that of its own sample, whatever the others hold``(name: string, engine: string) =
        let entry, engine = given name engine

        let cases = Gen.zip (samples entry engine 3) (Gen.arrayOfLength 32 (Gen.elements [ infinity; -infinity; nan; 1e38; 0.0 ]))

        Property.holdsFor 60 cases (fun _ -> Seq.empty) (fun (samples, bad) ->
            let spoiled (sample: Sample) =
                let operands =
                    List.zip entry.Operands (List.ofArray sample.Operands)
                    |> List.map (fun (operand, x) ->
                        if operand.Numbers.Domain.IsAll then Array.mapi (fun i _ -> bad[i % bad.Length]) x else x)

                { sample with Operands = List.toArray operands }

            let batch, other = Batch(entry, samples), Batch(entry, [| spoiled samples[0]; samples[1]; spoiled samples[2] |])
            let count = (evaluate engine entry batch).Length
            let upstream = Array.init count (fun i -> float (i + 1))
            let values, gradients = pull engine entry batch upstream
            let values', gradients' = pull engine entry other upstream

            for i in count / 3 .. 2 * count / 3 - 1 do
                Property.same (fun () -> sprintf "%s beside %A" (describe entry samples[1]) bad) values[i] values'[i]

            let largest (o: int) =
                Seq.init samples[1].Operands[o].Length (fun k -> abs gradients[o].[batch.Place(o, 1, k)])
                |> Seq.filter Double.IsFinite
                |> Seq.fold max 0.0

            for o in 0 .. gradients.Length - 1 do
                for k in 0 .. samples[1].Operands[o].Length - 1 do
                    let at = batch.Place(o, 1, k)

                    // libtorch may give a 0 another sign, and an operation of its own another last bit.
                    (if engine.Slack = 0.0 then Property.same
                     elif entry.IsComposed && not engine.KeepsBits then Property.nearOf engine (largest o)
                     else Property.equal)
                        (fun () -> sprintf "gradient of %s beside %A" (describe entry samples[1]) bad)
                        gradients[o].[at]
                        gradients'[o].[at])

    // Law 5.
    [<Theory; MemberData("Batched", MemberType = typeof<Losses>)>]
    member _.``permutes with its samples, and its sum and mean stay``(name: string, engine: string) =
        let entry, engine = given name engine

        Property.holdsFor 60 (batches entry engine) (fun _ -> Seq.empty) (fun batch ->
            let backwards = Batch(entry, Array.rev batch.Samples)
            let values = evaluate engine entry batch
            let chunks (values: float[]) = Array.chunkBySize (values.Length / batch.Samples.Length) values

            Array.iter2
                (Array.iter2 (Property.same (fun () -> sprintf "%s of %A backwards" name batch.Samples)))
                (chunks values |> Array.rev)
                (chunks (evaluate engine entry backwards))

            for reduction in [ Reduction.Sum; Reduction.Mean ] do
                let run (batch: Batch) =
                    engine.Value(function' entry batch.Labels { Reducing.Default with Reduction = reduction }, batch.Inputs)[0]

                let there, back = run batch, run backwards
                let dust = values |> Array.sumBy (fun value -> engine.Ulp(float values.Length * value))

                if engine.SumsExactly || not (abs (there - back) <= dust) then
                    Property.same (fun () -> $"{reduction} of {name}") there back)

    // Law 23.
    [<Theory; MemberData("Batched", MemberType = typeof<Losses>)>]
    member _.``is multiplied by a weight, and gone with a weight of 0``(name: string, engine: string) =
        let entry, engine = given name engine

        let run (count: int) (weight: float) (batch: Batch) =
            let reduce = { none with Weights = Weights.op_Implicit weight }
            engine.Pull(function' entry batch.Labels reduce, batch.Inputs, Array.create count 1.0)

        let cases = Gen.zip3 (batches entry engine) (Gen.elements [ infinity; -infinity; nan; -1.5 ]) (Generators.weight engine)

        Property.holdsFor 60 cases (fun _ -> Seq.empty) (fun (batch, bad, weight) ->
            let what = lazy (sprintf "%s of %A" name batch.Samples)
            let run = run (evaluate engine entry batch).Length
            let values, gradients = pull engine entry batch (Array.create (evaluate engine entry batch).Length 1.0)
            let values1, gradients1 = run 1.0 batch
            Array.iter2 (Property.equal (fun () -> $"{what.Value} weighed by 1")) values values1
            Array.iter2 (Array.iter2 (Property.equal (fun () -> $"slope of {what.Value} weighed by 1"))) gradients gradients1

            let weighed, _ = run weight batch
            let outputs = values.Length / batch.Samples.Length

            for i in 0 .. values.Length - 1 do
                // Rounded once where a kernel knows the weight; else the value is, and then its product.
                if weighed[i] <> engine.Round(weight * values[i]) then
                    let sample = batch.Samples[i / outputs]
                    let value = Array.item (i % outputs) (Oracle.values entry sample)
                    let terms = termsOf entry engine sample
                    let size = weight * (terms.Value(i % outputs) + relative terms value)
                    let truth = DoubleDouble.Weigh(DoubleDouble.Constant weight, value)
                    close engine entry sample (fun () -> $"{what.Value} weighed by {weight:R}") size weight truth weighed[i]

            for o in 0 .. entry.Operands.Length - 1 do
                let spoil (sample: Sample) =
                    { sample with
                        Operands = Array.updateAt o (Array.map (fun _ -> bad) sample.Operands[o]) sample.Operands
                    }

                let values0, gradients0 = run 0.0 (Batch(entry, Array.map spoil batch.Samples))
                Array.iter (Property.same (fun () -> $"{what.Value} weighed by 0") 0.0) values0
                Array.iter (Array.iter (Property.equal (fun () -> $"slope of {what.Value} weighed by 0") 0.0)) gradients0)
