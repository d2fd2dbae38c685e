/// The cases that say which calls of PyTorch must work: what they expect is in words. Where ours differs on purpose, `differences` says it.
module Losses.Tests.Cases.Grid

open System
open System.Text.Json
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests
open Losses.Tests.Cases.Case
open Losses.Tests.Cases.Comparison
open Losses.Tests.Cases.Drawn

type private T = DiffTensor<float>

// Sums of terms of both signs cancel.
let private close (expected: float) = 1e-12 * abs expected + 1e-13

/// Beside another expression: the same numbers, of whatever shape.
let private equal (what: string) (expected: float[]) (actual: Numbers) =
    compare what close { Shape = [| expected.Length |]; Data = expected } ([| actual.Data.Length |], actual.Data)

let private holds (what: string) (condition: bool) = if condition then 0.0, [] else infinity, [ what ]

let private broadcast (shape: int[]) (numbers: Numbers) : float[] = (expand (Shape shape) (tensor numbers)).ToArray()

/// Asked for: both operands of the shape that PyTorch gives them.
let private spread (call: Call) : Call =
    match Shape.TryBroadcast(Shape call.Inputs["input"].Shape, Shape call.Inputs["target"].Shape) with
    | true, shape ->
        let shape = shape.ToArray()

        (call, [ "input"; "target" ])
        ||> List.fold (fun call name -> call.Taking(name, shape, broadcast shape call.Inputs[name]))
    | _ -> call

// The labels of one-hot rows.
let private indices (call: Call) : Call =
    let target = call.Inputs["target"]
    let labels = [| for row in Array.chunkBySize target.Shape[1] target.Data -> float (Array.IndexOf(row, 1.0)) |]
    call.Taking("target", [| labels.Length |], labels).With("target_is_integer", true)

// Probabilities of labels, or of probabilities, some of it spread over all classes.
let private smoothed (share: float) (call: Call) : Call =
    let shape, target = call.Inputs["input"].Shape, call.Inputs["target"]
    let rows = if target.Shape = shape then target.Data else oneHot target.Data shape

    { call with Params = call.Params.Remove "target_is_integer" }
        .Taking("target", shape, rows |> Array.map (fun t -> t * (1.0 - share) + share / float shape[1]))
        .With("label_smoothing", 0.0)

// Value or gradient as it is where infinite losses count 0, and the lengths a mean divides by.
let private ctcMean (unreduced: float[]) (call: Call) : float[] =
    [|
        Array.average (
            Array.map2
                (fun loss length -> (if loss = infinity then 0.0 else loss) / max length 1.0)
                unreduced
                call.Inputs["target_lengths"].Data
        )
    |]

