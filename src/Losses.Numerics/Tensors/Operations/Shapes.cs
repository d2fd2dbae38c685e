using System.Numerics;

namespace Losses;

// The operations that move elements.

internal sealed class ReshapeOperation<T>(Shape shape) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) => new(x.Storage, shape);

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Reshape(gradient, x.Shape);
}

internal sealed class PermuteOperation<T>(int[] axes) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        Shape shape = axes.Select(axis => x.Shape[axis]).ToArray();
        if (x.Storage.IsUniform)
            return new(x.Storage, shape);
        int[] strides = [.. axes.Select(axis => x.Shape.Around(axis).Inner)];
        // What is stored stays so, for the kernels of stored numbers.
        return new(
            x.Storage.IsRounded
                ? Storage<T>.Narrow(RowKernels.Strided(x.Storage.Rounded, shape, strides))
                : Storage<T>.Wide(RowKernels.Strided(x.Storage.Numbers, shape, strides)),
            shape
        );
    }

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var inverse = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++)
            inverse[axes[i]] = i;
        return DiffTensor<T>.Permute(gradient, inverse);
    }
}

internal sealed class ExpandOperation<T>(Shape shape) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        if (x.Storage.IsUniform || x.Count == 1)
        {
            var uniform = Storage<T>.Uniform(x.Storage.Numbers[0], shape.Size);
            return new(x.Storage.IsRounded ? uniform.ToRounded() : uniform, shape);
        }
        // One number for each run of neighbours, such as what comes back to every sample.
        if (x.Shape.Rank == shape.Rank && x.Count > 0 && !x.Storage.IsRounded)
        {
            var along = 0;
            while (along < shape.Rank && x.Shape[along] == shape[along])
                along++;
            if (!x.Shape.Lengths.AsSpan(along).ContainsAnyExcept(1))
                return new(Storage<T>.Repeated(x.Storage.Numbers.ToArray(), shape.Size / x.Count), shape);
        }
        var strides = new int[shape.Rank];
        for (var i = 1; i <= x.Shape.Rank; i++)
            strides[^i] = x.Shape[-i] == 1 ? 0 : x.Shape.Around(x.Shape.Rank - i).Inner;
        if (Step<T>.IsNoted(shape.Size) && x.Count > 0)
        {
            x.Storage.Settle();
            return new(Storage<T>.Later(new SpreadStep<T>(x.Storage, shape.Lengths, strides), shape.Size), shape);
        }
        // What is stored stays so, for the kernels of stored numbers.
        return new(
            x.Storage.IsRounded
                ? Storage<T>.Narrow(RowKernels.Strided(x.Storage.Rounded, shape, strides))
                : Storage<T>.Wide(RowKernels.Strided(x.Storage.Numbers, shape, strides)),
            shape
        );
    }

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var from = x.Shape;
        var added = shape.Rank - from.Rank;
        var axes = Enumerable.Range(0, shape.Rank).Where(i => i < added || (from[i - added] == 1 && shape[i] != 1)).ToArray();
        return DiffTensor<T>.Reshape(DiffTensor<T>.Sum(gradient, axes, false), from);
    }
}

internal sealed class SliceOperation<T>(int axis, int start, int length) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        var shape = x.Shape.With(axis, length);
        var (outer, from, inner) = x.Shape.Around(axis);
        if (x.Storage.IsUniform)
            return new(Storage<T>.Uniform(x.Storage.Numbers[0], shape.Size), shape);
        if (Step<T>.IsNoted(shape.Size))
        {
            x.Storage.Settle();
            var part = new SpreadStep<T>(x.Storage, [outer, length * inner], [from * inner, 1], start * inner, isStored: false);
            return new(Storage<T>.Later(part, shape.Size), shape);
        }
        var values = GC.AllocateUninitializedArray<double>(shape.Size);
        Cancellable.Pace pace = default;
        for (var o = 0; o < outer; o++, pace.Step(length * inner))
            x.Storage.Numbers.Slice((o * from + start) * inner, length * inner).CopyTo(values.AsSpan(o * length * inner));
        return new(Storage<T>.Wide(values), shape);
    }

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new PadOperation<T>(axis, start, x.Shape[axis]).Apply(gradient);
}

