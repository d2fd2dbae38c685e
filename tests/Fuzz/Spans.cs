using System.Numerics;
using System.Reflection;

namespace Losses.Tests;

/// <summary>Pointwise definitions over spans, found by reflection, beside the same definition on numbers of 106 bits and the textbook's formula.</summary>
internal static class Spans
{
    private static readonly Type[] s_definitions =
    [
        .. typeof(Huber)
            .Assembly.GetExportedTypes()
            .Where(type => type is { IsValueType: true, IsGenericType: false })
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    internal static readonly Type[] Two =
    [
        .. s_definitions.Where(type => type.IsAssignableTo(typeof(IPointwise)) && Arguments.Knows(type.Name)),
    ];
    internal static readonly Type[] Three =
    [
        .. s_definitions.Where(type => type.IsAssignableTo(typeof(IPointwise3)) && Arguments.Knows(type.Name)),
    ];
    internal static readonly Type[] Rows =
    [
        .. s_definitions.Where(type => type.IsAssignableTo(typeof(ILabelled)) && !type.IsAssignableTo(typeof(ISoftmaxRows))),
    ];
    internal static readonly Type[] Vectors = [.. s_definitions.Where(type => type.IsAssignableTo(typeof(IVectors3)))];

    internal static void Call(Draw draw)
    {
        var isThree = draw.OneIn(4);
        var (loss, options) = Define(draw, draw.Of(isThree ? Three : Two));
        var name = loss.GetType().Name;
        draw.What = $"{name} {options}";
        var kind =
            isThree ? nameof(OfThree)
            : draw.OneIn(5) ? nameof(Curvature)
            : nameof(OfTwo);
        if (!isThree && draw.OneIn(4))
            // Scaled, or with another: the textbook's formula is then left out.
            (loss, name) = Combined(draw, loss);
        Generic.Invoke(typeof(Spans), kind, loss.GetType(), draw.OneIn(2) ? typeof(float) : typeof(double), loss, draw, name, options);
    }

    /// <summary>A definition with options in their range, and what they are.</summary>
    internal static (object Loss, Naive.Options Options) Define(Draw draw, Type type, Dictionary<string, object?>? fixedOptions = null)
    {
        // Some take a record of options instead.
        var constructors = type.GetConstructors()
            .Where(one => one.GetParameters().All(p => p.ParameterType.Namespace != "Losses.FSharp"))
            .ToArray();
        if (constructors.Length == 0)
            return (Activator.CreateInstance(type)!, new(new Dictionary<string, object?>()));
        var constructor = draw.Of(constructors);
        var options = constructor
            .GetParameters()
            .ToDictionary(
                p => p.Name!,
                p => fixedOptions is not null && fixedOptions.TryGetValue(p.Name!, out var value) ? value : Option(draw, p)
            );
        return (constructor.Invoke([.. options.Values]), new(options));
    }

    /// <summary>A hyperparameter by its name and type.</summary>
    internal static object? Option(Draw draw, ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type != parameter.ParameterType && draw.OneIn(2))
            return null;
        return type == typeof(bool) ? draw.OneIn(2)
            : type == typeof(double) ? Number()
            : type == typeof(int) ? Whole()
            : null;

        object Number() =>
            parameter.Name switch
            {
                "eps" => draw.Of(1e-8, 1e-6, 1e-3),
                "p" when parameter.Member.DeclaringType == typeof(Lp) || parameter.Member.Name == "Lp" => draw.Of(1, 1.5, 2, 3),
                "p" when parameter.Member.DeclaringType == typeof(TweedieNLL) || parameter.Member.Name == "TweedieNLL" => draw.Of(
                    1.2,
                    1.5,
                    1.9
                ),
                "alpha" when parameter.Member.DeclaringType == typeof(IntervalScore) || parameter.Member.Name == "IntervalScore" => draw.Of(
                    0.05,
                    0.5
                ),
                "beta" => draw.Of(0.25, 0.5, 1.0),
                "tau" => draw.Of(0.1, 0.5, 0.9),
                "p" => draw.Of(2, 2, 1.0, 0, 3, 1.5, double.PositiveInfinity),
                "labelSmoothing" or "alpha" => draw.Of(0, 0.1, 0.5, 1),
                "margin" => draw.Of(0.25, 0.5, 1.0, draw.Between(0.01, 1)),
                _ => draw.Of(0.25, 1, 1.5, draw.Between(0.1, 2)),
            };

        object Whole() =>
            parameter.Name switch
            {
                "p" => 1 + draw.Below(2),
                "ignoreIndex" => draw.Of(-100, 1, 0, -1),
                "chunk" => 1 + draw.Below(6),
                _ => 0,
            };
    }

