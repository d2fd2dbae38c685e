using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses;

/// <summary>A loss of softmax rows with class indices, along one axis of the logits.</summary>
/// <param name="loss">The definition: its term of the label's class is the loss.</param>
/// <param name="axis">The class axis.</param>
/// <param name="labels">A class index for each row, in the shape of the logits without the class axis; a negative one is ignored.</param>
/// <param name="classWeights">A weight for each class, or empty: all 1.</param>
/// <param name="labelSmoothing">ε in [0, 1]: (1 − ε) of the label's loss and ε / C of −log p of every class.</param>
internal sealed class SoftmaxLabels<L>(L loss, int axis, Labels labels, double[] classWeights, double labelSmoothing = 0)
    : LabelledRows(axis, labels, classWeights)
    where L : struct, ISoftmaxRows
{
    internal L Loss => loss;

    internal double LabelSmoothing => labelSmoothing;

    internal override unsafe ExactSum? Run<S>(
        ReadOnlySpan<S> x,
        Shape shape,
        ReadOnlySpan<double> upstream,
        Span<S> values,
        Span<S> gradients,
        bool isSummed
    )
    {
        var (_, classes, inner) = shape.Around(Axis);
        fixed (
            S* px = x,
                pv = values,
                pg = gradients
        )
        fixed (double* pu = upstream)
            return new SoftmaxLabelsJob<L, S>(this, px, classes, inner, pu, upstream.Length == 1, pv, pg).Run(isSummed);
    }
}

