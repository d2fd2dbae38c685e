/// Law 28: a definition means on tensors what its public function does, to the third order of derivatives.
module Losses.Tests.Laws.Curvatures

open System
open System.Runtime.CompilerServices
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.Catalogue
open Losses.FSharp
open Losses.Tests

/// A loss of a user's: its detached factor, its detached target and its straight-through step have derivatives of their own.
[<Struct; NoEquality; NoComparison>]
type Straight =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x: 'T, t: 'T) : 'T =
            let two, three = Notation.num 2.0, Notation.num 3.0
            let q, s = Notation.detach x, Notation.detach t
            let d = Notation.(-) x s
            let step = Notation.(+) (Notation.exp q) (Notation.(-) x q)
            // q² t³ + (x − s)² s + (e^q + x − q)² t
            let first = Notation.(*) (Notation.(*) q q) (Notation.power 3.0 t)
            let second = Notation.(*) (Notation.(*) d d) s
            let third = Notation.(*) (Notation.(*) step step) (Notation.(*) three t)
            Notation.(+) (Notation.(+) first second) (Notation.(*) two third)

let private number (engine: Engine) low high =
    Gen.choose (0, 1_000_000) |> Gen.map (fun i -> engine.Round(low + (high - low) * (float i + 0.37) * 1e-6))

let private any (engine: Engine) = number engine -4.0 4.0
let private share (engine: Engine) = number engine 0.03 0.97
let private positive (engine: Engine) = number engine 0.1 4.0
let private pair a b (engine: Engine) = Gen.map2 (fun x t -> [| x; t |]) (a engine) (b engine)
let private triple a b c (engine: Engine) = Gen.map3 (fun x t v -> [| x; t; v |]) (a engine) (b engine) (c engine)

let private plain (entry: Entry) (engine: Engine) =
    Gen.choose (0, Int32.MaxValue - 1)
    |> Gen.map (fun seed ->
        let format = if engine.Name = "float32" then Format.float32 else Format.float64
        (entry.Plain (Random seed) format 1).Operands |> Array.map Array.head)

let private definitions: (string * (Engine -> Gen<float[]>) * Definition) list =
    [
        for entry in Catalogue.all do
            match entry.Definition with
            | Some definition -> entry.Name, plain entry, definition
            | None -> ()

        // Where the slope is a convention, and the logarithms are clamped.
        "bce clamped",
        pair (fun engine -> Gen.elements [ engine.Round 1e-13; engine.Round 3e-20; engine.Round 1e-37 ]) share,
        Entry.definition (BCE())
        // Where 1/t² has no room in a float.
        "klDiv of small targets",
        pair any (fun engine -> Gen.elements [ engine.Round 1e-30; (if engine.Name = "float32" then engine.Least else 1e-200) ]),
        Entry.definition (KLDiv())
        // Its third operand is an argument of its function.
        "balancedBceWithLogits", triple any share positive, Entry.definition3 (BalancedBCEWithLogits())
        "gaussianNLL of a high floor", triple any any positive, Entry.definition3 (GaussianNLL(true, 0.9))
        "a user's own", pair any any, Entry.definition (Straight())
    ]

let rec private orders (operands: int) (most: int) : int list list =
    if most = 0 then
        [ [] ]
    else
        []
        :: [
            for i in 0 .. operands - 1 do
                for rest in orders operands (most - 1) -> i :: rest
        ]

