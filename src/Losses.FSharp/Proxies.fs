namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>magFace</c>. <c>{ MagFaceOptions.Default with Scale = 32.0 }</c></summary>
[<NoComparison; ReferenceEquality>]
type MagFaceOptions =
    {
        /// What cosines are multiplied by; finite, above 0.
        Scale: float
        /// The least length of an embedding that is told apart; above 0.
        LeastLength: float
        /// The largest; above the least.
        LargestLength: float
        /// The margin of the least length: an angle from 0 to π.
        LeastMargin: float
        /// That of the largest.
        LargestMargin: float
        /// What lengths are pulled by towards the largest; at least 0.
        Pull: float
        /// Whether the margin is only added to angles that are acute.
        EasyMargin: bool
    }

    /// Those of the paper: lengths from 10 to 110, margins from 0.45 to 0.8, a pull of 35.
    static member Default =
        {
            Scale = 64.0
            LeastLength = 10.0
            LargestLength = 110.0
            LeastMargin = 0.45
            LargestMargin = 0.8
            Pull = 35.0
            EasyMargin = false
        }

    static member internal Given
        (
            scale: Nullable<float>,
            leastLength: Nullable<float>,
            largestLength: Nullable<float>,
            leastMargin: Nullable<float>,
            largestMargin: Nullable<float>,
            pull: Nullable<float>,
            easyMargin: Nullable<bool>
        ) =
        let own = MagFaceOptions.Default

        {
            Scale = scale.GetValueOrDefault own.Scale
            LeastLength = leastLength.GetValueOrDefault own.LeastLength
            LargestLength = largestLength.GetValueOrDefault own.LargestLength
            LeastMargin = leastMargin.GetValueOrDefault own.LeastMargin
            LargestMargin = largestMargin.GetValueOrDefault own.LargestMargin
            Pull = pull.GetValueOrDefault own.Pull
            EasyMargin = easyMargin.GetValueOrDefault own.EasyMargin
        }

/// <summary>The options of <c>softTriple</c>. <c>{ SoftTripleOptions.Default with Gamma = 0.2 }</c></summary>
[<NoComparison; ReferenceEquality>]
type SoftTripleOptions =
    {
        /// How many centres each class has, K; at least 1.
        SubCenters: int
        /// What similarities are multiplied by; finite, above 0.
        Scale: float
        /// γ, the temperature among the centres of a class; finite, above 0.
        Gamma: float
        /// What the similarity to the own class is less; finite.
        Margin: float
        /// τ, what the distances between the centres of a class weigh; at least 0.
        Tau: float
    }

    /// Those of the paper: ten centres, 20, 0.1, 0.01 and 0.2.
    static member Default = { SubCenters = 10; Scale = 20.0; Gamma = 0.1; Margin = 0.01; Tau = 0.2 }

    static member internal Given
        (subCenters: Nullable<int>, scale: Nullable<float>, gamma: Nullable<float>, margin: Nullable<float>, tau: Nullable<float>)
        =
        let own = SoftTripleOptions.Default

        {
            SubCenters = subCenters.GetValueOrDefault own.SubCenters
            Scale = scale.GetValueOrDefault own.Scale
            Gamma = gamma.GetValueOrDefault own.Gamma
            Margin = margin.GetValueOrDefault own.Margin
            Tau = tau.GetValueOrDefault own.Tau
        }

