namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp.Notation

/// <summary>What the four numbers of a box are.</summary>
type BoxForm =
    /// <summary>(x₁, y₁, x₂, y₂): two opposite corners, the lower one first.</summary>
    | Corners = 0
    /// <summary>(x, y, w, h): the centre and the size.</summary>
    | Centre = 1

/// <summary>What a pairwise comparison of boxes measures.</summary>
type BoxScore =
    /// <summary>The part of their union that two boxes share.</summary>
    | IoU = 0
    /// <summary>Less what the box around both has besides them.</summary>
    | Generalized = 1
    /// <summary>Less the squared distance of the centres, in diagonals of the box around both.</summary>
    | Distance = 2
    /// <summary>Less also the difference of the proportions.</summary>
    | Complete = 3

// Two intervals, a side of each box: what they are to each other.
[<Struct; NoEquality; NoComparison>]
type internal Sides<'T> =
    {
        /// Of prediction and target.
        Size: 'T
        TargetSize: 'T
        /// What both have.
        Shared: 'T
        /// What one has and the other has not.
        Rest: 'T
        TargetRest: 'T
        /// The interval around both.
        Around: 'T
        /// From the target's centre to the prediction's.
        Offset: 'T
        /// By how much the prediction is longer.
        Longer: 'T
    }

/// <summary>|t − σ(x)|ᵝ times the binary cross-entropy of logits.</summary>
[<Struct; NoEquality; NoComparison>]
type QualityFocal =
    val private isGiven: bool
    val private beta: float

    interface IPointwise with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Apply(x, t) =
            let beta = if loss.isGiven then loss.beta else 2.0
            let l = logistic x
            // σ − t has no digits left where both are nearly 1.
            let d = l.Sigmoid * (num 1.0 - t) - l.SigmoidOfMinus * t
            let entropy = weigh t l.SoftplusOfMinus + weigh (num 1.0 - t) l.Softplus
            weigh (if beta = 2.0 then d * d else power beta (abs d)) entropy

        member _.Target = Domain.Probability

    /// <summary>The loss of a β.</summary>
    /// <param name="beta">β, finite, above 0: how much less a good estimate counts.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is not finite or not above 0.</exception>
    new(beta: float) =
        Losses.FSharp.Check.positive (nameof beta) beta
        { isGiven = true; beta = beta }

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// <summary>What the losses of boxes have in common. <c>{ BoxOptions.Default with Form = BoxForm.Centre }</c></summary>
[<NoComparison; ReferenceEquality>]
type BoxOptions =
    {
        /// What the four numbers of a box are.
        Form: BoxForm
        /// ε, added below each fraction; finite, at least 0. With 0 a fraction of nothing is 0.
        Eps: float
    }

    /// Corners, and torchvision's 10⁻⁷.
    static member Default = { Form = BoxForm.Corners; Eps = 1e-7 }

    static member internal Given(form: Nullable<BoxForm>, eps: Nullable<float>) =
        {
            Form = form.GetValueOrDefault BoxOptions.Default.Form
            Eps = eps.GetValueOrDefault BoxOptions.Default.Eps
        }

