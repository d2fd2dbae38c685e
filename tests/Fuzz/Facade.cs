using System.Numerics;
using System.Reflection;

namespace Losses.Tests;

/// <summary>Every loss of the façade, found by reflection: its values beside loops, its slopes beside differences, its reductions, and all of it in other ways.</summary>
internal static class Facade
{
    private static readonly MethodInfo[] s_methods =
    [
        .. typeof(CSharp.Loss)
            .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => method.ReturnType.IsGenericType && Arguments.Knows(method.Name))
            .OrderBy(method => method.ToString(), StringComparer.Ordinal),
    ];

    internal static void Call(Draw draw)
    {
        var (loss, naive) = Any(draw);
        draw.What = loss.Text;
        Threads.Max = 1 + draw.Below(4);
        Check(draw, loss, naive);
    }

    /// <summary>A loss with arguments that it takes, and what its values should be.</summary>
    internal static (Case Case, double[] Values) Any(Draw draw)
    {
        var method = draw.Of(s_methods);
        var arguments = method.GetParameters().ToDictionary(p => p.Name!, p => Spans.Option(draw, p));
        return Arguments.Fill(draw, new(method, arguments));
    }

    private static void Check(Draw draw, Case loss, double[] naive)
    {
        var wide = loss.Values<double>();
        var values = Draw.Wide(wide.Values);
        draw.SameNumbers(values, naive, 1e-9, 1e-9, "values");
        draw.SameNumbers(Draw.Wide(loss.Values<float>().Values), values, 1e-6, 1e-6, "values of float32");
        Reductions.Check(draw, wide);
        Reductions.Check(draw, loss.Values<float>());
        OnOneThread<double>(draw, loss);
        OnOneThread<float>(draw, loss);
        Reordered(draw, loss);
        var by = draw.Of(loss.Tensors);
        // Below its floor a variance has the slope that it would have above; and what a weight is made of has no slope by it.
        var isBelow =
            by is "variance" or "third"
                && (loss.Method.Name == "BetaGaussianNLL" || loss.Arguments.GetValueOrDefault("loss") is BetaGaussianNLL)
            || (by == "variance" || loss.Arguments.GetValueOrDefault("loss") is GaussianNLL && by == "third")
                && loss.Tensor(by).Values.Any(v => v < 0.05);
        if (values.Length > 0 && values.All(double.IsFinite) && !isBelow && loss.Tensor(by).Values.Length > 0)
            Slopes(draw, loss, by, values.Length);
    }

    private static void OnOneThread<S>(Draw draw, Case loss)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var by = draw.Of(loss.Tensors);
        var (value, slopes) = CSharp.Diff.ValueAndGrad(x => CSharp.Reductions.Sum(loss.Values(by, x)), Case.Lift<S>(loss.Tensor(by)));
        Threads.Max = draw.Of(1, 2, 7);
        var (again, slopesAgain) = CSharp.Diff.ValueAndGrad(x => CSharp.Reductions.Sum(loss.Values(by, x)), Case.Lift<S>(loss.Tensor(by)));
        draw.Equal<S>([again.ToScalar()], [value.ToScalar()], "the sum on other threads");
        draw.Equal<S>(slopesAgain.ToArray(), slopes.ToArray(), "the slopes on other threads");
    }

    // The samples in another order give the same values in another order, and the same sum and mean.
    private static void Reordered(Draw draw, Case loss)
    {
        var shape = loss.Values<double>().Values.Shape;
        string[] fixedOnes = ["weight", "bias", "parameters"];
        if (shape.Rank == 0 || shape.Size == 0 || loss.Method.Name == "CTC" || loss.Options.Whole("classAxis", 1) is 0)
            return;
        if (loss.Options.Whole("classAxis", 1) < 0 && shape.Rank + 1 + loss.Options.Whole("classAxis", 1) == 0)
            return;
        var order = draw.Order(shape[0]);
        var moved = loss;
        foreach (var name in loss.Arguments.Keys.Except(fixedOnes))
            moved = loss.Arguments[name] switch
            {
                // A variance may have one row for all.
                Plain x when x.Shape.Length > 0 && x.Shape[0] == shape[0] => moved.With(name, Moved(x)),
                Labels labels => moved.With(name, new Labels(MovedLabels(labels.Indices.ToArray()), labels.Shape)),
                Weights { IsNone: false } weights
                    when name == "posWeight" && weights.Shape.Rank == shape.Rank && weights.Shape[0] == shape[0] => moved.With(
                    name,
                    new Weights(Moved(new Plain(weights.Values.ToArray(), weights.Shape.ToArray())).Values, weights.Shape)
                ),
                _ => moved,
            };
        draw.Equal<double>(
            moved.Values<double>().Values.ToArray(),
            Moved(new Plain(loss.Values<double>().Values.ToArray(), shape.ToArray())).Values,
            "the values in another order"
        );
        draw.Equal<float>(
            [CSharp.Reductions.Sum(moved.Values<float>()).ToScalar(), CSharp.Reductions.Mean(moved.Values<float>()).ToScalar()],
            [CSharp.Reductions.Sum(loss.Values<float>()).ToScalar(), CSharp.Reductions.Mean(loss.Values<float>()).ToScalar()],
            "sum and mean in another order"
        );

        Plain Moved(Plain x) => Plain.Of(x.Shape, place => x[[order[place[0]], .. place[1..]]]);

        int[] MovedLabels(int[] x) =>
            x.Length == 0 ? x : [.. order.SelectMany(i => x.AsSpan(i * (x.Length / order.Length), x.Length / order.Length).ToArray())];
    }

    private static void Slopes(Draw draw, Case loss, string by, int count)
    {
        var at = loss.Tensor(by);
        var weights = Enumerable.Range(0, count).Select(_ => draw.Between(-1, 1)).ToArray();
        DiffTensor<S> Total<S>(DiffTensor<S> x)
            where S : unmanaged, IFloatingPointIeee754<S>
        {
            var values = loss.Values(by, x).Values;
            return (values * Draw.Tensor<S>(Array.ConvertAll(weights, w => (double)(float)w), values.Shape)).Sum();
        }
        Differences.Check(draw, Total<double>, Total<float>, at, $"slope by {by}");
    }
}
