namespace Losses.FSharp

open System
open System.Runtime.CompilerServices
open Losses
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>crossEntropy</c>.</summary>
[<NoComparison; ReferenceEquality>]
type CrossEntropyOptions =
    {
        /// A weight for each class, or none; a mean then divides by the sum of the weights of the labels.
        ClassWeights: Weights
        /// The label that marks an element to leave out, a class or not.
        IgnoreIndex: int
        /// ε in [0, 1]: this share of the loss is the mean over all classes.
        LabelSmoothing: float
        /// The class axis: by default 1, or 0 where there is only one axis.
        ClassAxis: int
    }

    /// No weights, −100, no smoothing, axis 1.
    static member Default =
        {
            ClassWeights = Weights.None
            IgnoreIndex = ClassOptions.Default.IgnoreIndex
            LabelSmoothing = 0.0
            ClassAxis = ClassOptions.Default.ClassAxis
        }

    static member internal Given
        (classWeights: Weights | null, ignoreIndex: Nullable<int>, labelSmoothing: Nullable<float>, classAxis: Nullable<int>)
        =
        let options = CrossEntropyOptions.Default

        {
            ClassWeights = Option.ofObj classWeights |> Option.defaultValue options.ClassWeights
            IgnoreIndex = ignoreIndex.GetValueOrDefault options.IgnoreIndex
            LabelSmoothing = labelSmoothing.GetValueOrDefault options.LabelSmoothing
            ClassAxis = classAxis.GetValueOrDefault options.ClassAxis
        }

    /// <summary>These options.</summary>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The smoothing is outside [0, 1].</exception>
    member options.Checked() =
        Check.within "labelSmoothing" 0.0 1.0 options.LabelSmoothing
        options

/// −log p of a class.
[<Struct; NoEquality; NoComparison>]
type internal NegativeLog =
    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(prediction, target) =
            // −log 1 would be −0; taken from 0 it is 0.
            Notation.weigh target (Notation.(-) (Notation.num 0.0) prediction.LogProbability)

/// −t log p of a class, of whose target t a share is spread over all classes.
[<Struct; NoEquality; NoComparison>]
type internal SmoothedNegativeLog =
    val private kept: float
    val private spread: float

    interface ISoftmaxRows with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(prediction, target) =
            let target = Notation.(+) (Notation.(*) (Notation.num loss.kept) target) (Notation.num loss.spread)
            Notation.weigh target (Notation.(-) (Notation.num 0.0) prediction.LogProbability)

    new(smoothing: float, classes: int) = { kept = 1.0 - smoothing; spread = smoothing / float classes }

