namespace Losses.FSharp

open System
open System.Numerics
open Losses

/// <summary>Derivatives of functions of tensors, exact and nested at will; the names are DiffSharp's.</summary>
module Diff =

    let private value (f: 'X -> DiffTensor<'S>) (x: 'X) =
        let value = f x

        if isNull (box value) then
            raise (ArgumentException("f gave no value, but null.", nameof f))

        value

    let private pullback (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) =
        Check.notNull (nameof f) f
        Check.notNull (nameof x) x
        let struct (value, pull) = DiffTensor.Pullback(Func<DiffTensor<'S>[], DiffTensor<'S>>(fun xs -> value f xs[0]), x)

        value, (fun gradient -> (pull.Invoke gradient)[0])

    let private scalar (name: string) (value: DiffTensor<'S>) =
        if value.Count <> 1 then
            raise (ArgumentException($"a gradient is that of a scalar, but {name} has a value of shape {value.Shape}.", name))

    /// <summary>The value, and the gradient of a scalar function.</summary>
    /// <param name="f">A function with one number for value.</param>
    /// <param name="x">Where.</param>
    /// <exception cref="T:System.ArgumentException">The value is no scalar.</exception>
    let valueAndGrad (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) : struct (DiffTensor<'S> * DiffTensor<'S>) =
        let value, pull = pullback f x
        scalar (nameof f) value
        struct (value, pull (DiffTensor<'S>.Filled(1.0, value.Shape)))

    /// <summary>The value of a scalar function, whose gradient goes into the caller's memory: a training loop that hands in the same memory at every step touches no new page.</summary>
    /// <param name="f">A function with one number for value.</param>
    /// <param name="gradient">Receives the gradient, row-major; as long as <paramref name="x"/> has elements, and not the memory of an operand.</param>
    /// <param name="x">Where.</param>
    /// <exception cref="T:System.ArgumentException">The value is no scalar, or <paramref name="gradient"/> has another length.</exception>
    let valueAndGradInto (f: DiffTensor<'S> -> DiffTensor<'S>) (gradient: Memory<'S>) (x: DiffTensor<'S>) : DiffTensor<'S> =
        Check.notNull (nameof f) f
        Check.notNull (nameof x) x

        if gradient.Length <> x.Count then
            raise (
                ArgumentException(
                    $"gradient has {gradient.Length} elements but x has shape {x.Shape}; they must be equal.",
                    nameof gradient
                )
            )

        let struct (value, pull) = DiffTensor.PullbackInto(Func<DiffTensor<'S>[], DiffTensor<'S>>(fun xs -> value f xs[0]), [| x |])
        scalar (nameof f) value
        pull.Invoke(DiffTensor<'S>.Filled(1.0, value.Shape), [| gradient |]) |> ignore
        value

    /// <summary>The gradient of a scalar function.</summary>
    /// <param name="f">A function with one number for value.</param>
    /// <param name="x">Where.</param>
    /// <exception cref="T:System.ArgumentException">The value is no scalar.</exception>
    let grad (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) : DiffTensor<'S> =
        let struct (_, gradient) = valueAndGrad f x
        gradient

    /// <summary>The value, and the gradients of a scalar function of several tensors by each of them.</summary>
    /// <param name="f">A function with one number for value.</param>
    /// <param name="xs">Where; at least one.</param>
    /// <exception cref="T:System.ArgumentException">The value is no scalar.</exception>
    let valueAndGrads (f: DiffTensor<'S>[] -> DiffTensor<'S>) (xs: DiffTensor<'S>[]) : struct (DiffTensor<'S> * DiffTensor<'S>[]) =
        Check.notNull (nameof f) f
        Check.notNull (nameof xs) xs

        if xs.Length = 0 then
            raise (ArgumentException("xs is empty; a derivative is by at least one.", nameof xs))

        xs |> Array.iteri (fun i x -> Check.notNull $"xs[{i}]" x)
        let struct (value, pull) = DiffTensor.Pullback(Func<DiffTensor<'S>[], DiffTensor<'S>>(value f), xs)
        scalar (nameof f) value
        struct (value, pull.Invoke(DiffTensor<'S>.Filled(1.0, value.Shape)))

    /// <summary>The vector–Jacobian product vᵀJ.</summary>
    /// <param name="f">Any function.</param>
    /// <param name="x">Where.</param>
    /// <param name="v">The shape of the value.</param>
    /// <exception cref="T:System.ArgumentException"><paramref name="v"/> has another shape.</exception>
    let vjp (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) (v: DiffTensor<'S>) : DiffTensor<'S> =
        Check.notNull (nameof f) f
        Check.notNull (nameof v) v
        let value, pull = pullback f x
        Check.sameShape (nameof v) v.Shape "the value" value.Shape
        pull v

    /// <summary>The Jacobian–vector product Jv: the derivative along a direction.</summary>
    /// <param name="f">Any function.</param>
    /// <param name="x">Where.</param>
    /// <param name="v">The direction, of the shape of <paramref name="x"/>.</param>
    /// <exception cref="T:System.ArgumentException">The direction has another shape.</exception>
    let jvp (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) (v: DiffTensor<'S>) : DiffTensor<'S> =
        Check.notNull (nameof f) f
        Check.notNull (nameof x) x
        Check.notNull (nameof v) v
        Check.sameShape (nameof v) v.Shape (nameof x) x.Shape
        // uᵀJ is linear in u, and the derivative of that along v is Jv: forward mode from reverse mode twice.
        let value, pull = pullback f x
        vjp pull (DiffTensor<'S>.Filled(0.0, value.Shape)) v

    /// <summary>The Hessian–vector product Hv of a scalar function.</summary>
    /// <param name="f">A function with one number for value.</param>
    /// <param name="x">Where.</param>
    /// <param name="v">The direction, of the shape of <paramref name="x"/>.</param>
    /// <exception cref="T:System.ArgumentException">The direction has another shape, or the value is no scalar.</exception>
    let hvp (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) (v: DiffTensor<'S>) : DiffTensor<'S> =
        Check.notNull (nameof f) f
        Check.notNull (nameof x) x
        Check.notNull (nameof v) v
        Check.sameShape (nameof v) v.Shape (nameof x) x.Shape
        vjp (grad f) x v // H is symmetric: vᵀH = Hv

    /// <summary>The Jacobian: the derivative of every element of the value by every element of x.</summary>
    /// <param name="f">Any function.</param>
    /// <param name="x">Where.</param>
    /// <returns>The axes of the value, then those of <paramref name="x"/>.</returns>
    let jacobian (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) : DiffTensor<'S> =
        let value, pull = pullback f x
        let count = value.Count

        if float count * float x.Count > float Array.MaxLength || value.Shape.Rank + x.Shape.Rank > 64 then
            raise (
                ArgumentException(
                    $"x has shape {x.Shape} and the value {value.Shape}: a shape of both, with so many elements, is more than a tensor can have.",
                    nameof x
                )
            )

        let row i =
            let unit = Array.zeroCreate<'S> count
            unit[i] <- 'S.One
            DiffTensor<'S>.Reshape(pull (DiffTensor<'S>(ReadOnlySpan unit, value.Shape)), Shape [| 1; x.Count |])

        let shape = Shape(Array.append (value.Shape.ToArray()) (x.Shape.ToArray()))

        if count = 0 then
            DiffTensor<'S>.Filled(0.0, shape)
        else
            DiffTensor<'S>.Reshape(DiffTensor<'S>.Concatenate(ReadOnlySpan(Array.init count row), 0), shape)

    /// <summary>The Hessian of a scalar function.</summary>
    /// <param name="f">A function with one number for value.</param>
    /// <param name="x">Where.</param>
    /// <returns>The axes of <paramref name="x"/> twice.</returns>
    /// <exception cref="T:System.ArgumentException">The value is no scalar.</exception>
    let hessian (f: DiffTensor<'S> -> DiffTensor<'S>) (x: DiffTensor<'S>) : DiffTensor<'S> = jacobian (grad f) x
