module Losses.Tests.Reference.OfDiffSharp

open System
open Xunit
open Xunit.Abstractions
open Losses
open Losses.DiffSharp
open Losses.Tests
open Losses.Tests.Reference.Cases
open Losses.Tests.Reference.Comparison

type private Report = { Value: float; Gradient: float; Curvature: float; Failures: string list }

let private run (case: Case) : Report =
    let entry = Table.losses[case.Loss]
    let given name = case.Inputs[name].Data, case.Inputs[name].Shape
    let names = [| for pair in case.Grad -> pair.Key |]
    let inputs = Array.map given names

    let output (variables: DiffSharpTensor[]) =
        entry.Output(
            case,
            fun name ->
                match Array.tryFindIndex ((=) name) names with
                | Some i -> variables[i]
                | None -> DiffSharpTensor(Differentiate.tensor (given name))
        )

    let compare what (values: float[]) (expected: Numbers) = compare Tolerance what (expected.Shape, values) expected
    let value = Differentiate.value output inputs

    let valueError, valueFailures =
        Comparison.compare Tolerance "value" (Shape value.shape, Differentiate.numbers value) case.Output

    let of' what (numbers: Map<string, Numbers>) (values: unit -> float[][]) =
        if numbers.IsEmpty then
            []
        else
            (names, values ()) ||> Array.map2 (fun name values -> compare $"{what} by {name}" values numbers[name]) |> Array.toList

    let gradients = of' "gradient" case.Grad (fun () -> Differentiate.gradients output inputs case.Upstream.Data)

    let curvatures =
        of' "Hessian-vector product" case.Hvp (fun () ->
            let along = inputs |> Array.collect (snd >> direction)
            Differentiate.hessianVectors output inputs case.Upstream.Data along)

    let worst reports = List.fold (fun most (error, _) -> max most error) 0.0 reports

    {
        Value = valueError
        Gradient = worst gradients
        Curvature = worst curvatures
        Failures = [ for failure in valueFailures @ List.collect snd (gradients @ curvatures) -> $"{case.Id}: {failure}" ]
    }

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

type ``PyTorch's cases``(output: ITestOutputHelper) =

    static member Losses = TheoryData<string>(all |> Seq.map _.Loss |> Seq.distinct)

    [<Theory; MemberData "Losses">]
    member _.``have their values, gradients and Hessian-vector products``(loss: string) =
        let reports = all |> Array.filter (fun case -> case.Loss = loss) |> Array.map tryRun
        let failures = reports |> Array.toList |> List.collect _.Failures
        output.WriteLine $"{loss}: {reports.Length} cases"

        if not failures.IsEmpty then
            Assert.Fail(String.Join("\n", failures))
