using System.Runtime.CompilerServices;

namespace Losses;

internal static partial class LaneMath<S, V, TStorage>
{
    // From here on Stirling's series, below a polynomial about 2 or 1½ and what is a few steps away from there.
    private const double Stirling = 4;

    // The k that leaves v = x − k in [−0.71875, ½]: there Γ(2 + v) is known, and from 0.28125 to 1.28125 log Γ(1 + v) is taken from it, where that cancels least.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Steps(V x)
    {
        var below = S.IfLess(x, S.Create(0.28125), S.Create(0), S.Create(1));
        var above = S.IfLess(x, S.Create(2.5), S.Create(2), S.IfLess(x, S.Create(3.5), S.Create(3), S.Create(4)));
        return S.IfLess(x, S.Create(1.28125), below, above);
    }

    // The logarithm of x from Stirling's series on; below, that by which log Γ(x) is more or less than log Γ(2 + v).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOfSteps(V x, V k)
    {
        var v = S.Subtract(x, k);
        var one = S.Create(1);
        var two = S.Add(v, S.Create(2));
        var above = S.IfLess(k, S.Create(3.5), two, S.Multiply(two, S.Add(v, S.Create(3))));
        var below = S.IfLess(k, S.Create(0.5), S.Multiply(x, S.Add(x, one)), S.IfLess(k, S.Create(1.5), x, one));
        return Log(S.IfLess(x, S.Create(Stirling), S.IfLess(k, S.Create(2.5), below, above), x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogGamma(V x)
    {
        var size = S.Abs(x);
        var k = Steps(size);
        var v = S.Subtract(size, k);
        var log = LogOfSteps(size, k);
        // log Γ(2 + v) is v times this, about the middle of where v is.
        var u = S.Add(v, S.Create(0.109375));
        var u2 = S.Multiply(u, u);
        var u4 = S.Multiply(u2, u2);
        V slope;
        if (IsShort)
        {
            slope = S.Fma(u, S.Create(3.8094055549057234e-06), S.Create(-6.557584211250744e-06));
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -7.945942666543642e-05, 3.881324088234029e-05, -1.7264355411128726e-05, 7.68415416156343e-06)
            );
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -0.0016701710170787382, 0.0007559384339168194, -0.0003503647179400639, 0.00016516796427196506)
            );
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -0.07467605406865954, 0.024191752475790557, -0.009206120040935383, 0.0038196325510097247)
            );
            slope = S.Fma(u, S.Fma(u, slope, S.Create(0.33797980819183493)), S.Create(0.3866807419915596));
        }
        else
        {
            slope = Cubic(u, u2, -2.2866165315286673e-07, 9.404027473598338e-08, -1.202739768363563e-07, 7.139203335520345e-08);
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -4.4863586962161815e-06, 2.21467878313844e-06, -1.133003831665624e-06, 5.831557838402374e-07)
            );
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -7.903292096720812e-05, 3.8171928822558814e-05, -1.8591425406817617e-05, 9.117761769810359e-06)
            );
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -0.0016701640036846574, 0.0007559165192724695, -0.0003504393573777479, 0.00016532658946802025)
            );
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -0.07467605406314125, 0.024191752423874988, -0.009206120361382816, 0.0038196341444247696)
            );
            slope = S.Fma(u, S.Fma(u, slope, S.Create(0.3379798081923296)), S.Create(0.3866807419915442));
        }
        var near = S.Fma(v, slope, S.IfLess(k, S.Create(1.5), S.Negate(log), log));

        var inverse = S.Divide(S.Create(1), size);
        var s = S.Multiply(inverse, inverse);
        var s2 = S.Multiply(s, s);
        var s4 = S.Multiply(s2, s2);
        V series;
        if (IsShort)
        {
            series = Cubic(s, s2, 0.08333333235550298, -0.002777646742299737, 0.0007877901067473078, -0.00048469985430550416);
        }
        else
        {
            series = Cubic(s, s2, 0.0008382299111335725, -0.001816215388532686, 0.0045708988431489355, -0.00793751132036982);
            series = S.Fma(
                s4,
                series,
                Cubic(s, s2, 0.08333333333332064, -0.0027777777721082323, 0.0007936498756534806, -0.0005951631483114464)
            );
        }
        // (x − ½)(log x − 1) + ½ log 2π − ½ + series/x
        var rest = S.Fma(inverse, series, S.Create(0.4189385332046727));
        var far = S.Fma(S.Subtract(size, S.Create(0.5)), S.Subtract(log, S.Create(1)), rest);
        return S.IfLess(x, S.Create(0), S.Create(double.NaN), S.IfLess(size, S.Create(Stirling), near, far));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Digamma(V x)
    {
        var size = S.Abs(x);
        var one = S.Create(1);
        var two = S.Create(2);
        var three = S.Create(3);
        // ψ(x) = ψ(y) + above/below with y in [1, 2]; 1/x from Stirling's series on.
        var y = S.IfLess(
            size,
            two,
            S.IfLess(size, one, S.Add(size, one), size),
            S.IfLess(size, three, S.Subtract(size, one), S.Subtract(size, two))
        );
        var above = S.IfLess(
            size,
            two,
            S.IfLess(size, one, S.Create(-1), S.Create(0)),
            S.IfLess(size, three, one, S.IfLess(size, S.Create(Stirling), S.Fma(two, y, one), one))
        );
        var below = S.IfLess(
            size,
            two,
            S.IfLess(size, one, size, one),
            S.IfLess(size, three, y, S.IfLess(size, S.Create(Stirling), S.Multiply(y, S.Add(y, one)), size))
        );
        var quotient = S.Divide(above, below);
        var lost = S.Create(0);
        var step = lost;
        if (!IsShort)
        {
            // What the quotient and 1 + x have lost is put back.
            var inverse = S.Divide(one, below);
            lost = S.Multiply(S.FmaNegated(quotient, below, above), inverse);
            lost = S.IfLess(S.Abs(quotient), S.Create(double.PositiveInfinity), lost, step);
            step = S.IfLess(size, one, S.Subtract(size, S.Subtract(y, one)), step);
        }
        // Next to its zero ψ(y) is what y is above that, times this.
        var u = S.Subtract(y, S.Create(1.5));
        var u2 = S.Multiply(u, u);
        var u4 = S.Multiply(u2, u2);
        V slope;
        if (IsShort)
        {
            slope = S.Fma(u2, S.Create(-0.0016900085927497616), S.Fma(u, S.Create(0.0024877124186818904), S.Create(-0.002041478909872043)));
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -0.011898819218781652, 0.008017693251051231, -0.005351590679312382, 0.003107837350306203)
            );
            slope = S.Fma(u4, slope, Cubic(u, u2, -0.06192210698012343, 0.04076154021156856, -0.026976484870300178, 0.017896340747276567));
            slope = S.Fma(u4, slope, Cubic(u, u2, -0.42362742127934455, 0.24054248450914342, -0.14840492349647896, 0.09498870211063941));
            slope = S.Fma(u, slope, S.Create(0.9510558760313053));
        }
        else
        {
            slope = S.Create(-0.00017654950194784054);
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -0.0004847256599134686, 0.0002270112307757396, -0.00014699120539784995, 0.000259862537569321)
            );
            slope = S.Fma(
                u4,
                slope,
                Cubic(u, u2, -0.0023454209964241446, 0.0015565970877953624, -0.0010368424582757323, 0.0007234444681925739)
            );
            slope = S.Fma(u4, slope, Cubic(u, u2, -0.01190821942875217, 0.007926943967090991, -0.005279946188179727, 0.003519012566396026));
            slope = S.Fma(u4, slope, Cubic(u, u2, -0.0619221332747204, 0.040760833810657815, -0.026975796690588267, 0.017907252485077168));
            slope = S.Fma(u4, slope, Cubic(u, u2, -0.4236274212814606, 0.24054248424077396, -0.14840492305388966, 0.09498872445497587));
            slope = S.Fma(u, slope, S.Create(0.951055876031833));
        }
        var beyond = S.Add(S.Subtract(S.Subtract(y, S.Create(1.4616321449683622)), S.Create(9.549995429965697e-17)), step);
        var near = S.Add(S.Fma(beyond, slope, quotient), lost);

        var s = S.Multiply(quotient, quotient);
        var s2 = S.Multiply(s, s);
        var s4 = S.Multiply(s2, s2);
        V series;
        if (IsShort)
        {
            series = Cubic(s, s2, 0.08333332638901678, -0.008332333433957664, 0.00392107846022919, -0.003233260609631473);
        }
        else
        {
            series = Cubic(s, s2, 0.007527294185375961, -0.019646465191505615, 0.056008956944112114, -0.10482899100353849);
            series = S.Fma(
                s4,
                series,
                Cubic(s, s2, 0.0833333333331912, -0.008333333265201002, 0.0039682423286582155, -0.004165673825099537)
            );
        }
        var log = LogOfSteps(size, Steps(size));
        var far = S.Subtract(log, S.Fma(s, series, S.Multiply(S.Create(0.5), quotient)));
        return S.IfLess(x, S.Create(0), S.Create(double.NaN), S.IfLess(size, S.Create(Stirling), near, far));
    }

    // n! Σ (x + i)^−(n + 1), of changing sign with n: the first terms by themselves, the others by the series of Euler and Maclaurin. No term is
    // negative, and what the sum loses is put back. A method of its own: a dozen divisions are dearer than a call, and beside a digamma function it
    // would fill a kernel.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Polygamma(int order, V x)
    {
        var one = S.Create(1);
        var far = S.Create(10 + order);
        var y = S.Abs(x);
        var sum = S.Create(0);
        var lost = S.Create(0);
        for (var i = 0; i < 10 + order; i++)
        {
            var power = y;
            for (var n = 0; n < order; n++)
                power = S.Multiply(power, y);
            (sum, var rest) = TwoSum(sum, S.IfLess(y, far, S.Divide(one, power), S.Create(0)));
            lost = S.Add(lost, rest);
            y = S.IfLess(y, far, S.Add(y, one), y);
        }
        var inverse = S.Divide(one, y);
        var square = S.Multiply(inverse, inverse);
        var series = S.Multiply(S.Create(0.5), inverse);
        // B₂ₖ/(2k)! · (2k + n − 1)!/n!
        var factor = order + 1.0;
        var next = square;
        var k = 2 + order;
        foreach (var term in Bernoulli.OverFactorials)
        {
            series = S.Fma(next, S.Create(term * factor), series);
            factor *= (double)k * (k + 1);
            k += 2;
            next = S.Multiply(next, square);
        }
        var factorial = order % 2 == 0 ? -1.0 : 1.0;
        var scale = inverse;
        for (var n = 1; n < order; n++)
        {
            scale = S.Multiply(scale, inverse);
            factorial *= n + 1;
        }
        // (1/n + series)/yⁿ, and what 1/y has lost of the first.
        series = S.Fma(scale, series, S.Weigh(scale, S.FmaNegated(inverse, y, one)));
        (sum, var last) = TwoSum(sum, S.Multiply(scale, S.Create(1.0 / order)));
        // A term may be infinite: nothing is lost of it.
        sum = S.Add(sum, S.IfLess(sum, S.Create(double.PositiveInfinity), S.Add(series, S.Add(lost, last)), series));
        return S.IfLess(x, S.Create(0), S.Create(double.NaN), S.Multiply(S.Create(factorial), sum));
    }
}
