using System.Runtime.CompilerServices;
using Losses.CSharp;

namespace Losses.Bench;

/// <summary>What it costs that numbers outside a loss's domain are refused.</summary>
/// <remarks>
/// Over spans a kernel looks at its operands while it computes, always: beside it runs the kernel of the same formula without a domain. Where no kernel meets the
/// numbers a reduction does, which <see cref="Domain.IsCheckedByReduction"/> leaves out.
/// </remarks>
internal static class Domains
{
    private const double Seconds = 1.5;
    private const int Count = 1 << 20;

    // The formula alone: every number is in its domain.
    private readonly struct Unchecked<L>(L loss) : IPointwise
        where L : struct, IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target)
            where T : IReal<T> => loss.Apply(prediction, target);
    }

    public static void Run()
    {
        Report.Title("Domains: value and gradient with the check / without it");
        var report = new Report(("work", 50), ("with", 9), ("least", 9), ("without", 9), ("least", 9), ("ratio", 6), ("of least", 8));
        float[] logits = Numbers.Normal(Count, 1),
            probabilities = Numbers.Uniform(Count, 1, 0.01f, 0.99f),
            logs = Numbers.Uniform(Count, 1, -10, 0),
            targets = Numbers.Targets(Count, 2),
            signs = Numbers.Signs(Count, 2);
        OverSpans(report, "BCE", new BCE(), probabilities, targets);
        OverSpans(report, "BCEWithLogits", new BCEWithLogits(), logits, targets);
        OverSpans(report, "KLDiv", new KLDiv(), logs, targets);
        OverSpans(report, "SoftMargin", new SoftMargin(), logits, signs);

        var (x, t) = (DiffTensor.Create(logits, 1024, 1024), DiffTensor.Create(Shares(1024), 1024, 1024));
        var isChecked = Domain.IsCheckedByReduction;
        try
        {
            Compare(report, "CrossEntropyWithProbabilities, by reduction, 2^20", () => Gradient(true), () => Gradient(false));
        }
        finally
        {
            Domain.IsCheckedByReduction = isChecked;
        }

        void Gradient(bool isAsked)
        {
            Domain.IsCheckedByReduction = isAsked;
            Diff.ValueAndGrad(x => Loss.CrossEntropy(x, t).Mean(), x).Gradient.ToArray();
        }
    }

    // Rows of probabilities.
    private static float[] Shares(int classes)
    {
        var shares = Numbers.Uniform(Count, 3, 0, 1);
        for (var row = 0; row < Count; row += classes)
        {
            var sum = shares.AsSpan(row, classes).ToArray().Sum();
            foreach (ref var share in shares.AsSpan(row, classes))
                share /= sum;
        }
        return shares;
    }

    private static void OverSpans<L>(Report report, string name, L loss, float[] prediction, float[] target)
        where L : struct, IPointwise
    {
        var gradient = new float[Count];
        var without = new Unchecked<L>(loss);
        if (loss.ValueAndGradient(prediction, target, gradient) != without.ValueAndGradient(prediction, target, gradient))
            throw new InvalidOperationException($"{name} without its domain is another loss.");
        Compare(
            report,
            $"{name}, 2^20",
            () => loss.ValueAndGradient(prediction, target, gradient),
            () => without.ValueAndGradient(prediction, target, gradient)
        );
    }

    private static void Compare(Report report, string name, Action with, Action without)
    {
        var samples = Protocol.Compare(Seconds, with, without);
        report.Row(
            name,
            Report.Time(samples[0].Median),
            Report.Time(samples[0].Min),
            Report.Time(samples[1].Median),
            Report.Time(samples[1].Min),
            Report.Text(samples[0].Median / samples[1].Median, "0.00"),
            Report.Text(samples[0].Min / samples[1].Min, "0.00")
        );
    }
}
