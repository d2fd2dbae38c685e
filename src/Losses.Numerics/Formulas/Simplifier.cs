namespace Losses;

/// <summary>Of the ways to write an expression the one that is shortest to read, and cases where there are choices.</summary>
internal static class Simplifier
{
    private const int Rounds = 5;

    // A person reads so many cases.
    private const int Most = 6;

    internal static Expression Simplify(Expression x)
    {
        var plain = Shortest(Mathematical(x));
        if (!Algebra.Has(plain, part => part is Select) && Minima(plain) < 2)
            return plain;
        var cases = Casewise(Bounded(plain), 0);
        return cases is Cases c && c.Of.Length > Most ? plain : cases;
    }

    // Where both branches are the same number a choice is one of the arithmetic: a series next to 0, for example.
    private static Expression Mathematical(Expression x)
    {
        var again = Algebra.Again(x, Mathematical);
        return again is Select choice && Samples.Agree(choice) ? choice.No : again;
    }

    // What is least of a bound and something is a choice, where other cases are told apart anyway.
    private static Expression Bounded(Expression x)
    {
        var again = Algebra.Again(x, Bounded);
        if (again is not Function { Name: "min", Of: [var u, var bound] } || !Algebra.IsConstant(bound))
            return again;
        return u is Function { Name: "max", Of: [Number { Value: 0 }, var v] } && Algebra.Sign(bound) > 0
            ? Algebra.If(v, Algebra.Zero, Algebra.Zero, Algebra.If(bound, v, bound, v))
            : Algebra.If(bound, u, bound, u);
    }

    private static int Minima(Expression x) => (x is Function { Name: "min" } ? 1 : 0) + Algebra.Parts(x).Sum(Minima);

