namespace Losses.FSharp

open Losses

/// How a pointwise definition becomes a loss of tensors.
[<AutoOpen>]
module Pointwise =

    let internal checkTwo (targetName: string) (target: 'T) (predictionName: string) (prediction: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull targetName target
        Check.notNull predictionName prediction
        Check.sameShape targetName target.Shape predictionName prediction.Shape

    // A loss whose function has names of its own for what a definition calls prediction and target.
    let internal namedPointwise
        (targetName: string)
        (predictionName: string)
        (loss: 'L)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> System.ValueType and 'T :> ITensor<'T> =
        checkTwo targetName target predictionName prediction
        LossValues<'T>.Of(loss, prediction, predictionName, target, targetName)

    let internal checkThree
        (thirdName: string)
        (third: 'T)
        (targetName: string)
        (target: 'T)
        (predictionName: string)
        (prediction: 'T)
        : unit when 'T :> ITensor<'T> =
        Check.notNull thirdName third
        checkTwo targetName target predictionName prediction
        Check.sameShape thirdName third.Shape predictionName prediction.Shape

    // The same of three tensors.
    let internal namedPointwise3
        (thirdName: string)
        (targetName: string)
        (predictionName: string)
        (loss: 'L)
        (third: 'T)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPointwise3 and 'L: (new: unit -> 'L) and 'L :> System.ValueType and 'T :> ITensor<'T> =
        checkThree thirdName third targetName target predictionName prediction
        LossValues<'T>.Of(loss, prediction, predictionName, target, targetName, third, thirdName, third.Shape)

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
        namedPointwise3 (nameof third) (nameof target) (nameof prediction) loss third target prediction
