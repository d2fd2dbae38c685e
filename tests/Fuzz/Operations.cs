using System.Numerics;

namespace Losses.Tests;

/// <summary>Some operations of tensors, one after another, beside loops over every place.</summary>
internal static class Operations
{
    // Both ways of one program; in the second each operation is on tensors of either storage.
    private sealed record Step(
        string Name,
        Func<Plain, Plain> Plain,
        Func<DiffTensor<double>, DiffTensor<double>> Wide,
        Func<DiffTensor<float>, DiffTensor<float>> Narrow
    );

    internal static void Call(Draw draw)
    {
        var style = draw.Of(Draw.Style.Grid, Draw.Style.Plain, Draw.Style.Inner);
        var shape = draw.SmallShape(0, 4, 5).ToArray();
        var x = new Plain(draw.Numbers<float>(shape.Aggregate(1, (a, b) => a * b), Domain.All, style), shape);
        var steps = new List<Step>();
        var value = x;
        draw.What = $"{new Shape(shape)}";
        for (var left = 1 + draw.Below(4); left > 0 && value.Values.Length < 2000; left--)
        {
            var step = Next(draw, value, style);
            draw.What += $", {step.Name}";
            steps.Add(step);
            value = step.Plain(value);
            if (!value.Values.All(double.IsFinite) || value.Values.Any(v => Math.Abs(v) > 1e6))
                break;
        }
        Threads.Max = 1 + draw.Below(4);
        if (!value.Values.All(v => double.IsFinite(v) && Math.Abs(v) < 1e9))
        {
            // Numbers of any kind: nothing but an end is asked for.
            _ = steps.Aggregate(Case.Lift<double>(x), (x, step) => step.Wide(x)).ToString();
            return;
        }
        Similarities.Beside(
            draw,
            value,
            x => steps.Aggregate(x, (x, step) => step.Wide(x)),
            x => steps.Aggregate(x, (x, step) => step.Narrow(x)),
            x
        );
    }

    private delegate DiffTensor<S> Operation<S>(DiffTensor<S> x)
        where S : unmanaged, IFloatingPointIeee754<S>;

