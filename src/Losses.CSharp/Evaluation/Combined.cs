using System.Runtime.CompilerServices;

namespace Losses.CSharp;

internal readonly struct Scaled<L>(double scale, L loss) : IPointwise
    where L : struct, IPointwise
{
    public Domain Prediction => loss.Prediction;

    public Domain Target => loss.Target;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target)
        where T : IReal<T> => T.Constant(scale) * loss.Apply(prediction, target);
}

internal readonly struct Added<A, B>(A first, B second) : IPointwise
    where A : struct, IPointwise
    where B : struct, IPointwise
{
    public Domain Prediction => first.Prediction.And(second.Prediction);

    public Domain Target => first.Target.And(second.Target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target)
        where T : IReal<T> => first.Apply(prediction, target) + second.Apply(prediction, target);
}
