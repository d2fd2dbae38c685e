using DiffSharp;
using Losses;
using Losses.CSharp;

/// <summary>The losses over DiffSharp's tensors as C# calls them.</summary>
public static class Uses
{
    // README: csharp
    /// <summary>The gradient of a mean by what it is the mean of.</summary>
    public static Tensor HuberGradient(Tensor target, Tensor prediction)
    {
        var x = prediction.reverseDiff(null, null);
        var loss = Loss.Huber(new DiffSharpTensor(x), new DiffSharpTensor(target), delta: 1.0).Mean();
        loss.Tensor.reverse(null, null);
        return x.derivative;
    }

    // end

    /// <summary>Options, labels and a reduction.</summary>
    public static Tensor SmoothedCrossEntropy(int[] labels, Tensor logits) =>
        Loss.CrossEntropy(new DiffSharpTensor(logits), labels, labelSmoothing: 0.1).Mean().Tensor;

    /// <summary>A definition of C#'s own, over any tensor type.</summary>
    public static Tensor Squared(Tensor x) => Square<DiffSharpTensor>(x).Tensor;

    private static T Square<T>(T x)
        where T : ITensor<T> => T.Sum(x * x, [0], false);
}
