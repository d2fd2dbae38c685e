using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

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
    internal abstract DiffTensor<T>?[] Pull(DiffTensor<T>[] inputs, DiffTensor<T> output, DiffTensor<T> gradient, Wanted<T> isWanted);

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

    internal sealed override DiffTensor<T>?[] Pull(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    ) => [Pull(inputs[0], output, gradient)];

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

    internal DiffTensor<T>?[] Pull(DiffTensor<T> gradient, Destinations<T> destinations) =>
        operation!.Pull(DiffTensor<T>.AllLive(inputs), output!.Live, gradient.Live, new(parents, destinations));
}

/// <summary>Which gradients are asked for, and where they had better be.</summary>
internal readonly struct Wanted<T>(Node<T>?[] parents, Destinations<T> destinations)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal bool this[int i] => parents[i] is not null;

    internal int Length => parents.Length;

    internal bool[] Flags => Array.ConvertAll(parents, static parent => parent is not null);

    /// <summary>Memory for the gradient by one input, in the storage type: that of whoever asked, or new.</summary>
    internal Memory<T> Memory(int i, int count) => destinations.Memory(parents[i]!, count);
}

/// <summary>Where the gradients by the variables of one pull go. It is the pull's own: several may go over a tape at a time, and one may fail.</summary>
internal sealed class Destinations<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<Node<T>, Memory<T>> _places = [];
    private readonly Dictionary<Node<T>, Gathering<T>> _gatherings = [];

    /// <summary>Those of a pull.</summary>
    /// <param name="nodes">All that the output depends on.</param>
    /// <param name="variables">What gradients are asked by.</param>
    /// <param name="places">Where they are to be written, one for each variable; empty where that does not matter.</param>
    internal Destinations(List<Node<T>> nodes, ReadOnlySpan<DiffTensor<T>> variables, ReadOnlySpan<Memory<T>> places)
    {
        var uses = new Dictionary<Node<T>, int>(variables.Length);
        foreach (var variable in variables)
            uses[variable.Node!] = 0;
        foreach (var node in nodes)
        foreach (var parent in node.Parents)
            if (parent is not null && uses.TryGetValue(parent, out var count))
                uses[parent] = count + 1;
        for (var i = 0; i < variables.Length; i++)
        {
            var variable = variables[i].Node!;
            if (uses[variable] > 1)
                _gatherings[variable] = new();
            else if (places.Length > 0)
                _places[variable] = places[i];
        }
    }

    /// <summary>What comes to a variable that several operations vary.</summary>
    internal Gathering<T>? Gathering(Node<T> node) => _gatherings.GetValueOrDefault(node);

    /// <summary>Memory for a gradient: where it had better be written, if by a variable that one operation varies.</summary>
    internal Memory<T> Memory(Node<T> node, int count) =>
        _places.TryGetValue(node, out var place) ? place : Gathering(node)?.Rent(count) ?? Losses.Memory.Fresh<T>(count);
}

internal static class Tape
{
    private static long s_order;

    internal static long NextOrder() => Interlocked.Increment(ref s_order);

    /// <summary>The gradients by some variables of one level, given that by the output; absent where nothing flows.</summary>
    /// <param name="output">The value.</param>
    /// <param name="gradient">That by the value.</param>
    /// <param name="variables">What gradients are asked by.</param>
    /// <param name="places">Where they are to be written, one for each variable; empty where that does not matter.</param>
    internal static DiffTensor<T>?[] Pull<T>(
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        ReadOnlySpan<DiffTensor<T>> variables,
        ReadOnlySpan<Memory<T>> places
    )
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var differentiation = variables[0].Node!.Differentiation;
        var gradients = new Dictionary<Node<T>, DiffTensor<T>>();
        Destinations<T>? destinations = null;
        if (output.Node?.Differentiation == differentiation)
        {
            gradients[output.Node!] = gradient;
            var ordered = Ordered(output.Node!);
            destinations = new(ordered, variables, places);
            foreach (var node in ordered)
            {
                Cancellable.Check();
                if (node.Parents.Length == 0 || !gradients.Remove(node, out var g))
                    continue;
                if (node.IsConstant)
                    continue;
                var parts = node.Pull(g, destinations);
                for (var i = 0; i < parts.Length; i++)
                    if (node.Parents[i] is { } parent && parts[i] is { } part)
                        if (destinations.Gathering(parent) is { } gathering)
                            gathering.Add(part);
                        else
                            gradients[parent] = gradients.TryGetValue(parent, out var others) ? others + part : part;
            }
        }
        var results = new DiffTensor<T>?[variables.Length];
        for (var i = 0; i < results.Length; i++)
        {
            var variable = variables[i].Node!;
            results[i] = destinations?.Gathering(variable) is { } gathering
                ? gathering.Result(places.Length > 0 ? places[i] : (Memory<T>?)null)
                : gradients.GetValueOrDefault(variable);
        }
        for (var i = 0; i < places.Length; i++)
            if (results[i] is not { } result)
                places[i].Span.Clear();
            else if (!result.Storage.IsAt(places[i]))
                result.Storage.CopyTo(places[i]);
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

/// <summary>The gradients that come to a variable from several operations: added up in float64, in their order, and rounded once.</summary>
/// <remarks>Nobody else sees what comes straight from a kernel, so that its memory is rented.</remarks>
internal sealed class Gathering<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<T[]> _rented = [];

