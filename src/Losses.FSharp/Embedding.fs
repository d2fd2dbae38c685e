namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>tripletMargin</c>.</summary>
[<NoComparison; NoEquality>]
type TripletMarginOptions =
    {
        /// By how much the negative must be farther than the positive; finite, above 0.
        Margin: float
        /// The order of the norm: at least 0, infinity included.
        P: float
        /// ε, added to every difference as PyTorch does; finite.
        Eps: float
        /// Whether the negative's distance is the smaller of those from the anchor and from the positive.
        Swap: bool
    }

    /// Margin 1, the Euclidean norm, ε 10⁻⁶, no swap.
    static member Default = { Margin = 1.0; P = 2.0; Eps = 1e-6; Swap = false }

    static member internal Given(margin: Nullable<float>, p: Nullable<float>, eps: Nullable<float>, swap: Nullable<bool>) =
        let options = TripletMarginOptions.Default

        {
            Margin = margin.GetValueOrDefault options.Margin
            P = p.GetValueOrDefault options.P
            Eps = eps.GetValueOrDefault options.Eps
            Swap = swap.GetValueOrDefault options.Swap
        }

    /// <summary>These options.</summary>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The margin is not above 0, the order of the norm is negative, or a number is not finite.</exception>
    member options.Checked() =
        Check.positive "margin" options.Margin
        Check.order "p" options.P
        Check.finite "eps" options.Eps
        options

