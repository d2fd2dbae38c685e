namespace Losses.Catalogue

open Losses
open Losses.FSharp.Notation

/// The documented formulas of the losses that look across a row, plainly, in forms that do not cancel.
module Formulas =

    let total (terms: 'T seq) : 'T :> IReal<'T> = Seq.fold (fun sum term -> sum + term) (num 0.0) terms

    let largest (numbers: float[]) : int = numbers |> Array.indexed |> Array.maxBy snd |> fst

    /// log Σ exp − the largest, from the other elements alone.
    let excess (x: 'T[]) (largest: int) : 'T :> IReal<'T> =
        let others = x |> Seq.indexed |> Seq.filter (fun (j, _) -> j <> largest) |> Seq.map (fun (_, y) -> exp (y - x[largest]))

        log1p (total others)

    let logSumExp (x: 'T[]) (numbers: float[]) : 'T :> IReal<'T> =
        let at = largest numbers
        x[at] + excess x at

    let logSoftmax (x: 'T[]) (numbers: float[]) : 'T[] when 'T :> IReal<'T> =
        let at = largest numbers
        let excess = excess x at
        Array.init x.Length (fun k -> if k = at then -excess else x[k] - x[at] - excess)

    /// −Σ t log softmax x
    let crossEntropy (targets: 'T[]) (x: 'T[]) (numbers: float[]) : 'T :> IReal<'T> =
        num 0.0 - (Seq.map2 weigh targets (logSoftmax x numbers) |> total)

    // b log(b / a) + a − b of d = log a − log b, at least 0. A slope of b, which is a product of probabilities, may be too small for its bits, and that of b d far from it: they are
    // one exponential.
    let private excess' (a: 'T) (logB: 'T) (d: 'T) : 'T :> IReal<'T> =
        let b, size = exp logB, abs d
        let product = exp (logB + log (ifLess size (num 1.0) (num 1.0) size))
        let far = ifLess (num 0.0) b (ifLess d (num 0.0) (-product) product) (num 0.0)
        let rest = ifLess size (num 1e300) far (weigh b d)
        ifLess size (num 1.0) (weigh b (expm1 d - d)) (a - b - rest)

    /// What a class adds to β KL(q ‖ m) + (1 − β) KL(p ‖ m) with m = β q + (1 − β) p, to KL(q ‖ p) where β is 0, and to KL(p ‖ q) where it is 1, plus what adds up to
    /// nothing.
    let divergence (beta: float) (logP: 'T) (logQ: 'T) : 'T :> IReal<'T> =
        let p, q, d = exp logP, exp logQ, logP - logQ

        if beta = 0.0 then
            excess' p logQ d
        elif beta = 1.0 then
            excess' q logP (-d)
        else
            let mixed: 'T = num beta
            let rest: 'T = num (Operators.(-) 1.0 beta)
            let m = mixed * q + rest * p
            // log m less log q, and less log p: that of the larger first.
            let low, high = log1p (rest * expm1 d), log1p (mixed * expm1 (-d))
            let fromQ, fromP = ifLess d (num 0.0) low (high + d), ifLess d (num 0.0) (low - d) high
            mixed * excess' m logQ fromQ + rest * excess' m logP fromP

    let squares (x: 'T[]) : 'T :> IReal<'T> = x |> Seq.map (fun y -> y * y) |> total

    let dot (x: 'T[]) (y: 'T[]) : 'T :> IReal<'T> = Seq.map2 (fun a b -> a * b) x y |> total

    let minus (x: 'T[]) (y: 'T[]) : 'T[] when 'T :> IReal<'T> = Array.map2 (fun a b -> a - b) x y

    /// x·y / (‖x‖ ‖y‖), the squared norms ε above.
    let cosine (eps: float) (x: 'T[]) (y: 'T[]) : 'T :> IReal<'T> = dot x y / (sqrt (squares x + num eps) * sqrt (squares y + num eps))

    /// 1 − x·y / (‖x‖ ‖y‖) = ½ ‖u − v‖² + ½ (1 − ‖u‖²) + ½ (1 − ‖v‖²)
    let cosineDistance (eps: float) (x: 'T[]) (y: 'T[]) : 'T :> IReal<'T> =
        let unit (x: 'T[]) =
            let square = squares x + num eps
            let norm = sqrt square
            Array.map (fun y -> y / norm) x, num eps / square

        let u, lack1 = unit x
        let v, lack2 = unit y
        num 0.5 * (squares (minus u v) + lack1 + lack2)

    // In units of a power of two near the largest component, so that no power leaves the range of float64; not beyond 2^±900, so that no
    // derivative does.
    let private scaled (numbers: float[]) (norm: 'T[] -> 'T) (x: 'T[]) : 'T :> IReal<'T> =
        let largest = numbers |> Array.map (fun (y: float) -> System.Math.Abs y) |> Array.max

        if largest > 0.0 && System.Double.IsFinite largest then
            let exponent = System.Math.Clamp(System.Math.ILogB largest, -900, 900)
            let unit = System.Math.ScaleB(1.0, exponent)
            num unit * norm (Array.map (fun y -> y * num (1.0 ./. unit)) x)
        else
            norm x

    let norm (p: float) (x: 'T[]) (numbers: float[]) : 'T :> IReal<'T> =
        if p = 1.0 then
            x |> Seq.map abs |> total
        elif p = 2.0 then
            scaled numbers (fun x -> sqrt (squares x)) x
        elif p = infinity then
            // Equal ones share the slope; they are told by the numbers.
            let sizes = numbers |> Array.map (fun (y: float) -> System.Math.Abs y)
            let most = Array.max sizes
            let largest = x |> Array.indexed |> Array.filter (fun (k, _) -> sizes[k] = most) |> Array.map (snd >> abs)
            total largest / num (float largest.Length)
        else
            // The p-th root, for the whole p that are swept: 1 / p is no float64 number.
            let root (x: 'T[]) =
                let sum = x |> Seq.map (fun y -> power p (abs y)) |> total
                let safe = ifLess (num 0.0) sum sum (num 1.0)
                ifLess (num 0.0) sum (exp (log safe / num p)) (num 0.0)

            scaled numbers root x

    let pairwise (p: float) (eps: float) (x: 'T[]) (y: 'T[]) (atX: float[]) (atY: float[]) : 'T :> IReal<'T> =
        let numbers = Array.map2 (fun (a: float) (b: float) -> Operators.(+) (Operators.(-) a b) eps) atX atY
        norm p (Array.map2 (fun a b -> a - b + num eps) x y) numbers

    let multiMargin (p: int) (margin: float) (weight: float) (x: 'T[]) (label: int) : 'T :> IReal<'T> =
        let term j =
            let lack = hinge (num margin - (x[label] - x[j]))
            if p = 1 then lack else lack * lack

        let others = Seq.init x.Length id |> Seq.filter (fun j -> j <> label) |> Seq.map term |> total
        num weight * others / num (float x.Length)

    let multiLabelMargin (x: 'T[]) (labels: int[]) : 'T :> IReal<'T> =
        let own = labels |> Array.takeWhile (fun label -> label >= 0)

        let terms =
            seq {
                for y in own do
                    for j in 0 .. Operators.(-) x.Length 1 do
                        if not (Array.contains j own) then
                            hinge (num 1.0 - (x[y] - x[j]))
            }

        total terms / num (float x.Length)

    /// The mean over the classes of t softplus(−x) + (1 − t) softplus(x).
    let multiLabelSoftMargin (x: 'T[]) (t: 'T[]) : 'T :> IReal<'T> =
        let term (x: 'T) (t: 'T) =
            let l = logistic x
            // The slope by t is −x.
            let q = detach t
            weigh q l.SoftplusOfMinus + weigh (num 1.0 - q) l.Softplus + weigh (q - t) x

        (Seq.map2 term x t |> total) / num (float x.Length)

    /// −log of the probability of all paths, in probabilities: (T, C) flattened, with blank 0.
    let ctc (classes: int) (x: 'T[]) (labels: int[]) : 'T :> IReal<'T> =
        let states =
            Array.init (Operators.(+) (Operators.(*) 2 labels.Length) 1) (fun s -> if s % 2 = 0 then 0 else labels[Operators.(/) s 2])

        let p t s = exp x[Operators.(+) (Operators.(*) t classes) states[s]]
        let zero: 'T = num 0.0
        let back s by = Operators.(-) s by

        let step (alpha: 'T[]) t =
            Array.init states.Length (fun s ->
                let skips = s % 2 = 1 && s > 1 && states[s] <> states[back s 2]

                let reached = alpha[s] + (if s > 0 then alpha[back s 1] else zero) + (if skips then alpha[back s 2] else zero)

                reached * p t s)

        let first = Array.init states.Length (fun s -> if s < 2 then p 0 s else zero)
        let last = Seq.fold step first (seq { 1 .. back (Operators.(/) x.Length classes) 1 })

        let ends = last[back last.Length 1] + (if last.Length > 1 then last[back last.Length 2] else zero)

        num 0.0 - log ends

    /// The same of a lattice, (T, U + 1, C) flattened, with the last class as blank: softmaxes, and the probability of reaching each node.
    let rnnt (frames: int) (columns: int) (x: 'T[]) (labels: int[]) : 'T :> IReal<'T> =
        let classes = Operators.(/) x.Length (Operators.(*) frames columns)
        let back a b = Operators.(-) a b

        let p t u c =
            let first = Operators.(*) (Operators.(+) (Operators.(*) t columns) u) classes
            let row = x[first .. back (Operators.(+) first classes) 1]
            let most = row |> Array.reduce max |> detach
            exp (row[c] - most) / (row |> Array.map (fun y -> exp (y - most)) |> total)

        let rec reached t u : 'T =
            if t = 0 && u = 0 then
                num 1.0
            else
                let byBlank = if t > 0 then reached (back t 1) u * p (back t 1) u (back classes 1) else num 0.0
                let byLabel = if u > 0 then reached t (back u 1) * p t (back u 1) labels[back u 1] else num 0.0
                byBlank + byLabel

        let last = back frames 1
        num 0.0 - log (reached last labels.Length * p last labels.Length (back classes 1))

    let gamma (shape: 'T) (t: 'T) (rate: 'T) : 'T :> IReal<'T> =
        let some = ifLess (num 0.0) t t (num 1.0)
        let inside = logGamma shape - shape * log rate - (shape - num 1.0) * log some + rate * some
        ifLess (num 0.0) t inside (num infinity)

    let beta (alpha: 'T) (t: 'T) (beta: 'T) : 'T :> IReal<'T> =
        logGamma alpha + logGamma beta
        - logGamma (alpha + beta)
        - (alpha - num 1.0) * log t
        - (beta - num 1.0) * log1p (num 0.0 - t)

    let negativeBinomial (x: 'T) (t: 'T) (r: 'T) : 'T :> IReal<'T> =
        logGamma r - logGamma (t + r) + logGamma (t + num 1.0) + r * softplus x + t * softplus (num 0.0 - x)

    let zeroInflatedPoisson (full: bool) (x: 'T) (t: 'T) (zero: 'T) : 'T :> IReal<'T> =
        let l, rate = logistic zero, exp x
        let lost = l.SigmoidOfMinus * expm1 (num 0.0 - rate)
        let none = ifLess (num -0.5) lost (log1p (max lost (num -0.5))) (log (l.Sigmoid + l.SigmoidOfMinus * exp (num 0.0 - rate)))
        let some = l.Softplus + rate - t * x
        let some = if full then some + logGamma (t + num 1.0) else some
        ifLess (num 0.0) t some (num 0.0 - none)
