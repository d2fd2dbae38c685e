/// The cases of the training of language models, of codes and of penalties.
module Losses.Tests.Cases.Training

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private constant (x: float) : T = DiffTensor.Scalar x

let private linear (input: T) (weight: T) : T = DiffTensor.MatMul(input, DiffTensor.Permute(weight, ReadOnlySpan [| 1; 0 |]))

let private flat (x: T) : T = reshape (Shape [| x.Shape.Size / x.Shape[-1]; x.Shape[-1] |]) x

let private maskOf (given: Given) : Weights = given.Weights "mask"

let private column (x: T) : T = reshape (Shape [| x.Shape.Size; 1 |]) x

/// Cross-entropy of a linear layer with a soft cap, a z-loss, or a shift of the targets.
let private linearCrossEntropies (input: string) (weight: string) (given: Given) : T =
    let options =
        { CrossEntropyOptions.Default with
            ClassWeights = given.Weights "ce_weight"
            IgnoreIndex = given.IntegerOr(-100, "ignore_index")
            LabelSmoothing = given.NumberOr(0.0, "label_smoothing")
        }

    let shift = given.IntegerOr(0, "shift")
    let targets = given.Data "targets"
    let x = given[input]
    let last = targets.Shape.Length - 1
    let length = targets.Shape[last]
    let kept = length - shift
    let rows = if shift = 0 then x else DiffTensor.Slice(x, last, 0, kept)
    let labels = targets.Data |> Array.chunkBySize length |> Array.collect (Array.skip shift) |> Array.map int
    let bias = if given.Has "bias" then given["bias"] else constant 0.0
    let cap = given.NumberOr(infinity, "softcap")
    let flatLabels = Labels(ReadOnlySpan<int> labels, Shape [| labels.Length |])
    let loss = cappedLinearCrossEntropy options cap 3 flatLabels bias given[weight] (flat rows)
    let value = loss |> given.Reduced
    let share = given.NumberOr(0.0, "lse_square_scale")

    let value =
        if share = 0.0 then
            value
        else
            let counts = labels |> Array.map (fun label -> if label = options.IgnoreIndex then 0.0 else 1.0)

            let z =
                linearZLoss cap 3 bias given[weight] (flat rows)
                |> Reduce.mask (Weights(ReadOnlySpan counts, Shape [| counts.Length |]))

            value + constant share * given.Reduced z

    if given.Reduction = Reduction.None then
        reshape (Shape(Array.append (Array.truncate last targets.Shape) [| kept |])) value
    else
        value

let private cosine (given: Given) : T =
    let options = { CrossEntropyOptions.Default with IgnoreIndex = given.Integer "ignore_index" }
    let student = linear given["student_input"] given["student_weight"]
    let teacher = linear given["teacher_input"] given["teacher_weight"]
    let soft = LossValues(cosineDistance teacher student) |> Reduce.mean
    let hard = FSharp.Classification.crossEntropy options (given.Labels "target") student |> Reduce.mean

    constant (given.Number "weight_hard_loss") * hard
    + constant (given.Number "weight_soft_loss" * given.Number "beta") * soft

let private shifted (given: Given) : T =
    let labels = given.Data "labels"
    let length = labels.Shape[1]
    let next = labels.Data |> Array.chunkBySize length |> Array.collect Array.tail |> Array.map int
    let rows = DiffTensor.Slice(given["logits"], 1, 0, length - 1) |> flat
    dft -100 1 (Labels next) rows |> Reduce.mean

let private clippedPolicy (given: Given) : T =
    let options =
        { PolicyOptions.Default with
            EpsilonLow = given.Number "cliprange"
            EpsilonHigh = given.Number "cliprange"
            Mean = PolicyMean.Tokens
            Mask = (maskOf given).Reshape(Shape [| (given.Data "mask").Data.Length; 1 |])
        }

    let old = column given["old_logprobs"]
    let policy = policyGradient options given["advantages"] old old (column given["new_logprobs"]) |> Reduce.mean
    let value = clippedValue (given.Number "cliprange_value") given["old_values"] given["returns"] given["vpred"]
    policy + constant (given.Number "vf_coef") * (value |> Reduce.mask (maskOf given) |> Reduce.mean)

