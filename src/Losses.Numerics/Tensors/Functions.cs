using System.Runtime.CompilerServices;

namespace Losses;

// The operations of IReal as pointwise functions, so that the kernels and the one derivative table in Dual serve tensors too.

internal readonly struct AddFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a + b;
}

internal readonly struct SubtractFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a - b;
}

internal readonly struct MultiplyFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a * b;
}

internal readonly struct DivideFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : IReal<T> => a / b;
}

internal readonly struct NegateFunction : IPointwise3
{
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

internal readonly struct WeighFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T weight, T x, T c)
        where T : IReal<T> => T.Weigh(weight, x);
}

internal readonly struct GivenFunction : IPointwise3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x, T value, T c)
        where T : IReal<T> => T.Given(x, value);
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
            sum.Visit(new SlopeCollector<M, TStorage>(terms));
    }
}
