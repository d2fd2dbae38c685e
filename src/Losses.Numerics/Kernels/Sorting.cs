namespace Losses;

/// <summary>Sorts numbers, many of them digit by digit, the lowest first: equal ones keep their order.</summary>
internal sealed class Sorting(int length)
{
    private const int Digits = 8;
    private const int Values = 256;

    // Few are sorted by insertion, and more of them than this digit by digit.
    private const int Few = 48;
    private const int Some = 256;

    private readonly int[] _counts = new int[length > Some ? Digits * Values : 0];
    private ulong[] _other = new ulong[length > Some ? length : 0];
    private int[] _order = new int[length];
    private int[] _otherOrder = new int[length > Some ? length : 0];

    /// <summary>What is sorted; in any order afterwards.</summary>
    internal ulong[] Keys { get; private set; } = new ulong[length];

    /// <summary>A number that is larger where the number is, or smaller if descending; the largest of a NaN. Zeros are equal.</summary>
    internal static ulong Key(double number, bool descending)
    {
        if (double.IsNaN(number))
            return ulong.MaxValue;
        var bits = BitConverter.DoubleToUInt64Bits(number + 0.0);
        var key = (long)bits < 0 ? ~bits : bits | 1UL << 63;
        return descending ? ~key : key;
    }

    /// <summary>Where the first stands, the next one, and so on; until the next call.</summary>
    internal int[] Run()
    {
        for (var i = 0; i < length; i++)
            _order[i] = i;
        if (length <= Few)
        {
            Insert();
            return _order;
        }
        if (length <= Some)
        {
            Compare();
            return _order;
        }
        Array.Clear(_counts);
        foreach (var key in Keys)
            for (var digit = 0; digit < Digits; digit++)
                _counts[digit * Values + (int)(key >> 8 * digit & 255)]++;
        for (var digit = 0; digit < Digits; digit++)
        {
            Cancellable.Check();
            var counts = _counts.AsSpan(digit * Values, Values);
            // All have the same.
            if (counts[(int)(Keys[0] >> 8 * digit & 255)] == length)
                continue;
            var sum = 0;
            foreach (ref var count in counts)
                (count, sum) = (sum, sum + count);
            for (var i = 0; i < length; i++)
            {
                var place = counts[(int)(Keys[i] >> 8 * digit & 255)]++;
                _other[place] = Keys[i];
                _otherOrder[place] = _order[i];
            }
            (Keys, _other) = (_other, Keys);
            (_order, _otherOrder) = (_otherOrder, _order);
        }
        return _order;
    }

    private void Compare()
    {
        Array.Sort(Keys, _order);
        // Equal ones come in any order.
        for (int start = 0, end; start < length; start = end)
        {
            for (end = start + 1; end < length && Keys[end] == Keys[start]; end++) { }
            if (end - start > 1)
                _order.AsSpan(start, end - start).Sort();
        }
    }

    private void Insert()
    {
        for (var i = 1; i < length; i++)
        {
            var (key, place, j) = (Keys[i], _order[i], i);
            for (; j > 0 && Keys[j - 1] > key; j--)
                (Keys[j], _order[j]) = (Keys[j - 1], _order[j - 1]);
            (Keys[j], _order[j]) = (key, place);
        }
    }
}
