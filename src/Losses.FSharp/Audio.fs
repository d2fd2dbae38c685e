namespace Losses

open System.Runtime.CompilerServices
open Losses.FSharp.Notation

module internal Energies =

    /// That of the error, and that of the target.
    let inline ofBoth (x: 'T) (t: 'T) : Terms<'T> when 'T :> IReal<'T> =
        let d = t - x
        Terms(d * d, t * t)

/// <summary>The negated ratio of two energies in decibels, that of the target and that of the error: 10 log₁₀ ((Σ (t − x)² + ε) / (Σ t² + ε)).</summary>
[<Struct; NoEquality; NoComparison>]
type SignalToNoise =
    val private eps: float

    interface ISums with
        static member Count = 2

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x, t) = Energies.ofBoth x t

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Value sums =
            // 10 / log 10
            num 4.342944819032518 * (log (sums.A + num loss.eps) - log (sums.B + num loss.eps))

    /// <summary>The loss of its parameter.</summary>
    /// <param name="eps">ε, added to both energies, in squared units of the signal; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    new(eps: float) =
        Losses.FSharp.Check.notNegative (nameof eps) eps
        { eps = eps }

/// <summary>The energy of the error beside that of the target: Σ (t − x)² / (Σ t² + ε).</summary>
[<Struct; NoEquality; NoComparison>]
type ErrorToSignal =
    val private eps: float

    interface ISums with
        static member Count = 2

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x, t) = Energies.ofBoth x t

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Value sums = sums.A / (sums.B + num loss.eps)

    /// <summary>The loss of its parameter.</summary>
    /// <param name="eps">ε, added to the energy of the target, in squared units of the signal; finite, at least 0.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    new(eps: float) =
        Losses.FSharp.Check.notNegative (nameof eps) eps
        { eps = eps }

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// <summary>How a spectrum is made of a signal, as <c>torch.stft</c> does. <c>{ STFTOptions.Default with Size = 512 }</c></summary>
[<NoComparison; ReferenceEquality>]
type STFTOptions =
    {
        /// How many samples a frame has, from 1 to 4096. There are half as many bins, and one more.
        Size: int
        /// How many samples the next frame begins later: above 0.
        Hop: int
        /// What the samples of a frame are multiplied by, (L) with L of at most <c>Size</c>, zeros on both sides of it; none is the periodic Hann window of <c>Size</c>.
        Window: Weights
        /// Whether a frame is around its time instead of after it: the signal is then continued by its reflection, half a frame on both sides.
        IsCentred: bool
        /// What a power is raised to where it is less, in squared units of the signal; finite, at least 0.
        PowerFloor: float
    }

    /// Frames of 1024 samples, 256 apart, Hann's window, centred, a floor of 10⁻⁸ (auraloss's).
    static member Default = { Size = 1024; Hop = 256; Window = Weights.None; IsCentred = true; PowerFloor = 1e-8 }

    static member internal Given
        (size: Nullable<int>, hop: Nullable<int>, window: Weights | null, isCentred: Nullable<bool>, powerFloor: Nullable<float>)
        =
        let options = STFTOptions.Default

        {
            Size = size.GetValueOrDefault options.Size
            Hop = hop.GetValueOrDefault options.Hop
            Window = Option.ofObj window |> Option.defaultValue options.Window
            IsCentred = isCentred.GetValueOrDefault options.IsCentred
            PowerFloor = powerFloor.GetValueOrDefault options.PowerFloor
        }

