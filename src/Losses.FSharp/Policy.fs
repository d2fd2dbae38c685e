namespace Losses

/// <summary>What a token adds to a policy gradient, of its importance ratio and its answer's advantage A.</summary>
type PolicyForm =
    /// <summary>−min(ratio A, clip(ratio) A): PPO and GRPO.</summary>
    | Clipped = 0
    /// <summary>−min(ratio, ε) A log p, the ratio held fixed: CISPO, whose upper ε is the bound of the ratio itself.</summary>
    | CISPO = 1
    /// <summary>−(4/τ) σ(τ (ratio − 1)) A, τ by the sign of A: SAPO.</summary>
    | SAPO = 2

/// <summary>What an importance ratio is of.</summary>
type PolicyLevel =
    /// <summary>Each token.</summary>
    | Token = 0
    /// <summary>A whole answer: the geometric mean of its tokens' ratios, GSPO.</summary>
    | Sequence = 1

/// <summary>What a mean of a policy gradient is over.</summary>
type PolicyMean =
    /// <summary>All tokens that count: BNPO, DAPO.</summary>
    | Tokens = 0
    /// <summary>The answers, each by the mean of its tokens: GRPO.</summary>
    | Sequences = 1

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>policyGradient</c>. <c>{ PolicyOptions.Default with Beta = 0.04 }</c></summary>
[<NoComparison; ReferenceEquality>]
type PolicyOptions =
    {
        /// What a token adds.
        Form: PolicyForm
        /// What an importance ratio is of.
        Level: PolicyLevel
        /// What a mean is over.
        Mean: PolicyMean
        /// ε: a ratio is clipped below at 1 − ε; from 0 to 1.
        EpsilonLow: float
        /// And above at 1 + this; finite, at least 0. The bound itself in CISPO.
        EpsilonHigh: float
        /// What a ratio is at most where it is not clipped; above 0, infinite for no bound.
        Delta: float
        /// What the divergence from the reference weighs; finite, at least 0.
        Beta: float
        /// Whether that divergence is multiplied by the ratio.
        BiasCorrection: bool
        /// τ of SAPO for advantages above 0; finite, above 0.
        TemperaturePositive: float
        /// And for the others.
        TemperatureNegative: float
        /// 1 for the tokens that count and 0 for the others, whatever they are; none for all.
        Mask: Weights
        /// What each token weighs but for the divergence, such as a ratio of samplers; none for 1.
        TokenWeights: Weights
    }

    /// GRPO without a reference: clipped to 1 ± 0.2, by token, a mean over the answers.
    static member Default =
        {
            Form = PolicyForm.Clipped
            Level = PolicyLevel.Token
            Mean = PolicyMean.Sequences
            EpsilonLow = 0.2
            EpsilonHigh = 0.2
            Delta = infinity
            Beta = 0.0
            BiasCorrection = false
            TemperaturePositive = 1.0
            TemperatureNegative = 1.05
            Mask = Weights.None
            TokenWeights = Weights.None
        }

    static member internal Given
        (
            form: Nullable<PolicyForm>,
            level: Nullable<PolicyLevel>,
            mean: Nullable<PolicyMean>,
            epsilonLow: Nullable<float>,
            epsilonHigh: Nullable<float>,
            delta: Nullable<float>,
            beta: Nullable<float>,
            biasCorrection: Nullable<bool>,
            temperaturePositive: Nullable<float>,
            temperatureNegative: Nullable<float>,
            mask: Weights | null,
            tokenWeights: Weights | null
        ) =
        {
            Form = form.GetValueOrDefault PolicyOptions.Default.Form
            Level = level.GetValueOrDefault PolicyOptions.Default.Level
            Mean = mean.GetValueOrDefault PolicyOptions.Default.Mean
            EpsilonLow = epsilonLow.GetValueOrDefault PolicyOptions.Default.EpsilonLow
            EpsilonHigh = epsilonHigh.GetValueOrDefault PolicyOptions.Default.EpsilonHigh
            Delta = delta.GetValueOrDefault PolicyOptions.Default.Delta
            Beta = beta.GetValueOrDefault PolicyOptions.Default.Beta
            BiasCorrection = biasCorrection.GetValueOrDefault PolicyOptions.Default.BiasCorrection
            TemperaturePositive = temperaturePositive.GetValueOrDefault PolicyOptions.Default.TemperaturePositive
            TemperatureNegative = temperatureNegative.GetValueOrDefault PolicyOptions.Default.TemperatureNegative
            Mask = Option.ofObj mask |> Option.defaultValue PolicyOptions.Default.Mask
            TokenWeights = Option.ofObj tokenWeights |> Option.defaultValue PolicyOptions.Default.TokenWeights
        }

