using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Direct preference optimization and its relatives: whether a policy makes the chosen answer more likely than the rejected one, compared with a reference.</summary>
    /// <param name="chosen">Of the chosen answer the log-probability less that of the reference; any shape.</param>
    /// <param name="rejected">That of the rejected one; the shape of <paramref name="chosen"/>.</param>
    /// <param name="form">How log-ratios are judged; DPO by default.</param>
    /// <param name="beta">β, how steep; finite, above 0; 0.1 by default.</param>
    /// <param name="labelSmoothing">The share of wrong labels, from 0 to below ½: of the forms Sigmoid, Robust and EXO; 0 by default.</param>
    /// <param name="margin">By how much the difference times β is lessened; finite; 0 by default.</param>
    /// <param name="tau">τ of DiscoPOP; finite, above 0; 0.05 by default.</param>
    /// <param name="score">What log-ratios count as; themselves by default.</param>
    /// <param name="alpha">α of the score of that name; finite; 0.5 by default.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>One for each pair; with z = β (c − r) − γ, DPO: log(1 + e⁻ᶻ). Source: Rafailov et al., NeurIPS 2023; trl.DPOTrainer (1.10, 2026).</remarks>
    public static LossValues<T> Preference<T>(
        T chosen,
        T rejected,
        PreferenceForm? form = null,
        double? beta = null,
        double? labelSmoothing = null,
        double? margin = null,
        double? tau = null,
        PreferenceScore? score = null,
        double? alpha = null
    )
        where T : ITensor<T> =>
        Preferences.preference(PreferenceOptions.Given(form, beta, labelSmoothing, margin, tau, score, alpha), rejected, chosen);

    /// <inheritdoc cref="Preferences.aot"/>
    public static LossValues<T> AOT<T>(
        T chosen,
        T rejected,
        double beta = Preferences.AotBeta,
        double labelSmoothing = Preferences.AotLabelSmoothing
    )
        where T : ITensor<T> => Preferences.aot(beta, labelSmoothing, rejected, chosen);

    /// <inheritdoc cref="Preferences.bradleyTerry"/>
    public static LossValues<T> BradleyTerry<T>(T chosen, T rejected, T margin, double centring = Preferences.BradleyTerryCentring)
        where T : ITensor<T> => Preferences.bradleyTerry(centring, margin, rejected, chosen);

    /// <summary>Kahneman–Tversky optimization: of answers that are good or bad by themselves.</summary>
    /// <param name="prediction">The log-probability less that of the reference; any shape.</param>
    /// <param name="target">1 for good answers, −1 for bad ones; the shape of <paramref name="prediction"/>.</param>
    /// <param name="beta">β, how steep; finite, above 0; 0.1 by default.</param>
    /// <param name="divergence">The divergence that log-ratios are compared with; finite, at least 0; 0 by default.</param>
    /// <param name="desirableWeight">What an answer of target 1 weighs; finite, at least 0; 1 by default.</param>
    /// <param name="undesirableWeight">What one of target −1 weighs; finite, at least 0; 1 by default.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or a target is neither 1 nor −1; it says which, where.</exception>
    /// <remarks>w σ(−t β (x − k)), elementwise. Source: Ethayarajh et al., ICML 2024; trl.KTOTrainer (1.10, 2026).</remarks>
    public static LossValues<T> KTO<T>(
        T prediction,
        T target,
        double? beta = null,
        double? divergence = null,
        double? desirableWeight = null,
        double? undesirableWeight = null
    )
        where T : ITensor<T> => Preferences.kto(KTOOptions.Given(beta, divergence, desirableWeight, undesirableWeight), target, prediction);

    /// <inheritdoc cref="Preferences.bco"/>
    public static LossValues<T> BCO<T>(T prediction, T target, double beta = Preferences.BcoBeta, double delta = Preferences.BcoDelta)
        where T : ITensor<T> => Preferences.bco(beta, delta, target, prediction);

    /// <inheritdoc cref="Preferences.orpo"/>
    public static LossValues<T> ORPO<T>(T chosen, T rejected, double beta = Preferences.OrpoBeta)
        where T : ITensor<T> => Preferences.orpo(beta, rejected, chosen);
}
