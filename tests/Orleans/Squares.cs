using Losses.Orleans;

namespace Losses.Orleans.Tests;

/// <summary>What goes wrong in a source, for as long as a test wants it to.</summary>
public static class Fault
{
    /// <summary>The shard that has this row throws.</summary>
    public static long ThrowsAt { get; set; } = -1;

    /// <summary>The shard that has this row never answers.</summary>
    public static long HangsAt { get; set; } = -1;

    /// <summary>This many more requests are too slow for whoever waits, and answer all the same.</summary>
    public static int Late;

    /// <summary>How long any request takes.</summary>
    public static TimeSpan Delay { get; set; }

    /// <summary>How many requests run, and how many ran at once in any shard.</summary>
    public static int MostAtOnce;

    public static void Reset() => (ThrowsAt, HangsAt, Late, Delay, MostAtOnce) = (-1, -1, 0, default, 0);
}

/// <summary>Squared errors of numbers that are made from their row's number: of sizes so far apart that their order would be seen in any sum that rounds.</summary>
public sealed class Squares(long rows, string loss = "squares of 2 parameters") : IShardSource
{
    public string Loss => loss;

    public long Rows => rows;

    public ValueTask<IShard> OpenAsync(long first, long count, CancellationToken cancellation) => new(new Shard(first, count));

    /// <summary>The same on this machine, in one piece.</summary>
    public ShardParts Here(ReadOnlyMemory<float> parameters, bool hasGradient)
    {
        var parts = new ShardParts(Loss, hasGradient ? parameters.Length : 0);
        Add(0, checked((int)rows), parameters.Span, parts);
        parts.Rows = rows;
        return parts;
    }

    private static void Add(long first, int count, ReadOnlySpan<float> parameters, ShardParts parts)
    {
        for (var row = first; row < first + count; row++)
        {
            var random = new System.Random((int)(row * 7919 % int.MaxValue));
            float x = (random.NextSingle() - 0.5f) * MathF.Pow(2, random.Next(-20, 20)),
                d = parameters[0] * x + parameters[1] - random.NextSingle();
            parts.Value.Add([d * d], [random.Next(0, 3)]);
            if (parts.Gradient.Length == 0)
                continue;
            parts.Gradient[0].AddProduct(2 * d, x);
            parts.Gradient[1].Add(2 * d);
        }
    }

    private sealed class Shard(long first, long count) : IShard
    {
        private int _running;

        public async ValueTask AddAsync(
            long at,
            int rows,
            ReadOnlyMemory<float> parameters,
            ShardParts parts,
            CancellationToken cancellation
        )
        {
            if (at < first || at + rows > first + count)
                throw new ArgumentOutOfRangeException(nameof(at), "These rows are another shard's.");
            var running = Interlocked.Increment(ref _running);
            for (var most = Fault.MostAtOnce; running > most; most = Fault.MostAtOnce)
                Interlocked.CompareExchange(ref Fault.MostAtOnce, running, most);
            try
            {
                if (Fault.ThrowsAt >= at && Fault.ThrowsAt < at + rows)
                    throw new InvalidDataException("the file ends here");
                if (Fault.HangsAt >= at && Fault.HangsAt < at + rows)
                    await Task.Delay(Timeout.Infinite, cancellation);
                if (Interlocked.Decrement(ref Fault.Late) >= 0)
                    await Task.Delay(3000, CancellationToken.None);
                if (Fault.Delay > TimeSpan.Zero)
                    await Task.Delay(Fault.Delay, cancellation);
                Add(at, rows, parameters.Span, parts);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }

        public ValueTask DisposeAsync() => default;
    }
}
