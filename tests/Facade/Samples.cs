using System.Numerics;

namespace Losses.Tests;

/// <summary>Data to try losses on, the same each time.</summary>
internal static class Samples
{
    /// <summary>Both signs, some near 0 and some far from it.</summary>
    internal static DiffTensor<S> Numbers<S>(Shape shape, int seed)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Of<S>(shape, seed, random => (2 * random.NextDouble() - 1) * Math.Pow(10, random.NextDouble() * 2 - 1));

    /// <summary>Inside (0, 1).</summary>
    internal static DiffTensor<S> Probabilities<S>(Shape shape, int seed)
        where S : unmanaged, IFloatingPointIeee754<S> => Of<S>(shape, seed, random => 0.01 + 0.98 * random.NextDouble());

    /// <summary>−1 or 1.</summary>
    internal static DiffTensor<S> Signs<S>(Shape shape, int seed)
        where S : unmanaged, IFloatingPointIeee754<S> => Of<S>(shape, seed, random => 2 * random.Next(2) - 1);

    /// <summary>Class indices.</summary>
    internal static Labels Labels(Shape shape, int classes, int seed)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, shape.Size).Select(_ => random.Next(classes))], shape);
    }

    private static DiffTensor<S> Of<S>(Shape shape, int seed, Func<Random, double> next)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, shape.Size).Select(_ => S.CreateChecked(next(random)))], shape);
    }
}
