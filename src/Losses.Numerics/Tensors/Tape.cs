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

    /// <summary>The gradients by the inputs, at least those that are wanted, given that by the output.</summary>
    internal abstract DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted);

    /// <summary>Computes on the tape of the innermost differentiation that any input takes part in, or on none.</summary>
    internal DiffTensor<T> Apply(params DiffTensor<T>[] inputs)
    {
        Cancellable.Check();
        inputs = DiffTensor<T>.AllLive(inputs);
        Differentiation? innermost = null;
        var isDetached = false;
        foreach (var input in inputs)
            if (input.Node is { } node)
            {
                if (innermost is null || node.Level > innermost.Level)
                    innermost = node.Differentiation;
                isDetached |= input.Beneath is not null;
            }
        if (innermost is null)
            return Compute(inputs);
        var (primals, parents) = Split(innermost, inputs);
        var output = Apply(primals);
        if (!isDetached)
            return new(output, new(innermost, this, primals, output, parents));
        // What is detached from this differentiation varies with those around it: its gradient is made of the numbers as they see them.
        var (seen, parentsSeen) = Split(innermost, Array.ConvertAll(inputs, static input => input.Beneath ?? input));
        var outputSeen = Apply(seen);
        return new(output, new(innermost, this, seen, outputSeen, parents))
        {
            Beneath = new(outputSeen, new(innermost, this, seen, outputSeen, parentsSeen)),
        };
    }

    // What the differentiation varies, as those around it see it, and where it comes from.
    private static (DiffTensor<T>[] Primals, Node<T>?[] Parents) Split(Differentiation innermost, DiffTensor<T>[] inputs)
    {
        var parents = new Node<T>?[inputs.Length];
        var primals = new DiffTensor<T>[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            (primals[i], parents[i]) =
                inputs[i].Node is { } node && node.Differentiation == innermost
                    ? (inputs[i].Primal!, node.IsConstant ? null : node)
                    : (inputs[i], null);
        return (primals, parents);
    }
}

/// <summary>An operation on one tensor.</summary>
internal abstract class UnaryOperation<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal sealed override DiffTensor<T> Compute(DiffTensor<T>[] inputs) => Compute(inputs[0]);

    internal sealed override DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, bool[] isWanted) =>
        [Pull(inputs[0], output, gradient)];

    private protected abstract DiffTensor<T> Compute(DiffTensor<T> x);

    private protected abstract DiffTensor<T> Pull(DiffTensor<T> x, DiffTensor<T> output, DiffTensor<T> gradient);
}

/// <summary>A differentiation: under way while its function runs. A tensor of one that is over is a number like any other.</summary>
internal sealed class Differentiation
{
    private static long s_last;

    // One that starts later lies inside those under way, so its level is the higher.
    internal long Level { get; } = Interlocked.Increment(ref s_last);

    internal bool IsOver { get; set; }
}

/// <summary>What the tape remembers of one operation: everything in it belongs to the level beneath.</summary>
internal sealed class Node<T>(
    Differentiation differentiation,
    Operation<T>? operation,
    DiffTensor<T>[] inputs,
    DiffTensor<T>? output,
    Node<T>?[] parents
)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A variable of a differentiation.</summary>
    internal static Node<T> Variable(Differentiation differentiation) => new(differentiation, null, [], null, []);

    /// <summary>What a differentiation does not vary.</summary>
    internal static Node<T> Detached(Differentiation differentiation) => new(differentiation, null, [], null, []) { IsConstant = true };

    internal Differentiation Differentiation => differentiation;

    internal long Level => differentiation.Level;

    /// <summary>Whether nothing flows through it.</summary>
    internal bool IsConstant { get; private init; } = operation is not null && Array.TrueForAll(parents, static parent => parent is null);

    /// <summary>Later nodes have larger numbers, so that descending order is a topological one.</summary>
    internal long Order { get; } = Tape.NextOrder();

    internal Node<T>?[] Parents => parents;

    internal DiffTensor<T>?[] Pull(DiffTensor<T> gradient) =>
        operation!.Pull(
            DiffTensor<T>.AllLive(inputs),
            output!.Live,
            gradient.Live,
            Array.ConvertAll(parents, static parent => parent is not null)
        );
}

internal static class Tape
{
    private static long s_order;

    internal static long NextOrder() => Interlocked.Increment(ref s_order);

    /// <summary>The gradients by some variables of one level, given that by the output; absent where nothing flows.</summary>
    internal static DiffTensor<T>?[] Pull<T>(DiffTensor<T> output, DiffTensor<T> gradient, ReadOnlySpan<DiffTensor<T>> variables)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var differentiation = variables[0].Node!.Differentiation;
        var gradients = new Dictionary<Node<T>, DiffTensor<T>>();
        if (output.Node?.Differentiation == differentiation)
        {
            gradients[output.Node!] = gradient;
            foreach (var node in Ordered(output.Node!))
            {
                Cancellable.Check();
                if (node.Parents.Length == 0 || !gradients.Remove(node, out var g))
                    continue;
                if (node.IsConstant)
                    continue;
                var parts = node.Pull(g);
                for (var i = 0; i < parts.Length; i++)
                    if (node.Parents[i] is { } parent && parts[i] is { } part)
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
