/// Lengths, distances and cosines of vectors of any size: F10 and F11 of the torture, and the law behind them.
module Losses.Tests.Laws.Scales

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

let private vector (values: float[]) = values, Shape [| 1; values.Length |]

let private distance (p: float) =
    { new TensorFunction with
        member _.Apply inputs = pairwiseDistance p 0.0 false inputs[1] inputs[0]
    }

let private between (p: float) =
    { new TensorFunction with
        member _.Apply inputs = cdist p inputs[1] inputs[0]
    }

let private within (p: float) =
    { new TensorFunction with
        member _.Apply inputs = pdist p inputs[0]
    }

let private cosine (eps: float) =
    { new TensorFunction with
        member _.Apply inputs = cosineSimilarity 1 eps inputs[1] inputs[0]
    }

let private oneLess =
    { new TensorFunction with
        member _.Apply inputs = cosineDistance inputs[1] inputs[0]
    }

let private embedding =
    { new TensorFunction with
        member _.Apply inputs =
            cosineEmbedding 0.0 (Notation.num 1.0 |> TensorNotation.expand (Shape [| 1 |])) inputs[1] inputs[0] |> Reduce.none
    }

let private triplet =
    { new TensorFunction with
        member _.Apply inputs =
            tripletMargin { TripletMarginOptions.Default with Eps = 0.0; Swap = true } inputs[2] inputs[1] inputs[0] |> Reduce.none
    }

// By so many ulp, or where the result is subnormal by so many of those.
let private near (ulps: float) (what: unit -> string) (expected: float) (actual: float) =
    let unit = Engines.float64.Ulp expected

    if not (expected.Equals actual || abs (actual - expected) <= ulps * unit) then
        Property.fail $"{what ()}: {actual:R} is {abs (actual - expected) / unit:F1} ulp from {expected:R}"

let private orders = [ 0.5; 1.0; 1.5; 2.0; 3.0; infinity ]

/// Two vectors, neither of zeros, a power of 2 for each.
let private pairs =
    gen {
        let! width = Gen.choose (1, 9)
        let one = Gen.choose (-4000, 4000) |> Gen.map (fun i -> float i / 1000.0)
        let! a = Gen.arrayOfLength width one |> Gen.filter (Array.exists ((<>) 0.0))
        let! b = Gen.arrayOfLength width one |> Gen.filter (Array.exists ((<>) 0.0))
        let! i = Gen.choose (-1000, 1000)
        let! j = Gen.choose (-1000, 1000)
        return a, b, i, j
    }

let private scaled (k: int) (values: float[]) = values |> Array.map (fun x -> Math.ScaleB(x, k))

[<Fact>]
let ``distances scale with their vectors, and their slopes stay`` () =
    Property.holdsFor 600 (Gen.zip pairs (Gen.elements orders)) (fun _ -> Seq.empty) (fun ((a, b, k, _), p) ->
        let what () = sprintf "order %g of %A and %A, times 2^%d" p a b k

        for f in [ distance p; between p ] do
            let value, slopes = Engines.float64.Pull(f, [| vector a; vector b |], [| 1.0 |])
            let value', slopes' = Engines.float64.Pull(f, [| vector (scaled k a); vector (scaled k b) |], [| 1.0 |])
            // 1/p times the ulp of a sum, as of every distance.
            near (8.0 + 4.0 / p) what (Math.ScaleB(value[0], k)) value'[0]

            for operand in 0..1 do
                Array.iter2 (near 16.0 what) slopes[operand] slopes'[operand])

[<Fact>]
let ``cosines do not know of sizes, and their slopes shrink with them`` () =
    Property.holdsFor 600 pairs (fun _ -> Seq.empty) (fun (a, b, i, j) ->
        let what () = sprintf "%A times 2^%d and %A times 2^%d" a i b j
        let i, j = i / 2, j / 2

        for f in [ cosine 0.0; oneLess ] do
            let value, slopes = Engines.float64.Pull(f, [| vector a; vector b |], [| 1.0 |])
            let value', slopes' = Engines.float64.Pull(f, [| vector (scaled i a); vector (scaled j b) |], [| 1.0 |])
            // Its terms may cancel.
            let close scale (expected: float) (actual: float) =
                if not (abs (actual - expected) <= 1e-14 * scale) then
                    Property.fail $"{what ()}: {actual:R} is not {expected:R}"

            close 1.0 value[0] value'[0]
            let length (x: float[]) = sqrt (Array.sumBy (fun y -> y * y) x)
            Array.iter2 (fun s s' -> close (1.0 / length a) s (Math.ScaleB(s', i))) slopes[0] slopes'[0]
            Array.iter2 (fun s s' -> close (1.0 / length b) s (Math.ScaleB(s', j))) slopes[1] slopes'[1])