/// Whether the value is what the words say.
let private fulfils (words: string) (call: Call) (result: Numbers, gradient: Numbers) : (float * string list) list =
    let all (what: string) (test: float -> bool) =
        holds $"{call.Case.Id} is not {what}, but %A{result.Data}" (Array.forall test result.Data)

    let alike (other: Call) = equal words (value other).Data result
    let data name = call.Inputs[name].Data

    match words with
    | "0"
    | "zeros" -> [ all "0" ((=) 0.0) ]
    | "empty tensor"
    | "empty (shape without class dim)" -> [ holds "it is not empty" (result.Data.Length = 0 && Array.contains 0 result.Shape) ]
    | "no error; gradients are zeros" -> [ holds "a gradient is not 0" (Array.forall ((=) 0.0) gradient.Data) ]
    | "loss 0, gradient 0" -> [ all "0" ((=) 0.0); holds "a gradient is not 0" (Array.forall ((=) 0.0) gradient.Data) ]
    | "loss inf, gradient 0" -> [ all "infinite" ((=) infinity); holds "a gradient is not 0" (Array.forall ((=) 0.0) gradient.Data) ]
    | "loss = -sum_t log p(blank)" ->
        let classes = Array.last call.Inputs["log_probs"].Shape

        [
            equal words [| -(data "log_probs" |> Seq.indexed |> Seq.sumBy (fun (i, x) -> if i % classes = 0 then x else 0.0)) |] result
        ]
    | "infinite losses and their gradients replaced by 0; others unchanged" ->
        let losses, slopes = evaluated (call.With("zero_infinity", false).With("reduction", "none"))
        let _, kept = evaluated (call.With("reduction", "none"))
        let zeroed = losses.Data |> Array.map (fun loss -> if loss = infinity then 0.0 else loss)

        [
            holds "no loss is infinite, or all are" (Array.contains infinity losses.Data && Array.exists Double.IsFinite losses.Data)
            equal words (if call.Word "reduction" = "mean" then ctcMean losses.Data call else zeroed) result
            equal "the gradient" slopes.Data kept
        ]
    | "mean over the batch of loss / max(target_length,1)" ->
        [ equal words (ctcMean (value (call.With("reduction", "none"))).Data call) result ]
    | "0.5*(log v + (x-t)^2/v)" ->
        let term x t v = 0.5 * (Math.Log v + (x - t) * (x - t) / v)
        let variances = data "var" |> Array.collect (Array.create (6 / (data "var").Length))
        [ equal words (Array.map3 term (data "input") (data "target") variances) result ]
    | "Stirling term only for target > 1" ->
        let differences (targets: float[]) =
            let call = call.Taking("target", [| targets.Length |], targets).With("reduction", "none")
            Array.map2 (-) (value call).Data (value (call.With("full", false))).Data

        let stirling t = t * Math.Log t - t + 0.5 * Math.Log(2.0 * Math.PI * t)

        [
            holds words (differences (data "target") = [| 0.0; 0.0 |])
            holds words (Array.forall2 (fun t d -> abs (stirling t - d) < 1e-12) [| 2.0; 3.0 |] (differences [| 2.0; 3.0 |]))
        ]
    | "targets after the first negative are ignored" ->
        let rows = Array.chunkBySize (Array.last call.Inputs["target"].Shape) (data "target")
        let cut (row: float[]) = row |> Array.scan (fun last t -> if last < 0.0 then -1.0 else t) 0.0 |> Array.tail
        let other = call.Taking("target", call.Inputs["target"].Shape, Array.collect cut rows)
        [ alike other; holds "nothing was cut" (data "target" = [| -1.0 |] || other.Inputs["target"].Data <> data "target") ]
    | "batched result of the same data with a leading batch dimension of 1" ->
        [
            alike
                { call with
                    Inputs = call.Inputs |> Map.map (fun _ numbers -> { numbers with Shape = [| 1; yield! numbers.Shape |] })
                }
        ]
    | "same loss on the broadcast (2,10) inputs"
    | "mse over the broadcast (10,10)" ->
        let pairs =
            Array.map2
                (fun x t -> (value (call.Taking("input", [||], [| x |]).Taking("target", [||], [| t |]))).Data[0])
                (data "input")
                (data "target")

        [ equal words [| Array.average pairs |] result ]
    | scaled when scaled.Contains "* smooth_l1_loss" ->
        let delta = call.Number("delta", 1.0)
        let other = { call with Loss = "smooth_l1_loss" }.With("beta", delta)
        [ equal words ((value other).Data |> Array.map ((*) delta)) result ]
    // What a caller widens: labels of 64 bits.
    | "int64 target" ->
        let labels = Labels(ReadOnlySpan(data "target" |> Array.map int64), Shape call.Inputs["target"].Shape)
        [ equal words ((nll ClassOptions.Default labels (tensor call.Inputs["input"]) |> Reduce.mean).ToArray()) result ]
    | "result without weight" ->
        let probable = smoothed 0.1 call
        [ alike (call.Without "weight"); equal words (value (probable.Without "weight")).Data (value probable) ]
    | "class index result" -> [ alike (indices call) ]
    | "cross entropy with target*(1-e)+e/C"
    | "probability target (1-e)*onehot + e/C" -> [ alike (smoothed (call.Number("label_smoothing", 0.0)) call) ]
    | different when different.StartsWith "NOT equal to class index result" ->
        let labelled = indices call
        let sum = (value (labelled.With("reduction", "sum"))).Data[0]
        [ equal words [| sum / float call.Inputs["target"].Shape[0] |] result; holds words (value labelled <> result) ]
    | "same value for input and input_b (they differ only in the ignored row)" ->
        [
            alike (call.Taking("input", call.Inputs["input_b"].Shape, data "input_b"))
            holds words (data "input" <> data "input_b")
        ]
    | "explicitly expanded weight / pos_weight" ->
        [
            for name in [ "weight"; "pos_weight" ] do
                let weights, shape = call.Inputs["weight"], call.Inputs["input"].Shape
                let loss shape data = value (call.Without("weight").Taking(name, shape, data))
                equal name (loss shape (broadcast shape weights)).Data (loss weights.Shape weights.Data)
        ]
    | "sigmoid + binary_cross_entropy (also for logits -100, target 0)" ->
        let bce (call: Call) = value ({ call with Loss = "binary_cross_entropy" }.Mapping("input", fun x -> 1.0 / (1.0 + exp -x)))
        let far = call.Taking("input", [| 2 |], [| -100.0; 1.0 |]).Taking("target", [| 2 |], [| 0.0; 1.0 |])
        [ equal words (bce call).Data result; equal words (bce far).Data (value far) ]
    | "float64 reference for all float dtypes" ->
        let x, t = logSoftmax 1 (tensor call.Inputs["input"]), softmax 1 (tensor call.Inputs["target"])
        let narrow (x: T) = DiffTensor.Create(Array.map float32 (x.ToArray()), x.Shape.ToArray())
        let single = klDiv false (narrow t) (narrow x) |> Reduce.mean |> _.ToArray() |> Array.map float
        let call = call.Taking("input", [| 2; 3 |], x.ToArray()).Taking("target", [| 2; 3 |], t.ToArray())
        [ compare words (fun expected -> 1e-6 * abs expected) (value call) ([||], single) ]
    | "triplet_margin_loss with the same options" -> [ alike { call with Loss = "triplet_margin_loss" } ]
    | "tripletmarginwithdistance reference: max(0, margin + d(a,p) - d(a,n))" ->
        let rows name = Array.chunkBySize 10 (data name)
        let dot x y = Array.fold2 (fun sum x y -> sum + x * y) 0.0 x y

        let distance x y =
            if call.Word "distance" = "custom lambda" then
                Array.sum (Array.map2 (fun x y -> abs (x - y)) x y)
            else
                1.0 - dot x y / sqrt (dot x x * dot y y)

        let loss a p n = max 0.0 (1.0 + distance a p - distance a n)
        [ equal words [| Array.average (Array.map3 loss (rows "anchor") (rows "positive") (rows "negative")) |] result ]
    | finite when finite.StartsWith "finite" -> [ all "finite" Double.IsFinite ]
    | nan when nan.StartsWith "NaN" -> [ all "NaN" Double.IsNaN ]
    | other ->
        match Double.TryParse(other, Globalization.CultureInfo.InvariantCulture) with
        | true, number -> [ equal "value" [| number |] result ]
        | _ -> invalidOp $"{call.Case.Id}: nothing is known of \"{other}\""

