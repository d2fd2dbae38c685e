using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Negative log-likelihood of counts, from the logarithm of a Poisson rate or the rate itself.</summary>
    /// <param name="prediction">The logarithm of the rate, or the rate, at least 0; any shape.</param>
    /// <param name="target">Counts, at least 0; the shape of <paramref name="prediction"/>.</param>
    /// <param name="logInput">Whether the prediction is the logarithm of the rate.</param>
    /// <param name="full">Whether to add Stirling's approximation of log t!.</param>
    /// <param name="eps">ε, added to a rate before its logarithm; finite, at least 0.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite, or a rate is negative.</exception>
    /// <remarks>eˣ − t x, or x − t log(x + ε), in nats. Source: torch.nn.PoissonNLLLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> PoissonNLL<T>(
        T prediction,
        T target,
        bool logInput = Likelihood.PoissonNLLLogInput,
        bool full = Likelihood.PoissonNLLFull,
        double eps = Likelihood.PoissonNLLEps
    )
        where T : ITensor<T> => Likelihood.poissonNLL(logInput, full, eps, target, prediction);

    /// <summary>Negative log-likelihood of numbers under normal distributions of predicted mean and variance.</summary>
    /// <param name="prediction">The means; any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="variance">At least 0; the shape of <paramref name="prediction"/>, or without its last axis, or with axes of length 1.</param>
    /// <param name="full">Whether to add the constant ½ log 2π.</param>
    /// <param name="eps">ε, the least variance; finite, above 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is not above 0 or not finite, or a variance is negative.</exception>
    /// <remarks>½ (log v + (x − t)² / v) with v = max(variance, ε), in nats; differentiable in all three. Source: Nix and Weigend (1994);
    /// torch.nn.GaussianNLLLoss.</remarks>
    public static LossValues<T> GaussianNLL<T>(
        T prediction,
        T target,
        T variance,
        bool full = Likelihood.GaussianNLLFull,
        double eps = Likelihood.GaussianNLLEps
    )
        where T : ITensor<T> => Likelihood.gaussianNLL(full, eps, variance, target, prediction);
}
