using System.Numerics;
using System.Numerics.Tensors;

namespace Losses;

/// <summary>Softmax cross-entropy of rows of logits: value and gradient of a row while it is in the cache.</summary>
internal static class CrossEntropyKernel
{
    /// <summary>The exact sum of the losses of the rows, and the gradient, scaled.</summary>
    internal static ExactSum Sum<S>(SoftmaxCrossEntropy loss, ReadOnlySpan<S> logits, Shape shape, double scale, Span<S> gradients)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var values = new S[loss.Labels.Shape.Size];
        Run<S>(loss, logits, shape, [S.One], scale, values, gradients);
        var sum = new ExactSum();
        if (typeof(S) == typeof(float))
            sum.Add(System.Runtime.InteropServices.MemoryMarshal.Cast<S, float>(values.AsSpan()));
        else
            sum.Add(System.Runtime.InteropServices.MemoryMarshal.Cast<S, double>(values.AsSpan()));
        return sum;
    }

    /// <summary>The loss of every row, and its gradient where asked for.</summary>
    /// <param name="loss">Labels (negative: ignored), class weights, smoothing.</param>
    /// <param name="logits">Row-major, of <paramref name="shape"/>.</param>
    /// <param name="shape">Its class axis is the loss's.</param>
    /// <param name="upstream">What a row's gradient is multiplied by: one for all, or one a row.</param>
    /// <param name="scale">What every gradient is multiplied by, besides.</param>
    /// <param name="values">A loss a row, or empty.</param>
    /// <param name="gradients">The shape of the logits, or empty.</param>
    internal static void Run<S>(
        SoftmaxCrossEntropy loss,
        ReadOnlySpan<S> logits,
        Shape shape,
        ReadOnlySpan<S> upstream,
        double scale,
        Span<S> values,
        Span<S> gradients
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var (_, classes, inner) = shape.Around(loss.Axis);
        var labels = loss.Labels.Indices;
        double[] row = new double[classes],
            exponentials = new double[classes];
        var weightSum = loss.ClassWeights.IsEmpty ? classes : TensorPrimitives.Sum(loss.ClassWeights);
        var smoothing = loss.LabelSmoothing / classes;
        for (var r = 0; r < labels.Length; r++)
        {
            var start = r / inner * classes * inner + r % inner;
            var label = labels[r];
            var empty = label < 0;
            RowKernels.Exponentials e = default;
            if (!empty)
            {
                for (var c = 0; c < classes; c++)
                    row[c] = double.CreateChecked(logits[start + c * inner]);
                e = RowKernels.Exponentiate(row, exponentials);
                empty = e.IsEmpty;
            }
            // (1 − ε) w_y of the label's loss; ε / C w_c of each class's.
            var own = empty ? 0 : (1 - loss.LabelSmoothing) * Weight(loss, label);
            if (!values.IsEmpty)
            {
                var value = 0.0;
                if (!empty)
                {
                    var log = e.LogNormaliser;
                    value = Weigh(own, log - row[label]);
                    if (smoothing > 0)
                        for (var c = 0; c < classes; c++)
                            value += Weigh(smoothing * Weight(loss, c), log - row[c]);
                }
                values[r] = S.CreateChecked(value);
            }
            if (gradients.IsEmpty)
                continue;
            var g = scale * double.CreateChecked(upstream[upstream.Length == 1 ? 0 : r]);
            if (empty || g == 0)
            {
                for (var c = 0; c < classes; c++)
                    gradients[start + c * inner] = S.Zero;
                continue;
            }
            var normaliser = 1 + e.Others;
            for (var c = 0; c < classes; c++)
            {
                var p = exponentials[c] / normaliser;
                // The label's own −(1 − p) must not be computed from p: a confident row would have no digits left.
                var slope = c == label ? -(c == e.Largest ? e.Others : normaliser - exponentials[c]) / normaliser : p;
                var gradient = Weigh(own, slope);
                if (smoothing > 0)
                    gradient += smoothing * (p * weightSum - Weight(loss, c));
                gradients[start + c * inner] = S.CreateChecked(g * gradient);
            }
        }
    }

    private static double Weight(SoftmaxCrossEntropy loss, int index) => loss.ClassWeights.IsEmpty ? 1 : loss.ClassWeights[index];

    private static double Weigh(double weight, double x) => weight == 0 ? 0 : weight * x;
}