/// Losses of boxes, for detection.
[<AutoOpen>]
module Boxes =

    /// isAlphaFixed of <c>completeBoxIoU</c> where none is given.
    [<Literal>]
    let CompleteBoxIoUIsAlphaFixed = true

    /// theta of <c>scyllaBoxIoU</c> where none is given.
    [<Literal>]
    let ScyllaBoxIoUTheta = 4.0

    /// alpha of <c>alphaBoxIoU</c> where none is given.
    [<Literal>]
    let AlphaBoxIoUAlpha = 3.0

    /// form of <c>boxWasserstein</c> where none is given.
    [<Literal>]
    let BoxWassersteinForm = BoxForm.Corners

    /// constant of <c>boxWasserstein</c> where none is given.
    [<Literal>]
    let BoxWassersteinConstant = 12.8

    /// score of <c>pairwiseBoxIoU</c> where none is given.
    [<Literal>]
    let PairwiseBoxIoUScore = BoxScore.IoU

    /// form of <c>pairwiseBoxIoU</c> where none is given.
    [<Literal>]
    let PairwiseBoxIoUForm = BoxForm.Corners

    /// eps of <c>pairwiseBoxIoU</c> where none is given.
    [<Literal>]
    let PairwiseBoxIoUEps = 0.0

    /// beta of <c>qualityFocal</c> where none is given.
    [<Literal>]
    let QualityFocalBeta = 2.0

    let private half: float = 0.5

    // a / b, 0 where b is 0.
    let private share (a: 'T) (b: 'T) : 'T :> IReal<'T> = ifLess (num 0.0) b (a / ifLess (num 0.0) b b (num 1.0)) (num 0.0)

    // Where they are equal each moves it by half, as in PyTorch: of equal boxes every loss has slope 0.
    let private least (a: 'T) (b: 'T) : 'T :> IReal<'T> = ifLess a b a (ifLess b a b (half .* (a + b)))
    let private most (a: 'T) (b: 'T) : 'T :> IReal<'T> = ifLess a b b (ifLess b a a (half .* (a + b)))

    // max(0, x), of slope ½ at 0 for the same reason.
    let private part (x: 'T) : 'T :> IReal<'T> = half .* (x + abs x)

    // One axis. Everything is of differences between the boxes: far from the origin no digit is lost.
    let private compared (form: BoxForm) (target: 'T) (prediction: 'T) (axis: int) : Sides<'T> when 'T :> ITensor<'T> =
        let column (boxes: 'T) i = 'T.Slice(boxes, -1, i, 1) |> reshape (boxes.Shape.Without -1)
        let other = if axis = 0 then 2 else 3
        let a, b = column prediction axis, column prediction other
        let targetA, targetB = column target axis, column target other

        // The sizes less what is shared would cancel where the boxes are nearly equal.
        let rest shared size below above = ifLess (num 0.0) shared (part below + part above) size

        let sides size targetSize below above shared around =
            let shared = hinge shared
            let longer = size - targetSize

            {
                Size = size
                TargetSize = targetSize
                Shared = shared
                Rest = rest shared size (-below) above
                TargetRest = rest shared targetSize below (-above)
                Around = hinge around
                Offset = half .* (below + above)
                // Of nearly equal sizes that difference has no digits left.
                Longer = ifLess (num 0.0) size (ifLess (num 0.0) targetSize (above - below) longer) longer
            }

        if form = BoxForm.Corners then
            let shared, around = least b targetB - most a targetA, most b targetB - least a targetA
            sides (hinge (b - a)) (hinge (targetB - targetA)) (a - targetA) (b - targetB) shared around
        else
            let size, targetSize = hinge b, hinge targetB
            let d = a - targetA
            let longer, mean = half .* (size - targetSize), half .* (size + targetSize)
            let shared, around = least (least size targetSize) (mean - abs d), most (most size targetSize) (mean + abs d)

            { sides size targetSize (d - longer) (d + longer) shared around with
                Offset = d
                Longer = size - targetSize
            }

    // The intersection and what else there is of the union.
    let private areas (x: Sides<'T>) (y: Sides<'T>) : struct ('T * 'T) when 'T :> ITensor<'T> =
        let own = x.Size * y.Rest + x.Rest * y.Shared
        let target = x.TargetSize * y.TargetRest + x.TargetRest * y.Shared
        struct (x.Shared * y.Shared, own + target)

    // 1 − I / (U + ε), given I and U − I.
    let private lack (eps: float) (shared: 'T) (rest: 'T) : 'T :> IReal<'T> =
        let rest = if eps = 0.0 then rest else rest + num eps
        let union = shared + rest
        ifLess (num 0.0) union (rest / ifLess (num 0.0) union union (num 1.0)) (num 1.0)

    let private floored (eps: float) (x: 'T) : 'T :> IReal<'T> = if eps = 0.0 then x else x + num eps

    let private checkForm (form: BoxForm) =
        if form <> BoxForm.Corners && form <> BoxForm.Centre then
            raise (ArgumentOutOfRangeException("form", $"{Check.number (int64 form)} is no form of a box."))

    let private checkOptions (options: BoxOptions) =
        Check.notNull "options" options
        checkForm options.Form
        Check.notNegative "eps" options.Eps

    let private checkBoxes (name: string) (boxes: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull name boxes
        let shape = boxes.Shape

        if shape.Rank = 0 || shape[-1] <> 4 then
            raise (ArgumentException($"{name} has shape {shape}, but a box has four numbers: its last axis must be 4.", name))

    let private joined (axis: int) (a: 'T) (b: 'T) : 'T :> ITensor<'T> = 'T.Concatenate(ReadOnlySpan [| a; b |], axis)

    // A NaN is one of the whole value, and of the slopes by all that it is of, whichever branches they took.
    let private watched (operands: 'T) (values: 'T) : 'T :> ITensor<'T> =
        let nothing = given (sumAlong -1 (abs (detach operands))) (num 0.0)
        values + weigh (expand values.Shape (detach nothing)) (sumAlong -1 operands)

    let private ofBoxes
        (form: BoxForm)
        (loss: Sides<'T> -> Sides<'T> -> 'T)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        checkBoxes (nameof target) target
        checkBoxes (nameof prediction) prediction
        Check.sameShape (nameof target) target.Shape (nameof prediction) prediction.Shape
        let compare = compared form target prediction
        LossValues(loss (compare 0) (compare 1) |> watched (joined -1 target prediction))

    let private overlap (eps: float) (x: Sides<'T>) (y: Sides<'T>) : 'T :> ITensor<'T> =
        let struct (shared, rest) = areas x y
        lack eps shared rest

    let private generalized (eps: float) (x: Sides<'T>) (y: Sides<'T>) : 'T :> ITensor<'T> =
        let struct (shared, rest) = areas x y
        let around = x.Around * y.Around
        lack eps shared rest + share (around - (shared + rest)) (floored eps around)

    let private squares (x: 'T) (y: 'T) : 'T :> IReal<'T> = x * x + y * y

    let private distance (eps: float) (x: Sides<'T>) (y: Sides<'T>) : 'T :> ITensor<'T> =
        overlap eps x y + share (squares x.Offset y.Offset) (floored eps (squares x.Around y.Around))

    // (2/π)² times the square of the difference of the angles atan(w/h), as the angle whose tangent is (w′h − wh′) / (hh′ + ww′): no slope is lost where a
    // box has no height. Of a box that is a point the angle is 0.
    let private disproportion (x: Sides<'T>) (y: Sides<'T>) : 'T :> ITensor<'T> =
        let height width height = ifLess (num 0.0) (width + height) height (num 1.0)
        let own, target = height x.Size y.Size, height x.TargetSize y.TargetSize
        let across = x.TargetSize * own - x.Size * target
        let along = own * target + x.Size * x.TargetSize
        let isAcute = ifLess (num 0.0) along along (num 1.0)
        let angle = (2.0 ./. Math.PI) .* atan (across / isAcute)
        // One without a width, one without a height: a right angle.
        ifLess (num 0.0) along (angle * angle) (num 1.0)

    let private complete (isAlphaFixed: bool) (eps: float) (x: Sides<'T>) (y: Sides<'T>) : 'T :> ITensor<'T> =
        let v = disproportion x y
        let alpha = share v (floored eps (overlap eps x y + v))
        distance eps x y + (if isAlphaFixed then detach alpha else alpha) * v

    /// <summary>IoU loss: the part of their union that two boxes do not share.</summary>
    /// <param name="options">What the numbers of a box are, and ε.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to 1, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − I / (U + ε), with the areas I of the intersection and U of the union. A box whose second corner is not above its first, or whose size is not
    /// above 0, is empty; boxes apart have the loss 1 of slope 0, and so have two empty ones where ε is 0. Next to equal boxes nothing cancels, and their slopes are 0 where ε
    /// is. Where edges coincide each moves the intersection by half, as in PyTorch.
    /// Source: Yu et al., ACM Multimedia (2016), who take its logarithm; this form and ε are those of torchvision's losses (0.24, 2025).</remarks>
    let boxIoU (options: BoxOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        ofBoxes options.Form (overlap options.Eps) target prediction

    /// <summary>Generalised IoU loss: IoU loss, and the part of the box around both that belongs to neither; boxes apart are drawn together.</summary>
    /// <param name="options">What the numbers of a box are, and ε.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to 2, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − I / (U + ε) + (C − U) / (C + ε), with the area C of the box around both; see <c>boxIoU</c>.
    /// Source: Rezatofighi et al., CVPR 2019; torchvision.ops.generalized_box_iou_loss (0.24, 2025).</remarks>
    let generalizedBoxIoU (options: BoxOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        ofBoxes options.Form (generalized options.Eps) target prediction

    /// <summary>Distance-IoU loss: IoU loss, and the squared distance of the centres in diagonals of the box around both.</summary>
    /// <param name="options">What the numbers of a box are, and ε.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to 2, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − I / (U + ε) + ‖d‖² / (c² + ε), with d from centre to centre and the diagonal c; see <c>boxIoU</c>.
    /// Source: Zheng et al., AAAI 2020; torchvision.ops.distance_box_iou_loss (0.24, 2025).</remarks>
    let distanceBoxIoU (options: BoxOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        ofBoxes options.Form (distance options.Eps) target prediction

    /// <summary>Complete-IoU loss: distance-IoU loss, and the difference of the proportions, which counts the more, the better the boxes overlap.</summary>
    /// <param name="options">What the numbers of a box are, and ε.</param>
    /// <param name="isAlphaFixed">Whether α is a constant to the slopes, as it is in torchvision.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>At least 0, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The loss of <c>distanceBoxIoU</c> + α v with v = (4/π²)(atan(w′/h′) − atan(w/h))² and α = v / (1 − IoU + v + ε). Where α is fixed the slope is not that
    /// of the value. A point has the angle 0.
    /// Source: Zheng et al., AAAI 2020; torchvision.ops.complete_box_iou_loss (0.24, 2025).</remarks>
    let completeBoxIoU (options: BoxOptions) (isAlphaFixed: bool) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        ofBoxes options.Form (complete isAlphaFixed options.Eps) target prediction

    /// <summary>Efficient-IoU loss: distance-IoU loss, and the squared differences of widths and heights in those of the box around both.</summary>
    /// <param name="options">What the numbers of a box are, and ε.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>At least 0, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The loss of <c>distanceBoxIoU</c> + (w − w′)² / (C_w² + ε) + (h − h′)² / (C_h² + ε), with the size C of the box around both.
    /// Source: Zhang et al., Neurocomputing 506 (2022) 146–157.</remarks>
    let efficientBoxIoU (options: BoxOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        let eps = options.Eps
        let longer (x: Sides<'T>) = share (x.Longer * x.Longer) (floored eps (x.Around * x.Around))
        ofBoxes options.Form (fun x y -> distance eps x y + (longer x + longer y)) target prediction

    /// <summary>Scylla-IoU loss: IoU loss, and costs of where the centres lie and of how the sizes differ.</summary>
    /// <param name="options">What the numbers of a box are, and ε, which is below the IoU alone.</param>
    /// <param name="theta">θ, finite, above 0: how little a small difference of sizes costs; from 2 to 6 in the paper.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to 3, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − IoU + ½ (Δ + Ω). Δ is the sum over both axes of 1 − exp(−γ (d / C)²), with d from centre to centre, C the size of the box around both and
    /// γ = 2 − sin 2φ for the angle φ of that line to an axis; Ω that of (1 − exp(−|w − w′| / max(w, w′)))^θ. Where the centres are one, sin 2φ is 0.
    /// Source: Gevorgyan, arXiv:2205.12740 (2022).</remarks>
    let scyllaBoxIoU (options: BoxOptions) (theta: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        Check.positive (nameof theta) theta

        let loss (x: Sides<'T>) (y: Sides<'T>) =
            // sin 2φ = 2 sin φ cos φ
            let skew = share (2.0 .* abs (x.Offset * y.Offset)) (squares x.Offset y.Offset)
            let gamma = num 2.0 - skew

            let apart (side: Sides<'T>) =
                let d = share side.Offset side.Around
                -(expm1 (-(gamma * d * d)))

            let unlike (side: Sides<'T>) = -(expm1 (-(share (abs side.Longer) (max side.Size side.TargetSize)))) |> power theta

            overlap options.Eps x y + half .* (apart x + apart y + (unlike x + unlike y))

        ofBoxes options.Form loss target prediction

    /// <summary>α-IoU loss: a power of the IoU, less from 1; above 1 it attends to boxes that fit well already.</summary>
    /// <param name="options">What the numbers of a box are, and ε.</param>
    /// <param name="alpha">α, finite, above 0.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to 1, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − (I / (U + ε))^α; boxes apart have the loss 1 of slope 0 for every α. See <c>boxIoU</c>.
    /// Source: He et al., NeurIPS 2021.</remarks>
    let alphaBoxIoU (options: BoxOptions) (alpha: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkOptions options
        Check.positive (nameof alpha) alpha

        let loss (x: Sides<'T>) (y: Sides<'T>) =
            let struct (shared, rest) = areas x y
            let lack = lack options.Eps shared rest
            let iou = share shared (floored options.Eps (shared + rest))
            // 1 − IoU^α cancels next to 1, its logarithm has no slope at 0.
            let near = min lack (num 0.5)
            ifLess lack (num 0.5) (-(expm1 (alpha .* log1p (-near)))) (num 1.0 - power alpha iou)

        ofBoxes options.Form loss target prediction

    /// <summary>Normalised Wasserstein distance of boxes as normal distributions: it has a slope wherever they lie, and knows small boxes no less than large ones.</summary>
    /// <param name="form">What the numbers of a box are.</param>
    /// <param name="constant">c, in units of the boxes; finite, above 0: about the size of the boxes in the data.</param>
    /// <param name="target">(4) or (…, 4).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to 1, one value for each box: the shape without the last axis.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or the last axis is not 4.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>1 − exp(−W / c) with W² = ‖d‖² + ¼ (w − w′)² + ¼ (h − h′)², d from centre to centre. Slope of equal boxes: 0. The paper's c is 12.8, for
    /// aerial images. Source: Wang et al., arXiv:2110.13389 (2021).</remarks>
    let boxWasserstein (form: BoxForm) (constant: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkForm form
        Check.positive (nameof constant) constant

        let loss (x: Sides<'T>) (y: Sides<'T>) =
            let distance = squares x.Offset y.Offset + 0.25 .* squares x.Longer y.Longer
            -(expm1 (-(sqrt distance / num constant)))

        ofBoxes form loss target prediction

    /// <summary>How each of some boxes overlaps with each of others: 1 less the loss of the two, in a matrix.</summary>
    /// <param name="score">Of which loss.</param>
    /// <param name="form">What the numbers of a box are.</param>
    /// <param name="eps">ε, added below each fraction; finite, at least 0. With 0 a fraction of nothing is 0.</param>
    /// <param name="boxes2">(M, 4).</param>
    /// <param name="boxes1">(N, 4).</param>
    /// <returns>(N, M); at most 1.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes are not (N, 4) and (M, 4).</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>To match predictions and targets by. In the complete score α is a constant to the slopes.
    /// Source: torchvision.ops.box_iou, generalized_box_iou, distance_box_iou and complete_box_iou (0.24, 2025), of which the last two have an ε of 10⁻⁷.</remarks>
    let pairwiseBoxIoU (score: BoxScore) (form: BoxForm) (eps: float) (boxes2: 'T) (boxes1: 'T) : 'T :> ITensor<'T> =
        checkForm form
        Check.notNegative (nameof eps) eps

        let loss: Sides<'T> -> Sides<'T> -> 'T =
            match score with
            | BoxScore.IoU -> overlap eps
            | BoxScore.Generalized -> generalized eps
            | BoxScore.Distance -> distance eps
            | BoxScore.Complete -> complete true eps
            | score -> raise (ArgumentOutOfRangeException(nameof score, $"{Check.number (int64 score)} is no score of boxes."))

        let checkMatrix (name: string) (boxes: 'T) =
            checkBoxes name boxes

            if boxes.Shape.Rank <> 2 then
                raise (ArgumentException($"{name} has shape {boxes.Shape}; it must be (N, 4).", name))

        checkMatrix (nameof boxes2) boxes2
        checkMatrix (nameof boxes1) boxes1
        let n, m = boxes1.Shape[0], boxes2.Shape[0]
        let shape = Shape [| n; m; 4 |]
        let one = reshape (Shape [| n; 1; 4 |]) boxes1 |> expand shape
        let two = reshape (Shape [| 1; m; 4 |]) boxes2 |> expand shape
        let compare = compared form two one
        num 1.0 - loss (compare 0) (compare 1) |> watched (joined -1 two one)

    /// <summary>Quality focal loss: binary cross-entropy of an estimated quality, such as an IoU, which counts the less, the better the estimate.</summary>
    /// <param name="beta">β, finite, above 0: how much less a good estimate counts.</param>
    /// <param name="target">The quality, in [0, 1]; any shape.</param>
    /// <param name="logits">Any number; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, elementwise.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is outside [0, 1]; it says which, where. Or <paramref name="beta"/> is outside its range.</exception>
    /// <remarks>|t − p|ᵝ bce(x, t) with p = σ(x). The factor has a slope, too; with a β of 1 that is 0 at the kink p = t. Source: Li et al., NeurIPS 2020.</remarks>
    let qualityFocal (beta: float) (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        namedPointwise (nameof target) (nameof logits) (QualityFocal beta) target logits

    /// <summary>Distribution focal loss: cross-entropy of a place between two bins, each of which has the share that the place is nearer to it.</summary>
    /// <param name="target">The place, from 0 to the number of the last bin: (…).</param>
    /// <param name="logits">Of the bins 0, 1, …: (…, bins).</param>
    /// <returns>Nats, one for each place: the shape of <paramref name="target"/>.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no bins.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A place is beyond the bins; it says which, where.</exception>
    /// <remarks>−(l + 1 − t) log p_l − (t − l) log p_{l + 1} with p = softmax(x) and l = ⌊t⌋. Slope by x: p less the shares; by a place, log p_l − log p_{l + 1}. Convex in x. Source: Li et al., NeurIPS 2020.</remarks>
    let distributionFocal (target: 'T) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof target) target
        Check.notNull (nameof logits) logits
        let shape = logits.Shape
        let axis = Check.vectorAxis (nameof logits) shape
        Check.notEmptyAxis (nameof logits) shape axis "bins"
        Check.shape (nameof target) target.Shape (shape.Without axis) (fun () -> $"logits has shape {shape}")
        let numbers = Array.init shape[axis] float
        let bins = 'T.Create(logits, ReadOnlySpan numbers, Shape [| shape[axis] |])
        let place = reshape (shape.With(axis, 1)) target |> expand shape
        // A bin's share is 1 less how far the place is above it, or how far that is above the bin before: neither has lost a digit.
        let above, next = place - expand shape bins, place - expand shape (bins - num 1.0)
        let shares = ifLess above (num 0.0) (ifLess next (num 0.0) (num 0.0) next) (hinge (num 1.0 - above))
        let values = crossEntropyWithProbabilities { CrossEntropyOptions.Default with ClassAxis = axis } shares logits
        let operands = joined axis (reshape (shape.With(axis, 1)) target) logits

        LossValues(Reduce.none values |> watched operands).Within(Domain.Between(0.0, Array.last numbers), target, nameof target)
