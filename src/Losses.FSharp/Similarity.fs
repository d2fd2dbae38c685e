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

    // max(‖v‖, ε), and whether there is a direction: from a vector of length 0 neither value nor slope comes.
    let private clampedNorm (axis: int) (eps: float) (v: 'T) : struct ('T * 'T) when 'T :> ITensor<'T> =
        let square = sumAlong axis (v * v)
        let norm = sqrt square

        let clamped =
            if 0.5 ./. (eps *. eps *. eps) < Double.PositiveInfinity then
                // PyTorch clamps the value only: below ε the slope of its inverse, −v / ‖v‖³, goes on as −v / ε³.
                ifLess norm (num eps) (num eps + num (0.5 ./. eps) * (square - detach square)) norm
            else
                norm

        struct (clamped, norm)

    /// <summary>The cosine of the angle between vectors along an axis.</summary>
    /// <param name="axis">The axis the vectors lie along; a negative one counts from the last.</param>
    /// <param name="eps">ε, the least norm that is divided by; finite, at least 0.</param>
    /// <param name="x2">Any shape.</param>
    /// <param name="x1">The shape of <paramref name="x2"/>.</param>
    /// <returns>The shape without the axis; in [−1, 1]. With a vector of zeros: 0, of slope 0.</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis, or <paramref name="eps"/> is negative or not finite.</exception>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <remarks>x₁·x₂ / (max(‖x₁‖, ε) max(‖x₂‖, ε)). A norm below ε does not stop its slope: that of 1/‖v‖ goes on as −v/ε³, as in PyTorch.
    /// Source: torch.nn.CosineSimilarity, whose dim this axis is.</remarks>
    let cosineSimilarity (axis: int) (eps: float) (x2: 'T) (x1: 'T) : 'T :> ITensor<'T> =
        Check.notNegative (nameof eps) eps
        Check.notNull (nameof x2) x2
        Check.notNull (nameof x1) x1
        Check.sameShape (nameof x2) (shapeOf x2) (nameof x1) (shapeOf x1)
        let axis = x1.Shape.Axis(axis, nameof axis)

        let definition (x: 'T[]) : 'T =
            let struct (clamped1, norm1) = clampedNorm axis eps x[0]
            let struct (clamped2, norm2) = clampedNorm axis eps x[1]
            let cosine = sumAlong axis (x[0] * x[1]) / (clamped1 * clamped2)
            ifLess (num 0.0) norm1 (ifLess (num 0.0) norm2 cosine (num 0.0)) (num 0.0)

        if axis = x1.Shape.Axis(-1, nameof axis) then
            'T.Fuse(CosineRows eps, [| x1; x2 |], Func<'T[], 'T> definition)
        else
            definition [| x1; x2 |]

    /// <summary>The p-norm along an axis; its slope is 0 where the vector is 0.</summary>
    /// <param name="axis">The axis the vectors lie along.</param>
    /// <param name="p">The order: at least 0, infinity included; 0 counts what is not 0.</param>
    /// <param name="v">Any shape.</param>
    /// <returns>The shape without the axis.</returns>
    let internal norm (axis: int) (p: float) (v: 'T) : 'T :> ITensor<'T> =
        if p = 0.0 then
            sumAlong axis (ifLess (num 0.0) (abs v) (num 1.0) (num 0.0))
        elif Double.IsPositiveInfinity p then
            'T.Largest(abs v, axis)
        elif p = 1.0 then
            sumAlong axis (abs v)
        elif p = 2.0 then
            sqrt (sumAlong axis (v * v))
        else
            // In units of the largest, whose powers neither overflow nor vanish. It also keeps the sum near 1, where it does not matter that 1 / p
            // is rounded. The scale cancels, whatever it is: where the largest has no finite inverse it is 1.
            let size = abs v
            let largest = detach ('T.Largest(size, axis))
            let unit = ifLess (num 1e-300) largest (ifLess largest (num Double.PositiveInfinity) largest (num 1.0)) (num 1.0)
            let total = sumAlong axis (power p (size / reshape (v.Shape.With(axis, 1)) unit))
            ifLess (num 0.0) total (unit * power (1.0 ./. p) total) (num 0.0)

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
    /// With ε = 0 both are exact, and the slope at 0 is 0. Source: torch.nn.PairwiseDistance, whose keepdim is keepAxis.</remarks>
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

        let stack (shape: Shape) =
            Shape [| Shape(Array.sub (shape.ToArray()) 0 (Operators.(-) shape.Rank 2)).Size; shape[-2]; shape[-1] |]

        let definition (x: 'T[]) : 'T =
            allPairs p (reshape (stack two) x[1]) (reshape (stack one) x[0]) |> reshape (one.With(-1, two[-2]))

        'T.Fuse(PairDistances p, [| x1; x2 |], Func<'T[], 'T> definition)

    /// <summary>The distances between the vectors of one set, each pair once.</summary>
    /// <param name="p">The order of the norm: at least 0, infinity included; 0 counts the components that differ.</param>
    /// <param name="x">(N, D).</param>
    /// <returns>(N (N − 1) / 2): the pairs (0, 1), (0, 2), …, (1, 2), ….</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is negative or NaN.</exception>
    /// <exception cref="T:System.ArgumentException"><paramref name="x"/> is no matrix.</exception>
    /// <remarks>Source: torch.nn.functional.pdist.</remarks>
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
