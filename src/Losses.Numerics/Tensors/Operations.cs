using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Losses;

// The operations across elements, each with its derivative: the table that reverse mode reads.

/// <summary>What a pointwise function is to the one who asks for it.</summary>
internal enum Role
{
    /// <summary>A step of a longer computation, in float64.</summary>
    Step,

    /// <summary>A loss, which is rounded.</summary>
    Loss,

    /// <summary>The slope of a loss, which its kernel for stored numbers may make in one pass with the gradient.</summary>
    Slope,
}

internal sealed class PointwiseOperation<T, F>(F function, Role role, Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where F : struct, IPointwise3
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var (a, b, c) = Operands(inputs);
        var isUniform = a.IsUniform && b.IsUniform && c.IsUniform && shape.Size > 0;
        var isStored = IsStored(a, b, c);
        if (role == Role.Loss && !isUniform && isStored)
            return new(Storage<T>.Later(new Pending(function, a, b, c), shape.Size), shape);
        var watch = role == Role.Loss ? Watch.Of(function) : null;
        var values = GC.AllocateUninitializedArray<double>(isUniform ? 1 : shape.Size);
        Map(isStored, a, b, c, values, watch);
        var computed = isUniform ? Storage<T>.Uniform(values[0], shape.Size) : Storage<T>.Wide(values);
        return new(role == Role.Loss ? computed.ToRounded(watch is not { IsKept: false }) : computed, shape);
    }

    internal override DiffTensor<T>? Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        if (gradient.Level == 0 && inputs.All(static x => x.Level == 0))
            return Fused(input, inputs, gradient);
        var (a, b, c) = (inputs[0], inputs.ElementAtOrDefault(1) ?? 0, inputs.ElementAtOrDefault(2) ?? 0);
        var slopeRole = role == Role.Loss ? Role.Slope : Role.Step;
        var slope = input switch
        {
            0 => DiffTensor<T>.Pointwise(new Partial<F, Mark1>(function), inputs.Length, slopeRole, a, b, c),
            1 => DiffTensor<T>.Pointwise(new Partial<F, Mark2>(function), inputs.Length, slopeRole, a, b, c),
            _ => DiffTensor<T>.Pointwise(new Partial<F, Mark3>(function), inputs.Length, slopeRole, a, b, c),
        };
        return DiffTensor<T>.Weigh(gradient, slope);
    }

    // Stored float32 numbers have float32 kernels, and whatever stands beside them, a gradient from above or a differentiation around,
    // the numbers of a loss and its slopes are those.
    private bool IsStored(Storage<T> a, Storage<T> b, Storage<T> c) => role != Role.Step && a.IsRounded && b.IsRounded && c.IsRounded;

    private void Map(bool isStored, Storage<T> a, Storage<T> b, Storage<T> c, double[] values, Watch? watch)
    {
        if (isStored && typeof(T) == typeof(float))
            Kernel.Map<F, WidenedSingle>(function, Widened(a.Numbers), Widened(b.Numbers), Widened(c.Numbers), Widened(values), watch);
        else
            Kernel.Map<F, double>(function, a.Numbers, b.Numbers, c.Numbers, values, watch);
    }

    // One pass over the memory: the slope is never stored, only the gradient.
    private DiffTensor<T> Fused(int input, DiffTensor<T>[] inputs, DiffTensor<T> gradient)
    {
        var (a, b, c) = Operands(inputs);
        var g = gradient.Storage;
        var isStored = IsStored(a, b, c);
        if (role == Role.Loss && isStored && g.IsUniform)
        {
            var rounded = GC.AllocateUninitializedArray<T>(shape.Size);
            Gradient<T>(input, a.Rounded, b.Rounded, c.Rounded, [T.One], g.Numbers[0], rounded);
            return new(Storage<T>.Narrow(rounded), shape);
        }
        if (role == Role.Loss && isStored)
        {
            var rounded = GC.AllocateUninitializedArray<T>(shape.Size);
            Kernel.Gradient(function, input, a.Rounded, b.Rounded, c.Rounded, g.Each ?? g.Numbers, g.Repeat, rounded.AsSpan());
            return new(Storage<T>.Narrow(rounded), shape);
        }
        var wide = GC.AllocateUninitializedArray<double>(shape.Size);
        if (isStored && typeof(T) == typeof(float))
            Gradient(input, Widened(a.Numbers), Widened(b.Numbers), Widened(c.Numbers), Widened(g.Numbers), 1, Widened(wide));
        else
            Gradient<double>(input, a.Numbers, b.Numbers, c.Numbers, g.Numbers, 1, wide);
        return new(Storage<T>.Wide(wide), shape);
    }

    private void Gradient<S>(
        int input,
        ReadOnlySpan<S> a,
        ReadOnlySpan<S> b,
        ReadOnlySpan<S> c,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> gradient
    )
        where S : unmanaged =>
        Kernel.Gradient(
            function,
            a,
            b,
            c,
            shape.Size,
            upstream,
            scale,
            input == 0 ? gradient : [],
            input == 1 ? gradient : [],
            input == 2 ? gradient : []
        );

    private static ReadOnlySpan<WidenedSingle> Widened(ReadOnlySpan<double> numbers) => MemoryMarshal.Cast<double, WidenedSingle>(numbers);

    private static Span<WidenedSingle> Widened(double[] numbers) => MemoryMarshal.Cast<double, WidenedSingle>(numbers.AsSpan());

    private static readonly Storage<T> s_zero = Storage<T>.Uniform(0, 2).ToRounded();

    private static (Storage<T> A, Storage<T> B, Storage<T> C) Operands(DiffTensor<T>[] inputs) =>
        (inputs[0].Storage, inputs.Length > 1 ? inputs[1].Storage : s_zero, inputs.Length > 2 ? inputs[2].Storage : s_zero);

    private sealed class Pending(F function, Storage<T> a, Storage<T> b, Storage<T> c) : Deferred<T>
    {
        // Nobody adds to it.
        private ExactSum? _sum;

        internal override Storage<T>[] Operands => [a, b, c];

        internal override T[] Values(int count)
        {
            var watch = Watch.Of(function);
            var values = GC.AllocateUninitializedArray<T>(count);
            Kernel.Map<F, T>(function, a.Rounded, b.Rounded, c.Rounded, values, watch);
            KeepsDomains = watch is not { IsKept: false };
            return values;
        }

        internal override ExactSum Sum(int count)
        {
            var watch = Watch.Of(function);
            if (_sum is { } known)
                return known;
            var sum = Kernel.Sum<F, T>(function, a.Rounded, b.Rounded, c.Rounded, count, watch);
            KeepsDomains = watch is not { IsKept: false };
            _sum = sum;
            return sum;
        }
    }
}

