using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Losses;

// Looks at the operands of a kernel, block by block, just before the kernel does: while they are on their way to the first cache anyway, and
// before a derivative can be written over them.
internal sealed unsafe class Watch
{
    private readonly Domain _prediction;
    private readonly Domain _target;
    private readonly Domain _third;
    private readonly bool _isRefusing;
    private readonly Shape? _shape;
    private Found? _first;

    private Watch(Domain prediction, Domain target, Domain third, bool isRefusing, Shape? shape) =>
        (_prediction, _target, _third, _isRefusing, _shape) = (prediction, target, third, isRefusing, shape);

    // Whether all that was looked at is in its domain.
    public bool IsKept => _first is null;

    // Only takes note: the caller knows better which elements count. Absent where every operand may be any number.
    public static Watch? Of<F>(F loss)
        where F : struct, IPointwise3 => Of(loss, isRefusing: false, null);

    // Refuses, when the kernel has run, with the place in memory of a shape, or of none.
    public static Watch? Refusing<F>(F loss, Shape? shape = null)
        where F : struct, IPointwise3 => Of(loss, isRefusing: true, shape);

    private static Watch? Of<F>(F loss, bool isRefusing, Shape? shape)
        where F : struct, IPointwise3
    {
        Domain prediction = loss.Prediction,
            target = loss.Target,
            third = loss.Third;
        return prediction.IsAll && target.IsAll && third.IsAll ? null : new(prediction, target, third, isRefusing, shape);
    }

    // Looks at part of an operand, which begins at an index of the whole. With a weight of 0, where there are weights, an element does not count.
    public void Look<TStorage>(int operand, TStorage* x, int count, int start, double* weights)
        where TStorage : unmanaged
    {
        var domain = DomainOf(operand);
        if (domain.IsAll || IsWithin(domain, x, count))
            return;
        for (var i = 0; i < count; i++)
            if (!domain.Contains(Widen(x[i])) && (weights is null || weights[i] != 0))
            {
                Meet(new(start + i, operand, Widen(x[i])));
                return;
            }
    }

    // When the kernel has run.
    public void End()
    {
        if (!_isRefusing || _first is not { } first)
            return;
        var name = first.Operand switch
        {
            0 => "prediction",
            1 => "target",
            _ => "third",
        };
        var place =
            _shape is not { } shape ? $"[{first.Index}]"
            : shape.Rank == 0 ? ""
            : shape.Place(first.Index);
        throw DomainOf(first.Operand).Refused(name, place, first.Value);
    }

    private Domain DomainOf(int operand) =>
        operand switch
        {
            0 => _prediction,
            1 => _target,
            _ => _third,
        };

    // Whichever thread comes first, the first of all elements is named, and of its operands the first.
    private void Meet(Found found)
    {
        Found? first;
        do
        {
            first = _first;
            if (first is not null && (found.Index, found.Operand).CompareTo((first.Index, first.Operand)) >= 0)
                return;
        } while (Interlocked.CompareExchange(ref _first, found, first) != first);
    }

    private sealed record Found(int Index, int Operand, double Value);

    // Whether all numbers are in a domain, NaN left out.
    public static bool IsWithin<TStorage>(Domain domain, ReadOnlySpan<TStorage> numbers)
        where TStorage : unmanaged
    {
        // Nothing has no address, and none before it.
        if (numbers.IsEmpty)
            return true;
        fixed (TStorage* x = numbers)
        {
            var (start, count, isWithin) = ((nint)x, numbers.Length, true);
            var chunks = Cut.Count(count, Scanned);
            Threads.Run(
                chunks,
                Math.Min(Threads.Max, Math.Max(1, chunks / 2)),
                (chunk, _) =>
                {
                    var first = chunk * Scanned;
                    if (!IsWithin(domain, (TStorage*)start + first, Cut.End(count, first, Scanned) - first))
                        Volatile.Write(ref isWithin, false);
                }
            );
            return isWithin;
        }
    }

    // A thread is worth its waking for some ten microseconds.
    private const int Scanned = 1 << 16;