/// Losses of where vectors lie relative to each other.
[<AutoOpen>]
module Embedding =

    /// margin of <c>cosineEmbedding</c> where none is given.
    [<Literal>]
    let CosineEmbeddingMargin = 0.0

    // What PyTorch adds to the squared norms of its cosine embedding loss.
    [<Literal>]
    let private CosineEmbeddingEps = 1e-12

    /// margin of <c>tripletMarginWithDistance</c> where none is given.
    [<Literal>]
    let TripletMarginWithDistanceMargin = 1.0

    /// swap of <c>tripletMarginWithDistance</c> where none is given.
    [<Literal>]
    let TripletMarginWithDistanceSwap = false

    let internal checkCosineMargin (margin: float) : float =
        Check.within (nameof margin) -1.0 1.0 margin
        margin

    let private checkTripletMargin (margin: float) : float =
        Check.positive (nameof margin) margin
        margin

    // 1 − cos and cos of the angle, with the squared norms at least ε above 0. With u = x / √(‖x‖² + ε), u₁·u₂ is the cosine, and 1 − u₁·u₂ =
    // ½ ‖u₁ − u₂‖² + ½ (1 − ‖u₁‖²) + ½ (1 − ‖u₂‖²), of which no term cancels: 1 − ‖u‖² = ε / (‖x‖² + ε).
    let private cosines (eps: float) (x2: 'T) (x1: 'T) : struct ('T * 'T) when 'T :> ITensor<'T> =
        Check.notNull (nameof x2) x2
        Check.notNull (nameof x1) x1
        Check.notNull (nameof x2) x2
        Check.notNull (nameof x1) x1
        Check.sameShape (nameof x2) (shapeOf x2) (nameof x1) (shapeOf x1)
        let axis = Check.vectorAxis (nameof x1) x1.Shape

        let one, two = measure axis (Math.Sqrt eps) x1, measure axis (Math.Sqrt eps) x2

        let unit (x: Measured<'T>) =
            let eps =
                match x.Unit with
                | ValueNone -> num eps
                | ValueSome unit -> num eps / unit / unit

            let length = sqrt (x.Square + eps)
            // A vector of zeros has no direction: the unit vector 0, of slope 0.
            let scale = given x.Norm (ifLess (num 0.0) x.Norm (num 1.0 / length) (num 0.0))
            let lack = ifLess (num 0.0) x.Norm (eps / (x.Square + eps)) (num 1.0)
            struct (x.Vector * reshape (x.Vector.Shape.With(axis, 1)) scale, lack)

        let struct (u1, lack1) = unit one
        let struct (u2, lack2) = unit two
        let d = u1 - u2
        let cosine = sumAlong axis (u1 * u2)
        // The lacks first: swapped vectors give the same bits.
        let distance = num 0.5 * (sumAlong axis (d * d) + (lack1 + lack2))

        let distance =
            if eps > 0.0 then
                distance
            else
                distance |> aligned axis 0.0 one two cosine (fun sign half -> num 1.0 - sign + sign * half)

        struct (distance, cosine)

    /// <summary>1 − cos of the angle between vectors along the last axis, without cancellation where they are nearly parallel.</summary>
    /// <param name="x2">(D) or (…, D).</param>
    /// <param name="x1">The shape of <paramref name="x2"/>.</param>
    /// <returns>The shape without the last axis; in [0, 2]. With a vector of zeros: 1, of slope 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>½ ‖x₁/‖x₁‖ − x₂/‖x₂‖‖².</remarks>
    let cosineDistance (x2: 'T) (x1: 'T) : 'T :> ITensor<'T> =
        let struct (distance, _) = cosines 0.0 x2 x1
        distance

    /// <summary>Cosine embedding loss: how far pairs that are alike are from parallel; how far others are within the margin.</summary>
    /// <param name="margin">In [−1, 1]: the cosine that pairs that are not alike may have.</param>
    /// <param name="target">1 for alike, −1 for not: (N), or a scalar for one pair.</param>
    /// <param name="x2">(N, D), or (D) for one pair.</param>
    /// <param name="x1">The shape of <paramref name="x2"/>.</param>
    /// <returns>The shape of <paramref name="target"/>.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is outside [−1, 1], or a target is neither −1 nor 1; it says
    /// which, where.</exception>
    /// <remarks>1 − cos for t = 1, max(0, cos − margin) for t = −1, with cos = x₁·x₂ / √((‖x₁‖² + ε)(‖x₂‖² + ε)) and ε = 10⁻¹² as in PyTorch. Slope at the
    /// kink: 0. Not convex. Source: torch.nn.CosineEmbeddingLoss (PyTorch 2.10).</remarks>
    let cosineEmbedding (margin: float) (target: 'T) (x2: 'T) (x1: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let margin = checkCosineMargin margin
        Check.notNull (nameof target) target
        checkTwo (nameof x2) x2 (nameof x1) x1

        if x1.Shape.Rank = 0 then
            raise (ArgumentException($"x1 has shape (): there is no vector axis.", nameof x1))

        Check.shape (nameof target) target.Shape (x1.Shape.Without -1) (fun () -> $"x1 has shape {x1.Shape}")
        let struct (distance, cosine) = cosines CosineEmbeddingEps x2 x1
        let values = given (target + distance) (ifLess (num 0.0) target distance (hinge (cosine - num margin)))
        LossValues(values).Within(Domain.PlusOrMinusOne, target, nameof target)

    let private triplet
        (margin: float)
        (swap: bool)
        (distance: 'T -> 'T -> 'T)
        (fuse: 'T[] -> ('T[] -> 'T) -> 'T)
        (negative: 'T)
        (positive: 'T)
        (anchor: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let margin = checkTripletMargin margin
        Check.notNull (nameof negative) negative
        checkTwo (nameof positive) positive (nameof anchor) anchor
        Check.sameShape (nameof negative) negative.Shape (nameof anchor) anchor.Shape

        let definition (x: 'T[]) : 'T =
            let far = distance x[0] x[2]
            let far = if swap then min far (distance x[1] x[2]) else far
            hinge (distance x[0] x[1] - far + num margin)

        LossValues(fuse [| anchor; positive; negative |] definition)

    // The loss as its kernel takes it; null where the norm is not the Euclidean one, for which there is none.
    let internal tripletMarginKernel (options: TripletMarginOptions) : TripletRows | null =
        Check.notNull (nameof options) options
        let options = options.Checked()

        if options.P = 2.0 then TripletRows(options.Margin, options.Eps, options.Swap) else null

    /// <summary>Triplet margin loss: an anchor must be nearer to its positive than to its negative, by a margin.</summary>
    /// <param name="options">Margin, norm, ε, swap.</param>
    /// <param name="negative">(D) or (N, D).</param>
    /// <param name="positive">The shape of <paramref name="anchor"/>.</param>
    /// <param name="anchor">(D) or (N, D).</param>
    /// <returns>The shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The margin is not above 0, the order of the norm is negative, or a number is not finite.</exception>
    /// <remarks>max(0, d(a, p) − d(a, n) + margin) with d(x, y) = ‖x − y + ε‖ₚ. Slope at a kink and of a distance 0: 0. Not convex.
    /// Source: Balntas et al. (2016); torch.nn.TripletMarginLoss (PyTorch 2.10).</remarks>
    let tripletMargin (options: TripletMarginOptions) (negative: 'T) (positive: 'T) (anchor: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        let kernel = tripletMarginKernel options
        let distance a b = pairwiseDistance options.P options.Eps false b a

        let fuse (x: 'T[]) (definition: 'T[] -> 'T) : 'T =
            match kernel with
            | null -> definition x |> whole
            | kernel -> 'T.Fuse(kernel, x, Func<'T[], 'T> definition)

        triplet options.Margin options.Swap distance fuse negative positive anchor

    /// <summary>Triplet margin loss with any distance.</summary>
    /// <param name="distance">From two tensors of one shape, a distance each.</param>
    /// <param name="margin">By how much the negative must be farther than the positive; finite, above 0.</param>
    /// <param name="swap">Whether the negative's distance is the smaller of those from the anchor and from the positive.</param>
    /// <param name="negative">The shape of <paramref name="anchor"/>.</param>
    /// <param name="positive">The shape of <paramref name="anchor"/>.</param>
    /// <param name="anchor">Any shape that the distance takes.</param>
    /// <returns>The shape of a distance.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is not above 0 or not finite.</exception>
    /// <remarks>max(0, d(a, p) − d(a, n) + margin). Source: torch.nn.TripletMarginWithDistanceLoss (PyTorch 2.10).</remarks>
    let tripletMarginWithDistance
        (distance: 'T -> 'T -> 'T)
        (margin: float)
        (swap: bool)
        (negative: 'T)
        (positive: 'T)
        (anchor: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof distance) distance

        let distance a b =
            let value = distance a b

            if isNull (box value) then
                raise (ArgumentException("distance gave no value, but null.", nameof distance))

            value

        triplet margin swap distance (fun x definition -> definition x |> whole) negative positive anchor

namespace Losses

open System
open System.Runtime.InteropServices
open Losses.FSharp

/// <summary>Triplet margin loss of vectors in the caller's own memory: <c>TripletMargin(options).ValueAndGradients(anchor, positive, negative, width, …)</c>.
/// (Balntas et al. 2016; torch.nn.TripletMarginLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type TripletMargin =
    val private options: TripletMarginOptions | null

    /// <summary>The loss of its options.</summary>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The margin is not above 0, the order of the norm is negative, or a number is not finite.</exception>
    new(options: TripletMarginOptions) =
        Check.notNull (nameof options) options
        { options = options.Checked() }

    /// <summary>The loss of its options, each its default where it is not given.</summary>
    /// <param name="margin">By how much the negative must be farther than the positive; finite, above 0.</param>
    /// <param name="p">The order of the norm: at least 0, infinity included.</param>
    /// <param name="eps">ε, added to every difference as PyTorch does; finite.</param>
    /// <param name="swap">Whether the negative's distance is the smaller of those from the anchor and from the positive.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The margin is not above 0, the order of the norm is negative, or a number is not finite.</exception>
    new
        (
            [<Optional>] margin: Nullable<float>,
            [<Optional>] p: Nullable<float>,
            [<Optional>] eps: Nullable<float>,
            [<Optional>] swap: Nullable<bool>
        ) =
        TripletMargin(TripletMarginOptions.Given(margin, p, eps, swap))

    // C# has a struct without a constructor, too.
    member private loss.Options =
        match loss.options with
        | null -> TripletMarginOptions.Default
        | options -> options

    interface IVectors3 with
        member loss.Rows = tripletMarginKernel loss.Options
        member loss.Of(anchor, positive, negative) = tripletMargin loss.Options negative positive anchor
