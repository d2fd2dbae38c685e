namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>log(1 + exp(−σ (s₁ − s₂))): a pair whose first should be above.</summary>
[<Struct; NoEquality; NoComparison>]
type RankNet =
    val private sigma: float

    interface IPairs with
        static member IsOfDifference = true

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(first, second, _, _) = (logistic (loss.sigma .* (first - second))).SoftplusOfMinus

    /// <summary>The loss of a σ.</summary>
    /// <param name="sigma">Finite, above 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="sigma"/> is not above 0 or not finite.</exception>
    new(sigma: float) =
        Check.positive (nameof sigma) sigma
        { sigma = sigma }

/// <summary>max(0, 1 − (s₁ − s₂)): a pair whose first should be above by 1.</summary>
[<Struct; NoEquality; NoComparison>]
type PairHinge =
    interface IPairs with
        static member IsOfDifference = true

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(first, second, _, _) = hinge (num 1.0 - (first - second))

/// <summary>σ(s₂ − s₁): smoothly, whether a pair is in the wrong order.</summary>
[<Struct; NoEquality; NoComparison>]
type PairZeroOne =
    interface IPairs with
        static member IsOfDifference = true

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(first, second, _, _) = (logistic (first - second)).SigmoidOfMinus

/// <summary>Of a pair the pinball loss, or the squared one, of the difference of its scores as a prediction of that of its targets.</summary>
[<Struct; NoEquality; NoComparison>]
type PairQuantile =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private tau: float
    val private squared: bool

    interface IPairs with
        static member IsOfDifference = true

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(first, second, firstTarget, secondTarget) =
            let tau = if loss.isGiven then loss.tau else 0.5
            let d = (firstTarget - secondTarget) - (first - second)
            let below, above = hinge d, hinge (num 0.0 - d)
            let lacks = if loss.squared then below * below else below
            let exceeds = if loss.squared then above * above else above
            weigh (num tau) lacks + weigh (num (Operators.(-) 1.0 tau)) exceeds

    /// <summary>The loss of its options.</summary>
    /// <param name="tau">τ, above 0, at most 1: what a difference that is too small weighs; one that is too large weighs 1 − τ.</param>
    /// <param name="squared">Whether differences are squared.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not above 0, or above 1.</exception>
    new(tau: float, squared: bool) =
        Check.inside (nameof tau) 0.0 (System.Math.BitIncrement 1.0) tau
        { isGiven = true; tau = tau; squared = squared }

/// <summary>What the pairs of a list weigh; constants for the gradient.</summary>
type PairWeighting =
    /// <summary>All the same.</summary>
    | Same = 0
    /// <summary>The difference of their targets.</summary>
    | LabelDifference = 1
    /// <summary>How much the list's DCG changes if they trade places: LambdaRank.</summary>
    | LambdaRank = 2
    /// <summary>The same with the discounts of how far they are apart: NDCG-Loss2.</summary>
    | NDCGLoss2 = 3
    /// <summary>LambdaRank's and μ times NDCG-Loss2's: NDCG-Loss2++.</summary>
    | NDCGLoss2PlusPlus = 4

/// <summary>How good an order is.</summary>
type RankMetric =
    /// <summary>Σ gain / log₂(1 + rank) over that of the best order.</summary>
    | NDCG = 0
    /// <summary>Σ gain / log₂(1 + rank).</summary>
    | DCG = 1
    /// <summary>The mean reciprocal rank: of the first relevant item.</summary>
    | MRR = 2
    /// <summary>Average precision: of the relevant items the share of relevant ones down to each.</summary>
    | AveragePrecision = 3
    /// <summary>The share of relevant items among those that are shown.</summary>
    | Precision = 4
    /// <summary>The share of the relevant items that are shown.</summary>
    | Recall = 5

/// <summary>What a relevance gains.</summary>
type RankGain =
    /// <summary>2ʸ − 1</summary>
    | Exponential = 0
    /// <summary>y</summary>
    | Linear = 1

/// <summary>What stands for the step that counts an item as above another.</summary>
type RankStep =
    /// <summary>The sigmoid of the difference over the temperature: an approximation.</summary>
    | Sigmoid = 0
    /// <summary>max(0, 1 + d), and 1 − max(0, 1 − d) for what is shown: a bound.</summary>
    | Hinge = 1

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>What the losses of lists have in common. <c>{ ListOptions.Default with Mask = mask }</c></summary>
[<NoComparison; ReferenceEquality>]
type ListOptions =
    {
        /// 1 for the items that there are and 0 for those that only fill a list up, whatever they are; none for all.
        Mask: Weights
        /// What each item weighs, or none.
        ItemWeights: Weights
    }

    /// All items, each once.
    static member Default = { Mask = Weights.None; ItemWeights = Weights.None }

    static member internal Given(mask: Weights | null, itemWeights: Weights | null) =
        {
            Mask = Option.ofObj mask |> Option.defaultValue ListOptions.Default.Mask
            ItemWeights = Option.ofObj itemWeights |> Option.defaultValue ListOptions.Default.ItemWeights
        }

