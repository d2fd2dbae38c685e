namespace Losses;

/// <summary>What the operations of a program are as mathematics.</summary>
/// <param name="inputs">The operands.</param>
/// <param name="difference">What the first less the second is called, where it is.</param>
internal sealed class Reader(Expression[] inputs, Expression? difference = null)
{
    private readonly Dictionary<int, Expression> _known = [];

    internal Expression Read(Node node)
    {
        if (!_known.TryGetValue(node.Id, out var known))
            _known[node.Id] = known = Of(node);
        return known;
    }

    private Expression Of(Node node)
    {
        Expression At(int i) => Read(node.Of[i]);
        Expression x = node.Of.Length > 0 ? null! : Algebra.Zero;
        if (node.Of.Length > 0)
            x = At(0);
        var minus = node.Of.Length > 0 ? Algebra.Negate(x) : x;
        var one = Algebra.One;
        Expression Function(string name) => Algebra.Apply(name, x);
        Expression LogOfSum(Expression power) => Algebra.Log(Algebra.Add(one, Algebra.Exp(power)));
        switch (node.Op)
        {
            case Op.Input:
                return inputs[(int)node.Number];
            case Op.Constant:
                return node.Meaning ?? Named(node.Number);
            case Op.Add:
                return Algebra.Add(x, At(1));
            case Op.Subtract when difference is not null && node.Of is [{ Op: Op.Input, Number: 0 }, { Op: Op.Input, Number: 1 }]:
                return difference;
            case Op.Subtract when difference is not null && node.Of is [{ Op: Op.Input, Number: 1 }, { Op: Op.Input, Number: 0 }]:
                return Algebra.Negate(difference);
            case Op.Subtract:
                return Algebra.Subtract(x, At(1));
            case Op.Multiply or Op.Weigh or Op.Scale or Op.Share:
                return Algebra.Multiply(x, At(1));
            case Op.Divide:
                return Algebra.Divide(x, At(1));
            case Op.Negate:
                return minus;
            case Op.Abs:
                return Function("abs");
            case Op.Max:
                return Algebra.Apply("max", x, At(1));
            case Op.Min:
                return Algebra.Apply("min", x, At(1));
            case Op.Sqrt:
                return Algebra.Power(x, Algebra.Num(0.5));
            case Op.Exp:
                return Algebra.Exp(x);
            case Op.Log:
                return Algebra.Log(x);
            case Op.Log1P:
                return Apart(node) ?? Algebra.Log(Algebra.Add(one, x));
            case Op.ExpM1:
                return Algebra.Subtract(Algebra.Exp(x), one);
            case Op.Tanh:
                return Function("tanh");
            case Op.LogCosh:
                return Algebra.Log(Function("cosh"));
            case Op.Atan:
                return Function("atan");
            case Op.Erf:
                return Function("erf");
            case Op.Sin:
                return Function("sin");
            case Op.Cos:
                return Function("cos");
            case Op.LogGamma:
                return Function("logGamma");
            case Op.Digamma:
                return Function("digamma");
            case Op.Polygamma:
                return Algebra.Apply("polygamma", x, At(1));
            case Op.Power:
                return Algebra.Power(x, At(1));
            case Op.Softplus:
                return LogOfSum(x);
            case Op.SoftplusOfMinus:
                return LogOfSum(minus);
            case Op.Sigmoid:
                return Function("σ");
            case Op.SigmoidOfMinus:
                return Algebra.Apply("σ", minus);
            case Op.Clip:
                // −b below −b, b above b.
                return Algebra.If(At(1), minus, minus, Algebra.If(x, At(1), x, At(1)));
            case Op.Bell:
                return Algebra.Multiply(Function("σ"), Algebra.Apply("σ", minus));
            case Op.Skew:
                return Algebra.Subtract(Function("σ"), Algebra.Apply("σ", minus));
            case Op.SechSquared:
                return Algebra.Power(Function("cosh"), Algebra.Num(-2));
            case Op.Gaussian:
                return Algebra.Exp(Algebra.Negate(Algebra.Multiply(x, x)));
            case Op.ExpTimes:
                return Algebra.Multiply(Algebra.Exp(x), At(1));
            case Op.Divergence:
                return Algebra.Multiply(x, Algebra.Subtract(Algebra.Log(x), At(1)));
            case Op.Excess:
                return Algebra.Subtract(Algebra.Subtract(x, At(1)), Algebra.Multiply(At(1), At(2)));
            case Op.JensenShannon:
                return Mixture(x, At(1), At(2));
            case Op.MixtureExcess:
                return Mixture(x, At(1), At(2));
            case Op.MixtureLog:
                return Algebra.Subtract(Algebra.Log(Between(x, At(1), At(2))), Algebra.Log(Algebra.Apply("max", At(1), At(2))));
            case Op.AboveTangent:
                return Algebra.Subtract(Algebra.Subtract(Algebra.Exp(x), one), x);
            case Op.Given:
                return At(1);
            case Op.Detach:
                return x;
            case Op.IfLess:
                return Signed(node) ?? Rooted(node) ?? Algebra.If(x, At(1), At(2), At(3));
            default:
                throw new InvalidOperationException($"{node.Op} is no operation of the algebra.");
        }
    }

