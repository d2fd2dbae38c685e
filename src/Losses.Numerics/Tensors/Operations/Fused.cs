using System.Buffers;
using System.Numerics;

namespace Losses;

/// <summary>A loss that has a kernel, and is a definition where it is differentiated once more.</summary>
internal abstract class FusedOperation<T>(Func<DiffTensor<T>[], DiffTensor<T>> definition) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal sealed override DiffTensor<T>?[] Pull(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    ) =>
        gradient.Level > 0 || inputs.Any(static x => x.Level > 0)
            ? Differentiable(inputs, output, gradient, isWanted)
            : Gradients(inputs, output, gradient, isWanted);

    /// <summary>The gradients where they may be differentiated.</summary>
    private protected virtual DiffTensor<T>?[] Differentiable(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    ) => ByDefinition(inputs, gradient);

    private protected static bool AreStored(DiffTensor<T>[] inputs) => Array.TrueForAll(inputs, static x => x.IsStored);

    private protected DiffTensor<T>[] ByDefinition(DiffTensor<T>[] inputs, DiffTensor<T> gradient) =>
        DiffTensor.Pullback(definition, inputs).Pullback(gradient);

    /// <summary>The gradients of stored tensors.</summary>
    private protected abstract DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    );
}

/// <summary>A loss of stored rows: where nobody asks for its values before the gradient, they come with that.</summary>
internal sealed class RowsOperation<T>(StoredRows loss, Func<DiffTensor<T>[], DiffTensor<T>> definition) : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var (shape, rows) = (inputs[0].Shape, loss.Rows(inputs[0].Shape));
        if (AreStored(inputs))
            return new(Storage<T>.Later(new Pending(loss, Array.ConvertAll(inputs, static x => x.Storage), shape), rows.Size), rows);
        var values = Memory.Fresh<double>(rows.Size);
        loss.Run<double>(inputs[0].Storage.Dense, inputs.Length == 1 ? [] : inputs[1].Storage.Dense, shape, [1], values, [], []);
        return new(Storage<T>.Wide(values).ToRounded(), rows);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    )
    {
        var shape = inputs[0].Shape;
        var (x, t) = (inputs[0].Storage, inputs.Length == 1 ? null : inputs[1].Storage);
        var g = gradient.Storage.Numbers;
        if (!AreStored(inputs))
        {
            var wide = Array.ConvertAll(isWanted.Flags, wanted => wanted ? Memory.Fresh<double>(shape.Size) : null);
            loss.Run(x.Dense, t is null ? [] : t.Dense, shape, g, [], wide[0].AsSpan(), t is null ? [] : wide[1]);
            return Array.ConvertAll(wide, slopes => slopes is null ? null : new DiffTensor<T>(Storage<T>.Wide(slopes), shape));
        }
        Memory<T>[] rounded = [.. inputs.Select((_, i) => isWanted[i] ? isWanted.Memory(i, shape.Size) : default)];
        var pending = output.Storage.Pending as Pending;
        var values = pending is { IsKnown: false } ? Memory.Fresh<T>(output.Count) : null;
        loss.Run(x.Rounded, t is null ? [] : t.Rounded, shape, g, values, rounded[0].Span, t is null ? [] : rounded[1].Span);
        if (values is not null)
            pending!.Know(values);
        return [.. inputs.Select((_, i) => isWanted[i] ? new DiffTensor<T>(Storage<T>.Over(rounded[i]), shape) : null)];
    }

    private sealed class Pending(StoredRows loss, Storage<T>[] operands, Shape shape) : Deferred<T>
    {
        private T[]? _values;
        private Total? _total;

        internal bool IsKnown => Volatile.Read(ref _values) is not null;

        internal void Know(T[] values) => Volatile.Write(ref _values, values);

        internal override Storage<T>[] Operands => operands;

        internal override T[] Values(int count)
        {
            if (Volatile.Read(ref _values) is { } known)
                return known;
            var values = Memory.Fresh<T>(count);
            loss.Run<T>(operands[0].Rounded, operands.Length == 1 ? [] : operands[1].Rounded, shape, [1], values, [], []);
            Know(values);
            return values;
        }

        internal override Total Sum(int count)
        {
            var total = new Total(() =>
            {
                Prepare();
                return SumOperation<T>.Total(Storage<T>.Narrow(Values(count)));
            });
            return Interlocked.CompareExchange(ref _total, total, null) ?? total;
        }

        internal override double[] Sums(int count, int rows)
        {
            Prepare();
            return RowKernels.Sums<T>(Values(count), rows);
        }

        internal override bool Look() => false;
    }
}

