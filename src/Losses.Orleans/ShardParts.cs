using System.Reflection;
using Orleans;

namespace Losses.Orleans;

/// <summary>What some rows add to a loss: the exact sums of its values and weights, and those of its gradient by the parameters, which are divided only at the end.</summary>
[GenerateSerializer, Immutable]
public sealed class ShardParts
{
    /// <summary>The version of the library that this process runs.</summary>
    public static string Library { get; } =
        typeof(ShardParts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Nothing yet.</summary>
    /// <param name="loss">The name of the loss, with its hyperparameters and number of classes: what parts that merge must agree in.</param>
    /// <param name="parameters">How many parameters the gradient is by; 0 where none is asked for.</param>
    /// <exception cref="ArgumentException"><paramref name="loss"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parameters"/> is negative.</exception>
    public ShardParts(string loss, int parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(loss);
        ArgumentOutOfRangeException.ThrowIfNegative(parameters);
        (Loss, Version, Value) = (loss, Library, new());
        Gradient = new ExactSum[parameters];
        for (var i = 0; i < parameters; i++)
            Gradient[i] = new();
    }

    /// <summary>The name of the loss.</summary>
    [Id(0)]
    public string Loss { get; private init; }

    /// <summary>The version of the library that made these parts.</summary>
    [Id(1)]
    public string Version { get; internal init; }

    /// <summary>The sums of values and of weights.</summary>
    [Id(2)]
    public LossAccumulator Value { get; private init; }

    /// <summary>For each parameter the sum of the slopes of the rows, not yet over the weight.</summary>
    [Id(3)]
    public ExactSum[] Gradient { get; private init; }

    /// <summary>How many rows were added.</summary>
    [Id(4)]
    public long Rows { get; set; }

    /// <summary>Merges in the parts of other rows; those stay as they are.</summary>
    /// <exception cref="ArgumentException">They are of another loss, version or number of parameters; the message names both. Nothing is merged then.</exception>
    public void Merge(ShardParts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Loss != Loss)
            throw new ArgumentException(
                $"other is of the loss {other.Loss} but these parts are of {Loss}; they must be equal.",
                nameof(other)
            );
        if (other.Version != Version)
            throw new ArgumentException(
                $"other is made by version {other.Version} but these parts by {Version}; they must be equal.",
                nameof(other)
            );
        if (other.Gradient.Length != Gradient.Length)
            throw new ArgumentException(
                $"other has a gradient by {other.Gradient.Length} parameters but these parts by {Gradient.Length}; they must be equal.",
                nameof(other)
            );
        Value.Merge(other.Value);
        for (var i = 0; i < Gradient.Length; i++)
            Gradient[i].Merge(other.Gradient[i]);
        Rows += other.Rows;
    }

    /// <summary>The gradient of the mean: each sum over the weight of all rows, rounded once.</summary>
    public float[] MeanGradient()
    {
        var weight = new ExactSum();
        weight.Add(Value.Weight);
        return [.. Gradient.Select(sum => ExactSum.RatioSingle(sum, weight))];
    }
}
