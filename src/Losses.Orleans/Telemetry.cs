using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Losses.Orleans;

/// <summary>What evaluations tell of themselves: an <see cref="ActivitySource"/> and a <see cref="Meter"/> of this name.</summary>
public static class Telemetry
{
    /// <summary>The name of both.</summary>
    public const string Name = "Losses.Orleans";

    private static readonly Meter Meter = new(Name);

    internal static ActivitySource Source { get; } = new(Name);

    internal static Counter<long> Rows { get; } = Meter.CreateCounter<long>("losses.rows", "{row}", "Rows whose parts were merged.");

    internal static Counter<long> Retries { get; } =
        Meter.CreateCounter<long>("losses.retries", "{request}", "Requests to shards that were made again.");

    internal static Histogram<double> Requests { get; } =
        Meter.CreateHistogram<double>("losses.requests", "ms", "How long a shard took to answer.");
}
