namespace Losses;

/// <summary>The derivative of mathematics, as it is learnt at school.</summary>
/// <param name="by">The derivative of an operand.</param>
internal sealed class Derivative(Func<Variable, double> by)
{
    /// <summary>The derivative; null where no rule is known.</summary>
    internal Expression? Of(Expression x)
    {
        switch (x)
        {
            case Number or Symbol:
                return Algebra.Zero;
            case Variable v:
                return Algebra.Num(by(v));
            case Sum s:
                return All(s.Terms) is { } terms ? Algebra.Add(terms) : null;
            case Multiple p:
                return OfFactors(p);
            case Function f:
                return OfFunction(f);
            case Select c:
                return Of(c.Yes) is { } yes && Of(c.No) is { } no
                    ? Algebra.If(c.IsBelow ? c.Left : c.Bound, c.IsBelow ? c.Bound : c.Left, yes, no)
                    : null;
            case Cases c:
                return All([.. c.Of.Select(o => o.Value)]) is { } values
                    ? new Cases([.. c.Of.Zip(values, (o, value) => (o.Guards, value))])
                    : null;
            default:
                return null;
        }
    }

    private Expression[]? All(Expression[] of)
    {
        var all = of.Select(Of).ToArray();
        return all.Contains(null) ? null : [.. all.OfType<Expression>()];
    }

    private Expression? OfFactors(Multiple p)
    {
        var sum = new List<Expression>();
        for (var i = 0; i < p.Factors.Length; i++)
        {
            var (b, e) = p.Factors[i];
            var others = Algebra.Multiply([
                Algebra.Num(p.Coefficient),
                .. p.Factors.Where((_, k) => k != i).Select(f => Algebra.Power(f.Base, f.Exponent)),
            ]);
            Expression? own;
            if (b is Symbol { Name: "e" })
                own = Of(e) is { } inner ? Algebra.Multiply(inner, Algebra.Exp(e)) : null;
            else if (Of(b) is { } slope && Algebra.IsConstant(e))
                own = Algebra.Multiply(e, slope, Algebra.Power(b, Algebra.Subtract(e, Algebra.One)));
            else
                own = null;
            if (own is null)
                return null;
            sum.Add(Algebra.Multiply(own, others));
        }
        return Algebra.Add([.. sum]);
    }

    private Expression? OfFunction(Function f)
    {
        var u = f.Of[0];
        if (f.Name is "max" or "min")
            return f.Of is [var a, var b] && Of(a) is { } ofA && Of(b) is { } ofB
                ? f.Name == "max"
                    ? Algebra.If(a, b, ofB, ofA)
                    : Algebra.If(b, a, ofB, ofA)
                : null;
        if (f is { Name: "log", Of: [Function { Name: "cosh" } cosh] })
            return Of(cosh.Of[0]) is { } inside ? Algebra.Multiply(inside, Algebra.Apply("tanh", cosh.Of[0])) : null;
        if (Of(u) is not { } inner)
            return null;
        // log(1 + eᵛ)
        if (
            f is
            {
                Name: "log",
                Of: [Sum { Terms: [Number { Value: 1 }, Multiple { Coefficient: 1, Factors: [(Symbol { Name: "e" }, var v)] }] }]
            }
        )
            return Of(v) is { } slope ? Algebra.Multiply(slope, Algebra.Apply("σ", v)) : null;
        return f.Name switch
        {
            "log" => Algebra.Divide(inner, u),
            "abs" => Algebra.Multiply(inner, Algebra.Apply("sign", u)),
            "sign" => Algebra.Zero,
            "σ" => Algebra.Multiply(inner, f, Algebra.Subtract(Algebra.One, f)),
            "tanh" => Algebra.Multiply(inner, Algebra.Power(Algebra.Apply("cosh", u), Algebra.Num(-2))),
            _ => null,
        };
    }
}
