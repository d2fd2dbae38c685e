using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

/// <summary>Four float64 numbers in an AVX2 register, over data stored as <typeparamref name="TStorage"/>.</summary>
/// <typeparam name="TStorage">float or double.</typeparam>
public readonly struct Lane256<TStorage> : ILane<Lane256<TStorage>, TStorage>
    where TStorage : unmanaged
{
    private readonly Vector256<double> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lane256(Vector256<double> value) => _value = value;

    /// <inheritdoc/>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Load(ref readonly TStorage source, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
            return new(Avx.ConvertToVector256Double(Vector128.LoadUnsafe(in AsSingle(in source), offset)));
        if (typeof(TStorage) == typeof(double))
            return new(Vector256.LoadUnsafe(in Unsafe.As<TStorage, double>(ref Unsafe.AsRef(in source)), offset));
        throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane256<TStorage> value, ref TStorage destination, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
            Avx.ConvertToVector128Single(value._value).StoreUnsafe(ref Unsafe.As<TStorage, float>(ref destination), offset);
        else if (typeof(TStorage) == typeof(double))
            value._value.StoreUnsafe(ref Unsafe.As<TStorage, double>(ref destination), offset);
        else
            throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Constant(double value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator +(Lane256<TStorage> a, Lane256<TStorage> b) => new(Simd256.Add(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator -(Lane256<TStorage> a, Lane256<TStorage> b) => new(Simd256.Subtract(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator *(Lane256<TStorage> a, Lane256<TStorage> b) => new(Simd256.Multiply(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator /(Lane256<TStorage> a, Lane256<TStorage> b) => new(Simd256.Divide(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator -(Lane256<TStorage> x) => new(Simd256.Negate(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Abs(Lane256<TStorage> x) => new(Simd256.Abs(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Sqrt(Lane256<TStorage> x) => new(Simd256.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Max(Lane256<TStorage> a, Lane256<TStorage> b) => new(Simd256.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Min(Lane256<TStorage> a, Lane256<TStorage> b) => new(Simd256.Min(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Exp(Lane256<TStorage> x) =>
        new(LaneMath<Simd256, Vector256<double>, TStorage>.Exp(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Log(Lane256<TStorage> x) =>
        new(LaneMath<Simd256, Vector256<double>, TStorage>.Log(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Log1P(Lane256<TStorage> x) =>
        new(LaneMath<Simd256, Vector256<double>, TStorage>.Log1P(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> ExpM1(Lane256<TStorage> x) =>
        new(LaneMath<Simd256, Vector256<double>, TStorage>.ExpM1(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Power(Lane256<TStorage> x, double exponent) =>
        new(LaneMath<Simd256, Vector256<double>, TStorage>.Power(x._value, exponent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<Lane256<TStorage>> Logistic(Lane256<TStorage> x)
    {
        var (softplus, softplusOfMinus, sigmoid, sigmoidOfMinus) = LaneMath<Simd256, Vector256<double>, TStorage>.Logistic(x._value);
        return new(new(softplus), new(softplusOfMinus), new(sigmoid), new(sigmoidOfMinus));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Weigh(Lane256<TStorage> weight, Lane256<TStorage> x) => new(Simd256.Weigh(weight._value, x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> IfLess(Lane256<TStorage> a, Lane256<TStorage> b, Lane256<TStorage> less, Lane256<TStorage> otherwise) =>
        new(Simd256.IfLess(a._value, b._value, less._value, otherwise._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly float AsSingle(ref readonly TStorage source) => ref Unsafe.As<TStorage, float>(ref Unsafe.AsRef(in source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Detach(Lane256<TStorage> x) => x;
}
