using System.Numerics;

namespace Losses.Tests;

/// <summary>Losses of the vectors of three tensors over spans, beside a loop over the vectors.</summary>
internal static class VectorSpans
{
    internal static void Call(Draw draw)
    {
        var (loss, options) = Spans.Define(draw, draw.Of(Spans.Vectors));
        draw.What = loss.GetType().Name;
        Generic.Invoke(
            typeof(VectorSpans),
            nameof(Of),
            loss.GetType(),
            draw.OneIn(2) ? typeof(float) : typeof(double),
            loss,
            draw,
            options
        );
    }

    internal static void Of<L, S>(L loss, Draw draw, Naive.Options options)
        where L : IVectors3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var (rows, width) = (draw.OneIn(20) ? 400 + draw.Below(1500) : draw.Below(12), 1 + draw.Below(40));
        var style = draw.AnyStyle();
        var x = Enumerable.Range(0, 3).Select(_ => draw.Numbers<S>(rows * width, Domain.All, style)).ToArray();
        var arena = new Arena<S>(draw);
        var operands = Array.ConvertAll(x, arena.Take);
        var g = Array.ConvertAll(
            draw.Order(3),
            i =>
                draw.Below(5) switch
                {
                    0 => operands[i],
                    1 => default,
                    _ => arena.Take(rows * width),
                }
        );
        arena.Fill();
        var reduction = draw.Of(Reduction.Mean, Reduction.Sum, Reduction.BatchMean);
        var p = options.Number("p", 2);
        Threads.Max = 1 + draw.Below(4);
        draw.What += $" {typeof(S).Name} ({rows}, {width}), p = {p}, {reduction}, {Threads.Max} threads, {style}";
        if (draw.OneIn(10) && rows * width > 1)
        {
            var (one, by) = (draw.Below(3), 1 + draw.Below(Math.Min(rows * width - 1, 30)));
            draw.Refused(() =>
                loss.ValueAndGradients(
                    arena[operands[0]],
                    arena[operands[1]],
                    arena[operands[2]],
                    width,
                    default,
                    arena[operands[one].Shifted(by)],
                    default,
                    reduction
                )
            );
            draw.Refused(() =>
                loss.ValueAndGradients(
                    arena[operands[0]],
                    arena[operands[1]],
                    arena[operands[2]],
                    width,
                    default,
                    new S[1 + rows * width],
                    default,
                    reduction
                )
            );
            draw.Refused(() =>
                loss.ValueAndGradients(
                    arena[operands[0]],
                    arena[operands[1]],
                    arena[operands[2]],
                    draw.Of(0, -1, int.MinValue, rows * width + 1),
                    default,
                    default,
                    default,
                    reduction
                )
            );
            arena.Check();
            return;
        }
        var value = Run();
        arena.Check([.. g.Where(area => area.Length > 0)]);
        var gradients = Array.ConvertAll(g, area => arena[area].ToArray());

        double[] Row(int of, int row) => x[of].AsSpan(row * width, width).ToArray();
        var (sum, size) = (0.0, 1.0);
        for (var row = 0; row < rows; row++)
        {
            sum += Naive.Triplet(
                Row(0, row),
                Row(1, row),
                Row(2, row),
                options,
                (a, b) => Naive.Distance(a, b, p, options.Number("eps", 1e-6))
            );
            size += 100 + Row(0, row).Sum(Math.Abs);
        }
        var divisor = reduction == Reduction.Sum ? 1 : rows;
        draw.Same(double.CreateTruncating(value), sum / divisor, (Draw.Is<S>() ? 1e-6 : 1e-12) * size / divisor, "value");
        // As tensors have it.
        var (_, slopes) = CSharp.Diff.ValueAndGrad(
            v =>
                loss.Of(v[0], v[1], v[2]) is var values && reduction == Reduction.Sum
                    ? CSharp.Reductions.Sum(values)
                    : CSharp.Reductions.Mean(values),
            [.. x.Select(numbers => Draw.Tensor<S>(numbers, [rows, width]))]
        );
        for (var by = 0; by < 3; by++)
            if (g[by].Length > 0 && rows > 0)
                draw.SameSlopes(
                    Draw.Wide(gradients[by]),
                    Draw.Wide(slopes[by]),
                    Spans.Bounds<S>(Draw.Wide(slopes[by])),
                    $"gradient {by} of spans beside tensors"
                );
        arena.Fill();
        Threads.Max = 1;
        draw.Equal<S>([Run()], [value], "the value on one thread");
        for (var by = 0; by < 3; by++)
            draw.Equal<S>(arena[g[by]], gradients[by], $"gradient {by} on one thread");

        S Run() =>
            loss.ValueAndGradients(
                arena[operands[0]],
                arena[operands[1]],
                arena[operands[2]],
                width,
                arena[g[0]],
                arena[g[1]],
                arena[g[2]],
                reduction
            );
    }
}
