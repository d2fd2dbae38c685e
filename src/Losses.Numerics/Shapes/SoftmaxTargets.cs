using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A loss of rows of logits, with a target for each of them.</summary>
internal abstract unsafe class TargetRows(int axis) : StoredRows
{
    /// <summary>The class axis.</summary>
    internal int Axis => axis;

    internal sealed override Shape Rows(Shape shape) => shape.Without(Axis);

    internal sealed override void Run<S>(
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> target,
        Shape shape,
        ReadOnlySpan<double> upstream,
        Span<S> values,
        Span<S> byPrediction,
        Span<S> byTarget
    )
    {
        var (outer, classes, inner) = shape.Around(Axis);
        fixed (
            S* px = x,
                pt = target,
                pv = values,
                pg = byPrediction,
                ph = byTarget
        )
        fixed (double* pu = upstream)
            Job(px, pt, outer * inner, classes, inner, pu, upstream.Length == 1, pv, pg, ph).Run(isSummed: false);
    }

    /// <summary>The same over pinned memory.</summary>
    private protected abstract SoftmaxJob<S> Job<S>(
        S* x,
        S* target,
        int rows,
        int classes,
        int inner,
        double* upstream,
        bool isUniform,
        S* values,
        S* byPrediction,
        S* byTarget
    )
        where S : unmanaged, IFloatingPointIeee754<S>;
}

/// <summary>A loss of softmax rows whose targets are numbers, one for each class.</summary>
/// <param name="loss">The definition: the loss of a row is the sum of its terms.</param>
/// <param name="axis">The class axis.</param>
/// <param name="classWeights">A weight for each class, or empty: all 1.</param>
internal sealed class SoftmaxTargets<L>(L loss, int axis, double[] classWeights) : TargetRows(axis)
    where L : struct, ISoftmaxRows
{
    internal L Loss => loss;

    internal ReadOnlySpan<double> ClassWeights => classWeights;

    private protected override unsafe SoftmaxJob<S> Job<S>(
        S* x,
        S* target,
        int rows,
        int classes,
        int inner,
        double* upstream,
        bool isUniform,
        S* values,
        S* byPrediction,
        S* byTarget
    ) => new SoftmaxTargetsJob<L, S>(this, x, target, rows, classes, inner, upstream, isUniform, values, byPrediction, byTarget);
}

/// <summary>A loss of softmax rows with targets over pinned memory.</summary>
internal sealed unsafe partial class SoftmaxTargetsJob<L, S>(
    SoftmaxTargets<L> loss,
    S* logits,
    S* targets,
    int rows,
    int classes,
    int inner,
    double* upstream,
    bool isUniform,
    S* values,
    S* byPrediction,
    S* byTarget
) : SoftmaxJob<S>(logits, rows, classes, inner, upstream, isUniform, values)
    where L : struct, ISoftmaxRows
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private readonly L _loss = loss.Loss;

    private bool HasSlopes => byPrediction is not null || byTarget is not null;

    private protected override void RunRows(int first, int last, ExactSum? sum) => Widest.Run<S, Part>(new(this, first, last));

    private readonly struct Part(SoftmaxTargetsJob<L, S> job, int first, int last) : IWork<S>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, S> => job.RunRows<TLane>(first, last);
    }

    private void RunRows<TLane>(int first, int last)
        where TLane : struct, ILane<TLane, S>
    {
        var (groupRows, apart, _, room) = Layout(last - first, TLane.Count);
        var areas = byPrediction is not null && byTarget is not null ? 4 : 3;
        var length = Cut.Room(areas * room + (long)Group.Arrays * groupRows + RowLength, Classes, "classes in a row");
        var rented = ArrayPool<double>.Shared.Rent(length);
        fixed (double* memory = rented)
        {
            var group = new Group(memory + areas * room, groupRows);
            var weights = group.Weights;
            for (var c = 0; c < RowLength; c++)
                weights[c] =
                    c >= Classes ? 0
                    : loss.ClassWeights.IsEmpty ? 1
                    : loss.ClassWeights[c];
            var scratch = new Scratch(memory, memory + room, memory + 2 * room, areas == 4 ? memory + 3 * room : memory, apart);
            if (IsAlong)
                for (var row = first; row < last; row++)
                    Along<TLane>(row, scratch, group);
            else
                for (var row = first; row < last; row += groupRows)
                    SideBySide<TLane>(row, Math.Min(groupRows, last - row), scratch, group);
        }
        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>Numbers of each class of a group of rows: a step from one to the next.</summary>
    private readonly struct Scratch(double* logits, double* targets, double* exponentials, double* slopes, int apart)
    {
        internal double* Logits => logits;

        internal double* Targets => targets;

        internal double* Exponentials => exponentials;

        /// <summary>In the place of the logits, where nobody needs them any more.</summary>
        internal double* Slopes => slopes;

        internal int Apart => apart;
    }

    /// <summary>What is known of each row of a group; or of a row, eight ways.</summary>
    private readonly struct Group(double* memory, int rows)
    {
        internal const int Arrays = 7;

        /// <summary>The largest logit.</summary>
        internal double* Max => memory;

        /// <summary>Σ eˣ⁻ᵐ but for one largest, which adds exactly 1: the normaliser is 1 more.</summary>
        internal double* Others => memory + rows;

        /// <summary>What comes from above.</summary>
        internal double* Upstream => memory + 2 * rows;

        /// <summary>The terms in sum.</summary>
        internal double* Value => memory + 3 * rows;

        /// <summary>What that sum has lost.</summary>
        internal double* ValueLost => memory + 4 * rows;

        /// <summary>The slopes of the terms by log p, in sum.</summary>
        internal double* Total => memory + 5 * rows;

        /// <summary>What that sum has lost.</summary>
        internal double* TotalLost => memory + 6 * rows;

        /// <summary>A weight for each class, 0 for those that only fill a lane.</summary>
        internal double* Weights => memory + 7 * rows;
    }

    // A term, and how it changes with log p.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Dual<TLane> ByLogProbability<TLane>(Softmax<TLane> of, TLane target)
        where TLane : struct, ILane<TLane, S> => _loss.Of(Varied(of), Dual<TLane>.Fixed(target));

    // How a term changes with its target.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLane ByTarget<TLane>(Softmax<TLane> of, TLane target)
        where TLane : struct, ILane<TLane, S> => _loss.Of(Fixed(of), Dual<TLane>.Variable(target)).Derivative;
}
