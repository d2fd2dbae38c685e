namespace Losses.Orleans;

/// <summary>Where shards have their rows from, and what is computed of them: a file, a generator, whatever gives the same rows for the same numbers on every silo.</summary>
/// <remarks>A shard whose silo is lost is opened again elsewhere.</remarks>
public interface IShardSource
{
    /// <summary>The loss with its hyperparameters and number of classes: silos that do not agree in it are refused.</summary>
    string Loss { get; }

    /// <summary>How many rows there are.</summary>
    long Rows { get; }

    /// <summary>Opens some of the rows, for one shard.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Cancelled where nobody waits any more.</param>
    ValueTask<IShard> OpenAsync(long first, long count, CancellationToken cancellation);
}

/// <summary>The rows of one shard.</summary>
public interface IShard : IAsyncDisposable
{
    /// <summary>Adds what some of its rows are to the loss.</summary>
    /// <param name="first">The first row, of those of the source.</param>
    /// <param name="count">How many.</param>
    /// <param name="parameters">Those of the model.</param>
    /// <param name="parts">Where to; it has a place for each parameter where a gradient is asked for, and none otherwise.</param>
    /// <param name="cancellation">Cancelled where nobody waits any more.</param>
    /// <remarks>Several calls may run at once. A call may be made again: the answer must be the same.</remarks>
    ValueTask AddAsync(long first, int count, ReadOnlyMemory<float> parameters, ShardParts parts, CancellationToken cancellation);
}
