module Losses.Tests.Torch.TorchSurface

open Xunit
open Losses.Tests

[<Fact>]
let ``the public surface is the approved one`` () =
    Assert.Equal("", PublicSurface.Differences(__SOURCE_DIRECTORY__, "TorchSurface", typeof<Losses.TorchSharp.TorchTensor>.Assembly))
