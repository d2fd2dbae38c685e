using System.Diagnostics;
using FsCheck.Xunit;
using Losses.Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;
using Xunit;

namespace Losses.Orleans.Tests;

/// <summary>Evaluations over three silos: the single machine's bits, whatever happens to the silos.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private const int Rows = 2000;
    private static readonly float[] Parameters = [0.75f, -0.125f];

    private TestCluster _cluster = null!;

    private sealed class Silo : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) =>
            siloBuilder
                .AddLosses(of =>
                {
                    (of.RowsARequest, of.RequestTimeout, of.Retries) = (97, TimeSpan.FromSeconds(2), 4);
                    of.RetryDelay = TimeSpan.FromMilliseconds(50);
                })
                .AddShards("squares", _ => new Squares(Rows))
                .AddShards("nothing", _ => new Squares(0))
                // Silos that were not all brought up to date: each its own loss.
                .AddShards("mixed", _ => new Squares(Rows, $"loss {Interlocked.Increment(ref _losses)} of 2 parameters"));

        private static int _losses;
    }

    public async Task InitializeAsync()
    {
        Fault.Reset();
        var builder = new TestClusterBuilder(3);
        builder.AddSiloBuilderConfigurator<Silo>();
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        Fault.Reset();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private static EvaluationRequest Request(int shards, bool hasGradient = true, string source = "squares") =>
        new(source, shards, Parameters, hasGradient);

    private static void Same(ShardParts actual, bool hasGradient = true)
    {
        var expected = new Squares(Rows).Here(Parameters, hasGradient);
        Assert.Equal(expected.Rows, actual.Rows);
        Assert.Equal(expected.Value, actual.Value);
        Assert.Equal(expected.Gradient, actual.Gradient);
        Assert.Equal(expected.MeanGradient(), actual.MeanGradient());
    }

    private Task<ShardParts> Evaluate(EvaluationRequest request, CancellationToken cancellation = default) =>
        _cluster.GrainFactory.EvaluateToEnd(request, cancellation: cancellation);

    [Property(MaxTest = 15)]
    public void AnyNumberOfShardsGivesTheSameBits(byte shards, bool hasGradient) =>
        Same(Evaluate(Request(1 + shards, hasGradient)).GetAwaiter().GetResult(), hasGradient);

    [Property(MaxTest = 6)]
    public void AnswersThatCameTooLateAreCountedOnce(byte shards, byte late)
    {
        Fault.Late = late % 3;
        Same(Evaluate(Request(1 + shards % 8)).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task ProgressGrowsToTheEnd()
    {
        var rows = new List<long>();
        await foreach (var progress in _cluster.GrainFactory.Evaluate(Request(3)))
        {
            rows.Add(progress.Rows);
            Assert.Equal(Rows, progress.AllRows);
        }
        Assert.Equal(rows.Order(), rows);
        Assert.Equal(Rows, rows[^1]);
        Assert.True(rows.Count > 10);
    }

    [Fact]
    public async Task NoRowsAreNothing() => Assert.Equal(0, (await Evaluate(Request(3, source: "nothing"))).Rows);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ASiloThatIsLostLeavesNoTrace(int silo)
    {
        Fault.Delay = TimeSpan.FromMilliseconds(30);
        var training = Train(4);
        await Task.Delay(150);
        await _cluster.KillSiloAsync(_cluster.Silos[silo]);
        var (actual, expected) = (await training, await Here(4));
        Assert.Equal(expected, actual);

        // Steps of full-batch gradient descent.
        async Task<float[]> Train(int steps)
        {
            float[] parameters = [.. Parameters];
            for (var step = 0; step < steps; step++)
                parameters = Next(parameters, await Evaluate(new("squares", 5, parameters, true)));
            return parameters;
        }

        static Task<float[]> Here(int steps)
        {
            float[] parameters = [.. Parameters];
            for (var step = 0; step < steps; step++)
                parameters = Next(parameters, new Squares(Rows).Here(parameters, true));
            return Task.FromResult(parameters);
        }

        static float[] Next(float[] parameters, ShardParts parts) => [.. parameters.Zip(parts.MeanGradient(), (p, g) => p - 1e-12f * g)];
    }

    [Fact]
    public async Task AShardThatThrowsIsNamedWithItsReason()
    {
        Fault.ThrowsAt = 1234;
        var failure = await Assert.ThrowsAsync<ShardException>(() => Evaluate(Request(4)));
        Assert.Contains("Shard 2 of 4 of squares, rows 1194 to 1290", failure.Message, StringComparison.Ordinal);
        Assert.Contains("InvalidDataException: the file ends here", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AShardThatNeverAnswersTimesOut()
    {
        Fault.HangsAt = 1999;
        var started = Stopwatch.GetTimestamp();
        var failure = await Assert.ThrowsAsync<ShardException>(() => Evaluate(Request(4)));
        Assert.Contains("Shard 3 of 4 of squares", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no answer within 00:00:02, asked 5 times", failure.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 8, 60);
    }

    [Fact]
    public async Task ACancelledEvaluationEnds()
    {
        Fault.Delay = TimeSpan.FromMilliseconds(500);
        using var cancellation = new CancellationTokenSource(300);
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Evaluate(Request(2), cancellation.Token));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 4);
    }

    [Fact]
    public async Task AShardHasABoundedNumberOfRequests()
    {
        Fault.Delay = TimeSpan.FromMilliseconds(20);
        Same(await Evaluate(Request(3)));
        Assert.Equal(new LossesOptions().RequestsAShard, Fault.MostAtOnce);
    }

    [Fact]
    public async Task AThousandEvaluationsAtOnceAreAllRight()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Evaluate(Request(1 + i % 3))));
        var expected = new Squares(Rows).Here(Parameters, true);
        Assert.All(all, parts => Assert.Equal(expected.Value, parts.Value));
        Assert.All(all, parts => Assert.Equal(expected.Gradient, parts.Gradient));
    }

    [Fact]
    public async Task SilosOfDifferentLossesAreRefusedByBothNames()
    {
        var failure = await Assert.ThrowsAnyAsync<ArgumentException>(() => Evaluate(Request(30, source: "mixed")));
        Assert.Matches("loss \\d of 2 parameters but these parts are of loss \\d", failure.Message);
    }

    [Fact]
    public async Task WhatIsNotThereIsRefusedByName()
    {
        Assert.Contains(
            "none",
            (await Assert.ThrowsAsync<ArgumentException>(() => Evaluate(Request(1, source: "none")))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Shards is 0",
            (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Evaluate(Request(0)))).Message,
            StringComparison.Ordinal
        );
    }
}
