using System.Runtime.CompilerServices;

namespace Losses;

// What a norm sums of the components of a difference.
internal interface IComponent
{
    // Whether the largest counts, not the sum.
    static abstract bool IsLargest { get; }

    static abstract T Of<T>(T difference, in Power<T> power)
        where T : IReal<T>;
}

// What a general norm takes its components to, and in which units.
internal readonly struct Power<T>(T unit, double exponent)
{
    internal T Unit { get; } = unit;

    internal double Exponent { get; } = exponent;
}

internal readonly struct SquareComponent : IComponent
{
    public static bool IsLargest => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T difference, in Power<T> power)
        where T : IReal<T> => difference * difference;
}

internal readonly struct SizeComponent : IComponent
{
    public static bool IsLargest => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T difference, in Power<T> power)
        where T : IReal<T> => T.Abs(difference);
}

internal readonly struct LargestComponent : IComponent
{
    public static bool IsLargest => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T difference, in Power<T> power)
        where T : IReal<T> => T.Abs(difference);
}

// 1 where there is a difference, and what is not above 0 is 0 or a NaN.
internal readonly struct CountComponent : IComponent
{
    public static bool IsLargest => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T difference, in Power<T> power)
        where T : IReal<T>
    {
        var size = T.Abs(difference);
        return T.IfLess(T.Constant(0), size, T.Constant(1), size);
    }
}

internal readonly struct ScaledSquareComponent : IComponent
{
    public static bool IsLargest => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T difference, in Power<T> power)
        where T : IReal<T>
    {
        var scaled = difference / power.Unit;
        return scaled * scaled;
    }
}

internal readonly struct PowerComponent : IComponent
{
    public static bool IsLargest => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T difference, in Power<T> power)
        where T : IReal<T> => T.Power(T.Abs(difference) / power.Unit, power.Exponent);
}