// Zeros before and after along an axis: what a slice's gradient becomes.
internal sealed class PadOperation<T>(int axis, int start, int length) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        var shape = x.Shape.With(axis, length);
        var (outer, part, inner) = x.Shape.Around(axis);
        if (Step<T>.IsNoted(shape.Size))
        {
            x.Storage.Settle();
            var join = new JoinStep<T>([(null, start * inner), (x.Storage, part * inner), (null, (length - start - part) * inner)]);
            return new(Storage<T>.Later(join, shape.Size), shape);
        }
        var values = new double[shape.Size];
        var numbers = x.Storage.Dense;
        Cancellable.Pace pace = default;
        for (var o = 0; o < outer; o++, pace.Step(part * inner))
            numbers.Slice(o * part * inner, part * inner).CopyTo(values.AsSpan((o * length + start) * inner));
        return new(Storage<T>.Wide(values), shape);
    }

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Slice(gradient, axis, start, x.Shape[axis]);
}

internal sealed class ConcatenateOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var shape = inputs[0].Shape.With(axis, inputs.Sum(x => x.Shape[axis]));
        var (outer, length, inner) = shape.Around(axis);
        if (Step<T>.IsNoted(shape.Size))
        {
            foreach (var x in inputs)
                x.Storage.Settle();
            var join = new JoinStep<T>([.. inputs.Select(x => (x.Storage, x.Shape[axis] * inner))]);
            return new(Storage<T>.Later(join, shape.Size), shape);
        }
        var values = GC.AllocateUninitializedArray<double>(shape.Size);
        var start = 0;
        Cancellable.Pace pace = default;
        foreach (var x in inputs)
        {
            var part = x.Shape[axis];
            var numbers = x.Storage.Dense;
            for (var o = 0; o < outer; o++, pace.Step(part * inner))
                numbers.Slice(o * part * inner, part * inner).CopyTo(values.AsSpan((o * length + start) * inner));
            start += part;
        }
        return new(Storage<T>.Wide(values), shape);
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
    {
        var gradients = new DiffTensor<T>?[inputs.Length];
        var start = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            var length = inputs[i].Shape[axis];
            if (isWanted[i])
                gradients[i] = DiffTensor<T>.Slice(gradient, axis, start, length);
            start += length;
        }
        return gradients;
    }
}

internal sealed class GatherOperation<T>(int axis, Labels labels) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        if (Step<T>.IsNoted(labels.Shape.Size) && !x.Storage.IsUniform)
        {
            x.Storage.Settle();
            var gather = new GatherStep<T>(x.Storage, labels, labels.Shape.Around(axis), x.Shape[axis]);
            return new(Storage<T>.Later(gather, labels.Shape.Size), labels.Shape);
        }
        var values = new double[labels.Shape.Size];
        var numbers = x.Storage.Dense;
        var places = RowKernels.Places(labels, axis, x.Shape);
        Cancellable.Pace pace = default;
        for (var i = 0; i < values.Length; i++, pace.Step(1))
            values[i] = places[i] < 0 ? 0 : numbers[places[i]];
        return new(Storage<T>.Wide(values), labels.Shape);
    }

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new ScatterOperation<T>(axis, labels, x.Shape).Apply(gradient);
}

// Adds each element to the place that its label names: what a gather's gradient becomes.
internal sealed class ScatterOperation<T>(int axis, Labels labels, Shape shape) : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x)
    {
        return new(Storage<T>.Wide(RowKernels.Scatter(x.Storage.Dense, labels, axis, shape)), shape);
    }

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Gather(gradient, axis, labels);
}
