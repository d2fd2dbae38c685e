/// The pages of losses, their index and their gallery.
module Losses.Site.Pages

open System
open System.Globalization
open System.Reflection
open System.Text.RegularExpressions
open Losses
open Losses.Catalogue
open Losses.Site.Documentation
open Losses.Site.Html
open Losses.Site.Subject

/// Functions of shapes whose formula cannot be read from a definition yet: their page has that of the documentation. One that has a formula does not belong here.
let untraced (path: string) : Set<string> =
    IO.File.ReadAllLines path
    |> Array.map _.Trim()
    |> Array.filter (fun line -> line <> "" && not (line.StartsWith '#'))
    |> set

let private sentence (subject: Subject) = Regex.Replace(subject.Documentation.Summary, @"\s+", " ")

// ---- The formula

let private longest = 240

// What letters stand for: "d = x − t" as it is, and of "δ = 0.7", a number that the definition was given, whose name it is.
let private letters (definition: IDefinition) (where: FormulaLine seq) : string list =
    let constructor =
        definition.GetType().GetConstructors(BindingFlags.Instance ||| BindingFlags.Public ||| BindingFlags.NonPublic)
        |> Array.filter (fun _ -> definition.GetType().IsValueType)
        |> Array.sortByDescending _.GetParameters().Length
        |> Array.tryHead

    let names =
        match constructor with
        | Some make ->
            [
                for p in make.GetParameters() do
                    if p.ParameterType = typeof<float> then
                        nonNull p.Name, Definitions.size p
            ]
        | None -> []

    let named, _ =
        (([], names), where)
        ||> Seq.fold (fun (shown, rest) line ->
            let at = line.LaTeX.IndexOf(" = ", StringComparison.Ordinal)

            match Double.TryParse(line.Text.Substring(line.Text.IndexOf('=') + 1).Replace('−', '-'), CultureInfo.InvariantCulture) with
            | true, number ->
                match rest |> List.tryFind (fun (_, size) -> size = number) with
                | Some(name, _) ->
                    $"{Typeset.inLine (line.LaTeX.Substring(0, at))} is <var>{name}</var>" :: shown, rest |> List.filter (fst >> (<>) name)
                | None -> Typeset.inLine line.LaTeX :: shown, rest
            | _ -> Typeset.inLine line.LaTeX :: shown, rest)

    List.rev named

let private formula (subject: Subject) : string =
    match subject.Traced with
    | Some traced ->
        let own = traced.Formula

        let lines =
            [
                own.Value
                own.Slope
                match own.Curvature with
                | null -> ()
                | curvature -> curvature

                if own.OverLabels.HasValue then
                    let struct (value, slope) = own.OverLabels.Value
                    value
                    slope
            ]

        let short, long = lines |> List.partition (fun line -> line.Text.Length <= longest)

        let where =
            match letters traced.Definition own.Where with
            | [] -> ""
            | parts -> $"""<p class="note">where {String.Join(", ", parts)}</p>"""

        let note = if traced.Note = "" then "" else $"""<p class="note">{traced.Note}</p>"""

        let missing =
            if long.IsEmpty then
                ""
            else
                """<p class="note">What is not typeset here is too long to be read; the program below has it.</p>"""

        // log Γ is no function of JavaScript.
        let program =
            try
                $"""<details><summary>As a JavaScript function</summary><pre tabindex="0"><code>{escape own.JavaScript}</code></pre></details>"""
            with :? NotSupportedException ->
                $"""<details><summary>As a program</summary><pre tabindex="0"><code>{escape own.Listing}</code></pre></details>"""

        String.Join("", short |> List.map (fun line -> Typeset.display line.LaTeX)) + where + note + missing + program
    | None ->
        $"""<p>{subject.Documentation.Remarks}</p><p class="note">As documented: the formula of this shape is not read from its definition yet.</p>"""

// ---- What the record says

let private layout (operand: Operand) (entry: Entry) =
    match operand.Layout with
    | Layout.Rows when entry.IsElementwise -> "any shape"
    | Layout.Rows -> "(…, C)"
    | Layout.Across -> "(C, N)"
    | Layout.Single -> "(N)"
    | Layout.Frames _ -> "(T, N, C)"
    | Layout.Blocks _ -> "(N, rows, C)"
    | Layout.Lattice _ -> "(N, T, U + 1, C)"
    | Layout.Whole 0 -> "(N)"
    | Layout.Whole _ -> "(N, C)"