// A row of its own does not know of the size of others.
[<Fact>]
let ``a vector beside a huge one keeps its bits`` () =
    Property.holdsFor 300 pairs (fun _ -> Seq.empty) (fun (a, b, k, _) ->
        for f in [ distance 2.0; distance 3.0; cosine 0.0; cosine CosineSimilarityEps; oneLess ] do
            let value, slopes = Engines.float64.Pull(f, [| vector a; vector b |], [| 1.0 |])
            let shape = Shape [| 2; a.Length |]

            let values', slopes' =
                Engines.float64.Pull(f, [| Array.append (scaled k a) a, shape; Array.append (scaled k b) b, shape |], [| 1.0; 1.0 |])

            let what () = sprintf "%A and %A beside 2^%d times them" a b k
            Property.same what value[0] values'[1]

            for operand in 0..1 do
                Array.iter2 (Property.same what) slopes[operand] (Array.skip a.Length slopes'[operand]))

[<Fact>]
let ``a cosine is in [−1, 1]`` () =
    for engine in Engines.all do
        let inputs =
            gen {
                let! width = Gen.choose (1, 20)
                let! x = Gen.arrayOfLength width (Generators.moderate engine)
                let! factor = Generators.moderate engine
                return x, (if factor = 0.0 then x else Array.map (fun y -> engine.Round(y * factor)) x)
            }

        Property.holdsFor 2000 inputs (fun _ -> Seq.empty) (fun (x, y) ->
            for along in [ vector; (fun values -> values, Shape [| values.Length; 1 |]) ] do
                let axis = if snd (along x) = snd (vector x) then 1 else 0

                let f =
                    { new TensorFunction with
                        member _.Apply inputs = cosineSimilarity axis 0.0 inputs[1] inputs[0]
                    }

                let value = (engine.Value(f, [| along x; along y |]))[0]

                if not (abs value <= 1.0) then
                    Property.fail $"{engine}: %A{x} and %A{y} have {value:R}")

    Assert.Equal<float[]>([| 1.0 |], Engines.float64.Value(cosine 0.0, [| vector [| 1.0; 1.0; 1.0 |]; vector [| 1.0; 1.0; 1.0 |] |]))

[<Fact>]
let ``a cosine of parallel vectors has slopes of exactly 0 by both, and its curvature`` () =
    for engine in Engines.all do
        // Multiples by whole numbers, of what has room for them.
        let inputs =
            gen {
                let! width = Gen.choose (2, 20)
                let! x = Gen.arrayOfLength width (Gen.choose (-999, 999)) |> Gen.filter (Array.exists ((<>) 0))
                let! unit = Gen.choose (1, 999)
                let! factors = Gen.two (Gen.choose (1, 16))
                let! sign = Gen.elements [ 1; -1 ]
                let vector factor = x |> Array.map (fun y -> Math.ScaleB(float (factor * unit * y), -10))
                return vector (fst factors), vector (sign * snd factors), float sign
            }

        Property.holdsFor 200 inputs (fun _ -> Seq.empty) (fun (x, y, sign) ->
            let column values = values, Shape [| Array.length values; 1 |]

            for along, axis in [ vector, 1; column, 0 ] do
                for name, f in
                    [
                        "cosine",
                        { new TensorFunction with
                            member _.Apply inputs = cosineSimilarity axis CosineSimilarityEps inputs[1] inputs[0]
                        }
                        if axis = 1 then
                            "distance", oneLess
                    ] do
                    let what () = $"{name} of %A{x} and %A{y}, {engine}"
                    let _, slopes = engine.Pull(f, [| along x; along y |], [| 3.0 |])
                    slopes |> Array.iter (Array.iter (Property.equal what 0.0))
                    // −± (v − u (u·v)) / ‖x‖², of the cosine.
                    let direction = Array.init x.Length (fun i -> float (i % 3) - 0.5)
                    let square = Array.sumBy (fun a -> a * a) x
                    let share = Array.map2 (*) x direction |> Array.sum
                    let sign = if name = "cosine" then -sign else sign
                    let dust = 64.0 * engine.Ulp(4.0 / square)

                    engine.Curve(f, [| along x; along y |], [| 1.0 |], direction)
                    |> Array.iteri (fun i got ->
                        let expected = sign * (direction[i] - x[i] * share / square) / square

                        if not (abs (got - expected) <= dust) then
                            Property.fail $"curvature of {what ()}: {got:R} is not {expected:R}"))

[<Fact>]
let ``cosines beyond 10^±154`` () =
    let value f a b = (Engines.float64.Value(f, [| vector a; vector b |]))[0]
    near 4.0 (fun () -> "cosine") 0.9486832980505138 (value (cosine CosineSimilarityEps) [| 1e154; 2e154 |] [| 1.0; 1.0 |])
    Assert.Equal(-1.0, value (cosine CosineSimilarityEps) [| 1e200; 0.0 |] [| -1e200; 0.0 |])
    Assert.Equal(1.0, value (cosine 0.0) [| 1e-310; 0.0 |] [| 1e308; 0.0 |])
    Assert.Equal(2.0, value oneLess [| 1e200; 0.0 |] [| -1e200; 0.0 |])
    Assert.Equal(0.0, value oneLess [| 1e-200; 0.0 |] [| 1e-310; 0.0 |])
    Assert.Equal(0.0, value embedding [| 1e200; 1e200 |] [| 1e300; 1e300 |])
    // Far below ε there is a slope, as documented, but no value to speak of.
    let _, slopes = Engines.float64.Pull(cosine 1e-8, [| vector [| 1e-200; 0.0 |]; vector [| 2.0; 0.0 |] |], [| 1.0 |])
    near 4.0 (fun () -> "slope") 1e8 slopes[0].[0]
    let _, slopes = Engines.float64.Pull(embedding, [| vector [| 1e-200; 0.0 |]; vector [| 2.0; 0.0 |] |], [| 1.0 |])
    // ε counts with the second one's square, too.
    near 8.0 (fun () -> "slope of the embedding") -999999.999999875 slopes[0].[0]

[<Fact>]
let ``distances beyond 10^±154`` () =
    let row (values: float list) = vector (List.toArray values)
    Assert.Equal<float[]>([| 2e-200 |], Engines.float64.Value(within 2.0, [| [| 1e-200; 3e-200 |], Shape [| 2; 1 |] |]))
    let values = Engines.float64.Value(distance 2.0, [| row [ 3e200; 0.0 ]; row [ 0.0; 4e200 ] |])
    near 2.0 (fun () -> "distance") 5e200 values[0]
    Assert.Equal<float[]>([| Double.Epsilon |], Engines.float64.Value(distance 2.0, [| row [ Double.Epsilon; 0.0 ]; row [ 0.0; 0.0 ] |]))
    Assert.Equal<float[]>([| infinity |], Engines.float64.Value(distance 2.0, [| row [ 1e308 ]; row [ -1e308 ] |]))
    let values, slopes = Engines.float64.Pull(triplet, [| row [ 1e200 ]; row [ -1e200 ]; row [ 4e200 ] |], [| 1.0 |])
    Assert.Equal<float[]>([| 0.0 |], values)
    slopes |> Array.iter (Array.iter (fun s -> Assert.Equal(0.0, s)))
    let values, slopes = Engines.float64.Pull(triplet, [| row [ 1e200 ]; row [ -4e200 ]; row [ 3e200 ] |], [| 1.0 |])
    near 2.0 (fun () -> "triplet") 3e200 values[0]
    Assert.Equal<float[][]>([| [| 2.0 |]; [| -1.0 |]; [| -1.0 |] |], slopes)

[<Fact>]
let ``float32 vectors of 10⁻³⁰ have a cosine`` () =
    for along in
        [
            (fun (values: float[]) -> values, Shape [| 1; values.Length |])
            (fun values -> values, Shape [| values.Length; 1 |])
        ] do
        let short = along [| Engines.float32.Round 1e-30; 0.0 |]
        let axis = if (snd short)[0] = 1 then 1 else 0

        let value eps =
            Engines.float32.Value(
                { new TensorFunction with
                    member _.Apply inputs = cosineSimilarity axis eps inputs[1] inputs[0]
                },
                [| short; short |]
            )

        Assert.Equal<float[]>([| 1.0 |], value 0.0)
        // 10⁻⁶⁰ / ε²
        Assert.Equal<float[]>([| Engines.float32.Round 1e-44 |], value CosineSimilarityEps)

[<Theory>]
[<InlineData(0.0)>]
[<InlineData(0.5)>]
[<InlineData(1.0)>]
[<InlineData(1.5)>]
[<InlineData(2.0)>]
[<InlineData(3.0)>]
[<InlineData(Double.PositiveInfinity)>]
let ``vectors of no components have the distance 0`` (p: float) =
    for engine in Engines.all do
        let none rows : float[] * Shape = [||], Shape [| rows; 0 |]
        Assert.Equal<float[]>([| 0.0; 0.0 |], engine.Value(distance p, [| none 2; none 2 |]))
        Assert.Equal<float[]>([| 0.0; 0.0; 0.0 |], engine.Value(within p, [| none 3 |]))
        let values, slopes = engine.Pull(between p, [| none 2; none 3 |], Array.create 6 1.0)
        Assert.Equal<float[]>(Array.create 6 0.0, values)
        Assert.All(slopes, (fun s -> Assert.Empty s))
