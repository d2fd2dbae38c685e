using System.Diagnostics;

namespace Losses.Bench;

/// <summary>The times of one side, in seconds a call.</summary>
internal sealed class Samples
{
    private readonly List<double> _seconds = [];

    public void Add(double seconds) => _seconds.Add(seconds);

    public int Count => _seconds.Count;

    public double Min => _seconds.Min();

    /// <summary>Others used the machine: half of the calls took much longer than they need.</summary>
    public bool AreDisturbed => Median > 1.3 * Min;

    public double Median
    {
        get
        {
            var sorted = _seconds.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }
}

/// <summary>How times are taken: sides alternate in blocks, in one process, each with the machine to itself.</summary>
internal static class Protocol
{
    // libtorch's OpenMP threads spin for some milliseconds after their work, and would take a core from whoever comes next.
    private static readonly TimeSpan _settle = TimeSpan.FromMilliseconds(20);

    // Long enough for a clock of some tens of nanoseconds; a call that is shorter is timed with others.
    private const double ShortestSample = 50e-6;

    // A block is this long, or one call.
    private const double Block = 20e-3;

    // Whether a block starts with calls that are not counted, which bring this side's data back to the caches.
    private const double LongestUncounted = 0.2;

    // The .NET runtime compiles what runs often again, and better, some 0.1 s after it has run 30 times; then once more.
    private const double WarmUp = 0.6;

    private const int FewestRounds = 5;
    private const int FewestLongRounds = 3;
    private const double LongRound = 2;
    private const int MostRounds = 25;

    /// <summary>The times of the sides, each measured for about <paramref name="seconds"/> altogether.</summary>
    public static Samples[] Compare(double seconds, params Action[] sides)
    {
        var estimates = sides.Select(WarmedUp).ToArray();
        var samples = sides.Select(_ => new Samples()).ToArray();
        var round = estimates.Sum(estimate => Math.Max(Block, estimate) * 1.5 + _settle.TotalSeconds);
        var rounds = (int)Math.Clamp(seconds * sides.Length / round, round < LongRound ? FewestRounds : FewestLongRounds, MostRounds);
        for (var i = 0; i < rounds; i++)
        for (var side = 0; side < sides.Length; side++)
            RunBlock(sides[side], estimates[side], samples[side]);
        return samples;
    }

    /// <summary>The times of one side, in the same way.</summary>
    public static Samples Measure(double seconds, Action side) => Compare(seconds, side)[0];

    // Runs until it is compiled for good; how long a call then takes.
    private static double WarmedUp(Action side)
    {
        Thread.Sleep(_settle);
        var (start, calls, last) = (Stopwatch.GetTimestamp(), 0, 0.0);
        while (calls < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUp)
        {
            last = Time(side, 1);
            if (++calls == 2 && last > 1)
                break;
        }
        return Math.Min(last, Time(side, 1));
    }

    private static void RunBlock(Action side, double estimate, Samples samples)
    {
        Thread.Sleep(_settle);
        var calls = (int)Math.Clamp(ShortestSample / estimate, 1, 100_000);
        var count = (int)Math.Clamp(Block / (estimate * calls), 1, 100);
        if (estimate < LongestUncounted)
            Time(side, calls);
        for (var i = 0; i < count; i++)
            samples.Add(Time(side, calls));
    }

    private static double Time(Action side, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var call = 0; call < calls; call++)
            side();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
