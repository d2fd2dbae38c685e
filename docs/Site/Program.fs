/// Writes the site: `dotnet run --project docs/Site -- ROOT`, of the repository's folder; docs/build does all of it.
module Losses.Site.Program

open System
open System.Collections.Generic
open System.IO
open System.Text.RegularExpressions
open Losses.Site.Subject

let private criteria (torch: string) : Map<string, string> =
    // "| `HuberLoss` | `huber` | `Loss.Huber` | |"
    Map
        [
            for line in torch.Split '\n' do
                match line.Split '|' |> Array.map _.Trim() with
                | [| _; theirs; ours; _; note; _ |] when theirs.StartsWith '`' ->
                    let said = if note = "" then "with the same values and defaults" else note
                    let html text = Regex.Replace(Documentation.escape text, "`([^`]*)`", "<code>$1</code>")

                    for m in Regex.Matches(ours, "`(\\w+)`") do
                        m.Groups[1].Value, $"{html theirs}: {html said}."
                | _ -> ()
        ]

// A loss is found by its name in F# and by that in C#; of overloads the first.
let private urls (subjects: Subject list) : IDictionary<string, string> =
    let found = Dictionary<string, string>()

    for subject in subjects do
        let m = Calls.methodOf subject
        found[subject.Name] <- subject.Url
        found.TryAdd($"{(nonNull m.DeclaringType).Name}.{m.Name}", subject.Url) |> ignore

    found

let private copy (from: string) (into: string) (pattern: string) =
    Directory.CreateDirectory into |> ignore

    for file in Directory.GetFiles(from, pattern) do
        File.Copy(file, Path.Combine(into, nonNull (Path.GetFileName file)), true)

// What the README says before its first heading of the second rank, without its title.
let private opening (readme: string) : string =
    let paragraph = Regex.Match(readme, @"^# .*?\n\n(.*?)\n\n", RegexOptions.Singleline)
    paragraph.Groups[1].Value

let private write (root: string) =
    let site = Path.Combine(root, "artifacts", "site")
    let own = Path.Combine(root, "docs", "Site")
    let text (path: string) = File.ReadAllText(Path.Combine(root, path))

    if Directory.Exists site then
        Directory.Delete(site, true)

    let subjects = all
    let urls = urls subjects
    let exceptions = Pages.untraced (Path.Combine(own, "untraced.txt"))

    match Set.difference exceptions (subjects |> List.map _.Name |> set) |> Set.toList with
    | [] -> ()
    | unknown ->
        raise (InvalidOperationException $"""docs/Site/untraced.txt names what is not in the catalogue: {String.Join(", ", unknown)}.""")

    let criteria = criteria (text "docs/torch-nn.md")

    let pages =
        [
            "index.html", Pages.start subjects (Html.ofMarkdown urls "README.md" "index.html" (opening (text "README.md")))
            "losses.html", Pages.index subjects
            "gallery.html", Pages.gallery subjects

            for source, url in Html.documents do
                let source' = text source
                let heading = Regex.Match(source', "^# (.*)", RegexOptions.Multiline)
                let title = if heading.Success then heading.Groups[1].Value.Trim() else source
                let body = Html.ofMarkdown urls source url source'
                url, Html.page url title title (if heading.Success then body else $"<h1>{title}</h1>" + body)

            for subject in subjects do
                subject.Url, Pages.ofSubject exceptions criteria subject
        ]

    let typeset = Typeset.run own

    for url, html in pages do
        let path = Path.Combine(site, url)
        Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
        File.WriteAllText(path, typeset html)

    copy own site "style.css"
    copy (Path.Combine(root, "eng")) site "icon.png"
    copy (Path.Combine(root, "docs")) (Path.Combine(site, "docs")) "*.svg"
    let katex = Path.Combine(own, "node_modules", "katex", "dist")
    copy katex (Path.Combine(site, "katex")) "katex.min.css"
    copy (Path.Combine(katex, "fonts")) (Path.Combine(site, "katex", "fonts")) "*.woff2"

    // The calls of the pages, which docs/build compiles.
    let fsharp, csharp = Calls.programs subjects
    let calls = Path.Combine(root, "artifacts", "calls")
    Directory.CreateDirectory calls |> ignore
    File.WriteAllText(Path.Combine(calls, "FSharpCalls.fs"), fsharp)
    File.WriteAllText(Path.Combine(calls, "CSharpCalls.cs"), csharp)

    let figure = Path.Combine(root, "docs", "gallery.svg")
    let drawn = Pages.figure subjects

    let stale =
        if Environment.GetEnvironmentVariable "LOSSES_APPROVE" = "1" then
            File.WriteAllText(figure, drawn)
            []
        elif File.Exists figure && File.ReadAllText(figure).ReplaceLineEndings "\n" = drawn then
            []
        else
            [ "docs/gallery.svg is not what the code draws: LOSSES_APPROVE=1 bash docs/build writes it." ]

    let faults = stale @ Check.faults site

    for fault in faults do
        printfn $"{fault}"

    let traced = subjects |> List.filter _.Traced.IsSome |> List.length
    let drawn = subjects |> List.filter (fun s -> (Curve.ofSubject s).IsSome) |> List.length

    printfn
        $"{pages.Length} pages: {subjects.Length} losses, {traced} with a formula that is read from the definition, {drawn} with curves; {Typeset.count ()} formulas typeset; {faults.Length} faults."

    if faults.IsEmpty then 0 else 1

[<EntryPoint>]
let main arguments =
    match arguments with
    | [| root |] -> write (Path.GetFullPath root)
    | _ ->
        eprintfn "dotnet run --project docs/Site -- ROOT"
        2
