using Losses.CSharp;
using static Losses.Tour.Check;
using Tensor = Losses.DiffTensor<double>;

namespace Losses.Tour;

/// <summary>The classic notebook of PyTorch's losses, cell by cell, beside what PyTorch printed.</summary>
internal static class Notebook
{
    public static void Run(Report report)
    {
        report.Heading("The notebook of PyTorch's losses");
        Similarities(report);
        Regressions(report);
        RobustRegressions(report);
        BinaryCrossEntropies(report);
        CrossEntropies(report);
        Images(report);
        Divergences(report);
    }

    private static void Similarities(Report report)
    {
        var x1 = DiffTensor.Create(
            new double[,]
            {
                { 1, 2, 3, 4 },
                { 5, 6, 7, 8 },
            }
        );
        var x2 = DiffTensor.Create(
            new double[,]
            {
                { 10, 11, 12, 13 },
                { 14, 15, 16, 17 },
            }
        );

        report.Cell(
            "Cosine similarity, pairwise distance",
            $"x1 = {x1}\nx2 = {x2}",
            PyTorch(Similarity.CosineSimilarity(x1, x2), [0.9481, 0.9952]),
            PyTorch(Similarity.PairwiseDistance(x1, x2), [18.0, 18.0])
        );
    }

    private static void Regressions(Report report)
    {
        var y = DiffTensor.Create(
            new double[,]
            {
                { 0, 1, 2, 3 },
                { 4, 5, 6, 7 },
            }
        );
        var outlier = DiffTensor.Create(
            new double[,]
            {
                { 2, 3, 4, 5 },
                { 6, 10, 8, 9 },
            }
        );

        report.Cell(
            "Absolute and squared error",
            $"y = {y}\noutlier = {outlier}",
            PyTorch(Loss.L1(y, y + 1).Mean(), 1),
            PyTorch(Loss.L1(y, y + 1).Sum(), 8),
            PyTorch(Loss.MSE(y, outlier).Mean(), 6.6250)
        );
    }

    private static void RobustRegressions(Report report)
    {
        var y = DiffTensor.Create(0.123355, 1.242635, -0.903812, -0.332260, -3.045537);
        var t = DiffTensor.Create(0.763368, -2.055217, -1.126106, -1.784581, -0.116500);

        report.Cell(
            "Smooth L1 and Huber: squared near the target, absolute beyond",
            $"y = {y}\nt = {t}",
            PyTorch(Loss.SmoothL1(y, t).Values, [0.2048, 2.7979, 0.0247, 0.9523, 2.4290]),
            PyTorch(Loss.SmoothL1(y, t, beta: 0.5).Mean(), 1.4737),
            PyTorch(Loss.Huber(y, t, delta: 3).Values, [0.2048, 5.3936, 0.0247, 1.0546, 4.2896]),
            PyTorch(Loss.Huber(y, t, delta: 0.5).Mean(), 0.7369)
        );
    }

    private static void BinaryCrossEntropies(Report report)
    {
        var y = DiffTensor.Create(0.8589, 1.0864, -1.0978);
        var t = DiffTensor.Create(0.0, 0.0, 1.0);
        var p = Activations.Sigmoid(y);

        report.Cell(
            "Binary cross-entropy",
            $"y = {y}\nt = {t}\np = Activations.Sigmoid(y)",
            PyTorch(p, [0.7024, 0.7477, 0.2502], "Activations.Sigmoid(y)"),
            PyTorch(Loss.BCE(p, t).Mean(), 1.3250),
            PyTorch(Diff.Grad(x => Loss.BCE(Activations.Sigmoid(x), t).Mean(), y), [0.2341, 0.2492, -0.2499]),
            PyTorch(-Tensor.Mean(t * Tensor.Log(p) + (1 - t) * Tensor.Log(1 - p), []), 1.3250),
            PyTorch(Loss.BCEWithLogits(y, t).Mean(), 1.3250)
        );
    }

