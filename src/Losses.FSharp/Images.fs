namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

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
