namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>x for t = 1, max(0, margin − x) for t = −1.  (torch.nn.HingeEmbeddingLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type HingeEmbedding =
    val private margin: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        // Neither the choice by t nor the slope of x itself would know of a NaN.
        member loss.Apply(x, t) = given (t + x) (ifLess (num 0.0) t x (hinge (num loss.margin - x)))

        member _.Target = Domain.PlusOrMinusOne

    /// <summary>The loss of a margin.</summary>
    /// <param name="margin">Finite.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
    new(margin: float) =
        Check.finite (nameof margin) margin
        { margin = margin }

/// <summary>max(0, −t (x₁ − x₂) + margin).  (torch.nn.MarginRankingLoss)</summary>
[<Struct; NoEquality; NoComparison>]
type MarginRanking =
    val private margin: float

    interface IPointwise3 with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x1, x2, t) = hinge (num loss.margin - t * (x1 - x2))

        member _.Third = Domain.PlusOrMinusOne

    /// <summary>The loss of a margin.</summary>
    /// <param name="margin">Finite.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
    new(margin: float) =
        Check.finite (nameof margin) margin
        { margin = margin }

// The mean over the classes of a binary cross-entropy each.
[<Struct; NoEquality; NoComparison>]
type internal SoftMarginOfClasses =
    val private classes: int

    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x, t) = Terms(BinaryCrossEntropy.ofLogit x t)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Value sums = given sums.A (sums.A / num (float loss.classes))

    new(classes: int) = { classes = classes }

// What a class lacks of the margin below one that should be above it, and its square.
[<Struct; NoEquality; NoComparison>]
type internal Lacking =
    val private margin: float

    interface IPairs with
        static member IsOfDifference = true

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        // The difference first: the margin would vanish beside a large score.
        member loss.Of(first, second, _, _) = hinge (num loss.margin - (first - second))

    new(margin: float) = { margin = margin }

