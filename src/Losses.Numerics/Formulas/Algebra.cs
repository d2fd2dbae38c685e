namespace Losses;

/// <summary>What is known of expressions where one is read: regions of the numbers that a choice looks at.</summary>
internal sealed class Facts(string key, double low, bool hasLow, double high, bool hasHigh) : IDisposable
{
    [ThreadStatic]
    private static Facts? s_current;

    private readonly Facts? _outer = s_current;

    internal static Facts Suppose(string key, double low, bool hasLow, double high, bool hasHigh)
    {
        var facts = new Facts(key, low, hasLow, high, hasHigh);
        s_current = facts;
        return facts;
    }

    public void Dispose() => s_current = _outer;

    /// <summary>Between what an expression is; a bound belongs to it, or not.</summary>
    internal static (double Low, bool HasLow, double High, bool HasHigh) Of(Expression x)
    {
        var (l, hasL, h, hasH) = Plain(x);
        for (var facts = s_current; facts is not null; facts = facts._outer)
            if (facts.Is(x.Key))
                (l, hasL, h, hasH) = facts.Within(l, hasL, h, hasH);
        return (l, hasL, h, hasH);
    }

    private bool Is(string other) => key == other;

    private (double, bool, double, bool) Within(double l, bool hasL, double h, bool hasH)
    {
        if (low > l || low == l && !hasLow)
            (l, hasL) = (low, hasLow);
        if (high < h || high == h && !hasHigh)
            (h, hasH) = (high, hasHigh);
        return (l, hasL, h, hasH);
    }

    // The ends of a domain are left out: what stands there alone is no case of a textbook's.
    private static (double, bool, double, bool) Plain(Expression x) =>
        x switch
        {
            Variable v => (v.Low, false, v.High, false),
            Number n => (n.Value, true, n.Value, true),
            Symbol s => (s.Value, true, s.Value, true),
            // What is 0 at the target is a kink.
            Function { Name: "abs" } => (0, true, double.PositiveInfinity, false),
            Function { Name: "cosh" } => (1, true, double.PositiveInfinity, false),
            Function { Name: "σ" } => (0, false, 1, false),
            Function { Name: "max" } f => (f.Of.Max(o => Of(o).Low), false, f.Of.Max(o => Of(o).High), false),
            Function { Name: "min" } f => (f.Of.Min(o => Of(o).Low), false, f.Of.Min(o => Of(o).High), false),
            Function { Name: "log", Of: [Sum { Terms: [Number { Value: 1 }, var more] }] } when Algebra.Sign(more) > 0 => (
                0,
                false,
                double.PositiveInfinity,
                false
            ),
            Function { Name: "log" } f => (
                Of(f.Of[0]).Low >= 1 ? 0 : double.NegativeInfinity,
                false,
                Of(f.Of[0]).High <= 1 ? 0 : double.PositiveInfinity,
                false
            ),
            Multiple p when Algebra.Sign(p) is var s && s != 0 => s > 0
                ? (0, false, double.PositiveInfinity, false)
                : (double.NegativeInfinity, false, 0, false),
            _ => (double.NegativeInfinity, false, double.PositiveInfinity, false),
        };
}

/// <summary>The operations on expressions, each of which gives the normal form.</summary>
internal static class Algebra
{
    // Bounds beyond are guards of the arithmetic, and not of the mathematics: e⁷¹⁰ is infinite.
    private const double Far = 700;

    internal static readonly Expression Zero = new Number(0);
    internal static readonly Expression One = new Number(1);
    internal static readonly Symbol E = new("e", Math.E);

    // What a fraction of small numbers has become by rounding is that fraction.
    private const double Denominator = 5040;

    internal static Expression Num(double value) => new Number(Exact(value) + 0.0);

    private static double Exact(double value)
    {
        var above = Math.Round(value * Denominator);
        return above != 0 && Math.Abs(above) < 1e7 && Math.Abs(value * Denominator - above) <= 1e-14 * Math.Abs(above)
            ? above / Denominator
            : value;
    }

    internal static Expression Negate(Expression x) => Multiply(Num(-1), x);

