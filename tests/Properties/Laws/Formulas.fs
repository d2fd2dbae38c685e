/// What a formula says is what the definition does.
module Losses.Tests.Laws.Formulas

// A definition of any shape, its static members aside.
#nowarn "3536"

open System
open System.Text.RegularExpressions
open Xunit
open Losses.Catalogue
open Losses
open Losses.FSharp
open Losses.Tests

let private seed = int (Property.seed % 1000000007UL)

// Every struct of the library, and the pointwise ones of the catalogue with each of their hyperparameters.
let private every =
    Definitions.all
    @ [
        for entry in Catalogue.all do
            match entry.Definition with
            | Some definition -> entry.Name, definition.Loss
            | None -> ()
    ]

let private formulas = lazy (every |> List.map (fun (name, loss) -> name, loss, Formula.Of loss))

// Hard numbers for the pointwise ones of the catalogue, ordinary ones for all.
let private hard =
    [
        for entry in Catalogue.all do
            match entry.Definition with
            | Some definition -> entry, definition.Loss
            | None -> ()
    ]

let private same (name: string) (x: float[]) (expected: Real[]) (actual: Real[]) =
    for e, a in Array.zip expected actual do
        let bits (number: Real) = BitConverter.DoubleToInt64Bits number.Value

        if bits e <> bits a && not (Double.IsNaN e.Value && Double.IsNaN a.Value) then
            Assert.Fail $"%s{name} of %A{x} is %A{Array.map string expected}, but its program gives %A{Array.map string actual}."

let private heldToBits (name: string) (loss: IDefinition) (formula: Formula) (operands: float[] seq) =
    let program = formula.Program

    for x in operands do
        let numbers = x |> Array.map Real
        same name x (Definitions.values loss numbers) (program.Run numbers)

[<Fact>]
let ``the program of a definition has its bits`` () =
    let random = Random seed

    for name, loss, formula in formulas.Value do
        heldToBits name loss formula (Seq.init 50 (fun _ -> Definitions.draw random loss))

[<Fact>]
let ``the program of a pointwise definition has its bits for hard numbers`` () =
    let random = Random seed

    for entry, loss in hard do
        heldToBits
            entry.Name
            loss
            (Formula.Of loss)
            (Seq.init 100 (fun _ -> (entry.Draw random Format.float64 1).Operands |> Array.map Array.head))

[<Fact>]
let ``a program has the same operation once`` () =
    let d = Formula.Of(MSE())
    // x, t, their difference and its square; what the slope and the curvature are made of.
    Assert.Equal("r2 = subtract x t", d.Listing.Split('\n')[0])
    Assert.Equal(1, Regex.Matches(d.Listing, "= subtract x t").Count)

// Numbers of 106 bits: nothing that the one cancels and the other does not is left to see.
let private mathematics (loss: IDefinition) (formula: Formula) (x: float[]) : DoubleDouble[] =
    let isRow = loss :? ISoftmaxRows || loss :? ISoftmaxDivergence
    // p and the target, or q, of the class.
    let places =
        if loss :? ISoftmaxDivergence then [| 1; 4 |]
        elif isRow then [| 1; 3 |]
        else Array.init x.Length id

    let at (variable: Variable) =
        if variable.Place < places.Length then
            DoubleDouble.Constant x[places[variable.Place]]
        else
            DoubleDouble.Constant x[0] - DoubleDouble.Constant x[1]

    formula.Expressions |> Array.map (fun expression -> Algebra.Value(expression, Func<_, _> at))

// Of a softmax 1 − p and log p are those of p.
let private exact (loss: IDefinition) (x: float[]) : DoubleDouble[] =
    let numbers = x |> Array.map DoubleDouble.Constant

    if loss :? ISoftmaxRows || loss :? ISoftmaxDivergence then
        for first in [ 0; 3 ] do
            if first + 2 < x.Length then
                numbers[first] <- DoubleDouble.Log numbers[first + 1]
                numbers[first + 2] <- DoubleDouble.Constant 1.0 - numbers[first + 1]

    numbers

/// Constants such as 2/√π are numbers of float64 in a definition, and series have so many terms.
let private tolerance = 1e-13

[<Fact>]
let ``the mathematics of a definition is what it computes`` () =
    let random = Random seed
    let failures = ResizeArray<string>()

    for name, loss, formula in formulas.Value do
        if not (loss :? ISums) then
            let failed = ResizeArray<int>()

            for i in 0..99 do
                let x = Definitions.draw random loss

                // At the target as well, where there may be a kink: a curvature has no number there.
                let isKink = i % 5 = 4 && not (loss :? ISoftmaxRows || loss :? ISoftmaxDivergence)

                if isKink then
                    x[0] <- x[1]

                let expected = Definitions.values loss (exact loss x)
                let actual = mathematics loss formula x

                for k, (e, a) in Array.indexed (Array.zip expected actual) do
                    let isSame =
                        Double.IsNaN e.High || isKink && k = 2 || e.High = a.High || abs (e - a).High <= tolerance * (abs e.High + 1e-3)

                    if not isSame && not (failed.Contains k) then
                        failed.Add k

                        failures.Add
                            $"%s{name} of %A{x}: derivative %d{k} is %g{e.High}, but the formula gives %g{a.High}:\n%s{string formula}"

    Assert.True((failures.Count = 0), String.Join("\n", failures))

