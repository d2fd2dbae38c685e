namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// Similarities and distances between vectors.
[<AutoOpen>]
module Similarity =

    /// axis of <c>cosineSimilarity</c> where none is given.
    [<Literal>]
    let CosineSimilarityAxis = 1

    /// ε of <c>cosineSimilarity</c> where none is given.
    [<Literal>]
    let CosineSimilarityEps = 1e-8

    /// p of <c>pairwiseDistance</c> where none is given.
    [<Literal>]
    let PairwiseDistanceP = 2.0

    /// ε of <c>pairwiseDistance</c> where none is given.
    [<Literal>]
    let PairwiseDistanceEps = 1e-6

    /// keepAxis of <c>pairwiseDistance</c> where none is given.
    [<Literal>]
    let PairwiseDistanceKeepAxis = false

    /// p of <c>cdist</c> and <c>pdist</c> where none is given.
    [<Literal>]
    let DistanceP = 2.0

    let private alongAxis (axis: int) (v: 'T) (row: 'T) : 'T :> ITensor<'T> = reshape (v.Shape.With(axis, 1)) row

    // What to measure vectors in lest they overflow or vanish: the largest component, where it has a finite inverse to speak of.
    let private unitOf (largest: 'T) : 'T :> ITensor<'T> =
        ifLess (num 0.0) largest (ifLess largest (num Double.PositiveInfinity) (max largest (num 1e-300)) (num 1.0)) (num 1.0)

    // The same for their squares, given what those add up to: 1 where they neither overflow nor vanish, so that not a bit changes; nothing where that is so of all.
    let private squareUnit (axis: int) (square: 'T) (v: 'T) : 'T voption when 'T :> ITensor<'T> =
        if v.Shape[axis] > 0 && ('T.Least square < 1e-270 || 'T.Least(-square) < -1e300) then
            let unit = unitOf (detach ('T.Largest(abs v, axis)))
            ValueSome(ifLess square (num 1e-270) unit (ifLess (num 1e300) square unit (num 1.0)))
        else
            ValueNone

    /// Vectors as a cosine sees them: their length, and, in units that their squares have room in, they themselves and their squares.
    [<Struct; NoEquality; NoComparison>]
    type internal Measured<'T> = { Norm: 'T; Vector: 'T; Square: 'T; Unit: 'T voption }

    // Of what is shorter than a floor, which counts in its stead, the unit is 1.
    let internal measure (axis: int) (floor: float) (v: 'T) : Measured<'T> when 'T :> ITensor<'T> =
        let square = sumAlong axis (v * v)

        match squareUnit axis square v with
        | ValueNone -> { Norm = sqrt square; Vector = v; Square = square; Unit = ValueNone }
        | ValueSome unit ->
            let measured unit =
                let vector = v / alongAxis axis v unit
                struct (vector, sumAlong axis (vector * vector))

            let struct (_, square) = measured unit
            let norm = unit * sqrt square
            let unit = ifLess norm (num floor) (num 1.0) unit
            let struct (vector, square) = measured unit
            { Norm = norm; Vector = vector; Square = square; Unit = ValueSome unit }

    // max(‖v‖, ε) in the vector's units.
    let private clamped (eps: float) (v: Measured<'T>) : 'T :> ITensor<'T> =
        let norm = if v.Unit.IsNone then v.Norm else sqrt v.Square

        let floor =
            match v.Unit with
            | ValueNone -> num eps
            | ValueSome unit -> num eps / unit

        if eps = 0.0 then
            norm
        elif 0.5 ./. (eps *. eps *. eps) < Double.PositiveInfinity then
            // PyTorch clamps the value only: below ε the slope of its inverse, −v / ‖v‖³, goes on as −v / ε³.
            ifLess norm floor (floor + num (0.5 ./. eps) * (v.Square - detach v.Square)) norm
        else
            max norm floor

    // The slope of the cosine of parallel vectors is 0, and its terms leave their rounding. Where neither is shorter than ε the cosine is also
    // ±(1 − ½ ‖u₁ ∓ u₂‖²), and the unit vectors of parallel ones are the same numbers, if each is measured by its largest component first.
    // Given ±1 and ½ ‖u₁ ∓ u₂‖² it is told what the result is in their terms; of all others the result stays.
    let internal aligned
        (axis: int)
        (eps: float)
        (one: Measured<'T>)
        (two: Measured<'T>)
        (cosine: 'T)
        (exact: 'T -> 'T -> 'T)
        (result: 'T)
        : 'T :> ITensor<'T> =
        if 'T.Least(num 1.0 - abs (detach cosine)) < 1e-12 then
            let along row = alongAxis axis one.Vector row
            let sign = detach (ifLess cosine (num 0.0) (num -1.0) (num 1.0)) |> along

            let byLargest (v: 'T) =
                let largest = detach ('T.Largest(abs v, axis))
                v / along (ifLess (num 0.0) largest largest (num 1.0))

            let x1, x2 = byLargest one.Vector, byLargest two.Vector
            let isLong (v: Measured<'T>) off = ifLess (num 0.0) v.Norm (ifLess v.Norm (num eps) (num 1.0) off) (num 1.0)
            let off = detach ('T.Largest(abs (x1 - sign * x2), axis)) |> isLong one |> isLong two

            let unitVector (v: 'T) =
                let square = sumAlong axis (v * v)
                v / along (sqrt (ifLess (num 0.0) square square (num 1.0)))

            let apart = unitVector x1 - sign * unitVector x2
            let sign = reshape cosine.Shape sign
            ifLess (num 0.0) off result (exact sign (num 0.5 * sumAlong axis (apart * apart)))
        else
            result

    /// <summary>The cosine of the angle between vectors along an axis.</summary>
    /// <param name="axis">The axis the vectors lie along; a negative one counts from the last.</param>
    /// <param name="eps">ε, the least norm that is divided by; finite, at least 0.</param>
    /// <param name="x2">Any shape.</param>
    /// <param name="x1">The shape of <paramref name="x2"/>.</param>
    /// <returns>The shape without the axis; in [−1, 1]. With a vector of zeros: 0, of slope 0.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis, or <paramref name="eps"/> is negative or not finite.</exception>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>x₁·x₂ / (max(‖x₁‖, ε) max(‖x₂‖, ε)). A norm below ε does not stop its slope: that of 1/‖v‖ goes on as −v/ε³, as in PyTorch.
    /// Source: torch.nn.CosineSimilarity (PyTorch 2.10), whose dim this axis is.</remarks>
    let cosineSimilarity (axis: int) (eps: float) (x2: 'T) (x1: 'T) : 'T :> ITensor<'T> =
        Check.notNegative (nameof eps) eps
        Check.notNull (nameof x2) x2
        Check.notNull (nameof x1) x1
        Check.sameShape (nameof x2) (shapeOf x2) (nameof x1) (shapeOf x1)
        let axis = x1.Shape.Axis(axis, nameof axis)

        let definition (x: 'T[]) : 'T =
            let one, two = measure axis eps x[0], measure axis eps x[1]
            let cosine = sumAlong axis (one.Vector * two.Vector) / (clamped eps one * clamped eps two)
            // Rounding leaves it a little longer than 1, but what it changes by is right.
            let cosine = cosine + detach (clip 1.0 cosine - cosine)
            let cosine = cosine |> aligned axis eps one two cosine (fun sign half -> sign * (num 1.0 - half))
            // From a vector of length 0 neither value nor slope comes: there the length itself is both.
            let least = min one.Norm two.Norm
            ifLess (num 0.0) least cosine least

        if axis = x1.Shape.Axis(-1, nameof axis) then
            'T.Fuse(CosineRows eps, [| x1; x2 |], Func<'T[], 'T> definition)
        else
            definition [| x1; x2 |] |> whole

    /// <summary>The p-norm along an axis; its slope is 0 where the vector is 0.</summary>
    /// <param name="axis">The axis the vectors lie along.</param>
    /// <param name="p">The order: at least 0, infinity included; 0 counts what is not 0.</param>
    /// <param name="v">Any shape.</param>
    /// <returns>The shape without the axis.</returns>
    let internal norm (axis: int) (p: float) (v: 'T) : 'T :> ITensor<'T> =
        if p = 0.0 then
            let size = abs v
            sumAlong axis (given size (ifLess (num 0.0) size (num 1.0) (num 0.0))) |> whole
        elif p = 1.0 || v.Shape[axis] = 0 then
            sumAlong axis (abs v) |> whole
        elif Double.IsPositiveInfinity p then
            'T.Largest(abs v, axis) |> whole
        elif p = 2.0 then
            let square = sumAlong axis (v * v)

            match squareUnit axis square v with
            | ValueNone -> sqrt square
            | ValueSome unit ->
                let v = v / alongAxis axis v unit
                unit * sqrt (sumAlong axis (v * v))
        else
            // In units of the largest, whose powers neither overflow nor vanish. It also keeps the sum near 1, where it does not matter that 1 / p
            // is rounded. The scale cancels, whatever it is.
            let size = abs v
            let unit = unitOf (detach ('T.Largest(size, axis)))
            let total = sumAlong axis (power p (size / alongAxis axis v unit))
            // Where the sum is 0 so is its slope; and a NaN is one.
            ifLess (num 0.0) total (unit * power (1.0 ./. p) total) (whole total)

    /// <summary>The distance ‖x₁ − x₂ + ε‖ₚ between vectors along the last axis.</summary>
    /// <param name="p">The order of the norm: at least 0, infinity included; 0 counts the components that differ.</param>
    /// <param name="eps">ε, added to every difference as PyTorch does; finite.</param>
    /// <param name="keepAxis">Whether the last axis stays, of length 1.</param>
    /// <param name="x2">(D) or (…, D).</param>
    /// <param name="x1">The shape of <paramref name="x2"/>.</param>
    /// <returns>The shape without the last axis, or with 1 in its place.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is negative or NaN, or <paramref name="eps"/> is not finite.</exception>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or have no axis.</exception>
    /// <remarks>ε keeps equal vectors from having no slope; it also makes their distance ε D^(1/p) instead of 0, and the distance not quite symmetric.
    /// With ε = 0 both are exact, and the slope at 0 is 0. Source: torch.nn.PairwiseDistance (PyTorch 2.10), whose keepdim is keepAxis.</remarks>
    let pairwiseDistance (p: float) (eps: float) (keepAxis: bool) (x2: 'T) (x1: 'T) : 'T :> ITensor<'T> =
        Check.order (nameof p) p
        Check.finite (nameof eps) eps
        Check.notNull (nameof x2) x2
        Check.notNull (nameof x1) x1
        Check.sameShape (nameof x2) (shapeOf x2) (nameof x1) (shapeOf x1)
        let axis = Check.vectorAxis (nameof x1) x1.Shape
        let definition (x: 'T[]) : 'T = norm axis p (x[0] - x[1] + num eps)

        let distance =
            if p = 2.0 then
                'T.Fuse(DistanceRows eps, [| x1; x2 |], Func<'T[], 'T> definition)
            else
                definition [| x1; x2 |]

        if keepAxis then reshape (x1.Shape.With(axis, 1)) distance else distance

    // (S, P, D) and (S, R, D) to (S, P, R). Of many vectors some at a time: their differences are forgotten, and made again for the gradient.
    let rec private allPairs (p: float) (x2: 'T) (x1: 'T) : 'T :> ITensor<'T> =
        let one, two = shapeOf x1, shapeOf x2
        let axis = if one[0] > 1 then 0 else 1

        let parts =
            if axis = 0 then
                Indices.parts one[0] [| one[1]; two[1]; one[2] |]
            else
                Indices.parts one[1] [| two[1]; one[2] |]

        if parts.Length <= 1 then
            let pairs = one.Insert(-1, two[-2])
            let rows = x1 |> reshape (one.Insert(-1, 1)) |> expand pairs
            let columns = x2 |> reshape (two.Insert(-2, 1)) |> expand pairs
            norm 3 p (rows - columns)
        else
            let part struct (start, count) =
                let some (x: 'T) = 'T.Slice(x, axis, start, count)
                let pairs (x: 'T[]) : 'T = allPairs p x[1] x[0]
                'T.Recompute(Func<'T[], 'T> pairs, [| some x1; (if axis = 0 then some x2 else x2) |])

            'T.Concatenate(ReadOnlySpan(Array.map part parts), axis)

    /// <summary>The distances between every vector of one set and every vector of another.</summary>
    /// <param name="p">The order of the norm: at least 0, infinity included; 0 counts the components that differ.</param>
    /// <param name="x2">(…, R, D).</param>
    /// <param name="x1">(…, P, D), its leading axes those of <paramref name="x2"/>.</param>
    /// <returns>(…, P, R). Equal vectors have the distance 0, of slope 0.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is negative or NaN.</exception>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <remarks>From the differences themselves, never from a matrix product, which cancels for vectors far from 0. Source: torch.cdist.</remarks>
    let cdist (p: float) (x2: 'T) (x1: 'T) : 'T :> ITensor<'T> =
        Check.order (nameof p) p
        Check.notNull (nameof x2) x2
        Check.notNull (nameof x1) x1
        let one, two = shapeOf x1, shapeOf x2

        if one.Rank < 2 || two.Rank <> one.Rank || two.With(-2, 1) <> one.With(-2, 1) then
            raise (
                ArgumentException($"x2 has shape {two} but x1 has shape {one}; they may differ in the number of vectors only.", nameof x2)
            )

        if float one.Size ./. float (Operators.max 1 one[-1]) *. float two[-2] > float Array.MaxLength then
            raise (ArgumentException($"x2 has shape {two} and x1 has shape {one}: there are more pairs than an array can hold.", nameof x2))

        let stack (shape: Shape) = Shape [| Shape(Array.sub (shape.ToArray()) 0 (Operators.(-) shape.Rank 2)).Size; shape[-2]; shape[-1] |]

        let definition (x: 'T[]) : 'T = allPairs p (reshape (stack two) x[1]) (reshape (stack one) x[0]) |> reshape (one.With(-1, two[-2]))

        'T.Fuse(PairDistances p, [| x1; x2 |], Func<'T[], 'T> definition)

    /// <summary>The distances between the vectors of one set, each pair once.</summary>
    /// <param name="p">The order of the norm: at least 0, infinity included; 0 counts the components that differ.</param>
    /// <param name="x">(N, D).</param>
    /// <returns>(N (N − 1) / 2): the pairs (0, 1), (0, 2), …, (1, 2), ….</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is negative or NaN.</exception>
    /// <exception cref="T:System.ArgumentException"><paramref name="x"/> is no matrix.</exception>
    /// <remarks>Source: torch.nn.functional.pdist (PyTorch 2.10).</remarks>
    let pdist (p: float) (x: 'T) : 'T :> ITensor<'T> =
        Check.order (nameof p) p
        Check.notNull (nameof x) x
        let shape = shapeOf x

        if shape.Rank <> 2 then
            raise (ArgumentException($"x has shape {shape}; it must be a matrix.", nameof x))

        let n, width = shape[0], shape[1]

        if float n *. float n ./. 2.0 > float Array.MaxLength then
            raise (ArgumentException($"x has shape {shape}: there are more pairs than an array can hold.", nameof x))

        let some struct (first, last) (x: 'T) : 'T =
            let pairs = Indices.pairs n first last

            let rows pick =
                let indices = pairs |> Array.collect (fun pair -> Array.create width (pick pair))
                'T.Gather(x, 0, Labels(ReadOnlySpan<int> indices, Shape [| pairs.Length; width |]))

            norm 1 p (rows (fun struct (i, _) -> i) - rows (fun struct (_, j) -> j))

        let definition (x: 'T[]) : 'T =
            match Indices.partsOfPairs n width with
            | [| all |] -> some all x[0]
            | parts ->
                let part place = 'T.Recompute(Func<'T[], 'T>(fun x -> some place x[0]), x)
                'T.Concatenate(ReadOnlySpan(Array.map part parts), 0)

        'T.Fuse(PairDistances p, [| x |], Func<'T[], 'T> definition)