    internal static Expression Subtract(Expression a, Expression b) => Add(a, Negate(b));

    internal static Expression Divide(Expression a, Expression b) => Multiply(a, Power(b, Num(-1)));

    internal static Expression Exp(Expression x) => Power(E, x);

    internal static Expression Log(Expression x) => Apply("log", x);

    /// <summary>A term as a number times the rest.</summary>
    internal static (double Coefficient, Expression Part) Split(Expression x) =>
        x switch
        {
            Number n => (n.Value, One),
            Multiple { Factors.Length: 1 } p when p.Factors[0].Exponent is Number { Value: 1 } => (p.Coefficient, p.Factors[0].Base),
            Multiple p => (p.Coefficient, new Multiple(1, p.Factors)),
            _ => (1, x),
        };

    internal static Expression[] Terms(Expression x) => x is Sum sum ? sum.Terms : [x];

    internal static Expression Add(params Expression[] terms)
    {
        var sum = new SortedDictionary<string, (double Coefficient, Expression Part)>(StringComparer.Ordinal);
        void Put(double scale, Expression x)
        {
            switch (x)
            {
                case Sum s:
                    foreach (var term in s.Terms)
                        Put(scale, term);
                    break;
                case Multiple { Factors: [(Sum inner, Number { Value: 1 })] } p:
                    Put(scale * p.Coefficient, inner);
                    break;
                default:
                    var (c, rest) = Split(x);
                    sum[rest.Key] = (sum.TryGetValue(rest.Key, out var had) ? had.Coefficient + scale * c : scale * c, rest);
                    break;
            }
        }

        foreach (var term in terms)
            Put(1, term);
        var left = sum.Values.Where(term => term.Coefficient != 0).Select(term => Multiply(Num(term.Coefficient), term.Part)).ToArray();
        return left.Length switch
        {
            0 => Zero,
            1 => left[0],
            _ => new Sum(left),
        };
    }

    internal static Expression Multiply(params Expression[] factors)
    {
        var coefficient = 1.0;
        var powers = new SortedDictionary<string, (Expression Base, Expression Exponent)>(StringComparer.Ordinal);
        void Put(Expression @base, Expression exponent)
        {
            var whole = exponent is Number { Value: var n } && n == Math.Round(n) ? n : double.NaN;
            switch (@base)
            {
                case Number number when exponent is Number power:
                    coefficient *= Math.Pow(number.Value, power.Value);
                    return;
                case Multiple product when !double.IsNaN(whole):
                    coefficient *= Math.Pow(product.Coefficient, whole);
                    foreach (var (b, e) in product.Factors)
                        Put(b, Multiply(e, exponent));
                    return;
                // What is above 0 has a power of its own.
                case Multiple { Coefficient: > 0 } product when product.Coefficient != 1 || product.Factors.Any(f => IsPositive(f.Base)):
                    var rest = product.Factors.Where(f => !IsPositive(f.Base)).ToArray();
                    if (rest.Length < product.Factors.Length || product.Coefficient != 1)
                    {
                        if (exponent is Number { Value: var n1 })
                            coefficient *= Math.Pow(product.Coefficient, n1);
                        else if (product.Coefficient != 1)
                            break;
                        foreach (var (b, e) in product.Factors.Except(rest))
                            Put(b, Multiply(e, exponent));
                        if (rest.Length > 0)
                            Put(Multiply(new Multiple(1, rest)), exponent);
                        return;
                    }
                    break;
                // √(u²) = |u|
                case Multiple { Factors: [(var root, Number { Value: 2 })], Coefficient: 1 } when exponent is Number { Value: 0.5 }:
                    Put(Apply("abs", root), One);
                    return;
                case Sum sum when !double.IsNaN(whole):
                    var (size, sign) = Content(sum);
                    if (size * sign != 1)
                    {
                        coefficient *= Math.Pow(size * sign, whole);
                        Put(Normal(sum).Part, exponent);
                        return;
                    }
                    break;
                case Variable { IsSign: true } when !double.IsNaN(whole):
                    exponent = Num(Math.Abs(whole) % 2);
                    break;
                // e to a sum that holds a logarithm.
                case Symbol { Name: "e" } when exponent is Sum or Multiple or Function:
                    foreach (var term in Terms(exponent))
                        if (Logarithm(term) is var (power, of) && of is not null)
                        {
                            Put(of, power);
                            exponent = Subtract(exponent, term);
                        }
                    break;
            }

            powers[@base.Key] = (@base, powers.TryGetValue(@base.Key, out var had) ? Add(had.Exponent, exponent) : exponent);
        }

        foreach (var factor in factors)
            if (factor is Multiple p)
            {
                coefficient *= p.Coefficient;
                foreach (var (b, e) in p.Factors)
                    Put(b, e);
            }
            else
                Put(factor, One);
        coefficient = Exact(coefficient);
        if (coefficient == 0 || double.IsNaN(coefficient))
            return Num(coefficient);
        Absolutes(powers);
        var left = powers.Values.Where(f => f.Exponent is not Number { Value: 0 }).Select(SignPower).ToArray();
        if (left.Any(f => f.Exponent is Number { Value: 0 }))
            left = [.. left.Where(f => f.Exponent is not Number { Value: 0 })];
        return left switch
        {
            [] => Num(coefficient),
            [(var b, Number { Value: 1 })] when coefficient == 1 => b,
            [(Sum sum, Number { Value: 1 })] => Distributed(coefficient, sum),
            _ => new Multiple(coefficient, left),
        };
    }

