using System.Reflection;
using Facade;
using Losses.CSharp;
using Microsoft.FSharp.Core;
using Xunit;

namespace Losses.Tests;

/// <summary>Each use of the façade is the function of the core that it stands for, bit for bit.</summary>
public class UsesAgree
{
    private static readonly Shape s_shape = [5, 4];

    public static TheoryData<string> All => [.. Facade.Uses.All.Select(use => use.Text)];

    [Theory]
    [MemberData(nameof(All))]
    public void A_loss_is_that_of_the_core(string text)
    {
        var use = Facade.Uses.All.Single(use => use.Text == text);
        var parameters = Core.Function(use.Core).GetParameters();
        var arguments = use.Arguments.Select(
            (argument, i) =>
                argument switch
                {
                    Dictionary<string, object> changes => Core.Options(parameters[i].ParameterType, changes),
                    Func<DiffTensor<double>, DiffTensor<double>, DiffTensor<double>> distance => FuncConvert.FromFunc(distance),
                    _ => argument,
                }
        );
        Same(Core.Values<DiffTensor<double>>(use.Core, [.. arguments]), use.Loss());
    }

    /// <summary>Whether a use gives an option.</summary>
    internal static bool Uses(MethodInfo method, ParameterInfo option) =>
        Facade
            .Uses.All.Select(use => string.Join(' ', use.Text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)))
            .Any(text => text.Contains($"Loss.{method.Name}(") && text.Contains($"{option.Name}: "));

    private static readonly Weights s_mask = new double[] { 1, 0, 1 };
    private static readonly bool[] s_flags = [true, false, true, true, true, false];
    private static readonly Weights s_weights = new double[] { 0.5, 0, 2 };
    private static readonly Weights s_samples = new double[] { 3, 0.25 };

    public static TheoryData<string> Steps => [.. s_steps.Keys];

    // What follows a loss, as a method and by the core; the loss has weights of its own, or lengths.
    private static readonly Dictionary<
        string,
        (Func<LossValues<DiffTensor<double>>, object> Actual, Func<LossValues<DiffTensor<double>>, object> Expected)
    > s_steps = new()
    {
        ["mean"] = (loss => loss.Mean(), FSharp.Reduce.mean),
        ["mean of something"] = (loss => loss.Mean(EmptyMean.Throw), FSharp.Reduce.mean),
        ["sum"] = (loss => loss.Sum(), FSharp.Reduce.sum),
        ["batch mean"] = (loss => loss.BatchMean(), FSharp.Reduce.batchMean),
        ["each sample's mean"] = (loss => loss.PerSample(), loss => FSharp.Reduce.perSample(Reduction.Mean, loss)),
        ["each sample's sum"] = (loss => loss.PerSample(Reduction.Sum), loss => FSharp.Reduce.perSample(Reduction.Sum, loss)),
        ["reduction none"] = (loss => loss.Reduce(Reduction.None), FSharp.Reduce.none),
        ["reduction sum"] = (loss => loss.Reduce(Reduction.Sum), FSharp.Reduce.sum),
        ["values"] = (loss => loss.Values, FSharp.Reduce.none),
        ["mask"] = (loss => loss.Masked(s_mask), loss => FSharp.Reduce.mask(s_mask, loss)),
        ["flags"] = (loss => loss.Masked(s_flags), loss => FSharp.Reduce.mask(Weights.Mask(s_flags, [2, 3]), loss)),
        ["weights"] = (loss => loss.Weighted(s_weights), loss => FSharp.Reduce.weigh(s_weights, loss)),
        ["weights that count"] = (loss => loss.Weighted(s_weights, Divisor.Weights), loss => FSharp.Reduce.weighAndCount(s_weights, loss)),
        ["weighted, of those that count"] = (
            loss => loss.Weighted(s_weights, Divisor.Count).Mean(),
            loss => FSharp.Reduce.@using(Reducing(weights: s_weights, divisor: Divisor.Count), loss)
        ),
        ["samples weighted"] = (
            loss => loss.SampleWeighted(s_samples).Mean(),
            loss => FSharp.Reduce.@using(Reducing(sampleWeights: s_samples), loss)
        ),
        ["all at once"] = (
            loss => loss.Masked(s_mask).Weighted(s_weights, Divisor.Weights).SampleWeighted(s_samples, Divisor.Weights).PerSample(),
            loss =>
                FSharp.Reduce.@using(
                    Reducing(mask: s_mask, weights: s_weights, sampleWeights: s_samples, divisor: Divisor.Weights, perSample: true),
                    loss
                )
        ),
        ["parts"] = (loss => loss.Masked(s_mask).Parts(), loss => FSharp.Reduce.partsUsing(Reducing(mask: s_mask), loss)),
        ["accumulated"] = (
            loss => Accumulated(total => loss.Weighted(s_weights, Divisor.Weights).AddTo(total)),
            loss => Accumulated(total => FSharp.Reduce.addUsing(Reducing(weights: s_weights, divisor: Divisor.Weights), total, loss))
        ),
        ["scaled"] = (loss => (0.25 * loss).Mean(), loss => 0.25 * FSharp.Reduce.mean(loss)),
    };

    private static FSharp.Reducing Reducing(
        Weights? weights = null,
        Weights? sampleWeights = null,
        Weights? mask = null,
        Divisor divisor = Divisor.Default,
        bool perSample = false
    ) =>
        new(
            Reduction.Mean,
            weights ?? Weights.None,
            sampleWeights ?? Weights.None,
            mask ?? Weights.None,
            divisor,
            perSample,
            EmptyMean.NaN
        );

    private static LossAccumulator Accumulated(Action<LossAccumulator> add)
    {
        var total = new LossAccumulator();
        add(total);
        return total;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void What_follows_a_loss_is_that_of_the_core(string step)
    {
        var (actual, expected) = s_steps[step];
        Shape classes = [2, 4, 3];
        var logits = Samples.Numbers<double>(classes, 1);
        foreach (
            var loss in new[]
            {
                Loss.MSE(Samples.Numbers<double>([2, 3], 1), Samples.Numbers<double>([2, 3], 2)),
                Loss.CrossEntropy(logits, new Labels([0, 1, -100, 3, 2, 1], [2, 3]), classWeights: new double[] { 1, 2, 0.5, 4 }),
            }
        )
            switch (expected(loss), actual(loss))
            {
                case (DiffTensor<double> e, DiffTensor<double> a):
                    Near.Same(e, a);
                    break;
                case (LossValues<DiffTensor<double>> e, LossValues<DiffTensor<double>> a):
                    Same(e, a);
                    break;
                case var (e, a):
                    Assert.Equal(e.ToString(), a.ToString());
                    Assert.Equal(e.GetType(), a.GetType());
                    break;
            }
    }

    [Fact]
    public void The_mean_of_nothing_is_what_is_asked_for()
    {
        var x = DiffTensor.Create(1.0, 2.0);
        LossValues<DiffTensor<double>> Nothing(DiffTensor<double> x) => Loss.L1(x, 2 * x).Masked([false, false]);
        Assert.Equal(double.NaN, Nothing(x).Mean().ToScalar());
        var (value, gradient) = Diff.ValueAndGrad(x => Nothing(x).Mean(EmptyMean.Zero), x);
        Assert.Equal([0, 0, 0], [value.ToScalar(), .. gradient.ToArray()]);
        Assert.Throws<InvalidOperationException>(() => Nothing(x).Mean(EmptyMean.Throw));
        Assert.Throws<InvalidOperationException>(() => Nothing(x).BatchMean(EmptyMean.Throw));
        Assert.Equal([0, 0], Nothing(x).PerSample(empty: EmptyMean.Zero).ToArray());
    }

    [Fact]
    public void Of_functions_on_tensors()
    {
        DiffTensor<double> x1 = Samples.Numbers<double>(s_shape, 1),
            x2 = Samples.Numbers<double>(s_shape, 2);
        foreach (var (core, before, actual) in Facade.Uses.OfTwo(x1, x2))
            Near.Same((DiffTensor<double>)Core.Call<DiffTensor<double>>(core, [.. before, x2, x1]), actual);
        foreach (var (core, before, actual) in Facade.Uses.OfOne(x1))
            Near.Same((DiffTensor<double>)Core.Call<DiffTensor<double>>(core, [.. before, x1]), actual);
    }

    [Fact]
    public void Of_derivatives()
    {
        // f = Σ x³ / 2: gradient 3x² / 2, Hessian 3x on the diagonal.
        var x = DiffTensor.Create(1.0, -2.0, 3.0);
        var v = DiffTensor.Create(1.0, 10.0, 100.0);
        var derivatives = Facade.Uses.Derivatives(x => Sum(0.5 * x * x * x), x, v);
        double[] gradient = [1.5, 6, 13.5];
        Assert.Equal(
            [
                [10],
                gradient,
                gradient,
                gradient,
                [1.5 + 60 + 1350],
                [3, -60, 900],
                gradient,
                [3, 0, 0, 0, -6, 0, 0, 0, 9],
            ],
            derivatives.Select(derivative => derivative.ToArray())
        );
        Shape[] shapes =
        [
            [],
            [3],
            [3],
            [3],
            [],
            [3],
            [3],
            [3, 3],
        ];
        Assert.Equal(shapes, derivatives.Select(derivative => derivative.Shape));
    }

    private static DiffTensor<double> Sum(DiffTensor<double> x) => DiffTensor<double>.Sum(x, [0], false);

    private static void Same(LossValues<DiffTensor<double>> expected, LossValues<DiffTensor<double>> actual)
    {
        Near.Same(expected.Values, actual.Values);
        Near.Same(expected.Weights, actual.Weights);
        Near.Same(expected.MeanValues, actual.MeanValues);
    }
}
