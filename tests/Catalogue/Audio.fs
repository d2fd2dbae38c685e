namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// What is before the formulas' notation: where the samples of a frame are, and what they are multiplied by.
module private Frame =

    /// The samples of each frame, of a signal that is continued by its reflection.
    let places (size: int) (hop: int) (isCentred: bool) (length: int) : int[][] =
        let pad = if isCentred then size / 2 else 0

        let at k =
            let k = abs (k - pad)
            if k >= length then 2 * (length - 1) - k else k

        Array.init ((length + 2 * pad - size) / hop + 1) (fun frame -> Array.init size (fun n -> at (frame * hop + n)))

    /// Hann's window of a length.
    let hann (length: int) : float[] = Array.init length (fun k -> 0.5 - 0.5 * cos (2.0 * Math.PI * float k / float length))

    /// A window in the middle of a frame: what it counts, and where.
    let inside (size: int) (window: float[]) : (float * int)[] =
        window |> Array.mapi (fun k weight -> weight, (size - window.Length) / 2 + k)

    /// For each frequency, cosine and sine at each sample.
    let waves (size: int) : (float * float)[][] =
        Array.init (size / 2 + 1) (fun k ->
            Array.init size (fun n ->
                let angle = 2.0 * float (k * n % size) / float size
                Double.CosPi angle, Double.SinPi angle))

    let permutations (count: int) : int list list =
        let rec orders (rest: int list) =
            match rest with
            | [] -> [ [] ]
            | _ -> rest |> List.collect (fun first -> orders (List.except [ first ] rest) |> List.map (fun others -> first :: others))

        orders [ 0 .. count - 1 ]

    let plus (a: float) (b: float) = a + b

    let minus (a: float) (b: float) = a - b