    // c and u of c log u, with a c that does not vary.
    private static (Expression Power, Expression? Of) Logarithm(Expression x)
    {
        var (c, part) = Split(x);
        if (part is Function { Name: "log" } own)
            return (Num(c), own.Of[0]);
        if (part is not Multiple p)
            return (Zero, null);
        var log = Array.FindIndex(p.Factors, f => f is (Function { Name: "log" }, Number { Value: 1 }));
        var others = p.Factors.Where((_, i) => i != log).ToArray();
        return log >= 0 && others.All(f => IsConstant(f.Base) && IsConstant(f.Exponent))
            ? (Multiply(new Multiple(c, others)), ((Function)p.Factors[log].Base).Of[0])
            : (Zero, null);
    }

    // A number times a sum is the sum of products: the sum has one form.
    private static Expression Distributed(double coefficient, Sum sum) =>
        new Sum([
            .. sum
                .Terms.Select(term => Split(term))
                .Select(t => t.Part is Number ? Num(coefficient * t.Coefficient) : Scaled(coefficient * t.Coefficient, t.Part)),
        ]);

    private static Expression Scaled(double coefficient, Expression rest) =>
        coefficient == 1 ? rest
        : rest is Multiple p ? new Multiple(coefficient, p.Factors)
        : new Multiple(coefficient, [(rest, One)]);

    private static (Expression Base, Expression Exponent) SignPower((Expression Base, Expression Exponent) f) =>
        f is (Variable { IsSign: true }, Number { Value: var n }) ? (f.Base, Num(Math.Abs(n) % 2)) : f;

    // |u|² = u², sign(u) |u| = u, sign(u) u = |u|, sign(u)² = 1.
    private static void Absolutes(SortedDictionary<string, (Expression Base, Expression Exponent)> powers)
    {
        double Of(string key) => powers.TryGetValue(key, out var f) ? (f.Exponent as Number)?.Value ?? double.NaN : 0;
        void Put(Expression x, double more)
        {
            powers[x.Key] = (x, powers.TryGetValue(x.Key, out var had) ? Add(had.Exponent, Num(more)) : Num(more));
        }

        foreach (var (key, (b, e)) in powers.ToArray())
        {
            if (b is not Function { Name: "abs" or "sign" } f || e is not Number { Value: var n } || n != Math.Round(n))
                continue;
            var inner = f.Of[0];
            if (f.Name == "abs" && n % 2 == 0 && n != 0)
            {
                powers.Remove(key);
                powers[inner.Key] = (inner, powers.TryGetValue(inner.Key, out var had) ? Add(had.Exponent, e) : e);
            }
            else if (f.Name == "sign")
            {
                if (n % 2 == 0)
                    powers.Remove(key);
                else if (Of(Apply("abs", inner).Key) is var a && a == Math.Round(a) && a > 0)
                {
                    powers.Remove(key);
                    Put(Apply("abs", inner), -1);
                    Put(inner, 1);
                }
                else if (Of(inner.Key) is var u && u == Math.Round(u) && u != 0)
                {
                    powers.Remove(key);
                    Put(inner, -1);
                    Put(Apply("abs", inner), 1);
                }
                else if (n != 1)
                    powers[key] = (b, One);
            }
        }
    }

