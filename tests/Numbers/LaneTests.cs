using System.Runtime.Intrinsics;
using Xunit;

namespace Losses.Tests;

/// <summary>The lanes: right to a few ulp, and the same bits for every width.</summary>
public class LaneTests
{
    private static readonly double[] Exponents = [2, 3, 4, 0.5, 1.5, -0.5, -1, -2, 5, -7, 2.5, -1.7, 1.0 / 3];

    // The unary functions by name. A function of several results is several names.
    private static T Apply<T>(string name, T x)
        where T : IReal<T> =>
        name switch
        {
            "Exp" => T.Exp(x),
            "Log" => T.Log(x),
            "Log1P" => T.Log1P(x),
            "ExpM1" => T.ExpM1(x),
            "Tanh" => T.Tanh(x),
            "LogCosh" => T.LogCosh(x),
            "AtanSlope" => Dual<T>.Atan(Dual<T>.Variable(x)).Derivative,
            "ErfSlope" => Dual<T>.Erf(Dual<T>.Variable(x)).Derivative,
            "TanhSlope" => Dual<T>.Tanh(Dual<T>.Variable(x)).Derivative,
            "Atan" => T.Atan(x),
            "Erf" => T.Erf(x),
            "Sin" => T.SinCos(x).Sin,
            "Cos" => T.SinCos(x).Cos,
            "LogGamma" => T.LogGamma(x),
            "Digamma" => T.Digamma(x),
            "Trigamma" => T.Polygamma(1, x),
            "Tetragamma" => T.Polygamma(2, x),
            "Sqrt" => T.Sqrt(x),
            "Abs" => T.Abs(x),
            "Negate" => -x,
            "Clip" => T.Clip(0.75, x),
            "Softplus" => T.Logistic(x).Softplus,
            "SoftplusOfMinus" => T.Logistic(x).SoftplusOfMinus,
            "Sigmoid" => T.Logistic(x).Sigmoid,
            "SigmoidOfMinus" => T.Logistic(x).SigmoidOfMinus,
            _ => T.Power(x, double.Parse(name["Power".Length..], System.Globalization.CultureInfo.InvariantCulture)),
        };

