using System.Buffers;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>The distances ‖x − y‖ₚ between the vectors of two sets, or of one set, each pair once; a pair's difference is never stored.</summary>
/// <param name="p">The order of the norm: at least 0, infinity included.</param>
internal sealed unsafe class PairDistances(double p) : RowLoss
{
    // The vectors of a set that are compared with those of another stay in the first or second cache.
    private const int BlockElements = 1 << 13;

    // Differences of components for a tenth of a millisecond or so.
    private const int ChunkElements = 1 << 19;

    // Vectors whose slopes a thread sums at a time.
    private const int OwnRows = 16;

    /// <summary>So many pairs of sets, of so many vectors each.</summary>
    /// <param name="Sets">The pairs of sets.</param>
    /// <param name="Rows">The vectors of the first set.</param>
    /// <param name="Columns">Those of the second.</param>
    /// <param name="Width">The length of a vector.</param>
    /// <param name="IsWithin">Whether the second set is the first, and a pair counts once: (0, 1), (0, 2), …, (1, 2), ….</param>
    internal readonly record struct Layout(int Sets, int Rows, int Columns, int Width, bool IsWithin)
    {
        // The differences of components there are.
        internal long Work => (long)Sets * Rows * Columns * Math.Max(1, Width);

        // Where the distance of two vectors stands.
        internal long Place(int set, int row, int column) =>
            IsWithin ? (long)row * (2L * Rows - row - 1) / 2 + (column - row - 1) : ((long)set * Rows + row) * Columns + column;
    }

    /// <summary>Whether the norm needs no powers, which over float32 data have the digits of a result, and not those of a step.</summary>
    internal bool IsPlain => p is 0 or 1 or 2 || double.IsPositiveInfinity(p);

    /// <summary>The distances of all pairs.</summary>
    internal void Run<S>(ReadOnlySpan<S> first, ReadOnlySpan<S> second, Layout layout, Span<double> distances)
        where S : unmanaged
    {
        fixed (
            S* a = first,
                b = second
        )
        fixed (double* to = distances)
            Widest.Run<S, DistancesWork<S>>(new(this, a, b, layout, to, default, null));
    }

    /// <summary>The gradient by the vectors of one set: of each, the sum over those of the other.</summary>
    /// <param name="own">The vectors that it is by.</param>
    /// <param name="others">Those of the other set, or the same.</param>
    /// <param name="isSecond">Whether the own vectors are those of the second set.</param>
    /// <param name="layout">Of the distances.</param>
    /// <param name="distances">The distances.</param>
    /// <param name="upstream">What each is multiplied by, or one for all.</param>
    /// <param name="gradient">As many numbers as the own vectors have.</param>
    internal void RunGradient<S>(
        ReadOnlySpan<S> own,
        ReadOnlySpan<S> others,
        bool isSecond,
        Layout layout,
        ReadOnlySpan<double> distances,
        ReadOnlySpan<double> upstream,
        Span<double> gradient
    )
        where S : unmanaged
    {
        fixed (
            S* a = own,
                b = others
        )
        fixed (
            double* d = distances,
                u = upstream,
                to = gradient
        )
            Widest.Run<S, GradientWork<S>>(new(this, a, b, isSecond, layout, d, default, u, upstream.Length == 1, to));
    }

    /// <summary>How much each distance changes as the vectors do.</summary>
    /// <param name="first">The vectors of the first set.</param>
    /// <param name="second">Those of the second, or the same.</param>
    /// <param name="alongFirst">By how much each of the first set changes.</param>
    /// <param name="alongSecond">Likewise, of the second.</param>
    /// <param name="layout">Of the distances.</param>
    /// <param name="distances">The distances.</param>
    /// <param name="changes">As many.</param>
    internal void RunChanges(
        ReadOnlySpan<double> first,
        ReadOnlySpan<double> second,
        ReadOnlySpan<double> alongFirst,
        ReadOnlySpan<double> alongSecond,
        Layout layout,
        ReadOnlySpan<double> distances,
        Span<double> changes
    )
    {
        fixed (
            double* a = first,
                b = second,
                c = alongFirst,
                d = alongSecond,
                from = distances,
                to = changes
        )
        {
            var along = new Along(c, d, null);
            Widest.Run<double, DistancesWork<double>>(new(this, a, b, layout, from, along, to));
        }
    }

