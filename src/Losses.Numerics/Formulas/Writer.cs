using System.Globalization;

namespace Losses;

/// <summary>Expressions as text, or as LaTeX.</summary>
internal sealed class Writer(bool isLaTeX)
{
    // How tightly what is written holds together.
    private const int OfSum = 1;
    private const int OfProduct = 2;
    private const int OfPower = 3;
    private const int OfAtom = 4;

    private const int LargestDenominator = 720;

    private static readonly Dictionary<string, string> s_latex = new()
    {
        ["10⁻¹²"] = "10^{-12}",
        ["α"] = "\\alpha",
        ["β"] = "\\beta",
        ["γ"] = "\\gamma",
        ["δ"] = "\\delta",
        ["ε"] = "\\varepsilon",
        ["κ"] = "\\kappa",
        ["λ"] = "\\lambda",
        ["μ"] = "\\mu",
        ["π"] = "\\pi",
        ["ρ"] = "\\rho",
        ["σ"] = "\\sigma",
        ["τ"] = "\\tau",
        ["θ"] = "\\theta",
        ["φ"] = "\\varphi",
        ["ω"] = "\\omega",
    };

    private const string Plain = "0123456789−+xtpdnuvγβαδij";
    private const string Raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ˣᵗᵖᵈⁿᵘᵛᵞᵝᵅᵟⁱʲ";

    internal string Write(Expression x) => Of(x).Text;

    /// <summary>An equation.</summary>
    internal string Equation(string left, Expression right) => $"{left} = {Of(right).Text}";

    internal string Symbol(string name)
    {
        var parts = name.Split('_', 2);
        if (!isLaTeX)
            return parts.Length == 1 ? name : parts[0] + Subscript(parts[1]);
        var @base =
            s_latex.TryGetValue(parts[0], out var known) ? known
            : parts[0].Length == 1 ? parts[0]
            : $"\\mathrm{{{Escaped(parts[0])}}}";
        return parts.Length == 1 ? @base : $"{@base}_{{{Escaped(parts[1])}}}";
    }

    private static string Escaped(string name) => name.Replace("_", "\\_", StringComparison.Ordinal).Replace('−', '-');

    private static string Subscript(string name) =>
        name switch
        {
            "i" => "ᵢ",
            "j" => "ⱼ",
            "+" => "₊",
            "−" => "₋",
            "1" => "₁",
            "2" => "₂",
            _ => "_" + name,
        };

    private (string Text, int Level) Of(Expression x) =>
        x switch
        {
            Number n => Scalar(n.Value),
            Symbol s => (Symbol(s.Name), OfAtom),
            Variable v => (Symbol(v.Name), OfAtom),
            Sum s => OfTerms(s),
            Multiple p => OfFactors(p),
            Function f => OfFunction(f),
            Select c => (Choice(c), OfAtom),
            Cases c => (OfCases(c), OfSum),
            _ => throw new InvalidOperationException($"{x.Key} cannot be written."),
        };

    private string At(Expression x, int level) => Held(Of(x), level);

    private string Held((string Text, int Level) x, int level) => x.Level >= level ? x.Text : InParentheses(x.Text);

    private string InParentheses(string text) => isLaTeX ? $"\\left({text}\\right)" : $"({text})";

    private string Minus => isLaTeX ? "-" : "−";

    // A number as a fraction where it is one.
    private static (double Above, double Below)? Fraction(double value)
    {
        if (value == Math.Round(value))
            return Math.Abs(value) < 1e15 ? (value, 1) : null;
        for (var below = 2; below <= LargestDenominator; below++)
        {
            var above = Math.Round(value * below);
            if (above / below == value && Math.Abs(above) < LargestDenominator && (below <= 12 || above == 1 || above == -1))
                return (above, below);
        }
        return null;
    }

    /// <summary>A number with its digits.</summary>
    internal string Decimal(double value) => Whole(value);

    private string Whole(double value) => Decimal(value.ToString("R", CultureInfo.InvariantCulture));

