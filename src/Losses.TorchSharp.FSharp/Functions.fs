namespace Losses.TorchSharp.FSharp

open Losses
open Losses.FSharp
open Losses.TorchSharp
open global.TorchSharp

/// <summary>A loss of torch.Tensors, evaluated when it is reduced: until then it holds no tensor of its own.</summary>
[<Sealed>]
type TorchLoss internal (evaluate: unit -> LossValues<TorchTensor>) =

    /// The values and the weights that they count with; their tensors belong to the current dispose scope.
    member _.Evaluate() : LossValues<TorchTensor> = evaluate ()

/// <summary>The losses of <c>Losses.FSharp</c> on torch.Tensor, by the same names and in the same order: options, target, prediction.</summary>
/// <remarks>What a loss is, its shapes and errors, stands with the function of the same name there. All tensors have one data type and are on one device.
/// Open this module after <c>Losses.FSharp</c>: <c>logits |> crossEntropy options labels |> Reduce.mean</c> is a torch.Tensor.</remarks>
[<AutoOpen>]
module Functions =

    let private loss (first: string * torch.Tensor) (others: (string * torch.Tensor) list) (f: unit -> LossValues<TorchTensor>) =
        for name, other in others do
            Check.Alike(other, name, snd first, fst first)

        TorchLoss f

    /// <summary>Class indices, Int64 or Int32, as labels.</summary>
    /// <exception cref="T:System.ArgumentException">The tensor has another data type.</exception>
    let labels (indices: torch.Tensor) : Labels = TorchTensor.LabelsOf indices

    /// <summary>See <c>Losses.FSharp</c>'s <c>l1</c>.</summary>
    let l1 (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Regression.l1 (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>mse</c>.</summary>
    let mse (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Regression.mse (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>smoothL1</c>.</summary>
    let smoothL1 (beta: float) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Regression.smoothL1 beta (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>huber</c>.</summary>
    let huber (delta: float) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Regression.huber delta (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>bce</c>.</summary>
    let bce (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Binary.bce (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>bceWithLogits</c>.</summary>
    let bceWithLogits (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Binary.bceWithLogits (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>balancedBceWithLogits</c>.</summary>
    let balancedBceWithLogits (posWeight: Weights) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Binary.balancedBceWithLogits posWeight (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>softMargin</c>.</summary>
    let softMargin (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Binary.softMargin (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>klDiv</c>.</summary>
    let klDiv (logTarget: bool) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Divergence.klDiv logTarget (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>poissonNLL</c>.</summary>
    let poissonNLL (logInput: bool) (full: bool) (eps: float) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Likelihood.poissonNLL logInput full eps (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>hingeEmbedding</c>.</summary>
    let hingeEmbedding (margin: float) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Margin.hingeEmbedding margin (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>multiLabelSoftMargin</c>.</summary>
    let multiLabelSoftMargin (classWeights: Weights) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Margin.multiLabelSoftMargin classWeights (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>gaussianNLL</c>.</summary>
    let gaussianNLL (full: bool) (eps: float) (variance: torch.Tensor) (target: torch.Tensor) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [ "target", target; "variance", variance ] (fun () ->
            Losses.FSharp.Likelihood.gaussianNLL full eps (TorchTensor variance) (TorchTensor target) (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>marginRanking</c>.</summary>
    let marginRanking (margin: float) (target: torch.Tensor) (x2: torch.Tensor) (x1: torch.Tensor) : TorchLoss =
        loss ("x1", x1) [ "x2", x2; "target", target ] (fun () ->
            Losses.FSharp.Margin.marginRanking margin (TorchTensor target) (TorchTensor x2) (TorchTensor x1))

    /// <summary>See <c>Losses.FSharp</c>'s <c>cosineEmbedding</c>.</summary>
    let cosineEmbedding (margin: float) (target: torch.Tensor) (x2: torch.Tensor) (x1: torch.Tensor) : TorchLoss =
        loss ("x1", x1) [ "x2", x2; "target", target ] (fun () ->
            Losses.FSharp.Embedding.cosineEmbedding margin (TorchTensor target) (TorchTensor x2) (TorchTensor x1))

    /// <summary>See <c>Losses.FSharp</c>'s <c>tripletMargin</c>.</summary>
    let tripletMargin (options: TripletMarginOptions) (negative: torch.Tensor) (positive: torch.Tensor) (anchor: torch.Tensor) : TorchLoss =
        loss ("anchor", anchor) [ "positive", positive; "negative", negative ] (fun () ->
            Losses.FSharp.Embedding.tripletMargin options (TorchTensor negative) (TorchTensor positive) (TorchTensor anchor))

    /// <summary>See <c>Losses.FSharp</c>'s <c>nll</c>; labels of a tensor are <c>labels tensor</c>.</summary>
    let nll (options: NLLOptions) (labels: Labels) (logProbabilities: torch.Tensor) : TorchLoss =
        loss ("logProbabilities", logProbabilities) [] (fun () ->
            Losses.FSharp.Classification.nll options labels (TorchTensor logProbabilities))

    /// <summary>See <c>Losses.FSharp</c>'s <c>crossEntropy</c>; labels of a tensor are <c>labels tensor</c>.</summary>
    let crossEntropy (options: CrossEntropyOptions) (labels: Labels) (logits: torch.Tensor) : TorchLoss =
        loss ("logits", logits) [] (fun () -> Losses.FSharp.Classification.crossEntropy options labels (TorchTensor logits))

    /// <summary><c>crossEntropy</c> of logits that nobody needs afterwards: their gradient is written over them. It can be reduced once. See
    /// <c>LossExtensions.Forward</c>.</summary>
    /// <exception cref="T:System.ArgumentException">The logits cannot be overwritten.</exception>
    /// <exception cref="T:System.InvalidOperationException">It is reduced a second time.</exception>
    let crossEntropyOverwriting (options: CrossEntropyOptions) (labels: Labels) (logits: torch.Tensor) : TorchLoss =
        let expendable = TorchTensor.Expendable(logits, nameof logits)
        let isSpent = ref false

        loss ("logits", logits) [] (fun () ->
            if isSpent.Value then
                raise (System.InvalidOperationException "the logits were overwritten when the loss was first reduced.")

            isSpent.Value <- true
            Losses.FSharp.Classification.crossEntropy options labels expendable)

    /// <summary>See <c>Losses.FSharp</c>'s <c>multiMargin</c>; labels of a tensor are <c>labels tensor</c>.</summary>
    let multiMargin (p: int) (margin: float) (classWeights: Weights) (labels: Labels) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [] (fun () ->
            Losses.FSharp.Margin.multiMargin p margin classWeights labels (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>multiLabelMargin</c>; labels of a tensor are <c>labels tensor</c>.</summary>
    let multiLabelMargin (labels: Labels) (prediction: torch.Tensor) : TorchLoss =
        loss ("prediction", prediction) [] (fun () -> Losses.FSharp.Margin.multiLabelMargin labels (TorchTensor prediction))

    /// <summary>See <c>Losses.FSharp</c>'s <c>crossEntropyWithProbabilities</c>.</summary>
    let crossEntropyWithProbabilities (options: CrossEntropyOptions) (probabilities: torch.Tensor) (logits: torch.Tensor) : TorchLoss =
        loss ("logits", logits) [ "probabilities", probabilities ] (fun () ->
            Losses.FSharp.Classification.crossEntropyWithProbabilities options (TorchTensor probabilities) (TorchTensor logits))

    /// <summary>See <c>Losses.FSharp</c>'s <c>ctc</c>.</summary>
    let ctc
        (options: CTCOptions)
        (inputLengths: int[])
        (targetLengths: int[])
        (labels: Labels)
        (logProbabilities: torch.Tensor)
        : TorchLoss =
        loss ("logProbabilities", logProbabilities) [] (fun () ->
            Losses.FSharp.Sequence.ctc options inputLengths targetLengths labels (TorchTensor logProbabilities))

    /// <summary>The loss that a pointwise definition gives, a user's own as well.</summary>
    let pointwise
        (definition: 'L)
        (target: torch.Tensor)
        (prediction: torch.Tensor)
        : TorchLoss when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> System.ValueType =
        loss ("prediction", prediction) [ "target", target ] (fun () ->
            Losses.FSharp.Pointwise.pointwise definition (TorchTensor target) (TorchTensor prediction))

/// Reductions to a torch.Tensor on libtorch's tape.
module Reduce =

    /// <summary>A value an element.</summary>
    let none (loss: TorchLoss) : torch.Tensor = TorchTensor.Run(fun () -> Losses.FSharp.Reduce.none (loss.Evaluate()))

    /// <summary>The exact sum of the values, rounded once.</summary>
    let sum (loss: TorchLoss) : torch.Tensor = TorchTensor.Run(fun () -> Losses.FSharp.Reduce.sum (loss.Evaluate()))

    /// <summary>The exact mean over the weights, rounded once.</summary>
    let mean (loss: TorchLoss) : torch.Tensor = TorchTensor.Run(fun () -> Losses.FSharp.Reduce.mean (loss.Evaluate()))

    /// <summary>The sum over the length of the first axis.</summary>
    let batchMean (loss: TorchLoss) : torch.Tensor = TorchTensor.Run(fun () -> Losses.FSharp.Reduce.batchMean (loss.Evaluate()))

    /// <summary>The reduction in full: mask, weights, divisor, each sample by itself or all together.</summary>
    let using (options: Reducing) (loss: TorchLoss) : torch.Tensor =
        TorchTensor.Run(fun () -> Losses.FSharp.Reduce.using options (loss.Evaluate()))

    /// <summary>Every value multiplied by a weight. See <c>Losses.FSharp</c>'s <c>Reduce.weigh</c>.</summary>
    let weigh (weights: Weights) (loss: TorchLoss) : TorchLoss = TorchLoss(fun () -> Losses.FSharp.Reduce.weigh weights (loss.Evaluate()))
