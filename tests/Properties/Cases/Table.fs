/// What the losses of other libraries, and of the definitions, are here: "library/loss", and our call from the case's options and inputs. A case whose options
/// no call of ours has is not covered, with the reason.
module Losses.Tests.Cases.Table

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

// Of the last axis.
let private meanOfLast (values: T) : T =
    if values.Shape.Rank = 0 then
        values
    else
        sumAlong -1 values / DiffTensor.Scalar(float values.Shape[-1])

let private allAxes (x: T) : int[] = Array.init x.Shape.Rank id

let private minus (x: T) : T = DiffTensor.Scalar 0.0 - x

let private oneMinus (x: T) : T = DiffTensor.Scalar 1.0 - x

let private smoothed (alpha: float) (classes: float) (target: T) : T =
    if alpha = 0.0 then
        target
    else
        target * DiffTensor.Scalar(1.0 - alpha) + DiffTensor.Scalar(alpha / classes)

// Nothing is broadcast here unless it is asked for.
let private spread (given: Given) (name: string) (like: string) : T = expand given[like].Shape given[name]

/// Keras: weights and masks are those of the first axes, a mean is over the samples whatever they weigh.
module private Keras =

    let private aligned (given: Given) (name: string) (shape: Shape) : Weights =
        if not (given.Has name) then
            Weights.None
        else
            let weights = given.Data name
            let rank = shape.Rank
            let lengths = if weights.Shape.Length > rank then Array.truncate rank weights.Shape else weights.Shape
            Weights(ReadOnlySpan weights.Data, Shape(Array.append lengths (Array.create (rank - lengths.Length) 1)))

    let reduced (given: Given) (loss: LossValues<T>) : T =
        let values = Reduce.none loss
        let mask, weights = aligned given "mask" values.Shape, aligned given "sample_weight" values.Shape
        let masked = if mask.IsNone then loss else Reduce.mask mask loss

        match given.Word "reduction" with
        | ""
        | "none" -> masked |> Reduce.weigh weights |> Reduce.none
        | "sum" -> masked |> Reduce.weigh weights |> Reduce.sum
        | "sum_over_batch_size"
        | "mean of the returned vector" -> masked |> Reduce.weigh weights |> Reduce.mean
        | "mean_with_sample_weight" -> masked |> Reduce.weighAndCount weights |> Reduce.mean
        | _ -> Reduce.by (enum -1) masked

    /// Of a loss of elements: a sample is the mean of its last axis.
    let elementwise (loss: T -> T -> LossValues<T>) (given: Given) : T =
        let values = loss (given.Any("y_true", "target")) (given.Any("y_pred", "output")) |> Reduce.none

        LossValues(meanOfLast values) |> if given.Case.Id.Contains "/ops_" then (fun _ -> values) else reduced given

    /// Targets of 0 and 1 alone are −1 and 1.
    let signed (loss: T -> T -> LossValues<T>) (target: T) (x: T) : LossValues<T> =
        let isOfZeros = target.ToArray() |> Array.forall (fun t -> t = 0.0 || t = 1.0)
        loss (if isOfZeros then target * DiffTensor.Scalar 2.0 - DiffTensor.Scalar 1.0 else target) x

    // The axis of the classes is the last.
    let axis (given: Given) : int = given.IntegerOr(-1, "axis")

    // (N, 1) of class indices is (N).
    let labels (given: Given) (shape: Shape) : Labels = (given.Labels(if given.Has "y_true" then "y_true" else "target")).Reshape shape

    let crossEntropy (given: Given) : T =
        let prediction = given.Any("y_pred", "output")

        // Rows of probabilities that do not sum to 1 are divided by their sum there; a softmax of their logarithms is that.
        let prediction = if given.Flag "from_logits" then prediction else log prediction
        let axis = axis given

        let options =
            { CrossEntropyOptions.Default with
                ClassAxis = axis
                LabelSmoothing = given.NumberOr(0.0, "label_smoothing")
                IgnoreIndex = given.IntegerOr(-100, "ignore_class")
            }

        let target = given.Any("y_true", "target")

        if target.Shape = prediction.Shape && not (given.Case.Id.Contains "/sparse/") then
            crossEntropyWithProbabilities { options with IgnoreIndex = -100 } target prediction |> reduced given
        else
            FSharp.Classification.crossEntropy options (labels given (prediction.Shape.Without axis)) prediction |> reduced given

    let focal (given: Given) : T =
        let x = given["y_pred"]

        let options =
            { FocalOptions.Default with
                Alpha = given.Number "alpha"
                Gamma = given.Number "gamma"
                ClassAxis = axis given
            }

        let target = smoothed (given.NumberOr(0.0, "label_smoothing")) (float x.Shape[axis given]) given["y_true"]
        focalWithProbabilities options target x |> reduced given

    let binaryFocal (given: Given) : T =
        let balanced = given.Flag "apply_class_balancing"
        let loss target x = sigmoidFocal (if balanced then given.Number "alpha" else 0.5) (given.Number "gamma") target x

        // Without α both answers count whole, with ½ a half each.
        elementwise (fun target x -> (if balanced then 1.0 else 2.0) * loss target x) given

    let binary (given: Given) : T =
        let smooth = smoothed (given.NumberOr(0.0, "label_smoothing")) 2.0

        if given.Flag "from_logits" then
            elementwise (fun target x -> bceWithLogits (smooth target) x) given
        else
            Losses.Tests.Cases.Classes.Keras.binary given

    let overlap (alpha: float) (beta: float) (given: Given) : T =
        let t, p = given["y_true"], given["y_pred"]
        let axes = if given.Gives "axis" then given.List "axis" |> Array.map int else allAxes p
        sums (Overlap(alpha, beta, 1.0, 0.0, false)) axes t p |> reduced given

