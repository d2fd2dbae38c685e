using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace Losses.Tests;

/// <summary>A static method without arguments that may end its process: it runs in one of its own.</summary>
internal static class Child
{
    /// <summary>Runs it in a child process, which must end well, in time and within so many megabytes.</summary>
    internal static void Runs(Action action, int seconds = 120, int? megabytes = null)
    {
        var method = action.Method;
        Assert.True(method.IsStatic, $"{method.Name} is not static.");
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        // A heap that is full throws; without a limit the system would end the process, or another.
        if (megabytes is { } most)
            start.Environment["DOTNET_GCHeapHardLimit"] = $"{(long)most << 20:x}";
        // The test host is dotnet itself.
        foreach (var word in new[] { "exec", typeof(Child).Assembly.Location, method.DeclaringType!.FullName!, method.Name })
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill();
            Assert.Fail($"{method.Name} is not done in {seconds} s.");
        }
        var said = string.Join('\n', $"{output.Result}{error.Result}".Split('\n').Take(15));
        Assert.True(process.ExitCode == 0, $"{method.Name} ends with {process.ExitCode}:\n{said}");
    }

    private static int Main(string[] words)
    {
        try
        {
            typeof(Child)
                .Assembly.GetType(words[0], throwOnError: true)!
                .GetMethod(words[1], BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!
                .Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }
}
