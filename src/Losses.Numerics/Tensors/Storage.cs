using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Losses;

/// <summary>The numbers of a tensor: as stored (T), or wide (float64, an intermediate that has not been rounded), or one number for all.</summary>
/// <remarks>Rounding and widening happen when asked for, once each; a value that is only ever summed is never stored at all.</remarks>
internal sealed class Storage<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[]? _narrow;
    private double[]? _wide;
    private readonly Deferred<T>? _deferred;
    private readonly Note? _note;
    private Step<T>? _step;

    // Whether the numbers were stored in the storage type: that somebody has read them, rounded, changes nothing.
    private readonly bool _isStored;

    // Memory that is somebody else's, or part of an array.
    private readonly ReadOnlyMemory<T>? _over;
    private Total? _total;

    private Storage(int count, T[]? narrow, double[]? wide, Deferred<T>? deferred, bool uniform)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"A DiffTensor holds float or double, not {typeof(T).Name}.");
        Count = count;
        _deferred = deferred;
        IsUniform = uniform;
        _isStored = narrow is not null || deferred is not null;
        _narrow = typeof(T) == typeof(double) ? narrow ?? (T[]?)(object?)wide : narrow;
        _wide = typeof(T) == typeof(double) ? wide ?? (double[]?)(object?)narrow : wide;
    }

    private Storage(Note note, int count)
        : this(count, null, null, null, false) => _note = note;

    private Storage(Step<T> step, int count)
        : this(count, null, null, null, false) => _step = step;

    private Storage(ReadOnlyMemory<T> values)
        : this(values.Length, null, null, null, false) => _over = values;

    /// <summary>The numbers stay where they are.</summary>
    internal static Storage<T> Over(ReadOnlyMemory<T> values) =>
        MemoryMarshal.TryGetArray(values, out var array) && array.Count == array.Array!.Length ? Narrow(array.Array) : new(values);

    internal static Storage<T> Narrow(T[] values) => new(values.Length, values, null, null, false);

    internal static Storage<T> Wide(double[] values) => new(values.Length, null, values, null, false);

    internal static Storage<T> Uniform(double value, int count) => new(count, null, [value], null, count != 1);

    /// <summary>Numbers that each stand for several elements that follow each other.</summary>
    internal static Storage<T> Repeated(double[] each, int repeat) =>
        new(each.Length * repeat, null, null, null, false) { Each = each, Repeat = repeat };

    internal static Storage<T> Later(Deferred<T> values, int count) => new(count, null, null, values, false);

    /// <summary>What a noted operation gives.</summary>
    internal static Storage<T> Later(Step<T> step, int count) => new(step, count);

    /// <summary>A few numbers that somebody may ask for, in float64: until then they are a computation.</summary>
    internal static Storage<T> Noted(Note numbers, int count) => new(numbers, count);

    internal int Count { get; }

    /// <summary>One number stands for all.</summary>
    internal bool IsUniform { get; }

    /// <summary>Numbers that each stand for <see cref="Repeat"/> elements; absent where every element has its own.</summary>
    internal double[]? Each { get; private init; }

    internal int Repeat { get; private init; } = 1;

    /// <summary>The numbers are those of the storage type: rounding would change nothing.</summary>
    internal bool IsRounded =>
        _isStored
        || _over is not null
        || (typeof(T) == typeof(double) && (_narrow is not null || _note is not null || _step is not null))
        || _step is { IsRounded: true };

    /// <summary>The operation, where its numbers in float64 were never asked for.</summary>
    internal Step<T>? Step => Volatile.Read(ref _step);

    /// <summary>How many times the numbers were computed on the way to others, and not kept.</summary>
    internal int Runs { get; set; }

    /// <summary>Computes the numbers, if that was left for later.</summary>
    internal void Settle()
    {
        if (IsNarrow)
            _ = Rounded;
        else
            _ = Numbers;
    }

    /// <summary>Keeps the numbers where they are: as they are stored, or in float64. Somebody else may widen them meanwhile.</summary>
    internal MemoryHandle Pin(out bool isNarrow)
    {
        isNarrow = IsNarrow;
        return !isNarrow && !(typeof(T) == typeof(double) && _over is not null) ? new Memory<double>(WideArray).Pin()
            : _over is { } over ? over.Pin()
            : new Memory<T>(RoundedArray).Pin();
    }

    /// <summary>The numbers in the storage type, each in its place; what is noted is not kept.</summary>
    internal void CopyTo(Memory<T> to)
    {
        if (IsUniform)
            to.Span.Fill(Rounded[0]);
        else if (Step is not null && _narrow is null && Runs++ < 2)
            Program<T>.Run(this, to);
        else
            Rounded.CopyTo(to.Span);
    }

    /// <summary>The computation, where the numbers were never asked for.</summary>
    internal Deferred<T>? Pending => _narrow is null ? _deferred : null;

    /// <summary>The computation of a few numbers that nobody has asked for yet.</summary>
    internal Note? Note => _wide is null ? _note : null;

    /// <summary>Whether the kernel of a loss, whose values these are, found its operands in their domains; a kernel that has not run runs now.</summary>
    internal bool? KeepsDomains
    {
        get
        {
            if (_deferred is null)
                return field;
            if (_deferred.KeepsDomains is null)
                if (!_deferred.Look())
                    _ = RoundedArray;
            return _deferred.KeepsDomains;
        }
        init;
    }

    /// <summary>The numbers in the storage type; a single one where uniform.</summary>
    internal ReadOnlySpan<T> Rounded => _over is { } over ? over.Span : RoundedArray;

    /// <summary>Whether the numbers are in that very memory.</summary>
    internal bool IsAt(ReadOnlyMemory<T> place) =>
        IsRounded && !IsUniform && place.Length == Count && Rounded.Overlaps(place.Span, out var apart) && apart == 0;

    /// <summary>The same, not to be written to.</summary>
    internal T[] Shared => RoundedArray;

    private T[] RoundedArray =>
        _narrow ??=
            _deferred is not null ? Evaluated(_deferred)
            : _over is { } over ? over.ToArray()
            : typeof(T) == typeof(double) ? (T[])(object)WideArray
            : Step is not null || (Each is not null && _wide is null) ? RanRounded()
            : Convert.To<double, T>(WideArray);

    private double[] WideArray =>
        _wide ??=
            _note is not null ? _note.Numbers
            : Step is not null ? Ran()
            : Each is null ? Convert.To<T, double>(Rounded)
            : Spread(Each, Repeat);

    private T[] RanRounded()
    {
        var values = Memory.Fresh<T>(Count);
        Program<T>.Run(this, values);
        return values;
    }

    // What it was made of is let go, once the numbers are there.
    private double[] Ran()
    {
        var values = Memory.Fresh<double>(Count);
        Program<T>.Run(this, values);
        Volatile.Write(ref _wide, values);
        Volatile.Write(ref _step, null);
        return values;
    }

    private static double[] Spread(double[] each, int repeat)
    {
        var spread = GC.AllocateUninitializedArray<double>(each.Length * repeat);
        for (var i = 0; i < each.Length; i++)
            spread.AsSpan(i * repeat, repeat).Fill(each[i]);
        return spread;
    }

    private T[] Evaluated(Deferred<T> deferred)
    {
        deferred.Prepare();
        return deferred.Values(Count);
    }

    /// <summary>The numbers are stored as float32 alone: a kernel widens them as it reads them.</summary>
    internal bool IsNarrow => typeof(T) == typeof(float) && _wide is null && _note is null && Each is null && Step is null && !IsUniform;

    /// <summary>Those numbers, or none.</summary>
    internal ReadOnlySpan<T> Narrows => IsNarrow ? Rounded : default;

    /// <summary>The numbers in float64; a single one where uniform.</summary>
    internal ReadOnlySpan<double> Numbers =>
        typeof(T) == typeof(double) && _over is not null ? MemoryMarshal.Cast<T, double>(Rounded) : WideArray;

    /// <summary>The numbers in float64, each in its place.</summary>
    internal ReadOnlySpan<double> Dense
    {
        get
        {
            if (!IsUniform)
                return Numbers;
            var dense = GC.AllocateUninitializedArray<double>(Count);
            dense.AsSpan().Fill(Numbers[0]);
            return dense;
        }
    }

    /// <summary>The exact sum of all, once it was computed.</summary>
    internal Total Total(Func<Storage<T>, ExactSum> sum)
    {
        if (_total is null)
            Interlocked.CompareExchange(ref _total, new(() => sum(this)), null);
        return _total;
    }

    internal Storage<T> ToRounded() =>
        IsRounded ? this
        : IsUniform ? new(Count, RoundedArray, null, null, true)
        : Narrow(RoundedArray);

    /// <summary>The rounded values of a loss, and what its kernel found.</summary>
    internal Storage<T> ToRounded(bool keepsDomains) =>
        new(Count, IsUniform ? null : RoundedArray, IsUniform ? [double.CreateChecked(Rounded[0])] : null, null, IsUniform)
        {
            KeepsDomains = keepsDomains,
        };
}

