namespace Losses.Accuracy

open System
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open System.Threading.Tasks
open Losses
open Losses.Catalogue
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
        /// Value and slope at eight numbers by float64 arithmetic.
        Near: Vector512<float> -> struct (Vector512<float> * Vector512<float>)
    }

/// Functions of one number over all float32 numbers.
module Exhaustive =

    let private univariate (name: string) (loss: 'L) (fixedTo: float option) : Univariate when 'L: struct and 'L :> IPointwise =
        let t = Dual<Wide>.Constant(Option.defaultValue 0.0 fixedTo)

        {
            Loss = name
            FixedTo = fixedTo
            Near =
                fun x ->
                    let y = loss.Apply(Dual<Wide>.Variable(Wide x), t)
                    struct (y.Value.Value, y.Derivative.Value)
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
            univariate "smoothL1 beta 1" (SmoothL1 1.0) (Some 0.0)
            univariate "huber delta 1" (Huber 1.0) (Some 0.0)
            univariate "poissonNLL" (PoissonNLL(true, false, 1e-8)) (Some 0.0)
            univariate "hingeEmbedding margin 1" (HingeEmbedding 1.0) (Some 1.0)
            univariate "hingeEmbedding margin 1" (HingeEmbedding 1.0) (Some -1.0)
        ]

    let private blockLength = 1 <<< 14

    // How much nearer than half a unit a result must be for float64 to tell that it is right: these forms do not cancel, so that float64
    // arithmetic has them within 2⁻²⁰ units of float32.
    let private margin = Math.ScaleB(1.0, -12)

    // |got − near| in ulp of near; not below a half where it takes more than float64 to tell.
    let private errors (got: Vector512<float>) (near: Vector512<float>) : Vector512<float> =
        let exponent = near.AsInt64() >>> 52 &&& Vector512.Create 0x7FFL
        // The unit is 2⁻²³ of the power of two, and at least 2⁻¹⁴⁹; 1023 stands for an exponent of 0.
        let unit = Vector512.Max(exponent - Vector512.Create 23L, Vector512.Create(1023L - 149L))
        let error = Vector512.Abs(got - near) * (Vector512.Create 2046L - unit <<< 52).AsDouble()
        // Beyond float32 an infinity is right.
        let isBeyond =
            Vector512.GreaterThanOrEqual(Vector512.Abs near, Vector512.Create(Math.ScaleB(1.0, 128)))
            &&& Vector512.Equals(got, near * Vector512.Create infinity)

        Vector512.ConditionalSelect(isBeyond, Vector512<float>.Zero, error)

    let private eight (xs: float32[]) (start: int) : Vector512<float> =
        let xs = Vector256.Create(xs, start)
        Vector512.Create(Vector256.WidenLower xs, Vector256.WidenUpper xs)

    // What a thread keeps from block to block, for fresh large memory costs more than the arithmetic.
    type private Worker(named: string -> Finding) =
        member val Inputs: float32[] = Array.zeroCreate blockLength
        member val Value = named "value"
        member val Slope = named "by x"

    let private block (case: Entry) (loss: Univariate) (start: uint32) (worker: Worker) =
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
                    Func<_, _>(fun (xs: DiffTensor<float32>[]) -> (case.Call.Of(Array.append xs rest, [||])).Values),
                    [| x |]
                )

            let values = values.ToArray()
            let slopes = (pull.Invoke(DiffTensor<float32>.Filled(1.0, x.Shape))[0]).ToArray()

            let exact (x: float) =
                let fixedAt = loss.FixedTo |> Option.toArray |> Array.map (fun t -> [| Dual<DoubleDouble>.Fixed(DoubleDouble.Constant t) |])

                let at = Array.append [| [| Dual<DoubleDouble>.Variable(DoubleDouble.Constant x) |] |] fixedAt
                case.Formula.Of(at, [||], [||])[0]

            let hold i =
                let add (finding: Finding) (got: float32) (truth: DoubleDouble) =
                    let error = Format.float32.Error(float got, truth, 0.0)
                    finding.Add(error, error, (fun () -> $"x {xs[i]:G9} → {got:G9}, not {truth}"))

                let truth = exact (float xs[i])
                add worker.Value values[i] truth.Value
                add worker.Slope slopes[i] truth.Derivative

            // Held to 106 bits are: what lies too near the middle of two numbers for float64 to tell, what is wrong, and a sample of the rest.
            let clear = Vector512.Create(0.5 - margin)
            let mutable right, worstValue, worstSlope = 0, Vector512<float>.Zero, Vector512<float>.Zero
            let mutable sample = int (start / uint32 blockLength % 4099u)

            for i in 0..8 .. xs.Length - 8 do
                let struct (nearValue, nearSlope) = loss.Near(eight xs i)
                let ofValue, ofSlope = errors (eight values i) nearValue, errors (eight slopes i) nearSlope
                let isClear = Vector512.LessThan(ofValue, clear) &&& Vector512.LessThan(ofSlope, clear)
                worstValue <- Vector512.Max(worstValue, Vector512.ConditionalSelect(isClear, ofValue, Vector512<float>.Zero))
                worstSlope <- Vector512.Max(worstSlope, Vector512.ConditionalSelect(isClear, ofSlope, Vector512<float>.Zero))
                let bits = Vector512.ExtractMostSignificantBits isClear

                if bits = 0xFFUL && sample >= i + 8 then
                    right <- right + 8
                else
                    for j in 0..7 do
                        if bits >>> j &&& 1UL = 1UL && i + j <> sample then right <- right + 1 else hold (i + j)

                if sample < i + 8 then
                    sample <- sample + 4099

            for i in xs.Length / 8 * 8 .. xs.Length - 1 do
                hold i

            let largest (errors: Vector512<float>) = Seq.max (Seq.init 8 (fun j -> errors[j]))
            worker.Value.AddRight(right, largest worstValue)
            worker.Slope.AddRight(right, largest worstSlope)

    /// One function over all of them.
    let run (case: Entry) (loss: Univariate) : Finding list =
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
