using System.Runtime.CompilerServices;

namespace Losses;

// The rows: one after another, or side by side in lanes.
internal sealed unsafe partial class SoftmaxTargetsJob<L, S>
{
    // A row whose classes lie one after another.
    private void Along<TLane>(int row, Scratch scratch, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var start = (nint)row * Classes;
        S* byX = byPrediction is null ? null : byPrediction + start,
            byT = byTarget is null ? null : byTarget + start;
        var g = HasSlopes ? Upstream(row) : 0;
        var (max, others, _) = Exponentiate<TLane>(Logits + start, scratch.Exponentials, Math.Abs(g) < LargestUpstream);
        for (var way = 0; way < Ways; way++)
            (group.Max[way], group.Others[way], group.Upstream[way]) = (max, others, g);
        // A row all −∞ has no distribution, and contributes nothing; and where nothing comes from above there are no slopes.
        var isNone = double.IsNegativeInfinity(max);
        var hasSlopes = HasSlopes && !isNone && g != 0;
        if (!isNone && (Values is not null || hasSlopes))
        {
            Widen<TLane>(Logits + start, scratch.Logits, 0);
            Widen<TLane>(targets + start, scratch.Targets, 0);
        }
        // Values come with the slopes by the logits, where no others wait for them.
        var isTogether = Values is not null && byX is not null && byT is null && hasSlopes;
        if (isTogether)
            Terms<TLane, Yes, First, Yes, Yes>(scratch, group, Ways);
        if (Values is not null || byT is not null)
        {
            var value = 0.0;
            if (!isNone)
            {
                if (!isTogether)
                    Terms<TLane, No, First, Yes, Yes>(scratch, group, Ways);
                value = Added(group.Value, group.ValueLost).Sum;
                new Span<double>(group.Value, Ways).Fill(value);
            }
            if (Values is not null)
                Values[row] = S.CreateTruncating(value);
        }
        if (byT is not null)
            if (hasSlopes)
            {
                Terms<TLane, Yes, Second, No, Yes>(scratch, group, Ways);
                Narrow<TLane>(scratch.Slopes, Classes, byT);
            }
            else
                new Span<S>(byT, Classes).Clear();
        if (byX is not null)
            if (hasSlopes)
            {
                if (!isTogether)
                    Terms<TLane, Yes, First, No, Yes>(scratch, group, Ways);
                var (total, lost) = Added(group.Total, group.TotalLost);
                for (var way = 0; way < Ways; way++)
                    (group.Total[way], group.TotalLost[way]) = (total, lost);
                PredictionSlopes<TLane, Yes>(scratch.Exponentials, scratch.Slopes, group, Classes, byX);
            }
            else
                new Span<S>(byX, Classes).Clear();
    }

