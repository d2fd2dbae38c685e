using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Losses;

/// <summary>A float32 number that has been widened to float64: what is computed with it is what the float32 kernels compute.</summary>
[StructLayout(LayoutKind.Sequential, Size = sizeof(double))]
internal readonly struct WidenedSingle;

/// <summary>The float64 numbers of one register, over data stored as <typeparamref name="TStorage"/>.</summary>
/// <typeparam name="W">The width of register.</typeparam>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="TStorage">float or double.</typeparam>
internal struct Lane<W, V, TStorage> : ILane<Lane<W, V, TStorage>, TStorage>
    where W : struct, ISimd<V>
    where V : struct
    where TStorage : unmanaged
{
    // Not read-only, so that it can be set without a constructor: the compiler gives up inlining at 512 variables, and a constructor costs
    // one for each operation of a loss.
    private V _value;

    /// <inheritdoc/>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => W.IsSupported;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => W.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Load(ref readonly TStorage source, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
            return new() { _value = W.LoadSingle(in AsSingle(in source), offset) };
        if (typeof(TStorage) == typeof(double) || typeof(TStorage) == typeof(WidenedSingle))
            return new() { _value = W.LoadDouble(in Unsafe.As<TStorage, double>(ref Unsafe.AsRef(in source)), offset) };
        throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane<W, V, TStorage> value, ref TStorage destination, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
            W.StoreSingle(value._value, ref Unsafe.As<TStorage, float>(ref destination), offset);
        else if (typeof(TStorage) == typeof(double) || typeof(TStorage) == typeof(WidenedSingle))
            W.StoreDouble(value._value, ref Unsafe.As<TStorage, double>(ref destination), offset);
        else
            throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Stream(Lane<W, V, TStorage> value, ref TStorage destination, nuint offset)
    {
        ref var place = ref Unsafe.Add(ref destination, offset);
        if (typeof(TStorage) == typeof(float))
            W.StreamSingle(value._value, (float*)Unsafe.AsPointer(ref place));
        else if (typeof(TStorage) == typeof(double) || typeof(TStorage) == typeof(WidenedSingle))
            W.StreamDouble(value._value, (double*)Unsafe.AsPointer(ref place));
        else
            throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Constant(double value) => new() { _value = W.Create(value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> operator +(Lane<W, V, TStorage> a, Lane<W, V, TStorage> b) =>
        new() { _value = W.Add(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> operator -(Lane<W, V, TStorage> a, Lane<W, V, TStorage> b) =>
        new() { _value = W.Subtract(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> operator *(Lane<W, V, TStorage> a, Lane<W, V, TStorage> b) =>
        new() { _value = W.Multiply(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> operator /(Lane<W, V, TStorage> a, Lane<W, V, TStorage> b) =>
        new() { _value = W.Divide(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> operator -(Lane<W, V, TStorage> x) => new() { _value = W.Negate(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Abs(Lane<W, V, TStorage> x) => new() { _value = W.Abs(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Sqrt(Lane<W, V, TStorage> x) => new() { _value = W.Sqrt(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Max(Lane<W, V, TStorage> a, Lane<W, V, TStorage> b) => new() { _value = W.Max(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Min(Lane<W, V, TStorage> a, Lane<W, V, TStorage> b) => new() { _value = W.Min(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Exp(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.Exp(x._value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane<W, V, TStorage> IReal<Lane<W, V, TStorage>>.ExpTimes(Lane<W, V, TStorage> t, Lane<W, V, TStorage> x) =>
        new() { _value = LaneMath<W, V, TStorage>.ExpTimes(t._value, x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Log(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.Log(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Log1P(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.Log1P(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> ExpM1(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.ExpM1(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Tanh(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.Tanh(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> LogCosh(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.LogCosh(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Atan(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.Atan(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Erf(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.Erf(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lane<W, V, TStorage> Sin, Lane<W, V, TStorage> Cos) SinCos(Lane<W, V, TStorage> x)
    {
        var (sin, cos) = LaneMath<W, V, TStorage>.SinCos(x._value);
        return (new() { _value = sin }, new() { _value = cos });
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> LogGamma(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.LogGamma(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Polygamma(int order, Lane<W, V, TStorage> x) =>
        new() { _value = LaneMath<W, V, TStorage>.Polygamma(order, x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Digamma(Lane<W, V, TStorage> x) => new() { _value = LaneMath<W, V, TStorage>.Digamma(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Power(Lane<W, V, TStorage> x, double exponent) =>
        new() { _value = LaneMath<W, V, TStorage>.Power(x._value, exponent) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<Lane<W, V, TStorage>> Logistic(Lane<W, V, TStorage> x)
    {
        var of = LaneMath<W, V, TStorage>.Logistic(x._value);
        return new()
        {
            _softplus = new() { _value = of._softplus },
            _softplusOfMinus = new() { _value = of._softplusOfMinus },
            _sigmoid = new() { _value = of._sigmoid },
            _sigmoidOfMinus = new() { _value = of._sigmoidOfMinus },
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane<W, V, TStorage> IReal<Lane<W, V, TStorage>>.Bell(
        Lane<W, V, TStorage> x,
        Lane<W, V, TStorage> sigmoid,
        Lane<W, V, TStorage> sigmoidOfMinus
    ) => new() { _value = LaneMath<W, V, TStorage>.Bell(sigmoid._value, sigmoidOfMinus._value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane<W, V, TStorage> IReal<Lane<W, V, TStorage>>.Skew(
        Lane<W, V, TStorage> x,
        Lane<W, V, TStorage> sigmoid,
        Lane<W, V, TStorage> sigmoidOfMinus
    ) => new() { _value = LaneMath<W, V, TStorage>.Skew(x._value, sigmoid._value, sigmoidOfMinus._value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane<W, V, TStorage> IReal<Lane<W, V, TStorage>>.SechSquared(Lane<W, V, TStorage> x) =>
        new() { _value = LaneMath<W, V, TStorage>.SechSquared(x._value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane<W, V, TStorage> IReal<Lane<W, V, TStorage>>.Gaussian(Lane<W, V, TStorage> x) =>
        new() { _value = LaneMath<W, V, TStorage>.Gaussian(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Weigh(Lane<W, V, TStorage> weight, Lane<W, V, TStorage> x) =>
        new() { _value = W.Weigh(weight._value, x._value) };

    // Nothing varies here: the value alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane<W, V, TStorage> IReal<Lane<W, V, TStorage>>.JensenShannon(
        double beta,
        Lane<W, V, TStorage> p,
        Lane<W, V, TStorage> q,
        Lane<W, V, TStorage> d
    ) => Mixture(beta, p, q, d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Mixture<T>(double beta, T p, T q, T d)
        where T : IReal<T> => T.MixtureExcess(beta, p, q, d, T.MixtureLog(beta, p, q));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane<W, V, TStorage> IReal<Lane<W, V, TStorage>>.AboveTangent(Lane<W, V, TStorage> d) =>
        new() { _value = LaneMath<W, V, TStorage>.AboveTangent(d._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> IfLess(
        Lane<W, V, TStorage> a,
        Lane<W, V, TStorage> b,
        Lane<W, V, TStorage> less,
        Lane<W, V, TStorage> otherwise
    ) => new() { _value = W.IfLess(a._value, b._value, less._value, otherwise._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Given(Lane<W, V, TStorage> x, Lane<W, V, TStorage> value) =>
        new() { _value = W.IfEqual(x._value, x._value, value._value, x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Clip(double bound, Lane<W, V, TStorage> x) =>
        // The sign has only to be set: what is clipped has none.
        new() { _value = W.Or(W.AtMost(W.Create(bound), W.Abs(x._value)), W.And(x._value, W.Create(-0.0))) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly float AsSingle(ref readonly TStorage source) => ref Unsafe.As<TStorage, float>(ref Unsafe.AsRef(in source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> Detach(Lane<W, V, TStorage> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> LoadNumbers(ref readonly double source, nuint offset) =>
        new() { _value = W.LoadDouble(in source, offset) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(Lane<W, V, TStorage> value, ref double destination, nuint offset) =>
        W.StoreDouble(value._value, ref destination, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> IfEqual(
        Lane<W, V, TStorage> a,
        Lane<W, V, TStorage> b,
        Lane<W, V, TStorage> equal,
        Lane<W, V, TStorage> otherwise
    ) => new() { _value = W.IfEqual(a._value, b._value, equal._value, otherwise._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<W, V, TStorage> MultiplyAdd(Lane<W, V, TStorage> a, Lane<W, V, TStorage> b, Lane<W, V, TStorage> c) =>
        new() { _value = W.Fma(a._value, b._value, c._value) };
}
