using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Losses;

/// <summary>The operations along an axis, in float64. A row is the elements along the axis; they lie <c>Inner</c> apart.</summary>
internal static class RowKernels
{
    /// <summary>What a row's softmax is made of: eˣ⁻ᵐ for each element, and their sum but for the first largest, which adds exactly 1.</summary>
    /// <param name="Largest">Where the first largest element stands; −1 in a row all −∞.</param>
    /// <param name="Others">Σ_{j ≠ largest} e^{x_j − m}</param>
    internal readonly record struct Exponentials(int Largest, double Others)
    {
        internal bool IsEmpty => Largest < 0;

        internal double LogNormaliser => Log1P(Others);
    }

    /// <summary>Replaces a row by x − m, and fills its exponentials.</summary>
    internal static Exponentials Exponentiate(Span<double> row, Span<double> exponentials)
    {
        var max = TensorPrimitives.Max<double>(row);
        var largest = double.IsNaN(max) ? 0 : row.IndexOf(max);
        Span<double> lost = row.Length <= 256 ? stackalloc double[row.Length] : new double[row.Length];
        lost.Clear();
        if (double.IsInfinity(max))
        {
            // ∞ − ∞ is 0 here: equal elements have equal shares, and a row all −∞ has no distribution.
            for (var i = 0; i < row.Length; i++)
                row[i] = row[i] == max ? 0 : row[i] - max;
        }
        else
            for (var i = 0; i < row.Length; i++)
            {
                CheckNow(i);
                var difference = row[i] - max;
                // Beyond, the exponential is 0, and the parts of the difference may overflow.
                lost[i] = difference > -1000 ? Lost(row[i], max, difference) : 0;
                row[i] = difference;
            }
        Kernel.Map<ExpFunction, double>(default, row, s_zero, s_zero, exponentials);
        // The rounding of a difference is a relative error of its exponential, many units of it where the difference is large.
        for (var i = 0; i < row.Length; i++)
        {
            CheckNow(i);
            exponentials[i] += exponentials[i] * lost[i];
        }
        var sum = Sum(exponentials[..largest]);
        // Without the largest no NaN may be left.
        var others = double.IsNaN(max) ? max : TwoSum(sum, Sum(exponentials[(largest + 1)..]));
        return new(max == double.NegativeInfinity ? -1 : largest, others);

        static double TwoSum((double Sum, double Error) a, (double Sum, double Error) b) => a.Sum + b.Sum + (a.Error + b.Error);
    }

    internal static double Log1P(double x)
    {
        Span<double> one = [x];
        Kernel.Map<Log1PFunction, double>(default, one, s_zero, s_zero, one);
        return one[0];
    }

    private static readonly double[] s_zero = [0];

    // a − b less the difference that it was rounded to (Knuth).
    private static double Lost(double a, double b, double difference)
    {
        var part = difference - a;
        return a - (difference - part) - (b + part);
    }

    // A compensated sum: its error does not grow with the length.
    private static (double Sum, double Error) Sum(ReadOnlySpan<double> values)
    {
        double sum = 0,
            error = 0;
        for (var i = 0; i < values.Length; i++)
        {
            CheckNow(i);
            Compensated.Add(ref sum, ref error, values[i]);
        }
        return (sum, error);
    }

    // Within a row, which may be all there is.
    private static void CheckNow(int i)
    {
        const int Last = (1 << 18) - 1;
        if ((i & Last) == Last)
            Cancellable.Check();
    }

    internal delegate void RowFunction(Span<double> row);

    /// <summary>Each row in turn, contiguous, written back.</summary>
    private static double[] EachRow(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at, RowFunction function)
    {
        var values = x.ToArray();
        var row = new double[at.Length];
        Cancellable.Pace pace = default;
        for (var outer = 0; outer < at.Outer; outer++)
        for (var inner = 0; inner < at.Inner; inner++)
        {
            pace.Step(at.Length);
            var start = outer * at.Length * at.Inner + inner;
            if (at.Inner == 1)
            {
                function(values.AsSpan(start, at.Length));
                continue;
            }
            for (var i = 0; i < row.Length; i++)
                row[i] = values[start + i * at.Inner];
            function(row);
            for (var i = 0; i < row.Length; i++)
                values[start + i * at.Inner] = row[i];
        }
        return values;
    }

