namespace Losses;

/// <summary>Which pairs of a list count.</summary>
public enum PairOrder
{
    /// <summary>Those whose first has the greater target.</summary>
    ByTarget = 0,

    /// <summary>Each pair once, its first before its second in the list.</summary>
    ByPlace = 1,
}

/// <summary>A loss of pairs: what each pair of a list adds to the list's loss. RankNet and the margins between classes are such.</summary>
/// <remarks>
/// Implement it with a struct that holds the hyperparameters, and mark the method with <c>AggressiveInlining</c>: the kernel, its exact gradient by prediction and
/// target, and every tensor engine follow. The kernel stores no pair.
/// </remarks>
public interface IPairs : IDefinition
{
    /// <summary>Which pairs count; those of different targets, the greater first, unless it is said.</summary>
    static virtual PairOrder Order => PairOrder.ByTarget;

    /// <summary>Whether the predictions of a pair count by their difference alone. The slope by the second is then the negative of that by the first, and is not computed.</summary>
    static virtual bool IsOfDifference => false;

    /// <summary>What a pair adds.</summary>
    /// <param name="first">The first's prediction.</param>
    /// <param name="second">The second's.</param>
    /// <param name="firstTarget">The first's target.</param>
    /// <param name="secondTarget">The second's.</param>
    T Of<T>(T first, T second, T firstTarget, T secondTarget)
        where T : IReal<T>;
}

/// <summary>What the definition of a loss of pairs means, whatever the engine.</summary>
internal static class PairsDefinition
{
    // Pairs that are stored at a time.
    private const int Stored = 1 << 22;

    /// <summary>The loss of each list along an axis.</summary>
    internal static T Of<L, T>(L loss, T prediction, T target, int axis)
        where L : struct, IPairs
        where T : ITensor<T>
    {
        var (lists, length, kept) = Lists(prediction.Shape, axis);
        // Of many pairs some at a time: they are forgotten, and made again for the gradient.
        var part = (int)Math.Clamp((double)Stored / Math.Max(1.0, (double)lists * length), 1, Math.Max(1, length));
        T Of(T[] x) => T.Reshape(Summed(loss, Rows(x[0], axis), Rows(x[1], axis), 0, length), kept);
        if (part >= length)
            return Of([prediction, target]);
        T[] inputs = [prediction, target];
        T? sum = default;
        for (var first = 0; first < length; first += part)
        {
            var (start, count) = (first, Math.Min(part, length - first));
            var some = T.Recompute(x => T.Reshape(Summed(loss, Rows(x[0], axis), Rows(x[1], axis), start, count), kept), inputs);
            sum = first == 0 ? some : sum! + some;
        }
        return sum!;
    }

    /// <summary>How many pairs of each list count.</summary>
    internal static T Counts<L, T>(T target, int axis)
        where L : struct, IPairs
        where T : ITensor<T> => Of(new One<L>(), T.Detach(target), T.Detach(target), axis);

    /// <summary>The loss of each list along the last axis of (lists, length), and how many of its pairs count, where each pair has a weight.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="x">Predictions.</param>
    /// <param name="t">Targets.</param>
    /// <param name="present">1 for the pairs that may count and 0 for the others: (lists, length, length), a constant.</param>
    /// <param name="weights">What they are multiplied by, a constant of that shape.</param>
    internal static (T Values, T Counts) Weighted<L, T>(L loss, T x, T t, T present, T weights)
        where L : struct, IPairs
        where T : ITensor<T>
    {
        var length = x.Shape[1];
        return (
            Summed(loss, x, t, 0, length, counts => T.Weigh(counts * present, weights)),
            Summed(new One<L>(), T.Detach(t), T.Detach(t), 0, length, counts => counts * present)
        );
    }

    private static T Summed<L, T>(L loss, T x, T t, int start, int count, Func<T, T>? weighed = null)
        where L : struct, IPairs
        where T : ITensor<T>
    {
        int lists = x.Shape[0],
            length = x.Shape[1];
        Shape pairs = [lists, count, length];
        T Firsts(T rows) => T.Expand(T.Reshape(T.Slice(rows, 1, start, count), [lists, count, 1]), pairs);
        T Seconds(T rows) => T.Expand(T.Reshape(rows, [lists, 1, length]), pairs);
        T first = Firsts(t),
            second = Seconds(t);
        var terms = T.Expand(loss.Of(Firsts(x), Seconds(x), first, second), pairs);
        T Constant(double number) => T.Expand(T.Constant(number), pairs);
        var counts =
            L.Order == PairOrder.ByTarget
                ? T.IfLess(T.Detach(second), T.Detach(first), Constant(1), Constant(0))
                : T.Expand(T.Create(x, Before(start, count, length), [1, count, length]), pairs);
        if (weighed is not null)
            counts = weighed(counts);
        // A NaN among the targets is in no order.
        return T.Sum(T.Given(first + second, T.Weigh(counts, terms)), [1, 2], false);
    }

    private static double[] Before(int start, int count, int length)
    {
        var isBefore = new double[checked(count * length)];
        for (var i = 0; i < count; i++)
            isBefore.AsSpan(i * length + start + i + 1, length - start - i - 1).Fill(1);
        return isBefore;
    }

    private static T Rows<T>(T x, int axis)
        where T : ITensor<T>
    {
        var (lists, length, _) = Lists(x.Shape, axis);
        int[] order = [.. Enumerable.Range(0, x.Shape.Rank).Where(i => i != axis), axis];
        return T.Reshape(axis == x.Shape.Rank - 1 ? x : T.Permute(x, order), [lists, length]);
    }

    private static (int Lists, int Length, Shape Kept) Lists(Shape shape, int axis)
    {
        var kept = shape.Without(axis);
        return (kept.Size, shape[axis], kept);
    }

    private readonly struct One<L> : IPairs
        where L : struct, IPairs
    {
        public static PairOrder Order => L.Order;

        public T Of<T>(T first, T second, T firstTarget, T secondTarget)
            where T : IReal<T> => T.Constant(1);
    }
}