/// Policy gradients, of the log-probabilities of the tokens of sampled answers.
[<AutoOpen>]
module Policy =

    let private checkOptions (options: PolicyOptions) (shape: Shape) =
        Check.notNull "mask" options.Mask
        Check.notNull "tokenWeights" options.TokenWeights

        for struct (name, isDefined) in
            [|
                struct ("form", Enum.IsDefined options.Form)
                struct ("level", Enum.IsDefined options.Level && (options.Form <> PolicyForm.SAPO || options.Level = PolicyLevel.Token))
                struct ("mean", Enum.IsDefined options.Mean)
            |] do
            if not isDefined then
                raise (ArgumentOutOfRangeException(name, $"there is no such {name} of {options.Form}."))

        Check.within "epsilonLow" 0.0 1.0 options.EpsilonLow
        Check.notNegative "epsilonHigh" options.EpsilonHigh

        if not (options.Delta > 0.0) then
            raise (ArgumentOutOfRangeException("delta", "delta must be above 0."))

        Check.notNegative "beta" options.Beta
        Check.positive "temperaturePositive" options.TemperaturePositive
        Check.positive "temperatureNegative" options.TemperatureNegative

        if not options.Mask.IsNone then
            Check.broadcasts "mask" options.Mask.Shape "logProbabilities" shape
            Check.mask "mask" options.Mask

        if not options.TokenWeights.IsNone then
            Check.broadcasts "tokenWeights" options.TokenWeights.Shape "logProbabilities" shape

    /// <summary>A policy gradient of sampled answers: PPO's clipped ratio as GRPO, DAPO, GSPO, CISPO and SAPO have it, with the divergence from a reference.</summary>
    /// <param name="options">The form, its bounds, what ratios and means are of, the divergence's weight, the tokens that count.</param>
    /// <param name="advantages">A of each answer: (B).</param>
    /// <param name="reference">Log-probabilities of the tokens by the reference, a constant: (B, T); anything where β is 0.</param>
    /// <param name="old">Those by the policy that sampled the answers, a constant: (B, T).</param>
    /// <param name="logProbabilities">Those by the policy: (B, T).</param>
    /// <returns>(B, T), the mean of which is over the tokens that count; or (B), of each answer the mean of its tokens, 0 where it has none.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range, or SAPO is asked for ratios of answers.</exception>
    /// <remarks>With ρ = exp(log p − log p_old): −min(min(ρ, δ) A, clip(ρ, 1 − ε, 1 + ε) A) + β (e^u − u − 1), with u = log p_ref − log p. Dr. GRPO divides the sum of tokens by B times the longest
    /// answer. Source: Shao et al., DeepSeekMath (2024); Yu et al., DAPO (2025); Zheng et al., GSPO (2025); trl.GRPOTrainer (1.10, 2026).</remarks>
    let policyGradient
        (options: PolicyOptions)
        (advantages: 'T)
        (reference: 'T)
        (old: 'T)
        (logProbabilities: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.notNull (nameof advantages) advantages
        checkThree (nameof reference) reference (nameof old) old (nameof logProbabilities) logProbabilities
        let shape = logProbabilities.Shape

        if shape.Rank <> 2 then
            raise (ArgumentException($"logProbabilities has shape {shape}; it must be (B, T).", nameof logProbabilities))

        Check.shape (nameof advantages) advantages.Shape (Shape [| shape[0] |]) (fun () -> $"logProbabilities has shape {shape}")
        checkOptions options shape
        let zero, one = Notation.num 0.0, Notation.num 1.0

        let constantOf (weights: Weights) = if weights.IsNone then expand shape one else constant logProbabilities weights |> expand shape

        let mask = constantOf options.Mask
        let present (x: 'T) = if options.Mask.IsNone then x else Notation.ifLess zero mask x (expand shape zero)
        let sampled, compared = present old, present reference
        let x, old, reference = present logProbabilities, Notation.detach sampled, Notation.detach compared
        let column (x: 'T) = x |> reshape (Shape [| shape[0]; 1 |]) |> expand shape
        let advantage = Notation.detach (column advantages)
        let count = sumAlong 1 mask
        let average (x: 'T) = Notation.(/) (sumAlong 1 (Notation.weigh mask x)) (Notation.max count one)
        let logRatio = Notation.(-) x old
        let logRatio = if options.Level = PolicyLevel.Sequence then column (average logRatio) else logRatio
        let ratio = Notation.exp logRatio

        let gain =
            match options.Form with
            | PolicyForm.CISPO ->
                let bounded = Notation.detach (Notation.min ratio (Notation.num options.EpsilonHigh))
                Notation.(*) (Notation.(*) bounded advantage) x
            | PolicyForm.SAPO ->
                let temperature =
                    Notation.ifLess zero advantage (Notation.num options.TemperaturePositive) (Notation.num options.TemperatureNegative)

                // ρ − 1 has no digits left where the policy has hardly moved.
                let l = Notation.logistic (Notation.(*) temperature (Notation.expm1 logRatio))
                Notation.(*) (Notation.(/) (Notation.(*) (Notation.num 4.0) l.Sigmoid) temperature) advantage
            | _ ->
                let low, high = Notation.num (1.0 - options.EpsilonLow), Notation.num (1.0 + options.EpsilonHigh)
                let bounded = if Double.IsInfinity options.Delta then ratio else Notation.min ratio (Notation.num options.Delta)
                let clipped = Notation.ifLess ratio low low (Notation.ifLess high ratio high ratio)
                Notation.min (Notation.(*) bounded advantage) (Notation.(*) clipped advantage)

        let gain = if options.TokenWeights.IsNone then gain else Notation.weigh (constantOf options.TokenWeights) gain
        let loss = Notation.(-) zero gain

        let loss =
            if options.Beta = 0.0 then
                loss
            else
                let u = Notation.(-) reference x
                let divergence = Notation.(-) (Notation.expm1 u) u
                let divergence = if options.BiasCorrection then Notation.(*) ratio divergence else divergence
                Notation.(+) loss (Notation.(*) (Notation.num options.Beta) divergence)

        // A NaN among the constants is in the value, and in its slopes.
        let sizes = Notation.(+) (Notation.abs sampled) (Notation.abs x)
        let sizes = if options.Beta = 0.0 then sizes else Notation.(+) sizes (Notation.abs compared)
        let sizes = if options.Level = PolicyLevel.Sequence then column (sumAlong 1 sizes) else sizes
        let loss = loss |> Notation.given sizes |> Notation.given (column advantages)

        match options.Mean with
        | PolicyMean.Sequences -> LossValues(whole (average loss))
        | _ -> LossValues(whole (Notation.weigh mask loss), mask)
