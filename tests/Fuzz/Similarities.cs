namespace Losses.Tests;

/// <summary>Distances, cosines and activations beside loops over the rows.</summary>
internal static class Similarities
{
    internal static void Call(Draw draw)
    {
        var style = draw.AnyStyle();
        var p = draw.Of(2, 2, 1, 0, 3, 1.5, 0.5, double.PositiveInfinity);
        var name = draw.Of(
            "Cdist",
            "Pdist",
            "PairwiseDistance",
            "CosineSimilarity",
            "CosineDistance",
            "Softmax",
            "Softmin",
            "LogSoftmax",
            "LogSumExp",
            "Softplus",
            "Sigmoid",
            "LogSigmoid"
        );
        Threads.Max = 1 + draw.Below(4);
        switch (name)
        {
            case "Cdist":
            {
                int[] batch = draw.OneIn(3) ? [1 + draw.Below(3)] : [];
                var (one, two, width) = (draw.Below(6), draw.Below(6), draw.Below(5));
                if (draw.OneIn(20))
                    (one, two, width) = (40 + draw.Below(100), 40 + draw.Below(100), 1 + draw.Below(40));
                var (x1, x2) = (Tensor([.. batch, one, width]), Tensor([.. batch, two, width]));
                draw.What = $"Cdist {new Shape(x1.Shape)} {new Shape(x2.Shape)}, p = {p}, {style}";
                var expected = Plain.Of(
                    [.. batch, one, two],
                    at => Naive.Distance(Row(x1, [.. at[..^1]]), Row(x2, [.. at[..^2], at[^1]]), p)
                );
                Check(
                    expected,
                    x => CSharp.Similarity.Cdist(x, Case.Lift<double>(x2), p),
                    x => CSharp.Similarity.Cdist(x, Case.Lift<float>(x2), p),
                    x1
                );
                break;
            }
            case "Pdist":
            {
                var x = Tensor([draw.Below(draw.OneIn(10) ? 60 : 7), draw.Below(6)]);
                draw.What = $"Pdist {new Shape(x.Shape)}, p = {p}, {style}";
                double[] pairs =
                [
                    .. from i in Enumerable.Range(0, x.Shape[0])
                    from j in Enumerable.Range(0, x.Shape[0])
                    where i < j
                    select Naive.Distance(Row(x, [i]), Row(x, [j]), p),
                ];
                Check(new(pairs, [pairs.Length]), v => CSharp.Similarity.Pdist(v, p), v => CSharp.Similarity.Pdist(v, p), x);
                break;
            }
            case "PairwiseDistance":
            {
                var (x1, x2) = Pair(draw.SmallShape(1));
                var (eps, keep) = (draw.Of(0, 1e-6, 0.5), draw.OneIn(2));
                draw.What = $"PairwiseDistance {new Shape(x1.Shape)}, p = {p}, ε = {eps}, {style}";
                var expected = Rows(x1, x2, (a, b) => Naive.Distance(a, b, p, eps));
                if (keep)
                    expected = expected with { Shape = [.. expected.Shape, 1] };
                Check(
                    expected,
                    x => CSharp.Similarity.PairwiseDistance(x, Case.Lift<double>(x2), p, eps, keep),
                    x => CSharp.Similarity.PairwiseDistance(x, Case.Lift<float>(x2), p, eps, keep),
                    x1
                );
                break;
            }
            case "CosineSimilarity":
            {
                var (x1, x2) = Pair(draw.SmallShape(1, 3));
                var axis = draw.Below(x1.Shape.Length);
                draw.What = $"CosineSimilarity {new Shape(x1.Shape)} along {axis}, {style}";
                var expected = Plain.Of(
                    [.. x1.Shape.Where((_, i) => i != axis)],
                    at =>
                        Naive.Cosine(x1.Row([.. at[..axis], 0, .. at[axis..]], axis), x2.Row([.. at[..axis], 0, .. at[axis..]], axis), 1e-8)
                );
                Check(
                    expected,
                    x => CSharp.Similarity.CosineSimilarity(x, Case.Lift<double>(x2), axis),
                    x => CSharp.Similarity.CosineSimilarity(x, Case.Lift<float>(x2), axis - x1.Shape.Length),
                    x1
                );
                break;
            }
            case "CosineDistance":
            {
                var (x1, x2) = Pair(draw.SmallShape(1));
                draw.What = $"CosineDistance {new Shape(x1.Shape)}, {style}";
                Check(
                    Rows(x1, x2, (a, b) => 1 - Naive.Cosine(a, b, 0)),
                    x => CSharp.Similarity.CosineDistance(x, Case.Lift<double>(x2)),
                    x => CSharp.Similarity.CosineDistance(x, Case.Lift<float>(x2)),
                    x1
                );
                break;
            }
            case "Softplus" or "Sigmoid" or "LogSigmoid":
            {
                var x = Tensor(draw.SmallShape().ToArray());
                draw.What = $"{name} {new Shape(x.Shape)}, {style}";
                Func<double, double> formula = name switch
                {
                    "Softplus" => x => Math.Max(x, 0) + Naive.Log1P(Math.Exp(-Math.Abs(x))),
                    "Sigmoid" => x => 1 / (1 + Math.Exp(-x)),
                    _ => x => Math.Min(x, 0) - Naive.Log1P(Math.Exp(-Math.Abs(x))),
                };
                DiffTensor<S> Of<S>(DiffTensor<S> x)
                    where S : unmanaged, System.Numerics.IFloatingPointIeee754<S> =>
                    name switch
                    {
                        "Softplus" => CSharp.Activations.Softplus(x),
                        "Sigmoid" => CSharp.Activations.Sigmoid(x),
                        _ => CSharp.Activations.LogSigmoid(x),
                    };
                Check(Plain.Map(formula, x), Of, Of, x);
                break;
            }
            default:
            {
                var shape = draw.SmallShape(1, 3).ToArray();
                var axis = draw.Below(shape.Length);
                shape[axis] = draw.OneIn(10) ? 100 + draw.Below(2000) : 1 + draw.Below(9);
                var x = Tensor(shape);
                draw.What = $"{name} {new Shape(shape)} along {axis}, {style}";
                var expected = name switch
                {
                    "LogSumExp" => Plain.Rows(x, axis, row => [Plain.LogSumExp(row)], 1).Without(axis),
                    "LogSoftmax" => Plain.Rows(x, axis, Plain.LogSoftmax, shape[axis]),
                    "Softmax" => Plain.Map(Math.Exp, Plain.Rows(x, axis, Plain.LogSoftmax, shape[axis])),
                    _ => Plain.Map(Math.Exp, Plain.Rows(Plain.Map(x => -x, x), axis, Plain.LogSoftmax, shape[axis])),
                };
                DiffTensor<S> Of<S>(DiffTensor<S> x)
                    where S : unmanaged, System.Numerics.IFloatingPointIeee754<S> =>
                    name switch
                    {
                        "LogSumExp" => CSharp.Activations.LogSumExp(x, axis),
                        "LogSoftmax" => CSharp.Activations.LogSoftmax(x, axis - shape.Length),
                        "Softmax" => CSharp.Activations.Softmax(x, axis),
                        _ => CSharp.Activations.Softmin(x, axis),
                    };
                Check(expected, Of, Of, x);
                break;
            }
        }

        Plain Tensor(int[] shape) => new(draw.Numbers<float>(shape.Aggregate(1, (a, b) => a * b), Domain.All, style), shape);

        (Plain, Plain) Pair(Shape shape) => (Tensor(shape.ToArray()), Tensor(shape.ToArray()));

        void Check(
            Plain expected,
            Func<DiffTensor<double>, DiffTensor<double>> f,
            Func<DiffTensor<float>, DiffTensor<float>> single,
            Plain at
        ) => Beside(draw, expected, f, single, at);
    }

