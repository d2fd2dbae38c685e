namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp.Notation

/// <summary>log(1 + exp(t − x)) of the scores of an item that was chosen and of one that was not.  (Rendle et al. 2009)</summary>
[<Struct; NoEquality; NoComparison>]
type BPR =
    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Apply(x, t) = softplus (t - x)

/// <summary>What the rank of an item weighs in <c>warp</c>.</summary>
type RankWeight =
    /// <summary>1 + ½ + … + 1/k of a rank k.</summary>
    | Harmonic = 0
    /// <summary>log(1 + k)</summary>
    | Logarithmic = 1

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Losses of recommendation, of sampled classes and of knowledge graphs: an item that belongs and others that do not.
[<AutoOpen>]
module Retrieval =

    /// form of <c>warp</c> where none is given.
    [<Literal>]
    let WARPForm = RankWeight.Harmonic

    /// margin of <c>warp</c> where none is given.
    [<Literal>]
    let WARPMargin = 1.0

    /// margin of <c>selfAdversarial</c> where none is given.
    [<Literal>]
    let SelfAdversarialMargin = 12.0

    /// temperature of <c>selfAdversarial</c> where none is given.
    [<Literal>]
    let SelfAdversarialTemperature = 1.0

    // (…) and (…, N), N at least 1.
    let private checkNegatives (negative: 'T) (positive: 'T) : int when 'T :> ITensor<'T> =
        Check.notNull (nameof negative) negative
        Check.notNull (nameof positive) positive
        let axis = Check.vectorAxis (nameof negative) negative.Shape

        Check.shape (nameof positive) positive.Shape (negative.Shape.Without axis) (fun () -> $"negative has shape {negative.Shape}")
        Check.notEmptyAxis (nameof negative) negative.Shape axis "negatives"
        axis

    // The logarithms of numbers that are above 0, beside the scores that they belong to; nothing for none.
    let private logCounts (name: string) (counts: Weights) (otherName: string) (scores: 'T) : 'T :> ITensor<'T> =
        if counts.IsNone then
            Notation.num 0.0
        else
            Check.broadcasts name counts.Shape otherName scores.Shape
            let values = counts.Values.ToArray()

            if Array.exists (fun count -> not (count > 0.0)) values then
                raise (ArgumentOutOfRangeException(name, "an expected count must be above 0."))

            'T.Create(scores, ReadOnlySpan(Array.map log values), counts.Shape) |> expand scores.Shape

    /// <summary>Bayesian personalized ranking: an item that was chosen is to have a higher score than one that was not.</summary>
    /// <param name="negative">The scores of items that were not chosen; any shape.</param>
    /// <param name="positive">Those of the chosen ones; the shape of <paramref name="negative"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>log(1 + exp(n − p)), slope in p: −σ(n − p). Convex. Source: Rendle et al., BPR: Bayesian personalized ranking from implicit feedback, UAI 2009.</remarks>
    let bpr (negative: 'T) (positive: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof negative) (nameof positive) (BPR()) negative positive

    // 1 + ½ + … + 1/k
    let private harmonic (k: int) : float =
        if k <= 64 then
            Seq.sumBy (fun j -> 1.0 / float j) (seq { k .. -1 .. 1 })
        else
            // Euler's constant, and his series; what is left out is below 10⁻¹⁶.
            let n = float k
            let q = 1.0 / (n * n)
            log n + 0.5772156649015329 + 0.5 / n - q / 12.0 + q * q / 120.0 - q * q * q / 252.0

    /// <summary>Weighted approximate-rank pairwise loss: the hinge of an item and of one that violates its margin, weighted by how many seem to.</summary>
    /// <param name="form">What a rank weighs.</param>
    /// <param name="margin">By how much a score is to be above; finite.</param>
    /// <param name="ranks">The estimated rank of each item, 0 for the best; as many as there are scores, row-major.</param>
    /// <param name="negative">The scores of the violating items; any shape.</param>
    /// <param name="positive">Those of the items that belong; the shape of <paramref name="negative"/>.</param>
    /// <returns>Units of the scores, elementwise. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there is another number of ranks.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The margin is not finite, a rank is negative, or there is no such form.</exception>
    /// <remarks>L(k) max(0, m − p + n) with L(k) = 1 + ½ + … + 1/k, or log(1 + k). Slope in p: −L(k) within the margin, 0 at its edge. Convex. Source: Weston, Bengio and
    /// Usunier, WSABIE, IJCAI 2011.</remarks>
    let warp (form: RankWeight) (margin: float) (ranks: int[]) (negative: 'T) (positive: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof negative) negative (nameof positive) positive
        Check.notNull (nameof ranks) ranks
        Check.finite (nameof margin) margin

        if not (Enum.IsDefined form) then
            raise (ArgumentOutOfRangeException(nameof form, $"{Check.number (int64 form)} is no weight of a rank."))

        if ranks.Length <> positive.Shape.Size then
            raise (ArgumentException($"there are {ranks.Length} ranks but positive has shape {positive.Shape}.", nameof ranks))

        ranks
        |> Array.iteri (fun i rank ->
            if rank < 0 then
                raise (ArgumentOutOfRangeException(nameof ranks, $"ranks[{i}] is {Check.number rank}, but it must be at least 0.")))

        let weight (rank: int) = if form = RankWeight.Harmonic then harmonic rank else Math.Log(1.0 + float rank)
        let weights = 'T.Create(positive, ReadOnlySpan(Array.map weight ranks), positive.Shape)
        let lacking = Notation.(-) (Notation.num margin) (Notation.(-) positive negative)
        LossValues(whole (Notation.(*) weights (Notation.hinge lacking)))

    // Cross-entropy of the first of 1 + N logits.
    let private firstOf (negative: 'T) (positive: 'T) : 'T :> ITensor<'T> =
        let axis = negative.Shape.Rank - 1
        let column = reshape (positive.Shape.Insert(axis, 1)) positive
        let all = 'T.Concatenate(ReadOnlySpan [| column; negative |], axis)
        let labels = Labels(ReadOnlySpan(Array.zeroCreate<int> positive.Shape.Size), positive.Shape)
        (crossEntropy { CrossEntropyOptions.Default with ClassAxis = axis } labels all).Values

    /// <summary>Sampled softmax: cross-entropy of the true class among some classes that were drawn, as if all had been there.</summary>
    /// <param name="positiveCounts">How often the true class is drawn on average, above 0: it broadcasts to <paramref name="positive"/>; none for no correction.</param>
    /// <param name="negativeCounts">The same of the classes that were drawn: it broadcasts to <paramref name="negative"/>.</param>
    /// <param name="mask">0 for a drawn class that is the true one, 1 for the others: it broadcasts to <paramref name="negative"/>; none for all.</param>
    /// <param name="negative">The logits of the classes that were drawn: (…, N).</param>
    /// <param name="positive">The logit of the true class: (…).</param>
    /// <returns>Nats, one for each row.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no negatives.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A count is not above 0, or the mask has another number than 0 and 1.</exception>
    /// <remarks>log(1 + Σⱼ exp(nⱼ − log qⱼ − p + log q)), the counts constant. Convex. Source: Bengio and Senécal, IEEE Trans. Neural Netw. 19 (2008) 713–722;
    /// tf.nn.sampled_softmax_loss (2.20, 2025).</remarks>
    let sampledSoftmax
        (positiveCounts: Weights)
        (negativeCounts: Weights)
        (mask: Weights)
        (negative: 'T)
        (positive: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof positiveCounts) positiveCounts
        Check.notNull (nameof negativeCounts) negativeCounts
        Check.notNull (nameof mask) mask
        checkNegatives negative positive |> ignore
        let own = Notation.(-) positive (logCounts (nameof positiveCounts) positiveCounts (nameof positive) positive)
        let others = Notation.(-) negative (logCounts (nameof negativeCounts) negativeCounts (nameof negative) negative)

        let others =
            if mask.IsNone then
                others
            else
                Check.broadcasts (nameof mask) mask.Shape (nameof negative) negative.Shape
                Check.mask (nameof mask) mask
                let isThere = constant negative mask |> expand negative.Shape
                Notation.ifLess (Notation.num 0.0) isThere others (expand negative.Shape (Notation.num -infinity))

        LossValues(firstOf others own)

    /// <summary>Noise-contrastive estimation: whether a class comes from the data or from the noise that others were drawn from, each for itself.</summary>
    /// <param name="positiveCounts">How often the noise has the true class among its draws, above 0: it broadcasts to <paramref name="positive"/>; none for 1, which is negative
    /// sampling.</param>
    /// <param name="negativeCounts">The same of the classes that were drawn: it broadcasts to <paramref name="negative"/>.</param>
    /// <param name="negative">The scores of the classes that were drawn: (…, K).</param>
    /// <param name="positive">The score of the true class: (…).</param>
    /// <returns>Nats, one for each row.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no negatives.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A count is not above 0.</exception>
    /// <remarks>log(1 + exp(log q − p)) + Σⱼ log(1 + exp(nⱼ − log qⱼ)), the counts q, K times the noise's probability, constant. Convex. Source: Gutmann and Hyvärinen, AISTATS 2010;
    /// tf.nn.nce_loss (2.20, 2025).</remarks>
    let noiseContrastive
        (positiveCounts: Weights)
        (negativeCounts: Weights)
        (negative: 'T)
        (positive: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof positiveCounts) positiveCounts
        Check.notNull (nameof negativeCounts) negativeCounts
        let axis = checkNegatives negative positive
        let own = Notation.(-) (logCounts (nameof positiveCounts) positiveCounts (nameof positive) positive) positive
        let others = Notation.(-) negative (logCounts (nameof negativeCounts) negativeCounts (nameof negative) negative)
        LossValues(whole (Notation.(+) (Notation.softplus own) (sumAlong axis (Notation.softplus others))))

    /// <summary>Margin loss of knowledge graphs with self-adversarial negatives: the negatives that seem true weigh most.</summary>
    /// <param name="margin">γ, the distance that tells true from false; finite.</param>
    /// <param name="temperature">α, how much a near negative weighs more; finite, at least 0, and all weigh the same at 0.</param>
    /// <param name="negative">The distances of false triples: (…, N).</param>
    /// <param name="positive">The distance of a true triple: (…).</param>
    /// <returns>Nats, one for each row.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no negatives.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    /// <remarks>−log σ(γ − d) − Σⱼ wⱼ log σ(dⱼ − γ), w = softmax(−α d) held constant. Slope in d: σ(d − γ). Some libraries halve it. Source: Sun et al., RotatE, ICLR 2019.</remarks>
    let selfAdversarial (margin: float) (temperature: float) (negative: 'T) (positive: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = checkNegatives negative positive
        Check.finite (nameof margin) margin
        Check.notNegative (nameof temperature) temperature

        let weights =
            if temperature = 0.0 then
                Notation.num (1.0 / float negative.Shape[axis])
            else
                'T.Softmax(Notation.detach (Notation.(.*) -temperature negative), axis)

        let own = Notation.softplus (Notation.(-) positive (Notation.num margin))
        let others = Notation.softplus (Notation.(-) (Notation.num margin) negative)
        LossValues(whole (Notation.(+) own (sumAlong axis (Notation.weigh weights others))))

    /// <summary>RotatE's distance: how far a tail is from its head turned by a relation, component by component in the complex plane.</summary>
    /// <param name="phase">The angle by which the relation turns each component: (…, D), radians.</param>
    /// <param name="tail">Real and imaginary parts: (…, D, 2).</param>
    /// <param name="head">The shape of <paramref name="tail"/>.</param>
    /// <returns>(…), at least 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <remarks>Σ |h e^iφ − t| over the components; a component that is met has the slope 0. Source: Sun et al., RotatE, ICLR 2019.</remarks>
    let rotate (phase: 'T) (tail: 'T) (head: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof tail) tail (nameof head) head
        Check.notNull (nameof phase) phase
        let shape = head.Shape

        if shape.Rank < 2 || shape[-1] <> 2 then
            raise (ArgumentException($"head has shape {shape}; it must be (…, D, 2).", nameof head))

        let last = shape.Rank - 1
        Check.shape (nameof phase) phase.Shape (shape.Without last) (fun () -> $"head has shape {shape}")
        let part (k: int) (x: 'T) : 'T = 'T.Slice(x, last, k, 1)
        let angle = reshape (shape.With(last, 1)) phase
        let struct (sine, cosine) = 'T.SinCos angle
        let real, imaginary = part 0 head, part 1 head
        let turned = Notation.(-) (Notation.(*) real cosine) (Notation.(*) imaginary sine)
        let other = Notation.(+) (Notation.(*) real sine) (Notation.(*) imaginary cosine)
        let distances = pairwiseDistance 2.0 0.0 false tail ('T.Concatenate(ReadOnlySpan [| turned; other |], last))
        LossValues(whole (sumAlong (last - 1) distances))
