using System.Globalization;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>Class indices with a shape: the truth of a classification, which no tensor of numbers can be mistaken for.</summary>
[CollectionBuilder(typeof(Labels), nameof(Create))]
public sealed class Labels
{
    // There may be more of them than the shape has places.
    private readonly int[] _indices;

    private Labels(Shape shape, int[] indices) => (Shape, _indices) = (shape, indices);

    /// <summary>Labels of a shape, row-major.</summary>
    /// <param name="indices">One class index for each element; copied.</param>
    /// <param name="shape">Its count is the length of <paramref name="indices"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    // No indices at all may be of 32 bits or 64: they are of 32.
    [OverloadResolutionPriority(1)]
    public Labels(ReadOnlySpan<int> indices, Shape shape)
    {
        if (indices.Length != shape.Size)
            throw new ArgumentException(
                $"indices has {indices.Length} elements but shape {shape} has {shape.Size}; they must be equal.",
                nameof(indices)
            );
        _indices = indices.ToArray();
        Shape = shape;
    }

    /// <summary>A row of labels.</summary>
    public Labels(params int[] indices)
        : this((indices ?? throw new ArgumentNullException(nameof(indices))).AsSpan(), [indices.Length]) { }

    /// <summary>Labels from 64-bit indices, as other libraries store them.</summary>
    /// <param name="indices">One class index for each element; copied.</param>
    /// <param name="shape">Its count is the length of <paramref name="indices"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index does not fit 32 bits; it names the place.</exception>
    public Labels(ReadOnlySpan<long> indices, Shape shape)
        : this(indices, shape, nameof(indices)) { }

    // Indices that came by another name.
    internal Labels(ReadOnlySpan<long> indices, Shape shape, string name)
    {
        _indices = Narrow(indices, shape, name);
        if (indices.Length != shape.Size)
            throw new ArgumentException(
                $"indices has {indices.Length} elements but shape {shape} has {shape.Size}; they must be equal.",
                nameof(indices)
            );
        Shape = shape;
    }

    /// <summary>A row of labels.</summary>
    public static Labels Create(ReadOnlySpan<int> indices) => new(indices, [indices.Length]);

    /// <summary>The indices in order.</summary>
    public IEnumerator<int> GetEnumerator() => _indices.Take(Shape.Size).GetEnumerator();

    /// <summary>The label of a single sample.</summary>
    public static Labels Single(int index) => new([index], Shape.Scalar);

    /// <summary>The shape of the labels.</summary>
    public Shape Shape { get; }

    /// <summary>The indices, row-major.</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, Shape.Size);

    // The numbers of an array, of which nobody else may hold the labels for longer.
    internal static Labels Over(int[] indices, Shape shape) => new(shape, indices);

    /// <summary>A row of labels.</summary>
    public static implicit operator Labels(int[] indices) => new(indices);

    /// <summary>The same labels under another shape of as many elements.</summary>
    public Labels Reshape(Shape shape) =>
        shape.Size == Shape.Size
            ? new(Indices, shape)
            : throw new ArgumentException($"shape {shape} has {shape.Size} elements but the labels have shape {Shape}.", nameof(shape));

    /// <summary>The same labels, each known to be a class, or −1 where it is to be ignored.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="ignoreIndex">The index that marks a label to ignore, a class or not.</param>
    /// <param name="name">The name of the parameter that the labels came by.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is neither a class nor ignored; it says which stands where.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Labels Checked(int classes, int ignoreIndex, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        int[]? marked = null;
        var indices = Indices;
        // Most labels are classes, and are seen to be so a register at a time.
        var first = indices.IndexOfAnyExceptInRange(0, classes - 1);
        if (ignoreIndex >= 0 && ignoreIndex < classes && indices.IndexOf(ignoreIndex) is >= 0 and var ignored)
            first = first < 0 ? ignored : Math.Min(first, ignored);
        if (first < 0)
            return this;
        for (var i = first; i < indices.Length; i++)
            if (indices[i] == ignoreIndex)
                (marked ??= [.. indices])[i] = -1;
            else if ((uint)indices[i] >= (uint)classes)
                throw Outside(i, classes, name);
        return marked is null ? this : new(marked.AsSpan(), Shape);
    }

    /// <summary>The same labels, each known to be a class: none is to be ignored.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="name">The name of the parameter that the labels came by.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is no class; it says which stands where.</exception>
    public Labels Checked(int classes, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Indices.IndexOfAnyExceptInRange(0, classes - 1) is >= 0 and var i ? throw Outside(i, classes, name) : this;
    }

    // Any negative label is ignored; anything else must be a class.
    internal Labels Masked(int classes, string name)
    {
        return Indices.IndexOfAnyExceptInRange(int.MinValue, classes - 1) is >= 0 and var i ? throw Outside(i, classes, name) : this;
    }

    private ArgumentOutOfRangeException Outside(int i, int classes, string name) =>
        new(
            name,
            FormattableString.Invariant(
                $"{name}{(Shape.Rank == 0 ? "" : Shape.Place(i))} is {_indices[i]}, but there are {classes} classes."
            )
        );

    /// <summary>The labels in brackets, with their shape.</summary>
    public override string ToString() =>
        $"labels {Shape} [{string.Join(", ", Indices[..Math.Min(20, Shape.Size)].ToArray().Select(index => index.ToString(CultureInfo.InvariantCulture)))}{(Shape.Size > 20 ? ", …" : "")}]";

    private static int[] Narrow(ReadOnlySpan<long> indices, Shape shape, string name)
    {
        var narrow = GC.AllocateUninitializedArray<int>(indices.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(indices, narrow);
        // Most fit, and are seen to a register at a time.
        var first = indices.IndexOfAnyExceptInRange(int.MinValue, int.MaxValue);
        for (var i = first < 0 ? indices.Length : first; i < indices.Length; i++)
            narrow[i] = indices[i] is >= int.MinValue and <= int.MaxValue
                ? (int)indices[i]
                : throw new ArgumentOutOfRangeException(
                    name,
                    FormattableString.Invariant(
                        $"{name}{(indices.Length == shape.Size ? shape.Place(i) : $"[{i}]")} is {indices[i]}, which does not fit 32 bits."
                    )
                );
        return narrow;
    }
}
