/// Losses of regions.
module Losses.Tests.Cases.Segmentation

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let options (given: Given) : RegionOptions =
    { RegionOptions.Default with
        Activation =
            match given.Word "activation" with
            | "sigmoid" -> RegionActivation.Sigmoid
            | "softmax" -> RegionActivation.Softmax
            | _ -> RegionActivation.None
        Over =
            match given.Word "over" with
            | "batch" -> RegionScope.Batch
            | "sample_and_classes" -> RegionScope.SampleAndClasses
            | _ -> RegionScope.Sample
        Squared = given.Flag "squared"
        Smooth = given.Number "smooth_nr"
        IncludeBackground = given.Flag "include_background"
        IgnoreIndex = given.IntegerOr(-100, "ignore")
        Mask =
            if given.Has "mask" then
                let mask = given.Data "mask"
                Weights(ReadOnlySpan mask.Data, Shape [| mask.Shape[0]; 1; yield! Array.tail mask.Shape |])
            else
                Weights.None
    }

let reduced (given: Given) (loss: LossValues<T>) : T =
    let weights: Weights =
        if given.Gives "class_weights" then
            Weights.op_Implicit (given.List "class_weights")
        else
            Weights.None

    let value = loss |> Reduce.weigh weights |> given.Reduced

    // All classes together keep an axis of one there.
    if given.Word "over" = "sample_and_classes" && given.Reduction = Reduction.None then
        reshape (Shape [| value.Shape[0]; 1 |]) value
    else
        value

let loss (ofLabels: RegionOptions -> Labels -> T -> LossValues<T>) (ofShares: RegionOptions -> T -> T -> LossValues<T>) (given: Given) : T =
    if given.Number "smooth_nr" <> given.Number "smooth_dr" then
        notCovered "a smoothing of the numerator other than of the denominator"

    if given.Word "target" = "labels" then
        ofLabels (options given) (given.Labels "target") given["input"] |> reduced given
    else
        ofShares (options given) given["target"] given["input"] |> reduced given

/// MONAI: softmax or sigmoid, labels as one channel or one-hot.
module Monai =

    /// Numbers beyond [0, 1] are no probabilities; MONAI takes logits without an activation for them.
    let needsProbabilities (given: Given) (x: T) =
        if not (given.Flag "sigmoid" || given.Flag "softmax") && x.ToArray() |> Array.exists (fun p -> p < 0.0 || p > 1.0) then
            notCovered "logits without an activation, which are no probabilities"

    let options (given: Given) : RegionOptions =
        if given.NumberOr(1e-5, "smooth_nr") <> given.NumberOr(1e-5, "smooth_dr") then
            notCovered "a smoothing of the numerator other than of the denominator"

        if given.Gives "other_act" || given.Flag "soft_label" then
            notCovered "other activations and MONAI's soft labels"

        { RegionOptions.Default with
            Smooth = given.NumberOr(1e-5, "smooth_nr")
            Activation =
                if given.Flag "sigmoid" then RegionActivation.Sigmoid
                elif given.Flag "softmax" then RegionActivation.Softmax
                else RegionActivation.None
            Over = if given.Flag "batch" then RegionScope.Batch else RegionScope.Sample
            Squared = given.Flag "squared_pred"
            IncludeBackground = not (given.Gives "include_background") || given.Flag "include_background"
        }

    let reduction (given: Given) : Reduction = if given.Gives "reduction" then given.Reduction else Reduction.Mean

    /// Of what a mask has left: it multiplies logits and targets, so that what it hides counts as a logit of 0 and a target of 0.
    let values
        (loss: RegionOptions -> T -> T -> LossValues<T>)
        (ofLabels: RegionOptions -> Labels -> T -> LossValues<T>)
        (given: Given)
        : LossValues<T> =
        if
            given.Case.Expected.IsNone
            && (given.Flag "softmax" || not (given.Gives "reduction"))
            && not (given.Case.Id.Contains "shape")
        then
            notCovered "two activations, or no reduction, cannot be asked for"

        let x, target = given["input"], given["target"]

        let masked (x: T) : T = if given.Has "mask" then x * expand x.Shape given["mask"] else x

        let options = options given
        let x, target = masked x, masked target
        needsProbabilities given x

        let values =
            if given.Flag "to_onehot_y" then
                let labels = Labels(ReadOnlySpan(target.ToArray() |> Array.map int), target.Shape)
                ofLabels options (labels.Reshape(x.Shape.Without 1)) x
            else
                loss options target x

        // One channel alone is not weighed.
        if given.Gives "weight" && x.Shape[1] > 1 then
            Reduce.weigh (Weights.op_Implicit (given.List "weight")) values
        else
            values

    let loss (loss: RegionOptions -> T -> T -> LossValues<T>) (ofLabels: RegionOptions -> Labels -> T -> LossValues<T>) (given: Given) : T =
        values loss ofLabels given |> Reduce.by (reduction given)

    /// A case of which the reduction keeps axes of 1.
    let kept (rank: int) (loss: Given -> T) (given: Given) : T =
        let value = loss given

        if given.Reduction = Reduction.None && given.Gives "reduction" then
            reshape (Shape(Array.append (value.Shape.ToArray()) (Array.create (rank - value.Shape.Rank) 1))) value
        else
            value

    let private generalizedWeight (given: Given) : RegionWeight =
        match given.Word "w_type" with
        | "simple" -> RegionWeight.Simple
        | "uniform" -> RegionWeight.Uniform
        | _ -> RegionWeight.Square

    let generalized (given: Given) : T =
        loss
            (fun options -> generalizedDice options (generalizedWeight given))
            (fun options -> generalizedDiceWithLabels options (generalizedWeight given))
            given

    let private share (given: Given) (name: string) : T = DiffTensor.Scalar(given.NumberOr(1.0, name))

    // One-hot, where the target has one channel.
    let private shares (given: Given) : T =
        let x, target = given["input"], given["target"]

        if target.Shape = x.Shape then
            target
        else
            let classes =
                DiffTensor.Create(Array.init x.Shape[1] float, Array.append [| x.Shape[1] |] (Array.create (x.Shape.Rank - 2) 1))

            let distance = expand x.Shape target - expand x.Shape classes
            let distance = l1 (expand x.Shape (DiffTensor.Scalar 0.0)) distance |> Reduce.none
            Notation.hinge (DiffTensor.Scalar 1.0 - distance)

    let diceFocal (region: Given -> T) (given: Given) : T =
        if given.NumberOr(1.0, "lambda_dice") < 0.0 then
            notCovered "a negative weight of a term, which is the caller's to choose"

        let part = region given
        let focal = 2.0 * sigmoidFocal 0.5 (given.NumberOr(2.0, "gamma")) (shares given) given["input"]
        share given "lambda_dice" * part + share given "lambda_focal" * (focal |> Reduce.by (reduction given))

    let diceCE (given: Given) : T =
        let x, target = given["input"], given["target"]
        let part = loss dice diceWithLabels given

        let entropy =
            if x.Shape[1] = 1 then
                let weight = if given.Gives "weight" then given.List "weight" else [| 1.0 |]
                balancedBceWithLogits (Weights(ReadOnlySpan weight, Shape [| 1; 1 |])) target x |> Reduce.mean
            elif target.Shape = x.Shape then
                crossEntropyWithProbabilities CrossEntropyOptions.Default target x |> Reduce.mean
            else
                let labels = (given.Labels "target").Reshape(x.Shape.Without 1)
                crossEntropy CrossEntropyOptions.Default labels x |> Reduce.mean

        share given "lambda_dice" * part + share given "lambda_ce" * entropy

