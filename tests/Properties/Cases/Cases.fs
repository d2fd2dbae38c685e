module Losses.Tests.Cases.Cases

open System
open System.Globalization
open Xunit
open Xunit.Abstractions
open Losses.Tests.Cases.Case
open Losses.Tests.Cases.Comparison

type private Counted =
    {
        Cases: int
        KnownWrong: int
        Agree: int
        Worst: float
        Failures: string list
        Missing: string list
    }

    member x.Covered = x.Agree + x.Failures.Length

let private counted (cases: Case[]) : Counted =
    let wrong, fair = cases |> Array.partition _.IsKnownWrong
    let outcomes = fair |> Array.map (fun case -> if case.IsOfShapes then Grid.outcome case else outcome Table.losses case)

    {
        Cases = cases.Length
        KnownWrong = wrong.Length
        Agree =
            outcomes
            |> Seq.sumBy (function
                | Agrees _ -> 1
                | _ -> 0)
        Worst =
            outcomes
            |> Array.fold
                (fun most outcome ->
                    match outcome with
                    | Agrees worst -> max most worst
                    | _ -> most)
                0.0
        Failures =
            [
                for outcome in outcomes do
                    match outcome with
                    | Disagrees failures -> String.Join("; ", failures)
                    | _ -> ()
            ]
        Missing =
            [
                for outcome in outcomes do
                    match outcome with
                    | IsNotCovered reason -> reason
                    | _ -> ()
            ]
    }

// By file and loss, once.
let private all =
    lazy
        [
            for file, cases in files ->
                file, [ for loss, cases in Array.groupBy (fun (case: Case) -> case.Key) cases -> loss, counted cases ]
        ]

/// Passing tests print nothing in a terminal; diagnostic messages do.
type Announcer(sink: IMessageSink) =
    member _.Say(line: string) = sink.OnMessage(Xunit.Sdk.DiagnosticMessage line) |> ignore

let private report: string list Lazy =
    lazy
        let invariant (text: FormattableString) = text.ToString CultureInfo.InvariantCulture

        let line (name: string) (parts: Counted list) =
            let total (count: Counted -> int) = List.sumBy count parts
            let worst = parts |> List.map _.Worst |> List.max
            let wrong = total _.KnownWrong
            let note = if wrong > 0 then $"  ({wrong} known to be wrong, skipped)" else ""
            invariant $"{name, -52}{total _.Cases, 6}{total _.Covered, 9}{total _.Agree, 7}{worst, 12:E1}{note}"

        [
            $"""{"the largest error is a share of the tolerance", -52}{"cases", 6}{"covered", 9}{"agree", 7}{"worst", 12}"""

            for file, losses in all.Value do
                line file (List.map snd losses)

                for loss, counted in losses do
                    if counted.Covered > 0 then
                        line $"    {loss}" [ counted ]

            line "all" (all.Value |> List.collect (snd >> List.map snd))
            "otherwise than PyTorch on purpose:"

            for reason, cases in files |> Seq.collect snd |> Seq.filter _.IsOfShapes |> Seq.choose Grid.difference |> Seq.countBy id do
                $"    {cases, 3}  {reason}"

            "not covered:"

            for _, losses in all.Value do
                for loss, counted in losses do
                    if not counted.Missing.IsEmpty then
                        let reasons = counted.Missing |> List.filter ((<>) "") |> List.distinct |> List.map (fun reason -> $": {reason}")
                        $"""    {loss, -48}{counted.Missing.Length, 6}{String.Join("", reasons)}"""
        ]

/// How many cases of the copies beside the tests must run: it may only grow.
[<Literal>]
let private Covered = 2629

type ``The cases``(output: ITestOutputHelper, announcer: Announcer) =
    interface IClassFixture<Announcer>

    static member Files = TheoryData<string>(Array.map fst files)

    [<Theory; MemberData "Files">]
    member _.``agree``(file: string) =
        let failures =
            all.Value |> List.find (fun (name, _) -> name = file) |> snd |> List.collect (fun (_, counted) -> counted.Failures)

        if not failures.IsEmpty then
            Assert.Fail(String.Join("\n", failures))

    [<Fact>]
    member _.``are counted, covered or not``() =
        for line in report.Value do
            output.WriteLine line
            announcer.Say line

        if String.IsNullOrEmpty(Environment.GetEnvironmentVariable "LOSSES_CASES") then
            let covered = all.Value |> List.sumBy (snd >> List.sumBy (fun (_, counted) -> counted.Covered))
            Assert.True(covered >= Covered, $"{covered} cases are covered, but {Covered} were.")
