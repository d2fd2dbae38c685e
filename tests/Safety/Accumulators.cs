using Xunit;

namespace Losses.Tests;

/// <summary>One accumulator may be used by several threads at once.</summary>
public class Accumulators
{
    private const int Workers = 4;
    private const int Batches = 500;

    private static double[] Batch(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 7).Select(_ => Math.ScaleB(random.NextDouble() - 0.3, random.Next(-80, 80)))];
    }

    private static void Together(Action<int> work)
    {
        var failures = new List<Exception>();
        var gate = new Barrier(Workers);
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, Workers)
                .Select(worker => new Thread(() =>
                {
                    gate.SignalAndWait();
                    try
                    {
                        work(worker);
                    }
                    catch (Exception e)
                    {
                        lock (failures)
                            failures.Add(e);
                    }
                })),
        ];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "two threads wait for each other.");
        Assert.Empty(failures);
    }

    private static void Add(LossAccumulator total, int seed)
    {
        var batch = Batch(seed);
        var tensor = new DiffTensor<double>(batch, [batch.Length]);
        if (seed % 4 == 0)
            total.Add(batch);
        else if (seed % 4 == 1)
            total.Add(batch, [.. batch.Select(Math.Abs)]);
        else if (seed % 4 == 2)
            total.Add(Array.ConvertAll(batch, x => (float)x));
        else
            total.Add(new LossValues<DiffTensor<double>>(tensor, DiffTensor<double>.Abs(tensor)));
    }

    [Fact]
    public void Threads_add_what_one_would()
    {
        var expected = new LossAccumulator();
        for (var seed = 0; seed < Workers * Batches; seed++)
            Add(expected, seed);
        for (var round = 0; round < 10; round++)
        {
            var total = new LossAccumulator();
            Together(worker =>
            {
                for (var i = 0; i < Batches; i++)
                    Add(total, worker * Batches + i);
            });
            Assert.Equal(expected, total);
        }
    }

    // Adds a value of 1 and of weight 2: whoever looks sees as many of one as of the other.
    [Fact]
    public void Whoever_reads_sees_whole_batches()
    {
        var total = new LossAccumulator();
        Together(worker =>
        {
            for (var i = 0; i < 20 * Batches; i++)
                if (worker > 0)
                    total.Add([1.0, 1e-30, -1e-30], [2.0, 1.0, 1.0]);
                else
                {
                    var mean = LossAccumulator.FromBytes(total.ToBytes()).Mean;
                    Assert.True(double.IsNaN(mean) || mean == 0.5, $"the mean is {mean}.");
                    mean = total.Mean;
                    Assert.True(double.IsNaN(mean) || mean == 0.5, $"the mean is {mean}.");
                    _ = total.ToString();
                }
        });
        Assert.Equal(0.5, total.Mean);
    }

    [Fact]
    public void Two_may_merge_each_other()
    {
        LossAccumulator[] totals = [new(), new()];
        var nothing = new LossAccumulator();
        Together(worker =>
        {
            for (var i = 0; i < Batches; i++)
            {
                totals[worker % 2].Merge(i % 10 == 0 && worker < 2 ? totals[1 - worker % 2] : nothing);
                totals[worker % 2].Reset();
                totals[worker % 2].Add([1.0]);
                _ = totals[0].Equals(totals[1]) ? 1 : totals[0].GetHashCode();
            }
        });
        var own = new LossAccumulator();
        own.Add([3.0, 0.5]);
        own.Merge(own);
        Assert.Equal((7, 4), (own.Sum, own.Weight));
    }
}
