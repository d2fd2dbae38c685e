using System.Numerics;
using Xunit;

namespace Losses.Tests;

/// <summary>Equality, and how much less of it.</summary>
internal static class Near
{
    /// <summary>Same shape, same bits.</summary>
    internal static void Same<S>(DiffTensor<S> expected, DiffTensor<S> actual)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.ToArray(), actual.ToArray());
    }

    /// <summary>Each the other or a neighbour of it.</summary>
    internal static void Neighbours<S>(ReadOnlySpan<S> expected, ReadOnlySpan<S> actual)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            if (actual[i] != S.BitIncrement(expected[i]) && actual[i] != S.BitDecrement(expected[i]))
                Assert.Equal(expected[i], actual[i]);
    }

    /// <summary>Same shape, each within a share of its size or of 1, whichever is more.</summary>
    internal static void Within<S>(double tolerance, DiffTensor<S> expected, DiffTensor<S> actual)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Assert.Equal(expected.Shape, actual.Shape);
        foreach (var (e, a) in expected.ToArray().Zip(actual.ToArray()))
            Assert.Equal(double.CreateChecked(e), double.CreateChecked(a), tolerance * Math.Max(1, Math.Abs(double.CreateChecked(e))));
    }
}
