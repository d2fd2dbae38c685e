namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp.Notation

/// <summary>What a loss of regions makes of a prediction before it compares.</summary>
type RegionActivation =
    /// <summary>Nothing: they are probabilities.</summary>
    | None = 0
    /// <summary>The sigmoid of each: classes that may overlap, or one.</summary>
    | Sigmoid = 1
    /// <summary>The softmax over the classes.</summary>
    | Softmax = 2

/// <summary>What belongs to one region.</summary>
type RegionScope =
    /// <summary>The places of one sample and class: a value for each sample and class.</summary>
    | Sample = 0
    /// <summary>The places of one class in the whole batch: a value for each class.</summary>
    | Batch = 1
    /// <summary>The places and classes of one sample: a value for each sample.</summary>
    | SampleAndClasses = 2

// The probability of an element and what it lacks of 1, of which neither is a difference where they are those of a logit.
module internal Region =

    let inline parts (isLogits: bool) (x: 'T) : struct ('T * 'T) =
        if isLogits then
            let l = logistic x
            struct (l.Sigmoid, l.SigmoidOfMinus)
        else
            struct (x, num 1.0 - x)

/// <summary>Of a region the part that prediction and target do not share: with I = Σ p t, FP = Σ p (1 − t) and FN = Σ (1 − p) t it is
/// ((α FP + β FN) / (I + α FP + β FN + s))ᵞ.</summary>
[<Struct; NoEquality; NoComparison>]
type Overlap =
    val private alpha: float
    val private beta: float
    val private gamma: float
    val private smooth: float
    val private isLogits: bool

    interface ISums with
        static member Count = 3

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(x, t) =
            let struct (p, q) = Region.parts loss.isLogits x
            Terms(p * t, p * (num 1.0 - t), q * t)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Value sums =
            // 1 − (I + s) / (I + α FP + β FN + s) is shorter and cancels where prediction and target agree.
            let wrong = num loss.alpha * sums.B + num loss.beta * sums.C
            let share = wrong / (sums.A + wrong + num loss.smooth)
            if loss.gamma = 1.0 then share else power loss.gamma share

    /// <summary>The loss of its parameters.</summary>
    /// <param name="alpha">α, what a false positive weighs; finite, at least 0.</param>
    /// <param name="beta">β, what a false negative weighs; finite, at least 0.</param>
    /// <param name="gamma">γ, an exponent; finite, above 0.</param>
    /// <param name="smooth">s, added above and below; finite, at least 0.</param>
    /// <param name="isLogits">Whether predictions are logits, whose sigmoid is compared.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(alpha: float, beta: float, gamma: float, smooth: float, isLogits: bool) =
        Losses.FSharp.Check.notNegative (nameof alpha) alpha
        Losses.FSharp.Check.notNegative (nameof beta) beta
        Losses.FSharp.Check.positive (nameof gamma) gamma
        Losses.FSharp.Check.notNegative (nameof smooth) smooth

        { alpha = alpha; beta = beta; gamma = gamma; smooth = smooth; isLogits = isLogits }

/// <summary>The same with squared sums below: Σ (p − t)² / (Σ (p − t)² + k Σ p t + s).</summary>
[<Struct; NoEquality; NoComparison>]
type SquaredOverlap =
    val private shared: float
    val private smooth: float
    val private isLogits: bool

    interface ISums with
        static member Count = 2

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(x, t) =
            let struct (p, q) = Region.parts loss.isLogits x
            // p − t has no digits left where both are nearly 1.
            let d = p * (num 1.0 - t) - q * t
            Terms(d * d, p * t)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Value sums = sums.A / (sums.A + num loss.shared * sums.B + num loss.smooth)

    /// <summary>The loss of its parameters.</summary>
    /// <param name="shared">k: 2 for Dice, 1 for Jaccard; finite, above 0.</param>
    /// <param name="smooth">s, added above and below; finite, at least 0.</param>
    /// <param name="isLogits">Whether predictions are logits, whose sigmoid is compared.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(shared: float, smooth: float, isLogits: bool) =
        Losses.FSharp.Check.positive (nameof shared) shared
        Losses.FSharp.Check.notNegative (nameof smooth) smooth

        { shared = shared; smooth = smooth; isLogits = isLogits }

/// <summary>1 less Matthews's coefficient of correlation, of soft counts: with TP = Σ p t, FP = Σ p (1 − t), FN = Σ (1 − p) t and TN = Σ (1 − p)(1 − t) it is
/// 1 − (TP TN − FP FN + ε) / (√((TP + FP)(TP + FN)(TN + FP)(TN + FN)) + ε).</summary>
[<Struct; NoEquality; NoComparison>]
type Matthews =
    val private smooth: float
    val private isLogits: bool

    interface ISums with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(x, t) =
            let struct (p, q) = Region.parts loss.isLogits x
            let u = num 1.0 - t
            Terms(p * t, q * u, p * u, q * t)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Value sums =
            // Roots first: the product of four sums may overflow.
            let predicted, rejected = sqrt (sums.A + sums.C), sqrt (sums.B + sums.D)
            let positive, negative = sqrt (sums.A + sums.D), sqrt (sums.B + sums.C)
            let below = predicted * rejected * (positive * negative) + num loss.smooth
            num 1.0 - (sums.A * sums.B - sums.C * sums.D + num loss.smooth) / below

    /// <summary>The loss of its parameters.</summary>
    /// <param name="smooth">ε, added above and below; finite, at least 0.</param>
    /// <param name="isLogits">Whether predictions are logits, whose sigmoid is compared.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    new(smooth: float, isLogits: bool) =
        Losses.FSharp.Check.notNegative (nameof smooth) smooth
        { smooth = smooth; isLogits = isLogits }

/// <summary>What a class counts in a generalised Dice loss.</summary>
type RegionWeight =
    /// <summary>The inverse square of its volume in the target.</summary>
    | Square = 0
    /// <summary>The inverse of its volume in the target.</summary>
    | Simple = 1
    /// <summary>1</summary>
    | Uniform = 2

namespace Losses.FSharp

open System
open Losses

/// <summary>What the losses of regions have in common. <c>{ RegionOptions.Default with Activation = RegionActivation.Softmax }</c></summary>
[<NoComparison; ReferenceEquality>]
type RegionOptions =
    {
        /// What is made of a prediction before it is compared.
        Activation: RegionActivation
        /// What belongs to one region.
        Over: RegionScope
        /// Whether the sums below are those of squares.
        Squared: bool
        /// What is added above and below the fraction, so that a region in which there is nothing has a value: 0.
        Smooth: float
        /// Whether the first class counts; it is the background in many data sets.
        IncludeBackground: bool
        /// What each place weighs in every sum, of a shape that broadcasts to the prediction's; 0 leaves it out.
        Mask: Weights
        /// The label that marks a place to leave out.
        IgnoreIndex: int
        /// The axis of the classes.
        ClassAxis: int
    }

    /// Probabilities, each sample and class by itself, no squares, 10⁻⁵ (MONAI's), all classes and places, −100, axis 1.
    static member Default =
        {
            Activation = RegionActivation.None
            Over = RegionScope.Sample
            Squared = false
            Smooth = 1e-5
            IncludeBackground = true
            Mask = Weights.None
            IgnoreIndex = -100
            ClassAxis = 1
        }

    static member internal Given
        (
            activation: Nullable<RegionActivation>,
            over: Nullable<RegionScope>,
            squared: Nullable<bool>,
            smooth: Nullable<float>,
            includeBackground: Nullable<bool>,
            mask: Weights | null,
            ignoreIndex: Nullable<int>,
            classAxis: Nullable<int>
        ) =
        let options = RegionOptions.Default

        {
            Activation = activation.GetValueOrDefault options.Activation
            Over = over.GetValueOrDefault options.Over
            Squared = squared.GetValueOrDefault options.Squared
            Smooth = smooth.GetValueOrDefault options.Smooth
            IncludeBackground = includeBackground.GetValueOrDefault options.IncludeBackground
            Mask = Option.ofObj mask |> Option.defaultValue options.Mask
            IgnoreIndex = ignoreIndex.GetValueOrDefault options.IgnoreIndex
            ClassAxis = classAxis.GetValueOrDefault options.ClassAxis
        }

/// Losses of how regions overlap, for segmentation.
[<AutoOpen>]
module Regions =

    /// alpha of <c>tversky</c> where none is given: with ½ for both it is Dice.
    [<Literal>]
    let TverskyAlpha = 0.5

    /// beta of <c>tversky</c> where none is given.
    [<Literal>]
    let TverskyBeta = 0.5

    /// gamma of <c>tversky</c> where none is given.
    [<Literal>]
    let TverskyGamma = 1.0

    /// weight of <c>generalizedDice</c> and <c>generalizedDiceWithLabels</c> where none is given.
    [<Literal>]
    let GeneralizedDiceWeight = RegionWeight.Square

    /// What the classes that count have to compare, and which axes a region spans.
    [<NoEquality; NoComparison>]
    type private Seen<'T> = { IsLogits: bool; Target: 'T; Prediction: Lazy<'T>; Weights: 'T[]; Axes: int[]; ClassAxis: int }

    let private seen (options: RegionOptions) (mask: Weights) (target: 'T) (prediction: 'T) : Seen<'T> when 'T :> ITensor<'T> =
        let shape = prediction.Shape
        let axis = shape.Axis(options.ClassAxis, "classAxis")
        let isLogits = (options.Activation = RegionActivation.Sigmoid)

        let probabilities () =
            match options.Activation with
            | RegionActivation.None
            | RegionActivation.Sigmoid -> prediction
            | RegionActivation.Softmax -> 'T.Softmax(prediction, axis)
            | activation -> raise (ArgumentOutOfRangeException("activation", $"{Check.number (int64 activation)} is no activation."))

        let isSpanned =
            match options.Over with
            | RegionScope.Sample -> fun i -> i <> 0 && i <> axis
            | RegionScope.Batch -> fun i -> i <> axis
            | RegionScope.SampleAndClasses -> fun i -> i <> 0
            | over -> raise (ArgumentOutOfRangeException("over", $"{Check.number (int64 over)} is no scope of a region."))

        let axes = [| 0 .. shape.Rank - 1 |] |> Array.filter isSpanned

        // The background is an ordinary class of the softmax.
        let foreground (x: 'T) = if options.IncludeBackground then x else 'T.Slice(x, axis, 1, shape[axis] - 1)

        let weights =
            if mask.IsNone then
                [||]
            else
                Check.broadcasts "mask" mask.Shape "prediction" shape
                [| TensorNotation.constant prediction mask |> TensorNotation.expand shape |> foreground |]

        {
            IsLogits = isLogits
            Target = foreground target
            Prediction = lazy foreground (probabilities ())
            Weights = weights
            Axes = axes
            ClassAxis = axis
        }

    // The values of regions that span some axes; what they are of is within its domain.
    let private checkedValues
        (options: RegionOptions)
        (targetName: string)
        (seen: Seen<'T>)
        (axes: int[])
        (values: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let values = LossValues(values).WithinGroups(Domain.Probability, seen.Target, axes, seen.Weights, targetName)

        if options.Activation = RegionActivation.None then
            values.WithinGroups(Domain.Probability, seen.Prediction.Value, axes, seen.Weights, "prediction")
        else
            values

    // Every element as its region sees it.
    let private regions
        (options: RegionOptions)
        (loss: bool -> 'L)
        (targetName: string)
        (mask: Weights)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISums and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        let region = seen options mask target prediction
        let sums (region: Seen<'T>) = 'T.Sums(loss region.IsLogits, region.Prediction.Value, region.Target, region.Weights, region.Axes)

        let values =
            if
                options.Activation = RegionActivation.Softmax
                && mask.IsNone
                && region.ClassAxis = 1
                && SoftmaxSums.Takes prediction.Shape
            then
                let isOver axis = Array.contains axis region.Axes
                let first = if options.IncludeBackground then 0 else 1

                'T
                    .Fuse(
                        SoftmaxSums<'L>(loss false, first, isOver 0, isOver 1),
                        [| prediction; target |],
                        fun inputs -> seen options mask inputs[1] inputs[0] |> sums
                    )
            else
                sums region

        values |> checkedValues options targetName region region.Axes

    // The same of all classes together, each with a weight of its own.
    let private weighted
        (options: RegionOptions)
        (weight: RegionWeight)
        (targetName: string)
        (mask: Weights)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let exponent =
            match weight with
            | RegionWeight.Square -> -2.0
            | RegionWeight.Simple -> -1.0
            | RegionWeight.Uniform -> 0.0
            | weight -> raise (ArgumentOutOfRangeException(nameof weight, $"{Check.number (int64 weight)} is no weight of a class."))

        Check.notNegative "smooth" options.Smooth
        let seen = seen options mask target prediction

        let axes =
            if options.Over = RegionScope.Batch then
                seen.Axes
            else
                seen.Axes |> Array.filter ((<>) seen.ClassAxis)

        let all = Array.append axes [| seen.ClassAxis |]

        let sum (axes: int[]) (keepAxes: bool) (x: 'T) = 'T.Sum(x, ReadOnlySpan axes, keepAxes)

        let volume (x: 'T) = (if seen.Weights.Length = 0 then x else Notation.weigh seen.Weights[0] x) |> sum axes true

        let values: 'T =
            let struct (p, q) = Region.parts seen.IsLogits seen.Prediction.Value
            let t, u = seen.Target, Notation.(-) (Notation.num 1.0) seen.Target
            let shared = volume (Notation.(*) p t)
            let wrong = Notation.(+) (volume (Notation.(*) p u)) (volume (Notation.(*) q t))
            let size = Notation.detach (volume t)
            let zero, one = Notation.num 0.0, Notation.num 1.0
            let ofOwn = Notation.ifLess zero size (Notation.power exponent (Notation.ifLess zero size size one)) zero
            // A class that is not there would count without end: it counts as the one that counts most.
            let most = 'T.Largest(ofOwn, seen.ClassAxis) |> TensorNotation.reshape (ofOwn.Shape.With(seen.ClassAxis, 1))
            let counts = Notation.ifLess zero size ofOwn (TensorNotation.expand ofOwn.Shape most)
            let over x = Notation.(*) counts x |> sum all false
            let wrong = over wrong
            // 1 − (2 Σ w I + s) / (Σ w (P + T) + s) is shorter and cancels where prediction and target agree.
            Notation.(/) wrong (Notation.(+) wrong (Notation.(+) (Notation.(.*) 2.0 (over shared)) (Notation.num options.Smooth)))

        TensorNotation.whole values |> checkedValues options targetName seen all

    let private checkOptions (options: RegionOptions) (prediction: 'T) : Shape when 'T :> ITensor<'T> =
        Check.notNull "options" options
        Check.notNull "mask" options.Mask
        Check.notNull "prediction" prediction
        let shape = prediction.Shape

        if shape.Rank < 2 then
            raise (ArgumentException($"prediction has shape {shape}; it must have a batch axis and a class axis.", "prediction"))

        let axis = shape.Axis(options.ClassAxis, "classAxis")

        if axis = 0 then
            raise (ArgumentOutOfRangeException("classAxis", "classAxis is 0, but that is the batch axis."))

        if not options.IncludeBackground && shape[axis] < 2 then
            raise (ArgumentException($"prediction has shape {shape}: without the background there are no classes.", "prediction"))

        shape

    let private ofTargets
        (options: RegionOptions)
        (loss: string -> Weights -> 'T -> 'T -> LossValues<'T>)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let shape = checkOptions options prediction
        Check.notNull "target" target
        Check.sameShape "target" target.Shape "prediction" shape
        loss "target" options.Mask target prediction

    // A label is 1 for its class and 0 for the others; where it is ignored no class counts.
    let private ofLabels
        (options: RegionOptions)
        (loss: string -> Weights -> 'T -> 'T -> LossValues<'T>)
        (labels: Labels)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let shape = checkOptions options prediction
        Check.notNull "labels" labels
        let axis = shape.Axis(options.ClassAxis, "classAxis")
        let places = shape.Without axis
        Check.shape "labels" labels.Shape places (fun () -> $"prediction has shape {shape} with class axis {axis}")
        Check.notEmptyAxis (nameof prediction) shape axis "classes"
        let labels = labels.Checked(shape[axis], options.IgnoreIndex, "labels")
        let indices = labels.Indices.ToArray()
        let inner = Seq.fold (fun product i -> product * shape[i]) 1 (seq { axis + 1 .. shape.Rank - 1 })
        let ones = Array.zeroCreate<float> shape.Size

        indices
        |> Array.iteri (fun place label ->
            if label >= 0 then
                ones[((place / inner) * shape[axis] + label) * inner + place % inner] <- 1.0)

        let mask =
            if Array.forall (fun label -> label >= 0) indices then
                options.Mask
            else
                let counts = Weights(ReadOnlySpan(indices |> Array.map (fun label -> if label < 0 then 0.0 else 1.0)), shape.With(axis, 1))

                if options.Mask.IsNone then
                    counts
                else
                    Check.broadcasts "mask" options.Mask.Shape "prediction" shape
                    counts.Times(options.Mask, shape)

        loss "labels" mask ('T.Create(prediction, ReadOnlySpan ones, shape)) prediction

    let private notSquared (options: RegionOptions) =
        Check.notNull "options" options

        if options.Squared then
            raise (ArgumentException("squared is true, but this loss has no squared form.", "squared"))

    let private overlap (alpha: float) (beta: float) (gamma: float) (smooth: float) (isLogits: bool) =
        Overlap(alpha, beta, gamma, smooth, isLogits)

    let private squared (shared: float) (smooth: float) (isLogits: bool) = SquaredOverlap(shared, smooth, isLogits)

    /// <summary>Dice loss: the part of two regions that they do not share, 1 less the F₁ score of the places.</summary>
    /// <param name="options">The activation, what belongs to a region, squares, smoothing, mask.</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (2 I + s) / (P + T + s) with I = Σ p t, P = Σ p and T = Σ t, or Σ p² and Σ t² where squared. The smoothing is MONAI's 10⁻⁵; Keras has 10⁻⁷,
    /// optax 1 (added to half of each). Without smoothing a region in which there is nothing is NaN.
    /// Source: Milletari, Navab and Ahmadi (2016), with squares; monai.losses.DiceLoss (1.5, 2025), without.</remarks>
    let dice (options: RegionOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options

        if options.Squared then
            ofTargets options (regions options (squared 2.0 options.Smooth)) target prediction
        else
            ofTargets options (regions options (overlap 0.5 0.5 1.0 (options.Smooth / 2.0))) target prediction

    /// <summary>Dice loss of class labels.</summary>
    /// <param name="options">The activation, what belongs to a region, squares, smoothing, mask, the label to ignore.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    /// <remarks>That of targets which are 1 at the label's class and 0 elsewhere. Source: monai.losses.DiceLoss (1.5, 2025), its to_onehot_y.</remarks>
    let diceWithLabels (options: RegionOptions) (labels: Labels) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options

        if options.Squared then
            ofLabels options (regions options (squared 2.0 options.Smooth)) labels prediction
        else
            ofLabels options (regions options (overlap 0.5 0.5 1.0 (options.Smooth / 2.0))) labels prediction

    /// <summary>Jaccard loss: 1 less the intersection of two regions over their union.</summary>
    /// <param name="options">The activation, what belongs to a region, squares, smoothing, mask.</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (I + s) / (P + T − I + s), with I, P and T as <c>dice</c> has them. Source: monai.losses.DiceLoss (1.5, 2025), its jaccard.</remarks>
    let jaccard (options: RegionOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options

        if options.Squared then
            ofTargets options (regions options (squared 1.0 options.Smooth)) target prediction
        else
            ofTargets options (regions options (overlap 1.0 1.0 1.0 options.Smooth)) target prediction

    /// <summary>Jaccard loss of class labels.</summary>
    /// <param name="options">The activation, what belongs to a region, squares, smoothing, mask, the label to ignore.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    /// <remarks>That of targets which are 1 at the label's class and 0 elsewhere. Source: monai.losses.DiceLoss (1.5, 2025), its jaccard and to_onehot_y.</remarks>
    let jaccardWithLabels (options: RegionOptions) (labels: Labels) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options

        if options.Squared then
            ofLabels options (regions options (squared 1.0 options.Smooth)) labels prediction
        else
            ofLabels options (regions options (overlap 1.0 1.0 1.0 options.Smooth)) labels prediction

    /// <summary>Tversky loss: Dice with a weight for false positives and another for false negatives; with an exponent, focal Tversky.</summary>
    /// <param name="options">The activation, what belongs to a region, smoothing, mask; there is no squared form.</param>
    /// <param name="alpha">α, what a false positive weighs; finite, at least 0.</param>
    /// <param name="beta">β, what a false negative weighs; finite, at least 0.</param>
    /// <param name="gamma">γ, an exponent of the loss; finite, above 0; 1 for none.</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or the options ask for squares.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>(1 − (I + s) / (I + α FP + β FN + s))ᵞ with FP = Σ p (1 − t) and FN = Σ (1 − p) t. Below γ = 1 the slope at 0 is infinite.
    /// Source: Salehi, Erdogmus and Gholipour (2017); Abraham and Khan (2019), whose γ is ¾.</remarks>
    let tversky
        (options: RegionOptions)
        (alpha: float)
        (beta: float)
        (gamma: float)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        notSquared options
        ofTargets options (regions options (overlap alpha beta gamma options.Smooth)) target prediction

    /// <summary>Tversky loss of class labels.</summary>
    /// <param name="options">The activation, what belongs to a region, smoothing, mask, the label to ignore; there is no squared form.</param>
    /// <param name="alpha">α, what a false positive weighs; finite, at least 0.</param>
    /// <param name="beta">β, what a false negative weighs; finite, at least 0.</param>
    /// <param name="gamma">γ, an exponent of the loss; finite, above 0; 1 for none.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or the options ask for squares.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    /// <remarks>That of targets which are 1 at the label's class and 0 elsewhere. Source: Salehi, Erdogmus and Gholipour (2017).</remarks>
    let tverskyWithLabels
        (options: RegionOptions)
        (alpha: float)
        (beta: float)
        (gamma: float)
        (labels: Labels)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        notSquared options
        ofLabels options (regions options (overlap alpha beta gamma options.Smooth)) labels prediction

    /// <summary>Matthews's loss: 1 less the correlation of prediction and target, which counts what both reject as well.</summary>
    /// <param name="options">The activation, what belongs to a region, smoothing, mask; there is no squared form.</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 2, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or the options ask for squares.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (TP TN − FP FN + ε) / (√((TP + FP)(TP + FN)(TN + FP)(TN + FN)) + ε) of soft counts, with the smoothing ε. Where one of the sums is 0 and ε is, NaN.
    /// Source: Matthews (1975); Abhishek and Hamarneh, ISBI 2021; segmentation_models_pytorch (0.5, 2025) adds ε to each count instead.</remarks>
    let matthews (options: RegionOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        notSquared options
        ofTargets options (regions options (fun isLogits -> Matthews(options.Smooth, isLogits))) target prediction

    /// <summary>Generalised Dice loss: the Dice loss of all classes of a sample together, a small class counting as much as a large one.</summary>
    /// <param name="options">The activation, what belongs to a region, smoothing, mask; there is no squared form.</param>
    /// <param name="weight">What a class counts.</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="prediction">Probabilities, or logits where the options name an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each sample: (N), or one where regions are those of the batch.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or the options ask for squares.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (2 Σ w I + s) / (Σ w (P + T) + s) over the classes, with I = Σ p t, P = Σ p, T = Σ t and w = 1/T², 1/T or 1, a constant to the slopes. A class that is not
    /// there has the largest weight of the sample's, as in MONAI; with none there at all the loss is 0.
    /// Source: Sudre et al., DLMIA 2017; monai.losses.GeneralizedDiceLoss (1.5, 2025).</remarks>
    let generalizedDice
        (options: RegionOptions)
        (weight: RegionWeight)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        notSquared options
        ofTargets options (weighted options weight) target prediction

    /// <summary>Generalised Dice loss of class labels.</summary>
    /// <param name="options">The activation, what belongs to a region, smoothing, mask, the label to ignore; there is no squared form.</param>
    /// <param name="weight">What a class counts.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <returns>From 0 to 1, a value for each sample: (N), or one where regions are those of the batch.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or the options ask for squares.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>That of <c>generalizedDice</c> with a target of 1 for the label's class and 0 for the others; where the label is ignored no class counts.
    /// Source: Sudre et al., DLMIA 2017; monai.losses.GeneralizedDiceLoss (1.5, 2025), whose to_onehot_y this is.</remarks>
    let generalizedDiceWithLabels
        (options: RegionOptions)
        (weight: RegionWeight)
        (labels: Labels)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        notSquared options
        ofLabels options (weighted options weight) labels prediction