    private string Decimal(string text)
    {
        if (text.Contains("Infinity", StringComparison.Ordinal) || text.Contains('∞', StringComparison.Ordinal))
            return (text[0] is '-' ? Minus : "") + (isLaTeX ? "\\infty" : "∞");
        var parts = text.Split('E');
        var mantissa = parts[0].Replace("-", Minus, StringComparison.Ordinal);
        if (parts.Length == 1)
            return mantissa;
        var power = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var times =
            mantissa == "1" ? ""
            : isLaTeX ? $"{mantissa} \\cdot "
            : $"{mantissa}·";
        return isLaTeX
            ? $"{times}10^{{{power}}}"
            : $"{times}10{Superscript(power.ToString(CultureInfo.InvariantCulture).Replace('-', '−'))}";
    }

    private (string, int) Scalar(double value)
    {
        if (Fraction(value) is not var (above, below) || below == 1)
            return (Whole(value), value < 0 ? OfSum : OfAtom);
        if (value < 0)
            return (Minus + Scalar(-value).Item1, OfSum);
        // A decimal that is short stays one.
        if (below is not (2 or 3 or 4 or 6 or 8) && Whole(value).Length <= 5)
            return (Whole(value), OfAtom);
        return isLaTeX ? ($"\\tfrac{{{Whole(above)}}}{{{Whole(below)}}}", OfAtom)
            : (above, below) == (1, 2) ? ("½", OfAtom)
            : ($"{Whole(above)}/{Whole(below)}", OfProduct);
    }

    private static string? Superscript(string text)
    {
        var raised = text.Replace(" ", "", StringComparison.Ordinal).Select(c => Plain.IndexOf(c, StringComparison.Ordinal)).ToArray();
        return raised.Length < 4 && raised.All(i => i >= 0) ? string.Concat(raised.Select(i => Raised[i])) : null;
    }

    // Positive terms come first; a number before the others.
    private (string, int) OfTerms(Sum x)
    {
        var parts = x.Terms.Select(Algebra.Split).ToArray();
        var size = Math.Abs(parts[0].Coefficient);
        if (size != 1 && parts.All(t => Math.Abs(t.Coefficient) == size) && Fraction(size) is not null)
        {
            var inner = new Sum([.. parts.Select(t => Signed(t.Coefficient / size, t.Part))]);
            return Of(new Multiple(size, [(inner, Algebra.One)]));
        }
        if (Complement(x) is { } u)
            return Of(new Function("σ", [Algebra.Negate(u)]));
        var ordered = x
            .Terms.Select(term => (Term: term, IsNegative: Oriented(term).Coefficient < 0))
            .OrderBy(t => t.IsNegative)
            .ThenBy(t =>
                t.Term is Number ? 0
                : Algebra.IsConstant(t.Term) ? 2
                : 1
            )
            .ThenBy(t => t.Term.Cost)
            .ToArray();
        var text = "";
        foreach (var (term, isNegative) in ordered)
        {
            var own = isNegative ? At(Algebra.Negate(term), OfProduct) : At(term, OfProduct);
            text += text == "" ? (isNegative ? Minus : "") + own : $" {(isNegative ? Minus : "+")} {own}";
        }
        return (text, OfSum);
    }

    private static Expression Signed(double coefficient, Expression rest) =>
        rest is Losses.Number ? Algebra.Num(coefficient) : Algebra.Multiply(Algebra.Num(coefficient), rest);

    // u of 1 − σ(u) = σ(−u)
    private static Expression? Complement(Expression x) =>
        x is Sum { Terms: [_, _] } s
        && s.Terms.OfType<Losses.Number>().Any(n => n.Value == 1)
        && s.Terms.Select(Algebra.Split).FirstOrDefault(t => t is (-1, Function { Name: "σ" })).Part is Function f
            ? f.Of[0]
            : null;

