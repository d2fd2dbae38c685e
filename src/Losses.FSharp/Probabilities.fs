namespace Losses

open System
open System.Runtime.CompilerServices
open Losses.FSharp
open Losses.FSharp.Notation

/// <summary>What the squared differences of <c>chiSquared</c> are divided by.</summary>
type ChiSquaredKind =
    /// <summary>The prediction.</summary>
    | Pearson = 0
    /// <summary>The target.</summary>
    | Neyman = 1
    /// <summary>Their sum.</summary>
    | Symmetric = 2

// Terms of two probabilities, which may both be 0. A sum of them has no slope where one is NaN: they do not know of each other.
module internal Shares =

    // An exponent, whose limits at these numbers are other functions.
    let exponent (name: string) (excluded: float list) (value: float) =
        Check.finite name value

        if List.contains value excluded then
            raise (ArgumentOutOfRangeException(name, $"{name} is {value}, where the limit is a Kullback–Leibler divergence: klDiv."))

    /// The value of two probabilities, and 0 where both are 0.
    let inline either (x: 'T) (t: 'T) ([<InlineIfLambda>] value: 'T -> 'T -> 'T) : 'T :> IReal<'T> =
        let larger = max x t
        let one = num 1.0
        // Nor has a slope a quotient of zeros.
        let term = value (ifLess (num 0.0) larger x one) (ifLess (num 0.0) larger t one)
        given larger (ifLess (num 0.0) larger term (num 0.0))

    /// t^α x^(1−α)
    let inline power (alpha: float) (x: 'T) (t: 'T) : 'T :> IReal<'T> =
        either x t (fun x t -> power alpha t * power (Operators.(-) 1.0 alpha) x)

/// <summary>Σ t (log t − x) − t + eˣ, with x a logarithm.</summary>
[<Struct; NoEquality; NoComparison>]
type GeneralizedKLDiv =
    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x: 'T, t: 'T) =
            let d = x - log t
            // Next to 0 the terms cancel.
            Terms(ifLess (abs d) (num 0.25) (t * 'T.AboveTangent d) (exp x - t - weigh t d))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Value sums = given sums.A sums.A

/// <summary>Σ β t log(t / m) + (1 − β) x log(x / m) with m = β t + (1 − β) x.  (Lin 1991)</summary>
[<Struct; NoEquality; NoComparison>]
type JensenShannon =
    // C# has a struct without a constructor, too: its zeros are the defaults.
    val private isGiven: bool
    val private beta: float

    member private loss.Beta = if loss.isGiven then loss.beta else 0.5

    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(x: 'T, t: 'T) =
            let beta = loss.Beta

            Terms(
                Shares.either x t (fun x t ->
                    // log x − log t, which has no digits left as that difference where they are nearly equal.
                    let apart = log1p (abs (x - t) / min x t)
                    'T.JensenShannon(beta, x, t, ifLess x t (num 0.0 - apart) apart))
            )

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Value sums = given sums.A sums.A

    /// <summary>The loss of a β.</summary>
    /// <param name="beta">β, above 0, below 1: the weight of the target in the mixture.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is outside its range.</exception>
    new(beta: float) =
        Check.inside (nameof beta) 0.0 1.0 beta
        { isGiven = true; beta = beta }

/// <summary>½ Σ |x − t|</summary>
[<Struct; NoEquality; NoComparison>]
type TotalVariationDistance =
    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x, t) = Terms(abs (x - t))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Value sums = given sums.A (num 0.5 * sums.A)

/// <summary>½ Σ (√x − √t)²</summary>
[<Struct; NoEquality; NoComparison>]
type SquaredHellinger =
    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x, t) =
            Terms(
                Shares.either x t (fun x t ->
                    let d = (x - t) / (sqrt x + sqrt t)
                    d * d)
            )

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Value sums = given sums.A (num 0.5 * sums.A)

/// <summary>Σ (x − t)² over x, over t or over their sum.</summary>
[<Struct; NoEquality; NoComparison>]
type ChiSquared =
    val private kind: ChiSquaredKind

    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member loss.Of(x, t) =
            let kind = loss.kind

            Terms(
                Shares.either x t (fun x t ->
                    let below =
                        if kind = ChiSquaredKind.Pearson then x
                        elif kind = ChiSquaredKind.Neyman then t
                        else x + t

                    let d = x - t
                    d * (d / below))
            )

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Value sums = given sums.A sums.A

    /// <summary>The loss of a kind.</summary>
    /// <param name="kind">What the squares are divided by.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="kind"/> is none.</exception>
    new(kind: ChiSquaredKind) =
        if not (Enum.IsDefined kind) then
            raise (ArgumentOutOfRangeException(nameof kind, $"{Check.number (int64 kind)} is no kind."))

        { kind = kind }

/// <summary>(Σ t^α x^(1−α) − 1) / c, of a c of its own for each of the divergences of that sum.</summary>
[<Struct; NoEquality; NoComparison>]
type internal PowerDivergence(alpha: float, divisor: float) =
    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x, t) = Terms(Shares.power alpha x t)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Value sums = given sums.A ((sums.A - num 1.0) / num divisor)

