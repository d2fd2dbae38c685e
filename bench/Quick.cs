using System.Diagnostics;
using TorchSharp;

namespace Losses.Bench;

/// <summary>The table of ratios.</summary>
internal static class Quick
{
    private const double Seconds = 1;

    // Of the machine, used by other processes, at which a row stops proving anything.
    private const double MostOfOthers = 0.05;

    /// <summary>Our losses on ordinary arrays; whether all aims are reached.</summary>
    /// <param name="only">What the names of the rows have in them.</param>
    public static bool Run(string only) =>
        Run("Value and gradient: libtorch's time / ours", Row.All, only, row => row.Aim, work => work.Check(), work => _ = work.Ours());

    /// <summary>Losses with weights and masks, and losses that look across elements; whether all aims are reached.</summary>
    /// <param name="only">What the names of the rows have in them.</param>
    public static bool RunStructured(string only) =>
        Run(
            "Value and gradient: libtorch's time / ours",
            Structured.All,
            only,
            row => row.Aim,
            work => work.Check(),
            work => _ = work.Ours()
        ) & (!"RNN-T".Contains(only, StringComparison.OrdinalIgnoreCase) || Structured.RunTransducer());

    /// <summary>Losses that PyTorch has not; whether all aims are reached.</summary>
    /// <param name="only">What the names of the rows have in them.</param>
    public static bool RunFamilies(string only) =>
        Run(
            "Value and gradient: libtorch's time / ours",
            Families.All,
            only,
            row => row.Aim,
            work => work.Check(),
            work => _ = work.Ours()
        );

    /// <summary>What is composed of tensor operations; whether all aims are reached.</summary>
    /// <param name="only">What the names of the rows have in them.</param>
    public static bool RunEngine(string only) =>
        Run(
            "By way of DiffTensor: libtorch's time / ours",
            Engine.All,
            only,
            row => row.Aim,
            work => work.Check(),
            work => _ = work.Ours()
        );

    /// <summary>Our losses in the place of libtorch's, in a TorchSharp training loop; whether all aims are reached.</summary>
    /// <param name="only">What the names of the rows have in them.</param>
    public static bool RunInside(string only) =>
        Run(
            "Forward and backward through TorchSharp: libtorch's loss / ours in its place",
            Row.Inside,
            only,
            row => row.AimInside,
            work => work.CheckInside(),
            work => work.Inside()
        );

    private static bool Run(
        string title,
        IReadOnlyList<Row> rows,
        string only,
        Func<Row, double> aimOf,
        Action<Work> check,
        Action<Work> run
    )
    {
        torch.set_num_threads(System.Environment.ProcessorCount);
        var start = Stopwatch.GetTimestamp();
        Report.Title(title);
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
        var (count, reached, slower, disturbed) = (0, 0, 0, 0);
        foreach (var row in rows.Where(row => row.ToString().Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            using var work = row.Make();
            check(work);
            var aim = aimOf(row);
            var others = new Others();
            var samples = Protocol.Compare(Seconds, work.LibTorch, () => run(work));
            var (torch, ours) = (samples[0], samples[1]);
            var (ratio, leastRatio) = (torch.Median / ours.Median, torch.Min / ours.Min);
            var share = others.Share;
            var isDisturbed = torch.AreDisturbed || ours.AreDisturbed || share > MostOfOthers;
            var judged = isDisturbed ? leastRatio : ratio;
            count++;
            reached += judged >= aim ? 1 : 0;
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
                Report.Text(aim, "0.0"),
                share is { } used ? Report.Text(used, "0 %") : "",
                (
                    judged >= aim ? "reached"
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
            $"{reached} of {count} aims reached; {slower} slower than libtorch; {disturbed} rows disturbed. {Report.Text(Stopwatch.GetElapsedTime(start).TotalSeconds, "0")} s."
        );
        return reached == count;
    }
}