    // The first element of every row: what a function that reduces a row left there.
    private static double[] Firsts(double[] values, (int Outer, int Length, int Inner) at)
    {
        var firsts = new double[at.Outer * at.Inner];
        for (var i = 0; i < firsts.Length; i++)
            firsts[i] = values[i / at.Inner * at.Length * at.Inner + i % at.Inner];
        return firsts;
    }

    internal static double[] Softmax(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at, bool complement)
    {
        var exponentials = new double[at.Length];
        return EachRow(
            x,
            at,
            row =>
            {
                var e = Exponentiate(row, exponentials);
                var normaliser = 1 + e.Others;
                if (e.IsEmpty)
                    row.Clear();
                else if (complement)
                    for (var i = 0; i < row.Length; i++)
                        row[i] = i == e.Largest ? e.Others / normaliser : (normaliser - exponentials[i]) / normaliser;
                else
                    TensorPrimitives.Divide(exponentials, normaliser, row);
            }
        );
    }

    internal static double[] LogSoftmax(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at)
    {
        var exponentials = new double[at.Length];
        return EachRow(
            x,
            at,
            row =>
            {
                var e = Exponentiate(row, exponentials);
                if (e.IsEmpty)
                    row.Clear();
                else
                    TensorPrimitives.Subtract(row, e.LogNormaliser, row);
            }
        );
    }

    internal static double[] LogSumExp(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at)
    {
        var exponentials = new double[at.Length];
        return Firsts(
            EachRow(
                x,
                at,
                row =>
                {
                    var max = TensorPrimitives.Max<double>(row);
                    var e = Exponentiate(row, exponentials);
                    row[0] = e.IsEmpty ? double.NegativeInfinity : max + e.LogNormaliser;
                }
            ),
            at
        );
    }

    /// <summary>The largest of each row, and each element's share in it: 1 / how many are the largest, or 0.</summary>
    internal static (double[] Values, double[] Shares) Largest(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at)
    {
        var values = EachRow(x, at, static row => row.Fill(TensorPrimitives.Max<double>(row)));
        var shares = EachRow(
            x,
            at,
            static row =>
            {
                var max = TensorPrimitives.Max<double>(row);
                var count = row.Count(max);
                for (var i = 0; i < row.Length; i++)
                    row[i] =
                        double.IsNaN(max) ? max
                        : row[i] == max ? 1.0 / count
                        : 0;
            }
        );
        return (Firsts(values, at), shares);
    }

    /// <summary>For each element, the sum of the others of its row: what comes before it and what comes after it.</summary>
    internal static double[] Others(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at)
    {
        var before = new double[at.Length];
        return EachRow(
            x,
            at,
            row =>
            {
                var sum = 0.0;
                for (var i = 0; i < row.Length; i++)
                {
                    CheckNow(i);
                    before[i] = sum;
                    sum += row[i];
                }
                sum = 0;
                for (var i = row.Length - 1; i >= 0; i--)
                    (row[i], sum) = (before[i] + sum, sum + row[i]);
            }
        );
    }

    internal static double[] CumulativeSums(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at, bool backwards) =>
        EachRow(
            x,
            at,
            row =>
            {
                double sum = 0,
                    error = 0;
                for (var k = 0; k < row.Length; k++)
                {
                    CheckNow(k);
                    ref var value = ref row[backwards ? row.Length - 1 - k : k];
                    Compensated.Add(ref sum, ref error, value);
                    value = double.IsFinite(sum) ? sum + error : sum;
                }
            }
        );

    /// <summary>The exact sum of each of so many rows, one after another.</summary>
    internal static unsafe double[] Sums<S>(ReadOnlySpan<S> x, int rows)
        where S : unmanaged
    {
        var sums = new double[rows];
        var length = rows == 0 ? 0 : x.Length / rows;
        if (length == 0)
            return sums;
        fixed (S* px = x)
        {
            var all = new Memory<S>(px);
            EachChunk(
                rows,
                length,
                (start, count) => Sums(new ReadOnlySpan<S>(all.Start + (nint)start * length, count * length), sums.AsSpan(start, count))
            );
        }
        return sums;
    }

