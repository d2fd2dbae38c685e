using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

public sealed partial class DiffTensor<T> : ITensor<DiffTensor<T>>
{
    private static readonly DiffTensor<T> s_none = Constant(0);

    /// <summary>A tensor of one number everywhere; it takes no more memory than a scalar.</summary>
    public static DiffTensor<T> Filled(double value, Shape shape) => new(Storage<T>.Uniform(value, shape.Size), shape);

    /// <inheritdoc/>
    public static DiffTensor<T> Constant(double value) => Filled(value, Shape.Scalar);

    /// <inheritdoc/>
    public static DiffTensor<T> Create(DiffTensor<T> like, ReadOnlySpan<double> values, Shape shape) =>
        values.Length == shape.Size
            ? new(Storage<T>.Wide(values.ToArray()), shape)
            : throw new ArgumentException(
                $"values has {values.Length} elements but shape {shape} has {shape.Size}; they must be equal.",
                nameof(values)
            );

    static DiffTensor<T> ITensor<DiffTensor<T>>.Create(DiffTensor<T> like, Weights weights) => new(weights.Stored<T>(), weights.Shape);

    /// <inheritdoc/>
    public static DiffTensor<T> operator +(DiffTensor<T> a, DiffTensor<T> b) => Binary<AddFunction>(default, a, b);

    /// <inheritdoc/>
    public static DiffTensor<T> operator -(DiffTensor<T> a, DiffTensor<T> b) => Binary<SubtractFunction>(default, a, b);

    /// <inheritdoc/>
    public static DiffTensor<T> operator *(DiffTensor<T> a, DiffTensor<T> b) => Binary<MultiplyFunction>(default, a, b);

    /// <inheritdoc/>
    public static DiffTensor<T> operator /(DiffTensor<T> a, DiffTensor<T> b) => Binary<DivideFunction>(default, a, b);

    /// <inheritdoc/>
    public static DiffTensor<T> operator -(DiffTensor<T> x) => Unary<NegateFunction>(default, x);

    /// <summary>x + a number; F# asks for operators with numbers of their own.</summary>
    public static DiffTensor<T> operator +(DiffTensor<T> x, double number) => NotNull(x) + Constant(number);

    /// <summary>A number + x.</summary>
    public static DiffTensor<T> operator +(double number, DiffTensor<T> x) => Constant(number) + NotNull(x);

    /// <summary>x − a number.</summary>
    public static DiffTensor<T> operator -(DiffTensor<T> x, double number) => NotNull(x) - Constant(number);

    /// <summary>A number − x.</summary>
    public static DiffTensor<T> operator -(double number, DiffTensor<T> x) => Constant(number) - NotNull(x);

    /// <summary>x times a number.</summary>
    public static DiffTensor<T> operator *(DiffTensor<T> x, double number) => NotNull(x) * Constant(number);

    /// <summary>A number times x.</summary>
    public static DiffTensor<T> operator *(double number, DiffTensor<T> x) => Constant(number) * NotNull(x);

    /// <summary>x over a number.</summary>
    public static DiffTensor<T> operator /(DiffTensor<T> x, double number) => NotNull(x) / Constant(number);

    /// <summary>A number over x.</summary>
    public static DiffTensor<T> operator /(double number, DiffTensor<T> x) => Constant(number) / NotNull(x);

    /// <summary>A number as a scalar tensor, so that arithmetic with numbers needs nothing more.</summary>
    public static implicit operator DiffTensor<T>(double value) => Constant(value);

    /// <inheritdoc/>
    public static DiffTensor<T> Abs(DiffTensor<T> x) => Unary<AbsFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Max(DiffTensor<T> a, DiffTensor<T> b) => Binary<MaxFunction>(default, a, b);

    /// <inheritdoc/>
    public static DiffTensor<T> Min(DiffTensor<T> a, DiffTensor<T> b) => Binary<MinFunction>(default, a, b);

    /// <inheritdoc/>
    public static DiffTensor<T> Sqrt(DiffTensor<T> x) => Unary<SqrtFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Exp(DiffTensor<T> x) => Unary<ExpFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Log(DiffTensor<T> x) => Unary<LogFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Log1P(DiffTensor<T> x) => Unary<Log1PFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> ExpM1(DiffTensor<T> x) => Unary<ExpM1Function>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Tanh(DiffTensor<T> x) => Unary<TanhFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> LogCosh(DiffTensor<T> x) => Unary<LogCoshFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Atan(DiffTensor<T> x) => Unary<AtanFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Erf(DiffTensor<T> x) => Unary<ErfFunction>(default, x);