// One of two, by a mask of 1 and 0. What is not chosen has the gradient 0 whatever comes: it is chosen, too, never multiplied.
internal sealed class SelectOperation<T>(Storage<T> mask, Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = GC.AllocateUninitializedArray<double>(shape.Size);
        Kernel.Map<SelectFunction, double>(default, mask.Numbers, inputs[0].Storage.Numbers, inputs[1].Storage.Numbers, values);
        return new(Storage<T>.Wide(values), shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var nothing = DiffTensor<T>.Filled(0, shape);
        return input == 0 ? Apply(gradient, nothing) : Apply(nothing, gradient);
    }
}

internal sealed class RoundOperation<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) => new(inputs[0].Storage.ToRounded(), inputs[0].Shape);

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) => gradient;
}

internal sealed class ReshapeOperation<T>(Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) => new(inputs[0].Storage, shape);

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Reshape(gradient, inputs[0].Shape);
}

internal sealed class PermuteOperation<T>(int[] axes) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
        Shape shape = axes.Select(axis => x.Shape[axis]).ToArray();
        if (x.Storage.IsUniform)
            return new(x.Storage, shape);
        return new(
            Storage<T>.Wide(RowKernels.Strided(x.Storage.Numbers, shape, axes.Select(axis => x.Shape.Around(axis).Inner).ToArray())),
            shape
        );
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var inverse = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++)
            inverse[axes[i]] = i;
        return DiffTensor<T>.Permute(gradient, inverse);
    }
}

internal sealed class ExpandOperation<T>(Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
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
        // What is stored stays so, for the kernels of stored numbers.
        return new(
            x.Storage.IsRounded
                ? Storage<T>.Narrow(RowKernels.Strided(x.Storage.Rounded, shape, strides))
                : Storage<T>.Wide(RowKernels.Strided(x.Storage.Numbers, shape, strides)),
            shape
        );
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var from = inputs[0].Shape;
        var added = shape.Rank - from.Rank;
        var axes = Enumerable.Range(0, shape.Rank).Where(i => i < added || (from[i - added] == 1 && shape[i] != 1)).ToArray();
        return DiffTensor<T>.Reshape(DiffTensor<T>.Sum(gradient, axes, false), from);
    }
}