    // Rows whose classes lie across memory, and short ones that are turned to do so: a lane holds a class of several rows.
    private void SideBySide<TLane>(int row, int count, Scratch scratch, Group group)
        where TLane : struct, ILane<TLane, S>
    {
        var width = (count + TLane.Count - 1) / TLane.Count * TLane.Count;
        var place = Place(row);
        Gather<TLane>(Logits + place, count, scratch.Apart, scratch.Logits);
        Gather<TLane>(targets + place, count, scratch.Apart, scratch.Targets);
        Exponentiate<TLane>(scratch.Logits, scratch.Exponentials, scratch.Apart, width, group.Max, group.Others);
        var isTogether = Values is not null && byPrediction is not null && byTarget is null;
        if (isTogether)
            Terms<TLane, Yes, First, Yes, No>(scratch, group, width);
        else if (Values is not null || byTarget is not null)
            Terms<TLane, No, First, Yes, No>(scratch, group, width);
        if (Values is not null)
            for (var r = 0; r < count; r++)
                Values[row + r] = S.CreateTruncating(
                    double.IsNegativeInfinity(group.Max[r]) ? 0
                    : double.IsFinite(group.ValueLost[r]) ? group.Value[r] + group.ValueLost[r]
                    : group.Value[r]
                );
        if (!HasSlopes)
            return;
        Upstream(row, count, group.Upstream);
        for (var r = 0; r < count; r++)
            group.Upstream[r] = double.IsNegativeInfinity(group.Max[r]) ? 0 : group.Upstream[r];
        new Span<double>(group.Upstream + count, width - count).Clear();
        if (byTarget is not null)
        {
            Terms<TLane, Yes, Second, No, No>(scratch, group, width);
            for (var c = 0; c < Classes; c++)
            {
                var slopes = scratch.Slopes + (nint)c * scratch.Apart;
                if (Inner == 1)
                    Narrow<TLane>(slopes, width, (S*)scratch.Slopes + (nint)c * scratch.Apart);
                else
                    Narrow<TLane>(slopes, count, byTarget + place + (nint)c * Inner);
            }
            if (Inner == 1)
                Scatter((S*)scratch.Slopes, count, scratch.Apart, byTarget + place);
        }
        if (byPrediction is not null)
        {
            if (!isTogether)
                Terms<TLane, Yes, First, No, No>(scratch, group, width);
            for (var c = 0; c < Classes; c++)
            {
                double* exponentials = scratch.Exponentials + (nint)c * scratch.Apart,
                    slopes = scratch.Slopes + (nint)c * scratch.Apart;
                // Numbers that are rounded take no more room than before: turned rows wait there to be turned back.
                if (Inner == 1)
                    PredictionSlopes<TLane, No>(exponentials, slopes, group, width, (S*)scratch.Slopes + (nint)c * scratch.Apart);
                else
                    PredictionSlopes<TLane, No>(exponentials, slopes, group, count, byPrediction + place + (nint)c * Inner);
            }
            if (Inner == 1)
                Scatter((S*)scratch.Slopes, count, scratch.Apart, byPrediction + place);
        }
    }

    // The terms in sum; and where slopes are asked for, how each changes with log p, and those in sum, or with its target, times what comes from above.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Terms<TLane, TSlopes, TBy, TValues, TAlong>(Scratch scratch, Group group, int count)
        where TLane : struct, ILane<TLane, S>
        where TSlopes : struct, IChoice
        where TBy : struct, IOperand
        where TValues : struct, IChoice
        where TAlong : struct, IChoice
    {
        double* logits = scratch.Logits,
            targets = scratch.Targets,
            exponentials = scratch.Exponentials,
            slopes = scratch.Slopes,
            weights = group.Weights;
        nuint apart = (nuint)scratch.Apart,
            end = (nuint)Classes * (TAlong.Yes ? 1 : apart);
        for (nuint i = 0; i < (nuint)count; i += (nuint)TLane.Count)
        {
            TLane max = TLane.LoadNumbers(in *group.Max, i),
                others = TLane.LoadNumbers(in *group.Others, i),
                log = TLane.Log1P(others),
                normaliser = Normaliser(others),
                zero = TLane.Constant(0),
                sum = zero,
                lost = zero,
                total = zero,
                totalLost = zero,
                g = zero;
            // A row that has no value has no slopes either, not even such as do not look at what is missing.
            if (TSlopes.Yes && TBy.Index == 1)
                g = TLane.Weigh(
                    TLane.LoadNumbers(in *group.Upstream, i),
                    TLane.Given(TLane.LoadNumbers(in *group.Value, i), TLane.Constant(1))
                );
            var c = 0;
            for (var k = i; k < end; k += apart, c++)
            {
                var logit = TLane.LoadNumbers(in *logits, k);
                var below = TLane.IfEqual(logit, max, zero, logit - max);
                var of = Of(below, TLane.LoadNumbers(in *exponentials, k), others, log, normaliser);
                var target = TLane.LoadNumbers(in *targets, k);
                var weight = TAlong.Yes ? TLane.LoadNumbers(in *weights, k) : TLane.Constant(weights[c]);
                if (!TSlopes.Yes)
                    // The weight of a class takes away its term, but not a target that is no number.
                    Add(TLane.Given(target, TLane.Weigh(weight, _loss.Of(of, target))), ref sum, ref lost);
                else if (TBy.Index == 1)
                {
                    var slope = TLane.Weigh(weight, ByTarget(of, target));
                    TLane.StoreNumbers(TLane.IfEqual(g, zero, g, g * slope), ref *slopes, k);
                }
                else
                {
                    var term = ByLogProbability(of, target);
                    var slope = TLane.Given(target, TLane.Weigh(weight, term.Derivative));
                    TLane.StoreNumbers(slope, ref *slopes, k);
                    Compensated.Add(ref total, ref totalLost, slope);
                    if (TValues.Yes)
                        Add(TLane.Given(target, TLane.Weigh(weight, term.Value)), ref sum, ref lost);
                }
            }
            if (TValues.Yes)
            {
                TLane.StoreNumbers(sum, ref *group.Value, i);
                TLane.StoreNumbers(lost, ref *group.ValueLost, i);
            }
            if (TSlopes.Yes && TBy.Index == 0)
            {
                TLane.StoreNumbers(total, ref *group.Total, i);
                TLane.StoreNumbers(totalLost, ref *group.TotalLost, i);
            }
        }
    }

