using System.Numerics;
using System.Runtime.CompilerServices;
using static Losses.Logarithm;

namespace Losses;

/// <summary>The forward and backward recursion of one sample, in probabilities m · 2ᵉ with a mantissa and an exponent each, so that none underflows, however long the sample.</summary>
internal static class CTCLattice
{
    // States before the first and after the last, impossible for ever: whence a lane's shifted loads come.
    internal const int Margin = 8;

    // The exponent of 0, below that of any probability: logarithms reach 2³⁰ and their sums over the frames 2⁵⁰.
    internal const double Never = -1.0 * (1L << 60);
    internal const double Impossible = -1.0 * (1L << 55);
    internal const double LargestLogarithm = 1L << 30;

    /// <summary>How many numbers of memory a sample needs.</summary>
    internal static int Length<S>(in CTCSample<S> sample)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Cut.Room((2L * Rows(sample) + 7) * RowLength(sample.Used) + sample.Classes, sample.Frames, "frames of a sample");

    // A row a frame, and one from which the first is reached; without a gradient the last two.
    internal static int Rows<S>(in CTCSample<S> sample)
        where S : unmanaged, IFloatingPointIeee754<S> => sample.IsWanted ? sample.Frames + 1 : 2;

    // The margin, the states to whole lanes, the margin.
    internal static int RowLength(int used) => Margin + (used + Margin - 1) / Margin * Margin + Margin;
}

