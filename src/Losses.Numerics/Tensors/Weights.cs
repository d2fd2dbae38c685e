using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Losses;

/// <summary>Weights that do not vary: of classes, of positive answers, of elements. Finite and at least 0, with a shape.</summary>
public sealed class Weights
{
    // As they came: in float64, or in float32, which a float32 kernel reads as they are.
    private readonly double[]? _doubles;
    private readonly float[]? _singles;
    private Storage<float>? _stored;

    private Weights(double[]? doubles, float[]? singles, Shape shape)
    {
        _doubles = doubles;
        _singles = singles;
        Shape = shape;
    }

    /// <summary>Weights of a shape, row-major.</summary>
    /// <param name="values">Each finite and at least 0; copied.</param>
    /// <param name="shape">Its count is the length of <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative, infinite or NaN; it says which.</exception>
    public Weights(ReadOnlySpan<double> values, Shape shape)
        : this(values.ToArray(), null, shape) => Check<double>(values, shape, nameof(values));

    // The numbers are not copied.
    private static Weights Of(float[] values, Shape shape, string name)
    {
        Check<float>(values, shape, name);
        return new(null, values, shape);
    }

    // Weights that the caller knows by a name.
    private static void Check<S>(ReadOnlySpan<S> values, Shape shape, string name)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (values.Length != shape.Size)
            throw new ArgumentException(
                $"weights has {values.Length} elements but shape {shape} has {shape.Size}; they must be equal.",
                name
            );
        // The bits of numbers that are finite and at least 0 are below those of infinity: one pass.
        if (
            values.IsEmpty
            || (
                typeof(S) == typeof(float)
                    ? TensorPrimitives.Max(MemoryMarshal.Cast<S, uint>(values)) < 0x7F800000
                    : TensorPrimitives.Max(MemoryMarshal.Cast<S, ulong>(values)) < 0x7FF0000000000000
            )
        )
            return;
        for (var i = 0; i < values.Length; i++)
            if (!(values[i] >= S.Zero && S.IsFinite(values[i])))
                throw new ArgumentOutOfRangeException(
                    name,
                    FormattableString.Invariant(
                        $"weights{(shape.Rank == 0 ? "" : shape.Place(i))} is {values[i]}, but a weight is finite and at least 0."
                    )
                );
    }

    /// <summary>No weights: everything counts once.</summary>
    public static Weights None { get; } = new([], null, default);

    /// <summary>1 where the mask is true, 0 where it is false.</summary>
    /// <param name="mask">Row-major.</param>
    /// <param name="shape">Its count is the length of <paramref name="mask"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    public static Weights Mask(ReadOnlySpan<bool> mask, Shape shape)
    {
        var values = new float[mask.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = mask[i] ? 1 : 0;
        return Of(values, shape, nameof(mask));
    }

    /// <summary>The same weights under another shape of as many elements.</summary>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    public Weights Reshape(Shape shape) =>
        shape.Size == Shape.Size && !IsNone
            ? new(_doubles, _singles, shape) { _stored = _stored }
            : throw new ArgumentException(
                $"shape {shape} has {shape.Size} elements but there are {Values.Length} weights; they must be equal.",
                nameof(shape)
            );

    // The products with others, each broadcast to a shape.
    internal Weights Times(Weights others, Shape shape)
    {
        DiffTensor<double> Spread(Weights weights) => DiffTensor<double>.Expand(new(weights.Stored<double>(), weights.Shape), shape);
        return Spread(this) * Spread(others);
    }

    /// <summary>Whether these are no weights.</summary>
    public bool IsNone => ReferenceEquals(this, None);

    /// <summary>The shape.</summary>
    public Shape Shape { get; }

    /// <summary>The weights, row-major; empty where there are none.</summary>
    public ReadOnlySpan<double> Values => _doubles ?? (IsNone ? [] : Stored<float>().Numbers);

    // Whether all are 1 or 0.
    internal bool IsMask => _singles is not null ? AreOneOrZero<float>(_singles) : AreOneOrZero<double>(_doubles);

    // Of finite numbers, no others are their own squares.
    private static bool AreOneOrZero<S>(ReadOnlySpan<S> numbers)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        for (; numbers.Length >= Vector512<S>.Count; numbers = numbers[Vector512<S>.Count..])
        {
            var lanes = Vector512.Create(numbers);
            if (lanes * lanes != lanes)
                return false;
        }
        foreach (var number in numbers)
            if (number * number != number)
                return false;
        return true;
    }

    // The numbers as a tensor of that type holds them: of the type itself where it loses nothing.
    internal Storage<T> Stored<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? (Storage<T>)(object)(_stored ??= Singles())
        : _doubles is not null ? Storage<T>.Wide(_doubles)
        : Storage<T>.Wide(Convert.To<float, double>(_singles!));

    private Storage<float> Singles()
    {
        if (_singles is not null)
            return Storage<float>.Narrow(_singles);
        var singles = Convert.To<double, float>(_doubles);
        return Convert.To<float, double>(singles).AsSpan().SequenceEqual(_doubles)
            ? Storage<float>.Narrow(singles)
            : Storage<float>.Wide(_doubles!);
    }

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
        return Of([.. values], [values.Length], nameof(values));
    }

    /// <summary>The same weight for all.</summary>
    public static implicit operator Weights(double value)
    {
        Check<double>([value], Shape.Scalar, nameof(value));
        return new([value], null, Shape.Scalar);
    }

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
        // A tensor never changes: what it stores need not be copied.
        if (!values.IsStored)
            return Of(values.ToArray(), values.Shape, nameof(values));
        var stored = values.Storage;
        Check(stored.Rounded, values.Shape, nameof(values));
        return new(null, stored.Shared, values.Shape) { _stored = stored };
    }

    /// <summary>The weights with their shape.</summary>
    public override string ToString() =>
        IsNone
            ? "no weights"
            : FormattableString.Invariant(
                $"weights {Shape} [{string.Join(", ", Values[..Math.Min(20, Values.Length)].ToArray().Select(value => value.ToString(CultureInfo.InvariantCulture)))}{(Values.Length > 20 ? ", …" : "")}]"
            );
}
