/// Losses of generative models and of images.
module Losses.Tests.Cases.Generation

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private constant (x: float) : T = DiffTensor.Scalar x

// (B, D) to (B)
let private rows (loss: LossValues<T>) : T = Reduce.none loss |> sumAlong -1

let private meanOfRows (loss: LossValues<T>) : T =
    let values = Reduce.none loss
    sumAlong -1 values / constant (float values.Shape[-1])

let private reduced (given: Given) (values: T) : T = LossValues values |> given.Reduced

// (B) beside (B, D)
let private column (given: Given) (name: string) (like: string) : T =
    let numbers = given[name]
    reshape (Shape [| numbers.Shape[0]; 1 |]) numbers |> expand given[like].Shape

let private critic (form: Adversarial) (given: Given) : T =
    Reduce.mean (criticOfReal form given["real"]) + Reduce.mean (criticOfFake form given["fake"])

let private generated (form: Adversarial) (given: Given) : T = generator form given["fake"] |> Reduce.mean

// Least squares with targets a, b and c.
let private nearTo (target: float) (x: T) : T = 0.5 * mse (expand x.Shape (constant target)) x |> Reduce.mean

let private betaVAE (given: Given) : T =
    let divergence = standardNormalKL given["log_variance"] given["mean"] |> rows
    let capacity = given.Number "capacity"

    let divergence =
        if capacity > 0.0 then
            l1 (expand divergence.Shape (constant capacity)) divergence |> Reduce.none
        else
            divergence

    rows (bceWithLogits given["target"] given["logits"]) + constant (given.Number "beta") * divergence |> reduced given

/// Weighted squared errors: a network is asked for the noise, for the data, or for a mixture.
module private Diffusion =

    // A number for each sample.
    let private weigh (weights: float[]) (values: T) : T = values * DiffTensor.Create(weights, [| weights.Length |])

    let steps (given: Given) : T =
        let target =
            match given.Word "prediction" with
            | "epsilon" -> given["noise"]
            | "x0" -> given["x0"]
            | _ -> column given "alpha" "x0" * given["noise"] - column given "sigma" "x0" * given["x0"]

        let snr = Array.map2 (fun alpha sigma -> (alpha / sigma) ** 2.0) (given.Data "alpha").Data (given.Data "sigma").Data

        let weight snr =
            match given.Word "weighting", given.Word "prediction" with
            | "", _ -> 1.0
            | "snr", _ -> snr
            | "p2", _ -> (given.Number "k" + snr) ** -(given.Number "gamma")
            | _, "epsilon" -> min snr (given.Number "gamma") / snr
            | _, "x0" -> min snr (given.Number "gamma")
            | _ -> min snr (given.Number "gamma") / (snr + 1.0)

        mse target given["output"] |> meanOfRows |> weigh (Array.map weight snr) |> reduced given

    let edm (given: Given) : T =
        let data = given.Number "sigma_data"
        let sigma = (given.Data "sigma").Data
        let sum sigma = sigma * sigma + data * data

        let per (f: float -> float) : T = DiffTensor.Create(Array.map f sigma, [| sigma.Length; 1 |]) |> expand given["x0"].Shape

        let denoised =
            if given.Word "output" = "network" then
                let noisy = given["x0"] + per id * given["noise"]

                per (fun sigma -> data * data / sum sigma) * noisy
                + per (fun sigma -> sigma * data / sqrt (sum sigma)) * given["output"]
            else
                given["output"]

        mse given["x0"] denoised
        |> meanOfRows
        |> weigh (sigma |> Array.map (fun sigma -> sum sigma / (sigma * data) ** 2.0))
        |> reduced given

    let flow (given: Given) : T =
        let target =
            if given.Word "path" = "noise_to_data" then
                given["data"] - constant (1.0 - given.Number "sigma_min") * given["noise"]
            else
                given["noise"] - given["data"]

        let values = mse target given["velocity"] |> meanOfRows
        (if given.Has "weight" then values * given["weight"] else values) |> reduced given

    let score (given: Given) : T =
        let variance = (given.Data "sigma").Data |> Array.map (fun sigma -> sigma * sigma)
        let per = column given "sigma" "clean"
        let target = (given["clean"] - given["noisy"]) / (per * per)
        let weights = if given.Word "weighting" = "sigma_squared" then variance else Array.map (fun _ -> 1.0) variance
        0.5 * mse target given["score"] |> rows |> weigh weights |> reduced given

// Of images with batch and channels.
let private similarity (border: ImageBorder) (axes: int) (given: Given) : LossValues<T> =
    let options =
        { SSIMOptions.Default with
            WindowSize = given.IntegerOr(11, "window_size")
            Border = border
            SpatialAxes = axes
        }

    ssim options (given.Any("img2", "target")) (given.Any("img1", "input"))

let entries: (string * (Given -> T)) list =
    [
        "kornia/ssim", (fun given -> 0.5 * similarity ImageBorder.Reflect 2 given |> given.Reduced)
        "kornia/ssim3d", (fun given -> similarity ImageBorder.Replicate 3 given |> given.Reduced)
        "monai/ssim",
        (fun given ->
            // Each image is the mean of its map.
            let values = similarity ImageBorder.Valid (given.Integer "spatial_dims") given |> Reduce.none
            let axes = Array.init (values.Shape.Rank - 1) (fun k -> k + 1)
            let count = float (values.Shape.Without 0).Size
            LossValues(DiffTensor.Sum(values, ReadOnlySpan axes, false) / constant count) |> given.Reduced)
        "generation/gan_nonsaturating_discriminator", critic Adversarial.NonSaturating
        "generation/gan_nonsaturating_generator", generated Adversarial.NonSaturating
        "generation/gan_saturating_generator", generated Adversarial.Saturating
        "generation/gan_hinge_discriminator", critic Adversarial.Hinge
        "generation/gan_hinge_generator", generated Adversarial.Hinge
        "generation/gan_least_squares_discriminator",
        (fun given ->
            if given.Number "a" = 0.0 && given.Number "b" = 1.0 then
                critic Adversarial.LeastSquares given
            else
                nearTo (given.Number "b") given["real"] + nearTo (given.Number "a") given["fake"])
        "generation/gan_least_squares_generator",
        (fun given ->
            if given.Number "c" = 1.0 then
                generated Adversarial.LeastSquares given
            else
                nearTo (given.Number "c") given["fake"])
        "generation/gan_wasserstein_critic", critic Adversarial.Wasserstein
        "generation/gan_wasserstein_generator", generated Adversarial.Wasserstein
        "kornia/total_variation", (fun given -> totalVariation (given.Word "reduction" = "mean") given["img"] |> Reduce.none)
        "kornia/psnr",
        (fun given ->
            // The logarithm of the squared error is what is left of it.
            let error = mse given["target"] given["image"] |> Reduce.mean
            DiffTensor.Scalar(10.0 / log 10.0) * Notation.log error)
        "generation/vae_kl_standard", (fun given -> standardNormalKL given["log_variance"] given["mean"] |> rows |> reduced given)
        "generation/gaussian_kl",
        (fun given -> normalKL given["log_variance2"] given["mean2"] given["log_variance1"] given["mean1"] |> rows |> reduced given)
        "generation/beta_vae", betaVAE
        "generation/diffusion", Diffusion.steps
        "generation/edm", Diffusion.edm
        "generation/flow_matching", Diffusion.flow
        "generation/denoising_score_matching", Diffusion.score
    ]
