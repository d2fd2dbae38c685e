namespace Losses;

/// <summary>A number that is an operation of a program: a definition applied to it once leaves what it consists of.</summary>
/// <remarks>No operation of the algebra returns a bool, so that one run sees everything.</remarks>
internal readonly struct Trace(Node node) : IReal<Trace>
{
    internal Node Node => node;

    private static Trace Put(Op op, params Trace[] of) => new(Tracer.Current.Put(op, [.. of.Select(trace => trace.Node)]));

    public static Trace Constant(double value) => new(Tracer.Current.Constant(value));

    public static Trace operator +(Trace a, Trace b) => Put(Op.Add, a, b);

    public static Trace operator -(Trace a, Trace b) => Put(Op.Subtract, a, b);

    public static Trace operator *(Trace a, Trace b) => Put(Op.Multiply, a, b);

    public static Trace operator /(Trace a, Trace b) => Put(Op.Divide, a, b);

    public static Trace operator -(Trace x) => Put(Op.Negate, x);

    public static Trace Abs(Trace x) => Put(Op.Abs, x);

    public static Trace Max(Trace a, Trace b) => Put(Op.Max, a, b);

    public static Trace Min(Trace a, Trace b) => Put(Op.Min, a, b);

    public static Trace Sqrt(Trace x) => Put(Op.Sqrt, x);

    public static Trace Exp(Trace x) => Put(Op.Exp, x);

    public static Trace Log(Trace x) => Put(Op.Log, x);

    public static Trace Log1P(Trace x) => Put(Op.Log1P, x);

    public static Trace ExpM1(Trace x) => Put(Op.ExpM1, x);

    public static Trace Tanh(Trace x) => Put(Op.Tanh, x);

    public static Trace LogCosh(Trace x) => Put(Op.LogCosh, x);

    public static Trace Atan(Trace x) => Put(Op.Atan, x);

    public static Trace Erf(Trace x) => Put(Op.Erf, x);

    public static (Trace Sin, Trace Cos) SinCos(Trace x) => (Put(Op.Sin, x), Put(Op.Cos, x));

    public static Trace LogGamma(Trace x) => Put(Op.LogGamma, x);

    public static Trace Digamma(Trace x) => Put(Op.Digamma, x);

    public static Trace Polygamma(int order, Trace x) => Put(Op.Polygamma, Constant(PolygammaFunction.Checked(order)), x);

    public static Trace Power(Trace x, double exponent) => Put(Op.Power, x, Constant(exponent));

    public static Logistic<Trace> Logistic(Trace x) =>
        new(Put(Op.Softplus, x), Put(Op.SoftplusOfMinus, x), Put(Op.Sigmoid, x), Put(Op.SigmoidOfMinus, x));

    public static Trace Scale(double factor, Trace x) => Put(Op.Scale, Constant(factor), x);

    public static Trace Clip(double bound, Trace x) => Put(Op.Clip, Constant(bound), x);

    static Trace IReal<Trace>.Bell(Trace x, Trace sigmoid, Trace sigmoidOfMinus) => Put(Op.Bell, x, sigmoid, sigmoidOfMinus);

    static Trace IReal<Trace>.Skew(Trace x, Trace sigmoid, Trace sigmoidOfMinus) => Put(Op.Skew, x, sigmoid, sigmoidOfMinus);

    static Trace IReal<Trace>.SechSquared(Trace x) => Put(Op.SechSquared, x);

    static Trace IReal<Trace>.Gaussian(Trace x) => Put(Op.Gaussian, x);

    static Trace IReal<Trace>.ExpTimes(Trace t, Trace x) => Put(Op.ExpTimes, t, x);

    static Trace IReal<Trace>.Divergence(Trace t, Trace x) => Put(Op.Divergence, t, x);

    static Trace IReal<Trace>.Excess(Trace p, Trace q, Trace d) => Put(Op.Excess, p, q, d);

    static Trace IReal<Trace>.JensenShannon(double beta, Trace p, Trace q, Trace d) => Put(Op.JensenShannon, Constant(beta), p, q, d);

    static Trace IReal<Trace>.MixtureLog(double beta, Trace p, Trace q) => Put(Op.MixtureLog, Constant(beta), p, q);

    static Trace IReal<Trace>.MixtureExcess(double beta, Trace p, Trace q, Trace d, Trace log) =>
        Put(Op.MixtureExcess, Constant(beta), p, q, d, log);

    static Trace IReal<Trace>.AboveTangent(Trace d) => Put(Op.AboveTangent, d);

    static Trace IReal<Trace>.Share(Trace gradient, Trace slope) => Put(Op.Share, gradient, slope);

    public static Trace Given(Trace x, Trace value) => Put(Op.Given, x, value);

    public static Trace Weigh(Trace weight, Trace x) => Put(Op.Weigh, weight, x);

    public static Trace Detach(Trace x) => Put(Op.Detach, x);

    public static Trace IfLess(Trace a, Trace b, Trace less, Trace otherwise) => Put(Op.IfLess, a, b, less, otherwise);
}