    private static Step Next(Draw draw, Plain x, Draw.Style style)
    {
        var rank = x.Shape.Length;
        var axis = rank == 0 ? -1 : draw.Below(rank);
        // As it is, or counted from the last.
        var named = rank > 0 && draw.OneIn(2) ? axis - rank : axis;
        var length = rank == 0 ? 0 : x.Shape[axis];
        switch (draw.Below(22))
        {
            case 0:
            {
                var other = Other();
                return draw.Below(5) switch
                {
                    0 => new(
                        "+",
                        x => Plain.Map((a, b) => a + b, x, other),
                        x => x + Case.Lift<double>(other),
                        x => x + Case.Lift<float>(other)
                    ),
                    1 => new(
                        "−",
                        x => Plain.Map((a, b) => b - a, x, other),
                        x => Case.Lift<double>(other) - x,
                        x => Case.Lift<float>(other) - x
                    ),
                    2 => new(
                        "max",
                        x => Plain.Map(Math.Max, x, other),
                        x => DiffTensor<double>.Max(x, Case.Lift<double>(other)),
                        x => DiffTensor<float>.Max(x, Case.Lift<float>(other))
                    ),
                    3 => new(
                        "min",
                        x => Plain.Map(Math.Min, x, other),
                        x => DiffTensor<double>.Min(x, Case.Lift<double>(other)),
                        x => DiffTensor<float>.Min(x, Case.Lift<float>(other))
                    ),
                    _ => new(
                        "×",
                        x => Plain.Map((a, b) => a * b, x, other),
                        x => x * Case.Lift<double>(other),
                        x => x * Case.Lift<float>(other)
                    ),
                };
            }
            case 1:
            {
                // A number that float32 has too: both are given the same.
                var other = Plain.Map(v => (float)(Math.Abs(v) + 0.5), Other());
                return new(
                    "÷",
                    x => Plain.Map((a, b) => a / b, x, other),
                    x => x / Case.Lift<double>(other),
                    x => x / Case.Lift<float>(other)
                );
            }
            case 2:
                return new("abs", x => Plain.Map(Math.Abs, x), x => x.Abs(), x => x.Abs());
            case 3:
                return new("exp", x => Plain.Map(Math.Exp, x), x => x.Exp(), x => x.Exp());
            case 4:
                return new(
                    "log",
                    x => Plain.Map(v => Math.Log(Math.Abs(v) + 0.5), x),
                    x => (x.Abs() + 0.5).Log(),
                    x => (x.Abs() + 0.5).Log()
                );
            case 5:
                return new("sqrt", x => Plain.Map(v => Math.Sqrt(Math.Abs(v)), x), x => x.Abs().Sqrt(), x => x.Abs().Sqrt());
            case 6:
            {
                var exponent = draw.Of(2.0, 3, 1);
                return new(
                    $"power {exponent}",
                    x => Plain.Map(v => Math.Pow(v, exponent), x),
                    x => x.Power(exponent),
                    x => x.Power(exponent)
                );
            }
            case 7 when rank > 0:
            {
                var keep = draw.OneIn(2);
                return new(
                    $"sum {named}",
                    x => keep ? Plain.Sum(x, axis) : Plain.Sum(x, axis).Without(axis),
                    x => x.Sum(named, keep),
                    x => x.Sum(named, keep)
                );
            }
            case 8 when rank > 0 && length > 0:
                return new(
                    $"mean {named}",
                    x => Plain.Map(v => v / length, Plain.Sum(x, axis).Without(axis)),
                    x => x.Mean(named),
                    x => x.Mean(named)
                );
            case 9 when rank > 0 && length > 0:
                return new(
                    $"largest {named}",
                    x => Plain.Rows(x, axis, row => [row.Max()], 1).Without(axis),
                    x => x.Max(named),
                    x => x.Max(named)
                );
            case 10 when rank > 0:
            {
                var descending = draw.OneIn(2);
                return new(
                    $"sort {named}",
                    x => Plain.Rows(x, axis, row => descending ? [.. row.OrderDescending()] : [.. row.Order()], length),
                    x => x.Sort(named, descending),
                    x => x.Sort(named, descending)
                );
            }
            case 11 when rank > 0:
                return new(
                    $"running sums {named}",
                    x => Plain.Rows(x, axis, Running, length),
                    x => x.CumulativeSum(named),
                    x => x.CumulativeSum(named)
                );
            case 12 when rank > 0:
            {
                var order = draw.Order(rank);
                return new(
                    $"permute {string.Join(" ", order)}",
                    x =>
                        Plain.Of(
                            [.. order.Select(from => x.Shape[from])],
                            place =>
                            {
                                var at = new int[rank];
                                for (var i = 0; i < rank; i++)
                                    at[order[i]] = place[i];
                                return x[at];
                            }
                        ),
                    x => x.Permute(order),
                    x => x.Permute(order)
                );
            }
            case 13 when rank > 0:
            {
                var start = draw.Below(length + 1);
                var count = draw.Below(length - start + 1);
                return new(
                    $"slice {named} {start}+{count}",
                    x => Plain.Rows(x, axis, row => row[start..(start + count)], count),
                    x => x.Slice(named, start, count),
                    x => x.Slice(named, start, count)
                );
            }
            case 14 when rank > 0:
            {
                int[] shape = [.. x.Shape.Select((n, i) => i == axis ? draw.Below(4) : n)];
                var other = new Plain(draw.Numbers<float>(shape.Aggregate(1, (a, b) => a * b), Domain.All, style), shape);
                return new(
                    $"concatenate {named}",
                    x =>
                        Plain.Of(
                            [.. x.Shape.Select((n, i) => i == axis ? n + shape[axis] : n)],
                            place => place[axis] < length ? x[place] : other[[.. place.Select((at, i) => i == axis ? at - length : at)]]
                        ),
                    x => DiffTensor<double>.Concatenate([x, Case.Lift<double>(other)], named),
                    x => DiffTensor<float>.Concatenate([x, Case.Lift<float>(other)], named)
                );
            }
            case 15 when rank > 0 && length > 0:
            {
                int[] shape = [.. x.Shape.Select((n, i) => i == axis ? draw.Below(4) : n)];
                int[] indices = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => draw.Below(length + 1) - 1)];
                var labels = new Labels(indices, shape);
                return new(
                    $"gather {named}",
                    x =>
                    {
                        var at = 0;
                        return Plain.Of(
                            shape,
                            place => indices[at++] is var index && index < 0 ? 0 : x[[.. place.Select((p, i) => i == axis ? index : p)]]
                        );
                    },
                    x => x.Gather(named, labels),
                    x => x.Gather(named, labels)
                );
            }
            case 16 when rank > 1:
            {
                int[] shape = [x.Shape[^1], draw.Below(4)];
                if (draw.OneIn(2))
                    shape = [.. x.Shape[..^2].Select(n => draw.OneIn(2) ? 1 : n), .. shape];
                var other = new Plain(draw.Numbers<float>(shape.Aggregate(1, (a, b) => a * b), Domain.All, style), shape);
                return new(
                    "matrix product",
                    x =>
                    {
                        int[] batch = Plain.Common(x.Shape[..^2], shape[..^2]);
                        var (a, b) = (Plain.Expand(x, [.. batch, .. x.Shape[^2..]]), Plain.Expand(other, [.. batch, .. shape[^2..]]));
                        return Plain.Of(
                            [.. batch, x.Shape[^2], shape[^1]],
                            at => Enumerable.Range(0, shape[^2]).Sum(k => a[[.. at[..^1], k]] * b[[.. at[..^2], k, at[^1]]])
                        );
                    },
                    x => x.MatMul(Case.Lift<double>(other)),
                    x => x.MatMul(Case.Lift<float>(other))
                );
            }
            case 17 when rank > 0 && length > 0:
                return new(
                    $"log-softmax {named}",
                    x => Plain.Rows(x, axis, Plain.LogSoftmax, length),
                    x => DiffTensor<double>.LogSoftmax(x, named),
                    x => DiffTensor<float>.LogSoftmax(x, named)
                );
            case 18:
            {
                int[] shape = [1 + draw.Below(3), .. x.Shape.Select(n => n == 1 ? 1 + draw.Below(3) : n)];
                return new(
                    $"expand to {new Shape(shape)}",
                    x => Plain.Expand(x, shape),
                    x => DiffTensor<double>.Expand(x, shape),
                    x => DiffTensor<float>.Expand(x, shape)
                );
            }
            case 19:
            {
                int[] shape = [x.Values.Length];
                return new("reshape", x => x with { Shape = shape }, x => x.Reshape(shape), x => x.Reshape(shape));
            }
            case 20:
                return new(
                    "recomputed",
                    x => Plain.Map(v => v * v + v, x),
                    x => DiffTensor<double>.Recompute(x => x[0] * x[0] + x[0], [x]),
                    x => DiffTensor<float>.Recompute(x => x[0] * x[0] + x[0], [x])
                );
            default:
                return new(
                    "detached and back",
                    x => x,
                    x => DiffTensor<double>.Detach(x) + (x - DiffTensor<double>.Detach(x)),
                    x => DiffTensor<float>.Detach(x) + (x - DiffTensor<float>.Detach(x))
                );
        }

        // Of a shape that broadcasts with it.
        Plain Other()
        {
            int[] shape = [.. x.Shape.Select(n => draw.OneIn(3) ? 1 : n)];
            shape = shape[draw.Below(rank + 1)..];
            return new(draw.Numbers<float>(shape.Aggregate(1, (a, b) => a * b), Domain.All, style), shape);
        }
    }

    private static double[] Running(double[] row)
    {
        var sum = 0.0;
        return [.. row.Select(x => sum += x)];
    }
}
