using System.Numerics;

namespace Losses;

/// <summary>The numbers of a tensor: as stored (T), or wide (float64, an intermediate that has not been rounded), or one number for all.</summary>
/// <remarks>Rounding and widening happen when asked for, once each; a value that is only ever summed is never stored at all.</remarks>
internal sealed class Storage<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[]? _narrow;
    private double[]? _wide;
    private readonly Deferred<T>? _deferred;

    private Storage(int count, T[]? narrow, double[]? wide, Deferred<T>? deferred, bool uniform)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"A DiffTensor holds float or double, not {typeof(T).Name}.");
        Count = count;
        _deferred = deferred;
        IsUniform = uniform;
        _narrow = typeof(T) == typeof(double) ? narrow ?? (T[]?)(object?)wide : narrow;
        _wide = typeof(T) == typeof(double) ? wide ?? (double[]?)(object?)narrow : wide;
    }

    internal static Storage<T> Narrow(T[] values) => new(values.Length, values, null, null, false);

    internal static Storage<T> Wide(double[] values) => new(values.Length, null, values, null, false);

    internal static Storage<T> Uniform(double value, int count) => new(count, null, [value], null, count != 1);

    /// <summary>Numbers that each stand for several elements that follow each other.</summary>
    internal static Storage<T> Repeated(double[] each, int repeat) =>
        new(each.Length * repeat, null, null, null, false) { Each = each, Repeat = repeat };

    internal static Storage<T> Later(Deferred<T> values, int count) => new(count, null, null, values, false);

    internal int Count { get; }

    /// <summary>One number stands for all.</summary>
    internal bool IsUniform { get; }

    /// <summary>Numbers that each stand for <see cref="Repeat"/> elements; absent where every element has its own.</summary>
    internal double[]? Each { get; private init; }

    internal int Repeat { get; private init; } = 1;

    /// <summary>The numbers are those of the storage type: rounding would change nothing.</summary>
    internal bool IsRounded => _narrow is not null || _deferred is not null;

    /// <summary>The computation, where the numbers were never asked for.</summary>
    internal Deferred<T>? Pending => _narrow is null ? _deferred : null;

    /// <summary>Whether the kernel of a loss, whose values these are, found its operands in their domains; a kernel that has not run runs now.</summary>
    internal bool? KeepsDomains
    {
        get
        {
            if (_deferred is null)
                return field;
            if (_deferred.KeepsDomains is null)
                _ = RoundedArray;
            return _deferred.KeepsDomains;
        }
        init;
    }

    /// <summary>The numbers in the storage type; a single one where uniform.</summary>
    internal ReadOnlySpan<T> Rounded => RoundedArray;

    private T[] RoundedArray =>
        _narrow ??=
            _deferred is not null ? Evaluated(_deferred)
            : typeof(T) == typeof(double) ? (T[])(object)WideArray
            : Convert.To<double, T>(WideArray);

    private double[] WideArray => _wide ??= Each is null ? Convert.To<T, double>(RoundedArray) : Spread(Each, Repeat);

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

    /// <summary>The numbers in float64; a single one where uniform.</summary>
    internal ReadOnlySpan<double> Numbers => WideArray;

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

    internal abstract ExactSum Sum(int count);

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

internal static class Convert
{
    internal static TTo[] To<TFrom, TTo>(ReadOnlySpan<TFrom> values)
        where TFrom : unmanaged, IFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IFloatingPointIeee754<TTo>
    {
        var converted = GC.AllocateUninitializedArray<TTo>(values.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<TFrom, TTo>(values, converted);
        return converted;
    }
}
