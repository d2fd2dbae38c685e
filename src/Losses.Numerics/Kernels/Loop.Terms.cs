using System.Runtime.CompilerServices;

namespace Losses;

// The loops of sums: one for each term, over a block that stays in the first cache, and one that rounds what they have added up.
internal static unsafe partial class Loop
{
    // Of one term, its values, in float64. Nothing is added here: a term may leave no room for more in its loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ValuesOf<F, TLane, TStorage>(F f, in Operands<TStorage> operands, int n, double* values)
        where F : struct, IPointwise3
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
    {
        var xs = operands.X;
        var ts = operands.T;
        var vs = operands.V;
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            var x = TLane.Load(in *xs, i);
            var v = default(F) is ITwoOf ? x : TLane.Load(in *vs, i);
            TLane.StoreNumbers(f.Apply(x, TLane.Load(in *ts, i), v), ref *values, i);
        }
    }

    // The values and their derivatives by one operand.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SlopesOf<F, TLane, TStorage, TBy>(F f, in Operands<TStorage> operands, int n, double* values, double* slopes)
        where F : struct, IPointwise3
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
        where TBy : IOperand
    {
        var xs = operands.X;
        var ts = operands.T;
        var vs = operands.V;
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            var x = Seed<TLane, First, TBy>(TLane.Load(in *xs, i));
            var t = Seed<TLane, Second, TBy>(TLane.Load(in *ts, i));
            var v = default(F) is ITwoOf ? x : Seed<TLane, Third, TBy>(TLane.Load(in *vs, i));
            var loss = f.Apply(x, t, v);
            TLane.StoreNumbers(loss.Value, ref *values, i);
            TLane.StoreNumbers(loss.Derivative, ref *slopes, i);
        }
    }

    // The first and the second derivatives by x.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CurvaturesOf<F, TLane, TStorage>(F f, in Operands<TStorage> operands, int n, double* slopes, double* curvatures)
        where F : struct, IPointwise3
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
    {
        var xs = operands.X;
        var ts = operands.T;
        var vs = operands.V;
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            var x = Dual<Dual<TLane>>.Variable(Dual<TLane>.Variable(TLane.Load(in *xs, i)));
            var t = Dual<Dual<TLane>>.Fixed(Dual<TLane>.Fixed(TLane.Load(in *ts, i)));
            var v = default(F) is ITwoOf ? x : Dual<Dual<TLane>>.Fixed(Dual<TLane>.Fixed(TLane.Load(in *vs, i)));
            var slope = f.Apply(x, t, v).Derivative;
            TLane.StoreNumbers(slope.Value, ref *slopes, i);
            TLane.StoreNumbers(slope.Derivative, ref *curvatures, i);
        }
    }

    // Adds what a term is multiplied by times its numbers; a slope of 0 stays one, whatever that is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLane, TStorage, TSlopes>(double* part, double scale, int n, double* sum, bool isFirst)
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
        where TSlopes : IChoice
    {
        var factor = TLane.Constant(scale);
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            var number = TLane.LoadNumbers(in *part, i);
            number = TSlopes.Yes ? TLane.Weigh(number, factor) : factor * number;
            TLane.StoreNumbers(isFirst ? number : TLane.LoadNumbers(in *sum, i) + number, ref *sum, i);
        }
    }

    // Adds the last term, and rounds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round<TLane, TStorage>(in Operands<TStorage> operands, int n, double* sum, double* last, double scale)
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
    {
        var values = operands.Values;
        var factor = TLane.Constant(scale);
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
            TLane.Store(TLane.LoadNumbers(in *sum, i) + factor * TLane.LoadNumbers(in *last, i), ref *values, i);
    }

    // The same of slopes, weighed with what comes from above.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh<TLane, TStorage, TUniform>(
        in Operands<TStorage> operands,
        int n,
        double* sum,
        double* last,
        double scale,
        TStorage* gradient
    )
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
        where TUniform : IChoice
    {
        var upstream = operands.Upstream;
        var weight = TLane.Constant(operands.Weight);
        var factor = TLane.Constant(scale);
        var isStreamed = operands.IsStreamed;
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            if (!TUniform.Yes)
                Memory.Fetch(upstream + i);
            var slope = TLane.LoadNumbers(in *sum, i) + TLane.Weigh(TLane.LoadNumbers(in *last, i), factor);
            var weighed = TLane.Weigh(TUniform.Yes ? weight : weight * TLane.LoadNumbers(in *upstream, i), slope);
            if (isStreamed)
                TLane.Stream(weighed, ref *gradient, i);
            else
                TLane.Store(weighed, ref *gradient, i);
        }
    }
}
