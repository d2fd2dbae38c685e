using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A number and its derivative along one direction: forward-mode differentiation, exact, to any depth.</summary>
/// <remarks>
/// Every derivative rule of the algebra stands here, once. A derivative of 0 removes what it multiplies
/// (<see cref="IReal{T}.Weigh"/>), so an infinite value beside a constant never makes a NaN that the mathematics does not have.
/// </remarks>
/// <typeparam name="T">The number beneath: a scalar, a lane, or a dual for curvature.</typeparam>
public readonly struct Dual<T>(T value, T derivative) : IReal<Dual<T>>
    where T : IReal<T>
{
    /// <summary>The number.</summary>
    public T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = value;

    /// <summary>Its derivative.</summary>
    public T Derivative
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = derivative;

    /// <summary>A number that does not vary.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Fixed(T value) => new(value, T.Constant(0));

    /// <summary>A number that varies with slope 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Variable(T value) => new(value, T.Constant(1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Constant(double value) => Fixed(T.Constant(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator +(Dual<T> a, Dual<T> b) => new(a.Value + b.Value, a.Derivative + b.Derivative);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a, Dual<T> b) => new(a.Value - b.Value, a.Derivative - b.Derivative);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator *(Dual<T> a, Dual<T> b) =>
        new(a.Value * b.Value, T.Weigh(a.Derivative, b.Value) + T.Weigh(b.Derivative, a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator /(Dual<T> a, Dual<T> b)
    {
        var quotient = a.Value / b.Value;
        return new(quotient, Over(a.Derivative - T.Weigh(b.Derivative, quotient), b.Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> x) => new(-x.Value, -x.Derivative);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Abs(Dual<T> x) => new(T.Abs(x.Value), Signed(x.Value, x.Derivative));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Max(Dual<T> a, Dual<T> b) => new(T.Max(a.Value, b.Value), T.IfLess(a.Value, b.Value, b.Derivative, a.Derivative));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Min(Dual<T> a, Dual<T> b) => new(T.Min(a.Value, b.Value), T.IfLess(b.Value, a.Value, b.Derivative, a.Derivative));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sqrt(Dual<T> x)
    {
        var root = T.Sqrt(x.Value);
        var slope = T.IfLess(T.Constant(0), root, T.Constant(0.5) / root, T.Constant(0));
        return new(root, T.Weigh(x.Derivative, slope));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Exp(Dual<T> x)
    {
        var exp = T.Exp(x.Value);
        return new(exp, T.Weigh(x.Derivative, exp));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log(Dual<T> x) => new(T.Log(x.Value), Over(x.Derivative, x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log1P(Dual<T> x) => new(T.Log1P(x.Value), Over(x.Derivative, T.Constant(1) + x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> ExpM1(Dual<T> x) => new(T.ExpM1(x.Value), T.Weigh(x.Derivative, T.Exp(x.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Power(Dual<T> x, double exponent)
    {
        if (exponent == 0)
            return Constant(1);
        var slope = T.Constant(exponent) * T.Power(x.Value, exponent - 1);
        return new(T.Power(x.Value, exponent), T.Weigh(x.Derivative, slope));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<Dual<T>> Logistic(Dual<T> x)
    {
        var l = T.Logistic(x.Value);
        var bell = T.Weigh(x.Derivative, l.Sigmoid * l.SigmoidOfMinus);
        return new(
            new(l.Softplus, T.Weigh(x.Derivative, l.Sigmoid)),
            new(l.SoftplusOfMinus, -T.Weigh(x.Derivative, l.SigmoidOfMinus)),
            new(l.Sigmoid, bell),
            new(l.SigmoidOfMinus, -bell)
        );
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Weigh(Dual<T> weight, Dual<T> x) =>
        new(T.Weigh(weight.Value, x.Value), T.Weigh(weight.Derivative, x.Value) + T.Weigh(weight.Value, x.Derivative));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Detach(Dual<T> x) => Fixed(x.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> IfLess(Dual<T> a, Dual<T> b, Dual<T> less, Dual<T> otherwise) =>
        new(T.IfLess(a.Value, b.Value, less.Value, otherwise.Value), T.IfLess(a.Value, b.Value, less.Derivative, otherwise.Derivative));

    // sign(x)·y with sign(0) = 0; a NaN stays one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Signed(T x, T y)
    {
        var zero = T.Constant(0);
        return T.IfLess(x, zero, -y, T.IfLess(zero, x, y, T.Weigh(y, x - x)));
    }

    // y/x where y varies, 0 where it does not, also over an x of 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Over(T y, T x) => T.Weigh(y, T.Constant(1) / x);
}
