namespace Losses.Tests

open System
open FsCheck
open FsCheck.FSharp

/// Inputs as hard as they come: FsCheck's own floats stay small and never hit a zero.
module Generators =

    let private bits32 =
        Gen.map2 (fun high low -> (uint32 high <<< 16) ||| uint32 low) (Gen.choose (0, 65535)) (Gen.choose (0, 65535))

    let private bits64 = Gen.map2 (fun high low -> (uint64 high <<< 32) ||| uint64 low) bits32 bits32

    /// Floats uniform over their bit patterns, NaN and infinities included.
    let bitPattern (engine: Engine) =
        if engine.Name = "float32" then
            Gen.map (BitConverter.UInt32BitsToSingle >> float) bits32
        else
            Gen.map BitConverter.UInt64BitsToDouble bits64

    /// Where functions turn, overflow and underflow, with both signs.
    let landmark (engine: Engine) =
        let least, largest = engine.Least, engine.Largest

        [
            0.0
            1.0
            0.5
            2.0
            least
            2.0 * least
            engine.Round(least / engine.Ulp 1.0)
            engine.Next 1.0
            1.0 - engine.Ulp 0.5
            1e-8
            16.6
            36.7368
            88.7228
            103.97
            709.78
            745.13
            largest
            largest / 2.0
        ]
        |> List.collect (fun x -> [ engine.Round x; -(engine.Round x) ])
        |> Gen.elements

    /// |x| ≤ 80, every small exponent included.
    let moderate (engine: Engine) =
        gen {
            let! fraction = Gen.choose (-8_000_000, 8_000_000)
            let! exponent = Gen.frequency [ 3, Gen.constant 0; 1, Gen.choose (-40, 0) ]
            return engine.Round(Math.ScaleB(float fraction * 1e-5, exponent))
        }

    /// Any finite float.
    let finite (engine: Engine) =
        Gen.frequency [ 4, bitPattern engine |> Gen.filter Double.IsFinite; 2, landmark engine; 3, moderate engine ]

    /// Any float at all.
    let any (engine: Engine) = Gen.frequency [ 8, finite engine; 1, Gen.elements [ infinity; -infinity; nan ] ]

    /// In [0, 1]: uniform, the ends, next to the ends, and every exponent.
    let probability (engine: Engine) =
        Gen.frequency
            [
                4, Gen.choose (0, 1_000_000) |> Gen.map (fun i -> engine.Round(float i * 1e-6))
                2, Gen.elements [ 0.0; 1.0; 0.5; engine.Least; 1.0 - engine.Ulp 0.5; engine.Ulp 1.0 ]
                2, bitPattern engine |> Gen.map abs |> Gen.filter (fun x -> x <= 1.0)
                1, Gen.choose (1, 40) |> Gen.map (fun k -> engine.Round(1.0 - Math.ScaleB(1.0, -k)))
            ]

    /// A number, and one that is independent of it, equal, next to it, its negative or a multiple by a power of 2.
    let related (engine: Engine) (first: Gen<float>) (second: Gen<float>) =
        gen {
            let! a = first

            let! b =
                Gen.frequency
                    [
                        4, second
                        1, Gen.constant a
                        1, Gen.constant (engine.Next a)
                        1, Gen.constant (-(engine.Next -a))
                        1, Gen.constant -a
                        1, Gen.choose (-30, 30) |> Gen.map (fun k -> engine.Round(Math.ScaleB(a, k)))
                    ]

            return a, b
        }
        |> Gen.filter (fun (_, b) -> Double.IsFinite b)

    /// Any two finite floats.
    let pair (engine: Engine) = related engine (finite engine) (finite engine)

    /// How many classes.
    let classes = Gen.frequency [ 12, Gen.choose (1, 8); 2, Gen.choose (9, 70); 1, Gen.choose (200, 1000) ]

    /// Logits of so many classes: independent, equal, one dominant, of very different scales.
    let row (element: Gen<float>) (engine: Engine) (count: int) =
        gen {
            let! values = Gen.arrayOfLength count element
            let! at = Gen.choose (0, count - 1)
            let! scales = Gen.arrayOfLength count (Gen.choose (-30, 0))

            return!
                Gen.frequency
                    [
                        5, Gen.constant values
                        1, Gen.constant (Array.create count values[0])
                        1, Gen.constant (Array.init count (fun i -> if i = at then engine.Round(abs values[i]) else 0.0))
                        1, Gen.constant (Array.init count (fun i -> if i = at then values[i] else engine.Round(values[i] - 60.0)))
                        1, Gen.constant (Array.map2 (fun x k -> engine.Round(Math.ScaleB(x, k))) values scales)
                    ]
        }
        |> Gen.filter (Array.forall Double.IsFinite)

    /// A distribution over so many classes: Dirichlet, or one-hot, with exact zeros.
    let distribution (count: int) =
        gen {
            let! parts = Gen.arrayOfLength count (Gen.frequency [ 4, Gen.choose (1, 1000); 1, Gen.constant 0 ])
            let! at = Gen.choose (0, count - 1)
            let parts = Array.mapi (fun i part -> if i = at then part + 1 else part) parts
            let total = float (Array.sum parts)

            return!
                Gen.frequency
                    [
                        4, Gen.constant [| for part in parts -> float part / total |]
                        1, Gen.constant (Array.init count (fun i -> if i = at then 1.0 else 0.0))
                    ]
        }

    /// A weight: 0, 1, or anything moderate above 0.
    let weight (engine: Engine) = Gen.frequency [ 1, Gen.constant 0.0; 1, Gen.constant 1.0; 4, moderate engine |> Gen.map abs ]

    let private smaller (x: float) =
        if x = 0.0 then
            Seq.empty
        elif not (Double.IsFinite x) then
            seq {
                0.0
                1.0
            }
        else
            seq {
                0.0
                1.0
                -1.0
                truncate x
                x / 2.0
                float (float32 x)
            }
            |> Seq.filter (fun y -> y <> x && abs y < abs x)

    /// Towards 0, 1 and whole numbers.
    let shrinkFloat (valid: float -> bool) (x: float) = smaller x |> Seq.filter valid

