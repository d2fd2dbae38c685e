/// Looks at the pages as they were written: no dead link, no raw TeX, no mark that was left.
module Losses.Site.Check

open System
open System.Collections.Generic
open System.IO
open System.Text.RegularExpressions

let private links (html: string) = Regex.Matches(html, """\s(?:href|src)="([^"]*)" """.TrimEnd()) |> Seq.map (fun m -> m.Groups[1].Value)

let private ids (html: string) = Regex.Matches(html, "\\sid=\"([^\"]*)\"") |> Seq.map (fun m -> m.Groups[1].Value) |> HashSet

// What a reader sees as text: no code, no annotation of a formula for machines.
let private text (html: string) =
    let without = Regex.Replace(html, "<(annotation|pre|code|style|head)\\b.*?</\\1>", " ", RegexOptions.Singleline)
    nonNull (Net.WebUtility.HtmlDecode(Regex.Replace(without, "<[^>]*>", " ")))

/// The faults of all pages of a folder.
let faults (folder: string) : string list =
    let pages = Directory.GetFiles(folder, "*.html", SearchOption.AllDirectories) |> Array.sort
    let read = pages |> Array.map (fun path -> path, File.ReadAllText path)
    let anchors = dict [ for path, html in read -> path, ids html ]

    [
        for path, html in read do
            let name = Path.GetRelativePath(folder, path)

            for link in links html do
                let parts = link.Split('#')
                let address = parts[0]

                if not (Regex.IsMatch(address, "^[a-z]+:")) then
                    let target =
                        if address = "" then
                            path
                        else
                            Path.GetFullPath(Path.Combine(nonNull (Path.GetDirectoryName path), address))

                    if not (File.Exists target) then
                        $"{name}: {link} is dead."
                    elif
                        parts.Length > 1 && anchors.ContainsKey target && not (anchors[target].Contains(Uri.UnescapeDataString parts[1]))
                    then
                        $"{name}: {link} has no such place."

            let seen = text html

            for m in Regex.Matches(seen, @"\\[a-zA-Z]{2,}|\$\$|[\u0002\u0003]") do
                $"{name}: raw TeX, {m.Value}."
    ]
