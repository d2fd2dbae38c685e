namespace Losses.FSharp

open Losses

/// How a pointwise definition becomes a loss of tensors.
[<AutoOpen>]
module Pointwise =

    /// <summary>The loss of tensors that a pointwise definition gives, a user's own as well: with its kernel, its gradient and its curvature.</summary>
    /// <param name="loss">A struct that holds the parameters and one expression.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    let pointwise
        (loss: 'L)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> System.ValueType and 'T :> ITensor<'T> =
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        Check.sameShape (nameof target) target.Shape (nameof prediction) prediction.Shape
        LossValues('T.Map(loss, prediction, target))

    /// <summary>The loss of three tensors that a pointwise definition gives, such as one with a variance.</summary>
    /// <param name="loss">A struct that holds the parameters and one expression.</param>
    /// <param name="third">The shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
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
        LossValues('T.Map(loss, prediction, target, third))
