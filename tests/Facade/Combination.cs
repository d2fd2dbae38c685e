using System.Numerics;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>Losses scale and add.</summary>
public class Combination
{
    private static readonly Shape s_shape = [6, 5];

    // Pointwise, with a reduction of its own, structured; every pair of these adds up by another path.
    private static readonly Dictionary<string, Func<TensorLoss>> s_losses = new()
    {
        ["pointwise"] = () => Loss.MSE(),
        ["another pointwise"] = () => Loss.Huber(0.5),
        ["a pointwise sum"] = () => Loss.L1(reduction: Reduction.Sum),
        ["structured"] = () => Loss.L1(weights: new double[] { 0.5, 0, 1, 2, 3 }),
        ["a structured batch mean"] = () => Loss.BCEWithLogits(posWeight: 2, reduction: Reduction.BatchMean),
        ["a combination"] = () => 0.5 * Loss.MSE() + Loss.BCEWithLogits() * 2,
    };

    private static readonly Dictionary<string, Func<LabelLoss>> s_labelLosses = new()
    {
        ["cross-entropy"] = () => Loss.CrossEntropy(),
        ["a smoothed sum"] = () => Loss.CrossEntropy(labelSmoothing: 0.1, reduction: Reduction.Sum),
        ["nll"] = () => Loss.NLL(classWeights: new double[] { 0.5, 0, 1, 2, 3 }),
    };

    public static TheoryData<string, string> Pairs => Of(s_losses.Keys);

    public static TheoryData<string, string> LabelPairs => Of(s_labelLosses.Keys);

    private static TheoryData<string, string> Of(IEnumerable<string> names)
    {
        var data = new TheoryData<string, string>();
        foreach (var first in names)
        foreach (var second in names)
            data.Add(first, second);
        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Value_and_gradient_are_the_combined_ones(string first, string second)
    {
        TensorLoss a = s_losses[first](),
            b = s_losses[second](),
            both = 0.7 * a + 0.3 * b;
        Combines<double>(a, b, both, 1e-14);
        Combines<float>(a, b, both, 1e-6);
    }

    [Theory]
    [MemberData(nameof(LabelPairs))]
    public void Value_and_gradient_of_labels_are_the_combined_ones(string first, string second)
    {
        LabelLoss a = s_labelLosses[first](),
            b = s_labelLosses[second](),
            both = 0.7 * a + b * 0.3;
        var prediction = Samples.Numbers<double>(s_shape, 1);
        var labels = Samples.Labels([6], 5, 2);
        var (valueA, gradientA) = a.ValueAndGradient(prediction, labels);
        var (valueB, gradientB) = b.ValueAndGradient(prediction, labels);
        var (value, gradient) = both.ValueAndGradient(prediction, labels);
        var slopes = new double[s_shape.Size];
        var (expected, expectedGradient) = (0.7 * valueA + 0.3 * valueB, 0.7 * gradientA + 0.3 * gradientB);
        Near.Within(1e-14, expected, value);
        Near.Within(1e-14, expected, both.Evaluate(prediction, labels));
        Near.Within(1e-14, expected, DiffTensor.Scalar(both.ValueAndGradient(prediction.ToArray(), labels, s_shape, slopes)));
        Near.Within(1e-14, expectedGradient, gradient);
        Near.Within(1e-14, expectedGradient, DiffTensor.Create(slopes, 6, 5));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Curvature_is_the_combined_one(string first, string second)
    {
        TensorLoss a = s_losses[first](),
            b = s_losses[second](),
            both = 0.7 * a + 0.3 * b;
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2),
            direction = Samples.Numbers<double>(s_shape, 3);
        DiffTensor<double> Curvature(TensorLoss loss) => Diff.Hvp(x => loss.Evaluate(x, target), prediction, direction);
        Near.Within(1e-14, 0.7 * Curvature(a) + 0.3 * Curvature(b), Curvature(both));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Addition_is_commutative_and_associative_to_rounding(string first, string second)
    {
        TensorLoss a = s_losses[first](),
            b = s_losses[second](),
            c = Loss.SmoothL1(0.5);
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2);
        var (value, gradient) = (a + b + c).ValueAndGradient(prediction, target);
        foreach (var other in new[] { a + (b + c), b + a + c, c + (b + a) })
        {
            var (otherValue, otherGradient) = other.ValueAndGradient(prediction, target);
            Near.Within(1e-14, value, otherValue);
            Near.Within(1e-14, gradient, otherGradient);
        }
    }

    [Fact]
    public void Nothing_of_a_loss_has_no_value_and_no_slope()
    {
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2);
        Assert.All(
            s_losses.Values,
            loss =>
            {
                var (value, gradient) = (0 * loss()).ValueAndGradient(prediction, target);
                Assert.Equal(0, value.ToScalar());
                Assert.All(gradient.ToArray(), slope => Assert.Equal(0, slope));
            }
        );
    }

    [Fact]
    public void Without_a_reduction_elements_combine()
    {
        DiffTensor<double> prediction = Samples.Numbers<double>(s_shape, 1),
            target = Samples.Probabilities<double>(s_shape, 2);
        TensorLoss a = Loss.MSE(reduction: Reduction.None),
            b = Loss.L1(weights: 2, reduction: Reduction.None);
        Near.Within(
            1e-14,
            0.7 * a.Evaluate(prediction, target) + 0.3 * b.Evaluate(prediction, target),
            (0.7 * a + 0.3 * b).Evaluate(prediction, target)
        );
    }

    private static void Combines<S>(TensorLoss a, TensorLoss b, TensorLoss both, double tolerance)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        DiffTensor<S> prediction = Samples.Numbers<S>(s_shape, 1),
            target = Samples.Probabilities<S>(s_shape, 2);
        var (valueA, gradientA) = a.ValueAndGradient(prediction, target);
        var (valueB, gradientB) = b.ValueAndGradient(prediction, target);
        var (value, gradient) = both.ValueAndGradient(prediction, target);
        var slopes = new S[s_shape.Size];
        var (expected, expectedGradient) = (0.7 * valueA + 0.3 * valueB, 0.7 * gradientA + 0.3 * gradientB);
        Near.Within(tolerance, expected, value);
        Near.Within(tolerance, expected, both.Evaluate(prediction, target));
        Near.Within(tolerance, expected, DiffTensor.Scalar(both.ValueAndGradient(prediction.ToArray(), target.ToArray(), s_shape, slopes)));
        Near.Within(tolerance, expectedGradient, gradient);
        Near.Within(tolerance, expectedGradient, new(slopes, s_shape));
    }
}
