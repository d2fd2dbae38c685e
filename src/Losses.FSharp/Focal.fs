namespace Losses

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>−α t (1 − p)^γ log p of a class of a softmax.  (Lin et al. 2017)</summary>
[<Struct; NoEquality; NoComparison>]
type Focal =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private gamma: float
    val private alpha: float

    member private loss.Gamma = if loss.isGiven then loss.gamma else 2.0
    member private loss.Alpha = if loss.isGiven then loss.alpha else 1.0

    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(prediction, target) =
            weigh (num loss.Alpha * target) (weigh (power loss.Gamma prediction.Rest) (num 0.0 - prediction.LogProbability))

    interface ILabelled with
        member _.Axis shape = classAxis "prediction" ClassOptions.Default.ClassAxis shape
        member loss.Rows(labels, shape) = softmaxKernel loss ClassOptions.Default labels shape

    /// <summary>The loss of a γ and an α.</summary>
    /// <param name="gamma">Finite, at least 0: how much less an easy row counts; 0 is cross-entropy.</param>
    /// <param name="alpha">Finite, at least 0: what every row is multiplied by.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is negative or not finite.</exception>
    new([<Optional; DefaultParameterValue(2.0)>] gamma: float, [<Optional; DefaultParameterValue(1.0)>] alpha: float) =
        Check.notNegative (nameof gamma) gamma
        Check.notNegative (nameof alpha) alpha
        { isGiven = true; gamma = gamma; alpha = alpha }

/// <summary>(α t + (1 − α)(1 − t)) (1 − p_t)^γ times the binary cross-entropy of logits, with p_t = p t + (1 − p)(1 − t).  (Lin et al. 2017;
/// torchvision.ops.sigmoid_focal_loss)</summary>
[<Struct; NoEquality; NoComparison>]
type SigmoidFocal =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private alpha: float
    val private gamma: float

    member private loss.Alpha = if loss.isGiven then loss.alpha else 0.25
    member private loss.Gamma = if loss.isGiven then loss.gamma else 2.0

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let l = logistic x
            let rest = num 1.0 - t
            // 1 − p_t, of terms of one sign.
            let wrong = weigh t l.SigmoidOfMinus + weigh rest l.Sigmoid
            let crossEntropy = weigh t l.SoftplusOfMinus + weigh rest l.Softplus
            let balance = num loss.Alpha * t + num (Operators.(-) 1.0 loss.Alpha) * rest
            weigh (balance * power loss.Gamma wrong) crossEntropy

        member _.Target = Domain.Probability

    /// <summary>The loss of an α and a γ.</summary>
    /// <param name="alpha">In [0, 1]: what a yes counts, where a no counts 1 − α.</param>
    /// <param name="gamma">Finite, at least 0: how much less an easy answer counts; 0 is cross-entropy.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(alpha: float, gamma: float) =
        Check.within (nameof alpha) 0.0 1.0 alpha
        Check.notNegative (nameof gamma) gamma

        { isGiven = true; alpha = alpha; gamma = gamma }

namespace Losses.FSharp

open System
open Losses

/// <summary>The options of <c>focal</c>.</summary>
[<NoComparison; ReferenceEquality>]
type FocalOptions =
    {
        /// γ, at least 0: how much less an easy row counts; 0 is cross-entropy.
        Gamma: float
        /// α, at least 0: what every row is multiplied by.
        Alpha: float
        /// A weight for each class, or none; a mean of labels then divides by the sum of their weights.
        ClassWeights: Weights
        /// The label that marks an element to leave out, a class or not.
        IgnoreIndex: int
        /// The class axis: by default 1, or 0 where there is only one axis.
        ClassAxis: int
    }

    /// γ 2, α 1, no weights, −100, axis 1.
    static member Default =
        {
            Gamma = 2.0
            Alpha = 1.0
            ClassWeights = Weights.None
            IgnoreIndex = ClassOptions.Default.IgnoreIndex
            ClassAxis = ClassOptions.Default.ClassAxis
        }

    static member internal Given
        (gamma: Nullable<float>, alpha: Nullable<float>, classWeights: Weights | null, ignoreIndex: Nullable<int>, classAxis: Nullable<int>)
        =
        let options = FocalOptions.Default

        {
            Gamma = gamma.GetValueOrDefault options.Gamma
            Alpha = alpha.GetValueOrDefault options.Alpha
            ClassWeights = Option.ofObj classWeights |> Option.defaultValue options.ClassWeights
            IgnoreIndex = ignoreIndex.GetValueOrDefault options.IgnoreIndex
            ClassAxis = classAxis.GetValueOrDefault options.ClassAxis
        }

    member internal options.Classes: ClassOptions =
        {
            ClassWeights = options.ClassWeights
            IgnoreIndex = options.IgnoreIndex
            ClassAxis = options.ClassAxis
        }

