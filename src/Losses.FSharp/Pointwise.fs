namespace Losses.FSharp

open Losses

/// How a pointwise definition becomes a loss of tensors.
[<AutoOpen>]
module Pointwise =

    // A loss whose function has names of its own for what a definition calls prediction and target.
    let internal namedPointwise
        (targetName: string)
        (predictionName: string)
        (loss: 'L)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> System.ValueType and 'T :> ITensor<'T> =
        Check.notNull targetName target
        Check.notNull predictionName prediction
        Check.sameShape targetName target.Shape predictionName prediction.Shape
        LossValues<'T>.Of(loss, prediction, predictionName, target, targetName)

    /// <summary>The loss of tensors that a pointwise definition gives, a user's own as well: with its kernel, its gradient and its curvature.</summary>
    /// <param name="loss">A struct that holds the parameters and one expression.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>A number outside the definition's domains is refused when the loss is reduced or its values are asked for.</remarks>
    let pointwise
        (loss: 'L)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> System.ValueType and 'T :> ITensor<'T> =
        namedPointwise (nameof target) (nameof prediction) loss target prediction

    /// <summary>The loss of three tensors that a pointwise definition gives, such as one with a variance.</summary>
    /// <param name="loss">A struct that holds the parameters and one expression.</param>
    /// <param name="third">The shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>A number outside the definition's domains is refused when the loss is reduced or its values are asked for.</remarks>
    let pointwise3
        (loss: 'L)
        (third: 'T)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPointwise3 and 'L: (new: unit -> 'L) and 'L :> System.ValueType and 'T :> ITensor<'T> =
        Check.notNull (nameof third) third
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        Check.sameShape (nameof target) target.Shape (nameof prediction) prediction.Shape
        Check.sameShape (nameof third) third.Shape (nameof prediction) prediction.Shape
        LossValues<'T>.Of(loss, prediction, nameof prediction, target, nameof target, third, nameof third, third.Shape)
