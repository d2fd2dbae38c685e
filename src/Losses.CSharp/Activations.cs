namespace Losses.CSharp;

/// <summary>Functions that go before a loss.</summary>
public static class Activations
{
    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    public static T Sigmoid<T>(T logits)
        where T : IReal<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        return FSharp.Activations.sigmoid(logits);
    }

    /// <summary>log σ(x), without cancellation or overflow.</summary>
    public static T LogSigmoid<T>(T logits)
        where T : IReal<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        return FSharp.Activations.logSigmoid(logits);
    }

    /// <summary>Softplus log(1 + eˣ).</summary>
    public static T Softplus<T>(T logits)
        where T : IReal<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        return FSharp.Activations.softplus(logits);
    }

    /// <summary>exp x / Σ exp along an axis; a negative one counts from the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static T Softmax<T>(T logits, int axis)
        where T : ITensor<T> => FSharp.Activations.softmax(axis, logits);

    /// <summary>Softmax of −x along an axis; a negative one counts from the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static T Softmin<T>(T scores, int axis)
        where T : ITensor<T> => FSharp.Activations.softmin(axis, scores);

    /// <summary>Logarithms of softmax along an axis, without cancellation; a negative axis counts from the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static T LogSoftmax<T>(T logits, int axis)
        where T : ITensor<T> => FSharp.Activations.logSoftmax(axis, logits);

    /// <summary>log Σ exp along an axis, which is removed; a negative one counts from the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static T LogSumExp<T>(T logits, int axis)
        where T : ITensor<T> => FSharp.Activations.logSumExp(axis, logits);

    /// <inheritdoc cref="FSharp.Activations.softCap"/>
    public static T SoftCap<T>(T logits, double cap)
        where T : IReal<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        return FSharp.Activations.softCap(cap, logits);
    }

    /// <inheritdoc cref="FSharp.Sparse.sparsemax"/>
    public static T Sparsemax<T>(T logits, int axis)
        where T : ITensor<T> => FSharp.Sparse.sparsemax(axis, logits);

    /// <inheritdoc cref="FSharp.Sparse.entmax15"/>
    public static T Entmax15<T>(T logits, int axis)
        where T : ITensor<T> => FSharp.Sparse.entmax15(axis, logits);

    /// <inheritdoc cref="FSharp.Activations.smoothLabels"/>
    public static T SmoothLabels<T>(T probabilities, double smoothing, int axis)
        where T : ITensor<T> => FSharp.Activations.smoothLabels(smoothing, axis, probabilities);
}
