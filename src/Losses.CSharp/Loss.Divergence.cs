using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>The terms of the Kullback–Leibler divergence KL(target ‖ prediction), from logarithms of the predicted probabilities.</summary>
    /// <param name="logProbabilities">Logarithms of probabilities; any shape.</param>
    /// <param name="target">Probabilities, or their logarithms; the shape of <paramref name="logProbabilities"/>.</param>
    /// <param name="logTarget">Whether the target, too, is given as logarithms.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <remarks>t (log t − x), 0 where t = 0, in nats. <see cref="Reductions.BatchMean"/> is the mean divergence of a batch;
    /// <see cref="Reductions.Mean"/> divides by the number of elements, as PyTorch's does. Source: Kullback and Leibler (1951);
    /// torch.nn.KLDivLoss.</remarks>
    public static LossValues<T> KLDiv<T>(T logProbabilities, T target, bool logTarget = Divergence.KLDivLogTarget)
        where T : ITensor<T> => Divergence.klDiv(logTarget, target, logProbabilities);
}