    /// <summary>How much the gradient by the vectors of one set changes as both sets do.</summary>
    /// <param name="own">The vectors that it is by.</param>
    /// <param name="others">Those of the other set, or the same.</param>
    /// <param name="alongOwn">By how much each own vector changes.</param>
    /// <param name="alongOthers">Likewise, of the others.</param>
    /// <param name="isSecond">Whether the own vectors are those of the second set.</param>
    /// <param name="layout">Of the distances.</param>
    /// <param name="distances">The distances.</param>
    /// <param name="changes">How much each of them changes.</param>
    /// <param name="upstream">What each is multiplied by, or one for all.</param>
    /// <param name="curvatures">As many numbers as the own vectors have.</param>
    internal void RunCurvatures(
        ReadOnlySpan<double> own,
        ReadOnlySpan<double> others,
        ReadOnlySpan<double> alongOwn,
        ReadOnlySpan<double> alongOthers,
        bool isSecond,
        Layout layout,
        ReadOnlySpan<double> distances,
        ReadOnlySpan<double> changes,
        ReadOnlySpan<double> upstream,
        Span<double> curvatures
    )
    {
        fixed (
            double* a = own,
                b = others,
                c = alongOwn,
                d = alongOthers,
                n = distances,
                w = changes,
                u = upstream,
                to = curvatures
        )
        {
            var (along, isUniform) = (new Along(c, d, w), upstream.Length == 1);
            Widest.Run<double, GradientWork<double>>(new(this, a, b, isSecond, layout, n, along, u, isUniform, to));
        }
    }

