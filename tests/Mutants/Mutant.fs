namespace Losses.Mutants

open System

/// One deliberate mistake: in a file, an expression (or a C# statement, which ends with a semicolon) and what is to stand in its place.
type Mutant =
    {
        File: string
        Name: string
        Before: string
        Original: string
        After: string
        Mutated: string
    }

    /// For a filter and a table.
    override mutant.ToString() = $"{IO.Path.GetFileName mutant.File}: {mutant.Name}"

module Mutant =

    /// The mutants of a file: what goes wrong, the text it goes wrong in, with «the original» marked, and what takes its place.
    let ofFile (file: string) (mutants: (string * string * string) list) =
        [
            for name, text, mutated in mutants do
                match text.Split('«', '»') with
                | [| before; original; after |] ->
                    { File = file; Name = name; Before = before; Original = original; After = after; Mutated = mutated }
                | _ -> raise (ArgumentException $"{file}: {name}: the text «{text}» does not mark one original.")
        ]

    /// Where the original starts in the text of its file; an error where the text that it is in does not occur exactly once.
    let place (text: string) (mutant: Mutant) =
        let whole = mutant.Before + mutant.Original + mutant.After

        match text.IndexOf(whole, StringComparison.Ordinal) with
        | -1 -> Error $"{mutant}: the file no longer has {whole}"
        | first when text.IndexOf(whole, first + 1, StringComparison.Ordinal) >= 0 -> Error $"{mutant}: the file has more than one {whole}"
        | first -> Ok(first + mutant.Before.Length)

    // A statement that is dropped leaves nothing; an expression has a value whatever happens.
    let private choice (number: int) (mutant: Mutant) =
        let isOn = $"Losses.Mutant.Number == {number}"

        if mutant.File.EndsWith ".fs" then
            $"(if Losses.Mutant.Number = {number} then {mutant.Mutated} else {mutant.Original})"
        elif mutant.Original.EndsWith ';' then
            $"{{ if ({isOn}) {{ {mutant.Mutated} }} else {{ {mutant.Original} }} }}"
        else
            $"({isOn} ? {mutant.Mutated} : {mutant.Original})"

    /// The text of a file in which each of its numbered mutants can be switched on; or what is wrong with them.
    let weave (text: string) (mutants: (int * Mutant) list) : Result<string, string list> =
        let places = mutants |> List.map (fun (number, mutant) -> number, mutant, place text mutant)

        match
            places
            |> List.choose (fun (_, _, place) ->
                match place with
                | Error message -> Some message
                | Ok _ -> None)
        with
        | [] ->
            let spans =
                [ for number, mutant, place in places -> Result.defaultValue 0 place, number, mutant ]
                |> List.sortBy (fun (start, _, _) -> start)

            let overlapping =
                [
                    for (start, _, mutant), (next, _, other) in List.pairwise spans do
                        if start + mutant.Original.Length > next then
                            $"{mutant}: its original overlaps that of {other}"
                ]

            if overlapping.IsEmpty then
                let replace (text: string) (start: int, number, mutant) =
                    text.Remove(start, mutant.Original.Length).Insert(start, choice number mutant)

                Ok(List.fold replace text (List.rev spans))
            else
                Error overlapping
        | errors -> Error errors
