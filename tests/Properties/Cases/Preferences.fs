/// The cases of answers that are preferred to others.
module Losses.Tests.Cases.Preferences

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private options (given: Given) : PreferenceOptions =
    let kind = given.Word "loss_type"

    let form =
        match kind with
        | "hinge" -> PreferenceForm.Hinge
        | "ipo" -> PreferenceForm.IPO
        | "exo_pair" -> PreferenceForm.EXO
        | "nca_pair" -> PreferenceForm.NCA
        | "robust" -> PreferenceForm.Robust
        | "bco_pair" -> PreferenceForm.BCO
        | "sppo_hard" -> PreferenceForm.SPPO
        | "apo_zero" -> PreferenceForm.APOZero
        | "apo_down" -> PreferenceForm.APODown
        | "discopop" -> PreferenceForm.DiscoPOP
        | _ -> PreferenceForm.Sigmoid

    // AlphaPO's score is that of the divergence but for a constant.
    let alphaPO = given.NumberOr(0.0, "alphapo_alpha")

    let score, alpha =
        match given.Word "f_divergence_type" with
        | "" when alphaPO <> 0.0 -> PreferenceScore.Alpha, 1.0 - alphaPO
        | ""
        | "reverse_kl" -> PreferenceScore.ReverseKL, 0.5
        | "forward_kl" -> PreferenceScore.ForwardKL, 0.5
        | "js_divergence" -> PreferenceScore.JensenShannon, 0.5
        | "alpha_divergence" -> PreferenceScore.Alpha, given.NumberOr(0.5, "f_alpha_divergence_coef")
        // It must be refused.
        | _ -> enum -1, 0.5

    {
        Form = form
        Beta = given.NumberOr(0.1, "beta")
        LabelSmoothing = given.NumberOr(0.0, "label_smoothing")
        Margin = if kind = "simpo" then given.Number "simpo_gamma" else given.NumberOr(0.0, "tpo_l_gamma")
        Tau = given.NumberOr(0.05, "discopop_tau")
        Score = score
        Alpha = alpha
    }

let private lengthened (given: Given) (name: string) (x: T) : T = if given.Has name then x / given[name] else x

let private reduced (given: Given) (loss: LossValues<T>) : T =
    if given.Word "reduction" = "none" then Reduce.none loss else Reduce.mean loss

let private dpo (given: Given) : T =
    // What must be refused comes without numbers.
    let ratio (answer: string) =
        if given.Has $"policy_{answer}_logps" then
            given[$"policy_{answer}_logps"] - given[$"ref_{answer}_logps"] |> lengthened given $"{answer}_lengths"
        else
            DiffTensor.Scalar 0.0

    let options = options given

    let options = if given.Case.Loss = "dpo_robust" then { options with Form = PreferenceForm.Robust } else options

    preference options (ratio "rejected") (ratio "chosen") |> reduced given

let private withoutReference (given: Given) : T =
    preference (options given) given["policy_rejected_logps"] given["policy_chosen_logps"] |> Reduce.mean

let private aotOf (isPaired: bool) (given: Given) : T =
    let chosen, rejected =
        if isPaired then
            given["policy_chosen_logps"] - given["policy_rejected_logps"], given["ref_chosen_logps"] - given["ref_rejected_logps"]
        else
            given["policy_chosen_logps"] - given["ref_chosen_logps"], given["policy_rejected_logps"] - given["ref_rejected_logps"]

    aot (given.Number "beta") (given.NumberOr(0.0, "label_smoothing")) rejected chosen |> Reduce.mean

// Good and bad answers, one after another.
let private unpaired (loss: T -> T -> LossValues<T>) (given: Given) : T =
    let ratio (answer: string) = given[$"policy_{answer}_logps"] - given[$"ref_{answer}_logps"]
    let chosen, rejected = ratio "chosen", ratio "rejected"
    let all = DiffTensor.Concatenate(ReadOnlySpan [| chosen; rejected |], 0)
    let target = Array.append (Array.create chosen.Shape.Size 1.0) (Array.create rejected.Shape.Size -1.0)
    loss (DiffTensor.Create(target, [| target.Length |])) all |> Reduce.mean

