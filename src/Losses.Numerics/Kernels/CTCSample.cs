using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>The pinned memory of all samples of a batch.</summary>
internal sealed unsafe class CTCSamples<S>(
    S* x,
    S* gradients,
    double* upstream,
    bool isUniform,
    int* states,
    bool* skips,
    int samples,
    int frames,
    int classes,
    int width
)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    internal int AllFrames => frames;

    internal int Classes => classes;

    internal bool HasGradients => gradients is not null;

    internal CTCSample<S> this[int n, int length, int used] => new(this, n, length, used);

    internal double Upstream(int n) => HasGradients ? upstream[isUniform ? 0 : n] : 0;

    internal int* States(int n) => states + (nint)n * width;

    internal bool* Skips(int n) => skips + (nint)n * width;

    internal S* Frame(int t, int n) => x + ((nint)t * samples + n) * classes;

    internal S* Gradient(int t, int n) => gradients + ((nint)t * samples + n) * classes;
}

/// <summary>One sample: its frames, and the states that its target has.</summary>
/// <param name="all">Whose memory it is in.</param>
/// <param name="n">Which one.</param>
/// <param name="frames">The frames that count.</param>
/// <param name="used">The states: a blank, then a label and a blank each.</param>
internal readonly unsafe struct CTCSample<S>(CTCSamples<S> all, int n, int frames, int used)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    // A sum goes eight ways whatever the width of a lane, so that it is the same bits on every machine.
    private const int Ways = 8;

    internal int Frames => frames;

    internal int Used => used;

    internal int Classes => all.Classes;

    internal bool IsWanted => Upstream != 0;

    internal double Upstream { get; } = all.Upstream(n);

    internal bool MaySkipTo(int s) => all.Skips(n)[s];

    /// <summary>What a frame gives each state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Emit(int t, double* emission)
    {
        Cancellable.Check();
        var states = all.States(n);
        var frame = all.Frame(t, n);
        for (var s = 0; s < used; s++)
            emission[s] = double.CreateTruncating(frame[states[s]]);
    }

    /// <summary>Writes the gradient of a frame: minus the probability of being in a class, given the target.</summary>
    /// <param name="t">The frame.</param>
    /// <param name="shares">The probability of each state, but for a factor; zeros behind, to a multiple of the ways of a sum.</param>
    /// <param name="byClass">A number for each class: zeros, and again when this returns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Put(int t, double* shares, double* byClass)
    {
        var states = all.States(n);
        var gradient = all.Gradient(t, n);
        new Span<S>(gradient, Classes).Clear();
        // Every path is in some state: what the shares are off by together is the rounding of what they were computed from.
        var ways = stackalloc double[Ways];
        for (var way = 0; way < Ways; way++)
            ways[way] = 0;
        for (var s = 0; s < used; s += Ways)
        for (var way = 0; way < Ways; way++)
            ways[way] += shares[s + way];
        double blank = ways[0] + ways[2] + (ways[4] + ways[6]),
            sum = blank + (ways[1] + ways[3] + (ways[5] + ways[7]));
        for (var s = 1; s < used; s += 2)
            byClass[states[s]] += shares[s];
        for (var s = 1; s < used; s += 2)
            gradient[states[s]] = Round(-(Upstream * (byClass[states[s]] / sum)));
        for (var s = 1; s < used; s += 2)
            byClass[states[s]] = 0;
        gradient[states[0]] = Round(-(Upstream * (blank / sum)));
    }

    /// <summary>Writes the gradient of a frame: minus the probability of being in a class, given the target.</summary>
    /// <param name="t">The frame.</param>
    /// <param name="shares">The probability of each state, given the target.</param>
    /// <param name="rest">What they are more than that.</param>
    /// <param name="byClass">Two numbers a class: zeros, and again when this returns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Put(int t, double* shares, double* rest, double* byClass)
    {
        var states = all.States(n);
        var gradient = all.Gradient(t, n);
        new Span<S>(gradient, Classes).Clear();
        for (var s = 0; s < used; s++)
        {
            var of = byClass + 2 * states[s];
            Compensated.Add(ref of[0], ref of[1], shares[s], rest[s]);
        }
        gradient[states[0]] = Round(-Upstream * Whole(byClass + 2 * states[0]));
        for (var s = 1; s < used; s += 2)
            gradient[states[s]] = Round(-Upstream * Whole(byClass + 2 * states[s]));
        for (var s = 0; s < used; s++)
            (byClass[2 * states[s]], byClass[2 * states[s] + 1]) = (0, 0);
    }

    private static double Whole(double* parts) => parts[0] + parts[1];

    // What rounds to 0 is 0 at once: the conversion takes the processor a hundred times as long where a float32 underflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static S Round(double x)
    {
        const double HalfOfLeast = 7.006492321624085e-46;
        return typeof(S) == typeof(float) && Math.Abs(x) <= HalfOfLeast ? S.Zero : S.CreateTruncating(x);
    }

    /// <summary>The frames from one on have no slope.</summary>
    internal void ClearFrom(int t)
    {
        if (all.HasGradients)
            for (; t < all.AllFrames; t++)
                new Span<S>(all.Gradient(t, n), Classes).Clear();
    }
}
