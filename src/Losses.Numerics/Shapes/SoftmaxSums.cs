using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A loss of sums of the softmaxes along axis 1, (N, C, …): of all places, and of the samples or the classes where these are no regions of their own.</summary>
/// <param name="first">The first class that counts: 1 leaves the background out, though it is a class of the softmax.</param>
/// <param name="overSamples">Whether the samples are summed.</param>
/// <param name="overClasses">Whether the classes are.</param>
internal abstract class SoftmaxSums(int first, bool overSamples, bool overClasses) : StoredRows
{
    private const int MostClasses = 1 << 10;

    /// <summary>Whether there are places enough to stand side by side.</summary>
    internal static bool Takes(Shape shape) =>
        shape.Rank > 2 && shape.Size > 0 && shape[1] <= MostClasses && shape.Size / shape[0] / shape[1] >= RowTiles.Width;

    internal int First => first;

    internal bool OverSamples => overSamples;

    internal bool OverClasses => overClasses;

    internal sealed override Shape Rows(Shape shape) =>
        (overSamples, overClasses) switch
        {
            (false, false) => [shape[0], shape[1] - first],
            (true, false) => [shape[1] - first],
            (false, true) => [shape[0]],
            _ => [],
        };
}

/// <summary>The same, of a definition.</summary>
internal sealed class SoftmaxSums<L>(L loss, int first, bool overSamples, bool overClasses) : SoftmaxSums(first, overSamples, overClasses)
    where L : struct, ISums
{
    internal L Loss => loss;

    internal override unsafe void Run<S>(
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> target,
        Shape shape,
        ReadOnlySpan<double> upstream,
        Span<S> values,
        Span<S> byPrediction,
        Span<S> byTarget
    )
    {
        fixed (
            S* px = x,
                pt = target,
                pp = byPrediction,
                pg = byTarget
        )
        {
            var job = new SoftmaxSumsJob<L, S>(this, px, pt, shape);
            var sums = job.Sums();
            if (!values.IsEmpty)
            {
                var exact = SumsJob<L, S>.Values(loss, sums);
                for (var i = 0; i < exact.Length; i++)
                    values[i] = S.CreateTruncating(exact[i]);
            }
            if (pp is not null || pg is not null)
                job.Gradients(SumsJob<L, S>.Shares(loss, sums, upstream), pp, pg);
        }
    }
}

