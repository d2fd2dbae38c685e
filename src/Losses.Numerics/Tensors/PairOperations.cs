using System.Numerics;

namespace Losses;

// Distances of pairs, made of the vectors and, for the gradient, of the distances: never of their differences.
internal sealed class PairDistancesOperation<T>(PairDistances pairs, Func<DiffTensor<T>[], DiffTensor<T>> definition) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var (layout, shape) = Layout(inputs);
        var distances = GC.AllocateUninitializedArray<double>(shape.Size);
        if (IsAsStored(inputs))
            pairs.Run(inputs[0].Storage.Rounded, inputs[^1].Storage.Rounded, layout, distances);
        else
            pairs.Run(inputs[0].Storage.Dense, inputs[^1].Storage.Dense, layout, distances);
        return new(Storage<T>.Wide(distances), shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        if (gradient.Level > 0 || inputs.Any(static x => x.Level > 0))
            return DiffTensor.Pullback(definition, inputs).Pullback(gradient)[input];
        var (layout, _) = Layout(inputs);
        var (own, others) = (inputs[input].Storage, inputs[inputs.Length - 1 - input].Storage);
        var slopes = GC.AllocateUninitializedArray<double>(own.Count);
        ReadOnlySpan<double> distances = output.Storage.Dense,
            upstream = gradient.Storage.Numbers;
        if (IsAsStored(inputs))
            pairs.RunGradient(own.Rounded, others.Rounded, input == 1, layout, distances, upstream, slopes);
        else
            pairs.RunGradient(own.Dense, others.Dense, input == 1, layout, distances, upstream, slopes);
        return new(Storage<T>.Wide(slopes), inputs[input].Shape);
    }

    private bool IsAsStored(DiffTensor<T>[] inputs) =>
        pairs.IsPlain && inputs.All(static x => x.Storage is { IsRounded: true, IsUniform: false });

    // One matrix, or two stacks of matrices.
    private static (PairDistances.Layout Layout, Shape Shape) Layout(DiffTensor<T>[] inputs)
    {
        Shape one = inputs[0].Shape,
            two = inputs[^1].Shape;
        int rows = one[-2],
            columns = two[-2];
        return inputs.Length == 1
            ? (new(1, rows, rows, one[-1], true), [checked((int)((long)rows * (rows - 1) / 2))])
            : (new(new Shape(one.Lengths[..^2]).Size, rows, columns, one[-1], false), one.With(-1, columns));
    }
}

internal sealed class MultiLabelRowsOperation<T>(MultiLabelRows row, Func<DiffTensor<T>[], DiffTensor<T>> definition) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = new double[inputs[0].Shape[0]];
        Run(inputs[0].Storage, [1], values, []);
        return new(Storage<T>.Wide(values), [values.Length]);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        if (gradient.Level > 0 || inputs[0].Level > 0)
            return DiffTensor.Pullback(definition, inputs).Pullback(gradient)[0];
        var slopes = GC.AllocateUninitializedArray<double>(inputs[0].Count);
        Run(inputs[0].Storage, gradient.Storage.Numbers, [], slopes);
        return new(Storage<T>.Wide(slopes), inputs[0].Shape);
    }

    private void Run(Storage<T> scores, ReadOnlySpan<double> upstream, Span<double> values, Span<double> gradient)
    {
        if (scores is { IsRounded: true, IsUniform: false })
            row.Run(scores.Rounded, upstream, values, gradient);
        else
            row.Run(scores.Dense, upstream, values, gradient);
    }
}