    private readonly struct DistancesWork<S>(
        PairDistances pairs,
        S* first,
        S* second,
        Layout layout,
        double* distances,
        Along along,
        double* changes
    ) : IWork<S>
        where S : unmanaged
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => pairs.RunWith<TLane, S>(first, second, layout, distances, along, changes);
    }

    private readonly struct GradientWork<S>(
        PairDistances pairs,
        S* own,
        S* others,
        bool isSecond,
        Layout layout,
        double* distances,
        Along along,
        double* upstream,
        bool isUniform,
        double* gradient
    ) : IWork<S>
        where S : unmanaged
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> =>
            pairs.GradientWith<TLane, S>(own, others, isSecond, layout, distances, along, upstream, isUniform, gradient);
    }

    // By how much vectors change, and, for the curvature, how much their distances do; nothing for the distances and the gradient themselves.
    internal readonly struct Along(double* first, double* second, double* changes)
    {
        public double* First => first;

        public double* Second => second;

        public double* Changes => changes;
    }

    // The distances, or, where the vectors change, how much those do.
    internal void RunWith<TLane, S>(S* first, S* second, Layout layout, double* distances, Along along = default, double* changes = null)
        where TLane : struct, ILane<TLane, S>
        where S : unmanaged
    {
        if (layout.Work == 0)
            return;
        var width = Math.Max(1, layout.Width);
        // A tile: some of the rows against some of the columns.
        var columns = Math.Clamp(BlockElements / width, 1, layout.Columns);
        var rows = (int)Math.Clamp(ChunkElements / ((long)columns * width), 1, layout.Rows);
        int across = (layout.Columns - 1) / columns + 1,
            down = (layout.Rows - 1) / rows + 1;
        // Small sets go together.
        var sets = across * down == 1 ? (int)Math.Clamp(ChunkElements / (layout.Work / layout.Sets), 1, layout.Sets) : 1;
        var chunks = checked(((layout.Sets - 1) / sets + 1) * down * across);
        Threads.Run(
            chunks,
            Math.Min(Threads.Max, chunks),
            (chunk, _) =>
            {
                var (group, tile) = Math.DivRem(chunk, down * across);
                int row = tile / across * rows,
                    column = tile % across * columns;
                for (var set = group * sets; set < Math.Min(layout.Sets, (group + 1) * sets); set++)
                    Tile<TLane, S>(first, second, layout, set, (row, rows), (column, columns), distances, along, changes);
            }
        );
    }

    private void Tile<TLane, S>(
        S* first,
        S* second,
        Layout layout,
        int set,
        (int First, int Count) rows,
        (int First, int Count) columns,
        double* distances,
        Along along,
        double* changes
    )
        where TLane : struct, ILane<TLane, S>
        where S : unmanaged
    {
        for (var row = rows.First; row < Math.Min(layout.Rows, rows.First + rows.Count); row++)
        {
            var from = layout.IsWithin ? Math.Max(columns.First, row + 1) : columns.First;
            var count = Math.Min(layout.Columns, columns.First + columns.Count) - from;
            if (count <= 0)
                continue;
            nint one = ((nint)set * layout.Rows + row) * layout.Width,
                two = ((nint)set * layout.Columns + from) * layout.Width;
            var place = (nint)layout.Place(set, row, from);
            if (changes is null)
                Differences<TLane, S>.Norms(p, first + one, second + two, layout.Width, count, distances + place);
            else
                for (var i = 0; i < count; i++, two += layout.Width)
                    changes[place + i] = Differences<TLane, S>.Change(
                        p,
                        distances[place + i],
                        first + one,
                        second + two,
                        (S*)along.First + one,
                        (S*)along.Second + two,
                        layout.Width
                    );
        }
    }

    private void GradientWith<TLane, S>(
        S* own,
        S* others,
        bool isSecond,
        Layout layout,
        double* distances,
        Along along,
        double* upstream,
        bool isUniform,
        double* gradient
    )
        where TLane : struct, ILane<TLane, S>
        where S : unmanaged
    {
        var (mine, theirs) = isSecond ? (layout.Columns, layout.Rows) : (layout.Rows, layout.Columns);
        if (mine == 0 || layout.Sets == 0)
            return;
        var rows = Math.Min(OwnRows, mine);
        var perSet = (mine - 1) / rows + 1;
        var perRow = Math.Max(1, layout.Work / layout.Sets / mine);
        var sets = perSet == 1 ? (int)Math.Clamp(ChunkElements / (perRow * rows), 1, layout.Sets) : 1;
        var chunks = checked(((layout.Sets - 1) / sets + 1) * perSet);
        Threads.Run(
            chunks,
            layout.Work > BlockElements ? Math.Min(Threads.Max, chunks) : 1,
            (chunk, _) =>
            {
                var (group, block) = Math.DivRem(chunk, perSet);
                var first = block * rows;
                for (var set = group * sets; set < Math.Min(layout.Sets, (group + 1) * sets); set++)
                    Sum<TLane, S>(
                        own + ((nint)set * mine + first) * layout.Width,
                        others + (nint)set * theirs * layout.Width,
                        (set, first, Math.Min(rows, mine - first), theirs),
                        isSecond,
                        layout,
                        distances,
                        new(
                            along.First + ((nint)set * mine + first) * layout.Width,
                            along.Second + (nint)set * theirs * layout.Width,
                            along.Changes
                        ),
                        upstream,
                        isUniform,
                        gradient + ((nint)set * mine + first) * layout.Width
                    );
            }
        );
    }

    // The sums over the other set for some vectors: each of the others meets all of them while it is in the first cache.
    private void Sum<TLane, S>(
        S* own,
        S* others,
        (int Set, int First, int Count, int Others) part,
        bool isSecond,
        Layout layout,
        double* distances,
        Along along,
        double* upstream,
        bool isUniform,
        double* gradient
    )
        where TLane : struct, ILane<TLane, S>
        where S : unmanaged
    {
        var width = layout.Width;
        // A whole number of lanes each.
        var stride = (width + 7) / 8 * 8;
        var length = part.Count * stride;
        var memory = ArrayPool<double>.Shared.Rent(2 * length);
        try
        {
            Array.Clear(memory, 0, 2 * length);
            fixed (double* totals = memory)
            {
                var lost = totals + length;
                var work = 0L;
                for (var other = 0; other < part.Others; other++)
                {
                    if ((work += (long)part.Count * width) > ChunkElements)
                    {
                        work = 0;
                        Cancellable.Check();
                    }
                    for (var i = 0; i < part.Count; i++)
                    {
                        var row = part.First + i;
                        if (layout.IsWithin && row == other)
                            continue;
                        var place =
                            layout.IsWithin ? layout.Place(part.Set, Math.Min(row, other), Math.Max(row, other))
                            : isSecond ? layout.Place(part.Set, other, row)
                            : layout.Place(part.Set, row, other);
                        var slope = isUniform ? *upstream : upstream[place];
                        S* a = own + (nint)i * width,
                            b = others + (nint)other * width;
                        double* total = totals + (nint)i * stride,
                            rest = lost + (nint)i * stride;
                        if (along.Changes is null)
                            Differences<TLane, S>.AddSlopes(p, slope, distances[place], a, b, width, total, rest);
                        else
                            Differences<TLane, S>.AddCurvatures(
                                p,
                                slope,
                                distances[place],
                                along.Changes[place],
                                a,
                                b,
                                (S*)along.First + (nint)i * width,
                                (S*)along.Second + (nint)other * width,
                                width,
                                total,
                                rest
                            );
                    }
                }
                for (var i = 0; i < part.Count; i++)
                for (var k = 0; k < width; k++)
                {
                    double total = totals[(nint)i * stride + k],
                        rest = lost[(nint)i * stride + k];
                    gradient[(nint)i * width + k] = double.IsFinite(total) ? total + rest : total;
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(memory);
        }
    }
}
