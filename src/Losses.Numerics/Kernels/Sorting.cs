using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Losses;

/// <summary>Sorts numbers, the lowest first, some by counting what is below each, more digit by digit: equal ones keep their order.</summary>
/// <typeparam name="K">What stands for a number: unsigned, 32 bits of a float32, 64 of a float64.</typeparam>
internal sealed class Sorting<K>(int length)
    where K : unmanaged, IBinaryInteger<K>, IUnsignedNumber<K>
{
    private const int Values = 256;

    // No more than this are counted.
    private const int Some = 256;

    private K[] _other = new K[length > Some ? length : 0];
    private int[] _order = new int[length];
    private int[] _otherOrder = new int[length > Some ? length : 0];

    /// <summary>What is sorted; in any order afterwards.</summary>
    internal K[] Keys { get; private set; } = new K[length];

    /// <summary>Where the first stands, the next one, and so on; until the next call.</summary>
    internal int[] Run()
    {
        if (length <= Some)
        {
            Count();
            return _order;
        }
        for (var i = 0; i < length; i++)
            _order[i] = i;
        // Where all have the same digit nothing moves: numbers of float32 have three such digits.
        var varied = K.Zero;
        foreach (var key in Keys)
            varied |= key ^ Keys[0];
        Span<int> counts = stackalloc int[Values];
        for (var shift = 0; shift < 8 * Unsafe.SizeOf<K>(); shift += 8)
        {
            if (Digit(varied, shift) == 0)
                continue;
            Cancellable.Check();
            counts.Clear();
            foreach (var key in Keys)
                counts[Digit(key, shift)]++;
            var sum = 0;
            foreach (ref var count in counts)
                (count, sum) = (sum, sum + count);
            for (var i = 0; i < length; i++)
            {
                var place = counts[Digit(Keys[i], shift)]++;
                _other[place] = Keys[i];
                _otherOrder[place] = _order[i];
            }
            (Keys, _other) = (_other, Keys);
            (_order, _otherOrder) = (_otherOrder, _order);
        }
        return _order;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digit(K key, int shift) => byte.CreateTruncating(key >> shift);

    // As many stand before a number as are below it, and of its equals those that came before.
    private void Count()
    {
        ref var keys = ref MemoryMarshal.GetArrayDataReference(Keys);
        var whole = length / Vector512<K>.Count * Vector512<K>.Count;
        for (var start = 0; start < whole; start += Vector512<K>.Count)
        {
            var own = Vector512.LoadUnsafe(ref keys, (nuint)start);
            var before = Vector512<K>.Zero;
            for (var i = 0; i < start; i++)
                before -= Vector512.LessThanOrEqual(Vector512.Create(Unsafe.Add(ref keys, i)), own);
            for (var i = start; i < length; i++)
                before -= Vector512.LessThan(Vector512.Create(Unsafe.Add(ref keys, i)), own);
            for (var i = 0; i < Vector512<K>.Count; i++)
                _order[int.CreateTruncating(before[i]) + EqualsOf(start, start + i)] = start + i;
        }
        for (var i = whole; i < length; i++)
        {
            var before = EqualsOf(whole, i);
            for (var j = 0; j < length; j++)
                before += Keys[j] < Keys[i] || (j < whole && Keys[j] == Keys[i]) ? 1 : 0;
            _order[before] = i;
        }
    }

    // How many there are from a place on that equal the one at the end.
    private int EqualsOf(int start, int end) => Keys.AsSpan(start, end - start).Count(Keys[end]);
}

/// <summary>What numbers are sorted by.</summary>
internal static class Sorting
{
    /// <summary>Larger where the number is, or smaller if descending; the largest of a NaN. Zeros are equal.</summary>
    internal static ulong Key(double number, bool descending)
    {
        if (double.IsNaN(number))
            return ulong.MaxValue;
        var bits = BitConverter.DoubleToUInt64Bits(number + 0.0);
        var key = (long)bits < 0 ? ~bits : bits | 1UL << 63;
        return descending ? ~key : key;
    }

    /// <summary>The same of a number of float32.</summary>
    internal static uint Key(float number)
    {
        if (float.IsNaN(number))
            return uint.MaxValue;
        var bits = BitConverter.SingleToUInt32Bits(number + 0f);
        return (int)bits < 0 ? ~bits : bits | 1U << 31;
    }
}