/// Losses in which what is easy counts less.
[<AutoOpen>]
module Focal =

    /// α of <c>sigmoidFocal</c> where none is given.
    [<Literal>]
    let SigmoidFocalAlpha = 0.25

    /// γ of <c>sigmoidFocal</c> where none is given.
    [<Literal>]
    let SigmoidFocalGamma = 2.0

    /// <summary>Focal loss of logits with class labels: cross-entropy in which a row counts the less, the surer it is of its label.</summary>
    /// <param name="options">γ, α, class weights, the label to ignore, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, one for each label; 0 where the label is ignored. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or γ or α is negative
    /// or not finite.</exception>
    /// <remarks>−α w_y (1 − p_y)^γ log p_y with p = softmax(x). Keras multiplies by α = 0.25 unless told otherwise; MONAI and Kornia give the first class
    /// 1 − α instead, which is a matter of class weights here. Source: Lin et al., ICCV 2017.</remarks>
    let focal (options: FocalOptions) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        namedSoftmaxRows (nameof logits) (Focal(options.Gamma, options.Alpha)) options.Classes labels logits

    /// <summary>Focal loss of logits with class probabilities.</summary>
    /// <param name="options">γ, α, class weights, the class axis; there is no label to ignore.</param>
    /// <param name="probabilities">Of the classes, at least 0, each row summing to 1; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>Nats, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, there are no classes, or the options name a label to ignore.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or γ or α is negative or not finite.</exception>
    /// <remarks>−α Σ_c w_c t_c (1 − p_c)^γ log p_c with p = softmax(x); 0 where t is 0. Source: Lin et al., ICCV 2017; keras.losses.CategoricalFocalCrossentropy
    /// (3.11, 2025), whose α is 0.25 unless told otherwise.</remarks>
    let focalWithProbabilities (options: FocalOptions) (probabilities: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.noLabel options.IgnoreIndex FocalOptions.Default.IgnoreIndex
        let loss = Focal(options.Gamma, options.Alpha)

        let values =
            namedSoftmaxTargets (nameof probabilities) (nameof logits) loss options.ClassWeights options.ClassAxis probabilities logits

        let axis = classAxis (nameof logits) options.ClassAxis logits.Shape
        LossValues(values).WithinRows(Domain.NotNegative, probabilities, axis, nameof probabilities)

    /// <summary>Focal loss of yes-or-no answers: binary cross-entropy of logits in which an answer counts the less, the surer and righter it is.</summary>
    /// <param name="alpha">In [0, 1]: what a yes counts, where a no counts 1 − α; torchvision's is 0.25 unless told otherwise. With ½ both count alike, a
    /// half each: twice the loss is optax's, which has no α.</param>
    /// <param name="gamma">γ, finite, at least 0: how much less an easy answer counts; usually 2, and 0 is cross-entropy.</param>
    /// <param name="target">The probability of yes, in [0, 1]; any shape.</param>
    /// <param name="logits">Any number; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where. Or a parameter is outside its range.</exception>
    /// <remarks>(α t + (1 − α)(1 − t)) (1 − p_t)^γ bce(x, t) with p_t = p t + (1 − p)(1 − t) and p = σ(x). Slopes are right at p_t = 1 for every γ, where
    /// torchvision's are NaN below 1. Source: Lin et al., ICCV 2017; torchvision.ops.sigmoid_focal_loss (2025).</remarks>
    let sigmoidFocal (alpha: float) (gamma: float) (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof target) (nameof logits) (SigmoidFocal(alpha, gamma)) target logits
