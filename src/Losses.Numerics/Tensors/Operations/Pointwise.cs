using System.Buffers;
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
        // Of a loss that nobody has asked for a number may be made, such as a sum of several: it comes with the gradient.
        var depth = Math.Max(Depth(a), Math.Max(Depth(b), Depth(c)));
        if (role == Role.Step && depth is > 0 and < MostNoted && shape.Size <= MostNumbers)
            return new(Storage<T>.Noted(new(depth + 1, () => Computed(a, b, c).Storage.Dense.ToArray()), shape.Size), shape);
        return Computed(a, b, c);
    }

    // Numbers that are not read at once are few, and do not stand on too many others.
    private const int MostNumbers = 1024;
    private const int MostNoted = 64;

    private static int Depth(Storage<T> storage) => storage.Note?.Depth ?? 0;

    private DiffTensor<T> Computed(Storage<T> a, Storage<T> b, Storage<T> c)
    {
        var isUniform = a.IsUniform && b.IsUniform && c.IsUniform && shape.Size > 0;
        var isStored = IsStored(a, b, c);
        if (role == Role.Loss && !isUniform && isStored)
            return new(Storage<T>.Later(new Pending(function, a, b, c), shape.Size), shape);
        if (role == Role.Step && !isUniform && IsNoted)
            return new(Storage<T>.Later(new MapStep<T, F>(function, a, b, c), shape.Size), shape);
        var watch = role == Role.Loss ? Watch.Of(function) : null;
        var values = Memory.Fresh<double>(isUniform ? 1 : shape.Size);
        Map(isStored, a, b, c, values, watch);
        var computed = isUniform ? Storage<T>.Uniform(values[0], shape.Size) : Storage<T>.Wide(values);
        return new(role == Role.Loss ? computed.ToRounded(watch is not { IsKept: false }) : computed, shape);
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
    {
        if (function is IPulled pulled)
            return [.. inputs.Select((_, i) => isWanted[i] ? pulled.Pull(i, gradient, inputs[0], inputs[1]) : null)];
        if (gradient.Level == 0 && inputs.All(static x => x.Level == 0))
            return Fused(inputs, output, gradient, isWanted);
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

    // A sum of losses has a kernel of its own.
    private bool IsNoted => Step<T>.IsNoted(shape.Size) && !Job<F, double>.IsSum;

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
    private DiffTensor<T>?[] Fused(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
    {
        var (a, b, c) = Operands(inputs);
        var g = gradient.Storage;
        var isStored = IsStored(a, b, c);
        if (role == Role.Loss && isStored && g.IsUniform)
        {
            var rounded = Rounded(isWanted);
            Span<T> ga = rounded[0].Span,
                gb = rounded[1].Span,
                gc = rounded[2].Span;
            if ((output.Storage.Pending as Pending)?.Wanted is { } total)
                total.Know(
                    Kernel.ValueAndGradient<F, T>(function, a.Rounded, b.Rounded, c.Rounded, shape.Size, [T.One], g.Numbers[0], ga, gb, gc)
                );
            else
                Gradients<T>(a.Rounded, b.Rounded, c.Rounded, [T.One], g.Numbers[0], ga, gb, gc);
            return Tensors(isWanted, i => Storage<T>.Over(rounded[i]));
        }
        if (role == Role.Loss && isStored)
        {
            var rounded = Rounded(isWanted);
            for (var i = 0; i < inputs.Length; i++)
                if (isWanted[i])
                    Kernel.Gradient(function, i, a.Rounded, b.Rounded, c.Rounded, g.Each ?? g.Numbers, g.Repeat, rounded[i].Span);
            return Tensors(isWanted, i => Storage<T>.Over(rounded[i]));
        }
        (a, b, c) = (Needed(0, a), Needed(1, b), Needed(2, c));
        if (role == Role.Step && g.IsUniform && a.IsUniform && b.IsUniform && c.IsUniform)
            return Uniform(a, b, c, g, isWanted);
        if (role == Role.Step && IsNoted && !(g.IsUniform && g.Numbers[0] == 0))
            return Tensors(isWanted, i => Storage<T>.Later(Noted(i, inputs, g), shape.Size));
        var wide = Wide(isWanted);
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
        return Tensors(isWanted, i => Storage<T>.Wide(wide[i]));

        // What no slope depends on need not be read: it may not have been computed.
        Storage<T> Needed(int argument, Storage<T> x)
        {
            if (function is not ISparse sparse)
                return x;
            for (var i = 0; i < isWanted.Length; i++)
                if (isWanted[i] && sparse.Needs(i, argument))
                    return x;
            return s_zero;
        }
    }

    // The gradient by one input, noted: of what its slope depends on.
    private Step<T> Noted(int input, DiffTensor<T>[] inputs, Storage<T> g)
    {
        var (a, b, c) = Operands(inputs);
        (a, b, c) = (Needed(0, a), Needed(1, b), Needed(2, c));
        var weight = g.IsUniform ? g.Numbers[0] : 1;
        Storage<T>[] operands = g.IsUniform ? [a, b, c] : [a, b, c, g];
        return input switch
        {
            0 => new SlopeStep<T, F, First>(function, weight, operands),
            1 => new SlopeStep<T, F, Second>(function, weight, operands),
            _ => new SlopeStep<T, F, Third>(function, weight, operands),
        };

        Storage<T> Needed(int argument, Storage<T> x) => function is ISparse sparse && !sparse.Needs(input, argument) ? s_zero : x;
    }

    // The slopes of one element are those of all.
    private DiffTensor<T>?[] Uniform(Storage<T> a, Storage<T> b, Storage<T> c, Storage<T> g, Wanted<T> isWanted)
    {
        double[][] slopes =
        [
            [],
            [],
            [],
        ];
        for (var i = 0; i < isWanted.Length; i++)
            if (isWanted[i])
                slopes[i] = [0];
        Kernel.Gradient(function, a.Numbers, b.Numbers, c.Numbers, 1, g.Numbers, 1, slopes[0], slopes[1], slopes[2]);
        return Tensors(isWanted, i => Storage<T>.Uniform(slopes[i][0], shape.Size));
    }

    private DiffTensor<T>?[] Tensors(Wanted<T> isWanted, Func<int, Storage<T>> store) =>
        [.. isWanted.Flags.Select((wanted, i) => wanted ? new DiffTensor<T>(store(i), shape) : null)];

    // Memory for what is wanted.
    private Memory<T>[] Rounded(Wanted<T> isWanted)
    {
        var results = new Memory<T>[3];
        for (var i = 0; i < isWanted.Length; i++)
            if (isWanted[i])
                results[i] = isWanted.Memory(i, shape.Size);
        return results;
    }

    private double[][] Wide(Wanted<T> isWanted)
    {
        double[][] results =
        [
            [],
            [],
            [],
        ];
        for (var i = 0; i < isWanted.Length; i++)
            if (isWanted[i])
                results[i] = Memory.Fresh<double>(shape.Size);
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
        private Total? _total;

        /// <summary>The sum, where somebody may ask for it and it is not known.</summary>
        internal Total? Wanted => _total is { IsKnown: false } total ? total : null;

        internal override Storage<T>[] Operands => [a, b, c];

        internal override T[] Values(int count)
        {
            var watch = Watch.Of(function);
            var values = Memory.Fresh<T>(count);
            Kernel.Map<F, T>(function, a.Rounded, b.Rounded, c.Rounded, values, watch);
            KeepsDomains = watch is not { IsKept: false };
            return values;
        }

        internal override Total Sum(int count)
        {
            var total = new Total(() =>
            {
                Prepare();
                var watch = Watch.Of(function);
                var sum = Kernel.Sum<F, T>(function, a.Rounded, b.Rounded, c.Rounded, count, watch);
                KeepsDomains = watch is not { IsKept: false };
                return sum;
            });
            return Interlocked.CompareExchange(ref _total, total, null) ?? total;
        }

        internal override double[] Sums(int count, int rows)
        {
            Prepare();
            var watch = Watch.Of(function);
            var sums = new double[rows];
            var length = rows == 0 ? 0 : count / rows;
            if (length > RowKernels.ChunkLength)
                for (var row = 0; row < rows; row++)
                {
                    var start = row * length;
                    sums[row] = Kernel.Sum<F, T>(function, Part(a), Part(b), Part(c), length, watch).ToDouble();

                    ReadOnlySpan<T> Part(Storage<T> x) => PartOf(x, start, length);
                }
            else
                RowKernels.EachChunk(
                    rows,
                    length,
                    (first, some) =>
                    {
                        var start = first * length;
                        // The values are summed while they are in a cache.
                        var memory = ArrayPool<T>.Shared.Rent(some * length);
                        var values = memory.AsSpan(0, some * length);
                        Kernel.Map<F, T>(
                            function,
                            PartOf(a, start, values.Length),
                            PartOf(b, start, values.Length),
                            PartOf(c, start, values.Length),
                            values,
                            watch
                        );
                        if (length > 0)
                            RowKernels.Sums<T>(values, sums.AsSpan(first, some));
                        ArrayPool<T>.Shared.Return(memory);
                    }
                );
            KeepsDomains = watch is not { IsKept: false };
            return sums;

            static ReadOnlySpan<T> PartOf(Storage<T> x, int start, int count) => x.IsUniform ? x.Rounded : x.Rounded.Slice(start, count);
        }

        internal override bool Look()
        {
            if (Wanted is null)
                return false;
            KeepsDomains = IsWithin(function.Prediction, a) && IsWithin(function.Target, b) && IsWithin(function.Third, c);
            return true;

            static bool IsWithin(Domain domain, Storage<T> operand) => domain.IsAll || Watch.IsWithin(domain, operand.Rounded);
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
        if (Step<T>.IsNoted(shape.Size))
            return new(
                Storage<T>.Later(new MapStep<T, SelectFunction>(default, mask, inputs[0].Storage, inputs[1].Storage), shape.Size),
                shape
            );
        var values = Memory.Fresh<double>(shape.Size);
        Kernel.Map<SelectFunction, double>(default, mask.Numbers, inputs[0].Storage.Numbers, inputs[1].Storage.Numbers, values);
        return new(Storage<T>.Wide(values), shape);
    }

    internal override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted)
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
