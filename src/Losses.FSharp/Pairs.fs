namespace Losses.FSharp

open System
open Losses

/// Losses of pairs: any definition applied to tensors.
[<AutoOpen>]
module Pairs =

    /// axis of <c>pairs</c> where none is given: the last.
    [<Literal>]
    let PairsAxis = -1

    /// <summary>The loss that a definition makes of the pairs of lists, a user's own as well: with its kernel and its gradient.</summary>
    /// <param name="loss">A struct that holds the parameters: what a pair adds, and which pairs count.</param>
    /// <param name="axis">The axis that the lists lie along; a negative one counts from the last.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>For each list the sum over its pairs; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>No pair is stored. A list with a NaN among its targets is NaN, for that is in no order.</remarks>
    let pairs
        (loss: 'L)
        (axis: int)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPairs and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        let axis = prediction.Shape.Axis(axis, nameof axis)
        let mutable counts = Unchecked.defaultof<'T>
        let values = 'T.Pairs(loss, prediction, target, axis, &counts)
        LossValues(TensorNotation.whole values, counts)
