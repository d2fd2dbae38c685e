namespace Losses;

/// <summary>How the values of a loss become one: PyTorch's names.</summary>
public enum Reduction
{
    /// <summary>A value for each element.</summary>
    None,

    /// <summary>The sum over what it counts: elements, or their weights.</summary>
    Mean,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The sum over the length of the first axis.</summary>
    BatchMean,
}