    // By what a sum is divided: the size of its numbers where it is one, and the sign of its first term that varies.
    private static (double Size, double Sign) Content(Sum sum)
    {
        var parts = sum.Terms.Select(Split).ToArray();
        var size = Math.Abs(parts[0].Coefficient);
        var first = parts.FirstOrDefault(t => !IsConstant(t.Part), parts[0]);
        return (parts.All(t => Math.Abs(t.Coefficient) == size) ? size : 1, Direction(first.Coefficient));
    }

    /// <summary>An expression as a number times one that no number can be taken out of.</summary>
    internal static (double Scale, Expression Part) Normal(Expression x)
    {
        if (x is not Sum sum)
            return Split(x);
        var (size, sign) = Content(sum);
        if (size * sign == 1)
            return (1, x);
        // The quotient of equal numbers is 1: a product with an inverse might not be.
        Expression Term(Expression term) =>
            Split(term) is var (c, rest) && rest is Number ? Num(c / (size * sign)) : Scaled(c / (size * sign), rest);
        return (size * sign, new Sum([.. sum.Terms.Select(Term)]));
    }

    private static int Direction(double x) => double.IsNaN(x) ? 1 : Math.Sign(x);

    internal static Expression Power(Expression @base, Expression exponent) =>
        (@base, exponent) switch
        {
            (_, Number { Value: 0 }) => One,
            (_, Number { Value: 1 }) => @base,
            (Number b, Number e) when IsRound(Math.Pow(b.Value, e.Value)) => Num(Math.Pow(b.Value, e.Value)),
            (Number, Number { Value: not -1 }) => new Multiple(1, [(@base, exponent)]),
            (Number { Value: 1 }, _) => One,
            (Multiple or Sum, _) or (Symbol { Name: "e" }, _) => PowerOf(@base, exponent),
            _ => Multiply(new Multiple(1, [(@base, exponent)])),
        };

    private static Expression PowerOf(Expression @base, Expression exponent) => Multiply(new Multiple(1, [(@base, exponent)]));

    private static bool IsRound(double x) => double.IsFinite(x) && Math.Abs(x) < 1e9 && x * 3600 == Math.Round(x * 3600);

    internal static Expression Apply(string name, params Expression[] of)
    {
        var x = of[0];
        switch (name)
        {
            case "log":
                if (x is Number { Value: 1 })
                    return Zero;
                if (x is Symbol { Name: "e" })
                    return One;
                if (x is Multiple { Coefficient: 1, Factors: [(Symbol { Name: "e" }, var exponent)] })
                    return exponent;
                break;
            case "abs" or "sign" when Facts.Of(x) is (0, _, 0, _):
                return Zero;
            case "abs":
                if (x is Number n)
                    return Num(Math.Abs(n.Value));
                if (Sign(x) is var s && s != 0)
                    return s > 0 ? x : Negate(x);
                if (x is Multiple { Coefficient: var c } && c != 1)
                    return Multiply(Num(Math.Abs(c)), Apply("abs", Split(x).Part));
                if (x is Sum sum && Content(sum).Sign < 0)
                    return Apply("abs", Negate(x));
                if (x is Multiple { Factors.Length: > 1 } many)
                    return Multiply([
                        .. many.Factors.Select(f =>
                            f.Exponent is Number ? Power(Apply("abs", f.Base), f.Exponent) : Power(f.Base, f.Exponent)
                        ),
                    ]);
                if (x is Variable { IsSign: true })
                    return One;
                break;
            case "sign":
                if (x is Number m)
                    return Num(Direction(m.Value));
                if (Sign(x) is var known && known != 0)
                    return Num(known);
                if (IsNegative(x))
                    return Negate(Apply("sign", Negate(x)));
                if (x is Variable { IsSign: true })
                    return x;
                break;
            case "σ":
                if (x is Number { Value: 0 })
                    return Num(0.5);
                if (IsNegative(x))
                    return Subtract(One, Apply("σ", Negate(x)));
                break;
            case "tanh" or "erf" or "atan" or "sin":
                if (x is Number { Value: 0 })
                    return Zero;
                if (IsNegative(x))
                    return Negate(Apply(name, Negate(x)));
                break;
            case "cosh" or "cos":
                if (IsNegative(x))
                    return Apply(name, Negate(x));
                break;
            case "max" or "min":
                return Extreme(name, of);
        }
        return new Function(name, of);
    }

