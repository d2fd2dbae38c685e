namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>max(0, margin − t x).  (Cortes and Vapnik 1995)</summary>
[<Struct; NoEquality; NoComparison>]
type Hinge =
    val private margin: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.Margin = if loss.margin > 0.0 then loss.margin else 1.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) = hinge (num loss.Margin - t * x)

        member _.Target = Domain.PlusOrMinusOne

    /// <summary>The loss of a margin.</summary>
    /// <param name="margin">Finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is not above 0 or not finite.</exception>
    new(margin: float) =
        Check.positive (nameof margin) margin

        { margin = margin }

/// <summary>max(0, margin − t x)².  (keras.losses.SquaredHinge)</summary>
[<Struct; NoEquality; NoComparison>]
type SquaredHinge =
    val private margin: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.Margin = if loss.margin > 0.0 then loss.margin else 1.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let lacking = hinge (num loss.Margin - t * x)
            lacking * lacking

        member _.Target = Domain.PlusOrMinusOne

    /// <summary>The loss of a margin.</summary>
    /// <param name="margin">Finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is not above 0 or not finite.</exception>
    new(margin: float) =
        Check.positive (nameof margin) margin

        { margin = margin }

/// <summary>With u = 1 − t x: 0 below 0, u²/2a up to a, u − ½a beyond.  (Shalev-Shwartz and Zhang 2013)</summary>
[<Struct; NoEquality; NoComparison>]
type SmoothedHinge =
    val private a: float

    // C# has a struct without a constructor, too: its zeros are the defaults.
    member private loss.A = if loss.a > 0.0 then loss.a else 1.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let lacking = num 1.0 - t * x
            // Huber's of one side, over a.
            let c = min (hinge lacking) (num loss.A)
            num 0.0 - detach (c / num loss.A) * (detach (0.5 .* c) - lacking)

        member _.Target = Domain.PlusOrMinusOne

    /// <summary>The loss of an a.</summary>
    /// <param name="a">Finite, above 0: where it turns linear; 2 is the binary sparsemax loss.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="a"/> is not above 0 or not finite.</exception>
    new(a: float) =
        Check.positive (nameof a) a

        { a = a }

/// <summary>max(0, −t x).  (Rosenblatt 1958)</summary>
[<Struct; NoEquality; NoComparison>]
type Perceptron =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) = hinge (num 0.0 - t * x)

        member _.Target = Domain.PlusOrMinusOne

/// <summary>e^(−t x).  (Freund and Schapire 1997)</summary>
[<Struct; NoEquality; NoComparison>]
type Exponential =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) = exp (num 0.0 - t * x)

        member _.Target = Domain.PlusOrMinusOne

namespace Losses.FSharp

open Losses

