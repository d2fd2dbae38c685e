using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Losses.Catalogue;
using Losses.CSharp;

namespace Losses.Tests;

/// <summary>Values and gradients of every loss of the catalogue on inputs that are the same in every process, as digests of their bits.</summary>
internal static class Battery
{
    // Of elements enough for several threads, and no whole number of lanes; of rows short and long.
    private static readonly (int Count, int Width)[] s_elements = [(1, 1), (7, 1), (1000, 1), (70_001, 1)];
    private static readonly (int Count, int Width)[] s_rows = [(3, 5), (701, 31), (67, 1003)];

    internal static IEnumerable<(string Name, string Digest)> Digests() =>
        Of<float>(FormatModule.float32).Concat(Of<double>(FormatModule.float64));

    private static IEnumerable<(string, string)> Of<S>(Format format)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        foreach (var entry in Catalogue.Catalogue.all)
        foreach (var (count, width) in Sizes(entry))
        {
            var batch = Batch.Drawn(entry, seed: 5, format, count, width);
            var inputs = Array.ConvertAll(batch.Inputs, input => new DiffTensor<S>(Narrow<S>(input.Item1), input.Item2));
            yield return ($"{entry.Name} {format.Name} {count}×{width}", OfTensors(entry, batch, inputs));
            if (entry.Spans is { Value: var spans })
            {
                var operands = Array.ConvertAll(batch.Inputs, input => Narrow<S>(input.Item1));
                yield return (
                    $"{entry.Name} {format.Name} {count}×{width} over spans",
                    Digest(spans.Gradient(operands, batch.Labels, inputs[0].Shape))
                );
            }
        }
        // A row so long that threads share it, and second derivatives.
        var logits = Numbers<S>(7, [3, 70_001]);
        var gradient = new S[logits.Count];
        new CrossEntropy().ValueAndGradient(logits.ToArray(), (ReadOnlySpan<int>)[5, 60_000, 0], logits.Shape, gradient);
        yield return ($"long rows {format.Name}", Digest(gradient));
        var x = Numbers<S>(1, [1003, 57]);
        var y = Activations.Sigmoid(Numbers<S>(2, [1003, 57]));
        yield return (
            $"Hessian {format.Name}",
            Digest(Diff.Hvp(v => Loss.BCEWithLogits(v, y).Mean(), x, Numbers<S>(3, [1003, 57])).ToArray())
        );
    }

    private static IEnumerable<(int Count, int Width)> Sizes(Entry entry) =>
        // Operation by operation: what threads share, others show.
        entry.IsElementwise
            ? (entry.IsComposed ? s_elements[..3] : s_elements)
        : entry.IsWhole ? entry.Widths.Select(width => (1, width))
        // Sequences are as long as their loss says.
        // The time of pairs grows with the square of a list, and without vector instructions it is long.
        : entry.Laws.Any(law => law.IsCountsBy) ? [(3, 5), (701, 31), (2, 1003)]
        // What is made of tensor operations may store pairs.
        : entry.IsComposed && entry.Widths.Contains(8) ? [(3, 5), (701, 31), (2, 1003)]
        : entry.Widths.Contains(8) ? s_rows
        : entry.Widths.Select(width => (701, width));

    private static string OfTensors<S>(Entry entry, Batch batch, DiffTensor<S>[] inputs)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var (values, pull) = DiffTensor.Pullback<S>(xs => entry.Call.Of(xs, batch.Labels).Mean(), inputs);
        return Digest([
            .. entry.Call.Of(inputs, batch.Labels).Values.ToArray(),
            values.ToScalar(),
            .. pull(1).SelectMany(gradient => gradient.ToArray()),
        ]);
    }

    private static DiffTensor<S> Numbers<S>(int seed, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var random = new Random(seed);
        return new(Narrow<S>([.. Enumerable.Range(0, shape.Size).Select(_ => random.NextDouble() * 60 - 30)]), shape);
    }

    private static S[] Narrow<S>(double[] values)
        where S : unmanaged, IFloatingPointIeee754<S> => Array.ConvertAll(values, S.CreateTruncating);

    // Which NaN it is, no standard says.
    private static string Digest<S>(S[] values)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        System.Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(Array.ConvertAll(values, x => S.IsNaN(x) ? S.NaN : x).AsSpan())));
}
