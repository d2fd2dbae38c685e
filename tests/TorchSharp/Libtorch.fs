namespace Losses.Tests

open System
open TorchSharp

// Live tensors are counted, those of all threads.
[<assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)>]
do ()

/// Whether libtorch loads on this machine. Where it does not, what needs it is skipped, and says why: nothing passes that did not run.
module Libtorch =

    /// Why libtorch does not load; empty where it does.
    let problem: string =
        try
            use tensor = torch.zeros (1L)
            if tensor.numel () = 1L then "" else "libtorch's first tensor has no element"
        with error ->
            let rec innermost (error: exn) =
                match error.InnerException with
                | null -> error
                | inner -> innermost inner

            $"LIBTORCH DOES NOT LOAD HERE: {(innermost error).Message}"

    let reason = if problem = "" then null else problem

/// How losses are recorded on libtorch's tape: by nodes of our own, or by TorchSharp's public functions, as with versions of it that are not known here.
module Nodes =

    /// Until what is returned is disposed of.
    let using (isPublic: bool) : IDisposable =
        let before = Losses.TorchSharp.Node.IsUsed
        Losses.TorchSharp.Node.IsUsed <- not isPublic

        { new IDisposable with
            member _.Dispose() = Losses.TorchSharp.Node.IsUsed <- before
        }

/// Facts and theories all need libtorch here, those that are shared with other tests as well: these take the place of xunit's.
[<Sealed; AttributeUsage(AttributeTargets.Method)>]
type FactAttribute() =
    inherit Xunit.FactAttribute()
    override _.Skip = Libtorch.reason

[<Sealed; AttributeUsage(AttributeTargets.Method)>]
type TheoryAttribute() =
    inherit Xunit.TheoryAttribute()
    override _.Skip = Libtorch.reason
