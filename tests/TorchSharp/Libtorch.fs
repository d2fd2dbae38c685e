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

/// Facts and theories all need libtorch here, those that are shared with other tests as well: these take the place of xunit's.
[<Sealed; AttributeUsage(AttributeTargets.Method)>]
type FactAttribute() =
    inherit Xunit.FactAttribute()
    override _.Skip = Libtorch.reason

[<Sealed; AttributeUsage(AttributeTargets.Method)>]
type TheoryAttribute() =
    inherit Xunit.TheoryAttribute()
    override _.Skip = Libtorch.reason