/// <summary>The options of <c>multiResolutionStft</c>.</summary>
[<NoComparison; ReferenceEquality>]
type MultiResolutionSTFTOptions =
    {
        /// How many samples a frame of each resolution has.
        Sizes: int[]
        /// How many samples the next frame begins later, of each.
        Hops: int[]
        /// How long the periodic Hann window of each is; none: as long as the frame.
        WindowLengths: int[]
        /// What the spectral convergence counts; finite, at least 0.
        Convergence: float
        /// What the distance of the logarithms of the magnitudes counts; finite, at least 0.
        LogMagnitude: float
        /// What the distance of the magnitudes counts; finite, at least 0.
        Magnitude: float
        /// What a power is raised to where it is less, in squared units of the signal; finite, at least 0.
        PowerFloor: float
    }

    /// Frames of 1024, 2048 and 512 samples, 120, 240 and 50 apart, windows of 600, 1200 and 240; convergence and logarithms count 1, magnitudes 0; a floor of 10⁻⁸
    /// (auraloss's).
    static member Default =
        {
            Sizes = [| 1024; 2048; 512 |]
            Hops = [| 120; 240; 50 |]
            WindowLengths = [| 600; 1200; 240 |]
            Convergence = 1.0
            LogMagnitude = 1.0
            Magnitude = 0.0
            PowerFloor = 1e-8
        }

    static member internal Given
        (
            sizes: int[] | null,
            hops: int[] | null,
            windowLengths: int[] | null,
            convergence: Nullable<float>,
            logMagnitude: Nullable<float>,
            magnitude: Nullable<float>,
            powerFloor: Nullable<float>
        ) =
        let options = MultiResolutionSTFTOptions.Default

        {
            Sizes =
                match sizes with
                | null -> options.Sizes
                | sizes -> sizes
            Hops =
                match hops with
                | null -> options.Hops
                | hops -> hops
            // The default windows are those of the default frames.
            WindowLengths =
                match windowLengths, sizes with
                | null, null -> options.WindowLengths
                | null, _ -> [||]
                | lengths, _ -> lengths
            Convergence = convergence.GetValueOrDefault options.Convergence
            LogMagnitude = logMagnitude.GetValueOrDefault options.LogMagnitude
            Magnitude = magnitude.GetValueOrDefault options.Magnitude
            PowerFloor = powerFloor.GetValueOrDefault options.PowerFloor
        }