let private numbers (operand: Operand) =
    match operand.Numbers with
    | Numbers.Any -> "any number"
    | Numbers.Probability -> "0 to 1"
    | Numbers.Sign -> "−1 or 1"
    | Numbers.NotNegative -> "at least 0"
    | Numbers.Logarithm -> "the logarithm of a probability or a rate; not checked"
    | Numbers.Positive -> "above 0"
    | Numbers.AboveMinusOne -> "above −1"
    | Numbers.AboveOne -> "above 1"
    | Numbers.NotPositive -> "at most 0"

let private number (value: float) = if Double.IsInfinity value then "∞" else value.ToString("0.####", CultureInfo.InvariantCulture)

let private law (entry: Entry) (law: Law) : string =
    let operand o = $"<var>{entry.Operands[o].Name}</var>"

    match law with
    | NonNegative -> "Never below 0."
    | SignedZero -> "A value that is an operand is −0 where that is."
    | Distance -> "0, with slope 0, exactly where the two operands are equal."
    | Symmetric -> "Symmetric: the operands may be swapped."
    | Asymmetric -> "Not symmetric: swapping the operands changes the value."
    | OfDifference -> "A function of the difference of the operands."
    | Convex operands ->
        $"""Convex by {String.Join(" and ", operands |> List.map operand)}{if operands.Length > 1 then ", jointly" else ""}."""
    | NotConvex o -> $"Not convex by {operand o}."
    | Lipschitz(o, bound) -> $"The slope by {operand o} is at most {number bound} in magnitude."
    | CountsBy o -> $"{operand o} says how much a value counts; a NaN there is in what a mean divides by."
    | ZeroSum norm -> $"The gradient of a row sums to 0; its 1-norm is at most {number norm}."

let private record (subject: Subject) : string =
    let entry = subject.Entry

    let rows =
        entry.Operands
        |> List.map (fun operand ->
            let gradient = if operand.By then "yes" else "no"
            $"<tr><th scope=\"row\"><var>{operand.Name}</var></th><td>{layout operand entry}</td><td>{numbers operand}</td><td>{gradient}</td></tr>")

    let laws = subject.Entries |> List.collect (fun e -> e.Laws |> List.map (fun own -> law e own, e.Name)) |> List.groupBy fst

    let items =
        laws
        |> List.map (fun (text, held) ->
            // What holds of some hyperparameters alone says of which.
            if held.Length = subject.Entries.Length then
                $"<li>{text}</li>"
            else
                let names = held |> List.map snd |> List.truncate 2
                let more = if held.Length > 2 then ", …" else ""
                $"""<li>{text} <span class="note">({String.Join(", ", names)}{more})</span></li>""")

    let promises =
        if items.IsEmpty then
            ""
        else
            $"""<h2 id="laws">What is promised</h2><p>Each is a law that the tests hold over hard inputs.</p><ul>{String.Join("", items)}</ul>"""

    let condition =
        if entry.Condition = "" then
            ""
        else
            $"""<p>Where terms cancel, <a href="../accuracy.html">the bound of its error</a> has a slack: {escape entry.Condition}.</p>"""

    $"""<h2 id="inputs">Inputs</h2><div class="wide" tabindex="0" role="region" aria-label="Inputs"><table><thead><tr><th scope="col">operand</th><th scope="col">shape</th><th scope="col">numbers</th><th scope="col">gradient</th></tr></thead><tbody>{String.Join("", rows)}</tbody></table></div>{promises}{condition}"""

let private parameters (subject: Subject) : string =
    let d = subject.Documentation

    let list = d.Parameters |> List.map (fun (name, text) -> $"<dt><var>{escape name}</var></dt><dd>{text}</dd>")

    let returns = if d.Returns = "" then "" else $"<dt>returns</dt><dd>{d.Returns}</dd>"

    let errors =
        match d.Errors with
        | [] -> ""
        | errors -> $"""<h2 id="errors">Bad input</h2><ul>{String.Join("", errors |> List.map (fun e -> $"<li>{e}</li>"))}</ul>"""

    $"""<h2 id="parameters">Parameters</h2><dl>{String.Join("", list)}{returns}</dl>{errors}"""

// ---- How it behaves at the ends

let private at (value: float) =
    if Double.IsNaN value then "NaN"
    elif Double.IsPositiveInfinity value then "∞"
    elif Double.IsNegativeInfinity value then "−∞"
    else value.ToString("0.######", CultureInfo.InvariantCulture).Replace("-", "−")

