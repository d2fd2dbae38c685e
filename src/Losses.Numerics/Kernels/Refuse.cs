using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Losses;

/// <summary>What the caller's memory must not be.</summary>
internal static class Refuse
{
    /// <summary>A result that begins elsewhere in an operand: some of the operand would be overwritten before it is read. The same memory is not.</summary>
    internal static void PartlyOver<S>(
        ReadOnlySpan<S> operand,
        ReadOnlySpan<S> result,
        [CallerArgumentExpression(nameof(operand))] string? operandName = null,
        [CallerArgumentExpression(nameof(result))] string? resultName = null
    )
    {
        if (operand.Overlaps(result) && !Unsafe.AreSame(ref MemoryMarshal.GetReference(operand), ref MemoryMarshal.GetReference(result)))
            throw new ArgumentException(
                $"{resultName} overlaps {operandName} in part; it must be the same memory or other memory.",
                resultName
            );
    }

    /// <summary>Two results in one place, of which only one could be there in the end.</summary>
    internal static void Shared<S>(
        ReadOnlySpan<S> first,
        ReadOnlySpan<S> second,
        [CallerArgumentExpression(nameof(first))] string? firstName = null,
        [CallerArgumentExpression(nameof(second))] string? secondName = null
    )
    {
        if (first.Overlaps(second))
            throw new ArgumentException($"{secondName} overlaps {firstName}; each gradient needs memory of its own.", secondName);
    }
}
