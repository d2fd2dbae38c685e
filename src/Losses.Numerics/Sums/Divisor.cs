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
