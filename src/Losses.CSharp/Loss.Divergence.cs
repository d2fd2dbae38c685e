using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Kullback–Leibler divergence KL(target ‖ prediction) from logarithms of the predicted probabilities.</summary>
    /// <param name="logTarget">Whether the target, too, is given as logarithms.</param>
    /// <param name="reduction">How the terms become one. <see cref="Reduction.BatchMean"/> is the mean divergence of a batch; the default divides
    /// by the number of elements, as PyTorch's does.</param>
    /// <remarks>t (log t − x), 0 where t = 0, in nats. Source: Kullback and Leibler (1951); torch.nn.KLDivLoss.</remarks>
    public static TensorLoss KLDiv(bool logTarget = Divergence.KLDivLogTarget, Reduction reduction = Reduction.Mean) =>
        logTarget ? Pointwise(default(KLDivOfLogs), reduction) : Pointwise(default(KLDiv), reduction);
}
