namespace Losses

/// <summary>How an image goes on beyond its border.</summary>
type ImageBorder =
    /// <summary>It does not: only windows inside it count.</summary>
    | Valid = 0
    /// <summary>Reflected at its outermost elements, which are not repeated.</summary>
    | Reflect = 1
    /// <summary>By its outermost elements.</summary>
    | Replicate = 2

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>ssim</c>.</summary>
[<NoComparison; NoEquality>]
type SSIMOptions =
    {
        /// The length of the window's sides; odd, at least 1.
        WindowSize: int
        /// The standard deviation of the window's Gaussian, in elements: above 0; with ∞ the window is uniform.
        Sigma: float
        /// How an image goes on beyond its border.
        Border: ImageBorder
        /// How far apart numbers of an image can be; finite, above 0.
        DataRange: float
        /// K₁: (K₁ · range)² is added where means are compared; finite, at least 0.
        K1: float
        /// K₂: (K₂ · range)² is added where variances are; finite, at least 0.
        K2: float
        /// How many of the last axes are those of the image: 1 to 3.
        SpatialAxes: int
    }

    /// A Gaussian window of 11 with 1.5, inside the image, a range of 1, 0.01 and 0.03, rows and columns (MONAI's and the paper's).
    static member Default =
        {
            WindowSize = 11
            Sigma = 1.5
            Border = ImageBorder.Valid
            DataRange = 1.0
            K1 = 0.01
            K2 = 0.03
            SpatialAxes = 2
        }

    static member internal Given
        (
            windowSize: Nullable<int>,
            sigma: Nullable<float>,
            border: Nullable<ImageBorder>,
            dataRange: Nullable<float>,
            k1: Nullable<float>,
            k2: Nullable<float>,
            spatialAxes: Nullable<int>
        ) =
        let options = SSIMOptions.Default

        {
            WindowSize = windowSize.GetValueOrDefault options.WindowSize
            Sigma = sigma.GetValueOrDefault options.Sigma
            Border = border.GetValueOrDefault options.Border
            DataRange = dataRange.GetValueOrDefault options.DataRange
            K1 = k1.GetValueOrDefault options.K1
            K2 = k2.GetValueOrDefault options.K2
            SpatialAxes = spatialAxes.GetValueOrDefault options.SpatialAxes
        }

