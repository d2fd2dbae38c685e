/// The README's F# examples: what stands there is what is compiled here, and prints what it says there.
module Losses.Tests.ReadmeFSharp

open System
open System.IO
open System.Text.RegularExpressions
open Xunit
// README: example
open Losses
open Losses.FSharp
// end

let private example () =
    let lines = ResizeArray<string>()
    let printfn format = Printf.kprintf lines.Add format
    // README: example
    let logits = DiffTensor.Create(array2D [ [ 2.0; 1.0; -1.0 ]; [ 0.5; 0.0; 3.0 ] ])
    let labels = Labels(0, 2)

    // A loss given its labels is a function of the logits: it applies, composes, differentiates.
    let loss = crossEntropy { CrossEntropyOptions.Default with LabelSmoothing = 0.1 } labels >> Reduce.mean

    printfn "%O" (loss logits)
    printfn "%O" (Diff.grad loss logits)
    // end
    // README: nesting
    // A penalty on the slope: a function of a gradient, with a gradient of its own.
    let penalised (x: DiffTensor<float>) =
        let slope = Diff.grad loss x
        loss x + Reduce.sum (mse (DiffTensor.Filled(0.0, x.Shape)) slope)

    let gradient = Diff.grad penalised logits
    let curvature = Diff.hessian loss logits
    // end
    String.concat "\n" lines, loss, logits, gradient, curvature

