/// What is refused at the door: the right exception, which names the parameter and shows what it was given.
module Losses.Tests.Errors.Arguments

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests.Errors.Refusal

[<Fact>]
let ``a target of another shape names both shapes`` () =
    for loss in
        [
            (fun () -> l1 x32 x23 |> ignore)
            (fun () -> mse x32 x23 |> ignore)
            (fun () -> smoothL1 1.0 x32 x23 |> ignore)
            (fun () -> huber 1.0 x32 x23 |> ignore)
            (fun () -> bce x32 x23 |> ignore)
            (fun () -> bceWithLogits x32 x23 |> ignore)
            (fun () -> balancedBceWithLogits Weights.None x32 x23 |> ignore)
            (fun () -> klDiv false x32 x23 |> ignore)
            (fun () -> klDiv true x32 x23 |> ignore)
        ] do
        refuses<ArgumentException> "target" [ "target"; "(3, 2)"; "(2, 3)" ] loss

    refuses<ArgumentException> "probabilities" [ "(3, 2)"; "(2, 3)" ] (fun () ->
        crossEntropyWithProbabilities CrossEntropyOptions.Default x32 x23 |> ignore)

    refuses<ArgumentException> "x2" [ "(3, 2)"; "(2, 3)" ] (fun () -> cosineSimilarity 1 1e-8 x32 x23 |> ignore)
    refuses<ArgumentException> "x2" [ "(3, 2)"; "(2, 3)" ] (fun () -> pairwiseDistance 2.0 1e-6 false x32 x23 |> ignore)