/// <summary>A pointwise loss of stored tensors that has not been evaluated: it may be wanted element by element, or only as a sum.</summary>
internal abstract class Deferred<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether the operands were found in their domains; null before anything was evaluated.</summary>
    internal bool? KeepsDomains { get; private protected set; }

    /// <summary>What it is a loss of.</summary>
    internal abstract Storage<T>[] Operands { get; }

    internal abstract T[] Values(int count);

    /// <summary>Their exact sum, which may come with a gradient.</summary>
    internal abstract Total Sum(int count);

    /// <summary>The exact sum of each of so many rows, one after another.</summary>
    internal abstract double[] Sums(int count, int rows);

    /// <summary>Looks at the operands, where the kernel need not run before somebody wants a gradient, too; false where it should run.</summary>
    internal abstract bool Look();

    /// <summary>Evaluates the operands, those first that others are made of: if each asked for its own, a long chain would overflow the stack.</summary>
    internal void Prepare()
    {
        var operands = Operands;
        if (!Array.Exists(operands, static operand => operand.Pending is not null))
            return;
        var waiting = new Stack<Storage<T>>(operands);
        while (waiting.TryPeek(out var next))
        {
            var before = waiting.Count;
            foreach (var operand in next.Pending?.Operands ?? [])
                if (operand.Pending is not null)
                    waiting.Push(operand);
            if (waiting.Count == before)
                _ = waiting.Pop().Rounded;
        }
    }
}