/// <summary>The options of losses of weighted pairs. <c>{ PairOptions.Default with Weighting = PairWeighting.LambdaRank }</c></summary>
[<NoComparison; ReferenceEquality>]
type PairOptions =
    {
        /// 1 for the items that there are and 0 for those that only fill a list up, whatever they are; none for all.
        Mask: Weights
        /// What each item weighs as the first of its pairs, or none; its gain is multiplied by it, too.
        ItemWeights: Weights
        /// What the pairs weigh.
        Weighting: PairWeighting
        /// Whether gains are divided by the DCG of the best order.
        Normalized: bool
        /// How many items are shown, whose ranks alone count in a weighting; 0 for all.
        TopN: int
        /// μ of NDCG-Loss2++.
        Mu: float
    }

    /// All pairs the same; for a weighting gains as they are, all items shown, and a μ of 10.
    static member Default =
        {
            Mask = Weights.None
            ItemWeights = Weights.None
            Weighting = PairWeighting.Same
            Normalized = false
            TopN = 0
            Mu = 10.0
        }

    static member internal Given
        (
            mask: Weights | null,
            itemWeights: Weights | null,
            weighting: Nullable<PairWeighting>,
            normalized: Nullable<bool>,
            topN: Nullable<int>,
            mu: Nullable<float>
        ) =
        let own = ListOptions.Given(mask, itemWeights)

        {
            Mask = own.Mask
            ItemWeights = own.ItemWeights
            Weighting = weighting.GetValueOrDefault PairOptions.Default.Weighting
            Normalized = normalized.GetValueOrDefault PairOptions.Default.Normalized
            TopN = topN.GetValueOrDefault PairOptions.Default.TopN
            Mu = mu.GetValueOrDefault PairOptions.Default.Mu
        }

/// <summary>The options of <c>rankMetric</c>. <c>{ RankMetricOptions.Default with Temperature = 0.1 }</c></summary>
[<NoComparison; ReferenceEquality>]
type RankMetricOptions =
    {
        /// Which.
        Metric: RankMetric
        /// An approximation or a bound.
        Step: RankStep
        /// Of the sigmoid: how far apart scores are told apart.
        Temperature: float
        /// How many items are shown; 0 for all.
        TopN: int
        /// What a relevance gains in DCG and NDCG; the others have items relevant from 1 on.
        Gain: RankGain
        /// 1 for the items that there are and 0 for those that only fill a list up, whatever they are; none for all.
        Mask: Weights
    }

    /// NDCG of all items, approximated at a temperature of 1, with gains 2ʸ − 1.
    static member Default =
        {
            Metric = RankMetric.NDCG
            Step = RankStep.Sigmoid
            Temperature = 1.0
            TopN = 0
            Gain = RankGain.Exponential
            Mask = Weights.None
        }

    static member internal Given
        (
            metric: Nullable<RankMetric>,
            step: Nullable<RankStep>,
            temperature: Nullable<float>,
            topN: Nullable<int>,
            gain: Nullable<RankGain>,
            mask: Weights | null
        ) =
        {
            Metric = metric.GetValueOrDefault RankMetricOptions.Default.Metric
            Step = step.GetValueOrDefault RankMetricOptions.Default.Step
            Temperature = temperature.GetValueOrDefault RankMetricOptions.Default.Temperature
            TopN = topN.GetValueOrDefault RankMetricOptions.Default.TopN
            Gain = gain.GetValueOrDefault RankMetricOptions.Default.Gain
            Mask = Option.ofObj mask |> Option.defaultValue RankMetricOptions.Default.Mask
        }

