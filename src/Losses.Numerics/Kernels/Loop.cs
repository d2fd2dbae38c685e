using System.Runtime.CompilerServices;

namespace Losses;

// A choice that the compiler resolves: each kernel holds only the code of its choices.
internal interface IChoice
{
    static abstract bool Yes { get; }
}

internal readonly struct Yes : IChoice
{
    static bool IChoice.Yes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }
}

internal readonly struct No : IChoice
{
    static bool IChoice.Yes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }
}

// Which operand a derivative is taken by.
internal interface IOperand
{
    static abstract int Index { get; }
}

internal readonly struct First : IOperand
{
    public static int Index
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 0;
    }
}

internal readonly struct Second : IOperand
{
    public static int Index
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }
}

internal readonly struct Third : IOperand
{
    public static int Index
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }
}

// Where a loop reads and writes: pointers into pinned memory, every operand as long as the loop.
internal unsafe struct Operands<TStorage>
    where TStorage : unmanaged
{
    public TStorage* X;
    public TStorage* T;
    public TStorage* V;
    public double* Upstream;
    public double Weight;
    public TStorage* Values;
    public TStorage* Gradient;
    public bool IsStreamed;
}

// The innermost loops, over a whole number of lanes. They are compiled with full optimization at once: in tier 0 they would be 50
// times slower, and their first calls are where a training step spends its time.
internal static unsafe partial class Loop
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Values<F, TLane, TStorage>(F f, in Operands<TStorage> operands, int n)
        where F : struct, IPointwise3
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
    {
        var xs = operands.X;
        var ts = operands.T;
        var vs = operands.V;
        var values = operands.Values;
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            Memory.Fetch(xs + i);
            Memory.Fetch(ts + i);
            if (default(F) is not ITwoOf)
                Memory.Fetch(vs + i);
            var x = TLane.Load(in *xs, i);
            var v = default(F) is ITwoOf ? x : TLane.Load(in *vs, i);
            TLane.Store(f.Apply(x, TLane.Load(in *ts, i), v), ref *values, i);
        }
    }

    // The derivative by one operand, weighed with what comes from above, and with it the values where they are wanted.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient<F, TLane, TStorage, TBy, TUniform, TValues>(F f, in Operands<TStorage> operands, int n)
        where F : struct, IPointwise3
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
        where TBy : IOperand
        where TUniform : IChoice
        where TValues : IChoice
    {
        var xs = operands.X;
        var ts = operands.T;
        var vs = operands.V;
        var values = operands.Values;
        var gradient = operands.Gradient;
        var upstream = operands.Upstream;
        var weight = TLane.Constant(operands.Weight);
        var isStreamed = operands.IsStreamed;
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            Memory.Fetch(xs + i);
            Memory.Fetch(ts + i);
            if (default(F) is not ITwoOf)
                Memory.Fetch(vs + i);
            if (!TUniform.Yes)
                Memory.Fetch(upstream + i);
            var first = TLane.Load(in *xs, i);
            var x = Seed<TLane, First, TBy>(first);
            var t = Seed<TLane, Second, TBy>(TLane.Load(in *ts, i));
            var v = default(F) is ITwoOf ? x : Seed<TLane, Third, TBy>(TLane.Load(in *vs, i));
            var loss = f.Apply(x, t, v);
            if (TValues.Yes)
                TLane.Store(loss.Value, ref *values, i);
            // A weight of 0 for all is seen to by the job.
            var weighed = TUniform.Yes
                ? weight * loss.Derivative
                : TLane.Weigh(weight * TLane.LoadNumbers(in *upstream, i), loss.Derivative);
            if (isStreamed)
                TLane.Stream(weighed, ref *gradient, i);
            else
                TLane.Store(weighed, ref *gradient, i);
        }
    }

    // The first and the second derivative by x, each weighed with what comes from above.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Curvature<F, TLane, TStorage, TUniform>(F f, in Operands<TStorage> operands, int n)
        where F : struct, IPointwise3
        where TLane : struct, ILane<TLane, TStorage>
        where TStorage : unmanaged
        where TUniform : IChoice
    {
        var xs = operands.X;
        var ts = operands.T;
        var vs = operands.V;
        var slopes = operands.Values;
        var curvature = operands.Gradient;
        var upstream = operands.Upstream;
        var weight = TLane.Constant(operands.Weight);
        var step = (nuint)TLane.Count;
        for (nuint i = 0; i < (nuint)n; i += step)
        {
            var x = Dual<Dual<TLane>>.Variable(Dual<TLane>.Variable(TLane.Load(in *xs, i)));
            var t = Dual<Dual<TLane>>.Fixed(Dual<TLane>.Fixed(TLane.Load(in *ts, i)));
            var v = default(F) is ITwoOf ? x : Dual<Dual<TLane>>.Fixed(Dual<TLane>.Fixed(TLane.Load(in *vs, i)));
            var w = TUniform.Yes ? weight : weight * TLane.LoadNumbers(in *upstream, i);
            var slope = f.Apply(x, t, v).Derivative;
            TLane.Store(TLane.Weigh(w, slope.Value), ref *slopes, i);
            TLane.Store(TLane.Weigh(w, slope.Derivative), ref *curvature, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Dual<T> Seed<T, TOperand, TBy>(T value)
        where T : IReal<T>
        where TOperand : IOperand
        where TBy : IOperand => TOperand.Index == TBy.Index ? Dual<T>.Variable(value) : Dual<T>.Fixed(value);
}