    // One or two gradients, or the sum of more; or a tensor that had to be added as such, and which others may keep.
    private DiffTensor<T>? _first;
    private DiffTensor<T>? _second;
    private double[]? _sum;
    private bool _isRounded = true;
    private bool _isKept;

    internal Memory<T> Rent(int count)
    {
        var array = ArrayPool<T>.Shared.Rent(count);
        _rented.Add(array);
        return array.AsMemory(0, count);
    }

    internal void Add(DiffTensor<T> part)
    {
        _isRounded &= part.IsStored;
        if (_first is null)
            _first = part;
        else if (_isKept || _first.Level > 0 || part.Level > 0 || (_sum is null && (IsNoted(_first) || IsNoted(part))))
        {
            _rented.Clear();
            _first = (_sum is null && _second is null ? _first : Result(null)!) + part;
            (_second, _sum, _isKept) = (null, null, true);
        }
        else if (_second is null && _sum is null && _isRounded)
            _second = part;
        else
        {
            var before = _sum is null ? new[] { _first.Storage, _second?.Storage, part.Storage } : [part.Storage];
            if (_sum is null)
            {
                _sum = ArrayPool<double>.Shared.Rent(part.Count);
                // It leaves a −0 as it is.
                _sum.AsSpan(0, part.Count).Fill(-0.0);
            }
            foreach (var storage in before)
                if (storage is not null)
                    Add(storage, _sum);
            _second = null;
            Release();
        }
    }

    /// <summary>The sum, where anything came.</summary>
    /// <param name="place">Where it had better be.</param>
    internal DiffTensor<T>? Result(Memory<T>? place)
    {
        if (_second is null && _sum is null)
            return _first;
        var shape = _first!.Shape;
        if (_sum is { } wide && (!_isRounded || _isKept))
        {
            var numbers = wide.AsSpan(0, shape.Size).ToArray();
            ArrayPool<double>.Shared.Return(wide);
            return new(Storage<T>.Wide(numbers), shape);
        }
        var result = place ?? Memory.Fresh<T>(shape.Size);
        Storage<T> first = _first.Storage,
            second = _second?.Storage ?? first;
        var sum = _sum;
        RowKernels.EachChunk(
            shape.Size,
            1,
            (start, some) =>
            {
                var to = result.Span.Slice(start, some);
                if (sum is null)
                    // The sum of two numbers in float64, rounded, is that in float32.
                    TensorPrimitives.Add(first.Rounded.Slice(start, some), second.Rounded.Slice(start, some), to);
                else
                    Convert.To<double, T>(sum.AsSpan(start, some), to);
            }
        );
        Release();
        if (sum is not null)
            ArrayPool<double>.Shared.Return(sum);
        return new(Storage<T>.Over(result), shape);
    }

    // Added as such, it is still to be computed, and never stored but in the end.
    private static bool IsNoted(DiffTensor<T> x) => x.Storage.Step is not null;

    private static void Add(Storage<T> part, double[] sum) =>
        RowKernels.EachChunk(
            part.Count,
            1,
            (start, some) =>
            {
                var to = sum.AsSpan(start, some);
                if (part.IsUniform)
                    TensorPrimitives.Add(to, part.Numbers[0], to);
                else if (!part.IsNarrow)
                    TensorPrimitives.Add(to, part.Numbers.Slice(start, some), to);
                else
                {
                    const int Block = 512;
                    Span<double> block = stackalloc double[Block];
                    for (var i = 0; i < some; i += Block)
                    {
                        var numbers = block[..Math.Min(Block, some - i)];
                        Convert.To(part.Rounded.Slice(start + i, numbers.Length), numbers);
                        TensorPrimitives.Add(to.Slice(i, numbers.Length), numbers, to[i..]);
                    }
                }
            }
        );

    private void Release()
    {
        foreach (var array in _rented)
            ArrayPool<T>.Shared.Return(array);
        _rented.Clear();
    }
}