let private ends (subject: Subject) (picture: Curve.Picture) : string =
    // Past the domain there is nothing to be shown; and a formula of the catalogue's is for finite numbers.
    match subject.Entry.Operands.Head.Numbers with
    | Numbers.Any when subject.Entries |> List.exists _.Definition.IsSome ->
        let series = picture.Series.Head
        let label = if picture.Series.Length = 1 then "" else $", with {escape series.Label}"

        let rows =
            Curve.limits picture
            |> List.map (fun (x, three) -> $"""<tr><th scope="row">{x}</th><td>{at three[0]}</td><td>{at three[1]}</td></tr>""")

        $"""<h2 id="ends">At the ends and in the middle</h2><div class="wide" tabindex="0" role="region" aria-label="Values and slopes at the ends"><table><thead><tr><th scope="col">{escape picture.Axis}</th><th scope="col">value</th><th scope="col">slope</th></tr></thead><tbody>{String.Join("", rows)}</tbody></table></div><p class="note">As the definition computes them in float64{label}.</p>"""
    | _ -> ""

// ---- How it is called

let private calls (subject: Subject) : string =
    let block (language: string) (lines: string list) =
        let code = String.Join("\n", lines) |> escape
        $"""<h3>{language}</h3><pre tabindex="0"><code>{code}</code></pre>"""

    let torch =
        match Calls.torch subject with
        | Some call -> block "TorchSharp" [ "using Losses.TorchSharp;"; ""; call.Text ]
        | None -> ""

    """<h2 id="call">How it is called</h2>"""
    + block "F#" [ "open Losses"; "open Losses.FSharp"; ""; (Calls.fsharp subject).Text ]
    + block "C#" [ "using Losses;"; "using Losses.CSharp;"; ""; (Calls.csharp subject).Text ]
    + torch

/// The page of a loss. What has no formula ends the build, unless it is known to have none.
let ofSubject (exceptions: Set<string>) (criteria: Map<string, string>) (subject: Subject) : string =
    match subject.Traced.IsSome, exceptions.Contains subject.Name with
    | false, false ->
        raise (
            InvalidOperationException
                $"{subject.Name} has no formula: neither its definition has one nor is it listed in docs/Site/untraced.txt."
        )
    | true, true -> raise (InvalidOperationException $"{subject.Name} has a formula: it does not belong in docs/Site/untraced.txt.")
    | _ -> ()

    let remarks = if subject.Traced.IsSome then $"<p>{subject.Documentation.Remarks}</p>" else ""

    let curves =
        match Curve.ofSubject subject with
        | Some picture -> $"""<h2 id="curves">Curves</h2>{Curve.panels subject picture}{ends subject picture}"""
        | None -> ""

    let torch =
        match criteria.TryFind subject.Name with
        | Some row -> $"""<h2 id="elsewhere">In PyTorch</h2><p>{row} <a href="../torch-nn.html">All of torch.nn</a>.</p>"""
        | None -> ""

    let body =
        $"""<p class="crumb"><a href="../losses.html#{subject.Family.ToLowerInvariant()}">{escape (familyTitle subject.Family)}</a></p>
<h1><code>{subject.Name}</code></h1>
<p class="lead">{sentence subject}</p>
<h2 id="formula">Formula</h2>
{formula subject}
{remarks}
{curves}
{calls subject}
{parameters subject}
{record subject}
{torch}"""

    page subject.Url $"{subject.Name}, a loss" (sentence subject) body

let private grouped (subjects: Subject list) =
    let known = families |> List.map fst

    subjects
    |> List.groupBy _.Family
    |> List.sortBy (fun (family, _) -> known |> List.tryFindIndex ((=) family) |> Option.defaultValue Int32.MaxValue)

/// All losses, by families.
let index (subjects: Subject list) : string =
    let sections =
        [
            for family, own in grouped subjects do
                let items = own |> List.map (fun s -> $"""<li><a href="{s.Url}"><code>{s.Name}</code></a> <span>{sentence s}</span></li>""")

                $"""<section><h2 id="{family.ToLowerInvariant()}">{escape (familyTitle family)}</h2><ul class="index">{String.Join("", items)}</ul></section>"""
        ]

    page
        "losses.html"
        "All losses"
        "All losses by families."
        $"""<h1>All losses</h1><p class="lead">{subjects.Length} functions, by families.</p>{String.Join("\n", sections)}"""

let private drawn (subjects: Subject list) = subjects |> List.choose (fun s -> Curve.ofSubject s |> Option.map (fun picture -> s, picture))

