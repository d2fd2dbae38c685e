namespace Losses;

/// <summary>What some of the classes tell of rows, and which classes and rows these are.</summary>
public abstract class ClassParts
{
    private protected readonly List<(int First, int End)> Covered = [];

    private protected ClassParts(string loss, string version, int classes, long firstRow, int rows) =>
        (Loss, Version, Classes, FirstRow, Rows) = (loss, version, classes, firstRow, rows);

    /// <summary>The loss that these are parts of, with its hyperparameters.</summary>
    public string Loss { get; }

    /// <summary>The version of the library that made them.</summary>
    public string Version { get; }

    /// <summary>How many classes a whole row has.</summary>
    public int Classes { get; }

    /// <summary>The number of the first row.</summary>
    public long FirstRow { get; }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; }

    /// <summary>Whether every class has been merged in.</summary>
    public bool IsComplete => Covered is [(0, var end)] && end == Classes;

    internal void Covers(int first, int count) => Covered.Add((first, first + count));

    // Refuses what does not belong to these parts.
    private protected void Check(ClassParts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Refuse(Version, other.Version, "made by version");
        Refuse(Loss, other.Loss, "of the loss");
        Refuse(FormattableString.Invariant($"{Classes}"), FormattableString.Invariant($"{other.Classes}"), "of a number of classes of");
        Refuse(RowsOf(this), RowsOf(other), "of the rows");
        foreach (var (first, end) in other.Covered)
        foreach (var (ownFirst, ownEnd) in Covered)
            if (first < ownEnd && ownFirst < end)
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"other has the classes {first} to {end - 1} but these parts have {ownFirst} to {ownEnd - 1}; none may be counted twice."
                    ),
                    nameof(other)
                );
    }

    private protected void Join(ClassParts other)
    {
        Covered.AddRange(other.Covered);
        Covered.Sort();
        for (var i = Covered.Count - 1; i > 0; i--)
            if (Covered[i - 1].End == Covered[i].First)
            {
                Covered[i - 1] = (Covered[i - 1].First, Covered[i].End);
                Covered.RemoveAt(i);
            }
    }

    private static string RowsOf(ClassParts of) => FormattableString.Invariant($"{of.FirstRow} to {of.FirstRow + of.Rows - 1}");

    private static void Refuse(string own, string others, string what)
    {
        if (own != others)
            throw new ArgumentException($"other is {what} {others} but these parts are {what} {own}; they must be equal.", "other");
    }

    /// <summary>The rows, the classes and the loss.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"{Loss}: rows {RowsOf(this)}, classes {string.Join(", ", Covered.Select(c => FormattableString.Invariant($"{c.First} to {c.End - 1}")))} of {Classes}"
        );
}