/// torch.nn, whose names ours are.
module private Torch =

    /// Nothing is broadcast here unless it is asked for, which a case of shapes does itself.
    let elementwise (loss: T -> T -> LossValues<T>) (given: Given) : T =
        let x, target = given["input"], given["target"]

        match Shape.TryBroadcast(x.Shape, target.Shape) with
        | true, shape when not given.Case.IsOfShapes -> loss (expand shape target) (expand shape x)
        | _ -> loss target x
        |> Reduce.weighAndCount (given.Weights "weight")
        |> given.Reduced

    let classes (given: Given) : ClassOptions =
        { ClassOptions.Default with
            ClassWeights = given.Weights "weight"
            IgnoreIndex = given.IntegerOr(-100, "ignore_index")
        }

    let crossEntropy (given: Given) : T =
        let options =
            { CrossEntropyOptions.Default with
                ClassWeights = given.Weights "weight"
                IgnoreIndex = given.IntegerOr(-100, "ignore_index")
                LabelSmoothing = given.NumberOr(0.0, "label_smoothing")
            }

        let target = given.Any("target", "targets")
        let x = given.Any("input", "logits")

        if given.NumberOr(0.0, "lse_square_scale") <> 0.0 then
            notCovered "z-loss"

        if given.Gives "softcap" then
            notCovered "soft cap of logits"

        if target.Shape = x.Shape && x.Shape.Rank > 0 && not (given.Flag "target_is_integer") then
            crossEntropyWithProbabilities { options with IgnoreIndex = -100 } target x |> given.Reduced
        else
            FSharp.Classification.crossEntropy options (given.Labels(if given.Has "target" then "target" else "targets")) x
            |> given.Reduced

    let ctc (given: Given) : T =
        let options = { Blank = given.IntegerOr(0, "blank"); ZeroInfinity = given.Flag "zero_infinity" }

        (if given.Has "log_probs" then given["log_probs"] else logSoftmax -1 given["logits"])
        |> FSharp.Sequence.ctc options (given.Integers "input_lengths") (given.Integers "target_lengths") (given.Labels "targets")
        |> given.Reduced

    let triplet (given: Given) : T =
        let options =
            {
                Margin = given.NumberOr(1.0, "margin")
                P = given.NumberOr(2.0, "p")
                Eps = given.NumberOr(1e-6, "eps")
                Swap = given.Flag "swap"
            }

        tripletMargin options given["negative"] given["positive"] given["anchor"] |> given.Reduced

    let private distance (name: string) : T -> T -> T =
        match name with
        | "cosine 1-cos" -> cosineDistance
        | "custom lambda" -> fun x y -> sumAlong -1 (abs (x - y))
        | _ -> fun x y -> pairwiseDistance 2.0 1e-6 false y x

    let tripletWithDistance (given: Given) : T =
        tripletMarginWithDistance
            (distance (given.Word "distance"))
            (given.NumberOr(1.0, "margin"))
            (given.Flag "swap")
            given["negative"]
            given["positive"]
            given["anchor"]
        |> given.Reduced

