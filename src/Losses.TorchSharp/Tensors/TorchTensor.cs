using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>A torch.Tensor as the losses see it: every definition runs on it, a user's own as well, differentiable to any order.</summary>
/// <remarks>
/// Any device, float16, bfloat16, float32 and float64; half precision is computed in float32, and a loss of it is float32, as under PyTorch's autocast. On the CPU
/// float32 and float64 tensors go through the fused kernels, over their own memory, and what has none is computed in float64 and rounded once;
/// on other devices float32 is computed in float32. Intermediate tensors belong to the dispose scope that is current when they are made.
/// </remarks>
public readonly partial struct TorchTensor
{
    // A tensor, constant numbers that have none yet, or a loss that nobody has asked for element by element; null where one number stands for all.
    private readonly object? _content;
    private readonly double _number;

    // On the CPU an intermediate of float32 tensors is float64, and will be rounded.
    private readonly bool _isWide;

    // A gradient may be written over the tensor.
    private readonly bool _isExpendable;

    // A float32 tensor in float64, the same for all its uses.
    private readonly Wide? _wide;

    // What the derivatives after the first see in its place; absent where nothing is detached.
    private readonly Beneath? _beneath;

    private TorchTensor(object? content, double number, Shape shape, bool isWide) =>
        (_content, _number, Shape, _isWide) = (content, number, shape, isWide);

    private TorchTensor(TorchTensor tensor, bool isExpendable)
    {
        this = tensor;
        _isExpendable = isExpendable;
    }

    internal TorchTensor(Tensor tensor, bool isWide)
        : this(tensor, 0, ShapeOf(tensor), isWide) { }

    internal TorchTensor(Deferred loss, Shape shape)
        : this(loss, 0, shape, false) { }

    private TorchTensor(double number, Shape shape)
        : this(null, number, shape, false) { }

    /// <summary>The tensor as the losses see it; nothing is copied, but half precision is widened to float32.</summary>
    /// <param name="tensor">float16, bfloat16, float32 or float64, on any device.</param>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> has another data type.</exception>
    public TorchTensor(Tensor tensor)
        : this(Check.Computable(tensor, nameof(tensor)), false)
    {
        var stored = Stored!;
        if (stored.requires_grad && stored.dtype == ScalarType.Float32 && Memory.IsOnCpu(stored))
            _wide = new(() => stored.to(ScalarType.Float64));
    }

    private TorchTensor(Tensor tensor, Wide? wide)
        : this(tensor, false) => _wide = wide;

    /// <summary>The shape.</summary>
    public Shape Shape { get; }

    /// <summary>The result as a torch.Tensor, on libtorch's tape.</summary>
    public Tensor ToTensor() =>
        _content switch
        {
            Tensor tensor when _isWide => tensor.to(ScalarType.Float32),
            Tensor tensor => tensor,
            Deferred loss => loss.Values.ToTensor(),
            Numbers numbers => numbers.Made(Shape).ToTensor(),
            _ => full(Shape.ToLongs(), _number, ScalarType.Float64),
        };

    /// <summary>The tensor as the losses see it.</summary>
    public static implicit operator TorchTensor(Tensor tensor) => new(tensor);

    /// <summary>Runs a function and disposes of every tensor that was made on the way but the result.</summary>
    /// <param name="function">Any function of TorchTensors: a loss with its reduction.</param>
    public static Tensor Run(Func<TorchTensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        using var scope = NewDisposeScope();
        return function().ToTensor().MoveToOuterDisposeScope();
    }

    /// <summary>A tensor that may be overwritten by its gradient.</summary>
    /// <exception cref="ArgumentException">Its gradient cannot be written over it.</exception>
    internal static TorchTensor Expendable(Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"{name} has data type {tensor.dtype}, but only Float32 and Float64 can be overwritten.", name);
        if (tensor.requires_grad && tensor.is_leaf)
            throw new ArgumentException($"{name} is a leaf that requires a gradient: it must not be overwritten.", name);
        if (!tensor.is_contiguous())
            throw new ArgumentException($"{name} is not contiguous, so that its gradient cannot be written over it.", name);
        return new(new TorchTensor(tensor), isExpendable: true);
    }

    /// <summary>The data type, shape and values.</summary>
    public override string ToString() => ToTensor().ToString(global::TorchSharp.TensorStringStyle.Numpy);

    internal bool IsNumber => _content is null;

    internal double Number => _number;

    /// <summary>Whether this is no intermediate: its numbers are those of a tensor as they are.</summary>
    internal bool IsStored => !_isWide && _content is Tensor or Deferred;

    /// <summary>The tensor, such as it is; absent where a number stands for all.</summary>
    internal Tensor? Stored =>
        _content switch
        {
            Tensor tensor => tensor,
            Deferred loss => loss.Values.Stored,
            Numbers numbers => numbers.Made(Shape).Stored,
            _ => null,
        };

    private bool IsWide =>
        _content switch
        {
            Numbers numbers => numbers.Made(Shape)._isWide,
            Deferred loss => loss.Values._isWide,
            _ => _isWide,
        };

    /// <summary>The numbers in the data type and on the device of a tensor.</summary>
    internal Tensor Like(Tensor like)
    {
        var tensor = Stored ?? Raw.Filled(like, _number).expand(Shape.ToLongs());
        return tensor.dtype == like.dtype ? tensor : tensor.to(like.dtype);
    }

    // Length by length: TorchSharp's own array of them takes five times as long.
    internal static Shape ShapeOf(Tensor tensor)
    {
        var lengths = new int[tensor.ndim];
        for (var axis = 0; axis < lengths.Length; axis++)
            lengths[axis] = checked((int)tensor.size(axis));
        return new(lengths);
    }

    /// <summary>Constant numbers that become a tensor where one is needed.</summary>
    private sealed class Numbers(double[] values, ScalarType type, Device device)
    {
        private TorchTensor? _tensor;

        internal ExactSum Sum()
        {
            var sum = new ExactSum();
            sum.Add(values);
            return sum;
        }

        // Numbers that float32 holds are stored as such; others stay as they are on the CPU.
        internal TorchTensor Made(Shape shape)
        {
            if (_tensor is { } made && !made.Stored!.IsInvalid)
                return made.Shape == shape ? made : Reshape(made, shape);
            var isWide = type == ScalarType.Float32 && device.type == DeviceType.CPU && Array.Exists(values, x => (float)x != x);
            var tensor = torch.tensor(values, shape.ToLongs(), isWide ? ScalarType.Float64 : type, device);
            var result = new TorchTensor(tensor, isWide);
            _tensor = result;
            return result;
        }
    }
}