// Whether a mean is of nothing, by chance.
let private countsNothing (call: Call) =
    match call.Params.TryFind "ignore_index" with
    | Some ignored -> call.Word "reduction" = "mean" && call.Inputs["target"].Data |> Array.forall ((=) (ignored.GetDouble()))
    | None -> false

/// All that the case expects, and that reductions are of the values, and the gradient has the prediction's shape.
let private expectations (call: Call) : (float * string list) list =
    let result, gradient = evaluated call
    let expected = call.Case.Optional("expected").Value
    let words = [ "value"; "equals"; "formula" ] |> List.choose (fun name -> property name expected)
    let isFinite = result.Data |> Array.forall Double.IsFinite

    [
        match property "shape" expected with
        | Some shape ->
            let shape = [| for length in shape.EnumerateArray() -> length.GetInt32() |]
            holds $"the shape is %A{result.Shape}, not %A{shape}" (result.Shape = shape)
        | None -> ()

        match words with
        | [] ->
            if countsNothing call then
                yield! fulfils "NaN" call (result, gradient)
            else
                holds $"it is %A{result.Data}" isFinite
        | first :: _ -> yield! fulfils (string first) call (result, gradient)

        holds $"the gradient has shape %A{gradient.Shape}" (gradient.Shape = call.Inputs[call.Prediction].Shape)
        holds $"the gradient is %A{gradient.Data}" (not isFinite || Array.forall Double.IsFinite gradient.Data)

        let values = lazy (value (call.With("reduction", "none"))).Data

        match call.Word "reduction" with
        | "sum" -> equal "sum" [| Array.sum values.Value |] result
        // Others divide by weights, or by lengths.
        | "mean" when
            isFinite
            && call.Loss <> "ctc_loss"
            && [ "weight"; "target_is_integer" ]
               |> List.forall (fun name -> not (call.Inputs.ContainsKey name || call.Params.ContainsKey name))
            ->
            equal "mean" [| Array.average values.Value |] result
        | _ -> ()
    ]

