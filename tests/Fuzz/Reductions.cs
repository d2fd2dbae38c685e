using System.Numerics;
using Losses.FSharp;

namespace Losses.Tests;

/// <summary>Masks, weights, divisors and reductions of any loss beside loops over its values.</summary>
internal static class Reductions
{
    internal static void Check<S>(Draw draw, LossValues<DiffTensor<S>> loss)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var shape = loss.Values.Shape;
        var (v, mv, counts) = (Draw.Wide(loss.Values), Draw.Wide(loss.MeanValues), Draw.Wide(loss.Weights));
        if (!v.All(double.IsFinite))
            return;
        var (mask, m) = draw.OneIn(2) ? draw.WeightsFor(shape, isMask: true) : (Weights.None, Ones());
        var (weights, w) = draw.OneIn(2) ? draw.WeightsFor(shape) : (Weights.None, Ones());
        var hasSamples = shape.Rank > 0 && draw.OneIn(3);
        double[] each = hasSamples ? RowSpans.Positive(draw, shape[0]) : [];
        var samples = hasSamples ? (Weights)each : Weights.None;
        double[] s = hasSamples ? [.. Enumerable.Range(0, v.Length).Select(i => each[i / (v.Length / shape[0])])] : Ones();
        var options = new Reducing(
            draw.Of(Reduction.Mean, Reduction.Sum, Reduction.BatchMean, Reduction.None),
            weights,
            samples,
            mask,
            draw.Of(Divisor.Default, Divisor.Count, Divisor.Weights),
            draw.OneIn(4),
            draw.Of(EmptyMean.NaN, EmptyMean.NaN, EmptyMean.Zero, EmptyMean.Throw)
        );
        var text =
            $"{options.Reduction}{(mask.IsNone ? "" : ", masked")}{(weights.IsNone ? "" : $", weighed {weights.Shape}")}{(hasSamples ? ", samples weighed" : "")}, {options.Divisor}, {options.Empty}{(options.PerSample ? ", per sample" : "")}";

        for (var i = 0; i < v.Length; i++)
        {
            var factor = m[i] * w[i] * s[i];
            (v[i], mv[i]) = (v[i] * factor, mv[i] * factor);
            counts[i] = options.Divisor switch
            {
                Divisor.Default => counts[i] * m[i],
                Divisor.Weights => counts[i] * factor,
                _ => counts[i] * factor > 0 ? 1 : 0,
            };
        }
        var needsBatch = shape.Rank == 0 && (options.PerSample || options.Reduction == Reduction.BatchMean);
        if (needsBatch || options is { PerSample: true, Reduction: Reduction.None or Reduction.BatchMean })
        {
            draw.Refused(() => Reduce.@using(options, loss));
            return;
        }
        var rows = options.PerSample ? shape[0] : 1;
        var length = rows == 0 ? 0 : v.Length / rows;
        double Sum(double[] x, int row)
        {
            DoubleDouble sum = 0;
            foreach (var value in x.AsSpan(row * length, length))
                sum += (DoubleDouble)value;
            return sum.ToDouble();
        }

        double Size(int row) =>
            4 * Draw.Ulp<S>() * mv.Concat(v).Skip(row * length).Take(length).Sum(Math.Abs)
            + 4 * Draw.Ulp<S>() * v.AsSpan(row * length, length).ToArray().Sum(Math.Abs)
            + 1e-300;
        var isMean = options.Reduction is Reduction.Mean or Reduction.BatchMean;
        if (isMean && options.Empty == EmptyMean.Throw && (Enumerable.Range(0, rows).Any(row => Sum(counts, row) == 0) || rows == 0))
        {
            try
            {
                Reduce.@using(options, loss);
            }
            catch (InvalidOperationException)
            {
                Draw.Refusals++;
                return;
            }
            if (rows == 0)
                return;
            throw new Disagreement($"{text}: the mean of nothing did not throw.");
        }
        var actual = Draw.Wide(Reduce.@using(options, loss));
        if (options is { Reduction: Reduction.None, PerSample: false })
        {
            draw.SameNumbers(actual, v, 4 * Draw.Ulp<S>(), 1e-300, $"{text}");
            return;
        }
        for (var row = 0; row < rows; row++)
        {
            var counted = Sum(counts, row);
            var divisor =
                options.Reduction == Reduction.Sum ? 1
                : options.Reduction == Reduction.Mean ? counted
                : shape[0];
            var expected = Sum(options.Reduction == Reduction.Mean ? mv : v, row) / divisor;
            if (isMean && options.Empty == EmptyMean.Zero && counted == 0)
                expected = 0;
            draw.Same(
                actual[row],
                expected,
                Size(row) / (divisor == 0 ? 1 : divisor) + 4 * Draw.Ulp<S>() * Math.Abs(expected),
                $"{text}, {(options.PerSample ? $"sample {row}" : "all")}"
            );
        }
        if (options.PerSample)
            return;
        // In two parts, and by an accumulator, a mean is the same to the last bit.
        if (options is { Reduction: Reduction.Mean, Empty: EmptyMean.NaN })
        {
            var total = new LossAccumulator();
            Reduce.addUsing(options, total, loss);
            var mean = Draw.Is<S>() ? total.MeanSingle : total.Mean;
            draw.Equal<double>([mean], [actual[0]], $"{text}: the accumulator's mean");
            var (numerator, denominator) = Reduce.partsUsing(options, loss);
            draw.Same(double.CreateTruncating(numerator.ToScalar()), Sum(mv, 0), Size(0), $"{text}: the numerator");
            draw.Same(
                double.CreateTruncating(denominator.ToScalar()),
                Sum(counts, 0),
                4 * Draw.Ulp<S>() * Sum(counts, 0),
                $"{text}: the denominator"
            );
        }

        double[] Ones() => [.. Enumerable.Repeat(1.0, shape.Size)];
    }
}
