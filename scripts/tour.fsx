// The notebook of PyTorch's losses, in F#, beside what PyTorch printed.
//
//     dotnet build Losses.sln -c Release
//     dotnet fsi scripts/tour.fsx
//
// The exit status says whether every number agreed.

// The tour's folder, because a program's folder holds all that it needs.
#I "../samples/Tour/bin/Release/net10.0"
#r "System.Numerics.Tensors.dll"
#r "Losses.Numerics.dll"
#r "Losses.FSharp.dll"

open System
open Losses
open Losses.FSharp

type Tensor = DiffTensor<float>

let row (values: float list) = DiffTensor.Create(List.toArray values)
let matrix (rows: float list list) = DiffTensor.Create(array2D rows)
let scalar (value: float) = DiffTensor.Scalar value
let at (place: int[]) (x: Tensor) = x[ReadOnlySpan place]

// What differs is counted, and printed beside what it should be.

let mutable wrong = 0

let print (tensor: Tensor) =
    tensor.ToArray()
    |> Array.map (sprintf "%8.4f")
    |> Array.chunkBySize (if tensor.Shape.Rank = 0 then 1 else tensor.Shape[-1])

let check (source: string) (name: string) (expected: Tensor) (computed: Tensor) =
    let agrees = computed.Shape = expected.Shape && print computed = print expected

    if not agrees then
        wrong <- wrong + 1

    let lines (title: string) tensor =
        print tensor
        |> Array.iteri (fun i numbers -> printfn "  %-8s %s" (if i = 0 then title else "") (String.concat "" numbers))

    printfn "%s: %s" name (if agrees then "agrees" else "DIFFERS")
    lines "Losses" computed
    lines source expected

let pyTorch name = check "PyTorch" name
let byHand name = check "by hand" name

// Similarities and distances

let x1 = matrix [ [ 1; 2; 3; 4 ]; [ 5; 6; 7; 8 ] ]
let x2 = matrix [ [ 10; 11; 12; 13 ]; [ 14; 15; 16; 17 ] ]

x1 |> cosineSimilarity 1 CosineSimilarityEps x2 |> pyTorch "cosine similarity" (row [ 0.9481; 0.9952 ])
x1 |> pairwiseDistance 2.0 PairwiseDistanceEps false x2 |> pyTorch "pairwise distance" (row [ 18; 18 ])

// Regression

let y = matrix [ [ 0; 1; 2; 3 ]; [ 4; 5; 6; 7 ] ]
let next = matrix [ [ 1; 2; 3; 4 ]; [ 5; 6; 7; 8 ] ]
let outlier = matrix [ [ 2; 3; 4; 5 ]; [ 6; 10; 8; 9 ] ]

y |> l1 next |> Reduce.mean |> pyTorch "L1, mean" (scalar 1.0)
y |> l1 next |> Reduce.sum |> pyTorch "L1, sum" (scalar 8.0)
y |> mse outlier |> Reduce.mean |> pyTorch "MSE" (scalar 6.6250)

let prediction = row [ 0.123355; 1.242635; -0.903812; -0.332260; -3.045537 ]
let truth = row [ 0.763368; -2.055217; -1.126106; -1.784581; -0.116500 ]

prediction |> smoothL1 1.0 truth |> Reduce.none |> pyTorch "smooth L1" (row [ 0.2048; 2.7979; 0.0247; 0.9523; 2.4290 ])
prediction |> smoothL1 0.5 truth |> Reduce.mean |> pyTorch "smooth L1, β = ½" (scalar 1.4737)
prediction |> huber 3.0 truth |> Reduce.none |> pyTorch "Huber, δ = 3" (row [ 0.2048; 5.3936; 0.0247; 1.0546; 4.2896 ])
prediction |> huber 0.5 truth |> Reduce.mean |> pyTorch "Huber, δ = ½" (scalar 0.7369)

// Binary cross-entropy

let answers = row [ 0.8589; 1.0864; -1.0978 ]
let target = row [ 0; 0; 1 ]
let p = sigmoid answers

p |> pyTorch "sigmoid" (row [ 0.7024; 0.7477; 0.2502 ])
p |> bce target |> Reduce.mean |> pyTorch "BCE ∘ sigmoid" (scalar 1.3250)

answers |> Diff.grad (sigmoid >> bce target >> Reduce.mean) |> pyTorch "its gradient" (row [ 0.2341; 0.2492; -0.2499 ])

answers |> bceWithLogits target |> Reduce.mean |> pyTorch "BCE with logits" (scalar 1.3250)