    /// <summary>The smallest number, NaN left out, which TensorPrimitives.MinNumber does not do; +∞ where there is none.</summary>
    /// <param name="numbers">The numbers.</param>
    public static double Least(ReadOnlySpan<double> numbers)
    {
        var least = double.PositiveInfinity;
        var i = 0;
        if (numbers.Length >= Vector512<double>.Count)
        {
            var lanes = Vector512.Create(least);
            for (; i <= numbers.Length - Vector512<double>.Count; i += Vector512<double>.Count)
            {
                var v = Vector512.Create(numbers.Slice(i));
                lanes = Vector512.ConditionalSelect(Vector512.LessThan(v, lanes), v, lanes);
            }
            for (var k = 0; k < Vector512<double>.Count; k++)
                least = Math.Min(least, lanes[k]);
        }
        for (; i < numbers.Length; i++)
            if (numbers[i] < least)
                least = numbers[i];
        return least;
    }

    private static bool IsWithin<TStorage>(Domain domain, TStorage* x, int count)
        where TStorage : unmanaged =>
        typeof(TStorage) == typeof(float)
            ? IsPlainlyWithin(domain, (uint*)x, count, BitConverter.SingleToUInt32Bits(Down(domain.Largest)))
                || IsWithin((float*)x, count, Up(domain.Least), Down(domain.Largest), Up(domain.LeastMagnitude))
            : IsPlainlyWithin(domain, (ulong*)x, count, BitConverter.DoubleToUInt64Bits(domain.Largest))
                || IsWithin((double*)x, count, domain.Least, domain.Largest, domain.LeastMagnitude);

    // Whether it can be seen from the bits as whole numbers, at one instruction a register: of numbers from 0 up these have the same order,
    // beneath those of −0 and NaN; and −1 differs from 1 in the sign alone. Where it is not seen it may be so nevertheless.
    private static bool IsPlainlyWithin<TBits>(Domain domain, TBits* x, int count, TBits largest)
        where TBits : unmanaged, IBinaryInteger<TBits> =>
        domain.LeastMagnitude <= 0
            ? domain.Least == 0 && IsAtMost(largest, x, count)
            : domain.LeastMagnitude == domain.Largest && domain.Largest == -domain.Least && IsButForSign(largest, x, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsAtMost<TBits>(TBits bound, TBits* x, int count)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        var bounds = Vector512.Create(bound);
        Vector512<TBits> first = default,
            second = default;
        var end = x + count;
        for (; x <= end - 2 * Vector512<TBits>.Count; x += 2 * Vector512<TBits>.Count)
        {
            first = Vector512.Max(first, Vector512.Load(x));
            second = Vector512.Max(second, Vector512.Load(x + Vector512<TBits>.Count));
        }
        var isWithin = Vector512.Max(Vector512.Max(first, second), bounds) == bounds;
        for (; x < end; x++)
            isWithin &= *x <= bound;
        return isWithin;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsButForSign<TBits>(TBits one, TBits* x, int count)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        var ones = Vector512.Create(one);
        Vector512<TBits> first = default,
            second = default;
        var end = x + count;
        for (; x <= end - 2 * Vector512<TBits>.Count; x += 2 * Vector512<TBits>.Count)
        {
            first |= Vector512.Load(x) ^ ones;
            second |= Vector512.Load(x + Vector512<TBits>.Count) ^ ones;
        }
        var isWithin = (first | second) << 1 == Vector512<TBits>.Zero;
        for (; x < end; x++)
            isWithin &= (*x ^ one) << 1 == TBits.Zero;
        return isWithin;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsWithin<T>(T* x, int count, T least, T largest, T leastMagnitude)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var i = 0;
        for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            var v = Vector512.Load(x + i);
            if (
                Vector512.LessThanAny(v, Vector512.Create(least))
                || Vector512.GreaterThanAny(v, Vector512.Create(largest))
                || Vector512.LessThanAny(Vector512.Abs(v), Vector512.Create(leastMagnitude))
            )
                return false;
        }
        for (; i < count; i++)
            if (x[i] < least || x[i] > largest || T.Abs(x[i]) < leastMagnitude)
                return false;
        return true;
    }

    // The bounds of float32 numbers are the outermost float32 numbers within.
    private static float Up(double bound) => (float)bound < bound ? float.BitIncrement((float)bound) : (float)bound;

    private static float Down(double bound) => (float)bound > bound ? float.BitDecrement((float)bound) : (float)bound;

    private static double Widen<TStorage>(TStorage value)
        where TStorage : unmanaged =>
        typeof(TStorage) == typeof(float) ? Unsafe.BitCast<TStorage, float>(value) : Unsafe.BitCast<TStorage, double>(value);
}