internal sealed class SliceOperation<T>(int axis, int start, int length) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
        var shape = x.Shape.With(axis, length);
        var (outer, from, inner) = x.Shape.Around(axis);
        if (x.Storage.IsUniform)
            return new(Storage<T>.Uniform(x.Storage.Numbers[0], shape.Size), shape);
        var values = GC.AllocateUninitializedArray<double>(shape.Size);
        for (var o = 0; o < outer; o++)
            x.Storage.Numbers.Slice((o * from + start) * inner, length * inner).CopyTo(values.AsSpan(o * length * inner));
        return new(Storage<T>.Wide(values), shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new PadOperation<T>(axis, start, inputs[0].Shape[axis]).Apply(gradient);
}

// Zeros before and after along an axis: what a slice's gradient becomes.
internal sealed class PadOperation<T>(int axis, int start, int length) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
        var shape = x.Shape.With(axis, length);
        var (outer, part, inner) = x.Shape.Around(axis);
        var values = new double[shape.Size];
        var numbers = x.Storage.Dense;
        for (var o = 0; o < outer; o++)
            numbers.Slice(o * part * inner, part * inner).CopyTo(values.AsSpan((o * length + start) * inner));
        return new(Storage<T>.Wide(values), shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Slice(gradient, axis, start, inputs[0].Shape[axis]);
}

internal sealed class ConcatenateOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var shape = inputs[0].Shape.With(axis, inputs.Sum(x => x.Shape[axis]));
        var (outer, length, inner) = shape.Around(axis);
        var values = GC.AllocateUninitializedArray<double>(shape.Size);
        var start = 0;
        foreach (var x in inputs)
        {
            var part = x.Shape[axis];
            var numbers = x.Storage.Dense;
            for (var o = 0; o < outer; o++)
                numbers.Slice(o * part * inner, part * inner).CopyTo(values.AsSpan((o * length + start) * inner));
            start += part;
        }
        return new(Storage<T>.Wide(values), shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Slice(gradient, axis, inputs.Take(input).Sum(x => x.Shape[axis]), inputs[input].Shape[axis]);
}

internal sealed class SumOperation<T>(bool[] summed, Shape kept, bool isWide = false) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
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

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Expand(gradient, inputs[0].Shape);

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

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var weight = inputs.Length == 1 ? DiffTensor<T>.Constant(inputs[0].Count) : Total(inputs[1]);
        var share = DiffTensor<T>.Weigh(gradient, 1 / weight);
        if (input == 0)
            return DiffTensor<T>.Expand(share, inputs[0].Shape);
        var mean = _isSingle ? new MeanOperation<T>(isWide: true).Apply(inputs) : output;
        return DiffTensor<T>.Expand(-(share * mean), inputs[1].Shape);
    }

    private static DiffTensor<T> Total(DiffTensor<T> x)
    {
        var summed = new bool[x.Shape.Rank];
        Array.Fill(summed, true);
        return new SumOperation<T>(summed, Shape.Scalar, isWide: true).Apply(x);
    }

    private static DiffTensor<T> Of(double value) => new(Storage<T>.Wide([value]), Shape.Scalar);
}

internal sealed class CumulativeSumOperation<T>(int axis, bool backwards) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) =>
        new(Storage<T>.Wide(RowKernels.CumulativeSums(inputs[0].Storage.Dense, inputs[0].Shape.Around(axis), backwards)), inputs[0].Shape);

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new CumulativeSumOperation<T>(axis, !backwards).Apply(gradient);
}

internal sealed class LargestOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) =>
        new(
            Storage<T>.Wide(RowKernels.Largest(inputs[0].Storage.Dense, inputs[0].Shape.Around(axis)).Values),
            inputs[0].Shape.Without(axis)
        );

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var shape = inputs[0].Shape;
        var shares = RowKernels.Largest(inputs[0].Storage.Dense, shape.Around(axis)).Shares;
        return DiffTensor<T>.Weigh(Rows.Along(gradient, axis, shape), new(Storage<T>.Wide(shares), shape));
    }
}