[<Struct; NoEquality; NoComparison>]
type internal SquaredLacking =
    val private margin: float

    interface IPairs with
        static member IsOfDifference = true

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(first, second, _, _) =
            let lacking = hinge (num loss.margin - (first - second))
            lacking * lacking

    new(margin: float) = { margin = margin }

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// Losses that are 0 once an answer is right by a margin.
[<AutoOpen>]
module Margin =

    /// margin of <c>hingeEmbedding</c> where none is given.
    [<Literal>]
    let HingeEmbeddingMargin = 1.0

    /// margin of <c>marginRanking</c> where none is given.
    [<Literal>]
    let MarginRankingMargin = 0.0

    /// p of <c>multiMargin</c> where none is given.
    [<Literal>]
    let MultiMarginP = 1

    /// margin of <c>multiMargin</c> where none is given.
    [<Literal>]
    let MultiMarginMargin = 1.0

    /// <summary>Hinge embedding loss: a distance, for pairs that are alike; what it lacks of the margin, for pairs that are not.</summary>
    /// <param name="margin">Finite.</param>
    /// <param name="target">1 for alike, −1 for not; any shape.</param>
    /// <param name="prediction">Distances; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the prediction, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is not finite, or a target is neither −1 nor 1; it says which, where.</exception>
    /// <remarks>x for t = 1, max(0, margin − x) for t = −1. Slope at the margin: 0. Convex. Source: torch.nn.HingeEmbeddingLoss (PyTorch 2.10).</remarks>
    let hingeEmbedding (margin: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        pointwise (HingeEmbedding margin) target prediction

    /// <summary>Margin ranking loss: which of two scores should be the larger.</summary>
    /// <param name="margin">Finite.</param>
    /// <param name="target">1 where the first should be larger, −1 where the second; any shape.</param>
    /// <param name="x2">The second scores; the shape of <paramref name="target"/>.</param>
    /// <param name="x1">The first scores; the shape of <paramref name="target"/>.</param>
    /// <returns>Units of the scores, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="margin"/> is not finite, or a target is neither −1 nor 1; it says which, where.</exception>
    /// <remarks>max(0, −t (x₁ − x₂) + margin). Slope at the kink: 0. Convex. Source: torch.nn.MarginRankingLoss (PyTorch 2.10).</remarks>
    let marginRanking (margin: float) (target: 'T) (x2: 'T) (x1: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let loss = MarginRanking margin
        Check.notNull (nameof target) target
        checkTwo (nameof x2) x2 (nameof x1) x1
        Check.sameShape (nameof target) target.Shape (nameof x1) x1.Shape
        LossValues<'T>.Of(loss, x1, nameof x1, x2, nameof x2, target, nameof target, target.Shape)

    let internal checkMultiMargin (p: int) (margin: float) : int =
        if p <> 1 && p <> 2 then
            raise (ArgumentOutOfRangeException(nameof p, $"p is {Check.number p}, but it must be 1 or 2."))

        Check.finite (nameof margin) margin
        p

    // (C) is a batch of one.
    let private batched (name: string) (shape: Shape) =
        if shape.Rank <> 1 && shape.Rank <> 2 then
            raise (ArgumentException($"{name} has shape {shape}; it must be (C) or (N, C).", name))

        Check.notEmptyAxis name shape -1 "classes"
        if shape.Rank = 1 then shape.Insert(0, 1) else shape

    let private checkClassWeights (weights: Weights) (name: string) (shape: Shape) =
        Check.notNull "classWeights" weights

        if not weights.IsNone then
            Check.shape "classWeights" weights.Shape (Shape [| shape[-1] |]) (fun () -> $"{name} has shape {shape}")

    /// <summary>Multi-class margin loss: every class that comes within the margin of the label's, or passes it.</summary>
    /// <param name="p">1 or 2: the power of what is lacking.</param>
    /// <param name="margin">Finite.</param>
    /// <param name="classWeights">A weight for each class, of the label's; or none. A mean still divides by N, as PyTorch's does.</param>
    /// <param name="labels">Class indices: () or (N).</param>
    /// <param name="prediction">Scores: (C) or (N, C).</param>
    /// <returns>(N), or a scalar for one sample.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where. Or <paramref name="p"/> is neither 1 nor 2, or
    /// <paramref name="margin"/> is not finite.</exception>
    /// <remarks>Σ_{j≠y} w_y max(0, margin − x_y + x_j)ᵖ / C. Slope at a kink: 0. Convex. Source: torch.nn.MultiMarginLoss (PyTorch 2.10).</remarks>
    let multiMargin
        (p: int)
        (margin: float)
        (classWeights: Weights)
        (labels: Labels)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof prediction
        let p = checkMultiMargin p margin
        Check.notNull (nameof labels) labels
        Check.notNull name prediction
        let shape = batched name prediction.Shape
        checkClassWeights classWeights name shape
        Check.shape (nameof labels) labels.Shape (prediction.Shape.Without -1) (fun () -> $"{name} has shape {prediction.Shape}")
        let n, classes = shape[0], shape[1]
        let labels = labels.Checked(classes, nameof labels)
        let rows = labels.Reshape(Shape [| n; 1 |])
        let indices = labels.Indices.ToArray()

        let definition (scores: 'T[]) : 'T =
            let lacking = hinge (num margin - ('T.Gather(scores[0], 1, rows) - scores[0]))
            let powered = if p = 1 then lacking else lacking * lacking
            let others = Indices.matrix n classes (fun i j -> if indices[i] = j then 0.0 else 1.0)
            sumAlong 1 (weigh ('T.Create(scores[0], ReadOnlySpan others, shape)) powered)

        let pairs: RowLoss =
            if p = 1 then
                LabelledPairs<Lacking>(Lacking margin, rows, true)
            else
                LabelledPairs<SquaredLacking>(SquaredLacking margin, rows, false)

        let sums = 'T.Fuse(pairs, [| reshape shape prediction |], Func<'T[], 'T> definition)
        let scales = classWeights.Values.ToArray()

        let scale i = (if classWeights.IsNone then 1.0 else scales[indices[i]]) ./. float classes

        let scaled = weigh ('T.Create(prediction, ReadOnlySpan(Array.init n scale), Shape [| n |])) sums
        LossValues(scaled |> whole |> reshape labels.Shape)

    // What some labels of each row lack of being 1 above the classes that are none of its labels, summed: (N).
    let private lacking (some: int[][]) (labels: int[][]) (scores: 'T) : 'T :> ITensor<'T> =
        let n, classes = scores.Shape[0], scores.Shape[1]
        let width = some |> Array.fold (fun longest row -> Operators.max longest row.Length) 1
        let padded = Indices.matrix n width (fun i y -> if y < some[i].Length then some[i][y] else -1)
        let counts = padded |> Array.map (fun label -> if label < 0 then 0.0 else 1.0)
        let others = Indices.matrix n classes (fun _ _ -> 1.0)
        labels |> Array.iteri (fun i row -> row |> Array.iter (fun label -> others[Indices.place classes i label] <- 0.0))
        let cube = Shape [| n; width; classes |]
        let own = 'T.Gather(scores, 1, Labels(ReadOnlySpan<int> padded, Shape [| n; width |])) |> reshape (Shape [| n; width; 1 |])
        let other = reshape (Shape [| n; 1; classes |]) scores
        let spread (values: float[]) (shape: int[]) : 'T = 'T.Create(scores, ReadOnlySpan values, Shape shape) |> expand cube

        let terms =
            weigh (spread counts [| n; width; 1 |]) (weigh (spread others [| n; 1; classes |]) (hinge (num 1.0 - (own - other))))

        'T.Sum(terms, ReadOnlySpan [| 1; 2 |], false)

    // Of many pairs some at a time: they are forgotten, and made again for the gradient.
    let rec private lackingInParts (labels: int[][]) (scores: 'T) : 'T :> ITensor<'T> =
        let n, classes = scores.Shape[0], scores.Shape[1]
        let width = labels |> Array.fold (fun longest row -> Operators.max longest row.Length) 1
        let recompute (values: 'T -> 'T) (x: 'T) = 'T.Recompute(Func<'T[], 'T>(fun x -> values x[0]), [| x |])

        if not (Indices.areTooMany [| n; width; classes |]) then
            lacking labels labels scores
        elif n > 1 then
            let part struct (start, count) = recompute (lackingInParts (Array.sub labels start count)) ('T.Slice(scores, 0, start, count))

            'T.Concatenate(ReadOnlySpan(Indices.parts n [| width; classes |] |> Array.map part), 0)
        else
            Indices.parts width [| classes |]
            |> Array.map (fun struct (start, count) -> recompute (lacking [| Array.sub labels[0] start count |] labels) scores)
            |> Array.reduce (fun sum part -> sum + part)

    /// <summary>Multi-label margin loss: every class that is not among the labels and comes within 1 of one that is.</summary>
    /// <param name="labels">The shape of <paramref name="prediction"/>: class indices, and after the last of a row −1.</param>
    /// <param name="prediction">Scores: (C) or (N, C).</param>
    /// <returns>(N), or a scalar for one sample.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is neither a class nor −1; it says which, where.</exception>
    /// <remarks>Σ_{y among the labels} Σ_{j not} max(0, 1 − (x_y − x_j)) / C. Slope at a kink: 0. Convex. Source: torch.nn.MultiLabelMarginLoss (PyTorch 2.10).</remarks>
    let multiLabelMargin (labels: Labels) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof prediction
        Check.notNull (nameof labels) labels
        Check.notNull name prediction
        let shape = batched name prediction.Shape
        Check.sameShape (nameof labels) labels.Shape name prediction.Shape
        let n, classes = shape[0], shape[1]
        let labels = labels.Checked(classes, -1, nameof labels).Reshape shape

        let definition (scores: 'T[]) : 'T =
            let rows = Indices.rows n classes (labels.Indices.ToArray()) |> Array.map (Array.takeWhile (fun label -> label >= 0))
            lackingInParts rows scores[0]

        let sums =
            'T.Fuse(LabelledPairs<Lacking>(Lacking 1.0, labels, true), [| reshape shape prediction |], Func<'T[], 'T> definition)

        LossValues(whole (sums / num (float classes)) |> reshape (prediction.Shape.Without -1))

    /// <summary>Multi-label soft margin loss: the mean over the classes of each one's binary cross-entropy.</summary>
    /// <param name="classWeights">A weight for each class, or none.</param>
    /// <param name="target">The probability of each class, in [0, 1]: (C) or (…, C).</param>
    /// <param name="logits">The shape of <paramref name="target"/>.</param>
    /// <returns>Nats; the shape without the class axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where.</exception>
    /// <remarks>Σ_c w_c (t_c softplus(−x_c) + (1 − t_c) softplus(x_c)) / C. Convex. Source: torch.nn.MultiLabelSoftMarginLoss (PyTorch 2.10).</remarks>
    let multiLabelSoftMargin (classWeights: Weights) (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logits
        Check.notNull (nameof target) target
        Check.notNull name logits
        Check.sameShape (nameof target) target.Shape name logits.Shape

        if logits.Shape.Rank = 0 then
            raise (ArgumentException($"{name} has shape (): there is no class axis.", name))

        Check.notEmptyAxis name logits.Shape -1 "classes"
        checkClassWeights classWeights name logits.Shape
        let axis = Operators.(-) logits.Shape.Rank 1

        let weights = if classWeights.IsNone then [||] else [| expand logits.Shape (constant logits classWeights) |]

        LossValues('T.Sums(SoftMarginOfClasses logits.Shape[-1], logits, target, weights, [| axis |]))
            .WithinRows(Domain.Probability, target, axis, nameof target)
