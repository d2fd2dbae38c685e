using Losses.CSharp;
using Losses.TorchSharp;
using static TorchSharp.torch.nn;

namespace Losses.Bench;

/// <summary>A row of the table: some work, and how many times faster than libtorch it is meant to be.</summary>
internal sealed record Row(string Name, string Size, double Aim, Func<Work> Make)
{
    /// <summary>How many times faster than libtorch's loss ours is meant to be in its place, in a TorchSharp training loop.</summary>
    public double AimInside { get; init; } = 1;

    private static readonly (string Name, bool IsSimple, Func<int, Work> Make)[] _pointwise =
    [
        ("MSE", true, n => new TensorWork<MSE>(new(), (x, t) => functional.mse_loss(x, t), Numbers.Normal(n, 1), Numbers.Normal(n, 2))),
        ("L1", true, n => new TensorWork<L1>(new(), (x, t) => functional.l1_loss(x, t), Numbers.Normal(n, 1), Numbers.Normal(n, 2))),
        (
            "SmoothL1",
            true,
            n => new TensorWork<SmoothL1>(new(1), (x, t) => functional.smooth_l1_loss(x, t), Numbers.Normal(n, 1), Numbers.Normal(n, 2))
        ),
        (
            "Huber",
            true,
            n => new TensorWork<Huber>(new(1), (x, t) => functional.huber_loss(x, t), Numbers.Normal(n, 1), Numbers.Normal(n, 2))
        ),
        (
            "BCEWithLogits",
            false,
            n => new TensorWork<BCEWithLogits>(
                new(),
                (x, t) => functional.binary_cross_entropy_with_logits(x, t),
                Numbers.Normal(n, 1),
                Numbers.Targets(n, 2)
            )
        ),
        (
            "BCE",
            false,
            n => new TensorWork<BCE>(
                new(),
                (x, t) => functional.binary_cross_entropy(x, t),
                Numbers.Uniform(n, 1, 0.01f, 0.99f),
                Numbers.Targets(n, 2)
            )
        ),
        (
            "SoftMargin",
            false,
            n => new TensorWork<SoftMargin>(new(), (x, t) => functional.soft_margin_loss(x, t), Numbers.Normal(n, 1), Numbers.Signs(n, 2))
        ),
        (
            "PoissonNLL",
            false,
            n => new TensorWork<PoissonNLL>(
                new(logInput: true, full: false, eps: 1e-8),
                (x, t) => functional.poisson_nll_loss(x, t),
                Numbers.Normal(n, 1),
                Numbers.Counts(n, 2)
            )
        ),
        (
            "KLDiv",
            false,
            n => new TensorWork<KLDiv>( // For a mean libtorch writes a warning at every call, which takes longer than a small loss.
                new(),
                (x, t) => functional.kl_div(x, t, log_target: false, reduction: global::TorchSharp.torch.nn.Reduction.Sum),
                Numbers.Uniform(n, 1, -8, 0),
                Numbers.Uniform(n, 2, 0, 1),
                Losses.Reduction.Sum
            )
        ),
    ];

    public override string ToString() => $"{Name}, {Size}";

    /// <summary>The table.</summary>
    public static IReadOnlyList<Row> All { get; } = [.. PointwiseRows(24, 18, 14), .. StructuredRows()];

    /// <summary>The rows of the table inside TorchSharp: those above, and pointwise losses of more sizes.</summary>
    public static IReadOnlyList<Row> Inside { get; } = [.. PointwiseRows(24, 20, 18, 14, 10, 5), .. StructuredRows()];

    /// <summary>A pointwise loss of n elements.</summary>
    public static Work Pointwise(string name, int n) => _pointwise.Single(loss => loss.Name == name).Make(n);

    private static IEnumerable<Row> PointwiseRows(params int[] powers) =>
        from power in powers
        from loss in _pointwise
        let aim = (loss.IsSimple, power) switch
        {
            (true, 24) => 8,
            (true, _) => 3,
            (false, 24) => 5,
            (false, _) => 1.5,
        }
        select new Row(loss.Name, $"2^{power}", aim, () => loss.Make(1 << power)) { AimInside = power >= 20 ? 3 : 1 };

    private static IEnumerable<Row> StructuredRows() =>
        [
            CrossEntropy(8, 2048, 50257),
            CrossEntropy(8, 512, 32000),
            CrossEntropy(1.3, 4096, 128),
            CrossEntropy(1.3, 128, 1000),
            CrossEntropy(5, 64, 10),
            CrossEntropy(20, 3, 5),
            CrossEntropy(2, 8, 21, 256, 256),
            new(
                "NLL",
                "8×21×256×256",
                2,
                () =>
                    new LabelWork<NLL>(
                        new(),
                        (x, y) => Loss.NLL(x, y).Mean(),
                        (x, y) => functional.nll_loss(x, y),
                        Numbers.LogSoftmax(Numbers.Normal(8 * 21 * 256 * 256, 1), 21, 256 * 256),
                        Numbers.Indices(8 * 256 * 256, 2, 0, 21),
                        [8, 21, 256, 256]
                    )
            ),
            new("Cosine similarity", "65536×256, by x1", 2, Cosine),
            new("Triplet margin", "8192×256, by all three", 2, Triplet),
            new("CTC", "T 200, N 32, C 40", 2, CTC),
        ];

    private static Row CrossEntropy(double aim, params int[] shape) =>
        new(
            "CrossEntropy",
            string.Join('×', shape),
            aim,
            () =>
            {
                var count = shape.Aggregate(1, (product, length) => product * length);
                return new LabelWork<CrossEntropy>(
                    new(),
                    (x, y) => Loss.CrossEntropy(x, y).Mean(),
                    (x, y) => functional.cross_entropy(x, y),
                    Numbers.Normal(count, 1),
                    Numbers.Indices(count / shape[1], 2, 0, shape[1]),
                    shape
                );
            }
        )
        {
            AimInside = shape.Aggregate(1L, (product, length) => product * length) >= 512 * 32000 ? 3 : 1,
        };

    private static DiffTensorWork Cosine() =>
        new(
            (x, constants) =>
            {
                var (value, gradient) = Diff.ValueAndGrad(x1 => Similarity.CosineSimilarity(x1, constants[0]).Mean(), x[0]);
                return (value, [gradient]);
            },
            (x, constants) => functional.cosine_similarity(x[0], constants[0], dim: 1).mean(),
            (x, constants) => Torch.Loss((a, b) => TorchTensor.Mean(Similarity.CosineSimilarity(a, b), []), x[0], constants[0]),
            [65536, 256],
            [Numbers.Normal(65536 * 256, 1)],
            [Numbers.Normal(65536 * 256, 2)]
        );

    private static TripleWork Triplet() =>
        new(
            new(),
            x => functional.triplet_margin_loss(x[0], x[1], x[2]),
            [8192, 256],
            Numbers.Normal(8192 * 256, 1),
            Numbers.Normal(8192 * 256, 2),
            Numbers.Normal(8192 * 256, 3)
        );

    private static CTCWork CTC() =>
        new(
            Numbers.LogSoftmax(Numbers.Normal(200 * 32 * 40, 1), 40, 1),
            200,
            32,
            40,
            Numbers.Indices(32 * 30, 2, 1, 40),
            Numbers.Indices(32, 3, 15, 31)
        );
}