/// Losses of sound: the sums of the textbook.
module Audio =

    open Losses.FSharp.Notation

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Formulas.total terms

    let private numbers (random: Random) (format: Format) (count: int) =
        Array.init count (fun _ -> format.Round(Frame.minus (8.0 *. random.NextDouble()) 4.0))

    let private decibels: float = 10.0 ./. Math.Log 10.0

    let private centred (zeroMean: bool) (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
        if zeroMean then
            let mean = total x / num (float x.Length)
            x |> Array.map (fun y -> y - mean)
        else
            x

    let private noise (eps: float) (t: 'T[]) (x: 'T[]) : 'T :> IReal<'T> =
        num decibels * (log (Formulas.squares (Formulas.minus t x) + num eps) - log (Formulas.squares t + num eps))

    let private scaled (eps: float) (t: 'T[]) (x: 'T[]) : 'T :> IReal<'T> =
        let scale = (Formulas.dot x t + num eps) / (Formulas.squares t + num eps)
        noise eps (t |> Array.map (fun y -> scale * y)) x

    let private between
        (name: string)
        (draw: Random -> Format -> int -> float[][] * int[])
        (formula: Formula)
        (call: Call)
        (operands: Operand list)
        =
        { Entry.rows name operands draw formula call with IsComposed = true }

    let private both (random: Random) (format: Format) (width: int) = [| numbers random format width; numbers random format width |], [||]

    let private pair = [ Operand.any "prediction"; Operand.any "target" ]

    let private slack (condition: string) (value: float[][] -> float) (slope: float[][] -> float) (entry: Entry) =
        entry
        |> Entry.given condition Entry.elementary (fun _ sample ->
            let value, slope = value sample.Operands, slope sample.Operands

            {
                Value = fun _ -> value
                Slope = fun _ _ -> slope
                Relative = 4.0
            })

    // One over what is left of the energy.
    let private inverse (energy: float) = 1.0 ./. Math.Max(1e-12, energy)

    let private residual (zeroMean: bool) (x: float[][]) =
        let centred (x: float[]) =
            if zeroMean then
                let mean = Array.average x
                x |> Array.map (fun y -> Frame.minus y mean)
            else
                x

        let x, t = centred x[0], centred x[1]
        let square (x: float[]) = x |> Array.sumBy (fun y -> y *. y)
        let shared = Array.fold2 (fun sum a b -> Frame.plus sum (a *. b)) 0.0 x t
        let left = Frame.minus (square x) (shared *. shared ./. square t)
        let error = square (Array.map2 Frame.minus x t)
        inverse (Math.Min(Math.Min(left, error), Math.Min(square t, shared *. shared ./. square t)))

    let private ratio (zeroMean: bool) (eps: float) =
        pair
        |> between
            $"signalToNoise zeroMean {zeroMean} eps {eps}"
            both
            { new Formula with
                member _.Of(x, _, _) = [| noise eps (centred zeroMean x[1]) (centred zeroMean x[0]) |]
            }
            { new Call with
                member _.Of(x, _) = signalToNoise zeroMean eps x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 3; 4; 8 ] }
        |> Entry.withArguments [ "zeroMean", box zeroMean; "eps", box eps ]
        |> slack
            "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the energies"
            (fun x -> 1e3 *. Frame.plus 1.0 (residual zeroMean x))
            (fun x -> 1e3 *. Math.Pow(Frame.plus 1.0 (residual zeroMean x), 2.0))
        |> Entry.promises [ Asymmetric ]

    let private distortion (zeroMean: bool) (eps: float) =
        pair
        |> between
            $"scaleInvariantSDR zeroMean {zeroMean} eps {eps}"
            both
            { new Formula with
                member _.Of(x, _, _) = [| scaled eps (centred zeroMean x[1]) (centred zeroMean x[0]) |]
            }
            { new Call with
                member _.Of(x, _) = scaleInvariantSDR zeroMean eps x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 4; 5; 8 ] }
        |> Entry.withArguments [ "zeroMean", box zeroMean; "eps", box eps ]
        |> slack
            "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the energies"
            (fun x -> 1e3 *. Frame.plus 1.0 (residual zeroMean x))
            (fun x -> 1e4 *. Math.Pow(Frame.plus 1.0 (residual zeroMean x), 2.0))

    let private sources = 3

    let private permuted (zeroMean: bool) =
        let rowsOf (x: 'a[]) : 'a[][] = Array.splitInto sources x

        // With two of a kind the mean of their losses is too near for a choice.
        [
            Operand.laid (Layout.Blocks sources) (Operand.any "prediction")
            Operand.laid (Layout.Blocks sources) (Operand.any "target")
        ]
        |> between
            $"permutationInvariantSDR zeroMean {zeroMean}"
            (fun random format width -> both random format (Operators.(*) sources width))
            { new Formula with
                member _.Of(x, _, _) =
                    let x, t = rowsOf x[0] |> Array.map (centred zeroMean), rowsOf x[1] |> Array.map (centred zeroMean)
                    let losses = x |> Array.map (fun x -> t |> Array.map (fun t -> scaled 1e-3 t x))

                    let means =
                        Frame.permutations sources
                        |> List.map (fun order ->
                            (order |> Seq.mapi (fun row column -> losses[row].[column]) |> total) / num (float sources))

                    [| List.reduce min means |]
            }
            { new Call with
                member _.Of(x, _) = permutationInvariantSDR zeroMean 1e-3 x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 4; 5 ] }
        |> Entry.withArguments [ "zeroMean", box zeroMean; "eps", box 1e-3 ]
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms, over the energies" (fun _ -> 1e6) (fun _ -> 1e8)

    let private errorEnergy (preEmphasis: float) =
        let filtered (x: 'T[]) : 'T[] when 'T :> IReal<'T> =
            if preEmphasis = 0.0 then
                x
            else
                Array.append [| x[0] |] (Array.pairwise x |> Array.map (fun (before, y) -> y - preEmphasis .* before))

        pair
        |> between
            $"errorToSignal preEmphasis {preEmphasis}"
            both
            { new Formula with
                member _.Of(x, _, _) =
                    let x, t = filtered x[0], filtered x[1]
                    [| Formulas.squares (Formulas.minus t x) / (Formulas.squares t + num 0.125) |]
            }
            { new Call with
                member _.Of(x, _) = errorToSignal preEmphasis 0.125 x[1] x[0]
            }
        |> fun entry -> { entry with Widths = [ 1; 2; 3; 8 ] }
        |> Entry.withArguments [ "preEmphasis", box preEmphasis; "eps", box 0.125 ]
        |> slack "numbers up to 4 in size; + 2⁻³⁷ of the terms" (fun _ -> 1e4) (fun _ -> 1e5)
        |> Entry.promises [ NonNegative; Convex [ 0 ] ]

    let private powers (size: int) (hop: int) (window: float[]) (isCentred: bool) (x: 'T[]) : 'T[][] when 'T :> IReal<'T> =
        let window, waves = Frame.inside size window, Frame.waves size

        Frame.places size hop isCentred x.Length
        |> Array.map (fun places ->
            waves
            |> Array.map (fun wave ->
                let sum (part: float * float -> float) : 'T =
                    window |> Array.map (fun (weight, n) -> num (part wave[n]) * (num weight * x[places[n]])) |> total

                let re, im = sum fst, sum snd
                re * re + im * im))

    let private floor = 1e-3

    let private floored (power: 'T[][]) : 'T[] when 'T :> IReal<'T> = Array.concat power |> Array.map (max (num floor))

    let private magnitudes (power: 'T[][]) : 'T[] when 'T :> IReal<'T> = floored power |> Array.map sqrt

    let private mean (x: 'T[]) : 'T :> IReal<'T> = total x / num (float x.Length)

    let private converged (t: 'T[][]) (x: 'T[][]) : 'T :> IReal<'T> =
        let t, x = magnitudes t, magnitudes x
        sqrt (Formulas.squares (Formulas.minus t x)) / sqrt (Formulas.squares t)

    let private apart (t: 'T[][]) (x: 'T[][]) : 'T :> IReal<'T> = Formulas.minus (magnitudes t) (magnitudes x) |> Array.map abs |> mean

    let private logsApart (t: 'T[][]) (x: 'T[][]) : 'T :> IReal<'T> =
        Array.map2 (fun t x -> abs (log t - log x) / num 2.0) (floored t) (floored x) |> mean

    // A magnitude is steep next to the floor, and another side of it is as near as rounding.
    let private spectral (entry: Entry) =
        { entry with Widths = [ 9; 6 ]; Plain = fun random format width -> entry.Draw random format width }
        |> slack "numbers up to 4 in size, powers of at least 10⁻³; + 2⁻³⁷ of the terms" (fun _ -> 1e5) (fun _ -> 1e8)

    // Of frames of 4 samples; no window is Hann's.
    let private ofSpectra
        (name: string)
        (hop: int)
        (window: float[])
        (isCentred: bool)
        (formula: float[] -> Formula)
        (call: STFTOptions -> Call)
        =
        let options =
            {
                Size = 4
                Hop = hop
                Window = if window.Length = 0 then Weights.None else Weights(ReadOnlySpan window, Shape [| window.Length |])
                IsCentred = isCentred
                PowerFloor = floor
            }

        let own = if window.Length = 0 then Frame.hann 4 else window

        pair
        |> between $"{name} hop {hop} window {window.Length} isCentred {isCentred}" both (formula own) (call options)
        |> spectral
        |> Entry.reachingWhatVaries
        |> Entry.withArguments
            [ "size", box 4; "hop", box hop; "window", box options.Window; "isCentred", box isCentred; "powerFloor", box floor ]
        |> Entry.promises [ NonNegative ]

    let private convergence (hop: int) (window: float[]) (isCentred: bool) =
        ofSpectra
            "spectralConvergence"
            hop
            window
            isCentred
            (fun window ->
                { new Formula with
                    member _.Of(x, _, _) = [| converged (powers 4 hop window isCentred x[1]) (powers 4 hop window isCentred x[0]) |]
                })
            (fun options ->
                { new Call with
                    member _.Of(x, _) = spectralConvergence options x[1] x[0]
                })

    let private logMagnitude (hop: int) (window: float[]) (isCentred: bool) =
        ofSpectra
            "stftLogMagnitude"
            hop
            window
            isCentred
            (fun window ->
                { new Formula with
                    member _.Of(x, _, _) = [| logsApart (powers 4 hop window isCentred x[1]) (powers 4 hop window isCentred x[0]) |]
                })
            (fun options ->
                { new Call with
                    member _.Of(x, _) = stftLogMagnitude options x[1] x[0]
                })

    let private magnitude (hop: int) (window: float[]) (isCentred: bool) =
        ofSpectra
            "stftMagnitude"
            hop
            window
            isCentred
            (fun window ->
                { new Formula with
                    member _.Of(x, _, _) = [| apart (powers 4 hop window isCentred x[1]) (powers 4 hop window isCentred x[0]) |]
                })
            (fun options ->
                { new Call with
                    member _.Of(x, _) = stftMagnitude options x[1] x[0]
                })

    let private resolutions =
        let options =
            {
                Sizes = [| 4; 6 |]
                Hops = [| 2; 4 |]
                WindowLengths = [| 4; 5 |]
                Convergence = 0.5
                LogMagnitude = 1.0
                Magnitude = 2.0
                PowerFloor = floor
            }

        pair
        |> between
            "multiResolutionStft"
            both
            { new Formula with
                member _.Of(x, _, _) =
                    let parts =
                        Array.init 2 (fun k ->
                            let spectrum = powers options.Sizes[k] options.Hops[k] (Frame.hann options.WindowLengths[k]) true
                            let t, x = spectrum x[1], spectrum x[0]
                            num 0.5 * converged t x + logsApart t x + num 2.0 * apart t x)

                    [| mean parts |]
            }
            { new Call with
                member _.Of(x, _) = multiResolutionStft options x[1] x[0]
            }
        |> spectral
        |> Entry.withArguments
            [
                "sizes", box options.Sizes
                "hops", box options.Hops
                "windowLengths", box options.WindowLengths
                "convergence", box options.Convergence
                "logMagnitude", box options.LogMagnitude
                "magnitude", box options.Magnitude
                "powerFloor", box floor
            ]
        |> Entry.promises [ NonNegative ]

    let private filters = 2

    let private mel (squared: bool) (ofPowers: bool) (isLogarithm: bool) =
        let options = { Size = 4; Hop = 2; Window = Weights.None; IsCentred = true; PowerFloor = floor }

        [
            Operand.laid (Layout.Whole 1) (Operand.any "prediction")
            Operand.laid (Layout.Whole 1) (Operand.any "target")
            Operand.laid (Layout.Whole filters) (Operand.any "filters")
        ]
        |> between
            $"melDistance squared {squared} ofPowers {ofPowers} isLogarithm {isLogarithm}"
            (fun random format width ->
                let bank = numbers random format 6 |> Array.map (fun y -> format.Round(Frame.plus 0.125 (Math.Abs(0.5 *. y))))
                [| numbers random format width; numbers random format width; bank |], [||])
            { new Formula with
                member _.Of(x, _, _) =
                    let heard (signal: 'T[]) =
                        powers 4 2 (Frame.hann 4) true signal
                        |> Array.collect (fun frame ->
                            let spectrum = if ofPowers then frame else magnitudes [| frame |]

                            Array.splitInto filters x[2]
                            |> Array.map (fun filter ->
                                let heard = Formulas.dot filter spectrum
                                if isLogarithm then log (heard + num 0.25) else heard))

                    let d = Formulas.minus (heard x[1]) (heard x[0])
                    [| d |> Array.map (fun d -> if squared then d * d else abs d) |> mean |]
            }
            { new Call with
                member _.Of(x, _) = melDistance options squared ofPowers isLogarithm 0.25 x[2] x[1] x[0]
            }
        |> spectral
        |> Entry.withArguments
            [
                "squared", box squared
                "ofPowers", box ofPowers
                "isLogarithm", box isLogarithm
                "eps", box 0.25
                "size", box 4
                "hop", box 2
                "window", box options.Window
                "isCentred", box true
                "powerFloor", box floor
            ]
        |> Entry.promises [ NonNegative ]

    let entries: Entry list =
        [
            ratio false 0.0
            ratio true 0.125
            distortion false 0.0
            distortion true 0.125
            permuted true
            permuted false
            errorEnergy 0.0
            errorEnergy 0.85
            convergence 2 [||] true
            convergence 3 [| 0.5; 1.0; 0.25 |] false
            logMagnitude 1 [||] true
            logMagnitude 5 [| 1.0; 0.5 |] true
            magnitude 4 [| 0.5; 1.0; 1.0; 0.25 |] false
            magnitude 2 [| 0.25; 1.0; 0.5 |] true
            resolutions
            mel false false true
            mel true false false
            mel true true true
            mel false true false
        ]
