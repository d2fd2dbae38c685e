using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A pointwise loss times a number: <c>0.5 * new Huber(1)</c>, with one kernel.</summary>
/// <typeparam name="L">The loss.</typeparam>
public readonly struct Scaled<L> : IPointwise, ICombined
    where L : struct, IPointwise
{
    private readonly double _scale;
    private readonly L _loss;

    /// <summary>The loss times a number.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not finite.</exception>
    public Scaled(double scale, L loss)
    {
        if (!double.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), FormattableString.Invariant($"scale is {scale}, but it must be finite."));
        _scale = scale;
        _loss = loss;
    }

    /// <inheritdoc/>
    public Domain Prediction => _loss.Prediction;

    /// <inheritdoc/>
    public Domain Target => _loss.Target;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target)
        where T : IReal<T> => T.Constant(_scale) * _loss.Apply(prediction, target);

    void ICombined.Visit(ITermVisitor visitor, double scale) => Combined.Visit(_loss, visitor, scale * _scale);
}

/// <summary>The sum of two pointwise losses: <c>new MSE() + new L1()</c>, with one kernel.</summary>
/// <typeparam name="A">One loss.</typeparam>
/// <typeparam name="B">The other.</typeparam>
/// <param name="first">One loss.</param>
/// <param name="second">The other.</param>
public readonly struct Added<A, B>(A first, B second) : IPointwise, ICombined
    where A : struct, IPointwise
    where B : struct, IPointwise
{
    private readonly A _first = first;
    private readonly B _second = second;

    /// <inheritdoc/>
    public Domain Prediction => _first.Prediction.And(_second.Prediction);

    /// <inheritdoc/>
    public Domain Target => _first.Target.And(_second.Target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target)
        where T : IReal<T> => _first.Apply(prediction, target) + _second.Apply(prediction, target);

    void ICombined.Visit(ITermVisitor visitor, double scale)
    {
        Combined.Visit(_first, visitor, scale);
        Combined.Visit(_second, visitor, scale);
    }
}

/// <summary>Pointwise losses scale and add, those of one's own as well: the result is one definition, and one kernel.</summary>
public static class Combined
{
    internal static void Visit<L>(L loss, ITermVisitor visitor, double scale)
        where L : struct, IPointwise
    {
        if (loss is ICombined combined)
            combined.Visit(visitor, scale);
        else
            visitor.Visit(loss, scale);
    }

    extension<L>(L)
        where L : struct, IPointwise
    {
        /// <summary>The loss times a number.</summary>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not finite.</exception>
        public static Scaled<L> operator *(double scale, L loss) => new(scale, loss);

        /// <summary>The loss times a number.</summary>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not finite.</exception>
        public static Scaled<L> operator *(L loss, double scale) => new(scale, loss);
    }

    extension<A, B>(A)
        where A : struct, IPointwise
        where B : struct, IPointwise
    {
        /// <summary>The sum of two losses.</summary>
        public static Added<A, B> operator +(A first, B second) => new(first, second);
    }
}
