using Losses.CSharp;
using Tensor = Losses.DiffTensor<float>;

namespace Losses.Tour;

/// <summary>A linear classifier: a score a class, the largest of which is its answer.</summary>
/// <param name="name">What it is trained with.</param>
/// <param name="loss">The loss of its scores of the training images.</param>
internal sealed class Classifier(string name, Func<Tensor, Tensor> loss)
{
    private Tensor _weights = Tensor.Filled(0, [Digits.Features, Digits.Classes]);

    public string Name => name;

    /// <summary>The loss before each step.</summary>
    public List<float> History { get; } = [];

    /// <summary>A step of gradient descent.</summary>
    public void Step(Digits training, double rate)
    {
        var (value, gradient) = Diff.ValueAndGrad(weights => loss(Tensor.MatMul(training.Images, weights)), _weights);
        _weights -= rate * gradient;
        History.Add(value.ToScalar());
    }

    /// <summary>(N, 10): a score a class for each image.</summary>
    public Tensor Scores(Digits digits) => Tensor.MatMul(digits.Images, _weights);

    /// <summary>The class of the largest score, for each image.</summary>
    public int[] Answers(Digits digits) =>
        [.. Scores(digits).ToArray().Chunk(Digits.Classes).Select(scores => scores.IndexOf(scores.Max()))];
}