/// trl: a mean over the tokens that have a label, or over the first axis where there are none.
module private Distilled =

    // Where nothing is left both have 0, and a mean of ours NaN.
    let private counted (counts: bool[]) (values: LossValues<T>) : T =
        let shape = (Reduce.none values).Shape
        let counted = values |> Reduce.mask (Weights.Mask(ReadOnlySpan counts, shape))
        if Array.contains true counts then Reduce.mean counted else Reduce.sum counted

    let private ofRows (label: string) (given: Given) (values: LossValues<T>) : T =
        if given.Has label then
            counted (given.Integers label |> Array.map (fun label -> label <> given.IntegerOr(-100, "ignore_index"))) values
        else
            Reduce.mean values

    let private options (given: Given) =
        { DistillationOptions.Default with
            Temperature = given.NumberOr(1.0, "temperature")
            ClassAxis = -1
        }

    let linear (label: string) (given: Given) : T =
        linearJensenShannon
            (options given)
            (given.Number "beta")
            LinearJensenShannonChunk
            given["teacher_weight"]
            given["teacher_input"]
            given["student_weight"]
            given["student_input"]
        |> ofRows label given

    /// A share of cross-entropy, and one of the divergence.
    let hardAndSoft (given: Given) : T =
        let hard = DiffTensor.Scalar(given.Number "weight_hard_loss")
        let soft = DiffTensor.Scalar(given.Number "weight_soft_loss")
        let options = { CrossEntropyOptions.Default with IgnoreIndex = given.IntegerOr(-100, "ignore_index") }

        let labels =
            FSharp.Vocabulary.linearCrossEntropy
                options
                LinearCrossEntropyChunk
                (given.Labels "target")
                (DiffTensor.Scalar 0.0)
                given["student_weight"]
                given["student_input"]

        hard * Reduce.mean labels + soft * linear "target" given

    let loss (beta: string) (given: Given) : T =
        if not (given.Has "student_logits") then
            jensenShannonOfLogs (given.Number beta) given["log_p"] given["log_q"] |> ofRows "label" given
        elif given.Word "reduction" = "none" then
            notCovered "of classes, not of rows"
        else

            let values = jensenShannonOfLogits (options given) (given.Number beta) given["teacher_logits"] given["student_logits"]

            if given.Has "labels" then
                let counts = given.Integers "labels" |> Array.map (fun label -> label <> -100)

                if given.Gives "num_items_in_batch" then
                    let rows = given["student_logits"].Shape.Without -1
                    let sum = values |> Reduce.mask (Weights.Mask(ReadOnlySpan counts, rows)) |> Reduce.sum
                    sum / DiffTensor.Scalar(given.Number "num_items_in_batch")
                else
                    counted counts values
            elif given.Word "reduction" = "batchmean" then
                Reduce.batchMean values
            else
                Reduce.none values

let private optaxReduced (given: Given) (loss: LossValues<T>) : T =
    match given.Word "outer" with
    | "sum" -> Reduce.sum loss
    | "mean" -> Reduce.mean loss
    | _ -> Reduce.none loss

let private optaxCrossEntropy (given: Given) : T =
    if given.Has "where" then
        notCovered "a mask of classes"

    let options = { CrossEntropyOptions.Default with ClassAxis = -1 }
    let x = given["logits"]

    if given.Case.Id.Contains "integer_labels" then
        crossEntropy options (given.Labels "labels") x |> optaxReduced given
    else
        crossEntropyWithProbabilities options given["labels"] x |> optaxReduced given

// The α of both answers alike, a half each, where there is none.
let private focalOfLogits (target: string) (logits: string) (given: Given) : LossValues<T> =
    let alpha = given.NumberOr(-1.0, "alpha")
    let gamma = given.NumberOr(2.0, "gamma")

    if alpha < 0.0 then
        2.0 * sigmoidFocal 0.5 gamma given[target] given[logits]
    else
        sigmoidFocal alpha gamma given[target] given[logits]

