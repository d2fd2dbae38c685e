namespace Losses;

/// <summary>A loss over rows that engines may have a kernel for.</summary>
public abstract class RowLoss
{
    private protected RowLoss() { }
}

/// <summary>Softmax cross-entropy with class indices, along one axis of the logits.</summary>
/// <param name="axis">The class axis.</param>
/// <param name="labels">A class index a row, in the shape of the logits without the class axis; a negative one is ignored.</param>
/// <param name="classWeights">A weight a class, or empty: all 1.</param>
/// <param name="labelSmoothing">ε in [0, 1].</param>
public sealed class SoftmaxCrossEntropy(int axis, Labels labels, double[] classWeights, double labelSmoothing) : RowLoss
{
    /// <summary>The class axis.</summary>
    public int Axis { get; } = axis;

    /// <summary>A class index a row; a negative one is ignored.</summary>
    public Labels Labels { get; } = labels;

    /// <summary>A weight a class, or empty: all 1.</summary>
    public ReadOnlySpan<double> ClassWeights => classWeights;

    /// <summary>ε: (1 − ε) of the label's loss and ε / C of every class's.</summary>
    public double LabelSmoothing { get; } = labelSmoothing;

    /// <summary>The exact sum of the weights of the labels: what a mean divides by.</summary>
    internal ExactSum LabelWeight()
    {
        var sum = new ExactSum();
        var counted = 0;
        foreach (var label in Labels.Indices)
            if (label < 0)
                continue;
            else if (classWeights.Length == 0)
                counted++;
            else
                sum.Add(classWeights[label]);
        sum.Add((double)counted);
        return sum;
    }
}
