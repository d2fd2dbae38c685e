using System.Numerics;

namespace Losses;

/// <summary>One operation and its derivative: how a number of tensors give another, and how a gradient goes back through it.</summary>
/// <remarks>
/// The derivative is written in tensor operations again, so that it can itself be differentiated, to any order. A derivative by an input
/// through which nothing flows is absent.
/// </remarks>
internal abstract class Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The value for stored tensors.</summary>
    internal abstract DiffTensor<T> Compute(DiffTensor<T>[] inputs);

    /// <summary>The gradient by one input, given that by the output.</summary>
    internal abstract DiffTensor<T>? Pull(int input, DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient);

    /// <summary>Computes on the tape of the innermost differentiation that any input takes part in, or on none.</summary>
    internal DiffTensor<T> Apply(params DiffTensor<T>[] inputs)
    {
        long level = 0;
        foreach (var input in inputs)
            level = Math.Max(level, input.Level);
        if (level == 0)
            return Compute(inputs);
        var parents = new Node<T>?[inputs.Length];
        var primals = new DiffTensor<T>[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            (primals[i], parents[i]) = inputs[i].Level == level ? (inputs[i].Primal!, inputs[i].Node) : (inputs[i], null);
        var output = Apply(primals);
        return new(output, new(level, this, primals, output, parents));
    }
}

/// <summary>What the tape remembers of one operation: everything in it belongs to the level beneath.</summary>
internal sealed class Node<T>(long level, Operation<T>? operation, DiffTensor<T>[] inputs, DiffTensor<T>? output, Node<T>?[] parents)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal long Level => level;

    /// <summary>Later nodes have larger numbers, so that descending order is a topological one.</summary>
    internal long Order { get; } = Tape.NextOrder();

    internal Node<T>?[] Parents => parents;

    internal DiffTensor<T>? Pull(int input, DiffTensor<T> gradient) => operation!.Pull(input, inputs, output!, gradient);
}

internal static class Tape
{
    private static long s_level;
    private static long s_order;

    // A differentiation that starts later lies inside those under way, so its level is the higher.
    internal static long NextLevel() => Interlocked.Increment(ref s_level);

    internal static long NextOrder() => Interlocked.Increment(ref s_order);

    /// <summary>The gradients by some variables of one level, given that by the output; absent where nothing flows.</summary>
    internal static DiffTensor<T>?[] Pull<T>(DiffTensor<T> output, DiffTensor<T> gradient, ReadOnlySpan<DiffTensor<T>> variables)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var level = variables[0].Level;
        var gradients = new Dictionary<Node<T>, DiffTensor<T>>();
        if (output.Level == level)
        {
            gradients[output.Node!] = gradient;
            foreach (var node in Ordered(output.Node!))
            {
                if (node.Parents.Length == 0 || !gradients.Remove(node, out var g))
                    continue;
                for (var i = 0; i < node.Parents.Length; i++)
                    if (node.Parents[i] is { } parent && node.Pull(i, g) is { } part)
                        gradients[parent] = gradients.TryGetValue(parent, out var others) ? others + part : part;
            }
        }
        var results = new DiffTensor<T>?[variables.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = gradients.GetValueOrDefault(variables[i].Node!);
        return results;
    }

    private static List<Node<T>> Ordered<T>(Node<T> root)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var seen = new HashSet<Node<T>> { root };
        var ordered = new List<Node<T>> { root };
        for (var i = 0; i < ordered.Count; i++)
            foreach (var parent in ordered[i].Parents)
                if (parent is not null && seen.Add(parent))
                    ordered.Add(parent);
        ordered.Sort(static (a, b) => b.Order.CompareTo(a.Order));
        return ordered;
    }
}
