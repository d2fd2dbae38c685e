using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A loss over rows that engines may have a kernel for.</summary>
internal abstract class RowLoss
{
    private protected RowLoss() { }
}

/// <summary>A loss of stored rows of one tensor, or of two of a shape: a value for each, and the gradients with it.</summary>
internal abstract class StoredRows : RowLoss
{
    private protected StoredRows() { }

    /// <summary>The shape of the values.</summary>
    /// <param name="shape">Of the tensors.</param>
    internal abstract Shape Rows(Shape shape);

    /// <summary>The loss of every row, and its gradients where asked for.</summary>
    /// <param name="x">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="target">The same; empty where the loss is of one tensor.</param>
    /// <param name="shape">Of both.</param>
    /// <param name="upstream">What the gradient of a row is multiplied by: one number for all, or one for each row.</param>
    /// <param name="values">A place for the loss of each row, or empty.</param>
    /// <param name="byPrediction">The shape of <paramref name="x"/>, or empty; may be its memory.</param>
    /// <param name="byTarget">The shape of <paramref name="x"/>, or empty.</param>
    internal abstract void Run<S>(
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> target,
        Shape shape,
        ReadOnlySpan<double> upstream,
        Span<S> values,
        Span<S> byPrediction,
        Span<S> byTarget
    )
        where S : unmanaged, IFloatingPointIeee754<S>;
}

/// <summary>A loss of rows with a class index each.</summary>
internal abstract class LabelledRows : StoredRows
{
    private readonly double[] _classWeights;

    private protected LabelledRows(int axis, Labels labels, double[] classWeights) =>
        (Axis, Labels, _classWeights) = (axis, labels, classWeights);

    /// <summary>The class axis.</summary>
    public int Axis { get; }

    /// <summary>A class index for each row, in the shape of the logits without the class axis; a negative one is ignored.</summary>
    public Labels Labels { get; }

    /// <summary>A weight for each class, or empty: all 1.</summary>
    public ReadOnlySpan<double> ClassWeights => _classWeights;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double Weight(int index) => _classWeights.Length == 0 ? 1 : _classWeights[index];

    internal sealed override Shape Rows(Shape shape) => Labels.Shape;

    internal sealed override void Run<S>(
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> target,
        Shape shape,
        ReadOnlySpan<double> upstream,
        Span<S> values,
        Span<S> byPrediction,
        Span<S> byTarget
    ) => Run(x, shape, upstream, values, byPrediction, isSummed: false);

    /// <summary>The loss of every row and its gradient, where asked for, and the exact sum of the losses.</summary>
    /// <param name="x">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="shape">Its class axis is the loss's.</param>
    /// <param name="upstream">What the gradient of a row is multiplied by: one number for all, or one for each row.</param>
    /// <param name="values">A loss for each row, or empty.</param>
    /// <param name="gradients">The shape of <paramref name="x"/>, or empty; may be its memory.</param>
    /// <param name="isSummed">Whether the sum is wanted.</param>
    internal abstract ExactSum? Run<S>(
        ReadOnlySpan<S> x,
        Shape shape,
        ReadOnlySpan<double> upstream,
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
        var labels = Labels.Indices;
        var isEach = _classWeights.Length == 0 && !labels.ContainsAnyInRange(int.MinValue, -1);
        var counted = isEach ? labels.Length : 0;
        foreach (var label in isEach ? [] : labels)
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

/// <summary>Negative log-likelihood with class indices, along one axis of the logarithms of probabilities.</summary>
/// <param name="axis">The class axis.</param>
/// <param name="labels">A class index for each row, in the shape of the tensor without the class axis; a negative one is ignored.</param>
/// <param name="classWeights">A weight for each class, or empty: all 1.</param>
internal sealed class NegativeLogLikelihood(int axis, Labels labels, double[] classWeights) : LabelledRows(axis, labels, classWeights)
{
    private const int Chunk = 1 << 16;

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
        int rows = Labels.Shape.Size,
            chunks = Cut.Count(rows, Chunk),
            workers = Math.Min(Threads.Max, Math.Max(1, chunks / 2));
        // The places are read before they are cleared: they may be the same memory.
        var results = values.IsEmpty && isSummed ? ArrayPool<S>.Shared.Rent(rows) : null;
        fixed (
            S* px = x,
                pv = values,
                pr = results,
                pg = gradients
        )
        fixed (double* pu = upstream)
        {
            var job = new Job<S>(px, pu, upstream.Length == 1, results is null ? pv : pr, pg, classes, inner);
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

    private sealed unsafe class Job<S>(S* x, double* upstream, bool isUniform, S* values, S* gradients, int classes, int inner)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        internal S* X => x;

        internal S* Values => values;

        internal S* Gradients => gradients;

        internal double Upstream(int row) => isUniform ? *upstream : upstream[row];

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
