namespace Losses;

// The operations as methods, for expressions that read from left to right.
public sealed partial class DiffTensor<T>
{
    /// <summary>The element at a place.</summary>
    /// <param name="place">An index an axis, none for a scalar; a negative one counts from the end.</param>
    /// <exception cref="ArgumentException">There are more or fewer indices than axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its axis.</exception>
    public T this[params int[] place]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(place);
            return this[place.AsSpan()];
        }
    }

    /// <summary>The exact sum of all elements, rounded once.</summary>
    public DiffTensor<T> Sum() => Sum(this, AllAxes(), false);

    /// <summary>The exact sums along an axis, which is removed; a negative axis counts from the last.</summary>
    public DiffTensor<T> Sum(int axis, bool keepAxis = false) => Sum(this, [Shape.Axis(axis)], keepAxis);

    /// <summary>The exact mean of all elements, rounded once; NaN where there are none.</summary>
    public DiffTensor<T> Mean() => Mean(this, []);

    /// <summary>The means along an axis, which is removed; a negative axis counts from the last.</summary>
    public DiffTensor<T> Mean(int axis, bool keepAxis = false) => Sum(axis, keepAxis) / Shape[axis];

    /// <summary>The largest along an axis, which is removed; a negative axis counts from the last.</summary>
    public DiffTensor<T> Max(int axis) =>
        Shape[axis] > 0
            ? Largest(this, axis)
            : throw new ArgumentException($"the tensor has shape {Shape}: axis {Shape.Axis(axis)} is empty.", nameof(axis));

    /// <summary>eˣ, element by element.</summary>
    public DiffTensor<T> Exp() => Exp(this);

    /// <summary>log x, element by element.</summary>
    public DiffTensor<T> Log() => Log(this);

    /// <summary>√x, element by element; its slope at 0 is 0.</summary>
    public DiffTensor<T> Sqrt() => Sqrt(this);

    /// <summary>|x|, element by element; its slope at 0 is 0.</summary>
    public DiffTensor<T> Abs() => Abs(this);

    /// <summary>x to a constant power, element by element.</summary>
    public DiffTensor<T> Power(double exponent) => Power(this, exponent);

    /// <summary>The same elements, row-major, under another shape.</summary>
    public DiffTensor<T> Reshape(params int[] shape) => Reshape(this, new Shape(shape, nameof(shape)));

    /// <summary>The axes in another order.</summary>
    public DiffTensor<T> Permute(params int[] axes) => Permute(this, axes.AsSpan());

    /// <summary>The last two axes exchanged.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two.</exception>
    public DiffTensor<T> Transpose()
    {
        if (Shape.Rank < 2)
            throw new InvalidOperationException($"a tensor of shape {Shape} has no two axes to exchange.");
        var axes = AllAxes();
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        return Permute(this, axes);
    }

    /// <summary>Part of an axis; a negative axis counts from the last.</summary>
    public DiffTensor<T> Slice(int axis, int start, int length) => Slice(this, axis, start, length);

    /// <summary>The elements that the labels name along an axis, in the shape of the labels; 0 where a label is negative.</summary>
    public DiffTensor<T> Gather(int axis, Labels labels) => Gather(this, axis, labels);

    /// <summary>Sorted along an axis; a negative one counts from the last.</summary>
    public DiffTensor<T> Sort(int axis, bool descending = false) => Sort(this, axis, descending);

    /// <summary>The running sums along an axis; a negative one counts from the last.</summary>
    public DiffTensor<T> CumulativeSum(int axis) => CumulativeSum(this, axis);

    /// <summary>The matrix product over the last two axes, the leading ones broadcast.</summary>
    public DiffTensor<T> MatMul(DiffTensor<T> other) => MatMul(this, other, nameof(other));

    private int[] AllAxes() => [.. Enumerable.Range(0, Shape.Rank)];
}
