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