let private card (subject: Subject, picture: Curve.Picture) : string =
    $"""<a class="card" href="{subject.Url}"><svg viewBox="0 0 180 110" aria-hidden="true">{Curve.thumbnail picture 172.0 102.0 4.0 4.0}</svg><code>{subject.Name}</code></a>"""

/// The curves of all losses of one number.
let gallery (subjects: Subject list) : string =
    let cards = grouped subjects |> List.collect (snd >> drawn) |> List.map card

    page
        "gallery.html"
        "Gallery"
        "The curves of all losses of one number."
        $"""<h1>Gallery</h1><p class="lead">The losses of one number over their prediction; several lines are several hyperparameters, or targets.</p><div class="cards">{String.Join("", cards)}</div>"""

/// The first page.
let start (subjects: Subject list) (facts: string) : string =
    let shown =
        [
            "huber"
            "logCosh"
            "pinball"
            "crossEntropy"
            "focal"
            "hinge"
            "tukeyBiweight"
            "generalRobust"
            "expectile"
            "bceWithLogits"
        ]

    let cards = drawn (shown |> List.map (fun name -> subjects |> List.find (fun s -> s.Name = name))) |> List.map card

    page
        "index.html"
        "Losses, for F# and C#"
        "Loss functions for F# and C#, with exact derivatives."
        $"""<h1>Losses</h1>{facts}
<div class="cards">{String.Join("", cards)}</div>
<ul class="doors">
<li><a href="which-loss.html">Which loss?</a> A guide by task.</li>
<li><a href="losses.html">All losses</a> {subjects.Length} functions, a page each: formula, curves, call, promises.</li>
<li><a href="gallery.html">Gallery</a> Their curves.</li>
<li><a href="readme.html">Guide</a> From the first example to a loss of your own.</li>
<li><a href="torch-nn.html">From torch.nn</a> Each of PyTorch's criteria, and what is different.</li>
<li><a href="losses.html">All losses</a> Their formulas, by family.</li>
<li><a href="migration.html">From other libraries</a> Keras, optax, Kornia, Liger, scoringrules and timm, name by name.</li>
<li><a href="accuracy.html">Accuracy</a> What is promised, how it is measured, what was found.</li>
<li><a href="benchmarks.html">Benchmarks</a> Against libtorch, in the same process.</li>
<li><a href="formulas.html">Formulas</a> All on one page.</li>
</ul>"""

// ---- The README's figure

let private figured =
    [
        "huber"
        "logCosh"
        "tukeyBiweight"
        "generalRobust"
        "pinball"
        "expectile"
        "epsilonInsensitive"
        "reverseHuber"
        "hinge"
        "softMargin"
        "smoothedHinge"
        "bceWithLogits"
        "sigmoidFocal"
        "crossEntropy"
        "crpsNormal"
        "poissonNLL"
    ]

/// The gallery's best, as an image that stands by itself.
let figure (subjects: Subject list) : string =
    let width, height, columns = 200.0, 150.0, 4

    let cells =
        drawn (figured |> List.map (fun name -> subjects |> List.find (fun s -> s.Name = name)))
        |> List.mapi (fun i (s, picture) ->
            let x, y = float (i % columns) * width, float (i / columns) * height
            $"""<g transform="translate({x} {y})"><rect class="card" x="6" y="6" width="188" height="138" rx="6"/><svg x="6" y="6" width="188" height="114">{Curve.thumbnail picture 172.0 96.0 8.0 10.0}</svg><text x="100" y="134" text-anchor="middle">{s.Name}</text></g>""")

    let rows = (figured.Length + columns - 1) / columns

    $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {float columns * width} {float rows * height}" role="img" aria-label="Curves of {figured.Length} losses">
<style>
.card{{fill:#fff;stroke:#d8dde3}}.axis{{stroke:#b4bcc6;stroke-width:1}}.line{{fill:none;stroke-width:2;stroke-linejoin:round}}
.s0{{stroke:#1a5fb4}}.s1{{stroke:#c64600;stroke-dasharray:6 3}}.s2{{stroke:#26713f;stroke-dasharray:2 3}}
text{{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1c2128}}
@media (prefers-color-scheme:dark){{.card{{fill:#161b22;stroke:#30363d}}.axis{{stroke:#57606a}}.s0{{stroke:#79b8ff}}.s1{{stroke:#ffa657}}.s2{{stroke:#7ee787}}text{{fill:#e6edf3}}}}
</style>
{String.Join("\n", cells)}
</svg>
"""
