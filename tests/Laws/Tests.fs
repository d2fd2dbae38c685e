module Losses.Laws.Tests

open System
open FsCheck
open Losses
open Losses.FsCheck
open Xunit

// The same inputs at every run.
let private config =
    Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(Some { Rnd = Rnd(20261123UL, 77777UL); Size = None })

let private hold domain laws loss = loss |> Laws.checkWith config (Laws.over domain laws)

let private fails (law: string) domain laws loss =
    let error = Assert.ThrowsAny<Exception>(fun () -> loss |> hold domain laws)
    Assert.Contains(law, error.Message)
    error.Message

let inline private (-.) (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.op_Subtraction (a, b)
let inline private ( *. ) (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.op_Multiply (a, b)

let inline private size (x: 'T) : 'T :> IReal<'T> = 'T.Abs x
let inline private minus (x: 'T) : 'T :> IReal<'T> = 'T.op_UnaryNegation x
let inline private detach (x: 'T) : 'T :> IReal<'T> = 'T.Detach x
let inline private exp (x: 'T) : 'T :> IReal<'T> = 'T.Exp x
let inline private log1p (x: 'T) : 'T :> IReal<'T> = 'T.Log1P x

[<Struct; NoEquality; NoComparison>]
type Absolute =
    interface IPointwise with
        member _.Apply(x, t) = size (x -. t)

[<Struct; NoEquality; NoComparison>]
type Squared =
    interface IPointwise with
        member _.Apply(x, t) = (x -. t) *. (x -. t)

/// Its slope is half of what it should be.
[<Struct; NoEquality; NoComparison>]
type HalfTheSlope =
    interface IPointwise with
        member _.Apply(x, t) = (x -. t) *. detach (x -. t)

/// The sign is wrong, at 0 as well: there it is −0.
[<Struct; NoEquality; NoComparison>]
type MinusZero =
    interface IPointwise with
        member _.Apply(x, t) = minus ((x -. t) *. (x -. t))

/// e^d overflows where log cosh and its like do not.
[<Struct; NoEquality; NoComparison>]
type Overflows =
    interface IPointwise with
        member _.Apply(x, t) = log1p (exp (x -. t))

[<Fact>]
let ``The absolute error is all that it promises`` () =
    Absolute() |> hold Domain.All [ NonNegative; Symmetric; Convex; Lipschitz 1.0; Finite ]

[<Fact>]
let ``The squared error is all that it promises`` () = Squared() |> hold Domain.All [ NonNegative; Symmetric; Convex; Finite ]

[<Fact>]
let ``A slope without bound is found`` () = Squared() |> fails "Lipschitz" Domain.All [ Lipschitz 1.0 ] |> ignore

[<Fact>]
let ``A wrong gradient is found, and both sides are printed`` () =
    let message = HalfTheSlope() |> fails "the slope is that of the value" Domain.All []
    Assert.Contains("between the difference quotients", message)

[<Fact>]
let ``A wrong sign is found at 0, the simplest operands`` () =
    let message = MinusZero() |> fails "NonNegative" Domain.All [ NonNegative ]
    Assert.Contains("the value is -0, which is not at least 0, 0", message)

[<Fact>]
let ``An overflow is found`` () =
    Overflows() |> hold (Domain.Between(-100.0, 100.0)) [ NonNegative; Convex; Finite ]
    Overflows() |> fails "Finite" Domain.All [ Finite ] |> ignore

[<Fact>]
let ``A loss that is not symmetric is found`` () = Overflows() |> fails "Symmetric" (Domain.Between(-100.0, 100.0)) [ Symmetric ] |> ignore
