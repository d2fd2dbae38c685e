/// The cases of distances between samples, and of the dependence of paired ones.
module Losses.Tests.Cases.Transport

open Losses
open Losses.FSharp
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private points (loss: T -> T -> LossValues<T>) (given: Given) : T = loss given["y"] given["x"] |> Reduce.mean

let private transport (loss: TransportOptions -> T -> T -> LossValues<T>) (given: Given) : T =
    let options =
        {
            Epsilon = given.Number "eps"
            Iterations = given.Integer "iterations"
            Cost = (if given.Word "cost" = "squared" then TransportCost.Squared else TransportCost.HalfSquared)
            PredictionWeights = given.Weights "a"
            TargetWeights = given.Weights "b"
        }

    points (loss options) given

let private isUnbiased (given: Given) : bool = given.Word "estimator" = "unbiased"

let entries: (string * (Given -> T)) list =
    [
        "transport/sinkhorn_divergence", transport sinkhornDivergence
        "transport/entropic_ot", transport entropicTransport
        "transport/wasserstein_1d", (fun given -> points (wasserstein1d (given.Number "p") (given.Flag "root")) given)
        "transport/sliced_wasserstein",
        (fun given -> points (slicedWasserstein (given.Number "p") (given.Flag "root") given["projections"]) given)
        "transport/mmd_rbf", (fun given -> points (maximumMeanDiscrepancy (given.List "sigma") (isUnbiased given)) given)
        "transport/energy_distance", (fun given -> points (energyDistance (isUnbiased given)) given)
        "transport/hsic",
        (fun given ->
            let loss =
                if given.Word "kernel" = "linear" then
                    linearHsic (isUnbiased given)
                else
                    hsic (given.Number "sigma_x") (given.Number "sigma_y") (isUnbiased given)

            points loss given)
        "transport/cka_linear", points linearCka
    ]
