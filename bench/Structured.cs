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

    private static readonly float[] s_signs = [.. Numbers.Uniform(8192, 3, 0, 1).Select(value => value < 0.5f ? 1f : -1f)];
    private static readonly DiffTensor<float> s_alike = DiffTensor.Create(s_signs);
    private static readonly Lazy<Tensor> s_torchAlike = new(() => tensor(s_signs).DetachFromDisposeScope());

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
        SoftmaxDice("8×21×256×256", 4, [8, 21, 256, 256]),
        Labelled(
            "Multi-margin",
            "256×1000",
            2,
            [.. Numbers.Uniform(256, 2, 0, 1000).Select(value => (long)value)],
            [256],
            (x, labels) => Loss.MultiMargin(x, labels),
            (x, labels) => functional.multi_margin_loss(x, labels)
        ),
        Labelled(
            "Multi-label margin, 3 labels",
            "256×1000",
            1.5,
            [.. Numbers.Uniform(256 * 1000, 2, 0, 1000).Select((value, i) => i % 1000 < 3 ? (long)value : -1)],
            [256, 1000],
            (x, labels) => Loss.MultiLabelMargin(x, labels),
            (x, labels) => functional.multi_label_margin_loss(x, labels)
        ),
        SeveralLabels("Multi-label soft margin", 2, [256, 1000]),
        RankNet(1000, 200),
        Vectors(
            "Cosine embedding",
            3,
            x => Loss.CosineEmbedding(x[0], x[1], s_alike),
            (x, t) => functional.cosine_embedding_loss(x[0], x[1], t),
            2
        ),
        Vectors(
            "Triplet, p = 1",
            3,
            x => Loss.TripletMargin(x[0], x[1], x[2], p: 1),
            (x, t) => functional.triplet_margin_loss(x[0], x[1], x[2], p: 1),
            3
        ),
        Vectors(
            "Triplet, p = 2",
            3,
            x => Loss.TripletMargin(x[0], x[1], x[2]),
            (x, t) => functional.triplet_margin_loss(x[0], x[1], x[2]),
            3
        ),
        Vectors(
            "Triplet, p = 3",
            1.5,
            x => Loss.TripletMargin(x[0], x[1], x[2], p: 3),
            (x, t) => functional.triplet_margin_loss(x[0], x[1], x[2], p: 3),
            3
        ),
        Vectors(
            "Triplet, 1 − cosine",
            3,
            x => Loss.TripletMarginWithDistance(x[0], x[1], x[2], Similarity.CosineDistance),
            (x, t) => functional.triplet_margin_with_distance_loss(x[0], x[1], x[2], (a, b) => 1 - functional.cosine_similarity(a, b, 1)),
            3
        ),
        Classes("CrossEntropy", new CrossEntropy(), 1.5, CrossEntropies, Million * 2, 2),
        Classes("CrossEntropy", new CrossEntropy(), 1.5, CrossEntropies, Million / 4, 16),
        Classes("CrossEntropy", new CrossEntropy(), 1.5, CrossEntropies, Million / 8, 32),
        Classes("CrossEntropy", new CrossEntropy(), 1.3, CrossEntropies, 8, 2, 512, 512),
        Classes("CrossEntropy", new CrossEntropy(), 1.3, CrossEntropies, 8, 3, 512, 512),
        Classes("CrossEntropy", new CrossEntropy(), 1.3, CrossEntropies, 8, 5, 512, 512),
        Classes(
            "CrossEntropy, smoothed",
            new CrossEntropy(labelSmoothing: 0.1),
            1.3,
            ((x, y) => Loss.CrossEntropy(x, y, labelSmoothing: 0.1).Mean(), (x, y) => functional.cross_entropy(x, y, label_smoothing: 0.1)),
            4,
            21,
            256,
            256
        ),
        Classes("Focal", new Focal(), 8, Focals, 512, 32000),
        Classes("Focal", new Focal(), 3, Focals, 8, 21, 256, 256),
        Targets(
            "CrossEntropy, probabilities",
            1.2,
            (x, t) => Loss.CrossEntropy(x, t).Mean(),
            (x, t) => functional.cross_entropy(x, t),
            2048,
            1000
        ),
        Targets(
            "Focal, probabilities",
            3,
            (x, t) => Loss.Focal(x, t).Mean(),
            (x, t) =>
            {
                var log = functional.log_softmax(x, 1);
                return -(t * (1 - log.exp()).square() * log).sum(1).mean();
            },
            512,
            32000
        ),
        Distillation("KL of logits, by the student", 2048, 32000, byBoth: false),
        Distillation("KL of logits, by both", 2048, 32000, byBoth: true),
        LinearCrossEntropy(512, 768, 32000),
        LinearCrossEntropy(4096, 256, 8192),
        InfoNCE(4096, 256),
        AdaptiveLogSoftmax(512, 256, 20000, 2000, 10000),
        Distances(
            "Cdist, p = 2",
            "1000×1000×128",
            x => Similarity.Cdist(x[0], x[1]),
            x => cdist(x[0], x[1], 2, compute_mode.donot_use_mm_for_euclid_dist).mean(),
            [1000, 128],
            [1000, 128]
        ),
        Distances(
            "Cdist, p = 1",
            "1000×1000×128",
            x => Similarity.Cdist(x[0], x[1], 1),
            x => cdist(x[0], x[1], 1, compute_mode.donot_use_mm_for_euclid_dist).mean(),
            [1000, 128],
            [1000, 128]
        ),
        // TorchSharp has no pdist: all distances twice.
        Distances(
            "Pdist, p = 2",
            "2000×64",
            x => Similarity.Pdist(x[0]),
            x => cdist(x[0], x[0], 2, compute_mode.donot_use_mm_for_euclid_dist).sum() / (2000 * 1999),
            [2000, 64]
        ),
    ];

    /// <summary>The transducer loss, which libtorch has not, beside our cross-entropy of the same logits; whether it takes at most half as long again.</summary>
    public static bool RunTransducer()
    {
        const int samples = 8,
            frames = 100,
            labels = 20,
            classes = 64,
            rows = samples * frames * (labels + 1);
        const double aim = 1.5;
        var logits = Numbers.Normal(rows * classes, 1);
        var nodes = DiffTensor.Create(logits, samples, frames, labels + 1, classes);
        var each = DiffTensor.Create(logits, rows, classes);
        var spelt = new Labels(Numbers.Indices(samples * labels, 2, 0, classes - 1), [samples, labels]);
        var classOf = new Labels(Numbers.Indices(rows, 3, 0, classes), [rows]);
        int[] all = [.. Enumerable.Repeat(frames, samples)],
            lengths = [.. Enumerable.Repeat(labels, samples)];
        var times = Protocol.Compare(
            1,
            () => Diff.ValueAndGrad(x => Loss.RNNT(x, spelt, all, lengths).Mean(), nodes).Gradient.ToArray(),
            () => Diff.ValueAndGrad(x => Loss.CrossEntropy(x, classOf).Mean(), each).Gradient.ToArray()
        );
        var ratio = times[0].Median / times[1].Median;
        Console.WriteLine(
            $"RNN-T, {samples}×{frames}×{labels + 1}×{classes}: {Report.Time(times[0].Median)}; cross-entropy of the same logits: {Report.Time(times[1].Median)}; "
                + $"{Report.Text(ratio, "0.00")} times as long (at most {Report.Text(aim, "0.0")})"
        );
        return ratio <= aim;
    }

    // The gradients are by input, weight and bias.
    private static Row LinearCrossEntropy(int count, int features, int classes)
    {
        return new(
            "Linear cross-entropy",
            $"{count}×{features}→{classes}",
            1,
            () =>
            {
                var labels = Numbers.Indices(count, 2, 0, classes);
                Labels own = new(labels);
                var theirs = tensor([.. labels.Select(label => (long)label)]).DetachFromDisposeScope();
                return Products(
                    x => Loss.LinearCrossEntropy(x[0], x[1], x[2], own).Mean(),
                    x => functional.cross_entropy(functional.linear(x[0], x[1], x[2]), theirs),
                    0.05f,
                    [count, features],
                    [classes, features],
                    [classes]
                );
            }
        );
    }

    // Cosines, the negatives of the batch; by queries, keys and temperature.
    private static Row InfoNCE(int count, int features)
    {
        return new(
            "InfoNCE",
            $"{count}×{features}",
            1,
            () =>
            {
                var own = arange(count).DetachFromDisposeScope();
                return Products(
                    x => Loss.InfoNCE(x[0], x[1], DiffTensor<float>.Abs(x[2])).Mean(),
                    x =>
                        functional.cross_entropy(
                            matmul(functional.normalize(x[0], dim: 1), functional.normalize(x[1], dim: 1).t()) / x[2].abs(),
                            own
                        ),
                    1,
                    [count, features],
                    [count, features],
                    [1]
                );
            }
        );
    }

    // As Grave et al. have it, rare classes from a quarter and a sixteenth of the features; frequent labels are frequent.
    private static Row AdaptiveLogSoftmax(int count, int features, int classes, int first, int second) =>
        new(
            "Adaptive log-softmax",
            $"{count}×{features}→{classes}",
            1,
            () =>
            {
                int[] labels = [.. Numbers.Uniform(count, 2, 0, 1).Select(value => (int)(value * value * value * classes))];
                Labels own = new(labels);
                int[] lows = [first, second, classes];
                // The place in the head of each row, and the rows of each cluster with their places there.
                long[] heads =
                [
                    .. labels.Select(label =>
                        (long)(
                            label < first ? label
                            : label < second ? first
                            : first + 1
                        )
                    ),
                ];
                var head = tensor(heads).DetachFromDisposeScope();
                var members = new (Tensor Rows, Tensor Labels)[2];
                for (var i = 0; i < 2; i++)
                {
                    int[] rows = [.. Enumerable.Range(0, count).Where(n => labels[n] >= lows[i] && labels[n] < lows[i + 1])];
                    members[i] = (
                        tensor([.. rows.Select(n => (long)n)]).DetachFromDisposeScope(),
                        tensor([.. rows.Select(n => (long)(labels[n] - lows[i]))]).DetachFromDisposeScope()
                    );
                }
                return Products(
                    x =>
                        Loss.AdaptiveLogSoftmaxWithLoss(
                                x[0],
                                own,
                                new FSharp.AdaptiveSoftmax<DiffTensor<float>>(
                                    [first, second],
                                    x[1],
                                    DiffTensor.Scalar<float>(0),
                                    [new(x[2], x[3]), new(x[4], x[5])]
                                )
                            )
                            .Mean(),
                    x =>
                    {
                        var loss = functional.cross_entropy(functional.linear(x[0], x[1]), head, reduction: nn.Reduction.Sum);
                        for (var i = 0; i < 2; i++)
                        {
                            var hidden = functional.linear(x[0].index_select(0, members[i].Rows), x[2 + 2 * i]);
                            loss += functional.cross_entropy(
                                functional.linear(hidden, x[3 + 2 * i]),
                                members[i].Labels,
                                reduction: nn.Reduction.Sum
                            );
                        }
                        return loss / count;
                    },
                    0.1f,
                    [count, features],
                    [first + 2, features],
                    [features / 4, features],
                    [second - first, features / 4],
                    [features / 16, features],
                    [classes - second, features / 16]
                );
            }
        );

    // The mean of all.
    private static Row Distances(
        string name,
        string size,
        Func<DiffTensor<float>[], DiffTensor<float>> ours,
        Func<Tensor[], Tensor> torch,
        params int[][] shapes
    ) => new(name, size, 1, () => Products(x => DiffTensor<float>.Mean(ours(x), []), x => torch(x), 1, shapes));

    // By all operands, which are of such a spread.
    internal static DiffTensorWork Products(
        Func<DiffTensor<float>[], DiffTensor<float>> ours,
        Func<Tensor[], Tensor> torch,
        float spread,
        params int[][] shapes
    ) =>
        new(
            (x, constants) =>
            {
                var (value, pullback) = DiffTensor.Pullback(ours, x);
                return (value, pullback(DiffTensor.Scalar<float>(1)));
            },
            (x, constants) => torch(x),
            (x, constants) => throw new NotSupportedException(),
            shapes[0],
            [
                .. shapes.Select(
                    (shape, i) =>
                        Array.ConvertAll(
                            Numbers.Normal(shape.Aggregate(1, (product, length) => product * length), i + 1),
                            value => spread * value
                        )
                ),
            ],
            [],
            shapes
        );

    // As a TorchSharp user composes it.
    internal static (Func<TorchTensor, Labels, TorchTensor>, Func<Tensor, Tensor, Tensor>) Focals =>
        (
            (x, y) => Loss.Focal(x, y).Mean(),
            (x, y) =>
            {
                var log = functional.log_softmax(x, 1).gather(1, y.unsqueeze(1));
                return -((1 - log.exp()).square() * log).mean();
            }
        );

    // A distribution for each row.
    private static Row Targets(
        string name,
        double aim,
        Func<DiffTensor<float>, DiffTensor<float>, DiffTensor<float>> ours,
        Func<Tensor, Tensor, Tensor> torch,
        params int[] shape
    ) =>
        new(
            name,
            string.Join('×', shape),
            aim,
            () =>
            {
                var count = shape.Aggregate(1, (product, length) => product * length);
                return new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, gradient) = Diff.ValueAndGrad(x => ours(x, constants[0]), x[0]);
                        return (value, [gradient]);
                    },
                    (x, constants) => torch(x[0], constants[0]),
                    (x, constants) => throw new NotSupportedException(),
                    shape,
                    [Numbers.Normal(count, 1)],
                    [
                        [.. Numbers.LogSoftmax(Numbers.Normal(count, 2), shape[1], 1).Select(MathF.Exp)],
                    ]
                );
            }
        );

    // A teacher's logits beside a student's.
    private static Row Distillation(string name, int rows, int classes, bool byBoth) =>
        new(
            name,
            $"{rows}×{classes}",
            5,
            () =>
            {
                var student = Numbers.Normal(rows * classes, 1);
                var teacher = Numbers.Normal(rows * classes, 2);
                return new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, pullback) = DiffTensor.Pullback(y => Loss.KLDivOfLogits(y[0], byBoth ? y[1] : constants[0]).Mean(), x);
                        return (value, pullback(DiffTensor.Scalar<float>(1)));
                    },
                    (x, constants) =>
                    {
                        Tensor p = functional.log_softmax(x[0], 1),
                            q = functional.log_softmax(byBoth ? x[1] : constants[0], 1);
                        return functional.kl_div(p, q, log_target: true, reduction: nn.Reduction.Sum) / rows;
                    },
                    (x, constants) => throw new NotSupportedException(),
                    [rows, classes],
                    byBoth ? [student, teacher] : [student],
                    byBoth ? [] : [teacher]
                );
            }
        );

    private static (Func<TorchTensor, Labels, TorchTensor>, Func<Tensor, Tensor, Tensor>) CrossEntropies =>
        ((x, y) => Loss.CrossEntropy(x, y).Mean(), (x, y) => functional.cross_entropy(x, y));

    internal static Row Classes<L>(
        string name,
        L loss,
        double aim,
        (Func<TorchTensor, Labels, TorchTensor> Inside, Func<Tensor, Tensor, Tensor> Torch) of,
        params int[] shape
    )
        where L : ILabelled =>
        new(
            name,
            string.Join('×', shape),
            aim,
            () =>
            {
                var count = shape.Aggregate(1, (product, length) => product * length);
                return new LabelWork<L>(
                    loss,
                    of.Inside,
                    of.Torch,
                    Numbers.Normal(count, 1),
                    Numbers.Indices(count / shape[1], 2, 0, shape[1]),
                    shape
                );
            }
        );

    // Of each sample and class.
    private static Row Dice(string name, string size, double aim, int[] shape) =>
        new(
            name,
            size,
            aim,
            () =>
            {
                var count = shape.Aggregate(1, (product, length) => product * length);
                return new IntoWork(
                    (x, constants) => Loss.Dice(x, constants[0], activation: RegionActivation.Sigmoid).Mean(),
                    (x, constants) =>
                    {
                        var p = functional.sigmoid(x);
                        var t = constants[0];
                        var both = 2 * (p * t).sum([2, 3]) + 1e-5;
                        return (1 - both / (p.sum([2, 3]) + t.sum([2, 3]) + 1e-5)).mean();
                    },
                    shape,
                    Numbers.Normal(count, 1),
                    [.. Numbers.Uniform(count, 2, 0, 1).Select(value => value < 0.3f ? 1f : 0f)]
                );
            }
        );

    // Softmaxes over 21 classes beside one-hot targets, of each sample and class.
    private static Row SoftmaxDice(string size, double aim, int[] shape) =>
        new(
            "Dice of softmaxes, per class",
            size,
            aim,
            () =>
            {
                int classes = shape[1],
                    places = shape[2] * shape[3];
                var target = new float[shape[0] * classes * places];
                var labels = Numbers.Indices(shape[0] * places, 2, 0, classes);
                for (var i = 0; i < labels.Length; i++)
                    target[(i / places * classes + labels[i]) * places + i % places] = 1;
                return new IntoWork(
                    (x, constants) => Loss.Dice(x, constants[0], activation: RegionActivation.Softmax).Mean(),
                    (x, constants) =>
                    {
                        var p = functional.softmax(x, 1);
                        var t = constants[0];
                        var both = 2 * (p * t).sum([2, 3]) + 1e-5;
                        return (1 - both / (p.sum([2, 3]) + t.sum([2, 3]) + 1e-5)).mean();
                    },
                    shape,
                    Numbers.Normal(target.Length, 1),
                    target
                );
            }
        );

    // Some three classes of a thousand.
    private static Row SeveralLabels(string name, double aim, int[] shape) =>
        new(
            name,
            string.Join('×', shape),
            aim,
            () =>
                new IntoWork(
                    (x, constants) => Loss.MultiLabelSoftMargin(x, constants[0]).Mean(),
                    (x, constants) => functional.multilabel_soft_margin_loss(x, constants[0]),
                    shape,
                    Numbers.Normal(shape[0] * shape[1], 1),
                    [.. Numbers.Uniform(shape[0] * shape[1], 2, 0, 1).Select(value => value < 0.003f ? 1f : 0f)]
                )
        );

    // 8192 vectors of 256 numbers each; by all of them.
    private static Row Vectors(
        string name,
        double aim,
        Func<DiffTensor<float>[], LossValues<DiffTensor<float>>> ours,
        Func<Tensor[], Tensor, Tensor> torch,
        int operands
    ) =>
        new(
            name,
            "8192×256",
            aim,
            () => Products(x => ours(x).Mean(), x => torch(x, s_torchAlike.Value), 1, [.. Enumerable.Repeat<int[]>([8192, 256], operands)])
        );

    // Scores of 1000 classes.
    private static Row Labelled(
        string name,
        string size,
        double aim,
        long[] labels,
        long[] shape,
        Func<DiffTensor<float>, Labels, LossValues<DiffTensor<float>>> ours,
        Func<Tensor, Tensor, Tensor> torch
    ) =>
        new(
            name,
            size,
            aim,
            () =>
            {
                var own = new Labels(labels, [.. shape.Select(length => (int)length)]);
                var theirs = tensor(labels, shape).DetachFromDisposeScope();
                return new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, gradient) = Diff.ValueAndGrad(x => ours(x, own).Mean(), x[0]);
                        return (value, [gradient]);
                    },
                    (x, constants) => torch(x[0], theirs),
                    (x, constants) => throw new NotSupportedException(),
                    [256, 1000],
                    [Numbers.Normal(256 * 1000, 1)],
                    []
                );
            }
        );

    // Of five degrees of relevance; libtorch has all pairs of all lists in memory.
    private static Row RankNet(int lists, int length) =>
        new(
            "RankNet",
            $"{lists}×{length}",
            5,
            () =>
                new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, gradient) = Diff.ValueAndGrad(x => Loss.RankNet(x, constants[0]).Mean(), x[0]);
                        return (value, [gradient]);
                    },
                    (x, constants) =>
                    {
                        var isAbove = constants[0].unsqueeze(2) > constants[0].unsqueeze(1);
                        var terms = functional.softplus(x[0].unsqueeze(1) - x[0].unsqueeze(2));
                        return (terms * isAbove).sum() / isAbove.sum();
                    },
                    (x, constants) => throw new NotSupportedException(),
                    [lists, length],
                    [Numbers.Normal(lists * length, 1)],
                    [
                        [.. Numbers.Uniform(lists * length, 2, 0, 5).Select(MathF.Floor)],
                    ]
                )
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
                new IntoWork(
                    (x, constants) => ours(x, constants[0], constants[1]),
                    (x, constants) => torch(x, constants[0], constants[1]),
                    [1024, 1024],
                    Numbers.Normal(Million, 1),
                    Numbers.Targets(Million, 2),
                    Numbers.Uniform(Million, 3, 0.1f, 2)
                )
        );
}