    private static (object, string) Combined(Draw draw, object loss)
    {
        object Scaled(object loss) =>
            Activator.CreateInstance(typeof(Scaled<>).MakeGenericType(loss.GetType()), draw.Of(0.5, 2, 0.0), loss)!;
        if (draw.OneIn(2))
            return (Scaled(loss), "scaled");
        object other = draw.Of<object>(new MSE(), new L1(), new Huber(0.5));
        return (Activator.CreateInstance(typeof(Added<,>).MakeGenericType(loss.GetType(), other.GetType()), loss, other)!, "added");
    }

    // The definition on numbers of 106 bits, and how far a kernel's numbers may be from it: as much as the operands' last bits move it.
    private readonly record struct Exact(double Value, double[] Slopes, double ValueError, double[] SlopeErrors);

    private delegate T Function<T>(T[] operands);

    private static Exact Reference(Function<Dual<Dual<DoubleDouble>>> f, params double[] x)
    {
        var n = x.Length;
        var slopes = new double[n];
        var slopeErrors = new double[n];
        var (value, error) = (0.0, 1.0);
        for (var by = 0; by < n; by++)
        {
            for (var with = 0; with < n; with++)
            {
                var operands = new Dual<Dual<DoubleDouble>>[n];
                for (var i = 0; i < n; i++)
                    operands[i] = new(new(x[i], i == with ? 1 : 0), Dual<DoubleDouble>.Fixed(i == by ? 1 : 0));
                var result = f(operands);
                value = result.Value.Value.ToDouble();
                slopes[by] = result.Derivative.Value.ToDouble();
                slopeErrors[by] += Math.Abs(x[with] * result.Derivative.Derivative.ToDouble());
            }
            error += Math.Abs(x[by]) * (1 + Math.Abs(slopes[by]));
            slopeErrors[by] += Math.Abs(slopes[by]) + 1;
        }
        return new(value, slopes, Finite(error + Math.Abs(value)), Array.ConvertAll(slopeErrors, Finite));
    }

    private static double Finite(double x) => double.IsNaN(x) ? 0 : x;

    internal static void OfTwo<L, S>(L loss, Draw draw, string name, Naive.Options options)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var shape = draw.ShapeOf(draw.Length());
        var n = shape.Size;
        var (arena, x, t) = (new Arena<S>(draw), Operand<S>(draw, loss.Prediction, n), Operand<S>(draw, loss.Target, n));
        var (xs, ts) = (arena.Take(x), arena.Take(t));
        var reduction = draw.Of(Reduction.Mean, Reduction.Sum, Reduction.BatchMean);
        var inPlace = draw.Below(10);
        var gs =
            inPlace == 0 ? xs
            : inPlace == 1 ? ts
            : arena.Take(n);
        arena.Fill();
        Threads.Max = 1 + draw.Below(4);
        draw.What +=
            $" {typeof(S).Name} {shape} {reduction}, {Threads.Max} threads, gradient in {(gs == xs ? "prediction" : gs == ts ? "target" : "place")}";
        if (draw.OneIn(12))
        {
            Nonsense(loss, draw, arena, xs, ts, shape, reduction);
            return;
        }
        if (reduction == Reduction.BatchMean && shape.Rank == 0)
        {
            draw.Refused(() => Run(reduction));
            arena.Check(gs);
            return;
        }
        var value = Run(reduction);
        arena.Check(gs);
        var gradient = Draw.Wide(arena[gs].ToArray());

