/// Distances between the vectors of sets.
module Losses.Tests.Laws.Distances

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

/// Two sets of vectors of one length, some of them the same.
type private Sets =
    {
        One: float[][]
        Two: float[][]
        P: float
    }

    member x.Width = x.One[0].Length
    override x.ToString() = sprintf "p %g, %A, %A" x.P x.One x.Two

let private orders = [ 0.0; 0.5; 1.0; 1.5; 2.0; 3.0; infinity ]

let private sets (engine: Engine) =
    gen {
        // Seldom more than a register's numbers, and than a kernel takes at a time.
        let seldom few many = Gen.frequency [ 7, Gen.choose few; 1, Gen.choose many ]
        let! width = seldom (1, 5) (6, 27)
        let! rows = seldom (1, 4) (5, 18)
        let! columns = seldom (0, 4) (5, 18)
        let! p = Gen.elements orders
        let! one = Gen.arrayOfLength rows (Gen.arrayOfLength width (Generators.moderate engine))
        let! two = Gen.arrayOfLength columns (Gen.arrayOfLength width (Generators.moderate engine))
        let! copied = Gen.arrayOfLength columns (Gen.frequency [ 3, Gen.constant -1; 1, Gen.choose (0, rows - 1) ])

        return
            {
                One = one
                Two = Array.map2 (fun own place -> if place < 0 then own else one[place]) two copied
                P = p
            }
    }

let private matrix (rows: float[][]) (width: int) = Array.concat rows, Shape [| rows.Length; width |]

let private between (p: float) =
    { new TensorFunction with
        member _.Apply inputs = cdist p inputs[1] inputs[0]
    }

let private within (p: float) =
    { new TensorFunction with
        member _.Apply inputs = pdist p inputs[0]
    }

let private single (p: float) =
    { new TensorFunction with
        member _.Apply inputs = pairwiseDistance p 0.0 false inputs[1] inputs[0]
    }

let private holds (engine: string) (law: Engine -> Sets -> unit) =
    let engine = Engines.byName engine
    Property.holds (sets engine) (law engine)

// From the definition, to 106 bits; every difference of two floats is exact in them.
let private truth (p: float) (a: float[]) (b: float[]) =
    let differences = Array.map2 (fun x y -> DoubleDouble.Abs(DoubleDouble.Constant x - DoubleDouble.Constant y)) a b
    let zero = DoubleDouble.Constant 0.0
    let sum (terms: DoubleDouble[]) = Array.fold (fun (total: DoubleDouble) term -> total + term) zero terms

    if p = 0.0 then
        DoubleDouble.Constant(differences |> Array.filter (fun d -> d.High <> 0.0) |> Array.length |> float)
    elif Double.IsPositiveInfinity p then
        Array.fold (fun (a: DoubleDouble) b -> DoubleDouble.Max(a, b)) zero differences
    else
        let total = differences |> Array.map (fun d -> if d.High = 0.0 then zero else DoubleDouble.Power(d, p)) |> sum
        // The float64 number next to 1/3 would be no cube root, to 106 bits.
        if total.High = 0.0 then
            zero
        else
            DoubleDouble.Exp(DoubleDouble.Log total / DoubleDouble.Constant p)

let private engines = TheoryData<string>(Engines.all |> Seq.map _.Name)

