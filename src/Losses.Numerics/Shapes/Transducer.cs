using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>The transducer loss: minus the logarithm of the probability of all paths through a lattice of frames and labels.</summary>
/// <param name="labels">(N, U): the labels of each sample, padded with anything.</param>
/// <param name="inputLengths">The frames of each sample, at least 1.</param>
/// <param name="targetLengths">The labels of each sample.</param>
/// <param name="blank">The class that moves to the next frame.</param>
/// <param name="isLogits">Whether a log-softmax is taken of what comes in.</param>
internal sealed class Transducer(int[] labels, int[] inputLengths, int[] targetLengths, int blank, bool isLogits) : StoredRows
{
    internal int Samples => inputLengths.Length;

    internal int Blank => blank;

    internal bool IsLogits => isLogits;

    internal int Frames(int n) => inputLengths[n];

    internal int Labels(int n) => targetLengths[n];

    internal int Label(int n, int u) => labels[n * (labels.Length / Samples) + u];

    internal override Shape Rows(Shape shape) => [Samples];

    internal override unsafe void Run<S>(
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> target,
        Shape shape,
        ReadOnlySpan<double> upstream,
        Span<S> values,
        Span<S> byPrediction,
        Span<S> byTarget
    )
    {
        fixed (
            S* px = x,
                pv = values,
                pg = byPrediction
        )
        fixed (double* pu = upstream)
        {
            var job = new TransducerJob<S>(this, px, shape, pu, upstream.Length == 1, pv, pg);
            Threads.Run(Samples, Math.Min(Threads.Max, Samples), (n, _) => job.RunSample(n));
        }
    }
}

