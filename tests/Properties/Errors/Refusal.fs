/// The right exception, which names the parameter and shows what it was given.
module internal Losses.Tests.Errors.Refusal

open System
open Xunit
open Losses
open Losses.FSharp

let nothing<'T> : 'T = Unchecked.defaultof<'T>

let refuses<'E when 'E :> ArgumentException> (parameter: string) (parts: string list) (call: unit -> unit) =
    let error = Assert.Throws<'E> call
    Assert.Equal(parameter, error.ParamName)

    for part in parts do
        Assert.Contains(part, error.Message)

let x23 = DiffTensor.Create([| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |], 2, 3)

let x32 = DiffTensor.Create([| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |], 3, 2)

let row = DiffTensor.Create([| 1.0; 2.0; 3.0 |])

let pair = DiffTensor.Create [| 1.0; -1.0 |]

let labels = Labels [| 0; 2 |]

let logs = DiffTensor.Create(Array.create 24 (log 0.25), 3, 2, 4)

let padded = Labels(ReadOnlySpan [| 1; 2; 3; 1 |], Shape [| 2; 2 |])

let ctcWith options inputLengths targetLengths labels logs () = ctc options inputLengths targetLengths labels logs |> ignore

let ctc inputLengths targetLengths labels logs = ctcWith CTCOptions.Default inputLengths targetLengths labels logs

let zeros (rows: int) (columns: int) = DiffTensor.Create(Array.zeroCreate<float>(rows * columns), rows, columns)

/// 2 frequent classes and clusters of 2 and 3, of inputs of 3 features.
let adaptive =
    {
        Cutoffs = [| 2; 4 |]
        Head = zeros 4 3
        HeadBias = DiffTensor.Scalar 0.0
        Clusters = [| { Projection = zeros 2 3; Output = zeros 2 2 }; { Projection = zeros 1 3; Output = zeros 3 1 } |]
    }
