using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lanes = Losses.LaneMath<Losses.Simd128, System.Runtime.Intrinsics.Vector128<double>, double>;

namespace Losses;

/// <summary>A float64 number that answers with <see cref="Math"/>, and where that has no answer as a lane does: the scalar to try a loss on, and the plain reference for the lanes.</summary>
/// <param name="value">Any number.</param>
public readonly struct Real(double value) : IReal<Real>, IEquatable<Real>
{
    /// <summary>The number.</summary>
    public double Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = value;

    /// <summary>The number as the algebra sees it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Real(double value) => new(value);

    /// <summary>The number as everybody else sees it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator double(Real x) => x.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Constant(double value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator +(Real a, Real b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator -(Real a, Real b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator *(Real a, Real b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator /(Real a, Real b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator -(Real x) => new(-x.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Abs(Real x) => new(Math.Abs(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Max(Real a, Real b) => new(Math.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Min(Real a, Real b) => new(Math.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Sqrt(Real x) => new(Math.Sqrt(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Exp(Real x) => new(Math.Exp(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Log(Real x) => new(Math.Log(x.Value));

    /// <inheritdoc/>
    public static Real Log1P(Real x)
    {
        // Next to 0 the first terms are all there is.
        if (Math.Abs(x.Value) < 1e-6)
            return x.Value - x.Value * x.Value * (0.5 - x.Value / 3);
        var sum = 1 + x.Value;
        if (!(sum > 0 && double.IsFinite(sum)))
            return Math.Log(sum);
        // The logarithm of the rounded sum, and what the rounding lost times the slope there; the larger term is taken off first.
        var lost = Math.Abs(x.Value) < 1 ? x.Value - (sum - 1) : 1 - (sum - x.Value);
        return Math.Log(sum) + lost / sum;
    }

    /// <inheritdoc/>
    public static Real ExpM1(Real x)
    {
        // Beyond, the 1 or the exponential is out of sight.
        if (x.Value == 0 || !(Math.Abs(x.Value) < 40))
            return x.Value == 0 ? x : Math.Exp(x.Value) - 1;
        // x = n·log 2 + r + rest, where n times the first part of log 2 is exact.
        var n = Math.Round(x.Value / Logarithm.Ln2High);
        var first = x.Value - n * Logarithm.Ln2High;
        var r = first - n * Logarithm.Ln2Low;
        var rest = first - r - n * Logarithm.Ln2Low;
        // eʳ − 1 = r + r²/2·(1 + r/3·(1 + r/4·(…))): the sum after r is small, and so is its error.
        var series = 1.0;
        for (var i = 16; i > 2; i--)
            series = 1 + r / i * series;
        var tail = r * r / 2 * series + (rest + rest * r);
        // 2ⁿ − 1 + 2ⁿ·(r + tail), the larger terms first and what their sum loses with the tail.
        var scale = Math.ScaleB(1, (int)n);
        var (large, small) = (scale - 1, scale * r);
        var sum = large + small;
        return sum + (Compensated.Lost(large, small, sum) + scale * tail);
    }

    /// <inheritdoc/>
    public static Real Tanh(Real x) => new(Lanes.Tanh(Vector128.Create(x.Value)).ToScalar());

    /// <inheritdoc/>
    public static Real LogCosh(Real x) => new(Lanes.LogCosh(Vector128.Create(x.Value)).ToScalar());

    static Real IReal<Real>.SechSquared(Real x) => new(Lanes.SechSquared(Vector128.Create(x.Value)).ToScalar());

    /// <inheritdoc/>
    public static Real Atan(Real x) => new(Lanes.Atan(Vector128.Create(x.Value)).ToScalar());

    /// <inheritdoc/>
    public static Real Erf(Real x) => new(Lanes.Erf(Vector128.Create(x.Value)).ToScalar());

    static Real IReal<Real>.Gaussian(Real x) => new(Lanes.Gaussian(Vector128.Create(x.Value)).ToScalar());

    /// <inheritdoc/>
    public static (Real Sin, Real Cos) SinCos(Real x)
    {
        var (sin, cos) = Lanes.SinCos(Vector128.Create(x.Value));
        return (sin.ToScalar(), cos.ToScalar());
    }

    /// <inheritdoc/>
    public static Real LogGamma(Real x) => new(Lanes.LogGamma(Vector128.Create(x.Value)).ToScalar());

    /// <inheritdoc/>
    public static Real Polygamma(int order, Real x) =>
        new(Lanes.Polygamma(PolygammaFunction.Checked(order), Vector128.Create(x.Value)).ToScalar());

    /// <inheritdoc/>
    public static Real Digamma(Real x) => new(Lanes.Digamma(Vector128.Create(x.Value)).ToScalar());

    /// <inheritdoc/>
    public static Real Power(Real x, double exponent) => new(Math.Pow(x.Value, exponent));

    /// <inheritdoc/>
    public static Logistic<Real> Logistic(Real x)
    {
        var e = Math.Exp(-Math.Abs(x.Value));
        var log = Log1P(e);
        var (near, far) = (new Real(1 / (1 + e)), new Real(e / (1 + e)));
        return x.Value < 0 ? new(log, log - x, far, near) : new(log + x, log, near, far);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Weigh(Real weight, Real x) => weight.Value == 0 ? new(0) : weight * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Detach(Real x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real IfLess(Real a, Real b, Real less, Real otherwise) => a.Value < b.Value ? less : otherwise;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real Given(Real x, Real value) => double.IsNaN(x.Value) ? x : value;

    /// <summary>Whether the numbers are equal; NaN equals NaN.</summary>
    public bool Equals(Real other) => Value.Equals(other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Real other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>The shortest text that reads back as the number.</summary>
    public override string ToString() => Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