let private refused (says: string list) (call: Call) : (float * string list) list =
    try
        let result = value call
        [ holds $"it is not refused: %A{result.Data}" false ]
    with :? ArgumentException as error ->
        [ for fragment in says -> holds $"\"{error.Message}\" does not say \"{fragment}\"" (error.Message.Contains fragment) ]

type private Difference =
    {
        Reason: string
        Applies: Call -> bool
        /// What the refusal says.
        Says: Call -> string list
        /// The call that does what PyTorch's does, if there is one.
        Instead: (Call -> Call) option
    }

let private shapes (call: Call) = [ for name in [ "input"; "target" ] -> (Shape call.Inputs[name].Shape).ToString() ]

let private has (test: float -> bool) (names: string list) (call: Call) =
    names |> List.exists (fun name -> call.Inputs.ContainsKey name && Array.exists test call.Inputs[name].Data)

let private weights = [ "weight"; "pos_weight" ]

let private elementwise =
    [ "l1_loss"; "mse_loss"; "smooth_l1_loss"; "huber_loss"; "hinge_embedding_loss"; "gaussian_nll_loss" ]

/// Where ours refuses what PyTorch takes, and what is called instead: once for each reason.
let private differences: Difference list =
    let isOf (losses: string list) (call: Call) = List.contains call.Loss losses
    let rank (call: Call) = call.Inputs[call.Prediction].Shape.Length

    [
        {
            Reason = "nothing is broadcast but where it is asked for: PyTorch warns, at most"
            Applies = fun call -> isOf elementwise call && call.Inputs["input"].Shape <> call.Inputs["target"].Shape
            Says = shapes
            Instead = Some spread
        }
        {
            Reason = "a weight is at least 0: a mean divides by their sum"
            Applies = has (fun weight -> weight < 0.0) weights
            Says = fun _ -> [ "at least 0" ]
            Instead =
                Some(fun call ->
                    (call, weights) ||> List.fold (fun call name -> if call.Inputs.ContainsKey name then call.Mapping(name, abs) else call))
        }
        {
            Reason = "a count is at least 0"
            Applies = fun call -> isOf [ "poisson_nll_loss" ] call && has (fun count -> count < 0.0) [ "target" ] call
            Says = fun _ -> [ "target" ]
            Instead = Some(fun call -> call.Mapping("target", abs))
        }
        {
            Reason = "an answer is -1 or 1: PyTorch takes any other for both, or for none"
            Applies =
                fun call -> isOf [ "hinge_embedding_loss"; "cosine_embedding_loss" ] call && has (fun t -> abs t <> 1.0) [ "target" ] call
            Says = fun _ -> [ "target" ]
            Instead = None
        }
        {
            Reason = "a scalar has no class axis: PyTorch takes it for one class"
            Applies = fun call -> isOf [ "multi_margin_loss"; "multilabel_margin_loss" ] call && rank call = 0
            Says = fun _ -> [ "shape ()" ]
            Instead =
                Some(fun call ->
                    let call = call.Taking("input", [| 1 |], call.Inputs["input"].Data)

                    if call.Loss = "multi_margin_loss" then
                        call
                    else
                        call.Taking("target", [| 1 |], call.Inputs["target"].Data))
        }
        {
            Reason = "no classes have no distribution: PyTorch gives NaN"
            Applies = fun call -> isOf [ "cross_entropy" ] call && Array.contains 0 call.Inputs["input"].Shape[1..1]
            Says = fun _ -> [ "no classes" ]
            Instead = None
        }
        {
            Reason = "a batch mean is of a batch: PyTorch's of a scalar is the sum"
            Applies = fun call -> call.Word "reduction" = "batchmean" && rank call = 0
            Says = fun _ -> [ "batch axis" ]
            Instead = Some(fun call -> call.With("reduction", "sum"))
        }
    ]