    private static Expression Extreme(string name, Expression[] of)
    {
        var all = of.SelectMany(x => x is Function f && f.Name == name ? f.Of : [x]).DistinctBy(x => x.Key).ToList();
        // One that is never the one is left out.
        for (var i = all.Count - 1; i >= 0 && all.Count > 1; i--)
        for (var j = 0; j < all.Count && all.Count > 1 && i < all.Count; j++)
            if (i != j && Sign(name == "max" ? Subtract(all[j], all[i]) : Subtract(all[i], all[j])) > 0)
                all.RemoveAt(i);
        return all.Count == 1
            ? all[0]
            : new Function(
                name,
                [
                    .. all.OrderBy(x =>
                            x is Number { Value: 0 } ? 0
                            : IsConstant(x) ? 2
                            : 1
                        )
                        .ThenBy(x => x.Key, StringComparer.Ordinal),
                ]
            );
    }

    /// <summary>One where a &lt; b, else the other.</summary>
    internal static Expression If(Expression a, Expression b, Expression yes, Expression no)
    {
        if (yes.Key == no.Key)
            return yes;
        if (a is Number { Value: double.PositiveInfinity } || b is Number { Value: double.NegativeInfinity })
            return no;
        if (b is Number { Value: double.PositiveInfinity } || a is Number { Value: double.NegativeInfinity })
            return yes;
        var difference = Subtract(a, b);
        if (Constant(difference) is { } d)
            return d < 0 ? yes : no;
        var (left, scale, bound) = Linear(difference);
        var isBelow = scale > 0;
        var c = Constant(bound)!.Value;
        var (low, hasLow, high, hasHigh) = Facts.Of(left);
        if (bound is Number && Math.Abs(c) > Far)
            return isBelow == c > 0 ? yes : no;
        if (high < c || high == c && !hasHigh)
            return isBelow ? yes : no;
        if (low > c || low == c && !hasLow)
            return isBelow ? no : yes;
        if (low == c && high == c)
            return no;
        if (isBelow && low == c || !isBelow && high == c)
            return no;
        return new Select(left, bound, isBelow, yes, no);
    }

    /// <summary>What is linear as what varies, less a bound, times a number.</summary>
    internal static (Expression Left, double Scale, Expression Bound) Linear(Expression x)
    {
        var terms = Terms(x);
        var varying = terms.Where(t => !IsConstant(t)).ToArray();
        var left = Add(varying);
        var (scale, normal) = Normal(left);
        return (normal, scale, Multiply(Num(-1 / scale), Add([.. terms.Where(IsConstant)])));
    }