let private cosine (given: Given) : T =
    // There the squared norms are clipped, here the norms.
    cosineSimilarity
        (given.Integer "axis")
        (max 1e-300 (sqrt (given.NumberOr(1e-14, "epsilon"))))
        (given.Any("y_true", "targets"))
        (given.Any("y_pred", "predictions"))

/// "library/loss" → our call.
let losses: Map<string, Given -> T> =
    Map(
        [
            // keras.losses: y_true, y_pred
            "keras/mean_squared_error", Keras.elementwise mse
            // Of elements: there is no mean of the last axis.
            "keras/squared_error", (fun given -> mse given["y_true"] given["y_pred"] |> Keras.reduced given)
            "keras/mean_absolute_error", Keras.elementwise l1
            "keras/mean_absolute_percentage_error", Keras.elementwise (mape 1e-7)
            "keras/mean_squared_logarithmic_error",
            (fun given ->
                if Array.exists (fun x -> x < 1e-7) (Array.append (given.Data "y_true").Data (given.Data "y_pred").Data) then
                    notCovered "what is below 1e-7 is raised to it there"

                Keras.elementwise msle given)
            "keras/huber", (fun given -> Keras.elementwise (huber (given.Number "delta")) given)
            "keras/log_cosh", Keras.elementwise logCosh
            "keras/hinge", Keras.elementwise (Keras.signed (hinge 1.0))
            "keras/squared_hinge", Keras.elementwise (Keras.signed (squaredHinge 1.0))
            "keras/poisson", Keras.elementwise (poissonNLL false false 1e-7)
            "keras/kl_divergence",
            (fun given ->
                LossValues(klDiv false given["y_true"] (log given["y_pred"]) |> Reduce.none |> sumAlong -1) |> Keras.reduced given)
            "keras/cosine_similarity", (fun given -> LossValues(minus (cosine given)) |> Keras.reduced given)
            "keras/binary_cross_entropy", Keras.binary
            "keras/binary_focal_cross_entropy",
            (fun given -> (if given.Flag "from_logits" then Keras.binaryFocal else Losses.Tests.Cases.Classes.Keras.binaryFocal) given)
            "keras/cross_entropy", Keras.crossEntropy
            // Of probabilities that sum to 1 their logarithms are logits.
            "keras/generalized_cross_entropy",
            (fun given ->
                generalizedCrossEntropy
                    (given.Number "q")
                    { ClassOptions.Default with ClassAxis = -1 }
                    (given.Labels "y_true")
                    (log given["y_pred"])
                |> Keras.reduced given)
            "keras/categorical_focal_cross_entropy",
            (fun given -> (if given.Flag "from_logits" then Keras.focal else Losses.Tests.Cases.Classes.Keras.categoricalFocal) given)
            "keras/dice", Keras.overlap 0.5 0.5
            "keras/tversky", (fun given -> Keras.overlap (given.Number "alpha") (given.Number "beta") given)

            // optax.losses: predictions or logits, targets or labels
            "optax/squared_error", (fun given -> mse given["targets"] given["predictions"] |> Reduce.none)
            "optax/huber", (fun given -> huber (given.Number "delta") given["targets"] given["predictions"] |> Reduce.none)
            "optax/log_cosh",
            (fun given ->
                let x = given["predictions"]
                // Without targets they are 0.
                logCosh
                    (if given.Has "targets" then
                         given["targets"]
                     else
                         DiffTensor.Create(Array.zeroCreate x.Count, x.Shape.ToArray()))
                    x
                |> Reduce.none)
            "optax/cosine_similarity", cosine
            "optax/cosine_distance", cosine >> oneMinus
            "optax/binary_cross_entropy", (fun given -> bceWithLogits given["labels"] given["logits"] |> optaxReduced given)
            "optax/binary_focal_cross_entropy", focalOfLogits "labels" "logits" >> Reduce.none
            "optax/cross_entropy", optaxCrossEntropy
            "optax/kl_divergence", (fun given -> klDiv false given["targets"] given["log_predictions"] |> Reduce.none |> sumAlong -1)

            "optax/hinge", (fun given -> hinge 1.0 given["targets"] given["predictor_outputs"] |> Reduce.none)
            "optax/perceptron", (fun given -> perceptron given["targets"] given["predictor_outputs"] |> Reduce.none)
            // Of labels 0 and 1.
            "optax/sparsemax",
            (fun given ->
                smoothedHinge 2.0 (given["labels"] * DiffTensor.Scalar 2.0 - DiffTensor.Scalar 1.0) given["logits"] |> Reduce.none)
            "optax/poly_cross_entropy",
            (fun given ->
                poly1WithProbabilities
                    (given.Number "epsilon")
                    { ClassOptions.Default with ClassAxis = -1 }
                    given["labels"]
                    given["logits"]
                |> Reduce.none)
            "optax/half_squared_error", (fun given -> halfSquaredError given["targets"] given["predictions"] |> Reduce.none)

            // kornia.losses: each a general robust loss
            "kornia/charbonnier", (fun given -> pseudoHuber 1.0 given["img2"] given["img1"] |> given.Reduced)
            "kornia/cauchy", (fun given -> generalRobust 0.0 1.0 given["img2"] given["img1"] |> given.Reduced)
            "kornia/geman_mcclure", (fun given -> generalRobust -2.0 1.0 given["img2"] given["img1"] |> given.Reduced)
            "kornia/welsch", (fun given -> generalRobust -infinity 1.0 given["img2"] given["img1"] |> given.Reduced)
            "kornia/kl_div_2d",
            (fun given ->
                LossValues(klDiv false given["target"] (log given["pred"]) |> Reduce.none |> sumAlong -1 |> sumAlong -1)
                |> given.Reduced)

            // torchvision.ops
            "torchvision/sigmoid_focal", (fun given -> focalOfLogits "targets" "inputs" given |> given.Reduced)

            // segmentation_models_pytorch
            "smp/binary_focal", (fun given -> focalOfLogits "target" "output" given |> given.Reduced)
            "smp/softmax_focal",
            (fun given ->
                focal { FocalOptions.Default with Gamma = given.Number "gamma" } (given.Labels "target") given["output"]
                |> given.Reduced)

            // torch.nn.functional
            "pytorch/l1_loss", Torch.elementwise l1
            "pytorch/mse_loss", Torch.elementwise mse
            "pytorch/smooth_l1_loss", (fun given -> Torch.elementwise (smoothL1 (given.NumberOr(1.0, "beta"))) given)
            "pytorch/huber_loss", (fun given -> Torch.elementwise (huber (given.NumberOr(1.0, "delta"))) given)
            "pytorch/nll_loss", (fun given -> nll (Torch.classes given) (given.Labels "target") given["input"] |> given.Reduced)
            "pytorch/cross_entropy", Torch.crossEntropy
            "pytorch/binary_cross_entropy",
            (fun given -> bce given["target"] given["input"] |> Reduce.weigh (given.Weights "weight") |> given.Reduced)
            "pytorch/binary_cross_entropy_with_logits",
            (fun given ->
                balancedBceWithLogits (given.Weights "pos_weight") given["target"] given["input"]
                |> Reduce.weigh (given.Weights "weight")
                |> given.Reduced)
            "pytorch/kl_div", (fun given -> klDiv (given.Flag "log_target") given["target"] given["input"] |> given.Reduced)
            "pytorch/poisson_nll_loss",
            (fun given ->
                let logInput = not (given.Gives "log_input") || given.Flag "log_input"
                poissonNLL logInput (given.Flag "full") (given.NumberOr(1e-8, "eps")) given["target"] given["input"] |> given.Reduced)
            "pytorch/gaussian_nll_loss",
            (fun given ->
                let x = given["input"]
                let target = given["target"]

                let target =
                    if target.Shape.Rank = x.Shape.Rank && not given.Case.IsOfShapes then
                        expand x.Shape target
                    else
                        target

                gaussianNLL (given.Flag "full") (given.NumberOr(1e-6, "eps")) given["var"] target x |> given.Reduced)
            "pytorch/hinge_embedding_loss",
            (fun given -> hingeEmbedding (given.NumberOr(1.0, "margin")) given["target"] given["input"] |> given.Reduced)
            "pytorch/margin_ranking_loss",
            (fun given -> marginRanking (given.NumberOr(0.0, "margin")) given["target"] given["input2"] given["input1"] |> given.Reduced)
            "pytorch/multi_margin_loss",
            (fun given ->
                let x = given["input"]
                let labels = given.Labels "target"
                // One row has one label, of no axis.
                let labels =
                    if x.Shape.Rank = 1 && labels.Shape.Size = 1 && not given.Case.IsOfShapes then
                        labels.Reshape Shape.Scalar
                    else
                        labels

                multiMargin (given.IntegerOr(1, "p")) (given.NumberOr(1.0, "margin")) (given.Weights "weight") labels x |> given.Reduced)
            "pytorch/multilabel_margin_loss", (fun given -> multiLabelMargin (given.Labels "target") given["input"] |> given.Reduced)
            "pytorch/multilabel_soft_margin_loss",
            (fun given -> multiLabelSoftMargin (given.Weights "weight") given["target"] given["input"] |> given.Reduced)
            "pytorch/soft_margin_loss", (fun given -> softMargin given["target"] given["input"] |> given.Reduced)
            "pytorch/cosine_embedding_loss",
            (fun given -> cosineEmbedding (given.NumberOr(0.0, "margin")) given["target"] given["input2"] given["input1"] |> given.Reduced)
            "pytorch/triplet_margin_loss", Torch.triplet
            "pytorch/triplet_margin_with_distance_loss", Torch.tripletWithDistance
            "pytorch/ctc_loss", Torch.ctc
            "pytorch/adaptive_log_softmax_with_loss",
            (fun given ->
                let parameters =
                    {
                        Cutoffs = given.List "cutoffs" |> Array.map int
                        Head = given["head_weight"]
                        HeadBias = DiffTensor.Scalar 0.0
                        Clusters =
                            [|
                                for i in 0 .. (given.List "cutoffs").Length - 1 ->
                                    { Projection = given[$"tail{i}_0"]; Output = given[$"tail{i}_1"] }
                            |]
                    }

                adaptiveLogSoftmaxWithLoss parameters (given.Labels "target") given["input"] |> Reduce.mean)

            // Liger-Kernel and apple/ml-cross-entropy
            "liger_trl/cross_entropy", Torch.crossEntropy
            "liger_trl/kl_div", (fun given -> klDiv (given.Flag "log_target") given["target"] given["input"] |> given.Reduced)
            "liger_trl/generalized_jsd", Distilled.loss "beta"
            "liger_trl/fused_linear_jsd", Distilled.linear "label"
            "liger_trl/fused_linear_jsd_distillation", Distilled.hardAndSoft
            "liger_trl/self_distillation_full", Distilled.loss "alpha"

            // By their definitions.
            "robust/log_cosh", (fun given -> logCosh given["target"] given["prediction"] |> given.Reduced)
            "robust/pseudo_huber", (fun given -> pseudoHuber (given.Number "delta") given["target"] given["prediction"] |> given.Reduced)
            "robust/expectile", (fun given -> expectile (given.Number "tau") given["target"] given["prediction"] |> given.Reduced)
            "robust/quantile_huber",
            (fun given -> quantileHuber (given.Number "tau") (given.Number "kappa") given["target"] given["prediction"] |> given.Reduced)
            "robust/epsilon_insensitive",
            (fun given -> epsilonInsensitive (given.Number "epsilon") given["target"] given["prediction"] |> given.Reduced)
            "robust/squared_epsilon_insensitive",
            (fun given -> squaredEpsilonInsensitive (given.Number "epsilon") given["target"] given["prediction"] |> given.Reduced)
            "robust/barron",
            (fun given -> generalRobust (given.Number "alpha") (given.Number "scale") given["target"] given["prediction"] |> given.Reduced)
            "robust/tukey_biweight", (fun given -> tukeyBiweight (given.Number "c") given["target"] given["prediction"] |> given.Reduced)
            "robust/msle", (fun given -> msle given["target"] given["prediction"] |> given.Reduced)
            "robust/wing",
            (fun given -> wing (given.Number "width") (given.Number "curvature") given["target"] given["prediction"] |> given.Reduced)
            // In percent here.
            "robust/mape",
            (fun given ->
                (given.Number "factor" / 100.0) * mape (given.Number "epsilon") given["target"] given["prediction"] |> given.Reduced)
            "robust/smape", (fun given -> (given.Number "factor" / 200.0) * smape given["target"] given["prediction"] |> given.Reduced)
            "scoring/pinball",
            (fun given ->
                let tau = given.List "tau"

                if given["prediction"].Shape = given["target"].Shape then
                    pinball tau[0] given["target"] given["prediction"] |> given.Reduced
                else
                    pinballOfLevels tau given["target"] given["prediction"] |> given.Reduced)
            "scoring/crps_quantile",
            (fun given ->
                2.0 * LossValues(pinballOfLevels (given.List "tau") given["target"] given["prediction"] |> Reduce.none |> meanOfLast)
                |> given.Reduced)
            "scoring/crps_normal",
            (fun given -> crpsNormal (spread given "scale" "obs") given["obs"] (spread given "loc" "obs") |> given.Reduced)
            "scoring/crps_logistic",
            (fun given -> crpsLogistic (spread given "scale" "obs") given["obs"] (spread given "loc" "obs") |> given.Reduced)
            "scoring/crps_laplace",
            (fun given -> crpsLaplace (spread given "scale" "obs") given["obs"] (spread given "loc" "obs") |> given.Reduced)
            "scoring/crps_exponential", (fun given -> crpsExponential given["obs"] (spread given "rate" "obs") |> given.Reduced)
            "scoring/interval_score",
            (fun given -> intervalScore (given.Number "alpha") given["upper"] given["obs"] given["lower"] |> given.Reduced)
            "scoring/brier_binary", (fun given -> brier given["target"] given["probability"] |> given.Reduced)
            // The squared error over twice the variance, and its logarithm: a variance is a scale squared.
            "scoring/log_score_normal",
            (fun given ->
                gaussianNLL
                    true
                    1e-300
                    ((spread given "scale" "obs") * (spread given "scale" "obs"))
                    given["obs"]
                    (spread given "loc" "obs")
                |> given.Reduced)
            "scoring/log_score_logistic",
            (fun given -> logisticNLL (spread given "scale" "obs") given["obs"] (spread given "loc" "obs") |> given.Reduced)
            "scoring/log_score_laplace",
            (fun given -> laplaceNLL (spread given "scale" "obs") given["obs"] (spread given "loc" "obs") |> given.Reduced)
            "scoring/log_score_lognormal",
            (fun given -> logNormalNLL (spread given "sigmalog" "obs") given["obs"] (spread given "mulog" "obs") |> given.Reduced)
            "scoring/log_score_gamma",
            (fun given -> gammaNLL (spread given "rate" "obs") given["obs"] (spread given "shape" "obs") |> given.Reduced)
            "scoring/log_score_exponential", (fun given -> exponentialNLL given["obs"] (spread given "rate" "obs") |> given.Reduced)
            "likelihood/gamma_nll_mean_shape",
            (fun given -> gammaNLL (given["shape"] / given["mean"]) given["target"] given["shape"] |> given.Reduced)
            "likelihood/beta_nll", (fun given -> betaNLL given["beta"] given["target"] given["alpha"] |> given.Reduced)
            "likelihood/beta_nll_mean_precision",
            (fun given ->
                let mean, precision = given["mean"], given["precision"]
                betaNLL (oneMinus mean * precision) given["target"] (mean * precision) |> given.Reduced)
            "likelihood/negative_binomial_nll_logits",
            (fun given -> negativeBinomialNLL given["total_count"] given["target"] given["logits"] |> given.Reduced)
            "likelihood/negative_binomial_nll_mean_dispersion",
            (fun given ->
                let mean, dispersion = given["mean"], given["dispersion"]

                let loss =
                    negativeBinomialNLL (DiffTensor.Scalar 1.0 / dispersion) given["target"] (log (dispersion * mean)) |> Reduce.none

                // Without what is of the target alone.
                let constant =
                    if given.Flag "full" then
                        DiffTensor.Scalar 0.0
                    else
                        DiffTensor.LogGamma(given["target"] + DiffTensor.Scalar 1.0)

                LossValues(loss - constant) |> given.Reduced)
            "likelihood/zero_inflated_poisson_nll",
            (fun given ->
                if given.Word "parametrization" = "probability" then
                    let p = given["zero_probability"]
                    zeroInflatedPoissonNLL (given.Flag "full") (log (p / oneMinus p)) given["target"] (log given["rate"]) |> given.Reduced
                else
                    zeroInflatedPoissonNLL (given.Flag "full") given["zero_logit"] given["target"] given["log_rate"] |> given.Reduced)
            "likelihood/tweedie_nll",
            (fun given -> tweedieNLL (given.Number "power") (given.Flag "log_link") given["target"] given["prediction"] |> given.Reduced)
            "distributional/beta_gaussian_nll",
            (fun given ->
                betaGaussianNLL (given.Number "beta") (given.Flag "full") 1e-300 given["variance"] given["target"] given["mean"]
                |> given.Reduced)
            "ordinal/symmetric_cross_entropy",
            (fun given ->
                symmetricCrossEntropy
                    (given.Number "alpha")
                    (given.Number "beta")
                    (given.Number "log_zero")
                    ClassOptions.Default
                    (given.Labels "target")
                    given["logits"]
                |> given.Reduced)
            "ordinal/logit_adjustment",
            (fun given ->
                logitAdjustment
                    (given.Number "tau")
                    (given.Weights "prior")
                    CrossEntropyOptions.Default
                    (given.Labels "target")
                    given["logits"]
                |> given.Reduced)
            "ordinal/balanced_softmax",
            (fun given ->
                logitAdjustment 1.0 (given.Weights "counts") CrossEntropyOptions.Default (given.Labels "target") given["logits"]
                |> given.Reduced)
            "ordinal/coral", (fun given -> coral (given.Weights "importance") (given.Labels "target") given["logits"] |> given.Reduced)
            "ordinal/squared_emd",
            (fun given ->
                let p = if given.Has "logits" then softmax -1 given["logits"] else given["probabilities"]
                let value = squaredEMD given["target"] p |> Reduce.none
                let value = if given.Flag "mean_over_classes" then value / DiffTensor.Scalar(float p.Shape[-1]) else value
                LossValues(if given.Flag "root" then sqrt value else value) |> given.Reduced)
            "scoring/rps",
            (fun given ->
                let p = given["probabilities"]
                (if given.Flag "normalize" then 1.0 / float (p.Shape[-1] - 1) else 1.0) * rps (given.Labels "target") p |> given.Reduced)
            "scoring/brier_multiclass",
            (fun given ->
                let p = given["probabilities"]
                let share = if given.Word "class_reduction" = "mean" then 1.0 / float p.Shape[-1] else 1.0
                share * brierWithLabels (given.Labels "target") p |> given.Reduced)
            "sequence/rnnt",
            (fun given ->
                let options =
                    {
                        RNNTOptions.Blank = given.IntegerOr(-1, "blank")
                        IsNormalised = not (given.Flag "fused_log_softmax")
                    }

                rnnt options (given.Integers "logit_lengths") (given.Integers "target_lengths") (given.Labels "targets") given["logits"]
                |> given.Reduced)
            "retrieval/clip",
            (fun given ->
                // The temperature is e to the minus of the scale's logarithm.
                infoNCE (given.Flag "normalize") true (exp (minus given["log_scale"])) given["text"] given["image"] |> Reduce.mean)
        ]
        @ Losses.Tests.Cases.Survival.entries
        @ Losses.Tests.Cases.Ranking.entries
        @ Losses.Tests.Cases.Preferences.entries
        @ Segmentation.entries
        @ Boxes.entries
        @ Generation.entries
        @ Losses.Tests.Cases.Audio.entries
        @ Losses.Tests.Cases.SelfSupervision.entries
        @ Losses.Tests.Cases.Transport.entries
        @ Losses.Tests.Cases.Classes.entries
        @ Scoring.entries
        @ Metric.entries
        @ Losses.Tests.Cases.Retrieval.entries
        @ Losses.Tests.Cases.Training.entries
    )