/// segmentation_models.pytorch: of classes over batch and places, no smoothing; a class that is not in the target counts 0.
module private Smp =

    let loss
        (ofShares: RegionOptions -> T -> T -> LossValues<T>)
        (ofLabels: RegionOptions -> Labels -> T -> LossValues<T>)
        (given: Given)
        : T =
        let x = given["y_pred"]
        let classes = x.Shape[1]
        let isMulticlass = given.Word "mode" = "multiclass"

        let options =
            { RegionOptions.Default with
                Over = RegionScope.Batch
                Smooth = 0.0
                Activation =
                    if not (given.Flag "from_logits") then RegionActivation.None
                    elif isMulticlass then RegionActivation.Softmax
                    else RegionActivation.Sigmoid
            }

        let target = given.Data "y_true"

        let counts =
            if isMulticlass then
                Array.init classes (fun c -> Array.contains (float c) target.Data)
            else
                let inner = target.Data.Length / target.Shape[0] / classes
                Array.init classes (fun c -> target.Data |> Seq.indexed |> Seq.exists (fun (i, t) -> t > 0.0 && i / inner % classes = c))

        let values =
            (if isMulticlass then
                 ofLabels options (given.Labels "y_true") x
             else
                 ofShares options given["y_true"] x)
            |> Reduce.mask (Weights.Mask(ReadOnlySpan counts, Shape [| classes |]))

        let weights = if given.Gives "class_weights" then given.List "class_weights" else Array.create classes 1.0
        let sum = values |> Reduce.weigh (Weights.op_Implicit weights) |> Reduce.sum
        sum / DiffTensor.Scalar(Array.sum weights)

    // 1 less the loss. Of targets of 0 and 1 the smaller of both is their product.
    let score (alpha: float) (beta: float) (given: Given) : T =
        let x, target = given["output"], given["target"]

        if (given.Data "target").Data |> Array.exists (fun t -> t <> 0.0 && t <> 1.0) then
            notCovered "the smaller of prediction and target"

        let shape = if x.Shape.Rank = 1 then Shape [| 1; 1; x.Shape[0] |] else Shape [| x.Shape[0]; 1; x.Shape[1] |]
        let options = { RegionOptions.Default with Smooth = 0.0 }
        let values = tversky options alpha beta 1.0 (reshape shape target) (reshape shape x) |> Reduce.none

        if values.ToArray() |> Array.exists Double.IsNaN then
            notCovered "a region in which there is nothing, whose score is 0 there"

        LossValues(DiffTensor.Scalar 1.0 - values) |> Reduce.mean

