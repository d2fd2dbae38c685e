namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Further scores of ensembles, and of a mean with its covariance.
[<AutoOpen>]
module Forecasts =

    open Losses.FSharp.Notation

    /// scale of <c>kernelScore</c> where none is given.
    [<Literal>]
    let KernelScoreScale = 1.0

    /// fair of <c>kernelScore</c> where none is given.
    [<Literal>]
    let KernelScoreFair = false

    /// axis of <c>errorSpread</c> where none is given.
    [<Literal>]
    let ErrorSpreadAxis = -1

    /// axis of <c>owcrpsEnsemble</c> where none is given.
    [<Literal>]
    let OWCRPSEnsembleAxis = -1

    /// <summary>Dawid–Sebastiani score of vectors: of their mean and covariance, whatever the distribution.</summary>
    /// <param name="covariance">Symmetric and positive definite: (…, D, D).</param>
    /// <param name="target">Vectors: (…, D).</param>
    /// <param name="prediction">The means; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, one for each vector; NaN where a covariance is not positive definite.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <remarks>(t − x)ᵀ Σ⁻¹ (t − x) + log det Σ: twice the Gaussian likelihood's, up to a constant. It takes one component away at a time: D steps, no inverse. Convex in x.
    /// Source: Dawid and Sebastiani, Ann. Stat. 27 (1999) 65–81; scoringrules.dssmv_ensemble (2025).</remarks>
    let dawidSebastianiMultivariate (covariance: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = Ensembles.vectorsWithMatrices (nameof covariance) covariance target prediction
        let count = prediction.Shape[axis]

        // What is known of the others once the first is: their conditional errors and covariance. The errors stand on both sides of the inverse, one by the covariance's
        // rows and one by its columns, so that its slopes are as symmetric as it is.
        let rec score (error: 'T) (other: 'T) (rest: 'T) : 'T =
            let left = Operators.(-) error.Shape[axis] 1
            let slice axis start length (x: 'T) : 'T = 'T.Slice(x, axis, start, length)
            let row = slice axis 0 1 rest
            let pivot = reshape (error.Shape.With(axis, 1)) (slice (Operators.(+) axis 1) 0 1 row)
            let first, second = slice axis 0 1 error, slice axis 0 1 other
            let own = sumAlong axis (first * (second / pivot) + log pivot)

            if left = 0 then
                own
            else
                let others = error.Shape.With(axis, left)
                let column = slice axis 1 left rest
                let below = slice (Operators.(+) axis 1) 1 left column
                let column = slice (Operators.(+) axis 1) 0 1 column
                let share = slice (Operators.(+) axis 1) 1 left row
                let square = below.Shape

                let product =
                    expand square column
                    * expand square (share / expand share.Shape (reshape (share.Shape.With(Operators.(+) axis 1, 1)) pivot))

                let without (line: 'T) (own: 'T) (all: 'T) : 'T = slice axis 1 left all - reshape others line * expand others (own / pivot)
                own + score (without share first error) (without column second other) (below - product)

        if count = 0 then
            LossValues(sumAlong axis prediction)
        else
            LossValues(whole ((let error = target - prediction in score error error covariance)))

    /// <summary>Kernel score of ensembles of vectors, with a Gaussian kernel: how near the members are to the target, less how near to each other.</summary>
    /// <param name="scale">The width of the kernel, in units of the target; finite, above 0.</param>
    /// <param name="fair">Whether pairs of different members alone are averaged.</param>
    /// <param name="target">Vectors: (…, D).</param>
    /// <param name="ensemble">M members for each: (…, M, D).</param>
    /// <returns>Without unit, one for each vector; at least 0 unless it is fair.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are too few members: none, or of a fair score fewer than two.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="scale"/> is not above 0 or not finite.</exception>
    /// <remarks>½ + 1/2M² Σ k(xᵢ, xⱼ) − 1/M Σ k(xᵢ, t), fair with 1/2M(M − 1) over different members, k(x, y) = exp(−½ ‖x − y‖² / s²). It is half of what
    /// the squared distance of the two is in the kernel's space. Source: Gneiting and Raftery, J. Am. Stat. Assoc. 102 (2007) 359–378; scoringrules.gksmv_ensemble (2025).</remarks>
    let kernelScore (scale: float) (fair: bool) (target: 'T) (ensemble: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof scale) scale
        Ensembles.vectors (if fair then 2 else 1) target ensemble
        let axis = Operators.(-) ensemble.Shape.Rank 2
        let m = float ensemble.Shape[axis]

        // 1 − k, of which nothing is lost next to 0.
        let apart (a: 'T) (b: 'T) : 'T =
            let d = (a - b) / num scale
            sumAlong axis (num 0.0 - expm1 (-0.5 .* sumAlong (Operators.(+) axis 1) (d * d)))

        let error = apart ensemble (Ensembles.beside ensemble target) / num m

        if m = 1.0 then
            LossValues(whole error)
        else
            let spread = ensemble |> Ensembles.pairsAlong axis (fun _ later earlier -> apart later earlier) |> Ensembles.totalOf
            LossValues(whole (error - spread / num (m *. (if fair then Operators.(-) m 1.0 else m))))

    // The sum along an axis, which is kept.
    let private sumKept (axis: int) (x: 'T) : 'T :> ITensor<'T> = 'T.Sum(x, ReadOnlySpan [| axis |], true)

    /// <summary>Error-spread score: whether the spread of an ensemble, and its skewness, are those of the errors of its mean.</summary>
    /// <param name="axis">The axis of the members; a negative one counts from the last.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="ensemble">The shape of <paramref name="target"/> and an axis of M members.</param>
    /// <returns>Fourth power of the units of the target, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are fewer than three members.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>(s² − e² − e s g)² with e = m − t, the mean m, the variance s² over M − 1 and the skewness g = M/((M − 1)(M − 2)) Σ ((x − m)/s)³; where all members are
    /// equal it is NaN. Source: Christensen, Moroz and Palmer, Q. J. R. Meteorol. Soc. 141 (2015) 538–549; scoringrules.error_spread_score (2025).</remarks>
    let errorSpread (axis: int) (target: 'T) (ensemble: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = Ensembles.members axis 3 target ensemble
        let m = float ensemble.Shape[axis]
        let mean = sumKept axis ensemble / num m
        let d = ensemble - expand ensemble.Shape mean
        let variance = sumAlong axis (d * d) / num (Operators.(-) m 1.0)
        let cubes = num (m ./. (Operators.(-) m 1.0 *. Operators.(-) m 2.0)) * sumAlong axis (d * (d * d))
        let error = reshape target.Shape mean - target
        let lack = variance - error * error - error * (cubes / variance)
        LossValues(whole (lack * lack))

    /// <summary>Outcome-weighted continuous ranked probability score of an ensemble: only some outcomes count, and of the members those alone that are such.</summary>
    /// <param name="axis">The axis of the members; a negative one counts from the last.</param>
    /// <param name="memberWeights">What each member's outcome counts, at least 0; the shape of <paramref name="ensemble"/>.</param>
    /// <param name="targetWeights">What the target's outcome counts, at least 0; the shape of <paramref name="target"/>.</param>
    /// <param name="target">Any shape.</param>
    /// <param name="ensemble">The shape of <paramref name="target"/> and an axis of M members.</param>
    /// <returns>Units of the target, elementwise; NaN where no member counts.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no members.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis, or a weight is negative; it says which, where.</exception>
    /// <remarks>v (Σ wᵢ |xᵢ − t| / W − ½ Σ wᵢ wⱼ |xᵢ − xⱼ| / W²) with the target's weight v and W = Σ wᵢ. Source: Holzmann and Klar, Stat. Sin. 27 (2017) 2017–2037;
    /// scoringrules.owcrps_ensemble (2024).</remarks>
    let owcrpsEnsemble
        (axis: int)
        (memberWeights: 'T)
        (targetWeights: 'T)
        (target: 'T)
        (ensemble: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = Ensembles.members axis 1 target ensemble
        checkTwo (nameof memberWeights) memberWeights (nameof ensemble) ensemble
        checkTwo (nameof targetWeights) targetWeights (nameof target) target
        let kept = ensemble.Shape.With(axis, 1)
        let w = memberWeights / expand ensemble.Shape (sumKept axis memberWeights)
        let error = sumAlong axis (w * abs (ensemble - expand ensemble.Shape (reshape kept target)))
        let count = ensemble.Shape[axis]

        let value =
            if count = 1 then
                error
            else
                let term k =
                    let length = Operators.(-) count k
                    let later (x: 'T) : 'T = 'T.Slice(x, axis, k, length)
                    let earlier (x: 'T) : 'T = 'T.Slice(x, axis, 0, length)
                    sumAlong axis (later w * earlier w * abs (later ensemble - earlier ensemble))

                error - Ensembles.totalOf (Array.init (Operators.(-) count 1) (fun k -> term (Operators.(+) k 1)))

        LossValues(whole (targetWeights * value))
            .Within(Domain.NotNegative, targetWeights, nameof targetWeights)
            .WithinRows(Domain.NotNegative, memberWeights, axis, nameof memberWeights)
