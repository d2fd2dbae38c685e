using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>The operations that a loss may ask of a number: the vocabulary of every definition.</summary>
/// <remarks>
/// What a definition means is decided by the type that answers: a scalar, a SIMD lane, a dual number, a tensor, a formula.
/// Compounds that a loss could not rebuild stably (<c>log1p</c>, <c>softplus</c>) are members, and a derivative's better rule is
/// stated once, in the type that differentiates. Nothing here depends on a device, a data type or a tape: a value holds those.
/// </remarks>
/// <typeparam name="T">The number type itself.</typeparam>
public interface IReal<T>
    where T : IReal<T>
{
    /// <summary>a + b</summary>
    static abstract T operator +(T a, T b);

    /// <summary>a − b</summary>
    static abstract T operator -(T a, T b);

    /// <summary>a · b</summary>
    static abstract T operator *(T a, T b);

    /// <summary>a / b</summary>
    static abstract T operator /(T a, T b);

    /// <summary>−x</summary>
    static abstract T operator -(T x);

    /// <summary>The number that stands for <paramref name="value"/>, whose derivative is 0.</summary>
    static abstract T Constant(double value);

    /// <summary>|x|; its slope at 0 is 0.</summary>
    static abstract T Abs(T x);

    /// <summary>The larger of a and b, NaN where either is; its slope where they are equal is that of <paramref name="a"/>.</summary>
    static abstract T Max(T a, T b);

    /// <summary>The smaller of a and b, NaN where either is; its slope where they are equal is that of <paramref name="a"/>.</summary>
    static abstract T Min(T a, T b);

    /// <summary>√x; its slope at 0 is 0, the subgradient that keeps a distance of 0 from poisoning a batch.</summary>
    static abstract T Sqrt(T x);

    /// <summary>eˣ</summary>
    static abstract T Exp(T x);

    /// <summary>log x, the natural logarithm; −∞ at 0.</summary>
    static abstract T Log(T x);

    /// <summary>log(1 + x), accurate near 0.</summary>
    static abstract T Log1P(T x);

    /// <summary>eˣ − 1, accurate near 0.</summary>
    static abstract T ExpM1(T x);

    /// <summary>tanh x</summary>
    static abstract T Tanh(T x);

    /// <summary>log cosh x: ½x² next to 0, |x| − log 2 far away, and accurate in both places.</summary>
    static abstract T LogCosh(T x);

    /// <summary>The angle between −½π and ½π whose tangent is x.</summary>
    static abstract T Atan(T x);

    /// <summary>The error function, 2/√π ∫₀ˣ e^−u² du</summary>
    static abstract T Erf(T x);

    /// <summary>Sine and cosine of x together: they share the angle without its quarter turns, which is right for every x.</summary>
    static abstract (T Sin, T Cos) SinCos(T x);

    /// <summary>log Γ(x) of an x that is not negative, ∞ at 0; NaN below.</summary>
    static abstract T LogGamma(T x);

    /// <summary>The derivative of the digamma function of an order of 1 to 30, the trigamma function with 1, at an x that is not negative; NaN below.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such order.</exception>
    static abstract T Polygamma(int order, T x);

    /// <summary>The slope of log Γ at an x that is not negative, −∞ at 0; NaN below.</summary>
    static abstract T Digamma(T x);

    /// <summary>x to a constant power; the slope of a root, an exponent between 0 and 1, is 0 at 0.</summary>
    static abstract T Power(T x, double exponent);

    /// <summary>Softplus and sigmoid of x and of −x together: they share one exponential.</summary>
    static abstract Logistic<T> Logistic(T x);

    /// <summary>k · x for a constant k other than 0, which needs no product rule: fewer instructions than a product of two numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Scale(double factor, T x) => T.Constant(factor) * x;

    /// <summary>x clipped to ±<paramref name="bound"/>, NaN where x is; its slope is 1 up to the bound and 0 beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Clip(double bound, T x) =>
        T.IfLess(x, T.Constant(-bound), T.Constant(-bound), T.IfLess(T.Constant(bound), x, T.Constant(bound), x));

    /// <summary>σ(x) σ(−x), the slope of the sigmoid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T Bell(T x, T sigmoid, T sigmoidOfMinus) => sigmoid * sigmoidOfMinus;

    /// <summary>σ(x) − σ(−x) = tanh ½x, which has no digits left near 0 when it is computed as that difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T Skew(T x, T sigmoid, T sigmoidOfMinus)
    {
        // ±(1 − e^−|x|) σ(|x|)
        var size = T.ExpM1(-T.Abs(x)) * T.Max(sigmoid, sigmoidOfMinus);
        return T.IfLess(x, T.Constant(0), size, -size);
    }

    /// <summary>1 / cosh² x, the slope of tanh: 4e / (1 + e)² with e = e^−2|x|, which neither overflows nor cancels as 1 − tanh² x does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T SechSquared(T x)
    {
        var e = T.Exp(T.Scale(-2, T.Abs(x)));
        var whole = T.Constant(1) + e;
        return T.Scale(4, e) / (whole * whole);
    }

    /// <summary>e^−x², which is the slope of erf but for 2/√π.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T Gaussian(T x) => T.Exp(-(x * x));

    /// <summary>eᵗ x, 0 where t is −∞: right to the last bits also where eᵗ alone is too small to have them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T ExpTimes(T t, T x)
    {
        // Below −512 the exponential is taken of t + 512, which is exact; the rest comes last.
        T bound = T.Constant(-512),
            zero = T.Constant(0);
        var share = T.Exp(t + T.IfLess(t, bound, T.Constant(512), zero));
        return T.IfLess(t, bound, T.Constant(4.377491037053051e-223), T.Constant(1)) * T.Weigh(share, x);
    }

    /// <summary>t (log t − x), 0 where t is 0; NaN where x is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T Divergence(T t, T x) => T.Weigh(t, T.Given(x, T.Log(t) - x));

    /// <summary>p − q − q d for p = q eᵈ, which is at least 0: what a class adds to a divergence. Next to a d of 0 it is no difference of nearly equal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T Excess(T p, T q, T d) => T.IfLess(T.Abs(d), T.Constant(0.25), q * T.AboveTangent(d), p - q - T.Weigh(q, d));

    /// <summary>β q log(q / m) + (1 − β) p log(p / m) with m = β q + (1 − β) p and d = log p − log q, at least 0. Its slope is that at m fixed: what m adds is nothing over a
    /// distribution.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T JensenShannon(double beta, T p, T q, T d)
    {
        T log = T.Detach(T.MixtureLog(beta, p, q)),
            other = log + T.Detach(T.Abs(d)),
            fixedP = T.Detach(p),
            fixedQ = T.Detach(q);
        return T.Detach(T.MixtureExcess(beta, p, q, d, log))
            - T.Weigh(T.Scale(beta, q - fixedQ), T.IfLess(fixedP, fixedQ, log, other))
            - T.Weigh(T.Scale(1 - beta, p - fixedP), T.IfLess(fixedP, fixedQ, other, log));
    }

    /// <summary>log m less the logarithm of the larger of p and q: nothing overflows, and next to 0 nothing cancels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T MixtureLog(double beta, T p, T q)
    {
        // Where both have vanished nothing is divided by.
        T larger = T.Max(p, q),
            zero = T.Constant(0),
            share = T.IfLess(p, q, T.Constant(1 - beta), T.Constant(beta));
        return T.Log1P(share * (T.Min(p, q) - larger) / T.IfLess(zero, larger, larger, T.Constant(1)));
    }

    /// <summary>The value of <see cref="JensenShannon"/>, given that logarithm. Next to p = q, where its terms would cancel, β (m − q) + (1 − β) (m − p), which is nothing, is
    /// taken into them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T MixtureExcess(double beta, T p, T q, T d, T log)
    {
        T size = T.Abs(d),
            other = log + size,
            share = T.IfLess(p, q, T.Constant(beta), T.Constant(1 - beta)),
            larger = share * T.Max(p, q),
            smaller = (T.Constant(1) - share) * T.Min(p, q);
        return T.IfLess(
            size,
            T.Constant(0.25),
            larger * T.AboveTangent(log) + smaller * T.AboveTangent(other),
            -(T.Weigh(larger, log) + T.Weigh(smaller, other))
        );
    }

    /// <summary>eᵈ − 1 − d of a d within ±¼.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T AboveTangent(T d)
    {
        // 1/k! from k = 13 down.
        var sum = T.Constant(1.6059043836821613e-10) * d + T.Constant(2.08767569878681e-09);
        sum = sum * d + T.Constant(2.505210838544172e-08);
        sum = sum * d + T.Constant(2.755731922398589e-07);
        sum = sum * d + T.Constant(2.7557319223985893e-06);
        sum = sum * d + T.Constant(2.48015873015873e-05);
        sum = sum * d + T.Constant(0.0001984126984126984);
        sum = sum * d + T.Constant(0.001388888888888889);
        sum = sum * d + T.Constant(0.008333333333333333);
        sum = sum * d + T.Constant(0.041666666666666664);
        sum = sum * d + T.Constant(0.16666666666666666);
        sum = sum * d + T.Constant(0.5);
        return d * d * sum;
    }

    /// <summary>The share that a slope gives to a gradient from above: their product, but 0 where one is 0 and the other infinite, or the gradient 0. A gradient that is NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T Share(T gradient, T slope) =>
        T.IfLess(
            T.Abs(gradient),
            T.Constant(double.PositiveInfinity),
            T.Weigh(gradient, slope),
            T.Given(gradient, T.Weigh(slope, gradient))
        );

    /// <summary><paramref name="value"/>, but NaN where <paramref name="x"/> is, in value and slope: for what no longer depends on x, and yet has no meaning without it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Given(T x, T value)
    {
        var one = T.Constant(1);
        return T.IfLess(x, one, one, T.IfLess(T.Constant(0), x, one, T.Detach(x))) * value;
    }

    /// <summary>The product in which a weight of 0 removes <paramref name="x"/>, whatever it is: 0·∞ = 0·NaN = 0, hence 0·log 0 = 0.</summary>
    static abstract T Weigh(T weight, T x);

    /// <summary>x, of derivative 0: for a slope that is a convention, stated apart from the value, or a scale that cancels.</summary>
    /// <remarks>
    /// Only of the innermost differentiation that the expression takes part in, the one that makes its slope: the derivative of that slope sees x again.
    /// Where q stands for x detached, q·x has the slope q and the curvature 1.
    /// </remarks>
    static abstract T Detach(T x);

    /// <summary><paramref name="less"/> where a &lt; b, else <paramref name="otherwise"/> (also where either is NaN).</summary>
    static abstract T IfLess(T a, T b, T less, T otherwise);
}