/// Lists of items along the last axis, as (lists, length), some of which may not be there; and their pairs, (lists, length, length).
module internal Lists =

    /// A list for each place of the other axes.
    let rows (x: 'T) : 'T :> ITensor<'T> =
        let shape = shapeOf x
        reshape (Shape [| shape.Without(-1).Size; shape[-1] |]) x

    /// One value for each list.
    let perList (like: Shape) (values: 'T) : 'T :> ITensor<'T> = reshape (like.Without -1) values

    let check (mask: Weights) (itemWeights: Weights) (target: 'T) (scores: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull "mask" mask
        Check.notNull "itemWeights" itemWeights
        Check.notNull "target" target
        Check.notNull "prediction" scores
        Check.sameShape "target" target.Shape "prediction" scores.Shape

        if scores.Shape.Rank = 0 then
            raise (ArgumentException("prediction has shape (): there is no axis of lists.", "prediction"))

        for struct (name, weights) in [| struct ("mask", mask); struct ("itemWeights", itemWeights) |] do
            if not weights.IsNone then
                Check.broadcasts name weights.Shape "prediction" scores.Shape

        if not mask.IsNone then
            Check.mask "mask" mask

    /// A number for each pair of a list has room in a tensor.
    let checkPairs (scores: 'T) : unit when 'T :> ITensor<'T> =
        let shape = scores.Shape
        Check.room "prediction" shape (List.ofArray (shape.ToArray()) @ [ shape[-1] ]) "the pairs of its lists"


    /// Weights as (lists, length), 1 where there are none.
    let weights (given: Weights) (scores: 'T) : 'T :> ITensor<'T> =
        if given.IsNone then
            expand (rows scores).Shape (Notation.num 1.0)
        else
            constant scores given |> expand scores.Shape |> rows

    /// What is not there is 0, even in place of a NaN.
    let present (mask: Weights) (otherwise: float) (x: 'T) : 'T :> ITensor<'T> =
        if mask.IsNone then
            rows x
        else
            Notation.ifLess (Notation.num 0.0) (weights mask x) (rows x) (expand (rows x).Shape (Notation.num otherwise))

    let private pairShape (x: 'T) = Shape [| (shapeOf x)[0]; x.Shape[1]; x.Shape[1] |]

    let firsts (x: 'T) : 'T :> ITensor<'T> = x |> reshape (Shape [| x.Shape[0]; x.Shape[1]; 1 |]) |> expand (pairShape x)

    let seconds (x: 'T) : 'T :> ITensor<'T> = x |> reshape (Shape [| x.Shape[0]; 1; x.Shape[1] |]) |> expand (pairShape x)

    /// 1 where a is less than b, else 0; a constant.
    let isLess (a: 'T) (b: 'T) : 'T :> IReal<'T> =
        Notation.ifLess (Notation.detach a) (Notation.detach b) (Notation.num 1.0) (Notation.num 0.0)

    /// One for each pair of places.
    let byPlace (x: 'T) (number: int -> int -> float) : 'T :> ITensor<'T> =
        let length = (shapeOf x)[1]
        let numbers = Indices.matrix length length number
        'T.Create(x, ReadOnlySpan numbers, Shape [| 1; length; length |]) |> expand (pairShape x)

    /// The place of each item in the order of the scores, from 1; of equal ones the first is before.
    let ranks (mask: 'T) (x: 'T) : 'T :> ITensor<'T> =
        let above = isLess (firsts x) (seconds x)
        let tied = Notation.(-) (Notation.num 1.0) (Notation.(+) above (isLess (seconds x) (firsts x)))
        let before = Notation.(+) above (Notation.(*) tied (byPlace x (fun i j -> if j < i then 1.0 else 0.0)))
        Notation.(+) (Notation.num 1.0) (sumAlong 2 (Notation.(*) (seconds mask) before))

    /// 1 / log₂(1 + rank)
    let discount (rank: 'T) : 'T :> ITensor<'T> = Notation.(/) (Notation.num (log 2.0)) (Notation.log1p rank)

    let gain (gain: RankGain) (target: 'T) : 'T :> ITensor<'T> =
        match gain with
        | RankGain.Exponential -> Notation.expm1 (Notation.(.*) (log 2.0) target)
        | _ -> target

    /// The DCG of the best order of so many shown, where it is not 0; otherwise what is asked for.
    let best (topN: int) (otherwise: float) (gains: 'T) : 'T :> ITensor<'T> =
        let lists, length = (shapeOf gains)[0], gains.Shape[1]
        let discounts = Array.init length (fun k -> if topN > 0 && k >= topN then 0.0 else log 2.0 / log (float k + 2.0))
        let discounts = 'T.Create(gains, ReadOnlySpan discounts, Shape [| 1; length |]) |> expand gains.Shape
        let sum = sumAlong 1 (Notation.(*) ('T.Sort(gains, 1, true)) discounts)
        Notation.ifLess (Notation.num 0.0) sum sum (expand (Shape [| lists |]) (Notation.num otherwise))

    /// One number for each list, for each of its items.
    let spread (like: 'T) (perList: 'T) : 'T :> ITensor<'T> = perList |> reshape (Shape [| (shapeOf like)[0]; 1 |]) |> expand like.Shape

    /// 1 for the lists that have an item.
    let some (mask: 'T) : 'T :> ITensor<'T> = isLess (Notation.num 0.0) (sumAlong 1 mask)

    /// A NaN among the scores or targets that there are is in the value of its list, even where it does not count.
    let given (x: 'T) (t: 'T) (values: 'T) : 'T :> ITensor<'T> =
        Notation.given (sumAlong 1 (Notation.(+) (Notation.abs x) (Notation.abs t))) values

/// Pairs that weigh: of a definition of one's own, too.
[<AutoOpen>]
module WeightedPairs =

    let private checkWeighting (options: PairOptions) =
        if not (Enum.IsDefined options.Weighting) then
            raise (ArgumentOutOfRangeException("weighting", $"{Check.number (int64 options.Weighting)} is no weighting of pairs."))

        if options.TopN < 0 then
            raise (ArgumentOutOfRangeException("topN", $"topN is {Check.number options.TopN}, but it must be at least 0."))

        Check.notNegative "mu" options.Mu

    // (lists, length, length), a constant.
    let private weighting (options: PairOptions) (mask: 'T) (weights: 'T) (target: 'T) (scores: 'T) : 'T :> ITensor<'T> =
        let target, scores = Notation.detach target, Notation.detach scores
        let difference (x: 'T) = Notation.abs (Notation.(-) (Lists.firsts x) (Lists.seconds x))

        match options.Weighting with
        | PairWeighting.Same -> expand (Lists.firsts scores).Shape (Notation.num 1.0)
        | PairWeighting.LabelDifference -> difference target
        | _ ->
            let gains = Notation.(*) (Notation.(*) mask weights) (Lists.gain RankGain.Exponential target)

            let gains =
                if options.Normalized then
                    Notation.(/) gains (Lists.spread gains (Lists.best options.TopN 1.0 gains))
                else
                    gains

            let ranks = Lists.ranks mask scores

            let shown =
                if options.TopN > 0 then
                    Lists.isLess ranks (Notation.num (float options.TopN + 0.5))
                else
                    Notation.num 1.0

            let byRank () = difference (Notation.(*) shown (Lists.discount ranks))

            let byDistance () =
                let distance = difference ranks
                let next = Notation.(+) distance (Notation.num 1.0)
                // An item beside itself is no pair.
                let apart = Notation.max distance (Notation.num 1.0)
                let drop = Notation.(-) (Lists.discount apart) (Lists.discount next)
                let drop = Notation.ifLess (Notation.num 0.5) distance drop (Notation.num 0.0)

                if options.TopN > 0 then
                    let last = Notation.max (Lists.firsts ranks) (Lists.seconds ranks)
                    let scale = Notation.(/) (Notation.num 1.0) (Notation.(-) (Notation.num 1.0) (Lists.discount last))
                    let isBelow = Lists.isLess (Notation.num (float options.TopN + 0.5)) last
                    Notation.(*) drop (Notation.ifLess (Notation.num 0.5) isBelow scale (Notation.num 1.0))
                else
                    drop

            let change =
                match options.Weighting with
                | PairWeighting.LambdaRank -> byRank ()
                | PairWeighting.NDCGLoss2 -> byDistance ()
                | _ -> Notation.(+) (byRank ()) (Notation.weigh (Notation.num options.Mu) (byDistance ()))

            Notation.(*) (difference gains) change

    /// <summary>What the pairs of a list weigh: by their targets, or by how much it matters which of them is above the other.</summary>
    /// <param name="options">The weighting, and the items that there are.</param>
    /// <param name="target">How relevant each is: (…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>(…, L, L), a constant: of each first and each second.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>With gains G = 2ᵗ − 1 and ranks r: |tᵢ − tⱼ|; |Gᵢ − Gⱼ| |D(rᵢ) − D(rⱼ)| with D(r) = 1/log₂(1 + r); or, with d = |rᵢ − rⱼ|, |Gᵢ − Gⱼ| (D(d) − D(d + 1)). rax
    /// multiplies by L. Source: Burges, Microsoft Research MSR-TR-2010-82 (2010); Wang et al., CIKM 2018; rax.dcg_lambdaweight (2023).</remarks>
    let pairWeights (options: PairOptions) (target: 'T) (prediction: 'T) : 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Lists.check options.Mask options.ItemWeights target prediction
        Lists.checkPairs prediction
        checkWeighting options
        let mask = Lists.weights options.Mask prediction
        let present = Lists.present options.Mask 0.0

        let weights =
            weighting options mask (Lists.weights options.ItemWeights prediction) (present target) (present prediction)
            |> Notation.(*) (Notation.(*) (Lists.firsts mask) (Lists.seconds mask))

        reshape (prediction.Shape.Insert(prediction.Shape.Rank, prediction.Shape[-1])) weights

    /// <summary>The loss that a definition makes of the weighted pairs of lists, some of which are filled up.</summary>
    /// <param name="loss">A struct that holds the parameters: what a pair adds, and which pairs count.</param>
    /// <param name="options">What the pairs weigh, and the items that there are.</param>
    /// <param name="target">How relevant each is: (…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>For each list the sum over its pairs; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>Σ wᵢ wᵢⱼ loss(i, j), where the weights of the pairs are those of <c>pairWeights</c>, held fixed. Without options it is <c>pairs</c>, which stores no pair. Source: Wang et
    /// al., The LambdaLoss framework, CIKM 2018; rax.pairwise_logistic_loss (2023).</remarks>
    let weightedPairs
        (loss: 'L)
        (options: PairOptions)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> IPairs and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Lists.check options.Mask options.ItemWeights target prediction
        Lists.checkPairs prediction
        checkWeighting options
        let mask, weights = Lists.weights options.Mask prediction, Lists.weights options.ItemWeights prediction
        let x, t = Lists.present options.Mask 0.0 prediction, Lists.present options.Mask 0.0 target
        let present = Notation.(*) (Lists.firsts mask) (Lists.seconds mask)
        let weights = Notation.(*) (Lists.firsts weights) (weighting options mask weights t x)
        let struct (values, counts) = PairsDefinition.Weighted(loss, x, t, present, weights)
        LossValues(whole (Lists.perList prediction.Shape (Lists.given x t values)), Lists.perList prediction.Shape counts)

/// Losses of the order that scores put a list in.
[<AutoOpen>]
module Ranking =

    /// sigma of <c>rankNet</c> where none is given.
    [<Literal>]
    let RankNetSigma = 1.0

    /// axis of <c>rankNet</c> where none is given: the last.
    [<Literal>]
    let RankNetAxis = -1

    /// <summary>RankNet: of each pair in a list the nats by which the scores fail to put the more relevant first.</summary>
    /// <param name="sigma">σ, how steep the logistic function of a difference is; finite, above 0.</param>
    /// <param name="axis">The axis that the lists lie along; a negative one counts from the last.</param>
    /// <param name="target">How relevant each is, on any scale; any shape.</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats: for each list the sum over its pairs of different relevance; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="sigma"/> is not above 0 or not finite, or there is no such axis.</exception>
    /// <remarks>Σ log(1 + exp(−σ (sᵢ − sⱼ))) over the pairs with tᵢ &gt; tⱼ. Convex. Source: Burges et al., ICML 2005; rax.pairwise_logistic_loss (2023).</remarks>
    let rankNet (sigma: float) (axis: int) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pairs (RankNet sigma) axis target prediction

    /// axis of <c>pairHinge</c> where none is given: the last.
    [<Literal>]
    let PairHingeAxis = -1

    /// <summary>The hinge loss of pairs, RankSVM's: of each pair in a list by how much the more relevant's score is not 1 above the other's.</summary>
    /// <param name="axis">The axis that the lists lie along; a negative one counts from the last.</param>
    /// <param name="target">How relevant each is, on any scale; any shape.</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the scores: for each list the sum over its pairs of different relevance; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>Σ max(0, 1 − (sᵢ − sⱼ)) over the pairs with tᵢ &gt; tⱼ. Slope at the kink: 0. Convex. Source: Joachims, KDD 2002; rax.pairwise_hinge_loss (2023).</remarks>
    let pairHinge (axis: int) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pairs (PairHinge()) axis target prediction

    /// axis of <c>pairZeroOne</c> where none is given: the last.
    [<Literal>]
    let PairZeroOneAxis = -1

    /// <summary>The smooth zero-one loss of pairs: of each pair in a list the probability that it is in the wrong order.</summary>
    /// <param name="axis">The axis that the lists lie along; a negative one counts from the last.</param>
    /// <param name="target">How relevant each is, on any scale; any shape.</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit: for each list the sum over its pairs of different relevance; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>Σ σ(sⱼ − sᵢ) over the pairs with tᵢ &gt; tⱼ. Source: rax.pairwise_soft_zero_one_loss (2023).</remarks>
    let pairZeroOne (axis: int) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pairs (PairZeroOne()) axis target prediction

    /// tau of <c>pairQuantile</c> where none is given.
    [<Literal>]
    let PairQuantileTau = 0.5

    /// squared of <c>pairQuantile</c> where it is not given.
    [<Literal>]
    let PairQuantileSquared = false

    /// axis of <c>pairQuantile</c> where none is given: the last.
    [<Literal>]
    let PairQuantileAxis = -1

    /// <summary>Quantile regression of pairs: how far the difference of two scores is from that of their targets.</summary>
    /// <param name="tau">τ, above 0, at most 1: what a difference that is too small weighs; one that is too large weighs 1 − τ.</param>
    /// <param name="squared">Whether differences are squared.</param>
    /// <param name="axis">The axis that the lists lie along; a negative one counts from the last.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, or squared ones: for each list the sum over its pairs of different targets; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="tau"/> is not above 0 or above 1, or there is no such axis.</exception>
    /// <remarks>With d = (tᵢ − tⱼ) − (sᵢ − sⱼ): Σ τ max(0, d) + (1 − τ) max(0, −d) over the pairs with tᵢ &gt; tⱼ. Slope at the kink: 0. Convex.
    /// Source: rax.pairwise_qr_loss (2023).</remarks>
    let pairQuantile (tau: float) (squared: bool) (axis: int) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pairs (PairQuantile(tau, squared)) axis target prediction

    /// <summary>The squared error of pairs: how far the differences of scores are from those of their targets.</summary>
    /// <param name="options">The items that there are, and what each weighs as the first of its pairs.</param>
    /// <param name="target">(…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Squared units of the target: for each list the sum over all its L² ordered pairs; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A mask has another number than 0 and 1.</exception>
    /// <remarks>With d = s − t: Σᵢⱼ wᵢ (dᵢ − dⱼ)², which is Σ (L w + Σ w) (d − mean d)²; no pair is made. Convex. Source: rax.pairwise_mse_loss (2023).</remarks>
    let pairMSE (options: ListOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Lists.check options.Mask options.ItemWeights target prediction
        let mask = Lists.weights options.Mask prediction
        let weights = Notation.(*) mask (Lists.weights options.ItemWeights prediction)
        let d = Notation.(-) (Lists.present options.Mask 0.0 prediction) (Lists.present options.Mask 0.0 target)
        let count, total = sumAlong 1 mask, sumAlong 1 weights
        let centre = Notation.(/) (sumAlong 1 (Notation.weigh mask d)) (Notation.max count (Notation.num 1.0))
        let rest = Notation.(-) d (Lists.spread d centre)
        let share = Notation.(+) (Notation.(*) (Lists.spread d count) weights) (Notation.(*) (Lists.spread d total) mask)
        let values = sumAlong 1 (Notation.weigh share (Notation.(*) rest rest))
        LossValues(whole (Lists.perList prediction.Shape values), Lists.perList prediction.Shape (Notation.(*) count count))

    /// sigma of <c>lambdaLoss</c> where none is given.
    [<Literal>]
    let LambdaLossSigma = 1.0

    /// <summary>RankNet's loss of weighted pairs: LambdaRank, NDCG-Loss2 and NDCG-Loss2++, and RankNet of lists that are filled up.</summary>
    /// <param name="sigma">σ, how steep the logistic function of a difference is; finite, above 0.</param>
    /// <param name="options">What the pairs weigh, and the items that there are.</param>
    /// <param name="target">How relevant each is: (…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats: for each list the sum over its pairs of different relevance; a mean divides by how many they are.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="sigma"/> is not above 0 or not finite, or an option is outside its range.</exception>
    /// <remarks>Σ wᵢ wᵢⱼ log(1 + exp(−σ (sᵢ − sⱼ))) over the pairs with tᵢ &gt; tⱼ, where the weights of the pairs are those of <c>pairWeights</c>, held fixed. Source: Burges, Microsoft
    /// Research MSR-TR-2010-82 (2010); Wang et al., The LambdaLoss framework, CIKM 2018.</remarks>
    let lambdaLoss (sigma: float) (options: PairOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        weightedPairs (RankNet sigma) options target prediction

    // Those that are not there have no share.
    let private logits (options: ListOptions) (scores: 'T) : 'T :> ITensor<'T> = Lists.present options.Mask Double.NegativeInfinity scores

    let private relevance (options: ListOptions) (target: 'T) : 'T :> ITensor<'T> =
        Notation.(*) (Lists.present options.Mask 0.0 target) (Lists.weights options.ItemWeights target)

    let private ofLists (options: ListOptions) (prediction: 'T) (values: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let values = whole (Lists.perList prediction.Shape values)

        if options.Mask.IsNone then
            LossValues values
        else
            LossValues(values, Lists.perList prediction.Shape (Lists.some (Lists.weights options.Mask prediction)))

    let private softmaxOfLists (options: ListOptions) (target: 'T) (prediction: 'T) : struct ('T * 'T * 'T) when 'T :> ITensor<'T> =
        let logarithms, relevance = 'T.LogSoftmax(logits options prediction, 1), relevance options target
        let minus (x: 'T) = Notation.(-) (Notation.num 0.0) x
        struct (logarithms, relevance, minus (sumAlong 1 (Notation.weigh relevance logarithms)))

    let private notNegative (options: ListOptions) (target: 'T) (loss: LossValues<'T>) : LossValues<'T> when 'T :> ITensor<'T> =
        let present = reshape target.Shape (Lists.present options.Mask 0.0 target)
        loss.WithinRows(Domain.NotNegative, present, target.Shape.Rank - 1, nameof target)

    /// <summary>ListNet's loss: the cross-entropy of a softmax over a list with how relevant its items are.</summary>
    /// <param name="options">The items that there are, and what each weighs.</param>
    /// <param name="target">How relevant each is, at least 0; they need not sum to 1: (…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, one for each list; 0 for one without a relevant item. A mean divides by the number of lists that have an item.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is negative, or a mask has another number than 0 and 1; it says which, where.</exception>
    /// <remarks>−Σ w t log softmax(s). Convex. Source: Cao et al., Learning to rank: from pairwise approach to listwise approach, ICML 2007;
    /// rax.softmax_loss (2023).</remarks>
    let listNet (options: ListOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Lists.check options.Mask options.ItemWeights target prediction
        Check.notEmptyAxis (nameof prediction) prediction.Shape -1 "items"
        let struct (_, _, values) = softmaxOfLists options target prediction
        ofLists options prediction values |> notNegative options target

    /// epsilon of <c>poly1ListNet</c> where none is given.
    [<Literal>]
    let Poly1ListNetEpsilon = 1.0

    /// <summary>ListNet's loss with the first term of its series in 1 − p counting more.</summary>
    /// <param name="epsilon">ε, finite: how much more.</param>
    /// <param name="options">The items that there are, and what each weighs.</param>
    /// <param name="target">How relevant each is, at least 0; they need not sum to 1: (…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, one for each list. A mean divides by the number of lists that have an item.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">ε is not finite, a target is negative, or a mask has another number than 0 and 1; it says which, where.</exception>
    /// <remarks>−Σ w t log p + ε Σ q (1 − p), with p the softmax and q the targets w t over their sum, all alike where that is 0. Source: Leng et al., PolyLoss, ICLR 2022;
    /// rax.poly1_softmax_loss (2023).</remarks>
    let poly1ListNet (epsilon: float) (options: ListOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.finite (nameof epsilon) epsilon
        Check.notNull (nameof options) options
        Lists.check options.Mask options.ItemWeights target prediction
        Check.notEmptyAxis (nameof prediction) prediction.Shape -1 "items"
        let struct (logarithms, relevance, values) = softmaxOfLists options target prediction
        let mask = Lists.weights options.Mask prediction
        let total = Lists.spread mask (sumAlong 1 relevance)
        let alike = Notation.(/) mask (Lists.spread mask (Notation.max (sumAlong 1 mask) (Notation.num 1.0)))
        let shares = Notation.ifLess (Notation.num 0.0) (Notation.abs total) (Notation.(/) relevance total) alike
        // 1 − p
        let rest = Notation.(-) (Notation.num 0.0) (Notation.expm1 logarithms)
        let first = sumAlong 1 (Notation.weigh shares rest)

        ofLists options prediction (Notation.(+) values (Notation.weigh (Notation.num epsilon) first))
        |> notNegative options target

    /// <summary>The unique softmax: of each item a cross-entropy among itself and the less relevant ones, so that no relevant item competes with another.</summary>
    /// <param name="options">The items that there are, and what each weighs.</param>
    /// <param name="target">How relevant each is: (…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, one for each list. A mean divides by the number of lists that have an item.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A mask has another number than 0 and 1.</exception>
    /// <remarks>Σᵢ wᵢ (2^tᵢ − 1) log(1 + Σ_{tⱼ &lt; tᵢ} exp(sⱼ − sᵢ)). Convex where no target is negative. Its memory grows with L². Source: Zhu and Klabjan, Listwise learning to rank by
    /// exploring unique ratings, WSDM 2020; rax.unique_softmax_loss (2023).</remarks>
    let uniqueSoftmax (options: ListOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Lists.check options.Mask options.ItemWeights target prediction
        Check.notEmptyAxis (nameof prediction) prediction.Shape -1 "items"
        Lists.checkPairs prediction
        let mask = Lists.weights options.Mask prediction
        let x, t = Lists.present options.Mask 0.0 prediction, Lists.present options.Mask 0.0 target
        let isBelow = Notation.(*) (Lists.seconds mask) (Lists.isLess (Lists.seconds t) (Lists.firsts t))
        let none = expand isBelow.Shape (Notation.num Double.NegativeInfinity)
        let below = 'T.LogSumExp(Notation.ifLess (Notation.num 0.5) isBelow (Lists.seconds x) none, 2)
        let weights = Notation.(*) mask (Lists.weights options.ItemWeights prediction)
        let gains = Notation.(*) weights (Lists.gain RankGain.Exponential t)
        let terms = Notation.weigh gains (Notation.softplus (Notation.(-) below x))
        ofLists options prediction (Lists.given x t (sumAlong 1 terms))

    /// ties of <c>listMLE</c> where none are given.
    [<Literal>]
    let ListMLETies = Ties.ByPlace

    /// <summary>ListMLE: the likelihood of the order of relevance, where each place is filled by a softmax over the items that are left.</summary>
    /// <param name="ties">What becomes of equal relevances.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up, whatever they are; none for all.</param>
    /// <param name="target">How relevant each is, row-major: one number for each score.</param>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <returns>Nats, one for each list. A mean divides by the number of lists that have an item.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A relevance of an item that there is is NaN, or a mask has another number than 0 and 1; it says which.</exception>
    /// <remarks>Σ_k (log Σ_{l ≥ k} exp s_l − s_k) in the order of falling relevance: Cox's partial likelihood with relevance for an early time. Convex. Source: Xia et al., Listwise approach
    /// to learning to rank, ICML 2008; rax.listmle_loss (2023).</remarks>
    let listMLE (ties: Ties) (mask: Weights) (target: float[]) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        RiskSets.checkTies ties
        Check.notNull (nameof mask) mask
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        Lists.check mask Weights.None prediction prediction
        RiskSets.checkCount (nameof target) target.Length (nameof prediction) prediction.Shape
        let shape = prediction.Shape
        let length = max 1 shape[-1]

        let isThere =
            if mask.IsNone then
                Array.create target.Length true
            else
                // Row-major, broadcast from its last axes.
                let values, own = mask.Values.ToArray(), mask.Shape

                Array.init target.Length (fun i ->
                    let mutable rest, place, stride = i, 0, 1

                    for axis in 1 .. shape.Rank do
                        if axis <= own.Rank then
                            if own[-axis] > 1 then
                                place <- place + rest % shape[-axis] * stride

                            stride <- stride * own[-axis]

                        rest <- rest / shape[-axis]

                    values[place] > 0.0)

        let times = Array.mapi (fun i isThere -> if isThere then -target[i] else 0.0) isThere
        RiskSets.checkTimes (nameof target) times
        let lists = Array.init target.Length (fun i -> i / length)
        let weights = if mask.IsNone then [||] else isThere |> Array.map (fun isThere -> if isThere then 1.0 else 0.0)
        let scores = Lists.present mask 0.0 prediction |> reshape (Shape [| target.Length |])
        let values = RiskSets.values ties lists times isThere weights scores |> reshape (Lists.rows prediction).Shape
        ofLists { ListOptions.Default with Mask = mask } prediction (sumAlong 1 values)

    let private checkMetric (options: RankMetricOptions) =
        let isDefined = Enum.IsDefined options.Metric && Enum.IsDefined options.Step && Enum.IsDefined options.Gain

        if not isDefined then
            let name =
                if not (Enum.IsDefined options.Metric) then "metric"
                elif not (Enum.IsDefined options.Step) then "step"
                else "gain"

            raise (ArgumentOutOfRangeException(name, $"there is no such {name}."))

        Check.positive "temperature" options.Temperature

        if options.TopN < 0 then
            raise (ArgumentOutOfRangeException("topN", $"topN is {Check.number options.TopN}, but it must be at least 0."))

    /// <summary>A metric of ranking with smooth ranks, negated: ApproxNDCG and its relatives, or a bound of them.</summary>
    /// <param name="options">The metric, how ranks are smoothed, how many items are shown.</param>
    /// <param name="target">How relevant each is, at least 0: (…, L).</param>
    /// <param name="prediction">Scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Minus the metric, one for each list; 0 for one without a relevant item. A mean divides by the number of lists that have an item.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The rank of an item is 1 + Σ step(sⱼ − sᵢ) over the others, and what is shown step(c − r), with c halfway between the ranks on both sides of the cut, held fixed. Its memory grows
    /// with L². Source: Qin, Liu and Li, Inf. Retr. 13 (2010) 375–397; rax.approx_t12n, rax.bound_t12n (2023).</remarks>
    let rankMetric (options: RankMetricOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Lists.check options.Mask Weights.None target prediction
        Lists.checkPairs prediction
        checkMetric options
        let mask = Lists.weights options.Mask prediction
        let x, t = Lists.present options.Mask 0.0 prediction, Lists.present options.Mask 0.0 target
        let zero, one = Notation.num 0.0, Notation.num 1.0
        let length = x.Shape[1]

        let sigmoid (d: 'T) = (Notation.logistic (Notation.(.*) (1.0 / options.Temperature) d)).Sigmoid
        let difference = Notation.(-) (Lists.seconds x) (Lists.firsts x)

        let above =
            if options.Step = RankStep.Sigmoid then
                sigmoid difference
            else
                Notation.hinge (Notation.(+) difference one)

        let others = Notation.(*) (Lists.seconds mask) (Lists.byPlace x (fun i j -> if i = j then 0.0 else 1.0))
        let ranks = Notation.(+) one (sumAlong 2 (Notation.weigh others above))

        let shown =
            if options.TopN = 0 || length <= options.TopN then
                mask
            else
                let absent =
                    Notation.ifLess
                        zero
                        mask
                        (Notation.(-) zero (Notation.detach ranks))
                        (expand mask.Shape (Notation.num Double.NegativeInfinity))

                let sorted = 'T.Sort(absent, 1, true)
                let at k = 'T.Slice(sorted, 1, k, 1)
                let cut = Notation.(.*) 0.5 (Notation.(+) (at (options.TopN - 1)) (at options.TopN)) |> expand mask.Shape
                let d = Notation.(-) (Notation.(-) zero ranks) cut

                let steps =
                    if options.Step = RankStep.Sigmoid then
                        sigmoid d
                    else
                        Notation.(-) one (Notation.hinge (Notation.(-) one d))

                Notation.weigh mask steps

        let isRelevant = Notation.(*) mask (Notation.(-) one (Lists.isLess t one))
        let count (x: 'T) = sumAlong 1 x
        // 0 where there is nothing to divide by.
        let quotient (a: 'T) (b: 'T) =
            Notation.ifLess zero (Notation.abs b) (Notation.(/) a (Notation.ifLess zero (Notation.abs b) b one)) zero

        let dcg gains = count (Notation.weigh (Notation.(*) mask gains) (Notation.(*) shown (Lists.discount ranks)))

        let metric =
            match options.Metric with
            | RankMetric.MRR -> 'T.Largest(Notation.weigh isRelevant (Notation.(/) shown ranks), 1)
            | RankMetric.Recall -> quotient (count (Notation.weigh isRelevant shown)) (count isRelevant)
            | RankMetric.Precision -> quotient (count (Notation.weigh isRelevant shown)) (count shown)
            | RankMetric.AveragePrecision ->
                let upTo = Notation.(-) one (Lists.isLess (Lists.firsts ranks) (Lists.seconds ranks))
                let relevantUpTo = sumAlong 2 (Notation.(*) (Lists.seconds isRelevant) upTo)
                let precisions = Notation.(/) (Notation.(*) shown relevantUpTo) ranks
                quotient (count (Notation.weigh isRelevant precisions)) (count isRelevant)
            | RankMetric.DCG -> dcg (Lists.gain options.Gain t)
            | _ ->
                let gains = Notation.weigh mask (Lists.gain options.Gain t)
                Notation.(/) (dcg gains) (Lists.best options.TopN 1.0 gains)

        ofLists { ListOptions.Default with Mask = options.Mask } prediction (Lists.given x t (Notation.(-) zero metric))