let private kto (given: Given) : T =
    let options =
        {
            Beta = given.Number "beta"
            Divergence = given.NumberOr(0.0, "kl")
            DesirableWeight = given.NumberOr(1.0, "desirable_weight")
            UndesirableWeight = given.NumberOr(1.0, "undesirable_weight")
        }

    unpaired (kto options) given

let private rewardModel (given: Given) : T =
    bradleyTerry (given.NumberOr(0.0, "center_rewards_coefficient")) given["margin"] given["rewards_rejected"] given["rewards_chosen"]
    |> Reduce.mean

let private xpo (given: Given) : T =
    let sequence (name: string) = sumAlong 1 given[name]
    let ofModel = sequence "model_logprobs_model_data" - sequence "ref_logprobs_model_data"
    let ofReference = sequence "model_logprobs_ref_data" - sequence "ref_logprobs_ref_data"
    let isOfModel = given["chosen_mask"]
    let half = DiffTensor.Scalar 0.5
    let pick (a: T) (b: T) = Notation.ifLess half isOfModel a b
    let exploration = LossValues(DiffTensor.Scalar(given.Number "alpha") * sequence "model_logprobs_ref_data")

    preference (options given) (pick ofReference ofModel) (pick ofModel ofReference) + exploration |> Reduce.mean

/// Logits of a linear layer: the log-probabilities of the target's tokens, and what is ignored is 0.
module private Linear =

    let private tokens (given: Given) (input: string) (weight: string) : T =
        let x, shape = given[input], (given[input]).Shape
        let flat = reshape (Shape [| shape[0] * shape[1]; shape[2] |]) x
        let logits = DiffTensor.MatMul(flat, DiffTensor.Permute(given[weight], ReadOnlySpan [| 1; 0 |]))
        let labels = (given.Labels "targets").Reshape(Shape [| shape[0] * shape[1] |])
        let options = { CrossEntropyOptions.Default with IgnoreIndex = given.IntegerOr(-100, "ignore_index") }
        let losses = FSharp.Classification.crossEntropy options labels logits |> Reduce.none
        DiffTensor.Scalar -1.0 * reshape (Shape [| shape[0]; shape[1] |]) losses

    let private counts (given: Given) : T =
        let ignored = given.IntegerOr(-100, "ignore_index")
        let targets = given.Data "targets"
        let width = targets.Shape[1]
        let kept = targets.Data |> Array.map (fun label -> if int label = ignored then 0.0 else 1.0)
        DiffTensor.Create(kept |> Array.chunkBySize width |> Array.map Array.sum, [| targets.Shape[0] |])

    // The chosen answers come first, then the rejected ones.
    let private halves (x: T) : T * T =
        let half = x.Shape[0] / 2
        DiffTensor.Slice(x, 0, 0, half), DiffTensor.Slice(x, 0, half, half)

    let private sequences (isMean: bool) (given: Given) (input: string) (weight: string) : T =
        let sums = sumAlong 1 (tokens given input weight)
        if isMean then sums / counts given else sums

    let private likelihood (given: Given) : T =
        let chosen, _ = halves (tokens given "input" "weight")
        let count, _ = halves (counts given)
        DiffTensor.Scalar -1.0 * sumAll chosen / sumAll count

    let dpo (given: Given) : T =
        let isMean = given.Flag "average_log_prob"
        let ratio = sequences isMean given "input" "weight" - sequences isMean given "ref_input" "ref_weight"
        let chosen, rejected = halves ratio
        let loss = preference (options given) rejected chosen |> Reduce.mean

        if given.Flag "compute_nll_loss" then
            loss + DiffTensor.Scalar(given.Number "alpha") * likelihood given
        else
            loss

    let orpo (given: Given) : T =
        let chosen, rejected = halves (sequences true given "input" "weight")
        likelihood given + (orpo (given.Number "beta") rejected chosen |> Reduce.mean)