    /// <summary>The same, on this thread.</summary>
    internal static void Sums<S>(ReadOnlySpan<S> x, Span<double> sums)
        where S : unmanaged
    {
        var length = x.Length / sums.Length;
        var sum = new ExactSum();
        for (var row = 0; row < sums.Length; row++)
        {
            sum.Reset();
            if (typeof(S) == typeof(float))
                sum.Add(MemoryMarshal.Cast<S, float>(x.Slice(row * length, length)));
            else
                sum.Add(MemoryMarshal.Cast<S, double>(x.Slice(row * length, length)));
            sums[row] = sum.ToDouble();
        }
    }

    /// <summary>Rows of a length, some at a time, on several threads: from which on, and how many.</summary>
    internal static void EachChunk(int rows, int length, Action<int, int> run)
    {
        var chunk = Math.Max(1, ChunkLength / Math.Max(1, length));
        var chunks = Cut.Count(rows, chunk);
        Threads.Run(
            chunks,
            Math.Min(Threads.Max, Math.Max(1, chunks / 2)),
            (index, _) => run(index * chunk, Cut.End(rows, index * chunk, chunk) - index * chunk)
        );
    }

    /// <summary>The elements of a chunk, unless a row has more.</summary>
    internal const int ChunkLength = 1 << 15;

    private readonly unsafe struct Memory<S>(S* start)
        where S : unmanaged
    {
        internal S* Start => start;
    }

    /// <summary>The elements in the order of another shape, whose axes step by these strides.</summary>
    internal static unsafe S[] Strided<S>(ReadOnlySpan<S> x, Shape shape, int[] strides)
        where S : unmanaged
    {
        var values = Losses.Memory.Fresh<S>(shape.Size);
        if (values.Length == 0)
            return values;
        var lengths = shape.Lengths;
        fixed (
            S* from = x,
                to = values
        )
        {
            Memory<S> source = new(from),
                target = new(to);
            if (lengths.Length > 1 && strides[^1] > 1 && strides[^2] == 1)
            {
                // Rows of squares, which go to columns.
                int height = lengths[^2],
                    strips = Cut.Count(height, Tile);
                EachChunk(
                    values.Length / (height * lengths[^1]) * strips,
                    Tile * lengths[^1],
                    (first, count) =>
                    {
                        for (var strip = first; strip < first + count; strip++)
                        {
                            var (matrix, row) = Math.DivRem(strip, strips);
                            Transpose(
                                source.Start + Place(matrix, lengths.AsSpan()[..^2], strides) + row * Tile,
                                target.Start + ((nint)matrix * height + row * Tile) * lengths[^1],
                                Math.Min(Tile, height - row * Tile),
                                lengths[^1],
                                strides[^1]
                            );
                        }
                    }
                );
            }
            else
                EachChunk(
                    values.Length / lengths[^1],
                    lengths[^1],
                    (first, count) => Rows(source.Start, target.Start, first, count, lengths, strides)
                );
        }
        return values;
    }

    private const int Tile = 16;

    private static unsafe void Transpose<S>(S* from, S* to, int rows, int columns, int stride)
        where S : unmanaged
    {
        for (var start = 0; start < columns; start += Tile)
        {
            var end = Math.Min(start + Tile, columns);
            for (var row = 0; row < rows; row++)
            {
                var target = to + (nint)row * columns;
                for (var i = start; i < end; i++)
                    target[i] = from[row + (nint)i * stride];
            }
        }
    }

    // Where an element stands, in the order of the axes.
    private static int Place(int index, ReadOnlySpan<int> lengths, ReadOnlySpan<int> strides)
    {
        var place = 0;
        for (var axis = lengths.Length - 1; axis >= 0; axis--)
        {
            (index, var at) = Math.DivRem(index, lengths[axis]);
            place += at * strides[axis];
        }
        return place;
    }

    private static unsafe void Rows<S>(S* from, S* to, int first, int count, int[] lengths, int[] strides)
        where S : unmanaged
    {
        int last = lengths[^1],
            step = strides[^1];
        for (var row = first; row < first + count; row++)
        {
            var source = from + Place(row, lengths.AsSpan()[..^1], strides);
            var target = new Span<S>(to + (nint)row * last, last);
            if (step == 1)
                new ReadOnlySpan<S>(source, last).CopyTo(target);
            else if (step == 0)
                target.Fill(*source);
            else
                for (var i = 0; i < last; i++)
                    target[i] = source[(nint)i * step];
        }
    }

