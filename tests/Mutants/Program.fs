module Losses.Mutants.Program

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Threading.Tasks

type private Options = { Only: string; From: int; Jobs: int; IsList: bool; IsBuild: bool }

let private usage =
    "dotnet run --project tests/Mutants -c Release [-- [--list] [--build] [--only TEXT] [--from N] [--jobs N]]"

let rec private parse (options: Options) (arguments: string list) =
    match arguments with
    | [] -> options
    | "--list" :: rest -> parse { options with IsList = true } rest
    | "--build" :: rest -> parse { options with IsBuild = true } rest
    | "--only" :: text :: rest -> parse { options with Only = text } rest
    | "--from" :: number :: rest -> parse { options with From = int number } rest
    | "--jobs" :: count :: rest -> parse { options with Jobs = int count } rest
    | argument :: _ -> raise (ArgumentException $"{argument} is no option.\n{usage}")

// What a mutant may take of each suite: much longer than the program as it is, which is the first to run.
let private limits (folder: string) (suites: Suite list) =
    suites
    |> List.map (fun suite ->
        let watch = Stopwatch.StartNew()

        match Suite.failure folder 0 1800 suite with
        | None -> suite.Words, 300 + 10 * int watch.Elapsed.TotalSeconds
        | Some failure -> raise (InvalidOperationException $"Without a mutant a test fails: {failure}"))
    |> Map

// The libraries with all mutants in them; none is switched on.
let private build (root: string) woven =
    let folder = Directory.CreateTempSubdirectory "losses-mutants-"

    try
        Copy.build root folder.FullName woven [ "src/Losses.CSharp"; "src/Losses.TorchSharp" ]
        printfn "The libraries build with the mutants in them."
        0
    finally
        folder.Delete(recursive = true)

let private kill (root: string) (options: Options) (numbered: (int * Mutant) list) woven =
    let folder = Directory.CreateTempSubdirectory "losses-mutants-"

    try
        let watch = Stopwatch.StartNew()
        let suites = numbered |> List.collect (fun (_, mutant) -> Suite.inOrder mutant.File) |> List.distinctBy _.Words
        Copy.build root folder.FullName woven (suites |> List.map (fun suite -> $"tests/{suite.Name}") |> List.distinct)
        let limits = limits folder.FullName suites
        printfn "built, and green without a mutant, in %.0f s" watch.Elapsed.TotalSeconds

        let killer (number: int, mutant: Mutant) =
            let own = Stopwatch.StartNew()

            let failure =
                Suite.inOrder mutant.File |> Seq.tryPick (fun suite -> Suite.failure folder.FullName number limits[suite.Words] suite)

            let verdict = failure |> Option.map (fun failure -> $"killed by {failure}") |> Option.defaultValue "SURVIVED"
            lock options (fun () -> printfn "%3d  %5.1f s  %O\n               %s" number own.Elapsed.TotalSeconds mutant verdict)
            failure.IsSome

        let verdicts = Array.zeroCreate numbered.Length
        let degree = ParallelOptions(MaxDegreeOfParallelism = options.Jobs)

        // One at a time, so that what is printed is in order and --from goes on where a run was ended.
        let inTurn = Partitioner.Create(List.indexed numbered, EnumerablePartitionerOptions.NoBuffering)
        Parallel.ForEach(inTurn, degree, (fun (i, mutant) -> verdicts[i] <- killer mutant)) |> ignore

        let survivors =
            [
                for (_, mutant), isKilled in Seq.zip numbered verdicts do
                    if not isKilled then
                        mutant
            ]

        printfn
            "\n%d mutants, %d killed, %d survived, in %.0f s"
            numbered.Length
            (numbered.Length - survivors.Length)
            survivors.Length
            watch.Elapsed.TotalSeconds

        for mutant in survivors do
            printfn "SURVIVED %O" mutant

        if survivors.IsEmpty then 0 else 1
    finally
        folder.Delete(recursive = true)

[<EntryPoint>]
let main arguments =
    let options = parse { Only = ""; From = 1; Jobs = 1; IsList = false; IsBuild = false } (List.ofArray arguments)
    let root = Copy.repository ()
    let mutants = Definitions.mutants @ Numerics.mutants

    let numbered =
        mutants
        |> List.mapi (fun index mutant -> index + 1, mutant)
        |> List.filter (fun (number, mutant) ->
            number >= options.From && $"{mutant.File} {mutant}".Contains(options.Only, StringComparison.OrdinalIgnoreCase))

    if numbered.IsEmpty then
        raise (ArgumentException $"No mutant from {options.From} on has {options.Only} in its file or name.")

    match Copy.weave root mutants with
    | Error errors ->
        for error in errors do
            eprintfn "%s" error

        1
    | Ok _ when options.IsList ->
        for number, mutant in numbered do
            printfn "%3d  %O:  %s  →  %s" number mutant mutant.Original (if mutant.Mutated = "" then "nothing" else mutant.Mutated)

        printfn "%d mutants" numbered.Length
        0
    | Ok woven when options.IsBuild -> build root woven
    | Ok woven -> kill root options numbered woven
