/// Law 28: a definition means on tensors what its public function does, to the third order of derivatives.
module Losses.Tests.Laws.Curvatures

open System
open System.Runtime.CompilerServices
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
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

/// A definition and the function that the library makes of it.
type Definition =
    abstract Direct<'T when 'T :> IReal<'T>> : 'T[] -> 'T
    abstract Public<'T when 'T :> ITensor<'T>> : 'T[] -> 'T

let private two
    (loss: 'L when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType)
    (make: Engine -> Gen<float[]>)
    =
    typeof<'L>,
    make,
    { new Definition with
        member _.Direct x = (loss :> IPointwise).Apply(x[0], x[1])
        member _.Public(x: 'T[]) : 'T = 'T.Map(loss, x[0], x[1])
    }

let private three
    (loss: 'L when 'L: struct and 'L :> IPointwise3 and 'L: (new: unit -> 'L) and 'L :> ValueType)
    (make: Engine -> Gen<float[]>)
    =
    typeof<'L>,
    make,
    { new Definition with
        member _.Direct x = (loss :> IPointwise3).Apply(x[0], x[1], x[2])
        member _.Public(x: 'T[]) : 'T = 'T.Map(loss, x[0], x[1], x[2])
    }

let private number (engine: Engine) low high =
    Gen.choose (0, 1_000_000) |> Gen.map (fun i -> engine.Round(low + (high - low) * (float i + 0.37) * 1e-6))

let private any (engine: Engine) = number engine -4.0 4.0
let private share (engine: Engine) = number engine 0.03 0.97
let private positive (engine: Engine) = number engine 0.1 4.0
let private sign: Gen<float> = Gen.elements [ 1.0; -1.0 ]
let private pair a b (engine: Engine) = Gen.map2 (fun x t -> [| x; t |]) (a engine) (b engine)
let private triple a b c (engine: Engine) = Gen.map3 (fun x t v -> [| x; t; v |]) (a engine) (b engine) (c engine)
let private signs (_: Engine) = sign

let private definitions =
    [
        two (L1()) (pair any any)
        two (MSE()) (pair any any)
        two (SmoothL1 0.0) (pair any any)
        two (SmoothL1 1.5) (pair any any)
        two (Huber 1.0) (pair any any)
        two (BCE()) (pair share share)
        // Where the slope is a convention, and the logarithms are clamped.
        two (BCE()) (pair (fun engine -> Gen.elements [ engine.Round 1e-13; engine.Round 3e-20; engine.Round 1e-37 ]) share)
        two (BCEWithLogits()) (pair any share)
        three (BalancedBCEWithLogits()) (triple any share positive)
        two (SoftMargin()) (pair any signs)
        two (KLDiv()) (pair any positive)
        two (KLDivOfLogs()) (pair any any)
        two (PoissonNLL(true, false, 1e-8)) (pair any positive)
        two (PoissonNLL(true, true, 1e-8)) (pair any positive)
        two (PoissonNLL(false, false, 1e-8)) (pair positive positive)
        three (GaussianNLL(false, 1e-6)) (triple any any positive)
        three (GaussianNLL(true, 1e-6)) (triple any any positive)
        three (GaussianNLL(true, 0.9)) (triple any any positive)
        two (HingeEmbedding 1.0) (pair any signs)
        three (MarginRanking 0.5) (triple any any signs)
        two (Straight()) (pair any any)
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
        member _.Apply x = loss.Public x
    }

type ``A definition``() =

    static member All =
        let data = TheoryData<int, string, string>()

        definitions
        |> List.iteri (fun i (kind, _, _) ->
            for engine in Engines.all do
                data.Add(i, kind.Name, engine.Name))

        data

    [<Theory; MemberData "All">]
    member _.``applied to tensors has the derivatives of its function, to the third order, by any operands``
        (index: int, name: string, engine: string)
        =
        let _, make, loss = definitions[index]
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

    // Whoever writes a definition adds it above.
    [<Fact>]
    member _.``that the library has is in the list``() =
        let isDefinition (kind: Type) =
            kind.IsValueType && kind.GetInterfaces() |> Array.exists (fun i -> i = typeof<IPointwise> || i = typeof<IPointwise3>)

        let listed = definitions |> List.map (fun (kind, _, _) -> kind.FullName) |> Set.ofList

        for kind in typeof<Huber>.Assembly.GetTypes() |> Array.filter isDefinition do
            Assert.True(listed.Contains kind.FullName, $"{kind.Name} is not held to law 28.")

let private curve (engine: Engine) (loss: Definition) (x: float) (t: float) =
    engine.Curve(direct loss, [| [| x |], Shape [| 1 |]; [| t |], Shape [| 1 |] |], [| 1.0 |], [| 1.0 |])[0]

// F13: the first was 0 for huber and smoothL1, and twice as much for BCE.
[<Theory; MemberData("Names", MemberType = typeof<EngineNames>)>]
let ``the curvature of a definition applied to tensors is that of one level`` (engine: string) =
    let engine = Engines.byName engine
    let of' (_, _, loss) = loss
    Assert.Equal(1.0, curve engine (of' (two (Huber 1.0) (pair any any))) 0.25 0.0)
    Assert.Equal(1.0, curve engine (of' (two (SmoothL1 1.0) (pair any any))) 0.25 0.0)
    Assert.Equal(11.11, curve engine (of' (two (BCE()) (pair any any))) 0.3 1.0, 0.005)
