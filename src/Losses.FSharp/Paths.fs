namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Sequences that are labelled place by place, and sequences that are stretched to fit each other.
[<AutoOpen>]
module Paths =

    /// gamma of <c>softDTW</c> where none is given.
    [<Literal>]
    let SoftDTWGamma = 1.0

    /// normalized of <c>softDTW</c> where none is given.
    [<Literal>]
    let SoftDTWNormalized = false

    /// gamma of <c>softDTWOfCosts</c> where none is given.
    [<Literal>]
    let SoftDTWOfCostsGamma = 1.0

    /// <summary>Negative log-likelihood of a linear-chain conditional random field: of the tags of a sequence, where each tag has a score after the one before.</summary>
    /// <param name="lengths">How many places of each sample count, at least 1.</param>
    /// <param name="tags">Class indices: (N, T), padded with anything.</param>
    /// <param name="ends">What a tag adds at the end: (C), or the number 0.</param>
    /// <param name="starts">What a tag adds at the start: (C), or the number 0.</param>
    /// <param name="transitions">What the tag of the second index adds after that of the first: (C, C).</param>
    /// <param name="emissions">What each tag adds at each place: (N, T, C).</param>
    /// <returns>Nats: (N). A mean divides by N.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there is no class.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A tag is no class, or a length is out of range; it says which, where.</exception>
    /// <remarks>log Σ exp s(tags') over all sequences of that length, less s(tags), s the sum of what the tags add. Slope: the probability of a tag, or of two in a row, less 1 where they are
    /// the sample's. Convex. Of each step the scores of all pairs of tags are forgotten, and made again for the gradient. Source: Lafferty, McCallum and Pereira, ICML 2001;
    /// pytorch-crf (0.7.2).</remarks>
    let crf
        (lengths: int[])
        (tags: Labels)
        (ends: 'T)
        (starts: 'T)
        (transitions: 'T)
        (emissions: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let name = nameof emissions
        Check.notNull name emissions
        Check.notNull (nameof transitions) transitions
        Check.notNull (nameof starts) starts
        Check.notNull (nameof ends) ends
        Check.notNull (nameof tags) tags
        Check.notNull (nameof lengths) lengths
        // The caller may write to his array before the gradient is asked for.
        let lengths = Array.copy lengths
        let shape = emissions.Shape

        if shape.Rank <> 3 then
            raise (ArgumentException($"{name} has shape {shape}; it must be (N, T, C).", name))

        let samples, places, classes = shape[0], shape[1], shape[2]
        Check.notEmptyAxis name shape 2 "classes"
        let reason () = $"{name} has shape {shape}"
        Check.lengths (nameof transitions) transitions.Shape [| classes; classes |] reason
        let edge = Shape [| classes |]

        for struct (name, scores) in [| struct (nameof starts, starts); struct (nameof ends, ends) |] do
            if scores.Shape <> Shape.Scalar then
                Check.shape name scores.Shape edge reason

        Check.shape (nameof tags) tags.Shape (Shape [| samples; places |]) reason
        Check.shape (nameof lengths) (Shape [| lengths.Length |]) (Shape [| samples |]) reason

        lengths
        |> Array.iteri (fun n length ->
            if length < 1 || length > places then
                raise (
                    ArgumentOutOfRangeException(
                        nameof lengths,
                        $"lengths[{n}] is {Check.number length}, but it must be from 1 to {places}."
                    )
                ))

        let indices = tags.Indices.ToArray()
        let tag n t = indices[n * places + t]

        for n in 0 .. samples - 1 do
            for t in 0 .. lengths[n] - 1 do
                if tag n t < 0 || tag n t >= classes then
                    raise (
                        ArgumentOutOfRangeException(
                            nameof tags,
                            $"tags[{n}, {t}] is {Check.number (tag n t)}, but there are {classes} classes."
                        )
                    )

        if samples = 0 then
            LossValues('T.Sum(emissions, ReadOnlySpan [| 1; 2 |], false))
        else
            let row = Shape [| samples; classes |]
            let at t : 'T = 'T.Slice(emissions, 1, t, 1) |> reshape row
            let scoresOf (scores: 'T) : 'T = expand row scores

            // What follows each tag, from all tags before.
            let follow (x: 'T[]) : 'T =
                let pairs = Shape [| samples; classes; classes |]
                let before = x[0] |> reshape (Shape [| samples; classes; 1 |]) |> expand pairs
                'T.LogSumExp(Notation.(+) before (expand pairs x[1]), 1)

            let step (alpha: 'T) t : 'T =
                let next = Notation.(+) ('T.Recompute(Func<'T[], 'T> follow, [| alpha; transitions |])) (at t)

                if Array.forall (fun length -> t < length) lengths then
                    next
                else
                    // A sample that has ended stays as it is.
                    let isThere = Indices.matrix samples classes (fun n _ -> if t < lengths[n] then 1.0 else 0.0)
                    Notation.ifLess (Notation.num 0.0) ('T.Create(emissions, ReadOnlySpan isThere, row)) next alpha

            let last = Seq.fold step (Notation.(+) (scoresOf starts) (at 0)) (seq { 1 .. places - 1 })
            let all = 'T.LogSumExp(Notation.(+) last (scoresOf ends), 1)

            let chosen = Indices.matrix samples places (fun n t -> if t < lengths[n] then tag n t else -1)
            let own = 'T.Gather(emissions, 2, Labels(ReadOnlySpan<int> chosen, Shape [| samples; places; 1 |]))
            let ownSum = 'T.Sum(own, ReadOnlySpan [| 1; 2 |], false)

            // The scores that are chosen from a table, and their sums by sample.
            let fromTable (table: 'T) width (place: int -> int -> int) : 'T =
                let count = table.Shape.Size
                let labels = Labels(ReadOnlySpan<int>(Indices.matrix samples width place), Shape [| samples * width |])
                'T.Gather(reshape (Shape [| count |]) table, 0, labels) |> reshape (Shape [| samples; width |]) |> sumAlong 1

            let pairs =
                fromTable transitions (places - 1) (fun n t -> if t + 1 < lengths[n] then tag n t * classes + tag n (t + 1) else -1)

            let edge (scores: 'T) (place: int -> int) : 'T =
                if scores.Shape = Shape.Scalar then scores else fromTable scores 1 (fun n _ -> tag n (place n))

            let edges = Notation.(+) (edge starts (fun _ -> 0)) (edge ends (fun n -> lengths[n] - 1))
            LossValues(whole (Notation.(-) all (Notation.(+) (Notation.(+) ownSum pairs) edges)))

    // Soft-DTW of costs (B, N, M), diagonal by diagonal: of each the logarithms of the sums over the paths to its cells, by their row.
    let private warped (gamma: float) (costs: 'T) : 'T :> ITensor<'T> =
        let samples, rows, columns = costs.Shape[0], costs.Shape[1], costs.Shape[2]
        let never = Double.NegativeInfinity
        let row = Shape [| samples; rows |]
        let flat = reshape (Shape [| samples; rows * columns |]) costs
        let nothing: 'T = 'T.Create(costs, ReadOnlySpan(Array.create samples never), Shape [| samples; 1 |])
        let isIn d i = d - i >= 0 && d - i < columns

        let weight d : 'T =
            let places = Indices.matrix samples rows (fun _ i -> if isIn d i then i * columns + d - i else -1)
            let kept = Indices.matrix samples rows (fun _ i -> if isIn d i then 1.0 else 0.0)
            let own = Notation.(.*) (-1.0 / gamma) ('T.Gather(flat, 1, Labels(ReadOnlySpan<int> places, row)))
            Notation.ifLess (Notation.num 0.0) ('T.Create(costs, ReadOnlySpan kept, row)) own (expand row (Notation.num never))

        // From the row before.
        let below (x: 'T) : 'T =
            if rows = 1 then
                nothing
            else
                'T.Concatenate(ReadOnlySpan [| nothing; 'T.Slice(x, 1, 0, rows - 1) |], 1)

        let step (before: 'T, last: 'T) d =
            let ways = [| last; below last; below before |] |> Array.map (reshape (row.Insert(2, 1)))
            let next = Notation.(+) ('T.LogSumExp('T.Concatenate(ReadOnlySpan ways, 2), 2)) (weight d)
            last, next

        let none: 'T = 'T.Create(costs, ReadOnlySpan(Array.create (samples * rows) never), row)
        let _, last = Seq.fold step (none, weight 0) (seq { 1 .. rows + columns - 2 })
        Notation.(.*) -gamma ('T.Slice(last, 1, rows - 1, 1) |> reshape (Shape [| samples |]))

    let private checkCosts (name: string) (shape: Shape) =
        if shape.Rank <> 3 then
            raise (ArgumentException($"{name} has shape {shape}; it must have three axes.", name))

    /// <summary>Soft dynamic time warping of given costs: the least sum of costs of a path, of which all paths have a share.</summary>
    /// <param name="gamma">γ, how much longer paths count, in units of the costs; finite, above 0.</param>
    /// <param name="costs">What it costs to have each place of one sequence beside each of the other: (B, N, M), N and M at least 1.</param>
    /// <returns>Units of the costs: (B); it may be below 0.</returns>
    /// <exception cref="T:System.ArgumentException">The costs have no three axes, or no places.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">γ is not above 0 or not finite.</exception>
    /// <remarks>−γ log Σ exp(−c/γ) over the paths from the first cell to the last with steps along one axis or both, c the sum of a path's costs. Slope: the share of the paths that
    /// pass a cell. Concave. Source: Cuturi and Blondel, Soft-DTW, ICML 2017.</remarks>
    let softDTWOfCosts (gamma: float) (costs: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof gamma) gamma
        Check.notNull (nameof costs) costs
        checkCosts (nameof costs) costs.Shape
        Check.notEmptyAxis (nameof costs) costs.Shape 1 "places"
        Check.notEmptyAxis (nameof costs) costs.Shape 2 "places"
        LossValues(whole (warped gamma costs))

    /// <summary>Soft dynamic time warping: how far one sequence of vectors is from another, each stretched to fit.</summary>
    /// <param name="gamma">γ, how much longer paths count, in squared units of the vectors; finite, above 0.</param>
    /// <param name="normalized">Whether half of what each sequence is from itself is taken off: at least 0 then, and 0 for equal ones.</param>
    /// <param name="target">Vectors: (B, M, D), M at least 1.</param>
    /// <param name="prediction">Vectors: (B, N, D), N at least 1.</param>
    /// <returns>Squared units of the vectors: (B).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no places.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">γ is not above 0 or not finite.</exception>
    /// <remarks><c>softDTWOfCosts</c> of the squared distances, which are made again for the gradient; normalized, s(x, t) − ½ s(x, x) − ½ s(t, t). Source: Cuturi and Blondel,
    /// ICML 2017; Blondel, Mensch and Vert, AISTATS 2021.</remarks>
    let softDTW (gamma: float) (normalized: bool) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof gamma) gamma
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        checkCosts (nameof prediction) prediction.Shape
        checkCosts (nameof target) target.Shape

        Check.shape (nameof target) (target.Shape.With(1, 1)) (prediction.Shape.With(1, 1)) (fun () ->
            $"prediction has shape {prediction.Shape}, from which it may differ in the second axis alone")

        Check.notEmptyAxis (nameof prediction) prediction.Shape 1 "places"
        Check.notEmptyAxis (nameof target) target.Shape 1 "places"

        let costs (x: 'T[]) : 'T =
            let rows, columns = x[0].Shape, x[1].Shape
            let all = rows.Insert(2, columns[1])
            let one = x[0] |> reshape (rows.Insert(2, 1)) |> expand all
            let d = Notation.(-) one (x[1] |> reshape (columns.Insert(1, 1)) |> expand all)
            sumAlong 3 (Notation.(*) d d)

        let between (x: 'T) (y: 'T) : 'T = warped gamma ('T.Recompute(Func<'T[], 'T> costs, [| x; y |]))
        let value = between prediction target

        if normalized then
            let own = Notation.(+) (between prediction prediction) (between target target)
            LossValues(whole (Notation.(-) value (Notation.(.*) 0.5 own)))
        else
            LossValues(whole value)
