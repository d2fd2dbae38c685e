using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Negative log-likelihood of counts, from the logarithm of a Poisson rate or the rate itself.</summary>
    /// <param name="logInput">Whether the prediction is the logarithm of the rate.</param>
    /// <param name="full">Whether to add Stirling's approximation of log t!.</param>
    /// <param name="eps">ε, added to a rate before its logarithm; finite, at least 0.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>eˣ − t x, or x − t log(x + ε), in nats. Source: torch.nn.PoissonNLLLoss.</remarks>
    public static TensorLoss PoissonNLL(
        bool logInput = Likelihood.PoissonNLLLogInput,
        bool full = Likelihood.PoissonNLLFull,
        double eps = Likelihood.PoissonNLLEps,
        Reduction reduction = Reduction.Mean
    ) =>
        logInput
            ? Pointwise(FSharp.PoissonNLL.Of(logInput, full, eps), reduction)
            : new StructuredLoss<RateNLL>(new(full, FSharp.PoissonNLL.Of(logInput, full, eps).Eps), reduction);

    private readonly struct RateNLL(bool full, double eps) : IStructured
    {
        public LossValues<T> Values<T>(T prediction, T target)
            where T : ITensor<T> => Likelihood.poissonNLL(false, full, eps, target, prediction);
    }

    /// <summary>Negative log-likelihood of numbers under normal distributions; evaluated on (prediction, target, variance).</summary>
    /// <param name="full">Whether to add the constant ½ log 2π.</param>
    /// <param name="eps">ε, the least variance; finite, above 0.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is not above 0 or not finite.</exception>
    /// <remarks>½ (log v + (x − t)² / v) with v = max(variance, ε), in nats; differentiable in all three. The variance may lack the last axis or
    /// have axes of length 1. Source: Nix and Weigend (1994); torch.nn.GaussianNLLLoss.</remarks>
    public static TripleLoss GaussianNLL(
        bool full = Likelihood.GaussianNLLFull,
        double eps = Likelihood.GaussianNLLEps,
        Reduction reduction = Reduction.Mean
    ) => new StructuredTripleLoss<GaussianDefinition>(new(FSharp.GaussianNLL.Of(full, eps)), reduction);

    private readonly struct GaussianDefinition(GaussianNLL loss) : ITriple
    {
        public LossValues<T> Values<T>(T first, T second, T third)
            where T : ITensor<T> => Likelihood.gaussianNLL(loss.Full, loss.Eps, third, second, first);
    }
}