let private policy (given: Given) : T =
    let kind = if given.Word "loss_type" = "" then "grpo" else given.Word "loss_type"

    let options =
        {
            Form =
                match kind with
                | "cispo" -> PolicyForm.CISPO
                | "sapo" -> PolicyForm.SAPO
                | _ when given.Gives "sapo_temperature_pos" -> PolicyForm.SAPO
                | _ -> PolicyForm.Clipped
            Level =
                if given.Word "importance_sampling_level" = "sequence" then
                    PolicyLevel.Sequence
                else
                    PolicyLevel.Token
            Mean = if kind = "grpo" || kind = "sapo" then PolicyMean.Sequences else PolicyMean.Tokens
            EpsilonLow = given.NumberOr(0.2, "epsilon_low")
            EpsilonHigh = given.NumberOr(0.2, "epsilon_high")
            Delta = given.NumberOr(infinity, "delta")
            Beta = given.NumberOr(0.0, "beta")
            BiasCorrection = given.Flag "use_bias_correction_kl"
            TemperaturePositive = given.NumberOr(1.0, "sapo_temperature_pos")
            TemperatureNegative = given.NumberOr(1.05, "sapo_temperature_neg")
            Mask = given.Weights "mask"
            TokenWeights = given.Weights "vllm_is_ratio"
        }

    // What must be refused comes without numbers.
    let nothing = DiffTensor.Create([| 0.0 |], [| 1; 1 |])
    let x = if given.Has "per_token_logps" then given["per_token_logps"] else nothing
    let old = if given.Has "old_per_token_logps" then given["old_per_token_logps"] else Notation.detach x
    let reference = if given.Has "ref_per_token_logps" then given["ref_per_token_logps"] else old
    let advantages = if given.Has "advantages" then given["advantages"] else DiffTensor.Create([| 0.0 |], [| 1 |])
    let loss = policyGradient options advantages reference old x

    if kind = "dr_grpo" then
        Reduce.sum loss / DiffTensor.Scalar(float x.Shape[0] * given.Number "max_completion_length")
    elif given.Gives "num_items_in_batch" then
        Reduce.sum loss / DiffTensor.Scalar(given.Number "num_items_in_batch")
    else
        Reduce.mean loss

// One ratio for each answer: as if it were one token.
let private rloo (given: Given) : T =
    let x = given["per_token_logps"]
    let column (x: T) = reshape (Shape [| x.Shape[0]; 1 |]) x
    let own = Notation.weigh given["mask"] x |> sumAlong 1 |> column
    let old = column given["old_logps"]

    let options =
        { PolicyOptions.Default with
            EpsilonLow = given.Number "epsilon_low"
            EpsilonHigh = given.Number "epsilon_high"
        }

    policyGradient options given["advantages"] old old own |> Reduce.mean

let private policyReduction (given: Given) : T =
    let loss = LossValues given["per_token_loss"] |> Reduce.mask (given.Weights "mask")

    match given.Word "loss_type" with
    | "dr_grpo" -> Reduce.sum loss / DiffTensor.Scalar(float (given.Data "mask").Shape[0] * given.Number "max_completion_length")
    | _ -> Reduce.mean loss

let entries: (string * (Given -> T)) list =
    [
        for name in
            [
                "sigmoid"
                "hinge"
                "nca_pair"
                "bco_pair"
                "sppo_hard"
                "apo_zero"
                "apo_down"
                "discopop"
                "robust"
                "exo_pair"
                "ipo"
                "sigmoid_norm"
            ] do
            $"liger_trl/dpo_{name}", dpo
        "liger_trl/dpo_aot", aotOf true
        "liger_trl/dpo_aot_unpaired", aotOf false
        "liger_trl/fused_linear_dpo", Linear.dpo
        "liger_trl/cpo_sigmoid", withoutReference
        "liger_trl/cpo_hinge", withoutReference
        "liger_trl/cpo_ipo", withoutReference
        "liger_trl/simpo", withoutReference
        "liger_trl/tpo", withoutReference
        "liger_trl/orpo",
        (fun given -> orpo (given.Number "beta") given["policy_rejected_logps"] given["policy_chosen_logps"] |> Reduce.mean)
        "liger_trl/fused_linear_orpo", Linear.orpo
        "liger_trl/kto", kto
        "liger_trl/bco", (fun given -> unpaired (bco (given.Number "beta") (given.Number "delta")) given)
        "liger_trl/reward_bradley_terry", rewardModel
        "liger_trl/xpo", xpo
        for name in [ "grpo"; "grpo_bnpo"; "grpo_dr_grpo"; "grpo_dapo"; "grpo_cispo"; "grpo_sapo" ] do
            $"liger_trl/{name}", policy
        "liger_trl/grpo_vespo", (fun _ -> notCovered "VESPO's weight of a ratio")
        "liger_trl/grpo_reduction", policyReduction
        "liger_trl/rloo", rloo
    ]
