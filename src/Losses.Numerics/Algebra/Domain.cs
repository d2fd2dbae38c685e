using System.Globalization;

namespace Losses;

/// <summary>The numbers that an operand of a loss may be: those between two, of at least a magnitude. NaN is never refused: it comes out again.</summary>
public sealed class Domain
{
    private static volatile bool s_isCheckedByReduction = true;

    private Domain(double least, double largest, double leastMagnitude) =>
        (Least, Largest, LeastMagnitude) = (least, largest, leastMagnitude);

    /// <summary>Every number.</summary>
    public static Domain All { get; } = new(double.NegativeInfinity, double.PositiveInfinity, 0);

    /// <summary>From 0 to 1.</summary>
    public static Domain Probability { get; } = new(0, 1, 0);

    /// <summary>At least 0.</summary>
    public static Domain NotNegative { get; } = new(0, double.PositiveInfinity, 0);

    /// <summary>Above 0.</summary>
    public static Domain Positive { get; } = new(double.Epsilon, double.PositiveInfinity, 0);

    /// <summary>−1 or 1.</summary>
    public static Domain PlusOrMinusOne { get; } = new(-1, 1, 1);

    /// <summary>From <paramref name="least"/> to <paramref name="largest"/>, either of which may be infinite.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largest"/> is not at least <paramref name="least"/>.</exception>
    public static Domain Between(double least, double largest) =>
        least <= largest
            ? new(least, largest, 0)
            : throw new ArgumentOutOfRangeException(
                nameof(largest),
                $"largest is {Text(largest)}, but it must be at least {Text(least)}, which is the least."
            );

    /// <summary>Whether domains are also checked where no kernel of the library meets the numbers: by one reduction for each operand that has one.</summary>
    /// <remarks>
    /// A fused kernel looks at its operands while it computes. On another device or another library's tensors, and for a loss that has no kernel, a reduction reads them once more, and
    /// waits for the device. False leaves it out, for the whole process: a number outside a domain then gives whatever the formula gives.
    /// </remarks>
    public static bool IsCheckedByReduction
    {
        get => s_isCheckedByReduction;
        set => s_isCheckedByReduction = value;
    }

    /// <summary>The least of the numbers, or −∞.</summary>
    public double Least { get; }

    /// <summary>The largest of the numbers, or ∞.</summary>
    public double Largest { get; }

    /// <summary>The least of their magnitudes: 0 unless numbers around 0 are left out.</summary>
    public double LeastMagnitude { get; }

    /// <summary>Whether it is every number.</summary>
    public bool IsAll => double.IsNegativeInfinity(Least) && double.IsPositiveInfinity(Largest) && LeastMagnitude <= 0;

    /// <summary>Whether a number is one of them; NaN is in every domain.</summary>
    public bool Contains(double x) => !(x < Least || x > Largest || Math.Abs(x) < LeastMagnitude);

    /// <summary>The numbers that are in both domains: what a sum of two losses asks of its operand.</summary>
    public Domain And(Domain other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return IsAll ? other
            : other.IsAll ? this
            : new(Math.Max(Least, other.Least), Math.Min(Largest, other.Largest), Math.Max(LeastMagnitude, other.LeastMagnitude));
    }

    /// <summary>The numbers in words: "from 0 to 1".</summary>
    public override string ToString() =>
        IsAll ? "any number"
        : LeastMagnitude > 0 && LeastMagnitude == Largest && Largest == -Least ? $"{Text(Least)} or {Text(Largest)}"
        : Range() + (LeastMagnitude > 0 ? $" and at least {Text(LeastMagnitude)} from 0" : "");

    // Below 0 outside the domain, and only there: a number in it has its distance from the nearest end, ∞ where there is none. The sign
    // of a difference is right however it is rounded.
    internal T Room<T>(T x)
        where T : IReal<T>
    {
        var room = T.Constant(double.PositiveInfinity);
        if (Least > double.NegativeInfinity)
            room = Least == 0 ? x : x - T.Constant(Least);
        if (Largest < double.PositiveInfinity)
            room = T.Min(room, T.Constant(Largest) - x);
        if (LeastMagnitude > 0)
            room = T.Min(room, T.Abs(x) - T.Constant(LeastMagnitude));
        return room;
    }

    internal ArgumentOutOfRangeException Refused(string name, string place, double value) =>
        new(name, $"{name}{place} is {Text(value)}, but it must be {this}.");

    private string Range() =>
        Least == double.Epsilon && double.IsPositiveInfinity(Largest) ? "above 0"
        : double.IsPositiveInfinity(Largest) ? $"at least {Text(Least)}"
        : double.IsNegativeInfinity(Least) ? $"at most {Text(Largest)}"
        : $"from {Text(Least)} to {Text(Largest)}";

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
