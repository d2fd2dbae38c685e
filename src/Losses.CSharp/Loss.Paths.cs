using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Paths.crf"/>
    public static LossValues<T> CRF<T>(T emissions, T transitions, T starts, T ends, Labels tags, int[] lengths)
        where T : ITensor<T> => Paths.crf(lengths, tags, ends, starts, transitions, emissions);

    /// <inheritdoc cref="Paths.softDTW"/>
    public static LossValues<T> SoftDTW<T>(
        T prediction,
        T target,
        double gamma = Paths.SoftDTWGamma,
        bool normalized = Paths.SoftDTWNormalized
    )
        where T : ITensor<T> => Paths.softDTW(gamma, normalized, target, prediction);

    /// <inheritdoc cref="Paths.softDTWOfCosts"/>
    public static LossValues<T> SoftDTWOfCosts<T>(T costs, double gamma = Paths.SoftDTWOfCostsGamma)
        where T : ITensor<T> => Paths.softDTWOfCosts(gamma, costs);
}
