namespace Losses

/// <summary>How far two embeddings are from each other.</summary>
type EmbeddingDistance =
    /// <summary>‖a − b‖</summary>
    | Euclidean = 0
    /// <summary>‖a − b‖²</summary>
    | SquaredEuclidean = 1
    /// <summary>−a·b: of normalized embeddings minus the cosine.</summary>
    | Dot = 2
    /// <summary>The variance of a − b over that of a, the anchor.</summary>
    | SignalToNoise = 3

/// <summary>What a mean of a loss of pairs or triplets divides by.</summary>
type PairCounting =
    /// <summary>The number of all that there are.</summary>
    | All = 0
    /// <summary>The number of those whose loss is above 0.</summary>
    | NonZero = 1

/// <summary>Which triplets of a batch count.</summary>
type TripletMining =
    /// <summary>All.</summary>
    | All = 0
    /// <summary>Of each anchor its farthest positive and its nearest negative.</summary>
    | Hard = 1
    /// <summary>Of each anchor and positive the nearest negative that is farther than the positive, or the farthest one where none is.</summary>
    | SemiHard = 2

/// <summary>What the negatives before a positive cost: f of their number R.</summary>
type NegativesBefore =
    /// <summary>R</summary>
    | Linear = 0
    /// <summary>log(1 + R)</summary>
    | Logarithm = 1
    /// <summary>1 − (1 + R)^−α</summary>
    | Saturating = 2
    /// <summary>(1 + R) log(1 + R)</summary>
    | Increasing = 3
    /// <summary>(b R − log(1 + b R)) / b²</summary>
    | Bounded = 4

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>What losses of a labelled batch have in common. <c>{ MetricOptions.Default with Anchors = 32 }</c></summary>
[<NoComparison; ReferenceEquality>]
type MetricOptions =
    {
        /// How far embeddings are from each other.
        Distance: EmbeddingDistance
        /// Whether they are made as long as 1.
        Normalized: bool
        /// How many of the first embeddings are anchors, which look for their like among the rest: another view of them, or a memory; 0 where each looks among all others.
        Anchors: int
        /// What a mean divides by.
        Counting: PairCounting
    }

    /// Euclidean distances of embeddings of length 1, of which each looks among all others; a mean is over all pairs.
    static member Default =
        {
            Distance = EmbeddingDistance.Euclidean
            Normalized = true
            Anchors = 0
            Counting = PairCounting.All
        }

    static member internal Given
        (distance: Nullable<EmbeddingDistance>, normalized: Nullable<bool>, anchors: Nullable<int>, counting: Nullable<PairCounting>)
        =
        let own = MetricOptions.Default

        {
            Distance = distance.GetValueOrDefault own.Distance
            Normalized = normalized.GetValueOrDefault own.Normalized
            Anchors = anchors.GetValueOrDefault own.Anchors
            Counting = counting.GetValueOrDefault own.Counting
        }

    // Where cosines are what a loss is of.
    static member internal GivenOfCosines
        (distance: Nullable<EmbeddingDistance>, normalized: Nullable<bool>, anchors: Nullable<int>, counting: Nullable<PairCounting>)
        =
        MetricOptions.Given(Nullable(distance.GetValueOrDefault EmbeddingDistance.Dot), normalized, anchors, counting)

/// <summary>The options of <c>rankedList</c>. <c>{ RankedListOptions.Default with Alpha = 1.4 }</c></summary>
[<NoComparison; ReferenceEquality>]
type RankedListOptions =
    {
        /// How far negatives should be at least; finite.
        Alpha: float
        /// How much nearer than that positives should be; finite.
        Margin: float
        /// What the negatives weigh, from 0 to 1; the positives weigh the rest.
        Imbalance: float
        /// How much more a positive weighs the farther it is; finite.
        PositiveTemperature: float
        /// How much more a negative weighs the nearer it is; finite.
        NegativeTemperature: float
        /// What each embedding adds to the sum of the weights; at least 0.
        Eps: float
    }

    /// Those of the paper: α = 1.2, a margin of 0.4, halves, and weights of e^10d for negatives alone.
    static member Default =
        {
            Alpha = 1.2
            Margin = 0.4
            Imbalance = 0.5
            PositiveTemperature = 0.0
            NegativeTemperature = 10.0
            Eps = 1e-5
        }

    static member internal Given
        (
            alpha: Nullable<float>,
            margin: Nullable<float>,
            imbalance: Nullable<float>,
            positiveTemperature: Nullable<float>,
            negativeTemperature: Nullable<float>,
            eps: Nullable<float>
        ) =
        let own = RankedListOptions.Default

        {
            Alpha = alpha.GetValueOrDefault own.Alpha
            Margin = margin.GetValueOrDefault own.Margin
            Imbalance = imbalance.GetValueOrDefault own.Imbalance
            PositiveTemperature = positiveTemperature.GetValueOrDefault own.PositiveTemperature
            NegativeTemperature = negativeTemperature.GetValueOrDefault own.NegativeTemperature
            Eps = eps.GetValueOrDefault own.Eps
        }

