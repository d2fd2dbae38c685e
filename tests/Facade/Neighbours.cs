using System.Numerics;
using System.Numerics.Tensors;
using FsCheck;
using FsCheck.Xunit;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>.NET's own tensors, in and out, and exact means over spans, batch by batch.</summary>
public class Neighbours
{
    private static float[] Numbers(int length, int seed) => Samples.Numbers<float>([length], seed).ToArray();

    [Property]
    public void Tensor_spans_are_the_spans_beneath(PositiveInt rows, PositiveInt columns)
    {
        var (n, m) = (rows.Get % 20 + 1, columns.Get % 20 + 1);
        float[] x = Numbers(n * m, 1),
            t = Numbers(n * m, 2),
            expected = new float[n * m],
            gradient = new float[n * m];
        foreach (var reduction in (Reduction[])[Reduction.Mean, Reduction.Sum, Reduction.BatchMean])
        {
            var value = new Huber(0.5).ValueAndGradient(x, t, [n, m], expected, reduction);
            var same = new Huber(0.5).ValueAndGradient(
                new ReadOnlyTensorSpan<float>(x, [n, m]),
                new ReadOnlyTensorSpan<float>(t, [n, m]),
                new TensorSpan<float>(gradient, [n, m]),
                reduction
            );
            Assert.Equal(value, same);
            Assert.Equal(expected, gradient);
        }
    }

    [Fact]
    public void Tensor_spans_take_labels()
    {
        float[] x = Numbers(12, 3),
            expected = new float[12],
            gradient = new float[12];
        int[] labels = [2, 0, 1, 3];
        // With a class axis in the middle, as images have.
        var value = new CrossEntropy(labelSmoothing: 0.1).ValueAndGradient(x, [0, 1, 2, 0], [2, 3, 2], expected);
        var same = new CrossEntropy(labelSmoothing: 0.1).ValueAndGradient(
            new ReadOnlyTensorSpan<float>(x, [2, 3, 2]),
            [0, 1, 2, 0],
            new TensorSpan<float>(gradient, [2, 3, 2])
        );
        Assert.Equal(value, same);
        Assert.Equal(expected, gradient);
        Refuses<ArgumentOutOfRangeException>(
            "labels",
            () =>
                new CrossEntropy().ValueAndGradient(
                    new ReadOnlyTensorSpan<float>(x, [4, 3]),
                    labels,
                    new TensorSpan<float>(gradient, [4, 3])
                )
        );
    }

    [Fact]
    public void Tensor_spans_that_do_not_fit_are_refused_by_name()
    {
        float[] x = Numbers(12, 3);
        var e = Refuses<ArgumentException>("target", () => Call([3, 4], [4, 3], [3, 4]));
        Assert.StartsWith("target has shape (4, 3) but prediction has shape (3, 4); they must be equal.", e.Message);
        Refuses<ArgumentException>("gradient", () => Call([3, 4], [3, 4], [12]));
        // Every other column.
        e = Refuses<ArgumentException>(
            "prediction",
            () =>
                new MSE().ValueAndGradient(
                    new ReadOnlyTensorSpan<float>(x, [3, 2], [4, 2]),
                    new ReadOnlyTensorSpan<float>(x, [3, 2], [2, 1]),
                    new TensorSpan<float>(new float[6], [3, 2])
                )
        );
        Assert.StartsWith("prediction is not dense", e.Message);
        // Transposed, which .NET calls dense.
        Refuses<ArgumentException>(
            "target",
            () =>
                new MSE().ValueAndGradient(
                    new ReadOnlyTensorSpan<float>(x, [3, 4]),
                    new ReadOnlyTensorSpan<float>(x, [3, 4], [1, 3]),
                    new TensorSpan<float>(new float[12], [3, 4])
                )
        );

        void Call(nint[] prediction, nint[] target, nint[] gradient) =>
            new MSE().ValueAndGradient(
                new ReadOnlyTensorSpan<float>(x, prediction),
                new ReadOnlyTensorSpan<float>(x, target),
                new TensorSpan<float>(new float[12], gradient)
            );
    }

    [Fact]
    public void No_element_is_copied()
    {
        float[] x = Numbers(4096, 1),
            t = Numbers(4096, 2),
            gradient = new float[4096];
        var over = DiffTensor.Over<float>(x, [64, 64]).AsTensorSpan();
        Assert.True(System.Runtime.CompilerServices.Unsafe.AreSame(in over.GetPinnableReference(), in x[0]));
        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);