let private linearPolicy (given: Given) : T =
    let ids = given.Labels "selected_token_ids"
    let logits = linear (flat given["input"]) given["weight"] / constant (given.Number "temperature")
    let labels = ids.Reshape(Shape [| ids.Shape.Size |])
    let losses = FSharp.Classification.crossEntropy CrossEntropyOptions.Default labels logits |> Reduce.none
    let logProbabilities = constant 0.0 - reshape ids.Shape losses

    let options =
        { PolicyOptions.Default with
            EpsilonLow = given.Number "epsilon_low"
            EpsilonHigh = given.Number "epsilon_high"
            Mean = PolicyMean.Tokens
            Mask = maskOf given
        }

    let old = given["old_per_token_logps"]
    policyGradient options given["advantages"] old old logProbabilities |> Reduce.mean

// Liger takes a mean of all tokens, those that the mask leaves out as well, each times the length of its answer.
let private luspo (given: Given) : T =
    let x = given["per_token_logps"]
    let old = if given.Has "old_per_token_logps" then given["old_per_token_logps"] else Notation.detach x
    let reference = if given.Has "ref_per_token_logps" then given["ref_per_token_logps"] else old
    let mask = given["mask"]
    let counts = sumAlong 1 mask |> column

    let options =
        { PolicyOptions.Default with
            EpsilonLow = given.Number "epsilon_low"
            EpsilonHigh = given.Number "epsilon_high"
            Delta = given.NumberOr(infinity, "delta")
            Mean = PolicyMean.Tokens
        }

    let loss =
        if given.Word "importance_sampling_level" = "sequence" then
            // All tokens of an answer have the ratio of one that is their mean.
            let mean (x: T) = (sumAlong 1 (x * mask) |> column) / counts
            let own = policyGradient options given["advantages"] (mean old) (mean old) (mean x) |> Reduce.none
            let none = given["advantages"] * constant 0.0
            let divergence = policyGradient { options with Beta = given.Number "beta" } none reference old x |> Reduce.none
            expand x.Shape own + divergence
        else
            policyGradient { options with Beta = given.Number "beta" } given["advantages"] reference old x |> Reduce.none

    LossValues(loss * expand x.Shape counts) |> Reduce.mean

let private logProbabilitiesOf (given: Given) (logits: string) (ids: Labels) : T =
    let losses =
        FSharp.Classification.crossEntropy CrossEntropyOptions.Default (ids.Reshape(Shape [| ids.Shape.Size |])) (flat given[logits])
        |> Reduce.none

    constant 0.0 - losses

// The advantage of a token is how much likelier the teacher has it; one answer for each token.
let private sampled (given: Given) : T =
    let ids = given.Labels "completion_ids"
    let own, teacher = logProbabilitiesOf given "student_logits" ids, logProbabilitiesOf given "teacher_logits" ids

    let options =
        { PolicyOptions.Default with
            Form = PolicyForm.CISPO
            EpsilonHigh = given.Number "distillation_is_clip"
        }

    let old = column given["old_per_token_logps"]
    policyGradient options (Notation.detach (teacher - own)) old old (column own) |> Reduce.mean

let private fewest (given: Given) : T =
    if given.Flag "add_tail" then
        notCovered "a tail of the classes that are left out"

    let x, classes = given["student_logits"], given["student_logits"].Shape[-1]
    let order = (flat x).ToArray() |> Array.chunkBySize classes
    let count = given.Integer "topk"

    let best =
        order |> Array.collect (fun row -> Array.init classes id |> Array.sortBy (fun c -> -row[c]) |> Array.truncate count)

    let labels = Labels(ReadOnlySpan<int> best, Shape [| order.Length; count |])
    let some (name: string) : T = DiffTensor.Gather(flat given[name], 1, labels)

    klDivOfLogits { DistillationOptions.Default with ClassAxis = -1 } (some "teacher_logits") (some "student_logits")
    |> Reduce.none
    |> reshape (x.Shape.Without -1)

