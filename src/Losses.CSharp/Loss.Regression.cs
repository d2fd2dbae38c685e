using Losses.FSharp;

namespace Losses.CSharp;

/// <summary>The losses, each with PyTorch's options and defaults.</summary>
public static partial class Loss
{
    /// <summary>A loss of one's own: a struct with its parameters and one expression; kernel, gradient and curvature follow from it.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="reduction">How the values become one.</param>
    public static TensorLoss Pointwise<L>(L loss, Reduction reduction = Reduction.Mean)
        where L : struct, IPointwise => new PointwiseLoss<L>(loss, reduction);

    /// <summary>A loss of one's own of three tensors, element by element: a prediction, a target and a third, such as a variance.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>Evaluated on prediction, target, third.</remarks>
    public static TripleLoss Pointwise3<L>(L loss, Reduction reduction = Reduction.Mean)
        where L : struct, IPointwise3 => new StructuredTripleLoss<Own<L>>(new(loss), reduction);

    private readonly struct Own<L>(L loss) : ITriple
        where L : struct, IPointwise3
    {
        public LossValues<T> Values<T>(T first, T second, T third)
            where T : ITensor<T> => FSharp.Pointwise.pointwise3(loss, third, second, first);
    }

    // A pointwise loss, with weights for its elements where there are any.
    private static TensorLoss Pointwise<L>(L loss, Weights? weights, Reduction reduction)
        where L : struct, IPointwise =>
        weights is null or { IsNone: true } ? Pointwise(loss, reduction) : new StructuredLoss<Weighed<L>>(new(loss, weights), reduction);

    private readonly struct Weighed<L>(L loss, Weights weights) : IStructured
        where L : struct, IPointwise
    {
        public LossValues<T> Values<T>(T prediction, T target)
            where T : ITensor<T> => Reduce.weigh(weights, FSharp.Pointwise.pointwise(loss, target, prediction));
    }

    /// <summary>Absolute error |x − t|.</summary>
    /// <param name="weights">What each element is multiplied by, of a shape that broadcasts to the target's; none by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>Source: torch.nn.L1Loss.</remarks>
    public static TensorLoss L1(Weights? weights = null, Reduction reduction = Reduction.Mean) =>
        Pointwise(default(L1), weights, reduction);

    /// <summary>Squared error (x − t)².</summary>
    /// <param name="weights">What each element is multiplied by, of a shape that broadcasts to the target's; none by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <remarks>Source: torch.nn.MSELoss.</remarks>
    public static TensorLoss MSE(Weights? weights = null, Reduction reduction = Reduction.Mean) =>
        Pointwise(default(MSE), weights, reduction);

    /// <summary>Smooth L1: with d = x − t, ½d²/β where |d| &lt; β, else |d| − ½β.</summary>
    /// <param name="beta">β, finite, at least 0; 0 gives the absolute error.</param>
    /// <param name="weights">What each element is multiplied by, of a shape that broadcasts to the target's; none by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative or not finite.</exception>
    /// <remarks>Source: Girshick, Fast R-CNN (2015); torch.nn.SmoothL1Loss.</remarks>
    public static TensorLoss SmoothL1(
        double beta = Regression.SmoothL1Beta,
        Weights? weights = null,
        Reduction reduction = Reduction.Mean
    ) => Pointwise(FSharp.SmoothL1.Of(beta), weights, reduction);

    /// <summary>Huber loss: with d = x − t, ½d² where |d| &lt; δ, else δ(|d| − ½δ).</summary>
    /// <param name="delta">δ, finite, above 0.</param>
    /// <param name="weights">What each element is multiplied by, of a shape that broadcasts to the target's; none by default.</param>
    /// <param name="reduction">How the values become one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not above 0 or not finite.</exception>
    /// <remarks>Source: Huber, Ann. Math. Statist. 35 (1964) 73–101; torch.nn.HuberLoss.</remarks>
    public static TensorLoss Huber(double delta = Regression.HuberDelta, Weights? weights = null, Reduction reduction = Reduction.Mean) =>
        Pointwise(FSharp.Huber.Of(delta), weights, reduction);
}
