using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="SelfSupervision.barlowTwins"/>
    public static LossValues<T> BarlowTwins<T>(
        T view1,
        T view2,
        double lambda = SelfSupervision.BarlowTwinsLambda,
        bool unbiased = SelfSupervision.BarlowTwinsUnbiased,
        double eps = SelfSupervision.BarlowTwinsEps
    )
        where T : ITensor<T> => SelfSupervision.barlowTwins(lambda, unbiased, eps, view2, view1);

    /// <summary>VICReg: two views of a batch are to be near each other, each of its features to vary, and no two of them together.</summary>
    /// <param name="view1">The embeddings of one view: (N, D).</param>
    /// <param name="view2">The embeddings of the other, sample by sample; the shape of <paramref name="view1"/>.</param>
    /// <param name="invariance">What the squared distance of the views counts; 25 by default.</param>
    /// <param name="variance">What a lack of spread counts; 25 by default.</param>
    /// <param name="covariance">What covariances of different features count; 1 by default.</param>
    /// <param name="gamma">The least standard deviation that lacks nothing; 1 by default.</param>
    /// <param name="eps">ε, added to a variance before its root; 10⁻⁴ by default.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are no samples or features.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative or not finite.</exception>
    /// <remarks>One value. Source: Bardes, Ponce and LeCun (ICLR 2022).</remarks>
    public static LossValues<T> VICReg<T>(
        T view1,
        T view2,
        double? invariance = null,
        double? variance = null,
        double? covariance = null,
        double? gamma = null,
        double? eps = null
    )
        where T : ITensor<T> => SelfSupervision.vicReg(VICRegOptions.Given(invariance, variance, covariance, gamma, eps), view2, view1);

    /// <inheritdoc cref="SelfSupervision.sigLip"/>
    public static LossValues<T> SigLIP<T>(T images, T texts, T logScale, T bias, bool normalized = SelfSupervision.SigLIPNormalized)
        where T : ITensor<T> => SelfSupervision.sigLip(normalized, bias, logScale, texts, images);

    /// <inheritdoc cref="SelfSupervision.decoupledContrastive"/>
    public static LossValues<T> DecoupledContrastive<T>(
        T view1,
        T view2,
        bool byView = SelfSupervision.DecoupledContrastiveByView,
        double sigma = SelfSupervision.DecoupledContrastiveSigma,
        double temperature = SelfSupervision.DecoupledContrastiveTemperature
    )
        where T : ITensor<T> => SelfSupervision.decoupledContrastive(byView, sigma, temperature, view2, view1);

    /// <inheritdoc cref="SelfSupervision.sinkhornCodes"/>
    public static T SinkhornCodes<T>(
        T scores,
        double temperature = SelfSupervision.SinkhornCodesTemperature,
        int iterations = SelfSupervision.SinkhornCodesIterations
    )
        where T : ITensor<T> => SelfSupervision.sinkhornCodes(temperature, iterations, scores);

    /// <inheritdoc cref="SelfSupervision.swav"/>
    public static LossValues<T> SwAV<T>(T scores, T codes, double temperature = SelfSupervision.SwAVTemperature)
        where T : ITensor<T> => SelfSupervision.swav(temperature, codes, scores);

    /// <inheritdoc cref="SelfSupervision.dino"/>
    public static LossValues<T> DINO<T>(
        T student,
        T teacher,
        T center,
        double teacherTemperature = SelfSupervision.DINOTeacherTemperature,
        double studentTemperature = SelfSupervision.DINOStudentTemperature
    )
        where T : ITensor<T> => SelfSupervision.dino(teacherTemperature, studentTemperature, center, teacher, student);

    /// <inheritdoc cref="SelfSupervision.byol"/>
    public static LossValues<T> BYOL<T>(T prediction, T target)
        where T : ITensor<T> => SelfSupervision.byol(target, prediction);

    /// <inheritdoc cref="SelfSupervision.simSiam"/>
    public static LossValues<T> SimSiam<T>(T prediction, T target)
        where T : ITensor<T> => SelfSupervision.simSiam(target, prediction);
}
