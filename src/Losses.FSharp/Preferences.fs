namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>How a loss judges the log-ratios of a chosen and a rejected answer; z is β times their difference, less the margin.</summary>
type PreferenceForm =
    /// <summary>−log σ(z), DPO; with smoothing conservative DPO, and with a margin SimPO.</summary>
    | Sigmoid = 0
    /// <summary>max(0, 1 − z): SLiC.</summary>
    | Hinge = 1
    /// <summary>(d − 1/2β)² of the difference d: IPO, whose log-ratios are means of tokens.</summary>
    | IPO = 2
    /// <summary>KL of σ(z) and 1 − ε, the smoothing: EXO.</summary>
    | EXO = 3
    /// <summary>Noise-contrastive: −log σ(βc) − ½ log σ(−βc) − ½ log σ(−βr).</summary>
    | NCA = 4
    /// <summary>(−(1 − ε) log σ(z) + ε log σ(−z)) / (1 − 2ε): DPO of labels of which a share ε is wrong.</summary>
    | Robust = 5
    /// <summary>−log σ(βc) − log σ(−βr), each answer by itself.</summary>
    | BCO = 6
    /// <summary>(c − 1/2β)² + (r + 1/2β)²</summary>
    | SPPO = 7
    /// <summary>σ(−βc) + σ(βr): the chosen up, the rejected down.</summary>
    | APOZero = 8
    /// <summary>σ(βc) + σ(−z): both down, the rejected more.</summary>
    | APODown = 9
    /// <summary>(1 − m) (−log σ(z)) + m e⁻ᶻ with m = σ(z/τ): DiscoPOP.</summary>
    | DiscoPOP = 10

/// <summary>What a log-ratio counts as, by the divergence that the policy is held to.</summary>
type PreferenceScore =
    /// <summary>Itself: the reverse divergence KL(π ‖ π_ref).</summary>
    | ReverseKL = 0
    /// <summary>−e⁻ˣ</summary>
    | ForwardKL = 1
    /// <summary>log σ(x)</summary>
    | JensenShannon = 2
    /// <summary>e^((α − 1) x) / (α − 1), itself where α is 1.</summary>
    | Alpha = 3

