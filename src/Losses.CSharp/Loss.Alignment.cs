using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Alignment.crf"/>
    public static LossValues<T> CRF<T>(T emissions, T transitions, T starts, T ends, Labels tags, int[] lengths)
        where T : ITensor<T> => Alignment.crf(lengths, tags, ends, starts, transitions, emissions);

    /// <inheritdoc cref="Alignment.softDTW"/>
    public static LossValues<T> SoftDTW<T>(
        T prediction,
        T target,
        double gamma = Alignment.SoftDTWGamma,
        bool normalized = Alignment.SoftDTWNormalized
    )
        where T : ITensor<T> => Alignment.softDTW(gamma, normalized, target, prediction);

    /// <inheritdoc cref="Alignment.softDTWOfCosts"/>
    public static LossValues<T> SoftDTWOfCosts<T>(T costs, double gamma = Alignment.SoftDTWOfCostsGamma)
        where T : ITensor<T> => Alignment.softDTWOfCosts(gamma, costs);
}