/// A batch of embeddings of which some are alike: what each of some anchors sees.
module internal LabelledBatch =

    open Losses.FSharp.Notation

    /// Anchors beside all that they are compared with, as (anchors, others): how far they are, and 1 for what is alike and for what is not.
    [<Struct; NoEquality; NoComparison>]
    type Seen<'T> = { Far: 'T; Alike: 'T; Unlike: 'T; Others: 'T; Own: 'T[] }

    let check (anchors: int) (identities: Labels) (embeddings: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull "identities" identities
        Check.notNull "embeddings" embeddings

        if embeddings.Shape.Rank <> 2 then
            raise (ArgumentException($"embeddings has shape {embeddings.Shape}; it must be a matrix.", "embeddings"))

        Check.notEmptyAxis "embeddings" embeddings.Shape 1 "features"

        Check.shape "identities" identities.Shape (embeddings.Shape.Without 1) (fun () -> $"embeddings has shape {embeddings.Shape}")

        if anchors < 0 || anchors > embeddings.Shape[0] then
            raise (
                ArgumentOutOfRangeException(
                    "anchors",
                    $"anchors is {Check.number anchors}, but it must be from 0 to {Check.number embeddings.Shape[0]}."
                )
            )

    let checkOptions (options: MetricOptions) : unit =
        Check.notNull "options" options

        if not (Enum.IsDefined options.Distance) then
            raise (ArgumentOutOfRangeException("distance", $"{Check.number (int64 options.Distance)} is no distance."))

        if not (Enum.IsDefined options.Counting) then
            raise (ArgumentOutOfRangeException("counting", $"{Check.number (int64 options.Counting)} is no way to count."))

    let private far (distance: EmbeddingDistance) (others: 'T) (anchors: 'T) : 'T :> ITensor<'T> =
        match distance with
        | EmbeddingDistance.Euclidean -> cdist 2.0 others anchors
        | EmbeddingDistance.SquaredEuclidean -> let d = cdist 2.0 others anchors in d * d
        | EmbeddingDistance.Dot -> num 0.0 - productsOfRows others anchors
        | _ ->
            let own = centred 1 anchors
            let d = cdist 2.0 (centred 1 others) own
            d * d / expand d.Shape ('T.Sum(own * own, ReadOnlySpan [| 1 |], true))

    /// Whose the anchors are and whose the others, and whether an anchor is among the others.
    let sides (anchors: int) (identities: Labels) : struct (int[] * int[] * bool) =
        let all = identities.Indices.ToArray()

        if anchors = 0 then
            struct (all, all, true)
        else
            struct (Array.truncate anchors all, Array.skip anchors all, false)

    /// So many numbers for each anchor, (anchors, count), of some anchors at a time, with numbers of their own; of each, so many numbers are stored for each of the others.
    let byAnchor
        (each: int -> int[])
        (options: MetricOptions)
        (identities: Labels)
        (ofAnchors: 'T[])
        (embeddings: 'T)
        (values: Seen<'T> -> 'T)
        : 'T :> ITensor<'T> =
        let rows = if options.Normalized then unitRows embeddings else embeddings
        let struct (own, others, isAmong) = sides options.Anchors identities
        let count = others.Length

        let side start count = if options.Anchors = 0 then rows else 'T.Slice(rows, 0, start, count)

        let anchorRows, otherRows = side 0 own.Length, side own.Length count

        let seen start (x: 'T[]) : 'T =
            let last = Operators.(-) x.Length 1

            let matrix (number: int -> int -> bool) (like: 'T) : 'T =
                let counts i j =
                    let i = Operators.(+) start i
                    if (isAmong && i = j) || not (number i j) then 0.0 else 1.0

                constants like x[0].Shape[0] count counts

            let far = far options.Distance x[last] x[0]

            values
                {
                    Far = far
                    Alike = matrix (fun i j -> own[i] = others[j]) far
                    Unlike = matrix (fun i j -> own[i] <> others[j]) far
                    Others = x[last]
                    Own = Array.sub x 1 (Operators.(-) last 1)
                }

        byRows (Array.append [| Operators.max 1 count |] (each count)) seen (Array.append [| anchorRows |] ofAnchors) [| otherRows |]

    /// Whether there is none of a kind.
    let isEmpty (anchors: int) (identities: Labels) : bool =
        let struct (own, others, _) = sides anchors identities
        own.Length = 0 || others.Length = 0

    /// A column of what byAnchor gives.
    let part (k: int) (x: 'T) : 'T :> ITensor<'T> = 'T.Slice(x, 1, k, 1) |> reshape (Shape [| x.Shape[0] |])

    /// Columns side by side.
    let columns (x: 'T[]) : 'T :> ITensor<'T> =
        'T.Concatenate(ReadOnlySpan(x |> Array.map (fun y -> reshape (Shape [| y.Shape[0]; 1 |]) y)), 1)

    /// 1 where a number is above 0; a constant.
    let isAbove (x: 'T) : 'T :> IReal<'T> = Lists.isLess (num 0.0) x

    /// What counts: all, or where a value is above 0.
    let counts (options: MetricOptions) (mask: 'T) (values: 'T) : 'T :> ITensor<'T> =
        if options.Counting = PairCounting.All then mask else mask * isAbove values

    /// Sums and what they count. Where nothing does each sum, which is 0, counts once: the mean is 0, too.
    let counted (values: 'T) (counts: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let total = expand values.Shape (sumAll counts)
        LossValues(whole values, ifLess (num 0.0) total counts (expand values.Shape (num 1.0)))

    /// A NaN among the distances of an anchor is in its values.
    let seeing (seen: Seen<'T>) (values: 'T) : 'T :> ITensor<'T> = given (sumAlong 1 seen.Far) values

    /// 1 for the first of the largest along the last axis where a mask is 1, for none where it is 0 everywhere; a constant.
    let firstLargest (mask: 'T) (x: 'T) : 'T :> ITensor<'T> =
        let axis = Operators.(-) (shapeOf x).Rank 1
        let x = detach (ifLess (num 0.0) mask x (expand x.Shape (num Double.NegativeInfinity)))
        let most = 'T.Largest(x, axis) |> reshape (x.Shape.With(axis, 1)) |> expand x.Shape
        let isMost = detach (mask * (num 1.0 - Lists.isLess x most))
        isMost * Lists.isLess ('T.CumulativeSum(isMost, axis)) (expand x.Shape (num 1.5))

/// Losses of all pairs or triplets of a batch of embeddings of which some are alike. Each anchor has a value; no pair is stored but those of a block of anchors.
[<AutoOpen>]
module Metric =

    open Losses.FSharp.Notation
    open LabelledBatch

    /// positiveMargin of <c>contrastive</c> where none is given.
    [<Literal>]
    let ContrastivePositiveMargin = 0.0

    /// negativeMargin of <c>contrastive</c> where none is given.
    [<Literal>]
    let ContrastiveNegativeMargin = 1.0

    /// mining of <c>batchTriplet</c> where none is given.
    [<Literal>]
    let BatchTripletMining = TripletMining.All

    /// smooth of <c>batchTriplet</c> where none is given.
    [<Literal>]
    let BatchTripletSmooth = false

    /// margin of <c>batchTriplet</c> where none is given.
    [<Literal>]
    let BatchTripletMargin = 0.2

    /// byTriplets of <c>distanceMargin</c> where none is given.
    [<Literal>]
    let DistanceMarginByTriplets = false

    /// nu of <c>distanceMargin</c> where none is given.
    [<Literal>]
    let DistanceMarginNu = 0.0

    /// margin of <c>distanceMargin</c> where none is given.
    [<Literal>]
    let DistanceMarginMargin = 0.2

    /// alpha of <c>multiSimilarity</c> where none is given.
    [<Literal>]
    let MultiSimilarityAlpha = 2.0

    /// beta of <c>multiSimilarity</c> where none is given.
    [<Literal>]
    let MultiSimilarityBeta = 50.0

    /// threshold of <c>multiSimilarity</c> where none is given.
    [<Literal>]
    let MultiSimilarityThreshold = 0.5

    /// epsilon of <c>multiSimilarity</c> where none is given: all pairs.
    [<Literal>]
    let MultiSimilarityEpsilon = Double.PositiveInfinity

    /// detached of <c>circle</c> where none is given.
    [<Literal>]
    let CircleDetached = true

    /// gamma of <c>circle</c> where none is given.
    [<Literal>]
    let CircleGamma = 80.0

    /// margin of <c>circle</c> where none is given.
    [<Literal>]
    let CircleMargin = 0.4

    /// temperature of <c>ntXent</c> where none is given.
    [<Literal>]
    let NTXentTemperature = 0.07

    /// temperature of <c>supCon</c> where none is given.
    [<Literal>]
    let SupConTemperature = 0.1

    /// scale of <c>nca</c> where none is given.
    [<Literal>]
    let NCAScale = 1.0

    /// scale of <c>tupletMargin</c> where none is given.
    [<Literal>]
    let TupletMarginScale = 64.0

    /// margin of <c>tupletMargin</c> where none is given: radians.
    [<Literal>]
    let TupletMarginMargin = 0.1

    /// anchors of <c>tupletMargin</c> where none is given.
    [<Literal>]
    let TupletMarginAnchors = 0

    /// alpha of <c>angular</c> where none is given: 40°, in radians.
    [<Literal>]
    let AngularAlpha = 0.6981317007977318

    /// normalized of <c>angular</c> where none is given.
    [<Literal>]
    let AngularNormalized = true

    /// anchors of <c>angular</c> where none is given.
    [<Literal>]
    let AngularAnchors = 0

    /// cost of <c>negativesBefore</c> where none is given.
    [<Literal>]
    let NegativesBeforeCost = NegativesBefore.Linear

    /// alpha of <c>negativesBefore</c> where none is given.
    [<Literal>]
    let NegativesBeforeAlpha = 4.0

    /// b of <c>negativesBefore</c> where none is given.
    [<Literal>]
    let NegativesBeforeB = 2.0

    /// temperature of <c>negativesBefore</c> where none is given.
    [<Literal>]
    let NegativesBeforeTemperature = 0.01

    /// bins of <c>fastAP</c> where none is given.
    [<Literal>]
    let FastAPBins = 10

    // A histogram of each anchor has room.
    let private checkBins (bins: int) : unit =
        if bins < 1 || bins > 1048576 then
            raise (ArgumentOutOfRangeException(nameof bins, $"bins is {Check.number bins}, but it must be from 1 to 1048576."))

    // Nothing for no anchors; where there is nothing to compare them with, 0 for each.
    let private orNothing
        (anchors: int)
        (identities: Labels)
        (embeddings: 'T)
        (loss: unit -> LossValues<'T>)
        : LossValues<'T> when 'T :> ITensor<'T> =
        if isEmpty anchors identities then
            let rows = if anchors = 0 then embeddings else 'T.Slice(embeddings, 0, 0, anchors)
            LossValues(sumAlong 1 (num 0.0 * rows))
        else
            loss ()

    // A loss of each anchor that counts; what a value is, and 1 where it does.
    let private ofAnchors
        (each: int -> int[])
        (options: MetricOptions)
        (identities: Labels)
        (embeddings: 'T)
        (value: Seen<'T> -> struct ('T * 'T))
        : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        check options.Anchors identities embeddings

        orNothing options.Anchors identities embeddings (fun () ->
            let values =
                byAnchor each options identities [||] embeddings (fun seen ->
                    let struct (value, counts) = value seen
                    columns [| seeing seen value; counts |])

            counted (part 0 values) (detach (part 1 values)))

    // No more than a number for each pair, or one for each pair of pairs.
    let private none (_: int) : int[] = [||]
    let private pairs' (count: int) : int[] = [| count |]

    let private countIf (options: MetricOptions) (has: 'T) (value: 'T) : struct ('T * 'T) when 'T :> ITensor<'T> =
        struct (weigh has value, counts options has value)

    /// <summary>Contrastive loss: pairs that are alike should be near, all others far.</summary>
    /// <param name="positiveMargin">How far what is alike may be, a distance; of dot products, how similar it should be.</param>
    /// <param name="negativeMargin">How far what is not alike should be; of dot products, how similar it may be.</param>
    /// <param name="options">The distance, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>One for each anchor: their mean is the loss. Units of the distance.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A number is not finite, or an option is outside its range.</exception>
    /// <remarks>The mean of max(0, d − m⁺) over pairs that are alike, + that of max(0, m⁻ − d) over those that are not: of all, or of those above 0. The mean of no pairs is 0. Slope at
    /// a kink and of a distance of 0: 0. Source: Hadsell, Chopra and LeCun, CVPR 2006; PyTorch Metric Learning's ContrastiveLoss, not squared.</remarks>
    let contrastive
        (positiveMargin: float)
        (negativeMargin: float)
        (options: MetricOptions)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.finite (nameof positiveMargin) positiveMargin
        Check.finite (nameof negativeMargin) negativeMargin
        checkOptions options
        check options.Anchors identities embeddings

        orNothing options.Anchors identities embeddings (fun () ->
            let sign = if options.Distance = EmbeddingDistance.Dot then -1.0 else 1.0

            let values =
                byAnchor none options identities [||] embeddings (fun seen ->
                    let side mask lack =
                        let loss = hinge lack
                        struct (sumAlong 1 (weigh mask loss), sumAlong 1 (counts options mask loss))

                    let struct (near, nears) = side seen.Alike (seen.Far - num (sign *. positiveMargin))
                    let struct (far, fars) = side seen.Unlike (num (sign *. negativeMargin) - seen.Far)
                    columns [| seeing seen near; nears; far; fars |])

            let share k counts =
                let total = sumAll (detach (part counts values))
                let total = ifLess (num 0.0) total total (num 1.0)
                part k values / expand (Shape [| values.Shape[0] |]) total

            LossValues(whole (num (float values.Shape[0]) * (share 0 1 + share 2 3))))

    /// <summary>Triplet loss over a batch: an anchor should be nearer to what is like it than to what is not, by a margin.</summary>
    /// <param name="mining">Which triplets count.</param>
    /// <param name="smooth">Whether a loss is log(1 + exp(·)) in place of max(0, ·).</param>
    /// <param name="margin">In units of the distance; finite.</param>
    /// <param name="options">The distance, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>For each anchor the sum over its triplets; a mean divides by how many count, and is 0 where none does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such mining, <paramref name="margin"/> is not finite, or an option is outside its range.</exception>
    /// <remarks>max(0, d(a, p) − d(a, n) + m). Of equally far embeddings the first is chosen, and has the slope. Slope at a kink and of a distance of 0: 0. Source: Schroff, Kalenichenko
    /// and Philbin, CVPR 2015 (semi-hard); Hermans, Beyer and Leibe (2017) (hard).</remarks>
    let batchTriplet
        (mining: TripletMining)
        (smooth: bool)
        (margin: float)
        (options: MetricOptions)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.finite (nameof margin) margin
        let loss (d: 'T) : 'T = if smooth then softplus (d + num margin) else hinge (d + num margin)

        match mining with
        | TripletMining.All ->
            ofAnchors pairs' options identities embeddings (fun seen ->
                let value = loss (Lists.firsts seen.Far - Lists.seconds seen.Far)
                let mask = Lists.firsts seen.Alike * Lists.seconds seen.Unlike
                struct (sumAlong 1 (sumAlong 2 (weigh mask value)), sumAlong 1 (sumAlong 2 (counts options mask value))))
        | TripletMining.Hard ->
            ofAnchors none options identities embeddings (fun seen ->
                let chosen mask far = sumAlong 1 (weigh (firstLargest mask far) seen.Far)
                let value = loss (chosen seen.Alike seen.Far - chosen seen.Unlike (num 0.0 - seen.Far))
                countIf options (Lists.some seen.Alike * Lists.some seen.Unlike) value)
        | TripletMining.SemiHard ->
            ofAnchors pairs' options identities embeddings (fun seen ->
                let far = Lists.seconds seen.Far
                let unlike = Lists.seconds seen.Unlike
                let beyond = firstLargest (unlike * Lists.isLess (Lists.firsts seen.Far) far) (num 0.0 - far)
                let farthest = reshape (seen.Far.Shape.Insert(1, 1)) (firstLargest seen.Unlike seen.Far) |> expand far.Shape
                let none = num 1.0 - isAbove (expand far.Shape ('T.Sum(beyond, ReadOnlySpan [| 2 |], true)))
                let negative = sumAlong 2 (weigh (beyond + none * farthest) far)
                let value = loss (seen.Far - negative)
                let mask = seen.Alike * expand seen.Far.Shape (reshape (Shape [| seen.Far.Shape[0]; 1 |]) (Lists.some seen.Unlike))
                struct (sumAlong 1 (weigh mask value), sumAlong 1 (counts options mask value)))
        | _ -> raise (ArgumentOutOfRangeException(nameof mining, $"{Check.number (int64 mining)} is no mining of triplets."))

    /// <summary>Margin loss: pairs that are alike should be nearer than a boundary, all others farther, by a margin; the boundary may be learned.</summary>
    /// <param name="byTriplets">Whether pairs count as often as there are triplets that they are in.</param>
    /// <param name="nu">ν, what the boundary costs for each pair, or for each triplet; finite.</param>
    /// <param name="margin">α, in units of the distance; finite.</param>
    /// <param name="options">The distance, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is: (N); of several boundaries, one of their places.</param>
    /// <param name="beta">The boundary, () or (1), or one for each class, (C).</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>For each anchor the sum over its pairs; a mean divides by how many count, and is 0 where none does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A number is not finite, an option is outside its range, or an identity has no boundary.</exception>
    /// <remarks>max(0, α + d − β) for what is alike, max(0, α + β − d) for what is not, with the anchor's β. Slope at a kink and of a distance of 0: 0. Source: Wu et al., ICCV 2017;
    /// by triplets: PyTorch Metric Learning's MarginLoss.</remarks>
    let distanceMargin
        (byTriplets: bool)
        (nu: float)
        (margin: float)
        (options: MetricOptions)
        (identities: Labels)
        (beta: 'T)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.finite (nameof nu) nu
        Check.finite (nameof margin) margin
        checkOptions options
        check options.Anchors identities embeddings
        Check.notNull (nameof beta) beta

        if beta.Shape.Rank > 1 || beta.Shape.Size = 0 then
            raise (ArgumentException($"beta has shape {beta.Shape}; it must be one number, or one for each class.", nameof beta))

        if beta.Shape.Size > 1 then
            identities.Checked(beta.Shape.Size, nameof identities) |> ignore

        orNothing options.Anchors identities embeddings (fun () ->
            let struct (own, _, _) = sides options.Anchors identities
            let places = if beta.Shape.Size > 1 then own else Array.zeroCreate own.Length
            let ofAnchor = 'T.Gather(reshape (Shape [| beta.Shape.Size |]) beta, 0, Labels(ReadOnlySpan places, Shape [| own.Length |]))

            let values =
                byAnchor none options identities [| ofAnchor |] embeddings (fun seen ->
                    let ofPairs (x: 'T) : 'T = expand seen.Far.Shape (reshape (Shape [| x.Shape[0]; 1 |]) x)
                    let boundary = ofPairs seen.Own[0]
                    // As often as there are negatives for a positive, and positives for a negative.
                    let times (other: 'T) (mask: 'T) : 'T = if byTriplets then mask * ofPairs (sumAlong 1 other) else mask
                    let alike, unlike = times seen.Unlike seen.Alike, times seen.Alike seen.Unlike
                    let near, far = hinge (num margin + seen.Far - boundary), hinge (num margin + boundary - seen.Far)
                    let value = sumAlong 1 (weigh alike near + weigh unlike far)
                    let number = if byTriplets then sumAlong 1 alike else sumAlong 1 (alike + unlike)
                    let cost = num nu * (number * seen.Own[0])
                    columns [| seeing seen (value + cost); sumAlong 1 (counts options alike near + counts options unlike far) |])

            counted (part 0 values) (detach (part 1 values)))

    let private near (seen: Seen<'T>) : 'T :> ITensor<'T> = num 0.0 - seen.Far

    /// <summary>Multi-similarity loss: the pairs of an anchor count the more the harder they are, and may be mined.</summary>
    /// <param name="alpha">α, how much more dissimilar positives count; finite, above 0.</param>
    /// <param name="beta">β, how much more similar negatives count; finite, above 0.</param>
    /// <param name="threshold">λ, the similarity beyond which positives are near, and negatives too near; finite.</param>
    /// <param name="epsilon">ε: a positive is mined whose similarity is below the largest of a negative plus ε, a negative whose is above the least of a positive less ε; ∞ for all pairs.</param>
    /// <param name="options">The distance, whose negative is the similarity, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>One for each anchor: 0 for one without pairs.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>log(1 + Σ exp(−α (s⁺ − λ))) / α + log(1 + Σ exp(β (s⁻ − λ))) / β. What is mined is a constant: it has no slope. Source: Wang et al., CVPR 2019.</remarks>
    let multiSimilarity
        (alpha: float)
        (beta: float)
        (threshold: float)
        (epsilon: float)
        (options: MetricOptions)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof alpha) alpha
        Check.positive (nameof beta) beta
        Check.finite (nameof threshold) threshold
        Check.notNaN (nameof epsilon) epsilon

        ofAnchors none options identities embeddings (fun seen ->
            let s = near seen

            let struct (alike, unlike) =
                if Double.IsPositiveInfinity epsilon then
                    struct (seen.Alike, seen.Unlike)
                else
                    let most mask (x: 'T) : 'T =
                        let x = detach (ifLess (num 0.0) mask x (expand s.Shape (num Double.NegativeInfinity)))
                        'T.Largest(x, 1) |> reshape (Shape [| s.Shape[0]; 1 |]) |> expand s.Shape

                    struct (seen.Alike * Lists.isLess s (most seen.Unlike s + num epsilon),
                            seen.Unlike * Lists.isLess (num 0.0 - most seen.Alike seen.Far - num epsilon) s)

            let side (factor: float) mask x = softplus (logSumWhere mask x) / num factor
            let positive = side alpha alike (num alpha * (num threshold - s))
            let value = positive + side beta unlike (num beta * (s - num threshold))
            struct (value, counts options (expand value.Shape (num 1.0)) value))

    /// <summary>Circle loss: each similarity has a weight of its own, by how far it is from its optimum.</summary>
    /// <param name="detached">Whether these weights are constants for the gradient.</param>
    /// <param name="gamma">γ, the scale; finite, above 0.</param>
    /// <param name="margin">m: positives should be above 1 − m, negatives below m; finite.</param>
    /// <param name="options">The distance, whose negative is the similarity, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each anchor: 0, which does not count, for one that has no positive or no negative.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>log(1 + Σ exp(γ [s⁻ + m]₊ (s⁻ − m)) Σ exp(−γ [1 + m − s⁺]₊ (s⁺ − 1 + m))). Source: Sun et al., CVPR 2020; keras.losses.Circle (Keras 3).</remarks>
    let circle
        (detached: bool)
        (gamma: float)
        (margin: float)
        (options: MetricOptions)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof gamma) gamma
        Check.finite (nameof margin) margin

        ofAnchors none options identities embeddings (fun seen ->
            let s = near seen
            let weight (x: 'T) : 'T = let x = hinge x in if detached then detach x else x
            let optimum = num (Operators.(+) 1.0 margin)
            let positive = weight (optimum - s) * (num (Operators.(-) 1.0 margin) - s)
            let negative = weight (s + num margin) * (s - num margin)
            let value = softplus (logSumWhere seen.Alike (num gamma * positive) + logSumWhere seen.Unlike (num gamma * negative))
            countIf options (Lists.some seen.Alike * Lists.some seen.Unlike) value)

    let private similarities (temperature: float) (seen: Seen<'T>) : 'T :> ITensor<'T> = near seen / num temperature

    let private ofEach (x: 'T) (seen: Seen<'T>) : 'T :> ITensor<'T> = expand seen.Far.Shape (reshape (Shape [| x.Shape[0]; 1 |]) x)

    /// <summary>NT-Xent: of each pair that is alike the cross-entropy of its similarity among those of all that is not; SimCLR's where each embedding has one other view.</summary>
    /// <param name="temperature">τ, what similarities are divided by; finite, above 0.</param>
    /// <param name="options">The distance, whose negative is the similarity, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats: for each anchor the sum over what is like it; a mean divides by how many pairs these are, and is 0 where there are none.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0 or not finite, or an option is outside its range.</exception>
    /// <remarks>−log(exp(s⁺/τ) / (exp(s⁺/τ) + Σ exp(s⁻/τ))): the other positives are not in the denominator. Without negatives it is 0. Source: Chen et al., ICML 2020;
    /// optax.ntxent (0.2, 2024).</remarks>
    let ntXent (temperature: float) (options: MetricOptions) (identities: Labels) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof temperature) temperature

        ofAnchors none options identities embeddings (fun seen ->
            let s = similarities temperature seen
            let value = softplus (ofEach (logSumWhere seen.Unlike s) seen - s)
            struct (sumAlong 1 (weigh seen.Alike value), sumAlong 1 (counts options seen.Alike value)))

    /// <summary>Supervised contrastive loss: the mean cross-entropy of an anchor's positives among all others.</summary>
    /// <param name="temperature">τ, what similarities are divided by; finite, above 0.</param>
    /// <param name="options">The distance, whose negative is the similarity, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each anchor: 0, which does not count, for one that has no positive, and for all of a batch in which all is alike.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0 or not finite, or an option is outside its range.</exception>
    /// <remarks>−1/|P| Σ log(exp(s⁺/τ) / Σ exp(s/τ)), the last sum over all others, alike or not. Source: Khosla et al., NeurIPS 2020 (its L_out).</remarks>
    let supCon (temperature: float) (options: MetricOptions) (identities: Labels) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof temperature) temperature
        checkOptions options
        check options.Anchors identities embeddings
        let isOne = (Array.distinct (identities.Indices.ToArray())).Length < 2

        ofAnchors none options identities embeddings (fun seen ->
            let s = similarities temperature seen
            let has = Lists.some seen.Alike
            let all = logSumWhere (seen.Alike + seen.Unlike) s
            let count = sumAlong 1 seen.Alike
            let value = sumAlong 1 (weigh seen.Alike (ofEach all seen - s)) / ifLess (num 0.0) count count (num 1.0)
            countIf options (if isOne then num 0.0 * has else has) value)

    /// <summary>Neighbourhood components analysis: that the neighbour which an anchor picks at random is like it, in nats.</summary>
    /// <param name="scale">What distances are multiplied by; finite, above 0.</param>
    /// <param name="options">The distance, in the paper the squared one, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each anchor: 0, which does not count, for one that has no positive.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="scale"/> is not above 0 or not finite, or an option is outside its range.</exception>
    /// <remarks>−log(Σ exp(−s d) over what is alike / Σ exp(−s d) over all others). Source: Goldberger et al., NIPS 2004.</remarks>
    let nca (scale: float) (options: MetricOptions) (identities: Labels) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof scale) scale

        ofAnchors none options identities embeddings (fun seen ->
            let s = num scale * near seen
            countIf options (Lists.some seen.Alike) (softplus (logSumWhere seen.Unlike s - logSumWhere seen.Alike s)))

    // What the fixed distance of a loss is.
    let private fixedTo (distance: EmbeddingDistance) (anchors: int) : MetricOptions =
        { MetricOptions.Default with Distance = distance; Anchors = anchors }

    /// <summary>Tuplet margin loss: of each pair that is alike the cross-entropy of its cosine among those of all that is not, its angle less by a margin.</summary>
    /// <param name="scale">What cosines are multiplied by; finite, above 0.</param>
    /// <param name="margin">The angle in radians, from 0 to π, by which positives need not be nearer.</param>
    /// <param name="anchors">How many of the first embeddings look for their like among the rest; 0 where each looks among all others.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats: for each anchor the sum over what is like it; a mean divides by how many pairs these are, and is 0 where there are none.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <remarks>log(1 + Σ exp(s (cos θ⁻ − cos(θ⁺ − m)))). The slope of an angle of 0 or π is 0. Source: Yu and Tao, ICCV 2019.</remarks>
    let tupletMargin
        (scale: float)
        (margin: float)
        (anchors: int)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof scale) scale
        Check.within (nameof margin) 0.0 Math.PI margin
        let options = fixedTo EmbeddingDistance.Euclidean anchors

        ofAnchors none options identities embeddings (fun seen ->
            // Of unit vectors at a distance d: cos θ = 1 − ½ d² and sin θ = d √(1 − ¼ d²).
            let half = 0.5 .* (seen.Far * seen.Far)
            let cosine = num 1.0 - half
            let sine = seen.Far * sqrt (hinge (num 1.0 - 0.5 .* half))
            let positive = num (Math.Cos margin) * cosine + num (Math.Sin margin) * sine
            let value = softplus (ofEach (logSumWhere seen.Unlike (num scale * cosine)) seen - num scale * positive)
            struct (sumAlong 1 (weigh seen.Alike value), sumAlong 1 seen.Alike))

    /// <summary>Angular loss: a negative should be seen from a positive pair under no more than an angle.</summary>
    /// <param name="alpha">α, the angle in radians, above 0, below ½π.</param>
    /// <param name="normalized">Whether embeddings are made as long as 1.</param>
    /// <param name="anchors">How many of the first embeddings look for their like among the rest; 0 where each looks among all others.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats: for each anchor the sum over what is like it; a mean divides by how many pairs these are, and is 0 where there are none.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="alpha"/> is outside its range.</exception>
    /// <remarks>log(1 + Σ exp(4 tan²α (a + p)·n − 2 (1 + tan²α) a·p)) over the negatives n of the anchor; a pair without counts nothing. Source: Wang et al., ICCV 2017.</remarks>
    let angular
        (alpha: float)
        (normalized: bool)
        (anchors: int)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.inside (nameof alpha) 0.0 (0.5 *. Math.PI) alpha
        let square = Math.Tan alpha *. Math.Tan alpha

        let options = { fixedTo EmbeddingDistance.Dot anchors with Normalized = normalized }

        ofAnchors pairs' options identities embeddings (fun seen ->
            let s = near seen
            let count = s.Shape[1]
            let among = productsOfRows seen.Others seen.Others
            let both = Lists.seconds s + expand (Shape [| s.Shape[0]; count; count |]) (reshape (Shape [| 1; count; count |]) among)
            let rows = Shape [| Operators.(*) s.Shape[0] count; count |]
            let negatives = logSumWhere (reshape rows (Lists.seconds seen.Unlike)) (reshape rows (num (4.0 *. square) * both))
            let value = softplus (reshape s.Shape negatives - num (Operators.(+) 2.0 (2.0 *. square)) * s)
            let mask = seen.Alike * ofEach (Lists.some seen.Unlike) seen
            struct (sumAlong 1 (weigh mask value), sumAlong 1 mask))

    /// <summary>Penalised negatives before positives: what the negatives cost that an anchor finds before each of its positives.</summary>
    /// <param name="cost">f, what so many cost.</param>
    /// <param name="alpha">α of <c>Saturating</c>; finite, above 0.</param>
    /// <param name="b">b of <c>Bounded</c>; finite, above 0.</param>
    /// <param name="temperature">τ of the sigmoid that stands for a step; finite, above 0.</param>
    /// <param name="options">The distance, whose negative is the similarity, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>One for each anchor: 0, which does not count, for one that has no positive.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such cost, a number is outside its range, or an option is.</exception>
    /// <remarks>The mean of f(R) over what is like the anchor, itself included where it is among the others, with R = Σ σ((s⁻ − s⁺)/τ). Source: Li et al., "Rethinking the
    /// optimization of average precision" (AAAI 2022).</remarks>
    let negativesBefore
        (cost: NegativesBefore)
        (alpha: float)
        (b: float)
        (temperature: float)
        (options: MetricOptions)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        if not (Enum.IsDefined cost) then
            raise (ArgumentOutOfRangeException(nameof cost, $"{Check.number (int64 cost)} is no cost of negatives."))

        Check.positive (nameof alpha) alpha
        Check.positive (nameof b) b
        Check.positive (nameof temperature) temperature

        ofAnchors pairs' options identities embeddings (fun seen ->
            let s = similarities temperature seen
            let before = sumAlong 2 (weigh (Lists.seconds seen.Unlike) (logistic (Lists.seconds s - Lists.firsts s)).Sigmoid)

            let value =
                match cost with
                | NegativesBefore.Linear -> before
                | NegativesBefore.Logarithm -> log1p before
                | NegativesBefore.Saturating -> num 0.0 - expm1 (num 0.0 - num alpha * log1p before)
                | NegativesBefore.Increasing -> (num 1.0 + before) * log1p before
                | _ -> let x = num b * before in (x - log1p x) / num (b *. b)

            // Itself, too.
            let alike = num 1.0 - seen.Unlike
            let count = sumAlong 1 alike
            let mean = sumAlong 1 (weigh alike value) / ifLess (num 0.0) count count (num 1.0)
            countIf options (Lists.some seen.Alike) mean)

    /// <summary>Ranked list loss: positives within a sphere around the anchor, negatives outside of a larger one, the harder the heavier.</summary>
    /// <param name="list">The spheres, and what pairs weigh.</param>
    /// <param name="options">The distance, the anchors, and what counts.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>One for each anchor. Units of the distance.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>(1 − λ) L⁺ + λ L⁻ with L⁺ = Σ w v / Σ (w + ε) over positives, v = max(0, d − (α − m)) and w = exp(T⁺ v) where v is above 0, and L⁻ likewise with
    /// v = max(0, α − d) and T⁻; ε counts for all others. Source: Wang et al., CVPR 2019.</remarks>
    let rankedList
        (list: RankedListOptions)
        (options: MetricOptions)
        (identities: Labels)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof list) list
        Check.finite "alpha" list.Alpha
        Check.finite "margin" list.Margin
        Check.within "imbalance" 0.0 1.0 list.Imbalance
        Check.finite "positiveTemperature" list.PositiveTemperature
        Check.finite "negativeTemperature" list.NegativeTemperature
        Check.notNegative "eps" list.Eps

        ofAnchors none options identities embeddings (fun seen ->
            let every = num (list.Eps *. float seen.Far.Shape[1])

            let side (share: float) temperature mask lack =
                let v = hinge lack
                let chosen = mask * isAbove v
                let w = weigh chosen (exp (num temperature * v))
                let sum = sumAlong 1 w + every
                num share * (sumAlong 1 (weigh chosen (w * v)) / ifLess (num 0.0) sum sum (num 1.0))

            let inner = num (Operators.(-) list.Alpha list.Margin)

            let value =
                side (Operators.(-) 1.0 list.Imbalance) list.PositiveTemperature seen.Alike (seen.Far - inner)
                + side list.Imbalance list.NegativeTemperature seen.Unlike (num list.Alpha - seen.Far)

            struct (value, counts options (expand value.Shape (num 1.0)) value))

    /// <summary>FastAP: 1 less the average precision of each anchor's neighbours, from a histogram of their distances.</summary>
    /// <param name="bins">Into how many parts squared distances, from 0 to 4, are cut; from 1 to 2²⁰.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D), which are made as long as 1.</param>
    /// <returns>One for each anchor, from 0 to 1: 0, which does not count, for one that has no positive.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="bins"/> is outside its range.</exception>
    /// <remarks>1 − 1/N⁺ Σ h⁺ H⁺ / H with the histogram h⁺ of the positives, its running sums H⁺ and those of all others H; each distance is shared by the two nodes next to it.
    /// Source: Cakir et al., CVPR 2019.</remarks>
    let fastAP (bins: int) (identities: Labels) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkBins bins

        let nodes = Operators.(+) bins 1

        ofAnchors (fun _ -> [| nodes |]) (fixedTo EmbeddingDistance.SquaredEuclidean 0) identities embeddings (fun seen ->
            let n, count = seen.Far.Shape[0], seen.Far.Shape[1]
            let shape = Shape [| n; count; nodes |]
            let ofPairs (x: 'T) : 'T = expand shape (reshape (Shape [| n; count; 1 |]) x)
            let places = Array.init nodes float
            let node: 'T = expand shape ('T.Create(embeddings, ReadOnlySpan places, Shape [| 1; 1; nodes |]))
            let shares = hinge (num 1.0 - abs (num (0.25 *. float bins) * ofPairs seen.Far - node))
            let histogram mask = sumAlong 1 (weigh (ofPairs mask) shares)
            let positives = histogram seen.Alike
            let running (x: 'T) : 'T = 'T.CumulativeSum(x, 1)
            let all = running (histogram (seen.Alike + seen.Unlike))
            let precision = running positives / ifLess (num 0.0) all all (num 1.0)
            let number = sumAlong 1 seen.Alike
            let average = sumAlong 1 (positives * precision) / ifLess (num 0.0) number number (num 1.0)
            countIf MetricOptions.Default (Lists.some seen.Alike) (num 1.0 - average))

    /// bins of <c>histogram</c> where none is given.
    [<Literal>]
    let HistogramBins = 100

    /// <summary>Histogram loss: how likely a pair that is not alike is more similar than one that is, from histograms of cosines.</summary>
    /// <param name="bins">Into how many parts cosines, from −1 to 1, are cut; from 1 to 2²⁰.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D), which are made as long as 1.</param>
    /// <returns>One number, from 0 to 1; 0 where no triplet is in the batch.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="bins"/> is outside its range.</exception>
    /// <remarks>Σ h⁻ H⁺ with the shares h⁻ of the negative pairs and the running sums H⁺ of the shares of the positive ones; each cosine is shared by the two nodes next to it. Pairs
    /// count that are in a triplet. Source: Ustinova and Lempitsky, NIPS 2016.</remarks>
    let histogram (bins: int) (identities: Labels) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkBins bins

        check 0 identities embeddings
        let own = identities.Indices.ToArray()
        let sizes = own |> Array.countBy id |> dict
        let isPaired = own |> Array.map (fun y -> if sizes[y] > 1 then 1.0 else 0.0)

        if sizes.Count < 2 || Array.forall ((=) 0.0) isPaired then
            LossValues(num 0.0 * sumAll embeddings)
        else
            let nodes = Operators.(+) bins 1
            let paired: 'T = 'T.Create(embeddings, ReadOnlySpan isPaired, Shape [| own.Length |])

            let sums =
                byAnchor (fun _ -> [| nodes |]) (fixedTo EmbeddingDistance.Dot 0) identities [| paired |] embeddings (fun seen ->
                    let n, count = seen.Far.Shape[0], seen.Far.Shape[1]
                    let shape = Shape [| n; count; nodes |]
                    let ofPairs (x: 'T) : 'T = expand shape (reshape (Shape [| n; count; 1 |]) x)
                    let node: 'T = expand shape ('T.Create(embeddings, ReadOnlySpan(Array.init nodes float), Shape [| 1; 1; nodes |]))
                    let shares = hinge (num 1.0 - abs (num (0.5 *. float bins) * (num 1.0 - ofPairs seen.Far) - node))
                    let isIn = isAbove (ofEach seen.Own[0] seen + expand seen.Far.Shape (reshape (Shape [| 1; count |]) paired))
                    let of' mask = sumAlong 1 (weigh (ofPairs mask) shares)
                    'T.Concatenate(ReadOnlySpan [| of' seen.Alike; of' (seen.Unlike * isIn) |], 1))

            let total start : 'T =
                let sum = sumAlong 0 ('T.Slice(sums, 1, start, nodes))
                sum / expand sum.Shape (sumAll sum)

            LossValues(whole (sumAll (total nodes * 'T.CumulativeSum(total 0, 0))))

    /// least of <c>dynamicSoftMargin</c> where none is given.
    [<Literal>]
    let DynamicSoftMarginLeast = -2.0

    /// bins of <c>dynamicSoftMargin</c> where none is given.
    [<Literal>]
    let DynamicSoftMarginBins = 10

    /// <summary>Dynamic soft margin: the more of a batch's triplets are easier than one, the more it counts.</summary>
    /// <param name="least">The least difference of distances, below 0; minus it is the largest.</param>
    /// <param name="bins">Into how many parts differences are cut; from 1 to 2²⁰.</param>
    /// <param name="differences">For each triplet how much farther the positive is than the negative; any shape.</param>
    /// <returns>The differences, each times the share of those that are not above it: of the shape of <paramref name="differences"/>.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="least"/> is not below 0 or not finite, or <paramref name="bins"/> is outside its range.</exception>
    /// <remarks>F(x) x with the histogram's running sum F up to the node below x; each difference is shared by the two nodes next to it. F is a constant for the gradient. The histogram
    /// is that of this batch alone. Source: Zhang and Rusinkiewicz, ICCV 2019.</remarks>
    let dynamicSoftMargin (least: float) (bins: int) (differences: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        if not (least < 0.0 && Double.IsFinite least) then
            Check.outOfRange (nameof least) least "finite and below 0"

        checkBins bins

        Check.notNull (nameof differences) differences
        let width = Operators.(-) 0.0 (2.0 *. least) ./. float bins
        let x = detach differences
        let zero = num 0.0 * x

        // A node at a time: what it has of all, and where it is not above.
        let struct (share, total) =
            Seq.fold
                (fun struct (share: 'T, total: 'T) k ->
                    let node = num (Operators.(+) least (width *. float k))
                    let own = sumAll (hinge (num 1.0 - abs ((x - node) / num width)))
                    struct (share + ifLess x node zero (expand x.Shape own), total + own))
                (struct (zero, sumAll zero))
                (seq { 0..bins })

        let total = expand x.Shape (ifLess (num 0.0) total total (num 1.0))
        LossValues(whole (share / total * differences))

    /// normalized of <c>nPairs</c> where none is given.
    [<Literal>]
    let NPairsNormalized = true

    /// <summary>N-pairs loss: one pair of each identity, each anchor among the positives of all.</summary>
    /// <param name="normalized">Whether embeddings are made as long as 1.</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each identity of two embeddings or more, by its first two, in the order of their first; a single 0 where there is none.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <remarks>−log(exp(a·p) / Σ exp(a·p′)) over the positives p′ of all pairs. Source: Sohn, NIPS 2016, without its regulariser.</remarks>
    let nPairs (normalized: bool) (identities: Labels) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        check 0 identities embeddings

        let pairs =
            identities.Indices.ToArray()
            |> Array.indexed
            |> Array.groupBy snd
            |> Array.filter (fun (_, members) -> members.Length > 1)
            |> Array.map (fun (_, members) -> struct (fst members[0], fst members[1]))

        if pairs.Length = 0 then
            LossValues(reshape (Shape [| 1 |]) (num 0.0 * sumAll embeddings))
        else
            let width = embeddings.Shape[1]
            let rows = if normalized then unitRows embeddings else embeddings

            let pick (place: struct (int * int) -> int) : 'T =
                let places = pairs |> Array.collect (fun pair -> Array.create width (place pair))
                'T.Gather(rows, 0, Labels(ReadOnlySpan places, Shape [| pairs.Length; width |]))

            infoNCE
                false
                false
                ('T.Create(embeddings, ReadOnlySpan [| 1.0 |], Shape.Scalar))
                (pick (fun struct (_, p) -> p))
                (pick (fun struct (a, _) -> a))
