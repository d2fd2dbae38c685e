namespace Losses;

// A loss that may be a sum of others. One loop for all of them would hold more variables than the JIT inlines; with a loop for each term the
// time grows as their number does.
internal interface ISum
{
    // Whether a term is multiplied by the weight that an element has.
    bool IsWeighed { get; }

    // Shows every term, and what it is multiplied by.
    void Visit(ITermVisitor visitor);
}

// What is done with a term is said here at once, never by a visitor of a visitor: the generic types that could take part would have no end,
// which an ahead-of-time compiler has to reach.
internal interface ITermVisitor
{
    void Visit<L>(L term, double scale)
        where L : struct, IPointwise;
}

// Scaled and added losses, whose terms lie deeper.
internal interface ICombined
{
    void Visit(ITermVisitor visitor, double scale);
}

// What a kernel asks for its terms.
internal interface ITerms
{
    void Collect<TStorage>(List<Term<TStorage>> terms)
        where TStorage : unmanaged;
}

internal sealed class TermCollector<TStorage>(List<Term<TStorage>> terms, bool isWeighed) : ITermVisitor
    where TStorage : unmanaged
{
    public void Visit<L>(L term, double scale)
        where L : struct, IPointwise =>
        terms.Add(isWeighed ? new Term<Weighed<L>, TStorage>(new(term), scale) : new Term<TwoOf<L>, TStorage>(new(term), scale));
}

// The derivative of a sum is the sum of the terms' derivatives.
internal sealed class SlopeCollector<M, TStorage>(List<Term<TStorage>> terms, bool isWeighed) : ITermVisitor
    where TStorage : unmanaged
{
    public void Visit<L>(L term, double scale)
        where L : struct, IPointwise =>
        terms.Add(
            isWeighed
                ? new Term<Partial<Weighed<L>, M>, TStorage>(new(new(term)), scale)
                : new Term<Partial<TwoOf<L>, M>, TStorage>(new(new(term)), scale)
        );
}

// One term of a sum: what its loop leaves in memory is float64, multiplied and added up before anything is rounded.
internal abstract unsafe class Term<TStorage>(double scale)
    where TStorage : unmanaged
{
    public double Scale => scale;

    public abstract void Values<TLane>(in Operands<TStorage> operands, int n, double* values)
        where TLane : struct, ILane<TLane, TStorage>;

    public abstract void Slopes<TLane, TBy>(in Operands<TStorage> operands, int n, double* values, double* slopes)
        where TLane : struct, ILane<TLane, TStorage>
        where TBy : IOperand;

    public abstract void Curvatures<TLane>(in Operands<TStorage> operands, int n, double* slopes, double* curvatures)
        where TLane : struct, ILane<TLane, TStorage>;
}

internal sealed unsafe class Term<F, TStorage>(F f, double scale) : Term<TStorage>(scale)
    where F : struct, IPointwise3
    where TStorage : unmanaged
{
    public override void Values<TLane>(in Operands<TStorage> operands, int n, double* values) =>
        Loop.ValuesOf<F, TLane, TStorage>(f, operands, n, values);

    public override void Slopes<TLane, TBy>(in Operands<TStorage> operands, int n, double* values, double* slopes) =>
        Loop.SlopesOf<F, TLane, TStorage, TBy>(f, operands, n, values, slopes);

    public override void Curvatures<TLane>(in Operands<TStorage> operands, int n, double* slopes, double* curvatures) =>
        Loop.CurvaturesOf<F, TLane, TStorage>(f, operands, n, slopes, curvatures);
}
