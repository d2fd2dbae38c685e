using System.Buffers;
using System.Numerics;

namespace Losses;

/// <summary>A loss that has a kernel, and is a definition where it is differentiated once more.</summary>
internal abstract class FusedOperation<T>(Func<DiffTensor<T>[], DiffTensor<T>> definition) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal sealed override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted) =>
        gradient.Level > 0 || inputs.Any(static x => x.Level > 0)
            ? Differentiable(inputs, output, gradient, isWanted)
            : Gradients(inputs, output, gradient, isWanted);

    /// <summary>The gradients where they may be differentiated.</summary>
    private protected virtual DiffTensor<T>?[] Differentiable(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    ) => ByDefinition(inputs, gradient);

    private protected DiffTensor<T>[] ByDefinition(DiffTensor<T>[] inputs, DiffTensor<T> gradient) =>
        DiffTensor.Pullback(definition, inputs).Pullback(gradient);

    /// <summary>The gradients of stored tensors.</summary>
    private protected abstract DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    );
}

internal sealed class LabelledRowsOperation<T>(LabelledRows row, Func<DiffTensor<T>[], DiffTensor<T>> definition)
    : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
        if (x.Storage is { IsRounded: true, IsUniform: false })
            return new(Storage<T>.Narrow(Values<T>(x.Storage.Rounded, x.Shape)), row.Labels.Shape);
        return new(Storage<T>.Wide(Values<double>(x.Storage.Dense, x.Shape)).ToRounded(), row.Labels.Shape);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    )
    {
        var x = inputs[0];
        var g = gradient.Storage;
        if (x.Storage is { IsRounded: true, IsUniform: false } && (g.IsUniform || g.Count == 1))
            return [new(Storage<T>.Narrow(Gradients<T>(x.Storage.Rounded, x.Shape, [T.One], g.Numbers[0])), x.Shape)];
        return [new(Storage<T>.Wide(Gradients<double>(x.Storage.Dense, x.Shape, g.Numbers, 1)), x.Shape)];
    }

    private S[] Values<S>(ReadOnlySpan<S> x, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var values = GC.AllocateUninitializedArray<S>(row.Labels.Shape.Size);
        row.Run<S>(x, shape, [S.One], 1, values, [], isSummed: false);
        return values;
    }

    private S[] Gradients<S>(ReadOnlySpan<S> x, Shape shape, ReadOnlySpan<S> upstream, double scale)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var gradients = GC.AllocateUninitializedArray<S>(shape.Size);
        row.Run(x, shape, upstream, scale, [], gradients, isSummed: false);
        return gradients;
    }
}

internal sealed unsafe class VectorRowsOperation<T>(VectorRows row, Func<DiffTensor<T>[], DiffTensor<T>> definition)
    : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Stored float32 tensors of one shape: what the kernels are for.</summary>
    internal static bool Takes(DiffTensor<T>[] inputs) =>
        typeof(T) == typeof(float)
        && inputs[0].Shape.Rank > 0
        && inputs.All(x => x.Shape == inputs[0].Shape && x.Storage is { IsRounded: true, IsUniform: false });

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = GC.AllocateUninitializedArray<double>(inputs[0].Shape.Without(-1).Size);
        Run<double>(inputs, [1], values, []);
        return new(Storage<T>.Wide(values), inputs[0].Shape.Without(-1));
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    )
    {
        if (row.IsLoss)
            return Gradients<T>(inputs, output.Count, gradient, isWanted, static gradient => Storage<T>.Narrow(gradient));
        return Gradients<double>(inputs, output.Count, gradient, isWanted, static gradient => Storage<T>.Wide(gradient));
    }

    private DiffTensor<T>?[] Gradients<TOut>(
        DiffTensor<T>[] inputs,
        int count,
        DiffTensor<T> gradient,
        bool[] isWanted,
        Func<TOut[], Storage<T>> store
    )
        where TOut : unmanaged
    {
        var gradients = Array.ConvertAll(isWanted, wanted => wanted ? GC.AllocateUninitializedArray<TOut>(inputs[0].Count) : null);
        // The values again, which nobody wants: new memory for them would take the place of a gradient's.
        var values = ArrayPool<double>.Shared.Rent(count);
        Run<TOut>(inputs, gradient.Storage.Numbers, values.AsSpan(0, count), gradients);
        ArrayPool<double>.Shared.Return(values);
        return Array.ConvertAll(gradients, wanted => wanted is null ? null : new DiffTensor<T>(store(wanted), inputs[0].Shape));
    }

    private void Run<TOut>(DiffTensor<T>[] inputs, ReadOnlySpan<double> upstream, Span<double> values, ReadOnlySpan<TOut[]?> gradients)
        where TOut : unmanaged
    {
        fixed (
            T* a = inputs[0].Storage.Rounded,
                b = inputs[1].Storage.Rounded,
                c = inputs[^1].Storage.Rounded
        )
        fixed (
            double* u = upstream,
                v = values
        )
        fixed (
            TOut* da = gradients.IsEmpty ? null : gradients[0],
                db = gradients.IsEmpty ? null : gradients[1],
                dc = gradients.IsEmpty ? null : gradients[^1]
        )
        {
            var x = stackalloc float*[] { (float*)a, (float*)b, (float*)c };
            var g = stackalloc TOut*[] { da, db, dc };
            row.Run(x, values.Length, inputs[0].Shape[-1], u, upstream.Length == 1, v, gradients.IsEmpty ? null : g);
        }
    }
}

