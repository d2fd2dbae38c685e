namespace Losses.FSharp

open System
open Losses

/// <summary>How the values of a loss become one, in full: for every loss the same. <c>{ Reducing.Default with Mask = mask }</c></summary>
[<NoComparison; ReferenceEquality>]
type Reducing =
    {
        /// None, mean, sum or batch mean.
        Reduction: Reduction
        /// What each element is multiplied by, of a shape that broadcasts to that of the values.
        Weights: Weights
        /// What each sample is multiplied by: one for each place along the first axis of the values.
        SampleWeights: Weights
        /// 1 for the elements that count and 0 for those left out, whatever they are; see <c>Weights.Mask</c>.
        Mask: Weights
        /// What a mean divides by.
        Divisor: Divisor
        /// Whether every sample is reduced by itself, over all axes but the first.
        PerSample: bool
        /// What the mean of nothing is.
        Empty: EmptyMean
    }

    /// PyTorch's default: a mean, without weights.
    static member Default =
        {
            Reduction = Reduction.Mean
            Weights = Weights.None
            SampleWeights = Weights.None
            Mask = Weights.None
            Divisor = Divisor.Default
            PerSample = false
            Empty = EmptyMean.NaN
        }

/// <summary>Reductions: what becomes of the values of a loss and the weights they count with.</summary>
/// <remarks>Each raises <c>ArgumentOutOfRangeException</c> where an operand of an element that counts is outside its domain; it says which, where. What was masked or weighed
/// with 0 may be anything.</remarks>
module Reduce =

    /// <summary>A value for each element.</summary>
    let none (loss: LossValues<'T>) : 'T :> ITensor<'T> =
        Check.notNull (nameof loss) loss
        loss.Values

    /// <summary>The exact sum of the values, rounded once; 0 for no values.</summary>
    let sum (loss: LossValues<'T>) : 'T :> ITensor<'T> =
        Check.notNull (nameof loss) loss
        loss.Checked(TensorNotation.sumAll loss.Unchecked)

    /// <summary>The exact sum of the values over that of their weights, or over their number, rounded once; NaN where there is nothing to
    /// count, as in PyTorch.</summary>
    let mean (loss: LossValues<'T>) : 'T :> ITensor<'T> =
        Check.notNull (nameof loss) loss
        let weights = if loss.IsWeighted then [| loss.Weights |] else [||]
        loss.Checked('T.Mean(loss.UncheckedMeanValues, ReadOnlySpan weights))

    /// <summary>What a mean divides, and what it divides by: the parts of micro-batches, shards or machines add up, and the quotient of the sums is the
    /// mean of all, which a mean of means is not.</summary>
    let parts (loss: LossValues<'T>) : struct ('T * 'T) when 'T :> ITensor<'T> =
        Check.notNull (nameof loss) loss
        struct (loss.Checked(TensorNotation.sumAll loss.UncheckedMeanValues), TensorNotation.sumAll loss.Weights)

    /// <summary>Adds the values and weights to an accumulator, whose mean is that of all it was given, to the last bit.</summary>
    /// <param name="total">Receives them.</param>
    /// <param name="loss">The loss of one batch.</param>
    let addTo (total: LossAccumulator) (loss: LossValues<DiffTensor<'S>>) : unit =
        Check.notNull (nameof total) total
        total.Add loss

    /// <summary>The sum over the length of the first axis: the mathematical KL divergence of a batch.</summary>
    /// <exception cref="T:System.ArgumentException">The values are a scalar: there is no batch.</exception>
    let batchMean (loss: LossValues<'T>) : 'T :> ITensor<'T> =
        Check.notNull (nameof loss) loss
        let shape = loss.Unchecked.Shape

        if shape.Rank = 0 then
            raise (ArgumentException("a batch mean needs a batch axis, but the values have shape ().", nameof loss))

        loss.Checked('T.Mean(loss.Unchecked, ReadOnlySpan [| Notation.num (float shape[0]) |]))

    /// <summary>The reduction of a name.</summary>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="reduction"/> is none of the names.</exception>
    let by (reduction: Reduction) (loss: LossValues<'T>) : 'T :> ITensor<'T> =
        match reduction with
        | Reduction.None -> none loss
        | Reduction.Mean -> mean loss
        | Reduction.Sum -> sum loss
        | Reduction.BatchMean -> batchMean loss
        | _ -> raise (ArgumentOutOfRangeException(nameof reduction, $"{Check.number (int64 reduction)} is no reduction."))

    let private spread (like: 'T) (weights: Weights) : 'T :> ITensor<'T> =
        TensorNotation.expand like.Shape (TensorNotation.constant like weights)

    // By weights that the caller knows by a name.
    let private withNamed
        (name: string)
        (weights: Weights)
        (loss: LossValues<'T>)
        (weighed: 'T -> LossValues<'T>)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull name weights
        Check.notNull (nameof loss) loss

        if weights.IsNone then
            loss
        else
            Check.broadcasts name weights.Shape "the values" loss.Unchecked.Shape
            weighed (spread loss.Unchecked weights)

    let private weighedBy (name: string) (weights: Weights) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        withNamed name weights loss (fun weight -> loss.Weighed weight)

    let private countingBy (name: string) (weights: Weights) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        withNamed name weights loss (fun weight -> loss.Counting weight)

    /// <summary>Every value multiplied by a weight; a weight of 0 removes a value, whatever it is. A mean still divides by what it did.</summary>
    /// <param name="weights">Of the shape of the values, or one that broadcasts to it; <c>Weights.None</c> for none.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="T:System.ArgumentException"><paramref name="weights"/> does not broadcast to the values.</exception>
    let weigh (weights: Weights) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> = weighedBy (nameof weights) weights loss

    /// <summary>Every value multiplied by a weight that also counts in what a mean divides by.</summary>
    /// <param name="weights">Of the shape of the values, or one that broadcasts to it; <c>Weights.None</c> for none.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="T:System.ArgumentException"><paramref name="weights"/> does not broadcast to the values.</exception>
    let weighAndCount (weights: Weights) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        countingBy (nameof weights) weights loss

    /// <summary>Only the elements where the mask is 1: the others are left out, whatever they are, as if they had not been there.</summary>
    /// <param name="mask">1 or 0, of the shape of the values, or one that broadcasts to it; see <c>Weights.Mask</c>.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="T:System.ArgumentException"><paramref name="mask"/> does not broadcast to the values.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="mask"/> has another number than 0 and 1.</exception>
    let mask (mask: Weights) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof mask) mask
        Check.notNull (nameof loss) loss

        Check.mask (nameof mask) mask
        countingBy (nameof mask) mask loss

    /// <summary>Only the values above one number and below another: the others are left out, as if they had not been there. Between 0 and ∞ a mean is that of what is not 0.</summary>
    /// <param name="low">A value that counts is above it; −∞ for all.</param>
    /// <param name="high">A value that counts is below it; ∞ for all.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A bound is NaN.</exception>
    /// <remarks>Which values count is a constant for the gradient; a NaN counts.</remarks>
    let between (low: float) (high: float) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNaN (nameof low) low
        Check.notNaN (nameof high) high
        Check.notNull (nameof loss) loss
        let values = Notation.detach loss.Unchecked
        let zero: 'T = Notation.num 0.0
        let isBelow = Notation.ifLess values (Notation.num high) (Notation.num 1.0) zero
        loss.Counting(Notation.given values (Notation.ifLess (Notation.num low) values isBelow zero))

    // Sample weights lie along the first axis.
    let private samples (weights: Weights) (shape: Shape) =
        if weights.IsNone then
            weights
        else
            let name = "sampleWeights"

            if shape.Rank = 0 then
                raise (ArgumentException("sampleWeights need a batch axis, but the values have shape ().", name))

            Check.shape name weights.Shape (Shape [| shape[0] |]) (fun () -> $"the values have shape {shape}")
            let column = Array.create shape.Rank 1
            column[0] <- shape[0]
            weights.Reshape(Shape column)

    // A mean, or what the policy says where what it divides by is 0: of all elements, or of each sample.
    let private emptyAware (empty: EmptyMean) (counted: 'T) (mean: 'T) : 'T :> ITensor<'T> =
        match empty with
        | EmptyMean.NaN -> mean
        | EmptyMean.Zero -> Notation.ifLess (Notation.num 0.0) counted mean (Notation.num 0.0)
        | EmptyMean.Throw when 'T.Least counted > 0.0 -> mean
        | EmptyMean.Throw -> raise (InvalidOperationException "the mean of nothing: no element counts.")
        | _ -> raise (ArgumentOutOfRangeException(nameof empty, $"{Check.number (int64 empty)} is no choice for an empty mean."))

    let private bySample (empty: EmptyMean) (reduction: Reduction) (loss: LossValues<'T>) : 'T :> ITensor<'T> =
        Check.notNull (nameof loss) loss
        let shape = loss.Unchecked.Shape

        if shape.Rank = 0 then
            raise (ArgumentException("a reduction per sample needs a batch axis, but the values have shape ().", nameof loss))

        let total (x: 'T) = 'T.Sum(x, ReadOnlySpan(Array.init (shape.Rank - 1) (fun i -> i + 1)), false)

        match reduction with
        | Reduction.Sum -> loss.Checked(total loss.Unchecked)
        | Reduction.Mean ->
            let counted = total loss.Weights
            loss.Checked(emptyAware empty counted (Notation.(/) (total loss.UncheckedMeanValues) counted))
        | _ ->
            let given = if Enum.IsDefined reduction then string reduction else Check.number (int64 reduction)
            raise (ArgumentException($"a sample is reduced by Sum or Mean, not by {given}.", nameof reduction))

    /// <summary>Every sample by itself, over all axes but the first: its sum, or the sum over what it counts.</summary>
    /// <param name="reduction">Sum or mean.</param>
    /// <param name="loss">The loss; its values have a batch axis.</param>
    /// <returns>(N).</returns>
    /// <exception cref="T:System.ArgumentException">The values are a scalar, or the reduction is neither sum nor mean.</exception>
    let perSample (reduction: Reduction) (loss: LossValues<'T>) : 'T :> ITensor<'T> = bySample EmptyMean.NaN reduction loss

    /// <summary>The loss with mask and weights applied, before it is reduced: its values, and what they count in a mean.</summary>
    /// <param name="options">Mask, weights and divisor; the rest does not matter.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="T:System.ArgumentException">A mask or weights do not fit the values.</exception>
    let apply (options: Reducing) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.notNull "options.Weights" options.Weights
        Check.notNull "options.SampleWeights" options.SampleWeights
        Check.notNull "options.Mask" options.Mask
        Check.notNull (nameof loss) loss
        let sampleWeights = samples options.SampleWeights loss.Unchecked.Shape
        let masked = if options.Mask.IsNone then loss else mask options.Mask loss

        match options.Divisor with
        | Divisor.Default -> masked |> weigh options.Weights |> weigh sampleWeights
        | Divisor.Weights -> masked |> weighAndCount options.Weights |> weighAndCount sampleWeights
        | Divisor.Count ->
            let weighed = masked |> weighAndCount options.Weights |> weighAndCount sampleWeights
            let counted = Notation.ifLess (Notation.num 0.0) weighed.Weights (Notation.num 1.0) (Notation.num 0.0)
            weighed.With(weighed.Unchecked, counted)
        | divisor -> raise (ArgumentOutOfRangeException("divisor", $"{Check.number (int64 divisor)} is no divisor."))

    // What is left to do once mask and weights are applied.
    let private reduced (options: Reducing) (loss: LossValues<'T>) : 'T :> ITensor<'T> =
        if options.PerSample then
            bySample options.Empty options.Reduction loss
        elif options.Empty <> EmptyMean.NaN && (options.Reduction = Reduction.Mean || options.Reduction = Reduction.BatchMean) then
            emptyAware options.Empty (TensorNotation.sumAll loss.Weights) (by options.Reduction loss)
        else
            by options.Reduction loss

    /// <summary>The reduction in full: mask, weights, what a mean divides by, each sample by itself or all together.</summary>
    /// <param name="options">What to do; the same for every loss.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="T:System.ArgumentException">A mask or weights do not fit the values.</exception>
    /// <exception cref="T:System.InvalidOperationException">Nothing counts, in some sample if each is reduced by itself, and the options say to
    /// throw then.</exception>
    let using (options: Reducing) (loss: LossValues<'T>) : 'T :> ITensor<'T> = apply options loss |> reduced options

    /// <summary>Adds what <c>using</c> would reduce to an accumulator.</summary>
    /// <param name="options">Mask, weights and divisor; the rest does not matter.</param>
    /// <param name="total">Receives values and weights.</param>
    /// <param name="loss">The loss of one batch.</param>
    let addUsing (options: Reducing) (total: LossAccumulator) (loss: LossValues<DiffTensor<'S>>) : unit = apply options loss |> addTo total

    /// <summary>The parts of the mean that <c>using</c> gives: what it divides, and what it divides by.</summary>
    /// <param name="options">Mask, weights and divisor; the rest does not matter.</param>
    /// <param name="loss">The loss.</param>
    let partsUsing (options: Reducing) (loss: LossValues<'T>) : struct ('T * 'T) when 'T :> ITensor<'T> = parts (apply options loss)