let private seed by j (x: 'T) : Dual<'T> = if by = j then Dual<'T>.Variable x else Dual<'T>.Fixed x

/// The truth: dual numbers in dual numbers, the innermost derivative outermost.
let private truth (loss: Definition) (at: float[]) (by: int list) : float =
    let exact = Array.map DoubleDouble.Constant at

    let value =
        match by with
        | [] -> loss.Direct exact
        | [ i ] -> (loss.Direct(Array.mapi (seed i) exact)).Derivative
        | [ i; j ] -> (loss.Direct(exact |> Array.mapi (seed j) |> Array.mapi (seed i))).Derivative.Derivative
        | _ ->
            let i, j, k = by[0], by[1], by[2]

            (loss.Direct(exact |> Array.mapi (seed k) |> Array.mapi (seed j) |> Array.mapi (seed i))).Derivative.Derivative.Derivative

    value.High

let private direct (loss: Definition) =
    { new TensorFunction with
        member _.Apply x = loss.Direct x
    }

let private byName (loss: Definition) =
    { new TensorFunction with
        member _.Apply x = loss.Mapped x
    }

type ``A definition``() =

    static member All =
        let data = TheoryData<string, string>()

        for name, _, _ in definitions do
            for engine in Engines.all do
                data.Add(name, engine.Name)

        data

    [<Theory; MemberData "All">]
    member _.``applied to tensors has the derivatives of its function, to the third order, by any operands``(name: string, engine: string) =
        let _, make, loss = definitions |> List.find (fun (other, _, _) -> other = name)
        let engine = Engines.byName engine

        Property.holdsFor 4 (make engine) (fun _ -> Seq.empty) (fun x ->
            let inputs = x |> Array.map (fun y -> [| y; y |], Shape [| 2 |])

            // By several operands, a slope that is a convention depends on what is detached from what.
            let isMeant (by: int list) = engine.KnowsInnermost || (List.distinct by).Length < 2

            for by in orders x.Length 3 |> List.distinct |> List.filter isMeant do
                let expected = truth loss x by
                let got, function' = engine.Derive(direct loss, inputs, by), engine.Derive(byName loss, inputs, by)

                // Differences of terms of this size, each rounded in float64; and to float32 once an operation at most.
                let off =
                    (1.0 + abs expected) * (if engine.Name = "float32" then 1e-5 else 1e-10)
                    |> max (if engine.Name = "float32" then engine.Ulp expected else 0.0)

                for value, what in [ got[0], "the definition"; function'[0], "its function" ] do
                    if
                        not (
                            abs (value - expected) <= off || value = expected || (abs expected > engine.Largest && Double.IsInfinity value)
                        )
                    then
                        Property.fail $"{what} {name} at %A{x}, by %A{by}: {value:R} is not {expected:R}")

    [<Fact>]
    member _.``that the library has is in the list``() =
        let isDefinition (kind: Type) =
            kind.IsVisible
            && kind.IsValueType
            && kind.GetInterfaces() |> Array.exists (fun i -> i = typeof<IPointwise> || i = typeof<IPointwise3>)

        let listed = definitions |> List.map (fun (_, _, loss) -> loss.Type.FullName) |> Set.ofList

        for kind in typeof<Huber>.Assembly.GetTypes() |> Array.filter isDefinition do
            Assert.True(listed.Contains kind.FullName, $"{kind.Name} is not held to law 28.")

// 1/β overflows, and the curvature within β is infinite: what comes from above is, too, and meets slopes of 0.
[<Fact>]
let ``smoothL1 of a subnormal β has no third derivative`` () =
    for beta in [ 5e-324; 1e-310 ] do
        let loss = byName (Entry.definition (SmoothL1 beta))

        for d in [ 0.0; 0.5 * beta; beta; -beta; 1e-200; 1.0; -1.0 ] do
            let curvature = if abs d <= beta then infinity else 0.0

            for by, expected in
                [ [ 0; 0 ], curvature; [ 0; 1 ], -curvature; [ 0; 0; 0 ], 0.0; [ 0; 1; 0 ], 0.0; [ 1; 0; 1 ], 0.0; [ 1; 1; 1 ], 0.0 ] do
                let got = Engines.float64.Derive(loss, [| [| d |], Shape [| 1 |]; [| 0.0 |], Shape [| 1 |] |], by)[0]

                if got <> expected then
                    Property.fail $"β {beta} at {d}, by %A{by}: {got:R} is not {expected:R}"

let private curve (engine: Engine) (loss: Definition) (x: float) (t: float) =
    engine.Curve(direct loss, [| [| x |], Shape [| 1 |]; [| t |], Shape [| 1 |] |], [| 1.0 |], [| 1.0 |])[0]

// F13: the first was 0 for huber and smoothL1, and twice as much for BCE.
[<Theory; MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``the curvature of a definition applied to tensors is that of one level`` (engine: string) =
    let engine = Engines.byName engine
    Assert.Equal(1.0, curve engine (Entry.definition (Huber 1.0)) 0.25 0.0)
    Assert.Equal(1.0, curve engine (Entry.definition (SmoothL1 1.0)) 0.25 0.0)
    Assert.Equal(11.11, curve engine (Entry.definition (BCE())) 0.3 1.0, 0.005)

// On the tape of libtorch's operations they were −0: a sum with the number 0 was left out.
[<Theory; MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``a definition applied to tensors is +0 of zeros of either sign`` (engine: string) =
    let engine = Engines.byName engine
    let scalar (x: float) = [| x |], Shape [| 1 |]

    for loss in
        [
            Entry.definition (Huber 1.0)
            Entry.definition (SmoothL1 1.0)
            // In float32 libtorch's operations take such a β for 0.
            if engine.Name = "float64" then
                Entry.definition (SmoothL1 5e-324)

            Entry.definition (KLDivOfLogs())
        ] do
        for x, t in [ 0.0, 0.0; -0.0, 0.0; 0.0, -0.0; -0.0, -0.0 ] do
            let value = engine.Value(direct loss, [| scalar x; scalar t |])[0]

            if value <> 0.0 || Double.IsNegative value then
                Property.fail $"{loss.Type.Name} of {x} and {t} is {value}"

// The product of the sigmoids' rounding was 4.2 ulp of it.
[<Fact>]
let ``the curvature of weighted BCE with logits is within 4 ulp`` () =
    let random = Random 11
    let draw (low: float) (high: float) = Array.init 400_000 (fun _ -> low + (high - low) * random.NextDouble())
    let xs, ts, weight = draw -30.0 30.0, draw 0.0 1.0, 2.7182818284590451
    let tensor (values: float[]) = DiffTensor<float>(ReadOnlySpan values, Shape [| values.Length |])

    let loss x = balancedBceWithLogits (Weights.op_Implicit weight) (tensor ts) x |> Reduce.sum
    let curvature = (Diff.hvp loss (tensor xs) (tensor (Array.create xs.Length 1.0))).ToArray()
    let worst = ref 0.0

    for i in 0 .. xs.Length - 1 do
        let l = DoubleDouble.Logistic(DoubleDouble.Constant xs[i])
        let t = DoubleDouble.Constant ts[i]
        let truth = (DoubleDouble.Constant weight * t + (DoubleDouble.Constant 1.0 - t)) * (l.Sigmoid * l.SigmoidOfMinus)
        worst.Value <- max worst.Value (Engines.float64.Error(curvature[i], truth))

    Assert.True(worst.Value <= 4.0, $"{worst.Value} ulp")
