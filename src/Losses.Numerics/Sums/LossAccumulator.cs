using System.Buffers;
using System.Numerics;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Losses;

/// <summary>The exact sum of the values of a loss and that of their weights, over as many batches, shards or machines as there are.</summary>
/// <remarks>
/// Parts merge without loss, in any order: the mean of the whole is the same bits however it was cut, which a mean of means is not. Several threads
/// may use one at once; where they add very often one for each, merged, is faster.
/// Serializers store its <see cref="Bytes"/>: System.Text.Json, Newtonsoft's, DataContractSerializer and MessagePack.
/// </remarks>
[DataContract]
[JsonConverter(typeof(LossAccumulatorConverter))]
public sealed class LossAccumulator : IEquatable<LossAccumulator>
{
    private readonly ExactSum _values;
    private readonly ExactSum _weights;

    // The sum of a loss whose gradient is still to be computed: it comes with that. One at a time, so that no more than one batch is kept for it.
    private Total? _waiting;

    // Held while the sums change, and while a copy is taken to be read.
    private readonly Lock _lock = new();

    /// <summary>Nothing yet.</summary>
    public LossAccumulator()
        : this(new(), new()) { }

    private LossAccumulator(ExactSum values, ExactSum weights) => (_values, _weights) = (values, weights);

