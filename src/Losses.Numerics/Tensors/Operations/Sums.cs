using System.Numerics;
using System.Runtime.InteropServices;

namespace Losses;

internal sealed class SumOperation<T>(bool[] summed, Shape kept, bool isWide = false) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        if (kept.Size == 1)
        {
            // Stored float32 numbers have a float32 sum, rounded once; an intermediate stays wide.
            var total = Total(x.Storage);
            return new(
                Storage<T>.Wide([typeof(T) == typeof(float) && x.Storage.IsRounded && !isWide ? total.ToSingle() : total.ToDouble()]),
                kept
            );
        }
        if (x.Storage.IsUniform)
            return new(Storage<T>.Uniform(Total(x.Storage, x.Count / Math.Max(1, kept.Size)).ToDouble(), kept.Size), kept);
        var axes = Enumerable.Range(0, summed.Length);
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

    /// <summary>The exact sum; values that were not asked for before are summed without being stored.</summary>
    internal static ExactSum Total(Storage<T> x)
    {
        if (x.Pending is { } pending)
        {
            pending.Prepare();
            return pending.Sum(x.Count);
        }
        if (x.IsUniform)
            return Total(x, x.Count);
        var sum = new ExactSum();
        if (typeof(T) == typeof(float) && x.IsRounded)
            sum.Add(MemoryMarshal.Cast<T, float>(x.Rounded));
        else
            sum.Add(x.Numbers);
        return sum;
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
internal sealed class MeanOperation<T>(bool isWide = false) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _isSingle = typeof(T) == typeof(float) && !isWide;

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var sum = SumOperation<T>.Total(inputs[0].Storage);
        if (inputs.Length == 1)
            return _isSingle ? Of(sum.MeanSingle(inputs[0].Count)) : Of(sum.Mean(inputs[0].Count));
        var weight = SumOperation<T>.Total(inputs[1].Storage);
        return _isSingle ? Of(ExactSum.RatioSingle(sum, weight)) : Of(ExactSum.Ratio(sum, weight));
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted)
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

    private static DiffTensor<T> Of(double value) => new(Storage<T>.Wide([value]), Shape.Scalar);
}

internal sealed class CumulativeSumOperation<T>(int axis, bool backwards) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) =>
        new(Storage<T>.Wide(RowKernels.CumulativeSums(x.Storage.Dense, x.Shape.Around(axis), backwards)), x.Shape);

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new CumulativeSumOperation<T>(axis, !backwards).Apply(gradient);
}

// Where one of the matrices is a gradient a 0 in it removes what it meets, as everywhere else.
internal sealed class MatMulOperation<T>(Weighing weighing = Weighing.None) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        int rows = a.Shape[-2],
            shared = a.Shape[-1],
            columns = b.Shape[-1];
        var shape = a.Shape.With(-1, columns);
        // Not from the numbers: matrices without shared elements have products of zeros.
        var products = new Shape(a.Shape.Lengths[..^2]).Size;
        return new(Storage<T>.Wide(RowKernels.MatMul(a.Storage.Dense, b.Storage.Dense, products, rows, shared, columns, weighing)), shape);
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted) =>
        [
            isWanted[0] ? new MatMulOperation<T>(Weighing.First).Apply(gradient, Transposed(inputs[1])) : null,
            isWanted[1] ? new MatMulOperation<T>(Weighing.Second).Apply(Transposed(inputs[0]), gradient) : null,
        ];

    private static DiffTensor<T> Transposed(DiffTensor<T> x)
    {
        int[] axes = [.. Enumerable.Range(0, x.Shape.Rank)];
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        return DiffTensor<T>.Permute(x, axes);
    }
}
