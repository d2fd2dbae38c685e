using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Losses.FSharp.Alignment.crf"/>
    public static LossValues<T> CRF<T>(T emissions, T transitions, T starts, T ends, Labels tags, int[] lengths)
        where T : ITensor<T> => Losses.FSharp.Alignment.crf(lengths, tags, ends, starts, transitions, emissions);

    /// <inheritdoc cref="Losses.FSharp.Alignment.softDTW"/>
    public static LossValues<T> SoftDTW<T>(
        T prediction,
        T target,
        double gamma = Losses.FSharp.Alignment.SoftDTWGamma,
        bool normalized = Losses.FSharp.Alignment.SoftDTWNormalized
    )
        where T : ITensor<T> => Losses.FSharp.Alignment.softDTW(gamma, normalized, target, prediction);

    /// <inheritdoc cref="Losses.FSharp.Alignment.softDTWOfCosts"/>
    public static LossValues<T> SoftDTWOfCosts<T>(T costs, double gamma = Losses.FSharp.Alignment.SoftDTWOfCostsGamma)
        where T : ITensor<T> => Losses.FSharp.Alignment.softDTWOfCosts(gamma, costs);
}
