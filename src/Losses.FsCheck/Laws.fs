namespace Losses.FsCheck

open System
open FsCheck
open FsCheck.FSharp
open Losses

/// <summary>What a loss may promise besides what holds of every loss.</summary>
type Law =
    /// The value is at least 0, and 0 is never −0.
    | NonNegative
    /// Prediction and target may be swapped: the same value, and the slopes swapped.
    | Symmetric
    /// A chord between two predictions is nowhere below the loss.
    | Convex
    /// The slope by the prediction is at most this, once rounded to float32.
    | Lipschitz of float
    /// Value and slope are finite wherever the operands are.
    | Finite

/// <summary>What a loss is held to, and over what numbers.</summary>
[<NoEquality; NoComparison>]
type Promise =
    {
        /// What the operands are drawn from; a number outside what the loss itself says of an operand is not drawn.
        Domain: Domain
        /// The laws, besides those of every loss.
        Laws: Law list
    }

/// The laws of a pointwise loss, for one's own test project.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Laws =

    // The numbers at which formulas break: zeros, where e^x over- and underflows in float32, the ends of the range.
    let private landmarks =
        [
            0.0f
            1.0f
            0.5f
            2.0f
            16.6f
            88.7228f
            103.97f
            1e-45f
            1.17549435e-38f
            Single.MaxValue
            MathF.BitIncrement 1.0f
            MathF.BitDecrement 1.0f
        ]
        |> List.collect (fun x -> [ x; -x ])

    // The float32 of the domain next to x.
    let private into (domain: Domain) (x: float32) : float32 =
        let least, largest = float32 domain.Least, float32 domain.Largest
        let least = if float least < domain.Least then MathF.BitIncrement least else least
        let largest = if float largest > domain.Largest then MathF.BitDecrement largest else largest
        let x = x |> max least |> min largest

        if abs (float x) < domain.LeastMagnitude then
            MathF.CopySign(float32 domain.LeastMagnitude, x)
        else
            x

    // FsCheck's own floats hardly ever reach a zero, a subnormal or an end of the range.
    let private number: Gen<float32> =
        Gen.frequency
            [
                3, ArbMap.defaults |> ArbMap.generate<int> |> Gen.map float32
                2, Gen.elements landmarks
                4, Gen.choose (Int32.MinValue, Int32.MaxValue) |> Gen.map BitConverter.Int32BitsToSingle |> Gen.filter Single.IsFinite
                4, Gen.choose (-80000, 80000) |> Gen.map (fun n -> float32 n / 1000.0f)
            ]

    // Formulas cancel where the operands are related.
    let private related (x: float32) : Gen<float32> =
        Gen.oneof
            [
                number
                Gen.elements [ x; -x; MathF.BitIncrement x; MathF.BitDecrement x; 2.0f * x; 0.5f * x ] |> Gen.filter Single.IsFinite
            ]

    let private simpler (x: float32) : float32 seq =
        let cost (x: float32) = struct (x <> MathF.Truncate x, abs x, Single.IsNegative x)
        [ 0.0f; 1.0f; abs x; MathF.Truncate x; MathF.Truncate(x / 2.0f); x / 2.0f ] |> Seq.filter (fun y -> cost y < cost x)

    // A prediction, another and a target.
    let private operands (prediction: Domain) (target: Domain) : Arbitrary<struct (float32 * float32 * float32)> =
        let within struct (x, other, t) = struct (into prediction x, into prediction other, into target t)

        let drawn =
            gen {
                let! x = number
                let! other = related x
                let! t = related x
                return within struct (x, other, t)
            }

        let shrunk struct (x, other, t) =
            seq {
                for y in simpler x -> struct (y, other, t)
                for y in simpler t -> struct (x, other, y)
                for y in simpler other -> struct (x, y, t)
            }
            |> Seq.filter (fun operands ->
                let struct (a, b, c), struct (d, e, f) = operands, within operands
                a = d && b = e && c = f)

        Arb.fromGenShrink (drawn, shrunk)

    let private value (loss: 'L :> IPointwise) (x: float) (t: float) : float = (loss.Apply(Real x, Real t): Real).Value

    let private slope (loss: 'L :> IPointwise) (x: float) (t: float) : float =
        (loss.Apply(Dual.Variable(Real x), Dual.Fixed(Real t)): Dual<Real>).Derivative.Value

    let private slopeByTarget (loss: 'L :> IPointwise) (x: float) (t: float) : float =
        (loss.Apply(Dual.Fixed(Real x), Dual.Variable(Real t)): Dual<Real>).Derivative.Value

    let private same (a: float) (b: float) : bool = a.Equals b

    let private says (left: string) (a: float) (relation: string) (right: string) (b: float) (holds: bool) : Property =
        holds |> Prop.label $"{left} is %.17g{a}, which is not {relation} {right}, %.17g{b}"

    // The slope against what it must lie between: the quotients on both sides, so that a kink may have any slope between its two.
    let private slopeIsThatOfTheValue (domain: Domain) loss (x: float) (t: float) : Property =
        // Past this a step of 2⁻²⁰ of x is coarser than the scale on which most losses bend.
        let h = Math.ScaleB(max 1.0 (abs x), -20)
        let f, before, after = value loss x t, value loss (x - h) t, value loss (x + h) t
        let inside = domain.Contains(x - h) && domain.Contains(x + h) && abs x <= 80.0 && abs t <= 80.0

        if not inside || not (Double.IsFinite before && Double.IsFinite f && Double.IsFinite after) then
            Prop.ofTestable true
        else
            let left, right = (f - before) / h, (after - f) / h
            let got = slope loss x t
            let size = max (abs left) (abs right)
            // A quotient has the value's rounding, 2⁻⁵³ of it, magnified by 1/h.
            let slack = Math.ScaleB(size, -10) + Math.ScaleB(1.0 + max (abs before) (abs after), -24)

            (got >= min left right - slack && got <= max left right + slack)
            |> says
                "the slope"
                got
                "between the difference quotients of both sides, of which one is"
                "this"
                (if got < min left right then left else right)

    let private kernelIsTheDefinition (loss: 'L) (x: float32) (t: float32) : Property =
        let gradient = [| 0.0f |]
        let got = SpanKernels.ValueAndGradient<'L, float32>(loss, ReadOnlySpan [| x |], ReadOnlySpan [| t |], gradient.AsSpan())

        let near (a: float32) (b: float32) = a.Equals b || MathF.BitIncrement a = b || MathF.BitDecrement a = b

        let v, s = value loss (float x) (float t), slope loss (float x) (float t)

        Prop.ofTestable (
            near got (float32 v) |> says "the kernel's value" (float got) "within an ulp of the definition's" "the definition's" v
        )
        .&. (near gradient[0] (float32 s)
             |> says "the kernel's slope" (float gradient[0]) "within an ulp of the definition's" "the definition's" s)

    let private nanComesOut loss (x: float) (t: float) : Property =
        let ofPrediction, ofTarget = value loss nan t, value loss x nan

        (Double.IsNaN ofPrediction |> says "the loss of a prediction NaN" ofPrediction "NaN, as" "NaN" nan)
        .&. (Double.IsNaN ofTarget |> says "the loss of a target NaN" ofTarget "NaN, as" "NaN" nan)
        .&. (let got = slope loss nan t in Double.IsNaN got |> says "the slope at a prediction NaN" got "NaN, as" "NaN" nan)

    let private law loss (law: Law) (x: float) (other: float) (t: float) : Property =
        match law with
        | NonNegative ->
            let got = value loss x t
            (got >= 0.0 && not (Double.IsNegative got)) |> says "the value" got "at least" "0" 0.0
        | Symmetric ->
            let a, b, c, d = value loss x t, value loss t x, slope loss x t, slopeByTarget loss t x

            (same a b |> says "the value" a "that of swapped operands" "that" b)
            .&. (same c d |> says "the slope" c "that of swapped operands" "that" d)
        | Convex ->
            let chord = 0.5 * value loss x t + 0.5 * value loss other t
            let got = value loss (0.5 * x + 0.5 * other) t

            got <= chord + Math.ScaleB(abs chord, -40) + Double.Epsilon
            |> says "the value half way to the other prediction" got "at most" "the chord's" chord
        | Lipschitz bound ->
            let got = slope loss x t
            abs (float32 got) <= float32 bound |> says "the slope" got "at most, in magnitude," "the bound" bound
        | Finite ->
            let v, s = value loss x t, slope loss x t

            (Double.IsFinite v |> says "the value" v "finite, below" "infinity" infinity)
            .&. (Double.IsFinite s |> says "the slope" s "finite, below" "infinity" infinity)

    /// <summary>What a loss is to be held to: laws, over operands from a domain.</summary>
    let over (domain: Domain) (laws: Law list) : Promise =
        ArgumentNullException.ThrowIfNull(domain, nameof domain)
        { Domain = domain; Laws = laws }

    /// <summary>Holds a loss to its laws with a configuration of FsCheck's: the seed, the number of inputs.</summary>
    /// <exception cref="T:System.Exception">A law does not hold: the message has the simplest operands found (prediction, another prediction, target) and both sides.</exception>
    /// <remarks>
    /// Held of every loss: the kernel's value and slope are the definition's within an ulp of float32, the slope lies between the difference quotients of both sides
    /// (where the operands are at most 80), and a NaN comes out again.
    /// </remarks>
    let checkWith
        (config: Config)
        (promise: Promise)
        (loss: 'L when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType)
        : unit =
        let prediction = promise.Domain.And (loss :> IPointwise).Prediction
        let target = promise.Domain.And (loss :> IPointwise).Target

        let hold (name: string) (property: float32 -> float32 -> float32 -> Property) =
            let all = Prop.forAll (operands prediction target) (fun struct (x, other, t) -> property x other t |> Prop.label name)
            Check.One(config.WithName $"{typeof<'L>.Name}: {name}", all)

        hold "the kernel is the definition" (fun x _ t -> kernelIsTheDefinition loss x t)
        hold "the slope is that of the value" (fun x _ t -> slopeIsThatOfTheValue prediction loss (float x) (float t))
        hold "NaN in, NaN out" (fun x _ t -> nanComesOut loss (float x) (float t))

        for promised in promise.Laws do
            hold $"{promised}" (fun x other t -> law loss promised (float x) (float other) (float t))

    /// <summary>Holds a loss to its laws over 1,000 operands each: <c>MyLoss() |> Laws.check (Laws.over Domain.All [ NonNegative; Convex ])</c>.</summary>
    /// <exception cref="T:System.Exception">A law does not hold: the message has the simplest operands found (prediction, another prediction, target) and both sides.</exception>
    let check (promise: Promise) (loss: 'L when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType) : unit =
        checkWith (Config.QuickThrowOnFailure.WithMaxTest 1000) promise loss

/// <summary>The laws of a pointwise loss, for C# and Visual Basic.</summary>
[<AbstractClass; Sealed>]
type Laws =

    /// <summary>Holds a loss to its laws over 1,000 operands each: <c>Laws.Check(new MyLoss(), Domain.All, Law.NonNegative, Law.NewLipschitz(1))</c>.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="domain">What the operands are drawn from; a number outside what the loss itself says of an operand is not drawn.</param>
    /// <param name="laws">The laws, besides those of every loss.</param>
    /// <exception cref="T:System.ArgumentNullException"><paramref name="domain"/> or <paramref name="laws"/> is null.</exception>
    /// <exception cref="T:System.Exception">A law does not hold: the message has the simplest operands found (prediction, another prediction, target) and both sides.</exception>
    static member Check<'L when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType>
        (loss: 'L, domain: Domain, [<ParamArray>] laws: Law[])
        : unit =
        ArgumentNullException.ThrowIfNull(laws, nameof laws)
        Laws.check (Laws.over domain (List.ofArray laws)) loss
