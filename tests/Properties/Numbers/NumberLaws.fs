namespace Losses.Tests.Numbers

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

/// The laws of every number type: each operation of the algebra against the truth, and its behaviour at the edges.
[<AbstractClass>]
type NumberLaws<'T when 'T :> IReal<'T>>(ofFloat: float -> 'T, toFloat: 'T -> float, ulps: float) =

    let exact (x: float) = DoubleDouble.Constant x

    let close (what: string) (truth: DoubleDouble) (got: float) =
        let error = Engines.float64.Error(got, truth)

        if not (error <= ulps) then
            Property.fail $"{what} is {got:R}, {error:F2} ulp from {truth.High:R}"

    let unary what (domain: float -> bool) (truth: DoubleDouble -> DoubleDouble) (f: 'T -> 'T) =
        Property.holds (Generators.finite Engines.float64 |> Gen.filter domain) (fun x ->
            let expected = truth (exact x)
            // Subnormal results have fewer digits in the oracle.
            if expected.High = 0.0 || abs expected.High > 1e-290 then
                close $"{what} of {x:R}" expected (toFloat (f (ofFloat x))))

    let binary what (truth: DoubleDouble -> DoubleDouble -> DoubleDouble) (f: 'T -> 'T -> 'T) =
        Property.holds
            (Generators.pair Engines.float64
             |> Gen.filter (fun (a, b) -> abs a < 1e150 && abs b < 1e150 && (b = 0.0 || abs b > 1e-140) && (a = 0.0 || abs a > 1e-140)))
            (fun (a, b) -> close $"{what} of {a:R}, {b:R}" (truth (exact a) (exact b)) (toFloat (f (ofFloat a) (ofFloat b))))

    let value (x: 'T) = toFloat x
    let all (_: float) = true

    // 0 is not −0, and NaN is NaN.
    let same (expected: float) (actual: float) =
        let bits (x: float) = if Double.IsNaN x then BitConverter.DoubleToInt64Bits nan else BitConverter.DoubleToInt64Bits x
        Assert.True((bits expected = bits actual), $"{actual:R}, not {expected:R}")

    [<Fact>]
    member _.``add, subtract, multiply and divide``() =
        binary "sum" (fun a b -> a + b) (fun a b -> Notation.(+) a b)
        binary "difference" (fun a b -> a - b) (fun a b -> Notation.(-) a b)
        binary "product" (fun a b -> a * b) (fun a b -> Notation.(*) a b)
        binary "quotient" (fun a b -> a / b) (fun a b -> Notation.(/) a b)
        unary "negative" all (fun x -> -x) Notation.(~-)

    [<Fact>]
    member _.``keep constants``() =
        Property.holds (Generators.any Engines.float64) (fun x -> Property.equal (fun () -> "constant") x (value ('T.Constant x)))

    [<Fact>]
    member _.``have the elementary functions``() =
        unary "√" (fun x -> x >= 0.0) DoubleDouble.Sqrt Notation.sqrt
        unary "exp" (fun x -> x < 709.0 && x > -660.0) DoubleDouble.Exp Notation.exp
        unary "log" (fun x -> x > 1e-300) DoubleDouble.Log Notation.log
        unary "log1p" (fun x -> x > -1.0) DoubleDouble.Log1P Notation.log1p
        unary "expm1" (fun x -> x < 709.0) DoubleDouble.ExpM1 Notation.expm1
        unary "tanh" all DoubleDouble.Tanh Notation.tanh
        unary "log cosh" all DoubleDouble.LogCosh Notation.logCosh
        unary "atan" all DoubleDouble.Atan Notation.atan
        unary "erf" all DoubleDouble.Erf Notation.erf
        unary "sin" all (fun x -> let struct (sin, _) = DoubleDouble.SinCos x in sin) Notation.sin
        unary "cos" all (fun x -> let struct (_, cos) = DoubleDouble.SinCos x in cos) Notation.cos
        unary "log Γ" (fun x -> x > 0.0 && x < 1e300) DoubleDouble.LogGamma Notation.logGamma
        unary "digamma" (fun x -> x > 1e-300) (DoubleDouble.Digamma) Notation.digamma
        unary "trigamma" (fun x -> x > 1e-140 && x < 1e140) (fun x -> DoubleDouble.Polygamma(1, x)) (Notation.polygamma 1)
        unary "|·|" all DoubleDouble.Abs Notation.abs

    [<Fact>]
    member _.``have softplus and sigmoid of both signs``() =
        let moderate x = abs x < 650.0
        unary "softplus" moderate (fun x -> DoubleDouble.Logistic(x).Softplus) (fun x -> 'T.Logistic(x).Softplus)
        unary "softplus of −x" moderate (fun x -> DoubleDouble.Logistic(x).SoftplusOfMinus) (fun x -> 'T.Logistic(x).SoftplusOfMinus)
        unary "sigmoid" moderate (fun x -> DoubleDouble.Logistic(x).Sigmoid) (fun x -> 'T.Logistic(x).Sigmoid)
        unary "sigmoid of −x" moderate (fun x -> DoubleDouble.Logistic(x).SigmoidOfMinus) (fun x -> 'T.Logistic(x).SigmoidOfMinus)

    [<Fact>]
    member _.``have the limits of softplus and sigmoid``() =
        let far (x: float) = 'T.Logistic(ofFloat x)
        Assert.Equal(0.0, value (far -infinity).Softplus)
        Assert.Equal(infinity, value (far -infinity).SoftplusOfMinus)
        Assert.Equal(0.0, value (far -infinity).Sigmoid)
        Assert.Equal(1.0, value (far -infinity).SigmoidOfMinus)
        Assert.Equal(infinity, value (far infinity).Softplus)
        Assert.Equal(0.0, value (far infinity).SoftplusOfMinus)
        Assert.Equal(1.0, value (far infinity).Sigmoid)
        Assert.True(Double.IsNaN(value (far nan).Sigmoid))

    [<Fact>]
    member _.``have powers``() =
        for exponent in [ 0.0; 1.0; 2.0; 3.0; 0.5; -1.0; 1.5 ] do
            Property.holds (Generators.moderate Engines.float64 |> Gen.map (fun x -> abs x + 0.01)) (fun x ->
                close $"{x:R} to the {exponent}" (DoubleDouble.Power(exact x, exponent)) (value ('T.Power(ofFloat x, exponent))))

        Assert.Equal(1.0, value ('T.Power(ofFloat 0.0, 0.0)))
        Assert.Equal(0.0, value ('T.Power(ofFloat 0.0, 2.0)))

    [<Fact>]
    member _.``choose the larger, the smaller, and NaN where either is``() =
        Property.holds (Generators.pair Engines.float64) (fun (a, b) ->
            Property.equal (fun () -> "max") (Math.Max(a, b)) (value ('T.Max(ofFloat a, ofFloat b)))
            Property.equal (fun () -> "min") (Math.Min(a, b)) (value ('T.Min(ofFloat a, ofFloat b))))

        for a, b in [ nan, 1.0; 1.0, nan; nan, nan ] do
            Assert.True(Double.IsNaN(value ('T.Max(ofFloat a, ofFloat b))))
            Assert.True(Double.IsNaN(value ('T.Min(ofFloat a, ofFloat b))))

    [<Fact>]
    member _.``clip to a bound on both sides, and leave NaN``() =
        Property.holds (Generators.any Engines.float64) (fun x ->
            Property.equal (fun () -> "clipped") (Math.Clamp(x, -1.5, 1.5)) (value ('T.Clip(1.5, ofFloat x))))

        Assert.True(Double.IsNaN(value ('T.Clip(1.5, ofFloat nan))))

    [<Fact>]
    member _.``remove with a weight of 0 whatever it weighs``() =
        for x in [ 0.0; 1.0; infinity; -infinity; nan ] do
            Assert.Equal(0.0, value ('T.Weigh(ofFloat 0.0, ofFloat x)))

        Property.holds (Generators.moderate Engines.float64 |> Gen.two) (fun (w, x) ->
            Property.equal (fun () -> "weighed") (w * x) (value ('T.Weigh(ofFloat w, ofFloat x))))

    [<Fact>]
    member _.``choose by comparison, and the other where either is NaN``() =
        let choose a b = value ('T.IfLess(ofFloat a, ofFloat b, ofFloat 1.0, ofFloat 2.0))
        Assert.Equal(1.0, choose 0.0 1.0)
        Assert.Equal(2.0, choose 1.0 0.0)
        Assert.Equal(2.0, choose 1.0 1.0)
        Assert.Equal(2.0, choose 0.0 -0.0)
        Assert.Equal(2.0, choose nan 1.0)
        Assert.Equal(2.0, choose 1.0 nan)
        Assert.Equal(7.0, value ('T.IfLess(ofFloat 0.0, ofFloat 1.0, ofFloat 7.0, ofFloat nan)))
        Assert.Equal(7.0, value ('T.IfLess(ofFloat 1.0, ofFloat 0.0, ofFloat infinity, ofFloat 7.0)))

    [<Fact>]
    member _.``detach to the same value``() =
        Property.holds (Generators.any Engines.float64) (fun x -> Property.equal (fun () -> "detached") x (value ('T.Detach(ofFloat x))))

    [<Fact>]
    member _.``have the edges of logarithm and root``() =
        Assert.Equal(-infinity, value ('T.Log(ofFloat 0.0)))
        Assert.True(Double.IsNaN(value ('T.Log(ofFloat -1.0))))
        Assert.Equal(-infinity, value ('T.Log1P(ofFloat -1.0)))
        Assert.Equal(0.0, value ('T.Sqrt(ofFloat 0.0)))
        Assert.True(Double.IsNaN(value ('T.Sqrt(ofFloat -1.0))))
        Assert.Equal(0.0, value ('T.Exp(ofFloat -infinity)))
        Assert.Equal(-1.0, value ('T.ExpM1(ofFloat -infinity)))

    [<Fact>]
    member _.``have the edges of tanh and log cosh``() =
        for x, tanh, logCosh in
            [
                infinity, 1.0, infinity
                -infinity, -1.0, infinity
                0.0, 0.0, 0.0
                -0.0, -0.0, 0.0
                5e-324, 5e-324, 0.0
                -1e-310, -1e-310, 0.0
                1e-160, 1e-160, 0.5e-320
                710.0, 1.0, 709.3068528194401
                Double.MaxValue, 1.0, Double.MaxValue
                nan, nan, nan
            ] do
            same tanh (value ('T.Tanh(ofFloat x)))
            same logCosh (value ('T.LogCosh(ofFloat x)))

    [<Fact>]
    member _.``have the edges of the gamma functions``() =
        for x, logGamma, digamma, trigamma in
            [
                0.0, infinity, -infinity, infinity
                -0.0, infinity, -infinity, infinity
                5e-324, 744.4400719213812, -infinity, infinity
                1.0, 0.0, -0.5772156649015329, Math.PI * Math.PI / 6.0
                2.0, 0.0, 0.42278433509846713, 0.6449340668482264
                infinity, infinity, infinity, 0.0
                -1.5, nan, nan, nan
                -infinity, nan, nan, nan
                nan, nan, nan, nan
            ] do
            let near (expected: float) (actual: float) =
                if abs expected < infinity && expected <> 0.0 then
                    close $"gamma of {x:R}" (exact expected) actual
                else
                    same expected actual

            near logGamma (value ('T.LogGamma(ofFloat x)))
            near digamma (value ('T.Digamma(ofFloat x)))
            near trigamma (value ('T.Polygamma(1, ofFloat x)))

    [<Fact>]
    member _.``have the edges of sine and cosine, and know how far every number has turned``() =
        for x, sin, cos in [ 0.0, 0.0, 1.0; -0.0, -0.0, 1.0; 5e-324, 5e-324, 1.0; infinity, nan, nan; -infinity, nan, nan; nan, nan, nan ] do
            let struct (sine, cosine) = 'T.SinCos(ofFloat x)
            same sin (value sine)
            same cos (value cosine)

        // The number that is nearest to a multiple of π/2 for its size, and others far away.
        for x in [ 6381956970095103.0 * Math.ScaleB(1.0, 797); -1e22; 1048576.5; Double.MaxValue ] do
            let struct (sine, cosine) = 'T.SinCos(ofFloat x)
            let struct (sin, cos) = DoubleDouble.SinCos(exact x)
            close $"sine of {x:R}" sin (value sine)
            close $"cosine of {x:R}" cos (value cosine)

    [<Fact>]
    member _.``have the edges of atan and erf``() =
        for x, atan, erf in
            [
                infinity, Math.PI / 2.0, 1.0
                -infinity, -Math.PI / 2.0, -1.0
                Double.MaxValue, Math.PI / 2.0, 1.0
                0.0, 0.0, 0.0
                -0.0, -0.0, -0.0
                1.0, Math.PI / 4.0, 0.8427007929497149
                nan, nan, nan
            ] do
            same atan (value ('T.Atan(ofFloat x)))
            same erf (value ('T.Erf(ofFloat x)))

/// Functions of one number, by which derivatives are tested, whatever the number.
module Functions =

    type Function =
        abstract Apply<'T when 'T :> IReal<'T>> : x: 'T -> 'T

    /// A name, where the function is smooth, and the function.
    let smooth: (string * (float -> bool) * Function) list =
        let all (_: float) = true
        let positive x = x > 1e-3

        [
            "x + x·c",
            all,
            { new Function with
                member _.Apply x = Notation.(+) x (Notation.(*) x (Notation.num 3.0))
            }
            "x·x",
            all,
            { new Function with
                member _.Apply x = Notation.(*) x x
            }
            "c − x",
            all,
            { new Function with
                member _.Apply x = Notation.(-) (Notation.num 2.0) x
            }
            "c / x",
            (fun x -> abs x > 1e-3),
            { new Function with
                member _.Apply x = Notation.(/) (Notation.num 2.0) x
            }
            "x / (x + c)",
            positive,
            { new Function with
                member _.Apply x = Notation.(/) x (Notation.(+) x (Notation.num 2.0))
            }
            "−x",
            all,
            { new Function with
                member _.Apply x = Notation.(~-) x
            }
            "|x|",
            (fun x -> abs x > 1e-3),
            { new Function with
                member _.Apply x = Notation.abs x
            }
            "√x",
            positive,
            { new Function with
                member _.Apply x = Notation.sqrt x
            }
            "eˣ",
            all,
            { new Function with
                member _.Apply x = Notation.exp x
            }
            "log x",
            positive,
            { new Function with
                member _.Apply x = Notation.log x
            }
            "log1p x",
            (fun x -> x > -0.9),
            { new Function with
                member _.Apply x = Notation.log1p x
            }
            "expm1 x",
            all,
            { new Function with
                member _.Apply x = Notation.expm1 x
            }
            "tanh x",
            all,
            { new Function with
                member _.Apply x = Notation.tanh x
            }
            "log cosh x",
            all,
            { new Function with
                member _.Apply x = Notation.logCosh x
            }
            "atan x",
            all,
            { new Function with
                member _.Apply x = Notation.atan x
            }
            "erf x",
            all,
            { new Function with
                member _.Apply x = Notation.erf x
            }
            "sin x",
            all,
            { new Function with
                member _.Apply x = Notation.sin x
            }
            "cos x",
            all,
            { new Function with
                member _.Apply x = Notation.cos x
            }
            "log Γ(x)",
            positive,
            { new Function with
                member _.Apply x = Notation.logGamma x
            }
            "digamma x",
            (fun x -> x > 0.1),
            { new Function with
                member _.Apply x = Notation.digamma x
            }
            "x^2.5",
            positive,
            { new Function with
                member _.Apply x = Notation.power 2.5 x
            }
            "x^−1.5",
            positive,
            { new Function with
                member _.Apply x = Notation.power -1.5 x
            }
            "softplus x",
            all,
            { new Function with
                member _.Apply x = (Notation.logistic x).Softplus
            }
            "softplus −x",
            all,
            { new Function with
                member _.Apply x = (Notation.logistic x).SoftplusOfMinus
            }
            "σ(x)",
            all,
            { new Function with
                member _.Apply x = (Notation.logistic x).Sigmoid
            }
            "σ(−x)",
            all,
            { new Function with
                member _.Apply x = (Notation.logistic x).SigmoidOfMinus
            }
            "weigh x x²",
            all,
            { new Function with
                member _.Apply x = Notation.weigh x (Notation.(*) x x)
            }
            "max(x, x²)",
            (fun x -> abs x > 1e-3 && abs (x - 1.0) > 1e-3),
            { new Function with
                member _.Apply x = Notation.max x (Notation.(*) x x)
            }
            "min(x, x²)",
            (fun x -> abs x > 1e-3 && abs (x - 1.0) > 1e-3),
            { new Function with
                member _.Apply x = Notation.min x (Notation.(*) x x)
            }
            "2x clipped to ±2",
            (fun x -> abs (abs x - 1.0) > 1e-3),
            { new Function with
                member _.Apply x = Notation.clip 2.0 (Notation.(+) x x)
            }
            "if x < 1 then x² else −x",
            (fun x -> abs (x - 1.0) > 1e-3),
            { new Function with
                member _.Apply x = Notation.ifLess x (Notation.num 1.0) (Notation.(*) x x) (Notation.(~-) x)
            }
        ]

    /// A name, where the kink is, the slope there, and the function.
    let kinks: (string * float * float * Function) list =
        [
            "|x| at 0",
            0.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.abs x
            }
            "√x at 0",
            0.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.sqrt x
            }
            "√(x²) at 0",
            0.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.sqrt (Notation.(*) x x)
            }
            "max(0, x) at 0",
            0.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.hinge x
            }
            "max(x, 0) at 0",
            0.0,
            1.0,
            { new Function with
                member _.Apply x = Notation.max x (Notation.num 0.0)
            }
            "min(x, 0) at 0",
            0.0,
            1.0,
            { new Function with
                member _.Apply x = Notation.min x (Notation.num 0.0)
            }
            "x clipped to ±2, at 2",
            2.0,
            1.0,
            { new Function with
                member _.Apply x = Notation.clip 2.0 x
            }
            "x clipped to ±2, at −2",
            -2.0,
            1.0,
            { new Function with
                member _.Apply x = Notation.clip 2.0 x
            }
            "detached x",
            2.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.detach x
            }
            "0 weighs log x at 0",
            0.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.weigh (Notation.num 0.0) (Notation.log x)
            }
            "x² at 0 by power",
            0.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.power 2.0 x
            }
            "x⁰ at 0",
            0.0,
            0.0,
            { new Function with
                member _.Apply x = Notation.power 0.0 x
            }
        ]
