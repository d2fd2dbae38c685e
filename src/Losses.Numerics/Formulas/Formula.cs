using System.Diagnostics.CodeAnalysis;

namespace Losses;

/// <summary>One line of mathematics: an expression, or an equation.</summary>
/// <param name="Text">As plain text.</param>
/// <param name="LaTeX">As LaTeX, without delimiters.</param>
public sealed record FormulaLine(string Text, string LaTeX)
{
    /// <summary>The plain text.</summary>
    public override string ToString() => Text;
}

/// <summary>A loss as mathematics: what its definition says, read from the definition itself, with its slope and curvature.</summary>
/// <remarks>
/// The definition runs once over numbers that note what is done to them. That program, as it stands, has the bits of the definition;
/// it is <see cref="Listing"/> and <see cref="JavaScript"/>. The mathematics is what remains of it when the precautions of the arithmetic are taken out: what a textbook has.
/// </remarks>
public sealed class Formula
{
    // What derivatives are by.
    private const string D = "d";

    private readonly IDefinition _loss;

    private Formula(IDefinition loss, TracedProgram program, string[] operands)
    {
        _loss = loss;
        Program = program;
        Operands = operands;
    }

    /// <summary>Value, slope and curvature, in this order.</summary>
    internal TracedProgram Program { get; }

    internal Expression[] Expressions { get; private set; } = [];

    /// <summary>The operands' names, in the order of the definition's parameters.</summary>
    public IReadOnlyList<string> Operands { get; }

    /// <summary>The loss.</summary>
    public FormulaLine Value { get; private set; } = null!;

    /// <summary>Its derivative.</summary>
    public FormulaLine Slope { get; private set; } = null!;

    /// <summary>Its second derivative; null of a loss of sums.</summary>
    public FormulaLine? Curvature { get; private set; }

    /// <summary>The loss and the slope of rows with a class label each; null of other shapes.</summary>
    public (FormulaLine Value, FormulaLine Slope)? OverLabels { get; private set; }

    /// <summary>What the letters stand for: abbreviations, and hyperparameters with their numbers.</summary>
    public IReadOnlyList<FormulaLine> Where { get; private set; } = [];

    /// <summary>The program, one operation a line.</summary>
    public string Listing => Program.Listing(Names(), Results());

    /// <summary>A JavaScript function of the operands, the program as it stands, that returns an object of value, slope and curvature.</summary>
    /// <exception cref="NotSupportedException">The definition asks for log Γ or one of its derivatives, which JavaScript does not have.</exception>
    public string JavaScript => Program.JavaScript("loss", Names(), Results());

    /// <summary>Value, slope, curvature and what the letters stand for, as LaTeX of aligned equations.</summary>
    public string LaTeX =>
        $"\\begin{{aligned}}{string.Join(" \\\\ ", Lines().Select(line => line.LaTeX.Replace(" = ", " &= ", StringComparison.Ordinal) is var text && text.IndexOf("&=", StringComparison.Ordinal) is var at ? text[..(at + 2)] + text[(at + 2)..].Replace("&=", "=", StringComparison.Ordinal) : ""))}\\end{{aligned}}";

