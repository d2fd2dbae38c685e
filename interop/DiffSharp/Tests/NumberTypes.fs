namespace Losses.Tests.Numbers

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
