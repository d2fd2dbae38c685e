namespace Losses;

/// <summary>Numbers to compare expressions at, the same each time.</summary>
internal static class Samples
{
    private const int Count = 1500;
    private const int Fewest = 20;

    // Fractions of roots of primes.
    private static readonly double[] s_steps = [.. new[] { 2, 3, 5, 7, 11, 13, 17, 19 }.Select(prime => Math.Sqrt(prime) % 1)];

    /// <summary>Whether the branches of a choice are the same number wherever the first is taken.</summary>
    internal static bool Agree(Select choice)
    {
        var count = 0;
        foreach (var at in Draws())
        {
            double Of(Expression x) => Algebra.Value(x, at);
            var (left, bound) = (Of(choice.Left), Of(choice.Bound));
            if (!(choice.IsBelow ? left < bound : left > bound))
                continue;
            if (!AreNear(Of(choice.Yes), Of(choice.No)))
                return false;
            count++;
        }
        return count >= Fewest;
    }

    /// <summary>Whether they are the same number, but for what arithmetic loses.</summary>
    internal static bool AreNear(double a, double b) =>
        a.Equals(b) || double.IsFinite(a) && double.IsFinite(b) && Math.Abs(a - b) <= 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b)) + 1e-12;

    /// <summary>Whether two expressions are the same number everywhere, at kinks as well: at equal operands, at zeros, at whole numbers and at the numbers given.</summary>
    internal static bool Agree(Expression a, Expression b, Variable[] operands, Symbol[] kinks)
    {
        double[] numbers = [0, 1, -1, 0.5, -0.5, .. kinks.SelectMany(symbol => new[] { symbol.Value, -symbol.Value })];
        bool IsInside(Variable v, double x) => v.IsSign ? Math.Abs(x) == 1 : v.Low < x && x < v.High;
        bool AreSame(Func<Variable, double> at)
        {
            var (x, y) = (Algebra.Value(a, at), Algebra.Value(b, at));
            return AreNear(x, y) || double.IsNaN(x) && double.IsNaN(y);
        }
        // A difference is what its operands make it.
        Func<Variable, double> Whole(Func<int, double> of) => v => v.Place < operands.Length ? of(v.Place) : of(0) - of(1);

        var random = new Random(1);
        for (var i = 0; i < Count / 3; i++)
        {
            var at = Draw(i);
            double[] x = [.. operands.Select(v => at(v))];
            for (var k = 0; k < x.Length; k++)
                if (random.Next(3) == 0 && numbers[random.Next(numbers.Length)] is var special && IsInside(operands[k], special))
                    x[k] = special;
            if (random.Next(4) == 0 && IsInside(operands[0], x[1]))
                x[0] = x[1];
            if (!AreSame(Whole(place => x[place])))
                return false;
        }
        return true;
    }

    /// <summary>Operands within their domains, of ordinary size and next to 0.</summary>
    internal static IEnumerable<Func<Variable, double>> Draws()
    {
        for (var i = 0; i < Count; i++)
            yield return Draw(i);
    }

    private static Func<Variable, double> Draw(int i) =>
        variable =>
        {
            // A Weyl sequence for each operand.
            var u = (i + 1) * s_steps[variable.Place % s_steps.Length] % 1;
            var (low, high) = (variable.Low, variable.High);
            var size = i % 2 == 0 ? 3 : 0.4;
            return variable.IsSign ? (u < 0.5 ? -1 : 1)
                : double.IsFinite(low) && double.IsFinite(high) ? low + (high - low) * u
                : double.IsFinite(low) ? low + size * u
                : double.IsFinite(high) ? high - size * u
                : size * (2 * u - 1);
        };
}