    // Sums face so that they are above 0, or so that no minus stands before the product.
    private static Multiple Oriented(Expression x)
    {
        if (x is not Multiple p)
            return new Multiple(x is Losses.Number n ? Math.Sign(n.Value) : 1, [(x, Algebra.One)]);
        var coefficient = p.Coefficient;
        var factors = p.Factors.ToArray();
        static bool IsOdd((Expression Base, Expression Exponent) f) => f is (Sum, Losses.Number { Value: 1 or -1 or 3 or -3 });
        for (var i = 0; i < factors.Length; i++)
            if (IsOdd(factors[i]) && Sense((Sum)factors[i].Base) < 0)
            {
                factors[i].Base = new Sum([.. ((Sum)factors[i].Base).Terms.Select(Algebra.Negate)]);
                coefficient = -coefficient;
            }
        for (var i = 0; i < factors.Length; i++)
            if (
                factors[i] is (Sum even, Losses.Number { Value: 2 or -2 or 4 or -4 })
                && (Sense(even) < 0 || Sense(even) == 0 && even.Terms.OfType<Losses.Number>().Any(n => n.Value < 0))
            )
                factors[i].Base = new Sum([.. even.Terms.Select(Algebra.Negate)]);
        for (var i = 0; i < factors.Length && coefficient < 0; i++)
            if (IsOdd(factors[i]) && Sense((Sum)factors[i].Base) == 0)
            {
                factors[i].Base = new Sum([.. ((Sum)factors[i].Base).Terms.Select(Algebra.Negate)]);
                coefficient = -coefficient;
            }
        return new Multiple(coefficient, factors);
    }

    private static int Sense(Sum x) =>
        Algebra.Sign(x) is var sign && sign != 0 ? sign
        : x.Terms.All(t => Oriented(t).Coefficient < 0) ? -1
        : x.Terms.All(t => Oriented(t).Coefficient > 0) ? 1
        : 0;

    private static int Rank(Expression x) =>
        x switch
        {
            Losses.Symbol { Name: "e" } => 5,
            Losses.Symbol => 0,
            Variable => 1,
            Function { Name: "sign" } => 6,
            Function { Name: "abs" } => 3,
            Sum when Algebra.IsConstant(x) => 0,
            Sum => Complement(x) is null ? 4 : 5,
            Function { Name: "σ" or "max" or "min" } => 4,
            Select => 7,
            Function { Name: "Σ" or "Σ_c" } => 6,
            _ => 6,
        };

    private (string, int) OfFactors(Multiple x)
    {
        var p = Oriented(x);
        if (p.Coefficient < 0)
            return (Minus + At(new Multiple(-p.Coefficient, p.Factors), OfProduct), OfSum);
        var above = new List<string>();
        var below = new List<string>();
        var (up, down) = Fraction(p.Coefficient) ?? (p.Coefficient, 1);
        var hasSigma = p.Factors.Any(f => f.Base is Function { Name: "σ" });
        var factors = p
            .Factors.OrderBy(f => Rank(f.Base))
            .ThenBy(f => f.Base is Variable { IsSign: false } v ? v.Name : "", StringComparer.Ordinal)
            .ToArray();
        var divisors = factors.Where(f => IsBelow(f)).ToArray();
        // A half stands before; where something is divided by, below.
        var isBefore = down != 1 && (divisors.Length == 0 || down == 2 && up == 1);
        var many = factors.Length - divisors.Length + (up == 1 ? 0 : 1);
        foreach (var (b, e) in factors)
        {
            var isBelow = IsBelow((b, e));
            var level =
                (isBelow ? divisors.Length + (down == 1 || isBefore ? 0 : 1) : many + (isBefore ? 1 : 0)) > 1 ? OfPower
                : isLaTeX ? OfSum
                : isBelow ? OfPower
                : OfProduct;
            if (!isBelow && divisors.Length > 0 && !isLaTeX)
                level = Math.Max(level, OfProduct);
            if (
                !isBelow
                && (b, e) == factors.Last(f => !IsBelow(f))
                && b is Function { Name: "Σ" or "Σ_c" }
                && (isLaTeX || divisors.Length == 0)
            )
                level = OfProduct;
            (isBelow ? below : above).Add(OfPowers(b, isBelow ? Algebra.Negate(e) : e, level, hasSigma));
        }
        var isDecimal = Fraction(p.Coefficient) is null;
        if (isBefore)
        {
            above.Insert(0, Scalar(p.Coefficient).Item1);
        }
        else
        {
            if (up != 1 || above.Count == 0)
                above.Insert(0, isDecimal ? Decimal(up.ToString("R", CultureInfo.InvariantCulture)) : Whole(up));
            if (down != 1)
                below.Insert(0, Whole(down));
        }
        var top = Joined(above);
        if (below.Count == 0)
            return (top, above.Count == 1 && up == 1 && down == 1 ? OfPower : OfProduct);
        if (isLaTeX)
        {
            var before = isBefore ? above[0] + " " : "";
            var rest = isBefore ? above.Skip(1).ToList() : above;
            return ($"{before}\\frac{{{(rest.Count == 0 ? "1" : Joined(rest))}}}{{{Joined(below)}}}", OfProduct);
        }
        return ($"{top} / {(below.Count > 1 ? $"({Joined(below)})" : below[0])}", OfProduct);
    }

