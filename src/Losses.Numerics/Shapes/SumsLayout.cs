namespace Losses;

/// <summary>How the elements of a tensor fall into groups, each of which is summed: neighbouring axes of one kind as one.</summary>
/// <remarks>
/// Where the innermost axis is summed, a run of neighbours belongs to one group; where it is not, neighbours belong to groups that follow each other. Long runs are
/// cut at places that the lengths alone decide, so that no sum depends on how many threads there are.
/// </remarks>
internal sealed class SumsLayout
{
    /// <summary>A run is cut into parts of so many elements.</summary>
    internal const int PartLength = 1 << 13;

    // Outermost first.
    private readonly List<(int Length, bool IsSummed)> _axes = [];

    internal SumsLayout(Shape shape, ReadOnlySpan<bool> summed)
    {
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] == 1)
                continue;
            if (_axes.Count > 0 && _axes[^1].IsSummed == summed[i])
                _axes[^1] = (_axes[^1].Length * shape[i], summed[i]);
            else
                _axes.Add((shape[i], summed[i]));
        }
        IsAlong = _axes.Count == 0 || _axes[^1].IsSummed;
        Length = _axes.Count == 0 ? 1 : _axes[^1].Length;
        Groups = 1;
        Runs = 1;
        for (var i = 0; i < _axes.Count - 1; i++)
            if (_axes[i].IsSummed)
                Runs *= _axes[i].Length;
            else
                Groups *= _axes[i].Length;
    }

    /// <summary>Whether the innermost axis is summed.</summary>
    internal bool IsAlong { get; }

    /// <summary>The length of the innermost axis.</summary>
    internal int Length { get; }

    /// <summary>How many groups there are, or where neighbours belong to groups of their own, sets of them.</summary>
    internal int Groups { get; }

    /// <summary>How many runs a group has, or how often a set of groups comes.</summary>
    internal int Runs { get; }

    /// <summary>Where a run of a group begins.</summary>
    internal int Start(int group, int run)
    {
        int start = 0,
            stride = Length;
        for (var i = _axes.Count - 2; i >= 0; i--)
        {
            var (length, isSummed) = _axes[i];
            if (isSummed)
            {
                start += run % length * stride;
                run /= length;
            }
            else
            {
                start += group % length * stride;
                group /= length;
            }
            stride *= length;
        }
        return start;
    }
}
