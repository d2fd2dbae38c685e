using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Losses.CSharp;

namespace Losses.Tests;

/// <summary>Values and gradients of every kind of kernel on inputs that are the same in every process, as digests of their bits.</summary>
internal static class Battery
{
    // Enough elements for several threads, and no whole number of lanes.
    private const int Many = 200_003;

    internal static IEnumerable<(string Name, string Digest)> Digests() => Of<float>().Concat(Of<double>());

    private static IEnumerable<(string, string)> Of<S>()
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var type = typeof(S).Name;
        foreach (var (name, run) in Pointwise<S>())
        foreach (var count in (int[])[1, 7, 1000, Many])
            yield return ($"{name} {type} {count}", OfPointwise(run, name, count));
        foreach (var (rows, classes) in ((int, int)[])[(3, 5), (701, 31), (257, 1003), (3, 70_001)])
        {
            yield return ($"CrossEntropy {type} {rows}×{classes}", OfRows<CrossEntropy, S>(new(), rows, classes, 1));
            yield return (
                $"CrossEntropy smoothed {type} {rows}×{classes}",
                OfRows<CrossEntropy, S>(new(labelSmoothing: 0.1), rows, classes, 1)
            );
        }
        yield return ($"CrossEntropy {type} across", OfRows<CrossEntropy, S>(new(), 2, 21, 5003));
        yield return ($"NLL {type} across", OfRows<NLL, S>(new(), 2, 21, 5003));
        var x = Tensor<S>(1, -3, 3, [1003, 57]);
        var y = Tensor<S>(2, -3, 3, [1003, 57]);
        var z = Tensor<S>(3, -3, 3, [1003, 57]);
        yield return ($"CosineSimilarity {type}", Digest(Diff.ValueAndGrad(v => Similarity.CosineSimilarity(v, y).Sum(), x)));
        yield return ($"PairwiseDistance {type}", Digest(Diff.ValueAndGrad(v => Similarity.PairwiseDistance(v, y).Sum(), x)));
        yield return ($"TripletMargin {type}", Digest(Diff.ValueAndGrad(v => Loss.TripletMargin(v, y, z).Mean(), x)));
        yield return ($"CosineEmbedding {type}", Digest(Diff.ValueAndGrad(v => Similarity.CosineDistance(v, y).Sum(), x)));
        foreach (var p in (double[])[0, 1, 2, 3, double.PositiveInfinity])
        {
            yield return ($"Cdist {p} {type}", Digest(Diff.ValueAndGrad(v => Similarity.Cdist(v, y.Slice(0, 0, 501), p).Sum(), x)));
            yield return ($"Pdist {p} {type}", Digest(Diff.ValueAndGrad(v => Similarity.Pdist(v.Slice(0, 0, 703), p).Sum(), x)));
        }
        var several = new Labels(
            Enumerable.Range(0, x.Count).Select(i => i % 57 < i / 57 % 9 ? i * 5 % 57 : -1).ToArray().AsSpan(),
            x.Shape
        );
        yield return (
            $"MultiLabelMargin {type}",
            Digest(Diff.ValueAndGrad(v => FSharp.Reduce.mean(FSharp.Margin.multiLabelMargin(several, v)), x))
        );
        yield return ($"Softmax {type}", Digest(Diff.ValueAndGrad(v => (Activations.Softmax(v, 1) * y).Sum(), x)));
        var frames = Activations.LogSoftmax(Tensor<S>(4, -2, 2, [30, 5, 9]), 2);
        var labels = new Labels(Enumerable.Range(0, 35).Select(i => 1 + i * 5 % 8).ToArray().AsSpan(), [5, 7]);
        int[] inputs = [30, 29, 25, 20, 30],
            targets = [7, 6, 5, 0, 7];
        yield return ($"CTC {type}", Digest(Diff.ValueAndGrad(v => Loss.CTC(v, labels, inputs, targets).Mean(), frames)));
        yield return ($"Hessian {type}", Digest((x.Sum(), Diff.Hvp(v => Loss.BCEWithLogits(v, Activations.Sigmoid(y)).Mean(), x, z))));
    }

    // A loss over spans, whichever it is.
    private delegate S Run<S>(ReadOnlySpan<S> prediction, ReadOnlySpan<S> target, Span<S> gradient);

    private static Run<S> Of<L, S>(L loss)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S> =>
        (prediction, target, gradient) => loss.ValueAndGradient(prediction, target, gradient);

    private static IEnumerable<(string, Run<S>)> Pointwise<S>()
        where S : unmanaged, IFloatingPointIeee754<S> =>
        [
            ("L1", Of<L1, S>(new())),
            ("MSE", Of<MSE, S>(new())),
            ("SmoothL1", Of<SmoothL1, S>(new(0.3))),
            ("Huber", Of<Huber, S>(new(0.7))),
            ("BCE", Of<BCE, S>(new())),
            ("BCEWithLogits", Of<BCEWithLogits, S>(new())),
            ("SoftMargin", Of<SoftMargin, S>(new())),
            ("KLDiv", Of<KLDiv, S>(new())),
            ("KLDiv of logarithms", Of<KLDivOfLogs, S>(new())),
            ("PoissonNLL", Of<PoissonNLL, S>(new(logInput: true, full: true, eps: 1e-8))),
            ("HingeEmbedding", Of<HingeEmbedding, S>(new(1))),
        ];

    private static string OfPointwise<S>(Run<S> run, string name, int count)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        // Probabilities where the loss takes them.
        var prediction = name == "BCE" ? Numbers<S>(5, 0, 1, count) : Numbers<S>(5, -20, 20, count);
        var target = Numbers<S>(6, 0, 1, count);
        if (name is "SoftMargin" or "HingeEmbedding")
            target = Array.ConvertAll(target, static t => t < S.One - t ? -S.One : S.One);
        var gradient = new S[count];
        var value = run(prediction, target, gradient);
        return Digest(value, gradient);
    }

    private static string OfRows<L, S>(L loss, int rows, int classes, int inner)
        where L : ILabelled
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Shape shape = inner == 1 ? [rows, classes] : [rows, classes, inner];
        var gradient = new S[shape.Size];
        var labels = new Labels(
            Enumerable.Range(0, rows * inner).Select(i => (int)(i * 7919L % classes)).ToArray().AsSpan(),
            shape.Without(1)
        );
        var value = loss.ValueAndGradient(Numbers<S>(7, -30, 30, shape.Size), labels.Indices, shape, gradient);
        return Digest(value, gradient);
    }

    private static DiffTensor<S> Tensor<S>(int seed, double low, double high, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S> => new(Numbers<S>(seed, low, high, shape.Size), shape);

    private static S[] Numbers<S>(int seed, double low, double high, int count)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => S.CreateChecked(low + (high - low) * random.NextDouble()))];
    }

    private static string Digest<S>((DiffTensor<S> Value, DiffTensor<S> Gradient) result)
        where S : unmanaged, IFloatingPointIeee754<S> => Digest(result.Value.ToScalar(), result.Gradient.ToArray());

    private static string Digest<S>(S value, S[] gradient)
        where S : unmanaged
    {
        S[] all = [value, .. gradient];
        return System.Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(all.AsSpan())));
    }
}
