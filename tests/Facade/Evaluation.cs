using System.Numerics;
using System.Runtime.CompilerServices;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>One loss, however it is evaluated: tensors, derivatives of tensors, spans.</summary>
public class Evaluation
{
    private static readonly Reduction[] s_reductions = [Reduction.Mean, Reduction.Sum];

    // Lengths around the lanes' and one above the kernels' blocks.
    public static TheoryData<int> Lengths => [1, 2, 3, 7, 8, 9, 31, 64, 1000, 5001];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Pointwise_over_spans_is_that_of_tensors(int length)
    {
        Agree<Huber, double>(new(0.5), length);
        Agree<Huber, float>(new(0.5), length);
        Agree<BCEWithLogits, double>(new(), length);
        Agree<BCEWithLogits, float>(new(), length);
        Agree<PoissonNLL, float>(new(logInput: true, full: true, eps: 0), length);
        Agree<Cauchy, float>(new(2), length);
        Agree<Added<Scaled<MSE>, Scaled<Cauchy>>, double>(0.7 * new MSE() + 0.3 * new Cauchy(1), length);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Three_operands_over_spans_are_those_of_tensors(int length)
    {
        DiffTensor<double> x = Samples.Numbers<double>([length], 1),
            t = Samples.Numbers<double>([length], 2),
            v = Samples.Probabilities<double>([length], 3);
        double[][] g = [new double[length], new double[length], new double[length]];
        foreach (var reduction in s_reductions)
        {
            var (value, gradients) = Diff.ValueAndGrad(x => Loss.GaussianNLL(x[0], x[1], x[2], full: true).Reduce(reduction), x, t, v);
            GaussianNLL loss = new(full: true, eps: 1e-6);
            Assert.Equal(value.ToScalar(), loss.ValueAndGradients(x.ToArray(), t.ToArray(), v.ToArray(), g[0], g[1], g[2], reduction));
            Assert.Equal(gradients.Select(gradient => gradient.ToArray()), g);
            Assert.Equal(value.ToScalar(), loss.ValueAndGradients(x.ToArray(), t.ToArray(), v.ToArray(), [], g[0], [], reduction));
            Assert.Equal(gradients[1].ToArray(), g[0]);
        }
    }

    [Fact]
    public void A_batch_mean_over_spans_divides_by_the_first_axis()
    {
        DiffTensor<double> logs = Activations.LogSoftmax(Samples.Numbers<double>([3, 4], 1), 1),
            target = Activations.Softmax(Samples.Numbers<double>([3, 4], 2), 1);
        var gradient = new double[12];
        var value = new KLDiv().ValueAndGradient(logs.ToArray(), target.ToArray(), [3, 4], gradient, Reduction.BatchMean);
        var (expected, slope) = Diff.ValueAndGrad(x => Loss.KLDiv(x, target).BatchMean(), logs);
        Assert.Equal(expected.ToScalar(), value);
        Assert.Equal(slope.ToArray(), gradient);
    }

    [Theory]
    [InlineData(new[] { 5, 4 }, 1)]
    [InlineData(new[] { 3, 4, 4 }, 1)]
    [InlineData(new[] { 3, 4, 4 }, 2)]
    [InlineData(new[] { 4, 3, 4 }, 0)]
    [InlineData(new[] { 7 }, 0)]
    public void Rows_with_labels_over_spans_are_those_of_tensors(int[] lengths, int axis)
    {
        AgreeOnLabels<double>(lengths, axis);
        AgreeOnLabels<float>(lengths, axis);
    }

    private static void AgreeOnLabels<S>(Shape shape, int axis)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var prediction = Samples.Numbers<S>(shape, 1);
        var labels = Samples.Labels(shape.Without(axis), shape[axis], 2);
        Weights weights = Enumerable.Range(1, shape[axis]).Select(c => c / 2.0).ToArray();
        var gradient = new S[shape.Size];
        foreach (var reduction in s_reductions)
        {
            (DiffTensor<S> Value, DiffTensor<S> Gradient)[] expected =
            [
                Diff.ValueAndGrad(x => Loss.CrossEntropy(x, labels, classAxis: axis).Reduce(reduction), prediction),
                Diff.ValueAndGrad(
                    x => Loss.CrossEntropy(x, labels, weights, ignoreIndex: 1, labelSmoothing: 0.1, classAxis: axis).Reduce(reduction),
                    prediction
                ),
                Diff.ValueAndGrad(x => Loss.NLL(x, labels, weights, ignoreIndex: 2, classAxis: axis).Reduce(reduction), prediction),
            ];
            Check(expected[0], Of(new CrossEntropy(classAxis: axis)));
            Check(expected[1], Of(new CrossEntropy(weights, ignoreIndex: 1, labelSmoothing: 0.1, classAxis: axis)));
            Check(expected[2], Of(new NLL(weights, ignoreIndex: 2, classAxis: axis)));
            // Rows of logits need no shape.
            if (axis == 1 && shape.Rank == 2)
                Check(expected[0], new CrossEntropy().ValueAndGradient(prediction.ToArray(), labels.Indices, gradient, reduction));

            S Of<L>(L loss)
                where L : ILabelled => loss.ValueAndGradient(prediction.ToArray(), labels.Indices, shape, gradient, reduction);
        }

        void Check((DiffTensor<S> Value, DiffTensor<S> Gradient) expected, S value)
        {
            Assert.Equal(expected.Value.ToScalar(), value);
            if (typeof(S) == typeof(float))
                Near.Neighbours<S>(expected.Gradient.ToArray(), gradient);
            else
                Assert.Equal(expected.Gradient.ToArray(), gradient);
        }
    }

