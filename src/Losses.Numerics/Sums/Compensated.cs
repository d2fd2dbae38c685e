using System.Runtime.CompilerServices;

namespace Losses;

// Sums that keep what their additions lose (Knuth's two-sum: what one loses is exact); NaN where anything is not finite.
internal static class Compensated
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Lost(double a, double b, double sum)
    {
        var added = sum - a;
        return (a - (sum - added)) + (b - added);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref double sum, ref double lost, double term)
    {
        var next = sum + term;
        lost += Lost(sum, term, next);
        sum = next;
    }

    // The term has lost something before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref double sum, ref double lost, double term, double before)
    {
        var next = sum + term;
        lost += Lost(sum, term, next) + before;
        sum = next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T>(ref T sum, ref T lost, T term)
        where T : IReal<T>
    {
        var next = sum + term;
        var added = next - sum;
        lost += (sum - (next - added)) + (term - added);
        sum = next;
    }
}
