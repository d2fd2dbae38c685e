/// CONTRIBUTING's sample of adding a loss is what the sources have.
module Losses.Tests.Contributing

open System
open System.IO
open System.Text.RegularExpressions
open Xunit

let private folder = ReadmeFSharp.rootFrom (DirectoryInfo AppContext.BaseDirectory)

// However deep they are indented.
let private lines (text: string) = text.ReplaceLineEndings("\n").Split '\n' |> Array.map _.Trim() |> Array.filter (fun line -> line <> "")

let private isIn (file: string) (block: string[]) =
    File.ReadAllText(Path.Combine(folder, file)) |> lines |> Array.windowed block.Length |> Array.contains block

[<Fact>]
let ``the blocks that add a loss are those of the sources, one in each place`` () =
    let text = (File.ReadAllText(Path.Combine(folder, "CONTRIBUTING.md"))).ReplaceLineEndings "\n"
    let section = (Regex.Match(text, "## To add a loss\n(.*?)\n## ", RegexOptions.Singleline)).Groups[1].Value

    let blocks =
        [
            for block in Regex.Matches(section, "^ *```\n(.*?)^ *```$", RegexOptions.Multiline ||| RegexOptions.Singleline) ->
                lines block.Groups[1].Value
        ]

    let places =
        [
            "src/Losses.FSharp/Regression.fs"
            "src/Losses.FSharp/Regression.fs"
            "src/Losses.CSharp/Loss.Regression.cs"
            "tests/Catalogue/Elementwise.fs"
        ]

    Assert.Equal(places.Length, blocks.Length)

    for place, block in List.zip places blocks do
        Assert.True(isIn place block, sprintf "%s does not have %A" place block)
