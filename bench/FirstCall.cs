using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Losses.Bench;

/// <summary>The first call in a fresh process, and whether any of its loops ran unoptimized.</summary>
internal static partial class FirstCall
{
    private const int LaterCalls = 9;

    public static void Run(string only)
    {
        Report.Title("The first call in a fresh process");
        var report = new Report(("work", 41), ("first", 9), ("later", 9), ("in tier 0", 9));
        var unoptimized = new SortedSet<string>();
        foreach (var (row, index) in Row.All.Select((row, index) => (row, index)))
        {
            if (!row.ToString().Contains(only, StringComparison.OrdinalIgnoreCase))
                continue;
            var times = Child(index).Split(' ');
            var listing = Path.GetTempFileName();
            Child(index, listing);
            var slow = File.ReadLines(listing).Select(Unoptimized).Where(method => method.Length > 0).ToHashSet();
            File.Delete(listing);
            unoptimized.UnionWith(slow);
            report.Row(
                row.ToString(),
                Report.Time(double.Parse(times[0], CultureInfo.InvariantCulture)),
                Report.Time(double.Parse(times[1], CultureInfo.InvariantCulture)),
                $"{slow.Count}"
            );
        }
        Report.Line("");
        Report.Line("In tier 0: methods of ours that are arithmetic of lanes, or whose loop ran so long there that it was compiled again.");
        foreach (var method in unoptimized)
            Report.Line($"- {method}");
    }

    /// <summary>In the fresh process: the first call's seconds, and a later one's.</summary>
    public static void RunChild(int index)
    {
        using var work = Row.All[index].Make();
        var first = Time(work);
        var later = new Samples();
        for (var i = 0; i < LaterCalls; i++)
            later.Add(Time(work));
        Report.Line(string.Create(CultureInfo.InvariantCulture, $"{first} {later.Median}"));
    }

    private static double Time(Work work)
    {
        var start = Stopwatch.GetTimestamp();
        work.Ours();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static string Child(int index, string? listing = null)
    {
        var start = new ProcessStartInfo(System.Environment.ProcessPath!, ["--first-child", $"{index}"]) { RedirectStandardOutput = true };
        if (listing is not null)
        {
            start.Environment["DOTNET_JitStdOutFile"] = listing;
            start.Environment["DOTNET_JitDisasmSummary"] = "1";
        }
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"the process of row {index} failed: {output}");
    }

    // The name of a method of ours that should not have run in tier 0, or nothing.
    private static string Unoptimized(string line)
    {
        var method = Method().Match(line);
        if (!method.Success)
            return "";
        var (name, tier) = ($"{method.Groups["type"]}.{method.Groups["name"]}", method.Groups["tier"].Value);
        var isLoop = tier.Contains("OSR", StringComparison.Ordinal);
        var isArithmetic = tier.Contains("Tier0", StringComparison.Ordinal) && Arithmetic().IsMatch(name);
        return isLoop || isArithmetic ? $"{name} ({(isLoop ? "loop" : "arithmetic")})" : "";
    }

    [GeneratedRegex(@"JIT compiled (?<type>(?!Losses\.Bench)Losses\.[^[:]*)(\[.*\])?:(?<name>[^[(]*).*\[(?<tier>[^,\[]*), IL")]
    private static partial Regex Method();

    // What a lane or a dual number computes; not how many elements it has, nor whether it is supported.
    [GeneratedRegex(@"^Losses\.(Dual|Lane|Simd)[^.]*\.(?!get_|\.c)")]
    private static partial Regex Arithmetic();
}