    // The slopes by neighbours, of one row or of as many.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PredictionSlopes<TLane, TAlong>(double* exponentials, double* slopes, Group group, int count, S* gradient)
        where TLane : struct, ILane<TLane, S>
        where TAlong : struct, IChoice
    {
        TLane share = Share<TLane>(group, 0),
            others = TLane.LoadNumbers(in *group.Others, 0),
            total = TLane.LoadNumbers(in *group.Total, 0),
            lost = TLane.LoadNumbers(in *group.TotalLost, 0);
        var whole = (nuint)(count / TLane.Count * TLane.Count);
        for (nuint i = 0; i < whole; i += (nuint)TLane.Count)
        {
            if (!TAlong.Yes)
            {
                share = Share<TLane>(group, i);
                others = TLane.LoadNumbers(in *group.Others, i);
                total = TLane.LoadNumbers(in *group.Total, i);
                lost = TLane.LoadNumbers(in *group.TotalLost, i);
            }
            var slope = Slope(TLane.LoadNumbers(in *exponentials, i), TLane.LoadNumbers(in *slopes, i), total, lost, others);
            TLane.Store(TLane.Weigh(share, slope), ref *gradient, i);
        }
        if (whole == (nuint)count)
            return;
        if (!TAlong.Yes)
        {
            share = Share<TLane>(group, whole);
            others = TLane.LoadNumbers(in *group.Others, whole);
            total = TLane.LoadNumbers(in *group.Total, whole);
            lost = TLane.LoadNumbers(in *group.TotalLost, whole);
        }
        var rest = stackalloc S[Ways];
        var last = Slope(TLane.LoadNumbers(in *exponentials, whole), TLane.LoadNumbers(in *slopes, whole), total, lost, others);
        TLane.Store(TLane.Weigh(share, last), ref *rest, 0);
        new ReadOnlySpan<S>(rest, count - (int)whole).CopyTo(new(gradient + whole, count - (int)whole));
    }

    // What the slopes of a row are multiplied by: where nothing comes from above it has none, whatever its logits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Share<TLane>(Group group, nuint i)
        where TLane : struct, ILane<TLane, S>
    {
        TLane zero = TLane.Constant(0),
            g = TLane.LoadNumbers(in *group.Upstream, i);
        return TLane.IfEqual(g, zero, zero, g / (TLane.Constant(1) + TLane.LoadNumbers(in *group.Others, i)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow<TLane>(double* from, int count, S* to)
        where TLane : struct, ILane<TLane, S>
    {
        var i = 0;
        for (; i + TLane.Count <= count; i += TLane.Count)
            TLane.Store(TLane.LoadNumbers(in *from, (nuint)i), ref *to, (nuint)i);
        for (; i < count; i++)
            to[i] = S.CreateTruncating(from[i]);
    }
}
