using System.Buffers;
using System.Numerics;

namespace Losses;

/// <summary>What noted operations come to: run in order over a block of numbers, which stays in the first cache, then over the next.</summary>
internal sealed unsafe class Program<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Numbers of a block.</summary>
    internal const int Block = 1024;

    // What one thread takes at a time.
    private const int Chunk = 16 * Block;

    private readonly List<Value> _values = [];
    private readonly Dictionary<Storage<T>, int> _places = new(ReferenceEqualityComparer.Instance);
    private readonly int _count;
    private readonly int _slots;

    // An operation, or numbers that are there.
    private sealed class Value(Storage<T> storage, Step<T>? step, int[] operands)
    {
        internal readonly Storage<T> Storage = storage;
        internal readonly Step<T>? Step = step;
        internal readonly int[] Operands = operands;
        internal int Slot;
        internal int LastUse;
    }

    private Program(Storage<T> result)
    {
        _count = result.Count;
        Visit(result, isResult: true);
        for (var i = 0; i < _values.Count; i++)
            foreach (var operand in _values[i].Operands)
                _values[operand].LastUse = i;
        var free = new Stack<int>();
        for (var i = 0; i < _values.Count; i++)
        {
            var value = _values[i];
            // The place of an operand that nobody needs any more.
            foreach (var operand in value.Operands.Distinct())
                if (_values[operand] is { Storage.IsUniform: false } last && last.LastUse == i)
                    free.Push(last.Slot);
            value.Slot = !value.Storage.IsUniform && free.TryPop(out var slot) ? slot : _slots++;
        }
    }

    private int Visit(Storage<T> storage, bool isResult)
    {
        if (_places.TryGetValue(storage, out var place))
            return place;
        var step = storage.Step;
        // What was computed twice and not kept is worth keeping: no operation is run more often than thrice.
        if (step is not null && !isResult && storage.Runs >= 2)
        {
            storage.Settle();
            step = null;
        }
        int[] operands = [];
        if (step is not null)
        {
            storage.Runs++;
            operands = Array.ConvertAll(step.Operands, operand => Visit(operand, isResult: false));
        }
        _values.Add(new(storage, step, operands));
        return _places[storage] = _values.Count - 1;
    }

    /// <summary>What takes the numbers: where the first stands, the numbers, and which thread has them.</summary>
    internal delegate void Consumer(int start, ReadOnlySpan<double> numbers, int worker);

    /// <summary>All numbers.</summary>
    internal static void Run(Storage<T> storage, double[] to) =>
        new Program<T>(storage).Run(Chunk, Block, (start, numbers, _) => numbers.CopyTo(to.AsSpan(start)), to);

    /// <summary>All numbers, rounded.</summary>
    internal static void Run(Storage<T> storage, Memory<T> to) =>
        new Program<T>(storage).Run(Chunk, Block, (start, numbers, _) => Convert.To(numbers, to.Span.Slice(start, numbers.Length)), null);

    /// <summary>Their exact sum.</summary>
    internal static ExactSum Sum(Storage<T> storage)
    {
        var sums = new ExactSum?[Workers(storage.Count, Chunk)];
        new Program<T>(storage).Run(Chunk, Block, (_, numbers, worker) => (sums[worker] ??= new()).Add(numbers), null);
        var total = sums[0] ?? new ExactSum();
        foreach (var sum in sums.AsSpan(1))
            if (sum is not null)
                total.Merge(sum);
        return total;
    }

    /// <summary>The exact sum of each of so many rows, one after another.</summary>
    internal static double[] Sums(Storage<T> storage, int rows)
    {
        var length = storage.Count / rows;
        var sums = new double[rows];
        // Short rows several at a time, long ones in parts.
        var block = length >= Block ? Block : Block / length * length;
        var chunk = length >= Chunk ? length : Math.Max(block, length) * Math.Max(1, Chunk / Math.Max(block, length));
        var open = new ExactSum?[Workers(storage.Count, chunk)];
        new Program<T>(storage).Run(
            chunk,
            block,
            (start, numbers, worker) =>
            {
                if (length < Block)
                {
                    RowKernels.Sums(numbers, sums.AsSpan(start / length, numbers.Length / length));
                    return;
                }
                var sum = open[worker] ??= new();
                while (numbers.Length > 0)
                {
                    var row = start / length;
                    var left = (row + 1) * length - start;
                    var part = Math.Min(left, numbers.Length);
                    sum.Add(numbers[..part]);
                    if (part == left)
                    {
                        sums[row] = sum.ToDouble();
                        sum.Reset();
                    }
                    start += part;
                    numbers = numbers[part..];
                }
            },
            null
        );
        return sums;
    }

    private static int Workers(int count, int chunk) => Math.Clamp(Cut.Count(count, chunk) / 2, 1, Threads.Max);

    private void Run(int chunk, int block, Consumer consume, double[]? whole)
    {
        var handles = new MemoryHandle[_values.Count];
        try
        {
            var leaves = new (nint Start, bool IsNarrow)[_values.Count];
            for (var i = 0; i < _values.Count; i++)
                if (_values[i] is { Step: null, Storage: { IsUniform: false, Each: null } })
                {
                    handles[i] = _values[i].Storage.Pin(out leaves[i].IsNarrow);
                    leaves[i].Start = (nint)handles[i].Pointer;
                }
            var workers = Workers(_count, chunk);
            var scratch = new double[workers][];
            fixed (double* to = whole)
            {
                var results = (nint)to;
                try
                {
                    Threads.Run(
                        Cut.Count(_count, chunk),
                        workers,
                        (index, worker) =>
                        {
                            var room = scratch[worker] ??= ArrayPool<double>.Shared.Rent(_slots * Room(block) + Memory.Line);
                            var start = index * chunk;
                            fixed (double* memory = room)
                                Run(
                                    memory + Memory.ToLine(memory) / sizeof(double),
                                    leaves,
                                    start,
                                    Cut.End(_count, start, chunk),
                                    block,
                                    consume,
                                    worker,
                                    (double*)results
                                );
                        }
                    );
                }
                finally
                {
                    foreach (var room in scratch)
                        if (room is not null)
                            ArrayPool<double>.Shared.Return(room);
                }
            }
        }
        finally
        {
            foreach (var handle in handles)
                handle.Dispose();
        }
    }

    // Registers are whole.
    private const int Register = 8;

    private static int Room(int block) => (block + Register - 1) / Register * Register;

    private void Run(
        double* memory,
        (nint Start, bool IsNarrow)[] leaves,
        int start,
        int end,
        int block,
        Consumer consume,
        int worker,
        double* results
    )
    {
        var room = Room(block);
        var at = stackalloc double*[_values.Count];
        var operands = stackalloc double*[4];
        for (var i = 0; i < _values.Count; i++)
        {
            at[i] = memory + (nint)_values[i].Slot * room;
            if (_values[i].Storage.IsUniform)
                new Span<double>(at[i], room).Fill(_values[i].Storage.Numbers[0]);
        }
        // Whatever the excess of the last register holds, it is numbers of no account.
        for (var i = start; i < end; i += block)
        {
            Cancellable.Check();
            var count = Math.Min(block, end - i);
            var whole = Room(count);
            for (var v = 0; v < _values.Count; v++)
            {
                var value = _values[v];
                if (value.Storage.IsUniform)
                    continue;
                var slot = memory + (nint)value.Slot * room;
                if (value.Step is { } step)
                {
                    for (var o = 0; o < value.Operands.Length; o++)
                        operands[o] = at[value.Operands[o]];
                    // The result straight to where it is wanted.
                    at[v] = results != null && v == _values.Count - 1 && whole == count ? results + i : slot;
                    step.Run(operands, at[v], i, count, whole);
                }
                else
                    at[v] = Read(value.Storage, leaves[v], i, count, whole, slot);
            }
            var result = at[_values.Count - 1];
            if (results == null || result != results + i)
                consume(i, new(result, count), worker);
        }
    }

    private static double* Read(Storage<T> storage, (nint Start, bool IsNarrow) leaf, int start, int count, int whole, double* slot)
    {
        var to = new Span<double>(slot, count);
        if (storage.Each is { } each)
        {
            for (var done = 0; done < count; )
            {
                var run = Math.Min(count - done, storage.Repeat - (start + done) % storage.Repeat);
                to.Slice(done, run).Fill(each[(start + done) / storage.Repeat]);
                done += run;
            }
            return slot;
        }
        if (leaf.IsNarrow)
            Convert.To<T, double>(new((T*)leaf.Start + start, count), to);
        else if (whole == count)
            return (double*)leaf.Start + start;
        else
            new ReadOnlySpan<double>((double*)leaf.Start + start, count).CopyTo(to);
        return slot;
    }
}