/// Kornia: a softmax, sums over the classes as well unless they are asked for by themselves.
module private Kornia =

    // The ε is below alone there.
    let private options (given: Given) : RegionOptions =
        { RegionOptions.Default with
            Activation = RegionActivation.Softmax
            Over = if given.Word "average" = "macro" then RegionScope.Sample else RegionScope.SampleAndClasses
            Smooth = 1e-8
            IgnoreIndex = given.IntegerOr(-100, "ignore_index")
        }

    let dice (given: Given) : T =
        let options = options given
        let weights = if given.Gives "weight" then given.List "weight" else Array.create given["pred"].Shape[1] 1.0
        let isMicro = options.Over = RegionScope.SampleAndClasses

        if isMicro && weights |> Array.exists (fun w -> w <> 0.0 && w <> 1.0) then
            notCovered "weights that the intersection has squared"

        if isMicro then
            let mask =
                if given.Gives "weight" then
                    Weights(ReadOnlySpan weights, Shape [| weights.Length; 1; 1 |])
                else
                    Weights.None

            diceWithLabels { options with Mask = mask } (given.Labels "target") given["pred"] |> Reduce.mean
        else
            let values = diceWithLabels options (given.Labels "target") given["pred"]
            let weighed = values |> Reduce.weigh (Weights.op_Implicit weights) |> Reduce.mean
            weighed * DiffTensor.Scalar(float weights.Length / Array.sum weights)

    let tversky (given: Given) : T =
        tverskyWithLabels (options given) (given.Number "alpha") (given.Number "beta") 1.0 (given.Labels "target") given["pred"]
        |> Reduce.mean

let private matthews (given: Given) : T =
    let flat (x: T) = reshape (Shape [| 1; 1; x.Shape.Size |]) x

    let options =
        { RegionOptions.Default with
            Smooth = given.Number "eps"
            Activation = if given.Word "activation" = "sigmoid" then RegionActivation.Sigmoid else RegionActivation.None
        }

    FSharp.Regions.matthews options (flat given["target"]) (flat given["input"]) |> Reduce.mean

let private generalized (given: Given) : T =
    let weight =
        match given.Word "weight" with
        | "simple" -> RegionWeight.Simple
        | "uniform" -> RegionWeight.Uniform
        | _ -> RegionWeight.Square

    let value =
        loss (fun options -> generalizedDiceWithLabels options weight) (fun options -> generalizedDice options weight) given

    // Of the whole batch there is an axis of one.
    if given.Word "over" = "batch" && given.Reduction = Reduction.None then
        reshape (Shape [| 1 |]) value
    else
        value

let entries: (string * (Given -> T)) list =
    [
        "regions/dice", loss diceWithLabels dice
        "regions/jaccard", loss jaccardWithLabels jaccard
        "regions/tversky",
        (fun given ->
            let alpha, beta = given.Number "alpha", given.Number "beta"
            loss (fun options -> tverskyWithLabels options alpha beta 1.0) (fun options -> tversky options alpha beta 1.0) given)
        "regions/focal_tversky",
        (fun given ->
            let alpha, beta, gamma = given.Number "alpha", given.Number "beta", given.Number "gamma"
            loss (fun options -> tverskyWithLabels options alpha beta gamma) (fun options -> tversky options alpha beta gamma) given)
        "regions/generalized_dice", generalized
        "regions/mcc", matthews
        "monai/dice", Monai.loss dice diceWithLabels
        "monai/tversky",
        (fun given ->
            let alpha, beta = given.NumberOr(0.5, "alpha"), given.NumberOr(0.5, "beta")
            Monai.loss (fun options -> tversky options alpha beta 1.0) (fun options -> tverskyWithLabels options alpha beta 1.0) given)
        "monai/masked_dice", Monai.kept 3 (Monai.loss dice diceWithLabels)
        "monai/generalized_dice", Monai.generalized
        "monai/dice_ce", Monai.diceCE
        "monai/dice_focal", Monai.diceFocal (Monai.loss dice diceWithLabels)
        "monai/generalized_dice_focal", Monai.diceFocal Monai.generalized
        "smp/dice", Smp.loss dice diceWithLabels
        "smp/jaccard", Smp.loss jaccard jaccardWithLabels
        "smp/tversky",
        (fun given ->
            let alpha, beta = given.NumberOr(0.5, "alpha"), given.NumberOr(0.5, "beta")
            Smp.loss (fun options -> tversky options alpha beta 1.0) (fun options -> tverskyWithLabels options alpha beta 1.0) given)
        "smp/soft_dice_score", Smp.score 0.5 0.5
        "smp/soft_jaccard_score", Smp.score 1.0 1.0
        "smp/soft_tversky_score", (fun given -> Smp.score (given.Number "alpha") (given.Number "beta") given)
        "kornia/dice", Kornia.dice
        "kornia/tversky", Kornia.tversky
    ]
