using System.Numerics;

namespace Losses;

/// <summary>An element-wise operation that is noted: it runs when somebody needs its numbers, block by block with those that it stands on.</summary>
internal abstract unsafe class Step<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Fewer numbers are computed at once: they are in a cache anyway.</summary>
    private const int Least = 1 << 13;

    /// <summary>Whether an operation that gives so many numbers is noted.</summary>
    internal static bool IsNoted(int count) => count >= Least && !Notes.AreOff;

    // More operations than these are not noted on top of each other.
    private const int Most = 64;

    private protected Step(params Storage<T>[] operands)
    {
        // What a loss's kernel has to compute first may stand on others: if it were left for later, a long chain would overflow the stack.
        foreach (var operand in operands)
            if (operand.Pending is not null)
                _ = operand.Rounded;
        Operands = operands;
        Size = 1;
        foreach (var operand in operands)
            Size += operand.Step?.Size ?? 0;
        if (Size <= Most)
            return;
        var all = new HashSet<Storage<T>>(ReferenceEqualityComparer.Instance);
        if (!operands.All(operand => IsCounted(operand, all)))
            foreach (var operand in operands)
                if (operand.Step is not null)
                    operand.Settle();
        Size = 1 + (operands.Any(static operand => operand.Step is not null) ? all.Count : 0);
    }

    // Whether those that it stands on are not too many.
    private static bool IsCounted(Storage<T> storage, HashSet<Storage<T>> all) =>
        storage.Step is not { } step
        || all.Contains(storage)
        || (all.Count < Most - 1 && all.Add(storage) && step.Operands.All(operand => IsCounted(operand, all)));

    internal Storage<T>[] Operands { get; }

    /// <summary>How many operations it takes at the most, with itself.</summary>
    internal int Size { get; }

    /// <summary>Whether its numbers are those of the storage type.</summary>
    internal virtual bool IsRounded => typeof(T) == typeof(double);

    /// <summary>Computes some of the numbers: a whole number of registers, of which the last may be in excess.</summary>
    /// <param name="operands">Those of each operand.</param>
    /// <param name="results">Where they go; may be where an operand's are.</param>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="whole">How many with those in excess.</param>
    internal abstract void Run(double** operands, double* results, int start, int count, int whole);
}

/// <summary>A function of the elements.</summary>
internal sealed unsafe class MapStep<T, F>(F function, params Storage<T>[] operands) : Step<T>(operands)
    where T : unmanaged, IFloatingPointIeee754<T>
    where F : struct, IPointwise3
{
    internal override void Run(double** operands, double* results, int start, int count, int whole) =>
        Widest.Run<double, Work>(
            new(
                function,
                new()
                {
                    X = operands[0],
                    T = operands[1],
                    V = operands[2],
                    Values = results,
                },
                whole
            )
        );

    private readonly struct Work(F function, Operands<double> operands, int count) : IWork<double>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, double> => Loop.Values<F, TLane, double>(function, operands, count);
    }
}

/// <summary>The gradient of such a function by one operand, given that by its value: one number for all, or one for each element as the fourth operand.</summary>
internal sealed unsafe class SlopeStep<T, F, TBy>(F function, double weight, params Storage<T>[] operands) : Step<T>(operands)
    where T : unmanaged, IFloatingPointIeee754<T>
    where F : struct, IPointwise3
    where TBy : IOperand
{
    internal override void Run(double** operands, double* results, int start, int count, int whole)
    {
        var isUniform = Operands.Length == 3;
        Operands<double> at = new()
        {
            X = operands[0],
            T = operands[1],
            V = operands[2],
            Upstream = isUniform ? null : operands[3],
            Weight = weight,
            Gradient = results,
        };
        if (isUniform)
            Widest.Run<double, Work<Yes>>(new(function, at, whole));
        else
            Widest.Run<double, Work<No>>(new(function, at, whole));
    }

    private readonly struct Work<TUniform>(F function, Operands<double> operands, int count) : IWork<double>
        where TUniform : IChoice
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, double> => Loop.Gradient<F, TLane, double, TBy, TUniform, No>(function, operands, count);
    }
}

