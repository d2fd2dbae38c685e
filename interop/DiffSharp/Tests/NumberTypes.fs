namespace Losses.Tests.Numbers

open System
open Xunit
open FsCheck.FSharp
open DiffSharp
open Losses
open Losses.FSharp
open Losses.Tests

type ``Tensors of DiffSharp``() =
    inherit
        NumberLaws<DiffSharpTensor>(
            (fun x -> DiffSharpTensor(Differentiate.tensor Dtype.Float64 ([| x |], Shape.Scalar))),
            (fun x -> float x.Tensor),
            4.0
        )

/// Constants of a definition, which have no tensor beneath.
type ``Numbers beside tensors of DiffSharp``() =
    inherit NumberLaws<DiffSharpTensor>(Notation.num, (fun x -> float x.Tensor), 4.0)

/// The slope and the curvature of a function at three equal numbers, the latter along (1, 1, 1).
module private At =

    let private applied (f: Functions.Function) =
        { new TensorFunction with
            member _.Apply x = f.Apply x[0]
        }

    let three (x: float) = [| Array.create 3 x, Shape [| 3 |] |]

    let slope (engine: Engine) (f: Functions.Function) (x: float) : float =
        let _, gradients = engine.Pull(applied f, three x, [| 1.0; 1.0; 1.0 |])
        gradients[0].[1]

    let curvature (engine: Engine) (f: Functions.Function) (x: float) : float =
        engine.Curve(applied f, three x, [| 1.0; 1.0; 1.0 |], [| 1.0; 1.0; 1.0 |])[2]

    let each (names: string list) =
        let data = TheoryData<string, string>()

        for name in names do
            for engine in Engines.all do
                data.Add(name, engine.Name)

        data

type ``A derivative of DiffSharp's``() =
    static member All = At.each [ for name, _, _ in Functions.smooth -> name ]

    [<Theory; MemberData "All">]
    member _.``is that of the dual numbers, the second as well``(name: string, engine: string) =
        let engine = Engines.byName engine
        let _, domain, f = Functions.smooth |> List.find (fun (other, _, _) -> other = name)
        let within20 = Generators.moderate engine |> Gen.filter (fun x -> abs x <= 20.0 && domain x)
        let rounding (x: float) = if engine.Name = "float32" then 0.501 * engine.Ulp x else 0.0

        Property.holds within20 (fun x ->
            let close what (expected: float) (actual: float) =
                if not (abs (expected - actual) <= rounding expected + 1e-12 * (1e-3 + abs expected)) then
                    Property.fail $"{what} of {name} at {x:R} is {actual:R}, not {expected:R}"

            let first = Dual<DoubleDouble>.Variable(DoubleDouble.Constant x)
            close "slope" (f.Apply first).Derivative.High (At.slope engine f x)
            close "curvature" (f.Apply(Dual<Dual<DoubleDouble>>.Variable first)).Derivative.Derivative.High (At.curvature engine f x))

type ``At a kink, a derivative of DiffSharp's``() =
    static member All = At.each [ for name, _, _, _ in Functions.kinks -> name ]

    [<Theory; MemberData "All">]
    member _.``is the one that is documented``(name: string, engine: string) =
        let _, x, slope, f = Functions.kinks |> List.find (fun (other, _, _, _) -> other = name)
        Assert.Equal(slope, At.slope (Engines.byName engine) f x)
