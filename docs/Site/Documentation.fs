/// What the XML documentation says of a member, as HTML.
module Losses.Site.Documentation

open System
open System.IO
open System.Net
open System.Text.RegularExpressions
open System.Xml.Linq

let escape (text: string) : string = nonNull (WebUtility.HtmlEncode text)

/// The parts of a member's documentation; what it does not have is empty.
type Documentation =
    {
        Summary: string
        Parameters: (string * string) list
        Returns: string
        Remarks: string
        Errors: string list
    }

let private name (text: string) = XName.Get text

let private attribute (key: string) (element: XElement) =
    match element.Attribute(name key) with
    | null -> ""
    | found -> found.Value

// "M:Losses.FSharp.Reduce.mean``1(…)" is mean.
let private short (reference: string) =
    let path = Regex.Replace(reference, @"[`(].*$", "")
    path.Substring(path.LastIndexOf '.' + 1)

let rec private shown (node: XNode) : string =
    match node with
    | :? XText as text -> escape (Regex.Replace(text.Value, @"\s+", " "))
    | :? XElement as element ->
        let inside () = String.Join("", element.Nodes() |> Seq.map shown)

        match element.Name.LocalName with
        | "paramref" -> $"""<var>{escape (attribute "name" element)}</var>"""
        | "see" when attribute "cref" element <> "" -> $"""<code>{escape (short (attribute "cref" element))}</code>"""
        | "see" -> $"""<code>{escape (attribute "langword" element)}</code>"""
        | "c" -> $"<code>{inside ()}</code>"
        | "code" -> $"<pre><code>{escape (element.Value.Trim())}</code></pre>"
        | "para" -> $"</p><p>{inside ()}"
        | _ -> inside ()
    | _ -> ""

let private content (element: XElement) = String.Join("", element.Nodes() |> Seq.map shown).Trim()

let private members (assembly: string) =
    let path = Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml")
    XDocument.Load(path).Descendants(name "member") |> Seq.map (fun m -> attribute "name" m, m) |> Seq.toArray

let private core = lazy members "Losses.FSharp"

/// The documentation of a function of a module of Losses.FSharp, where it has some.
let ofFunction (moduleName: string) (functionName: string) : Documentation option =
    let start = $"M:Losses.FSharp.{moduleName}.{functionName}"

    core.Value
    |> Array.tryFind (fun (id, _) ->
        id = start
        || id.StartsWith(start + "`", StringComparison.Ordinal)
        || id.StartsWith(start + "(", StringComparison.Ordinal))
    |> Option.map (fun (_, m) ->
        let all part = m.Elements(name part) |> Seq.toList
        let text part = String.Join(" ", all part |> List.map content)

        {
            Summary = text "summary"
            Parameters = all "param" |> List.map (fun p -> attribute "name" p, content p)
            Returns = text "returns"
            Remarks = text "remarks"
            Errors = all "exception" |> List.map (fun e -> $"""<code>{escape (short (attribute "cref" e))}</code>: {content e}""")
        })
