namespace Losses;

/// <summary>What a node does to those before it.</summary>
internal enum Op
{
    Input,
    Constant,
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Abs,
    Max,
    Min,
    Sqrt,
    Exp,
    Log,
    Log1P,
    ExpM1,
    Tanh,
    LogCosh,
    Atan,
    Erf,
    Sin,
    Cos,
    LogGamma,
    Digamma,
    Polygamma,
    Power,
    Softplus,
    SoftplusOfMinus,
    Sigmoid,
    SigmoidOfMinus,
    Scale,
    Clip,
    Bell,
    Skew,
    SechSquared,
    Gaussian,
    ExpTimes,
    Divergence,
    Excess,
    JensenShannon,
    MixtureLog,
    MixtureExcess,
    AboveTangent,
    Share,
    Given,
    Weigh,
    Detach,
    IfLess,
}

/// <summary>An operation of a program and the nodes that it takes. The number is a constant's value or an input's place, the meaning what hyperparameter a constant is made
/// of.</summary>
internal sealed class Node(int id, Op op, double number, Expression? meaning, Node[] of)
{
    internal int Id => id;

    internal Op Op => op;

    internal double Number => number;

    internal Expression? Meaning => meaning;

    internal Node[] Of => of;
}

/// <summary>What a definition leaves while it runs over <see cref="Trace"/>: each operation once.</summary>
internal sealed class Tracer : IDisposable
{
    [ThreadStatic]
    private static Tracer? s_current;

    private readonly Tracer? _outer = s_current;
    private readonly Dictionary<(Op, long, string, int, int, int, int), Node> _known = [];
    private Func<int, double, Expression?>? _meaning;

    /// <summary>Notes what runs on this thread until it is disposed.</summary>
    internal Tracer() => s_current = this;

    internal static Tracer Current =>
        s_current ?? throw new InvalidOperationException("A trace is made by Formula.Of: outside it there is no program to add to.");

    /// <summary>The constants in the order in which they were asked for.</summary>
    internal List<double> Constants { get; } = [];

    /// <summary>The operations in the order in which they were carried out.</summary>
    internal List<Op> Calls { get; } = [];

    internal Node Constant(double value)
    {
        var meaning = _meaning?.Invoke(Constants.Count, value);
        Constants.Add(value);
        Calls.Add(Op.Constant);
        return Known(Op.Constant, value, meaning, []);
    }

    /// <summary>Notes one run more.</summary>
    /// <param name="meaning">What hyperparameter a constant of the run is made of, by when it is asked for.</param>
    /// <param name="run">What runs.</param>
    internal Node Again(Func<int, double, Expression?>? meaning, Func<Node> run)
    {
        Constants.Clear();
        Calls.Clear();
        _meaning = meaning;
        s_current = this;
        return run();
    }

    internal Node Input(int place) => Known(Op.Input, place, null, []);

    internal Node Put(Op op, params Node[] of)
    {
        Calls.Add(op);
        return Known(op, 0, null, of);
    }

    public void Dispose() => s_current = _outer;

    private Node Known(Op op, double number, Expression? meaning, Node[] of)
    {
        int At(int i) => i < of.Length ? of[i].Id : -1;
        // A longer operation than four, Excess or a mixture of densities, has its last operands in the text.
        var rest = of.Length > 4 ? string.Join(',', of.Skip(4).Select(node => node.Id)) : "";
        var key = (op, BitConverter.DoubleToInt64Bits(number), meaning?.Key + rest, At(0), At(1), At(2), At(3));
        if (!_known.TryGetValue(key, out var node))
            _known[key] = node = new Node(_known.Count, op, number, meaning, of);
        return node;
    }
}
