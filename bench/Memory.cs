using Losses.CSharp;
using static TorchSharp.torch.nn;

namespace Losses.Bench;

/// <summary>The bytes that a call of ours allocates.</summary>
internal static class Memory
{
    private const int Calls = 5;

    private static readonly Row[] s_tensors =
    [
        new(
            "MSE by DiffTensor",
            "2^20",
            3,
            () =>
                new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, gradient) = Diff.ValueAndGrad(x => Loss.MSE(x, constants[0]).Mean(), x[0]);
                        return (value, [gradient]);
                    },
                    (x, constants) => functional.mse_loss(x[0], constants[0]),
                    (x, constants) => throw new NotSupportedException(),
                    [1 << 20],
                    [Numbers.Normal(1 << 20, 1)],
                    [Numbers.Normal(1 << 20, 2)]
                )
        ),
        new(
            "MSE by DiffTensor",
            "2^20",
            3,
            () =>
                new IntoWork(
                    (x, constants) => Loss.MSE(x, constants[0]).Mean(),
                    (x, constants) => functional.mse_loss(x, constants[0]),
                    [1 << 20],
                    Numbers.Normal(1 << 20, 1),
                    Numbers.Normal(1 << 20, 2)
                )
        ),
    ];

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
        foreach (var row in Row.All.Concat(s_tensors).Where(row => row.ToString().Contains(only, StringComparison.OrdinalIgnoreCase)))
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
