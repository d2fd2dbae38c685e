namespace Losses.Tests.Numbers

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.DiffSharp
open Losses.Tests

type ``Tensors of DiffSharp``() =
    inherit
        NumberLaws<DiffSharpTensor>(
            (fun x -> DiffSharpTensor(Differentiate.tensor ([| x |], Shape.Scalar))),
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

    let slope (f: Functions.Function) (x: float) : float =
        let _, gradients = Engines.float64.Pull(applied f, three x, [| 1.0; 1.0; 1.0 |])
        gradients[0].[1]

    let curvature (f: Functions.Function) (x: float) : float =
        Engines.float64.Curve(applied f, three x, [| 1.0; 1.0; 1.0 |], [| 1.0; 1.0; 1.0 |])[2]

type ``A derivative of DiffSharp's``() =
    static member All = TheoryData<string>(Functions.smooth |> Seq.map (fun (name, _, _) -> name))

    [<Theory; MemberData "All">]
    member _.``is that of the dual numbers, the second as well``(name: string) =
        let _, domain, f = Functions.smooth |> List.find (fun (other, _, _) -> other = name)
        let within20 = Generators.moderate Engines.float64 |> Gen.filter (fun x -> abs x <= 20.0 && domain x)

        Property.holds within20 (fun x ->
            let close what (expected: float) (actual: float) =
                if not (abs (expected - actual) <= 1e-12 * (1e-3 + abs expected)) then
                    Property.fail $"{what} of {name} at {x:R} is {actual:R}, not {expected:R}"

            let first = Dual<DoubleDouble>.Variable(DoubleDouble.Constant x)
            close "slope" (f.Apply first).Derivative.High (At.slope f x)
            close "curvature" (f.Apply(Dual<Dual<DoubleDouble>>.Variable first)).Derivative.Derivative.High (At.curvature f x))

type ``At a kink, a derivative of DiffSharp's``() =
    static member All = TheoryData<string>(Functions.kinks |> Seq.map (fun (name, _, _, _) -> name))

    [<Theory; MemberData "All">]
    member _.``is the one that is documented``(name: string) =
        let _, x, slope, f = Functions.kinks |> List.find (fun (other, _, _, _) -> other = name)
        Assert.Equal(slope, At.slope f x)
