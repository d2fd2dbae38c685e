using System.Numerics;
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

    // Axis 1 and the last have four classes both: every use fits, whichever it names.
    private static readonly Shape s_classes = [3, 4, 4];

    public static TheoryData<string, Reduction> TensorUses => Each(Uses.OnTensors.Select(use => use.Text));

    public static TheoryData<string, Reduction> LabelUses => Each(Uses.OnLabels.Select(use => use.Text));

    private static TheoryData<string, Reduction> Each(IEnumerable<string> uses)
    {
        var data = new TheoryData<string, Reduction>();
        foreach (var use in uses)
        foreach (var reduction in Enum.GetValues<Reduction>())
            data.Add(use, reduction);
        return data;
    }

    [Theory]
    [MemberData(nameof(TensorUses))]
    public void Of_a_target(string text, Reduction reduction)
    {
        var use = Uses.OnTensors.Single(use => use.Text == text);
        OfATarget<double>(use, reduction);
        OfATarget<float>(use, reduction);
    }

    [Theory]
    [MemberData(nameof(LabelUses))]
    public void Of_labels(string text, Reduction reduction)
    {
        var use = Uses.OnLabels.Single(use => use.Text == text);
        OfLabels<double>(use, reduction);
        OfLabels<float>(use, reduction);
    }

    [Theory]
    [MemberData(nameof(LabelUses))]
    public void Of_class_probabilities(string text, Reduction reduction)
    {
        var use = Uses.OnLabels.Single(use => use.Text == text);
        // Probabilities have no label to ignore.
        if (use.Loss(reduction) is not CrossEntropyLoss loss || use.Options.ContainsKey("ignoreIndex"))
            return;
        OfClassProbabilities<double>(loss, use, reduction);
        OfClassProbabilities<float>(loss, use, reduction);
    }

    public static TheoryData<string, Reduction> OtherUses => Each(Uses.OnOtherData.Select(use => use.Text));

    [Theory]
    [MemberData(nameof(OtherUses))]
    public void Of_other_data(string text, Reduction reduction)
    {
        var use = Uses.OnOtherData.Single(use => use.Text == text);
        var parameters = Core.Function(use.Core).GetParameters();
        var arguments = use.Arguments.Select(
            (argument, i) =>
                argument switch
                {
                    Dictionary<string, object> changes => Core.Options(parameters[i].ParameterType, changes),
                    Distance distance => FuncConvert.FromFunc<DiffTensor<double>, DiffTensor<double>, DiffTensor<double>>(distance.Between),
                    _ => argument,
                }
        );
        Near.Same(FSharp.Reduce.by(reduction, Core.Values<DiffTensor<double>>(use.Core, [.. arguments])), use.Value(reduction));
    }

    [Fact]
    public void Every_option_of_every_loss_is_used()
    {
        string[] texts =
        [
            .. Uses.OnTensors.Select(use => use.Text),
            .. Uses.OnLabels.Select(use => use.Text),
            .. Uses.OnOtherData.Select(use => use.Text),
        ];
        Assert.Empty(
            from method in typeof(Loss).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where !method.ReturnType.IsGenericParameter
            from parameter in method.GetParameters()
            where
                !texts.Any(text =>
                    text.Contains($"Loss.{method.Name}(") && (text.Contains($"{parameter.Name}: ") || method.Name == "Pointwise")
                )
            select $"Loss.{method.Name}: {parameter.Name}"
        );
    }

    [Fact]
    public void Of_functions_on_tensors()
    {
        DiffTensor<double> x1 = Samples.Numbers<double>(s_shape, 1),
            x2 = Samples.Numbers<double>(s_shape, 2);
        foreach (var (core, before, actual) in Uses.OfTwo(x1, x2))
            Near.Same((DiffTensor<double>)Core.Call<DiffTensor<double>>(core, [.. before, x2, x1]), actual);
        foreach (var (core, before, actual) in Uses.OfOne(x1))
            Near.Same((DiffTensor<double>)Core.Call<DiffTensor<double>>(core, [.. before, x1]), actual);
    }

    [Fact]
    public void Of_every_function_on_tensors()
    {
        var x = Samples.Numbers<double>(s_shape, 1);
        Assert.Equal(
            Core.Functions(typeof(FSharp.Activations))
                .Concat(Core.Functions(typeof(FSharp.Similarity)))
                .Select(function => function.Name)
                .Append("cosineDistance")
                .Order(),
            Uses.OfOne(x).Concat(Uses.OfTwo(x, x)).Select(use => use.Core).Distinct().Order()
        );
    }

    [Fact]
    public void Of_derivatives()
    {
        // f = Σ x³ / 2: gradient 3x² / 2, Hessian 3x on the diagonal.
        var x = DiffTensor.Create(1.0, -2.0, 3.0);
        var v = DiffTensor.Create(1.0, 10.0, 100.0);
        var derivatives = Uses.Derivatives(x => Sum(0.5 * x * x * x), x, v);
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

    private static void OfATarget<S>(Uses.TensorUse use, Reduction reduction)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var loss = use.Loss(reduction);
        DiffTensor<S> prediction = Samples.Probabilities<S>(s_shape, 1),
            target = use.Core is "softMargin" or "hingeEmbedding" ? Samples.Signs<S>(s_shape, 2) : Samples.Probabilities<S>(s_shape, 2);

        DiffTensor<S> Expected(DiffTensor<S> x) =>
            FSharp.Reduce.by(
                reduction,
                FSharp.Reduce.weigh(use.Weights, Core.Values<DiffTensor<S>>(use.Core, [.. use.Hyperparameters, target, x]))
            );

        Near.Same(Expected(prediction), loss.Evaluate(prediction, target));
        if (reduction == Reduction.None)
            return;
        var (value, gradient) = Diff.ValueAndGrad(Expected, prediction);
        var slopes = new S[s_shape.Size];
        var (actualValue, actualGradient) = loss.ValueAndGradient(prediction, target);
        Near.Same(value, actualValue);
        Near.Same(gradient, actualGradient);
        Close((value, gradient), loss.ValueAndGradient(prediction.ToArray(), target.ToArray(), s_shape, slopes), slopes, reduction);
    }

    private static void OfLabels<S>(Uses.LabelUse use, Reduction reduction)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var loss = use.Loss(reduction);
        var prediction = Samples.Numbers<S>(s_classes, 1);
        var labels = Samples.Labels([3, 4], 4, 2);

        DiffTensor<S> Expected(DiffTensor<S> x) =>
            FSharp.Reduce.by(reduction, Core.Values<DiffTensor<S>>(use.Core, OptionsOf(use), labels, x));

        Near.Same(Expected(prediction), loss.Evaluate(prediction, labels));
        if (reduction == Reduction.None)
            return;
        var (value, gradient) = Diff.ValueAndGrad(Expected, prediction);
        var slopes = new S[s_classes.Size];
        var (actualValue, actualGradient) = loss.ValueAndGradient(prediction, labels);
        Near.Same(value, actualValue);
        Near.Same(gradient, actualGradient);
        Close((value, gradient), loss.ValueAndGradient(prediction.ToArray(), labels, s_classes, slopes), slopes, reduction);
    }

    private static void OfClassProbabilities<S>(CrossEntropyLoss loss, Uses.LabelUse use, Reduction reduction)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var prediction = Samples.Numbers<S>(s_classes, 1);
        var probabilities = Activations.Softmax(Samples.Numbers<S>(s_classes, 2), 1);

        DiffTensor<S> Expected(DiffTensor<S> x) =>
            FSharp.Reduce.by(reduction, Core.Values<DiffTensor<S>>("crossEntropyWithProbabilities", OptionsOf(use), probabilities, x));

        Near.Same(Expected(prediction), loss.Evaluate(prediction, probabilities));
        if (reduction == Reduction.None)
            return;
        var (value, gradient) = Diff.ValueAndGrad(Expected, prediction);
        var (actualValue, actualGradient) = loss.ValueAndGradient(prediction, probabilities);
        Near.Same(value, actualValue);
        Near.Same(gradient, actualGradient);
    }

    private static object OptionsOf(Uses.LabelUse use) =>
        Core.Options(Core.Function(use.Core).GetParameters()[0].ParameterType, use.Options);

    // Over tensors the sum of a batch mean is rounded before it is divided, over spans only the quotient is; and over spans of float a slope is
    // rounded once from the lanes for float, whose last bits are not those of the lanes for double that tensors compute with.
    private static void Close<S>((DiffTensor<S> Value, DiffTensor<S> Gradient) expected, S value, S[] gradient, Reduction reduction)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (reduction == Reduction.BatchMean)
            Near.Neighbours<S>([expected.Value.ToScalar()], [value]);
        else
            Assert.Equal(expected.Value.ToScalar(), value);
        if (typeof(S) == typeof(float))
            Near.Neighbours<S>(expected.Gradient.ToArray(), gradient);
        else
            Assert.Equal(expected.Gradient.ToArray(), gradient);
    }
}
