using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Formulas;

/// <summary>Node.js, where it is installed.</summary>
internal static class Engine
{
    internal static bool IsInstalled(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>What a script prints, line by line.</summary>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    internal static string[] Run(string script, string folder)
    {
        var path = Path.Combine(folder, "script.cjs");
        File.WriteAllText(path, script);
        return Run("node", [path], folder);
    }

    internal static string[] Run(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors.Result}");
    }

    /// <summary>A number as JavaScript reads it.</summary>
    internal static string Literal(double x) => x.ToString("R", CultureInfo.InvariantCulture);

    internal static string Quoted(string text) => JsonSerializer.Serialize(text);
}
