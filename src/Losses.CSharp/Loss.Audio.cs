using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Audio.signalToNoise"/>
    public static LossValues<T> SignalToNoise<T>(
        T prediction,
        T target,
        bool zeroMean = Audio.SignalToNoiseZeroMean,
        double eps = Audio.SignalToNoiseEps
    )
        where T : ITensor<T> => Audio.signalToNoise(zeroMean, eps, target, prediction);

    /// <inheritdoc cref="Audio.scaleInvariantSDR"/>
    public static LossValues<T> ScaleInvariantSDR<T>(
        T prediction,
        T target,
        bool zeroMean = Audio.ScaleInvariantSDRZeroMean,
        double eps = Audio.ScaleInvariantSDREps
    )
        where T : ITensor<T> => Audio.scaleInvariantSDR(zeroMean, eps, target, prediction);

    /// <inheritdoc cref="Audio.permutationInvariantSDR"/>
    public static LossValues<T> PermutationInvariantSDR<T>(
        T prediction,
        T target,
        bool zeroMean = Audio.PermutationInvariantSDRZeroMean,
        double eps = Audio.PermutationInvariantSDREps
    )
        where T : ITensor<T> => Audio.permutationInvariantSDR(zeroMean, eps, target, prediction);

    /// <inheritdoc cref="Audio.errorToSignal"/>
    public static LossValues<T> ErrorToSignal<T>(
        T prediction,
        T target,
        double preEmphasis = Audio.ErrorToSignalPreEmphasis,
        double eps = Audio.ErrorToSignalEps
    )
        where T : ITensor<T> => Audio.errorToSignal(preEmphasis, eps, target, prediction);

    /// <summary>Spectral convergence: how far the magnitudes of two spectra are apart, beside those of the target.</summary>
    /// <param name="prediction">Signals of T samples: (…, T).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="size">How many samples a frame has, from 1 to 4096; 1024 by default.</param>
    /// <param name="hop">How many samples the next frame begins later, above 0; 256 by default.</param>
    /// <param name="window">What the samples of a frame are multiplied by; the periodic Hann window by default.</param>
    /// <param name="isCentred">Whether a frame is around its time, the signal continued by its reflection; it is by default.</param>
    /// <param name="powerFloor">What a power is raised to where it is less; 10⁻⁸ by default.</param>
    /// <exception cref="ArgumentException">The shapes differ, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>‖M_t − M_x‖ / ‖M_t‖, one for each signal. Source: Arık, Jun and Diamos (2019).</remarks>
    public static LossValues<T> SpectralConvergence<T>(
        T prediction,
        T target,
        int? size = null,
        int? hop = null,
        Weights? window = null,
        bool? isCentred = null,
        double? powerFloor = null
    )
        where T : ITensor<T> => Audio.spectralConvergence(STFTOptions.Given(size, hop, window, isCentred, powerFloor), target, prediction);

    /// <summary>Distance of the logarithms of the magnitudes of two spectra.</summary>
    /// <param name="prediction">Signals of T samples: (…, T).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="size">How many samples a frame has, from 1 to 4096; 1024 by default.</param>
    /// <param name="hop">How many samples the next frame begins later, above 0; 256 by default.</param>
    /// <param name="window">What the samples of a frame are multiplied by; the periodic Hann window by default.</param>
    /// <param name="isCentred">Whether a frame is around its time, the signal continued by its reflection; it is by default.</param>
    /// <param name="powerFloor">What a power is raised to where it is less; 10⁻⁸ by default.</param>
    /// <exception cref="ArgumentException">The shapes differ, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over frames and frequencies of |log M_t − log M_x|, one for each signal. Source: Arık, Jun and Diamos (2019).</remarks>
    public static LossValues<T> STFTLogMagnitude<T>(
        T prediction,
        T target,
        int? size = null,
        int? hop = null,
        Weights? window = null,
        bool? isCentred = null,
        double? powerFloor = null
    )
        where T : ITensor<T> => Audio.stftLogMagnitude(STFTOptions.Given(size, hop, window, isCentred, powerFloor), target, prediction);

    /// <summary>Distance of the magnitudes of two spectra.</summary>
    /// <param name="prediction">Signals of T samples: (…, T).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="size">How many samples a frame has, from 1 to 4096; 1024 by default.</param>
    /// <param name="hop">How many samples the next frame begins later, above 0; 256 by default.</param>
    /// <param name="window">What the samples of a frame are multiplied by; the periodic Hann window by default.</param>
    /// <param name="isCentred">Whether a frame is around its time, the signal continued by its reflection; it is by default.</param>
    /// <param name="powerFloor">What a power is raised to where it is less; 10⁻⁸ by default.</param>
    /// <exception cref="ArgumentException">The shapes differ, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over frames and frequencies of |M_t − M_x|, one for each signal. Source: Arık, Jun and Diamos (2019).</remarks>
    public static LossValues<T> STFTMagnitude<T>(
        T prediction,
        T target,
        int? size = null,
        int? hop = null,
        Weights? window = null,
        bool? isCentred = null,
        double? powerFloor = null
    )
        where T : ITensor<T> => Audio.stftMagnitude(STFTOptions.Given(size, hop, window, isCentred, powerFloor), target, prediction);

    /// <summary>Multi-resolution STFT loss: spectral convergence and distances of magnitudes, over spectra of short and of long frames.</summary>
    /// <param name="prediction">Signals of T samples: (…, T).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="sizes">How many samples a frame of each resolution has; 1024, 2048 and 512 by default.</param>
    /// <param name="hops">How many samples the next frame begins later; 120, 240 and 50 by default.</param>
    /// <param name="windowLengths">How long each Hann window is: as long as the frame by default, but 600, 1200 and 240 of the default frames.</param>
    /// <param name="convergence">What the spectral convergence counts; 1 by default.</param>
    /// <param name="logMagnitude">What the distance of the logarithms of the magnitudes counts; 1 by default.</param>
    /// <param name="magnitude">What the distance of the magnitudes counts; 0 by default.</param>
    /// <param name="powerFloor">What a power is raised to where it is less; 10⁻⁸ by default.</param>
    /// <exception cref="ArgumentException">The shapes differ, the samples are too few for a frame, or there are not as many of one as of another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over the resolutions, one for each signal. Source: Yamamoto, Song and Kim, Parallel WaveGAN (2020).</remarks>
    public static LossValues<T> MultiResolutionSTFT<T>(
        T prediction,
        T target,
        int[]? sizes = null,
        int[]? hops = null,
        int[]? windowLengths = null,
        double? convergence = null,
        double? logMagnitude = null,
        double? magnitude = null,
        double? powerFloor = null
    )
        where T : ITensor<T> =>
        Audio.multiResolutionStft(
            MultiResolutionSTFTOptions.Given(sizes, hops, windowLengths, convergence, logMagnitude, magnitude, powerFloor),
            target,
            prediction
        );

    /// <summary>Distance of two spectra as a bank of filters hears them, usually on the mel scale.</summary>
    /// <param name="prediction">Signals of T samples: (…, T).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="filters">What each filter makes of each frequency: (M, bins), with half as many bins as a frame has samples, and one more.</param>
    /// <param name="squared">Whether differences are squared; else their absolute values are taken.</param>
    /// <param name="ofPowers">Whether the filters are given powers, without the floor; else magnitudes.</param>
    /// <param name="isLogarithm">Whether logarithms of what the filters give are compared.</param>
    /// <param name="eps">ε, added before the logarithm; finite, at least 0.</param>
    /// <param name="size">How many samples a frame has, from 1 to 4096; 1024 by default.</param>
    /// <param name="hop">How many samples the next frame begins later, above 0; 256 by default.</param>
    /// <param name="window">What the samples of a frame are multiplied by; the periodic Hann window by default.</param>
    /// <param name="isCentred">Whether a frame is around its time, the signal continued by its reflection; it is by default.</param>
    /// <param name="powerFloor">What a power is raised to where it is less; 10⁻⁸ by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over frames and filters of |log(F s_t + ε) − log(F s_x + ε)|, one for each signal. Source: auraloss.freq.MelSTFTLoss (2020).</remarks>
    public static LossValues<T> MelDistance<T>(
        T prediction,
        T target,
        T filters,
        bool squared = Audio.MelDistanceSquared,
        bool ofPowers = Audio.MelDistanceOfPowers,
        bool isLogarithm = Audio.MelDistanceIsLogarithm,
        double eps = Audio.MelDistanceEps,
        int? size = null,
        int? hop = null,
        Weights? window = null,
        bool? isCentred = null,
        double? powerFloor = null
    )
        where T : ITensor<T> =>
        Audio.melDistance(
            STFTOptions.Given(size, hop, window, isCentred, powerFloor),
            squared,
            ofPowers,
            isLogarithm,
            eps,
            filters,
            target,
            prediction
        );
}