internal sealed class LogSumExpOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) =>
        new(Storage<T>.Wide(RowKernels.LogSumExp(inputs[0].Storage.Dense, inputs[0].Shape.Around(axis))), inputs[0].Shape.Without(axis));

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Weigh(Rows.Along(gradient, axis, inputs[0].Shape), DiffTensor<T>.Softmax(inputs[0], axis));
}

// Softmax, or 1 − softmax without the cancellation.
internal sealed class SoftmaxOperation<T>(int axis, bool complement) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) =>
        new(Storage<T>.Wide(RowKernels.Softmax(inputs[0].Storage.Dense, inputs[0].Shape.Around(axis), complement)), inputs[0].Shape);

    // p_k (g_k − Σ p g) as p_k (g_k (1 − p_k) − Σ_{j≠k} p_j g_j): for the class of a confident row the first form has no digits left.
    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var p = complement ? DiffTensor<T>.Softmax(inputs[0], axis) : output;
        var rest = complement ? output : new SoftmaxOperation<T>(axis, true).Apply(inputs[0]);
        var others = new OthersOperation<T>(axis).Apply(DiffTensor<T>.Weigh(p, gradient));
        var pulled = DiffTensor<T>.Weigh(p, DiffTensor<T>.Weigh(rest, gradient) - others);
        // A row that nothing comes back to has no slope, whatever it holds; a weight p that is NaN would not know.
        if (TensorPrimitives.IsNaNAny<double>(output.Storage.Numbers))
            pulled = DiffTensor<T>.Weigh(
                new(Storage<T>.Wide(RowKernels.AnyNonzero(gradient.Storage.Dense, gradient.Shape.Around(axis))), gradient.Shape),
                pulled
            );
        return complement ? -pulled : pulled;
    }
}

// The sum of all the other elements along an axis; not the sum less the element, which has no digits left where the element is most of it.
internal sealed class OthersOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) =>
        new(Storage<T>.Wide(RowKernels.Others(inputs[0].Storage.Dense, inputs[0].Shape.Around(axis))), inputs[0].Shape);

    // Its matrix is symmetric.
    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new OthersOperation<T>(axis).Apply(gradient);
}

internal sealed class LogSoftmaxOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) =>
        new(Storage<T>.Wide(RowKernels.LogSoftmax(inputs[0].Storage.Dense, inputs[0].Shape.Around(axis))), inputs[0].Shape);

    // g_k − p_k Σ g as g_k (1 − p_k) − p_k Σ_{j≠k} g_j: at the label of a confident row the first form has no digits left.
    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var others = new OthersOperation<T>(axis).Apply(gradient);
        var own = DiffTensor<T>.Weigh(gradient, new SoftmaxOperation<T>(axis, true).Apply(inputs[0]));
        return own - DiffTensor<T>.Weigh(others, DiffTensor<T>.Softmax(inputs[0], axis));
    }
}

internal sealed class GatherOperation<T>(int axis, Labels labels) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = new double[labels.Shape.Size];
        var x = inputs[0].Storage.Dense;
        var places = RowKernels.Places(labels, axis, inputs[0].Shape);
        for (var i = 0; i < values.Length; i++)
            values[i] = places[i] < 0 ? 0 : x[places[i]];
        return new(Storage<T>.Wide(values), labels.Shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        new ScatterOperation<T>(axis, labels, inputs[0].Shape).Apply(gradient);
}

// Adds each element to the place that its label names: what a gather's gradient becomes.
internal sealed class ScatterOperation<T>(int axis, Labels labels, Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = new double[shape.Size];
        var x = inputs[0].Storage.Dense;
        var places = RowKernels.Places(labels, axis, shape);
        for (var i = 0; i < places.Length; i++)
            if (places[i] >= 0)
                values[places[i]] += x[i];
        return new(Storage<T>.Wide(values), shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        DiffTensor<T>.Gather(gradient, axis, labels);
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

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient) =>
        input == 0
            ? new MatMulOperation<T>(Weighing.First).Apply(gradient, Transposed(inputs[1]))
            : new MatMulOperation<T>(Weighing.Second).Apply(Transposed(inputs[0]), gradient);

    private static DiffTensor<T> Transposed(DiffTensor<T> x)
    {
        int[] axes = [.. Enumerable.Range(0, x.Shape.Rank)];
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        return DiffTensor<T>.Permute(x, axes);
    }
}