    private static bool IsBelow((Expression Base, Expression Exponent) f) =>
        f.Base is not Losses.Symbol { Name: "e" }
        && (f.Exponent is Losses.Number { Value: < 0 } || f.Exponent is Multiple { Coefficient: < 0 });

    private string Joined(List<string> parts)
    {
        var text = "";
        foreach (var part in parts)
        {
            if (text == "")
                text = part;
            else if (isLaTeX)
                text +=
                    (
                        char.IsAsciiDigit(text[^1]) && char.IsAsciiDigit(part[0]) ? " \\cdot "
                        : part.StartsWith("\\left(", StringComparison.Ordinal) ? ""
                        : " "
                    ) + part;
            else if (
                part[0] == '('
                || text is "½" && part.Length < 4
                || double.TryParse(text, CultureInfo.InvariantCulture, out _)
                    && !char.IsAsciiDigit(part[0])
                    && !(part.Length > 2 && char.IsAsciiLetter(part[0]) && char.IsAsciiLetter(part[1]))
                    && part[0] != 'Σ'
            )
                text += part;
            else
                text += (char.IsAsciiDigit(text[^1]) && char.IsAsciiDigit(part[0]) ? "·" : " ") + part;
        }
        return text;
    }

    private string OfPowers(Expression b, Expression e, int level, bool hasSigma)
    {
        if (e is Losses.Number { Value: 1 })
            return hasSigma && Complement(b) is { } u ? InParentheses($"1 {Minus} {At(new Function("σ", [u]), OfProduct)}") : At(b, level);
        if (e is Losses.Number { Value: 0.5 })
            return isLaTeX ? $"\\sqrt{{{At(b, OfSum)}}}" : $"√{At(b, OfAtom)}";
        var power = At(e, OfSum);
        var raised = isLaTeX ? $"^{{{power}}}" : Superscript(power) ?? (Of(e).Level == OfAtom ? $"^{power}" : $"^({power})");
        if (b is Function { Name: "cosh" or "tanh" or "sin" or "cos" } f && e is Losses.Number { Value: > 0 })
            return $"{(isLaTeX ? "\\" : "")}{f.Name}{raised} {Argument(f.Of[0])}";
        return $"{At(b, b is Function { Name: "abs" or "σ" } ? OfPower : OfAtom)}{raised}";
    }

    private string Argument(Expression x) =>
        Of(x) is var (text, level) && level == OfAtom && x is Variable or Losses.Symbol or Losses.Number or Function { Name: "abs" }
            ? text
            : InParentheses(text);

