using System.Numerics;
using System.Runtime.InteropServices;

namespace Losses;

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

internal class PointwiseOperation<T, F>(F function, Role role, Shape shape) : Operation<T>
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

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted)
    {
        if (gradient.Level == 0 && inputs.All(static x => x.Level == 0))
            return Fused(inputs, gradient, isWanted);
        return [.. inputs.Select((_, i) => isWanted[i] ? DiffTensor<T>.Weigh(gradient, Slope(i, inputs)) : null)];
    }

    /// <summary>The derivative by one input, step by step.</summary>
    private protected virtual DiffTensor<T> Slope(int input, DiffTensor<T>[] inputs)
    {
        return DiffTensor<T>.Expand(function.Apply(At(0), At(1), At(2)).Derivative, shape);

        Dual<DiffTensor<T>> At(int i) =>
            i >= inputs.Length ? Dual<DiffTensor<T>>.Constant(0)
            : i == input ? Dual<DiffTensor<T>>.Variable(inputs[i])
            : Dual<DiffTensor<T>>.Fixed(inputs[i]);
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
    private DiffTensor<T>?[] Fused(DiffTensor<T>[] inputs, DiffTensor<T> gradient, bool[] isWanted)
    {
        var (a, b, c) = Operands(inputs);
        var g = gradient.Storage;
        var isStored = IsStored(a, b, c);
        if (role == Role.Loss && isStored && g.IsUniform)
        {
            var rounded = Results<T>(isWanted);
            Gradients<T>(a.Rounded, b.Rounded, c.Rounded, [T.One], g.Numbers[0], rounded[0], rounded[1], rounded[2]);
            return Tensors(rounded, isWanted, Storage<T>.Narrow);
        }
        if (role == Role.Loss && isStored)
        {
            var rounded = Results<T>(isWanted);
            for (var i = 0; i < inputs.Length; i++)
                if (isWanted[i])
                    Kernel.Gradient(function, i, a.Rounded, b.Rounded, c.Rounded, g.Each ?? g.Numbers, g.Repeat, rounded[i].AsSpan());
            return Tensors(rounded, isWanted, Storage<T>.Narrow);
        }
        var wide = Results<double>(isWanted);
        if (isStored && typeof(T) == typeof(float))
            Gradients(
                Widened(a.Numbers),
                Widened(b.Numbers),
                Widened(c.Numbers),
                Widened(g.Numbers),
                1,
                Widened(wide[0]),
                Widened(wide[1]),
                Widened(wide[2])
            );
        else
            Gradients<double>(a.Numbers, b.Numbers, c.Numbers, g.Numbers, 1, wide[0], wide[1], wide[2]);
        return Tensors(wide, isWanted, Storage<T>.Wide);
    }

    private DiffTensor<T>?[] Tensors<S>(S[][] results, bool[] isWanted, Func<S[], Storage<T>> store) =>
        [.. isWanted.Select((wanted, i) => wanted ? new DiffTensor<T>(store(results[i]), shape) : null)];

    // Memory for what is wanted.
    private S[][] Results<S>(bool[] isWanted)
    {
        S[][] results =
        [
            [],
            [],
            [],
        ];
        for (var i = 0; i < isWanted.Length; i++)
            if (isWanted[i])
                results[i] = GC.AllocateUninitializedArray<S>(shape.Size);
        return results;
    }

    private void Gradients<S>(
        ReadOnlySpan<S> a,
        ReadOnlySpan<S> b,
        ReadOnlySpan<S> c,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> ga,
        Span<S> gb,
        Span<S> gc
    )
        where S : unmanaged => Kernel.Gradient(function, a, b, c, shape.Size, upstream, scale, ga, gb, gc);

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
            if (_sum is { } known)
                return known;
            var watch = Watch.Of(function);
            var sum = Kernel.Sum<F, T>(function, a.Rounded, b.Rounded, c.Rounded, count, watch);
            KeepsDomains = watch is not { IsKept: false };
            _sum = sum;
            return sum;
        }
    }
}

// A function whose derivative has a kernel as well; that one's derivatives are made of tensors, or every kernel would ask for another.
internal sealed class DefinitionOperation<T, F>(F function, Role role, Shape shape) : PointwiseOperation<T, F>(function, role, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
    where F : struct, IPointwise3
{
    private readonly F _function = function;
    private readonly Shape _shape = shape;
    private readonly Role _role = role == Role.Loss ? Role.Slope : Role.Step;

    private protected override DiffTensor<T> Slope(int input, DiffTensor<T>[] inputs) =>
        input switch
        {
            0 => By<Mark1>(inputs),
            1 => By<Mark2>(inputs),
            _ => By<Mark3>(inputs),
        };

    private DiffTensor<T> By<M>(DiffTensor<T>[] inputs) =>
        new PointwiseOperation<T, Partial<F, M>>(new(_function), _role, _shape).Apply(inputs);
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

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted)
    {
        var nothing = DiffTensor<T>.Filled(0, shape);
        return [isWanted[0] ? Apply(gradient, nothing) : null, isWanted[1] ? Apply(nothing, gradient) : null];
    }
}

internal sealed class RoundOperation<T> : UnaryOperation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override DiffTensor<T> Compute(DiffTensor<T> x) => new(x.Storage.ToRounded(), x.Shape);

    private protected override DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient) => gradient;
}
