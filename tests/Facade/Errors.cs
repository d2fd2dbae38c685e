using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>What C# and span callers are told: the exception's type, the parameter, and what was given.</summary>
public class Errors
{
    private static readonly DiffTensor<double> s_matrix = DiffTensor.Create(
        new double[,]
        {
            { 0.1, 0.2, 0.3 },
            { 0.4, 0.5, 0.6 },
        }
    );
    private static readonly DiffTensor<double> s_other = DiffTensor.Create(
        new double[,]
        {
            { 1, 0 },
            { 0, 1 },
            { 1, 1 },
        }
    );
    private static readonly Labels s_labels = new(0, 2);

    public static TheoryData<string> TensorLosses => [.. s_tensorLosses.Keys];

    public static TheoryData<string> LabelLosses => [.. s_labelLosses.Keys];

    // One of each path through the façade.
    private static readonly Dictionary<string, Func<Reduction, TensorLoss>> s_tensorLosses = new()
    {
        ["pointwise"] = reduction => Loss.MSE(reduction: reduction),
        ["bce"] = reduction => Loss.BCE(reduction: reduction),
        ["weighted"] = reduction => Loss.BCE(weights: 2, reduction: reduction),
        ["balanced"] = reduction => Loss.BCEWithLogits(posWeight: 2, reduction: reduction),
        ["klDiv"] = reduction => Loss.KLDiv(reduction: reduction),
        ["scaled"] = reduction => 2 * Loss.L1(reduction: reduction),
        ["scaled structure"] = reduction => 2 * Loss.L1(weights: 2, reduction: reduction),
        ["pointwise sum"] = reduction => Loss.L1(reduction: reduction) + Loss.MSE(reduction: reduction),
        ["sum"] = reduction => Loss.L1(reduction: reduction) + Loss.MSE(weights: 2, reduction: reduction),
    };