let private accuracy (given: Given) : T = constant 1.0 - (zeroOne -100 1 (given.Labels "targets") given["logits"] |> Reduce.mean)

// A critic that is linear, or quadratic where there is a matrix.
let private penalty (given: Given) : T =
    let real = given["real"]

    let points =
        if given.Word "at" = "real" then
            real
        else
            let u = expand real.Shape (column given["u"])
            u * real + (constant 1.0 - u) * given["fake"]

    let w = expand real.Shape given["w"]

    let gradients =
        if given.Has "A" then
            let a = given["A"]
            let symmetric = constant 0.5 * (a + DiffTensor.Permute(a, ReadOnlySpan [| 1; 0 |]))
            DiffTensor.MatMul(points, symmetric) + w
        else
            w

    let form = given.Word "form"
    let share = if form = "r1" then 0.5 else 1.0

    constant (share * given.Number "lambda")
    * (gradientPenalty (form = "one_sided") (if form = "r1" then 0.0 else given.Number "target") gradients |> Reduce.mean)

let private optaxDice (given: Given) : T =
    let x, target = given["predictions"], given["targets"]

    let shares =
        if not (given.Flag "apply_softmax") then x
        elif x.Shape[-1] = 1 then DiffTensor.Logistic(x).Sigmoid
        else softmax -1 x

    let axes = [| 1 .. x.Shape.Rank - 2 |]
    let overlap = Overlap(given.Number "alpha", given.Number "beta", 1.0, given.Number "smooth", false)
    let values = sums overlap axes target shares |> Reduce.none
    sumAlong -1 values / constant (float values.Shape[-1])

let private optaxCTC (given: Given) : T =
    let logits = DiffTensor.Permute(given["logits"], ReadOnlySpan [| 1; 0; 2 |])

    let lengths (name: string) =
        let paddings = given.Data name
        paddings.Data |> Array.chunkBySize paddings.Shape[1] |> Array.map (Array.sumBy (fun padding -> 1 - int padding))

    let options = { CTCOptions.Default with Blank = given.Integer "blank_id" }

    ctc options (lengths "logit_paddings") (lengths "label_paddings") (given.Labels "labels") (logSoftmax -1 logits)
    |> Reduce.none

let entries: (string * (Given -> T)) list =
    [
        "liger_trl/token_accuracy", accuracy
        "liger_trl/fused_linear_cross_entropy", linearCrossEntropies "input" "weight"
        "liger_trl/linear_cross_entropy", linearCrossEntropies "e" "c"
        "liger_trl/fused_linear_cross_entropy_token_scaling",
        (fun given ->
            dft -100 1 (given.Labels "targets") (linear given["input"] given["weight"] + expand (Shape [| 6; 7 |]) given["bias"])
            |> Reduce.none)
        "liger_trl/dft", shifted
        "liger_trl/fused_linear_cosine_distillation", cosine
        "liger_trl/ppo_clip", clippedPolicy
        "liger_trl/fused_linear_grpo", linearPolicy
        "liger_trl/grpo_luspo", luspo
        "liger_trl/gae_advantages",
        (fun given -> generalizedAdvantages (given.Number "gamma") (given.Number "lam") given["rewards"] given["values"])
        "liger_trl/masked_whiten", (fun given -> whiten (maskOf given) 1e-8 given["values"])
        "liger_trl/minillm_single_step",
        (fun given -> klDiv true given["student_log_probs"] given["teacher_log_probs"] |> Reduce.mask (maskOf given) |> given.Reduced)
        "liger_trl/self_distillation_topk", fewest
        "liger_trl/self_distillation_sampled_token", sampled
        "generation/vq",
        (fun given -> vectorQuantization (given.Number "beta") (given.Flag "codebook_term") given["codebook"] given["z"] |> Reduce.mean)
        "generation/gradient_penalty", penalty
        "optax/dice", optaxDice
        "optax/ctc", optaxCTC
    ]
