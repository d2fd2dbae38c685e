namespace Losses.Accuracy

open System
open System.Runtime.CompilerServices
open System.Threading.Tasks
open Losses
open Losses.FSharp

[<Struct; NoEquality; NoComparison>]
type private Sigmoid =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, _) = sigmoid x

[<Struct; NoEquality; NoComparison>]
type private LogSigmoid =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, _) = logSigmoid x

[<Struct; NoEquality; NoComparison>]
type private Softplus =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, _) = Activations.softplus x

/// A loss as a function of its first operand, the other one fixed.
type Univariate =
    {
        Loss: string
        /// None where there is no other one.
        FixedTo: float option
        /// Value and slope at a number, with the scalar float64 functions of Math.
        Near: float32[] -> struct (float * float)[] -> unit
    }

/// Functions of one number over all float32 numbers.
module Exhaustive =

    // Over a struct, so that the loop has no calls but those of Math.
    let private univariate (name: string) (loss: 'L) (fixedTo: float option) : Univariate when 'L: struct and 'L :> IPointwise =
        {
            Loss = name
            FixedTo = fixedTo
            Near =
                fun xs near ->
                    let t = Dual<Real>.Fixed(Real(Option.defaultValue 0.0 fixedTo))

                    for i in 0 .. xs.Length - 1 do
                        let y = loss.Apply(Dual<Real>.Variable(Real(float xs[i])), t)
                        near[i] <- struct (y.Value.Value, y.Derivative.Value)
        }

    let functions: Univariate list =
        [
            univariate "softplus" (Softplus()) None
            univariate "sigmoid" (Sigmoid()) None
            univariate "logSigmoid" (LogSigmoid()) None
            univariate "bceWithLogits hard" (BCEWithLogits()) (Some 0.0)
            univariate "bceWithLogits hard" (BCEWithLogits()) (Some 1.0)
            univariate "softMargin" (SoftMargin()) (Some 1.0)
            univariate "softMargin" (SoftMargin()) (Some -1.0)
            univariate "l1" (L1()) (Some 0.0)
            univariate "mse" (MSE()) (Some 0.0)
            univariate "smoothL1 beta 1" (SmoothL1.Of 1.0) (Some 0.0)
            univariate "huber delta 1" (Huber 1.0) (Some 0.0)
            univariate "poissonNLL" (PoissonNLL(true, false, 1e-8)) (Some 0.0)
            univariate "hingeEmbedding margin 1" (HingeEmbedding 1.0) (Some 1.0)
            univariate "hingeEmbedding margin 1" (HingeEmbedding 1.0) (Some -1.0)
        ]

    let private blockLength = 1 <<< 14

    // How much nearer than half a unit a result must be for float64 to tell that it is right: these forms do not cancel, so that float64
    // arithmetic has them within 2⁻²⁰ units of float32.
    let private margin = Math.ScaleB(1.0, -12)

    // |got − near| in ulp of near; NaN where that takes more than float64 to tell.
    let private error (got: float32) (near: float) : float =
        let exponent = int (BitConverter.DoubleToUInt64Bits near >>> 52 &&& 0x7FFUL) - 1023

        if exponent < 128 then
            // Times a power of two: over the unit, which is at least the smallest of float32.
            let unit = max (exponent - 23) -149
            abs (float got - near) * BitConverter.UInt64BitsToDouble(uint64 (1023 - unit) <<< 52)
        elif Single.IsInfinity got && (got > 0.0f) = (near > 0.0) then
            0.0
        else
            nan

    // What a thread keeps from block to block, for fresh large memory costs more than the arithmetic.
    type private Worker(named: string -> Finding) =
        member val Inputs: float32[] = Array.zeroCreate blockLength
        member val Near: struct (float * float)[] = Array.zeroCreate blockLength
        member val Value = named "value"
        member val Slope = named "by x"

    let private block (case: Case) (loss: Univariate) (start: uint32) (worker: Worker) =
        let inputs = worker.Inputs

        for i in 0 .. blockLength - 1 do
            inputs[i] <- BitConverter.UInt32BitsToSingle(start + uint32 i)

        // NaN are whole blocks, and one but for the infinity that it begins with.
        let xs = if Single.IsNaN inputs[blockLength - 1] then Array.filter (Single.IsNaN >> not) inputs else inputs

        if xs.Length > 0 then
            let x = DiffTensor<float32>(ReadOnlySpan xs, Shape [| xs.Length |])
            let rest = loss.FixedTo |> Option.toArray |> Array.map (fun t -> DiffTensor<float32>.Filled(t, x.Shape))

            let struct (values, pull) =
                DiffTensor.Pullback(
                    Func<_, _>(fun (xs: DiffTensor<float32>[]) -> case.Definition.Tensor(Array.append xs rest, [||])),
                    [| x |]
                )

            let values = values.ToArray()
            let slopes = (pull.Invoke(DiffTensor<float32>.Filled(1.0, x.Shape))[0]).ToArray()
            let near = worker.Near
            loss.Near xs near

            let exact (x: float) =
                let fixedAt = loss.FixedTo |> Option.toArray |> Array.map (fun t -> [| Dual<DoubleDouble>.Fixed(DoubleDouble.Constant t) |])

                let at = Array.append [| [| Dual<DoubleDouble>.Variable(DoubleDouble.Constant x) |] |] fixedAt
                case.Definition.Exact(at, [||], [||])[0]

            let hold (finding: Finding) (x: float32) (got: float32) (truth: DoubleDouble) =
                let error = Format.float32.Error(float got, truth, 0.0)
                finding.Add(error, error, (fun () -> $"x {x:G9} → {got:G9}, not {truth}"))

            // Held to 106 bits are: what lies too near the middle of two numbers for float64 to tell, what is wrong, and a sample of the rest.
            let mutable right, worstValue, worstSlope = 0, 0.0, 0.0
            let sampled = int (start / uint32 blockLength % 4099u)

            for i in 0 .. xs.Length - 1 do
                let struct (nearValue, nearSlope) = near[i]
                let ofValue, ofSlope = error values[i] nearValue, error slopes[i] nearSlope

                if ofValue < 0.5 - margin && ofSlope < 0.5 - margin && i % 4099 <> sampled then
                    right <- right + 1
                    worstValue <- max worstValue ofValue
                    worstSlope <- max worstSlope ofSlope
                else
                    let exact = exact (float xs[i])
                    hold worker.Value xs[i] values[i] exact.Value
                    hold worker.Slope xs[i] slopes[i] exact.Derivative

            worker.Value.AddRight(right, worstValue)
            worker.Slope.AddRight(right, worstSlope)

    /// One function over all of them.
    let run (case: Case) (loss: Univariate) : Finding list =
        let named what =
            let at = loss.FixedTo |> Option.map (fun t -> $" at {t}") |> Option.defaultValue ""
            Finding(case, what + at, Format.float32)

        let whole = Worker named
        let blocks = int ((1L <<< 32) / int64 blockLength)

        let merge (worker: Worker) =
            lock whole (fun () ->
                whole.Value.Merge worker.Value
                whole.Slope.Merge worker.Slope)

        Parallel.For(
            0,
            blocks,
            ParallelOptions(MaxDegreeOfParallelism = Environment.ProcessorCount),
            (fun () -> Worker named),
            (fun i _ worker ->
                block case loss (uint32 i * uint32 blockLength) worker
                worker),
            merge
        )
        |> ignore

        [ whole.Value; whole.Slope ]
