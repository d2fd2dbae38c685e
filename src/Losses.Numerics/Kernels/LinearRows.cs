using System.Buffers;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A loss of rows with labels on top of a linear layer: the logits of a block of rows are made, used for value and gradients, and forgotten.</summary>
/// <param name="rows">The loss of logits (N, C) with such labels, along their second axis.</param>
/// <param name="labels">A class index for each row; a negative one is ignored.</param>
/// <param name="most">How many rows at a time, at most.</param>
internal sealed unsafe class LinearRows(Func<Labels, LabelledRows> rows, Labels labels, int most) : RowLoss
{
    // Logits at a time, 16 MiB of them: with fewer rows the weights are read more often.
    private const int Logits = 1 << 21;

    // The rows of the largest tile of a product: fewer at a time would waste some of it.
    private const int FewestRows = 12;

    // Columns of a sum over rows.
    private const int Chunk = 1 << 10;

    /// <summary>Values, and gradients where there is a place for them; what they are added to is 0.</summary>
    /// <param name="x">(N, D)</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="bias">C of them, or one for all.</param>
    /// <param name="features">D</param>
    /// <param name="classes">C</param>
    /// <param name="upstream">What the gradient of a row is multiplied by: one number for all, or one for each row.</param>
    /// <param name="values">N, or empty.</param>
    /// <param name="byX">(N, D), or null.</param>
    /// <param name="byWeight">(C, D), or null.</param>
    /// <param name="byBias">C, or empty.</param>
    internal void Run(
        Matrix x,
        Matrix weight,
        ReadOnlySpan<double> bias,
        int features,
        int classes,
        ReadOnlySpan<double> upstream,
        double[]? values,
        double[]? byX,
        double[]? byWeight,
        double[]? byBias
    )
    {
        var count = labels.Indices.Length;
        var wanted = byX is not null || byWeight is not null || byBias is not null;
        var some = Math.Min(most, Math.Max(FewestRows, Logits / Math.Max(1, classes) / FewestRows * FewestRows));
        some = Math.Max(1, Math.Min(some, count));
        var rented = ArrayPool<double>.Shared.Rent(Cut.Room((long)some * classes, classes, "classes in a row"));
        var lost = byBias is null ? [] : new double[classes];
        fixed (
            double* logits = rented,
                toX = byX,
                toWeight = byWeight
        )
            for (var first = 0; first < count; first += some)
            {
                var height = Math.Min(some, count - first);
                var block = new Span<double>(logits, height * classes);
                block.Clear();
                var own = x.From(first * x.ByRow);
                new Product(own, weight.Transposed, Weighing.None, logits, classes, height, features, classes).Run();
                for (var row = 0; row < height; row++)
                    Add(block.Slice(row * classes, classes), bias);
                rows(new(labels.Indices.Slice(first, height), [height]))
                    .Run<double>(
                        block,
                        [height, classes],
                        upstream.Length == 1 ? upstream : upstream.Slice(first, height),
                        values is null ? [] : values.AsSpan(first, height),
                        wanted ? block : [],
                        isSummed: false
                    );
                var slopes = new Matrix((nint)logits, false, classes, 1);
                if (byX is not null)
                    new Product(slopes, weight, Weighing.First, toX + (nint)first * features, features, height, classes, features).Run();
                if (byWeight is not null)
                    new Product(slopes.Transposed, own, Weighing.First, toWeight, features, classes, height, features).Run();
                if (byBias is not null)
                    Sum(logits, height, byBias, lost);
            }
        ArrayPool<double>.Shared.Return(rented);
        if (byBias is not null)
            for (var j = 0; j < classes; j++)
                // The rest of a sum that has overflown is no number.
                byBias[j] += double.IsFinite(byBias[j]) ? lost[j] : 0;
    }

    private static void Add(Span<double> row, ReadOnlySpan<double> bias)
    {
        if (bias.Length != 1)
            System.Numerics.Tensors.TensorPrimitives.Add(row, bias, row);
        else if (bias[0] != 0)
            System.Numerics.Tensors.TensorPrimitives.Add(row, bias[0], row);
    }

    // In order, with what each addition lost: the sums do not depend on the blocks.
    private static void Sum(double* slopes, int height, double[] sums, double[] lost)
    {
        var chunks = Cut.Count(sums.Length, Chunk);
        Threads.Run(
            chunks,
            Product.Workers((long)height * sums.Length),
            (chunk, _) => Sum(slopes, height, sums, lost, chunk * Chunk, Cut.End(sums.Length, chunk * Chunk, Chunk))
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(double* slopes, int height, double[] sums, double[] lost, int first, int last)
    {
        for (var row = 0; row < height; row++)
        {
            var own = slopes + (nint)row * sums.Length;
            for (var j = first; j < last; j++)
            {
                var sum = sums[j] + own[j];
                var added = sum - sums[j];
                lost[j] += sums[j] - (sum - added) + (own[j] - added);
                sums[j] = sum;
            }
        }
    }
}