    /// <summary>The mathematics of a definition, a user's own as well.</summary>
    /// <param name="loss">The definition's struct, with its hyperparameters: <c>new Huber(0.5)</c>.</param>
    /// <param name="by">The operand that derivatives are by, of a pointwise loss: 0 is the prediction.</param>
    /// <exception cref="ArgumentNullException"><paramref name="loss"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="loss"/> has no shape that is known.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no operand <paramref name="by"/>, or the loss is not pointwise and it is not 0.</exception>
    public static Formula Of(IDefinition loss, int by = 0)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var last =
            loss is IPointwise3 ? 2
            : loss is IPointwise ? 1
            : 0;
        if (by < 0 || by > last)
            throw new ArgumentOutOfRangeException(
                nameof(by),
                FormattableString.Invariant($"by is {by}, but it must be an operand's place, 0 to {last}.")
            );
        return loss switch
        {
            IPointwise pointwise => OfPointwise(
                loss,
                by,
                Operand(loss, typeof(IPointwise), "Apply", [pointwise.Prediction, pointwise.Target]),
                Pointwise(by)
            ),
            IPointwise3 pointwise => OfPointwise(
                loss,
                by,
                Operand(loss, typeof(IPointwise3), "Apply", [pointwise.Prediction, pointwise.Target, pointwise.Third]),
                Pointwise3(by)
            ),
            IPairs => OfPairs(loss),
            ISoftmaxRows => OfRows(loss, Row),
            ISoftmaxDivergence => OfRows(loss, Divergence),
            ISums => OfSums(loss),
            _ => throw new ArgumentException(
                $"loss is a {loss.GetType()}, which has none of the shapes: implement IPointwise, for example.",
                nameof(loss)
            ),
        };
    }

    /// <summary>Value, slope and curvature in lines of plain text, and what the letters stand for.</summary>
    public override string ToString() => string.Join('\n', Lines().Select(line => line.Text));

    private IEnumerable<FormulaLine> Lines() =>
        new[] { Value, Slope, Curvature, OverLabels?.Value, OverLabels?.Slope }.OfType<FormulaLine>().Concat(Where);

    private string[] Names() => [.. Operands.Select((name, i) => Plain(name) ?? $"x{i}")];

    // What a program may call an operand.
    private static string? Plain(string name)
    {
        var text = string.Concat(
            name.Select(c =>
                c switch
                {
                    'λ' => "lambda",
                    'μ' => "mu",
                    'τ' => "tau",
                    '+' => "plus",
                    '−' => "minus",
                    _ => c.ToString(),
                }
            )
        );
        return text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? text : null;
    }

    private string[] Results() =>
        _loss is ISums ? ["value"]
        : _loss is IPairs or ISoftmaxRows or ISoftmaxDivergence || Curvature is not null ? ["value", "slope", "curvature"]
        : ["value", "slope"];

    private static Trace Input(int place) => new(Tracer.Current.Input(place));

    // Value and slope as the kernel of the gradient makes them, and the curvature as that of the curvature does. The value alone has operations that duals do not keep.
    private static Func<object, Node>[] Differentiated(
        int count,
        Func<object, Trace[], Trace> plain,
        Func<object, Dual<Trace>[], Dual<Trace>> once,
        Func<object, Dual<Dual<Trace>>[], Dual<Dual<Trace>>> twice,
        Func<int, int, Trace> derivative
    )
    {
        int[] places = [.. Enumerable.Range(0, count)];
        return
        [
            loss => plain(loss, [.. places.Select(Input)]).Node,
            loss => once(loss, [.. places.Select(i => new Dual<Trace>(Input(i), derivative(i, 1)))]).Derivative.Node,
            loss =>
                twice(
                    loss,
                    [
                        .. places.Select(i => new Dual<Dual<Trace>>(
                            new Dual<Trace>(Input(i), derivative(i, 1)),
                            new Dual<Trace>(derivative(i, 1), derivative(i, 2))
                        )),
                    ]
                ).Derivative.Derivative.Node,
        ];
    }

    private static Func<int, int, Trace> By(int by) => (place, order) => Trace.Constant(place == by && order == 1 ? 1 : 0);

    private static Func<object, Node>[] Pointwise(int by) =>
        Differentiated(
            2,
            (l, x) => ((IPointwise)l).Apply(x[0], x[1]),
            (l, x) => ((IPointwise)l).Apply(x[0], x[1]),
            (l, x) => ((IPointwise)l).Apply(x[0], x[1]),
            By(by)
        );

    private static Func<object, Node>[] Pointwise3(int by) =>
        Differentiated(
            3,
            (l, x) => ((IPointwise3)l).Apply(x[0], x[1], x[2]),
            (l, x) => ((IPointwise3)l).Apply(x[0], x[1], x[2]),
            (l, x) => ((IPointwise3)l).Apply(x[0], x[1], x[2]),
            By(by)
        );

    private static Func<object, Node>[] Pair =>
        Differentiated(
            4,
            (l, x) => ((IPairs)l).Of(x[0], x[1], x[2], x[3]),
            (l, x) => ((IPairs)l).Of(x[0], x[1], x[2], x[3]),
            (l, x) => ((IPairs)l).Of(x[0], x[1], x[2], x[3]),
            By(0)
        );

    // By log p: what p and 1 − p then change by is p and −p.
    private static Func<int, int, Trace> ByLogarithm =>
        (place, order) =>
            place switch
            {
                0 => Trace.Constant(order == 1 ? 1 : 0),
                1 => Input(1),
                2 => -Input(1),
                _ => Trace.Constant(0),
            };

    private static Softmax<T> Class<T>(T[] x, int first)
        where T : IReal<T> => new(x[first], x[first + 1], x[first + 2]);

    private static Func<object, Node>[] Row =>
        Differentiated(
            4,
            (l, x) => ((ISoftmaxRows)l).Of(Class(x, 0), x[3]),
            (l, x) => ((ISoftmaxRows)l).Of(Class(x, 0), x[3]),
            (l, x) => ((ISoftmaxRows)l).Of(Class(x, 0), x[3]),
            ByLogarithm
        );

    private static Func<object, Node>[] Divergence =>
        Differentiated(
            6,
            (l, x) => ((ISoftmaxDivergence)l).Of(Class(x, 0), Class(x, 3)),
            (l, x) => ((ISoftmaxDivergence)l).Of(Class(x, 0), Class(x, 3)),
            (l, x) => ((ISoftmaxDivergence)l).Of(Class(x, 0), Class(x, 3)),
            ByLogarithm
        );

    private static (Node[] Nodes, Symbol[] Used) Traced(object loss, Func<object, Node>[] runs)
    {
        using var tracer = new Tracer();
        var nodes = new List<Node>();
        var all = new List<Symbol>();
        foreach (var run in runs)
        {
            var (meaning, used) = Hyperparameters.Of(loss, l => run(l));
            nodes.Add(tracer.Again(meaning, () => run(loss)));
            all.AddRange(used);
        }
        return ([.. nodes], [.. all.DistinctBy(symbol => symbol.Key)]);
    }

    private static Formula OfPointwise(IDefinition loss, int by, Variable[] operands, Func<object, Node>[] runs)
    {
        var (nodes, used) = Traced(loss, runs);
        var formula = new Formula(loss, new(nodes), [.. operands.Select(operand => operand.Name)]);
        var read = Shorter(Read(nodes, operands, out var difference), operands, used, by);
        formula.Expressions = read;
        var of = operands[by];
        formula.Value = Line("L", "L", read[0]);
        formula.Slope = Line($"∂L/∂{Text(of.Name)}", Partial(1, of.Name), read[1]);
        formula.Curvature = Line($"∂²L/∂{Text(of.Name)}²", Partial(2, of.Name), read[2]);
        formula.Where = [.. Difference(difference, operands[0], operands[1]), .. Used(used, read)];
        return formula;
    }

    private static Formula OfPairs(IDefinition loss)
    {
        var operands = Operand(loss, typeof(IPairs), "Of", [Domain.All, Domain.All, Domain.All, Domain.All], ["x_i", "x_j", "t_i", "t_j"]);
        var (nodes, used) = Traced(loss, Pair);
        var formula = new Formula(loss, new(nodes), [.. operands.Select(operand => operand.Name)]);
        var read = Shorter(Read(nodes, operands, out var difference), operands, used, 0);
        formula.Expressions = read;
        var order = Order(loss);
        var (text, latex) =
            order == PairOrder.ByTarget ? ("Σ over tᵢ > tⱼ of ", "\\sum_{t_i > t_j} ") : ("Σ over i < j of ", "\\sum_{i < j} ");
        formula.Value = Line("L", "L", read[0], text, latex);
        formula.Slope = Line("of a pair, ∂L/∂xᵢ", "\\frac{\\partial L_{ij}}{\\partial x_i}", read[1]);
        formula.Curvature = Line("of a pair, ∂²L/∂xᵢ²", "\\frac{\\partial^2 L_{ij}}{\\partial x_i^2}", read[2]);
        formula.Where = [.. Difference(difference, operands[0], operands[1]), .. Used(used, read)];
        return formula;
    }

    private static Formula OfRows(IDefinition loss, Func<object, Node>[] runs)
    {
        var (nodes, used) = Traced(loss, runs);
        var isDivergence = loss is ISoftmaxDivergence;
        var formula = new Formula(
            loss,
            new(nodes),
            isDivergence ? ["logP", "p", "restP", "logQ", "q", "restQ"] : ["logP", "p", "restP", "t"]
        );
        // Of a class: the softmax's share, its logarithm and its complement, and the target.
        Expression[] Inputs(string index, Expression? target)
        {
            var p = new Variable($"p_{index}", index == "c" ? 0 : 2, 0, 1);
            Expression[] own = [Algebra.Log(p), p, Algebra.Subtract(Algebra.One, p)];
            var q = new Variable($"{(isDivergence ? "q" : "t")}_{index}", index == "c" ? 1 : 3, 0, 1);
            return isDivergence ? [.. own, Algebra.Log(q), q, Algebra.Subtract(Algebra.One, q)] : [.. own, target ?? q];
        }

        Expression Of(int result, string index, Expression? target = null) =>
            Simplifier.Simplify(new Reader(Inputs(index, target)).Read(nodes[result]));
        Expression P(string index) => Inputs(index, null)[1];
        var sum = Over(Of(1, "c"));
        var value = Over(Of(0, "c"));
        var slope = Simplifier.Shortest(Algebra.Subtract(Of(1, "j"), Algebra.Multiply(P("j"), sum)));
        formula.Expressions = [Of(0, "c"), Of(1, "c"), Of(2, "c")];
        formula.Value = Line("L", "L", value);
        formula.Slope = Line("∂L/∂xⱼ", "\\frac{\\partial L}{\\partial x_j}", slope);
        // h_j (1 − 2 p_j) + p_j² Σ h − p_j (1 − p_j) Σ g
        var (h, allH, pj) = (Of(2, "j"), Over(Of(2, "c")), P("j"));
        var curvature = Algebra.Add(
            Algebra.Multiply(h, Algebra.Subtract(Algebra.One, Algebra.Multiply(Algebra.Num(2), pj))),
            Algebra.Multiply(pj, pj, allH),
            Algebra.Multiply(Algebra.Num(-1), pj, Algebra.Subtract(Algebra.One, pj), sum)
        );
        formula.Curvature = Line("∂²L/∂xⱼ²", "\\frac{\\partial^2 L}{\\partial x_j^2}", Simplifier.Shortest(curvature));
        var where = new List<FormulaLine> { new("p = softmax(x)", "p = \\operatorname{softmax}(x)") };
        if (isDivergence)
            where.Add(new("q = softmax(t)", "q = \\operatorname{softmax}(t)"));
        else
        {
            var one = new Function("one", [new Variable("j", 5, 0, double.PositiveInfinity)]);
            var label = Simplifier.Shortest(Algebra.Multiply(Of(1, "y", Algebra.One), Algebra.Subtract(one, P("j"))));
            formula.OverLabels = (
                Line("over labels, L", "L_y", Of(0, "y", Algebra.One)),
                Line("over labels, ∂L/∂xⱼ", "\\frac{\\partial L_y}{\\partial x_j}", label)
            );
        }
        formula.Where = [.. where, .. Used(used, [value, slope])];
        return formula;

        // A sum over the classes, numbers and what no class has outside. The shares of a softmax sum to 1.
        Expression Over(Expression x)
        {
            bool IsShare(Expression term) => Algebra.Split(term).Part is Variable v && (v.Place == 0 || isDivergence);
            if (x is Losses.Number { Value: 0 })
                return x;
            var expanded = Simplifier.Expanded(x, null);
            if (Algebra.Terms(expanded).Any(IsShare))
            {
                var terms = Algebra.Terms(expanded);
                var whole = Algebra.Add([.. terms.Where(IsShare).Select(term => Algebra.Num(Algebra.Split(term).Coefficient))]);
                return Algebra.Add(whole, Over(Simplifier.Shortest(Algebra.Add([.. terms.Where(term => !IsShare(term))]))));
            }
            var factors = x is Multiple p ? p.Factors : [(x, Algebra.One)];
            var outside = factors.Where(f => Algebra.IsConstant(f.Base) && Algebra.IsConstant(f.Exponent)).ToArray();
            var (scale, inside) = Algebra.Normal(
                Algebra.Multiply([.. factors.Except(outside).Select(f => Algebra.Power(f.Base, f.Exponent))])
            );
            scale *= (x as Multiple)?.Coefficient ?? 1;
            // A minus goes into a sum that has one.
            if (
                scale < 0
                && inside is Multiple m
                && Array.FindIndex(m.Factors, f => f is (Sum, Losses.Number { Value: 1 }) && Algebra.Sign(f.Base) <= 0) is var at and >= 0
            )
            {
                var flipped = ((Sum)m.Factors[at].Base).Terms.Select(Algebra.Negate).ToArray();
                inside = new Multiple(1, [.. m.Factors.Select((f, i) => i == at ? (new Sum(flipped), f.Exponent) : f)]);
                scale = -scale;
            }
            return Algebra.Multiply([
                Algebra.Num(scale),
                .. outside.Select(f => Algebra.Power(f.Base, f.Exponent)),
                new Function("Σ_c", [inside]),
            ]);
        }
    }

    private static Formula OfSums(IDefinition loss)
    {
        var operands = Operand(loss, typeof(ISums), "Of", [Domain.All, Domain.All]);
        // The terms, and their slopes, are nodes 0 to 7; the value 8 and its slopes by the sums 9 to 12.
        static T At<T>(Terms<T> terms, int k)
            where T : IReal<T> =>
            k switch
            {
                0 => terms.A,
                1 => terms.B,
                2 => terms.C,
                _ => terms.D,
            };
        static Node Term(object loss, int k) => At(((ISums)loss).Of(Input(0), Input(1)), k).Node;
        static Node TermSlope(object loss, int k) =>
            At(((ISums)loss).Of(Dual<Trace>.Variable(Input(0)), Dual<Trace>.Fixed(Input(1))), k).Derivative.Node;
        static Node Whole(object loss) => ((ISums)loss).Value(new Terms<Trace>(Input(2), Input(3), Input(4), Input(5))).Node;
        static Node WholeSlope(object loss, int k)
        {
            Dual<Trace> Sum(int i) => new(Input(2 + i), Trace.Constant(i == k ? 1 : 0));
            return ((ISums)loss).Value(new Terms<Dual<Trace>>(Sum(0), Sum(1), Sum(2), Sum(3))).Derivative.Node;
        }

        int[] four = [0, 1, 2, 3];
        Func<object, Node>[] runs =
        [
            .. four.Select(k => (Func<object, Node>)(l => Term(l, k))),
            .. four.Select(k => (Func<object, Node>)(l => TermSlope(l, k))),
            Whole,
            .. four.Select(k => (Func<object, Node>)(l => WholeSlope(l, k))),
        ];
        var (nodes, used) = Traced(loss, runs);
        var plain = new Reader(operands);
        var terms = nodes[..4].Select(node => Simplifier.Simplify(plain.Read(node))).ToArray();
        var isOne = terms.Skip(1).All(term => term is Losses.Number);
        var inputs = operands.Concat(terms.Select(term => Over(term, isOne))).ToArray();
        var reader = new Reader(inputs);
        var value = Simplifier.Simplify(reader.Read(nodes[8]));
        // Of an element: what the loss gives to each sum times what the element gives to it.
        Expression OfTerm(int k) => Shorter([terms[k], Simplifier.Simplify(plain.Read(nodes[4 + k]))], operands, used, 0)[1];
        var slope = Algebra.Add([.. four.Select(k => Algebra.Multiply(Simplifier.Shortest(reader.Read(nodes[9 + k])), OfTerm(k)))]);
        slope = Simplifier.Simplify(slope);
        return new Formula(loss, new(nodes[8]), [.. operands.Select(o => o.Name), "sumA", "sumB", "sumC", "sumD"])
        {
            Expressions = [value, slope],
            Value = Line("L", "L", value),
            Slope = Line($"∂L/∂{Text(operands[0].Name)} of an element", Partial(1, operands[0].Name), slope),
            Where = Used(used, [value, slope]),
        };

        static Expression Over(Expression term, bool isOne)
        {
            if (term is Losses.Number { Value: 0 })
                return term;
            if (isOne)
                return new Function("Σ", [term]);
            var parts = Simplifier.Expanded(term, null) is Sum s ? s.Terms : [term];
            return Algebra.Add([
                .. parts.Select(Algebra.Split).Select(t => Algebra.Multiply(Algebra.Num(t.Coefficient), new Function("Σ", [t.Part]))),
            ]);
        }
    }

    // The derivative of what is read may be shorter than what is read of the derivative. It is taken where it is the same number, at kinks as well.
    private static Expression[] Shorter(Expression[] read, Variable[] operands, Symbol[] used, int by)
    {
        var derivative = new Derivative(v =>
            v.Place == by ? 1
            : v.Place < operands.Length ? 0
            : by == 0 ? 1
            : by == 1 ? -1
            : 0
        );
        for (var order = 1; order < read.Length; order++)
            if (
                derivative.Of(read[order - 1]) is { } slope
                && Simplifier.Simplify(slope) is var other
                && other.Cost < read[order].Cost
                && Samples.Agree(other, read[order], operands, used)
            )
                read[order] = other;
        return read;
    }

    // In terms of the difference of the first two where there is nothing else of them.
    private static Expression[] Read(Node[] nodes, Variable[] operands, out Variable? difference)
    {
        var d = new Variable(D, operands.Length, double.NegativeInfinity, double.PositiveInfinity);
        var read = Simplified(new Reader(operands, d));
        difference = d;
        if (read.Any(x => Algebra.Has(x, part => part is Variable { Place: 0 or 1 })) || !read.Any(x => Algebra.Has(x, part => part == d)))
        {
            difference = null;
            if (read.Any(x => Algebra.Has(x, part => part == d)))
                read = Simplified(new Reader(operands));
        }
        return read;

        Expression[] Simplified(Reader reader) => [.. nodes.Select(node => Simplifier.Simplify(reader.Read(node)))];
    }

    private static FormulaLine[] Difference(Variable? difference, Variable a, Variable b) =>
        difference is null ? [] : [Line(D, D, Algebra.Subtract(a, b))];

    private static FormulaLine[] Used(Symbol[] used, Expression[] where) =>
        [
            .. used.Where(symbol => where.Any(x => Algebra.Has(x, part => part.Key == symbol.Key)))
                .Select(symbol => new FormulaLine(
                    $"{new Writer(false).Symbol(symbol.Name)} = {new Writer(false).Decimal(symbol.Value)}",
                    $"{new Writer(true).Symbol(symbol.Name)} = {new Writer(true).Decimal(symbol.Value)}"
                )),
        ];

    private static FormulaLine Line(string text, string latex, Expression x, string before = "", string beforeLaTeX = "") =>
        new($"{text} = {before}{new Writer(false).Write(x)}", $"{latex} = {beforeLaTeX}{new Writer(true).Write(x)}");

    private static string Text(string name) => new Writer(false).Symbol(name);

    private static string Partial(int order, string name)
    {
        var power = order == 1 ? "" : "^2";
        return $"\\frac{{\\partial{power} L}}{{\\partial {new Writer(true).Symbol(name)}{power}}}";
    }

    // The operands by the names that the definition has for them.
    private static Variable[] Operand(IDefinition loss, Type shape, string method, Domain[] domains, string[]? names = null)
    {
        names ??= Parameters(loss.GetType(), shape, method) is { } own && own.Length == domains.Length ? own : ["x", "t", "w"];
        return
        [
            .. domains.Select(
                (domain, i) =>
                    new Variable(
                        names[i],
                        i,
                        Bound(domain.Least),
                        Bound(domain.Largest),
                        domain is { LeastMagnitude: 1, Largest: 1, Least: -1 }
                    )
            ),
        ];

        // The number beside −1, or beside 0, is that end left out.
        static double Bound(double end) => double.IsFinite(end) ? Math.Round(end, 12) : end;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "Without names operands have those of a textbook.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Without names operands have those of a textbook.")]
    private static string[]? Parameters(Type type, Type shape, string method)
    {
        var map = type.GetInterfaceMap(shape);
        var at = Array.FindIndex(map.InterfaceMethods, m => m.Name == method);
        var names = map.TargetMethods[at].GetParameters().Select(p => Hyperparameters.Name(p.Name ?? "")).ToArray();
        return names.Contains("") || names.Distinct().Count() < names.Length ? null : names;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "What a definition implements is kept.")]
    private static PairOrder Order(IDefinition loss)
    {
        var map = loss.GetType().GetInterfaceMap(typeof(IPairs));
        var at = Array.FindIndex(map.InterfaceMethods, m => m.Name == "get_Order");
        return at < 0 || map.TargetMethods[at] is not { DeclaringType.IsInterface: false } own
            ? PairOrder.ByTarget
            : (PairOrder)own.Invoke(null, null)!;
    }
}
