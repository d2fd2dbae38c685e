using System.Runtime.CompilerServices;

namespace Losses;

// What is made of a class's exponential, where every class has a term.
internal abstract unsafe partial class SoftmaxJob<S>
{
    /// <summary>How rows lie in scratch memory: so many side by side, so far from a class to the next, so many steps, and so much room for them all.</summary>
    private protected (int Rows, int Apart, int Steps, long Room) Layout(int count, int lane)
    {
        // A row that lies along memory goes eight ways, as if it were eight rows.
        int groupRows = IsAlong ? Ways : GroupRows(count, lane),
            apart = IsAlong ? Ways : groupRows + lane,
            steps = IsAlong ? RowLength / Ways : classes;
        // What is read and what is written a little before must not lie a multiple of a page apart: the processor takes them for one.
        return (groupRows, apart, steps, ((long)steps * apart + 511) / 512 * 512 + 160);
    }

    /// <summary>A row along memory as lanes read it, filled to a multiple of the ways of a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected void Widen<TLane>(S* from, double* to, double filling)
        where TLane : struct, ILane<TLane, S>
    {
        var i = 0;
        for (; i + TLane.Count <= classes; i += TLane.Count)
            TLane.StoreNumbers(TLane.Load(in *from, (nuint)i), ref *to, (nuint)i);
        for (; i < RowLength; i++)
            to[i] = i < classes ? double.CreateTruncating(from[i]) : filling;
    }

    /// <summary>log p, p and 1 − p of a class, of which none is a difference of nearly equal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static Softmax<TLane> Of<TLane>(TLane below, TLane exponential, TLane others, TLane log, TLane normaliser)
        where TLane : struct, ILane<TLane, S>
    {
        var rest = Rest(exponential, others);
        return new(
            below - log,
            // Over float64 data the rounding of the inverse would be seen.
            typeof(S) == typeof(float)
                ? exponential * normaliser
                : exponential / normaliser,
            typeof(S) == typeof(float) ? rest * normaliser : rest / normaliser
        );
    }

    /// <summary>What exponentials are divided by; or over float32 data, once for each row, what they are multiplied by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static TLane Normaliser<TLane>(TLane others)
        where TLane : struct, ILane<TLane, S> =>
        typeof(S) == typeof(float) ? TLane.Constant(1) / (TLane.Constant(1) + others) : TLane.Constant(1) + others;

    /// <summary>The exponentials of all other classes: the largest are 1, and no other is more than half of the normaliser.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static TLane Rest<TLane>(TLane exponential, TLane others)
        where TLane : struct, ILane<TLane, S> =>
        TLane.IfEqual(exponential, TLane.Constant(1), others, TLane.Constant(1) + others - exponential);

    /// <summary>A class whose logarithm varies: p by p, and 1 − p by −p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static Softmax<Dual<TLane>> Varied<TLane>(Softmax<TLane> of)
        where TLane : struct, ILane<TLane, S> =>
        new(Dual<TLane>.Variable(of.LogProbability), new(of.Probability, of.Probability), new(of.Rest, -of.Probability));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static Softmax<Dual<TLane>> Fixed<TLane>(Softmax<TLane> of)
        where TLane : struct, ILane<TLane, S> =>
        new(Dual<TLane>.Fixed(of.LogProbability), Dual<TLane>.Fixed(of.Probability), Dual<TLane>.Fixed(of.Rest));

    /// <summary>f′ (1 − p) − p Σ f′ of the others: by a logit, over the share of the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static TLane Slope<TLane>(TLane exponential, TLane own, TLane total, TLane lost, TLane others)
        where TLane : struct, ILane<TLane, S> => own * Rest(exponential, others) - TLane.Weigh(exponential, total - own + lost);

    /// <summary>Eight ways in one, and what that has lost.</summary>
    private protected static (double Sum, double Lost) Added(double* sums, double* errors)
    {
        double sum = 0,
            lost = 0;
        for (var way = 0; way < Ways; way++)
            Compensated.Add(ref sum, ref lost, sums[way], errors[way]);
        return double.IsFinite(lost) ? (sum + lost, lost - (sum + lost - sum)) : (sum, 0);
    }
}
