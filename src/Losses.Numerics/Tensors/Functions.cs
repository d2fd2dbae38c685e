using System.Runtime.CompilerServices;

namespace Losses;

// The operations of IReal as pointwise functions, so that the kernels and the one derivative table in Dual serve tensors too.

/// <summary>A function whose slopes depend on some of its arguments only.</summary>
internal interface ISparse
{
    /// <summary>Whether the slope by one argument depends on another, or on itself.</summary>
    bool Needs(int slope, int argument);
}

internal readonly struct AddFunction : IPointwise3, ISparse
{
    public bool Needs(int slope, int argument) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a + b;
}

internal readonly struct SubtractFunction : IPointwise3, ISparse
{
    public bool Needs(int slope, int argument) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a - b;
}

internal readonly struct MultiplyFunction : IPointwise3, ISparse
{
    public bool Needs(int slope, int argument) => slope != argument;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a * b;
}

internal readonly struct DivideFunction : IPointwise3, ISparse
{
    public bool Needs(int slope, int argument) => slope == 1 || argument == 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a / b;
}

internal readonly struct NegateFunction : IPointwise3, ISparse
{
    public bool Needs(int slope, int argument) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => -x;
}

internal readonly struct AbsFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Abs(x);
}

internal readonly struct MaxFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => T.Max(a, b);
}

internal readonly struct MinFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => T.Min(a, b);
}

internal readonly struct SqrtFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Sqrt(x);
}

internal readonly struct ExpFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Exp(x);
}

internal readonly struct LogFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Log(x);
}

internal readonly struct Log1PFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Log1P(x);
}

internal readonly struct ExpM1Function : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.ExpM1(x);
}

internal readonly struct TanhFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Tanh(x);
}

internal readonly struct LogCoshFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.LogCosh(x);
}

internal readonly struct AtanFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Atan(x);
}

internal readonly struct ErfFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Erf(x);
}

internal readonly struct SinFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.SinCos(x).Sin;
}

internal readonly struct CosFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.SinCos(x).Cos;
}

internal readonly struct LogGammaFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.LogGamma(x);
}

internal readonly struct PolygammaFunction(int order) : IPointwise3
{
    private readonly int _order = Checked(order);

    /// <summary>The order, if it is from 1 to 30: the work grows with its square.</summary>
    internal static int Checked(int order) =>
        order is >= 1 and <= 30
            ? order
            : throw new ArgumentOutOfRangeException(
                nameof(order),
                FormattableString.Invariant($"order is {order}, but it must be from 1 to 30.")
            );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Polygamma(_order, x);
}

internal readonly struct DigammaFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Digamma(x);
}

internal readonly struct PowerFunction(double exponent) : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Power(x, exponent);
}

internal readonly struct SoftplusFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Logistic(x).Softplus;
}

internal readonly struct SoftplusOfMinusFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Logistic(x).SoftplusOfMinus;
}

internal readonly struct SigmoidFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Logistic(x).Sigmoid;
}

internal readonly struct SigmoidOfMinusFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T b, T c)
        where T : IReal<T> => T.Logistic(x).SigmoidOfMinus;
}

internal readonly struct DivergenceFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T t, T x, T c)
        where T : IReal<T> => T.Divergence(t, x);
}

/// <summary>A function of two arguments whose slope may be exactly 0 where what comes from above is infinite: their product is not asked for.</summary>
internal interface IPulled
{
    /// <summary>The gradient by the first argument, 0, or the second, 1, given that by the value.</summary>
    T Pull<T>(int input, T gradient, T a, T b)
        where T : IReal<T>;
}

internal readonly struct WeighFunction : IPointwise3, IPulled
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T weight, T x, T c)
        where T : IReal<T> => T.Weigh(weight, x);

    public T Pull<T>(int input, T gradient, T weight, T x)
        where T : IReal<T> => T.Share(gradient, input == 0 ? x : weight);
}

internal readonly struct ShareFunction : IPointwise3, IPulled
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => T.Share(a, b);

    public T Pull<T>(int input, T gradient, T a, T b)
        where T : IReal<T> => T.Share(gradient, input == 0 ? b : a);
}

internal readonly struct GivenFunction : IPointwise3, IPulled
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T value, T c)
        where T : IReal<T> => T.Given(x, value);

    public T Pull<T>(int input, T gradient, T x, T value)
        where T : IReal<T> => T.Share(gradient, T.Given(x, T.Constant(input)));
}

// 1 where a < b, else 0: what IfLess selects by.
internal readonly struct LessFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => T.IfLess(a, b, T.Constant(1), T.Constant(0));
}

internal readonly struct SelectFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T mask, T chosen, T otherwise)
        where T : IReal<T> => T.IfLess(T.Constant(0), mask, chosen, otherwise);
}

internal readonly struct Mark1;

internal readonly struct Mark2;

internal readonly struct Mark3;

/// <summary>The derivative of a pointwise function by one of its arguments: a pointwise function again, hence to any order.</summary>
internal readonly struct Partial<F, M>(F function) : IPointwise3, ITerms
    where F : struct, IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> =>
        function
            .Apply(
                typeof(M) == typeof(Mark1) ? Dual<T>.Variable(a) : Dual<T>.Fixed(a),
                typeof(M) == typeof(Mark2) ? Dual<T>.Variable(b) : Dual<T>.Fixed(b),
                typeof(M) == typeof(Mark3) ? Dual<T>.Variable(c) : Dual<T>.Fixed(c)
            )
            .Derivative;

    public void Collect<TStorage>(List<Term<TStorage>> terms)
        where TStorage : unmanaged
    {
        if (function is ISum sum)
            sum.Visit(new SlopeCollector<M, TStorage>(terms, sum.IsWeighed));
    }
}
