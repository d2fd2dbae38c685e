/// Losses of pairs of samples, or of features, where there are too many for all pairs to be stored: made of a few that are repeated, of which the truth is known.
module Losses.Tests.Laws.ManySamples

open Xunit
open Losses
open Losses.FSharp
open Losses.Tests

type private T = DiffTensor<float>

// So many that their pairs are no longer stored at once.
let private copies = 700

let private few = 3

let private count = few * copies

let private points: float[][] = [| [| 0.5; -1.0 |]; [| 1.25; 0.75 |]; [| -0.75; 2.0 |] |]

let private others: float[][] = [| [| -0.5; 0.25 |]; [| 0.75; 1.5 |]; [| 2.0; -1.25 |] |]

let private matrix (rows: float[][]) : T = DiffTensor.Create(Array.concat rows, rows.Length, rows[0].Length)

let private repeated (rows: float[][]) : float[][] = Array.init count (fun i -> rows[i % few])

let private near (what: string) (expected: float) (actual: float) =
    if not (abs (expected - actual) <= 1e-9 * (1.0 + abs expected)) then
        Property.fail $"{what}: {actual:R}, not {expected:R}"

// Value and gradient of the many are those of the few, a point's slope shared out among its copies.
let private sameAsFew (loss: T -> T -> LossValues<T>) (scale: float) =
    let struct (small, slope) = Diff.valueAndGrad (fun x -> loss (matrix others) x |> Reduce.sum) (matrix points)

    let struct (large, slopes) =
        Diff.valueAndGrad (fun x -> loss (matrix (repeated others)) x |> Reduce.sum) (matrix (repeated points))

    near "value" (scale * small.ToArray()[0]) (large.ToArray()[0])
    let slope, slopes = slope.ToArray(), slopes.ToArray()

    for i in 0 .. slopes.Length - 1 do
        near $"slope {i}" (scale * slope[i % slope.Length]) (float copies * slopes[i])

[<Fact>]
let ``the energy distance is that of the few`` () = sameAsFew (energyDistance false) 1.0

[<Fact>]
let ``the maximum mean discrepancy is that of the few`` () = sameAsFew (maximumMeanDiscrepancy [| 0.5; 2.0 |] false) 1.0

[<Fact>]
let ``independence is that of the few`` () =
    // Over (N − 1)², of N² pairs.
    let scale = (float copies * float (few - 1) / float (count - 1)) ** 2.0
    sameAsFew (hsic 1.0 2.0 false) scale

[<Fact>]
let ``transport is that of the few`` () =
    let options = { TransportOptions.Default with Epsilon = 0.5; Iterations = 2; Cost = TransportCost.Squared }
    sameAsFew (entropicTransport options) 1.0

[<Fact>]
let ``the divergence of transport is that of the few`` () =
    let options = { TransportOptions.Default with Epsilon = 0.5; Iterations = 1 }
    sameAsFew (sinkhornDivergence options) 1.0

let private dot (a: float[]) (b: float[]) : float = Array.map2 (*) a b |> Array.sum

let private softplus (x: float) : float = log (1.0 + exp x)

[<Fact>]
let ``an image's yes and no are those of the few, but for its own text's copies`` () =
    let one (x: float) = DiffTensor.Scalar x

    let values =
        (sigLip false (one -0.5) (one 0.25) (matrix (repeated others)) (matrix (repeated points)) |> Reduce.none).ToArray()

    let logit i j = exp 0.25 * dot points[i] others[j] - 0.5

    values
    |> Array.iteri (fun n value ->
        let i = n % few
        let all = Seq.init few (fun j -> float copies * softplus (logit i j)) |> Seq.sum
        near $"value {n}" (all - logit i i) value)

let private unit (x: float[]) : float[] = x |> Array.map (fun y -> y / sqrt (dot x x))

[<Fact>]
let ``negatives are the few's copies, but for the pair itself`` () =
    let values =
        (decoupledContrastive false infinity 0.5 (matrix (repeated others)) (matrix (repeated points)) |> Reduce.none).ToArray()

    let u, v = Array.map unit points, Array.map unit others
    let s (a: float[]) (b: float[]) = exp (2.0 * dot a b)

    let side (u: float[][]) (o: float[][]) i =
        let all = Seq.init few (fun j -> float copies * (s u[i] u[j] + s u[i] o[j])) |> Seq.sum
        log (all - s u[i] u[i] - s u[i] o[i]) - 2.0 * dot u[i] o[i]

    values |> Array.iteri (fun n value -> near $"value {n}" ((side u v (n % few) + side v u (n % few)) / 2.0) value)

// Samples by features: the columns are what is repeated.
let private columns (rows: float[][]) : T = rows |> Array.map (fun row -> Array.init count (fun j -> row[j % few])) |> matrix

let private view (rows: float[][]) : float[][] = Array.append rows others |> Array.map (fun row -> [| row[0]; row[1]; row[0] * row[1] |])

[<Fact>]
let ``correlations are those of the few, but for a feature's own`` () =
    let one, two = view points, view (Array.rev points)

    let standardised (rows: float[][]) =
        Array.transpose rows
        |> Array.map (fun column ->
            let mean = Array.average column
            let deviation = sqrt (column |> Array.averageBy (fun y -> (y - mean) ** 2.0))
            column |> Array.map (fun y -> (y - mean) / deviation))

    let a, b = standardised one, standardised two
    let c i j = dot a[i] b[j] / float one.Length
    let all = Seq.allPairs [ 0 .. few - 1 ] [ 0 .. few - 1 ] |> Seq.sumBy (fun (i, j) -> c i j ** 2.0)
    let own = Seq.init few (fun i -> c i i) |> List.ofSeq
    let k = float copies
    let expected = k * List.sumBy (fun c -> (1.0 - c) ** 2.0) own + 0.5 * (k * k * all - k * List.sumBy (fun c -> c * c) own)
    let value = barlowTwins 0.5 false 0.0 (columns two) (columns one) |> Reduce.sum
    near "value" expected (value.ToArray()[0])
