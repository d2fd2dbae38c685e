using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using TorchSharp;

namespace Losses.Bench;

/// <summary>Every row by BenchmarkDotNet, in this process, with libtorch as the baseline.</summary>
public class Full
{
    private Work? _work;

    public static IEnumerable<string> Rows => Row.All.Select(row => row.ToString());

    [ParamsSource(nameof(Rows))]
    public string Work { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        torch.set_num_threads(System.Environment.ProcessorCount);
        _work = Row.All.Single(row => row.ToString() == Work).Make();
        _work.Check();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _work!.Dispose();
        _work = null;
        Memory.Clear();
    }

    [Benchmark(Baseline = true, Description = "libtorch")]
    public void LibTorch() => _work!.LibTorch();

    [Benchmark(Description = "Losses")]
    public float Ours() => _work!.Ours();

    internal static void Run(string[] arguments) =>
        BenchmarkSwitcher
            .FromTypes([typeof(Full)])
            .Run(
                arguments.Length == 0 ? ["--filter", "*"] : arguments,
                DefaultConfig
                    .Instance.AddJob(
                        Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                            .WithIterationTime(TimeInterval.FromMilliseconds(200))
                            .WithWarmupCount(5)
                            .WithIterationCount(15)
                    )
                    .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default)
                    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD)
                    .AddColumn(StatisticColumn.Median, StatisticColumn.Min)
                    .WithSummaryStyle(BenchmarkDotNet.Reports.SummaryStyle.Default.WithMaxParameterColumnWidth(50))
            );
}
