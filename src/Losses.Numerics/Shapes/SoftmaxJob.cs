using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Losses;

/// <summary>A loss of rows of logits over pinned memory, value and gradient of a row while it is in the cache: rows go to threads in chunks, and short ones, or such as lie across memory, side by side to lanes.</summary>
/// <param name="logits">Row-major.</param>
/// <param name="rows">How many rows there are.</param>
/// <param name="classes">How many logits a row has.</param>
/// <param name="inner">How far the classes of a row lie apart.</param>
/// <param name="upstream">What the gradient of a row is multiplied by: one number for all, or one for each row.</param>
/// <param name="isUniform">Whether it is one for all.</param>
/// <param name="values">A place for the loss of each row, or null.</param>
internal abstract unsafe partial class SoftmaxJob<S>(
    S* logits,
    int rows,
    int classes,
    int inner,
    double* upstream,
    bool isUniform,
    S* values
)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    // Work for some ten microseconds at the least, about the time that it takes to wake a thread.
    private const int ChunkElements = 1 << 15;

    /// <summary>Up to so many classes it is cheaper to turn rows than to pay for each by itself.</summary>
    private protected virtual int FewClasses => 32;

    // Float64 numbers of one group of rows side by side, for all classes: they stay in the second cache.
    private const int GroupElements = 1 << 14;
    private protected const int MostRows = 512;

    // From so many elements on a gradient is no longer in a cache when it is next read.
    private protected const int StreamedElements = 1 << 23;

    // A sum goes eight ways whatever the width of a lane, so that it is the same bits on every machine.
    private protected const int Ways = 8;

    private protected const double LargestUpstream = 1e100;
    private const double LeastOthers = 0.0625;

    private protected S* Logits => logits;

    private protected int Classes => classes;

    private protected int Inner => inner;

    private protected S* Values => values;

    /// <summary>Whether rows lie along memory, and are long enough to go one after another; others go side by side in lanes.</summary>
    private protected bool IsAlong => inner == 1 && classes > FewClasses;

    /// <summary>Room for the exponentials of a row along memory, to a multiple of the ways of a sum.</summary>
    private protected int RowLength => Cut.Room(((long)classes + Ways - 1) / Ways * Ways, classes, "classes in a row");

    /// <summary>The loss of some rows.</summary>
    private protected abstract void RunRows(int first, int last, ExactSum? sum);

    internal ExactSum? Run(bool isSummed)
    {
        // A few long rows at a time, of which each comes from memory while the one before it is computed with.
        var chunkRows = Math.Max(Math.Clamp(rows / 64, 1, 8), ChunkElements / classes);
        // A group of a strided class axis lies within one run of neighbours.
        var perRun = inner == 1 ? 1 : Cut.Count(inner, chunkRows);
        var chunks =
            inner == 1 ? Cut.Count(rows, chunkRows)
            : inner == 0 ? 0
            : rows / inner * perRun;
        var workers = Math.Min(Threads.Max, Math.Max(1, chunks / 2));
        if (workers == 1)
        {
            var sum = isSummed ? new ExactSum() : null;
            Threads.Run(chunks, 1, (chunk, _) => RunChunk(chunk, chunkRows, perRun, sum));
            return sum;
        }
        var sums = new ExactSum?[workers];
        Threads.Run(
            chunks,
            workers,
            (chunk, worker) => RunChunk(chunk, chunkRows, perRun, isSummed ? sums[worker] ??= new ExactSum() : null)
        );
        if (!isSummed)
            return null;
        var total = new ExactSum();
        foreach (var sum in sums)
            if (sum is not null)
                total.Merge(sum);
        return total;
    }

    private void RunChunk(int chunk, int chunkRows, int perRun, ExactSum? sum)
    {
        if (inner == 1)
            RunRows(chunk * chunkRows, Cut.End(rows, chunk * chunkRows, chunkRows), sum);
        else
        {
            var run = chunk / perRun;
            var first = run * inner + chunk % perRun * chunkRows;
            RunRows(first, Cut.End((run + 1) * inner, first, chunkRows), sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected double Upstream(int row) => isUniform ? *upstream : upstream[row];

    /// <summary>What rows are multiplied by.</summary>
    private protected void Upstream(int row, int count, double* to)
    {
        if (isUniform)
            new Span<double>(to, count).Fill(*upstream);
        else
            new ReadOnlySpan<double>(upstream + row, count).CopyTo(new(to, count));
    }

    /// <summary>Where the first class of a row lies.</summary>
    private protected nint Place(int row) => (nint)(row / inner) * classes * inner + row % inner;

    /// <summary>How many rows go side by side, of so many.</summary>
    private protected int GroupRows(int count, int lane) =>
        (Math.Min(Math.Clamp(GroupElements / classes, 2 * lane, MostRows), count) + lane - 1) / lane * lane;

    /// <summary>Rows as lanes read them, class by class, so many numbers apart; rows that fill the last lane are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected void Gather<TLane>(S* source, int count, int apart, double* to)
        where TLane : struct, ILane<TLane, S>
    {
        if (inner == 1)
            for (var r = 0; r < count; r++)
            {
                var from = source + (nint)r * classes;
                for (var c = 0; c < classes; c++)
                    to[(nint)c * apart + r] = double.CreateTruncating(from[c]);
            }
        else
            for (var c = 0; c < classes; c++)
            {
                S* from = source + (nint)c * inner;
                var into = to + (nint)c * apart;
                var r = 0;
                for (; r + TLane.Count <= count; r += TLane.Count)
                    TLane.StoreNumbers(TLane.Load(in *from, (nuint)r), ref *into, (nuint)r);
                for (; r < count; r++)
                    into[r] = double.CreateTruncating(from[r]);
            }
        for (var c = 0; c < classes; c++)
        for (var r = count; r % TLane.Count != 0; r++)
            to[(nint)c * apart + r] = 0;
    }

    /// <summary>The opposite of <see cref="Gather"/>, of numbers that have been rounded, in the order of lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected void Scatter(S* rounded, int count, int apart, S* destination)
    {
        for (var r = 0; r < count; r++)
        {
            var to = destination + (nint)r * classes;
            for (var c = 0; c < classes; c++)
                to[c] = rounded[(nint)c * apart + r];
        }
    }
}
