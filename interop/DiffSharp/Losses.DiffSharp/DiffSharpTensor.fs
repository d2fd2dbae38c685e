namespace Losses

open System
open System.Runtime.CompilerServices
open DiffSharp
open Losses // once more: DiffSharp has a Shape, too

/// <summary>A tensor of DiffSharp as the losses see it: every loss of <c>Losses.FSharp</c> applies to it, and DiffSharp differentiates what comes
/// out, forward, in reverse and nested.</summary>
/// <remarks>On the CPU everything is computed in float64 and rounded once to the tensor's own data type, in value and slope; on another device in that
/// type. A constant of a definition has no data type and no device: it takes those of the tensor that it meets.</remarks>
[<Struct; NoEquality; NoComparison; IsReadOnly>]
type DiffSharpTensor private (wide: Tensor | null, stored: Dtype, constant: DiffTensor<float> | null) =

    // Nothing varies where there are no elements; DiffSharp fails to add up the derivatives of nothing.
    private new(wide: Tensor, like: DiffSharpTensor) =
        DiffSharpTensor((if wide.nelement = 0 then wide.primalDeep else wide), like.Stored, null)

    private new(constant: DiffTensor<float>) = DiffSharpTensor(null, Dtype.Float64, constant)

    /// <summary>A tensor of DiffSharp.</summary>
    /// <exception cref="T:System.ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="T:System.ArgumentException"><paramref name="tensor"/> is not one of floating point numbers.</exception>
    new(tensor: Tensor) =
        if isNull (box tensor) then
            nullArg (nameof tensor)

        if not tensor.dtype.IsFloatingPoint then
            raise (
                ArgumentException($"tensor has data type {tensor.dtype}, but its elements must be floating point numbers.", nameof tensor)
            )

        let constant = if tensor.nelement = 0 then tensor.primalDeep else tensor
        let computed = if tensor.deviceType = DeviceType.CPU then Dtype.Float64 else tensor.dtype
        DiffSharpTensor(Elementwise.cast computed constant, tensor.dtype, null)

    /// <summary>The tensor, with the derivatives it carries; that of a mere constant is of float64.</summary>
    member x.Tensor: Tensor =
        match x.Constant with
        | null -> Elementwise.cast stored x.Wide
        | constant -> dsharp.tensor(constant.ToArray(), dtype = Dtype.Float64).view(constant.Shape.ToArray())

    /// <summary>The shape.</summary>
    member x.Shape: Shape =
        match x.Constant with
        | null -> Shape x.Wide.shape
        | constant -> constant.Shape

    /// <summary>A tensor of DiffSharp.</summary>
    static member op_Implicit(tensor: Tensor) : DiffSharpTensor = DiffSharpTensor tensor

    /// <summary>Class indices as labels.</summary>
    /// <param name="indices">Whole numbers, of any data type for such.</param>
    /// <exception cref="T:System.ArgumentException"><paramref name="indices"/> has another data type.</exception>
    static member LabelsOf(indices: Tensor) : Labels =
        if isNull (box indices) then
            nullArg (nameof indices)

        if not indices.dtype.IsIntegral then
            raise (ArgumentException($"indices has data type {indices.dtype}, but class indices are integers.", nameof indices))

        Labels(ReadOnlySpan(indices.view(-1).toArray1D<int64>()), Shape indices.shape)

    /// <summary>The numbers of a tensor as weights, which do not vary.</summary>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A weight is negative, infinite or NaN; it says which.</exception>
    static member WeightsOf(values: Tensor) : Weights =
        if isNull (box values) then
            nullArg (nameof values)

        Weights(ReadOnlySpan(values.primalDeep.view(-1).toArray1D<float>()), Shape values.shape)

    /// <summary>Its element type, its shape and its values, as DiffSharp prints them.</summary>
    override x.ToString() = x.Tensor.ToString()

    // What is computed with.
    member private _.Wide: Tensor = nonNull wide

    member private _.Stored = stored

    // Of the library's own until it meets a tensor.
    member private _.Constant: DiffTensor<float> | null =
        if isNull wide && isNull constant then DiffTensor.Constant 0.0 else constant

    // In a shape; a constant beside a tensor.
    member private x.Spread(like: DiffSharpTensor, shape: Shape) : Tensor =
        match x.Constant with
        | null -> Across.expand (shape.ToArray()) x.Wide
        | constant when constant.Count = 0 -> like.Wide.zerosLike (shape.ToArray())
        | constant when constant.Count = 1 -> like.Wide.fullLike ((constant.ToArray())[0], shape.ToArray())
        | constant -> like.Wide.like(constant.ToArray()).view(constant.Shape.ToArray()) |> Across.expand (shape.ToArray())

    // The tensor that constants take after, if there is one.
    static member private Like(operands: DiffSharpTensor[]) : DiffSharpTensor voption =
        let tensors = operands |> Array.filter (fun x -> isNull x.Constant)

        for x in tensors do
            if x.Stored <> tensors[0].Stored then
                raise (
                    ArgumentException(
                        $"one operand has data type {tensors[0].Stored} and another {x.Stored}; they must be equal.",
                        nameof operands
                    )
                )

        if tensors.Length = 0 then ValueNone else ValueSome tensors[0]

    static member private Common(a: Shape, b: Shape) : Shape =
        match Shape.TryBroadcast(a, b) with
        | true, common -> common
        | _ -> raise (ArgumentException($"one operand has shape {a} and the other {b}; they cannot be broadcast together.", nameof b))

    // A function of constants alone is a constant again.
    static member private Map(f: Tensor -> Tensor, constant: DiffTensor<float> -> DiffTensor<float>, x: DiffSharpTensor) =
        match x.Constant with
        | null -> DiffSharpTensor(f x.Wide, x)
        | number -> DiffSharpTensor(constant number)

    static member private Map2
        (
            f: Tensor -> Tensor -> Tensor,
            constant: DiffTensor<float> -> DiffTensor<float> -> DiffTensor<float>,
            a: DiffSharpTensor,
            b: DiffSharpTensor
        ) =
        match DiffSharpTensor.Like [| a; b |] with
        | ValueNone -> DiffSharpTensor(constant (nonNull a.Constant) (nonNull b.Constant))
        | ValueSome like ->
            let shape = DiffSharpTensor.Common(a.Shape, b.Shape)
            DiffSharpTensor(f (a.Spread(like, shape)) (b.Spread(like, shape)), like)

    static member private Along(f: int -> Tensor -> Tensor, constant, shape: Shape -> int -> Shape, x: DiffSharpTensor, axis: int) =
        let axis = x.Shape.Axis axis

        if x.Shape[axis] = 0 then
            raise (ArgumentException($"x has shape {x.Shape}: axis {axis} is empty.", nameof x))

        let shape = (shape x.Shape axis).ToArray()
        // There are no rows to look across where there are no elements.
        let value (x: Tensor) = if x.nelement = 0 then x.zerosLike shape else (f axis x).view shape
        DiffSharpTensor.Map(value, (fun x -> constant x axis), x)

    static member private DivergenceOf(t: 'T, x: 'T) : 'T :> IReal<'T> = 'T.Divergence(t, x)

    static member private SumOver(x: DiffSharpTensor, axes: int[], keepAxes: bool) =
        let shape = x.Shape
        let axes = axes |> Array.map (fun axis -> shape.Axis(axis, nameof axes))
        let sum (x: Tensor) = Array.fold (fun sum axis -> Across.sumAlong axis sum) x axes
        let kept = Array.init shape.Rank id |> Array.except axes |> Array.map (fun axis -> shape[axis])

        DiffSharpTensor.Map(
            (fun x -> if keepAxes then sum x else (sum x).view kept),
            (fun x -> DiffTensor.Sum(x, ReadOnlySpan axes, keepAxes)),
            x
        )

    interface IReal<DiffSharpTensor> with
        static member (+)(a, b) = DiffSharpTensor.Map2((fun a b -> a + b), (fun a b -> a + b), a, b)
        static member (-)(a, b) = DiffSharpTensor.Map2((fun a b -> a - b), (fun a b -> a - b), a, b)
        static member (*)(a, b) = DiffSharpTensor.Map2(Elementwise.multiply, (fun a b -> a * b), a, b)
        static member (/)(a, b) = DiffSharpTensor.Map2(Elementwise.divide, (fun a b -> a / b), a, b)
        static member (~-) x = DiffSharpTensor.Map((fun x -> -x), (fun x -> -x), x)
        static member Constant value = DiffSharpTensor(DiffTensor.Constant value)
        static member Abs x = DiffSharpTensor.Map(Elementwise.abs, DiffTensor.Abs, x)
        static member Max(a, b) = DiffSharpTensor.Map2(Elementwise.max, (fun a b -> DiffTensor.Max(a, b)), a, b)
        static member Min(a, b) = DiffSharpTensor.Map2(Elementwise.min, (fun a b -> DiffTensor.Min(a, b)), a, b)
        static member Sqrt x = DiffSharpTensor.Map(Elementwise.sqrt, DiffTensor.Sqrt, x)
        static member Exp x = DiffSharpTensor.Map(Elementwise.exp, DiffTensor.Exp, x)
        static member Log x = DiffSharpTensor.Map(Elementwise.log, DiffTensor.Log, x)
        static member Log1P x = DiffSharpTensor.Map(Elementwise.log1p, DiffTensor.Log1P, x)
        static member ExpM1 x = DiffSharpTensor.Map(Elementwise.expm1, DiffTensor.ExpM1, x)
        static member Tanh x = DiffSharpTensor.Map(Elementwise.tanh, DiffTensor.Tanh, x)
        static member LogCosh x = DiffSharpTensor.Map(Elementwise.logCosh, DiffTensor.LogCosh, x)
        static member Atan x = DiffSharpTensor.Map(Elementwise.atan, DiffTensor.Atan, x)
        static member Erf x = DiffSharpTensor.Map(Elementwise.erf, DiffTensor.Erf, x)

        static member SinCos x =
            struct (DiffSharpTensor.Map(Elementwise.sin, (fun x -> let struct (sin, _) = DiffTensor.SinCos x in sin), x),
                    DiffSharpTensor.Map(Elementwise.cos, (fun x -> let struct (_, cos) = DiffTensor.SinCos x in cos), x))

        static member LogGamma x = DiffSharpTensor.Map(Elementwise.logGamma, DiffTensor.LogGamma, x)
        static member Polygamma(order, x) = DiffSharpTensor.Map(Elementwise.polygamma order, (fun x -> DiffTensor.Polygamma(order, x)), x)
        static member Digamma x = DiffSharpTensor.Map(Elementwise.digamma, DiffTensor.Digamma, x)
        static member Power(x, exponent) = DiffSharpTensor.Map(Elementwise.power exponent, (fun x -> DiffTensor.Power(x, exponent)), x)

        static member Logistic x =
            Logistic(
                DiffSharpTensor.Map(Elementwise.softplus, (fun x -> (DiffTensor.Logistic x).Softplus), x),
                DiffSharpTensor.Map((fun x -> Elementwise.softplus -x), (fun x -> (DiffTensor.Logistic x).SoftplusOfMinus), x),
                DiffSharpTensor.Map(Elementwise.sigmoid, (fun x -> (DiffTensor.Logistic x).Sigmoid), x),
                DiffSharpTensor.Map((fun x -> Elementwise.sigmoid -x), (fun x -> (DiffTensor.Logistic x).SigmoidOfMinus), x)
            )

        static member Weigh(weight, x) = DiffSharpTensor.Map2(Elementwise.weigh, (fun w x -> DiffTensor.Weigh(w, x)), weight, x)
        // Of the innermost differentiation: the slope that is stated in its place is what the next one differentiates.
        static member Divergence(t, x) = DiffSharpTensor.Map2(Elementwise.divergence, (fun t x -> DiffSharpTensor.DivergenceOf(t, x)), t, x)

        static member Given(x, value) = DiffSharpTensor.Map2(Elementwise.given, (fun x value -> DiffTensor.Given(x, value)), x, value)

        static member Detach x = DiffSharpTensor.Map(_.primal, id, x)

        static member IfLess(a, b, less, otherwise) =
            let all = [| a; b; less; otherwise |]

            match DiffSharpTensor.Like all with
            | ValueNone ->
                let number (x: DiffSharpTensor) = nonNull x.Constant
                DiffSharpTensor(DiffTensor.IfLess(number a, number b, number less, number otherwise))
            | ValueSome like ->
                let shape = all |> Array.fold (fun shape x -> DiffSharpTensor.Common(shape, x.Shape)) Shape.Scalar
                let spread (x: DiffSharpTensor) = x.Spread(like, shape)
                DiffSharpTensor(Elementwise.ifLess (spread a) (spread b) (spread less) (spread otherwise), like)

    interface ITensor<DiffSharpTensor> with
        member x.Shape = x.Shape

        static member Create(like, values, shape) =
            match like.Constant with
            | null when shape.Size = 0 -> DiffSharpTensor(like.Wide.zerosLike (shape.ToArray()), like)
            | null -> DiffSharpTensor(like.Wide.like(values.ToArray()).view(shape.ToArray()), like)
            | number -> DiffSharpTensor(DiffTensor<float>.Create(number, values, shape))

        static member Reshape(x, shape) =
            if shape.Size <> x.Shape.Size then
                raise (ArgumentException($"shape {shape} has {shape.Size} elements but x has shape {x.Shape}.", nameof shape))

            DiffSharpTensor.Map(_.view(shape.ToArray()), (fun x -> DiffTensor.Reshape(x, shape)), x)

        static member Permute(x, axes) =
            let axes = axes.ToArray()
            DiffSharpTensor.Map(_.permute(axes), (fun x -> DiffTensor.Permute(x, ReadOnlySpan axes)), x)

        static member Expand(x, shape) = DiffSharpTensor.Map(Across.expand (shape.ToArray()), (fun x -> DiffTensor.Expand(x, shape)), x)

        static member Slice(x, axis, start, length) =
            let axis = x.Shape.Axis axis

            if start < 0 || length < 0 || start > x.Shape[axis] - length then
                raise (
                    ArgumentOutOfRangeException(
                        nameof start,
                        $"elements {start} to {start + length} of axis {axis} were asked for, but x has shape {x.Shape}."
                    )
                )

            DiffSharpTensor.Map(Across.slice axis start length, (fun x -> DiffTensor.Slice(x, axis, start, length)), x)

        static member Concatenate(tensors, axis) =
            let tensors = tensors.ToArray()
            let axis = tensors[0].Shape.Axis axis

            match DiffSharpTensor.Like tensors with
            | ValueNone -> DiffSharpTensor(DiffTensor.Concatenate(ReadOnlySpan [| for x in tensors -> nonNull x.Constant |], axis))
            | ValueSome like -> DiffSharpTensor(Across.concatenate axis [| for x in tensors -> x.Spread(like, x.Shape) |], like)

        static member Sum(x, axes, keepAxes) = DiffSharpTensor.SumOver(x, axes.ToArray(), keepAxes)

        static member CumulativeSum(x, axis) =
            let axis = x.Shape.Axis axis
            DiffSharpTensor.Map(Across.cumulativeSum axis false, (fun x -> DiffTensor.CumulativeSum(x, axis)), x)

        static member Largest(x, axis) =
            DiffSharpTensor.Along(
                Across.largest,
                (fun x axis -> DiffTensor.Largest(x, axis)),
                (fun shape axis -> shape.Without axis),
                x,
                axis
            )

        static member LogSumExp(x, axis) =
            DiffSharpTensor.Along(
                Across.logSumExp,
                (fun x axis -> DiffTensor.LogSumExp(x, axis)),
                (fun shape axis -> shape.Without axis),
                x,
                axis
            )

        static member Softmax(x, axis) =
            DiffSharpTensor.Along(Across.softmax, (fun x axis -> DiffTensor.Softmax(x, axis)), (fun shape _ -> shape), x, axis)

        static member LogSoftmax(x, axis) =
            DiffSharpTensor.Along(Across.logSoftmax, (fun x axis -> DiffTensor.LogSoftmax(x, axis)), (fun shape _ -> shape), x, axis)

        static member Sort(x, axis, descending) =
            let axis = x.Shape.Axis axis
            let sorted (x: Tensor) = Across.gather axis (Across.order axis descending x) x
            DiffSharpTensor.Map(sorted, (fun x -> DiffTensor.Sort(x, axis, descending)), x)

        static member Gather(x, axis, labels) =
            let axis = x.Shape.Axis axis
            DiffSharpTensor.Map(Across.gather axis labels, (fun x -> DiffTensor.Gather(x, axis, labels)), x)

        static member MatMul(a, b) =
            match DiffSharpTensor.Like [| a; b |] with
            | ValueNone -> DiffSharpTensor(DiffTensor.MatMul(nonNull a.Constant, nonNull b.Constant))
            | ValueSome like ->
                let batch (x: DiffSharpTensor) = Shape((x.Shape.ToArray())[.. x.Shape.Rank - 3])
                let shape = (DiffSharpTensor.Common(batch a, batch b)).ToArray()
                let expanded (x: DiffSharpTensor) = x.Spread(like, Shape(Array.append shape (x.Shape.ToArray()).[x.Shape.Rank - 2 ..]))
                DiffSharpTensor(Across.matMul (expanded a) (expanded b), like)

        static member Mean(values, weights) =
            let total (x: DiffSharpTensor) = DiffSharpTensor.SumOver(x, Array.init x.Shape.Rank id, false)

            let divisor =
                if weights.IsEmpty then
                    DiffSharpTensor(DiffTensor.Constant(float values.Shape.Size))
                else
                    total weights[0]

            DiffSharpTensor.Map2(Elementwise.divide, (fun a b -> a / b), total values, divisor)

        static member Least x =
            match x.Constant with
            | null ->
                (infinity, x.Wide.primalDeep.view(-1).toArray1D<float>())
                ||> Array.fold (fun least value -> if value < least then value else least)
            | constant -> DiffTensor.Least constant

        static member Round x =
            match x.Constant with
            | null when x.Stored <> x.Wide.dtype -> DiffSharpTensor(Elementwise.round x.Stored x.Wide, x)
            | _ -> x
