using System.Diagnostics;
using TorchSharp;

namespace Losses.Bench;

/// <summary>The table of ratios.</summary>
internal static class Quick
{
    private const double Seconds = 1;

    // Of the machine, used by other processes, at which a row stops proving anything.
    private const double MostOfOthers = 0.05;

    /// <summary>Prints the rows that have <paramref name="only"/> in their names; whether all aims are reached.</summary>
    public static bool Run(string only)
    {
        torch.set_num_threads(System.Environment.ProcessorCount);
        var start = Stopwatch.GetTimestamp();
        Report.Title("Value and gradient: libtorch's time / ours");
        var report = new Report(
            ("work", 41),
            ("libtorch", 9),
            ("least", 9),
            ("ours", 9),
            ("least", 9),
            ("ratio", 6),
            ("of least", 8),
            ("aim", 4),
            ("others", 6),
            ("", 9)
        );
        var (rows, reached, slower, disturbed) = (0, 0, 0, 0);
        foreach (var row in Row.All.Where(row => row.ToString().Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            using var work = row.Make();
            work.Check();
            var others = new Others();
            var samples = Protocol.Compare(Seconds, work.LibTorch, () => work.Ours());
            var (torch, ours) = (samples[0], samples[1]);
            var (ratio, leastRatio) = (torch.Median / ours.Median, torch.Min / ours.Min);
            var share = others.Share;
            var isDisturbed = torch.AreDisturbed || ours.AreDisturbed || share > MostOfOthers;
            var judged = isDisturbed ? leastRatio : ratio;
            rows++;
            reached += judged >= row.Aim ? 1 : 0;
            disturbed += isDisturbed ? 1 : 0;
            slower += judged < 1 ? 1 : 0;
            report.Row(
                row.ToString(),
                Report.Time(torch.Median),
                Report.Time(torch.Min),
                Report.Time(ours.Median),
                Report.Time(ours.Min),
                Report.Text(ratio, "0.00"),
                Report.Text(leastRatio, "0.00"),
                Report.Text(row.Aim, "0.0"),
                share is { } used ? Report.Text(used, "0 %") : "",
                (
                    judged >= row.Aim ? "reached"
                    : judged >= 1 ? "missed"
                    : "slower"
                ) + (isDisturbed ? " ~" : "")
            );
            Memory.Clear();
        }
        Report.Line("");
        Report.Line(
            "others: of the machine, used by other processes meanwhile. ~: above 5 %, or a median above 1.3 times the least; the least are judged."
        );
        Report.Line(
            $"{reached} of {rows} aims reached; {slower} slower than libtorch; {disturbed} rows disturbed. {Report.Text(Stopwatch.GetElapsedTime(start).TotalSeconds, "0")} s."
        );
        return reached == rows;
    }
}
