/// The operations of ITensor that look across elements, on tensors of DiffSharp, with their derivatives.
/// DiffSharp's own softmax and log-sum-exp take a maximum over the whole tensor out, its scatter keeps one of several, its matrix product
/// differentiates no batches, and its concatenation takes no constants beside variables: none of these is used where it is differentiated.
module internal Losses.Across

open DiffSharp
open Losses.Elementwise

let private lengths (shape: int[]) (axis: int) (length: int) = Array.updateAt axis length shape

// Of constants.
let private part (axis: int) (start: int) (length: int) (x: Tensor) : Tensor =
    if length = 0 || x.nelement = 0 then
        x.zerosLike (lengths x.shape axis length)
    else
        let sizes = [ start; length; x.shape[axis] - start - length ] |> List.filter (fun size -> size > 0)
        (x.split (sizes, axis))[if start > 0 then 1 else 0]

// Of constants: zeros before it and after it.
let private padded (axis: int) (before: int) (after: int) (x: Tensor) : Tensor =
    let zeros length = x.zerosLike (lengths x.shape axis length)
    let parts = [ zeros before; x; zeros after ] |> List.filter (fun x -> x.nelement > 0)

    if parts.IsEmpty then zeros (before + x.shape[axis] + after) else Tensor.cat (parts, axis)

/// Part of an axis.
let rec slice (axis: int) (start: int) (length: int) (x: Tensor) : Tensor =
    let rest = x.shape[axis] - start - length
    linear "slice" (part axis start length) (slice axis start length) (pad axis start rest) x

/// Zeros before and after along an axis.
and pad (axis: int) (before: int) (after: int) (x: Tensor) : Tensor =
    linear "pad" (padded axis before after) (pad axis before after) (slice axis before x.shape[axis]) x

/// Tensors one after another: each among zeros, added up.
let concatenate (axis: int) (tensors: Tensor[]) : Tensor =
    let lengths = tensors |> Array.map (fun x -> x.shape[axis])
    let starts = Array.scan (+) 0 lengths
    let total = Array.last starts

    tensors |> Array.mapi (fun i x -> pad axis starts[i] (total - starts[i] - lengths[i]) x) |> Array.reduce (+)

// Of constants: each half added to the other until one is left, so that the rounding grows with the logarithm of the length.
let rec private halved (axis: int) (x: Tensor) : Tensor =
    match x.shape[axis] with
    | 0 -> x.zerosLike (lengths x.shape axis 1)
    | 1 -> x
    | length ->
        let half = length / 2

        let sums, rest =
            match x.split ([ half; half; length % 2 ] |> List.filter (fun size -> size > 0), axis) with
            | [| one; other |] -> one + other, []
            | parts -> parts[0] + parts[1], [ parts[2] ]

        halved axis (if rest.IsEmpty then sums else Tensor.cat (sums :: rest, axis))

/// The sum along an axis, which stays, of length 1.
let rec sumAlong (axis: int) (x: Tensor) : Tensor = linear "sum" (halved axis) (sumAlong axis) (expand x.shape) x

/// Repeated to a shape. DiffSharp itself repeats nothing to nothing.
and expand (shape: int[]) (x: Tensor) : Tensor =
    let value (x: Tensor) = if Array.contains 0 shape then x.zerosLike shape else x.expand shape
    if x.shape = shape then x else linear "expand" value (expand shape) (sumTo x.shape) x

and private sumTo (shape: int[]) (x: Tensor) : Tensor =
    let added = x.dim - shape.Length
    let isRepeated axis = axis < added || shape[axis - added] <> x.shape[axis]
    (seq { 0 .. x.dim - 1 } |> Seq.filter isRepeated |> Seq.fold (fun sum axis -> sumAlong axis sum) x).view shape

let private spread (like: Tensor) (x: Tensor) : Tensor = expand like.shape x

// Of constants: the running sums, each from two of half as many elements.
let private running (axis: int) (x: Tensor) : Tensor =
    let length = x.shape[axis]

    Seq.initInfinite (fun i -> 1 <<< i)
    |> Seq.takeWhile (fun by -> by < length)
    |> Seq.fold (fun sums by -> sums + padded axis by 0 (part axis 0 (length - by) sums)) x

