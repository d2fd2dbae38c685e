using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>The forward and backward recursion of one sample, in logarithms.</summary>
internal static unsafe class CTCLogLattice
{
    // States before the first and after the last, −∞ for ever: whence a lane's shifted loads come.
    private const int Margin = 8;

    /// <summary>How many numbers of memory a sample needs.</summary>
    internal static int Length<S>(in CTCSample<S> sample)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Cut.Room((Rows(sample) + 4L) * RowLength(sample.Used) + sample.Classes, sample.Frames, "frames of a sample");

    private static int Rows<S>(in CTCSample<S> sample)
        where S : unmanaged, IFloatingPointIeee754<S> => sample.IsWanted ? sample.Frames : 2;

    // The margin, the states to whole lanes, the margin.
    private static int RowLength(int used) => Margin + (used + Margin - 1) / Margin * Margin + Margin;

    /// <summary>The loss, and unless it was written before the gradient.</summary>
    internal static double Loss<S, TLane>(in CTCSample<S> sample, double* memory, bool hasGradient)
        where S : unmanaged, IFloatingPointIeee754<S>
        where TLane : struct, ILane<TLane, double>
    {
        int used = sample.Used,
            rows = Rows(sample),
            row = RowLength(used);
        new Span<double>(memory, (rows + 4) * row).Fill(double.NegativeInfinity);
        double* entry = memory + rows * row + Margin,
            emission = entry + row;
        for (var s = 0; s < used; s++)
            entry[s] = sample.MaySkipTo(s) ? 0 : double.NegativeInfinity;
        double* before = null;
        for (var t = 0; t < sample.Frames; t++)
        {
            var now = memory + (sample.IsWanted ? t : t % 2) * row + Margin;
            sample.Emit(t, emission);
            if (before is null)
                for (var s = 0; s < Math.Min(2, used); s++)
                    now[s] = emission[s];
            else
                Advance<TLane>(before, entry, emission, now, used);
            before = now;
        }
        var total = LogSum(before[used - 1], used > 1 ? before[used - 2] : double.NegativeInfinity);
        // No path: +∞, and no direction in which it would become less.
        if (hasGradient)
            return 0 - total;
        if (sample.IsWanted && total != double.NegativeInfinity)
            Backward<S, TLane>(sample, memory, row, entry, emission, total);
        else
            sample.ClearFrom(0);
        return 0 - total;
    }

    private static void Backward<S, TLane>(in CTCSample<S> sample, double* alpha, int row, double* entry, double* emission, double total)
        where S : unmanaged, IFloatingPointIeee754<S>
        where TLane : struct, ILane<TLane, double>
    {
        // What comes after a frame, from each state; and the same with the frame's own emission, of the frame behind it.
        double* beta = emission + row,
            ahead = beta + row,
            byClass = ahead + row - Margin;
        var used = sample.Used;
        new Span<double>(byClass, sample.Classes).Clear();
        for (var s = Math.Max(0, used - 2); s < used; s++)
            beta[s] = 0;
        sample.ClearFrom(sample.Frames);
        for (var t = sample.Frames - 1; t >= 0; t--)
        {
            Share<TLane>(alpha + t * row + Margin, beta, total, ahead, used);
            for (var s = used; s < row - 2 * Margin; s++)
                ahead[s] = 0;
            sample.Put(t, ahead, byClass);
            if (t == 0)
                break;
            sample.Emit(t, emission);
            for (var s = 0; s < used; s++)
                ahead[s] = beta[s] + emission[s];
            for (var s = used; s < row - Margin; s++)
                ahead[s] = double.NegativeInfinity;
            Recede<TLane>(ahead, entry, beta, used);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Advance<TLane>(double* before, double* entry, double* emission, double* now, int used)
        where TLane : struct, ILane<TLane, double>
    {
        for (var s = 0; s < used; s += TLane.Count)
        {
            var reached = LogSum(
                Load<TLane>(before + s),
                Load<TLane>(before + s - 1),
                Load<TLane>(before + s - 2) + Load<TLane>(entry + s)
            );
            TLane.StoreNumbers(reached + Load<TLane>(emission + s), ref *(now + s), 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Recede<TLane>(double* ahead, double* entry, double* beta, int used)
        where TLane : struct, ILane<TLane, double>
    {
        for (var s = 0; s < used; s += TLane.Count)
            TLane.StoreNumbers(
                LogSum(Load<TLane>(ahead + s), Load<TLane>(ahead + s + 1), Load<TLane>(ahead + s + 2) + Load<TLane>(entry + s + 2)),
                ref *(beta + s),
                0
            );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Share<TLane>(double* alpha, double* beta, double total, double* shares, int used)
        where TLane : struct, ILane<TLane, double>
    {
        var all = TLane.Constant(total);
        for (var s = 0; s < used; s += TLane.Count)
            TLane.StoreNumbers(TLane.Exp(Load<TLane>(alpha + s) + Load<TLane>(beta + s) - all), ref *(shares + s), 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Load<TLane>(double* at)
        where TLane : struct, ILane<TLane, double> => TLane.LoadNumbers(in *at, 0);

    // log (eᵃ + eᵇ + eᶜ); −∞ where all are. The largest stays apart, lest a sure path lose the digits of how sure it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane LogSum<TLane>(TLane a, TLane b, TLane c)
        where TLane : struct, ILane<TLane, double>
    {
        TLane low = TLane.Min(a, b),
            high = TLane.Max(a, b);
        var max = TLane.Max(high, c);
        var middle = TLane.Max(low, TLane.Min(high, c));
        var others = TLane.Exp(middle - max) + TLane.Exp(TLane.Min(low, c) - max);
        return TLane.IfLess(TLane.Constant(double.NegativeInfinity), max, max + TLane.Log1P(others), max);
    }

    private static double LogSum(double a, double b)
    {
        var max = Math.Max(a, b);
        return double.IsInfinity(max) ? max : max + RowKernels.Log1P(Math.Exp(Math.Min(a, b) - max));
    }
}