/// Properties that run inside one test, over the records of a table.
module Property =

    /// What all inputs of a run are drawn from: the same every time, unless LOSSES_SEED is another number, or "random": then the clock says it.
    let seed: uint64 =
        match Environment.GetEnvironmentVariable "LOSSES_SEED" with
        | null
        | "" -> 20261123UL
        | "random" ->
            let seed = uint64 DateTime.UtcNow.Ticks
            Console.WriteLine $"LOSSES_SEED={seed}"
            seed
        | seed -> UInt64.Parse seed

    let private config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithReplay(Some { Rnd = Rnd seed; Size = None })

    /// Fails with both sides.
    let fail (message: string) = raise (Xunit.Sdk.XunitException message)

    /// Holds a law over generated inputs; the law throws where it fails.
    let holdsFor (count: int) (inputs: Gen<'T>) (shrink: 'T -> seq<'T>) (law: 'T -> unit) =
        let count = int (ceil (Engines.share * float count))

        try
            Check.One(config.WithMaxTest count, Prop.forAll (Arb.fromGenShrink (inputs, shrink)) law)
        with error ->
            fail $"LOSSES_SEED={seed}: {error.Message}"

    /// So many generated inputs, for a law that one of them is to show.
    let sample (count: int) (inputs: Gen<'T>) : 'T[] = Gen.sampleWithSeed (Rnd seed) 50 count inputs

    /// Holds a law over a few hundred generated inputs.
    let holds (inputs: Gen<'T>) (law: 'T -> unit) = holdsFor 300 inputs (fun _ -> Seq.empty) law

    /// Equal bit for bit, but that a NaN is a NaN.
    let same (what: unit -> string) (expected: float) (actual: float) =
        if
            not (
                (Double.IsNaN expected && Double.IsNaN actual)
                || BitConverter.DoubleToInt64Bits expected = BitConverter.DoubleToInt64Bits actual
            )
        then
            fail $"{what ()}: {actual:R} is not {expected:R}"

    /// Equal numbers: −0 = 0, and a NaN is a NaN.
    let equal (what: unit -> string) (expected: float) (actual: float) =
        if not (expected.Equals actual || expected = actual) then
            fail $"{what ()}: {actual:R} is not {expected:R}"

    let private isWithin (engine: Engine) (size: float) (expected: float) (actual: float) =
        engine.Slack > 0.0 && abs (expected - actual) <= engine.Slack * engine.Ulp size

    /// Two ways to the same number: the same bits, or as close as the engine's elementary operations can be.
    let close (engine: Engine) (what: unit -> string) (expected: float) (actual: float) =
        if not (isWithin engine expected expected actual) then
            same what expected actual

    /// Two ways to the same number made of numbers of a size, −0 = 0: equal, or as close as the engine's elementary operations can be.
    let nearOf (engine: Engine) (size: float) (what: unit -> string) (expected: float) (actual: float) =
        if not (isWithin engine size expected actual) then
            equal what expected actual

    /// The same, of numbers of its own size.
    let near (engine: Engine) (what: unit -> string) (expected: float) (actual: float) = nearOf engine expected what expected actual

    /// Sums of the same terms, none of another sign, in two orders: equal where the engine's sums are exact, else within an ulp for each of them.
    let equalSums (engine: Engine) (what: unit -> string) (terms: int) (expected: float) (actual: float) =
        let rounding = if engine.SumsExactly then engine.Slack else float terms

        if not (abs (expected - actual) <= rounding * engine.Ulp expected) then
            equal what expected actual
