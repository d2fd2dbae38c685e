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

    // Losses of a prediction and a target of one shape, with the name of the prediction.
    private static readonly Dictionary<
        string,
        (string Prediction, Func<DiffTensor<double>, DiffTensor<double>, LossValues<DiffTensor<double>>> Of)
    > s_tensorLosses = new()
    {
        ["l1"] = ("prediction", (x, t) => Loss.L1(x, t)),
        ["huber"] = ("prediction", (x, t) => Loss.Huber(x, t)),
        ["bce"] = ("probabilities", (x, t) => Loss.BCE(x, t)),
        ["balanced"] = ("logits", (x, t) => Loss.BCEWithLogits(x, t, posWeight: 2)),
        ["klDiv"] = ("logProbabilities", (x, t) => Loss.KLDiv(x, t)),
        ["one's own"] = ("prediction", (x, t) => Loss.Pointwise(x, t, 2 * new L1())),
    };

    private static readonly Dictionary<
        string,
        (string Prediction, Func<DiffTensor<double>, Labels, LossValues<DiffTensor<double>>> Of)
    > s_labelLosses = new()
    {
        ["nll"] = ("logProbabilities", (x, labels) => Loss.NLL(x, labels)),
        ["cross-entropy"] = ("logits", (x, labels) => Loss.CrossEntropy(x, labels)),
    };

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void Shapes_that_differ(string loss)
    {
        var (_, of) = s_tensorLosses[loss];
        Throws<ArgumentException>("target", ["(3, 2)", "(2, 3)"], () => of(s_matrix, s_other));
        // No broadcasting between a prediction and a target.
        Throws<ArgumentException>("target", ["()", "(2, 3)"], () => of(s_matrix, DiffTensor.Scalar(1.0)));
        Throws<ArgumentException>("target", ["(3)", "(2, 3)"], () => of(s_matrix, DiffTensor.Create(1.0, 0, 1)));
    }

    [Theory]
    [MemberData(nameof(TensorLosses))]
    public void Null_tensors(string loss)
    {
        var (prediction, of) = s_tensorLosses[loss];
        Null(prediction, () => of(null!, s_matrix));
        Null("target", () => of(s_matrix, null!));
    }

    // As a tensor's, these weights are Weights, which refuse it by themselves.
    [Fact]
    public void A_negative_weight_of_a_positive_answer_over_spans()
    {
        double[] half = [0.5, 0.5],
            gradient = new double[2];
        Throws<ArgumentOutOfRangeException>(
            "third",
            ["third[1] is -1", "at least 0"],
            () => new BalancedBCEWithLogits().ValueAndGradients(half, half, [1, -1], gradient, [], [])
        );
    }

    [Fact]
    public void Lengths_that_differ_over_spans()
    {
        double[] five = new double[5],
            six = new double[6];
        Throws<ArgumentException>("target", ["5", "6"], () => new MSE().ValueAndGradient(six, five, six));
        Throws<ArgumentException>("gradient", ["5", "6"], () => new Huber(1).ValueAndGradient(six, six, five));
        Throws<ArgumentException>("curvature", ["5", "6"], () => new MSE().GradientAndCurvature(six, six, six, five));
        Throws<ArgumentException>("weights", ["5", "6"], () => new MSE().GradientAndCurvature(six, six, six, six, five));
        Throws<ArgumentException>("third", ["5", "6"], () => new GaussianNLL(false, 1).ValueAndGradients(six, six, five, six, six, six));
        Throws<ArgumentException>(
            "thirdGradient",
            ["5", "6"],
            () => new GaussianNLL(false, 1).ValueAndGradients(six, six, six, six, six, five)
        );
        Throws<ArgumentException>("second", ["5", "6"], () => new TripletMargin().ValueAndGradients(six, five, six, 3, six, six, six));
        Throws<ArgumentException>(
            "thirdGradient",
            ["5", "6"],
            () => new TripletMargin().ValueAndGradients(six, six, six, 3, six, six, five)
        );
        Throws<ArgumentException>("width", ["6", "4"], () => new TripletMargin().ValueAndGradients(six, six, six, 4, six, six, six));
        Throws<ArgumentException>("width", ["6", "0"], () => new TripletMargin().ValueAndGradients(six, six, six, 0, six, six, six));
    }

    [Fact]
    public void Lengths_and_shapes_that_do_not_fit_over_spans_with_labels()
    {
        double[] five = new double[5],
            six = new double[6];
        Throws<ArgumentException>("prediction", ["5", "2 labels"], () => new CrossEntropy().ValueAndGradient(five, [0, 1], five));
        Throws<ArgumentException>("prediction", ["5", "(2, 3)", "6"], () => new NLL().ValueAndGradient(five, [0, 1], [2, 3], five));
        Throws<ArgumentException>("gradient", ["5", "6"], () => new NLL().ValueAndGradient(six, [0, 1], five));
        Throws<ArgumentException>("labels", ["3", "(2)"], () => new CrossEntropy().ValueAndGradient(six, [0, 1, 2], [2, 3], six));
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["labels[1] is 3", "3 classes"],
            () => new CrossEntropy().ValueAndGradient(six, [0, 3], six)
        );
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["labels[1, 1] is 7", "3 classes"],
            () => new CrossEntropy().ValueAndGradient(new float[18], [0, 1, 2, 0, 7, 1], [2, 3, 3], new float[18])
        );
        Throws<ArgumentException>(null, ["()", "no class axis"], () => new NLL().ValueAndGradient([1.0], [0], Shape.Scalar, [0.0]));
        Throws<ArgumentException>(
            "classWeights",
            ["(2)", "(2, 3)", "(3)"],
            () => new CrossEntropy(new double[] { 1, 2 }).ValueAndGradient(six, [0, 1], six)
        );
    }

    [Fact]
    public void A_reduction_over_spans_that_is_no_number()
    {
        double[] six = new double[6];
        string[] shown = ["one number", "(2)"];
        Throws<ArgumentException>("reduction", ["one number", "(6)"], () => new MSE().ValueAndGradient(six, six, six, Reduction.None));
        Throws<ArgumentException>("reduction", shown, () => new NLL().ValueAndGradient(six, [0, 1], six, Reduction.None));
        Throws<ArgumentException>(
            "reduction",
            shown,
            () => new TripletMargin().ValueAndGradients(six, six, six, 3, six, new double[6], new double[6], Reduction.None)
        );
        // Without a shape nobody knows what the batch is.
        Throws<ArgumentException>("reduction", ["shape"], () => new MSE().ValueAndGradient(six, six, six, Reduction.BatchMean));
        Throws<ArgumentException>(
            "reduction",
            ["batch"],
            () => new GaussianNLL(false, 1).ValueAndGradients(six, six, six, six, new double[6], new double[6], Reduction.BatchMean)
        );
        Throws<ArgumentOutOfRangeException>("reduction", ["42"], () => new MSE().ValueAndGradient(six, six, six, (Reduction)42));
        Throws<ArgumentException>("prediction", ["6", "(2, 2)", "4"], () => new MSE().ValueAndGradient(six, six, [2, 2], six));
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void Labels_of_another_shape(string loss)
    {
        var (_, of) = s_labelLosses[loss];
        Throws<ArgumentException>("labels", ["(3)", "(2, 3)", "(2)"], () => of(s_matrix, new(0, 1, 2)));
        Throws<ArgumentException>("labels", ["(2)", "()"], () => of(DiffTensor.Create(1.0, 2, 3), s_labels));
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void Labels_that_are_no_class(string loss)
    {
        var (_, of) = s_labelLosses[loss];
        Throws<ArgumentOutOfRangeException>("labels", ["labels[1] is 3", "3 classes"], () => of(s_matrix, new(0, 3)));
        Throws<ArgumentOutOfRangeException>("labels", ["labels[0] is -1", "3 classes"], () => of(s_matrix, new(-1, 0)));
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["labels is 9", "3 classes"],
            () => of(DiffTensor.Create(1.0, 2, 3), Labels.Single(9))
        );
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void No_classes(string loss)
    {
        var (_, of) = s_labelLosses[loss];
        Throws<ArgumentException>(null, ["(2, 0)", "no classes"], () => of(DiffTensor.Create(Array.Empty<double>(), 2, 0), s_labels));
        Throws<ArgumentException>(null, ["()", "no class axis"], () => of(DiffTensor.Scalar(1.0), Labels.Single(0)));
    }

    [Theory]
    [MemberData(nameof(LabelLosses))]
    public void Null_logits_and_labels(string loss)
    {
        var (prediction, of) = s_labelLosses[loss];
        Null(prediction, () => of(null!, s_labels));
        Null("labels", () => of(s_matrix, null!));
    }

    [Fact]
    public void Class_weights_that_are_not_one_a_class()
    {
        Weights two = new double[] { 1, 2 };
        foreach (
            var call in new Func<object>[]
            {
                () => Loss.CrossEntropy(s_matrix, s_labels, two),
                () => Loss.CrossEntropy(s_matrix, s_matrix, two),
                () => Loss.NLL(s_matrix, s_labels, two),
            }
        )
            Throws<ArgumentException>("classWeights", ["(2)", "(2, 3)", "(3)"], call);
    }

    [Fact]
    public void Weights_that_do_not_broadcast()
    {
        Weights four = new double[] { 1, 2, 3, 4 };
        Throws<ArgumentException>("weights", ["(4)", "(2, 3)"], () => Loss.MSE(s_matrix, s_matrix).Weighted(four));
        Throws<ArgumentException>("weights", ["(4)", "(2, 3)"], () => Loss.MSE(s_matrix, s_matrix).Weighted(four, Divisor.Weights));
        Throws<ArgumentException>("sampleWeights", ["(4)", "(2)"], () => Loss.MSE(s_matrix, s_matrix).SampleWeighted(four));
        Throws<ArgumentException>("posWeight", ["(4)", "(2, 3)"], () => Loss.BCEWithLogits(s_matrix, s_matrix, posWeight: four));
        Throws<ArgumentException>(null, ["4", "(2, 3)"], () => Loss.MSE(s_matrix, s_matrix).Masked([true, true, false, true]));
        Throws<ArgumentOutOfRangeException>("mask", ["0 and 1"], () => Loss.MSE(s_matrix, s_matrix).Masked(2));
    }

    [Fact]
    public void Weights_that_are_negative_or_no_number()
    {
        Throws<ArgumentOutOfRangeException>("values", ["weights[1] is -2"], () => (Weights)new double[] { 1, -2 });
        Throws<ArgumentOutOfRangeException>("values", ["weights[0] is NaN"], () => (Weights)new float[] { float.NaN });
        Throws<ArgumentOutOfRangeException>("value", ["weights is -0.5"], () => Loss.BCEWithLogits(s_matrix, s_matrix, posWeight: -0.5));
        Throws<ArgumentOutOfRangeException>(
            "values",
            ["weights[1, 0] is Infinity"],
            () => new Weights([1, 2, double.PositiveInfinity, 4], [2, 2])
        );
        Throws<ArgumentException>("values", ["3", "(2, 2)", "4"], () => new Weights([1, 2, 3], [2, 2]));
    }

    [Fact]
    public void Reductions_of_what_has_no_batch_and_of_no_name()
    {
        var scalar = Loss.MSE(DiffTensor.Scalar(0.5), DiffTensor.Scalar(0.5));
        Throws<ArgumentException>(null, ["()", "batch"], () => scalar.BatchMean());
        Throws<ArgumentException>(null, ["()", "batch"], () => scalar.PerSample());
        Throws<ArgumentException>(null, ["()", "batch"], () => scalar.SampleWeighted(1));
        Throws<ArgumentException>("reduction", ["None"], () => Loss.MSE(s_matrix, s_matrix).PerSample(Reduction.None));
        Throws<ArgumentOutOfRangeException>("reduction", ["42"], () => scalar.Reduce((Reduction)42));
        Throws<ArgumentOutOfRangeException>("empty", ["42"], () => scalar.Mean((EmptyMean)42));
        Throws<ArgumentOutOfRangeException>("divisor", ["42"], () => scalar.Weighted(1, (Divisor)42));
    }

    [Fact]
    public void Null_losses()
    {
        LossValues<DiffTensor<double>> none = null!;
        Null("loss", () => none.Mean());
        Null("loss", () => none.Sum());
        Null("loss", () => none.BatchMean());
        Null("loss", () => none.PerSample());
        Null("loss", () => none.Reduce(Reduction.Sum));
        Null("loss", () => none.Masked(1));
        Null("loss", () => none.Masked([true]));
        Null("loss", () => none.Weighted(1));
        Null("loss", () => none.SampleWeighted(1));
        Null("loss", () => none.Parts());
        Throws<ArgumentNullException>("loss", [], () => none.AddTo(new()));
        Throws<ArgumentNullException>("total", [], () => Loss.MSE(s_matrix, s_matrix).AddTo(null!));
        Null("mask", () => Loss.MSE(s_matrix, s_matrix).Masked((Weights)null!));
        Null("weights", () => Loss.MSE(s_matrix, s_matrix).Weighted(null!));
    }

    [Fact]
    public void Hyperparameters_out_of_range()
    {
        foreach (var (value, text) in new[] { (0, "0"), (-1, "-1"), (double.NaN, "NaN"), (double.PositiveInfinity, "Infinity") })
        {
            Throws<ArgumentOutOfRangeException>("delta", [$"delta is {text}"], () => Loss.Huber(s_matrix, s_matrix, delta: value));
            // A definition is refused as early.
            Throws<ArgumentOutOfRangeException>("delta", [$"delta is {text}"], () => new Huber(value));
        }
        foreach (var (value, text) in new[] { (-0.5, "-0.5"), (double.NaN, "NaN"), (double.NegativeInfinity, "-Infinity") })
        {
            Throws<ArgumentOutOfRangeException>("beta", [$"beta is {text}"], () => Loss.SmoothL1(s_matrix, s_matrix, beta: value));
            Throws<ArgumentOutOfRangeException>("beta", [$"beta is {text}"], () => new SmoothL1(value));
            Throws<ArgumentOutOfRangeException>("eps", [$"eps is {text}"], () => new PoissonNLL(true, false, value));
            Throws<ArgumentOutOfRangeException>("eps", [$"eps is {text}"], () => new GaussianNLL(false, value));
        }
        foreach (var (value, text) in new[] { (-0.1, "-0.1"), (1.5, "1.5"), (double.NaN, "NaN") })
        {
            string[] shown = [$"labelSmoothing is {text}", "from 0 to 1"];
            Throws<ArgumentOutOfRangeException>(
                "labelSmoothing",
                shown,
                () => Loss.CrossEntropy(s_matrix, s_labels, labelSmoothing: value)
            );
            Throws<ArgumentOutOfRangeException>(
                "labelSmoothing",
                shown,
                () => Loss.CrossEntropy(s_matrix, s_matrix, labelSmoothing: value)
            );
            Throws<ArgumentOutOfRangeException>("labelSmoothing", shown, () => new CrossEntropy(labelSmoothing: value));
        }
        foreach (var (value, text) in new[] { (double.NaN, "NaN"), (double.NegativeInfinity, "-Infinity") })
        {
            Throws<ArgumentOutOfRangeException>("margin", [$"margin is {text}"], () => new HingeEmbedding(value));
            Throws<ArgumentOutOfRangeException>("margin", [$"margin is {text}"], () => new MarginRanking(value));
            Throws<ArgumentOutOfRangeException>("margin", [$"margin is {text}"], () => new TripletMargin(margin: value));
            Throws<ArgumentOutOfRangeException>(
                "margin",
                [$"margin is {text}"],
                () => Loss.MarginRanking(s_matrix, s_matrix, s_matrix, margin: value)
            );
        }
        foreach (var (value, text) in new[] { (-1, "-1"), (double.NaN, "NaN") })
            Throws<ArgumentOutOfRangeException>("p", [$"p is {text}"], () => Similarity.PairwiseDistance(s_matrix, s_matrix, p: value));
        Throws<ArgumentOutOfRangeException>("eps", ["eps is NaN"], () => Similarity.PairwiseDistance(s_matrix, s_matrix, eps: double.NaN));
        Throws<ArgumentOutOfRangeException>("eps", ["eps is -1"], () => Similarity.CosineSimilarity(s_matrix, s_matrix, eps: -1));
        Throws<ArgumentOutOfRangeException>("eps", ["eps is -1"], () => Loss.GaussianNLL(s_matrix, s_matrix, s_matrix, eps: -1));
        Throws<ArgumentOutOfRangeException>(
            "margin",
            ["margin is 2"],
            () => Loss.CosineEmbedding(s_matrix, s_matrix, DiffTensor.Create(1.0, 1), margin: 2)
        );
        Throws<ArgumentOutOfRangeException>("margin", ["margin is 0"], () => Loss.TripletMargin(s_matrix, s_matrix, s_matrix, margin: 0));
        Throws<ArgumentOutOfRangeException>("p", ["3"], () => Loss.MultiMargin(s_matrix, s_labels, p: 3));
    }

    [Fact]
    public void Axes_that_are_not_there()
    {
        Throws<ArgumentOutOfRangeException>("axis", ["2", "(2, 3)"], () => Activations.Softmax(s_matrix, 2));
        Throws<ArgumentOutOfRangeException>("axis", ["-3", "(2, 3)"], () => Activations.LogSoftmax(s_matrix, -3));
        Throws<ArgumentOutOfRangeException>("axis", ["5", "(2, 3)"], () => Activations.LogSumExp(s_matrix, 5));
        Throws<ArgumentOutOfRangeException>("axis", ["2", "(2, 3)"], () => Similarity.CosineSimilarity(s_matrix, s_matrix, axis: 2));
        Throws<ArgumentOutOfRangeException>(null, ["4", "(2, 3)"], () => Loss.CrossEntropy(s_matrix, s_labels, classAxis: 4));
        Throws<ArgumentException>(null, ["(2, 0)"], () => Activations.Softmax(DiffTensor.Create(Array.Empty<double>(), 2, 0), 1));
    }

    [Fact]
    public void Shapes_that_differ_between_vectors()
    {
        Throws<ArgumentException>("x2", ["(3, 2)", "(2, 3)"], () => Similarity.CosineSimilarity(s_matrix, s_other));
        Throws<ArgumentException>("x2", ["(3, 2)", "(2, 3)"], () => Similarity.PairwiseDistance(s_matrix, s_other));
        Throws<ArgumentException>("x1", ["()"], () => Similarity.PairwiseDistance(DiffTensor.Scalar(1.0), DiffTensor.Scalar(1.0)));
    }

    [Fact]
    public void Null_probabilities()
    {
        Null("logits", () => Loss.CrossEntropy(null!, s_matrix));
        Null("probabilities", () => Loss.CrossEntropy(s_matrix, (DiffTensor<double>)null!));
    }

    [Fact]
    public void Three_tensors()
    {
        DiffTensor<double> none = null!;
        Null("prediction", () => Loss.GaussianNLL(none, s_matrix, s_matrix));
        Null("target", () => Loss.GaussianNLL(s_matrix, none, s_matrix));
        Null("variance", () => Loss.GaussianNLL(s_matrix, s_matrix, none));
        Throws<ArgumentException>("target", ["(3, 2)", "(2, 3)"], () => Loss.GaussianNLL(s_matrix, s_other, s_matrix));
        Null("distance", () => Loss.TripletMarginWithDistance(s_matrix, s_matrix, s_matrix, null!));
    }

    [Fact]
    public void Sequences()
    {
        var sequences = DiffTensor<double>.Filled(-1, [4, 2, 3]);
        Labels words = new([1, 2, 2, 1], [2, 2]);
        int[] inputs = [4, 4],
            targets = [2, 2];
        Null("logProbabilities", () => Loss.CTC<DiffTensor<double>>(null!, words, inputs, targets));
        Null("labels", () => Loss.CTC(sequences, null!, inputs, targets));
        Null("inputLengths", () => Loss.CTC(sequences, words, null!, targets));
        Null("targetLengths", () => Loss.CTC(sequences, words, inputs, null!));
        Throws<ArgumentOutOfRangeException>(
            "labels",
            ["is 3", "3 classes"],
            () => Loss.CTC(sequences, new([1, 3, 2, 1], [2, 2]), inputs, targets)
        );
        Throws<ArgumentOutOfRangeException>("inputLengths", ["inputLengths[1] is 5"], () => Loss.CTC(sequences, words, [4, 5], targets));
    }

    [Fact]
    public void Linear_layers()
    {
        DiffTensor<double> weight = DiffTensor<double>.Filled(1, [5, 3]),
            bias = DiffTensor<double>.Filled(1, [5]);
        Null("input", () => Loss.LinearCrossEntropy(null!, weight, bias, s_labels));
        Null("weight", () => Loss.LinearCrossEntropy(s_matrix, null!, bias, s_labels));
        Null("bias", () => Loss.LinearCrossEntropy(s_matrix, weight, null!, s_labels));
        Null("labels", () => Loss.LinearCrossEntropy(s_matrix, weight, bias, null!));
        Throws<ArgumentException>("input", ["(2, 3)", "(3, 2)"], () => Loss.LinearCrossEntropy(s_matrix, s_other, bias, s_labels));
        Throws<ArgumentOutOfRangeException>("chunk", ["0"], () => Loss.LinearCrossEntropy(s_matrix, weight, bias, s_labels, chunk: 0));
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
        Throws<ArgumentException>("v", ["(3, 2)", "(2, 3)"], () => Diff.Hvp(x => Loss.MSE(x, s_matrix).Mean(), s_matrix, s_other));
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
        Null("values", () => (Weights)(double[])null!);
        Null("values", () => (Weights)(float[])null!);
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
        Throws<NotSupportedException>(null, ["Half", "float", "double"], () => new MSE().ValueAndGradient(numbers, numbers, numbers));
        Throws<NotSupportedException>(
            null,
            ["Half", "float", "double"],
            () => new MSE().GradientAndCurvature(numbers, numbers, numbers, new Half[2])
        );
        Throws<NotSupportedException>(null, ["Half", "float", "double"], () => new CrossEntropy().ValueAndGradient(numbers, [0], numbers));
        Throws<NotSupportedException>(null, ["Half", "float", "double"], () => new NLL().ValueAndGradient(numbers, [0], numbers));
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
