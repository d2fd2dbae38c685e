using System.Globalization;

namespace Losses;

/// <summary>Mathematics as a person writes it, in a normal form: equal expressions have equal keys.</summary>
internal abstract class Expression(string key, double cost)
{
    internal string Key => key;

    /// <summary>How long it is to read.</summary>
    internal double Cost => cost;
}

internal sealed class Number(double value) : Expression($"#{value.ToString("R", CultureInfo.InvariantCulture)}", 1)
{
    internal double Value => value;
}

/// <summary>A hyperparameter, or a number that has a name.</summary>
internal sealed class Symbol(string name, double value) : Expression($"${name}", 1)
{
    internal string Name => name;

    internal double Value => value;
}

/// <summary>An operand, by its place among them, and between what it is.</summary>
internal sealed class Variable(string name, int place, double low, double high, bool isSign = false)
    : Expression($"v{place.ToString(CultureInfo.InvariantCulture)}", 1)
{
    internal string Name => name;

    internal int Place => place;

    internal double Low => low;

    internal double High => high;

    /// <summary>−1 or 1.</summary>
    internal bool IsSign => isSign;
}

internal sealed class Sum(Expression[] terms) : Expression($"(+ {string.Join(' ', terms.Select(t => t.Key))})", Length(terms))
{
    internal Expression[] Terms => terms;

    // 1 − u reads as one thing.
    private static double Length(Expression[] terms) =>
        terms is [Losses.Number { Value: 1 or -1 } one, var rest]
        && Algebra.Split(rest) is var (c, part)
        && c == -one.Value
        && part is not Multiple
            ? part.Cost + 0.5
            : terms.Sum(t => t.Cost) + terms.Length - 1;
}

internal sealed class Multiple(double coefficient, (Expression Base, Expression Exponent)[] factors)
    : Expression(
        $"(* {coefficient.ToString("R", CultureInfo.InvariantCulture)} {string.Join(' ', factors.Select(f => $"{f.Base.Key}^{f.Exponent.Key}"))})",
        factors.Sum(f => f.Base.Cost + (f.Exponent is Losses.Number { Value: 1 or -1 } ? 0 : f.Exponent.Cost) + (f.Base is Sum ? 0.5 : 0))
            + 0.5 * (factors.Length - 1)
            + (Math.Abs(coefficient) == 1 ? 0.1 : 1)
    )
{
    internal double Coefficient => coefficient;

    internal (Expression Base, Expression Exponent)[] Factors => factors;
}

internal sealed class Function(string name, Expression[] of)
    : Expression($"({name} {string.Join(' ', of.Select(t => t.Key))})", 1.5 + of.Sum(t => t.Cost))
{
    internal string Name => name;

    internal Expression[] Of => of;
}

/// <summary>One where what stands left is below, or above, a bound, else the other.</summary>
internal sealed class Select(Expression left, Expression bound, bool isBelow, Expression yes, Expression no)
    : Expression($"(if {left.Key} {(isBelow ? '<' : '>')} {bound.Key} {yes.Key} {no.Key})", 3 + left.Cost + bound.Cost + yes.Cost + no.Cost)
{
    internal Expression Left => left;

    internal Expression Bound => bound;

    internal bool IsBelow => isBelow;

    internal Expression Yes => yes;

    internal Expression No => no;
}

/// <summary>Where a case holds: between two bounds, each of which belongs to it or not.</summary>
internal sealed record Guard(Expression Of, Expression? Low, bool HasLow, Expression? High, bool HasHigh);

/// <summary>The first whose guards hold.</summary>
internal sealed class Cases((Guard[] Guards, Expression Value)[] of)
    : Expression(
        $"(cases {string.Join(' ', of.Select(c => c.Value.Key + " " + string.Join(' ', c.Guards.Select(g => $"{g.Of.Key} {g.Low?.Key} {g.HasLow} {g.High?.Key} {g.HasHigh}"))))})",
        of.Sum(c => c.Value.Cost + c.Guards.Sum(g => 1 + g.Of.Cost)) + of.Length
    )
{
    internal (Guard[] Guards, Expression Value)[] Of => of;
}
