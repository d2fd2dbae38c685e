using Losses.CSharp;
using Losses.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Losses.Bench;

/// <summary>Rows of losses with weights, masks and reductions of every kind, and of losses that look across elements: against libtorch's own operations, or what a
/// TorchSharp user composes of them.</summary>
internal static class Structured
{
    private const int Million = 1 << 20;

    private static readonly LossAccumulator s_total = new();
    private static double s_sum;

    private static readonly bool[] s_marks = [.. Numbers.Uniform(Million, 3, 0, 1).Select(value => value < 0.75f)];
    private static readonly Weights s_mask = Weights.Mask(s_marks, [1024, 1024]);
    private static readonly Lazy<Tensor> s_torchMask = new(() => tensor(s_marks, [1024L, 1024L]).DetachFromDisposeScope());

    /// <summary>The table.</summary>
    public static IReadOnlyList<Row> All { get; } =
    [
        Weighted("MSE, element weights", 3, (x, t) => Loss.MSE(x, t), (x, t) => functional.mse_loss(x, t, nn.Reduction.None)),
        Weighted(
            "BCEWithLogits, element weights",
            1.5,
            (x, t) => Loss.BCEWithLogits(x, t),
            (x, t) => functional.binary_cross_entropy_with_logits(x, t, reduction: nn.Reduction.None)
        ),
        Pointwise(
            "BCEWithLogits, positive weights",
            1.5,
            (x, t, w) => Loss.BCEWithLogits(x, t, posWeight: w).Mean(),
            (x, t, w) => functional.binary_cross_entropy_with_logits(x, t, pos_weights: w)
        ),
        Pointwise(
            "MSE, masked",
            1,
            (x, t, w) => Loss.MSE(x, t).Masked(s_mask).Mean(),
            (x, t, w) => functional.mse_loss(x, t, nn.Reduction.None)[s_torchMask.Value].mean()
        ),
        Pointwise(
            "MSE, per sample, then their mean",
            1,
            (x, t, w) => DiffTensor<float>.Mean(Loss.MSE(x, t).PerSample(), []),
            (x, t, w) => functional.mse_loss(x, t, nn.Reduction.None).mean([1]).mean()
        ),
        Pointwise(
            "MSE, unreduced, then its sum",
            1,
            (x, t, w) => DiffTensor<float>.Sum(Loss.MSE(x, t).Values, [0, 1], false),
            (x, t, w) => functional.mse_loss(x, t, nn.Reduction.None).sum()
        ),
        Pointwise(
            "MSE, added to an accumulator",
            1,
            (x, t, w) =>
            {
                var loss = Loss.MSE(x, t);
                loss.AddTo(s_total);
                return loss.Mean();
            },
            (x, t, w) =>
            {
                var loss = functional.mse_loss(x, t);
                s_sum += loss.item<float>();
                return loss;
            }
        ),
        Dice("Dice of sigmoids, per sample", "16×1×512×512", 8, [16, 1, 512, 512]),
    ];

    // Of each sample and class.
    private static Row Dice(string name, string size, double aim, int[] shape) =>
        new(
            name,
            size,
            aim,
            () =>
            {
                var count = shape.Aggregate(1, (product, length) => product * length);
                return new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, gradient) = Diff.ValueAndGrad(
                            x => Loss.Dice(x, constants[0], activation: RegionActivation.Sigmoid).Mean(),
                            x[0]
                        );
                        return (value, [gradient]);
                    },
                    (x, constants) =>
                    {
                        var p = functional.sigmoid(x[0]);
                        var t = constants[0];
                        var both = 2 * (p * t).sum([2, 3]) + 1e-5;
                        return (1 - both / (p.sum([2, 3]) + t.sum([2, 3]) + 1e-5)).mean();
                    },
                    (x, constants) => throw new NotSupportedException(),
                    shape,
                    [Numbers.Normal(count, 1)],
                    [
                        [.. Numbers.Uniform(count, 2, 0, 1).Select(value => value < 0.3f ? 1f : 0f)],
                    ]
                );
            }
        );

    private static Row Weighted(
        string name,
        double aim,
        Func<DiffTensor<float>, DiffTensor<float>, LossValues<DiffTensor<float>>> ours,
        Func<Tensor, Tensor, Tensor> torch
    ) => Pointwise(name, aim, (x, t, w) => ours(x, t).Weighted(w).Mean(), (x, t, w) => (torch(x, t) * w).mean());

    // A prediction, a target in [0, 1] and a weight of a million elements each.
    private static Row Pointwise(
        string name,
        double aim,
        Func<DiffTensor<float>, DiffTensor<float>, DiffTensor<float>, DiffTensor<float>> ours,
        Func<Tensor, Tensor, Tensor, Tensor> torch
    ) =>
        new(
            name,
            "2^20",
            aim,
            () =>
                new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, gradient) = Diff.ValueAndGrad(x => ours(x, constants[0], constants[1]), x[0]);
                        return (value, [gradient]);
                    },
                    (x, constants) => torch(x[0], constants[0], constants[1]),
                    (x, constants) => throw new NotSupportedException(),
                    [1024, 1024],
                    [Numbers.Normal(Million, 1)],
                    [Numbers.Targets(Million, 2), Numbers.Uniform(Million, 3, 0.1f, 2)]
                )
        );
}
