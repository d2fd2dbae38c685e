namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Losses that pull the embeddings of a pair together, and push those of all other pairs of a batch away.
[<AutoOpen>]
module Contrastive =

    /// normalized of <c>infoNCE</c> where none is given.
    [<Literal>]
    let InfoNCENormalized = true

    /// symmetric of <c>infoNCE</c> where none is given.
    [<Literal>]
    let InfoNCESymmetric = false

    // Rows of length 1; one of zeros stays, of slope 0. In units of its largest, which cancel, no square leaves the range of float64.
    let internal unitRows (x: 'T) : 'T :> ITensor<'T> =
        let zero, one = 'T.Constant 0.0, 'T.Constant 1.0
        let column = x.Shape.With(1, 1)
        let positive (y: 'T) = 'T.IfLess(zero, y, y, 'T.Given(y, one))
        let unit = positive ('T.Detach('T.Largest('T.Abs x, 1) |> reshape column))
        let scaled = Notation.(/) x unit
        let norm = 'T.Sqrt('T.Sum(Notation.(*) scaled scaled, ReadOnlySpan [| 1 |], true))
        let isNotZero = 'T.IfLess(zero, 'T.Detach norm, one, 'T.Given('T.Detach norm, zero))
        'T.Weigh(expand x.Shape isNotZero, Notation.(/) scaled (positive norm))

    // Of each row, from one on: of some of the first tensors' rows at a time, and only then is it made again for the gradient; the other tensors are whole. So many numbers are
    // stored for each row.
    let internal byRows (each: int[]) (values: int -> 'T[] -> 'T) (rows: 'T[]) (others: 'T[]) : 'T :> ITensor<'T> =
        let part struct (start, count) =
            let some = rows |> Array.map (fun x -> 'T.Slice(x, 0, start, count))
            'T.Recompute(Func<'T[], 'T>(values start), Array.append some others)

        match Indices.parts rows[0].Shape[0] each with
        | [| _ |] -> values 0 (Array.append rows others)
        | parts -> 'T.Concatenate(ReadOnlySpan(Array.map part parts), 0)

    /// <summary>InfoNCE with the negatives of the batch: cross-entropy of each query's similarities to all keys, of which the one in its own row is the right one. No
    /// similarities are stored but those of a block of rows.</summary>
    /// <param name="normalized">Whether a similarity is the cosine, of vectors made as long as 1; else it is the dot product.</param>
    /// <param name="symmetric">Whether the keys look for their queries, too, as in CLIP: the loss of a pair is then the mean of both.</param>
    /// <param name="temperature">τ, one number above 0, () or (1), usually 0.07: what similarities are divided by; it may be learned.</param>
    /// <param name="keys">(N, D), whose row n belongs to the query of row n.</param>
    /// <param name="queries">(N, D)</param>
    /// <returns>Nats, one for each pair.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0.</exception>
    /// <remarks>−log(exp(s_nn / τ) / Σ_m exp(s_nm / τ)) with s_nm = u_n·v_m. A row of zeros has the similarity 0 to all, and no slope. Source: van den Oord, Li and
    /// Vinyals (2018); symmetric: Radford et al., CLIP (2021).</remarks>
    let infoNCE (normalized: bool) (symmetric: bool) (temperature: 'T) (keys: 'T) (queries: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof temperature) temperature
        Check.notNull (nameof keys) keys
        Check.notNull (nameof queries) queries

        if queries.Shape.Rank <> 2 then
            raise (ArgumentException($"queries has shape {queries.Shape}; it must be a matrix.", nameof queries))

        Check.notEmptyAxis (nameof queries) queries.Shape 1 "features"
        Check.sameShape (nameof keys) keys.Shape (nameof queries) queries.Shape

        if temperature.Shape.Size <> 1 || temperature.Shape.Rank > 1 then
            raise (ArgumentException($"temperature has shape {temperature.Shape}; it must be one number.", nameof temperature))

        let least = 'T.Least('T.Detach temperature)

        if not (least > 0.0) then
            raise (
                ArgumentOutOfRangeException(
                    nameof temperature,
                    $"temperature is {least.ToString Globalization.CultureInfo.InvariantCulture}, but it must be above 0."
                )
            )

        let n = queries.Shape[0]
        let own = Labels(ReadOnlySpan(Array.init n id), Shape [| n |])
        let temperature = reshape Shape.Scalar temperature
        let nothing = 'T.Create(queries, ReadOnlySpan [| 0.0 |], Shape.Scalar)
        let u, v = if normalized then unitRows queries, unitRows keys else queries, keys

        let search (x: 'T) (among: 'T) =
            linearChunks CrossEntropyOptions.Default LinearCrossEntropyChunk own (Notation.(/) x temperature) among nothing

        if n = 0 then
            LossValues(sumAlong 1 queries)
        elif symmetric then
            LossValues(Notation.(*) ('T.Constant 0.5) (Notation.(+) (search u v) (search v u)))
        else
            LossValues(search u v)