    /// <inheritdoc/>
    public static (DiffTensor<T> Sin, DiffTensor<T> Cos) SinCos(DiffTensor<T> x) =>
        (Unary<SinFunction>(default, x), Unary<CosFunction>(default, x));

    /// <inheritdoc/>
    public static DiffTensor<T> LogGamma(DiffTensor<T> x) => Unary<LogGammaFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Polygamma(int order, DiffTensor<T> x) => Unary(new PolygammaFunction(order), x);

    /// <inheritdoc/>
    public static DiffTensor<T> Digamma(DiffTensor<T> x) => Unary<DigammaFunction>(default, x);

    /// <inheritdoc/>
    public static DiffTensor<T> Power(DiffTensor<T> x, double exponent) => Unary(new PowerFunction(exponent), x);

    /// <inheritdoc/>
    public static Logistic<DiffTensor<T>> Logistic(DiffTensor<T> x) =>
        new(
            Unary<SoftplusFunction>(default, x),
            Unary<SoftplusOfMinusFunction>(default, x),
            Unary<SigmoidFunction>(default, x),
            Unary<SigmoidOfMinusFunction>(default, x)
        );

    /// <inheritdoc/>
    public static DiffTensor<T> Weigh(DiffTensor<T> weight, DiffTensor<T> x) => Binary<WeighFunction>(default, weight, x);

    static DiffTensor<T> IReal<DiffTensor<T>>.Divergence(DiffTensor<T> t, DiffTensor<T> x) => Binary<DivergenceFunction>(default, t, x);

    static DiffTensor<T> IReal<DiffTensor<T>>.Share(DiffTensor<T> a, DiffTensor<T> b) => Binary<ShareFunction>(default, a, b);

