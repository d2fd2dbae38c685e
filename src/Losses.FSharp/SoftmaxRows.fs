namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>The options of a loss of classes: <c>nll</c>, <c>softmaxRows</c>.</summary>
[<NoComparison; ReferenceEquality>]
type ClassOptions =
    {
        /// A weight for each class, or none; a mean then divides by the sum of the weights of the labels.
        ClassWeights: Weights
        /// The label that marks an element to leave out, a class or not.
        IgnoreIndex: int
        /// The class axis: by default 1, or 0 where there is only one axis.
        ClassAxis: int
    }

    /// No weights, −100, axis 1.
    static member Default = { ClassWeights = Weights.None; IgnoreIndex = -100; ClassAxis = 1 }

    // Those that are given, and the defaults.
    static member internal Given(classWeights: Weights | null, ignoreIndex: Nullable<int>, classAxis: Nullable<int>) =
        let options = ClassOptions.Default

        {
            ClassWeights = Option.ofObj classWeights |> Option.defaultValue options.ClassWeights
            IgnoreIndex = ignoreIndex.GetValueOrDefault options.IgnoreIndex
            ClassAxis = classAxis.GetValueOrDefault options.ClassAxis
        }

/// <summary>The options of a divergence of logits from those of a target, a student's from a teacher's: <c>klDivOfLogits</c>, <c>softmaxRowsWithLogits</c>.</summary>
[<NoComparison; ReferenceEquality>]
type DistillationOptions =
    {
        /// T, finite, above 0: what the logits of both are divided by before the softmax; the higher, the more the small probabilities count.
        Temperature: float
        /// Whether the loss is multiplied by T², as Hinton, Vinyals and Dean (2015) do, so that its slopes stay as large as those of labels.
        Rescaled: bool
        /// The class axis: by default 1, or 0 where there is only one axis.
        ClassAxis: int
    }

    /// T 1, axis 1; another T is not rescaled.
    static member Default = { Temperature = 1.0; Rescaled = false; ClassAxis = 1 }

    static member internal Given(temperature: Nullable<float>, rescaled: Nullable<bool>, classAxis: Nullable<int>) =
        let options = DistillationOptions.Default

        {
            Temperature = temperature.GetValueOrDefault options.Temperature
            Rescaled = rescaled.GetValueOrDefault options.Rescaled
            ClassAxis = classAxis.GetValueOrDefault options.ClassAxis
        }

