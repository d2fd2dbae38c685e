using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Losses.Bench;

/// <summary>Prints tables that a terminal and Markdown both show.</summary>
internal sealed class Report
{
    private readonly int[] _widths;

    /// <summary>Starts a table; a column's width is that of its widest cell to come, at least that of its title.</summary>
    public Report(params (string Title, int Width)[] columns)
    {
        _widths = [.. columns.Select(column => Math.Max(column.Title.Length, column.Width))];
        Row([.. columns.Select(column => column.Title)]);
        Console.WriteLine(
            "| "
                + string.Join(" | ", _widths.Select((width, i) => i == 0 ? new string('-', width) : new string('-', width - 1) + ":"))
                + " |"
        );
    }

    public void Row(params string[] cells) =>
        Console.WriteLine(
            "| " + string.Join(" | ", cells.Select((cell, i) => i == 0 ? cell.PadRight(_widths[i]) : cell.PadLeft(_widths[i]))) + " |"
        );

    public static void Title(string title) => Console.WriteLine($"\n## {title}\n");

    public static void Line(string line) => Console.WriteLine(line);

    public static string Time(double seconds) =>
        seconds switch
        {
            >= 1 => Text(seconds, "0.00 s"),
            >= 1e-3 => Text(seconds * 1e3, seconds >= 0.1 ? "0 ms" : "0.00 ms"),
            >= 1e-6 => Text(seconds * 1e6, seconds >= 1e-4 ? "0 µs" : "0.00 µs"),
            _ => Text(seconds * 1e9, "0 ns"),
        };

    public static string Bytes(double bytes) =>
        bytes switch
        {
            >= 1 << 20 => Text(bytes / (1 << 20), "0.0 MiB"),
            >= 1 << 10 => Text(bytes / (1 << 10), "0.0 KiB"),
            _ => Text(bytes, "0 B"),
        };

    public static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>On what, with what, when, and how busy the machine was.</summary>
    public static void Environment(string[] arguments)
    {
        Line($"Machine: {Processor()}, {System.Environment.ProcessorCount} cores, {Vectors()}, {RuntimeInformation.OSDescription}");
        Line($"Runtime: {RuntimeInformation.FrameworkDescription}; TorchSharp {TorchSharpVersion()}, libtorch on the CPU");
        Line($"Date: {DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}{Load()}");
        Line($"Command: dotnet run --project bench -c Release -- {string.Join(' ', arguments)}");
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(": ")[^1]
                ?? RuntimeInformation.ProcessArchitecture.ToString()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static string Vectors() =>
        Vector512.IsHardwareAccelerated ? "512-bit vectors"
        : Vector256.IsHardwareAccelerated ? "256-bit vectors"
        : "128-bit vectors";

    private static string TorchSharpVersion() =>
        typeof(global::TorchSharp.torch)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "";

    private static string Load() => File.Exists("/proc/loadavg") ? $"; load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}" : "";
}