/// <summary>The exact sum of a loss's values, and until it is known, how it is computed. It may become known by the way, where a gradient is computed.</summary>
/// <param name="compute">Gives the sum; forgotten when it is known.</param>
internal sealed class Total(Func<ExactSum> compute)
{
    private Func<ExactSum>? _compute = compute;

    // Nobody adds to it.
    private ExactSum? _sum;

    internal ExactSum Sum
    {
        get
        {
            // In this order: another thread forgets the computation when it has the sum.
            var compute = Volatile.Read(ref _compute);
            if (Volatile.Read(ref _sum) is { } sum)
                return sum;
            sum = compute!();
            Know(sum);
            return sum;
        }
    }

    internal bool IsKnown => Volatile.Read(ref _sum) is not null;

    internal void Know(ExactSum sum)
    {
        Volatile.Write(ref _sum, sum);
        Volatile.Write(ref _compute, null);
    }
}

/// <summary>A few numbers, computed when somebody asks for them.</summary>
internal sealed class Note(int depth, Func<double[]> compute)
{
    private Func<double[]>? _compute = compute;
    private double[]? _numbers;

    /// <summary>How many stand on each other: too many would overflow the stack.</summary>
    internal int Depth => depth;

    internal double[] Numbers
    {
        get
        {
            var compute = Volatile.Read(ref _compute);
            if (Volatile.Read(ref _numbers) is { } known)
                return known;
            known = compute!();
            Volatile.Write(ref _numbers, known);
            Volatile.Write(ref _compute, null);
            return known;
        }
    }
}

internal static class Convert
{
    internal static TTo[] To<TFrom, TTo>(ReadOnlySpan<TFrom> values)
        where TFrom : unmanaged, IFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IFloatingPointIeee754<TTo>
    {
        var converted = Memory.Fresh<TTo>(values.Length);
        To(values, converted.AsSpan());
        return converted;
    }

    internal static void To<TFrom, TTo>(ReadOnlySpan<TFrom> values, Span<TTo> converted)
        where TFrom : unmanaged, IFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IFloatingPointIeee754<TTo> => System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(values, converted);
}
