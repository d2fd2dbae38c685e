namespace Losses.Bench;

/// <summary>What a sum takes: the exact one, for each kind of numbers that it has a way for, and a loss of several terms for each of them.</summary>
internal static class Sums
{
    private const double Seconds = 0.5;
    private const int Count = 1 << 20;

    // As many as a row of a few classes has.
    private const int Short = 20;

    public static void Run()
    {
        Report.Title("An exact sum of 2^20 numbers");
        var report = new Report(("numbers", 40), ("float32", 9), ("float64", 9));
        Compare(report, "normal", 1, Count);
        Compare(report, "over 20 decimal places", 8, Count);
        Compare(report, "over 70 decimal places", 30, Count);
        Compare(report, $"normal, {Short} at a time: one by one", 1, Short);

        Report.Title("A sum of losses, value and gradient of 2^20 numbers");
        report = new Report(("terms", 12), ("time", 9), ("a term", 9));
        float[] prediction = Numbers.Normal(Count, 1),
            target = Numbers.Uniform(Count, 2, 0, 1),
            gradient = new float[Count];
        BCEWithLogits one = new();
        var two = one + 0.5 * one;
        var three = two + 0.25 * one;
        var five = three + 0.2 * one + 0.1 * one;
        var ten = five + 0.5 * five;
        Terms(one, 1);
        Terms(two, 2);
        Terms(three, 3);
        Terms(five, 5);
        Terms(ten, 10);

        void Terms<L>(L loss, int terms)
            where L : struct, IPointwise
        {
            var time = Protocol.Measure(Seconds, () => loss.ValueAndGradient(prediction, target, gradient)).Median;
            report.Row($"{terms}", Report.Time(time), Report.Time(time / terms));
        }
    }

    // Log-normal but for the first.
    private static void Compare(Report report, string name, double spread, int part)
    {
        var wide = Array.ConvertAll(Numbers.Normal(Count, 3), x => spread == 1 ? x : Math.Exp(spread * x));
        var narrow = Array.ConvertAll(wide, x => (float)Math.Clamp(x, -1e30, 1e30));
        var sum = new ExactSum();
        var samples = Protocol.Compare(
            Seconds,
            () =>
            {
                for (var i = 0; i < Count; i += part)
                {
                    sum.Reset();
                    sum.Add(narrow.AsSpan(i, Math.Min(part, Count - i)));
                }
            },
            () =>
            {
                for (var i = 0; i < Count; i += part)
                {
                    sum.Reset();
                    sum.Add(wide.AsSpan(i, Math.Min(part, Count - i)));
                }
            }
        );
        report.Row(name, Report.Time(samples[0].Median), Report.Time(samples[1].Median));
    }
}
