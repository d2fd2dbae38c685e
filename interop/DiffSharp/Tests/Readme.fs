/// The README's examples: what stands there is what is compiled here and in Uses.cs.
module Losses.Tests.Readme

open System
open System.IO
open System.Text.RegularExpressions
open Xunit
// README: fsharp
open DiffSharp
open Losses
open Losses.FSharp
// end

let private example () =
    // README: fsharp
    // The numbers of a list are float32 unless it is said.
    let inputs = dsharp.tensor ([ [ 0.5; -1.0 ]; [ 1.5; 0.25 ]; [ -0.75; 2.0 ] ], dtype = Dtype.Default)
    let labels = dsharp.labels (dsharp.tensor ([ 0; 2; 1 ], dtype = Dtype.Int32))
    let options = { CrossEntropyOptions.Default with LabelSmoothing = 0.1 }

    // dsharp.grad and dsharp.hessian differentiate by a vector.
    let objective (weights: Tensor) =
        dsharp.matmul (inputs, weights.view [ 2; 3 ]) |> dsharp.lift (crossEntropy options labels >> Reduce.mean)

    let start = dsharp.zeros 6
    let gradient = dsharp.grad objective start
    let hessian = dsharp.hessian objective start
    // end
    gradient, hessian

let private files = [ "Tests/Readme.fs"; "Uses/Uses.cs" ]

let rec private rootFrom (folder: DirectoryInfo) : string =
    if File.Exists(Path.Combine(folder.FullName, "Losses.sln")) then
        Path.Combine(folder.FullName, "interop", "DiffSharp")
    else
        match folder.Parent with
        | null -> raise (DirectoryNotFoundException "No folder above has Losses.sln.")
        | parent -> rootFrom parent

let private read (path: string) =
    File.ReadAllText(Path.Combine(rootFrom (DirectoryInfo AppContext.BaseDirectory), path)).ReplaceLineEndings "\n"

let private matches (pattern: string) (text: string) =
    [
        for found in Regex.Matches(text, pattern, RegexOptions.Multiline ||| RegexOptions.Singleline) ->
            found.Groups[1].Value, found.Groups[2].Value
    ]

let private dedented (text: string) =
    let lines = text.TrimEnd('\n').Split '\n'

    let indent =
        lines |> Seq.filter (fun line -> line <> "") |> Seq.map (fun line -> line.Length - line.TrimStart().Length) |> Seq.min

    lines |> Seq.map (fun line -> if line = "" then line else line.Substring indent) |> String.concat "\n"

[<Theory>]
[<InlineData "fsharp">]
[<InlineData "csharp">]
let ``the README's code is what is compiled`` (language: string) =
    let blocks =
        [
            for of', text in matches @"^```(\w+)\n(.*?)\n```$" (read "README.md") do
                if of' = language then
                    text
        ]

    let regions =
        [
            for file in files do
                for of', text in matches @"^ *// README: (\w+)\n(.*?)\n *// end$" (read file) do
                    if of' = language then
                        dedented text
        ]

    Assert.Equal<string list>(blocks, [ String.concat "\n\n" regions ])

// As DiffSharp comes, float32: tests are configured for float64, so that the example is run in both.
[<Theory>]
[<InlineData(false)>]
[<InlineData(true)>]
let ``the README's example has the gradient and the Hessian of the library's own tensors`` (isSingle: bool) =
    let gradient, hessian =
        try
            dsharp.config (dtype = (if isSingle then Dtype.Float32 else Dtype.Float64))
            example ()
        finally
            dsharp.config (dtype = Dtype.Float64)

    let inputs = DiffTensor.Create(array2D [ [ 0.5; -1.0 ]; [ 1.5; 0.25 ]; [ -0.75; 2.0 ] ])
    let options = { CrossEntropyOptions.Default with LabelSmoothing = 0.1 }

    let objective (weights: DiffTensor<float>) =
        let weights = DiffTensor<float>.Reshape(weights, Losses.Shape [| 2; 3 |])
        DiffTensor<float>.MatMul(inputs, weights) |> crossEntropy options (Labels(0, 2, 1)) |> Reduce.mean

    let start = DiffTensor<float>.Filled(0.0, Losses.Shape [| 6 |])

    let near (expected: DiffTensor<float>) (actual: Tensor) =
        Assert.Equal((if isSingle then Dtype.Float32 else Dtype.Float64), actual.dtype)
        Assert.Equal<int[]>(expected.Shape.ToArray(), actual.shape)

        (expected.ToArray(), Differentiate.numbers actual)
        ||> Array.iter2 (fun expected actual -> Assert.Equal(expected, actual, (if isSingle then 1e-7 else 1e-15)))

    near (Diff.grad objective start) gradient
    near (Diff.hessian objective start) hessian
