/// What all pages have, and the documents of the repository as pages.
module Losses.Site.Html

open System
open System.Collections.Generic
open System.IO
open System.Text.RegularExpressions
open Markdig
open Losses.Site.Documentation

/// Where a page's own folder is, seen from it: "" at the top, "../" below.
let private up (url: string) = String.replicate (url.Split('/').Length - 1) "../"

let private menu =
    [
        "index.html", "Losses"
        "losses.html", "All losses"
        "gallery.html", "Gallery"
        "which-loss.html", "Which loss?"
        "readme.html", "Guide"
        "changelog.html", "Changelog"
    ]

/// A whole page.
let page (url: string) (title: string) (description: string) (body: string) : string =
    let root = up url

    let links =
        menu
        |> List.map (fun (target, name) ->
            let current = if target = url then " aria-current=\"page\"" else ""
            $"""<a href="{root}{target}"{current}>{name}</a>""")

    $"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="{Regex.Replace(description, "<[^>]*>", "")}">
<title>{escape title}</title>
<link rel="icon" href="{root}icon.png">
<link rel="stylesheet" href="{root}katex/katex.min.css">
<link rel="stylesheet" href="{root}style.css">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header><nav aria-label="Site">{String.Join("", links)}</nav></header>
<main id="main">
{body}
</main>
<footer><p>Made from the code by <code>bash docs/build</code>. <a href="{root}contributing.html">Contributing</a> · <a href="{root}license.html">MIT licence</a></p></footer>
</body>
</html>
"""

/// Documents of the repository, and their pages.
let documents =
    [
        "README.md", "readme.html"
        "CHANGELOG.md", "changelog.html"
        "CONTRIBUTING.md", "contributing.html"
        "CODE_OF_CONDUCT.md", "conduct.html"
        "SECURITY.md", "security.html"
        "LICENSE", "license.html"
        "docs/which-loss.md", "which-loss.html"
        "docs/accuracy.md", "accuracy.html"
        "docs/formulas.md", "formulas.html"
        "docs/torch-nn.md", "torch-nn.html"
        "docs/migration.md", "migration.html"
        "docs/losses.md", "losses.html"
        "bench/README.md", "benchmarks.html"
    ]

let private pipeline =
    MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub).Build()

let private decode (text: string) : string = nonNull (Net.WebUtility.HtmlDecode text)

// A link to a document goes to its page, a link to another file of the repository is its text alone: the site holds no sources.
let private relink (source: string) (root: string) (html: string) =
    let folder = nonNull (Path.GetDirectoryName("/" + source))
    let pages = dict documents

    Regex.Replace(
        html,
        """<a href="([^"#:]*)(#[^"]*)?">(.*?)</a>""",
        (fun (m: Match) ->
            let target, fragment, text = m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value

            if target = "" then
                m.Value
            else
                let path = Path.GetFullPath(Path.Combine(folder, target)).TrimStart('/').TrimEnd('/')

                match pages.TryGetValue path, pages.TryGetValue(path + "/README.md") with
                | (true, url), _
                | _, (true, url) -> $"""<a href="{root}{url}{fragment}">{text}</a>"""
                | _ -> text),
        RegexOptions.Singleline
    )

/// Code that is the name of a function, or of its method, links to its page.
let linked (urls: IDictionary<string, string>) (root: string) (html: string) : string =
    Regex.Replace(
        html,
        """(?<!<pre[^>]*>|<a [^>]*>)<code>([\w.]+)</code>(?!</a>)""",
        fun m ->
            match urls.TryGetValue m.Groups[1].Value with
            | true, url -> $"""<a href="{root}{url}">{m.Value}</a>"""
            | _ -> m.Value
    )

/// A document as a page's body.
let ofMarkdown (urls: IDictionary<string, string>) (source: string) (url: string) (text: string) : string =
    let root = up url
    let html = Markdown.ToHtml(text, pipeline)

    let typeset =
        Regex.Replace(
            html,
            """<pre><code class="language-math">(.*?)</code></pre>""",
            (fun (m: Match) -> Typeset.display (decode(m.Groups[1].Value).Trim())),
            RegexOptions.Singleline
        )

    typeset
        .Replace("<pre>", """<pre tabindex="0">""")
        .Replace("<table>", """<div class="wide" tabindex="0" role="region" aria-label="Table"><table>""")
        .Replace("</table>", "</table></div>")
    |> relink source root
    |> linked urls root