/// <summary>A loss of softmax rows with labels over pinned memory.</summary>
internal sealed unsafe partial class SoftmaxLabelsJob<L, S>(
    SoftmaxLabels<L> rows,
    S* logits,
    int classes,
    int inner,
    double* upstream,
    bool isUniform,
    S* values,
    S* gradients
) : SoftmaxJob<S>(logits, rows.Labels.Indices.Length, classes, inner, upstream, isUniform, values)
    where L : struct, ISoftmaxRows
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private readonly bool _isStreamed = (long)rows.Labels.Indices.Length * classes > StreamedElements && gradients != logits;
    private readonly L _loss = rows.Loss;
    private readonly double _smoothing = rows.LabelSmoothing / classes;
    private readonly double _weightSum = Total(rows.ClassWeights, classes);

    // Up to so many classes the slopes of several rows along memory are made together, whose exponentials stay in the first cache.
    private const int MostTogether = 64;
    private const int TogetherElements = 1 << 12;

    // Up to so many classes the label's is found by comparing.
    private const int MostCompared = 8;

    // Rows that may go the shorter way.
    private bool IsPlain => typeof(S) == typeof(float) && _smoothing == 0;

    private protected override int FewClasses => IsPlain ? 8 : base.FewClasses;

    private static double Total(ReadOnlySpan<double> weights, int classes)
    {
        double sum = weights.IsEmpty ? classes : 0;
        foreach (var weight in weights)
            sum += weight;
        return sum;
    }

    private protected override void RunRows(int first, int last, ExactSum? sum) => Widest.Run<S, Part>(new(this, first, last, sum));

    private readonly struct Part(SoftmaxLabelsJob<L, S> job, int first, int last, ExactSum? sum) : IWork<S>
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
        var isTogether = IsPlain && IsAlong && Classes <= MostTogether;
        var groupRows =
            isTogether ? (Math.Clamp(TogetherElements / Classes, 1, last - first) + lane - 1) / lane * lane
            : IsAlong ? (Math.Min(MostRows, last - first) + lane - 1) / lane * lane
            : GroupRows(last - first, lane);
        var room =
            isTogether ? (long)RowLength * groupRows
            : IsAlong ? RowLength
            : (long)Classes * (groupRows + lane);
        var length = Cut.Room(room + Group.Arrays * groupRows, Classes, "classes in a row");
        var rented = length > 2048 ? ArrayPool<double>.Shared.Rent(length) : null;
        var stack = stackalloc double[rented is null ? length : 1];
        var rounded = stackalloc S[groupRows];
        fixed (double* pool = rented)
        {
            var memory = rented is null ? stack : pool;
            var group = new Group(memory + room, groupRows);
            for (var row = first; row < last; row += groupRows)
            {
                var count = Math.Min(groupRows, last - row);
                var width = (count + lane - 1) / lane * lane;
                var areShort = isTogether && DescribeAlong<TLane>(row, count, memory, group);
                if (!IsAlong)
                    Describe<TLane>(row, count, memory, groupRows + lane, group);
                else if (!areShort)
                {
                    group.Clear();
                    for (var r = 0; r < count; r++)
                        Along<TLane>(row + r, r, memory, group);
                }
                if (Values is not null || sum is not null)
                    Value<TLane>(group, width, rounded);
                if (gradients is not null && areShort)
                    Together<TLane>(row, count, memory, group);
                else if (gradients is not null && !IsAlong)
                    SideBySide<TLane>(row, count, memory, groupRows + lane, group);
                if (Values is null && sum is null)
                    continue;
                var results = new ReadOnlySpan<S>(rounded, count);
                if (Values is not null)
                    results.CopyTo(new(Values + row, count));
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

    /// <summary>What is known of each row of a group, from which its value and its slopes follow.</summary>
    private readonly struct Group(double* memory, int rows)
    {
        internal const int Arrays = 10;

        /// <summary>The label; −1 where ignored.</summary>
        internal double* Label => memory;

        /// <summary>The weight of the label's class; 0 where ignored.</summary>
        internal double* Weight => memory + rows;

        /// <summary>Σ eˣ⁻ᵐ but for one largest, which adds exactly 1: the normaliser is 1 more.</summary>
        internal double* Others => memory + 2 * rows;

        /// <summary>m − x at the label.</summary>
        internal double* Short => memory + 3 * rows;

        /// <summary>eˣ⁻ᵐ at the label.</summary>
        internal double* Exponential => memory + 4 * rows;

        /// <summary>ε / C; 0 where ignored.</summary>
        internal double* Smoothing => memory + 5 * rows;

        /// <summary>Σ w (m − x), of which smoothing takes its share; then, side by side, the slope by the label's logit.</summary>
        internal double* Lacking => memory + 6 * rows;

        /// <summary>What comes from above to rows side by side; then, times ε / C, what smoothing takes from their slopes.</summary>
        internal double* Upstream => memory + 7 * rows;

        /// <summary>What the exponentials are multiplied by; before, side by side, the largest logit.</summary>
        internal double* Share => memory + 8 * rows;

        /// <summary>What the shares lost to rounding, as a part of them; over float32 data 0.</summary>
        internal double* Lost => memory + 9 * rows;

        internal void Clear() => new Span<double>(memory, Arrays * rows).Clear();
    }

    // The label's class: log p, p and 1 − p, of which none is a difference of nearly equal numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Softmax<TLane> Own<TLane>(Group group, nuint i)
        where TLane : struct, ILane<TLane, S> =>
        Own(TLane.LoadNumbers(in *group.Others, i), TLane.LoadNumbers(in *group.Short, i), TLane.LoadNumbers(in *group.Exponential, i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Softmax<TLane> Own<TLane>(TLane others, TLane lacking, TLane exponential)
        where TLane : struct, ILane<TLane, S>
    {
        var normaliser = TLane.Constant(1) + others;
        return new(-(lacking + TLane.Log1P(others)), exponential / normaliser, Rest(others, lacking, exponential) / normaliser);
    }

    // The exponentials of all classes but the label's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Rest<TLane>(TLane others, TLane lacking, TLane exponential)
        where TLane : struct, ILane<TLane, S> =>
        TLane.IfEqual(lacking, TLane.Constant(0), others, TLane.Constant(1) + others - exponential);

    // How the loss of a row changes with log p of the label.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLane Slope<TLane>(Softmax<TLane> own)
        where TLane : struct, ILane<TLane, S> => _loss.Of(Varied(own), Dual<TLane>.Fixed(TLane.Constant(1))).Derivative;

    // w ⊙ (1 − ε) f + ε / C ⊙ (Σ w · log normaliser + lacking): no term cancels another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Value<TLane>(Group group, int count, S* results)
        where TLane : struct, ILane<TLane, S>
    {
        TLane one = TLane.Constant(1),
            ownShare = TLane.Constant(1 - rows.LabelSmoothing),
            weights = TLane.Constant(_weightSum);
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var value = TLane.Weigh(ownShare * TLane.LoadNumbers(in *group.Weight, i), _loss.Of(Own<TLane>(group, i), one));
            if (_smoothing > 0)
                value += TLane.Weigh(
                    TLane.LoadNumbers(in *group.Smoothing, i),
                    weights * TLane.Log1P(TLane.LoadNumbers(in *group.Others, i)) + TLane.LoadNumbers(in *group.Lacking, i)
                );
            TLane.Store(value, ref *results, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Weigh(double weight, double x) => weight == 0 ? 0 : weight * x;

    // weight / (1 + others) · g, and what its roundings lost, as a part of it: over float64 data each would be half a unit of every slope.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane Share, TLane Lost) Share<TLane>(TLane weight, TLane others, TLane g)
        where TLane : struct, ILane<TLane, S>
    {
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1);
        var normaliser = one + others;
        var quotient = weight / normaliser;
        // What counts for nothing has no slope, whatever its logits.
        var share = TLane.IfEqual(weight, zero, zero, TLane.Weigh(g, quotient));
        if (typeof(S) == typeof(float))
            return (share, zero);
        var part = normaliser - others;
        var lacking = one - part + (others - (normaliser - part));
        var rest = TLane.MultiplyAdd(-quotient, normaliser, weight) - quotient * lacking;
        var lost = (TLane.MultiplyAdd(quotient, g, -share) + rest / normaliser * g) / share;
        return (share, TLane.IfLess(TLane.Abs(lost), TLane.Constant(double.PositiveInfinity), lost, zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Whole<TLane>(TLane exponential, TLane lost)
        where TLane : struct, ILane<TLane, S> => typeof(S) == typeof(float) ? exponential : exponential + exponential * lost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Whole(double exponential, double lost) =>
        typeof(S) == typeof(float) ? exponential : exponential + exponential * lost;
}
