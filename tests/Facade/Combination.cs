using System.Numerics;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>Losses scale and add: definitions to one kernel, values element by element, means as numbers.</summary>
public class Combination
{
    private static readonly Shape s_shape = [6, 5];

    [Fact]
    public void Definitions_combine_over_tensors_and_spans()
    {
        Combines<double>(1e-14);
        Combines<float>(1e-6);
    }

    [Fact]
    public void Curvature_is_the_combined_one()
    {
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2),
            direction = Samples.Numbers<double>(s_shape, 3);
        DiffTensor<double> Curvature<L>(L loss)
            where L : struct, IPointwise => Diff.Hvp(x => Loss.Pointwise(x, target, loss).Mean(), prediction, direction);
        var both = 0.7 * new Huber(0.5) + new BCEWithLogits() * 0.3;
        Near.Within(1e-14, 0.7 * Curvature(new Huber(0.5)) + 0.3 * Curvature(new BCEWithLogits()), Curvature(both));
    }

    [Fact]
    public void Definitions_add_in_any_order_to_rounding()
    {
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2);
        (DiffTensor<double>, DiffTensor<double>) Of<L>(L loss)
            where L : struct, IPointwise => Diff.ValueAndGrad(x => Loss.Pointwise(x, target, loss).Mean(), prediction);
        MSE a = new();
        Huber b = new(0.5);
        SmoothL1 c = new(0.5);
        var (value, gradient) = Of(a + b + c);
        foreach (var (otherValue, otherGradient) in new[] { Of(a + (b + c)), Of(b + a + c), Of(c + (b + a)) })
        {
            Near.Within(1e-14, value, otherValue);
            Near.Within(1e-14, gradient, otherGradient);
        }
    }

    [Fact]
    public void Many_terms_are_masked_and_weighed_as_one_loss()
    {
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2),
            weights = Samples.Probabilities<double>(s_shape, 3),
            direction = Samples.Numbers<double>(s_shape, 4),
            mask = new([.. weights.ToArray().Select(weight => weight > 0.5 ? 1.0 : 0.0)], s_shape);
        DiffTensor<double>[] Of<L>(L loss)
            where L : struct, IPointwise
        {
            DiffTensor<double> Masked(DiffTensor<double> x) => Loss.Pointwise(x, target, loss).Masked(mask).Weighted(weights).Mean();
            return [Masked(prediction), Diff.Grad(Masked, prediction), Diff.Hvp(Masked, prediction, direction)];
        }
        var all = Of(0.7 * new MSE() + new Huber(0.5) * 2 + new BCEWithLogits() + 0.1 * (new L1() + new SmoothL1(0.5)));
        DiffTensor<double>[] mse = Of(new MSE()),
            huber = Of(new Huber(0.5)),
            logits = Of(new BCEWithLogits()),
            l1 = Of(new L1()),
            smooth = Of(new SmoothL1(0.5));
        for (var i = 0; i < all.Length; i++)
            Near.Within(1e-14, 0.7 * mse[i] + 2 * huber[i] + logits[i] + 0.1 * (l1[i] + smooth[i]), all[i]);
    }

    [Fact]
    public void Nothing_of_a_loss_has_no_value_and_no_slope()
    {
        float[] prediction = Samples.Numbers<float>(s_shape, 1).ToArray(),
            target = Samples.Probabilities<float>(s_shape, 2).ToArray(),
            gradient = new float[s_shape.Size];
        Assert.Equal(0, (0 * new Huber(0.5)).ValueAndGradient(prediction, target, gradient));
        Assert.All(gradient, slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void A_scale_that_is_no_number_is_refused()
    {
        foreach (var scale in new[] { double.NaN, double.NegativeInfinity })
        {
            Assert.Equal("scale", Assert.Throws<ArgumentOutOfRangeException>(() => scale * new MSE()).ParamName);
            Assert.Equal("scale", Assert.Throws<ArgumentOutOfRangeException>(() => new MSE() * scale).ParamName);
        }
    }

    [Fact]
    public void Values_and_means_combine_with_those_of_other_losses()
    {
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2);
        var labels = Samples.Labels([6], 5, 2);
        var both = 0.7 * Loss.MSE(prediction, target) + 0.3 * Loss.L1(prediction, target).Weighted(2);
        Near.Within(1e-14, 0.7 * Loss.MSE(prediction, target).Values + 0.6 * Loss.L1(prediction, target).Values, both.Values);
        var (value, gradient) = Diff.ValueAndGrad(
            x => 0.7 * Loss.CrossEntropy(x, labels, labelSmoothing: 0.1).Sum() + Loss.L1(x, target).Mean() / 4,
            prediction
        );
        var (one, oneGradient) = Diff.ValueAndGrad(x => Loss.CrossEntropy(x, labels, labelSmoothing: 0.1).Sum(), prediction);
        var (two, twoGradient) = Diff.ValueAndGrad(x => Loss.L1(x, target).Mean(), prediction);
        Near.Within(1e-14, 0.7 * one + 0.25 * two, value);
        Near.Within(1e-14, 0.7 * oneGradient + 0.25 * twoGradient, gradient);
    }

    private static void Combines<S>(double tolerance)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        DiffTensor<S> prediction = Samples.Numbers<S>(s_shape, 1),
            target = Samples.Probabilities<S>(s_shape, 2);
        (DiffTensor<S> Value, DiffTensor<S> Gradient) Of<L>(L loss)
            where L : struct, IPointwise => Diff.ValueAndGrad(x => Loss.Pointwise(x, target, loss).Mean(), prediction);
        var both = 0.7 * new MSE() + 0.3 * (new Huber(0.5) + 2 * new BCEWithLogits());
        var (a, b, c) = (Of(new MSE()), Of(new Huber(0.5)), Of(new BCEWithLogits()));
        var value = 0.7 * a.Value + 0.3 * b.Value + 0.6 * c.Value;
        var gradient = 0.7 * a.Gradient + 0.3 * b.Gradient + 0.6 * c.Gradient;
        var slopes = new S[s_shape.Size];
        Near.Within(tolerance, value, Of(both).Value);
        Near.Within(tolerance, gradient, Of(both).Gradient);
        Near.Within(tolerance, value, DiffTensor.Scalar(both.ValueAndGradient(prediction.ToArray(), target.ToArray(), slopes)));
        Near.Within(tolerance, gradient, new(slopes, s_shape));
    }
}