/// <summary>The lattice of each sample over pinned memory: the nodes that are reached after as many steps lie side by side in lanes.</summary>
internal sealed unsafe class TransducerJob<S>(Transducer loss, S* x, Shape shape, double* upstream, bool isUniform, S* values, S* gradients)
    : SoftmaxJob<S>(x, shape.Size / shape[-1], shape[-1], 1, upstream, isUniform, values)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    // Up to so many exponentials are kept from the lattice to the gradient; more are computed again.
    private const int MostKept = 1 << 18;

    private readonly int _frames = shape[1];
    private readonly int _columns = shape[2];

    private protected override void RunRows(int first, int last, ExactSum? sum) => throw new NotSupportedException();

    internal void RunSample(int n) => Widest.Run<S, Part>(new(this, n));

    private readonly struct Part(TransducerJob<S> job, int n) : IWork<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => job.Sample<TLane>(n);
    }

    /// <summary>Numbers of the nodes of a sample, one diagonal after another: those reached after d steps, by the labels said so far. A place before the first and one behind the
    /// last are no nodes.</summary>
    private readonly struct Lattice(double* memory, int frames, int labels)
    {
        internal const int Arrays = 6;

        internal int Frames => frames;

        internal int Labels => labels;

        /// <summary>Of the nodes; one more is the end.</summary>
        internal int Diagonals => frames + labels;

        internal int Apart => Stride(labels);

        internal static int Stride(int labels) => (labels + Ways) / Ways * Ways + 2 * Ways;

        internal static long Room(int frames, int labels) => Ways + Arrays * ((long)frames + labels + 1) * Stride(labels);

        /// <summary>The logarithm of the blank's probability, of going on to the next frame.</summary>
        internal double* Blank => memory + Ways;

        /// <summary>That of the label's, of saying it.</summary>
        internal double* Label => Blank + (nint)(Diagonals + 1) * Apart;

        /// <summary>That of all paths to a node.</summary>
        internal double* Forward => Label + (nint)(Diagonals + 1) * Apart;

        /// <summary>That of all paths from it.</summary>
        internal double* Backward => Forward + (nint)(Diagonals + 1) * Apart;

        /// <summary>Σ eˣ⁻ᵐ of its row but for one largest.</summary>
        internal double* Others => Backward + (nint)(Diagonals + 1) * Apart;

        /// <summary>Its logarithm with that one.</summary>
        internal double* Log => Others + (nint)(Diagonals + 1) * Apart;

        internal nint At(int t, int u) => (nint)(t + u) * Apart + u;
    }

    private nint Row(int n, int t, int u) => ((nint)n * _frames + t) * _columns + u;

    private void Sample<TLane>(int n)
        where TLane : struct, ILane<TLane, S>
    {
        int frames = loss.Frames(n),
            labels = loss.Labels(n);
        var g = gradients is null ? 0 : Upstream(n);
        var nodes = (long)frames * (labels + 1);
        var isKept = loss.IsLogits && g != 0 && nodes * RowLength <= MostKept;
        var room = Lattice.Room(frames, labels);
        var length = Cut.Room(room + (isKept ? nodes : 1) * RowLength, (int)Math.Min(nodes, int.MaxValue), "nodes of a lattice");
        var rented = ArrayPool<double>.Shared.Rent(length);
        try
        {
            fixed (double* memory = rented)
            {
                new Span<double>(memory, (int)room).Fill(double.NegativeInfinity);
                var lattice = new Lattice(memory, frames, labels);
                var exponentials = memory + room;
                Emit<TLane>(n, lattice, exponentials, isKept, g);
                var loss = 0 - Backward<TLane>(lattice);
                if (Values is not null)
                    Values[n] = S.CreateTruncating(loss);
                if (gradients is null)
                    return;
                // Where no path has a probability there is no slope.
                var hasSlopes = g != 0 && !double.IsPositiveInfinity(loss);
                if (hasSlopes)
                {
                    Forward<TLane>(lattice);
                    Share<TLane>(lattice, loss);
                }
                for (var t = 0; t < _frames; t++)
                for (var u = 0; u < _columns; u++)
                    if (hasSlopes && t < frames && u <= labels)
                        Slopes<TLane>(n, t, u, lattice, exponentials, isKept, g);
                    else
                        new Span<S>(gradients + Row(n, t, u) * Classes, Classes).Clear();
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    // The logarithms of the blank's and the label's probability at every node.
    private void Emit<TLane>(int n, Lattice lattice, double* exponentials, bool isKept, double g)
        where TLane : struct, ILane<TLane, S>
    {
        for (var t = 0; t < lattice.Frames; t++)
        {
            Cancellable.Check();
            for (var u = 0; u <= lattice.Labels; u++)
            {
                var row = Logits + Row(n, t, u) * Classes;
                var at = lattice.At(t, u);
                double max = 0,
                    others = 0;
                if (loss.IsLogits)
                {
                    (max, others, _) = Exponentiate<TLane>(row, exponentials, Math.Abs(g) < LargestUpstream);
                    if (isKept)
                        exponentials += RowLength;
                    // A row all −∞ has no distribution.
                    if (double.IsNegativeInfinity(max))
                        others = double.NaN;
                }
                lattice.Others[at] = others;
                lattice.Blank[at] = Below(row[loss.Blank], max);
                if (u < lattice.Labels)
                    lattice.Label[at] = Below(row[loss.Label(n, u)], max);
            }
        }
        if (loss.IsLogits)
            Normalise<TLane>(lattice);

        static double Below(S logit, double max)
        {
            var number = double.CreateTruncating(logit);
            return number == max ? 0 : number - max;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise<TLane>(Lattice lattice)
        where TLane : struct, ILane<TLane, S>
    {
        for (var d = 0; d < lattice.Diagonals; d++)
        for (nuint u = 0; u <= (nuint)lattice.Labels; u += (nuint)TLane.Count)
        {
            var at = (nuint)(d * (nint)lattice.Apart) + u;
            TLane others = TLane.LoadNumbers(in *lattice.Others, at),
                log = TLane.IfLess(others, TLane.Constant(0), TLane.Constant(0), TLane.Log1P(others));
            TLane.StoreNumbers(TLane.LoadNumbers(in *lattice.Blank, at) - log, ref *lattice.Blank, at);
            TLane.StoreNumbers(TLane.LoadNumbers(in *lattice.Label, at) - log, ref *lattice.Label, at);
        }
    }

    // log(eᵃ + eᵇ)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Added<TLane>(TLane a, TLane b)
        where TLane : struct, ILane<TLane, S>
    {
        var most = TLane.Max(a, b);
        return TLane.IfEqual(most, TLane.Constant(double.NegativeInfinity), most, most + TLane.Log1P(TLane.Exp(-TLane.Abs(a - b))));
    }

    // From the end to the start, where it is the logarithm of the probability of all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Backward<TLane>(Lattice lattice)
        where TLane : struct, ILane<TLane, S>
    {
        var to = lattice.Backward;
        to[lattice.At(lattice.Frames, lattice.Labels)] = 0;
        for (var d = lattice.Diagonals - 1; d >= 0; d--)
        for (nuint u = 0; u <= (nuint)lattice.Labels; u += (nuint)TLane.Count)
        {
            nuint at = (nuint)(d * (nint)lattice.Apart) + u,
                next = at + (nuint)lattice.Apart;
            var blank = TLane.LoadNumbers(in *lattice.Blank, at) + TLane.LoadNumbers(in *to, next);
            var label = TLane.LoadNumbers(in *lattice.Label, at) + TLane.LoadNumbers(in *to, next + 1);
            TLane.StoreNumbers(Added(blank, label), ref *to, at);
        }
        return *to;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TLane>(Lattice lattice)
        where TLane : struct, ILane<TLane, S>
    {
        var to = lattice.Forward;
        *to = 0;
        for (var d = 1; d < lattice.Diagonals; d++)
        for (nuint u = 0; u <= (nuint)lattice.Labels; u += (nuint)TLane.Count)
        {
            nuint at = (nuint)(d * (nint)lattice.Apart) + u,
                before = at - (nuint)lattice.Apart;
            var blank = TLane.LoadNumbers(in *to, before) + TLane.LoadNumbers(in *lattice.Blank, before);
            // One label fewer: the place before the first is no node.
            var label = TLane.LoadNumbers(in *(to - 1), before) + TLane.LoadNumbers(in *(lattice.Label - 1), before);
            TLane.StoreNumbers(Added(blank, label), ref *to, at);
        }
    }

    // In place of the logarithms the share of all paths that leave a node by its blank, and by its label.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Share<TLane>(Lattice lattice, double loss)
        where TLane : struct, ILane<TLane, S>
    {
        var all = TLane.Constant(loss);
        for (var d = 0; d < lattice.Diagonals; d++)
        for (nuint u = 0; u <= (nuint)lattice.Labels; u += (nuint)TLane.Count)
        {
            nuint at = (nuint)(d * (nint)lattice.Apart) + u,
                next = at + (nuint)lattice.Apart;
            var here = TLane.LoadNumbers(in *lattice.Forward, at) + all;
            var blank = here + TLane.LoadNumbers(in *lattice.Blank, at) + TLane.LoadNumbers(in *lattice.Backward, next);
            var label = here + TLane.LoadNumbers(in *lattice.Label, at) + TLane.LoadNumbers(in *lattice.Backward, next + 1);
            TLane.StoreNumbers(TLane.Exp(blank), ref *lattice.Blank, at);
            TLane.StoreNumbers(TLane.Exp(label), ref *lattice.Label, at);
        }
    }

    // The gradient by the row of a node, of which so many paths leave by the blank and by the label.
    private void Slopes<TLane>(int n, int t, int u, Lattice lattice, double* exponentials, bool isKept, double g)
        where TLane : struct, ILane<TLane, S>
    {
        var start = Row(n, t, u) * Classes;
        var at = lattice.At(t, u);
        double blank = lattice.Blank[at],
            label = u < lattice.Labels ? lattice.Label[at] : 0;
        var own = u < lattice.Labels ? loss.Label(n, u) : loss.Blank;
        var gradient = gradients + start;
        if (!loss.IsLogits)
        {
            new Span<S>(gradient, Classes).Fill(double.IsNaN(blank + label) ? S.NaN : S.Zero);
            gradient[loss.Blank] = S.CreateTruncating(-blank * g);
            if (u < lattice.Labels)
                gradient[own] = S.CreateTruncating(-label * g);
            return;
        }
        if (isKept)
            exponentials += (nint)((long)t * (lattice.Labels + 1) + u) * RowLength;
        else
            Exponentiate<TLane>(Logits + start, exponentials, Math.Abs(g) < LargestUpstream);
        double others = lattice.Others[at],
            normaliser = 1 + others,
            byBlank = exponentials[loss.Blank],
            byLabel = exponentials[own];
        Scaled<TLane>(exponentials, (blank + label) * g / normaliser, gradient);
        // Of either what the other adds, less what it lacks itself: a sure node has no digits left in the difference of its shares.
        gradient[loss.Blank] = S.CreateTruncating(g * (label * byBlank - blank * Rest(byBlank)) / normaliser);
        if (u < lattice.Labels)
            gradient[own] = S.CreateTruncating(g * (blank * byLabel - label * Rest(byLabel)) / normaliser);

        double Rest(double exponential) => exponential == 1 ? others : normaliser - exponential;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scaled<TLane>(double* exponentials, double share, S* gradient)
        where TLane : struct, ILane<TLane, S>
    {
        var factor = TLane.Constant(share);
        nuint i = 0,
            step = (nuint)TLane.Count;
        for (; i + step <= (nuint)Classes; i += step)
            TLane.Store(TLane.Weigh(factor, TLane.LoadNumbers(in *exponentials, i)), ref *gradient, i);
        for (; i < (nuint)Classes; i++)
            gradient[i] = S.CreateTruncating(share == 0 ? 0 : share * exponentials[i]);
    }
}
