using Losses.CSharp;
using Losses.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Losses.Bench;

/// <summary>Rows of the losses that PyTorch has not, a family at a time: against the operations that the library they come from composes them of.</summary>
/// <remarks>The aim is 3 where the loss is pointwise, of sums or of softmax rows, 1.5 elsewhere.</remarks>
internal static class Families
{
    private const double Fused = 3;
    private const double Other = 1.5;

    /// <summary>The table; another family adds its rows here.</summary>
    public static IReadOnlyList<Row> All { get; } = [.. Regression(24, 20), .. Binary(24, 20), .. Classes(), .. Divergences(), .. Scores()];

    private static IEnumerable<Row> Regression(params int[] powers) =>
        from power in powers
        let n = 1 << power
        from row in new Row[]
        {
            // optax.losses.log_cosh
            Pointwise<LogCosh>("Log-cosh", new(), power, (x, t) => logaddexp(x - t, t - x).mean() - Math.Log(2)),
            // scoringrules.quantile_score
            Pointwise<Pinball>("Pinball", new(0.9), power, (x, t) => maximum(0.9f * (t - x), -0.1f * (t - x)).mean()),
            // robust_loss_pytorch.general.lossfun
            Pointwise<GeneralRobust>(
                "Barron's general loss",
                new(0.5, 2),
                power,
                (x, t) => 3 * ((((x - t) / 2).square() / 1.5 + 1).pow(0.25) - 1).mean()
            ),
            // kornia.losses.charbonnier_loss
            Pointwise<PseudoHuber>("Charbonnier", new(1), power, (x, t) => ((x - t).square() + 1).sqrt().mean() - 1),
        }
        select row;

    private static IEnumerable<Row> Binary(params int[] powers) =>
        from power in powers
        let n = 1 << power
        // torchvision.ops.sigmoid_focal_loss
        select new Row(
            "Sigmoid focal",
            $"2^{power}",
            Fused,
            () =>
                new TensorWork<SigmoidFocal>(
                    new(0.25, 2),
                    (x, t) =>
                    {
                        var p = sigmoid(x);
                        var ce = functional.binary_cross_entropy_with_logits(x, t, reduction: nn.Reduction.None);
                        var ofTarget = p * t + (1 - p) * (1 - t);
                        return ((0.25f * t + 0.75f * (1 - t)) * ce * (1 - ofTarget).square()).mean();
                    },
                    Numbers.Normal(n, 1),
                    Numbers.Targets(n, 2)
                )
        );

    private static IEnumerable<Row> Classes() =>
        [
            // As a TorchSharp user has it.
            Structured.Classes("Focal of logits", new Focal(), Fused, Structured.Focals, 512, 32000),
            Structured.Classes("Focal of logits", new Focal(), Fused, Structured.Focals, 8, 21, 256, 256),
            // liger_kernel's cross-entropy with lse_square_scale
            Labelled(
                "Cross-entropy and z-loss",
                512,
                32000,
                (x, y) => Loss.CrossEntropy(x, y).Mean() + 1e-4 * Loss.ZLoss(x, 1).Mean(),
                (x, y) => functional.cross_entropy(x, y) + 1e-4 * logsumexp(x, 1).square().mean()
            ),
            // and with softcap
            Labelled(
                "Cross-entropy, soft cap",
                512,
                32000,
                (x, y) => Loss.CrossEntropy(CSharp.Activations.SoftCap(x, 30), y).Mean(),
                (x, y) => functional.cross_entropy(30 * tanh(x / 30), y)
            ),
        ];

    private static IEnumerable<Row> Divergences() =>
        [
            OfLogits(
                "KL between logits",
                (student, teacher) => Loss.KLDivOfLogits(student, teacher),
                (p, q) => functional.kl_div(p, q, log_target: true, reduction: nn.Reduction.Sum)
            ),
            OfLogits(
                "Reverse KL between logits",
                (student, teacher) => Loss.ReverseKLDivOfLogits(student, teacher),
                (p, q) => functional.kl_div(q, p, log_target: true, reduction: nn.Reduction.Sum)
            ),
            // trl.GKDTrainer.generalized_jsd_loss
            OfLogits(
                "Jensen-Shannon between logits",
                (student, teacher) => Loss.JensenShannonOfLogits(student, teacher, 0.5),
                (p, q) =>
                {
                    var mixture = logsumexp(stack([p - Math.Log(2), q - Math.Log(2)]), 0);
                    return 0.5 * functional.kl_div(mixture, q, log_target: true, reduction: nn.Reduction.Sum)
                        + 0.5 * functional.kl_div(mixture, p, log_target: true, reduction: nn.Reduction.Sum);
                }
            ),
        ];

    private static IEnumerable<Row> Scores() => [Ensemble(16384, 50), Ensemble(1024, 1000)];

    // scoringrules.crps_ensemble, estimator "qd", by members and targets.
    private static Row Ensemble(int count, int members) =>
        new(
            "CRPS of ensembles",
            $"{count}×{members}",
            Other,
            () =>
            {
                var places = (arange(1, members + 1) - 0.5).to(float32).DetachFromDisposeScope();
                return Structured.Products(
                    x => Loss.CRPSEnsemble(x[0], x[1]).Mean(),
                    x =>
                    {
                        var (sorted, _) = sort(x[0], 1, stable: true);
                        var t = x[1].unsqueeze(1);
                        var above = (t < sorted).to(float32);
                        return (2.0 / (members * members)) * ((sorted - t) * (members * above - places)).sum(1).mean();
                    },
                    1,
                    [count, members],
                    [count]
                );
            }
        );

    private static Row Pointwise<L>(string name, L loss, int power, Func<Tensor, Tensor, Tensor> torch)
        where L : struct, IPointwise =>
        new(name, $"2^{power}", Fused, () => new TensorWork<L>(loss, torch, Numbers.Normal(1 << power, 1), Numbers.Normal(1 << power, 2)));

    private static Row Labelled(
        string name,
        int rows,
        int classes,
        Func<DiffTensor<float>, Labels, DiffTensor<float>> ours,
        Func<Tensor, Tensor, Tensor> torch
    ) =>
        new(
            name,
            $"{rows}×{classes}",
            Fused,
            () =>
            {
                var indices = Numbers.Indices(rows, 2, 0, classes);
                Labels own = new(indices);
                var theirs = tensor([.. indices.Select(label => (long)label)]).DetachFromDisposeScope();
                return Structured.Products(x => ours(x[0], own), x => torch(x[0], theirs), 1, [rows, classes]);
            }
        );

    // A student beside a teacher, by the student.
    private static Row OfLogits(
        string name,
        Func<DiffTensor<float>, DiffTensor<float>, LossValues<DiffTensor<float>>> ours,
        Func<Tensor, Tensor, Tensor> torch
    )
    {
        const int rows = 512,
            classes = 32000;
        return new(
            name,
            $"{rows}×{classes}",
            Fused,
            () =>
                new DiffTensorWork(
                    (x, constants) =>
                    {
                        var (value, gradient) = Diff.ValueAndGrad(x => ours(x, constants[0]).Mean(), x[0]);
                        return (value, [gradient]);
                    },
                    (x, constants) => torch(functional.log_softmax(x[0], 1), functional.log_softmax(constants[0], 1)) / rows,
                    (x, constants) => throw new NotSupportedException(),
                    [rows, classes],
                    [Numbers.Normal(rows * classes, 1)],
                    [Numbers.Normal(rows * classes, 2)]
                )
        );
    }
}
