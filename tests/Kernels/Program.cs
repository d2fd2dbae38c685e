// Looks at the machine code of every kernel: a call in an inner loop means that the JIT has given up inlining (it stops at 512 variables,
// silently), and the kernel is then ten times slower. The program runs every kernel in a child process that prints what the JIT makes.
using System.Diagnostics;
using Losses.Tests;

if (args is ["--run"])
{
    Everything.Run();
    return 0;
}

var path = Path.GetTempFileName();
try
{
    Run(path);
    return Report.Print(Listing.Read(path), isVerbose: args.Contains("--all"));
}
finally
{
    File.Delete(path);
}

static void Run(string path)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!);
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
    start.ArgumentList.Add("--run");
    start.Environment["DOTNET_JitStdOutFile"] = path;
    start.Environment["DOTNET_JitDisasm"] = Report.Patterns;
    start.Environment["DOTNET_JitDisasmDiffable"] = "1";
    using var process = Process.Start(start)!;
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"the child process ended with {process.ExitCode}.");
}
