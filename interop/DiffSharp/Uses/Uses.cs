using DiffSharp;
using Losses;
using Losses.DiffSharp;
using Losses.FSharp;
using Classification = Losses.DiffSharp.Classification;
using Reduce = Losses.DiffSharp.Reduce;
using Regression = Losses.DiffSharp.Regression;

/// <summary>The losses over DiffSharp's tensors as C# calls them.</summary>
public static class Uses
{
    /// <summary>The gradient of a mean by what it is the mean of.</summary>
    public static Tensor HuberGradient(Tensor target, Tensor prediction)
    {
        var x = prediction.reverseDiff(null, null);
        Reduce.mean(Regression.huber(1.0, target, x)).reverse(null, null);
        return x.derivative;
    }

    /// <summary>Options, labels and a reduction.</summary>
    public static Tensor SmoothedCrossEntropy(int[] labels, Tensor logits)
    {
        var options = new CrossEntropyOptions(Weights.None, -100, 0.1, 1);
        return Reduce.mean(Classification.crossEntropy(options, labels, logits));
    }

    /// <summary>A definition of C#'s own, over any tensor type.</summary>
    public static Tensor Squared(Tensor x) => Square<DiffSharpTensor>(x).Tensor;

    private static T Square<T>(T x)
        where T : ITensor<T> => T.Sum(x * x, [0], false);
}
