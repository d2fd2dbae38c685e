using System.Numerics;
using Facade;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>Law 26 over spans: a NaN reaches there what it reaches over tensors, of which tests/Properties holds every loss to the law.</summary>
public class NaNOverSpans
{
    private static readonly Shape s_shape = [5, 4];
    private static readonly Shape s_classes = [3, 4, 4];

    public static TheoryData<string> TensorUses => [.. Uses.OnTensors.Select(use => use.Text)];

    public static TheoryData<string> LabelUses => [.. Uses.OnLabels.Select(use => use.Text)];

    [Theory]
    [MemberData(nameof(TensorUses))]
    public void Of_a_target(string text)
    {
        var use = Uses.OnTensors.Single(use => use.Text == text);
        OfATarget<double>(use);
        OfATarget<float>(use);
    }

    [Theory]
    [MemberData(nameof(LabelUses))]
    public void Of_labels(string text)
    {
        var loss = Uses.OnLabels.Single(use => use.Text == text).Loss(Reduction.Mean);
        OfLabels<double>(loss);
        OfLabels<float>(loss);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_triplets(bool swap)
    {
        var loss = Loss.TripletMargin(margin: 50, swap: swap);
        for (var operand = 0; operand < 3; operand++)
        for (var place = 0; place < s_shape.Size; place++)
        {
            float[][] x = [.. Enumerable.Range(1, 3).Select(seed => Samples.Numbers<float>(s_shape, seed).ToArray())],
                slopes = [new float[s_shape.Size], new float[s_shape.Size], new float[s_shape.Size]];
            x[operand][place] = float.NaN;
            Assert.True(float.IsNaN(loss.ValueAndGradients<float>(x[0], x[1], x[2], s_shape, slopes[0], slopes[1], slopes[2])));
            foreach (var gradient in slopes)
                for (var i = 0; i < gradient.Length; i++)
                    Assert.Equal(i / s_shape[1] == place / s_shape[1], float.IsNaN(gradient[i]));
        }
    }

    private static void OfATarget<S>(Uses.TensorUse use)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var loss = use.Loss(Reduction.Mean);
        for (var operand = 0; operand < 2; operand++)
        for (var place = 0; place < s_shape.Size; place++)
        {
            S[] prediction = Samples.Probabilities<S>(s_shape, 1).ToArray(),
                target = (
                    use.Core is "softMargin" or "hingeEmbedding" ? Samples.Signs<S>(s_shape, 2) : Samples.Probabilities<S>(s_shape, 2)
                ).ToArray(),
                slopes = new S[s_shape.Size];
            (operand == 0 ? prediction : target)[place] = S.NaN;
            var (value, gradient) = loss.ValueAndGradient(new DiffTensor<S>(prediction, s_shape), new DiffTensor<S>(target, s_shape));
            Alike((value, gradient), loss.ValueAndGradient(prediction, target, s_shape, slopes), slopes);
            // What a weight of 0 leaves out leaves no trace.
            var counts = use.Weights.IsNone || use.Weights.Values[use.Weights.Shape.Rank == 0 ? 0 : place % s_shape[1]] != 0;
            if (use.Core is not "pointwise" && use.Text.Contains("lassWeights", StringComparison.Ordinal) is false)
            {
                Assert.Equal(counts, S.IsNaN(value.ToScalar()));
                Assert.Equal(counts, S.IsNaN(gradient.ToArray()[place]));
            }
        }
    }

    private static void OfLabels<S>(LabelLoss loss)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var labels = Samples.Labels([3, 4], 4, 2);
        var reached = 0;
        for (var place = 0; place < s_classes.Size; place++)
        {
            var prediction = Samples.Numbers<S>(s_classes, 1).ToArray();
            prediction[place] = S.NaN;
            var slopes = new S[s_classes.Size];
            var (value, gradient) = loss.ValueAndGradient(new DiffTensor<S>(prediction, s_classes), labels);
            Alike((value, gradient), loss.ValueAndGradient(prediction, labels, s_classes, slopes), slopes);
            reached += S.IsNaN(slopes[place]) ? 1 : 0;
        }
        // At the least the labels' own, but those that are ignored or weighed with 0.
        Assert.InRange(reached, 4, s_classes.Size);
    }

    private static void Alike<S>((DiffTensor<S> Value, DiffTensor<S> Gradient) expected, S value, S[] gradient)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Assert.Equal(S.IsNaN(expected.Value.ToScalar()), S.IsNaN(value));
        Assert.Equal(expected.Gradient.ToArray().Select(S.IsNaN), gradient.Select(S.IsNaN));
    }
}