internal sealed class CTCOperation<T>(CTCPaths paths, Func<DiffTensor<T>[], DiffTensor<T>> definition) : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly bool s_isSingle = typeof(T) == typeof(float);

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
        var values = new double[x.Shape[1]];
        if (x.Storage is { IsRounded: true, IsUniform: false })
            paths.Run<T>(x.Storage.Rounded, x.Shape[2], [1], values, [], s_isSingle);
        else
            paths.Run<double>(x.Storage.Dense, x.Shape[2], [1], values, [], s_isSingle);
        return new(Storage<T>.Wide(values), [values.Length]);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    )
    {
        var x = inputs[0];
        var values = new double[x.Shape[1]];
        if (x.Storage is { IsRounded: true, IsUniform: false })
        {
            var rounded = GC.AllocateUninitializedArray<T>(x.Count);
            paths.Run(x.Storage.Rounded, x.Shape[2], gradient.Storage.Numbers, values, rounded.AsSpan(), s_isSingle);
            return [new(Storage<T>.Narrow(rounded), x.Shape)];
        }
        var wide = GC.AllocateUninitializedArray<double>(x.Count);
        paths.Run(x.Storage.Dense, x.Shape[2], gradient.Storage.Numbers, values, wide.AsSpan(), s_isSingle);
        return [new(Storage<T>.Wide(wide), x.Shape)];
    }
}

