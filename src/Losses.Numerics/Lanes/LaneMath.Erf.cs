using System.Runtime.CompilerServices;

namespace Losses;

internal static partial class LaneMath<S, V, TStorage>
{
    // Beyond, e^−x² is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Near(V x) => S.AtMost(S.Create(30), S.Abs(x));

    // e^−x². The rounding of x² would be a relative error of x²/2 units.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gaussian(V x)
    {
        var size = Near(x);
        var square = S.Multiply(size, size);
        var power = ExpBounded(S.Negate(square));
        return IsShort ? power : S.FmaNegated(power, S.Fma(size, size, S.Negate(square)), power);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf(V x)
    {
        var size = Near(x);
        var s = S.Multiply(size, size);
        var s2 = S.Multiply(s, s);
        var s4 = S.Multiply(s2, s2);
        // 1 − e^−x²·(e^x² erfc x), whose second factor is a polynomial of (x − 3)/(x + 3): good to 6, and small enough beyond.
        var three = S.Create(3);
        var t = S.Divide(S.Subtract(size, three), S.Add(size, three));
        var t2 = S.Multiply(t, t);
        var t4 = S.Multiply(t2, t2);
        V tail,
            ratio;
        if (IsShort)
        {
            tail = S.Fma(
                s4,
                S.Create(1.0562983526764967e-06),
                Cubic(s, s2, 0.0052237764674958765, -0.0008542489836821071, 0.00011954825222909071, -1.3898719921879059e-05)
            );
            tail = S.Fma(s4, tail, Cubic(s, s2, 0.12837916709458821, -0.3761263888852748, 0.11283791285738848, -0.026866131430770376));
            ratio = S.Fma(
                t4,
                S.Create(-0.0004275033735396067),
                Cubic(t, t2, 0.07169274084329821, -0.024289420324321218, 0.0045074586833680685, 0.0010183342079286399)
            );
            ratio = S.Fma(t4, ratio, Cubic(t, t2, 0.17900115133491665, -0.32623354499119167, 0.24560417079663824, -0.15011172453854346));
        }
        else
        {
            tail = Cubic(s, s2, 1.6447132699786621e-06, -1.6206318752969208e-07, 1.3710988704190523e-08, -7.779462971761597e-10);
            tail = S.Fma(
                s4,
                tail,
                Cubic(s, s2, 0.005223977606130842, -0.0008548325929766244, 0.0001205529358693695, -1.4924712439534814e-05)
            );
            tail = S.Fma(s4, tail, Cubic(s, s2, 0.12837916709551256, -0.3761263890318352, 0.112837916709442, -0.026866170643113415));
            ratio = Cubic(t, t2, -0.0005808864584207118, 7.66696821015686e-05, 0.00010316204098734073, 1.5273025411995202e-05);
            ratio = S.Fma(t4, ratio, Cubic(t, t2, 0.0716658507413019, -0.02439232242419859, 0.004270382518516691, 0.0007132711606792172));
            ratio = S.Fma(t4, ratio, Cubic(t, t2, 0.17900115118135154, -0.3262335600459997, 0.24560380166395288, -0.1501159363121854));
        }
        var one = S.Create(1);
        // 2/√π is taken apart, 1 + 0.128…: what is added last is exact.
        var near = S.Fma(size, tail, size);
        var far = S.FmaNegated(Gaussian(x), ratio, one);
        return S.Or(S.IfLess(size, one, near, far), S.And(x, S.Create(-0.0)));
    }
}
