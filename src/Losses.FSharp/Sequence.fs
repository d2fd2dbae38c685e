namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>ctc</c>.</summary>
[<NoComparison; NoEquality>]
type CTCOptions =
    {
        /// The class that stands for nothing.
        Blank: int
        /// Whether a target that no path can spell counts 0 instead of +∞.
        ZeroInfinity: bool
    }

    /// Blank 0, infinities kept.
    static member Default = { Blank = 0; ZeroInfinity = false }

    static member internal Given(blank: Nullable<int>, zeroInfinity: Nullable<bool>) =
        {
            Blank = blank.GetValueOrDefault CTCOptions.Default.Blank
            ZeroInfinity = zeroInfinity.GetValueOrDefault CTCOptions.Default.ZeroInfinity
        }

/// <summary>The options of <c>rnnt</c>.</summary>
[<NoComparison; NoEquality>]
type RNNTOptions =
    {
        /// The class that moves on to the next frame; −1 is the last.
        Blank: int
        /// Whether logarithms of probabilities come in, in place of logits.
        IsNormalised: bool
    }

    /// The last class, and logits.
    static member Default = { Blank = -1; IsNormalised = false }

    static member internal Given(blank: Nullable<int>, isNormalised: Nullable<bool>) =
        {
            Blank = blank.GetValueOrDefault RNNTOptions.Default.Blank
            IsNormalised = isNormalised.GetValueOrDefault RNNTOptions.Default.IsNormalised
        }