    [Fact]
    public void The_gradient_of_spans_may_take_the_place_of_the_prediction()
    {
        InPlace(new MSE());
        InPlace(new BCEWithLogits());
        InPlace(0.5 * new L1() + new Huber(2));
        var logits = Samples.Numbers<double>([40, 25], 1).ToArray();
        var labels = Samples.Labels([40], 25, 2).Indices;
        var gradient = new double[1000];
        var value = new CrossEntropy(labelSmoothing: 0.1).ValueAndGradient(logits, labels, gradient);
        Assert.Equal(value, new CrossEntropy(labelSmoothing: 0.1).ValueAndGradient(logits, labels, logits));
        Assert.Equal(gradient, logits);

        static void InPlace<L>(L loss)
            where L : struct, IPointwise
        {
            var prediction = Samples.Numbers<float>([1000], 1).ToArray();
            var target = Samples.Probabilities<float>([1000], 2).ToArray();
            var gradient = new float[1000];
            var value = loss.ValueAndGradient(prediction, target, gradient);
            Assert.Equal(value, loss.ValueAndGradient(prediction, target, prediction));
            Assert.Equal(gradient, prediction);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Gradient_and_curvature_over_spans_are_the_derivatives_of_each_element(int length)
    {
        Derivatives<Huber, double>(new(0.5), length);
        Derivatives<BCEWithLogits, double>(new(), length);
        Derivatives<BCEWithLogits, float>(new(), length);
        Derivatives<Cauchy, double>(new(2), length);
        Derivatives<Cauchy, float>(new(2), length);
        Derivatives<Added<Scaled<MSE>, Cauchy>, double>(0.7 * new MSE() + new Cauchy(1), length);
    }

    private static void Derivatives<L, S>(L loss, int length)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        DiffTensor<S> x = Samples.Numbers<S>([length], 1),
            t = Samples.Probabilities<S>([length], 2),
            weights = Samples.Probabilities<S>([length], 3),
            one = DiffTensor<S>.Filled(1, [length]);
        S[] prediction = x.ToArray(),
            target = t.ToArray(),
            gradient = new S[length],
            curvature = new S[length];
        var tolerance = typeof(S) == typeof(float) ? 1e-6 : 1e-14;
        DiffTensor<S> Sum(DiffTensor<S> x) => Loss.Pointwise(x, t, loss).Sum();
        DiffTensor<S> slope = Diff.Grad(Sum, x),
            bend = Diff.Hvp(Sum, x, one);
        loss.GradientAndCurvature(prediction, target, gradient, curvature);
        Near.Within(tolerance, slope, new(gradient, [length]));
        Near.Within(tolerance, bend, new(curvature, [length]));
        // With weights, and in the place of the operands.
        loss.GradientAndCurvature(prediction, target, prediction, target, weights.ToArray());
        Near.Within(tolerance, weights * slope, new(prediction, [length]));
        Near.Within(tolerance, weights * bend, new(target, [length]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(2, 8)]
    [InlineData(5, 33)]
    [InlineData(700, 40)]
    public void Triplets_over_spans_are_those_of_tensors(int rows, int width)
    {
        foreach (var reduction in s_reductions)
        foreach (var swap in new[] { false, true })
        foreach (var norm in new[] { 1.0, 2.0 })
        {
            AgreeOnTriplets<float>(norm, swap, reduction, [rows, width]);
            AgreeOnTriplets<double>(norm, swap, reduction, [rows, width]);
        }
    }

    private static void AgreeOnTriplets<S>(double norm, bool swap, Reduction reduction, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        TripletMargin loss = new(margin: 0.3, p: norm, swap: swap);
        var x = new[] { 1, 2, 3 }.Select(seed => Samples.Probabilities<S>(shape, seed)).ToArray();
        var (value, gradients) = Diff.ValueAndGrad(
            x => Loss.TripletMargin(x[0], x[1], x[2], margin: 0.3, p: norm, swap: swap).Reduce(reduction),
            x
        );
        S[] a = x[0].ToArray(),
            b = x[1].ToArray(),
            c = x[2].ToArray();
        S[][] g = [new S[shape.Size], new S[shape.Size], new S[shape.Size]];
        Assert.Equal(value.ToScalar(), loss.ValueAndGradients(a, b, c, shape[1], g[0], g[1], g[2], reduction));
        Assert.Equal(gradients.Select(gradient => gradient.ToArray()), g);
        // Those that are not wanted may be left out, and those that are may take the place of an input.
        Assert.Equal(value.ToScalar(), loss.ValueAndGradients(a, b, c, shape[1], [], [], [], reduction));
        Assert.Equal(value.ToScalar(), loss.ValueAndGradients(a, b, c, shape[1], [], c, b, reduction));
        Assert.Equal(g[1], c);
        Assert.Equal(g[2], b);
    }

    [Fact]
    public void Spans_outside_the_gradient_are_left_alone()
    {
        float[] memory = [9, 1, 2, 3, 9],
            slopes = [7, 0, 0, 0, 7];
        new MSE().ValueAndGradient(memory.AsSpan(1, 3), [0, 0, 0], slopes.AsSpan(1, 3), Reduction.Sum);
        Assert.Equal([9, 1, 2, 3, 9], memory);
        Assert.Equal([7, 2, 4, 6, 7], slopes);
    }

    [Fact]
    public void A_step_over_spans_allocates_less_than_its_elements()
    {
        var n = 1 << 16;
        float[] prediction = Samples.Numbers<float>([n], 1).ToArray(),
            target = Samples.Probabilities<float>([n], 2).ToArray(),
            gradient = new float[n];
        var labels = Samples.Labels([n / 64], 64, 3).Indices.ToArray();
        long Allocated(Action step)
        {
            step();
            step();
            var before = GC.GetAllocatedBytesForCurrentThread();
            step();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.InRange(Allocated(() => (0.5 * new Huber(1) + new L1()).ValueAndGradient(prediction, target, gradient)), 0, n / 4);
        Assert.InRange(Allocated(() => new CrossEntropy().ValueAndGradient(prediction, labels, gradient)), 0, n / 4);
    }

    [Fact]
    public void Without_elements_a_sum_is_0_and_a_mean_is_not_a_number()
    {
        var none = DiffTensor.Create(Array.Empty<double>());
        double[] empty = [];
        Assert.Equal(0, Loss.MSE(none, none).Sum().ToScalar());
        Assert.Equal(0, new MSE().ValueAndGradient(empty, empty, empty, Reduction.Sum));
        Assert.Equal(double.NaN, Loss.MSE(none, none).Mean().ToScalar());
        Assert.Equal(double.NaN, new MSE().ValueAndGradient(empty, empty, empty));
        Assert.Equal(double.NaN, new CrossEntropy().ValueAndGradient(empty, Array.Empty<int>(), empty));
        Assert.Equal(double.NaN, new CrossEntropy().ValueAndGradient(empty, Array.Empty<int>(), new Shape(0, 3), empty));
        var ignored = new Labels(-100, -100);
        double[] logits = [1, 2, 3, 4],
            gradient = [9, 9, 9, 9];
        Assert.Equal(double.NaN, Loss.CrossEntropy(DiffTensor.Create(logits, 2, 2), ignored).Mean().ToScalar());
        Assert.Equal(double.NaN, new CrossEntropy().ValueAndGradient(logits, ignored.Indices, gradient));
        Assert.Equal(Diff.Grad(x => Loss.CrossEntropy(x, ignored).Mean(), DiffTensor.Create(logits, 2, 2)).ToArray(), gradient);
    }

    [Fact]
    public void A_users_struct_has_value_gradient_and_curvature()
    {
        // log(1 + (d / s)²): slope 2d / (s² + d²), curvature 2 (s² − d²) / (s² + d²)².
        double[] d = [0.5, -1, 3];
        DiffTensor<double> x = DiffTensor.Create(1.5, 0, 4),
            target = DiffTensor.Create(1.0, 1, 1),
            direction = DiffTensor.Create(1.0, 10, 100);
        DiffTensor<double> Sum(DiffTensor<double> x) => Loss.Pointwise(x, target, new Cauchy(2)).Sum();
        var (value, gradient) = Diff.ValueAndGrad(Sum, x);
        Assert.Equal(d.Sum(e => Math.Log(1 + e * e / 4)), value.ToScalar(), 1e-15);
        Near.Within(1e-15, DiffTensor.Create<double>([.. d.Select(e => 2 * e / (4 + e * e))]), gradient);
        Near.Within(
            1e-15,
            DiffTensor.Create<double>([.. d.Select((e, i) => Math.Pow(10, i) * 2 * (4 - e * e) / Math.Pow(4 + e * e, 2))]),
            Diff.Hvp(Sum, x, direction)
        );
    }

    [Fact]
    public void A_users_struct_differentiates_by_its_target_too()
    {
        DiffTensor<double> x = DiffTensor.Create(1.5, 0, 4),
            target = DiffTensor.Create(1.0, 1, 1);
        Near.Within(
            1e-15,
            -Diff.Grad(x => Loss.Pointwise(x, target, new Cauchy(2)).Sum(), x),
            Diff.Grad(target => Loss.Pointwise(x, target, new Cauchy(2)).Sum(), target)
        );
    }

    [Fact]
    public void A_definition_that_nobody_made_has_the_defaults()
    {
        float[] logits = [1, 2, 3, -1],
            gradient = new float[4],
            other = new float[4];
        int[] labels = [1, -100];
        Assert.Equal(
            new CrossEntropy(FSharp.CrossEntropyOptions.Default).ValueAndGradient(logits, labels, gradient),
            default(CrossEntropy).ValueAndGradient(logits, labels, other)
        );
        Assert.Equal(gradient, other);
        Assert.Equal(
            new NLL(FSharp.ClassOptions.Default).ValueAndGradient(logits, labels, gradient),
            default(NLL).ValueAndGradient(logits, labels, other)
        );
        Assert.Equal(gradient, other);
    }

    private static void Agree<L, S>(L loss, int length)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        DiffTensor<S> prediction = Samples.Numbers<S>([length], 1),
            target = Samples.Probabilities<S>([length], 2);
        var gradient = new S[length];
        foreach (var reduction in s_reductions)
        {
            var value = loss.ValueAndGradient(prediction.ToArray(), target.ToArray(), gradient, reduction);
            var (tensorValue, tensorGradient) = Diff.ValueAndGrad(x => Loss.Pointwise(x, target, loss).Reduce(reduction), prediction);
            Assert.Equal(Loss.Pointwise(prediction, target, loss).Reduce(reduction).ToScalar(), value);
            Assert.Equal(tensorValue.ToScalar(), value);
            // The lanes for float round once from fewer bits than those for double, with which tensors compute.
            if (typeof(S) == typeof(float))
                Near.Neighbours<S>(tensorGradient.ToArray(), gradient);
            else
                Assert.Equal(tensorGradient.ToArray(), gradient);
        }
    }

    /// <summary>The Cauchy (Lorentzian) loss, as a user writes it.</summary>
    private readonly struct Cauchy(double scale) : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target)
            where T : IReal<T>
        {
            var d = (prediction - target) / T.Constant(scale);
            return T.Log1P(d * d);
        }
    }
}
