using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

/// <summary>Which matrix of a product has weights for elements: 0 removes what it meets, 0·∞ = 0·NaN = 0.</summary>
internal enum Weighing
{
    None,
    First,
    Second,
}

/// <summary>A matrix in pinned memory.</summary>
/// <param name="Numbers">float32 or float64.</param>
/// <param name="IsSingle">Which of the two.</param>
/// <param name="ByRow">How far the rows lie apart; 0 where one number stands for all.</param>
/// <param name="ByColumn">How far the columns lie apart.</param>
internal readonly unsafe record struct Matrix(nint Numbers, bool IsSingle, nint ByRow, nint ByColumn)
{
    /// <summary>The same numbers, read the other way.</summary>
    internal Matrix Transposed => new(Numbers, IsSingle, ByColumn, ByRow);

    /// <summary>What starts so many numbers later.</summary>
    internal Matrix From(nint offset) => this with { Numbers = Numbers + offset * (IsSingle ? sizeof(float) : sizeof(double)) };
}

/// <summary>Adds the product of two matrices to what is there, in float64. Each element adds its terms in order, each rounded once with its product, so that the bits depend
/// neither on the blocks nor on the threads or the registers.</summary>
/// <remarks>
/// A tile of the result stays in registers while a strip of rows of <c>a</c> and a panel of columns of <c>b</c> go by, both copied beforehand so that they lie in
/// the order in which they are read: the panels once for all rows, the strips of a block where the second cache holds them.
/// </remarks>
/// <param name="a">(rows, shared)</param>
/// <param name="b">(shared, columns)</param>
/// <param name="weighing">Which of the two has weights.</param>
/// <param name="c">(rows, columns)</param>
/// <param name="apart">How far the rows of <paramref name="c"/> lie apart.</param>
/// <param name="rows">Of <paramref name="a"/> and of the result.</param>
/// <param name="shared">The columns of <paramref name="a"/>, and the rows of <paramref name="b"/>.</param>
/// <param name="columns">Of <paramref name="b"/> and of the result.</param>
internal sealed unsafe class Product(Matrix a, Matrix b, Weighing weighing, double* c, nint apart, int rows, int shared, int columns)
{
    // Terms at a time: a panel of them stays in the first cache.
    private const int Depth = 256;

    // Columns at a time: their panels are 2 MiB.
    private const int Width = 1024;

    // A block of strips stays in the second cache.
    private const int Strips = 8;

    // Products of two numbers for some ten microseconds, about the time that it takes to wake a thread.
    private const long Worth = 1 << 18;

    /// <summary>How many threads so many products of two numbers are worth.</summary>
    internal static int Workers(long products) => (int)Math.Clamp(products / Worth, 1, Threads.Max);

    // With no more rows than these, threads take columns each and need not wait for each other; at least so many, since each copies the rows.
    private const int FewRows = 256;
    private const int Apiece = 256;

    private Product Columns(int first, int last) =>
        new(a, b.From(first * b.ByColumn), weighing, c + first, apart, rows, shared, last - first);

    internal void Run() => Run(Workers((long)rows * shared * columns));

    internal void Run(int workers) => Widest.Run<double, Work>(new(this, workers));

