using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Losses;

/// <summary>A loss of pairs over pinned memory. The pairs that count are those of each first with all seconds up to some place, in one order of the list: no pair is stored.</summary>
/// <param name="loss">The definition.</param>
/// <param name="x">The prediction.</param>
/// <param name="t">The target; null where labels take its place.</param>
/// <param name="labels">Of each list the places of the firsts, of target 1; what is not among them is a second, of target 0. A list ends with a negative one.</param>
/// <param name="at">How the lists lie: outer × length × inner.</param>
internal sealed unsafe class PairsJob<L, S>(L loss, S* x, S* t, Labels? labels, (int Outer, int Length, int Inner) at)
    where L : struct, IPairs
    where S : unmanaged
{
    private const int Ways = 8;

    // Elements for some tens of microseconds, where there are few pairs of each.
    private const int ChunkLength = 1 << 14;

    // Of so many pairs a list is cut into parts, which its length alone decides.
    private const long PartPairs = 1 << 22;

    private int Lists => at.Outer * at.Inner;

    private int Width => labels is null ? at.Length : labels.Shape[-1];

    /// <summary>The loss of every list, how many of its pairs count, and its slopes by an operand, whatever comes from above.</summary>
    /// <param name="values">One for each list, or null.</param>
    /// <param name="counts">One for each list, or null.</param>
    /// <param name="slopes">In the order of the operand, or null.</param>
    /// <param name="byTarget">Whether they are those by the target.</param>
    internal void Run(double* values, double* counts, double* slopes, bool byTarget)
    {
        var pairs = (labels is null ? (long)at.Length * at.Length / 2 : (long)at.Length * Width) + 1;
        var parts = (int)Math.Clamp(pairs / PartPairs, 1, 16);
        if (parts > 1)
        {
            // One list after another, each by all threads.
            using var memory = new Workspace(at.Length, Width);
            for (var list = 0; list < Lists; list++)
                RunList(memory, list, parts, values, counts, slopes, byTarget);
            return;
        }
        var chunk = (int)Math.Clamp(Math.Min(PartPairs / 16 / pairs, ChunkLength / Math.Max(1, at.Length)), 1, Math.Max(1, Lists));
        var chunks = Cut.Count(Lists, chunk);
        Threads.Run(
            chunks,
            Math.Min(Threads.Max, Math.Max(1, chunks)),
            (part, _) =>
            {
                using var memory = new Workspace(at.Length, Width);
                for (var list = part * chunk; list < Cut.End(Lists, part * chunk, chunk); list++)
                    RunList(memory, list, 1, values, counts, slopes, byTarget);
            }
        );
    }

    private void RunList(Workspace memory, int list, int parts, double* values, double* counts, double* slopes, bool byTarget)
    {
        var from = (nint)(list / at.Inner) * at.Length * at.Inner + list % at.Inner;
        var isNumber = labels is null ? Order(memory, from) : Order(memory, from, list);
        var count = 0.0;
        for (var i = 0; i < memory.Firsts; i++)
            count += memory.Ends[i];
        if (counts is not null)
            counts[list] = isNumber ? count : double.NaN;
        var value = isNumber ? 0 : double.NaN;
        if (count > 0 && isNumber)
            value = Pairs(memory, parts, slopes is not null, byTarget);
        if (values is not null)
            values[list] = value;
        if (slopes is null)
            return;
        var to = slopes + from;
        if (count == 0 || !isNumber)
        {
            for (var i = 0; i < at.Length; i++)
                to[(nint)i * at.Inner] = isNumber ? 0 : double.NaN;
            return;
        }
        if (typeof(S) != typeof(float))
            for (var i = 0; i < memory.Seconds; i++)
                memory.Slopes[i] += double.IsFinite(memory.Slopes[i]) ? memory.Lost[i] : 0;
        if (labels is null)
            for (var i = 0; i < memory.Seconds; i++)
                to[(nint)memory.Order[i] * at.Inner] = memory.Slopes[i];
        else
        {
            var isOwn = memory.IsOwn(at.Length);
            var slope = memory.Slopes;
            for (var (start, end) = Next(isOwn, 0); start < at.Length; (start, end) = Next(isOwn, end))
            {
                new Span<double>(slope, end - start).CopyTo(new(to + start, end - start));
                slope += end - start;
            }
            for (var i = 0; i < memory.Firsts; i++)
                to[memory.OrderOfFirsts[i]] = 0;
        }
        for (var i = 0; i < memory.Firsts; i++)
            to[(nint)memory.OrderOfFirsts[i] * at.Inner] += memory.FirstSlopes[i];
    }

    // By target, the smallest first, or from the last place to the first: then all seconds of a first come before it.
    private bool Order(Workspace memory, nint from)
    {
        int n = at.Length;
        memory.Firsts = memory.Seconds = n;
        var order = new Span<int>(memory.Order, n);
        var isByPlace = L.Order == PairOrder.ByPlace;
        var isNumber = true;
        for (var i = 0; i < n; i++)
        {
            order[i] = isByPlace ? n - 1 - i : i;
            isNumber &= !double.IsNaN(memory.T[i] = Widen(t[from + (nint)order[i] * at.Inner]));
        }
        if (!isNumber)
            return false;
        if (!isByPlace)
            new Span<double>(memory.T, n).Sort(order);
        var end = 0;
        for (var i = 0; i < n; i++)
        {
            memory.X[i] = Widen(x[from + (nint)order[i] * at.Inner]);
            if (isByPlace || (i > 0 && memory.T[i - 1] < memory.T[i]))
                end = i;
            memory.Ends[i] = end;
            memory.OrderOfFirsts[i] = order[i];
            memory.FirstX[i] = memory.X[i];
            memory.FirstT[i] = memory.T[i];
        }
        return true;
    }

    private bool Order(Workspace memory, nint from, int list)
    {
        var own = labels!.Indices.Slice(list * Width, Width);
        var last = own.IndexOfAnyInRange(int.MinValue, -1);
        own = last < 0 ? own : own[..last];
        memory.Firsts = own.Length;
        var isOwn = memory.IsOwn(at.Length);
        isOwn.Clear();
        foreach (var label in own)
            isOwn[label] = 1;
        var count = 0;
        for (var (start, end) = Next(isOwn, 0); start < at.Length; (start, end) = Next(isOwn, end))
        {
            Widen(new(x + from + start, end - start), new(memory.X + count, end - start));
            count += end - start;
        }
        memory.Seconds = count;
        for (var i = 0; i < own.Length; i++)
        {
            memory.Ends[i] = count;
            memory.OrderOfFirsts[i] = own[i];
            memory.FirstX[i] = Widen(x[from + (nint)own[i] * at.Inner]);
            memory.FirstT[i] = 1;
        }
        return true;
    }

    // The next run of places that are no label's.
    private static (int Start, int End) Next(ReadOnlySpan<byte> isOwn, int from)
    {
        var start = isOwn[from..].IndexOf((byte)0);
        start = start < 0 ? isOwn.Length : from + start;
        var end = isOwn[start..].IndexOf((byte)1);
        return (start, end < 0 ? isOwn.Length : start + end);
    }

    private double Pairs(Workspace memory, int parts, bool isSloped, bool byTarget)
    {
        if (parts == 1)
        {
            memory.Clear();
            Run(memory, 0, memory.Firsts, isSloped, byTarget);
            return memory.Value();
        }
        // The seconds' slopes of each part lie apart, and are added in the order of the parts.
        var all = new Workspace?[parts];
        memory.Clear();
        try
        {
            for (var part = 0; part < parts; part++)
                all[part] = memory.Shared();
            Threads.Run(parts, Math.Min(Threads.Max, parts), (part, _) => Run(all[part]!, part, memory.Firsts, isSloped, byTarget, parts));
            foreach (var part in all)
                memory.Add(part!);
        }
        finally
        {
            foreach (var part in all)
                part?.Dispose();
        }
        return memory.Value();
    }

    private void Run(Workspace memory, int first, int last, bool isSloped, bool byTarget, int step = 1)
    {
        if (!isSloped)
            Widest.Run<S, Work<Third>>(new(this, memory, first, last, step));
        else if (byTarget)
            Widest.Run<S, Work<Second>>(new(this, memory, first, last, step));
        else
            Widest.Run<S, Work<First>>(new(this, memory, first, last, step));
    }

    // By the predictions, by the targets, or by nothing.
    private readonly struct Work<TBy>(PairsJob<L, S> job, Workspace memory, int first, int last, int step) : IWork<S>
        where TBy : IOperand
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S>
        {
            Cancellable.Pace pace = default;
            for (var i = first; i < last; i += step)
            {
                var end = memory.Ends[i];
                if (end == 0)
                    continue;
                pace.Step(end);
                new Span<double>(memory.Sums + 2 * Ways, 2 * Ways).Clear();
                var whole = end / Ways * Ways;
                for (var way = 0; way < Ways; way += TLane.Count)
                {
                    if (whole > 0)
                        Way<TLane, No>(i, way, whole, Ways);
                    if (whole < end)
                        Way<TLane, Yes>(i, whole + way, whole + Ways, end - whole);
                }
                if (TBy.Index == 2)
                    continue;
                double slope = 0,
                    lost = 0;
                for (var way = 0; way < Ways; way++)
                {
                    Compensated.Add(ref slope, ref lost, memory.Sums[2 * Ways + way]);
                    lost += memory.Sums[3 * Ways + way];
                }
                memory.FirstSlopes[i] = double.IsFinite(slope) ? slope + lost : slope;
            }
        }

        private void Way<TLane, TFew>(int i, int start, int end, int few)
            where TLane : struct, ILane<TLane, S>
            where TFew : IChoice
        {
            if (TBy.Index == 2)
            {
                job.Values<TLane, TFew>(memory, i, start, end, few);
                return;
            }
            job.Firsts<TLane, TBy, TFew>(memory, i, start, end, few);
            if (TBy.Index == 1 || !L.IsOfDifference)
                job.Seconds<TLane, TBy, TFew>(memory, i, start, end, few);
        }
    }

    // One first against seconds, eight apart; of the last few some are none. One loop for each use: together they would be past what the JIT inlines.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Values<TLane, TFew>(Workspace memory, int i, int start, int end, int few)
        where TLane : struct, ILane<TLane, S>
        where TFew : IChoice
    {
        double* xs = memory.X,
            ts = memory.T,
            sums = memory.Sums + start % Ways;
        TLane zero = TLane.Constant(0),
            x = TLane.Constant(memory.FirstX[i]),
            t = TLane.Constant(memory.FirstT[i]);
        TLane sum = TLane.LoadNumbers(in *sums, 0),
            error = TLane.LoadNumbers(in *sums, Ways);
        for (var j = (nuint)start; j < (nuint)end; j += Ways)
        {
            var term = loss.Of(x, TLane.LoadNumbers(in *xs, j), t, TLane.LoadNumbers(in *ts, j));
            if (TFew.Yes)
                term = TLane.IfLess(TLane.LoadNumbers(in *memory.Places, (nuint)(start % Ways)), TLane.Constant(few), term, zero);
            Add(term, ref sum, ref error);
        }
        TLane.StoreNumbers(sum, ref *sums, 0);
        TLane.StoreNumbers(error, ref *sums, Ways);
    }

    // With the slope by the first; that by a second is its negative where the loss is one of differences.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Firsts<TLane, TBy, TFew>(Workspace memory, int i, int start, int end, int few)
        where TLane : struct, ILane<TLane, S>
        where TBy : IOperand
        where TFew : IChoice
    {
        double* xs = memory.X,
            ts = memory.T,
            sums = memory.Sums + start % Ways;
        TLane zero = TLane.Constant(0),
            x = TLane.Constant(memory.FirstX[i]),
            t = TLane.Constant(memory.FirstT[i]);
        TLane sum = TLane.LoadNumbers(in *sums, 0),
            error = TLane.LoadNumbers(in *sums, Ways),
            slopes = TLane.LoadNumbers(in *sums, 2 * Ways),
            slopesError = TLane.LoadNumbers(in *sums, 3 * Ways);
        for (var j = (nuint)start; j < (nuint)end; j += Ways)
        {
            var pair = loss.Of(
                TBy.Index == 0 ? Dual<TLane>.Variable(x) : Dual<TLane>.Fixed(x),
                Dual<TLane>.Fixed(TLane.LoadNumbers(in *xs, j)),
                TBy.Index == 1 ? Dual<TLane>.Variable(t) : Dual<TLane>.Fixed(t),
                Dual<TLane>.Fixed(TLane.LoadNumbers(in *ts, j))
            );
            TLane term = pair.Value,
                slope = pair.Derivative;
            if (TFew.Yes)
            {
                TLane place = TLane.LoadNumbers(in *memory.Places, (nuint)(start % Ways)),
                    count = TLane.Constant(few);
                term = TLane.IfLess(place, count, term, zero);
                slope = TLane.IfLess(place, count, slope, zero);
            }
            Add(term, ref sum, ref error);
            Add(slope, ref slopes, ref slopesError);
            if (TBy.Index == 0 && L.IsOfDifference)
                AddTo(memory, j, zero - slope);
        }
        TLane.StoreNumbers(sum, ref *sums, 0);
        TLane.StoreNumbers(error, ref *sums, Ways);
        TLane.StoreNumbers(slopes, ref *sums, 2 * Ways);
        TLane.StoreNumbers(slopesError, ref *sums, 3 * Ways);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Seconds<TLane, TBy, TFew>(Workspace memory, int i, int start, int end, int few)
        where TLane : struct, ILane<TLane, S>
        where TBy : IOperand
        where TFew : IChoice
    {
        double* xs = memory.X,
            ts = memory.T;
        TLane x = TLane.Constant(memory.FirstX[i]),
            t = TLane.Constant(memory.FirstT[i]);
        for (var j = (nuint)start; j < (nuint)end; j += Ways)
        {
            TLane otherX = TLane.LoadNumbers(in *xs, j),
                otherT = TLane.LoadNumbers(in *ts, j);
            var slope = loss.Of(
                Dual<TLane>.Fixed(x),
                TBy.Index == 0 ? Dual<TLane>.Variable(otherX) : Dual<TLane>.Fixed(otherX),
                Dual<TLane>.Fixed(t),
                TBy.Index == 1 ? Dual<TLane>.Variable(otherT) : Dual<TLane>.Fixed(otherT)
            ).Derivative;
            if (TFew.Yes)
                slope = TLane.IfLess(
                    TLane.LoadNumbers(in *memory.Places, (nuint)(start % Ways)),
                    TLane.Constant(few),
                    slope,
                    TLane.Constant(0)
                );
            AddTo(memory, j, slope);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TLane>(Workspace memory, nuint j, TLane slope)
        where TLane : struct, ILane<TLane, S>
    {
        var slopes = TLane.LoadNumbers(in *memory.Slopes, j);
        if (typeof(S) == typeof(float))
        {
            TLane.StoreNumbers(slopes + slope, ref *memory.Slopes, j);
            return;
        }
        var lost = TLane.LoadNumbers(in *memory.Lost, j);
        Compensated.Add(ref slopes, ref lost, slope);
        TLane.StoreNumbers(slopes, ref *memory.Slopes, j);
        TLane.StoreNumbers(lost, ref *memory.Lost, j);
    }

    // Over float64 data the error of each addition is kept; over float32 data a plain float64 sum has bits to spare.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLane>(TLane value, ref TLane sum, ref TLane error)
        where TLane : struct, ILane<TLane, S>
    {
        if (typeof(S) == typeof(float))
            sum += value;
        else
            Compensated.Add(ref sum, ref error, value);
    }

    private static void Widen(ReadOnlySpan<S> from, Span<double> to)
    {
        if (typeof(S) == typeof(float))
            TensorPrimitives.ConvertTruncating<float, double>(MemoryMarshal.Cast<S, float>(from), to);
        else
            MemoryMarshal.Cast<S, double>(from).CopyTo(to);
    }

    private static double Widen(S value) => typeof(S) == typeof(float) ? Unsafe.BitCast<S, float>(value) : Unsafe.BitCast<S, double>(value);

    // What a list needs, and a lane more of each: operands in order, slopes, and of each first up to where its seconds go.
    private sealed class Workspace : IDisposable
    {
        private readonly double[] _numbers;
        private readonly int[] _places;
        private readonly MemoryHandle _pinnedNumbers;
        private readonly MemoryHandle _pinnedPlaces;
        private readonly int _length;

        internal Workspace(int length, int width)
            : this(Cut.Room(Math.Max(length, width) + (long)Ways, length, "elements in a list"), 7, 3)
        {
            // Of a part below, these are another's.
            FirstX = Lost + _length;
            FirstT = FirstX + _length;
            FirstSlopes = FirstT + _length;
            X = FirstSlopes + _length;
            T = X + _length;
            new Span<double>(X, 2 * _length).Clear();
            OrderOfFirsts = Order + _length;
            Ends = OrderOfFirsts + _length;
        }

        private Workspace(int length, int arrays, int arraysOfPlaces)
        {
            _length = length;
            _numbers = ArrayPool<double>.Shared.Rent(Cut.Room((long)arrays * length + 5 * Ways, length, "elements in a list"));
            _places = ArrayPool<int>.Shared.Rent(Cut.Room((long)arraysOfPlaces * length, length, "elements in a list"));
            _pinnedNumbers = _numbers.AsMemory().Pin();
            _pinnedPlaces = _places.AsMemory().Pin();
            Sums = (double*)_pinnedNumbers.Pointer;
            Places = Sums + 4 * Ways;
            for (var way = 0; way < Ways; way++)
                Places[way] = way;
            Slopes = Places + Ways;
            Lost = Slopes + _length;
            Order = (int*)_pinnedPlaces.Pointer;
        }

        internal double* X { get; private init; }
        internal double* T { get; private init; }
        internal double* Slopes { get; }
        internal double* Lost { get; }
        internal double* FirstX { get; private init; }
        internal double* FirstT { get; private init; }
        internal double* FirstSlopes { get; private init; }

        // Eight ways: of the value, what it lost, of the slope by a first, and what that lost.
        internal double* Sums { get; }

        // 0 to 7.
        internal double* Places { get; }
        internal int* Order { get; }
        internal int* OrderOfFirsts { get; }
        internal int* Ends { get; private init; }
        internal int Firsts { get; set; }
        internal int Seconds { get; set; }

        // With labels there is no other order than that of the places.
        internal Span<byte> IsOwn(int length) => new(Order, length);

        internal void Clear()
        {
            ClearSums();
            new Span<double>(FirstSlopes, Firsts).Clear();
        }

        private void ClearSums()
        {
            new Span<double>(Slopes, typeof(S) == typeof(float) ? Seconds + Ways : 2 * _length).Clear();
            new Span<double>(Sums, 4 * Ways).Clear();
        }

        internal double Value()
        {
            double sum = 0,
                lost = 0;
            for (var way = 0; way < Ways; way++)
            {
                Compensated.Add(ref sum, ref lost, Sums[way]);
                lost += Sums[Ways + way];
            }
            return double.IsFinite(sum) ? sum + lost : sum;
        }

        // The same operands, and the same place for the slopes of firsts; sums and slopes of seconds apart.
        internal Workspace Shared()
        {
            var part = new Workspace(_length, 2, 0)
            {
                Firsts = Firsts,
                Seconds = Seconds,
                X = X,
                T = T,
                FirstX = FirstX,
                FirstT = FirstT,
                FirstSlopes = FirstSlopes,
                Ends = Ends,
            };
            part.ClearSums();
            return part;
        }

        internal void Add(Workspace part)
        {
            for (var i = 0; i < Seconds; i++)
            {
                Compensated.Add(ref Slopes[i], ref Lost[i], part.Slopes[i]);
                Lost[i] += part.Lost[i];
            }
            for (var way = 0; way < Ways; way++)
            {
                Compensated.Add(ref Sums[way], ref Sums[Ways + way], part.Sums[way]);
                Sums[Ways + way] += part.Sums[Ways + way];
            }
        }

        public void Dispose()
        {
            _pinnedNumbers.Dispose();
            _pinnedPlaces.Dispose();
            ArrayPool<double>.Shared.Return(_numbers);
            ArrayPool<int>.Shared.Return(_places);
        }
    }
}