    /// <summary>1 where it is above 0, −1 where below, and 0 where that is not known; a zero at an end of its domain aside.</summary>
    internal static int Sign(Expression x)
    {
        switch (x)
        {
            case Number n:
                return Direction(n.Value);
            case Symbol s:
                return Direction(s.Value);
            case Multiple p:
                var sign = Direction(p.Coefficient);
                foreach (var (b, e) in p.Factors)
                {
                    if (e is Number { Value: var n } && n % 2 == 0 || b is Symbol { Name: "e" })
                        continue;
                    sign *= e is Number { Value: var m } && m == Math.Round(m) ? Sign(b) : Math.Abs(Sign(b));
                }
                return sign;
            case Sum sum:
                var signs = sum.Terms.Select(Sign).Distinct().ToArray();
                if (signs is [1] or [-1])
                    return signs[0];
                // A logarithm grows with what it is of.
                if (
                    sum.Terms is [var p1, var p2]
                    && Split(p1) is (var c1, Function { Name: "log" } log1)
                    && Split(p2) is (var c2, Function { Name: "log" } log2)
                    && c1 == -c2
                )
                    return Direction(c1) * Sign(Subtract(log1.Of[0], log2.Of[0]));
                var (left, scale, bound) = Linear(x);
                if (Constant(bound) is { } c && left is not Sum)
                {
                    var (l, _, h, _) = Facts.Of(left);
                    return l == h && l == c ? 0
                        : l >= c ? Math.Sign(scale)
                        : h <= c ? -Math.Sign(scale)
                        : 0;
                }
                goto default;
            default:
                var (low, _, high, _) = x is Sum ? Supposed(x) : Facts.Of(x);
                return low == high && low == 0 ? 0
                    : low >= 0 ? 1
                    : high <= 0 ? -1
                    : 0;
        }
    }

    private static (double, bool, double, bool) Supposed(Expression x)
    {
        var (left, scale, bound) = Linear(x);
        var (l, a, h, b) = Facts.Of(left);
        var c = Constant(bound) ?? double.NaN;
        return scale > 0 ? (scale * (l - c), a, scale * (h - c), b) : (scale * (h - c), b, scale * (l - c), a);
    }

    private static bool IsPositive(Expression x) => Sign(x) > 0;

    // Whether it reads with a minus in front.
    internal static bool IsNegative(Expression x) =>
        x switch
        {
            Number n => n.Value < 0,
            Multiple p => p.Coefficient < 0,
            Sum s => Content(s).Sign < 0,
            _ => false,
        };

    internal static bool IsConstant(Expression x) => Constant(x) is not null;

    /// <summary>Its value, where it does not vary.</summary>
    internal static double? Constant(Expression x)
    {
        switch (x)
        {
            case Number n:
                return n.Value;
            case Symbol s:
                return s.Value;
            case Sum sum:
                return sum.Terms.Aggregate((double?)0, (a, t) => a + Constant(t));
            case Multiple p:
                return p.Factors.Aggregate(
                    (double?)p.Coefficient,
                    (a, f) => Constant(f.Base) is { } b && Constant(f.Exponent) is { } e ? a * Math.Pow(b, e) : null
                );
            case Function { Name: "log" } f when Constant(f.Of[0]) is { } u:
                return Math.Log(u);
            default:
                return null;
        }
    }

    /// <summary>The same made again of other parts, and of what is known now.</summary>
    internal static Expression Again(Expression x, Func<Expression, Expression> part) =>
        x switch
        {
            Sum s => Add([.. s.Terms.Select(part)]),
            Multiple p => Multiply([Num(p.Coefficient), .. p.Factors.Select(f => Power(part(f.Base), part(f.Exponent)))]),
            Function f => Apply(f.Name, [.. f.Of.Select(part)]),
            Select c => If(c.IsBelow ? part(c.Left) : part(c.Bound), c.IsBelow ? part(c.Bound) : part(c.Left), part(c.Yes), part(c.No)),
            Cases c => new Cases([
                .. c.Of.Select(o =>
                    (
                        o.Guards.Select(g => new Guard(
                                part(g.Of),
                                g.Low is null ? null : part(g.Low),
                                g.HasLow,
                                g.High is null ? null : part(g.High),
                                g.HasHigh
                            ))
                            .ToArray(),
                        part(o.Value)
                    )
                ),
            ]),
            _ => x,
        };

    internal static Expression Replace(Expression x, string key, Expression by) =>
        x.Key == key ? by : Again(x, part => Replace(part, key, by));

    internal static bool Has(Expression x, Func<Expression, bool> what) => what(x) || Parts(x).Any(part => Has(part, what));

