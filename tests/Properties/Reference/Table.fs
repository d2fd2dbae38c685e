module Losses.Tests.Reference.Table

open System
open Losses
open Losses.FSharp
open Losses.Tests.Reference.Cases

/// What a loss of PyTorch is here: its options from the case's parameters, its tensors by the names of PyTorch's arguments.
type Entry =
    abstract Output<'T when 'T :> ITensor<'T>> : case: Case * input: (string -> 'T) -> 'T

let private reduced (case: Case) (loss: LossValues<'T>) : 'T :> ITensor<'T> = Reduce.by case.Reduction loss

let private nllOptions (case: Case) =
    { ClassOptions.Default with
        ClassWeights = case.Weights "weight"
        IgnoreIndex = case.Integer "ignore_index"
    }

let private crossEntropyOptions (case: Case) =
    { CrossEntropyOptions.Default with
        ClassWeights = case.Weights "weight"
        IgnoreIndex =
            if case.Params.ContainsKey "ignore_index" then
                case.Integer "ignore_index"
            else
                CrossEntropyOptions.Default.IgnoreIndex
        LabelSmoothing = case.Number "label_smoothing"
    }

let private isOfProbabilities (case: Case) = case.Params.ContainsKey "target_kind" && case.Text "target_kind" = "probabilities"

/// PyTorch's name → the loss. A loss that is not here is reported as not covered.
let losses: Map<string, Entry> =
    Map
        [
            "l1",
            { new Entry with
                member _.Output(case, input) = l1 (input "target") (input "input") |> reduced case
            }
            "mse",
            { new Entry with
                member _.Output(case, input) = mse (input "target") (input "input") |> reduced case
            }
            "smooth_l1",
            { new Entry with
                member _.Output(case, input) = smoothL1 (case.Number "beta") (input "target") (input "input") |> reduced case
            }
            "huber",
            { new Entry with
                member _.Output(case, input) = huber (case.Number "delta") (input "target") (input "input") |> reduced case
            }
            "binary_cross_entropy",
            { new Entry with
                member _.Output(case, input) = bce (input "target") (input "input") |> Reduce.weigh (case.Weights "weight") |> reduced case
            }
            "binary_cross_entropy_with_logits",
            { new Entry with
                member _.Output(case, input) =
                    balancedBceWithLogits (case.Weights "pos_weight") (input "target") (input "input")
                    |> Reduce.weigh (case.Weights "weight")
                    |> reduced case
            }
            "nll",
            { new Entry with
                member _.Output(case, input) = nll (nllOptions case) (case.Labels "target") (input "input") |> reduced case
            }
            "cross_entropy",
            { new Entry with
                member _.Output(case, input) =
                    let options = crossEntropyOptions case

                    if isOfProbabilities case then
                        crossEntropyWithProbabilities options (input "target") (input "input") |> reduced case
                    else
                        crossEntropy options (case.Labels "target") (input "input") |> reduced case
            }
            "kl_div",
            { new Entry with
                member _.Output(case, input) = klDiv (case.Flag "log_target") (input "target") (input "input") |> reduced case
            }
            "cosine_similarity",
            { new Entry with
                member _.Output(case, input) = cosineSimilarity (case.Integer "dim") (case.Number "eps") (input "x2") (input "x1")
            }
            "pairwise_distance",
            { new Entry with
                member _.Output(case, input) =
                    pairwiseDistance (case.Number "p") (case.Number "eps") (case.Flag "keepdim") (input "x2") (input "x1")
            }
            "softmax",
            { new Entry with
                member _.Output(case, input) = softmax (case.Integer "dim") (input "input")
            }
            "log_softmax",
            { new Entry with
                member _.Output(case, input) = logSoftmax (case.Integer "dim") (input "input")
            }
            "sigmoid",
            { new Entry with
                member _.Output(_, input) = sigmoid (input "input")
            }
            "log_sigmoid",
            { new Entry with
                member _.Output(_, input) = logSigmoid (input "input")
            }
            "soft_margin",
            { new Entry with
                member _.Output(case, input) = softMargin (input "target") (input "input") |> reduced case
            }
            "hinge_embedding",
            { new Entry with
                member _.Output(case, input) = hingeEmbedding (case.Number "margin") (input "target") (input "input") |> reduced case
            }
            "margin_ranking",
            { new Entry with
                member _.Output(case, input) =
                    marginRanking (case.Number "margin") (input "target") (input "input2") (input "input1") |> reduced case
            }
            "poisson_nll",
            { new Entry with
                member _.Output(case, input) =
                    poissonNLL (case.Flag "log_input") (case.Flag "full") (case.Number "eps") (input "target") (input "input")
                    |> reduced case
            }
            "gaussian_nll",
            { new Entry with
                member _.Output(case, input) =
                    gaussianNLL (case.Flag "full") (case.Number "eps") (input "variance") (input "target") (input "input") |> reduced case
            }
            "multi_margin",
            { new Entry with
                member _.Output(case, input) =
                    multiMargin (case.Integer "p") (case.Number "margin") (case.Weights "weight") (case.Labels "target") (input "input")
                    |> reduced case
            }
            "multilabel_margin",
            { new Entry with
                member _.Output(case, input) = multiLabelMargin (case.Labels "target") (input "input") |> reduced case
            }
            "multilabel_soft_margin",
            { new Entry with
                member _.Output(case, input) = multiLabelSoftMargin (case.Weights "weight") (input "target") (input "input") |> reduced case
            }
            "cosine_embedding",
            { new Entry with
                member _.Output(case, input) =
                    cosineEmbedding (case.Number "margin") (input "target") (input "input2") (input "input1") |> reduced case
            }
            "triplet_margin",
            { new Entry with
                member _.Output(case, input) =
                    let options =
                        {
                            Margin = case.Number "margin"
                            P = case.Number "p"
                            Eps = case.Number "eps"
                            Swap = case.Flag "swap"
                        }

                    tripletMargin options (input "negative") (input "positive") (input "anchor") |> reduced case
            }
            "triplet_margin_with_distance",
            { new Entry with
                member _.Output(case, input) =
                    let distance a b = cosineDistance b a

                    tripletMarginWithDistance
                        distance
                        (case.Number "margin")
                        (case.Flag "swap")
                        (input "negative")
                        (input "positive")
                        (input "anchor")
                    |> reduced case
            }
            "ctc",
            { new Entry with
                member _.Output(case, input) =
                    let options = { Blank = case.Integer "blank"; ZeroInfinity = case.Flag "zero_infinity" }

                    let lengths name = (case.Labels name).Indices.ToArray()

                    logSoftmax -1 (input "logits")
                    |> ctc options (lengths "input_lengths") (lengths "target_lengths") (case.Labels "targets")
                    |> reduced case
            }
        ]
