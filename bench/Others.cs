using System.Diagnostics;
using System.Globalization;

namespace Losses.Bench;

/// <summary>How much of the machine other processes use meanwhile; known on Linux only.</summary>
internal sealed class Others
{
    private readonly (double Busy, double All)? _machine = Machine();
    private readonly TimeSpan _own = Own();

    /// <summary>Their share of all cores' time since this was made.</summary>
    public double? Share
    {
        get
        {
            if (_machine is not { } before || Machine() is not { } now || now.All <= before.All)
                return null;
            var own = (Own() - _own).TotalSeconds * TicksPerSecond;
            return Math.Clamp((now.Busy - before.Busy - own) / (now.All - before.All), 0, 1);
        }
    }

    // USER_HZ, the unit of /proc/stat, is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    private static TimeSpan Own()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    // user nice system idle iowait irq softirq steal; what follows is counted in them.
    private static (double Busy, double All)? Machine()
    {
        if (!File.Exists("/proc/stat"))
            return null;
        var ticks = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Take(8)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))
            .ToArray();
        return ticks.Length < 8 ? null : (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
    }
}
