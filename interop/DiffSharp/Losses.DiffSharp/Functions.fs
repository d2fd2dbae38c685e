namespace Losses.DiffSharp

open global.DiffSharp
open Losses
open Losses.FSharp

// The functions of Losses.FSharp on DiffSharp's own type, family by family, for pipelines with dsharp: what each means, its shapes, units and errors
// stand with the function of the same name there.

module internal Given =

    /// An argument as the losses see it.
    let tensor (name: string) (x: Tensor) : DiffSharpTensor =
        if isNull (box x) then
            raise (System.ArgumentNullException name)

        DiffSharpTensor x

    /// The parameters of an adaptive softmax.
    let adaptive (name: string) (parameters: AdaptiveSoftmax<Tensor>) : AdaptiveSoftmax<DiffSharpTensor> =
        if isNull (box parameters) then
            raise (System.ArgumentNullException name)

        {
            Cutoffs = parameters.Cutoffs
            Head = tensor name parameters.Head
            HeadBias = tensor name parameters.HeadBias
            Clusters =
                parameters.Clusters
                |> Array.map (fun cluster -> { Projection = tensor name cluster.Projection; Output = tensor name cluster.Output })
        }

/// Functions that go before a loss.
[<AutoOpen>]
module Activations =

    /// The logistic function 1 / (1 + e⁻ˣ).
    let sigmoid (logits: Tensor) : Tensor = (Losses.FSharp.Activations.sigmoid (Given.tensor (nameof logits) logits)).Tensor

    /// log σ(x), without cancellation or overflow.
    let logSigmoid (logits: Tensor) : Tensor = (Losses.FSharp.Activations.logSigmoid (Given.tensor (nameof logits) logits)).Tensor

    /// log(1 + eˣ), of slope σ(x).
    let softplus (logits: Tensor) : Tensor = (Losses.FSharp.Activations.softplus (Given.tensor (nameof logits) logits)).Tensor

    /// exp x / Σ exp along an axis, each row by its own largest.
    let softmax (axis: int) (logits: Tensor) : Tensor =
        (Losses.FSharp.Activations.softmax axis (Given.tensor (nameof logits) logits)).Tensor

    /// Softmax of the negatives: the smallest score has the largest share.
    let softmin (axis: int) (scores: Tensor) : Tensor =
        (Losses.FSharp.Activations.softmin axis (Given.tensor (nameof scores) scores)).Tensor

    /// x − log Σ exp along an axis, each row by its own largest.
    let logSoftmax (axis: int) (logits: Tensor) : Tensor =
        (Losses.FSharp.Activations.logSoftmax axis (Given.tensor (nameof logits) logits)).Tensor

    /// log Σ exp along an axis, which goes.
    let logSumExp (axis: int) (logits: Tensor) : Tensor =
        (Losses.FSharp.Activations.logSumExp axis (Given.tensor (nameof logits) logits)).Tensor

