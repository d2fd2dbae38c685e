using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Evidential.evidentialMSE"/>
    public static LossValues<T> EvidentialMSE<T>(T evidence, Labels labels, double annealing = Evidential.EvidentialAnnealing)
        where T : ITensor<T> => Evidential.evidentialMSE(annealing, labels, evidence);

    /// <inheritdoc cref="Evidential.evidentialLog"/>
    public static LossValues<T> EvidentialLog<T>(T evidence, Labels labels, double annealing = Evidential.EvidentialAnnealing)
        where T : ITensor<T> => Evidential.evidentialLog(annealing, labels, evidence);

    /// <inheritdoc cref="Evidential.evidentialDigamma"/>
    public static LossValues<T> EvidentialDigamma<T>(T evidence, Labels labels, double annealing = Evidential.EvidentialAnnealing)
        where T : ITensor<T> => Evidential.evidentialDigamma(annealing, labels, evidence);
}
