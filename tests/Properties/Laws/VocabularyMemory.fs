/// What linear cross-entropy holds in memory. Not linked by the tests of other engines, whose heaps would be collected again and again.
module Losses.Tests.Laws.VocabularyMemory

open System
open System.Threading
open System.Threading.Tasks
open Xunit
open Losses
open Losses.FSharp

/// Tests that measure the memory of the process: no other runs beside them.
[<CollectionDefinition("memory", DisableParallelization = true)>]
type MemoryCollection() = class end

// What the last collection found alive; what has been allocated since is not in it.
let private alive () =
    GC.Collect(2, GCCollectionMode.Forced, true)
    let info = GC.GetGCMemoryInfo GCKind.FullBlocking
    info.HeapSizeBytes - info.FragmentedBytes

/// The most bytes that any of many collections found alive, above those before.
let private peak (work: unit -> unit) =
    let before = alive ()
    let mutable most = 0L
    let mutable looks = 0
    use stop = new CancellationTokenSource()

    let observer =
        Task.Factory.StartNew(
            (fun () ->
                while not stop.IsCancellationRequested do
                    most <- max most (alive () - before)
                    looks <- looks + 1
                    Thread.Sleep 2),
            TaskCreationOptions.LongRunning
        )

    work ()
    stop.Cancel()
    observer.Wait()
    most, looks

[<Collection "memory">]
type ``The memory of linear cross-entropy``() =

    // A block of rows is alive at a time, in the value and in the gradient, whatever the chunk allows.
    [<Fact>]
    member _.``has room for a block of the logits, not for all``() =
        let rows, classes, width = 8192, 4096, 1
        let random = Random 1
        let filled (shape: int[]) = DiffTensor.Create(Array.init (Array.reduce (*) shape) (fun _ -> random.NextDouble() - 0.5), shape)
        let input, weight, bias = filled [| rows; width |], filled [| classes; width |], filled [| classes |]
        let labels = Labels(Array.init rows (fun _ -> random.Next classes))

        let run (loss: DiffTensor<float>[] -> LossValues<DiffTensor<float>>) () =
            let struct (_, pull) = DiffTensor.Pullback(Func<_, _>(loss >> Reduce.mean), input, weight, bias)
            // What the tape holds between the value and the gradient is seen as well.
            GC.Collect()
            pull.Invoke(DiffTensor.Scalar 1.0) |> GC.KeepAlive

        let linear chunk (xs: DiffTensor<float>[]) = linearCrossEntropy CrossEntropyOptions.Default chunk labels xs[2] xs[1] xs[0]

        let inTwo (xs: DiffTensor<float>[]) =
            let logits = DiffTensor.MatMul(xs[0], DiffTensor.Permute(xs[1], ReadOnlySpan [| 1; 0 |])) + xs[2]
            crossEntropy CrossEntropyOptions.Default labels logits

        let logits = int64 rows * int64 classes * 8L

        for chunk in [ 8; rows ] do
            let alive, looks = peak (run (linear chunk))
            Assert.True(looks >= 5, $"only {looks} looks")
            Assert.True(alive < logits / 8L, $"{alive} bytes were alive in chunks of {chunk}, of {logits} for all logits")
        // The measure sees them where they are.
        let atOnce, _ = peak (run inTwo)
        Assert.True(atOnce >= logits, $"{atOnce} bytes were alive with all logits, of {logits}")
