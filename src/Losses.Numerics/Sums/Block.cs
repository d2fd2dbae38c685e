using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

// The exact sum of a block of numbers, with a few additions an element and no branch.
//
// A number added to an anchor A = 1.5·2^k is rounded to a multiple of A's last place, and as long as the running sum stays in A's binade,
// what was added (sum − previous) and what was left over (x − added) are both exact. The left-overs are at most half of that last place,
// so they go to a second anchor so far below that a whole block of them cannot leave its binade, and so on. Either the sums are exact,
// which the bits of every step prove (the first anchor's sign and exponent never moved, the last left-over is 0), or the block has to be
// summed in another way. Read as integers, the anchors' bits count units of their last place: the lanes are added as such, exactly again.
internal static class Block
{
    public const int Length = 1024;

    // The most float32 numbers that are summed at once.
    public const int Run = 4 * Length;

    // How many numbers tell well enough how large all of them are: where they do not, the sum shows it and is taken once more.
    public const int Sample = 128;

    // What the kernels take at a time: every block is a multiple of it.
    public const int Step = 32;

    // Of NaN, infinities and numbers so large that an anchor above them would overflow.
    public const int TooLarge = 1015;

    // Sixteen lanes of 64 float64 numbers. Such numbers below 2^(e+1) change a lane's sum by less than 2^(e+7), which is half of a binade:
    // what there is on either side of the anchor 1.5·2^(e+8). They leave over 64 times half of its last place, 2^(e+8−52), hence the gap.
    private const int Headroom = 8;
    private const int Gap = 46;
    private const int LastPlace = 52;

    // The last place of the second anchor is not smaller than the smallest subnormal.
    private const int Lowest = -1074 + LastPlace + Gap;

    // Thirty-two lanes of 32 float32 numbers, and three anchors: the same with the other format's constants.
    private const int SingleHeadroom = 7;
    private const int SingleGap = 18;
    private const int SingleLastPlace = 23;
    private const int SingleLowest = -149 + SingleLastPlace + 2 * SingleGap;
    private const int SingleHighest = 126;

    // The exponent of the largest number, or TooLarge.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Largest<T>(ref T source, int length)
        where T : unmanaged
    {
        var largest = Vector512<long>.Zero;
        for (nuint i = 0; i < (nuint)length; i += 8)
            // As integers, so that NaN is the largest of all.
            largest = Vector512.Max(largest, Vector512.Abs(Load(ref source, i)).AsInt64());
        long bits = 0;
        for (var i = 0; i < 8; i++)
            bits = Math.Max(bits, largest[i]);
        return Math.Min((int)(bits >> LastPlace) - 1023, TooLarge);
    }

    // Sums numbers of which none but a few is larger than 2^(largest + 1), in two anchors; false if that is not exact.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySum<T>(ref T source, int length, int largest, out Units units)
        where T : unmanaged
    {
        var exponent = Math.Max(largest + Headroom, Lowest);
        var first = Vector512.Create(Anchor(exponent));
        var second = Vector512.Create(Anchor(exponent - Gap));
        var (a, b) = (first, first);
        var (c, d) = (second, second);
        var moved = Vector512<long>.Zero;
        var lost = Vector512<long>.Zero;
        for (nuint i = 0; i < (nuint)length; i += 16)
        {
            var x = Load(ref source, i);
            var y = Load(ref source, i + 8);
            var aNext = a + x;
            var bNext = b + y;
            x -= aNext - a;
            y -= bNext - b;
            moved |= aNext.AsInt64() ^ first.AsInt64();
            moved |= bNext.AsInt64() ^ first.AsInt64();
            (a, b) = (aNext, bNext);
            var cNext = c + x;
            var dNext = d + y;
            lost |= (cNext - c).AsInt64() ^ x.AsInt64();
            lost |= (dNext - d).AsInt64() ^ y.AsInt64();
            (c, d) = (cNext, dNext);
        }
        units = new(Count(a, b, first), exponent - LastPlace, Count(c, d, second), exponent - Gap - LastPlace);
        return (moved & Vector512.Create(-1L << LastPlace)) == Vector512<long>.Zero && IsZero(lost);
    }

    // Sums numbers, none of them larger than 2^(largest + 1), and stores what does not fit the two anchors; true if that is nothing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool SumAndRest<T>(ref T source, int length, int largest, out Units units, ref double rest)
        where T : unmanaged
    {
        var exponent = Math.Max(largest + Headroom, Lowest);
        var first = Vector512.Create(Anchor(exponent));
        var second = Vector512.Create(Anchor(exponent - Gap));
        var (a, b) = (first, first);
        var (c, d) = (second, second);
        var lost = Vector512<long>.Zero;
        for (nuint i = 0; i < (nuint)length; i += 16)
        {
            var x = Load(ref source, i);
            var y = Load(ref source, i + 8);
            var aNext = a + x;
            var bNext = b + y;
            x -= aNext - a;
            y -= bNext - b;
            (a, b) = (aNext, bNext);
            var cNext = c + x;
            var dNext = d + y;
            x -= cNext - c;
            y -= dNext - d;
            (c, d) = (cNext, dNext);
            lost |= x.AsInt64() | y.AsInt64();
            x.StoreUnsafe(ref rest, i);
            y.StoreUnsafe(ref rest, i + 8);
        }
        units = new(Count(a, b, first), exponent - LastPlace, Count(c, d, second), exponent - Gap - LastPlace);
        return IsZero(lost);
    }

