using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Losses.FSharp;

namespace Losses.Tests;

/// <summary>Runs every kernel once, so that the JIT compiles it: each definition of the library, pointwise, of sums or of pairs, found by reflection, and the battery's rows.</summary>
internal static class Everything
{
    // No whole number of registers.
    private const int Count = 67;

    internal static void Run()
    {
        foreach (var definition in Definitions())
            Run(definition);
        foreach (var operation in Operations())
            typeof(Everything)
                .GetMethod(nameof(OfOperation), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(operation)
                .Invoke(null, null);
        RunAll<ISums>(nameof(OfSums));
        RunAll<IPairs>(nameof(OfPairs));
        RunAll<ISoftmaxDivergence>(nameof(OfDivergences));
        OfProducts<float>();
        OfProducts<double>();
        Run(typeof(TooLarge));
        foreach (var _ in Battery.Digests()) { }
    }

    /// <summary>Every struct of the library that is a pointwise definition.</summary>
    internal static IEnumerable<Type> Definitions() =>
        typeof(MSE)
            .Assembly.GetExportedTypes()
            .Where(type => type.IsValueType && (typeof(IPointwise).IsAssignableFrom(type) || typeof(IPointwise3).IsAssignableFrom(type)));

    // The operations of the algebra, as tensors run them.
    private static IEnumerable<Type> Operations() =>
        typeof(TanhFunction)
            .Assembly.GetTypes()
            .Where(type => type is { IsValueType: true, IsGenericType: false } && typeof(IPointwise3).IsAssignableFrom(type));

    // Those that are not public, too.
    private static void RunAll<TShape>(string name)
    {
        var method = typeof(Everything).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
        foreach (var type in typeof(MSE).Assembly.GetTypes())
            if (type.IsValueType && typeof(TShape).IsAssignableFrom(type))
                method.MakeGenericMethod(type).Invoke(null, null);
    }

    // Registers of every width, both ways to lie, and a number that is not finite.
    private static unsafe void OfProducts<S>()
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        S[] x = [.. Enumerable.Repeat(S.NaN, Count * Count)];
        var result = new double[x.Length];
        fixed (S* numbers = x)
        fixed (double* to = result)
            foreach (var weighing in (Weighing[])[Weighing.None, Weighing.First])
            {
                var matrix = new Matrix((nint)numbers, typeof(S) == typeof(float), Count, 1);
                var product = new Product(matrix, matrix, weighing, to, Count, Count, Count, Count);
                product.Run<Lane<Simd128, Vector128<double>, double>>(1);
                if (Simd256.IsSupported)
                    product.Run<Lane<Simd256, Vector256<double>, double>>(1);
                product.Run(1);
            }
    }

    // Without slopes, and by prediction and target.
    private static unsafe void OfPairs<L>()
        where L : struct, IPairs
    {
        double[] values = new double[1],
            slopes = new double[Count];
        float[] numbers = [.. Enumerable.Range(0, Count).Select(i => i / (float)Count)];
        fixed (float* x = numbers)
        fixed (
            double* v = values,
                s = slopes
        )
        {
            var job = new PairsJob<L, float>(default, x, x, null, (1, Count, 1));
            job.Run(v, v, null, byTarget: false);
            job.Run(v, v, s, byTarget: false);
            job.Run(v, v, s, byTarget: true);
        }
    }

    // Along and across, with a temperature and without, by prediction and target.
    private static void OfDivergences<L>()
        where L : struct, ISoftmaxDivergence
    {
        var numbers = new float[Count * Count];
        float[] values = new float[Count],
            byPrediction = new float[numbers.Length],
            byTarget = new float[numbers.Length];
        foreach (var axis in (int[])[0, 1])
        foreach (var temperature in (double[])[1, 2])
            new SoftmaxDivergence<L>(default, axis, temperature, 1).Run<float>(
                numbers,
                numbers,
                [Count, Count],
                [1],
                values,
                byPrediction,
                byTarget
            );
    }

    // Along and across, weighed and not, by prediction and target.
    private static unsafe void OfSums<L>()
        where L : struct, ISums
    {
        var numbers = new float[Count * Count];
        var gradient = new float[numbers.Length];
        Array.Fill(numbers, 0.5f);
        fixed (
            float* x = numbers,
                g = gradient
        )
            foreach (var axis in (int[])[0, 1])
            foreach (var isWeighed in (bool[])[false, true])
            {
                var job = new SumsJob<L, float>(default, x, x, isWeighed ? x : null, new([Count, Count], [axis == 0, axis == 1]));
                var sums = job.Sums();
                _ = job.Values(sums);
                job.Gradient(sums, [1], byTarget: false, g);
                job.Gradient(sums, [1], byTarget: true, g);
            }
    }

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

    // With the second derivative.
    private static void OfOperation<F>()
        where F : struct, IPointwise3
    {
        OfThree<F>();
        OfThree<Partial<F, Mark1>>();
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
