namespace Losses.Accuracy

open System
open System.Diagnostics
open System.Globalization
open System.Numerics
open Losses
open Losses.Catalogue
open Losses.FSharp

/// How a batch is brought to one number, whose gradient is taken.
type Upstream =
    | Sum
    | Mean
    /// The sum of the values, each times a number of its own.
    | Cotangents

/// The library, over one storage format.
[<AbstractClass>]
type Engine(format: Format) =
    member _.Format = format

    /// The values of a batch, and the gradients by its operands; the cotangents are drawn for so many values.
    abstract Run:
        call: Call * operands: (float[] * Shape)[] * labels: int[][] * upstream: Upstream * draw: (int -> float[]) ->
            struct (float[] * float[] * float[][])

    /// The gradient of the mean by the first operand, over spans.
    abstract Spans: spans: Spans * operands: (float[] * Shape)[] * labels: int[][] -> float[]

type Engine<'S when 'S: unmanaged and 'S: struct and 'S: (new: unit -> 'S) and 'S :> ValueType and 'S :> IFloatingPointIeee754<'S>>
    (format: Format, narrow: float -> 'S, wide: 'S -> float) =
    inherit Engine(format)

    let numbers (x: DiffTensor<'S>) = Array.map wide (x.ToArray())

    override _.Run(call, operands, labels, upstream, draw) =
        let inputs = operands |> Array.map (fun (values, shape) -> DiffTensor<'S>(ReadOnlySpan(Array.map narrow values), shape))

        let values: DiffTensor<'S> = (call.Of(inputs, labels)).Values
        let cotangents = draw values.Count

        let pulled (f: DiffTensor<'S> -> DiffTensor<'S>) (gradient: DiffTensor<'S>) =
            let struct (_, pull) = DiffTensor.Pullback(Func<_, _>(fun (xs: DiffTensor<'S>[]) -> f (call.Of(xs, labels)).Values), inputs)

            pull.Invoke gradient |> Array.map numbers

        let one = DiffTensor<'S>.Filled(1.0, Shape.Scalar)

        let gradients =
            match upstream with
            | Sum -> pulled (LossValues >> Reduce.sum) one
            | Mean -> pulled (LossValues >> Reduce.mean) one
            | Cotangents -> pulled id (DiffTensor<'S>(ReadOnlySpan(Array.map narrow cotangents), values.Shape))

        struct (numbers values, cotangents, gradients)

    override _.Spans(spans, operands, labels) =
        spans.Gradient(operands |> Array.map (fst >> Array.map narrow), labels, snd operands[0]) |> Array.map wide

module Engines =

    let all: Engine list = [ Engine<float32>(Format.float32, float32, float); Engine<float>(Format.float64, id, id) ]

/// What was found of one loss, one result of it and one format.
type Finding(case: Entry, what: string, format: Format) =
    let mutable tried = 0L
    let mutable rounded = 0L
    let mutable worst = -1.0
    let mutable input = ""

    member _.Case = case
    member _.What = what
    member _.Format = format
    member _.Tried = tried
    member _.Worst = worst
    member _.Input = input
    member _.Rounded = rounded
    member _.Bound = if format.Name = "float32" then 0.51 else 4.0
    member finding.IsWithin = not (worst > finding.Bound)

    /// One result, and how far it is off: with all that it is off, and less the slack.
    member _.Add(whole: float, error: float, describe: unit -> string) =
        tried <- tried + 1L

        if whole <= 0.5 then
            rounded <- rounded + 1L

        if error > worst then
            worst <- error
            input <- describe ()

    /// So many results that are less than half a unit off, of no input worth telling.
    member _.AddRight(count: int, error: float) =
        tried <- tried + int64 count
        rounded <- rounded + int64 count
        worst <- max worst error

    member finding.Merge(other: Finding) =
        tried <- tried + other.Tried
        rounded <- rounded + other.Rounded

        if other.Worst > worst then
            worst <- other.Worst
            input <- other.Input

/// One case over one engine, batch after batch.
type Sweep(case: Entry, engine: Engine, seed: int) =
    let format = engine.Format
    let random = Random seed
    let by = case.By
    let name o = case.Operands[o].Name
    let value = Finding(case, "value", format)
    let slopes = by |> List.map (fun o -> o, Finding(case, $"by {name o}", format))
    let mutable batches = 0

    let text (x: float) = x.ToString((if format.Name = "float32" then "G9" else "G17"), CultureInfo.InvariantCulture)
    let list (xs: float[]) = if xs.Length = 1 then text (xs[0]) else "[" + String.Join(" ", Array.map text xs) + "]"

    let describe (sample: Sample) (extra: string) =
        let operands =
            List.zip (List.map (fun (operand: Operand) -> operand.Name) case.Operands) (List.ofArray sample.Operands)
            |> List.map (fun (name, xs) -> $"{name} {list xs}")

        let labels = if sample.Labels.Length = 0 then [] else [ "label " + String.Join(" ", sample.Labels) ]

        String.Join(", ", operands @ labels) + extra

    let relative (terms: Terms option) (truth: DoubleDouble) =
        match terms with
        | Some terms when terms.Relative > 0.0 -> terms.Relative * abs truth.High
        | _ -> 0.0

    let add (finding: Finding) (got: float) (truth: DoubleDouble) (size: float) (describe: unit -> string) =
        let whole = format.Error(got, truth, 0.0)
        let error = if whole <= 0.5 || size = 0.0 then whole else format.Error(got, truth, Entry.slack case format size)
        finding.Add(whole, error, fun () -> $"{describe ()} → {text got}, not {truth}")

    let fixedAt (x: float) = Dual<DoubleDouble>.Fixed(DoubleDouble.Constant x)
    let variableAt (x: float) = Dual<DoubleDouble>.Variable(DoubleDouble.Constant x)

    let table = Finding(case, "mpmath's table", format)

    member _.Findings = value :: List.map snd slopes @ (if table.Tried > 0L then [ table ] else [])
    member _.Case = case

    /// A point of the table: the library held to it, and the oracle too.
    member _.Check(point: HardPoint) =
        let sample = point.Sample
        let terms = case.Terms |> Option.map (fun terms -> terms format sample)
        let batch = Batch(case, [| sample |])
        let struct (values, _, gradients) = engine.Run(case.Call, batch.Inputs, batch.Labels, Sum, Array.zeroCreate)
        let at = sample.Operands |> Array.map (Array.map fixedAt)

        let hold (what: string) (got: float) (truth: DoubleDouble) (oracle: DoubleDouble) (size: float) =
            add table got truth (size + relative terms truth) (fun () -> describe sample what)
            let apart = abs ((truth - oracle).High)

            if apart > Math.ScaleB(abs truth.High + min size 1.0, -75) && apart > 1e-290 then
                table.Add(infinity, infinity, (fun () -> $"{describe sample what}: the oracle has {oracle}, the table {truth}"))

        let exact = case.Formula.Of(at, sample.Operands, sample.Labels)

        hold
            ""
            values[0]
            point.Value
            (exact[0].Value)
            (match terms with
             | Some terms -> terms.Value 0
             | None -> 0.0)

        for o in by do
            for k in 0 .. sample.Operands[o].Length - 1 do
                let kept = at[o][k]
                at[o][k] <- variableAt (sample.Operands[o][k])
                let exact = case.Formula.Of(at, sample.Operands, sample.Labels)
                at[o][k] <- kept

                hold
                    $", slope by {name o}[{k}]"
                    (gradients[o][k])
                    (point.Slopes[o][k])
                    (exact[0].Derivative)
                    (match terms with
                     | Some terms -> terms.Slope o k
                     | None -> 0.0)

    member _.Step() =
        let width = case.Widths[random.Next case.Widths.Length]
        let first = case.Draw random format width
        // The oracle takes one look for each element.
        let n =
            if case.IsElementwise then 509
            elif case.IsWhole then 1
            else max 3 (120 / Array.sumBy Array.length first.Operands)

        let samples = Array.init n (fun i -> if i = 0 then first else case.Draw random format width)
        let batch = Batch(case, samples)
        let operands, labels = batch.Inputs, batch.Labels

        let upstream =
            match batches % 3 with
            | 0 -> Sum
            | 1 -> Mean
            | _ -> Cotangents

        // Every other mean is over spans, where there is a kernel for them.
        let spans = if batches % 6 = 1 then case.Spans else None
        batches <- batches + 1

        let cotangent _ =
            if random.Next 16 = 0 then
                0.0
            else
                format.Round((random.NextDouble() + 0.5) * float (sign (random.NextDouble() - 0.5)))

        let struct (values, cotangents, gradients) =
            engine.Run(case.Call, operands, labels, upstream, (fun count -> Array.init count cotangent))

        spans |> Option.iter (fun spans -> gradients[0] <- engine.Spans(spans, operands, labels))

        let outputs = values.Length / n

        let scale i : DoubleDouble =
            match upstream with
            | Sum -> DoubleDouble.Constant 1.0
            | Mean -> DoubleDouble.Constant 1.0 / DoubleDouble.Constant(float values.Length)
            | Cotangents -> DoubleDouble.Constant cotangents[i]

        for s in 0 .. n - 1 do
            let sample = samples[s]
            let terms = case.Terms |> Option.map (fun terms -> terms format sample)
            let at = sample.Operands |> Array.map (Array.map fixedAt)

            let value0: DoubleDouble[] =
                case.Formula.Of(sample.Operands |> Array.map (Array.map DoubleDouble.Constant), sample.Operands, sample.Labels)

            for i in 0 .. outputs - 1 do
                let size =
                    match terms with
                    | Some terms -> terms.Value i
                    | None -> 0.0

                add value (values[s * outputs + i]) (value0[i]) (size + relative terms value0[i]) (fun () ->
                    describe sample (if outputs > 1 then $" [{i}]" else ""))

            for o, finding in slopes do
                let length = sample.Operands[o].Length

                for k in 0 .. length - 1 do
                    let kept = at[o][k]
                    at[o][k] <- variableAt (sample.Operands[o][k])
                    let exact = case.Formula.Of(at, sample.Operands, sample.Labels)
                    at[o][k] <- kept
                    let parts = Array.init outputs (fun i -> DoubleDouble.Weigh(scale (s * outputs + i), exact[i].Derivative))
                    let truth = Array.fold (fun sum part -> sum + part) (DoubleDouble.Constant 0.0) parts

                    let size =
                        match terms with
                        | None -> 0.0
                        | Some terms ->
                            let across = if outputs > 1 then 4.0 * (parts |> Array.sumBy (fun part -> abs part.High)) else 0.0
                            let own = terms.Slope o k

                            across
                            + (if own = 0.0 then
                                   0.0
                               else
                                   own * (Seq.init outputs (fun i -> abs (scale (s * outputs + i)).High) |> Seq.max))

                    add finding (gradients[o][batch.Place(o, s, k)]) truth (size + relative terms truth) (fun () ->
                        describe
                            sample
                            ((if length > 1 then $" [{k}]" else "")
                             + (match upstream with
                                | Sum -> ""
                                | Mean -> ", mean"
                                | Cotangents -> $", times {text (cotangents[s * outputs])}")))
