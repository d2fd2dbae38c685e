using System.Globalization;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>The lengths of a tensor's axes, outermost first; that of a scalar has none.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    // What recurs once an axis, recurs no deeper; the other libraries draw the line here too.
    private const int MostAxes = 64;

    private readonly int[]? _lengths;

    /// <summary>The shape with these axis lengths.</summary>
    /// <param name="lengths">Each at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative, there are more elements than an array holds (those of empty axes not
    /// counted), or there are more than 64 axes.</exception>
    public Shape(params int[] lengths)
        : this(lengths, nameof(lengths)) { }

    // Lengths that came by another name.
    internal Shape(int[] lengths, string name)
    {
        ArgumentNullException.ThrowIfNull(lengths, name);
        if (lengths.Length > MostAxes)
            throw new ArgumentOutOfRangeException(name, $"{name} has {lengths.Length} axes; a shape has at most {MostAxes}.");
        foreach (var length in lengths)
            if (length < 0)
                throw new ArgumentOutOfRangeException(name, $"shape {Text(lengths)} has a negative axis length.");
        if (!Fits(lengths))
            throw new ArgumentOutOfRangeException(name, $"shape {Text(lengths)} has more elements than an array can hold.");
        // A copy: the caller may write to the array.
        _lengths = [.. lengths];
        Size = lengths.Contains(0) ? 0 : (int)Count(lengths);
        _ranked = true;
    }

    private static bool Fits(int[] lengths) => Count(lengths) <= Array.MaxLength;

    // An empty axis is left out: the strides of the others are numbers too.
    private static long Count(int[] lengths)
    {
        var count = 1L;
        foreach (var length in lengths)
            count = Math.Min(count, Array.MaxLength + 1L) * Math.Max(length, 1);
        return count;
    }

    // default(Shape) is the scalar's shape, whose one element the zero of Size would deny.
    private readonly bool _ranked;

    /// <summary>How many elements a tensor of this shape has; 1 for a scalar.</summary>
    public int Size
    {
        get => _ranked ? field : 1;
    }

    /// <summary>How many axes there are.</summary>
    public int Rank => Lengths.Length;

    /// <summary>The length of an axis; a negative one counts from the last.</summary>
    public int this[int axis] => Lengths[Axis(axis)];

    internal int[] Lengths => _lengths ?? [];

    /// <summary>The scalar's shape: no axes, one element.</summary>
    public static Shape Scalar => default;

    /// <summary>The shape with these axis lengths.</summary>
    public static Shape Create(ReadOnlySpan<int> lengths) => new(lengths.ToArray());

    /// <summary>The shape with these axis lengths.</summary>
    public static implicit operator Shape(int[] lengths) => new(lengths);

    /// <summary>The axis lengths, as a new array.</summary>
    public int[] ToArray() => [.. Lengths];

    /// <summary>The axis lengths in order.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)Lengths).GetEnumerator();

    /// <summary>The axis, from 0, that a possibly negative number names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int Axis(int axis, [CallerArgumentExpression(nameof(axis))] string? name = null)
    {
        var rank = Rank;
        if (string.IsNullOrEmpty(name))
            name = nameof(axis);
        if (axis < -rank || axis >= rank)
            throw new ArgumentOutOfRangeException(
                name,
                rank == 0
                    ? FormattableString.Invariant($"{name} is {axis}, but a scalar has no axes.")
                    : FormattableString.Invariant($"{name} is {axis}, but shape {this} has axes {-rank} to {rank - 1}.")
            );
        return axis < 0 ? axis + rank : axis;
    }

    /// <summary>This shape without one axis.</summary>
    public Shape Without(int axis)
    {
        axis = Axis(axis);
        return new([.. Lengths[..axis], .. Lengths[(axis + 1)..]]);
    }

    /// <summary>This shape with one axis of another length.</summary>
    public Shape With(int axis, int length)
    {
        var lengths = ToArray();
        lengths[Axis(axis)] = length;
        return new(lengths, nameof(length));
    }

    /// <summary>This shape with a new axis before <paramref name="axis"/>, which may be one past the last; a negative one counts from the last.</summary>
    public Shape Insert(int axis, int length)
    {
        axis = axis == Rank ? axis : Axis(axis);
        return new([.. Lengths[..axis], length, .. Lengths[axis..]], nameof(length));
    }

    // The number of elements before, along and after an axis: how far apart its elements lie.
    internal (int Outer, int Length, int Inner) Around(int axis)
    {
        int outer = 1,
            inner = 1;
        for (var i = 0; i < axis; i++)
            outer *= Lengths[i];
        for (var i = axis + 1; i < Rank; i++)
            inner *= Lengths[i];
        return (outer, Lengths[axis], inner);
    }

    /// <summary>The shape that two broadcast to: their axes from the last, each of the same length or of length 1 in one.</summary>
    /// <param name="a">A shape.</param>
    /// <param name="b">Another.</param>
    /// <param name="common">The shape of both, where there is one.</param>
    /// <returns>Whether there is one, and an array can hold so many elements.</returns>
    public static bool TryBroadcast(Shape a, Shape b, out Shape common)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        var lengths = new int[rank];
        common = default;
        for (var i = 1; i <= rank; i++)
        {
            var p = i <= a.Rank ? a.Lengths[^i] : 1;
            var q = i <= b.Rank ? b.Lengths[^i] : 1;
            if (p != q && p != 1 && q != 1)
                return false;
            lengths[^i] = p == 1 ? q : p;
        }
        if (!Fits(lengths))
            return false;
        common = new(lengths);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Lengths.AsSpan().SequenceEqual(other.Lengths);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var length in Lengths)
            hash.Add(length);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same axes.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>The axis lengths in parentheses: <c>()</c>, <c>(3)</c>, <c>(2, 3)</c>.</summary>
    public override string ToString() => Text(Lengths);

    private static string Text(int[] lengths) =>
        $"({string.Join(", ", lengths.Select(length => length.ToString(CultureInfo.InvariantCulture)))})";

    // The place of a flat index, for messages: "[1, 4]".
    internal string Place(int index)
    {
        var place = new int[Rank];
        for (var axis = Rank - 1; axis >= 0; axis--)
            (index, place[axis]) = Math.DivRem(index, Lengths[axis]);
        return $"[{string.Join(", ", place)}]";
    }

    // The flat index, under the shape that was broadcast to this one, of the element that stands at a flat index of this.
    internal int Origin(int index, Shape from)
    {
        int origin = 0,
            step = 1;
        for (var axis = 1; axis <= from.Rank; axis++)
        {
            (index, var place) = Math.DivRem(index, this[-axis]);
            origin += from[-axis] == 1 ? 0 : place * step;
            step *= from[-axis];
        }
        return origin;
    }
}
