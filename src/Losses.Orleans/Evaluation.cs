using Orleans;

namespace Losses.Orleans;

/// <summary>How evaluations run on a silo.</summary>
public sealed class LossesOptions
{
    /// <summary>How many requests of a silo's evaluations, all together, a shard has at once, at least 1. The others wait, and their time does not run.</summary>
    public int RequestsAShard { get; set; } = 2;

    /// <summary>How many rows a request is for, at least 1.</summary>
    public int RowsARequest { get; set; } = 1 << 16;

    /// <summary>How long a request may take.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How often a request is made again that was lost with its silo, or took too long.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>How long is waited before; twice as long each time.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>What is to be evaluated.</summary>
/// <param name="Source">The name that the source was added by.</param>
/// <param name="Shards">Over how many shards, at least 1. It changes no bit of the result.</param>
/// <param name="Parameters">Those of the model; not to be changed while the evaluation runs.</param>
/// <param name="HasGradient">Whether the gradient by the parameters is asked for.</param>
[GenerateSerializer, Immutable]
public sealed record EvaluationRequest(
    [property: Id(0)] string Source,
    [property: Id(1)] int Shards,
    [property: Id(2)] ReadOnlyMemory<float> Parameters,
    [property: Id(3)] bool HasGradient
);

/// <summary>How far an evaluation is.</summary>
/// <param name="Rows">Of how many rows the parts are merged.</param>
/// <param name="AllRows">How many there are.</param>
/// <param name="Retries">How many requests had to be made again.</param>
/// <param name="Result">The parts of all rows, once they are there; before, null.</param>
[GenerateSerializer, Immutable]
public sealed record EvaluationProgress(
    [property: Id(0)] long Rows,
    [property: Id(1)] long AllRows,
    [property: Id(2)] int Retries,
    [property: Id(3)] ShardParts? Result
);

/// <summary>A shard could not answer; the message says which, and why.</summary>
[GenerateSerializer]
public sealed class ShardException : Exception
{
    /// <summary>A failure.</summary>
    public ShardException(string message)
        : base(message) { }

    /// <summary>A failure and its cause.</summary>
    public ShardException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <summary>A failure of which nothing is known.</summary>
    public ShardException() { }
}

/// <summary>Some rows of a source, for one request.</summary>
[GenerateSerializer, Immutable]
internal sealed record ShardRequest(
    [property: Id(0)] long ShardFirst,
    [property: Id(1)] long ShardCount,
    [property: Id(2)] long First,
    [property: Id(3)] int Count,
    [property: Id(4)] ReadOnlyMemory<float> Parameters,
    [property: Id(5)] bool HasGradient
);

/// <summary>A slice of the rows, on whichever silo it was activated.</summary>
[Alias("Losses.Orleans.IShardGrain")]
internal interface IShardGrain : IGrainWithStringKey
{
    /// <summary>What some of its rows add. It may be asked again.</summary>
    [Alias("Evaluate")]
    Task<ShardParts> Evaluate(ShardRequest request, CancellationToken cancellation);
}

/// <summary>An evaluation: it asks the shards, merges what they answer, and asks again where a silo was lost.</summary>
[Alias("Losses.Orleans.IEvaluationGrain")]
public interface IEvaluationGrain : IGrainWithGuidKey
{
    /// <summary>Evaluates a loss; the last progress has the result.</summary>
    [Alias("Run")]
    IAsyncEnumerable<EvaluationProgress> Run(EvaluationRequest request, CancellationToken cancellation);
}
