using System.Globalization;
using System.Numerics;

namespace Losses;

/// <summary>A number of 106 bits, the unevaluated sum of two float64 numbers: the oracle that the kernels are held to.</summary>
/// <remarks>
/// Every operation is within 2⁻¹⁰² of exact, relative (2⁻¹⁰³·⁹ was the worst of 20,000 hard cases), as long as the low part is above the
/// subnormals: close to 2⁻¹⁰⁷⁴ a result has the bits that float64 has left there. The range is float64's, and so are the special values.
/// Correct rather than fast: an exponential takes about a microsecond.
/// </remarks>
public readonly struct DoubleDouble
    : IReal<DoubleDouble>,
        IComparisonOperators<DoubleDouble, DoubleDouble, bool>,
        IEquatable<DoubleDouble>,
        IComparable<DoubleDouble>
{
    // log 2 in three parts; an integer of 11 bits times one of the first two is exact.
    private const double Log2A = 0.6931471805598903;
    private const double Log2B = 5.4979230187085024e-14;
    private const double Log2C = -1.3124698417785255e-27;

    // exp is the series up to here: 0.35²⁹/29! is below 2⁻¹⁴⁶, and exp − 1 has one power less.
    private const int SeriesLength = 28;

    private static readonly DoubleDouble[] InverseFactorials = MakeInverseFactorials();

    private static readonly DoubleDouble Log2 = Sum(Sum(Log2A, Log2B), Log2C);

    private static readonly DoubleDouble HalfPi = Sum(1.5707963267948966, 6.123233995736766e-17);

    private static readonly DoubleDouble TwoOverRootPi = Sum(1.1283791670955126, 1.533545961316588e-17);

    private static readonly DoubleDouble HalfLogOfTwoPi = Sum(0.9189385332046728, -3.8782941580672414e-17);

    // B₂ₖ from k = 1 on: beyond 40, what follows is out of sight.
    private static readonly (double Above, double Below)[] Bernoulli =
    [
        (1, 6),
        (-1, 30),
        (1, 42),
        (-1, 30),
        (5, 66),
        (-691, 2730),
        (7, 6),
        (-3617, 510),
        (43867, 798),
        (-174611, 330),
        (854513, 138),
        (-236364091, 2730),
        (8553103, 6),
        (-23749461029, 870),
        (8615841276005, 14322),
        (-7709321041217, 510),
        (2577687858367, 6),
    ];

    // π/2 in units of 2^−AngleBits: a number of 1024 bits leaves an angle to 2⁻³⁷⁶.
    private const int AngleBits = 1400;

    private static readonly BigInteger FixedHalfPi = 8 * ArctanOfInverse(5, AngleBits) - 2 * ArctanOfInverse(239, AngleBits);

    // Normalized parts: high is the float64 number nearest to the sum, and low is 0 beside an infinity or NaN.
    private DoubleDouble(double high, double low)
    {
        High = high;
        Low = low;
    }

    /// <summary>The float64 number nearest to this one.</summary>
    public double High { get; }

    /// <summary>What this number is above <see cref="High"/>; 0 beside an infinity or NaN.</summary>
    public double Low { get; }

    /// <summary>The float64 number nearest to this one.</summary>
    public double ToDouble() => High;

    /// <summary>A float64 number, exactly.</summary>
    public static implicit operator DoubleDouble(double value) => new(value, 0);

    /// <inheritdoc/>
    public static DoubleDouble Constant(double value) => value;

    /// <inheritdoc/>
    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        // Zeros keep their signs; an infinity or NaN has no low part.
        if (a.Low == 0 && b.Low == 0)
            return Sum(a.High, b.High);
        var high = Sum(a.High, b.High);
        var low = Sum(a.Low, b.Low);
        var first = Normalized(high.High, high.Low + low.High);
        return Normalized(first.High, first.Low + low.Low);
    }

    /// <inheritdoc/>
    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    /// <inheritdoc/>
    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        var product = a.High * b.High;
        // Where the products of the low parts may fall below the subnormals, the factors are taken near 1 and the result is put back.
        if (Math.Abs(product) is > 1e-250 and < 1e290)
        {
            var low = Math.FusedMultiplyAdd(a.High, b.High, -product);
            var cross = Math.FusedMultiplyAdd(a.High, b.Low, a.Low * b.Low);
            return Normalized(product, low + Math.FusedMultiplyAdd(a.Low, b.High, cross));
        }
        if (product == 0 && (a.High == 0 || b.High == 0) || !double.IsFinite(a.High) || !double.IsFinite(b.High))
            return product;
        var (x, m) = a.Split();
        var (y, n) = b.Split();
        return (x * y).Scale(m + n);
    }

    /// <inheritdoc/>
    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        if (a.High == 0 || b.High == 0 || !double.IsFinite(a.High) || !double.IsFinite(b.High))
            return a.High / b.High;
        var (x, m) = a.Split();
        var (y, n) = b.Split();
        // Long division with digits of 53 bits.
        var first = x.High / y.High;
        var rest = x - y * first;
        var second = rest.High / y.High;
        rest -= y * second;
        return (Normalized(first, second) + rest.High / y.High).Scale(m - n);
    }

    /// <inheritdoc/>
    public static DoubleDouble operator -(DoubleDouble x) => new(-x.High, -x.Low);

    /// <summary>Whether a &lt; b, exactly; false where either is NaN.</summary>
    public static bool operator <(DoubleDouble a, DoubleDouble b) => a.High < b.High || a.High == b.High && a.Low < b.Low;

    /// <summary>Whether a &gt; b, exactly; false where either is NaN.</summary>
    public static bool operator >(DoubleDouble a, DoubleDouble b) => b < a;

    /// <summary>Whether a ≤ b, exactly; false where either is NaN.</summary>
    public static bool operator <=(DoubleDouble a, DoubleDouble b) => a < b || a == b;

    /// <summary>Whether a ≥ b, exactly; false where either is NaN.</summary>
    public static bool operator >=(DoubleDouble a, DoubleDouble b) => b < a || a == b;

    /// <summary>Whether a = b, exactly; false where either is NaN.</summary>
    public static bool operator ==(DoubleDouble a, DoubleDouble b) => a.High == b.High && a.Low == b.Low;

    /// <summary>Whether a ≠ b; true where either is NaN.</summary>
    public static bool operator !=(DoubleDouble a, DoubleDouble b) => !(a == b);

    /// <inheritdoc/>
    public static DoubleDouble Abs(DoubleDouble x) => x.High < 0 ? -x : new(Math.Abs(x.High), x.Low);

    /// <inheritdoc/>
    public static DoubleDouble Max(DoubleDouble a, DoubleDouble b)
    {
        if (double.IsNaN(a.High) || double.IsNaN(b.High))
            return double.NaN;
        // The larger zero is +0.
        if (a.High == 0 && b.High == 0)
            return Math.Max(a.High, b.High);
        return a < b ? b : a;
    }

    /// <inheritdoc/>
    public static DoubleDouble Min(DoubleDouble a, DoubleDouble b) => -Max(-a, -b);

    /// <inheritdoc/>
    public static DoubleDouble Sqrt(DoubleDouble x)
    {
        if (!(x.High > 0 && double.IsFinite(x.High)))
            return Math.Sqrt(x.High);
        var (y, exponent) = x.Split();
        if ((exponent & 1) != 0)
            (y, exponent) = (y + y, exponent - 1);
        // Two steps of Newton's method: the first doubles the 53 bits, the second repairs its rounding.
        DoubleDouble root = Math.Sqrt(y.High);
        root += (y - root * root) / (root + root);
        root += (y - root * root) / (root + root);
        return root.Scale(exponent / 2);
    }

    /// <inheritdoc/>
    public static DoubleDouble Exp(DoubleDouble x)
    {
        // Beyond, the result is an infinity or 0, also when rounded upwards.
        if (!(Math.Abs(x.High) < 750))
            return Math.Exp(x.High);
        var (exponent, power) = Reduced(x);
        return (power + 1).Scale(exponent);
    }

    static DoubleDouble IReal<DoubleDouble>.ExpTimes(DoubleDouble t, DoubleDouble x)
    {
        // Beyond, 2ᵏ and a finite number make an infinity or 0.
        if (!(Math.Abs(t.High) < 1380))
            return Weigh(Exp(t), x);
        if (x.High == 0 || !double.IsFinite(x.High))
            return x;
        var (exponent, power) = Reduced(t);
        var (m, n) = x.Split();
        return ((power + 1) * m).Scale(exponent + n);
    }

    /// <inheritdoc/>
    public static DoubleDouble ExpM1(DoubleDouble x)
    {
        if (!(Math.Abs(x.High) < 750))
            return Math.Exp(x.High) - 1;
        if (x.High == 0)
            return x;
        var (exponent, power) = Reduced(x);
        if (exponent == 0)
            return power;
        // 2ⁿ(1 + p) − 1; beyond 2¹¹⁰ the 1 is out of sight, and 2ⁿ alone might overflow.
        return exponent > 110 ? (power + 1).Scale(exponent) : (power + 1).Scale(exponent) - 1;
    }

    /// <inheritdoc/>
    public static DoubleDouble Log(DoubleDouble x)
    {
        if (!(x.High > 0 && double.IsFinite(x.High)))
            return Math.Log(x.High);
        var (m, exponent) = x.NearOne();
        var log = Log1PSmall(m - 1);
        return exponent == 0 ? log : Log2 * exponent + log;
    }

    /// <inheritdoc/>
    public static DoubleDouble Log1P(DoubleDouble x) =>
        // 1 + x is exact below −½; above ½ its rounding is as small beside the logarithm as beside 1.
        Math.Abs(x.High) < 0.5
            ? Log1PSmall(x)
            : Log(x + 1);

    /// <inheritdoc/>
    public static DoubleDouble Tanh(DoubleDouble x)
    {
        var m = ExpM1(-2 * Abs(x));
        // ExpM1 of −0 is −0, and so is this of +0 if it is not said.
        var size = m.High == 0 ? Abs(x) : -m / (m + 2);
        return double.IsNegative(x.High) ? -size : size;
    }

    /// <inheritdoc/>
    public static DoubleDouble LogCosh(DoubleDouble x)
    {
        var size = Abs(x);
        if (!(size.High < 1))
            return size + (Log1P(Exp(-2 * size)) - Log2);
        // ½ log(1 + sinh² x)
        var m = ExpM1(size);
        var sinh = (m + m / (m + 1)) * 0.5;
        return Log1P(sinh * sinh) * 0.5;
    }

    /// <inheritdoc/>
    public static DoubleDouble Atan(DoubleDouble x)
    {
        if (x.High == 0 || double.IsNaN(x.High))
            return x;
        if (double.IsInfinity(x.High))
            return x.High > 0 ? HalfPi : -HalfPi;
        // A guess, and the angle that is left: its tangent is that of the difference, and itself but for a third of its cube.
        var guess = Math.Atan(x.High);
        var (sin, cos) = SinCos(guess);
        return (x * cos - sin) / (x * sin + cos) + guess;
    }

    /// <inheritdoc/>
    public static (DoubleDouble Sin, DoubleDouble Cos) SinCos(DoubleDouble x)
    {
        if (!double.IsFinite(x.High))
            return (double.NaN, double.NaN);
        var quarter = BigInteger.Zero;
        var r = x;
        if (Math.Abs(x.High) > 0.75)
        {
            var fixedPoint = ToFixed(x, AngleBits);
            quarter = BigInteger.Divide(2 * fixedPoint + (fixedPoint.Sign < 0 ? -FixedHalfPi : FixedHalfPi), 2 * FixedHalfPi);
            r = FromFixed(fixedPoint - quarter * FixedHalfPi, AngleBits);
        }
        var square = r * r;
        DoubleDouble sin = 0;
        var cos = InverseFactorials[SeriesLength];
        for (var i = SeriesLength - 2; i >= 0; i -= 2)
            (sin, cos) = (InverseFactorials[i + 1] - square * sin, InverseFactorials[i] - square * cos);
        sin *= r;
        if (r.High == 0)
            sin = r;
        return (int)(((quarter % 4) + 4) % 4) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <inheritdoc/>
    public static DoubleDouble Erf(DoubleDouble x)
    {
        if (x.High == 0 || double.IsNaN(x.High))
            return x;
        var size = Abs(x);
        // 1 up to 2⁻¹¹⁰ beyond 9.
        if (size.High > 9)
            return x.High > 0 ? 1 : -1;
        var square = size * size;
        DoubleDouble value;
        if (size.High < 2)
        {
            // 2/√π e^−x² Σ x (2x²)ⁿ / (1·3·…·(2n + 1)): no term is negative.
            DoubleDouble term = size,
                sum = size;
            for (var n = 1; term.High > sum.High * 1e-34; n++)
                sum += term = term * (square + square) / (2 * n + 1);
            value = sum * Exp(-square) * TwoOverRootPi;
        }
        else
        {
            // erfc x = e^−x²/√π / (x + ½/(x + 1/(x + 1½/(x + …))))
            var fraction = size;
            for (var n = 400; n > 0; n--)
                fraction = size + (DoubleDouble)(n * 0.5) / fraction;
            value = 1 - Exp(-square) * TwoOverRootPi * 0.5 / fraction;
        }
        return x.High < 0 ? -value : value;
    }

    /// <inheritdoc/>
    public static DoubleDouble LogGamma(DoubleDouble x)
    {
        if (!(x.High > 0 && double.IsFinite(x.High)))
            return x.High < 0 ? double.NaN
                : Math.Abs(x.High) == 0 ? double.PositiveInfinity
                : x.High;
        foreach (var zero in new[] { 1, 2 })
        {
            var step = x - zero;
            if (Math.Abs(step.High) < 1.0 / 1024)
            {
                // Taylor's series: what is below would cancel here.
                DoubleDouble power = 1,
                    series = 0;
                for (var k = 1; k <= 12; k++)
                {
                    power = power * step / k;
                    series += Polygamma(k - 1, zero) * power;
                }
                return series;
            }
        }
        DoubleDouble product = 1;
        var y = x;
        for (; y.High < 40; y += 1)
            product *= y;
        var inverse = 1 / y;
        var square = inverse * inverse;
        DoubleDouble sum = 0;
        for (var k = Bernoulli.Length; k > 0; k--)
            sum = sum * square + (DoubleDouble)Bernoulli[k - 1].Above / (Bernoulli[k - 1].Below * 2 * k * (2 * k - 1));
        return (y - 0.5) * Log(y) - y + HalfLogOfTwoPi + sum * inverse - Log(product);
    }

    /// <inheritdoc/>
    public static DoubleDouble Digamma(DoubleDouble x) => Polygamma(0, x);

    /// <inheritdoc/>
    public static DoubleDouble Polygamma(int order, DoubleDouble x)
    {
        if (x.High < 0 || double.IsNaN(x.High))
            return double.NaN;
        var sign = order % 2 == 0 ? -1 : 1;
        if (x.High == 0)
            return sign * double.PositiveInfinity;
        if (double.IsInfinity(x.High))
            return order == 0 ? x : sign * 0.0;
        DoubleDouble sum = 0,
            factorial = 1;
        for (var n = 2; n <= order; n++)
            factorial *= n;
        var y = x;
        for (; y.High < 40 + order; y += 1)
            sum += Whole(1 / y, order + 1);
        var inverse = 1 / y;
        // B₂ₖ (2k + n − 1)! / ((2k)! n!), and B₂ₖ/2k for n = 0.
        DoubleDouble series = 0;
        for (var k = Bernoulli.Length; k > 0; k--)
        {
            var factor = (DoubleDouble)Bernoulli[k - 1].Above / (Bernoulli[k - 1].Below * (order == 0 ? 2 * k : 1));
            for (var n = 1; n < order; n++)
                factor = factor * (2 * k + n) / (n + 1);
            series = (series + factor) * inverse * inverse;
        }
        if (order == 0)
            return Log(y) - inverse * 0.5 - series - sum;
        series += inverse * 0.5 + (DoubleDouble)1 / order;
        return (sum + series * Whole(inverse, order)) * factorial * sign;
    }

    private static DoubleDouble Whole(DoubleDouble x, int exponent)
    {
        DoubleDouble power = 1;
        for (var i = 0; i < exponent; i++)
            power *= x;
        return power;
    }

    /// <inheritdoc/>
    public static DoubleDouble Power(DoubleDouble x, double exponent)
    {
        var power = Math.Pow(x.High, exponent);
        if (exponent == 0 || x.High == 0 || !double.IsFinite(x.High) || !double.IsFinite(exponent) || double.IsNaN(power))
            return power;
        var (m, binary) = Abs(x).NearOne();
        // An error in the exponent is a relative one in the power, so that a large exponent wants more of the logarithm than 106 bits.
        var result = Math.Abs(exponent) < 16 ? ShortPower(m, binary, exponent) : LongPower(m, binary, exponent);
        return x.High < 0 && Math.Abs(exponent % 2) == 1 ? -result : result;
    }

    /// <inheritdoc/>
    public static Logistic<DoubleDouble> Logistic(DoubleDouble x)
    {
        var e = Exp(-Abs(x));
        var log = Log1P(e);
        var (near, far) = (1 / (e + 1), e / (e + 1));
        return x.High < 0 ? new(log, log - x, far, near) : new(log + x, log, near, far);
    }

    /// <inheritdoc/>
    public static DoubleDouble Weigh(DoubleDouble weight, DoubleDouble x) => weight.High == 0 ? 0 : weight * x;

    /// <inheritdoc/>
    public static DoubleDouble Detach(DoubleDouble x) => x;

    /// <inheritdoc/>
    public static DoubleDouble IfLess(DoubleDouble a, DoubleDouble b, DoubleDouble less, DoubleDouble otherwise) =>
        a < b ? less : otherwise;

    /// <summary>The order of the numbers, NaN before all of them.</summary>
    public int CompareTo(DoubleDouble other)
    {
        var order = High.CompareTo(other.High);
        return order != 0 ? order : Low.CompareTo(other.Low);
    }

    /// <summary>Whether the numbers are equal; NaN equals NaN.</summary>
    public bool Equals(DoubleDouble other) => High.Equals(other.High) && Low.Equals(other.Low);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DoubleDouble other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(High, Low);

    /// <summary>The number to 33 digits, which tell any two of 106 bits apart.</summary>
    public override string ToString()
    {
        if (Low == 0 || !double.IsFinite(High))
            return High.ToString("R", CultureInfo.InvariantCulture);
        // The exact value is an integer over a power of two, hence an integer over a power of ten.
        var (high, low) = (Float.Split(High), Float.Split(Low));
        var unit = Math.Min(high.Exponent, low.Exponent);
        var integer = Signed(High, high, unit) + Signed(Low, low, unit);
        var digits = BigInteger.Abs(unit < 0 ? integer * BigInteger.Pow(5, -unit) : integer << unit).ToString(CultureInfo.InvariantCulture);
        var exponent = digits.Length - 1 + Math.Min(unit, 0);
        const int length = 33;
        if (digits.Length > length)
        {
            var rounded = (BigInteger.Parse(digits[..(length + 1)], CultureInfo.InvariantCulture) + 5) / 10;
            digits = rounded.ToString(CultureInfo.InvariantCulture);
            exponent += digits.Length - length;
        }
        digits = digits.TrimEnd('0');
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return FormattableString.Invariant($"{(High < 0 ? "-" : "")}{digits[0]}{fraction}E{exponent:+0;-0}");
    }

    private static BigInteger Signed(double value, (ulong Significand, int Exponent) parts, int unit)
    {
        var integer = (BigInteger)parts.Significand << (parts.Exponent - unit);
        return value < 0 ? -integer : integer;
    }

    // a + b exactly (Dekker). Without a look at which is larger (Knuth) a step on the way may overflow where the sum does not.
    private static DoubleDouble Sum(double a, double b)
    {
        var sum = a + b;
        if (!double.IsFinite(sum))
            return sum;
        return Math.Abs(a) < Math.Abs(b) ? new(sum, a - (sum - b)) : new(sum, b - (sum - a));
    }

    private static DoubleDouble Sum(DoubleDouble a, double b) => a + b;

    // a·b exactly, for factors of moderate size.
    private static DoubleDouble Product(double a, double b)
    {
        var product = a * b;
        return double.IsFinite(product) ? new DoubleDouble(product, Math.FusedMultiplyAdd(a, b, -product)) : product;
    }

    // a + b exactly, where |b| is not above |a| (Dekker).
    private static DoubleDouble Normalized(double a, double b)
    {
        var sum = a + b;
        return double.IsFinite(sum) ? new DoubleDouble(sum, b - (sum - a)) : sum;
    }

    // x = m·2^exponent with m in [1, 2), up to the low part.
    private (DoubleDouble Significand, int Exponent) Split()
    {
        var exponent = Math.ILogB(High);
        return (new(Math.ScaleB(High, -exponent), Math.ScaleB(Low, -exponent)), exponent);
    }

    // The same with m from √½ to √2: the logarithm of a number near 1 is then one of 1 + (m − 1), and nothing cancels.
    private (DoubleDouble Significand, int Exponent) NearOne()
    {
        var (m, exponent) = Split();
        return m.High > 1.4142135623730951 ? (m.Scale(-1), exponent + 1) : (m, exponent);
    }

    private DoubleDouble Scale(int exponent)
    {
        var high = Math.ScaleB(High, exponent);
        if (high == 0 || !double.IsFinite(high))
            return high;
        // What a subnormal high part cannot keep still counts in the rounding of the low part.
        var lost = High - Math.ScaleB(high, -exponent);
        return Sum(high, Math.ScaleB(lost + Low, exponent));
    }

    // x = n·log 2 + r with |r| about 0.35 at most: n, and eʳ − 1.
    private static (int Exponent, DoubleDouble Power) Reduced(DoubleDouble x)
    {
        var n = Math.Round(x.High / Log2A);
        var r = Sum(x.High, -n * Log2A) + Sum(x.Low, -n * Log2B) + -n * Log2C;
        var sum = InverseFactorials[SeriesLength];
        for (var i = SeriesLength - 1; i > 0; i--)
            sum = sum * r + InverseFactorials[i];
        return ((int)n, sum * r);
    }

    private static DoubleDouble[] MakeInverseFactorials()
    {
        var inverses = new DoubleDouble[SeriesLength + 1];
        DoubleDouble factorial = 1;
        for (var i = 0; i <= SeriesLength; i++)
        {
            factorial *= Math.Max(i, 1);
            inverses[i] = 1 / factorial;
        }
        return inverses;
    }

    // log(1 + x) for |x| up to a half, by one step of Newton's method on eʸ − 1, whose error is relative to y.
    private static DoubleDouble Log1PSmall(DoubleDouble x)
    {
        var rounded = 1 + x.High;
        var guess = rounded == 1 ? x.High : Math.Log(rounded) * (x.High / (rounded - 1));
        if (guess == 0)
            return x;
        var power = ExpM1(guess);
        var step = (x - power) / (power + 1);
        // log(1 + s) = s − s²/2 + …, and s³ is out of sight.
        return step - step * step * 0.5 + guess;
    }

    // (m·2ⁿ)ᵖ = 2^(n·p)·mᵖ, and the whole part of n·p costs nothing.
    private static DoubleDouble ShortPower(DoubleDouble m, int n, double p)
    {
        var binary = Product(n, p);
        var whole = Math.Round(binary.High);
        return Exp((binary - whole) * Log2 + Log1PSmall(m - 1) * p).Scale((int)whole);
    }

    // (m·2ⁿ)ᵖ by a logarithm of 400 bits: enough for the largest exponent that keeps a base of 106 bits next to 1 within range.
    private static DoubleDouble LongPower(DoubleDouble m, int n, double p)
    {
        const int bits = 400;
        var one = BigInteger.One << bits;
        var number = ToFixed(m, bits);
        var log2 = LogOfRatio(2 * one, one, bits);
        var log = LogOfRatio(number, one, bits) + n * log2;
        var (significand, unit) = Float.Split(Math.Abs(p));
        var product = log * significand * Math.Sign(p);
        product = unit < 0 ? product >> -unit : product << unit;
        if (BigInteger.Abs(product) > 800 * one)
            return product.Sign > 0 ? double.PositiveInfinity : 0;
        var whole = (int)BigInteger.Divide(product, log2);
        return Exp(FromFixed(product - whole * log2, bits)).Scale(whole);
    }

    // log(a/b) = 2·artanh((a − b)/(a + b)), in units of 2^−bits.
    private static BigInteger LogOfRatio(BigInteger a, BigInteger b, int bits)
    {
        var z = (BigInteger.Abs(a - b) << bits) / (a + b);
        var square = z * z >> bits;
        var sum = BigInteger.Zero;
        for (var i = 1; !z.IsZero; i += 2)
        {
            sum += 2 * z / i;
            z = z * square >> bits;
        }
        return a < b ? -sum : sum;
    }

    // The angle whose tangent is 1/n, in units of 2^−bits.
    private static BigInteger ArctanOfInverse(int n, int bits)
    {
        // A few bits more, for what the divisions cut off.
        var power = (BigInteger.One << (bits + 20)) / n;
        var sum = BigInteger.Zero;
        for (var i = 1; !power.IsZero; i += 2)
        {
            sum += i % 4 == 1 ? power / i : -(power / i);
            power /= n * n;
        }
        return sum >> 20;
    }

    private static BigInteger ToFixed(DoubleDouble x, int bits) => ToFixed(x.High, bits) + ToFixed(x.Low, bits);

    private static BigInteger ToFixed(double x, int bits)
    {
        var (significand, exponent) = Float.Split(x);
        var shift = exponent + bits;
        var magnitude = shift < 0 ? (BigInteger)significand >> -shift : (BigInteger)significand << shift;
        return x < 0 ? -magnitude : magnitude;
    }

    private static DoubleDouble FromFixed(BigInteger x, int bits)
    {
        DoubleDouble sum = 0;
        // Three digits of 53 bits, the highest first.
        for (var i = 0; i < 3 && !x.IsZero; i++)
        {
            var shift = Math.Max(0, (int)x.GetBitLength() - 53);
            var digit = x >> shift;
            sum += Math.ScaleB((double)digit, shift - bits);
            x -= digit << shift;
        }
        return sum;
    }
}