[<Theory>]
[<InlineData(0.0)>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
[<InlineData(Double.PositiveInfinity)>]
let ``a threshold that is not above 0 is refused`` (delta: float) =
    refuses<ArgumentOutOfRangeException> "delta" [ "delta is" ] (fun () -> huber delta x23 x23 |> ignore)

[<Theory>]
[<InlineData(-1e-9)>]
[<InlineData(Double.NaN)>]
[<InlineData(Double.PositiveInfinity)>]
let ``a negative beta is refused`` (beta: float) =
    refuses<ArgumentOutOfRangeException> "beta" [ "beta is" ] (fun () -> smoothL1 beta x23 x23 |> ignore)

[<Theory>]
[<InlineData(-0.1)>]
[<InlineData(1.1)>]
[<InlineData(Double.NaN)>]
let ``a smoothing outside its range is refused`` (smoothing: float) =
    let options = { CrossEntropyOptions.Default with LabelSmoothing = smoothing }
    refuses<ArgumentOutOfRangeException> "labelSmoothing" [ "from 0 to 1" ] (fun () -> crossEntropy options labels x23 |> ignore)

    refuses<ArgumentOutOfRangeException> "labelSmoothing" [ "from 0 to 1" ] (fun () ->
        crossEntropyWithProbabilities options x23 x23 |> ignore)

[<Theory>]
[<InlineData(-1)>]
[<InlineData(0)>]
[<InlineData(2)>]
let ``probabilities of classes have no label to ignore`` (ignored: int) =
    let options = { CrossEntropyOptions.Default with IgnoreIndex = ignored }

    refuses<ArgumentException> "ignoreIndex" [ $"ignoreIndex is {ignored}" ] (fun () ->
        crossEntropyWithProbabilities options x23 x23 |> ignore)

[<Theory>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
[<InlineData(Double.PositiveInfinity)>]
let ``an ε that is no small number is refused`` (eps: float) =
    refuses<ArgumentOutOfRangeException> "eps" [ "eps is" ] (fun () -> cosineSimilarity 1 eps x23 x23 |> ignore)

[<Fact>]
let ``an order that is NaN or negative is refused, and an ε that is not finite`` () =
    for p in [ nan; -1.0 ] do
        refuses<ArgumentOutOfRangeException> "p" [ "p is" ] (fun () -> pairwiseDistance p 1e-6 false x23 x23 |> ignore)

    for eps in [ nan; infinity ] do
        refuses<ArgumentOutOfRangeException> "eps" [ "eps is" ] (fun () -> pairwiseDistance 2.0 eps false x23 x23 |> ignore)

// C04: on every path.
[<Theory>]
[<InlineData(3)>]
[<InlineData(1000000)>]
[<InlineData(-1)>]
[<InlineData(Int32.MinValue)>]
let ``a label that is no class is named, with its place`` (label: int) =
    let bad = Labels [| 0; label |]

    for call in
        [
            (fun () -> nll ClassOptions.Default bad x23 |> ignore)
            (fun () -> crossEntropy CrossEntropyOptions.Default bad x23 |> ignore)
        ] do
        refuses<ArgumentOutOfRangeException> "labels" [ $"labels[1] is {label}"; "3 classes" ] call

    let x = DiffTensor.Create(Array.zeroCreate<float> 12, 2, 3, 2)
    let bad = Labels(ReadOnlySpan [| 0; 1; label; 2 |], Shape [| 2; 2 |])

    refuses<ArgumentOutOfRangeException> "labels" [ $"labels[1, 0] is {label}"; "3 classes" ] (fun () ->
        crossEntropy CrossEntropyOptions.Default bad x |> ignore)

[<Fact>]
let ``a 64-bit label that does not fit is refused, not truncated`` () =
    // C06
    refuses<ArgumentOutOfRangeException> "indices" [ "-1000000000000" ] (fun () ->
        Labels(ReadOnlySpan [| 0L; -1000000000000L |], Shape [| 2 |]) |> ignore)

[<Fact>]
let ``labels of another shape name both shapes`` () =
    for labels in [ Labels [| 0; 1; 2 |]; Labels.Single 0; Labels(ReadOnlySpan [| 0; 1 |], Shape [| 2; 1 |]) ] do
        refuses<ArgumentException> "labels" [ labels.Shape.ToString(); "(2, 3)" ] (fun () -> nll ClassOptions.Default labels x23 |> ignore)

        refuses<ArgumentException> "labels" [ labels.Shape.ToString(); "(2, 3)" ] (fun () ->
            crossEntropy CrossEntropyOptions.Default labels x23 |> ignore)

[<Fact>]
let ``class weights of another length name both shapes`` () =
    let weights = Weights.op_Implicit [| 1.0; 2.0 |]

    refuses<ArgumentException> "classWeights" [ "(2)"; "(2, 3)"; "3 classes" ] (fun () ->
        nll { ClassOptions.Default with ClassWeights = weights } labels x23 |> ignore)

    refuses<ArgumentException> "classWeights" [ "(2)"; "(2, 3)"; "3 classes" ] (fun () ->
        crossEntropy { CrossEntropyOptions.Default with ClassWeights = weights } labels x23 |> ignore)

[<Theory>]
[<InlineData(-1.0)>]
[<InlineData(Double.NaN)>]
[<InlineData(Double.PositiveInfinity)>]
let ``a weight that is negative, NaN or infinite is named, with its place`` (weight: float) =
    refuses<ArgumentOutOfRangeException> "values" [ "weights[1] is" ] (fun () -> Weights.op_Implicit [| 1.0; weight |] |> ignore<Weights>)

[<Fact>]
let ``weights that do not broadcast name both shapes`` () =
    let weights = Weights.op_Implicit [| 1.0; 2.0 |]

    refuses<ArgumentException> "posWeight" [ "(2)"; "(2, 3)" ] (fun () -> balancedBceWithLogits weights x23 x23 |> ignore)
    refuses<ArgumentException> "weights" [ "(2)"; "(2, 3)" ] (fun () -> mse x23 x23 |> Reduce.weigh weights |> ignore)
    // Never the other way round, either.
    let deeper = weights.Reshape(Shape [| 2; 1; 1 |])
    refuses<ArgumentException> "weights" [ "(2, 1, 1)"; "(2, 3)" ] (fun () -> mse x23 x23 |> Reduce.weigh deeper |> ignore)

[<Fact>]
let ``no classes are refused`` () =
    let empty = DiffTensor.Create(Array.empty<float>, 2, 0)

    for call in
        [
            (fun () -> crossEntropy CrossEntropyOptions.Default labels empty |> ignore)
            (fun () -> nll ClassOptions.Default labels empty |> ignore)
            (fun () -> crossEntropyWithProbabilities CrossEntropyOptions.Default empty empty |> ignore)
            (fun () -> softmax 1 empty |> ignore)
            (fun () -> logSoftmax 1 empty |> ignore)
            (fun () -> logSumExp 1 empty |> ignore)
        ] do
        let error = Assert.ThrowsAny<ArgumentException> call
        Assert.Contains("(2, 0)", error.Message)
        Assert.Contains("no classes", error.Message)

[<Fact>]
let ``no rows are no error`` () =
    let empty = DiffTensor.Create(Array.empty<float>, 0, 3)
    Assert.Equal(0.0, (crossEntropy CrossEntropyOptions.Default (Labels [||]) empty |> Reduce.sum).ToScalar())
    Assert.True(Double.IsNaN((crossEntropy CrossEntropyOptions.Default (Labels [||]) empty |> Reduce.mean).ToScalar()))
    Assert.Equal(0.0, (mse empty empty |> Reduce.sum).ToScalar())

    for gradient in
        [
            Diff.grad (fun x -> mse empty x |> Reduce.sum) empty
            Diff.grad (fun x -> crossEntropy CrossEntropyOptions.Default (Labels [||]) x |> Reduce.sum) empty
        ] do
        Assert.Equal(empty.Shape, gradient.Shape)

[<Fact>]
let ``a scalar has no class axis and no vector axis`` () =
    let scalar = DiffTensor.Scalar 1.0

    for call in
        [
            (fun () -> crossEntropy CrossEntropyOptions.Default (Labels.Single 0) scalar |> ignore)
            (fun () -> nll ClassOptions.Default (Labels.Single 0) scalar |> ignore)
            (fun () -> softmax 0 scalar |> ignore)
            (fun () -> logSoftmax -1 scalar |> ignore)
            (fun () -> cosineSimilarity 0 1e-8 scalar scalar |> ignore)
            (fun () -> pairwiseDistance 2.0 1e-6 false scalar scalar |> ignore)
        ] do
        Assert.ThrowsAny<ArgumentException> call |> ignore

[<Fact>]
let ``an axis that is not there names the axes that are`` () =
    for axis in [ 2; -3 ] do
        refuses<ArgumentOutOfRangeException> "axis" [ $"axis is {axis}"; "(2, 3)" ] (fun () -> softmax axis x23 |> ignore)
        refuses<ArgumentOutOfRangeException> "axis" [ $"axis is {axis}"; "(2, 3)" ] (fun () -> logSoftmax axis x23 |> ignore)
        refuses<ArgumentOutOfRangeException> "axis" [ $"axis is {axis}"; "(2, 3)" ] (fun () -> cosineSimilarity axis 1e-8 x23 x23 |> ignore)

[<Fact>]
let ``null is refused by name`` () =
    let none = nothing<DiffTensor<float>>

    for name, call in
        [
            "target", (fun () -> l1 none x23 |> ignore)
            "prediction", (fun () -> l1 x23 none |> ignore)
            "prediction", (fun () -> mse x23 none |> ignore)
            "target", (fun () -> huber 1.0 none x23 |> ignore)
            "target", (fun () -> bce none x23 |> ignore)
            "target", (fun () -> balancedBceWithLogits Weights.None none x23 |> ignore)
            "logits", (fun () -> balancedBceWithLogits Weights.None x23 none |> ignore)
            "posWeight", (fun () -> balancedBceWithLogits nothing x23 x23 |> ignore)
            "labels", (fun () -> nll ClassOptions.Default nothing x23 |> ignore)
            "logProbabilities", (fun () -> nll ClassOptions.Default labels none |> ignore)
            "options", (fun () -> nll nothing labels x23 |> ignore)
            "logits", (fun () -> crossEntropy CrossEntropyOptions.Default labels none |> ignore)
            "labels", (fun () -> crossEntropy CrossEntropyOptions.Default nothing x23 |> ignore)
            "options", (fun () -> crossEntropy nothing labels x23 |> ignore)
            "probabilities", (fun () -> crossEntropyWithProbabilities CrossEntropyOptions.Default none x23 |> ignore)
            "weights", (fun () -> mse x23 x23 |> Reduce.weigh nothing |> ignore)
        ] do
        let error = Assert.ThrowsAny<ArgumentNullException> call
        Assert.Equal(name, error.ParamName)

[<Fact>]
let ``null tensors of distances and of what goes before a loss are refused`` () =
    let none = nothing<DiffTensor<float>>

    for call in
        [
            (fun () -> cosineSimilarity 1 1e-8 none x23 |> ignore)
            (fun () -> cosineSimilarity 1 1e-8 x23 none |> ignore)
            (fun () -> pairwiseDistance 2.0 1e-6 false none x23 |> ignore)
            (fun () -> softmax 1 none |> ignore)
            (fun () -> logSoftmax 1 none |> ignore)
        ] do
        Assert.ThrowsAny<ArgumentNullException> call |> ignore

[<Fact>]
let ``a batch mean needs a batch`` () =
    let scalar = DiffTensor.Scalar 1.0
    let error = Assert.Throws<ArgumentException>(fun () -> mse scalar scalar |> Reduce.batchMean |> ignore)
    Assert.Contains("()", error.Message)

[<Fact>]
let ``a reduction that is none is refused`` () =
    Assert.Throws<ArgumentOutOfRangeException>(fun () -> mse x23 x23 |> Reduce.by (enum 9) |> ignore) |> ignore

[<Fact>]
let ``a gradient is of one number`` () =
    let error = Assert.Throws<ArgumentException>(fun () -> Diff.grad (fun x -> x * x) x23 |> ignore)
    Assert.Contains("(2, 3)", error.Message)

[<Fact>]
let ``a direction has the shape of the place`` () =
    for call in
        [
            (fun () -> Diff.jvp id x23 x32 |> ignore)
            (fun () -> Diff.hvp (fun x -> mse x23 x |> Reduce.sum) x23 x32 |> ignore)
            (fun () -> Diff.vjp id x23 x32 |> ignore)
        ] do
        let error = Assert.Throws<ArgumentException> call
        Assert.Contains("(3, 2)", error.Message)
        Assert.Contains("(2, 3)", error.Message)
