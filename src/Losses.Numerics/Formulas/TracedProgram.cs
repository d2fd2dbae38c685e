using System.Globalization;
using System.Text;

namespace Losses;

/// <summary>The operations that a definition consists of, in an order in which they can be carried out, and which of them are its results.</summary>
internal sealed class TracedProgram
{
    private readonly Node[] _nodes;
    private readonly Node[] _results;

    internal TracedProgram(params Node[] results)
    {
        _results = results;
        var needed = new Dictionary<int, Node>();
        var waiting = new Stack<Node>(results);
        while (waiting.TryPop(out var node))
        {
            if (!needed.TryAdd(node.Id, node))
                continue;
            foreach (var operand in node.Of)
                waiting.Push(operand);
        }
        // A node is made after its operands.
        _nodes = [.. needed.Values.OrderBy(node => node.Id)];
    }

    /// <summary>How many operations there are, inputs and constants among them.</summary>
    internal int Count => _nodes.Length;

    /// <summary>The results over any numbers: the definition, as it stands.</summary>
    internal T[] Run<T>(params T[] inputs)
        where T : IReal<T>
    {
        var values = new Dictionary<int, T>();
        foreach (var node in _nodes)
            values[node.Id] = Carried(node, inputs, values);
        return [.. _results.Select(node => values[node.Id])];
    }

    private static T Carried<T>(Node node, T[] inputs, Dictionary<int, T> values)
        where T : IReal<T>
    {
        T Of(int i) => values[node.Of[i].Id];
        double Number(int i) => node.Of[i].Number;
        return node.Op switch
        {
            Op.Input => inputs[(int)node.Number],
            Op.Constant => T.Constant(node.Number),
            Op.Add => Of(0) + Of(1),
            Op.Subtract => Of(0) - Of(1),
            Op.Multiply => Of(0) * Of(1),
            Op.Divide => Of(0) / Of(1),
            Op.Negate => -Of(0),
            Op.Abs => T.Abs(Of(0)),
            Op.Max => T.Max(Of(0), Of(1)),
            Op.Min => T.Min(Of(0), Of(1)),
            Op.Sqrt => T.Sqrt(Of(0)),
            Op.Exp => T.Exp(Of(0)),
            Op.Log => T.Log(Of(0)),
            Op.Log1P => T.Log1P(Of(0)),
            Op.ExpM1 => T.ExpM1(Of(0)),
            Op.Tanh => T.Tanh(Of(0)),
            Op.LogCosh => T.LogCosh(Of(0)),
            Op.Atan => T.Atan(Of(0)),
            Op.Erf => T.Erf(Of(0)),
            Op.Sin => T.SinCos(Of(0)).Sin,
            Op.Cos => T.SinCos(Of(0)).Cos,
            Op.LogGamma => T.LogGamma(Of(0)),
            Op.Digamma => T.Digamma(Of(0)),
            Op.Polygamma => T.Polygamma((int)Number(0), Of(1)),
            Op.Power => T.Power(Of(0), Number(1)),
            Op.Softplus => T.Logistic(Of(0)).Softplus,
            Op.SoftplusOfMinus => T.Logistic(Of(0)).SoftplusOfMinus,
            Op.Sigmoid => T.Logistic(Of(0)).Sigmoid,
            Op.SigmoidOfMinus => T.Logistic(Of(0)).SigmoidOfMinus,
            Op.Scale => T.Scale(Number(0), Of(1)),
            Op.Clip => T.Clip(Number(0), Of(1)),
            Op.Bell => T.Bell(Of(0), Of(1), Of(2)),
            Op.Skew => T.Skew(Of(0), Of(1), Of(2)),
            Op.SechSquared => T.SechSquared(Of(0)),
            Op.Gaussian => T.Gaussian(Of(0)),
            Op.ExpTimes => T.ExpTimes(Of(0), Of(1)),
            Op.Divergence => T.Divergence(Of(0), Of(1)),
            Op.Excess => T.Excess(Of(0), Of(1), Of(2)),
            Op.JensenShannon => T.JensenShannon(Number(0), Of(1), Of(2), Of(3)),
            Op.MixtureLog => T.MixtureLog(Number(0), Of(1), Of(2)),
            Op.MixtureExcess => T.MixtureExcess(Number(0), Of(1), Of(2), Of(3), Of(4)),
            Op.AboveTangent => T.AboveTangent(Of(0)),
            Op.Share => T.Share(Of(0), Of(1)),
            Op.Given => T.Given(Of(0), Of(1)),
            Op.Weigh => T.Weigh(Of(0), Of(1)),
            Op.Detach => T.Detach(Of(0)),
            Op.IfLess => T.IfLess(Of(0), Of(1), Of(2), Of(3)),
            _ => throw new InvalidOperationException($"{node.Op} is no operation of the algebra."),
        };
    }

    /// <summary>One operation a line.</summary>
    internal string Listing(string[] inputs, string[] results)
    {
        var text = new StringBuilder();
        string Name(Node node) =>
            node.Op switch
            {
                Op.Input => inputs[(int)node.Number],
                Op.Constant => Numbers.Text(node.Number),
                _ => $"r{node.Id.ToString(CultureInfo.InvariantCulture)}",
            };
        foreach (var node in _nodes.Where(node => node.Op is not (Op.Input or Op.Constant)))
            text.Append(
                $"{Name(node)} = {char.ToLowerInvariant(node.Op.ToString()[0])}{node.Op.ToString()[1..]} {string.Join(" ", node.Of.Select(Name))}\n"
            );
        foreach (var (name, node) in results.Zip(_results))
            text.Append($"{name} = {Name(node)}\n");
        return text.ToString();
    }

    /// <summary>A JavaScript function that returns the results as an object.</summary>
    internal string JavaScript(string name, string[] inputs, string[] results)
    {
        var text = new StringBuilder();
        var used = new HashSet<string>();
        string Name(Node node) =>
            node.Op switch
            {
                Op.Input => inputs[(int)node.Number],
                Op.Constant => Numbers.JavaScript(node.Number),
                _ => $"r{node.Id.ToString(CultureInfo.InvariantCulture)}",
            };
        foreach (var node in _nodes.Where(node => node.Op is not (Op.Input or Op.Constant)))
            text.Append($"  const {Name(node)} = {JavaScripts.Of(node, Name, used)};\n");
        text.Append($"  return {{ {string.Join(", ", results.Zip(_results, (result, node) => $"{result}: {Name(node)}"))} }};\n");
        return $"function {name}({string.Join(", ", inputs)}) {{\n{JavaScripts.Helpers(used)}{text}}}\n";
    }
}

/// <summary>How numbers are written.</summary>
internal static class Numbers
{
    internal static string Text(double number) =>
        double.IsPositiveInfinity(number) ? "∞"
        : double.IsNegativeInfinity(number) ? "−∞"
        : number.ToString("R", CultureInfo.InvariantCulture).Replace('-', '−');

    internal static string JavaScript(double number) =>
        double.IsNaN(number) ? "NaN"
        : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "(-Infinity)")
        : double.IsNegative(number) ? $"({number.ToString("R", CultureInfo.InvariantCulture)})"
        : number.ToString("R", CultureInfo.InvariantCulture);
}
