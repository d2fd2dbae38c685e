using System.Diagnostics.CodeAnalysis;

namespace Losses;

/// <summary>What a loss yields: a value an element, and the weight each counts with in a mean.</summary>
/// <remarks>
/// A value is the element's contribution to the sum, its weight the contribution to what a mean divides by. Class weights, an ignored index, masks and
/// sample weights all act here, so that one piece of code knows what "mean" divides by. An element of weight 0 that was ignored has the value 0.
/// </remarks>
/// <typeparam name="T">The tensor type.</typeparam>
public sealed class LossValues<T>
    where T : ITensor<T>
{
    private readonly T? _weights;
    private readonly T? _lengths;

    private LossValues(T values, bool isWeighted, T? weights, bool hasLengths, T? lengths)
    {
        Values = T.Round(values);
        IsWeighted = isWeighted;
        HasLengths = hasLengths;
        _weights = weights;
        _lengths = lengths;
    }

    /// <summary>Values that each count once.</summary>
    public LossValues(T values)
        : this(values, false, default, false, default) { }

    /// <summary>Values that count with these weights.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public LossValues(T values, T weights)
        : this(values, true, weights, false, default) => CheckShape(weights, nameof(weights));

    /// <summary>Values of sequences, each of which a mean divides by its length first.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static LossValues<T> OfSequences(T values, T lengths)
    {
        var loss = new LossValues<T>(values, false, default, true, lengths);
        loss.CheckShape(lengths, nameof(lengths));
        return loss;
    }

    /// <summary>These values and others in their place, which count alike.</summary>
    public LossValues<T> With(T values) => new(values, IsWeighted, _weights, HasLengths, _lengths);

    /// <summary>These values and others in their place, which count with these weights.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public LossValues<T> With(T values, T weights)
    {
        var loss = new LossValues<T>(values, true, weights, HasLengths, _lengths);
        loss.CheckShape(weights, nameof(weights));
        return loss;
    }

    /// <summary>A value an element, weighted: what the reduction "none" returns.</summary>
    public T Values { get; }

    /// <summary>Whether elements count with weights of their own in a mean.</summary>
    public bool IsWeighted { get; }

    /// <summary>Whether the values are those of sequences.</summary>
    public bool HasLengths { get; }

    /// <summary>What each element adds to what a mean divides by.</summary>
    public T Weights => IsWeighted ? _weights! : T.Expand(T.Constant(1), Values.Shape);

    /// <summary>The values as a mean takes them: those of sequences by their lengths.</summary>
    public T MeanValues => HasLengths ? Values / _lengths! : Values;

    private void CheckShape(T other, string name)
    {
        if (other.Shape != Values.Shape)
            throw new ArgumentException($"{name} has shape {other.Shape} but values has shape {Values.Shape}; they must be equal.", name);
    }

    /// <summary>Both losses, element by element.</summary>
    /// <exception cref="ArgumentException">The shapes differ, or one counts with weights and the other without.</exception>
    public static LossValues<T> operator +(LossValues<T> a, LossValues<T> b)
    {
        if (a.Values.Shape != b.Values.Shape)
            throw new ArgumentException(
                $"one loss has values of shape {a.Values.Shape} and the other of {b.Values.Shape}; they must be equal.",
                nameof(b)
            );
        if (a.IsWeighted || b.IsWeighted || a.HasLengths || b.HasLengths)
            throw new ArgumentException("losses that count with weights add up once they are reduced.", nameof(b));
        return new(a.Values + b.Values);
    }

    /// <summary>The loss, scaled.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "An F# and C# operator.")]
    public static LossValues<T> operator *(double scale, LossValues<T> loss) => loss.With(T.Constant(scale) * loss.Values);
}
