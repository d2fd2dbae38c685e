using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace Losses.Tests;

/// <summary>One call after another, each with a seed of its own, until the time is over.</summary>
internal static class Calls
{
    internal const int ProgressBytes = 24;

    private const int MostDisagreements = 10;

    // What is called, and how often.
    private static readonly (int Share, string Name, Action<Draw> Call)[] s_kinds =
    [
        (30, "spans", Spans.Call),
        (12, "rows with labels", RowSpans.Call),
        (6, "vectors", VectorSpans.Call),
        (25, "losses", Facade.Call),
        (8, "similarities", Similarities.Call),
        (15, "operations", Operations.Call),
        (6, "nonsense", Nonsense.Call),
        (4, "accumulators", Accumulators.Call),
        (1, "threads", Concurrency.Call),
    ];

    internal static int Run(long seed, long seconds, long only, string progress)
    {
        using var file = MemoryMappedFile.CreateFromFile(progress, FileMode.Open);
        using var view = file.CreateViewAccessor();
        var time = Stopwatch.StartNew();
        var (calls, disagreements) = (0L, SelfCheck());
        Console.WriteLine(
            FormattableString.Invariant(
                $"{Enum.GetValues<Mistake>().Length - 1 - disagreements} kinds of planted mistakes noticed in {time.Elapsed.TotalSeconds:F1} s"
            )
        );
        var kinds = new Dictionary<string, (long Calls, double Seconds)>();
        for (var index = Math.Max(only, 0); only >= 0 ? index == only : time.Elapsed.TotalSeconds < seconds; index++)
        {
            view.Write(0, index + 1);
            var draw = new Draw(seed, index);
            var before = time.Elapsed;
            var name = "";
            try
            {
                (_, name, var call) = Kind(draw);
                call(draw);
            }
            catch (Exception e)
            {
                disagreements++;
                Console.WriteLine(
                    FormattableString.Invariant($"call {index}, {name}: {draw.What}\n  {Text(e)}\n  again: --seed {seed} --call {index}")
                );
            }
            finally
            {
                Threads.Max = Environment.ProcessorCount;
            }
            calls++;
            var (count, taken) = kinds.GetValueOrDefault(name);
            kinds[name] = (count + 1, taken + (time.Elapsed - before).TotalSeconds);
            view.Write(8, Draw.Refusals);
            view.Write(16, disagreements);
            if (disagreements >= MostDisagreements)
                break;
        }
        Console.WriteLine(
            string.Join(
                ", ",
                kinds.Select(kind => FormattableString.Invariant($"{kind.Key} {kind.Value.Calls} ({kind.Value.Seconds:F0} s)"))
            )
        );
        Console.WriteLine(
            FormattableString.Invariant($"seed {seed}: {calls} calls, {Draw.Refusals} refusals, {disagreements} disagreements")
        );
        return disagreements == 0 ? 0 : 1;
    }

    private static (int, string Name, Action<Draw> Call) Kind(Draw draw)
    {
        var at = draw.Below(s_kinds.Sum(kind => kind.Share));
        return s_kinds.First(kind => (at -= kind.Share) < 0);
    }

    // A disagreement is a line; anything else shows where it was thrown.
    private static string Text(Exception e) =>
        e is Disagreement
            ? e.Message
            : string.Join('\n', e.ToString().Split('\n').Take(12)).Replace("\n", "\n  ", StringComparison.Ordinal);

    // A program that cannot fail shows nothing: every kind of mistake is planted, and some call must notice it. How many it did not.
    private static int SelfCheck()
    {
        var missed = 0;
        foreach (var mistake in Enum.GetValues<Mistake>().Except([Mistake.None]))
        {
            var isNoticed = false;
            for (var index = 0; index < 5000 && !isNoticed; index++)
            {
                var draw = new Draw(0, index) { Planted = mistake };
                try
                {
                    Kind(draw).Call(draw);
                }
                catch (Exception)
                {
                    isNoticed = true;
                }
                Threads.Max = Environment.ProcessorCount;
            }
            if (isNoticed)
                continue;
            missed++;
            Console.WriteLine($"the planted mistake \"{mistake}\" was not noticed.");
        }
        Draw.Refusals = 0;
        return missed;
    }
}

/// <summary>The library and the reference disagree.</summary>
internal sealed class Disagreement(string message) : Exception(message);

/// <summary>What is planted to see the program fail.</summary>
internal enum Mistake
{
    None,

    /// <summary>A value is off by a thousandth.</summary>
    Value,

    /// <summary>A gradient is.</summary>
    Gradient,

    /// <summary>A number beside the gradient is written.</summary>
    Outside,

    /// <summary>A call is not refused.</summary>
    Acceptance,

    /// <summary>A refusal is a NullReferenceException.</summary>
    Exception,

    /// <summary>A number is written after the call has ended.</summary>
    Late,
}