// Over any numbers.
module internal Preferred =

    let private squared (x: 'T) : 'T :> IReal<'T> = x * x

    let private score (score: PreferenceScore) (alpha: float) (x: 'T) : 'T :> IReal<'T> =
        match score with
        | PreferenceScore.ForwardKL -> num 0.0 - exp (num 0.0 - x)
        | PreferenceScore.JensenShannon -> num 0.0 - (logistic x).SoftplusOfMinus
        | PreferenceScore.Alpha when alpha <> 1.0 ->
            let power = Operators.(-) alpha 1.0
            exp (num power * x) / num power
        | _ -> x

    let value
        (form: PreferenceForm)
        (divergence: PreferenceScore)
        (alpha: float)
        (beta: float)
        (smoothing: float)
        (margin: float)
        (tau: float)
        (chosen: 'T)
        (rejected: 'T)
        : 'T :> IReal<'T> =
        let c, r = score divergence alpha chosen, score divergence alpha rejected
        let d = c - r
        let z = beta .* d
        let z = if margin = 0.0 then z else z - num margin
        let kept = Operators.(-) 1.0 smoothing
        let half: 'T = num (0.5 ./. beta)

        match form with
        | PreferenceForm.Hinge -> hinge (num 1.0 - z)
        | PreferenceForm.IPO -> squared (d - half)
        | PreferenceForm.EXO ->
            let l = logistic z

            weigh l.Sigmoid (num 0.0 - l.SoftplusOfMinus - num (System.Math.Log kept))
            + weigh l.SigmoidOfMinus (num 0.0 - l.Softplus - num (System.Math.Log smoothing))
        | PreferenceForm.NCA ->
            let l = logistic (beta .* c)
            l.SoftplusOfMinus + 0.5 .* (l.Softplus + softplus (beta .* r))
        | PreferenceForm.Robust ->
            let l = logistic z
            (num kept * l.SoftplusOfMinus - num smoothing * l.Softplus) / num (Operators.(-) kept smoothing)
        | PreferenceForm.BCO -> (logistic (beta .* c)).SoftplusOfMinus + softplus (beta .* r)
        | PreferenceForm.SPPO -> squared (c - half) + squared (r + half)
        // Probabilities are of the log-ratios themselves.
        | PreferenceForm.APOZero -> (logistic (beta .* chosen)).SigmoidOfMinus + (logistic (beta .* rejected)).Sigmoid
        | PreferenceForm.APODown -> (logistic (beta .* chosen)).Sigmoid + (logistic z).SigmoidOfMinus
        | PreferenceForm.DiscoPOP ->
            let share = logistic (z / num tau)
            weigh share.SigmoidOfMinus (logistic z).SoftplusOfMinus + weigh share.Sigmoid (exp (num 0.0 - z))
        | _ ->
            let l = logistic z

            if smoothing = 0.0 then
                l.SoftplusOfMinus
            else
                num kept * l.SoftplusOfMinus + num smoothing * l.Softplus

/// <summary>log(1 + exp(−(x − t − m))) + c (x + t)² of the rewards of a chosen and a rejected answer.  (Bradley and Terry 1952)</summary>
[<Struct; NoEquality; NoComparison>]
type BradleyTerry =
    val private centring: float

    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(chosen, rejected, margin) =
            let sum = chosen + rejected
            (logistic (chosen - rejected - margin)).SoftplusOfMinus + weigh (num loss.centring) (sum * sum)

    /// <summary>The loss of a weight.</summary>
    /// <param name="centring">c, how much rewards are held around 0; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="centring"/> is negative or not finite.</exception>
    new(centring: float) =
        Check.notNegative (nameof centring) centring
        { centring = centring }

/// <summary>w σ(−t β (x − k)) of a log-ratio, with a weight for each of the targets 1 and −1.  (Ethayarajh et al. 2024)</summary>
[<Struct; NoEquality; NoComparison>]
type KTO =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private beta: float
    val private divergence: float
    val private desirableWeight: float
    val private undesirableWeight: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let beta = if loss.isGiven then loss.beta else 0.1
            let desirable = if loss.isGiven then loss.desirableWeight else 1.0
            let undesirable = if loss.isGiven then loss.undesirableWeight else 1.0
            let z = beta .* (t * (x - num loss.divergence))
            weigh (ifLess (num 0.0) t (num desirable) (num undesirable)) (logistic z).SigmoidOfMinus

        member _.Target = Domain.PlusOrMinusOne

    /// <summary>The loss of its options.</summary>
    /// <param name="beta">β, how steep; finite, above 0.</param>
    /// <param name="divergence">The divergence that log-ratios are compared with; finite, at least 0.</param>
    /// <param name="desirableWeight">What an answer of target 1 weighs; finite, at least 0.</param>
    /// <param name="undesirableWeight">What one of target −1 weighs; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(beta: float, divergence: float, desirableWeight: float, undesirableWeight: float) =
        Check.positive (nameof beta) beta
        Check.notNegative (nameof divergence) divergence
        Check.notNegative (nameof desirableWeight) desirableWeight
        Check.notNegative (nameof undesirableWeight) undesirableWeight

        {
            isGiven = true
            beta = beta
            divergence = divergence
            desirableWeight = desirableWeight
            undesirableWeight = undesirableWeight
        }

/// <summary>log(1 + exp(−t (β x − δ))) of a log-ratio and a target of 1 or −1.  (Jung et al. 2024)</summary>
[<Struct; NoEquality; NoComparison>]
type BCO =
    val private beta: float
    val private delta: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            // C# has a struct without a constructor, too: its zeros are the defaults.
            let beta = if loss.beta > 0.0 then loss.beta else 0.1
            (logistic (t * (beta .* x - num loss.delta))).SoftplusOfMinus

        member _.Target = Domain.PlusOrMinusOne

    /// <summary>The loss of its options.</summary>
    /// <param name="beta">β, how steep; finite, above 0.</param>
    /// <param name="delta">δ, the mean reward that rewards are compared with; finite.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(beta: float, delta: float) =
        Check.positive (nameof beta) beta
        Check.finite (nameof delta) delta
        { beta = beta; delta = delta }

/// <summary>−β log σ(o(x) − o(t)) with the log-odds o(x) = x − log(1 − eˣ) of mean log-probabilities.  (Hong et al. 2024)</summary>
[<Struct; NoEquality; NoComparison>]
type ORPO =
    val private beta: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            // C# has a struct without a constructor, too: its zeros are the defaults.
            let beta = if loss.beta > 0.0 then loss.beta else 0.1
            // o(x) − o(t), with one logarithm.
            let apart = x - t - log (expm1 x / expm1 t)
            beta .* softplus (num 0.0 - apart)

        member _.Prediction = Domain.Between(System.Double.NegativeInfinity, 0.0)
        member _.Target = Domain.Between(System.Double.NegativeInfinity, 0.0)

    /// <summary>The loss of a β.</summary>
    /// <param name="beta">β, finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is not above 0 or not finite.</exception>
    new(beta: float) =
        Check.positive (nameof beta) beta
        { beta = beta }

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>preference</c>. <c>{ PreferenceOptions.Default with Form = PreferenceForm.Hinge }</c></summary>
[<NoComparison; NoEquality>]
type PreferenceOptions =
    {
        /// How log-ratios are judged.
        Form: PreferenceForm
        /// β, how steep; finite, above 0.
        Beta: float
        /// ε, the share of wrong labels, from 0 to below ½: of the forms Sigmoid, Robust and EXO, which needs one above 0.
        LabelSmoothing: float
        /// γ, by how much z is lessened; finite.
        Margin: float
        /// τ of DiscoPOP; finite, above 0.
        Tau: float
        /// What log-ratios count as.
        Score: PreferenceScore
        /// α of the score of that name; finite.
        Alpha: float
    }

    /// DPO with a β of 0.1.
    static member Default =
        {
            Form = PreferenceForm.Sigmoid
            Beta = 0.1
            LabelSmoothing = 0.0
            Margin = 0.0
            Tau = 0.05
            Score = PreferenceScore.ReverseKL
            Alpha = 0.5
        }

    static member internal Given
        (
            form: Nullable<PreferenceForm>,
            beta: Nullable<float>,
            labelSmoothing: Nullable<float>,
            margin: Nullable<float>,
            tau: Nullable<float>,
            score: Nullable<PreferenceScore>,
            alpha: Nullable<float>
        ) =
        {
            Form = form.GetValueOrDefault PreferenceOptions.Default.Form
            Beta = beta.GetValueOrDefault PreferenceOptions.Default.Beta
            LabelSmoothing = labelSmoothing.GetValueOrDefault PreferenceOptions.Default.LabelSmoothing
            Margin = margin.GetValueOrDefault PreferenceOptions.Default.Margin
            Tau = tau.GetValueOrDefault PreferenceOptions.Default.Tau
            Score = score.GetValueOrDefault PreferenceOptions.Default.Score
            Alpha = alpha.GetValueOrDefault PreferenceOptions.Default.Alpha
        }

/// <summary>The options of <c>kto</c>. <c>{ KTOOptions.Default with Divergence = 0.5 }</c></summary>
[<NoComparison; NoEquality>]
type KTOOptions =
    {
        /// β, how steep; finite, above 0.
        Beta: float
        /// The divergence that log-ratios are compared with; finite, at least 0.
        Divergence: float
        /// What an answer of target 1 weighs; finite, at least 0.
        DesirableWeight: float
        /// What one of target −1 weighs; finite, at least 0.
        UndesirableWeight: float
    }

    /// A β of 0.1, no divergence, all answers the same.
    static member Default = { Beta = 0.1; Divergence = 0.0; DesirableWeight = 1.0; UndesirableWeight = 1.0 }

    static member internal Given
        (beta: Nullable<float>, divergence: Nullable<float>, desirableWeight: Nullable<float>, undesirableWeight: Nullable<float>)
        =
        {
            Beta = beta.GetValueOrDefault KTOOptions.Default.Beta
            Divergence = divergence.GetValueOrDefault KTOOptions.Default.Divergence
            DesirableWeight = desirableWeight.GetValueOrDefault KTOOptions.Default.DesirableWeight
            UndesirableWeight = undesirableWeight.GetValueOrDefault KTOOptions.Default.UndesirableWeight
        }

/// Losses of answers that are preferred to others, of the logarithms of their probabilities.
[<AutoOpen>]
module Preferences =

    let private checkOptions (options: PreferenceOptions) =
        Check.notNull "options" options

        if not (Enum.IsDefined options.Form) then
            raise (ArgumentOutOfRangeException("form", $"{Check.number (int64 options.Form)} is no form of a preference."))

        if not (Enum.IsDefined options.Score) then
            raise (ArgumentOutOfRangeException("score", $"{Check.number (int64 options.Score)} is no score of a log-ratio."))

        Check.positive "beta" options.Beta
        Check.within "labelSmoothing" 0.0 (Math.BitDecrement 0.5) options.LabelSmoothing
        Check.finite "margin" options.Margin
        Check.positive "tau" options.Tau
        Check.finite "alpha" options.Alpha

        if options.Form = PreferenceForm.EXO then
            Check.inside "labelSmoothing" 0.0 0.5 options.LabelSmoothing

    let private judged (options: PreferenceOptions) (rejected: 'T) (chosen: 'T) : 'T :> ITensor<'T> =
        Preferred.value
            options.Form
            options.Score
            options.Alpha
            options.Beta
            options.LabelSmoothing
            options.Margin
            options.Tau
            chosen
            rejected

    /// <summary>Direct preference optimization and its relatives: whether a policy makes the chosen answer more likely than the rejected one, compared with a reference.</summary>
    /// <param name="options">The form, β, smoothing, margin, and what log-ratios count as.</param>
    /// <param name="rejected">Of the rejected answer the log-probability less that of the reference; any shape.</param>
    /// <param name="chosen">That of the chosen one; the shape of <paramref name="rejected"/>.</param>
    /// <returns>One for each pair; nats but for the forms that are squares or probabilities.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>With z = β (c − r) − γ, DPO: log(1 + e⁻ᶻ), slope in c: −β σ(−z); <c>PreferenceForm</c> has the others. Without a reference, of the log-probabilities themselves, it is CPO's and
    /// SimPO's loss; divided by the lengths of the answers, IPO's as TRL has it. Source: Rafailov et al., Direct preference optimization, NeurIPS 2023; trl.DPOTrainer (1.10, 2026).</remarks>
    let preference (options: PreferenceOptions) (rejected: 'T) (chosen: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        checkTwo (nameof rejected) rejected (nameof chosen) chosen
        // A form may look at one of them alone.
        LossValues(whole (judged options rejected chosen |> Notation.given (Notation.(+) chosen rejected)))

    /// beta of <c>aot</c> where none is given.
    [<Literal>]
    let AotBeta = 0.1

    /// labelSmoothing of <c>aot</c> where none is given.
    [<Literal>]
    let AotLabelSmoothing = 0.0

    /// <summary>Alignment by optimal transport: DPO of the sorted log-ratios, the best chosen answer beside the best rejected one.</summary>
    /// <param name="beta">β, how steep; finite, above 0.</param>
    /// <param name="labelSmoothing">The share of wrong labels, from 0 to below ½.</param>
    /// <param name="rejected">Of rejected answers the log-probabilities less those of the reference: (…, N).</param>
    /// <param name="chosen">Those of chosen ones; the shape of <paramref name="rejected"/>.</param>
    /// <returns>Nats, one for each place in the order.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or are ().</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    /// <remarks>Both are sorted along the last axis. The paired form has the policy's differences of chosen and rejected answers for the one and the reference's for the other. Source: Melnyk et
    /// al., Distributional preference alignment of LLMs via optimal transport, NeurIPS 2024; trl.DPOTrainer (1.10, 2026).</remarks>
    let aot (beta: float) (labelSmoothing: float) (rejected: 'T) (chosen: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let options = { PreferenceOptions.Default with Beta = beta; LabelSmoothing = labelSmoothing }
        checkOptions options
        checkTwo (nameof rejected) rejected (nameof chosen) chosen
        let axis = Check.vectorAxis (nameof chosen) chosen.Shape
        let sorted (x: 'T) = 'T.Sort(x, axis, true)
        let sizes = sumAlong axis (Notation.(+) (Notation.abs chosen) (Notation.abs rejected))
        // A NaN is in no order.
        let list = sizes |> reshape (sizes.Shape.Insert(axis, 1)) |> expand chosen.Shape
        LossValues(whole (Notation.given list (judged options (sorted rejected) (sorted chosen))))

    /// centring of <c>bradleyTerry</c> where none is given.
    [<Literal>]
    let BradleyTerryCentring = 0.0

    /// <summary>Bradley and Terry's likelihood of a preference: the loss of a reward model.</summary>
    /// <param name="centring">c, how much rewards are held around 0; finite, at least 0.</param>
    /// <param name="margin">By how much the chosen reward is to be above, 0 for none; the shape of <paramref name="rejected"/>.</param>
    /// <param name="rejected">The rewards of rejected answers; any shape.</param>
    /// <param name="chosen">Those of chosen ones; the shape of <paramref name="rejected"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="centring"/> is negative or not finite.</exception>
    /// <remarks>log(1 + exp(−(x − t − m))) + c (x + t)². Convex. Source: Bradley and Terry, Biometrika 39 (1952) 324–345; trl.RewardTrainer (1.10, 2026).</remarks>
    let bradleyTerry (centring: float) (margin: 'T) (rejected: 'T) (chosen: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise3 (nameof margin) (nameof rejected) (nameof chosen) (BradleyTerry centring) margin rejected chosen

    /// <summary>Kahneman–Tversky optimization: of answers that are good or bad by themselves.</summary>
    /// <param name="options">β, the divergence to compare with, and what good and bad answers weigh.</param>
    /// <param name="target">1 for good answers, −1 for bad ones; any shape.</param>
    /// <param name="prediction">The log-probability less that of the reference; the shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to the weight, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range, or a target is neither 1 nor −1; it says which, where.</exception>
    /// <remarks>w σ(−t β (x − k)); with a k of 0 unpaired APO. Source: Ethayarajh et al., KTO: model alignment as prospect theoretic optimization, ICML 2024; trl.KTOTrainer
    /// (1.10, 2026).</remarks>
    let kto (options: KTOOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        pointwise (KTO(options.Beta, options.Divergence, options.DesirableWeight, options.UndesirableWeight)) target prediction

    /// beta of <c>bco</c> where none is given.
    [<Literal>]
    let BcoBeta = 0.1

    /// delta of <c>bco</c> where none is given.
    [<Literal>]
    let BcoDelta = 0.0

    /// <summary>Binary classifier optimization: the logistic loss of whether an answer is good or bad.</summary>
    /// <param name="beta">β, how steep; finite, above 0.</param>
    /// <param name="delta">δ, the mean reward that rewards are compared with; finite.</param>
    /// <param name="target">1 for good answers, −1 for bad ones; any shape.</param>
    /// <param name="prediction">The log-probability less that of the reference; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range, or a target is neither 1 nor −1; it says which, where.</exception>
    /// <remarks>log(1 + exp(−t (β x − δ))). Convex. TRL keeps δ as a running mean. Source: Jung et al., Binary classifier optimization for large language model alignment (2024);
    /// trl.experimental.bco (1.10, 2026).</remarks>
    let bco (beta: float) (delta: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (BCO(beta, delta)) target prediction

    /// beta of <c>orpo</c> where none is given.
    [<Literal>]
    let OrpoBeta = 0.1

    /// <summary>ORPO: the logistic loss of the ratio of the odds of a chosen and a rejected answer.</summary>
    /// <param name="beta">β, what it weighs beside the likelihood of the chosen answer; finite, above 0.</param>
    /// <param name="rejected">The mean log-probability of the rejected answer's tokens, below 0; any shape.</param>
    /// <param name="chosen">That of the chosen one; the shape of <paramref name="rejected"/>.</param>
    /// <returns>Nats, elementwise: without the likelihood.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is not above 0 or not finite, or a log-probability is above 0; it says which, where.</exception>
    /// <remarks>−β log σ(o(x) − o(t)) with the log-odds o(x) = x − log(1 − eˣ). Source: Hong, Lee and Thorne, ORPO, EMNLP 2024; trl.experimental.orpo (1.10, 2026).</remarks>
    let orpo (beta: float) (rejected: 'T) (chosen: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof rejected) (nameof chosen) (ORPO beta) rejected chosen
