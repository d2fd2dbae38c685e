using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

/// <summary>Four float64 numbers in an AVX2 register, over data stored as <typeparamref name="TStorage"/>.</summary>
/// <typeparam name="TStorage">float or double.</typeparam>
public struct Lane256<TStorage> : ILane<Lane256<TStorage>, TStorage>
    where TStorage : unmanaged
{
    // Not read-only, so that it can be set without a constructor: the compiler gives up inlining at 512 variables, and a constructor costs
    // one for each operation of a loss.
    private Vector256<double> _value;

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
            return new() { _value = Avx.ConvertToVector256Double(Vector128.LoadUnsafe(in AsSingle(in source), offset)) };
        if (typeof(TStorage) == typeof(double))
            return new() { _value = Vector256.LoadUnsafe(in Unsafe.As<TStorage, double>(ref Unsafe.AsRef(in source)), offset) };
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
    public static unsafe void Stream(Lane256<TStorage> value, ref TStorage destination, nuint offset)
    {
        ref var place = ref Unsafe.Add(ref destination, offset);
        if (typeof(TStorage) == typeof(float))
            Avx.ConvertToVector128Single(value._value).StoreAlignedNonTemporal((float*)Unsafe.AsPointer(ref place));
        else if (typeof(TStorage) == typeof(double))
            value._value.StoreAlignedNonTemporal((double*)Unsafe.AsPointer(ref place));
        else
            throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Constant(double value) => new() { _value = Vector256.Create(value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator +(Lane256<TStorage> a, Lane256<TStorage> b) => new() { _value = a._value + b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator -(Lane256<TStorage> a, Lane256<TStorage> b) => new() { _value = a._value - b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator *(Lane256<TStorage> a, Lane256<TStorage> b) => new() { _value = a._value * b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator /(Lane256<TStorage> a, Lane256<TStorage> b) => new() { _value = a._value / b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> operator -(Lane256<TStorage> x) => new() { _value = -x._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Abs(Lane256<TStorage> x) => new() { _value = Vector256.Abs(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Sqrt(Lane256<TStorage> x) => new() { _value = Vector256.Sqrt(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Max(Lane256<TStorage> a, Lane256<TStorage> b) => new() { _value = Vector256.Max(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Min(Lane256<TStorage> a, Lane256<TStorage> b) => new() { _value = Vector256.Min(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Exp(Lane256<TStorage> x) =>
        new() { _value = LaneMath<Simd256, Vector256<double>, TStorage>.Exp(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Log(Lane256<TStorage> x) =>
        new() { _value = LaneMath<Simd256, Vector256<double>, TStorage>.Log(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Log1P(Lane256<TStorage> x) =>
        new() { _value = LaneMath<Simd256, Vector256<double>, TStorage>.Log1P(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> ExpM1(Lane256<TStorage> x) =>
        new() { _value = LaneMath<Simd256, Vector256<double>, TStorage>.ExpM1(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Power(Lane256<TStorage> x, double exponent) =>
        new() { _value = LaneMath<Simd256, Vector256<double>, TStorage>.Power(x._value, exponent) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<Lane256<TStorage>> Logistic(Lane256<TStorage> x)
    {
        var of = LaneMath<Simd256, Vector256<double>, TStorage>.Logistic(x._value);
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
    public static Lane256<TStorage> Weigh(Lane256<TStorage> weight, Lane256<TStorage> x) =>
        new() { _value = Simd256.Weigh(weight._value, x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> IfLess(Lane256<TStorage> a, Lane256<TStorage> b, Lane256<TStorage> less, Lane256<TStorage> otherwise) =>
        new() { _value = Simd256.IfLess(a._value, b._value, less._value, otherwise._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Clip(double bound, Lane256<TStorage> x) =>
        new() { _value = Vector256.CopySign(Simd256.AtMost(Simd256.Create(bound), Simd256.Abs(x._value)), x._value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly float AsSingle(ref readonly TStorage source) => ref Unsafe.As<TStorage, float>(ref Unsafe.AsRef(in source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> Detach(Lane256<TStorage> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<TStorage> LoadNumbers(ref readonly double source, nuint offset) =>
        new() { _value = Vector256.LoadUnsafe(in source, offset) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(Lane256<TStorage> value, ref double destination, nuint offset) =>
        value._value.StoreUnsafe(ref destination, offset);
}
