using Losses;

namespace Formulas;

/// <summary>A number whose elementary functions are an ulp off, either way, as those of another engine may be.</summary>
internal readonly struct Shaky(double value) : IReal<Shaky>
{
    [ThreadStatic]
    internal static Random? Random;

    public double Value => value;

    private static Shaky Off(Real x) =>
        new(
            Random!.Next(3) switch
            {
                0 => Math.BitDecrement(x.Value),
                1 => Math.BitIncrement(x.Value),
                _ => x.Value,
            }
        );

    private static Real Exact(Shaky x) => new(x.Value);

    public static Shaky Constant(double value) => new(value);

    public static Shaky operator +(Shaky a, Shaky b) => new(a.Value + b.Value);

    public static Shaky operator -(Shaky a, Shaky b) => new(a.Value - b.Value);

    public static Shaky operator *(Shaky a, Shaky b) => new(a.Value * b.Value);

    public static Shaky operator /(Shaky a, Shaky b) => new(a.Value / b.Value);

    public static Shaky operator -(Shaky x) => new(-x.Value);

    public static Shaky Abs(Shaky x) => new(Math.Abs(x.Value));

    public static Shaky Max(Shaky a, Shaky b) => new(Math.Max(a.Value, b.Value));

    public static Shaky Min(Shaky a, Shaky b) => new(Math.Min(a.Value, b.Value));

    public static Shaky Sqrt(Shaky x) => new(Math.Sqrt(x.Value));

    public static Shaky Exp(Shaky x) => Off(Real.Exp(Exact(x)));

    public static Shaky Log(Shaky x) => Off(Real.Log(Exact(x)));

    public static Shaky Log1P(Shaky x) => Off(Real.Log1P(Exact(x)));

    public static Shaky ExpM1(Shaky x) => Off(Real.ExpM1(Exact(x)));

    public static Shaky Tanh(Shaky x) => Off(Real.Tanh(Exact(x)));

    public static Shaky LogCosh(Shaky x) => Off(Real.LogCosh(Exact(x)));

    public static Shaky Atan(Shaky x) => Off(Real.Atan(Exact(x)));

    public static Shaky Erf(Shaky x) => Off(Real.Erf(Exact(x)));

    public static (Shaky Sin, Shaky Cos) SinCos(Shaky x)
    {
        var (sin, cos) = Real.SinCos(Exact(x));
        return (Off(sin), Off(cos));
    }

    public static Shaky LogGamma(Shaky x) => Off(Real.LogGamma(Exact(x)));

    public static Shaky Polygamma(int order, Shaky x) => Off(Real.Polygamma(order, Exact(x)));

    public static Shaky Digamma(Shaky x) => Off(Real.Digamma(Exact(x)));

    public static Shaky Power(Shaky x, double exponent) =>
        exponent is 0 or 1 ? new(Math.Pow(x.Value, exponent)) : Off(Real.Power(Exact(x), exponent));

    public static Logistic<Shaky> Logistic(Shaky x)
    {
        var l = Real.Logistic(Exact(x));
        return new(Off(l.Softplus), Off(l.SoftplusOfMinus), Off(l.Sigmoid), Off(l.SigmoidOfMinus));
    }

    public static Shaky Weigh(Shaky weight, Shaky x) => weight.Value == 0 ? new(0) : weight * x;

    public static Shaky Detach(Shaky x) => x;

    public static Shaky IfLess(Shaky a, Shaky b, Shaky less, Shaky otherwise) => a.Value < b.Value ? less : otherwise;
}
