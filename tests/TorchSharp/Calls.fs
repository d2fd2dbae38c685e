/// The adapter's one call, for each kind of loss, as a function.
[<AutoOpen>]
module Losses.Tests.Torch.Calls

open System
open TorchSharp
open Losses
open Losses.TorchSharp

let onTensors (loss: TorchTensor -> TorchTensor -> TorchTensor) (prediction: torch.Tensor) (target: torch.Tensor) : torch.Tensor =
    Torch.Loss(Func<TorchTensor, TorchTensor, TorchTensor>(fun x t -> loss x t), prediction, target)

let onLabels (loss: TorchTensor -> Labels -> TorchTensor) (prediction: torch.Tensor) (labels: torch.Tensor) : torch.Tensor =
    Torch.Loss(Func<TorchTensor, Labels, TorchTensor>(fun x y -> loss x y), prediction, labels)

let onThree
    (loss: TorchTensor -> TorchTensor -> TorchTensor -> TorchTensor)
    (first: torch.Tensor)
    (second: torch.Tensor)
    (third: torch.Tensor)
    : torch.Tensor =
    Torch.Loss(Func<TorchTensor, TorchTensor, TorchTensor, TorchTensor>(fun x y z -> loss x y z), first, second, third)

/// Over the logits, or not.
let overwriting
    (overwrite: bool)
    (loss: TorchTensor -> Labels -> TorchTensor)
    (logits: torch.Tensor)
    (labels: torch.Tensor)
    : torch.Tensor =
    if overwrite then
        Torch.Overwriting(Func<TorchTensor, Labels, TorchTensor>(fun x y -> loss x y), logits, labels)
    else
        onLabels loss logits labels
