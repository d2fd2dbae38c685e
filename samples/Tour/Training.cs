using Losses.CSharp;
using Spectre.Console;
using Tensor = Losses.DiffTensor<float>;

namespace Losses.Tour;

/// <summary>Two classifiers of handwritten digits: one trained with cross-entropy, one with a loss of the tour's own.</summary>
internal static class Training
{
    private const int Steps = 300;
    private const double Rate = 0.5;

    public static void Run(Report report)
    {
        var (training, heldBack) = Digits.Load();
        var signs = training.Signs();

        report.Heading("Handwritten digits");
        report.Text($"{training.Count} images to learn from, {heldBack.Count} held back; {Steps} steps of gradient descent.");
        report.Text("Cross-entropy is the library's, the squared hinge the tour's own: SquaredHinge.cs.");

        var softmax = new Classifier("cross-entropy", logits => Loss.CrossEntropy(logits, training.Labels).Mean());
        var machine = new Classifier("squared hinge", scores => Loss.Pointwise(scores, signs, new SquaredHinge()).Mean());
        Train(report, training, softmax, machine);
        ShowLosses(report, softmax, machine);
        report.Expect("With weights of 0 every class is as likely: the cross-entropy is log 10", softmax.History[0] == MathF.Log(10));
        Judge(report, heldBack, softmax);
        Judge(report, heldBack, machine);
        ShowMistakes(report, heldBack, softmax);
        CompareSpans(report, softmax.Scores(training).ToArray(), training.Labels);
    }

    private static void Train(Report report, Digits training, params Classifier[] classifiers) =>
        report
            .Console.Progress()
            .Start(progress =>
            {
                foreach (var classifier in classifiers)
                {
                    var task = progress.AddTask(classifier.Name.EscapeMarkup(), maxValue: Steps);
                    while (!task.IsFinished)
                    {
                        classifier.Step(training, Rate);
                        task.Increment(1);
                    }
                }
            });

    private static void ShowLosses(Report report, params Classifier[] classifiers)
    {
        var table = report.Page().AddColumn("step");
        foreach (var classifier in classifiers)
            table.AddColumn(new TableColumn(classifier.Name.EscapeMarkup()).RightAligned());
        foreach (var step in (int[])[1, 10, 30, 100, 300])
            table.AddRow([$"{step}", .. classifiers.Select(classifier => $"{classifier.History[step - 1]:F4}")]);
        report.Console.Write(table);
    }

    private static void Judge(Report report, Digits heldBack, Classifier classifier)
    {
        var right = classifier
            .Answers(heldBack)
            .Zip(heldBack.Labels.Indices.ToArray(), (answer, label) => answer == label)
            .Count(isRight => isRight);
        var accuracy = (double)right / heldBack.Count;
        var falls = classifier.History.Zip(classifier.History.Skip(1), (before, after) => after < before).All(isLess => isLess);
        report.Expect($"{classifier.Name}: the loss falls at every step", falls);
        report.Expect(
            $"{classifier.Name}: {right} of {heldBack.Count} digits it never saw, accuracy {accuracy:F4} ≥ 0.93",
            accuracy >= 0.93
        );
    }

    private static void ShowMistakes(Report report, Digits heldBack, Classifier classifier)
    {
        var answers = classifier.Answers(heldBack);
        int[] mistakes = [.. Enumerable.Range(0, heldBack.Count).Where(i => answers[i] != heldBack.Labels.Indices[i]).Take(4)];
        var table = report.Page();
        foreach (var i in mistakes)
            table.AddColumn($"a {heldBack.Labels.Indices[i]}, read as {answers[i]}");
        table.AddRow([.. mistakes.Select(heldBack.Picture)]);
        report.Console.Write(table);
    }

    // Over one's own memory nothing is copied, and the gradient goes where the caller says.
    private static void CompareSpans(Report report, float[] logits, Labels labels)
    {
        Shape shape = [labels.Indices.Length, Digits.Classes];
        var gradient = new float[shape.Size];
        var value = new CrossEntropy().ValueAndGradient(logits, labels.Indices, gradient);

        var (tensorValue, tensorGradient) = Diff.ValueAndGrad(x => Loss.CrossEntropy(x, labels).Mean(), new Tensor(logits, shape));
        report.Expect(
            "Over spans, value and gradient are the same to the last bit",
            value == tensorValue.ToScalar() && gradient.SequenceEqual(tensorGradient.ToArray())
        );
    }
}