/// Powers of the frequencies of a signal's frames.
module private Spectrum =

    let checkAs (size: string) (hop: string) (options: STFTOptions) =
        Check.notNull "options" options
        Check.notNull "window" options.Window
        Check.notNegative "powerFloor" options.PowerFloor

        if options.Size < 1 || options.Size > 4096 then
            Check.outOfRange size (float options.Size) "from 1 to 4096"

        if options.Hop < 1 then
            Check.outOfRange hop (float options.Hop) "above 0"

        let window = options.Window

        if not window.IsNone && (window.Shape.Rank <> 1 || window.Shape.Size < 1 || window.Shape.Size > options.Size) then
            raise (ArgumentException($"window has shape {window.Shape}; it must be a vector of at most {options.Size} numbers.", "window"))

    let check (options: STFTOptions) = checkAs "size" "hop" options

    /// Periodic: that of one more sample, without the last.
    let hann (length: int) : float[] =
        Array.init length (fun n -> 0.5 *. Operators.(-) 1.0 (Double.CosPi(float (Operators.(*) 2 n) ./. float length)))

    // What the samples of a window are multiplied by, which begins so many after its frame: (rows, 2 K), cosines and then sines, rows of zeros after those of the window.
    let private basis (size: int) (window: float[]) (before: int) (rows: int) (like: 'T) : 'T :> ITensor<'T> =
        let bins = Operators.(+) (Operators.(/) size 2) 1
        let turn k = 2.0 *. float k ./. float size
        let cosines, sines = Array.init size (fun k -> Double.CosPi(turn k)), Array.init size (fun k -> Double.SinPi(turn k))

        let values =
            Indices.matrix rows (Operators.(*) 2 bins) (fun n column ->
                if n >= window.Length then
                    0.0
                else
                    // Whole turns apart, the angle is the same.
                    let angle = Operators.(*) (Operators.(+) before n) (column % bins) % size
                    window[n] *. (if column < bins then cosines[angle] else sines[angle]))

        'T.Create(like, ReadOnlySpan values, Shape [| rows; Operators.(*) 2 bins |])

    // (B, T) continued by its reflection at both ends.
    let private reflected (length: int) (x: 'T) : 'T :> ITensor<'T> =
        if length = 0 then
            x
        else
            let batch, last = x.Shape[0], Operators.(-) x.Shape[1] 1

            let side (place: int -> int) : 'T =
                'T.Gather(x, 1, Labels(ReadOnlySpan(Indices.matrix batch length (fun _ k -> place k)), Shape [| batch; length |]))

            let before, after = side (fun k -> Operators.(-) length k), side (fun k -> Operators.(-) (Operators.(-) last 1) k)
            'T.Concatenate(ReadOnlySpan [| before; x; after |], 1)

    /// (…, T) to (B, frames, bins). The frames themselves are never stored: of each the parts of one hop are rows of the signal, and their products with their parts of the
    /// basis add up.
    let powers (options: STFTOptions) (name: string) (x: 'T) : 'T :> ITensor<'T> =
        let axis = Check.vectorAxis name x.Shape
        let pad = if options.IsCentred then Operators.(/) options.Size 2 else 0
        let length = Operators.(+) x.Shape[axis] (Operators.(*) 2 pad)

        if x.Shape[axis] <= pad || length < options.Size then
            raise (
                ArgumentException($"{name} has shape {x.Shape}: {x.Shape[axis]} samples are too few for a frame of {options.Size}.", name)
            )

        let batch = x.Shape.Without(axis).Size
        let frames = Operators.(+) (Operators.(/) (Operators.(-) length options.Size) options.Hop) 1
        let bins = Operators.(+) (Operators.(/) options.Size 2) 1
        let window = if options.Window.IsNone then hann options.Size else options.Window.Values.ToArray()
        let size = window.Length
        let before = Operators.(/) (Operators.(-) options.Size size) 2
        // What is before the first window is in none.
        let x = x |> reshape (Shape [| batch; x.Shape[axis] |]) |> reflected pad
        let length = Operators.(-) length before
        let x: 'T = 'T.Slice(x, 1, before, length)

        let products: 'T =
            if size < options.Hop then
                // Between windows some samples are in none.
                let own k : 'T = 'T.Slice(x, 1, Operators.(*) k options.Hop, size)
                let all = 'T.Concatenate(ReadOnlySpan(Array.init frames own), 1) |> reshape (Shape [| batch; frames; size |])
                'T.MatMul(all, basis options.Size window before size x)
            else
                let hop = options.Hop
                let parts = Operators.(/) (Operators.(-) (Operators.(+) size hop) 1) hop
                let needed = Operators.(*) hop (Operators.(-) (Operators.(+) parts frames) 1)
                let basis = basis options.Size window before (Operators.(*) parts hop) x

                let x =
                    if needed <= length then
                        x
                    else
                        let rest = Shape [| batch; Operators.(-) needed length |]
                        'T.Concatenate(ReadOnlySpan [| x; 'T.Create(x, ReadOnlySpan(Array.zeroCreate rest.Size), rest) |], 1)

                let product (k: int) : 'T =
                    let first = Operators.(*) k hop
                    let rows = 'T.Slice(x, 1, first, Operators.(*) frames hop) |> reshape (Shape [| batch; frames; hop |])
                    'T.MatMul(rows, 'T.Slice(basis, 0, first, hop))

                Seq.init parts product |> Seq.reduce (fun a b -> a + b)

        let part start : 'T = 'T.Slice(products, 2, start, bins)
        part 0 * part 0 + part bins * part bins

    let floored (options: STFTOptions) (power: 'T) : 'T :> ITensor<'T> = max (num options.PowerFloor) power

    let magnitudes (options: STFTOptions) (power: 'T) : 'T :> ITensor<'T> = sqrt (floored options power)

    let sumOfFrames (x: 'T) : 'T :> ITensor<'T> = 'T.Sum(x, ReadOnlySpan [| 1; 2 |], false)

    let meanOfFrames (x: 'T) : 'T :> ITensor<'T> = sumOfFrames x / num (float (Operators.(*) x.Shape[1] x.Shape[2]))

    // ‖M_t − M_x‖ / ‖M_t‖
    let convergence (target: 'T) (prediction: 'T) : 'T :> ITensor<'T> =
        let d = target - prediction
        sqrt (sumOfFrames (d * d)) / sqrt (sumOfFrames (target * target))

    let apart (target: 'T) (prediction: 'T) : 'T :> ITensor<'T> = meanOfFrames (abs (target - prediction))

    // A magnitude is the root of a power.
    let logsApart (target: 'T) (prediction: 'T) : 'T :> ITensor<'T> = 0.5 .* apart (log target) (log prediction)

/// Losses of sound: of signals, and of their spectra.
[<AutoOpen>]
module Audio =

    /// zeroMean of <c>signalToNoise</c> where none is given.
    [<Literal>]
    let SignalToNoiseZeroMean = false

    /// eps of <c>signalToNoise</c> where none is given.
    [<Literal>]
    let SignalToNoiseEps = 1e-8

    /// zeroMean of <c>scaleInvariantSDR</c> where none is given.
    [<Literal>]
    let ScaleInvariantSDRZeroMean = true

    /// eps of <c>scaleInvariantSDR</c> where none is given.
    [<Literal>]
    let ScaleInvariantSDREps = 1e-8

    /// zeroMean of <c>permutationInvariantSDR</c> where none is given.
    [<Literal>]
    let PermutationInvariantSDRZeroMean = true

    /// eps of <c>permutationInvariantSDR</c> where none is given.
    [<Literal>]
    let PermutationInvariantSDREps = 1e-8

    /// preEmphasis of <c>errorToSignal</c> where none is given.
    [<Literal>]
    let ErrorToSignalPreEmphasis = 0.95

    /// eps of <c>errorToSignal</c> where none is given.
    [<Literal>]
    let ErrorToSignalEps = 1e-8

    /// squared of <c>melDistance</c> where none is given.
    [<Literal>]
    let MelDistanceSquared = false

    /// ofPowers of <c>melDistance</c> where none is given.
    [<Literal>]
    let MelDistanceOfPowers = false

    /// isLogarithm of <c>melDistance</c> where none is given.
    [<Literal>]
    let MelDistanceIsLogarithm = true

    /// eps of <c>melDistance</c> where none is given.
    [<Literal>]
    let MelDistanceEps = 1e-5

    // Signals of at least one sample, along the last axis.
    let private checkSignals (target: 'T) (prediction: 'T) : int when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        let axis = Check.vectorAxis (nameof prediction) prediction.Shape
        Check.notEmptyAxis (nameof prediction) prediction.Shape axis "samples"
        axis

    let private centredIf (zeroMean: bool) (x: 'T) : 'T :> ITensor<'T> = if zeroMean then centred (Operators.(-) x.Shape.Rank 1) x else x

    /// <summary>Signal-to-noise ratio, negated: how many decibels the energy of the error is below that of the target.</summary>
    /// <param name="zeroMean">Whether the means of both signals are taken off first.</param>
    /// <param name="eps">ε, added to both energies, in squared units of the signal; finite, at least 0.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Decibels, one for each signal; without ε −∞ where the two are equal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no samples.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>−10 log₁₀ ((Σ t² + ε) / (Σ (t − x)² + ε)). Another scale of both signals changes nothing but by ε. Not convex.
    /// Source: torchmetrics.audio.SignalNoiseRatio (1.8, 2025), without its sign; auraloss.time.SNRLoss (2020).</remarks>
    let signalToNoise (zeroMean: bool) (eps: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let loss = SignalToNoise eps
        let axis = checkSignals target prediction
        sums loss [| axis |] (centredIf zeroMean target) (centredIf zeroMean prediction)

    // Along the last axis; nothing is checked.
    let private scaleInvariant (eps: float) (target: 'T) (prediction: 'T) : 'T :> ITensor<'T> =
        let axis = Operators.(-) prediction.Shape.Rank 1
        let sum (x: 'T) : 'T = 'T.Sum(x, ReadOnlySpan [| axis |], true)
        let scale = (sum (prediction * target) + num eps) / (sum (target * target) + num eps)
        (sums (SignalToNoise eps) [| axis |] (expand target.Shape scale * target) prediction).Unchecked

    /// <summary>Scale-invariant signal-to-distortion ratio, negated: the same where the target may first be scaled to fit. With means taken off it is SI-SNR.</summary>
    /// <param name="zeroMean">Whether the means of both signals are taken off first.</param>
    /// <param name="eps">ε, added to energies and products, in squared units of the signal; finite, at least 0.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Decibels, one for each signal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no samples.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>−10 log₁₀ ((Σ s² + ε) / (Σ (s − x)² + ε)) with s = a t, a = (Σ x t + ε) / (Σ t² + ε). Another scale of the prediction changes nothing but by ε, nor does its
    /// sign. Not convex. Source: Le Roux, Wisdom, Erdogan and Hershey, SDR – half-baked or well done? (ICASSP 2019);
    /// torchmetrics.audio.ScaleInvariantSignalDistortionRatio (1.8, 2025), without its sign.</remarks>
    let scaleInvariantSDR (zeroMean: bool) (eps: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof eps) eps
        checkSignals target prediction |> ignore
        LossValues(scaleInvariant eps (centredIf zeroMean target) (centredIf zeroMean prediction))

    /// <summary>Permutation-invariant scale-invariant signal-to-distortion ratio, negated: of separated sources, whichever target is whose.</summary>
    /// <param name="zeroMean">Whether the means of the signals are taken off first.</param>
    /// <param name="eps">ε, added to energies and products, in squared units of the signal; finite, at least 0.</param>
    /// <param name="target">S sources of T samples each, S from 1 to 8: (…, S, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Decibels, one for each mixture: the shape without the last two axes.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, there are no samples, or no or more than eight sources.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>The least, over the permutations of the targets, of the mean over the sources of <c>scaleInvariantSDR</c>; found over subsets, S 2ˢ⁻¹ steps. Slope: that of the
    /// best permutation, of one of them where several are. Source: Yu, Kolbæk, Tan and Jensen (ICASSP 2017); torchmetrics.audio.PermutationInvariantTraining
    /// (1.8, 2025).</remarks>
    let permutationInvariantSDR (zeroMean: bool) (eps: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof eps) eps
        let axis = checkSignals target prediction
        let shape = prediction.Shape

        if shape.Rank < 2 || shape[-2] < 1 || shape[-2] > 8 then
            raise (
                ArgumentException($"prediction has shape {shape}; it must have from 1 to 8 sources and their samples.", nameof prediction)
            )

        let sources = shape[-2]
        Check.room (nameof prediction) shape (sources :: List.ofArray (shape.ToArray())) "the pairs of its sources"
        let all = shape.Insert(axis, sources)

        // (…, prediction, target)
        let beside (place: int) (x: 'T) : 'T = centredIf zeroMean x |> reshape (shape.Insert(place, 1)) |> expand all
        let losses = scaleInvariant eps (beside (Operators.(-) axis 1) target) (beside axis prediction)
        let mixtures = losses.Shape.Without(-1).Without(-1)

        let pair (row: int) (column: int) : 'T =
            'T.Slice('T.Slice(losses, Operators.(-) axis 1, row, 1), axis, column, 1) |> reshape mixtures

        // The least that the first of the predictions can be with the targets of a set.
        let best = Array.create (1 <<< sources) ValueNone

        for set in 1 .. Operators.(-) (1 <<< sources) 1 do
            let row = Operators.(-) (Numerics.BitOperations.PopCount(uint32 set)) 1

            for column in 0 .. Operators.(-) sources 1 do
                if set &&& (1 <<< column) <> 0 then
                    let own = pair row column

                    let total =
                        match best[set ^^^ (1 <<< column)] with
                        | ValueSome others -> others + own
                        | ValueNone -> own

                    best[set] <-
                        match best[set] with
                        | ValueSome least -> ValueSome(min least total)
                        | ValueNone -> ValueSome total

        LossValues(whole (best[best.Length |> Operators.(+) -1].Value / num (float sources)))

    /// <summary>Error-to-signal ratio: the energy of the error beside that of the target, high frequencies first made stronger.</summary>
    /// <param name="preEmphasis">a of the filter yₙ = xₙ − a xₙ₋₁, which both signals go through; finite, 0 for none.</param>
    /// <param name="eps">ε, added to the energy of the target, in squared units of the signal; finite, at least 0.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, at least 0, one for each signal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no samples.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="preEmphasis"/> is not finite, or <paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>Σ (t − x)² / (Σ t² + ε), of filtered signals. Convex in the prediction. Source: Wright and Välimäki, Perceptual loss function for neural modeling of audio
    /// systems (ICASSP 2020); auraloss.time.ESRLoss (2020).</remarks>
    let errorToSignal (preEmphasis: float) (eps: float) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.finite (nameof preEmphasis) preEmphasis
        let loss = ErrorToSignal eps
        let axis = checkSignals target prediction

        let filtered (x: 'T) : 'T =
            let rest = Operators.(-) x.Shape[axis] 1

            if preEmphasis = 0.0 || rest = 0 then
                x
            else
                let later = 'T.Slice(x, axis, 1, rest) - preEmphasis .* 'T.Slice(x, axis, 0, rest)
                'T.Concatenate(ReadOnlySpan [| 'T.Slice(x, axis, 0, 1); later |], axis)

        sums loss [| axis |] (filtered target) (filtered prediction)

    // The powers of both, given what is made of them.
    let private ofSpectra
        (options: STFTOptions)
        (loss: 'T -> 'T -> 'T)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Spectrum.check options
        let axis = checkSignals target prediction
        let value = loss (Spectrum.powers options (nameof target) target) (Spectrum.powers options (nameof prediction) prediction)
        LossValues(value |> reshape (prediction.Shape.Without axis) |> whole)

    /// <summary>Spectral convergence: how far the magnitudes of two spectra are apart, beside those of the target.</summary>
    /// <param name="options">Frames, window, padding, and the least power.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, at least 0, one for each signal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>‖M_t − M_x‖ / ‖M_t‖ over frames and frequencies of one signal, M = √max(re² + im², floor), the spectra as torch.stft has them. Slope of a power below the floor: 0.
    /// Source: Arık, Jun and Diamos, IEEE Signal Process. Lett. 26 (2019) 94–98; auraloss.freq.SpectralConvergenceLoss (2020), there over the whole batch.</remarks>
    let spectralConvergence (options: STFTOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let magnitudes = Spectrum.magnitudes options
        ofSpectra options (fun t x -> Spectrum.convergence (magnitudes t) (magnitudes x)) target prediction

    /// <summary>Distance of the logarithms of the magnitudes of two spectra.</summary>
    /// <param name="options">Frames, window, padding, and the least power.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Nepers, at least 0, one for each signal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over frames and frequencies of |log M_t − log M_x|, M = √max(re² + im², floor). Slope where two are equal, and of a power below the floor: 0.
    /// Source: Arık, Jun and Diamos, IEEE Signal Process. Lett. 26 (2019) 94–98; auraloss.freq.STFTMagnitudeLoss (2020).</remarks>
    let stftLogMagnitude (options: STFTOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let floored = Spectrum.floored options
        ofSpectra options (fun t x -> Spectrum.logsApart (floored t) (floored x)) target prediction

    /// <summary>Distance of the magnitudes of two spectra.</summary>
    /// <param name="options">Frames, window, padding, and the least power.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>Units of the signal, at least 0, one for each signal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over frames and frequencies of |M_t − M_x|, M = √max(re² + im², floor). Slope where two are equal, and of a power below the floor: 0.
    /// Source: Arık, Jun and Diamos, IEEE Signal Process. Lett. 26 (2019) 94–98; auraloss.freq.STFTMagnitudeLoss (2020).</remarks>
    let stftMagnitude (options: STFTOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let magnitudes = Spectrum.magnitudes options
        ofSpectra options (fun t x -> Spectrum.apart (magnitudes t) (magnitudes x)) target prediction

    /// <summary>Multi-resolution STFT loss: spectral convergence and distances of magnitudes, over spectra of short and of long frames.</summary>
    /// <param name="options">Frames of each resolution, what each part counts, and the least power.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>At least 0, one for each signal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, the samples are too few for a frame, or there are not as many hops or windows as resolutions, or
    /// none.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over the resolutions of w₁ <c>spectralConvergence</c> + w₂ <c>stftLogMagnitude</c> + w₃ <c>stftMagnitude</c>.
    /// Source: Yamamoto, Song and Kim, Parallel WaveGAN (ICASSP 2020); auraloss.freq.MultiResolutionSTFTLoss (2020).</remarks>
    let multiResolutionStft (options: MultiResolutionSTFTOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.notNull "sizes" options.Sizes
        Check.notNull "hops" options.Hops
        Check.notNull "windowLengths" options.WindowLengths
        Check.notNegative "convergence" options.Convergence
        Check.notNegative "logMagnitude" options.LogMagnitude
        Check.notNegative "magnitude" options.Magnitude
        let count = options.Sizes.Length

        if count = 0 then
            raise (ArgumentException("sizes is empty: there are no resolutions.", "sizes"))

        let sameCount (name: string) (length: int) =
            if length <> count then
                raise (ArgumentException($"{name} has {length} elements but sizes has {count}; they must be as many.", name))

        sameCount "hops" options.Hops.Length

        if options.WindowLengths.Length > 0 then
            sameCount "windowLengths" options.WindowLengths.Length

        let resolution k =
            let stft =
                {
                    Size = options.Sizes[k]
                    Hop = options.Hops[k]
                    Window = Weights.None
                    IsCentred = true
                    PowerFloor = options.PowerFloor
                }

            Spectrum.checkAs "sizes" "hops" stft

            if options.WindowLengths.Length = 0 then
                stft
            else
                let length = options.WindowLengths[k]

                if length < 1 || length > stft.Size then
                    Check.outOfRange "windowLengths" (float length) "above 0, and no longer than the frame"

                { stft with Window = Weights(ReadOnlySpan(Spectrum.hann length), Shape [| length |]) }

        let resolutions = Array.init count resolution
        let axis = checkSignals target prediction

        let loss (stft: STFTOptions) : 'T =
            let t = Spectrum.powers stft (nameof target) target |> Spectrum.floored stft
            let x = Spectrum.powers stft (nameof prediction) prediction |> Spectrum.floored stft

            let part (weight: float) (value: unit -> 'T) (sum: 'T voption) =
                if weight = 0.0 then
                    sum
                else
                    let own = weight .* value ()

                    match sum with
                    | ValueSome sum -> ValueSome(sum + own)
                    | ValueNone -> ValueSome own

            let sum =
                ValueNone
                |> part options.Convergence (fun () -> Spectrum.convergence (sqrt t) (sqrt x))
                |> part options.LogMagnitude (fun () -> Spectrum.logsApart t x)
                |> part options.Magnitude (fun () -> Spectrum.apart (sqrt t) (sqrt x))

            match sum with
            | ValueSome sum -> sum
            | ValueNone -> Spectrum.sumOfFrames (weigh (num 0.0) x)

        let total = resolutions |> Array.map loss |> Array.reduce (fun a b -> a + b)
        LossValues(total / num (float count) |> reshape (prediction.Shape.Without axis) |> whole)

    /// <summary>Distance of two spectra as a bank of filters hears them, usually on the mel scale.</summary>
    /// <param name="options">Frames, window, padding, and the least power.</param>
    /// <param name="squared">Whether differences are squared; else their absolute values are taken.</param>
    /// <param name="ofPowers">Whether the filters are given powers, without the floor; else magnitudes.</param>
    /// <param name="isLogarithm">Whether logarithms of what the filters give are compared.</param>
    /// <param name="eps">ε, added before the logarithm, in units of what the filters give; finite, at least 0.</param>
    /// <param name="filters">What each filter makes of each frequency: (M, bins), with half as many bins as a frame has samples, and one more.</param>
    /// <param name="target">Signals of T samples: (…, T).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>At least 0, one for each signal.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, the samples are too few for a frame, or the window does not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>The mean over frames and filters of |log(F s_t + ε) − log(F s_x + ε)|, or of its square, or without the logarithms. Slope where two are equal: 0.
    /// Source: auraloss.freq.MelSTFTLoss (2020); Kong, Kim and Bae, HiFi-GAN (NeurIPS 2020).</remarks>
    let melDistance
        (options: STFTOptions)
        (squared: bool)
        (ofPowers: bool)
        (isLogarithm: bool)
        (eps: float)
        (filters: 'T)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.notNegative (nameof eps) eps
        Check.notNull (nameof filters) filters
        Spectrum.check options
        let bins = Operators.(+) (Operators.(/) options.Size 2) 1

        if filters.Shape.Rank <> 2 || filters.Shape[0] < 1 || filters.Shape[1] <> bins then
            raise (
                ArgumentException(
                    $"filters has shape {filters.Shape} but a frame of {options.Size} samples has {bins} frequencies; it must be a matrix of so many columns.",
                    nameof filters
                )
            )

        let heard (power: 'T) : 'T =
            let spectrum = if ofPowers then power else Spectrum.magnitudes options power
            let heard = productsOfRows filters spectrum
            if isLogarithm then log (heard + num eps) else heard

        let loss (t: 'T) (x: 'T) : 'T =
            let d = heard t - heard x
            Spectrum.meanOfFrames (if squared then d * d else abs d)

        ofSpectra options loss target prediction
