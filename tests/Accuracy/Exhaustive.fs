namespace Losses.Accuracy

open System
open System.Threading.Tasks
open Losses
open Losses.FSharp

/// Functions of one number over all float32 numbers.
module Exhaustive =

    /// Losses whose other operands are fixed.
    let functions: (string * float list) list =
        [
            "softplus", []
            "sigmoid", []
            "logSigmoid", []
            "bceWithLogits hard", [ 0.0 ]
            "bceWithLogits hard", [ 1.0 ]
            "softMargin", [ 1.0 ]
            "softMargin", [ -1.0 ]
            "l1", [ 0.0 ]
            "mse", [ 0.0 ]
            "smoothL1 beta 1", [ 0.0 ]
            "huber delta 1", [ 0.0 ]
            "poissonNLL", [ 0.0 ]
            "hingeEmbedding margin 1", [ 1.0 ]
            "hingeEmbedding margin 1", [ -1.0 ]
        ]

    let private blockLength = 1 <<< 14

    // None of these forms cancels: where float64 arithmetic rounds to what the library gives, that is right but for a tie, and a sample
    // of them is held to 106 bits all the same.
    let private block (case: Case) (fixedTo: float[]) (start: uint32) (value: Finding) (slope: Finding) =
        let xs =
            Array.init blockLength (fun i -> BitConverter.UInt32BitsToSingle(start + uint32 i))
            |> Array.filter (fun x -> not (Single.IsNaN x))

        if xs.Length > 0 then
            let x = DiffTensor<float32>(ReadOnlySpan xs, Shape [| xs.Length |])
            let rest = fixedTo |> Array.map (fun t -> DiffTensor<float32>.Filled(t, x.Shape))
            let f (x: DiffTensor<float32>) = case.Definition.Tensor(Array.append [| x |] rest, [||])
            let values = (f x).ToArray()
            let slopes = (Diff.grad (f >> LossValues >> Reduce.sum) x).ToArray()
            let format = Format.float32

            let exact (x: float) =
                let at =
                    Array.append
                        [| [| Dual<DoubleDouble>.Variable(DoubleDouble.Constant x) |] |]
                        (fixedTo |> Array.map (fun t -> [| Dual<DoubleDouble>.Fixed(DoubleDouble.Constant t) |]))

                case.Definition.Exact(at, [||], [||])[0]

            let fixedAt = fixedTo |> Array.map (fun t -> [| Dual<Real>.Fixed(Real t) |])
            let at = Array.append [| [| Unchecked.defaultof<Dual<Real>> |] |] fixedAt

            for i in 0 .. xs.Length - 1 do
                let x = float xs[i]
                at[0][0] <- Dual<Real>.Variable(Real x)
                let near = case.Definition.Exact(at, [||], [||])[0]
                let isSampled = i % 4099 = 0

                let add (finding: Finding) (got: float32) (near: float) (truth: Dual<DoubleDouble> -> DoubleDouble) =
                    if not isSampled && float32 near = got then
                        finding.Add(0.5, 0.5, (fun () -> ""))
                    else
                        let error = format.Error(float got, truth (exact x), 0.0)
                        finding.Add(error, error, (fun () -> $"x {xs[i]:G9} → {got:G9}, not {truth (exact x)}"))

                add value values[i] near.Value.Value _.Value
                add slope slopes[i] near.Derivative.Value _.Derivative

    /// One function over all of them.
    let run (case: Case) (fixedTo: float list) : Finding list =
        let named what = Finding(case, (if fixedTo.IsEmpty then what else $"{what} at {fixedTo.Head}"), Format.float32)
        let value, slope = named "value", named "by x"
        let blocks = int ((1L <<< 32) / int64 blockLength)
        let gate = obj ()

        Parallel.For(
            0,
            blocks,
            ParallelOptions(MaxDegreeOfParallelism = Environment.ProcessorCount),
            fun i ->
                let ownValue, ownSlope = named "value", named "by x"
                block case (Array.ofList fixedTo) (uint32 i * uint32 blockLength) ownValue ownSlope

                lock gate (fun () ->
                    value.Merge ownValue
                    slope.Merge ownSlope)
        )
        |> ignore

        [ value; slope ]
