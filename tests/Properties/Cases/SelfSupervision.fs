/// The cases of views of a batch, and of distances between samples.
module Losses.Tests.Cases.SelfSupervision

open Losses
open Losses.FSharp
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

// One direction, or both, of which each counts so much.
let private directions (share: float) (loss: T -> T -> LossValues<T>) (given: Given) : T =
    let first = loss given["z2"] given["p1"] |> Reduce.mean

    if given.Has "p2" then
        DiffTensor.Scalar share * (first + Reduce.mean (loss given["z1"] given["p2"]))
    else
        first

let private vicReg (given: Given) : T =
    let options =
        {
            Invariance = given.Number "invariance"
            Variance = given.Number "variance"
            Covariance = given.Number "covariance"
            Gamma = given.Number "gamma"
            Eps = given.Number "eps"
        }

    vicReg options given["z2"] given["z1"] |> Reduce.mean

let entries: (string * (Given -> T)) list =
    [
        "selfsup/barlow_twins",
        (fun given ->
            barlowTwins (given.Number "lambda") (given.Integer "ddof" = 1) (given.Number "eps") given["z2"] given["z1"]
            |> Reduce.mean)
        "selfsup/vicreg", vicReg
        "selfsup/siglip",
        (fun given -> sigLip (given.Flag "normalize") given["bias"] given["log_temperature"] given["text"] given["image"] |> Reduce.mean)
        "selfsup/dcl",
        (fun given ->
            let byView = given.Word "denominator" = "per_view"

            decoupledContrastive byView (given.NumberOr(infinity, "sigma")) (given.Number "temperature") given["z2"] given["z1"]
            |> Reduce.mean)
        "selfsup/swav", (fun given -> swav (given.Number "temperature") given["codes"] given["scores"] |> Reduce.mean)
        "selfsup/dino",
        (fun given ->
            dino
                (given.Number "teacher_temperature")
                (given.Number "student_temperature")
                given["center"]
                given["teacher"]
                given["student"]
            |> Reduce.mean)
        "selfsup/byol", directions 1.0 byol
        "selfsup/simsiam", directions 0.5 simSiam
    ]
