namespace Losses.Bench;

/// <summary>The bytes that a call of ours allocates.</summary>
internal static class Memory
{
    private const int Calls = 5;

    public static void Run(string only)
    {
        Report.Title("Bytes allocated a call");
        var report = new Report(
            ("work", 41),
            ("prediction", 10),
            ("allocated", 10),
            ("by the caller's thread", 10),
            ("of the prediction", 8)
        );
        foreach (var row in Row.All.Where(row => row.ToString().Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            using (var work = row.Make())
            {
                work.Ours();
                work.Ours();
                var (all, own) = (GC.GetTotalAllocatedBytes(precise: true), GC.GetAllocatedBytesForCurrentThread());
                for (var i = 0; i < Calls; i++)
                    work.Ours();
                own = GC.GetAllocatedBytesForCurrentThread() - own;
                all = GC.GetTotalAllocatedBytes(precise: true) - all;
                report.Row(
                    row + (work.IsIntoCallersMemory ? "" : ", new gradient"),
                    Report.Bytes(work.InputBytes),
                    Report.Bytes((double)all / Calls),
                    Report.Bytes((double)own / Calls),
                    Report.Text((double)all / Calls / work.InputBytes, "0.000")
                );
            }
            Clear();
        }
    }

    /// <summary>Gives back what the last row held.</summary>
    public static void Clear()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