/// Losses of scores whose sign is the answer, 0 or nearly once it is right by a margin.
[<AutoOpen>]
module Hinges =

    /// margin of <c>hinge</c> where none is given.
    [<Literal>]
    let HingeMargin = 1.0

    /// margin of <c>squaredHinge</c> where none is given.
    [<Literal>]
    let SquaredHingeMargin = 1.0

    /// a of <c>smoothedHinge</c> where none is given.
    [<Literal>]
    let SmoothedHingeA = 1.0

    /// <summary>Hinge loss: what a score lacks of being right by a margin, as in support vector machines.</summary>
    /// <param name="margin">Finite, above 0.</param>
    /// <param name="target">1 for yes, −1 for no; any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the prediction, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is neither −1 nor 1; it says which, where. Or <paramref name="margin"/> is not above 0 or not finite.</exception>
    /// <remarks>max(0, margin − t x). Slope: −t where that is above 0, else 0. Convex. Keras takes targets of 0 for −1. Source: Cortes and Vapnik,
    /// Machine Learning 20 (1995) 273–297.</remarks>
    let hinge (margin: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (Hinge margin) target prediction

    /// <summary>Squared hinge loss: the square of what a score lacks of being right by a margin.</summary>
    /// <param name="margin">Finite, above 0.</param>
    /// <param name="target">1 for yes, −1 for no; any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the prediction, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is neither −1 nor 1; it says which, where. Or <paramref name="margin"/> is not above 0 or not finite.</exception>
    /// <remarks>max(0, margin − t x)². Slope: −2t max(0, margin − t x). Convex. Keras takes targets of 0 for −1. Source: keras.losses.SquaredHinge (3.16, 2026).</remarks>
    let squaredHinge (margin: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (SquaredHinge margin) target prediction

    /// <summary>Smoothed hinge loss: the hinge loss, rounded off at its kink; with <paramref name="a"/> 2 the binary sparsemax loss.</summary>
    /// <param name="a">a, finite, above 0: where it turns linear.</param>
    /// <param name="target">1 for yes, −1 for no; any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the prediction, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is neither −1 nor 1; it says which, where. Or <paramref name="a"/> is not above 0 or not finite.</exception>
    /// <remarks>With u = 1 − t x: 0 where u ≤ 0, u²/2a where u ≤ a, else u − ½a. Slope: −t u/a clipped to what is between 0 and −t. Convex. Source: Shalev-Shwartz and Zhang,
    /// Stochastic dual coordinate ascent, JMLR 14 (2013) 567–599.</remarks>
    let smoothedHinge (a: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (SmoothedHinge a) target prediction

    /// <summary>Perceptron loss: how far a score is on the wrong side of 0.</summary>
    /// <param name="target">1 for yes, −1 for no; any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the prediction, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is neither −1 nor 1; it says which, where.</exception>
    /// <remarks>max(0, −t x). Slope: −t where that is above 0, else 0. Convex. Source: Rosenblatt, Psychological Review 65 (1958) 386–408;
    /// optax.losses.perceptron_loss (2024).</remarks>
    let perceptron (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (Perceptron()) target prediction

    /// <summary>Exponential loss, that of AdaBoost: it grows with a wrong score faster than any other here.</summary>
    /// <param name="target">1 for yes, −1 for no; any shape.</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is neither −1 nor 1; it says which, where.</exception>
    /// <remarks>e^(−t x). Slope: −t e^(−t x). Convex. Source: Freund and Schapire, J. Comput. Syst. Sci. 55 (1997) 119–139.</remarks>
    let exponential (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> = pointwise (Exponential()) target prediction

    /// The margin of <c>multiclassHinge</c> where none is given.
    [<Literal>]
    let MulticlassHingeMargin = 1.0

    /// <summary>Multi-class hinge loss of Crammer and Singer: how far the best other class comes within the margin of the label's; with margin 0 the multi-class perceptron loss.</summary>
    /// <param name="margin">Finite, at least 0.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="scores"/> without the last axis.</param>
    /// <param name="scores">Any numbers: (…, C).</param>
    /// <returns>Units of the scores, at least 0, one for each label.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where. Or <paramref name="margin"/> is negative or not finite.</exception>
    /// <remarks>max_j (x_j + m 1{j ≠ y}) − x_y. Slope: 1 for the largest, −1 for the label's class; where several are largest, they share it. Convex. <c>multiMargin</c> sums over the
    /// classes. Source: Crammer and Singer, JMLR 2 (2001) 265–292; optax.losses.multiclass_hinge_loss and multiclass_perceptron_loss (2024).</remarks>
    let multiclassHinge (margin: float) (labels: Labels) (scores: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof margin) margin
        let labels = checkedClasses (nameof scores) labels scores
        let axis = scores.Shape.Rank - 1
        let own = 'T.Gather(scores, axis, labels.Reshape(scores.Shape.With(axis, 1)))
        let others = Notation.(*) (Notation.num margin) (Notation.(-) (Notation.num 1.0) (oneHot labels scores))
        // Differences first: the label's own is exactly 0.
        let above = Notation.(+) (Notation.(-) scores (TensorNotation.expand scores.Shape own)) others
        LossValues(TensorNotation.whole ('T.Largest(above, axis)))

    /// <summary>Categorical hinge loss: how far the best other class comes within 1 of the target's, where the target's own place counts as a score of 0.</summary>
    /// <param name="target">1 for the class, 0 for the others, or shares: (…, C).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the prediction, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <remarks>max(0, 1 + max_j (1 − t_j) x_j − Σ_j t_j x_j). Classes that tie share the slope. Source: keras.losses.CategoricalHinge (3.16, 2026).</remarks>
    let categoricalHinge (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        let axis = Check.vectorAxis (nameof prediction) prediction.Shape
        Check.notEmptyAxis (nameof prediction) prediction.Shape axis "classes"
        let other = 'T.Largest(Notation.(*) (Notation.(-) (Notation.num 1.0) target) prediction, axis)
        let own = TensorNotation.sumAlong axis (Notation.(*) target prediction)
        LossValues(TensorNotation.whole (Notation.hinge (Notation.(+) (Notation.num 1.0) (Notation.(-) other own))))