    private (string, int) OfFunction(Function f)
    {
        string All(string name) => $"{name}{InParentheses(string.Join(", ", f.Of.Select(x => At(x, OfSum))))}";
        string After(string name, string text) => text[0] == '(' ? name + text : $"{name} {text}";
        var x = f.Of[0];
        switch (f.Name)
        {
            case "abs":
                return (isLaTeX ? $"\\left|{At(x, OfSum)}\\right|" : $"|{At(x, OfSum)}|", OfAtom);
            case "σ":
                return (All(isLaTeX ? "\\sigma" : "σ"), OfAtom);
            case "max" or "min":
                return (All(isLaTeX ? "\\" + f.Name : f.Name), OfAtom);
            case "Σ" or "Σ_c":
                var sigma = isLaTeX ? (f.Name == "Σ" ? "\\sum" : "\\sum_{c}") : f.Name;
                return (After(sigma, At(x, OfProduct)), OfProduct);
            case "logGamma":
                return (isLaTeX ? $"\\log \\Gamma\\left({At(x, OfSum)}\\right)" : $"log Γ({At(x, OfSum)})", OfPower);
            case "digamma":
                return (All(isLaTeX ? "\\psi" : "ψ"), OfAtom);
            case "polygamma":
                return (
                    isLaTeX
                        ? $"\\psi^{{\\left({At(x, OfSum)}\\right)}}\\left({At(f.Of[1], OfSum)}\\right)"
                        : $"ψ⁽{Superscript(At(x, OfSum))}⁾({At(f.Of[1], OfSum)})",
                    OfAtom
                );
            case "one":
                return (isLaTeX ? $"\\mathbf{{1}}\\left[{Symbol("j")} = {Symbol("y")}\\right]" : "1{j = y}", OfAtom);
            default:
                var name = isLaTeX
                    ? f.Name is "sign" or "erf"
                        ? $"\\operatorname{{{f.Name}}}"
                        : f.Name == "atan"
                            ? "\\arctan"
                            : "\\" + f.Name
                    : f.Name;
                return (After(name, Argument(x)), OfPower);
        }
    }

    private string Condition(Guard g)
    {
        var of = At(g.Of, OfSum);
        string Below(bool has) => has ? (isLaTeX ? "\\le" : "≤") : "<";
        if (g.Low is not null && g.High is not null)
            return g.Low.Key == g.High.Key
                ? $"{of} = {Write(g.Low)}"
                : $"{Write(g.Low)} {Below(g.HasLow)} {of} {Below(g.HasHigh)} {Write(g.High)}";
        if (g.High is not null)
            return $"{of} {Below(g.HasHigh)} {Write(g.High)}";
        return $"{of} {(g.HasLow ? isLaTeX ? "\\ge" : "≥" : ">")} {Write(g.Low!)}";
    }

    private string Choice(Select c)
    {
        var condition = $"{At(c.Left, OfSum)} {(c.IsBelow ? "<" : ">")} {Write(c.Bound)}";
        return isLaTeX
            ? $"\\begin{{cases}}{Write(c.Yes)} & \\text{{if }} {condition} \\\\ {Write(c.No)} & \\text{{otherwise}}\\end{{cases}}"
            : $"({Write(c.Yes)} if {condition}, else {Write(c.No)})";
    }

    private string OfCases(Cases c)
    {
        var text = new List<string>();
        foreach (var (i, (guards, value)) in c.Of.Index())
        {
            var isLast = i == c.Of.Length - 1;
            var condition = isLast
                ? "otherwise"
                : string.Join(isLaTeX ? ", " : " and ", guards.Where(g => g.Low is not null || g.High is not null).Select(Condition));
            text.Add(
                isLaTeX
                    ? $"{Write(value)} & {(isLast ? "\\text{otherwise}" : $"\\text{{if }} {condition}")}"
                    : $"{Write(value)} {(isLast ? condition : "where " + condition)}"
            );
        }
        return isLaTeX ? $"\\begin{{cases}}{string.Join(" \\\\ ", text)}\\end{{cases}}" : string.Join("; ", text);
    }
}
