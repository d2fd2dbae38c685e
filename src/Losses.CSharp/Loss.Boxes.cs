using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>IoU loss: the part of their union that two boxes do not share.</summary>
    /// <param name="prediction">(4) or (…, 4).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="form">What the four numbers of a box are; two corners by default.</param>
    /// <param name="eps">ε, added below each fraction; 10⁻⁷ by default. With 0 a fraction of nothing is 0.</param>
    /// <returns>One value for each box: the shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − I / (U + ε). Source: Yu et al. (2016); torchvision (0.24, 2025).</remarks>
    public static LossValues<T> BoxIoU<T>(T prediction, T target, BoxForm? form = null, double? eps = null)
        where T : ITensor<T> => Boxes.boxIoU(BoxOptions.Given(form, eps), target, prediction);

    /// <summary>Generalised IoU loss: IoU loss, and the part of the box around both that belongs to neither; boxes apart are drawn together.</summary>
    /// <param name="prediction">(4) or (…, 4).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="form">What the four numbers of a box are; two corners by default.</param>
    /// <param name="eps">ε, added below each fraction; 10⁻⁷ by default. With 0 a fraction of nothing is 0.</param>
    /// <returns>One value for each box: the shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − I / (U + ε) + (C − U) / (C + ε). Source: Rezatofighi et al. (2019); torchvision.ops.generalized_box_iou_loss (0.24, 2025).</remarks>
    public static LossValues<T> GeneralizedBoxIoU<T>(T prediction, T target, BoxForm? form = null, double? eps = null)
        where T : ITensor<T> => Boxes.generalizedBoxIoU(BoxOptions.Given(form, eps), target, prediction);

    /// <summary>Distance-IoU loss: IoU loss, and the squared distance of the centres in diagonals of the box around both.</summary>
    /// <param name="prediction">(4) or (…, 4).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="form">What the four numbers of a box are; two corners by default.</param>
    /// <param name="eps">ε, added below each fraction; 10⁻⁷ by default. With 0 a fraction of nothing is 0.</param>
    /// <returns>One value for each box: the shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − I / (U + ε) + ‖d‖² / (c² + ε). Source: Zheng et al. (2020); torchvision.ops.distance_box_iou_loss (0.24, 2025).</remarks>
    public static LossValues<T> DistanceBoxIoU<T>(T prediction, T target, BoxForm? form = null, double? eps = null)
        where T : ITensor<T> => Boxes.distanceBoxIoU(BoxOptions.Given(form, eps), target, prediction);

    /// <summary>Complete-IoU loss: distance-IoU loss, and the difference of the proportions, which counts the more, the better the boxes overlap.</summary>
    /// <param name="prediction">(4) or (…, 4).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="isAlphaFixed">Whether α is a constant to the slopes, as it is in torchvision.</param>
    /// <param name="form">What the four numbers of a box are; two corners by default.</param>
    /// <param name="eps">ε, added below each fraction; 10⁻⁷ by default. With 0 a fraction of nothing is 0.</param>
    /// <returns>One value for each box: the shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The loss of <c>DistanceBoxIoU</c> + α v with v = (4/π²)(atan(w′/h′) − atan(w/h))². Source: Zheng et al. (2020); torchvision.ops.complete_box_iou_loss (0.24, 2025).</remarks>
    public static LossValues<T> CompleteBoxIoU<T>(
        T prediction,
        T target,
        bool isAlphaFixed = Boxes.CompleteBoxIoUIsAlphaFixed,
        BoxForm? form = null,
        double? eps = null
    )
        where T : ITensor<T> => Boxes.completeBoxIoU(BoxOptions.Given(form, eps), isAlphaFixed, target, prediction);

    /// <summary>Efficient-IoU loss: distance-IoU loss, and the squared differences of widths and heights in those of the box around both.</summary>
    /// <param name="prediction">(4) or (…, 4).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="form">What the four numbers of a box are; two corners by default.</param>
    /// <param name="eps">ε, added below each fraction; 10⁻⁷ by default. With 0 a fraction of nothing is 0.</param>
    /// <returns>One value for each box: the shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The loss of <c>DistanceBoxIoU</c> + (w − w′)² / (C_w² + ε) + (h − h′)² / (C_h² + ε). Source: Zhang et al. (2022).</remarks>
    public static LossValues<T> EfficientBoxIoU<T>(T prediction, T target, BoxForm? form = null, double? eps = null)
        where T : ITensor<T> => Boxes.efficientBoxIoU(BoxOptions.Given(form, eps), target, prediction);

    /// <summary>Scylla-IoU loss: IoU loss, and costs of where the centres lie and of how the sizes differ.</summary>
    /// <param name="prediction">(4) or (…, 4).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="theta">θ, finite, above 0: how little a small difference of sizes costs.</param>
    /// <param name="form">What the four numbers of a box are; two corners by default.</param>
    /// <param name="eps">ε, added below each fraction; 10⁻⁷ by default. With 0 a fraction of nothing is 0.</param>
    /// <returns>One value for each box: the shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − IoU + ½ (Δ + Ω), as the core says them. Source: Gevorgyan (2022).</remarks>
    public static LossValues<T> ScyllaBoxIoU<T>(
        T prediction,
        T target,
        double theta = Boxes.ScyllaBoxIoUTheta,
        BoxForm? form = null,
        double? eps = null
    )
        where T : ITensor<T> => Boxes.scyllaBoxIoU(BoxOptions.Given(form, eps), theta, target, prediction);

    /// <summary>α-IoU loss: a power of the IoU, less from 1; above 1 it attends to boxes that fit well already.</summary>
    /// <param name="prediction">(4) or (…, 4).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="alpha">α, finite, above 0.</param>
    /// <param name="form">What the four numbers of a box are; two corners by default.</param>
    /// <param name="eps">ε, added below each fraction; 10⁻⁷ by default. With 0 a fraction of nothing is 0.</param>
    /// <returns>One value for each box: the shape without the last axis.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − (I / (U + ε))^α. Source: He et al. (2021).</remarks>
    public static LossValues<T> AlphaBoxIoU<T>(
        T prediction,
        T target,
        double alpha = Boxes.AlphaBoxIoUAlpha,
        BoxForm? form = null,
        double? eps = null
    )
        where T : ITensor<T> => Boxes.alphaBoxIoU(BoxOptions.Given(form, eps), alpha, target, prediction);

    /// <inheritdoc cref="Boxes.boxWasserstein"/>
    public static LossValues<T> BoxWasserstein<T>(
        T prediction,
        T target,
        BoxForm form = Boxes.BoxWassersteinForm,
        double constant = Boxes.BoxWassersteinConstant
    )
        where T : ITensor<T> => Boxes.boxWasserstein(form, constant, target, prediction);

    /// <inheritdoc cref="Boxes.qualityFocal"/>
    public static LossValues<T> QualityFocal<T>(T logits, T target, double beta = Boxes.QualityFocalBeta)
        where T : ITensor<T> => Boxes.qualityFocal(beta, target, logits);

    /// <inheritdoc cref="Boxes.distributionFocal"/>
    public static LossValues<T> DistributionFocal<T>(T logits, T target)
        where T : ITensor<T> => Boxes.distributionFocal(target, logits);
}
