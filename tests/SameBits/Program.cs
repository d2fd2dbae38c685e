// The same bits on every machine: this program runs itself with fewer instructions and other numbers of threads, and compares.
using System.Diagnostics;
using Losses;
using Losses.Tests;

if (args is ["--digests"])
{
    Threads.Max = int.Parse(Environment.GetEnvironmentVariable("LOSSES_THREADS")!);
    foreach (var (name, digest) in Battery.Digests())
        Console.WriteLine($"{name}\t{digest}");
    return 0;
}

string?[] switches = [null, "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];
int[] threads = [1, 2, 7];

// Thinned: one thread and seven with all instructions, and two without the widest, or without any.
var isThinned = args is ["--thinned"];
bool IsThin(string? off, int count) => off is null ? count != 2 : count == 2 && off != "DOTNET_EnableAVX2";

// A run compiles more than it computes, on one core: two at a time.
var runs = (from off in switches from count in threads where !isThinned || IsThin(off, count) select (Off: off, Threads: count))
    .AsParallel()
    .AsOrdered()
    .WithDegreeOfParallelism(2)
    .WithMergeOptions(ParallelMergeOptions.NotBuffered)
    .Select(run => (Name: $"{run.Off ?? "all instructions"}, {run.Threads} threads", Lines: Run(run.Off, run.Threads)))
    .ToArray();
var differing = 0;
foreach (var (name, lines) in runs)
{
    var others = lines.Except(runs[0].Lines).Select(line => line.Split('\t')[0]).ToArray();
    var isWhole = lines.Length == runs[0].Lines.Length && lines.Length > 0;
    Console.WriteLine($"{name, -42} {(isWhole && others.Length == 0 ? "the same bits" : $"DIFFERS: {string.Join(", ", others)}")}");
    differing += isWhole && others.Length == 0 ? 0 : 1;
}
Console.WriteLine($"{runs[0].Lines.Length} results of values and gradients, {runs.Length} runs, {differing} differ");
return differing == 0 ? 0 : 1;

static string[] Run(string? off, int threads)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
    start.ArgumentList.Add("--digests");
    start.Environment["LOSSES_THREADS"] = threads.ToString();
    if (off is not null)
        start.Environment[off] = "0";
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
}