    private static void CrossEntropies(Report report)
    {
        var logits = DiffTensor.Create(
            new double[,]
            {
                { -1.8861, 2.8642, 2.1634, 1.5570, 1.1928 },
                { -0.2726, -0.3854, 0.7054, -1.1143, 0.3424 },
                { -0.0046, 1.3266, 1.6912, -0.3976, -0.9664 },
            }
        );
        var labels = new Labels(1, 0, 4);
        var logP = Activations.LogSoftmax(logits, axis: 1);
        var logProbabilities = DiffTensor.Create(
            new[,]
            {
                { -5.4250, -0.6747, -1.3755, -1.9819, -2.3461 },
                { -1.9218, -2.0346, -0.9438, -2.7635, -1.3068 },
                { -2.4243, -1.0931, -0.7285, -2.8173, -3.3861 },
            }
        );
        var gradient = DiffTensor.Create(
            new[,]
            {
                { 0.0015, -0.1636, 0.0842, 0.0459, 0.0319 },
                { -0.2846, 0.0436, 0.1297, 0.0210, 0.0902 },
                { 0.0295, 0.1117, 0.1609, 0.0199, -0.3221 },
            }
        );

        report.Cell(
            "Cross-entropy: the negative log-likelihood of a log-softmax",
            $"""
            logits = {logits}
            {labels}
            logP = Activations.LogSoftmax(logits, axis: 1)
            The notebook's logits had more digits: there the loss is 1.9941, and three logarithms differ by one in the last digit.
            """,
            PyTorch(logP, logProbabilities, "Activations.LogSoftmax(logits, axis: 1)"),
            PyTorch(Loss.NLL(logP, labels).Mean(), 1.9942),
            PyTorch(Loss.CrossEntropy(logits, labels).Mean(), 1.9942),
            PyTorch(Diff.Grad(x => Loss.CrossEntropy(x, labels).Mean(), logits), gradient),
            PyTorch(-(logP[0, 1] + logP[1, 0] + logP[2, 4]) / 3, 1.9942)
        );
    }

    // One label a pixel: the class axis is the second, the others are the labels'.
    private static void Images(Report report)
    {
        var (n, classes, side) = (5, 4, 8);
        var logits = Wave(1.0, n, classes, side, side);
        var labels = new Labels([.. Enumerable.Range(0, n * side * side).Select(i => i * 7 / 3 % classes)], [n, side, side]);

        var logP = Activations.LogSoftmax(logits, axis: 1);

        var total = 0.0;
        for (var i = 0; i < n * side * side; i++)
        {
            var (image, row, column) = (i / side / side, i / side % side, i % side);
            var pixel = Enumerable.Range(0, classes).Select(c => logits[image, c, row, column]).ToArray();
            total -= LogSoftmax(pixel)[labels.Indices[i]];
        }

        report.Cell(
            "A label a pixel",
            "logits = sin 0, sin 1, sin 2, … of shape (5, 4, 8, 8)\nlogP = Activations.LogSoftmax(logits, axis: 1)\nlabels of shape (5, 8, 8)",
            ByHand(Loss.NLL(logP, labels).Mean(), total / labels.Indices.Length),
            ByHand(Loss.CrossEntropy(logits, labels).Mean(), total / labels.Indices.Length)
        );
    }

    private static void Divergences(Report report)
    {
        var (n, classes) = (5, 10);
        var (logits, targetLogits) = (Wave(1.0, n, classes), Wave(2.0, n, classes));
        var logP = Activations.LogSoftmax(logits, axis: 1);
        var q = Activations.Softmax(targetLogits, axis: 1);

        var divergences = new double[n];
        foreach (var i in Enumerable.Range(0, n))
        {
            var (logPi, logQi) = (LogSoftmax(Row(logits, i)), LogSoftmax(Row(targetLogits, i)));
            divergences[i] = logPi.Zip(logQi, (log, logTarget) => Math.Exp(logTarget) * (logTarget - log)).Sum();
        }
        var sum = divergences.Sum();
        var terms = Loss.KLDiv(logP, q).Values;

        report.Cell(
            "Kullback–Leibler divergence of five distributions over ten classes",
            "logP = log-softmax of sin 0, sin 1, sin 2, … of shape (5, 10)\nq = softmax of sin 0, sin 2, sin 4, …\nterms = Loss.KLDiv(logP, q).Values",
            ByHand(Loss.KLDiv(logP, q).Mean(), sum / (n * classes)),
            ByHand(Loss.KLDiv(logP, q).Sum(), sum),
            ByHand(Loss.KLDiv(logP, q).BatchMean(), sum / n),
            ByHand(Tensor.Sum(terms, [1], keepAxes: false), DiffTensor.Create(divergences))
        );
        report.Expect("No divergence is negative", Tensor.Sum(terms, [1], keepAxes: false).ToArray().Min() >= 0);
    }

    // Numbers for a cell whose own were random: sin 0, sin f, sin 2f, …
    private static Tensor Wave(double frequency, params int[] shape) =>
        DiffTensor.Create([.. Enumerable.Range(0, new Shape(shape).Size).Select(i => Math.Sin(frequency * i))], shape);

    private static double[] Row(Tensor matrix, int i) => [.. Enumerable.Range(0, matrix.Shape[1]).Select(j => matrix[i, j])];

    private static double[] LogSoftmax(double[] logits)
    {
        var logSum = Math.Log(logits.Sum(Math.Exp));
        return [.. logits.Select(logit => logit - logSum)];
    }
}
