using System.Runtime.CompilerServices;

namespace Losses;

// What AVX-512 has as an instruction, put together from smaller ones; the same bits.
internal static class SimdParts<S, V>
    where S : ISimd<V>
    where V : struct
{
    // Adding this leaves a whole number, as a signed integer, in the lower bits.
    private const double Magic = 6755399441055744;
    private const long One = 0x3FF0_0000_0000_0000;

    // In two steps, because 2ᵏ alone may be out of range. The first is exact, so the second rounds once, into a subnormal too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale(V x, V k)
    {
        var whole = S.Add(k, S.Create(Magic));
        var half = S.HalveInt32(whole);
        var one = S.FromBits(One);
        var first = S.AddBits(S.ShiftLeft(half, 52), one);
        var second = S.AddBits(S.ShiftLeft(S.SubtractBits(whole, half), 52), one);
        return S.Multiply(S.Multiply(x, first), second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V M, V E) Decompose(V x)
    {
        // A subnormal is first made normal. The sum carries into the exponent from 1½ on.
        var least = S.Create(2.2250738585072014E-308);
        var normal = S.IfLess(x, least, S.Multiply(x, S.Create(18014398509481984)), x);
        var bias = S.IfLess(x, least, S.Create(4503599627370496 + 1023 + 54), S.Create(4503599627370496 + 1023));
        var carried = S.AddBits(normal, S.FromBits(1L << 51));
        var m = S.AddBits(S.SubtractBits(normal, S.And(carried, S.FromBits(-1L << 52))), S.FromBits(One));
        var e = S.Subtract(S.Or(S.ShiftRight(carried, 52), S.Create(4503599627370496)), bias);
        var zero = S.Create(0);
        var low = S.IfEqual(x, zero, S.Create(double.NegativeInfinity), S.Create(double.NaN));
        return (m, S.IfLess(x, S.Create(double.PositiveInfinity), S.IfLess(zero, x, e, low), x));
    }
}
