using System.Runtime.CompilerServices;

namespace Losses.Tour;

/// <summary>A loss of the tour's own: max(0, 1 − x t)², the loss of a support vector machine, with t = ±1.</summary>
internal readonly struct SquaredHinge : IPointwise
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target)
        where T : IReal<T>
    {
        var shortfall = T.Max(T.Constant(0), T.Constant(1) - prediction * target);
        return shortfall * shortfall;
    }
}
