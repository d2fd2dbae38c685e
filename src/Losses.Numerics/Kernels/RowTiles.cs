using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A function of a row, of as many rows at once as a register has numbers: each in a place of its own, so that no width changes a bit.</summary>
internal unsafe interface IRowFunction
{
    /// <summary>Whether it gives one number for each row, which it leaves in the place of the first.</summary>
    bool IsReduced { get; }

    /// <summary>Replaces the rows.</summary>
    /// <param name="rows">The elements of the rows; the next ones stand <see cref="RowTiles.Width"/> further on.</param>
    /// <param name="room">As much again.</param>
    /// <param name="length">Of the rows.</param>
    void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>;
}

/// <summary>The operations along an axis by registers: rows lie side by side in a tile, whatever the axis was.</summary>
internal static unsafe class RowTiles
{
    /// <summary>The rows of a tile.</summary>
    internal const int Width = 8;

    // A tile is to stay in the second cache.
    private const int Longest = 1 << 13;

    /// <summary>Whether there are rows enough, and none too long.</summary>
    internal static bool Takes((int Outer, int Length, int Inner) at) =>
        !Notes.AreOff && at.Length is > 0 and <= Longest && (long)at.Outer * at.Inner >= Width;

    /// <summary>The function of every row: as many numbers, or one for each row.</summary>
    internal static double[] Run<T, F>(F function, Storage<T> x, (int Outer, int Length, int Inner) at)
        where T : unmanaged, IFloatingPointIeee754<T>
        where F : struct, IRowFunction
    {
        int rows = at.Outer * at.Inner,
            tiles = Cut.Count(rows, Width),
            some = Math.Max(1, RowKernels.ChunkLength / (Width * at.Length)),
            chunks = Cut.Count(tiles, some);
        var results = Losses.Memory.Fresh<double>(function.IsReduced ? rows : rows * at.Length);
        if (x.IsUniform)
            x = Storage<T>.Wide(x.Dense.ToArray());
        using var pinned = x.Pin(out var isNarrow);
        var from = (nint)pinned.Pointer;
        fixed (double* pinnedResults = results)
        {
            var to = (nint)pinnedResults;
            Threads.Run(
                chunks,
                Math.Min(Threads.Max, Math.Max(1, chunks / 2)),
                (chunk, _) =>
                {
                    var room = System.Buffers.ArrayPool<double>.Shared.Rent(2 * Width * at.Length + Losses.Memory.Line / sizeof(double));
                    fixed (double* start = room)
                    {
                        var memory = start + Losses.Memory.ToLine(start) / sizeof(double);
                        for (var tile = chunk * some; tile < Cut.End(tiles, chunk * some, some); tile++)
                        {
                            var here = Math.Min(Width, rows - tile * Width);
                            if (isNarrow)
                                Pack((T*)from, memory, tile * Width, here, at);
                            else
                                Pack((double*)from, memory, tile * Width, here, at);
                            Widest.Run<double, Work<F>>(new(function, memory, memory + Width * at.Length, at.Length));
                            if (function.IsReduced)
                                new ReadOnlySpan<double>(memory, here).CopyTo(new((double*)to + tile * Width, here));
                            else
                                Unpack(memory, (double*)to, tile * Width, here, at);
                        }
                    }
                    System.Buffers.ArrayPool<double>.Shared.Return(room);
                }
            );
        }
        return results;
    }