let private reversed (axis: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor = (f (x.flip [ axis ])).flip [ axis ]

/// The running sums along an axis, from the first element or from the last.
let rec cumulativeSum (axis: int) (backwards: bool) (x: Tensor) : Tensor =
    let value = if backwards then reversed axis (running axis) else running axis
    linear "cumulativeSum" value (cumulativeSum axis backwards) (cumulativeSum axis (not backwards)) x

// Of constants: what comes before each element.
let private before (axis: int) (x: Tensor) : Tensor = padded axis 1 0 (part axis 0 (x.shape[axis] - 1) (running axis x))

/// The sum of all the other elements along an axis; not the sum less the element, which has no digits left where the element is most of it.
let rec others (axis: int) (x: Tensor) : Tensor =
    let value x = before axis x + reversed axis (before axis) x
    linear "others" value (others axis) (others axis) x

/// What a row's softmax is made of.
[<Struct; NoEquality; NoComparison>]
type private Row =
    {
        /// Of each row.
        Largest: Tensor
        /// x − m, and eˣ⁻ᵐ.
        Difference: Tensor
        Exponential: Tensor
        /// Where the first largest element stands.
        IsLargest: Tensor
        /// The sum of the exponentials but for the first largest, which adds exactly 1.
        Others: Tensor
        /// A row all −∞ has no distribution.
        IsEmpty: Tensor
    }

let private row (axis: int) (x: Tensor) : Row =
    let place = x.argmax (axis, keepDim = true)
    let largest = x.gather (axis, place)
    let spreadLargest = spread x largest
    let difference = x - spreadLargest
    // ∞ − ∞ is 0 here: equal elements have equal shares.
    let difference = if difference.hasnan () then select (x.eq spreadLargest) (x.zerosLike ()) difference else difference

    let exponential = difference.exp ()
    let first = largest.onesLike().scatter(axis, place, x.shape)

    {
        Largest = largest
        Difference = difference
        Exponential = exponential
        IsLargest = first.gt (first.zerosLike ())
        Others = sumAlong axis (exponential - first)
        IsEmpty = spreadLargest.eq (x.fullLike -infinity)
    }

let private softmaxOf (axis: int) (x: Tensor) : Tensor =
    let row = row axis x
    unless row.IsEmpty (row.Exponential / spread x (1.0 + row.Others))

let private restOf (axis: int) (x: Tensor) : Tensor =
    let row = row axis x
    let total = spread x (1.0 + row.Others)
    let others = select row.IsLargest (spread x row.Others) (total - row.Exponential)
    unless row.IsEmpty (others / total)

let private logSoftmaxOf (axis: int) (x: Tensor) : Tensor =
    let row = row axis x
    unless row.IsEmpty (row.Difference - spread x (log1p row.Others))

let private logSumExpOf (axis: int) (x: Tensor) : Tensor =
    let row = row axis x
    row.Largest + log1p row.Others

let private rows
    (name: string)
    (value: Tensor -> Tensor)
    (push: Tensor -> Tensor -> Tensor)
    (pull: Tensor -> Tensor -> Tensor)
    (x: Tensor)
    =
    Tensor.Op
        { new UnaryOp(name) with
            member _.fRaw x = raw value x
            member _.ad_dfda(x, xd, _) = push x xd
            member _.fd_dfda(x, _, fd) = pull x fd
        }
        x

/// exp x / Σ exp along an axis.
let rec softmax (axis: int) (x: Tensor) : Tensor = rows "softmax" (softmaxOf axis) (softmaxSlope axis) (softmaxSlope axis) x

/// 1 − softmax, without the cancellation.
and private rest (axis: int) (x: Tensor) : Tensor =
    let slope x along = -(softmaxSlope axis x along)
    rows "rest" (restOf axis) slope slope x

// p_k (g_k (1 − p_k) − Σ_{j≠k} p_j g_j): with g_k − Σ p g the class of a confident row would have no digits left. The matrix is symmetric.
and private softmaxSlope (axis: int) (x: Tensor) (along: Tensor) : Tensor =
    let p = softmax axis x
    // What comes from above is looked at first: where it is 0 it removes a NaN of the row.
    weigh (weigh along (rest axis x) - others axis (weigh along p)) p

/// log(exp x / Σ exp) along an axis.
let logSoftmax (axis: int) (x: Tensor) : Tensor =
    // v_k (1 − p_k) − Σ_{j≠k} p_j v_j
    let push x xd = weigh xd (rest axis x) - others axis (weigh xd (softmax axis x))
    // g_k (1 − p_k) − p_k Σ_{j≠k} g_j: at the label of a confident row, g_k − p_k Σ g would have no digits left.
    let pull x fd = weigh fd (rest axis x) - weigh (others axis fd) (softmax axis x)
    rows "logSoftmax" (logSoftmaxOf axis) push pull x

/// log Σ exp along an axis, which stays, of length 1.
let logSumExp (axis: int) (x: Tensor) : Tensor =
    let push x xd = sumAlong axis (weigh xd (softmax axis x))
    let pull x fd = weigh (spread x fd) (softmax axis x)
    rows "logSumExp" (logSumExpOf axis) push pull x

/// The largest along an axis, which stays, of length 1; NaN where there is one.
let largest (axis: int) (x: Tensor) : Tensor =
    let value (x: Tensor) =
        let largest = x.max (axis, keepDim = true)

        if x.hasnan () then
            // Added to any number, NaN is NaN.
            largest + sumAlong axis (where (x.isnan ()) x)
        else
            largest

    // 1 / how many are the largest, or 0.
    let shares (x: Tensor) =
        let x = x.primalDeep
        let isLargest = (x.eq (spread x (x.max (axis, keepDim = true)))).cast x.dtype
        weigh isLargest (spread x (1.0 / sumAlong axis isLargest))

    let push x xd = sumAlong axis (weigh xd (shares x))
    let pull x fd = weigh (spread x fd) (shares x)
    rows "largest" value push pull x

/// The places that labels name along an axis.
type private Places =
    {
        Axis: int
        Shape: int[]
        Labels: int[]
        /// How many elements lie between two along the axis.
        Inner: int
    }

    member x.Indices (like: Tensor) (values: int[]) : Tensor = like.like(values, dtype = Dtype.Int32).view x.Shape

// Which of the elements of a row that name the same place each is, counted from 0.
let private turns (places: Places) : int[] =
    let length = places.Shape[places.Axis]
    let seen = System.Collections.Generic.Dictionary<struct (int * int), int>()

    places.Labels
    |> Array.mapi (fun i label ->
        let row = i / (places.Inner * length) * places.Inner + i % places.Inner

        let turn =
            match seen.TryGetValue(struct (row, label)) with
            | true, turns -> turns
            | _ -> 0

        seen[struct (row, label)] <- turn + 1
        turn)

// Of constants: each element added to its place. A scatter keeps one of several, so that there is one for every turn; and what is not its turn goes to
// a place past the end.
let private scattered (places: Places) (count: int) (x: Tensor) : Tensor =
    let turns = turns places

    seq { 0 .. Array.fold Operators.max 0 turns }
    |> Seq.map (fun turn ->
        let destinations = Array.map2 (fun label own -> if own = turn && label >= 0 then label else count) places.Labels turns
        x.scatter (places.Axis, places.Indices x destinations, lengths x.shape places.Axis (count + 1)))
    |> Seq.reduce (+)
    |> part places.Axis 0 count

let private gathered (places: Places) (x: Tensor) : Tensor =
    let values = x.gather (places.Axis, places.Indices x (Array.map (Operators.max 0) places.Labels))
    let isMissing = Array.map (fun label -> if label < 0 then 1 else 0) places.Labels
    if Array.contains 1 isMissing then unless (places.Indices x isMissing) values else values

let rec private pick (places: Places) (x: Tensor) : Tensor =
    linear "gather" (gathered places) (pick places) (put places x.shape[places.Axis]) x

and private put (places: Places) (count: int) (x: Tensor) : Tensor =
    linear "scatter" (scattered places count) (put places count) (pick places) x

/// The elements that the labels name along an axis; 0 where a label is negative.
let gather (axis: int) (labels: Labels) (x: Tensor) : Tensor =
    let shape = labels.Shape.ToArray()

    if labels.Shape.Size = 0 || x.nelement = 0 then
        x.zerosLike shape
    else
        pick
            {
                Axis = axis
                Shape = shape
                Labels = labels.Indices.ToArray()
                Inner = Array.fold (*) 1 shape[axis + 1 ..]
            }
            x

/// Which element comes where when an axis is sorted; equal ones keep their order and NaN comes last.
let order (axis: int) (descending: bool) (x: Tensor) : Labels =
    let last = x.dim - 1
    let swapped = x.primalDeep.transpose (axis, last)
    let values = swapped.view(-1).toArray1D<float>()

    let ordered (row: float[]) =
        let key i =
            if System.Double.IsNaN row[i] then infinity
            elif descending then -row[i]
            else row[i]
        // With the place as the last key, as sorting arrays does not keep the order of equals.
        Array.init row.Length id |> Array.sortBy (fun i -> struct (System.Double.IsNaN row[i], key i, i)) |> Array.map float

    let ranks = values |> Array.chunkBySize (Operators.max 1 x.shape[axis]) |> Array.collect ordered
    let back = swapped.like(ranks, dtype = Dtype.Float64).view(swapped.shape).transpose(axis, last)
    Labels(System.ReadOnlySpan(Array.map int (back.view(-1).toArray1D<float>())), Losses.Shape x.shape)

let private transposed (x: Tensor) : Tensor = x.transpose (x.dim - 2, x.dim - 1)

// Rows that are all 0, as a mask of another tensor of as many rows: a weight of 0 has removed them, but 0 · NaN is NaN to a matrix product.
let private isAbsent (gradient: Tensor) (x: Tensor) : Tensor =
    let gradient = gradient.primalDeep
    let present = (gradient.ne (gradient.zerosLike ())).cast(gradient.dtype).sum(-1, keepDim = true)
    (present.eq (present.zerosLike ())).expand x.shape

/// The matrix product over the last two axes; the leading ones are equal.
let rec matMul (a: Tensor) (b: Tensor) : Tensor =
    Tensor.Op
        { new BinaryOp("matMul") with
            member _.fRaw(a, b) = a.MatMulTT b
            member _.ad_dfda(_, ad, b, _) = matMul ad b
            member _.bd_dfdb(a, _, bd, _) = matMul a bd
            member _.fd_dfda(a, b, _, fd) = unless (isAbsent fd a) (matMul fd (transposed b))
            member _.fd_dfdb(a, _, _, fd) = matMul (transposed (unless (isAbsent fd a) a)) fd
        }
        (a, b)