internal sealed class LabelledRowsOperation<T>(LabelledRows row, Func<DiffTensor<T>[], DiffTensor<T>> definition) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var x = inputs[0];
        if (x.Storage is { IsRounded: true, IsUniform: false })
            return new(Storage<T>.Narrow(Values<T>(x.Storage.Rounded, x.Shape)), row.Labels.Shape);
        return new(Storage<T>.Wide(Values<double>(x.Storage.Dense, x.Shape)).ToRounded(), row.Labels.Shape);
    }

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var x = inputs[0];
        if (x.Level > 0 || gradient.Level > 0)
            return DiffTensor.Pullback(definition, inputs).Pullback(gradient)[0];
        var g = gradient.Storage;
        if (x.Storage is { IsRounded: true, IsUniform: false } && g.IsUniform)
            return new(Storage<T>.Narrow(Gradients<T>(x.Storage.Rounded, x.Shape, [T.One], g.Numbers[0])), x.Shape);
        return new(Storage<T>.Wide(Gradients<double>(x.Storage.Dense, x.Shape, g.Numbers, 1)), x.Shape);
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

internal sealed unsafe class VectorRowsOperation<T>(VectorRows row, Func<DiffTensor<T>[], DiffTensor<T>> definition) : Operation<T>
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

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        if (gradient.Level > 0 || inputs.Any(static x => x.Level > 0))
            return DiffTensor.Pullback(definition, inputs).Pullback(gradient)[input];
        return new(
            row.IsLoss
                ? Storage<T>.Narrow(Gradients<T>(input, inputs, output.Count, gradient))
                : Storage<T>.Wide(Gradients<double>(input, inputs, output.Count, gradient)),
            inputs[0].Shape
        );
    }

    private TOut[] Gradients<TOut>(int input, DiffTensor<T>[] inputs, int count, DiffTensor<T> gradient)
        where TOut : unmanaged
    {
        var gradients = new TOut[]?[inputs.Length];
        var wanted = GC.AllocateUninitializedArray<TOut>(inputs[0].Count);
        gradients[input] = wanted;
        // The values again, which nobody wants: new memory for them would take the place of a gradient's.
        var values = ArrayPool<double>.Shared.Rent(count);
        Run<TOut>(inputs, gradient.Storage.Numbers, values.AsSpan(0, count), gradients);
        ArrayPool<double>.Shared.Return(values);
        return wanted;
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

internal sealed class CTCOperation<T>(CTCPaths paths, Func<DiffTensor<T>[], DiffTensor<T>> definition) : Operation<T>
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

    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var x = inputs[0];
        if (x.Level > 0 || gradient.Level > 0)
            return DiffTensor.Pullback(definition, inputs).Pullback(gradient)[0];
        var values = new double[x.Shape[1]];
        if (x.Storage is { IsRounded: true, IsUniform: false })
        {
            var rounded = GC.AllocateUninitializedArray<T>(x.Count);
            paths.Run(x.Storage.Rounded, x.Shape[2], gradient.Storage.Numbers, values, rounded.AsSpan(), s_isSingle);
            return new(Storage<T>.Narrow(rounded), x.Shape);
        }
        var wide = GC.AllocateUninitializedArray<double>(x.Count);
        paths.Run(x.Storage.Dense, x.Shape[2], gradient.Storage.Numbers, values, wide.AsSpan(), s_isSingle);
        return new(Storage<T>.Wide(wide), x.Shape);
    }
}

// A function computed without a tape: for the gradient it runs again, with one.
internal sealed class RecomputeOperation<T>(Func<DiffTensor<T>[], DiffTensor<T>> function) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private (DiffTensor<T> Gradient, DiffTensor<T>[] Gradients)? _last;

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs) => function(inputs);

    // The tape asks for one input after another: they share the second run.
    internal override DiffTensor<T> Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient)
    {
        var last = _last;
        if (last is null || last.Value.Gradient != gradient)
            last = (gradient, DiffTensor.Pullback(function, inputs).Pullback(gradient));
        _last = input == inputs.Length - 1 ? null : last;
        return last.Value.Gradients[input];
    }
}

internal static class Rows
{
    /// <summary>A value a row, repeated along the axis that the rows lie on.</summary>
    internal static DiffTensor<T> Along<T>(DiffTensor<T> x, int axis, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => DiffTensor<T>.Expand(DiffTensor<T>.Reshape(x, shape.With(axis, 1)), shape);
}