    /// <summary>Adds the values of a loss with the weights they count with.</summary>
    /// <param name="loss">What a loss yields before it is reduced.</param>
    /// <exception cref="ArgumentOutOfRangeException">An operand is outside its domain; it says which, where. Nothing is added then.</exception>
    public void Add<S>(LossValues<DiffTensor<S>> loss)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        ArgumentNullException.ThrowIfNull(loss);
        var means = loss.UncheckedMeanValues;
        var values = SumOperation<S>.TotalOf(means.Storage);
        // Where a gradient will bring the sum, it is waited for.
        if (!DiffTensor<S>.IsVaried(means))
            _ = values.Sum;
        loss.Checked(loss.Unchecked);
        var weights = loss.IsWeighted ? SumOperation<S>.Total(loss.Weights.Storage) : null;
        lock (_lock)
        {
            Settle();
            _waiting = values;
            if (values.IsKnown)
                Settle();
            if (weights is not null)
                _weights.Merge(weights);
            else
                _weights.Add((double)loss.Unchecked.Count);
        }
    }

    /// <summary>Adds values that each count once.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        lock (_lock)
        {
            _values.Add(values);
            _weights.Add((double)values.Length);
        }
    }

    /// <summary>Adds values that each count once.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        lock (_lock)
        {
            _values.Add(values);
            _weights.Add((double)values.Length);
        }
    }

    /// <summary>Adds values times their weights; each counts with its weight. One of weight 0 is left out, whatever it is.</summary>
    /// <param name="values">The values, not yet weighted.</param>
    /// <param name="weights">A weight a value: finite, at least 0.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative, infinite or NaN; it says which.</exception>
    public void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        if (weights.Length != values.Length)
            throw new ArgumentException(
                $"weights has {weights.Length} elements but values has {values.Length}; they must be equal.",
                nameof(weights)
            );
        for (var i = 0; i < weights.Length; i++)
            if (!(weights[i] >= 0 && double.IsFinite(weights[i])))
                throw new ArgumentOutOfRangeException(
                    nameof(weights),
                    FormattableString.Invariant($"weights[{i}] is {weights[i]}, but a weight is finite and at least 0.")
                );
        lock (_lock)
        {
            for (var i = 0; i < weights.Length; i++)
                if (weights[i] != 0)
                    _values.AddProduct(weights[i], values[i]);
            _weights.Add(weights);
        }
    }

    // Values that are weighted already, and what each counts with.
    internal void AddParts(ReadOnlySpan<float> values, ReadOnlySpan<double> weights)
    {
        lock (_lock)
        {
            _values.Add(values);
            _weights.Add(weights);
        }
    }

    /// <summary>Adds the values of a loss over spans, which are not stored; each counts once.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">float or double.</param>
    /// <param name="target">As long as <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the loss's domain; it says which, where. Nothing is added then.</exception>
    public void Add<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<S> target)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var sum = SpanKernels.Sum(loss, prediction, target);
        lock (_lock)
        {
            _values.Merge(sum);
            _weights.Add((double)prediction.Length);
        }
    }

    /// <summary>Adds the values of a loss of rows with labels, which are not stored; each counts with the weight of its label.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="prediction">A row of scores for each label; float or double.</param>
    /// <param name="labels">Class indices.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where. Nothing is added then.</exception>
    public void Add<L, S>(L loss, ReadOnlySpan<S> prediction, ReadOnlySpan<int> labels)
        where L : ILabelled
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var (sum, weight) = SpanKernels.Sum(loss, prediction, labels);
        lock (_lock)
        {
            _values.Merge(sum);
            _weights.Merge(weight);
        }
    }

    /// <summary>Adds all that another has.</summary>
    public void Merge(LossAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        // Never both locks at once: two that merge each other would wait for ever.
        var (values, weights) = other.Copied();
        lock (_lock)
        {
            _values.Merge(values);
            _weights.Merge(weights);
        }
    }

    // Adds the sum that is waited for, if it must be computed only now.
    private void Settle()
    {
        if (_waiting is null)
            return;
        _values.Merge(_waiting.Sum);
        _waiting = null;
    }

    private (ExactSum Values, ExactSum Weights) Copied()
    {
        ExactSum values = new(),
            weights = new();
        lock (_lock)
        {
            Settle();
            values.Merge(_values);
            weights.Merge(_weights);
        }
        return (values, weights);
    }

    /// <summary>Forgets all.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _waiting = null;
            _values.Reset();
            _weights.Reset();
        }
    }

    /// <summary>The sum of the values, rounded once.</summary>
    public double Sum => Copied().Values.ToDouble();

    /// <summary>The sum of the weights, or the number of values that count once, rounded once.</summary>
    public double Weight => Copied().Weights.ToDouble();

    /// <summary>The sum of the values over that of the weights, rounded once; NaN where there are none.</summary>
    public double Mean
    {
        get
        {
            var (values, weights) = Copied();
            return ExactSum.Ratio(values, weights);
        }
    }

    /// <summary>The mean rounded once, straight to float32.</summary>
    public float MeanSingle
    {
        get
        {
            var (values, weights) = Copied();
            return ExactSum.RatioSingle(values, weights);
        }
    }

    /// <summary>The exact sums as bytes, the same for equal sums: what serializers store, and restore.</summary>
    /// <exception cref="ArgumentException">The bytes are not what <see cref="ToBytes"/> gives; the message says where.</exception>
    [DataMember(Order = 0, IsRequired = true)]
    public byte[] Bytes
    {
        get => ToBytes();
        init
        {
            // A serializer may have made this without the constructor.
            ArgumentNullException.ThrowIfNull(value);
            (_values, _weights, _lock) = (new(), new(), new());
            Read(value, nameof(value));
        }
    }

    /// <summary>The exact sums as bytes: to store, or to send to the machine that merges.</summary>
    /// <remarks>The version, then the sum of the values and that of the weights, as <see cref="ExactSum.ToBytes"/> gives them.</remarks>
    public byte[] ToBytes()
    {
        var bytes = (stackalloc byte[MaxByteCount]);
        return bytes[..Write(bytes)].ToArray();
    }

    /// <summary>Writes what <see cref="ToBytes"/> gives.</summary>
    /// <param name="destination">Where to; <see cref="MaxByteCount"/> bytes are always enough.</param>
    /// <param name="bytesWritten">How many bytes were written.</param>
    /// <returns>False, and nothing written, where the destination is too short.</returns>
    public bool TryWriteBytes(Span<byte> destination, out int bytesWritten)
    {
        var bytes = (stackalloc byte[MaxByteCount]);
        bytesWritten = Write(bytes);
        if (bytes[..bytesWritten].TryCopyTo(destination))
            return true;
        bytesWritten = 0;
        return false;
    }

    /// <summary>Writes what <see cref="ToBytes"/> gives.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public void WriteBytes(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Advance(Write(destination.GetSpan(MaxByteCount)));
    }

    /// <summary>What <see cref="ToBytes"/> gave.</summary>
    /// <param name="bytes">All of what it gave.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> are not what it gives; the message says where.</exception>
    public static LossAccumulator FromBytes(ReadOnlySpan<byte> bytes)
    {
        var total = new LossAccumulator();
        total.Read(bytes, nameof(bytes));
        return total;
    }

    private int Write(Span<byte> bytes)
    {
        bytes[0] = Version;
        lock (_lock)
        {
            Settle();
            var end = 1 + _values.Write(bytes[1..]);
            return end + _weights.Write(bytes[end..]);
        }
    }

    private void Read(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty)
            throw new ArgumentException($"{name} is empty, but an accumulator has two sums.", name);
        if (bytes[0] != Version)
            throw new ArgumentException($"{name}[0] is {bytes[0]}, but the format's version is {Version}.", name);
        var end = _weights.Read(bytes, _values.Read(bytes, 1, name), name);
        if (end != bytes.Length)
            throw new ArgumentException($"{name} has length {bytes.Length}, but its two sums end at {end}.", name);
    }

    /// <summary>The most bytes that a stored accumulator has.</summary>
    public const int MaxByteCount = 1 + 2 * ExactSum.MaxByteCount;

    private const byte Version = 1;

    /// <inheritdoc/>
    public bool Equals(LossAccumulator? other) => other is not null && Copied().Equals(other.Copied());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LossAccumulator);

    /// <inheritdoc/>
    public override int GetHashCode() => Copied().GetHashCode();

    /// <summary>The mean, and what it is over.</summary>
    public override string ToString()
    {
        var (values, weights) = Copied();
        return FormattableString.Invariant($"mean {ExactSum.Ratio(values, weights)} over {weights.ToDouble()}");
    }
}