/// <summary>Some elements of a tensor, or each repeated along some axes.</summary>
/// <param name="x">The tensor; its numbers are there.</param>
/// <param name="lengths">Of the axes.</param>
/// <param name="strides">How far apart in the tensor neighbours along each axis are: 0 where they are the same.</param>
/// <param name="first">Where the first of them stands.</param>
/// <param name="isStored">Whether what is stored stays so, for the kernels of stored numbers.</param>
internal sealed unsafe class SpreadStep<T>(Storage<T> x, int[] lengths, int[] strides, int first = 0, bool isStored = true) : Step<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override bool IsRounded => base.IsRounded || (isStored && x.IsRounded);

    internal override void Run(double** operands, double* results, int start, int count, int whole)
    {
        if (x.IsNarrow)
            Spread(x.Rounded, results, start, count);
        else
            Spread(x.Numbers, results, start, count);
    }

    private void Spread<S>(ReadOnlySpan<S> numbers, double* results, int start, int count)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var last = lengths.Length - 1;
        Span<int> place = stackalloc int[lengths.Length];
        var (from, rest) = (first, start);
        for (var axis = last; axis >= 0; axis--)
        {
            (rest, place[axis]) = Math.DivRem(rest, lengths[axis]);
            from += place[axis] * strides[axis];
        }
        for (var done = 0; done < count; )
        {
            var run = Math.Min(count - done, lengths[last] - place[last]);
            var to = new Span<double>(results + done, run);
            if (strides[last] == 0)
                to.Fill(double.CreateTruncating(numbers[from]));
            else if (strides[last] == 1)
                Convert.To(numbers.Slice(from, run), to);
            else
                for (var i = 0; i < run; i++)
                    to[i] = double.CreateTruncating(numbers[from + i * strides[last]]);
            done += run;
            // The next row from its start.
            from -= place[last] * strides[last];
            place[last] = 0;
            for (var axis = last - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++place[axis] < lengths[axis])
                    break;
                from -= strides[axis] * lengths[axis];
                place[axis] = 0;
            }
        }
    }
}

/// <summary>Tensors one after another along an axis, or zeros in the place of one.</summary>
/// <param name="parts">The tensors, whose numbers are there, and how many elements of each follow each other.</param>
internal sealed unsafe class JoinStep<T>((Storage<T>? Storage, int Length)[] parts) : Step<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _all = parts.Sum(static part => part.Length);

    internal override void Run(double** operands, double* results, int start, int count, int whole)
    {
        var (row, at) = Math.DivRem(start, _all);
        for (var done = 0; done < count; (row, at) = (row + 1, 0))
            foreach (var (storage, length) in parts)
            {
                var run = Math.Min(length - at, count - done);
                if (run > 0)
                {
                    Copy(storage, row * length + at, new(results + done, run));
                    done += run;
                }
                at = Math.Max(0, at - length);
            }
    }

    private static void Copy(Storage<T>? storage, int start, Span<double> to)
    {
        if (storage is null)
            to.Clear();
        else if (storage.IsUniform)
            to.Fill(storage.Numbers[0]);
        else if (storage.IsNarrow)
            Convert.To(storage.Rounded.Slice(start, to.Length), to);
        else
            storage.Numbers.Slice(start, to.Length).CopyTo(to);
    }
}

/// <summary>The elements that labels name along an axis, 0 where a label is negative.</summary>
/// <param name="x">The tensor; its numbers are there.</param>
/// <param name="labels">The labels.</param>
/// <param name="at">Those of the labels along the axis.</param>
/// <param name="from">How many elements the tensor has there.</param>
internal sealed unsafe class GatherStep<T>(Storage<T> x, Labels labels, (int Outer, int Length, int Inner) at, int from) : Step<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override void Run(double** operands, double* results, int start, int count, int whole)
    {
        if (x.IsNarrow)
            Gather(x.Rounded, results, start, count);
        else
            Gather(x.Numbers, results, start, count);
    }

    private void Gather<S>(ReadOnlySpan<S> numbers, double* results, int start, int count)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var indices = labels.Indices.Slice(start, count);
        var (row, inner) = Math.DivRem(start, at.Inner);
        var (outer, k) = Math.DivRem(row, at.Length);
        for (var i = 0; i < count; i++)
        {
            results[i] = indices[i] < 0 ? 0 : double.CreateTruncating(numbers[(outer * from + indices[i]) * at.Inner + inner]);
            if (++inner < at.Inner)
                continue;
            inner = 0;
            if (++k < at.Length)
                continue;
            k = 0;
            outer++;
        }
    }
}
