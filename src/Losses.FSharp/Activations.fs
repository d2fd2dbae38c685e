namespace Losses.FSharp

open Losses
open Losses.FSharp.TensorNotation

/// Functions that go before a loss.
[<AutoOpen>]
module Activations =

    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    /// <param name="logits">Any shape.</param>
    /// <returns>The shape of <paramref name="logits"/>, in [0, 1].</returns>
    /// <remarks>Slope: σ(x) σ(−x). Source: torch.sigmoid.</remarks>
    let sigmoid (logits: 'T) : 'T :> IReal<'T> =
        Check.notNull (nameof logits) logits
        ('T.Logistic logits).Sigmoid

    /// <summary>log σ(x) = −softplus(−x), without cancellation or overflow.</summary>
    /// <param name="logits">Any shape.</param>
    /// <returns>The shape of <paramref name="logits"/>, at most 0.</returns>
    /// <remarks>Slope: σ(−x). Source: torch.nn.LogSigmoid (PyTorch 2.10).</remarks>
    let logSigmoid (logits: 'T) : 'T :> IReal<'T> =
        Check.notNull (nameof logits) logits
        Notation.(~-) ('T.Logistic logits).SoftplusOfMinus

    /// <summary>Softplus log(1 + eˣ), the smooth hinge.</summary>
    /// <param name="logits">Any shape.</param>
    /// <returns>The shape of <paramref name="logits"/>, at least 0.</returns>
    /// <remarks>Slope: σ(x). Source: torch.nn.Softplus (PyTorch 2.10), with its beta 1 and without its switch to x at a threshold.</remarks>
    let softplus (logits: 'T) : 'T :> IReal<'T> =
        Check.notNull (nameof logits) logits
        ('T.Logistic logits).Softplus

    /// <summary>exp x / Σ exp along an axis.</summary>
    /// <param name="axis">The class axis; a negative one counts from the last.</param>
    /// <param name="logits">At least one class. A row all −∞ has no distribution: its probabilities are 0.</param>
    /// <returns>The shape of <paramref name="logits"/>; rows sum to 1.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>Source: torch.nn.Softmax (PyTorch 2.10).</remarks>
    let softmax (axis: int) (logits: 'T) : 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits
        let axis = (shapeOf logits).Axis(axis, nameof axis)
        Check.notEmptyAxis (nameof logits) logits.Shape axis "classes"
        'T.Softmax(logits, axis)

    /// <summary>exp −x / Σ exp −x along an axis: the softmax of what is to be small.</summary>
    /// <param name="axis">The class axis; a negative one counts from the last.</param>
    /// <param name="scores">At least one class. A row all +∞ has no distribution: its probabilities are 0.</param>
    /// <returns>The shape of <paramref name="scores"/>; rows sum to 1.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>Source: torch.nn.Softmin (PyTorch 2.10).</remarks>
    let softmin (axis: int) (scores: 'T) : 'T :> ITensor<'T> =
        Check.notNull (nameof scores) scores
        let axis = (shapeOf scores).Axis(axis, nameof axis)
        Check.notEmptyAxis (nameof scores) scores.Shape axis "classes"
        'T.Softmax(Notation.(~-) scores, axis)

    /// <summary>x − log Σ exp along an axis: logarithms of probabilities, without cancellation.</summary>
    /// <param name="axis">The class axis; a negative one counts from the last.</param>
    /// <param name="logits">At least one class. A row all −∞ has no distribution: zeros, of slope 0.</param>
    /// <returns>The shape of <paramref name="logits"/>, at most 0.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>Source: torch.nn.LogSoftmax (PyTorch 2.10).</remarks>
    let logSoftmax (axis: int) (logits: 'T) : 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits
        let axis = (shapeOf logits).Axis(axis, nameof axis)
        Check.notEmptyAxis (nameof logits) logits.Shape axis "classes"
        'T.LogSoftmax(logits, axis)

    /// <summary>log Σ exp along an axis, without overflow.</summary>
    /// <param name="axis">The axis to reduce; a negative one counts from the last.</param>
    /// <param name="logits">At least one element along the axis.</param>
    /// <returns>The shape of <paramref name="logits"/> without the axis.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>Slope: softmax. Source: torch.logsumexp.</remarks>
    let logSumExp (axis: int) (logits: 'T) : 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits
        let axis = (shapeOf logits).Axis(axis, nameof axis)
        Check.notEmptyAxis (nameof logits) logits.Shape axis "classes"
        'T.LogSumExp(logits, axis)

    /// <summary>Soft cap: logits pressed between ±cap, and left nearly as they are next to 0.</summary>
    /// <param name="cap">Finite, above 0.</param>
    /// <param name="logits">Any shape.</param>
    /// <returns>The shape of <paramref name="logits"/>, within ±cap.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="cap"/> is not above 0 or not finite.</exception>
    /// <remarks>cap · tanh(x / cap). Slope: 1 − tanh². Source: Gemma 2 (2024); Liger-Kernel's softcap.</remarks>
    let softCap (cap: float) (logits: 'T) : 'T :> IReal<'T> =
        Check.positive (nameof cap) cap
        Check.notNull (nameof logits) logits
        Notation.(*) (Notation.num cap) (Notation.tanh (Notation.(/) logits (Notation.num cap)))

    /// <summary>Label smoothing: shares of classes, of which a part is shared among all.</summary>
    /// <param name="smoothing">ε, in [0, 1].</param>
    /// <param name="axis">The class axis; a negative one counts from the last.</param>
    /// <param name="probabilities">At least one class.</param>
    /// <returns>The shape of <paramref name="probabilities"/>.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="smoothing"/> is outside [0, 1], or there is no such axis.</exception>
    /// <remarks>(1 − ε) t + ε/C of C classes. Of yes-or-no answers C is 2. Source: Szegedy et al., CVPR 2016; optax.smooth_labels (2020).</remarks>
    let smoothLabels (smoothing: float) (axis: int) (probabilities: 'T) : 'T :> ITensor<'T> =
        Check.within (nameof smoothing) 0.0 1.0 smoothing
        Check.notNull (nameof probabilities) probabilities
        let axis = (shapeOf probabilities).Axis(axis, nameof axis)
        Check.notEmptyAxis (nameof probabilities) probabilities.Shape axis "classes"
        let share = Notation.num (smoothing / float probabilities.Shape[axis])
        Notation.given probabilities (Notation.(+) (Notation.(*) (Notation.num (1.0 - smoothing)) probabilities) share)
