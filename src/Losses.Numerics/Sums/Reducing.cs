namespace Losses;

/// <summary>What a mean divides by.</summary>
public enum Divisor
{
    /// <summary>What the loss's own mean divides by: the class weights of the labels where the loss has them, else the number of elements.</summary>
    Default,

    /// <summary>The number of elements that count: not ignored, not masked, of a weight other than 0.</summary>
    Count,

    /// <summary>The sum of all weights: class weights, element weights and sample weights multiplied.</summary>
    Weights,
}

/// <summary>What the mean of nothing is: of an empty batch, or one wholly ignored; of each sample where each is reduced by itself. A batch mean is one, too.</summary>
public enum EmptyMean
{
    /// <summary>What the division gives: NaN, as in PyTorch; by the length of a batch that is not empty, 0.</summary>
    NaN,

    /// <summary>0, of slope 0.</summary>
    Zero,

    /// <summary>An <see cref="InvalidOperationException"/>.</summary>
    Throw,
}

/// <summary>How the values of a loss become one, in full: for every loss the same.</summary>
public sealed record Reducing
{
    /// <summary>PyTorch's default: a mean, without weights.</summary>
    public static Reducing Default { get; } = new();

    /// <summary>None, mean, sum or batch mean.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>What each element is multiplied by, of a shape that broadcasts to that of the values.</summary>
    public Weights Weights { get; init; } = Weights.None;

    /// <summary>What each sample is multiplied by: one for each place along the first axis of the values.</summary>
    public Weights SampleWeights { get; init; } = Weights.None;

    /// <summary>1 for the elements that count and 0 for those left out, whatever they are; see <see cref="Weights.Mask"/>.</summary>
    public Weights Mask { get; init; } = Weights.None;

    /// <summary>What a mean divides by.</summary>
    public Divisor Divisor { get; init; } = Divisor.Default;

    /// <summary>Whether every sample is reduced by itself, over all axes but the first.</summary>
    public bool PerSample { get; init; }

    /// <summary>What the mean of nothing is.</summary>
    public EmptyMean Empty { get; init; } = EmptyMean.NaN;
}
