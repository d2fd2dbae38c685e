// Random calls of the public surface against plain references, for a given time and seed: dotnet run --project tests/Fuzz -c Release -- --seconds 120 --seed N.
// The calls are made in a child process, so that one which ends it is reported by its number: --call N makes that one alone.
using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using Losses.Tests;

var words = args.ToList();
var isChild = words.Remove("--child");
var seed = Option("--seed", Environment.TickCount64 ^ (long)Environment.ProcessId << 32) & int.MaxValue;
var seconds = Option("--seconds", 20);
var only = Option("--call", -1);
if (words.Count > 0)
{
    Console.Error.WriteLine($"unknown: {string.Join(' ', words)}. Options: --seconds N --seed N --call N");
    return 2;
}
if (isChild)
    return Calls.Run(seed, seconds, only, Environment.GetEnvironmentVariable("LOSSES_FUZZ_PROGRESS")!);
Console.WriteLine(FormattableString.Invariant($"seed {seed}, {seconds} s"));
var progress = Path.GetTempFileName();
try
{
    return Watched();
}
finally
{
    File.Delete(progress);
}

long Option(string name, long otherwise)
{
    var at = words.IndexOf(name);
    if (at < 0)
        return otherwise;
    var value = long.Parse(words[at + 1], CultureInfo.InvariantCulture);
    words.RemoveRange(at, 2);
    return value;
}

int Watched()
{
    File.WriteAllBytes(progress, new byte[Calls.ProgressBytes]);
    var start = new ProcessStartInfo(Environment.ProcessPath!)
    {
        Environment = { ["LOSSES_FUZZ_PROGRESS"] = progress, ["DOTNET_DbgEnableMiniDump"] = "0" },
    };
    // Under `dotnet` itself the program is the first word.
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        start.ArgumentList.Add(typeof(Calls).Assembly.Location);
    foreach (
        var word in new[]
        {
            "--child",
            "--seed",
            $"{seed}",
            "--seconds",
            $"{seconds}",
            "--call",
            only.ToString(CultureInfo.InvariantCulture),
        }
    )
        start.ArgumentList.Add(word);
    using var child = Process.Start(start)!;
    if (!child.WaitForExit(TimeSpan.FromSeconds(seconds + 120)))
    {
        child.Kill();
        child.WaitForExit();
        return Ended("does not end");
    }
    return child.ExitCode is 0 or 1 ? child.ExitCode : Ended($"ends the process with {child.ExitCode}");
}

int Ended(string how)
{
    using var file = MemoryMappedFile.CreateFromFile(progress, FileMode.Open);
    using var view = file.CreateViewAccessor();
    var calls = view.ReadInt64(0);
    Console.WriteLine(FormattableString.Invariant($"call {calls - 1} {how}: --seed {seed} --call {calls - 1}"));
    Console.WriteLine(
        FormattableString.Invariant($"seed {seed}: {calls} calls, {view.ReadInt64(8)} refusals, {view.ReadInt64(16) + 1} disagreements")
    );
    return 1;
}
