// A robust regression with DiffSharp: its optimiser, its derivatives, one of our losses.
//
//     dotnet build interop/DiffSharp/Tests -c Release
//     dotnet fsi interop/DiffSharp/scripts/diffsharp.fsx
//
// The exit status says whether Huber's line is the one that the data lie on, and that of the squared error is not.

// The tests' folder, because it holds the bundle that they were built with.
#I "../Tests/bin/Release/net10.0"
#r "System.Numerics.Tensors.dll"
#r "DiffSharp.Core.dll"
#r "Losses.Numerics.dll"
#r "Losses.FSharp.dll"
#r "Losses.DiffSharp.dll"

open System.IO
open DiffSharp
open DiffSharp.Optim
open Losses
open Losses.FSharp

let backend =
    if File.Exists(Path.Combine(__SOURCE_DIRECTORY__, "../Tests/bin/Release/net10.0/DiffSharp.Backends.Torch.dll")) then
        Backend.Torch
    else
        Backend.Reference

dsharp.config (dtype = Dtype.Float64, backend = backend)

// y = 2x + 1, read off to a tenth; every seventh reading is wrong.
let slope, intercept = 2.0, 1.0
let xs = [| for i in 0..41 -> float i / 10.0 - 2.0 |]

let ys =
    [|
        for i in 0..41 ->
            let y = slope * xs[i] + intercept + 0.1 * float (i * i % 5 - 2) / 2.0
            if i % 7 = 3 then y + 15.0 else y
    |]

let x, y = dsharp.tensor xs, dsharp.tensor ys

let line (parameters: Tensor) = parameters[0] * x + parameters[1]

/// Adam on a loss of the line, from the line y = 0.
let fit (loss: Tensor -> Tensor) : float * float =
    let objective parameters = line parameters |> loss

    let _, fitted =
        optim.adam (objective, dsharp.zeros [ 2 ], lr = dsharp.tensor 0.05, iters = 500, threshold = nan, print = false)

    float fitted[0], float fitted[1]

let report (name: string) (loss: DiffSharpTensor -> DiffSharpTensor -> LossValues<DiffSharpTensor>) : bool =
    let a, b = fit (dsharp.lift (fun target prediction -> loss target prediction |> Reduce.mean) y)
    printfn "%-14s y = %.3f x %+.3f" name a b
    abs (a - slope) < 0.1 && abs (b - intercept) < 0.1

printfn "the data       y = %.3f x %+.3f, every seventh reading 15 too high" slope intercept
let squared = report "squared error" mse
let robust = report "Huber" (huber 0.1)

exit (if robust && not squared then 0 else 1)
