/// Losses of boxes.
module Losses.Tests.Cases.Boxes

open Losses
open Losses.FSharp
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private options (given: Given) : BoxOptions = { BoxOptions.Default with Eps = given.Number "eps" }

let private ofBoxes (loss: BoxOptions -> T -> T -> LossValues<T>) (given: Given) : T =
    loss (options given) given["target"] given["prediction"] |> given.Reduced

// MONAI has a mean where nothing is said.
let private monai (given: Given) : T = generalizedBoxIoU BoxOptions.Default given["target"] given["input"] |> Reduce.mean

let private torchvision (loss: BoxOptions -> T -> T -> LossValues<T>) (given: Given) : T =
    loss BoxOptions.Default given["boxes2"] given["boxes1"] |> given.Reduced

let private pairwise (score: BoxScore) (eps: float) (given: Given) : T =
    pairwiseBoxIoU score BoxForm.Corners eps given["boxes2"] given["boxes1"]

let entries: (string * (Given -> T)) list =
    [
        "boxes/iou", ofBoxes boxIoU
        "boxes/giou", ofBoxes generalizedBoxIoU
        "boxes/diou", ofBoxes distanceBoxIoU
        "boxes/ciou", (fun given -> ofBoxes (fun options -> completeBoxIoU options (given.Flag "alpha_detached")) given)
        "boxes/eiou", ofBoxes efficientBoxIoU
        "boxes/siou", (fun given -> ofBoxes (fun options -> scyllaBoxIoU options (given.Number "theta")) given)
        "boxes/alpha_iou", (fun given -> ofBoxes (fun options -> alphaBoxIoU options (given.Number "alpha")) given)
        "boxes/nwd",
        (fun given -> boxWasserstein BoxForm.Corners (given.Number "constant") given["target"] given["prediction"] |> given.Reduced)
        "boxes/quality_focal", (fun given -> qualityFocal (given.Number "beta") given["target"] given["logits"] |> given.Reduced)
        "boxes/distribution_focal", (fun given -> distributionFocal given["target"] given["logits"] |> given.Reduced)
        "monai/giou", monai
        "torchvision/generalized_box_iou_loss", torchvision generalizedBoxIoU
        "torchvision/distance_box_iou_loss", torchvision distanceBoxIoU
        "torchvision/complete_box_iou_loss", torchvision (fun options -> completeBoxIoU options true)
        "torchvision/box_iou_pairwise", pairwise BoxScore.IoU 0.0
        "torchvision/generalized_box_iou_pairwise", pairwise BoxScore.Generalized 0.0
        "torchvision/distance_box_iou_pairwise", pairwise BoxScore.Distance 1e-7
        "torchvision/complete_box_iou_pairwise", pairwise BoxScore.Complete 1e-7
    ]