    // β q + (1 − β) p
    private static Expression Between(Expression beta, Expression p, Expression q) =>
        Algebra.Add(Algebra.Multiply(beta, q), Algebra.Multiply(Algebra.Subtract(Algebra.One, beta), p));

    private static Expression Mixture(Expression beta, Expression p, Expression q)
    {
        var log = Algebra.Log(Between(beta, p, q));
        return Algebra.Add(
            Algebra.Multiply(beta, q, Algebra.Subtract(Algebra.Log(q), log)),
            Algebra.Multiply(Algebra.Subtract(Algebra.One, beta), p, Algebra.Subtract(Algebra.Log(p), log))
        );
    }

    // The numbers that definitions have of constants of mathematics.
    private static Expression Named(double value)
    {
        var two = Algebra.Num(2);
        var pi = new Symbol("π", Math.PI);
        return value switch
        {
            2 * Math.PI => Algebra.Multiply(two, pi),
            1.1283791670955126 => Algebra.Multiply(two, Algebra.Power(pi, Algebra.Num(-0.5))),
            0.5641895835477563 => Algebra.Power(pi, Algebra.Num(-0.5)),
            0.7978845608028654 => Algebra.Power(Algebra.Multiply(Algebra.Num(0.5), pi), Algebra.Num(-0.5)),
            // What float32 has of it.
            1e-12f => new Symbol("10⁻¹²", value),
            0.7071067811865476 => new Multiple(1, [(new Symbol("2", 2), Algebra.Num(-0.5))]),
            _ when value == 0.5 * Math.Log(2 * Math.PI) => Algebra.Multiply(Algebra.Num(0.5), Algebra.Log(Algebra.Multiply(two, pi))),
            _ when value == 2 * Math.Log(2) => Algebra.Multiply(two, Algebra.Log(two)),
            _ => Algebra.Num(value),
        };
    }

    private static bool IsZero(Node node) => node is { Op: Op.Constant, Number: 0 };

    // −y below 0, y above, and no slope between: y sign(x).
    private Expression? Signed(Node node) =>
        node.Of is [var x, var zero, { Op: Op.Negate, Of: [var y] }, { Op: Op.IfLess, Of: [var zero2, var x2, var y2, { Op: Op.Weigh }] }]
        && IsZero(zero)
        && IsZero(zero2)
        && x == x2
        && y == y2
            ? Algebra.Multiply(Read(y), Algebra.Apply("sign", Read(x)))
            : null;

    // ½/r above 0, else r, which is 0: that of a root.
    private Expression? Rooted(Node node) =>
        node.Of is [var zero, { Op: Op.Sqrt } root, { Op: Op.Divide } slope, var root2] && IsZero(zero) && root == root2
            ? Read(slope)
            : null;

    // log(1 + |a − b| / (c + min(a, b))) = |log(c + a) − log(c + b)|, whose sign is that of a − b.
    private Expression? Apart(Node node)
    {
        if (node.Of is not [{ Op: Op.Divide, Of: [{ Op: Op.Abs, Of: [{ Op: Op.Subtract, Of: [var a, var b] }] }, var below] }])
            return null;
        var c = Algebra.Zero;
        if (below is { Op: Op.Add, Of: [{ Op: Op.Constant } more, var least] })
            (c, below) = (Read(more), least);
        if (below.Op != Op.Min || !(below.Of[0] == a && below.Of[1] == b))
            return null;
        Expression Log(Node x) => Algebra.Log(Algebra.Add(c, Read(x)));
        return Algebra.Multiply(Algebra.Apply("sign", Read(node.Of[0].Of[0].Of[0])), Algebra.Subtract(Log(a), Log(b)));
    }
}