        void Step() =>
            new Huber(0.5).ValueAndGradient(
                new ReadOnlyTensorSpan<float>(x, [64, 64]),
                new ReadOnlyTensorSpan<float>(t, [64, 64]),
                new TensorSpan<float>(gradient, [64, 64])
            );
    }

    [Fact]
    public void Tensors_come_and_go()
    {
        double[] numbers = [1, 2, 3, 4, 5, 6];
        var transposed = new ReadOnlyTensorSpan<double>(numbers, [3, 2], [1, 3]);
        Assert.Equal([1, 4, 2, 5, 3, 6], DiffTensor.Create(transposed).ToArray());
        var x = DiffTensor.Create(numbers, 2, 3);
        var back = DiffTensor.Create(x.AsTensorSpan());
        Assert.Equal(new Shape(2, 3), back.Shape);
        Assert.Equal(numbers, back.ToArray());
        Assert.Equal([2.5, 2.5, 2.5, 2.5], DiffTensor.Create(DiffTensor<double>.Filled(2.5, [2, 2]).AsTensorSpan()).ToArray());
        Assert.Equal(7, DiffTensor.Scalar(7.0).AsTensorSpan()[0]);
        Assert.Equal(new Shape(0), DiffTensor.Create(default(ReadOnlyTensorSpan<double>)).Shape);
    }

    [Property]
    public void Batches_over_spans_have_the_mean_of_the_whole(PositiveInt length, PositiveInt cut)
    {
        var n = length.Get * 37;
        float[] x = Numbers(n, 5),
            t = Numbers(n, 6);
        var whole = new LossAccumulator();
        whole.Add(Loss.Huber(DiffTensor.Create(x), DiffTensor.Create(t), delta: 0.5));
        var parts = new LossAccumulator();
        for (var start = 0; start < n; start += cut.Get)
        {
            var size = Math.Min(cut.Get, n - start);
            parts.Add<Huber, float>(new(0.5), x.AsSpan(start, size), t.AsSpan(start, size));
        }
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void Batches_of_labels_have_the_mean_of_the_whole()
    {
        var logits = Samples.Numbers<double>([60, 5], 7);
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 7 == 0 ? -100 : i % 5)];
        double[] weights = [1, 2, 0.5, 1, 3];
        var whole = new LossAccumulator();
        whole.Add(Loss.CrossEntropy(logits, new Labels(labels), weights));
        var parts = new LossAccumulator();
        for (var start = 0; start < 60; start += 13)
        {
            var size = Math.Min(13, 60 - start);
            parts.Add<CrossEntropy, double>(new(weights), logits.ToArray().AsSpan(start * 5, size * 5), labels.AsSpan(start, size));
        }
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void What_is_refused_adds_nothing()
    {
        var total = new LossAccumulator();
        total.Add<MSE, double>(new(), [1, 2], [3, 4]);
        var before = total.ToBytes();
        Refuses<ArgumentException>("target", () => total.Add<MSE, double>(new(), [1, 2], [3]));
        Refuses<ArgumentOutOfRangeException>("prediction", () => total.Add<BCE, double>(new(), [0.5, 1.5], [0, 1]));
        Refuses<ArgumentOutOfRangeException>("labels", () => total.Add<CrossEntropy, double>(new(), [1, 2, 3, 4], new int[] { 0, 2 }));
        Refuses<ArgumentException>("prediction", () => total.Add<CrossEntropy, double>(new(), [1, 2, 3], new int[] { 0, 1 }));
        Assert.Equal(before, total.ToBytes());
    }

    [Fact]
    public void A_batch_of_values_allocates_nothing()
    {
        var total = new LossAccumulator();
        float[] values = Numbers(5000, 8);
        double[] wide = [.. values.Select(x => (double)x)],
            weights = [.. values.Select(Math.Abs)];
        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Step();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Step()
        {
            total.Add(values);
            total.Add(wide);
            total.Add(wide, weights);
        }
    }

    [Fact]
    public void A_batch_over_spans_stores_no_values()
    {
        var total = new LossAccumulator();
        float[] x = Numbers(20_000, 8),
            t = Numbers(20_000, 9);
        total.Add<Huber, float>(new(0.5), x, t);
        var before = GC.GetAllocatedBytesForCurrentThread();
        total.Add<Huber, float>(new(0.5), x, t);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8192);
    }

    private static E Refuses<E>(string name, Action call)
        where E : ArgumentException
    {
        var e = Assert.ThrowsAny<E>(call);
        Assert.Equal(name, e.ParamName);
        return e;
    }
}