internal sealed unsafe class VectorRowsOperation<T>(VectorRows row, Func<DiffTensor<T>[], DiffTensor<T>> definition)
    : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Stored float32 tensors of one shape: what the kernels are for.</summary>
    internal static bool Takes(DiffTensor<T>[] inputs) =>
        typeof(T) == typeof(float) && inputs[0].Shape.Rank > 0 && inputs.All(x => x.Shape == inputs[0].Shape && x.IsStored);

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = Memory.Fresh<double>(inputs[0].Shape.Without(-1).Size);
        Run<double>(inputs, [1], values, []);
        return new(Storage<T>.Wide(values), inputs[0].Shape.Without(-1));
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
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
        Wanted<T> isWanted,
        Func<TOut[], Storage<T>> store
    )
        where TOut : unmanaged
    {
        var gradients = Array.ConvertAll(isWanted.Flags, wanted => wanted ? Memory.Fresh<TOut>(inputs[0].Count) : null);
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
        if (x.IsStored)
            paths.Run<T>(x.Storage.Rounded, x.Shape[2], [1], values, [], s_isSingle);
        else
            paths.Run<double>(x.Storage.Dense, x.Shape[2], [1], values, [], s_isSingle);
        return new(Storage<T>.Wide(values), [values.Length]);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    )
    {
        var x = inputs[0];
        var values = new double[x.Shape[1]];
        if (x.IsStored)
        {
            var rounded = Memory.Fresh<T>(x.Count);
            paths.Run(x.Storage.Rounded, x.Shape[2], gradient.Storage.Numbers, values, rounded.AsSpan(), s_isSingle);
            return [new(Storage<T>.Narrow(rounded), x.Shape)];
        }
        var wide = Memory.Fresh<double>(x.Count);
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
        var distances = Memory.Fresh<double>(shape.Size);
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
        Wanted<T> isWanted
    ) => [.. inputs.Select((_, i) => isWanted[i] ? Gradient(i, inputs, output.Storage, gradient) : null)];

    private protected override DiffTensor<T>?[] Differentiable(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    ) => [.. inputs.Select((_, i) => isWanted[i] ? new Slopes(this, i, output.Storage).Apply([.. inputs, gradient]) : null)];

    private DiffTensor<T> Gradient(int input, DiffTensor<T>[] inputs, Storage<T> output, DiffTensor<T> gradient)
    {
        var (layout, _) = Layout(inputs);
        var (own, others) = (inputs[input].Storage, inputs[inputs.Length - 1 - input].Storage);
        var slopes = Memory.Fresh<double>(own.Count);
        ReadOnlySpan<double> distances = output.Dense,
            upstream = gradient.Storage.Numbers;
        if (IsAsStored(inputs))
            pairs.RunGradient(own.Rounded, others.Rounded, input == 1, layout, distances, upstream, slopes);
        else
            pairs.RunGradient(own.Dense, others.Dense, input == 1, layout, distances, upstream, slopes);
        return new(Storage<T>.Wide(slopes), inputs[input].Shape);
    }

    private PairDistances Pairs => pairs;

    private bool IsAsStored(DiffTensor<T>[] inputs) => pairs.IsPlain && inputs.All(static x => x.IsStored);

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

        internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> _, DiffTensor<T> gradient, Wanted<T> isWanted)
        {
            if (gradient.Level > 0 || inputs.Any(static x => x.Level > 0))
                return DiffTensor.Pullback(x => distances.ByDefinition(x[..^1], x[^1])[input], inputs).Pullback(gradient);
            DiffTensor<T>[] vectors = inputs[..^1];
            var (layout, shape) = Layout(vectors);
            double[][] numbers = [.. vectors.Select(static x => x.Storage.Dense.ToArray())],
                along = [.. vectors.Select((x, i) => i == input ? gradient.Storage.Dense.ToArray() : new double[x.Count])];
            var changes = Memory.Fresh<double>(shape.Size);
            distances.Pairs.RunChanges(numbers[0], numbers[^1], along[0], along[^1], layout, output.Dense, changes);
            var gradients = new DiffTensor<T>?[inputs.Length];
            gradients[^1] = new(Storage<T>.Wide(changes), shape);
            for (var i = 0; i < vectors.Length; i++)
                if (isWanted[i])
                {
                    var j = vectors.Length - 1 - i;
                    var curvatures = Memory.Fresh<double>(vectors[i].Count);
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

// A function computed without a tape: for the gradient it runs again, with one. Where that gradient is to be differentiated it is such a function too,
// and nothing of what it is made of stays.
internal sealed class RecomputeOperation<T>(Func<DiffTensor<T>[], DiffTensor<T>> function) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) => function(inputs);

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
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
