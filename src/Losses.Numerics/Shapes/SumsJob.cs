using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A loss of sums over pinned memory: one pass for the sums of every group, another for the gradient, which is that of the sums carried to the elements.</summary>
/// <param name="loss">The definition.</param>
/// <param name="x">The prediction.</param>
/// <param name="t">The target.</param>
/// <param name="w">A weight for each element, or null.</param>
/// <param name="layout">Which elements are summed.</param>
internal sealed unsafe class SumsJob<L, S>(L loss, S* x, S* t, S* w, SumsLayout layout)
    where L : struct, ISums
    where S : unmanaged
{
    private const int Terms = 4;

    // A sum goes eight ways whatever the width of a lane, so that it is the same bits on every machine.
    private const int Ways = 8;

    // So many neighbours that belong to groups of their own are summed at once: their sums stay in the first cache.
    private const int Columns = 256;

    private int Parts => Cut.Count(layout.Length, layout.IsAlong ? SumsLayout.PartLength : Columns);

    // Rows of neighbours that are summed one after another: a part of a column.
    private int RowsOfPart => SumsLayout.PartLength / Math.Clamp(layout.Length, 1, Columns);

    private static int Workers(int units) => Math.Min(Threads.Max, Math.Max(1, units / 4));

    /// <summary>The sums of every group, four numbers each.</summary>
    internal double[] Sums()
    {
        if (layout.IsAlong)
        {
            var units = layout.Groups * layout.Runs * Parts;
            var partial = new double[(long)units * Terms];
            var perChunk = Math.Max(1, SumsLayout.PartLength / Math.Max(1, layout.Length));
            fixed (double* p = partial)
            {
                var to = (nint)p;
                var chunks = Cut.Count(units, perChunk);
                Threads.Run(
                    chunks,
                    Workers(chunks),
                    (chunk, _) =>
                    {
                        for (var unit = chunk * perChunk; unit < Cut.End(units, chunk * perChunk, perChunk); unit++)
                        {
                            var part = unit % Parts;
                            var start = Place(unit / Parts) + part * SumsLayout.PartLength;
                            var count = Math.Min(SumsLayout.PartLength, layout.Length - part * SumsLayout.PartLength);
                            Widest.Run<S, SumAlong>(new(this, start, count, (double*)to + (nint)unit * Terms));
                        }
                    }
                );
            }
            return Added(partial, layout.Groups, layout.Runs * Parts, 1);
        }
        var pieces = Cut.Count(layout.Runs, RowsOfPart);
        var all = new double[(long)layout.Groups * pieces * layout.Length * Terms];
        fixed (double* p = all)
        {
            var to = (nint)p;
            Threads.Run(
                layout.Groups * pieces * Parts,
                Workers(layout.Groups * pieces * Parts),
                (unit, _) =>
                {
                    int column = unit % Parts * Columns,
                        piece = unit / Parts % pieces,
                        group = unit / Parts / pieces;
                    var count = Math.Min(Columns, layout.Length - column);
                    var into = (double*)to + (((nint)group * pieces + piece) * layout.Length + column) * Terms;
                    var first = piece * RowsOfPart;
                    var memory = stackalloc double[2 * Terms * Columns];
                    new Span<double>(memory, 2 * Terms * Columns).Clear();
                    for (var run = first; run < Cut.End(layout.Runs, first, RowsOfPart); run++)
                        Widest.Run<S, SumAcross>(new(this, layout.Start(group, run) + column, count, memory));
                    for (var i = 0; i < count; i++)
                    for (var k = 0; k < Terms; k++)
                        into[i * Terms + k] = memory[k * Columns + i] + memory[(Terms + k) * Columns + i];
                }
            );
        }
        return Added(all, layout.Groups, pieces, layout.Length);
    }

    // Adds the parts of each group up, in their order, with what each addition loses.
    private static double[] Added(double[] parts, int groups, int each, int neighbours)
    {
        if (each == 1)
            return parts;
        var sums = new double[(long)groups * neighbours * Terms];
        var width = neighbours * Terms;
        for (var group = 0; group < groups; group++)
        for (var i = 0; i < width; i++)
        {
            double sum = 0,
                error = 0;
            for (var part = 0; part < each; part++)
                Compensated.Add(ref sum, ref error, parts[((long)group * each + part) * width + i]);
            sums[(long)group * width + i] = sum + (double.IsFinite(sum) ? error : 0);
        }
        return sums;
    }

    /// <summary>The loss of every group.</summary>
    internal double[] Values(double[] sums) => Values(loss, sums);

    internal static double[] Values(L loss, double[] sums)
    {
        var values = new double[sums.Length / Terms];
        for (var group = 0; group < values.Length; group++)
            values[group] = loss.Value(At(sums, group));
        return values;
    }

    private static Terms<Real> At(double[] sums, int group)
    {
        var at = sums.AsSpan(group * Terms, Terms);
        return new(at[0], at[1], at[2], at[3]);
    }

    // How the loss of a group changes with each of its sums, times what comes from above.
    internal static double[] Shares(L loss, double[] sums, ReadOnlySpan<double> upstream)
    {
        var shares = new double[sums.Length];
        for (var group = 0; group < sums.Length / Terms; group++)
        {
            var g = upstream[upstream.Length == 1 ? 0 : group];
            if (g == 0)
                continue;
            var at = At(sums, group);
            for (var k = 0; k < L.Count; k++)
                shares[group * Terms + k] =
                    g
                    * loss.Value(
                        new Terms<Dual<Real>>(Seed(at.A, k == 0), Seed(at.B, k == 1), Seed(at.C, k == 2), Seed(at.D, k == 3))
                    ).Derivative;
        }
        return shares;

        static Dual<Real> Seed(Real value, bool isVaried) => isVaried ? Dual<Real>.Variable(value) : Dual<Real>.Fixed(value);
    }

    /// <summary>The gradient by prediction or target, rounded once; it may be the memory of an operand.</summary>
    internal void Gradient(double[] sums, ReadOnlySpan<double> upstream, bool byTarget, S* gradient)
    {
        var shares = Shares(loss, sums, upstream);
        var isAlong = layout.IsAlong;
        var units = layout.Groups * layout.Runs * Parts;
        var partLength = isAlong ? SumsLayout.PartLength : Columns;
        var perChunk = Math.Max(1, SumsLayout.PartLength / Math.Max(1, Math.Min(layout.Length, partLength)));
        var to = (nint)gradient;
        // The shares of neighbours by term: lanes read them one after another.
        var turned = isAlong ? shares : Turned(shares);
        fixed (double* p = turned)
        {
            var share = (nint)p;
            var chunks = Cut.Count(units, perChunk);
            Threads.Run(
                chunks,
                Workers(chunks),
                (chunk, _) =>
                {
                    for (var unit = chunk * perChunk; unit < Cut.End(units, chunk * perChunk, perChunk); unit++)
                    {
                        int part = unit % Parts,
                            place = unit / Parts;
                        var group = place / layout.Runs;
                        var start = Place(place) + part * partLength;
                        var count = Math.Min(partLength, layout.Length - part * partLength);
                        var from = isAlong
                            ? (double*)share + (nint)group * Terms
                            : (double*)share + (nint)group * Terms * layout.Length + part * partLength;
                        if (byTarget)
                            Widest.Run<S, SlopesBy<Second>>(new(this, start, count, layout.Length, from, (S*)to));
                        else
                            Widest.Run<S, SlopesBy<First>>(new(this, start, count, layout.Length, from, (S*)to));
                    }
                }
            );
        }
    }

    private double[] Turned(double[] shares)
    {
        var turned = new double[shares.Length];
        for (var group = 0; group < layout.Groups; group++)
        for (var k = 0; k < Terms; k++)
        for (var i = 0; i < layout.Length; i++)
            turned[((long)group * Terms + k) * layout.Length + i] = shares[((long)group * layout.Length + i) * Terms + k];
        return turned;
    }

    private int Place(int groupAndRun) => layout.Start(groupAndRun / layout.Runs, groupAndRun % layout.Runs);

    private readonly struct SumAlong(SumsJob<L, S> job, int start, int count, double* sums) : IWork<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => job.Along<TLane>(start, count, sums);
    }

    private readonly struct SumAcross(SumsJob<L, S> job, int start, int count, double* sums) : IWork<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => job.Across<TLane>(start, count, sums);
    }

    private readonly struct SlopesBy<TBy>(SumsJob<L, S> job, int start, int count, int apart, double* numbers, S* gradient) : IWork<S>
        where TBy : IOperand
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S>
        {
            var whole = count / TLane.Count * TLane.Count;
            var isWeighed = job.Weights is not null;
            if (job.IsAlong)
            {
                if (isWeighed)
                    job.Slopes<TLane, TBy, Yes, Yes>(
                        job.X + start,
                        job.T + start,
                        job.Weights + start,
                        whole,
                        apart,
                        numbers,
                        gradient + start
                    );
                else
                    job.Slopes<TLane, TBy, Yes, No>(job.X + start, job.T + start, null, whole, apart, numbers, gradient + start);
            }
            else if (isWeighed)
                job.Slopes<TLane, TBy, No, Yes>(job.X + start, job.T + start, job.Weights + start, whole, apart, numbers, gradient + start);
            else
                job.Slopes<TLane, TBy, No, No>(job.X + start, job.T + start, null, whole, apart, numbers, gradient + start);
            if (whole == count)
                return;
            // What is left is padded to a lane.
            var rest = count - whole;
            var padded = stackalloc S[4 * Ways];
            var shares = stackalloc double[Terms * Ways];
            job.Pad(start + whole, rest, padded);
            if (job.IsAlong)
                job.Slopes<TLane, TBy, Yes, Yes>(padded, padded + Ways, padded + 2 * Ways, TLane.Count, apart, numbers, padded + 3 * Ways);
            else
            {
                for (var k = 0; k < Terms; k++)
                for (var i = 0; i < rest; i++)
                    shares[k * Ways + i] = numbers[(nint)k * apart + whole + i];
                job.Slopes<TLane, TBy, No, Yes>(padded, padded + Ways, padded + 2 * Ways, TLane.Count, Ways, shares, padded + 3 * Ways);
            }
            new ReadOnlySpan<S>(padded + 3 * Ways, rest).CopyTo(new(gradient + start + whole, rest));
        }
    }

    private S* X => x;

    private S* T => t;

    private S* Weights => w;

    private bool IsAlong => layout.IsAlong;

    // Some elements of each operand, in the place of eight, with the weights 0 beyond.
    private void Pad(int start, int count, S* padded)
    {
        new Span<S>(padded, 3 * Ways).Clear();
        new ReadOnlySpan<S>(x + start, count).CopyTo(new(padded, count));
        new ReadOnlySpan<S>(t + start, count).CopyTo(new(padded + Ways, count));
        if (w is not null)
            new ReadOnlySpan<S>(w + start, count).CopyTo(new(padded + 2 * Ways, count));
        else if (typeof(S) == typeof(float))
            new Span<float>(padded + 2 * Ways, count).Fill(1);
        else
            new Span<double>(padded + 2 * Ways, count).Fill(1);
    }

    // The sums of neighbours that belong to one group.
    [SkipLocalsInit]
    private void Along<TLane>(int start, int count, double* sums)
        where TLane : struct, ILane<TLane, S>
    {
        var ways = stackalloc double[2 * Terms * Ways];
        var whole = count / Ways * Ways;
        for (var way = 0; way < Ways; way += TLane.Count)
            if (w is null)
                AlongWay<TLane, No>(x + start, t + start, null, way, whole, ways);
            else
                AlongWay<TLane, Yes>(x + start, t + start, w + start, way, whole, ways);
        if (whole < count)
        {
            var padded = stackalloc S[3 * Ways];
            var rest = stackalloc double[2 * Terms * Ways];
            Pad(start + whole, count - whole, padded);
            for (var way = 0; way < Ways; way += TLane.Count)
                AlongWay<TLane, Yes>(padded, padded + Ways, padded + 2 * Ways, way, Ways, rest);
            for (var i = 0; i < Terms * Ways; i++)
                Compensated.Add(ref ways[i], ref ways[Terms * Ways + i], rest[i]);
        }
        for (var k = 0; k < Terms; k++)
            sums[k] = AddedUp(ways + k * Ways, ways + (Terms + k) * Ways);
    }

    /// <summary>A sum that went eight ways.</summary>
    /// <param name="ways">What each has come to.</param>
    /// <param name="lost">What each has lost.</param>
    internal static double AddedUp(double* ways, double* lost)
    {
        double sum = 0,
            error = 0;
        for (var way = 0; way < Ways; way++)
        {
            Compensated.Add(ref sum, ref error, ways[way]);
            error += lost[way];
        }
        return double.IsFinite(sum) ? sum + error : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AlongWay<TLane, TWeighed>(S* xs, S* ts, S* ws, int way, int n, double* ways)
        where TLane : struct, ILane<TLane, S>
        where TWeighed : IChoice
    {
        var zero = TLane.Constant(0);
        TLane a = zero,
            b = zero,
            c = zero,
            d = zero;
        TLane aError = zero,
            bError = zero,
            cError = zero,
            dError = zero;
        for (var i = (nuint)way; i < (nuint)n; i += Ways)
        {
            Memory.Fetch(xs + i);
            Memory.Fetch(ts + i);
            var terms = loss.Of(TLane.Load(in *xs, i), TLane.Load(in *ts, i));
            var weight = TWeighed.Yes ? TLane.Load(in *ws, i) : zero;
            Add(TWeighed.Yes ? TLane.Weigh(weight, terms.A) : terms.A, ref a, ref aError);
            if (L.Count > 1)
                Add(TWeighed.Yes ? TLane.Weigh(weight, terms.B) : terms.B, ref b, ref bError);
            if (L.Count > 2)
                Add(TWeighed.Yes ? TLane.Weigh(weight, terms.C) : terms.C, ref c, ref cError);
            if (L.Count > 3)
                Add(TWeighed.Yes ? TLane.Weigh(weight, terms.D) : terms.D, ref d, ref dError);
        }
        var at = (nuint)way;
        TLane.StoreNumbers(a, ref *ways, at);
        TLane.StoreNumbers(b, ref *ways, Ways + at);
        TLane.StoreNumbers(c, ref *ways, 2 * Ways + at);
        TLane.StoreNumbers(d, ref *ways, 3 * Ways + at);
        TLane.StoreNumbers(aError, ref *ways, 4 * Ways + at);
        TLane.StoreNumbers(bError, ref *ways, 5 * Ways + at);
        TLane.StoreNumbers(cError, ref *ways, 6 * Ways + at);
        TLane.StoreNumbers(dError, ref *ways, 7 * Ways + at);
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

    // Adds a row of neighbours to the sums of their groups.
    private void Across<TLane>(int start, int count, double* sums)
        where TLane : struct, ILane<TLane, S>
    {
        var whole = count / TLane.Count * TLane.Count;
        if (w is null)
            AcrossRow<TLane, No>(x + start, t + start, null, whole, sums);
        else
            AcrossRow<TLane, Yes>(x + start, t + start, w + start, whole, sums);
        if (whole == count)
            return;
        // The sums' rows are whole numbers of lanes long.
        var padded = stackalloc S[3 * Ways];
        Pad(start + whole, count - whole, padded);
        AcrossRow<TLane, Yes>(padded, padded + Ways, padded + 2 * Ways, TLane.Count, sums + whole);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AcrossRow<TLane, TWeighed>(S* xs, S* ts, S* ws, int n, double* sums)
        where TLane : struct, ILane<TLane, S>
        where TWeighed : IChoice
    {
        var zero = TLane.Constant(0);
        for (nuint i = 0; i < (nuint)n; i += (nuint)TLane.Count)
        {
            var terms = loss.Of(TLane.Load(in *xs, i), TLane.Load(in *ts, i));
            var weight = TWeighed.Yes ? TLane.Load(in *ws, i) : zero;
            AddTo(TWeighed.Yes ? TLane.Weigh(weight, terms.A) : terms.A, sums, i);
            if (L.Count > 1)
                AddTo(TWeighed.Yes ? TLane.Weigh(weight, terms.B) : terms.B, sums + Columns, i);
            if (L.Count > 2)
                AddTo(TWeighed.Yes ? TLane.Weigh(weight, terms.C) : terms.C, sums + 2 * Columns, i);
            if (L.Count > 3)
                AddTo(TWeighed.Yes ? TLane.Weigh(weight, terms.D) : terms.D, sums + 3 * Columns, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TLane>(TLane value, double* sums, nuint i)
        where TLane : struct, ILane<TLane, S>
    {
        var sum = TLane.LoadNumbers(in *sums, i);
        var error = TLane.LoadNumbers(in *(sums + Terms * Columns), i);
        Add(value, ref sum, ref error);
        TLane.StoreNumbers(sum, ref *sums, i);
        if (typeof(S) != typeof(float))
            TLane.StoreNumbers(error, ref *(sums + Terms * Columns), i);
    }

    /// <summary>How each term changes, times how the loss changes with its sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLane Slope<TLane>(in Terms<Dual<TLane>> terms, TLane a, TLane b, TLane c, TLane d)
        where TLane : struct, IReal<TLane>
    {
        var slope = TLane.Weigh(a, terms.A.Derivative);
        if (L.Count > 1)
            slope += TLane.Weigh(b, terms.B.Derivative);
        if (L.Count > 2)
            slope += TLane.Weigh(c, terms.C.Derivative);
        if (L.Count > 3)
            slope += TLane.Weigh(d, terms.D.Derivative);
        return slope;
    }

    // What a lane of elements has of the gradient: how each term changes, times how the loss changes with its sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Slopes<TLane, TBy, TAlong, TWeighed>(S* xs, S* ts, S* ws, int n, int apart, double* shares, S* gradient)
        where TLane : struct, ILane<TLane, S>
        where TBy : IOperand
        where TAlong : IChoice
        where TWeighed : IChoice
    {
        var zero = TLane.Constant(0);
        TLane a = zero,
            b = zero,
            c = zero,
            d = zero;
        if (TAlong.Yes)
        {
            a = TLane.Constant(shares[0]);
            b = TLane.Constant(shares[1]);
            c = TLane.Constant(shares[2]);
            d = TLane.Constant(shares[3]);
        }
        for (nuint i = 0; i < (nuint)n; i += (nuint)TLane.Count)
        {
            Memory.Fetch(xs + i);
            Memory.Fetch(ts + i);
            if (!TAlong.Yes)
            {
                a = TLane.LoadNumbers(in *shares, i);
                if (L.Count > 1)
                    b = TLane.LoadNumbers(in *(shares + (nint)apart), i);
                if (L.Count > 2)
                    c = TLane.LoadNumbers(in *(shares + 2 * (nint)apart), i);
                if (L.Count > 3)
                    d = TLane.LoadNumbers(in *(shares + 3 * (nint)apart), i);
            }
            var x = TLane.Load(in *xs, i);
            var t = TLane.Load(in *ts, i);
            var terms = loss.Of(
                TBy.Index == 0 ? Dual<TLane>.Variable(x) : Dual<TLane>.Fixed(x),
                TBy.Index == 1 ? Dual<TLane>.Variable(t) : Dual<TLane>.Fixed(t)
            );
            var slope = Slope(terms, a, b, c, d);
            TLane.Store(TWeighed.Yes ? TLane.Weigh(TLane.Load(in *ws, i), slope) : slope, ref *gradient, i);
        }
    }
}
