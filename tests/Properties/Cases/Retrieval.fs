/// The cases of items that belong and of others, and of what states are worth.
module Losses.Tests.Cases.Retrieval

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private reduced (given: Given) (loss: LossValues<T>) : T = given.Reduced loss

let private adversarial (given: Given) (negative: T) (positive: T) : T =
    let share = if given.Flag "halved" then 0.5 else 1.0

    share * selfAdversarial (given.Number "margin") (given.NumberOr(0.0, "adversarial_temperature")) negative positive
    |> given.Reduced

let private rotated (given: Given) : T =
    let head, phase, tail, others = given["head"], given["phase"], given["tail"], given["negative_tail"]
    // Each negative beside the head and its relation.
    let beside (x: T) (shape: Shape) : T = reshape (x.Shape.Insert(1, 1)) x |> expand shape
    let negative = rotate (beside phase (others.Shape.Without -1)) others (beside head others.Shape)
    adversarial given negative.Values (rotate phase tail head).Values

let private ends (given: Given) = (let support = given.Data("support").Data in struct (support[0], support[support.Length - 1]))

let private c51Of (given: Given) : T =
    let struct (lowest, highest) = ends given
    let discount, ended, reward, next = given.Number "gamma", given["done"], given["reward"], given["next_probabilities"]

    if given.Flag "kl" then
        let target = c51Target discount lowest highest ended reward next
        klDiv false target (logSoftmax -1 given["logits"]) |> Reduce.none |> sumAlong -1 |> LossValues |> given.Reduced
    else
        c51 discount lowest highest ended reward next given["logits"] |> given.Reduced

let private learned (given: Given) : T =
    let next = given["next_q"]
    let selector = if given.Flag "double" then given["next_q_online"] else next

    qLearning (given.Number "gamma") (given.Number "delta") (given.Labels "action") given["done"] given["reward"] selector next given["q"]
    |> Reduce.weigh (given.Weights "weight")
    |> given.Reduced

let entries: (string * (Given -> T)) list =
    [
        "retrieval/bpr", (fun given -> bpr given["negative"] given["positive"] |> reduced given)
        "retrieval/warp",
        (fun given ->
            let form = if given.Word "weight" = "log" then RankWeight.Logarithmic else RankWeight.Harmonic
            warp form (given.Number "margin") (given.Integers "rank") given["negative"] given["positive"] |> reduced given)
        "retrieval/sampled_softmax",
        (fun given ->
            let counts (name: string) = if given.Flag "correction" then given.Weights name else Weights.None

            let mask =
                if given.Has "hit" then
                    let hits = given.Data "hit"
                    Weights(ReadOnlySpan(hits.Data |> Array.map (fun hit -> 1.0 - hit)), Shape hits.Shape)
                else
                    Weights.None

            sampledSoftmax (counts "positive_q") (counts "negative_q") mask given["negative"] given["positive"] |> reduced given)
        "retrieval/nce_binary",
        (fun given ->
            let drawn = if given.Flag "multiply_k" then float given["negative"].Shape[-1] else 1.0

            let counts (name: string) =
                let q = given.Data name
                Weights(ReadOnlySpan(q.Data |> Array.map (fun q -> drawn * q)), Shape q.Shape)

            noiseContrastive (counts "positive_q") (counts "negative_q") given["negative"] given["positive"] |> reduced given)
        "retrieval/kg_self_adversarial", (fun given -> adversarial given given["negative"] given["positive"])
        "retrieval/rotate", rotated
        "distributional/c51", c51Of
        "distributional/td_huber", learned
        "sequence/crf_nll",
        (fun given ->
            let edge (name: string) = if given.Has name then given[name] else DiffTensor.Scalar 0.0
            let lengths = given.Integers "lengths"

            let loss =
                crf
                    lengths
                    (given.Labels "tags")
                    (edge "end_transitions")
                    (edge "start_transitions")
                    given["transitions"]
                    given["emissions"]

            if given.Word "reduction" = "token_mean" then
                Reduce.sum loss / DiffTensor.Scalar(float (Array.sum lengths))
            else
                given.Reduced loss)
        "sequence/soft_dtw",
        (fun given ->
            let gamma = given.Number "gamma"

            if given.Has "cost" then
                softDTWOfCosts gamma given["cost"] |> given.Reduced
            else
                softDTW gamma (given.Flag "normalize") given["y"] given["x"] |> given.Reduced)
    ]