internal static unsafe class CTCLattice<TSimd, V>
    where TSimd : struct, ISimd<V>
    where V : struct
{
    private const int Margin = CTCLattice.Margin;

    private const double Never = CTCLattice.Never;
    private const double Impossible = CTCLattice.Impossible;
    private const double LargestLogarithm = CTCLattice.LargestLogarithm;

    // A relative error of some units a frame is an absolute one of the loss.
    private const double LeastLossOfFrame = 1.0 / (1L << 19);

    // A mantissa grows by at most 3 · √2 a frame and shrinks by at most √½.
    private const int FramesUntilNormalised = 64;

    // Beyond this a term is nothing beside the largest, whatever their mantissas. It is kept from being subnormal, which takes the processor a
    // hundred times as long.
    private const double LeastShift = -900;

    private static int Count => Unsafe.SizeOf<V>() / sizeof(double);

    /// <summary>The loss; NaN where logarithms are needed.</summary>
    internal static double Loss<S>(in CTCSample<S> sample, double* memory)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        int used = sample.Used,
            rows = CTCLattice.Rows(sample),
            row = CTCLattice.RowLength(used);
        var start = memory + Margin;
        double* entry = start + 2 * rows * row,
            emission = entry + row;
        Clear(start, row);
        for (var i = 1; i < rows; i++)
            ClearMargin(start + 2 * i * row, row);
        new Span<double>(entry - Margin, row).Fill(Never);
        for (var s = 0; s < used; s++)
            entry[s] = sample.MaySkipTo(s) ? 0 : Never;
        new Span<double>(emission - Margin, row).Fill(double.NegativeInfinity);
        // Before the first frame: whence its first two states are reached.
        *start = 1;
        start[row] = 0;
        var now = start;
        for (var t = 0; t < sample.Frames; t++)
        {
            var before = now;
            now = start + 2 * (sample.IsWanted ? t + 1 : (t + 1) % 2) * row;
            sample.Emit(t, emission);
            if (!Advance(before, entry, emission, now, row, used))
                return double.NaN;
            if (t % FramesUntilNormalised == FramesUntilNormalised - 1)
                Normalise(now, row, used);
        }
        var exponent = Math.Max(now[row + used - 1], used > 1 ? now[row + used - 2] : Never);
        var total = Shifted(now, row, used - 1, exponent) + (used > 1 ? Shifted(now, row, used - 2, exponent) : 0);
        // No path: +∞, and no direction in which it would become less.
        if (total == 0 || exponent < Impossible)
        {
            sample.ClearFrom(0);
            return double.PositiveInfinity;
        }
        var loss = -Math.FusedMultiplyAdd(exponent, Ln2, Log(total));
        if (Math.Abs(loss) < sample.Frames * LeastLossOfFrame)
            return double.NaN;
        if (sample.IsWanted)
            Backward(sample, start, row, entry, emission, exponent);
        else
            sample.ClearFrom(0);
        return loss;
    }

    // Optimized from the first call on, lest its lanes be calls.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Log(double x)
    {
        var log = LaneMath<TSimd, V, double>.Log(TSimd.Create(x));
        return Unsafe.As<V, double>(ref log);
    }

    private static void Backward<S>(in CTCSample<S> sample, double* alpha, int row, double* entry, double* emission, double exponent)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        // What comes after a frame, from each state; and the same with the frame's own emission, of the frame behind it.
        double* beta = emission + row,
            ahead = beta + 2 * row,
            shares = ahead + 2 * row,
            byClass = shares + row - Margin;
        var used = sample.Used;
        Clear(beta, row);
        Clear(ahead, row);
        new Span<double>(byClass, sample.Classes).Clear();
        for (var s = Math.Max(0, used - 2); s < used; s++)
            (beta[s], beta[row + s]) = (1, 0);
        sample.ClearFrom(sample.Frames);
        for (var t = sample.Frames - 1; t >= 0; t--)
        {
            sample.Emit(t, emission);
            Meet(alpha + 2 * (t + 1) * row, beta, emission, exponent, ahead, shares, row, used);
            sample.Put(t, shares, byClass);
            Recede(ahead, entry, beta, row, used);
            if (t % FramesUntilNormalised == 0)
                Normalise(beta, row, used);
        }
    }

    // Zeros, the mantissas and behind them the exponents.
    private static void Clear(double* states, int row)
    {
        new Span<double>(states - Margin, row).Clear();
        new Span<double>(states - Margin + row, row).Fill(Never);
    }

    // What lies before the first state, of states that are about to be computed.
    private static void ClearMargin(double* states, int row) =>
        (states[-2], states[-1], states[row - 2], states[row - 1]) = (0, 0, Never, Never);

    private static double Shifted(double* states, int row, int s, double exponent) =>
        Math.ScaleB(states[s], (int)Math.Max(LeastShift, states[row + s] - exponent));

    // Each state's probability after another frame; whether all emissions are such as this is for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Advance(double* before, double* entry, double* emission, double* now, int row, int used)
    {
        var one = TSimd.Create(1);
        var zero = TSimd.Create(0);
        var largest = TSimd.Create(LargestLogarithm);
        var infinite = TSimd.Create(double.NegativeInfinity);
        var isFit = one;
        for (var s = 0; s < used; s += Count)
        {
            var x = Load(emission + s);
            isFit = TSimd.AtMost(isFit, TSimd.IfLess(TSimd.Abs(x), largest, one, TSimd.IfEqual(x, infinite, one, zero)));
            var (m, e) = Reach(before + s, -1, row, Load(entry + s));
            var (power, exponent) = Exp(x);
            Store(TSimd.Multiply(m, power), now + s);
            Store(TSimd.Add(e, exponent), now + row + s);
        }
        var fit = stackalloc double[8];
        Store(isFit, fit);
        for (var i = 0; i < Count; i++)
            if (fit[i] == 0)
                return false;
        return true;
    }

    // A path's two parts meet in each state: the share of the paths through it, and what comes from the frame on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Meet(
        double* alpha,
        double* beta,
        double* emission,
        double exponent,
        double* ahead,
        double* shares,
        int row,
        int used
    )
    {
        var least = TSimd.Create(LeastShift);
        var all = TSimd.Create(exponent);
        for (var s = 0; s < used; s += Count)
        {
            V m = Load(beta + s),
                e = Load(beta + row + s);
            var shift = TSimd.AtLeast(least, TSimd.Subtract(TSimd.Add(Load(alpha + row + s), e), all));
            Store(TSimd.Scale(TSimd.Multiply(Load(alpha + s), m), shift), shares + s);
            var (power, k) = Exp(Load(emission + s));
            Store(TSimd.Multiply(m, power), ahead + s);
            Store(TSimd.Add(e, k), ahead + row + s);
        }
        for (var s = (used + Count - 1) / Count * Count; s < row - 2 * Margin; s++)
            shares[s] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Recede(double* ahead, double* entry, double* beta, int row, int used)
    {
        for (var s = 0; s < used; s += Count)
        {
            var (m, e) = Reach(ahead + s, 1, row, Load(entry + s + 2));
            Store(m, beta + s);
            Store(e, beta + row + s);
        }
    }

    // The sum of a state, its neighbour and, where it may be skipped to, the one behind that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V M, V E) Reach(double* states, int by, int row, V entry)
    {
        V own = Load(states + row),
            next = Load(states + row + by),
            second = TSimd.Add(Load(states + row + 2 * by), entry);
        var most = TSimd.AtLeast(TSimd.AtLeast(own, next), second);
        var sum = TSimd.Add(
            TSimd.Add(Aligned(Load(states), own, most), Aligned(Load(states + by), next, most)),
            Aligned(Load(states + 2 * by), second, most)
        );
        return (sum, most);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Aligned(V m, V e, V most) => TSimd.Scale(m, TSimd.AtLeast(TSimd.Create(LeastShift), TSimd.Subtract(e, most)));

    // eˣ = m · 2ᵏ with m in [√½, √2].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V M, V K) Exp(V x)
    {
        var k = TSimd.Subtract(TSimd.Fma(x, TSimd.Create(Log2E), TSimd.Create(Magic)), TSimd.Create(Magic));
        var r = TSimd.FmaNegated(k, TSimd.Create(Ln2Low), TSimd.FmaNegated(k, TSimd.Create(Ln2High), x));
        var zero = TSimd.Create(0);
        // −∞ less −∞ is no number.
        var isPossible = TSimd.IfEqual(x, TSimd.Create(double.NegativeInfinity), zero, TSimd.Create(1));
        return (TSimd.Weigh(isPossible, LaneMath<TSimd, V, double>.Exp(r)), TSimd.AtLeast(TSimd.Create(Never), k));
    }

    // Mantissas near 1 again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise(double* states, int row, int used)
    {
        var zero = TSimd.Create(0);
        for (var s = 0; s < used; s += Count)
        {
            V m = Load(states + s),
                e = Load(states + row + s);
            var (mantissa, exponent) = TSimd.Decompose(m);
            Store(TSimd.IfLess(zero, m, mantissa, zero), states + s);
            Store(TSimd.IfLess(zero, m, TSimd.Add(e, exponent), TSimd.Create(Never)), states + row + s);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(double* from) => Unsafe.ReadUnaligned<V>(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V value, double* to) => Unsafe.WriteUnaligned(to, value);
}