/// <summary>A float32 tensor in float64, made once: what its several uses give to its slope is added up there, and rounded once.</summary>
internal sealed class Wide(Func<torch.Tensor> make)
{
    private torch.Tensor? _tensor;

    internal torch.Tensor Tensor
    {
        get
        {
            // The scope in which it was made may have ended, or what was to be recorded was not.
            if (_tensor is null || _tensor.IsInvalid || (torch.is_grad_enabled() && !_tensor.requires_grad))
                _tensor = make();
            return _tensor;
        }
    }
}

/// <summary>A loss that has not been evaluated: it may be wanted element by element, or only as a sum.</summary>
internal abstract class Deferred
{
    private TorchTensor? _values;

    /// <summary>The losses of the elements.</summary>
    internal TorchTensor Values
    {
        get
        {
            // The scope in which they were made may have ended.
            if (_values is not { Stored.IsInvalid: false })
                _values = Evaluate();
            return _values.Value;
        }
    }

    /// <summary>Whether the operands of a pointwise loss were found in their domains; null before anything was evaluated.</summary>
    internal bool? KeepsDomains { get; private protected set; }

    protected abstract TorchTensor Evaluate();

    /// <summary>Their exact sum over a weight.</summary>
    internal abstract TorchTensor Over(ExactSum weight);
}

internal static class Shapes
{
    internal static long[] ToLongs(this Shape shape) => Array.ConvertAll(shape.ToArray(), static length => (long)length);
}
