namespace Losses;

/// <summary>What the terms of some of the classes add to rows with a target for each class: their sum, and that of their slopes by log p, both exact.</summary>
/// <remarks><see cref="ClassShard"/> makes it once the <see cref="RowStatistics"/> of all classes are merged. Terms of other classes of the same rows merge in any order.</remarks>
public sealed class RowTerms : ClassParts
{
    internal RowTerms(RowStatistics of)
        : base(of.Loss, of.Version, of.Classes, of.FirstRow, of.Rows)
    {
        (Values, Slopes) = (new ExactSum[of.Rows], new ExactSum[of.Rows]);
        for (var row = 0; row < of.Rows; row++)
            (Values[row], Slopes[row]) = (new(), new());
    }

    internal ExactSum[] Values { get; }

    internal ExactSum[] Slopes { get; }

    /// <summary>Merges in the terms of other classes of the same rows; those stay as they are.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException">They are of another loss, another number of classes, other rows or another version of the library, or of classes that are here already.
    /// The message names both; nothing is merged then.</exception>
    public void Merge(RowTerms other)
    {
        Check(other);
        for (var row = 0; row < Rows; row++)
        {
            Values[row].Merge(other.Values[row]);
            Slopes[row].Merge(other.Slopes[row]);
        }
        Join(other);
    }
}
