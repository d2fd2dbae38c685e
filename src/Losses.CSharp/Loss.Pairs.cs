using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>A loss of one's own that is made of pairs: a struct with what each pair of a list adds and which pairs count; kernel and gradient follow from it.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="loss">The definition.</param>
    /// <param name="axis">The axis that the lists lie along; a negative one counts from the last.</param>
    /// <returns>For each list the sum over its pairs; a mean divides by how many they are.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static LossValues<T> Pairs<L, T>(T prediction, T target, L loss, int axis = FSharp.Pairs.PairsAxis)
        where L : struct, IPairs
        where T : ITensor<T> => FSharp.Pairs.pairs(loss, axis, target, prediction);
}