    /// <summary>Adds each element to the place that its label names, in their order.</summary>
    internal static unsafe double[] Scatter(ReadOnlySpan<double> x, Labels labels, int axis, Shape shape)
    {
        var values = new double[shape.Size];
        var (outer, length, inner) = labels.Shape.Around(axis);
        var from = shape[axis];
        // Those of one part meet nobody else's.
        var part = Cut.Count(inner, outer == 1 ? Math.Max(1, Math.Min(Threads.Max, inner / 64)) : 1);
        var parts = Math.Max(1, Cut.Count(inner, Math.Max(1, part)));
        fixed (double* numbers = x)
        {
            var source = new Memory<double>(numbers);
            EachChunk(
                outer * parts,
                length * Math.Max(1, part),
                (first, count) =>
                {
                    Cancellable.Pace pace = default;
                    for (var piece = first; piece < first + count; piece++)
                    {
                        var (o, start) = (piece / parts, piece % parts * part);
                        var end = Math.Min(start + part, inner);
                        for (var k = 0; k < length; k++, pace.Step(part))
                        for (var n = start; n < end; n++)
                        {
                            var i = (o * length + k) * inner + n;
                            if (labels.Indices[i] is >= 0 and var label)
                                values[(o * from + label) * inner + n] += source.Start[i];
                        }
                    }
                }
            );
        }
        return values;
    }

    /// <summary>The exact sums along an axis that is not the last, some neighbours at a time.</summary>
    internal static unsafe double[] Sums<S>(ReadOnlySpan<S> x, (int Outer, int Length, int Inner) at)
        where S : unmanaged
    {
        var sums = new double[at.Outer * at.Inner];
        var strips = Cut.Count(at.Inner, Tile);
        fixed (S* start = x)
        {
            var source = new Memory<S>(start);
            EachChunk(
                at.Outer * strips,
                Tile * at.Length,
                (first, count) =>
                {
                    var room = System.Buffers.ArrayPool<S>.Shared.Rent(Tile * at.Length);
                    fixed (S* rows = room)
                        for (var strip = first; strip < first + count; strip++)
                        {
                            var (outer, column) = (strip / strips, strip % strips * Tile);
                            var here = Math.Min(Tile, at.Inner - column);
                            Transpose(source.Start + (nint)outer * at.Length * at.Inner + column, rows, here, at.Length, at.Inner);
                            Sums(new ReadOnlySpan<S>(rows, here * at.Length), sums.AsSpan(outer * at.Inner + column, here));
                        }
                    System.Buffers.ArrayPool<S>.Shared.Return(room);
                }
            );
        }
        return sums;
    }

    /// <summary>Where in a tensor the labels point, −1 where they are negative.</summary>
    internal static int[] Places(Labels labels, int axis, Shape shape)
    {
        var places = new int[labels.Shape.Size];
        var (outer, length, inner) = labels.Shape.Around(axis);
        var from = shape[axis];
        var i = 0;
        for (var o = 0; o < outer; o++)
        for (var k = 0; k < length; k++)
        for (var n = 0; n < inner; n++, CheckNow(i++))
            places[i] = labels.Indices[i] < 0 ? -1 : (o * from + labels.Indices[i]) * inner + n;
        return places;
    }

    /// <summary>Which element comes where when an axis is sorted; equal ones keep their order and NaN comes last.</summary>
    internal static unsafe Labels Order(ReadOnlySpan<double> x, Shape shape, int axis, bool descending)
    {
        var order = new int[shape.Size];
        var (outer, length, inner) = shape.Around(axis);
        fixed (double* numbers = x)
        {
            var source = new Memory<double>(numbers);
            EachChunk(
                outer * inner,
                length,
                (first, count) =>
                {
                    var sort = new Sorting<ulong>(length);
                    for (var row = first; row < first + count; row++)
                    {
                        var start = row / inner * length * inner + row % inner;
                        for (var i = 0; i < length; i++)
                            sort.Keys[i] = Sorting.Key(source.Start[start + (nint)i * inner], descending);
                        var sorted = sort.Run();
                        for (var i = 0; i < length; i++)
                            order[start + i * inner] = sorted[i];
                    }
                }
            );
        }
        return Labels.Over(order, shape);
    }

    /// <summary>For each element, 1 where any of its row is not 0, else 0.</summary>
    internal static double[] AnyNonzero(ReadOnlySpan<double> x, (int Outer, int Length, int Inner) at) =>
        EachRow(x, at, static row => row.Fill(row.ContainsAnyExcept(0.0) ? 1 : 0));
}
