namespace Losses;

/// <summary>Whether operations on this thread are noted: where they are not, each runs at once, over all of its numbers.</summary>
internal static class Notes
{
    /// <summary>The tests' reference.</summary>
    [ThreadStatic]
    internal static bool AreOff;
}
