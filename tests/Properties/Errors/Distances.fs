/// What distances refuse at the door.
module Losses.Tests.Errors.Distances

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests.Errors.Refusal

[<Theory>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
let ``an order that no norm has is refused`` (p: float) =
    refuses<ArgumentOutOfRangeException> "p" [ "p is" ] (fun () -> cdist p x23 x23 |> ignore)
    refuses<ArgumentOutOfRangeException> "p" [ "p is" ] (fun () -> pdist p x23 |> ignore)

    refuses<ArgumentOutOfRangeException> "p" [ "p is" ] (fun () ->
        tripletMargin { TripletMarginOptions.Default with P = p } x23 x23 x23 |> ignore)
