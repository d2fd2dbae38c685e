using System.Runtime.CompilerServices;
// README: example
using Losses;
using Losses.CSharp;

// end

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
}
