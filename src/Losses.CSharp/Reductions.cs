using System.Runtime.CompilerServices;

namespace Losses.CSharp;

/// <summary>What becomes of the values of a loss: <c>Loss.Huber(x, t).Masked(mask).Mean()</c>.</summary>
/// <remarks><see cref="LossValues{T}.Values"/> are the values themselves, one per element.</remarks>
public static class Reductions
{
    /// <summary>The exact sum of the values over that of their weights, or over their number, rounded once.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="empty">What the mean of nothing is: NaN, as in PyTorch, where nothing else is asked for.</param>
    /// <exception cref="InvalidOperationException">Nothing counts, and that is what <paramref name="empty"/> asks for then.</exception>
    public static T Mean<T>(this LossValues<T> loss, EmptyMean empty = EmptyMean.NaN)
        where T : ITensor<T> => FSharp.Reduce.@using(Only(empty: empty), Given(loss));

    /// <summary>The exact sum of the values, rounded once; 0 for no values.</summary>
    /// <param name="loss">The loss.</param>
    public static T Sum<T>(this LossValues<T> loss)
        where T : ITensor<T> => FSharp.Reduce.sum(Given(loss));

    /// <summary>The sum divided by the length of the first axis: the mathematical KL divergence of a batch.</summary>
    /// <param name="loss">The loss; its values have a batch axis.</param>
    /// <param name="empty">What the mean of nothing is: what the division gives, where nothing else is asked for.</param>
    /// <exception cref="ArgumentException">The values are a scalar: there is no batch.</exception>
    /// <exception cref="InvalidOperationException">Nothing counts, and that is what <paramref name="empty"/> asks for then.</exception>
    public static T BatchMean<T>(this LossValues<T> loss, EmptyMean empty = EmptyMean.NaN)
        where T : ITensor<T> => FSharp.Reduce.@using(Only(Reduction.BatchMean, empty: empty), Given(loss));

    /// <summary>Each sample by itself, over all axes but the first: its mean, or its sum.</summary>
    /// <param name="loss">The loss; its values have a batch axis.</param>
    /// <param name="reduction">Mean or sum.</param>
    /// <param name="empty">What the mean of a sample is in which nothing counts: NaN, where nothing else is asked for.</param>
    /// <returns>(N).</returns>
    /// <exception cref="ArgumentException">The values are a scalar, or the reduction is neither.</exception>
    /// <exception cref="InvalidOperationException">Nothing counts in some sample, and that is what <paramref name="empty"/> asks for then.</exception>
    public static T PerSample<T>(this LossValues<T> loss, Reduction reduction = Reduction.Mean, EmptyMean empty = EmptyMean.NaN)
        where T : ITensor<T> => FSharp.Reduce.@using(Only(reduction, perSample: true, empty: empty), Given(loss));

    /// <summary>The reduction of a name: what a parameter of one's own may choose.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="reduction">None, mean, sum or batch mean.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="reduction"/> is none of the names.</exception>
    public static T Reduce<T>(this LossValues<T> loss, Reduction reduction)
        where T : ITensor<T> => FSharp.Reduce.by(reduction, Given(loss));

    /// <summary>Only the elements where the mask is 1: the others are left out, whatever they are, as if they had not been there.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="mask">1 or 0, of the shape of the values, or one that broadcasts to it.</param>
    /// <exception cref="ArgumentException"><paramref name="mask"/> does not broadcast to the values.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mask"/> has another number than 0 and 1.</exception>
    public static LossValues<T> Masked<T>(this LossValues<T> loss, Weights mask)
        where T : ITensor<T> => FSharp.Reduce.mask(mask, Given(loss));

    /// <summary>Only the elements where the mask is true: the others are left out, whatever they are, as if they had not been there.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="mask">Row-major, one for each value.</param>
    /// <exception cref="ArgumentException"><paramref name="mask"/> has more or fewer elements than the values.</exception>
    public static LossValues<T> Masked<T>(this LossValues<T> loss, ReadOnlySpan<bool> mask)
        where T : ITensor<T> => loss.Masked(Weights.Mask(mask, Given(loss).Weights.Shape));

    /// <summary>Only the values above one number and below another: the others are left out, as if they had not been there. Between 0 and ∞ a mean is that of what is
    /// not 0.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="low">A value that counts is above it; −∞ for all.</param>
    /// <param name="high">A value that counts is below it; ∞ for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is NaN.</exception>
    /// <remarks>Which values count is a constant for the gradient; a NaN counts.</remarks>
    public static LossValues<T> Between<T>(this LossValues<T> loss, double low, double high)
        where T : ITensor<T> => FSharp.Reduce.between(low, high, Given(loss));

    /// <summary>Every value multiplied by a weight; a weight of 0 removes a value, whatever it is.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="weights">Of the shape of the values, or one that broadcasts to it.</param>
    /// <param name="divisor">What a mean divides by: what it did, as in PyTorch, where nothing else is asked for.</param>
    /// <exception cref="ArgumentException"><paramref name="weights"/> does not broadcast to the values.</exception>
    public static LossValues<T> Weighted<T>(this LossValues<T> loss, Weights weights, Divisor divisor = Divisor.Default)
        where T : ITensor<T> => FSharp.Reduce.apply(Only(weights: Given(weights), divisor: divisor), Given(loss));

    /// <summary>Every sample multiplied by a weight; a weight of 0 removes a sample, whatever it is.</summary>
    /// <param name="loss">The loss; its values have a batch axis.</param>
    /// <param name="sampleWeights">One for each place along the first axis of the values.</param>
    /// <param name="divisor">What a mean divides by: what it did, as in PyTorch, where nothing else is asked for.</param>
    /// <exception cref="ArgumentException">There are more or fewer weights than samples.</exception>
    public static LossValues<T> SampleWeighted<T>(this LossValues<T> loss, Weights sampleWeights, Divisor divisor = Divisor.Default)
        where T : ITensor<T> => FSharp.Reduce.apply(Only(sampleWeights: Given(sampleWeights), divisor: divisor), Given(loss));

    /// <summary>What a mean divides, and what it divides by: the parts of micro-batches or machines add up to the exact mean of all.</summary>
    /// <param name="loss">The loss.</param>
    public static (T Numerator, T Denominator) Parts<T>(this LossValues<T> loss)
        where T : ITensor<T> => FSharp.Reduce.parts(Given(loss));

    /// <summary>Adds the loss of a batch to an accumulator, whose mean is that of all it was given, to the last bit.</summary>
    /// <param name="loss">The loss of one batch.</param>
    /// <param name="total">Receives the values and the weights they count with.</param>
    public static void AddTo<S>(this LossValues<DiffTensor<S>> loss, LossAccumulator total)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S> => FSharp.Reduce.addTo(total, Given(loss));

    // The options that are given, and the defaults.
    private static FSharp.Reducing Only(
        Reduction reduction = Reduction.Mean,
        Weights? weights = null,
        Weights? sampleWeights = null,
        Divisor divisor = Divisor.Default,
        bool perSample = false,
        EmptyMean empty = EmptyMean.NaN
    ) => new(reduction, weights ?? Weights.None, sampleWeights ?? Weights.None, Weights.None, divisor, perSample, empty);

    private static V Given<V>(V value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }
}
