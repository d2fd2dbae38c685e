using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Losses;

/// <summary>A differentiable tensor on the CPU: dense, row-major, of any rank from 0, immutable.</summary>
/// <remarks>
/// Differentiation nests: a gradient is itself differentiable, to any order; where nothing asks for one there is no tape. Whatever
/// the storage type, a chain of operations is computed in float64 and rounded once, when its numbers are read.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class DiffTensor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Storage<T>? _storage;

    internal DiffTensor(Storage<T> storage, Shape shape)
    {
        _storage = storage;
        Shape = shape;
    }

    internal DiffTensor(DiffTensor<T> primal, Node<T> node)
    {
        Primal = primal;
        Node = node;
        Shape = primal.Shape;
    }

    /// <summary>A tensor of these values, which are copied.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its count is the length of <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    public DiffTensor(ReadOnlySpan<T> values, Shape shape)
        : this(Storage<T>.Narrow(CheckCount(values, shape).ToArray()), shape) { }

    /// <summary>The shape.</summary>
    public Shape Shape { get; }

    /// <summary>How many elements there are.</summary>
    public int Count => Shape.Size;

    internal DiffTensor<T>? Primal { get; }

    internal Node<T>? Node { get; }

    // The level of the innermost differentiation that this tensor takes part in; 0 for none.
    internal long Level => Node?.Level ?? 0;

    // What the differentiations around the innermost see in the place of a tensor that is detached from it, or made of such.
    internal DiffTensor<T>? Beneath { get; init; }

    // The tensor as those differentiations see it that are under way: an intermediate may outlive its own.
    internal DiffTensor<T> Live
    {
        get
        {
            var tensor = this;
            while (tensor.Node is { Differentiation.IsOver: true })
                tensor = tensor.Primal!;
            return tensor;
        }
    }

    internal static DiffTensor<T>[] AllLive(DiffTensor<T>[] tensors) =>
        Array.Exists(tensors, static tensor => tensor.Node is { Differentiation.IsOver: true })
            ? Array.ConvertAll(tensors, static tensor => tensor.Live)
            : tensors;

    // The stored tensor beneath every differentiation.
    internal DiffTensor<T> Base
    {
        get
        {
            var tensor = this;
            while (tensor.Primal is { } primal)
                tensor = primal;
            return tensor;
        }
    }

    internal Storage<T> Storage => Base._storage!;

    /// <summary>Whether it is numbers of its own, rounded to <typeparamref name="T"/>: what the kernels read where they lie.</summary>
    internal bool IsStored => Storage is { IsRounded: true, IsUniform: false };

    /// <summary>The element at a place.</summary>
    /// <param name="place">An index an axis, none for a scalar; a negative one counts from the end.</param>
    /// <exception cref="ArgumentException">There are more or fewer indices than axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its axis.</exception>
    public T this[params ReadOnlySpan<int> place]
    {
        get
        {
            if (place.Length != Shape.Rank)
                throw new ArgumentException($"{place.Length} indices were given for shape {Shape}.", nameof(place));
            var flat = 0;
            for (var axis = 0; axis < place.Length; axis++)
            {
                var length = Shape[axis];
                if (place[axis] < -length || place[axis] >= length)
                    throw new ArgumentOutOfRangeException(
                        nameof(place),
                        FormattableString.Invariant($"place[{axis}] is {place[axis]}, but shape is {Shape}.")
                    );
                flat = flat * length + (place[axis] < 0 ? place[axis] + length : place[axis]);
            }
            return Storage.Rounded[Storage.IsUniform ? 0 : flat];
        }
    }

    /// <summary>The only element.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one.</exception>
    public T ToScalar() =>
        Count == 1
            ? Storage.Rounded[0]
            : throw new InvalidOperationException($"A tensor of shape {Shape} is no scalar: it has {Count} elements.");

    /// <summary>The elements, row-major, as a new array.</summary>
    public T[] ToArray()
    {
        var values = GC.AllocateUninitializedArray<T>(Count);
        Storage.CopyTo(values);
        return values;
    }

    /// <summary>Copies the elements, row-major.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public void CopyTo(Span<T> destination)
    {
        if (destination.Length != Count)
            throw new ArgumentException(
                $"destination has {destination.Length} elements but the tensor has shape {Shape}; they must be equal.",
                nameof(destination)
            );
        if (Storage.IsUniform)
            destination.Fill(Storage.Rounded[0]);
        else
            Storage.Rounded.CopyTo(destination);
    }

    /// <summary>A copy as .NET's own tensor; a scalar, which .NET has none of, becomes a row of one.</summary>
    public System.Numerics.Tensors.Tensor<T> ToTensor() =>
        System.Numerics.Tensors.Tensor.Create(ToArray(), Shape.Rank == 0 ? [1] : [.. Shape.Lengths.Select(length => (nint)length)]);

    /// <summary>The elements as .NET's own tensor over the same memory, which is not copied; a scalar is a row of one.</summary>
    /// <remarks>Where one number stands for all elements it is there once, with strides of 0.</remarks>
    public System.Numerics.Tensors.ReadOnlyTensorSpan<T> AsTensorSpan()
    {
        nint[] lengths = Shape.Rank == 0 ? [1] : [.. Shape.Lengths.Select(length => (nint)length)];
        return Storage.IsUniform ? new(Storage.Rounded, lengths, new nint[lengths.Length]) : new(Storage.Rounded, lengths);
    }

    /// <summary>The data type, shape and values; long axes are elided, and so is what comes after some hundred rows and numbers.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(typeof(T) == typeof(float) ? "float32 " : "float64 ").Append(Shape);
        text.Append(Shape.Rank < 2 ? ' ' : '\n');
        var left = MostPrinted;
        Print(text, 0, 0, ref left);
        return text.ToString();
    }

    // Of one axis, and of all of them: eight elements an axis are millions where there are many axes.
    private const int Edge = 4;
    private const int MostPrinted = 1000;

    private void Print(StringBuilder text, int axis, int offset, ref int left)
    {
        left--;
        if (axis == Shape.Rank)
        {
            text.Append(Storage.Rounded[Storage.IsUniform ? 0 : offset].ToString("G6", CultureInfo.InvariantCulture));
            return;
        }
        var (_, length, inner) = Shape.Around(axis);
        text.Append('[');
        for (var i = 0; i < length; i++)
        {
            if (i > 0)
                text.Append(axis == Shape.Rank - 1 ? ", " : ",\n" + new string(' ', axis + 1));
            if (left <= 0)
            {
                text.Append('…');
                break;
            }
            if (length > 2 * Edge && i == Edge)
            {
                text.Append('…');
                i = length - Edge - 1;
                continue;
            }
            Print(text, axis + 1, offset + i * inner, ref left);
        }
        text.Append(']');
    }

    private static ReadOnlySpan<T> CheckCount(ReadOnlySpan<T> values, Shape shape) =>
        values.Length == shape.Size
            ? values
            : throw new ArgumentException(
                $"values has {values.Length} elements but shape {shape} has {shape.Size}; they must be equal.",
                nameof(values)
            );
}