let private noSamples = "no samples have an empty loss, of sum 0, whichever loss it is: PyTorch refuses them here"

// What our refusal says where PyTorch's error is this.
let private named (error: string) : string =
    [
        "for reduction", "reduction"
        "label_smoothing", "labelSmoothing"
        "margin must be", "margin"
        "negative entry", "variance"
        "cutoffs", "cutoffs"
        "at least 30 at dimension 1", "targetLengths"
        "target_lengths", "targetLengths"
        "input_lengths", "inputLengths"
        "weight", "classWeights"
        "out of bounds", "there are 3 classes"
        "Expected non-empty", "there are no classes"
    ]
    |> List.tryFind (fun (theirs, _) -> error.Contains theirs)
    |> Option.map snd
    |> Option.defaultValue "shape"

/// Why it is answered otherwise than PyTorch does, if it is, and whether it is as it must be.
let private answered (case: Case) : string option * (unit -> (float * string list) list) =
    let call = callOf case

    match case.Optional "expected_error" |> Option.map text, differences |> List.tryFind (fun difference -> difference.Applies call) with
    // Labels have a type of their own: a tensor of floats is none.
    | Some error, _ when error.Contains "found Float" -> None, (fun () -> notCovered "labels of floats do not compile")
    | Some error, _ when error.Contains "log_probs tensor must not be empty" ->
        Some noSamples, (fun () -> fulfils "0" call (evaluated call))
    | Some error, _ -> None, (fun () -> refused [ named error ] call)
    | None, Some difference ->
        let instead () = difference.Instead |> Option.map (fun instead -> expectations (instead call)) |> Option.defaultValue []
        Some difference.Reason, (fun () -> refused (difference.Says call) call @ instead ())
    | None, None -> None, (fun () -> expectations call)

/// What becomes of a case of shapes.
let outcome (case: Case) : Outcome =
    try
        match snd (answered case) () with
        | results when results |> List.forall (snd >> List.isEmpty) -> Agrees(results |> List.map fst |> List.fold max 0.0)
        | results -> Disagrees [ for failure in List.collect snd results -> $"LOSSES_SEED={Property.seed} {case.Id}: {failure}" ]
    with
    | NotCovered reason -> IsNotCovered reason
    | error -> Disagrees [ $"LOSSES_SEED={Property.seed} {case.Id}: {error}" ]

/// Why a case is answered otherwise than PyTorch does, on purpose.
let difference (case: Case) : string option = fst (answered case)
