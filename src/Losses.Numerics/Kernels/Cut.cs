namespace Losses;

/// <summary>Rows or elements cut into chunks, as many as an array holds: no number here passes 2³¹ on the way.</summary>
internal static class Cut
{
    /// <summary>How many chunks of a length so many elements make.</summary>
    internal static int Count(int elements, int chunk) => (int)(((long)elements + chunk - 1) / chunk);

    /// <summary>Where a chunk that starts somewhere ends.</summary>
    internal static int End(int elements, int start, int chunk) => start + Math.Min(chunk, elements - start);

    /// <summary>The memory that a kernel asks for, where an array can be as long.</summary>
    /// <param name="numbers">How many numbers.</param>
    /// <param name="count">Of what there are too many.</param>
    /// <param name="what">What that is: "classes in a row".</param>
    /// <exception cref="ArgumentException">There is no such array.</exception>
    internal static int Room(long numbers, int count, string what) =>
        numbers <= Array.MaxLength
            ? (int)numbers
            : throw new ArgumentException(
                FormattableString.Invariant($"{count} {what} need {numbers} numbers of memory, more than an array can hold.")
            );
}