        // Where there are very many, some.
        var divisor = Divisor(reduction, n, shape);
        var step = Math.Max(1, n / 2000);
        var (sum, bound) = ((DoubleDouble)0, 0.0);
        for (var i = 0; i < n; i += step)
        {
            var exact = Reference(o => loss.Apply(o[0], o[1]), x[i], t[i]);
            draw.SameSlopes(
                [gradient[i]],
                [exact.Slopes[0] / divisor],
                [Bound<S>(exact.SlopeErrors[0]) / divisor],
                $"gradient at {i} ({x[i]:R}, {t[i]:R})"
            );
            if (Naive.Pointwise.TryGetValue(name, out var formula))
            {
                var plain = formula(x[i], t[i], 0, options);
                draw.Same(exact.Value, plain, 1e-8 * (1 + exact.ValueError), $"the formula's value of ({x[i]:R}, {t[i]:R})");
            }
            sum += (DoubleDouble)exact.Value;
            bound += Bound<S>(exact.ValueError);
        }
        if (step == 1)
            draw.Same(double.CreateTruncating(value), sum.ToDouble() / divisor, bound / divisor, "value");

        // The same bits on one thread, and in tensors.
        arena.Fill();
        Threads.Max = 1;
        draw.Equal<S>([Run(reduction)], [value], "the value on one thread");
        draw.Equal<S>(arena[gs], Draw.Store<S>(gradient), "the gradient on one thread");
        var (tensor, slopes) = CSharp.Diff.ValueAndGrad(
            v => CSharp.Reductions.Reduce(CSharp.Loss.Pointwise(v, Draw.Tensor<S>(t, shape), loss), reduction),
            Draw.Tensor<S>(x, shape)
        );
        draw.Equal<S>([value], [tensor.ToScalar()], "the value of spans beside tensors");
        draw.SameSlopes(gradient, Draw.Wide(slopes), Bounds<S>(gradient), "the gradient of spans beside tensors");