/// Losses of rows of logits: any definition applied to tensors.
[<AutoOpen>]
module SoftmaxRows =

    let internal classAxis (name: string) (axis: int) (shape: Shape) =
        if shape.Rank = 0 then
            raise (ArgumentException($"{name} has shape {shape}: there is no class axis.", name))

        let axis = if shape.Rank = 1 && axis = 1 then 0 else shape.Axis(axis, "classAxis")
        Check.notEmptyAxis name shape axis "classes"
        axis

    let internal checkWeights (weights: Weights) (name: string) (shape: Shape) (axis: int) =
        Check.notNull "classWeights" weights

        if not weights.IsNone then
            Check.shape "classWeights" weights.Shape (Shape [| shape[axis] |]) (fun () ->
                $"{name} has shape {shape}, with {shape[axis]} classes")

    let internal checkLabels (labels: Labels) (ignoreIndex: int) (name: string) (shape: Shape) (axis: int) =
        Check.notNull "labels" labels
        Check.shape "labels" labels.Shape (shape.Without axis) (fun () -> $"{name} has shape {shape} with class axis {axis}")
        labels.Checked(shape[axis], ignoreIndex, "labels")

    // The weight of each label's class; 0 where the label is ignored.
    let internal labelWeights (like: 'T) (weights: Weights) (labels: Labels) : 'T :> ITensor<'T> =
        let indices = labels.Indices.ToArray()
        let values = weights.Values.ToArray()

        let weightOf label =
            if label < 0 then 0.0
            elif weights.IsNone then 1.0
            else values[label]

        'T.Create(like, ReadOnlySpan(Array.map weightOf indices), labels.Shape)

    let private counts (labels: Labels) (weights: Weights) = not weights.IsNone || labels.Indices.IndexOfAnyInRange(Int32.MinValue, -1) >= 0

    let internal withWeights (labels: Labels) (classWeights: Weights) (weights: 'T) (values: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        if counts labels classWeights then LossValues(values, weights) else LossValues values

    // A weight for each class, in the shape of the logits.
    let internal byClass (axis: int) (classWeights: Weights) (logits: 'T) : 'T :> ITensor<'T> =
        let column = Array.create logits.Shape.Rank 1
        column[axis] <- logits.Shape[axis]
        constant logits classWeights |> reshape (Shape column) |> expand logits.Shape

    // The terms of the labels' classes, 0 where ignored.
    let internal labelTerms
        (loss: 'L)
        (axis: int)
        (labels: Labels)
        (weights: 'T)
        (logProbabilities: 'T)
        : 'T when 'L: struct and 'L :> ISoftmaxRows and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        let column = labels.Reshape(logProbabilities.Shape.With(axis, 1))
        let own = 'T.Gather(logProbabilities, axis, column) |> reshape labels.Shape
        // A slope may not look at the logarithm.
        Notation.weigh weights (Notation.given own (SoftmaxDefinition.Terms(loss, own, 'T.Constant 1.0)))

    let internal namedSoftmaxRows
        (name: string)
        (loss: 'L)
        (options: ClassOptions)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISoftmaxRows and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        Check.notNull "options" options
        Check.notNull name logits
        let axis = classAxis name options.ClassAxis logits.Shape
        checkWeights options.ClassWeights name logits.Shape axis
        let labels = checkLabels labels options.IgnoreIndex name logits.Shape axis
        let weights = labelWeights logits options.ClassWeights labels
        let definition (x: 'T[]) : 'T = x[0] |> logSoftmax axis |> labelTerms loss axis labels weights

        'T.Fuse(SoftmaxLabels<'L>(loss, axis, labels, options.ClassWeights.Values.ToArray()), [| logits |], Func<'T[], 'T> definition)
        |> withWeights labels options.ClassWeights weights

    // As the kernel takes it, checked against the logits' shape.
    let internal softmaxKernel
        (loss: 'L)
        (options: ClassOptions)
        (labels: Labels)
        (shape: Shape)
        : LabelledRows when 'L: struct and 'L :> ISoftmaxRows and 'L: (new: unit -> 'L) and 'L :> ValueType =
        let axis = classAxis "prediction" options.ClassAxis shape
        checkWeights options.ClassWeights "prediction" shape axis
        let labels = checkLabels labels options.IgnoreIndex "prediction" shape axis
        SoftmaxLabels<'L>(loss, axis, labels, options.ClassWeights.Values.ToArray())

    // Of targets, with the names of the caller's parameters.
    let internal namedSoftmaxTargets
        (targetName: string)
        (name: string)
        (loss: 'L)
        (classWeights: Weights)
        (axis: int)
        (target: 'T)
        (logits: 'T)
        : 'T when 'L: struct and 'L :> ISoftmaxRows and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        Check.notNull name logits
        Check.notNull targetName target
        Check.sameShape targetName target.Shape name logits.Shape
        let axis = classAxis name axis logits.Shape
        checkWeights classWeights name logits.Shape axis

        // The definition, where an engine has no kernel, or differentiates once more.
        let definition (x: 'T[]) : 'T =
            let terms = SoftmaxDefinition.Terms(loss, logSoftmax axis x[0], x[1])

            let weighted =
                if classWeights.IsNone then
                    terms
                else
                    Notation.given x[1] (Notation.weigh (byClass axis classWeights logits) terms)

            whole (sumAlong axis weighted)

        'T.Fuse(SoftmaxTargets<'L>(loss, axis, classWeights.Values.ToArray()), [| logits; target |], Func<'T[], 'T> definition)

    /// <summary>The loss that a definition makes of the softmax of rows of logits and of labels, a user's own as well: with its kernel and its gradient.</summary>
    /// <param name="loss">A struct that holds the parameters: the term of a class.</param>
    /// <param name="options">Class weights, the label to ignore, the class axis.</param>
    /// <param name="labels">Class indices; the shape of <paramref name="logits"/> without the class axis.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>The term of each label's class, of the target 1, times the weight of the class; 0 where the label is ignored. A mean divides by the sum of the
    /// weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where.</exception>
    let softmaxRows
        (loss: 'L)
        (options: ClassOptions)
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISoftmaxRows and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        namedSoftmaxRows (nameof logits) loss options labels logits

    /// <summary>The loss that a definition makes of the softmax of rows of logits and of a target for each logit, a user's own as well: with its kernel and its
    /// gradients by logits and targets.</summary>
    /// <param name="loss">A struct that holds the parameters: the term of a class.</param>
    /// <param name="options">Class weights and the class axis; there is no label to ignore.</param>
    /// <param name="target">Any numbers, such as probabilities of the classes; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>The sum of the terms of each row, each times the weight of its class. A mean divides by the number of rows.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, there are no classes, or the options name a label to ignore.</exception>
    let softmaxRowsWithTargets
        (loss: 'L)
        (options: ClassOptions)
        (target: 'T)
        (logits: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISoftmaxRows and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.noLabel options.IgnoreIndex ClassOptions.Default.IgnoreIndex
        LossValues(namedSoftmaxTargets (nameof target) (nameof logits) loss options.ClassWeights options.ClassAxis target logits)

    /// <summary>The loss that a definition makes of the softmax of rows of logits and of the softmax of a target's logits, a user's own as well: with its kernel and its
    /// gradients by both.</summary>
    /// <param name="loss">A struct that holds the parameters: the term of a class.</param>
    /// <param name="options">The temperature, whether the loss is multiplied by its square, the class axis.</param>
    /// <param name="targetLogits">Those of the target, any numbers; the shape of <paramref name="logits"/>.</param>
    /// <param name="logits">Any numbers: (C), (N, C) or (N, C, d₁, …). A row all −∞, here or in the target, has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>The sum of the terms of each row. A mean divides by the number of rows.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">The temperature is not finite or not above 0, or there is no such axis.</exception>
    let softmaxRowsWithLogits
        (loss: 'L)
        (options: DistillationOptions)
        (targetLogits: 'T)
        (logits: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISoftmaxDivergence and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.positive "temperature" options.Temperature
        Check.notNull (nameof logits) logits
        Check.notNull (nameof targetLogits) targetLogits
        Check.sameShape (nameof targetLogits) targetLogits.Shape (nameof logits) logits.Shape
        let axis = classAxis (nameof logits) options.ClassAxis logits.Shape
        let temperature = options.Temperature
        let scale = if options.Rescaled then temperature * temperature else 1.0

        // The definition, where an engine has no kernel, or differentiates once more.
        let definition (x: 'T[]) : 'T = SoftmaxDivergenceDefinition.Of(loss, axis, temperature, scale, x[0], x[1])

        LossValues('T.Fuse(SoftmaxDivergence<'L>(loss, axis, temperature, scale), [| logits; targetLogits |], Func<'T[], 'T> definition))