    /// <inheritdoc/>
    public static DiffTensor<T> Detach(DiffTensor<T> x)
    {
        x = NotNull(x).Live;
        // Which differentiation is the innermost is known where the tensor meets others: it may vary with one further out than theirs.
        return x.Node is { } node ? new(Detach(x.Primal!), Node<T>.Detached(node.Differentiation)) { Beneath = x.Beneath ?? x } : x;
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Given(DiffTensor<T> x, DiffTensor<T> value) => Binary<GivenFunction>(default, x, value);

    /// <inheritdoc/>
    public static DiffTensor<T> IfLess(DiffTensor<T> a, DiffTensor<T> b, DiffTensor<T> less, DiffTensor<T> otherwise)
    {
        ArgumentNullException.ThrowIfNull(less);
        ArgumentNullException.ThrowIfNull(otherwise);
        var mask = Binary<LessFunction>(default, NotNull(a).Base, NotNull(b).Base, nameof(a), nameof(b));
        var shape = Common(mask.Shape, Common(less.Shape, otherwise.Shape, nameof(otherwise)), nameof(otherwise));
        return new SelectOperation<T>(Expand(mask, shape).Storage, shape).Apply(Expand(less, shape), Expand(otherwise, shape));
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Reshape(DiffTensor<T> x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (shape.Size != x.Count)
            throw new ArgumentException($"shape {shape} has {shape.Size} elements but x has shape {x.Shape}.", nameof(shape));
        return shape == x.Shape ? x : new ReshapeOperation<T>(shape).Apply(x);
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Permute(DiffTensor<T> x, ReadOnlySpan<int> axes)
    {
        ArgumentNullException.ThrowIfNull(x);
        var order = new int[axes.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = x.Shape.Axis(axes[i], nameof(axes));
        if (order.Length != x.Shape.Rank || order.Distinct().Count() != order.Length)
            throw new ArgumentException($"axes ({string.Join(", ", order)}) is no order of the axes of shape {x.Shape}.", nameof(axes));
        return order.Length == 0 ? x : new PermuteOperation<T>(order).Apply(x);
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Expand(DiffTensor<T> x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape == shape)
            return x;
        if (!Shape.TryBroadcast(x.Shape, shape, out var common) || common != shape)
            throw new ArgumentException($"x has shape {x.Shape}, which does not expand to {shape}.", nameof(shape));
        return new ExpandOperation<T>(shape).Apply(x);
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Slice(DiffTensor<T> x, int axis, int start, int length)
    {
        ArgumentNullException.ThrowIfNull(x);
        axis = x.Shape.Axis(axis);
        if (start < 0 || length < 0 || start > x.Shape[axis] - length)
            throw new ArgumentOutOfRangeException(
                nameof(start),
                FormattableString.Invariant(
                    $"elements {start} to {(long)start + length} of axis {axis} were asked for, but x has shape {x.Shape}."
                )
            );
        return new SliceOperation<T>(axis, start, length).Apply(x);
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Concatenate(ReadOnlySpan<DiffTensor<T>> tensors, int axis)
    {
        if (tensors.Length == 0)
            throw new ArgumentException("tensors is empty.", nameof(tensors));
        for (var i = 0; i < tensors.Length; i++)
            if (tensors[i] is null)
                throw new ArgumentNullException(nameof(tensors), $"tensors[{i}] is null.");
        axis = tensors[0].Shape.Axis(axis);
        for (var i = 1; i < tensors.Length; i++)
            if (tensors[i].Shape.Rank != tensors[0].Shape.Rank || tensors[i].Shape.With(axis, 0) != tensors[0].Shape.With(axis, 0))
                throw new ArgumentException(
                    $"tensors[{i}] has shape {tensors[i].Shape} but tensors[0] has shape {tensors[0].Shape}; they may differ along axis {axis} only.",
                    nameof(tensors)
                );
        var length = 0L;
        foreach (var x in tensors)
            length += x.Shape[axis];
        var around = tensors[0].Shape.With(axis, 1).Size;
        if (length > int.MaxValue || length * around > Array.MaxLength)
            throw new ArgumentException(
                $"tensors has {length} elements along axis {axis}, {around} times: more than an array can hold.",
                nameof(tensors)
            );
        return new ConcatenateOperation<T>(axis).Apply(tensors.ToArray());
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Sum(DiffTensor<T> x, ReadOnlySpan<int> axes, bool keepAxes)
    {
        ArgumentNullException.ThrowIfNull(x);
        var summed = new bool[x.Shape.Rank];
        foreach (var axis in axes)
            summed[x.Shape.Axis(axis, nameof(axes))] = true;
        var kept = x.Shape.Lengths.Select((length, i) => summed[i] ? 1 : length).ToArray();
        var sum = new SumOperation<T>(summed, kept, isVaried: IsVaried(x)).Apply(x);
        return keepAxes ? sum : Reshape(sum, kept.Where((_, i) => !summed[i]).ToArray());
    }

    /// <inheritdoc/>
    public static DiffTensor<T> CumulativeSum(DiffTensor<T> x, int axis) =>
        new CumulativeSumOperation<T>(NotNull(x).Shape.Axis(axis), false).Apply(x);

    /// <inheritdoc/>
    public static DiffTensor<T> Largest(DiffTensor<T> x, int axis) => new LargestOperation<T>(NotEmpty(x, axis)).Apply(x);

    /// <inheritdoc/>
    public static DiffTensor<T> LogSumExp(DiffTensor<T> x, int axis) => new LogSumExpOperation<T>(NotEmpty(x, axis)).Apply(x);

    /// <inheritdoc/>
    public static DiffTensor<T> Softmax(DiffTensor<T> x, int axis) => new SoftmaxOperation<T>(NotEmpty(x, axis), false).Apply(x);

    /// <inheritdoc/>
    public static DiffTensor<T> LogSoftmax(DiffTensor<T> x, int axis) => new LogSoftmaxOperation<T>(NotEmpty(x, axis)).Apply(x);

    /// <inheritdoc/>
    public static DiffTensor<T> Sort(DiffTensor<T> x, int axis, bool descending)
    {
        ArgumentNullException.ThrowIfNull(x);
        axis = x.Shape.Axis(axis);
        return Gather(x, axis, RowKernels.Order(x.Storage.Dense, x.Shape, axis, descending));
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Gather(DiffTensor<T> x, int axis, Labels labels)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(labels);
        axis = x.Shape.Axis(axis);
        if (labels.Shape.Rank != x.Shape.Rank || labels.Shape.With(axis, 0) != x.Shape.With(axis, 0))
            throw new ArgumentException(
                $"labels has shape {labels.Shape} but x has shape {x.Shape}; they may differ along axis {axis} only.",
                nameof(labels)
            );
        return new GatherOperation<T>(axis, labels.Masked(x.Shape[axis], nameof(labels))).Apply(x);
    }

    /// <inheritdoc/>
    public static DiffTensor<T> MatMul(DiffTensor<T> a, DiffTensor<T> b) => MatMul(a, b, nameof(b));

    private static DiffTensor<T> MatMul(DiffTensor<T> a, DiffTensor<T> b, string name)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b, name);
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2 || a.Shape[-1] != b.Shape[-2])
            throw new ArgumentException($"a has shape {a.Shape} and b has shape {b.Shape}; the columns of a must be the rows of b.", name);
        Shape batchA = a.Shape.Lengths[..^2],
            batchB = b.Shape.Lengths[..^2];
        if (batchA != batchB)
        {
            if (!Shape.TryBroadcast(batchA, batchB, out var batch))
                throw new ArgumentException($"a has shape {a.Shape} and b has shape {b.Shape}; the leading axes do not broadcast.", name);
            a = Expand(a, new([.. batch.Lengths, .. a.Shape.Lengths[^2..]]));
            b = Expand(b, new([.. batch.Lengths, .. b.Shape.Lengths[^2..]]));
        }
        // A product of matrices may be far larger than they are.
        var count = (long)a.Shape.With(-1, 1).Size * b.Shape[-1];
        if (count > Array.MaxLength)
            throw new ArgumentException(
                $"a has shape {a.Shape} and b has shape {b.Shape}; their product has {count} elements, more than an array can hold.",
                name
            );
        return new MatMulOperation<T>(Weighing.None, false, false).Apply(a, b);
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Mean(DiffTensor<T> values, ReadOnlySpan<DiffTensor<T>> weights)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (weights.Length == 0)
            return new MeanOperation<T>(isVaried: IsVaried(values)).Apply(values);
        if (weights.Length > 1)
            throw new ArgumentException($"weights has {weights.Length} tensors; it must have one, or none.", nameof(weights));
        return new MeanOperation<T>(isVaried: IsVaried(values)).Apply(values, NotNull(weights[0], nameof(weights)));
    }

    // Whether a differentiation is under way that a gradient may be asked of.
    internal static bool IsVaried(DiffTensor<T> x) => x.Live.Node is { IsConstant: false };

    /// <inheritdoc/>
    public static double Least(DiffTensor<T> x) => NotNull(x).Count == 0 ? double.PositiveInfinity : Watch.Least(x.Storage.Numbers);

    /// <inheritdoc/>
    public static bool IsWithin(Domain domain, DiffTensor<T> x)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(x);
        return domain.IsAll
            || x.Count == 0
            || (x.Storage.IsRounded ? Watch.IsWithin(domain, x.Storage.Rounded) : Watch.IsWithin(domain, x.Storage.Numbers));
    }

    /// <inheritdoc/>
    public static bool? KeepsDomains(DiffTensor<T> loss) => NotNull(loss).Storage.KeepsDomains;

    /// <inheritdoc/>
    public static DiffTensor<T> Recompute(Func<DiffTensor<T>[], DiffTensor<T>> function, DiffTensor<T>[] inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var input in inputs)
            _ = NotNull(input, nameof(inputs));
        return new RecomputeOperation<T>(function).Apply([.. inputs]);
    }

    /// <inheritdoc/>
    public static DiffTensor<T> Round(DiffTensor<T> x) => NotNull(x).Storage.IsRounded ? x : new RoundOperation<T>().Apply(x);

    /// <inheritdoc/>
    public static DiffTensor<T> Map<L>(L loss, DiffTensor<T> prediction, DiffTensor<T> target)
        where L : struct, IPointwise => Pointwise(new TwoOf<L>(loss), 2, Role.Loss, prediction, target, s_none);

    /// <inheritdoc/>
    public static DiffTensor<T> Map<L>(L loss, DiffTensor<T> prediction, DiffTensor<T> target, DiffTensor<T> third)
        where L : struct, IPointwise3 => Pointwise(loss, 3, Role.Loss, prediction, target, third);

    static DiffTensor<T> ITensor<DiffTensor<T>>.Fuse(
        RowLoss row,
        DiffTensor<T>[] inputs,
        Func<DiffTensor<T>[], DiffTensor<T>> definition
    ) =>
        row switch
        {
            StoredRows rows => new RowsOperation<T>(rows, definition).Apply(inputs),
            CTCPaths paths => new CTCOperation<T>(paths, definition).Apply(inputs),
            VectorRows rows when VectorRowsOperation<T>.Takes(inputs) => new VectorRowsOperation<T>(rows, definition).Apply(inputs),
            PairDistances pairs => new PairDistancesOperation<T>(pairs, definition).Apply(inputs),
            LabelledPairs pairs => new LabelledPairsOperation<T>(pairs, definition, inputs[0].Node is not null).Apply(inputs),
            EnsembleRows ensembles => new EnsembleOperation<T>(
                ensembles,
                definition,
                Array.Exists(inputs, static input => input.Node is not null)
            ).Apply(inputs),
            LinearRows rows => new LinearRowsOperation<T>(
                rows,
                definition,
                Array.ConvertAll(inputs, static input => input is { Node: not null, Beneath: null })
            ).Apply(inputs),
            _ => definition(inputs),
        };

    static DiffTensor<T> ITensor<DiffTensor<T>>.Sums<L>(
        L loss,
        DiffTensor<T> prediction,
        DiffTensor<T> target,
        DiffTensor<T>[] weights,
        int[] axes
    )
    {
        var summed = new bool[prediction.Shape.Rank];
        foreach (var axis in axes)
            summed[axis] = true;
        return new SumsOperation<T, L>(loss, summed, weights is [var weight] ? weight : null).Apply(prediction, target);
    }

    static DiffTensor<T> ITensor<DiffTensor<T>>.Pairs<L>(
        L loss,
        DiffTensor<T> prediction,
        DiffTensor<T> target,
        int axis,
        out DiffTensor<T> counts
    )
    {
        var operation = new PairsOperation<T, L>(loss, axis, prediction.Node is not null);
        var values = operation.Apply(prediction, target);
        counts = operation.Counts!;
        return values;
    }

    internal static DiffTensor<T> Unary<F>(F function, DiffTensor<T> x, [CallerArgumentExpression(nameof(x))] string? name = null)
        where F : struct, IPointwise3 => Pointwise(function, 1, Role.Step, x, s_none, s_none, name);

    internal static DiffTensor<T> Binary<F>(
        F function,
        DiffTensor<T> a,
        DiffTensor<T> b,
        [CallerArgumentExpression(nameof(a))] string? aName = null,
        [CallerArgumentExpression(nameof(b))] string? bName = null
    )
        where F : struct, IPointwise3 => Pointwise(function, 2, Role.Step, a, b, s_none, aName, bName);

    internal static DiffTensor<T> Pointwise<F>(
        F function,
        int arity,
        Role role,
        DiffTensor<T> a,
        DiffTensor<T> b,
        DiffTensor<T> c,
        [CallerArgumentExpression(nameof(a))] string? aName = null,
        [CallerArgumentExpression(nameof(b))] string? bName = null,
        [CallerArgumentExpression(nameof(c))] string? cName = null
    )
        where F : struct, IPointwise3
    {
        ArgumentNullException.ThrowIfNull(a, aName);
        ArgumentNullException.ThrowIfNull(b, bName);
        ArgumentNullException.ThrowIfNull(c, cName);
        var shape = a.Shape;
        if (arity > 1 && b.Shape != shape)
            shape = Common(shape, b.Shape, bName);
        if (arity > 2 && c.Shape != shape)
            shape = Common(shape, c.Shape, cName);
        var operation = new DefinitionOperation<T, F>(function, role, shape);
        return arity switch
        {
            1 => operation.Apply(a),
            2 => operation.Apply(Expand(a, shape), Expand(b, shape)),
            _ => operation.Apply(Expand(a, shape), Expand(b, shape), Expand(c, shape)),
        };
    }

    private static Shape Common(Shape a, Shape b, string? name) =>
        a == b ? a
        : Shape.TryBroadcast(a, b, out var common) ? common
        : throw new ArgumentException($"one operand has shape {a} and the other {b}; they cannot be broadcast together.", name);

    private static DiffTensor<T> NotNull(DiffTensor<T>? x, [CallerArgumentExpression(nameof(x))] string? name = null) =>
        x ?? throw new ArgumentNullException(name);

    private static int NotEmpty(DiffTensor<T> x, int axis, [CallerArgumentExpression(nameof(x))] string? name = null)
    {
        axis = NotNull(x, name).Shape.Axis(axis, nameof(axis));
        return x.Shape[axis] > 0 ? axis : throw new ArgumentException($"{name} has shape {x.Shape}: axis {axis} is empty.", name);
    }
}
