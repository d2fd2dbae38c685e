/// The cases of lists in an order.
module Losses.Tests.Cases.Ranking

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

/// A case's lists along the last axis; segments of one list become lists that are filled up.
type private Lists = { Scores: T; Labels: T; Mask: Weights; Weights: Weights }

let private lists (given: Given) : Lists =
    let scores, labels = given.Any("scores", "logits"), given["labels"]
    let maskName = if given.Has "where" then "where" else "mask"

    if not (given.Has "segments") then
        {
            Scores = scores
            Labels = labels
            Mask = given.Weights maskName
            Weights = given.Weights "weights"
        }
    else
        let isThere = if given.Has maskName then given.Data(maskName).Data else Array.create scores.Shape.Size 1.0
        let segments = given.Integers "segments"

        let places =
            [| 0 .. segments.Length - 1 |]
            |> Array.filter (fun i -> isThere[i] > 0.0)
            |> Array.groupBy (fun i -> segments[i])
            |> Array.map snd

        let width = places |> Array.map _.Length |> Array.max
        let flat = places |> Array.collect (fun own -> Array.append own (Array.create (width - own.Length) -1))
        let shape = Shape [| places.Length; width |]
        let gathered (x: T) = DiffTensor.Gather(x, 0, Labels(ReadOnlySpan<int> flat, Shape [| flat.Length |])) |> reshape shape

        let padded (x: Weights) =
            if x.IsNone then
                x
            else
                let values = x.Values.ToArray()
                Weights(ReadOnlySpan(flat |> Array.map (fun place -> if place < 0 then 0.0 else values[place])), shape)

        {
            Scores = gathered scores
            Labels = gathered labels
            Mask = Weights(ReadOnlySpan(flat |> Array.map (fun place -> if place < 0 then 0.0 else 1.0)), shape)
            Weights = padded (given.Weights "weights")
        }

let private options (lists: Lists) : ListOptions = { Mask = lists.Mask; ItemWeights = lists.Weights }

// A mean of nothing is 0.
let private reduced (given: Given) (loss: LossValues<T>) : T =
    let reduction =
        match given.Word(if given.Case.Library = "optax" then "reduce_fn" else "reduction") with
        | "" when given.Case.Library = "optax" -> Reduction.None
        | ""
        | "mean" -> Reduction.Mean
        | "sum" -> Reduction.Sum
        | "none" -> Reduction.None
        | word when word.StartsWith("sum per list", StringComparison.Ordinal) -> Reduction.None
        | _ -> enum -1

    Reduce.using { Reducing.Default with Reduction = reduction; Empty = EmptyMean.Zero } loss