(target.ToArray(), p.ToArray())
||> Array.map2 (fun t p -> -(t * log p + (1.0 - t) * log (1.0 - p)))
|> Array.average
|> scalar
|> pyTorch "from the logarithms" (scalar 1.3250)

// Cross-entropy

let logits =
    matrix
        [
            [ -1.8861; 2.8642; 2.1634; 1.5570; 1.1928 ]
            [ -0.2726; -0.3854; 0.7054; -1.1143; 0.3424 ]
            [ -0.0046; 1.3266; 1.6912; -0.3976; -0.9664 ]
        ]

let labels = Labels(1, 0, 4)
let logP = logSoftmax 1 logits

// The notebook's logits had more digits: three of these differ by one in the last, and its loss is 1.9941.
logP
|> pyTorch
    "log-softmax"
    (matrix
        [
            [ -5.4250; -0.6747; -1.3755; -1.9819; -2.3461 ]
            [ -1.9218; -2.0346; -0.9438; -2.7635; -1.3068 ]
            [ -2.4243; -1.0931; -0.7285; -2.8173; -3.3861 ]
        ])

let slopes =
    matrix
        [
            [ 0.0015; -0.1636; 0.0842; 0.0459; 0.0319 ]
            [ -0.2846; 0.0436; 0.1297; 0.0210; 0.0902 ]
            [ 0.0295; 0.1117; 0.1609; 0.0199; -0.3221 ]
        ]

let likelihood = nll ClassOptions.Default labels >> Reduce.mean
let entropy = crossEntropy CrossEntropyOptions.Default labels >> Reduce.mean

logP |> likelihood |> pyTorch "NLL ∘ log-softmax" (scalar 1.9942)
logits |> Diff.grad (logSoftmax 1 >> likelihood) |> pyTorch "its gradient" slopes
logits |> entropy |> pyTorch "cross-entropy" (scalar 1.9942)
logits |> Diff.grad entropy |> pyTorch "its gradient" slopes

-(at [| 0; 1 |] logP + at [| 1; 0 |] logP + at [| 2; 4 |] logP) / 3.0
|> scalar
|> pyTorch "from the three picked entries" (scalar 1.9942)

// A label a pixel

/// sin 0, sin f, sin 2f, …
let wave (frequency: float) (shape: int list) =
    DiffTensor.Create(Array.init (List.reduce (*) shape) (fun i -> sin (frequency * float i)), List.toArray shape)

let logSoftmaxByHand (logits: float[]) =
    let logSum = log (Array.sumBy exp logits)
    logits |> Array.map (fun logit -> logit - logSum)

let scene = wave 1.0 [ 5; 4; 8; 8 ]
let pixels = Labels(Array.init (5 * 8 * 8) (fun i -> i * 7 / 3 % 4), [| 5; 8; 8 |])

let pixelLosses =
    [|
        for i in 0 .. pixels.Indices.Length - 1 ->
            let image, y, x = i / 64, i / 8 % 8, i % 8
            -(logSoftmaxByHand [| for c in 0..3 -> at [| image; c; y; x |] scene |])[pixels.Indices[i]]
    |]

scene
|> logSoftmax 1
|> nll ClassOptions.Default pixels
|> Reduce.mean
|> byHand "NLL of (5, 4, 8, 8)" (scalar (Array.average pixelLosses))

// Kullback–Leibler divergence

let guess, aim = wave 1.0 [ 5; 10 ], wave 2.0 [ 5; 10 ]

let rowsByHand (x: Tensor) = x.ToArray() |> Array.chunkBySize 10 |> Array.map logSoftmaxByHand

let divergences =
    (rowsByHand guess, rowsByHand aim)
    ||> Array.map2 (fun logP logQ -> Array.fold2 (fun sum logP logQ -> sum + exp logQ * (logQ - logP)) 0.0 logP logQ)

let divergence = guess |> logSoftmax 1 |> klDiv false (softmax 1 aim)
let total = Array.sum divergences

divergence |> Reduce.mean |> byHand "KL divergence, mean" (scalar (total / 50.0))
divergence |> Reduce.sum |> byHand "KL divergence, sum" (scalar total)
divergence |> Reduce.batchMean |> byHand "KL divergence, batch mean" (scalar (total / 5.0))

let smallest =
    Reduce.none divergence |> fun terms -> terms.ToArray() |> Array.chunkBySize 10 |> Array.map Array.sum |> Array.min

if not (smallest >= 0.0) then
    wrong <- wrong + 1
    printfn "A divergence of %g is negative." smallest

printfn "\n%s" (if wrong = 0 then "All numbers agree." else $"{wrong} results differ.")
exit (sign wrong)
