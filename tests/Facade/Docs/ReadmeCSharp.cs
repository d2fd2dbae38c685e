using System.Runtime.CompilerServices;
// README: example
using Losses;
using Losses.CSharp;
// end
using Losses.FsCheck;

namespace Facade.Docs;

/// <summary>The README's C# examples, as they stand there.</summary>
internal static class ReadmeCSharp
{
    internal static string Example()
    {
        var Console = new StringWriter { NewLine = "\n" };
        // README: example
        var logits = DiffTensor.Create([2.0, 1.0, -1.0, 0.5, 0.0, 3.0], 2, 3);
        var labels = new Labels(0, 2);

        var (value, gradient) = Diff.ValueAndGrad(x => Loss.CrossEntropy(x, labels, labelSmoothing: 0.1).Mean(), logits);
        Console.WriteLine(value);
        Console.WriteLine(gradient);
        // end
        return Console.ToString().TrimEnd();
    }

    // README: own
    readonly struct SquaredHinge : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target)
            where T : IReal<T> => T.Power(T.Max(T.Constant(0), T.Constant(1) - prediction * target), 2);
    }

    // end

    internal static void Held()
    {
        // README: laws
        Laws.Check(new SquaredHinge(), Domain.All, Law.NonNegative, Law.Convex);
        // end
    }

    // README: sums
    readonly struct RelativeError : ISums
    {
        public static int Count => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Terms<T> Of<T>(T prediction, T target)
            where T : IReal<T>
        {
            var d = prediction - target;
            return new(d * d, target * target);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Terms<T> sums)
            where T : IReal<T> => sums.A / sums.B;
    }

    // end

    // README: pairs
    readonly struct PairwiseHinge : IPairs
    {
        public static bool IsOfDifference => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of<T>(T first, T second, T firstTarget, T secondTarget)
            where T : IReal<T> => T.Max(T.Constant(0), T.Constant(1) - (first - second));
    }

    // end

    // README: softmax
    readonly struct Poly1 : ISoftmaxRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of<T>(Softmax<T> prediction, T target)
            where T : IReal<T> => T.Weigh(target, prediction.Rest - prediction.LogProbability);
    }

    // end

    // README: divergence
    readonly struct Hellinger : ISoftmaxDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of<T>(Softmax<T> prediction, Softmax<T> target)
            where T : IReal<T>
        {
            var d = T.Exp(T.Scale(0.5, prediction.LogProbability)) - T.Exp(T.Scale(0.5, target.LogProbability));
            return T.Scale(0.5, d * d);
        }
    }

    // end

    internal static string Mathematics()
    {
        var Console = new StringWriter { NewLine = "\n" };
        // README: formula
        var formula = Formula.Of(new Huber(0.5));
        Console.WriteLine(formula);
        // end
        return Console.ToString().TrimEnd();
    }

    internal static double[] Divergence() =>
        Loss.SoftmaxRows(
                DiffTensor.Create([2.0, 1, -4, 1, 1, 1], 2, 3),
                DiffTensor.Create([3.0, 0, -4, 1, 1, 1], 2, 3),
                new Hellinger(),
                temperature: 2
            )
            .Values.ToArray();

    internal static double Pairs() =>
        Loss.Pairs(DiffTensor.Create([3.0, 1, 0.5, 7, 8, 9], 2, 3), DiffTensor.Create([0.0, 1, 2, 1, 1, 1], 2, 3), new PairwiseHinge())
            .Mean()
            .ToScalar();

    internal static double[] Softmax() =>
        Loss.SoftmaxRows(DiffTensor.Create([2.0, 1, -4, 1, 1, 1], 2, 3), new Labels(0, 2), new Poly1()).Values.ToArray();

    internal static double[] Sums() =>
        Loss.Sums(
                DiffTensor.Create([2.0, 1, -4, 1, 1, 1], 2, 3),
                DiffTensor.Create([3.0, 0, -4, 1, 1, 1], 2, 3),
                new RelativeError(),
                axes: -1
            )
            .Values.ToArray();

    internal static (float Value, float[] Gradient) Spans()
    {
        // README: own
        var loss = 0.75 * new SquaredHinge() + 0.25 * new L1();
        // end

        // README: spans
        float[] prediction = [3, 1, 0.5f, -2];
        float[] target = [1, -1, 1, -1];
        var gradient = new float[4];

        var value = loss.ValueAndGradient(prediction, target, gradient);
        // end
        return (value, gradient);
    }

    internal static string Batches(IEnumerable<(float[], float[])> batches)
    {
        var Console = new StringWriter { NewLine = "\n" };
        // README: accumulator
        var total = new LossAccumulator();
        foreach (var (prediction, target) in batches)
            total.Add(new Huber(0.5), prediction, target);
        Console.WriteLine(total.Mean);
        // end
        return Console.ToString().TrimEnd();
    }
}
