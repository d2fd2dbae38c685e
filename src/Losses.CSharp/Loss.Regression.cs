using Losses.FSharp;

namespace Losses.CSharp;

/// <summary>The losses, each with PyTorch's options and defaults: the prediction first, then the target, then the options by name.</summary>
/// <remarks>
/// What a function returns are the values of a loss, one per element; <see cref="Reductions"/> has what follows:
/// <c>Loss.CrossEntropy(logits, labels, labelSmoothing: 0.1).Mean()</c>.
/// </remarks>
public static partial class Loss
{
    /// <summary>A loss of one's own: a struct with its parameters and one expression; kernel, gradient and curvature follow from it.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="loss">The definition; it may be scaled, and a sum of several.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static LossValues<T> Pointwise<L, T>(T prediction, T target, L loss)
        where L : struct, IPointwise
        where T : ITensor<T> => FSharp.Pointwise.pointwise(loss, target, prediction);

    /// <summary>A loss of one's own of three tensors, element by element: a prediction, a target and a third, such as a variance.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="third">The shape of <paramref name="prediction"/>.</param>
    /// <param name="loss">The definition.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static LossValues<T> Pointwise3<L, T>(T prediction, T target, T third, L loss)
        where L : struct, IPointwise3
        where T : ITensor<T> => FSharp.Pointwise.pointwise3(loss, third, target, prediction);

    /// <summary>Absolute error |x − t|.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <remarks>Source: torch.nn.L1Loss (PyTorch 2.10).</remarks>
    public static LossValues<T> L1<T>(T prediction, T target)
        where T : ITensor<T> => Regression.l1(target, prediction);

    /// <summary>Squared error (x − t)².</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <remarks>Source: torch.nn.MSELoss (PyTorch 2.10).</remarks>
    public static LossValues<T> MSE<T>(T prediction, T target)
        where T : ITensor<T> => Regression.mse(target, prediction);

    /// <summary>Smooth L1: with d = x − t, ½d²/β where |d| &lt; β, else |d| − ½β.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="beta">β, finite, at least 0; 0 gives the absolute error.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative or not finite.</exception>
    /// <remarks>Source: Girshick, Fast R-CNN (2015); torch.nn.SmoothL1Loss (PyTorch 2.10).</remarks>
    public static LossValues<T> SmoothL1<T>(T prediction, T target, double beta = Regression.SmoothL1Beta)
        where T : ITensor<T> => Regression.smoothL1(beta, target, prediction);

    /// <summary>Huber loss: with d = x − t, ½d² where |d| &lt; δ, else δ(|d| − ½δ).</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="delta">δ, finite, above 0.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not above 0 or not finite.</exception>
    /// <remarks>Source: Huber, Ann. Math. Statist. 35 (1964) 73–101; torch.nn.HuberLoss (PyTorch 2.10).</remarks>
    public static LossValues<T> Huber<T>(T prediction, T target, double delta = Regression.HuberDelta)
        where T : ITensor<T> => Regression.huber(delta, target, prediction);

    /// <inheritdoc cref="Regression.logCosh"/>
    public static LossValues<T> LogCosh<T>(T prediction, T target)
        where T : ITensor<T> => Regression.logCosh(target, prediction);

    /// <inheritdoc cref="Regression.halfSquaredError"/>
    public static LossValues<T> HalfSquaredError<T>(T prediction, T target)
        where T : ITensor<T> => Regression.halfSquaredError(target, prediction);

    /// <inheritdoc cref="Regression.msle"/>
    public static LossValues<T> MSLE<T>(T prediction, T target)
        where T : ITensor<T> => Regression.msle(target, prediction);

    /// <inheritdoc cref="Regression.mape"/>
    public static LossValues<T> MAPE<T>(T prediction, T target, double epsilon = Regression.MAPEEpsilon)
        where T : ITensor<T> => Regression.mape(epsilon, target, prediction);

    /// <inheritdoc cref="Regression.smape"/>
    public static LossValues<T> SMAPE<T>(T prediction, T target)
        where T : ITensor<T> => Regression.smape(target, prediction);

    /// <inheritdoc cref="Regression.pinball"/>
    public static LossValues<T> Pinball<T>(T prediction, T target, double tau = Regression.PinballTau)
        where T : ITensor<T> => Regression.pinball(tau, target, prediction);

    /// <inheritdoc cref="Regression.pinballOfLevels"/>
    public static LossValues<T> PinballOfLevels<T>(T prediction, T target, double[] levels)
        where T : ITensor<T> => Regression.pinballOfLevels(levels, target, prediction);

    /// <inheritdoc cref="Regression.expectile"/>
    public static LossValues<T> Expectile<T>(T prediction, T target, double tau = Regression.ExpectileTau)
        where T : ITensor<T> => Regression.expectile(tau, target, prediction);

    /// <inheritdoc cref="Regression.quantileHuber"/>
    public static LossValues<T> QuantileHuber<T>(
        T prediction,
        T target,
        double tau = Regression.QuantileHuberTau,
        double kappa = Regression.QuantileHuberKappa
    )
        where T : ITensor<T> => Regression.quantileHuber(tau, kappa, target, prediction);

    /// <inheritdoc cref="Regression.epsilonInsensitive"/>
    public static LossValues<T> EpsilonInsensitive<T>(T prediction, T target, double epsilon = Regression.EpsilonInsensitiveEpsilon)
        where T : ITensor<T> => Regression.epsilonInsensitive(epsilon, target, prediction);

    /// <inheritdoc cref="Regression.squaredEpsilonInsensitive"/>
    public static LossValues<T> SquaredEpsilonInsensitive<T>(
        T prediction,
        T target,
        double epsilon = Regression.SquaredEpsilonInsensitiveEpsilon
    )
        where T : ITensor<T> => Regression.squaredEpsilonInsensitive(epsilon, target, prediction);

    /// <inheritdoc cref="Regression.lp"/>
    public static LossValues<T> Lp<T>(T prediction, T target, double p = Regression.LpP)
        where T : ITensor<T> => Regression.lp(p, target, prediction);
}
