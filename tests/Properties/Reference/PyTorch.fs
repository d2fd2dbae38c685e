module Losses.Tests.Reference.PyTorch

open System
open System.Collections.Concurrent
open System.Globalization
open Xunit
open Xunit.Abstractions
open Losses
open Losses.Tests.Reference.Cases
open Losses.Tests.Reference.Comparison

let private plain (tensor: DiffTensor<float>) = tensor.Shape, tensor.ToArray()

type Report =
    {
        Value: float
        Gradient: float
        Curvature: float
        Value32: float
        /// Elements whose input float32 cannot hold closely enough: compared with float64 at the rounded input instead.
        Unrepresentable: int
        Failures: string list
    }

let private run (entry: Table.Entry) (case: Case) : Report =
    let names = [| for pair in case.Grad -> pair.Key |]
    let constants = case.Inputs |> Map.map (fun _ numbers -> numbers.Tensor)

    let output (variables: DiffTensor<float>[]) =
        entry.Output(
            case,
            fun name ->
                match Array.tryFindIndex ((=) name) names with
                | Some i -> variables[i]
                | None -> constants[name]
        )

    let at = [| for name in names -> constants[name] |]
    let upstream = case.Upstream.Tensor

    // A case without gradients still has a value.
    let value, gradients =
        if names.Length = 0 then
            output [||], [||]
        else
            let struct (value, pull) = DiffTensor.Pullback(Func<_, _> output, at)
            value, pull.Invoke upstream

    let curvature () =
        let along (variables: DiffTensor<float>[]) =
            let struct (_, pull) = DiffTensor.Pullback(Func<_, _> output, variables)

            (pull.Invoke upstream, at)
            ||> Array.map2 (fun gradient x ->
                DiffTensor<float>
                    .Sum(
                        gradient * DiffTensor.Create(direction x.Shape, x.Shape.ToArray()),
                        ReadOnlySpan(Array.init x.Shape.Rank id),
                        false
                    ))
            |> Array.reduce (fun a b -> a + b)

        let struct (_, pull) = DiffTensor.Pullback(Func<_, _> along, at)
        pull.Invoke(DiffTensor.Scalar 1.0)

    let single (tensor: DiffTensor<float32>) = tensor.Shape, Array.map float (tensor.ToArray())

    let value32 = entry.Output(case, fun name -> case.Inputs[name].Tensor32) |> single

    // What rounding the inputs to float32 does to the value, without any float32 arithmetic.
    let rounded =
        entry.Output(
            case,
            fun name -> DiffTensor.Create(Array.map (float32 >> float) case.Inputs[name].Data, case.Inputs[name].Shape.ToArray())
        )
        |> plain
        |> snd

    let scale = largest case.Output.Data

    let expected32 =
        (rounded, case.Output.Data)
        ||> Array.map2 (fun here there -> if error scale here there <= Tolerance32 / 2.0 then there else here)

    let valueError, valueFailures = compare Tolerance "value" (plain value) case.Output

    let gradientReports =
        [
            for i in 0 .. names.Length - 1 ->
                compareAmong (slopeTerms case names[i]) Tolerance $"gradient by {names[i]}" (plain gradients[i]) case.Grad[names[i]]
        ]

    let curvatureReports =
        [
            if not case.Hvp.IsEmpty then
                let products = curvature ()

                for i in 0 .. names.Length - 1 do
                    compare Tolerance $"Hessian-vector product by {names[i]}" (plain products[i]) case.Hvp[names[i]]
        ]

    let value32Error, value32Failures = compare Tolerance32 "float32 value" value32 { case.Output with Data = expected32 }

    let worst reports = List.fold (fun most (error, _) -> max most error) 0.0 reports

    {
        Value = valueError
        Gradient = worst gradientReports
        Curvature = worst curvatureReports
        Value32 = value32Error
        Unrepresentable = Array.zip expected32 case.Output.Data |> Array.filter (fun (a, b) -> not (a.Equals b)) |> Array.length
        Failures =
            [
                for failure in valueFailures @ List.collect snd gradientReports @ List.collect snd curvatureReports @ value32Failures ->
                    $"{case.Id}: {failure}"
            ]
    }

// One case that throws must not hide the others.
let private tryRun (entry: Table.Entry) (case: Case) : Report =
    try
        run entry case
    with error ->
        {
            Value = infinity
            Gradient = infinity
            Curvature = infinity
            Value32 = infinity
            Unrepresentable = 0
            Failures = [ $"{case.Id}: {error}" ]
        }

let private casesOf (loss: string) = Array.filter (fun case -> case.Loss = loss) all

let private known, unknown = all |> Array.map _.Loss |> Array.distinct |> Array.partition Table.losses.ContainsKey

let private reports = ConcurrentDictionary<string, Lazy<Report[]>>()

let private reportsOf (loss: string) =
    reports.GetOrAdd(loss, fun loss -> lazy (casesOf loss |> Array.map (tryRun Table.losses[loss]))).Value

/// How many cases of the copy beside the tests must run: it may only grow.
[<Literal>]
let private Covered = 757

/// Passing tests print nothing in a terminal; diagnostic messages do.
type Announcer(sink: IMessageSink) =
    member _.Say(line: string) = sink.OnMessage(Xunit.Sdk.DiagnosticMessage line) |> ignore

type ``The losses of PyTorch``(output: ITestOutputHelper, announcer: Announcer) =
    interface IClassFixture<Announcer>


    static member Known = TheoryData<string>(Array.toSeq known)

    [<Theory; MemberData("Known")>]
    member _.``have its values, gradients and Hessian-vector products``(loss: string) =
        let failures = reportsOf loss |> Seq.collect _.Failures |> Seq.toArray

        if failures.Length > 0 then
            Assert.Fail(String.Join("\n", failures))

    [<Fact>]
    member _.``are counted, covered or not``() =
        let invariant (text: FormattableString) = text.ToString CultureInfo.InvariantCulture

        let covered = known |> Array.sumBy (fun loss -> (casesOf loss).Length)

        let lines =
            [
                $"PyTorch's cases from {IO.Path.GetFileName path}: {covered} of {all.Length} covered; worst relative errors:"
                $"""{"loss", -34}{"cases", 6}{"value", 12}{"gradient", 12}{"hvp", 12}{"float32", 12}"""

                for loss in known do
                    let reports = reportsOf loss

                    let worst (measure: Report -> float) = reports |> Array.map measure |> Array.max
                    let unrepresentable = reports |> Array.sumBy _.Unrepresentable

                    let note =
                        if unrepresentable = 0 then
                            ""
                        else
                            $"  ({unrepresentable} inputs that float32 cannot hold: against float64 at the rounded input)"

                    invariant
                        $"{loss, -34}{reports.Length, 6}{worst _.Value, 12:E1}{worst _.Gradient, 12:E1}{worst _.Curvature, 12:E1}{worst _.Value32, 12:E1}{note}"

                for loss in unknown do
                    $"{loss, -34}{(casesOf loss).Length, 6}  not covered"
            ]

        for line in lines do
            output.WriteLine line
            announcer.Say line

        Assert.NotEmpty all

        if isOwn then
            Assert.True(covered >= Covered, $"{covered} cases are covered, but {Covered} were.")
