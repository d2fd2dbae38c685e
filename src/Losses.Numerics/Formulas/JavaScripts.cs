using System.Text;

namespace Losses;

/// <summary>The operations of the algebra in JavaScript, as a lane carries them out.</summary>
internal static class JavaScripts
{
    // Those that others call stand before them.
    private static readonly (string Name, string Code)[] s_helpers =
    [
        ("weigh", "(w, x) => w === 0 ? 0 : w * x"),
        ("given", "(x, value) => Number.isNaN(x) ? x : value"),
        ("clip", "(bound, x) => x < -bound ? -bound : bound < x ? bound : x"),
        ("softplus", "x => x < 0 ? Math.log1p(Math.exp(x)) : Math.log1p(Math.exp(-x)) + x"),
        ("sigmoid", "x => { const e = Math.exp(-Math.abs(x)); return x < 0 ? e / (1 + e) : 1 / (1 + e); }"),
        ("sechSquared", "x => { const e = Math.exp(-2 * Math.abs(x)); return 4 * e / ((1 + e) * (1 + e)); }"),
        (
            "logCosh",
            "x => { const a = Math.abs(x), s = Math.sinh(a); return a < 1 ? 0.5 * Math.log1p(s * s) : a + (Math.log1p(Math.exp(-2 * a)) - Math.LN2); }"
        ),
        // What the square loses is multiplied in: an exponential takes it for a relative error.
        (
            "gaussian",
            "x => { const s = x * x, c = 134217729 * x, h = c - (c - x), l = x - h; return s < 750 ? Math.exp(-s) * (1 - ((h * h - s + 2 * h * l) + l * l)) : Number.isNaN(x) ? x : 0; }"
        ),
        // Terms of one sign below 2, the complement's continued fraction above.
        (
            "erf",
            """
            x => {
                const a = Math.abs(x);
                if (!(a < 6)) return Number.isNaN(x) ? x : Math.sign(x);
                let sum = 0;
                if (a < 2) {
                  for (let n = 60; n > 0; n--) sum = (1 + sum) * 2 * a * a / (2 * n + 1);
                  return x * (gaussian(a) * 1.1283791670955126) * (1 + sum);
                }
                for (let n = 60; n > 0; n--) sum = n / 2 / (a + sum);
                return Math.sign(x) * (1 - gaussian(a) * 0.5641895835477563 / (a + sum));
              }
            """
        ),
        ("expTimes", "(t, x) => t < -512 ? 4.377491037053051e-223 * weigh(Math.exp(t + 512), x) : weigh(Math.exp(t), x)"),
        ("divergence", "(t, x) => weigh(t, given(x, Math.log(t) - x))"),
        ("aboveTangent", "d => { let sum = 1; for (let n = 14; n > 2; n--) sum = 1 + sum * d / n; return d * d * 0.5 * sum; }"),
        ("excess", "(p, q, d) => Math.abs(d) < 0.25 ? q * aboveTangent(d) : p - q - weigh(q, d)"),
        (
            "mixtureLog",
            "(beta, p, q) => { const m = Math.max(p, q); return Math.log1p((p < q ? 1 - beta : beta) * (Math.min(p, q) - m) / (0 < m ? m : 1)); }"
        ),
        (
            "mixtureExcess",
            """
            (beta, p, q, d, log) => {
                const size = Math.abs(d), other = log + size, share = p < q ? beta : 1 - beta;
                const larger = share * Math.max(p, q), smaller = (1 - share) * Math.min(p, q);
                return size < 0.25 ? larger * aboveTangent(log) + smaller * aboveTangent(other) : -(weigh(larger, log) + weigh(smaller, other));
              }
            """
        ),
        ("jensenShannon", "(beta, p, q, d) => mixtureExcess(beta, p, q, d, mixtureLog(beta, p, q))"),
        ("share", "(g, s) => Math.abs(g) < Infinity ? weigh(g, s) : given(g, weigh(s, g))"),
    ];

    internal static string Of(Node node, Func<Node, string> name, HashSet<string> used)
    {
        string At(int i) => name(node.Of[i]);
        string All() => string.Join(", ", node.Of.Select(name));
        string Helper(string helper, string? arguments = null)
        {
            Use(helper, used);
            return $"{helper}({arguments ?? All()})";
        }

        return node.Op switch
        {
            Op.Add => $"{At(0)} + {At(1)}",
            Op.Subtract => $"{At(0)} - {At(1)}",
            Op.Multiply or Op.Scale => $"{At(0)} * {At(1)}",
            Op.Divide => $"{At(0)} / {At(1)}",
            Op.Negate => $"-{At(0)}",
            Op.Detach => At(0),
            Op.Abs or Op.Max or Op.Min or Op.Sqrt or Op.Exp or Op.Log or Op.Log1P or Op.ExpM1 or Op.Tanh or Op.Atan or Op.Sin or Op.Cos =>
                $"Math.{node.Op.ToString().ToLowerInvariant()}({All()})",
            Op.Power => $"Math.pow({All()})",
            Op.SoftplusOfMinus => Helper("softplus", $"-{At(0)}"),
            Op.SigmoidOfMinus => Helper("sigmoid", $"-{At(0)}"),
            Op.Bell => $"{At(1)} * {At(2)}",
            Op.Skew => $"Math.tanh(0.5 * {At(0)})",
            Op.IfLess => $"{At(0)} < {At(1)} ? {At(2)} : {At(3)}",
            Op.LogGamma or Op.Digamma or Op.Polygamma => throw new NotSupportedException(
                $"The definition asks for {node.Op}, which JavaScript does not have."
            ),
            _ => Helper(char.ToLowerInvariant(node.Op.ToString()[0]) + node.Op.ToString()[1..]),
        };
    }

    internal static string Helpers(HashSet<string> used)
    {
        var text = new StringBuilder();
        foreach (var (name, code) in s_helpers)
            if (used.Contains(name))
                text.Append($"  const {name} = {code};\n");
        return text.ToString();
    }

    private static void Use(string helper, HashSet<string> used)
    {
        if (!used.Add(helper))
            return;
        var code = s_helpers.Single(known => known.Name == helper).Code;
        foreach (var (other, _) in s_helpers)
            if (code.Contains(other + "(", StringComparison.Ordinal) && !code.Contains("." + other + "(", StringComparison.Ordinal))
                Use(other, used);
    }
}
