using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Losses;

/// <summary>An exact sum of floating-point numbers, rounded once, when it is read.</summary>
/// <remarks>
/// <para>
/// The order of the numbers, how they are cut into pieces, the number of threads and the width of the SIMD registers leave no trace:
/// the sum is the exact one, and every reading of it (<see cref="ToDouble"/>, <see cref="Mean"/>, <see cref="Ratio"/>) is the float
/// nearest to the exact value, ties to even. Partial sums merge without loss, and an empty sum is the unit of merging.
/// </para>
/// <para>
/// Nothing overflows on the way: 10³⁰⁸ + 10³⁰⁸ − 10³⁰⁸ is 10³⁰⁸. A NaN makes the sum NaN, infinities of both signs as well; infinities
/// of one sign make it that infinity. A sum that is exactly zero is +0, whatever the signs of the zeros in it. (There is room for 2²²⁴ of
/// the largest products; what outgrows that, a sum merged with itself again and again, throws an <see cref="OverflowException"/>.)
/// </para>
/// <para>Serializers store its <see cref="Bytes"/>: System.Text.Json, Newtonsoft's, DataContractSerializer and MessagePack.</para>
/// <para>Reading changes nothing, so many threads may read one sum; adding, merging and resetting want a thread to themselves.</para>
/// </remarks>
[DataContract]
[JsonConverter(typeof(ExactSumConverter))]
public sealed class ExactSum : IEquatable<ExactSum>
{
    // The exact sum is head + tail + Σ limbs[i]·2^(32·i + Fixed.Floor). Two float64 numbers are enough for most small sums, so the limbs,
    // a kilobyte, are only there once a number did not fit the pair.
    private double head;
    private double tail;
    private long[]? limbs;

    // How many times a 32-bit digit may have been added to some limb since the carries were last propagated.
    private int pending;

    // 0, or the infinity or NaN that the sum has become, whatever else is added.
    private double special;

    // What the last block taught about the next one: the exponent of its largest number, and which ways to sum it are not worth trying for
    // a while, the numbers being too far apart.
    private int largest = Block.TooLarge;
    private Trial single;
    private Trial twofold;

    /// <summary>True while nothing but zeros has been added, or the numbers added cancel exactly.</summary>
    public bool IsZero
    {
        get
        {
            if (special != 0)
                return false;
            if (limbs is null)
                return head + tail == 0;
            var digits = (stackalloc uint[Fixed.Length]);
            return Digits(digits).IsZero;
        }
    }

    /// <summary>Adds a number.</summary>
    /// <param name="value">Any number; zeros, subnormals, infinities and NaN included.</param>
    public void Add(double value)
    {
        var sum = head + value;
        var rest = Compensated.Lost(head, value, sum);
        var low = tail + rest;
        // An overflow or a number that is not finite makes this NaN, which is not 0 either.
        if (Compensated.Lost(tail, rest, low) == 0)
        {
            head = sum;
            tail = low;
        }
        else
        {
            AddToLimbs(value);
        }
    }

    /// <summary>Adds numbers.</summary>
    /// <param name="values">Any numbers, any length.</param>
    public void Add(ReadOnlySpan<double> values) => AddAll(values);

    /// <summary>Adds numbers.</summary>
    /// <param name="values">Any numbers, any length.</param>
    public void Add(ReadOnlySpan<float> values) => AddAll(values);

    internal void Add(ReadOnlySpan<float> values, Block.Next next) => AddAll(values, next);