/// <summary>Makes tensors.</summary>
public static class DiffTensor
{
    /// <summary>A tensor of these values, which are copied.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its count is the length of <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    public static DiffTensor<T> Create<T>(T[] values, params int[] shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values.AsSpan(), new Shape(shape, nameof(shape)));
    }

    /// <summary>A row of values, which are copied.</summary>
    public static DiffTensor<T> Create<T>(params T[] values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values.AsSpan(), [values.Length]);
    }

    /// <summary>A tensor over the caller's memory, which is not copied: it must not change while the tensor, or what was made of it, is in use.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its count is the length of <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> has another number of elements.</exception>
    public static DiffTensor<T> Over<T>(ReadOnlyMemory<T> values, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        values.Length == shape.Size
            ? new(Storage<T>.Over(values), shape)
            : throw new ArgumentException(
                $"values has {values.Length} elements but shape {shape} has {shape.Size}; they must be equal.",
                nameof(values)
            );

    /// <summary>A matrix of values, which are copied.</summary>
    public static DiffTensor<T> Create<T>(T[,] values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(values)), values.Length),
            [values.GetLength(0), values.GetLength(1)]
        );
    }

    /// <summary>A copy of .NET's own tensor.</summary>
    public static DiffTensor<T> Create<T>(System.Numerics.Tensors.Tensor<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        // As many as an array holds, as the shape knows.
        Shape shape = [.. values.Lengths.ToArray().Select(length => (int)Math.Min(length, int.MaxValue))];
        var flat = GC.AllocateUninitializedArray<T>(shape.Size);
        // Nobody else has it: it is not copied again.
        if (values.IsDense)
            MemoryMarshal.CreateReadOnlySpan(in values.GetPinnableReference(), flat.Length).CopyTo(flat);
        else
            values.FlattenTo(flat);
        return new(Storage<T>.Narrow(flat), shape);
    }

    /// <summary>A copy of .NET's own tensor.</summary>
    /// <param name="values">Of any strides.</param>
    public static DiffTensor<T> Create<T>(in System.Numerics.Tensors.ReadOnlyTensorSpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // What has no elements may have no axes either.
        if (values.IsEmpty)
            return new([], values.Rank == 0 ? [0] : SpanKernels.ShapeOf(values.Lengths));
        var shape = SpanKernels.ShapeOf(values.Lengths);
        var flat = new T[shape.Size];
        values.FlattenTo(flat);
        return new(flat, shape);
    }

    /// <summary>A scalar.</summary>
    public static DiffTensor<T> Scalar<T>(T value)
        where T : unmanaged, IFloatingPointIeee754<T> => new([value], Shape.Scalar);

    /// <summary>The value of a function, and the map that takes a gradient by the value to the gradients by the inputs.</summary>
    /// <remarks>
    /// Reverse-mode differentiation in one piece; every derivative of <c>Diff</c> is made of it. It nests: both the value and the gradients are
    /// differentiable in whatever an enclosing differentiation varies.
    /// </remarks>
    /// <param name="function">Any function of tensors.</param>
    /// <param name="inputs">Where.</param>
    public static (DiffTensor<T> Value, Func<DiffTensor<T>, DiffTensor<T>[]> Pullback) Pullback<T>(
        Func<DiffTensor<T>[], DiffTensor<T>> function,
        params DiffTensor<T>[] inputs
    )
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (value, pull) = PullbackInto(function, inputs);
        return (value, gradient => pull(gradient, []));
    }

    /// <summary>The same, where the map also takes memory that the gradients are to be written to: one for each input, or none for new memory.</summary>
    /// <param name="function">Any function of tensors.</param>
    /// <param name="inputs">Where.</param>
    internal static (DiffTensor<T> Value, Func<DiffTensor<T>, Memory<T>[], DiffTensor<T>[]> Pullback) PullbackInto<T>(
        Func<DiffTensor<T>[], DiffTensor<T>> function,
        DiffTensor<T>[] inputs
    )
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length == 0)
            throw new ArgumentException("inputs is empty; a derivative is by at least one.", nameof(inputs));
        for (var i = 0; i < inputs.Length; i++)
            if (inputs[i] is null)
                throw new ArgumentNullException(nameof(inputs), $"inputs[{i}] is null.");
        var differentiation = new Differentiation();
        var variables = inputs.Select(x => new DiffTensor<T>(x.Live, Node<T>.Variable(differentiation))).ToArray();
        DiffTensor<T> output;
        try
        {
            output = (function([.. variables]) ?? throw new ArgumentException("function gave no value, but null.", nameof(function))).Live;
        }
        finally
        {
            differentiation.IsOver = true;
        }
        var value = output.Node?.Differentiation == differentiation ? output.Primal! : output;
        return (value, Pull);

        DiffTensor<T>[] Pull(DiffTensor<T> gradient, Memory<T>[] places)
        {
            ArgumentNullException.ThrowIfNull(gradient);
            if (gradient.Shape != value.Shape)
                throw new ArgumentException(
                    $"gradient has shape {gradient.Shape} but the value has shape {value.Shape}; they must be equal.",
                    nameof(gradient)
                );
            var gradients = Tape.Pull(output, gradient, variables, places);
            return [.. gradients.Select((g, i) => g ?? DiffTensor<T>.Filled(0, variables[i].Shape))];
        }
    }
}
