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

    private static void Curvature_of_pdist()
    {
        DiffTensor<float> x = Numbers<float>(1, 5000, 128),
            direction = Numbers<float>(2, 5000, 128);
        Finite(Diff.hvp(Function<float>(x => Similarity.pdist(2, x).Mean()), x, direction).ToArray());
    }

    private static void Curvature_of_cdist()
    {
        DiffTensor<float> x = Numbers<float>(1, 5000, 128),
            y = Numbers<float>(2, 5000, 128),
            direction = Numbers<float>(3, 5000, 128);
        Finite(Diff.hvp(Function<float>(x => Similarity.cdist(2, y, x).Mean()), x, direction).ToArray());
    }

    private static void Curvature_of_multi_label_margin()
    {
        DiffTensor<float> x = Numbers<float>(1, 1, 10_000),
            direction = Numbers<float>(2, 1, 10_000);
        var indices = new int[10_000];
        Array.Fill(indices, -1);
        for (var i = 0; i < 5000; i++)
            indices[i] = 2 * i;
        var labels = new Labels(indices.AsSpan(), [1, 10_000]);
        // Squared, or there is none.
        var loss = Function<float>(x =>
        {
            var margin = Reduce.mean(Margin.multiLabelMargin(labels, x));
            return margin * margin;
        });
        Finite(Diff.hvp(loss, x, direction).ToArray());
    }

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

    [Fact]
    public void The_curvature_of_pdist_takes_what_its_result_does() => Child.Runs(Curvature_of_pdist, megabytes: 600);

    [Fact]
    public void The_curvature_of_cdist_takes_what_its_result_does() => Child.Runs(Curvature_of_cdist, megabytes: 1200);

    [Fact]
    public void The_curvature_of_multi_label_margin_of_a_long_row() => Child.Runs(Curvature_of_multi_label_margin, megabytes: 64);

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

    // The same distances pair by pair: rows of differences, which have no kernel.
    private static DiffTensor<double> Plain(double p, DiffTensor<double> y, DiffTensor<double> x)
    {
        int rows = x.Shape[0],
            columns = y.Shape[0],
            width = x.Shape[1];
        DiffTensor<double> Spread(DiffTensor<double> v, int axis) =>
            DiffTensor<double>.Expand(DiffTensor<double>.Reshape(v, v.Shape.Insert(axis, 1)), [rows, columns, width]);
        return Similarity.pairwiseDistance(p, 0, false, Spread(y, 0), Spread(x, 1));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Curvatures_are_those_of_the_definition(double p)
    {
        const int rows = 7,
            columns = 5;
        foreach (var width in new[] { 1, 3, 8, 21 })
        {
            DiffTensor<double> x = Numbers<double>(1, rows, width),
                y = Numbers<double>(2, columns, width),
                weights = Numbers<double>(3, rows, columns),
                direction = Numbers<double>(4, rows, width),
                other = Numbers<double>(5, columns, width);
            void Same(
                Converter<DiffTensor<double>, DiffTensor<double>> distances,
                Converter<DiffTensor<double>, DiffTensor<double>> plain,
                DiffTensor<double> at,
                DiffTensor<double> along
            )
            {
                // Also squared: what comes from above varies then. And the derivative of a curvature, which has no kernel.
                foreach (var power in new[] { 1, 2 })
                    Near(
                        Diff.hvp(Function<double>(x => Weighed(plain(x), power)), at, along),
                        Diff.hvp(Function<double>(x => Weighed(distances(x), power)), at, along)
                    );
                DiffTensor<double> Third(Converter<DiffTensor<double>, DiffTensor<double>> f) =>
                    Diff.grad(Function<double>(x => (Diff.hvp(Function<double>(x => Weighed(f(x), 1)), x, along) * along).Sum()), at);
                Near(Third(plain), Third(distances));
            }
            DiffTensor<double> Weighed(DiffTensor<double> distances, int power) =>
                (power == 1 ? distances * weights : distances * distances * weights).Sum();
            void Near(DiffTensor<double> expected, DiffTensor<double> actual)
            {
                var most = expected.ToArray().Max(Math.Abs);
                foreach (var (e, a) in expected.ToArray().Zip(actual.ToArray()))
                    Assert.True(Math.Abs(e - a) <= 1e-11 * (1 + most), $"{a} is not {e}, of {most}");
            }
            Same(x => Similarity.cdist(p, y, x), x => Plain(p, y, x), x, direction);
            Same(y => Similarity.cdist(p, y, x), y => Plain(p, y, x), y, other);
            // Both sides vary, and pairs of equal vectors are among them.
            weights = Numbers<double>(3, rows, rows);
            Same(x => Similarity.cdist(p, x, x), x => Plain(p, x, x), x, direction);
            int[] pairs = [.. Enumerable.Range(0, rows * rows).Where(i => i / rows < i % rows)];
            weights = Numbers<double>(6, pairs.Length);
            DiffTensor<double> Upper(DiffTensor<double> all) =>
                DiffTensor<double>.Gather(DiffTensor<double>.Reshape(all, [rows * rows]), 0, new Labels(pairs));
            Same(x => Similarity.pdist(p, x), x => Upper(Plain(p, x, x)), x, direction);

            // Sets side by side: each is that set's alone.
            DiffTensor<double> xs = Numbers<double>(7, 2, rows, width),
                ys = Numbers<double>(8, 2, columns, width),
                alongXs = Numbers<double>(9, 2, rows, width),
                alongYs = Numbers<double>(10, 2, columns, width);
            DiffTensor<double> Set(DiffTensor<double> all, int set) =>
                DiffTensor<double>.Reshape(DiffTensor<double>.Slice(all, 0, set, 1), [all.Shape[1], all.Shape[2]]);
            DiffTensor<double> ByX(DiffTensor<double> y, DiffTensor<double> x, DiffTensor<double> along) =>
                Diff.hvp(Function<double>(x => Similarity.cdist(p, y, x).Sum()), x, along);
            DiffTensor<double> ByY(DiffTensor<double> y, DiffTensor<double> x, DiffTensor<double> along) =>
                Diff.hvp(Function<double>(y => Similarity.cdist(p, y, x).Sum()), y, along);
            for (var set = 0; set < 2; set++)
            {
                Near(ByX(Set(ys, set), Set(xs, set), Set(alongXs, set)), Set(ByX(ys, xs, alongXs), set));
                Near(ByY(Set(ys, set), Set(xs, set), Set(alongYs, set)), Set(ByY(ys, xs, alongYs), set));
            }
        }
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
