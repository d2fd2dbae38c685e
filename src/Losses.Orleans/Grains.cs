using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Losses.Orleans;

[Reentrant]
internal sealed class ShardGrain(IServiceProvider services) : Grain, IShardGrain
{
    private readonly SemaphoreSlim _opening = new(1);
    private IShard? _shard;

    public async Task<ShardParts> Evaluate(ShardRequest request, CancellationToken cancellation)
    {
        var name = this.GetPrimaryKeyString();
        var source = Extensions.Source(services, name[..name.LastIndexOf('/')]);
        if (_shard is null)
        {
            await _opening.WaitAsync(cancellation);
            try
            {
                _shard ??= await source.OpenAsync(request.ShardFirst, request.ShardCount, cancellation);
            }
            finally
            {
                _opening.Release();
            }
        }
        var (shard, parts) = (_shard, new ShardParts(source.Loss, request.HasGradient ? request.Parameters.Length : 0));
        // Away from the grain's own turn, so that the next request and a cancellation are heard meanwhile.
        await Task.Run(() => shard.AddAsync(request.First, request.Count, request.Parameters, parts, cancellation).AsTask(), cancellation);
        parts.Rows = request.Count;
        return parts;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_shard is not null)
            await _shard.DisposeAsync();
        _opening.Dispose();
    }
}

/// <summary>How many requests this silo has under way to each shard, whichever evaluations they are for: the others wait here, where no time runs out.</summary>
internal sealed class ShardGates(IOptions<LossesOptions> options)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new();

    internal SemaphoreSlim Of(string shard) => _gates.GetOrAdd(shard, _ => new(options.Value.RequestsAShard));
}

internal sealed class EvaluationGrain(IServiceProvider services, IOptions<LossesOptions> options, ShardGates gates)
    : Grain,
        IEvaluationGrain
{
    private readonly LossesOptions _options = options.Value;
    private int _retries;

    private readonly record struct Slice(int Shard, long First, long Count);

    public async IAsyncEnumerable<EvaluationProgress> Run(
        EvaluationRequest request,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var activity = Telemetry.Source.StartActivity("Evaluate");
        activity?.SetTag("losses.source", request.Source);
        activity?.SetTag("losses.shards", request.Shards);
        var source = Extensions.Source(services, request.Source);
        if (request.Shards < 1)
            throw new ArgumentOutOfRangeException(nameof(request), $"Shards is {request.Shards}, but there must be at least 1.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var answers = Channel.CreateBounded<ShardParts>(2 * request.Shards);
        var work = Task.WhenAll(Slices(source.Rows, request.Shards).Select(slice => Ask(slice)));
        _ = work.ContinueWith(
            done => answers.Writer.TryComplete(done.Exception?.InnerException),
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default
        );
        var total = new ShardParts(source.Loss, request.HasGradient ? request.Parameters.Length : 0);
        try
        {
            await foreach (var parts in answers.Reader.ReadAllAsync(cancellation))
            {
                total.Merge(parts);
                Telemetry.Rows.Add(parts.Rows);
                yield return new(total.Rows, source.Rows, _retries, null);
            }
            await work;
        }
        finally
        {
            await stop.CancelAsync();
        }
        yield return new(total.Rows, source.Rows, _retries, total);

        // A slice has so many requests under way, and each takes the next rows.
        async Task Ask(Slice slice)
        {
            long next = 0;
            try
            {
                await Task.WhenAll(Enumerable.Range(0, _options.RequestsAShard).Select(_ => Next()));
            }
            catch
            {
                // One that failed ends them all.
                await stop.CancelAsync();
                throw;
            }

            async Task Next()
            {
                while (next < slice.Count)
                {
                    var first = slice.First + next;
                    var count = (int)Math.Min(_options.RowsARequest, slice.Count - next);
                    next += count;
                    var part = new ShardRequest(slice.First, slice.Count, first, count, request.Parameters, request.HasGradient);
                    await answers.Writer.WriteAsync(await Answer(request, slice.Shard, part, stop.Token), stop.Token);
                }
            }
        }
    }

    private static IEnumerable<Slice> Slices(long rows, int shards)
    {
        for (var shard = 0; shard < shards; shard++)
        {
            var (first, end) = ((long)((Int128)rows * shard / shards), (long)((Int128)rows * (shard + 1) / shards));
            if (first < end)
                yield return new(shard, first, end - first);
        }
    }

    // What a shard answers, asked again where the question or the answer may have been lost.
    private async Task<ShardParts> Answer(EvaluationRequest request, int shard, ShardRequest part, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await Once(request.Source, part, stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested && attempt < _options.Retries && MayBeLost(e))
            {
                _retries++;
                Telemetry.Retries.Add(1);
                await Task.Delay(_options.RetryDelay * Math.Pow(2, attempt), stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                var reason =
                    e is TimeoutException
                        ? $"no answer within {_options.RequestTimeout}, asked {attempt + 1} times"
                        : $"{e.GetType().Name}: {e.Message}";
                throw new ShardException(
                    FormattableString.Invariant(
                        $"Shard {shard} of {request.Shards} of {request.Source}, rows {part.First} to {part.First + part.Count - 1}: {reason}"
                    ),
                    e
                );
            }
        }
    }

    private async Task<ShardParts> Once(string source, ShardRequest part, CancellationToken stop)
    {
        // The slice is in the name: the same source over another number of shards has other shards.
        var key = FormattableString.Invariant($"{source}/{part.ShardFirst}-{part.ShardFirst + part.ShardCount - 1}");
        var gate = gates.Of(key);
        await gate.WaitAsync(stop);
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var started = Stopwatch.GetTimestamp();
            var answer = GrainFactory.GetGrain<IShardGrain>(key).Evaluate(part, abandoned.Token);
            var parts = await answer.WaitAsync(_options.RequestTimeout, stop);
            Telemetry.Requests.Record(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return parts;
        }
        catch
        {
            // Nobody waits for it any more.
            await abandoned.CancelAsync();
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    // What the shard itself throws would be thrown again.
    private static bool MayBeLost(Exception e) => e is TimeoutException or OrleansException or OperationCanceledException;
}
