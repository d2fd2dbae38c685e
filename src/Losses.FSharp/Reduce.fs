namespace Losses.FSharp

open System
open Losses

/// <summary>Reductions: what becomes of the values of a loss and the weights they count with.</summary>
module Reduce =

    /// <summary>A value an element.</summary>
    let none (loss: LossValues<'T>) : 'T when 'T :> ITensor<'T> = loss.Values

    /// <summary>The exact sum of the values, rounded once; 0 for no values.</summary>
    let sum (loss: LossValues<'T>) : 'T when 'T :> ITensor<'T> = TensorNotation.sumAll loss.Values

    /// <summary>The exact sum of the values over that of their weights, or over their number, rounded once; NaN where there is nothing to
    /// count, as in PyTorch.</summary>
    let mean (loss: LossValues<'T>) : 'T when 'T :> ITensor<'T> =
        if loss.IsWeighted then
            'T.Mean(loss.Values, ReadOnlySpan [| loss.Weights |])
        else
            'T.Mean(loss.Values, ReadOnlySpan())

    /// <summary>The sum over the length of the first axis: the mathematical KL divergence of a batch.</summary>
    /// <exception cref="T:System.ArgumentException">The values are a scalar: there is no batch.</exception>
    let batchMean (loss: LossValues<'T>) : 'T when 'T :> ITensor<'T> =
        let shape = loss.Values.Shape

        if shape.Rank = 0 then
            raise (ArgumentException("a batch mean needs a batch axis, but the values have shape ().", nameof loss))

        Notation.(/) (sum loss) (Notation.num (float shape[0]))

    /// <summary>The reduction of a name.</summary>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="reduction"/> is none of the names.</exception>
    let by (reduction: Reduction) (loss: LossValues<'T>) : 'T when 'T :> ITensor<'T> =
        match reduction with
        | Reduction.None -> none loss
        | Reduction.Mean -> mean loss
        | Reduction.Sum -> sum loss
        | Reduction.BatchMean -> batchMean loss
        | _ -> raise (ArgumentOutOfRangeException(nameof reduction, reduction, $"{int reduction} is no reduction."))

    /// <summary>Every value multiplied by a weight; a weight of 0 removes a value, whatever it is. A mean still divides by the number of values.</summary>
    /// <param name="weights">Of the shape of the values, or one that broadcasts to it; <c>Weights.None</c> for none.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="T:System.ArgumentException"><paramref name="weights"/> does not broadcast to the values.</exception>
    let weigh (weights: Weights) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof weights) weights

        if weights.IsNone then
            loss
        else
            Check.broadcasts (nameof weights) weights.Shape "the values" loss.Values.Shape

            let values =
                'T.Weigh(TensorNotation.expand loss.Values.Shape (TensorNotation.constant loss.Values weights), loss.Values)

            if loss.IsWeighted then LossValues(values, loss.Weights) else LossValues values