module Own =
    // README: own
    open System.Runtime.CompilerServices
    open Losses.FSharp.Notation

    [<Struct; NoEquality; NoComparison>]
    type SquaredHinge =
        interface IPointwise with
            [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
            member _.Apply(x, t) = power 2.0 (hinge (num 1.0 - x * t))

    let squaredHinge signs scores = pointwise (SquaredHinge()) signs scores
    // end

    open Losses.FsCheck

    let internal held () =
        // README: laws
        SquaredHinge() |> Laws.check (Laws.over Domain.All [ NonNegative; Convex ])
        // end

    // README: sums
    [<Struct; NoEquality; NoComparison>]
    type RelativeError =
        interface ISums with
            static member Count = 2

            [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
            member _.Of(x, t) =
                let d = x - t
                Terms(d * d, t * t)

            [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
            member _.Value sums = sums.A / sums.B

    let relativeError target prediction = sums (RelativeError()) [| -1 |] target prediction
    // end

    // README: pairs
    [<Struct; NoEquality; NoComparison>]
    type PairwiseHinge =
        interface IPairs with
            static member IsOfDifference = true

            [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
            member _.Of(first, second, _, _) = hinge (num 1.0 - (first - second))

    let pairwiseHinge target scores = pairs (PairwiseHinge()) -1 target scores
    // end

    // README: softmax
    [<Struct; NoEquality; NoComparison>]
    type Poly1 =
        interface ISoftmaxRows with
            [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
            member _.Of(p, t) = weigh t (p.Rest - p.LogProbability)

    let poly1 labels logits = softmaxRows (Poly1()) ClassOptions.Default labels logits
    // end

    // README: divergence
    [<Struct; NoEquality; NoComparison>]
    type Hellinger =
        interface ISoftmaxDivergence with
            [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
            member _.Of(p, q) =
                let d = exp (0.5 .* p.LogProbability) - exp (0.5 .* q.LogProbability)
                0.5 .* (d * d)

    let hellinger teacher student =
        softmaxRowsWithLogits (Hellinger()) { DistillationOptions.Default with Temperature = 2.0 } teacher student
// end

let private mathematics () =
    let lines = ResizeArray<string>()
    let printfn format = Printf.kprintf lines.Add format
    // README: formula
    let mathematics = formula (Huber 0.5)
    printfn "%O" mathematics
    // end
    String.concat "\n" lines

let rec internal rootFrom (folder: DirectoryInfo) : string =
    if File.Exists(Path.Combine(folder.FullName, "Losses.sln")) then
        folder.FullName
    else
        match folder.Parent with
        | null -> raise (DirectoryNotFoundException "No folder above has Losses.sln.")
        | parent -> rootFrom parent

let private read (path: string) =
    File.ReadAllText(Path.Combine(rootFrom (DirectoryInfo AppContext.BaseDirectory), path)).ReplaceLineEndings "\n"

/// The fenced blocks of the README in a language.
let private blocks (language: string) =
    [
        for block in Regex.Matches(read "README.md", $"^```{language}\n(.*?)\n```$", RegexOptions.Multiline ||| RegexOptions.Singleline) ->
            block.Groups[1].Value
    ]

let private dedented (text: string) =
    let lines = text.Split '\n'

    let indent =
        lines |> Seq.filter (fun line -> line <> "") |> Seq.map (fun line -> line.Length - line.TrimStart().Length) |> Seq.min

    lines |> Seq.map (fun line -> if line = "" then line else line.Substring indent) |> String.concat "\n"

/// The marked regions of this file, those of one name put together.
let private regions () =
    [
        for region in
            Regex.Matches(
                read "tests/Properties/Docs/ReadmeFSharp.fs",
                @"^ *// README: (\w+)\n(.*?)\n *// end$",
                RegexOptions.Multiline ||| RegexOptions.Singleline
            ) -> region.Groups[1].Value, dedented region.Groups[2].Value
    ]
    |> List.groupBy fst
    |> List.map (fun (_, parts) -> parts |> List.map snd |> String.concat "\n\n")

[<Fact>]
let ``the README's own loss holds its laws`` () = Own.held ()

[<Fact>]
let ``the README's F# is what is compiled here`` () = Assert.Equal<string list>(blocks "fsharp", regions ())

[<Fact>]
let ``the README's example prints what stands below it`` () =
    let printed, _, _, _, _ = example ()
    Assert.Equal(List.head (blocks "text"), printed)

[<Fact>]
let ``the README's formula prints what stands below it`` () = Assert.Equal((blocks "text")[1], mathematics ())

[<Fact>]
let ``the README's penalty has the gradient ∇L + 2 H ∇L`` () =
    let _, loss, logits, gradient, curvature = example ()
    let slope = Diff.grad loss logits
    let expected = slope + Diff.hvp loss logits slope + Diff.hvp loss logits slope
    Assert.Equal(Shape [| 2; 3; 2; 3 |], curvature.Shape)
    Array.iter2 (fun e a -> Assert.Equal(e, a, 1e-15)) (expected.ToArray()) (gradient.ToArray())

[<Fact>]
let ``the README's own loss is 0 from a margin of 1 on, and has a gradient`` () =
    let loss = Own.squaredHinge (DiffTensor.Create(1.0, -1.0, 1.0)) >> Reduce.sum
    let scores = DiffTensor.Create(3.0, 1.0, 0.5)
    Assert.Equal(4.25, (loss scores).ToScalar())
    Assert.Equal<float[]>([| 0.0; 4.0; -1.0 |], (Diff.grad loss scores).ToArray())

[<Fact>]
let ``the README's loss of sums is a part of the target, and has a gradient`` () =
    let loss = Own.relativeError (DiffTensor.Create(3.0, 0.0, -4.0)) >> Reduce.sum
    let prediction = DiffTensor.Create(2.0, 1.0, -4.0)
    Assert.Equal(0.08, (loss prediction).ToScalar())
    Assert.Equal<float[]>([| -0.08; 0.08; 0.0 |], (Diff.grad loss prediction).ToArray())

[<Fact>]
let ``the README's loss of pairs is what each lacks of being 1 above the next, and has a gradient`` () =
    let loss = Own.pairwiseHinge (DiffTensor.Create(0.0, 1.0, 2.0)) >> Reduce.sum
    let scores = DiffTensor.Create(3.0, 1.0, 0.5)
    Assert.Equal(8.0, (loss scores).ToScalar())
    Assert.Equal<float[]>([| 2.0; 0.0; -2.0 |], (Diff.grad loss scores).ToArray())

[<Fact>]
let ``the README's loss of softmax rows is cross-entropy and 1 − p, and has a gradient`` () =
    let logits = DiffTensor.Create([| 2.0; 1.0; -4.0; 1.0; 1.0; 1.0 |], 2, 3)
    let labels = Labels([| 0; 2 |])

    let own = DiffTensor.Create([| 1.0; 0.0; 0.0; 0.0; 0.0; 1.0 |], 2, 3)

    let expected (logits: DiffTensor<float>) =
        (crossEntropy CrossEntropyOptions.Default labels logits |> Reduce.sum) + 2.0
        - DiffTensor<float>.Sum(own * softmax 1 logits, ReadOnlySpan [| 0; 1 |], false)

    let loss = Own.poly1 labels >> Reduce.sum
    Assert.Equal((expected logits).ToScalar(), (loss logits).ToScalar(), 1e-14)
    Array.iter2 (fun e a -> Assert.Equal(e, a, 1e-14)) ((Diff.grad expected logits).ToArray()) ((Diff.grad loss logits).ToArray())

[<Fact>]
let ``the README's loss of two softmaxes is the squared Hellinger distance of the softened rows, and has a gradient`` () =
    let teacher = DiffTensor.Create([| 3.0; 0.0; -4.0; 1.0; 1.0; 1.0 |], 2, 3)
    let student = DiffTensor.Create([| 2.0; 1.0; -4.0; 1.0; 1.0; 1.0 |], 2, 3)

    let expected (student: DiffTensor<float>) =
        let root x = Notation.sqrt (softmax 1 (Notation.(*) (Notation.num 0.5) x))
        let d = Notation.(-) (root student) (root teacher)
        Notation.(*) (Notation.num 0.5) (TensorNotation.sumAll (Notation.(*) d d))

    let loss = Own.hellinger teacher >> Reduce.sum
    Assert.Equal((expected student).ToScalar(), (loss student).ToScalar(), 1e-15)

    Array.iter2
        (fun (e: float) a -> Assert.Equal(e, a, 1e-15))
        ((Diff.grad expected student).ToArray())
        ((Diff.grad loss student).ToArray())
