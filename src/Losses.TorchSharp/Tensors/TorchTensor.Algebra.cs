using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

public readonly partial struct TorchTensor : ITensor<TorchTensor>
{
    /// <inheritdoc/>
    public static TorchTensor Constant(double value) => new(value, Shape.Scalar);

    /// <summary>A number as a scalar, so that arithmetic with numbers needs nothing more.</summary>
    public static implicit operator TorchTensor(double value) => Constant(value);

    /// <inheritdoc/>
    public static TorchTensor Create(TorchTensor like, ReadOnlySpan<double> values, Shape shape)
    {
        if (values.Length > 0 && !values.ContainsAnyExcept(values[0]))
            return new(values[0], shape);
        var (type, device) = like.Stored is { } tensor
            ? (like.IsWide ? ScalarType.Float32 : tensor.dtype, tensor.device)
            : (ScalarType.Float64, CPU);
        return new(new Numbers(values.ToArray(), type, device), 0, shape, false);
    }

    /// <inheritdoc/>
    public static TorchTensor operator +(TorchTensor a, TorchTensor b) => Linear<AddFunction>(a, b, static (x, y) => x + y);

    /// <inheritdoc/>
    public static TorchTensor operator -(TorchTensor a, TorchTensor b) => Linear<SubtractFunction>(a, b, static (x, y) => x - y);

    /// <inheritdoc/>
    public static TorchTensor operator *(TorchTensor a, TorchTensor b) => Pointwise(default(MultiplyFunction), a, b);

    /// <inheritdoc/>
    public static TorchTensor operator /(TorchTensor a, TorchTensor b) => Pointwise(default(DivideFunction), a, b);

    /// <summary>x + a number; F# asks for operators with numbers of their own.</summary>
    public static TorchTensor operator +(TorchTensor x, double number) => x + Constant(number);

    /// <summary>A number + x.</summary>
    public static TorchTensor operator +(double number, TorchTensor x) => Constant(number) + x;

    /// <summary>x − a number.</summary>
    public static TorchTensor operator -(TorchTensor x, double number) => x - Constant(number);

    /// <summary>A number − x.</summary>
    public static TorchTensor operator -(double number, TorchTensor x) => Constant(number) - x;

    /// <summary>x times a number.</summary>
    public static TorchTensor operator *(TorchTensor x, double number) => x * Constant(number);

    /// <summary>A number times x.</summary>
    public static TorchTensor operator *(double number, TorchTensor x) => Constant(number) * x;

    /// <summary>x over a number.</summary>
    public static TorchTensor operator /(TorchTensor x, double number) => x / Constant(number);

    /// <summary>A number over x.</summary>
    public static TorchTensor operator /(double number, TorchTensor x) => Constant(number) / x;

    /// <inheritdoc/>
    public static TorchTensor operator -(TorchTensor x) => x.IsNumber ? new(-x._number, x.Shape) : x.Mapped(static t => t.neg());

    /// <inheritdoc/>
    public static TorchTensor Abs(TorchTensor x) => Pointwise(default(AbsFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Max(TorchTensor a, TorchTensor b) => Pointwise(default(MaxFunction), a, b);

    /// <inheritdoc/>
    public static TorchTensor Min(TorchTensor a, TorchTensor b) => Pointwise(default(MinFunction), a, b);

    /// <inheritdoc/>
    public static TorchTensor Sqrt(TorchTensor x) => Pointwise(default(SqrtFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Exp(TorchTensor x) => Pointwise(default(ExpFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Log(TorchTensor x) => Pointwise(default(LogFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Log1P(TorchTensor x) => Pointwise(default(Log1PFunction), x);

    /// <inheritdoc/>
    public static TorchTensor ExpM1(TorchTensor x) => Pointwise(default(ExpM1Function), x);

    /// <inheritdoc/>
    public static TorchTensor Tanh(TorchTensor x) => Pointwise(default(TanhFunction), x);

    /// <inheritdoc/>
    public static TorchTensor LogCosh(TorchTensor x) => Pointwise(default(LogCoshFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Atan(TorchTensor x) => Pointwise(default(AtanFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Erf(TorchTensor x) => Pointwise(default(ErfFunction), x);

    /// <inheritdoc/>
    public static (TorchTensor Sin, TorchTensor Cos) SinCos(TorchTensor x) =>
        (Pointwise(default(SinFunction), x), Pointwise(default(CosFunction), x));

    /// <inheritdoc/>
    public static TorchTensor LogGamma(TorchTensor x) => Pointwise(default(LogGammaFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Polygamma(int order, TorchTensor x) => Pointwise(new PolygammaFunction(order), x);

    /// <inheritdoc/>
    public static TorchTensor Digamma(TorchTensor x) => Pointwise(default(DigammaFunction), x);

    /// <inheritdoc/>
    public static TorchTensor Power(TorchTensor x, double exponent) => Pointwise(new PowerFunction(exponent), x);

    /// <inheritdoc/>
    public static Logistic<TorchTensor> Logistic(TorchTensor x) =>
        new(
            Pointwise(default(SoftplusFunction), x),
            Pointwise(default(SoftplusOfMinusFunction), x),
            Pointwise(default(SigmoidFunction), x),
            Pointwise(default(SigmoidOfMinusFunction), x)
        );

    /// <inheritdoc/>
    public static TorchTensor Weigh(TorchTensor weight, TorchTensor x) => Pointwise(default(WeighFunction), weight, x);

    static TorchTensor IReal<TorchTensor>.Divergence(TorchTensor t, TorchTensor x) => Pointwise(default(DivergenceFunction), t, x);

    static TorchTensor IReal<TorchTensor>.Share(TorchTensor a, TorchTensor b) => Pointwise(default(ShareFunction), a, b);

    /// <inheritdoc/>
    public static TorchTensor Given(TorchTensor x, TorchTensor value) => Pointwise(default(GivenFunction), x, value);

    /// <inheritdoc/>
    public static TorchTensor IfLess(TorchTensor a, TorchTensor b, TorchTensor less, TorchTensor otherwise)
    {
        if (a.IsDetached || b.IsDetached || less.IsDetached || otherwise.IsDetached)
            return IfLessTwice(a.Front, b.Front, less, otherwise);
        var shape = Common(Common(a.Shape, b.Shape), Common(less.Shape, otherwise.Shape));
        if (a.IsNumber && b.IsNumber)
            return Expand(a._number < b._number ? less : otherwise, shape);
        var x = Operands(shape, out var isWide, a, b, less, otherwise);
        var mask = Raw.Less(x[0], x[1]);
        return Of(Raw.Select(mask, (x[0].Tensor ?? x[1].Tensor)!, x[2], x[3]), shape, isWide);
    }

    /// <inheritdoc/>
    public static TorchTensor Reshape(TorchTensor x, Shape shape)
    {
        if (shape.Size != x.Shape.Size)
            throw new ArgumentException($"shape {shape} has {shape.Size} elements but x has shape {x.Shape}.", nameof(shape));
        if (shape == x.Shape)
            return x;
        return x._content is Tensor or Deferred ? x.Mapped(t => t.reshape(shape.ToLongs())) : new(x._content, x._number, shape, false);
    }

    /// <inheritdoc/>
    public static TorchTensor Permute(TorchTensor x, ReadOnlySpan<int> axes)
    {
        var order = new long[axes.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = x.Shape.Axis(axes[i], nameof(axes));
        if (order.Length != x.Shape.Rank || order.Distinct().Count() != order.Length)
            throw new ArgumentException($"axes ({string.Join(", ", order)}) is no order of the axes of shape {x.Shape}.", nameof(axes));
        var shape = x.Shape;
        return x.IsNumber ? new(x._number, Array.ConvertAll(order, axis => shape[(int)axis])) : x.Mapped(t => t.permute(order));
    }

    /// <inheritdoc/>
    public static TorchTensor Expand(TorchTensor x, Shape shape)
    {
        if (x.Shape == shape)
            return x;
        if (!Shape.TryBroadcast(x.Shape, shape, out var common) || common != shape)
            throw new ArgumentException($"x has shape {x.Shape}, which does not expand to {shape}.", nameof(shape));
        return x.IsNumber ? new(x._number, shape) : x.Mapped(t => t.expand(shape.ToLongs()));
    }

    /// <inheritdoc/>
    public static TorchTensor Slice(TorchTensor x, int axis, int start, int length)
    {
        axis = x.Shape.Axis(axis);
        if (start < 0 || length < 0 || start > x.Shape[axis] - length)
            throw new ArgumentOutOfRangeException(
                nameof(start),
                $"elements {start} to {start + length} of axis {axis} were asked for, but x has shape {x.Shape}."
            );
        return x.IsNumber ? new(x._number, x.Shape.With(axis, length)) : x.Mapped(t => t.narrow(axis, start, length));
    }

    /// <inheritdoc/>
    public static TorchTensor Concatenate(ReadOnlySpan<TorchTensor> tensors, int axis)
    {
        if (tensors.Length == 0)
            throw new ArgumentException("tensors is empty.", nameof(tensors));
        axis = tensors[0].Shape.Axis(axis);
        for (var i = 1; i < tensors.Length; i++)
            if (tensors[i].Shape.Rank != tensors[0].Shape.Rank || tensors[i].Shape.With(axis, 0) != tensors[0].Shape.With(axis, 0))
                throw new ArgumentException(
                    $"tensors[{i}] has shape {tensors[i].Shape} but tensors[0] has shape {tensors[0].Shape}; they may differ along axis {axis} only.",
                    nameof(tensors)
                );
        var parts = tensors.ToArray();
        if (Array.Exists(parts, static x => x.IsDetached))
            return ConcatenatedTwice(parts, axis);
        // One number for all has no data type yet.
        if (Array.TrueForAll(parts, x => x.IsNumber && x._number.Equals(parts[0]._number)))
            return new(parts[0]._number, parts[0].Shape.With(axis, parts.Sum(x => x.Shape[axis])));
        var like = Array.Find(parts, static x => !x.IsNumber);
        var operands = Operands(null, out var isWide, like.IsNumber ? [new TorchTensor(like.ToTensor(), false)] : parts);
        if (like.IsNumber)
            return new(cat(Array.ConvertAll(parts, static x => x.ToTensor()), axis), false);
        var some = Array.Find(operands, static x => x.Tensor is not null).Tensor!;
        return new(
            cat([.. operands.Select((x, i) => x.Tensor ?? Raw.Filled(some, x.Number).expand(parts[i].Shape.ToLongs()))], axis),
            isWide
        );
    }

    /// <inheritdoc/>
    public static TorchTensor Sum(TorchTensor x, ReadOnlySpan<int> axes, bool keepAxes)
    {
        var summed = new bool[x.Shape.Rank];
        foreach (var axis in axes)
            summed[x.Shape.Axis(axis, nameof(axes))] = true;
        var kept = x.Shape.ToArray().Select((length, i) => summed[i] ? 1 : length).ToArray();
        Shape shape = keepAxes ? kept : kept.Where((_, i) => !summed[i]).ToArray();
        if (x.IsNumber)
            return new(Sums.Of(x._number, x.Shape.Size / Math.Max(1, new Shape(kept).Size)).ToDouble(), shape);
        if (Array.TrueForAll(summed, static s => s))
            return Reshape(Total(x), shape);
        var over = Enumerable.Range(0, summed.Length).Where(i => summed[i]).Select(i => (long)i).ToArray();
        return over.Length == 0 ? x : x.Widened().Mapped(t => t.sum(over, keepAxes));
    }

    /// <inheritdoc/>
    public static TorchTensor CumulativeSum(TorchTensor x, int axis)
    {
        axis = x.Shape.Axis(axis);
        return x.Dense().Mapped(t => t.cumsum(axis));
    }

    /// <inheritdoc/>
    public static TorchTensor Largest(TorchTensor x, int axis)
    {
        axis = NotEmpty(x, axis);
        return x.IsNumber ? new(x._number, x.Shape.Without(axis)) : x.Applied(isWide => new LargestOperation(axis, isWide));
    }

    /// <inheritdoc/>
    public static TorchTensor LogSumExp(TorchTensor x, int axis)
    {
        axis = NotEmpty(x, axis);
        return x.Applied(isWide => new LogSumExpOperation(axis, isWide));
    }

    /// <inheritdoc/>
    public static TorchTensor Softmax(TorchTensor x, int axis)
    {
        axis = NotEmpty(x, axis);
        return x.Applied(isWide => new SoftmaxOperation(axis, false, isWide));
    }

    /// <inheritdoc/>
    public static TorchTensor LogSoftmax(TorchTensor x, int axis)
    {
        axis = NotEmpty(x, axis);
        return x.Applied(isWide => new LogSoftmaxOperation(axis, isWide));
    }

    /// <inheritdoc/>
    public static TorchTensor Sort(TorchTensor x, int axis, bool descending)
    {
        axis = x.Shape.Axis(axis);
        return x.IsNumber ? x : x.Mapped(t => t.sort(axis, descending, stable: true).Values);
    }

    /// <inheritdoc/>
    public static TorchTensor Gather(TorchTensor x, int axis, Labels labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        axis = x.Shape.Axis(axis);
        if (labels.Shape.Rank != x.Shape.Rank || labels.Shape.With(axis, 0) != x.Shape.With(axis, 0))
            throw new ArgumentException(
                $"labels has shape {labels.Shape} but x has shape {x.Shape}; they may differ along axis {axis} only.",
                nameof(labels)
            );
        var indices = labels.Masked(x.Shape[axis], nameof(labels)).Indices.ToArray();
        var shape = labels.Shape.ToLongs();
        return x.Dense()
            .Mapped(t =>
            {
                if (shape.Contains(0))
                    return t.new_zeros(shape);
                var places = tensor(Array.ConvertAll(indices, static i => Math.Max(0L, i)), shape, device: t.device);
                if (Array.TrueForAll(indices, static i => i >= 0))
                    return t.gather(axis, places);
                var isIgnored = tensor(Array.ConvertAll(indices, static i => i < 0), shape, device: t.device);
                using var zero = 0.0.ToScalar();
                return t.gather(axis, places).masked_fill(isIgnored, zero);
            });
    }

    /// <inheritdoc/>
    public static TorchTensor MatMul(TorchTensor a, TorchTensor b)
    {
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2 || a.Shape[-1] != b.Shape[-2])
            throw new ArgumentException(
                $"a has shape {a.Shape} and b has shape {b.Shape}; the columns of a must be the rows of b.",
                nameof(b)
            );
        if (!Shape.TryBroadcast(a.Shape.Without(-1).Without(-1), b.Shape.Without(-1).Without(-1), out _))
            throw new ArgumentException($"a has shape {a.Shape} and b has shape {b.Shape}; the leading axes do not broadcast.", nameof(b));
        if (a.IsDetached || b.IsDetached)
            return MadeTwice(static x => MatMul(x[0], x[1]), a, b);
        Shape.TryBroadcast(a.Shape.Without(-1).Without(-1), b.Shape.Without(-1).Without(-1), out var batch);
        var x = Operands(
            null,
            out var isWide,
            Expand(a.Dense(b), [.. batch.ToArray(), a.Shape[-2], a.Shape[-1]]),
            Expand(b.Dense(a), [.. batch.ToArray(), b.Shape[-2], b.Shape[-1]])
        );
        return new(new MatMulOperation().Apply(x[0].Tensor!, x[1].Tensor!), isWide);
    }

    /// <inheritdoc/>
    public static TorchTensor Mean(TorchTensor values, ReadOnlySpan<TorchTensor> weights)
    {
        if (weights.Length == 0)
            return Over(values, Sums.Of(1, values.Shape.Size));
        var weight = weights[0];
        return weight._content switch
        {
            null => Over(values, Sums.Of(weight._number, weight.Shape.Size)),
            Numbers numbers => Over(values, numbers.Sum()),
            _ => Rounded(Total(values) / Total(weight)),
        };
    }

    /// <inheritdoc/>
    public static double Least(TorchTensor x)
    {
        if (x.Shape.Size == 0)
            return double.PositiveInfinity;
        if (x.Stored is not { } tensor)
            return x._number;
        // Nothing is known of what has no numbers.
        if (tensor.device_type == DeviceType.META)
            return double.NaN;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var infinity = double.PositiveInfinity.ToScalar();
        return tensor.masked_fill(tensor.isnan(), infinity).min().ToDouble();
    }

    /// <inheritdoc/>
    public static bool IsWithin(Domain domain, TorchTensor x)
    {
        ArgumentNullException.ThrowIfNull(domain);
        // A tensor of the meta device has no numbers.
        if (domain.IsAll || x.Shape.Size == 0 || x.Stored is { device_type: DeviceType.META })
            return true;
        if (x.Stored is not { } tensor)
            return domain.Contains(x._number);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (!Memory.IsOnCpu(tensor))
            return Least(new(domain.Room<Raw>(new(tensor)).Tensor!, false)) >= 0;
        var rows = tensor.contiguous();
        return tensor.dtype == ScalarType.Float32
            ? Watch.IsWithin(domain, Memory.Span<float>(rows))
            : Watch.IsWithin(domain, Memory.Span<double>(rows));
    }

    /// <inheritdoc/>
    public static bool? KeepsDomains(TorchTensor loss)
    {
        if (loss._content is not Deferred deferred)
            return null;
        if (deferred.KeepsDomains is null)
            _ = deferred.Values;
        return deferred.KeepsDomains;
    }

    /// <inheritdoc/>
    public static TorchTensor Round(TorchTensor x) => x._content is Tensor ? Rounded(x) : x;

    /// <inheritdoc/>
    public static TorchTensor Map<L>(L loss, TorchTensor prediction, TorchTensor target)
        where L : struct, IPointwise => Loss(new TwoOf<L>(loss), prediction, target, 0);

    /// <inheritdoc/>
    public static TorchTensor Map<L>(L loss, TorchTensor prediction, TorchTensor target, TorchTensor third)
        where L : struct, IPointwise3 => Loss(loss, prediction, target, third);

    static TorchTensor ITensor<TorchTensor>.Fuse(RowLoss row, TorchTensor[] inputs, Func<TorchTensor[], TorchTensor> definition)
    {
        if (inputs[0].Stored is not { } x || !Memory.IsOnCpu(x) || Array.Exists(inputs, static input => input.IsDetached))
            return definition(inputs);
        return row switch
        {
            LabelledRows labelled when inputs[0].IsStored => new(
                new DeferredRows(labelled, x, definition, inputs[0]._isExpendable),
                labelled.Labels.Shape
            ),
            TargetRows rows
                when Array.TrueForAll(
                    inputs,
                    input => input is { IsStored: true, Stored: { } of } && of.dtype == x.dtype && of.device_type == x.device_type
                ) => new(
                (
                    x.dtype == ScalarType.Float32
                        ? new RowsOperation<float>(rows, definition)
                        : (Operation)new RowsOperation<double>(rows, definition)
                ).Apply(Array.ConvertAll(inputs, static input => input.Stored!)),
                isWide: false
            ),
            VectorRows rows when VectorRowsOperation.Takes(inputs) => new(
                new VectorRowsOperation(rows, definition).Apply(Array.ConvertAll(inputs, static x => x.Stored!)),
                isWide: true
            ),
            LabelledPairs pairs => OnKernel(
                inputs,
                (isSingle, isWide) =>
                    isSingle
                        ? new LabelledPairsOperation<float>(pairs, definition, isWide)
                        : new LabelledPairsOperation<double>(pairs, definition, isWide)
            ),
            Transducer or SoftmaxSums => OnKernel(
                inputs,
                (isSingle, isWide) =>
                    isSingle
                        ? new RowsOperation<float>((StoredRows)row, definition, isWide)
                        : new RowsOperation<double>((StoredRows)row, definition, isWide)
            ),
            CTCPaths paths => inputs[0].Applied(isWide => new CTCOperation(paths, definition, isWide)),
            _ => definition(inputs),
        };
    }

    static TorchTensor ITensor<TorchTensor>.Sums<L>(L loss, TorchTensor prediction, TorchTensor target, TorchTensor[] weights, int[] axes)
    {
        TorchTensor[] all = [prediction, target, .. weights];
        if (!AreOnCpu(all))
            return SumsDefinition.Of(loss, prediction, target, weights, axes);
        // The weights are known as tensors once all are of one kind.
        var known = Array.Empty<Tensor>();
        return OnKernel(
            all,
            (isSingle, isWide) =>
                isSingle
                    ? new SumsLossOperation<L, float>(loss, axes, known, isWide)
                    : new SumsLossOperation<L, double>(loss, axes, known, isWide),
            2,
            rest => known = rest
        );
    }

    static TorchTensor ITensor<TorchTensor>.Pairs<L>(L loss, TorchTensor prediction, TorchTensor target, int axis, out TorchTensor counts)
    {
        if (!AreOnCpu([prediction, target]))
        {
            counts = PairsDefinition.Counts<L, TorchTensor>(target, axis);
            return PairsDefinition.Of(loss, prediction, target, axis);
        }
        Func<double[]> counted = () => [];
        var values = OnKernel(
            [prediction, target],
            (isSingle, isWide) =>
            {
                if (isSingle)
                {
                    var operation = new PairsOperation<L, float>(loss, axis, isWide);
                    counted = () => operation.Counts;
                    return operation;
                }
                var wide = new PairsOperation<L, double>(loss, axis, isWide);
                counted = () => wide.Counts;
                return wide;
            }
        );
        counts = Create(prediction, counted(), values.Shape);
        return values;
    }

    private static bool AreOnCpu(TorchTensor[] operands) =>
        operands[0].Shape.Size > 0
        && !Array.Exists(operands, static x => x.IsNumber || x.IsDetached || x.Stored is not { } stored || !Memory.IsOnCpu(stored));

    // A kernel whose values are float64: over the memory of float32 or float64 tensors, or where one of them is an intermediate over float64 of all.
    private static TorchTensor OnKernel(
        TorchTensor[] operands,
        Func<bool, bool, Operation> operation,
        int inputs = int.MaxValue,
        Action<Tensor[]>? others = null
    )
    {
        CheckAlike(operands);
        var isStored = Array.TrueForAll(operands, static x => !x.IsWide);
        var isSingle = isStored && operands[0].Stored!.dtype == ScalarType.Float32;
        var x = Array.ConvertAll(operands, x => isStored ? x.Stored! : x.Widened().Stored!);
        var count = Math.Min(inputs, x.Length);
        others?.Invoke(x[count..]);
        return new(operation(isSingle, !isStored).Apply(x[..count]), isSingle || !isStored);
    }

    /// <summary>A pointwise function by elementary operations.</summary>
    internal static TorchTensor Pointwise<F>(F function, TorchTensor a, TorchTensor b = default, TorchTensor c = default)
        where F : struct, IPointwise3
    {
        // Elementary functions have two operands at the most.
        if (a.IsDetached || b.IsDetached)
            return PointwiseTwice(function, a, b);
        var shape = Common(a.Shape, Common(b.Shape, c.Shape));
        if (a.IsNumber && b.IsNumber && c.IsNumber)
            return new(function.Apply<Real>(a._number, b._number, c._number), shape);
        var x = Operands(shape, out var isWide, a, b, c);
        var operation = new PointwiseOperation<F>(
            function,
            Array.ConvertAll(x, static x => x.Tensor is { } t ? new(t, false) : Constant(x.Number)),
            shape
        );
        return new(operation.Apply([.. x.Where(static x => x.Tensor is not null).Select(static x => x.Tensor!)]), shape, isWide);
    }

    internal static TorchTensor SoftmaxComplement(TorchTensor x, int axis) => x.Applied(isWide => new SoftmaxOperation(axis, true, isWide));

    /// <summary>x in rows where a gradient is anything but 0, else 0.</summary>
    internal static TorchTensor Where(TorchTensor x, TorchTensor gradient, int axis)
    {
        using var zero = 0.0.ToScalar();
        return x.Mapped(t => t.masked_fill(gradient.ToTensor().detach().eq(zero).all(axis, keepdim: true), zero));
    }

    internal static TorchTensor Others(TorchTensor x, int axis) => x.Widened().Dense().Mapped(t => RowwiseOperation.Others(t, axis));

    /// <summary>A value for each row, repeated along the axis that the rows lie on.</summary>
    internal static TorchTensor Along(TorchTensor x, int axis, Shape shape) => Expand(Reshape(x, shape.With(axis, 1)), shape);

    /// <summary>The sum of all elements, exact on the CPU.</summary>
    internal static TorchTensor Total(TorchTensor x) => x.IsNumber ? Sums.Of(x._number, x.Shape.Size).ToDouble() : Over(x, Sums.Of(1, 1));

    private TorchTensor(Tensor tensor, Shape shape, bool isWide)
        : this((object)tensor, 0, shape, isWide) { }

    // A pointwise loss: by its kernel where there is one, else by its definition; in either case its values are rounded.
    private static TorchTensor Loss<F>(F function, TorchTensor a, TorchTensor b, TorchTensor c)
        where F : struct, IPointwise3
    {
        var shape = Common(a.Shape, Common(b.Shape, c.Shape));
        TorchTensor[] operands = [a, b, c];
        CheckAlike(operands);
        var tensors = Array.FindAll(operands, static x => !x.IsNumber);
        if (Array.Exists(tensors, static x => x.IsDetached))
            return Rounded(function.Apply(a, b, c));
        if (tensors.Length == 0)
            return Pointwise(function, a, b, c);
        var inputs = Array.ConvertAll(tensors, x => Expand(x, shape).Stored!);
        var type = inputs[0].dtype;
        if (shape.Size == 0 || !Memory.IsOnCpu(inputs[0]) || !Array.TrueForAll(inputs, x => x.dtype == type))
            return Rounded(Pointwise(function, a, b, c));
        for (var i = 0; i < operands.Length; i++)
            if (!operands[i].IsNumber)
                operands[i] = new(inputs[0], shape, false);
        return type == ScalarType.Float32
            ? new(new DeferredPointwise<F, float>(function, operands, inputs, shape), shape)
            : new(new DeferredPointwise<F, double>(function, operands, inputs, shape), shape);
    }

    private static TorchTensor Over(TorchTensor x, ExactSum weight)
    {
        if (x.IsDetached)
            return OverTwice(x, weight);
        if (x._content is Deferred loss)
            return loss.Over(weight);
        if (x._wide is not null)
            x = x.Widened();
        if (x.Stored is not { } tensor)
            return ExactSum.Ratio(Sums.Of(x._number, x.Shape.Size), weight);
        if (Memory.IsOnCpu(tensor))
            return new(new MeanOperation(weight).Apply(tensor), Shape.Scalar, x.IsWide);
        return new TorchTensor(tensor.sum(), Shape.Scalar, false) / weight.ToDouble();
    }

    // The numbers are rounded, their slopes are not.
    private static TorchTensor Rounded(TorchTensor x)
    {
        if (x.IsDetached)
            return Twice(static x => Rounded(x[0]), x);
        if (!x.IsWide)
            return x;
        var tensor = x.Stored!;
        return new(x.ToTensor(), tensor.requires_grad ? new Wide(() => new RoundOperation().Apply(tensor)) : null);
    }

    // Native operations that have the right derivative: those that are linear.
    private TorchTensor Mapped(Func<Tensor, Tensor> operation) =>
        IsDetached ? MappedTwice(operation)
        : _wide is { } wide ? new(operation(Stored!), new Wide(() => operation(wide.Tensor)))
        : new(operation(Stored!), IsWide);

    private static TorchTensor Linear<F>(TorchTensor a, TorchTensor b, Func<Raw, Raw, Raw> operation)
        where F : struct, IPointwise3
    {
        if (a.IsDetached || b.IsDetached)
            return LinearTwice<F>(a, b, operation);
        var shape = Common(a.Shape, b.Shape);
        if (a.IsNumber && b.IsNumber)
            return new(default(F).Apply<Real>(a._number, b._number, 0), shape);
        var x = Operands(shape, out var isWide, a, b);
        return Of(operation(x[0], x[1]), shape, isWide);
    }

    private static TorchTensor Of(Raw x, Shape shape, bool isWide) => x.Tensor is { } t ? new(t, shape, isWide) : new(x.Number, shape);

    private TorchTensor Applied(Func<bool, Operation> operation)
    {
        if (IsDetached)
            return AppliedTwice(operation);
        var x = Dense().Widened();
        return new(operation(x._isWide).Apply(x.Stored!), x._isWide);
    }

    // A tensor, also of a number.
    private TorchTensor Dense() => IsNumber ? new(ToTensor(), Shape, false) : this;

    // One number for all is of the kind of what it stands beside.
    private TorchTensor Dense(TorchTensor beside)
    {
        if (!IsNumber || beside.Stored is not { } other)
            return Dense();
        var isWide = beside.Type == ScalarType.Float32 && Memory.IsOnCpu(other);
        return new(isWide ? ToTensor() : ToTensor().to(beside.Type, other.device), Shape, isWide);
    }

    // On the CPU in float64.
    private TorchTensor Widened()
    {
        if (IsDetached)
            return Twice(static x => x[0].Widened(), this);
        if (_wide is { } wide)
            return new(wide.Tensor, Shape, isWide: true);
        if (Stored is not { } tensor || tensor.dtype != ScalarType.Float32 || !Memory.IsOnCpu(tensor))
            return IsNumber ? this : new(Stored!, Shape, IsWide);
        return new(tensor.to(ScalarType.Float64), Shape, isWide: true);
    }

    // Operands of one data type on one device, widened on the CPU; expanded to a shape, or each as it is.
    private static Raw[] Operands(Shape? shape, out bool isWide, params TorchTensor[] operands)
    {
        CheckAlike(operands);
        isWide = false;
        var raw = new Raw[operands.Length];
        for (var i = 0; i < operands.Length; i++)
        {
            if (operands[i].IsNumber)
            {
                raw[i] = new(operands[i]._number);
                continue;
            }
            var x = operands[i].Widened();
            isWide |= x._isWide;
            raw[i] = new((shape is { } common ? Expand(x, common) : x).Stored!);
        }
        return raw;
    }

    private static void CheckAlike(TorchTensor[] operands)
    {
        TorchTensor? first = null;
        foreach (var x in operands)
            if (!x.IsNumber)
                if (first is not { } other)
                    first = x;
                else if (x.Type != other.Type)
                    throw new ArgumentException(
                        $"one operand has data type {other.Type} and another {x.Type}; they must be equal.",
                        nameof(operands)
                    );
                else
                    Check.SameDevice(x.Stored!, "one operand", other.Stored!, "another");
    }

    // The data type of a result.
    private ScalarType Type => IsWide ? ScalarType.Float32 : Stored!.dtype;

    private static Shape Common(Shape a, Shape b) =>
        a == b ? a
        : Shape.TryBroadcast(a, b, out var common) ? common
        : throw new ArgumentException($"one operand has shape {a} and the other {b}; they cannot be broadcast together.", nameof(b));

    private static int NotEmpty(TorchTensor x, int axis)
    {
        axis = x.Shape.Axis(axis, nameof(axis));
        return x.Shape[axis] > 0 ? axis : throw new ArgumentException($"x has shape {x.Shape}: axis {axis} is empty.", nameof(x));
    }
}
