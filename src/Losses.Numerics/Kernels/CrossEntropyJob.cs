using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Losses;

/// <summary>Softmax cross-entropy over pinned memory, value and gradient of a row while it is in the cache: rows go to threads in chunks, and a chunk's rows to lanes in groups that stay in the cache.</summary>
internal sealed unsafe partial class CrossEntropyJob<S>(
    SoftmaxCrossEntropy loss,
    S* logits,
    int classes,
    int inner,
    S* upstream,
    bool isUniform,
    double scale,
    S* values,
    S* gradients
)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    // Work for some ten microseconds at the least, about the time that it takes to wake a thread.
    private const int ChunkElements = 1 << 15;

    // Float64 numbers of one group's exponentials: they stay in the second cache.
    private const int GroupElements = 1 << 14;
    private const int MostRows = 512;

    // Up to so many classes it is cheaper to turn rows than to pay for each by itself.
    private const int FewClasses = 32;

    private const double LargestUpstream = 1e100;
    private const double LeastOthers = 0.0625;

    // From so many elements on a gradient is no longer in a cache when it is next read.
    private const int StreamedElements = 1 << 23;

    private readonly bool _isStreamed = (long)loss.Labels.Indices.Length * classes > StreamedElements && gradients != logits;
    private readonly double _smoothing = loss.LabelSmoothing / classes;
    private readonly double _weightSum = Total(loss.ClassWeights, classes);

    private int Rows => loss.Labels.Indices.Length;

    internal ExactSum? Run(bool isSummed)
    {
        // A few long rows at a time, of which each comes from memory while the one before it is computed with.
        var chunkRows = Math.Max(Math.Clamp(Rows / 64, 1, 8), ChunkElements / classes);
        // A group of a strided class axis lies within one run of neighbours.
        var perRun = inner == 1 ? 1 : Cut.Count(inner, chunkRows);
        var chunks =
            inner == 1 ? Cut.Count(Rows, chunkRows)
            : inner == 0 ? 0
            : Rows / inner * perRun;
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
        int first,
            last;
        if (inner == 1)
        {
            first = chunk * chunkRows;
            last = Cut.End(Rows, first, chunkRows);
        }
        else
        {
            var run = chunk / perRun;
            first = run * inner + chunk % perRun * chunkRows;
            last = Cut.End((run + 1) * inner, first, chunkRows);
        }
        Widest.Run<S, Chunk>(new(this, first, last, sum));
    }

    private readonly struct Chunk(CrossEntropyJob<S> job, int first, int last, ExactSum? sum) : IWork<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => job.RunRows<TLane>(first, last, sum);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void RunRows<TLane>(int first, int last, ExactSum? sum)
        where TLane : struct, ILane<TLane, S>
    {
        var lane = TLane.Count;
        // Rows that lie across memory go side by side in lanes, and so do short ones, turned; long ones that lie along it go one after another.
        var isAlong = inner == 1 && classes > FewClasses;
        var groupRows = isAlong ? MostRows : Math.Clamp(GroupElements / classes, lane, MostRows);
        groupRows = (Math.Min(groupRows, last - first) + lane - 1) / lane * lane;
        var room = isAlong ? (classes + Ways - 1) / Ways * Ways : (long)classes * groupRows;
        // Turned rows need a place, and the part of a lane that rows side by side may leave one that is padded.
        var turned = isAlong ? 0 : (long)classes * (inner == 1 ? groupRows : lane);
        var length = Cut.Room(room + Group.Arrays * groupRows + turned + lane, classes, "classes in a row");
        int scratch = (int)room,
            padded = (int)turned;
        var rented = length > 2048 ? ArrayPool<double>.Shared.Rent(length) : null;
        var stack = stackalloc double[rented is null ? length : 1];
        var rounded = stackalloc S[groupRows];
        fixed (double* pool = rented)
        {
            var memory = rented is null ? stack : pool;
            for (var row = first; row < last; row += groupRows)
            {
                var count = Math.Min(groupRows, last - row);
                var group = new Group(memory + scratch, groupRows);
                group.Clear();
                if (isAlong)
                    for (var r = 0; r < count; r++)
                        Along<TLane>(row + r, r, memory, group);
                else if (inner == 1)
                    Turned<TLane>(row, count, memory, (S*)(memory + length - lane - padded), group);
                else
                    Across<TLane>(row, count, memory, (S*)(memory + length - lane - padded), group);
                if (values is null && sum is null)
                    continue;
                Finish<TLane>(group, (count + lane - 1) / lane * lane, rounded);
                var results = new ReadOnlySpan<S>(rounded, count);
                if (values is not null)
                    results.CopyTo(new(values + row, count));
                if (typeof(S) == typeof(float))
                    sum?.Add(MemoryMarshal.Cast<S, float>(results));
                else
                    sum?.Add(MemoryMarshal.Cast<S, double>(results));
            }
        }
        if (rented is not null)
            ArrayPool<double>.Shared.Return(rented);
        // What went past the caches is there before another thread is told so.
        if (_isStreamed && Sse.IsSupported)
            Sse.StoreFence();
    }

    /// <summary>What is known of each row of a group, from which its value follows.</summary>
    private readonly struct Group(double* memory, int rows)
    {
        internal const int Arrays = 7;

        /// <summary>Largest logit.</summary>
        internal double* Max => memory;

        /// <summary>Σ eˣ⁻ᵐ but for one largest, which adds exactly 1: the normaliser is 1 more.</summary>
        internal double* Others => memory + rows;

        /// <summary>m − x at the label.</summary>
        internal double* Short => memory + 2 * rows;

        /// <summary>(1 − ε) w of the label; 0 where ignored.</summary>
        internal double* Own => memory + 3 * rows;

        /// <summary>ε / C; 0 where ignored.</summary>
        internal double* Smoothing => memory + 4 * rows;

        /// <summary>Σ w (m − x), of which smoothing takes its share.</summary>
        internal double* Lacking => memory + 5 * rows;

        /// <summary>What the shares lost to rounding, as a part of them; over float32 data 0.</summary>
        internal double* Lost => memory + 6 * rows;

        internal void Clear() => new Span<double>(memory, Arrays * rows).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Upstream(int row) => scale * double.CreateTruncating(isUniform ? *upstream : upstream[row]);

    private static double Total(ReadOnlySpan<double> weights, int classes)
    {
        double sum = weights.IsEmpty ? classes : 0;
        foreach (var weight in weights)
            sum += weight;
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Weigh(double weight, double x) => weight == 0 ? 0 : weight * x;

    // (1 − ε) w_y of the label's loss and ε / C of every class's: what a row's own numbers say of it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Describe(int r, int label, double max, double others, double logit, double lacking, Group group)
    {
        // A row all −∞ has no distribution, and contributes nothing.
        if (label < 0 || double.IsNegativeInfinity(max))
        {
            group.Others[r] = group.Short[r] = group.Lacking[r] = 0;
            group.Own[r] = group.Smoothing[r] = 0;
            return;
        }
        group.Others[r] = others;
        group.Short[r] =
            double.IsNaN(max) ? double.NaN
            : logit == max ? 0
            : max - logit;
        group.Own[r] = (1 - loss.LabelSmoothing) * loss.Weight(label);
        group.Smoothing[r] = _smoothing;
        group.Lacking[r] = lacking;
    }

    // own ⊙ (short + log normaliser) + ε / C ⊙ (Σ w · log normaliser + lacking): no term cancels another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish<TLane>(Group group, int count, S* results)
        where TLane : struct, ILane<TLane, S>
    {
        var weights = TLane.Constant(_weightSum);
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var log = TLane.Log1P(TLane.LoadNumbers(in *group.Others, i));
            var value = TLane.Weigh(TLane.LoadNumbers(in *group.Own, i), TLane.LoadNumbers(in *group.Short, i) + log);
            if (_smoothing > 0)
                value += TLane.Weigh(TLane.LoadNumbers(in *group.Smoothing, i), weights * log + TLane.LoadNumbers(in *group.Lacking, i));
            TLane.Store(value, ref *results, i);
        }
    }
}
