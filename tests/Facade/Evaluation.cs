using System.Numerics;
using System.Runtime.CompilerServices;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>One loss, however it is evaluated: tensors, derivatives of tensors, spans.</summary>
public class Evaluation
{
    // The signs and sizes of a batch; lengths around the lanes' and one above the kernels' blocks.
    public static TheoryData<int> Lengths => [1, 2, 3, 7, 8, 9, 31, 64, 1000, 5001];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Pointwise_over_spans_is_that_of_tensors(int length)
    {
        foreach (var reduction in new[] { Reduction.Mean, Reduction.Sum })
        {
            Agree<double>(Loss.Huber(0.5, reduction: reduction), [length]);
            Agree<float>(Loss.Huber(0.5, reduction: reduction), [length]);
            Agree<double>(Loss.BCEWithLogits(reduction: reduction), [length]);
            Agree<float>(Loss.BCEWithLogits(reduction: reduction), [length]);
            Agree<float>(Loss.Pointwise(new Cauchy(2), reduction), [length]);
            Agree<double>(0.7 * Loss.MSE(reduction: reduction) + 0.3 * Loss.L1(reduction: reduction), [length]);
        }
    }

    [Fact]
    public void The_gradient_of_spans_may_take_the_place_of_the_prediction()
    {
        Shape shape = [40, 25];
        foreach (
            var loss in new[]
            {
                Loss.MSE(),
                Loss.BCEWithLogits(),
                0.5 * Loss.L1(),
                Loss.Huber(weights: 2),
                Loss.MSE() + Loss.L1(weights: 2),
            }
        )
        {
            var prediction = Samples.Numbers<float>(shape, 1).ToArray();
            var target = Samples.Probabilities<float>(shape, 2).ToArray();
            var gradient = new float[shape.Size];
            var value = loss.ValueAndGradient(prediction, target, shape, gradient);
            Assert.Equal(value, loss.ValueAndGradient(prediction, target, shape, prediction));
            Assert.Equal(gradient, prediction);
        }
        foreach (var loss in new[] { Loss.CrossEntropy(), Loss.NLL(), 2 * Loss.CrossEntropy(labelSmoothing: 0.1) })
        {
            var prediction = Samples.Numbers<double>(shape, 1).ToArray();
            var labels = Samples.Labels([40], 25, 2);
            var gradient = new double[shape.Size];
            var value = loss.ValueAndGradient(prediction, labels, shape, gradient);
            Assert.Equal(value, loss.ValueAndGradient(prediction, labels, shape, prediction));
            Assert.Equal(gradient, prediction);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(2, 8)]
    [InlineData(5, 33)]
    [InlineData(700, 40)]
    public void Triplets_over_spans_are_those_of_tensors(int rows, int width)
    {
        foreach (var reduction in new[] { Reduction.Mean, Reduction.Sum, Reduction.BatchMean })
        foreach (var swap in new[] { false, true })
        foreach (var norm in new[] { 1.0, 2.0 })
        {
            var loss = Loss.TripletMargin(margin: 0.3, p: norm, swap: swap, reduction: reduction);
            AgreeInThree<float>(loss, [rows, width]);
            AgreeInThree<double>(loss, [rows, width]);
        }
        AgreeInThree<float>(Loss.GaussianNLL(), [rows, width]);
    }

    private static void AgreeInThree<S>(TripleLoss loss, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var x = new[] { 1, 2, 3 }.Select(seed => Samples.Probabilities<S>(shape, seed)).ToArray();
        var (value, first, second, third) = loss.ValueAndGradients(x[0], x[1], x[2]);
        S[] a = x[0].ToArray(),
            b = x[1].ToArray(),
            c = x[2].ToArray(),
            none = [];
        S[][] g = [new S[shape.Size], new S[shape.Size], new S[shape.Size]];
        Assert.Equal(value.ToScalar(), loss.ValueAndGradients<S>(a, b, c, shape, g[0], g[1], g[2]));
        Assert.Equal(first.ToArray(), g[0]);
        Assert.Equal(second.ToArray(), g[1]);
        Assert.Equal(third.ToArray(), g[2]);
        // Those that are not wanted may be left out, and those that are may take the place of an input.
        Assert.Equal(value.ToScalar(), loss.ValueAndGradients<S>(a, b, c, shape, none, none, none));
        Assert.Equal(value.ToScalar(), loss.ValueAndGradients<S>(a, b, c, shape, none, c, b));
        Assert.Equal(g[1], c);
        Assert.Equal(g[2], b);
    }

    [Fact]
    public void Triplets_over_spans_are_checked()
    {
        var loss = Loss.TripletMargin();
        float[] six = new float[6],
            five = new float[5];
        Refused("second", () => loss.ValueAndGradients<float>(six, five, six, [2, 3], six, six, six));
        Refused("thirdGradient", () => loss.ValueAndGradients<float>(six, six, six, [2, 3], six, six, five));
        Refused("shape", () => loss.ValueAndGradients<float>([1], [1], [1], Shape.Scalar, [0], [0], [0]));
        Refused(
            "reduction",
            () => Loss.TripletMargin(reduction: Reduction.None).ValueAndGradients<float>(six, six, six, [2, 3], six, six, six)
        );

        static void Refused(string name, Action evaluate) => Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(evaluate).ParamName);
    }

