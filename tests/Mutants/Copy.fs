module Losses.Mutants.Copy

open System.IO

// JIT-compiled code sees a read-only static as a constant, if it has a value by then: hence the initializer.
let private switch =
    """
namespace Losses;

public static class Mutant
{
    public static readonly int Number = int.Parse(Environment.GetEnvironmentVariable("LOSSES_MUTANT") ?? "0");

    [System.Runtime.CompilerServices.ModuleInitializer]
    internal static void Initialize() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Mutant).TypeHandle);
}
"""

/// The folder that git knows as the repository's.
let repository () = (Command.lines "." [ "git"; "rev-parse"; "--show-toplevel" ]).Head

/// The texts of the files with their mutants, from 1; or what is wrong with them.
let weave (root: string) (mutants: Mutant list) =
    let woven =
        mutants
        |> List.indexed
        |> List.groupBy (fun (_, mutant) -> mutant.File)
        |> List.map (fun (file, own) ->
            file, Mutant.weave (File.ReadAllText(Path.Combine(root, file))) [ for index, mutant in own -> index + 1, mutant ])

    match
        woven
        |> List.collect (fun (_, text) ->
            match text with
            | Error errors -> errors
            | Ok _ -> [])
    with
    | [] -> Ok [ for file, text in woven -> file, Result.defaultValue "" text ]
    | errors -> Error errors

/// Copies what git knows or would, with mutants that the environment variable LOSSES_MUTANT switches on, and builds these of its projects.
let build (root: string) (folder: string) (woven: (string * string) list) (projects: string list) =
    let write (file: string) (save: string -> unit) =
        let path = Path.Combine(folder, file)
        FileInfo(path).Directory |> Option.ofObj |> Option.iter _.Create()
        save path

    for file in Command.lines root [ "git"; "ls-files"; "--cached"; "--others"; "--exclude-standard" ] do
        if File.Exists(Path.Combine(root, file)) then
            write file (fun path -> File.Copy(Path.Combine(root, file), path))

    for file, text in woven do
        write file (fun path -> File.WriteAllText(path, text))

    write "src/Losses.Numerics/Mutant.cs" (fun path -> File.WriteAllText(path, switch))

    // A build node or compiler that outlives the build would hold its output open.
    let options = [ "-c"; "Release"; "-v"; "q"; "-nr:false"; "-p:UseSharedCompilation=false"; "-p:TreatWarningsAsErrors=false" ]

    for project in projects do
        Command.lines folder ([ "dotnet"; "build"; project ] @ options) |> ignore
