namespace Losses;

/// <summary>A loss of rows of logits beside other rows of logits: a term for each class, of the softmax of both, summed over the classes. The divergences of a student
/// from a teacher are such.</summary>
/// <remarks>
/// Implement it with a struct that holds the hyperparameters, and mark the method with <c>AggressiveInlining</c>: the kernels, their exact gradients by both rows, and
/// every tensor engine follow.
/// </remarks>
public interface ISoftmaxDivergence : IDefinition
{
    /// <summary>The term of a class.</summary>
    /// <param name="prediction">What the softmax of the logits gives to the class.</param>
    /// <param name="target">What the softmax of the target's logits gives to it.</param>
    T Of<T>(Softmax<T> prediction, Softmax<T> target)
        where T : IReal<T>;
}

/// <summary>What the definition of a loss of two softmax rows means, whatever the engine.</summary>
internal static class SoftmaxDivergenceDefinition
{
    internal static T Of<L, T>(L loss, int axis, double temperature, double scale, T logits, T target)
        where L : struct, ISoftmaxDivergence
        where T : ITensor<T>
    {
        T x = Tempered(logits),
            t = Tempered(target);
        var sums = T.Sum(T.Expand(loss.Of(Row(x), Row(t)), logits.Shape), [axis], false);
        // Terms that do not know of each other: where one is NaN no term has a slope.
        var value = T.Weigh(T.Weigh(IsDistribution(x), IsDistribution(t)), T.Given(sums, sums));
        return scale == 1 ? value : T.Scale(scale, value);

        T Tempered(T row) => temperature == 1 ? row : row / T.Constant(temperature);

        Softmax<T> Row(T row)
        {
            var log = T.LogSoftmax(row, axis);
            return new(log, T.Exp(log), -T.ExpM1(log));
        }

        // 1, or 0 of a row all −∞, whose logarithms are zeros; a NaN counts.
        T IsDistribution(T row) =>
            T.IfLess(T.Sum(T.Softmax(T.Detach(row), axis), [axis], false), T.Constant(0.5), T.Constant(0), T.Constant(1));
    }
}
