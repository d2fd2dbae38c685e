namespace Losses.DiffSharp

open System
open System.Runtime.CompilerServices
open global.DiffSharp
open Losses

/// <summary>A tensor of DiffSharp as the losses see it: every loss of <c>Losses.FSharp</c> applies to it, and DiffSharp differentiates what comes
/// out, forward, in reverse and nested.</summary>
/// <remarks>A constant of a definition has no data type and no device: it takes those of the tensor that it meets.</remarks>
[<Struct; NoEquality; NoComparison; IsReadOnly>]
type DiffSharpTensor private (tensor: Tensor | null, number: float) =

    /// <summary>A tensor of DiffSharp.</summary>
    /// <exception cref="T:System.ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="T:System.ArgumentException"><paramref name="tensor"/> is not one of floating point numbers.</exception>
    new(tensor: Tensor) =
        if isNull (box tensor) then
            nullArg (nameof tensor)

        if not tensor.dtype.IsFloatingPoint then
            raise (ArgumentException($"tensor has elements of type {tensor.dtype}; they must be floating point numbers.", nameof tensor))

        // Nothing varies where there are no elements; DiffSharp fails to add up the derivatives of nothing.
        DiffSharpTensor((if tensor.nelement = 0 then tensor.primalDeep else tensor), 0.0)

    /// <summary>The tensor, with the derivatives it carries; that of a mere constant is a float64 scalar.</summary>
    member _.Tensor: Tensor =
        match tensor with
        | null -> dsharp.tensor (number, dtype = Dtype.Float64)
        | tensor -> tensor

    /// <summary>The shape.</summary>
    member _.Shape: Shape =
        match tensor with
        | null -> Shape.Scalar
        | tensor -> Shape tensor.shape

    /// <summary>A tensor of DiffSharp.</summary>
    static member op_Implicit(tensor: Tensor) : DiffSharpTensor = DiffSharpTensor tensor

    /// <summary>Its element type, its shape and its values, as DiffSharp prints them.</summary>
    override x.ToString() = x.Tensor.ToString()

    member private _.IsNumber = isNull tensor

    // In a shape; a number has no type of its own.
    member private _.Spread(like: DiffSharpTensor, shape: Shape) : Tensor =
        match tensor with
        | null -> like.Tensor.fullLike (number, shape.ToArray())
        | tensor -> Across.expand (shape.ToArray()) tensor

    static member private Common(a: Shape, b: Shape) : Shape =
        match Shape.TryBroadcast(a, b) with
        | true, common -> common
        | _ -> raise (ArgumentException($"one operand has shape {a} and the other {b}; they cannot be broadcast together.", nameof b))

    // A function of numbers alone is a number again.
    static member private Map(f: Tensor -> Tensor, x: DiffSharpTensor) : DiffSharpTensor =
        if x.IsNumber then DiffSharpTensor(null, float (f x.Tensor)) else DiffSharpTensor(f x.Tensor)

    static member private Map2(f: Tensor -> Tensor -> Tensor, a: DiffSharpTensor, b: DiffSharpTensor) : DiffSharpTensor =
        if a.IsNumber && b.IsNumber then
            DiffSharpTensor(null, float (f a.Tensor b.Tensor))
        else
            let shape = DiffSharpTensor.Common(a.Shape, b.Shape)
            DiffSharpTensor(f (a.Spread(b, shape)) (b.Spread(a, shape)))

    static member private Along(f: int -> Tensor -> Tensor, x: DiffSharpTensor, axis: int) : DiffSharpTensor =
        let axis = x.Shape.Axis axis

        if x.Shape[axis] = 0 then
            raise (ArgumentException($"x has shape {x.Shape}: axis {axis} is empty.", nameof x))

        // There are no rows to look across where there are no elements.
        if x.Shape.Size = 0 then x else DiffSharpTensor(f axis x.Tensor)

    static member private Reduced(f: int -> Tensor -> Tensor, x: DiffSharpTensor, axis: int) : DiffSharpTensor =
        let reduced = x.Shape.Without(axis).ToArray()
        DiffSharpTensor(DiffSharpTensor.Along(f, x, axis).Tensor.view reduced)

    static member private SumOver(x: DiffSharpTensor, axes: int[], keepAxes: bool) : DiffSharpTensor =
        let shape = x.Shape
        let axes = axes |> Array.map (fun axis -> shape.Axis(axis, nameof axes))
        let sum (x: Tensor) = Array.fold (fun sum axis -> Across.sumAlong axis sum) x axes
        let kept = Array.init shape.Rank id |> Array.except axes |> Array.map (fun axis -> shape[axis])
        DiffSharpTensor.Map((fun x -> if keepAxes then sum x else (sum x).view kept), x)

    interface IReal<DiffSharpTensor> with
        static member (+)(a, b) = DiffSharpTensor.Map2((fun a b -> a + b), a, b)
        static member (-)(a, b) = DiffSharpTensor.Map2((fun a b -> a - b), a, b)
        static member (*)(a, b) = DiffSharpTensor.Map2(Elementwise.multiply, a, b)
        static member (/)(a, b) = DiffSharpTensor.Map2(Elementwise.divide, a, b)
        static member (~-) x = DiffSharpTensor.Map((fun x -> -x), x)
        static member Constant value = DiffSharpTensor(null, value)
        static member Abs x = DiffSharpTensor.Map(Elementwise.abs, x)
        static member Max(a, b) = DiffSharpTensor.Map2(Elementwise.max, a, b)
        static member Min(a, b) = DiffSharpTensor.Map2(Elementwise.min, a, b)
        static member Sqrt x = DiffSharpTensor.Map(Elementwise.sqrt, x)
        static member Exp x = DiffSharpTensor.Map(Elementwise.exp, x)
        static member Log x = DiffSharpTensor.Map(Elementwise.log, x)
        static member Log1P x = DiffSharpTensor.Map(Elementwise.log1p, x)
        static member ExpM1 x = DiffSharpTensor.Map(Elementwise.expm1, x)
        static member Power(x, exponent) = DiffSharpTensor.Map(Elementwise.power exponent, x)

        static member Logistic x =
            let minus = DiffSharpTensor.Map((fun x -> -x), x)

            Logistic(
                DiffSharpTensor.Map(Elementwise.softplus, x),
                DiffSharpTensor.Map(Elementwise.softplus, minus),
                DiffSharpTensor.Map(Elementwise.sigmoid, x),
                DiffSharpTensor.Map(Elementwise.sigmoid, minus)
            )

        static member Weigh(weight, x) = DiffSharpTensor.Map2(Elementwise.weigh, weight, x)
        // Of the innermost differentiation: the slope that is stated in its place is what the next one differentiates.
        static member Detach x = DiffSharpTensor.Map((_.primal), x)

        static member IfLess(a, b, less, otherwise) =
            let all = [ a; b; less; otherwise ]
            let like = all |> List.tryFind (fun x -> not x.IsNumber) |> Option.defaultValue a
            let shape = all |> List.fold (fun shape x -> DiffSharpTensor.Common(shape, x.Shape)) Shape.Scalar
            let spread (x: DiffSharpTensor) = x.Spread(like, shape)
            DiffSharpTensor(Elementwise.ifLess (spread a) (spread b) (spread less) (spread otherwise))

    interface ITensor<DiffSharpTensor> with
        member x.Shape = x.Shape

        static member Create(like, values, shape) = DiffSharpTensor(like.Tensor.like(values.ToArray()).view(shape.ToArray()))

        static member Reshape(x, shape) =
            if shape.Size <> x.Shape.Size then
                raise (ArgumentException($"shape {shape} has {shape.Size} elements but x has shape {x.Shape}.", nameof shape))

            DiffSharpTensor(x.Tensor.view (shape.ToArray()))

        static member Permute(x, axes) = DiffSharpTensor(x.Tensor.permute (axes.ToArray()))
        static member Expand(x, shape) = DiffSharpTensor(x.Spread(x, shape))

        static member Slice(x, axis, start, length) =
            let axis = x.Shape.Axis axis

            if start < 0 || length < 0 || start > x.Shape[axis] - length then
                raise (
                    ArgumentOutOfRangeException(
                        nameof start,
                        $"elements {start} to {start + length} of axis {axis} were asked for, but x has shape {x.Shape}."
                    )
                )

            DiffSharpTensor(Across.slice axis start length x.Tensor)

        static member Concatenate(tensors, axis) =
            let axis = tensors[0].Shape.Axis axis
            DiffSharpTensor(Across.concatenate axis (tensors.ToArray() |> Array.map _.Tensor))

        static member Sum(x, axes, keepAxes) = DiffSharpTensor.SumOver(x, axes.ToArray(), keepAxes)

        static member CumulativeSum(x, axis) = DiffSharpTensor(Across.cumulativeSum (x.Shape.Axis axis) false x.Tensor)

        static member Largest(x, axis) = DiffSharpTensor.Reduced(Across.largest, x, axis)
        static member LogSumExp(x, axis) = DiffSharpTensor.Reduced(Across.logSumExp, x, axis)
        static member Softmax(x, axis) = DiffSharpTensor.Along(Across.softmax, x, axis)
        static member LogSoftmax(x, axis) = DiffSharpTensor.Along(Across.logSoftmax, x, axis)

        static member Sort(x, axis, descending) =
            let axis = x.Shape.Axis axis
            DiffSharpTensor(Across.gather axis (Across.order axis descending x.Tensor) x.Tensor)

        static member Gather(x, axis, labels) = DiffSharpTensor(Across.gather (x.Shape.Axis axis) labels x.Tensor)

        static member MatMul(a, b) =
            let batch (x: DiffSharpTensor) = Shape(x.Tensor.shape[.. x.Shape.Rank - 3])
            let shape = (DiffSharpTensor.Common(batch a, batch b)).ToArray()
            let expanded (x: Tensor) = Across.expand (Array.append shape x.shape[x.dim - 2 ..]) x
            DiffSharpTensor(Across.matMul (expanded a.Tensor) (expanded b.Tensor))

        static member Mean(values, weights) =
            let total (x: DiffSharpTensor) = DiffSharpTensor.SumOver(x, Array.init x.Shape.Rank id, false)

            let divisor = if weights.IsEmpty then DiffSharpTensor(null, float values.Shape.Size) else total weights[0]

            DiffSharpTensor.Map2(Elementwise.divide, total values, divisor)

        static member Least x =
            (infinity, x.Tensor.primalDeep.view(-1).toArray1D<float>())
            ||> Array.fold (fun least value -> if value < least then value else least)
