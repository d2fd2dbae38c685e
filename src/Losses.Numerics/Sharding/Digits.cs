using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A sum of exponentials whose bits do not depend on how, or where, it was added up.</summary>
/// <remarks>
/// An exponential of a float32 number is 2ᵏ p, whoever else is in the row. Its 53 bits go into digits of 32 bits on one grid for all numbers, and each digit is a sum of
/// integers by itself, without carries. Only the four digits from that of the largest exponential down are kept: which these are depends on what was added, not on the
/// order, and what a part of the row leaves out the whole leaves out too. At least 85 bits below the largest are exact, and each digit has room for 2³¹ classes.
/// </remarks>
[InlineArray(Kept)]
internal struct Digits
{
    internal const int Kept = 4;

    /// <summary>The place of no digit: nothing was added.</summary>
    internal const int Nothing = int.MinValue;

    // From here on two float32 numbers that differ do so by 128: the exponential of the difference is nothing beside 1.
    private const float Far = 2147483648;

    // (k + Magic) − Magic rounds k to an integer.
    private const double Magic = 6755399441055744;

    private long _lowest;

    /// <summary>eˣ = 2ᵏ p with p in [0.7, 1.42], to 53 bits, the same on every machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (long K, double P) Split(double x)
    {
        var k = Math.FusedMultiplyAdd(x, 1.4426950408889634, Magic) - Magic;
        var r = Math.FusedMultiplyAdd(k, -0.6931471805599453, x);
        r = Math.FusedMultiplyAdd(k, -2.3190468138462996e-17, r);
        // Taylor's series: the first term left out is below 2⁻⁵⁷.
        var p = 1.0;
        for (var i = 13; i > 0; i--)
            p = Math.FusedMultiplyAdd(p, r * Inverses[i], 1);
        return ((long)k, p);
    }

    private static ReadOnlySpan<double> Inverses =>
        [0, 1, 1 / 2.0, 1 / 3.0, 1 / 4.0, 1 / 5.0, 1 / 6.0, 1 / 7.0, 1 / 8.0, 1 / 9.0, 1 / 10.0, 1 / 11.0, 1 / 12.0, 1 / 13.0];

    /// <summary>Adds eˣ so many times.</summary>
    /// <param name="top">The place of the highest digit, moved up where the number reaches higher.</param>
    /// <param name="x">A number of a row, not its largest.</param>
    /// <param name="times">How often it is there.</param>
    internal void Add(ref int top, float x, long times)
    {
        if (!(Math.Abs(x) < Far))
            return;
        var (k, p) = Split(x);
        var (place, shift) = Math.DivRem(k - 53, 32);
        if (shift < 0)
            (place, shift) = (place - 1, shift + 32);
        var bits = (UInt128)(ulong)(p * 9007199254740992) << (int)shift;
        Raise(ref top, (int)place + 2);
        var at = (int)(place - (top - (Kept - 1)));
        for (var i = 0; i < 3; i++, at++, bits >>= 32)
            if (at >= 0)
                this[at] += (uint)bits * times;
    }

    /// <summary>Adds another sum.</summary>
    internal void Add(ref int top, in Digits other, int otherTop)
    {
        if (otherTop == Nothing)
            return;
        Raise(ref top, otherTop);
        var down = (long)top - otherTop;
        for (var i = 0; i < Kept - down; i++)
            this[i] += other[i + (int)down];
    }

    private void Raise(ref int top, int to)
    {
        if (to <= top)
            return;
        var up = top == Nothing ? Kept : Math.Min((long)to - top, Kept);
        for (var i = 0; i < Kept; i++)
            this[i] = i + up < Kept ? this[i + (int)up] : 0;
        top = to;
    }

    /// <summary>The sum over e to the row's largest number.</summary>
    internal readonly double Over(int top, float max)
    {
        if (top == Nothing || !(Math.Abs(max) < Far))
            return 0;
        var (k, p) = Split(max);
        var sum = 0.0;
        for (var i = 0; i < Kept; i++)
            sum += Math.ScaleB(this[i], 32 * i);
        return Math.ScaleB(sum / p, (int)Math.Max(32L * (top - (Kept - 1)) - k, -5000));
    }
}
