namespace Losses

/// <summary>What the diagonal of a Cholesky factor is of what a model gives.</summary>
type CholeskyDiagonal =
    /// <summary>What is given; not 0.</summary>
    | Itself = 0
    /// <summary>Its exponential.</summary>
    | Exponential = 1
    /// <summary>log(1 + eˣ)</summary>
    | Softplus = 2

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Scores of forecasts that are many numbers: members of an ensemble, ends of intervals, quantiles, components of a mixture.
[<AutoOpen>]
module Ensembles =

    /// fair of <c>crpsEnsemble</c> where none is given.
    [<Literal>]
    let CRPSEnsembleFair = false

    /// axis of <c>crpsEnsemble</c> where none is given.
    [<Literal>]
    let CRPSEnsembleAxis = -1

    /// lower of <c>twcrpsEnsemble</c> where none is given.
    [<Literal>]
    let TwcrpsEnsembleLower = Double.NegativeInfinity

    /// upper of <c>twcrpsEnsemble</c> where none is given.
    [<Literal>]
    let TwcrpsEnsembleUpper = Double.PositiveInfinity

    /// fair of <c>twcrpsEnsemble</c> where none is given.
    [<Literal>]
    let TwcrpsEnsembleFair = false

    /// axis of <c>twcrpsEnsemble</c> where none is given.
    [<Literal>]
    let TwcrpsEnsembleAxis = -1

    /// β of <c>energyScore</c> where none is given.
    [<Literal>]
    let EnergyScoreBeta = 1.0

    /// fair of <c>energyScore</c> where none is given.
    [<Literal>]
    let EnergyScoreFair = false

    /// p of <c>variogramScore</c> where none is given.
    [<Literal>]
    let VariogramScoreP = 0.5

    /// unbiased of <c>dawidSebastianiEnsemble</c> where none is given.
    [<Literal>]
    let DawidSebastianiEnsembleUnbiased = false

    /// medianWeight of <c>weightedIntervalScore</c> where none is given.
    [<Literal>]
    let WeightedIntervalScoreMedianWeight = 0.5

    /// κ of <c>quantileHuberPairwise</c> where none is given.
    [<Literal>]
    let QuantileHuberPairwiseKappa = 1.0

    /// diagonal of <c>multivariateNormalNLL</c> where none is given.
    [<Literal>]
    let MultivariateNormalNLLDiagonal = CholeskyDiagonal.Itself

    /// full of <c>multivariateNormalNLL</c> where none is given.
    [<Literal>]
    let MultivariateNormalNLLFull = true

    let private slice axis start length (x: 'T) : 'T :> ITensor<'T> = 'T.Slice(x, axis, start, length)

    // Constants along an axis.
    let private along (axis: int) (values: float[]) (like: 'T) (shape: Shape) : 'T :> ITensor<'T> =
        let lengths = Array.create shape.Rank 1
        lengths[axis] <- values.Length
        expand shape ('T.Create(like, ReadOnlySpan values, Shape lengths))

    // The axis of the members, of which there are at least so many.
    let internal members (axis: int) (least: int) (target: 'T) (ensemble: 'T) : int when 'T :> ITensor<'T> =
        Check.notNull (nameof target) target
        Check.notNull (nameof ensemble) ensemble
        let axis = ensemble.Shape.Axis(axis, nameof axis)
        Check.shape (nameof target) target.Shape (ensemble.Shape.Without axis) (fun () -> $"ensemble has shape {ensemble.Shape}")

        if ensemble.Shape[axis] < least then
            raise (
                ArgumentException(
                    $"ensemble has shape {ensemble.Shape}: there must be at least {Check.number (int64 least)} members.",
                    nameof ensemble
                )
            )

        axis

    // The smaller or larger of two, which share the slope where they are equal.
    let private evenly (choice: 'T -> 'T -> 'T) (a: 'T) (b: 'T) : 'T :> IReal<'T> =
        Notation.(+) (Notation.(.*) 0.5 (choice a b)) (Notation.(.*) 0.5 (choice b a))

    // The integral of (F(z) − 1{z ≥ y})², from gap to gap of the sorted members: no term is negative, and nothing cancels.
    let private integral (fair: bool) (axis: int) (target: 'T) (ensemble: 'T) : 'T :> ITensor<'T> =
        let open' = ensemble.Shape
        let count = open'[axis]
        let sorted = 'T.Sort(ensemble, axis, false)
        let y = reshape (open'.With(axis, 1)) target
        let first, last = slice axis 0 1 sorted, slice axis (count - 1) 1 sorted
        let beyond x = evenly Notation.max (Notation.num 0.0) x
        let outside = Notation.(+) (beyond (Notation.(-) first y)) (beyond (Notation.(-) y last))

        let inside =
            if count = 1 then
                outside
            else
                let gaps = open'.With(axis, count - 1)
                let low, high = slice axis 0 (count - 1) sorted, slice axis 1 (count - 1) sorted
                let cut = evenly Notation.min (evenly Notation.max (expand gaps y) low) high
                let m = float count
                // With k of m members up to a gap the shares are (k/m)² and ((m − k)/m)²; fair, k(k − 1) and (m − k)(m − k − 1) of m(m − 1).
                let share k = if fair then k * (k - 1.0) / (m * (m - 1.0)) else k / m * (k / m)
                let below = along axis (Array.init (count - 1) (fun i -> share (float (i + 1)))) ensemble gaps
                let above = along axis (Array.init (count - 1) (fun i -> share (m - float (i + 1)))) ensemble gaps

                let terms = Notation.(+) (Notation.(*) below (Notation.(-) cut low)) (Notation.(*) above (Notation.(-) high cut))

                Notation.(+) outside ('T.Sum(terms, ReadOnlySpan [| axis |], true))

        whole (reshape target.Shape inside)

    // The definition, or an engine's kernel for it.
    let private scored (fair: bool) (axis: int) (target: 'T) (ensemble: 'T) : 'T :> ITensor<'T> =
        let definition (x: 'T[]) = integral fair axis x[1] x[0]
        'T.Fuse(EnsembleRows(fair, axis), [| ensemble; target |], Func<'T[], 'T> definition)

    /// <summary>Continuous ranked probability score of an ensemble: how far its members are from the target, less how far from each other.</summary>
    /// <param name="fair">Whether pairs of different members alone are averaged: what the score would be of infinitely many such members.</param>
    /// <param name="axis">The axis of the members; a negative one counts from the last.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="ensemble">The shape of <paramref name="target"/> and an axis of M members.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are too few members: none, or of a fair score fewer than two.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>1/M Σ |xᵢ − t| − 1/2M² Σ |xᵢ − xⱼ|; fair, with 1/2M(M − 1). It sorts the members: M log M steps. Equal members have the slopes of neighbours in their order, a member that is
    /// the target the mean of the slopes on both sides.
    /// Source: Gneiting and Raftery, J. Am. Stat. Assoc. 102 (2007) 359–378; Ferro, Q. J. R. Meteorol. Soc. 140 (2014) 1917–1923; scoringrules.crps_ensemble (2024).</remarks>
    let crpsEnsemble (fair: bool) (axis: int) (target: 'T) (ensemble: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = members axis (if fair then 2 else 1) target ensemble
        LossValues(scored fair axis target ensemble)

    /// <summary>Threshold-weighted continuous ranked probability score of an ensemble: only what is between two thresholds counts.</summary>
    /// <param name="lower">The lower threshold, −∞ for none; in units of the target, not NaN.</param>
    /// <param name="upper">The upper threshold, ∞ for none; at least <paramref name="lower"/>.</param>
    /// <param name="fair">Whether pairs of different members alone are averaged.</param>
    /// <param name="axis">The axis of the members; a negative one counts from the last.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="ensemble">The shape of <paramref name="target"/> and an axis of M members.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are too few members: none, or of a fair score fewer than two.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis, a threshold is NaN, or the upper is below the lower.</exception>
    /// <remarks>That of crpsEnsemble, of members and a target clipped to the thresholds: beyond them the slope is 0. Source: Gneiting and Ranjan, J. Bus. Econ. Stat. 29 (2011)
    /// 411–422; scoringrules.twcrps_ensemble (2024).</remarks>
    let twcrpsEnsemble
        (lower: float)
        (upper: float)
        (fair: bool)
        (axis: int)
        (target: 'T)
        (ensemble: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNaN (nameof lower) lower
        Check.within (nameof upper) lower infinity upper
        let axis = members axis (if fair then 2 else 1) target ensemble
        let clipped (x: 'T) = Notation.min (Notation.max x (Notation.num lower)) (Notation.num upper)
        LossValues(scored fair axis (clipped target) (clipped ensemble))

    // (…, D) beside (…, M, D) of at least so many members.
    let internal vectors (least: int) (target: 'T) (ensemble: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull (nameof target) target
        Check.notNull (nameof ensemble) ensemble

        if ensemble.Shape.Rank < 2 then
            raise (ArgumentException($"ensemble has shape {ensemble.Shape}: there are no axes of members and components.", nameof ensemble))

        members -2 least target ensemble |> ignore

    // The axis of vectors, (…, D), beside which are matrices, (…, D, D).
    let internal vectorsWithMatrices (name: string) (matrices: 'T) (target: 'T) (prediction: 'T) : int when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        Check.notNull name matrices
        let shape = prediction.Shape
        let axis = Check.vectorAxis (nameof prediction) shape
        Check.lengths name matrices.Shape (Array.append (shape.ToArray()) [| shape[axis] |]) (fun () -> $"prediction has shape {shape}")
        axis

    let internal beside (ensemble: 'T) (target: 'T) : 'T :> ITensor<'T> =
        expand ensemble.Shape (reshape (ensemble.Shape.With(ensemble.Shape.Rank - 2, 1)) target)

    // The terms of all pairs along an axis, by how far apart they are: f of those later and those earlier.
    let internal pairsAlong (axis: int) (f: int -> 'T -> 'T -> 'T) (x: 'T) : 'T[] when 'T :> ITensor<'T> =
        let count = x.Shape[axis]
        Array.init (max 0 (count - 1)) (fun i -> f (i + 1) (slice axis (i + 1) (count - i - 1) x) (slice axis 0 (count - i - 1) x))

    let internal totalOf (terms: 'T[]) : 'T :> ITensor<'T> = terms |> Array.reduce (fun a b -> Notation.(+) a b)

    /// <summary>Energy score: the continuous ranked probability score of ensembles of vectors.</summary>
    /// <param name="beta">β, the power of the distances; above 0, below 2.</param>
    /// <param name="fair">Whether pairs of different members alone are averaged.</param>
    /// <param name="target">Vectors: (…, D).</param>
    /// <param name="ensemble">M members for each: (…, M, D).</param>
    /// <returns>Units of the target to the power β, one for each vector.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are too few members: none, or of a fair score fewer than two.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is not between 0 and 2.</exception>
    /// <remarks>1/M Σ ‖xᵢ − t‖^β − 1/2M² Σ ‖xᵢ − xⱼ‖^β; fair, with 1/2M(M − 1). The slope of a distance of 0 is 0.
    /// Source: Gneiting and Raftery, J. Am. Stat. Assoc. 102 (2007) 359–378; scoringrules.es_ensemble (2024).</remarks>
    let energyScore (beta: float) (fair: bool) (target: 'T) (ensemble: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.inside (nameof beta) 0.0 2.0 beta
        vectors (if fair then 2 else 1) target ensemble
        let axis = ensemble.Shape.Rank - 2
        let m = float ensemble.Shape[axis]

        let distances (a: 'T) (b: 'T) =
            let d = Similarity.norm (axis + 1) 2.0 (Notation.(-) a b)
            sumAlong axis (if beta = 1.0 then d else Notation.power beta d)

        let error = Notation.(/) (distances ensemble (beside ensemble target)) (Notation.num m)

        if m = 1.0 then
            LossValues(whole error)
        else
            let spread = ensemble |> pairsAlong axis (fun _ later earlier -> distances later earlier) |> totalOf
            LossValues(whole (Notation.(-) error (Notation.(/) spread (Notation.num (m * (if fair then m - 1.0 else m))))))

    /// <summary>Variogram score: how well ensembles of vectors know the differences between components.</summary>
    /// <param name="p">p, the power of the differences; finite, above 0.</param>
    /// <param name="weights">A weight for each pair of components, (D, D), or none.</param>
    /// <param name="target">Vectors: (…, D).</param>
    /// <param name="ensemble">M members for each: (…, M, D).</param>
    /// <returns>Units of the target to the power 2p, one for each vector.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no members.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is not above 0 or not finite.</exception>
    /// <remarks>Σᵢⱼ wᵢⱼ (|tᵢ − tⱼ|ᵖ − 1/M Σₘ |xₘᵢ − xₘⱼ|ᵖ)², each pair in both orders. The slope of a difference of 0 is 0.
    /// Source: Scheuerer and Hamill, Mon. Weather Rev. 143 (2015) 1321–1334; scoringrules.vs_ensemble (2024).</remarks>
    let variogramScore (p: float) (weights: Weights) (target: 'T) (ensemble: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof p) p
        Check.notNull (nameof weights) weights
        vectors 1 target ensemble
        let axis = ensemble.Shape.Rank - 2
        let m, width = float ensemble.Shape[axis], ensemble.Shape[-1]

        if not weights.IsNone then
            Check.lengths (nameof weights) weights.Shape [| width; width |] (fun () -> $"ensemble has shape {ensemble.Shape}")

        let given = if weights.IsNone then [||] else weights.Values.ToArray()
        let both i j = if weights.IsNone then 2.0 else given[i * width + j] + given[j * width + i]
        let powers (_: int) (later: 'T) (earlier: 'T) : 'T = Notation.power p (Notation.abs (Notation.(-) later earlier))
        let ofTarget = pairsAlong (target.Shape.Rank - 1) powers target
        let ofMembers = pairsAlong (axis + 1) powers ensemble

        let term k (own: 'T) (all: 'T) =
            let d = Notation.(-) own (Notation.(/) (sumAlong axis all) (Notation.num m))
            let last = d.Shape.Rank - 1
            let w = along last (Array.init d.Shape[last] (fun i -> both (i + k + 1) i)) d d.Shape
            sumAlong last (Notation.weigh w (Notation.(*) d d))

        if ofTarget.Length = 0 then
            LossValues(sumAlong -1 (Notation.(*) (Notation.num 0.0) target))
        else
            let terms = Array.init ofTarget.Length (fun k -> term k ofTarget[k] ofMembers[k])
            LossValues(whole (totalOf terms))

    /// <summary>Dawid–Sebastiani score of an ensemble: that of the mean and the variance of its members.</summary>
    /// <param name="unbiased">Whether the variance divides by M − 1, and not by M.</param>
    /// <param name="target">Any shape: (…).</param>
    /// <param name="ensemble">M members for each: (…, M).</param>
    /// <returns>Without unit, elementwise; where all members are equal it is infinite or NaN.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are fewer than two members.</exception>
    /// <remarks>(t − m)² / v + log v with the mean m and the variance v. Source: Dawid and Sebastiani, Ann. Stat. 27 (1999) 65–81; scoringrules.dssuv_ensemble (2025).</remarks>
    let dawidSebastianiEnsemble (unbiased: bool) (target: 'T) (ensemble: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof ensemble) ensemble
        Check.vectorAxis (nameof ensemble) ensemble.Shape |> ignore
        let axis = members -1 2 target ensemble
        let m = float ensemble.Shape[axis]
        let column = ensemble.Shape.With(axis, 1)
        let mean = Notation.(/) (sumAlong axis ensemble) (Notation.num m)
        let d = Notation.(-) ensemble (expand ensemble.Shape (reshape column mean))
        let variance = Notation.(/) (sumAlong axis (Notation.(*) d d)) (Notation.num (if unbiased then m - 1.0 else m))
        let e = Notation.(-) target mean
        LossValues(whole (Notation.(+) (Notation.(*) e (Notation.(/) e variance)) (Notation.log variance)))

    /// <summary>Weighted interval score: of a median and several central intervals at once.</summary>
    /// <param name="alphas">α of each of K intervals, above 0 and below 1: it is to hold 1 − α of the targets.</param>
    /// <param name="weights">What each interval counts, (K), or none for α/2.</param>
    /// <param name="medianWeight">What the absolute error of the median counts; finite, at least 0.</param>
    /// <param name="upper">The upper ends: (…, K).</param>
    /// <param name="lower">The lower ends: (…, K).</param>
    /// <param name="target">Any shape: (…).</param>
    /// <param name="median">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An α is not between 0 and 1, or <paramref name="medianWeight"/> is negative or not finite.</exception>
    /// <remarks>(w₀ |m − t| + Σₖ wₖ ((u − l) + 2/α (max(0, l − t) + max(0, t − u)))) / (K + ½). With the weights α/2 and ½ it approximates the CRPS. Convex.
    /// Source: Bracher et al., PLoS Comput. Biol. 17 (2021) e1008618; scoringrules.weighted_interval_score (2024).</remarks>
    let weightedIntervalScore
        (alphas: float[])
        (weights: Weights)
        (medianWeight: float)
        (upper: 'T)
        (lower: 'T)
        (target: 'T)
        (median: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof alphas) alphas
        alphas |> Array.iter (Check.inside (nameof alphas) 0.0 1.0)
        Check.notNull (nameof weights) weights
        Check.notNegative (nameof medianWeight) medianWeight
        checkTwo (nameof upper) upper (nameof lower) lower
        checkTwo (nameof target) target (nameof median) median
        let shape = lower.Shape
        let ends = Array.append (target.Shape.ToArray()) [| alphas.Length |]

        Check.lengths (nameof lower) shape ends (fun () ->
            $"target has shape {target.Shape} and there are {Check.number alphas.Length} intervals")

        let shares =
            if weights.IsNone then
                alphas |> Array.map (fun alpha -> alpha / 2.0)
            else
                Check.lengths (nameof weights) weights.Shape [| alphas.Length |] (fun () -> $"lower has shape {shape}")
                weights.Values.ToArray()

        let axis = shape.Rank - 1
        let constants values = along axis values lower shape
        let t = expand shape (reshape (Shape(Array.append (target.Shape.ToArray()) [| 1 |])) target)
        let outside = Notation.(+) (Notation.hinge (Notation.(-) lower t)) (Notation.hinge (Notation.(-) t upper))

        let score =
            Notation.(+)
                (Notation.(*) (constants shares) (Notation.(-) upper lower))
                (Notation.(*) (constants (Array.map2 (fun share alpha -> share * 2.0 / alpha) shares alphas)) outside)

        let middle = Notation.weigh (Notation.num medianWeight) (Notation.abs (Notation.(-) median target))
        let all = Notation.(+) middle (sumAlong axis score)
        LossValues(whole (Notation.(/) all (Notation.num (float alphas.Length + 0.5))))

    /// <summary>Quantile Huber loss of every predicted quantile beside every sample of the target: that of QR-DQN.</summary>
    /// <param name="kappa">κ, where it turns linear, in units of the target; finite, at least 0.</param>
    /// <param name="levels">τ of each of N quantiles, above 0 and below 1; empty for (i − ½)/N.</param>
    /// <param name="target">Samples: (…, M).</param>
    /// <param name="prediction">Quantiles: (…, N).</param>
    /// <returns>Units of the target, one for each row: the sum over the quantiles of the mean over the samples.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no samples or quantiles.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A level is not between 0 and 1, or <paramref name="kappa"/> is negative or not finite.</exception>
    /// <remarks>Σᵢ 1/M Σⱼ |τᵢ − 1{tⱼ &lt; xᵢ}| H(tⱼ − xᵢ)/κ with Huber's loss H; the pinball loss where κ = 0. Convex in the prediction.
    /// Source: Dabney et al., Distributional reinforcement learning with quantile regression, AAAI 2018.</remarks>
    let quantileHuberPairwise (kappa: float) (levels: float[]) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof kappa) kappa
        Check.notNull (nameof levels) levels
        levels |> Array.iter (Check.inside (nameof levels) 0.0 1.0)
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        let axis = Check.vectorAxis (nameof prediction) prediction.Shape
        Check.vectorAxis (nameof target) target.Shape |> ignore

        let rows = (prediction.Shape.Without axis).ToArray()

        Check.lengths (nameof target) target.Shape (Array.append rows [| target.Shape[-1] |]) (fun () ->
            $"prediction has shape {prediction.Shape}")

        Check.notEmptyAxis (nameof prediction) prediction.Shape -1 "quantiles"
        Check.notEmptyAxis (nameof target) target.Shape -1 "samples"
        let n, m = prediction.Shape[-1], target.Shape[-1]
        Check.room (nameof prediction) prediction.Shape (List.ofArray rows @ [ n; m ]) "its quantiles beside all samples"

        let levels =
            if levels.Length = 0 then
                Array.init n (fun i -> (float i + 0.5) / float n)
            else
                Check.lengths (nameof levels) (Shape [| levels.Length |]) [| n |] (fun () -> $"prediction has shape {prediction.Shape}")
                levels

        let shape = Shape(Array.append rows [| n; m |])
        let x = expand shape (reshape (Shape(Array.append rows [| n; 1 |])) prediction)
        let t = expand shape (reshape (Shape(Array.append rows [| 1; m |])) target)
        let levels, others = along axis levels x shape, along axis (levels |> Array.map (fun tau -> 1.0 - tau)) x shape
        // Huber's loss over κ.
        let size = (SmoothL1 kappa :> IPointwise).Apply(x, t)
        let sums = sumAlong axis (sumAlong (axis + 1) (Notation.(*) (Notation.ifLess x t levels others) size))
        LossValues(whole (Notation.(/) sums (Notation.num (float m))))

    /// <summary>Negative log-likelihood of vectors under mixtures of normal distributions whose components are independent: that of mixture density networks.</summary>
    /// <param name="logScale">The logarithms of the standard deviations: (…, K, D).</param>
    /// <param name="mean">The means of K components: (…, K, D).</param>
    /// <param name="target">Vectors: (…, D).</param>
    /// <param name="logits">Of the components, whose softmax are their shares: (…, K).</param>
    /// <returns>Nats, one for each vector.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no components.</exception>
    /// <remarks>−log Σₖ softmax(logits)ₖ Π_d N(t_d; m_kd, exp(s_kd)²), constants included. Source: Bishop, Mixture density networks (1994).</remarks>
    let mixtureDensityNLL (logScale: 'T) (mean: 'T) (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof target) target
        Check.notNull (nameof logits) logits
        checkTwo (nameof logScale) logScale (nameof mean) mean

        if mean.Shape.Rank < 2 then
            raise (ArgumentException($"mean has shape {mean.Shape}: there are no axes of components and numbers.", nameof mean))

        let axis = mean.Shape.Rank - 2
        Check.shape (nameof target) target.Shape (mean.Shape.Without axis) (fun () -> $"mean has shape {mean.Shape}")
        Check.shape (nameof logits) logits.Shape (mean.Shape.Without -1) (fun () -> $"mean has shape {mean.Shape}")
        Check.notEmptyAxis (nameof logits) logits.Shape -1 "components"
        let z = Notation.(*) (Notation.(-) (beside mean target) mean) (Notation.exp (Notation.(-) (Notation.num 0.0) logScale))
        let squares = Notation.(.*) 0.5 (Notation.(*) z z)
        let constant = Notation.num (0.5 * float mean.Shape[-1] * Math.Log(2.0 * Math.PI))
        let surprise = Notation.(+) (sumAlong (axis + 1) (Notation.(+) squares logScale)) constant
        let joint = Notation.(-) ('T.LogSoftmax(logits, axis)) surprise
        LossValues(whole (Notation.(-) (Notation.num 0.0) ('T.LogSumExp(joint, axis))))

    // The expected distance from 0 under a normal distribution: of place and scale the slopes are 2Φ(z) − 1 and 2φ(z).
    let private expectedDistance (d: 'T) (s: 'T) : 'T :> ITensor<'T> =
        let z = Notation.detach (Notation.(/) d s)
        let density = Notation.exp (Notation.(.*) -0.5 (Notation.(*) z z))

        // √½ and √(2/π)
        Notation.(+)
            (Notation.(*) d (Notation.erf (Notation.(.*) 0.7071067811865476 z)))
            (Notation.(*) s (Notation.(.*) 0.7978845608028654 density))

    // √(a² + b²) of numbers above 0, finite where it is.
    let private hypotenuse (a: 'T) (b: 'T) : 'T :> ITensor<'T> =
        let larger = Notation.max a b
        let share = Notation.(/) (Notation.min a b) larger
        Notation.(*) larger (Notation.sqrt (Notation.(+) (Notation.num 1.0) (Notation.(*) share share)))

    /// <summary>Continuous ranked probability score of mixtures of normal distributions.</summary>
    /// <param name="scale">The standard deviations of K components, above 0: (…, K).</param>
    /// <param name="mean">Their means: (…, K).</param>
    /// <param name="target">Any shape: (…).</param>
    /// <param name="weights">What each component counts, at least 0, as given: (…, K). They sum to 1 where the mixture is a distribution.</param>
    /// <returns>Units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no components.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale is not above 0, or a weight is negative; it says which, where.</exception>
    /// <remarks>Σₖ wₖ A(t − mₖ, sₖ) − ½ Σₖₗ wₖ wₗ A(mₖ − mₗ, √(sₖ² + sₗ²)) with A(d, s) = d (2Φ(d/s) − 1) + 2s φ(d/s). Source: Grimit et al., Q. J. R. Meteorol. Soc. 132 (2006)
    /// 2925–2942; scoringrules.crps_mixnorm (2024).</remarks>
    let crpsMixtureNormal (scale: 'T) (mean: 'T) (target: 'T) (weights: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof target) target
        checkThree (nameof scale) scale (nameof mean) mean (nameof weights) weights
        let axis = Check.vectorAxis (nameof mean) mean.Shape
        Check.shape (nameof target) target.Shape (mean.Shape.Without axis) (fun () -> $"mean has shape {mean.Shape}")
        Check.notEmptyAxis (nameof mean) mean.Shape axis "components"
        let count = mean.Shape[axis]
        let t = expand mean.Shape (reshape (mean.Shape.With(axis, 1)) target)
        let error = sumAlong axis (Notation.weigh weights (expectedDistance (Notation.(-) t mean) scale))

        // Of a component and itself half of 2s/√π, and of two each once.
        let own = sumAlong axis (Notation.weigh weights (Notation.weigh weights (Notation.(.*) 0.5641895835477563 scale)))

        let pair k =
            let later (x: 'T) = slice axis k (count - k) x
            let earlier (x: 'T) = slice axis 0 (count - k) x
            let both = hypotenuse (later scale) (earlier scale)

            expectedDistance (Notation.(-) (later mean) (earlier mean)) both
            |> Notation.weigh (earlier weights)
            |> Notation.weigh (later weights)
            |> sumAlong axis

        let spread = totalOf (Array.init count (fun k -> if k = 0 then own else pair k))

        LossValues(whole (Notation.(-) error spread))
            .WithinRows(Domain.Positive, scale, axis, nameof scale)
            .WithinRows(Domain.NotNegative, weights, axis, nameof weights)

    /// <summary>Negative log-likelihood of vectors under normal distributions whose covariance is given by its Cholesky factor.</summary>
    /// <param name="diagonal">What the factor's diagonal is of what is given.</param>
    /// <param name="full">Whether the constant ½ D log 2π is added.</param>
    /// <param name="cholesky">L: (…, D, D), of which the lower triangle counts: the covariance is L Lᵀ.</param>
    /// <param name="target">Vectors: (…, D).</param>
    /// <param name="prediction">The means: (…, D).</param>
    /// <returns>Nats, one for each vector.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such form of a diagonal.</exception>
    /// <remarks>½ ‖L⁻¹ (t − x)‖² + Σ log |Lᵢᵢ| + ½ D log 2π. It solves the triangle row by row: D² steps, no inverse. Source: torch.distributions.MultivariateNormal (PyTorch 2.10).</remarks>
    let multivariateNormalNLL
        (diagonal: CholeskyDiagonal)
        (full: bool)
        (cholesky: 'T)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = vectorsWithMatrices (nameof cholesky) cholesky target prediction
        let shape = prediction.Shape
        let count = shape[axis]
        let column = shape.With(axis, 1)
        // Row i of the factor: what is before its diagonal, and what is on it.
        let row i = reshape shape (slice axis i 1 cholesky)

        let scale (x: 'T) : 'T =
            match diagonal with
            | CholeskyDiagonal.Itself -> x
            | CholeskyDiagonal.Exponential -> Notation.exp x
            | CholeskyDiagonal.Softplus -> Notation.softplus x
            | _ -> raise (ArgumentOutOfRangeException(nameof diagonal, $"{Check.number (int64 diagonal)} is no form of a diagonal."))

        let diagonals = Array.init count (fun i -> slice axis i 1 (row i))
        let scales = Array.map scale diagonals
        let error = Notation.(-) target prediction
        let solved = Array.zeroCreate<'T> count

        for i in 0 .. count - 1 do
            let e = slice axis i 1 error

            let left =
                if i = 0 then
                    e
                else
                    let before = 'T.Concatenate(ReadOnlySpan(solved, 0, i), axis)
                    let product = Notation.(*) (slice axis 0 i (row i)) before
                    Notation.(-) e (reshape column (sumAlong axis product))

            solved[i] <- Notation.(/) left scales[i]

        let terms =
            if count = 0 then
                [||]
            else
                let z = 'T.Concatenate(ReadOnlySpan solved, axis)
                let logs = 'T.Concatenate(ReadOnlySpan(Array.map (Notation.abs >> Notation.log) scales), axis)
                [| Notation.(+) (Notation.(.*) 0.5 (Notation.(*) z z)) logs |]

        let constant = if full then 0.5 * float count * Math.Log(2.0 * Math.PI) else 0.0
        let sum = if count = 0 then sumAlong axis prediction else sumAlong axis terms[0]
        LossValues(whole (Notation.(+) sum (Notation.num constant)))

    /// <summary>Negative log-likelihood of numbers under Student's t distributions: outliers count less than under normal ones.</summary>
    /// <param name="df">ν, the degrees of freedom, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="scale">σ, above 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="prediction">The place; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A scale or ν is not above 0; it says which, where.</exception>
    /// <remarks>log Γ(½ν) − log Γ(½(ν + 1)) + ½ log νπ + log σ + ½(ν + 1) log(1 + z²/ν) with z = (x − t) / σ. Source: Student, Biometrika 6 (1908) 1–25;
    /// torch.distributions.StudentT (PyTorch 2.10).</remarks>
    let studentTNLL (df: 'T) (scale: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkThree (nameof scale) scale (nameof target) target (nameof prediction) prediction
        checkThree (nameof df) df (nameof target) target (nameof prediction) prediction
        let half = Notation.(.*) 0.5 df
        let more = Notation.(+) half (Notation.num 0.5)
        let z = Notation.(/) (Notation.(-) prediction target) scale
        let counts = Notation.(-) (Notation.logGamma half) (Notation.logGamma more)
        let sizes = Notation.(+) (Notation.(.*) 0.5 (Notation.log (Notation.(.*) Math.PI df))) (Notation.log scale)
        let tail = Notation.(*) more (Notation.log1p (Notation.(*) z (Notation.(/) z df)))

        LossValues(whole (Notation.(+) (Notation.(+) counts sizes) tail))
            .Within(Domain.Positive, scale, nameof scale)
            .Within(Domain.Positive, df, nameof df)
