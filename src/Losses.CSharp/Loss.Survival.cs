using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Cox's partial likelihood: of each event the nats by which the hazards fail to say whom of those at risk it happens to.</summary>
    /// <param name="logHazards">Logarithms of the hazards; (N).</param>
    /// <param name="durations">The time of each sample's event or of its censoring; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="ties">Breslow, Efron, or by place; Breslow by default.</param>
    /// <param name="strata">The stratum of each sample, which has a baseline of its own; one stratum by default.</param>
    /// <param name="sampleWeights">How often each sample counts, (N); none by default.</param>
    /// <exception cref="ArgumentException">There are not as many of one as of another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A duration is NaN; it says which.</exception>
    /// <remarks>Nats, 0 where there is no event; a mean divides by the weights of the events. Source: Cox, J. R. Stat. Soc. B 34 (1972) 187–220.</remarks>
    public static LossValues<T> Cox<T>(
        T logHazards,
        double[] durations,
        bool[] events,
        Ties? ties = null,
        int[]? strata = null,
        Weights? sampleWeights = null
    )
        where T : ITensor<T> => Survival.cox(CoxOptions.Given(ties, strata, sampleWeights), durations, events, logHazards);

    /// <inheritdoc cref="Survival.coxCaseControl"/>
    public static LossValues<T> CoxCaseControl<T>(T @case, T controls, double shrink = Survival.CoxCaseControlShrink)
        where T : ITensor<T> => Survival.coxCaseControl(shrink, controls, @case);

    /// <inheritdoc cref="Survival.logisticHazard"/>
    public static LossValues<T> LogisticHazard<T>(T logits, Labels durations, bool[] events)
        where T : ITensor<T> => Survival.logisticHazard(durations, events, logits);

    /// <inheritdoc cref="Survival.intervalNLL"/>
    public static LossValues<T> IntervalNLL<T>(T logits, Labels durations, bool[] events)
        where T : ITensor<T> => Survival.intervalNLL(durations, events, logits);

    /// <inheritdoc cref="Survival.mtlr"/>
    public static LossValues<T> MTLR<T>(T logits, Labels durations, bool[] events)
        where T : ITensor<T> => Survival.mtlr(durations, events, logits);

    /// <inheritdoc cref="Survival.piecewiseHazard"/>
    public static LossValues<T> PiecewiseHazard<T>(T logits, Labels durations, bool[] events, T fraction)
        where T : ITensor<T> => Survival.piecewiseHazard(fraction, durations, events, logits);

    /// <inheritdoc cref="Survival.deepHitRank"/>
    public static LossValues<T> DeepHitRank<T>(T logits, Labels durations, bool[] events, double sigma = Survival.DeepHitRankSigma)
        where T : ITensor<T> => Survival.deepHitRank(sigma, durations, events, logits);

    /// <inheritdoc cref="Survival.deepHit"/>
    public static LossValues<T> DeepHit<T>(
        T logits,
        Labels durations,
        bool[] events,
        double alpha = Survival.DeepHitAlpha,
        double sigma = Survival.DeepHitSigma
    )
        where T : ITensor<T> => Survival.deepHit(alpha, sigma, durations, events, logits);

    /// <inheritdoc cref="Survival.failureTime"/>
    public static LossValues<T> FailureTime<T>(T prediction, T lower, T upper, T scale, FailureTimes times = Survival.FailureTimeTimes)
        where T : ITensor<T> => Survival.failureTime(times, scale, upper, lower, prediction);
}
