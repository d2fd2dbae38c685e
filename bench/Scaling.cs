using TorchSharp;

namespace Losses.Bench;

/// <summary>Time against the number of elements, and against threads.</summary>
internal static class Scaling
{
    private const double Seconds = 0.4;

    public static void Run()
    {
        var cores = System.Environment.ProcessorCount;
        torch.set_num_threads(cores);
        foreach (var loss in new[] { "MSE", "BCEWithLogits" })
        {
            Report.Title($"{loss}, nanoseconds an element");
            var report = new Report(
                ("n", 5),
                ("1 thread", 8),
                ($"{cores} threads", 9),
                ("speed-up", 8),
                ("libtorch", 8),
                ("libtorch / ours", 6)
            );
            for (var power = 10; power <= 24; power += 2)
            {
                var n = 1 << power;
                using (var work = Row.Pointwise(loss, n))
                {
                    var samples = Protocol.Compare(Seconds, () => On(1, work), () => On(cores, work), work.LibTorch);
                    var (one, all, torch) = (samples[0].Median, samples[1].Median, samples[2].Median);
                    report.Row(
                        $"2^{power}",
                        Report.Text(one / n * 1e9, "0.000"),
                        Report.Text(all / n * 1e9, "0.000"),
                        Report.Text(one / all, "0.00"),
                        Report.Text(torch / n * 1e9, "0.000"),
                        Report.Text(torch / all, "0.00")
                    );
                }
                Memory.Clear();
            }
        }
    }

    /// <summary>Our side on so many threads.</summary>
    public static void On(int threads, Work work)
    {
        var before = Threads.Max;
        Threads.Max = threads;
        work.Ours();
        Threads.Max = before;
    }
}