/// How a pointwise definition becomes a loss of tensors.
[<AutoOpen>]
module Pointwise =

    /// The loss of tensors that a pointwise definition gives, one's own as well.
    let pointwise
        (loss: 'L)
        (target: Tensor)
        (prediction: Tensor)
        : LossValues<DiffSharpTensor> when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> System.ValueType =
        Losses.FSharp.Pointwise.pointwise loss (Given.tensor (nameof target) target) (Given.tensor (nameof prediction) prediction)

    /// The loss of three tensors that a pointwise definition gives.
    let pointwise3
        (loss: 'L)
        (third: Tensor)
        (target: Tensor)
        (prediction: Tensor)
        : LossValues<DiffSharpTensor> when 'L: struct and 'L :> IPointwise3 and 'L: (new: unit -> 'L) and 'L :> System.ValueType =
        Losses.FSharp.Pointwise.pointwise3
            loss
            (Given.tensor (nameof third) third)
            (Given.tensor (nameof target) target)
            (Given.tensor (nameof prediction) prediction)

/// Distances between numbers.
[<AutoOpen>]
module Regression =

    /// Absolute error: |x − t|.
    let l1 (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Regression.l1 (Given.tensor (nameof target) target) (Given.tensor (nameof prediction) prediction)

    /// Squared error: (x − t)².
    let mse (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Regression.mse (Given.tensor (nameof target) target) (Given.tensor (nameof prediction) prediction)

    /// Absolute error, rounded off within β of the target.
    let smoothL1 (beta: float) (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Regression.smoothL1 beta (Given.tensor (nameof target) target) (Given.tensor (nameof prediction) prediction)

    /// Huber loss: quadratic within δ of the target, linear beyond it.
    let huber (delta: float) (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Regression.huber delta (Given.tensor (nameof target) target) (Given.tensor (nameof prediction) prediction)

/// Losses of yes-or-no answers.
[<AutoOpen>]
module Binary =

    /// Binary cross-entropy of probabilities.
    let bce (target: Tensor) (probabilities: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Binary.bce (Given.tensor (nameof target) target) (Given.tensor (nameof probabilities) probabilities)

    /// Binary cross-entropy of logits, exact for every logit.
    let bceWithLogits (target: Tensor) (logits: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Binary.bceWithLogits (Given.tensor (nameof target) target) (Given.tensor (nameof logits) logits)

    /// Binary cross-entropy of logits in which positive answers count more or less than negative ones.
    let balancedBceWithLogits (posWeight: Weights) (target: Tensor) (logits: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Binary.balancedBceWithLogits posWeight (Given.tensor (nameof target) target) (Given.tensor (nameof logits) logits)

    /// The smooth hinge of an answer ±1: log(1 + e^(−t x)).
    let softMargin (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Binary.softMargin (Given.tensor (nameof target) target) (Given.tensor (nameof prediction) prediction)

/// Losses of one class among several.
[<AutoOpen>]
module Classification =

    /// Negative log-likelihood: minus the logarithm of the probability given to the label's class.
    let nll (options: NLLOptions) (labels: Labels) (logProbabilities: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Classification.nll options labels (Given.tensor (nameof logProbabilities) logProbabilities)

    /// Cross-entropy of logits with class labels.
    let crossEntropy (options: CrossEntropyOptions) (labels: Labels) (logits: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Classification.crossEntropy options labels (Given.tensor (nameof logits) logits)

    /// Cross-entropy of logits with class probabilities.
    let crossEntropyWithProbabilities
        (options: CrossEntropyOptions)
        (probabilities: Tensor)
        (logits: Tensor)
        : LossValues<DiffSharpTensor> =
        Losses.FSharp.Classification.crossEntropyWithProbabilities
            options
            (Given.tensor (nameof probabilities) probabilities)
            (Given.tensor (nameof logits) logits)

/// Divergences between distributions.
[<AutoOpen>]
module Divergence =

    /// Kullback-Leibler divergence, element by element, of logarithms of probabilities from a target.
    let klDiv (logTarget: bool) (target: Tensor) (logProbabilities: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Divergence.klDiv
            logTarget
            (Given.tensor (nameof target) target)
            (Given.tensor (nameof logProbabilities) logProbabilities)

/// Similarities and distances of vectors.
[<AutoOpen>]
module Similarity =

    /// The cosine of the angle between vectors along an axis, which goes.
    let cosineSimilarity (axis: int) (eps: float) (x2: Tensor) (x1: Tensor) : Tensor =
        (Losses.FSharp.Similarity.cosineSimilarity axis eps (Given.tensor (nameof x2) x2) (Given.tensor (nameof x1) x1)).Tensor

    /// The p-norm of x1 − x2 + ε along the last axis.
    let pairwiseDistance (p: float) (eps: float) (keepAxis: bool) (x2: Tensor) (x1: Tensor) : Tensor =
        (Losses.FSharp.Similarity.pairwiseDistance p eps keepAxis (Given.tensor (nameof x2) x2) (Given.tensor (nameof x1) x1)).Tensor

    /// The distances between all vectors of two sets.
    let cdist (p: float) (x2: Tensor) (x1: Tensor) : Tensor =
        (Losses.FSharp.Similarity.cdist p (Given.tensor (nameof x2) x2) (Given.tensor (nameof x1) x1)).Tensor

    /// The distances between all pairs of vectors of a set.
    let pdist (p: float) (x: Tensor) : Tensor = (Losses.FSharp.Similarity.pdist p (Given.tensor (nameof x) x)).Tensor

/// Likelihoods of numbers.
[<AutoOpen>]
module Likelihood =

    /// Negative log-likelihood of counts under a Poisson distribution.
    let poissonNLL (logInput: bool) (full: bool) (eps: float) (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Likelihood.poissonNLL
            logInput
            full
            eps
            (Given.tensor (nameof target) target)
            (Given.tensor (nameof prediction) prediction)

    /// Negative log-likelihood of numbers under normal distributions of these variances.
    let gaussianNLL (full: bool) (eps: float) (variance: Tensor) (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Likelihood.gaussianNLL
            full
            eps
            (Given.tensor (nameof variance) variance)
            (Given.tensor (nameof target) target)
            (Given.tensor (nameof prediction) prediction)

/// Losses that ask for a margin.
[<AutoOpen>]
module Margin =

    /// A distance where the target is 1, and what it lacks to the margin where it is −1.
    let hingeEmbedding (margin: float) (target: Tensor) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Margin.hingeEmbedding margin (Given.tensor (nameof target) target) (Given.tensor (nameof prediction) prediction)

    /// What x1 lacks to rank above x2, or below it, by the margin.
    let marginRanking (margin: float) (target: Tensor) (x2: Tensor) (x1: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Margin.marginRanking
            margin
            (Given.tensor (nameof target) target)
            (Given.tensor (nameof x2) x2)
            (Given.tensor (nameof x1) x1)

    /// Every class that comes within the margin of the label's.
    let multiMargin (p: int) (margin: float) (classWeights: Weights) (labels: Labels) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Margin.multiMargin p margin classWeights labels (Given.tensor (nameof prediction) prediction)

    /// Every class that is not among the labels and comes within 1 of one that is.
    let multiLabelMargin (labels: Labels) (prediction: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Margin.multiLabelMargin labels (Given.tensor (nameof prediction) prediction)

    /// The mean over the classes of each one's binary cross-entropy.
    let multiLabelSoftMargin (classWeights: Weights) (target: Tensor) (logits: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Margin.multiLabelSoftMargin classWeights (Given.tensor (nameof target) target) (Given.tensor (nameof logits) logits)

/// Losses of vectors that are to be near or far.
[<AutoOpen>]
module Embedding =

    /// 1 − cosine along the last axis, without the cancellation.
    let cosineDistance (x2: Tensor) (x1: Tensor) : Tensor =
        (Losses.FSharp.Embedding.cosineDistance (Given.tensor (nameof x2) x2) (Given.tensor (nameof x1) x1)).Tensor

    /// The cosine distance where the target is 1, the cosine above the margin where it is −1.
    let cosineEmbedding (margin: float) (target: Tensor) (x2: Tensor) (x1: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Embedding.cosineEmbedding
            margin
            (Given.tensor (nameof target) target)
            (Given.tensor (nameof x2) x2)
            (Given.tensor (nameof x1) x1)

    /// What the negative lacks to be further from the anchor than the positive, by the margin.
    let tripletMargin (options: TripletMarginOptions) (negative: Tensor) (positive: Tensor) (anchor: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Embedding.tripletMargin
            options
            (Given.tensor (nameof negative) negative)
            (Given.tensor (nameof positive) positive)
            (Given.tensor (nameof anchor) anchor)

    /// The triplet loss with a distance of one's own.
    let tripletMarginWithDistance
        (distance: Tensor -> Tensor -> Tensor)
        (margin: float)
        (swap: bool)
        (negative: Tensor)
        (positive: Tensor)
        (anchor: Tensor)
        : LossValues<DiffSharpTensor> =
        let between (a: DiffSharpTensor) (b: DiffSharpTensor) = DiffSharpTensor(distance a.Tensor b.Tensor)

        Losses.FSharp.Embedding.tripletMarginWithDistance
            between
            margin
            swap
            (Given.tensor (nameof negative) negative)
            (Given.tensor (nameof positive) positive)
            (Given.tensor (nameof anchor) anchor)

/// Losses of sequences.
[<AutoOpen>]
module Sequence =

    /// Connectionist temporal classification: minus the logarithm of the probability of all paths that spell the target.
    let ctc
        (options: CTCOptions)
        (inputLengths: int[])
        (targetLengths: int[])
        (labels: Labels)
        (logProbabilities: Tensor)
        : LossValues<DiffSharpTensor> =
        Losses.FSharp.Sequence.ctc options inputLengths targetLengths labels (Given.tensor (nameof logProbabilities) logProbabilities)

/// Cross-entropy over so many classes that their logits are not stored.
[<AutoOpen>]
module Vocabulary =

    /// The last linear layer and cross-entropy in one.
    let linearCrossEntropy
        (options: CrossEntropyOptions)
        (chunk: int)
        (labels: Labels)
        (bias: Tensor)
        (weight: Tensor)
        (input: Tensor)
        : LossValues<DiffSharpTensor> =
        Losses.FSharp.Vocabulary.linearCrossEntropy
            options
            chunk
            labels
            (Given.tensor (nameof bias) bias)
            (Given.tensor (nameof weight) weight)
            (Given.tensor (nameof input) input)

    /// The logarithms of the probabilities of all classes under an adaptive softmax.
    let adaptiveLogProbabilities (parameters: AdaptiveSoftmax<Tensor>) (input: Tensor) : Tensor =
        (Losses.FSharp.Vocabulary.adaptiveLogProbabilities
            (Given.adaptive (nameof parameters) parameters)
            (Given.tensor (nameof input) input))
            .Tensor

    /// Cross-entropy under an adaptive softmax.
    let adaptiveLogSoftmaxWithLoss (parameters: AdaptiveSoftmax<Tensor>) (labels: Labels) (input: Tensor) : LossValues<DiffSharpTensor> =
        Losses.FSharp.Vocabulary.adaptiveLogSoftmaxWithLoss
            (Given.adaptive (nameof parameters) parameters)
            labels
            (Given.tensor (nameof input) input)

/// Reductions to DiffSharp's own type. Weights and masks, which give a loss again, are those of Losses.FSharp.Reduce.
module Reduce =

    /// A value an element.
    let none (loss: LossValues<DiffSharpTensor>) : Tensor = (Losses.FSharp.Reduce.none loss).Tensor

    /// The sum of the values; 0 for no values.
    let sum (loss: LossValues<DiffSharpTensor>) : Tensor = (Losses.FSharp.Reduce.sum loss).Tensor

    /// The sum of the values over that of their weights, or over their number; NaN where there is nothing to count.
    let mean (loss: LossValues<DiffSharpTensor>) : Tensor = (Losses.FSharp.Reduce.mean loss).Tensor

    /// The sum over the length of the first axis.
    let batchMean (loss: LossValues<DiffSharpTensor>) : Tensor = (Losses.FSharp.Reduce.batchMean loss).Tensor

    /// The reduction of a name.
    let by (reduction: Reduction) (loss: LossValues<DiffSharpTensor>) : Tensor = (Losses.FSharp.Reduce.by reduction loss).Tensor

    /// Every sample by itself, over all axes but the first: its sum, or the sum over what it counts.
    let perSample (reduction: Reduction) (loss: LossValues<DiffSharpTensor>) : Tensor =
        (Losses.FSharp.Reduce.perSample reduction loss).Tensor

    /// The reduction in full: mask, weights, what a mean divides by, each sample by itself or all together.
    let using (options: Reducing) (loss: LossValues<DiffSharpTensor>) : Tensor = (Losses.FSharp.Reduce.using options loss).Tensor

    /// What a mean divides, and what it divides by.
    let parts (loss: LossValues<DiffSharpTensor>) : struct (Tensor * Tensor) =
        let struct (values, weights) = Losses.FSharp.Reduce.parts loss
        struct (values.Tensor, weights.Tensor)
