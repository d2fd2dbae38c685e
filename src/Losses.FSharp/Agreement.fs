namespace Losses.FSharp

open Losses
open Losses.FSharp.TensorNotation

/// Errors of many numbers beside how much the numbers themselves differ.
[<AutoOpen>]
module Agreement =

    open Losses.FSharp.Notation

    let private checkRows (target: 'T) (prediction: 'T) : int when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        let axis = Check.vectorAxis (nameof prediction) prediction.Shape
        Check.notEmptyAxis (nameof prediction) prediction.Shape axis "numbers"
        axis

    /// <summary>Concordance correlation loss: 1 less how far predictions and targets lie on the line on which they are equal.</summary>
    /// <param name="target">Rows of numbers: (…, K).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>One for each row, from 0 to 2; NaN where all numbers of both are equal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no numbers.</exception>
    /// <remarks>1 − 2 s_xt / (s_x² + s_t² + (x̄ − t̄)²), the variances and the covariance over K: Σ (x − t)² over Σ (x − x̄)² + Σ (t − t̄)² + K (x̄ − t̄)².
    /// Source: Lin, Biometrics 45 (1989) 255–268.</remarks>
    let concordance (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = checkRows target prediction
        let square (x: 'T) : 'T = sumAlong axis (x * x)
        let error = prediction - target
        let bias = sumAlong axis error
        let spread = square (centred axis prediction) + square (centred axis target)
        LossValues(whole (square error / (spread + bias * bias / num (float prediction.Shape[axis]))))

    /// <summary>Relative squared error: the squared errors beside those of the mean of the targets, which is 1 − R².</summary>
    /// <param name="target">Rows of numbers: (…, K).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>One for each row, at least 0; ∞ or NaN where all targets are equal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no numbers.</exception>
    /// <remarks>Σ (x − t)² / Σ (t − t̄)². Slope: 2 (x − t) / Σ (t − t̄)². Convex in the prediction. Source: Draper and Smith, Applied regression analysis (1966);
    /// sklearn.metrics.r2_score (1.7, 2025) is 1 less it.</remarks>
    let relativeSquaredError (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = checkRows target prediction
        let square (x: 'T) : 'T = sumAlong axis (x * x)
        LossValues(whole (square (prediction - target) / square (centred axis target)))

    /// <summary>Relative absolute error: the absolute errors beside those of the mean of the targets.</summary>
    /// <param name="target">Rows of numbers: (…, K).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>One for each row, at least 0; ∞ or NaN where all targets are equal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no numbers.</exception>
    /// <remarks>Σ |x − t| / Σ |t − t̄|. Slope: ±1 / Σ |t − t̄|, 0 at the target. Convex in the prediction. Source: Quinlan, C4.5 (1993); ML.NET's and Weka's measure.</remarks>
    let relativeAbsoluteError (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = checkRows target prediction
        LossValues(whole (sumAlong axis (abs (prediction - target)) / sumAlong axis (abs (centred axis target))))
