using System.Numerics;
using System.Runtime.InteropServices;

namespace Losses;

/// <param name="summed">Which axes.</param>
/// <param name="kept">The shape with those of length 1.</param>
/// <param name="isWide">Whether the sum of all stays in float64 whatever it is of.</param>
/// <param name="isVaried">Whether a gradient may be asked for: the sum of a loss then comes with it, unless it is read before.</param>
internal sealed class SumOperation<T>(bool[] summed, Shape kept, bool isWide = false, bool isVaried = false) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        if (kept.Size == 1)
        {
            // Stored float32 numbers have a float32 sum, rounded once; an intermediate stays wide.
            var isSingle = typeof(T) == typeof(float) && x.Storage.IsRounded && !isWide;
            var total = TotalOf(x.Storage);
            return new(Scalar(isVaried, total, () => isSingle ? total.Sum.ToSingle() : total.Sum.ToDouble()), kept);
        }
        if (x.Storage.IsUniform)
            return new(Storage<T>.Uniform(Total(x.Storage, x.Count / Math.Max(1, kept.Size)).ToDouble(), kept.Size), kept);
        var axes = Enumerable.Range(0, summed.Length);
        var last = Array.LastIndexOf(summed, false);
        if (x.Storage.Pending is { } pending && !summed.AsSpan(0, last).Contains(true))
            return new(Storage<T>.Wide(pending.Sums(x.Count, kept.Size)), kept);
        if (x.Storage.Step is not null && !summed.AsSpan(0, last).Contains(true) && kept.Size > 0)
            return new(Storage<T>.Wide(Program<T>.Sums(x.Storage, kept.Size)), kept);
        if (Neighbours(x.Shape) is { } at)
            return new(
                Storage<T>.Wide(x.Storage.IsNarrow ? RowKernels.Sums(x.Storage.Rounded, at) : RowKernels.Sums(x.Storage.Dense, at)),
                kept
            );
        int[] order = [.. axes.Where(i => !summed[i]), .. axes.Where(i => summed[i])];
        var rows = order.SequenceEqual(axes) ? x : DiffTensor<T>.Permute(x, order);
        return new(
            Storage<T>.Wide(
                typeof(T) == typeof(float) && rows.Storage.IsRounded && !rows.Storage.IsUniform
                    ? RowKernels.Sums(rows.Storage.Rounded, kept.Size)
                    : RowKernels.Sums(rows.Storage.Dense, kept.Size)
            ),
            kept
        );
    }

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Expand(gradient, x.Shape);

    // What stands before, along and after the axes, where they follow each other and are not too long to be turned.
    private (int Outer, int Length, int Inner)? Neighbours(Shape shape)
    {
        const int longest = 1 << 14;
        int first = Array.IndexOf(summed, true),
            last = Array.LastIndexOf(summed, true);
        if (Notes.AreOff || first < 0 || last == summed.Length - 1 || summed.AsSpan(first..last).Contains(false))
            return null;
        var (outer, length, inner) = (1, 1, 1);
        for (var i = 0; i < summed.Length; i++)
            if (i < first)
                outer *= shape[i];
            else if (i <= last)
                length *= shape[i];
            else
                inner *= shape[i];
        return length is > 0 and <= longest && outer * inner > 0 ? (outer, length, inner) : null;
    }

    /// <summary>The exact sum; values that were not asked for before are summed without being stored.</summary>
    internal static ExactSum Total(Storage<T> x) => TotalOf(x).Sum;

    /// <summary>The same, perhaps later: what is stored is summed now, so that nobody keeps it.</summary>
    internal static Total TotalOf(Storage<T> x)
    {
        if (x.Pending is { } pending)
            return pending.Sum(x.Count);
        var total = x.Total(Summed);
        _ = total.Sum;
        return total;
    }

    /// <summary>One number that is made of a sum: at once where that is known, or no gradient will bring it.</summary>
    internal static Storage<T> Scalar(bool isVaried, Total total, Func<double> number) =>
        isVaried && !total.IsKnown ? Storage<T>.Noted(new(1, () => [number()]), 1) : Storage<T>.Wide([number()]);

    private static ExactSum Summed(Storage<T> x)
    {
        if (x.IsUniform)
            return Total(x, x.Count);
        if (x.Step is not null)
            return Program<T>.Sum(x);
        x.Settle();
        const int chunk = 1 << 16;
        var chunks = Cut.Count(x.Count, chunk);
        var sums = new ExactSum?[Math.Clamp(chunks / 2, 1, Threads.Max)];
        Threads.Run(
            chunks,
            sums.Length,
            (index, worker) =>
            {
                var sum = sums[worker] ??= new();
                var start = index * chunk;
                var count = Math.Min(chunk, x.Count - start);
                if (typeof(T) == typeof(float) && x.IsRounded)
                    sum.Add(MemoryMarshal.Cast<T, float>(x.Rounded.Slice(start, count)));
                else
                    sum.Add(x.Numbers.Slice(start, count));
            }
        );
        var total = sums[0] ?? new();
        foreach (var sum in sums.AsSpan(1))
            if (sum is not null)
                total.Merge(sum);
        return total;
    }

    // One number, so many times.
    private static ExactSum Total(Storage<T> uniform, int count)
    {
        var sum = new ExactSum();
        if (count > 0)
            sum.AddProduct(uniform.Numbers[0], count);
        return sum;
    }
}