    /// <summary>Multiplied out, or with what is common taken out, where that is shorter.</summary>
    internal static Expression Shortest(Expression x)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var again = Algebra.Again(x, Shortest);
            var best = again;
            foreach (var candidate in Ways(again))
                if (candidate.Cost < best.Cost - 0.01)
                    best = candidate;
            if (best.Key == x.Key)
                return x;
            x = best;
        }
        return x;
    }

    private static IEnumerable<Expression> Ways(Expression x)
    {
        if (x is not (Sum or Multiple))
            yield break;
        var terms = x is Sum sum ? sum.Terms : [x];
        var sums = terms
            .OfType<Multiple>()
            .SelectMany(p => p.Factors)
            .Where(f => f.Base is Sum && f.Exponent is Number { Value: 1 or 2 })
            .Select(f => f.Base.Key)
            .Distinct()
            .ToArray();
        var ways = new List<Expression> { x };
        ways.AddRange(sums.Select(key => Algebra.Add([.. terms.Select(term => Expanded(term, key))])));
        if (sums.Length > 1)
            ways.Add(Algebra.Add([.. terms.Select(term => Expanded(term, null))]));
        if (x is Multiple product)
            ways.AddRange(Denominators(product));
        foreach (var way in ways)
        {
            yield return way;
            if (way is not Sum s)
                continue;
            yield return Factored(s);
            foreach (var together in Together(s))
                yield return together;
            foreach (var group in Grouped(s))
                yield return group;
            if (Largest(s) is { } largest)
                yield return largest;
        }
    }

    // The product with a sum of that key, or every sum, multiplied out.
    internal static Expression Expanded(Expression x, string? key)
    {
        if (x is not Multiple p)
            return x;
        var at = Array.FindIndex(
            p.Factors,
            f => f.Base is Sum && f.Exponent is Number { Value: 1 or 2 } && (key is null || f.Base.Key == key)
        );
        if (at < 0)
            return x;
        var (b, e) = p.Factors[at];
        var rest = Algebra.Multiply([
            Algebra.Num(p.Coefficient),
            .. p.Factors.Where((_, i) => i != at).Select(f => Algebra.Power(f.Base, f.Exponent)),
            .. e is Number { Value: 2 } ? new[] { b } : [],
        ]);
        return Algebra.Add([.. ((Sum)b).Terms.Select(term => Expanded(Algebra.Multiply(term, rest), key))]);
    }

    private static IEnumerable<(Expression Base, double Exponent)> Powers(Expression x) =>
        x is Multiple p ? p.Factors.Where(f => f.Exponent is Number).Select(f => (f.Base, ((Number)f.Exponent).Value))
        : x is Number ? []
        : [(x, 1.0)];

    // What every term has, taken out.
    private static Expression Factored(Sum x)
    {
        var common = Powers(x.Terms[0]).ToDictionary(f => f.Base.Key, f => (f.Base, Low: f.Exponent, High: f.Exponent));
        foreach (var term in x.Terms.Skip(1))
        {
            var own = Powers(term).ToDictionary(f => f.Base.Key, f => f.Exponent);
            foreach (var (key, (b, low, high)) in common.ToArray())
                if (own.TryGetValue(key, out var e))
                    common[key] = (b, Math.Min(low, e), Math.Max(high, e));
                else
                    common.Remove(key);
        }
        var taken = common.Values.Where(f => f.Low > 0 || f.High < 0).Select(f => Algebra.Power(f.Base, Algebra.Num(f.Low))).ToArray();
        if (taken.Length == 0)
            return x;
        var factor = Algebra.Multiply(taken);
        var inner = Algebra.Add([.. x.Terms.Select(term => Expanded(Algebra.Divide(term, factor), null))]);
        return Algebra.Multiply(factor, inner);
    }

    // What some of the terms have, taken out of those.
    private static IEnumerable<Expression> Grouped(Sum x)
    {
        var shared = x
            .Terms.SelectMany(term => Powers(term).Select(f => (f.Base, Term: term)))
            .GroupBy(f => f.Base.Key)
            .Where(g => g.Count() > 1);
        foreach (var group in shared)
        {
            var own = group.Select(f => f.Term).ToArray();
            if (own.Length < x.Terms.Length && Algebra.Add(own) is Sum some && Factored(some) is Multiple together)
                yield return Algebra.Add([together, .. x.Terms.Except(own)]);
        }
    }

    // max(0, u) + v = max(v, u + v)
    private static Expression? Largest(Sum x)
    {
        var max = x.Terms.FirstOrDefault(term => term is Function { Name: "max", Of: [Number { Value: 0 }, _] });
        return max is null
            ? null
            : Algebra.Apply("max", [.. ((Function)max).Of.Select(part => Algebra.Add([part, .. x.Terms.Where(t => t != max)]))]);
    }

    // u (v + w) in place of two divisors, and the root of a divisor above.
    private static IEnumerable<Expression> Denominators(Multiple x)
    {
        Expression Others(params int[] but) =>
            Algebra.Multiply([
                Algebra.Num(x.Coefficient),
                .. x.Factors.Where((_, k) => !but.Contains(k)).Select(f => Algebra.Power(f.Base, f.Exponent)),
            ]);
        for (var i = 0; i < x.Factors.Length; i++)
        {
            if (x.Factors[i] is not (Sum sum, Number { Value: -1 or -2 } n))
                continue;
            for (var j = 0; j < x.Factors.Length; j++)
                if (j != i && x.Factors[j].Exponent is Number { Value: < 0 } m && m.Value <= n.Value)
                {
                    var whole = Expanded(Algebra.Multiply(x.Factors[j].Base, sum), null);
                    yield return Algebra.Multiply(
                        Others(i, j),
                        Algebra.Power(whole, n),
                        Algebra.Power(x.Factors[j].Base, Algebra.Num(m.Value - n.Value))
                    );
                }
            if (n.Value == -1 && sum.Terms is [var a, var b] && (IsRoot(a) || IsRoot(b)))
            {
                var squares = Algebra.Subtract(Algebra.Multiply(a, a), Algebra.Multiply(b, b));
                yield return Algebra.Multiply(Others(i), Algebra.Subtract(a, b), Algebra.Power(squares, Algebra.Num(-1)));
            }
        }
    }

    private static bool IsRoot(Expression x) => Powers(x).Any(f => f.Exponent == 0.5);

    // Over one denominator.
    private static IEnumerable<Expression> Together(Sum x)
    {
        var below = x.Terms.SelectMany(Powers).Where(f => f.Exponent < 0).GroupBy(f => f.Base.Key);
        foreach (var group in below)
        {
            var divisor = Algebra.Power(group.First().Base, Algebra.Num(-group.Min(f => f.Exponent)));
            var above = Algebra.Add([.. x.Terms.Select(term => Expanded(Algebra.Multiply(term, divisor), null))]);
            yield return Algebra.Divide(above is Sum s ? Factored(s) : above, divisor);
        }
    }

    private static IEnumerable<Select> Choices(Expression x) =>
        (x is Select own ? [own] : Enumerable.Empty<Select>()).Concat(Algebra.Parts(x).SelectMany(Choices));

    private static Expression Casewise(Expression x, int depth)
    {
        var group = Choices(x).GroupBy(choice => choice.Left.Key).OrderByDescending(g => g.Count()).FirstOrDefault();
        if (group is null || depth > 3)
            return x;
        var left = group.First().Left;
        var bounds = group
            .DistinctBy(choice => Algebra.Constant(choice.Bound))
            .Select(choice => choice.Bound)
            .OrderBy(b => Algebra.Constant(b))
            .ToArray();
        var (least, hasLeast, _, _) = Facts.Of(left);
        // A region before each bound, the bound itself, and one after the last.
        var regions = new List<(Guard Guard, Expression Value)>();
        for (var i = 0; i <= bounds.Length; i++)
        {
            var (low, high) = (i == 0 ? null : bounds[i - 1], i == bounds.Length ? null : bounds[i]);
            // A size is nowhere below 0.
            var isSomewhere = high is null || Algebra.Constant(high) > least;
            if (isSomewhere)
                regions.Add((new(left, low, false, high, false), Within(x, left, low, false, high, false)));
            if (high is not null && (isSomewhere || Algebra.Constant(high) == least && hasLeast))
                regions.Add((new(left, high, true, high, true), Within(x, left, high, true, high, true)));
        }
        Merge(regions);
        if (Even(left, regions) is { } even)
            regions = even;
        if (regions.Count == 1)
            return Casewise(regions[0].Value, depth + 1);
        var cases = new List<(Guard[], Expression)>();
        foreach (var (guard, value) in regions)
            if (Casewise(value, depth + 1) is Cases inner)
                cases.AddRange(inner.Of.Select(o => (new[] { guard }.Concat(o.Guards).ToArray(), o.Value)));
            else
                cases.Add(([guard], Casewise(value, depth + 1)));
        // They exclude each other: what else is as the last is the last.
        cases.RemoveAll(c => c.Item2.Key == cases[^1].Item2.Key && c != cases[^1]);
        if (cases.Count == 1)
            return cases[0].Item2;
        // What is short comes last.
        if (cases is [(_, Number), (_, not Number)])
            cases.Reverse();
        return new Cases([.. cases]);
    }

    private static Expression Within(Expression x, Expression left, Expression? low, bool hasLow, Expression? high, bool hasHigh)
    {
        double Of(Expression? bound, double none) => bound is null ? none : Algebra.Constant(bound)!.Value;
        using var facts = Facts.Suppose(left.Key, Of(low, double.NegativeInfinity), hasLow, Of(high, double.PositiveInfinity), hasHigh);
        Expression Known(Expression part) => Algebra.Again(part, Known);
        return Shortest(Known(x));
    }

    private static void Merge(List<(Guard Guard, Expression Value)> regions)
    {
        Join(regions, (_, x, _, y) => x.Key == y.Key);
        // A bound belongs to that beside it which has its value there: of two that nearer to 0.
        Join(regions, (a, x, b, y) => IsPoint(b) && !(Algebra.Constant(b.Low!) < 0) && At(x, b) == At(y, b));
        Join(regions, (a, x, b, y) => IsPoint(a) && At(x, a) == At(y, a));
        Join(regions, (a, x, b, y) => IsPoint(b) && At(x, b) == At(y, b));
        // Of several numbers together it is no case of a textbook's.
        Join(regions, (a, _, b, _) => a.Of is Sum or Multiple && Solved(b) is null && IsPoint(b));
    }

    private static bool IsPoint(Guard guard) => guard.Low is not null && guard.Low.Key == guard.High?.Key;

    private static void Join(List<(Guard Guard, Expression Value)> regions, Func<Guard, Expression, Guard, Expression, bool> isSame)
    {
        for (var i = 0; i + 1 < regions.Count; )
        {
            var ((a, x), (b, y)) = (regions[i], regions[i + 1]);
            if (!isSame(a, x, b, y))
            {
                i++;
                continue;
            }
            regions[i] = (new(a.Of, a.Low, a.HasLow, b.High, b.HasHigh), IsPoint(a) ? y : x);
            regions.RemoveAt(i + 1);
        }
    }

    // The expression where what is compared is at its bound.
    private static string At(Expression x, Guard point)
    {
        if (Solved(point) is not var (variable, value))
            return Shortest(Algebra.Replace(x, point.Of.Key, point.Low!)).Key;
        return Shortest(Algebra.Replace(x, variable.Key, value)).Key;
    }

    // x of x − t = c
    private static (Expression Variable, Expression Value)? Solved(Guard point) =>
        point is { Of: Sum sum, Low: { } low } && Array.Find(sum.Terms, term => term is Variable) is { } variable
            ? (variable, Algebra.Add([low, .. sum.Terms.Where(term => term != variable).Select(Algebra.Negate)]))
            : null;

    // Regions that lie about 0 alike, with values that are even or odd: in terms of the size.
    private static List<(Guard Guard, Expression Value)>? Even(Expression left, List<(Guard Guard, Expression Value)> regions)
    {
        if (regions.Count % 2 == 0 || regions.Count < 3 || left is Function)
            return null;
        var size = new Function("abs", [left]);
        var middle = regions[regions.Count / 2];
        if (!IsOpposite(middle.Guard.Low, middle.Guard.High) || middle.Guard.HasLow != middle.Guard.HasHigh)
            return null;
        var result = new List<(Guard, Expression)> { (new(size, null, false, middle.Guard.High, middle.Guard.HasHigh), middle.Value) };
        if (middle.Guard.High is Number { Value: 0 })
            result[0] = (middle.Guard, middle.Value);
        for (var i = regions.Count / 2 - 1; i >= 0; i--)
        {
            var ((a, x), (b, y)) = (regions[i], regions[^(i + 1)]);
            if (a.Low is null != b.High is null || a.Low is not null && !IsOpposite(a.Low, b.High))
                return null;
            // As if there were only sizes: where what is compared is above 0, and its opposite below.
            var above = Shortest(Algebra.Replace(y, left.Key, size));
            var below = Shortest(Algebra.Replace(x, left.Key, Algebra.Negate(size)));
            Expression value;
            if (above.Key == below.Key)
                value = above;
            else if (above.Key == Shortest(Algebra.Negate(below)).Key)
                value = Shortest(Algebra.Multiply(above, Algebra.Apply("sign", left)));
            else
                return null;
            result.Add((new(size, b.Low, b.HasLow, b.High, b.HasHigh), value));
        }
        return result;
    }

    private static bool IsOpposite(Expression? a, Expression? b) => a is not null && b is not null && Algebra.Negate(a).Key == b.Key;
}
