using System.Diagnostics.CodeAnalysis;

namespace Losses;

/// <summary>What a loss yields: a value for each element, and the weight each counts with in a mean.</summary>
/// <remarks>
/// A value is the element's contribution to the sum, its weight the contribution to what a mean divides by. Class weights, an ignored index, masks and
/// sample weights all act here, so that one piece of code knows what "mean" divides by. An element of weight 0 that was ignored has the value 0.
/// Operands that a loss does not take, such as a probability of 1.5, are refused here too: when the loss is reduced, or its values are asked for, by an
/// <see cref="ArgumentOutOfRangeException"/> that names the parameter, the first such element and its place. What was masked or weighed with 0 by then may be anything,
/// and NaN is never refused: it comes out again.
/// </remarks>
/// <typeparam name="T">The tensor type.</typeparam>
public sealed class LossValues<T>
    where T : ITensor<T>
{
    private readonly T? _weights;
    private readonly T? _lengths;
    private readonly ClaimsOfTerms<T>? _claims;

    // The same values times weights, in one kernel; absent where they are not those of a pointwise definition, or weighed before.
    private Func<T, T>? WeighedBy { get; init; }

    private LossValues(T values, bool isWeighted, T? weights, bool hasLengths, T? lengths, ClaimsOfTerms<T>? claims)
    {
        ArgumentNullException.ThrowIfNull(values);
        Unchecked = T.Round(values);
        _claims = claims;
        IsWeighted = isWeighted;
        HasLengths = hasLengths;
        _weights = weights;
        _lengths = lengths;
    }

    /// <summary>Values that each count once.</summary>
    public LossValues(T values)
        : this(values, false, default, false, default, null) { }

    /// <summary>Values that count with these weights.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public LossValues(T values, T weights)
        : this(values, true, weights, false, default, null) => CheckShape(weights, nameof(weights));

    /// <summary>Values of sequences, each of which a mean divides by its length first.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static LossValues<T> OfSequences(T values, T lengths)
    {
        var loss = new LossValues<T>(values, false, default, true, lengths, null);
        loss.CheckShape(lengths, nameof(lengths));
        return loss;
    }

    /// <summary>These values and others in their place, which count alike.</summary>
    public LossValues<T> With(T values) => new(values, IsWeighted, _weights, HasLengths, _lengths, _claims);

    /// <summary>These values and others in their place, which count with these weights.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public LossValues<T> With(T values, T weights)
    {
        var loss = new LossValues<T>(values, true, weights, HasLengths, _lengths, _claims);
        loss.CheckShape(weights, nameof(weights));
        return loss;
    }

    /// <summary>These values, of which an operand must be in a domain wherever an element counts.</summary>
    /// <param name="domain">What each of its elements may be.</param>
    /// <param name="operand">A tensor that broadcasts to the values.</param>
    /// <param name="name">The name of the caller's parameter.</param>
    public LossValues<T> Within(Domain domain, T operand, string name)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(operand);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Claiming([new(operand, domain, name, operand.Shape)], isWatched: false);
    }

    /// <summary>These values, a row's each, of which an operand must be in a domain wherever a row counts.</summary>
    /// <param name="domain">What each of its elements may be.</param>
    /// <param name="operand">A tensor of the values' shape with one axis more.</param>
    /// <param name="axis">That axis: the one that the rows lie along.</param>
    /// <param name="name">The name of the caller's parameter.</param>
    public LossValues<T> WithinRows(Domain domain, T operand, int axis, string name)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(operand);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Claiming([new(operand, domain, name, operand.Shape, [operand.Shape.Axis(axis)])], isWatched: false);
    }

    // These values, a group's each, of which an operand must be in a domain wherever a group counts and the element has a weight in it.
    internal LossValues<T> WithinGroups(Domain domain, T operand, int[] axes, T[] weights, string name) =>
        Claiming([new(operand, domain, name, operand.Shape, axes, weights)], isWatched: false);

    // The values of a pointwise definition, which claims its domains.
    internal static LossValues<T> Of<L>(L loss, T prediction, string predictionName, T target, string targetName)
        where L : struct, IPointwise =>
        new LossValues<T>(T.Map(loss, prediction, target))
        {
            WeighedBy = weights => T.Map(new Weighed<L>(loss), prediction, target, weights),
        }.Claiming(
            [new(prediction, loss.Prediction, predictionName, prediction.Shape), new(target, loss.Target, targetName, target.Shape)],
            isWatched: true
        );

    // The third may broadcast, and the caller's may have another shape.
    internal static LossValues<T> Of<L>(
        L loss,
        T prediction,
        string predictionName,
        T target,
        string targetName,
        T third,
        string thirdName,
        Shape thirdShape
    )
        where L : struct, IPointwise3 =>
        new LossValues<T>(T.Map(loss, prediction, target, T.Expand(third, prediction.Shape))).Claiming(
            [
                new(prediction, loss.Prediction, predictionName, prediction.Shape),
                new(target, loss.Target, targetName, target.Shape),
                new(third, loss.Third, thirdName, thirdShape),
            ],
            isWatched: true
        );

    private LossValues<T> Claiming(Claim<T>[] claims, bool isWatched)
    {
        claims = Array.FindAll(claims, static claim => !claim.Domain.IsAll);
        if (claims.Length == 0)
            return this;
        var all = ClaimsOfTerms<T>.Both(_claims, new(new Claims<T>(Unchecked, claims, isWatched, [])));
        return new(Unchecked, IsWeighted, _weights, HasLengths, _lengths, all) { WeighedBy = WeighedBy };
    }

    // These values times a weight of their shape; what has the weight 0 no longer counts.
    internal LossValues<T> Weighed(T weight)
    {
        var values = WeighedBy is { } weighedBy ? weighedBy(weight) : T.Weigh(weight, Unchecked);
        var claims = _claims?.Of(own => WeighedBy is null ? own.Weighed(weight) : own.Weighed(weight, values));
        return new(values, IsWeighted, _weights, HasLengths, _lengths, claims);
    }

    // The same, of which a mean divides by the weights.
    internal LossValues<T> Counting(T weight)
    {
        var weighed = Weighed(weight);
        return new(weighed.Unchecked, true, IsWeighted ? T.Weigh(weight, _weights!) : weight, HasLengths, _lengths, weighed._claims);
    }

    // What was made of the values, if it may be given out. The kernel that looks at the operands has run by then: it costs no pass of its own.
    internal T Checked(T result)
    {
        _claims?.Check();
        return result;
    }

    /// <summary>A value for each element, weighted: what the reduction "none" returns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An operand is outside its domain; it says which, where.</exception>
    public T Values => Checked(Unchecked);

    // The values, whatever they were made of: to be reduced, and then checked.
    internal T Unchecked { get; }

    /// <summary>Whether elements count with weights of their own in a mean.</summary>
    public bool IsWeighted { get; }

    /// <summary>Whether the values are those of sequences.</summary>
    public bool HasLengths { get; }

    /// <summary>What each element adds to what a mean divides by.</summary>
    public T Weights => IsWeighted ? _weights! : T.Expand(T.Constant(1), Unchecked.Shape);

    /// <summary>The values as a mean takes them: those of sequences by their lengths.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An operand is outside its domain; it says which, where.</exception>
    public T MeanValues => Checked(UncheckedMeanValues);

    internal T UncheckedMeanValues => HasLengths ? Unchecked / _lengths! : Unchecked;

    private void CheckShape(T other, string name)
    {
        ArgumentNullException.ThrowIfNull(other, name);
        if (other.Shape != Unchecked.Shape)
            throw new ArgumentException(
                $"{name} has shape {other.Shape} but values has shape {Unchecked.Shape}; they must be equal.",
                name
            );
    }

    /// <summary>Both losses, element by element.</summary>
    /// <exception cref="ArgumentException">The shapes differ, or one counts with weights and the other without.</exception>
    public static LossValues<T> operator +(LossValues<T> a, LossValues<T> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Unchecked.Shape != b.Unchecked.Shape)
            throw new ArgumentException(
                $"one loss has values of shape {a.Unchecked.Shape} and the other of {b.Unchecked.Shape}; they must be equal.",
                nameof(b)
            );
        if (a.IsWeighted || b.IsWeighted || a.HasLengths || b.HasLengths)
            throw new ArgumentException("losses that count with weights add up once they are reduced.", nameof(b));
        return new(a.Unchecked + b.Unchecked, false, default, false, default, ClaimsOfTerms<T>.Both(a._claims, b._claims));
    }

    /// <summary>The loss, scaled.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "An F# and C# operator.")]
    public static LossValues<T> operator *(double scale, LossValues<T> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss.With(T.Constant(scale) * loss.Unchecked);
    }
}