let private pairs (loss: 'L) (given: Given) : T when 'L: struct and 'L :> IPairs and 'L: (new: unit -> 'L) and 'L :> ValueType =
    let lists = lists given

    if given.Word "reduction" = "none" then
        notCovered "one value a pair; ours are of lists"

    let weighting =
        match given.Word "lambdaweight" with
        | "labeldiff" -> PairWeighting.LabelDifference
        | "dcg" -> PairWeighting.LambdaRank
        | "dcg2" -> PairWeighting.NDCGLoss2
        | _ -> PairWeighting.Same

    let scale =
        match weighting with
        | PairWeighting.LambdaRank
        | PairWeighting.NDCGLoss2 -> float lists.Scores.Shape[-1]
        | _ -> 1.0

    let options = { PairOptions.Default with Mask = lists.Mask; ItemWeights = lists.Weights; Weighting = weighting }

    scale * weightedPairs loss options lists.Labels lists.Scores |> reduced given

let private elementwise (loss: T -> T -> LossValues<T>) (given: Given) : T =
    let lists = lists given
    let values = loss lists.Labels lists.Scores |> Reduce.weigh lists.Weights
    let kept = if lists.Mask.IsNone then values else Reduce.mask lists.Mask values

    if (given.Word "reduction").StartsWith("sum per list", StringComparison.Ordinal) then
        Reduce.perSample Reduction.Sum kept
    else
        reduced given kept

let private lambda (weighting: PairWeighting) (given: Given) : T =
    let lists = lists given

    let options =
        { PairOptions.Default with
            Mask = lists.Mask
            Weighting = weighting
            Normalized = true
            Mu = given.NumberOr(10.0, "mu")
        }

    let scale =
        match given.Param "log_base" with
        | two when two.ValueKind = Text.Json.JsonValueKind.Number -> 1.0 / log (number two)
        | _ -> 1.0

    // A mean is over the lists.
    let values = scale * lambdaLoss (given.Number "sigma") options lists.Labels lists.Scores |> Reduce.none
    LossValues values |> given.Reduced

let private rankNet (given: Given) : T =
    let lists = lists given

    if given.Flag "ties" then
        notCovered "pairs of equal targets"

    let options =
        { PairOptions.Default with
            Mask = lists.Mask
            Weighting =
                match given.Word "weighting" with
                | "none" -> PairWeighting.Same
                | "label_difference" -> PairWeighting.LabelDifference
                | _ -> notCovered "weights of one's own for pairs"
        }

    let loss = weightedPairs (RankNet(given.Number "sigma")) options lists.Labels lists.Scores
    // Of each list over its pairs, if it has any.
    let values =
        if given.Flag "pair_mean" then
            loss.Values / Notation.max loss.Weights (Notation.num 1.0)
        else
            loss.Values

    LossValues values |> given.Reduced

let private pairWeightsOf (weighting: PairWeighting) (isScaled: bool) (given: Given) : T =
    let lists = lists given

    let options =
        { PairOptions.Default with
            Mask = lists.Mask
            ItemWeights = lists.Weights
            Weighting = weighting
            Normalized = given.Flag "normalize"
            TopN = given.IntegerOr(0, "topn")
        }

    let weights = pairWeights options lists.Labels lists.Scores
    let length = lists.Scores.Shape[-1]
    let flat = reshape ((lists.Scores.Shape.Without -1).Insert(lists.Scores.Shape.Rank - 1, length * length)) weights
    if isScaled then flat * DiffTensor.Scalar(float length) else flat

let private metric (metric: RankMetric) (step: RankStep) (given: Given) : T =
    let lists = lists given

    let options =
        {
            Metric = metric
            Step = step
            Temperature = given.NumberOr(1.0, "temperature")
            TopN = given.IntegerOr(0, "topn")
            Gain = if given.Word "gain" = "linear" then RankGain.Linear else RankGain.Exponential
            Mask = lists.Mask
        }

    let sign =
        if (given.Case.Source.GetProperty "semantics").ToString().StartsWith("the metric itself", StringComparison.Ordinal) then
            -1.0
        else
            1.0

    let loss = rankMetric options lists.Labels lists.Scores
    sign * loss |> reduced given

let private listMLE (ties: Ties) (given: Given) : T =
    let lists = lists given
    listMLE ties lists.Mask (lists.Labels.ToArray()) lists.Scores |> reduced given

let private listwise (loss: ListOptions -> T -> T -> LossValues<T>) (given: Given) : T =
    let lists = lists given
    loss (options lists) lists.Labels lists.Scores |> reduced given

let private clipped (labels: T) : T = Notation.max (Notation.num 0.0) (Notation.min (Notation.num 1.0) labels)

let entries: (string * (Given -> T)) list =
    [
        "rax/ranking_softmax_loss", listwise listNet
        "rax/ranking_poly1_softmax_loss", listwise (poly1ListNet 1.0)
        "rax/ranking_unique_softmax_loss", listwise uniqueSoftmax
        "rax/ranking_listmle_loss", listMLE Ties.ByPlace
        "rax/ranking_pairwise_hinge_loss", pairs (PairHinge())
        "rax/ranking_pairwise_logistic_loss", pairs (RankNet 1.0)
        "rax/ranking_pairwise_soft_zero_one_loss", pairs (PairZeroOne())
        "rax/ranking_pairwise_qr_loss", (fun given -> pairs (PairQuantile(given.NumberOr(0.5, "tau"), given.Flag "squared")) given)
        "rax/ranking_pairwise_mse_loss", listwise pairMSE
        "rax/ranking_pointwise_sigmoid_loss", elementwise (clipped >> bceWithLogits)
        "rax/ranking_pointwise_mse_loss", elementwise mse
        "rax/lambdaweight_dcg", pairWeightsOf PairWeighting.LambdaRank true
        "rax/lambdaweight_dcg2", pairWeightsOf PairWeighting.NDCGLoss2 true
        "rax/lambdaweight_labeldiff", pairWeightsOf PairWeighting.LabelDifference false
        for name, kind in
            [
                "mrr", RankMetric.MRR
                "recall", RankMetric.Recall
                "precision", RankMetric.Precision
                "ap", RankMetric.AveragePrecision
                "dcg", RankMetric.DCG
                "ndcg", RankMetric.NDCG
            ] do
            $"rax/approx_{name}_loss", metric kind RankStep.Sigmoid
            $"rax/bound_{name}_loss", metric kind RankStep.Hinge
        "order/approx_ndcg", metric RankMetric.NDCG RankStep.Sigmoid
        "order/ranknet", rankNet
        "order/listmle_stable", listMLE Ties.ByPlace
        "order/listmle_breslow", listMLE Ties.Breslow
        "order/listmle_efron", listMLE Ties.Efron
        "order/lambda_loss_lambda_rank", lambda PairWeighting.LambdaRank
        "order/lambda_loss_ndcg_loss2", lambda PairWeighting.NDCGLoss2
        "order/lambda_loss_ndcg_loss2pp", lambda PairWeighting.NDCGLoss2PlusPlus
        "optax/ranking_softmax", listwise listNet
    ]
