using System.Runtime.CompilerServices;

namespace Losses.Bench;

/// <summary>A loss that a user writes in C# against the one that is built in.</summary>
internal static class OwnLoss
{
    private const double Seconds = 0.7;

    private readonly struct SquaredError : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target)
            where T : IReal<T>
        {
            var d = prediction - target;
            return d * d;
        }
    }

    private readonly struct OwnHuber(double delta) : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target)
            where T : IReal<T>
        {
            var d = prediction - target;
            return T.IfLess(T.Abs(d), T.Constant(delta), T.Constant(0.5) * d * d, T.Constant(delta) * (T.Abs(d) - T.Constant(0.5 * delta)));
        }
    }

    public static void Run()
    {
        Report.Title("A loss of one's own in C#: built in / own");
        var report = new Report(("work", 12), ("built in", 9), ("own", 9), ("ratio", 6));
        foreach (var power in new[] { 14, 18, 24 })
        {
            Compare(report, "MSE", new MSE(), new SquaredError(), power);
            Compare(report, "Huber", new Huber(1), new OwnHuber(1), power);
        }
    }

    private static void Compare<A, B>(Report report, string name, A builtIn, B own, int power)
        where A : struct, IPointwise
        where B : struct, IPointwise
    {
        var n = 1 << power;
        float[] prediction = Numbers.Normal(n, 1),
            target = Numbers.Normal(n, 2),
            gradient = new float[n];
        if (Value(builtIn) != Value(own))
            throw new InvalidOperationException($"{name} and one's own differ.");
        var samples = Protocol.Compare(Seconds, () => Value(builtIn), () => Value(own));
        report.Row(
            $"{name}, 2^{power}",
            Report.Time(samples[0].Median),
            Report.Time(samples[1].Median),
            Report.Text(samples[0].Median / samples[1].Median, "0.00")
        );

        float Value<L>(L loss)
            where L : struct, IPointwise => loss.ValueAndGradient(prediction, target, gradient);
    }
}
