namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Whether embeddings lie as they should on the sphere: what belongs together near, all together spread.
[<AutoOpen>]
module Hypersphere =

    open Losses.FSharp.Notation

    /// alpha of <c>alignment</c> where none is given.
    [<Literal>]
    let AlignmentAlpha = 2.0

    /// normalized of <c>alignment</c> where none is given.
    [<Literal>]
    let AlignmentNormalized = true

    /// t of <c>uniformity</c> where none is given.
    [<Literal>]
    let UniformityT = 2.0

    /// normalized of <c>uniformity</c> where none is given.
    [<Literal>]
    let UniformityNormalized = true

    /// eps of <c>koLeo</c> where none is given.
    [<Literal>]
    let KoLeoEps = 1e-8

    /// normalized of <c>koLeo</c> where none is given.
    [<Literal>]
    let KoLeoNormalized = true

    /// temperature of <c>momentumContrast</c> where none is given.
    [<Literal>]
    let MomentumContrastTemperature = 0.07

    /// normalized of <c>momentumContrast</c> where none is given.
    [<Literal>]
    let MomentumContrastNormalized = true

    let private checkMatrix (name: string) (x: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull name x

        if x.Shape.Rank <> 2 then
            raise (ArgumentException($"{name} has shape {x.Shape}; it must be a matrix.", name))

        Check.notEmptyAxis name x.Shape 1 "features"

    let private unitIf (normalized: bool) (x: 'T) : 'T :> ITensor<'T> = if normalized then unitRows x else x

    /// <summary>Alignment: how far the two embeddings of a pair are from each other, to a power.</summary>
    /// <param name="alpha">The power; finite, above 0.</param>
    /// <param name="normalized">Whether embeddings are made as long as 1.</param>
    /// <param name="keys">(N, D), whose row n belongs to the query of row n.</param>
    /// <param name="queries">(N, D)</param>
    /// <returns>One for each pair.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="alpha"/> is not above 0 or not finite.</exception>
    /// <remarks>‖u − v‖^α. Slope where they are equal: 0. Source: Wang and Isola, ICML 2020.</remarks>
    let alignment (alpha: float) (normalized: bool) (keys: 'T) (queries: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof alpha) alpha
        checkMatrix (nameof queries) queries
        Check.notNull (nameof keys) keys
        Check.sameShape (nameof keys) keys.Shape (nameof queries) queries.Shape
        let apart = unitIf normalized queries - unitIf normalized keys

        if alpha = 2.0 then
            LossValues(whole (sumAlong 1 (apart * apart)))
        elif alpha = 1.0 then
            LossValues(whole (norm 1 2.0 apart))
        else
            let distance = norm 1 2.0 apart
            // At 0 a power has the slope 0, as the distance.
            LossValues(whole (ifLess (num 0.0) distance (power alpha distance) distance))

    // Numbers of each row beside all others.
    let private byRow
        (normalized: bool)
        (distance: EmbeddingDistance)
        (embeddings: 'T)
        (value: LabelledBatch.Seen<'T> -> 'T)
        : 'T :> ITensor<'T> =
        let n = embeddings.Shape[0]
        // Nobody is like another.
        let places = Labels(ReadOnlySpan [| 0 .. Operators.(-) n 1 |], Shape [| n |])
        let options = { MetricOptions.Default with Distance = distance; Normalized = normalized }

        LabelledBatch.byAnchor (fun _ -> [||]) options places [||] embeddings (fun seen ->
            let value = value seen
            reshape (Shape [| value.Shape[0]; 1 |]) value)
        |> reshape (Shape [| n |])

    /// <summary>Uniformity: the logarithm of the mean Gaussian potential of all pairs of embeddings.</summary>
    /// <param name="t">What squared distances are multiplied by; finite, above 0.</param>
    /// <param name="normalized">Whether embeddings are made as long as 1.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>One number, at most 0; of fewer than two embeddings 0.</returns>
    /// <exception cref="T:System.ArgumentException"><paramref name="embeddings"/> is no matrix, or has no features.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="t"/> is not above 0 or not finite.</exception>
    /// <remarks>log mean exp(−t ‖u − v‖²) over the pairs. Source: Wang and Isola, ICML 2020.</remarks>
    let uniformity (t: float) (normalized: bool) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof t) t
        checkMatrix (nameof embeddings) embeddings
        let n = embeddings.Shape[0]

        if n < 2 then
            LossValues(num 0.0 * sumAll embeddings)
        else
            let rows =
                byRow normalized EmbeddingDistance.SquaredEuclidean embeddings (fun seen ->
                    logSumWhere seen.Unlike (num (Operators.(-) 0.0 t) * seen.Far))

            let all = reshape Shape.Scalar ('T.LogSumExp(rows, 0))
            LossValues(whole (all - num (Math.Log(float n *. Operators.(-) (float n) 1.0))))

    /// <summary>KoLeo: how near each embedding is to the nearest other one, by the Kozachenko–Leonenko estimator of the entropy.</summary>
    /// <param name="eps">ε, what is added to a distance; finite, at least 0.</param>
    /// <param name="normalized">Whether embeddings are made as long as 1.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding; 0 for one alone. ∞ where two are equal and ε is 0.</returns>
    /// <exception cref="T:System.ArgumentException"><paramref name="embeddings"/> is no matrix, or has no features.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>−log(min ‖u − v‖ + ε). Of equally near ones each has its share of the slope. Source: Sablayrolles et al., ICLR 2019; DINOv2 (2023).</remarks>
    let koLeo (eps: float) (normalized: bool) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof eps) eps
        checkMatrix (nameof embeddings) embeddings

        if embeddings.Shape[0] < 2 then
            LossValues(sumAlong 1 (num 0.0 * embeddings))
        else
            byRow normalized EmbeddingDistance.Euclidean embeddings (fun seen ->
                let off = expand seen.Far.Shape (num Double.NegativeInfinity)
                let nearest = num 0.0 - 'T.Largest(ifLess (num 0.0) seen.Unlike (num 0.0 - seen.Far) off, 1)
                LabelledBatch.seeing seen (num 0.0 - log (nearest + num eps)))
            |> whole
            |> LossValues

    /// <summary>Momentum contrast: cross-entropy of a query's similarity to its key among those to a queue of other keys.</summary>
    /// <param name="temperature">τ, what similarities are divided by; finite, above 0.</param>
    /// <param name="normalized">Whether all are made as long as 1.</param>
    /// <param name="queue">Keys of earlier batches: (K, D).</param>
    /// <param name="keys">(N, D), whose row n belongs to the query of row n.</param>
    /// <param name="queries">(N, D)</param>
    /// <returns>Nats, one for each query; 0 where the queue is empty.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0 or not finite.</exception>
    /// <remarks>−log(exp(q·k/τ) / (exp(q·k/τ) + Σ exp(q·k′/τ))) over the queue. A row of zeros has the similarity 0 to all, and no slope. In the method keys and queue are constants:
    /// detach them. Source: He et al., CVPR 2020.</remarks>
    let momentumContrast
        (temperature: float)
        (normalized: bool)
        (queue: 'T)
        (keys: 'T)
        (queries: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof temperature) temperature
        checkMatrix (nameof queries) queries
        Check.notNull (nameof keys) keys
        Check.sameShape (nameof keys) keys.Shape (nameof queries) queries.Shape
        checkMatrix (nameof queue) queue
        Check.lengths (nameof queue) queue.Shape [| queue.Shape[0]; queries.Shape[1] |] (fun () -> $"queries has shape {queries.Shape}")
        let n, count = queries.Shape[0], queue.Shape[0]
        let rows, own, others = unitIf normalized queries, unitIf normalized keys, unitIf normalized queue

        if n = 0 || count = 0 then
            LossValues(sumAlong 1 (num 0.0 * (rows + own)))
        else
            let values _ (x: 'T[]) : 'T =
                let far = 'T.LogSumExp(productsOfRows x[2] x[0] / num temperature, 1)
                softplus (far - sumAlong 1 (x[0] * x[1]) / num temperature)

            LossValues(whole (byRows [| count |] values [| rows; own |] [| others |]))
