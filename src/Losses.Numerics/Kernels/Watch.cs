using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Losses;

// Looks at the operands of a kernel, block by block, just before the kernel does: while they are on their way to the first cache anyway, and
// before a derivative can be written over them.
internal sealed unsafe class Watch
{
    private static readonly string[] s_names = ["prediction", "target", "third"];

    private readonly Domain[] _domains;
    private readonly Lock _lock = new();
    private (int Index, int Operand, double Value)? _first;

    private readonly bool _isRefusing;
    private readonly Shape? _shape;

    private Watch(Domain[] domains, bool isRefusing, Shape? shape) => (_domains, _isRefusing, _shape) = (domains, isRefusing, shape);

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
        return prediction.IsAll && target.IsAll && third.IsAll ? null : new([prediction, target, third], isRefusing, shape);
    }

    // Looks at part of an operand, which begins at an index of the whole.
    public void Look<TStorage>(int operand, TStorage* x, int count, int start)
        where TStorage : unmanaged
    {
        var domain = _domains[operand];
        if (domain.IsAll || IsWithin(domain, x, count))
            return;
        for (var i = 0; i < count; i++)
            if (!domain.Contains(Widen(x[i])))
            {
                Meet((start + i, operand, Widen(x[i])));
                return;
            }
    }

    // Whichever thread comes first, the first of all elements is named, and of its operands the first.
    private void Meet((int Index, int Operand, double Value) found)
    {
        lock (_lock)
            if (_first is not { } first || (found.Index, found.Operand).CompareTo((first.Index, first.Operand)) < 0)
                _first = found;
    }

    // When the kernel has run.
    public void End()
    {
        if (!_isRefusing || _first is not { } first)
            return;
        var place = _shape is { } shape
            ? shape.Rank == 0
                ? ""
                : shape.Place(first.Index)
            : $"[{first.Index}]";
        throw _domains[first.Operand].Refused(s_names[first.Operand], place, first.Value);
    }

    // Whether all numbers are in a domain, NaN left out.
    public static bool IsWithin<TStorage>(Domain domain, ReadOnlySpan<TStorage> numbers)
        where TStorage : unmanaged
    {
        fixed (TStorage* x = numbers)
            return IsWithin(domain, x, numbers.Length);
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
            ? domain.Least == 0 && LargestOf(x, count) <= largest
            : domain.LeastMagnitude == domain.Largest
                && domain.Largest == -domain.Least
                && DifferenceFrom(largest, x, count) << 1 == TBits.Zero;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TBits LargestOf<TBits>(TBits* x, int count)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        var largest = TBits.Zero;
        var i = 0;
        if (count >= Vector512<TBits>.Count)
        {
            var all = Vector512<TBits>.Zero;
            for (; i <= count - Vector512<TBits>.Count; i += Vector512<TBits>.Count)
                all = Vector512.Max(all, Vector512.Load(x + i));
            for (var j = 0; j < Vector512<TBits>.Count; j++)
                largest = TBits.Max(largest, all[j]);
        }
        for (; i < count; i++)
            largest = TBits.Max(largest, x[i]);
        return largest;
    }

    // The bits in which any number differs from one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TBits DifferenceFrom<TBits>(TBits one, TBits* x, int count)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        var difference = TBits.Zero;
        var i = 0;
        if (count >= Vector512<TBits>.Count)
        {
            var all = Vector512<TBits>.Zero;
            var ones = Vector512.Create(one);
            for (; i <= count - Vector512<TBits>.Count; i += Vector512<TBits>.Count)
                all |= Vector512.Load(x + i) ^ ones;
            for (var j = 0; j < Vector512<TBits>.Count; j++)
                difference |= all[j];
        }
        for (; i < count; i++)
            difference |= x[i] ^ one;
        return difference;
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
