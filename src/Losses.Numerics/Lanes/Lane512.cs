using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

/// <summary>Eight float64 numbers in an AVX-512 register, over data stored as <typeparamref name="TStorage"/>.</summary>
/// <typeparam name="TStorage">float or double.</typeparam>
public struct Lane512<TStorage> : ILane<Lane512<TStorage>, TStorage>
    where TStorage : unmanaged
{
    private Vector512<double> _value;

    /// <inheritdoc/>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Load(ref readonly TStorage source, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
            return new() { _value = Avx512F.ConvertToVector512Double(Vector256.LoadUnsafe(in AsSingle(in source), offset)) };
        if (typeof(TStorage) == typeof(double))
            return new() { _value = Vector512.LoadUnsafe(in Unsafe.As<TStorage, double>(ref Unsafe.AsRef(in source)), offset) };
        throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane512<TStorage> value, ref TStorage destination, nuint offset)
    {
        if (typeof(TStorage) == typeof(float))
            Avx512F.ConvertToVector256Single(value._value).StoreUnsafe(ref Unsafe.As<TStorage, float>(ref destination), offset);
        else if (typeof(TStorage) == typeof(double))
            value._value.StoreUnsafe(ref Unsafe.As<TStorage, double>(ref destination), offset);
        else
            throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Stream(Lane512<TStorage> value, ref TStorage destination, nuint offset)
    {
        ref var place = ref Unsafe.Add(ref destination, offset);
        if (typeof(TStorage) == typeof(float))
            Avx512F.ConvertToVector256Single(value._value).StoreAlignedNonTemporal((float*)Unsafe.AsPointer(ref place));
        else if (typeof(TStorage) == typeof(double))
            value._value.StoreAlignedNonTemporal((double*)Unsafe.AsPointer(ref place));
        else
            throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Constant(double value) => new() { _value = Vector512.Create(value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> operator +(Lane512<TStorage> a, Lane512<TStorage> b) => new() { _value = a._value + b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> operator -(Lane512<TStorage> a, Lane512<TStorage> b) => new() { _value = a._value - b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> operator *(Lane512<TStorage> a, Lane512<TStorage> b) => new() { _value = a._value * b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> operator /(Lane512<TStorage> a, Lane512<TStorage> b) => new() { _value = a._value / b._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> operator -(Lane512<TStorage> x) => new() { _value = -x._value };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Abs(Lane512<TStorage> x) => new() { _value = Vector512.Abs(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Sqrt(Lane512<TStorage> x) => new() { _value = Vector512.Sqrt(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Max(Lane512<TStorage> a, Lane512<TStorage> b) => new() { _value = Vector512.Max(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Min(Lane512<TStorage> a, Lane512<TStorage> b) => new() { _value = Vector512.Min(a._value, b._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Exp(Lane512<TStorage> x) =>
        new() { _value = LaneMath<Simd512, Vector512<double>, TStorage>.Exp(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Log(Lane512<TStorage> x) =>
        new() { _value = LaneMath<Simd512, Vector512<double>, TStorage>.Log(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Log1P(Lane512<TStorage> x) =>
        new() { _value = LaneMath<Simd512, Vector512<double>, TStorage>.Log1P(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> ExpM1(Lane512<TStorage> x) =>
        new() { _value = LaneMath<Simd512, Vector512<double>, TStorage>.ExpM1(x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Power(Lane512<TStorage> x, double exponent) =>
        new() { _value = LaneMath<Simd512, Vector512<double>, TStorage>.Power(x._value, exponent) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<Lane512<TStorage>> Logistic(Lane512<TStorage> x)
    {
        var of = LaneMath<Simd512, Vector512<double>, TStorage>.Logistic(x._value);
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
    public static Lane512<TStorage> Weigh(Lane512<TStorage> weight, Lane512<TStorage> x) =>
        new() { _value = Simd512.Weigh(weight._value, x._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> IfLess(Lane512<TStorage> a, Lane512<TStorage> b, Lane512<TStorage> less, Lane512<TStorage> otherwise) =>
        new() { _value = Simd512.IfLess(a._value, b._value, less._value, otherwise._value) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Clip(double bound, Lane512<TStorage> x) =>
        new() { _value = Vector512.CopySign(Simd512.AtMost(Simd512.Create(bound), Simd512.Abs(x._value)), x._value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly float AsSingle(ref readonly TStorage source) => ref Unsafe.As<TStorage, float>(ref Unsafe.AsRef(in source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> Detach(Lane512<TStorage> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<TStorage> LoadNumbers(ref readonly double source, nuint offset) =>
        new() { _value = Vector512.LoadUnsafe(in source, offset) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(Lane512<TStorage> value, ref double destination, nuint offset) =>
        value._value.StoreUnsafe(ref destination, offset);
}
