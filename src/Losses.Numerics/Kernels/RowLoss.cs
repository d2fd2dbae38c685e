using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A loss over rows that engines may have a kernel for.</summary>
internal abstract class RowLoss
{
    private protected RowLoss() { }
}

/// <summary>A loss of rows with a class index each.</summary>
internal abstract class LabelledRows : RowLoss
{
    private readonly double[] _classWeights;

    private protected LabelledRows(int axis, Labels labels, double[] classWeights) =>
        (Axis, Labels, _classWeights) = (axis, labels, classWeights);

    /// <summary>The class axis.</summary>
    public int Axis { get; }

    /// <summary>A class index a row, in the shape of the logits without the class axis; a negative one is ignored.</summary>
    public Labels Labels { get; }

    /// <summary>A weight a class, or empty: all 1.</summary>
    public ReadOnlySpan<double> ClassWeights => _classWeights;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double Weight(int index) => _classWeights.Length == 0 ? 1 : _classWeights[index];

    /// <summary>The loss of every row and its gradient, where asked for, and the exact sum of the losses.</summary>
    /// <param name="x">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="shape">Its class axis is the loss's.</param>
    /// <param name="upstream">What a row's gradient is multiplied by: one for all, or one a row.</param>
    /// <param name="scale">What every gradient is multiplied by, besides.</param>
    /// <param name="values">A loss a row, or empty.</param>
    /// <param name="gradients">The shape of <paramref name="x"/>, or empty; may be its memory.</param>
    /// <param name="isSummed">Whether the sum is wanted.</param>
    internal abstract ExactSum? Run<S>(
        ReadOnlySpan<S> x,
        Shape shape,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> values,
        Span<S> gradients,
        bool isSummed
    )
        where S : unmanaged, IFloatingPointIeee754<S>;

    /// <summary>The exact sum of the weights of the labels: what a mean divides by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ExactSum LabelWeight()
    {
        var sum = new ExactSum();
        var counted = 0;
        foreach (var label in Labels.Indices)
            if (label < 0)
                continue;
            else if (_classWeights.Length == 0)
                counted++;
            else
                sum.Add(_classWeights[label]);
        sum.Add((double)counted);
        return sum;
    }
}

/// <summary>Softmax cross-entropy with class indices, along one axis of the logits.</summary>
/// <param name="axis">The class axis.</param>
/// <param name="labels">A class index a row, in the shape of the logits without the class axis; a negative one is ignored.</param>
/// <param name="classWeights">A weight a class, or empty: all 1.</param>
/// <param name="labelSmoothing">ε in [0, 1].</param>
internal sealed class SoftmaxCrossEntropy(int axis, Labels labels, double[] classWeights, double labelSmoothing)
    : LabelledRows(axis, labels, classWeights)
{
    /// <summary>ε: (1 − ε) of the label's loss and ε / C of every class's.</summary>
    public double LabelSmoothing { get; } = labelSmoothing;

    internal override unsafe ExactSum? Run<S>(
        ReadOnlySpan<S> x,
        Shape shape,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> values,
        Span<S> gradients,
        bool isSummed
    )
    {
        var (_, classes, inner) = shape.Around(Axis);
        fixed (
            S* px = x,
                pu = upstream,
                pv = values,
                pg = gradients
        )
            return new CrossEntropyJob<S>(this, px, classes, inner, pu, upstream.Length == 1, scale, pv, pg).Run(isSummed);
    }
}

/// <summary>Negative log-likelihood with class indices, along one axis of the logarithms of probabilities.</summary>
/// <param name="axis">The class axis.</param>
/// <param name="labels">A class index a row, in the shape of the tensor without the class axis; a negative one is ignored.</param>
/// <param name="classWeights">A weight a class, or empty: all 1.</param>
internal sealed class NegativeLogLikelihood(int axis, Labels labels, double[] classWeights) : LabelledRows(axis, labels, classWeights)
{
    private const int Chunk = 1 << 16;

    internal override unsafe ExactSum? Run<S>(
        ReadOnlySpan<S> x,
        Shape shape,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> values,
        Span<S> gradients,
        bool isSummed
    )
    {
        var (_, classes, inner) = shape.Around(Axis);
        int rows = Labels.Shape.Size,
            chunks = Cut.Count(rows, Chunk),
            workers = Math.Min(Threads.Max, Math.Max(1, chunks / 2));
        // The places are read before they are cleared: they may be the same memory.
        var results = values.IsEmpty && isSummed ? ArrayPool<S>.Shared.Rent(rows) : null;
        fixed (
            S* px = x,
                pu = upstream,
                pv = values,
                pr = results,
                pg = gradients
        )
        {
            var job = new Job<S>(px, pu, upstream.Length == 1, scale, results is null ? pv : pr, pg, classes, inner);
            if (job.Values is not null)
                Threads.Run(chunks, workers, (chunk, _) => Pick(job, chunk * Chunk, Cut.End(rows, chunk * Chunk, Chunk)));
            if (pg is not null)
            {
                var pieces = Cut.Count(gradients.Length, Chunk);
                var length = gradients.Length;
                Threads.Run(
                    pieces,
                    Math.Min(Threads.Max, Math.Max(1, pieces / 4)),
                    (piece, _) => new Span<S>(job.Gradients + (nint)piece * Chunk, Math.Min(Chunk, length - piece * Chunk)).Clear()
                );
                Threads.Run(chunks, workers, (chunk, _) => Scatter(job, chunk * Chunk, Cut.End(rows, chunk * Chunk, Chunk)));
            }
            if (!isSummed)
                return null;
            var sum = new ExactSum();
            if (typeof(S) == typeof(float))
                sum.Add(new ReadOnlySpan<float>(job.Values, rows));
            else
                sum.Add(new ReadOnlySpan<double>(job.Values, rows));
            if (results is not null)
                ArrayPool<S>.Shared.Return(results);
            return sum;
        }
    }

    private sealed unsafe class Job<S>(S* x, S* upstream, bool isUniform, double scale, S* values, S* gradients, int classes, int inner)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        internal S* X => x;

        internal S* Values => values;

        internal S* Gradients => gradients;

        internal double Upstream(int row) => scale * double.CreateTruncating(isUniform ? *upstream : upstream[row]);

        internal nint Place(int row, int label) => ((nint)(row / inner) * classes + label) * inner + row % inner;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Pick<S>(Job<S> job, int first, int last)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var labels = Labels.Indices;
        for (var row = first; row < last; row++)
        {
            var weight = labels[row] < 0 ? 0 : Weight(labels[row]);
            job.Values[row] =
                weight == 0 ? S.Zero : S.CreateTruncating(0 - weight * double.CreateTruncating(job.X[job.Place(row, labels[row])]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Scatter<S>(Job<S> job, int first, int last)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var labels = Labels.Indices;
        for (var row = first; row < last; row++)
        {
            var weight = labels[row] < 0 ? 0 : Weight(labels[row]);
            var g = job.Upstream(row);
            if (weight == 0 || g == 0)
                continue;
            var place = job.Place(row, labels[row]);
            // The slope does not look at the logarithm, which may be gone: its loss knows whether it was a number.
            var loss = job.Values is null ? job.X[place] : job.Values[row];
            job.Gradients[place] = S.IsNaN(loss) ? S.NaN : S.CreateTruncating(-weight * g);
        }
    }
}
