using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Losses.Orleans;

/// <summary>Sharded losses on silos, and how they are evaluated.</summary>
public static class Extensions
{
    /// <summary>Sharded losses on this silo.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">The options; their defaults where it is null.</param>
    public static ISiloBuilder AddLosses(this ISiloBuilder builder, Action<LossesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<ShardGates>();
        var options = builder.Services.AddOptions<LossesOptions>();
        if (configure is not null)
            options.Configure(configure);
        options
            .Validate(static of => of.RequestsAShard >= 1, "RequestsAShard must be at least 1.")
            .Validate(static of => of.RowsARequest >= 1, "RowsARequest must be at least 1.")
            .Validate(static of => of.RequestTimeout > TimeSpan.Zero, "RequestTimeout must be above 0.")
            .Validate(static of => of.Retries >= 0, "Retries must be at least 0.");
        return builder;
    }

    /// <summary>A source of shards, by a name; every silo of a cluster has the same ones.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">What an <see cref="EvaluationRequest"/> names it by.</param>
    /// <param name="source">Makes it.</param>
    public static ISiloBuilder AddShards(this ISiloBuilder builder, string name, Func<IServiceProvider, IShardSource> source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(source);
        builder.Services.AddKeyedSingleton(name, (services, _) => source(services));
        return builder;
    }

    internal static IShardSource Source(IServiceProvider services, string name) =>
        services.GetKeyedService<IShardSource>(name)
        ?? throw new ArgumentException($"Source is {name}, but no shards were added to this silo by that name.", nameof(name));

    /// <summary>Evaluates a loss over the shards of a cluster, and again where the silo that drove it was lost; the last progress has the result.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="request">What is to be evaluated.</param>
    /// <param name="retries">How often it may begin anew.</param>
    /// <param name="cancellation">Ends it; shards stop soon after.</param>
    /// <exception cref="ShardException">A shard threw, or gave no answer in time; it says which.</exception>
    public static async IAsyncEnumerable<EvaluationProgress> Evaluate(
        this IGrainFactory grains,
        EvaluationRequest request,
        int retries = 5,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentNullException.ThrowIfNull(request);
        for (var attempt = 0; ; attempt++)
        {
            await using var progress = grains
                .GetGrain<IEvaluationGrain>(Guid.NewGuid())
                .Run(request, cancellation)
                .GetAsyncEnumerator(cancellation);
            while (true)
            {
                try
                {
                    if (!await progress.MoveNextAsync())
                        yield break;
                }
                catch (Exception e)
                    when (attempt < retries
                        && !cancellation.IsCancellationRequested
                        && e is OrleansException or TimeoutException or EnumerationAbortedException
                    )
                {
                    break;
                }
                yield return progress.Current;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200 << Math.Min(attempt, 5)), cancellation);
        }
    }

    /// <summary>The parts of all rows.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public static async Task<ShardParts> EvaluateToEnd(
        this IGrainFactory grains,
        EvaluationRequest request,
        int retries = 5,
        CancellationToken cancellation = default
    )
    {
        ShardParts? result = null;
        await foreach (var progress in grains.Evaluate(request, retries, cancellation))
            result = progress.Result ?? result;
        return result ?? throw new ShardException("The evaluation ended without a result.");
    }
}