    private readonly struct Work<F>(F function, double* rows, double* room, int length) : IWork<double>
        where F : struct, IRowFunction
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, double>
        {
            for (var i = 0; i < Width; i += TLane.Count)
                function.Run<TLane>(rows + i, room + i, length);
        }
    }

    private static nint Start(int row, (int Outer, int Length, int Inner) at) =>
        (nint)(row / at.Inner) * at.Length * at.Inner + row % at.Inner;

    // Whether the rows of a tile are neighbours.
    private static bool IsTogether(int first, int here, (int Outer, int Length, int Inner) at) =>
        here == Width && first / at.Inner == (first + Width - 1) / at.Inner;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack<S>(S* from, double* tile, int first, int here, (int Outer, int Length, int Inner) at)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (IsTogether(first, here, at))
        {
            var start = from + Start(first, at);
            for (var k = 0; k < at.Length; k++, start += at.Inner, tile += Width)
                for (var r = 0; r < Width; r++)
                    tile[r] = Widened(start[r]);
            return;
        }
        if (here < Width)
            new Span<double>(tile, Width * at.Length).Clear();
        // A few elements of each row in turn, so that the tile's lines stay in the first cache.
        for (var k = 0; k < at.Length; k += Width)
        {
            var end = Math.Min(k + Width, at.Length);
            for (var r = 0; r < here; r++)
            {
                var start = from + Start(first + r, at);
                for (var i = k; i < end; i++)
                    tile[i * Width + r] = Widened(start[(nint)i * at.Inner]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Widened<S>(S value)
        where S : unmanaged => typeof(S) == typeof(float) ? Unsafe.BitCast<S, float>(value) : Unsafe.BitCast<S, double>(value);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack(double* tile, double* to, int first, int here, (int Outer, int Length, int Inner) at)
    {
        if (IsTogether(first, here, at))
        {
            var start = to + Start(first, at);
            for (var k = 0; k < at.Length; k++, start += at.Inner, tile += Width)
                for (var r = 0; r < Width; r++)
                    start[r] = tile[r];
            return;
        }
        for (var k = 0; k < at.Length; k += Width)
        {
            var end = Math.Min(k + Width, at.Length);
            for (var r = 0; r < here; r++)
            {
                var start = to + Start(first + r, at);
                for (var i = k; i < end; i++)
                    start[(nint)i * at.Inner] = tile[i * Width + r];
            }
        }
    }
}

/// <summary>What is made of the exponentials of a row.</summary>
internal enum Exponential
{
    /// <summary>Their shares.</summary>
    Softmax,

    /// <summary>1 less those.</summary>
    Complement,

    /// <summary>The logarithms of the shares.</summary>
    LogSoftmax,

    /// <summary>The logarithm of the sum.</summary>
    LogSumExp,
}

/// <summary>Softmax and its like: what <see cref="RowKernels.Exponentiate"/> does of one row.</summary>
internal readonly unsafe struct ExponentialRows(Exponential kind) : IRowFunction
{
    public bool IsReduced => kind == Exponential.LogSumExp;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>
    {
        const int Width = RowTiles.Width;
        var end = (nuint)(length * Width);
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1),
            infinity = TLane.Constant(double.PositiveInfinity);
        var max = TLane.Load(in *rows, 0);
        for (nuint i = Width; i < end; i += Width)
            max = TLane.Max(max, TLane.Load(in *rows, i));
        // Where the first largest stands; the first where there is a NaN.
        var largest = TLane.Constant(double.PositiveInfinity);
        for (nuint i = 0; i < end; i += Width)
            largest = TLane.IfEqual(TLane.Load(in *rows, i), max, TLane.Min(largest, TLane.Constant(i)), largest);
        largest = TLane.IfEqual(max, max, largest, zero);
        var isFinite = TLane.IfLess(TLane.Abs(max), infinity, one, TLane.IfEqual(max, max, zero, one));
        for (nuint i = 0; i < end; i += Width)
        {
            var x = TLane.Load(in *rows, i);
            var difference = x - max;
            var part = difference - x;
            var lost = x - (difference - part) - (max + part);
            // ∞ − ∞ is 0 here; beyond −1000 the exponential is 0, and the parts of the difference may overflow.
            lost = TLane.IfLess(TLane.Constant(-1000), difference, lost, zero);
            lost = TLane.IfEqual(isFinite, one, lost, zero);
            difference = TLane.IfEqual(isFinite, one, difference, TLane.IfEqual(x, max, zero, difference));
            TLane.Store(difference, ref *rows, i);
            TLane.Store(lost, ref *room, i);
        }
        Exponentials<TLane>(rows, room, end);
        // What comes before the largest, and what comes after it: to add 0 changes nothing.
        TLane before = zero,
            beforeLost = zero,
            after = zero,
            afterLost = zero;
        for (nuint i = 0; i < end; i += Width)
        {
            var e = TLane.Load(in *room, i);
            var at = TLane.Constant(i);
            Compensated.Add(ref before, ref beforeLost, TLane.IfLess(at, largest, e, zero));
            Compensated.Add(ref after, ref afterLost, TLane.IfLess(largest, at, e, zero));
        }
        var others = before + after + (beforeLost + afterLost);
        others = TLane.IfEqual(max, max, others, max);
        var normaliser = one + others;
        var empty = TLane.Constant(double.NegativeInfinity);
        if (kind == Exponential.LogSumExp)
        {
            TLane.Store(TLane.IfEqual(max, empty, empty, max + TLane.Log1P(others)), ref *rows, 0);
            return;
        }
        if (kind == Exponential.LogSoftmax)
        {
            var log = TLane.Log1P(others);
            for (nuint i = 0; i < end; i += Width)
                TLane.Store(TLane.IfEqual(max, empty, zero, TLane.Load(in *rows, i) - log), ref *rows, i);
            return;
        }
        for (nuint i = 0; i < end; i += Width)
        {
            var e = TLane.Load(in *room, i);
            if (kind == Exponential.Complement)
                e = TLane.IfEqual(TLane.Constant(i), largest, others, normaliser - e);
            TLane.Store(TLane.IfEqual(max, empty, zero, e / normaliser), ref *rows, i);
        }
    }

    // The rounding of a difference is a relative error of its exponential, many units of it where the difference is large.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentials<TLane>(double* rows, double* room, nuint end)
        where TLane : struct, ILane<TLane, double>
    {
        for (nuint i = 0; i < end; i += RowTiles.Width)
        {
            var e = TLane.Exp(TLane.Load(in *rows, i));
            TLane.Store(e + e * TLane.Load(in *room, i), ref *room, i);
        }
    }
}

/// <summary>The largest of a row, or each element's share in it.</summary>
internal readonly unsafe struct LargestRows(bool isShares) : IRowFunction
{
    public bool IsReduced => !isShares;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>
    {
        const int Width = RowTiles.Width;
        var end = (nuint)(length * Width);
        var max = TLane.Load(in *rows, 0);
        for (nuint i = Width; i < end; i += Width)
            max = TLane.Max(max, TLane.Load(in *rows, i));
        if (!isShares)
        {
            TLane.Store(max, ref *rows, 0);
            return;
        }
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1),
            count = zero;
        for (nuint i = 0; i < end; i += Width)
            count += TLane.IfEqual(TLane.Load(in *rows, i), max, one, zero);
        var share = one / count;
        for (nuint i = 0; i < end; i += Width)
            TLane.Store(
                TLane.IfEqual(max, max, TLane.IfEqual(TLane.Load(in *rows, i), max, share, zero), max),
                ref *rows,
                i
            );
    }
}