/// <summary>log(Σ t^α x^(1−α)) / (α − 1).</summary>
[<Struct; NoEquality; NoComparison>]
type internal RenyiDivergence(alpha: float) =
    interface ISums with
        static member Count = 1

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Of(x, t) = Terms(Shares.power alpha x t)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        member _.Value sums = log sums.A / num (Operators.(-) alpha 1.0)

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Divergences of rows of probabilities from those of a target, along the last axis.
[<AutoOpen>]
module Probabilities =

    // Of rows along the last axis, both in a domain.
    let private ofRows
        (name: string)
        (loss: 'L)
        (target: 'T)
        (probabilities: 'T)
        : LossValues<'T> when 'L: struct and 'L :> ISums and 'L: (new: unit -> 'L) and 'L :> ValueType and 'T :> ITensor<'T> =
        Check.notNull "target" target
        Check.notNull name probabilities
        Check.sameShape "target" target.Shape name probabilities.Shape
        let axis = Check.vectorAxis name probabilities.Shape
        Check.notEmptyAxis name probabilities.Shape axis "classes"
        namedSums "target" name loss [| axis |] Weights.None target probabilities

    let private ofShares (loss: 'L) (target: 'T) (probabilities: 'T) =
        ofRows (nameof probabilities) loss target probabilities
        |> fun values -> values.WithinRows(Domain.NotNegative, target, target.Shape.Rank - 1, nameof target)
        |> fun values -> values.WithinRows(Domain.NotNegative, probabilities, target.Shape.Rank - 1, nameof probabilities)

    /// <summary>Generalised Kullback–Leibler divergence: that of measures, which need not sum to 1, from logarithms of the prediction.</summary>
    /// <param name="target">At least 0: (…, C).</param>
    /// <param name="logProbabilities">Logarithms; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A target is below 0; it says which, where.</exception>
    /// <remarks>Σ t (log t − x) − t + eˣ; t log t is 0 where t is. Slope in x: eˣ − t. Convex in x. Source: Csiszár, Ann. Stat. 19 (1991) 2032–2066;
    /// optax.losses.generalized_kl_divergence (2024).</remarks>
    let generalizedKLDiv (target: 'T) (logProbabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        (ofRows (nameof logProbabilities) (GeneralizedKLDiv()) target logProbabilities)
            .WithinRows(Domain.NotNegative, target, target.Shape.Rank - 1, nameof target)

    /// β of <c>jensenShannon</c> where none is given.
    [<Literal>]
    let JensenShannonBeta = 0.5

    /// <summary>Jensen–Shannon divergence of probabilities: of both from their mixture, and never infinite.</summary>
    /// <param name="beta">β, above 0, below 1: the weight of the target in the mixture.</param>
    /// <param name="target">Probabilities, at least 0: (…, C).</param>
    /// <param name="probabilities">At least 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or <paramref name="beta"/> is outside its range.</exception>
    /// <remarks>Σ β t log(t / m) + (1 − β) x log(x / m) with m = β t + (1 − β) x. Slope in x: (1 − β) log(x / m), −∞ at 0. Convex. Source: Lin, IEEE Trans. Inf. Theory 37 (1991)
    /// 145–151; kornia.losses.js_div_loss_2d (2020).</remarks>
    let jensenShannon (beta: float) (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofShares (JensenShannon beta) target probabilities

    /// <summary>Total variation distance of probabilities: half the absolute differences.</summary>
    /// <param name="target">Any numbers, as probabilities: (…, C).</param>
    /// <param name="probabilities">The shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, in [0, 1] for probabilities, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <remarks>½ Σ |x − t|. Slope: ½ of the sign of x − t, 0 at the kink. Convex. Source: Levin and Peres, Markov Chains and Mixing Times (2017), ch. 4;
    /// Liger-Kernel's LigerTVDLoss (2024).</remarks>
    let totalVariationDistance (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofRows (nameof probabilities) (TotalVariationDistance()) target probabilities

    /// <summary>Squared Hellinger distance of probabilities; its root is the distance.</summary>
    /// <param name="target">Probabilities, at least 0: (…, C).</param>
    /// <param name="probabilities">At least 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, in [0, 1] for probabilities, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where.</exception>
    /// <remarks>½ Σ (√x − √t)². Slope in x: ½ (1 − √(t / x)), −∞ at 0. Convex. Source: Hellinger, J. Reine Angew. Math. 136 (1909) 210–271.</remarks>
    let squaredHellinger (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofShares (SquaredHellinger()) target probabilities

    /// <summary>χ² divergence of probabilities: squared differences over the prediction, the target or both.</summary>
    /// <param name="kind">What they are divided by: the prediction (Pearson), the target (Neyman) or their sum.</param>
    /// <param name="target">Probabilities, at least 0: (…, C).</param>
    /// <param name="probabilities">At least 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or <paramref name="kind"/> is none.</exception>
    /// <remarks>Σ (x − t)² / x, / t or / (x + t), 0 where both are 0. Convex. Source: Pearson, Philos. Mag. 50 (1900) 157–175; Neyman (1949).</remarks>
    let chiSquared (kind: ChiSquaredKind) (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        ofShares (ChiSquared kind) target probabilities

    /// <summary>α-divergence of probabilities: next to 1 the Kullback–Leibler divergence of the target from the prediction, next to 0 the reverse one.</summary>
    /// <param name="alpha">α, finite, neither 0 nor 1.</param>
    /// <param name="target">Probabilities, at least 0: (…, C).</param>
    /// <param name="probabilities">At least 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, one for each row, at least 0 where both sum to 1. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or <paramref name="alpha"/> is 0, 1 or not finite.</exception>
    /// <remarks>(Σ t^α x^(1−α) − 1) / (α (α − 1)). Slope in x: −(t / x)^α / α. Source: Cichocki and Amari, Entropy 12 (2010) 1532–1568.</remarks>
    let alphaDivergence (alpha: float) (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Shares.exponent (nameof alpha) [ 0.0; 1.0 ] alpha
        ofShares (PowerDivergence(alpha, alpha * (alpha - 1.0))) target probabilities

    /// <summary>Tsallis divergence of probabilities: next to 1 the Kullback–Leibler divergence of the target from the prediction.</summary>
    /// <param name="q">q, finite, not 1.</param>
    /// <param name="target">Probabilities, at least 0: (…, C).</param>
    /// <param name="probabilities">At least 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Without unit, one for each row, at least 0 where both sum to 1 and q is above 0. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or <paramref name="q"/> is 1 or not finite.</exception>
    /// <remarks>(Σ t^q x^(1−q) − 1) / (q − 1). Slope in x: −(t / x)^q. Source: Tsallis, Phys. Rev. E 58 (1998) 1442–1445.</remarks>
    let tsallisDivergence (q: float) (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Shares.exponent (nameof q) [ 1.0 ] q
        ofShares (PowerDivergence(q, q - 1.0)) target probabilities

    /// <summary>Rényi divergence of probabilities: next to 1 the Kullback–Leibler divergence of the target from the prediction.</summary>
    /// <param name="alpha">α, finite, above 0, not 1.</param>
    /// <param name="target">Probabilities, at least 0: (…, C).</param>
    /// <param name="probabilities">At least 0; the shape of <paramref name="target"/>.</param>
    /// <returns>Nats, one for each row, at least 0 where both sum to 1. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where. Or <paramref name="alpha"/> is 1, or not above 0.</exception>
    /// <remarks>log(Σ t^α x^(1−α)) / (α − 1). Slope in x: −(t / x)^α over the sum. Source: Rényi, On measures of entropy and information (1961);
    /// van Erven and Harremoës, IEEE Trans. Inf. Theory 60 (2014) 3797–3820.</remarks>
    let renyiDivergence (alpha: float) (target: 'T) (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof alpha) alpha
        Shares.exponent (nameof alpha) [ 1.0 ] alpha
        ofShares (RenyiDivergence alpha) target probabilities

    /// <summary>Entropy of probabilities: a regulariser, to be taken away from a loss for spread predictions, or added for sure ones.</summary>
    /// <param name="probabilities">At least 0: (…, C).</param>
    /// <returns>Nats, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">There are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A probability is below 0; it says which, where.</exception>
    /// <remarks>−Σ p log p, 0 where p is 0. Slope: −log p − 1, ∞ at 0. Concave. Source: Shannon, Bell Syst. Tech. J. 27 (1948) 379–423.</remarks>
    let entropy (probabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof probabilities) probabilities
        let axis = Check.vectorAxis (nameof probabilities) probabilities.Shape
        Check.notEmptyAxis (nameof probabilities) probabilities.Shape axis "classes"
        let terms = Notation.(-) (Notation.num 0.0) ('T.Divergence(probabilities, Notation.num 0.0))
        LossValues(whole (sumAlong axis terms)).WithinRows(Domain.NotNegative, probabilities, axis, nameof probabilities)

    /// <summary>Entropy of the softmax of logits, as entropy regularisation and self-training minimise or maximise it.</summary>
    /// <param name="classAxis">The class axis; a negative one counts from the last.</param>
    /// <param name="logits">Any numbers. A row all −∞ has no distribution: it contributes 0, of slope 0.</param>
    /// <returns>Nats, in [0, log C], one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">There are no classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <remarks>H = −Σ p log p with p = softmax(x). Slope: −p (log p + H). Source: Grandvalet and Bengio, NeurIPS 2004.</remarks>
    let entropyOfLogits (classAxis: int) (logits: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof logits) logits
        let axis = SoftmaxRows.classAxis (nameof logits) classAxis logits.Shape
        let surprise = Notation.(-) (Notation.num 0.0) ('T.LogSoftmax(logits, axis))
        LossValues(whole (sumAlong axis (Notation.weigh ('T.Softmax(logits, axis)) surprise)))

    /// β of <c>jensenShannonOfLogs</c> where none is given.
    [<Literal>]
    let JensenShannonOfLogsBeta = 0.5

    /// <summary>The generalised Jensen–Shannon divergence of probabilities that are given by their logarithms.</summary>
    /// <param name="beta">β, in [0, 1]: the weight of the target in the mixture. At 0 it is KL(t ‖ x) and at 1 KL(x ‖ t), as in Liger and trl.</param>
    /// <param name="logTarget">Logarithms of probabilities: (…, C).</param>
    /// <param name="logProbabilities">The shape of <paramref name="logTarget"/>.</param>
    /// <returns>Nats, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="beta"/> is outside [0, 1].</exception>
    /// <remarks>β Σ eᵗ (t − m) + (1 − β) Σ eˣ (x − m) with m = log(β eᵗ + (1 − β) eˣ). Slope in x: (1 − β) eˣ (x − m). Of probabilities that are multiplied by a softmax
    /// before, jensenShannonOfLogits does both in one. Source: Lin, IEEE Trans. Inf. Theory 37 (1991) 145–151; Liger-Kernel's LigerJSD (2024).</remarks>
    let jensenShannonOfLogs (beta: float) (logTarget: 'T) (logProbabilities: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.within (nameof beta) 0.0 1.0 beta
        checkTwo (nameof logTarget) logTarget (nameof logProbabilities) logProbabilities
        let axis = Check.vectorAxis (nameof logProbabilities) logProbabilities.Shape
        let p, q = Notation.exp logProbabilities, Notation.exp logTarget
        let d = Notation.(-) logProbabilities logTarget

        let terms =
            if beta = 0.0 then Notation.weigh q (Notation.(-) (Notation.num 0.0) d)
            elif beta = 1.0 then Notation.weigh p d
            else 'T.JensenShannon(beta, p, q, d)

        LossValues(whole (sumAlong axis terms))
