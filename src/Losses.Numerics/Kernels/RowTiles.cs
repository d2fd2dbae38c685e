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
    /// <param name="room">As much again; behind it the rows of a second operand, where there is one.</param>
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
    /// <param name="function">Which.</param>
    /// <param name="x">The rows.</param>
    /// <param name="at">How they lie.</param>
    /// <param name="y">A second operand.</param>
    internal static double[] Run<T, F>(F function, Storage<T> x, (int Outer, int Length, int Inner) at, Storage<T>? y = null)
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
        if (y is { IsUniform: true })
            y = Storage<T>.Wide(y.Dense.ToArray());
        using var pinned = x.Pin(out var isNarrow);
        var isNarrowToo = false;
        using var pinnedToo = y?.Pin(out isNarrowToo) ?? default;
        nint from = (nint)pinned.Pointer,
            second = (nint)pinnedToo.Pointer;
        var room = Width * at.Length;
        fixed (double* pinnedResults = results)
        {
            var to = (nint)pinnedResults;
            Threads.Run(
                chunks,
                Math.Min(Threads.Max, Math.Max(1, chunks / 2)),
                (chunk, _) =>
                {
                    var rented = System.Buffers.ArrayPool<double>.Shared.Rent(3 * room + Losses.Memory.Line / sizeof(double));
                    fixed (double* start = rented)
                    {
                        var memory = start + Losses.Memory.ToLine(start) / sizeof(double);
                        for (var tile = chunk * some; tile < Cut.End(tiles, chunk * some, some); tile++)
                        {
                            var here = Math.Min(Width, rows - tile * Width);
                            Pack<T>(from, isNarrow, memory, tile * Width, here, at);
                            if (second != 0)
                                Pack<T>(second, isNarrowToo, memory + 2 * room, tile * Width, here, at);
                            Widest.Run<double, Work<F>>(new(function, memory, memory + room, at.Length));
                            if (function.IsReduced)
                                new ReadOnlySpan<double>(memory, here).CopyTo(new((double*)to + tile * Width, here));
                            else
                                Unpack(memory, (double*)to, tile * Width, here, at);
                        }
                    }
                    System.Buffers.ArrayPool<double>.Shared.Return(rented);
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

    private static void Pack<T>(nint from, bool isNarrow, double* tile, int first, int here, (int Outer, int Length, int Inner) at)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (isNarrow)
            Pack((T*)from, tile, first, here, at);
        else
            Pack((double*)from, tile, first, here, at);
    }

    /// <summary>Rows side by side, and nothing beyond the last of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Pack<S>(S* from, double* tile, int first, int here, (int Outer, int Length, int Inner) at)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static S Narrowed<S>(double value)
        where S : unmanaged => typeof(S) == typeof(float) ? Unsafe.BitCast<float, S>((float)value) : Unsafe.BitCast<double, S>(value);

    /// <summary>The rows of a tile to where they belong, each number rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack<S>(double* tile, S* to, int first, int here, (int Outer, int Length, int Inner) at)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (IsTogether(first, here, at))
        {
            var start = to + Start(first, at);
            for (var k = 0; k < at.Length; k++, start += at.Inner, tile += Width)
            for (var r = 0; r < Width; r++)
                start[r] = Narrowed<S>(tile[r]);
            return;
        }
        for (var k = 0; k < at.Length; k += Width)
        {
            var end = Math.Min(k + Width, at.Length);
            for (var r = 0; r < here; r++)
            {
                var start = to + Start(first + r, at);
                for (var i = k; i < end; i++)
                    start[(nint)i * at.Inner] = Narrowed<S>(tile[i * Width + r]);
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

/// <summary>What the exponentials of rows come to, as <see cref="RowKernels.Exponentiate"/> has it of one row.</summary>
/// <typeparam name="TLane">A number for each row.</typeparam>
internal readonly unsafe struct Exponentials<TLane>
    where TLane : struct, ILane<TLane, double>
{
    private readonly TLane _max;

    // Where the first largest stands, by the distance of rows in a tile; the first where there is a NaN.
    private readonly TLane _largest;

    internal readonly TLane Others;
    internal readonly TLane Normaliser;

    internal TLane Max => _max;

    /// <summary>Replaces rows by x − m, and fills eˣ⁻ᵐ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Exponentials(double* rows, double* exponentials, int length)
    {
        const int Width = RowTiles.Width;
        var end = (nuint)(length * Width);
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1),
            infinity = TLane.Constant(double.PositiveInfinity);
        var max = TLane.Load(in *rows, 0);
        for (nuint i = Width; i < end; i += Width)
            max = TLane.Max(max, TLane.Load(in *rows, i));
        var largest = infinity;
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
            TLane.Store(lost, ref *exponentials, i);
        }
        Exponentiate(rows, exponentials, end);
        // What comes before the largest, and what comes after it: to add 0 changes nothing.
        TLane before = zero,
            beforeLost = zero,
            after = zero,
            afterLost = zero;
        for (nuint i = 0; i < end; i += Width)
        {
            var e = TLane.Load(in *exponentials, i);
            var at = TLane.Constant(i);
            Compensated.Add(ref before, ref beforeLost, TLane.IfLess(at, largest, e, zero));
            Compensated.Add(ref after, ref afterLost, TLane.IfLess(largest, at, e, zero));
        }
        var others = TLane.IfEqual(max, max, before + after + (beforeLost + afterLost), max);
        (_max, _largest, Others, Normaliser) = (max, largest, others, one + others);
    }

    // The rounding of a difference is a relative error of its exponential, many units of it where the difference is large.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentiate(double* rows, double* exponentials, nuint end)
    {
        for (nuint i = 0; i < end; i += RowTiles.Width)
        {
            var e = TLane.Exp(TLane.Load(in *rows, i));
            TLane.Store(e + e * TLane.Load(in *exponentials, i), ref *exponentials, i);
        }
    }

    /// <summary>A number, or another one where a row is all −∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLane UnlessEmpty(TLane value, TLane empty) => TLane.IfEqual(_max, TLane.Constant(double.NegativeInfinity), empty, value);

    /// <summary>An exponential's share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLane Share(TLane e) => UnlessEmpty(e / Normaliser, TLane.Constant(0));

    /// <summary>That of all others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLane Rest(TLane e, nuint at) =>
        UnlessEmpty(TLane.IfEqual(TLane.Constant(at), _largest, Others, Normaliser - e) / Normaliser, TLane.Constant(0));
}

/// <summary>Softmax and its like.</summary>
internal readonly unsafe struct ExponentialRows(Exponential kind) : IRowFunction
{
    public bool IsReduced => kind == Exponential.LogSumExp;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>
    {
        const int Width = RowTiles.Width;
        var end = (nuint)(length * Width);
        var all = new Exponentials<TLane>(rows, room, length);
        if (kind == Exponential.LogSumExp)
            TLane.Store(all.UnlessEmpty(all.Max + TLane.Log1P(all.Others), TLane.Constant(double.NegativeInfinity)), ref *rows, 0);
        else if (kind == Exponential.LogSoftmax)
        {
            var log = TLane.Log1P(all.Others);
            for (nuint i = 0; i < end; i += Width)
                TLane.Store(all.UnlessEmpty(TLane.Load(in *rows, i) - log, TLane.Constant(0)), ref *rows, i);
        }
        else if (kind == Exponential.Complement)
            for (nuint i = 0; i < end; i += Width)
                TLane.Store(all.Rest(TLane.Load(in *room, i), i), ref *rows, i);
        else
            for (nuint i = 0; i < end; i += Width)
                TLane.Store(all.Share(TLane.Load(in *room, i)), ref *rows, i);
    }
}

/// <summary>The gradient by a row of its softmax, or of what is made of that, given the gradient by the values as the second operand.</summary>
/// <param name="kind">Of what: not of a sum.</param>
/// <param name="isMasked">Whether a row that nothing comes back to is to have no slope whatever it holds.</param>
internal readonly unsafe struct ExponentialSlopes(Exponential kind, bool isMasked) : IRowFunction
{
    public bool IsReduced => false;

    public void Run<TLane>(double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double> => Run(new Exponentials<TLane>(rows, room, length), rows, room, length);

    /// <summary>The gradient where the exponentials are known.</summary>
    /// <param name="all">What they come to.</param>
    /// <param name="rows">A place for it.</param>
    /// <param name="room">The exponentials of all the tile's rows, and behind them the gradient by the values.</param>
    /// <param name="length">Of the rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Run<TLane>(in Exponentials<TLane> all, double* rows, double* room, int length)
        where TLane : struct, ILane<TLane, double>
    {
        const int Width = RowTiles.Width;
        var end = (nuint)(length * Width);
        var gradient = room + end;
        TLane zero = TLane.Constant(0),
            any = zero,
            sum = zero;
        for (nuint i = 0; i < end; i += Width)
        {
            var g = TLane.Load(in *gradient, i);
            any = TLane.IfEqual(g, zero, any, TLane.Constant(1));
            TLane.Store(sum, ref *rows, i);
            sum += Passed(all, TLane.Load(in *room, i), g);
        }
        sum = zero;
        for (var i = (nint)end - Width; i >= 0; i -= Width)
        {
            TLane g = TLane.Load(in *gradient, (nuint)i),
                e = TLane.Load(in *room, (nuint)i),
                share = all.Share(e),
                rest = all.Rest(e, (nuint)i),
                others = TLane.Load(in *rows, (nuint)i) + sum;
            sum += Passed(all, e, g);
            var slope =
                kind == Exponential.LogSoftmax
                    ? TLane.Weigh(g, rest) - TLane.Weigh(others, share)
                    : TLane.Weigh(share, TLane.Weigh(rest, g) - others);
            if (isMasked)
                slope = TLane.Weigh(any, slope);
            TLane.Store(kind == Exponential.Complement ? -slope : slope, ref *rows, (nuint)i);
        }
    }

    // What an element contributes to the sum of the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLane Passed<TLane>(in Exponentials<TLane> all, TLane e, TLane g)
        where TLane : struct, ILane<TLane, double> => kind == Exponential.LogSoftmax ? g : TLane.Weigh(all.Share(e), g);
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
            TLane.Store(TLane.IfEqual(max, max, TLane.IfEqual(TLane.Load(in *rows, i), max, share, zero), max), ref *rows, i);
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
