using System.Numerics;

namespace Losses.CSharp;

/// <summary>Derivatives of functions of tensors, exact and nested at will.</summary>
public static class Diff
{
    /// <summary>The gradient of a scalar function.</summary>
    /// <exception cref="ArgumentException">The value is no scalar.</exception>
    public static DiffTensor<S> Grad<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.grad(Function(f), x);

    /// <summary>The value, and the gradient of a scalar function.</summary>
    /// <exception cref="ArgumentException">The value is no scalar.</exception>
    public static (DiffTensor<S> Value, DiffTensor<S> Gradient) ValueAndGrad<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.valueAndGrad(Function(f), x);

    /// <summary>The value of a scalar function, whose gradient goes into the caller's memory: a training loop that hands in the same memory at every step touches no new page.</summary>
    /// <param name="f">A function with one number for value.</param>
    /// <param name="x">Where.</param>
    /// <param name="gradient">Receives the gradient, row-major; as long as <paramref name="x"/> has elements, and not the memory of an operand.</param>
    /// <exception cref="ArgumentException">The value is no scalar, or <paramref name="gradient"/> has another length.</exception>
    public static DiffTensor<S> ValueAndGradInto<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x, Memory<S> gradient)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.valueAndGradInto(Function(f), gradient, x);

    /// <summary>The value, and the gradients of a scalar function of several tensors by each of them.</summary>
    /// <exception cref="ArgumentException">The value is no scalar.</exception>
    public static (DiffTensor<S> Value, DiffTensor<S>[] Gradients) ValueAndGrad<S>(
        Func<DiffTensor<S>[], DiffTensor<S>> f,
        params DiffTensor<S>[] xs
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(f);
        return FSharp.Diff.valueAndGrads(Microsoft.FSharp.Core.FuncConvert.FromFunc(f), xs);
    }

    /// <summary>The vector–Jacobian product vᵀJ; v has the shape of the value.</summary>
    /// <exception cref="ArgumentException">v has another shape.</exception>
    public static DiffTensor<S> Vjp<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x, DiffTensor<S> v)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.vjp(Function(f), x, v);

    /// <summary>The Jacobian–vector product Jv: the derivative along a direction of the shape of x.</summary>
    /// <exception cref="ArgumentException">The direction has another shape.</exception>
    public static DiffTensor<S> Jvp<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x, DiffTensor<S> v)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.jvp(Function(f), x, v);

    /// <summary>The Hessian–vector product Hv of a scalar function; v has the shape of x.</summary>
    /// <exception cref="ArgumentException">The direction has another shape, or the value is no scalar.</exception>
    public static DiffTensor<S> Hvp<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x, DiffTensor<S> v)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.hvp(Function(f), x, v);

    /// <summary>The Jacobian: the axes of the value, then those of x.</summary>
    public static DiffTensor<S> Jacobian<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.jacobian(Function(f), x);

    /// <summary>The Hessian of a scalar function: the axes of x, twice.</summary>
    /// <exception cref="ArgumentException">The value is no scalar.</exception>
    public static DiffTensor<S> Hessian<S>(Func<DiffTensor<S>, DiffTensor<S>> f, DiffTensor<S> x)
        where S : unmanaged, IFloatingPointIeee754<S> => FSharp.Diff.hessian(Function(f), x);

    private static Microsoft.FSharp.Core.FSharpFunc<DiffTensor<S>, DiffTensor<S>> Function<S>(Func<DiffTensor<S>, DiffTensor<S>> f)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(f);
        return Microsoft.FSharp.Core.FuncConvert.FromFunc(f);
    }
}
