using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

/// <summary>Softmax cross-entropy over pinned memory, value and gradient of a row while it is in the cache: rows go to threads in chunks, and a chunk's rows to lanes in groups that stay in the cache.</summary>
internal sealed unsafe class CrossEntropyJob<S>(
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

    // A row whose classes lie one after another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Along<TLane>(int row, int r, double* exponentials, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var label = loss.Labels.Indices[row];
        var x = logits + (nint)row * classes;
        var gradient = gradients is null ? null : gradients + (nint)row * classes;
        if (label < 0)
        {
            Describe(r, label, 0, 0, 0, 0, group);
            if (gradient is not null)
                new Span<S>(gradient, classes).Clear();
            return;
        }
        var g = gradient is null ? 0 : Upstream(row);
        var lacking = 0.0;
        // A row of finite numbers and −∞ has a shorter way, where no gradient is so large that it could make something of what that leaves out.
        double max = typeof(S) == typeof(float) ? Most<TLane>((float*)x, classes) : double.NaN,
            others = double.IsFinite(max) && Math.Abs(g) < LargestUpstream ? Short<TLane>((float*)x, max, exponentials) : double.NaN;
        var isShort = !double.IsNaN(others);
        if (!isShort)
        {
            max = Largest<TLane>(x, classes);
            Exponentiate<TLane>(x, classes, max, exponentials);
            others = double.IsNaN(max) ? double.NaN : Sum<TLane>(exponentials, (classes + Ways - 1) / Ways * Ways);
        }
        if (_smoothing > 0)
            lacking = Lacking(x, 1, max);
        var logit = double.CreateTruncating(x[label]);
        Describe(r, label, max, others, logit, lacking, group);
        if (gradient is null)
            return;
        var own = group.Own[r];
        var smoothing = group.Smoothing[r];
        if (g == 0 || (own == 0 && smoothing == 0))
        {
            new Span<S>(gradient, classes).Clear();
            return;
        }
        var normaliser = 1 + others;
        var (share, lost) = Share(own + smoothing * _weightSum, others, g);
        if (isShort && smoothing == 0)
            Scale<TLane>(exponentials, share, (float*)gradient);
        else if (smoothing == 0 || loss.ClassWeights.IsEmpty)
            Scaled<TLane>(exponentials, classes, share, lost, g * smoothing, gradient);
        else
            for (var c = 0; c < classes; c++)
                gradient[c] = S.CreateTruncating(share * Whole(exponentials[c], lost) - g * smoothing * loss.Weight(c));
        // The label's own −(1 − p) must not be computed from p: a confident row would have no digits left.
        var rest = logit == max ? others : normaliser - exponentials[label];
        gradient[label] = S.CreateTruncating(
            smoothing == 0
                ? -(share * Whole(rest, lost))
                : SmoothedLabel(g, own, smoothing, rest / normaliser, exponentials[label] / normaliser, loss.Weight(label))
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double SmoothedLabel(double g, double own, double smoothing, double rest, double p, double weight) =>
        g * (smoothing * (p * _weightSum - weight) - own * rest);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Largest<TLane>(S* x, int n)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var max = TLane.Constant(double.NegativeInfinity);
        // Four at a time, which do not wait for each other.
        TLane second = max,
            third = max,
            fourth = max;
        nuint i = 0;
        for (; i + 4 * step <= (nuint)n; i += 4 * step)
        {
            max = TLane.Max(max, TLane.Load(in *x, i));
            second = TLane.Max(second, TLane.Load(in *x, i + step));
            third = TLane.Max(third, TLane.Load(in *x, i + 2 * step));
            fourth = TLane.Max(fourth, TLane.Load(in *x, i + 3 * step));
        }
        for (; i + step <= (nuint)n; i += step)
            max = TLane.Max(max, TLane.Load(in *x, i));
        max = TLane.Max(TLane.Max(max, second), TLane.Max(third, fourth));
        var all = stackalloc double[8];
        TLane.StoreNumbers(max, ref *all, 0);
        var largest = all[0];
        for (var k = 1; k < TLane.Count; k++)
            largest = Math.Max(largest, all[k]);
        for (; i < (nuint)n; i++)
            largest = Math.Max(largest, double.CreateTruncating(x[i]));
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Most<TLane>(float* x, int n)
        where TLane : struct, ILane<TLane, S> =>
        TLane.Count == 8 ? FloatRows<Simd512, Vector512<double>>.Max(x, n)
        : TLane.Count == 4 ? FloatRows<Simd256, Vector256<double>>.Max(x, n)
        : FloatRows<Simd128, Vector128<double>>.Max(x, n);

    // Fills eˣ⁻ᵐ and returns the sum of all but the first of the largest; NaN where there is one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Short<TLane>(float* x, double max, double* exponentials)
        where TLane : struct, ILane<TLane, S>
    {
        var others =
            (
                TLane.Count == 8 ? FloatRows<Simd512, Vector512<double>>.Exponentiate(x, classes, max, exponentials)
                : TLane.Count == 4 ? FloatRows<Simd256, Vector256<double>>.Exponentiate(x, classes, max, exponentials)
                : FloatRows<Simd128, Vector128<double>>.Exponentiate(x, classes, max, exponentials)
            ) - 1;
        // Little is left beside a sure class's 1: it is summed by itself.
        return others < LeastOthers ? Sum<TLane>(exponentials, (classes + Ways - 1) / Ways * Ways) : others;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Scale<TLane>(double* exponentials, double share, float* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        if (TLane.Count == 8)
            FloatRows<Simd512, Vector512<double>>.Scale(exponentials, classes, share, gradient, _isStreamed);
        else if (TLane.Count == 4)
            FloatRows<Simd256, Vector256<double>>.Scale(exponentials, classes, share, gradient, _isStreamed);
        else
            FloatRows<Simd128, Vector128<double>>.Scale(exponentials, classes, share, gradient, _isStreamed);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentiate<TLane>(S* x, int n, double largest, double* exponentials)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var whole = (nuint)n / step * step;
        var max = TLane.Constant(largest);
        var one = TLane.Constant(1);
        for (nuint i = 0; i < whole; i += step)
        {
            var logit = TLane.Load(in *x, i);
            TLane.StoreNumbers(TLane.IfLess(logit, max, Exponential(logit, max), one), ref *exponentials, i);
        }
        if (whole < (nuint)n)
        {
            var rest = stackalloc S[Ways];
            for (nuint k = 0; k < step; k++)
                rest[k] = whole + k < (nuint)n ? x[whole + k] : S.NegativeInfinity;
            var logit = TLane.Load(in *rest, 0);
            TLane.StoreNumbers(TLane.IfLess(logit, max, Exponential(logit, max), one), ref *exponentials, whole);
        }
        // Up to the next multiple of the ways of a sum: nothing.
        for (var i = n; i < (n + Ways - 1) / Ways * Ways; i++)
            exponentials[i] = 0;
    }

    // A sum goes eight ways whatever the width of a lane, so that it is the same bits on every machine.
    private const int Ways = 8;

    // Those that are 1 are counted apart: all but one of them belong to the others, whose sum may be far below 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TLane>(double* exponentials, int n)
        where TLane : struct, ILane<TLane, S>
    {
        var sums = stackalloc double[Ways];
        var errors = stackalloc double[Ways];
        var ones = stackalloc double[Ways];
        var one = TLane.Constant(1);
        var zero = TLane.Constant(0);
        for (nuint way = 0; way < Ways; way += (nuint)TLane.Count)
        {
            var sum = zero;
            var error = zero;
            var count = zero;
            for (var i = way; i < (nuint)n; i += Ways)
            {
                var e = TLane.LoadNumbers(in *exponentials, i);
                Add(TLane.IfLess(e, one, e, zero), ref sum, ref error);
                count += TLane.IfLess(e, one, zero, one);
            }
            TLane.StoreNumbers(sum, ref *sums, way);
            TLane.StoreNumbers(error, ref *errors, way);
            TLane.StoreNumbers(count, ref *ones, way);
        }
        double total = -1,
            rest = 0;
        for (var way = 0; way < Ways; way++)
            total += ones[way];
        for (var way = 0; way < Ways; way++)
            Compensated.Add(ref total, ref rest, sums[way], errors[way]);
        return total + rest;
    }

    // eˣ⁻ᵐ. Over float64 data the rounding of the difference would be a relative error of many units where the difference is large.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Exponential<TLane>(TLane logit, TLane max)
        where TLane : struct, ILane<TLane, S>
    {
        var difference = logit - max;
        var e = TLane.Exp(difference);
        if (typeof(S) == typeof(float))
            return e;
        var part = difference - logit;
        return e + TLane.Weigh(e, logit - (difference - part) - (max + part));
    }

    // Over float64 data the error of each addition is kept, so that the sum's does not grow with the number of classes; over float32 data
    // a plain float64 sum has bits to spare.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLane>(TLane value, ref TLane sum, ref TLane error)
        where TLane : struct, ILane<TLane, S>
    {
        if (typeof(S) == typeof(float))
            sum += value;
        else
            Compensated.Add(ref sum, ref error, value);
    }

    // Σ w (m − x)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Lacking(S* x, int apart, double max)
    {
        double sum = 0,
            error = 0;
        for (var c = 0; c < classes; c++)
        {
            var logit = double.CreateTruncating(x[(nint)c * apart]);
            var value = Weigh(loss.Weight(c), logit == max ? 0 : max - logit);
            var next = sum + value;
            if (double.IsFinite(next))
                error += Compensated.Lost(sum, value, next);
            sum = next;
        }
        return sum + error;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scaled<TLane>(double* exponentials, int n, double share, double lost, double offset, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var factor = TLane.Constant(share);
        var rest = TLane.Constant(lost);
        var less = TLane.Constant(offset);
        nuint i = 0;
        for (; i + step <= (nuint)n; i += step)
            TLane.Store(factor * Whole(TLane.LoadNumbers(in *exponentials, i), rest) - less, ref *gradient, i);
        for (; i < (nuint)n; i++)
            gradient[i] = S.CreateTruncating(share * Whole(exponentials[i], lost) - offset);
    }

    // weight / (1 + others) · g, and what its roundings lost, as a part of it: over float64 data each would be half a unit of every slope.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (double Share, double Lost) Share(double weight, double others, double g)
    {
        var normaliser = 1 + others;
        var quotient = weight / normaliser;
        var share = quotient * g;
        if (typeof(S) == typeof(float))
            return (share, 0);
        var part = normaliser - others;
        var lacking = 1 - part + (others - (normaliser - part));
        var rest = Math.FusedMultiplyAdd(-quotient, normaliser, weight) - quotient * lacking;
        var lost = (Math.FusedMultiplyAdd(quotient, g, -share) + rest / normaliser * g) / share;
        return (share, double.IsFinite(lost) ? lost : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Whole<TLane>(TLane exponential, TLane lost)
        where TLane : struct, ILane<TLane, S> => typeof(S) == typeof(float) ? exponential : exponential + exponential * lost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Whole(double exponential, double lost) =>
        typeof(S) == typeof(float) ? exponential : exponential + exponential * lost;

    // Rows side by side, their classes far apart: a lane holds one class of several rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Across<TLane>(int row, int count, double* exponentials, S* padded, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var start = (nint)(row / inner) * classes * inner + row % inner;
        var x = logits + start;
        var whole = count / TLane.Count * TLane.Count;
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        // What is left of the last lane is padded with zeros, rows like any other whose results go nowhere.
        if (whole < count)
        {
            new Span<S>(padded, classes * TLane.Count).Clear();
            for (var c = 0; c < classes; c++)
                new ReadOnlySpan<S>(x + (nint)c * inner + whole, count - whole).CopyTo(new(padded + c * TLane.Count, count - whole));
            SideBySide<TLane>(padded, TLane.Count, TLane.Count, exponentials + whole, width, group.Max + whole, group.Others + whole);
        }
        if (whole > 0)
            SideBySide<TLane>(x, inner, whole, exponentials, width, group.Max, group.Others);
        DescribeAll(row, count, x, inner, 1, group);
        if (gradients is null)
            return;
        var shares = Shares(row, count, group);
        var gradient = gradients + start;
        for (var c = 0; c < classes; c++)
        {
            var e = exponentials + (nint)c * width;
            var to = gradient + (nint)c * inner;
            ScaledAcross<TLane>(e, shares, group.Lost, whole, to);
            for (var r = whole; r < count; r++)
                to[r] = S.CreateTruncating(Weigh(shares[r], Whole(e[r], group.Lost[r])));
        }
        Correct(row, count, exponentials, width, shares, group, gradient, inner, 1);
    }

    // Short rows that lie along memory: turned, so that they lie across it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Turned<TLane>(int row, int count, double* exponentials, S* turned, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var x = logits + (nint)row * classes;
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        for (var c = 0; c < classes; c++)
        {
            var to = turned + c * width;
            for (var r = 0; r < count; r++)
                to[r] = x[r * classes + c];
            new Span<S>(to + count, width - count).Clear();
        }
        SideBySide<TLane>(turned, width, width, exponentials, width, group.Max, group.Others);
        DescribeAll(row, count, turned, width, 1, group);
        if (gradients is null)
            return;
        var shares = Shares(row, count, group);
        new Span<double>(shares + count, width - count).Clear();
        var gradient = gradients + (nint)row * classes;
        for (var c = 0; c < classes; c++)
        {
            var from = turned + c * width;
            ScaledAcross<TLane>(exponentials + c * width, shares, group.Lost, width, from);
            for (var r = 0; r < count; r++)
                gradient[r * classes + c] = from[r];
        }
        Correct(row, count, exponentials, width, shares, group, gradient, 1, classes);
    }

    // The rows of a group, class c of row r at c · perClass + r · perRow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DescribeAll(int row, int count, S* x, int perClass, int perRow, Group group)
    {
        var labels = loss.Labels.Indices.Slice(row, count);
        for (var r = 0; r < count; r++)
        {
            var label = labels[r];
            var max = group.Max[r];
            var lacking = label >= 0 && _smoothing > 0 ? Lacking(x + (nint)r * perRow, perClass, max) : 0;
            var logit = label < 0 ? 0 : double.CreateTruncating(x[(nint)label * perClass + (nint)r * perRow]);
            Describe(r, label, max, group.Others[r], logit, lacking, group);
        }
    }

    // What the exponentials of each row are multiplied by. The largest logits have been used: the shares take their place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double* Shares(int row, int count, Group group)
    {
        var shares = group.Max;
        for (var r = 0; r < count; r++)
        {
            var g = Upstream(row + r);
            var counts = g != 0 && (group.Own[r] != 0 || group.Smoothing[r] != 0);
            (shares[r], group.Lost[r]) = counts ? Share(group.Own[r] + group.Smoothing[r] * _weightSum, group.Others[r], g) : (0, 0);
        }
        return shares;
    }

    // What smoothing takes from every class, and the label's own slope.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Correct(
        int row,
        int count,
        double* exponentials,
        int width,
        double* shares,
        Group group,
        S* gradient,
        int perClass,
        int perRow
    )
    {
        if (_smoothing > 0)
            for (var c = 0; c < classes; c++)
            for (var r = 0; r < count; r++)
                gradient[(nint)c * perClass + (nint)r * perRow] = S.CreateTruncating(
                    Weigh(shares[r], Whole(exponentials[(nint)c * width + r], group.Lost[r]))
                        - Weigh(group.Smoothing[r], Weigh(Upstream(row + r), loss.Weight(c)))
                );
        var labels = loss.Labels.Indices.Slice(row, count);
        for (var r = 0; r < count; r++)
        {
            if (labels[r] < 0 || shares[r] == 0)
                continue;
            var normaliser = 1 + group.Others[r];
            var e = exponentials[(nint)labels[r] * width + r];
            var rest = group.Short[r] == 0 ? group.Others[r] : normaliser - e;
            gradient[(nint)labels[r] * perClass + (nint)r * perRow] = S.CreateTruncating(
                group.Smoothing[r] == 0
                    ? -(shares[r] * Whole(rest, group.Lost[r]))
                    : SmoothedLabel(
                        Upstream(row + r),
                        group.Own[r],
                        group.Smoothing[r],
                        rest / normaliser,
                        e / normaliser,
                        loss.Weight(labels[r])
                    )
            );
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SideBySide<TLane>(S* x, int apart, int count, double* exponentials, int width, double* largest, double* others)
        where TLane : struct, ILane<TLane, S>
    {
        var step = (nuint)TLane.Count;
        var zero = TLane.Constant(0);
        var one = TLane.Constant(1);
        for (nuint i = 0; i < (nuint)count; i += step)
        {
            var max = TLane.Constant(double.NegativeInfinity);
            for (var c = 0; c < classes; c++)
                max = TLane.Max(max, TLane.Load(in *(x + (nint)c * apart), i));
            TLane.StoreNumbers(max, ref *largest, i);
            var sum = zero;
            var error = zero;
            var ties = zero;
            for (var c = 0; c < classes; c++)
            {
                var logit = TLane.Load(in *(x + (nint)c * apart), i);
                var e = Exponential(logit, max);
                TLane.StoreNumbers(TLane.IfLess(logit, max, e, one), ref *(exponentials + (nint)c * width), i);
                Add(TLane.IfLess(logit, max, e, zero), ref sum, ref error);
                ties += TLane.IfLess(logit, max, zero, one);
            }
            // A NaN is the largest, and no exponential knows of it.
            TLane.StoreNumbers(TLane.Given(max, sum + (error + (ties - one))), ref *others, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaledAcross<TLane>(double* exponentials, double* shares, double* lost, int count, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var e = Whole(TLane.LoadNumbers(in *exponentials, i), TLane.LoadNumbers(in *lost, i));
            TLane.Store(TLane.Weigh(TLane.LoadNumbers(in *shares, i), e), ref *gradient, i);
        }
    }
}
