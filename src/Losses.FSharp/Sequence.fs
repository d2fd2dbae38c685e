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
    /// log-softmax stands before it. Differentiable to any order. Source: Graves et al. (2006); torch.nn.CTCLoss.</remarks>
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

                if label = options.Blank then
                    raise (
                        ArgumentOutOfRangeException(nameof labels, $"{place ()} is {Check.number label}, the blank, which no target has.")
                    )

                if label < 0 || label >= classes then
                    raise (
                        ArgumentOutOfRangeException(
                            nameof labels,
                            $"{place ()} is {Check.number label}, but there are {classes} classes."
                        )
                    )))

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