    internal static IEnumerable<Expression> Parts(Expression x) =>
        x switch
        {
            Sum s => s.Terms,
            Multiple p => p.Factors.SelectMany(f => new[] { f.Base, f.Exponent }),
            Function f => f.Of,
            Select c => [c.Left, c.Bound, c.Yes, c.No],
            Cases c => c.Of.SelectMany(o => o.Guards.SelectMany(g => new[] { g.Of, g.Low, g.High }.OfType<Expression>()).Append(o.Value)),
            _ => [],
        };

    /// <summary>Its number, given those of the operands.</summary>
    internal static double Value(Expression x, Func<Variable, double> of) => Value<Real>(x, v => of(v));

    /// <summary>The same of any numbers.</summary>
    internal static T Value<T>(Expression x, Func<Variable, T> of)
        where T : IReal<T>
    {
        T At(Expression part) => Value(part, of);
        switch (x)
        {
            case Number n:
                return T.Constant(n.Value);
            case Symbol s:
                return T.Constant(s.Value);
            case Variable v:
                return of(v);
            case Sum s:
                return s.Terms.Select(At).Aggregate((a, b) => a + b);
            case Multiple p:
                return p.Factors.Select(f => PowerAt(f.Base, f.Exponent)).Aggregate(T.Constant(p.Coefficient), Times);
            case Select c:
                return c.IsBelow
                    ? T.IfLess(At(c.Left), At(c.Bound), At(c.Yes), At(c.No))
                    : T.IfLess(At(c.Bound), At(c.Left), At(c.Yes), At(c.No));
            case Cases c:
                // The last holds otherwise.
                return c
                    .Of.SkipLast(1)
                    .Reverse()
                    .Aggregate(
                        At(c.Of[^1].Value),
                        (rest, o) => o.Guards.Aggregate(At(o.Value), (value, guard) => Guarded(guard, value, rest))
                    );
            case Function f:
                var u = At(f.Of[0]);
                return f.Name switch
                {
                    "log" => T.Log(u),
                    "abs" => T.Abs(u),
                    "sign" => T.IfLess(
                        u,
                        T.Constant(0),
                        T.Constant(-1),
                        T.IfLess(T.Constant(0), u, T.Constant(1), T.Given(u, T.Constant(0)))
                    ),
                    "σ" => T.Logistic(u).Sigmoid,
                    "tanh" => T.Tanh(u),
                    "cosh" => T.Scale(0.5, T.Exp(u) + T.Exp(-u)),
                    "sin" => T.SinCos(u).Sin,
                    "cos" => T.SinCos(u).Cos,
                    "atan" => T.Atan(u),
                    "erf" => T.Erf(u),
                    "logGamma" => T.LogGamma(u),
                    "digamma" => T.Digamma(u),
                    "polygamma" => T.Polygamma((int)Constant(f.Of[0])!.Value, At(f.Of[1])),
                    "max" => f.Of.Select(At).Aggregate(T.Max),
                    "min" => f.Of.Select(At).Aggregate(T.Min),
                    _ => throw new InvalidOperationException($"{f.Name} is no function that is known."),
                };
            default:
                throw new InvalidOperationException($"{x.Key} has no value.");
        }

        // 0·∞ = 0
        static T Times(T a, T b) => T.IfLess(T.Constant(0), T.Abs(b), T.Weigh(a, b), T.Weigh(b, a));

        T PowerAt(Expression b, Expression e) =>
            b is Symbol { Name: "e" } ? T.Exp(At(e))
            : e is Number { Value: 1 } ? At(b)
            : e is Number { Value: 0.5 } ? T.Sqrt(At(b))
            : e is Number { Value: -1 } ? T.Constant(1) / At(b)
            : T.Power(At(b), Constant(e)!.Value);

        T Guarded(Guard g, T value, T rest)
        {
            var own = At(g.Of);
            if (g.Low is not null)
                value = g.HasLow ? T.IfLess(own, At(g.Low), rest, value) : T.IfLess(At(g.Low), own, value, rest);
            if (g.High is not null)
                value = g.HasHigh ? T.IfLess(At(g.High), own, rest, value) : T.IfLess(own, At(g.High), value, rest);
            return value;
        }
    }
}
