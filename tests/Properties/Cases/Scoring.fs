/// Scores of ensembles, intervals and quantiles, and likelihoods of mixtures, in the cases.
module Losses.Tests.Cases.Scoring

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private scalar (x: float) : T = DiffTensor.Scalar x

let private fair (given: Given) = given.Word "estimator" = "fair"

let private spread (given: Given) (name: string) (like: string) : T = expand given[like].Shape given[name]

let private threshold (given: Given) (target: string) : T =
    twcrpsEnsemble (given.NumberOr(-infinity, "lower")) (given.NumberOr(infinity, "upper")) (fair given) -1 given[target] given["ensemble"]
    |> given.Reduced

let private studentT (target: string) (given: Given) : T =
    studentTNLL (spread given "df" target) (spread given "scale" target) given[target] (spread given "loc" target)
    |> given.Reduced

let private truncated (score: T -> T -> T -> T -> T -> LossValues<T>) (given: Given) : T =
    let at name = spread given name "obs"
    score (at "upper") (at "lower") (at "scale") given["obs"] (at "loc") |> given.Reduced

let private between (score: float -> float -> T -> T -> T -> LossValues<T>) (given: Given) (target: string) : T =
    let lower, upper = given.NumberOr(-infinity, "lower"), given.NumberOr(infinity, "upper")
    score lower upper (spread given "scale" target) given[target] (spread given "loc" target) |> given.Reduced

let private levels (given: Given) = if given.Gives "tau" then given.List "tau" else [||]

// What each level weighs in an integral over the levels.
let private levelWeights (given: Given) (levels: float[]) : float[] =
    let count = levels.Length

    let middle i =
        if i = 0 then 0.0
        elif i = count then 1.0
        else (levels[i - 1] + levels[i]) / 2.0

    levels
    |> Array.mapi (fun i level ->
        let length = if given.Word "rule" = "midpoints" then middle (i + 1) - middle i else 1.0 / float count

        match given.Word "weight" with
        | "center" -> length * level * (1.0 - level)
        | "tails" -> length * (2.0 * level - 1.0) * (2.0 * level - 1.0)
        | "right" -> length * level * level
        | "left" -> length * (1.0 - level) * (1.0 - level)
        | _ -> length)