/// <summary>Softmaxes of neighbouring places, side by side in a tile, and what is made of them: once for the sums, once for the gradient. None is stored.</summary>
internal sealed unsafe class SoftmaxSumsJob<L, S>(SoftmaxSums<L> loss, S* x, S* t, Shape shape)
    where L : struct, ISums
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private const int Terms = 4;
    private const int Width = RowTiles.Width;

    // The places of a part: the shape alone decides where the sums are cut.
    private const int PartLength = 1 << 10;

    private readonly (int Outer, int Length, int Inner) _at = shape.Around(1);
    private readonly L _loss = loss.Loss;

    private int Classes => _at.Length;

    private int Counted => _at.Length - loss.First;

    private int Parts => Cut.Count(_at.Inner, PartLength);

    private int Room => Width * Classes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Group(int sample, int c) =>
        (loss.OverSamples, loss.OverClasses) switch
        {
            (false, false) => sample * Counted + c,
            (true, false) => c,
            (false, true) => sample,
            _ => 0,
        };

    private int Groups => (loss.OverSamples ? 1 : _at.Outer) * (loss.OverClasses ? 1 : Counted);

    // Each part of each sample, with memory of its own.
    private void Run(int areas, Action<int, nint> run)
    {
        var units = _at.Outer * Parts;
        Threads.Run(
            units,
            Math.Min(Threads.Max, Math.Max(1, units / 4)),
            (unit, _) =>
            {
                var rented = ArrayPool<double>.Shared.Rent(areas * Room + Losses.Memory.Line / sizeof(double));
                fixed (double* start = rented)
                    run(unit, (nint)(start + Losses.Memory.ToLine(start) / sizeof(double)));
                ArrayPool<double>.Shared.Return(rented);
            }
        );
    }

    /// <summary>The sums of every group, four numbers each.</summary>
    internal double[] Sums()
    {
        var each = Counted * Terms;
        var partial = new double[(long)_at.Outer * Parts * each];
        fixed (double* p = partial)
        {
            var to = (nint)p;
            // The rows and their exponentials, the targets, the sums by place in the tile with what they lose, and the same of a tile that is not full.
            Run(3 + 4 * Terms, (unit, memory) => SumPart(unit, (double*)memory, (double*)to + (nint)unit * each));
        }
        double[] sums = new double[Groups * Terms],
            lost = new double[Groups * Terms];
        for (var unit = 0; unit < _at.Outer * Parts; unit++)
        for (var i = 0; i < each; i++)
        {
            var at = Group(unit / Parts, i / Terms) * Terms + i % Terms;
            Compensated.Add(ref sums[at], ref lost[at], partial[(long)unit * each + i]);
        }
        for (var i = 0; i < sums.Length; i++)
            if (double.IsFinite(sums[i]))
                sums[i] += lost[i];
        return sums;
    }

    private void SumPart(int unit, double* memory, double* sums)
    {
        double* targets = memory + 2 * Room,
            all = targets + Room,
            some = all + 2 * Terms * Room;
        new Span<double>(all, 2 * Terms * Room).Clear();
        var (start, end) = Places(unit);
        for (var place = start; place < end; place += Width)
        {
            var here = Math.Min(Width, end - place);
            RowTiles.Pack(x, memory, place, here, _at);
            RowTiles.Pack(t, targets, place, here, _at);
            if (here == Width)
            {
                Widest.Run<double, SumTile>(new(this, memory, all));
                continue;
            }
            new Span<double>(some, 2 * Terms * Room).Clear();
            Widest.Run<double, SumTile>(new(this, memory, some));
            for (var i = 0; i < Terms * Room; i++)
                if (i % Width < here)
                    Compensated.Add(ref all[i], ref all[Terms * Room + i], some[i]);
        }
        for (var c = 0; c < Counted; c++)
        for (var k = 0; k < Terms; k++)
        {
            var ways = all + ((c + loss.First) * Terms + k) * Width;
            sums[c * Terms + k] = SumsJob<L, S>.AddedUp(ways, ways + Terms * Room);
        }
    }

    // The places of a unit, counted over all samples.
    private (int Start, int End) Places(int unit)
    {
        int sample = unit / Parts * _at.Inner,
            start = unit % Parts * PartLength;
        return (sample + start, sample + Math.Min(_at.Inner, start + PartLength));
    }

    private readonly struct SumTile(SoftmaxSumsJob<L, S> job, double* memory, double* sums) : IWork<double>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, double>
        {
            for (var i = 0; i < Width; i += TLane.Count)
                job.Sum<TLane>(memory + i, sums + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum<TLane>(double* rows, double* sums)
        where TLane : struct, ILane<TLane, double>
    {
        double* exponentials = rows + Room,
            targets = exponentials + Room;
        var all = new Exponentials<TLane>(rows, exponentials, Classes);
        var first = (nuint)(loss.First * Width);
        sums += Terms * first;
        for (var i = first; i < (nuint)Room; i += Width, sums += Terms * Width)
        {
            var terms = _loss.Of(all.Share(TLane.Load(in *exponentials, i)), TLane.Load(in *targets, i));
            Add(terms.A, sums);
            if (L.Count > 1)
                Add(terms.B, sums + Width);
            if (L.Count > 2)
                Add(terms.C, sums + 2 * Width);
            if (L.Count > 3)
                Add(terms.D, sums + 3 * Width);
        }
    }

    // Over float64 data the error of each addition is kept; over float32 data a plain float64 sum has bits to spare.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add<TLane>(TLane value, double* sums)
        where TLane : struct, ILane<TLane, double>
    {
        var sum = TLane.Load(in *sums, 0);
        if (typeof(S) == typeof(float))
            TLane.Store(sum + value, ref *sums, 0);
        else
        {
            var errors = sums + Terms * Room;
            var error = TLane.Load(in *errors, 0);
            Compensated.Add(ref sum, ref error, value);
            TLane.Store(sum, ref *sums, 0);
            TLane.Store(error, ref *errors, 0);
        }
    }

    /// <summary>The gradients, each number rounded once; they may be the memory of the operands.</summary>
    /// <param name="shares">How the loss of a group changes with each of its sums.</param>
    /// <param name="byPrediction">A place for that by the logits, or null.</param>
    /// <param name="byTarget">A place for that by the target, or null.</param>
    internal void Gradients(double[] shares, S* byPrediction, S* byTarget)
    {
        fixed (double* p = shares)
        {
            var from = (nint)p;
            Run(4, (unit, memory) => GradientPart(unit, (double*)memory, (double*)from, byPrediction, byTarget));
        }
    }

    private void GradientPart(int unit, double* memory, double* shares, S* byPrediction, S* byTarget)
    {
        var targets = memory + 3 * Room;
        var (start, end) = Places(unit);
        for (var place = start; place < end; place += Width)
        {
            var here = Math.Min(Width, end - place);
            RowTiles.Pack(x, memory, place, here, _at);
            RowTiles.Pack(t, targets, place, here, _at);
            if (byTarget is null)
                Widest.Run<double, SlopesOfTile<First>>(new(this, memory, unit / Parts, shares));
            else
            {
                Widest.Run<double, SlopesOfTile<Second>>(new(this, memory, unit / Parts, shares));
                RowTiles.Unpack(memory + 2 * Room, byTarget, place, here, _at);
                if (byPrediction is null)
                    continue;
                RowTiles.Pack(x, memory, place, here, _at);
                Widest.Run<double, SlopesOfTile<First>>(new(this, memory, unit / Parts, shares));
            }
            RowTiles.Unpack(memory, byPrediction, place, here, _at);
        }
    }

    private readonly struct SlopesOfTile<TBy>(SoftmaxSumsJob<L, S> job, double* memory, int sample, double* shares) : IWork<double>
        where TBy : IOperand
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, double>
        {
            for (var i = 0; i < Width; i += TLane.Count)
            {
                var all = new Exponentials<TLane>(memory + i, memory + job.Room + i, job.Classes);
                job.Slopes<TLane, TBy>(all, memory + i, sample, shares);
                if (TBy.Index == 0)
                    new ExponentialSlopes(Exponential.Softmax, isMasked: true).Run(all, memory + i, memory + job.Room + i, job.Classes);
            }
        }
    }

    // How the loss changes with each probability, or each target, behind the exponentials.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Slopes<TLane, TBy>(in Exponentials<TLane> all, double* rows, int sample, double* shares)
        where TLane : struct, ILane<TLane, double>
        where TBy : IOperand
    {
        double* exponentials = rows + Room,
            slopes = exponentials + Room,
            targets = slopes + Room;
        var zero = TLane.Constant(0);
        for (var c = 0; c < loss.First; c++)
            TLane.Store(zero, ref *slopes, (nuint)(c * Width));
        for (var c = loss.First; c < Classes; c++)
        {
            var at = (nuint)(c * Width);
            var share = shares + (nint)Group(sample, c - loss.First) * Terms;
            TLane p = all.Share(TLane.Load(in *exponentials, at)),
                target = TLane.Load(in *targets, at);
            var terms = _loss.Of(
                TBy.Index == 0 ? Dual<TLane>.Variable(p) : Dual<TLane>.Fixed(p),
                TBy.Index == 1 ? Dual<TLane>.Variable(target) : Dual<TLane>.Fixed(target)
            );
            var slope = SumsJob<L, S>.Slope(
                terms,
                TLane.Constant(share[0]),
                TLane.Constant(share[1]),
                TLane.Constant(share[2]),
                TLane.Constant(share[3])
            );
            TLane.Store(slope, ref *slopes, at);
        }
    }
}
