using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Cross-entropy of which this machine has some of the classes: a vocabulary cut over machines.</summary>
    /// <param name="classes">How many classes a whole row has.</param>
    /// <param name="first">The first class of this shard.</param>
    /// <param name="count">How many classes this shard has.</param>
    /// <param name="classWeights">A weight for each class; none by default.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes; 0 by default.</param>
    /// <exception cref="ArgumentException">There is another number of weights than of classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    /// <remarks>A negative label is ignored. Value and gradient are the same bits for every cut of the classes.</remarks>
    public static ClassShard CrossEntropyShard(
        int classes,
        int first,
        int count,
        Weights? classWeights = null,
        double? labelSmoothing = null
    ) => Sharding.crossEntropyShard(CrossEntropyOptions.Given(classWeights, null, labelSmoothing, null), classes, first, count);
}
