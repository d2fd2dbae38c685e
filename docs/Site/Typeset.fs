/// Formulas, typeset by KaTeX in one batch: a page holds a mark where a formula goes until all are known.
module Losses.Site.Typeset

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Text.RegularExpressions

let private asked = Dictionary<struct (string * bool), int>()

let private mark (display: bool) (latex: string) =
    let key = struct (latex, display)

    match asked.TryGetValue key with
    | true, place -> $"\u0002{place}\u0003"
    | _ ->
        asked.Add(key, asked.Count)
        $"\u0002{asked.Count - 1}\u0003"

/// A mark for a formula in a line.
let inLine (latex: string) : string = mark false latex

/// A mark for a formula on lines of its own; it scrolls where it is wider than its page.
let display (latex: string) : string = $"""<div class="formula" tabindex="0" role="group" aria-label="Formula">{mark true latex}</div>"""

let count () = asked.Count

/// What replaces the marks of a page: Node.js runs once. KaTeX is strict: what it does not typeset ends the build.
let run (folder: string) : string -> string =
    let start =
        ProcessStartInfo(
            "node",
            [ Path.Combine(folder, "typeset.mjs") ],
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder
        )

    let formulas =
        asked.Keys |> Seq.map (fun (struct (latex, display)) -> {| latex = latex; display = display |}) |> Seq.toArray

    use node = nonNull (Process.Start start)
    node.StandardInput.Write(JsonSerializer.Serialize formulas)
    node.StandardInput.Close()
    let answer = node.StandardOutput.ReadToEnd()
    node.WaitForExit()

    if node.ExitCode <> 0 then
        raise (InvalidOperationException "KaTeX did not typeset all formulas.")

    let typeset = nonNull (JsonSerializer.Deserialize<string[]> answer)
    fun page -> Regex.Replace(page, "\u0002([0-9]+)\u0003", fun m -> typeset[int m.Groups[1].Value])
