using System.Numerics;

namespace Losses.Tests;

/// <summary>Rows with labels over spans, along any axis, beside a loop over the rows.</summary>
internal static class RowSpans
{
    internal static void Call(Draw draw)
    {
        var classes = draw.OneIn(30) ? 300 + draw.Below(3000) : 1 + draw.Below(40);
        int[] lengths = [.. Enumerable.Range(0, 1 + draw.Below(3)).Select(_ => draw.OneIn(40) ? 0 : 1 + draw.Below(9))];
        // Now and then enough for several threads.
        if (draw.OneIn(40))
            lengths = [300 + draw.Below(300)];
        var axis = draw.Below(lengths.Length + 1);
        if (draw.OneIn(8))
            (lengths, axis) = ([], 0);
        var shape = new Shape(lengths).Insert(axis, classes);
        var given = axis != 1 && !(axis == 0 && shape.Rank == 1) || draw.OneIn(2) ? axis : (int?)null;
        var (loss, options) = Spans.Define(
            draw,
            draw.Of(Spans.Rows),
            new()
            {
                ["classAxis"] = given is { } at && draw.OneIn(3) ? at - shape.Rank : given,
                ["classWeights"] = draw.OneIn(2) ? null : (Weights)Positive(draw, classes),
            }
        );
        draw.What = $"{loss.GetType().Name} {shape} along {axis}";
        Generic.Invoke(
            typeof(RowSpans),
            nameof(Of),
            loss.GetType(),
            draw.OneIn(2) ? typeof(float) : typeof(double),
            loss,
            draw,
            options,
            shape,
            axis
        );
    }

    internal static double[] Positive(Draw draw, int count) => [.. Enumerable.Range(0, count).Select(_ => draw.Below(9) / 4.0)];

    /// <summary>Class indices, some of them the one to ignore.</summary>
    internal static int[] Labels(Draw draw, int count, int classes, int ignored) =>
        [.. Enumerable.Range(0, count).Select(_ => draw.OneIn(6) ? ignored : draw.Below(classes))];

    internal static void Of<L, S>(L loss, Draw draw, Naive.Options options, Shape shape, int axis)
        where L : ILabelled
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var ignored = options.Whole("ignoreIndex", -100);
        var classes = shape[axis];
        var labels = Labels(draw, shape.Without(axis).Size, classes, ignored);
        // As the loss sees them.
        var counted = Array.ConvertAll(labels, label => label == ignored ? -1 : label);
        var x = draw.Numbers<S>(shape.Size, Domain.All);
        var arena = new Arena<S>(draw);
        var xs = arena.Take(x);
        var gs = draw.OneIn(4) ? xs : arena.Take(x.Length);
        arena.Fill();
        var reduction = draw.Of(Reduction.Mean, Reduction.Sum, Reduction.BatchMean);
        Threads.Max = 1 + draw.Below(4);
        draw.What += $" {typeof(S).Name} {reduction}, {Threads.Max} threads, ignoring {ignored}";
        if (draw.OneIn(10) && labels.Length > 0)
        {
            Nonsense();
            return;
        }
        if (reduction == Reduction.BatchMean && shape.Rank == 1)
        {
            draw.Refused(() => Run());
            return;
        }
        var value = Run();
        arena.Check(gs);
        var gradient = Draw.Wide(arena[gs].ToArray());

        var weights = options.Weights("classWeights");
        var smoothing = options.Number("labelSmoothing", 0);
        var rows = new Plain(x, shape.ToArray());
        var (sum, weight, size) = (0.0, 0.0, 0.0);
        var slopes = new double[x.Length];
        var (_, length, inner) = (0, shape[axis], shape.ToArray()[(axis + 1)..].Aggregate(1, (a, b) => a * b));
        for (var row = 0; row < labels.Length; row++)
        {
            var start = row / inner * length * inner + row % inner;
            double[] numbers = [.. Enumerable.Range(0, length).Select(c => x[start + c * inner])];
            var (own, counts, by) =
                loss is NLL ? Naive.NLL(numbers, counted[row], weights) : Naive.CrossEntropy(numbers, counted[row], weights, smoothing);
            sum += own;
            size += Math.Abs(own) + counts * (1 + numbers.Max(Math.Abs));
            weight += counts;
            for (var c = 0; c < length; c++)
                slopes[start + c * inner] = by[c];
        }
        var divisor =
            reduction == Reduction.Mean ? weight
            : reduction == Reduction.Sum ? 1
            : shape.Without(axis)[0];
        draw.Same(double.CreateTruncating(value), sum / divisor, (32 * Draw.Ulp<S>() + 1e-16 * classes) * size / divisor, "value");
        // Where nothing counts there is no mean, and its slope is that of the definition: NaN, or 0.
        if (divisor > 0)
            draw.SameSlopes(
                gradient,
                [.. slopes.Select(slope => slope / divisor)],
                [32 * Draw.Ulp<S>() * 40 * (1 + (weights?.Max() ?? 1)) / divisor],
                "gradient"
            );
        arena.Fill();
        Threads.Max = 1;
        draw.Equal<S>([Run()], [value], "the value on one thread");
        draw.Equal<S>(arena[gs], Draw.Store<S>(gradient), "the gradient on one thread");

        S Run() => loss.ValueAndGradient(arena[xs], labels, shape, arena[gs], reduction);

        void Nonsense()
        {
            var which = draw.Below(5);
            draw.What += $", nonsense {which}";
            var bad = draw.Of(classes, int.MaxValue, int.MinValue, -1, 1_000_000_000);
            int[] wrong = [.. labels];
            wrong[draw.Below(wrong.Length)] = bad;
            var by = draw.Of(-1, 1) * (1 + draw.Below(30));
            switch (which)
            {
                case 0 when bad != ignored:
                    draw.Refused(() => loss.ValueAndGradient(arena[xs], wrong, shape, arena[gs], reduction));
                    break;
                case 1 when Math.Abs(by) < x.Length:
                    draw.Refused(() => loss.ValueAndGradient(arena[xs], labels, shape, arena[xs.Shifted(by)], reduction));
                    break;
                case 2:
                    draw.Refused(() => loss.ValueAndGradient(arena[xs], labels.AsSpan(1), shape, arena[gs], reduction));
                    break;
                case 3:
                    draw.Refused(() => loss.ValueAndGradient(arena[xs], labels, shape, new S[x.Length + 1], reduction));
                    break;
                default:
                    draw.Refused(() => loss.ValueAndGradient(arena[xs], labels, shape.With(axis, classes + 1), arena[gs], reduction));
                    break;
            }
            arena.Check();
        }
    }
}