/// Losses of embeddings beside a proxy, or several, of each class: cosines, whose own has a margin. No similarities are stored but those of a block of rows.
[<AutoOpen>]
module Proxies =

    open Losses.FSharp.Notation

    /// scale of <c>normalizedSoftmax</c> where none is given: that of a temperature of 0.05.
    [<Literal>]
    let NormalizedSoftmaxScale = 20.0

    /// normalized of <c>normalizedSoftmax</c> where none is given.
    [<Literal>]
    let NormalizedSoftmaxNormalized = true

    /// subCenters of <c>arcFace</c> where none is given.
    [<Literal>]
    let ArcFaceSubCenters = 1

    /// easyMargin of <c>arcFace</c> where none is given.
    [<Literal>]
    let ArcFaceEasyMargin = false

    /// margin of <c>arcFace</c> where none is given: radians.
    [<Literal>]
    let ArcFaceMargin = 0.5

    /// scale of <c>arcFace</c> where none is given.
    [<Literal>]
    let ArcFaceScale = 64.0

    /// margin of <c>cosFace</c> where none is given.
    [<Literal>]
    let CosFaceMargin = 0.35

    /// scale of <c>cosFace</c> where none is given.
    [<Literal>]
    let CosFaceScale = 64.0

    /// margin of <c>sphereFace</c> where none is given.
    [<Literal>]
    let SphereFaceMargin = 4

    /// scale of <c>sphereFace</c> where none is given.
    [<Literal>]
    let SphereFaceScale = 1.0

    /// margin of <c>largeMarginSoftmax</c> where none is given.
    [<Literal>]
    let LargeMarginSoftmaxMargin = 4

    /// scale of <c>largeMarginSoftmax</c> where none is given.
    [<Literal>]
    let LargeMarginSoftmaxScale = 1.0

    /// alpha of <c>proxyAnchor</c> where none is given.
    [<Literal>]
    let ProxyAnchorAlpha = 32.0

    /// margin of <c>proxyAnchor</c> where none is given.
    [<Literal>]
    let ProxyAnchorMargin = 0.1

    /// temperature of <c>proxyNCA</c> where none is given: that of the paper.
    [<Literal>]
    let ProxyNCATemperature = 0.1111111111111111

    let private matrix (name: string) (x: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull name x

        if x.Shape.Rank <> 2 then
            raise (ArgumentException($"{name} has shape {x.Shape}; it must be a matrix.", name))

    let private checkRows (labels: Labels) (embeddings: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull (nameof labels) labels
        matrix (nameof embeddings) embeddings
        Check.notEmptyAxis (nameof embeddings) embeddings.Shape 1 "features"
        Check.shape (nameof labels) labels.Shape (embeddings.Shape.Without 1) (fun () -> $"embeddings has shape {embeddings.Shape}")

    let private checkSubCenters (name: string) (subCenters: int) : unit =
        if subCenters < 1 then
            raise (ArgumentOutOfRangeException(name, $"{name} is {Check.number subCenters}, but it must be at least 1."))

    // Labels that are all classes, of which each has so many of the rows of a matrix.
    let private check (each: int) (name: string) (labels: Labels) (proxies: 'T) (embeddings: 'T) : Labels when 'T :> ITensor<'T> =
        checkRows labels embeddings
        matrix name proxies
        Check.lengths name proxies.Shape [| proxies.Shape[0]; embeddings.Shape[1] |] (fun () -> $"embeddings has shape {embeddings.Shape}")
        Check.notEmptyAxis name proxies.Shape 0 "classes"

        if proxies.Shape[0] % each <> 0 then
            raise (ArgumentException($"{name} has shape {proxies.Shape}, but each class has {Check.number each} of its rows.", name))

        labels.Checked(Operators.(/) proxies.Shape[0] each, nameof labels)

    // The rows that are named, one below another.
    let private pick (rows: int[]) (x: 'T) : 'T :> ITensor<'T> =
        let width = x.Shape[1]
        'T.Gather(x, 0, Labels(ReadOnlySpan(Array.collect (Array.create width) rows), Shape [| rows.Length; width |]))

    let private column (x: 'T) : 'T :> ITensor<'T> = reshape (x.Shape.Insert(1, 1)) x

    /// log Σ exp of the numbers of a row where the mask is 1; −∞ for none.
    let internal logSumWhere (mask: 'T) (x: 'T) : 'T :> ITensor<'T> =
        'T.LogSumExp(ifLess (num 0.0) mask x (expand (shapeOf x) (num Double.NegativeInfinity)), 1)

    /// A matrix of constants.
    let internal constants (like: 'T) (rows: int) (columns: int) (number: int -> int -> float) : 'T :> ITensor<'T> =
        'T.Create(like, ReadOnlySpan(Indices.matrix rows columns number), Shape [| rows; columns |])

    // 1 for the classes that are not the label.
    let private others (labels: int[]) (logits: 'T) : 'T :> ITensor<'T> =
        constants logits labels.Length logits.Shape[1] (fun i c -> if c = labels[i] then 0.0 else 1.0)

    // −log of the label's share where its logit is another: log(1 + Σ exp(of the others less its own)).
    let private crossEntropyOf (labels: int[]) (own: 'T) (logits: 'T) : 'T :> ITensor<'T> =
        softplus (logSumWhere (others labels logits) logits - own)

    let private ownOf (labels: int[]) (logits: 'T) : 'T :> ITensor<'T> =
        'T.Gather(logits, 1, Labels(ReadOnlySpan labels, Shape [| labels.Length; 1 |])) |> reshape (Shape [| labels.Length |])

    // A value for each row, of some rows of the first inputs at a time; the others are whole.
    let private byLabelledRows (width: int) (labels: Labels) (rows: 'T[]) (rest: 'T[]) (values: int[] -> 'T[] -> 'T) : 'T :> ITensor<'T> =
        let indices = labels.Indices.ToArray()

        if indices.Length = 0 then
            sumAlong 1 rows[0]
        else
            byRows [| width |] (fun start x -> values (Array.sub indices start x[0].Shape[0]) x) rows rest

    let private lengths (x: 'T) : 'T :> ITensor<'T> = norm 1 2.0 x

    // The sine of the angle between unit vectors: exact next to 0 and to π, where it has the slope 0.
    let private sine (u: 'T) (v: 'T) : 'T :> ITensor<'T> = 0.5 .* (norm 1 2.0 (u - v) * norm 1 2.0 (u + v))

    // cos(θ + m), and what goes on where that would rise again, or where angles are obtuse.
    let private withMargin (easy: bool) (margin: 'T) (cosOfMargin: 'T) (sinOfMargin: 'T) (cosine: 'T) (sine: 'T) : 'T :> ITensor<'T> =
        let added = cosine * cosOfMargin - sine * sinOfMargin

        if easy then
            ifLess (num 0.0) cosine added cosine
        else
            ifLess (num 0.0 - cosOfMargin) cosine added (cosine - margin * sinOfMargin)

    /// <summary>Softmax over classes of the cosines to their proxies, or of their dot products with proxies of length 1.</summary>
    /// <param name="scale">What similarities are multiplied by: 1 over the temperature; finite, above 0.</param>
    /// <param name="normalized">Whether embeddings are made as long as 1; proxies always are.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or <paramref name="scale"/> is not above 0 or not finite.</exception>
    /// <remarks>Cross-entropy of s x·p / ‖p‖. Where rows are equal, their similarity has the slope 0. Source: Zhai and Wu, BMVC 2019; PyTorch Metric Learning's NormalizedSoftmaxLoss, whose temperature is 1 / s.</remarks>
    let normalizedSoftmax
        (scale: float)
        (normalized: bool)
        (labels: Labels)
        (proxies: 'T)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof scale) scale
        let labels = check 1 (nameof proxies) labels proxies embeddings
        let rows = if normalized then unitRows embeddings else embeddings
        let nothing = 'T.Create(embeddings, ReadOnlySpan [| 0.0 |], Shape.Scalar)

        if labels.Indices.Length = 0 then
            LossValues(sumAlong 1 embeddings)
        else
            LossValues(
                linearChunks CrossEntropyOptions.Default LinearCrossEntropyChunk labels (scale .* rows) (unitRows proxies) nothing
                |> whole
            )

    /// <summary>AdaCos with its fixed scale: a softmax of cosines, whose scale follows from the number of classes.</summary>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding: log 2 where there are two classes.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class.</exception>
    /// <remarks>Cross-entropy of √2 log(C − 1) cos θ; of one class 0. Source: Zhang et al., CVPR 2019.</remarks>
    let adaCos (labels: Labels) (proxies: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let labels = check 1 (nameof proxies) labels proxies embeddings
        let scale = Math.Sqrt 2.0 *. Math.Log(float (Operators.max 2 (Operators.(-) proxies.Shape[0] 1)))

        if proxies.Shape[0] > 2 then
            normalizedSoftmax scale true labels proxies embeddings
        else
            // The scale is 0, and no cosine matters.
            LossValues(sumAlong 1 (num 0.0 * unitRows embeddings) + num (Math.Log(float proxies.Shape[0])))

    // The cosines of unit rows to the classes, of which each has so many of the proxies; which of them, if there are several, is the first of the nearest ones.
    let private cosFace'
        (subCenters: int)
        (margin: 'T -> 'T[] -> 'T -> (unit -> 'T) -> 'T)
        (scale: float)
        (labels: int[])
        (x: 'T[])
        : 'T :> ITensor<'T> =
        let u, v = x[0], x[1]
        let n = labels.Length
        let all = productsOfRows v u

        if subCenters = 1 then
            let cosine = ownOf labels all
            crossEntropyOf labels (scale .* margin u x cosine (fun () -> sine u (pick labels v))) (scale .* all)
        else
            let classes = Operators.(/) all.Shape[1] subCenters
            let byClass = reshape (Shape [| n; classes; subCenters |]) all
            let cosines = 'T.Largest(byClass, 2)
            let at k = labels |> Array.map (fun y -> Operators.(+) (Operators.(*) y subCenters) k)
            let own = Array.init subCenters (fun k -> ownOf (at k) all)
            let sines () = Array.init subCenters (fun k -> sine u (pick (at k) v))

            let chosen (values: 'T[]) =
                let best (k: int) : 'T = detach own[k]

                Seq.fold
                    (fun struct (cosine: 'T, value: 'T) k ->
                        struct (ifLess cosine (best k) (best k) cosine, ifLess cosine (best k) values[k] value))
                    (struct (best 0, values[0]))
                    (seq { 1 .. Operators.(-) subCenters 1 })
                // A NaN is in the order of nothing.
                |> fun struct (_, value) -> given (Array.reduce (fun a b -> a + b) own) value

            crossEntropyOf labels (scale .* margin u x (chosen own) (fun () -> chosen (sines ()))) (scale .* cosines)

    /// <summary>ArcFace: a softmax of cosines, in which the angle to the own class is larger by a margin; also with several centres of each class.</summary>
    /// <param name="subCenters">How many centres each class has, K; at least 1. The nearest of them counts.</param>
    /// <param name="easyMargin">Whether the margin is only added to angles that are acute.</param>
    /// <param name="margin">An angle in radians, from 0 to π.</param>
    /// <param name="scale">What cosines are multiplied by; finite, above 0.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C K, D): the centres of class c are the rows from c K on.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or a number is outside its range.</exception>
    /// <remarks>Cross-entropy of s cos θ, of the own class s cos(θ + m) where θ &lt; π − m and s (cos θ − m sin m) beyond. The slope of an angle of 0 or π is 0. Of equally
    /// near centres the first is the own one. Source: Deng et al., CVPR 2019; sub-centres: Deng et al., ECCV 2020. Libraries that take the margin in degrees: m π / 180.</remarks>
    let arcFace
        (subCenters: int)
        (easyMargin: bool)
        (margin: float)
        (scale: float)
        (labels: Labels)
        (proxies: 'T)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        checkSubCenters (nameof subCenters) subCenters
        Check.within (nameof margin) 0.0 Math.PI margin
        Check.positive (nameof scale) scale
        let labels = check subCenters (nameof proxies) labels proxies embeddings

        let ofAngle (_: 'T) (_: 'T[]) (cosine: 'T) (sine: unit -> 'T) =
            withMargin easyMargin (num margin) (num (Math.Cos margin)) (num (Math.Sin margin)) cosine (sine ())

        byLabelledRows
            (Operators.max proxies.Shape[0] embeddings.Shape[1])
            labels
            [| unitRows embeddings |]
            [| unitRows proxies |]
            (cosFace' subCenters ofAngle scale)
        |> whole
        |> LossValues

    /// <summary>CosFace: a softmax of cosines, in which that of the own class is less by a margin.</summary>
    /// <param name="margin">What the own cosine is less; finite, at least 0.</param>
    /// <param name="scale">What cosines are multiplied by; finite, above 0.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or a number is outside its range.</exception>
    /// <remarks>Cross-entropy of s cos θ, of the own class s (cos θ − m). Source: Wang et al., CVPR 2018.</remarks>
    let cosFace (margin: float) (scale: float) (labels: Labels) (proxies: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof margin) margin
        Check.positive (nameof scale) scale
        let labels = check 1 (nameof proxies) labels proxies embeddings

        byLabelledRows
            proxies.Shape[0]
            labels
            [| unitRows embeddings |]
            [| unitRows proxies |]
            (cosFace' 1 (fun _ _ cosine _ -> cosine - num margin) scale)
        |> whole
        |> LossValues

    // (−1)ᵏ cos(m θ) − 2k with k = ⌊m θ / π⌋, as a polynomial of the cosine: it has no angle that would lack a slope.
    let private multiplied (margin: int) (cosine: 'T) : 'T :> ITensor<'T> =
        let rec chebyshev k (before: 'T) (now: 'T) : 'T =
            if k = margin then now else chebyshev (Operators.(+) k 1) now (2.0 .* (cosine * now) - before)

        let multiple = chebyshev 1 (num 1.0) cosine
        let constant = detach cosine
        let zero = constant * num 0.0

        let struct (sign, turns) =
            Seq.fold
                (fun struct (sign: 'T, turns: 'T) j ->
                    let bound: 'T = num (Math.Cos(Math.PI *. float j ./. float margin))
                    struct (ifLess constant bound (num 0.0 - sign) sign, ifLess constant bound (turns + num 1.0) turns))
                (struct (zero + num 1.0, zero))
                (seq { 1 .. Operators.(-) margin 1 })

        sign * multiple - 2.0 .* turns

    let private ofAngles
        (withLengths: bool)
        (margin: int)
        (scale: float)
        (labels: Labels)
        (proxies: 'T)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        if margin < 1 || margin > 64 then
            raise (ArgumentOutOfRangeException(nameof margin, $"margin is {Check.number margin}, but it must be from 1 to 64."))

        Check.positive (nameof scale) scale
        let labels = check 1 (nameof proxies) labels proxies embeddings

        let values (labels: int[]) (x: 'T[]) : 'T =
            let cosines = productsOfRows x[2] x[0]
            let length = scale .* x[1]
            let own = length * multiplied margin (ownOf labels cosines)
            let all = expand cosines.Shape (column length) * cosines

            if withLengths then
                let ofClass = x[3]
                let some = 'T.Gather(ofClass, 0, Labels(ReadOnlySpan labels, Shape [| labels.Length |]))
                crossEntropyOf labels (own * some) (all * expand cosines.Shape (reshape (Shape [| 1; cosines.Shape[1] |]) ofClass))
            else
                crossEntropyOf labels own all

        byLabelledRows
            proxies.Shape[0]
            labels
            [| unitRows embeddings; lengths embeddings |]
            [|
                unitRows proxies
                if withLengths then
                    lengths proxies
            |]
            values
        |> whole
        |> LossValues

    /// <summary>SphereFace: a softmax of dot products with proxies of length 1, in which the angle to the own class is multiplied.</summary>
    /// <param name="margin">What the own angle is multiplied by; from 1 to 64.</param>
    /// <param name="scale">What products are multiplied by; finite, above 0.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or a number is outside its range.</exception>
    /// <remarks>Cross-entropy of s ‖x‖ cos θ, of the own class s ‖x‖ ((−1)ᵏ cos(m θ) − 2k) with k = ⌊m θ / π⌋. Source: Liu et al., CVPR 2017.</remarks>
    let sphereFace (margin: int) (scale: float) (labels: Labels) (proxies: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofAngles false margin scale labels proxies embeddings

    /// <summary>Large-margin softmax: a softmax of dot products with proxies, in which the angle to the own class is multiplied.</summary>
    /// <param name="margin">What the own angle is multiplied by; from 1 to 64.</param>
    /// <param name="scale">What products are multiplied by; finite, above 0.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or a number is outside its range.</exception>
    /// <remarks>That of SphereFace with s ‖x‖ ‖p‖ in place of s ‖x‖. Source: Liu et al., ICML 2016.</remarks>
    let largeMarginSoftmax
        (margin: int)
        (scale: float)
        (labels: Labels)
        (proxies: 'T)
        (embeddings: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        ofAngles true margin scale labels proxies embeddings

    /// <summary>MagFace: ArcFace whose margin grows with the length of the embedding, which is pulled to be long.</summary>
    /// <param name="options">The scale, the lengths and their margins, and the pull.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats and the pull, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or an option is outside its range.</exception>
    /// <remarks>ArcFace with the margin m(a), linear in a = ‖x‖ held between the two lengths, + λ (a / u² + 1 / a) with the largest length u. Of a length that is held
    /// neither margin nor pull have a slope. Source: Meng et al., CVPR 2021.</remarks>
    let magFace (options: MagFaceOptions) (labels: Labels) (proxies: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.positive "scale" options.Scale
        Check.positive "leastLength" options.LeastLength
        Check.positive "largestLength" options.LargestLength

        if not (options.LargestLength > options.LeastLength) then
            Check.outOfRange "largestLength" options.LargestLength "above leastLength"

        Check.within "leastMargin" 0.0 Math.PI options.LeastMargin
        Check.within "largestMargin" 0.0 Math.PI options.LargestMargin
        Check.notNegative "pull" options.Pull
        let labels = check 1 (nameof proxies) labels proxies embeddings
        let least, largest = options.LeastLength, options.LargestLength
        let rise = Operators.(-) options.LargestMargin options.LeastMargin ./. Operators.(-) largest least

        let values (labels: int[]) (x: 'T[]) : 'T =
            let length = min (num largest) (max (num least) x[1])
            let margin = num options.LeastMargin + num rise * (length - num least)
            let struct (sinOfMargin, cosOfMargin) = 'T.SinCos margin

            let ofAngle (_: 'T) (_: 'T[]) (cosine: 'T) (sine: unit -> 'T) =
                withMargin options.EasyMargin margin cosOfMargin sinOfMargin cosine (sine ())

            let pull = num options.Pull * (length / num (largest *. largest) + num 1.0 / length)
            cosFace' 1 ofAngle options.Scale labels [| x[0]; x[2] |] + pull

        byLabelledRows
            (Operators.max proxies.Shape[0] embeddings.Shape[1])
            labels
            [| unitRows embeddings; lengths embeddings |]
            [| unitRows proxies |]
            values
        |> whole
        |> LossValues

    /// <summary>ProxyNCA++: a softmax of minus the squared distances to the proxies of all classes, on the unit sphere.</summary>
    /// <param name="temperature">What squared distances are divided by; finite, above 0.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or <paramref name="temperature"/> is not above 0 or not finite.</exception>
    /// <remarks>Cross-entropy of −‖u − v‖² / τ over all proxies, the own one included; of unit vectors that is 2 u·v / τ, but for what all classes share.
    /// Source: Teh, DeVries and Taylor, ECCV 2020.</remarks>
    let proxyNCA (temperature: float) (labels: Labels) (proxies: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof temperature) temperature

        if not (Double.IsFinite(2.0 ./. temperature)) then
            Check.outOfRange (nameof temperature) temperature "at least 10⁻³⁰⁸"

        normalizedSoftmax (2.0 ./. temperature) true labels proxies embeddings

    /// <summary>Proxy anchor loss: each proxy pulls the embeddings of its class, and pushes the others, the more the harder they are.</summary>
    /// <param name="alpha">α, how much harder embeddings count more; finite, above 0.</param>
    /// <param name="margin">δ; finite.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>One for each proxy: their mean is the loss.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or a number is outside its range.</exception>
    /// <remarks>1/|P⁺| Σ log(1 + Σ exp(−α (s − δ))) over the proxies of the classes that there are, + 1/C Σ log(1 + Σ exp(α (s + δ))) over all; the first sum of a proxy is
    /// multiplied by C/|P⁺|. Source: Kim et al., CVPR 2020.</remarks>
    let proxyAnchor (alpha: float) (margin: float) (labels: Labels) (proxies: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof alpha) alpha
        Check.finite (nameof margin) margin
        let labels = check 1 (nameof proxies) labels proxies embeddings
        let indices = labels.Indices.ToArray()
        let classes = proxies.Shape[0]

        if indices.Length = 0 then
            LossValues(sumAlong 1 (num 0.0 * unitRows proxies))
        else
            let share = float classes ./. float (Array.distinct indices).Length

            let values (own: int[]) (x: 'T[]) : 'T =
                let cosines = productsOfRows x[1] x[0]
                let isOwn = constants cosines own.Length indices.Length (fun i j -> if indices[j] = own[i] then 1.0 else 0.0)
                let pulled = softplus (logSumWhere isOwn (num alpha * (num margin - cosines)))
                let pushed = softplus (logSumWhere (num 1.0 - isOwn) (num alpha * (cosines + num margin)))
                share .* pulled + pushed

            byLabelledRows
                indices.Length
                (Labels(ReadOnlySpan [| 0 .. Operators.(-) classes 1 |], Shape [| classes |]))
                [| unitRows proxies |]
                [| unitRows embeddings |]
                values
            |> whole
            |> LossValues

    /// <summary>SoftTriple: a softmax over classes of similarities that are themselves softmax-weighted over the centres of a class.</summary>
    /// <param name="options">The scale, γ, the margin, and what the centres of a class cost that are apart.</param>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="proxies">(C K, D): the centres of class c are the rows from c K on.</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>Nats and the regulariser, one for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, or an option is outside its range.</exception>
    /// <remarks>With S = Σ softmax(s/γ) s over the cosines to the centres of a class: cross-entropy of λ (S − δ 1[own]), + τ/(C K (K − 1)) Σ ‖w − w′‖ over the pairs of
    /// centres of a class. Source: Qian et al., ICCV 2019.</remarks>
    let softTriple (options: SoftTripleOptions) (labels: Labels) (proxies: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.positive "scale" options.Scale
        Check.positive "gamma" options.Gamma
        Check.finite "margin" options.Margin
        Check.notNegative "tau" options.Tau
        checkSubCenters "subCenters" options.SubCenters
        let each = options.SubCenters
        let labels = check each (nameof proxies) labels proxies embeddings
        let classes = Operators.(/) proxies.Shape[0] each
        let unit = unitRows proxies

        let values (labels: int[]) (x: 'T[]) : 'T =
            let cosines = reshape (Shape [| labels.Length; classes; each |]) (productsOfRows x[1] x[0])
            let similarity = sumAlong 2 ('T.Softmax(cosines / num options.Gamma, 2) * cosines)
            let own = ownOf labels similarity - num options.Margin
            crossEntropyOf labels (options.Scale .* own) (options.Scale .* similarity)

        let loss = byLabelledRows proxies.Shape[0] labels [| unitRows embeddings |] [| unit |] values

        if each = 1 || options.Tau = 0.0 then
            loss |> whole |> LossValues
        else
            let centers = reshape (Shape [| classes; each; proxies.Shape[1] |]) unit
            let pairs = float classes *. float each *. Operators.(-) (float each) 1.0
            let apart = sumAll (cdist 2.0 centers centers) * num (0.5 *. options.Tau ./. pairs)
            loss + expand loss.Shape apart |> whole |> LossValues

    /// <summary>Centre loss: half the squared distance of an embedding from the centre of its class.</summary>
    /// <param name="labels">Class indices: (N).</param>
    /// <param name="centers">(C, D)</param>
    /// <param name="embeddings">(N, D)</param>
    /// <returns>One for each embedding.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class.</exception>
    /// <remarks>½ ‖x − c‖². Slope by the centre: c − x, the true one; the paper moves centres by a rule of its own. Convex. Source: Wen et al., ECCV 2016.</remarks>
    let centerLoss (labels: Labels) (centers: 'T) (embeddings: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let labels = check 1 (nameof centers) labels centers embeddings
        let apart = embeddings - pick (labels.Indices.ToArray()) centers
        0.5 .* sumAlong 1 (apart * apart) |> whole |> LossValues
