namespace Losses

/// <summary>Which distribution a time has in an accelerated failure time model.</summary>
type FailureTimes =
    /// <summary>Weibull: log t is the smallest of many; exponential with a scale of 1.</summary>
    | Weibull = 0
    /// <summary>Log-normal: log t is normal.</summary>
    | LogNormal = 1
    /// <summary>Log-logistic: log t is logistic.</summary>
    | LogLogistic = 2

// Over any numbers: of a time's z = (log t − x) / σ what its density and the probabilities on both sides are.
module internal FailureTime =

    open Losses.FSharp.Notation

    // log(1 − e⁻ˣ) of an x above 0.
    let private logOneMinusExp (x: 'T) : 'T :> IReal<'T> =
        ifLess x (num 0.6931471805599453) (log (num 0.0 - expm1 (num 0.0 - x))) (log1p (num 0.0 - exp (num 0.0 - x)))

    // −log of the probability that a normal number is above z.
    let private normalAbove (z: 'T) : 'T :> IReal<'T> =
        // Beyond 2 little is left of 1 − erf: there it is the density over a continued fraction, z + 1/(z + 2/(z + …)), of which 64 terms are enough
        // where the rest is taken to be what it would be if all its numerators were alike.
        let far = max z (num 2.0)
        let mutable fraction = 0.5 .* (far + sqrt (far * far + num 260.0))

        for k in 64..-1..1 do
            fraction <- far + num (float k) / fraction

        let near = min z (num 2.0)

        ifLess
            z
            (num 2.0)
            (num 0.0 - log (0.5 .* (num 1.0 - erf (0.7071067811865476 .* near))))
            (0.5 .* (far * far) + num 0.9189385332046727 + log fraction)

    // −log of the density of z.
    let private density (times: FailureTimes) (z: 'T) : 'T :> IReal<'T> =
        match times with
        | FailureTimes.Weibull -> exp z - z
        | FailureTimes.LogNormal -> 0.5 .* (z * z) + num 0.9189385332046727
        | _ ->
            let l = logistic z
            l.Softplus + l.SoftplusOfMinus

    // −log of the probability to be later.
    let private later (times: FailureTimes) (z: 'T) : 'T :> IReal<'T> =
        match times with
        | FailureTimes.Weibull -> exp z
        | FailureTimes.LogNormal -> normalAbove z
        | _ -> softplus z

    // −log of the probability to be earlier.
    let private earlier (times: FailureTimes) (z: 'T) : 'T :> IReal<'T> =
        match times with
        // Far below 0 the probability is the hazard, eᶻ.
        | FailureTimes.Weibull -> ifLess z (num -40.0) (num 0.0 - z) (num 0.0 - logOneMinusExp (exp (max z (num -40.0))))
        | FailureTimes.LogNormal -> normalAbove (num 0.0 - z)
        | _ -> (logistic z).SoftplusOfMinus

    // −log of the probability to be in between, of z apart by d.
    let private between (times: FailureTimes) (lower: 'T) (upper: 'T) (d: 'T) : 'T :> IReal<'T> =
        match times with
        // The hazards' difference is e^lower (eᵈ − 1).
        | FailureTimes.Weibull -> exp lower - logOneMinusExp (exp lower * expm1 d)
        | FailureTimes.LogNormal ->
            // On one side of the middle the smaller tail is taken from the larger; across it nothing cancels.
            let tails near far = normalAbove near - logOneMinusExp (normalAbove far - normalAbove near)
            let root = 0.7071067811865476
            let across = num 0.0 - log (0.5 .* (erf (root .* upper) + erf (num 0.0 - root .* lower)))

            ifLess (num 0.0) lower (tails lower upper) (ifLess upper (num 0.0) (tails (num 0.0 - upper) (num 0.0 - lower)) across)
        // σ(u) − σ(l) = σ(u) σ(−l) (1 − e^−d)
        | _ -> (logistic upper).SoftplusOfMinus + softplus lower - logOneMinusExp d

    let value (times: FailureTimes) (location: 'T) (lower: 'T) (upper: 'T) (scale: 'T) : 'T :> IReal<'T> =
        let z time = (log time - location) / scale
        let zero, infinite = num 0.0, num System.Double.PositiveInfinity
        let finite otherwise = ifLess upper infinite upper otherwise
        // What a branch that is not taken has for its times is finite: not every tape drops an infinite slope that nothing asks for.
        let after = ifLess zero lower lower (num 1.0)
        let twice = 2.0 .* after
        let before = ifLess zero lower (ifLess lower upper (finite twice) twice) twice
        let interval = between times (z after) (z before) (log1p ((before - after) / after) / scale)

        let censored =
            ifLess
                upper
                infinite
                (ifLess zero lower interval (earlier times (z (finite (num 1.0)))))
                (ifLess zero lower (later times (z after)) zero)

        let time = ifLess lower upper (num 1.0) lower
        let exact = density times (z time) + log scale + log time

        // A latest time before the earliest is none.
        let known = ifLess upper lower (num System.Double.NaN) exact

        ifLess lower upper censored known |> given location |> given scale |> given (lower + upper)

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>cox</c>. <c>{ CoxOptions.Default with Ties = Ties.Efron }</c></summary>
[<NoComparison; ReferenceEquality>]
type CoxOptions =
    {
        /// Breslow, Efron, or by place.
        Ties: Ties
        /// The stratum of each sample, which has a baseline of its own; none for one stratum.
        Strata: int[]
        /// How often each sample counts, (N), or none.
        SampleWeights: Weights
    }

    /// Breslow, one stratum, no weights.
    static member Default = { Ties = Ties.Breslow; Strata = [||]; SampleWeights = Weights.None }

    static member internal Given(ties: Nullable<Ties>, strata: int[] | null, sampleWeights: Weights | null) =
        {
            Ties = ties.GetValueOrDefault CoxOptions.Default.Ties
            Strata = Option.ofObj strata |> Option.defaultValue CoxOptions.Default.Strata
            SampleWeights = Option.ofObj sampleWeights |> Option.defaultValue CoxOptions.Default.SampleWeights
        }

/// Losses of the time until something happens, where it may not have happened yet.
[<AutoOpen>]
module Survival =

    /// shrink of <c>coxCaseControl</c> where none is given.
    [<Literal>]
    let CoxCaseControlShrink = 0.0

    /// sigma of <c>deepHitRank</c> where none is given.
    [<Literal>]
    let DeepHitRankSigma = 0.1

    /// alpha of <c>deepHit</c> where none is given.
    [<Literal>]
    let DeepHitAlpha = 0.2

    /// sigma of <c>deepHit</c> where none is given.
    [<Literal>]
    let DeepHitSigma = 0.1

    /// times of <c>failureTime</c> where none are given.
    [<Literal>]
    let FailureTimeTimes = FailureTimes.Weibull

    /// <summary>Cox's partial likelihood: of each event the nats by which the hazards fail to say whom of those at risk it happens to.</summary>
    /// <param name="options">Ties, strata and weights.</param>
    /// <param name="durations">The time of each sample's event or of its censoring; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="logHazards">Logarithms of the hazards; (N).</param>
    /// <returns>Nats: (N), 0 where there is no event. A mean divides by the weights of the events; with none it is NaN, or what the reduction's options say.</returns>
    /// <exception cref="T:System.ArgumentException">There are not as many of one as of another.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A duration is NaN; it says which.</exception>
    /// <remarks>−Σ wᵢ (xᵢ − log Σ_{j at risk} wⱼ exp xⱼ) over the events, at risk being all of the stratum whose durations are not shorter. Of tied events Efron's form
    /// gives each the mean weight. Convex; adding to all hazards of a stratum changes nothing. In N log N steps. Source: Cox, J. R. Stat. Soc. B 34 (1972) 187–220; Efron, J. Am. Stat.
    /// Assoc. 72 (1977) 557–565; pycox.models.loss.cox_ph_loss (0.3.0, 2024).</remarks>
    let cox (options: CoxOptions) (durations: float[]) (events: bool[]) (logHazards: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.notNull "strata" options.Strata
        Check.notNull "sampleWeights" options.SampleWeights
        Check.notNull (nameof durations) durations
        Check.notNull (nameof events) events
        Check.notNull (nameof logHazards) logHazards
        let shape = logHazards.Shape

        if shape.Rank <> 1 then
            raise (ArgumentException($"logHazards has shape {shape}; it must be (N).", nameof logHazards))

        RiskSets.checkTies options.Ties
        RiskSets.checkCount (nameof durations) durations.Length (nameof logHazards) shape
        RiskSets.checkCount (nameof events) events.Length (nameof logHazards) shape

        if options.Strata.Length > 0 then
            RiskSets.checkCount "strata" options.Strata.Length (nameof logHazards) shape

        if not options.SampleWeights.IsNone then
            Check.shape "sampleWeights" options.SampleWeights.Shape shape (fun () -> $"logHazards has shape {shape}")

        RiskSets.checkTimes (nameof durations) durations
        let weights = options.SampleWeights.Values.ToArray()

        let counts =
            events
            |> Array.mapi (fun i isEvent ->
                if not isEvent then 0.0
                elif weights.Length > 0 then weights[i]
                else 1.0)

        let values = RiskSets.values options.Ties options.Strata durations events weights logHazards
        LossValues(whole values, 'T.Create(logHazards, ReadOnlySpan counts, shape))

    /// <summary>Cox's partial likelihood of sampled risk sets: of each case the nats by which its hazard is not above those of its controls.</summary>
    /// <param name="shrink">How much the absolute logarithms of the hazards are to count; finite, at least 0.</param>
    /// <param name="controls">Logarithms of the hazards of the controls: (…, K), with at least one for each case.</param>
    /// <param name="case">Those of the cases: the shape of <paramref name="controls"/> without the last axis.</param>
    /// <returns>Nats, one for each case.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no controls.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="shrink"/> is negative or not finite.</exception>
    /// <remarks>log(1 + Σ_k exp(c_k − x)) + shrink (|x| + Σ_k |c_k|) / K. Convex. pycox clamps the differences first. Source: Kvamme, Borgan and Scheel, J. Mach. Learn. Res. 20 (2019);
    /// pycox.models.loss.cox_cc_loss (0.3.0, 2024).</remarks>
    let coxCaseControl (shrink: float) (controls: 'T) (case: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof shrink) shrink
        Check.notNull (nameof controls) controls
        Check.notNull (nameof case) case
        let axis = Check.vectorAxis (nameof controls) controls.Shape
        Check.notEmptyAxis (nameof controls) controls.Shape axis "controls"
        Check.shape (nameof case) case.Shape (controls.Shape.Without axis) (fun () -> $"controls has shape {controls.Shape}")
        let likelihood = Notation.softplus (Notation.(-) ('T.LogSumExp(controls, axis)) case)

        if shrink = 0.0 then
            LossValues(whole likelihood)
        else
            let sizes = Notation.(+) (Notation.abs case) (sumAlong axis (Notation.abs controls))
            LossValues(whole (Notation.(+) likelihood (Notation.(.*) (shrink / float controls.Shape[axis]) sizes)))

    // Logits of intervals, (N, T), the interval that each sample's time is in, and whether it is that of an event.
    let private checkIntervals (durations: Labels) (events: bool[]) (logits: 'T) : Labels when 'T :> ITensor<'T> =
        Check.notNull (nameof durations) durations
        Check.notNull (nameof events) events
        Check.notNull (nameof logits) logits

        if logits.Shape.Rank <> 2 then
            raise (ArgumentException($"logits has shape {logits.Shape}; it must be (N, T).", nameof logits))

        Check.notEmptyAxis (nameof logits) logits.Shape 1 "intervals"
        Check.shape (nameof durations) durations.Shape (logits.Shape.Without 1) (fun () -> $"logits has shape {logits.Shape}")
        RiskSets.checkCount (nameof events) events.Length (nameof durations) durations.Shape
        durations.Checked(logits.Shape[1], nameof durations)

    // Numbers beside logits, by sample, the interval of its time, whether that is one of an event, and the interval.
    let private beside
        (durations: Labels)
        (events: bool[])
        (columns: int)
        (like: 'T)
        (number: int -> bool -> int -> float)
        : 'T :> ITensor<'T> =
        let at = durations.Indices.ToArray()
        let numbers = Indices.matrix at.Length columns (fun i j -> number at[i] events[i] j)
        'T.Create(like, ReadOnlySpan numbers, Shape [| at.Length; columns |])

    let private oneIf (condition: bool) = if condition then 1.0 else 0.0

    // A NaN is in the value of its row, even where it does not count.
    let private ofRows (logits: 'T) (values: 'T) : 'T :> ITensor<'T> = whole (Notation.given (sumAlong 1 (Notation.abs logits)) values)

    /// <summary>Likelihood of discrete hazards: of the probability of an event in each interval, given that there was none before.</summary>
    /// <param name="durations">The interval of each sample's event or of its censoring, 0 to T − 1; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="logits">Of the hazard of each interval; (N, T).</param>
    /// <returns>Nats; (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A duration is no interval; it says which, where.</exception>
    /// <remarks>Σ_{j ≤ k} softplus(x_j), less x_k of an event: the binary cross-entropy of every interval up to that of the time, which a censored sample has survived.
    /// Later ones do not count. Convex. Source: Gensheimer and Narasimhan, PeerJ 7 (2019) e6257; pycox.models.loss.nll_logistic_hazard (0.3.0, 2024).</remarks>
    let logisticHazard (durations: Labels) (events: bool[]) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let durations = checkIntervals durations events logits
        let beside = beside durations events logits.Shape[1] logits

        let terms =
            BCEWithLogits() :> IPointwise |> fun loss -> loss.Apply(logits, beside (fun k isEvent j -> oneIf (isEvent && j = k)))

        LossValues(ofRows logits (sumAlong 1 (Notation.weigh (beside (fun k _ j -> oneIf (j <= k))) terms)))

    // One more logit, 0, of a time after all.
    let private withLater (logits: 'T) : 'T :> ITensor<'T> =
        let rows = logits.Shape[0]
        let later = 'T.Create(logits, ReadOnlySpan(Array.zeroCreate<float> rows), Shape [| rows; 1 |])
        'T.Concatenate(ReadOnlySpan [| logits; later |], 1)

    // −log of the share of some, as the log-odds of the others: a share next to 1 keeps its digits.
    let private surprise (durations: Labels) (events: bool[]) (logits: 'T) (isOf: int -> bool -> int -> bool) : 'T :> ITensor<'T> =
        let all = withLater logits

        let logSum (isOf: int -> bool -> int -> bool) =
            let absent =
                beside durations events all.Shape[1] all (fun k isEvent j -> if isOf k isEvent j then 0.0 else Double.NegativeInfinity)

            'T.LogSumExp(Notation.(+) all absent, 1)

        Notation.softplus (Notation.(-) (logSum (fun k isEvent j -> not (isOf k isEvent j))) (logSum isOf))

    let private pmf (durations: Labels) (events: bool[]) (logits: 'T) : 'T :> ITensor<'T> =
        surprise durations events logits (fun k isEvent j -> if isEvent then j = k else j > k)

    /// <summary>Likelihood of the probabilities of intervals: a softmax over them, and over one more after all.</summary>
    /// <param name="durations">The interval of each sample's event or of its censoring, 0 to T − 1; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="logits">Of each interval, that after all having the logit 0; (N, T).</param>
    /// <returns>Nats; (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A duration is no interval; it says which, where.</exception>
    /// <remarks>−log p_k of an event, −log Σ_{j &gt; k} p_j of a censored sample. Convex of an event. Source: Kvamme and Borgan, Lifetime Data Anal. 27 (2021) 710–736;
    /// pycox.models.loss.nll_pmf (0.3.0, 2024), which adds an epsilon.</remarks>
    let intervalNLL (durations: Labels) (events: bool[]) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let durations = checkIntervals durations events logits
        LossValues(whole (pmf durations events logits))

    /// <summary>Multi-task logistic regression: the likelihood of intervals whose logits are the sums of those from each on.</summary>
    /// <param name="durations">The interval of each sample's event or of its censoring, 0 to T − 1; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="logits">Whose sums from an interval on are its logit; (N, T).</param>
    /// <returns>Nats; (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A duration is no interval; it says which, where.</exception>
    /// <remarks>That of <c>intervalNLL</c> with ψ_k = Σ_{j ≥ k} x_j. Source: Yu et al., NeurIPS 2011; pycox.models.loss.nll_mtlr (0.3.0, 2024).</remarks>
    let mtlr (durations: Labels) (events: bool[]) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let durations = checkIntervals durations events logits
        let rows, last = logits.Shape[0], logits.Shape[1] - 1
        let backwards = Indices.matrix rows (last + 1) (fun _ j -> last - j)
        // From the last interval to the first, and read in that order.
        let sums = 'T.CumulativeSum('T.Gather(logits, 1, Labels(ReadOnlySpan<int> backwards, logits.Shape)), 1)

        let interval j = if j > last then j else last - j

        LossValues(
            whole (
                surprise durations events sums (fun k isEvent j ->
                    let j = interval j
                    if isEvent then j = k else j > k)
            )
        )

    /// <summary>Likelihood of hazards that are constant in each interval.</summary>
    /// <param name="fraction">The part of the last interval that was lived, from 0 to 1; (N).</param>
    /// <param name="durations">The interval of each sample's event or of its censoring, 0 to T − 1; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="logits">Whose softplus is the hazard of each interval of length 1; (N, T).</param>
    /// <returns>Nats; (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A duration is no interval, or a fraction is outside [0, 1]; it says which, where.</exception>
    /// <remarks>With h = log(1 + eˣ): Σ_{j &lt; k} h_j + f h_k, less log h_k of an event. Later intervals do not count. Source: Kvamme and Borgan, Lifetime Data Anal. 27 (2021) 710–736;
    /// pycox.models.loss.nll_pc_hazard_loss (0.3.0, 2024).</remarks>
    let piecewiseHazard (fraction: 'T) (durations: Labels) (events: bool[]) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof fraction) fraction
        let durations = checkIntervals durations events logits
        Check.sameShape (nameof fraction) fraction.Shape (nameof durations) durations.Shape
        let beside = beside durations events logits.Shape[1] logits
        let lived = fraction |> reshape (Shape [| fraction.Shape.Size; 1 |]) |> expand logits.Shape
        let hazards = Notation.softplus logits
        // Far below 0 the hazard is eˣ.
        let near = Notation.max logits (Notation.num -40.0)
        let logs = Notation.ifLess logits (Notation.num -40.0) logits (Notation.log (Notation.softplus near))

        let weigh (isOf: int -> bool -> int -> bool) (terms: 'T) =
            Notation.weigh (beside (fun k isEvent j -> oneIf (isOf k isEvent j))) terms

        let terms =
            Notation.(-)
                (Notation.(+) (weigh (fun k _ j -> j < k) hazards) (weigh (fun k _ j -> j = k) (Notation.weigh lived hazards)))
                (weigh (fun k isEvent j -> isEvent && j = k) logs)

        LossValues(ofRows logits (sumAlong 1 terms)).Within(Domain.Probability, fraction, nameof fraction)

    let private rank (sigma: float) (durations: Labels) (events: bool[]) (logits: 'T) : 'T :> ITensor<'T> =
        let n, intervals = logits.Shape[0], logits.Shape[1]
        let shares = 'T.Slice('T.Softmax(withLater logits, 1), 1, 0, intervals)
        let upTo = beside durations events intervals shares (fun k _ j -> oneIf (j <= k))
        let at = durations.Indices.ToArray()
        // The probability of an event by the time of i: of each j, and of i itself.
        let ofOthers = productsOfRows shares upTo
        let own = sumAlong 1 (Notation.(*) upTo shares) |> reshape (Shape [| n; 1 |]) |> expand (Shape [| n; n |])

        let comparable = Indices.matrix n n (fun i j -> oneIf (events[i] && (at[i] < at[j] || at[i] = at[j] && not events[j])))

        let terms = Notation.exp (Notation.(.*) (1.0 / sigma) (Notation.(-) ofOthers own))
        let pairs = Notation.weigh ('T.Create(logits, ReadOnlySpan comparable, Shape [| n; n |])) terms
        // The values are of the batch: a NaN is in all of them.
        Notation.given (sumAll (Notation.abs logits)) (Notation.(.*) (1.0 / float (max 1 n)) (sumAlong 1 pairs))

    /// <summary>DeepHit's loss of order: of each event, whether it was more likely by its time than those of the samples that lived longer.</summary>
    /// <param name="sigma">σ, how large a difference of probabilities is; finite, above 0.</param>
    /// <param name="durations">The interval of each sample's event or of its censoring, 0 to T − 1; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="logits">Of each interval, that after all having the logit 0; (N, T).</param>
    /// <returns>Without unit; (N), 0 where there is no event.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="sigma"/> is not above 0 or not finite, or a duration is no interval; it says which, where.</exception>
    /// <remarks>1/N Σ_j exp((F_j(k_i) − F_i(k_i)) / σ) over the j whose time is later than k_i, or is the same and censored; F is the probability of an event up to an interval.
    /// Source: Lee et al., DeepHit, AAAI 2018; pycox.models.loss.rank_loss_deephit_single (0.3.0, 2024).</remarks>
    let deepHitRank (sigma: float) (durations: Labels) (events: bool[]) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof sigma) sigma
        let durations = checkIntervals durations events logits
        LossValues(whole (rank sigma durations events logits))

    /// <summary>DeepHit of one risk: the likelihood of intervals and the loss of their order.</summary>
    /// <param name="alpha">α, the share of the likelihood; from 0 to 1.</param>
    /// <param name="sigma">σ, how large a difference of probabilities is; finite, above 0.</param>
    /// <param name="durations">The interval of each sample's event or of its censoring, 0 to T − 1; (N).</param>
    /// <param name="events">Whether it is an event; (N).</param>
    /// <param name="logits">Of each interval, that after all having the logit 0; (N, T).</param>
    /// <returns>(N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range, or a duration is no interval; it says which, where.</exception>
    /// <remarks>α <c>intervalNLL</c> + (1 − α) <c>deepHitRank</c>, as in pycox; in the paper α weighs the order. Source: Lee et al., DeepHit, AAAI 2018;
    /// pycox.models.loss.DeepHitSingleLoss (0.3.0, 2024).</remarks>
    let deepHit (alpha: float) (sigma: float) (durations: Labels) (events: bool[]) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.within (nameof alpha) 0.0 1.0 alpha
        Check.positive (nameof sigma) sigma
        let durations = checkIntervals durations events logits
        let share = Notation.num alpha

        let sum =
            Notation.(+)
                (Notation.weigh share (pmf durations events logits))
                (Notation.weigh (Notation.num (1.0 - alpha)) (rank sigma durations events logits))

        LossValues(whole sum)

    /// <summary>Likelihood of accelerated failure times, of which it may be known only that they are later, earlier, or in between.</summary>
    /// <param name="times">Their distribution: Weibull (exponential with a scale of 1), log-normal or log-logistic.</param>
    /// <param name="scale">σ of log t, above 0; the shape of <paramref name="lower"/>.</param>
    /// <param name="upper">The latest that a time can be: <paramref name="lower"/> where it is known, ∞ where it is only known to be later; the shape of <paramref name="lower"/>.</param>
    /// <param name="lower">The earliest, at least 0, which is 0 where it is only known to be earlier than <paramref name="upper"/>; any shape.</param>
    /// <param name="prediction">The location of log t; the shape of <paramref name="lower"/>.</param>
    /// <returns>Nats, elementwise: of the density of t where it is known, else of a probability; NaN where the latest time is before the earliest.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0, or a time is negative; it says which, where.</exception>
    /// <remarks>With z = (log t − x) / σ and S the survival function of z: −log(S(z_l) − S(z_u)), and log t + log σ − log(−S′(z)) of a
    /// time that is known. Source: Wei, Stat. Med. 11 (1992) 1871–1879; XGBoost survival:aft (1.2, 2020).</remarks>
    let failureTime (times: FailureTimes) (scale: 'T) (upper: 'T) (lower: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        if not (Enum.IsDefined times) then
            raise (ArgumentOutOfRangeException(nameof times, $"{Check.number (int64 times)} is no distribution of times."))

        checkThree (nameof upper) upper (nameof lower) lower (nameof prediction) prediction
        Check.notNull (nameof scale) scale
        Check.sameShape (nameof scale) scale.Shape (nameof prediction) prediction.Shape

        LossValues(whole (FailureTime.value times prediction lower upper scale))
            .Within(Domain.Positive, scale, nameof scale)
            .Within(Domain.NotNegative, lower, nameof lower)
            .Within(Domain.NotNegative, upper, nameof upper)
