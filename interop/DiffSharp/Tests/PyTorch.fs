module Losses.Tests.Reference.OfDiffSharp

open System
open System.Collections.Concurrent
open Xunit
open Xunit.Abstractions
open DiffSharp
open Losses
open Losses.Tests
open Losses.Tests.Reference.Cases
open Losses.Tests.Reference.Comparison

type private Report = { Value: float; Gradient: float; Curvature: float; Failures: string list }

let private run (case: Case) : Report =
    let entry = Table.losses[case.Loss]
    let given name = case.Inputs[name].Data, case.Inputs[name].Shape
    let names = [| for pair in case.Grad -> pair.Key |]
    let inputs = Array.map given names

    let output (dtype: Dtype) (variables: DiffSharpTensor[]) =
        entry.Output(
            case,
            fun name ->
                match Array.tryFindIndex ((=) name) names with
                | Some i -> variables[i]
                | None -> DiffSharpTensor(Differentiate.tensor dtype (given name))
        )

    let compare terms what (values: float[]) (expected: Numbers) = compareAmong terms Tolerance what (expected.Shape, values) expected
    let value = Differentiate.value Dtype.Float64 (output Dtype.Float64) inputs

    let valueError, valueFailures =
        Comparison.compare Tolerance "value" (Shape value.shape, Differentiate.numbers value) case.Output

    // In DiffSharp's own default type, which stays: the value of the rounded inputs, rounded.
    let single = Differentiate.value Dtype.Float32 (output Dtype.Float32) inputs

    let rounded =
        let round (values: float[], shape: Shape) = Array.map (float32 >> float) values, shape
        let given name = DiffSharpTensor(Differentiate.tensor Dtype.Float64 (round (given name)))
        { case.Output with Data = (entry.Output(case, given)).Tensor |> Differentiate.numbers }

    let singleFailures =
        [
            yield! snd (Comparison.compare 1e-7 "float32 value" (Shape single.shape, Differentiate.numbers single) rounded)

            if single.dtype <> Dtype.Float32 then
                $"the value of float32 tensors is of {single.dtype}"
        ]

    let of' what (numbers: Map<string, Numbers>) (values: unit -> float[][]) =
        if numbers.IsEmpty then
            []
        else
            (names, values ())
            ||> Array.map2 (fun name values ->
                let terms = if what = "gradient" then slopeTerms case name else 0.0
                compare terms $"{what} by {name}" values numbers[name])
            |> Array.toList

    let gradients =
        of' "gradient" case.Grad (fun () -> Differentiate.gradients Dtype.Float64 (output Dtype.Float64) inputs case.Upstream.Data)

    let curvatures =
        of' "Hessian-vector product" case.Hvp (fun () ->
            let along = inputs |> Array.collect (snd >> direction)
            Differentiate.hessianVectors Dtype.Float64 (output Dtype.Float64) inputs case.Upstream.Data along)

    let worst reports = List.fold (fun most (error, _) -> max most error) 0.0 reports

    {
        Value = valueError
        Gradient = worst gradients
        Curvature = worst curvatures
        Failures = [ for failure in valueFailures @ singleFailures @ List.collect snd (gradients @ curvatures) -> $"{case.Id}: {failure}" ]
    }

// One case that throws must not hide the others.
let private tryRun (case: Case) : Report =
    try
        run case
    with error ->
        {
            Value = infinity
            Gradient = infinity
            Curvature = infinity
            Failures = [ $"{case.Id}: {error}" ]
        }

let private known, unknown = all |> Array.map _.Loss |> Array.distinct |> Array.partition Table.losses.ContainsKey

let private casesOf (loss: string) = Array.filter (fun case -> case.Loss = loss) all

let private reports = ConcurrentDictionary<string, Lazy<Report[]>>()

let private reportsOf (loss: string) = reports.GetOrAdd(loss, fun loss -> lazy (casesOf loss |> Array.map tryRun)).Value

/// How many cases must agree: it may only grow. There is none that DiffSharp's operations cannot express.
[<Literal>]
let private Covered = 757

/// Passing tests print nothing in a terminal; diagnostic messages do.
type Announcer(sink: IMessageSink) =
    member _.Say(line: string) = sink.OnMessage(Xunit.Sdk.DiagnosticMessage line) |> ignore

type ``The losses of PyTorch on DiffSharp's tensors``(announcer: Announcer) =
    interface IClassFixture<Announcer>

    static member Known = TheoryData<string>(Array.toSeq known)

    [<Theory; MemberData "Known">]
    member _.``have its values, gradients and Hessian-vector products``(loss: string) =
        let failures = reportsOf loss |> Seq.collect _.Failures |> Seq.toArray

        if failures.Length > 0 then
            Assert.Fail(String.Join("\n", failures))

    [<Fact>]
    member _.``are counted, expressed or not``() =
        let agreeing = known |> Array.sumBy (reportsOf >> Array.filter _.Failures.IsEmpty >> Array.length)
        let sloping = all |> Array.filter (fun case -> not case.Grad.IsEmpty) |> Array.length
        let curved = all |> Array.filter (fun case -> not case.Hvp.IsEmpty) |> Array.length

        announcer.Say
            $"PyTorch's cases on DiffSharp: {agreeing} of {all.Length}, {sloping} with gradients, {curved} with curvatures; worst relative errors:"

        announcer.Say $"""{"loss", -34}{"cases", 6}{"value", 12}{"gradient", 12}{"hvp", 12}"""

        for loss in known do
            let reports = reportsOf loss
            let worst (measure: Report -> float) = reports |> Array.map measure |> Array.max

            announcer.Say(
                invariant $"{loss, -34}{reports.Length, 6}{worst _.Value, 12:E1}{worst _.Gradient, 12:E1}{worst _.Curvature, 12:E1}"
            )

        for loss in unknown do
            announcer.Say $"{loss, -34}{(casesOf loss).Length, 6}  there is no such loss"

        Assert.True(agreeing >= Covered, $"{agreeing} cases agree, but {Covered} did.")
