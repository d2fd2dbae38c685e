using System.Numerics;

namespace Losses;

/// <summary>The steps of a recursion in probabilities m · 2ᵉ with a mantissa and an exponent each, so that none underflows, however long the sample.</summary>
internal unsafe interface ICTCSteps
{
    /// <summary>How many rows of numbers states take: those of the mantissas, and last the exponents.</summary>
    static abstract int Parts { get; }

    /// <summary>A smaller loss of a frame has no digits left.</summary>
    static abstract double LeastLossOfFrame { get; }

    /// <summary>Each state's probability after another frame; whether all emissions are such as this is for.</summary>
    static abstract bool Advance(double* before, double* entry, double* emission, double* now, int row, int used);

    /// <summary>The mantissa of what is in the last two states, over 2 to the given exponent.</summary>
    static abstract TwoParts Total(double* now, int row, int used, double exponent);

    /// <summary>−log(total · 2ᵉ)</summary>
    static abstract double Loss(TwoParts total, double exponent);

    /// <summary>A path's two parts meet in each state: the share of the paths through it, and what comes from the frame on.</summary>
    static abstract void Meet(
        double* alpha,
        double* beta,
        double* emission,
        double exponent,
        TwoParts total,
        double* ahead,
        double* shares,
        int row,
        int used
    );

    /// <summary>What comes after the frame behind.</summary>
    static abstract void Recede(double* ahead, double* entry, double* beta, int row, int used);

    /// <summary>Mantissas near 1 again.</summary>
    static abstract void Normalise(double* states, int row, int used);

    /// <summary>The gradient of a frame.</summary>
    static abstract void Put<S>(in CTCSample<S> sample, int t, double* shares, int row, double* byClass)
        where S : unmanaged, IFloatingPointIeee754<S>;
}

/// <summary>The forward and backward recursion of one sample.</summary>
internal static class CTCRecursion
{
    // States before the first and after the last, impossible for ever: whence a lane's shifted loads come.
    internal const int Margin = 8;

    // The exponent of 0, below that of any probability: logarithms reach 2³⁰ and their sums over the frames 2⁵⁰.
    internal const double Never = -1.0 * (1L << 60);
    internal const double Impossible = -1.0 * (1L << 55);
    internal const double LargestLogarithm = 1L << 30;

    // Beyond this a term is nothing beside the largest, whatever their mantissas. It is kept from being subnormal, which takes the processor a
    // hundred times as long.
    internal const double LeastShift = -900;

    // A row a frame, and one from which the first is reached; without a gradient the last two.
    internal static int Rows<S>(in CTCSample<S> sample)
        where S : unmanaged, IFloatingPointIeee754<S> => sample.IsWanted ? sample.Frames + 1 : 2;

    // The margin, the states to whole lanes, the margin.
    internal static int RowLength(int used) => Margin + (used + Margin - 1) / Margin * Margin + Margin;
}

internal static unsafe class CTCRecursion<TSteps>
    where TSteps : struct, ICTCSteps
{
    private const int Margin = CTCRecursion.Margin;
    private const double Never = CTCRecursion.Never;

    // A mantissa grows by at most 3 · √2 a frame and shrinks by at most √½.
    private const int FramesUntilNormalised = 64;

    private static int Parts => TSteps.Parts;

    /// <summary>How many numbers of memory a sample needs.</summary>
    internal static int Length<S>(in CTCSample<S> sample)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Cut.Room(
            (Parts * (CTCRecursion.Rows(sample) + 2L) + Parts + 1) * CTCRecursion.RowLength(sample.Used) + (Parts - 1L) * sample.Classes,
            sample.Frames,
            "frames of a sample"
        );

    /// <summary>The loss, NaN where logarithms are needed; and whether they are needed for it alone, since its gradient is written.</summary>
    internal static double Loss<S>(in CTCSample<S> sample, double* memory, out bool hasGradient)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        hasGradient = false;
        int used = sample.Used,
            rows = CTCRecursion.Rows(sample),
            row = CTCRecursion.RowLength(used),
            exponents = (Parts - 1) * row;
        var start = memory + Margin;
        double* entry = start + Parts * rows * row,
            emission = entry + row;
        Clear(start, row);
        for (var i = 1; i < rows; i++)
            ClearMargin(start + Parts * i * row, row);
        new Span<double>(entry - Margin, row).Fill(Never);
        for (var s = 0; s < used; s++)
            entry[s] = sample.MaySkipTo(s) ? 0 : Never;
        new Span<double>(emission - Margin, row).Fill(double.NegativeInfinity);
        // Before the first frame: whence its first two states are reached.
        *start = 1;
        start[exponents] = 0;
        var now = start;
        for (var t = 0; t < sample.Frames; t++)
        {
            var before = now;
            now = start + Parts * (sample.IsWanted ? t + 1 : (t + 1) % 2) * row;
            sample.Emit(t, emission);
            if (!TSteps.Advance(before, entry, emission, now, row, used))
                return double.NaN;
            if (t % FramesUntilNormalised == FramesUntilNormalised - 1)
                TSteps.Normalise(now, row, used);
        }
        var exponent = Math.Max(now[exponents + used - 1], used > 1 ? now[exponents + used - 2] : Never);
        var total = TSteps.Total(now, row, used, exponent);
        // No path: +∞, and no direction in which it would become less.
        if (total.High == 0 || exponent < CTCRecursion.Impossible)
        {
            sample.ClearFrom(0);
            return double.PositiveInfinity;
        }
        if (sample.IsWanted)
            Backward(sample, start, row, entry, emission, exponent, total);
        else
            sample.ClearFrom(0);
        hasGradient = true;
        // Next to 1 a probability has no digits left of its logarithm.
        var loss = TSteps.Loss(total, exponent);
        return Math.Abs(loss) < sample.Frames * TSteps.LeastLossOfFrame ? double.NaN : loss;
    }

    private static void Backward<S>(
        in CTCSample<S> sample,
        double* alpha,
        int row,
        double* entry,
        double* emission,
        double exponent,
        TwoParts total
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        // What comes after a frame, from each state; and the same with the frame's own emission, of the frame behind it.
        double* beta = emission + row,
            ahead = beta + Parts * row,
            shares = ahead + Parts * row,
            byClass = shares + (Parts - 1) * row - Margin;
        var used = sample.Used;
        Clear(beta, row);
        Clear(ahead, row);
        new Span<double>(byClass, (Parts - 1) * sample.Classes).Clear();
        for (var s = Math.Max(0, used - 2); s < used; s++)
            (beta[s], beta[(Parts - 1) * row + s]) = (1, 0);
        sample.ClearFrom(sample.Frames);
        for (var t = sample.Frames - 1; t >= 0; t--)
        {
            sample.Emit(t, emission);
            TSteps.Meet(alpha + Parts * (t + 1) * row, beta, emission, exponent, total, ahead, shares, row, used);
            TSteps.Put(sample, t, shares, row, byClass);
            TSteps.Recede(ahead, entry, beta, row, used);
            if (t % FramesUntilNormalised == 0)
                TSteps.Normalise(beta, row, used);
        }
    }

    // Zeros: the mantissas and behind them the exponents.
    private static void Clear(double* states, int row)
    {
        new Span<double>(states - Margin, (Parts - 1) * row).Clear();
        new Span<double>(states - Margin + (Parts - 1) * row, row).Fill(Never);
    }

    // What lies before the first state, of states that are about to be computed.
    private static void ClearMargin(double* states, int row)
    {
        for (var part = 0; part < Parts; part++)
            states[part * row - 2] = states[part * row - 1] = part < Parts - 1 ? 0 : Never;
    }
}
