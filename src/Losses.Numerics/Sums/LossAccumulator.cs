using System.Buffers.Binary;
using System.Numerics;

namespace Losses;

/// <summary>The exact sum of the values of a loss and that of their weights, over as many batches, shards or machines as there are.</summary>
/// <remarks>
/// Parts merge without loss, in any order: the mean of the whole is the same bits however it was cut, which a mean of means is not. Several threads
/// may use one at once; where they add very often one for each, merged, is faster.
/// </remarks>
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

    /// <summary>The exact sums as bytes: to store, or to send to the machine that merges.</summary>
    public byte[] ToBytes()
    {
        var sums = Copied();
        byte[] values = sums.Values.ToBytes(),
            weights = sums.Weights.ToBytes();
        var bytes = new byte[sizeof(int) + values.Length + weights.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, values.Length);
        values.CopyTo(bytes, sizeof(int));
        weights.CopyTo(bytes, sizeof(int) + values.Length);
        return bytes;
    }

    /// <summary>What <see cref="ToBytes"/> gave.</summary>
    /// <exception cref="ArgumentException">The bytes are none of these.</exception>
    public static LossAccumulator FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(int))
            throw new ArgumentException($"bytes has {bytes.Length} bytes, too few for an accumulator.", nameof(bytes));
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length < 0 || length > bytes.Length - sizeof(int))
            throw new ArgumentException(
                FormattableString.Invariant($"bytes says that its first part has {length} bytes, of {bytes.Length}."),
                nameof(bytes)
            );
        bytes = bytes[sizeof(int)..];
        return new(ExactSum.FromBytes(bytes[..length]), ExactSum.FromBytes(bytes[length..]));
    }

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
