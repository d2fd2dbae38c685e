/// The cases of times until something happens.
module Losses.Tests.Cases.Survival

open System
open Losses
open Losses.FSharp
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private events (given: Given) : bool[] = given.Data("events").Data |> Array.map (fun event -> event <> 0.0)

// There are cases without an event, whose mean is 0.
let private reduced (given: Given) (loss: LossValues<T>) : T =
    Reduce.using { Reducing.Default with Reduction = given.Reduction; Empty = EmptyMean.Zero } loss

let private cox (ties: Ties) (given: Given) : T =
    let options =
        {
            Ties = ties
            Strata = if given.Has "strata" then given.Integers "strata" else [||]
            SampleWeights = given.Weights "weights"
        }

    cox options (given.Data("durations").Data) (events given) given["log_hazards"] |> reduced given

let private intervals (loss: Labels -> bool[] -> T -> LossValues<T>) (given: Given) : T =
    loss (given.Labels "duration_index") (events given) given["logits"] |> given.Reduced

let private failureTime (times: FailureTimes) (given: Given) : T =
    let location = given["location"]

    let scale =
        if given.Has "scale" then
            given["scale"]
        else
            DiffTensor.Create(Array.create location.Shape.Size 1.0, location.Shape.ToArray())

    failureTime times scale given["upper"] given["lower"] location
    |> Reduce.weighAndCount (given.Weights "weights")
    |> given.Reduced

let entries: (string * (Given -> T)) list =
    [
        "survival/cox_partial_likelihood_breslow", cox Ties.Breslow
        "survival/cox_partial_likelihood_efron", cox Ties.Efron
        "survival/cox_case_control", (fun given -> coxCaseControl (given.Number "shrink") given["controls"] given["case"] |> Reduce.mean)
        "survival/logistic_hazard_nll", intervals logisticHazard
        "survival/pmf_nll", intervals intervalNLL
        "survival/mtlr_nll", intervals mtlr
        "survival/piecewise_constant_hazard_nll", (fun given -> intervals (piecewiseHazard given["interval_fraction"]) given)
        "survival/deephit_rank", (fun given -> intervals (deepHitRank (given.Number "sigma")) given)
        "survival/deephit_single", (fun given -> intervals (deepHit (given.Number "alpha") (given.Number "sigma")) given)
        "survival/aft_exponential", failureTime FailureTimes.Weibull
        "survival/aft_weibull", failureTime FailureTimes.Weibull
        "survival/aft_lognormal", failureTime FailureTimes.LogNormal
    ]
