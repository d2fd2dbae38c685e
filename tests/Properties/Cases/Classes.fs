/// Classes, divergences, ordered classes and hinges: the rest of what Table.fs has.
module Losses.Tests.Cases.Classes

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private num (x: float) : T = DiffTensor.Scalar x

let private within (low: float) (high: float) (x: T) : T = DiffTensor.Min(num high, DiffTensor.Max(num low, x))

let private meanOfLast (values: T) : T = if values.Shape.Rank = 0 then values else sumAlong -1 values / num (float values.Shape[-1])

let private oneHot (labels: Labels) (axis: int) (shape: Shape) : T =
    let classes = shape[axis]
    let inner = Seq.fold (fun product i -> product * shape[i]) 1 (seq { axis + 1 .. shape.Rank - 1 })
    let indices = labels.Indices.ToArray()

    let of' i = if indices[i / inner / classes * inner + i % inner] = i / inner % classes then 1.0 else 0.0
    DiffTensor.Create(Array.init shape.Size of', shape.ToArray())

let private ofPair (loss: T -> T -> LossValues<T>) (given: Given) : T = loss given["p"] given["q"] |> given.Reduced

// Labels, or a distribution.
let private ofTargets (ofLabels: Labels -> T -> LossValues<T>) (ofShares: T -> T -> LossValues<T>) (given: Given) : T =
    if given.Has "target" then
        ofLabels (given.Labels "target") given["logits"] |> given.Reduced
    else
        ofShares given["target_distribution"] given["logits"] |> given.Reduced

let private evidential (loss: float -> Labels -> T -> LossValues<T>) (given: Given) : T =
    loss (given.Number "annealing") (given.Labels "target") given["evidence"] |> given.Reduced

// Rows that count, by labels.
let private counted (labels: int[]) (ignored: int) (shape: int[]) : Weights =
    Weights.Mask(ReadOnlySpan(Array.map ((<>) ignored) labels), Shape shape)

let private totalVariation (given: Given) : T =
    let p, q = given["p"], given["q"]
    let rows = totalVariationDistance q p

    if given.Word "reduction" = "none" then
        if given.Has "label" then
            let mask = counted (given.Integers "label") (given.Integer "ignore_index") [| p.Shape[0]; 1 |]
            0.5 * l1 q p |> Reduce.weigh mask |> Reduce.none
        else
            0.5 * l1 q p |> Reduce.none
    elif given.Has "label" then
        let labels = given.Integers "label"
        let masked = rows |> Reduce.mask (counted labels (given.Integer "ignore_index") [| labels.Length |])

        match given.Word "reduction" with
        | "sum" -> Reduce.sum masked
        // Where nothing is left both have 0, and a mean of ours NaN.
        | "batchmean" when Array.forall ((=) (given.Integer "ignore_index")) labels -> Reduce.sum masked
        | "batchmean" -> Reduce.mean masked
        | _ -> Reduce.mean masked / num (float p.Shape[-1])
    else
        match given.Word "reduction" with
        | "sum" -> Reduce.sum rows
        | "batchmean" -> Reduce.mean rows
        | _ -> Reduce.mean rows / num (float p.Shape[-1])

let private crossEntropyOptions (given: Given) : CrossEntropyOptions =
    { CrossEntropyOptions.Default with
        ClassWeights = given.Weights "weight"
        IgnoreIndex = given.IntegerOr(-100, "ignore_index")
        LabelSmoothing = given.NumberOr(0.0, "label_smoothing")
    }

// Cross-entropy of capped logits, and so much of the z-loss: both have their own mean, for weights do not count in the second.
let private capped (given: Given) (logits: T) (labels: Labels) : T =
    let options = crossEntropyOptions given
    let logits = if given.Gives "softcap" then softCap (given.Number "softcap") logits else logits
    let value = crossEntropy options labels logits |> given.Reduced
    let scale = given.NumberOr(0.0, "lse_square_scale")

    if scale = 0.0 then
        value
    else
        let mask = counted (labels.Indices.ToArray()) options.IgnoreIndex (labels.Shape.ToArray())
        let z = zLoss -1 logits |> Reduce.mask mask |> given.Reduced
        value + num scale * z

let private zLossOf (given: Given) : T =
    // A row of one logit has that for its normaliser.
    let lse = given["lse"]
    let values = zLoss -1 (reshape (Shape [| lse.Shape[0]; 1 |]) lse)

    if given.Has "targets" then
        let targets = Array.skip (given.Integer "shift") (given.Integers "targets")
        values |> Reduce.mask (counted targets (given.Integer "ignore_index") [| targets.Length |]) |> given.Reduced
    else
        values |> given.Reduced

/// Keras clips probabilities.
module Keras =

    let private aligned (given: Given) (values: LossValues<T>) : Weights =
        if not (given.Has "sample_weight") then
            Weights.None
        else
            let weights = given.Data "sample_weight"
            let rank = (Reduce.none values).Shape.Rank
            let lengths = Array.truncate rank weights.Shape
            Weights(ReadOnlySpan weights.Data, Shape(Array.append lengths (Array.create (rank - lengths.Length) 1)))

    let reduced (given: Given) (loss: LossValues<T>) : T =
        let weighted = loss |> Reduce.weigh (aligned given loss)

        match given.Word "reduction" with
        | ""
        | "none" -> Reduce.none weighted
        | "sum" -> Reduce.sum weighted
        | "sum_over_batch_size" -> Reduce.mean weighted
        | _ -> Reduce.by (enum -1) weighted

    let private smoothed (alpha: float) (classes: float) (target: T) : T = target * num (1.0 - alpha) + num (alpha / classes)

    // The nearest float32 to 1 − 10⁻⁷.
    let private clipped (p: T) : T = within 1e-7 (1.0 - Math.ScaleB(1.0, -23)) p

    let binary (given: Given) : T =
        let p = given.Any("y_pred", "output")
        let target = smoothed (given.NumberOr(0.0, "label_smoothing")) 2.0 (given.Any("y_true", "target"))
        let values = bce target (clipped p) |> Reduce.none
        if given.Case.Id.Contains "/ops_" then values else reduced given (LossValues(meanOfLast values))

    let binaryFocal (given: Given) : T =
        let p, target = given["y_pred"], given["y_true"]
        let balanced = given.Flag "apply_class_balancing"
        let p = clipped p
        let logits = DiffTensor.Log p - DiffTensor.Log1P(num 0.0 - p)
        let target = smoothed (given.NumberOr(0.0, "label_smoothing")) 2.0 target
        let loss = sigmoidFocal (if balanced then given.Number "alpha" else 0.5) (given.Number "gamma") target logits
        LossValues(meanOfLast (Reduce.none ((if balanced then 1.0 else 2.0) * loss))) |> reduced given

    let categoricalFocal (given: Given) : T =
        let p = given["y_pred"]
        let axis = p.Shape.Axis(given.IntegerOr(-1, "axis"), "axis")
        let target = smoothed (given.NumberOr(0.0, "label_smoothing")) (float p.Shape[axis]) given["y_true"]

        let options =
            { FocalOptions.Default with
                Alpha = given.Number "alpha"
                Gamma = given.Number "gamma"
                ClassAxis = axis
            }
        // A softmax of logarithms divides by the sum. A probability of 0 is raised: of the others no digit here changes.
        focalWithProbabilities options target (DiffTensor.Log(DiffTensor.Max(num 1e-7, p))) |> reduced given

let private hardened (given: Given) (x: T) : T =
    let target = given["target"]

    if given.Flag "to_onehot_y" then
        let labels = given.Labels "target"
        oneHot (labels.Reshape(x.Shape.Without 1)) 1 x.Shape
    else
        target

let private monaiFocal (given: Given) : T =
    if given.Gives "weight" then
        notCovered "weights of channels"

    let x = given["input"]
    let target = hardened given x
    let foreground (y: T) = DiffTensor.Slice(y, 1, 1, y.Shape[1] - 1)
    let isWhole = not (given.Gives "include_background") || given.Flag "include_background"
    let x, target = if isWhole then x, target else foreground x, foreground target
    let gamma = given.NumberOr(2.0, "gamma")
    let alpha = if given.Gives "alpha" then Some(given.Number "alpha") else None
    let reduction = if given.Gives "reduction" then given.Reduction else Reduction.Mean

    if given.Flag "use_softmax" then
        if reduction <> Reduction.Mean then
            notCovered "of classes, not of rows"

        let weights =
            match alpha with
            | Some alpha -> Weights.op_Implicit (Array.init x.Shape[1] (fun c -> if c = 0 then 1.0 - alpha else alpha))
            | None -> Weights.None

        let options = { FocalOptions.Default with Gamma = gamma; ClassWeights = weights }
        // A mean over classes as well.
        (1.0 / float x.Shape[1]) * focalWithProbabilities options target x |> Reduce.mean
    else
        match alpha with
        | Some alpha -> sigmoidFocal alpha gamma target x
        | None -> 2.0 * sigmoidFocal 0.5 gamma target x
        |> Reduce.by reduction

let private korniaBinaryFocal (given: Given) : T =
    if given.Number "gamma" <> 0.0 || given.Gives "alpha" then
        notCovered "weights of a focal loss of channels"

    let x = given["pred"]
    let channels (name: string) = if given.Gives name then Weights.op_Implicit (given.List name) else Weights.None
    // Of γ 0 and no α: binary cross-entropy. Weights are of axis 1 there, of the last here.
    let last (y: T) = DiffTensor.Permute(y, ReadOnlySpan [| 0; 2; 1 |])
    let loss = balancedBceWithLogits (channels "pos_weight") (last given["target"]) (last x) |> Reduce.weigh (channels "weight")
    if given.Reduction = Reduction.None then last (Reduce.none loss) else given.Reduced loss

let private smpFocal (given: Given) : T =
    if given.Gives "class_weights" then
        notCovered "normalised class weights"

    let x = given["y_pred"]
    let x = if given.Flag "from_logits" then x else DiffTensor.Log(within 1e-7 (1.0 - 1e-7) x)
    2.0 * sigmoidFocal 0.5 2.0 (oneHot (given.Labels "y_true") 1 x.Shape) x |> Reduce.mean

let private optaxTriplet (given: Given) : T =
    if given.Number "norm_degree" <> 2.0 then
        notCovered "a norm of signed differences"

    // ε is inside the root there.
    let eps = given.Number "eps"

    let distance (a: T) (b: T) : T =
        let d = a - b
        DiffTensor.Sqrt(sumAlong -1 (d * d) + num eps)

    tripletMarginWithDistance distance (given.Number "margin") false given["negatives"] given["positives"] given["anchors"]
    |> Reduce.none

let entries: (string * (Given -> T)) list =
    [
        // Divergences of probabilities.
        "optax/generalized_kl_divergence", (fun given -> generalizedKLDiv given["targets"] given["log_predictions"] |> Reduce.none)
        "kornia/js_div_2d",
        (fun given ->
            let rows (x: T) = reshape (Shape [| x.Shape[0]; x.Shape[1]; x.Shape[2] * x.Shape[3] |]) x
            jensenShannon 0.5 (rows given["target"]) (rows given["pred"]) |> given.Reduced)
        "liger_trl/total_variation_distance", totalVariation
        "ordinal/alpha_divergence", (fun given -> ofPair (alphaDivergence (given.Number "alpha")) given)
        "ordinal/renyi_divergence", (fun given -> ofPair (renyiDivergence (given.Number "alpha")) given)
        "ordinal/tsallis_divergence", (fun given -> ofPair (tsallisDivergence (given.Number "q_index")) given)
        "ordinal/chi2",
        (fun given ->
            let kind =
                match given.Word "kind" with
                | "pearson" -> ChiSquaredKind.Pearson
                | "neyman" -> ChiSquaredKind.Neyman
                | _ -> ChiSquaredKind.Symmetric

            ofPair (chiSquared kind) given)
        "ordinal/hellinger",
        (fun given ->
            let squared = squaredHellinger given["p"] given["q"]

            if given.Flag "squared" then
                given.Reduced squared
            else
                LossValues(DiffTensor.Sqrt(Reduce.none squared)) |> given.Reduced)
        "ordinal/entropy",
        (fun given ->
            if given.Has "logits" then
                entropyOfLogits -1 given["logits"] |> given.Reduced
            else
                entropy given["probabilities"] |> given.Reduced)
        "ordinal/hinton_distillation",
        (fun given ->
            let alpha, student = given.Number "alpha", given["student"]
            let options = { DistillationOptions.Default with Temperature = given.Number "temperature"; Rescaled = true }
            let soft = klDivOfLogits options given["teacher"] student

            if given.Has "target" then
                alpha * soft + (1.0 - alpha) * crossEntropy CrossEntropyOptions.Default (given.Labels "target") student |> given.Reduced
            else
                alpha * soft |> given.Reduced)
        "ordinal/dkd",
        (fun given ->
            let options = { DistillationOptions.Default with Temperature = given.Number "temperature"; Rescaled = true }

            decoupledDistillation
                options
                (given.Number "alpha")
                (given.Number "beta")
                (given.Labels "target")
                given["teacher"]
                given["student"]
            |> given.Reduced)

        // Sparse softmaxes.
        "ordinal/sparsemax_loss", ofTargets sparsemaxLoss sparsemaxLossWithProbabilities
        "ordinal/entmax15_loss", ofTargets entmax15Loss entmax15LossWithProbabilities
        "optax/multiclass_sparsemax", (fun given -> sparsemaxLoss (given.Labels "labels") given["scores"] |> Reduce.mean)

        // Ordered classes.
        "ordinal/corn", (fun given -> corn (given.Labels "target") given["logits"] |> Reduce.mean)
        "ordinal/proportional_odds",
        (fun given ->
            let loss = if given.Word "link" = "probit" then orderedProbit else proportionalOdds
            loss (given.Labels "target") given["cutpoints"] given["score"] |> given.Reduced)
        "ordinal/ldam",
        (fun given ->
            // Its mean divides by the number of rows, weighted or not.
            let options = { CrossEntropyOptions.Default with ClassWeights = given.Weights "weight" }

            ldam
                (given.Number "max_margin")
                (given.Number "scale")
                (given.Weights "counts")
                options
                (given.Labels "target")
                given["logits"]
            |> Reduce.none
            |> LossValues
            |> given.Reduced)
        "ordinal/evidential_mse", evidential evidentialMSE
        "ordinal/evidential_log", evidential evidentialLog
        "ordinal/evidential_digamma", evidential evidentialDigamma

        // Hinges.
        "optax/multiclass_hinge", (fun given -> multiclassHinge 1.0 (given.Labels "labels") given["scores"] |> Reduce.none)
        "optax/multiclass_perceptron", (fun given -> multiclassHinge 0.0 (given.Labels "labels") given["scores"] |> Reduce.none)
        "keras/categorical_hinge", (fun given -> categoricalHinge given["y_true"] given["y_pred"] |> Keras.reduced given)

        // Cross-entropy and focal losses with what libraries put around them.
        "liger_trl/compute_z_loss", zLossOf
        "liger_trl/z_loss",
        (fun given ->
            let labels = given.Labels "targets"
            let mask = counted (labels.Indices.ToArray()) (given.IntegerOr(-100, "ignore_index")) (labels.Shape.ToArray())
            num (given.Number "lse_square_scale") * (zLoss -1 given["logits"] |> Reduce.mask mask |> given.Reduced))
        "liger_trl/cross_entropy", (fun given -> capped given given["logits"] (given.Labels "targets"))
        "keras/mean_squared_logarithmic_error",
        (fun given ->
            let raised (x: T) = DiffTensor.Max(num 1e-7, x)
            LossValues(meanOfLast (Reduce.none (msle (raised given["y_true"]) (raised given["y_pred"])))) |> Keras.reduced given)
        "monai/focal", monaiFocal
        "kornia/binary_focal", korniaBinaryFocal
        "smp/focal", smpFocal
        "optax/triplet_margin", optaxTriplet
        "optax/label_smoothing",
        (fun given ->
            let alpha, labels = given.Number "alpha", given["labels"]
            labels * num (1.0 - alpha) + num (alpha / float labels.Shape[-1]))
    ]