        S Run(Reduction reduction) => loss.ValueAndGradient(arena[xs], arena[ts], shape, arena[gs], reduction);
    }

    internal static double[] Bounds<S>(double[] gradient)
        where S : unmanaged => [.. gradient.Select(g => 2 * Draw.Ulp<S>() * Math.Abs(g) + (Draw.Is<S>() ? 1e-44 : 1e-322))];

    private static double Divisor(Reduction reduction, int n, Shape shape) =>
        reduction switch
        {
            Reduction.Mean => n,
            Reduction.BatchMean => shape[0],
            _ => 1,
        };

    private static double Bound<S>(double error)
        where S : unmanaged => 16 * Draw.Ulp<S>() * error;

    // Now and then with a NaN, which comes out again.
    private static double[] Operand<S>(Draw draw, Domain domain, int n)
        where S : unmanaged
    {
        var numbers = draw.Numbers<S>(n, domain);
        if (n > 0 && draw.OneIn(20))
            numbers[draw.Below(n)] = double.NaN;
        return numbers;
    }

    // What is refused, and writes nothing.
    private static void Nonsense<L, S>(
        L loss,
        Draw draw,
        Arena<S> arena,
        Arena<S>.Area xs,
        Arena<S>.Area ts,
        Shape shape,
        Reduction reduction
    )
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = shape.Size;
        if (n < 2)
            return;
        var which = draw.Below(6);
        draw.What += $", nonsense {which}";
        var by = draw.Of(-1, 1) * (1 + draw.Below(Math.Min(n - 1, 30)));
        if (reduction == Reduction.BatchMean && shape.Rank == 0)
            return;
        switch (which)
        {
            case 0:
                draw.Refused(() => loss.ValueAndGradient(arena[xs], arena[ts], shape, arena[xs.Shifted(by)], reduction));
                break;
            case 1:
                draw.Refused(() => loss.ValueAndGradient(arena[xs], arena[ts], shape, arena[ts.Shifted(by)], reduction));
                break;
            case 2:
                draw.Refused(() => loss.ValueAndGradient(arena[xs], arena[ts][1..], shape, new S[n], reduction));
                break;
            case 3:
                draw.Refused(() => loss.ValueAndGradient(arena[xs], arena[ts], shape, new S[n + by], reduction));
                break;
            case 4:
                draw.Refused(() =>
                    loss.ValueAndGradient(arena[xs], arena[ts], shape, new S[n], draw.Of(Reduction.None, (Reduction)7, (Reduction)(-1)))
                );
                break;
            default:
                draw.Refused(() => loss.ValueAndGradient(arena[xs], arena[ts], [n + 1], new S[n], reduction));
                break;
        }
        arena.Check();
    }

    internal static void Curvature<L, S>(L loss, Draw draw, string name, Naive.Options options)
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = draw.Length();
        var (arena, x, t) = (new Arena<S>(draw), Operand<S>(draw, loss.Prediction, n), Operand<S>(draw, loss.Target, n));
        var weights = draw.OneIn(2) ? draw.Numbers<S>(n, Domain.NotNegative) : [];
        var (xs, ts, ws) = (arena.Take(x), arena.Take(t), arena.Take(weights));
        var (gs, hs) = (draw.OneIn(6) ? xs : arena.Take(n), draw.OneIn(6) ? ts : arena.Take(n));
        arena.Fill();
        Threads.Max = 1 + draw.Below(4);
        var hasBCE =
            typeof(L).ToString().Contains($"Losses.{nameof(BCE)}", StringComparison.Ordinal)
            && !typeof(L).ToString().Contains(nameof(BCEWithLogits), StringComparison.Ordinal);
        draw.What += $" {typeof(S).Name} curvature of {n}, {Threads.Max} threads";
        if (draw.OneIn(12) && n > 1)
        {
            var by = draw.Of(-1, 1) * (1 + draw.Below(Math.Min(n - 1, 30)));
            draw.Refused(() => loss.GradientAndCurvature(arena[xs], arena[ts], arena[xs.Shifted(by)], new S[n], arena[ws]));
            draw.Refused(() => loss.GradientAndCurvature(arena[xs], arena[ts], new S[n], arena[ts.Shifted(by)], arena[ws]));
            draw.Refused(() => loss.GradientAndCurvature(arena[xs], arena[ts], arena[xs], arena[xs], arena[ws]));
            draw.Refused(() => loss.GradientAndCurvature(arena[xs], arena[ts], new S[n], new S[n], new S[n - 1]));
            arena.Check();
            return;
        }
        loss.GradientAndCurvature(arena[xs], arena[ts], arena[gs], arena[hs], arena[ws]);
        arena.Check(gs, hs);
        var (g, h) = (Draw.Wide(arena[gs].ToArray()), Draw.Wide(arena[hs].ToArray()));
        for (var i = 0; i < n; i += Math.Max(1, n / 2000))
        {
            var weight = weights.Length == 0 ? 1 : weights[i];
            var exact = Reference(o => loss.Apply(o[0], o[1]), x[i], t[i]);
            Dual<Dual<DoubleDouble>> twice = new(Dual<DoubleDouble>.Variable(x[i]), Dual<DoubleDouble>.Fixed(1));
            var curvature = loss.Apply(twice, Dual<Dual<DoubleDouble>>.Fixed(Dual<DoubleDouble>.Fixed(t[i])))
                .Derivative.Derivative.ToDouble();
            // What does not count may be anything.
            if (weight == 0)
            {
                draw.SameSlopes([g[i], h[i]], [0, 0], [0], $"gradient and curvature at {i}, of weight 0,");
                continue;
            }
            draw.SameSlopes(
                [g[i]],
                [weight * exact.Slopes[0]],
                [weight * Bound<S>(exact.SlopeErrors[0])],
                $"gradient at {i} ({x[i]:R}, {t[i]:R})"
            );
            // 1 / (p (1 − p)) and the like grow as their operands' last bits do; and that of BCE cancels next to a hard target, as its definition says.
            var cancelled = hasBCE ? 64 * 1.1e-16 / Math.Max(x[i] * (1 - x[i]), 1e-12) : 0;
            draw.SameSlopes(
                [h[i]],
                [weight * curvature],
                [weight * 1e4 * Draw.Ulp<S>() * (exact.SlopeErrors[0] + Math.Abs(curvature)) + weight * cancelled],
                $"curvature at {i} ({x[i]:R}, {t[i]:R})"
            );
        }
    }

    internal static void OfThree<L, S>(L loss, Draw draw, string name, Naive.Options options)
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var n = draw.Length();
        var arena = new Arena<S>(draw);
        double[][] x = [Operand<S>(draw, loss.Prediction, n), Operand<S>(draw, loss.Target, n), Operand<S>(draw, loss.Third, n)];
        var operands = Array.ConvertAll(x, arena.Take);
        // Each gradient in a place of its own, in that of an operand, or not wanted.
        var order = draw.Order(3);
        var g = Array.ConvertAll(
            order,
            i =>
                draw.Below(4) switch
                {
                    0 => operands[i],
                    1 => default,
                    _ => arena.Take(n),
                }
        );
        arena.Fill();
        var reduction = draw.Of(Reduction.Mean, Reduction.Sum);
        Threads.Max = 1 + draw.Below(4);
        draw.What += $" {typeof(S).Name} three operands of {n}, {reduction}, {Threads.Max} threads";
        if (draw.OneIn(12) && n > 1)
        {
            var (one, by) = (draw.Below(3), 1 + draw.Below(Math.Min(n - 1, 30)));
            draw.Refused(() =>
                loss.ValueAndGradients(
                    arena[operands[0]],
                    arena[operands[1]],
                    arena[operands[2]],
                    arena[operands[one].Shifted(by)],
                    default,
                    default,
                    reduction
                )
            );
            draw.Refused(() =>
                loss.ValueAndGradients(
                    arena[operands[0]],
                    arena[operands[1]],
                    arena[operands[2]],
                    default,
                    arena[operands[one]],
                    arena[operands[one]],
                    reduction
                )
            );
            arena.Check();
            return;
        }
        var value = Run();
        arena.Check([.. g.Where(area => area.Length > 0)]);
        var gradients = Array.ConvertAll(g, area => Draw.Wide(arena[area].ToArray()));
        var divisor = Divisor(reduction, n, [n]);
        var (sum, bound, step) = ((DoubleDouble)0, 0.0, Math.Max(1, n / 2000));
        for (var i = 0; i < n; i += step)
        {
            var exact = Reference(o => loss.Apply(o[0], o[1], o[2]), x[0][i], x[1][i], x[2][i]);
            var where = $"at {i} ({x[0][i]:R}, {x[1][i]:R}, {x[2][i]:R})";
            for (var by = 0; by < 3; by++)
                if (g[by].Length > 0)
                    draw.SameSlopes(
                        [gradients[by][i]],
                        [exact.Slopes[by] / divisor],
                        [Bound<S>(exact.SlopeErrors[by]) / divisor],
                        $"gradient {by} {where}"
                    );
            if (Naive.Pointwise.TryGetValue(name, out var formula))
                draw.Same(
                    exact.Value,
                    formula(x[0][i], x[1][i], x[2][i], options),
                    1e-8 * (1 + exact.ValueError),
                    $"the formula's value {where}"
                );
            sum += (DoubleDouble)exact.Value;
            bound += Bound<S>(exact.ValueError);
        }
        if (step == 1)
            draw.Same(double.CreateTruncating(value), sum.ToDouble() / divisor, bound / divisor, "value");
        arena.Fill();
        Threads.Max = 1;
        draw.Equal<S>([Run()], [value], "the value on one thread");
        for (var by = 0; by < 3; by++)
            draw.Equal<S>(arena[g[by]], Draw.Store<S>(gradients[by]), $"gradient {by} on one thread");

        S Run() =>
            loss.ValueAndGradients(
                arena[operands[0]],
                arena[operands[1]],
                arena[operands[2]],
                arena[g[0]],
                arena[g[1]],
                arena[g[2]],
                reduction
            );
    }
}
