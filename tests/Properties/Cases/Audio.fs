/// The cases of sound.
module Losses.Tests.Cases.Audio

open Losses
open Losses.FSharp
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private stft (given: Given) (floor: string) : STFTOptions =
    {
        Size = given.Integer "n_fft"
        Hop = given.Integer "hop"
        Window = Weights.None
        IsCentred = true
        PowerFloor = given.Number floor
    }

let private signals (loss: T -> T -> LossValues<T>) (given: Given) : T = loss given["target"] given["prediction"] |> given.Reduced

let private resolutions (given: Given) : MultiResolutionSTFTOptions =
    let sizes, hops =
        [| for pair in (given.Param "resolutions").EnumerateArray() -> pair[0].GetInt32(), pair[1].GetInt32() |] |> Array.unzip

    {
        Sizes = sizes
        Hops = hops
        WindowLengths = [||]
        Convergence = given.Number "w_sc"
        LogMagnitude = given.Number "w_log"
        Magnitude = given.Number "w_lin"
        PowerFloor = given.Number "eps"
    }

let entries: (string * (Given -> T)) list =
    [
        "audio/snr", (fun given -> signals (signalToNoise (given.Flag "zero_mean") (given.Number "eps")) given)
        "audio/si_sdr", (fun given -> signals (scaleInvariantSDR (given.Flag "zero_mean") (given.Number "eps")) given)
        "audio/pit_si_sdr", (fun given -> signals (permutationInvariantSDR (given.Flag "zero_mean") (given.Number "eps")) given)
        "audio/esr", (fun given -> signals (errorToSignal (given.Number "pre_emphasis") (given.Number "eps")) given)
        "audio/stft_spectral_convergence", (fun given -> signals (spectralConvergence (stft given "eps")) given)
        "audio/stft_log_magnitude", (fun given -> signals (stftLogMagnitude (stft given "eps")) given)
        "audio/stft_magnitude_l1", (fun given -> signals (stftMagnitude (stft given "eps")) given)
        "audio/multi_resolution_stft", (fun given -> signals (multiResolutionStft (resolutions given)) given)
        "audio/mel_distance",
        (fun given ->
            let loss =
                melDistance
                    (stft given "power_eps")
                    (given.Integer "norm" = 2)
                    (given.Integer "power" = 2)
                    (given.Flag "log")
                    (given.Number "eps")
                    given["filters"]

            signals loss given)
    ]