/// <summary>For each element, the sum of the others of its row: what comes before it and what comes after it.</summary>
internal readonly unsafe struct OtherRows : IRowFunction
{
    public bool IsReduced => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>
    {
        const int Width = RowTiles.Width;
        var sum = TLane.Constant(0);
        for (nuint i = 0; i < (nuint)(length * Width); i += Width)
        {
            TLane.Store(sum, ref *room, i);
            sum += TLane.Load(in *rows, i);
        }
        sum = TLane.Constant(0);
        for (var i = (nint)(length - 1) * Width; i >= 0; i -= Width)
        {
            var x = TLane.Load(in *rows, (nuint)i);
            TLane.Store(TLane.Load(in *room, (nuint)i) + sum, ref *rows, (nuint)i);
            sum += x;
        }
    }
}

/// <summary>Running sums.</summary>
internal readonly unsafe struct RunningRows(bool backwards) : IRowFunction
{
    public bool IsReduced => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>
    {
        const int Width = RowTiles.Width;
        TLane sum = TLane.Constant(0),
            lost = sum,
            infinity = TLane.Constant(double.PositiveInfinity);
        for (var k = 0; k < length; k++)
        {
            var i = (nuint)((backwards ? length - 1 - k : k) * Width);
            Compensated.Add(ref sum, ref lost, TLane.Load(in *rows, i));
            TLane.Store(TLane.IfLess(TLane.Abs(sum), infinity, sum + lost, sum), ref *rows, i);
        }
    }
}

/// <summary>For each element, 1 where any of its row is not 0, else 0.</summary>
internal readonly unsafe struct NonzeroRows : IRowFunction
{
    public bool IsReduced => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>
    {
        const int Width = RowTiles.Width;
        TLane any = TLane.Constant(0),
            zero = any,
            one = TLane.Constant(1);
        for (nuint i = 0; i < (nuint)(length * Width); i += Width)
            any = TLane.IfEqual(TLane.Load(in *rows, i), zero, any, one);
        for (nuint i = 0; i < (nuint)(length * Width); i += Width)
            TLane.Store(any, ref *rows, i);
    }
}
