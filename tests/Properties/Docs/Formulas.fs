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

// Structs that have no name of their own outside, and those of several losses.
let private titles =
    dict
        [
            "NegativeLog", "Cross-entropy"
            "SmoothedNegativeLog", "Cross-entropy of 3 classes, smoothed by 0.1"
            "Lacking", "Multi-margin"
            "SquaredLacking", "Multi-margin, squared"
            "Overlap", "Dice (α = β = ½), Jaccard (α = β = 1) and Tversky: Overlap"
            "Overlap, switched", "Dice, Jaccard and Tversky of logits"
            "SquaredOverlap", "Dice (k = 2) and Jaccard (k = 1) with squared sums: SquaredOverlap"
            "SquaredOverlap, switched", "Dice and Jaccard with squared sums, of logits"
        ]

let private section (name: string, loss: IDefinition) =
    let text = StringBuilder()
    let formula = Formula.Of loss
    let title = if titles.ContainsKey name then titles[name] else name
    text.Append($"\n## {title}\n") |> ignore

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
