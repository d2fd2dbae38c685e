namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Further losses of the next token.
[<AutoOpen>]
module Tokens =

    /// ignoreIndex of <c>dft</c> where none is given.
    [<Literal>]
    let DftIgnoreIndex = -100

    /// classAxis of <c>dft</c> where none is given.
    [<Literal>]
    let DftClassAxis = 1

    /// ignoreIndex of <c>zeroOne</c> where none is given.
    [<Literal>]
    let ZeroOneIgnoreIndex = -100

    /// classAxis of <c>zeroOne</c> where none is given.
    [<Literal>]
    let ZeroOneClassAxis = 1

    /// cap of <c>cappedLinearCrossEntropy</c> where none is given.
    [<Literal>]
    let CappedLinearCrossEntropyCap = 30.0

    /// chunk of <c>cappedLinearCrossEntropy</c> where none is given.
    [<Literal>]
    let CappedLinearCrossEntropyChunk = 1024

    /// cap of <c>linearZLoss</c> where none is given: none.
    [<Literal>]
    let LinearZLossCap = Double.PositiveInfinity

    /// chunk of <c>linearZLoss</c> where none is given.
    [<Literal>]
    let LinearZLossChunk = 1024

    // What the labels' classes have.
    let private chosen (axis: int) (labels: Labels) (x: 'T) : 'T :> ITensor<'T> =
        'T.Gather(x, axis, labels.Reshape(labels.Shape.Insert(axis, 1))) |> reshape labels.Shape

    /// <summary>Dynamic fine-tuning: cross-entropy weighted by the probability that the label has, so that unlikely tokens do not tear at the model.</summary>
    /// <param name="ignoreIndex">The label that marks an element to leave out, a class or not.</param>
    /// <param name="classAxis">The class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>Nats, one for each label; 0 where it is ignored. A mean divides by the number of the others.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    /// <remarks>−p log p with p = softmax(x) of the label, the first p held constant. Slope: p times that of cross-entropy. Source: Wu et al., On the generalization of SFT
    /// (2025); trl.SFTTrainer's dft (1.10, 2026).</remarks>
    let dft (ignoreIndex: int) (classAxis: int) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logits
        Check.notNull name logits
        let axis = SoftmaxRows.classAxis name classAxis logits.Shape
        let labels = checkLabels labels ignoreIndex name logits.Shape axis
        let own = chosen axis labels (logSoftmax axis logits)
        let value = Notation.weigh (Notation.detach (Notation.exp own)) (Notation.(-) (Notation.num 0.0) own)
        let weights = labelWeights logits Weights.None labels
        LossValues(whole (Notation.weigh weights value), weights)

    /// <summary>Zero-one loss: whether another class is more likely than the label; a mean is 1 less the accuracy.</summary>
    /// <param name="ignoreIndex">The label that marks an element to leave out, a class or not.</param>
    /// <param name="classAxis">The class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers that order the classes: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>0 or 1, one for each label; 0 where it is ignored. A mean divides by the number of the others.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    /// <remarks>1 where xᵧ &lt; max x, so that a label among the largest is right. Slope: 0. Source: Duda and Hart, Pattern classification (1973); Liger-Kernel's token accuracy.</remarks>
    let zeroOne (ignoreIndex: int) (classAxis: int) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logits
        Check.notNull name logits
        let axis = SoftmaxRows.classAxis name classAxis logits.Shape
        let labels = checkLabels labels ignoreIndex name logits.Shape axis
        let weights = labelWeights logits Weights.None labels
        let own = chosen axis labels logits
        let missed = Notation.ifLess own ('T.Largest(logits, axis)) (Notation.num 1.0) (expand labels.Shape (Notation.num 0.0))
        let value = Notation.given (sumAlong axis (Notation.abs logits)) missed
        LossValues(whole (Notation.weigh weights value), weights)

    let private checkMatrix (name: string) (shape: Shape) =
        if shape.Rank <> 2 then
            raise (ArgumentException($"{name} has shape {shape}; it must be a matrix.", name))

    // The logits of some rows at a time, no further from 0 than the cap.
    let private cappedRows
        (cap: float)
        (chunk: int)
        (bias: 'T)
        (weight: 'T)
        (input: 'T)
        (loss: int -> int -> 'T -> 'T)
        : 'T :> ITensor<'T> =
        checkChunk chunk

        if not (cap > 0.0) then
            Check.outOfRange (nameof cap) cap "above 0"

        Check.notNull (nameof bias) bias
        Check.notNull (nameof weight) weight
        Check.notNull (nameof input) input
        checkMatrix (nameof weight) weight.Shape
        checkMatrix (nameof input) input.Shape
        Check.notEmptyAxis (nameof weight) weight.Shape 0 "classes"
        Check.lengths (nameof input) input.Shape [| input.Shape[0]; weight.Shape[1] |] (fun () -> $"weight has shape {weight.Shape}")
        checkBias (nameof bias) bias.Shape (nameof weight) weight.Shape

        byChunk chunk input.Shape[0] (fun start count ->
            let values (x: 'T[]) : 'T =
                let logits = linear x[1] x[2] x[0]
                loss start count (if Double.IsInfinity cap then logits else softCap cap logits)

            'T.Recompute(Func<'T[], 'T> values, [| 'T.Slice(input, 0, start, count); weight; bias |]))

    /// <summary>The last linear layer, a soft cap of its logits, and cross-entropy in one: of the logits some rows are computed, used and forgotten.</summary>
    /// <param name="options">Class weights, the label to ignore, label smoothing.</param>
    /// <param name="cap">How large a logit can become; above 0, infinite for none.</param>
    /// <param name="chunk">How many rows at a time, at most; at least 1.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="input">(N, D)</param>
    /// <returns>Nats, one for each label. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>crossEntropy(c tanh(x / c)) with x = input · weightᵀ + bias. Source: Gemma 2 (2024); Apple's cut_cross_entropy (2025).</remarks>
    let cappedLinearCrossEntropy
        (options: CrossEntropyOptions)
        (cap: float)
        (chunk: int)
        (labels: Labels)
        (bias: 'T)
        (weight: 'T)
        (input: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.notNull (nameof labels) labels
        Check.notNull (nameof weight) weight
        Check.notNull (nameof input) input
        checkMatrix (nameof weight) weight.Shape
        checkMatrix (nameof input) input.Shape
        let options = { options.Checked() with ClassAxis = 1 }
        Check.shape (nameof labels) labels.Shape (Shape [| input.Shape[0] |]) (fun () -> $"input has shape {input.Shape}")
        let whole = labels.Checked(weight.Shape[0], options.IgnoreIndex, nameof labels)
        let indices = whole.Indices.ToArray()

        let loss start count (logits: 'T) : 'T =
            (crossEntropy { options with IgnoreIndex = -1 } (Labels(ReadOnlySpan<int>(indices, start, count), Shape [| count |])) logits)
                .Unchecked

        let values = cappedRows cap chunk bias weight input loss |> 'T.Round
        withWeights whole options.ClassWeights (labelWeights input options.ClassWeights whole) values

    /// <summary>The last linear layer and the z-loss of its logits in one: of the logits some rows are computed, used and forgotten.</summary>
    /// <param name="cap">How large a logit can become; above 0, infinite for none.</param>
    /// <param name="chunk">How many rows at a time, at most; at least 1.</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="input">(N, D)</param>
    /// <returns>Squared nats, one for each row.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>(log Σ exp(c tanh(x / c)))² with x = input · weightᵀ + bias, to be added to a cross-entropy with a small weight. Source: PaLM (2022); Liger-Kernel's
    /// lse_square_scale.</remarks>
    let linearZLoss (cap: float) (chunk: int) (bias: 'T) (weight: 'T) (input: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        LossValues(cappedRows cap chunk bias weight input (fun _ _ logits -> (zLoss 1 logits).Unchecked))
