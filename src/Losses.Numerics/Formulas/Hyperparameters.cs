using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Losses;

/// <summary>What numbers of a program are a definition's hyperparameters.</summary>
/// <remarks>
/// The definition is made again with numbers that differ in their last digits: those of the program that differ then are made of them. Where it cannot be made again, or is
/// another program then, numbers stay numbers.
/// </remarks>
internal static class Hyperparameters
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // So small that no branch of a definition is taken otherwise, unless at the number itself.
    private const double Nudge = 1.0 / (1 << 30);

    // What a definition may compute of one of its hyperparameters before it runs.
    private static readonly (Func<double, double> Number, Func<Expression, Expression> Meaning)[] s_forms =
    [
        (p => p, p => p),
        (p => -p, Algebra.Negate),
        (p => 1 - p, p => Algebra.Subtract(Algebra.One, p)),
        (p => p - 1, p => Algebra.Subtract(p, Algebra.One)),
        (p => p - 2, p => Algebra.Subtract(p, Algebra.Num(2))),
        (p => 2 - p, p => Algebra.Subtract(Algebra.Num(2), p)),
        (p => -p - 1, p => Algebra.Subtract(Algebra.Negate(p), Algebra.One)),
        (p => 1 - p - 1, Algebra.Negate),
        (p => 2 - p - 1, p => Algebra.Subtract(Algebra.One, p)),
        (p => 1 - p - 1 - 1, p => Algebra.Subtract(Algebra.Negate(p), Algebra.One)),
        (p => 2 - p - 1 - 1, Algebra.Negate),
        (p => 1 / p, p => Algebra.Divide(Algebra.One, p)),
        (p => 2 / p, p => Algebra.Divide(Algebra.Num(2), p)),
        (p => p * p, p => Algebra.Multiply(p, p)),
        (p => p * p / 6, p => Algebra.Multiply(Algebra.Num(1.0 / 6), p, p)),
        (p => 0.5 * p, p => Algebra.Multiply(Algebra.Num(0.5), p)),
        (p => 2 * p, p => Algebra.Multiply(Algebra.Num(2), p)),
    ];

    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alpha"] = "α",
        ["beta"] = "β",
        ["gamma"] = "γ",
        ["delta"] = "δ",
        ["epsilon"] = "ε",
        ["eps"] = "ε",
        ["kappa"] = "κ",
        ["lambda"] = "λ",
        ["mu"] = "μ",
        ["mean"] = "μ",
        ["rho"] = "ρ",
        ["sigma"] = "σ",
        ["tau"] = "τ",
        ["theta"] = "θ",
        ["omega"] = "ω",
        ["level"] = "τ",
        ["temperature"] = "T",
        ["smooth"] = "s",
        ["margin"] = "m",
        ["width"] = "w",
        ["curvature"] = "c",
        ["scale"] = "c",
        ["shared"] = "k",
        ["centring"] = "c",
        ["divergence"] = "z",
        ["desirableWeight"] = "w_+",
        ["undesirableWeight"] = "w_−",
        ["divisor"] = "c",
        ["prediction"] = "x",
        ["target"] = "t",
        ["third"] = "w",
        ["variance"] = "v",
        ["logVariance"] = "λ",
        ["rate"] = "λ",
        ["lower"] = "l",
        ["upper"] = "u",
        ["chosen"] = "x_+",
        ["rejected"] = "x_−",
        ["x1"] = "x_1",
        ["x2"] = "x_2",
        ["first"] = "x_i",
        ["second"] = "x_j",
        ["firstTarget"] = "t_i",
        ["secondTarget"] = "t_j",
    };

    /// <summary>As a textbook has it.</summary>
    internal static string Name(string name) => s_names.TryGetValue(name, out var known) ? known : name;

    /// <summary>What each constant of the program is made of, in the order in which they are asked for; and the hyperparameters.</summary>
    internal static (Func<int, double, Expression?>? Meaning, Symbol[] Used) Of(object loss, Action<object> run)
    {
        var (calls, constants) = Traced(loss, run);
        if (Constructor(loss, calls, constants, run) is not var (make, names, values))
            return (null, []);
        var symbols = names.Select((name, i) => new Symbol(Name(name), values[i] is double v ? v : double.NaN)).ToArray();
        var meanings = new Dictionary<int, Expression>();
        var used = new List<Symbol>();
        for (var p = 0; p < names.Length; p++)
        {
            if (values[p] is not double value || value == 0 || !double.IsFinite(value))
                continue;
            var tagged = (object?[])values.Clone();
            var tag = value * (1 - Nudge);
            tagged[p] = tag;
            if (make(tagged) is not { } other)
                continue;
            var (calls2, constants2) = Traced(other, run);
            if (!calls.SequenceEqual(calls2))
                continue;
            for (var i = 0; i < constants.Count; i++)
            {
                if (constants[i].Equals(constants2[i]))
                    continue;
                foreach (var (number, meaning) in s_forms)
                    if (number(value).Equals(constants[i]) && number(tag).Equals(constants2[i]))
                    {
                        meanings.TryAdd(i, meaning(symbols[p]));
                        if (!used.Contains(symbols[p]))
                            used.Add(symbols[p]);
                        break;
                    }
            }
        }
        return ((i, _) => meanings.TryGetValue(i, out var meaning) ? meaning : null, [.. used]);
    }

    private static (List<Op>, List<double>) Traced(object loss, Action<object> run)
    {
        using var tracer = new Tracer();
        run(loss);
        return (tracer.Calls, tracer.Constants);
    }

    // A constructor whose parameters the definition's fields are, and which gives the same definition of them.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Without its fields numbers stay numbers.")]
    private static (Func<object?[], object?> Make, string[] Names, object?[] Values)? Constructor(
        object loss,
        List<Op> calls,
        List<double> constants,
        Action<object> run
    )
    {
        var fields = loss.GetType().GetFields(Own);
        foreach (var constructor in loss.GetType().GetConstructors(Own).OrderByDescending(c => c.GetParameters().Length))
        {
            var parameters = constructor.GetParameters();
            var own = parameters
                .Select(p =>
                    Array.Find(
                        fields,
                        f => f.FieldType == p.ParameterType && Bare(f.Name).Equals(p.Name, StringComparison.OrdinalIgnoreCase)
                    )
                )
                .ToArray();
            if (parameters.Length == 0 || own.Contains(null))
                continue;
            object? Make(object?[] values)
            {
                try
                {
                    return constructor.Invoke(values);
                }
                catch (TargetInvocationException)
                {
                    return null;
                }
            }

            var values = own.Select(f => f!.GetValue(loss)).ToArray();
            if (Make(values) is not { } same)
                continue;
            var (calls2, constants2) = Traced(same, run);
            if (calls.SequenceEqual(calls2) && constants.SequenceEqual(constants2))
                return (Make, [.. parameters.Select(p => p.Name!)], values);
        }
        return null;
    }

    // "_delta", "<delta>P", "<Delta>k__BackingField", "delta@"
    private static string Bare(string field) => field.TrimStart('<', '_').Split('>', '@')[0];
}
