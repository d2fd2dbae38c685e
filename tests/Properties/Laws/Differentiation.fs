module Losses.Tests.Laws.Differentiation

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

type private D = DiffTensor<float>

let private span (xs: 'T[]) = ReadOnlySpan xs

let private dot (a: D) (b: D) = Array.map2 (*) (a.ToArray()) (b.ToArray()) |> Array.sum

let private add (x: D) (direction: D) (step: float) =
    DiffTensor.Create(Array.map2 (fun a b -> a + step * b) (x.ToArray()) (direction.ToArray()), x.Shape.ToArray())

let private tensor (shape: int list) =
    let shape = List.toArray shape
    let count = Array.fold (*) 1 shape

    Gen.arrayOfLength count (Gen.choose (-2000, 2000))
    // Distinct elements: sort and largest have kinks where two meet.
    |> Gen.map (Array.mapi (fun i k -> float k / 1000.0 + float i * 1.37e-3))
    |> Gen.filter (fun values -> Array.distinct values |> Array.length = values.Length)
    |> Gen.map (fun values -> DiffTensor.Create(values, shape))

/// Operations from a (2, 3, 4) tensor.
let private operations: (string * (D -> D)) list =
    let other = DiffTensor.Create(Array.init 20 (fun i -> float (i * i % 7) - 2.5), 4, 5)

    [
        "reshape", (fun x -> D.Reshape(x * x, Shape [| 6; 4 |]))
        "permute", (fun x -> D.Permute(x * x, span [| 2; 0; 1 |]))
        "expand", (fun x -> D.Expand(D.Slice(x * x, 1, 1, 1), Shape [| 5; 2; 3; 4 |]))
        "slice", (fun x -> D.Slice(x * x, 2, 1, 2))
        "concatenate", (fun x -> D.Concatenate(span [| x * x; D.Slice(x, 1, 0, 2) |], 1))
        "sum", (fun x -> D.Sum(x * x, span [| 0; 2 |], false))
        "sum with axes kept", (fun x -> D.Sum(x * x, span [| 1 |], true))
        "cumulative sum", (fun x -> D.CumulativeSum(x * x, 1))
        "sort", (fun x -> D.Sort(x * x * x, 2, false))
        "sort downwards", (fun x -> D.Sort(x * x * x, 0, true))
        "largest", (fun x -> D.Largest(x * x * x, 2))
        "logSumExp", (fun x -> D.LogSumExp(x * x, 1))
        "softmax", (fun x -> D.Softmax(x * x, 2))
        "logSoftmax", (fun x -> D.LogSoftmax(x * x, 1))
        "gather", (fun x -> D.Gather(x * x, 1, Labels(ReadOnlySpan(Array.init 16 (fun i -> i * 5 % 3)), Shape [| 2; 2; 4 |])))
        "matrix product", (fun x -> D.MatMul(x * x, other))
        "matrix product with itself", (fun x -> D.MatMul(x, D.Permute(x, span [| 0; 2; 1 |])))
        "mean", (fun x -> D.Mean(x * x, ReadOnlySpan()))
        "weighted mean", (fun x -> D.Mean(x * x, span [| D.Exp x |]))
        "broadcast arithmetic", (fun x -> x * D.Slice(x, 0, 0, 1) + D.Sum(x, span [| 2 |], true) / (x * x + D.Constant 2.0))
        "cosineSimilarity", (fun x -> cosineSimilarity 2 1e-8 (x * x) x)
        "pairwiseDistance", (fun x -> pairwiseDistance 2.0 1e-6 false (x * x) x)
        "crossEntropy",
        (fun x ->
            crossEntropy
                { CrossEntropyOptions.Default with LabelSmoothing = 0.1 }
                (Labels(ReadOnlySpan [| 0; 1; 2; -100; 1; 1; 0; 2 |], Shape [| 2; 4 |]))
                (x * x)
            |> Reduce.none)
        "bceWithLogits", (fun x -> bceWithLogits (sigmoid x) x |> Reduce.none)
    ]

let private operation (name: string) = operations |> List.find (fun (other, _) -> other = name) |> snd

type ``An operation on tensors``() =

    static member All =
        let data = TheoryData<string>()

        for name, _ in operations do
            data.Add name

        data

    [<Theory; MemberData "All">]
    member _.``has the derivative that central differences approach``(name: string) =
        let f = operation name

        Property.holdsFor 20 (Gen.zip (tensor [ 2; 3; 4 ]) (tensor [ 2; 3; 4 ])) (fun _ -> Seq.empty) (fun (x, v) ->
            let step = 1e-5
            let slope = Diff.jvp f x v
            let above, below = (f (add x v step)).ToArray(), (f (add x v -step)).ToArray()

            for i in 0 .. slope.Count - 1 do
                let difference = (above[i] - below[i]) / (2.0 * step)
                let slope = (slope.ToArray())[i]
                // h² of the third derivative, and the rounding of the value over h.
                // Elements that change places within the step have a kink there.
                if abs (slope - difference) > 1e-6 * (1.0 + abs slope) && not (name.StartsWith "sort" || name = "largest") then
                    Property.fail $"{name}: element {i} of Jv is {slope:R}, differences give {difference:R}")

    [<Theory; MemberData "All">]
    member _.``has a Jacobian whose transpose pulls back``(name: string) =
        let f = operation name

        Property.holdsFor 20 (Gen.zip3 (tensor [ 2; 3; 4 ]) (tensor [ 2; 3; 4 ]) (tensor [ 120 ])) (fun _ -> Seq.empty) (fun (x, v, u) ->
            let value = f x
            let u = DiffTensor.Create((u.ToArray())[.. value.Count - 1], value.Shape.ToArray())
            let pulled, pushed = Diff.vjp f x u, Diff.jvp f x v
            let a, b = dot pulled v, dot u pushed

            if abs (a - b) > 1e-10 * (1.0 + abs a + abs b) then
                Property.fail $"{name}: ⟨Jᵀu, v⟩ is {a:R} but ⟨u, Jv⟩ is {b:R}")

    [<Theory; MemberData "All">]
    member _.``has a symmetric Hessian``(name: string) =
        let f x =
            D.Sum(D.Reshape(operation name x, Shape [| (operation name x).Count |]) * D.Constant 0.7, span [| 0 |], false)
            |> fun s -> s * s

        Property.holdsFor
            10
            (Gen.zip3 (tensor [ 2; 3; 4 ]) (tensor [ 2; 3; 4 ]) (tensor [ 2; 3; 4 ]))
            (fun _ -> Seq.empty)
            (fun (x, u, v) ->
                let a, b = dot (Diff.hvp f x v) u, dot (Diff.hvp f x u) v

                if abs (a - b) > 1e-9 * (1.0 + abs a + abs b) then
                    Property.fail $"{name}: uᵀHv is {a:R} but vᵀHu is {b:R}"

                // And it is the derivative of the gradient.
                let step = 1e-5
                let above, below = Diff.grad f (add x v step), Diff.grad f (add x v -step)
                let difference = (dot above u - dot below u) / (2.0 * step)
                let smooth = not (name.StartsWith "sort" || name = "largest")

                if smooth && abs (a - difference) > 1e-4 * (1.0 + abs a) then
                    Property.fail $"{name}: uᵀHv is {a:R}, differences give {difference:R}")

[<Fact>]
let ``sort and largest have the slopes of the elements they pick`` () =
    let x = DiffTensor.Create([| 3.0; 1.0; 2.0 |], 3)
    let v = DiffTensor.Create([| 10.0; 20.0; 30.0 |], 3)
    Assert.Equal<float[]>([| 20.0; 30.0; 10.0 |], (Diff.jvp (fun x -> D.Sort(x, 0, false)) x v).ToArray())
    Assert.Equal<float[]>([| 10.0; 30.0; 20.0 |], (Diff.jvp (fun x -> D.Sort(x, 0, true)) x v).ToArray())
    Assert.Equal<float[]>([| 1.0; 0.0; 0.0 |], (Diff.grad (fun x -> D.Largest(x, 0)) x).ToArray())
    let tied = DiffTensor.Create [| 2.0; 1.0; 2.0 |]
    Assert.Equal<float[]>([| 0.5; 0.0; 0.5 |], (Diff.grad (fun x -> D.Largest(x, 0)) tied).ToArray())

[<Fact>]
let ``an inner derivative is not confused with an outer one`` () =
    // d/dx (x · d/dy (x + y)) = 1, at any y.
    let inner (x: D) = Diff.grad (fun y -> x + y) (D.Constant 3.0)
    Assert.Equal(1.0, (Diff.grad (fun x -> x * inner x) (D.Constant 2.0)).ToScalar())
    // And where the inner function multiplies: d/dx (x · d/dy (x y²)) = d/dx (2 x² y) = 4xy.
    let inner (x: D) = Diff.grad (fun y -> x * y * y) (D.Constant 3.0)
    Assert.Equal(24.0, (Diff.grad (fun x -> x * inner x) (D.Constant 2.0)).ToScalar())

[<Fact>]
let ``gradients nest to any order`` () =
    let mutable f: D -> D = fun x -> x * x * x * x * x
    let x = D.Constant 2.0

    for expected in [ 80.0; 160.0; 240.0; 240.0; 120.0; 0.0 ] do
        let previous = f
        f <- fun x -> Diff.grad previous x
        Assert.Equal(expected, (f x).ToScalar())

[<Fact>]
let ``a gradient is a plain tensor: no level of a finished differentiation stays`` () =
    let level (x: D) =
        let property = typeof<D>.GetProperty("Level", Reflection.BindingFlags.NonPublic ||| Reflection.BindingFlags.Instance)
        Assert.NotNull property
        (nonNull property).GetValue x :?> int64

    let x = DiffTensor.Create [| 1.0; 2.0 |]
    let f x = mse (DiffTensor.Create [| 0.0; 0.0 |]) x |> Reduce.sum
    let struct (value, gradient) = Diff.valueAndGrad f x

    for tensor in
        [
            value
            gradient
            Diff.hvp f x x
            Diff.hessian f x
            Diff.jacobian (fun x -> x * x) x
            Diff.jvp id x x
            Diff.vjp id x x
        ] do
        Assert.Equal(0L, level tensor)

[<Fact>]
let ``a function that does not depend on its argument has the gradient 0`` () =
    let x = DiffTensor.Create [| 1.0; 2.0 |]
    Assert.Equal<float[]>([| 0.0; 0.0 |], (Diff.grad (fun _ -> D.Constant 3.0) x).ToArray())
    Assert.Equal<float[]>([| 0.0; 0.0 |], (Diff.hvp (fun x -> D.Sum(x, span [| 0 |], false)) x x).ToArray())

[<Fact>]
let ``what is detached does not vary`` () =
    let x = DiffTensor.Create [| 3.0 |]
    Assert.Equal<float[]>([| 3.0 |], (Diff.grad (fun x -> D.Sum(x * D.Detach x, span [| 0 |], false)) x).ToArray())

[<Fact>]
let ``a tensor prints its type, shape and values, and elides long axes`` () =
    Assert.Equal("float64 () 1.5", (DiffTensor.Scalar 1.5).ToString())
    Assert.Equal("float32 (3) [1, 2, 3]", (DiffTensor.Create [| 1.0f; 2.0f; 3.0f |]).ToString())
    Assert.Equal("float64 (2, 2)\n[[1, 2],\n [3, 4]]", (DiffTensor.Create([| 1.0; 2.0; 3.0; 4.0 |], 2, 2)).ToString())
    Assert.Contains("…", (DiffTensor.Create(Array.zeroCreate<float> 100)).ToString())

[<Fact>]
let ``a tensor goes to .NET's own and back`` () =
    let x = DiffTensor.Create([| 1.0f; 2.0f; 3.0f; 4.0f; 5.0f; 6.0f |], 2, 3)
    let there = x.ToTensor()
    Assert.Equal<nativeint[]>([| 2n; 3n |], there.Lengths.ToArray())
    let back = DiffTensor.Create there
    Assert.Equal(x.Shape, back.Shape)
    Assert.Equal<float32[]>(x.ToArray(), back.ToArray())
    Assert.Equal(6.0f, x[ReadOnlySpan [| 1; 2 |]])
    Assert.Equal(6.0f, x[ReadOnlySpan [| -1; -1 |]])

[<Fact>]
let ``a tensor keeps its values when the array it came from changes`` () =
    let values = [| 1.0; 2.0 |]
    let x = DiffTensor.Create values
    values[0] <- 9.0
    Assert.Equal(1.0, (x.ToArray())[0])
    (x.ToArray())[0] <- 9.0
    Assert.Equal(1.0, (x.ToArray())[0])

// The gradient that is differentiated is the definition's, and the score has no curvature.
[<Theory; InlineData(false); InlineData(true)>]
let ``The slopes of an ensemble's kernel are those of its definition`` (fair: bool) =
    let random = Random 7
    let numbers count = Array.init count (fun _ -> random.NextDouble())
    let target = DiffTensor.Create(numbers 3, [| 3 |])
    let x = DiffTensor.Create(numbers 15, [| 3; 5 |])
    let slopes x = Diff.grad (fun x -> crpsEnsemble fair -1 target x |> Reduce.sum) x
    let ofDefinition = Diff.grad (fun x -> D.Sum(x * slopes x, span [| 0; 1 |], false)) x
    Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, 1e-14)) ((slopes x).ToArray()) (ofDefinition.ToArray())
