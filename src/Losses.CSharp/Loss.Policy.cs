using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>A policy gradient of sampled answers: PPO's clipped ratio as GRPO, DAPO, GSPO, CISPO and SAPO have it, with the divergence from a reference.</summary>
    /// <param name="logProbabilities">Of the tokens by the policy: (B, T).</param>
    /// <param name="old">Those by the policy that sampled the answers, a constant: (B, T).</param>
    /// <param name="reference">Those by the reference, a constant: (B, T); anything where β is 0.</param>
    /// <param name="advantages">A of each answer: (B).</param>
    /// <param name="form">What a token adds; clipped by default.</param>
    /// <param name="level">What an importance ratio is of; each token by default.</param>
    /// <param name="mean">What a mean is over; the answers by default.</param>
    /// <param name="epsilonLow">A ratio is clipped below at 1 less this; 0.2 by default.</param>
    /// <param name="epsilonHigh">And above at 1 and this, or in CISPO at this; 0.2 by default.</param>
    /// <param name="delta">What a ratio is at most where it is not clipped; infinite by default.</param>
    /// <param name="beta">What the divergence from the reference weighs; 0 by default.</param>
    /// <param name="biasCorrection">Whether that divergence is multiplied by the ratio; false by default.</param>
    /// <param name="temperaturePositive">τ of SAPO for advantages above 0; 1 by default.</param>
    /// <param name="temperatureNegative">And for the others; 1.05 by default.</param>
    /// <param name="mask">1 for the tokens that count and 0 for the others; all by default.</param>
    /// <param name="tokenWeights">What each token weighs but for the divergence; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or SAPO is asked for ratios of answers.</exception>
    /// <remarks>With ρ = exp(log p − log p_old): −min(min(ρ, δ) A, clip(ρ, 1 − ε, 1 + ε) A) + β (e^u − u − 1). Source: Shao et al., DeepSeekMath (2024); trl.GRPOTrainer (1.10, 2026).</remarks>
    public static LossValues<T> PolicyGradient<T>(
        T logProbabilities,
        T old,
        T reference,
        T advantages,
        PolicyForm? form = null,
        PolicyLevel? level = null,
        PolicyMean? mean = null,
        double? epsilonLow = null,
        double? epsilonHigh = null,
        double? delta = null,
        double? beta = null,
        bool? biasCorrection = null,
        double? temperaturePositive = null,
        double? temperatureNegative = null,
        Weights? mask = null,
        Weights? tokenWeights = null
    )
        where T : ITensor<T> =>
        Policy.policyGradient(
            PolicyOptions.Given(
                form,
                level,
                mean,
                epsilonLow,
                epsilonHigh,
                delta,
                beta,
                biasCorrection,
                temperaturePositive,
                temperatureNegative,
                mask,
                tokenWeights
            ),
            advantages,
            reference,
            old,
            logProbabilities
        );
}