/// <summary>Softplus and sigmoid of x and of −x.</summary>
/// <param name="softplus">log(1 + eˣ)</param>
/// <param name="softplusOfMinus">log(1 + e⁻ˣ)</param>
/// <param name="sigmoid">1 / (1 + e⁻ˣ)</param>
/// <param name="sigmoidOfMinus">1 / (1 + eˣ)</param>
public struct Logistic<T>(T softplus, T softplusOfMinus, T sigmoid, T sigmoidOfMinus)
{
    // Set by name in the kernels: a constructor would cost the compiler a copy of each, and a kernel's loop holds only so many.
    internal T _softplus = softplus;
    internal T _softplusOfMinus = softplusOfMinus;
    internal T _sigmoid = sigmoid;
    internal T _sigmoidOfMinus = sigmoidOfMinus;

    /// <summary>log(1 + eˣ), the slope of which is the sigmoid.</summary>
    public readonly T Softplus
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _softplus;
    }

    /// <summary>log(1 + e⁻ˣ)</summary>
    public readonly T SoftplusOfMinus
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _softplusOfMinus;
    }

    /// <summary>1 / (1 + e⁻ˣ)</summary>
    public readonly T Sigmoid
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _sigmoid;
    }

    /// <summary>1 / (1 + eˣ) = 1 − sigmoid, without the cancellation.</summary>
    public readonly T SigmoidOfMinus
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _sigmoidOfMinus;
    }
}
