using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A number and its derivative along one direction: forward-mode differentiation, exact, to any depth.</summary>
/// <remarks>
/// Every derivative rule of the algebra stands here, once. A derivative of 0 removes what it multiplies
/// (<see cref="IReal{T}.Weigh"/>), so an infinite value beside a constant never makes a NaN that the mathematics does not have.
/// </remarks>
/// <typeparam name="T">The number beneath: a scalar, a lane, or a dual for curvature.</typeparam>
public struct Dual<T>(T value, T derivative) : IReal<Dual<T>>
    where T : IReal<T>
{
    // Read and set directly by the rules below: a property or a constructor would cost the compiler a variable each time, it gives up
    // inlining at 512 of them, and a kernel that is not inlined is ten times slower.
    private T _value = value;
    private T _derivative = derivative;

    /// <summary>The number.</summary>
    public readonly T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _value;
    }

    /// <summary>Its derivative.</summary>
    public readonly T Derivative
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _derivative;
    }

    /// <summary>A number that does not vary.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Fixed(T value) => new() { _value = value, _derivative = T.Constant(0) };

    /// <summary>A number that varies with slope 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Variable(T value) => new() { _value = value, _derivative = T.Constant(1) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Constant(double value) => Fixed(T.Constant(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator +(Dual<T> a, Dual<T> b) =>
        new() { _value = a._value + b._value, _derivative = a._derivative + b._derivative };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a, Dual<T> b) =>
        new() { _value = a._value - b._value, _derivative = a._derivative - b._derivative };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator *(Dual<T> a, Dual<T> b) =>
        new() { _value = a._value * b._value, _derivative = T.Weigh(a._derivative, b._value) + T.Weigh(b._derivative, a._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Scale(double factor, Dual<T> x) =>
        new() { _value = T.Scale(factor, x._value), _derivative = T.Scale(factor, x._derivative) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Clip(double bound, Dual<T> x) =>
        new()
        {
            _value = T.Clip(bound, x._value),
            _derivative = T.Given(
                x._value,
                T.IfLess(x._value, T.Constant(-bound), T.Constant(0), T.IfLess(T.Constant(bound), x._value, T.Constant(0), x._derivative))
            ),
        };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator /(Dual<T> a, Dual<T> b)
    {
        var quotient = a._value / b._value;
        return new() { _value = quotient, _derivative = Over(a._derivative - T.Weigh(b._derivative, quotient), b._value) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> x) => new() { _value = -x._value, _derivative = -x._derivative };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Abs(Dual<T> x) => new() { _value = T.Abs(x._value), _derivative = Signed(x._value, x._derivative) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Max(Dual<T> a, Dual<T> b)
    {
        var max = T.Max(a._value, b._value);
        return new() { _value = max, _derivative = T.Given(max, T.IfLess(a._value, b._value, b._derivative, a._derivative)) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Min(Dual<T> a, Dual<T> b)
    {
        var min = T.Min(a._value, b._value);
        return new() { _value = min, _derivative = T.Given(min, T.IfLess(b._value, a._value, b._derivative, a._derivative)) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sqrt(Dual<T> x)
    {
        var root = T.Sqrt(x._value);
        // 0 at 0, and a NaN stays one: what the root is, where it is not above 0.
        var slope = T.IfLess(T.Constant(0), root, T.Constant(0.5) / root, root);
        return new() { _value = root, _derivative = T.Weigh(x._derivative, slope) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Exp(Dual<T> x)
    {
        var exp = T.Exp(x._value);
        return new() { _value = exp, _derivative = T.Weigh(x._derivative, exp) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log(Dual<T> x) => new() { _value = T.Log(x._value), _derivative = Over(x._derivative, x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log1P(Dual<T> x) =>
        new() { _value = T.Log1P(x._value), _derivative = Over(x._derivative, T.Constant(1) + x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> ExpM1(Dual<T> x) => new() { _value = T.ExpM1(x._value), _derivative = T.Weigh(x._derivative, T.Exp(x._value)) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Tanh(Dual<T> x) =>
        new() { _value = T.Tanh(x._value), _derivative = T.Weigh(x._derivative, T.SechSquared(x._value)) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> LogCosh(Dual<T> x) =>
        new() { _value = T.LogCosh(x._value), _derivative = T.Weigh(x._derivative, T.Tanh(x._value)) };

    // The quotient's rule would take the slopes of e and of (1 + e)² from each other, of which nothing is left near 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.SechSquared(Dual<T> x)
    {
        var value = T.SechSquared(x._value);
        return new() { _value = value, _derivative = T.Weigh(x._derivative, T.Scale(-2, value * T.Tanh(x._value))) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Atan(Dual<T> x)
    {
        var one = T.Constant(1);
        // The square of a large x overflows; where the 1 is out of sight it is that of 1/x.
        var inverse = one / x._value;
        var slope = T.IfLess(T.Abs(x._value), T.Constant(1e9), one / (one + x._value * x._value), inverse * inverse);
        return new() { _value = T.Atan(x._value), _derivative = T.Weigh(x._derivative, slope) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Erf(Dual<T> x)
    {
        // 2/√π
        var slope = T.Scale(1.1283791670955126, T.Gaussian(x._value));
        return new() { _value = T.Erf(x._value), _derivative = T.Weigh(x._derivative, slope) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.Gaussian(Dual<T> x)
    {
        var value = T.Gaussian(x._value);
        return new() { _value = value, _derivative = T.Weigh(x._derivative, T.Scale(-2, T.Weigh(value, x._value))) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Dual<T> Sin, Dual<T> Cos) SinCos(Dual<T> x)
    {
        var (sin, cos) = T.SinCos(x._value);
        return (
            new() { _value = sin, _derivative = T.Weigh(x._derivative, cos) },
            new() { _value = cos, _derivative = -T.Weigh(x._derivative, sin) }
        );
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> LogGamma(Dual<T> x) =>
        new() { _value = T.LogGamma(x._value), _derivative = T.Weigh(x._derivative, T.Digamma(x._value)) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Digamma(Dual<T> x) =>
        new() { _value = T.Digamma(x._value), _derivative = T.Weigh(x._derivative, T.Polygamma(1, x._value)) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Polygamma(int order, Dual<T> x) =>
        new() { _value = T.Polygamma(order, x._value), _derivative = T.Weigh(x._derivative, T.Polygamma(order + 1, x._value)) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Power(Dual<T> x, double exponent)
    {
        if (exponent == 0)
            return Constant(1);
        var slope = T.Constant(exponent) * T.Power(x._value, exponent - 1);
        // A root is vertical at 0; as for √ its slope there is 0.
        if (exponent is > 0 and < 1)
            slope = T.Given(x._value, T.IfLess(T.Constant(0), x._value, slope, T.Constant(0)));
        // NaN⁰ is 1, but no slope.
        else if (exponent == 1)
            slope = T.Given(x._value, slope);
        return new() { _value = T.Power(x._value, exponent), _derivative = T.Weigh(x._derivative, slope) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<Dual<T>> Logistic(Dual<T> x)
    {
        var l = T.Logistic(x._value);
        var bell = T.Weigh(x._derivative, T.Bell(x._value, l._sigmoid, l._sigmoidOfMinus));
        return new()
        {
            _softplus = new() { _value = l._softplus, _derivative = T.Weigh(x._derivative, l._sigmoid) },
            _softplusOfMinus = new() { _value = l._softplusOfMinus, _derivative = -T.Weigh(x._derivative, l._sigmoidOfMinus) },
            _sigmoid = new() { _value = l._sigmoid, _derivative = bell },
            _sigmoidOfMinus = new() { _value = l._sigmoidOfMinus, _derivative = -bell },
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.ExpTimes(Dual<T> t, Dual<T> x) =>
        new()
        {
            _value = T.ExpTimes(t._value, x._value),
            _derivative = T.ExpTimes(t._value, T.Weigh(t._derivative, x._value) + x._derivative),
        };

    // The product's rule would multiply t by 1/t, which overflows where t is subnormal, and its square long before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.Divergence(Dual<T> t, Dual<T> x)
    {
        var slope = T.Given(x._value, T.Log(t._value) - x._value + T.Constant(1));
        return new()
        {
            _value = T.Divergence(t._value, x._value),
            _derivative = T.Weigh(t._derivative, slope) + T.Weigh(t._value, T.Given(x._value, -x._derivative)),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.AboveTangent(Dual<T> d)
    {
        var value = T.AboveTangent(d._value);
        return new() { _value = value, _derivative = T.Weigh(d._derivative, d._value + value) };
    }

    // That of p − q − q d: what is left of p and q where both vary together is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.Excess(Dual<T> p, Dual<T> q, Dual<T> d) =>
        new()
        {
            _value = T.Excess(p._value, q._value, d._value),
            _derivative = p._derivative - (q._derivative + T.Weigh(q._value, d._derivative)) - T.Weigh(q._derivative, d._value),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.JensenShannon(double beta, Dual<T> p, Dual<T> q, Dual<T> d)
    {
        T log = T.MixtureLog(beta, p._value, q._value),
            other = log + T.Abs(d._value),
            ofP = T.Weigh(T.Scale(1 - beta, p._derivative), T.IfLess(p._value, q._value, other, log)),
            ofQ = T.Weigh(T.Scale(beta, q._derivative), T.IfLess(p._value, q._value, log, other));
        return new() { _value = T.MixtureExcess(beta, p._value, q._value, d._value, log), _derivative = -(ofP + ofQ) };
    }

    // The product's rule would take the sigmoids from each other, of which nothing is left near 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.Bell(Dual<T> x, Dual<T> sigmoid, Dual<T> sigmoidOfMinus)
    {
        var bell = T.Bell(x._value, sigmoid._value, sigmoidOfMinus._value);
        var skew = T.Skew(x._value, sigmoid._value, sigmoidOfMinus._value);
        return new() { _value = bell, _derivative = -T.Weigh(x._derivative, bell * skew) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.Skew(Dual<T> x, Dual<T> sigmoid, Dual<T> sigmoidOfMinus)
    {
        var bell = T.Bell(x._value, sigmoid._value, sigmoidOfMinus._value);
        var skew = T.Skew(x._value, sigmoid._value, sigmoidOfMinus._value);
        return new() { _value = skew, _derivative = T.Weigh(x._derivative, T.Scale(2, bell)) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Weigh(Dual<T> weight, Dual<T> x) =>
        new()
        {
            _value = T.Weigh(weight._value, x._value),
            _derivative = T.Weigh(weight._derivative, x._value) + T.Weigh(weight._value, x._derivative),
        };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Detach(Dual<T> x) => Fixed(x._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> IfLess(Dual<T> a, Dual<T> b, Dual<T> less, Dual<T> otherwise) =>
        new()
        {
            _value = T.IfLess(a._value, b._value, less._value, otherwise._value),
            _derivative = T.IfLess(a._value, b._value, less._derivative, otherwise._derivative),
        };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Given(Dual<T> x, Dual<T> value) =>
        new() { _value = T.Given(x._value, value._value), _derivative = T.Given(x._value, value._derivative) };

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
