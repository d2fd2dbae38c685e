using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>Connectionist temporal classification: minus the logarithm of the probability of all paths through the states of each sample.</summary>
/// <param name="states">(N, S): the class that each state of each sample stands for.</param>
/// <param name="skips">(N, S): whether a state may be entered from two before it.</param>
/// <param name="width">S, the number of states of the longest target: 2 · labels + 1.</param>
/// <param name="inputLengths">The frames of each sample.</param>
/// <param name="targetLengths">The labels of each sample.</param>
public sealed unsafe class CTCPaths(int[] states, bool[] skips, int width, int[] inputLengths, int[] targetLengths) : RowLoss
{
    // States before the first and after the last, −∞ for ever: whence a lane's shifted loads come.
    private const int Margin = 8;

    /// <summary>The losses of all samples, and, where asked for, their gradients by the logarithms of the probabilities, times an upstream.</summary>
    /// <param name="logProbabilities">(T, N, C)</param>
    /// <param name="classes">C</param>
    /// <param name="upstream">What the gradient of each sample is multiplied by: N, or one for all.</param>
    /// <param name="values">N</param>
    /// <param name="gradients">(T, N, C), zeros; or empty.</param>
    internal void Run(
        ReadOnlySpan<double> logProbabilities,
        int classes,
        ReadOnlySpan<double> upstream,
        Span<double> values,
        Span<double> gradients
    )
    {
        fixed (
            double* x = logProbabilities,
                u = upstream,
                v = values,
                g = gradients
        )
        {
            var (px, pu, pv, pg, uniform) = ((nint)x, (nint)u, (nint)v, (nint)g, upstream.Length == 1);
            Threads.Run(
                values.Length,
                Math.Min(Threads.Max, values.Length),
                (n, _) =>
                {
                    var weight = pg == 0 ? 0 : ((double*)pu)[uniform ? 0 : n];
                    var sample = new Sample((double*)px, (double*)pg, classes, inputLengths.Length, weight);
                    ((double*)pv)[n] =
                        Lane512<double>.IsSupported ? Loss<Lane512<double>>(n, sample)
                        : Lane256<double>.IsSupported ? Loss<Lane256<double>>(n, sample)
                        : Loss<Lane128<double>>(n, sample);
                }
            );
        }
    }

    private readonly struct Sample(double* x, double* gradient, int classes, int samples, double upstream)
    {
        internal double Upstream => upstream;

        internal double* Frame(int t, int n) => x + ((nint)t * samples + n) * classes;

        internal double* Gradient(int t, int n) => gradient + ((nint)t * samples + n) * classes;
    }

    private double Loss<TLane>(int n, Sample sample)
        where TLane : struct, ILane<TLane, double>
    {
        int frames = inputLengths[n],
            used = 2 * targetLengths[n] + 1;
        if (frames == 0)
            return used == 1 ? 0 : double.PositiveInfinity;
        // A row of states: the margin, the states to whole lanes, the margin.
        var row = Margin + (used + Margin - 1) / Margin * Margin + Margin;
        var isWanted = sample.Upstream != 0;
        var rows = isWanted ? frames : 2;
        var memory = new double[(rows + 4) * row];
        Array.Fill(memory, double.NegativeInfinity);
        fixed (double* start = memory)
        {
            double* entry = start + rows * row + Margin,
                emission = entry + row;
            for (var s = 0; s < used; s++)
                entry[s] = skips[n * width + s] ? 0 : double.NegativeInfinity;
            double* before = null;
            for (var t = 0; t < frames; t++)
            {
                var now = start + (isWanted ? t : t % 2) * row + Margin;
                Emit(sample.Frame(t, n), n, used, emission);
                if (before is null)
                    for (var s = 0; s < Math.Min(2, used); s++)
                        now[s] = emission[s];
                else
                    Advance<TLane>(before, entry, emission, now, used);
                before = now;
            }
            var total = LogSum(before[used - 1], used > 1 ? before[used - 2] : double.NegativeInfinity);
            // No path: +∞, and no direction in which it would become less.
            if (isWanted && total != double.NegativeInfinity)
                Backward<TLane>(n, sample, start, row, used, entry, emission, total);
            return 0 - total;
        }
    }

    private void Emit(double* frame, int n, int used, double* emission)
    {
        for (var s = 0; s < used; s++)
            emission[s] = frame[states[n * width + s]];
    }

    // −posterior of being in a class in a frame, given the target.
    private void Backward<TLane>(int n, Sample sample, double* alpha, int row, int used, double* entry, double* emission, double total)
        where TLane : struct, ILane<TLane, double>
    {
        // What comes after a frame, from each state; and the same with the frame's own emission, of the frame behind it.
        double* beta = emission + row,
            ahead = beta + row;
        for (var s = Math.Max(0, used - 2); s < used; s++)
            beta[s] = 0;
        for (var t = inputLengths[n] - 1; t >= 0; t--)
        {
            // The emissions are no longer needed once they have been added.
            Share<TLane>(alpha + t * row + Margin, beta, total, ahead, used);
            // Every path is in some state: what the shares are off by together is the rounding of the sums that they are exponentials of.
            double all = 0;
            for (var s = 0; s < used; s++)
                all += ahead[s];
            var gradient = sample.Gradient(t, n);
            for (var s = 0; s < used; s++)
                gradient[states[n * width + s]] -= sample.Upstream * (ahead[s] / all);
            if (t == 0)
                break;
            Emit(sample.Frame(t, n), n, used, emission);
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

    // log (eᵃ + eᵇ + eᶜ); −∞ where all are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane LogSum<TLane>(TLane a, TLane b, TLane c)
        where TLane : struct, ILane<TLane, double>
    {
        var max = TLane.Max(a, TLane.Max(b, c));
        var finite = TLane.IfLess(TLane.Constant(double.NegativeInfinity), max, max, TLane.Constant(0));
        // The largest adds exactly 1: the logarithm of a sum next to 1 keeps its digits, and an exponential is saved.
        var middle = TLane.Max(TLane.Min(a, b), TLane.Min(TLane.Max(a, b), c));
        var least = TLane.Min(a, TLane.Min(b, c));
        return max + TLane.Log1P(TLane.Exp(middle - finite) + TLane.Exp(least - finite));
    }

    private static double LogSum(double a, double b)
    {
        var max = Math.Max(a, b);
        return double.IsInfinity(max) ? max : max + RowKernels.Log1P(Math.Exp(Math.Min(a, b) - max));
    }
}
