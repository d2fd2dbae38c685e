using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Losses;

/// <summary>Two float64 numbers, on any processor, over data stored as <typeparamref name="TStorage"/>.</summary>
/// <typeparam name="TStorage">float or double.</typeparam>
public struct Lane128<TStorage> : ILane<Lane128<TStorage>, TStorage>
    where TStorage : unmanaged
{
    // Not read-only, so that it can be set without a constructor: the compiler gives up inlining at 512 variables, and a constructor costs
    // one for each operation of a loss.
    private Vector128<double> _value;

    /// <inheritdoc/>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Load(ref readonly TStorage source, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
            return new()
            {
                _value = Vector128.Create(
                    Unsafe.Add(ref Unsafe.AsRef(in AsSingle(in source)), offset),
                    (double)Unsafe.Add(ref Unsafe.AsRef(in AsSingle(in source)), offset + 1)
                ),
            };
        if (typeof(TStorage) == typeof(double))
            return new() { _value = Vector128.LoadUnsafe(in Unsafe.As<TStorage, double>(ref Unsafe.AsRef(in source)), offset) };
        throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane128<TStorage> value, ref TStorage destination, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
        {
            Unsafe.Add(ref Unsafe.As<TStorage, float>(ref destination), offset) = (float)value._value.GetElement(0);
            Unsafe.Add(ref Unsafe.As<TStorage, float>(ref destination), offset + 1) = (float)value._value.GetElement(1);
        }
        else if (typeof(TStorage) == typeof(double))
            value._value.StoreUnsafe(ref Unsafe.As<TStorage, double>(ref destination), offset);
        else
            throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Stream(Lane128<TStorage> value, ref TStorage destination, nuint offset) => Store(value, ref destination, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Constant(double value) => new() { _value = Vector128.Create(value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> operator +(Lane128<TStorage> a, Lane128<TStorage> b) => new() { _value = a._value + b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> operator -(Lane128<TStorage> a, Lane128<TStorage> b) => new() { _value = a._value - b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> operator *(Lane128<TStorage> a, Lane128<TStorage> b) => new() { _value = a._value * b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> operator /(Lane128<TStorage> a, Lane128<TStorage> b) => new() { _value = a._value / b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> operator -(Lane128<TStorage> x) => new() { _value = -x._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Abs(Lane128<TStorage> x) => new() { _value = Vector128.Abs(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Sqrt(Lane128<TStorage> x) => new() { _value = Vector128.Sqrt(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Max(Lane128<TStorage> a, Lane128<TStorage> b) => new() { _value = Vector128.Max(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Min(Lane128<TStorage> a, Lane128<TStorage> b) => new() { _value = Vector128.Min(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Exp(Lane128<TStorage> x) =>
        new() { _value = LaneMath<Simd128, Vector128<double>, TStorage>.Exp(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Log(Lane128<TStorage> x) =>
        new() { _value = LaneMath<Simd128, Vector128<double>, TStorage>.Log(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Log1P(Lane128<TStorage> x) =>
        new() { _value = LaneMath<Simd128, Vector128<double>, TStorage>.Log1P(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> ExpM1(Lane128<TStorage> x) =>
        new() { _value = LaneMath<Simd128, Vector128<double>, TStorage>.ExpM1(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Power(Lane128<TStorage> x, double exponent) =>
        new() { _value = LaneMath<Simd128, Vector128<double>, TStorage>.Power(x._value, exponent) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<Lane128<TStorage>> Logistic(Lane128<TStorage> x)
    {
        var of = LaneMath<Simd128, Vector128<double>, TStorage>.Logistic(x._value);
        return new()
        {
            _softplus = new() { _value = of._softplus },
            _softplusOfMinus = new() { _value = of._softplusOfMinus },
            _sigmoid = new() { _value = of._sigmoid },
            _sigmoidOfMinus = new() { _value = of._sigmoidOfMinus },
        };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Weigh(Lane128<TStorage> weight, Lane128<TStorage> x) =>
        new() { _value = Simd128.Weigh(weight._value, x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> IfLess(Lane128<TStorage> a, Lane128<TStorage> b, Lane128<TStorage> less, Lane128<TStorage> otherwise) =>
        new() { _value = Simd128.IfLess(a._value, b._value, less._value, otherwise._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Clip(double bound, Lane128<TStorage> x) =>
        new() { _value = Vector128.CopySign(Simd128.AtMost(Simd128.Create(bound), Simd128.Abs(x._value)), x._value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly float AsSingle(ref readonly TStorage source) => ref Unsafe.As<TStorage, float>(ref Unsafe.AsRef(in source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> Detach(Lane128<TStorage> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<TStorage> LoadNumbers(ref readonly double source, nuint offset) =>
        new() { _value = Vector128.LoadUnsafe(in source, offset) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(Lane128<TStorage> value, ref double destination, nuint offset) =>
        value._value.StoreUnsafe(ref destination, offset);
}
