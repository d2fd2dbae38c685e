namespace Losses;

/// <summary>The operations that a loss may ask of a tensor: those of a number, element by element, and those that look across elements.</summary>
/// <remarks>
/// Arithmetic broadcasts; a constant has no shape and goes with every tensor. Axes count from 0. An engine answers with whatever it is good at:
/// arrays, libtorch, another library's tape; the two hooks, <see cref="Map{L}(L, T, T)"/> and <see cref="Fuse"/>, are where it may do
/// better than the definition, without changing what the definition means.
/// </remarks>
/// <typeparam name="T">The tensor type itself.</typeparam>
public interface ITensor<T> : IReal<T>
    where T : ITensor<T>
{
    /// <summary>The shape.</summary>
    Shape Shape { get; }

    /// <summary>A constant tensor on the device and of the data type of <paramref name="like"/>.</summary>
    static abstract T Create(T like, ReadOnlySpan<double> values, Shape shape);

    /// <summary>Weights as a constant tensor beside another.</summary>
    internal static virtual T Create(T like, Weights weights) => T.Create(like, weights.Values, weights.Shape);

    /// <summary>The same elements, row-major, under another shape.</summary>
    static abstract T Reshape(T x, Shape shape);

    /// <summary>The axes in another order.</summary>
    static abstract T Permute(T x, ReadOnlySpan<int> axes);

    /// <summary>Repeated along new leading axes and axes of length 1.</summary>
    static abstract T Expand(T x, Shape shape);

    /// <summary>Part of an axis.</summary>
    static abstract T Slice(T x, int axis, int start, int length);

    /// <summary>Tensors one after another along an axis.</summary>
    static abstract T Concatenate(ReadOnlySpan<T> tensors, int axis);

    /// <summary>The sums over some axes; with <paramref name="keepAxes"/> those stay, of length 1.</summary>
    static abstract T Sum(T x, ReadOnlySpan<int> axes, bool keepAxes);

    /// <summary>The running sums along an axis.</summary>
    static abstract T CumulativeSum(T x, int axis);

    /// <summary>The largest along an axis, which is removed; where several are, they share the slope equally.</summary>
    static abstract T Largest(T x, int axis);

    /// <summary>log Σ exp along an axis, which is removed; no overflow.</summary>
    static abstract T LogSumExp(T x, int axis);

    /// <summary>exp x / Σ exp along an axis. A row all −∞ has no distribution: zeros.</summary>
    static abstract T Softmax(T x, int axis);

    /// <summary>x − log Σ exp along an axis, without cancellation. A row all −∞ has no distribution: zeros, of slope 0.</summary>
    static abstract T LogSoftmax(T x, int axis);

    /// <summary>Sorted along an axis; equal elements keep their order.</summary>
    static abstract T Sort(T x, int axis, bool descending);

    /// <summary>The elements that the labels name along an axis, in the shape of the labels; 0 where a label is negative.</summary>
    /// <remarks>The labels have the rank of <paramref name="x"/> and its lengths along the other axes.</remarks>
    static abstract T Gather(T x, int axis, Labels labels);

    /// <summary>The matrix product over the last two axes, the leading ones broadcast.</summary>
    static abstract T MatMul(T a, T b);

    /// <summary>Σ values / Σ weights over all elements of each, rounded once; Σ values / count where <paramref name="weights"/> is absent.</summary>
    static abstract T Mean(T values, ReadOnlySpan<T> weights);

    /// <summary>The smallest element, NaN left out; +∞ where there is none. It reads the numbers, for a check that a definition must make.</summary>
    static abstract double Least(T x);

    /// <summary>Whether all numbers are in a domain, NaN left out. It reads them.</summary>
    static virtual bool IsWithin(Domain domain, T x)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return domain.IsAll || T.Least(domain.Room(T.Detach(x))) >= 0;
    }

    /// <summary>Whether a kernel that looked at the operands of a pointwise loss found all of them in the definition's domains; null where none looked.</summary>
    /// <remarks>A kernel that has not run yet runs now. Only asked of what <see cref="Map{L}(L, T, T)"/> has given.</remarks>
    static virtual bool? KeepsDomains(T loss) => null;

    /// <summary>Rounded to the type that the engine stores: what an element of a result is.</summary>
    static virtual T Round(T x) => x;

    /// <summary>A pointwise loss: its definition, or an engine's fused kernel for it. Neither refuses a number: <see cref="LossValues{T}"/> does.</summary>
    static virtual T Map<L>(L loss, T prediction, T target)
        where L : struct, IPointwise => Watched(loss.Apply(prediction, target));

    /// <summary>A pointwise loss of three tensors: its definition, or an engine's fused kernel for it. Neither refuses a number: <see cref="LossValues{T}"/> does.</summary>
    static virtual T Map<L>(L loss, T prediction, T target, T third)
        where L : struct, IPointwise3 => Watched(loss.Apply(prediction, target, third));

    /// <summary>A loss of sums: its definition, or an engine's kernel for it; a value for each group of elements.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="weights">One constant tensor of that shape, or none.</param>
    /// <param name="axes">The axes that are summed, each once, from 0 up; they are removed.</param>
    internal static virtual T Sums<L>(L loss, T prediction, T target, T[] weights, int[] axes)
        where L : struct, ISums => Watched(SumsDefinition.Of(loss, prediction, target, weights, axes));

    /// <summary>A loss of pairs: its definition, or an engine's kernel for it; a value for each list.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="axis">The axis that the lists lie along, from 0 up; it is removed.</param>
    /// <param name="counts">How many pairs of each list count, a constant.</param>
    internal static virtual T Pairs<L>(L loss, T prediction, T target, int axis, out T counts)
        where L : struct, IPairs
    {
        counts = PairsDefinition.Counts<L, T>(target, axis);
        return Watched(PairsDefinition.Of(loss, prediction, target, axis));
    }

    /// <summary>A loss over rows that an engine may know by name: its definition, or a fused kernel for it.</summary>
    /// <param name="row">Which loss, with its parameters.</param>
    /// <param name="inputs">What it is a loss of.</param>
    /// <param name="definition">What it means.</param>
    internal static virtual T Fuse(RowLoss row, T[] inputs, Func<T[], T> definition) => Watched(definition(inputs));

    // What is NaN has slopes that are, too, also by an operand that does not move it.
    private static T Watched(T loss) => T.Given(loss, loss);

    /// <summary>A function whose intermediates an engine may forget and compute again for the gradient: memory for time.</summary>
    static virtual T Recompute(Func<T[], T> function, T[] inputs) => function(inputs);
}
