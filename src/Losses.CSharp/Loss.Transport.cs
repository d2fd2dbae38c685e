using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Transport.wasserstein1d"/>
    public static LossValues<T> Wasserstein1d<T>(
        T prediction,
        T target,
        double p = Transport.Wasserstein1dP,
        bool root = Transport.Wasserstein1dRoot
    )
        where T : ITensor<T> => Transport.wasserstein1d(p, root, target, prediction);

    /// <inheritdoc cref="Transport.slicedWasserstein"/>
    public static LossValues<T> SlicedWasserstein<T>(
        T prediction,
        T target,
        T projections,
        double p = Transport.SlicedWassersteinP,
        bool root = Transport.SlicedWassersteinRoot
    )
        where T : ITensor<T> => Transport.slicedWasserstein(p, root, projections, target, prediction);

    /// <inheritdoc cref="Transport.maximumMeanDiscrepancy"/>
    public static LossValues<T> MaximumMeanDiscrepancy<T>(
        T prediction,
        T target,
        double[] sigmas,
        bool unbiased = Transport.MaximumMeanDiscrepancyUnbiased
    )
        where T : ITensor<T> => Transport.maximumMeanDiscrepancy(sigmas, unbiased, target, prediction);

    /// <inheritdoc cref="Transport.energyDistance"/>
    public static LossValues<T> EnergyDistance<T>(T prediction, T target, bool unbiased = Transport.EnergyDistanceUnbiased)
        where T : ITensor<T> => Transport.energyDistance(unbiased, target, prediction);

    /// <inheritdoc cref="Transport.linearHsic"/>
    public static LossValues<T> LinearHSIC<T>(T prediction, T target, bool unbiased = Transport.LinearHSICUnbiased)
        where T : ITensor<T> => Transport.linearHsic(unbiased, target, prediction);

    /// <inheritdoc cref="Transport.hsic"/>
    public static LossValues<T> HSIC<T>(
        T prediction,
        T target,
        double predictionSigma = Transport.HSICPredictionSigma,
        double targetSigma = Transport.HSICTargetSigma,
        bool unbiased = Transport.HSICUnbiased
    )
        where T : ITensor<T> => Transport.hsic(predictionSigma, targetSigma, unbiased, target, prediction);

    /// <inheritdoc cref="Transport.linearCka"/>
    public static LossValues<T> LinearCKA<T>(T prediction, T target)
        where T : ITensor<T> => Transport.linearCka(target, prediction);

    /// <summary>Entropic optimal transport: the least cost to carry one sample to another, with a plan that is not too definite.</summary>
    /// <param name="prediction">N points, at least one: (N, D).</param>
    /// <param name="target">M points, at least one: (M, D).</param>
    /// <param name="epsilon">ε, what the relative entropy of the plan counts; 0.1 by default.</param>
    /// <param name="iterations">How often the potentials of both sides are updated, from 1 to 10,000; 100 by default.</param>
    /// <param name="cost">What it costs to carry one point to another; half of the squared distance by default.</param>
    /// <param name="predictionWeights">How much of the predicted points each is, (N); all the same by default.</param>
    /// <param name="targetWeights">How much of the target's points each is, (M); all the same by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, there are no points, or no weight above 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is not finite or not above 0, or the iterations are not from 1 to 10,000.</exception>
    /// <remarks>One value, at the end of many iterations min_P ⟨P, C⟩ + ε KL(P ‖ a bᵀ). Source: Cuturi (NeurIPS 2013).</remarks>
    public static LossValues<T> EntropicTransport<T>(
        T prediction,
        T target,
        double? epsilon = null,
        int? iterations = null,
        TransportCost? cost = null,
        Weights? predictionWeights = null,
        Weights? targetWeights = null
    )
        where T : ITensor<T> =>
        Transport.entropicTransport(
            TransportOptions.Given(epsilon, iterations, cost, predictionWeights, targetWeights),
            target,
            prediction
        );

    /// <summary>Sinkhorn divergence: entropic transport less what it costs to carry each sample to itself; 0 where both are the same.</summary>
    /// <param name="prediction">N points, at least one: (N, D).</param>
    /// <param name="target">M points, at least one: (M, D).</param>
    /// <param name="epsilon">ε, what the relative entropy of the plan counts; 0.1 by default.</param>
    /// <param name="iterations">How often the potentials of both sides are updated, from 1 to 10,000; 100 by default.</param>
    /// <param name="cost">What it costs to carry one point to another; half of the squared distance by default.</param>
    /// <param name="predictionWeights">How much of the predicted points each is, (N); all the same by default.</param>
    /// <param name="targetWeights">How much of the target's points each is, (M); all the same by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, there are no points, or no weight above 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is not finite or not above 0, or the iterations are not from 1 to 10,000.</exception>
    /// <remarks>One value, OT(x, t) − ½ OT(x, x) − ½ OT(t, t). Source: Feydy et al. (AISTATS 2019).</remarks>
    public static LossValues<T> SinkhornDivergence<T>(
        T prediction,
        T target,
        double? epsilon = null,
        int? iterations = null,
        TransportCost? cost = null,
        Weights? predictionWeights = null,
        Weights? targetWeights = null
    )
        where T : ITensor<T> =>
        Transport.sinkhornDivergence(
            TransportOptions.Given(epsilon, iterations, cost, predictionWeights, targetWeights),
            target,
            prediction
        );
}