type ``Distances between sets``() =

    static member Engines = engines

    // Law 17, its value.
    [<Theory; MemberData "Engines">]
    member _.``are the norms of the differences``(engine: string) =
        holds engine (fun engine sets ->
            let values = engine.Value(between sets.P, [| matrix sets.One sets.Width; matrix sets.Two sets.Width |])

            for i in 0 .. sets.One.Length - 1 do
                for j in 0 .. sets.Two.Length - 1 do
                    let truth = truth sets.P sets.One[i] sets.Two[j]
                    let got = values[i * sets.Two.Length + j]
                    let error = engine.Error(got, truth)
                    // 1/p times the ulp of the sum, and of its logarithm.
                    let allowed = if engine.Name = "float32" then 0.51 else 8.0 + 4.0 / (max sets.P 0.5)

                    if not (error <= allowed) then
                        Property.fail $"{sets}, {i} to {j}: {got:R} is {error:F2} ulp from {truth.High:R}")

    [<Theory; MemberData "Engines">]
    member _.``are those of the pairs, value and slopes``(engine: string) =
        holds engine (fun engine sets ->
            let columns = sets.Two.Length
            let upstream = Array.init (sets.One.Length * columns) (fun k -> float (k % 7 - 3) / 2.0)
            let values, gradients = engine.Pull(between sets.P, [| matrix sets.One sets.Width; matrix sets.Two sets.Width |], upstream)
            let one, two = Array.zeroCreate<float> gradients[0].Length, Array.zeroCreate<float> gradients[1].Length
            let sizes = Array.zeroCreate<float> gradients[0].Length, Array.zeroCreate<float> gradients[1].Length

            let add (total: float[]) row (part: float[]) =
                part |> Array.iteri (fun d g -> total[row * sets.Width + d] <- total[row * sets.Width + d] + g)

            for i in 0 .. sets.One.Length - 1 do
                for j in 0 .. columns - 1 do
                    let pair = [| matrix [| sets.One[i] |] sets.Width; matrix [| sets.Two[j] |] sets.Width |]
                    let value, gradient = engine.Pull(single sets.P, pair, [| upstream[i * columns + j] |])
                    Property.close engine (fun () -> $"{sets}, {i} to {j}") value[0] values[i * columns + j]
                    add one i gradient[0]
                    add two j gradient[1]
                    add (fst sizes) i (Array.map abs gradient[0])
                    add (snd sizes) j (Array.map abs gradient[1])

            let near (sizes: float[]) k (expected: float) (actual: float) =
                // A power that is neither of these makes p times as much of float64's roundings: 2⁻⁵¹ p of the slope, in each of the two ways.
                let power = if List.contains sets.P [ 0.0; 1.0; 2.0; infinity ] then 0.0 else 4.0 * sets.P
                let roundings = 2.0 * float (1 + max columns sets.One.Length) + power

                if not (abs (expected - actual) <= roundings * engine.Ulp sizes[k]) then
                    Property.fail $"slope {k} of {sets}: {actual:R} is not {expected:R}"

            Array.iteri2 (near (fst sizes)) one gradients[0]
            Array.iteri2 (near (snd sizes)) two gradients[1])

    // Law 3.
    [<Theory; MemberData "Engines">]
    member _.``are the same the other way round, and their slopes``(engine: string) =
        holds engine (fun engine sets ->
            let rows, columns = sets.One.Length, sets.Two.Length
            let one, two = matrix sets.One sets.Width, matrix sets.Two sets.Width
            let upstream = Array.init (rows * columns) (fun k -> float (k + 1))
            let transposed (values: float[]) = Array.init values.Length (fun k -> values[k % rows * columns + k / rows])
            let values, gradients = engine.Pull(between sets.P, [| one; two |], upstream)
            let values', gradients' = engine.Pull(between sets.P, [| two; one |], transposed upstream)
            Array.iter2 (Property.close engine (fun () -> $"{sets}")) (transposed values) values'

            // A slope is a sum over the other set, whose terms may cancel.
            let near (slopes: float[]) =
                let terms = Array.fold (fun most slope -> max most (abs slope)) (Array.sum upstream) slopes

                fun expected actual ->
                    if not (engine.Slack > 0.0 && abs (expected - actual) <= engine.Slack * engine.Ulp terms) then
                        Property.equal (fun () -> $"slope of {sets}") expected actual

            Array.iter2 (near gradients[0]) gradients[0] gradients'[1]
            Array.iter2 (near gradients[1]) gradients[1] gradients'[0])

    // Law 2, A01, A02.
    [<Theory; MemberData "Engines">]
    member _.``of a set to itself are 0 on the diagonal, of slope 0 there``(engine: string) =
        holds engine (fun engine sets ->
            let rows = sets.One.Length
            let one = matrix sets.One sets.Width
            let diagonal = Array.init (rows * rows) (fun k -> if k % (rows + 1) = 0 then 3.0 else 0.0)
            let values, gradients = engine.Pull(between sets.P, [| one; one |], diagonal)

            for i in 0 .. rows - 1 do
                Property.same (fun () -> $"{sets}") 0.0 values[i * rows + i]

            for gradient in gradients do
                Array.iter (Property.equal (fun () -> $"slope of {sets}") 0.0) gradient)

    // Law 18: the curvature at 0 is no number that should poison a batch.
    [<Theory; MemberData "Engines">]
    member _.``have no NaN for a curvature where vectors are equal``(engine: string) =
        holds engine (fun engine sets ->
            if sets.P >= 1.0 then
                let one = matrix sets.One sets.Width
                let rows = sets.One.Length

                let products =
                    engine.Curve(between sets.P, [| one; one |], Array.create (rows * rows) 1.0, Array.create (rows * sets.Width) 1.0)

                if Array.exists Double.IsNaN products then
                    Property.fail $"{sets}: %A{products}")

    [<Theory; MemberData "Engines">]
    member _.``within one set are those above the diagonal``(engine: string) =
        holds engine (fun engine sets ->
            let rows = sets.One.Length
            let one = matrix sets.One sets.Width

            let above =
                [|
                    for i in 0 .. rows - 1 do
                        for j in i + 1 .. rows - 1 -> i * rows + j
                |]

            let upstream = above |> Array.mapi (fun k _ -> float (k + 1))
            let spread = Array.zeroCreate (rows * rows)
            Array.iter2 (fun place u -> spread[place] <- u) above upstream
            let values, gradients = engine.Pull(within sets.P, [| one |], upstream)
            let all, allGradients = engine.Pull(between sets.P, [| one; one |], spread)
            Array.iter2 (fun place value -> Property.close engine (fun () -> $"{sets}") all[place] value) above values

            for k in 0 .. gradients[0].Length - 1 do
                let a, b = allGradients[0].[k], allGradients[1].[k]

                if not (abs (a + b - gradients[0].[k]) <= float rows * 4.0 * engine.Ulp(abs a + abs b + float rows * float rows)) then
                    Property.fail $"slope {k} of {sets}: {gradients[0].[k]:R} is not {a + b:R}")

    // Law 20: by Hölder, no slope is longer than 1 in the dual norm; of no component for p at least 1.
    [<Theory; MemberData "Engines">]
    member _.``have slopes of at most 1 a component``(engine: string) =
        holds engine (fun engine sets ->
            if sets.P >= 1.0 && sets.Two.Length > 0 then
                let pair = [| matrix [| sets.One[0] |] sets.Width; matrix [| sets.Two[0] |] sets.Width |]
                let _, gradients = engine.Pull(between sets.P, pair, [| 1.0 |])

                for g in gradients[0] do
                    if not (abs g <= 1.0 + 4.0 * engine.Ulp 1.0) then
                        Property.fail $"slope of {sets}: {g:R}")

[<Fact>]
let ``the largest difference shares its slope where several are the largest`` () =
    let values, gradients =
        Engines.float64.Pull(between infinity, [| matrix [| [| 1.0; 2.0; 0.0 |] |] 3; matrix [| [| 0.0; 3.0; 0.5 |] |] 3 |], [| 1.0 |])

    Assert.Equal<float[]>([| 1.0 |], values)
    Assert.Equal<float[]>([| 0.5; -0.5; 0.0 |], gradients[0])

[<Fact>]
let ``no vectors have no distances`` () =
    for p in orders do
        Assert.Empty(Engines.float64.Value(between p, [| [||], Shape [| 0; 3 |]; [| 1.0; 2.0; 3.0 |], Shape [| 1; 3 |] |]))
        Assert.Empty(Engines.float64.Value(within p, [| [| 1.0; 2.0; 3.0 |], Shape [| 1; 3 |] |]))
        Assert.Empty(Engines.float64.Value(within p, [| [||], Shape [| 0; 3 |] |]))
