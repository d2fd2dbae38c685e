module Losses.Accuracy.Program

open System
open System.Diagnostics
open System.Threading.Tasks
open Losses.Catalogue

type private Options = { Loss: string; Seconds: float; Seed: int; Exhaustive: bool }

let private usage =
    "dotnet run --project tests/Accuracy -c Release [-- [--loss NAME] [--seconds N] [--seed N] [--exhaustive]]"

let rec private parse (options: Options) (arguments: string list) =
    match arguments with
    | [] -> options
    | "--loss" :: name :: rest -> parse { options with Loss = name } rest
    | "--seconds" :: seconds :: rest -> parse { options with Seconds = float seconds } rest
    | "--seed" :: seed :: rest -> parse { options with Seed = int seed } rest
    | "--exhaustive" :: rest -> parse { options with Exhaustive = true } rest
    | argument :: _ -> raise (ArgumentException $"{argument} is no option.\n{usage}")

/// Batches without --seconds: the same inputs every time.
let private thinned (sweep: Sweep) =
    if sweep.Case.IsElementwise then 16
    elif sweep.Case.IsWhole then 240
    else 60

/// The share that is correctly rounded; few exceptions among many are counted, where the share would hide them.
let private share (finding: Finding) =
    let missed = finding.Tried - finding.Rounded

    if missed = 0L then "all"
    elif missed * 10000L < finding.Tried then $"all but {missed}"
    else (float finding.Rounded / float finding.Tried).ToString("0.00%")

let private print (findings: Finding list) =
    let rows =
        [
            for f in findings ->
                [|
                    f.Case.Name
                    f.What
                    f.Format.Name
                    string f.Tried
                    f.Worst.ToString("0.0000")
                    share f
                    (if f.IsWithin then "" else "EXCEEDS ") + f.Input
                |]
        ]

    let headings = [| "loss"; "what"; "storage"; "inputs"; "worst ulp"; "rounded"; "worst input" |]
    let widths = Array.init headings.Length (fun i -> (headings :: rows) |> List.map (fun row -> row[i].Length) |> List.max)

    let line (row: string[]) =
        String.Join(
            "  ",
            Array.mapi
                (fun i (text: string) ->
                    if i = 6 then text
                    elif i < 3 then text.PadRight widths[i]
                    else text.PadLeft widths[i])
                row
        )

    printfn "%s" (line headings)

    for row in rows do
        printfn "%s" (line row)

let private sweep (options: Options) (cases: Entry list) =
    let sweeps =
        [|
            for i, case in List.indexed cases do
                for j, engine in List.indexed Engines.all -> Sweep(case, engine, options.Seed * 1000 + 2 * i + j)
        |]

    let share = options.Seconds * float Environment.ProcessorCount / float sweeps.Length

    let run (sweep: Sweep) =
        let own = Stopwatch.StartNew()

        for point in Table.points do
            if point.Loss = sweep.Case.Name then
                sweep.Check point

        if options.Seconds > 0.0 then
            sweep.Step()

            while own.Elapsed.TotalSeconds < share do
                sweep.Step()
        else
            for _ in 1 .. thinned sweep do
                sweep.Step()

    Parallel.ForEach(sweeps, ParallelOptions(MaxDegreeOfParallelism = Environment.ProcessorCount), run) |> ignore

    sweeps |> Seq.collect _.Findings |> List.ofSeq

[<EntryPoint>]
let main arguments =
    let options = parse { Loss = ""; Seconds = 0.0; Seed = 1; Exhaustive = false } (List.ofArray arguments)

    let cases = Catalogue.all |> List.filter (fun case -> case.Name.Contains(options.Loss, StringComparison.OrdinalIgnoreCase))

    let watch = Stopwatch.StartNew()

    let findings =
        if options.Exhaustive then
            Exhaustive.functions
            |> List.collect (fun loss ->
                cases |> List.filter (fun case -> case.Name = loss.Loss) |> List.collect (fun case -> Exhaustive.run case loss))
        else
            sweep options cases

    print findings
    let conditional = cases |> List.filter (fun case -> case.Condition <> "")

    if not conditional.IsEmpty then
        printfn "\nConditions (for float64 2⁻⁵¹ of the same terms):"

        for case in conditional do
            printfn "  %s: %s" case.Name case.Condition

    let exceeding = findings |> List.filter (fun finding -> not finding.IsWithin)

    printfn
        "\n%d results of %d losses in %.0f s; %d exceed their bound (float32 0.51 ulp, float64 4 ulp)"
        (findings |> List.sumBy _.Tried)
        cases.Length
        watch.Elapsed.TotalSeconds
        exceeding.Length

    // Nothing measured is nothing shown.
    if exceeding.IsEmpty && not findings.IsEmpty then 0 else 1