// Norms of differences of vectors. A sum goes eight ways whatever the width of a lane; over float64 data each way keeps what its additions lose.
internal static unsafe class Differences<TLane, TStorage>
    where TLane : struct, ILane<TLane, TStorage>
    where TStorage : unmanaged
{
    // How many vectors are compared with one at a time: as many sums that do not wait for each other.
    internal const int Many = 4;

    private const int Ways = 8;

    private static bool IsExact => typeof(TStorage) == typeof(double);

    // ‖a − b‖ₚ for each of so many vectors b, one after another.
    internal static void Norms(double p, TStorage* a, TStorage* b, int width, int count, double* norms)
    {
        var sums = stackalloc double[Many];
        var j = 0;
        if (p is 0 or 1 or 2 || double.IsPositiveInfinity(p))
            for (; j < count; j += Many)
            {
                // The last take some again.
                var first = Math.Max(0, Math.Min(j, count - Many));
                var last = Math.Min(Many, count) - 1;
                TStorage* b0 = b + (nint)first * width,
                    b1 = b0 + (nint)Math.Min(1, last) * width,
                    b2 = b0 + (nint)Math.Min(2, last) * width,
                    b3 = b0 + (nint)Math.Min(3, last) * width;
                if (p == 2)
                    Sums<SquareComponent>(a, b0, b1, b2, b3, width, default, sums);
                else if (p == 1)
                    Sums<SizeComponent>(a, b0, b1, b2, b3, width, default, sums);
                else if (p == 0)
                    Sums<CountComponent>(a, b0, b1, b2, b3, width, default, sums);
                else
                    Sums<LargestComponent>(a, b0, b1, b2, b3, width, default, sums);
                for (var k = 0; k <= last; k++)
                    norms[first + k] = p == 2 ? Root(sums[k], a, b0 + (nint)k * width, width) : sums[k];
            }
        else
            for (; j < count; j++)
                norms[j] = General(p, a, b + (nint)j * width, width);
    }

    // √Σd²; where the squares have no room in float64, in units of the largest.
    private static double Root(double square, TStorage* a, TStorage* b, int width)
    {
        if (!IsExact || square is >= 1e-270 and <= 1e300 || double.IsNaN(square))
            return Math.Sqrt(square);
        var unit = Unit(a, b, width);
        return double.IsFinite(unit) && unit > 0 ? unit * Math.Sqrt(Sum<ScaledSquareComponent>(a, b, width, unit, 2)) : Math.Sqrt(square);
    }

    // In units of the largest, whose powers neither overflow nor vanish.
    private static double General(double p, TStorage* a, TStorage* b, int width)
    {
        var unit = Unit(a, b, width);
        if (unit == 0 || double.IsNaN(unit))
            return unit;
        if (double.IsInfinity(unit))
            unit = 1;
        var total = Sum<PowerComponent>(a, b, width, unit, p);
        return unit * PowerOf(total, 1 / p);
    }

    // The largest component, but no less than has an inverse.
    private static double Unit(TStorage* a, TStorage* b, int width)
    {
        var largest = Sum<LargestComponent>(a, b, width, 1, 0);
        return largest > 0 ? Math.Max(largest, 1e-300) : largest;
    }

    // By the lanes' own power, as every element's is.
    private static double PowerOf(double x, double exponent)
    {
        var number = stackalloc double[Ways];
        new Span<double>(number, Ways).Fill(x);
        TLane.StoreNumbers(TLane.Power(TLane.LoadNumbers(in *number, 0), exponent), ref *number, 0);
        return number[0];
    }

    private static double Sum<TComponent>(TStorage* a, TStorage* b, int width, double unit, double exponent)
        where TComponent : struct, IComponent
    {
        var sums = stackalloc double[Many];
        Sums<TComponent>(a, b, b, b, b, width, new(TLane.Constant(unit), exponent), sums, isOne: true);
        return sums[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sums<TComponent>(
        TStorage* a,
        TStorage* b0,
        TStorage* b1,
        TStorage* b2,
        TStorage* b3,
        int width,
        in Power<TLane> power,
        double* results,
        bool isOne = false
    )
        where TComponent : struct, IComponent
    {
        var whole = (nuint)(width / Ways * Ways);
        // Sums, and what they lost: a place for each way of each vector.
        double* sums = stackalloc double[Many * Ways],
            lost = stackalloc double[Many * Ways];
        for (nuint way = 0; way < Ways; way += (nuint)TLane.Count)
        {
            TLane s0 = TLane.Constant(0),
                s1 = s0,
                s2 = s0,
                s3 = s0,
                l0 = s0,
                l1 = s0,
                l2 = s0,
                l3 = s0;
            if (isOne)
                for (var i = way; i < whole; i += Ways)
                    Add<TComponent>(ref s0, ref l0, TComponent.Of(TLane.Load(in *a, i) - TLane.Load(in *b0, i), power));
            else
                for (var i = way; i < whole; i += Ways)
                {
                    var x = TLane.Load(in *a, i);
                    Add<TComponent>(ref s0, ref l0, TComponent.Of(x - TLane.Load(in *b0, i), power));
                    Add<TComponent>(ref s1, ref l1, TComponent.Of(x - TLane.Load(in *b1, i), power));
                    Add<TComponent>(ref s2, ref l2, TComponent.Of(x - TLane.Load(in *b2, i), power));
                    Add<TComponent>(ref s3, ref l3, TComponent.Of(x - TLane.Load(in *b3, i), power));
                }
            TLane.StoreNumbers(s0, ref *sums, way);
            TLane.StoreNumbers(s1, ref *sums, Ways + way);
            TLane.StoreNumbers(s2, ref *sums, 2 * Ways + way);
            TLane.StoreNumbers(s3, ref *sums, 3 * Ways + way);
            TLane.StoreNumbers(l0, ref *lost, way);
            TLane.StoreNumbers(l1, ref *lost, Ways + way);
            TLane.StoreNumbers(l2, ref *lost, 2 * Ways + way);
            TLane.StoreNumbers(l3, ref *lost, 3 * Ways + way);
        }
        var rest = width - (int)whole;
        if (rest > 0)
            AddRest<TComponent>(a + whole, b0 + whole, rest, power, sums, lost);
        if (rest > 0 && !isOne)
        {
            AddRest<TComponent>(a + whole, b1 + whole, rest, power, sums + Ways, lost + Ways);
            AddRest<TComponent>(a + whole, b2 + whole, rest, power, sums + 2 * Ways, lost + 2 * Ways);
            AddRest<TComponent>(a + whole, b3 + whole, rest, power, sums + 3 * Ways, lost + 3 * Ways);
        }
        for (var k = 0; k < (isOne ? 1 : Many); k++)
            results[k] = Total<TComponent>(sums + k * Ways, lost + k * Ways);
    }

    // What is left of a vector, padded: an element's term does not depend on where it stands.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRest<TComponent>(TStorage* a, TStorage* b, int rest, in Power<TLane> power, double* sums, double* lost)
        where TComponent : struct, IComponent
    {
        var padded = stackalloc TStorage[2 * Ways];
        new Span<TStorage>(padded, 2 * Ways).Clear();
        new ReadOnlySpan<TStorage>(a, rest).CopyTo(new(padded, rest));
        new ReadOnlySpan<TStorage>(b, rest).CopyTo(new(padded + Ways, rest));
        for (nuint way = 0; way < (nuint)rest; way += (nuint)TLane.Count)
        {
            TLane sum = TLane.LoadNumbers(in *sums, way),
                loss = TLane.LoadNumbers(in *lost, way);
            Add<TComponent>(ref sum, ref loss, TComponent.Of(TLane.Load(in *padded, way) - TLane.Load(in *padded, Ways + way), power));
            TLane.StoreNumbers(sum, ref *sums, way);
            TLane.StoreNumbers(loss, ref *lost, way);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TComponent>(ref TLane sum, ref TLane lost, TLane term)
        where TComponent : struct, IComponent
    {
        if (TComponent.IsLargest)
            sum = TLane.Max(sum, term);
        else if (!IsExact)
            sum += term;
        else
            Compensated.Add(ref sum, ref lost, term);
    }

    private static double Total<TComponent>(double* sums, double* lost)
        where TComponent : struct, IComponent
    {
        double total = 0,
            rest = 0;
        for (var way = 0; way < Ways; way++)
            if (TComponent.IsLargest)
                total = Math.Max(total, sums[way]);
            else
                Compensated.Add(ref total, ref rest, sums[way], lost[way]);
        return IsExact && double.IsFinite(total) ? total + rest : total;
    }

    // totals += slope · the derivative of a norm of the difference a − b by a, where the norm is what it is; and what the additions lost.
    internal static void AddSlopes(double p, double slope, double norm, TStorage* a, TStorage* b, int width, double* totals, double* lost)
    {
        if (slope != 0)
            Use(p, slope, norm, a, b, width, new Adding(totals, lost));
    }

    // How much a norm of the difference a − b changes as that does by c − d.
    internal static double Change(double p, double norm, TStorage* a, TStorage* b, TStorage* c, TStorage* d, int width)
    {
        double* sums = stackalloc double[Ways],
            lost = stackalloc double[Ways];
        new Span<double>(sums, Ways).Clear();
        new Span<double>(lost, Ways).Clear();
        Use(p, 1, norm, a, b, width, new Multiplying(c, d, sums, lost));
        return Total<SizeComponent>(sums, lost);
    }

    // totals += slope · how much the derivative by a of a norm of a − b changes as that difference does by c − d, where the norm changes by so much:
    // (p − 1) / ‖δ‖ · (|δ / ‖δ‖|ᵖ⁻² · change of δ − derivative · change of ‖δ‖).
    internal static void AddCurvatures(
        double p,
        double slope,
        double norm,
        double change,
        TStorage* a,
        TStorage* b,
        TStorage* c,
        TStorage* d,
        int width,
        double* totals,
        double* lost
    )
    {
        if (slope == 0 || norm == 0 || !double.IsNaN(norm) && (p is 0 or 1 || double.IsPositiveInfinity(p)))
            return;
        var share = slope * (p - 1) / norm;
        AddSlopes(p, -share * change, norm, a, b, width, totals, lost);
        if (p == 2)
            new Adding(totals, lost).Run<ScaledSlope>(share, 1, 0, c, d, width);
        else
            new Stretching(c, d, totals, lost).Run<PowerSlope>(share, norm, p - 2, a, b, width);
    }

    // The slopes of a norm, to whoever does something with them.
    private static void Use<TUse>(double p, double slope, double norm, TStorage* a, TStorage* b, int width, TUse use)
        where TUse : struct, IUse
    {
        if (double.IsNaN(norm))
            use.Run<ScaledSlope>(norm, 1, 0, a, b, width);
        else if (norm == 0)
            return;
        else if (p == 2 && Math.Abs(slope / norm) is >= 1e-280 and <= 1e280)
            use.Run<ScaledSlope>(slope / norm, 1, 0, a, b, width);
        else if (p == 2)
            use.Run<QuotientSlope>(slope, norm, 0, a, b, width);
        else if (p == 1)
            use.Run<SignSlope>(slope, 1, 0, a, b, width);
        else if (double.IsPositiveInfinity(p))
            use.Run<SharedSlope>(slope / Count(norm, a, b, width), norm, 0, a, b, width);
        else if (p != 0)
            use.Run<PowerSlope>(slope, norm, p - 1, a, b, width);
    }

    // What is done with the slopes of all components of a difference.
    private interface IUse
    {
        void Run<TSlope>(double slope, double norm, double exponent, TStorage* a, TStorage* b, int width)
            where TSlope : struct, ISlope;
    }

    // Each is added in its place.
    private readonly struct Adding(double* totals, double* lost) : IUse
    {
        public void Run<TSlope>(double slope, double norm, double exponent, TStorage* a, TStorage* b, int width)
            where TSlope : struct, ISlope => AddSlopes<TSlope>(slope, norm, exponent, a, b, width, totals, lost);
    }

    // Each is multiplied with another difference, and all are added up.
    private readonly struct Multiplying(TStorage* c, TStorage* d, double* sums, double* lost) : IUse
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSlope>(double slope, double norm, double exponent, TStorage* a, TStorage* b, int width)
            where TSlope : struct, ISlope
        {
            var (slopes, norms) = (TLane.Constant(slope), TLane.Constant(norm));
            var padded = stackalloc TStorage[4 * Ways];
            for (nuint i = 0; i < (nuint)width; i += (nuint)TLane.Count)
            {
                var at = new Four(a, b, c, d, i, width, padded);
                Add(TSlope.Of(slopes, norms, exponent, at.Difference) * at.Change, sums, lost, i % Ways);
            }
        }
    }

    // Its power, without a sign, is multiplied with another difference and added in its place. A component of 0 has none.
    private readonly struct Stretching(TStorage* c, TStorage* d, double* totals, double* lost) : IUse
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSlope>(double slope, double norm, double exponent, TStorage* a, TStorage* b, int width)
            where TSlope : struct, ISlope
        {
            var (slopes, norms) = (TLane.Constant(slope), TLane.Constant(norm));
            var padded = stackalloc TStorage[4 * Ways];
            for (nuint i = 0; i < (nuint)width; i += (nuint)TLane.Count)
            {
                var at = new Four(a, b, c, d, i, width, padded);
                var size = TLane.Abs(TSlope.Of(slopes, norms, exponent, at.Difference));
                Add((slope < 0 ? -size : size) * at.Change, totals, lost, i);
            }
        }
    }

    // A lane of two differences; what is left of the vectors is padded.
    private readonly struct Four
    {
        public readonly TLane Difference;
        public readonly TLane Change;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Four(TStorage* a, TStorage* b, TStorage* c, TStorage* d, nuint i, int width, TStorage* padded)
        {
            var rest = width - (int)i;
            if (rest < TLane.Count)
            {
                new Span<TStorage>(padded, 4 * Ways).Clear();
                new ReadOnlySpan<TStorage>(a + i, rest).CopyTo(new(padded, rest));
                new ReadOnlySpan<TStorage>(b + i, rest).CopyTo(new(padded + Ways, rest));
                new ReadOnlySpan<TStorage>(c + i, rest).CopyTo(new(padded + 2 * Ways, rest));
                new ReadOnlySpan<TStorage>(d + i, rest).CopyTo(new(padded + 3 * Ways, rest));
                a = padded;
                b = a + Ways;
                c = b + Ways;
                d = c + Ways;
                i = 0;
            }
            Difference = TLane.Load(in *a, i) - TLane.Load(in *b, i);
            Change = TLane.Load(in *c, i) - TLane.Load(in *d, i);
        }
    }

    private static int Count(double largest, TStorage* a, TStorage* b, int width)
    {
        var count = 0;
        for (var i = 0; i < width; i++)
            count += Math.Abs(Widen(a[i]) - Widen(b[i])) == largest ? 1 : 0;
        return count;
    }

    private static double Widen(TStorage value) =>
        typeof(TStorage) == typeof(float) ? Unsafe.BitCast<TStorage, float>(value) : Unsafe.BitCast<TStorage, double>(value);

    private interface ISlope
    {
        static abstract TLane Of(TLane slope, TLane norm, double exponent, TLane difference);
    }

    private readonly struct ScaledSlope : ISlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Of(TLane slope, TLane norm, double exponent, TLane difference) => slope * difference;
    }

    private readonly struct QuotientSlope : ISlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Of(TLane slope, TLane norm, double exponent, TLane difference) => slope * (difference / norm);
    }

    private readonly struct SignSlope : ISlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Of(TLane slope, TLane norm, double exponent, TLane difference) => Signed(slope, difference);
    }

    private readonly struct SharedSlope : ISlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Of(TLane slope, TLane norm, double exponent, TLane difference) =>
            TLane.IfLess(TLane.Abs(difference), norm, TLane.Constant(0), Signed(slope, difference));
    }

    // A component of 0 has none, also where p is less than 1 and a root is vertical there.
    private readonly struct PowerSlope : ISlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Of(TLane slope, TLane norm, double exponent, TLane difference) =>
            Signed(TLane.Weigh(slope, TLane.Power(TLane.Abs(difference) / norm, exponent)), difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Signed(TLane slope, TLane x) =>
        TLane.IfLess(x, TLane.Constant(0), -slope, TLane.IfLess(TLane.Constant(0), x, slope, TLane.Constant(0)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSlopes<TSlope>(
        double slope,
        double norm,
        double exponent,
        TStorage* a,
        TStorage* b,
        int width,
        double* totals,
        double* lost
    )
        where TSlope : struct, ISlope
    {
        var (slopes, norms) = (TLane.Constant(slope), TLane.Constant(norm));
        var step = (nuint)TLane.Count;
        nuint i = 0;
        for (; i + step <= (nuint)width; i += step)
            Add(TSlope.Of(slopes, norms, exponent, TLane.Load(in *a, i) - TLane.Load(in *b, i)), totals, lost, i);
        var rest = width - (int)i;
        if (rest == 0)
            return;
        var padded = stackalloc TStorage[2 * Ways];
        new Span<TStorage>(padded, 2 * Ways).Clear();
        new ReadOnlySpan<TStorage>(a + i, rest).CopyTo(new(padded, rest));
        new ReadOnlySpan<TStorage>(b + i, rest).CopyTo(new(padded + Ways, rest));
        // The totals have room for the last lane.
        Add(TSlope.Of(slopes, norms, exponent, TLane.Load(in *padded, 0) - TLane.Load(in *padded, Ways)), totals, lost, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TLane term, double* totals, double* lost, nuint i)
    {
        var total = TLane.LoadNumbers(in *totals, i);
        if (IsExact)
        {
            var loss = TLane.LoadNumbers(in *lost, i);
            Compensated.Add(ref total, ref loss, term);
            TLane.StoreNumbers(loss, ref *lost, i);
        }
        else
            total += term;
        TLane.StoreNumbers(total, ref *totals, i);
    }
}