    /// <summary>A function of tensors beside what it should give, its slopes beside differences, on one thread and on others.</summary>
    internal static void Beside(
        Draw draw,
        Plain expected,
        Func<DiffTensor<double>, DiffTensor<double>> f,
        Func<DiffTensor<float>, DiffTensor<float>> single,
        Plain at
    )
    {
        var (wide, narrow) = (f(Case.Lift<double>(at)), single(Case.Lift<float>(at)));
        if (wide.Shape != new Shape(expected.Shape))
            throw new Disagreement($"the shape is {wide.Shape}, not {new Shape(expected.Shape)}.");
        var size = expected.Values.Where(double.IsFinite).Select(Math.Abs).Concat(at.Values.Select(Math.Abs)).DefaultIfEmpty().Max();
        draw.SameNumbers(Draw.Wide(wide), expected.Values, 1e-9, 1e-9 * (1 + size), "values");
        draw.SameNumbers(Draw.Wide(narrow), expected.Values, 1e-6, 1e-6 * (1 + size), "values of float32");
        var threads = Threads.Max;
        Threads.Max = 1;
        draw.Equal<double>(f(Case.Lift<double>(at)).ToArray(), wide.ToArray(), "values on one thread");
        draw.Equal<float>(single(Case.Lift<float>(at)).ToArray(), narrow.ToArray(), "values of float32 on one thread");
        Threads.Max = threads;
        if (!expected.Values.All(double.IsFinite))
            return;
        var weights = Enumerable.Range(0, expected.Values.Length).Select(_ => (double)(float)draw.Between(-1, 1)).ToArray();
        Differences.Check(
            draw,
            x => (f(x) * Draw.Tensor<double>(weights, expected.Shape)).Sum(),
            x => (single(x) * Draw.Tensor<float>(weights, expected.Shape)).Sum(),
            at,
            "slope"
        );
    }

    private static double[] Row(Plain x, int[] place) => x.Row([.. place, 0], x.Shape.Length - 1);

    private static Plain Rows(Plain a, Plain b, Func<double[], double[], double> f) =>
        Plain.Of(a.Shape[..^1], at => f(Row(a, at), Row(b, at)));
}
