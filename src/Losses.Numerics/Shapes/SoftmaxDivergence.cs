using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A loss of two softmax rows, of which the second is the target.</summary>
/// <param name="loss">The definition: the loss of a row is the sum of its terms.</param>
/// <param name="axis">The class axis.</param>
/// <param name="temperature">What the logits of both are divided by.</param>
/// <param name="scale">What the loss is multiplied by.</param>
internal sealed class SoftmaxDivergence<L>(L loss, int axis, double temperature, double scale) : TargetRows(axis)
    where L : struct, ISoftmaxDivergence
{
    internal L Loss => loss;

    internal double Temperature => temperature;

    internal double Scale => scale;

    private protected override unsafe SoftmaxJob<S> Job<S>(
        S* x,
        S* target,
        int rows,
        int classes,
        int inner,
        double* upstream,
        bool isUniform,
        S* values,
        S* byPrediction,
        S* byTarget
    ) => new SoftmaxDivergenceJob<L, S>(this, x, target, rows, classes, inner, upstream, isUniform, values, byPrediction, byTarget);
}

/// <summary>A loss of two softmax rows over pinned memory: the exponentials of both, once, and what is made of them.</summary>
internal sealed unsafe class SoftmaxDivergenceJob<L, S>(
    SoftmaxDivergence<L> loss,
    S* logits,
    S* targets,
    int rows,
    int classes,
    int inner,
    double* upstream,
    bool isUniform,
    S* values,
    S* byPrediction,
    S* byTarget
) : SoftmaxJob<S>(logits, rows, classes, inner, upstream, isUniform, values)
    where L : struct, ISoftmaxDivergence
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private readonly L _loss = loss.Loss;

    private protected override void RunRows(int first, int last, ExactSum? sum) => Widest.Run<S, Part>(new(this, first, last));

    private readonly struct Part(SoftmaxDivergenceJob<L, S> job, int first, int last) : IWork<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => job.RunRows<TLane>(first, last);
    }

    private void RunRows<TLane>(int first, int last)
        where TLane : struct, ILane<TLane, S>
    {
        var (groupRows, apart, steps, room) = Layout(last - first, TLane.Count);
        const int areas = 5;
        var length = Cut.Room(areas * room + (2L * Side.Arrays + Group.Arrays) * groupRows, Classes, "classes in a row");
        var rented = ArrayPool<double>.Shared.Rent(length);
        fixed (double* memory = rented)
        {
            var numbers = memory + areas * room;
            Side x = new(Logits, memory, memory + room, numbers, groupRows),
                t = new(targets, memory + 2 * room, memory + 3 * room, numbers + Side.Arrays * groupRows, groupRows);
            var group = new Group(numbers + 2 * Side.Arrays * groupRows, groupRows, memory + 4 * room, apart, steps);
            for (var r = 0; r < groupRows; r++)
                group.IsClass[r] = r < Classes % Ways ? 1 : 0;
            if (IsAlong)
                for (var row = first; row < last; row++)
                    Along<TLane>(row, x, t, group);
            else
                for (var row = first; row < last; row += groupRows)
                    SideBySide<TLane>(row, Math.Min(groupRows, last - row), x, t, group);
        }
        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>One of the two softmaxes, of a group of rows.</summary>
    private readonly struct Side(S* logits, double* below, double* exponentials, double* numbers, int rows)
    {
        internal const int Arrays = 4;

        internal S* Logits => logits;

        /// <summary>(x − m) / T, a step from one class to the next.</summary>
        internal double* Below => below;

        /// <summary>Their exponentials.</summary>
        internal double* Exponentials => exponentials;

        /// <summary>The largest logit m of each row.</summary>
        internal double* Max => numbers;

        /// <summary>Σ of the exponentials but for one largest, which adds exactly 1: the normaliser is 1 more.</summary>
        internal double* Others => numbers + rows;

        /// <summary>The logarithm of the normaliser.</summary>
        internal double* Log => numbers + 2 * rows;

        /// <summary>What exponentials are divided by; or over float32 data, once for each row, what they are multiplied by.</summary>
        internal double* Normaliser => numbers + 3 * rows;
    }

    /// <summary>What both have in common.</summary>
    private readonly struct Group(double* numbers, int rows, double* slopes, int apart, int steps)
    {
        internal const int Arrays = 6;

        /// <summary>What comes from above, 0 where a row has no distribution.</summary>
        internal double* Upstream => numbers;

        /// <summary>What the terms change by, in sum.</summary>
        internal double* Sum => numbers + rows;

        /// <summary>What that sum has lost.</summary>
        internal double* Lost => numbers + 2 * rows;

        /// <summary>Of the last step of a row along memory 1 for a class, and 0 for what fills the ways of a sum.</summary>
        internal double* IsClass => numbers + 3 * rows;

        /// <summary>The terms in sum.</summary>
        internal double* Value => numbers + 4 * rows;

        /// <summary>What that sum has lost.</summary>
        internal double* ValueLost => numbers + 5 * rows;

        /// <summary>How each term changes with a logarithm.</summary>
        internal double* Slopes => slopes;

        internal int Apart => apart;

        internal int Steps => steps;
    }

    /// <summary>Whose logarithms vary: each by itself, since what is not chosen would take up the JIT's variables.</summary>
    private interface IBy
    {
        /// <summary>Whether the terms are wanted, in sum.</summary>
        static abstract bool HasValue { get; }

        static abstract bool HasSlopes { get; }

        /// <summary>A term, and what it changes by.</summary>
        static abstract Dual<TLane> Term<TLane>(L loss, Softmax<TLane> p, Softmax<TLane> q)
            where TLane : struct, ILane<TLane, S>;
    }

    private readonly struct ByNothing : IBy
    {
        public static bool HasValue => true;

        public static bool HasSlopes => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<TLane> Term<TLane>(L loss, Softmax<TLane> p, Softmax<TLane> q)
            where TLane : struct, ILane<TLane, S> => Dual<TLane>.Fixed(loss.Of(p, q));
    }

    private readonly struct ByPrediction : IBy
    {
        public static bool HasValue => true;

        public static bool HasSlopes => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<TLane> Term<TLane>(L loss, Softmax<TLane> p, Softmax<TLane> q)
            where TLane : struct, ILane<TLane, S> => loss.Of(Varied(p), Fixed(q));
    }

    private readonly struct ByTarget : IBy
    {
        public static bool HasValue => false;

        public static bool HasSlopes => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Dual<TLane> Term<TLane>(L loss, Softmax<TLane> p, Softmax<TLane> q)
            where TLane : struct, ILane<TLane, S> => loss.Of(Fixed(p), Varied(q));
    }

    // A row whose classes lie one after another.
    private void Along<TLane>(int row, Side x, Side t, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var start = (nint)row * Classes;
        Widen<TLane>(x.Logits + start, x.Below, double.NegativeInfinity);
        Widen<TLane>(t.Logits + start, t.Below, double.NegativeInfinity);
        Exponentiate<TLane>(x, group, Ways);
        Exponentiate<TLane>(t, group, Ways);
        var isNone = double.IsNegativeInfinity(*x.Max) || double.IsNegativeInfinity(*t.Max);
        var hasSlopes = byPrediction is not null && !isNone && Upstream(row) != 0;
        // Values come with the slopes by the logits.
        if (hasSlopes)
            Terms<TLane, ByPrediction>(x, t, group, Ways);
        else if (Values is not null)
            Terms<TLane, ByNothing>(x, t, group, Ways);
        if (Values is not null)
            Values[row] = S.CreateTruncating(isNone ? 0 : loss.Scale * Added(group.Value, group.ValueLost).Sum);
        if (byPrediction is not null)
            Gradient(x, byPrediction + start);
        if (byTarget is null)
            return;
        if (!isNone && Upstream(row) != 0)
            Terms<TLane, ByTarget>(x, t, group, Ways);
        Gradient(t, byTarget + start);

        void Gradient(Side by, S* gradient)
        {
            var g = Upstream(row);
            if (isNone || g == 0)
            {
                new Span<S>(gradient, Classes).Clear();
                return;
            }
            var (total, lost) = Added(group.Sum, group.Lost);
            for (var way = 0; way < Ways; way++)
                (group.Sum[way], group.Lost[way], group.Upstream[way]) = (total, lost, g);
            Slopes<TLane, Yes>(by, group, by.Exponentials, group.Slopes, Classes, gradient);
        }
    }

    // Rows whose classes lie across memory, and short ones that are turned to do so: a lane holds a class of several rows.
    private void SideBySide<TLane>(int row, int count, Side x, Side t, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        var place = Place(row);
        Gather<TLane>(x.Logits + place, count, group.Apart, x.Below);
        Gather<TLane>(t.Logits + place, count, group.Apart, t.Below);
        Exponentiate<TLane>(x, group, width);
        Exponentiate<TLane>(t, group, width);
        // Values come with the slopes by the logits.
        if (byPrediction is not null)
            Terms<TLane, ByPrediction>(x, t, group, width);
        else if (Values is not null)
            Terms<TLane, ByNothing>(x, t, group, width);
        if (Values is not null)
            for (var r = 0; r < count; r++)
                Values[row + r] = S.CreateTruncating(
                    IsNone(r) ? 0
                    : double.IsFinite(group.ValueLost[r]) ? loss.Scale * (group.Value[r] + group.ValueLost[r])
                    : loss.Scale * group.Value[r]
                );
        if (byPrediction is null && byTarget is null)
            return;
        Upstream(row, count, group.Upstream);
        for (var r = 0; r < width; r++)
            group.Upstream[r] = r >= count || IsNone(r) ? 0 : group.Upstream[r];
        if (byPrediction is not null)
            Gradient(x, byPrediction + place);
        if (byTarget is null)
            return;
        Terms<TLane, ByTarget>(x, t, group, width);
        Gradient(t, byTarget + place);

        bool IsNone(int r) => double.IsNegativeInfinity(x.Max[r]) || double.IsNegativeInfinity(t.Max[r]);

        void Gradient(Side by, S* gradient)
        {
            for (var c = 0; c < Classes; c++)
            {
                var at = (nint)c * group.Apart;
                // Numbers that are rounded take no more room than before: turned rows wait there to be turned back.
                if (Inner == 1)
                    Slopes<TLane, No>(by, group, by.Exponentials + at, group.Slopes + at, width, (S*)group.Slopes + at);
                else
                    Slopes<TLane, No>(by, group, by.Exponentials + at, group.Slopes + at, count, gradient + (nint)c * Inner);
            }
            if (Inner == 1)
                Scatter((S*)group.Slopes, count, group.Apart, gradient);
        }
    }

    // Logits become (x − m) / T, and their exponentials stand beside them, 1 for the largest: those that are 1 are counted apart, since all but one of them belong to
    // the others, whose sum may be far below 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Exponentiate<TLane>(Side side, Group group, int count)
        where TLane : struct, ILane<TLane, S>
    {
        double* logits = side.Below,
            exponentials = side.Exponentials;
        nuint apart = (nuint)group.Apart,
            end = (nuint)group.Steps * apart;
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1),
            none = TLane.Constant(double.NegativeInfinity);
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var max = none;
            for (var k = i; k < end; k += apart)
                max = TLane.Max(max, TLane.LoadNumbers(in *logits, k));
            TLane.StoreNumbers(max, ref *side.Max, i);
        }
        if (IsAlong)
        {
            var most = side.Max[0];
            for (var way = 1; way < Ways; way++)
                most = Math.Max(most, side.Max[way]);
            new Span<double>(side.Max, Ways).Fill(most);
        }
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            TLane max = TLane.LoadNumbers(in *side.Max, i),
                sum = zero,
                error = zero,
                ties = zero;
            for (var k = i; k < end; k += apart)
            {
                var logit = TLane.LoadNumbers(in *logits, k);
                var (below, e) = loss.Temperature == 1 ? (logit - max, Exponential(logit, max)) : Tempered(logit, max);
                TLane.StoreNumbers(TLane.IfEqual(logit, max, zero, below), ref *logits, k);
                TLane.StoreNumbers(TLane.IfLess(logit, max, e, one), ref *exponentials, k);
                Add(TLane.IfLess(logit, max, e, zero), ref sum, ref error);
                ties += TLane.IfLess(logit, max, zero, one);
            }
            // A NaN is the largest, and no exponential knows of it.
            TLane.StoreNumbers(TLane.Given(max, IsAlong ? sum : sum + (error + (ties - one))), ref *side.Others, i);
            TLane.StoreNumbers(error, ref *group.Lost, i);
            TLane.StoreNumbers(ties, ref *group.Sum, i);
        }
        if (IsAlong)
        {
            double others = -1,
                lost = 0;
            for (var way = 0; way < Ways; way++)
                others += group.Sum[way];
            for (var way = 0; way < Ways; way++)
                Compensated.Add(ref others, ref lost, side.Others[way], group.Lost[way]);
            new Span<double>(side.Others, Ways).Fill(others + lost);
        }
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            var others = TLane.LoadNumbers(in *side.Others, i);
            TLane.StoreNumbers(TLane.Log1P(others), ref *side.Log, i);
            TLane.StoreNumbers(Normaliser(others), ref *side.Normaliser, i);
        }
    }

    // (x − m) / T and its exponential. Over float64 data the roundings of the difference and of the quotient would be relative errors of many units where they are large.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (TLane Below, TLane Exponential) Tempered<TLane>(TLane logit, TLane max)
        where TLane : struct, ILane<TLane, S>
    {
        TLane difference = logit - max,
            temperature = TLane.Constant(loss.Temperature),
            quotient = difference / temperature,
            e = TLane.Exp(quotient);
        if (typeof(S) == typeof(float))
            return (quotient, e);
        TLane part = difference - logit,
            lost = logit - (difference - part) - (max + part) + TLane.MultiplyAdd(-quotient, temperature, difference);
        return (quotient, e + TLane.Weigh(e, lost / temperature));
    }

    // The terms in sum; and where a logarithm varies how each changes with it, and those in sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Terms<TLane, TBy>(Side x, Side t, Group group, int count)
        where TLane : struct, ILane<TLane, S>
        where TBy : struct, IBy
    {
        double* xs = x.Below,
            ts = t.Below,
            xes = x.Exponentials,
            tes = t.Exponentials,
            slopes = group.Slopes;
        nuint apart = (nuint)group.Apart,
            whole = (nuint)(IsAlong ? Classes / Ways : Classes) * apart,
            end = (nuint)group.Steps * apart;
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            TLane xOthers = TLane.LoadNumbers(in *x.Others, i),
                tOthers = TLane.LoadNumbers(in *t.Others, i),
                xLog = TLane.LoadNumbers(in *x.Log, i),
                tLog = TLane.LoadNumbers(in *t.Log, i),
                xNormaliser = TLane.LoadNumbers(in *x.Normaliser, i),
                tNormaliser = TLane.LoadNumbers(in *t.Normaliser, i),
                isClass = TLane.LoadNumbers(in *group.IsClass, i),
                zero = TLane.Constant(0),
                value = zero,
                valueLost = zero,
                sum = zero,
                lost = zero;
            for (var k = i; k < end; k += apart)
            {
                var p = Of(TLane.LoadNumbers(in *xs, k), TLane.LoadNumbers(in *xes, k), xOthers, xLog, xNormaliser);
                var q = Of(TLane.LoadNumbers(in *ts, k), TLane.LoadNumbers(in *tes, k), tOthers, tLog, tNormaliser);
                var term = TBy.Term(_loss, p, q);
                TLane own = term.Value,
                    slope = term.Derivative;
                if (k >= whole)
                    (own, slope) = (TLane.Weigh(isClass, own), TLane.Weigh(isClass, slope));
                if (TBy.HasValue)
                    Add(own, ref value, ref valueLost);
                if (!TBy.HasSlopes)
                    continue;
                TLane.StoreNumbers(slope, ref *slopes, k);
                Compensated.Add(ref sum, ref lost, slope);
            }
            if (TBy.HasValue)
            {
                TLane.StoreNumbers(value, ref *group.Value, i);
                TLane.StoreNumbers(valueLost, ref *group.ValueLost, i);
            }
            TLane.StoreNumbers(sum, ref *group.Sum, i);
            TLane.StoreNumbers(lost, ref *group.Lost, i);
        }
    }

    // f′ (1 − p) − p Σ f′ of the others, times what comes from above: by neighbours, of one row or of as many.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Slopes<TLane, TAlong>(Side by, Group group, double* exponentials, double* slopes, int count, S* gradient)
        where TLane : struct, ILane<TLane, S>
        where TAlong : struct, IChoice
    {
        var rest = stackalloc S[Ways];
        TLane zero = TLane.Constant(0),
            one = TLane.Constant(1),
            factor = TLane.Constant(loss.Scale / loss.Temperature),
            share = zero,
            others = zero,
            total = zero,
            lost = zero;
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            if (!TAlong.Yes || i == 0)
            {
                var g = TLane.LoadNumbers(in *group.Upstream, i);
                others = TLane.LoadNumbers(in *by.Others, i);
                total = TLane.LoadNumbers(in *group.Sum, i);
                lost = TLane.LoadNumbers(in *group.Lost, i);
                // Where nothing comes from above a row has no slopes, whatever its logits.
                share = TLane.IfEqual(g, zero, zero, factor * g / (one + others));
            }
            TLane e = TLane.LoadNumbers(in *exponentials, i),
                own = TLane.LoadNumbers(in *slopes, i),
                slope = TLane.Weigh(share, Slope(e, own, total, lost, others));
            if (i + (nuint)TLane.Count <= (nuint)count)
                TLane.Store(slope, ref *gradient, i);
            else
            {
                TLane.Store(slope, ref *rest, 0);
                new ReadOnlySpan<S>(rest, count - (int)i).CopyTo(new(gradient + i, count - (int)i));
            }
        }
    }
}
