using System.Reflection;
using System.Runtime.CompilerServices;
using Losses.FSharp;

namespace Losses.Tests;

/// <summary>Runs every kernel once, so that the JIT compiles it: each pointwise definition of the library, found by reflection, and the battery's rows.</summary>
internal static class Everything
{
    // No whole number of registers.
    private const int Count = 67;

    internal static void Run()
    {
        foreach (var definition in Definitions())
            Run(definition);
        Run(typeof(TooLarge));
        foreach (var _ in Battery.Digests()) { }
    }

    /// <summary>Every struct of the library that is a pointwise definition.</summary>
    internal static IEnumerable<Type> Definitions() =>
        typeof(MSE)
            .Assembly.GetExportedTypes()
            .Where(type => type.IsValueType && (typeof(IPointwise).IsAssignableFrom(type) || typeof(IPointwise3).IsAssignableFrom(type)));

    private static void Run(Type definition)
    {
        var name = typeof(IPointwise).IsAssignableFrom(definition) ? nameof(OfTwo) : nameof(OfThree);
        var method = typeof(Everything).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(definition);
        method.Invoke(null, null);
    }

    private static void OfTwo<L>()
        where L : struct, IPointwise
    {
        OfThree<TwoOf<L>>();
        // A sum has loops of its own, one for each term.
        OfThree<TwoOf<Added<Added<L, L>, Scaled<L>>>>();
    }

    // The code of a kernel does not depend on the hyperparameters: whatever a struct without any holds will do.
    private static void OfThree<F>()
        where F : struct, IPointwise3
    {
        float[] x = new float[Count],
            gradient = new float[Count],
            upstream = new float[Count];
        Array.Fill(x, 0.5f);
        Kernel.Map<F, float>(default, x, x, x, gradient);
        Kernel.ValueAndGradient<F, float>(default, x, x, x, Count, [1f], 1, gradient, [], []);
        Kernel.ValueAndGradient<F, float>(default, x, x, x, Count, [1f], 1, [], gradient, []);
        Kernel.Gradient<F, float>(default, x, x, x, Count, upstream, 1, gradient, [], []);
        if (default(F) is not ITwoOf)
            Kernel.ValueAndGradient<F, float>(default, x, x, x, Count, [1f], 1, [], [], gradient);
    }
}

/// <summary>More than the JIT inlines: what this program exists to find.</summary>
internal readonly struct TooLarge : IPointwise
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target)
        where T : IReal<T>
    {
        var d = prediction - target;
        return T.Log1P(T.ExpM1(T.Log1P(T.Exp(d)))) + T.Logistic(T.ExpM1(d)).Softplus + T.Power(T.Log1P(T.ExpM1(-d)), 1.5);
    }
}
