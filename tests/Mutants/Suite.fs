namespace Losses.Mutants

open System
open System.IO

/// Tests that may kill a mutant.
type Suite =
    {
        /// That of the project.
        Name: string
        Words: string list
        /// Whether a line says that a test failed.
        IsFailure: string -> bool
    }

module Suite =

    let private output (project: string) = $"tests/{project}/bin/Release/net10.0/{project}.dll"

    let private tests (project: string) (filter: string) =
        {
            Name = project
            Words = [ "dotnet"; "test"; output project; "--filter"; filter ]
            IsFailure = fun line -> line.Contains "[FAIL]"
        }

    let private program (project: string) (mark: string) =
        { Name = project; Words = [ "dotnet"; output project ]; IsFailure = fun line -> line.Contains mark }

    // The sample of CONTRIBUTING is compared with the text of sources that have mutants in them.
    let private quick = tests "Properties" "FullyQualifiedName!~.Laws.&FullyQualifiedName!~Contributing"
    // The switch is public, which the approved surface does not know.
    let private facade = tests "Facade" "FullyQualifiedName!~Surface"
    let private numbers = tests "Numbers" "FullyQualifiedName~Losses"
    let private accuracy = program "Accuracy" "EXCEEDS"
    let private long = [ "Convexity"; "Differentiation"; "EveryLoss"; "Margins" ]

    let private shortLaws =
        tests "Properties" ("FullyQualifiedName~.Laws." + String.Join("", long |> List.map (sprintf "&FullyQualifiedName!~.Laws.%s")))

    let private longLaws = tests "Properties" (String.Join("|", long |> List.map (sprintf "FullyQualifiedName~.Laws.%s")))
    let private sameBits = program "SameBits" "DIFFERS"

    let private safety = tests "Safety" "FullyQualifiedName~Losses"

    // Fetches libtorch, for the mutants of the adapter alone.
    let private torch =
        {
            Name = "TorchSharp"
            Words =
                [
                    "dotnet"
                    "test"
                    // Its output lies in a folder of the platform.
                    "tests/TorchSharp"
                    "-c"
                    "Release"
                    "--no-build"
                    "--filter"
                    "FullyQualifiedName~.Laws.Curvatures"
                ]
            IsFailure = fun line -> line.Contains "[FAIL]"
        }

    /// The suites that can see a mistake in a file, those first that are likely to see it soon: Numbers knows no loss and no row, and what is no
    /// kernel has the same bits everywhere.
    let inOrder (file: string) =
        let isIn = List.exists (fun part -> file.StartsWith $"src/Losses.Numerics/{part}")

        if file.StartsWith "src/Losses.TorchSharp" then
            [ torch ]
        else

            [
                if
                    isIn
                        [
                            "Lanes"
                            "Sums"
                            "Kernels/Job"
                            "Kernels/Kernel"
                            "Kernels/Loop"
                            "Kernels/Terms"
                            "Kernels/Threads"
                            "Kernels/Cancellable"
                        ]
                    && not (isIn [ "Sums/LossAccumulator" ])
                then
                    numbers
                quick
                if isIn [ "Algebra" ] then
                    numbers
                shortLaws
                facade
                accuracy
                longLaws
                if isIn [ "Lanes"; "Kernels"; "Sums" ] then
                    sameBits
                if isIn [ "Kernels"; "Sums/LossAccumulator"; "Tensors" ] then
                    safety
            ]

    // "[xUnit.net 00:00:01.34]     Losses.Tests.Laws.…(…) [FAIL]", or a row of a table.
    let private clean (line: string) =
        let line = line.Replace("[FAIL]", "")
        let line = if line.StartsWith "[xUnit.net" then line.Substring(line.IndexOf ']' + 1) else line
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries ||| StringSplitOptions.TrimEntries)
        let text = (String.concat " " words).Replace("Losses.Tests.", "")
        if text.Length > 110 then text.Substring(0, 109) + "…" else text

    /// What of a suite fails with a mutant, if anything does: the first failure seen.
    let failure (folder: string) (number: int) (seconds: int) (suite: Suite) =
        match Command.run folder [ "LOSSES_MUTANT", string number ] seconds suite.IsFailure suite.Words with
        | Exit 0, _ -> None
        | Exit code, lines -> Some $"{suite.Name}: exit code {code}, {List.tryLast lines |> Option.defaultValue String.Empty}"
        | Stopped line, _ -> Some $"{suite.Name}: {clean line}"
        | TimedOut, _ -> Some $"{suite.Name}: not done in {seconds} s"
