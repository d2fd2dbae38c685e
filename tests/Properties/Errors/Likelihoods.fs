/// What likelihoods refuse at the door.
module Losses.Tests.Errors.Likelihoods

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests.Errors.Refusal

[<Fact>]
let ``a negative rate and a negative variance are named`` () =
    let negative = DiffTensor.Create([| 1.0; 2.0; -3.5; 4.0; 5.0; 6.0 |], 2, 3)

    refuses<ArgumentOutOfRangeException> "prediction" [ "prediction[0, 2] is -3.5"; "at least 0" ] (fun () ->
        poissonNLL false false 1e-8 x23 negative |> Reduce.mean |> ignore)

    poissonNLL true false 1e-8 x23 negative |> ignore // the logarithm of a rate may be negative

    refuses<ArgumentOutOfRangeException> "variance" [ "variance[0, 2] is -3.5"; "at least 0" ] (fun () ->
        gaussianNLL false 1e-6 negative x23 x23 |> Reduce.mean |> ignore)

    refuses<ArgumentOutOfRangeException> "variance" [ "-1" ] (fun () -> gaussianNLL false 1e-6 pair x23 x23 |> Reduce.none |> ignore)

[<Theory>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
[<InlineData(Double.PositiveInfinity)>]
let ``an ε that cannot be added is refused`` (eps: float) =
    refuses<ArgumentOutOfRangeException> "eps" [ "eps is" ] (fun () -> poissonNLL true false eps x23 x23 |> ignore)
    refuses<ArgumentOutOfRangeException> "eps" [ "eps is" ] (fun () -> gaussianNLL false eps x23 x23 x23 |> ignore)

[<Fact>]
let ``a variance needs a floor above 0`` () =
    refuses<ArgumentOutOfRangeException> "eps" [ "eps is 0" ] (fun () -> gaussianNLL false 0.0 x23 x23 x23 |> ignore)
