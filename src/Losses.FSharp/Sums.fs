namespace Losses.FSharp

open System
open Losses

/// Losses of sums: any definition applied to tensors.
[<AutoOpen>]
module Sums =

    // With the names of the caller's parameters.
    let internal namedSums
        (targetName: string)
        (predictionName: string)
        (loss: 'L)
        (axes: int[])
        (weights: Weights)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISums and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        Check.notNull "axes" axes
        Check.notNull "weights" weights
        Check.notNull targetName target
        Check.notNull predictionName prediction
        Check.sameShape targetName target.Shape predictionName prediction.Shape
        let shape = prediction.Shape
        let axes = axes |> Array.map (fun axis -> shape.Axis(axis, "axes")) |> Array.distinct

        let weights =
            if weights.IsNone then
                [||]
            else
                Check.broadcasts "weights" weights.Shape predictionName shape
                [| TensorNotation.constant prediction weights |> TensorNotation.expand shape |]

        LossValues('T.Sums(loss, prediction, target, weights, axes))

    /// <summary>The loss that a definition makes of sums over some axes, a user's own as well: with its kernel and its gradient.</summary>
    /// <param name="loss">A struct that holds the parameters: the terms of an element, and what the loss is of their sums.</param>
    /// <param name="axes">The axes that are summed; a negative one counts from the last.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>One value for each place along the other axes.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    let sums
        (loss: 'L)
        (axes: int[])
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISums and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        namedSums (nameof target) (nameof prediction) loss axes Weights.None target prediction
