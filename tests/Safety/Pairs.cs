using System.Numerics;
using Losses.FSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>Losses of pairs take memory for their inputs and their results, never for the pairs' parts; and are what loops would give.</summary>
public class Pairs
{
    private static DiffTensor<S> Numbers<S>(int seed, params int[] shape)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var random = new Random(seed);
        var values = new S[new Shape(shape).Size];
        for (var i = 0; i < values.Length; i++)
            values[i] = S.CreateChecked(Math.Round(256 * (random.NextDouble() - 0.5)) / 64);
        return new(values, shape);
    }

    private static Microsoft.FSharp.Core.FSharpFunc<DiffTensor<S>, DiffTensor<S>> Function<S>(Converter<DiffTensor<S>, DiffTensor<S>> f)
        where S : unmanaged, IFloatingPointIeee754<S> => f;

    private static void Finite(float[] values) => Assert.True(Array.TrueForAll(values, float.IsFinite));

    private static void Pdist_of_5000()
    {
        var x = Numbers<float>(1, 5000, 128);
        Finite(Diff.grad(Function<float>(x => Similarity.pdist(2, x).Mean()), x).ToArray());
        Finite(Similarity.pdist(2, x).ToArray());
    }

    private static void Cdist_of_5000()
    {
        DiffTensor<float> x = Numbers<float>(1, 5000, 128),
            y = Numbers<float>(2, 5000, 128);
        Finite(Diff.grad(Function<float>(x => Similarity.cdist(2, y, x).Mean()), x).ToArray());
        Finite(Diff.grad(Function<float>(y => Similarity.cdist(1, y, x).Mean()), y).ToArray());
    }

    private static void MultiLabel(int rows, int classes, int labels)
    {
        var x = Numbers<float>(1, rows, classes);
        var indices = new int[rows * classes];
        Array.Fill(indices, -1);
        for (var row = 0; row < rows; row++)
        for (var i = 0; i < labels; i++)
            indices[row * classes + i] = (int)((i * 2L + row) % classes);
        var several = new Labels(indices.AsSpan(), [rows, classes]);
        var loss = Function<float>(x => Reduce.mean(Margin.multiLabelMargin(several, x)));
        Finite(Diff.grad(loss, x).ToArray());
    }

    private static void Multi_label_margin_of_10000_classes() => MultiLabel(1, 10_000, 5_000);

    private static void Multi_label_margin_of_46341_classes() => MultiLabel(1, 46_341, 20_000);

    private static void Multi_label_margin_of_many_rows() => MultiLabel(2000, 1000, 100);

    // Megabytes: what the inputs and results take, several times over, and less than what any array of all components of all pairs would.
    [Fact]
    public void Pdist_takes_what_its_result_does() => Child.Runs(Pdist_of_5000, megabytes: 600);

    [Fact]
    public void Cdist_takes_what_its_result_does() => Child.Runs(Cdist_of_5000, megabytes: 900);

    [Fact]
    public void Multi_label_margin_of_a_long_row() => Child.Runs(Multi_label_margin_of_10000_classes, megabytes: 64);

    [Fact]
    public void Multi_label_margin_of_a_very_long_row() => Child.Runs(Multi_label_margin_of_46341_classes, megabytes: 64);

    [Fact]
    public void Multi_label_margin_of_rows() => Child.Runs(Multi_label_margin_of_many_rows, megabytes: 300);

    public static TheoryData<double> Orders => [0, 0.5, 1, 1.5, 2, 3, double.PositiveInfinity];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Distances_are_what_loops_give(double p)
    {
        Distances<float>(p, 2e-6);
        Distances<double>(p, 1e-12);
    }

    // Several tiles each way, of two pairs of sets, and no whole number of anything.
    private static void Distances<S>(double p, double tolerance)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        const int sets = 2,
            rows = 151,
            columns = 333,
            width = 61;
        DiffTensor<S> x = Numbers<S>(1, sets, rows, width),
            y = Numbers<S>(2, sets, columns, width),
            upstream = Numbers<S>(3, sets, rows, columns),
            own = Numbers<S>(4, columns, width),
            ownUpstream = Numbers<S>(5, columns * (columns - 1) / 2);
        var distances = Similarity.cdist(p, y, x).ToArray();
        var byX = Diff.vjp(Function<S>(x => Similarity.cdist(p, y, x)), x, upstream).ToArray();
        var byY = Diff.vjp(Function<S>(y => Similarity.cdist(p, y, x)), y, upstream).ToArray();
        double[] slopesX = new double[byX.Length],
            slopesY = new double[byY.Length];
        for (var set = 0; set < sets; set++)
        for (var i = 0; i < rows; i++)
        for (var j = 0; j < columns; j++)
        {
            var place = (set * rows + i) * columns + j;
            int a = (set * rows + i) * width,
                b = (set * columns + j) * width;
            var norm = Loop(p, Wide(x), a, Wide(y), b, width, Wide(upstream)[place], slopesX, slopesY);
            Near(norm, distances[place], tolerance * norm);
        }
        for (var k = 0; k < byX.Length; k++)
            Near(slopesX[k], byX[k], tolerance * (100 + Math.Abs(slopesX[k])));
        for (var k = 0; k < byY.Length; k++)
            Near(slopesY[k], byY[k], tolerance * (100 + Math.Abs(slopesY[k])));

        var within = Similarity.pdist(p, own).ToArray();
        var byOwn = Diff.vjp(Function<S>(own => Similarity.pdist(p, own)), own, ownUpstream).ToArray();
        var slopes = new double[byOwn.Length];
        var pair = 0;
        for (var i = 0; i < columns; i++)
        for (var j = i + 1; j < columns; j++, pair++)
        {
            var norm = Loop(p, Wide(own), i * width, Wide(own), j * width, width, Wide(ownUpstream)[pair], slopes, slopes);
            Near(norm, within[pair], tolerance * norm);
        }
        for (var k = 0; k < byOwn.Length; k++)
            Near(slopes[k], byOwn[k], tolerance * (100 + Math.Abs(slopes[k])));
    }

    private static readonly Dictionary<object, double[]> s_wide = [];

    private static double[] Wide<S>(DiffTensor<S> x)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        lock (s_wide)
            return s_wide.TryGetValue(x, out var values) ? values : s_wide[x] = Array.ConvertAll(x.ToArray(), double.CreateChecked);
    }

    private static void Near<S>(double expected, S actual, double tolerance)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Assert.True(Math.Abs(expected - double.CreateChecked(actual)) <= tolerance, $"{actual} is not {expected}");

    private static double Loop(
        double p,
        double[] x,
        int a,
        double[] y,
        int b,
        int width,
        double upstream,
        double[] slopesX,
        double[] slopesY
    )
    {
        double sum = 0,
            largest = 0;
        for (var k = 0; k < width; k++)
        {
            var d = Math.Abs(x[a + k] - y[b + k]);
            largest = Math.Max(largest, d);
            sum += p == 0 ? (d == 0 ? 0 : 1) : Math.Pow(d, p);
        }
        var norm =
            double.IsPositiveInfinity(p) ? largest
            : p == 0 ? sum
            : Math.Pow(sum, 1 / p);
        var ties = Enumerable.Range(0, width).Count(k => Math.Abs(x[a + k] - y[b + k]) == largest);
        for (var k = 0; k < width && p != 0; k++)
        {
            var d = x[a + k] - y[b + k];
            var slope =
                d == 0 ? 0
                : double.IsPositiveInfinity(p) ? (Math.Abs(d) == largest ? Math.Sign(d) / (double)ties : 0)
                : Math.Sign(d) * Math.Pow(Math.Abs(d) / norm, p - 1);
            slopesX[a + k] += upstream * slope;
            slopesY[b + k] -= upstream * slope;
        }
        return norm;
    }

    [Fact]
    public void Multi_label_margin_is_what_loops_give()
    {
        const int rows = 7,
            classes = 59;
        var x = Numbers<double>(1, rows, classes);
        var upstream = Numbers<double>(2, rows);
        var indices = Enumerable.Range(0, x.Count).Select(i => i % classes < i / classes * 4 ? i * 5 % classes : -1).ToArray();
        // One label twice.
        indices[3 * classes + 1] = indices[3 * classes];
        var labels = new Labels(indices.AsSpan(), [rows, classes]);
        var values = Margin.multiLabelMargin(labels, x).Values.ToArray();
        var gradient = Diff.vjp(Function<double>(x => Margin.multiLabelMargin(labels, x).Values), x, upstream).ToArray();
        var scores = x.ToArray();
        for (var row = 0; row < rows; row++)
        {
            var own = indices.Skip(row * classes).Take(classes).TakeWhile(label => label >= 0).ToArray();
            var slopes = new double[classes];
            var value = 0.0;
            foreach (var label in own)
                for (var j = 0; j < classes; j++)
                    if (!own.Contains(j) && 1 - (scores[row * classes + label] - scores[row * classes + j]) is > 0 and var lacking)
                    {
                        value += lacking / classes;
                        slopes[j] += upstream.ToArray()[row] / classes;
                        slopes[label] -= upstream.ToArray()[row] / classes;
                    }
            Near(value, values[row], 1e-12);
            for (var j = 0; j < classes; j++)
                Near(slopes[j], gradient[row * classes + j], 1e-12);
        }
    }
}