/// Losses of one class among several.
[<AutoOpen>]
module Classification =

    // −Σ_c w_c log p_c / C, 0 where ignored.
    let private smooth (axis: int) (labels: Labels) (classWeights: Weights) (logProbabilities: 'T) : 'T :> ITensor<'T> =
        let classes = logProbabilities.Shape[axis]

        let weighted =
            if classWeights.IsNone then
                logProbabilities
            else
                Notation.weigh (byClass axis classWeights logProbabilities) logProbabilities

        let mean = Notation.(/) (sumAlong axis weighted) (Notation.num (float -classes))
        Notation.weigh (labelWeights logProbabilities Weights.None labels) mean

    /// <summary>Negative log-likelihood: minus the logarithm of the probability given to the label's class.</summary>
    /// <param name="options">Class weights, the label to ignore, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logProbabilities"/> without the class axis.</param>
    /// <param name="logProbabilities">Logarithms of probabilities, as <c>logSoftmax</c> gives: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>Nats, one for each label, times the weight of its class; 0 where the label is ignored. A mean divides by the sum of the
    /// weights, as PyTorch's does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    /// <remarks>−w_y log p_y. Slope: −w_y at the label, 0 elsewhere. Source: torch.nn.NLLLoss (PyTorch 2.10).</remarks>
    let nll (options: ClassOptions) (labels: Labels) (logProbabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logProbabilities
        Check.notNull (nameof options) options
        Check.notNull name logProbabilities
        let axis = classAxis name options.ClassAxis logProbabilities.Shape
        checkWeights options.ClassWeights name logProbabilities.Shape axis
        let labels = checkLabels labels options.IgnoreIndex name logProbabilities.Shape axis
        let weights = labelWeights logProbabilities options.ClassWeights labels
        let definition (x: 'T[]) : 'T = labelTerms (NegativeLog()) axis labels weights x[0]

        'T
            .Fuse(
                NegativeLogLikelihood(axis, labels, options.ClassWeights.Values.ToArray()),
                [| logProbabilities |],
                Func<'T[], 'T> definition
            )
        |> withWeights labels options.ClassWeights weights

    // As the kernel takes it, checked against the shape of the logarithms of probabilities.
    let internal nllKernel (options: ClassOptions) (labels: Labels) (shape: Shape) : NegativeLogLikelihood =
        Check.notNull (nameof options) options
        let axis = classAxis "prediction" options.ClassAxis shape
        checkWeights options.ClassWeights "prediction" shape axis
        NegativeLogLikelihood(axis, checkLabels labels options.IgnoreIndex "prediction" shape axis, options.ClassWeights.Values.ToArray())

    let private checkOptions (options: CrossEntropyOptions) (name: string) (shape: Shape) =
        Check.notNull "options" options
        options.Checked() |> ignore
        let axis = classAxis name options.ClassAxis shape
        checkWeights options.ClassWeights name shape axis
        axis

    /// <summary>Cross-entropy of logits with class labels: NLL ∘ LogSoftmax.</summary>
    /// <param name="options">Class weights, the label to ignore, label smoothing, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, one for each label; 0 where the label is ignored. A mean divides by the sum of the weights of the labels, as PyTorch's does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or the smoothing is
    /// outside [0, 1].</exception>
    /// <remarks>(1 − ε)(−w_y log p_y) + (ε / C) Σ_c (−w_c log p_c) with p = softmax(x). Slope without smoothing and weights: p − 1 at the label, p
    /// elsewhere. Convex. In float64 a smoothed loss is +∞ from where C times the spread of a row's logits passes 1.8·10³⁰⁸.
    /// Source: torch.nn.CrossEntropyLoss (PyTorch 2.10); label smoothing: Szegedy et al. (2016).</remarks>
    let crossEntropy (options: CrossEntropyOptions) (labels: Labels) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logits
        Check.notNull name logits
        let axis = checkOptions options name logits.Shape
        let labels = checkLabels labels options.IgnoreIndex name logits.Shape axis
        let classWeights, smoothing = options.ClassWeights, options.LabelSmoothing
        let weights = labelWeights logits classWeights labels

        let smoothedNll (logProbabilities: 'T) =
            let own = labelTerms (NegativeLog()) axis labels weights logProbabilities

            if smoothing = 0.0 then
                own
            else
                let all = smooth axis labels classWeights logProbabilities
                Notation.(+) (Notation.weigh (Notation.num (1.0 - smoothing)) own) (Notation.(*) (Notation.num smoothing) all)

        // The definition. An engine may know the composition by name, and run it in one pass.
        let definition (x: 'T[]) : 'T = x[0] |> logSoftmax axis |> smoothedNll

        'T
            .Fuse(
                SoftmaxLabels<NegativeLog>(NegativeLog(), axis, labels, classWeights.Values.ToArray(), smoothing),
                [| logits |],
                Func<'T[], 'T> definition
            )
        |> withWeights labels classWeights weights

    // As the kernel takes it, checked against the logits' shape.
    let internal crossEntropyKernel (options: CrossEntropyOptions) (labels: Labels) (shape: Shape) : LabelledRows =
        let axis = checkOptions options "prediction" shape
        let labels = checkLabels labels options.IgnoreIndex "prediction" shape axis
        SoftmaxLabels<NegativeLog>(NegativeLog(), axis, labels, options.ClassWeights.Values.ToArray(), options.LabelSmoothing)

    /// <summary>Cross-entropy of logits with class probabilities.</summary>
    /// <param name="options">Class weights, label smoothing, the class axis; there is no label to ignore.</param>
    /// <param name="probabilities">Of the classes, at least 0, each row summing to 1; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …).</param>
    /// <returns>Nats, one for each row. A mean divides by their number, as PyTorch's does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, there are no classes, or the options name a label to ignore.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or the smoothing is outside [0, 1].</exception>
    /// <remarks>−Σ_c w_c t_c log p_c with p = softmax(x) and t = (1 − ε) target + ε / C; 0 where t is 0. Convex in the logits.
    /// Source: torch.nn.CrossEntropyLoss (PyTorch 2.10).</remarks>
    let crossEntropyWithProbabilities
        (options: CrossEntropyOptions)
        (probabilities: 'T)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logits
        Check.notNull name logits
        Check.notNull (nameof probabilities) probabilities
        Check.sameShape (nameof probabilities) probabilities.Shape name logits.Shape
        let axis = checkOptions options name logits.Shape
        Check.noLabel options.IgnoreIndex CrossEntropyOptions.Default.IgnoreIndex
        let loss = SmoothedNegativeLog(options.LabelSmoothing, logits.Shape[axis])

        LossValues(namedSoftmaxTargets (nameof probabilities) name loss options.ClassWeights axis probabilities logits)
            .WithinRows(Domain.NotNegative, probabilities, axis, nameof probabilities)

namespace Losses

open System
open System.Runtime.InteropServices
open Losses.FSharp

/// <summary>Negative log-likelihood of rows of logarithms of probabilities in the caller's own memory:
/// <c>NLL(options).ValueAndGradient(logProbabilities, labels, gradient)</c>.  (torch.nn.NLLLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type NLL =
    val private options: ClassOptions | null

    /// <summary>The loss of its options.</summary>
    new(options: ClassOptions) =
        Check.notNull (nameof options) options
        { options = options }

    /// <summary>The loss of its options, each its default where it is not given.</summary>
    /// <param name="classWeights">A weight for each class.</param>
    /// <param name="ignoreIndex">The label that marks a row to leave out.</param>
    /// <param name="classAxis">The axis of the classes.</param>
    new([<Optional>] classWeights: Weights | null, [<Optional>] ignoreIndex: Nullable<int>, [<Optional>] classAxis: Nullable<int>) =
        NLL(ClassOptions.Given(classWeights, ignoreIndex, classAxis))

    // C# has a struct without a constructor, too.
    member private loss.Options =
        match loss.options with
        | null -> ClassOptions.Default
        | options -> options

    interface ILabelled with
        member loss.Axis shape = classAxis "prediction" loss.Options.ClassAxis shape
        member loss.Rows(labels, shape) = nllKernel loss.Options labels shape

/// <summary>Cross-entropy of rows of logits in the caller's own memory: <c>CrossEntropy(options).ValueAndGradient(logits, labels, gradient)</c>.
/// (torch.nn.CrossEntropyLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type CrossEntropy =
    val private options: CrossEntropyOptions | null

    /// <summary>The loss of its options.</summary>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The smoothing is outside [0, 1].</exception>
    new(options: CrossEntropyOptions) =
        Check.notNull (nameof options) options
        { options = options.Checked() }

    /// <summary>The loss of its options, each its default where it is not given.</summary>
    /// <param name="classWeights">A weight for each class.</param>
    /// <param name="ignoreIndex">The label that marks a row to leave out.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes.</param>
    /// <param name="classAxis">The axis of the classes.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The smoothing is outside [0, 1].</exception>
    new
        (
            [<Optional>] classWeights: Weights | null,
            [<Optional>] ignoreIndex: Nullable<int>,
            [<Optional>] labelSmoothing: Nullable<float>,
            [<Optional>] classAxis: Nullable<int>
        ) =
        CrossEntropy(CrossEntropyOptions.Given(classWeights, ignoreIndex, labelSmoothing, classAxis))

    member private loss.Options =
        match loss.options with
        | null -> CrossEntropyOptions.Default
        | options -> options

    interface ILabelled with
        member loss.Axis shape = classAxis "prediction" loss.Options.ClassAxis shape
        member loss.Rows(labels, shape) = crossEntropyKernel loss.Options labels shape
