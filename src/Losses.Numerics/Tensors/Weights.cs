using System.Globalization;

namespace Losses;

/// <summary>Weights that do not vary: of classes, of positive answers, of elements. Finite and at least 0, with a shape.</summary>
public sealed class Weights
{
    private readonly double[] _values;

    private Weights(double[] values, Shape shape, bool isNone)
    {
        _values = values;
        Shape = shape;
        IsNone = isNone;
    }

    /// <summary>Weights of a shape, row-major.</summary>
    /// <param name="values">Each finite and at least 0; copied.</param>
    /// <param name="shape">Its count is the length of <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative, infinite or NaN; it says which.</exception>
    public Weights(ReadOnlySpan<double> values, Shape shape)
        : this(values.ToArray(), shape, false)
    {
        if (values.Length != shape.Size)
            throw new ArgumentException(
                $"weights has {values.Length} elements but shape {shape} has {shape.Size}; they must be equal.",
                nameof(values)
            );
        for (var i = 0; i < values.Length; i++)
            if (!(values[i] >= 0 && double.IsFinite(values[i])))
                throw new ArgumentOutOfRangeException(
                    nameof(values),
                    FormattableString.Invariant(
                        $"weights{(shape.Rank == 0 ? "" : shape.Place(i))} is {values[i]}, but a weight is finite and at least 0."
                    )
                );
    }

    /// <summary>No weights: everything counts once.</summary>
    public static Weights None { get; } = new([], default, true);

    /// <summary>1 where the mask is true, 0 where it is false.</summary>
    /// <param name="mask">Row-major.</param>
    /// <param name="shape">Its count is the length of <paramref name="mask"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    public static Weights Mask(ReadOnlySpan<bool> mask, Shape shape)
    {
        var values = new double[mask.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = mask[i] ? 1 : 0;
        return new(values, shape);
    }

    /// <summary>The same weights under another shape of as many elements.</summary>
    public Weights Reshape(Shape shape) => new(_values, shape);

    /// <summary>Whether these are no weights.</summary>
    public bool IsNone { get; }

    /// <summary>The shape.</summary>
    public Shape Shape { get; }

    /// <summary>The weights, row-major; empty where there are none.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>A row of weights.</summary>
    public static implicit operator Weights(double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values, [values.Length]);
    }

    /// <summary>A row of weights.</summary>
    public static implicit operator Weights(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values.Select(value => (double)value).ToArray(), [values.Length]);
    }

    /// <summary>The same weight for all.</summary>
    public static implicit operator Weights(double value) => new([value], Shape.Scalar);

    /// <summary>The weights of a tensor's values and shape.</summary>
    public static implicit operator Weights(DiffTensor<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values.ToArray(), values.Shape);
    }

    /// <summary>The weights of a tensor's values and shape.</summary>
    public static implicit operator Weights(DiffTensor<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Convert.To<float, double>(values.ToArray()), values.Shape);
    }

    /// <summary>The weights with their shape.</summary>
    public override string ToString() =>
        IsNone
            ? "no weights"
            : FormattableString.Invariant(
                $"weights {Shape} [{string.Join(", ", _values.Take(20).Select(value => value.ToString(CultureInfo.InvariantCulture)))}{(_values.Length > 20 ? ", …" : "")}]"
            );
}
