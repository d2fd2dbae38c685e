namespace Losses.Bench;

/// <summary>Bytes moved a second, as a share of a plain copy's.</summary>
internal static class Bandwidth
{
    private const int Count = 1 << 24;
    private const double Seconds = 1.5;

    public static void Run()
    {
        Report.Title("Bytes moved a second, 2^24 float32");
        var cores = System.Environment.ProcessorCount;
        float[] x = Numbers.Normal(Count, 1),
            t = Numbers.Normal(Count, 2),
            y = new float[Count];
        using var mse = Row.Pointwise("MSE", Count);
        (string Name, int Streams, Action Run)[] sides =
        [
            ("copy, 1 thread", 2, () => x.AsSpan().CopyTo(y)),
            ($"copy, {cores} threads", 2, () => Split(cores, (from, count) => x.AsSpan(from, count).CopyTo(y.AsSpan(from)))),
            ("x − t, 1 thread", 3, () => Subtract(x, t, y)),
            (
                $"x − t, {cores} threads",
                3,
                () => Split(cores, (from, count) => Subtract(x.AsSpan(from, count), t.AsSpan(from, count), y.AsSpan(from, count)))
            ),
            ("MSE, 1 thread", 3, () => Scaling.On(1, mse)),
            ($"MSE, {cores} threads", 3, () => Scaling.On(cores, mse)),
        ];
        var samples = Protocol.Compare(Seconds, [.. sides.Select(side => side.Run)]);
        var speeds = samples.Select((sample, i) => sides[i].Streams * 4.0 * Count / sample.Median).ToArray();
        var report = new Report(
            ("what", 18),
            ("time", 9),
            ("least", 9),
            ("reads and writes", 8),
            ("GB/s", 6),
            ("of a copy on as many threads", 8)
        );
        for (var i = 0; i < sides.Length; i++)
            report.Row(
                sides[i].Name,
                Report.Time(samples[i].Median),
                Report.Time(samples[i].Min),
                sides[i].Streams == 2 ? "1 + 1" : "2 + 1",
                Report.Text(speeds[i] / 1e9, "0.0"),
                Report.Text(speeds[i] / speeds[i % 2], "0.00")
            );
        Report.Line("");
        Report.Line($"Aim: MSE at 0.7 of a copy. {(speeds[5] >= 0.7 * speeds[1] ? "Reached" : "Missed")}.");
    }

    private static void Split(int parts, Action<int, int> body) =>
        Parallel.For(
            0,
            parts,
            part =>
            {
                var from = (int)((long)Count * part / parts);
                body(from, (int)((long)Count * (part + 1) / parts) - from);
            }
        );

    private static void Subtract(ReadOnlySpan<float> x, ReadOnlySpan<float> t, Span<float> y) =>
        System.Numerics.Tensors.TensorPrimitives.Subtract(x, t, y);
}
