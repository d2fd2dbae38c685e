namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp.Notation

/// <summary>t (log t − x), with x a logarithm of a probability.  (torch.nn.KLDivLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type KLDiv =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        // The slope by x does not look at x.
        member _.Apply(x, t) = weigh t (given x (log t - x))

        member _.Target = Domain.NotNegative

/// <summary>eᵗ (t − x), with x and t logarithms of probabilities.  (torch.nn.KLDivLoss, log_target)</summary>
[<Struct; NoEquality; NoComparison>]
type KLDivOfLogs =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) =
            // −0 − 0 is −0; with 0 added it is 0.
            weigh (exp t) (given x (t - x + num 0.0))

namespace Losses.FSharp

open Losses

/// Distances between distributions.
[<AutoOpen>]
module Divergence =

    /// logTarget of <c>klDiv</c> where none is given.
    [<Literal>]
    let KLDivLogTarget = false

    /// <summary>The terms of the Kullback–Leibler divergence KL(target ‖ prediction), from logarithms of the predicted probabilities.</summary>
    /// <param name="logTarget">Whether the target, too, is given as logarithms.</param>
    /// <param name="target">Probabilities, at least 0, or their logarithms; any shape.</param>
    /// <param name="logProbabilities">Logarithms of probabilities; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise: single terms may be negative. The sum over a distribution is its divergence; <c>Reduce.batchMean</c>
    /// averages that over a batch, <c>Reduce.mean</c> divides by the number of elements, as PyTorch's does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target probability is below 0; it says which, where.</exception>
    /// <remarks>t (log t − x), 0 where t = 0. Slope in x: −t; in t: log t + 1 − x, −∞ at 0. Where x is close to log t the difference cancels,
    /// since x was rounded. Convex in x. Source: Kullback and Leibler (1951); torch.nn.KLDivLoss.</remarks>
    let klDiv (logTarget: bool) (target: 'T) (logProbabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        if logTarget then
            namedPointwise (nameof target) (nameof logProbabilities) (KLDivOfLogs()) target logProbabilities
        else
            namedPointwise (nameof target) (nameof logProbabilities) (KLDiv()) target logProbabilities