let private balanced (latex: string) =
    let mutable depth = 0

    for c in latex.Replace("\\{", "").Replace("\\}", "") do
        if c = '{' then
            depth <- depth + 1
        elif c = '}' then
            depth <- depth - 1

        Assert.True(depth >= 0, latex)

    Assert.True((depth = 0), latex)
    let count (pattern: string) = Regex.Matches(latex, pattern).Count
    Assert.True((count @"\\left(?![a-z])" = count @"\\right(?![a-z])"), latex)
    let environments = [ for m in Regex.Matches(latex, @"\\(begin|end)\{(\w+)\}") -> m.Groups[1].Value, m.Groups[2].Value ]

    let opened =
        (([]: string list), environments)
        ||> List.fold (fun opened (side, name) ->
            match side, opened with
            | "begin", _ -> name :: opened
            | _, last :: rest when last = name -> rest
            | _ -> Property.fail $"{name} ends where it has not begun: {latex}")

    Assert.Empty opened

    // Whatever is no ASCII has a command.
    Assert.DoesNotMatch(@"[^\x20-\x7e]", latex)

[<Fact>]
let ``the LaTeX of a formula is balanced`` () =
    for _, _, formula in formulas.Value do
        for line in [ formula.Value; formula.Slope ] @ List.ofSeq formula.Where do
            balanced line.LaTeX

        balanced formula.LaTeX

// The formulas that everybody knows.
let private textbook: (IDefinition * string * string) list =
    [
        MSE(), "L = d²", "∂L/∂x = 2d"
        L1(), "L = |d|", "∂L/∂x = sign d"
        Huber 0.5, "L = ½d² where |d| ≤ δ; δ(|d| − ½δ) otherwise", "∂L/∂x = d where |d| ≤ δ; δ sign d otherwise"
        SmoothL1 0.5, "L = ½d² / β where |d| ≤ β; |d| − ½β otherwise", "∂L/∂x = d / β where |d| ≤ β; sign d otherwise"
        LogCosh(), "L = log(cosh d)", "∂L/∂x = tanh d"
        PseudoHuber 0.5, "L = δ(√(d² + δ²) − δ)", "∂L/∂x = δ d / √(d² + δ²)"
        Pinball 0.3, "L = −τ d where d ≤ 0; (1 − τ) d otherwise", "∂L/∂x = −τ where d < 0; 0 where d = 0; 1 − τ otherwise"
        BCE(), "L = −t max(log p, −100) − (1 − t) max(log(1 − p), −100)", "∂L/∂p = (p − t) / max(p(1 − p), 10⁻¹²)"
        BCEWithLogits(), "L = t log(1 + e⁻ˣ) + (1 − t) log(1 + eˣ)", "∂L/∂x = σ(x) − t"
        SoftMargin(), "L = log(1 + e⁻ᵗˣ)", "∂L/∂x = −t σ(−t x)"
        Hinge 1.0, "L = max(0, m − t x)", "∂L/∂x = −t where t x < m; 0 otherwise"
        MSLE(), "L = (log(1 + x) − log(1 + t))²", "∂L/∂x = 2(log(1 + x) − log(1 + t)) / (1 + x)"
        PoissonNLL(true, false, 1e-8), "L = eˣ − t x", "∂L/∂x = eˣ − t"
        GaussianNLL(false, 1e-6), "L = ½(log(max(v, ε)) + d² / max(v, ε))", "∂L/∂x = d / max(v, ε)"
        KLDiv(), "L = t(log t − x)", "∂L/∂x = −t"
        KLDivOfLogits(), "L = Σ_c q_c(log q_c − log p_c)", "∂L/∂xⱼ = pⱼ − qⱼ"
        RankNet 1.0, "L = Σ over tᵢ > tⱼ of log(1 + e^(−σ d))", "of a pair, ∂L/∂xᵢ = −σ σ(−σ d)"
        GeneralizedCrossEntropy 0.7, "L = Σ_c t_c(1 − p_c^q) / q", "∂L/∂xⱼ = pⱼ Σ_c p_c^q t_c − pⱼ^q tⱼ"
    ]

[<Fact>]
let ``well-known losses read as a textbook has them`` () =
    for loss, value, slope in textbook do
        let formula = formula loss
        Assert.Equal(value, formula.Value.Text)
        Assert.Equal(slope, formula.Slope.Text)

[<Fact>]
let ``a label's loss is that of its class alone`` () =
    let _, crossEntropy = Definitions.all |> List.find (fun (name, _) -> name = "NegativeLog")
    let struct (value, slope) = (Formula.Of crossEntropy).OverLabels.Value
    Assert.Equal("over labels, L = −log p_y", value.Text)
    Assert.Equal("over labels, ∂L/∂xⱼ = pⱼ − 1{j = y}", slope.Text)

/// A user's own, with a hyperparameter.
[<Struct; NoEquality; NoComparison>]
type private Own(power: float) =
    interface IPointwise with
        member _.Apply(score, truth) = Notation.power power (Notation.abs (Notation.(-) score truth))

[<Fact>]
let ``a user's own definition has a formula, with its names`` () =
    let formula = formula (Own 3.0)
    Assert.Equal("L = |d|^power", formula.Value.Text)
    Assert.Equal<string>([ "d = score − truth"; "power = 3" ], formula.Where |> Seq.map _.Text)

[<Fact>]
let ``the slope by another operand is had by its place`` () =
    Assert.Equal("∂L/∂t = −2d", (Formula.Of(MSE(), by = 1)).Slope.Text)
    Assert.Throws<ArgumentOutOfRangeException>(fun () -> Formula.Of(MSE(), by = 2) |> ignore) |> ignore
    Assert.Throws<ArgumentOutOfRangeException>(fun () -> Formula.Of(RankNet 1.0, by = 1) |> ignore) |> ignore