    private readonly struct Work(Product product, int workers) : IWork<double>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, double> => product.Run<TLane>(workers);
    }

    // Of a tile: with 32 registers, or with 16.
    private static int TileRows<TLane>()
        where TLane : struct, ILane<TLane, double> => TLane.Count == 8 ? 12 : 6;

    private static int TileColumns<TLane>()
        where TLane : struct, ILane<TLane, double> => 2 * TLane.Count;

    internal void Run<TLane>(int workers)
        where TLane : struct, ILane<TLane, double>
    {
        if (rows == 0 || columns == 0)
            return;
        var parts = Math.Min(2 * workers, columns / Apiece);
        if (workers > 1 && rows <= FewRows && parts >= workers)
        {
            Threads.Run(
                parts,
                workers,
                (part, _) => Columns((int)((long)columns * part / parts), (int)((long)columns * (part + 1) / parts)).Run<TLane>(1)
            );
            return;
        }
        int tileRows = TileRows<TLane>(),
            tileColumns = TileColumns<TLane>(),
            strips = Cut.Count(rows, tileRows),
            some = Math.Clamp(Cut.Count(strips, 2 * workers), 1, Strips),
            blocks = Cut.Count(strips, some);
        var rented = Rent(Math.Min(shared, Depth) * Cut.Count(Math.Min(columns, Width), tileColumns) * tileColumns);
        fixed (double* pool = rented)
        {
            var part = new Part { Panels = Aligned(pool), Strips = some };
            for (var column = 0; column < columns; column += Width)
            for (var term = 0; term < shared; term += Depth)
            {
                Cancellable.Check();
                part.Column = column;
                part.Columns = Math.Min(Width, columns - column);
                part.Term = term;
                part.Terms = Math.Min(Depth, shared - term);
                var now = part;
                var panels = Cut.Count(part.Columns, tileColumns);
                // The columns are shared out too where there are too few rows for all threads.
                var groups = Math.Min(panels, Cut.Count(2 * workers, blocks));
                if (workers == 1)
                    groups = 1;
                Threads.Run(panels, Math.Min(workers, Cut.Count(panels, 4)), (panel, _) => PackPanel<TLane>(now, panel));
                Threads.Run(
                    blocks * groups,
                    workers,
                    (task, _) =>
                    {
                        var group = task % groups;
                        Block<TLane>(
                            now,
                            task / groups * some,
                            (int)((long)panels * group / groups),
                            (int)((long)panels * (group + 1) / groups)
                        );
                    }
                );
            }
        }
        ArrayPool<double>.Shared.Return(rented);
    }

    private static double[] Rent(int numbers) => ArrayPool<double>.Shared.Rent(numbers + Memory.Line / sizeof(double));

    private static double* Aligned(double* pool) => (double*)((byte*)pool + Memory.ToLine(pool));

    /// <summary>Some columns and some terms of the product.</summary>
    private struct Part
    {
        internal double* Panels;
        internal int Strips;
        internal int Column;
        internal int Columns;
        internal int Term;
        internal int Terms;
    }

    private void PackPanel<TLane>(Part part, int panel)
        where TLane : struct, ILane<TLane, double>
    {
        var width = TileColumns<TLane>();
        var count = Math.Min(width, part.Columns - panel * width);
        var from = b.From(part.Term * b.ByRow + (part.Column + panel * width) * b.ByColumn);
        Pack(from.Transposed, count, width, part.Terms, part.Panels + (nint)panel * width * part.Terms);
    }

    private void Block<TLane>(Part part, int first, int firstPanel, int lastPanel)
        where TLane : struct, ILane<TLane, double>
    {
        int height = TileRows<TLane>(),
            width = TileColumns<TLane>(),
            terms = part.Terms,
            last = Math.Min(first + part.Strips, Cut.Count(rows, height));
        var tile = stackalloc double[height * width];
        var rented = Rent((last - first) * height * terms);
        fixed (double* pool = rented)
        {
            var packed = Aligned(pool);
            for (var strip = first; strip < last; strip++)
            {
                var row = strip * height;
                Pack(
                    a.From(row * a.ByRow + part.Term * a.ByColumn),
                    Math.Min(height, rows - row),
                    height,
                    terms,
                    packed + (nint)(strip - first) * height * terms
                );
            }
            var isCareful = weighing == Weighing.Second && !AreFinite(packed, (nint)(last - first) * height * terms);
            for (var panel = firstPanel; panel < lastPanel; panel++)
            {
                var others = part.Panels + (nint)panel * width * terms;
                var isSafe = !isCareful && (weighing != Weighing.First || AreFinite(others, (nint)width * terms));
                var wide = Math.Min(width, part.Columns - panel * width);
                for (var strip = first; strip < last; strip++)
                {
                    var own = packed + (nint)(strip - first) * height * terms;
                    var high = Math.Min(height, rows - strip * height);
                    var place = c + strip * height * apart + part.Column + panel * width;
                    if (high == height && wide == width)
                    {
                        Tile<TLane>(own, others, place, apart, terms, isSafe);
                        continue;
                    }
                    new Span<double>(tile, height * width).Clear();
                    for (var i = 0; i < high; i++)
                        new Span<double>(place + i * apart, wide).CopyTo(new(tile + i * width, wide));
                    Tile<TLane>(own, others, tile, width, terms, isSafe);
                    for (var i = 0; i < high; i++)
                        new Span<double>(tile + i * width, wide).CopyTo(new(place + i * apart, wide));
                }
            }
        }
        ArrayPool<double>.Shared.Return(rented);
    }

    private void Tile<TLane>(double* a, double* b, double* c, nint apart, int terms, bool isSafe)
        where TLane : struct, ILane<TLane, double>
    {
        if (!isSafe)
            Weighed<TLane>(a, b, c, apart, terms, weighing == Weighing.First);
        else if (TLane.Count == 8)
            Twelve<TLane>(a, b, c, apart, terms);
        else
            Six<TLane>(a, b, c, apart, terms);
    }

    private static bool AreFinite(double* numbers, nint count)
    {
        // 0·∞ and 0·NaN are NaN.
        double sum0 = 0,
            sum1 = 0;
        for (nint i = 0; i < count; i += 2)
        {
            sum0 += numbers[i] * 0;
            sum1 += numbers[i + 1] * 0;
        }
        return sum0 + sum1 == 0;
    }

    private static void Pack(Matrix x, int count, int width, int terms, double* to)
    {
        if (x.IsSingle)
            Widest.Run<float, Packing<float>>(new((float*)x.Numbers, x.ByRow, x.ByColumn, count, width, terms, to));
        else
            Widest.Run<double, Packing<double>>(new((double*)x.Numbers, x.ByRow, x.ByColumn, count, width, terms, to));
    }

    private readonly struct Packing<S>(S* from, nint across, nint along, int count, int width, int terms, double* to) : IWork<S>
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S>
        {
            if (across == 1)
                Side<TLane, S>(from, along, count, width, terms, to);
            else
                Turned(from, across, along, count, width, terms, to);
        }
    }

    /// <summary>Rows that lie side by side: for each term the numbers of all rows, with zeros up to the width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Side<TLane, S>(S* from, nint along, int count, int width, int terms, double* to)
        where TLane : struct, ILane<TLane, S>
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        for (var k = 0; k < terms; k++)
        {
            var i = 0;
            for (; i + TLane.Count <= count; i += TLane.Count)
                TLane.StoreNumbers(TLane.Load(in *from, (nuint)i), ref *to, (nuint)i);
            for (; i < count; i++)
                to[i] = double.CreateTruncating(from[i]);
            for (; i < width; i++)
                to[i] = 0;
            from += along;
            to += width;
        }
    }

    /// <summary>Rows that lie apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turned<S>(S* from, nint across, nint along, int count, int width, int terms, double* to)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var i = 0;
        for (; along == 1 && Avx.IsSupported && i + 4 <= count; i += 4)
        {
            var row = from + i * across;
            var place = to + i;
            var k = 0;
            for (; k + 4 <= terms; k += 4, row += 4, place += 4 * width)
            {
                Vector256<double> first = Four(row),
                    second = Four(row + across),
                    third = Four(row + 2 * across),
                    fourth = Four(row + 3 * across);
                Vector256<double> even = Avx.UnpackLow(first, second),
                    odd = Avx.UnpackHigh(first, second),
                    otherEven = Avx.UnpackLow(third, fourth),
                    otherOdd = Avx.UnpackHigh(third, fourth);
                Avx.Permute2x128(even, otherEven, 0x20).Store(place);
                Avx.Permute2x128(odd, otherOdd, 0x20).Store(place + width);
                Avx.Permute2x128(even, otherEven, 0x31).Store(place + 2 * width);
                Avx.Permute2x128(odd, otherOdd, 0x31).Store(place + 3 * width);
            }
            for (; k < terms; k++, row++, place += width)
            for (var r = 0; r < 4; r++)
                place[r] = double.CreateTruncating(row[r * across]);
        }
        for (; i < count; i++)
        {
            var row = from + i * across;
            var place = to + i;
            for (var k = 0; k < terms; k++, row += along, place += width)
                *place = double.CreateTruncating(*row);
        }
        for (; i < width; i++)
        {
            var place = to + i;
            for (var k = 0; k < terms; k++, place += width)
                *place = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Four<S>(S* place)
        where S : unmanaged =>
        typeof(S) == typeof(float) ? Avx.ConvertToVector256Double(Vector128.Load((float*)place)) : Vector256.Load((double*)place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Load<TLane>(double* place)
        where TLane : struct, ILane<TLane, double> => TLane.LoadNumbers(in *place, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLane>(double* place, TLane first, TLane second)
        where TLane : struct, ILane<TLane, double>
    {
        TLane.StoreNumbers(first, ref *place, 0);
        TLane.StoreNumbers(second, ref *place, (nuint)TLane.Count);
    }

    /// <summary>A tile where a weight of 0 meets what is not finite, or may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weighed<TLane>(double* a, double* b, double* c, nint apart, int terms, bool isFirst)
        where TLane : struct, ILane<TLane, double>
    {
        int height = TileRows<TLane>(),
            width = TileColumns<TLane>();
        var zero = TLane.Constant(0);
        for (var i = 0; i < height; i++)
        for (var j = 0; j < width; j += TLane.Count)
        {
            var sum = Load<TLane>(c + i * apart + j);
            for (var k = 0; k < terms; k++)
            {
                var x = TLane.Constant(a[k * height + i]);
                var y = Load<TLane>(b + k * width + j);
                sum = TLane.IfEqual(isFirst ? x : y, zero, sum, TLane.MultiplyAdd(x, y, sum));
            }
            TLane.StoreNumbers(sum, ref *(c + i * apart), (nuint)j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Twelve<TLane>(double* a, double* b, double* c, nint apart, int terms)
        where TLane : struct, ILane<TLane, double>
    {
        var lane = TLane.Count;
        var place = c;
        TLane l0 = Load<TLane>(place),
            r0 = Load<TLane>(place + lane);
        place += apart;
        TLane l1 = Load<TLane>(place),
            r1 = Load<TLane>(place + lane);
        place += apart;
        TLane l2 = Load<TLane>(place),
            r2 = Load<TLane>(place + lane);
        place += apart;
        TLane l3 = Load<TLane>(place),
            r3 = Load<TLane>(place + lane);
        place += apart;
        TLane l4 = Load<TLane>(place),
            r4 = Load<TLane>(place + lane);
        place += apart;
        TLane l5 = Load<TLane>(place),
            r5 = Load<TLane>(place + lane);
        place += apart;
        TLane l6 = Load<TLane>(place),
            r6 = Load<TLane>(place + lane);
        place += apart;
        TLane l7 = Load<TLane>(place),
            r7 = Load<TLane>(place + lane);
        place += apart;
        TLane l8 = Load<TLane>(place),
            r8 = Load<TLane>(place + lane);
        place += apart;
        TLane l9 = Load<TLane>(place),
            r9 = Load<TLane>(place + lane);
        place += apart;
        TLane l10 = Load<TLane>(place),
            r10 = Load<TLane>(place + lane);
        place += apart;
        TLane l11 = Load<TLane>(place),
            r11 = Load<TLane>(place + lane);
        for (var k = 0; k < terms; k++)
        {
            TLane left = Load<TLane>(b),
                right = Load<TLane>(b + lane);
            var x = TLane.Constant(a[0]);
            l0 = TLane.MultiplyAdd(x, left, l0);
            r0 = TLane.MultiplyAdd(x, right, r0);
            x = TLane.Constant(a[1]);
            l1 = TLane.MultiplyAdd(x, left, l1);
            r1 = TLane.MultiplyAdd(x, right, r1);
            x = TLane.Constant(a[2]);
            l2 = TLane.MultiplyAdd(x, left, l2);
            r2 = TLane.MultiplyAdd(x, right, r2);
            x = TLane.Constant(a[3]);
            l3 = TLane.MultiplyAdd(x, left, l3);
            r3 = TLane.MultiplyAdd(x, right, r3);
            x = TLane.Constant(a[4]);
            l4 = TLane.MultiplyAdd(x, left, l4);
            r4 = TLane.MultiplyAdd(x, right, r4);
            x = TLane.Constant(a[5]);
            l5 = TLane.MultiplyAdd(x, left, l5);
            r5 = TLane.MultiplyAdd(x, right, r5);
            x = TLane.Constant(a[6]);
            l6 = TLane.MultiplyAdd(x, left, l6);
            r6 = TLane.MultiplyAdd(x, right, r6);
            x = TLane.Constant(a[7]);
            l7 = TLane.MultiplyAdd(x, left, l7);
            r7 = TLane.MultiplyAdd(x, right, r7);
            x = TLane.Constant(a[8]);
            l8 = TLane.MultiplyAdd(x, left, l8);
            r8 = TLane.MultiplyAdd(x, right, r8);
            x = TLane.Constant(a[9]);
            l9 = TLane.MultiplyAdd(x, left, l9);
            r9 = TLane.MultiplyAdd(x, right, r9);
            x = TLane.Constant(a[10]);
            l10 = TLane.MultiplyAdd(x, left, l10);
            r10 = TLane.MultiplyAdd(x, right, r10);
            x = TLane.Constant(a[11]);
            l11 = TLane.MultiplyAdd(x, left, l11);
            r11 = TLane.MultiplyAdd(x, right, r11);
            a += 12;
            b += 2 * lane;
        }
        Store(c, l0, r0);
        c += apart;
        Store(c, l1, r1);
        c += apart;
        Store(c, l2, r2);
        c += apart;
        Store(c, l3, r3);
        c += apart;
        Store(c, l4, r4);
        c += apart;
        Store(c, l5, r5);
        c += apart;
        Store(c, l6, r6);
        c += apart;
        Store(c, l7, r7);
        c += apart;
        Store(c, l8, r8);
        c += apart;
        Store(c, l9, r9);
        c += apart;
        Store(c, l10, r10);
        c += apart;
        Store(c, l11, r11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six<TLane>(double* a, double* b, double* c, nint apart, int terms)
        where TLane : struct, ILane<TLane, double>
    {
        var lane = TLane.Count;
        var place = c;
        TLane l0 = Load<TLane>(place),
            r0 = Load<TLane>(place + lane);
        place += apart;
        TLane l1 = Load<TLane>(place),
            r1 = Load<TLane>(place + lane);
        place += apart;
        TLane l2 = Load<TLane>(place),
            r2 = Load<TLane>(place + lane);
        place += apart;
        TLane l3 = Load<TLane>(place),
            r3 = Load<TLane>(place + lane);
        place += apart;
        TLane l4 = Load<TLane>(place),
            r4 = Load<TLane>(place + lane);
        place += apart;
        TLane l5 = Load<TLane>(place),
            r5 = Load<TLane>(place + lane);
        for (var k = 0; k < terms; k++)
        {
            TLane left = Load<TLane>(b),
                right = Load<TLane>(b + lane);
            var x = TLane.Constant(a[0]);
            l0 = TLane.MultiplyAdd(x, left, l0);
            r0 = TLane.MultiplyAdd(x, right, r0);
            x = TLane.Constant(a[1]);
            l1 = TLane.MultiplyAdd(x, left, l1);
            r1 = TLane.MultiplyAdd(x, right, r1);
            x = TLane.Constant(a[2]);
            l2 = TLane.MultiplyAdd(x, left, l2);
            r2 = TLane.MultiplyAdd(x, right, r2);
            x = TLane.Constant(a[3]);
            l3 = TLane.MultiplyAdd(x, left, l3);
            r3 = TLane.MultiplyAdd(x, right, r3);
            x = TLane.Constant(a[4]);
            l4 = TLane.MultiplyAdd(x, left, l4);
            r4 = TLane.MultiplyAdd(x, right, r4);
            x = TLane.Constant(a[5]);
            l5 = TLane.MultiplyAdd(x, left, l5);
            r5 = TLane.MultiplyAdd(x, right, r5);
            a += 6;
            b += 2 * lane;
        }
        Store(c, l0, r0);
        c += apart;
        Store(c, l1, r1);
        c += apart;
        Store(c, l2, r2);
        c += apart;
        Store(c, l3, r3);
        c += apart;
        Store(c, l4, r4);
        c += apart;
        Store(c, l5, r5);
    }
}
