namespace Losses

open System
open DiffSharp

/// <summary>The losses of <c>Losses.FSharp</c> among DiffSharp's own functions.</summary>
[<AutoOpen>]
module DiffSharpExtensions =

    let private seen (name: string) (x: Tensor) : DiffSharpTensor =
        if isNull (box x) then
            raise (ArgumentNullException name)

        DiffSharpTensor x

    let private alike (target: Tensor) (prediction: Tensor) : unit =
        if not (isNull (box target) || isNull (box prediction)) && target.dtype <> prediction.dtype then
            raise (
                ArgumentException(
                    $"target has data type {target.dtype} but prediction has data type {prediction.dtype}; they must be equal.",
                    nameof target
                )
            )

    type dsharp with

        /// <summary>A function of ours as one of DiffSharp's tensors, which DiffSharp differentiates:
        /// <c>logits |> dsharp.lift (crossEntropy options labels >> Reduce.mean)</c>.</summary>
        /// <param name="f">Of one tensor; what else it takes, it has been given.</param>
        static member lift(f: DiffSharpTensor -> DiffSharpTensor) : Tensor -> Tensor =
            fun prediction -> (f (seen (nameof prediction) prediction)).Tensor

        /// <summary>A function of ours of two tensors.</summary>
        /// <param name="f">Of a target and a prediction.</param>
        /// <exception cref="T:System.ArgumentException">The tensors are of two data types.</exception>
        static member lift(f: DiffSharpTensor -> DiffSharpTensor -> DiffSharpTensor) : Tensor -> Tensor -> Tensor =
            fun target prediction ->
                alike target prediction
                (f (seen (nameof target) target) (seen (nameof prediction) prediction)).Tensor

        /// <summary>A loss of one tensor, to be reduced: <c>(logits |> dsharp.lift (nll options labels) |> Reduce.sum).Tensor</c>.</summary>
        /// <param name="loss">Of a prediction; what else it takes, it has been given.</param>
        static member lift(loss: DiffSharpTensor -> LossValues<DiffSharpTensor>) : Tensor -> LossValues<DiffSharpTensor> =
            fun prediction -> loss (seen (nameof prediction) prediction)

        /// <summary>A loss of two tensors, to be reduced: <c>(x |> dsharp.lift (huber 0.5) target |> Reduce.mean).Tensor</c>.</summary>
        /// <param name="loss">Of a target and a prediction.</param>
        /// <exception cref="T:System.ArgumentException">The tensors are of two data types.</exception>
        static member lift
            (loss: DiffSharpTensor -> DiffSharpTensor -> LossValues<DiffSharpTensor>)
            : Tensor -> Tensor -> LossValues<DiffSharpTensor> =
            fun target prediction ->
                alike target prediction
                loss (seen (nameof target) target) (seen (nameof prediction) prediction)

        /// <summary>Class indices as labels.</summary>
        /// <exception cref="T:System.ArgumentException">The tensor is not one of whole numbers.</exception>
        static member labels(indices: Tensor) : Labels = DiffSharpTensor.LabelsOf indices

        /// <summary>The numbers of a tensor as weights or a mask, which do not vary.</summary>
        /// <exception cref="T:System.ArgumentOutOfRangeException">A weight is negative, infinite or NaN; it says which.</exception>
        static member weights(values: Tensor) : Weights = DiffSharpTensor.WeightsOf values