/// Losses of images.
[<AutoOpen>]
module Images =

    /// isMean of <c>totalVariation</c> where none is given.
    [<Literal>]
    let TotalVariationIsMean = false

    /// <summary>Total variation of an image: how much neighbours in a column and in a row differ.</summary>
    /// <param name="isMean">Whether the differences along each axis are averaged instead of summed.</param>
    /// <param name="image">(…, H, W).</param>
    /// <returns>Units of the image, one value for each: the shape without the last two axes.</returns>
    /// <exception cref="T:System.ArgumentException">There are fewer than two axes.</exception>
    /// <remarks>Σ |x_{i + 1, j} − x_{i, j}| + Σ |x_{i, j + 1} − x_{i, j}|, the anisotropic form. Of a mean each sum is divided by the number of its terms; an axis of length 1 has
    /// none, and adds 0. Slope where neighbours are equal: 0. Convex. Source: Rudin, Osher and Fatemi, Physica D 60 (1992); kornia.losses.TotalVariation (0.8, 2025).</remarks>
    let totalVariation (isMean: bool) (image: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof image) image
        let shape = image.Shape

        if shape.Rank < 2 then
            raise (ArgumentException($"image has shape {shape}; it must have rows and columns.", nameof image))

        let along (axis: int) : 'T =
            let length = shape[axis]
            let terms = Math.Max(0, Operators.(-) length 1)
            let differences = 'T.Slice(image, axis, Math.Min(1, length), terms) - 'T.Slice(image, axis, 0, terms)
            let last = shape.Rank
            let sum = 'T.Sum(abs differences, ReadOnlySpan [| Operators.(-) last 2; Operators.(-) last 1 |], false)
            let count = differences.Shape[-1] |> Operators.(*) differences.Shape[-2]
            if isMean && count > 0 then sum / num (float count) else sum

        LossValues(whole (along -2 + along -1))

    // The shape of an image, and its first axis, where windows fit.
    let private checkSsim (options: SSIMOptions) (target: 'T) (prediction: 'T) : int when 'T :> ITensor<'T> =
        Check.notNull "options" options

        if options.WindowSize < 1 || options.WindowSize % 2 = 0 then
            Check.outOfRange "windowSize" (float options.WindowSize) "odd and at least 1"

        if not (options.Sigma > 0.0) then
            Check.outOfRange "sigma" options.Sigma "above 0"

        if not (Enum.IsDefined options.Border) then
            raise (ArgumentOutOfRangeException("border", $"{Check.number (int64 options.Border)} is no border."))

        Check.positive "dataRange" options.DataRange
        Check.notNegative "k1" options.K1
        Check.notNegative "k2" options.K2

        if options.SpatialAxes < 1 || options.SpatialAxes > 3 then
            Check.outOfRange "spatialAxes" (float options.SpatialAxes) "from 1 to 3"

        checkTwo (nameof target) target (nameof prediction) prediction
        let shape = prediction.Shape
        let half = Operators.(/) options.WindowSize 2

        // The least length of a side.
        let least =
            match options.Border with
            | ImageBorder.Valid -> options.WindowSize
            | ImageBorder.Reflect -> Operators.(+) half 1
            | _ -> 1

        if
            shape.Rank < options.SpatialAxes
            || Seq.exists (fun k -> shape[Operators.(~-) k] < least) (seq { 1 .. options.SpatialAxes })
        then
            raise (
                ArgumentException(
                    $"prediction has shape {shape}: {options.SpatialAxes} sides of an image must be at least {least} long, for windows of {options.WindowSize}.",
                    nameof prediction
                )
            )

        Operators.(-) shape.Rank options.SpatialAxes

    // The weights of a window's side, which sum to 1.
    let private side (size: int) (sigma: float) : float[] =
        let weights =
            Array.init size (fun k ->
                let z = float (Operators.(-) k (Operators.(/) size 2)) ./. sigma
                Math.Exp(-0.5 *. z *. z))

        let total = Array.sum weights
        weights |> Array.map (fun weight -> weight ./. total)

    // Beyond both ends of an axis, element by element.
    let private continued (border: ImageBorder) (length: int) (axis: int) (x: 'T) : 'T :> ITensor<'T> =
        if border = ImageBorder.Valid || length = 0 then
            x
        else
            let last = Operators.(-) x.Shape[axis] 1
            let place k = if border = ImageBorder.Reflect then k else 0
            let before = Array.init length (fun k -> 'T.Slice(x, axis, place (Operators.(-) length k), 1))
            let after = Array.init length (fun k -> 'T.Slice(x, axis, Operators.(-) last (place (Operators.(+) k 1)), 1))
            'T.Concatenate(ReadOnlySpan(Array.concat [| before; [| x |]; after |]), axis)

    // Means over windows, along one axis after another: sums of slices, no copies of the size of a window.
    let private windowMeans (options: SSIMOptions) (first: int) (x: 'T) : 'T :> ITensor<'T> =
        let weights = side options.WindowSize options.Sigma

        let along (x: 'T) (axis: int) : 'T =
            let x = continued options.Border (Operators.(/) weights.Length 2) axis x
            let length = Operators.(+) (Operators.(-) x.Shape[axis] weights.Length) 1

            weights |> Array.mapi (fun k weight -> num weight * 'T.Slice(x, axis, k, length)) |> Array.reduce (fun a b -> a + b)

        let means (x: 'T[]) : 'T = Seq.fold along x[0] (seq { first .. Operators.(-) x[0].Shape.Rank 1 })
        'T.Recompute(Func<'T[], 'T> means, [| x |])

    /// <summary>Structural similarity, as a loss: 1 less it, around each element of an image.</summary>
    /// <param name="options">The window, the border, the range of the numbers, and how many axes an image has.</param>
    /// <param name="target">Images: (…, H, W), (…, D, H, W) or (…, L).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, from 0 to 2, for each place of a window: the shape of the images, or where only windows inside them count, shorter by the window less 1.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or no window fits.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − (2 μ_x μ_t + C₁)(2 σ_xt + C₂) / ((μ_x² + μ_t² + C₁)(σ_x² + σ_t² + C₂)), which is a + b − a b with a = (μ_x − μ_t)² / (μ_x² + μ_t² + C₁) and
    /// b = var(x − t) / (σ_x² + σ_t² + C₂): nothing cancels where images are alike. Not convex. Source: Wang, Bovik, Sheikh and Simoncelli, IEEE Trans. Image Process. 13
    /// (2004) 600–612; monai.losses.SSIMLoss (1.5, 2025); kornia.losses.SSIMLoss (0.8, 2025), half of it, reflected.</remarks>
    let ssim (options: SSIMOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let first = checkSsim options target prediction
        let mean (x: 'T) : 'T = windowMeans options first x
        let d = prediction - target
        let meanX, meanT, meanD = mean prediction, mean target, mean d
        let squares = mean (prediction * prediction + target * target)
        let squaredMeans = meanX * meanX + meanT * meanT
        let constant (k: float) : 'T = num (k *. options.DataRange *. (k *. options.DataRange))
        let a = meanD * meanD / (squaredMeans + constant options.K1)
        let b = (mean (d * d) - meanD * meanD) / (squares - squaredMeans + constant options.K2)
        LossValues(whole (a + b - a * b))
