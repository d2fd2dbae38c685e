using System.Runtime.CompilerServices;

namespace Losses;

// Says of a loss that the third operand is not to be loaded.
internal interface ITwoOf;

// A loss of two operands as one of three: every kernel is written once.
internal readonly struct TwoOf<L>(L loss) : IPointwise3, ITwoOf, ISum, ITerms
    where L : struct, IPointwise
{
    private readonly L _loss = loss;

    public Domain Prediction => _loss.Prediction;

    public Domain Target => _loss.Target;

    public Domain Third => Domain.All;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target, T third)
        where T : IReal<T> => _loss.Apply(prediction, target);

    public bool IsWeighed => false;

    public void Visit(ITermVisitor visitor) => Combined.Visit(_loss, visitor, 1);

    public void Collect<TStorage>(List<Term<TStorage>> terms)
        where TStorage : unmanaged => Visit(new TermCollector<TStorage>(terms, isWeighed: false));
}

// A loss of two operands, times a weight that an element has: 0 removes the element, whatever it is.
internal readonly struct Weighed<L>(L loss) : IPointwise3, ISum, ITerms
    where L : struct, IPointwise
{
    private readonly L _loss = loss;

    public Domain Prediction => _loss.Prediction;

    public Domain Target => _loss.Target;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target, T weight)
        where T : IReal<T> => T.Weigh(weight, _loss.Apply(prediction, target));

    public bool IsWeighed => true;

    public void Visit(ITermVisitor visitor) => Combined.Visit(_loss, visitor, 1);

    public void Collect<TStorage>(List<Term<TStorage>> terms)
        where TStorage : unmanaged => Visit(new TermCollector<TStorage>(terms, isWeighed: true));
}