    // As TrySum, but in float32, in three anchors, and for several blocks at once: twice as fast, for numbers that are not too far apart.
    // Returns how many of the numbers it has summed: all, or the blocks before the first that it could not. Meanwhile it asks the memory, which
    // a sum leaves idle, for a quarter as many bytes of what is needed next.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe int SumSingle(ref float source, int length, int largest, Next next, out Units units)
    {
        var exponent = Math.Max(largest + SingleHeadroom, SingleLowest);
        if (exponent > SingleHighest)
        {
            units = default;
            return 0;
        }
        var first = Vector512.Create(AnchorSingle(exponent));
        var second = Vector512.Create(AnchorSingle(exponent - SingleGap));
        var third = Vector512.Create(AnchorSingle(exponent - 2 * SingleGap));
        var (high, middle, low) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        var done = 0;
        // Its own numbers are there already.
        var ahead = next.First is null ? (byte*)Unsafe.AsPointer(ref source) : next.First;
        var beside = next.First is null ? ahead : next.Second;
        while (done < length)
        {
            var end = Math.Min(done + Length, length);
            var (a, b) = (first, first);
            var (c, d) = (second, second);
            var (e, f) = (third, third);
            var moved = Vector512<int>.Zero;
            var lost = Vector512<int>.Zero;
            for (var i = (nuint)done; i < (nuint)end; i += 32)
            {
                Memory.Ask(ahead + i);
                Memory.Ask(beside + i);
                var x = Vector512.LoadUnsafe(ref source, i);
                var y = Vector512.LoadUnsafe(ref source, i + 16);
                var aNext = a + x;
                var bNext = b + y;
                x -= aNext - a;
                y -= bNext - b;
                moved |= aNext.AsInt32() ^ first.AsInt32();
                moved |= bNext.AsInt32() ^ first.AsInt32();
                (a, b) = (aNext, bNext);
                var cNext = c + x;
                var dNext = d + y;
                x -= cNext - c;
                y -= dNext - d;
                (c, d) = (cNext, dNext);
                var eNext = e + x;
                var fNext = f + y;
                lost |= (eNext - e).AsInt32() ^ x.AsInt32();
                lost |= (fNext - f).AsInt32() ^ y.AsInt32();
                (e, f) = (eNext, fNext);
            }
            if ((moved & Vector512.Create(-1 << SingleLastPlace) | lost & Vector512.Create(int.MaxValue)) != Vector512<int>.Zero)
                break;
            high += Count(a, b, first);
            middle += Count(c, d, second);
            low += Count(e, f, third);
            done = end;
        }
        // A lane counts to 2²³ in a block.
        var rest = ((long)Vector512.Sum(middle) << SingleGap) + Vector512.Sum(low);
        units = new(Vector512.Sum(high), exponent - SingleLastPlace, rest, exponent - 2 * SingleGap - SingleLastPlace);
        return done;
    }

    private static double Anchor(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52 | 1L << 51);

    private static float AnchorSingle(int exponent) => BitConverter.Int32BitsToSingle(exponent + 127 << 23 | 1 << 22);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Load<T>(ref T source, nuint offset)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            return Vector512.LoadUnsafe(ref Unsafe.As<T, double>(ref source), offset);
        var narrow = Vector256.LoadUnsafe(ref Unsafe.As<T, float>(ref source), offset);
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512Double(narrow);
        var (lower, upper) = Vector256.Widen(narrow);
        return Vector512.Create(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Count(Vector512<double> a, Vector512<double> b, Vector512<double> anchor) =>
        Vector512.Sum(a.AsInt64() - anchor.AsInt64() + (b.AsInt64() - anchor.AsInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Count(Vector512<float> a, Vector512<float> b, Vector512<float> anchor) =>
        a.AsInt32() - anchor.AsInt32() + (b.AsInt32() - anchor.AsInt32());

    // The sign of a left-over of 0 is not a left-over.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsZero(Vector512<long> lost) => (lost & Vector512.Create(long.MaxValue)) == Vector512<long>.Zero;

    // Two places in memory that are needed after a sum; null where there are none.
    public readonly unsafe struct Next(void* first, void* second)
    {
        public readonly byte* First = (byte*)first;
        public readonly byte* Second = (byte*)second;
    }

    // First·2^FirstExponent + Second·2^SecondExponent, of at most 57 bits each.
    public readonly record struct Units(long First, int FirstExponent, long Second, int SecondExponent);
}