    private static readonly Dictionary<string, Func<Reduction, LabelLoss>> s_labelLosses = new()
    {
        ["nll"] = reduction => Loss.NLL(reduction: reduction),
        ["cross-entropy"] = reduction => Loss.CrossEntropy(reduction: reduction),
        ["scaled"] = reduction => 2 * Loss.CrossEntropy(reduction: reduction),
        ["sum"] = reduction => Loss.CrossEntropy(reduction: reduction) + Loss.NLL(reduction: reduction),
    };

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void Shapes_that_differ(string loss)
    {
        var of = s_tensorLosses[loss](Reduction.Mean);
        Throws<ArgumentException>("target", ["(3, 2)", "(2, 3)"], () => of.Evaluate(s_matrix, s_other));
        Throws<ArgumentException>("target", ["(3, 2)", "(2, 3)"], () => of.ValueAndGradient(s_matrix, s_other));
        // No broadcasting between a prediction and a target.
        Throws<ArgumentException>("target", ["()", "(2, 3)"], () => of.Evaluate(s_matrix, DiffTensor.Scalar(1.0)));
        Throws<ArgumentException>("target", ["(3)", "(2, 3)"], () => of.Evaluate(s_matrix, DiffTensor.Create(1.0, 0, 1)));
    }

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void Lengths_that_are_not_the_shapes(string loss)
    {
        var of = s_tensorLosses[loss](Reduction.Mean);
        Throws<ArgumentException>(
            "prediction",
            ["5", "(2, 3)", "6"],
            () => of.ValueAndGradient(new double[5], new double[6], [2, 3], new double[6])
        );
        Throws<ArgumentException>(
            "target",
            ["7", "(2, 3)", "6"],
            () => of.ValueAndGradient(new float[6], new float[7], [2, 3], new float[6])
        );
        Throws<ArgumentException>(
            "gradient",
            ["4", "(2, 3)", "6"],
            () => of.ValueAndGradient(new double[6], new double[6], [2, 3], new double[4])
        );
        Throws<ArgumentException>(
            "prediction",
            ["0", "()", "1"],
            () => of.ValueAndGradient([], new double[1], Shape.Scalar, new double[1])
        );
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void Lengths_that_are_not_the_shapes_with_labels(string loss)
    {
        var of = s_labelLosses[loss](Reduction.Mean);
        Throws<ArgumentException>(
            "prediction",
            ["5", "(2, 3)", "6"],
            () => of.ValueAndGradient(new double[5], s_labels, [2, 3], new double[6])
        );
        Throws<ArgumentException>(
            "gradient",
            ["7", "(2, 3)", "6"],
            () => of.ValueAndGradient(new float[6], s_labels, [2, 3], new float[7])
        );
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void Labels_of_another_shape(string loss)
    {
        var of = s_labelLosses[loss](Reduction.Mean);
        var labels = new Labels(0, 1, 2);
        Throws<ArgumentException>("labels", ["(3)", "(2, 3)", "(2)"], () => of.Evaluate(s_matrix, labels));
        Throws<ArgumentException>("labels", ["(3)", "(2, 3)", "(2)"], () => of.ValueAndGradient(s_matrix, labels));
        Throws<ArgumentException>(
            "labels",
            ["(3)", "(2, 3)", "(2)"],
            () => of.ValueAndGradient(new double[6], labels, [2, 3], new double[6])
        );
        Throws<ArgumentException>("labels", ["(2)", "()"], () => of.Evaluate(DiffTensor.Create(1.0, 2, 3), s_labels));
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void Labels_that_are_no_class(string loss)
    {
        var of = s_labelLosses[loss](Reduction.Mean);
        Labels beyond = new(0, 3),
            negative = new(-1, 0),
            second = new([0, 1, 2, 0, 7, 1], [2, 3]);
        Throws<ArgumentOutOfRangeException>("labels", ["labels[1] is 3", "3 classes"], () => of.Evaluate(s_matrix, beyond));
        Throws<ArgumentOutOfRangeException>("labels", ["labels[0] is -1", "3 classes"], () => of.ValueAndGradient(s_matrix, negative));
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["labels[1, 1] is 7", "3 classes"],
            () => of.ValueAndGradient(new float[18], second, [2, 3, 3], new float[18])
        );
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["labels is 9", "3 classes"],
            () => of.Evaluate(DiffTensor.Create(1.0, 2, 3), Labels.Single(9))
        );
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void No_classes(string loss)
    {
        var of = s_labelLosses[loss](Reduction.Mean);
        Throws<ArgumentException>(
            null,
            ["(2, 0)", "no classes"],
            () => of.Evaluate(DiffTensor.Create(Array.Empty<double>(), 2, 0), s_labels)
        );
        Throws<ArgumentException>(
            null,
            ["(2, 0)", "no classes"],
            () => of.ValueAndGradient([], s_labels, [2, 0], Array.Empty<double>().AsSpan())
        );
        Throws<ArgumentException>(null, ["()", "no class axis"], () => of.Evaluate(DiffTensor.Scalar(1.0), Labels.Single(0)));
    }

    [Fact]
    public void Class_weights_that_are_not_one_a_class()
    {
        foreach (var loss in new[] { Loss.CrossEntropy(new double[] { 1, 2 }), Loss.NLL(new double[] { 1, 2 }) })
        {
            Throws<ArgumentException>("classWeights", ["(2)", "(2, 3)", "(3)"], () => loss.Evaluate(s_matrix, s_labels));
            Throws<ArgumentException>(
                "classWeights",
                ["(2)", "(2, 3)", "(3)"],
                () => loss.ValueAndGradient(new double[6], s_labels, [2, 3], new double[6])
            );
        }
        Throws<ArgumentException>(
            "classWeights",
            ["(2)", "(2, 3)", "(3)"],
            () => Loss.CrossEntropy(new double[] { 1, 2 }).Evaluate(s_matrix, s_matrix)
        );
    }

    [Fact]
    public void Weights_that_do_not_broadcast()
    {
        Weights four = new double[] { 1, 2, 3, 4 };
        Throws<ArgumentException>("weights", ["(4)", "(2, 3)"], () => Loss.MSE(four).Evaluate(s_matrix, s_matrix));
        Throws<ArgumentException>("posWeight", ["(4)", "(2, 3)"], () => Loss.BCEWithLogits(posWeight: four).Evaluate(s_matrix, s_matrix));
        Throws<ArgumentException>(
            "weights",
            ["(4)", "(2, 3)"],
            () => Loss.BCE(four).ValueAndGradient(new double[6], new double[6], [2, 3], new double[6])
        );
    }

    [Fact]
    public void Weights_that_are_negative_or_no_number()
    {
        Throws<ArgumentOutOfRangeException>("values", ["weights[1] is -2"], () => Loss.MSE(new double[] { 1, -2 }));
        Throws<ArgumentOutOfRangeException>("values", ["weights[0] is NaN"], () => Loss.CrossEntropy(new float[] { float.NaN }));
        Throws<ArgumentOutOfRangeException>("values", ["weights is -0.5"], () => Loss.BCEWithLogits(posWeight: -0.5));
        Throws<ArgumentOutOfRangeException>(
            "values",
            ["weights[1, 0] is Infinity"],
            () => new Weights([1, 2, double.PositiveInfinity, 4], [2, 2])
        );
        Throws<ArgumentException>("values", ["3", "(2, 2)", "4"], () => new Weights([1, 2, 3], [2, 2]));
    }

    [Fact]
    public void Hyperparameters_out_of_range()
    {
        foreach (var (value, text) in new[] { (0, "0"), (-1, "-1"), (double.NaN, "NaN"), (double.PositiveInfinity, "Infinity") })
            Throws<ArgumentOutOfRangeException>("delta", [$"delta is {text}"], () => Loss.Huber(delta: value));
        foreach (var (value, text) in new[] { (-0.5, "-0.5"), (double.NaN, "NaN"), (double.NegativeInfinity, "-Infinity") })
            Throws<ArgumentOutOfRangeException>("beta", [$"beta is {text}"], () => Loss.SmoothL1(beta: value));
        foreach (var (value, text) in new[] { (-0.1, "-0.1"), (1.5, "1.5"), (double.NaN, "NaN") })
            Throws<ArgumentOutOfRangeException>(
                "labelSmoothing",
                [$"labelSmoothing is {text}", "from 0 to 1"],
                () => Loss.CrossEntropy(labelSmoothing: value)
            );
        foreach (var (value, text) in new[] { (-1, "-1"), (double.NaN, "NaN") })
            Throws<ArgumentOutOfRangeException>("p", [$"p is {text}"], () => Similarity.PairwiseDistance(s_matrix, s_matrix, p: value));
        Throws<ArgumentOutOfRangeException>("eps", ["eps is NaN"], () => Similarity.PairwiseDistance(s_matrix, s_matrix, eps: double.NaN));
        Throws<ArgumentOutOfRangeException>("eps", ["eps is -1"], () => Similarity.CosineSimilarity(s_matrix, s_matrix, eps: -1));
        foreach (var (value, text) in new[] { (double.NaN, "NaN"), (double.NegativeInfinity, "-Infinity") })
        {
            Throws<ArgumentOutOfRangeException>("scale", [$"scale is {text}"], () => value * Loss.MSE());
            Throws<ArgumentOutOfRangeException>("scale", [$"scale is {text}"], () => Loss.CrossEntropy() * value);
        }
    }

    [Fact]
    public void Axes_that_are_not_there()
    {
        Throws<ArgumentOutOfRangeException>("axis", ["2", "(2, 3)"], () => Activations.Softmax(s_matrix, 2));
        Throws<ArgumentOutOfRangeException>("axis", ["-3", "(2, 3)"], () => Activations.LogSoftmax(s_matrix, -3));
        Throws<ArgumentOutOfRangeException>("axis", ["5", "(2, 3)"], () => Activations.LogSumExp(s_matrix, 5));
        Throws<ArgumentOutOfRangeException>("axis", ["2", "(2, 3)"], () => Similarity.CosineSimilarity(s_matrix, s_matrix, axis: 2));
        Throws<ArgumentOutOfRangeException>(null, ["4", "(2, 3)"], () => Loss.CrossEntropy(classAxis: 4).Evaluate(s_matrix, s_labels));
        Throws<ArgumentException>(null, ["(2, 0)"], () => Activations.Softmax(DiffTensor.Create(Array.Empty<double>(), 2, 0), 1));
    }

    [Fact]
    public void Shapes_that_differ_between_vectors()
    {
        Throws<ArgumentException>("x2", ["(3, 2)", "(2, 3)"], () => Similarity.CosineSimilarity(s_matrix, s_other));
        Throws<ArgumentException>("x2", ["(3, 2)", "(2, 3)"], () => Similarity.PairwiseDistance(s_matrix, s_other));
        Throws<ArgumentException>("x1", ["()"], () => Similarity.PairwiseDistance(DiffTensor.Scalar(1.0), DiffTensor.Scalar(1.0)));
    }

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void A_gradient_without_a_reduction(string loss)
    {
        var of = s_tensorLosses[loss](Reduction.None);
        Throws<ArgumentException>("reduction", ["(2, 3)"], () => of.ValueAndGradient(s_matrix, s_matrix));
        Throws<ArgumentException>("reduction", [], () => of.ValueAndGradient(new double[6], new double[6], [2, 3], new double[6]));
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void A_gradient_without_a_reduction_with_labels(string loss)
    {
        var of = s_labelLosses[loss](Reduction.None);
        Throws<ArgumentException>("reduction", ["(2)"], () => of.ValueAndGradient(s_matrix, s_labels));
        Throws<ArgumentException>("reduction", [], () => of.ValueAndGradient(new double[6], s_labels, [2, 3], new double[6]));
    }

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void A_reduction_that_is_none_of_the_names(string loss)
    {
        var of = s_tensorLosses[loss]((Reduction)42);
        Throws<ArgumentOutOfRangeException>("reduction", ["42"], () => of.Evaluate(s_matrix, s_matrix));
        Throws<ArgumentOutOfRangeException>(
            "reduction",
            ["42"],
            () => of.ValueAndGradient(new double[6], new double[6], [2, 3], new double[6])
        );
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void A_reduction_that_is_none_of_the_names_with_labels(string loss)
    {
        var of = s_labelLosses[loss]((Reduction)(-1));
        Throws<ArgumentOutOfRangeException>("reduction", ["-1"], () => of.Evaluate(s_matrix, s_labels));
        Throws<ArgumentOutOfRangeException>("reduction", ["-1"], () => of.ValueAndGradient(new double[6], s_labels, [2, 3], new double[6]));
    }

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void A_batch_mean_without_a_batch(string loss)
    {
        var of = s_tensorLosses[loss](Reduction.BatchMean);
        DiffTensor<double> half = DiffTensor.Scalar(0.5);
        Throws<ArgumentException>(null, ["()", "batch"], () => of.Evaluate(half, half));
        Throws<ArgumentException>(null, ["()", "batch"], () => of.ValueAndGradient([0.5], [0.5], Shape.Scalar, new double[1]));
    }

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void Null_tensors(string loss)
    {
        var of = s_tensorLosses[loss](Reduction.Mean);
        Null("prediction", () => of.Evaluate(null!, s_matrix));
        Null("target", () => of.Evaluate(s_matrix, null!));
        Null("prediction", () => of.ValueAndGradient(null!, s_matrix));
        Null("target", () => of.ValueAndGradient(s_matrix, null!));
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void Null_logits_and_labels(string loss)
    {
        var of = s_labelLosses[loss](Reduction.Mean);
        Null("prediction", () => of.Evaluate<DiffTensor<double>>(null!, s_labels));
        Null("labels", () => of.Evaluate(s_matrix, (Labels)null!));
        Null("prediction", () => of.ValueAndGradient<double>(null!, s_labels));
        Null("labels", () => of.ValueAndGradient(s_matrix, (Labels)null!));
        Null("labels", () => of.ValueAndGradient(new double[6], null!, [2, 3], new double[6]));
    }

    [Fact]
    public void Null_probabilities()
    {
        Null("prediction", () => Loss.CrossEntropy().Evaluate(null!, s_matrix));
        Null("probabilities", () => Loss.CrossEntropy().Evaluate(s_matrix, (DiffTensor<double>)null!));
        Null("prediction", () => Loss.CrossEntropy().ValueAndGradient(null!, s_matrix));
        Null("probabilities", () => Loss.CrossEntropy().ValueAndGradient(s_matrix, (DiffTensor<double>)null!));
    }

    [Fact]
    public void Three_tensors()
    {
        var of = Loss.GaussianNLL();
        DiffTensor<double> none = null!;
        Null("first", () => of.ValueAndGradients(none, s_matrix, s_matrix));
        Null("second", () => of.ValueAndGradients(s_matrix, none, s_matrix));
        Null("third", () => of.ValueAndGradients(s_matrix, s_matrix, none));
        Throws<ArgumentException>("target", ["(3, 2)", "(2, 3)"], () => of.Evaluate(s_matrix, s_other, s_matrix));
        Throws<ArgumentException>(
            "reduction",
            ["(2, 3)"],
            () => Loss.GaussianNLL(reduction: Reduction.None).ValueAndGradients(s_matrix, s_matrix, s_matrix)
        );
        Throws<ArgumentOutOfRangeException>(
            "reduction",
            ["42"],
            () => Loss.GaussianNLL(reduction: (Reduction)42).Evaluate(s_matrix, s_matrix, s_matrix)
        );
        Throws<ArgumentOutOfRangeException>("eps", ["eps is -1"], () => Loss.GaussianNLL(eps: -1));
        Throws<ArgumentOutOfRangeException>("margin", ["margin is 2"], () => Loss.CosineEmbedding(margin: 2));
        Throws<ArgumentOutOfRangeException>("margin", ["margin is 0"], () => Loss.TripletMargin(margin: 0));
        Throws<ArgumentOutOfRangeException>("margin", ["margin is NaN"], () => Loss.MarginRanking(margin: double.NaN));
        Throws<ArgumentOutOfRangeException>("p", ["3"], () => Loss.MultiMargin(p: 3));
        Null("distance", () => Loss.TripletMarginWithDistance(null!));
        Null("distance", () => Distance.Of<DiffTensor<double>>(null!));
    }

    [Fact]
    public void Sequences()
    {
        var sequences = DiffTensor<double>.Filled(-1, [4, 2, 3]);
        Labels words = new([1, 2, 2, 1], [2, 2]);
        int[] inputs = [4, 4],
            targets = [2, 2];
        var of = Loss.CTC();
        Null("logProbabilities", () => of.Evaluate<DiffTensor<double>>(null!, words, inputs, targets));
        Null("labels", () => of.Evaluate(sequences, null!, inputs, targets));
        Null("inputLengths", () => of.Evaluate(sequences, words, null!, targets));
        Null("targetLengths", () => of.Evaluate(sequences, words, inputs, null!));
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["is 3", "3 classes"],
            () => of.Evaluate(sequences, new([1, 3, 2, 1], [2, 2]), inputs, targets)
        );
        Throws<ArgumentOutOfRangeException>("inputLengths", ["inputLengths[1] is 5"], () => of.Evaluate(sequences, words, [4, 5], targets));
    }

    [Fact]
    public void Linear_layers()
    {
        DiffTensor<double> weight = DiffTensor<double>.Filled(1, [5, 3]),
            bias = DiffTensor<double>.Filled(1, [5]);
        var of = Loss.LinearCrossEntropy();
        Null("input", () => of.Evaluate(null!, weight, bias, s_labels));
        Null("weight", () => of.Evaluate(s_matrix, null!, bias, s_labels));
        Null("bias", () => of.Evaluate(s_matrix, weight, null!, s_labels));
        Null("labels", () => of.Evaluate(s_matrix, weight, bias, null!));
        Throws<ArgumentException>("input", ["(2, 3)", "(3, 2)"], () => of.Evaluate(s_matrix, s_other, bias, s_labels));
        Throws<ArgumentOutOfRangeException>(
            "chunk",
            ["0"],
            () => Loss.LinearCrossEntropy(chunk: 0).Evaluate(s_matrix, weight, bias, s_labels)
        );
    }

    [Fact]
    public void Null_losses()
    {
        Null("a", () => (TensorLoss)null! + Loss.MSE());
        Null("b", () => Loss.MSE() + null!);
        Null("loss", () => 2 * (TensorLoss)null!);
        Null("loss", () => (TensorLoss)null! * 2);
        Null("a", () => null! + Loss.NLL());
        Null("b", () => Loss.NLL() + null!);
        Null("loss", () => 2 * (LabelLoss)null!);
        Null("loss", () => (LabelLoss)null! * 2);
    }

    [Fact]
    public void Null_functions_and_places()
    {
        Func<DiffTensor<double>, DiffTensor<double>> f = x => x * x,
            no = null!;
        DiffTensor<double> none = null!,
            x = DiffTensor.Scalar(2.0);
        Null("f", () => Diff.Grad(no, x));
        Null("f", () => Diff.ValueAndGrad(no, x));
        Null("f", () => Diff.Vjp(no, x, x));
        Null("f", () => Diff.Jvp(no, x, x));
        Null("f", () => Diff.Hvp(no, x, x));
        Null("f", () => Diff.Jacobian(no, x));
        Null("f", () => Diff.Hessian(no, x));
        Null("x", () => Diff.Grad(f, none));
        Null("x", () => Diff.ValueAndGrad(f, none));
        Null("x", () => Diff.Vjp(f, none, x));
        Null("x", () => Diff.Jvp(f, none, x));
        Null("x", () => Diff.Hvp(f, none, x));
        Null("x", () => Diff.Jacobian(f, none));
        Null("x", () => Diff.Hessian(f, none));
        Null("v", () => Diff.Vjp(f, x, none));
        Null("v", () => Diff.Jvp(f, x, none));
        Null("v", () => Diff.Hvp(f, x, none));
    }

    [Fact]
    public void Derivatives_of_other_shapes()
    {
        Throws<ArgumentException>("f", ["(2, 3)"], () => Diff.Grad(x => x * x, s_matrix));
        Throws<ArgumentException>("f", ["(2, 3)"], () => Diff.Hessian(x => x * x, s_matrix));
        Throws<ArgumentException>("v", ["(3, 2)", "(2, 3)"], () => Diff.Jvp(x => x * x, s_matrix, s_other));
        Throws<ArgumentException>("v", ["(3, 2)", "(2, 3)"], () => Diff.Hvp(x => Loss.MSE().Evaluate(x, s_matrix), s_matrix, s_other));
        Throws<ArgumentException>("v", ["(3, 2)", "(2, 3)"], () => Diff.Vjp(x => x * x, s_matrix, s_other));
    }

    [Fact]
    public void Null_activations_and_vectors()
    {
        DiffTensor<double> none = null!;
        Null("logits", () => Activations.Sigmoid(none));
        Null("logits", () => Activations.LogSigmoid(none));
        Null("logits", () => Activations.Softplus(none));
        Null("logits", () => Activations.Softmax(none, 0));
        Null("logits", () => Activations.LogSoftmax(none, 0));
        Null("logits", () => Activations.LogSumExp(none, 0));
        Null("x1", () => Similarity.CosineSimilarity(none, s_matrix));
        Null("x2", () => Similarity.CosineSimilarity(s_matrix, none));
        Null("x1", () => Similarity.PairwiseDistance(none, s_matrix));
        Null("x2", () => Similarity.PairwiseDistance(s_matrix, none));
    }

    [Fact]
    public void Null_weights_labels_and_shapes()
    {
        Null("values", () => Loss.MSE((double[])null!));
        Null("values", () => Loss.MSE((float[])null!));
        Null("indices", () => new Labels((int[])null!));
        Null("lengths", () => new Shape(null!));
        Null("values", () => DiffTensor.Create((double[])null!));
        Null("values", () => DiffTensor.Create((double[,])null!));
        Null("values", () => DiffTensor.Create((System.Numerics.Tensors.Tensor<double>)null!));
    }

    [Fact]
    public void Half_precision()
    {
        Half[] numbers = [(Half)1, (Half)2];
        Shape shape = [2];
        Throws<NotSupportedException>(null, ["Half", "float", "double"], () => DiffTensor.Create(numbers));
        Throws<NotSupportedException>(null, ["Half", "float", "double"], () => DiffTensor<Half>.Filled(1, shape));
        Throws<NotSupportedException>(null, ["Half", "float", "double"], () => DiffTensor<Half>.Constant(1));
        Throws<NotSupportedException>(
            null,
            ["Half", "float", "double"],
            () => Loss.MSE().ValueAndGradient(numbers, numbers, shape, numbers)
        );
        Throws<NotSupportedException>(
            null,
            ["Half", "float", "double"],
            () => Loss.MSE(weights: 2).ValueAndGradient(numbers, numbers, shape, numbers)
        );
        Throws<NotSupportedException>(
            null,
            ["Half", "float", "double"],
            () => Loss.CrossEntropy().ValueAndGradient(numbers, Labels.Single(0), shape, numbers)
        );
        Throws<NotSupportedException>(
            null,
            ["Half", "float", "double"],
            () => Loss.NLL().ValueAndGradient(numbers, Labels.Single(0), shape, numbers)
        );
    }

    [Fact]
    public void Shapes_and_places_that_are_not_there()
    {
        Throws<ArgumentOutOfRangeException>("lengths", ["(2, -1)"], () => new Shape(2, -1));
        Throws<ArgumentOutOfRangeException>("lengths", ["(65536, 65536)"], () => new Shape(65536, 65536));
        Throws<ArgumentException>("values", ["3", "(2, 2)", "4"], () => DiffTensor.Create([1.0, 2, 3], 2, 2));
        Throws<ArgumentException>("indices", ["3", "(2, 2)", "4"], () => new Labels([1, 2, 3], [2, 2]));
        Throws<ArgumentException>("place", ["1", "(2, 3)"], () => s_matrix[1]);
        Throws<ArgumentOutOfRangeException>("place", ["place[1] is 3", "(2, 3)"], () => s_matrix[1, 3]);
        Throws<ArgumentOutOfRangeException>("place", ["place[0] is -3", "(2, 3)"], () => s_matrix[-3, 0]);
        Throws<InvalidOperationException>(null, ["(2, 3)", "6"], () => s_matrix.ToScalar());
        Throws<ArgumentException>("destination", ["5", "(2, 3)"], () => s_matrix.CopyTo(new double[5]));
        Throws<ArgumentOutOfRangeException>(
            "indices",
            ["indices[1, 0] is 4294967296"],
            () => new Labels([0L, 1L, 1L << 32, 2L], new Shape(2, 2))
        );
    }

    [Fact]
    public void Operations_on_tensors_that_do_not_fit()
    {
        DiffTensor<double> row = DiffTensor.Create(1.0, 2, 3),
            pair = DiffTensor.Create(1.0, 2);
        Throws<ArgumentException>("b", ["(3)", "(2)", "broadcast"], () => row + pair);
        Throws<ArgumentException>("b", ["(2, 3)", "(3, 2)", "broadcast"], () => s_matrix * s_other);
        Throws<ArgumentException>("shape", ["(2)", "(3)"], () => DiffTensor<double>.Expand(pair, [3]));
        Throws<ArgumentException>("shape", ["(4)", "4 elements", "(3)"], () => DiffTensor<double>.Reshape(row, [4]));
        Throws<ArgumentException>("axes", ["0, 0", "(2, 3)"], () => DiffTensor<double>.Permute(s_matrix, [0, 0]));
        Throws<ArgumentException>(
            "tensors",
            ["tensors[1]", "(3, 2)", "(2, 3)"],
            () => DiffTensor<double>.Concatenate([s_matrix, s_other], 0)
        );
        Throws<ArgumentOutOfRangeException>("start", ["1 to 4", "(3)"], () => DiffTensor<double>.Slice(row, 0, 1, 3));
        Throws<ArgumentException>("b", ["(2, 3)", "columns"], () => DiffTensor<double>.MatMul(s_matrix, s_matrix));
        Throws<ArgumentException>(
            "b",
            ["(2, 1, 3)", "(3, 3, 1)", "leading"],
            () => DiffTensor<double>.MatMul(DiffTensor<double>.Filled(1, [2, 1, 3]), DiffTensor<double>.Filled(1, [3, 3, 1]))
        );
    }

    [Fact]
    public void A_place_to_gather_from_that_there_is_none()
    {
        var row = DiffTensor.Create(1.0, 2, 3);
        // A negative one gathers 0.
        Assert.Equal([0, 3, 1], DiffTensor<double>.Gather(row, 0, new Labels(-5, 2, 0)).ToArray());
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["labels[1] is 3", "3 classes"],
            () => DiffTensor<double>.Gather(row, 0, new Labels(0, 3))
        );
        Throws<ArgumentException>("labels", ["(2)", "(2, 3)"], () => DiffTensor<double>.Gather(s_matrix, 1, s_labels));
    }

    private static void Null(string parameter, Func<object> call) => Throws<ArgumentNullException>(parameter, [], call);

    private static void Throws<E>(string? parameter, string[] shown, Action call)
        where E : Exception
    {
        var exception = Assert.Throws<E>(call);
        if (parameter is not null)
            Assert.Equal(parameter, Assert.IsType<ArgumentException>(exception, exactMatch: false).ParamName);
        Assert.All(shown, text => Assert.Contains(text, exception.Message));
    }

    private static void Throws<E>(string? parameter, string[] shown, Func<object> call)
        where E : Exception =>
        Throws<E>(
            parameter,
            shown,
            () =>
            {
                call();
            }
        );
}