/// Losses of sequences.
[<AutoOpen>]
module Sequence =

    // The labels of every sample in one row each, whether they came padded or one after another.
    let private rowsOf (labels: Labels) (targetLengths: int[]) =
        let indices = labels.Indices.ToArray()

        if labels.Shape.Rank = 2 then
            Check.shape "labels" labels.Shape (Shape [| targetLengths.Length; labels.Shape[1] |]) (fun () ->
                $"there are {targetLengths.Length} samples")

            Indices.rows targetLengths.Length labels.Shape[1] indices
        elif labels.Shape.Rank = 1 then
            let total = Array.sumBy int64 targetLengths

            if total <> int64 labels.Shape.Size then
                raise (
                    ArgumentException(
                        $"labels has shape {labels.Shape} but targetLengths sum to {Check.number total}; they must be equal.",
                        "labels"
                    )
                )

            Indices.split targetLengths indices
        else
            raise (ArgumentException($"labels has shape {labels.Shape}; it must be (N, S) or the sum of the lengths.", "labels"))

    let private checkLengths (name: string) (lengths: int[]) (count: int) (longest: int) (what: string) =
        if lengths.Length <> count then
            raise (ArgumentException($"{name} has {lengths.Length} elements but there are {count} samples; they must be equal.", name))

        lengths
        |> Array.iteri (fun i length ->
            if length < 0 || length > longest then
                raise (ArgumentOutOfRangeException(name, $"{name}[{i}] is {Check.number length}, but {what} is {longest}.")))

    // A class, and not the blank; the place is text that is made only where it is needed.
    let private checkLabel (blank: int) (classes: int) (label: int) (place: unit -> string) =
        if label = blank then
            raise (ArgumentOutOfRangeException("labels", $"{place ()} is {Check.number label}, the blank, which no target has."))

        if label < 0 || label >= classes then
            raise (ArgumentOutOfRangeException("labels", $"{place ()} is {Check.number label}, but there are {classes} classes."))

    // Which classes the states of each sample stand for: blank, label, blank, label, …, blank; and whether a state may be entered from two before.
    let private states (options: CTCOptions) (rows: int[][]) (width: int) =
        let label (row: int[]) s = if s % 2 = 0 || s / 2 >= row.Length then options.Blank else row[s / 2]
        let classes = Indices.matrix rows.Length width (fun n s -> label rows[n] s)

        let skips = Indices.matrix rows.Length width (fun n s -> s % 2 = 1 && s > 1 && label rows[n] s <> label rows[n] (s - 2))

        classes, skips

    // log α over the frames, in tensor operations: the definition, differentiable to any order.
    let private forward
        (classes: int[])
        (skips: bool[])
        (width: int)
        (inputLengths: int[])
        (targetLengths: int[])
        (logProbabilities: 'T)
        : 'T :> ITensor<'T> =
        let frames, samples = logProbabilities.Shape[0], logProbabilities.Shape[1]
        let shape = Shape [| samples; width |]
        let create (values: float[]) = 'T.Create(logProbabilities, ReadOnlySpan values, shape)
        let never = Double.NegativeInfinity
        let start = create (Indices.matrix samples width (fun _ s -> if s < 2 then 0.0 else never))
        let entry = create (Array.map (fun may -> if may then 0.0 else never) skips)

        let emitted t =
            'T
                .Gather(
                    'T.Slice(logProbabilities, 0, t, 1) |> reshape (Shape [| samples; logProbabilities.Shape[2] |]),
                    1,
                    Labels(ReadOnlySpan<int> classes, shape)
                )

        // The states moved on by some places; nothing moves into the first.
        let moved by (alpha: 'T) =
            let by = min by width
            let nothing = 'T.Create(logProbabilities, ReadOnlySpan(Array.create (samples * by) never), Shape [| samples; by |])
            'T.Concatenate(ReadOnlySpan [| nothing; 'T.Slice(alpha, 1, 0, width - by) |], 1)

        let column = Shape [| samples; width; 1 |]

        let step (alpha: 'T) t =
            let ways = [| alpha; moved 1 alpha; Notation.(+) (moved 2 alpha) entry |] |> Array.map (reshape column)
            let next = Notation.(+) ('T.LogSumExp('T.Concatenate(ReadOnlySpan ways, 2), 2)) (emitted t)
            // A sample that has ended stays as it is.
            let ended = create (Indices.matrix samples width (fun n _ -> if t < inputLengths[n] then 0.0 else 1.0))
            Notation.ifLess (Notation.num 0.0) ended alpha next

        let none = create (Indices.matrix samples width (fun n _ -> if inputLengths[n] > 0 then 0.0 else 1.0))

        let first =
            if frames = 0 then
                start
            else
                Notation.ifLess (Notation.num 0.0) none start (Notation.(+) start (emitted 0))

        let alpha = Seq.fold step first (seq { 1 .. frames - 1 })
        // A sample may end in its last label or in the blank behind it. With no frames nothing but an empty target can have been said.
        let ends =
            Indices.matrix samples 2 (fun n e ->
                if e = 0 then 2 * targetLengths[n]
                elif targetLengths[n] = 0 || inputLengths[n] = 0 then -1
                else 2 * targetLengths[n] - 1)

        let last = 'T.Gather(alpha, 1, Labels(ReadOnlySpan<int> ends, Shape [| samples; 2 |]))

        let absent =
            'T
                .Create(
                    logProbabilities,
                    ReadOnlySpan(Array.map (fun place -> if place < 0 then never else 0.0) ends),
                    Shape [| samples; 2 |]
                )

        Notation.(-) (Notation.num 0.0) ('T.LogSumExp(Notation.(+) last absent, 1))

    /// <summary>Connectionist temporal classification: minus the logarithm of the probability of all paths that spell the target.</summary>
    /// <param name="options">The blank, and what an impossible target counts.</param>
    /// <param name="inputLengths">The frames of each sample that count.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, S) padded with anything, or the labels of all samples one after another.</param>
    /// <param name="logProbabilities">Logarithms of probabilities, as <c>logSoftmax</c> gives: (T, N, C), or (T, C) for one sample.</param>
    /// <returns>Nats: (N), or a scalar for one sample. +∞, of slope 0, where no path spells the target. A mean divides each by the length of its
    /// target (at least 1) and then by N, as PyTorch's does.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    /// <remarks>The slope is the true one, minus the probability of being in a class in a frame, given the target; PyTorch's is right only where a
    /// log-softmax stands before it. Differentiable to any order. Source: Graves et al. (2006); torch.nn.CTCLoss (PyTorch 2.10).</remarks>
    let ctc
        (options: CTCOptions)
        (inputLengths: int[])
        (targetLengths: int[])
        (labels: Labels)
        (logProbabilities: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logProbabilities
        Check.notNull (nameof options) options
        Check.notNull (nameof labels) labels
        Check.notNull name logProbabilities
        Check.notNull (nameof inputLengths) inputLengths
        Check.notNull (nameof targetLengths) targetLengths
        // The caller may write to his arrays before the gradient is asked for.
        let inputLengths, targetLengths = Array.copy inputLengths, Array.copy targetLengths
        let given = logProbabilities.Shape

        if given.Rank <> 2 && given.Rank <> 3 then
            raise (ArgumentException($"{name} has shape {given}; it must be (T, N, C) or (T, C).", name))

        let shape = if given.Rank = 2 then given.Insert(1, 1) else given
        let frames, samples, classes = shape[0], shape[1], shape[2]
        Check.notEmptyAxis name shape -1 "classes"

        if options.Blank < 0 || options.Blank >= classes then
            raise (ArgumentOutOfRangeException("blank", $"blank is {Check.number options.Blank}, but there are {classes} classes."))

        let width = if labels.Shape.Rank = 2 then labels.Shape[1] else labels.Shape.Size
        checkLengths (nameof inputLengths) inputLengths samples frames "the number of frames"
        checkLengths (nameof targetLengths) targetLengths samples width "the number of labels"

        let rows = rowsOf labels targetLengths |> Array.mapi (fun n row -> Array.truncate targetLengths[n] row)

        rows
        |> Array.iteri (fun n row ->
            row
            |> Array.iteri (fun s label ->
                let place () = if labels.Shape.Rank = 2 then $"labels[{n}, {s}]" else $"label {s} of sample {n}"
                checkLabel options.Blank classes label place))

        let longest = Array.fold max 0 targetLengths

        if (2L * int64 longest + 1L) * int64 samples > int64 Array.MaxLength then
            raise (
                ArgumentException(
                    $"{nameof targetLengths} has {samples} samples and one of {longest} labels: their states are more than an array can hold.",
                    nameof targetLengths
                )
            )

        let width = 2 * longest + 1
        let stateClasses, skips = states options rows width

        let definition (x: 'T[]) : 'T = forward stateClasses skips width inputLengths targetLengths x[0]

        let values =
            'T
                .Fuse(
                    CTCPaths(stateClasses, skips, width, inputLengths, targetLengths),
                    [| reshape shape logProbabilities |],
                    Func<'T[], 'T> definition
                )

        let kept =
            if options.ZeroInfinity then
                Notation.given values (Notation.ifLess values (Notation.num Double.PositiveInfinity) values (Notation.num 0.0))
            else
                values

        let lengths = targetLengths |> Array.map (fun length -> float (max 1 length))
        let result = if given.Rank = 2 then Shape.Scalar else Shape [| samples |]
        LossValues.OfSequences(reshape result kept, 'T.Create(logProbabilities, ReadOnlySpan lengths, result))

    // The logarithm of the probability of all paths, in tensor operations: the definition, differentiable to any order. The nodes that are reached after as many steps are a
    // row for each sample, by the labels said so far.
    let private transduced
        (blank: int)
        (labels: int[])
        (inputLengths: int[])
        (targetLengths: int[])
        (logProbabilities: 'T)
        : 'T :> ITensor<'T> =
        let shape = logProbabilities.Shape
        let samples, frames, columns = shape[0], shape[1], shape[2]
        let never = Double.NegativeInfinity
        let create (values: float[]) (shape: Shape) = 'T.Create(logProbabilities, ReadOnlySpan values, shape)
        let nodes = Shape [| samples; frames * columns |]

        let chosen (classes: int[]) =
            'T.Gather(logProbabilities, 3, Labels(ReadOnlySpan<int> classes, (shape.Without 3).Insert(3, 1))) |> reshape nodes

        let width = columns - 1

        let label =
            Array.init (samples * frames * columns) (fun i ->
                let n, u = i / (frames * columns), i % columns
                if u < targetLengths[n] then labels[n * width + u] else blank)

        let blanks, labels = chosen (Array.create (samples * frames * columns) blank), chosen label
        let row = Shape [| samples; columns |]

        // What leaves the nodes of a diagonal, −∞ where there is none.
        let leaving (moves: 'T) d (isThere: int -> int -> int -> bool) =
            let place = Array.init columns (fun u -> if d - u >= 0 && d - u < frames then (d - u) * columns + u else -1)

            let gathered =
                'T.Gather(moves, 1, Labels(ReadOnlySpan<int>(Indices.matrix samples columns (fun _ u -> max 0 place[u])), row))

            let gone =
                create (Indices.matrix samples columns (fun n u -> if place[u] >= 0 && isThere n (d - u) u then 1.0 else 0.0)) row

            Notation.ifLess (Notation.num 0.0) gone gathered (Notation.num never)

        let blanksOf d = leaving blanks d (fun n t u -> t < inputLengths[n] && u <= targetLengths[n])
        let labelsOf d = leaving labels d (fun n t u -> t < inputLengths[n] && u < targetLengths[n])
        let nothing = create (Array.create samples never) (Shape [| samples; 1 |])
        let added (ways: 'T[]) = 'T.LogSumExp('T.Concatenate(ReadOnlySpan(Array.map (reshape (row.Insert(2, 1))) ways), 2), 2)

        let step (alpha: 'T) d =
            let said = Notation.(+) alpha (labelsOf (d - 1))
            let said = 'T.Concatenate(ReadOnlySpan [| nothing; 'T.Slice(said, 1, 0, width) |], 1)
            added [| Notation.(+) alpha (blanksOf (d - 1)); said |]

        let last = Shape [| samples; 1 |]
        let ends = Labels(ReadOnlySpan<int> targetLengths, last)

        // The last blank ends a sample: it leads to a frame that is none.
        let ended d (total: 'T) (alpha: 'T) =
            let isEnd = create (Array.init samples (fun n -> if d = inputLengths[n] + targetLengths[n] then 1.0 else 0.0)) last
            Notation.ifLess (Notation.num 0.0) isEnd ('T.Gather(alpha, 1, ends)) total

        let start = create (Indices.matrix samples columns (fun _ u -> if u = 0 then 0.0 else never)) row

        let _, total =
            Seq.fold
                (fun (alpha, total) d ->
                    let next = step alpha d
                    next, ended d total next)
                (start, nothing)
                (seq { 1 .. frames + columns - 1 })

        Notation.(-) (Notation.num 0.0) (reshape (Shape [| samples |]) total)

    /// <summary>Transducer loss (RNN-T): minus the logarithm of the probability of all paths through a lattice of frames and labels. In every frame a path says any number of
    /// labels, and a blank moves on to the next.</summary>
    /// <param name="options">The blank, and whether logarithms of probabilities come in.</param>
    /// <param name="inputLengths">The frames of each sample that count, at least 1.</param>
    /// <param name="targetLengths">The labels of each sample.</param>
    /// <param name="labels">Class indices, none the blank: (N, U), padded with anything.</param>
    /// <param name="logits">(N, T, U + 1, C): a row of classes for each frame and number of labels said before.</param>
    /// <returns>Nats: (N). A mean divides by N.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class or the blank, or a length is out of range; it says which, where.</exception>
    /// <remarks>−log Σ over the paths Π p, with p = softmax of the row that a step leaves, of the blank or the next label; a path ends with a blank in the last frame. Slope by a
    /// logit: p times the share of the paths that pass the node, less the share of those that leave it by that class; 0 beyond the lengths. Differentiable to any order. Source:
    /// Graves (2012), Sequence Transduction with Recurrent Neural Networks; torchaudio.functional.rnnt_loss (torchaudio 2.8).</remarks>
    let rnnt
        (options: RNNTOptions)
        (inputLengths: int[])
        (targetLengths: int[])
        (labels: Labels)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof logits
        Check.notNull (nameof options) options
        Check.notNull (nameof labels) labels
        Check.notNull name logits
        Check.notNull (nameof inputLengths) inputLengths
        Check.notNull (nameof targetLengths) targetLengths
        // The caller may write to his arrays before the gradient is asked for.
        let inputLengths, targetLengths = Array.copy inputLengths, Array.copy targetLengths
        let shape = logits.Shape

        if shape.Rank <> 4 || shape[2] = 0 then
            raise (ArgumentException($"{name} has shape {shape}; it must be (N, T, U + 1, C).", name))

        let samples, frames, width, classes = shape[0], shape[1], shape[2] - 1, shape[3]
        Check.notEmptyAxis name shape -1 "classes"
        Check.shape (nameof labels) labels.Shape (Shape [| samples; width |]) (fun () -> $"{name} has shape {shape}")
        let blank = if options.Blank = -1 then classes - 1 else options.Blank

        if blank < 0 || blank >= classes then
            raise (ArgumentOutOfRangeException("blank", $"blank is {Check.number options.Blank}, but there are {classes} classes."))

        checkLengths (nameof inputLengths) inputLengths samples frames "the number of frames"
        checkLengths (nameof targetLengths) targetLengths samples width "the number of labels"

        inputLengths
        |> Array.iteri (fun n length ->
            if length = 0 then
                raise (ArgumentOutOfRangeException(nameof inputLengths, $"inputLengths[{n}] is 0; a path ends in a frame.")))

        let indices = labels.Indices.ToArray()

        for n in 0 .. samples - 1 do
            for u in 0 .. targetLengths[n] - 1 do
                checkLabel blank classes indices[n * width + u] (fun () -> $"labels[{n}, {u}]")

        let definition (x: 'T[]) : 'T =
            transduced blank indices inputLengths targetLengths (if options.IsNormalised then x[0] else logSoftmax -1 x[0])

        LossValues(
            'T
                .Fuse(
                    Transducer(indices, inputLengths, targetLengths, blank, not options.IsNormalised),
                    [| logits |],
                    Func<'T[], 'T> definition
                )
        )
