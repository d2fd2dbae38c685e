/// docs/formulas.md is what the definitions say.
module Losses.Tests.DocumentedFormulas

open System
open System.IO
open System.Text
open Xunit
open Losses.Catalogue
open Losses

let private path = Path.Combine(ReadmeFSharp.rootFrom (DirectoryInfo AppContext.BaseDirectory), "docs", "formulas.md")

let private start =
    "# Formulas

Each formula is read from its loss's definition: the definition runs once over numbers that note what is done to them, and what is noted is
simplified. A test holds this file to the definitions; `LOSSES_APPROVE=1 dotnet test tests/Properties -c Release --filter DocumentedFormulas` writes it.

x is the prediction, t the target, σ the logistic function; p and q are softmaxes, c and j classes, y a label.
"

let private section (name: string, loss: IDefinition) =
    let text = StringBuilder()
    let formula = Formula.Of loss
    text.Append($"\n## {name}\n") |> ignore

    let lines =
        [
            formula.Value
            formula.Slope
            if formula.OverLabels.HasValue then
                let struct (value, slope) = formula.OverLabels.Value
                value
                slope
        ]

    // What is long is read in a program's listing.
    for line in lines do
        if line.Text.Length <= 240 then
            text.Append($"\n```math\n{line.LaTeX}\n```\n") |> ignore

    let where = [ for line in formula.Where -> line.Text ]

    if not where.IsEmpty then
        text.Append("\n" + String.Join(", ", where).Replace("_", "\\_") + "\n") |> ignore

    string text

[<Fact>]
let ``the formulas of the documentation are those of the definitions`` () =
    let expected = start + String.Join("", Definitions.all |> List.map section)

    if Environment.GetEnvironmentVariable "LOSSES_APPROVE" = "1" then
        File.WriteAllText(path, expected)

    Assert.Equal(expected, File.ReadAllText(path).ReplaceLineEndings "\n")