    /// <summary>Adds the exact product of two numbers, which is not rounded: a weight and a value, say.</summary>
    /// <param name="a">Any number.</param>
    /// <param name="b">Any number; 0 times an infinity is NaN, as in IEEE 754.</param>
    public void AddProduct(double a, double b)
    {
        var product = a * b;
        var size = Math.Abs(product);
        // The error of a product is a float64 number itself unless it falls below the subnormals.
        if (size is > 1e-280 and <= double.MaxValue)
        {
            Add(product);
            Add(Math.FusedMultiplyAdd(a, b, -product));
        }
        else if (!double.IsFinite(a) || !double.IsFinite(b))
        {
            AddSpecial(product);
        }
        else if (a != 0 && b != 0)
        {
            var (x, y) = (Float.Split(a), Float.Split(b));
            var high = Math.BigMul(x.Significand, y.Significand, out var low);
            var negative = (a < 0) != (b < 0);
            var room = Room();
            Fixed.Add(room, low, x.Exponent + y.Exponent, negative);
            Fixed.Add(room, high, x.Exponent + y.Exponent + 64, negative);
        }
    }

    /// <summary>Adds another sum, exactly; the other sum stays as it is.</summary>
    /// <param name="other">Any sum, also this one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    public void Merge(ExactSum other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (otherHead, otherTail, otherLimbs) = (other.head, other.tail, other.limbs);
        if (other.special != 0)
            AddSpecial(other.special);
        if (otherLimbs is not null)
        {
            var room = Room();
            for (var i = 0; i < room.Length; i++)
                room[i] += otherLimbs[i];
            pending += other.pending;
        }
        Add(otherHead);
        Add(otherTail);
    }

    /// <summary>Makes the sum empty again; it keeps its memory.</summary>
    public void Reset()
    {
        (head, tail, pending, special) = (0, 0, 0, 0);
        (largest, single, twofold) = (Block.TooLarge, default, default);
        limbs?.AsSpan().Clear();
    }

    /// <summary>The float64 number nearest to the exact sum.</summary>
    public double ToDouble()
    {
        if (special != 0)
            return special;
        // head and tail are exact, so one addition rounds once.
        return limbs is null ? head + tail : Magnitude().ToDouble();
    }

    /// <summary>The float32 number nearest to the exact sum, rounded once and not by way of float64.</summary>
    public float ToSingle()
    {
        if (special != 0)
            return (float)special;
        if (limbs is not null)
            return Magnitude().ToSingle();
        var sum = head + tail;
        return Float.ToSingle(sum, Compensated.Lost(head, tail, sum));
    }

    /// <summary>The float64 number nearest to the exact sum divided by <paramref name="count"/>.</summary>
    /// <param name="count">How many numbers there are, or another divisor; at 0 the mean is NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public double Mean(long count)
    {
        CheckCount(count);
        if (count == 0)
            return double.NaN;
        if (special != 0)
            return special;
        return IsOne(out var sum) && count <= Float.MaxInteger ? sum / count : Magnitude().Over((ulong)count).ToDouble();
    }

    private static void CheckCount(long count)
    {
        if (count < 0)
            throw new ArgumentOutOfRangeException(
                nameof(count),
                FormattableString.Invariant($"count is {count}, but it must be at least 0.")
            );
    }

    /// <summary>The float32 number nearest to the exact sum divided by <paramref name="count"/>.</summary>
    /// <param name="count">How many numbers there are, or another divisor; at 0 the mean is NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public float MeanSingle(long count)
    {
        CheckCount(count);
        if (count == 0)
            return float.NaN;
        if (special != 0)
            return (float)special;
        return IsOne(out var sum) && count <= Float.MaxInteger && Float.TryDivide(sum, count, out var mean)
            ? mean
            : Magnitude().Over((ulong)count).ToSingle();
    }

    /// <summary>The float64 number nearest to the quotient of two exact sums: a weighted mean, say.</summary>
    /// <param name="numerator">Any sum.</param>
    /// <param name="denominator">Any sum; over 0 the quotient is an infinity, or NaN where the numerator is 0 too.</param>
    /// <exception cref="ArgumentNullException">A sum is null.</exception>
    public static double Ratio(ExactSum numerator, ExactSum denominator)
    {
        ArgumentNullException.ThrowIfNull(numerator);
        ArgumentNullException.ThrowIfNull(denominator);
        if (numerator.IsOne(out var a) && denominator.IsOne(out var b))
            return a / b;
        return IsLimit(numerator, denominator, out var limit) ? limit : Quotient(numerator, denominator).ToDouble();
    }

    /// <summary>The float32 number nearest to the quotient of two exact sums.</summary>
    /// <param name="numerator">Any sum.</param>
    /// <param name="denominator">Any sum; over 0 the quotient is an infinity, or NaN where the numerator is 0 too.</param>
    /// <exception cref="ArgumentNullException">A sum is null.</exception>
    public static float RatioSingle(ExactSum numerator, ExactSum denominator)
    {
        ArgumentNullException.ThrowIfNull(numerator);
        ArgumentNullException.ThrowIfNull(denominator);
        if (numerator.IsOne(out var a) && denominator.IsOne(out var b) && Float.TryDivide(a, b, out var ratio))
            return ratio;
        return IsLimit(numerator, denominator, out var limit) ? (float)limit : Quotient(numerator, denominator).ToSingle();
    }

    /// <summary>The exact sum as bytes, the same for equal sums: what serializers store, and restore.</summary>
    /// <exception cref="ArgumentException">The bytes are not what <see cref="ToBytes"/> gives; the message says where.</exception>
    [DataMember(Order = 0, IsRequired = true)]
    public byte[] Bytes
    {
        get => ToBytes();
        init
        {
            // A serializer may have made this without the constructor.
            ArgumentNullException.ThrowIfNull(value);
            Reset();
            ReadAll(value, nameof(value));
        }
    }

    /// <summary>The exact sum as bytes, the same for equal sums, to be kept or sent and read by <see cref="FromBytes"/>.</summary>
    /// <remarks>Version, kind, index of the first 32-bit digit, how many there are; then the digits, little-endian, lowest first.</remarks>
    public byte[] ToBytes()
    {
        var bytes = (stackalloc byte[MaxByteCount]);
        return bytes[..Write(bytes)].ToArray();
    }

    /// <summary>Writes what <see cref="ToBytes"/> gives.</summary>
    /// <param name="destination">Where to; <see cref="MaxByteCount"/> bytes are always enough.</param>
    /// <param name="bytesWritten">How many bytes were written.</param>
    /// <returns>False, and nothing written, where the destination is too short.</returns>
    public bool TryWriteBytes(Span<byte> destination, out int bytesWritten)
    {
        var bytes = (stackalloc byte[MaxByteCount]);
        bytesWritten = Write(bytes);
        if (bytes[..bytesWritten].TryCopyTo(destination))
            return true;
        bytesWritten = 0;
        return false;
    }

    /// <summary>Writes what <see cref="ToBytes"/> gives.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public void WriteBytes(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Advance(Write(destination.GetSpan(MaxByteCount)));
    }

    /// <summary>The sum that <see cref="ToBytes"/> wrote.</summary>
    /// <param name="bytes">All of what it wrote.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> are not what it writes; the message says where.</exception>
    public static ExactSum FromBytes(ReadOnlySpan<byte> bytes)
    {
        var sum = new ExactSum();
        sum.ReadAll(bytes, nameof(bytes));
        return sum;
    }

    // Writes the bytes, and returns how many: as many as fit into MaxByteCount.
    internal int Write(Span<byte> bytes)
    {
        var digits = (stackalloc uint[Fixed.Length]);
        var (kind, number) = special switch
        {
            0 => (Kind.Positive, Digits(digits)),
            double.PositiveInfinity => (Kind.Infinite, default),
            double.NegativeInfinity => (Kind.InfiniteNegative, default),
            _ => (Kind.NaN, default),
        };
        bytes[0] = Version;
        bytes[1] = (byte)(number.Negative ? Kind.Negative : kind);
        bytes[2] = (byte)number.First;
        bytes[3] = (byte)number.Count;
        for (var i = 0; i < number.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(Header + 4 * i)..], digits[number.First + i]);
        return Header + 4 * number.Count;
    }

    private void ReadAll(ReadOnlySpan<byte> bytes, string name)
    {
        var end = Read(bytes, 0, name);
        if (end != bytes.Length)
            throw new ArgumentException($"{name} has length {bytes.Length}, but {bytes[3]} digits take {end} bytes.", name);
    }

    // Reads what was written at a place of bytes into this sum, which is empty, and returns where it ends.
    internal int Read(ReadOnlySpan<byte> bytes, int start, string name)
    {
        if (bytes.Length - start < Header)
            throw new ArgumentException(
                $"{name} has length {bytes.Length}, but a sum that starts at {start} has at least {Header} bytes.",
                name
            );
        if (bytes[start] != Version)
            throw new ArgumentException($"{name}[{start}] is {bytes[start]}, but the format's version is {Version}.", name);
        var (kind, first, count) = ((Kind)bytes[start + 1], bytes[start + 2], bytes[start + 3]);
        if (kind > Kind.NaN)
            throw new ArgumentException($"{name}[{start + 1}] is {(byte)kind}, but there are {(int)Kind.NaN + 1} kinds of sum.", name);
        var end = start + Header + 4 * count;
        if (bytes.Length < end)
            throw new ArgumentException($"{name} has length {bytes.Length}, but {count} digits take {end} bytes.", name);
        if (first + count >= Fixed.Length || count == 0 && first != 0)
            throw new ArgumentException($"{name}[{start + 2}] is {first}, which is no place for {count} digits.", name);
        if (kind == Kind.Negative ? count == 0 : kind != Kind.Positive && count != 0)
            throw new ArgumentException($"{name}[{start + 3}] is {count}, which is no number of digits for kind {(byte)kind}.", name);

        var room = count == 0 ? [] : Room();
        for (var i = 0; i < count; i++)
        {
            var digit = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(start + Header + 4 * i)..]);
            if (digit == 0 && (i == 0 || i == count - 1))
                throw new ArgumentException(
                    $"digit {i} of {count}, at {name}[{start + Header + 4 * i}], is 0, but the outermost digits are not written then.",
                    name
                );
            room[first + i] = kind == Kind.Negative ? -(long)digit : digit;
        }
        special = kind switch
        {
            Kind.Infinite => double.PositiveInfinity,
            Kind.InfiniteNegative => double.NegativeInfinity,
            Kind.NaN => double.NaN,
            _ => 0,
        };
        return end;
    }

    /// <summary>Whether two sums are exactly equal: before rounding, however they were put together. NaN equals NaN.</summary>
    public bool Equals(ExactSum? other)
    {
        if (other is null)
            return false;
        if (special != 0 || other.special != 0)
            return special.Equals(other.special);
        var mine = (stackalloc uint[Fixed.Length]);
        var others = (stackalloc uint[Fixed.Length]);
        return Digits(mine).Negative == other.Digits(others).Negative && mine.SequenceEqual(others);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExactSum);

    /// <summary>A hash of the sum as it is now.</summary>
    public override int GetHashCode() => ToDouble().GetHashCode();

    /// <summary>The sum rounded to float64, as text.</summary>
    public override string ToString() => ToDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The most bytes that a stored sum has.</summary>
    public const int MaxByteCount = Header + 4 * (Fixed.Length - 1);

    private const byte Version = 1;
    private const int Header = 4;

    // A fast way to sum a block that does not always work: each failure in a row makes it wait for twice as many blocks.
    private struct Trial
    {
        private const int Patience = 8;

        private int _wait;
        private int _failures;

        public bool IsDue() => _wait == 0 || _wait-- < 0;

        public bool Note(bool worked)
        {
            _wait = worked ? 0 : _failures;
            _failures = worked ? 0 : Math.Min(2 * _failures + 1, Patience);
            return worked;
        }
    }

    private enum Kind : byte
    {
        Positive,
        Negative,
        Infinite,
        InfiniteNegative,
        NaN,
    }

    // The faster a way to sum is, the nearer to each other its numbers must be: three anchors of float32, two of float64, or four and the rest one by
    // one. What each takes is measured by bench --sums: near numbers of either format, far ones, very far ones; and fewer than a block has.
    private void AddAll<T>(ReadOnlySpan<T> values, Block.Next next = default)
        where T : unmanaged
    {
        if (Vector128.IsHardwareAccelerated)
        {
            while (values.Length >= Block.Step)
            {
                var length = values.Length & -Block.Step;
                var done =
                    typeof(T) == typeof(float) ? AddSingles(MemoryMarshal.Cast<T, float>(values), Math.Min(length, Block.Run), next) : 0;
                if (done == 0)
                {
                    done = Math.Min(length, Block.Length);
                    AddBlock(values[..done]);
                }
                values = values[done..];
            }
        }
        AddEach(values);
    }

    // Adds as many of the first numbers as float32 is enough for.
    private int AddSingles(ReadOnlySpan<float> values, int length, Block.Next next)
    {
        if (!single.IsDue())
            return 0;
        ref var source = ref MemoryMarshal.GetReference(values);
        if (largest == Block.TooLarge)
            largest = Block.Largest(ref source, Math.Min(length, Block.Sample));
        var done = Block.SumSingle(ref source, length, largest, next, out var units);
        if (done == 0 && Outgrown(ref source, Math.Min(length, Block.Length)))
            done = Block.SumSingle(ref source, length, largest, next, out units);
        single.Note(done > 0);
        AddUnits(units);
        return done;
    }

    private void AddBlock<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (twofold.IsDue() && twofold.Note(TryAddDouble(ref MemoryMarshal.GetReference(values), values.Length)))
            return;
        AddDeep(values);
    }

    private bool TryAddDouble<T>(ref T source, int length)
        where T : unmanaged
    {
        if (largest == Block.TooLarge || !Block.TrySum(ref source, length, largest, out var units))
        {
            if (!Outgrown(ref source, length) || !Block.TrySum(ref source, length, largest, out units))
                return false;
        }
        AddUnits(units);
        return true;
    }

    // Whether another exponent than the last block's may do.
    private bool Outgrown<T>(ref T source, int length)
        where T : unmanaged
    {
        var last = largest;
        largest = Block.Largest(ref source, length);
        return largest != last && largest != Block.TooLarge;
    }

    // Numbers too far apart for the two anchors of a block: what they leave over goes to two more, and what is left then, one by one.
    [SkipLocalsInit]
    private void AddDeep<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ref var source = ref MemoryMarshal.GetReference(values);
        largest = Block.Largest(ref source, values.Length);
        if (largest == Block.TooLarge)
        {
            AddEach(values);
            return;
        }
        Span<double> space = stackalloc double[Block.Length];
        var rest = space[..values.Length];
        ref var left = ref MemoryMarshal.GetReference(rest);
        var exact = Block.SumAndRest(ref source, values.Length, largest, out var units, ref left);
        AddUnits(units);
        if (exact)
            return;
        exact = Block.SumAndRest(ref left, rest.Length, Block.Largest(ref left, rest.Length), out units, ref left);
        AddUnits(units);
        if (exact)
            return;
        foreach (var value in rest)
        {
            if (value != 0)
                AddToLimbs(value);
        }
    }

    private void AddUnits(Block.Units units)
    {
        AddUnits(units.First, units.FirstExponent);
        AddUnits(units.Second, units.SecondExponent);
    }

    private void AddUnits(long units, int exponent)
    {
        if (units == 0)
            return;
        if (limbs is not null)
        {
            Fixed.Add(Room(), (ulong)Math.Abs(units), exponent, units < 0);
            return;
        }
        // A float64 number or two hold them exactly.
        var unit = BitConverter.Int64BitsToDouble(exponent > -1023 ? (long)(exponent + 1023) << 52 : 1L << (exponent + 1074));
        var low = Math.Abs(units) >> 53 == 0 ? 0 : units & 0xFF;
        Add((units - low) * unit);
        if (low != 0)
            Add(low * unit);
    }

    private void AddEach<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var (sum, rest) = (head, tail);
        foreach (var number in values)
        {
            var value = typeof(T) == typeof(double) ? (double)(object)number : (float)(object)number;
            var nextSum = sum + value;
            var lost = Compensated.Lost(sum, value, nextSum);
            var nextRest = rest + lost;
            if (Compensated.Lost(rest, lost, nextRest) == 0)
                (sum, rest) = (nextSum, nextRest);
            else
                AddToLimbs(value);
        }
        (head, tail) = (sum, rest);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddToLimbs(double value)
    {
        if (double.IsFinite(value))
            Fixed.Add(Room(), value);
        else
            AddSpecial(value);
    }

    private void AddSpecial(double value) => special = special == 0 ? value : special + value;

    // The limbs, with room in every one of them for a few more additions of a digit.
    private Span<long> Room()
    {
        limbs ??= new long[Fixed.Length];
        if (pending >= Fixed.MaxPending)
        {
            Fixed.Carry(limbs);
            pending = 1;
        }
        pending += 4;
        return limbs;
    }

    // Whether the sum is one float64 number.
    private bool IsOne(out double sum)
    {
        sum = head + tail;
        return limbs is null && special == 0 && double.IsFinite(sum) && Compensated.Lost(head, tail, sum) == 0;
    }

    [SkipLocalsInit]
    private Magnitude Magnitude()
    {
        var sum = head + tail;
        if (limbs is null && double.IsFinite(sum))
            return Losses.Magnitude.Of(sum, Compensated.Lost(head, tail, sum));
        var digits = (stackalloc uint[Fixed.Length]);
        var number = Digits(digits);
        return Losses.Magnitude.Of(digits, number);
    }

    // The digits of the exact sum's magnitude, all of them, most of them 0.
    [SkipLocalsInit]
    private Fixed Digits(Span<uint> digits)
    {
        var copy = (stackalloc long[Fixed.Length]);
        if (limbs is null)
            copy.Clear();
        else
            limbs.CopyTo(copy);
        Fixed.Add(copy, head);
        Fixed.Add(copy, tail);
        return Fixed.Of(copy, digits);
    }

    // Where an infinity, a NaN or a zero below decides, the quotient of the signs is the quotient of the sums.
    private static bool IsLimit(ExactSum numerator, ExactSum denominator, out double limit)
    {
        var (a, b) = (numerator.Sign(), denominator.Sign());
        limit = a / b;
        return numerator.special != 0 || denominator.special != 0 || a == 0 || b == 0;
    }

    private double Sign()
    {
        if (special != 0)
            return special;
        var magnitude = Magnitude();
        return magnitude.IsZero ? 0
            : magnitude.Negative ? -1
            : 1;
    }

    private static Magnitude Quotient(ExactSum numerator, ExactSum denominator)
    {
        var (a, b) = (numerator.Magnitude(), denominator.Magnitude());
        if (b.TryNarrow(out var divisor, out var exponent))
            return a.Over(divisor, exponent, b.Negative);

        var digits = (stackalloc uint[Fixed.Length]);
        var (top, topExponent) = numerator.Digits(digits).ToBigInteger(digits);
        var (bottom, bottomExponent) = denominator.Digits(digits).ToBigInteger(digits);
        // Enough more digits above for a quotient of more than 64 bits, and not so many that it outgrows 128.
        var shift = (int)(bottom.GetBitLength() - top.GetBitLength()) + 100;
        var (quotient, remainder) = BigInteger.DivRem(shift > 0 ? top << shift : top, shift > 0 ? bottom : bottom << -shift);
        return new((UInt128)quotient, topExponent - bottomExponent - shift, !remainder.IsZero, a.Negative != b.Negative);
    }
}