    [Fact]
    public void Spans_outside_the_gradient_are_left_alone()
    {
        float[] memory = [9, 1, 2, 3, 9],
            slopes = [7, 0, 0, 0, 7];
        Loss.MSE(reduction: Reduction.Sum).ValueAndGradient(memory.AsSpan(1, 3), [0, 0, 0], [3], slopes.AsSpan(1, 3));
        Assert.Equal([9, 1, 2, 3, 9], memory);
        Assert.Equal([7, 2, 4, 6, 7], slopes);
    }

    [Fact]
    public void Without_elements_a_sum_is_0_and_a_mean_is_not_a_number()
    {
        var none = DiffTensor.Create(Array.Empty<double>());
        Assert.Equal(0, Loss.MSE(reduction: Reduction.Sum).Evaluate(none, none).ToScalar());
        Assert.Equal(0, Loss.MSE(reduction: Reduction.Sum).ValueAndGradient([], [], [0], Array.Empty<double>().AsSpan()));
        Assert.Equal(double.NaN, Loss.MSE().Evaluate(none, none).ToScalar());
        Assert.Equal(double.NaN, Loss.MSE().ValueAndGradient([], [], [0], Array.Empty<double>().AsSpan()));
        Assert.Equal(double.NaN, Loss.CrossEntropy().ValueAndGradient([], new Labels(), [0, 3], Array.Empty<double>().AsSpan()));
        var ignored = new Labels(-100, -100);
        double[] logits = [1, 2, 3, 4],
            gradient = [9, 9, 9, 9];
        Assert.Equal(double.NaN, Loss.CrossEntropy().Evaluate(DiffTensor.Create(logits, 2, 2), ignored).ToScalar());
        Assert.Equal(double.NaN, Loss.CrossEntropy().ValueAndGradient(logits, ignored, [2, 2], gradient));
        Assert.Equal(Diff.Grad(x => Loss.CrossEntropy().Evaluate(x, ignored), DiffTensor.Create(logits, 2, 2)).ToArray(), gradient);
    }

    [Fact]
    public void A_users_struct_has_value_gradient_and_curvature()
    {
        // log(1 + (d / s)²): slope 2d / (s² + d²), curvature 2 (s² − d²) / (s² + d²)².
        var loss = Loss.Pointwise(new Cauchy(2), Reduction.Sum);
        double[] d = [0.5, -1, 3];
        DiffTensor<double> x = DiffTensor.Create(1.5, 0, 4),
            target = DiffTensor.Create(1.0, 1, 1),
            direction = DiffTensor.Create(1.0, 10, 100);
        var (value, gradient) = loss.ValueAndGradient(x, target);
        Assert.Equal(d.Sum(e => Math.Log(1 + e * e / 4)), value.ToScalar(), 1e-15);
        Near.Within(1e-15, DiffTensor.Create<double>([.. d.Select(e => 2 * e / (4 + e * e))]), gradient);
        Near.Within(
            1e-15,
            DiffTensor.Create<double>([.. d.Select((e, i) => Math.Pow(10, i) * 2 * (4 - e * e) / Math.Pow(4 + e * e, 2))]),
            Diff.Hvp(x => loss.Evaluate(x, target), x, direction)
        );
    }

    [Fact]
    public void A_users_struct_differentiates_by_its_target_too()
    {
        var loss = Loss.Pointwise(new Cauchy(2), Reduction.Sum);
        DiffTensor<double> x = DiffTensor.Create(1.5, 0, 4),
            target = DiffTensor.Create(1.0, 1, 1);
        Near.Within(
            1e-15,
            DiffTensor.Create<double>([.. Diff.Grad(x => loss.Evaluate(x, target), x).ToArray().Select(slope => -slope)]),
            Diff.Grad(target => loss.Evaluate(x, target), target)
        );
    }

    [Fact]
    public void One_loss_serves_float_and_double()
    {
        var loss = Loss.Huber();
        Assert.Equal(2.5, loss.Evaluate(DiffTensor.Create(3.0), DiffTensor.Create(0.0)).ToScalar());
        Assert.Equal(2.5f, loss.Evaluate(DiffTensor.Create(3f), DiffTensor.Create(0f)).ToScalar());
    }

    private static void Agree<S>(TensorLoss loss, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        DiffTensor<S> prediction = Samples.Numbers<S>(shape, 1),
            target = Samples.Probabilities<S>(shape, 2);
        var gradient = new S[shape.Size];
        var value = loss.ValueAndGradient(prediction.ToArray(), target.ToArray(), shape, gradient);
        var (tensorValue, tensorGradient) = loss.ValueAndGradient(prediction, target);
        Assert.Equal(loss.Evaluate(prediction, target).ToScalar(), value);
        Assert.Equal(tensorValue.ToScalar(), value);
        Near.Same(Diff.Grad(x => loss.Evaluate(x, target), prediction), tensorGradient);
        // The lanes for float round once from fewer bits than those for double, with which tensors compute.
        if (typeof(S) == typeof(float))
            Near.Neighbours<S>(tensorGradient.ToArray(), gradient);
        else
            Assert.Equal(tensorGradient.ToArray(), gradient);
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
