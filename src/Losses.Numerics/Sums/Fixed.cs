using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

// A fixed-point number that holds every sum of float64 numbers and of their products: Σ limbs[i]·2^(32·i + Floor). A limb has 64 bits for
// a digit of 32, so that carries may wait; it is signed, so that they need not ripple when a sum goes to and fro across 0.
// A value of this type says which of the digits of such a number's magnitude are not 0.
internal readonly record struct Fixed(int First, int Count, bool Negative)
{
    // The smallest product is 2⁻²¹⁴⁸, the largest below 2²⁰⁴⁸; above it is room for 2²²⁴ of them.
    public const int Floor = -2176;
    public const int Length = 140;

    // Half of what a limb bears, so that two sums may be merged before the carries are propagated.
    public const int MaxPending = 1 << 29;

    public bool IsZero => Count == 0;

    // Adds a finite number.
    public static void Add(Span<long> limbs, double value)
    {
        var (significand, exponent) = Float.Split(value);
        Add(limbs, significand, exponent, value < 0);
    }

    // Adds ± significand·2^exponent, the exponent not below Floor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Span<long> limbs, ulong significand, int exponent, bool negative)
    {
        var position = exponent - Floor;
        var first = position >> 5;
        var shift = position & 31;
        var low = significand << shift;
        var high = significand >> 1 >> (63 - shift);
        var sign = negative ? -1L : 0;
        var three = limbs.Slice(first, 3);
        three[0] += ((long)(uint)low ^ sign) - sign;
        three[1] += ((long)(low >> 32) ^ sign) - sign;
        three[2] += ((long)high ^ sign) - sign;
    }

    // Propagates the carries: every limb becomes a digit, but the highest is 0, or −1 where the number is negative.
    public static void Carry(Span<long> limbs)
    {
        long carry = 0;
        for (var i = 0; i < limbs.Length - 1; i++)
        {
            var limb = limbs[i] + carry;
            limbs[i] = (uint)limb;
            carry = limb >> 32;
        }
        // The highest limb is for the sign alone. Nothing but a sum that is merged with itself hundreds of times outgrows the others.
        limbs[^1] += carry;
        if (limbs[^1] is not (0 or -1))
            throw new OverflowException("The sum has outgrown an exact sum's 4448 bits.");
    }

    // The magnitude's digits, from limbs that it carries in place.
    public static Fixed Of(Span<long> limbs, Span<uint> digits)
    {
        Carry(limbs);
        var negative = limbs[^1] < 0;
        if (negative)
        {
            foreach (ref var limb in limbs)
                limb = -limb;
            Carry(limbs);
        }
        for (var i = 0; i < limbs.Length; i++)
            digits[i] = (uint)limbs[i];
        var first = digits.IndexOfAnyExcept(0u);
        return first < 0 ? default : new(first, digits.LastIndexOfAnyExcept(0u) + 1 - first, negative);
    }

    // The magnitude as an integer, and the exponent of its unit.
    public (BigInteger Integer, int Exponent) ToBigInteger(ReadOnlySpan<uint> digits)
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(digits.Slice(First, Count));
        return (new BigInteger(bytes, isUnsigned: true, isBigEndian: !BitConverter.IsLittleEndian), 32 * First + Floor);
    }
}
