namespace Losses.Tests.Numbers

open Losses.TorchSharp
open TorchSharp

type ``Scalar torch tensors``() =
    inherit NumberLaws<TorchTensor>((fun x -> TorchTensor(torch.tensor x)), (fun x -> x.ToTensor().item<float>()), 4.0)