// Distances of pairs, made of the vectors and, for the gradient, of the distances: never of their differences.
internal sealed class PairDistancesOperation<T>(PairDistances pairs, Func<DiffTensor<T>[], DiffTensor<T>> definition)
    : FusedOperation<T>(definition)
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

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    ) => [.. inputs.Select((_, i) => isWanted[i] ? Gradient(i, inputs, output.Storage, gradient) : null)];

    private protected override DiffTensor<T>?[] Differentiable(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    ) => [.. inputs.Select((_, i) => isWanted[i] ? new Slopes(this, i, output.Storage).Apply([.. inputs, gradient]) : null)];

    private DiffTensor<T> Gradient(int input, DiffTensor<T>[] inputs, Storage<T> output, DiffTensor<T> gradient)
    {
        var (layout, _) = Layout(inputs);
        var (own, others) = (inputs[input].Storage, inputs[inputs.Length - 1 - input].Storage);
        var slopes = GC.AllocateUninitializedArray<double>(own.Count);
        ReadOnlySpan<double> distances = output.Dense,
            upstream = gradient.Storage.Numbers;
        if (IsAsStored(inputs))
            pairs.RunGradient(own.Rounded, others.Rounded, input == 1, layout, distances, upstream, slopes);
        else
            pairs.RunGradient(own.Dense, others.Dense, input == 1, layout, distances, upstream, slopes);
        return new(Storage<T>.Wide(slopes), inputs[input].Shape);
    }

    private PairDistances Pairs => pairs;

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

    // The gradient by one input, of the inputs and of what comes from above.
    private sealed class Slopes(PairDistancesOperation<T> distances, int input, Storage<T> output) : Operation<T>
    {
        internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) => distances.Gradient(input, inputs[..^1], output, inputs[^1]);

        internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> _, DiffTensor<T> gradient, bool[] isWanted)
        {
            if (gradient.Level > 0 || inputs.Any(static x => x.Level > 0))
                return DiffTensor.Pullback(x => distances.ByDefinition(x[..^1], x[^1])[input], inputs).Pullback(gradient);
            DiffTensor<T>[] vectors = inputs[..^1];
            var (layout, shape) = Layout(vectors);
            double[][] numbers = [.. vectors.Select(static x => x.Storage.Dense.ToArray())],
                along = [.. vectors.Select((x, i) => i == input ? gradient.Storage.Dense.ToArray() : new double[x.Count])];
            var changes = GC.AllocateUninitializedArray<double>(shape.Size);
            distances.Pairs.RunChanges(numbers[0], numbers[^1], along[0], along[^1], layout, output.Dense, changes);
            var gradients = new DiffTensor<T>?[inputs.Length];
            gradients[^1] = new(Storage<T>.Wide(changes), shape);
            for (var i = 0; i < vectors.Length; i++)
                if (isWanted[i])
                {
                    var j = vectors.Length - 1 - i;
                    var curvatures = GC.AllocateUninitializedArray<double>(vectors[i].Count);
                    distances.Pairs.RunCurvatures(
                        numbers[i],
                        numbers[j],
                        along[i],
                        along[j],
                        i == 1,
                        layout,
                        output.Dense,
                        changes,
                        inputs[^1].Storage.Numbers,
                        curvatures
                    );
                    gradients[i] = new(Storage<T>.Wide(curvatures), vectors[i].Shape);
                }
            return gradients;
        }
    }
}

internal sealed class MultiLabelRowsOperation<T>(MultiLabelRows row, Func<DiffTensor<T>[], DiffTensor<T>> definition)
    : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = new double[inputs[0].Shape[0]];
        Run(inputs[0].Storage, [1], values, []);
        return new(Storage<T>.Wide(values), [values.Length]);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    ) => [Slopes(inputs[0], gradient.Storage.Numbers)];

    // The slopes change at kinks alone.
    private protected override DiffTensor<T>?[] Differentiable(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        bool[] isWanted
    ) => [DiffTensor<T>.Weigh(Rows.Along(gradient, 1, inputs[0].Shape), Slopes(inputs[0], [1]))];

    private DiffTensor<T> Slopes(DiffTensor<T> x, ReadOnlySpan<double> upstream)
    {
        var slopes = GC.AllocateUninitializedArray<double>(x.Count);
        Run(x.Storage, upstream, [], slopes);
        return new(Storage<T>.Wide(slopes), x.Shape);
    }

    private void Run(Storage<T> scores, ReadOnlySpan<double> upstream, Span<double> values, Span<double> gradient)
    {
        if (scores is { IsRounded: true, IsUniform: false })
            row.Run(scores.Rounded, upstream, values, gradient);
        else
            row.Run(scores.Dense, upstream, values, gradient);
    }
}

// A function computed without a tape: for the gradient it runs again, with one. Where that gradient is to be differentiated it is such a function too,
// and nothing of what it is made of stays.
internal sealed class RecomputeOperation<T>(Func<DiffTensor<T>[], DiffTensor<T>> function) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) => function(inputs);

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted)
    {
        if (gradient.Level == 0 && inputs.All(static x => x.Level == 0))
            return DiffTensor.Pullback(function, inputs).Pullback(gradient);
        // All gradients in a row, since an operation has one result.
        var all = new RecomputeOperation<T>(Gradients).Apply([.. inputs, gradient]);
        var start = 0;
        return
        [
            .. inputs.Select(x =>
            {
                start += x.Count;
                return DiffTensor<T>.Reshape(DiffTensor<T>.Slice(all, 0, start - x.Count, x.Count), x.Shape);
            }),
        ];

        DiffTensor<T> Gradients(DiffTensor<T>[] x) =>
            DiffTensor<T>.Concatenate(
                [.. DiffTensor.Pullback(function, x[..^1]).Pullback(x[^1]).Select(slope => DiffTensor<T>.Reshape(slope, [slope.Count]))],
                0
            );
    }
}
