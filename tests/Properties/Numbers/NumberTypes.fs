namespace Losses.Tests.Numbers

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

// Real answers with Math, whose exponential and powers are within an ulp or two.
type ``Real numbers``() =
    inherit NumberLaws<Real>(Real, (fun x -> x.Value), 4.0)

type ``Dual numbers``() =
    inherit NumberLaws<Dual<Real>>((fun x -> Dual<Real>.Variable(Real x)), (fun x -> x.Value.Value), 4.0)

type ``Dual numbers of dual numbers``() =
    inherit
        NumberLaws<Dual<Dual<Real>>>((fun x -> Dual<Dual<Real>>.Variable(Dual<Real>.Variable(Real x))), (fun x -> x.Value.Value.Value), 4.0)

type ``Double-double numbers``() =
    inherit NumberLaws<DoubleDouble>(DoubleDouble.Constant, (fun x -> x.High), 0.5)

type ``Dual double-double numbers``() =
    inherit NumberLaws<Dual<DoubleDouble>>((fun x -> Dual<DoubleDouble>.Variable(DoubleDouble.Constant x)), (fun x -> x.Value.High), 0.5)

type ``Scalar tensors``() =
    inherit NumberLaws<DiffTensor<float>>(DiffTensor.Scalar, (fun x -> x.ToScalar()), 4.0)

/// The derivative rules, each against central differences of 106 bits.
module Derivatives =

    let private within20 = Generators.moderate Engines.float64 |> Gen.filter (fun x -> abs x <= 20.0)

    type ``A derivative``() =
        static member All =
            let data = TheoryData<string>()

            for name, _, _ in Functions.smooth do
                data.Add name

            data

        [<Theory; MemberData "All">]
        member _.``is what central differences approach, the second as well``(name: string) =
            let _, domain, f = Functions.smooth |> List.find (fun (other, _, _) -> other = name)
            let exact (x: float) = DoubleDouble.Constant x
            let slope (x: DoubleDouble) = f.Apply(Dual<DoubleDouble>.Variable x).Derivative

            Property.holds (Gen.filter domain within20) (fun x ->
                // The truncation is h² f‴ / 6, about 10⁻¹⁶; 106 bits over h leave 10⁻²³.
                let h = exact (Math.ScaleB(1.0, -27))
                let differences (g: DoubleDouble -> DoubleDouble) = ((g (exact x + h) - g (exact x - h)) / (h + h)).High

                let close what (expected: float) (actual: float) =
                    if not (abs (expected - actual) <= 1e-9 * (1e-6 + abs expected)) then
                        Property.fail $"{what} of {name} at {x:R} is {actual:R}, not {expected:R}"

                close "slope" (differences (fun x -> f.Apply x)) (slope (exact x)).High
                let second = f.Apply(Dual<Dual<DoubleDouble>>.Variable(Dual<DoubleDouble>.Variable(exact x))).Derivative.Derivative
                close "curvature" (differences slope) second.High
                // And the tensor's, through its kernels.
                let sum (x: DiffTensor<float>) = TensorNotation.sumAll (f.Apply x)
                let at = DiffTensor.Create [| x; x; x |]
                close "tensor's slope" (slope (exact x)).High ((Diff.grad sum at).ToArray().[1])
                let curvature = (Diff.hvp sum at (DiffTensor.Create [| 1.0; 1.0; 1.0 |])).ToArray()

                if not (abs (curvature[2] - second.High) <= 1e-9 * (1.0 + abs second.High)) then
                    Property.fail $"tensor's curvature of {name} at {x:R} is {curvature[2]:R}, not {second.High:R}")

    type ``At a kink, a derivative``() =
        static member All =
            let data = TheoryData<string>()

            for name, _, _, _ in Functions.kinks do
                data.Add name

            data

        [<Theory; MemberData "All">]
        member _.``is the one that is documented``(name: string) =
            let _, x, slope, f = Functions.kinks |> List.find (fun (other, _, _, _) -> other = name)
            Assert.Equal(slope, (f.Apply(Dual<Real>.Variable(Real x))).Derivative.Value)
            Assert.Equal(slope, (f.Apply(Dual<DoubleDouble>.Variable(DoubleDouble.Constant x))).Derivative.High)
            let sum (x: DiffTensor<float>) = TensorNotation.sumAll (f.Apply x)
            Assert.Equal(slope, (Diff.grad sum (DiffTensor.Create [| x; x |])).ToArray().[1])
            let sum (x: DiffTensor<float32>) = TensorNotation.sumAll (f.Apply x)
            Assert.Equal(float32 slope, (Diff.grad sum (DiffTensor.Create [| float32 x; float32 x |])).ToArray().[0])