    private static double Reference(string name, double x) =>
        name switch
        {
            "Exp" => Math.Exp(x),
            "Log" => Math.Log(x),
            "Log1P" => Log1P(x),
            "ExpM1" => ExpM1(x),
            "Tanh" => Math.Tanh(x),
            "Atan" => Math.Atan(x),
            "LogCosh"
            or "LogGamma"
            or "Digamma"
            or "Trigamma"
            or "Tetragamma"
            or "Sin"
            or "Cos"
            or "TanhSlope"
            or "Erf"
            or "ErfSlope"
            or "AtanSlope" => Apply<DoubleDouble>(name, x).High,
            "Sqrt" => Math.Sqrt(x),
            "Abs" => Math.Abs(x),
            "Negate" => -x,
            "Clip" => Math.Clamp(x, -0.75, 0.75),
            "Softplus" => Math.Max(x, 0) + Log1P(Math.Exp(-Math.Abs(x))),
            "SoftplusOfMinus" => Math.Max(-x, 0) + Log1P(Math.Exp(-Math.Abs(x))),
            "Sigmoid" => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)),
            "SigmoidOfMinus" => x < 0 ? 1 / (1 + Math.Exp(x)) : Math.Exp(-x) / (1 + Math.Exp(-x)),
            // C gives ∞ for the root of −∞; here, as below every other negative number, a power that is not whole has no value.
            _ => double.Parse(name["Power".Length..], System.Globalization.CultureInfo.InvariantCulture) is var c
            && x < 0
            && c != Math.Floor(c)
                ? double.NaN
                : Math.Pow(x, c),
        };

    // Kahan's: the error of the logarithm's argument cancels in the quotient.
    private static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 || double.IsPositiveInfinity(u) ? x : Math.Log(u) * (x / (u - 1));
    }

    private static double ExpM1(double x)
    {
        if (x == 0)
            return x;
        if (Math.Abs(x) < 1e-5)
            return x + x * x / 2 + x * x * x / 6;
        var u = Math.Exp(x);
        return u - 1 == -1 ? -1
            : double.IsInfinity(u) ? u
            : (u - 1) / Math.Log(u) * x;
    }

    public static TheoryData<string> Functions()
    {
        var data = new TheoryData<string>
        {
            "Exp",
            "Log",
            "Log1P",
            "ExpM1",
            "Tanh",
            "LogCosh",
            "TanhSlope",
            "AtanSlope",
            "ErfSlope",
            "Atan",
            "Erf",
            "Sin",
            "Cos",
            "LogGamma",
            "Trigamma",
            "Tetragamma",
            "Digamma",
            "Sqrt",
            "Abs",
            "Negate",
            "Clip",
            "Softplus",
            "SoftplusOfMinus",
            "Sigmoid",
            "SigmoidOfMinus",
        };
        foreach (var exponent in Exponents)
            data.Add(FormattableString.Invariant($"Power{exponent:R}"));
        return data;
    }

    private static double[] Inputs(bool isSingle, int count)
    {
        double[] landmarks =
        [
            0,
            -0.0,
            1,
            -1,
            0.5,
            -0.5,
            0.75,
            1.5,
            2,
            double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity,
            5e-324,
            -5e-324,
            1e-310,
            2.2250738585072014E-308,
            double.MaxValue,
            double.MinValue,
            709.782712893384,
            709.7827128933841,
            -708.4,
            -745.1332191019411,
            -745.1332191019412,
            Math.BitIncrement(1.0),
            Math.BitDecrement(1.0),
            Math.BitIncrement(-1.0),
            0.34657359027997264,
            16.6,
            -16.6,
            88.7228,
            -103.97,
            1.401298464324817E-45,
            1.1754943508222875E-38,
            3.4028234663852886E+38,
            BitConverter.Int64BitsToDouble(0x7FF0_0000_00AB_CDEF),
            BitConverter.Int64BitsToDouble(unchecked((long)0xFFF0_0000_00AB_CDEF)),
        ];
        var random = new Random(11);
        double Bits() =>
            isSingle
                ? BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32))
                : BitConverter.Int64BitsToDouble(random.NextInt64() ^ (random.NextInt64() << 1));
        var inputs = new double[count];
        for (var i = 0; i < count; i++)
        {
            var unit = random.NextDouble() * 2 - 1;
            var x =
                i < landmarks.Length
                    ? landmarks[i]
                    : (i % 5) switch
                    {
                        0 => Bits(),
                        1 => unit * 750,
                        2 => unit * 2,
                        3 => 1 + unit * Math.ScaleB(1, -random.Next(50)),
                        _ => unit * Math.ScaleB(1, -random.Next(60)),
                    };
            inputs[i] = isSingle ? (float)x : x;
        }
        return inputs;
    }

    private static TStorage[] Run<TLane, TStorage>(string name, TStorage[] x)
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
    {
        var y = new TStorage[x.Length];
        for (nuint i = 0; i < (nuint)x.Length; i += (nuint)TLane.Count)
            TLane.Store(Apply(name, TLane.Load(in x[0], i)), ref y[0], i);
        return y;
    }

    // A NaN's payload and sign are the processor's affair.
    private static long Bits<TStorage>(TStorage x) =>
        x switch
        {
            float.NaN => -1,
            double.NaN => -1,
            float single => BitConverter.SingleToUInt32Bits(single),
            double value => BitConverter.DoubleToInt64Bits(value),
            _ => throw new ArgumentException("float or double", nameof(x)),
        };

    private static void AssertSame<TStorage>(TStorage[] x, TStorage[] expected, TStorage[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Bits(expected[i]) == Bits(actual[i]), $"at {x[i]}: {expected[i]} but {actual[i]}");
    }

    private static void AssertWidthsAgree<TStorage>(string name, TStorage[] x)
        where TStorage : unmanaged
    {
        var expected = Run<Lane<Simd128, Vector128<double>, TStorage>, TStorage>(name, x);
        if (Lane<Simd256, Vector256<double>, TStorage>.IsSupported)
            AssertSame(x, expected, Run<Lane<Simd256, Vector256<double>, TStorage>, TStorage>(name, x));
        if (Lane<Simd512, Vector512<double>, TStorage>.IsSupported)
            AssertSame(x, expected, Run<Lane<Simd512, Vector512<double>, TStorage>, TStorage>(name, x));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Every_width_gives_the_same_bits(string name)
    {
        AssertWidthsAgree(name, Inputs(false, 40_000));
        AssertWidthsAgree(name, Inputs(true, 40_000).Select(x => (float)x).ToArray());
    }

    private static double Ulp(double x, int digits, double least) => Math.Max(Math.ScaleB(1, Math.ILogB(x) + 1 - digits), least);

    [Theory]
    [MemberData(nameof(Functions))]
    public void Over_float32_data_one_rounding_is_left(string name)
    {
        var x = Inputs(true, 40_000).Select(x => (float)x).ToArray();
        var y = Run<Lane<Simd128, Vector128<double>, float>, float>(name, x);
        for (var i = 0; i < x.Length; i++)
        {
            var expected = Reference(name, x[i]);
            var rounded = (float)expected;
            if (!float.IsFinite(rounded) || rounded == 0)
                Assert.True(Bits(rounded) == Bits(y[i]), $"{name}({x[i]:R}) is {y[i]:R}, not {rounded:R}");
            else
            {
                var error = Math.Abs(y[i] - expected) / Ulp(expected, 24, float.Epsilon);
                Assert.True(error <= 0.501, $"{name}({x[i]:R}) is {y[i]:R}, {error} ulp from {expected:R}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Over_float64_data_two_ulp_are_lost_at_most(string name)
    {
        var x = Inputs(false, 40_000);
        var y = Run<Lane<Simd128, Vector128<double>, double>, double>(name, x);
        // What the rounding of 1 + x loses is put back. A slope is a factor times what may have been rounded to a subnormal number.
        var bound = name switch
        {
            "Log1P" => 1,
            "TanhSlope" => 4,
            // Below 1.28125 a logarithm four times as large as the result is taken off; the steps of its derivatives cancel less.
            "LogGamma" => 4,
            "Digamma" or "Tetragamma" => 3,
            _ => 2,
        };
        for (var i = 0; i < x.Length; i++)
        {
            var expected = Reference(name, x[i]);
            if (double.IsFinite(expected) && double.IsFinite(y[i]) && expected != 0)
            {
                var exact = Apply<DoubleDouble>(name, x[i]);
                var error = DoubleDouble.Abs(exact - y[i]).High / Ulp(exact.High, 53, double.Epsilon);
                Assert.True(error <= bound, $"{name}({x[i]:R}) is {y[i]:R}, {error} ulp from {exact}");
            }
            else
                Assert.True(Bits(expected) == Bits(y[i]), $"{name}({x[i]:R}) is {y[i]:R}, not {expected:R}");
        }
    }

    /// <summary>Values of an arbitrary-precision evaluation (mpmath, 60 digits), correctly rounded.</summary>
    public static TheoryData<string, double, double> Table =>
        new()
        {
            // Exp
            { "Exp", 1e-300, 1.0 },
            { "Exp", -1e-05, 0.9999900000499998 },
            { "Exp", 0.3465735902799727, 1.4142135623730951 },
            { "Exp", 1.0, 2.718281828459045 },
            { "Exp", -37.5, 5.175555005801869e-17 },
            { "Exp", 88.7228, 3.4026905816854362e+38 },
            { "Exp", 709.7, 1.6549840276802644e+308 },
            { "Exp", -708.5, 2.006132305331306e-308 },
            { "Exp", -745.0, 5e-324 },
            { "Exp", -720.25, 1.5827029403e-313 },
            // Log
            { "Log", 5e-324, -744.4400719213812 },
            { "Log", 1e-310, -713.8013788281542 },
            { "Log", 0.7, -0.35667494393873245 },
            { "Log", 0.9999999999999999, -1.1102230246251565e-16 },
            { "Log", 1.0000000000000002, 2.2204460492503128e-16 },
            { "Log", 1.4999999999999998, 0.4054651081081642 },
            { "Log", 1.5, 0.4054651081081644 },
            { "Log", 3.0, 1.0986122886681098 },
            { "Log", 1e+300, 690.7755278982137 },
            { "Log", 1.7976931348623157e+308, 709.782712893384 },
            // Log1P
            { "Log1P", 5e-324, 5e-324 },
            { "Log1P", -1e-17, -1e-17 },
            { "Log1P", 1e-09, 9.999999995e-10 },
            { "Log1P", -0.25, -0.2876820724517809 },
            { "Log1P", 0.49999999999999994, 0.40546510810816433 },
            { "Log1P", 0.5, 0.4054651081081644 },
            { "Log1P", -0.9999999999999999, -36.7368005696771 },
            { "Log1P", 1.0, 0.6931471805599453 },
            { "Log1P", 1000000000000000.0, 34.538776394910684 },
            { "Log1P", 1e+300, 690.7755278982137 },
            // ExpM1
            { "ExpM1", 5e-324, 5e-324 },
            { "ExpM1", -1e-17, -1e-17 },
            { "ExpM1", 1e-09, 1.0000000005000001e-09 },
            { "ExpM1", -0.35, -0.29531191028128656 },
            { "ExpM1", 0.35, 0.41906754859325723 },
            { "ExpM1", 0.7, 1.0137527074704764 },
            { "ExpM1", -1.1, -0.6671289163019205 },
            { "ExpM1", 37.3, 1.5819187549164698e+16 },
            { "ExpM1", 709.7, 1.6549840276802644e+308 },
            { "ExpM1", -40.0, -1.0 },
            // Softplus
            { "Softplus", -745.0, 5e-324 },
            { "Softplus", -700.0, 9.85967654375977e-305 },
            { "Softplus", -20.0, 2.061153620314381e-09 },
            { "Softplus", -1.3, 0.2410084538329922 },
            { "Softplus", -1e-10, 0.6931471805099453 },
            { "Softplus", 0.0, 0.6931471805599453 },
            { "Softplus", 0.5, 0.9740769841801067 },
            { "Softplus", 1.3, 1.5410084538329922 },
            { "Softplus", 20.0, 20.000000002061153 },
            { "Softplus", 700.0, 700.0 },
            // Sigmoid
            { "Sigmoid", -745.0, 5e-324 },
            { "Sigmoid", -700.0, 9.85967654375977e-305 },
            { "Sigmoid", -20.0, 2.0611536181902037e-09 },
            { "Sigmoid", -1.3, 0.2141650169574414 },
            { "Sigmoid", -1e-10, 0.499999999975 },
            { "Sigmoid", 0.0, 0.5 },
            { "Sigmoid", 0.5, 0.6224593312018546 },
            { "Sigmoid", 1.3, 0.7858349830425586 },
            { "Sigmoid", 20.0, 0.9999999979388464 },
            { "Sigmoid", 36.8, 0.9999999999999999 },
            // Power2.5
            { "Power2.5", 5e-324, 0.0 },
            { "Power2.5", 1e-100, 1e-250 },
            { "Power2.5", 0.3, 0.049295030175464945 },
            { "Power2.5", 0.9999999999999999, 0.9999999999999998 },
            { "Power2.5", 1.5, 2.7556759606310752 },
            { "Power2.5", 7.7, 164.52307306271666 },
            { "Power2.5", 1e+100, 1.0000000000000001e+250 },
            // Power-0.3
            { "Power-0.3", 5e-324, 9.814419177829288e+96 },
            { "Power-0.3", 1e-100, 9.999999999999975e+29 },
            { "Power-0.3", 0.3, 1.4350387341664474 },
            { "Power-0.3", 0.9999999999999999, 1.0 },
            { "Power-0.3", 1.5, 0.8854674932955561 },
            { "Power-0.3", 7.7, 0.5420667670675149 },
            { "Power-0.3", 1e+100, 1.0000000000000025e-30 },
            // Power700.5
            { "Power700.5", 0.5, 1.3442747381838626e-211 },
            { "Power700.5", 0.9, 8.848667214932725e-33 },
            { "Power700.5", 0.999999999, 0.9999992995002648 },
            { "Power700.5", 1.000000001, 1.0000007005003029 },
            { "Power700.5", 1.3, 6.566263261618097e+79 },
            { "Power700.5", 1.5, 2.2486764338394137e+123 },
            { "Power700.5", 2.7, 1.4801877080565743e+302 },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_tabulated_values_are_met_within_two_ulp(string name, double x, double expected)
    {
        double[] inputs = [x, x];
        var y = Run<Lane<Simd128, Vector128<double>, double>, double>(name, inputs)[0];
        Assert.True(Math.Abs(y - expected) <= 2 * Ulp(expected, 53, double.Epsilon), $"{name}({x:R}) is {y:R}, not {expected:R}");
    }

    private static double One<TLane>(Func<TLane, TLane, TLane> f, double a, double b)
        where TLane : struct, ILane<TLane, double>
    {
        var y = new double[8];
        TLane.Store(f(TLane.Constant(a), TLane.Constant(b)), ref y[0], 0);
        return y[TLane.Count - 1];
    }

    private static void AssertBinary<TLane>()
        where TLane : struct, ILane<TLane, double>
    {
        if (!TLane.IsSupported)
            return;
        double[] numbers = [0, -0.0, 1, -2.5, 5e-324, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        foreach (var a in numbers)
        foreach (var b in numbers)
        {
            Assert.Equal(Bits(Math.Max(a, b)), Bits(One<TLane>(TLane.Max, a, b)));
            Assert.Equal(Bits(Math.Min(a, b)), Bits(One<TLane>(TLane.Min, a, b)));
            Assert.Equal(Bits(a == 0 ? 0.0 : a * b), Bits(One<TLane>(TLane.Weigh, a, b)));
            Assert.Equal(Bits(a / b), Bits(One<TLane>((x, y) => x / y, a, b)));
            Assert.Equal(
                Bits(a < b ? 1.0 : 2.0),
                Bits(One<TLane>((x, y) => TLane.IfLess(x, y, TLane.Constant(1), TLane.Constant(2)), a, b))
            );
        }
    }

    [Fact]
    public void Comparisons_and_weights_treat_special_numbers_alike_in_every_width()
    {
        AssertBinary<Lane<Simd128, Vector128<double>, double>>();
        AssertBinary<Lane<Simd256, Vector256<double>, double>>();
        AssertBinary<Lane<Simd512, Vector512<double>, double>>();
    }
}
