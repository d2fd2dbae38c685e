namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Losses of what generative models hold inside: codes, and the slopes of a critic.
[<AutoOpen>]
module Latents =

    /// commitment of <c>vectorQuantization</c> where none is given.
    [<Literal>]
    let VectorQuantizationCommitment = 0.25

    /// learned of <c>vectorQuantization</c> where none is given.
    [<Literal>]
    let VectorQuantizationLearned = true

    /// oneSided of <c>gradientPenalty</c> where none is given.
    [<Literal>]
    let GradientPenaltyOneSided = false

    /// norm of <c>gradientPenalty</c> where none is given.
    [<Literal>]
    let GradientPenaltyNorm = 1.0

    /// <summary>Vector quantization: latents are drawn to the nearest code of a book, and codes to the latents that they are nearest to.</summary>
    /// <param name="commitment">β, what the latents' part weighs; finite, at least 0.</param>
    /// <param name="learned">Whether the codes are drawn, too; not where running means make them.</param>
    /// <param name="codebook">K codes, at least one: (K, D).</param>
    /// <param name="latents">(N, D)</param>
    /// <returns>Squared units of the latents, one for each number. A mean is over all of them.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no codes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="commitment"/> is negative or not finite.</exception>
    /// <remarks>β (z − ē)² + (z̄ − e)² with the code e nearest to z, the first of several; what has a bar is constant, so that each part moves one of them. Source: van den Oord, Vinyals
    /// and Kavukcuoglu, Neural discrete representation learning, NeurIPS 2017.</remarks>
    let vectorQuantization (commitment: float) (learned: bool) (codebook: 'T) (latents: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof commitment) commitment
        Check.notNull (nameof codebook) codebook
        Check.notNull (nameof latents) latents

        if latents.Shape.Rank <> 2 then
            raise (ArgumentException($"latents has shape {latents.Shape}; it must be (N, D).", nameof latents))

        let count, size = latents.Shape[0], latents.Shape[1]

        if codebook.Shape.Rank <> 2 then
            raise (ArgumentException($"codebook has shape {codebook.Shape}; it must be (K, D).", nameof codebook))

        Check.notEmptyAxis (nameof codebook) codebook.Shape 0 "codes"
        Check.lengths (nameof codebook) codebook.Shape [| codebook.Shape[0]; size |] (fun () -> $"latents has shape {latents.Shape}")
        let distances = cdist 2.0 (Notation.detach codebook) (Notation.detach latents)
        let farness = Notation.(-) (Notation.num 0.0) distances
        let most = 'T.Largest(farness, 1) |> reshape (Shape [| count; 1 |]) |> expand farness.Shape
        let zero = Notation.num 0.0
        let isNearest = Notation.ifLess farness most zero (expand farness.Shape (Notation.num 1.0))
        // The first of several.
        let isFirst = Notation.ifLess ('T.CumulativeSum(isNearest, 1)) (Notation.num 1.5) isNearest zero
        let codes = 'T.MatMul(isFirst, codebook)
        let square (x: 'T) : 'T = Notation.(*) x x
        let own = Notation.(*) (Notation.num commitment) (square (Notation.(-) latents (Notation.detach codes)))
        let theirs = square (Notation.(-) (Notation.detach latents) codes)
        let value = if learned then Notation.(+) own theirs else own
        // What is NaN is near to nothing, and a code that is NaN near to all.
        let sizes = sumAlong 1 (Notation.(+) (Notation.abs latents) (Notation.abs codes))
        let sizes = sizes |> reshape (Shape [| count; 1 |]) |> expand latents.Shape
        LossValues(whole (Notation.given sizes value))

    /// <summary>Gradient penalty: how far the slope of a critic is from a given steepness, from the slopes at some points.</summary>
    /// <param name="oneSided">Whether only what is steeper counts.</param>
    /// <param name="norm">The steepness, 1 of WGAN-GP, 0 of R1; finite, at least 0.</param>
    /// <param name="gradients">The critic's slopes by each point, as <c>Diff.gradient</c> gives them: (…, D).</param>
    /// <returns>Squared units of the slopes: (…).</returns>
    /// <exception cref="T:System.ArgumentException">There is no axis.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="norm"/> is negative or not finite.</exception>
    /// <remarks>(‖g‖ − c)², or max(0, ‖g‖ − c)²; the slope at g = 0 is 0. Convex where c is 0 or it is one-sided. WGAN-GP weighs it with 10; R1 is half of it with c = 0. Source:
    /// Gulrajani et al., NeurIPS 2017; Mescheder, Geiger and Nowozin, ICML 2018; Petzka et al., ICLR 2018.</remarks>
    let gradientPenalty (oneSided: bool) (norm: float) (gradients: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof norm) norm
        Check.notNull (nameof gradients) gradients
        Check.vectorAxis (nameof gradients) gradients.Shape |> ignore
        let origin = expand gradients.Shape (Notation.num 0.0)
        let steepness = pairwiseDistance 2.0 0.0 false origin gradients
        let excess = Notation.(-) steepness (Notation.num norm)
        let excess = if oneSided then Notation.hinge excess else excess
        LossValues(whole (Notation.(*) excess excess))