let entries: (string * (Given -> T)) list =
    [
        "scoring/crps_ensemble",
        (fun given -> crpsEnsemble (fair given) (given.Integer "member_axis") given["obs"] given["ensemble"] |> given.Reduced)
        "scoring/twcrps_ensemble", (fun given -> threshold given "obs")
        "distributional/twcrps_ensemble_interval", (fun given -> threshold given "target")
        "scoring/energy_score",
        (fun given -> energyScore (given.Number "beta") (fair given) given["obs"] given["ensemble"] |> given.Reduced)
        "scoring/variogram_score",
        (fun given -> variogramScore (given.Number "p") (given.Weights "weights") given["obs"] given["ensemble"] |> given.Reduced)
        "scoring/dawid_sebastiani",
        (fun given ->
            match given.Word "form" with
            | "moments" -> dawidSebastiani (spread given "scale" "obs") given["obs"] (spread given "loc" "obs") |> given.Reduced
            | "ensemble" -> dawidSebastianiEnsemble (given.Integer "ddof" = 1) given["obs"] given["ensemble"] |> given.Reduced
            | _ -> dawidSebastianiMultivariate given["covariance"] given["obs"] given["loc"] |> given.Reduced)
        "scoring/weighted_interval_score",
        (fun given ->
            let weights = if given.Gives "weights" then Weights.op_Implicit (given.List "weights") else Weights.None

            weightedIntervalScore
                (given.List "alpha")
                weights
                (given.Number "weight_median")
                given["upper"]
                given["lower"]
                given["obs"]
                given["median"]
            |> given.Reduced)
        "robust/quantile_huber_pairwise",
        (fun given -> quantileHuberPairwise (given.Number "kappa") (levels given) given["target"] given["prediction"] |> given.Reduced)
        "distributional/qr_dqn",
        (fun given ->
            let next, kappa, x = given["next_quantiles"], given.Number "kappa", given["quantiles"]
            let column (name: string) = expand next.Shape (reshape (Shape [| next.Shape[0]; 1 |]) given[name])

            let target = column "reward" + scalar (given.Number "gamma") * (scalar 1.0 - column "done") * next

            // Some do not divide by κ, and some take the mean over the quantiles.
            let undivided = if given.Flag "divide_by_kappa" || kappa = 0.0 then 1.0 else kappa
            let averaged = if given.Word "over_quantiles" = "mean" then float x.Shape[-1] else 1.0
            (undivided / averaged) * quantileHuberPairwise kappa [||] target x |> given.Reduced)
        "distributional/crps_quantile_levels",
        (fun given ->
            let levels = (given.Data "levels").Data
            let losses = pinballOfLevels levels given["target"] given["quantiles"] |> Reduce.none
            let weights = expand losses.Shape (DiffTensor.Create(levelWeights given levels, [| levels.Length |]))
            2.0 * LossValues(sumAlong -1 (weights * losses)) |> given.Reduced)
        "distributional/mixture_density_nll",
        (fun given -> mixtureDensityNLL given["log_scale"] given["mean"] given["target"] given["logits"] |> given.Reduced)
        "likelihood/student_t_nll", studentT "target"
        "distributional/mvn_cholesky_nll",
        (fun given ->
            let diagonal =
                match given.Word "diagonal" with
                | "exp" -> CholeskyDiagonal.Exponential
                | "softplus" -> CholeskyDiagonal.Softplus
                | _ -> CholeskyDiagonal.Itself

            multivariateNormalNLL diagonal (given.Flag "full") given["cholesky"] given["target"] given["mean"] |> given.Reduced)
        "distributional/twcrps_logistic", (fun given -> between twcrpsLogistic given "target")
        "scoring/twcrps_normal", (fun given -> between twcrpsNormal given "obs")
        "scoring/crps_lognormal",
        (fun given -> crpsLogNormal (spread given "sigmalog" "obs") given["obs"] (spread given "mulog" "obs") |> given.Reduced)
        "scoring/crps_uniform",
        (fun given -> crpsUniform (spread given "upper" "obs") given["obs"] (spread given "lower" "obs") |> given.Reduced)
        "scoring/log_score_uniform",
        (fun given -> uniformNLL (spread given "upper" "obs") given["obs"] (spread given "lower" "obs") |> given.Reduced)
        "scoring/crps_student_t",
        (fun given ->
            crpsStudentT (spread given "df" "obs") (spread given "scale" "obs") given["obs"] (spread given "loc" "obs")
            |> given.Reduced)
        "scoring/crps_gamma",
        (fun given -> crpsGamma (spread given "rate" "obs") given["obs"] (spread given "shape" "obs") |> given.Reduced)
        "scoring/crps_truncated_normal", (fun given -> truncated crpsTruncatedNormal given)
        "scoring/log_score_truncated_normal", (fun given -> truncated truncatedNormalNLL given)
        "likelihood/von_mises_nll", (fun given -> vonMisesNLL given["concentration"] given["target"] given["loc"] |> given.Reduced)
        "robust/barron_adaptive",
        (fun given -> adaptiveRobust given["scale"] given["alpha"] given["target"] given["prediction"] |> given.Reduced)
        "scoring/crps_mixture_normal",
        (fun given -> crpsMixtureNormal given["scale"] given["loc"] given["obs"] given["weights"] |> given.Reduced)
        "likelihood/tweedie_deviance",
        (fun given -> tweedieDeviance (given.Number "power") given["target"] given["prediction"] |> given.Reduced)
        "robust/adaptive_wing",
        (fun given ->
            adaptiveWing
                (given.Number "omega")
                (given.Number "theta")
                (given.Number "epsilon")
                (given.Number "alpha")
                given["target"]
                given["prediction"]
            |> given.Reduced)
        "scoring/log_score_student_t", studentT "obs"
        // The logits of components are the logarithms of their weights.
        "scoring/log_score_mixture_normal",
        (fun given ->
            let mean = given["loc"]
            let deep (x: T) : T = reshape (Shape(Array.append (x.Shape.ToArray()) [| 1 |])) x
            mixtureDensityNLL (deep (log given["scale"])) (deep mean) (deep given["obs"]) (log given["weights"]) |> given.Reduced)
    ]