// A mean is rounded once, straight to the storage type; what its derivative is made of is not rounded before.
internal sealed class MeanOperation<T>(bool isWide = false, bool isVaried = false) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _isSingle = typeof(T) == typeof(float) && !isWide;

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var sum = SumOperation<T>.TotalOf(inputs[0].Storage);
        if (inputs.Length == 1)
        {
            var count = inputs[0].Count;
            return Of(sum, () => _isSingle ? sum.Sum.MeanSingle(count) : sum.Sum.Mean(count));
        }
        var weight = SumOperation<T>.Total(inputs[1].Storage);
        return Of(sum, () => _isSingle ? ExactSum.RatioSingle(sum.Sum, weight) : ExactSum.Ratio(sum.Sum, weight));
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
    {
        var weight = inputs.Length == 1 ? DiffTensor<T>.Constant(inputs[0].Count) : Total(inputs[1]);
        var share = DiffTensor<T>.Weigh(gradient, 1 / weight);
        var gradients = new DiffTensor<T>?[inputs.Length];
        if (isWanted[0])
            gradients[0] = DiffTensor<T>.Expand(share, inputs[0].Shape);
        if (inputs.Length > 1 && isWanted[1])
        {
            var mean = _isSingle ? new MeanOperation<T>(isWide: true).Apply(inputs) : output;
            gradients[1] = DiffTensor<T>.Expand(-(share * mean), inputs[1].Shape);
        }
        return gradients;
    }

    private static DiffTensor<T> Total(DiffTensor<T> x)
    {
        var summed = new bool[x.Shape.Rank];
        Array.Fill(summed, true);
        return new SumOperation<T>(summed, Shape.Scalar, isWide: true).Apply(x);
    }

    private DiffTensor<T> Of(Total total, Func<double> mean) => new(SumOperation<T>.Scalar(isVaried, total, mean), Shape.Scalar);
}

internal sealed class CumulativeSumOperation<T>(int axis, bool backwards) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(Rows.Of(new RunningRows(backwards), x, axis, (x, at) => RowKernels.CumulativeSums(x, at, backwards))), x.Shape);

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new CumulativeSumOperation<T>(axis, !backwards).Apply(gradient);
}

/// <summary>The products of matrices, either of which may be read transposed. Where one of them is a gradient a 0 in it removes what it meets, as everywhere else.</summary>
internal sealed unsafe class MatMulOperation<T>(Weighing weighing, bool isFirstTransposed, bool isSecondTransposed) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        int rows = a.Shape[isFirstTransposed ? -1 : -2],
            shared = a.Shape[isFirstTransposed ? -2 : -1],
            columns = b.Shape[isSecondTransposed ? -2 : -1];
        Shape shape = new([.. a.Shape.Lengths[..^2], rows, columns]);
        // Not from the numbers: matrices without shared elements have products of zeros.
        var products = new Shape(a.Shape.Lengths[..^2]).Size;
        var result = new double[shape.Size];
        var (first, second) = (a.Storage, b.Storage);
        fixed (
            T* narrowA = first.Narrows,
                narrowB = second.Narrows
        )
        fixed (
            double* wideA = first.IsNarrow ? default : first.Numbers,
                wideB = second.IsNarrow ? default : second.Numbers,
                to = result
        )
        {
            var job = new Job(
                Of(narrowA, wideA, first, a.Shape, isFirstTransposed),
                Of(narrowB, wideB, second, b.Shape, isSecondTransposed),
                to,
                rows,
                shared,
                columns,
                weighing
            );
            job.Run(products);
        }
        return new(Storage<T>.Wide(result), shape);
    }

    internal static Matrix Of(T* narrow, double* wide, Storage<T> storage, Shape shape, bool isTransposed)
    {
        Matrix matrix = storage.IsUniform
            ? new((nint)wide, false, 0, 0)
            : new(narrow is null ? (nint)wide : (nint)narrow, narrow is not null, shape[-1], 1);
        return isTransposed ? matrix.Transposed : matrix;
    }

    private sealed class Job(Matrix a, Matrix b, double* c, int rows, int shared, int columns, Weighing weighing)
    {
        internal void Run(int products)
        {
            var each = (long)rows * shared * columns;
            if (products > 1 && Product.Workers(each) == 1)
                Threads.Run(products, Product.Workers(each * products), (product, _) => Of(product).Run(1));
            else
                for (var product = 0; product < products; product++)
                    Of(product).Run();
        }

        private Product Of(int product) =>
            new(
                At(a, (nint)product * rows * shared),
                At(b, (nint)product * shared * columns),
                weighing,
                c + (nint)product * rows * columns,
                columns,
                rows,
                shared,
                columns
            );

        private static Matrix At(Matrix matrix, nint offset) => matrix.ByRow == 0 ? matrix : matrix.From(offset);
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
    {
        var (a, b) = (inputs[0], inputs[1]);
        // That by a transposed matrix is the product of the transposed ones the other way round.
        return
        [
            !isWanted[0] ? null
            : isFirstTransposed ? Of(Weighing.Second, b, isSecondTransposed, gradient, true)
            : Of(Weighing.First, gradient, false, b, !isSecondTransposed),
            !isWanted[1] ? null
            : isSecondTransposed ? Of(Weighing.First, gradient, true, a, isFirstTransposed)
            : Of(Weighing.Second, a, !isFirstTransposed, gradient, false),
        ];

        static DiffTensor<T> Of(Weighing weighing, DiffTensor<T> a, bool isFirst, DiffTensor<T> b, bool isSecond) =>
            new MatMulOperation<T>(weighing, isFirst, isSecond).Apply(a, b);
    }
}
